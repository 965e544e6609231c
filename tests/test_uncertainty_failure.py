from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from figures_world import box, make_coverage, make_settlements
from uncertainty_world import World, cover, small_world

from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.uncertainty import site_failures

#: Far above the defaults, so that most sites matter in a valley that has many.
CRITERIA = CoverCriteria(threshold_3g_dbm=-78.0, threshold_4g_dbm=-88.0)
COMBINATIONS = [
    (technology, operator)
    for technology in ("3G", "4G", "any", "both")
    for operator in ("Viettel", "MobiFone", "any", "all")
]
PART = 0.8


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


def province(coverage, world: World) -> pd.Series:
    figures = compute_figures(
        coverage,
        world.settlements,
        world.districts,
        criteria=CRITERIA,
        settlement_parts=(PART,),
        area_levels=("province",),
    )
    figures = figures[figures["basis"] == "cell_edge"]
    covered: pd.Series = figures.set_index(["technology", "operator", "denominator"])["covered"]
    return covered.sort_index()


def test_failure_of_twenty_sites_is_what_a_run_without_each_of_them_finds(world):
    tables = {
        (technology, operator): site_failures(
            world.coverage,
            world.settlements,
            criteria=CRITERIA,
            technology=technology,
            operator=operator,
            settlement_part=PART,
        ).set_index("site_id")
        for technology, operator in COMBINATIONS
    }
    before = province(world.coverage, world)
    # The ten that matter most, and ten spread over the rest.
    ranked = tables["4G", "any"].index
    tried = [*ranked[:10], *ranked[10 :: max(1, (len(ranked) - 10) // 10)][:10]]
    assert len(set(tried)) == 20
    lost_somewhere = 0
    for site_id in tried:
        after = province(cover(world, world.bts[world.bts["site_id"] != site_id]), world)
        lost = before - after
        for (technology, operator), table in tables.items():
            row = table.loc[site_id]
            truth = lost[technology, operator]
            for found, denominator in (
                (row["residents"], "residents"),
                (row["households"], "households"),
                (row["residential_area_km2"], "residential_area"),
                (row["settlements"], "settlements"),
            ):
                assert found == pytest.approx(truth[denominator], abs=1e-6), (
                    site_id,
                    technology,
                    operator,
                    denominator,
                )
            lost_somewhere += row["residents"] > 0
    assert lost_somewhere > 50


def two_sites(**servers: tuple[list[float], list[float], list[int], list[int]]):
    """Return a coverage of one row of two pixels; per layer best, runner-up and their servers."""
    coverage = make_coverage(**{name: np.array([best]) for name, (best, *_) in servers.items()})
    dims = ("layer", "y", "x")
    columns = list(zip(*servers.values(), strict=True))
    return coverage.assign(
        runner_up_dbm=(dims, np.array(columns[1], np.float32)[:, None, :]),
        best_server=(dims, np.array(columns[2], np.int32)[:, None, :]),
        runner_up_server=(dims, np.array(columns[3], np.int32)[:, None, :]),
    ).assign_coords(site_id=("cell", ["A", "B", "C"]))


def lost(coverage, **keywords) -> dict[str, float]:
    homes = make_settlements(("h", "d", 100.0, box(0, 0, 2, 1)))
    table = site_failures(coverage, homes, basis="median", **keywords)
    return dict(zip(table["site_id"], table["residents"], strict=True))


def test_a_shared_mast_takes_both_technologies_with_it_and_counts_its_loss_once():
    # West: A serves both technologies, B stands in for 3G only. East: A serves 4G, C serves 3G.
    coverage = two_sites(
        x_3g=([-60.0, -60.0], [-70.0, np.nan], [0, 2], [1, -1]),
        x_4g=([-60.0, -60.0], [np.nan, np.nan], [0, 0], [-1, -1]),
    )
    assert lost(coverage, technology="4G", operator="x") == {"A": 100, "B": 0, "C": 0}
    assert lost(coverage, technology="3G", operator="x") == {"A": 0, "B": 0, "C": 50}
    assert lost(coverage, technology="any", operator="x") == {"A": 0, "B": 0, "C": 0}
    assert lost(coverage, technology="both", operator="x") == {"A": 100, "B": 0, "C": 50}


def test_nobody_loses_what_nobody_had_and_a_missing_server_is_no_site():
    coverage = two_sites(x_4g=([np.nan, -130.0], [np.nan, np.nan], [-1, 2], [-1, -1]))
    assert lost(coverage, operator="x") == {"A": 0, "B": 0, "C": 0}


def test_a_settlement_falls_only_where_it_crosses_the_part():
    coverage = two_sites(x_4g=([-60.0, -60.0], [-70.0, np.nan], [0, 1], [2, -1]))
    homes = make_settlements(("h", "d", 100.0, box(0, 0, 2, 1)))
    for part, fallen in ((0.5, 0), (0.6, 1)):
        table = site_failures(coverage, homes, operator="x", settlement_part=part)
        row = table.set_index("site_id").loc["B"]
        assert (row["residents"], row["settlements"]) == (50.0, fallen)
        assert row["settlement_ids"] == ("h" if fallen else "")


def test_an_unknown_basis_or_layer_is_refused():
    coverage = two_sites(x_4g=([-60.0, -60.0], [np.nan, np.nan], [0, 0], [-1, -1]))
    homes = make_settlements(("h", "d", 100.0, box(0, 0, 2, 1)))
    with pytest.raises(InputError, match="cell_edge"):
        site_failures(coverage, homes, basis="expected")
    with pytest.raises(InputError, match="4G x"):
        site_failures(coverage, homes, operator="y")
