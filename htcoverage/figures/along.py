"""Cover of lines and points in every combination of layers: roads, schools, a list of addresses."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr

from htcoverage.crs import reproject
from htcoverage.figures.cover import ALL_OPERATORS, CoverCriteria, FloatArray, layer_excess
from htcoverage.figures.measure import FigureColumn, figure_columns
from htcoverage.figures.places import line_faults, line_pieces, pixels_at, point_faults
from htcoverage.figures.zones import raise_faults
from htcoverage.grid import grid_of


def compute_line_figures(
    coverage: xr.Dataset,
    lines: gpd.GeoDataFrame,
    *,
    code_column: str,
    name_column: str,
    criteria: CoverCriteria | None = None,
) -> pd.DataFrame:
    """Compute how much of the length of each line is covered, by technology, operator and basis.

    Lines are cut exactly where pixels end; each combination is that of `LayerExcess`.

    Parameters
    ----------
    coverage, criteria
        As for `compute_figures`.
    lines : GeoDataFrame
        Lines, of one part or several, inside the coverage's grid.
    code_column, name_column : str
        Columns of ``lines`` that identify and name a line.

    Returns
    -------
    pandas.DataFrame
        ``code, name, technology, operator, basis, covered_share, covered, total, unit``; amounts in
        km of the coverage's plane. At the bases ``median`` and ``cell_edge``.

    Raises
    ------
    InputError
        With every row that is no line, has no length or leaves the grid.
    """
    criteria = criteria or CoverCriteria()
    grid = grid_of(coverage)
    moved = reproject(lines, coverage.attrs["crs"]).geometry.to_numpy()
    raise_faults(line_faults(moved, grid))
    line, start, end = line_pieces(moved, grid)
    length_km = np.hypot(*(end - start).T) / 1000.0
    row, column = pixels_at(grid, 0.5 * (start + end))
    pixels, place = np.unique(row * grid.shape[1] + column, return_inverse=True)
    total_km = np.bincount(line, weights=length_km, minlength=len(moved))
    layers = layer_excess(coverage, criteria=criteria, pixels=pixels)
    frames = []
    for each in figure_columns(layers):
        if each.basis == "expected":
            continue
        excess = layers.combined_db(each.technology, each.operator)
        covered = (excess >= _margin_db(each, criteria))[place]
        covered_km = np.bincount(line, weights=length_km * covered, minlength=len(moved))
        frames.append(
            _named(lines, code_column, name_column, each).assign(
                basis=each.basis,
                # What is covered everywhere is the same sum, so its share is exactly 1.
                covered_share=covered_km / total_km,
                covered=covered_km,
                total=total_km,
                unit="km",
            )
        )
    return pd.concat(frames, ignore_index=True)


def compute_point_figures(
    coverage: xr.Dataset,
    points: gpd.GeoDataFrame,
    *,
    code_column: str,
    name_column: str,
    criteria: CoverCriteria | None = None,
) -> pd.DataFrame:
    """Say of each point whether its pixel is covered, and its level, by technology and operator.

    Parameters
    ----------
    coverage, criteria
        As for `compute_figures`.
    points : GeoDataFrame
        Points inside the coverage's grid.
    code_column, name_column : str
        Columns of ``points`` that identify and name a point.

    Returns
    -------
    pandas.DataFrame
        ``code, name, technology, operator, level_dbm, excess_db, covered_median,
        covered_cell_edge``. ``level_dbm`` is the median outdoor level where one technology and one
        operator (or the strongest) is asked for; levels of two technologies do not compare.
        ``excess_db`` is over threshold and user's loss, without the margin; NaN without a level.

    Raises
    ------
    InputError
        With every row that is no point or lies outside the grid.
    """
    criteria = criteria or CoverCriteria()
    grid = grid_of(coverage)
    moved = reproject(points, coverage.attrs["crs"]).geometry.to_numpy()
    raise_faults(point_faults(moved, grid))
    row, column = pixels_at(grid, shapely.get_coordinates(moved))
    pixels = row * grid.shape[1] + column
    layers = layer_excess(coverage, criteria=criteria, pixels=pixels)
    frames = []
    for each in figure_columns(layers):
        if each.basis != "median":
            continue
        excess = layers.combined_db(each.technology, each.operator)
        told_db = np.where(np.isneginf(excess), np.nan, excess)
        level_dbm: FloatArray = np.full(len(points), np.nan)
        if each.technology in ("3G", "4G") and each.operator != ALL_OPERATORS:
            level_dbm = told_db + criteria.threshold_dbm(each.technology)
        frames.append(
            _named(points, code_column, name_column, each).assign(
                level_dbm=level_dbm,
                excess_db=told_db,
                covered_median=excess >= 0.0,
                covered_cell_edge=excess >= criteria.margin_db,
            )
        )
    return pd.concat(frames, ignore_index=True)


def _named(
    table: gpd.GeoDataFrame, code_column: str, name_column: str, column: FigureColumn
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": table[code_column].astype(str).to_numpy(),
            "name": table[name_column].astype(str).to_numpy(),
            "technology": column.technology,
            "operator": column.operator,
        }
    )


def _margin_db(column: FigureColumn, criteria: CoverCriteria) -> float:
    return criteria.margin_db if column.basis == "cell_edge" else 0.0
