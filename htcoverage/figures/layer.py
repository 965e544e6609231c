"""The figures of any polygon layer of the user's: wards, school districts, a project's area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import xarray as xr

from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.figures.areas import AREA_LEVELS
from htcoverage.figures.cover import CoverCriteria, layer_excess
from htcoverage.figures.measure import covered_m2, figure_columns
from htcoverage.figures.rows import (
    SETTLEMENT_PARTS,
    Measure,
    add_up,
    add_up_homes,
    check_settlement_parts,
    count_settlements,
    figure_rows,
    people_of,
)
from htcoverage.figures.zones import (
    only_polygons,
    polygon_faults,
    raise_faults,
    table_faults,
    zone_areas,
)
from htcoverage.grid import grid_of


def compute_layer_figures(
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    level: str,
    code_column: str,
    name_column: str,
    criteria: CoverCriteria | None = None,
    settlement_parts: Sequence[float] = SETTLEMENT_PARTS,
) -> pd.DataFrame:
    """Compute the figure rows of a polygon layer, whatever its outlines cut through.

    ``land_area`` is the part of a polygon on the districts' land; ``residential_area``, residents
    and households are those of the settlements' parts inside it, people spread evenly over their
    settlement. A settlement is not cut when settlements are counted: it counts, whole, where most
    of it lies, that is in a polygon that holds more than half of it, else in the one that holds
    more than any other and than lies outside all (the first of several). So polygons that part the
    land among them count every settlement once. Polygons may overlap; each is measured by itself.

    Parameters
    ----------
    coverage, settlements, districts, criteria, settlement_parts
        As for `compute_figures`.
    areas : GeoDataFrame
        Polygons inside the coverage's grid.
    level : str
        ``area_level`` of the rows; not one of province, district and commune.
    code_column, name_column : str
        Columns of ``areas`` that identify and name a polygon; codes do not repeat.

    Returns
    -------
    pandas.DataFrame
        Rows as `compute_figures` returns them.

    Raises
    ------
    InputError
        As `compute_figures`; also if the level is taken, a column is absent or a code repeats.
    """
    criteria = criteria or CoverCriteria()
    check_settlement_parts(settlement_parts)
    _check_layer(areas, level=level, code_column=code_column, name_column=name_column)
    crs = coverage.attrs["crs"]
    grid = grid_of(coverage)
    settlements, districts, areas = (
        reproject(table, crs) for table in (settlements, districts, areas)
    )
    faults = table_faults(settlements, districts, grid)
    faults += polygon_faults(areas, grid, table=level, name_column=name_column)
    raise_faults(faults)

    homes = settlements.geometry.to_numpy()
    outlines = areas.geometry.to_numpy()
    land, of_land = _cut(shapely.union_all(districts.geometry.to_numpy()), outlines)
    home_place, area_place = settlements.sindex.query(outlines, predicate="intersects")[::-1]
    pieces = only_polygons(shapely.intersection(homes[home_place], outlines[area_place]))
    real = shapely.area(pieces) > 0.0
    pieces, home_place, area_place = pieces[real], home_place[real], area_place[real]

    polygons = gpd.GeoDataFrame(geometry=[*homes, *pieces, *land], crs=crs)
    zones = zone_areas(polygons, grid)
    columns_of = layer_excess(coverage, criteria=criteria, pixels=zones.pixels)
    columns = figure_columns(columns_of)
    covered = covered_m2(zones, columns_of, columns, criteria=criteria)
    home_m2, piece_m2, land_m2 = np.split(covered, [len(homes), len(homes) + len(pieces)])

    count = len(areas)
    share = piece_m2[:, -1] / home_m2[home_place, -1]
    people = people_of(settlements).iloc[home_place].mul(share, axis=0)
    measured = {Measure("land_area"): add_up(land_m2 / 1e6, of_land, areas=count)}
    measured |= add_up_homes(piece_m2, people, area_place, areas=count)
    most = _holds_most(home_place, share)
    measured |= count_settlements(
        home_m2[home_place[most]], settlement_parts, area_place[most], areas=count
    )
    named = zip(areas[code_column].astype(str), areas[name_column].astype(str), strict=True)
    figures = figure_rows(level, tuple(named), columns, measured).reset_index(drop=True)
    figures.attrs["criteria"] = asdict(criteria)
    return figures


def _check_layer(
    areas: gpd.GeoDataFrame, *, level: str, code_column: str, name_column: str
) -> None:
    if level in AREA_LEVELS:
        raise argument_fault("level", level, f"a name other than {', '.join(AREA_LEVELS)}")
    for argument, column in (("code_column", code_column), ("name_column", name_column)):
        if column not in areas.columns:
            known = ", ".join(str(name) for name in areas.columns)
            raise argument_fault(argument, column, f"a column of the areas: {known}")
    repeated = areas[code_column][areas[code_column].duplicated()]
    if len(repeated):
        raise argument_fault("code_column", repeated.iloc[0], "codes that do not repeat")


def _holds_most(
    home_place: npt.NDArray[np.int64], share: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Return which pieces hold most of their home, given the share of it that each holds."""
    pieces = pd.DataFrame({"home": home_place, "share": share})
    by_home = pieces.groupby("home")["share"]
    first = np.zeros(len(pieces), dtype=bool)
    first[by_home.idxmax().to_numpy(dtype=np.int64)] = True
    outside = 1.0 - by_home.transform("sum").to_numpy()
    return (share > 0.5) | (first & (share > outside))


def _cut(
    land: shapely.Geometry, outlines: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Return the outlines' parts on land that have an area, and the outline of each."""
    parts = only_polygons(shapely.intersection(outlines, land))
    place = np.flatnonzero(shapely.area(parts) > 0.0)
    return parts[place], place
