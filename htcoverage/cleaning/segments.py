"""A CSV of segments, one straight piece of cable a row, to lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from htcoverage.cleaning.values import Repair, repair_degrees, repair_number
from htcoverage.crs import WGS84
from htcoverage.errors import Fault, InputError
from htcoverage.readers.columns import plain
from htcoverage.readers.parsing import by_value, parse_numbers
from htcoverage.readers.sheet import Sheet, tidy
from htcoverage.readers.text import read_csv_sheet
from htcoverage.readers.vector import Layer

#: What files call the two ends of a segment and its coordinates, in lower case without diacritics.
_ENDS = {
    "from": ("from", "start", "begin", "dau", "diem dau", "tu", "tu diem", "a", "diem a",
             "point a", "1", "diem 1", "point 1"),
    "to": ("to", "end", "finish", "cuoi", "diem cuoi", "den", "den diem", "b", "diem b",
           "point b", "2", "diem 2", "point 2"),
}  # fmt: skip
_AXES = {
    "longitude": ("longitude", "lon", "long", "lng", "kinh do"),
    "latitude": ("latitude", "lat", "vi do"),
    "x": ("x", "easting", "east"),
    "y": ("y", "northing", "north"),
}
_NAMES = {
    f"{first} {second}": f"{end}_{axis}"
    for end, end_words in _ENDS.items()
    for axis, axis_words in _AXES.items()
    for end_word in end_words
    for axis_word in axis_words
    for first, second in ((end_word, axis_word), (axis_word, end_word))
}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_GLUED = re.compile(r"(?<=[a-z])(?=[12]\b)")


def segments_layer(path: Path, *, crs: CRS | None) -> Layer:
    """Return the rows of a CSV as straight lines.

    Parameters
    ----------
    path : Path
        With ``from_longitude, from_latitude, to_longitude, to_latitude`` (or usual names of these,
        as ``lon1``, ``end_lat`` or ``Kinh độ đầu``), or ``from_x, from_y, to_x, to_y`` where
        ``crs`` is projected. Decimal commas, and degrees and minutes, are read.
    crs : CRS or None
        None is WGS 84.

    Raises
    ------
    InputError
        With every column that is missing and every cell that is no coordinate.
    """
    sheet = _with_ends(read_csv_sheet(path))
    metric = crs is not None and crs.is_projected
    axes = ("x", "y") if metric else ("longitude", "latitude")
    names = [f"{end}_{axis}" for end in _ENDS for axis in axes]
    lacking = [name for name in names if name not in sheet.frame]
    faults: list[Fault] = list(sheet.broken)
    faults += [_missing(sheet, name, metric=metric) for name in lacking]
    values = []
    for name in (name for name in names if name in sheet.frame):
        rule = _degrees(name) if not metric else repair_number
        cells = read_by(sheet.frame[name], rule)
        numbers, bad = parse_numbers(cells, sheet=sheet, wanted="a coordinate")
        faults += bad
        faults += [sheet.fault(row, name, "a coordinate") for row in cells.index[cells.isna()]]
        values.append(numbers.to_numpy())
    if faults:
        raise InputError(tidy(faults, files=[sheet.file], broken=sheet.broken))
    xy = np.column_stack(values).reshape(-1, 2, 2)
    lines = np.asarray(shapely.linestrings(xy), dtype=object)
    return Layer(sheet, lines, crs or CRS.from_user_input(WGS84))


def read_by(cells: pd.Series, rule: Callable[[object], Repair | None]) -> pd.Series:
    """Return raw cells as a rule reads them; what it does not read stays as it is."""

    def read(value: object) -> object:
        repair = rule(value)
        return value if repair is None else repair.value

    return by_value(cells, read)


def _with_ends(sheet: Sheet) -> Sheet:
    """Return the table with our names of the coordinates; faults go on quoting the file's."""
    found: dict[str, str] = {}
    for name in map(str, sheet.frame.columns):
        meant = _NAMES.get(plain(_GLUED.sub(" ", plain(_CAMEL.sub(" ", name)))))
        if meant is not None and meant not in sheet.frame and meant not in found.values():
            found[name] = meant
    told = {meant: name for name, meant in found.items()}
    return Sheet(
        sheet.file, sheet.frame.rename(columns=found), sheet.header_row, sheet.broken,
        {**sheet.names, **told}, sheet.findings,
    )  # fmt: skip


def _missing(sheet: Sheet, name: str, *, metric: bool) -> Fault:
    there = ", ".join(map(repr, sheet.frame.columns))
    expected = f"a column {name!r}; there are {there}"
    if not metric and {"from_x", "to_x"} <= set(sheet.frame.columns):
        expected = "the argument crs, such as 'EPSG:9209': x and y do not say where they are"
    return Fault(sheet.file, sheet.header_row, name, "", expected)


def _degrees(name: str) -> Callable[[object], Repair | None]:
    axis = name.partition("_")[2]
    return lambda value: repair_degrees(value, axis=axis)
