"""Gaps: connected residential area without cover, for people to look at and to plan by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import xarray as xr

from htcoverage.antennas import Pattern
from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.figures.cover import (
    ANY_OPERATOR,
    CoverCriteria,
    FloatArray,
    Technology,
    excess_db,
)
from htcoverage.figures.zones import (
    only_polygons,
    raise_faults,
    table_faults,
    zone_areas,
)
from htcoverage.gaps.identity import gap_identities
from htcoverage.gaps.nearest import eligible_bts, nearest_cover, nearest_site, nearest_span
from htcoverage.gaps.pieces import GapPixels, gap_parts, gap_pixels, label_gaps, median_pixels
from htcoverage.gaps.why import WHY_COLUMNS, explain_gaps
from htcoverage.grid import grid_of
from htcoverage.terrain import Terrain

#: Columns of the gaps and their types; text is object, so that what is not there is None.
COLUMNS = {
    "rank": "int64",
    "gap_id": "object",
    "settlement_id": "object",
    "settlement": "object",
    "settlement_ids": "object",
    "settlements": "object",
    "district_code": "object",
    "district": "object",
    "commune_code": "object",
    "residents": "float64",
    "households": "float64",
    "area_km2": "float64",
    "missing_db": "float64",
    "worst_missing_db": "float64",
    "no_level_share": "float64",
    "nearest_site_id": "object",
    "nearest_site": "object",
    "nearest_site_operators": "object",
    "nearest_site_km": "float64",
    "nearest_cover_operator": "object",
    "nearest_cover_km": "float64",
    "technology": "object",
    "operator": "object",
    "basis": "object",
}

#: Columns where spans are given.
SPAN_COLUMNS = {"nearest_span_id": "object", "nearest_span_km": "float64"}


def find_gaps(
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    bts: gpd.GeoDataFrame,
    *,
    criteria: CoverCriteria | None = None,
    technology: Technology = "4G",
    operator: str = ANY_OPERATOR,
    basis: Literal["median", "cell_edge"] = "cell_edge",
    terrain: Terrain | None = None,
    cells: pd.DataFrame | None = None,
    patterns: Mapping[str, Pattern] | None = None,
    spans: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Find the connected residential areas without cover, the most residents first.

    Uncovered pixels that touch a settlement are connected with their eight neighbours; the pixels
    of each group are clipped to the settlement polygons. So settlements whose uncovered parts share
    a pixel or have neighbouring ones are one gap, and the gaps together hold exactly the residents
    whom `compute_figures` finds uncovered (scraps under 1 m² aside). Residents are spread
    evenly over their settlement's area.

    Parameters
    ----------
    coverage : xarray.Dataset
        ``level_dbm`` (layer, y, x), dBm, NaN where none.
    settlements, districts : GeoDataFrame
        As for `compute_figures`.
    bts : GeoDataFrame
        ``site_id, operator, technology``, optionally ``site_name`` and ``status`` (only ``on-air``
        counts then); points.
    criteria : CoverCriteria, optional
        The default criteria when left out.
    technology : {"3G", "4G", "any", "both"}
        What must cover; see `LayerExcess` for combinations.
    operator : str
        An operator's name, ``any`` or ``all``.
    basis : {"median", "cell_edge"}
        Whether the margin is part of what is asked.
    terrain, cells : Terrain, DataFrame, optional
        What the coverage was computed from: together they tell why each gap is one.
    patterns : mapping of str to Pattern, optional
        As for `compute_coverage`.
    spans : GeoDataFrame, optional
        Fibre; lines with ``span_id``.

    Returns
    -------
    GeoDataFrame
        Multipolygons in the coverage's CRS with the columns `COLUMNS` (``households`` and
        ``commune_code`` where the settlements have them):

        - ``gap_id``: the identifier of the settlement where most of the gap's residents live; for
          further gaps of the same settlement followed by the 500 m cell of their centre. It stays
          as long as the gap keeps its main settlement, whatever happens at its edges; to carry
          identifiers from run to run, see `keep_gap_ids`.
        - ``settlement_id, settlement``: that settlement; ``settlement_ids, settlements``: all of
          them, the most residents first, joined by "; ". District and commune are the main
          settlement's.
        - ``missing_db``: dB by which the median of the area falls short of threshold and margin,
          NaN where half of it has no level at all; ``worst_missing_db``: the same for the worst
          pixel that has a level; ``no_level_share``: share of the area without any level.
        - ``nearest_site_*``: site on air of the technology (for any and both: of any) and the
          operator (for any and all: of any) nearest to the gap's centroid, in km of the projected
          plane, with the operators that have such a bts there; None where there is no such site.
        - ``nearest_cover_operator, nearest_cover_km``: the operator whose own cover, asked the same
          way, lies nearest, and the mean distance to it over the gap's area.
        - with ``spans``, ``nearest_span_id, nearest_span_km``: the fibre nearest to the outline.
        - with ``terrain`` and ``cells``, ``why`` and what belongs to it: see `explain_gaps`. The
          spot that it is asked for is the pixel that lacks ``missing_db``.

    Raises
    ------
    InputError
        As `compute_figures`; also if the coverage lacks a layer that is asked for, or of terrain
        and cells only one is given.

    Examples
    --------
    With the coverage of the example of `compute_coverage`, where −70 dBm are asked for:

    >>> asked = ht.CoverCriteria(threshold_4g_dbm=-70)
    >>> gaps = ht.find_gaps(coverage, homes, town, province.bts, criteria=asked)
    >>> gaps["residents"].is_monotonic_decreasing, bool((gaps["missing_db"] > 0).all())
    (True, True)
    """
    if (terrain is None) != (cells is None):
        missing = "terrain" if terrain is None else "cells"
        raise argument_fault(missing, None, "terrain and cells together: both tell why")
    criteria = criteria or CoverCriteria()
    crs = coverage.attrs["crs"]
    grid = grid_of(coverage)
    settlements, districts, bts = (reproject(table, crs) for table in (settlements, districts, bts))
    raise_faults(table_faults(settlements, districts, grid))
    excess = excess_db(
        coverage, criteria=criteria, technology=technology, operator=operator, basis=basis
    ).to_numpy()

    types = {
        name: kind
        for name, kind in COLUMNS.items()
        if name not in ("households", "commune_code") or name in settlements.columns
    }
    types |= SPAN_COLUMNS if spans is not None else {}
    types |= WHY_COLUMNS if terrain is not None else {}
    zones = zone_areas(settlements, grid)
    labels = label_gaps(zones, excess)
    if not labels.any():
        nothing = pd.DataFrame(columns=list(types)).astype(types)
        return gpd.GeoDataFrame(nothing, geometry=[], crs=crs)
    pixels = gap_pixels(zones, labels)
    gaps = _describe(gap_parts(zones, labels, settlements, grid), settlements, districts)
    sites = eligible_bts(bts, technology=technology, operator=operator)
    spots = median_pixels(pixels, excess)
    gaps = gaps.join(_shortfall(pixels, spots, excess)).join(nearest_site(gaps, sites))
    gaps = gaps.join(
        nearest_cover(pixels, coverage, criteria=criteria, technology=technology, basis=basis)
    )
    if spans is not None:
        gaps = gaps.join(nearest_span(gaps, reproject(spans, crs)))
    if terrain is not None and cells is not None:
        gaps = gaps.join(
            explain_gaps(
                spots, coverage, terrain, bts, cells, criteria=criteria, technology=technology,
                operator=operator, basis=basis, patterns=patterns,
            )
        )  # fmt: skip
    gaps = gaps.sort_values(
        ["residents", "area_km2", "settlement_id"], ascending=[False, False, True], kind="stable"
    )
    gaps = gaps.assign(
        rank=np.arange(1, len(gaps) + 1),
        gap_id=gap_identities(gaps),
        technology=technology,
        operator=operator,
        basis=basis,
    )
    return gpd.GeoDataFrame(
        gaps[list(types)].astype(types).reset_index(drop=True),
        geometry=gaps["geometry"].to_numpy(),
        crs=crs,
    )


