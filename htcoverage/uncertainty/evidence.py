"""How sure a run is, gathered: intervals, curves and failures as one value and as plain rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from htcoverage.figures.cover import ANY_OPERATOR, CoverCriteria, Technology, layer_excess
from htcoverage.uncertainty.failure import site_failures
from htcoverage.uncertainty.intervals import (
    DEFAULT_DRAWS,
    DEFAULT_SEED,
    add_intervals,
    error_sources,
)
from htcoverage.uncertainty.level_errors import LevelErrors
from htcoverage.uncertainty.sensitivity import (
    compute_sensitivity,
    reached_table,
    sensitivity_table,
)

#: Digits kept of each column in files; shares to a millionth, dB to a thousandth.
_DIGITS = {
    "covered_share": 6, "share": 6, "shift_db": 3, "sd_share": 6, "low": 6, "high": 6,
    "variance_part": 4, "residents": 3, "households": 3, "residential_area_km2": 6,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Evidence:
    """How sure the figures of a run are.

    Parameters
    ----------
    figures : DataFrame
        The figure rows with ``low`` and ``high``, see `add_intervals`.
    sensitivity, reached : DataFrame
        See `sensitivity_table` and `reached_table`; any operator, each technology and either, at
        the cell edge.
    site_failures : DataFrame
        See `site_failures`; any operator, 4G and either technology, at the cell edge; only sites
        whose failure takes somebody's cover.
    error_sources : DataFrame
        See `error_sources`; any operator, 4G (or the one technology there is), at the cell edge.
    """

    figures: pd.DataFrame
    sensitivity: pd.DataFrame
    reached: pd.DataFrame
    site_failures: pd.DataFrame
    error_sources: pd.DataFrame


def compute_evidence(
    figures: pd.DataFrame,
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    *,
    errors: LevelErrors | None = None,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
) -> Evidence:
    """Compute how sure the figures of a run are.

    Parameters
    ----------
    figures : DataFrame
        Of `compute_figures`, with ``attrs["criteria"]``.
    coverage : xarray.Dataset
        Levels and servers, best and runner-up.
    settlements, districts, cells, errors, draws, seed
        As for `add_intervals`.
    """
    criteria = CoverCriteria(**figures.attrs["criteria"])
    nowhere = np.empty(0, dtype=np.int64)
    layers = layer_excess(coverage, criteria=criteria, pixels=nowhere)
    asked: list[Technology] = [
        name for name in ("3G", "4G", "any") if layers.has(name, ANY_OPERATOR)
    ]
    failing = [name for name in asked if name != "3G"]
    curves = [
        curve
        for technology in asked
        for curve in compute_sensitivity(
            coverage, settlements, districts, criteria=criteria, technology=technology
        )
    ]
    failures = pd.concat(
        [
            site_failures(coverage, settlements, criteria=criteria, technology=technology)
            for technology in failing
        ],
        ignore_index=True,
    )
    return Evidence(
        figures=add_intervals(
            figures, coverage, settlements, districts, cells,
            errors=errors, draws=draws, seed=seed,
        ),
        sensitivity=sensitivity_table(curves),
        reached=reached_table(curves),
        site_failures=failures[failures["residential_area_km2"] > 0.0].reset_index(drop=True),
        error_sources=error_sources(
            coverage, settlements, districts, cells, criteria=criteria, errors=errors,
            technology=failing[0], draws=draws, seed=seed,
        ),
    )  # fmt: skip


def evidence_document(evidence: Evidence) -> dict[str, Any]:
    """Return the evidence as plain values for ``figures.json``; its figure rows are not in it."""
    return {
        "intervals": evidence.figures.attrs["intervals"],
        "sensitivity": _rows(evidence.sensitivity),
        "reached": _rows(evidence.reached),
        "single_site_failure": _rows(evidence.site_failures),
        "error_sources": _rows(evidence.error_sources),
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    rounded = table.round({name: d for name, d in _DIGITS.items() if name in table.columns})
    plain = rounded.astype(object).where(rounded.notna(), None)
    rows: list[dict[str, Any]] = plain.to_dict("records")  # type: ignore[assignment]
    return rows
