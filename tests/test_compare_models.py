"""Models side by side: against the coverages themselves, and through the command line."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import engine_world as world
import geopandas as gpd
import numpy as np
import pytest
import shapely
from cli_process import run_cli

from htcoverage.compare.models import ModelComparison, all_variants, compare_models
from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria
from htcoverage.propagation.registry import model, models
from htcoverage.terrain import Terrain

pytestmark = pytest.mark.filterwarnings(
    "ignore::htcoverage.propagation.validity.ExtrapolationWarning"
)

N = 31
CELL = {"technology": "4G", "power_dbm": 43.0, "bandwidth_mhz": 20.0}


def land() -> Terrain:
    """Flat: open in the west, a town without a known height in the east."""
    terrain = world.make_terrain(np.zeros((N, N)))
    classes = np.ones((N, N), np.uint8)
    classes[:, 16:] = 3
    return replace(terrain, clutter_class=classes, surroundings={1: "open", 3: "urban"})


def compared(band_mhz: float = 900.0, **options: Any) -> ModelComparison:
    terrain = land()
    cell = world.at_pixel(terrain, 15, 8) | CELL | {"band_mhz": band_mhz}
    bts, cells = world.make_ledger(cell)
    west, south, east, north = terrain.geobox.boundingbox.bbox
    district = {"district_code": ["d"], "full_name": ["D"], "kind": ["district"]}
    districts = gpd.GeoDataFrame(
        district | {"communes": [1]}, geometry=[shapely.box(west, south, east, north)],
        crs=world.CRS,
    )  # fmt: skip
    home = shapely.box(west + 600, south + 1400, west + 1000, south + 1800)
    homes = gpd.GeoDataFrame(
        {"settlement_id": ["s"], "name": ["s"], "district_code": ["d"], "residents": [100.0]},
        geometry=[home], crs=world.CRS,
    )  # fmt: skip
    given: dict[str, Any] = {"radius_km": 1.5, "criteria": CoverCriteria()} | options
    return compare_models(bts, cells, terrain, homes, districts, terrain.geobox, **given)


def test_the_levels_are_those_of_the_coverages() -> None:
    found = compared(variants=["p525", "hata:by-clutter", "hata:city", "p1812"])
    assert found.shares["model"].tolist() == ["p525", "hata:by-clutter", "hata:city", "p1812"]
    assert found.parameters["set_against"] == "p525"
    terrain = land()
    cell = world.at_pixel(terrain, 15, 8) | CELL | {"band_mhz": 900.0}

    def level(**options: Any) -> Any:
        return world.cover(terrain, cell, radius_km=1.5, **options)["level_dbm"].to_numpy()[0]

    base, city = level(model="p525"), level(model="hata", environment="city")
    reached = np.isfinite(base)
    table = found.levels.set_index(["model", "by", "group"])
    row = table.loc["hata:city", "all", "all"]
    assert row["pixels"] == reached.sum()
    assert row["mean_dbm"] == pytest.approx(city[reached].mean(dtype=float), abs=1e-3)
    assert row["spread_db"] == pytest.approx(city[reached].std(dtype=float), abs=1e-3)
    over = city[reached].astype(float) - base[reached]
    assert row["mean_over_db"] == pytest.approx(over.mean(), abs=1e-3)
    assert row["spread_over_db"] == pytest.approx(over.std(), abs=1e-3)
    # By clutter the town is Hata's city; the open west is not.
    town = ("clutter", "urban (3)")
    assert table.loc[("hata:by-clutter", *town), "mean_dbm"] == pytest.approx(
        table.loc[("hata:city", *town), "mean_dbm"]
    )
    west = ("clutter", "open (1)")
    gained = table.loc[("hata:by-clutter", *west), "mean_dbm"]
    assert gained > table.loc[("hata:city", *west), "mean_dbm"] + 10


def test_the_groups_hold_every_pixel_once() -> None:
    table = compared(variants=["p525"]).levels
    assert table["model"].drop_duplicates().tolist() == ["p1812", "p525"]
    for _, rows in table.groupby("model"):
        pixels = rows.groupby("by")["pixels"].sum()
        assert pixels["clutter"] == pixels["nearest site"] == pixels["all"]
    # Within 1 km of the mast lie 317 pixel centres of 100 m: the lattice points of the disc, but
    # for those 10 steps away along the axes, of which 4 stand on its rim (1 km is the next ring).
    near = table[(table["model"] == "p525") & (table["group"] == "0 to 1 km")]["pixels"].iloc[0]
    steps = [(a, b) for a in range(-10, 11) for b in range(-10, 11)]
    inside = sum(a * a + b * b < 100 for a, b in steps if 8 + b >= 0)
    rim = sum(a * a + b * b == 100 for a, b in steps if 8 + b >= 0)
    assert inside <= near <= inside + rim


def test_the_shares_are_those_of_the_figures() -> None:
    found = compared(variants=["p525", "p1812"]).shares.set_index("model")
    # 43 dBm into 1200 resource elements, free space: all homes have signal by far.
    assert found.loc["p525", "residents_cell_edge"] == 1.0
    assert 0.0 < found.loc["p1812", "land_area_median"] < 1.0


def test_a_refusal_is_a_row_with_its_words() -> None:
    found = compared(band_mhz=1800.0, variants=["p1812", "hata", "cost231"])
    row = found.shares.set_index("model").loc["hata"]
    assert row["remark"].startswith("refused: freq_mhz is 1800 MHz")
    assert math.isnan(row["residents_median"])
    assert "hata" not in set(found.levels["model"])
    assert "cost231" in set(found.levels["model"])


def test_what_does_not_exist_is_refused() -> None:
    for variants in (["okumura"], ["hata:jungle"], ["itm:by-clutter"]):
        with pytest.raises(InputError, match="expected"):
            compared(variants=variants)
    with pytest.raises(InputError, match="technology"):
        compared(variants=["p525"], technology="3G")


def test_every_model_is_among_the_variants() -> None:
    names = [variant.partition(":")[0] for variant in all_variants()]
    assert list(dict.fromkeys(names)) == [m.name for m in models()]
    assert "spm:by-clutter" in all_variants()
    assert "p1812:by-clutter" not in all_variants()


def test_by_command_line_on_the_reference_province(tmp_path: Path) -> None:
    process = run_cli(
        "models", "--compare", "--models", "p1812,hata,cost231:by-clutter", "--resolution",
        "2000", "--radius-km", "4", "--json", "c.json", "--csv", "tables", cwd=tmp_path,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    for words in (
        "covered share",
        "by clutter class",
        "suburban",
        f"• hata: {model('hata').meaning}; refused: freq_mhz is",
        "• cost231:by-clutter: as cost231, each pixel by its clutter class",
    ):
        assert words in process.stdout
    # Nothing is cut off in 80 columns, and no difference is minus nothing.
    assert "…" not in process.stdout
    assert "+0 ± 0" in process.stdout
    assert "-0 ±" not in process.stdout
    found = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    shares = {row["model"]: row for row in found["shares"]}
    assert shares["p1812"]["residents_median"] > 0.95
    assert shares["hata"]["residents_median"] is None
    assert found["parameters"]["set_against"] == "p1812"
    with (tmp_path / "tables" / "levels.csv").open(encoding="utf-8-sig") as file:
        lines = list(csv.reader(file))
    told = int(lines[0][1])
    assert lines[told][0] == "model"
    assert len(lines) - told - 1 == len(found["levels"])
    for arguments, words in (
        (("--models", "p525"), "--compare beside it"),
        (("--compare", "--models", "nothing"), "one of p1812"),
    ):
        process = run_cli("models", *arguments, cwd=tmp_path)
        assert process.returncode == 2
        assert words in " ".join(process.stderr.split())
