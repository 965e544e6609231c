"""From cut fibre to lost signal: bounds against the coverage computed again without what failed."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pytest
import shapely
from uncertainty_world import World, small_world

from htcoverage.coverage import compute_coverage
from htcoverage.crs import reproject
from htcoverage.fibre.criticality import fail
from htcoverage.fibre.graph import FibreNetwork, build_network
from htcoverage.fibre.radio import HomeCover, cover_lost, prepare_cover
from htcoverage.fibre.reach import Attachments, attach
from htcoverage.fibre.risk import risk_groups
from htcoverage.fibre.signal import Sweep, exact_cover_losses, signal_loss
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.grid import grid_of

#: High enough that homes in the valley lean on single sites.
DEMANDING = CoverCriteria(threshold_4g_dbm=-85.0)


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


@pytest.fixture(scope="module")
def cover(world: World) -> HomeCover:
    return prepare_cover(world.coverage, world.settlements, technology="4G", criteria=DEMANDING)


def swept(world: World) -> Sweep:
    return Sweep(world.coverage, bts=world.bts, cells=world.cells, terrain=world.terrain)


def uncovered_again(
    world: World, failed: list[str], criteria: CoverCriteria
) -> tuple[float, float]:
    """Residents with 4G of any operator before and after, by the figures of two coverages."""
    attributes = world.coverage.attrs
    left = ~world.bts["bts_id"].isin(failed)
    again = compute_coverage(
        world.bts[left],
        world.cells[~world.cells["bts_id"].isin(failed)],
        world.terrain,
        grid_of(world.coverage),
        radius_km=attributes["radius_km"],
    )
    covered = []
    for coverage in (world.coverage, again):
        rows = compute_figures(coverage, world.settlements, world.districts, criteria=criteria)
        row = rows[
            (rows["area_level"] == "province") & (rows["technology"] == "4G")
            & (rows["operator"] == "any") & (rows["denominator"] == "residents")
            & (rows["basis"] == "cell_edge")
        ]  # fmt: skip
        covered.append(float(row["covered"].iloc[0]))
    return covered[0], covered[1]


def worst_sites(world: World, count: int) -> list[list[str]]:
    server = world.coverage["best_server"].to_numpy()
    cells, seen = np.unique(server[server >= 0], return_counts=True)
    sites = world.coverage["site_id"].to_numpy()[cells]
    order = sorted(set(sites.tolist()), key=lambda site: (-seen[sites == site].sum(), site))
    return [
        world.bts.loc[world.bts["site_id"] == site, "bts_id"].tolist() for site in order[:count]
    ]


def test_one_site_down_is_exact_by_the_runner_up(world: World, cover: HomeCover) -> None:
    (failed,) = worst_sites(world, 1)
    before, after = uncovered_again(world, failed, DEMANDING)
    loss = cover_lost(cover, failed)
    assert loss.covered_before == pytest.approx(before, rel=1e-6)
    assert loss.lost_low == loss.lost_high
    assert loss.lost_high == pytest.approx(before - after, abs=1e-3 + 1e-6 * before)
    assert loss.lost_high > 0.0


def test_several_sites_down_lie_within_the_bounds_and_are_computed_again(world: World) -> None:
    usual = CoverCriteria()
    cover = prepare_cover(world.coverage, world.settlements, technology="4G")
    failed = [bts_id for site in worst_sites(world, 4) for bts_id in site]
    before, after = uncovered_again(world, failed, usual)
    loss = cover_lost(cover, failed)
    assert loss.lost_low < loss.lost_high  # else this world tests nothing
    assert loss.lost_low - 1e-3 <= before - after <= loss.lost_high + 1e-3
    (exact,) = exact_cover_losses(cover, swept(world), [failed])
    assert exact.lost_low == exact.lost_high
    assert exact.lost_high == pytest.approx(before - after, abs=1e-3 + 1e-6 * before)


def test_nothing_down_loses_nothing_and_all_down_loses_all(world: World, cover: HomeCover) -> None:
    assert cover_lost(cover, []).lost_high == 0.0
    everything = cover_lost(cover, world.bts["bts_id"].tolist())
    assert everything.lost_high == pytest.approx(everything.covered_before)


def chained(world: World) -> tuple[FibreNetwork, Attachments, np.ndarray]:
    """One owner's chain over all sites, from south to north: a cut takes all that is behind it."""
    sites = reproject(world.bts, world.settlements.crs).drop_duplicates("site_id")
    xy = np.column_stack([sites.geometry.x, sites.geometry.y])
    xy = xy[np.argsort(xy[:, 1], kind="stable")]
    lines = [shapely.LineString(pair) for pair in itertools.pairwise(xy)]
    chain = gpd.GeoDataFrame(
        {
            "span_id": [f"s{k}" for k in range(len(lines))],
            "owner": "V", "kind": ["inter-provincial"] + ["access"] * (len(lines) - 1),
            "cables": 1, "fibres": 24,
        },
        geometry=lines,
        crs=world.settlements.crs,
    )  # fmt: skip
    network = build_network(chain)
    operators = dict.fromkeys(world.bts["operator"], "V")
    places = attach(network, bts=world.bts, settlements=world.settlements, owners=operators)
    return network, places, xy


