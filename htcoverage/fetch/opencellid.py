"""OpenCelliD: cells that phones have seen, as a ledger; with the user's own token."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, quote_plus

from htcoverage.errors import SetupError
from htcoverage.fetch.cache import CachedFile, Context, cached_by
from htcoverage.fetch.http import download
from htcoverage.fetch.opencellid_file import answer_instead, cells_within
from htcoverage.fetch.record import record_of
from htcoverage.fetch.sources import Area, Fetched, Item, LeftOutError
from htcoverage.fetch.vectors import new_layer, outline_details, outline_of, widened

#: Names the environment variable of the user's token.
TOKEN_VARIABLE = "OPENCELLID_TOKEN"

_LAYER = "cells"
_SOURCE = "opencellid"

#: Sites this far outside still serve homes inside.
_REACH_KM = 15.0

_LARGEST_BYTES = 500_000_000

#: Mobile country codes, ITU-T E.212.
_MCC: Mapping[str, int] = {"VNM": 452, "KHM": 456, "LAO": 457, "CHN": 460, "THA": 520}

_LACKING = (
    f"OpenCelliD wants a token: get one at opencellid.org and set {TOKEN_VARIABLE} in the "
    "environment, or leave the layer cells out"
)


def plan(area: Area, context: Context) -> list[Item]:
    """Return the file of the country; without a token only if it is in the cache."""
    if area.country not in _MCC:
        raise LeftOutError(
            f"cells can be fetched for {', '.join(_MCC)}; {area.country} is not among them"
        )
    mcc = _MCC[area.country]
    endpoint = context.endpoints[_SOURCE]
    item = Item(
        _LAYER, endpoint, f"opencellid-{mcc}.csv.gz", endpoint.address.format(mcc=mcc),
        int(1e6 * endpoint.file_mb), area.bounds, {"mcc": str(mcc), **outline_details(area)},
    )  # fmt: skip
    if not context.offline and not _token() and not _is_cached(item, context):
        raise LeftOutError(_LACKING)
    return [item]


def fetch(items: Sequence[Item], context: Context) -> list[Fetched]:
    """Bring the file and write the cells within 15 km of the area, as CSV with a header."""
    (item,) = items
    file = _file(item, context)
    outline = widened(outline_of(item), _REACH_KM)
    cells = cells_within(file.path, outline, mcc=int(item.details["mcc"]))
    if not len(cells.table):
        raise SetupError(f"OpenCelliD has no cell of network {item.details['mcc']} there")
    path = context.out / "opencellid.csv"
    with new_layer(path) as part:
        cells.table.to_csv(part, index=False, lineterminator="\n")
    notes = (
        f"{len(cells.table):,} of {cells.rows:,} cells lie within {_REACH_KM:g} km of the area",
        "seen by phones at estimated places, not told by the carriers",
        *([f"{cells.faulty:,} rows without a place left out"] if cells.faulty else []),
    )
    record = record_of(
        path, layer=_LAYER, endpoint=item.endpoint, addresses=[file.address],
        retrieved=[file.retrieved], notes=notes,
    )  # fmt: skip
    return [Fetched(record, notes, _LAYER)]


def _token() -> str:
    return os.environ.get(TOKEN_VARIABLE, "").strip()


def _is_cached(item: Item, context: Context) -> bool:
    try:
        _file(item, replace(context, offline=True))
    except SetupError:
        return False
    return True


def _file(item: Item, context: Context) -> CachedFile:
    """Return the country's file, with no trace of the token in what is raised or logged."""
    token = _token()
    refused: SetupError
    try:
        with _unlogged(token):
            return cached_by(
                context, item.endpoint, item.address, item.name,
                lambda target: _bring(target, item, context, token),
            )  # fmt: skip
    except SetupError as error:
        # The errors that led to this one quote addresses as they were sent, so they end here.
        refused = type(error)(_without(str(error), token))
    raise refused


def _bring(target: Path, item: Item, context: Context, token: str) -> None:
    if not token:
        raise SetupError(_LACKING)
    download(
        item.address, target, client=context.endpoints.client, hosts=item.endpoint.hosts,
        max_bytes=_LARGEST_BYTES, secret={"token": token},
        told=lambda done, total: context.told(item.name, done, total),
    )  # fmt: skip
    said = answer_instead(target)
    if said is None:
        return
    target.unlink()
    if re.search("rate.?limit|too many|quota", said, re.IGNORECASE):
        raise SetupError(
            f"OpenCelliD gives a file only some times a day, and says {said!r}: try again tomorrow"
        )
    if "TOKEN" in said.upper():
        raise SetupError(f"OpenCelliD does not accept the token in {TOKEN_VARIABLE}: {said!r}")
    raise SetupError(f"OpenCelliD sends no file, it says {said!r}")


def _without(words: str, token: str) -> str:
    for form in {token, quote(token), quote(token, safe=""), quote_plus(token)} if token else ():
        words = words.replace(form, "…")
    return words


@contextmanager
def _unlogged(token: str) -> Iterator[None]:
    """Keep the token out of the lines that urllib3 logs of each request when it is asked to."""

    def clean(record: logging.LogRecord) -> bool:
        record.msg, record.args = _without(record.getMessage(), token), ()
        return True

    loggers = [logging.getLogger(name) for name in ("urllib3.connectionpool", "urllib3.util.retry")]
    for each in loggers:
        each.addFilter(clean)
    try:
        yield
    finally:
        for each in loggers:
            each.removeFilter(clean)
