"""Bytes to text: UTF-8, UTF-16, Windows-1258, or a mixture; never a guess without a finding."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from htcoverage.errors import Fault, InputError
from htcoverage.readers.findings import Finding
from htcoverage.readers.fonts import font_of
from htcoverage.readers.sheet import existing_file, file_fault

#: A larger text does not fit the memory of the usual notebook computer several times over.
LARGEST_TEXT_BYTES = 600_000_000

_WANTED = "a text table such as CSV"

#: First bytes of files that are often given in place of a text table.
_SIGNATURES = (
    (
        b"PK\x03\x04",
        "a zip archive or spreadsheet; give it a name that ends in .xlsx, .kmz or .zip",
    ),
    (b"\xd0\xcf\x11\xe0", "an old Excel file; save it as .xlsx or 'CSV UTF-8'"),
    (b"SQLite format 3\x00", "a GeoPackage or SQLite file; give it a name that ends in .gpkg"),
    (b"%PDF", "a PDF; export the table itself"),
)

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

#: Vietnamese of Windows before Unicode: letters with marks that combine.
VIETNAMESE_WINDOWS = "cp1258"

WESTERN_WINDOWS = "cp1252"

#: What the beginnings of UTF-8 letters look like, taken for Windows-1252: "Nhà mạng".
_LOOKS_ENCODED = re.compile("[ÃÄÆ][\x80-\xbf‘’“”•–—˜™š›œžŸ€ƒ„…†‡ˆ‰Š‹ŒŽ]|á[º»]")
_TWICE = "UTF-8 that was once taken for Windows-1252 and saved as such: turned back"
_WESTERN_SIGNS = {
    ord(sign): byte
    for byte in range(0x80, 0xA0)
    if (sign := bytes([byte]).decode(WESTERN_WINDOWS, "ignore"))
}

_CONTROL = re.compile(rb"[\x01-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]")


def read_text(
    path: Path | str, *, encoding: str | None = None, tolerant: bool = False
) -> tuple[str, tuple[Finding, ...]]:
    """Return the text of a file, and what had to be decided about its encoding.

    Parameters
    ----------
    path : path-like
        The file.
    encoding : str, optional
        What the user says it is in.
    tolerant : bool
        Take Windows-1258 where a line is no UTF-8, and tell. Otherwise that is a fault.

    Raises
    ------
    InputError
        If there is no such file, it is too large, it is not text, or its encoding is unknown.
    """
    content = _content(path)
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            raise file_fault(path, f"{_WANTED}; this is {what}")
    if encoding is not None:
        return _decoded_as(content, encoding, path), ()
    for mark, name in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            if name == "utf-8-sig":
                break
            return _decoded_as(content, name, path), (_told("UTF-16, as its first bytes say"),)
    if b"\x00" in content:
        wide = _utf16_without_mark(content)
        if wide is None:
            raise file_fault(path, f"{_WANTED}; this is binary data")
        return _decoded_as(content, wide, path), (_told(f"{wide.upper()} by its zero bytes"),)
    try:
        text = content.decode("utf-8-sig")
        twice = _read_once_more(text) if tolerant else None
        return (text, ()) if twice is None else (twice, (_told(_TWICE, severity="warning"),))
    except UnicodeDecodeError as error:
        if tolerant:
            return _mixed(content, path)
        # The offsets count from behind a byte order mark, which holds no line break.
        row = error.object[: error.start].count(b"\n") + 1
        value = repr(error.object[error.start : error.start + 8])
        expected = "UTF-8 text; the file has another encoding: save it as 'CSV UTF-8'"
        raise InputError([Fault(str(path), row, None, value, expected)]) from error


def _read_once_more(text: str) -> str | None:
    """Return a text whose UTF-8 was taken for Windows-1252, as it was; None for any other."""
    if not _LOOKS_ENCODED.search(text):
        return None
    try:
        return text.translate(_WESTERN_SIGNS).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None


def _content(path: Path | str) -> bytes:
    found = existing_file(path)
    try:
        size = found.stat().st_size
        if size > LARGEST_TEXT_BYTES:
            raise file_fault(
                path,
                f"at most {LARGEST_TEXT_BYTES / 1e6:g} MB of text, for all of it is held in memory "
                "several times over: split it, or keep the rows of your province only",
                value=f"{size / 1e6:,.0f} MB",
            )
        return found.read_bytes()
    except OSError as error:
        raise file_fault(path, f"a file that can be read ({error.strerror})") from error


def _decoded_as(content: bytes, encoding: str, path: Path | str) -> str:
    try:
        return unicodedata.normalize("NFC", content.decode(encoding))
    except LookupError as error:
        raise file_fault(path, "an encoding such as utf-8 or cp1258", value=encoding) from error
    except UnicodeError as error:
        raise file_fault(path, f"text in {encoding} throughout ({error})") from error


def _utf16_without_mark(content: bytes) -> str | None:
    """Return the byte order if nearly every second byte is zero, as in wide Latin text."""
    head = content[:20_000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.6 * len(head) / 2 and even < 0.05 * len(head) / 2:
        return "utf-16-le"
    if even > 0.6 * len(head) / 2 and odd < 0.05 * len(head) / 2:
        return "utf-16-be"
    return None


def _mixed(content: bytes, path: Path | str) -> tuple[str, tuple[Finding, ...]]:
    """Return the text line by line: UTF-8 where it is that, else Windows-1258."""
    if len(_CONTROL.findall(content)) > 0.001 * len(content):
        raise file_fault(path, f"{_WANTED}; this is binary data")
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    texts: list[str] = []
    foreign: list[int] = []
    wide_lines = 0
    for row, line in enumerate(lines, start=1):
        try:
            texts.append(line.decode("utf-8"))
            wide_lines += not line.isascii()
        except UnicodeDecodeError:
            try:
                texts.append(unicodedata.normalize("NFC", line.decode(VIETNAMESE_WINDOWS)))
            except UnicodeDecodeError as error:
                value = repr(line[error.start : error.start + 8])
                expected = "text in UTF-8 or Windows-1258; save the file as 'CSV UTF-8'"
                raise InputError([Fault(str(path), row, None, value, expected)]) from error
            foreign.append(row)
    if not wide_lines:
        western = content.decode(WESTERN_WINDOWS, "replace")
        if font := font_of([western]):
            told = f"no UTF-8: read as Windows-1252, the letters of {font} fonts"
            return western, (_told(told, severity="warning"),)
        return "\n".join(texts), (_told("no UTF-8: read as Windows-1258", severity="warning"),)
    findings = [
        Finding(row, None, "", "mixed-encoding", "warning", "repaired",
                "this line is no UTF-8 while others are: read as Windows-1258")
        for row in foreign
    ]  # fmt: skip
    return "\n".join(texts), tuple(findings)


def _told(detail: str, *, severity: str = "info") -> Finding:
    return Finding(
        None,
        None,
        "",
        "encoding",
        "warning" if severity == "warning" else "info",
        "repaired",
        detail,
    )
