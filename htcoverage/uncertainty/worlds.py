"""Levels of simulated worlds, from the best and the runner-up server of every layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from htcoverage.errors import argument_fault
from htcoverage.figures.cover import ANY_OPERATOR, CoverCriteria, FloatArray, LayerExcess
from htcoverage.store import values_at
from htcoverage.uncertainty.level_errors import (
    CellGroups,
    UInt64Array,
    local_errors_db,
    path_keys,
)


@dataclass(frozen=True, eq=False)
class Servers:
    """The servers that compete at each pixel.

    Every operator's layer has two, its best and the strongest of another site. The layers of any
    operator are not drawn by themselves: they hold the strongest of all operators' servers, so that
    nobody's cover can exceed everybody's.

    Parameters
    ----------
    layers : tuple of (technology, operator)
        The operators' layers.
    shared : tuple of str
        Technologies that have a layer of any operator.
    excess_db : array
        (layers, 2, pixels): level − threshold, −inf where there is no server.
    cell : array of int
        (layers, 2, pixels): the cell; 0 where there is none, which −inf keeps silent.
    path : array of uint64
        (layers, 2, pixels): key of the path from the cell's site to the pixel.
    """

    layers: tuple[tuple[str, str], ...]
    shared: tuple[str, ...]
    excess_db: FloatArray
    cell: npt.NDArray[np.int64]
    path: UInt64Array


def servers_at(
    coverage: xr.Dataset,
    groups: CellGroups,
    pixels: npt.NDArray[np.int64],
    *,
    criteria: CoverCriteria,
) -> Servers:
    """Return the servers of every operator's layer at some pixels.

    Parameters
    ----------
    coverage : xarray.Dataset
        Levels in dBm and servers, best and runner-up.
    groups : CellGroups
        The sites of the cells.
    pixels : array of int
        Flat indices (row · columns + column).
    criteria : CoverCriteria
        Thresholds.

    Raises
    ------
    InputError
        If the coverage has no operator's layer.
    """
    named = list(
        zip(coverage["technology"].to_numpy(), coverage["operator"].to_numpy(), strict=True)
    )
    own = [index for index, (_, operator) in enumerate(named) if operator != ANY_OPERATOR]
    if not own:
        raise argument_fault("coverage", "layers of any operator only", "an operator's layer")

    def at_pixels(best: str, runner_up: str) -> npt.NDArray[np.generic]:
        both = [values_at(coverage, name, own, pixels) for name in (best, runner_up)]
        return np.stack(both, axis=1)

    threshold = np.array([criteria.threshold_dbm(named[index][0]) for index in own])
    excess = at_pixels("level_dbm", "runner_up_dbm").astype(np.float64) - threshold[:, None, None]
    cell = at_pixels("best_server", "runner_up_server").astype(np.int64)
    heard = (cell >= 0) & ~np.isnan(excess)
    cell = np.where(heard, cell, 0)
    return Servers(
        layers=tuple((str(named[index][0]), str(named[index][1])) for index in own),
        shared=tuple(str(t) for t, operator in named if operator == ANY_OPERATOR),
        excess_db=np.where(heard, excess, -np.inf),
        cell=cell,
        path=path_keys(groups.site[cell], np.broadcast_to(pixels, cell.shape)),
    )


def world_excess(
    servers: Servers,
    cell_error_db: FloatArray,
    *,
    key: np.uint64,
    local_sigma_db: float,
    change_db: FloatArray | float = 0.0,
) -> LayerExcess:
    """Return the excess of every layer in one simulated world: the stronger of the two servers.

    Parameters
    ----------
    servers : Servers
        Who competes.
    cell_error_db : array
        Error of every cell, in dB.
    key : uint64
        Of the world's local errors.
    local_sigma_db : float
        Spread of the local errors, in dB; 0 draws none.
    change_db : array or float
        Further change of each server's level, (layers, 2, pixels).
    """
    excess = servers.excess_db + cell_error_db[servers.cell] + change_db
    if local_sigma_db > 0.0:
        excess += local_errors_db(servers.path, key, local_sigma_db)
    strongest = excess.max(axis=1)
    layers = dict(zip(servers.layers, strongest, strict=True))
    for technology in servers.shared:
        members = [index for index, (t, _) in enumerate(servers.layers) if t == technology]
        layers[technology, ANY_OPERATOR] = strongest[members].max(axis=0)
    return LayerExcess(layers)
