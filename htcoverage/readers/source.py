"""Any file that may hold a table: told apart by its name and first bytes, then opened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from htcoverage.readers.columns import known_names
from htcoverage.readers.excel import read_excel_sheet, sheet_names
from htcoverage.readers.sheet import Sheet, existing_file, file_fault
from htcoverage.readers.text import FindHeader, read_csv_sheet
from htcoverage.readers.vector import Layer, read_layer

TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".tab.txt", ".dat")
EXCEL_SUFFIXES = (".xlsx", ".xlsm")

#: Columns of OpenCelliD's cell table; its downloads by country have no header row.
OPENCELLID = (
    "radio", "mcc", "net", "area", "cell", "unit", "lon", "lat", "range", "samples", "changeable",
    "created", "updated", "averageSignal",
)  # fmt: skip
OPENCELLID_RADIOS = ("GSM", "UMTS", "LTE", "NR", "CDMA")

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

    def find(rows: Sequence[Sequence[str]]) -> tuple[int, list[str] | None]:
        if len(rows[0]) == len(OPENCELLID) and rows[0][0] in OPENCELLID_RADIOS:
            return 0, list(OPENCELLID)
        scores = [sum(known_name(cell) for cell in cells) for cells in rows[:_HEADER_ROWS]]
        if max(scores) == 0:
            return 0, None
        return scores.index(max(scores)), None

    return find
