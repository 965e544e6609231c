"""Files that are whole or not there, and the parameters that each carries."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary name in the path's folder; it is renamed to the path if all goes well.

    The last part of the name is the path's own, for some formats keep it inside the file.
    """
    with _aside(path) as folder:
        part = folder / path.name
        yield part
        part.replace(path)


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


def texts(metadata: Mapping[str, object] | None) -> dict[str, str]:
    """Return parameters as text: text as it is, anything else as JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in (metadata or {}).items()
    }


def write_parameters(metadata: Mapping[str, object] | None, path: Path) -> None:
    """Write the parameters of a run beside files that cannot hold them, as JSON."""
    text = json.dumps(dict(metadata or {}), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
