"""Single-cut survival by district, and the shortest additions that make a network survive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array
from scipy.spatial import cKDTree

from htcoverage.crs import line_lengths_m, reproject
from htcoverage.errors import argument_fault
from htcoverage.fibre.criticality import Criticality
from htcoverage.fibre.cuts import CutTree, walk_from_core
from htcoverage.fibre.graph import BoolArray, FibreNetwork
from htcoverage.fibre.lengths import FloatArray, IntArray
from htcoverage.fibre.reach import Attachments

Protect = Literal["trunk", "everything"]

#: New spans are looked for between a node and this many nearest nodes that it does not already
#: reach by two ways.
_NEAREST = 12

#: The search for the shortest additions stops when it is proved to be this near to the best, or
#: after so many branches: both make the same answer on every machine, a clock would not.
_GAP_SHARE = 0.01
_MOST_BRANCHES = 200


def survival_by_district(
    criticality: Criticality,
    attachments: Attachments,
    districts: gpd.GeoDataFrame,
    *,
    crs: str,
) -> pd.DataFrame:
    """Return which shares survive any single cut, by district and for all.

    Parameters
    ----------
    criticality, attachments : Criticality, Attachments
    districts : GeoDataFrame
        ``district_code, full_name``, polygons.
    crs : str
        CRS of the network.

    Returns
    -------
    DataFrame
        ``district_code, full_name``; ``bts`` (on air), ``bts_on_fibre, bts_span_cut_share,
        bts_route_cut_share`` (of base stations on fibre); ``residents, residents_on_fibre,
        residents_span_cut_share, residents_route_cut_share`` (of residents on fibre). Base stations
        outside every district have the code "". Shares are NaN where nobody is on fibre.
    """
    stations = attachments.bts
    code = districts_at(stations["x"].to_numpy(), stations["y"].to_numpy(), districts, crs)
    names = dict(
        zip(districts["district_code"].astype(str), districts["full_name"].astype(str), strict=True)
    )
    bts = pd.concat([criticality.bts_survives, pd.Series(code, name="code")], axis=1)
    homes = pd.concat(
        [
            criticality.settlement_survives,
            attachments.settlements[["district_code", "residents"]],
        ],
        axis=1,
    )
    rows = []
    for district in [*names, "", "all"]:
        own = bts if district == "all" else bts[bts["code"] == district]
        lived = homes if district == "all" else homes[homes["district_code"] == district]
        if len(own) == 0 and len(lived) == 0:
            continue
        on, people = int(own["connected"].sum()), lived["residents"]
        on_fibre = float(people[lived["connected"]].sum())
        rows.append(
            {
                "district_code": district,
                "full_name": names.get(district, ""),
                "bts": len(own),
                "bts_on_fibre": on,
                "bts_span_cut_share": own["span_cut"].sum() / on if on else np.nan,
                "bts_route_cut_share": own["route_cut"].sum() / on if on else np.nan,
                "residents": float(people.sum()),
                "residents_on_fibre": on_fibre,
                "residents_span_cut_share": _share(people[lived["span_cut"]], on_fibre),
                "residents_route_cut_share": _share(people[lived["route_cut"]], on_fibre),
            }
        )
    return pd.DataFrame(rows)


def _share(part: pd.Series, whole: float) -> float:
    return float(part.sum()) / whole if whole else float("nan")


def districts_at(x: FloatArray, y: FloatArray, districts: gpd.GeoDataFrame, crs: str) -> list[str]:
    """Return the code of the district at each point, the first of several, "" where none is."""
    areas = reproject(districts, crs)
    point, area = shapely.STRtree(areas.geometry.to_numpy()).query(
        shapely.points(x, y), predicate="intersects"
    )
    codes = areas["district_code"].astype(str).to_numpy()
    found = [""] * len(x)
    for p, a in zip(point[::-1].tolist(), area[::-1].tolist(), strict=True):
        found[p] = str(codes[a])
    return found


@dataclass(frozen=True, eq=False)
class Additions:
    """New spans after which no single span's failure cuts a protected node off.

    Parameters
    ----------
    spans : GeoDataFrame
        ``owner, length_km`` and a straight line each.
    ends : int[spans, 2]
        The fibre nodes that each joins.
    length_km : float
        Their sum, ellipsoid.
    lower_bound_km : float
        No choice among the straight lines looked at is shorter.
    bridges_before : int
        Spans whose single failure cut a protected node off.
    unprotected : int
        Of these, spans beyond which no line looked at leads back: they stay bridges.
    """

    spans: gpd.GeoDataFrame
    ends: IntArray
    length_km: float
    lower_bound_km: float
    bridges_before: int
    unprotected: int

    @property
    def gap_share(self) -> float:
        """How far above the shortest choice this one can be, as a share of the bound."""
        return 0.0 if self.length_km == 0.0 else self.length_km / self.lower_bound_km - 1.0


def shortest_additions(
    network: FibreNetwork, *, owner: str, protect: Protect = "trunk"
) -> Additions:
    """Find the shortest new spans that make one owner's nodes survive any single span's failure.

    The bridges to be crossed form a tree, and a new span between two nodes crosses those between
    them: a covering problem (tree augmentation, NP-hard). It is solved by branch and bound over
    its linear relaxation (HiGHS), which also gives the bound; it stops within 1 % or after 200
    branches. New spans are straight lines between a node and the nearest nodes of its owner in
    other parts of the tree: a plan over roads is longer, so the bound holds for straight lines
    only. None joins the two ends of one span: a second cable there would hang on the same poles
    and fall with the first.

    Parameters
    ----------
    network : FibreNetwork
    owner : str
        Whose network is strengthened.
    protect : {"trunk", "everything"}
        The owner's nodes of trunk spans, or all of its nodes that the core reaches.

    Raises
    ------
    InputError
        If the owner has no span, or ``protect`` is neither word.
    """
    if protect not in ("trunk", "everything"):
        raise argument_fault("protect", protect, "'trunk' or 'everything'")
    if owner not in network.owners:
        raise argument_fault("owner", owner, f"one of {', '.join(network.owners)}")
    tree = walk_from_core(len(network.node_xy_m), network.ends, network.core)
    wanted = (network.node_owner == owner) & (tree.place >= 0)
    if protect == "trunk":
        on_trunk = np.zeros(len(wanted), dtype=bool)
        on_trunk[network.ends[(network.spans["kind"] == "trunk").to_numpy()]] = True
        wanted &= on_trunk
    parts = _parts(tree, wanted)
    count = len(parts.above)
    if count == 0:
        return _none(network, owner, bridges=0)
    pairs, length_km = _candidates(network, parts, owner, tree)
    crossed = [parts.between(parts.part[a], parts.part[b]) for a, b in pairs.tolist()]
    row = np.concatenate([np.asarray(each, dtype=np.intp) for each in crossed])
    col = np.repeat(np.arange(len(pairs)), [len(each) for each in crossed])
    cover = coo_array((np.ones(len(row)), (row, col)), shape=(count, len(pairs))).tocsr()
    possible = np.diff(cover.indptr) > 0
    if not possible.any():
        return _none(network, owner, bridges=count)
    solved = milp(
        length_km,
        integrality=np.ones(len(pairs), dtype=np.int64),
        bounds=Bounds(0.0, 1.0),
        constraints=LinearConstraint(cover[possible], 1.0, np.inf),
        options={"mip_rel_gap": _GAP_SHARE, "node_limit": _MOST_BRANCHES},
    )
    if solved.x is None:  # HiGHS finds a cover before it branches
        raise RuntimeError(f"no additions found: {solved.message}")
    chosen = _needed(np.flatnonzero(solved.x > 0.5), cover[possible], length_km)
    spans = _lines(network, owner, pairs[chosen])
    total_km = float(length_km[chosen].sum())
    bound_km = min(float(solved.mip_dual_bound), total_km)
    return Additions(spans, pairs[chosen], total_km, bound_km, count, int((~possible).sum()))


def _none(network: FibreNetwork, owner: str, *, bridges: int) -> Additions:
    ends = np.zeros((0, 2), dtype=np.intp)
    return Additions(_lines(network, owner, ends), ends, 0.0, 0.0, bridges, bridges)


@dataclass(frozen=True, eq=False)
class _Parts:
    """What falls apart when all bridges to protected nodes are cut: a tree of parts.

    ``part`` gives each node's part (−1: another owner's, or not reached); part 0 holds the core and
    ``above[k - 1]`` is the part beyond the bridge of part k; ``depth`` counts bridges to the core.
    """

    part: IntArray
    above: IntArray
    depth: IntArray

    def between(self, a: int, b: int) -> list[int]:
        """Return the bridges on the way between two parts, by number."""
        crossed = []
        while a != b:
            if self.depth[a] < self.depth[b]:
                a, b = b, a
            crossed.append(a - 1)
            a = int(self.above[a - 1])
        return crossed


def _parts(tree: CutTree, wanted: BoolArray) -> _Parts:
    """Return the parts between bridges that have a wanted node below them."""
    below = np.concatenate([[0], np.cumsum(wanted[tree.order])])
    part = np.full(len(tree.place), -1, dtype=np.intp)
    above: list[int] = []
    depth = [0]
    for node in tree.order.tolist():
        parent = int(tree.parent[node])
        start = int(tree.place[node])
        leads = below[start + int(tree.size[node])] > below[start]
        if parent < 0:
            part[node] = 0
        elif tree.bridge[tree.parent_edge[node]] and leads:
            above.append(int(part[parent]))
            depth.append(depth[int(part[parent])] + 1)
            part[node] = len(above)
        else:
            part[node] = part[parent]
    return _Parts(part, np.asarray(above, dtype=np.intp), np.asarray(depth, dtype=np.intp))


def _candidates(
    network: FibreNetwork, parts: _Parts, owner: str, tree: CutTree
) -> tuple[IntArray, FloatArray]:
    """Return pairs of nodes in different parts, near each other, and their straight lengths.

    Of the pairs that join the same two parts only the shortest is kept. Each part's nodes also look
    for the two nearest nodes outside everything beyond its bridge, so that every bridge is crossed:
    the bridge itself joins one pair alone, and pairs that a span joins are left out.
    """
    own = np.flatnonzero((network.node_owner == owner) & (tree.place >= 0))
    xy = network.node_xy_m[own]
    found = [_near_pairs(xy, xy, own, own)]
    for number in range(1, len(parts.depth)):
        # The part's subtree is what is beyond its bridge: a run of the walk from its first node.
        top = own[parts.part[own] == number]
        top = top[np.argmin(tree.place[top])]
        inside = tree.order[tree.place[top] : tree.place[top] + tree.size[top]]
        beyond = np.zeros(len(tree.place), dtype=bool)
        beyond[inside] = True
        outside = own[~beyond[own]]
        found.append(
            _near_pairs(network.node_xy_m[inside], network.node_xy_m[outside], inside, outside, k=2)
        )
    pairs = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    joined = np.sort(network.ends, axis=1)
    count = len(network.node_xy_m)
    a, b = parts.part[pairs].T
    pairs = pairs[(a != b) & ~np.isin(pairs @ [count, 1], joined @ [count, 1])]
    length_km = (
        line_lengths_m(
            [shapely.LineString(xy) for xy in network.node_xy_m[pairs]], network.spans.crs
        )
        / 1000.0
    )
    joins = np.sort(parts.part[pairs], axis=1)
    order = np.lexsort((length_km, joins[:, 1], joins[:, 0]))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(joins[order], axis=0) != 0).any(axis=1)
    kept = np.sort(order[first])
    return pairs[kept], length_km[kept]


def _near_pairs(
    from_xy: FloatArray, to_xy: FloatArray, start: IntArray, stop: IntArray, *, k: int = _NEAREST
) -> IntArray:
    if len(start) == 0 or len(stop) == 0:
        return np.zeros((0, 2), dtype=np.intp)
    query = cKDTree(to_xy).query(from_xy, k=range(1, min(k, len(stop)) + 1))
    nearest = np.asarray(query[1], dtype=np.intp)
    return np.column_stack([np.repeat(start, nearest.shape[1]), stop[nearest.ravel()]])


def _needed(chosen: IntArray, cover: csr_array, length_km: FloatArray) -> IntArray:
    """Return the choice without spans that others make superfluous, the longest dropped first."""
    times: FloatArray = np.asarray(cover[:, chosen].sum(axis=1), dtype=np.float64).ravel()
    columns = cover.tocsc()
    kept = []
    for place in chosen[np.argsort(-length_km[chosen], kind="stable")].tolist():
        rows = columns.indices[columns.indptr[place] : columns.indptr[place + 1]]
        if (times[rows] > 1.5).all():
            times[rows] -= 1.0
        else:
            kept.append(place)
    return np.sort(np.asarray(kept, dtype=np.intp))


def _lines(network: FibreNetwork, owner: str, pairs: IntArray) -> gpd.GeoDataFrame:
    lines = [shapely.LineString(xy) for xy in network.node_xy_m[pairs]]
    return gpd.GeoDataFrame(
        {
            "owner": np.full(len(pairs), owner, dtype=object),
            "length_km": line_lengths_m(lines, network.spans.crs) / 1000.0
            if lines
            else np.zeros(0),
        },
        geometry=lines,
        crs=network.spans.crs,
    )
