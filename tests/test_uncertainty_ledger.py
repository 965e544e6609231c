from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from uncertainty_world import World, cover, small_world

from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.uncertainty import (
    DoubtfulLedger,
    LedgerErrors,
    LevelErrors,
    add_intervals,
    error_sources,
)
from htcoverage.uncertainty.ledger_errors import sector_views, turned_change_db
from htcoverage.uncertainty.level_errors import cell_groups
from htcoverage.uncertainty.worlds import servers_at

CRITERIA = CoverCriteria(threshold_3g_dbm=-80.0, threshold_4g_dbm=-90.0)


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


def test_turned_antennas_change_levels_as_a_new_run_finds(world):
    random = np.random.default_rng(8)
    azimuth_deg = random.normal(0.0, 12.0, len(world.cells))
    tilt_deg = random.normal(0.0, 2.0, len(world.cells))
    turned = world.cells.assign(
        azimuth_deg=(world.cells["azimuth_deg"] + azimuth_deg) % 360.0,
        electrical_tilt_deg=world.cells["electrical_tilt_deg"] + tilt_deg,
    )
    again = cover(World(world.bts, turned, world.settlements, world.districts, world.terrain,
                        world.coverage), world.bts)  # fmt: skip
    coverage = world.coverage
    pixels = np.flatnonzero(~np.isnan(coverage["level_dbm"]).all("layer").to_numpy().ravel())
    servers = servers_at(coverage, cell_groups(coverage, world.cells), pixels, criteria=CRITERIA)
    ledger = DoubtfulLedger(world.bts, world.terrain)
    views = sector_views(servers, coverage, pixels, world.cells, ledger)
    assert np.array_equal(again["cell_id"], coverage["cell_id"])
    of_cell = pd.Series(np.arange(len(world.cells)), index=world.cells["cell_id"])
    order = of_cell[coverage["cell_id"].to_numpy()].to_numpy()
    change = turned_change_db(views, servers, azimuth_deg[order], tilt_deg[order])
    compared = 0
    for index, (technology, operator) in enumerate(servers.layers):
        layer = coverage["layer"][
            ((coverage["technology"] == technology) & (coverage["operator"] == operator)).to_numpy()
        ].item()
        then, now = (each.sel(layer=layer) for each in (coverage, again))
        for rank, (level, server) in enumerate(
            (("level_dbm", "best_server"), ("runner_up_dbm", "runner_up_server"))
        ):
            cell_then = then[server].to_numpy().ravel()[pixels]
            same = (cell_then == now[server].to_numpy().ravel()[pixels]) & (cell_then >= 0)
            difference = now[level].to_numpy().ravel() - then[level].to_numpy().ravel()
            error = change[index, rank][same] - difference[pixels][same]
            # Tables of a tenth of a degree and radials between pixels: a few tenths of a dB.
            assert np.abs(error).max() < 1.0
            assert np.sqrt(np.mean(error**2)) < 0.15
            assert np.abs(difference[pixels][same]).max() > 3.0
            compared += int(same.sum())
    assert compared > 2000


def test_the_ledger_s_errors_widen_the_interval_and_are_told_apart(world):
    figures = compute_figures(
        world.coverage, world.settlements, world.districts, criteria=CRITERIA,
        area_levels=("province",),
    )  # fmt: skip
    tables = (world.coverage, world.settlements, world.districts, world.cells)
    none = LevelErrors(0.0, 0.0, 0.0)
    still = DoubtfulLedger(world.bts, world.terrain, LedgerErrors(0.0, 0.0, 0.0))
    wrong = DoubtfulLedger(world.bts, world.terrain, LedgerErrors(2.0, 15.0, 2.0))
    unmoved = add_intervals(figures, *tables, errors=none, ledger=still, draws=20)
    np.testing.assert_allclose(unmoved["low"], figures["covered_share"], atol=1e-9)
    np.testing.assert_allclose(unmoved["high"], figures["covered_share"], atol=1e-9)
    moved = add_intervals(figures, *tables, errors=none, ledger=wrong, draws=40)
    edge = moved[(moved["denominator"] == "residents") & (moved["basis"] == "cell_edge")]
    assert (edge["high"] - edge["low"]).max() > 0.01
    assert moved.attrs["intervals"]["azimuth_sigma_deg"] == 15.0
    sources = error_sources(
        *tables, criteria=CRITERIA, errors=none, ledger=wrong, draws=40, operator="MobiFone"
    )  # fmt: skip
    rows = sources[sources["denominator"] == "residents"].set_index("source")
    assert {"EIRP", "azimuth and tilt"} <= set(rows.index)
    assert rows.loc["site", "sd_share"] < 1e-12
    assert rows.loc["azimuth and tilt", "sd_share"] > 0.0
    assert rows.loc["EIRP", "sd_share"] > 0.0


def test_a_negative_spread_is_refused():
    with pytest.raises(InputError, match="azimuth_sigma_deg"):
        LedgerErrors(azimuth_sigma_deg=-1.0)
