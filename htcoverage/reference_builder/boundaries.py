"""District outlines: clean the overlapping source, split Kỳ Anh, name and code the 13 units."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.optimize import brentq
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from htcoverage.crs import WGS84, transformer
from htcoverage.grid import DEFAULT_CRS
from htcoverage.reference_builder.parameters import KY_ANH, OUTLINES

KINDS = {"Thành phố": "city", "Thị xã": "town", "Huyện": "district"}

#: Source name (no diacritics) → GSO code. Kỳ Anh, split afterwards, is the district for now.
SOURCE_CODES = {
    "Ha Tinh": "436",
    "Hong Linh": "437",
    "Huong Son": "439",
    "Duc Tho": "440",
    "Vu Quang": "441",
    "Nghi Xuan": "442",
    "Can Loc": "443",
    "Huong Khe": "444",
    "Thach Ha": "445",
    "Cam Xuyen": "446",
    "Ky Anh": "447",
    "Loc Ha": "448",
}
KY_ANH_DISTRICT, KY_ANH_TOWN = "447", "449"


def build_districts(outlines: gpd.GeoDataFrame, communes: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the 13 district units of 2023: disjoint, without gaps between them.

    Parameters
    ----------
    outlines : GeoDataFrame
        ``name`` and the source's outline, projected in metres.
    communes : DataFrame
        The GSO list.

    Returns
    -------
    GeoDataFrame
        ``district_code, full_name, kind, communes`` and the outline, sorted by code.
    """
    codes = [SOURCE_CODES[name] for name in outlines["name"]]
    parts = dict(zip(codes, partition(list(outlines.geometry)), strict=True))
    parts[KY_ANH_DISTRICT], parts[KY_ANH_TOWN] = split_ky_anh(parts[KY_ANH_DISTRICT])
    units = communes.groupby("district_code", sort=True)["district_full_name"].agg(
        ["first", "size"]
    )
    return gpd.GeoDataFrame(
        {
            "district_code": units.index.to_numpy(dtype=str),
            "full_name": units["first"].to_numpy(dtype=str),
            "kind": [_kind(name) for name in units["first"]],
            "communes": units["size"].to_numpy(dtype=np.int64),
        },
        geometry=[parts[code] for code in units.index],
        crs=DEFAULT_CRS,
    )


def _kind(full_name: str) -> str:
    return next(kind for prefix, kind in KINDS.items() if full_name.startswith(prefix))


def partition(outlines: list[BaseGeometry]) -> list[MultiPolygon]:
    """Return the outlines as a partition: every face in exactly one of them.

    The lines of all outlines are noded together on a 0.1 m lattice and made into faces. A face
    claimed by one outline is its own; a face claimed by several (an overlap) or by none but
    enclosed or narrow (a gap) goes to the unit with which it shares most border. Faces that hang
    on their unit by less than a face's share (slivers) are handed on by the same rule.

    Parameters
    ----------
    outlines : list of Polygon or MultiPolygon
        In metres.
    """
    clean = [shapely.make_valid(outline) for outline in outlines]
    whole = shapely.union_all(clean)
    closed = whole.buffer(OUTLINES.gap_m).buffer(-OUTLINES.gap_m).union(whole)
    frame = MultiPolygon([Polygon(p.exterior) for p in polygons(closed)])
    lines = [shapely.boundary(part) for part in [*clean, frame]]
    noded = shapely.union_all([shapely.set_precision(line, 0.1) for line in lines], grid_size=0.1)
    faces = [
        face
        for face in polygons(shapely.polygonize([noded]))
        if frame.contains(face.representative_point())
    ]
    owner = np.full(len(faces), -1)
    for number, face in enumerate(faces):
        claims = [i for i, part in enumerate(clean) if part.contains(face.representative_point())]
        if len(claims) == 1 and not _thin(face):
            owner[number] = claims[0]
    while (owner < 0).any():
        number, to = _longest_shared(faces, owner)
        owner[number] = to
    return [
        _dissolve([f for f, o in zip(faces, owner, strict=True) if o == i])
        for i in range(len(outlines))
    ]


def _thin(face: Polygon) -> bool:
    """Tell a sliver: nothing is left of it when a margin is taken off all round."""
    return bool(face.buffer(-OUTLINES.sliver_m / 2).is_empty)


def _longest_shared(faces: list[Polygon], owner: np.ndarray) -> tuple[int, int]:
    """Return the free face and unit that share the longest border."""
    best = (-1.0, -1, -1)
    tree = shapely.STRtree(faces)
    for number in np.flatnonzero(owner < 0):
        shared: dict[int, float] = {}
        for other in sorted(tree.query(faces[number], predicate="intersects")):
            if owner[other] >= 0:
                length = faces[number].boundary.intersection(faces[other].boundary).length
                shared[int(owner[other])] = shared.get(int(owner[other]), 0.0) + length
        for unit, length in shared.items():
            best = max(best, (length, int(number), unit))
    if best[1] < 0:
        raise ValueError("a face of the outlines touches no district")
    return best[1], best[2]


def _dissolve(faces: list[Polygon]) -> MultiPolygon:
    return _multi(shapely.union_all(faces, grid_size=0.1))


def _multi(whole: BaseGeometry) -> MultiPolygon:
    """Return polygons of any geometry as one multipolygon: a layer holds one type of geometry."""
    result: MultiPolygon = shapely.normalize(MultiPolygon(polygons(whole)))
    return result


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """Return the polygons of any geometry, points and lines left out."""
    return [part for part in shapely.get_parts(shape).tolist() if isinstance(part, Polygon)]


def split_ky_anh(whole: BaseGeometry) -> tuple[MultiPolygon, MultiPolygon]:
    """Split Kỳ Anh into district and town along a modelled line.

    The line keeps its shape and is moved east or west until the town has its published area.

    Parameters
    ----------
    whole : Polygon or MultiPolygon
        Both units together, in metres.

    Returns
    -------
    (district, town) : pair of MultiPolygon
    """
    to_metres = transformer(WGS84, DEFAULT_CRS)
    line = np.column_stack(to_metres.transform(*np.array(KY_ANH.line_deg).T))

    def town(east_m: float) -> BaseGeometry:
        corners = [(x + east_m, y) for x, y in line]
        east_side = Polygon(
            [*corners, (corners[-1][0] + 1e5, corners[-1][1]), (corners[0][0] + 1e5, corners[0][1])]
        )
        return whole.intersection(east_side, grid_size=0.1)

    east_m = brentq(lambda x: town(x).area / 1e6 - KY_ANH.town_km2, -8e3, 8e3, xtol=0.1)
    part = town(round(east_m, 1))
    rest = whole.difference(part, grid_size=0.1)
    seat = Point(to_metres.transform(*KY_ANH.town_seat_deg))
    if not part.contains(seat):
        raise ValueError("the modelled line leaves the town's seat outside the town")
    return _multi(rest), _multi(part)


def build_province(districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the province: one row, ``province_code, full_name, districts, communes``."""
    return gpd.GeoDataFrame(
        {
            "province_code": ["42"],
            "full_name": ["Tỉnh Hà Tĩnh"],
            "districts": [len(districts)],
            "communes": [int(districts["communes"].sum())],
        },
        geometry=[_dissolve(list(districts.geometry))],
        crs=districts.crs,
    )
