"""KMZ for Google Earth: pictures laid on the ground, and placemarks.

Elements as OGC 12-007r2 (KML 2.3) and its KMZ packaging name them; nothing outside the archive is
referred to.
"""

from __future__ import annotations

import html
import math
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np
import pandas as pd
import shapely

from htcoverage.crs import WGS84, reproject
from htcoverage.errors import argument_fault
from htcoverage.export.files import texts, xml_text
from htcoverage.export.pictures import UInt8, degrees_warp, palette_png
from htcoverage.export.tables import ARCHIVE_DATE
from htcoverage.files import whole_file

if TYPE_CHECKING:
    import geopandas as gpd
    from odc.geo.geobox import GeoBox

_KML = "http://www.opengis.net/kml/2.2"
_DECIMALS = 6


@dataclass(frozen=True, eq=False)
class GroundPicture:
    """Classes of the analysis grid as a picture on the ground.

    Parameters
    ----------
    name : str
        What it shows.
    classes : uint8[y, x]
        0 is transparent, class k has ``colours[k - 1]``.
    colours : sequence of str
        ``#rrggbb``.
    words : sequence of str
        What each class is.
    """

    name: str
    classes: UInt8
    colours: Sequence[str]
    words: Sequence[str]


@dataclass(frozen=True, eq=False)
class Placemarks:
    """A table as placemarks.

    Parameters
    ----------
    name : str
        Of the folder.
    table : GeoDataFrame
        Points, lines or polygons with a CRS; every other column is shown with the placemark.
    title : str
        The column that names a placemark.
    colour : str
        ``#rrggbb``.
    visible : bool
        Whether the folder is shown when the file is opened.
    """

    name: str
    table: gpd.GeoDataFrame
    title: str
    colour: str
    visible: bool = True


def write_kmz(
    path: str | Path,
    *,
    name: str,
    grid: GeoBox | None = None,
    pictures: Sequence[GroundPicture] = (),
    placemarks: Sequence[Placemarks] = (),
    metadata: Mapping[str, object] | None = None,
) -> None:
    """Write pictures and placemarks as one KMZ; of the pictures, the first is shown.

    Parameters
    ----------
    path : str or Path
        File to write.
    name : str
        Of the document.
    grid : GeoBox, optional
        The grid of the pictures' classes; they are laid out anew in longitude and latitude, nearest
        pixel.
    pictures : sequence of GroundPicture
        Legends stand in their descriptions.
    placemarks : sequence of Placemarks
        A folder each.
    metadata : mapping, optional
        Parameters that made the content, as the document's ``ExtendedData``.

    Raises
    ------
    InputError
        If there is nothing to write, a table has no CRS, or there are pictures but no grid.
    """
    if not pictures and not placemarks:
        raise argument_fault("pictures, placemarks", "none", "at least one of them")
    if pictures and grid is None:
        raise argument_fault("grid", None, "the grid of the pictures")
    for folder in placemarks:
        if folder.table.crs is None:
            raise argument_fault("placemarks", folder.name, "a table with a CRS")
    root = Element("kml", xmlns=_KML)
    document = SubElement(root, "Document")
    # The order of a document's parts is that of the standard's schema.
    _text(document, "name", name)
    for number, folder in enumerate(placemarks):
        document.append(_style(f"style{number}", folder.colour))
    _extended(document, texts(metadata))
    images: dict[str, bytes] = {}
    if pictures and grid is not None:
        warp = degrees_warp(grid)
        group = SubElement(document, "Folder")
        _text(group, "name", name)
        for number, picture in enumerate(pictures):
            file = f"files/picture{number}.png"
            images[file] = palette_png(
                warp.apply(picture.classes), list(picture.colours), warp.transform
            )
            group.append(_overlay(picture, file, warp.bounds_deg, shown=number == 0))
    for number, folder in enumerate(placemarks):
        document.append(_folder(folder, f"style{number}"))
    indent(root)
    xml = '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"
    with whole_file(Path(path)) as part, zipfile.ZipFile(part, "w") as archive:
        # The document first: a reader takes the first .kml of the archive.
        for file, content in {"doc.kml": xml.encode(), **images}.items():
            archive.writestr(
                zipfile.ZipInfo(file, ARCHIVE_DATE), content, compress_type=zipfile.ZIP_DEFLATED
            )


