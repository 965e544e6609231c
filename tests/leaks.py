"""Everything that the files of a folder say, unpacked, for a search of what they must not say."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import sqlite3
import struct
import unicodedata
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import rasterio
import shapely
from rasterio.errors import NotGeoreferencedWarning

_DATA_URI = re.compile(rb"data:[\w/+.-]*;base64,([A-Za-z0-9+/=]+)")
_PAGE_DATA = re.compile(rb'id="htc-data">(.*?)</script>', re.DOTALL)


def contents(path: Path) -> list[tuple[str, bytes]]:
    """Every layer of a file as (where, bytes): as it is, and all that can be unpacked from it."""
    return list(_unpack(path.name, path.read_bytes(), path))


def _unpack(where, content, path=None):
    yield where, content
    if content[:2] == b"\x1f\x8b":
        yield from _unpack(f"{where}:gzip", gzip.decompress(content))
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield f"{where}:{name}", name.encode()
                yield from _unpack(f"{where}:{name}", archive.read(name))
    if content[:4] in (b"II*\0", b"MM\0*", b"\x89PNG") or content[:4] == b"II+\0":
        with (
            warnings.catch_warnings(action="ignore", category=NotGeoreferencedWarning),
            rasterio.MemoryFile(content) as memory,
            memory.open() as raster,
        ):
            yield f"{where}:pixels", raster.read().tobytes()
            told = [raster.tags(), *(raster.tags(band) for band in raster.indexes)]
            yield f"{where}:tags", repr((told, raster.descriptions, raster.units)).encode()
    if content[:15] == b"SQLite format 3" and path is not None:
        with sqlite3.connect(path) as base:
            for (table,) in base.execute("select name from sqlite_master where type='table'"):
                for row in base.execute(f'select * from "{table}"'):
                    blobs = [value for value in row if isinstance(value, bytes)]
                    yield f"{where}:{table}", repr(row).encode() + b"".join(blobs)
    if content[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(content))
        yield f"{where}:schema", repr(table.schema.metadata).encode()
        for column in table.to_pydict().values():
            blobs = [value for value in column if isinstance(value, bytes)]
            yield f"{where}:values", repr(column).encode() + b"".join(blobs)
    if path is not None and path.suffix == ".tab":
        shapes = gpd.read_file(path)
        yield f"{where}:shapes", repr(shapes.to_dict("records")).encode()
        if isinstance(shapes, gpd.GeoDataFrame):
            yield f"{where}:points", _as_text(shapely.get_coordinates(shapes.geometry.to_numpy()))
    for match in _DATA_URI.finditer(content):
        yield from _unpack(f"{where}:data-uri", base64.b64decode(match[1]))
    for match in _PAGE_DATA.finditer(content):
        data = json.loads(match[1])
        yield f"{where}:page", json.dumps(data, ensure_ascii=False).encode()
        for steps in _steps(data):
            points = np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / 1e5
            yield f"{where}:places", _as_text(points)


def _steps(data):
    """The packed coordinates of the page: its sites, and each ring of its themes."""
    yield data["sites"]["places"]
    for theme in data["themes"].values():
        for shape in theme["shapes"]:
            for part in shape:
                yield from part


def _as_text(points) -> bytes:
    return "\n".join(f"{x:.9f} {y:.9f}" for x, y in points).encode()


def spellings(text: str) -> set[bytes]:
    """A text in every spelling in which a file may hold it."""
    found = set()
    for form in ("NFC", "NFD"):
        word = unicodedata.normalize(form, text)
        found |= {word.encode(), word.encode("utf-16-le"), json.dumps(word)[1:-1].encode()}
        found.add(word.encode("ascii", "xmlcharrefreplace"))
    return found


def coordinates(values: dict[str, float]) -> set[bytes]:
    """Degrees (from 4 decimals: 11 m) and metres, as text and as the bytes of numbers."""
    found = set()
    for name, value in values.items():
        for decimals in range(4, 10) if name in ("lon", "lat") else range(3):
            text = f"{value:.{decimals}f}"
            found |= {text.encode(), text.replace(".", ",").encode()}
        if name in ("lon", "lat"):
            degrees = int(value)
            minutes = (value - degrees) * 60
            seconds = (minutes - int(minutes)) * 60
            found |= {
                f"{int(minutes)}'{seconds:.1f}".encode(),
                f"{int(minutes)}′{seconds:.1f}".encode(),
            }
            found |= {str(round(value * 10**power)).encode() for power in (5, 6, 7)}
        found |= {struct.pack(order, value) for order in ("<d", ">d")}
    return found


def find(folder: Path, secrets: set[bytes]) -> list[tuple[str, bytes]]:
    """Where a folder tells any of the secrets, its files' names included."""
    found = []
    for path in sorted(folder.rglob("*")):
        for where, content in [
            ("name", path.name.encode()),
            *(contents(path) if path.is_file() else []),
        ]:
            found += [(where, secret) for secret in secrets if secret in content]
    return found
