"""Where sites stand, as the rasters tell it: defaults by surroundings, sites in the sea."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from htcoverage.cleaning import CleanedLedger
from htcoverage.crs import reproject
from htcoverage.readers import defaults
from htcoverage.readers.findings import cell_findings, joined
from htcoverage.readers.ledger import Ledger
from htcoverage.terrain import Terrain

#: Zone of the sea (ITU-R P.1812-8, §3.2).
_SEA = 1

#: Kinds of sites, the least built-up first, by the surroundings of the land cover there.
_KINDS = ("open", "village", "town")
_BUILT = {"suburban": "village", "urban": "town", "dense-urban": "town"}

#: A mast stands beside the houses that it serves more often than among them: the most built-up
#: land within this distance says where it is. A labelled assumption.
_AROUND_M = 250.0

Places = npt.NDArray[np.int64]


def settled(cleaned: CleanedLedger, terrain: Terrain) -> CleanedLedger:
    """Return a cleaned ledger whose defaults fit the surroundings of its sites.

    Heights and tilts that the ledger lacks are those of a town, a village or open land, by the
    most built-up class of land cover within 250 m of the site. Sites in the sea or in water are
    told. Without land cover the defaults stay; without zones no sea is known.

    Parameters
    ----------
    cleaned : CleanedLedger
        From `clean_ledger`.
    terrain : Terrain
        Of the same area.
    """
    ledger = cleaned.ledger
    if ledger is None:
        return cleaned
    rows, cols, inside = _pixels(ledger.bts, terrain)
    found = _in_water(cleaned, rows, cols, inside, terrain)
    report = replace(cleaned.report, faults=joined([cleaned.report.faults, found]))
    if ledger.cells_made and terrain.surroundings:
        ledger = _with_defaults(ledger, _kinds(rows, cols, inside, terrain))
        report = replace(report, assumed=ledger.defaults)
    return CleanedLedger(ledger, report)


def _kinds(
    rows: Places, cols: Places, inside: npt.NDArray[np.bool_], terrain: Terrain
) -> npt.NDArray[np.object_]:
    """Return the kind of site of each place, by the land cover there and around it."""
    ranks = np.zeros(256, dtype=np.int8)
    for code, surroundings in terrain.surroundings.items():
        ranks[code] = _KINDS.index(_BUILT.get(surroundings, "open"))
    height, width = terrain.clutter_class.shape
    reach = int(_AROUND_M // terrain.posting_m)
    found = np.zeros(len(rows), dtype=np.int8)
    for north in range(-reach, reach + 1):
        for east in range(-reach, reach + 1):
            if np.hypot(north, east) * terrain.posting_m <= _AROUND_M:
                near_rows = np.clip(rows + north, 0, height - 1)
                near_cols = np.clip(cols + east, 0, width - 1)
                near = ranks[terrain.clutter_class[near_rows, near_cols]]
                np.maximum(found, near, out=found)
    return np.where(inside, np.array(_KINDS, dtype=object)[found], defaults.UNKNOWN_SURROUNDINGS)


def _pixels(
    bts: gpd.GeoDataFrame, terrain: Terrain
) -> tuple[Places, Places, npt.NDArray[np.bool_]]:
    """Return the pixel of each base station, and whether the terrain has it."""
    affine = terrain.geobox.transform
    points = reproject(bts, str(terrain.geobox.crs)).geometry
    cols = np.floor((points.x.to_numpy() - affine.c) / affine.a)
    rows = np.floor((points.y.to_numpy() - affine.f) / affine.e)
    height, width = terrain.zone.shape
    inside = (rows >= 0) & (rows < height) & (cols >= 0) & (cols < width)
    return (
        np.where(inside, rows, 0).astype(np.int64),
        np.where(inside, cols, 0).astype(np.int64),
        inside,
    )


def _in_water(
    cleaned: CleanedLedger, rows: Places, cols: Places, inside: npt.NDArray[np.bool_],
    terrain: Terrain,
) -> pd.DataFrame:  # fmt: skip
    """Return a finding for each base station in the sea, or in other water."""
    assert cleaned.ledger is not None
    bts = cleaned.ledger.bts
    sea = inside & (terrain.zone[rows, cols] == _SEA)
    waters = [code for code, kind in terrain.surroundings.items() if kind == "water"]
    water = inside & ~sea & np.isin(terrain.clutter_class[rows, cols], waters)
    names = {match.column: match.name for match in cleaned.report.mapped_columns}
    column = names.get("latitude") or names.get("y") or "geometry"
    tables = []
    for rule, here, words in (
        ("in-the-sea", sea, "the zones say sea here: an island, a platform, or a slip"),
        ("in-water", water, "the land cover says water here: a bank, a bridge, or a slip"),
    ):
        points = bts.geometry[here]
        values = [f"{x:.6g}, {y:.6g}" for x, y in zip(points.x, points.y, strict=True)]
        tables.append(
            cell_findings(
                bts.index[here].tolist(), values, column=column, rule=rule, severity="warning",
                action="kept", detail=words,
            )
        )  # fmt: skip
    return joined(tables)


def _with_defaults(ledger: Ledger, kinds: npt.NDArray[np.object_]) -> Ledger:
    """Return a ledger with the assumed heights and tilts of its cells by surroundings."""
    kind_of = dict(zip(ledger.bts["bts_id"], kinds, strict=True))
    kind = ledger.cells["bts_id"].map(kind_of).to_numpy(dtype=object)
    counted = ("antenna_height_m", "electrical_tilt_deg")
    cells = ledger.cells.copy(deep=False)
    height = cells["antenna_height_m"].to_numpy(dtype=float, copy=True)
    tilt = cells["electrical_tilt_deg"].to_numpy(dtype=float, copy=True)
    high, tilted = (_names(cells["assumed"], name) for name in counted)
    for name, site in defaults.SITES.items():
        here = kind == name
        height[here & high] = site.antenna_height_m
        turned = here & tilted
        tilt[turned] = np.round(np.degrees(np.arctan(height[turned] / site.tilt_aim_m)))
    cells["antenna_height_m"], cells["electrical_tilt_deg"] = height, tilt
    counts = {
        "antenna_height_m": (Counter(kind[high]), "{0.antenna_height_m:g} m"),
        "electrical_tilt_deg": (Counter(kind[tilted]), "beam on flat ground at {0.tilt_aim_m:g} m"),
    }
    told = tuple(
        replace(each, words=_by_surroundings(*counts[each.column]))
        if each.table == "cells" and each.column in counts
        else each
        for each in ledger.defaults
    )
    return replace(ledger, cells=cells, defaults=told)


def _names(assumed: pd.Series, column: str) -> npt.NDArray[np.bool_]:
    """Return which cells name a column among those assumed."""
    codes, texts = pd.factorize(assumed.to_numpy(dtype=object))
    named = np.array([column in words.split() for words in texts] + [False])
    chosen: npt.NDArray[np.bool_] = named[codes]
    return chosen


def _by_surroundings(counts: Mapping[str, int], words: str) -> str:
    parts = [
        f"{name} {words.format(site)} ({counts[name]} cells)"
        for name, site in defaults.SITES.items()
        if counts.get(name)
    ]
    return "by default and surroundings: " + ", ".join(parts)
