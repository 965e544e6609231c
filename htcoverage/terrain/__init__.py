"""Terrain: elevation, clutter and radio-climatic zones, from any rasters, on one grid."""

from htcoverage.terrain.classes import SURROUNDINGS
from htcoverage.terrain.model import (
    INLAND_ZONE,
    Terrain,
    nearest_classes,
    read_terrain,
)

__all__ = [
    "INLAND_ZONE",
    "SURROUNDINGS",
    "Terrain",
    "nearest_classes",
    "read_terrain",
]
