"""The difference between two covers, as a picture, by settlement and by share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.export.pictures import area_mask
from htcoverage.figures import compute_figures, excess_db
from htcoverage.figures.cover import ANY_OPERATOR, CoverCriteria, Technology
from htcoverage.figures.rows import HEADLINE_SETTLEMENT_PART, PART_TOLERANCE
from htcoverage.figures.zones import (
    polygon_faults,
    raise_faults,
    zone_areas,
)
from htcoverage.grid import grid_of

#: Values of the difference raster.
NEITHER, BOTH, GAINED, LOST = range(4)

_KEYS = ["area_level", "area_code", "denominator", "settlement_part", "basis"]


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two that are compared.

    Parameters
    ----------
    coverage : xarray.Dataset
        Levels in dBm.
    settlements : GeoDataFrame
        The homes that are counted on this side.
    technology : {"3G", "4G", "any", "both"}
        Which cover; see `LayerExcess` for combinations.
    operator : str
        Whose: an operator's name, ``any`` or ``all``.
    """

    coverage: xr.Dataset
    settlements: gpd.GeoDataFrame
    technology: Technology = "4G"
    operator: str = ANY_OPERATOR


@dataclass(frozen=True, eq=False)
class Comparison:
    """What differs between two sides.

    Parameters
    ----------
    difference : xarray.DataArray
        uint8 (y, x), with ``crs`` and ``transform`` in its attributes: 0 neither covers, 1 both,
        2 gained (only ``after``), 3 lost (only ``before``); 0 beyond the districts as well.
    settlements : DataFrame
        One row a settlement of either side: ``settlement_id, name, district_code, residents``,
        ``share_before, share_after`` (covered part of its area; NaN where the side lacks it),
        ``change`` of the two, ``residents_change``, and ``outcome``: ``gained`` and ``lost`` where
        it crosses the settlement part, ``better``, ``worse`` and ``same`` where it does not,
        ``only_before``, ``only_after``. Greatest loss of residents first.
    shares : DataFrame
        ``area_level, area_code, area, denominator, settlement_part, basis, before, after, change``;
        shares in [0, 1].
    """

    difference: xr.DataArray
    settlements: pd.DataFrame
    shares: pd.DataFrame


def compare_sides(
    before: Side,
    after: Side,
    districts: gpd.GeoDataFrame,
    *,
    criteria: CoverCriteria,
    criteria_after: CoverCriteria | None = None,
    basis: Literal["median", "cell_edge"] = "cell_edge",
    settlement_part: float = HEADLINE_SETTLEMENT_PART,
) -> Comparison:
    """Compare two covers on one grid: before and after, two operators, models or boundary layers.

    Parameters
    ----------
    before, after : Side
        Coverages on the same pixels (see `common_ground`).
    districts : GeoDataFrame
        As for `compute_figures`.
    criteria, criteria_after : CoverCriteria
        By which each is judged; ``after`` by those of ``before`` when left out.
    basis : {"median", "cell_edge"}
        Of the difference and the settlements; the shares have both.
    settlement_part : float
        The part of a settlement that must be covered for it to count, in (0, 1].

    Returns
    -------
    Comparison
        Exact: nothing is rounded.

    Raises
    ------
    InputError
        If the grids differ, or as `compute_figures`.
    """
    if grid_of(before.coverage) != grid_of(after.coverage):
        raise argument_fault("after", "another grid", "a coverage on the grid of ``before``")
    sides = ((before, criteria), (after, criteria_after or criteria))
    covered = [
        excess_db(
            side.coverage,
            criteria=asked,
            technology=side.technology,
            operator=side.operator,
            basis=basis,
        )
        >= 0.0
        for side, asked in sides
    ]
    old, new = (each.to_numpy() for each in covered)
    # Beyond the districts the one may hold pixels that the other never computed.
    inside = area_mask(districts, grid_of(before.coverage))
    classes = np.select([~inside, old & new, new, old], [NEITHER, BOTH, GAINED, LOST], NEITHER)
    return Comparison(
        difference=xr.DataArray(
            classes.astype(np.uint8),
            coords=covered[0].coords,
            dims=covered[0].dims,
            name="difference",
            attrs={name: before.coverage.attrs[name] for name in ("crs", "transform")},
        ),
        settlements=_settlements(before, after, old, new, settlement_part=settlement_part),
        shares=_shares(sides, districts, settlement_part),
    )


def _settlements(
    before: Side,
    after: Side,
    old: npt.NDArray[np.bool_],
    new: npt.NDArray[np.bool_],
    *,
    settlement_part: float,
) -> pd.DataFrame:
    first = _covered_part(before, old, "before")
    second = _covered_part(after, new, "after")
    table = first.merge(
        second, how="outer", on="settlement_id", suffixes=("_x", ""), sort=True, validate="1:1"
    )
    for column in ("name", "district_code", "residents"):
        table[column] = table[column].where(table[column].notna(), table[f"{column}_x"])
    table["change"] = table["share_after"] - table["share_before"]
    table["residents_change"] = table["change"] * table["residents"]
    least = settlement_part - PART_TOLERANCE
    was, now = table["share_before"] >= least, table["share_after"] >= least
    table["outcome"] = np.select(
        [
            table["share_after"].isna(),
            table["share_before"].isna(),
            now & ~was,
            was & ~now,
            table["change"] > PART_TOLERANCE,
            table["change"] < -PART_TOLERANCE,
        ],
        ["only_before", "only_after", "gained", "lost", "better", "worse"],
        default="same",
    )
    columns = ["settlement_id", "name", "district_code", "residents", "share_before"]
    columns += ["share_after", "change", "residents_change", "outcome"]
    return table.sort_values(["residents_change", "settlement_id"], kind="stable")[
        columns
    ].reset_index(drop=True)


def _covered_part(side: Side, covered: npt.NDArray[np.bool_], when: str) -> pd.DataFrame:
    grid = grid_of(side.coverage)
    homes = reproject(side.settlements, side.coverage.attrs["crs"])
    raise_faults(polygon_faults(homes, grid, table=f"settlements {when}", name_column="name"))
    zones = zone_areas(homes, grid)
    weight = covered.ravel()[zones.pixels].astype(np.float64)
    whole_m2 = np.asarray(zones.area_m2 @ np.ones(len(zones.pixels)))
    told = homes[["settlement_id", "name", "district_code", "residents"]].reset_index(drop=True)
    part = np.asarray(zones.area_m2 @ weight) / whole_m2
    return pd.DataFrame(told).assign(**{f"share_{when}": part})


def _shares(
    sides: Sequence[tuple[Side, CoverCriteria]],
    districts: gpd.GeoDataFrame,
    settlement_part: float,
) -> pd.DataFrame:
    found = []
    for (side, criteria), name in zip(sides, ("before", "after"), strict=True):
        figures = compute_figures(
            side.coverage,
            side.settlements,
            districts,
            criteria=criteria,
            settlement_parts=(settlement_part,),
            area_levels=("province", "district"),
        )
        rows = figures[
            (figures["technology"] == side.technology) & (figures["operator"] == side.operator)
        ]
        found.append(rows.rename(columns={"covered_share": name})[[*_KEYS, "area", name]])
    table = found[0].merge(found[1].drop(columns="area"), on=_KEYS, validate="1:1")
    table = table[table["basis"] != "expected"]
    ordered = table[[*_KEYS[:2], "area", *_KEYS[2:], "before", "after"]]
    return ordered.assign(change=ordered["after"] - ordered["before"]).reset_index(drop=True)
