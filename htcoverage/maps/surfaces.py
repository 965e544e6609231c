"""The pictures under the map: cover with its margin, and level, by technology and operator."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import xarray as xr
from affine import Affine
from odc.geo.geobox import GeoBox

from htcoverage.labels import Language, label
from htcoverage.maps.assets import data_uri
from htcoverage.maps.classes import (
    COVER_COLOURS,
    LEVEL_COLOURS,
    QUANTITY,
    Criteria,
    cover_classes,
    cover_labels,
    level_classes,
    level_labels,
    threshold_dbm,
)
from htcoverage.maps.escape import Json, clean_text
from htcoverage.maps.raster import MercatorWarp, UInt8, area_mask, mercator_warp, palette_png

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Order in which technologies are offered.
_TECHNOLOGIES = ("4G", "3G")
_EITHER = "3G/4G"


def surfaces(
    coverage: xr.Dataset, area: gpd.GeoDataFrame, *, criteria: Criteria, language: Language
) -> dict[str, Json]:
    """Return the pictures of a coverage, clipped to an area, and their legends.

    Parameters
    ----------
    coverage : xarray.Dataset
        With ``level_dbm`` on ``(layer, y, x)``.
    area : GeoDataFrame
        Polygons outside of which nothing is drawn: sites beyond the border are not known, so a
        picture of it would show gaps that are none.
    criteria : Criteria
        Thresholds and margin.
    language : 'en' or 'vi'
        Language of the words.

    Returns
    -------
    dict
        ``bounds`` (south, west, north, east in degrees), ``width``, ``height`` in pixels,
        ``legends`` by id, ``layers``: ``{id, group, technology, operator, legend, image}``.
    """
    grid = _grid_of(coverage)
    warp = mercator_warp(grid)
    mask = area_mask(area, grid)
    layers: list[Json] = []
    excess: dict[str, list[npt.NDArray[np.float32]]] = {}
    levels: list[Json] = []
    for technology in _TECHNOLOGIES:
        chosen = coverage["technology"].to_numpy() == technology
        for layer in _any_first(coverage["operator"].to_numpy(), chosen):
            operator = str(coverage["operator"].to_numpy()[layer])
            level_dbm = coverage["level_dbm"].isel(layer=layer).to_numpy()
            excess_db = level_dbm - np.float32(threshold_dbm(criteria, technology))
            excess.setdefault(operator, []).append(excess_db)
            layers.append(
                _cover_layer(excess_db, mask, warp, criteria, technology, operator, language)
            )
            classes = np.where(mask, level_classes(level_dbm, technology), 0).astype(np.uint8)
            levels.append(
                _layer("level", technology, operator, classes, LEVEL_COLOURS, warp, language)
            )
    for operator, each in excess.items():
        if len(each) == len(_TECHNOLOGIES):
            either_db = reduce(np.fmax, each)
            layers.append(
                _cover_layer(either_db, mask, warp, criteria, _EITHER, operator, language)
            )
    height, width = warp.inside.shape
    return {
        "bounds": list(warp.bounds_deg),
        "width": width,
        "height": height,
        "legends": _legends(criteria, language),
        "layers": layers + levels,
    }


def _grid_of(coverage: xr.Dataset) -> GeoBox:
    shape = (coverage.sizes["y"], coverage.sizes["x"])
    return GeoBox(shape, Affine(*coverage.attrs["transform"][:6]), coverage.attrs["crs"])


def _any_first(operators: npt.NDArray[np.object_], chosen: npt.NDArray[np.bool_]) -> Sequence[int]:
    return sorted(np.flatnonzero(chosen).tolist(), key=lambda layer: operators[layer] != "any")


def _cover_layer(
    excess_db: npt.NDArray[np.float32],
    mask: npt.NDArray[np.bool_],
    warp: MercatorWarp,
    criteria: Criteria,
    technology: str,
    operator: str,
    language: Language,
) -> Json:
    classes = np.where(mask, cover_classes(excess_db, criteria.margin_db), 0).astype(np.uint8)
    return _layer("cover", technology, operator, classes, COVER_COLOURS, warp, language)


def _layer(
    group: str,
    technology: str,
    operator: str,
    classes: UInt8,
    colours: list[str],
    warp: MercatorWarp,
    language: Language,
) -> Json:
    shown = label("any_operator", language) if operator == "any" else clean_text(operator)
    kind = label("either_technology", language) if technology == _EITHER else technology
    return {
        "id": f"{group}:{technology}:{clean_text(operator)}",
        "group": group,
        "technology": technology,
        "operator": shown,
        "name": f"{kind} · {shown}",
        "legend": f"level_{technology}" if group == "level" else "cover",
        "image": data_uri(palette_png(warp.apply(classes), colours, warp.transform), "image/png"),
    }


def _legends(criteria: Criteria, language: Language) -> dict[str, Json]:
    legends: dict[str, Json] = {
        "cover": {
            "title": label("map_cover", language),
            "classes": _classes(COVER_COLOURS, cover_labels(criteria, language)),
        }
    }
    for technology in _TECHNOLOGIES:
        legends[f"level_{technology}"] = {
            "title": f"{label('map_level', language)}, {QUANTITY[technology]} (dBm)",
            "classes": _classes(LEVEL_COLOURS, level_labels(technology)),
        }
    return legends


def _classes(colours: list[str], words: list[str]) -> Json:
    return [[colour, word] for colour, word in zip(colours, words, strict=True)]
