"""Environments chosen by clutter: a mixed world is the composition of single-environment runs."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import engine_world as world
import numpy as np
import numpy.typing as npt
import pytest

from htcoverage.errors import InputError
from htcoverage.propagation.p2108 import Clutter
from htcoverage.propagation.registry import BY_CLUTTER, model, models
from htcoverage.terrain import SURROUNDINGS, Terrain
from htcoverage.terrain.classes import class_surroundings

pytestmark = pytest.mark.filterwarnings(
    "ignore::htcoverage.propagation.validity.ExtrapolationWarning"
)

N = 41
KINDS = dict(enumerate(SURROUNDINGS))


def mixed(seed: int = 3) -> Terrain:
    """Hills on which every kind of surroundings occurs, in patches of no order."""
    terrain = world.make_terrain(world.hills(N, seed=seed, top_m=200.0))
    classes = np.random.default_rng(seed).integers(0, len(KINDS), (N, N)).astype(np.uint8)
    return replace(terrain, clutter_class=classes, surroundings=KINDS)


def levels(terrain: Terrain, **options: Any) -> npt.NDArray[np.float32]:
    cells = [
        world.at_pixel(terrain, 20, 20) | {"band_mhz": 900.0, "operator": "Viettel"},
        world.at_pixel(terrain, 8, 30) | {"band_mhz": 900.0, "operator": "VinaPhone"},
    ]
    found: npt.NDArray[np.float32] = world.cover(terrain, *cells, radius_km=1.5, **options)[
        "level_dbm"
    ].to_numpy()
    return found


@pytest.mark.parametrize("name", [m.name for m in models() if m.by_surroundings])
def test_each_pixel_is_that_of_a_run_by_its_own_environment(name: str) -> None:
    terrain, entry = mixed(), model(name)
    got = levels(terrain, model=name, environment=BY_CLUTTER)
    expected = np.full_like(got, np.nan)
    for environment in sorted(set(entry.by_surroundings.values())):
        codes = [code for code, kind in KINDS.items() if entry.by_surroundings[kind] == environment]
        here = np.isin(terrain.clutter_class, codes)
        expected[:, here] = levels(terrain, model=name, environment=environment)[:, here]
    np.testing.assert_array_equal(got, expected)
    assert len(np.unique(got[0][np.isfinite(got[0])])) > 100


def test_clutter_counts_once() -> None:
    terrain = mixed()
    trees = replace(terrain, clutter_height_m=np.full((N, N), 12.0, np.float32))
    options: dict[str, Any] = {"model": "spm", "environment": BY_CLUTTER}
    np.testing.assert_array_equal(levels(trees, **options), levels(terrain, **options))
    stands = levels(trees, model="spm", environment="open")
    assert np.nanmean(stands) < np.nanmean(levels(terrain, model="spm", environment="open")) - 3


def test_a_grid_of_another_step_takes_the_class_at_the_centre() -> None:
    terrain = mixed()
    grid = world.make_terrain(np.zeros((13, 13)), posting_m=300.0).geobox
    cell = world.at_pixel(terrain, 20, 20) | {"band_mhz": 900.0}
    bts, cells = world.make_ledger(cell)
    from htcoverage.coverage import compute_coverage

    def by(environment: str) -> npt.NDArray[np.float32]:
        found: npt.NDArray[np.float32] = compute_coverage(
            bts, cells, terrain, grid, model="hata", environment=environment, radius_km=1.5
        )["level_dbm"].to_numpy()[0]
        return found

    mixed_dbm = by(BY_CLUTTER)
    entry = model("hata")
    for row, col in ((6, 6), (4, 7), (8, 5), (7, 7)):
        kind = KINDS[int(terrain.clutter_class[3 * row + 1, 3 * col + 1])]
        assert mixed_dbm[row, col] == by(entry.by_surroundings[kind])[row, col]


def test_the_result_says_what_each_class_was_taken_for() -> None:
    terrain = mixed()
    cell = world.at_pixel(terrain, 20, 20) | {"band_mhz": 900.0}
    told = world.cover(terrain, cell, model="hata", environment=BY_CLUTTER, radius_km=0.5).attrs
    assert told["environment"] == "by-clutter"
    assert "2 (trees): suburban" in told["environment_by_class"]
    assert "5 (dense-urban): large-city" in told["environment_by_class"]


def test_the_planner_s_own_table_of_kinds_goes_first(tmp_path: Path) -> None:
    table = tmp_path / "classes.csv"
    table.write_text(
        "class,name_en,height_m,surroundings\n"
        "0,water,0,\n1,open land,0,\n2,village,8,urban\n3,town,12,\n4,forest,15,open\n"
        "5,unheard of,7,\n6,unheard of,0,\n",
        encoding="utf-8",
    )
    kinds, faults = class_surroundings(table)
    assert faults == []
    assert kinds == {0: "water", 1: "open", 2: "urban", 3: "urban", 4: "open", 6: "open"}
    table.write_text("class,height_m,surroundings\n2,8,jungle\n", encoding="utf-8")
    _, faults = class_surroundings(table)
    assert [(f.row, f.column, f.value) for f in faults] == [(2, "surroundings", "jungle")]
    assert "dense-urban" in faults[0].expected


def test_a_menu_s_words_tell_the_kind(tmp_path: Path) -> None:
    menu = tmp_path / "menu.txt"
    menu.write_text("1 Dense Urban\n2 inland_water\n3 Rural settlement\n4 rubber plantation\n")
    assert class_surroundings(menu)[0] == {
        1: "dense-urban", 2: "water", 3: "suburban", 4: "trees"
    }  # fmt: skip


def test_the_reference_province_has_a_kind_for_every_class() -> None:
    from htcoverage.reference import data_dir

    kinds, _ = class_surroundings(data_dir() / "terrain" / "clutter_classes.csv")
    assert kinds == {0: "water", 1: "open", 2: "suburban", 3: "urban", 4: "trees"}


def test_the_kinds_are_those_of_p2108_and_every_model_maps_all_or_none() -> None:
    assert set(SURROUNDINGS) == set(get_args(Clutter))
    for entry in models():
        assert set(entry.by_surroundings) in (set(), set(SURROUNDINGS)), entry.name
        assert set(entry.by_surroundings.values()) <= set(entry.environments), entry.name


def test_what_clutter_cannot_choose_is_refused() -> None:
    terrain = mixed()
    cell = world.at_pixel(terrain, 20, 20) | {"band_mhz": 900.0}
    for name in ("p1812", "p526", "itm-area", "tr38901-rma"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises(InputError, match="'by-clutter'; expected"):
                world.cover(terrain, cell, model=name, environment=BY_CLUTTER)
    unknown = replace(terrain, surroundings={0: "water", 1: "open"})
    with pytest.raises(InputError) as caught:
        world.cover(unknown, cell, model="hata", environment=BY_CLUTTER, radius_km=1.0)
    assert [fault.value for fault in caught.value.faults] == ["2", "3", "4", "5"]
    assert all(fault.column == "clutter class" for fault in caught.value.faults)


def test_a_scenario_s_own_range_is_told_where_clutter_chooses_it() -> None:
    """TR 38.901 fixes the urban mast at 25 m; the country's may have 10 to 150 m."""
    terrain = mixed()
    cell = world.at_pixel(terrain, 20, 20) | {"band_mhz": 1800.0, "antenna_height_m": 40.0}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        world.cover(terrain, cell, model="tr38901", environment="rma", radius_km=1.0)
        assert told == []
        world.cover(terrain, cell, model="tr38901", environment=BY_CLUTTER, radius_km=1.0)
    assert [str(each.message) for each in told] == [
        "tx_height_m is 40 m; 3GPP TR 38.901 V17.0.0, uma holds at 25 m"
        " and is extrapolated from 2 to 150 m"
    ]
