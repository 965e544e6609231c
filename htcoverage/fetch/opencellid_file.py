"""OpenCelliD's file of a country: what the server says instead, and the cells near an area."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from htcoverage.errors import SetupError
from htcoverage.fetch.vectors import tidy_text

#: Columns of OpenCelliD's files, which those of one country leave unnamed.
COLUMNS = (
    "radio", "mcc", "net", "area", "cell", "unit", "lon", "lat", "range", "samples", "changeable",
    "created", "updated", "averageSignal",
)  # fmt: skip

_CHUNK_ROWS = 100_000
_GZIP = b"\x1f\x8b"
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
    if beginning.startswith(_GZIP):
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
    try:
        with gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="") as file:
            named = file.readline().startswith("radio,")
        chunks = pd.read_csv(
            path, compression="gzip", chunksize=_CHUNK_ROWS, dtype=str, on_bad_lines="skip",
            header=0 if named else None, names=None if named else list(COLUMNS),
            keep_default_na=False, encoding_errors="replace",
        )  # fmt: skip
        for chunk in chunks:
            if not {"radio", "mcc", "net", "area", "cell", "lon", "lat"} <= set(chunk.columns):
                raise ValueError("other columns")
            x = pd.to_numeric(chunk["lon"], errors="coerce").to_numpy(float)
            y = pd.to_numeric(chunk["lat"], errors="coerce").to_numpy(float)
            rows += len(chunk)
            faulty += int((~np.isfinite(x + y)).sum())
            near = (x >= west) & (x <= east) & (y >= south) & (y <= north)
            near &= (chunk["mcc"] == str(mcc)).to_numpy()
            places = np.flatnonzero(near)
            inside = shapely.contains_xy(outline, x[places], y[places])
            kept.append(chunk.iloc[places[inside]])
    except (OSError, EOFError, zlib.error, ValueError, pd.errors.ParserError) as error:
        raise SetupError(
            f"{path.name} is no whole file of cells ({tidy_text(str(error))}): delete it and fetch "
            "again."
        ) from error
    if faulty > _MOST_FAULTY_SHARE * rows:
        raise SetupError(f"{path.name} is no file of cells: {faulty} of {rows} rows have no place.")
    wanted = [name for name in COLUMNS if name in chunk.columns]
    return Cells(pd.concat(kept, ignore_index=True)[wanted], rows, faulty)
