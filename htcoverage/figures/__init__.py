"""The covered shares: what counts as covered, areas of polygons on the grid, the figure rows."""

from htcoverage.figures.areas import compute_figures
from htcoverage.figures.cover import CoverCriteria, excess_db
from htcoverage.figures.headline import Headline, criteria_words, headline

__all__ = [
    "CoverCriteria",
    "Headline",
    "compute_figures",
    "criteria_words",
    "excess_db",
    "headline",
]
