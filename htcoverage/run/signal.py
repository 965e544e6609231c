"""What a failure of fibre takes of the signal: the network's coverage, swept for that question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from htcoverage.crs import reproject
from htcoverage.fibre import (
    CoverLoss,
    FibreAnalysis,
    HomeCover,
    exact_cover_lost,
    prepare_cover,
    worst_cover_loss,
)
from htcoverage.run.coverage import run_coverage, run_grid
from htcoverage.run.inputs import Inputs
from htcoverage.run.parameters import RunParameters


@dataclass(frozen=True, eq=False)
class SignalWorld:
    """The coverage of a whole network, ready to lose base stations.

    Parameters
    ----------
    inputs, parameters
        What it was computed from.
    coverage : xarray.Dataset
        With runner-ups.
    cover : HomeCover
        Any signal of any operator, with the cell-edge margin.
    """

    inputs: Inputs
    parameters: RunParameters
    coverage: xr.Dataset
    cover: HomeCover

    def lost(self, bts_ids: Iterable[str]) -> CoverLoss:
        """Return what is lost, exactly, when base stations fall silent."""
        return exact_cover_lost(
            self.cover,
            self.coverage,
            bts_ids,
            bts=self.inputs.bts,
            cells=self.inputs.cells,
            terrain=self.inputs.terrain,
            model=self.parameters.model,
            environment=self.parameters.environment,
            patterns=self.inputs.patterns,
        )

    def worst(self, analysis: FibreAnalysis, *, count: int) -> pd.DataFrame:
        """Return the pole lines whose cut takes the signal of the most residents, exactly."""
        return worst_cover_loss(
            analysis.network,
            analysis.attachments,
            analysis.groups,
            self.cover,
            self.coverage,
            count=count,
            bts=self.inputs.bts,
            cells=self.inputs.cells,
            terrain=self.inputs.terrain,
            model=self.parameters.model,
            environment=self.parameters.environment,
            patterns=self.inputs.patterns,
        )


def signal_world(
    inputs: Inputs,
    parameters: RunParameters,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> SignalWorld:
    """Sweep the network of some inputs.

    Parameters
    ----------
    inputs : Inputs
    parameters : RunParameters
        Grid, model and criteria.
    progress : callable, optional
        Called with masts done and masts in all.
    """
    crs = str(inputs.terrain.geobox.crs)
    districts = reproject(inputs.districts, crs)
    grid = run_grid(districts, parameters, crs=crs)
    coverage = run_coverage(inputs, parameters, grid, area=districts, progress=progress)
    cover = prepare_cover(coverage, inputs.settlements, criteria=parameters.criteria)
    return SignalWorld(inputs, parameters, coverage, cover)
