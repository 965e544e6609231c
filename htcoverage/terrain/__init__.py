"""Terrain: elevation, clutter and radio-climatic zones, from any rasters, on one grid."""

from htcoverage.terrain.model import INLAND_ZONE, Terrain, read_terrain, sha256_of

__all__ = ["INLAND_ZONE", "Terrain", "read_terrain", "sha256_of"]
