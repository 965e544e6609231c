"""How QGIS draws our rasters: a style document (QML) beside each, which it picks up by its name.

Without one QGIS shows a raster of several bands as red, green and blue, and all 256 entries of a
colour table. The elements are those that QGIS 3 itself saves (``rasterrenderer`` of ``paletted``,
``singlebandpseudocolor``), as its files show them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from htcoverage.export.files import xml_text
from htcoverage.export.styles import qml


def palette_style(entries: Iterable[tuple[int, str, str]]) -> str:
    """Return the style of whole numbers in the first band: value, ``#rrggbb`` and words of each."""
    renderer = _renderer("paletted")
    palette = SubElement(renderer, "colorPalette")
    for value, colour, words in entries:
        SubElement(
            palette, "paletteEntry", value=str(value), color=colour, alpha="255",
            label=xml_text(words),
        )  # fmt: skip
    return _document(renderer)


def ranges_style(breaks: Sequence[float], colours: Sequence[str], words: Sequence[str]) -> str:
    """Return the style of numbers in the first band, in classes.

    Parameters
    ----------
    breaks : sequence of float
        Where each class but the last begins, highest first.
    colours, words : sequence of str
        ``#rrggbb`` and what each class is, highest first; one more than breaks.
    """
    renderer = _renderer("singlebandpseudocolor")
    shader = SubElement(
        SubElement(renderer, "rastershader"), "colorrampshader", colorRampType="DISCRETE",
        classificationMode="1", clip="0",
    )  # fmt: skip
    # QGIS names the upper end of a class, lowest first.
    for end, colour, word in zip(
        [*breaks[::-1], "inf"], colours[::-1], words[::-1], strict=True
    ):  # fmt: skip
        SubElement(shader, "item", value=str(end), color=colour, alpha="255", label=word)
    return _document(renderer)


def write_style(style: str, raster: Path) -> None:
    """Write a style under the name by which QGIS finds it beside the raster."""
    raster.with_suffix(".qml").write_text(style, encoding="utf-8", newline="\n")


def _renderer(kind: str) -> Element:
    return Element("rasterrenderer", type=kind, band="1", opacity="1", alphaBand="-1")


def _document(renderer: Element) -> str:
    pipe = Element("pipe")
    pipe.append(renderer)
    return qml(pipe)
