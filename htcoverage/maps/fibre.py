"""How critical each span is, as the map draws it: classes, their colours and widths."""

from __future__ import annotations

import geopandas as gpd

from htcoverage.fibre.classes import CLASS_STYLES, MEASURES
from htcoverage.labels import Language, label
from htcoverage.maps.escape import Json


def fibre_classes(spans: gpd.GeoDataFrame, *, language: Language) -> list[dict[str, Json]]:
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
    if not {measure.column for measure in MEASURES.values()} <= set(spans.columns):
        return []
    told: list[dict[str, Json]] = []
    for measure in MEASURES.values():
        words = measure.words(language)
        classes: list[Json] = [
            [colour, width, each] for (colour, width), each in zip(CLASS_STYLES, words, strict=True)
        ]
        rows: list[int] = measure.classes(spans).tolist()
        told.append({"title": label(measure.word, language), "classes": classes, "rows": rows})
    return told
