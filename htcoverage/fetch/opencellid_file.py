"""OpenCelliD's file of a country: what the server says instead, and the cells near an area."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from htcoverage.errors import SetupError
from htcoverage.fetch.lines import GZIP, csv_chunks, readable
from htcoverage.fetch.vectors import tidy_text

#: Columns of OpenCelliD's files, which those of one country leave unnamed.
COLUMNS = (
    "radio", "mcc", "net", "area", "cell", "unit", "lon", "lat", "range", "samples", "changeable",
    "created", "updated", "averageSignal",
)  # fmt: skip

_SNIFFED_BYTES = 400

#: A file of which more rows than this share cannot be read is no file of cells.
_MOST_FAULTY_SHARE = 0.1


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells that were wanted.

    Parameters
    ----------
    table : DataFrame
        The columns of OpenCelliD, as text.
    rows : int
        Of the file.
    faulty : int
        Rows without a place, left out.
    """

    table: pd.DataFrame
    rows: int
    faulty: int


def answer_instead(path: Path) -> str | None:
    """Return what OpenCelliD says where it should have sent a file, None if it sent one.

    It answers 200 to a token that it does not know, and to one request too many in a day.
    """
    with path.open("rb") as file:
        beginning = file.read(_SNIFFED_BYTES)
    if beginning.startswith(GZIP):
        return None
    return tidy_text(beginning.decode("utf-8", "replace")) or "nothing"


def cells_within(path: Path, outline: shapely.Geometry, *, mcc: int) -> Cells:
    """Return the cells of a file that lie in an area.

    Parameters
    ----------
    path : Path
        ``.csv.gz`` of OpenCelliD, of one country or of all, with or without a header.
    outline : geometry
        Longitude and latitude.
    mcc : int
        Mobile country code; cells of others are passed over.

    Raises
    ------
    SetupError
        If the file is damaged or something else.
    """
    west, south, east, north = shapely.bounds(outline).tolist()
    shapely.prepare(outline)
    kept, rows, faulty = [], 0, 0
    with readable(path, "cells"):
        for chunk, lines in csv_chunks(path, unnamed=COLUMNS):
            if not {"radio", "mcc", "net", "area", "cell", "lon", "lat"} <= set(chunk.columns):
                raise ValueError("other columns")
            x = pd.to_numeric(chunk["lon"], errors="coerce").to_numpy(float)
            y = pd.to_numeric(chunk["lat"], errors="coerce").to_numpy(float)
            rows += lines
            faulty += lines - len(chunk) + int((~np.isfinite(x + y)).sum())
            near = (x >= west) & (x <= east) & (y >= south) & (y <= north)
            near &= (chunk["mcc"] == str(mcc)).to_numpy()
            places = np.flatnonzero(near)
            inside = shapely.contains_xy(outline, x[places], y[places])
            kept.append(chunk.iloc[places[inside]])
        if not kept:
            raise ValueError("it is empty")
    if faulty > _MOST_FAULTY_SHARE * rows:
        raise SetupError(f"{path.name} is no file of cells: {faulty} of {rows} rows have no place.")
    table = pd.concat(kept, ignore_index=True)
    return Cells(table[[name for name in COLUMNS if name in table]], rows, faulty)
