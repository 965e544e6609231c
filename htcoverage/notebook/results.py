"""Results: headline, presets, paths, link budgets, how sure."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from htcoverage.figures import CoverCriteria, Headline, criteria_words
from htcoverage.labels import Language, label, short_number, value_label
from htcoverage.link_budget import LinkBudget, link_budget_table
from htcoverage.notebook.html import fold, number, picture, table, view, words
from htcoverage.notebook.parameters import fields_table, parameter_table
from htcoverage.notebook.tables import rows_of, table_of
from htcoverage.plots import plot_profile, plot_sensitivity
from htcoverage.presets import Preset
from htcoverage.profile import PathProfile, loss_table
from htcoverage.reconcile import Reconciliation
from htcoverage.uncertainty import Evidence, Sensitivity, reached_table, sensitivity_table


def show_headline(said: Headline, language: Language) -> str:
    """Return the view of a headline: shares in per cent, and every word that goes with them."""
    rows = [
        [
            row.technology,
            row.denominator,
            f"{number(100 * row.median, language, digits=1)} %",
            f"{number(100 * row.cell_edge, language, digits=1)} %",
            f"{number(row.total, language)} {value_label('unit', row.unit, language)}",
        ]
        for row in rows_of(said.table)
    ]
    headings = [
        (label("technology", language), "technology"),
        (label("report_of", language), "denominator"),
        (said.median, "median"),
        (said.cell_edge, "cell_edge"),
        (label("report_total", language), "total, unit"),
    ]
    title = f"{said.area}, {said.operator}"
    return view(title, [table(headings, rows, numbers=(2, 3, 4)), words(said.words)])


def show_criteria(criteria: CoverCriteria, language: Language) -> str:
    """Return the view of criteria: every one with its unit, and the margin that follows."""
    margin = f"{label('margin', language)} {number(criteria.margin_db, language, digits=1)} dB"
    said = [*criteria_words(criteria, language=language), margin]
    return view(label("assumptions", language), [fields_table(criteria, language), words(said)])


def show_preset(preset: Preset, language: Language) -> str:
    """Return the view of a preset: what it asks, and where each value comes from."""
    sources = [
        [name, _value(preset, name, language), source]
        for name, source in preset.sources_in(language)
    ]
    headings = [
        (label("report_parameter", language), ""),
        (label("nb_value", language), ""),
        (label("nb_source", language), ""),
    ]
    asks = [preset.technology, label(preset.denominator, language), preset.basis]
    if preset.settlement_part is not None:
        asks.append(f"≥ {100 * preset.settlement_part:g} %")
    parts = [
        words([preset.title_in(language)]),
        words(asks),
        table(headings, sources),
        words([preset.caution_in(language)]),
    ]
    return view(label("nb_preset", language).format(name=preset.name), parts)


def _value(preset: Preset, names: str, language: Language) -> str:
    """Return the values of criteria, or of the preset's own row, by their names."""
    told = []
    for name in names.split(", "):
        value = getattr(preset.criteria, name, getattr(preset, name, ""))
        told.append(
            short_number(value, language, most_digits=6) if isinstance(value, float) else str(value)
        )
    return "; ".join(told)


def show_profile(profile: PathProfile, language: Language) -> str:
    """Return the view of a path: its picture, its loss term by term, its parameters."""

    def draw(ax: Axes) -> None:
        plot_profile(profile, language=language, ax=ax)

    losses = loss_table(profile, language=language)
    rows = [[row.term, number(row.value, language, digits=1), row.unit] for row in rows_of(losses)]
    title = label("nb_profile", language).format(
        distance=number(profile.distance_km, language, digits=2)
    )
    parameters = {
        name: getattr(profile, name)
        for name in ("model", "tx_lon_lat", "rx_lon_lat", "tx_height_m", "rx_height_m", "freq_mhz",
                     "clutter_clearance_m", "delta_n", "n0", "step_m")
    }  # fmt: skip
    parts = [
        picture(draw, alt=title, height_in=4.0),
        table(_terms(language), rows, numbers=(1,)),
        fold(label("nb_parameters", language), parameter_table(parameters, language)),
    ]
    return view(title, parts)


def show_link_budget(budget: LinkBudget, language: Language) -> str:
    """Return the view of a link budget: the table that planners exchange."""
    rows = [
        [row.term, number(row.value, language, digits=1), row.unit, row.note]
        for row in rows_of(link_budget_table(budget, language=language))
    ]
    headings = [*_terms(language), (label("nb_source", language), "note")]
    return view(f"{budget.technology}", [table(headings, rows, numbers=(1,))])


def show_sensitivity(curve: Sensitivity, language: Language) -> str:
    """Return the view of one curve."""
    return _curves((curve,), language)


def show_curves(values: tuple[object, ...], language: Language) -> str | None:
    """Return the view of a tuple of curves; None for any other, which is shown as before."""
    curves = tuple(value for value in values if isinstance(value, Sensitivity))
    if not curves or len(curves) != len(values):
        return None
    return _curves(curves, language)


def _curves(curves: tuple[Sensitivity, ...], language: Language) -> str:
    curve = curves[0]

    def draw(ax: Axes) -> None:
        plot_sensitivity(sensitivity_table(curves), language=language, ax=ax)

    title = f"{label('report_sensitivity', language)}: {curve.technology}, {curve.operator}"
    parts = [picture(draw, alt=title), _reached(reached_table(curves), language)]
    return view(title, parts)


def _reached(reached: pd.DataFrame, language: Language) -> str:
    """Return the shifts at which shares are reached, a row a denominator, a column a share."""
    shares = list(dict.fromkeys(reached["share"].tolist()))
    by_row: dict[tuple[object, ...], dict[float, float]] = {}
    for row in rows_of(reached):
        part = "" if pd.isna(row.settlement_part) else f" ≥ {100 * row.settlement_part:g} %"
        what = f"{label(str(row.denominator), language)}{part}"
        by_row.setdefault((row.technology, what), {})[row.share] = row.shift_db
    headings = [
        (label("technology", language), ""),
        (label("report_of", language), ""),
        *((f"{number(100 * share, language, digits=1)} %, dB", "") for share in shares),
    ]
    rows = [
        [*map(str, key), *(number(found[share], language, digits=1) for share in shares)]
        for key, found in by_row.items()
    ]
    right = range(2, 2 + len(shares))
    return words([label("nb_reached", language)]) + table(headings, rows, numbers=right)


def show_evidence(evidence: Evidence, language: Language) -> str:
    """Return the view of how sure the figures are: reached shares, errors, failures, figures."""
    whole = evidence.figures[evidence.figures["area_level"] == "province"]
    parts = [
        fold(label("nb_figures", language), table_of(whole, language), open_=True),
        fold(label("report_sensitivity", language), _reached(evidence.reached, language)),
        fold(label("report_sources", language), table_of(evidence.error_sources, language)),
        fold(label("nb_failures", language), table_of(evidence.site_failures, language)),
    ]
    return view(label("report_sure", language), parts)


def show_reconciliation(found: Reconciliation, language: Language) -> str:
    """Return the view of the reported shares beside the computed ones."""
    parts = [
        *(words([text]) for text in found.paragraph(language).split("\n") if text),
        table_of(found.table, language, most=len(found.table)),
    ]
    return view(label("reported", language), parts)


def _terms(language: Language) -> list[tuple[str, str]]:
    return [
        (label("nb_what", language), "term"),
        (label("nb_value", language), "value"),
        (label("nb_unit", language), "unit"),
    ]
