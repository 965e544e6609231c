"""Mobile coverage planning: which homes have signal, which have none, and how sure are we.

The public names below are loaded when first used, so that importing the package costs next to
nothing.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from htcoverage.antennas import read_patterns
    from htcoverage.cleaning import clean_ledger
    from htcoverage.compare.models import compare_models
    from htcoverage.coverage import compute_coverage
    from htcoverage.errors import (
        Fault,
        HtcoverageError,
        InputError,
        SetupError,
        ValidityError,
    )
    from htcoverage.export import write_coverage_tif, write_csv, write_gpkg
    from htcoverage.figures import (
        CoverCriteria,
        compute_figures,
        compute_layer_figures,
        count_operators,
        cover_along,
        cover_at,
        headline,
    )
    from htcoverage.gaps import find_gaps
    from htcoverage.grid import grid_of, make_grid
    from htcoverage.maps import make_map, make_plan_map, save_map
    from htcoverage.notebook.big_map import big_map
    from htcoverage.plots import (
        plot_antenna,
        plot_best_server,
        plot_coverage,
        plot_criticality,
        plot_error_sources,
        plot_failures,
        plot_fibre,
        plot_figures,
        plot_gaps,
        plot_operators,
        plot_profile,
        plot_province,
        plot_reconciliation,
        plot_routes,
        plot_sensitivity,
        save_figure,
    )
    from htcoverage.presets import preset
    from htcoverage.profile import path_profile
    from htcoverage.propagation.p1812.model import location_sigma_db, p1812
    from htcoverage.readers import read_districts, read_ledger, read_settlements, read_spans
    from htcoverage.reference import Reference, load_reference
    from htcoverage.run.inputs import open_project, project_inputs
    from htcoverage.terrain import Terrain, read_terrain
    from htcoverage.uncertainty import add_intervals, compute_sensitivity, site_failures

_HOMES = {
    "CoverCriteria": "figures",
    "Fault": "errors",
    "HtcoverageError": "errors",
    "InputError": "errors",
    "Reference": "reference",
    "SetupError": "errors",
    "Terrain": "terrain",
    "ValidityError": "errors",
    "add_intervals": "uncertainty",
    "big_map": "notebook.big_map",
    "clean_ledger": "cleaning",
    "compare_models": "compare.models",
    "compute_coverage": "coverage",
    "compute_figures": "figures",
    "compute_layer_figures": "figures",
    "compute_sensitivity": "uncertainty",
    "count_operators": "figures",
    "cover_along": "figures",
    "cover_at": "figures",
    "find_gaps": "gaps",
    "grid_of": "grid",
    "headline": "figures",
    "load_reference": "reference",
    "location_sigma_db": "propagation.p1812.model",
    "make_grid": "grid",
    "make_map": "maps",
    "make_plan_map": "maps",
    "open_project": "run.inputs",
    "p1812": "propagation.p1812.model",
    "path_profile": "profile",
    "plot_best_server": "plots",
    "plot_antenna": "plots",
    "plot_coverage": "plots",
    "plot_criticality": "plots",
    "plot_error_sources": "plots",
    "plot_failures": "plots",
    "plot_fibre": "plots",
    "plot_figures": "plots",
    "plot_gaps": "plots",
    "plot_operators": "plots",
    "plot_profile": "plots",
    "plot_province": "plots",
    "plot_reconciliation": "plots",
    "plot_routes": "plots",
    "plot_sensitivity": "plots",
    "preset": "presets",
    "project_inputs": "run.inputs",
    "read_districts": "readers",
    "read_ledger": "readers",
    "read_patterns": "antennas",
    "read_settlements": "readers",
    "read_spans": "readers",
    "read_terrain": "terrain",
    "save_figure": "plots",
    "save_map": "maps",
    "site_failures": "uncertainty",
    "write_coverage_tif": "export",
    "write_csv": "export",
    "write_gpkg": "export",
}

__all__ = [
    "CoverCriteria",
    "Fault",
    "HtcoverageError",
    "InputError",
    "Reference",
    "SetupError",
    "Terrain",
    "ValidityError",
    "add_intervals",
    "big_map",
    "clean_ledger",
    "compare_models",
    "compute_coverage",
    "compute_figures",
    "compute_layer_figures",
    "compute_sensitivity",
    "count_operators",
    "cover_along",
    "cover_at",
    "find_gaps",
    "grid_of",
    "headline",
    "load_reference",
    "location_sigma_db",
    "make_grid",
    "make_map",
    "make_plan_map",
    "open_project",
    "p1812",
    "path_profile",
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
    "preset",
    "project_inputs",
    "read_districts",
    "read_ledger",
    "read_patterns",
    "read_settlements",
    "read_spans",
    "read_terrain",
    "save_figure",
    "save_map",
    "site_failures",
    "write_coverage_tif",
    "write_csv",
    "write_gpkg",
]


def __getattr__(name: str) -> Any:
    """Load a public name from the module that holds it (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)


def _show_in_notebook() -> None:
    """Let results show themselves if this is imported inside a running IPython."""
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        importlib.import_module(f"{__name__}.notebook").register()


_show_in_notebook()
