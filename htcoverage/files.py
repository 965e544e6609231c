"""Files that are whole or not there, and what tells one from another."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from htcoverage.errors import Fault, InputError

#: Begins the block of parameters above the header of a CSV of ours; the next cell is its lines.
LINES_ABOVE = "# lines above the header"


def sha256_of(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary name in the path's folder; it is renamed to the path if all goes well.

    The last part of the name is the path's own, for some formats keep it inside the file.
    """
    with _aside(path) as folder:
        part = folder / path.name
        yield part
        part.replace(path)


def write_text(text: str, path: Path) -> None:
    """Write a whole file of text, UTF-8.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    try:
        with whole_file(path) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        expected = f"a file that can be written ({error.strerror or error})"
        raise InputError([Fault(str(path), None, None, "", expected)]) from error


@contextmanager
def whole_files(path: Path) -> Iterator[Path]:
    """Yield a temporary name for a format of several files; all are renamed if all goes well.

    Parameters
    ----------
    path : Path
        The file that names the set, renamed last: a reader that finds it finds the others.
    """
    with _aside(path) as folder:
        part = folder / path.name
        yield part
        for other in sorted(folder.iterdir()):
            if other != part:
                other.replace(path.parent / other.name)
        part.replace(path)


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Yield a folder inside ``out``; its files are renamed into ``out`` if all goes well.

    Parameters
    ----------
    out : Path
        Made where it is not there; files of other names in it stay.

    Raises
    ------
    InputError
        If the folder cannot be made or written.
    """
    with folder_aside(out) as folder:
        yield folder
        for path in sorted(folder.iterdir()):
            path.replace(out / path.name)


@contextmanager
def folder_aside(out: Path) -> Iterator[Path]:
    """Yield a folder inside ``out`` for files that do not count yet; it is gone at the end.

    Parameters
    ----------
    out : Path
        Made where it is not there; taken away again if the work fails and nothing else is in it.

    Raises
    ------
    InputError
        If the folder cannot be made or written.
    """
    check_folder(out)
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _aside(out / "files") as folder:
            yield folder
    except BaseException as error:
        for folder in made:
            with suppress(OSError):  # it is not there, or somebody else put something into it
                folder.rmdir()
        if isinstance(error, OSError):
            raise _unwritable(out, error) from error
        raise


def check_folder(out: Path) -> None:
    """Raise InputError where a folder cannot be made or written; nothing is made yet."""
    try:
        nearest = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    except OSError as error:
        raise _unwritable(out, error) from error
    if not nearest.is_dir():
        raise InputError([Fault(str(out), None, None, "", f"a folder; {nearest} is a file")])
    if not os.access(nearest, os.W_OK):
        raise InputError([Fault(str(out), None, None, "", f"a folder; {nearest} is read-only")])


def _unwritable(out: Path, error: OSError) -> InputError:
    why = error.strerror or str(error)
    return InputError([Fault(str(out), None, None, "", f"a folder that can be written ({why})")])


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def environment(name: str, value: str) -> Iterator[None]:
    """Set an environment variable for a while: GDAL reads some of its options there alone."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
