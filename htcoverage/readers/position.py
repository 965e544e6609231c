"""Where things are: the CRS checked by itself, then against the coordinates, then row by row."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from htcoverage.crs import WGS84, transformer
from htcoverage.errors import Fault, InputError, argument_fault
from htcoverage.readers.parsing import parse_numbers
from htcoverage.readers.sheet import Sheet, as_row, file_fault
from htcoverage.readers.vector import Layer, geometry_faults
from htcoverage.schema import Column

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LONGITUDE = Column("longitude", "number", "degrees east of Greenwich, WGS 84", "°", -180, 180)
LATITUDE = Column("latitude", "number", "degrees north of the equator, WGS 84", "°", -90, 90)
_X = Column("x", "number", "easting, in the unit of the crs given")
_Y = Column("y", "number", "northing, in the unit of the crs given")

#: A network reaches past the edge of its zone, but not by this much (about 550 km).
_ZONE_SLACK_DEG = 5.0

#: No pair of degrees has a member beyond this, few pairs of metres have none.
_CLEARLY_METRES = 1000.0

#: No easting is as large, few northings are.
_BEYOND_METRES = 1e7

_ONE_SIDE = (
    "a place on the zone's side of the 180th meridian: what lies on both sides is not computed in "
    "one, so make a project of each"
)

_SAY_CRS = "give its crs, such as 'EPSG:9209' (VN-2000 / TM-3 105°30′) or 'EPSG:4326'"


@dataclass(frozen=True, eq=False)
class Positions:
    """Longitude and latitude on WGS 84 of each row (NaN where at fault), and the faults."""

    longitude_deg: FloatArray
    latitude_deg: FloatArray
    columns: tuple[str, str]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Coordinates as they stand in the file, and how to name one of them in a fault."""

    x: FloatArray
    y: FloatArray
    sheet: Sheet
    columns: tuple[str, str]

    def fault(self, place: int, axis: int, expected: str) -> Fault:
        row = self.sheet.frame.index[place]
        column = self.columns[axis]
        if column in self.sheet.frame:
            return self.sheet.fault(row, column, expected)
        value = f"{self.x[place]:.10g} {self.y[place]:.10g}"
        return Fault(self.sheet.file, as_row(row), column, value, expected)

    def example(self) -> str:
        place = int(np.flatnonzero(np.isfinite(self.x) & np.isfinite(self.y))[0])
        return f"{self.x[place]:.10g} {self.y[place]:.10g}"


def parse_crs(crs: str | None) -> CRS | None:
    """Return a CRS argument as pyproj reads it.

    Raises
    ------
    InputError
        If it names no CRS, or one that is neither geographic nor projected.
    """
    if crs is None:
        return None
    try:
        parsed = CRS.from_user_input(crs)
    except CRSError as error:
        raise argument_fault("crs", crs, "a CRS, such as 'EPSG:9209' or 'EPSG:4326'") from error
    if not (parsed.is_geographic or parsed.is_projected):
        raise argument_fault("crs", crs, "a geographic or projected CRS, such as 'EPSG:9209'")
    return parsed


def sheet_positions(sheet: Sheet, *, crs: CRS | None) -> Positions:
    """Return where the rows of a CSV are, from longitude and latitude or from x and y.

    Parameters
    ----------
    sheet : Sheet
        With the columns ``longitude`` and ``latitude``, or ``x`` and ``y``.
    crs : pyproj.CRS or None
        CRS of the coordinates; None is WGS 84 for longitude and latitude, and a fault for x and y.
    """
    degrees, metric = (LONGITUDE, LATITUDE), (_X, _Y)
    has = {column.name: column.name in sheet.frame for column in (*degrees, *metric)}
    projected = crs is not None and crs.is_projected
    no_degrees = not (has["longitude"] or has["latitude"])
    wants_metric = (has["x"] and has["y"] and projected) or (no_degrees and (has["x"] or has["y"]))
    pair = metric if wants_metric else degrees
    faults: list[Fault] = []
    values: list[FloatArray] = []
    for column in pair:
        if column.name not in sheet.frame:
            faults.append(sheet.missing(column))
            values.append(np.full(len(sheet.frame), np.nan))
            continue
        cells = sheet.frame[column.name]
        numbers, bad = parse_numbers(cells, sheet=sheet, wanted=column.meaning)
        faults.extend(bad)
        faults.extend(
            sheet.fault(row, column.name, f"a value: {column.meaning}")
            for row in cells.index[cells.isna()]
        )
        values.append(numbers.to_numpy())
    if pair is degrees and crs is None:
        crs = CRS.from_user_input(WGS84)
    if crs is None:
        faults.append(
            Fault(sheet.file, None, None, "", f"a crs, for x and y do not say where: {_SAY_CRS}")
        )
    elif pair is degrees and not crs.is_geographic:
        expected = "columns x and y for this crs, or a crs in degrees for longitude and latitude"
        faults.append(Fault(sheet.file, None, None, f"crs {crs.to_string()}", expected))
        crs = None
    pairs = _Pairs(values[0], values[1], sheet, (pair[0].name, pair[1].name))
    return _located(pairs, crs=crs, faults=faults)


