"""CSV files: bytes to raw cells, every row accounted for."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from htcoverage.errors import Fault, InputError
from htcoverage.readers.sheet import Sheet, existing_file, file_fault, shown

_CSV_WANTED = "a CSV text file in UTF-8 with a header row and columns separated by commas"

#: First bytes of files that are often given in place of a CSV.
_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive or spreadsheet; save the sheet as 'CSV UTF-8'"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file; save the sheet as 'CSV UTF-8'"),
    (b"SQLite format 3\x00", "a GeoPackage or SQLite file; give it a name that ends in .gpkg"),
    (b"\xff\xfe", "UTF-16 text; save it as 'CSV UTF-8'"),
    (b"\xfe\xff", "UTF-16 text; save it as 'CSV UTF-8'"),
)


def read_csv_sheet(path: Path | str) -> Sheet:
    """Read a CSV file (UTF-8, with or without a byte order mark) into raw cells.

    White space around a cell is removed; lines without any value are no rows.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    Sheet
        Its index holds the line on which each row begins, the header being line 1.

    Raises
    ------
    InputError
        If the file is missing, unreadable, empty, not UTF-8 text, not CSV, or without a data row.
    """
    file = str(path)
    lines = _records(_decoded(path), file=file)
    if not lines:
        raise file_fault(file, f"{_CSV_WANTED}; the file is empty")
    (header_row, names), *records = lines
    _check_header(names, row=header_row, file=file)
    if not records:
        raise file_fault(file, "at least one row of data below the header")
    width = len(names)
    broken = tuple(
        Fault(
            file, row, None, shown(",".join(cells)),
            f"{width} cells as in the header, not {len(cells)}; "
            "put a value that holds a comma between double quotes",
        )
        for row, cells in records
        if len(cells) < width or any(cells[width:])
    )  # fmt: skip
    rows = [cells[:width] + [""] * (width - len(cells)) for _, cells in records]
    frame = pd.DataFrame(
        {
            name: pd.Series([cell or None for cell in column], dtype=object)
            for name, column in zip(names, zip(*rows, strict=True), strict=True)
            if name
        }
    )
    frame.index = pd.Index([row for row, _ in records], name="row")
    return Sheet(file, frame, header_row, broken)


def _decoded(path: Path | str) -> str:
    found = existing_file(path)
    try:
        content = found.read_bytes()
    except OSError as error:
        raise file_fault(path, f"a file that can be read ({error.strerror})") from error
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            raise file_fault(path, f"{_CSV_WANTED}; this is {what}")
    if b"\x00" in content:
        raise file_fault(path, f"{_CSV_WANTED}; this is binary data")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The offsets count from behind a byte order mark, which holds no line break.
        row = error.object[: error.start].count(b"\n") + 1
        value = repr(error.object[error.start : error.start + 8])
        expected = "UTF-8 text; the file has another encoding: save it as 'CSV UTF-8'"
        raise InputError([Fault(str(path), row, None, value, expected)]) from error


def _records(text: str, *, file: str) -> list[tuple[int, list[str]]]:
    """Return the line number and stripped cells of every line that holds a value."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[tuple[int, list[str]]] = []
    while True:
        row = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return found
        except csv.Error as error:
            expected = f"well-formed CSV: check the double quotes ({error})"
            raise InputError([Fault(file, row, None, "", expected)]) from error
        if any(cells):
            found.append((row, cells))


def _check_header(names: list[str], *, row: int, file: str) -> None:
    filled = [name for name in names if name]
    if len(filled) == 1:
        for separator, what in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if separator in filled[0]:
                expected = f"columns separated by commas; this file uses {what}"
                raise InputError([Fault(file, row, None, shown(filled[0]), expected)])
    twice = dict.fromkeys(name for name in filled if filled.count(name) > 1)
    if twice:
        raise InputError(
            Fault(file, row, shown(name), shown(name), "each column name once") for name in twice
        )
