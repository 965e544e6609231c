"""A window of a remote raster, some blocks at a time: what came is kept until the window is whole.

Each piece is a gzip file of its pixels, whose own checksum (CRC-32, length) is verified when it is
read again.
"""

from __future__ import annotations

import gzip
import shutil
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from htcoverage.files import whole_file

_VERSION = "version"

#: A piece is about this long on the line, in whole blocks: long enough for few requests, short
#: enough that a line which breaks off loses little.
_SENT_BYTES = 1 << 22

#: Nor is a piece longer than this in memory, however well it is packed.
_MOST_BYTES = 1 << 26

_LEAST_ROWS = 512

_HEARD_WITHIN_S = 0.2

T = TypeVar("T")


def keep_version(folder: Path, version: str) -> None:
    """Make the folder of pieces, emptied if those in it are of another version of the file.

    Parameters
    ----------
    folder : Path
        For one window of one file.
    version : str
        What tells this version of the file apart; empty if nothing does, then no piece is kept.
    """
    told = folder / _VERSION
    if version and told.is_file() and told.read_text(encoding="utf-8") == version:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    told.write_text(version, encoding="utf-8")


def count(folder: Path) -> int:
    """Return how many pieces are kept."""
    return len(list(folder.glob("*.gz")))


def in_thread(work: Callable[[], T]) -> T:
    """Return what some work returns, done in a thread of its own.

    While GDAL waits for a server no signal is heard, and one that comes then is lost in its log:
    so the main thread must be free to hear an interruption. The thread ends with the process.
    """
    come: list[T] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            come.append(work())
        except BaseException as fault:  # raised anew below
            faults.append(fault)

    thread = Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_HEARD_WITHIN_S)
    if faults:
        raise faults[0]
    return come[0]


@dataclass(frozen=True)
class Kept:
    """Where the pieces of a window are kept.

    Parameters
    ----------
    folder : Path
        See `keep_version`.
    size_bytes : int or None
        Length of the whole file, which tells how well it is packed.
    """

    folder: Path
    size_bytes: int | None


def bands(source: Any, window: Window, kept: Kept | None = None) -> Iterator[npt.NDArray[Any]]:
    """Yield the rows of a window from north to south, some whole blocks high.

    Parameters
    ----------
    source : rasterio dataset
        Open; its first band is read.
    window : Window
        Whole pixels of it.
    kept : Kept, optional
        Where pieces that came are kept, and found again.
    """
    rows, columns = source.block_shapes[0]
    high = rows * max(_LEAST_ROWS // rows, 1)
    pixel_bytes = np.dtype(source.dtypes[0]).itemsize
    most_bytes = float(_MOST_BYTES)
    if kept is not None and kept.size_bytes:
        packed = source.height * source.width * pixel_bytes / kept.size_bytes
        most_bytes = min(_SENT_BYTES * packed, most_bytes)
    wide = columns * max(int(most_bytes) // (high * columns * pixel_bytes), 1)
    for top, height in _spans(window.row_off, window.height, high):
        yield np.concatenate(
            [
                _piece(source, Window(left, top, width, height), kept)
                for left, width in _spans(window.col_off, window.width, wide)
            ],
            axis=1,
        )


def _spans(start: int, length: int, step: int) -> Iterator[tuple[int, int]]:
    """Yield where parts begin and how long they are; they end at whole multiples of a step."""
    here, end = start, start + length
    while here < end:
        then = min((here // step + 1) * step, end)
        yield here, then - here
        here = then


def _piece(source: Any, window: Window, kept: Kept | None) -> npt.NDArray[Any]:
    if kept is None:
        return source.read(1, window=window)  # type: ignore[no-any-return]
    path = kept.folder / f"{window.row_off}-{window.col_off}.gz"
    try:
        values = np.frombuffer(gzip.decompress(path.read_bytes()), source.dtypes[0])
        return values.reshape(window.height, window.width)
    except (OSError, EOFError, zlib.error, ValueError):
        pass  # not there, or damaged
    read: npt.NDArray[Any] = source.read(1, window=window)
    with whole_file(path) as part:
        part.write_bytes(gzip.compress(read.tobytes(), 1, mtime=0))
    return read
