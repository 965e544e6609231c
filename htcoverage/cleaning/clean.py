"""A planner's ledger of any form to a validated one, with a report of all that was done."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from htcoverage.cleaning.layouts import from_opencellid, is_opencellid, join_atoll
from htcoverage.cleaning.places import located
from htcoverage.cleaning.repairs import repair_cells
from htcoverage.cleaning.report import CleaningReport
from htcoverage.cleaning.structure import (
    split_technologies,
    structured,
    with_powers,
    without_foreign_technologies,
)
from htcoverage.cleaning.suspects import suspects
from htcoverage.errors import Fault, InputError
from htcoverage.readers.columns import ColumnMatch, mapped
from htcoverage.readers.excel import sheet_names
from htcoverage.readers.findings import Action, Finding, findings_frame, joined
from htcoverage.readers.ledger import Ledger, assemble
from htcoverage.readers.position import parse_crs, sheet_positions
from htcoverage.readers.sheet import Sheet, as_row, shown
from htcoverage.readers.source import EXCEL_SUFFIXES, open_table
from htcoverage.readers.vector import Layer
from htcoverage.schema import BTS, CELLS

#: Columns that a ledger may have beside the schema's, which become columns of the schema.
_EXTRA = ("longitude", "latitude", "x", "y", "mast_height_m", "tilt_deg", "eirp_dbm")
WANTED = tuple(
    dict.fromkeys([*BTS.column_names, *(n for n in CELLS.column_names if n != "assumed"), *_EXTRA])
)

#: A cell at fault in one of these costs the row; in any other it counts as empty.
_NEEDED = ("bts_id", "site_id", "operator", "technology", "longitude", "latitude")

#: Emptying a cell or dropping a row may bring one more fault to light, not an endless row of them.
_ROUNDS = 5


@dataclass(frozen=True, eq=False)
class CleanedLedger:
    """A ledger and what happened to it; no ledger where not one row is usable."""

    ledger: Ledger | None
    report: CleaningReport


@dataclass(frozen=True, eq=False)
class _Opened:
    """A table in our column names, before any repair."""

    sheet: Sheet
    matches: tuple[ColumnMatch, ...]
    unused: tuple[str, ...]
    findings: list[pd.DataFrame]
    dropped: set[int]
    rows: int
    crs: CRS | None
    cells: Sheet | None


def clean_ledger(
    path: str | os.PathLike[str],
    *,
    cells_path: str | os.PathLike[str] | None = None,
    layer: str | None = None,
    crs: str | None = None,
    columns: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    operators: Mapping[str, str] | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    area: gpd.GeoDataFrame | None = None,
    homes: gpd.GeoDataFrame | None = None,
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
    operators : mapping of str to str, optional
        Further words for operators.
    encoding, separator : str, optional
        Of a text table, where what is found out is wrong.
    area, homes : GeoDataFrame, optional
        The province or its districts; its settlements. Sites are checked against them.
    reach_km : float
        A site farther than this outside the area is an error, in km.

    Returns
    -------
    CleanedLedger
        Rows with errors are left out of the ledger, each told in the report.
    """
    file = str(path)
    try:
        opened = _opened(
            Path(path), None if cells_path is None else Path(cells_path), layer=layer, crs=crs,
            columns=columns or {}, values=values or {}, encoding=encoding, separator=separator,
        )  # fmt: skip
    except InputError as error:
        return CleanedLedger(None, _unusable(file, error.faults))
    findings = opened.findings
    dropped = opened.dropped
    broken = {fault.row: fault for fault in opened.sheet.broken}
    findings.append(findings_frame(_error(fault, "width") for fault in broken.values()))
    sheet = _without(opened.sheet, broken, dropped)
    sheet, told = repair_cells(sheet, operators=operators or {})
    findings += told
    sheet, told, gone = without_foreign_technologies(sheet)
    findings += told
    dropped |= gone
    sheet, told = split_technologies(sheet)
    findings += told
    ledger: Ledger | None = None
    try:
        placed = located(sheet, crs=opened.crs, area=area)
        findings += placed.findings
        dropped |= placed.dropped
        if len(placed.sheet.frame):
            sheet, told = with_powers(placed.sheet)
            findings += told
            ledger, told, gone = _strict(sheet, opened, area=area, reach_km=reach_km)
            findings += told
            dropped |= gone
    except InputError as error:
        findings.append(findings_frame(_error(fault, "file") for fault in error.faults))
    if ledger is None:
        dropped = set(opened.sheet.lines(opened.sheet.frame.index)) | opened.dropped
        kept = 0
        if not any((table["severity"] == "error").any() for table in findings):
            findings.append(findings_frame([_error(_nothing_left(file, opened), "file")]))
    else:
        findings.append(suspects(ledger, sheet, area=area, homes=homes, reach_km=reach_km))
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
    )
    return CleanedLedger(ledger, report)


