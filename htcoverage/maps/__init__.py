"""The map that a carrier opens: one HTML file, offline, on a phone."""

from htcoverage.maps.build import make_map, save_map

__all__ = ["make_map", "save_map"]
