"""Settlements, districts and fibre spans: vector files to validated tables in their own CRS."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from htcoverage.errors import Fault, InputError
from htcoverage.notes import Note, Rows
from htcoverage.readers import defaults
from htcoverage.readers.columns import ColumnMatch, column_taken, mapped
from htcoverage.readers.parsing import parse_columns, settle_integers, text
from htcoverage.readers.position import check_layer_crs, parse_crs
from htcoverage.readers.ranges import range_faults
from htcoverage.readers.sheet import Sheet, shown, tidy
from htcoverage.readers.span_status import known_statuses
from htcoverage.readers.vector import Layer, geometry_faults, read_layer
from htcoverage.schema import DISTRICTS, SETTLEMENTS, SPANS, Table

#: A column that is matched less surely than this is a guess, and told.
SURE = 0.98


def read_settlements(path: str | os.PathLike[str]) -> gpd.GeoDataFrame:
    """Read residential areas: polygons with their residents.

    Parameters
    ----------
    path : path-like
        Any vector file with one layer of polygons and the columns of ``schema.SETTLEMENTS``.

    Returns
    -------
    GeoDataFrame
        The schema's columns (others are dropped) and the geometry, in the CRS of the file; the
        index, named ``row``, is the feature number. An optional column that the file lacks is
        empty, ``provenance`` is then 'user'.

    Raises
    ------
    InputError
        With every fault found: feature number, column, value, what was expected.
    """
    return _read(path, SETTLEMENTS)


def read_districts(path: str | os.PathLike[str]) -> gpd.GeoDataFrame:
    """Read district units: polygons with code and full name.

    Parameters
    ----------
    path : path-like
        Any vector file with one layer of polygons and the columns of ``schema.DISTRICTS``.

    Returns
    -------
    GeoDataFrame
        As of `read_settlements`, with the columns of ``schema.DISTRICTS``.

    Raises
    ------
    InputError
        With every fault found: feature number, column, value, what was expected.
    """
    return _read(path, DISTRICTS)


def read_spans(path: str | os.PathLike[str]) -> gpd.GeoDataFrame:
    """Read fibre spans: lines with owner, kind, cables and fibres.

    Parameters
    ----------
    path : path-like
        Any vector file with one layer of lines and the columns of ``schema.SPANS``.

    Returns
    -------
    GeoDataFrame
        As of `read_settlements`, with the columns of ``schema.SPANS``.

    Raises
    ------
    InputError
        With every fault found: feature number, column, value, what was expected.
    """
    return _read(path, SPANS)


@dataclass(frozen=True, eq=False)
class MappedTable:
    """A layer read with the user's own column names.

    Parameters
    ----------
    table : GeoDataFrame
        As the strict reader of that table returns it.
    matches : tuple of ColumnMatch
        Which column of the file is which of ours, and how sure that is.
    notes : tuple of Note
        What was repaired.
    """

    table: gpd.GeoDataFrame
    matches: tuple[ColumnMatch, ...]
    notes: tuple[Note, ...]

    @property
    def told(self) -> tuple[Note, ...]:
        """What must be said of the reading: columns that were guessed, and the notes."""
        guesses = (column_taken(match) for match in self.matches if match.confidence < SURE)
        return (*guesses, *self.notes)


def read_mapped(
    path: str | os.PathLike[str],
    table: Table,
    *,
    layer: str | None = None,
    crs: str | None = None,
    columns: Mapping[str, str] | None = None,
    optional: Collection[str] = (),
) -> MappedTable:
    """Read a layer of any column names: said by the user, else guessed with a confidence.

    Outlines that cross themselves are repaired (each ring kept where it encloses area), and told.

    Parameters
    ----------
    path : path-like
        Any vector file.
    table : Table
        What it becomes, of ``htcoverage.schema``.
    layer : str, optional
        Layer of the file.
    crs : str, optional
        CRS of a layer that tells none.
    columns : mapping of str to str, optional
        Our column name to the file's.
    optional : collection of str
        Required columns that the caller fills, should the file lack them.

    Raises
    ------
    InputError
        With every fault found.
    """
    found = read_layer(Path(path), layer=layer)
    sheet, matches = mapped(found.sheet, table.column_names, given=columns or {})
    geometry, repaired = found.geometry, list[int]()
    if table.geometry == "Polygon":
        geometry, repaired = repair_outlines(found.geometry)
    given = replace(found, sheet=sheet, geometry=geometry)
    wanted = tuple(
        replace(column, required=False) if column.name in optional else column
        for column in table.columns
    )
    notes: tuple[Note, ...] = ()
    if repaired:
        rows = Rows(tuple(((row, shown(_name_of(given.sheet, row))),) for row in repaired))
        notes = (Note("outlines_repaired", {"count": len(repaired), "rows": rows}),)
    checked = _checked(given, replace(table, columns=wanted), crs=crs)
    return MappedTable(checked, matches, notes)


def repair_outlines(
    geometry: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.object_], list[int]]:
    """Return polygons with those repaired that cross themselves, and the rows of those, from 1.

    Each ring is kept where it encloses area; what encloses none stays as it is.
    """
    whole = geometry.copy()
    rows = np.flatnonzero(~shapely.is_valid(geometry) & ~shapely.is_missing(geometry))
    repaired = []
    for place in rows.tolist():
        parts = shapely.get_parts(shapely.make_valid(geometry[place]))
        areas = parts[shapely.get_dimensions(parts) == 2]
        if len(areas):
            whole[place] = shapely.union_all(areas)
            repaired.append(place + 1)
    return whole, repaired


def _read(path: str | os.PathLike[str], table: Table) -> gpd.GeoDataFrame:
    return _checked(read_layer(Path(path)), table)


def _checked(layer: Layer, table: Table, *, crs: str | None = None) -> gpd.GeoDataFrame:
    assert table.geometry is not None
    said = parse_crs(crs)
    frame, faults = parse_columns(layer.sheet, table.columns)
    faults += check_layer_crs(layer, crs=said)
    faults += geometry_faults(layer, table.geometry)
    if "provenance" in frame:
        frame["provenance"] = frame["provenance"].fillna(defaults.PROVENANCE)
    if table.name == SPANS.name:
        frame["status"] = known_statuses(frame["status"])
    faults += range_faults(frame, table.columns, sheet=layer.sheet)
    if faults:
        named = [_named(fault, layer.sheet) for fault in faults]
        raise InputError(tidy(named, files=[layer.sheet.file]))
    settled = settle_integers(frame, table.columns)
    return gpd.GeoDataFrame(settled, geometry=list(layer.geometry), crs=layer.crs or said)


def _name_of(sheet: Sheet, row: int) -> str:
    """Return what a row is called, or nothing where it has no name."""
    for column in ("name", "full_name"):
        if column in sheet.frame and 1 <= row <= len(sheet.frame):
            return text(sheet.frame[column].iloc[row - 1]) or ""
    return ""


def _named(fault: Fault, sheet: Sheet) -> Fault:
    """Return a fault of a row with the row's name behind the value."""
    name = "" if fault.row is None else _name_of(sheet, fault.row)
    if not name or name == fault.value:
        return fault
    return replace(fault, value=f"{fault.value or 'nothing'} ({shown(name)})")
