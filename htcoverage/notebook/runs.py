"""Runs and their comparison."""

from __future__ import annotations

from dataclasses import asdict

from matplotlib.axes import Axes

from htcoverage.compare.page import plot_difference
from htcoverage.compare.runs import RunComparison
from htcoverage.compare.sides import Comparison
from htcoverage.figures import headline
from htcoverage.labels import Language, label
from htcoverage.notebook.coverage import coverage_picture
from htcoverage.notebook.html import fold, picture, table, view, words
from htcoverage.notebook.parameters import parameter_table
from htcoverage.notebook.results import show_headline
from htcoverage.notebook.tables import table_of
from htcoverage.run.compute import RunResult
from htcoverage.run.record import RunRecord


def show_run(result: RunResult, language: Language) -> str:
    """Return the view of a run: headline, map, gaps, parameters."""
    districts = result.inputs.districts
    parts = [
        show_headline(headline(result.figures, language=language), language),
        coverage_picture(result.coverage, language, districts=districts),
        fold(label("nb_gaps", language), table_of(result.gaps, language)),
        fold(
            label("nb_parameters", language),
            parameter_table(asdict(result.parameters), language),
        ),
    ]
    return view(label("nb_run", language), parts)


def show_record(record: RunRecord, language: Language) -> str:
    """Return the view of a finished run: its folder, parameters, files."""
    headings = [(label("report_file", language), ""), ("SHA-256", "")]

    def files(kind: str) -> str:
        rows = [[str(entry["file"]), str(entry["sha256"])] for entry in record.content[kind]]
        return table(headings, rows)

    parts = [
        parameter_table(asdict(record.parameters), language),
        fold(label("report_inputs", language), files("inputs")),
        fold(label("report_outputs", language), files("outputs")),
    ]
    return view(f"{label('nb_run', language)}: {record.folder}", parts)


def show_comparison(comparison: Comparison, language: Language) -> str:
    """Return the view of a comparison: shares of the whole, settlements that change most."""
    return view(label("nb_comparison", language), _comparison_parts(comparison, language))


def show_run_comparison(found: RunComparison, language: Language) -> str:
    """Return the view of two runs compared: the map, and what differs beyond the levels."""

    def draw(ax: Axes) -> None:
        plot_difference(found, language=language, ax=ax)

    title = label("nb_comparison", language)
    stated = (f"{each.name}: {each.before} → {each.after}" for each in found.stated)
    parts = [picture(draw, alt=title), words(stated)]
    return view(title, [*parts, *_comparison_parts(found.comparison, language)])


def _comparison_parts(comparison: Comparison, language: Language) -> list[str]:
    whole = comparison.shares[comparison.shares["area_level"] == "province"]
    return [
        table_of(whole, language, most=len(whole)),
        fold(label("compare_settlements", language), table_of(comparison.settlements, language)),
    ]
