"""Clutter classes and radio-climatic zones, modelled from terrain, water and settlements."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from rasterio.features import rasterize
from scipy import ndimage

from htcoverage.reference_builder.drainage import coloured_noise
from htcoverage.reference_builder.parameters import CLUTTER, RELIEF
from htcoverage.reference_builder.relief import SEA, Terrain, slope_deg

WATER, OPEN, VILLAGE, TOWN, FOREST = range(5)

#: Class → red, green, blue.
COLOURS = {
    WATER: (74, 126, 187),
    OPEN: (224, 226, 164),
    VILLAGE: (214, 140, 80),
    TOWN: (190, 60, 60),
    FOREST: (62, 120, 70),
}

SEA_ZONE, COASTAL_ZONE, INLAND_ZONE = 1, 3, 4


def clutter_classes() -> pd.DataFrame:
    """Return the classes: ``class, name_en, name_vi, height_m`` (heights are assumptions)."""
    return pd.DataFrame(CLUTTER.classes, columns=["class", "name_en", "name_vi", "height_m"])


def build_clutter(
    terrain: Terrain,
    settlements: gpd.GeoDataFrame,
    *,
    town_communes: frozenset[str],
    rng: np.random.Generator,
) -> npt.NDArray[np.uint8]:
    """Return the clutter class of each terrain pixel.

    Parameters
    ----------
    terrain : Terrain
        Forest stands on steep or high ground, with an edge frayed by noise.
    settlements : GeoDataFrame
        ``commune_code`` and polygon.
    town_communes : frozenset of str
        Codes of wards and townships, whose settlements are town.
    rng : numpy.random.Generator
        Draws the noise.
    """
    noise = coloured_noise(terrain.ground_m.shape, RELIEF.pixel_m, rng)
    wooded = slope_deg(terrain) / CLUTTER.forest_slope_deg
    wooded += terrain.ground_m / CLUTTER.forest_height_m + CLUTTER.forest_noise * noise
    classes = np.where(wooded > 1.0, FOREST, OPEN).astype(np.uint8)
    town = settlements["commune_code"].isin(town_communes)
    burnt = rasterize(
        zip(settlements.geometry, np.where(town, TOWN, VILLAGE), strict=True),
        out_shape=classes.shape,
        transform=terrain.grid.affine,
        dtype="uint8",
    )
    classes = np.where(burnt > 0, burnt, classes)
    classes[terrain.water > 0] = WATER
    return classes


def build_zones(terrain: Terrain) -> npt.NDArray[np.uint8]:
    """Return the radio-climatic zone of each pixel: 1 sea, 3 coastal land, 4 inland.

    Coastal land lies below 100 m and within 50 km of the sea (ITU-R P.1812-8, table of zones in
    the description of the path profile; the same words as in ITU-R P.452).

    Parameters
    ----------
    terrain : Terrain
        Heights and sea.
    """
    sea = terrain.water == SEA
    distance_m = ndimage.distance_transform_edt(~sea) * RELIEF.pixel_m
    coastal = (terrain.ground_m < CLUTTER.coastal_below_m) & (
        distance_m <= CLUTTER.coastal_within_m
    )
    zones = np.where(coastal, COASTAL_ZONE, INLAND_ZONE).astype(np.uint8)
    zones[sea] = SEA_ZONE
    return zones
