"""Faults of drawing in fibre spans: each reported with its position, repaired by stated rules."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from htcoverage.crs import WGS84, line_lengths_m, reproject, transformer
from htcoverage.errors import argument_fault
from htcoverage.fibre.findings import (
    dangling_ends,
    islands,
    same_owner_crossings,
    same_owner_overlaps,
    self_crossings,
)
from htcoverage.fibre.graph import DEFAULT_TOLERANCE_M, BoolArray, cluster_points
from htcoverage.fibre.lengths import SAME_VERTEX_M, IntArray
from htcoverage.fibre.place import check_place
from htcoverage.fibre.rows import FINDING_COLUMNS, finding, findings_table
from htcoverage.grid import DEFAULT_CRS, check_metric_crs

#: Ends this near to a span that they do not join are worth a look, in m.
NEAR_MISS_M = 20.0

#: What two records of one cable agree in; a second cable on the line differs in one of these.
_ATTRIBUTES = ("kind", "cables", "fibres", "status", "year")

#: Rounds of repair; each makes fewer and shorter spans, two or three do.
_MOST_ROUNDS = 10


@dataclass(frozen=True, eq=False)
class CleanSpans:
    """Spans that `build_network` takes, and all that was found on the way.

    Parameters
    ----------
    spans : GeoDataFrame
        Columns of ``schema.SPANS``; one LineString each, numbered from 0, in a projected CRS.
    findings : DataFrame
        ``finding, span_ids, owner, longitude, latitude, detail, repaired, length_change_m``;
        ``length_change_m`` is what the repair adds to the sum of span lengths (ellipsoid).
    length_before_m, length_after_m : float
        Sums of the lengths of all spans; they differ by the sum of ``length_change_m``.
    """

    spans: gpd.GeoDataFrame
    findings: pd.DataFrame
    length_before_m: float
    length_after_m: float


def clean_spans(
    spans: gpd.GeoDataFrame,
    *,
    tolerance_m: float = DEFAULT_TOLERANCE_M,
    crs: str = DEFAULT_CRS,
    area: gpd.GeoDataFrame | None = None,
) -> CleanSpans:
    """Repair what can be repaired by rule, and report the rest.

    Repaired, in this order, until nothing is left to repair: ``multi_part`` (parts that meet become
    one line, others spans of their own), ``zero_length`` (spans no longer than the tolerance are
    dropped), ``duplicate`` (same owner and attributes, lines nowhere farther apart than the
    tolerance: dropped), ``near_miss`` (ends of one owner within the tolerance are put on the first
    of them), ``end_on_span`` (a span on whose inside another of its owner ends is split there).

    Only reported: ``parallel_cable`` (same owner and line, other attributes), ``overlap`` (spans of
    one owner share a piece), ``crossing`` (of one owner, without a node: most cables cross without
    a splice), ``self_crossing``, ``dangling_end`` (a lone end one tolerance to 20 m from another
    span of its owner), ``island`` (a part of an owner's network apart from its longest).

    Spans of different owners never touch each other: a shared pole line is no fault.

    Parameters
    ----------
    spans : GeoDataFrame
        Columns of ``schema.SPANS``, lines with a CRS.
    tolerance_m : float
        Snapping distance, m, 0 or more.
    crs : str
        Projected CRS in metres to work in.
    area : GeoDataFrame, optional
        Polygons of the area planned: a network that lies elsewhere has a wrong CRS.

    Raises
    ------
    InputError
        If there is no span, the CRS is missing, or more than half of the spans lie farther than
        25 km from the area (the message names the CRS that would fit).
    """
    check_metric_crs(crs)
    if not (np.isfinite(tolerance_m) and tolerance_m >= 0.0):
        raise argument_fault("tolerance_m", tolerance_m, "a number of metres, 0 or more")
    if len(spans) == 0:
        raise argument_fault("spans", "no span", "at least one span: the network is empty")
    if spans.crs is None:
        raise argument_fault("spans", "no CRS", "lines with a CRS: set it with spans.set_crs")
    if area is not None:
        check_place(spans, area, crs=crs)
    table = reproject(spans, crs).reset_index(drop=True)
    table = table.set_geometry(shapely.force_2d(table.geometry.to_numpy()))
    before_m = float(line_lengths_m(table.geometry.to_numpy(), crs).sum())
    rows: list[pd.DataFrame] = []
    table, found = _single_parts(table)
    rows.append(found)
    # A repair can lay bare another: pieces of a split span may be copies of a third.
    for _ in range(_MOST_ROUNDS):
        repaired = False
        for step in (_drop_zero_length, _drop_duplicates, _snap_ends, _split_at_ends):
            table, found = step(table, tolerance_m)
            rows.append(found[found["repaired"]])
            repaired |= bool(found["repaired"].any())
            if len(table) == 0:
                raise argument_fault(
                    "spans", "no span left", f"a span longer than the tolerance, {tolerance_m:g} m"
                )
        if not repaired:
            break
    rows += [
        _drop_duplicates(table, tolerance_m)[1],  # what is left are parallel cables
        same_owner_overlaps(table),
        same_owner_crossings(table),
        self_crossings(table),
        dangling_ends(table, tolerance_m=tolerance_m, near_m=NEAR_MISS_M),
        islands(table, tolerance_m=tolerance_m),
    ]
    findings = pd.concat(rows, ignore_index=True)
    after_m = float(line_lengths_m(table.geometry.to_numpy(), crs).sum())
    return CleanSpans(table, _with_degrees(findings, crs), before_m, after_m)


def _with_degrees(findings: pd.DataFrame, crs: str) -> pd.DataFrame:
    x, y = findings["x"].to_numpy(float), findings["y"].to_numpy(float)
    longitude, latitude = transformer(crs, WGS84).transform(x, y)
    told = findings.assign(longitude=np.round(longitude, 7), latitude=np.round(latitude, 7))
    return told[list(FINDING_COLUMNS)]


def _single_parts(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    several = shapely.get_num_geometries(table.geometry.to_numpy()) > 1
    lines = shapely.line_merge(table.geometry.to_numpy())
    rows = []
    for place in np.flatnonzero(several):
        parts = shapely.get_num_geometries(lines[place])
        row = table.iloc[place]
        words = "parts joined to one line" if parts == 1 else f"{parts} spans made of its parts"
        at = shapely.get_point(shapely.get_geometry(lines[place], 0), 0)
        rows.append(finding("multi_part", [row["span_id"]], row["owner"], at, words, repaired=True))
    parts, index = shapely.get_parts(lines, return_index=True)
    split = (
        table.iloc[index].reset_index(drop=True).set_geometry(gpd.GeoSeries(parts, crs=table.crs))
    )
    return _numbered(split, index), findings_table(rows)


def _numbered(table: gpd.GeoDataFrame, index: np.ndarray) -> gpd.GeoDataFrame:
    """Return the table with /1, /2, … behind the identifiers of rows cut from one."""
    count = np.bincount(index)[index]
    number = pd.Series(index).groupby(index).cumcount().to_numpy() + 1
    names = [
        f"{name}/{k}" if several > 1 else name
        for name, k, several in zip(table["span_id"], number, count, strict=True)
    ]
    return table.assign(span_id=names)


def _drop_zero_length(
    table: gpd.GeoDataFrame, tolerance_m: float
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    lines = table.geometry.to_numpy()
    ends_m = shapely.distance(shapely.get_point(lines, 0), shapely.get_point(lines, -1))
    short = (shapely.length(lines) <= tolerance_m) & (ends_m <= tolerance_m)
    gone_m = line_lengths_m(lines, table.crs)
    rows = [
        finding(
            "zero_length", [table["span_id"].iloc[k]], table["owner"].iloc[k],
            shapely.get_point(lines[k], 0), f"{gone_m[k]:.2f} m long: dropped",
            repaired=True, change_m=-float(gone_m[k]),
        )
        for k in np.flatnonzero(short)
    ]  # fmt: skip
    return table[~short].reset_index(drop=True), findings_table(rows)


def _drop_duplicates(
    table: gpd.GeoDataFrame, tolerance_m: float
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    lines = table.geometry.to_numpy()
    length_m = line_lengths_m(lines, table.crs)
    names = table["span_id"].to_numpy()
    like = _first_alike(table, tolerance_m)
    told = [name for name in _ATTRIBUTES if name in table]
    attributes = table[told].assign(like=like)
    copy = attributes.duplicated().to_numpy()
    parallel = (like != np.arange(len(table))) & ~copy
    first = names[like]
    rows = []
    for k in np.flatnonzero(copy | parallel):
        words = f"same line as {first[k]}"
        rows.append(
            finding(
                "duplicate" if copy[k] else "parallel_cable",
                [table["span_id"].iloc[k], first[k]],
                table["owner"].iloc[k],
                shapely.get_point(lines[k], 0),
                f"{words} and same attributes: dropped" if copy[k] else f"{words}: kept",
                repaired=bool(copy[k]),
                change_m=-float(length_m[k]) if copy[k] else 0.0,
            )
        )
    return table[~copy].reset_index(drop=True), findings_table(rows)


def _first_alike(table: gpd.GeoDataFrame, tolerance_m: float) -> IntArray:
    """Return for each span the first of its owner that runs as it does, itself if there is none.

    Lines run alike when they join the same two places and are nowhere farther apart than the
    tolerance; ends within the tolerance are made the same place by an earlier round.
    """
    lines = table.geometry.to_numpy()
    ends = np.stack([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)], axis=1)
    _, place = np.unique(np.rint(ends.reshape(-1, 2) / SAME_VERTEX_M), axis=0, return_inverse=True)
    low, high = np.sort(place.reshape(-1, 2), axis=1).T
    like = np.arange(len(table))
    apart_m = max(tolerance_m, SAME_VERTEX_M)
    keys = pd.DataFrame({"owner": table["owner"].to_numpy(), "low": low, "high": high})
    shared = keys[keys.duplicated(keep=False)]
    for _, group in shared.groupby(list(keys), sort=False):
        rows = group.index.to_numpy()
        while len(rows) > 1:
            near = shapely.hausdorff_distance(lines[rows[0]], lines[rows]) <= apart_m
            like[rows[near]] = rows[0]
            rows = rows[~near]
    return like


def _snap_ends(
    table: gpd.GeoDataFrame, tolerance_m: float
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    lines = table.geometry.to_numpy().copy()
    before_m = line_lengths_m(lines, table.crs)
    ends = np.stack([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)], axis=1)
    target = ends.copy()
    owner = table["owner"].to_numpy()
    for name in sorted(set(owner.tolist())):
        own = np.flatnonzero(owner == name)
        flat = ends[own].reshape(-1, 2)
        label = cluster_points(flat, tolerance_m=tolerance_m)
        _, first = np.unique(label, return_index=True)
        target[own] = flat[first][label].reshape(-1, 2, 2)
    moved_m = np.hypot(*np.moveaxis(target - ends, -1, 0))
    rows = []
    for k in np.flatnonzero((moved_m > 0.0).any(axis=1)):
        xy = shapely.get_coordinates(lines[k])
        xy[0], xy[-1] = target[k]
        lines[k] = shapely.LineString(xy)
    after_m = line_lengths_m(lines, table.crs)
    for k in np.flatnonzero((moved_m > 0.0).any(axis=1)):
        end = int(moved_m[k].argmax())
        rows.append(
            finding(
                "near_miss", [table["span_id"].iloc[k]], owner[k], shapely.Point(target[k, end]),
                f"end moved by {moved_m[k, end]:.3f} m to the nearest node", repaired=True,
                change_m=float(after_m[k] - before_m[k]),
            )
        )  # fmt: skip
    return table.set_geometry(gpd.GeoSeries(lines, crs=table.crs)), findings_table(rows)


def _split_at_ends(
    table: gpd.GeoDataFrame, tolerance_m: float
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Split spans where another span of the same owner ends on their inside."""
    lines = table.geometry.to_numpy()
    owner = table["owner"].to_numpy()
    names = table["span_id"].to_numpy()
    ends = np.stack([shapely.get_point(lines, k) for k in (0, -1)], axis=1)
    at = ends.ravel()
    tree = shapely.STRtree(lines)
    end, span = tree.query(at, predicate="dwithin", distance=max(tolerance_m, 1e-6))
    keep = (owner[end // 2] == owner[span]) & (end // 2 != span)
    for k in (0, 1):  # not where the ends meet already
        keep &= shapely.distance(at[end], ends[span, k]) > tolerance_m
    end, span = end[keep], span[keep]
    along_m = shapely.line_locate_point(lines[span], at[end])
    order = np.lexsort((along_m, span))
    end, span, along_m = end[order], span[order], along_m[order]
    cut, start = np.unique(span, return_index=True)
    stop = np.append(start, len(span))[1:]
    before_m = line_lengths_m(lines[cut], table.crs)
    pieces: list[shapely.LineString] = list(lines)
    index = np.arange(len(lines)).tolist()
    rows = []
    for k, first, last, length_m in zip(cut, start, stop, before_m, strict=True):
        here = slice(first, last)
        fresh = np.append(True, np.diff(along_m[here]) > tolerance_m)
        points = shapely.get_coordinates(at[end[here]])[fresh]
        made = _cut_line(lines[k], along_m[here][fresh], points)
        pieces[k] = made[0]
        pieces += made[1:]
        index += [int(k)] * (len(made) - 1)
        joined = dict.fromkeys(str(names[e // 2]) for e in end[here])
        rows.append(
            finding(
                "end_on_span", [str(names[k]), *joined], owner[k], shapely.Point(points[0]),
                f"split into {len(made)} where others end on it", repaired=True,
                change_m=float(line_lengths_m(made, table.crs).sum() - length_m),
            )
        )  # fmt: skip
    in_place = np.argsort(index, kind="stable")
    order_of = np.asarray(index)[in_place]
    split = table.iloc[order_of].reset_index(drop=True)
    split = split.set_geometry(gpd.GeoSeries([pieces[k] for k in in_place], crs=table.crs))
    return _numbered(split, order_of), findings_table(rows)


def _cut_line(
    line: shapely.LineString, along_m: np.ndarray, points: np.ndarray
) -> list[shapely.LineString]:
    """Return the pieces of a line cut at distances along it, ends put on the given points."""
    xy = shapely.get_coordinates(line)
    at_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    pieces = []
    start, done_m = xy[0], 0.0
    for stop_m, point in zip([*along_m.tolist(), float("inf")], [*points, xy[-1]], strict=True):
        inside: BoolArray = (at_m > done_m + 1e-9) & (at_m < min(stop_m, at_m[-1]) - 1e-9)
        pieces.append(shapely.LineString([start, *xy[inside], point]))
        start, done_m = point, stop_m
    return pieces
