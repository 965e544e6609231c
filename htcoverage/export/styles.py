"""How QGIS draws our layers: style documents (QML) that a GeoPackage carries with them.

The elements are those that QGIS 3 itself saves (``renderer-v2`` of ``singleSymbol``,
``categorizedSymbol``, ``graduatedSymbol``), as its files show them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from htcoverage.export.classes import COVER_COLOURS

if TYPE_CHECKING:
    import pandas as pd

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"

#: Shares of a settlement's area at which its colour changes, and the colours, least first: from
#: not covered to covered, as on the map.
_SHARE_BREAKS = (0.0, 0.5, 0.9, 0.95, 1.0)
_SHARE_COLOURS = (COVER_COLOURS[2], "#f6d3a6", COVER_COLOURS[1], COVER_COLOURS[0])

#: Of dark and light, so that the operators are told apart without colour too.
_OPERATOR_COLOURS = ("#1a1a1a", "#c2410c", "#1d6fb8", "#8a8a8a")

_GAP, _LINE, _FIBRE = "#c2002f", "#3c3c3c", "#5e2590"


def qgis_style(layer: str, table: pd.DataFrame) -> str:
    """Return the style of one of our layers as QML; empty for a layer that has none.

    Parameters
    ----------
    layer : str
        ``gaps``, ``settlements``, ``sites``, ``districts``, ``spans`` or ``availability``.
    table : DataFrame
        Its rows, for the values that the classes are of.
    """
    renderer = None
    if layer == "gaps":
        renderer = _single(_fill(_GAP, opacity=0.75, outline="#7a0019"))
    elif layer == "districts":
        renderer = _single(_fill("", outline=_LINE))
    elif layer == "spans":
        renderer = _single(_line(_FIBRE))
    elif layer == "sites" and "operator" in table:
        renderer = _categories("operator", sorted(set(table["operator"].astype(str))))
    elif layer == "settlements" and "covered_4g_cell_edge" in table:
        renderer = _shares("covered_4g_cell_edge")
    elif layer == "availability":
        renderer = _single(_fill(COVER_COLOURS[0], opacity=0.7, outline=""))
    if renderer is None:
        return ""
    root = Element("qgis", version="3.22.0", styleCategories="Symbology")
    root.append(renderer)
    indent(root)
    return _DOCTYPE + tostring(root, encoding="unicode") + "\n"


def _single(symbol: Element) -> Element:
    renderer = Element("renderer-v2", type="singleSymbol", symbollevels="0")
    SubElement(renderer, "symbols").append(_numbered(symbol, 0))
    return renderer


def _categories(column: str, values: list[str]) -> Element:
    renderer = Element("renderer-v2", type="categorizedSymbol", attr=column, symbollevels="0")
    categories, symbols = SubElement(renderer, "categories"), SubElement(renderer, "symbols")
    for number, value in enumerate(values):
        SubElement(
            categories, "category", value=value, label=value, symbol=str(number), render="true",
            type="string",
        )  # fmt: skip
        symbols.append(
            _numbered(_marker(_OPERATOR_COLOURS[number % len(_OPERATOR_COLOURS)]), number)
        )
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
        symbols.append(_numbered(_fill(colour, outline="#3b2a1c"), number))
    return renderer


def _numbered(symbol: Element, number: int) -> Element:
    symbol.set("name", str(number))
    return symbol


def _fill(colour: str, *, outline: str, opacity: float = 1.0) -> Element:
    return _symbol(
        "fill",
        "SimpleFill",
        {
            "color": _rgba(colour or "#ffffff", opacity),
            "style": "solid" if colour else "no",
            "outline_color": _rgba(outline or "#000000"),
            "outline_style": "solid" if outline else "no",
            "outline_width": "0.26",
        },
    )


def _line(colour: str) -> Element:
    return _symbol("line", "SimpleLine", {"line_color": _rgba(colour), "line_width": "0.4"})


def _marker(colour: str) -> Element:
    return _symbol(
        "marker",
        "SimpleMarker",
        {"name": "circle", "color": _rgba(colour), "outline_color": _rgba("#ffffff"), "size": "2"},
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
