"""Named criteria: what a regulator or a programme asks, and where each number comes from.

A preset only sets parameters. Where its source gives no number, ours stands there under the words
"labelled assumption". How well the model is known (`model_sigma_db`) and how large its pixels are
(`location_sigma_db`) belong to a prediction, not to a preset: a run keeps its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.figures.cover import ANY_OPERATOR, CoverCriteria, Technology, layer_excess
from htcoverage.figures.measure import FigureColumn, covered_m2
from htcoverage.figures.rows import (
    HEADLINE_SETTLEMENT_PART,
    PROVINCE_CODE,
    UNITS,
    Measure,
    add_up,
    add_up_homes,
    count_settlements,
    people_of,
)
from htcoverage.figures.zones import raise_faults, table_faults, zone_areas
from htcoverage.grid import grid_of
from htcoverage.labels import Language, label
from htcoverage.notes import Note

#: The criteria that a preset sets; the rest is a run's own.
SET_CRITERIA = (
    "threshold_3g_dbm",
    "threshold_4g_dbm",
    "cell_edge_probability",
    "user_loss_db",
    "user_loss_sigma_db",
)

#: Columns of `compare_presets`.
PRESET_COLUMNS = (
    "preset", "technology", "denominator", "settlement_part", "basis", "covered_share", "covered",
    "total", "unit", *SET_CRITERIA, "margin_db", "least_level_dbm",
)  # fmt: skip

_OUR_THRESHOLD_3G = ("threshold_3g_dbm", "our_3g")
_OUR_THRESHOLD_4G = ("threshold_4g_dbm", "our_4g")
_OUR_PROBABILITY = ("cell_edge_probability", "our_probability")
_OUR_SIGMAS = ("location_sigma_db, model_sigma_db", "our_sigmas")

#: Parameters with the keys of their words, where a source gives no number and ours stands.
OURS = (_OUR_THRESHOLD_3G, _OUR_THRESHOLD_4G, _OUR_PROBABILITY, _OUR_SIGMAS)


@dataclass(frozen=True)
class Preset:
    """Criteria with a name, the row of the figures that answers them, and their sources.

    Parameters
    ----------
    name : str
        As it is asked for, such as ``ofcom-4g``.
    criteria : CoverCriteria
        What counts as covered.
    technology, denominator, basis : str
        The figure row that the preset reads, of any operator.
    settlement_part : float or None
        The part of a settlement that must be covered, where settlements are counted.
    source_keys : tuple of (str, str)
        For each parameter that is set, the key of the words for its source.
    cautioned : bool
        Whether its source asks for something that is not checked here.
    least_rx_height_m, largest_pixel_m : float or None
        What its source asks of the prediction itself, see `unmet`.
    """

    name: str
    criteria: CoverCriteria
    technology: Technology
    denominator: Literal["land_area", "residential_area", "residents", "households", "settlements"]
    basis: Literal["median", "cell_edge"]
    settlement_part: float | None
    source_keys: tuple[tuple[str, str], ...]
    cautioned: bool = True
    least_rx_height_m: float | None = None
    largest_pixel_m: float | None = None

    @property
    def title(self) -> str:
        """What it stands for, in English."""
        return self.title_in("en")

    @property
    def sources(self) -> tuple[tuple[str, str], ...]:
        """For each parameter that is set, its document or the words "labelled assumption"."""
        return self.sources_in("en")

    @property
    def caution(self) -> str:
        """What is not checked though its source asks for it, in English; empty where nothing."""
        return self.caution_in("en")

    def title_in(self, language: Language) -> str:
        """Return what it stands for."""
        return label(f"preset_title:{self.name}", language)

    def sources_in(self, language: Language) -> tuple[tuple[str, str], ...]:
        """Return the parameters that are set, each with the words for its source."""
        return tuple((name, label(f"source_of:{key}", language)) for name, key in self.source_keys)

    def caution_in(self, language: Language) -> str:
        """Return what is not checked though its source asks for it; empty where nothing."""
        return label(f"caution_of:{self.name}", language) if self.cautioned else ""

    def unmet(self, *, rx_height_m: float, resolution_m: float) -> tuple[Note, ...]:
        """Return what the source asks of the prediction and the prediction does not have.

        Parameters
        ----------
        rx_height_m, resolution_m : float
            Of the prediction: receiver above ground and pixel, m.
        """
        lacking = []
        if self.least_rx_height_m is not None and rx_height_m < self.least_rx_height_m:
            lacking.append(("least_height", self.least_rx_height_m, rx_height_m))
        if self.largest_pixel_m is not None and resolution_m > self.largest_pixel_m:
            lacking.append(("largest_pixel", self.largest_pixel_m, resolution_m))
        return tuple(Note(key, {"asked": asked, "found": found}) for key, asked, found in lacking)

    def criteria_of(self, base: CoverCriteria) -> CoverCriteria:
        """Return the preset's criteria for a prediction: its own spreads are kept.

        Parameters
        ----------
        base : CoverCriteria
            Of the prediction: ``location_sigma_db`` and ``model_sigma_db`` are read.
        """
        return replace(
            self.criteria,
            location_sigma_db=base.location_sigma_db,
            model_sigma_db=base.model_sigma_db,
        )


_ALL = (
    Preset(
        name="outdoors",
        criteria=CoverCriteria(),
        technology="4G",
        denominator="residents",
        basis="cell_edge",
        settlement_part=None,
        source_keys=OURS,
        cautioned=False,
    ),
    Preset(
        name="in-car",
        criteria=CoverCriteria(user_loss_db=8.0),
        technology="4G",
        denominator="residents",
        basis="cell_edge",
        settlement_part=None,
        source_keys=(
            *OURS,
            ("user_loss_db", "car"),
        ),
        cautioned=False,
    ),
    Preset(
        name="indoors",
        criteria=CoverCriteria(user_loss_db=14.8, user_loss_sigma_db=9.3),
        technology="4G",
        denominator="residents",
        basis="cell_edge",
        settlement_part=None,
        source_keys=(
            *OURS,
            ("user_loss_db, user_loss_sigma_db", "building"),
        ),
    ),
    Preset(
        name="ofcom-4g",
        criteria=CoverCriteria(threshold_4g_dbm=-105.0, cell_edge_probability=0.5),
        technology="4G",
        denominator="land_area",
        basis="median",
        settlement_part=None,
        source_keys=(
            ("threshold_4g_dbm", "ofcom_level"),
            ("cell_edge_probability", "ofcom_probability"),
            ("denominator", "ofcom_area"),
            _OUR_THRESHOLD_3G,
            _OUR_SIGMAS,
        ),
    ),
    Preset(
        name="fcc-bdc",
        criteria=CoverCriteria(cell_edge_probability=0.9),
        technology="4G",
        denominator="land_area",
        basis="cell_edge",
        settlement_part=None,
        source_keys=(
            ("cell_edge_probability", "fcc_probability"),
            ("denominator", "fcc_area"),
            _OUR_THRESHOLD_3G,
            _OUR_THRESHOLD_4G,
            _OUR_SIGMAS,
        ),
        least_rx_height_m=1.5,
        largest_pixel_m=100.0,
    ),
    Preset(
        name="arcotel",
        criteria=CoverCriteria(threshold_4g_dbm=-100.0),
        technology="4G",
        denominator="residential_area",
        basis="cell_edge",
        settlement_part=None,
        source_keys=(
            ("threshold_4g_dbm", "arcotel_level"),
            ("denominator", "our_residential_area"),
            _OUR_PROBABILITY,
            _OUR_THRESHOLD_3G,
            _OUR_SIGMAS,
        ),
    ),
    Preset(
        name="vn-thon",
        criteria=CoverCriteria(),
        technology="any",
        denominator="settlements",
        basis="cell_edge",
        settlement_part=HEADLINE_SETTLEMENT_PART,
        source_keys=(
            ("denominator", "vietnam_counts"),
            ("technology", "our_either"),
            ("settlement_part", "our_part"),
            *OURS,
        ),
    ),
)

PRESETS = {preset.name: preset for preset in _ALL}


def preset(name: str) -> Preset:
    """Return a preset by its name.

    Parameters
    ----------
    name : str
        One of ``htcoverage.presets.PRESETS``, such as ``ofcom-4g`` or ``vn-thon``.

    Returns
    -------
    Preset
        Criteria with their sources.

    Raises
    ------
    InputError
        If there is none of that name; the message lists those there are.

    Examples
    --------
    >>> import htcoverage as ht
    >>> ht.preset("ofcom-4g").criteria.threshold_4g_dbm
    -105.0
    """
    if name not in PRESETS:
        raise argument_fault("preset", name, f"one of {', '.join(PRESETS)}")
    return PRESETS[name]


def preset_row(figures: pd.DataFrame, chosen: Preset) -> pd.Series | None:
    """Return the row of the province, any operator, that a preset reads; None where there is none.

    Parameters
    ----------
    figures : DataFrame
        From `compute_figures`, with whatever criteria they were computed.
    chosen : Preset
        Whose row.
    """
    rows = figures[
        (figures["area_code"] == PROVINCE_CODE)
        & (figures["operator"] == ANY_OPERATOR)
        & (figures["technology"] == chosen.technology)
        & (figures["denominator"] == chosen.denominator)
        & (figures["basis"] == chosen.basis)
    ]
    if chosen.settlement_part is not None:
        rows = rows[rows["settlement_part"] == chosen.settlement_part]
    return rows.iloc[0] if len(rows) else None


def compare_presets(
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    criteria: CoverCriteria | None = None,
    presets: Iterable[Preset] = _ALL,
) -> pd.DataFrame:
    """Return the row that each preset reads, of the whole province and any operator.

    Each share is the one that `compute_figures` gives with the preset's criteria; only that one row
    is measured, so that all presets together cost less than one table of figures.

    Parameters
    ----------
    coverage, settlements, districts
        As for `compute_figures`.
    criteria : CoverCriteria, optional
        Of the prediction; its spreads of pixel and model are kept.
    presets : iterable of Preset
        All of them by default.

    Returns
    -------
    pandas.DataFrame
        ``preset, technology, denominator, settlement_part, basis, covered_share, covered, total,
        unit``, the criteria, and ``least_level_dbm``: the level that the basis asks for outdoors
        (of 4G, or of 3G where the preset reads that alone). A preset whose layers the coverage
        lacks has no row.

    Raises
    ------
    InputError
        As `compute_figures`.
    """
    base = criteria or CoverCriteria()
    grid = grid_of(coverage)
    settlements = reproject(settlements, coverage.attrs["crs"])
    districts = reproject(districts, coverage.attrs["crs"])
    raise_faults(table_faults(settlements, districts, grid))
    polygons = pd.concat([settlements[["geometry"]], districts[["geometry"]]], ignore_index=True)
    zones = zone_areas(polygons, grid)
    people = people_of(settlements)
    everywhere = np.zeros(len(settlements), dtype=np.int64)
    rows = []
    for each in presets:
        asked = each.criteria_of(base)
        layers = layer_excess(coverage, criteria=asked, pixels=zones.pixels)
        if not layers.has(each.technology, ANY_OPERATOR):
            continue
        column = FigureColumn(each.technology, ANY_OPERATOR, each.basis)
        covered = covered_m2(zones, layers, [column], criteria=asked)
        homes_m2, land_m2 = covered[: len(settlements)], covered[len(settlements) :]
        measured = {
            Measure("land_area"): add_up(land_m2 / 1e6, np.zeros(len(land_m2), int), areas=1),
            **add_up_homes(homes_m2, people, everywhere, areas=1),
        }
        if each.settlement_part is not None:
            parts = (each.settlement_part,)
            measured |= count_settlements(homes_m2, parts, everywhere, areas=1)
        found = measured.get(Measure(each.denominator, each.settlement_part))
        if found is None or found[0, 1] <= 0.0:
            continue
        margin_db = asked.margin_db if each.basis == "cell_edge" else 0.0
        least_of = each.technology if each.technology in ("3G", "4G") else "4G"
        rows.append(
            {
                "preset": each.name,
                "technology": each.technology,
                "denominator": each.denominator,
                "settlement_part": each.settlement_part,
                "basis": each.basis,
                "covered_share": found[0, 0] / found[0, 1],
                "covered": found[0, 0],
                "total": found[0, 1],
                "unit": UNITS[each.denominator],
                **{name: getattr(asked, name) for name in SET_CRITERIA},
                "margin_db": margin_db,
                "least_level_dbm": asked.threshold_dbm(least_of) + margin_db,
            }
        )
    table = pd.DataFrame(rows, columns=list(PRESET_COLUMNS))
    return table.assign(settlement_part=table["settlement_part"].astype(float))
