"""The figure rows: which share of what is covered, by area, technology, operator and basis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from scipy.special import ndtr

from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.figures.cover import (
    ALL_OPERATORS,
    ANY_OPERATOR,
    TECHNOLOGIES,
    Basis,
    CoverCriteria,
    FloatArray,
    LayerExcess,
    Technology,
    layer_excess,
)
from htcoverage.figures.zones import (
    ZoneAreas,
    grid_of_coverage,
    raise_faults,
    table_faults,
    zone_areas,
)

COLUMNS = (
    "area_level", "area_code", "area", "technology", "operator", "denominator", "settlement_part",
    "basis", "covered_share", "covered", "total", "unit", "low", "high",
)  # fmt: skip

AREA_LEVELS = ("province", "district", "commune")

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

_UNITS = {
    "land_area": "km2",
    "residential_area": "km2",
    "residents": "people",
    "households": "households",
    "settlements": "settlements",
}


@dataclass(frozen=True)
class _Measure:
    """One denominator, with the part of a settlement where it counts settlements."""

    denominator: str
    settlement_part: float | None = None


@dataclass(frozen=True)
class _Column:
    """One thing to be measured everywhere: a combination of layers at a basis."""

    technology: Technology
    operator: str
    basis: Basis


@dataclass(frozen=True)
class _Areas:
    """Areas of one level: which settlements and which districts' land each one adds up."""

    level: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    settlement_area: npt.NDArray[np.int64]
    district_area: npt.NDArray[np.int64] | None


def compute_figures(
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    criteria: CoverCriteria | None = None,
    settlement_parts: Sequence[float] = SETTLEMENT_PARTS,
    area_levels: Sequence[str] = AREA_LEVELS,
    province: str = "all districts",
) -> pd.DataFrame:
    """Compute the covered share of every denominator, by area, technology, operator and basis.

    Definitions
    -----------
    A pixel is covered at the basis ``median`` when L ≥ T, at ``cell_edge`` when L ≥ T + z(π)·σ;
    without a level it is not covered. ``expected`` is the mean of Φ((L − T)/σ) and is given for the
    best server only: one technology, one operator or ``any`` (exact if all servers share the
    shadowing, otherwise a lower bound). For technology ``any`` and ``both`` and operator ``all`` it
    would need a rule for how the errors of several servers go together, so those rows are left
    out; so are settlements, since a count at a part is not linear in the probability.
    Combinations of layers are those of `LayerExcess`.

    - ``land_area``: area of the district polygons, which are land (water inside them counts), km².
    - ``residential_area``: area of the settlement polygons, km².
    - ``residents``, ``households``: spread evenly over their settlement's area.
    - ``settlements``: those of which at least ``settlement_part`` of the residents is covered.

    Areas are measured in the plane of the coverage's CRS, pixels on the edge of a polygon by their
    exact fraction. A settlement belongs to the district (commune) of its code wherever it lies;
    districts add up to the province. Communes have no land area, for there are no outlines. A
    row whose total is 0 has no share and is left out.

    Parameters
    ----------
    coverage : xarray.Dataset
        ``level_dbm`` (layer, y, x), dBm, NaN where none.
    settlements : GeoDataFrame
        ``settlement_id, name, district_code, residents``, optionally ``households`` and
        ``commune_code``; polygons that do not overlap.
    districts : GeoDataFrame
        ``district_code, full_name``; polygons that do not overlap.
    criteria : CoverCriteria, optional
        The default criteria when left out.
    settlement_parts : sequence of float
        Each in (0, 1].
    area_levels : sequence of {"province", "district", "commune"}
        ``commune`` gives rows only where settlements have a ``commune_code``.
    province : str
        Name of the whole, in the column ``area``.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, in a fixed order of rows, unrounded; ``covered`` and ``total`` in
        ``unit``. ``settlement_part`` is NaN but for settlements; ``low`` and ``high`` are NaN: no
        interval is computed here. ``attrs["criteria"]`` holds the criteria.

    Raises
    ------
    InputError
        With every polygon that is missing, invalid, without area or not wholly inside the grid,
        every settlement of an unknown district or without a number of residents.
    """
    criteria = criteria or CoverCriteria()
    _check_arguments(settlement_parts, area_levels)
    grid = grid_of_coverage(coverage)
    settlements = reproject(settlements, coverage.attrs["crs"])
    districts = reproject(districts, coverage.attrs["crs"])
    raise_faults(table_faults(settlements, districts, grid))

    polygons = pd.concat([settlements[["geometry"]], districts[["geometry"]]], ignore_index=True)
    zones = zone_areas(polygons, grid)
    layers = layer_excess(coverage, criteria=criteria, pixels=zones.pixels)
    columns = _columns(layers)
    covered_m2 = _covered_m2(zones, layers, columns, criteria=criteria)
    frames = [
        _level_rows(areas, columns, covered_m2, settlements, settlement_parts)
        for areas in _area_levels(settlements, districts, province)
        if areas.level in area_levels
    ]
    figures = pd.concat(frames, ignore_index=True)
    figures.attrs["criteria"] = asdict(criteria)
    return figures


