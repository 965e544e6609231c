"""Coverage of a ledger over terrain: checks, then one sweep a mast and block of rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from odc.geo.geobox import GeoBox

from htcoverage.antennas import Pattern
from htcoverage.coverage.arguments import check_arguments
from htcoverage.coverage.environments import Environments, environments_of
from htcoverage.coverage.extent import usable_ground, wanted_pixels, window_of
from htcoverage.coverage.masts import Mast, cells_on_air, masts_in_reach
from htcoverage.coverage.network import check_antennas, network_of, on_mast
from htcoverage.coverage.result import layers_of, to_dataset
from htcoverage.engine.any_model import mast_kernel
from htcoverage.engine.inputs import Land, Pixels, Servers, Setup
from htcoverage.engine.inputs import Mast as EngineMast
from htcoverage.engine.owners import radial_azimuth_deg
from htcoverage.engine.rasters import sample_pixels, write_rows
from htcoverage.engine.sweep import EVALUATED, NEAR, SKIPPED, sweep_mast
from htcoverage.errors import argument_fault
from htcoverage.propagation.p1812.model import (
    DEFAULT_DELTA_N,
    DEFAULT_N0,
    effective_radius_km,
)
from htcoverage.propagation.registry import BY_CLUTTER, DEFAULT_MODEL
from htcoverage.propagation.registry import model as model_of
from htcoverage.store import Store
from htcoverage.terrain import Terrain

DEFAULT_RADIUS_KM = 15.0
DEFAULT_RX_HEIGHT_M = 1.5
#: Clutter nearer to the receiver than this counts as bare: P.1812's clutter does not converge as
#: the profile's step shrinks, so this distance is a parameter of its own.
DEFAULT_CLUTTER_CLEARANCE_M = 100.0

#: Radials on half a side of the frame, by the radius in terrain steps: at the rim neighbouring
#: radials are 0.8 steps apart, which keeps the sweep within its stated accuracy of the exact job.
_RADIAL_DENSITY = 1.25

#: Rows are worked off in blocks of this size; a mast then walks its radials once a block.
_BLOCK_BYTES = 256 << 20

Progress = Callable[[int, int], None]


def compute_coverage(
    bts: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    terrain: Terrain,
    grid: GeoBox,
    *,
    model: str = DEFAULT_MODEL,
    environment: str | None = None,
    radius_km: float = DEFAULT_RADIUS_KM,
    rx_height_m: float = DEFAULT_RX_HEIGHT_M,
    clutter_clearance_m: float = DEFAULT_CLUTTER_CLEARANCE_M,
    delta_n: float = DEFAULT_DELTA_N,
    n0: float = DEFAULT_N0,
    area: gpd.GeoDataFrame | None = None,
    patterns: Mapping[str, Pattern] | None = None,
    skip: bool = True,
    total_power: bool = False,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Predict every operator's levels on a grid at the median, by ITU-R P.1812-8 unless told.

    Parameters
    ----------
    bts : GeoDataFrame
        Table ``bts``; base stations that are not on air are left out.
    cells : DataFrame
        Table ``cells`` of those base stations.
    terrain : Terrain
        In the grid's CRS, reaching around every site and pixel.
    grid : GeoBox
        Analysis grid, from `htcoverage.make_grid`.
    model : str
        A model of `htcoverage.propagation.registry`. P.1812 is swept along radials; a path model
        (``needs_profile``) cuts a profile for every pixel, which takes far longer; an empirical
        one knows the distance and the antennas' heights above ground. No loss is less than that of
        free space, which alone counts nearer than P.1812's 0.25 km, or 20 m by another model.
    environment : str, optional
        One of the model's environments, for all of the area; its default where not given.
        'by-clutter' gives each pixel that of the clutter class around it
        (``Model.by_surroundings`` of the kinds in ``terrain.surroundings``), over bare ground.
    radius_km : float
        Farthest pixel that a cell serves, 0.25 to 100 km.
    rx_height_m : float
        Receiving antenna above ground, 1 to 3000 m.
    clutter_clearance_m : float
        Clutter nearer to the receiver counts as bare, m, at least 0.
    delta_n, n0 : float
        Refractivity lapse rate, N-units/km, and sea-level refractivity, N-units; of P.1812 alone.
    area : GeoDataFrame, optional
        Polygons; pixels that touch none of them are not evaluated and stay without level.
    patterns : mapping of str to Pattern, optional
        Antenna patterns by the name that the cells give; built-in names need none.
    skip : bool
        Leave out work that is proved not to change any layer (see `sweep_mast`); the result is the
        same bit for bit.
    total_power : bool
        Add ``total_power_dbm``; nothing is skipped then.
    progress : callable, optional
        Called with the sweeps done and their total.

    Returns
    -------
    xarray.Dataset
        Dimensions ``layer, y, x`` and ``cell``. ``level_dbm`` and ``runner_up_dbm`` (strongest cell
        of another site) float32, NaN = none: RSRP per resource element for 4G, RSCP for 3G, medians
        of time and locations. ``best_server`` and ``runner_up_server`` int32, −1 = none, indices
        along ``cell``. ``total_power_dbm`` float32, where asked for: the levels of all cells of a
        layer, summed in mW mast by mast. Layers are operator × technology, and the
        strongest of any operator per technology. Attributes carry the parameters.

    Raises
    ------
    InputError
        With every argument of a wrong kind or range and every column that a table lacks; or if the
        terrain does not reach, has voids where it is needed, lies in another CRS, a cell lacks a
        number or names an unknown pattern, or there is no such model or environment.
    SetupError
        If results are large and there is no room for temporary files.
    ValidityError
        If a band, an antenna's height or the radius lies outside a range that the model refuses
        to leave.

    Warns
    -----
    ExtrapolationWarning
        If one lies outside a range beyond which the field extrapolates.

    Notes
    -----
    Results above 0.25 GB lie in temporary files mapped into memory, which vanish with the dataset.

    Examples
    --------
    One district of the reference province, in pixels of 500 m:

    >>> import htcoverage as ht
    >>> province = ht.load_reference()
    >>> town = province.districts[province.districts["full_name"] == "Thành phố Hà Tĩnh"]
    >>> grid = ht.make_grid(tuple(town.total_bounds), resolution_m=500)
    >>> coverage = ht.compute_coverage(
    ...     province.bts, province.cells, province.terrain, grid, area=town, radius_km=5
    ... )
    >>> coverage["level_dbm"].dims
    ('layer', 'y', 'x')
    >>> coverage["layer"].to_numpy().tolist()[-2:]
    ['any_3g', 'any_4g']
    """
    entry = model_of(model)
    entry.check_environment(environment)
    swept = entry.name == DEFAULT_MODEL
    check_arguments(
        bts, cells, terrain, grid, radius_km=radius_km, rx_height_m=rx_height_m,
        clutter_clearance_m=clutter_clearance_m, delta_n=delta_n, n0=n0, area=area,
        patterns=patterns, skip=skip, total_power=total_power, progress=progress,
        citation=entry.citation,
    )  # fmt: skip
    if not swept and (delta_n, n0) != (DEFAULT_DELTA_N, DEFAULT_N0):
        raise argument_fault("delta_n, n0", f"{delta_n:g}, {n0:g}", f"the default by {model}")
    check_antennas(cells, patterns or {})
    ledger = cells_on_air(bts, cells)
    wanted = wanted_pixels(grid, area)
    environments = (
        Environments() if swept else environments_of(entry, environment, terrain, wanted, grid)
    )
    entry.check(
        freq_mhz=ledger["band_mhz"].to_numpy(np.float64),
        distance_km=radius_km,
        tx_height_m=ledger["antenna_height_m"].to_numpy(np.float64),
        rx_height_m=rx_height_m,
        environments=environments.names,
    )
    window = window_of(grid, wanted)
    masts = masts_in_reach(ledger, grid, window, radius_km)
    land = Land(
        usable_ground(terrain, window, np.array([(m.x_m, m.y_m) for m in masts])),
        # Clutter that chooses the environment does not stand on the profile as well.
        np.zeros_like(terrain.clutter_height_m)
        if environment == BY_CLUTTER
        else np.ascontiguousarray(terrain.clutter_height_m, np.float32),
        np.ascontiguousarray(terrain.zone, np.uint8),
        terrain.posting_m / 1000.0,
    )
    layers = layers_of(ledger)
    network = network_of(ledger, layers, patterns or {})
    setup = Setup(
        rx_height_m, radius_km, clutter_clearance_m / 1000.0, float(effective_radius_km(delta_n)),
        n0, math.ceil(_RADIAL_DENSITY * radius_km / land.posting_km), land.posting_km,
    )  # fmt: skip

    ny, nx = grid.shape
    to_terrain = ~terrain.geobox.transform * grid.transform
    rx_ground, rx_zone = sample_pixels(
        land.ground, land.zone, ny, nx, to_terrain.a, to_terrain.e,
        *(value - 0.5 for value in to_terrain * (0.5, 0.5)),
    )  # fmt: skip
    pixels = Pixels(wanted, rx_ground, rx_zone, float(grid.resolution.x) / 1000.0)
    kinds = [np.float32, np.float32, np.int32, np.int32, *([np.float32] if total_power else [])]
    store = Store((len(layers.all), ny, nx), kinds)
    counts = np.zeros(3, np.int64)
    own = len(layers.own)
    block_rows = max(1, min(ny, _BLOCK_BYTES // (nx * own * (24 if total_power else 16))))
    blocks = [(first, min(first + block_rows, ny)) for first in range(0, ny, block_rows)]
    work = [
        (first, last, [m for m in masts if _reaches(m, grid, first, last, radius_km)])
        for first, last in blocks
    ]
    radials_deg = np.array(
        [radial_azimuth_deg(k, setup.half) for k in range(4 * (2 * setup.half + 1))]
    )
    skips = skip and not total_power
    done, total = 0, sum(len(near) for _, _, near in work)
    for first, last, near in work:
        shape = (last - first, nx, own)
        servers = Servers(
            np.full((*shape, 2), np.nan, np.float32),
            np.full((*shape, 2), -1, np.int32),
            np.zeros(shape if total_power else (0, 0, 0)),
            network.site,
            first,
        )
        for mast in near:
            if progress is not None:
                progress(done, total)
            freq_ghz, here = on_mast(network, mast, radials_deg)
            given = (
                servers, pixels, land, _placed(mast, grid, terrain), setup, freq_ghz, here,
                network.antennas, skips,
            )  # fmt: skip
            if environments.codes is None:
                counts += sweep_mast(*given)
            else:
                counts += mast_kernel(entry.name)(*given, environments.codes)
            done += 1
        level, runner_up, best, second, *power = store.arrays
        total_dbm = power[0] if power else np.empty((0, 0, 0), np.float32)
        write_rows(servers, layers.members(), level, runner_up, best, second, total_dbm)
        store.release()
    if progress is not None:
        progress(total, total)

    names = ("level_dbm", "runner_up_dbm", "best_server", "runner_up_server", "total_power_dbm")
    return to_dataset(
        dict(zip(names, store.arrays, strict=False)), layers, ledger, grid,
        attributes={
            "model": entry.citation,
            **environments.told,
            "radius_km": radius_km,
            "rx_height_m": rx_height_m,
            "clutter_clearance_m": clutter_clearance_m,
            "time_percent": 50.0,
            "location_percent": 50.0,
            "polarization": "vertical",
            "terrain_posting_m": terrain.posting_m,
            "sweeps": len(masts),
            "pixels_evaluated": int(counts[EVALUATED]),
            "pixels_skipped": int(counts[SKIPPED]),
            **(
                {
                    "delta_n": delta_n,
                    "n0": n0,
                    "pixels_extrapolated_below_250_m": int(counts[NEAR]),
                }
                if swept
                else {}
            ),
        },
    )  # fmt: skip


def _placed(mast: Mast, grid: GeoBox, terrain: Terrain) -> EngineMast:
    """Position of a mast on both grids, whole numbers being pixel centres."""
    col, row = ~grid.transform * (mast.x_m, mast.y_m)
    terrain_col, terrain_row = ~terrain.geobox.transform * (mast.x_m, mast.y_m)
    return EngineMast(
        row - 0.5, col - 0.5, terrain_row - 0.5, terrain_col - 0.5, mast.antenna_height_m,
        mast.latitude_deg,
    )  # fmt: skip


def _reaches(mast: Mast, grid: GeoBox, first: int, last: int, radius_km: float) -> bool:
    """Whether a mast can reach a pixel of rows ``first`` to ``last`` (exclusive)."""
    _, row = ~grid.transform * (mast.x_m, mast.y_m)
    reach = 1000.0 * radius_km / float(grid.resolution.x) + 1.0
    return bool(first - reach <= row <= last + reach)
