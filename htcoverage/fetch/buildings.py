"""Building footprints: Microsoft's where there are any, else Google's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import shapely

from htcoverage.errors import SetupError, argument_fault
from htcoverage.fetch.building_files import (
    Chunk,
    Tile,
    google_chunks,
    google_tiles,
    microsoft_chunks,
    microsoft_tiles,
)
from htcoverage.fetch.cache import CachedFile, Context, cached
from htcoverage.fetch.http import NotThereError
from htcoverage.fetch.lines import check_packed
from htcoverage.fetch.osm import SHARE_ALIKE
from htcoverage.fetch.record import record_of
from htcoverage.fetch.sources import Area, Bounds, Fetched, Item, LeftOutError
from htcoverage.fetch.vectors import (
    check_address,
    new_layer,
    outline_details,
    outline_of,
    valid_polygons,
    write_layer,
)

_LAYER = "buildings"

_INDEX_BYTES = 100_000_000

#: A file of which more lines than this share cannot be read is no file of buildings.
_MOST_FAULTY_SHARE = 0.1

_TILES: Mapping[str, Callable[[Path, Bounds], tuple[Tile, ...]]] = {
    "microsoft": microsoft_tiles,
    "google": google_tiles,
}
#: Whose buildings can be had, in the order in which they are asked for.
CHOICES = tuple(_TILES)

_MOVED = "a newer release may stand elsewhere; give its index in an endpoints file"

_CHUNKS: Mapping[str, Callable[[Path, Bounds], Iterator[Chunk]]] = {
    "microsoft": microsoft_chunks,
    "google": google_chunks,
}


def plan(area: Area, context: Context) -> list[Item]:
    """Return the files that cover the area.

    Microsoft's are asked for first, for they are smaller (squares of some 60 km; Google's of some
    500 km); ``choices["buildings"]`` names one of both.
    """
    chosen = (context.choices or {}).get(_LAYER)
    if chosen is not None and chosen not in CHOICES:
        raise argument_fault(_LAYER, chosen, f"one of {', '.join(CHOICES)}")
    moved: list[str] = []
    for owner in [chosen] if chosen else CHOICES:
        endpoint = context.endpoints[f"{owner}_buildings"]
        name = endpoint.address.rsplit("/", 1)[-1]
        tiles_over = partial(_tiles, owner, area)
        try:
            index = cached(
                context, endpoint, endpoint.address, name, check=tiles_over, max_bytes=_INDEX_BYTES
            )
        except NotThereError:
            moved.append(f"{endpoint.title} has no index at {endpoint.address}: {_MOVED}")
            continue
        tiles = tiles_over(index.path)
        for tile in tiles:
            check_address(tile.address, endpoint)
        details = {"owner": owner, "moved": "; ".join(moved), **outline_details(area)}
        if tiles:
            return [
                Item(
                    _LAYER, endpoint, f"{tile.name}-{place}.csv.gz", tile.address,
                    tile.size_bytes or int(1e6 * endpoint.file_mb), area.bounds, details,
                )
                for place, tile in enumerate(tiles)
            ]  # fmt: skip
    owners = " or ".join([chosen] if chosen else CHOICES)
    raise LeftOutError("; ".join([f"no buildings of {owners} there", *moved]))


def fetch(items: Sequence[Item], context: Context) -> list[Fetched]:
    """Bring the files and write the buildings whose middle lies in the area.

    Files are read and written some thousands of buildings at a time.
    """
    outline = outline_of(items[0])
    shapely.prepare(outline)
    path = context.out / f"{_LAYER}.gpkg"
    files, kept, repaired, faulty = [], 0, 0, 0
    with new_layer(path) as part:
        for item in items:
            file = _file(item, context)
            files.append(file)
            lines = bad = 0
            for chunk in _CHUNKS[item.details["owner"]](file.path, item.bounds):
                lines, bad = lines + chunk.lines, bad + chunk.faulty
                if bad > _MOST_FAULTY_SHARE * lines:
                    raise SetupError(_no_buildings(file, bad, lines))
                table = chunk.table
                shapes, crossed = valid_polygons(table.geometry.to_numpy())
                table = table.set_geometry(shapes, crs=table.crs)
                here = shapely.intersects(outline, shapely.point_on_surface(shapes))
                here &= ~shapely.is_empty(shapes)
                if here.any():
                    table = table[here].assign(
                        source=item.details["owner"], building_id=kept + np.arange(here.sum()) + 1
                    )
                    write_layer(table, part, layer=_LAYER, append=kept > 0)
                kept, repaired = kept + int(here.sum()), repaired + crossed
            faulty += bad
        if not kept:
            raise SetupError(f"{items[0].endpoint.title} has no building in the area")
    moved = [items[0].details["moved"]] if items[0].details["moved"] else []
    notes = [*moved, f"{kept:,} buildings whose middle lies in the area, of {len(files)} files"]
    if faulty:
        notes.append(f"{faulty:,} lines that hold no building left out")
    if repaired:
        notes.append(f"{repaired:,} outlines crossed themselves and were repaired")
    share_alike = [SHARE_ALIKE] if items[0].endpoint.licence.startswith("ODbL") else []
    record = record_of(
        path, layer=_LAYER, endpoint=items[0].endpoint,
        addresses=[file.address for file in files], retrieved=[file.retrieved for file in files],
        notes=(*notes, *share_alike),
    )  # fmt: skip
    return [Fetched(record, tuple(notes), _LAYER)]


def _tiles(owner: str, area: Area, index: Path) -> tuple[Tile, ...]:
    return _TILES[owner](index, area.bounds)


def _file(item: Item, context: Context) -> CachedFile:
    try:
        return cached(
            context, item.endpoint, item.address, item.name,
            check=lambda path: check_packed(path, _LAYER),
        )  # fmt: skip
    except NotThereError as error:
        words = f"{item.endpoint.title}: a file that its index names is gone ({item.address})"
        raise LeftOutError(f"{words}: {_MOVED}") from error


def _no_buildings(file: CachedFile, bad: int, lines: int) -> str:
    return (
        f"{file.path.name} is no file of buildings: {bad:,} of its first {lines:,} lines hold none "
        f"({file.address})"
    )
