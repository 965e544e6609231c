"""Files of building footprints: which are wanted, and their lines, some thousands at a time."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from htcoverage.crs import WGS84
from htcoverage.errors import SetupError
from htcoverage.fetch.lines import csv_chunks, line_chunks, readable
from htcoverage.fetch.sources import Bounds
from htcoverage.fetch.vectors import tidy_text

#: Microsoft's files hold one square each of this level of the Bing Maps tile system.
QUADKEY_LEVEL = 9

#: Web Mercator ends here.
_HIGHEST_LATITUDE_DEG = 85.05112878

#: No building reaches this far from its middle.
_FAR_DEG = 0.02

_WHAT = "buildings"

_GOOGLE_COLUMNS = {"latitude", "longitude", "confidence", "geometry"}


@dataclass(frozen=True)
class Tile:
    """A file of buildings.

    Parameters
    ----------
    name : str
        Its quadkey or S2 cell.
    address : str
        Where it is.
    size_bytes : int
        Packed, as the index tells; 0 where it does not.
    """

    name: str
    address: str
    size_bytes: int


@dataclass(frozen=True)
class Chunk:
    """Some lines of a file.

    Parameters
    ----------
    table : GeoDataFrame
        The buildings that touch the bounds: ``confidence`` and ``height_m`` (NaN where not told).
    lines : int
        Read.
    faulty : int
        Of these no building.
    """

    table: gpd.GeoDataFrame
    lines: int
    faulty: int


def quadkeys_over(bounds: Bounds) -> tuple[str, ...]:
    """Return the quadkeys of level 9 that cover bounds in longitude and latitude.

    Source: Microsoft, "Bing Maps Tile System": x = (λ + 180)/360, y = 0.5 − ln((1 + sin φ)/
    (1 − sin φ))/(4π), each times 2⁹; the digits interleave the bits of both.
    """
    west, south, east, north = bounds
    tiles = 1 << QUADKEY_LEVEL

    def column(longitude_deg: float) -> int:
        return min(max(math.floor((longitude_deg + 180.0) / 360.0 * tiles), 0), tiles - 1)

    def row(latitude_deg: float) -> int:
        within = min(max(latitude_deg, -_HIGHEST_LATITUDE_DEG), _HIGHEST_LATITUDE_DEG)
        sine = math.sin(math.radians(within))
        y = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
        return min(max(math.floor(y * tiles), 0), tiles - 1)

    return tuple(
        _quadkey(x, y)
        for y in range(row(north), row(south) + 1)
        for x in range(column(west), column(east) + 1)
    )


def _quadkey(x: int, y: int) -> str:
    bits = range(QUADKEY_LEVEL - 1, -1, -1)
    return "".join(str((x >> bit & 1) + 2 * (y >> bit & 1)) for bit in bits)


_UNITS = {"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9}


def size_of(text: str) -> int:
    """Return bytes of a size as Microsoft's index writes it: "903.2KB", "26.1MB"."""
    bare = text.strip().upper()
    number = bare.rstrip("KMGB ")
    try:
        return int(float(number) * _UNITS[bare[len(number) :].strip()])
    except (KeyError, ValueError):
        return 0


def microsoft_tiles(index: Path, bounds: Bounds) -> tuple[Tile, ...]:
    """Return the files of Microsoft's index (``dataset-links.csv``) that cover bounds.

    A square on a border stands there once a country: all of them are taken.
    """
    wanted = set(quadkeys_over(bounds))
    with index.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = csv.DictReader(file)
        if not {"QuadKey", "Url", "Size"} <= set(rows.fieldnames or ()):
            raise SetupError(
                "Microsoft's index of buildings has other columns than QuadKey, Url and Size; it "
                "may have moved: give its address in an endpoints file."
            )
        found = [
            Tile(quadkey, (row["Url"] or "").strip(), size_of(row["Size"] or ""))
            for row in rows
            # A table program takes the zeros at the beginning of a key away.
            if (quadkey := (row["QuadKey"] or "").strip().zfill(QUADKEY_LEVEL)) in wanted
        ]
    return tuple(sorted(found, key=lambda tile: (tile.name, tile.address)))


