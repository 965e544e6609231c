"""A carrier's fibre file, of whatever format, to spans: read, defaults named, faults together."""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from htcoverage.cleaning.segments import read_by, segments_layer
from htcoverage.cleaning.values import Repair, repair_number
from htcoverage.crs import line_lengths_m, reproject
from htcoverage.errors import Fault, InputError
from htcoverage.notes import Note
from htcoverage.readers.columns import column_taken, given_faults, match_columns, renamed
from htcoverage.readers.layers import SURE
from htcoverage.readers.parsing import parse_columns, settle_integers
from htcoverage.readers.position import check_layer_crs, layer_crs, parse_crs
from htcoverage.readers.ranges import range_faults
from htcoverage.readers.sheet import Sheet, as_row, file_fault, tidy
from htcoverage.readers.span_status import known_kinds, known_statuses
from htcoverage.readers.vector import Layer, geometry_faults, layer_names, read_layer
from htcoverage.schema import SPAN_KINDS, SPANS, Column

#: A span longer than this is a typing error: amplifiers stand every 80 to 100 km.
LONGEST_SPAN_KM = 100.0

#: Drawing formats mix lines with points and labels; elsewhere another geometry is a fault.
_DRAWINGS = (".kml", ".kmz", ".dxf")
_MAPINFO = (".tab", ".mif")
#: Scale on the central meridian of VN-2000 / TM-3; no WGS 84 projection in use has it.
_TM3_SCALE = 0.9999
_LINES = ("LineString", "MultiLineString")
_FIBRES = re.compile(r"([0-9]+)\s*(?:fo|f|sợi|soi|cores?|fib(?:re|er)s?)", re.IGNORECASE)
_DRAWING_LAYER_COLUMNS = ("layer", "Layer", "folder")


@dataclass(frozen=True)
class SpanDefaults:
    """What a file's missing columns and empty cells take: labelled assumptions.

    Parameters
    ----------
    owner : str
        Owner of the cables: a carrier's own file rarely says.
    kind : str
        A word of ``schema.SPAN_KINDS``.
    cables, fibres : int
        Cables on the route and fibres in all of them.
    status : str
        A word of ``schema.SPAN_STATUSES``.
    """

    owner: str = "unknown"
    kind: str = "access"
    cables: int = 1
    fibres: int = 24
    status: str = "in-service"


@dataclass(frozen=True, eq=False)
class FibreFile:
    """Spans as a file holds them, not yet cleaned, and what was guessed or assumed to read them."""

    spans: gpd.GeoDataFrame
    notes: tuple[Note, ...]


def read_fibre(
    path: str | os.PathLike[str],
    *,
    layer: str | None = None,
    crs: str | None = None,
    columns: Mapping[str, str] | None = None,
    defaults: SpanDefaults | None = None,
) -> FibreFile:
    """Read fibre spans: GeoPackage, GeoJSON, Shapefile, KML, KMZ, MapInfo TAB, DXF, CSV.

    A CSV has one straight segment a row, see `segments_layer`. Columns may have any usual name, in
    English or Vietnamese; those that are guessed are told in the notes. Heights are dropped:
    lengths are horizontal. In KML and DXF points and texts are passed over (and counted in the
    notes); a KML folder or DXF layer that is called as a kind of span gives the kind. Zero-length
    and multi-part lines are kept for `clean_spans`.

    Parameters
    ----------
    path : path-like
        The file.
    layer : str, optional
        The layer to read; all layers with geometry when left out.
    crs : str, optional
        CRS for a file that tells none (DXF, CSV) or cannot tell VN-2000 (MapInfo).
    columns : mapping of str to str, optional
        Our column name to the file's, where the guess is wrong.
    defaults : SpanDefaults, optional
        Values for columns and cells that are empty.

    Returns
    -------
    FibreFile
        Columns of ``schema.SPANS``, in the CRS of the file; the index, named ``row``, is the row.

    Raises
    ------
    InputError
        With every fault found; among them a span above 100 km, with its longest step.
    """
    found = Path(path)
    parsed = parse_crs(crs)
    filled = defaults or SpanDefaults()
    if found.suffix.lower() in (".csv", ".txt"):
        return _to_spans([segments_layer(found, crs=parsed)], filled, columns or {}, dropped=0)
    with tempfile.TemporaryDirectory() as folder:
        source = found
        if found.suffix.lower() == ".kmz" and zipfile.is_zipfile(found):
            source = _unpacked(found, Path(folder))
        names = [layer] if layer else [n for n, spatial in layer_names(source).items() if spatial]
        layers = [_named(read_layer(source, layer=name), found, name) for name in names]
    if not layers:
        raise file_fault(found, "at least one layer with lines")
    dropped = 0
    if found.suffix.lower() in _DRAWINGS:
        kept = [_only_lines(each) for each in layers]
        dropped = sum(len(a.geometry) - len(b.geometry) for a, b in zip(layers, kept, strict=True))
        layers = [each for each in kept if len(each.geometry)]
        if not layers:
            raise file_fault(found, "at least one line; the file has only points and texts")
    if found.suffix.lower() in _MAPINFO:
        layers = [replace(each, crs=_mapinfo_crs(each, given=parsed)) for each in layers]
    located = [replace(each, crs=layer_crs(each, crs=parsed)) for each in layers]
    return _to_spans(located, filled, columns or {}, dropped=dropped)


