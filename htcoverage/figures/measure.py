"""The covered area of every zone for every combination of layers, in one pass of sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from htcoverage.figures.cover import (
    ALL_OPERATORS,
    ANY_OPERATOR,
    TECHNOLOGIES,
    Basis,
    CoverCriteria,
    FloatArray,
    LayerExcess,
    Technology,
)
from htcoverage.figures.zones import ZoneAreas


@dataclass(frozen=True)
class FigureColumn:
    """One thing that is measured in every zone: a combination of layers at a basis."""

    technology: Technology
    operator: str
    basis: Basis


def figure_columns(layers: LayerExcess) -> list[FigureColumn]:
    """Return every combination of layers that the coverage allows, at every basis it has.

    ``expected`` only where one server decides (see `LayerExcess.is_best_server`).
    """
    columns = []
    for technology in TECHNOLOGIES:
        for operator in (*layers.operators, ANY_OPERATOR, ALL_OPERATORS):
            if not layers.has(technology, operator):
                continue
            bases: tuple[Basis, ...] = ("median", "cell_edge")
            if layers.is_best_server(technology, operator):
                bases = ("median", "cell_edge", "expected")
            columns += [FigureColumn(technology, operator, basis) for basis in bases]
    return columns


def covered_m2(
    zones: ZoneAreas,
    layers: LayerExcess,
    columns: Sequence[FigureColumn],
    *,
    criteria: CoverCriteria,
) -> FloatArray:
    """Return the covered area of each zone (rows) for each column, in m², and last the whole area.

    The whole is measured as one more column that is covered everywhere: the same sums in the same
    order, so that what is covered everywhere has a share of exactly 1, and none is above it.
    """
    covered = np.empty((zones.area_m2.shape[0], len(columns) + 1))
    combination: tuple[str, str] | None = None
    for index, column in enumerate(columns):
        if combination != (column.technology, column.operator):
            combination = (column.technology, column.operator)
            excess = layers.combined_db(column.technology, column.operator)
        weight = cover_weight(excess, column.basis, criteria=criteria)
        covered[:, index] = np.asarray(zones.area_m2 @ weight)
    covered[:, -1] = np.asarray(zones.area_m2 @ np.ones(len(zones.pixels)))
    return covered


def cover_weight(excess: FloatArray, basis: Basis, *, criteria: CoverCriteria) -> FloatArray:
    """Return how much of a pixel counts as covered: 0 or 1, or at ``expected`` its probability.

    Parameters
    ----------
    excess : array
        Level − threshold, dB, −inf where there is no level.
    basis : {"median", "cell_edge", "expected"}
        As `compute_figures` defines them.
    criteria : CoverCriteria
        For σ and the margin. At σ = 0 ``expected`` is ``median``.
    """
    if basis == "expected" and criteria.sigma_db > 0.0:
        weight: FloatArray = ndtr(excess / criteria.sigma_db)
        return weight
    margin_db = criteria.margin_db if basis == "cell_edge" else 0.0
    return (excess >= margin_db).astype(np.float64)
