"""Rows of a sheet that are no base stations: units, column numbers, headings, totals, notes."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from htcoverage.readers.findings import Finding, findings_frame
from htcoverage.readers.sheet import Sheet, shown

_PLACES = ("longitude", "latitude", "x", "y")
_KINDS = ("operator", "technology")

_DIGIT = re.compile(r"[0-9]")
_COLUMN_NUMBER = re.compile(r"[(\[]?([0-9]{1,2})[)\].]?")
_LONGEST_UNIT = 20


def without_furniture(sheet: Sheet) -> tuple[Sheet, list[pd.DataFrame], set[int]]:
    """Return the table without rows that are no base stations, what was left out, and its lines.

    The row below the names may hold units or the numbers of the columns. Any row without operator,
    technology and position is a heading, a total or a note if what it does hold reads like one; a
    base station that has lost them keeps its identifier, and stays a fault.
    """
    places = [name for name in _PLACES if name in sheet.frame]
    kinds = [name for name in _KINDS if name in sheet.frame]
    if len(places) < 2 or sheet.frame.empty:
        return sheet, [], set()
    other = np.flatnonzero(sheet.frame[kinds].isna().to_numpy().all(axis=1))
    other = other[~_hold_digits(sheet.frame[places].iloc[other])]
    found: dict[int, str] = {}
    for place in other.tolist():
        cells = _filled(sheet, place)
        if not any(name in kinds for name in cells) and _is_words(list(cells.values())):
            found[place] = "a heading, a total or a note, not a base station"
    first = _filled(sheet, 0)
    if _are_column_numbers(first):
        found[0] = "the numbers of the columns"
    elif _are_units(first, places=places):
        found[0] = "the units of the columns"
    found |= dict.fromkeys(_repeated_headers(sheet), "the names of the columns again")
    if not found:
        return sheet, [], set()
    found = dict(sorted(found.items()))
    lines = sheet.lines(sheet.frame.index[list(found)])
    findings = [
        Finding(line, None, shown(" ".join(_filled(sheet, place).values())), "no-station",
                "warning", "dropped", found[place])
        for line, place in zip(lines, found, strict=True)
    ]  # fmt: skip
    kept = np.ones(len(sheet.frame), dtype=bool)
    kept[list(found)] = False
    gone = set(lines)
    broken = tuple(fault for fault in sheet.broken if fault.row not in gone)
    left = replace(sheet, frame=sheet.frame[kept], broken=broken)
    return left, [findings_frame(findings)], gone


def _repeated_headers(sheet: Sheet) -> list[int]:
    """Return the places of rows that are the header again, as where tables were put together."""
    here = np.ones(len(sheet.frame), dtype=np.bool_)
    for name in map(str, sheet.frame):
        header = sheet.called(name)
        cells = sheet.frame[name]
        here &= (cells.isna() | (cells == header)).to_numpy(dtype=np.bool_)
    return [
        place
        for place in np.flatnonzero(here).tolist()
        if len(_filled(sheet, place)) > sheet.frame.shape[1] / 2
    ]


def _hold_digits(cells: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which rows have a digit in any of the cells."""
    found = np.zeros(len(cells), dtype=np.bool_)
    for name in cells:
        raw = cells[name].to_numpy(dtype=object)
        found |= np.fromiter(
            (
                value is not None
                and (_DIGIT.search(value) is not None if type(value) is str else value == value)
                for value in raw
            ),
            np.bool_,
            len(raw),
        )
    return found


def _filled(sheet: Sheet, place: int) -> dict[str, str]:
    row = sheet.frame.iloc[place]
    return {str(name): str(cell) for name, cell in row.items() if cell is not None and cell == cell}


def _is_words(cells: list[str]) -> bool:
    """Return whether cells are words and at most a sum: identifiers are signs with digits."""
    words = [cell for cell in cells if not _DIGIT.search(cell) or " " in cell]
    return not cells or (bool(words) and len(cells) <= len(words) + 2)


def _are_column_numbers(cells: dict[str, str]) -> bool:
    """Return whether cells are (1), (2), (3): all in brackets, or all different."""
    words = re.split(r"[\s/]+", " ".join(cells.values()).strip())
    numbers = [found[1] for word in words if (found := _COLUMN_NUMBER.fullmatch(word))]
    bracketed = all(word.startswith("(") for word in words)
    different = len(set(numbers))
    return len(numbers) == len(words) and different >= 3 and (bracketed or different == len(words))


def _are_units(cells: dict[str, str], *, places: list[str]) -> bool:
    """Return whether cells are units: words without digits under the coordinates as well."""
    words = [cell for cell in cells.values() if not _DIGIT.search(cell)]
    return (
        len(words) == len(cells)
        and all(name in cells for name in places)
        and max(map(len, words), default=0) <= _LONGEST_UNIT
        and all(cells[name].startswith("(") for name in _KINDS if name in cells)
    )
