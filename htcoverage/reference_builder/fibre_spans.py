"""From edges of the road graph to spans: chains without a stop become one line."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from htcoverage.grid import DEFAULT_CRS
from htcoverage.reference_builder.ground import IntArray
from htcoverage.reference_builder.roads import Roads


@dataclass(frozen=True, eq=False)
class Cables:
    """Kind and cables of each owner on each edge, both of shape (owners, edges); 0 where none."""

    owners: tuple[str, ...]
    kind: npt.NDArray[np.str_]
    cables: IntArray


def chain_spans(roads: Roads, *, cables: Cables, stops: frozenset[int]) -> gpd.GeoDataFrame:
    """Return one span for each owner and chain, those of several owners with the same line.

    A chain runs between stops: settlements, masts, junctions, places where some owner's kind or
    cables change, and the given nodes. Lines that meet end on the same coordinates.

    Parameters
    ----------
    roads : Roads
    cables : Cables
    stops : frozenset of int
        Further nodes at which spans end.

    Returns
    -------
    GeoDataFrame
        ``owner, kind, cables`` and LineStrings, EPSG:9209; ordered by owner, kind and place.
    """
    used = np.flatnonzero((cables.cables > 0).any(axis=0))
    at_node: dict[int, list[int]] = defaultdict(list)
    for edge in used.tolist():
        for node in roads.edges[edge].tolist():
            at_node[node].append(edge)

    def same(a: int, b: int) -> bool:
        return bool(
            (cables.cables[:, a] == cables.cables[:, b]).all()
            and (cables.kind[:, a] == cables.kind[:, b]).all()
        )

    def is_stop(node: int) -> bool:
        edges = at_node[node]
        return (
            node in stops
            or node < roads.settlements + roads.masts
            or len(edges) != 2
            or not same(edges[0], edges[1])
        )

    rows = []
    done: set[int] = set()
    for start in sorted(at_node):
        if not is_stop(start):
            continue
        for first in at_node[start]:
            if first in done:
                continue
            chain, node = [], start
            edge = first
            while True:
                a, b = roads.edges[edge].tolist()
                chain.append(shapely.get_coordinates(roads.lines[edge])[:: 1 if node == a else -1])
                done.add(edge)
                node = b if node == a else a
                if is_stop(node):
                    break
                edge = next(other for other in at_node[node] if other != edge)
            # Each piece starts where the one before it ended: drop the repeated vertex.
            line = shapely.LineString(
                np.concatenate([chain[0], *(piece[1:] for piece in chain[1:])])
            )
            rows += [
                (o, str(cables.kind[o, first]), int(cables.cables[o, first]), line)
                for o in np.flatnonzero(cables.cables[:, first]).tolist()
            ]
    order = {"trunk": 0, "ring": 1, "access": 2}
    rows.sort(key=lambda row: (row[0], order[row[1]]))
    return gpd.GeoDataFrame(
        [(cables.owners[o], kind, count, line) for o, kind, count, line in rows],
        columns=["owner", "kind", "cables", "geometry"],
        geometry="geometry",
        crs=DEFAULT_CRS,
    )
