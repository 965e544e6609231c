"""The pieces that gaps are made of: groups of uncovered pixels, clipped to the settlements."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
import shapely
from odc.geo.geobox import GeoBox
from rasterio.features import shapes
from scipy import ndimage

from htcoverage.figures.cover import FloatArray
from htcoverage.figures.zones import ZoneAreas

#: Scraps of a settlement smaller than this are left out: they come from the single precision of
#: the pixel fractions, and nobody lives on them.
LEAST_AREA_M2 = 1.0


@dataclass(frozen=True)
class GapPixels:
    """The uncovered pixels that touch settlements.

    Parameters
    ----------
    gap : array of int
        Number of the gap that the pixel belongs to, ascending from 0.
    flat : array of int
        Flat index of the pixel (row · columns + column).
    area_m2 : array of float
        Residential area inside the pixel.
    """

    gap: npt.NDArray[np.int64]
    flat: npt.NDArray[np.int64]
    area_m2: FloatArray


def label_gaps(zones: ZoneAreas, excess: FloatArray) -> npt.NDArray[np.int32]:
    """Number the eight-connected groups of uncovered residential pixels from 1; 0 elsewhere.

    Parameters
    ----------
    zones : ZoneAreas
        Of the settlements.
    excess : array
        (rows, columns), dB; uncovered below 0.
    """
    lacking = np.zeros(excess.size, dtype=bool)
    lacking[zones.pixels] = excess.ravel()[zones.pixels] < 0.0
    labels, _ = ndimage.label(lacking.reshape(excess.shape), structure=np.ones((3, 3)))
    return np.asarray(labels, dtype=np.int32)


def gap_pixels(zones: ZoneAreas, labels: npt.NDArray[np.int32]) -> GapPixels:
    """Return the pixels of the gaps with the residential area inside each."""
    gap = labels.ravel()[zones.pixels].astype(np.int64) - 1
    inside = np.flatnonzero(gap >= 0)
    order = inside[np.argsort(gap[inside], kind="stable")]
    area_m2 = np.asarray(zones.area_m2.sum(axis=0), dtype=np.float64).ravel()
    return GapPixels(gap[order], zones.pixels[order], area_m2[order])


def median_pixels(pixels: GapPixels, excess: FloatArray) -> npt.NDArray[np.int64]:
    """Return the pixel of each gap that half of its residential area lacks no more than.

    Parameters
    ----------
    pixels : GapPixels
        Of all gaps.
    excess : array
        (rows, columns), dB.

    Returns
    -------
    int64[gaps]
        Flat indices; of pixels that lack equally, the first from the north-west.
    """
    ranked = pd.DataFrame(
        {
            "gap": pixels.gap,
            "missing_db": -excess.ravel()[pixels.flat],
            "flat": pixels.flat,
            "area_m2": pixels.area_m2,
        }
    ).sort_values(["gap", "missing_db", "flat"], kind="stable")
    by_gap = ranked.groupby("gap", sort=True)["area_m2"]
    upper_half = by_gap.cumsum() >= 0.5 * by_gap.transform("sum")
    return ranked[upper_half].groupby("gap", sort=True)["flat"].first().to_numpy()


def gap_parts(
    zones: ZoneAreas,
    labels: npt.NDArray[np.int32],
    settlements: gpd.GeoDataFrame,
    grid: GeoBox,
) -> pd.DataFrame:
    """Return one row for each settlement and gap that meet: ``gap, settlement, geometry`` and more.

    ``area_m2`` is the settlement's area in the gap, ``residents`` (and ``households`` where the
    table has them) its people there, spread evenly over the settlement; ``settlement`` counts the
    table's rows from 0; ``geometry`` is the gap's pixels inside the settlement. Meetings of less
    than 1 m² are left out.
    """
    gap_of_pixel = labels.ravel()[zones.pixels].astype(np.int64) - 1
    inside = np.flatnonzero(gap_of_pixel >= 0)
    member = sp.csr_array(
        (np.ones(len(inside)), (inside, gap_of_pixel[inside])),
        shape=(len(zones.pixels), int(labels.max(initial=0))),
    )
    meeting = sp.coo_array(zones.area_m2 @ member)
    settlement, gap = meeting.coords
    whole_m2 = np.asarray(zones.area_m2.sum(axis=1), dtype=np.float64)
    share = meeting.data / whole_m2[settlement]
    parts = pd.DataFrame({"gap": gap, "settlement": settlement, "area_m2": meeting.data})
    for column in ("residents", "households"):
        if column in settlements.columns:
            parts[column] = settlements[column].to_numpy(dtype=np.float64)[settlement] * share
    parts = parts[parts["area_m2"] >= LEAST_AREA_M2]
    outlines = _outlines(labels, grid)
    of_gap = [outlines[number] for number in parts["gap"].tolist()]
    homes = settlements.geometry.to_numpy()[parts["settlement"].to_numpy()]
    return parts.assign(geometry=shapely.intersection(of_gap, homes))


def _outlines(labels: npt.NDArray[np.int32], grid: GeoBox) -> dict[int, shapely.Geometry]:
    pieces: dict[int, list[shapely.Geometry]] = {}
    # Four-connected pieces are valid polygons; eight-connected ones would touch themselves.
    found = shapes(labels, mask=labels > 0, connectivity=4, transform=grid.affine)
    for outline, value in found:
        pieces.setdefault(int(value) - 1, []).append(shapely.geometry.shape(outline))
    return {gap: shapely.union_all(parts) for gap, parts in pieces.items()}
