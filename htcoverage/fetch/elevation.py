"""Elevation: Copernicus GLO-30 (by name, or through a STAC catalogue) or SRTM."""

from __future__ import annotations

import gzip
import math
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin

from htcoverage.errors import SetupError
from htcoverage.fetch.cache import CachedFile, Context, cached, cached_by
from htcoverage.fetch.http import NotThereError
from htcoverage.fetch.rasters import (
    MARGIN_KM,
    common,
    corner_name,
    corners,
    cut_from,
    join,
    overlap_share,
    sea_tile,
    source_tags,
    union,
    widened,
)
from htcoverage.fetch.record import record_of
from htcoverage.fetch.sources import Area, Fetched, Item
from htcoverage.fetch.stac import stac_items

#: What ``--elevation`` may name, and the entry of the table that it stands for.
CHOICES = {"glo30": "glo30", "stac": "glo30_stac", "srtm": "srtm"}

FILE = "elevation.tif"

#: Rows and columns of an SRTM tile of 1 and of 3 arc seconds.
_HGT_SIDES = (3601, 1201)

_HGT_VOID = -32768

#: Tiles lie half a pixel off whole degrees: a narrower part may hold no pixel at all.
_SLIVER_DEG = 1 / 3600


def plan(area: Area, context: Context) -> list[Item]:
    """Return the tiles of 1° that the area and its surroundings need.

    Parameters
    ----------
    area : Area
        What is fetched for; the ground `MARGIN_KM` around it is needed too.
    context : Context
        The table, and which elevation is chosen (``glo30``, ``stac`` or ``srtm``).
    """
    key = CHOICES[(context.choices or {}).get("elevation", "glo30")]
    endpoint = context.endpoints[key]
    bounds = widened(area.bounds, MARGIN_KM)
    if key == "glo30_stac":
        return stac_items("elevation", endpoint, bounds, context)
    items = []
    for lon, lat in corners(bounds, 1):
        short = corner_name(lon, lat)
        name = short
        if key == "glo30":
            name = f"Copernicus_DSM_COG_10_{corner_name(lon, lat, between='_00')}_DEM"
        address = endpoint.address.format(name=name, band=short[:3])
        tile = (float(lon), float(lat), lon + 1.0, lat + 1.0)
        part = common(bounds, tile)
        if min(part[2] - part[0], part[3] - part[1]) < _SLIVER_DEG:
            continue
        share = overlap_share(bounds, tile) if key == "glo30" else 1.0
        size = round(1e6 * endpoint.file_mb * share)
        details = {"lon": str(lon), "lat": str(lat)}
        items.append(Item("elevation", endpoint, name, address, size, part, details))
    return items


def fetch(items: Sequence[Item], context: Context) -> list[Fetched]:
    """Bring the tiles and join them into ``elevation.tif``.

    A tile that the source does not have is sea, as GLO-30 and SRTM leave the sea out: 0 m, counted
    and told. If there is none at all, that is an error.

    Parameters
    ----------
    items : sequence of Item
        From `plan`.
    context : Context
        Cache, client and output folder.

    Raises
    ------
    SetupError
        If no tile is there, or one cannot be brought.
    """
    endpoint = items[0].endpoint
    found: list[CachedFile] = []
    lacking: list[Item] = []
    for item in items:
        try:
            if endpoint.key == "srtm":
                found.append(_srtm_tile(item, context))
            else:
                name = f"{item.name}.tif"
                found.append(cut_from(context, endpoint, item.address, name, item.bounds))
        except NotThereError:
            lacking.append(item)
    names = sorted(item.name for item in lacking)
    if not found:
        raise SetupError(
            f"{endpoint.title} has no tile of this area ({', '.join(names[:3])}, …): is the "
            f"box right (west, south, east, north in degrees)?"
        )
    notes = []
    if lacking:
        notes.append(
            f"{len(lacking)} of {len(items)} tiles are not at the source: sea, taken as 0 m "
            f"({', '.join(names[:6])}{', …' if len(names) > 6 else ''})"
        )
    target = context.out / FILE
    with tempfile.TemporaryDirectory() as folder:
        sea = [
            sea_tile(found[0].path, item.bounds, Path(folder) / f"{place}.tif")
            for place, item in enumerate(lacking)
        ]
        tiles = [*(file.path for file in found), *sea]
        join(tiles, target, union(item.bounds for item in items), tags=source_tags(endpoint))
    record = record_of(
        target, layer="elevation", endpoint=endpoint, addresses=[file.address for file in found],
        retrieved=[file.retrieved for file in found],
        notes=[f"cut to the area and {MARGIN_KM:g} km around it", *notes],
    )  # fmt: skip
    return [Fetched(record, tuple(notes), "elevation")]


def _srtm_tile(item: Item, context: Context) -> CachedFile:
    """Return an SRTM tile as a GeoTIFF in the cache."""
    inside = f"{item.name}.hgt"
    packed = cached(
        context, item.endpoint, item.address, item.address.rsplit("/", 1)[-1],
        check=lambda path: _hgt_bytes(path, inside),
    )  # fmt: skip

    def unpack(target: Path) -> None:
        raw = _hgt_bytes(packed.path, inside)
        side = math.isqrt(len(raw) // 2)
        values = np.frombuffer(raw, ">i2").reshape(side, side).astype(np.int16)
        step = 1.0 / (side - 1)
        lon, lat = int(item.details["lon"]), int(item.details["lat"])
        # The values stand at whole arc seconds: pixels lie about them.
        transform = from_origin(lon - step / 2, lat + 1 + step / 2, step, step)
        with rasterio.open(
            target, "w", driver="GTiff", width=side, height=side, count=1, dtype="int16",
            crs="EPSG:4326", transform=transform, nodata=_HGT_VOID, compress="deflate",
        ) as result:  # fmt: skip
            result.write(values, 1)

    return cached_by(
        context, item.endpoint, item.address, f"{item.name}.tif", unpack, part="unpacked"
    )


def _hgt_bytes(path: Path, name: str) -> bytes:
    """Return the values of a packed tile; nothing is unpacked to the disk."""
    most = 2 * _HGT_SIDES[0] ** 2
    try:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                if name not in archive.namelist():
                    shown = ", ".join(archive.namelist()[:3])[:120]
                    raise SetupError(f"{path.name} holds no {name}, but {shown!r}: not unpacked")
                with archive.open(name) as file:
                    raw = file.read(most + 1)
        else:
            with gzip.open(path) as packed:
                raw = packed.read(most + 1)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise SetupError(f"{path.name} is no archive that can be unpacked ({error})") from error
    if len(raw) not in [2 * side**2 for side in _HGT_SIDES]:
        words = f"{path.name} holds {len(raw)} bytes or more: no SRTM tile of 1 or 3 arc seconds"
        raise SetupError(words)
    return raw
