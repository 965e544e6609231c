"""A planner's ledger of any form to a validated one, with a report of all that was done."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from htcoverage.cleaning.furniture import without_furniture
from htcoverage.cleaning.opening import Opened, guesses, open_ledger
from htcoverage.cleaning.operators import Vocabulary, operators_in, vocabulary
from htcoverage.cleaning.places import located
from htcoverage.cleaning.reading import how_read
from htcoverage.cleaning.repairs import HEIGHTS, repair_cells
from htcoverage.cleaning.report import CleaningReport
from htcoverage.cleaning.structure import (
    split_technologies,
    structured,
    with_powers,
    without_foreign_technologies,
)
from htcoverage.cleaning.suspects import suspects
from htcoverage.errors import Fault, InputError
from htcoverage.notes import Note
from htcoverage.readers.columns import mapped
from htcoverage.readers.findings import Action, Finding, error_finding, findings_frame, joined
from htcoverage.readers.ledger import Ledger, assemble, bts_columns
from htcoverage.readers.parsing import TEXT_DTYPE, parse_columns
from htcoverage.readers.position import sheet_positions
from htcoverage.readers.ranges import range_faults
from htcoverage.readers.sheet import PARTS_OF_A_LINE, Sheet, shown
from htcoverage.schema import BTS, CELLS, OPERATORS

#: A cell at fault in one of these costs the row; in any other it counts as empty.
_NEEDED = ("bts_id", "site_id", "operator", "technology", "longitude", "latitude")

#: Columns that a ledger of one operator or technology may well lack.
_OF_ALL_ROWS = frozenset({"operator", "technology"})
_HOW_FOR_ALL = (
    "; one value for all rows: --value of htcoverage check, [layers.bts.values] of a project"
)

#: 42/36: heights of two antennas in one cell.
_SEVERAL_NUMBERS = re.compile(r"[0-9.,]+\s*m?(?:\s*[-/;+&]\s*[0-9.,]+\s*m?)+")

#: Emptying a cell or dropping a row may bring one more fault to light, not an endless row of them.
_ROUNDS = 5


@dataclass(frozen=True, eq=False)
class CleanedLedger:
    """A ledger and what happened to it; no ledger where not one row is usable."""

    ledger: Ledger | None
    report: CleaningReport

    def by_file_name(self) -> CleanedLedger:
        """Return the same with the file called by its name, without the folder that it was in."""
        return replace(self, report=replace(self.report, file=Path(self.report.file).name))


def clean_ledger(
    path: str | os.PathLike[str],
    *,
    cells_path: str | os.PathLike[str] | None = None,
    layer: str | None = None,
    crs: str | None = None,
    columns: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    operators: Sequence[str] = OPERATORS,
    operator_words: Mapping[str, str] | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    area: gpd.GeoDataFrame | None = None,
    settlements: gpd.GeoDataFrame | None = None,
    reach_km: float = 15.0,
) -> CleanedLedger:
    """Read a ledger of any usual form, repair what a rule can, and report all of it.

    Parameters
    ----------
    path : path-like
        Text table (any usual separator and encoding, Vietnamese headers, decimal commas, degrees
        and minutes), XLSX, any vector file, OpenCelliD's cell table, Atoll's sites.
    cells_path : path-like, optional
        Cells of the ledger, or Atoll's transmitters.
    layer : str, optional
        Layer or sheet, where the file has several.
    crs : str, optional
        CRS of x and y, or of a layer that tells none.
    columns : mapping of str to str, optional
        Our column name to the file's, where the guess is wrong.
    values : mapping of str to str, optional
        A value for every row whose cell is empty, by our column name.
    operators : sequence of str
        The operators that there are: every row must be of one of them.
    operator_words : mapping of str to str, optional
        Further words for operators; a network's code, such as 510-10, is one.
    encoding, separator : str, optional
        Of a text table, where what is found out is wrong.
    area, settlements : GeoDataFrame, optional
        The province or its districts; its residential areas. Sites are checked against them.
    reach_km : float
        A site farther than this outside the area is an error, in km.

    Returns
    -------
    CleanedLedger
        Rows with errors are left out of the ledger, each told in the report.

    Examples
    --------
    >>> cleaned = ht.clean_ledger(province.files["bts"])
    >>> cleaned.report.exit_code, len(cleaned.ledger.bts)
    (0, 3250)
    """
    file = str(path)
    known = vocabulary(operators, operator_words)
    try:
        opened = open_ledger(
            Path(path), None if cells_path is None else Path(cells_path), layer=layer, crs=crs,
            columns=columns or {}, values=values or {}, encoding=encoding, separator=separator,
            vocabulary=known,
        )  # fmt: skip
    except InputError as error:
        return CleanedLedger(None, _unusable(file, error.faults))
    findings = opened.findings
    dropped = opened.dropped
    sheet, told, gone = without_furniture(opened.sheet)
    findings += told
    dropped |= gone
    broken = {fault.row: fault for fault in sheet.broken}
    findings.append(findings_frame(error_finding(fault, "width") for fault in broken.values()))
    sheet = _without(sheet, broken, dropped)
    sheet, told = repair_cells(sheet, operators=known)
    findings += told
    opened = replace(opened, sheet=_packed(opened.sheet, but_for=sheet))
    sheet, told, gone = without_foreign_technologies(sheet)
    findings += told
    dropped |= gone
    sheet, told = split_technologies(sheet)
    findings += told
    ledger: Ledger | None = None
    positions: Note | None = None
    try:
        placed = located(sheet, crs=opened.crs, area=area)
        findings += placed.findings
        dropped |= placed.dropped
        findings.append(_faults_of_unplaced(sheet, placed.sheet, known))
        if len(placed.sheet.frame):
            sheet, told = with_powers(placed.sheet)
            findings += told
            del placed
            ledger, told, gone = _strict(sheet, opened, known, area=area, reach_km=reach_km)
            findings += told
            dropped |= gone
    except InputError as error:
        findings.append(findings_frame(error_finding(fault, "file") for fault in error.faults))
    if ledger is None:
        dropped = set(opened.sheet.lines(opened.sheet.frame.index)) | opened.dropped
        kept = 0
        if not any((table["severity"] == "error").any() for table in findings):
            findings.append(findings_frame([error_finding(_nothing_left(file, opened), "file")]))
    else:
        sheet = replace(sheet, frame=sheet.frame.iloc[[]])  # its cells are in the ledger now
        opened = replace(opened, sheet=_packed(opened.sheet, but_for=sheet))
        findings.append(suspects(ledger, sheet, area=area))
        doubts, positions = how_read(
            ledger.bts, sheet, crs=opened.read_as, above=opened.above,
            layers={"settlements": settlements, "boundaries": area},
        )  # fmt: skip
        findings.append(doubts)
        kept = opened.rows - len(dropped)
    report = CleaningReport(
        file=file,
        rows=opened.rows,
        kept=kept,
        mapped_columns=opened.matches,
        unused_columns=opened.unused,
        faults=_quoting(joined(findings), opened.sheet),
        assumed=() if ledger is None else ledger.defaults,
        base_stations=0 if ledger is None else len(ledger.bts),
        cells=0 if ledger is None else len(ledger.cells),
        positions=positions,
    )
    return CleanedLedger(ledger, report)


def _without(sheet: Sheet, lines: Mapping[int | None, object], dropped: set[int]) -> Sheet:
    """Return the table without the lines, which are added to those dropped."""
    gone = {line for line in lines if line is not None}
    dropped |= gone
    if not gone:
        return replace(sheet, broken=())
    left = ~pd.Series(sheet.lines(sheet.frame.index)).isin(gone).to_numpy()
    return replace(sheet, frame=sheet.frame[left], broken=())


def _packed(sheet: Sheet, *, but_for: Sheet) -> Sheet:
    """Return the table with its words as Arrow's: it is only quoted any more.

    Columns that another table holds as well stay as they are.
    """
    frame = sheet.frame.copy(deep=False)
    for name in map(str, frame.columns):
        cells = frame[name]
        if cells.dtype == object and pd.api.types.infer_dtype(cells) == "string":
            shared = name in but_for.frame and np.shares_memory(
                cells.to_numpy(), but_for.frame[name].to_numpy()
            )
            if not shared:
                frame[name] = cells.astype(TEXT_DTYPE)
    return replace(sheet, frame=frame)


def _strict(
    sheet: Sheet, opened: Opened, known: Vocabulary, *, area: gpd.GeoDataFrame | None,
    reach_km: float,
) -> tuple[Ledger | None, list[pd.DataFrame], set[int]]:  # fmt: skip
    """Return the ledger that the strict reader accepts, without the rows that it does not."""
    findings: list[pd.DataFrame] = []
    dropped: set[int] = set()
    used = sheet
    cells, repaired = _repaired_cells(opened.cells, known)
    findings += repaired
    for _ in range(_ROUNDS):
        if used.frame.empty:
            return None, findings, dropped
        made = structured(used)
        bts, rows = made.bts, made.cell_rows
        ledger, faults = assemble(
            bts, sheet_positions(bts, crs=None), area=area, reach_km=reach_km,
            operators=known.names, **{"cell_rows": rows, **_cells_of(cells, bts)},
        )  # fmt: skip
        if not faults:
            lines = set(made.dropped)
            return _by_line(ledger), [*findings, *made.findings], dropped | lines
        elsewhere = [fault for fault in faults if fault.file != bts.file]
        if elsewhere:  # lines of the file of cells: they are no lines of this one
            findings.append(findings_frame(map(_error_elsewhere, elsewhere)))
            return None, findings, dropped
        faults = [_in_plain_words(fault, bts, known) for fault in faults]
        told, emptied, gone = _judged(faults, bts)
        findings.append(findings_frame(told))
        if any(_of_the_whole(fault, bts) for fault in faults):
            return None, findings, dropped
        used = _emptied(used, emptied)
        used = _without(used, dict.fromkeys(gone), dropped)
    return None, findings, dropped


def _repaired_cells(
    cells: Sheet | None, known: Vocabulary
) -> tuple[Sheet | None, list[pd.DataFrame]]:
    """Return the cells that came beside the base stations in our names, and what was repaired.

    Their lines are no lines of the ledger: a repair of many cells is told once, with the first.
    """
    if cells is None:
        return None, []
    sheet, matches = mapped(cells, CELLS.column_names, given={})
    sheet, tables = repair_cells(sheet, operators=known)
    told = []
    for _, rows in joined(tables).groupby(["column", "rule"], observed=True, sort=False):
        first = rows.iloc[0]
        detail = f"{cells.file}: {len(rows)} cells, the first in row {first['row']}: "
        told.append(
            Finding(None, first["column"], first["value"], first["rule"], first["severity"],
                    "repaired", detail + first["detail"])
        )  # fmt: skip
    return sheet, [findings_frame([*guesses(matches), *told])]


def _faults_of_unplaced(sheet: Sheet, placed: Sheet, known: Vocabulary) -> pd.DataFrame:
    """Return what else is wrong with rows that have no place: they are looked at no further."""
    if len(placed.frame) == len(sheet.frame):
        return findings_frame([])
    rest = replace(sheet, frame=sheet.frame[~sheet.frame.index.isin(placed.frame.index)])
    columns = [column for column in bts_columns(known.names) if column.allowed]
    frame, _ = parse_columns(rest, [column for column in columns if column.name in rest.frame])
    faults = [
        _in_plain_words(fault, rest, known) for fault in range_faults(frame, columns, sheet=rest)
    ]
    return findings_frame(error_finding(fault, _rule_of(fault)) for fault in faults)


def _cells_of(cells: Sheet | None, bts: Sheet) -> dict[str, Any]:
    """Return the cells given beside the base stations, as `assemble` takes them."""
    if cells is None or "technology" not in bts.frame:  # told as a fault of the base stations
        return {}
    sheet = cells
    lacking = [c.name for c in CELLS.columns if c.required and c.name not in sheet.frame]
    known = bts.frame.drop_duplicates("bts_id").set_index("bts_id")["technology"]
    own = (
        sheet.frame["bts_id"].astype(str).isin(known.index.astype(str))
        if "bts_id" in sheet.frame
        else None
    )
    if own is None:
        raise InputError([sheet.missing(CELLS.column("bts_id"))])
    if not lacking:
        return {"cells_sheet": replace(sheet, frame=sheet.frame[own])}
    frame = sheet.frame[own].copy()
    frame["technology"] = frame["bts_id"].map(known)
    return {"cell_rows": replace(sheet, frame=frame)}


def _in_plain_words(fault: Fault, sheet: Sheet, known: Vocabulary) -> Fault:
    """Return a fault of a cell that holds several values with what to write in its place."""
    if fault.column == sheet.called("operator"):
        named = operators_in(fault.value, known)
        if len(named) > 1:
            expected = (
                f"one operator a row: this cell names {', '.join(named)}; write the row once "
                "for each that has a base station there, not for whose mast it is"
            )
            return replace(fault, expected=expected)
    several = _SEVERAL_NUMBERS.fullmatch(fault.value)
    if several and fault.column in {sheet.called(name) for name in HEIGHTS}:
        return replace(
            fault, expected=f"{fault.expected}: for antennas at several heights a row for each"
        )
    return fault


def _judged(
    faults: list[Fault], sheet: Sheet
) -> tuple[list[Finding], list[tuple[int, str]], set[int]]:
    """Return findings, cells to empty and lines to drop for the faults of the strict reader."""
    ours = {sheet.called(str(name)): str(name) for name in sheet.frame.columns}
    needed = {sheet.called(name) for name in _NEEDED}
    told, emptied, gone = [], [], set()
    usable: list[Fault] = []
    for fault in faults:
        column = ours.get(str(fault.column))
        if _of_the_whole(fault, sheet) or column is None or fault.column in needed:
            whole = _of_the_whole(fault, sheet)
            error = error_finding(fault, _rule_of(fault))
            if error.rule == "missing-column" and fault.column in _OF_ALL_ROWS:
                error = replace(error, detail=f"{error.detail}{_HOW_FOR_ALL}")
            told.append(replace(error, action=_WHOLE[whole]))
            if not whole and fault.row is not None:
                gone.add(fault.row)
        else:
            usable.append(fault)
    stopped = any(_of_the_whole(fault, sheet) for fault in faults)
    for fault in usable:
        assert fault.row is not None
        lost = stopped or fault.row in gone
        words = f"expected {fault.expected}"
        told.append(
            Finding(fault.row, fault.column, fault.value, _rule_of(fault), "warning",
                    "dropped" if lost else "repaired",
                    words if lost else f"not usable: counts as empty; {words}")
        )  # fmt: skip
        if not lost:
            emptied.append((fault.row, ours[str(fault.column)]))
    return told, emptied, gone


#: What happens to a fault of the whole file, and to one of a row.
_WHOLE: dict[bool, Action] = {True: "none", False: "dropped"}


def _of_the_whole(fault: Fault, sheet: Sheet) -> bool:
    """Return whether a fault is of the file or its header, not of a row."""
    return fault.row is None or fault.row == sheet.header_row


def _rule_of(fault: Fault) -> str:
    words = fault.expected
    for sign, rule in (
        ("occurs once", "duplicate-id"), ("at least one cell", "no-cell"),
        ("km of the area", "far-from-area"),
        ("one operator a row", "several-operators"), ("between", "range"), ("from", "range"),
        ("one of", "unknown-word"),
        ("a value", "empty"), ("number", "not-a-number"), ("a column", "missing-column"),
    ):  # fmt: skip
        if sign in words:
            return rule
    return "unreadable"


def _emptied(sheet: Sheet, cells: list[tuple[int, str]]) -> Sheet:
    if not cells:
        return sheet
    frame = sheet.frame.copy(deep=False)
    lines = np.array(sheet.lines(frame.index))
    for name in dict.fromkeys(column for _, column in cells):
        if name in frame:
            rows = [row for row, column in cells if column == name]
            frame[name] = frame[name].astype(object).where(~np.isin(lines, rows), None)
    return replace(sheet, frame=frame)


def _by_line(ledger: Ledger) -> Ledger:
    """Return the ledger with plain line numbers as its index."""
    bts = ledger.bts.copy(deep=False)
    bts.index = pd.Index(bts.index.to_numpy() % PARTS_OF_A_LINE, name="row")
    return replace(ledger, bts=bts)


def _error_elsewhere(fault: Fault) -> Finding:
    place = f"{fault.file}, row {fault.row}" if fault.row is not None else fault.file
    return Finding(None, fault.column, fault.value, _rule_of(fault), "error", "none",
                   f"{place}: expected {fault.expected}")  # fmt: skip


def _nothing_left(file: str, opened: Opened) -> Fault:
    """Return the fault of a file that holds no base station, though no single row is at fault."""
    if not opened.matches:
        needed = ", ".join(column.name for column in BTS.columns if column.required)
        return Fault(file, None, None, "", f"a table with the columns {needed} and coordinates")
    return Fault(file, None, None, "", "at least one row that is a base station of 3G or 4G")


def _unusable(file: str, faults: tuple[Fault, ...]) -> CleaningReport:
    return CleaningReport(
        file=file, rows=0, kept=0, mapped_columns=(), unused_columns=(),
        faults=findings_frame(
            replace(error_finding(fault, "file"), action="none") for fault in faults
        ),
        assumed=(), base_stations=0, cells=0, positions=None,
    )  # fmt: skip


def _quoting(faults: pd.DataFrame, sheet: Sheet) -> pd.DataFrame:
    """Return the findings with the values as they stand in the file, before any repair."""
    ours = {sheet.called(str(name)): str(name) for name in sheet.frame.columns}
    values = faults["value"].tolist()
    errors = (faults["rule"].isin(["range", "not-a-number", "unknown-word"])).to_numpy()
    rows, columns = faults["row"].to_list(), faults["column"].to_list()
    for place in np.flatnonzero(errors & faults["row"].notna().to_numpy()).tolist():
        row, name = int(rows[place]), ours.get(str(columns[place]))
        if name is not None and row in sheet.frame.index:
            values[place] = shown(sheet.frame.loc[row, name])
    return faults.assign(value=pd.Series(values, index=faults.index, dtype=object))
