"""Chart of the computed shares beside the reported ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from htcoverage.figures import CoverCriteria, criteria_words
from htcoverage.labels import Language, counted, label, number, percent
from htcoverage.plots.drawing import HALO
from htcoverage.plots.frame import (
    BLUE,
    FAINT,
    INK,
    ORANGE,
    PURPLE,
    asked_for,
    axes_or_new,
    chart_notes,
    modelled_words,
    tick,
)
from htcoverage.plots.shares import SHARE_TICKS, SHARES_DRAWN
from htcoverage.reconcile import date_words

#: Rows that stand together: one statement, one operator.
_GROUP = ("date", "reported_share", "technology", "operator")


def plot_reconciliation(
    table: pd.DataFrame,
    *,
    modelled: Sequence[str] = (),
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw every reading of every reported share: computed median and cell edge beside it.

    The shares stand on a scale of odds, so that the last per cent can be read.

    Parameters
    ----------
    table : DataFrame
        From `reconcile`.
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
    """
    groups: list[tuple[object, ...]] = list(
        dict.fromkeys(zip(*(table[name] for name in _GROUP), strict=True))
    )
    places, names, place = [], [], 0.0
    for group in groups:
        rows = _of_group(table, group)
        places += [place + k for k in range(len(rows))]
        names += [
            counted(denominator, part, language)
            for denominator, part in zip(rows["denominator"], rows["part"], strict=True)
        ]
        place += len(rows) + 1.2
    ax = axes_or_new(ax, width_in=9.5, height_in=1.2 + 0.27 * place)
    at = np.array(places)
    ordered = pd.concat([_of_group(table, group) for group in groups])
    median, edge = (
        ordered[name].clip(*SHARES_DRAWN).to_numpy(np.float64) for name in ("median", "cell_edge")
    )
    criteria = CoverCriteria(**table.attrs["criteria"])
    probability = number(100.0 * criteria.cell_edge_probability, language)
    ax.set_xscale("logit")
    ax.hlines(at, edge, median, color=FAINT, linewidth=1.5, zorder=1)
    # The diamond is larger than the dot, so that it is seen around it where both are one.
    ax.plot(median, at, "D", color=ORANGE, markersize=7.5, markeredgecolor="white",
            label=label("median", language), zorder=3)  # fmt: skip
    ax.plot(edge, at, "o", color=BLUE, markersize=5.5, markeredgecolor="white", zorder=3,
            label=f"{label('cell_edge', language)} {probability} %")  # fmt: skip
    ax.plot(ordered["reported_share"], at, "|", color=PURPLE, markersize=13, markeredgewidth=2.2,
            label=label("reported", language), zorder=2)  # fmt: skip
    ax.set_yticks(at, names, fontsize=8)
    ax.set_ylim(at[-1] + 0.8, -1.4)
    start = 0.0
    for date, share, technology, operator in groups:
        rows = _of_group(table, (date, share, technology, operator))
        words = (
            f"{date_words(str(date))}, {percent(float(str(share)), language, digits=0)}:"
            f" {asked_for(str(technology), str(operator), language)}"
        )
        ax.annotate(words, (0.0, start - 0.62), xycoords=("axes fraction", "data"), fontsize=8,
                    fontweight="bold", color=INK, xytext=(3, 0), path_effects=HALO,
                    textcoords="offset points", va="center")  # fmt: skip
        start += len(rows) + 1.2
    low = min(float(edge.min()), float(ordered["reported_share"].min()))
    ax.set_xlim(max([t for t in SHARE_TICKS if t < low], default=SHARES_DRAWN[0]), 0.9997)
    ax.xaxis.set_major_locator(FixedLocator(list(SHARE_TICKS)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda share, _: tick(100.0 * share, language)))
    ax.tick_params(axis="x", labelsize=8)
    ax.set_xlabel(label("sensitivity_share", language))
    ax.set_title(label("rec_title", language), loc="left", fontsize=11)
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=8)
    ax.grid(axis="x", color="#dddddd", linewidth=0.6)
    ax.set_axisbelow(True)
    layers = [label(key, language).lower() for key in modelled]
    chart_notes(
        ax,
        ["; ".join(criteria_words(criteria, language=language)), modelled_words(layers, language)],
    )
    return ax


def _of_group(table: pd.DataFrame, group: tuple[object, ...]) -> pd.DataFrame:
    kept = np.ones(len(table), dtype=bool)
    for name, value in zip(_GROUP, group, strict=True):
        kept &= (table[name] == value).to_numpy()
    return table[kept]
