"""OpenStreetMap's residential areas, as table ``settlements``."""

from __future__ import annotations

from collections.abc import Sequence

from htcoverage.fetch.cache import Context
from htcoverage.fetch.osm import answers, plan_squares, record
from htcoverage.fetch.osm_features import LIVED_IN_PLACES, read_features, settlements_of
from htcoverage.fetch.sources import Area, Fetched, Item, LeftOutError
from htcoverage.fetch.vectors import new_layer, outline_of, write_layer

_LAYER = "settlements"


def plan(area: Area, context: Context) -> list[Item]:
    """Return the squares to ask for."""
    return plan_squares(_LAYER, area, context)


def fetch(items: Sequence[Item], context: Context) -> list[Fetched]:
    """Bring the squares and write the residential areas of the area, by the rule told there."""
    files = [file for item in items for file in answers(item, context)]
    tags = {"landuse": ["residential"], "place": list(LIVED_IN_PLACES)}
    features = read_features([file.path for file in files], tags)
    table, notes = settlements_of(features, outline_of(items[0]))
    if not len(table):
        raise LeftOutError(
            "OpenStreetMap has no residential area there: make settlements of buildings "
            "(--layers buildings) or of land cover"
        )
    path = context.out / f"{_LAYER}.gpkg"
    with new_layer(path) as part:
        write_layer(table, part, layer=_LAYER)
    told = "OpenStreetMap need not have every village: look at the settlements before you use them"
    return [Fetched(record(path, items[0], files, notes), (*notes, told), _LAYER)]
