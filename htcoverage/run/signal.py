"""What a failure of fibre takes of the signal: the network's coverage, swept for that question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import xarray as xr

from htcoverage.crs import reproject
from htcoverage.fibre import (
    CoverLoss,
    FibreAnalysis,
    HomeCover,
    SignalLoss,
    Sweep,
    exact_cover_losses,
    prepare_cover,
    signal_loss,
)
from htcoverage.run.coverage import run_coverage, run_grid
from htcoverage.run.inputs import Inputs
from htcoverage.run.parameters import RunParameters


@dataclass(frozen=True, eq=False)
class SignalWorld:
    """The coverage of a whole network, ready to lose base stations.

    Parameters
    ----------
    cover : HomeCover
        Any signal of any operator, with the cell-edge margin.
    sweep : Sweep
        The coverage, with what it was computed from.
    """

    cover: HomeCover
    sweep: Sweep

    def lost(self, bts_ids: Iterable[str]) -> CoverLoss:
        """Return what is lost, exactly, when base stations fall silent together."""
        return exact_cover_losses(self.cover, self.sweep, [list(bts_ids)])[0]

    def loss(self, analysis: FibreAnalysis) -> SignalLoss:
        """Return what every single failure of a network's fibre takes, exactly."""
        return signal_loss(
            analysis.network, analysis.attachments, analysis.groups, self.cover, self.sweep
        )


def swept_signal(inputs: Inputs, parameters: RunParameters, coverage: xr.Dataset) -> SignalWorld:
    """Return the coverage of a run, ready to lose base stations.

    Parameters
    ----------
    inputs, parameters
        What it was computed from.
    coverage : xarray.Dataset
        With runner-ups.
    """
    return SignalWorld(
        prepare_cover(coverage, inputs.settlements, criteria=parameters.criteria),
        Sweep(
            coverage,
            bts=inputs.bts,
            cells=inputs.cells,
            terrain=inputs.terrain,
            model=parameters.model,
            environment=parameters.environment,
            patterns=inputs.patterns,
        ),
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
    return swept_signal(inputs, parameters, coverage)
