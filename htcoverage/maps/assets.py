"""Leaflet, jQuery and our own styles and scripts, as text that a page can carry itself."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

from xstatic.pkg import jquery, leaflet

_SOURCE_MAP = re.compile(r"^\s*//[#@] sourceMappingURL=.*$", re.MULTILINE)
_CSS_URL = re.compile(r"url\(([^)#]+\.png)\)")

#: Our own, in the order in which they are run.
OWN_SCRIPTS = (
    "view.js",
    "popups.js",
    "layers.js",
    "fibre.js",
    "plan.js",
    "readout.js",
    "tools.js",
    "panel.js",
    "start.js",
)


def data_uri(content: bytes, mime: str) -> str:
    """Return the bytes as a ``data:`` URI."""
    return f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}"


def csp_hash(code: str) -> str:
    """Return the source expression by which a Content-Security-Policy allows this inline code."""
    digest = hashlib.sha256(code.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


@cache
def library_scripts() -> tuple[str, ...]:
    """Return the code of Leaflet and of jQuery."""
    return (
        _read_code(Path(leaflet.BASE_DIR) / "leaflet.js") + _icon_paths(),
        _read_code(Path(jquery.BASE_DIR) / "jquery.min.js"),
    )


@cache
def library_style() -> str:
    """Return Leaflet's style sheet, its images as ``data:`` URIs."""
    folder = Path(leaflet.BASE_DIR)

    def inlined(match: re.Match[str]) -> str:
        return f"url({data_uri((folder / match[1]).read_bytes(), 'image/png')})"

    return _CSS_URL.sub(inlined, _read_code(folder / "leaflet.css"))


@cache
def own_scripts() -> tuple[str, ...]:
    """Return the code of our own scripts, in order."""
    return tuple(_own(name) for name in OWN_SCRIPTS)


@cache
def own_style() -> str:
    """Return our own style sheet."""
    return _own("style.css")


def _own(name: str) -> str:
    return files("htcoverage.maps").joinpath("static", name).read_text(encoding="utf-8")


def _read_code(path: Path) -> str:
    # A browser hashes inline code after turning every line end into \n.
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return _SOURCE_MAP.sub("", text)


def _icon_paths() -> str:
    # Leaflet finds the folder of its marker icons from the style sheet; here there is no folder.
    images = Path(leaflet.BASE_DIR) / "images"
    options = ",".join(
        f"{option}:'{data_uri((images / name).read_bytes(), 'image/png')}'"
        for option, name in (
            ("iconUrl", "marker-icon.png"),
            ("iconRetinaUrl", "marker-icon-2x.png"),
            ("shadowUrl", "marker-shadow.png"),
        )
    )
    return (
        "\nL.Icon.Default.prototype._getIconUrl=function(name){return this.options[name+'Url'];};"
        f"\nL.Icon.Default.mergeOptions({{{options}}});\n"
    )
