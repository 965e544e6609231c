"""The map that a carrier opens: one HTML file, offline, on a phone."""

from htcoverage.maps.base_map import OnlineBaseMap
from htcoverage.maps.build import make_map, save_map

__all__ = ["OnlineBaseMap", "make_map", "save_map"]