def _check_arguments(settlement_parts: Sequence[float], area_levels: Sequence[str]) -> None:
    if not settlement_parts or not all(0.0 < part <= 1.0 for part in settlement_parts):
        raise argument_fault("settlement_parts", settlement_parts, "parts above 0, at most 1")
    if not area_levels or not set(area_levels) <= set(AREA_LEVELS):
        raise argument_fault("area_levels", area_levels, f"some of {', '.join(AREA_LEVELS)}")


def _columns(layers: LayerExcess) -> list[_Column]:
    columns = []
    for technology in TECHNOLOGIES:
        for operator in (*layers.operators, ANY_OPERATOR, ALL_OPERATORS):
            if not layers.has(technology, operator):
                continue
            bases: tuple[Basis, ...] = ("median", "cell_edge")
            if layers.is_best_server(technology, operator):
                bases = ("median", "cell_edge", "expected")
            columns += [_Column(technology, operator, basis) for basis in bases]
    return columns


def _covered_m2(
    zones: ZoneAreas, layers: LayerExcess, columns: Sequence[_Column], *, criteria: CoverCriteria
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


def _area_levels(
    settlements: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, province: str
) -> list[_Areas]:
    codes = districts["district_code"].astype(str).tolist()
    place = {code: index for index, code in enumerate(codes)}
    of_district = np.array([place[str(code)] for code in settlements["district_code"]])
    levels = [
        _Areas(
            "province",
            (PROVINCE_CODE,),
            (province,),
            np.zeros(len(settlements), dtype=np.int64),
            np.zeros(len(codes), dtype=np.int64),
        ),
        _Areas(
            "district",
            tuple(codes),
            tuple(districts["full_name"].astype(str)),
            of_district,
            np.arange(len(codes)),
        ),
    ]
    if "commune_code" in settlements.columns:
        # A settlement without a commune has the place −1: it counts in no commune.
        of_commune, communes = pd.factorize(settlements["commune_code"], sort=True)
        names = tuple(str(code) for code in communes)
        levels.append(_Areas("commune", names, names, of_commune, None))
    return levels


def _level_rows(
    areas: _Areas,
    columns: Sequence[_Column],
    covered_m2: FloatArray,
    settlements: gpd.GeoDataFrame,
    settlement_parts: Sequence[float],
) -> pd.DataFrame:
    """Return the rows of all areas of one level."""
    residential_m2 = covered_m2[: len(settlements)]
    land_m2 = covered_m2[len(settlements) :]
    part = residential_m2 / residential_m2[:, -1:]

    def add_up(values: FloatArray, place: npt.NDArray[np.int64]) -> FloatArray:
        sums = np.zeros((len(areas.codes), values.shape[1]))
        np.add.at(sums, place[place >= 0], values[place >= 0])
        return sums

    measured: dict[_Measure, FloatArray] = {}
    if areas.district_area is not None:
        measured[_Measure("land_area")] = add_up(land_m2 / 1e6, areas.district_area)
    measured[_Measure("residential_area")] = add_up(residential_m2 / 1e6, areas.settlement_area)
    for column in ("residents", "households"):
        if column in settlements.columns:
            people = settlements[column].to_numpy(dtype=np.float64)
            measured[_Measure(column)] = add_up(people[:, None] * part, areas.settlement_area)
    for least in settlement_parts:
        reached = (part >= least - PART_TOLERANCE).astype(np.float64)
        measured[_Measure("settlements", least)] = add_up(reached, areas.settlement_area)

    pairs = [
        (index, column, measure)
        for measure in measured
        for index, column in enumerate(columns)
        if not (measure.denominator == "settlements" and column.basis == "expected")
    ]
    covered = np.stack([measured[measure][:, index] for index, _, measure in pairs], axis=1)
    total = np.stack([measured[measure][:, -1] for _, _, measure in pairs], axis=1)
    count, width = covered.shape
    rows = pd.DataFrame(
        {
            "area_level": areas.level,
            "area_code": np.repeat(np.array(areas.codes, dtype=object), width),
            "area": np.repeat(np.array(areas.names, dtype=object), width),
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
            "unit": [_UNITS[measure.denominator] for *_, measure in pairs] * count,
            "low": np.nan,
            "high": np.nan,
        }
    )
    rows = rows[rows["total"] > 0.0]
    rows = rows.assign(covered_share=rows["covered"] / rows["total"])
    return rows[list(COLUMNS)]
