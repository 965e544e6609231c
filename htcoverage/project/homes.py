"""Residents from a population raster, with exact fractions of its pixels."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio
from exactextract import exact_extract
from rasterio.errors import RasterioError

from htcoverage.crs import reproject
from htcoverage.readers.sheet import existing_file, file_fault


def residents_of(polygons: gpd.GeoDataFrame, raster: Path) -> npt.NDArray[np.float64]:
    """Sum a raster of residents over polygons; a pixel on an edge counts by its part inside.

    Parameters
    ----------
    polygons : GeoDataFrame
        Polygons that do not overlap.
    raster : Path
        Residents a pixel; voids count nobody.

    Returns
    -------
    array of float, (polygons,)
        Residents.

    Raises
    ------
    InputError
        If the raster cannot be read, has no CRS, or holds negative counts.
    """
    try:
        with rasterio.open(existing_file(raster)) as source:
            if source.crs is None:
                raise file_fault(raster, "a raster with a CRS")
            wkt = source.crs.to_wkt()
            moved = reproject(polygons, wkt)[["geometry"]].reset_index(drop=True)
            found = exact_extract(str(raster), moved, ["sum", "min"], output="pandas")
    except (RasterioError, RuntimeError) as error:
        raise file_fault(raster, f"a raster that can be read ({error})") from error
    if (found["min"] < 0).any():
        raise file_fault(raster, "residents of 0 or more: set its no-data value",
                         value=f"{found['min'].min():g}")  # fmt: skip
    residents: npt.NDArray[np.float64] = np.nan_to_num(found["sum"].to_numpy(float), nan=0.0)
    return residents
