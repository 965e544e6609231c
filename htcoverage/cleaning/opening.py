"""A planner's file as one table in our column names, before any repair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import CRS

from htcoverage.cleaning.headings import under_headings
from htcoverage.cleaning.layouts import from_opencellid, is_opencellid, join_atoll
from htcoverage.cleaning.operators import Vocabulary
from htcoverage.cleaning.spread import gathered
from htcoverage.errors import Fault, InputError
from htcoverage.readers.columns import ColumnMatch, mapped
from htcoverage.readers.excel import sheet_names
from htcoverage.readers.findings import Finding, error_finding, findings_frame
from htcoverage.readers.fonts import font_of
from htcoverage.readers.position import layer_positions, parse_crs
from htcoverage.readers.sheet import Sheet, shown
from htcoverage.readers.source import EXCEL_SUFFIXES, is_text, open_table
from htcoverage.readers.vector import Layer, layer_names
from htcoverage.schema import BTS, CELLS

#: Columns that a ledger may have beside the schema's, which become columns of the schema.
_EXTRA = (
    "longitude", "latitude", "x", "y", "mast_height_m", "tilt_deg", "eirp_dbm", "beamwidth_deg",
)  # fmt: skip
WANTED = tuple(
    dict.fromkeys([*BTS.column_names, *(n for n in CELLS.column_names if n != "assumed"), *_EXTRA])
)

#: Rows whose words are looked at.
_SAMPLE_ROWS = 500

#: Layers of a vector file, and what they are called in the files that this library writes.
_BTS_LAYER, _CELLS_LAYER = "bts", "cells"


@dataclass(frozen=True, eq=False)
class Opened:
    """A table in our column names, before any repair.

    Parameters
    ----------
    sheet : Sheet
        The table.
    matches : tuple of ColumnMatch
        Which of the file's columns is which of ours.
    unused : tuple of str
        Columns that nothing was taken from.
    findings : list of DataFrame
        What was decided on the way.
    dropped : set of int
        Lines left out already.
    rows : int
        Rows with data in the file.
    crs : pyproj.CRS or None
        Of x and y.
    read_as : pyproj.CRS or None
        The same, or that of the layer; None is WGS 84.
    above : tuple of str
        Lines above the header.
    cells : Sheet or None
        Raw cells that came beside the base stations.
    """

    sheet: Sheet
    matches: tuple[ColumnMatch, ...]
    unused: tuple[str, ...]
    findings: list[pd.DataFrame]
    dropped: set[int]
    rows: int
    crs: CRS | None
    read_as: CRS | None
    above: tuple[str, ...]
    cells: Sheet | None


def open_ledger(
    path: Path, cells_path: Path | None, *, layer: str | None, crs: str | None,
    columns: Mapping[str, str], values: Mapping[str, str], encoding: str | None,
    separator: str | None, vocabulary: Vocabulary,
) -> Opened:  # fmt: skip
    """Open a ledger of any kind, with its cells where they are apart; see `clean_ledger`.

    Raises
    ------
    InputError
        If a file cannot be read; of both, where both cannot.
    """
    used_crs = parse_crs(crs)
    faults: list[Fault] = []
    source: Sheet | Layer | None = None
    cells: Sheet | None = None
    try:
        source = open_table(
            path, wanted=WANTED, layer=layer or _own_layer(path, _BTS_LAYER),
            encoding=encoding, separator=separator,
        )  # fmt: skip
    except InputError as error:
        faults += error.faults
    try:
        cells = _cells(path, cells_path, layer=layer) if not faults or cells_path else None
    except InputError as error:
        faults += error.faults
    if faults or source is None:
        raise InputError(faults)
    findings: list[pd.DataFrame] = []
    read_as = used_crs
    if isinstance(source, Layer):
        read_as = source.crs or used_crs
        sheet, used_crs, told = _from_layer(source, crs=used_crs)
        findings += told
    else:
        sheet = source
    if cells is not None:
        joined_sheet = join_atoll(sheet, cells)
        if joined_sheet is not None:
            sheet, cells = joined_sheet, None
    findings.insert(0, findings_frame([*sheet.findings, *_old_fonts(sheet)]))
    rows = len(sheet.frame)
    dropped: set[int] = set()
    if is_opencellid(sheet):
        sheet, matches, told, dropped = from_opencellid(sheet, codes=vocabulary.codes)
        findings += told
        unused: tuple[str, ...] = ()
    else:
        names = set(map(str, sheet.frame.columns))
        sheet, gathering, sources = gathered(sheet, given=columns)
        findings.append(findings_frame(gathering))
        sheet, matches = mapped(sheet, WANTED, given=columns)
        sheet, of_headings, made = under_headings(sheet, said=values, known=vocabulary)
        findings.append(findings_frame(of_headings))
        matches = (*matches, *made)
        used = {name for match in matches for name in sources.get(match.name, (match.name,))}
        matches = tuple(
            replace(match, name=", ".join(sources.get(match.name, (match.name,))))
            for match in matches
        )
        sheet = replace(sheet, names={**sheet.names, **{m.column: m.name for m in matches}})
        findings.append(findings_frame(guesses(matches)))
        unused = tuple(name for name in sorted(names) if name not in used)
        sheet = replace(sheet, frame=sheet.frame[[m.column for m in matches]])
    sheet, told = _with_values(sheet, values)
    above = tuple(each.value for each in sheet.findings if each.rule == "above-header")
    return Opened(
        sheet=sheet, matches=matches, unused=unused, findings=[*findings, *told], dropped=dropped,
        rows=rows, crs=used_crs, read_as=read_as, above=above, cells=cells,
    )  # fmt: skip


def _own_layer(path: Path, name: str) -> str | None:
    """Return the layer of that name of a vector file, None where it has none."""
    if is_text(path) or path.suffix.lower() in EXCEL_SUFFIXES:
        return None
    return name if name in layer_names(path) else None


def _cells(path: Path, cells_path: Path | None, *, layer: str | None) -> Sheet | None:
    """Return the raw cells that stand beside the base stations, in a file or layer of their own."""
    if cells_path is not None:
        source, name = cells_path, _own_layer(cells_path, _CELLS_LAYER)
    elif path.suffix.lower() in EXCEL_SUFFIXES:
        names = () if layer is not None else sheet_names(path)
        source, name = path, next((n for n in names if n.lower() == "transmitters"), None)
    else:
        source, name = path, _own_layer(path, _CELLS_LAYER)
    if cells_path is None and name is None:
        return None
    found = open_table(source, wanted=WANTED, layer=name)
    return found.sheet if isinstance(found, Layer) else found


def _from_layer(layer: Layer, *, crs: CRS | None) -> tuple[Sheet, CRS | None, list[pd.DataFrame]]:
    """Return the features of a layer as rows with their coordinates as cells."""
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
    told = findings_frame(error_finding(fault, "position") for fault in positions.faults)
    names = {"longitude": "geometry", "latitude": "geometry"}
    return replace(layer.sheet, frame=frame, names=names), None, [told]


def _old_fonts(sheet: Sheet) -> list[Finding]:
    """Return a finding for headings, and for each column of words, typed in fonts of the past."""
    texts: dict[str | None, list[str]] = {None: list(map(str, sheet.frame.columns))}
    for name in map(str, sheet.frame.columns):
        cells = sheet.frame[name].iloc[:_SAMPLE_ROWS]
        texts[name] = [cell for cell in cells if isinstance(cell, str)]
    found = {name: (font, words) for name, words in texts.items() if (font := font_of(words))}
    return [
        Finding(None, name, shown(next(word for word in words if not word.isascii())), "old-font",
                "warning", "none",
                f"typed in {font} fonts, which are no Unicode: names stay as they look here; "
                "convert the file to Unicode (in UniKey: Ctrl+Shift+F6) to have them right")
        for name, (font, words) in found.items()
    ]  # fmt: skip


def guesses(matches: tuple[ColumnMatch, ...]) -> list[Finding]:
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
    frame = sheet.frame.copy(deep=False)
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
