"""The grid and the coverage of a run, from its inputs and parameters."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import xarray as xr
from odc.geo.geobox import GeoBox

from htcoverage.coverage import compute_coverage
from htcoverage.grid import make_grid
from htcoverage.run.inputs import Inputs
from htcoverage.run.parameters import RunParameters


def run_grid(districts: gpd.GeoDataFrame, parameters: RunParameters, *, crs: str) -> GeoBox:
    """Return the analysis grid over districts that are in the analysis CRS, which is ``crs``."""
    return make_grid(
        tuple(districts.total_bounds.tolist()), resolution_m=parameters.resolution_m, crs=crs
    )


def run_coverage(
    inputs: Inputs,
    parameters: RunParameters,
    grid: GeoBox,
    *,
    area: gpd.GeoDataFrame,
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """Sweep the network of a run's inputs by its parameters.

    Parameters
    ----------
    inputs : Inputs
        From `load_inputs`.
    parameters : RunParameters
        What was chosen.
    grid : GeoBox
        From `run_grid`.
    area : GeoDataFrame
        Pixels that touch none of these polygons are not evaluated.
    progress : callable, optional
        Called with masts done and masts in all.
    """
    return compute_coverage(
        inputs.bts,
        inputs.cells,
        inputs.terrain,
        grid,
        model=parameters.model,
        environment=parameters.environment,
        radius_km=parameters.radius_km,
        rx_height_m=parameters.rx_height_m,
        clutter_clearance_m=parameters.clutter_clearance_m,
        delta_n=parameters.delta_n,
        n0=parameters.n0,
        area=area,
        patterns=inputs.patterns,
        progress=progress,
    )
