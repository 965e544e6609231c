"""Where people live and how many: built-up pixels, residents of a population raster."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio
import shapely
import shapely.geometry
from exactextract import exact_extract
from rasterio.errors import RasterioError
from rasterio.features import shapes

from htcoverage.crs import reproject
from htcoverage.errors import Fault, InputError
from htcoverage.notes import Note
from htcoverage.readers.sheet import as_row, existing_file, file_fault

#: Faults of one kind that are listed; more say nothing new.
_MOST_FAULTS = 50


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


def built_up(raster: Path, built_up_class: int, *, crs: str) -> gpd.GeoDataFrame:
    """Return the pixels of one class of a land cover raster as polygons.

    Parameters
    ----------
    raster : Path
        Land cover.
    built_up_class : int
        The class of built-up ground (ESA WorldCover: 50).
    crs : str
        Projected CRS of the result.

    Raises
    ------
    InputError
        If the raster cannot be read or lacks a CRS or the class.
    """
    try:
        with rasterio.open(existing_file(raster)) as source:
            if source.crs is None:
                raise file_fault(raster, "a raster with a CRS")
            here = source.read(1) == built_up_class
            transform, wkt = source.transform, source.crs.to_wkt()
    except RasterioError as error:
        raise file_fault(raster, f"a raster that can be read ({error})") from error
    if not here.any():
        raise file_fault(raster, "pixels of the built-up class", value=str(built_up_class))
    found = shapes(here.astype(np.uint8), mask=here, transform=transform)
    polygons = [shapely.geometry.shape(outline) for outline, _ in found]
    return reproject(gpd.GeoDataFrame(geometry=polygons, crs=wkt), crs)


def with_district(
    settlements: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, *, file: str
) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Return settlements with the code of the district that they lie in, where they tell none.

    If not one of the codes that they tell is that of a district, they belong to other boundaries
    (the districts of 2023 against the communes of 2025), and all are placed.

    Parameters
    ----------
    settlements, districts : GeoDataFrame
        Tables of the schema; codes of settlements may be empty.
    file : str
        As faults call the settlements.

    Returns
    -------
    settlements : GeoDataFrame
        With a code of ``districts`` each.
    notes : list of Note
        What was done.

    Raises
    ------
    InputError
        If some of the codes are of the districts and others are not: the first 50 of these.
    """
    own = settlements["district_code"].astype(object).to_numpy(copy=True)
    lacking = settlements["district_code"].isna().to_numpy(copy=True)
    known = settlements["district_code"].isin(districts["district_code"]).to_numpy()
    notes = []
    if not lacking.all() and not known.any():
        found = ", ".join(map(str, dict.fromkeys(own[~lacking].tolist()[:3])))
        notes.append(Note("other_boundaries", {"codes": found}, ("district_code",)))
        lacking[:] = True
    strange = np.flatnonzero(~lacking & ~known)
    if len(strange):
        expected = "the district_code of a row of the districts, or an empty cell: then by place"
        raise InputError(
            Fault(file, as_row(settlements.index[place]), "district_code", str(own[place]),
                  expected)
            for place in strange[:_MOST_FAULTS].tolist()
        )  # fmt: skip
    if not lacking.any():
        return settlements, []
    points = reproject(settlements, str(districts.crs.to_wkt())).geometry.representative_point()
    tree = shapely.STRtree(districts.geometry.to_numpy())
    codes = districts["district_code"].to_numpy()[tree.nearest(points.to_numpy())]
    own[lacking] = codes[lacking]
    inside = np.zeros(len(points), dtype=bool)
    inside[tree.query(points.to_numpy(), predicate="intersects")[0]] = True
    facts = {"count": int(lacking.sum())}
    notes.append(Note("district_by_place", facts, ("district_code",)))
    stray = int((lacking & ~inside).sum())
    if stray:
        notes.append(Note("in_no_district", {"count": stray}))
    return settlements.assign(district_code=own.astype(str)), notes
