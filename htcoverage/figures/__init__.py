"""The covered shares: what counts as covered, areas of polygons on the grid, the figure rows."""

from htcoverage.figures.along import compute_line_figures, compute_point_figures
from htcoverage.figures.areas import compute_figures
from htcoverage.figures.cover import CoverCriteria, excess_db
from htcoverage.figures.headline import Headline, criteria_words, headline
from htcoverage.figures.layer import compute_layer_figures
from htcoverage.figures.operators import count_operators
from htcoverage.figures.places import cover_along, cover_at

__all__ = [
    "CoverCriteria",
    "Headline",
    "compute_figures",
    "compute_layer_figures",
    "compute_line_figures",
    "compute_point_figures",
    "count_operators",
    "cover_along",
    "cover_at",
    "criteria_words",
    "excess_db",
    "headline",
]
