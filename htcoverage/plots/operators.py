"""Chart of how many operators cover."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from htcoverage.labels import Language, label
from htcoverage.plots.frame import (
    INK,
    axes_or_new,
    chart_notes,
    language_ticks,
    modelled_words,
    rows_counting,
)

#: None, one, two, …: from the colour of what is not covered to ever deeper blue.
_COLOURS = ["#f0a04b", "#c6dbef", "#86b8da", "#3f8fc1", "#1c5d8f", "#0b3558"]


def plot_operators(
    counts: pd.DataFrame,
    *,
    denominator: str = "residents",
    modelled: Sequence[str] = (),
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw for every area which share is covered by no, one, two, … operators.

    Parameters
    ----------
    counts : DataFrame
        From `count_operators`.
    denominator : str
        Whose rows are drawn.
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
        If the table has no row of the denominator.
    """
    rows = rows_counting(counts, denominator)
    share = rows.pivot_table(index="area_code", columns="operators", values="share", sort=True)
    most = share.columns.max()
    # The best served on top, by the share that has the most operators.
    share = share.fillna(0.0).sort_values(most, kind="stable")
    names = rows.drop_duplicates("area_code").set_index("area_code")["area"]
    ax = axes_or_new(ax, width_in=8.0, height_in=1.4 + 0.3 * len(share))
    place, start = np.arange(len(share)), np.zeros(len(share))
    for index, count in enumerate(share.columns):
        part = 100.0 * share[count].to_numpy(np.float64)
        ax.barh(
            place, part, left=start, height=0.75, color=_COLOURS[min(index, len(_COLOURS) - 1)],
            edgecolor="white", linewidth=0.4, label=str(count),
        )  # fmt: skip
        start = start + part
    ax.set_yticks(place, [str(names[code]) for code in share.index], fontsize=8, color=INK)
    ax.set_xlim(0.0, 100.0)
    ax.set_xlabel(label("pic_operators", language).format(what=label(denominator, language)))
    language_ticks(ax, language)
    ax.legend(
        title=label("pic_number_of_operators", language), loc="upper left",
        bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=8, title_fontsize=8, alignment="left",
    )  # fmt: skip
    layers = [label(key, language).lower() for key in modelled]
    chart_notes(ax, [label("prediction_notice", language), modelled_words(layers, language)])
    return ax
