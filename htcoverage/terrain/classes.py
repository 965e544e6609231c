"""Classes of land cover: representative height of what stands there, and kind of surroundings.

The kinds are those of ITU-R P.2108-1, table 3; the empirical models choose their environment by
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from htcoverage.cleaning.values import repair_number
from htcoverage.errors import Fault, InputError
from htcoverage.readers.parsing import number
from htcoverage.readers.sheet import Sheet
from htcoverage.readers.text import read_csv_sheet

#: Kinds of surroundings.
SURROUNDINGS = ("water", "open", "trees", "suburban", "urban", "dense-urban")

#: Classes of ESA WorldCover 10 m v200 (Product User Manual v2.0, table 3); the heights are labelled
#: assumptions, like those of the reference province: village 8 m, town 12 m, forest 15 m.
WORLDCOVER_HEIGHT_M: Mapping[int, float] = {
    0: 0.0,  # no data
    10: 15.0,  # tree cover
    20: 3.0,  # shrubland
    30: 0.0,  # grassland
    40: 0.0,  # cropland
    50: 10.0,  # built-up
    60: 0.0,  # bare or sparse
    70: 0.0,  # snow and ice
    80: 0.0,  # water
    90: 0.0,  # herbaceous wetland
    95: 8.0,  # mangroves
    100: 0.0,  # moss and lichen
}

#: Its kinds; built-up land is taken for villages and small towns. The others are open.
_WORLDCOVER_SURROUNDINGS: Mapping[int, str] = {
    10: "trees",
    50: "suburban",
    80: "water",
    95: "trees",
}

#: Words in the names of classes, the first that fits: height of Planet menus (labelled
#: assumptions) and kind of surroundings.
_NAMES = (
    (("open in urban", "open urban"), 0.0, "suburban"),
    (("dense urban", "high building", "high rise", "tower"), 20.0, "dense-urban"),
    (("industrial", "commercial"), 10.0, "urban"),
    (("suburban", "village", "residential", "rural settlement"), 8.0, "suburban"),
    (("urban", "town", "building", "city"), 12.0, "urban"),
    (("forest", "wood", "tree", "jungle", "plantation"), 15.0, "trees"),
    (("mangrove",), 8.0, "trees"),
    (("shrub", "bush", "orchard"), 3.0, "open"),
    (("sea", "water", "river", "lake"), 0.0, "water"),
    (
        ("wetland", "open", "agricult", "crop", "rice", "field", "grass", "bare", "barren", "road",
         "airport", "park"),
        0.0, "open",
    ),
)  # fmt: skip


def class_heights(
    path: Path | None, occurring: npt.NDArray[np.uint8], *, raster: str
) -> tuple[npt.NDArray[np.float32], list[Fault]]:
    """Return the height of every class, float32[256] in m, and the faults of the table.

    Parameters
    ----------
    path : Path or None
        Table ``class, …, height_m``, or a Planet menu (``code name`` a line, .mnu or .txt); None
        takes the classes of ESA WorldCover.
    occurring : array of uint8
        Classes that the raster has.
    raster : str
        The raster, as faults call it.
    """
    if path is None:
        return _filled(
            WORLDCOVER_HEIGHT_M, occurring, raster, "a class of ESA WorldCover, or a table"
        )
    if not path.is_file():
        return np.zeros(256, np.float32), [Fault(str(path), None, None, "", "a file that exists")]
    if path.suffix.lower() in (".mnu", ".txt"):
        table, faults = _menu(path)
    else:
        try:
            table, faults = _table(_sheet(path))
        except InputError as error:
            return np.zeros(256, np.float32), list(error.faults)
    heights, lacking = _filled(table, occurring, str(path), "a row: the class occurs in the raster")
    return heights, faults + lacking


def _filled(
    table: Mapping[int, float], occurring: npt.NDArray[np.uint8], file: str, expected: str
) -> tuple[npt.NDArray[np.float32], list[Fault]]:
    heights = np.zeros(256, np.float32)
    for code, height in table.items():
        heights[code] = height
    lacking = sorted(set(occurring.tolist()) - set(table))
    return heights, [Fault(file, None, "class", str(code), expected) for code in lacking]


def _sheet(path: Path) -> Sheet:
    """Return the table of classes, read as any text table of a planner's is.

    Raises
    ------
    InputError
        If it is no table, or lacks a column.
    """
    sheet = read_csv_sheet(path, tolerant=True)
    faults = [*sheet.broken]
    missing = [name for name in ("class", "height_m") if name not in sheet.frame]
    faults += [Fault(str(path), sheet.header_row, name, "", "this column") for name in missing]
    if faults:
        raise InputError(faults)
    return sheet


def _number(cell: object) -> float:
    """Return a cell as a number, NaN where it is none; a decimal comma or a unit is borne."""
    repair = repair_number(cell)
    found = number(cell if repair is None else repair.value)
    return float("nan") if found is None else found


def _table(sheet: Sheet) -> tuple[dict[int, float], list[Fault]]:
    """Return the heights of a table, NaN for a class whose height is at fault, and the faults."""
    heights: dict[int, float] = {}
    faults = []
    cells = sheet.frame[["class", "height_m"]]
    for row, told, high in cells.itertuples(name=None):
        code, height = _number(told), _number(high)
        known = 0 <= code <= 255 and code == int(code)
        expected = "a whole class from 0 to 255 and a height from 0 to 100 m"
        if known and int(code) in heights and heights[int(code)] != height:
            expected = f"each class once; it has {heights[int(code)]:g} m above"
        elif known and 0 <= height <= 100:
            heights[int(code)] = height
            continue
        elif known:
            heights[int(code)] = float("nan")
        found = ", ".join(map(str, (told or "", high or "")))
        faults.append(Fault(sheet.file, row, "class, height_m", found, expected))
    return heights, faults


def _menu(path: Path) -> tuple[dict[int, float], list[Fault]]:
    """Return the heights of a menu's classes by their names."""
    heights: dict[int, float] = {}
    faults = []
    for row, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        code, _, name = line.strip().partition(" ")
        if not code:
            continue
        words = name.strip().strip("\"'").replace("_", " ").lower()
        height = next((h for keys, h, _ in _NAMES if any(key in words for key in keys)), None)
        if not code.isdecimal() or int(code) > 255:
            expected = "a class from 0 to 255, a space and its name"
            faults.append(Fault(str(path), row, None, line[:80], expected))
        elif height is None:
            expected = "a name whose height is known; give a table class, height_m instead"
            faults.append(Fault(str(path), row, None, line[:80], expected))
        else:
            heights[int(code)] = height
    return heights, faults


