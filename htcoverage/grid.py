"""The analysis grid: one frozen value, an ``odc.geo.geobox.GeoBox`` in metres, snapped."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import CRS

from htcoverage.errors import argument_fault

if TYPE_CHECKING:
    import xarray as xr

#: VN-2000 / TM-3 105°30' (Hà Tĩnh's zone), metres.
DEFAULT_CRS = "EPSG:9209"
DEFAULT_RESOLUTION_M = 100.0


def make_grid(
    bounds: tuple[float, float, float, float],
    *,
    resolution_m: float = DEFAULT_RESOLUTION_M,
    crs: str = DEFAULT_CRS,
) -> GeoBox:
    """Return the smallest grid that holds the bounds and is snapped to whole pixels.

    The edges are whole multiples of the resolution, so two carriers' grids coincide.

    Parameters
    ----------
    bounds : (float, float, float, float)
        West, south, east, north in metres of ``crs``.
    resolution_m : float
        Side of a square pixel, in metres, above 0.
    crs : str
        A projected CRS in metres; EPSG:3857 is refused, for its metres are not metres.

    Returns
    -------
    odc.geo.geobox.GeoBox
        Row 0 is the northernmost.

    Raises
    ------
    InputError
        If the resolution is not above 0, the bounds are empty or not finite, or the CRS is not
        projected in metres.

    Examples
    --------
    >>> import htcoverage as ht
    >>> grid = ht.make_grid((500_020, 2_000_000, 501_000, 2_000_950), resolution_m=100)
    >>> tuple(grid.shape), grid.affine.c
    ((10, 10), 500000.0)
    """
    if not (math.isfinite(resolution_m) and resolution_m > 0):
        raise argument_fault("resolution_m", resolution_m, "a number of metres above 0")
    west, south, east, north = bounds
    if not all(math.isfinite(edge) for edge in bounds) or west >= east or south >= north:
        raise argument_fault("bounds", bounds, "finite west < east and south < north, in metres")
    check_metric_crs(crs)
    left = math.floor(west / resolution_m)
    right = math.ceil(east / resolution_m)
    bottom = math.floor(south / resolution_m)
    top = math.ceil(north / resolution_m)
    return GeoBox.from_bbox(
        (left * resolution_m, bottom * resolution_m, right * resolution_m, top * resolution_m),
        crs=crs,
        shape=(top - bottom, right - left),
        tight=True,
    )


def grid_of(coverage: xr.Dataset | xr.DataArray) -> GeoBox:
    """Return the analysis grid that a coverage, or a raster made of it, stands on.

    Parameters
    ----------
    coverage : xarray.Dataset or xarray.DataArray
        From `htcoverage.compute_coverage`: its sizes and the attributes ``crs`` and ``transform``
        tell.

    Returns
    -------
    odc.geo.geobox.GeoBox
        Projected, metres, row 0 north.
    """
    return GeoBox(
        (coverage.sizes["y"], coverage.sizes["x"]),
        Affine(*coverage.attrs["transform"]),
        coverage.attrs["crs"],
    )


def check_metric_crs(crs: str) -> None:
    """Raise InputError unless the CRS is projected, in metres and not web Mercator."""
    parsed = CRS.from_user_input(crs)
    if parsed.to_epsg() == 3857:
        raise argument_fault("crs", crs, "a CRS that measures in true metres; EPSG:3857 does not")
    if not parsed.is_projected or any(axis.unit_name != "metre" for axis in parsed.axis_info):
        raise argument_fault("crs", crs, "a projected CRS in metres, such as EPSG:9209")