def _mapinfo_crs(layer: Layer, *, given: CRS | None) -> CRS | None:
    """Return the CRS given, or what the file says unless that is VN-2000 in disguise."""
    if given is not None or layer.crs is None:
        return given or layer.crs
    scale = {p.name: p.value for p in getattr(layer.crs.coordinate_operation, "params", ())}
    if layer.crs.is_projected and scale.get("Scale factor at natural origin") == _TM3_SCALE:
        raise file_fault(
            layer.sheet.file,
            "the argument crs, such as 'EPSG:9209': MapInfo files cannot name the datum VN-2000, "
            "and this one tells WGS 84 with VN-2000's own projection, 220 m away",
        )
    return layer.crs


def _unpacked(path: Path, folder: Path) -> Path:
    """Return the KML that a KMZ holds, written to a folder under a fixed name."""
    with zipfile.ZipFile(path) as archive:
        inside = [name for name in archive.namelist() if name.lower().endswith(".kml")]
        if not inside:
            raise file_fault(path, "a KMZ with a KML file inside")
        target = folder / "doc.kml"
        target.write_bytes(archive.read(inside[0]))
    return target


def _named(layer: Layer, path: Path, name: str) -> Layer:
    """Return the layer with faults that name the user's file, and its folder as a column."""
    frame = layer.sheet.frame.copy()
    if path.suffix.lower() in (".kml", ".kmz"):
        frame = frame.rename(columns={"Name": "name", "Description": "description"})
        frame["folder"] = name
    return replace(layer, sheet=Sheet(f"{path}, layer {name}", frame, None))


def _only_lines(layer: Layer) -> Layer:
    """Return the layer without what is no line; of mixed geometry the lines are kept."""
    shapes = np.array([_lines_of(shape) for shape in layer.geometry], dtype=object)
    lines = np.array([shape is not None for shape in shapes], dtype=bool)
    sheet = replace(layer.sheet, frame=layer.sheet.frame[lines])
    return replace(layer, sheet=sheet, geometry=shapes[lines])


def _lines_of(shape: Any) -> Any:
    """Return a shape if it is a line, the lines of a mixed one, None where there are none."""
    if shape is None or shape.geom_type in _LINES:
        return shape
    mixed = shape.geoms if shape.geom_type == "GeometryCollection" else ()
    parts = [part for part in mixed if part.geom_type in _LINES]
    return shapely.multilinestrings(shapely.get_parts(parts)) if parts else None


def _to_spans(
    layers: list[Layer], defaults: SpanDefaults, columns: Mapping[str, str], *, dropped: int
) -> FibreFile:
    faults: list[Fault] = []
    tables, assumed = [], []
    notes: list[Note] = []
    for layer in layers:
        sheet, guesses = _with_known_columns(layer.sheet, columns)
        notes += guesses
        frame, found = parse_columns(sheet, _optional_columns())
        faults += found
        faults += _geometry_faults(layer)
        if not faults:
            faults += check_layer_crs(layer)
        frame, counts = _fill(frame, defaults)
        assumed.append(counts)
        faults += range_faults(frame, SPANS.columns, sheet=sheet)
        if not faults:
            faults += _too_long(layer)
        tables.append((frame, layer))
    if faults:
        raise InputError(tidy(faults, files=[layer.sheet.file for layer in layers]))
    assert layers[0].crs is not None
    first = layers[0].crs.to_wkt()
    spans = pd.concat(
        [
            reproject(gpd.GeoDataFrame(frame, geometry=list(layer.geometry), crs=layer.crs), first)
            for frame, layer in tables
        ]
    )
    twice = spans["span_id"].duplicated(keep=False)
    if len(layers) > 1:  # each folder may number anew
        spans.index = pd.RangeIndex(1, len(spans) + 1, name="row")
        spans.loc[twice.to_numpy(), "span_id"] += [f"#{row}" for row in spans.index[twice]]
    total = {name: sum(each.get(name, 0) for each in assumed) for name in assumed[0]}
    for name, count in total.items():
        facts: dict[str, object] = {"count": count, "total": len(spans)}
        if count and hasattr(defaults, name):
            facts["value"] = getattr(defaults, name)
            notes.append(Note("cells_by_default", facts, (name,)))
        elif count:
            notes.append(Note("cells_by_number", facts, (name,)))
    if dropped:
        notes.append(Note("not_lines", {"count": dropped, "total": len(spans) + dropped}))
    return FibreFile(settle_integers(spans, SPANS.columns), tuple(notes))


