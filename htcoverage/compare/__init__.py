"""Two coverages set against each other: what is gained, what is lost, and whether one may."""

from htcoverage.compare.ground import Ground, Stated, common_ground
from htcoverage.compare.runs import RunComparison, compare_runs
from htcoverage.compare.sides import Comparison, Side, compare_sides
from htcoverage.compare.write import write_comparison

__all__ = [
    "Comparison",
    "Ground",
    "RunComparison",
    "Side",
    "Stated",
    "common_ground",
    "compare_runs",
    "compare_sides",
    "write_comparison",
]
