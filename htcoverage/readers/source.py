"""Any file that may hold a table: told apart by its name and first bytes, then opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from htcoverage.readers.columns import known_names
from htcoverage.readers.excel import read_excel_sheet, sheet_names
from htcoverage.readers.sheet import Sheet, existing_file, file_fault
from htcoverage.readers.text import FindHeader, Header, read_csv_sheet, told_apart
from htcoverage.readers.vector import Layer, read_layer

TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".tab.txt", ".dat")
EXCEL_SUFFIXES = (".xlsx", ".xlsm")

#: Columns of OpenCelliD's cell table; its downloads by country have no header row.
OPENCELLID = (
    "radio", "mcc", "net", "area", "cell", "unit", "lon", "lat", "range", "samples", "changeable",
    "created", "updated", "averageSignal",
)  # fmt: skip
OPENCELLID_RADIOS = ("GSM", "UMTS", "LTE", "NR", "CDMA")

#: A title is no upper row of a header: that has names of its own.
_LEAST_NAMES = 2

_ORDINAL = re.compile(r"[\s_.-]*[0-9]$")
_NUMBER_ALONE = re.compile(r"[-+0-9.,]+")

#: A title above the table may stand on this many rows.
_HEADER_ROWS = 20


def open_table(
    path: Path | str,
    *,
    wanted: Collection[str],
    layer: str | None = None,
    encoding: str | None = None,
    separator: str | None = None,
) -> Sheet | Layer:
    """Open a planner's file of any kind.

    Parameters
    ----------
    path : path-like
        Text table, XLSX workbook or vector layer.
    wanted : collection of str
        Our columns that could be in it, by which the header row is found below a title.
    layer : str, optional
        Layer or sheet, where the file has several.
    encoding, separator : str, optional
        Of a text table, where the user knows better.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    file = existing_file(path)
    if not file.stat().st_size:
        raise file_fault(path, "a table or layer; the file is empty")
    find_header = _header_finder(wanted)
    if file.suffix.lower() in EXCEL_SUFFIXES:
        chosen = layer
        if chosen is None:
            chosen = _likely_sheet(sheet_names(file))
        return read_excel_sheet(file, sheet=chosen, find_header=find_header)
    if is_text(file):
        return read_csv_sheet(
            file, encoding=encoding, separator=separator, tolerant=True, find_header=find_header
        )
    return read_layer(file, layer=layer, together=True)


def is_text(path: Path) -> bool:
    """Return whether a file is a text table by its name."""
    return path.suffix.lower() in TEXT_SUFFIXES


def _likely_sheet(names: Sequence[str]) -> str | None:
    """Return the sheet of sites of an Atoll workbook."""
    return (
        next((name for name in names if name.lower() == "sites"), None) if len(names) > 1 else None
    )


def _header_finder(wanted: Collection[str]) -> FindHeader:
    known_name = known_names(wanted)

    is_place = [known_names([name]) for name in ("longitude", "latitude", "x", "y")]

    def has_places(cells: Sequence[str]) -> bool:
        found = [any(map(known, cells)) for known in is_place]
        return all(found[:2]) or all(found[2:])

    def score(cells: Sequence[str]) -> int:
        return sum(known_name(cell) for cell in cells)

    def find(rows: Sequence[Sequence[str]]) -> Header:
        if len(rows[0]) == len(OPENCELLID) and rows[0][0] in OPENCELLID_RADIOS:
            return Header(0, 0, list(OPENCELLID), len(OPENCELLID), placed=True)
        scores = [score(cells) for cells in rows[:_HEADER_ROWS]]
        best = scores.index(max(scores))
        if scores[best] == 0:
            return Header(0)
        names = told_apart(rows[best], known_name=known_name)
        found = Header(best, 1, names, scores[best], has_places(names))
        for place in (best, best - 1):
            if place < 0 or place + 1 >= len(rows) or found.rows == 2:
                continue
            both = _of_two_rows(rows[place], rows[place + 1], known_name)
            if both is None:
                continue
            names, joined = both
            if score(names) > found.known or (joined and score(rows[place]) >= _LEAST_NAMES):
                names = told_apart(names, known_name=known_name)
                found = Header(place, 2, names, score(names), has_places(names))
        return found

    return find


def _of_two_rows(
    upper: Sequence[str], lower: Sequence[str], known_name: Callable[[str], bool]
) -> tuple[list[str], bool] | None:
    """Return the names of a header whose upper row has joined cells: "Tọa độ" above "Kinh độ".

    None where the lower row is of data; besides, whether its cells stand below joined ones only.
    """
    if any(_NUMBER_ALONE.fullmatch(cell) for cell in lower):
        return None
    width = max(len(upper), len(lower))
    above, below = ([*row, *[""] * (width - len(row))] for row in (upper, lower))
    names: list[str] = []
    group = ""
    for place in range(width):
        if above[place] or not below[place]:
            group = above[place] if below[place] else ""
        both = f"{below[place]} {group}"
        if not below[place]:
            names.append(above[place])
        elif group and known_name(both):
            names.append(both)
        elif not group or known_name(_ORDINAL.sub("", below[place])):
            names.append(below[place])
        else:
            names.append(both)
    joined = [bool(cell) and not title for title, cell in zip(above, below, strict=True)]
    groups = [
        joined[place] or (place + 1 < width and joined[place + 1])
        for place in range(width)
        if below[place]
    ]
    alone = any(title and not cell for title, cell in zip(above, below, strict=True))
    return names, any(joined) and all(groups) and alone