def google_tiles(index: Path, bounds: Bounds) -> tuple[Tile, ...]:
    """Return the files of Google's index (``tiles.geojson``) that cover bounds."""
    try:
        features = json.loads(index.read_text(encoding="utf-8"))["features"]
        area = shapely.box(*bounds)
        found = [
            Tile(
                tidy_text(feature["properties"]["tile_id"]),
                str(feature["properties"]["tile_url"]),
                int(1e6 * float(feature["properties"].get("size_mb") or 0)),
            )
            for feature in features
            if shapely.from_geojson(json.dumps(feature["geometry"])).intersects(area)
        ]
    except (ValueError, KeyError, TypeError, UnicodeDecodeError, shapely.errors.GEOSException) as e:
        raise SetupError(
            "Google's index of buildings is not what it was; it may have moved: give its address "
            "in an endpoints file."
        ) from e
    return tuple(sorted(found, key=lambda tile: tile.name))


def microsoft_chunks(path: Path, bounds: Bounds) -> Iterator[Chunk]:
    """Yield the buildings of a file of Microsoft's: GeoJSON lines, though it is called CSV.

    Parameters
    ----------
    path : Path
        ``.csv.gz``.
    bounds : (float, float, float, float)
        Buildings that do not touch these are passed over.

    Raises
    ------
    SetupError
        If the file is damaged or something else.
    """
    with readable(path, _WHAT):
        for lines in line_chunks(path):
            shapes = shapely.from_geojson(np.array(lines, dtype=object), on_invalid="ignore")
            faulty = int((shapely.get_dimensions(shapes) != 2).sum())
            rows = np.flatnonzero(_touches(shapes, bounds))
            told = [json.loads(lines[row]).get("properties") or {} for row in rows.tolist()]
            table = _table(
                shapes[rows],
                np.array([_positive(each.get("confidence")) for each in told]),
                np.array([_positive(each.get("height")) for each in told]),
            )
            yield Chunk(table, len(lines), faulty)


def google_chunks(path: Path, bounds: Bounds) -> Iterator[Chunk]:
    """Yield the buildings of a file of Google's: CSV with the outline as WKT.

    Parameters
    ----------
    path : Path
        ``.csv.gz``.
    bounds : (float, float, float, float)
        Buildings that do not touch these are passed over.

    Raises
    ------
    SetupError
        If the file is damaged or something else.
    """
    west, south, east, north = bounds
    with readable(path, _WHAT):
        for rows, lines in csv_chunks(path):
            if not set(rows.columns) >= _GOOGLE_COLUMNS:
                raise ValueError("other columns")
            longitude_deg = pd.to_numeric(rows["longitude"], errors="coerce").to_numpy(float)
            latitude_deg = pd.to_numeric(rows["latitude"], errors="coerce").to_numpy(float)
            # The middle of a building is told: outlines far away need not be parsed.
            near = (longitude_deg >= west - _FAR_DEG) & (longitude_deg <= east + _FAR_DEG)
            near &= (latitude_deg >= south - _FAR_DEG) & (latitude_deg <= north + _FAR_DEG)
            texts = rows["geometry"][near].to_numpy(dtype=object)
            shapes = shapely.from_wkt(texts, on_invalid="ignore")
            faulty = lines - len(rows) + int((~np.isfinite(longitude_deg + latitude_deg)).sum())
            faulty += int((shapely.get_dimensions(shapes) != 2).sum())
            confidence = pd.to_numeric(rows["confidence"][near], errors="coerce").to_numpy(float)
            here = _touches(shapes, bounds)
            table = _table(shapes[here], confidence[here], np.full(int(here.sum()), np.nan))
            yield Chunk(table, lines, faulty)


def _touches(shapes: npt.NDArray[np.object_], bounds: Bounds) -> npt.NDArray[np.bool_]:
    west, south, east, north = bounds
    left, low, right, high = shapely.bounds(shapes).reshape(-1, 4).T
    here: npt.NDArray[np.bool_] = shapely.get_dimensions(shapes) == 2
    return here & (right >= west) & (left <= east) & (high >= south) & (low <= north)


def _positive(value: object) -> float:
    """Return a number, NaN for the -1 that stands for "not told"."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return float(value) if known else math.nan  # type: ignore[arg-type]


def _table(
    shapes: npt.NDArray[np.object_],
    confidence: npt.NDArray[np.float64],
    height_m: npt.NDArray[np.float64],
) -> gpd.GeoDataFrame:
    columns = {"confidence": confidence.astype(float), "height_m": height_m.astype(float)}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=WGS84)