def test_every_cut_loses_what_the_ledger_without_its_base_stations_loses(world: World) -> None:
    usual = CoverCriteria()
    network, places, xy = chained(world)
    cover = prepare_cover(world.coverage, world.settlements, technology="4G")
    groups = risk_groups(network)
    found = signal_loss(network, places, groups, cover, swept(world))
    undecided = 0
    for span in range(0, len(xy) - 1, 3):
        failed = places.bts["bts_id"][fail(network, places, spans=[span]).bts].tolist()
        before, after = uncovered_again(world, failed, usual)
        assert found.spans[span] == pytest.approx(before - after, abs=1e-3 + 1e-6 * before)
        bounds = cover_lost(cover, failed)
        undecided += bounds.lost_low < bounds.lost_high
    assert undecided >= 3  # else the runner-up tells all in this world
    # No two spans of the chain share a line: what a line takes is what its span takes.
    by_line = {int(each[0]): lost for each, lost in zip(groups.members, found.routes, strict=True)}
    assert [by_line[span] for span in range(len(xy) - 1)] == found.spans.tolist()
    assert (np.diff(found.spans) <= 0.0).all()  # nearer to the core a cut takes more
    lost = found.ranked["residents_without_signal"]
    assert lost.is_monotonic_decreasing
    assert found.ranked["span_ids"].iloc[0] == "s0"
    assert lost.iloc[0] == found.spans[0] > 0.0
    at_core = reproject(world.bts, world.settlements.crs).geometry.distance(shapely.Point(xy[0]))
    assert found.ranked["bts_down"].iloc[0] == len(world.bts) - (at_core < 1.0).sum()


def test_failures_told_together_are_those_told_alone(world: World) -> None:
    # Eight sites on each of several lines, and all of them: what one takes another leaves on air.
    sites = reproject(world.bts, world.settlements.crs).drop_duplicates("site_id")
    order = np.argsort(sites.geometry.y.to_numpy(), kind="stable")
    names = sites["site_id"].to_numpy()[order]
    failures = [
        world.bts.loc[world.bts["site_id"].isin(names[k : k + 8]), "bts_id"].tolist()
        for k in range(0, len(names), 4)
    ]
    failures += [[], world.bts["bts_id"].tolist()]
    criteria = CoverCriteria(threshold_4g_dbm=-95.0)
    cover = prepare_cover(world.coverage, world.settlements, technology="4G", criteria=criteria)
    together = exact_cover_losses(cover, swept(world), failures)
    for bts_ids, loss in zip(failures, together, strict=True):
        assert loss == exact_cover_losses(cover, swept(world), [bts_ids])[0]
        bounds = cover_lost(cover, bts_ids)
        assert bounds.lost_low - 1e-9 <= loss.lost_high <= bounds.lost_high + 1e-9
    assert together[-2].lost_high == 0.0
    assert together[-1].lost_low == together[-1].covered_before > 0.0
    before, after = uncovered_again(world, failures[1], criteria)
    assert together[1].lost_high == pytest.approx(before - after, abs=1e-3 + 1e-6 * before)


def test_half_a_site_down_may_lose_nothing() -> None:
    cover = HomeCover(
        layers=(("4G", "X"),),
        level_dbm=np.array([[-70.0]], dtype=np.float32),
        runner_up_dbm=np.array([[-130.0]], dtype=np.float32),  # of c, too weak to cover
        best_bts=np.array([[0]]),
        runner_up_bts=np.array([[2]]),
        bts_ids=np.array(["a", "b", "c"], dtype=object),
        bts_group=np.array([0, 0, 1]),  # a and b stand together
        pixels=np.array([0]),
        residents=np.array([10.0]),
        criteria=CoverCriteria(),
        technology="4G",
        operator="any",
        basis="median",
    )
    half, whole = cover_lost(cover, ["a"]), cover_lost(cover, ["a", "b"])
    assert (half.lost_low, half.lost_high) == (0.0, 10.0)  # b may be as strong as a
    assert (whole.lost_low, whole.lost_high) == (10.0, 10.0)
