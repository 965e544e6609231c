"""What lies nearest to a gap: the sites, the cover of each operator, the fibre."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from scipy import ndimage
from scipy.spatial import cKDTree

from htcoverage.figures.cover import (
    ALL_OPERATORS,
    ANY_OPERATOR,
    CoverCriteria,
    Technology,
    layer_excess,
)
from htcoverage.gaps.pieces import GapPixels


def eligible_bts(
    bts: gpd.GeoDataFrame, *, technology: Technology, operator: str
) -> gpd.GeoDataFrame:
    """Return the bts on air of a technology and operator; any, both and all hold every one."""
    kept = np.ones(len(bts), dtype=bool)
    if "status" in bts.columns:
        kept &= (bts["status"] == "on-air").to_numpy()
    if technology in ("3G", "4G"):
        kept &= (bts["technology"] == technology).to_numpy()
    if operator not in (ANY_OPERATOR, ALL_OPERATORS):
        kept &= (bts["operator"] == operator).to_numpy()
    return bts[kept]


def nearest_site(gaps: pd.DataFrame, bts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the site nearest to each gap's centroid, its name, operators and distance.

    Parameters
    ----------
    gaps : DataFrame
        With ``geometry``, in the CRS of ``bts``, metres.
    bts : GeoDataFrame
        ``site_id, operator``, optionally ``site_name``; may be empty.

    Returns
    -------
    DataFrame
        ``nearest_site_id, nearest_site, nearest_site_operators, nearest_site_km``, with the index
        of ``gaps``: distance in km of the projected plane (TM-3 scales it by less than 0.05 %
        inside its zone); None and NaN where there is no site. Of two equally near sites the first
        in the table.
    """
    if len(bts) == 0:
        return pd.DataFrame(
            {
                "nearest_site_id": None,
                "nearest_site": None,
                "nearest_site_operators": None,
                "nearest_site_km": np.nan,
            },
            index=gaps.index,
        )
    sites = bts.drop_duplicates("site_id")
    operators = bts.groupby("site_id")["operator"].agg(lambda found: "; ".join(sorted(set(found))))
    centres = shapely.get_coordinates(shapely.centroid(gaps["geometry"].to_numpy()))
    tree = cKDTree(shapely.get_coordinates(sites.geometry.to_numpy()))
    distance_m, place = tree.query(centres)
    nearest = sites.iloc[place]
    names = nearest["site_name"] if "site_name" in nearest.columns else nearest["site_id"]
    return pd.DataFrame(
        {
            "nearest_site_id": nearest["site_id"].to_numpy(),
            "nearest_site": names.to_numpy(),
            "nearest_site_operators": nearest["site_id"].map(operators).to_numpy(),
            "nearest_site_km": distance_m / 1000.0,
        },
        index=gaps.index,
    )


def nearest_span(gaps: pd.DataFrame, spans: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the fibre span nearest to each gap and its distance from the gap's outline.

    Parameters
    ----------
    gaps : DataFrame
        With ``geometry``, in the CRS of ``spans``, metres.
    spans : GeoDataFrame
        ``span_id``, lines; may be empty.

    Returns
    -------
    DataFrame
        ``nearest_span_id, nearest_span_km``, with the index of ``gaps``; 0 where a span runs
        through the gap, None and NaN where there is no span.
    """
    if len(spans) == 0:
        return pd.DataFrame({"nearest_span_id": None, "nearest_span_km": np.nan}, index=gaps.index)
    outlines = gaps["geometry"].to_numpy()
    lines = spans.geometry.to_numpy()
    tree = shapely.STRtree(lines)
    place, metres = tree.query_nearest(outlines, all_matches=False, return_distance=True)
    return pd.DataFrame(
        {
            "nearest_span_id": spans["span_id"].to_numpy()[place[1]],
            "nearest_span_km": metres / 1000.0,
        },
        index=gaps.index,
    )


def nearest_cover(
    pixels: GapPixels,
    coverage: xr.Dataset,
    *,
    criteria: CoverCriteria,
    technology: Technology,
    basis: Literal["median", "cell_edge"],
) -> pd.DataFrame:
    """Return the operator whose own cover lies nearest to each gap, and the mean distance to it.

    The distance is that from a pixel's centre to the centre of the nearest covered pixel, averaged
    over the gap's area; None and NaN where no operator covers a pixel of the grid.

    Returns
    -------
    DataFrame
        ``nearest_cover_operator, nearest_cover_km``, one row a gap.
    """
    layers = layer_excess(coverage, criteria=criteria)
    margin_db = criteria.margin_db if basis == "cell_edge" else 0.0
    shape = (coverage.sizes["y"], coverage.sizes["x"])
    a, _, _, _, e, _ = coverage.attrs["transform"]
    count = int(pixels.gap[-1]) + 1
    area_m2 = np.bincount(pixels.gap, weights=pixels.area_m2, minlength=count)
    best_km = np.full(count, np.inf)
    best = np.full(count, None, dtype=object)
    for operator in layers.operators:
        if not layers.has(technology, operator):
            continue
        lacking = layers.combined_db(technology, operator).reshape(shape) < margin_db
        if lacking.all():
            continue
        distance_m = ndimage.distance_transform_edt(lacking, sampling=(abs(e), abs(a)))
        weighted = distance_m.ravel()[pixels.flat] * pixels.area_m2
        mean_km = np.bincount(pixels.gap, weights=weighted, minlength=count) / area_m2 / 1000.0
        nearer = mean_km < best_km
        best_km[nearer] = mean_km[nearer]
        best[nearer] = operator
    best_km[np.isinf(best_km)] = np.nan
    return pd.DataFrame({"nearest_cover_operator": best, "nearest_cover_km": best_km})
