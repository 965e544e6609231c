"""Who loses cover when one site fails: every site at once, from the runner-up.

When a site fails, the layers whose best server stands on it fall to their runner-up, which is the
strongest cell of *another* site; no other layer changes. So the level of every layer after the
failure of any one site is known exactly, and with it every combination of layers, for a combination
is a function of the layers' levels at the same pixel. This holds for ``any`` operator and ``all``,
for 3G or 4G and for both, and where operators share the mast: they all fail with it.

It does not hold for two sites at once: that would need the third server.
"""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.figures.cover import (
    ANY_OPERATOR,
    CoverCriteria,
    LayerExcess,
    Technology,
    layer_excess,
)
from htcoverage.figures.rows import (
    HEADLINE_SETTLEMENT_PART,
    PART_TOLERANCE,
    check_settlement_parts,
    people_of,
)
from htcoverage.figures.zones import (
    ZoneAreas,
    polygon_faults,
    raise_faults,
    zone_areas,
)
from htcoverage.grid import grid_of
from htcoverage.store import values_at


def site_failures(
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    *,
    criteria: CoverCriteria | None = None,
    technology: Technology = "4G",
    operator: str = ANY_OPERATOR,
    basis: Literal["median", "cell_edge"] = "cell_edge",
    settlement_part: float = HEADLINE_SETTLEMENT_PART,
) -> pd.DataFrame:
    """Return for every site what loses cover if that site alone fails, the most residents first.

    Exact for cover by a threshold: equal to a new run without the site (see the module).
    ``operator="any"`` asks who is left with nobody's signal; an operator's name asks who loses that
    operator, though another may still serve them.

    Parameters
    ----------
    coverage : xarray.Dataset
        ``level_dbm, runner_up_dbm`` in dBm, ``best_server``, and the coordinate ``site_id`` (cell).
    settlements : GeoDataFrame
        As for `compute_figures`.
    criteria : CoverCriteria, optional
        The default criteria when left out.
    technology : {"3G", "4G", "any", "both"}
        See `LayerExcess` for combinations.
    operator : str
        An operator's name, ``any`` or ``all``.
    basis : {"median", "cell_edge"}
        Whether the margin is asked for.
    settlement_part : float
        The part of a settlement's residents that must be covered for it to count, in (0, 1].

    Returns
    -------
    pandas.DataFrame
        One row a site of the coverage: ``rank, site_id, technology, operator, basis, residents,
        households`` (where known), ``residential_area_km2, settlements, settlement_ids``: what was
        covered and no longer is. ``settlements`` counts those that fall below ``settlement_part``;
        ``settlement_ids`` names them, joined by "; ".

    Raises
    ------
    InputError
        As `compute_figures`; also if the coverage lacks a layer or the basis is not one of the two.
    """
    if basis not in ("median", "cell_edge"):
        raise argument_fault("basis", basis, "'median' or 'cell_edge'")
    check_settlement_parts((settlement_part,))
    criteria = criteria or CoverCriteria()
    grid = grid_of(coverage)
    settlements = reproject(settlements, coverage.attrs["crs"])
    raise_faults(polygon_faults(settlements, grid, table="settlements", name_column="name"))
    zones = zone_areas(settlements, grid)
    names, losses, covered_m2 = _losses(
        coverage,
        zones,
        criteria=criteria,
        technology=technology,
        operator=operator,
        margin_db=criteria.margin_db if basis == "cell_edge" else 0.0,
    )
    home_m2 = np.asarray(zones.area_m2 @ np.ones(len(zones.pixels)))
    part_lost = losses["area_m2"].to_numpy() / home_m2[losses["home"]]
    amounts = pd.DataFrame({"site": losses["site"]})
    people = people_of(settlements)
    for column in people.columns:
        count = people[column].to_numpy(dtype=np.float64)[losses["home"]]
        amounts[column] = count * part_lost
    amounts["residential_area_km2"] = losses["area_m2"] / 1e6
    part_before = (covered_m2 / home_m2)[losses["home"]]
    least = settlement_part - PART_TOLERANCE
    falls = (part_before >= least) & (part_before - part_lost < least)
    fallen = losses.assign(id=settlements["settlement_id"].astype(str).to_numpy()[losses["home"]])
    fallen = fallen[falls].groupby("site")["id"]

    sites = pd.RangeIndex(len(names), name="site")
    table = amounts.groupby("site").sum().reindex(sites, fill_value=0.0)
    table = table.assign(
        site_id=names,
        technology=technology,
        operator=operator,
        basis=basis,
        settlements=fallen.size().reindex(sites, fill_value=0).astype(np.int64),
        settlement_ids=fallen.agg("; ".join).reindex(sites, fill_value=""),
    )
    table = table.sort_values(
        ["residents", "residential_area_km2", "site_id"], ascending=[False, False, True]
    )
    leading = ["rank", "site_id", "technology", "operator", "basis", *people.columns]
    rest = ["residential_area_km2", "settlements", "settlement_ids"]
    return table.assign(rank=np.arange(1, len(table) + 1))[[*leading, *rest]].reset_index(drop=True)


def _losses(
    coverage: xr.Dataset,
    zones: ZoneAreas,
    *,
    criteria: CoverCriteria,
    technology: Technology,
    operator: str,
    margin_db: float,
) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
    """Return the sites' names; the area of each settlement that each site loses; that covered now.

    The table has ``site`` (place among the names), ``home`` (row of the settlement), ``area_m2``.
    """
    names, site_of_cell = np.unique(coverage["site_id"].to_numpy(), return_inverse=True)
    # Index −1, no server, finds the last entry: a site that does not exist.
    site_of_cell = np.append(site_of_cell, -1)
    now = LayerExcess(dict(layer_excess(coverage, criteria=criteria, pixels=zones.pixels).layers))
    fallback = dict(
        layer_excess(
            coverage.assign(level_dbm=coverage["runner_up_dbm"]),
            criteria=criteria,
            pixels=zones.pixels,
        ).layers
    )
    layers = range(coverage.sizes["layer"])
    server = values_at(coverage, "best_server", layers, zones.pixels)
    site = dict(zip(now.layers, site_of_cell[server], strict=True))

    covered = now.combined_db(technology, operator) >= margin_db
    home = np.repeat(np.arange(zones.area_m2.shape[0]), np.diff(zones.area_m2.indptr))
    pixel = zones.area_m2.indices
    parts = [pd.DataFrame({"site": [], "home": [], "area_m2": []}).astype(
        {"site": np.int64, "home": np.int64}
    )]  # fmt: skip
    tried: list[np.ndarray] = []
    for failing in site.values():
        after = LayerExcess(
            {
                key: np.where(site[key] == failing, fallback[key], now.layers[key])
                for key in now.layers
            }
        )
        lost = covered & (failing >= 0) & (after.combined_db(technology, operator) < margin_db)
        for earlier in tried:
            # The same site serves the pixel in an earlier layer too: its loss is counted there.
            lost &= earlier != failing
        tried.append(failing)
        hit = lost[pixel]
        parts.append(
            pd.DataFrame(
                {
                    "site": failing[pixel[hit]],
                    "home": home[hit],
                    "area_m2": zones.area_m2.data[hit],
                }
            )
        )
    losses = pd.concat(parts).groupby(["site", "home"])[["area_m2"]].sum().reset_index()
    covered_m2 = np.asarray(zones.area_m2 @ covered.astype(np.float64))
    return names, losses, covered_m2
