"""Tables for spreadsheets: CSV and XLSX, of which no cell is ever run."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import openpyxl

from htcoverage.errors import argument_fault
from htcoverage.export.files import texts, xml_text
from htcoverage.files import LINES_ABOVE, whole_file

if TYPE_CHECKING:
    import pandas as pd

#: A spreadsheet runs a text cell that begins with one of these (full-width forms included), some
#: after blanks. Where the comma is the decimal mark, cells of a CSV end at semicolons and at line
#: ends, quoted or not. A tab or a line end in front is a sign of the same trick.
_UNSEEN = "[\\s\x00-\x1f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
_FORMULA_START = re.compile(
    f"(?:^|(?<=[;\n]))(?={_UNSEEN}[=+\\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])"
)
_LINE_END = re.compile("\r\n?")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

_SHEET_NAME = re.compile(r"[^\[\]:*?/\\]{1,31}")

#: The same input must give the same bytes, so the files of an archive carry no date of their own.
ARCHIVE_DATE = (1980, 1, 1, 0, 0, 0)
_XLSX_DATE = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def write_csv(
    table: pd.DataFrame, path: str | Path, *, metadata: Mapping[str, object] | None = None
) -> None:
    """Write a table as UTF-8 CSV that a spreadsheet opens without running any of it.

    It begins with a byte-order mark: without one Excel reads the names in the code page of the
    system, and the diacritics are gone. pandas, GDAL and our own readers skip it; Python's ``csv``
    wants the encoding ``utf-8-sig``.

    A text that a spreadsheet would take for a formula (``=``, ``+``, ``-``, ``@``, tab or line end
    first, or after a semicolon) is given an apostrophe there. Numbers, also those written as text,
    stay as they are.

    Parameters
    ----------
    table : DataFrame
        Its index is not written; missing values become empty cells.
    path : str or Path
        File to write.
    metadata : mapping, optional
        Parameters that made the table, above its header: one line each, ``# name`` and its value in
        the next cell; the first line, ``# lines above the header``, says how many to skip.
    """
    told = texts(metadata)
    with whole_file(Path(path)) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if told:
            writer.writerow([LINES_ABOVE, len(told) + 1])
            for key, value in told.items():
                line = " ".join(value.splitlines())
                writer.writerow([f"# {' '.join(key.splitlines())}", inert_text(line)])
        writer.writerow([csv_cell(str(name)) for name in table.columns])
        for row in table.itertuples(index=False, name=None):
            writer.writerow([csv_cell(value) for value in row])


def write_xlsx(
    sheets: Mapping[str, pd.DataFrame],
    path: str | Path,
    *,
    metadata: Mapping[str, object] | None = None,
) -> None:
    r"""Write tables as the sheets of one workbook; no cell of it is a formula.

    Text is stored as text, and what looks like a formula has a leading apostrophe besides, for a
    workbook may be saved as CSV later.

    Parameters
    ----------
    sheets : mapping of str to DataFrame
        By the name of the sheet, at most 31 characters, none of ``[ ] : * ? / \``.
    path : str or Path
        File to write.
    metadata : mapping, optional
        Parameters that made the tables: a last sheet ``metadata`` of names and values.

    Raises
    ------
    InputError
        If there is no sheet or a name cannot be one.
    """
    if not sheets:
        raise argument_fault("sheets", "none", "at least one table")
    for name in sheets:
        if not _SHEET_NAME.fullmatch(name):
            raise argument_fault("sheets", name, "up to 31 characters, none of [ ] : * ? / \\")
    book = openpyxl.Workbook(write_only=True)
    for name, table in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append([_xlsx_cell(str(column)) for column in table.columns])
        for row in table.itertuples(index=False, name=None):
            sheet.append([_xlsx_cell(value) for value in row])
    if metadata:
        sheet = book.create_sheet("metadata")
        for key, value in texts(metadata).items():
            sheet.append([_xlsx_cell(key), _xlsx_cell(value)])
    memory = io.BytesIO()
    book.save(memory)
    with whole_file(Path(path)) as part:
        part.write_bytes(_undated(memory))


def inert_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Examples
    --------
    >>> inert_text("=HYPERLINK(1)"), inert_text("-105.5"), inert_text("Kỳ Anh")
    ("'=HYPERLINK(1)", '-105.5', 'Kỳ Anh')
    """
    return text if _NUMBER.fullmatch(text) else _FORMULA_START.sub("'", text)


def csv_cell(value: object) -> object:
    """Return a value as a cell of a text file: numbers in full, missing empty, text inert."""
    if isinstance(value, str):
        # A return is no line end to Python's writer, and goes unquoted, but is one to readers.
        return inert_text(_LINE_END.sub("\n", xml_text(value)))
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else repr(float(value))
    return "" if value is None or str(value) in ("<NA>", "NaT") else csv_cell(str(value))


def _xlsx_cell(value: object) -> object:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, np.floating)) and not np.isfinite(value):
        return None if np.isnan(value) else str(value)
    cell = csv_cell(value)
    if isinstance(value, (float, np.floating)):
        return float(value)
    # Excel holds at most 32,767 characters in a cell.
    return cell[:32_767] if isinstance(cell, str) else cell


def _undated(workbook: io.BytesIO) -> bytes:
    """Return a workbook without the times at which it was written."""
    undated = io.BytesIO()
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(undated, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _XLSX_DATE.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            entry = zipfile.ZipInfo(name, ARCHIVE_DATE)
            target.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
    return undated.getvalue()