def _text(parent: Element, tag: str, value: object) -> Element:
    """Add an element of text; ElementTree escapes it."""
    child = SubElement(parent, tag)
    child.text = xml_text(value)
    return child


def _extended(parent: Element, values: Mapping[str, str]) -> None:
    if not values:
        return
    data = SubElement(parent, "ExtendedData")
    for key, value in values.items():
        entry = SubElement(data, "Data", name=xml_text(key))
        _text(entry, "value", value)


def _style(identity: str, colour: str) -> Element:
    red, green, blue = (colour.removeprefix("#")[k : k + 2] for k in (0, 2, 4))
    style = Element("Style", id=identity)
    icon = SubElement(style, "IconStyle")
    _text(icon, "color", f"ff{blue}{green}{red}")
    _text(icon, "scale", "0.6")
    _text(SubElement(style, "LabelStyle"), "scale", "0")  # names of thousands would hide the map
    line = SubElement(style, "LineStyle")
    _text(line, "color", f"ff{blue}{green}{red}")
    _text(line, "width", "1.5")
    _text(SubElement(style, "PolyStyle"), "color", f"99{blue}{green}{red}")
    return style


def _overlay(
    picture: GroundPicture, file: str, bounds_deg: tuple[float, float, float, float], *, shown: bool
) -> Element:
    overlay = Element("GroundOverlay")
    _text(overlay, "name", picture.name)
    _text(overlay, "visibility", int(shown))
    lines = [
        f'<font color="{colour}">■</font> {_plain_html(word)}'
        for colour, word in zip(picture.colours, picture.words, strict=True)
    ]
    _text(overlay, "description", "<br>".join(lines))
    _text(overlay, "color", "ccffffff")
    _text(SubElement(overlay, "Icon"), "href", file)
    box = SubElement(overlay, "LatLonBox")
    south, west, north, east = bounds_deg
    for side, value in (("north", north), ("south", south), ("east", east), ("west", west)):
        _text(box, side, f"{value:.9f}")
    return overlay


def _plain_html(text: str) -> str:
    """Escape a description: readers take its text for HTML once it is unescaped from XML."""
    return html.escape(text).replace("$", "&#36;")


def _folder(folder: Placemarks, style: str) -> Element:
    group = Element("Folder")
    _text(group, "name", folder.name)
    _text(group, "visibility", int(folder.visible))
    table = reproject(folder.table, WGS84)
    columns = [name for name in table.columns if name != table.geometry.name]
    for (_, row), shape in zip(
        pd.DataFrame(table[columns]).iterrows(), table.geometry.to_numpy(), strict=True
    ):
        mark = SubElement(group, "Placemark")
        # A name and a value are text by the standard, unlike a description.
        title = row[folder.title]
        _text(mark, "name", "" if _missing(title) else title)
        _text(mark, "visibility", int(folder.visible))
        _text(mark, "styleUrl", f"#{style}")
        _extended(mark, {name: _shown(row[name]) for name in columns if not _missing(row[name])})
        mark.append(_geometry(shape))
    return group


def _shown(value: object) -> str:
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return f"{number:.6g}" if abs(number) < 1e6 else f"{number:.0f}"
    return str(value)


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _geometry(shape: shapely.Geometry) -> Element:
    parts = [_part(part) for part in shapely.get_parts(shape)]
    if len(parts) == 1:
        return parts[0]
    many = Element("MultiGeometry")
    many.extend(parts)
    return many


def _part(shape: shapely.Geometry) -> Element:
    if isinstance(shape, shapely.Polygon):
        polygon = Element("Polygon")
        for place, ring in enumerate([shape.exterior, *shape.interiors]):
            tag = "innerBoundaryIs" if place else "outerBoundaryIs"
            boundary = SubElement(SubElement(polygon, tag), "LinearRing")
            _text(boundary, "coordinates", _coordinates(ring))
        return polygon
    element = Element("Point" if isinstance(shape, shapely.Point) else "LineString")
    _text(element, "coordinates", _coordinates(shape))
    return element


def _coordinates(shape: shapely.Geometry) -> str:
    points = shapely.get_coordinates(shape).tolist()
    return " ".join(f"{lon:.{_DECIMALS}f},{lat:.{_DECIMALS}f}" for lon, lat in points)
