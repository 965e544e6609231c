"""Where a file is from: beside each file, and for a folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from htcoverage.fetch.endpoints import Endpoint
from htcoverage.files import sha256_of, whole_file

SUFFIX = ".source.json"
FOLDER_FILE = "sources.json"


@dataclass(frozen=True)
class SourceRecord:
    """What must be known, and said, of a file that was fetched.

    Parameters
    ----------
    layer : str
        What it is in the project: ``elevation``, ``landcover``, …
    file : str
        Its name, seen from the folder.
    source, title, version, licence, licence_url, attribution : str
        Of the source.
    addresses : tuple of str
        Where it came from, without secrets.
    retrieved : str
        The day on which it came from there, ``2026-11-24`` (UTC); the latest of several.
    sha256 : str
        Of the file as it stands here.
    size_bytes : int
        Its length.
    notes : tuple of str
        What was done to it and what is lacking.
    """

    layer: str
    file: str
    source: str
    title: str
    version: str
    licence: str
    licence_url: str
    attribution: str
    addresses: tuple[str, ...]
    retrieved: str
    sha256: str
    size_bytes: int
    notes: tuple[str, ...] = ()


def record_of(
    path: Path,
    *,
    layer: str,
    endpoint: Endpoint,
    addresses: Iterable[str],
    retrieved: Iterable[str],
    notes: Iterable[str] = (),
) -> SourceRecord:
    """Return the record of a file that has been written.

    Parameters
    ----------
    path : Path
        The file, in the output folder.
    layer : str
        What it is.
    endpoint : Endpoint
        Its source.
    addresses, retrieved : iterable of str
        Of what it was made from, and the days on which that came.
    notes : iterable of str
        What was done to it.
    """
    return SourceRecord(
        layer=layer, file=path.name, source=endpoint.key, title=endpoint.title,
        version=endpoint.version, licence=endpoint.licence, licence_url=endpoint.licence_url,
        attribution=endpoint.attribution, addresses=tuple(addresses), retrieved=max(retrieved),
        sha256=sha256_of(path), size_bytes=path.stat().st_size, notes=tuple(notes),
    )  # fmt: skip


def write_record(record: SourceRecord, folder: Path) -> None:
    """Write ``NAME.source.json`` beside a file."""
    write_json(asdict(record), folder / f"{record.file}{SUFFIX}")


def write_folder_record(records: Iterable[SourceRecord], folder: Path) -> None:
    """Write ``sources.json``: the records of all files of a folder, sorted by layer and name."""
    listed = sorted((asdict(each) for each in records), key=lambda r: (r["layer"], r["file"]))
    write_json({"sources": listed}, folder / FOLDER_FILE)


def write_json(content: Mapping[str, object], path: Path) -> None:
    """Write JSON under another name, then rename it."""
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
