"""How QGIS draws our layers: style documents (QML) that a GeoPackage carries with them.

The elements are those that QGIS 3 itself saves (``renderer-v2`` of ``singleSymbol``,
``categorizedSymbol``, ``graduatedSymbol``), as its files show them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from htcoverage.export.classes import COVER_COLOURS
from htcoverage.export.files import xml_text

if TYPE_CHECKING:
    import pandas as pd

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"

#: Columns of settlements that their colour can tell, the first that is there.
_SHARES = [f"covered_{of}_cell_edge" for of in ("4g", "any", "3g")]

#: Shares of a settlement's area at which its colour changes, and the colours, least first: from
#: not covered to covered, as on the map.
_SHARE_BREAKS = (0.0, 0.5, 0.9, 0.95, 1.0)
_SHARE_COLOURS = (COVER_COLOURS[2], "#f6d3a6", COVER_COLOURS[1], COVER_COLOURS[0])

#: Of dark and light, so that the operators are told apart without colour too.
_OPERATOR_COLOURS = ("#1a1a1a", "#c2410c", "#1d6fb8", "#8a8a8a")

#: Colour and width in millimetres of each kind of span.
_SPANS = {
    "trunk": ("#d55e00", 0.8),
    "ring": ("#0072b2", 0.5),
    "access": ("#9a9a9a", 0.25),
    "inter-provincial": ("#333333", 0.7),
}

_GAP, _LINE, _FINDING, _WATER = "#c2002f", "#3c3c3c", "#d55e00", "#c5dcec"


def qgis_style(layer: str, table: pd.DataFrame) -> str:
    """Return the style of one of our layers as QML; empty for a layer that has none.

    Parameters
    ----------
    layer : str
        Its name in the file, such as ``gaps``.
    table : DataFrame
        Its rows, for the values that the classes are of.
    """
    renderer = _renderer(layer, table)
    return "" if renderer is None else qml(renderer)


def qml(content: Element) -> str:
    """Return a style document with one part."""
    root = Element("qgis", version="3.22.0", styleCategories="Symbology")
    root.append(content)
    indent(root)
    return _DOCTYPE + tostring(root, encoding="unicode") + "\n"


def _renderer(layer: str, table: pd.DataFrame) -> Element | None:
    if layer in ("sites", "bts") and "operator" in table:
        colours = itertools.cycle(_OPERATOR_COLOURS)
        operators = sorted(set(table["operator"].dropna().astype(str)))
        symbols = {name: _marker(next(colours), size_mm=2.0) for name in operators}
        return _categories("operator", symbols)
    if layer == "spans" and "kind" in table:
        kinds = set(table["kind"])
        return _categories(
            "kind", {kind: _line(*style) for kind, style in _SPANS.items() if kind in kinds}
        )
    if layer == "settlements":
        shares = [name for name in _SHARES if name in table]
        return _shares(shares[0]) if shares else None
    symbol = _symbol_of(layer)
    return None if symbol is None else _single(symbol)


def _symbol_of(layer: str) -> Element | None:
    if layer == "gaps":
        # Gaps are small on a map of a province: it is their outlines that are seen there.
        return _fill(_GAP, opacity=0.75, outline=_GAP, outline_mm=0.8)
    if layer == "districts":
        return _fill("", outline=_LINE)
    if layer == "availability":
        return _fill(COVER_COLOURS[0], opacity=0.7, outline="")
    if layer in ("sea", "lakes"):
        return _fill(_WATER, outline="")
    if layer == "rivers":
        return _line(_WATER, 0.5)
    if layer == "pole_lines":
        return _line(_LINE, 0.3)
    if layer == "nodes":
        return _marker(_LINE, size_mm=1.0)
    return _marker(_FINDING, size_mm=2.5) if layer == "findings" else None


def _single(symbol: Element) -> Element:
    renderer = Element("renderer-v2", type="singleSymbol", symbollevels="0")
    SubElement(renderer, "symbols").append(_numbered(symbol, 0))
    return renderer


def _categories(column: str, marks: Mapping[str, Element]) -> Element:
    """Return a renderer with a symbol for each value of a column."""
    renderer = Element("renderer-v2", type="categorizedSymbol", attr=column, symbollevels="0")
    categories, symbols = SubElement(renderer, "categories"), SubElement(renderer, "symbols")
    for number, (value, symbol) in enumerate(marks.items()):
        words = xml_text(value)
        SubElement(
            categories, "category", value=words, label=words, symbol=str(number), render="true",
            type="string",
        )  # fmt: skip
        symbols.append(_numbered(symbol, number))
    return renderer


def _shares(column: str) -> Element:
    renderer = Element(
        "renderer-v2", type="graduatedSymbol", attr=column, graduatedMethod="GraduatedColor",
        symbollevels="0",
    )  # fmt: skip
    ranges, symbols = SubElement(renderer, "ranges"), SubElement(renderer, "symbols")
    for number, ((low, high), colour) in enumerate(
        zip(pairwise(_SHARE_BREAKS), _SHARE_COLOURS, strict=True)
    ):
        SubElement(
            ranges, "range", lower=f"{low:.6f}", upper=f"{high:.6f}", symbol=str(number),
            label=f"{100 * low:g} – {100 * high:g} %", render="true",
        )  # fmt: skip
        symbols.append(_numbered(_fill(colour, outline=colour), number))
    return renderer


def _numbered(symbol: Element, number: int) -> Element:
    symbol.set("name", str(number))
    return symbol


def _fill(colour: str, *, outline: str, outline_mm: float = 0.26, opacity: float = 1.0) -> Element:
    return _symbol(
        "fill",
        "SimpleFill",
        {
            "color": _rgba(colour or "#ffffff", opacity),
            "style": "solid" if colour else "no",
            "outline_color": _rgba(outline or "#000000"),
            "outline_style": "solid" if outline else "no",
            "outline_width": str(outline_mm),
        },
    )


def _line(colour: str, width_mm: float) -> Element:
    return _symbol("line", "SimpleLine", {"line_color": _rgba(colour), "line_width": str(width_mm)})


def _marker(colour: str, *, size_mm: float) -> Element:
    return _symbol(
        "marker",
        "SimpleMarker",
        {
            "name": "circle",
            "color": _rgba(colour),
            "outline_color": _rgba("#ffffff"),
            "size": str(size_mm),
        },
    )


def _symbol(kind: str, layer_class: str, values: dict[str, str]) -> Element:
    symbol = Element("symbol", type=kind, alpha="1", clip_to_extent="1")
    layer = SubElement(symbol, "layer", {"class": layer_class, "enabled": "1", "locked": "0"})
    options = SubElement(layer, "Option", type="Map")
    for name, value in values.items():
        SubElement(options, "Option", type="QString", name=name, value=value)
    for name, value in values.items():  # as QGIS before 3.22 reads it
        SubElement(layer, "prop", k=name, v=value)
    return symbol


def _rgba(colour: str, opacity: float = 1.0) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"{red},{green},{blue},{round(255 * opacity)}"
