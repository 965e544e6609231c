"""Vector layers: any file that GDAL reads to raw cells, geometry and CRS."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from htcoverage.errors import Fault, InputError
from htcoverage.readers.archive import check_archive, check_xml, is_zip
from htcoverage.readers.kml import data_names, folder_paths, kml_content
from htcoverage.readers.sheet import Sheet, as_row, existing_file, file_fault
from htcoverage.schema import GeometryKind

_GEOMETRY = "geometry"

#: Texts of any name that make GDAL open other files, or the network.
_VIRTUAL = (
    b"<OGRVRTDataSource", b"<OGRWFSDataSource", b"<OGROAPIFDataSource", b"<OGRCSWDataSource",
    b"gdal_streamed_alg", b"<VRTDataset", b"<GDAL_WMS",
)  # fmt: skip
_SNIFFED_BYTES = 1 << 16

_KML_SUFFIXES = (".kml", ".kmz")

#: Column of the folder that a row of a KML file lies in.
FOLDER = "Folder"

_SQLITE = b"SQLite format 3\x00"
_VIEWS = "SELECT name FROM sqlite_master WHERE type = 'view'"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"

#: GDAL may read them as layers without geometry, where they tell no more than that.
_TABLES_OF_OFFICES = (".xls", ".xlsb", ".ods", ".doc", ".docx", ".pdf")
_XML_BEGINNINGS = (b"<?xml", b"<kml", b"<gml", b"<!DOC", b"<!ENT")

#: What pyogrio, pyproj and shapely raise when a file cannot be read.
_READ_ERRORS = (RuntimeError, ValueError, OSError, CRSError, shapely.errors.ShapelyError)


@dataclass(frozen=True, eq=False)
class Layer:
    """A vector layer: its raw cells, one geometry a row, and its CRS (None where none is told)."""

    sheet: Sheet
    geometry: npt.NDArray[np.object_]
    crs: CRS | None


def layer_names(path: Path | str) -> dict[str, bool]:
    """Return the layers of a file, each with whether it carries geometry.

    Raises
    ------
    InputError
        If the file is missing or is no vector file.
    """
    found = existing_file(path)
    try:
        with found.open("rb") as file:
            beginning = file.read(_SNIFFED_BYTES)
    except OSError as error:
        raise file_fault(path, f"a file that can be read ({error.strerror})") from error
    if not beginning:
        raise file_fault(path, "a vector file with a layer; the file is empty")
    if any(sign in beginning for sign in _VIRTUAL):
        raise file_fault(path, "a file that holds the layer itself; this one points to others")
    bare = beginning.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if found.suffix.lower() in _TABLES_OF_OFFICES:
        raise file_fault(path, "an .xlsx workbook or a text table: save it again as one of these")
    if found.suffix.lower() == ".shp" and (lost := _companions_lost(found)):
        raise _unreadable(path, lost=lost)
    if beginning.startswith(_SQLITE):
        _check_views(found)
    if is_zip(found):
        check_archive(path)
    elif bare.startswith(_XML_BEGINNINGS) or found.suffix.lower() in (".kml", ".gml"):
        check_xml(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            document = _document(found)
            layers = pyogrio.list_layers(
                found if document is None else f"/vsizip/{{{found}}}/{document}"
            )
    except _READ_ERRORS as error:
        raise _unreadable(path, lost=_companions_lost(found)) from error
    return {str(name): kind is not None for name, kind in layers}


#: Files without which those beside them tell nothing.
_COMPANIONS = {".shp": (".shx", ".dbf"), ".tab": (".dat", ".map", ".id"), ".mif": (".mid",)}


def _companions_lost(path: Path) -> list[str]:
    """Return the endings of the files that belong beside one, and are not there."""
    beside = {each.name.lower() for each in path.parent.iterdir()}
    wanted = _COMPANIONS.get(path.suffix.lower(), ())
    return [end for end in wanted if f"{path.stem}{end}".lower() not in beside]


def _check_views(path: Path) -> None:
    """Raise InputError if a layer of a SQLite file is a view, which may compute without end."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as base:
            base.text_factory = lambda raw: raw.decode("utf-8", "replace")
            views = {str(name).lower() for (name,) in base.execute(_VIEWS)}
            tables = {"gpkg_contents", "gpkg_geometry_columns", "geometry_columns"}
            if not tables & views:
                for table in tables & {str(n).lower() for (n,) in base.execute(_TABLES)}:
                    column = "f_table_name" if table == "geometry_columns" else "table_name"
                    tables |= {
                        str(n).lower() for (n,) in base.execute(f"SELECT {column} FROM {table}")
                    }
    except (sqlite3.Error, UnicodeDecodeError) as error:  # a message may quote damaged bytes
        raise _unreadable(path) from error
    if found := sorted(tables & views):
        raise file_fault(
            path, "layers that are tables, not views: save each as a layer of its own",
            value=", ".join(found),
        )  # fmt: skip


