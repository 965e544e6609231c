"""Sites against the area that is planned: far outside is a fault, just over the border is kept."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from htcoverage.crs import WGS84, reproject
from htcoverage.errors import Fault, argument_fault
from htcoverage.readers.sheet import as_row


def check_within(
    bts: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    *,
    reach_km: float,
    file: str,
    columns: tuple[str, str] = ("longitude", "latitude"),
) -> list[Fault]:
    """Return a fault for every site farther from the area than its signal is computed.

    A site outside the area but within reach serves homes inside it, and is no fault.

    Parameters
    ----------
    bts : GeoDataFrame
        Points with a CRS, indexed by their row in the file.
    area : GeoDataFrame
        Polygons with a CRS: the province, or its districts.
    reach_km : float
        Distance from the area up to which a site is kept, in km, 0 or more.
    file : str
        File that the faults name.
    columns : (str, str)
        Columns that hold the coordinates there; a fault names the one that leads away farther.

    Returns
    -------
    list of Fault
        In the order of the rows; empty if all sites are near enough.

    Raises
    ------
    InputError
        If ``reach_km`` is not a finite number of 0 or more, or the area has no CRS.
    """
    if not (np.isfinite(reach_km) and reach_km >= 0):
        raise argument_fault("reach_km", reach_km, "a number of km, 0 or more")
    if area.crs is None:
        raise argument_fault("area", "no CRS", "polygons with a CRS: set it with area.set_crs")
    west, south, east, north = map(float, reproject(area, WGS84).total_bounds)
    # Equidistant about the middle of the area: within 0.1 % of true over a province.
    local = CRS.from_user_input(
        f"+proj=aeqd +lat_0={(south + north) / 2!r} +lon_0={(west + east) / 2!r} +datum=WGS84"
    ).to_wkt()
    region = shapely.union_all(reproject(area, local).geometry.to_numpy())
    shapely.prepare(region)
    points = reproject(bts, WGS84).geometry
    longitude_deg, latitude_deg = points.x.to_numpy(), points.y.to_numpy()
    distance_km = _distance_km(longitude_deg, latitude_deg, region, local)
    outside = ~(distance_km <= reach_km)
    sideways = np.maximum(west - longitude_deg, longitude_deg - east)
    upwards = np.maximum(south - latitude_deg, latitude_deg - north)
    swapped = _distance_km(latitude_deg, longitude_deg, region, local) <= reach_km
    faults = []
    for place in np.flatnonzero(outside):
        expected = (
            f"a site within {reach_km:g} km of the area, for it serves no home there; "
            f"this one is {distance_km[place]:,.1f} km away"
        )
        if swapped[place]:
            expected += "; latitude and longitude look swapped"
        value = f"longitude {longitude_deg[place]:.8g}, latitude {latitude_deg[place]:.8g}"
        column = columns[0] if sideways[place] > upwards[place] else columns[1]
        faults.append(Fault(file, as_row(bts.index[place]), column, value, expected))
    return faults


def _distance_km(
    longitude_deg: np.ndarray, latitude_deg: np.ndarray, region: shapely.Geometry, local: str
) -> np.ndarray:
    """Return the distance of each point to the region; NaN where there is no such place."""
    possible = np.abs(latitude_deg) <= 90
    distance_km = np.full(len(longitude_deg), np.nan)
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(longitude_deg[possible], latitude_deg[possible], crs=WGS84)
    )
    distance_km[possible] = (
        shapely.distance(reproject(points, local).geometry.to_numpy(), region) / 1000.0
    )
    return distance_km
