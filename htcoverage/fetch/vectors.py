"""What every vector source needs: valid outlines, the part inside the area, GeoPackages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from htcoverage.crs import WGS84, reproject
from htcoverage.errors import SetupError
from htcoverage.fetch.endpoints import Endpoint
from htcoverage.fetch.http import MachineError
from htcoverage.fetch.sources import Area, Item
from htcoverage.files import environment, whole_file

#: GeoPackage carries the time of its last change; the date of a download stands in its record.
_GPKG_DATE = "1970-01-01T00:00:00.000Z"

_LONGEST_TEXT = 200


def tidy_text(value: object) -> str:
    """Return text of a server as one line: no control or direction signs, NFC, 200 signs at most.

    Parameters
    ----------
    value : object
        A text of the server; anything else gives an empty text.
    """
    if not isinstance(value, str):
        return ""
    spaced = "".join(
        " " if sign.isspace() else sign
        for sign in unicodedata.normalize("NFC", value)
        if sign.isspace() or unicodedata.category(sign)[0] != "C"
    )
    return " ".join(spaced.split())[:_LONGEST_TEXT]


def valid_polygons(
    shapes: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.object_], int]:
    """Return outlines without crossings, and how many had to be repaired.

    Each ring is kept where it encloses area; what encloses none becomes an empty polygon.

    Parameters
    ----------
    shapes : array of geometry, (features,)
        Outlines; None stays out and becomes an empty polygon.
    """
    whole = shapely.force_2d(shapes)
    whole[shapely.is_missing(whole)] = shapely.Polygon()
    crossed = ~shapely.is_valid(whole)
    other = crossed | (shapely.get_dimensions(whole) != 2) | (shapely.get_type_id(whole) == 7)
    for place in np.flatnonzero(other):
        parts = shapely.get_parts(_flat(shapely.make_valid(whole[place])))
        areas = parts[shapely.get_dimensions(parts) == 2]
        whole[place] = shapely.union_all(areas) if len(areas) else shapely.Polygon()
    return whole, int(crossed.sum())


def _flat(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a collection whose parts are no collections."""
    parts = shapely.get_parts(shape)
    return shapely.GeometryCollection([part for each in parts for part in shapely.get_parts(each)])


def local_crs(outline: shapely.Geometry) -> str:
    """Return an equal-area projection in metres about the middle of an outline, as WKT.

    Parameters
    ----------
    outline : geometry
        In longitude and latitude, WGS 84.
    """
    west, south, east, north = shapely.bounds(outline).tolist()
    return str(
        CRS.from_user_input(
            f"+proj=laea +lat_0={(south + north) / 2!r} +lon_0={(west + east) / 2!r} +datum=WGS84"
        ).to_wkt()
    )


def widened(outline: shapely.Geometry, by_km: float) -> shapely.Geometry:
    """Return an outline and all within a distance of it, in longitude and latitude.

    Parameters
    ----------
    outline : geometry
        In longitude and latitude, WGS 84.
    by_km : float
        Distance, km.
    """
    there = gpd.GeoDataFrame(geometry=[outline], crs=WGS84)
    moved = reproject(there, local_crs(outline))
    moved["geometry"] = shapely.buffer(moved.geometry.to_numpy(), 1000.0 * by_km)
    back: shapely.Geometry = reproject(moved, WGS84).geometry.iloc[0]
    return back


def inside_shares(
    shapes: npt.NDArray[np.object_], outline: shapely.Geometry
) -> npt.NDArray[np.float64]:
    """Return which share of the area of each polygon lies inside an outline, 0 to 1.

    Both are in longitude and latitude; areas in degrees are good enough for shares of polygons
    the size of a province.
    """
    shapely.prepare(outline)
    shares = np.zeros(len(shapes))
    shares[shapely.contains_properly(outline, shapes)] = 1.0
    partly = np.flatnonzero((shares == 0) & shapely.intersects(outline, shapes))
    area = shapely.area(shapes[partly])
    common = shapely.area(shapely.intersection(shapes[partly], outline))
    shares[partly] = np.divide(common, area, out=np.zeros(len(partly)), where=area > 0)
    return shares


@contextmanager
def new_layer(path: Path) -> Iterator[Path]:
    """Yield a temporary name in the path's folder; it is renamed to the path if all goes well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with environment("OGR_CURRENT_DATE", _GPKG_DATE), whole_file(path) as part:
        yield part


def write_layer(table: gpd.GeoDataFrame, part: Path, *, layer: str, append: bool = False) -> None:
    """Write or append a table to a layer of a GeoPackage.

    Parameters
    ----------
    table : GeoDataFrame
        With a CRS.
    part : Path
        A name from `new_layer`.
    layer : str
        Name of the layer.
    append : bool
        Add to the layer, which must be there.

    Raises
    ------
    MachineError
        If it cannot be written: the disk is full.
    """
    try:
        pyogrio.write_dataframe(
            table, part, layer=layer, driver="GPKG", append=append,
            dataset_options=None if append else {"VERSION": "1.2"},
        )  # fmt: skip
    except (DataSourceError, DataLayerError) as error:
        raise MachineError(f"{part.name} cannot be written ({tidy_text(str(error))})") from error


def outline_of(item: Item) -> shapely.Geometry:
    """Return the area that an item is for: the province, or the window."""
    return shapely.from_wkt(item.details["outline"])


def outline_details(area: Area) -> dict[str, str]:
    """Return what an item must know of the area to fetch for it; see `outline_of`."""
    outline = shapely.box(*area.bounds) if area.outline is None else area.outline
    return {"outline": shapely.to_wkt(outline, 9), "window": "yes" if area.outline is None else ""}


def check_address(address: str, endpoint: Endpoint) -> None:
    """Check that an address which an index names is on a host of its source.

    Raises
    ------
    SetupError
        If it is not.
    """
    told = urlsplit(address)
    known = {urlsplit(endpoint.address).netloc, *endpoint.hosts}
    if told.scheme not in ("http", "https") or not {told.netloc, told.hostname} & known:
        raise SetupError(
            f"{endpoint.title} names a file on {tidy_text(told.netloc) or 'no host'}, which is no "
            "host of this source: not followed (a file for --endpoints may add it to `hosts`)"
        )