def _describe(
    parts: pd.DataFrame, settlements: gpd.GeoDataFrame, districts: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return one row a gap, in the order of their numbers: where it is and who lives there."""
    parts = parts.sort_values(
        ["gap", "residents", "area_m2", "settlement"],
        ascending=[True, False, False, True],
        kind="stable",
    )
    columns = ["settlement_id", "name", "district_code", "commune_code"]
    told = settlements[[name for name in columns if name in settlements.columns]]
    told = told.astype(object).iloc[parts["settlement"]].reset_index(drop=True)
    told = told.assign(gap=parts["gap"].to_numpy())
    by_gap = told.groupby("gap", sort=True)
    main = by_gap.first()
    sums = [name for name in ("area_m2", "residents", "households") if name in parts.columns]
    total = parts.groupby("gap", sort=True)[sums].sum()
    full_name = dict(
        zip(districts["district_code"].astype(str), districts["full_name"], strict=True)
    )
    geometry = parts.groupby("gap", sort=True)["geometry"].agg(_polygons)
    return pd.DataFrame(
        {
            "settlement_id": main["settlement_id"],
            "settlement": main["name"],
            "settlement_ids": by_gap["settlement_id"].agg("; ".join),
            "settlements": by_gap["name"].agg("; ".join),
            "district_code": main["district_code"],
            "district": main["district_code"].astype(str).map(full_name),
            **{name: main[name] for name in ("commune_code",) if name in main.columns},
            **{name: total[name] for name in sums if name != "area_m2"},
            "area_km2": total["area_m2"] / 1e6,
            "geometry": geometry,
        }
    )


def _polygons(pieces: pd.Series) -> shapely.MultiPolygon:
    """Return the pieces of a gap as one multipolygon."""
    whole = shapely.union_all(only_polygons(pieces.to_numpy()))
    return shapely.MultiPolygon(list(shapely.get_parts(whole)))


def _shortfall(pixels: GapPixels, spots: npt.NDArray[np.int64], excess: FloatArray) -> pd.DataFrame:
    """Return how many dB each gap lacks: the median of its area, the worst pixel, no level."""
    missing = pd.DataFrame(
        {
            "gap": pixels.gap,
            "missing_db": -excess.ravel()[pixels.flat],
            "area_m2": pixels.area_m2,
        }
    )
    total_m2 = missing.groupby("gap", sort=True)["area_m2"].sum()
    median_db = pd.Series(-excess.ravel()[spots], index=total_m2.index)
    heard = missing["missing_db"] < np.inf
    unheard_m2 = missing["area_m2"].where(~heard, 0.0).groupby(missing["gap"]).sum()
    worst_db = missing["missing_db"].where(heard).groupby(missing["gap"]).max()
    return pd.DataFrame(
        {
            "missing_db": median_db.where(median_db < np.inf),
            "worst_missing_db": worst_db,
            "no_level_share": unheard_m2 / total_m2,
        }
    )
