"""OpenStreetMap's roads with their class."""

from __future__ import annotations

from collections.abc import Sequence

from htcoverage.fetch.cache import Context
from htcoverage.fetch.osm import answers, plan_squares, record
from htcoverage.fetch.osm_features import ROAD_CLASSES, read_features, roads_of
from htcoverage.fetch.sources import Area, Fetched, Item, LeftOutError
from htcoverage.fetch.vectors import new_layer, outline_of, write_layer

_LAYER = "roads"


def plan(area: Area, context: Context) -> list[Item]:
    """Return the squares to ask for."""
    return plan_squares(_LAYER, area, context)


def fetch(items: Sequence[Item], context: Context) -> list[Fetched]:
    """Bring the squares and write the roads that touch the area."""
    files = [file for item in items for file in answers(item, context)]
    features = read_features([file.path for file in files], {"highway": list(ROAD_CLASSES)})
    table, notes = roads_of(features, outline_of(items[0]))
    if not len(table):
        raise LeftOutError("OpenStreetMap has no road there")
    path = context.out / f"{_LAYER}.gpkg"
    with new_layer(path) as part:
        write_layer(table, part, layer=_LAYER)
    return [Fetched(record(path, items[0], files, notes), notes, _LAYER)]
