"""XLSX workbooks: a sheet to raw cells, formulas by their stored values."""

from __future__ import annotations

import datetime
import re
import warnings
import zipfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from htcoverage.errors import Fault
from htcoverage.readers.archive import check_archive
from htcoverage.readers.findings import Finding, Severity, invisible_told
from htcoverage.readers.sheet import INVISIBLE, Sheet, existing_file, file_fault, shown
from htcoverage.readers.text import FindHeader, Header, check_header, check_width

_SAMPLE_ROWS = 50

#: First bytes of what is often given the name of a workbook.
_OTHERS = {
    b"\xd0\xcf\x11\xe0": "this is one of the old kind, or one with a password",
    b"<": "this is a web page under the name of a workbook",
}
_SIGNATURE_BYTES = 64

#: Columns and rows of cells that are joined: the first column holds the value.
_JOINED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*ref=\"([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})\""
)


def sheet_names(path: Path | str) -> tuple[str, ...]:
    """Return the names of the worksheets of a workbook.

    Raises
    ------
    InputError
        If it is no workbook.
    """
    book = _open(path, values=True)
    names = tuple(sheet.title for sheet in book.worksheets)
    book.close()
    return names


def read_excel_sheet(
    path: Path | str, *, sheet: str | None = None, find_header: FindHeader | None = None
) -> Sheet:
    """Read one worksheet into raw cells.

    Parameters
    ----------
    path : path-like
        An XLSX workbook.
    sheet : str, optional
        Its name; the first one with cells by default.
    find_header : callable, optional
        Tells which of the first rows holds the column names; the first with cells by default.

    Returns
    -------
    Sheet
        Its index holds the numbers of the rows as the spreadsheet shows them.

    Raises
    ------
    InputError
        If the file is no workbook or has no such sheet, or the sheet has no table.
    """
    book = _open(path, values=True)
    try:
        names = [each.title for each in book.worksheets]
        alike: list[str] = []
        if sheet is not None and sheet not in names:
            raise file_fault(
                path, f"a sheet of that name; there are {', '.join(names)}", value=sheet
            )
        chosen = sheet
        if chosen is None:
            chosen, alike = _likely_sheet(book, find_header)
        rows, marks = ([], 0) if chosen is None else _rows(book[chosen])
        part = None if chosen is None else book[chosen]._worksheet_path  # no public name for it
    except (ValueError, KeyError, TypeError, AttributeError, OSError, zipfile.BadZipFile) as error:
        raise file_fault(path, f"a readable XLSX workbook ({error})") from error
    finally:
        book.close()
    if not rows or chosen is None:
        raise file_fault(path, "a sheet with a header row; there are no cells")
    findings = [invisible_told(marks)] if marks else []
    if sheet is None and len(names) > 1:
        others = ", ".join(name for name in names if name != chosen)
        told = f"the sheet that looks most like the table is read; not read: {others}"
        if alike:
            told = (
                "expected the name of a sheet (layer), or all rows in one sheet, for others look "
                f"like the table as well: {', '.join(alike)}; not read: {others}"
            )
        severity: Severity = "error" if alike else "warning"
        findings.append(Finding(None, None, chosen, "sheet", severity, "none", told))
    file = str(path) if sheet is None else f"{path}, sheet {sheet}"
    head = [
        ["" if cell is None else str(cell) for cell in cells]
        for _, cells in islice(rows, _SAMPLE_ROWS)
    ]
    check_width(head, file=file)
    header = find_header(head) if find_header else Header(0)
    findings += [
        Finding(row, None, shown(" ".join(filter(None, head[place]))), "above-header", "info",
                "dropped", "a line above the column names")
        for place, (row, _) in enumerate(rows[: header.start])
    ]  # fmt: skip
    start = header.start + header.rows - 1
    header_row = rows[start][0]
    titles = list(header.names or head[start])
    while titles and not titles[-1]:
        titles.pop()
    check_header(titles, row=header_row, file=file)
    body = rows[start + 1 :]
    if not body:
        raise file_fault(file, "at least one row of data below the header")
    findings += _unjoined(body, _joined_cells(path, part), titles)
    findings += _formulas(path, chosen, {row for row, _ in body}, titles)
    width = len(titles)
    broken = tuple(
        Fault(file, row, None, shown(" ".join(str(c) for c in cells if c is not None)),
              f"{width} cells as in the header")
        for row, cells in body if any(cell is not None for cell in cells[width:])
    )  # fmt: skip
    frame = pd.DataFrame(
        {
            title: pd.Series(
                [cells[place] if place < len(cells) else None for _, cells in body], dtype=object
            )
            for place, title in enumerate(titles)
            if title
        }
    )
    frame.index = pd.Index([row for row, _ in body], name="row", dtype="int64")
    return Sheet(file, frame, header_row, broken, findings=tuple(findings))