def class_surroundings(path: Path | None) -> tuple[dict[int, str], list[Fault]]:
    """Return the kind of surroundings of every class whose kind is known, and the table's faults.

    Parameters
    ----------
    path : Path or None
        As for `class_heights`. A CSV table may have a column ``surroundings`` with one of
        `SURROUNDINGS`; where it says nothing, words of ``name_en`` or ``name`` tell, then a height
        of 0 for open land.
    """
    if path is None:
        kinds = {code: _WORLDCOVER_SURROUNDINGS.get(code, "open") for code in WORLDCOVER_HEIGHT_M}
        return kinds, []
    if path.suffix.lower() in (".mnu", ".txt"):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        named = [line.strip().partition(" ") for line in lines]
        return {
            int(code): kind
            for code, _, name in named
            if code.isdecimal() and (kind := _kind_of(name)) is not None
        }, []
    sheet = _sheet(path)
    found: dict[int, str] = {}
    faults = []
    for row, record in zip(sheet.frame.index, sheet.frame.to_dict("records"), strict=True):
        told = str(record.get("surroundings") or "")
        if told and told not in SURROUNDINGS:
            expected = f"one of {', '.join(SURROUNDINGS)}"
            faults.append(Fault(str(path), row, "surroundings", told, expected))
            continue
        kind = told or _kind_of(str(record.get("name_en", record.get("name")) or ""))
        if kind is None and _number(record["height_m"]) == 0.0:
            kind = "open"
        if kind is not None:
            found[int(_number(record["class"]))] = kind
    return found, faults


def _kind_of(name: str) -> str | None:
    words = name.strip().strip("\"'").replace("_", " ").lower()
    return next((kind for keys, _, kind in _NAMES if any(key in words for key in keys)), None)
