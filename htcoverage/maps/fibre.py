"""How critical each span is, as the map draws it: classes, their colours and widths."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np

from htcoverage.labels import Language, label
from htcoverage.maps.escape import Json

#: Column, word, and where the classes above "nothing" begin.
_MEASURES: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("bts_cut_off_together", "map_fibre_bts", (1, 5, 20, 50)),
    ("residents_cut_off_together", "map_fibre_residents", (1, 500, 1000, 5000)),
)

#: Colour and width of each class: order is told by width as well as by colour.
_STYLES = (
    ("#6f6f6f", 1.0), ("#5e2590", 1.6), ("#a3157f", 2.4), ("#e0561b", 3.4), ("#111111", 4.6),
)  # fmt: skip


def fibre_classes(spans: gpd.GeoDataFrame, *, language: Language) -> Json:
    """Return the classes of spans by what a cut of their pole line takes.

    Parameters
    ----------
    spans : GeoDataFrame
        With ``bts_cut_off_together, residents_cut_off_together``; NaN for spans that carry nothing,
        such as planned ones.
    language : {"en", "vi"}
        Of the words.

    Returns
    -------
    list
        One entry a measure: ``title``; ``classes``, each ``[colour, width, words]``; ``rows``, the
        class of each span, -1 where it carries nothing. Empty if the columns are not there.
    """
    told: list[Json] = []
    for column, word, starts in _MEASURES:
        if column not in spans.columns:
            return []
        lost = spans[column].to_numpy(np.float64)
        rows = np.where(np.isnan(lost), -1, np.searchsorted(starts, np.nan_to_num(lost), "right"))
        words = [label("map_fibre_nothing", language), *_class_words(starts, language)]
        classes: list[Json] = [
            [colour, width, each] for (colour, width), each in zip(_STYLES, words, strict=True)
        ]
        found: list[int] = rows.tolist()
        told.append({"title": label(word, language), "classes": classes, "rows": found})
    return told


def _class_words(starts: tuple[int, ...], language: Language) -> list[str]:
    marks = str.maketrans(",", ".") if language == "vi" else {}
    words = [f"{low:,} – {high - 1:,}".translate(marks) for low, high in itertools.pairwise(starts)]
    last = label("map_fibre_and_more", language).format(count=f"{starts[-1]:,}".translate(marks))
    return [*words, last]
