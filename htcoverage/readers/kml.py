"""What GDAL leaves out of KML: names of columns in other letters, and folders inside folders."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from htcoverage.readers.archive import is_zip

#: Names of columns that no schema declares, as Google Earth and My Maps write them.
_DATA = re.compile(rb"<(?:\w+:)?Data\s[^>]*?\bname\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")

_FOLDERS = ("Folder", "Document")


def kml_content(path: Path, *, document: str | None) -> bytes:
    """Return the text of a KML file, or of that document inside a KMZ."""
    if document is None or not is_zip(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return archive.read(document)


def data_names(content: bytes) -> dict[str, str]:
    """Return the names of undeclared columns by what GDAL makes of them.

    GDAL writes an underscore for every byte that is no ASCII letter or digit. Two names that it
    makes one of are left out.
    """
    found = [double or single for double, single in dict.fromkeys(_DATA.findall(content))]
    names = [html.unescape(name.decode("utf-8", "replace")) for name in found]
    made = [re.sub(rb"[^0-9A-Za-z]", b"_", name.encode()).decode() for name in names]
    count = Counter(made)
    return {key: name for key, name in zip(made, names, strict=True) if count[key] == 1}


def folder_paths(content: bytes) -> dict[str, str]:
    """Return the folders of a KML document, each with the names of those around it before its own.

    Of folders that have one name, none is told.
    """
    tags: list[str] = []
    names: list[str] = []
    found: list[tuple[str, ...]] = []
    try:
        for event, element in ElementTree.iterparse(io.BytesIO(content), events=("start", "end")):
            tag = element.tag.rpartition("}")[2]
            if event == "start":
                tags.append(tag)
                if tag in _FOLDERS:
                    names.append("")
                continue
            tags.pop()
            if tag == "name" and tags and tags[-1] in _FOLDERS:
                names[-1] = (element.text or "").strip()
            elif tag in _FOLDERS:
                found.append(tuple(filter(None, names)))
                names.pop()
            element.clear()
    except ElementTree.ParseError:  # GDAL bears more, or has told it
        return {}
    count = Counter(path[-1] for path in found if path)
    return {path[-1]: " / ".join(path) for path in found if path and count[path[-1]] == 1}
