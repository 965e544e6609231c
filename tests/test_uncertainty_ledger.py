from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from uncertainty_world import World, cover, small_world

from htcoverage.antennas import pattern
from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.figures.cover import layer_excess
from htcoverage.uncertainty import (
    DoubtfulLedger,
    LedgerErrors,
    LevelErrors,
    add_intervals,
    error_sources,
    moved_ledger,
    sweep_alternatives,
)
from htcoverage.uncertainty.alternatives import (
    DIRECTIONS,
    drawn_steps,
    level_changes_db,
    moved_change_db,
)
from htcoverage.uncertainty.ledger_errors import sector_views, turned_change_db
from htcoverage.uncertainty.level_errors import cell_groups
from htcoverage.uncertainty.worlds import servers_at, world_excess

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
    again = cover(replace(world, cells=turned), world.bts)
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


def test_antennas_of_the_user_s_own_turn_by_their_own_pattern(world):
    named = world.cells.assign(antenna="own")
    pixels = np.flatnonzero(~np.isnan(world.coverage["level_dbm"]).all("layer").to_numpy().ravel())
    groups = cell_groups(world.coverage, world.cells)
    servers = servers_at(world.coverage, groups, pixels[::50], criteria=CRITERIA)

    def change(cells, patterns):
        ledger = DoubtfulLedger(world.bts, world.terrain, patterns=patterns)
        views = sector_views(servers, world.coverage, pixels[::50], cells, ledger)
        error_deg = np.full(len(world.cells), 20.0)
        return turned_change_db(views, servers, error_deg, 0.0 * error_deg)

    built_in = change(world.cells.assign(antenna="3gpp-36814-h33"), {})
    np.testing.assert_array_equal(change(named, {"own": pattern("3gpp-36814-h33")}), built_in)
    assert np.abs(built_in).max() > 3.0
    np.testing.assert_array_equal(change(named, {"own": pattern("omni")}), 0.0)
    with pytest.raises(InputError, match="own"):
        change(named, {})


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


@pytest.fixture(scope="module")
def alternatives(world):
    return sweep_alternatives(
        lambda bts, cells: cover(replace(world, cells=cells), bts),
        world.bts, world.cells, crs=world.coverage.attrs["crs"],
        height_sigma_m=2.0, position_sigma_m=20.0,
    )  # fmt: skip


def test_pre_swept_masts_stand_for_five_full_runs(world, alternatives):
    coverage, crs = world.coverage, world.coverage.attrs["crs"]
    groups = cell_groups(coverage, world.cells)
    pixels = np.flatnonzero(~np.isnan(coverage["level_dbm"]).all("layer").to_numpy().ravel())
    servers = servers_at(coverage, groups, pixels, criteria=CRITERIA)
    changes = level_changes_db(servers, coverage, pixels, alternatives)
    names = np.unique(coverage["site_id"].to_numpy())
    of_bts = pd.Series(np.arange(len(names)), index=names).reindex(world.bts["site_id"])
    random = np.random.default_rng(0)
    still, moved = [], []
    for _ in range(5):
        taken = drawn_steps(alternatives, len(names), random)
        by_direction = {f"{direction}_m": np.zeros(len(world.bts)) for direction in DIRECTIONS}
        for steps, each in zip(taken, alternatives, strict=True):
            reached = steps[of_bts.fillna(0).to_numpy(int)] & of_bts.notna().to_numpy()
            by_direction[f"{each.direction}_m"] += np.where(reached, each.step_m, 0.0)
        bts, cells = moved_ledger(world.bts, world.cells, crs=crs, **by_direction)
        truth = cover(replace(world, cells=cells), bts)
        excess = layer_excess(truth, criteria=CRITERIA, pixels=pixels)
        guessed = world_excess(
            servers, np.zeros(len(groups.site)), key=np.uint64(0), local_sigma_db=0.0,
            change_db=moved_change_db(changes, taken, groups.site[servers.cell]),
        )  # fmt: skip
        predicted = layer_excess(coverage, criteria=CRITERIA, pixels=pixels)
        for key in servers.layers:
            true_db = excess.layers[key]
            still.append(predicted.layers[key] - true_db)
            moved.append(guessed.layers[key] - true_db)
            covered = np.mean(true_db >= CRITERIA.margin_db)
            assert np.mean(guessed.layers[key] >= CRITERIA.margin_db) == pytest.approx(
                covered, abs=0.01
            )
    still_db, moved_db = (np.concatenate(each) for each in (still, moved))
    # Steps of a site are added up, which near an obstacle they do not; on the whole they do.
    assert np.abs(moved_db).mean() < 0.25 * np.abs(still_db).mean()
    assert np.quantile(np.abs(moved_db), 0.95) < 0.6


def test_steps_have_the_spread_that_they_stand_for(alternatives):
    taken = drawn_steps(alternatives, 200_000, np.random.default_rng(3))
    for direction, sigma_m in (("height", 2.0), ("east", 20.0), ("north", 20.0)):
        steps = sum(
            np.where(chosen, each.step_m, 0.0)
            for chosen, each in zip(taken, alternatives, strict=True)
            if each.direction == direction
        )
        assert steps.std() == pytest.approx(sigma_m, rel=0.01)
        assert abs(steps.mean()) < 0.01 * sigma_m
    assert np.corrcoef(taken[0], taken[2])[0, 1] == pytest.approx(0.0, abs=0.01)


def test_heights_and_positions_are_a_source_of_their_own(world, alternatives):
    doubtful = DoubtfulLedger(
        world.bts, world.terrain, LedgerErrors(0.0, 0.0, 0.0), alternatives
    )  # fmt: skip
    sources = error_sources(
        world.coverage, world.settlements, world.districts, world.cells, criteria=CRITERIA,
        errors=LevelErrors(0.0, 0.0, 0.0), ledger=doubtful, draws=20, operator="MobiFone",
    )  # fmt: skip
    rows = sources[sources["denominator"] == "residents"].set_index("source")
    assert rows.loc["height and position", "sd_share"] > 0.0
    assert rows.loc["height and position", "variance_part"] == pytest.approx(1.0)


def test_a_negative_spread_is_refused(world):
    with pytest.raises(InputError, match="height_sigma_m"):
        sweep_alternatives(
            lambda bts, cells: world.coverage, world.bts, world.cells, crs="EPSG:9209",
            height_sigma_m=-1.0, position_sigma_m=0.0,
        )  # fmt: skip
    with pytest.raises(InputError, match="azimuth_sigma_deg"):
        LedgerErrors(azimuth_sigma_deg=-1.0)
