"""Faults of drawing that are reported and left: what they mean is for the planner to say."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from htcoverage.crs import line_lengths_m
from htcoverage.fibre.graph import cluster_points
from htcoverage.fibre.lengths import IntArray, split_segments
from htcoverage.fibre.rows import finding, findings_table


def same_owner_overlaps(spans: gpd.GeoDataFrame) -> pd.DataFrame:
    """Report pairs of spans of one owner that share a piece: its cable may be counted twice."""
    segments = split_segments(spans)
    owner = spans["owner"].to_numpy()
    names = spans["span_id"].to_numpy()
    rows = pd.DataFrame({"segment": segments.segment, "span": segments.span})
    rows = rows.assign(owner=owner[rows["span"]]).drop_duplicates()
    pairs = rows.merge(rows, on=["segment", "owner"], suffixes=("", "_other"))
    pairs = pairs[pairs["span"] < pairs["span_other"]]
    pairs = pairs.assign(length_m=segments.length_m[pairs["segment"]])
    told = []
    for (a, b), shared in pairs.groupby(["span", "span_other"], sort=True):
        length_m = float(shared["length_m"].sum())
        at = shapely.get_point(segments.lines[shared["segment"].iloc[0]], 0)
        told.append(
            finding("overlap", [names[a], names[b]], owner[a], at, f"share {length_m:.0f} m: kept")
        )
    return findings_table(told)


def same_owner_crossings(spans: gpd.GeoDataFrame) -> pd.DataFrame:
    """Report where insides of two spans of one owner cross without a node."""
    lines = spans.geometry.to_numpy()
    owner = spans["owner"].to_numpy()
    names = spans["span_id"].to_numpy()
    a, b = shapely.STRtree(lines).query(lines, predicate="crosses")
    keep = (a < b) & (owner[a] == owner[b])
    a, b = a[keep], b[keep]
    told = []
    for first, second, shape in zip(a, b, shapely.intersection(lines[a], lines[b]), strict=True):
        ends = shapely.multipoints(
            [shapely.get_point(lines[k], e) for k in (first, second) for e in (0, -1)]
        )
        for part in shapely.get_parts(shape):
            at = shapely.get_point(part, 0) if part.geom_type != "Point" else part
            if shapely.distance(at, ends) > 1e-6:
                told.append(
                    finding(
                        "crossing", [names[first], names[second]], owner[first], at,
                        "cross without a node: not joined",
                    )
                )  # fmt: skip
    return findings_table(told)


def self_crossings(spans: gpd.GeoDataFrame) -> pd.DataFrame:
    """Report lines that cross themselves; their whole length counts."""
    lines = spans.geometry.to_numpy()
    told = []
    for k in np.flatnonzero(~shapely.is_simple(lines)):
        nodes = shapely.node(lines[k])
        parts = shapely.get_parts(nodes)
        at = shapely.get_point(parts[0], -1)
        row = spans.iloc[k]
        told.append(finding("self_crossing", [row["span_id"]], row["owner"], at, "kept as drawn"))
    return findings_table(told)


def dangling_ends(spans: gpd.GeoDataFrame, *, tolerance_m: float, near_m: float) -> pd.DataFrame:
    """Report lone ends that stop short of another span of their owner, by up to ``near_m``."""
    lines = spans.geometry.to_numpy()
    owner = spans["owner"].to_numpy()
    names = spans["span_id"].to_numpy()
    label = _end_labels(spans, tolerance_m=tolerance_m)
    lone = np.bincount(label.ravel())[label] == 1
    span, end = np.nonzero(lone)
    points = np.where(
        end == 0, shapely.get_point(lines[span], 0), shapely.get_point(lines[span], -1)
    )
    at, other = shapely.STRtree(lines).query(points, predicate="dwithin", distance=near_m)
    keep = (owner[span[at]] == owner[other]) & (span[at] != other)
    at, other = at[keep], other[keep]
    gap_m = shapely.distance(points[at], lines[other])
    order = np.lexsort((gap_m, at))
    at, other, gap_m = at[order], other[order], gap_m[order]
    nearest = np.concatenate([[True], np.diff(at) > 0]) if len(at) else np.zeros(0, bool)
    return findings_table(
        finding(
            "dangling_end", [names[span[i]], names[j]], owner[span[i]], points[i],
            f"ends {gap:.1f} m short of {names[j]}: not joined",
        )
        for i, j, gap in zip(at[nearest], other[nearest], gap_m[nearest], strict=True)
    )  # fmt: skip


def islands(spans: gpd.GeoDataFrame, *, tolerance_m: float) -> pd.DataFrame:
    """Report parts of an owner's network that do not join its longest part."""
    label = _end_labels(spans, tolerance_m=tolerance_m)
    count = int(label.max()) + 1
    joined = coo_array((np.ones(len(label)), (label[:, 0], label[:, 1])), shape=(count, count))
    part = connected_components(joined, directed=False)[1][label[:, 0]]
    length_m = line_lengths_m(spans.geometry.to_numpy(), spans.crs)
    rows = pd.DataFrame(
        {"owner": spans["owner"].to_numpy(), "part": part, "length_m": length_m}
    ).reset_index(names="span")
    told = []
    for owner, own in rows.groupby("owner", sort=True):
        sizes = own.groupby("part")["length_m"].sum()
        for lost in sizes.index[sizes.index != sizes.idxmax()]:
            members = own[own["part"] == lost]
            first = int(members["span"].iloc[0])
            ids = spans["span_id"].iloc[members["span"]].tolist()
            told.append(
                finding(
                    "island", ids[:5] + (["…"] if len(ids) > 5 else []), owner,
                    shapely.get_point(spans.geometry.iloc[first], 0),
                    f"{len(ids)} spans, {sizes[lost] / 1000.0:.2f} km, joined to no other",
                )
            )  # fmt: skip
    return findings_table(told)


def _end_labels(spans: gpd.GeoDataFrame, *, tolerance_m: float) -> IntArray:
    """Return a node number for both ends of each span, by owner, int[spans, 2]."""
    lines = spans.geometry.to_numpy()
    owner = spans["owner"].to_numpy()
    ends = np.stack([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)], axis=1)
    label = np.zeros((len(lines), 2), dtype=np.intp)
    offset = 0
    for name in sorted(set(owner.tolist())):
        own = np.flatnonzero(owner == name)
        label[own] = (
            cluster_points(ends[own].reshape(-1, 2), tolerance_m=tolerance_m).reshape(-1, 2)
            + offset
        )
        offset = int(label[own].max()) + 1
    return label