def _optional_columns() -> list[Column]:
    return [replace(column, required=False) for column in SPANS.columns]


def _with_known_columns(sheet: Sheet, columns: Mapping[str, str]) -> tuple[Sheet, list[Note]]:
    """Return the sheet with the schema's names, its cells read, and which names were guessed."""
    drawn = next((name for name in _DRAWING_LAYER_COLUMNS if name in sheet.frame), None)
    names = [str(name) for name in sheet.frame.columns]
    faults = given_faults(
        names, columns, wanted=SPANS.column_names, file=sheet.file, header_row=sheet.header_row
    )
    if faults:
        raise InputError(faults)
    filled = [name for name in names if sheet.frame[name].notna().any() or name in columns.values()]
    # A column that is only like ours in letters is not taken: "name" is like "năm", the year.
    matches = [
        match
        for match in match_columns(filled, SPANS.column_names, given=columns)
        if match.how != "similar word"
    ]
    found = renamed(replace(sheet, frame=sheet.frame[filled]), matches)
    frame = found.frame.copy()
    guessed = [match for match in matches if match.confidence < SURE]
    if "kind" in frame:
        kinds = known_kinds(frame["kind"])
        if not kinds.isin(SPAN_KINDS).any() and any(match.column == "kind" for match in guessed):
            frame = frame.drop(columns="kind")  # a type of cable, not its place in the network
            guessed = [match for match in guessed if match.column != "kind"]
        else:
            frame["kind"] = kinds
    if "span_id" not in frame and "name" in frame and frame["name"].is_unique:
        frame["span_id"] = frame["name"]
    if "kind" not in frame and drawn is not None:
        words = known_kinds(sheet.frame[drawn].astype(object))
        frame["kind"] = words.where(words.isin(SPAN_KINDS), None)
    for name in ("cables", "fibres", "year"):
        if name in frame:
            frame[name] = read_by(frame[name], _fibre_count if name == "fibres" else repair_number)
    return replace(found, frame=frame), [column_taken(match) for match in guessed]


def _fibre_count(value: object) -> Repair | None:
    """Return a number of fibres without its unit, as 24 of '24 FO'."""
    number = _FIBRES.fullmatch(str(value).strip())
    if number is not None:
        return Repair(number[1], "unit", "info", "fibres")
    return repair_number(value)


def _fill(frame: pd.DataFrame, defaults: SpanDefaults) -> tuple[pd.DataFrame, dict[str, int]]:
    filled = frame.copy()
    counts = {"span_id": int(frame["span_id"].isna().sum())}
    numbered = pd.Series([f"row {row}" for row in frame.index], index=frame.index)
    filled["span_id"] = frame["span_id"].fillna(numbered)
    filled["status"] = known_statuses(frame["status"])
    for name in ("owner", "kind", "cables", "fibres", "status"):
        counts[name] = int(frame[name].isna().sum())
        filled[name] = filled[name].fillna(getattr(defaults, name))
    filled["provenance"] = frame["provenance"].fillna("user")
    return filled, counts


def _geometry_faults(layer: Layer) -> list[Fault]:
    """Return the faults of geometry; a line of length zero is none, for cleaning reports it."""
    point_like: npt.NDArray[np.bool_] = np.isin(
        [getattr(shape, "geom_type", "") for shape in layer.geometry], _LINES
    ) & (shapely.length(layer.geometry) == 0.0)
    harmless = {
        as_row(row)
        for row, flag, shape in zip(
            layer.sheet.frame.index, point_like, layer.geometry, strict=True
        )
        if flag and not shape.is_empty
    }
    return [f for f in geometry_faults(layer, "LineString") if f.row not in harmless]


def _too_long(layer: Layer) -> list[Fault]:
    length_km = line_lengths_m(layer.geometry, layer.crs) / 1000.0
    faults = []
    for place in np.flatnonzero(length_km > LONGEST_SPAN_KM).tolist():
        xy = shapely.get_coordinates(layer.geometry[place])
        steps = [shapely.LineString(pair) for pair in np.stack([xy[:-1], xy[1:]], axis=1)]
        step_km = line_lengths_m(steps, layer.crs) / 1000.0
        worst = int(step_km.argmax())
        x, y = xy[worst + 1]
        expected = (
            f"a span of at most {LONGEST_SPAN_KM:g} km; its longest step, {step_km[worst]:,.0f} km,"
            f" leads to vertex {worst + 2} at {x:.8g} {y:.8g}: correct that coordinate"
        )
        row = as_row(layer.sheet.frame.index[place])
        faults.append(
            Fault(layer.sheet.file, row, "geometry", f"{length_km[place]:,.0f} km", expected)
        )
    return faults
