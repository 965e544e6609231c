"""Chart of how many operators cover."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from htcoverage.figures.rows import PROVINCE_CODE
from htcoverage.labels import Language, label
from htcoverage.plots.frame import (
    INK,
    area_name,
    axes_or_new,
    chart_notes,
    language_ticks,
    modelled_words,
    rows_counting,
    technology_words,
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

    The whole of all districts stands on top; five and more operators are one class.

    Parameters
    ----------
    counts : DataFrame
        From `count_operators`, of one technology.
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
    top = len(_COLOURS) - 1
    classes = rows["operators"].clip(upper=top)
    several = bool((rows["operators"] > top).any())
    share = rows.pivot_table(
        index="area_code", columns=classes, values="share", aggfunc="sum", sort=True
    )
    # The best served on top, by the share that has the most operators; the whole above them all.
    share = share.fillna(0.0).sort_values(share.columns.max(), kind="stable")
    order = sorted(share.index, key=lambda code: code == PROVINCE_CODE)
    share = share.loc[order]
    names = rows.drop_duplicates("area_code").set_index("area_code")["area"]
    ax = axes_or_new(ax, width_in=8.0, height_in=1.4 + 0.3 * len(share))
    place, start = np.arange(len(share)), np.zeros(len(share))
    for column in share.columns:
        part, count = 100.0 * share[column].to_numpy(np.float64), int(column)
        ax.barh(
            place, part, left=start, height=0.75, color=_COLOURS[count], edgecolor="white",
            linewidth=0.4, label=f"≥ {count}" if several and count == top else str(count),
        )  # fmt: skip
        start = start + part
    words = [area_name(code, names[code], language) for code in order]
    ax.set_yticks(place, words, fontsize=8, color=INK)
    if order[-1] == PROVINCE_CODE:
        ax.get_yticklabels()[-1].set_fontweight("bold")
    first = rows.iloc[0]
    basis = str(first["basis"])
    ax.set_title(
        f"{technology_words(first['technology'], language)}, {label(basis, language)}",
        loc="left", fontsize=11,
    )  # fmt: skip
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