def _opened(
    path: Path, cells_path: Path | None, *, layer: str | None, crs: str | None,
    columns: Mapping[str, str], values: Mapping[str, str], encoding: str | None,
    separator: str | None,
) -> _Opened:  # fmt: skip
    used_crs = parse_crs(crs)
    source = open_table(path, wanted=WANTED, layer=layer, encoding=encoding, separator=separator)
    cells = None
    if cells_path is not None:
        opened_cells = open_table(cells_path, wanted=WANTED, layer=None)
        cells = opened_cells.sheet if isinstance(opened_cells, Layer) else opened_cells
    elif path.suffix.lower() in EXCEL_SUFFIXES and layer is None:
        second = next((n for n in sheet_names(path) if n.lower() == "transmitters"), None)
        if second is not None:
            found = open_table(path, wanted=WANTED, layer=second)
            cells = found if isinstance(found, Sheet) else None
    findings: list[pd.DataFrame] = []
    if isinstance(source, Layer):
        sheet, used_crs, told = _from_layer(source, crs=used_crs)
        findings += told
    else:
        sheet = source
    if cells is not None:
        joined_sheet = join_atoll(sheet, cells, wanted=WANTED)
        if joined_sheet is not None:
            sheet, cells = joined_sheet, None
    findings.insert(0, findings_frame(sheet.findings))
    rows = len(sheet.frame)
    dropped: set[int] = set()
    if is_opencellid(sheet):
        sheet, matches, told, dropped = from_opencellid(sheet)
        findings += told
        unused: tuple[str, ...] = ()
    else:
        names = set(map(str, sheet.frame.columns))
        sheet, matches = mapped(sheet, WANTED, given=columns)
        findings.append(findings_frame(_guesses(matches)))
        unused = tuple(n for n in sorted(names) if n not in {match.name for match in matches})
        sheet = replace(sheet, frame=sheet.frame[[m.column for m in matches]])
    sheet, told = _with_values(sheet, values)
    return _Opened(sheet, matches, unused, [*findings, *told], dropped, rows, used_crs, cells)


def _from_layer(layer: Layer, *, crs: CRS | None) -> tuple[Sheet, CRS | None, list[pd.DataFrame]]:
    """Return the features of a layer as rows with their coordinates as cells."""
    from htcoverage.readers.position import layer_positions

    positions = layer_positions(layer, crs=crs)
    whole = [fault for fault in positions.faults if fault.row is None]
    if whole:
        raise InputError(whole)
    own = [c for c in layer.sheet.frame if str(c).lower() in ("longitude", "latitude", "x", "y")]
    frame = layer.sheet.frame.drop(columns=own)
    frame = frame.assign(
        longitude=pd.Series(positions.longitude_deg, frame.index, dtype=object).where(
            np.isfinite(positions.longitude_deg), None
        ),
        latitude=pd.Series(positions.latitude_deg, frame.index, dtype=object).where(
            np.isfinite(positions.latitude_deg), None
        ),
    )
    told = findings_frame(_error(fault, "position") for fault in positions.faults)
    names = {"longitude": "geometry", "latitude": "geometry"}
    return replace(layer.sheet, frame=frame, names=names), None, [told]


def _guesses(matches: tuple[ColumnMatch, ...]) -> list[Finding]:
    """Return a warning for each column that was taken for ours by likeness alone."""
    return [
        Finding(None, match.name, match.name, "column-guess", "warning", "none",
                f"taken for {match.column}, confidence {match.confidence:.2f}")
        for match in matches if match.how == "similar word"
    ]  # fmt: skip


def _with_values(sheet: Sheet, values: Mapping[str, str]) -> tuple[Sheet, list[pd.DataFrame]]:
    unknown = [name for name in values if name not in WANTED]
    if unknown:
        raise InputError(
            Fault(sheet.file, None, name, values[name], f"one of the columns {', '.join(WANTED)}")
            for name in unknown
        )
    frame = sheet.frame.copy()
    findings = []
    for name, value in values.items():
        old = frame[name] if name in frame else pd.Series(None, frame.index, dtype=object)
        empty = old.isna()
        frame[name] = old.where(~empty, value)
        findings.append(
            Finding(None, sheet.called(name), value, "given-value", "info", "repaired",
                    f"{int(empty.sum())} empty cells take the value given for all rows")
        )  # fmt: skip
    return replace(sheet, frame=frame), [findings_frame(findings)]


def _without(sheet: Sheet, lines: Mapping[int | None, object], dropped: set[int]) -> Sheet:
    """Return the table without the lines, which are added to those dropped."""
    gone = {line for line in lines if line is not None}
    dropped |= gone
    if not gone:
        return replace(sheet, broken=())
    left = ~pd.Series(sheet.lines(sheet.frame.index)).isin(gone).to_numpy()
    return replace(sheet, frame=sheet.frame[left], broken=())


