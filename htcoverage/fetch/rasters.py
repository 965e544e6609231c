"""The part of a raster that an area needs: read over HTTP, checked, and joined into one file."""

from __future__ import annotations

import math
import shutil
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.merge import merge
from rasterio.transform import from_origin
from rasterio.windows import Window, from_bounds

from htcoverage.errors import SetupError
from htcoverage.fetch.cache import CachedFile, Context, cached, cached_by
from htcoverage.fetch.endpoints import Endpoint
from htcoverage.fetch.http import SLOWEST_BYTES_S, Answer, Client, MachineError, look, user_agent
from htcoverage.fetch.pieces import Kept, bands, count, in_thread, keep_version
from htcoverage.fetch.sources import Bounds
from htcoverage.files import whole_file

#: Ground around the area that a run needs: sites stand up to their reach outside, with terrain.
MARGIN_KM = 20.0

_KM_PER_DEG = 111.32

#: Tries of reading a window, none of which gains anything, before the file is brought whole.
_WINDOW_TRIES = 3

#: Rows and columns of a block of the files that we write.
_BLOCK = 512

#: Pixels that are written at once.
_STRIP_PIXELS = 1 << 24


def widened(bounds: Bounds, by_km: float) -> Bounds:
    """Return a box in degrees, widened on all sides by a distance in km."""
    west, south, east, north = bounds
    rows = by_km / _KM_PER_DEG
    columns = rows / max(math.cos(math.radians(max(abs(south), abs(north)))), 0.05)
    return (
        max(west - columns, -180.0), max(south - rows, -90.0),
        min(east + columns, 180.0), min(north + rows, 90.0),
    )  # fmt: skip


def corners(bounds: Bounds, step_deg: int) -> list[tuple[int, int]]:
    """Return the south-west corners (longitude, latitude) of the square tiles that a box touches.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north in degrees.
    step_deg : int
        Side of a tile; tiles begin at multiples of it.
    """
    west, south, east, north = bounds

    def steps(low: float, high: float) -> range:
        first = math.floor(low / step_deg)
        return range(
            first * step_deg, max(math.ceil(high / step_deg), first + 1) * step_deg, step_deg
        )

    return [(lon, lat) for lat in steps(south, north) for lon in steps(west, east)]


def corner_name(lon: int, lat: int, *, between: str = "") -> str:
    """Return a tile's name by its south-west corner: ``N18E105``, or ``N18_00_E105_00``.

    Parameters
    ----------
    lon, lat : int
        The corner, degrees.
    between : str
        What stands behind each number: ``_00`` in Copernicus' names, joined by ``_``.
    """
    rows = f"{'N' if lat >= 0 else 'S'}{abs(lat):02d}{between}"
    columns = f"{'E' if lon >= 0 else 'W'}{abs(lon):03d}{between}"
    return f"{rows}_{columns}" if between else f"{rows}{columns}"


def overlap_share(bounds: Bounds, tile: Bounds) -> float:
    """Return the share of a tile that a box covers, both in degrees."""
    width = min(bounds[2], tile[2]) - max(bounds[0], tile[0])
    height = min(bounds[3], tile[3]) - max(bounds[1], tile[1])
    return max(width, 0.0) * max(height, 0.0) / ((tile[2] - tile[0]) * (tile[3] - tile[1]))


def cut_from(
    context: Context, endpoint: Endpoint, address: str, name: str, bounds: Bounds
) -> CachedFile:
    """Return the part of a GeoTIFF that a box needs, with its CRS and no-data value.

    A tiled file (a Cloud Optimized GeoTIFF) is read through GDAL's HTTP file system, only the
    blocks that are needed. A file in strips, or of a server that sends no parts, is brought whole
    and cut here.

    Parameters
    ----------
    context : Context
        Cache and client.
    endpoint : Endpoint
        The source.
    address : str
        Of the file.
    name : str
        Of the file in the cache.
    bounds : tuple of float
        West, south, east, north in degrees.

    Raises
    ------
    NotThereError
        If the server has no such file.
    SetupError
        If it cannot be read.
    """

    def readable(path: Path) -> None:
        try:
            with rasterio.open(path) as source:
                source.read(1, window=Window(0, source.height - 1, source.width, 1))
        except RasterioError as error:
            words = f"{name} of {endpoint.title} is no raster that can be read ({address})"
            raise SetupError(words) from error

    def bring(target: Path) -> None:
        pieces = target.with_name(f"{target.name}.pieces")
        if not _cut_remote(context, endpoint, address, name, bounds, target, pieces):
            whole = cached(context, endpoint, address, name, check=readable)
            try:
                with rasterio.open(whole.path) as source:
                    _cut(source, target, bounds, name)
            except RasterioError as error:
                words = f"{whole.path} is damaged: delete it and fetch again"
                raise SetupError(words) from error
        shutil.rmtree(pieces, ignore_errors=True)

    part = ",".join(f"{edge:.6f}" for edge in bounds)
    return cached_by(context, endpoint, address, name, bring, part=part)