def read_layer(path: Path | str, *, layer: str | None = None, together: bool = False) -> Layer:
    """Read one layer of a vector file.

    Parameters
    ----------
    path : path-like
        The file: GeoPackage, GeoJSON, Shapefile, or any other that GDAL knows.
    layer : str, optional
        Its layer; needed where the file has several.
    together : bool
        Read all the folders of a KML file as one layer, where none is named.

    Raises
    ------
    InputError
        If the file is missing, is no vector file, has several layers and none is named, or the
        layer has no feature.
    """
    layers = layer_names(path)
    if layer is not None and layer not in layers:
        raise file_fault(path, f"a layer of that name; there are {', '.join(layers)}", value=layer)
    names = [layer] if layer is not None else [each for each, spatial in layers.items() if spatial]
    folders = together and Path(path).suffix.lower() in _KML_SUFFIXES
    if len(names) != 1 and not (folders and names):
        told = ", ".join(names) or "none"
        expected = "exactly one layer with geometry"
        expected += ": name the one that is meant (layer)" if len(names) > 1 else ""
        raise file_fault(path, expected, value=f"layers: {told}")
    file = str(path) if layer is None else f"{path}, layer {layer}"
    try:
        # A dimension dropped or a ring closed is no news to the user; the geometry is checked.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            document = _document(Path(path))
            source = path if document is None else f"/vsizip/{{{path}}}/{document}"
            tables = [pyogrio.read_dataframe(source, layer=name) for name in names]
            if Path(path).suffix.lower() in _KML_SUFFIXES:
                content = kml_content(Path(path), document=document)
                tables = _as_named(tables, names, content, folders=folders)
            if Path(path).suffix.lower() == ".shp" and not Path(path).with_suffix(".cpg").exists():
                tables = [_decoded(each) for each in tables]
            table = tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)
            crs = None if getattr(table, "crs", None) is None else CRS.from_user_input(table.crs)
    except _READ_ERRORS as error:
        raise _unreadable(path) from error
    if table.empty:
        raise file_fault(file, "at least one feature; the layer is empty")
    if crs is not None and not (crs.is_geographic or crs.is_projected):
        crs = None  # "undefined" or a local engineering CRS: nothing that can be put on a map
    if _GEOMETRY in table:
        geometry = shapely.force_2d(np.asarray(table.geometry, dtype=object))
    else:
        geometry = np.full(len(table), None, dtype=object)
    cells = pd.DataFrame(table).drop(columns=_GEOMETRY, errors="ignore").astype(object)
    frame = cells.where(cells.notna(), None)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    return Layer(Sheet(file, frame, None), geometry, crs)


def _decoded(table: pd.DataFrame) -> pd.DataFrame:
    """Return a shapefile's table that tells no encoding with the columns that are UTF-8 read so."""
    found = table.copy(deep=False)
    for name in map(str, table.columns):
        cells = table[name]
        words = [cell for cell in cells if isinstance(cell, str) and not cell.isascii()]
        try:
            right = {word: word.encode("latin-1").decode("utf-8") for word in words}
        except UnicodeError:
            continue
        if right:
            found[name] = [
                right.get(cell, cell) if isinstance(cell, str) else cell for cell in cells
            ]
    return found


def _as_named(
    tables: list[pd.DataFrame], layers: list[str], content: bytes, *, folders: bool
) -> list[pd.DataFrame]:
    """Return the layers of a KML file with the columns as it calls them, and their folders."""
    names, paths = data_names(content), folder_paths(content) if folders else {}
    found = []
    for table, layer in zip(tables, layers, strict=True):
        own = {made: name for made, name in names.items() if made in table and name not in table}
        named = table.rename(columns=own)
        if folders and FOLDER not in named:
            named = named.assign(**{FOLDER: paths.get(layer, layer)})
        found.append(named)
    return found


def _document(path: Path) -> str | None:
    """Return the KML document inside a KMZ: read as a KMZ, GDAL leaves its columns out."""
    if path.suffix.lower() != ".kmz" or not is_zip(path):
        return None
    documents = [name for name in check_archive(path) if name.lower().endswith(".kml")]
    if not documents:
        raise file_fault(path, "a KML document inside the KMZ")
    return documents[0]


def _unreadable(path: Path | str, *, lost: Sequence[str] = ()) -> InputError:
    if lost:
        expected = f"the files of the layer side by side; {' and '.join(lost)} is not there"
        return file_fault(path, expected)
    return file_fault(
        path,
        "a readable vector file such as GeoPackage or GeoJSON (a text table ends in .csv); it may "
        "be damaged",
    )


def geometry_faults(layer: Layer, kind: GeometryKind) -> list[Fault]:
    """Return the faults of geometry that is empty, of the wrong kind, or invalid.

    Parameters
    ----------
    layer : Layer
        The layer.
    kind : str
        Kind of geometry wanted; lines and polygons may come in several parts, a point may not.
    """
    allowed = {kind} if kind == "Point" else {kind, f"Multi{kind}"}
    faults = []
    for row, shape in zip(layer.sheet.frame.index, layer.geometry, strict=True):
        if shape is None or shape.is_empty:
            value, expected = "", f"a {kind}; the geometry is empty"
        elif shape.geom_type not in allowed:
            value, expected = shape.geom_type, " or ".join(sorted(allowed))
        elif not shape.is_valid:
            value = shapely.is_valid_reason(shape)
            expected = f"a valid {kind}: repair it in a GIS ('Fix geometries')"
        else:
            continue
        faults.append(Fault(layer.sheet.file, as_row(row), _GEOMETRY, value, expected))
    return faults
