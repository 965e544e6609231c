"""geoBoundaries: the province that is meant, its districts and communes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import geopandas as gpd
import shapely

from htcoverage.crs import WGS84
from htcoverage.errors import SetupError
from htcoverage.fetch.cache import CachedFile, Context, cached
from htcoverage.fetch.http import NotThereError
from htcoverage.fetch.names import bare_name, find_name
from htcoverage.fetch.record import record_of
from htcoverage.fetch.sources import Area, Fetched, Item, LeftOutError
from htcoverage.fetch.units import Release, read_release, read_units, units_of
from htcoverage.fetch.vectors import (
    check_address,
    new_layer,
    outline_details,
    outline_of,
    tidy_text,
    write_layer,
)

#: Files and roles of the levels.
LEVELS: Mapping[str, str] = {"ADM1": "province", "ADM2": "districts", "ADM3": "communes"}

_LAYER = "boundaries"
_SOURCE = "geoboundaries"

#: Of the interface's answer, and of a country's units.
_ANSWER_BYTES = 1_000_000
_UNITS_BYTES = 500_000_000

#: About how much more a level holds than the one above.
_SIZE_FACTORS = {"ADM1": 1.0, "ADM2": 2.0, "ADM3": 3.0}


def find_area(name: str, country: str, context: Context) -> Area:
    """Return the province that is meant, with its outline.

    Parameters
    ----------
    name : str
        With or without diacritics and the word for province; or geoBoundaries' code (``shapeID``).
    country : str
        ISO 3166 alpha-3, such as ``VNM``.
    context : Context
        Table of sources and cache.

    Raises
    ------
    InputError
        If there is no such province, with the nearest names; or several, with all of them.
    SetupError
        If geoBoundaries cannot be asked, or has no provinces of the country.
    """
    try:
        release, _ = _release(country, "ADM1", context)
    except NotThereError as error:
        raise SetupError(f"geoBoundaries has no provinces of {country!r} (ADM1)") from error
    file = _units(release, country, context)
    units, _ = read_units(file.path)
    place = find_name(
        name, units["name"].tolist(), codes=units["code"].tolist(),
        what=f"provinces of {country} in geoBoundaries",
    )  # fmt: skip
    outline = units.geometry.iloc[place]
    west, south, east, north = shapely.bounds(outline).tolist()
    own = units["name"].iloc[place]
    if own.isascii() and bare_name(name) == bare_name(own) and not name.isascii():
        own = tidy_text(name)  # the source leaves out the diacritics that the user knows
    return Area(own, country, (west, south, east, north), outline)


def plan(area: Area, context: Context) -> list[Item]:
    """Return the levels that geoBoundaries has of the country."""
    items, lacking = [], []
    for level in LEVELS:
        try:
            release, answer = _release(area.country, level, context)
        except NotThereError:
            lacking.append(level)
            continue
        endpoint = replace(
            context.endpoints[_SOURCE], licence=release.licence or "not told by geoBoundaries"
        )
        details = {
            "level": level, "id": release.boundary_id, "year": release.year,
            "source": release.source, "country": area.country, "api": answer.address,
            **outline_details(area),
        }  # fmt: skip
        size = int(1e6 * endpoint.file_mb * _SIZE_FACTORS[level])
        name = _file_name(release, area.country)
        items.append(Item(_LAYER, endpoint, name, release.address, size, area.bounds, details))
    if not items:
        raise LeftOutError(f"geoBoundaries has no units of {area.country!r}")
    told = {"lacking": ", ".join(lacking)} if lacking else {}
    return [replace(each, details={**each.details, **told}) for each in items]


def fetch(items: Sequence[Item], context: Context) -> list[Fetched]:
    """Bring the levels and write the units of the area, a GeoPackage each.

    The outlines of a province's units stay whole and are valid; those of a window are cut at its
    edge. Where there are no districts (ADM2), the province stands in their place.
    """
    found = []
    levels = {item.details["level"] for item in items}
    for item in items:
        level = item.details["level"]
        file = cached(
            context, item.endpoint, item.address, item.name, check=read_units,
            max_bytes=_UNITS_BYTES,
        )  # fmt: skip
        units, repairs = read_units(file.path)
        outline = outline_of(item)
        cut = bool(item.details["window"])
        if level == "ADM1" and not cut:
            table, told = _itself(units, outline)
        else:
            table, told = units_of(units, outline, cut=cut)
        if not len(table):
            continue
        role = "districts" if level == "ADM1" and "ADM2" not in levels else LEVELS[level]
        found.append(_written(item, file, table, (*repairs, *told), role, context))
    if not found:
        raise LeftOutError(f"geoBoundaries has no unit of {items[0].details['country']} there")
    return found


def _itself(
    units: gpd.GeoDataFrame, outline: shapely.Geometry
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the unit that the outline was taken from."""
    middle = shapely.point_on_surface(outline)
    own = units[shapely.contains(units.geometry.to_numpy(), middle)].iloc[:1]
    columns = {"district_code": own["code"].to_numpy(), "full_name": own["name"].to_numpy()}
    return gpd.GeoDataFrame(columns, geometry=own.geometry.to_numpy(), crs=WGS84), ()


def _written(
    item: Item, file: CachedFile, table: gpd.GeoDataFrame, notes: tuple[str, ...], role: str,
    context: Context,
) -> Fetched:  # fmt: skip
    told = item.details
    path = context.out / f"{role}.gpkg"
    with new_layer(path) as part:
        write_layer(table, part, layer=role)
    endpoint = replace(
        item.endpoint, title=f"{item.endpoint.title}: {told['country']} {told['level']}",
        version=" ".join(filter(None, (told["id"], told["year"]))) or item.endpoint.version,
        attribution="; ".join(filter(None, (item.endpoint.attribution, told["source"]))),
    )  # fmt: skip
    notes = (f"{told['level']} as of {told['year'] or 'a year that is not told'}", *notes)
    record = record_of(
        path, layer=_LAYER, endpoint=endpoint, addresses=[told["api"], file.address],
        retrieved=[file.retrieved], notes=notes,
    )  # fmt: skip
    warnings = tuple(
        note for note in notes if note is notes[0] or "repaired" in note or "left out" in note
    )
    if "lacking" in told and role in ("province", "districts"):
        warnings += (f"geoBoundaries has no {told['lacking']} of {told['country']}",)
    return Fetched(record, warnings, role)


def _release(country: str, level: str, context: Context) -> tuple[Release, CachedFile]:
    endpoint = context.endpoints[_SOURCE]
    address = endpoint.address.format(country=country, name=level)
    name = f"{country}-{level}.json"
    check = partial(read_release, level=level)
    answer = cached(context, endpoint, address, name, check=check, max_bytes=_ANSWER_BYTES)
    release = read_release(answer.path, level=level)
    check_address(release.address, endpoint)
    return release, answer


def _units(release: Release, country: str, context: Context) -> CachedFile:
    endpoint = context.endpoints[_SOURCE]
    name = _file_name(release, country)
    return cached(
        context, endpoint, release.address, name, check=read_units, max_bytes=_UNITS_BYTES
    )


def _file_name(release: Release, country: str) -> str:
    return f"geoBoundaries-{country}-{release.level}.geojson"
