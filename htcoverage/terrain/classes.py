"""Classes of land cover: representative height of what stands there, and kind of surroundings.

The kinds are those of ITU-R P.2108-1, table 3; the empirical models choose their environment by
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from htcoverage.errors import Fault

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
        CSV ``class, …, height_m``, or a Planet menu (``code name`` a line, .mnu or .txt); None
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
        table, faults = _table(path)
    heights, lacking = _filled(table, occurring, str(path), "a row: the class occurs in the raster")
    return heights, faults if any(fault.row == 1 for fault in faults) else faults + lacking


def _filled(
    table: Mapping[int, float], occurring: npt.NDArray[np.uint8], file: str, expected: str
) -> tuple[npt.NDArray[np.float32], list[Fault]]:
    heights = np.zeros(256, np.float32)
    for code, height in table.items():
        heights[code] = height
    lacking = sorted(set(occurring.tolist()) - set(table))
    return heights, [Fault(file, None, "class", str(code), expected) for code in lacking]


def _table(path: Path) -> tuple[dict[int, float], list[Fault]]:
    try:
        table = pd.read_csv(path)
    except (UnicodeDecodeError, ValueError) as error:
        return {}, [Fault(str(path), 1, None, "", f"a CSV table in UTF-8 ({error})")]
    missing = [c for c in ("class", "height_m") if c not in table.columns]
    if missing:
        return {}, [Fault(str(path), 1, c, "", "this column") for c in missing]
    heights: dict[int, float] = {}
    faults = []
    codes = pd.to_numeric(table["class"], errors="coerce")
    metres = pd.to_numeric(table["height_m"], errors="coerce")
    for row, (code, height) in enumerate(zip(codes, metres, strict=True), 2):
        if not (0 <= code <= 255 and code == int(code)) or not (0 <= height <= 100):
            found = f"{table['class'].iloc[row - 2]}, {table['height_m'].iloc[row - 2]}"
            expected = "a whole class from 0 to 255 and a height from 0 to 100 m"
            faults.append(Fault(str(path), row, "class, height_m", found, expected))
            continue
        heights[int(code)] = float(height)
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
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    found: dict[int, str] = {}
    faults = []
    for row, record in enumerate(table.to_dict("records"), 2):
        told = str(record.get("surroundings", "")).strip()
        if told and told not in SURROUNDINGS:
            expected = f"one of {', '.join(SURROUNDINGS)}"
            faults.append(Fault(str(path), row, "surroundings", told, expected))
            continue
        kind = told or _kind_of(str(record.get("name_en", record.get("name", ""))))
        if kind is None and float(record["height_m"]) == 0.0:
            kind = "open"
        if kind is not None:
            found[int(float(record["class"]))] = kind
    return found, faults


def _kind_of(name: str) -> str | None:
    words = name.strip().strip("\"'").replace("_", " ").lower()
    return next((kind for keys, _, kind in _NAMES if any(key in words for key in keys)), None)
