"""Whose base stations are, where that stands above them: headings of a sheet, folders of KML."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from htcoverage.cleaning.operators import Vocabulary, operators_in
from htcoverage.cleaning.words import technologies_of
from htcoverage.readers.columns import LEAST_CONFIDENCE, ColumnMatch
from htcoverage.readers.findings import Finding
from htcoverage.readers.sheet import Sheet, shown
from htcoverage.readers.vector import FOLDER

_PLACES = ("longitude", "latitude", "x", "y")

#: A heading has a number, its words and perhaps a sum.
_MOST_CELLS = 3


def under_headings(
    sheet: Sheet, *, said: Collection[str], known: Vocabulary
) -> tuple[Sheet, list[Finding], tuple[ColumnMatch, ...]]:
    """Return the raw table with operator and technology of the headings, where no column has them.

    A heading is a row without a place that names one operator, or one technology; it is of all rows
    down to the next one that names another. In KML the folders are the headings.

    Parameters
    ----------
    sheet : Sheet
        Unrepaired, in our column names beside the file's others.
    said : collection of str
        Our columns of which the user says a value.
    known : Vocabulary
        The operators.

    Returns
    -------
    sheet : Sheet
        With columns ``operator`` and ``technology`` where headings tell them.
    findings : list of Finding
        Each heading that was used.
    matches : tuple of ColumnMatch
        The columns that were made.
    """
    ways: dict[str, Callable[[str], tuple[str, ...]]] = {
        "operator": lambda words: operators_in(words, known),
        "technology": lambda words: tuple(filter(None, ["/".join(technologies_of(words)[0])])),
    }
    findings: list[Finding] = []
    matches: list[ColumnMatch] = []
    frame = sheet.frame
    source = FOLDER if FOLDER in frame else "headings"
    headings = _headings(frame)
    for column, read in ways.items():
        if column in frame or column in said:
            continue
        told = {row: meant[0] for row, words in headings.items() if len(meant := read(words)) == 1}
        if not told:
            continue
        values = pd.Series(told, dtype=object).reindex(frame.index)
        if FOLDER not in frame:
            values = values.ffill()
            values[list(headings)] = None
        values = values.where(values.notna(), None)
        frame = frame.assign(**{column: values})
        matches.append(ColumnMatch(column, source, LEAST_CONFIDENCE, "headings"))
        count = values.value_counts()
        words = ", ".join(f"{name} {count[name]}" for name in dict.fromkeys(told.values()))
        first = next(iter(told))
        findings.append(
            Finding(None, source, shown(headings[first]), "heading", "warning", "repaired",
                    f"headings tell the {column} of the rows below: {words}")
        )  # fmt: skip
    return replace(sheet, frame=frame), findings, tuple(matches)


def _headings(frame: pd.DataFrame) -> dict[int, str]:
    """Return the words of rows that have no place; in KML each row stands under its folder."""
    if FOLDER in frame:
        return dict(zip(frame.index.tolist(), frame[FOLDER].astype(str), strict=True))
    empty = [name for name in (*_PLACES, "operator", "technology") if name in frame]
    if len(set(empty) & set(_PLACES)) < 2:
        return {}
    rows = frame.iloc[np.flatnonzero(frame[empty].isna().to_numpy().all(axis=1))]
    found = {}
    for row, cells in zip(rows.index.tolist(), rows.to_numpy(dtype=object), strict=True):
        filled = [str(cell) for cell in cells if cell is not None and cell == cell]
        if len(filled) <= _MOST_CELLS:
            found[row] = " ".join(filled)
    return found