def _cut_remote(
    context: Context, endpoint: Endpoint, address: str, name: str, bounds: Bounds, target: Path,
    pieces: Path,
) -> bool:  # fmt: skip
    """Read a window over HTTP; False if the file is better brought whole.

    GDAL notices a transfer that is cut short, but gives up then, does not wait as long as a server
    asks it to, and joins blocks of two versions of a file: so each try begins with a look, which
    waits, and the last ends with one, which compares.
    """
    client = context.endpoints.client

    def looked() -> Answer:
        return look(address, client=client, hosts=endpoint.hosts)

    def read(answer: Answer) -> bool | None:
        """Return whether it was read, None for a file in strips."""
        place = f"/vsicurl/{answer.address}"
        with rasterio.Env(**_gdal_options(client, place)), rasterio.open(place) as source:
            if not source.profile.get("tiled"):
                return None
            kept = Kept(pieces, answer.size_bytes)
            _bring_pieces(source, _window(source, bounds), kept, context, name)
            if looked().version != answer.version:
                return False
            _cut(source, target, bounds, name, kept)
        return True

    failed = most = 0
    while failed < _WINDOW_TRIES:
        answer = looked()
        if not answer.ranges:
            return False
        keep_version(pieces, answer.version)
        try:
            done = in_thread(partial(read, answer))
        except RasterioError:
            # More than ever: a server that tells no version, or ever another, begins anew.
            failed = 1 if count(pieces) > most else failed + 1
            most = max(most, count(pieces))
            time.sleep(min(client.backoff_s * 2**failed, client.longest_wait_s))
            continue
        if done is not False:
            return done is True
        failed += 1
    return False


def _bring_pieces(source: Any, window: Window, kept: Kept, context: Context, name: str) -> None:
    total = window.height * window.width * np.dtype(source.dtypes[0]).itemsize
    done = 0
    for band in bands(source, window, kept):
        done += band.nbytes
        context.told(name, done, total)


def _gdal_options(client: Client, place: str) -> dict[str, Any]:
    return {
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "GDAL_HTTP_USERAGENT": user_agent(),
        "GDAL_HTTP_CONNECTTIMEOUT": str(max(round(client.timeout_s), 1)),
        "GDAL_HTTP_LOW_SPEED_TIME": str(max(round(client.timeout_s), 1)),
        "GDAL_HTTP_LOW_SPEED_LIMIT": str(SLOWEST_BYTES_S),
        "GDAL_HTTP_MAX_RETRY": str(client.retries),
        "GDAL_HTTP_RETRY_DELAY": str(client.backoff_s),
        "GDAL_HTTP_RETRY_CODES": "500,502,504",
        "GDAL_HTTP_MERGE_CONSECUTIVE_RANGES": "YES",
        "CPL_VSIL_CURL_NON_CACHED": place,
        "VSI_CACHE": "FALSE",
    }


def _cut(source: Any, target: Path, bounds: Bounds, name: str, kept: Kept | None = None) -> None:
    """Write a window of an open raster, then read it again and compare."""
    window = _window(source, bounds)
    profile = {
        "driver": "GTiff", "dtype": source.dtypes[0], "count": 1, "crs": source.crs,
        "transform": source.window_transform(window), "nodata": source.nodata,
        "width": window.width, "height": window.height, **_packed(source.dtypes[0]),
    }  # fmt: skip
    sums = []
    try:
        with rasterio.open(target, "w", **profile) as result:
            top = 0
            for strip in _in_strips(bands(source, window, kept)):
                place = Window(0, top, window.width, len(strip))
                with _writing(name):
                    result.write(strip, 1, window=place)
                sums.append((place, zlib.crc32(strip.tobytes())))
                top += len(strip)
        with rasterio.open(target) as written:
            right = all(
                zlib.crc32(written.read(1, window=place).tobytes()) == told for place, told in sums
            )
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    if not right:
        target.unlink(missing_ok=True)
        raise MachineError(f"{name} is not on the disk as it was written: is the disk full?")


@contextmanager
def _writing(name: str) -> Iterator[None]:
    """Tell a fault of our own disk from one of the server."""
    try:
        yield
    except RasterioError as error:
        raise MachineError(f"{name} cannot be written: is the disk full?") from error


def _in_strips(rows: Iterable[npt.NDArray[Any]]) -> Iterator[npt.NDArray[Any]]:
    """Yield rows anew in whole rows of blocks of our own files: each block is written once."""
    held: npt.NDArray[Any] | None = None
    for band in rows:
        held = band if held is None else np.concatenate([held, band])
        whole = len(held) // _BLOCK * _BLOCK
        if whole:
            yield held[:whole]
            held = held[whole:]
    if held is not None and len(held):
        yield held


