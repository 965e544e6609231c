"""Errors of the ledger itself: power, azimuth and tilt that are not as written.

These need no new sweep (heights and positions do: see `alternatives`). A wrong power shifts every
level of its cell; a wrong azimuth or tilt leaves the path as it is and changes only what the
antenna's pattern loses towards each pixel, so the geometry of the run is used again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from scipy.ndimage import map_coordinates

from htcoverage.antennas import Pattern, loss_db, pattern
from htcoverage.crs import WGS84, reproject, transformer
from htcoverage.errors import argument_fault
from htcoverage.figures.cover import FloatArray
from htcoverage.grid import grid_of
from htcoverage.propagation.p1812.model import effective_radius_km
from htcoverage.terrain import Terrain
from htcoverage.uncertainty.alternatives import Alternative
from htcoverage.uncertainty.worlds import Servers


@dataclass(frozen=True)
class LedgerErrors:
    """Standard deviations of what a ledger says of each cell; labelled assumptions.

    Parameters
    ----------
    eirp_sigma_db : float
        Power and feeder loss together, in dB, at least 0.
    azimuth_sigma_deg : float
        In degrees, at least 0.
    tilt_sigma_deg : float
        Electrical and mechanical together, in degrees, at least 0.

    Raises
    ------
    InputError
        If a value is negative or not finite.
    """

    eirp_sigma_db: float = 1.0
    azimuth_sigma_deg: float = 5.0
    tilt_sigma_deg: float = 1.0

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if not (math.isfinite(value) and value >= 0.0):
                raise argument_fault(each.name, value, "a number, 0 or more")


@dataclass(frozen=True, eq=False)
class DoubtfulLedger:
    """A ledger with its errors, and the ground that its antennas look upon.

    Parameters
    ----------
    bts : GeoDataFrame
        Table ``bts`` that the coverage was computed from.
    terrain : Terrain
        In the coverage's CRS.
    errors : LedgerErrors
        How far it may be wrong.
    alternatives : tuple of Alternative
        Masts elsewhere, or higher or lower, from `sweep_alternatives`; none leaves heights and
        positions as written.
    patterns : mapping of str to Pattern
        Antenna patterns that the coverage was computed with, by the names that cells give;
        built-in ones need none.
    """

    bts: gpd.GeoDataFrame
    terrain: Terrain
    errors: LedgerErrors = LedgerErrors()
    alternatives: tuple[Alternative, ...] = ()
    patterns: Mapping[str, Pattern] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class SectorViews:
    """How each competing server sees the pixel.

    Parameters
    ----------
    offset_deg, depression_deg : array
        (layers, 2, pixels): clockwise from the boresight; below the horizon, less the tilt that
        does not turn with the azimuth.
    mechanical_tilt_deg : array
        Of each cell.
    pattern_of_cell : array of int
        Of each cell, among ``patterns``.
    patterns : tuple of Pattern
        In use.
    predicted_db : array
        (layers, 2, pixels): pattern loss as the ledger has it.
    """

    offset_deg: FloatArray
    depression_deg: FloatArray
    mechanical_tilt_deg: FloatArray
    pattern_of_cell: npt.NDArray[np.int64]
    patterns: tuple[Pattern, ...]
    predicted_db: FloatArray


def sector_views(
    servers: Servers,
    coverage: xr.Dataset,
    pixels: npt.NDArray[np.int64],
    cells: pd.DataFrame,
    ledger: DoubtfulLedger,
) -> SectorViews:
    """Return how the servers see the pixels.

    Parameters
    ----------
    servers : Servers
        At these pixels.
    coverage : xarray.Dataset
        With ``cell_id``, its grid, ``rx_height_m`` and ``delta_n``.
    pixels : array of int
        Flat indices.
    cells : DataFrame
        Table ``cells``.
    ledger : DoubtfulLedger
        Positions, ground and patterns.

    Raises
    ------
    InputError
        If an antenna is neither among the ledger's patterns nor built in.
    """
    grid = grid_of(coverage)
    row, column = np.divmod(pixels, grid.shape[1])
    x_m, y_m = grid.affine * (column + 0.5, row + 0.5)
    known = cells.set_index("cell_id").loc[coverage["cell_id"].to_numpy()]
    points = reproject(ledger.bts.set_index("bts_id"), WGS84).geometry.loc[known["bts_id"]]
    to_grid = transformer(WGS84, str(grid.crs))
    longitude, latitude = points.x.to_numpy(), points.y.to_numpy()
    site_x_m, site_y_m = to_grid.transform(longitude, latitude)
    ahead_x_m, ahead_y_m = to_grid.transform(longitude, latitude + 1e-4)
    north_deg = np.degrees(np.arctan2(ahead_x_m - site_x_m, ahead_y_m - site_y_m))
    top_m = _ground_m(ledger.terrain, site_x_m, site_y_m)
    top_m = top_m + known["antenna_height_m"].to_numpy(np.float64)
    foot_m = _ground_m(ledger.terrain, x_m, y_m) + coverage.attrs["rx_height_m"]

    east_m, north_m = x_m - site_x_m[servers.cell], y_m - site_y_m[servers.cell]
    distance_km = np.maximum(np.hypot(east_m, north_m) / 1000.0, 1e-3)
    curve = 500.0 / float(effective_radius_km(coverage.attrs["delta_n"]))
    fall_m = top_m[servers.cell] - foot_m + curve * distance_km**2
    depression_deg = np.degrees(np.arctan2(fall_m / 1000.0, distance_km))
    azimuth_deg = (known["azimuth_deg"].to_numpy(np.float64) + north_deg)[servers.cell]
    names, pattern_of_cell = np.unique(known["antenna"].to_numpy(str), return_inverse=True)
    patterns = tuple(ledger.patterns.get(name) or pattern(name) for name in names.tolist())
    built_in_deg = np.array([each.electrical_tilt_deg for each in patterns])[pattern_of_cell]
    turned_deg = known["electrical_tilt_deg"].to_numpy(np.float64) - built_in_deg
    nothing = np.zeros(len(known))
    views = SectorViews(
        offset_deg=np.degrees(np.arctan2(east_m, north_m)) - azimuth_deg,
        depression_deg=depression_deg - turned_deg[servers.cell],
        mechanical_tilt_deg=known["mechanical_tilt_deg"].to_numpy(np.float64),
        pattern_of_cell=pattern_of_cell.astype(np.int64),
        patterns=patterns,
        predicted_db=np.zeros(servers.cell.shape),
    )
    as_written_db = -turned_change_db(views, servers, nothing, nothing)
    return SectorViews(**{**vars(views), "predicted_db": as_written_db})


def turned_change_db(
    views: SectorViews, servers: Servers, azimuth_error_deg: FloatArray, tilt_error_deg: FloatArray
) -> FloatArray:
    """Return by how much each server's level changes when its antenna is turned, in dB.

    Parameters
    ----------
    views, servers
        From `sector_views` and `servers_at`.
    azimuth_error_deg, tilt_error_deg : array
        Of each cell: true less written, degrees.
    """
    offset_deg = views.offset_deg - azimuth_error_deg[servers.cell]
    tilt_deg = views.mechanical_tilt_deg[servers.cell] * np.cos(np.radians(offset_deg))
    below_deg = views.depression_deg - tilt_deg - tilt_error_deg[servers.cell]
    loss = np.empty(servers.cell.shape)
    which = views.pattern_of_cell[servers.cell]
    for number, used in enumerate(views.patterns):
        chosen = which == number
        loss[chosen] = loss_db(
            used, offset_deg[chosen], below_deg[chosen],
            electrical_tilt_deg=used.electrical_tilt_deg,
        )  # fmt: skip
    change: FloatArray = views.predicted_db - loss
    return change


def _ground_m(terrain: Terrain, x_m: FloatArray, y_m: FloatArray) -> FloatArray:
    """Return the ground, bilinear, at points of the terrain's CRS."""
    column, row = ~terrain.geobox.affine * (x_m, y_m)
    ground: FloatArray = map_coordinates(
        terrain.ground_m.astype(np.float64), [row - 0.5, column - 0.5], order=1, mode="nearest"
    )
    return ground
