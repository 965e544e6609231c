"""From inputs and parameters to results, in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from htcoverage.coverage import compute_coverage
from htcoverage.crs import reproject
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.figures.cover import layer_excess
from htcoverage.figures.zones import zone_areas
from htcoverage.gaps import find_gaps
from htcoverage.grid import grid_of, make_grid
from htcoverage.propagation.registry import DEFAULT_MODEL
from htcoverage.run.inputs import Inputs
from htcoverage.run.parameters import RunParameters
from htcoverage.uncertainty import Evidence, compute_evidence

#: Told what is being done, how much of it is done, and how much there is.
RunProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class RunResult:
    """Results of a run with what they rest on."""

    inputs: Inputs
    parameters: RunParameters
    coverage: xr.Dataset
    figures: pd.DataFrame
    settlements: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    evidence: Evidence | None = None


def compute_run(
    inputs: Inputs, parameters: RunParameters, *, progress: RunProgress | None = None
) -> RunResult:
    """Compute coverage, figures, gaps, and how sure the figures are.

    Parameters
    ----------
    inputs : Inputs
        From `load_inputs`.
    parameters : RunParameters
        What was chosen.
    progress : callable, optional
        Called with a stage ('coverage', 'figures', 'gaps', 'evidence'), work done and work in all.

    Returns
    -------
    RunResult
        ``gaps`` are those of 4G, any operator, at the cell edge; ``settlements`` carry the covered
        shares of their area.
    """

    def tell(stage: str, done: int, total: int) -> None:
        if progress is not None:
            progress(stage, done, total)

    criteria = parameters.criteria
    crs = str(inputs.terrain.geobox.crs)
    districts = reproject(inputs.districts, crs)
    settlements = reproject(inputs.settlements, crs)
    grid = make_grid(
        tuple(districts.total_bounds.tolist()), resolution_m=parameters.resolution_m, crs=crs
    )
    coverage = compute_coverage(
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
        area=districts,
        progress=lambda done, total: tell("coverage", done, total),
    )
    tell("figures", 0, 1)
    figures = compute_figures(
        coverage,
        settlements,
        districts,
        criteria=criteria,
        area_levels=("province", "district"),
        province=inputs.name,
    )
    tell("figures", 1, 1)
    tell("gaps", 0, 1)
    # Why a gap is one is told by the paths of P.1812, so only where P.1812 found the gap.
    told = parameters.model == DEFAULT_MODEL
    gaps = find_gaps(
        coverage,
        settlements,
        districts,
        inputs.bts,
        criteria=criteria,
        terrain=inputs.terrain if told else None,
        cells=inputs.cells if told else None,
        spans=inputs.spans if len(inputs.spans) else None,
    )
    tell("gaps", 1, 1)
    evidence = None
    if parameters.worlds:
        tell("evidence", 0, 1)
        evidence = compute_evidence(
            figures, coverage, settlements, districts, inputs.cells, draws=parameters.worlds
        )
        figures = evidence.figures
        tell("evidence", 1, 1)
    return RunResult(
        inputs=inputs,
        parameters=parameters,
        coverage=coverage,
        figures=figures,
        settlements=settlement_shares(coverage, settlements, criteria=criteria),
        gaps=gaps,
        evidence=evidence,
    )


def settlement_shares(
    coverage: xr.Dataset, settlements: gpd.GeoDataFrame, *, criteria: CoverCriteria
) -> gpd.GeoDataFrame:
    """Return settlements with the covered share of their area, by technology and basis.

    Columns ``covered_<technology>_<basis>`` for 3G, 4G and either (``any``), of any operator, from
    0 to 1.

    Parameters
    ----------
    coverage : xarray.Dataset
        Levels.
    settlements : GeoDataFrame
        In the coverage's CRS, inside its grid.
    criteria : CoverCriteria
        Thresholds and margin.
    """
    zones = zone_areas(settlements, grid_of(coverage))
    whole_m2: npt.NDArray[np.float64] = np.asarray(zones.area_m2.sum(axis=1)).ravel()
    layers = layer_excess(coverage, criteria=criteria, pixels=zones.pixels)
    shares = {}
    present = set(coverage["technology"].to_numpy().tolist())
    for technology in [*sorted(present), "any"]:
        excess = layers.combined_db(technology, "any")
        for basis, margin_db in (("median", 0.0), ("cell_edge", criteria.margin_db)):
            covered_m2 = zones.area_m2 @ (excess >= margin_db).astype(np.float64)
            shares[f"covered_{technology.lower()}_{basis}"] = np.clip(covered_m2 / whole_m2, 0, 1)
    return settlements.assign(**shares)
