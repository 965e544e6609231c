"""Tables of ours: columns with words and units, and a small map where the rows have a place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import pandas as pd
from matplotlib.axes import Axes

from htcoverage.figures import CoverCriteria, criteria_words
from htcoverage.labels import Language, label
from htcoverage.notebook.columns import cell, heading, is_number, is_ours
from htcoverage.notebook.html import number, picture, table, view, words
from htcoverage.notebook.small_maps import draw_table, kind_of
from htcoverage.plots.frame import modelled_note

#: Rows shown of a table that is longer than twenty; ours begin with what matters most.
ROWS_SHOWN = 10
_SHOWN_WHOLE = 20

#: Titles of the tables that can be told by their columns.
_TITLES = (
    ({"missing_db"}, "nb_gaps"),
    ({"denominator", "basis", "covered_share"}, "nb_figures"),
    ({"bts_id", "operator"}, "base_stations"),
    ({"span_id"}, "fibre"),
    ({"settlement_id"}, "settlements"),
    ({"district_code", "full_name"}, "districts"),
)


def show_frame(frame: pd.DataFrame, language: Language) -> str | None:
    """Return the view of a table; that of pandas where the table is not ours."""
    plain = frame.columns.nlevels == 1 and frame.index.nlevels == 1
    if not (plain and is_ours(frame.columns)):
        other: Any = frame
        shown: str | None = other._repr_html_()
        return shown
    parts = []
    if isinstance(frame, gpd.GeoDataFrame) and kind_of(frame) is not None:
        places = frame

        def draw(ax: Axes) -> None:
            draw_table(ax, places, language)

        parts.append(picture(draw, alt=_title(frame, language)))
    parts += [table_of(frame, language), words(_said(frame, language))]
    return view(_title(frame, language), parts)


def table_of(frame: pd.DataFrame, language: Language, *, most: int | None = None) -> str:
    """Return the first rows of a table with words and units above its columns.

    Parameters
    ----------
    frame : DataFrame
        Its index is shown where it is not just counted; geometry is left out.
    most : int, optional
        How many rows; all of a short table when left out.
    """
    if most is None:
        most = _SHOWN_WHOLE if len(frame) <= _SHOWN_WHOLE else ROWS_SHOWN
    columns = [str(name) for name in frame.columns if name != "geometry"]
    rows = frame.head(most)
    values = {name: rows[name].astype(object).tolist() for name in columns}
    told = [
        [cell(name, value, language) for name, value in zip(columns, row, strict=True)]
        for row in zip(*values.values(), strict=True)
    ]
    headings = [heading(name, language) for name in columns]
    right = {
        place
        for place, name in enumerate(columns)
        if any(is_number(value) for value in values[name])
    }
    if not isinstance(frame.index, pd.RangeIndex) and frame.index.name != "row":
        headings = [(str(frame.index.name or ""), ""), *headings]
        told = [[str(key), *row] for key, row in zip(rows.index.astype(object), told, strict=True)]
        right = {place + 1 for place in right}
    shown, total = number(len(rows), language), number(len(frame), language)
    key = "nb_rows" if len(rows) == len(frame) else "nb_rows_shown"
    return table(headings, told, numbers=right, wrapped=False) + words(
        [label(key, language).format(shown=shown, total=total)]
    )


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Return the rows of a table whose columns are known, as named tuples."""
    return frame.itertuples()


def _title(frame: pd.DataFrame, language: Language) -> str:
    columns = set(frame.columns)
    for needed, key in _TITLES:
        if needed <= columns:
            title = label(key, language)
            return title[0].upper() + title[1:]
    return ""


def _said(frame: pd.DataFrame, language: Language) -> list[str]:
    """Return what must be said beside a table: predicted under these criteria, modelled."""
    said: list[str] = []
    if "criteria" in frame.attrs:
        said += criteria_words(CoverCriteria(**frame.attrs["criteria"]), language=language)
    elif {"missing_db", "covered_share", "excess_db"} & set(frame.columns):
        said.append(label("prediction_notice", language))
    kind = {"bts_id": "base_stations", "span_id": "fibre", "settlement_id": "settlements"}
    key = next((word for name, word in kind.items() if name in frame.columns), None)
    if key is not None:
        said.append(modelled_note(language, **{key: frame}))
    return said
