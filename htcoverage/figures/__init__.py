"""The covered shares: what counts as covered, areas of polygons on the grid, the figure rows."""

from htcoverage.figures.cover import CoverCriteria, excess_db
from htcoverage.figures.headline import Headline, criteria_words, headline
from htcoverage.figures.rows import compute_figures

__all__ = [
    "CoverCriteria",
    "Headline",
    "compute_figures",
    "criteria_words",
    "excess_db",
    "headline",
]
