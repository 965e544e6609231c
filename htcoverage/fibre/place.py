"""Whether a network lies where it should: a wrong CRS is told, with the one that would fit."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from htcoverage.crs import reproject, transformer
from htcoverage.errors import Fault, InputError

#: A network with more than half of its spans farther than this from the area is misplaced, in km.
_FAR_KM = 25.0

#: Where lines are known where masts stand, most masts have one this near, m: the datum VN-2000
#: taken for WGS 84 moves lines by 200 m.
_AT_MAST_M = 100.0
#: Fewer base stations than this tell nothing.
_LEAST_BTS = 20

#: What Vietnamese files are in when they say something else: degrees, VN-2000 / TM-3 by province,
#: VN-2000 / UTM, WGS 84 / UTM, web maps.
_LIKELY_CRS = (
    "EPSG:4326", *(f"EPSG:{code}" for code in range(9205, 9219)), "EPSG:5896", "EPSG:5897",
    "EPSG:5898", "EPSG:5899", "EPSG:3405", "EPSG:3406", "EPSG:32648", "EPSG:32649", "EPSG:3857",
)  # fmt: skip


def check_place(spans: gpd.GeoDataFrame, area: gpd.GeoDataFrame, *, crs: str) -> None:
    """Refuse a network of which more than half lies far from the area: its CRS is wrong.

    Raises
    ------
    InputError
        With the CRS that would fit, if one would.
    """
    region = shapely.box(*reproject(area, crs).total_bounds)
    if _near_share(spans, region, crs) > 0.5:
        return
    fits = []
    for other in _LIKELY_CRS:
        claimed = spans.set_crs(other, allow_override=True)
        if _near_share(claimed, region, crs) > 0.5:
            fits.append(other)
    swapped = spans.set_geometry(
        shapely.transform(spans.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    )
    expected = f"a network within {_FAR_KM:g} km of the area"
    if fits:
        expected += f"; the coordinates would fit {' or '.join(fits)}: set the layer's CRS"
    elif _near_share(swapped, region, crs) > 0.5:
        expected += "; x and y look swapped"
    raise InputError([Fault("spans", None, "geometry", _told(spans), expected)])


def _near_share(spans: gpd.GeoDataFrame, region: shapely.Geometry, crs: str) -> float:
    """Return the share of spans that start near a region; 0 where they cannot be placed."""
    starts = shapely.get_coordinates(spans.geometry.to_numpy())[:: max(1, len(spans) // 1000)]
    if spans.crs.is_geographic and (np.abs(starts) > [180.0, 90.0]).any(axis=1).mean() > 0.5:
        return 0.0
    x, y = transformer(spans.crs.to_wkt(), crs).transform(starts[:, 0], starts[:, 1])
    known = np.isfinite(x) & np.isfinite(y)
    points = shapely.points(np.where(known, x, 1e12), np.where(known, y, 1e12))
    return float((shapely.distance(points, region) <= _FAR_KM * 1000.0).mean())


def check_fit(spans: gpd.GeoDataFrame, bts: gpd.GeoDataFrame, *, crs: str) -> None:
    """Refuse a network that misses the masts and would meet them in another CRS.

    Parameters
    ----------
    spans, bts : GeoDataFrame
        With a CRS each.
    crs : str
        Projected CRS in metres to measure in.

    Raises
    ------
    InputError
        If most base stations have a span within 100 m when the coordinates are taken for another
        CRS, and at most half as many as the layer stands.
    """
    if len(bts) < _LEAST_BTS or len(spans) == 0:
        return
    masts = reproject(bts, crs).geometry.to_numpy()
    share = _met_share(spans, masts, crs)
    if share > 0.5:
        return
    region = shapely.box(*shapely.total_bounds(masts))
    claims = {
        name: spans.set_crs(name, allow_override=True)
        for name in dict.fromkeys((crs, *_LIKELY_CRS))
    }
    met = {
        name: _met_share(claimed, masts, crs)
        for name, claimed in claims.items()
        if _near_share(claimed, region, crs) > 0.5
    }
    best = max(met, key=lambda name: met[name], default=None)
    if best is not None and met[best] > 0.5 and met[best] >= 2.0 * share:
        expected = (
            f"lines where the base stations are: {share:.0%} have one within {_AT_MAST_M:g} m; read"
            f" as {best}, {met[best]:.0%} would: set the layer's CRS"
        )
        raise InputError([Fault("spans", None, "geometry", _told(spans), expected)])


def _met_share(spans: gpd.GeoDataFrame, masts: np.ndarray, crs: str) -> float:
    """Return the share of base stations with a span near them."""
    lines = reproject(spans, crs).geometry.to_numpy()
    met = shapely.STRtree(lines).query(masts, predicate="dwithin", distance=_AT_MAST_M)[0]
    return len(np.unique(met)) / len(masts)


def _told(spans: gpd.GeoDataFrame) -> str:
    bounds = ", ".join(f"{v:.6g}" for v in spans.total_bounds)
    return f"{spans.crs.to_string()}, bounds {bounds}"
