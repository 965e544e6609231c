"""The figures of a province, its districts and its communes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.figures.checks import polygon_notes
from htcoverage.figures.cover import CoverCriteria, FloatArray, layer_excess
from htcoverage.figures.measure import covered_m2, figure_columns
from htcoverage.figures.rows import (
    ALL_DISTRICTS,
    PROVINCE_CODE,
    SETTLEMENT_PARTS,
    Measure,
    add_up,
    add_up_homes,
    check_settlement_parts,
    count_settlements,
    figure_rows,
    people_of,
)
from htcoverage.figures.zones import raise_faults, table_faults, zone_areas
from htcoverage.grid import grid_of

AREA_LEVELS = ("province", "district", "commune")


@dataclass(frozen=True, eq=False)
class AreaLevel:
    """Areas of one level: which settlements and which districts' land each one adds up.

    Parameters
    ----------
    name : str
        ``area_level`` of its rows.
    areas : tuple of (str, str)
        Code and name of each area.
    of_settlement : array of int
        The area of each settlement; −1 for none.
    of_district : array of int or None
        The area of each district's land; None where the level has no land.
    """

    name: str
    areas: tuple[tuple[str, str], ...]
    of_settlement: npt.NDArray[np.int64]
    of_district: npt.NDArray[np.int64] | None


def compute_figures(
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    criteria: CoverCriteria | None = None,
    settlement_parts: Sequence[float] = SETTLEMENT_PARTS,
    area_levels: Sequence[str] = AREA_LEVELS,
    province: str = ALL_DISTRICTS,
    commune_names: Mapping[str, str] | None = None,
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
        ``commune_code``. Where they overlap, each is measured by itself.
    districts : GeoDataFrame
        ``district_code, full_name``. Where they overlap, each is measured by itself.
    criteria : CoverCriteria, optional
        The default criteria when left out.
    settlement_parts : sequence of float
        Each in (0, 1].
    area_levels : sequence of {"province", "district", "commune"}
        ``commune`` gives rows only where settlements have a ``commune_code``.
    province : str
        Name of the whole, in the column ``area``.
    commune_names : mapping of str to str, optional
        Names of communes by their codes; a commune without one is called by its code.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, in a fixed order of rows, unrounded; ``covered`` and ``total`` in
        ``unit``. ``settlement_part`` is NaN but for settlements; ``low`` and ``high`` are NaN: no
        interval is computed here. ``attrs["criteria"]`` holds the criteria, ``attrs["notes"]`` what
        must be said of the polygons: overlaps with their area, names that stand twice, settlements
        without residents (see `polygon_notes`).

    Raises
    ------
    InputError
        With every polygon that is missing, invalid, without area or not wholly inside the grid,
        every settlement of an unknown district or without a number of residents.

    Examples
    --------
    With the coverage of the example of `compute_coverage`:

    >>> in_town = province.settlements["district_code"].isin(town["district_code"])
    >>> homes = province.settlements[in_town]
    >>> figures = ht.compute_figures(coverage, homes, town)
    >>> list(dict.fromkeys(figures["basis"]))
    ['median', 'cell_edge', 'expected']
    >>> bool(figures["covered_share"].dropna().between(0, 1).all())
    True
    """
    criteria = criteria or CoverCriteria()
    check_settlement_parts(settlement_parts)
    if not area_levels or not set(area_levels) <= set(AREA_LEVELS):
        raise argument_fault("area_levels", area_levels, f"some of {', '.join(AREA_LEVELS)}")
    grid = grid_of(coverage)
    settlements = reproject(settlements, coverage.attrs["crs"])
    districts = reproject(districts, coverage.attrs["crs"])
    raise_faults(table_faults(settlements, districts, grid))

    polygons = pd.concat([settlements[["geometry"]], districts[["geometry"]]], ignore_index=True)
    zones = zone_areas(polygons, grid)
    layers = layer_excess(coverage, criteria=criteria, pixels=zones.pixels)
    columns = figure_columns(layers)
    covered = covered_m2(zones, layers, columns, criteria=criteria)
    residential_m2, land_m2 = covered[: len(settlements)], covered[len(settlements) :]
    people = people_of(settlements)
    frames = []
    for level in area_levels_of(
        settlements, districts, province=province, commune_names=commune_names
    ):
        if level.name not in area_levels:
            continue
        measured = measure_level(
            level, residential_m2, land_m2, people, settlement_parts=settlement_parts
        )
        frames.append(figure_rows(level.name, level.areas, columns, measured))
    figures = pd.concat(frames, ignore_index=True)
    figures.attrs["criteria"] = asdict(criteria)
    figures.attrs["notes"] = polygon_notes(settlements, districts)
    return figures


def measure_level(
    level: AreaLevel,
    residential_m2: FloatArray,
    land_m2: FloatArray,
    people: pd.DataFrame,
    *,
    settlement_parts: Sequence[float],
) -> dict[Measure, FloatArray]:
    """Return the covered amounts of every denominator of a level's areas.

    Parameters
    ----------
    level : AreaLevel
        The areas.
    residential_m2, land_m2 : array
        (settlements or districts, figure columns + 1): covered area, and last the whole.
    people : DataFrame
        As `people_of` returns it.
    settlement_parts : sequence of float
        Each in (0, 1].

    Returns
    -------
    dict of Measure to array
        (areas, figure columns + 1), in the measure's unit.
    """
    count = len(level.areas)
    measured = {}
    if level.of_district is not None:
        land_km2 = add_up(land_m2 / 1e6, level.of_district, areas=count)
        measured[Measure("land_area")] = land_km2
    measured |= add_up_homes(residential_m2, people, level.of_settlement, areas=count)
    measured |= count_settlements(
        residential_m2, settlement_parts, level.of_settlement, areas=count
    )
    return measured


def area_levels_of(
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    province: str,
    commune_names: Mapping[str, str] | None = None,
) -> list[AreaLevel]:
    """Return the levels that the tables have: province, districts, communes where known."""
    codes = districts["district_code"].astype(str).tolist()
    place = {code: index for index, code in enumerate(codes)}
    levels = [
        AreaLevel(
            "province",
            ((PROVINCE_CODE, province),),
            np.zeros(len(settlements), dtype=np.int64),
            np.zeros(len(codes), dtype=np.int64),
        ),
        AreaLevel(
            "district",
            tuple(zip(codes, districts["full_name"].astype(str), strict=True)),
            np.array([place[str(code)] for code in settlements["district_code"]]),
            np.arange(len(codes)),
        ),
    ]
    if "commune_code" in settlements.columns:
        # A settlement without a commune has the place −1: it counts in no commune.
        of_commune, communes = pd.factorize(settlements["commune_code"], sort=True)
        names = commune_names or {}
        named = tuple((str(code), names.get(str(code), str(code))) for code in communes)
        levels.append(AreaLevel("commune", named, of_commune, None))
    return levels
