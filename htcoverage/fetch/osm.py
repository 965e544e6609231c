"""OpenStreetMap, square by square: answers of the Overpass API in the cache.

OSMnx puts outlines together (`osm_features`), but does not ask the server: it would repeat a
refused question for ever, a minute apart, and ask a foreign server for the address of a name that
it cannot resolve. So questions go through the downloader that all sources share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import shapely

from htcoverage.errors import SetupError
from htcoverage.fetch.cache import CachedFile, Context, cached_by
from htcoverage.fetch.http import download, needed
from htcoverage.fetch.osm_features import answer_fault, as_of, overpass_query, squares_over
from htcoverage.fetch.record import SourceRecord, record_of
from htcoverage.fetch.sources import Area, Bounds, Item
from htcoverage.fetch.vectors import outline_details
from htcoverage.readers.archive import check_xml

_SOURCE = "overpass"

#: About how much an answer for half a degree square holds.
_SIZES_BYTES = {"settlements": 2_000_000, "roads": 10_000_000}

#: A longer answer takes gigabytes of memory to put together: it is asked for in quarters.
_LARGEST_BYTES = 60_000_000

#: Overpass thinks before it sends, and wants longer pauses than a store of files.
_PATIENCE = 4.0

#: What must be said wherever this data meets other data.
SHARE_ALIKE = (
    "ODbL 1.0: a database made of this and other data must be under ODbL too; it stands in a file "
    "of its own and is not mixed into layers under CC BY-SA (outlines, cells)"
)

#: A square that is too much for the server is asked for in quarters, this often.
_MOST_QUARTERINGS = 2
_TOO_MUCH = ("timed out", "out of memory")


class _TooMuchError(SetupError):
    """The server gave up on a question: a smaller one may do."""


def plan_squares(layer: str, area: Area, context: Context) -> list[Item]:
    """Return the squares of half a degree that the area lies in."""
    needed("osmnx")
    endpoint = context.endpoints[_SOURCE]
    outline = shapely.box(*area.bounds) if area.outline is None else area.outline
    return [
        Item(
            layer, endpoint, f"{layer}-{square[0]:g}-{square[1]:g}.osm", endpoint.address,
            _SIZES_BYTES[layer], square, outline_details(area),
        )
        for square in squares_over(area.bounds)
        if shapely.intersects(outline, shapely.box(*square))
    ]  # fmt: skip


def answers(item: Item, context: Context) -> list[CachedFile]:
    """Return the answers that hold the elements of a square.

    Raises
    ------
    SetupError
        If the server refuses, or what it sends is not whole.
    """
    return _answers(item, item.bounds, context, _MOST_QUARTERINGS)


def record(
    path: Path, item: Item, files: Sequence[CachedFile], notes: Sequence[str]
) -> SourceRecord:
    """Return the record of a file made of answers: of which day, and under which licence."""
    moments = sorted(filter(None, (as_of(file.path) for file in files)))
    dated = [f"OpenStreetMap as it stood at {moments[0]}"] if moments else []
    return record_of(
        path, layer=item.layer, endpoint=item.endpoint,
        addresses=dict.fromkeys(file.address for file in files),
        retrieved=[file.retrieved for file in files], notes=(*dated, *notes, SHARE_ALIKE),
    )  # fmt: skip


def _answers(item: Item, square: Bounds, context: Context, quarterings: int) -> list[CachedFile]:
    patient = context.endpoints.client
    patient = replace(
        patient, timeout_s=_PATIENCE * patient.timeout_s, backoff_s=_PATIENCE * patient.backoff_s
    )
    query = overpass_query(item.layer, square, timeout_s=max(int(0.9 * patient.timeout_s), 1))
    name = f"{item.layer}-{square[0]:g}-{square[1]:g}.osm"

    def bring(target: Path) -> None:
        def told(done: int, total: int | None) -> None:
            if max(done, total or 0) > _LARGEST_BYTES:
                target.with_name(f"{target.name}.part").unlink()
                raise _TooMuchError(
                    f"Overpass sends more than {_LARGEST_BYTES / 1e6:g} MB of {item.layer}"
                )
            context.told(name, done, total)

        # The question goes with the address as a secret does: it is long and says nothing.
        download(
            item.address, target, client=patient, hosts=item.endpoint.hosts,
            secret={"data": query}, told=told,
        )  # fmt: skip
        fault = answer_fault(target)
        if fault is None:
            check_xml(target)
            return
        target.unlink()
        kind = _TooMuchError if any(words in fault.lower() for words in _TOO_MUCH) else SetupError
        raise kind(f"Overpass answers the question for {item.layer} with: {fault}")

    try:
        return [cached_by(context, item.endpoint, item.address, name, bring, part=query)]
    except _TooMuchError:
        if not quarterings:
            raise
    return [
        answer
        for quarter in _quarters(square)
        for answer in _answers(item, quarter, context, quarterings - 1)
    ]


def _quarters(square: Bounds) -> list[Bounds]:
    west, south, east, north = square
    x, y = (west + east) / 2, (south + north) / 2
    return [(west, south, x, y), (x, south, east, y), (west, y, x, north), (x, y, east, north)]
