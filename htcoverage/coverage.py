"""Coverage: levels, best server and runner-up on the analysis grid, from a ledger and terrain."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import CRS

from htcoverage.antennas import Pattern, pattern, sector_tables
from htcoverage.crs import WGS84, reproject, transformer
from htcoverage.engine.any_model import mast_kernel
from htcoverage.engine.rasters import merge_operators, sample_pixels
from htcoverage.engine.sweep import EVALUATED, NEAR, SKIPPED, radial_azimuth_deg, sweep_mast
from htcoverage.errors import Fault, InputError, argument_fault
from htcoverage.link_budget import cell_reference_level_dbm
from htcoverage.propagation.p1812.model import (
    DEFAULT_DELTA_N,
    DEFAULT_N0,
    DISTANCE_RANGE,
    effective_radius_km,
)
from htcoverage.propagation.registry import DEFAULT_MODEL
from htcoverage.propagation.registry import model as model_of
from htcoverage.propagation.validity import ValidRange, check_range
from htcoverage.schema import OPERATORS, TECHNOLOGIES
from htcoverage.terrain import Terrain

DEFAULT_RADIUS_KM = 15.0
DEFAULT_RX_HEIGHT_M = 1.5
#: Clutter nearer to the receiver than this counts as bare: P.1812's clutter does not converge as
#: the profile's step shrinks, so this distance is a parameter of its own.
DEFAULT_CLUTTER_CLEARANCE_M = 100.0

#: Radials on half a side of the frame, by the radius in terrain steps: at the rim neighbouring
#: radials are 0.8 steps apart, which keeps the sweep within its stated accuracy of the exact job.
_RADIAL_DENSITY = 1.25

#: Paths up to 100 km keep the proof that lets the engine leave out ducting (`ducting_floor_db`).
_RADIUS_RANGE = ValidRange("radius_km", DISTANCE_RANGE.low, 100.0, "km")

#: Operator of the layers that hold the strongest of all.
ANY_OPERATOR = "any"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class _Mast:
    """One antenna position and height with the cells on it (indices in ledger order)."""

    x_m: float
    y_m: float
    latitude_deg: float
    north_deg: float
    antenna_height_m: float
    cells: npt.NDArray[np.int32]


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
    progress : callable, optional
        Called with the sweeps done and their total.

    Returns
    -------
    xarray.Dataset
        Dimensions ``layer, y, x`` and ``cell``. ``level_dbm`` and ``runner_up_dbm`` (strongest cell
        of another site) float32, NaN = none: RSRP per resource element for 4G, RSCP for 3G, medians
        of time and locations. ``best_server`` and ``runner_up_server`` int32, −1 = none, indices
        along ``cell``. Layers are operator × technology, and the strongest of any operator per
        technology. Attributes carry the parameters.

    Raises
    ------
    InputError
        If the terrain does not reach, has voids where it is needed, lies in another CRS, a cell
        names an unknown pattern, or there is no such model or environment.
    ValidityError
        If a band, an antenna's height or the radius lies outside a range that the model refuses
        to leave.

    Warns
    -----
    ExtrapolationWarning
        If one lies outside a range beyond which the field extrapolates.
    """
    entry = model_of(model)
    environment_code = entry.environment_code(environment)
    swept = entry.name == DEFAULT_MODEL
    if not swept and (delta_n, n0) != (DEFAULT_DELTA_N, DEFAULT_N0):
        raise argument_fault("delta_n, n0", f"{delta_n:g}, {n0:g}", f"the default by {model}")
    _check_arguments(grid, terrain, radius_km, clutter_clearance_m, delta_n, entry.citation)
    ledger = _ledger(bts, cells)
    entry.check(
        freq_mhz=ledger["band_mhz"].to_numpy(np.float64),
        distance_km=radius_km,
        tx_height_m=ledger["antenna_height_m"].to_numpy(np.float64),
        rx_height_m=rx_height_m,
    )
    wanted = _wanted_pixels(grid, area)
    masts = _masts(ledger, grid, wanted, radius_km)
    ground = _usable_ground(terrain, grid, wanted, masts)

    operators = [name for name in OPERATORS if (ledger["operator"] == name).any()]
    own = [(o, t) for t in TECHNOLOGIES for o in operators
           if ((ledger["operator"] == o) & (ledger["technology"] == t)).any()]  # fmt: skip
    shared = [
        (ANY_OPERATOR, t) for t in TECHNOLOGIES if any(t == technology for _, technology in own)
    ]
    layers = own + shared
    layer_of = {pair: index for index, pair in enumerate(own)}
    cell_layer = np.array(
        [layer_of[pair] for pair in zip(ledger["operator"], ledger["technology"], strict=True)],
        np.int64,
    )
    sites = pd.factorize(ledger["site_id"])[0].astype(np.int32)
    reference_dbm = cell_reference_level_dbm(ledger)
    names, cell_pattern = np.unique(ledger["antenna"].to_numpy(str), return_inverse=True)
    used = [(patterns or {}).get(name) or pattern(name) for name in names.tolist()]
    vertical_db = np.stack(
        [np.append(p.vertical_loss_db, p.vertical_loss_db[0]) for p in used]
    ).astype(np.float32)
    cap_db = np.array([p.maximum_loss_db for p in used], np.float64)

    ny, nx = grid.shape
    level = np.full((ny, nx, len(layers), 2), np.nan, np.float32)
    server = np.full((ny, nx, len(layers), 2), -1, np.int32)
    to_terrain = ~terrain.geobox.transform * grid.transform
    rx_ground, rx_zone = sample_pixels(
        ground, terrain.zone, ny, nx, to_terrain.a, to_terrain.e,
        *(value - 0.5 for value in to_terrain * (0.5, 0.5)),
    )  # fmt: skip

    posting_km = terrain.posting_m / 1000.0
    resolution_km = float(grid.resolution.x) / 1000.0
    half = math.ceil(_RADIAL_DENSITY * radius_km / posting_km)
    radials_deg = np.array([radial_azimuth_deg(k, half) for k in range(4 * (2 * half + 1))])
    azimuth = ledger["azimuth_deg"].to_numpy(np.float64)
    electrical = ledger["electrical_tilt_deg"].to_numpy(np.float64)
    mechanical = ledger["mechanical_tilt_deg"].to_numpy(np.float64)
    band_ghz = ledger["band_mhz"].to_numpy(np.float64) / 1000.0
    earth_radius_km = float(effective_radius_km(delta_n))
    inverse_grid, inverse_terrain = ~grid.transform, ~terrain.geobox.transform
    counts = np.zeros(3, np.int64)
    for done, mast in enumerate(masts):
        if progress is not None:
            progress(done, len(masts))
        horizontal = np.empty((mast.cells.size, radials_deg.size), np.float32)
        tilt = np.empty_like(horizontal)
        for row, cell in enumerate(mast.cells.tolist()):
            horizontal[row], tilt[row] = sector_tables(
                used[cell_pattern[cell]], azimuth[cell], electrical[cell], mechanical[cell],
                radials_deg - mast.north_deg,
            )  # fmt: skip
        freq_ghz, band_of = np.unique(band_ghz[mast.cells], return_inverse=True)
        col, row_ = inverse_grid * (mast.x_m, mast.y_m)
        terrain_col, terrain_row = inverse_terrain * (mast.x_m, mast.y_m)
        place = (
            row_ - 0.5, col - 0.5, resolution_km, terrain_row - 0.5, terrain_col - 0.5, posting_km,
        )  # fmt: skip
        bands = band_of.astype(np.int64)
        patterns_here = cell_pattern[mast.cells].astype(np.int64)
        if swept:
            mast_counts = sweep_mast(
                level, server, wanted, rx_ground, rx_zone, ground, terrain.clutter_height_m,
                terrain.zone, *place, mast.antenna_height_m, rx_height_m, radius_km,
                clutter_clearance_m / 1000.0, earth_radius_km, n0, mast.latitude_deg, half,
                posting_km, freq_ghz, mast.cells, bands, cell_layer[mast.cells],
                reference_dbm[mast.cells], horizontal, tilt, patterns_here, vertical_db, cap_db,
                sites, skip,
            )  # fmt: skip
        else:
            mast_counts = mast_kernel(entry.name)(
                level, server, wanted, rx_ground, ground, terrain.clutter_height_m, terrain.zone,
                *place, mast.antenna_height_m, rx_height_m, radius_km, clutter_clearance_m / 1000.0,
                earth_radius_km, half, environment_code, 1000.0 * freq_ghz, mast.cells, bands,
                cell_layer[mast.cells], reference_dbm[mast.cells], horizontal, tilt, patterns_here,
                vertical_db, cap_db, sites, skip,
            )  # fmt: skip
        counts += mast_counts.sum(axis=0)
    if progress is not None:
        progress(len(masts), len(masts))
    for index, (_, technology) in enumerate(shared, start=len(own)):
        members = [k for k, (_, t) in enumerate(own) if t == technology]
        merge_operators(level, server, np.array(members, np.int64), index, sites)

    return _dataset(
        level, server, layers, ledger, grid,
        attributes={
            "model": entry.citation,
            **({"environment": entry.environments[environment_code]} if entry.environments else {}),
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


def grid_of(coverage: xr.Dataset) -> GeoBox:
    """Return the analysis grid of a coverage.

    Parameters
    ----------
    coverage : xarray.Dataset
        From `compute_coverage`: its sizes and the attributes ``crs`` and ``transform`` tell.

    Returns
    -------
    GeoBox
        Projected, metres, row 0 north.
    """
    shape = (coverage.sizes["y"], coverage.sizes["x"])
    return GeoBox(shape, Affine(*coverage.attrs["transform"]), coverage.attrs["crs"])


def _check_arguments(
    grid: GeoBox, terrain: Terrain, radius_km: float, clutter_clearance_m: float, delta_n: float,
    citation: str,
) -> None:  # fmt: skip
    if CRS.from_user_input(str(grid.crs)) != CRS.from_user_input(str(terrain.geobox.crs)):
        raise argument_fault(
            "terrain",
            terrain.geobox.crs,
            f"terrain in the grid's CRS {grid.crs}: read it with crs=",
        )
    check_range(_RADIUS_RANGE, radius_km, citation=citation)
    if not (math.isfinite(clutter_clearance_m) and clutter_clearance_m >= 0):
        raise argument_fault("clutter_clearance_m", clutter_clearance_m, "at least 0 m")
    if not 0.0 <= delta_n < 157.0:
        raise argument_fault("delta_n", delta_n, "from 0 to below 157 N-units/km")


def _ledger(bts: gpd.GeoDataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Cells on air with what they take from their base station, in ledger order."""
    on_air = bts[bts["status"] == "on-air"] if "status" in bts else bts
    points = reproject(on_air, WGS84).geometry
    station = pd.DataFrame(
        {
            "bts_id": on_air["bts_id"].to_numpy(),
            "site_id": on_air["site_id"].to_numpy(),
            "operator": on_air["operator"].to_numpy(),
            "technology": on_air["technology"].to_numpy(),
            "longitude": points.x.to_numpy(),
            "latitude": points.y.to_numpy(),
        }
    )
    ledger = cells.reset_index(drop=True).merge(station, on="bts_id", how="inner")
    if ledger.empty:
        raise argument_fault("cells", "no cell on air", "at least one cell of a bts on air")
    return ledger


def _wanted_pixels(grid: GeoBox, area: gpd.GeoDataFrame | None) -> npt.NDArray[np.bool_]:
    """Pixels that touch the area; all without one."""
    if area is None:
        return np.ones(grid.shape, np.bool_)
    from rasterio.features import geometry_mask

    shapes = reproject(area, str(grid.crs)).geometry
    wanted: npt.NDArray[np.bool_] = geometry_mask(
        shapes, out_shape=grid.shape, transform=grid.transform, all_touched=True, invert=True
    )
    if not wanted.any():
        raise argument_fault("area", "no pixel", "polygons that overlap the grid")
    return wanted


def _window_m(grid: GeoBox, wanted: npt.NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Bounds of the wanted pixels, metres: west, south, east, north."""
    rows = np.flatnonzero(wanted.any(axis=1))
    cols = np.flatnonzero(wanted.any(axis=0))
    west, north = grid.transform * (int(cols[0]), int(rows[0]))
    east, south = grid.transform * (int(cols[-1]) + 1, int(rows[-1]) + 1)
    return west, south, east, north


def _masts(
    ledger: pd.DataFrame, grid: GeoBox, wanted: npt.NDArray[np.bool_], radius_km: float
) -> list[_Mast]:
    """Positions and heights in ledger order, less those out of reach of every wanted pixel."""
    to_grid = transformer(WGS84, str(grid.crs))
    longitude = ledger["longitude"].to_numpy(np.float64)
    latitude = ledger["latitude"].to_numpy(np.float64)
    x_m, y_m = to_grid.transform(longitude, latitude)
    # Direction of true north on the grid: antennas are set by the compass, not by the grid.
    north_x, north_y = to_grid.transform(longitude, latitude + 1e-4)
    north_deg = np.degrees(np.arctan2(north_x - x_m, north_y - y_m))
    height_m = ledger["antenna_height_m"].to_numpy(np.float64)
    west, south, east, north = _window_m(grid, wanted)
    beyond_m = np.hypot(
        np.maximum(np.maximum(west - x_m, x_m - east), 0.0),
        np.maximum(np.maximum(south - y_m, y_m - north), 0.0),
    )
    keys = pd.Series(list(zip(np.round(x_m, 1), np.round(y_m, 1), height_m, strict=True)))
    masts = []
    for members in keys.groupby(keys, sort=False).indices.values():
        first = int(members[0])
        if beyond_m[first] > 1000.0 * radius_km:
            continue
        masts.append(
            _Mast(
                x_m=float(x_m[first]),
                y_m=float(y_m[first]),
                latitude_deg=float(latitude[first]),
                north_deg=float(north_deg[first]),
                antenna_height_m=float(height_m[first]),
                cells=np.sort(members).astype(np.int32),
            )
        )
    if not masts:
        raise argument_fault(
            "bts", "no site in reach", f"a site within {radius_km:g} km of a pixel"
        )
    return masts


def _usable_ground(
    terrain: Terrain, grid: GeoBox, wanted: npt.NDArray[np.bool_], masts: list[_Mast]
) -> npt.NDArray[np.float32]:
    """Terrain whose every value on a possible path is known.

    Paths run straight from mast to pixel, so all of them lie in the box around both.
    """
    west, south, east, north = _window_m(grid, wanted)
    west, east = min([west, *(m.x_m for m in masts)]), max([east, *(m.x_m for m in masts)])
    south, north = min([south, *(m.y_m for m in masts)]), max([north, *(m.y_m for m in masts)])
    name = terrain.sources[0][0] if terrain.sources else "terrain"
    box = terrain.geobox.boundingbox
    short = {
        side: gap
        for side, gap in (
            ("west", box.left - west), ("south", box.bottom - south),
            ("east", east - box.right), ("north", north - box.top),
        )
        if gap > 0
    }  # fmt: skip
    if short:
        words = ", ".join(f"{gap / 1000:.1f} km to the {side}" for side, gap in short.items())
        raise InputError(
            [Fault(name, None, None, f"ends too early: {words}",
                   "terrain that reaches around every site and pixel")]
        )  # fmt: skip
    inverse = ~terrain.geobox.transform
    left, top = (math.floor(v) for v in inverse * (west, north))
    right, bottom = (math.ceil(v) for v in inverse * (east, south))
    rows = slice(max(top - 1, 0), bottom + 1)
    cols = slice(max(left - 1, 0), right + 1)
    void = ~np.isfinite(terrain.ground_m[rows, cols])
    if void.any():
        r, c = np.argwhere(void)[0]
        x, y = terrain.geobox.transform * (cols.start + int(c) + 0.5, rows.start + int(r) + 0.5)
        raise InputError(
            [Fault(name, None, None, f"{int(void.sum())} voids, the first at x {x:.0f}, y {y:.0f}",
                   "terrain without voids between sites and pixels: fill them, they are not sea")]
        )  # fmt: skip
    if np.isfinite(terrain.ground_m).all():
        return np.ascontiguousarray(terrain.ground_m)
    return np.nan_to_num(terrain.ground_m, nan=0.0)  # outside every path


def _dataset(
    level: npt.NDArray[np.float32],
    server: npt.NDArray[np.int32],
    layers: list[tuple[str, str]],
    ledger: pd.DataFrame,
    grid: GeoBox,
    *,
    attributes: dict[str, object],
) -> xr.Dataset:
    by_layer = np.moveaxis(level, 2, 0), np.moveaxis(server, 2, 0)
    ny, nx = grid.shape
    affine = grid.transform
    dims = ("layer", "y", "x")
    return xr.Dataset(
        {
            "level_dbm": (dims, by_layer[0][..., 0]),
            "runner_up_dbm": (dims, by_layer[0][..., 1]),
            "best_server": (dims, by_layer[1][..., 0]),
            "runner_up_server": (dims, by_layer[1][..., 1]),
        },
        coords={
            "layer": [f"{o.lower()}_{t.lower()}" for o, t in layers],
            "operator": ("layer", [o for o, _ in layers]),
            "technology": ("layer", [t for _, t in layers]),
            "y": affine.f + affine.e * (np.arange(ny) + 0.5),
            "x": affine.c + affine.a * (np.arange(nx) + 0.5),
            "cell_id": ("cell", ledger["cell_id"].to_numpy(str)),
            "bts_id": ("cell", ledger["bts_id"].to_numpy(str)),
            "site_id": ("cell", ledger["site_id"].to_numpy(str)),
        },
        attrs={
            "crs": str(grid.crs),
            "transform": [float(v) for v in tuple(affine)[:6]],
            **attributes,
        },
    )
