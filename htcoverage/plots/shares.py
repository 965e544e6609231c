"""Charts of covered shares: by area, and against a shift of the thresholds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from htcoverage.errors import argument_fault
from htcoverage.figures import CoverCriteria, criteria_words
from htcoverage.figures.rows import HEADLINE_SETTLEMENT_PART, PROVINCE_CODE
from htcoverage.labels import Language, counted, label, number, percent
from htcoverage.plots.drawing import HALO
from htcoverage.plots.frame import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    area_name,
    asked_for,
    axes_or_new,
    chart_notes,
    language_ticks,
    modelled_words,
    tick,
)

#: One line a denominator: colour and dashes, so that grey print tells them apart.
_LINES = {
    "land_area": (ORANGE, (0, (1, 1))),
    "residential_area": (SKY, (0, (5, 1))),
    "residents": (BLUE, "-"),
    "households": (GREEN, (0, (3, 1, 1, 1))),
    "settlements": (VERMILION, (0, (6, 2))),
}


#: Shares beyond these are drawn at them: the scale of odds has no place for 0 and 100 %.
SHARES_DRAWN = (0.01, 0.9995)


SHARE_TICKS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


def plot_figures(
    figures: pd.DataFrame,
    *,
    denominator: str = "residents",
    technology: str = "4G",
    operator: str = "any",
    area_level: str = "district",
    modelled: Sequence[str] = (),
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the covered share of every area, median and cell edge, below the whole province's.

    Where the rows have an interval it is drawn as a bar. Settlements are counted at the headline's
    part.

    Parameters
    ----------
    figures : DataFrame
        From `compute_figures`.
    denominator, technology, operator, area_level : str
        The rows to draw.
    modelled : sequence of str
        Keys of the words for what is modelled of the data, such as ``base_stations``: the picture
        says so.
    language : {"en", "vi"}
        Language of the words.
    ax : Axes, optional
        A new figure's by default.

    Returns
    -------
    matplotlib.axes.Axes
        Of the figure that was drawn on.

    Raises
    ------
    InputError
        If the figures have no such rows.
    """
    rows = figures[
        (figures["denominator"] == denominator)
        & (figures["technology"] == technology)
        & (figures["operator"] == operator)
        & figures["area_level"].isin([area_level, "province"])
    ]
    if denominator == "settlements":
        rows = rows[rows["settlement_part"] == HEADLINE_SETTLEMENT_PART]
    edge = rows[rows["basis"] == "cell_edge"].set_index("area_code")
    median = rows[rows["basis"] == "median"].set_index("area_code")
    if not (edge["area_level"] == area_level).any():
        asked = f"{denominator}, {technology}, {operator}, {area_level}"
        expected = "denominator, technology, operator and area level of rows in the figures"
        raise argument_fault("figures", asked, expected)
    # Best on top, the whole above them all.
    order = edge.sort_values("covered_share", kind="stable").index.tolist()
    if PROVINCE_CODE in order:
        order = [code for code in order if code != PROVINCE_CODE] + [PROVINCE_CODE]
    edge, median = edge.loc[order], median.loc[order]
    place = np.arange(len(order))
    ax = axes_or_new(ax, width_in=8.0, height_in=1.4 + 0.3 * len(order))
    ax.hlines(place, 100 * edge["covered_share"], 100 * median["covered_share"], color=FAINT,
              linewidth=1.5, zorder=1)  # fmt: skip
    criteria = CoverCriteria(**figures.attrs["criteria"])
    probability = number(100.0 * criteria.cell_edge_probability, language)
    # The diamond is larger than the dot, so that it is seen around it where both are one.
    for table, mark, size, colour, words in (
        (median, "D", 8.0, ORANGE, label("median", language)),
        (edge, "o", 6.0, BLUE, f"{label('cell_edge', language)} {probability} %"),
    ):
        share = table["covered_share"].to_numpy(np.float64)
        low, high = (table[name].to_numpy(np.float64) for name in ("low", "high"))
        known = np.isfinite(low) & np.isfinite(high)
        if known.any():
            ax.hlines(place[known], 100 * low[known], 100 * high[known], color=colour,
                      linewidth=4.0, alpha=0.3, zorder=1)  # fmt: skip
        ax.plot(100 * share, place, marker=mark, color=colour, linestyle="none", markersize=size,
                markeredgecolor="white", label=words, zorder=3)  # fmt: skip
    for at, share in zip(place, edge["covered_share"], strict=True):
        ax.annotate(percent(share, language), (100 * share, at), xytext=(-8, 0), va="center",
                    ha="right", textcoords="offset points", fontsize=7.5, color=INK,
                    path_effects=HALO)  # fmt: skip
    left, _ = ax.get_xlim()
    ax.set_xlim(left - 0.12 * (100.0 - left), 100.0 + 0.02 * (100.0 - left))
    ax.set_ylim(-0.6, len(order) - 0.4)
    names = [area_name(code, edge["area"][code], language) for code in order]
    ax.set_yticks(place, names, fontsize=8)
    if order[-1] == PROVINCE_CODE:
        ax.get_yticklabels()[-1].set_fontweight("bold")
        ax.axhline(len(order) - 1.5, color=FAINT, linewidth=0.6)
    ax.set_xlabel(
        label("covered_share_of", language).format(
            what=counted(denominator, HEADLINE_SETTLEMENT_PART, language)
        )
    )
    language_ticks(ax, language)
    first, last = ax.get_xlim()
    # The room for the words on the left may lie below zero, which no share does.
    ax.set_xticks([share for share in ax.get_xticks() if max(first, 0.0) <= share <= last])
    ax.set_title(asked_for(technology, operator, language), loc="left", fontsize=11)
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=8)
    ax.grid(axis="x", color="#dddddd", linewidth=0.6)
    ax.set_axisbelow(True)
    layers = [label(key, language).lower() for key in modelled]
    chart_notes(
        ax,
        ["; ".join(criteria_words(criteria, language=language)), modelled_words(layers, language)],
    )
    return ax