def layer_positions(layer: Layer, *, crs: CRS | None) -> Positions:
    """Return where the points of a vector layer are.

    Parameters
    ----------
    layer : Layer
        A layer of points.
    crs : pyproj.CRS or None
        CRS for a layer that tells none.
    """
    faults = geometry_faults(layer, "Point")
    faulty = {fault.row for fault in faults}
    points = layer.geometry.copy()
    points[[as_row(row) in faulty for row in layer.sheet.frame.index]] = shapely.Point(
        np.nan, np.nan
    )
    try:
        used = layer_crs(layer, crs=crs)
    except InputError as error:
        faults.extend(error.faults)
        used = None
    column = "geometry"
    pairs = _Pairs(shapely.get_x(points), shapely.get_y(points), layer.sheet, (column, column))
    return _located(pairs, crs=used, faults=faults)


def layer_crs(layer: Layer, *, crs: CRS | None = None) -> CRS:
    """Return the CRS that a layer is in.

    Raises
    ------
    InputError
        If neither the layer nor the argument tells one, or they differ.
    """
    if layer.crs is None and crs is None:
        raise file_fault(
            layer.sheet.file,
            "a CRS: the layer tells none; set it in a GIS ('Assign projection') to what the "
            "coordinates are in, such as EPSG:9209 or EPSG:4326",
        )
    if layer.crs is not None and crs is not None and layer.crs != crs:
        raise file_fault(
            layer.sheet.file,
            f"the CRS that the layer tells, {layer.crs.to_string()}: leave the crs argument out, "
            "or correct the layer",
            value=f"crs {crs.to_string()}",
        )
    found = layer.crs if layer.crs is not None else crs
    assert found is not None
    return found


def check_layer_crs(layer: Layer, *, crs: CRS | None = None) -> list[Fault]:
    """Return the fault of a layer whose CRS is absent or contradicts its coordinates."""
    try:
        crs = layer_crs(layer, crs=crs)
    except InputError as error:
        return list(error.faults)
    bounds = shapely.bounds(layer.geometry)
    x, y = bounds[:, [0, 2]].ravel(), bounds[:, [1, 3]].ravel()
    rows = pd.Index(np.repeat(layer.sheet.frame.index, 2), name="row")
    sheet = Sheet(layer.sheet.file, pd.DataFrame(index=rows), None)
    return list(_located(_Pairs(x, y, sheet, ("geometry", "geometry")), crs=crs, faults=[]).faults)


