"""Residents a pixel: WorldPop's raster of the country, cut to the area."""

from __future__ import annotations

from collections.abc import Sequence

from htcoverage.fetch.cache import Context, whole_copy
from htcoverage.fetch.rasters import cut_from, widened
from htcoverage.fetch.record import record_of
from htcoverage.fetch.sources import Area, Fetched, Item

#: What ``--population`` may name, and the entry of the table that it stands for.
CHOICES = {"constrained": "worldpop", "unconstrained": "worldpop_unconstrained"}

FILE = "population.tif"

#: Settlements on the border reach over the box by less.
_MARGIN_KM = 2.0


def plan(area: Area, context: Context) -> list[Item]:
    """Return the file of the country.

    Parameters
    ----------
    area : Area
        What is fetched for, with its country.
    context : Context
        The table, and which population is chosen (``constrained`` or ``unconstrained``).
    """
    key = CHOICES[(context.choices or {}).get("population", "constrained")]
    endpoint = context.endpoints[key]
    address = endpoint.address.format(
        country=area.country.upper(), country_lower=area.country.lower()
    )
    bounds = widened(area.bounds, _MARGIN_KM)
    size = round(1e6 * endpoint.file_mb)
    name = address.rsplit("/", 1)[-1].removesuffix(".tif")
    return [Item("population", endpoint, name, address, size, bounds)]


def fetch(items: Sequence[Item], context: Context) -> list[Fetched]:
    """Bring ``population.tif``: by its blocks if it is tiled, else whole, then cut.

    Parameters
    ----------
    items : sequence of Item
        From `plan`.
    context : Context
        Cache, client and output folder.

    Raises
    ------
    SetupError
        If the file is not there or cannot be brought.
    """
    (item,) = items
    part = cut_from(context, item.endpoint, item.address, f"{item.name}.tif", item.bounds)
    target = context.out / FILE
    whole_copy(part, target)
    record = record_of(
        target, layer="population", endpoint=item.endpoint, addresses=[part.address],
        retrieved=[part.retrieved], notes=["cut to the area, pixels as they are"],
    )  # fmt: skip
    return [Fetched(record, (), "population")]
