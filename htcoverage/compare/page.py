"""The comparison as a page: shares, the map of differences, settlements gained and lost."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from htcoverage.compare.ground import Stated
from htcoverage.compare.runs import RunComparison
from htcoverage.compare.sides import BOTH, GAINED, LOST, NEITHER
from htcoverage.figures import CoverCriteria, criteria_words
from htcoverage.figures.rows import HEADLINE_SETTLEMENT_PART
from htcoverage.grid import grid_of
from htcoverage.labels import Language, counted, label, number, percent, value_label
from htcoverage.plots.frame import BLUE, FAINT, INK, VERMILION, asked_for, axes_or_new, decorate_map
from htcoverage.report.html import Column, bullets, heading, page, paragraph, picture, table

#: Colours and words of the classes; gained and lost stand out, and differ in lightness too.
CLASSES = {
    BOTH: ("#d3e5e1", "compare_both"),
    GAINED: (BLUE, "compare_gained"),
    LOST: (VERMILION, "compare_lost"),
    NEITHER: ("#f2f2f2", "compare_neither"),
}

_ROWS = 30
#: Each run keeps its own spread inside a pixel, which belongs to the pixel.
_JUDGED_BY_FIRST = {field.name for field in fields(CoverCriteria)} - {"location_sigma_db"}
_NUMBER = Column.number


def comparison_page(found: RunComparison, *, language: Language = "en") -> str:
    """Return the comparison as one self-contained page."""
    shares, homes = found.comparison.shares, found.comparison.settlements
    before, after = label("compare_before", language), label("compare_after", language)
    if found.operator_before != found.operator_after:
        before, after = (
            f"{word}: {asked_for(found.technology, operator, language)}"
            for word, operator in ((before, found.operator_before), (after, found.operator_after))
        )
    crossing = homes[~homes["outcome"].isin(["better", "worse", "same"])]
    moved = homes["residents_change"].dropna()
    return page(
        label("compare_title", language),
        [
            bullets(
                [
                    asked_for(found.technology, found.operator_after, language)
                    if found.operator_before == found.operator_after
                    else f"{before}; {after}",
                    *criteria_words(found.criteria, language=language),
                ]
            ),
            heading(label("compare_stated", language)),
            bullets(stated_words(each, language) for each in found.stated)
            if found.stated
            else paragraph(label("compare_same", language)),
            heading(label("compare_shares", language)),
            table(
                [
                    Column(label("report_of", language)),
                    Column(""),
                    _NUMBER(before),
                    _NUMBER(after),
                    _NUMBER(label("compare_change", language)),
                ],
                (
                    (
                        counted(row["denominator"], row["settlement_part"], language),
                        label(row["basis"], language),
                        percent(row["before"], language, digits=2),
                        percent(row["after"], language, digits=2),
                        _signed(100.0 * row["change"], language, digits=2),
                    )
                    for row in shares[shares["area_level"] == "province"].to_dict("records")
                ),
            ),
            heading(label("compare_difference", language)),
            picture(
                plot_difference(found, language=language),
                alt=label("compare_difference", language),
            ),
            heading(label("compare_settlements", language)),
            paragraph(
                label("compare_totals", language).format(
                    gained=number(moved.clip(lower=0.0).sum(), language),
                    lost=number(-moved.clip(upper=0.0).sum(), language),
                )
            ),
            _settlement_table(crossing, language),
            *([] if found.gaps is None else _gaps(found.gaps, language)),
        ],
        language=language,
    )


def plot_difference(
    found: RunComparison, *, language: Language = "en", ax: Axes | None = None
) -> Axes:
    """Draw where cover is gained and lost.

    Parameters
    ----------
    found : RunComparison
        From `compare_runs`.
    language : {"en", "vi"}
        Of the words.
    ax : Axes, optional
        A new figure's by default.
    """
    ax = axes_or_new(ax)
    difference = found.comparison.difference
    bounds = grid_of(difference).boundingbox
    order = sorted(CLASSES)
    ax.imshow(
        difference.to_numpy(),
        cmap=ListedColormap([CLASSES[value][0] for value in order]),
        vmin=-0.5,
        vmax=len(order) - 0.5,
        extent=(bounds.left, bounds.right, bounds.bottom, bounds.top),
        interpolation="nearest",
    )
    found.districts.boundary.plot(ax=ax, color=FAINT, linewidth=0.7)
    ax.set_xlim(bounds.left, bounds.right)
    ax.set_ylim(bounds.bottom, bounds.top)
    decorate_map(
        ax,
        title=label("compare_difference", language),
        handles=[
            Patch(facecolor=colour, edgecolor=INK, linewidth=0.3, label=label(word, language))
            for colour, word in CLASSES.values()
        ],
        legend_title=asked_for(found.technology, found.operator_after, language)
        if found.operator_before == found.operator_after
        else f"{found.technology}: {found.operator_before} → {found.operator_after}",
        notes=["; ".join(criteria_words(found.criteria, language=language))],
        language=language,
    )
    return ax


def stated_words(stated: Stated, language: Language) -> str:
    """Return a difference of two runs in words: what, and its two values."""
    what = value_label("assume", stated.name, language)
    if stated.name in _JUDGED_BY_FIRST:
        what = label("compare_judged", language).format(what=what)
    words = f"{what}: {stated.before or '–'} → {stated.after or '–'}"
    if stated.name == "resolution_m":
        words += f". {label('compare_pixels', language)}"
    return words


def _gaps(gaps: pd.DataFrame, language: Language) -> list[str]:
    """Return what became of the gaps: counts and residents, and those that changed most."""
    counts = {
        f"{name}{what}": number(rows[f"residents_{when}"].sum() if what else len(rows), language)
        for name, when in (("closed", "before"), ("new", "after"), ("open", "after"))
        for rows in [gaps[gaps["outcome"] == name]]
        for what in ("", "_residents")
    }
    changed = gaps[gaps["residents_before"] != gaps["residents_after"]]
    return [
        heading(label("gaps_title", language)),
        paragraph(label("compare_gaps", language).format(**counts)),
        table(
            [
                Column(label("column:gap_id", language)),
                Column(label("settlement", language)),
                Column(label("district", language)),
                Column(label("compare_outcome", language)),
                _NUMBER(label("compare_gap_before", language)),
                _NUMBER(label("compare_gap_after", language)),
            ],
            (
                (
                    row["gap_id"],
                    row["settlement"],
                    row["district"],
                    label(f"gap_outcome:{row['outcome']}", language),
                    number(row["residents_before"], language),
                    number(row["residents_after"], language),
                )
                for row in changed.head(_ROWS).to_dict("records")
            ),
        ),
    ]


def _settlement_table(crossing: pd.DataFrame, language: Language) -> str:
    if len(crossing) == 0:
        part = percent(HEADLINE_SETTLEMENT_PART, language, digits=0)
        return paragraph(label("compare_none", language).format(part=part))
    # The greatest changes first, whichever way they go.
    order = np.argsort(-crossing["residents_change"].fillna(0.0).abs().to_numpy(), kind="stable")
    return table(
        [
            Column(label("settlement", language)),
            Column(label("compare_outcome", language)),
            _NUMBER(label("residents", language)),
            _NUMBER(label("compare_before", language)),
            _NUMBER(label("compare_after", language)),
            _NUMBER(label("compare_residents", language)),
        ],
        (
            (
                f"{row['name']} ({row['settlement_id']})",
                value_label("outcome", row["outcome"], language),
                number(row["residents"], language),
                "" if pd.isna(row["share_before"]) else percent(row["share_before"], language),
                "" if pd.isna(row["share_after"]) else percent(row["share_after"], language),
                ""
                if pd.isna(row["residents_change"])
                else _signed(row["residents_change"], language),
            )
            for row in crossing.iloc[order].head(_ROWS).to_dict("records")
        ),
    )


def _signed(value: float, language: Language, *, digits: int = 0) -> str:
    text = number(value, language, digits=digits)
    return f"+{text}" if round(value, digits) > 0 else text
