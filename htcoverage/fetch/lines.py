"""Packed text of any length, some thousands of lines at a time: memory does not grow with it."""

from __future__ import annotations

import gzip
import io
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from htcoverage.errors import SetupError
from htcoverage.fetch.vectors import tidy_text

_CHUNK = 50_000

#: The first bytes of a gzip file.
GZIP = b"\x1f\x8b"

_SHOWN_BYTES = 200

#: The longest outline known is some kilobytes; a longer line is no data.
_LONGEST_LINE = 1_000_000


@contextmanager
def readable(path: Path, what: str) -> Iterator[None]:
    """Turn what a damaged or other file raises into the error that says so.

    Parameters
    ----------
    path : Path
        The file.
    what : str
        What it should hold: "buildings".
    """
    try:
        yield
    except (OSError, EOFError, zlib.error, ValueError) as error:
        words = f"{path} is no whole file of {what} ({tidy_text(str(error))}): "
        raise SetupError(f"{words}delete it and fetch again") from error


def check_packed(path: Path, what: str) -> None:
    """Check that a file begins as gzip does.

    Raises
    ------
    SetupError
        If it is something else, with its first words.
    """
    with path.open("rb") as file:
        beginning = file.read(_SHOWN_BYTES)
    if not beginning.startswith(GZIP):
        said = tidy_text(beginning.decode("utf-8", "replace")) or "nothing"
        raise SetupError(f"{path.name} is no file of {what}: the server sent {said!r}")


def line_chunks(path: Path) -> Iterator[list[str]]:
    """Yield the lines of a gzip file that are not empty, each with its end.

    Raises
    ------
    OSError, EOFError, zlib.error, ValueError
        If the file is damaged, no gzip, or has a line that does not end; see `readable`.
    """
    with gzip.open(path, "rb") as file:
        lines: list[str] = []
        while line := file.readline(_LONGEST_LINE):
            if len(line) == _LONGEST_LINE:
                raise ValueError("a line that does not end")
            if line.strip():
                lines.append(line.decode("utf-8", "replace"))
            if len(lines) == _CHUNK:
                yield lines
                lines = []
        if lines:
            yield lines


def csv_chunks(path: Path, *, unnamed: Sequence[str] = ()) -> Iterator[tuple[pd.DataFrame, int]]:
    """Yield the rows of a packed CSV as text, and of how many lines they are.

    A row with too many cells is left out, so there may be fewer rows than lines.

    Parameters
    ----------
    path : Path
        ``.csv.gz``.
    unnamed : sequence of str
        Names of the columns of a file that begins without them.

    Raises
    ------
    OSError, EOFError, zlib.error, ValueError
        As of `line_chunks`.
    """
    names: list[str] | None = None
    for lines in line_chunks(path):
        if names is None:
            first = lines[0].removeprefix("\ufeff").strip().split(",")
            named = not unnamed or first[0] == unnamed[0]
            names = first if named else list(unnamed)
            lines = lines[1:] if named else lines
        if not lines:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.ParserWarning)
            rows = pd.read_csv(
                io.StringIO("".join(lines)), names=names, header=None, index_col=False,
                dtype=str, keep_default_na=False, on_bad_lines="skip",
            )  # fmt: skip
        yield rows, len(lines)
