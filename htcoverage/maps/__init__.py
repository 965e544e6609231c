"""The map that a carrier opens: one HTML file, offline, on a phone."""

from htcoverage.maps.base_map import OnlineBaseMap
from htcoverage.maps.build import make_map, save_map
from htcoverage.maps.plan import make_additions_map, make_plan_map

__all__ = ["OnlineBaseMap", "make_additions_map", "make_map", "make_plan_map", "save_map"]
