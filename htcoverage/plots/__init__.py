"""Pictures: functions that take data and return a Matplotlib Axes.

Every map carries its legend with units, a scale bar, a north arrow and a line that says where it
comes from. Colours are told apart without red against green, and no class by colour alone where
marks or widths can differ.
"""

from htcoverage.plots.antenna import plot_antenna
from htcoverage.plots.coverage import plot_coverage
from htcoverage.plots.fibre import plot_criticality, plot_fibre, plot_routes
from htcoverage.plots.frame import save_figure
from htcoverage.plots.gaps import plot_gaps
from htcoverage.plots.operators import plot_operators
from htcoverage.plots.profile import plot_profile
from htcoverage.plots.province import plot_province
from htcoverage.plots.reconciliation import plot_reconciliation
from htcoverage.plots.servers import plot_best_server
from htcoverage.plots.shares import plot_figures, plot_sensitivity
from htcoverage.plots.sure import plot_error_sources, plot_failures

__all__ = [
    "plot_antenna",
    "plot_best_server",
    "plot_coverage",
    "plot_criticality",
    "plot_error_sources",
    "plot_failures",
    "plot_fibre",
    "plot_figures",
    "plot_gaps",
    "plot_operators",
    "plot_profile",
    "plot_province",
    "plot_reconciliation",
    "plot_routes",
    "plot_sensitivity",
    "save_figure",
]
