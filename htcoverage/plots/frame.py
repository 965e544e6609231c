"""What every picture shares: axes, scale bar, north arrow, provenance, numbers, saving."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.offsetbox import AnchoredOffsetbox, AuxTransformBox, TextArea, VPacker
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator

from htcoverage.errors import argument_fault
from htcoverage.figures.rows import ALL_DISTRICTS, PROVINCE_CODE
from htcoverage.files import whole_file
from htcoverage.labels import Language, label, number, short_number

#: Okabe and Ito's colours, which stay apart for every kind of colour vision.
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW = "#56B4E9", "#CC79A7", "#F0E442"
INK, FAINT, LAND = "#333333", "#9a9a9a", "#ececec"

_FORMATS = {
    ".png": {"Software": None},
    ".pdf": {"Creator": "htcoverage", "Producer": None, "CreationDate": None},
    ".svg": {"Creator": "htcoverage", "Date": None},
}
_DPI = 150

#: A name longer than this leaves no room for what it names.
_NAME_SIGNS = 36


def axes_or_new(ax: Axes | None, *, width_in: float = 9.0, height_in: float = 6.0) -> Axes:
    """Return the axes given, or those of a new figure."""
    if ax is not None:
        return ax
    _, made = plt.subplots(figsize=(width_in, height_in), layout="constrained")
    return made


def save_figure(ax: Axes, path: str | os.PathLike[str]) -> Path:
    """Write the figure that holds the axes; the same picture gives the same bytes.

    Parameters
    ----------
    ax : Axes
        From one of the plot functions.
    path : path-like
        Ends in .png, .pdf or .svg. Letters are drawn as outlines or embedded, so that Vietnamese
        reads the same everywhere.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the path has another ending or its folder is not there.
    """
    target = Path(path)
    kind = target.suffix.lower()
    if kind not in _FORMATS:
        raise argument_fault("path", path, f"a name that ends in {', '.join(_FORMATS)}")
    if not target.parent.is_dir():
        raise argument_fault("path", path, "a folder that exists")
    figure = ax.get_figure(root=True)
    if figure is None:
        raise argument_fault("ax", ax, "axes of a figure")
    # The salt makes the names of an SVG's parts the same every time.
    with (
        whole_file(target) as part,
        mpl.rc_context({"svg.hashsalt": "htcoverage", "svg.fonttype": "path", "pdf.fonttype": 42}),
    ):
        figure.savefig(
            part, format=kind[1:], dpi=_DPI, metadata=_FORMATS[kind], bbox_inches="tight"
        )
    return target


def short_name(name: object) -> str:
    """Return a name on one line that leaves room for what it names."""
    line = " ".join(str(name).split())
    return line if len(line) <= _NAME_SIGNS else f"{line[: _NAME_SIGNS - 1].rstrip()}…"


def area_name(code: object, name: object, language: Language) -> str:
    """Return the name of an area of figures; in words where all districts have none."""
    if code == PROVINCE_CODE and name == ALL_DISTRICTS:
        return label("all_districts", language)
    return short_name(name)


def rows_counting(table: pd.DataFrame, denominator: str) -> pd.DataFrame:
    """Return the rows of one denominator.

    Raises
    ------
    InputError
        If there is none; the message lists the denominators that there are.
    """
    rows = table[table["denominator"] == denominator]
    if len(rows) == 0:
        there = ", ".join(dict.fromkeys(table["denominator"].astype(str)))
        raise argument_fault("denominator", denominator, f"one of {there}")
    return rows


def asked_for(technology: str, operator: str, language: Language) -> str:
    """Return what a picture shows, in words: "4G, any operator"."""
    operators = {"any": "any_operator", "all": "all_operators"}
    who = label(operators[operator], language) if operator in operators else short_name(operator)
    return f"{technology_words(technology, language)}, {who}"


def technology_words(technology: str, language: Language) -> str:
    """Return the words for a technology of figures: "3G", "3G or 4G"."""
    technologies = {"any": "either_technology", "both": "both_technologies"}
    return label(technologies[technology], language) if technology in technologies else technology


def decorate_map(
    ax: Axes,
    *,
    title: str,
    handles: Sequence[Artist],
    legend_title: str,
    notes: Sequence[str],
    language: Language,
) -> None:
    """Give a map in metres its title, legend, scale bar, north arrow and provenance.

    Parameters
    ----------
    ax : Axes
        Drawn in metres of a projected CRS, its limits set.
    handles : sequence of Artist
        What the legend lists.
    notes : sequence of str
        Model, assumptions and where the data come from; one line each.
    """
    ax.set_aspect("equal")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_xlabel("")
    ax.set_ylabel("")
    ax.set_title(title, loc="left", fontsize=11)
    ax.legend(
        handles=list(handles), title=legend_title, loc="upper left", bbox_to_anchor=(1.01, 1.0),
        frameon=False, fontsize=8, title_fontsize=8, alignment="left", borderaxespad=0.0,
    )  # fmt: skip
    add_scale_bar(ax, language=language, beside=True)
    add_notes(ax, notes)


def add_scale_bar(ax: Axes, *, language: Language, beside: bool = False) -> None:
    """Draw a bar of a round number of kilometres, about a fifth of the width, and north above.

    In a corner of the map, or beside it, below the legend, where it hides nothing.
    """
    west, east = ax.get_xlim()
    length_m = round_length(0.2 * abs(east - west))
    in_km = length_m >= 1000.0
    words = f"{number(length_m / (1000.0 if in_km else 1.0), language)} {'km' if in_km else 'm'}"
    bar = AuxTransformBox(ax.transData)
    height_m = 0.02 * length_m
    for part, colour in ((0.0, INK), (0.5, "white")):
        bar.add_artist(
            Rectangle(
                (part * length_m, 0.0), 0.5 * length_m, 2.0 * height_m, facecolor=colour,
                edgecolor=INK, linewidth=0.8,
            )
        )  # fmt: skip
    arrow = AuxTransformBox(ax.transData)
    w, h = 0.06 * length_m, 0.2 * length_m
    arrow.add_artist(
        Polygon([(-w, 0.0), (0.0, h), (w, 0.0), (0.0, 0.25 * h)], facecolor=INK, linewidth=0.0)
    )
    text = {"fontsize": 8, "color": INK}
    box = VPacker(
        children=[
            TextArea(label("north", language), textprops=text | {"fontweight": "bold"}),
            arrow,
            bar,
            TextArea(words, textprops=text),
        ],
        align="center",
        pad=0,
        sep=3,
    )
    place: dict[str, Any] = (
        {"bbox_to_anchor": (1.01, 0.0), "bbox_transform": ax.transAxes, "borderpad": 0.0}
        if beside
        else {}
    )
    anchored = AnchoredOffsetbox(loc="lower left", child=box, frameon=not beside, pad=0.3, **place)
    anchored.patch.set(facecolor="white", alpha=0.8, linewidth=0.0)
    ax.add_artist(anchored)


def round_length(metres: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not above a length."""
    power = 10.0 ** int(f"{metres:e}".split("e")[1])
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= metres * (1 + 1e-9))