def _located(pairs: _Pairs, *, crs: CRS | None, faults: list[Fault]) -> Positions:
    usable = np.isfinite(pairs.x) & np.isfinite(pairs.y)
    nowhere = np.full(len(pairs.x), np.nan)
    if crs is None or not usable.any():
        return Positions(nowhere, nowhere, pairs.columns, tuple(faults))
    contradiction = _contradiction(pairs, usable, crs=crs)
    if contradiction:
        return Positions(nowhere, nowhere, pairs.columns, (*faults, contradiction))
    bad = _outside_degrees(pairs) if crs.is_geographic else []
    usable[[place for place, _ in bad]] = False
    longitude_deg, latitude_deg = to_wgs84(pairs.x, pairs.y, usable, crs=crs)
    if crs.is_projected:
        astray = usable & ~in_zone(longitude_deg, latitude_deg, crs=crs)
        swapped = astray & in_zone(*to_wgs84(pairs.y, pairs.x, astray, crs=crs), crs=crs)
        turned_deg = np.where(longitude_deg > 0, longitude_deg - 360.0, longitude_deg + 360.0)
        beyond = astray & in_zone(turned_deg, latitude_deg, crs=crs)
        for place in np.flatnonzero(astray):
            expected = f"coordinates near the area of {crs.to_string()} ({crs.name})"
            if beyond[place]:
                expected = _ONE_SIDE
            if swapped[place]:
                expected += "; x and y look swapped"
            bad.append((int(place), pairs.fault(int(place), 1, expected)))
        longitude_deg[astray] = latitude_deg[astray] = np.nan
    everything = (*faults, *(fault for _, fault in bad))
    return Positions(longitude_deg, latitude_deg, pairs.columns, everything)


def _contradiction(pairs: _Pairs, usable: BoolArray, *, crs: CRS) -> Fault | None:
    """Return the fault of coordinates that, as a whole, cannot be in this CRS."""
    width, height = np.abs(pairs.x[usable]), np.abs(pairs.y[usable])
    if crs.is_geographic and np.maximum(width, height).min() > _CLEARLY_METRES:
        expected = f"degrees, as {crs.to_string()} says; these look like metres: {_SAY_CRS}"
        if min(np.median(width), np.median(height)) > _BEYOND_METRES:
            expected = "degrees with their decimal points, which these have lost"
        if pairs.columns[0] == LONGITUDE.name:
            expected += ", and name the columns x and y"
    elif crs.is_projected and width.max() <= 180 and height.max() <= 180:
        expected = f"metres, as {crs.to_string()} says; these look like degrees: {_SAY_CRS}"
    else:
        return None
    return Fault(pairs.sheet.file, None, None, pairs.example(), expected)


def _outside_degrees(pairs: _Pairs) -> list[tuple[int, Fault]]:
    found = []
    x_out, y_out = np.abs(pairs.x) > 180, np.abs(pairs.y) > 90
    for place in map(int, np.flatnonzero(x_out | y_out)):
        if y_out[place] and abs(pairs.y[place]) <= 180 and abs(pairs.x[place]) <= 90:
            expected = "a latitude from -90 to 90; latitude and longitude look swapped"
            found.append((place, pairs.fault(place, 1, expected)))
            continue
        if x_out[place]:
            expected = "a longitude from -180 to 180 degrees"
            found.append((place, pairs.fault(place, 0, expected)))
        if y_out[place]:
            found.append((place, pairs.fault(place, 1, "a latitude from -90 to 90 degrees")))
    return found


def to_wgs84(
    x: FloatArray, y: FloatArray, usable: BoolArray, *, crs: CRS
) -> tuple[FloatArray, FloatArray]:
    """Return coordinates on WGS 84, NaN where they are not usable."""
    longitude_deg, latitude_deg = np.full(len(x), np.nan), np.full(len(x), np.nan)
    if crs == CRS.from_user_input(WGS84):
        longitude_deg[usable], latitude_deg[usable] = x[usable], y[usable]
    elif usable.any():
        with warnings.catch_warnings():
            # pyproj warns of national grid files that it lacks; a metre matters to no pixel.
            warnings.filterwarnings("ignore", "Best transformation is not available")
            through = transformer(crs.to_wkt(), WGS84)
        longitude_deg[usable], latitude_deg[usable] = through.transform(x[usable], y[usable])
    return longitude_deg, latitude_deg


def in_zone(longitude_deg: FloatArray, latitude_deg: FloatArray, *, crs: CRS) -> BoolArray:
    """Return whether places lie in or near the area that a CRS is made for."""
    area = crs.area_of_use
    inside = np.isfinite(longitude_deg) & np.isfinite(latitude_deg)
    if area is not None and area.west <= area.east:
        inside &= (longitude_deg >= area.west - _ZONE_SLACK_DEG) & (
            longitude_deg <= area.east + _ZONE_SLACK_DEG
        )
        inside &= (latitude_deg >= area.south - _ZONE_SLACK_DEG) & (
            latitude_deg <= area.north + _ZONE_SLACK_DEG
        )
    return inside
