"""Route-km and cable-km on the ellipsoid, by owner, kind and district, and what was reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from htcoverage.crs import line_lengths_m, reproject
from htcoverage.errors import argument_fault

#: Two owners' lines are one pole line where their vertices agree to this.
SAME_VERTEX_M = 0.1

INTER_PROVINCIAL = "inter-provincial"

IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Segments:
    """The straight pieces of all spans, each once, however many spans run on it.

    Parameters
    ----------
    length_m : float64[segments]
        On the ellipsoid.
    lines : object[segments]
        The piece, in the CRS of the spans.
    span, segment : int[memberships]
        Row of a span (position) and of a segment on which it runs.
    """

    length_m: FloatArray
    lines: npt.NDArray[np.object_]
    span: IntArray
    segment: IntArray


def split_segments(spans: gpd.GeoDataFrame) -> Segments:
    """Return the straight pieces of spans; two are one where both ends agree to 0.1 m.

    Parameters
    ----------
    spans : GeoDataFrame
        Lines in a projected CRS in metres.
    """
    geometry = np.asarray(spans.geometry.array, dtype=object)
    parts, owner = shapely.get_parts(geometry, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    key = np.rint(xy / SAME_VERTEX_M).astype(np.int64)
    inside = np.flatnonzero(part[:-1] == part[1:])
    _, vertex = np.unique(key, axis=0, return_inverse=True)
    vertex = vertex.ravel()
    pair = np.sort(np.column_stack([vertex[inside], vertex[inside + 1]]), axis=1)
    moved = pair[:, 0] != pair[:, 1]
    inside, pair = inside[moved], pair[moved]
    _, first, segment = np.unique(pair, axis=0, return_index=True, return_inverse=True)
    at = inside[first]
    lines = np.asarray(shapely.linestrings(np.stack([xy[at], xy[at + 1]], axis=1)), dtype=object)
    # A line may run over one piece twice: it is one route, and its cable counts twice.
    return Segments(line_lengths_m(lines, spans.crs), lines, owner[part[inside]], segment.ravel())


def length_table(
    spans: gpd.GeoDataFrame,
    *,
    by: Sequence[str] = ("owner", "kind"),
    districts: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return route-km and cable-km by owner, kind and district, with a last row for all.

    Parameters
    ----------
    spans : GeoDataFrame
        ``owner, kind, cables``; lines in a projected CRS in metres.
    by : sequence of str
        Columns of the spans, and ``district_code`` where districts are given.
    districts : GeoDataFrame, optional
        ``district_code``, polygons. What lies in none of them has the code ``""``.

    Returns
    -------
    DataFrame
        ``by``, ``spans``, ``route_km`` (each pole line once in its row, so the rows of two owners
        that share one sum to more than the row of all), ``span_km`` (each span once) and
        ``cable_km`` (times its cables). km on the ellipsoid.
    """
    known = {"owner", "kind", "status", "year"} | (
        {"district_code"} if districts is not None else set()
    )
    for name in by:
        if name not in known:
            raise argument_fault("by", name, f"one of {', '.join(sorted(known))}")
    segments = split_segments(spans)
    rows = pd.DataFrame({"span": segments.span, "segment": segments.segment})
    share = pd.DataFrame({"segment": np.arange(len(segments.lines)), "length_m": segments.length_m})
    if districts is not None:
        share = _by_district(segments, reproject(districts, str(spans.crs)))
    rows = rows.merge(share, on="segment")
    for name in (*(n for n in by if n != "district_code"), "cables"):
        rows[name] = spans[name].to_numpy()[rows["span"]]
    rows["cable_m"] = rows["length_m"] * rows["cables"]

    def measure(group: pd.DataFrame) -> dict[str, float]:
        place = ["segment", "district_code"] if districts is not None else ["segment"]
        return {
            "spans": group["span"].nunique(),
            "route_km": group.drop_duplicates(place)["length_m"].sum() / 1000.0,
            "span_km": group["length_m"].sum() / 1000.0,
            "cable_km": group["cable_m"].sum() / 1000.0,
        }

    told: list[dict[str, Any]] = []
    if by:
        for keys, group in rows.groupby(list(by), sort=True):
            told.append({**dict(zip(by, keys, strict=True)), **measure(group)})
    told.append({**dict.fromkeys(by, "all"), **measure(rows)})
    return pd.DataFrame(told)


def _by_district(segments: Segments, districts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the length of every segment in every district, and outside all."""
    polygons = np.asarray(districts.geometry.array, dtype=object)
    shapely.prepare(polygons)
    codes = districts["district_code"].astype(str).to_numpy()
    tree = shapely.STRtree(segments.lines)
    polygon, segment = tree.query(polygons, predicate="intersects")
    whole = shapely.covers(polygons[polygon], segments.lines[segment])
    plane_m = shapely.length(segments.lines)
    part = np.ones(len(segment))
    cut = ~whole
    part[cut] = (
        shapely.length(shapely.intersection(polygons[polygon[cut]], segments.lines[segment[cut]]))
        / plane_m[segment[cut]]
    )
    # A segment on the border of two districts lies wholly in both: shared evenly.
    inside = np.bincount(segment, part, minlength=len(plane_m))
    part /= np.maximum(inside, 1.0)[segment]
    outside = np.maximum(1.0 - inside, 0.0)
    outside[outside < 1e-9] = 0.0
    found = pd.DataFrame(
        {
            "segment": np.concatenate([segment, np.flatnonzero(outside)]),
            "district_code": np.concatenate(
                [codes[polygon], np.full(np.count_nonzero(outside), "", dtype=object)]
            ),
            "share": np.concatenate([part, outside[outside > 0.0]]),
        }
    )
    found["length_m"] = found["share"] * segments.length_m[found["segment"]]
    return found[found["length_m"] > 0.0][["segment", "district_code", "length_m"]]


def compare_reported(spans: gpd.GeoDataFrame, *, reported_cable_km: float) -> pd.DataFrame:
    """Set the lengths beside a reported length of cable, with what each of them counts.

    Parameters
    ----------
    spans : GeoDataFrame
        As for `length_table`.
    reported_cable_km : float
        The public figure, km of cable inside the province.

    Returns
    -------
    DataFrame
        ``what, counts, km, share_of_reported``, one row a way of counting.
    """
    abroad = (spans["kind"] == INTER_PROVINCIAL).to_numpy()
    inside = length_table(spans[~abroad], by=()).iloc[0]
    outside = length_table(spans[abroad], by=()).iloc[0] if abroad.any() else None
    rows: list[tuple[str, str, float]] = [
        ("cable_km", "intra-provincial: length of each span times its cables", inside["cable_km"]),
        ("span_km", "intra-provincial: each owner's span once", inside["span_km"]),
        ("route_km", "intra-provincial: each trench or pole line once", inside["route_km"]),
        (
            "inter_provincial_cable_km",
            f"apart: {int(abroad.sum())} inter-provincial routes, times their cables",
            0.0 if outside is None else outside["cable_km"],
        ),
    ]
    table = pd.DataFrame(rows, columns=["what", "counts", "km"])
    return table.assign(share_of_reported=table["km"] / reported_cable_km)
