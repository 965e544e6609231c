"""The figure rows: their columns, and how sums become rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from htcoverage.errors import argument_fault
from htcoverage.figures.cover import FloatArray
from htcoverage.figures.measure import FigureColumn

COLUMNS = (
    "area_level", "area_code", "area", "technology", "operator", "denominator", "settlement_part",
    "basis", "covered_share", "covered", "total", "unit", "low", "high",
)  # fmt: skip

#: The parts of a settlement's residents that must be covered for it to count, side by side.
SETTLEMENT_PARTS = (0.5, 0.8, 0.95, 1.0)

#: The part that headlines use where one must be chosen. Labelled assumption: no criterion of
#: Vietnam's count of thôn/bản is public, and four fifths is the middle of the four.
HEADLINE_SETTLEMENT_PART = 0.8

#: A settlement at the part to within this counts as at it: the fractions of pixels are single
#: precision, and a settlement half covered must be half covered.
PART_TOLERANCE = 1e-6

#: ``area_code`` of the row that adds up all districts.
PROVINCE_CODE = "all"

#: What that row is called where the province is not named.
ALL_DISTRICTS = "all districts"

#: Unit of the amounts of each denominator.
UNITS = {
    "land_area": "km2",
    "residential_area": "km2",
    "residents": "people",
    "households": "households",
    "settlements": "settlements",
}


@dataclass(frozen=True)
class Measure:
    """One denominator, with the part of a settlement where it counts settlements."""

    denominator: str
    settlement_part: float | None = None


def check_settlement_parts(settlement_parts: Sequence[float]) -> None:
    """Raise InputError unless there are parts and each lies in (0, 1]."""
    if not settlement_parts or not all(0.0 < part <= 1.0 for part in settlement_parts):
        raise argument_fault("settlement_parts", settlement_parts, "parts above 0, at most 1")


def add_up(values: FloatArray, place: npt.NDArray[np.int64], *, areas: int) -> FloatArray:
    """Return the sums of the rows of ``values`` that belong to each area, in the rows' order.

    Parameters
    ----------
    values : array
        (rows, columns).
    place : array of int
        The area of each row, from 0; −1 for a row that belongs to none.
    areas : int
        How many areas there are.
    """
    sums = np.zeros((areas, values.shape[1]))
    np.add.at(sums, place[place >= 0], values[place >= 0])
    return sums


def add_up_homes(
    residential_m2: FloatArray, people: pd.DataFrame, place: npt.NDArray[np.int64], *, areas: int
) -> dict[Measure, FloatArray]:
    """Return the sums by area of what is spread evenly over homes: their area and their people.

    Parameters
    ----------
    residential_m2 : array
        (homes, figure columns + 1): covered area, and last the whole.
    people : DataFrame
        ``residents`` and, where known, ``households`` of each home.
    place, areas
        As for `add_up`.
    """
    part = residential_m2 / residential_m2[:, -1:]
    measured = {Measure("residential_area"): add_up(residential_m2 / 1e6, place, areas=areas)}
    for column in people.columns:
        count = people[column].to_numpy(dtype=np.float64)
        measured[Measure(column)] = add_up(count[:, None] * part, place, areas=areas)
    return measured


def count_settlements(
    residential_m2: FloatArray,
    settlement_parts: Sequence[float],
    place: npt.NDArray[np.int64],
    *,
    areas: int,
) -> dict[Measure, FloatArray]:
    """Return how many settlements of each area are covered to each of the parts at least.

    Residents are spread evenly, so the covered part of the residents is that of the area.
    """
    part = residential_m2 / residential_m2[:, -1:]
    return {
        Measure("settlements", least): add_up(
            (part >= least - PART_TOLERANCE).astype(np.float64), place, areas=areas
        )
        for least in settlement_parts
    }


def people_of(settlements: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the columns of a settlements table that count people: residents, households."""
    kept = [name for name in ("residents", "households") if name in settlements.columns]
    return pd.DataFrame(settlements[kept]).reset_index(drop=True)


def row_amounts(
    columns: Sequence[FigureColumn], measured: Mapping[Measure, FloatArray]
) -> tuple[list[tuple[int, FigureColumn, Measure]], FloatArray, FloatArray]:
    """Return what the rows of an area stand for, their covered amounts and their totals.

    Both arrays are (areas, rows of an area). Settlements have no row at the basis ``expected``.
    """
    pairs = [
        (index, column, measure)
        for measure in measured
        for index, column in enumerate(columns)
        if not (measure.denominator == "settlements" and column.basis == "expected")
    ]
    covered = np.stack([measured[measure][:, index] for index, _, measure in pairs], axis=1)
    total = np.stack([measured[measure][:, -1] for _, _, measure in pairs], axis=1)
    return pairs, covered, total


def figure_rows(
    level: str,
    areas: Sequence[tuple[str, str]],
    columns: Sequence[FigureColumn],
    measured: Mapping[Measure, FloatArray],
) -> pd.DataFrame:
    """Return the rows of all areas of one level, by area, denominator and combination.

    Parameters
    ----------
    level : str
        ``area_level`` of the rows.
    areas : sequence of (str, str)
        Code and name of each area.
    columns : sequence of FigureColumn
        What was measured.
    measured : mapping of Measure to array
        (areas, columns + 1): covered amounts in the measure's unit, and last the whole.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`. Settlements have no row at the basis ``expected``, and an amount of 0 as
        a whole has no row.
    """
    pairs, covered, total = row_amounts(columns, measured)
    count, width = covered.shape
    rows = pd.DataFrame(
        {
            "area_level": level,
            "area_code": np.repeat(np.array([code for code, _ in areas], dtype=object), width),
            "area": np.repeat(np.array([name for _, name in areas], dtype=object), width),
            "technology": [column.technology for _, column, _ in pairs] * count,
            "operator": [column.operator for _, column, _ in pairs] * count,
            "denominator": [measure.denominator for _, _, measure in pairs] * count,
            "settlement_part": np.tile(
                np.array([measure.settlement_part for *_, measure in pairs], dtype=np.float64),
                count,
            ),
            "basis": [column.basis for _, column, _ in pairs] * count,
            "covered": covered.ravel(),
            "total": total.ravel(),
            "unit": [UNITS[measure.denominator] for *_, measure in pairs] * count,
            "low": np.nan,
            "high": np.nan,
        }
    )
    rows = rows[rows["total"] > 0.0]
    rows = rows.assign(covered_share=rows["covered"] / rows["total"])
    return rows[list(COLUMNS)]
