"""Land cover: ESA WorldCover 2021, 10 m."""

from __future__ import annotations

from collections.abc import Sequence

from htcoverage.errors import SetupError
from htcoverage.fetch.cache import CachedFile, Context
from htcoverage.fetch.http import NotThereError
from htcoverage.fetch.rasters import (
    MARGIN_KM,
    common,
    corner_name,
    corners,
    cut_from,
    join,
    overlap_share,
    source_tags,
    union,
    widened,
)
from htcoverage.fetch.record import record_of
from htcoverage.fetch.sources import Area, Fetched, Item

FILE = "landcover.tif"

#: WorldCover's class of buildings and other artificial surface (its product user manual, v2.0).
BUILT_UP_CLASS = 50

_TILE_DEG = 3


def plan(area: Area, context: Context) -> list[Item]:
    """Return the tiles of 3° that the area and its surroundings need.

    Parameters
    ----------
    area : Area
        What is fetched for.
    context : Context
        The table.
    """
    endpoint = context.endpoints["worldcover"]
    bounds = widened(area.bounds, MARGIN_KM)
    items = []
    for lon, lat in corners(bounds, _TILE_DEG):
        name = corner_name(lon, lat)
        tile = (float(lon), float(lat), float(lon + _TILE_DEG), float(lat + _TILE_DEG))
        size = round(1e6 * endpoint.file_mb * overlap_share(bounds, tile))
        address = endpoint.address.format(name=name)
        items.append(Item("landcover", endpoint, name, address, size, common(bounds, tile)))
    return items


def fetch(items: Sequence[Item], context: Context) -> list[Fetched]:
    """Bring the tiles and join them into ``landcover.tif``; a tile that is not there is sea.

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
    lacking: list[str] = []
    for item in items:
        try:
            name = f"{item.name}.tif"
            found.append(cut_from(context, endpoint, item.address, name, item.bounds))
        except NotThereError:
            lacking.append(item.name)
    if not found:
        raise SetupError(f"{endpoint.title} has no tile of this area ({', '.join(lacking[:3])})")
    notes = []
    if lacking:
        notes.append(
            f"{len(lacking)} of {len(items)} tiles are not at the source: sea, no class "
            f"({', '.join(lacking)})"
        )
    target = context.out / FILE
    bounds = union(item.bounds for item in items)
    join([file.path for file in found], target, bounds, tags=source_tags(endpoint))
    record = record_of(
        target, layer="landcover", endpoint=endpoint, addresses=[file.address for file in found],
        retrieved=[file.retrieved for file in found],
        notes=[f"cut to the area and {MARGIN_KM:g} km around it", *notes],
    )  # fmt: skip
    return [Fetched(record, tuple(notes), "landcover")]
