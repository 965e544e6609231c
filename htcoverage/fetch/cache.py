"""What was fetched before: plain files that can be copied to a machine without internet."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from htcoverage.errors import SetupError
from htcoverage.fetch.endpoints import Endpoint, Endpoints
from htcoverage.fetch.http import MachineError, NotThereError, download
from htcoverage.fetch.record import write_json
from htcoverage.files import sha256_of

#: Names the folder of the cache, where ``--cache`` does not.
CACHE_VARIABLE = "HTCOVERAGE_FETCH_CACHE"

#: No single file of open data for a province is longer.
LARGEST_BYTES = 8_000_000_000

#: The folder, in that of a file, where it grows.
_NEW = "new"

#: Between two looks whether another command has done with a file.
_LOOK_AGAIN_S = 0.2

Told = Callable[[str, int, int | None], None]


def _silent(name: str, done: int, total: int | None) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Context:
    """What every source works with.

    Parameters
    ----------
    endpoints : Endpoints
        The table of sources, and the client.
    out : Path
        Folder of the results.
    cache : Path
        Folder of the cache.
    offline : bool
        Whether only the cache is used.
    choices : mapping of str to str
        Which source of several a layer is taken from: ``{"elevation": "srtm"}``.
    told : callable
        Called with a name, the bytes (or steps) done and the total, where it is known.
    """

    endpoints: Endpoints
    out: Path
    cache: Path
    offline: bool = False
    choices: Mapping[str, str] | None = None
    told: Told = _silent


@dataclass(frozen=True)
class CachedFile:
    """A file in the cache.

    Parameters
    ----------
    path : Path
        Where it is. It is never changed.
    address : str
        Where it came from.
    retrieved : str
        The day on which it came (UTC).
    """

    path: Path
    address: str
    retrieved: str


def cache_dir(path: Path | None = None) -> Path:
    """Return the folder of the cache: the one given, the environment's, or the user's own."""
    if path is not None:
        return path
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("htcoverage")) / "fetch"


def cached(
    context: Context,
    endpoint: Endpoint,
    address: str,
    name: str,
    *,
    check: Callable[[Path], object],
    max_bytes: int = LARGEST_BYTES,
) -> CachedFile:
    """Return one file of a source as it is, from the cache or from the internet.

    Parameters
    ----------
    context : Context
        Cache, client, and whether the internet may be asked.
    endpoint : Endpoint
        The source: its version, hosts and known checksums.
    address : str
        Of the file, without secrets.
    name : str
        Of the file in the cache.
    check : callable
        Raises `SetupError` if a file that came is something else: it is not kept then. (A page to
        log in at comes under status 200 too.)
    max_bytes : int
        A longer file is refused.

    Raises
    ------
    NotThereError
        If the server has no such file.
    SetupError
        If it cannot be brought, or is not in the cache of a machine without internet.
    """

    def bring(target: Path) -> None:
        download(
            address, target, client=context.endpoints.client, hosts=endpoint.hosts,
            sha256=endpoint.sha256.get(name), max_bytes=max_bytes,
            told=lambda done, total: context.told(name, done, total),
        )  # fmt: skip
        try:
            check(target)
        except SetupError:
            target.unlink()
            raise

    return cached_by(context, endpoint, address, name, bring)


def cached_by(
    context: Context,
    endpoint: Endpoint,
    address: str,
    name: str,
    bring: Callable[[Path], None],
    *,
    part: str = "",
) -> CachedFile:
    """Return a file of a source that another client brings, from the cache if it is there.

    Of two commands that want the same file one brings it, and the other waits for it.

    Parameters
    ----------
    context : Context
        Cache, and whether the internet may be asked.
    endpoint : Endpoint
        The source.
    address : str
        Where it comes from, without secrets.
    name : str
        Of the file in the cache.
    bring : callable
        Writes the file to the path it is given. What it leaves beside that path (``NAME.part``) is
        there again at the next try.
    part : str
        Which part of what stands at the address (a window, a query): files are kept apart by it.

    Raises
    ------
    NotThereError
        If the server has no such file, or had none when the cache of a machine without internet
        was filled.
    SetupError
        If the file is not in the cache of a machine without internet.
    """
    folder = _folder(context.cache, endpoint, address, part)
    name = _safe(name)
    path, note = folder / name, folder / f"{name}.json"
    known = _note(path, note)
    if known is not None:
        return CachedFile(path, address, known)
    if context.offline and _was_absent(note):
        raise NotThereError(f"{endpoint.title} had no {name} when the cache was filled")
    if context.offline:
        words = f"offline, and the cache ({context.cache}) has no {name} of {endpoint.title}"
        raise SetupError(f"{words}: run the same command where there is internet, copy the cache")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder, lambda done: context.told(f"{name}: another command", done, 1)):
            known = _note(path, note)
            if known is None:
                known = _brought(path, note, bring, {"address": address, "part": part})
    except OSError as error:
        place = error.filename or folder
        raise MachineError(f"the cache cannot be written ({place}: {error.strerror})") from error
    return CachedFile(path, address, known)


def _brought(
    path: Path, note: Path, bring: Callable[[Path], None], told: Mapping[str, object]
) -> str:
    """Let a file be brought, write its note, and return the day."""
    fresh = path.parent / _NEW / path.name
    fresh.parent.mkdir(exist_ok=True)
    try:
        bring(fresh)
    except NotThereError:
        # A machine without internet must know it too: it is how a tile tells that it is sea.
        shutil.rmtree(fresh.parent)
        write_json({**told, "absent": True}, note)
        raise
    digest, size = sha256_of(fresh), fresh.stat().st_size
    fresh.replace(path)
    shutil.rmtree(fresh.parent)
    retrieved = datetime.now(UTC).date().isoformat()
    write_json({**told, "retrieved": retrieved, "size_bytes": size, "sha256": digest}, note)
    return retrieved


@contextmanager
def _alone(folder: Path, waiting: Callable[[int], None]) -> Iterator[None]:
    """Hold a folder of the cache alone, and wait for another command that does.

    An exclusive transaction of SQLite is a lock on every system, and ends with its process.
    """
    place = folder / ".lock"
    try:
        base = sqlite3.connect(place, timeout=0.0, isolation_level=None)
        with closing(base):
            if not _begun(base):
                waiting(0)
                while not _begun(base):
                    time.sleep(_LOOK_AGAIN_S)
                waiting(1)
            yield
    except sqlite3.OperationalError as error:
        raise MachineError(f"the cache cannot be written ({place}: {error})") from error


def _begun(base: sqlite3.Connection) -> bool:
    try:
        base.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def whole_copy(file: CachedFile, target: Path) -> None:
    """Copy a file of the cache, under another name first."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    part = Path(name)
    try:
        shutil.copyfile(file.path, part)
        part.chmod(0o644)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _folder(cache: Path, endpoint: Endpoint, address: str, part: str) -> Path:
    """Return the folder of a file: readable, and another for every address and part of it."""
    digest = hashlib.sha256(f"{address}\n{part}".encode()).hexdigest()[:12]
    return cache / _safe(endpoint.key) / _safe(endpoint.version) / digest


def _safe(name: str) -> str:
    """Return a name that is one file name on every system, whatever a server called it."""
    kept = re.sub(r"[^\w.+-]+", "_", name).strip(".")[-120:]
    return kept or "_"


def _was_absent(note: Path) -> bool:
    try:
        return json.loads(note.read_text(encoding="utf-8")).get("absent") is True
    except (OSError, ValueError, AttributeError):
        return False


def _note(path: Path, note: Path) -> str | None:
    """Return the day on which a cached file came, if the file is as it was then."""
    try:
        content = json.loads(note.read_text(encoding="utf-8"))
        right = content["size_bytes"] == path.stat().st_size
        right = right and content["sha256"] == sha256_of(path)
        return str(content["retrieved"]) if right else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
