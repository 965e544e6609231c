"""Two coverages set against each other: what is gained, what is lost, and whether one may."""

from htcoverage.compare.ground import common_ground
from htcoverage.compare.sides import Comparison, Side, compare_sides

__all__ = ["Comparison", "Side", "common_ground", "compare_sides"]