def _strict(
    sheet: Sheet, opened: _Opened, *, area: gpd.GeoDataFrame | None, reach_km: float
) -> tuple[Ledger | None, list[pd.DataFrame], set[int]]:
    """Return the ledger that the strict reader accepts, without the rows that it does not."""
    findings: list[pd.DataFrame] = []
    dropped: set[int] = set()
    used = sheet
    for _ in range(_ROUNDS):
        if used.frame.empty:
            return None, findings, dropped
        made = structured(used)
        bts, rows = made.bts, made.cell_rows
        ledger, faults = assemble(
            bts, sheet_positions(bts, crs=None), area=area, reach_km=reach_km,
            **{"cell_rows": rows, **_cells_of(opened.cells, bts)},
        )  # fmt: skip
        if not faults:
            lines = set(made.dropped)
            return _by_line(ledger), [*findings, *made.findings], dropped | lines
        elsewhere = [fault for fault in faults if fault.file != bts.file]
        if elsewhere:  # lines of the file of cells: they are no lines of this one
            findings.append(findings_frame(map(_error_elsewhere, elsewhere)))
            return None, findings, dropped
        told, emptied, gone = _judged(faults, bts)
        findings.append(findings_frame(told))
        if any(fault.row is None for fault in faults):
            return None, findings, dropped
        used = _emptied(used, emptied)
        used = _without(used, dict.fromkeys(gone), dropped)
    return None, findings, dropped


def _cells_of(cells: Sheet | None, bts: Sheet) -> dict[str, Any]:
    """Return the cells given beside the base stations, as `assemble` takes them."""
    if cells is None:
        return {}
    sheet, _ = mapped(cells, CELLS.column_names, given={})
    sheet, _ = repair_cells(sheet, operators={})
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


def _judged(
    faults: list[Fault], sheet: Sheet
) -> tuple[list[Finding], list[tuple[int, str]], set[int]]:
    """Return findings, cells to empty and lines to drop for the faults of the strict reader."""
    ours = {sheet.called(str(name)): str(name) for name in sheet.frame.columns}
    needed = {sheet.called(name) for name in _NEEDED}
    told, emptied, gone = [], [], set()
    for fault in faults:
        column = ours.get(str(fault.column))
        if fault.row is None or fault.column is None or column is None or fault.column in needed:
            told.append(_error(fault, _rule_of(fault)))
            if fault.row is not None:
                gone.add(fault.row)
            continue
        emptied.append((fault.row, column))
        told.append(
            Finding(fault.row, fault.column, fault.value, _rule_of(fault), "warning", "repaired",
                    f"not usable: counts as empty; expected {fault.expected}")
        )  # fmt: skip
    kept = [each for each in told if each.action != "repaired" or each.row not in gone]
    return kept, emptied, gone


def _rule_of(fault: Fault) -> str:
    words = fault.expected
    for sign, rule in (
        ("occurs once", "duplicate-id"), ("at least one cell", "no-cell"),
        ("km of the area", "far-from-area"),
        ("between", "range"), ("from", "range"), ("one of", "unknown-word"),
        ("a value", "empty"), ("number", "not-a-number"), ("a column", "missing-column"),
    ):  # fmt: skip
        if sign in words:
            return rule
    return "unreadable"


def _emptied(sheet: Sheet, cells: list[tuple[int, str]]) -> Sheet:
    if not cells:
        return sheet
    frame = sheet.frame.copy()
    lines = np.array(sheet.lines(frame.index))
    for name in dict.fromkeys(column for _, column in cells):
        if name in frame:
            rows = [row for row, column in cells if column == name]
            frame[name] = frame[name].astype(object).where(~np.isin(lines, rows), None)
    return replace(sheet, frame=frame)


def _by_line(ledger: Ledger) -> Ledger:
    """Return the ledger with plain line numbers as its index."""
    bts = ledger.bts.copy()
    bts.index = pd.Index([as_row(label) for label in bts.index], name="row")
    return replace(ledger, bts=bts)


def _error(fault: Fault, rule: str) -> Finding:
    action: Action = "none" if fault.row is None else "dropped"
    return Finding(fault.row, fault.column, fault.value, rule, "error", action,
                   f"expected {fault.expected}")  # fmt: skip


def _error_elsewhere(fault: Fault) -> Finding:
    place = f"{fault.file}, row {fault.row}" if fault.row is not None else fault.file
    return Finding(None, fault.column, fault.value, _rule_of(fault), "error", "none",
                   f"{place}: expected {fault.expected}")  # fmt: skip


def _nothing_left(file: str, opened: _Opened) -> Fault:
    """Return the fault of a file that holds no base station, though no single row is at fault."""
    if not opened.matches:
        needed = ", ".join(column.name for column in BTS.columns if column.required)
        return Fault(file, None, None, "", f"a table with the columns {needed} and coordinates")
    return Fault(file, None, None, "", "at least one row that is a base station of 3G or 4G")


def _unusable(file: str, faults: tuple[Fault, ...]) -> CleaningReport:
    return CleaningReport(
        file=file, rows=0, kept=0, mapped_columns=(), unused_columns=(),
        faults=findings_frame(replace(_error(fault, "file"), action="none") for fault in faults),
        assumed=(), base_stations=0, cells=0,
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
