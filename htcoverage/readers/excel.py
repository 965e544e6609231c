"""XLSX workbooks: a sheet to raw cells, formulas by their stored values."""

from __future__ import annotations

import datetime
import warnings
import zipfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from htcoverage.errors import Fault
from htcoverage.readers.archive import check_archive
from htcoverage.readers.findings import Finding
from htcoverage.readers.sheet import Sheet, file_fault, shown
from htcoverage.readers.text import FindHeader, check_header

_SAMPLE_ROWS = 50


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
        if sheet is not None and sheet not in names:
            raise file_fault(
                path, f"a sheet of that name; there are {', '.join(names)}", value=sheet
            )
        rows: list[tuple[int, list[Any]]] = []
        chosen = sheet
        for name in [sheet] if sheet is not None else names:
            rows = _rows(book[name])
            chosen = name
            if rows:
                break
    except (ValueError, KeyError, TypeError, AttributeError, OSError, zipfile.BadZipFile) as error:
        raise file_fault(path, f"a readable XLSX workbook ({error})") from error
    finally:
        book.close()
    if not rows or chosen is None:
        raise file_fault(path, "a sheet with a header row; there are no cells")
    findings = []
    if sheet is None and len(names) > 1:
        others = ", ".join(name for name in names if name != chosen)
        findings.append(
            Finding(None, None, chosen, "sheet", "warning", "none",
                    f"the first sheet with cells is read; not read: {others}")
        )  # fmt: skip
    file = str(path) if sheet is None else f"{path}, sheet {sheet}"
    head = [
        ["" if cell is None else str(cell) for cell in cells]
        for _, cells in islice(rows, _SAMPLE_ROWS)
    ]
    start, _ = find_header(head) if find_header else (0, None)
    findings += [
        Finding(row, None, shown(" ".join(filter(None, head[place]))), "above-header", "info",
                "dropped", "a line above the column names")
        for place, (row, _) in enumerate(rows[:start])
    ]  # fmt: skip
    header_row = rows[start][0]
    titles = list(head[start])
    while titles and not titles[-1]:
        titles.pop()
    check_header(titles, row=header_row, file=file)
    body = rows[start + 1 :]
    if not body:
        raise file_fault(file, "at least one row of data below the header")
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

    check_archive(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which carry no cell
            return openpyxl.load_workbook(path, read_only=True, data_only=values, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise file_fault(
            path, f"a readable XLSX workbook ({type(error).__name__}: {error})"
        ) from error


def _rows(sheet: Any) -> list[tuple[int, list[Any]]]:
    """Return the row number and cells of every row that holds a value."""
    sheet.reset_dimensions()  # some programs write a wrong size
    found = []
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        plain = [_plain(cell) for cell in cells]
        if any(cell is not None for cell in plain):
            found.append((number, plain))
    return found


def _plain(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell.strip() or None
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
