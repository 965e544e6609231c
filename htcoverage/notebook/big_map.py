"""A map of a million places in a notebook, drawn by the browser's graphics card (lonboard)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
import xarray as xr

from htcoverage.crs import WGS84, reproject
from htcoverage.errors import SetupError, argument_fault
from htcoverage.export.classes import (
    COVER_COLOURS,
    LEVEL_COLOURS,
    QUANTITY,
    level_classes,
    level_labels,
)
from htcoverage.labels import Language, label, number
from htcoverage.maps.escape import html_text
from htcoverage.notebook.small_maps import OPERATOR_COLOURS
from htcoverage.plots.frame import asked_for, modelled_note

if TYPE_CHECKING:
    from htcoverage.notebook.lonboard_map import LegendMap

#: What a place is called, shown when it is pointed at, where the table has it.
_NAMES = (
    "name",
    "full_name",
    "settlement",
    "site_name",
    "bts_id",
    "site_id",
    "settlement_id",
    "span_id",
)
_OTHER = "#6a6a6a"


@dataclass(frozen=True, eq=False)
class _Classed:
    """Places in classes from 0, with the colour and the words of each."""

    places: gpd.GeoDataFrame
    classes: npt.NDArray[np.intp]
    colours: list[str]
    words: list[str]
    title: str


def big_map(
    data: xr.Dataset | gpd.GeoDataFrame,
    *,
    technology: Literal["3G", "4G"] = "4G",
    operator: str = "any",
    language: Language = "en",
) -> LegendMap:
    """Draw a layer of a coverage, or any table of places, as a map that bears a million of them.

    Parameters
    ----------
    data : Dataset or GeoDataFrame
        A coverage from `compute_coverage`: every pixel with a level, in the classes of median
        level. Or points, lines or polygons, coloured by the first of these columns that there is:
        ``level_dbm`` in the same classes; ``covered`` (see `cover_at`); ``operator``.
    technology, operator : str
        Layer of a coverage; the technology also chooses the classes of ``level_dbm``.
    language : {"en", "vi"}
        Language of the words.

    Returns
    -------
    lonboard.Map
        With a legend above it and no base map. lonboard's own script (0.17) fetches the binary of
        its table reader (parquet-wasm), and for polygons that which cuts them into triangles, from
        jsDelivr when it is shown, and has no setting that avoids it: where there is no network,
        the map stays empty; use `make_map` there.

    Raises
    ------
    InputError
        If the coverage has no such layer, or the table no places, or places of several kinds.
    SetupError
        If lonboard is not installed.
    """
    try:
        from htcoverage.notebook.lonboard_map import LegendMap, layer_of
    except ImportError as missing:
        raise SetupError("big_map needs lonboard: pip install 'htcoverage[lonboard]'") from missing
    if isinstance(data, xr.Dataset):
        found, size_m = _pixels(data, technology, operator, language)
    else:
        found, size_m = _table(data, technology, language), None
    rgb = np.array([list(bytes.fromhex(colour.removeprefix("#"))) for colour in found.colours])
    told = found.places.assign(**{label("nb_class", language): _words(found)})
    layer = layer_of(told, colours=rgb[found.classes].astype(np.uint8), size_m=size_m)
    return LegendMap([layer], legend=_legend(found, language))


def _pixels(
    coverage: xr.Dataset, technology: Literal["3G", "4G"], operator: str, language: Language
) -> tuple[_Classed, float]:
    """Return the pixels that have a level, and their size."""
    layers = list(zip(coverage["operator"].values, coverage["technology"].values, strict=True))
    if (operator, technology) not in layers:
        there = "; ".join(f"{of}, {tech}" for of, tech in layers)
        raise argument_fault("operator, technology", f"{operator}, {technology}", f"one of {there}")
    level_dbm = coverage["level_dbm"][layers.index((operator, technology))].to_numpy()
    row, column = np.nonzero(~np.isnan(level_dbm))
    places = gpd.GeoDataFrame(
        {"level_dbm": level_dbm[row, column]},
        geometry=shapely.points(coverage["x"].values[column], coverage["y"].values[row]),
        crs=coverage.attrs["crs"],
    )
    title = f"{asked_for(technology, operator, language)}; {label('predicted', language)}"
    found = _by_level(_in_degrees(places), technology, title, language)
    return found, abs(float(coverage.attrs["transform"][0]))


def _table(
    table: gpd.GeoDataFrame, technology: Literal["3G", "4G"], language: Language
) -> _Classed:
    there = table[~(table.geometry.isna() | table.geometry.is_empty)]
    columns = [name for name in (*_NAMES, "operator", "technology", "residents", "level_dbm",
                                 "excess_db", "covered", "covered_share")
               if name in there.columns]  # fmt: skip
    places = _in_degrees(gpd.GeoDataFrame(there[[*columns, there.geometry.name]]))
    said = modelled_note(language, **{_kind(table): table})
    if "level_dbm" in columns:
        return _by_level(places, technology, said, language)
    if "covered" in columns:
        words = [label(key, language) for key in ("not_covered", "covered")]
        classes = places["covered"].to_numpy(bool).astype(np.intp)
        title = "; ".join(filter(None, [label("predicted", language), said]))
        return _Classed(places, classes, [COVER_COLOURS[2], COVER_COLOURS[0]], words, title)
    if "operator" in columns:
        values = places["operator"].astype(str)
        words = list(dict.fromkeys(values))
        classes = values.map({word: place for place, word in enumerate(words)}).to_numpy(np.intp)
        # Operators beyond the colours that stay apart share grey.
        colours = [*OPERATOR_COLOURS, *[_OTHER] * len(words)][: len(words)]
        return _Classed(places, classes, colours, words, said)
    words = [label(_kind(table), language)]
    return _Classed(places, np.zeros(len(places), np.intp), [OPERATOR_COLOURS[1]], words, said)


def _kind(table: gpd.GeoDataFrame) -> str:
    kinds = {"bts_id": "base_stations", "site_id": "sites", "span_id": "fibre",
             "settlement_id": "settlements", "full_name": "districts"}  # fmt: skip
    return next((word for name, word in kinds.items() if name in table.columns), "nb_places")


def _by_level(
    places: gpd.GeoDataFrame, technology: Literal["3G", "4G"], said: str, language: Language
) -> _Classed:
    level_dbm = places["level_dbm"].to_numpy(np.float32)
    classes = level_classes(level_dbm, technology).astype(np.intp)
    quantity = f"{label('map_level', language)}: {QUANTITY[technology]}, dBm"
    return _Classed(
        places, classes, [_OTHER, *LEVEL_COLOURS],
        [label("no_level", language), *level_labels(technology)],
        "; ".join(filter(None, [quantity, said])),
    )  # fmt: skip


def _in_degrees(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the places in WGS 84 by the pinned operation; there must be some, all of one kind."""
    if len(places) == 0:
        raise argument_fault("data", "0", "at least one place")
    kinds = {kind.removeprefix("Multi") for kind in places.geometry.geom_type.unique()}
    if len(kinds) > 1 or not kinds <= {"Point", "LineString", "Polygon"}:
        raise argument_fault("data", ", ".join(sorted(kinds)), "points, lines or polygons alone")
    return reproject(places, WGS84)


def _words(found: _Classed) -> npt.NDArray[np.object_]:
    words: npt.NDArray[np.object_] = np.array(found.words, dtype=object)[found.classes]
    return words


def _legend(found: _Classed, language: Language) -> str:
    """Return the legend as HTML: each class that occurs with its colour, words and count."""
    counts = np.bincount(found.classes, minlength=len(found.words))
    entries = "".join(
        f'<span style="display:inline-block;margin-right:1em">'
        f'<span style="display:inline-block;width:1em;height:.8em;background:{colour}"></span> '
        f"{html_text(word)}: {number(int(count), language)}</span>"
        for colour, word, count in zip(found.colours, found.words, counts, strict=True)
        if count
    )
    return f"<div><b>{html_text(found.title)}</b><br>{entries}</div>"
