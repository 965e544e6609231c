"""The covered share against a common shift of all thresholds, from one sorted distribution.

A pixel stays covered under a shift as long as its excess is at least the shift. Layers combine by
the least or the greatest excess, and a common shift commutes with both, so one sort of the combined
excess answers every shift at once, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, overload

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
import xarray as xr

from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.figures.cover import (
    ANY_OPERATOR,
    CoverCriteria,
    FloatArray,
    Technology,
    layer_excess,
)
from htcoverage.figures.rows import (
    PART_TOLERANCE,
    SETTLEMENT_PARTS,
    check_settlement_parts,
    people_of,
)
from htcoverage.figures.zones import raise_faults, table_faults, zone_areas
from htcoverage.grid import grid_of

#: Shifts of the curve as a table, in dB: far enough for any dispute over a threshold or a model.
SHIFTS_DB = tuple(float(shift) for shift in range(-20, 21))

#: Shares whose shift is asked for, the reported 99 % among them.
TARGET_SHARES = (0.9, 0.95, 0.98, 0.99, 0.995)


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """The covered share of one denominator as a function of a common shift of the thresholds.

    Parameters
    ----------
    technology, operator, basis, denominator : str
        As in the figure rows.
    settlement_part : float or None
        The part of a settlement that must be covered, where settlements are counted.
    excess_db : array
        Shifts, in dB, at which something is lost when they are exceeded; descending, finite.
    share : array
        The covered share in [0, 1] at each of those shifts, ascending.
    """

    technology: str
    operator: str
    basis: str
    denominator: str
    settlement_part: float | None
    excess_db: FloatArray
    share: FloatArray

    @overload
    def share_at(self, shift_db: float) -> float: ...
    @overload
    def share_at(self, shift_db: FloatArray) -> FloatArray: ...
    def share_at(self, shift_db: float | FloatArray) -> float | FloatArray:
        """Return the covered share when every threshold rises by a shift in dB (negative: falls).

        A model that predicts every level by that much too high has the same effect.
        """
        kept = np.searchsorted(-self.excess_db, -np.asarray(shift_db), side="right")
        found = np.concatenate([[0.0], self.share])[kept]
        return float(found) if np.ndim(shift_db) == 0 else found

    def shift_for(self, share: float) -> float:
        """Return the greatest shift, in dB, at which the share is still reached.

        Positive: so much is in hand. Negative: so much is missing. NaN where no shift reaches it,
        because more than the rest has no level at all.
        """
        place = int(np.searchsorted(self.share, share * (1.0 - 1e-12), side="left"))
        return float(self.excess_db[place]) if place < len(self.share) else float("nan")


def compute_sensitivity(
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    criteria: CoverCriteria | None = None,
    technology: Technology = "4G",
    operator: str = ANY_OPERATOR,
    basis: Literal["median", "cell_edge"] = "cell_edge",
    settlement_parts: Sequence[float] = SETTLEMENT_PARTS,
) -> tuple[Sensitivity, ...]:
    """Return the share of every denominator of the province against a shift of all thresholds.

    The share at a shift is the share that `compute_figures` gives with every threshold raised by
    it. The same curve answers for a common bias of the model: levels that prove lower than
    predicted by some dB are a shift up by as much.

    Parameters
    ----------
    coverage, settlements, districts, criteria, settlement_parts
        As for `compute_figures`.
    technology : {"3G", "4G", "any", "both"}
        See `LayerExcess` for combinations.
    operator : str
        An operator's name, ``any`` or ``all``.
    basis : {"median", "cell_edge"}
        Whether the margin is part of what is asked at a shift of 0.

    Returns
    -------
    tuple of Sensitivity
        land_area, residential_area, residents, households where known, and settlements at each
        part.

    Raises
    ------
    InputError
        As `compute_figures`; also if the coverage lacks a layer or the basis is not one of the two.
    """
    if basis not in ("median", "cell_edge"):
        raise argument_fault("basis", basis, "'median' or 'cell_edge'")
    check_settlement_parts(settlement_parts)
    criteria = criteria or CoverCriteria()
    grid = grid_of(coverage)
    settlements = reproject(settlements, coverage.attrs["crs"])
    districts = reproject(districts, coverage.attrs["crs"])
    raise_faults(table_faults(settlements, districts, grid))
    margin_db = criteria.margin_db if basis == "cell_edge" else 0.0

    def excess_at(pixels: npt.NDArray[np.int64]) -> FloatArray:
        layers = layer_excess(coverage, criteria=criteria, pixels=pixels)
        return layers.combined_db(technology, operator) - margin_db

    homes, land = (zone_areas(table, grid) for table in (settlements, districts))
    excess = excess_at(homes.pixels)
    home_m2 = np.asarray(homes.area_m2 @ np.ones(len(homes.pixels)))
    weights: list[tuple[str, float | None, FloatArray, FloatArray]] = [
        ("land_area", None, excess_at(land.pixels), np.asarray(land.area_m2.sum(axis=0)).ravel()),
        ("residential_area", None, excess, np.asarray(homes.area_m2.sum(axis=0)).ravel()),
    ]
    people = people_of(settlements)
    for column in people.columns:
        density = people[column].to_numpy(dtype=np.float64) / home_m2
        weights.append((column, None, excess, np.asarray(density @ homes.area_m2).ravel()))
    for part in settlement_parts:
        needed = _excess_of_part(homes.area_m2, excess, part)
        weights.append(("settlements", part, needed, np.ones(len(settlements))))
    return tuple(
        Sensitivity(technology, operator, basis, denominator, part, *_distribution(values, weight))
        for denominator, part, values, weight in weights
        if weight.sum() > 0.0
    )


def sensitivity_table(
    sensitivities: Iterable[Sensitivity], *, shifts_db: Sequence[float] = SHIFTS_DB
) -> pd.DataFrame:
    """Return the curves as a table: one row a denominator and shift.

    Parameters
    ----------
    sensitivities : iterable of Sensitivity
        As `compute_sensitivity` returns them.
    shifts_db : sequence of float
        Shifts of all thresholds, in dB; positive asks for more.

    Returns
    -------
    pandas.DataFrame
        ``technology, operator, basis, denominator, settlement_part, shift_db, covered_share``.
    """
    shifts = np.asarray(shifts_db, dtype=np.float64)
    frames = [
        _named(each, len(shifts)).assign(shift_db=shifts, covered_share=each.share_at(shifts))
        for each in sensitivities
    ]
    return pd.concat(frames, ignore_index=True)


def reached_table(
    sensitivities: Iterable[Sensitivity], *, shares: Sequence[float] = TARGET_SHARES
) -> pd.DataFrame:
    """Return at which shift each share is just reached: "99 % at −x dB".

    Returns
    -------
    pandas.DataFrame
        ``technology, operator, basis, denominator, settlement_part, share, shift_db``; NaN where
        no shift reaches the share.
    """
    wanted = np.asarray(shares, dtype=np.float64)
    frames = [
        _named(each, len(wanted)).assign(
            share=wanted, shift_db=[each.shift_for(float(share)) for share in wanted]
        )
        for each in sensitivities
    ]
    return pd.concat(frames, ignore_index=True)


def _named(sensitivity: Sensitivity, rows: int) -> pd.DataFrame:
    part = np.nan if sensitivity.settlement_part is None else sensitivity.settlement_part
    return pd.DataFrame(
        {
            "technology": [sensitivity.technology] * rows,
            "operator": sensitivity.operator,
            "basis": sensitivity.basis,
            "denominator": sensitivity.denominator,
            "settlement_part": part,
        }
    )


def _distribution(excess: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the finite values of the excess, descending, and the share that has each or more."""
    order = np.argsort(-excess, kind="stable")
    values, share = excess[order], np.cumsum(weight[order])
    share /= share[-1]
    last_of_value = np.append(values[1:] != values[:-1], True)
    kept = last_of_value & np.isfinite(values)
    return values[kept], share[kept]


def _excess_of_part(
    area_m2: sp.csr_array[np.float64], excess: FloatArray, part: float
) -> FloatArray:
    """Return for each settlement the excess that at least a part of its area has; −inf if none."""
    row = np.repeat(np.arange(area_m2.shape[0]), np.diff(area_m2.indptr))
    value = excess[area_m2.indices]
    order = np.lexsort((-value, row))
    row, value, area = row[order], value[order], area_m2.data[order]
    total = np.bincount(row, weights=area)
    before = np.concatenate([[0.0], np.cumsum(total)[:-1]])
    reached = np.cumsum(area) - before[row] >= (part - PART_TOLERANCE) * total[row]
    first = np.flatnonzero(reached)
    rows, place = np.unique(row[first], return_index=True)
    needed = np.full(area_m2.shape[0], -np.inf)
    needed[rows] = value[first[place]]
    return needed
