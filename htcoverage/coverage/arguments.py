"""What coverage is handed: every argument that is not what it should be, told at once."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
from odc.geo.geobox import GeoBox
from pyproj import CRS

from htcoverage.antennas import Pattern
from htcoverage.errors import Fault, InputError
from htcoverage.propagation.p1812.model import DISTANCE_RANGE
from htcoverage.propagation.p1812.profile import COASTAL_LAND, INLAND, SEA
from htcoverage.propagation.validity import ValidRange, check_range
from htcoverage.terrain import Terrain

#: Columns of a cell that enter its level as they stand; its power is checked by the link budget.
NUMBERS = (
    "band_mhz", "antenna_height_m", "azimuth_deg", "electrical_tilt_deg", "mechanical_tilt_deg",
    "antenna_gain_dbi", "feeder_loss_db", "rs_boost_db",
)  # fmt: skip
#: Numbers of a cell that only one of the technologies needs.
NUMBERS_OF_SOME = ("bandwidth_mhz", "port_power_dbm", "cpich_power_dbm")

_BTS_COLUMNS = ("bts_id", "site_id", "operator", "technology")
_CELL_COLUMNS = ("cell_id", "bts_id", "antenna", *NUMBERS, *NUMBERS_OF_SOME)

#: Paths up to 100 km keep the proof that lets the engine leave out ducting (`ducting_floor_db`).
_RADIUS_RANGE = ValidRange("radius_km", DISTANCE_RANGE.low, 100.0, "km")

#: A requirement on an argument: name, value, whether it holds, what is expected.
Requirement = tuple[str, object, bool, str]


def faults_of(*requirements: Requirement) -> list[Fault]:
    """Return a fault for every argument that is not as required."""
    return [
        Fault("argument", None, name, _shown(value), expected)
        for name, value, holds, expected in requirements
        if not holds
    ]


def number(
    name: str, value: object, expected: str, holds: Callable[[float], bool] = lambda _: True
) -> Requirement:
    """Require one real number, for which something holds; True and False are no numbers."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return name, value, is_number and holds(float(value)), expected  # type: ignore[arg-type]


def refractivity(delta_n: object, n0: object) -> tuple[Requirement, Requirement]:
    """Require a lapse rate that bends no ray back to the ground, and a refractivity."""
    return (
        number("delta_n", delta_n, "from 0 to below 157 N-units/km", lambda v: 0.0 <= v < 157.0),
        number("n0", n0, "a refractivity above 0 N-units", lambda v: 0.0 < v < math.inf),
    )


def clearance(clutter_clearance_m: object) -> Requirement:
    """Require a distance from clutter."""
    return number(
        "clutter_clearance_m", clutter_clearance_m, "at least 0 m", lambda v: 0.0 <= v < math.inf
    )


def _shown(value: object) -> str:
    """Text of a value; of what is no scalar, only what it is."""
    if isinstance(value, str):
        return repr(value)
    if value is None or isinstance(value, numbers.Number):
        return str(value)
    return type(value).__name__


def check_arguments(
    bts: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    terrain: Terrain,
    grid: GeoBox,
    *,
    radius_km: float,
    rx_height_m: float,
    clutter_clearance_m: float,
    delta_n: float,
    n0: float,
    area: gpd.GeoDataFrame | None,
    patterns: Mapping[str, Pattern] | None,
    skip: bool,
    total_power: bool,
    progress: Callable[[int, int], None] | None,
    citation: str,
) -> None:
    """Refuse what coverage cannot be computed from.

    Parameters
    ----------
    citation : str
        Document that states the model's ranges; the others are `compute_coverage`'s.

    Raises
    ------
    InputError
        With every argument of a wrong kind, or without a column, or out of range; where all are of
        the right kind, with what is amiss inside.
    ValidityError
        If the radius is out of range.
    """
    flags = (("skip", skip), ("total_power", total_power))
    faults = faults_of(
        ("bts", bts, isinstance(bts, gpd.GeoDataFrame), "the table of base stations"),
        ("cells", cells, isinstance(cells, pd.DataFrame), "the table of cells"),
        ("terrain", terrain, isinstance(terrain, Terrain), "a terrain, as read_terrain returns it"),
        ("grid", grid, isinstance(grid, GeoBox), "a grid, as make_grid returns it"),
        number("radius_km", radius_km, "a number, km"),
        number("rx_height_m", rx_height_m, "a number, m"),
        clearance(clutter_clearance_m),
        *refractivity(delta_n, n0),
        ("area", area, area is None or _has_crs(area), "a table of polygons that tells its CRS"),
        ("patterns", patterns, patterns is None or _are_patterns(patterns), "patterns by name"),
        *((name, flag, isinstance(flag, bool | np.bool_), "True or False") for name, flag in flags),
        ("progress", progress, progress is None or callable(progress), "a function"),
    )
    for name, table, columns in (("bts", bts, _BTS_COLUMNS), ("cells", cells, _CELL_COLUMNS)):
        if isinstance(table, pd.DataFrame):
            faults += _table_faults(name, table, columns)
    if not faults:
        faults = _land_faults(terrain, grid)
    if faults:
        raise InputError(faults)
    check_range(_RADIUS_RANGE, radius_km, citation=citation)


def _has_crs(area: object) -> bool:
    return isinstance(area, gpd.GeoDataFrame | gpd.GeoSeries) and area.crs is not None


def _are_patterns(patterns: object) -> bool:
    return isinstance(patterns, Mapping) and all(
        isinstance(pattern, Pattern) for pattern in patterns.values()
    )


def _table_faults(name: str, table: pd.DataFrame, columns: tuple[str, ...]) -> list[Fault]:
    """Return the columns that a table lacks, and the identifiers that it gives to two rows."""
    faults = [
        Fault(name, None, column, "", "a table that has it")
        for column in columns
        if column not in table
    ]
    identifier = columns[0]
    if identifier in table:
        twice = table.loc[table[identifier].duplicated(), identifier].drop_duplicates()
        faults += [Fault(name, None, identifier, str(value), "every one once") for value in twice]
    if isinstance(table, gpd.GeoDataFrame) and table.crs is None:
        faults.append(Fault("argument", None, name, "no CRS", "a table that tells its CRS"))
    return faults


def _land_faults(terrain: Terrain, grid: GeoBox) -> list[Fault]:
    """Return what keeps a terrain and a grid from being used together."""
    faults = []
    if CRS.from_user_input(str(grid.crs)) != CRS.from_user_input(str(terrain.geobox.crs)):
        expected = f"terrain in the grid's CRS {grid.crs}: read it with crs="
        faults.append(Fault("argument", None, "terrain", str(terrain.geobox.crs), expected))
    for name, box in (("grid", grid), ("terrain", terrain.geobox)):
        right, down = box.transform * (1, 1)
        wide_m, high_m = right - box.transform.c, box.transform.f - down
        if box.transform.b or box.transform.d or not math.isclose(wide_m, high_m, rel_tol=1e-6):
            found = f"pixels of {wide_m:g} m by {high_m:g} m"
            faults.append(Fault("argument", None, name, found, "square pixels, row 0 north"))
    if not (terrain.clutter_height_m >= 0.0).all():
        found, expected = "clutter below 0 m or NaN", "clutter of 0 m or more"
        faults.append(Fault("argument", None, "terrain", found, expected))
    if not np.isin(terrain.zone, (SEA, COASTAL_LAND, INLAND)).all():
        found = f"zones {', '.join(map(str, np.unique(terrain.zone)))}"
        expected = "1 (sea), 3 (coastal) or 4 (inland)"
        faults.append(Fault("argument", None, "terrain", found, expected))
    return faults
