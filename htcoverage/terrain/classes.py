"""Classes of land cover to representative heights of what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from htcoverage.errors import Fault

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

#: Words of Planet menu files, the first that fits; the heights are labelled assumptions.
_MENU_HEIGHT_M = (
    (("open in urban", "open urban"), 0.0),
    (("dense urban", "high building", "high rise", "tower"), 20.0),
    (("industrial", "commercial"), 10.0),
    (("suburban", "village", "residential", "rural settlement"), 8.0),
    (("urban", "town", "building", "city"), 12.0),
    (("forest", "wood", "tree", "jungle", "plantation"), 15.0),
    (("mangrove",), 8.0),
    (("shrub", "bush", "orchard"), 3.0),
    (
        ("sea", "water", "river", "lake", "wetland", "open", "agricult", "crop", "rice", "field",
         "grass", "bare", "barren", "road", "airport", "park"),
        0.0,
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
        height = next((h for keys, h in _MENU_HEIGHT_M if any(key in words for key in keys)), None)
        if not code.isdecimal() or int(code) > 255:
            expected = "a class from 0 to 255, a space and its name"
            faults.append(Fault(str(path), row, None, line[:80], expected))
        elif height is None:
            expected = "a name whose height is known; give a table class, height_m instead"
            faults.append(Fault(str(path), row, None, line[:80], expected))
        else:
            heights[int(code)] = height
    return heights, faults
