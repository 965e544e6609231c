"""Masts that stand elsewhere, or higher or lower, than the ledger says: a few sweeps for all draws.

Height and position change the path itself, so they need sweeps; but not one for each world. Every
mast is swept once more at each of six alternatives: height, easting and northing, a step up and
down. With steps of √3 standard deviations taken with a probability of one sixth each, the three
points of a direction have the moments of the normal law up to the fifth. In a world every site
draws one point of each direction, and the changes of its levels are added up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from htcoverage.errors import argument_fault
from htcoverage.figures.cover import FloatArray
from htcoverage.uncertainty.worlds import Servers

#: Chance of each step of a direction, and its length in standard deviations (Gauss–Hermite
#: quadrature of three points; Abramowitz and Stegun, table 25.10).
STEP_PROBABILITY = 1.0 / 6.0
STEP_SIGMAS = math.sqrt(3.0)

DIRECTIONS = ("height", "east", "north")


@dataclass(frozen=True, eq=False)
class Alternative:
    """The coverage with every mast a step away from where the ledger has it.

    Parameters
    ----------
    direction : {"height", "east", "north"}
        What is moved.
    step_m : float
        By how much, in metres.
    coverage : xarray.Dataset
        Of all the masts so moved, otherwise as the run's.
    """

    direction: str
    step_m: float
    coverage: xr.Dataset


def moved_ledger(
    bts: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    *,
    crs: str,
    height_m: float | FloatArray = 0.0,
    east_m: float | FloatArray = 0.0,
    north_m: float | FloatArray = 0.0,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return a ledger with its base stations moved; antennas stay at least 1 m above ground.

    Parameters
    ----------
    bts, cells : GeoDataFrame, DataFrame
        Tables of the ledger.
    crs : str
        Projected CRS, metres, in which they are moved.
    height_m, east_m, north_m : float or array of float
        Of every base station, in metres.
    """
    points = bts.to_crs(crs).geometry
    zeros = np.zeros(len(bts))
    moved = gpd.GeoSeries.from_xy(
        points.x + (east_m + zeros), points.y + (north_m + zeros), index=bts.index, crs=crs
    )
    raised = pd.Series(height_m + zeros, index=bts["bts_id"].to_numpy())
    height = cells["antenna_height_m"] + raised.reindex(cells["bts_id"]).fillna(0.0).to_numpy()
    return (
        bts.set_geometry(moved.to_crs(bts.crs)),
        cells.assign(antenna_height_m=height.clip(lower=1.0)),
    )


def sweep_alternatives(
    compute: Callable[[gpd.GeoDataFrame, pd.DataFrame], xr.Dataset],
    bts: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    *,
    crs: str,
    height_sigma_m: float,
    position_sigma_m: float,
) -> tuple[Alternative, ...]:
    """Sweep the six alternatives of a ledger; directions without error are left out.

    Parameters
    ----------
    compute : callable
        From ``bts`` and ``cells`` to a coverage, with the run's own parameters.
    bts, cells : GeoDataFrame, DataFrame
        The ledger.
    crs : str
        Projected CRS of the coverage.
    height_sigma_m, position_sigma_m : float
        Standard deviations of a mast's height and of each coordinate, in metres, at least 0.

    Raises
    ------
    InputError
        If a spread is negative or not finite.
    """
    sigma_m = {"height": height_sigma_m, "east": position_sigma_m, "north": position_sigma_m}
    for name, value in (
        ("height_sigma_m", height_sigma_m),
        ("position_sigma_m", position_sigma_m),
    ):
        if not (math.isfinite(value) and value >= 0.0):
            raise argument_fault(name, value, "a number of metres, 0 or more")
    return tuple(
        Alternative(
            direction,
            step_m,
            compute(*moved_ledger(bts, cells, crs=crs, **{f"{direction}_m": step_m})),
        )
        for direction in DIRECTIONS
        if sigma_m[direction] > 0.0
        for step_m in (-STEP_SIGMAS * sigma_m[direction], STEP_SIGMAS * sigma_m[direction])
    )


def level_changes_db(
    servers: Servers,
    coverage: xr.Dataset,
    pixels: npt.NDArray[np.int64],
    alternatives: Sequence[Alternative],
) -> npt.NDArray[np.float32]:
    """Return by how much each server's level changes in each alternative, in dB.

    A server is found again in the alternative as the best or the runner-up of its site. One that
    is neither is no stronger than the runner-up there, and is taken as equally strong if that is
    weaker than it was.

    Returns
    -------
    array of float32
        (alternatives, layers, 2, pixels); 0 where there is no server.
    """
    site = coverage["site_id"].to_numpy()
    heard = np.isfinite(servers.excess_db)
    changes = np.zeros((len(alternatives), *servers.cell.shape), np.float32)
    layer_of = {
        (str(t), str(o)): index
        for index, (t, o) in enumerate(
            zip(coverage["technology"].to_numpy(), coverage["operator"].to_numpy(), strict=True)
        )
    }
    for number, alternative in enumerate(alternatives):
        there = alternative.coverage
        other = np.append(there["site_id"].to_numpy(), "")
        for layer, key in enumerate(servers.layers):
            index = layer_of[key]
            base = [_at(coverage, name, index, pixels) for name in ("level_dbm", "runner_up_dbm")]
            level = [_at(there, name, index, pixels) for name in ("level_dbm", "runner_up_dbm")]
            server = [
                other[_at(there, name, index, pixels)]
                for name in ("best_server", "runner_up_server")
            ]
            for rank in (0, 1):
                mine = site[servers.cell[layer, rank]]
                weaker = np.fmin(level[1] - base[rank], 0.0)
                found = np.where(
                    server[0] == mine,
                    level[0] - base[rank],
                    np.where(server[1] == mine, level[1] - base[rank], weaker),
                )
                changes[number, layer, rank] = np.where(
                    heard[layer, rank], np.nan_to_num(found, nan=0.0), 0.0
                )
    return changes


def drawn_steps(
    alternatives: Sequence[Alternative], sites: int, random: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Return which alternatives every site takes in a world, (alternatives, sites)."""
    chance = {direction: random.random(sites) for direction in DIRECTIONS}
    taken = np.zeros((len(alternatives), sites), np.bool_)
    for number, alternative in enumerate(alternatives):
        up = alternative.step_m > 0.0
        drawn = chance[alternative.direction]
        taken[number] = drawn > 1.0 - STEP_PROBABILITY if up else drawn < STEP_PROBABILITY
    return taken


def moved_change_db(
    changes_db: npt.NDArray[np.float32],
    taken: npt.NDArray[np.bool_],
    site_of_server: npt.NDArray[np.int64],
) -> FloatArray:
    """Return the change of each server's level when its site has taken its steps, in dB."""
    change = np.zeros(site_of_server.shape)
    for each, steps in zip(changes_db, taken, strict=True):
        change += np.where(steps[site_of_server], each, 0.0)
    return change


def _at(
    coverage: xr.Dataset, name: str, layer: int, pixels: npt.NDArray[np.int64]
) -> npt.NDArray[Any]:
    values: npt.NDArray[Any] = (
        coverage[name].transpose("layer", "y", "x").to_numpy()[layer].ravel()[pixels]
    )
    return values