def _window(source: Any, bounds: Bounds) -> Window:
    """Return the whole pixels of a raster that a box touches."""
    if source.crs is None or not source.crs.is_geographic:
        raise SetupError(f"{source.name} is not in degrees, as this source is said to be")
    found = from_bounds(*bounds, transform=source.transform)
    left, top = math.floor(found.col_off + 1e-6), math.floor(found.row_off + 1e-6)
    right = math.ceil(found.col_off + found.width - 1e-6)
    bottom = math.ceil(found.row_off + found.height - 1e-6)
    left, top = max(left, 0), max(top, 0)
    right, bottom = min(right, source.width), min(bottom, source.height)
    if left >= right or top >= bottom:
        words = (
            f"{Path(source.name).name} does not reach the area: are the box and the country right?"
        )
        raise SetupError(words)
    return Window(left, top, right - left, bottom - top)


def _strips(width: int, height: int) -> Iterator[Window]:
    rows = max(_STRIP_PIXELS // width // _BLOCK, 1) * _BLOCK
    for top in range(0, height, rows):
        yield Window(0, top, width, min(rows, height - top))


def _packed(dtype: str) -> dict[str, Any]:
    return {
        "compress": "deflate", "predictor": 3 if dtype.startswith("float") else 2, "tiled": True,
        "blockxsize": _BLOCK, "blockysize": _BLOCK, "bigtiff": "IF_SAFER",
    }  # fmt: skip


def join(files: Sequence[Path], target: Path, bounds: Bounds, *, tags: Mapping[str, str]) -> None:
    """Join cut tiles of one grid into one GeoTIFF, with their no-data value.

    Parameters
    ----------
    files : sequence of Path
        At least one, all of one CRS; the first that knows a pixel prevails.
    target : Path
        The file, written under another name first.
    bounds : tuple of float
        What it covers: west, south, east, north in degrees.
    tags : mapping of str to str
        Licence and attribution, for the file's own metadata.
    """
    with whole_file(target) as part, _writing(target.name):
        with rasterio.open(files[0]) as first:
            # On the pixels of the first tile: joining must not resample.
            steps = (abs(first.transform.a), abs(first.transform.e))
            nodata, packed = first.nodata, _packed(first.dtypes[0])
            reach = _snapped(bounds, first.transform)
        merge(
            list(files), bounds=reach, res=steps, nodata=nodata, resampling=Resampling.nearest,
            dst_path=part, dst_kwds=packed,
        )  # fmt: skip
        with rasterio.open(part, "r+") as result:
            result.update_tags(**tags)


def sea_tile(like: Path, bounds: Bounds, target: Path) -> Path:
    """Write a tile of sea, 0 m, on the grid of another tile.

    A tile of its own rather than a value for all gaps: a void of a tile on land stays a void.

    Parameters
    ----------
    like : Path
        A tile of the same source.
    bounds : tuple of float
        West, south, east, north in degrees.
    target : Path
        The new file.
    """
    with rasterio.open(like) as tile:
        west, south, east, north = _snapped(bounds, tile.transform)
        step = tile.transform.a
        width, height = round((east - west) / step), round((north - south) / step)
        profile = {
            "driver": "GTiff", "dtype": tile.dtypes[0], "count": 1, "crs": tile.crs,
            "transform": from_origin(west, north, step, step), "nodata": tile.nodata,
            "width": width, "height": height, **_packed(tile.dtypes[0]),
        }  # fmt: skip
    with rasterio.open(target, "w", **profile) as result:
        for strip in _strips(width, height):
            result.write(np.zeros((strip.height, strip.width), profile["dtype"]), 1, window=strip)
    return target


def common(first: Bounds, second: Bounds) -> Bounds:
    """Return the box that two boxes share."""
    return (
        max(first[0], second[0]), max(first[1], second[1]),
        min(first[2], second[2]), min(first[3], second[3]),
    )  # fmt: skip


def union(boxes: Iterable[Bounds]) -> Bounds:
    """Return the box about boxes."""
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return min(wests), min(souths), max(easts), max(norths)


def _snapped(bounds: Bounds, transform: Any) -> Bounds:
    """Return a box on whole pixels of a grid, outwards."""
    west, south, east, north = bounds
    step, left, top = transform.a, transform.c, transform.f
    return (
        left + math.floor((west - left) / step + 1e-6) * step,
        top + math.floor((south - top) / step + 1e-6) * step,
        left + math.ceil((east - left) / step - 1e-6) * step,
        top + math.ceil((north - top) / step - 1e-6) * step,
    )


def source_tags(endpoint: Endpoint) -> dict[str, str]:
    """Return what a raster says of its source in its own metadata."""
    return {
        "SOURCE": f"{endpoint.title} {endpoint.version}", "LICENCE": endpoint.licence,
        "ATTRIBUTION": endpoint.attribution,
    }  # fmt: skip
