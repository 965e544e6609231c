"""How long the fibre analysis takes: the reference network, ten times it, and a large tree.

    python benchmarks/fibre.py [--times 10] [--json FILE]

Wall-clock and processor seconds, best of three (one for the large network), compiled kernels warm;
on a machine with other work the processor's seconds are those to compare. The large
network is the reference copied ``--times`` times side by side, every copy with its own base
stations and settlements. The tree joins 500 random nodes of a grid of 300 × 300 nodes with eight
neighbours and random costs (seed 0).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array, csr_array

from htcoverage.crs import reproject
from htcoverage.fibre import (
    analyse_criticality,
    analyse_fibre,
    node_criticality,
    plan_extension,
    read_fibre,
    shortest_additions,
    span_criticality,
    steiner_tree,
    summarise_fibre,
    terrain_cost_graph,
)
from htcoverage.reference import load_reference

#: Targets of the design, s.
TARGETS = {
    "load, clean, analyse": 5.0,
    "criticality of every span": 5.0,
    "load, clean, analyse, large": 60.0,
    "tree: 90 000 nodes, 500 terminals": 2.0,
}
#: Copies stand this far apart, m: wider than the province.
APART_M = 200_000.0


def best_of(times: int, job: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """Return the least wall-clock and the least processor seconds, and the result."""
    wall, processor = [], []
    for _ in range(times):
        start, used = time.perf_counter(), time.process_time()
        result = job()
        wall.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
    return (min(wall), min(processor)), result


def copies(table: gpd.GeoDataFrame, times: int, *, names: tuple[str, ...]) -> gpd.GeoDataFrame:
    parts = []
    for k in range(times):
        moved = shapely.transform(
            table.geometry.to_numpy(), lambda xy, k=k: xy + APART_M * np.array([k % 4, k // 4])
        )
        part = table.set_geometry(gpd.GeoSeries(moved, index=table.index, crs=table.crs))
        parts.append(part.assign(**{name: part[name] + f"-{k}" for name in names}))
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=table.crs)


def random_grid(side: int, rng: np.random.Generator) -> csr_array:
    number = np.arange(side * side).reshape(side, side)
    a, b, length = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = number[: side - down, max(-right, 0) : side - max(right, 0)]
        there = number[down:, max(right, 0) : side + min(right, 0)]
        a.append(here.ravel())
        b.append(there.ravel())
        length.append(np.full(here.size, np.hypot(down, right)))
    low, high = np.concatenate(a), np.concatenate(b)
    cost = np.concatenate(length) * (1.0 + 2.0 * rng.random(len(low)))
    return coo_array(
        (np.tile(cost, 2), (np.concatenate([low, high]), np.concatenate([high, low]))),
        shape=(side * side,) * 2,
    ).tocsr()


def measure(times: int) -> list[dict[str, Any]]:
    reference = load_reference()
    path = reference.data_dir / "fibre" / "spans.gpkg"
    crs = reference.spans.crs
    rows: list[dict[str, Any]] = []

    def tell(name: str, seconds: tuple[float, float], **figures: Any) -> None:
        wall, processor = (round(each, 3) for each in seconds)
        rows.append({"what": name, "seconds": wall, "processor_seconds": processor, **figures})
        target = TARGETS.get(name)
        told = "" if target is None else f" (target {target:g} s)"
        print(
            f"{name}: {wall:.2f} s, processor {processor:.2f} s{told} {figures or ''}", flush=True
        )

    def whole() -> Any:
        return analyse_fibre(
            read_fibre(path).spans, bts=reference.bts, settlements=reference.settlements,
            districts=reference.districts,
        )  # fmt: skip

    seconds, analysis = best_of(3, whole)
    network, places = analysis.network, analysis.attachments
    tell("load, clean, analyse", seconds, spans=len(network.spans), nodes=len(network.node_xy_m))
    seconds, _ = best_of(3, lambda: span_criticality(network, places))
    tell("criticality of every span", seconds)
    seconds, _ = best_of(3, lambda: node_criticality(network, places))
    tell("criticality of every node", seconds)
    seconds, _ = best_of(3, lambda: analyse_criticality(network, places, groups=analysis.groups))
    tell("criticality of spans, nodes and pole lines", seconds)
    for protect in ("trunk", "everything"):
        for owner in network.owners:
            seconds, found = best_of(
                1, lambda o=owner, p=protect: shortest_additions(network, owner=o, protect=p)
            )
            tell(
                f"shortest additions, {owner}, {protect}", seconds,
                km=round(found.length_km, 1), at_most_above_shortest=round(found.gap_share, 4),
            )  # fmt: skip
    bounds = tuple(map(float, reference.districts.total_bounds))
    graph = terrain_cost_graph(reference.terrain, bounds=bounds)
    served = places.settlements["owners"].to_numpy() != ""
    villages = reference.settlements[~served]
    plan_extension(network, villages, graph)  # compiles the ascent
    seconds, plan = best_of(3, lambda: plan_extension(network, villages, graph))
    tell(
        "extension to the villages without fibre", seconds, nodes=len(graph.xy_m),
        at_most_above_cheapest=round(plan.gap_share, 4),
    )  # fmt: skip
    rng = np.random.default_rng(0)
    matrix = random_grid(300, rng)
    terminals = rng.choice(matrix.shape[0], 500, replace=False)
    seconds, tree = best_of(3, lambda: steiner_tree(matrix, terminals))
    tell(
        "tree: 90 000 nodes, 500 terminals", seconds,
        at_most_above_cheapest=round(tree.gap_share, 4),
    )  # fmt: skip
    spans = copies(reference.spans, times, names=("span_id",))
    bts = copies(reproject(reference.bts, str(crs)), times, names=("bts_id", "site_id"))
    homes = copies(reference.settlements, times, names=("settlement_id",))
    areas = copies(reference.districts, times, names=("district_code",))
    seconds, large = best_of(
        1, lambda: analyse_fibre(spans, bts=bts, settlements=homes, districts=areas)
    )
    tell("load, clean, analyse, large", seconds, spans=len(spans))
    one, many = summarise_fibre(analysis), summarise_fibre(large)
    assert many["bridges"] == times * one["bridges"]
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = measure(arguments.times)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
