"""The covered shares: what counts as covered, areas of polygons on the grid, the figure rows."""

from htcoverage.figures.cover import CoverCriteria, excess_db
from htcoverage.figures.rows import compute_figures

__all__ = ["CoverCriteria", "compute_figures", "excess_db"]