def plot_sensitivity(
    table: pd.DataFrame,
    *,
    reported_share: float | None = None,
    modelled: Sequence[str] = (),
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the covered share against a common shift of all thresholds, a line a denominator.

    The shares stand on a scale of odds, so that the last per cent can be read beside the half.

    Parameters
    ----------
    table : DataFrame
        From `sensitivity_table`, of one technology, operator and basis. Settlements are drawn at
        the headline's part.
    reported_share : float, optional
        A share in [0, 1] to be set beside the lines.
    modelled : sequence of str
        Keys of the words for what is modelled of the data, such as ``base_stations``: the picture
        says so.
    language : {"en", "vi"}
        Language of the words.
    ax : Axes, optional
        A new figure's by default.

    Returns
    -------
    matplotlib.axes.Axes
        Of the figure that was drawn on.

    Raises
    ------
    InputError
        If the table holds more than one technology, operator or basis.
    """
    kinds = table[["technology", "operator", "basis"]].drop_duplicates()
    if len(kinds) != 1:
        raise argument_fault("table", f"{len(kinds)} kinds", "one technology, operator and basis")
    ax = axes_or_new(ax, width_in=8.0, height_in=4.5)
    for denominator, (colour, dashes) in _LINES.items():
        rows = table[table["denominator"] == denominator].sort_values("shift_db")
        words = counted(denominator, HEADLINE_SETTLEMENT_PART, language)
        if denominator == "settlements":
            rows = rows[rows["settlement_part"] == HEADLINE_SETTLEMENT_PART]
        if len(rows):
            share = rows["covered_share"].clip(*SHARES_DRAWN)
            ax.plot(rows["shift_db"], share, color=colour, linestyle=dashes, linewidth=1.8,
                    label=words)  # fmt: skip
    if reported_share is not None:
        words = f"{label('reported', language)}: {percent(reported_share, language, digits=0)}"
        ax.axhline(reported_share, color=PURPLE, linewidth=1.2, linestyle=(0, (2, 2)),
                   label=words)  # fmt: skip
    ax.axvline(0.0, color=INK, linewidth=0.8)
    ax.set_xlim(table["shift_db"].min(), table["shift_db"].max())
    ax.set_yscale("logit")
    ax.yaxis.set_major_locator(FixedLocator(list(SHARE_TICKS)))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: tick(100.0 * share, language)))
    low = float(table["covered_share"].min())
    ax.set_ylim(max([t for t in SHARE_TICKS if t < low], default=0.008), 0.9997)
    ax.set_xlabel(label("sensitivity_shift", language))
    ax.set_ylabel(label("sensitivity_share", language))
    language_ticks(ax, language)
    technology, operator, basis = (str(word) for word in kinds.iloc[0])
    title = f"{asked_for(technology, operator, language)}, {label(basis, language)}"
    ax.set_title(title, loc="left", fontsize=11)
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=8)
    ax.grid(color="#dddddd", linewidth=0.6)
    layers = [label(key, language).lower() for key in modelled]
    chart_notes(
        ax,
        [
            f"{label('predicted', language)}, {label('outdoors', language)}",
            modelled_words(layers, language),
        ],
    )
    return ax
