"""Any layer of the user's: polygons, lines or points with whatever columns they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from htcoverage.crs import WGS84
from htcoverage.errors import InputError
from htcoverage.notes import Note, Rows
from htcoverage.readers.columns import ColumnMatch, column_taken, mapped, plain
from htcoverage.readers.excel import read_excel_sheet
from htcoverage.readers.layers import SURE, repair_outlines
from htcoverage.readers.parsing import text
from htcoverage.readers.position import check_layer_crs, sheet_positions
from htcoverage.readers.sheet import tidy
from htcoverage.readers.text import read_csv_sheet
from htcoverage.readers.vector import Layer, geometry_faults, read_layer
from htcoverage.schema import GeometryKind

#: Tables that hold points as longitude and latitude.
_TABLES = (".csv", ".txt", ".xlsx")

#: What a column that identifies or names a row is usually called, the surest first; without
#: diacritics and capitals.
_CODES = (
    "code", "ma", "ma xa", "ma phuong", "ma huyen", "ma tinh", "commune code", "ward code",
    "district code", "id", "gid", "ogc fid", "osm id",
)  # fmt: skip
_NAMES = (
    "full name", "fullname", "ten day du", "name", "ten", "ten xa", "ten phuong", "ten huyen",
    "ten don vi", "ten duong", "ten truong", "ward", "commune", "district", "title", "shapename",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class OwnLayer:
    """A layer of the user's with the columns that tell its rows apart.

    Parameters
    ----------
    name : str
        Of the layer: that of the file, or of the layer in it.
    path : Path
        The file.
    table : GeoDataFrame
        ``code`` (text that does not repeat), ``name``, geometry; index ``row``, the feature number.
    notes : tuple of Note
        What was guessed or repaired.
    """

    name: str
    path: Path
    table: gpd.GeoDataFrame
    notes: tuple[Note, ...]


def read_own_layer(path_and_layer: str, kind: GeometryKind) -> OwnLayer:
    """Read a layer of any columns; which identify and name its rows is guessed, and told.

    Outlines that cross themselves are repaired (each ring kept where it encloses area), and told.

    Parameters
    ----------
    path_and_layer : str
        A vector file, or ``FILE:LAYER`` where it has several layers. Points also as a table (CSV,
        XLSX) with columns of longitude and latitude in degrees, WGS 84.
    kind : {"Polygon", "LineString", "Point"}
        What its rows must be.

    Returns
    -------
    OwnLayer

    Raises
    ------
    InputError
        If it cannot be read, tells no CRS, or holds a row of another kind or without a geometry;
        with every such row.
    """
    path, layer = _parted(path_and_layer)
    name = layer or path.stem
    notes: list[Note] = []
    if kind == "Point" and path.suffix.lower() in _TABLES:
        found, taken = _placed(path, layer)
        notes += [column_taken(match).said_of(name) for match in taken]
    else:
        found = read_layer(path, layer=layer)
    rows = found.sheet.frame
    code, code_note = _codes(found)
    names, name_note = _names(found, code)
    geometry, repaired = found.geometry, list[int]()
    if kind == "Polygon":
        geometry, repaired = repair_outlines(found.geometry)
    given = replace(found, geometry=geometry)
    faults = [*check_layer_crs(given), *geometry_faults(given, kind)]
    if faults:
        raise InputError(tidy(faults, files=[found.sheet.file]))
    facts = {"count": len(rows), "told_apart": code_note, "named": name_note}
    notes.append(Note("own_layer", facts, (name,)))
    if repaired:
        told = Rows(tuple(((row, names[row - 1]),) for row in repaired))
        facts = {"count": len(repaired), "rows": told}
        notes.append(Note("outlines_repaired", facts, (name,)))
    repeated = pd.Series(names)[pd.Series(names).duplicated()].nunique()
    if repeated:
        notes.append(Note("names_repeat", {"count": repeated}, (name,)))
    table = gpd.GeoDataFrame(
        {"code": code, "name": names}, geometry=list(geometry), crs=found.crs, index=rows.index
    )
    return OwnLayer(name, path, table, tuple(notes))


def _parted(path_and_layer: str) -> tuple[Path, str | None]:
    """Return file and layer; a colon may be part of the file's own name."""
    whole = Path(path_and_layer)
    path, colon, layer = path_and_layer.rpartition(":")
    if whole.exists() or not colon or not Path(path).exists():
        return whole, None
    return Path(path), layer


def _placed(path: Path, sheet: str | None) -> tuple[Layer, list[ColumnMatch]]:
    """Return the rows of a table at their longitudes and latitudes, and the columns guessed."""
    workbook = path.suffix.lower() == ".xlsx"
    raw = read_excel_sheet(path, sheet=sheet) if workbook else read_csv_sheet(path)
    table, matches = mapped(raw, ("longitude", "latitude"), given={})
    found = sheet_positions(table, crs=None)
    if found.faults:
        raise InputError(tidy(found.faults, files=[table.file]))
    points = np.array(shapely.points(found.longitude_deg, found.latitude_deg), dtype=object)
    guessed = [match for match in matches if match.confidence < SURE]
    return Layer(table, points, CRS.from_user_input(WGS84)), guessed


def _codes(layer: Layer) -> tuple[list[str], Note]:
    for column in _columns(layer, _CODES):
        values = _texts(layer, column)
        if len(set(values)) == len(values) and "" not in values:
            return values, Note("told_apart_by_column", {"column": column})
    return [str(row) for row in layer.sheet.frame.index], Note("told_apart_by_number")


def _names(layer: Layer, code: list[str]) -> tuple[list[str], Note]:
    for column in _columns(layer, _NAMES):
        values = _texts(layer, column)
        if any(values):
            named = [value or own for value, own in zip(values, code, strict=True)]
            return named, Note("named_by_column", {"column": column})
    return code, Note("without_names")


def _columns(layer: Layer, wanted: Sequence[str]) -> list[str]:
    """Return the columns of the file that are called by one of the words, the surest first."""
    called = {plain(str(name)): str(name) for name in reversed(list(layer.sheet.frame.columns))}
    return [called[word] for word in wanted if word in called]


def _texts(layer: Layer, column: str) -> list[str]:
    values = np.asarray(layer.sheet.frame[column], dtype=object)
    return [text(value) or "" for value in values]
