"""Residents a pixel: WorldPop's raster of the country, cut to the area."""

from __future__ import annotations

from collections.abc import Sequence

from htcoverage.fetch.cache import CachedFile, Context, whole_copy
from htcoverage.fetch.endpoints import Endpoint
from htcoverage.fetch.http import NotThereError
from htcoverage.fetch.rasters import cut_from, widened
from htcoverage.fetch.record import record_of
from htcoverage.fetch.sources import Area, Fetched, Item, LeftOutError

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
    address = _addresses(endpoint, area.country)[0]
    bounds = widened(area.bounds, _MARGIN_KM)
    size = round(1e6 * endpoint.file_mb)
    name = address.rsplit("/", 1)[-1].removesuffix(".tif")
    return [Item("population", endpoint, name, address, size, bounds, {"country": area.country})]


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
    LeftOutError
        If there is no such file, with what to write to have it from elsewhere.
    SetupError
        If it cannot be brought.
    """
    (item,) = items
    part = _part(item, context)
    target = context.out / FILE
    whole_copy(part, target)
    record = record_of(
        target, layer="population", endpoint=item.endpoint, addresses=[part.address],
        retrieved=[part.retrieved], notes=["cut to the area, pixels as they are"],
    )  # fmt: skip
    return [Fetched(record, (), "population")]


def _addresses(endpoint: Endpoint, country: str) -> list[str]:
    """Return where the file of a country may stand: under each release."""
    releases = endpoint.more.get("releases", "").split() or [""]
    names = {"country": country.upper(), "country_lower": country.lower()}
    return list(dict.fromkeys(endpoint.address.format(**names, release=r) for r in releases))


def _part(item: Item, context: Context) -> CachedFile:
    addresses = _addresses(item.endpoint, item.details["country"])
    for address in addresses:
        try:
            return cut_from(context, item.endpoint, address, f"{item.name}.tif", item.bounds)
        except NotThereError:
            continue
    other = " or take --population unconstrained" if item.endpoint.key == "worldpop" else ""
    raise LeftOutError(
        f"{item.endpoint.title}: no file of {item.details['country']} at {' or '.join(addresses)}; "
        f"where it stands elsewhere, write [{item.endpoint.key}] and below it address = "
        f'"https://…" into a file and add --endpoints FILE,{other}'.rstrip(",")
    )
