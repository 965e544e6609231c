"""Results that show themselves in a notebook: tables with units, small maps.

The values of this package are plain (datasets, tables, frozen dataclasses) and know nothing of
notebooks. Here they get an HTML view in a running IPython kernel. The front of the package calls
`register` when it is imported inside one, so that no line is needed; no view and no library behind
it is loaded before a value is shown. Outside notebooks nothing changes.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

from htcoverage.errors import argument_fault
from htcoverage.labels import Language, check_language

#: Where a value's class lives, and the function of `htcoverage.notebook` that shows it.
_VIEWS: dict[tuple[str, str], tuple[str, str]] = {
    ("pandas", "DataFrame"): ("tables", "show_frame"),
    ("pandas.core.frame", "DataFrame"): ("tables", "show_frame"),
    ("xarray.core.dataset", "Dataset"): ("coverage", "show_dataset"),
    ("htcoverage.reference", "Reference"): ("inputs", "show_reference"),
    ("htcoverage.readers.ledger", "Ledger"): ("inputs", "show_ledger"),
    ("htcoverage.terrain.model", "Terrain"): ("inputs", "show_terrain"),
    ("htcoverage.cleaning.report", "CleaningReport"): ("inputs", "show_cleaning"),
    ("htcoverage.cleaning.clean", "CleanedLedger"): ("inputs", "show_cleaned"),
    ("htcoverage.figures.headline", "Headline"): ("results", "show_headline"),
    ("htcoverage.figures.cover", "CoverCriteria"): ("results", "show_criteria"),
    ("htcoverage.presets", "Preset"): ("results", "show_preset"),
    ("htcoverage.profile", "PathProfile"): ("results", "show_profile"),
    ("htcoverage.link_budget.budget", "LinkBudget"): ("results", "show_link_budget"),
    ("htcoverage.uncertainty.sensitivity", "Sensitivity"): ("results", "show_sensitivity"),
    ("htcoverage.uncertainty.evidence", "Evidence"): ("results", "show_evidence"),
    ("htcoverage.reconcile.beside", "Reconciliation"): ("results", "show_reconciliation"),
    ("htcoverage.run.compute", "RunResult"): ("runs", "show_run"),
    ("htcoverage.run.record", "RunRecord"): ("runs", "show_record"),
    ("htcoverage.compare.sides", "Comparison"): ("runs", "show_comparison"),
    ("htcoverage.compare.runs", "RunComparison"): ("runs", "show_run_comparison"),
    ("htcoverage.fibre.summary", "FibreAnalysis"): ("fibre", "show_analysis"),
    ("htcoverage.fibre.graph", "FibreNetwork"): ("fibre", "show_network"),
    ("htcoverage.fibre.clean", "CleanSpans"): ("fibre", "show_clean"),
    ("builtins", "tuple"): ("results", "show_curves"),
}


def register(*, language: Language = "en") -> None:
    """Let results show themselves in the running notebook.

    Importing ``htcoverage`` inside one has done this already, in English; call it for another
    language.

    Parameters
    ----------
    language : {"en", "vi"}
        Language of headings and words. Values in the cells stay as the data have them.

    Raises
    ------
    InputError
        If the language is not one of the two, or no IPython is running.
    """
    check_language(language)
    shell = running_shell()
    if shell is None:
        raise argument_fault("shell", None, "a running IPython, as in a notebook")
    html = shell.display_formatter.formatters["text/html"]
    for (module, name), (room, function) in _VIEWS.items():
        view = _view(room, function, language)
        if module == "builtins":
            html.for_type(tuple, view)
        else:
            # A class that has been shown before is known by itself, no more by its name.
            html.pop(f"{module}.{name}", None)
            html.for_type_by_name(module, name, view)


def running_shell() -> Any:
    """Return the IPython that runs this code; None where none does."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def _view(room: str, function: str, language: Language) -> Callable[[Any], str | None]:
    """Return what shows a value; the room is loaded when the first value is shown."""

    def show(value: Any) -> str | None:
        found = getattr(importlib.import_module(f"htcoverage.notebook.{room}"), function)
        shown: str | None = found(value, language)
        return shown

    return show
