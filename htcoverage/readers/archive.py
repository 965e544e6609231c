"""Zip archives (XLSX, KMZ, zipped layers): looked through before anything opens them."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from htcoverage.readers.sheet import existing_file, file_fault, shown

#: What all members may unpack to; a ledger of a million rows is about a third of it.
LARGEST_UNPACKED_BYTES = 1_000_000_000

#: Text is packed to a tenth or a fiftieth; a bomb to a thousandth.
_LARGEST_RATIO = 200.0
_HARMLESS_BYTES = 20_000_000

_MOST_MEMBERS = 10_000

#: A document type is where XML declares entities; no spreadsheet or map needs one.
_XML_DANGER = (b"<!DOCTYPE", b"<!ENTITY")
_XML_SUFFIXES = (".xml", ".kml", ".rels", ".gml")
_CHUNK_BYTES = 1 << 20


def is_zip(path: Path) -> bool:
    """Return whether the file begins as a zip archive does."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def check_archive(path: Path | str) -> tuple[str, ...]:
    """Return the names of the members of a zip archive that is safe to open.

    Raises
    ------
    InputError
        If it is damaged, encrypted, unpacks to too much, leads out of its folder, or carries XML
        that declares entities.
    """
    found = existing_file(path)
    try:
        with zipfile.ZipFile(found) as archive:
            members = archive.infolist()
            _check_members(path, members)
            for member in members:
                if member.filename.lower().endswith(_XML_SUFFIXES):
                    with archive.open(member) as content:
                        _check_stream(path, content.read, name=member.filename)
            return tuple(member.filename for member in members)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise file_fault(path, f"a whole zip archive ({error})") from error


def _check_members(path: Path | str, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > _MOST_MEMBERS:
        raise file_fault(path, f"at most {_MOST_MEMBERS} files inside", value=str(len(members)))
    unpacked = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    if unpacked > LARGEST_UNPACKED_BYTES or (
        unpacked > _HARMLESS_BYTES and unpacked / packed > _LARGEST_RATIO
    ):
        raise file_fault(
            path,
            f"an archive that unpacks to at most {LARGEST_UNPACKED_BYTES / 1e6:,.0f} MB and "
            f"{_LARGEST_RATIO:g} times its size: this one looks like a zip bomb",
            value=f"{packed / 1e6:,.1f} MB unpacks to {unpacked / 1e6:,.0f} MB",
        )
    for member in members:
        name = member.filename
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if ".." in parts or name.startswith(("/", "\\")) or ":" in name.split("/")[0]:
            raise file_fault(path, "members that stay inside the archive", value=shown(name))
        if member.flag_bits & 0x1:
            raise file_fault(path, "an archive without password", value=shown(name))


def check_xml(path: Path | str) -> None:
    """Raise InputError if an XML file declares a document type or entities."""
    with existing_file(path).open("rb") as file:
        _check_stream(path, file.read, name="")


def _check_stream(path: Path | str, read, *, name: str) -> None:  # type: ignore[no-untyped-def]
    tail = b""
    while block := read(_CHUNK_BYTES):
        # In UTF-16 every second byte is zero.
        text = (tail + block).replace(b"\x00", b"")
        upper = text.upper()
        if any(sign in upper for sign in _XML_DANGER):
            raise file_fault(
                path,
                "XML without a document type (DOCTYPE) or entities, which can blow up memory or "
                "read other files: save it again from the program that made it",
                value=shown(name),
            )
        tail = text[-16:]