def _open(path: Path | str, *, values: bool) -> Any:
    # openpyxl takes a tenth of a second to import: only whoever reads workbooks pays it.
    import openpyxl

    with existing_file(path).open("rb") as file:
        beginning = file.read(_SIGNATURE_BYTES)
    for sign, what in _OTHERS.items():
        if beginning.lstrip().startswith(sign):
            raise file_fault(path, f"an XLSX workbook; {what}: save it again as .xlsx")
    check_archive(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which carry no cell
            return openpyxl.load_workbook(path, read_only=True, data_only=values, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise file_fault(
            path, f"a readable XLSX workbook ({type(error).__name__}: {error})"
        ) from error


def _likely_sheet(book: Any, find_header: FindHeader | None) -> tuple[str | None, list[str]]:
    """Return the sheet that looks most like the table, and others that are as good.

    One that has coordinates beside other known columns goes before one that has none; hidden
    sheets come last.
    """
    found: list[tuple[bool, bool, int, str]] = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        rows = ([_plain(c) for c in cells] for cells in sheet.iter_rows(values_only=True))
        head = list(islice((row for row in rows if any(c is not None for c in row)), _SAMPLE_ROWS))
        if head:
            check_width(head, file=sheet.title)
            words = [["" if cell is None else str(cell) for cell in row] for row in head]
            header = find_header(words) if find_header else Header(0)
            visible = sheet.sheet_state == "visible"
            found.append((visible, header.placed, header.known, sheet.title))
    if not found:
        return None, []
    best = max(found, key=lambda each: each[:3])
    alike = [
        title
        for visible, placed, known, title in found
        if title != best[3] and visible and placed and known >= max(3, best[2] - 1)
    ]
    return best[3], alike


def _rows(sheet: Any) -> tuple[list[tuple[int, list[Any]]], int]:
    """Return the row number and cells of every row that holds a value, and marks left out."""
    sheet.reset_dimensions()  # some programs write a wrong size
    found = []
    marks = 0
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        plain = [_plain(cell) for cell in cells]
        if any(cell is not None for cell in plain):
            found.append((number, plain))
        words = (cell for cell in cells if isinstance(cell, str) and not cell.isascii())
        marks += sum(len(INVISIBLE.findall(cell)) for cell in words)
    return found, marks


class _Joined(NamedTuple):
    """Rows of one column, counted from 0, that are joined to one cell."""

    column: int
    first: int
    last: int


def _joined_cells(path: Path | str, part: str | None) -> list[_Joined]:
    """Return the cells of a worksheet that reach over several rows."""
    if part is None:
        return []
    with zipfile.ZipFile(path) as archive:
        content = archive.read(part.lstrip("/"))
    found = []
    for letters, first, last in _JOINED.findall(content):
        column = 0
        for letter in letters.decode():
            column = 26 * column + ord(letter) - ord("A") + 1
        if int(last) > int(first):
            found.append(_Joined(column - 1, int(first), int(last)))
    return sorted(found)


def _unjoined(
    body: list[tuple[int, list[Any]]], joined: list[_Joined], titles: Sequence[str]
) -> list[Finding]:
    """Fill the cells of rows that are joined to the one above, and return a finding a column."""
    rows = dict(body)
    filled: dict[int, list[int]] = {}
    for column, first, last in joined:
        above = rows.get(first, [])
        if column >= min(len(titles), len(above)) or above[column] is None:
            continue
        for row in range(first + 1, last + 1):
            cells = rows.get(row)
            if cells is None:
                continue
            cells.extend([None] * (column + 1 - len(cells)))  # a row ends with its last value
            if cells[column] is None:
                cells[column] = above[column]
                filled.setdefault(column, []).append(row)
    return [
        Finding(None, titles[column], str(rows[lines[0]][column]), "joined-cells", "info",
                "repaired", f"{len(lines)} cells, the first in row {lines[0]}, are joined to one "
                "above and take its value")
        for column, lines in sorted(filled.items())
    ]  # fmt: skip


def _plain(cell: Any) -> Any:
    if isinstance(cell, str):
        return INVISIBLE.sub("", cell).strip() or None
    if isinstance(cell, bool | datetime.date | datetime.time):
        return str(cell)
    return cell


def _formulas(path: Path | str, sheet: str, rows: set[int], titles: Sequence[str]) -> list[Finding]:
    """Return a finding for every formula: its stored value is what is read."""
    with zipfile.ZipFile(path) as archive:
        if not any(
            b"<f>" in archive.read(name) or b"<f " in archive.read(name)
            for name in archive.namelist()
            if name.startswith("xl/worksheets/") and name.endswith(".xml")
        ):
            return []
    book = _open(path, values=False)
    found = []
    for number, cells in enumerate(book[sheet].iter_rows(values_only=True), start=1):
        for place, cell in enumerate(cells):
            if (
                number in rows
                and isinstance(cell, str)
                and cell.startswith("=")
                and place < len(titles)
            ):
                found.append(
                    Finding(number, titles[place], shown(cell), "formula", "warning", "kept",
                            "the value that the workbook stores for this formula is read; it may "
                            "be out of date, or absent")
                )  # fmt: skip
    book.close()
    return found