def add_notes(ax: Axes, notes: Sequence[str], *, below_pt: float = 8.0) -> None:
    """Write lines in small print, so many points below the axes."""
    ax.annotate(
        "\n".join(note for note in notes if note),
        xy=(0.0, 0.0), xycoords="axes fraction", xytext=(0.0, -below_pt),
        textcoords="offset points", va="top", ha="left", fontsize=6.5, color="#555555",
        annotation_clip=False, wrap=True,
    )  # fmt: skip
    # Every picture ends with its notes. Names hold dollar signs; none of our words is a formula.
    for text in ax.findobj(Text):
        text.set_parse_math(False)


def modelled_note(language: Language, **tables: gpd.GeoDataFrame | None) -> str:
    """Return the words that say which of the tables are modelled; empty where none is.

    Parameters
    ----------
    **tables : GeoDataFrame or None
        By the key of their word, such as ``base_stations``.
    """
    modelled = [
        label(key, language).lower()
        for key, table in tables.items()
        if table is not None
        and "provenance" in table.columns
        and (table["provenance"] == "modelled").any()
    ]
    return modelled_words(modelled, language)


def modelled_words(named: Sequence[str], language: Language) -> str:
    """Return the words that say that some layers, named in words, are modelled; empty for none."""
    if not named:
        return ""
    return label("modelled_notice", language).format(layers=", ".join(named))


def language_ticks(ax: Axes, language: Language) -> None:
    """Write the ticks of numeric axes with the language's marks."""
    for axis in (ax.xaxis, ax.yaxis):
        if not isinstance(axis.get_major_formatter(), FuncFormatter) and axis.get_label_text():
            axis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 2.5, 5, 10]))
            axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value, language)))


def tick(value: float, language: Language) -> str:
    """Return the number of a tick, as short as it goes, with the language's marks."""
    return short_number(value, language, most_digits=10)


def chart_notes(ax: Axes, notes: list[str]) -> None:
    """Write the notes below the label of the horizontal axis."""
    add_notes(ax, notes, below_pt=42.0)
