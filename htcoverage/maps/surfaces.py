"""The pictures under the map: cover with its margin, and level, by technology and operator."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import xarray as xr

from htcoverage.export.classes import (
    COVER_COLOURS,
    LEVEL_COLOURS,
    QUANTITY,
    cover_classes,
    cover_labels,
    level_classes,
    level_labels,
)
from htcoverage.export.pictures import UInt8, area_mask, mercator_warp, palette_png
from htcoverage.figures import CoverCriteria
from htcoverage.figures.cover import ANY_OPERATOR, Technology, layer_excess
from htcoverage.grid import grid_of
from htcoverage.labels import Language, label
from htcoverage.maps.assets import data_uri
from htcoverage.maps.escape import Json, clean_text

#: In the order in which they are offered. Levels of 3G and 4G are not comparable: no "any" there.
_LEVEL_TECHNOLOGIES: tuple[Technology, ...] = ("4G", "3G")
_COVER_TECHNOLOGIES: tuple[Technology, ...] = ("4G", "3G", "any")


def surfaces(
    coverage: xr.Dataset,
    area: gpd.GeoDataFrame,
    *,
    criteria: CoverCriteria,
    language: Language,
    cover_only: xr.Dataset | None = None,
) -> dict[str, Json]:
    """Return the pictures of a coverage, clipped to an area, and their legends.

    Parameters
    ----------
    coverage : xarray.Dataset
        With ``level_dbm`` on ``(layer, y, x)``.
    area : GeoDataFrame
        Polygons outside of which nothing is drawn: sites beyond the border are not known, so a
        picture of it would show gaps that are none.
    criteria : CoverCriteria
        Thresholds and margin.
    language : 'en' or 'vi'
        Language of the words.
    cover_only : xarray.Dataset, optional
        On the same grid: further layers, of which cover alone is drawn.

    Returns
    -------
    dict
        ``bounds`` (south, west, north, east in degrees), ``width``, ``height`` in pixels,
        ``legends`` by id, ``layers``: ``{id, group, technology, operator, legend, image}``.
    """
    grid = grid_of(coverage)
    warp = mercator_warp(grid)
    mask = area_mask(area, grid)

    def layer(
        group: str, technology: str, operator: str, classes: UInt8, colours: list[str]
    ) -> Json:
        picture = warp.apply(np.where(mask, classes, 0).astype(np.uint8))
        shown = label("any_operator", language) if operator == "any" else clean_text(operator)
        kind = label("either_technology", language) if technology == "any" else technology
        return {
            "id": f"{group}:{technology}:{clean_text(operator)}",
            "group": group,
            "technology": technology,
            "operator": shown,
            "name": f"{kind} · {shown}",
            "legend": f"level_{technology}" if group == "level" else "cover",
            "image": data_uri(palette_png(picture, colours, warp.transform), "image/png"),
        }

    layers: list[Json] = []
    for source in (coverage, cover_only):
        if source is None:
            continue
        excess = layer_excess(source, criteria=criteria)
        # One operator's own layers are nobody else's: "any" would say more than is known.
        single = len(excess.operators) == 1 and ANY_OPERATOR not in source["operator"].to_numpy()
        for technology in _COVER_TECHNOLOGIES:
            for operator in (*([] if single else [ANY_OPERATOR]), *excess.operators):
                if excess.has(technology, operator):
                    combined_db = excess.combined_db(technology, operator).reshape(grid.shape)
                    classes = cover_classes(combined_db, criteria.margin_db)
                    layers.append(layer("cover", technology, operator, classes, COVER_COLOURS))
    operators = coverage["operator"].to_numpy()
    technologies = coverage["technology"].to_numpy()
    named = dict.fromkeys([ANY_OPERATOR, *operators.tolist()])
    for technology in _LEVEL_TECHNOLOGIES:
        for operator in named:
            for place in np.flatnonzero((technologies == technology) & (operators == operator)):
                level_dbm = coverage["level_dbm"].isel(layer=place).to_numpy()
                classes = level_classes(level_dbm, technology)
                layers.append(layer("level", technology, operator, classes, LEVEL_COLOURS))
    height, width = warp.inside.shape
    return {
        "bounds": list(warp.bounds_deg),
        "width": width,
        "height": height,
        "legends": _legends(criteria, language),
        "layers": layers,
    }


def _legends(criteria: CoverCriteria, language: Language) -> dict[str, Json]:
    legends: dict[str, Json] = {
        "cover": {
            "title": label("map_cover", language),
            "classes": _classes(COVER_COLOURS, cover_labels(criteria, language)),
        }
    }
    for technology in _LEVEL_TECHNOLOGIES:
        legends[f"level_{technology}"] = {
            "title": f"{label('map_level', language)}, {QUANTITY[technology]} (dBm)",
            "classes": _classes(LEVEL_COLOURS, level_labels(technology)),
            "blank": label("no_level", language),
        }
    return legends


def _classes(colours: list[str], words: list[str]) -> Json:
    return [[colour, word] for colour, word in zip(colours, words, strict=True)]
