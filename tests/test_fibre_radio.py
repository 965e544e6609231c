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
from htcoverage.errors import InputError
from htcoverage.fibre.criticality import fail
from htcoverage.fibre.graph import FibreNetwork, build_network
from htcoverage.fibre.radio import (
    HomeCover,
    cover_lost,
    exact_cover_lost,
    prepare_cover,
    rank_cover_loss,
    worst_cover_loss,
)
from htcoverage.fibre.reach import Attachments, attach
from htcoverage.fibre.risk import risk_groups
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
    exact = exact_cover_lost(
        cover, world.coverage, failed, bts=world.bts, cells=world.cells, terrain=world.terrain
    )
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


def test_pole_lines_are_ranked_by_those_who_lose_signal(world: World, cover: HomeCover) -> None:
    network, places, xy = chained(world)
    ranked = rank_cover_loss(network, places, risk_groups(network), cover)
    assert ranked["residents_lost_high"].is_monotonic_decreasing
    assert ranked["span_ids"].iloc[0] == "s0"
    assert (
        ranked["bts_down"].iloc[0]
        == len(world.bts)
        - (
            reproject(world.bts, world.settlements.crs).geometry.distance(shapely.Point(xy[0])) < 1
        ).sum()
    )
    behind = ranked.set_index("span_ids")["bts_down"]
    assert behind["s0"] > behind[f"s{len(xy) - 2}"]


def test_the_worst_lines_are_those_of_all_lines_computed_again(world: World) -> None:
    network, places, _ = chained(world)
    cover = prepare_cover(world.coverage, world.settlements, technology="4G")
    inputs = {"bts": world.bts, "cells": world.cells, "terrain": world.terrain}
    groups = risk_groups(network)
    lost = []
    for members in groups.members:
        fallen = fail(network, places, spans=members).bts
        ids = places.bts["bts_id"][fallen]
        lost.append(exact_cover_lost(cover, world.coverage, ids, **inputs).lost_high)
    worst = worst_cover_loss(network, places, groups, cover, world.coverage, count=2, **inputs)
    assert worst["residents_lost"].tolist() == pytest.approx(sorted(lost)[:-3:-1])
    assert lost[0] == max(lost) > 0.0  # next to the core: all but one site
    assert worst["span_ids"].iloc[0] == "s0"
    with pytest.raises(InputError, match="1 or more"):
        worst_cover_loss(network, places, groups, cover, world.coverage, count=0, **inputs)


def test_a_line_with_the_higher_bound_is_not_the_worst_for_that(world: World) -> None:
    # Eight sites on each line, from south to north, all lines from one station far away.
    sites = reproject(world.bts, world.settlements.crs).drop_duplicates("site_id")
    xy = np.column_stack([sites.geometry.x, sites.geometry.y])
    xy = xy[np.argsort(xy[:, 1], kind="stable")]
    hub = xy[0] - [0.0, 100_000.0]
    lines = [shapely.LineString([hub, *xy[k : k + 8]]) for k in range(0, len(xy), 8)]
    lines.append(shapely.LineString([hub, hub - [0.0, 1000.0]]))
    star = gpd.GeoDataFrame(
        {
            "span_id": [f"s{k}" for k in range(len(lines))],
            "owner": "V", "kind": ["access"] * (len(lines) - 1) + ["inter-provincial"],
            "cables": 1, "fibres": 24,
        },
        geometry=lines,
        crs=world.settlements.crs,
    )  # fmt: skip
    network = build_network(star)
    operators = dict.fromkeys(world.bts["operator"], "V")
    places = attach(network, bts=world.bts, settlements=world.settlements, owners=operators)
    inputs = {"bts": world.bts, "cells": world.cells, "terrain": world.terrain}
    groups = risk_groups(network)
    criteria = CoverCriteria(threshold_4g_dbm=-95.0)
    cover = prepare_cover(world.coverage, world.settlements, technology="4G", criteria=criteria)
    ranked = rank_cover_loss(network, places, groups, cover)
    worst = worst_cover_loss(network, places, groups, cover, world.coverage, count=2, **inputs)
    assert ranked["span_ids"].iloc[0] == worst["span_ids"].iloc[0] == "s6"  # all of them
    below = ranked[ranked["lines"] == 1].iloc[1]
    assert below["residents_lost_low"] <= worst["residents_lost"].iloc[1]
    exact = {}
    for span in range(len(lines) - 1):
        ids = places.bts["bts_id"][fail(network, places, spans=[span]).bts]
        exact[f"s{span}"] = exact_cover_lost(cover, world.coverage, ids, **inputs).lost_high
    best = max(exact, key=lambda name: exact[name])
    assert below["span_ids"] != best  # else this world tests nothing
    assert worst["span_ids"].iloc[1] == best
    assert worst["residents_lost"].iloc[1] == pytest.approx(exact[best])


def test_all_down_computed_again_loses_all(world: World) -> None:
    cover = prepare_cover(world.coverage, world.settlements, technology="4G")
    loss = exact_cover_lost(
        cover, world.coverage, world.bts["bts_id"], bts=world.bts, cells=world.cells,
        terrain=world.terrain,
    )  # fmt: skip
    assert loss.lost_low == loss.lost_high == loss.covered_before > 0.0


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
