"""How many operators each home can choose from."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.figures.cover import CoverCriteria, Technology, layer_excess
from htcoverage.figures.rows import ALL_DISTRICTS, PROVINCE_CODE, add_up_homes, people_of
from htcoverage.figures.zones import raise_faults, table_faults, zone_areas
from htcoverage.grid import grid_of


def count_operators(
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    criteria: CoverCriteria | None = None,
    technology: Technology = "4G",
    basis: Literal["median", "cell_edge"] = "cell_edge",
    province: str = ALL_DISTRICTS,
) -> pd.DataFrame:
    """Return how much of each district is covered by exactly no, one, two, … operators.

    Parameters
    ----------
    coverage, settlements, districts, criteria, province
        As for `compute_figures`.
    technology : {"3G", "4G", "any", "both"}
        In which each operator must cover; operators that do not have it do not count.
    basis : {"median", "cell_edge"}
        Whether the margin is asked for.

    Returns
    -------
    pandas.DataFrame
        ``technology, basis, area_code, area, denominator`` (residential_area in km², residents,
        households),
        ``operators`` (0 to their number), ``amount, total, share``. The shares of an area and
        denominator add up to 1; areas without any have no rows.

    Raises
    ------
    InputError
        As `compute_figures`; also if the basis is not one of the two.
    """
    if basis not in ("median", "cell_edge"):
        raise argument_fault("basis", basis, "'median' or 'cell_edge'")
    criteria = criteria or CoverCriteria()
    grid = grid_of(coverage)
    settlements = reproject(settlements, coverage.attrs["crs"])
    districts = reproject(districts, coverage.attrs["crs"])
    raise_faults(table_faults(settlements, districts, grid))
    zones = zone_areas(settlements, grid)
    layers = layer_excess(coverage, criteria=criteria, pixels=zones.pixels)
    margin_db = criteria.margin_db if basis == "cell_edge" else 0.0
    having = [name for name in layers.operators if layers.has(technology, name)]
    covering = np.zeros(len(zones.pixels), dtype=np.int64)
    for operator in having:
        covering += layers.combined_db(technology, operator) >= margin_db
    # One column a number of operators, and last the whole, as `covered_m2` has it.
    exactly = (covering[:, None] == np.arange(len(having) + 1)).astype(np.float64)
    weights = np.column_stack([exactly, np.ones(len(covering))])
    home_m2 = np.asarray(zones.area_m2 @ weights)

    codes = districts["district_code"].astype(str).tolist()
    place = {code: index for index, code in enumerate(codes)}
    of_district = np.array([place[str(code)] for code in settlements["district_code"]])
    everywhere = np.zeros(len(settlements), dtype=np.int64)
    levels = (
        ([(PROVINCE_CODE, province)], everywhere),
        (list(zip(codes, districts["full_name"].astype(str), strict=True)), of_district),
    )
    people = people_of(settlements)
    rows = [
        (code, name, measure.denominator, number, amounts[index, number], amounts[index, -1])
        for areas, of_area in levels
        for measure, amounts in add_up_homes(home_m2, people, of_area, areas=len(areas)).items()
        for index, (code, name) in enumerate(areas)
        for number in range(len(having) + 1)
        if amounts[index, -1] > 0.0
    ]
    columns = ["area_code", "area", "denominator", "operators", "amount", "total"]
    table = pd.DataFrame(rows, columns=columns)
    table.insert(0, "technology", technology)
    table.insert(1, "basis", basis)
    return table.assign(share=table["amount"] / table["total"])
