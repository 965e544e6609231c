"""Small worlds for the tests of the engine: terrain, ledgers, and the exact job beside a run."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import xarray as xr
from odc.geo.geobox import GeoBox

from htcoverage.coverage import compute_coverage
from htcoverage.engine.exact import exact_losses
from htcoverage.propagation.p1812.model import DEFAULT_DELTA_N, DEFAULT_N0
from htcoverage.terrain import Terrain

CRS = "EPSG:9209"
WEST_M, NORTH_M = 500_000.0, 2_000_000.0
LATITUDE_DEG = 18.08
FLOATS = npt.NDArray[np.float32]


def hills(n: int, *, seed: int = 1, top_m: float = 900.0) -> FLOATS:
    """Rough ground of ``n`` by ``n`` values from 0 to ``top_m``, steep enough for every branch."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft2(rng.standard_normal((n, n)))
    k = np.hypot(np.fft.fftfreq(n)[:, None], np.fft.rfftfreq(n)[None])
    k[0, 0] = 1.0
    ground = np.fft.irfft2(spectrum * k**-1.9, (n, n))
    ground -= ground.min()
    return (ground * (top_m / ground.max())).astype(np.float32)


def make_terrain(
    ground: npt.ArrayLike,
    *,
    posting_m: float = 100.0,
    clutter: npt.ArrayLike | float = 0.0,
    zone: npt.ArrayLike | int = 4,
    west_m: float = WEST_M,
    north_m: float = NORTH_M,
    crs: str = CRS,
) -> Terrain:
    """Terrain from arrays, its north-west corner where the worlds begin."""
    ground_m = np.asarray(ground, np.float32)
    shape = ground_m.shape
    box = (west_m, north_m - posting_m * shape[0], west_m + posting_m * shape[1], north_m)
    return Terrain(
        ground_m=ground_m,
        clutter_class=np.zeros(shape, np.uint8),
        clutter_height_m=np.ascontiguousarray(
            np.broadcast_to(np.asarray(clutter, np.float32), shape)
        ),
        zone=np.ascontiguousarray(np.broadcast_to(np.asarray(zone, np.uint8), shape)),
        geobox=GeoBox.from_bbox(box, crs=crs, shape=shape, tight=True),
        sources=(("hills.tif", "0" * 64),),
    )


def whole_grid(terrain: Terrain) -> GeoBox:
    """Analysis grid on the terrain's own values."""
    return terrain.geobox


def make_ledger(*cells: dict[str, Any], crs: str = CRS) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Tables of cells, each ``{x, y}`` in metres and whatever differs from an isotropic 3G pilot.

    A pilot of 0 dBm without gain makes the level the negative of the loss.
    """
    bts: dict[str, dict[str, Any]] = {}
    rows = []
    for k, given in enumerate(cells):
        cell = {"operator": "Viettel", "technology": "3G", "status": "on-air"} | given
        site = cell.get("site_id", f"S{cell['x']:.1f}/{cell['y']:.1f}")
        bts_id = cell.get("bts_id", f"{site}-{cell['operator']}-{cell['technology']}")
        bts[bts_id] = {
            "bts_id": bts_id, "site_id": site, "operator": cell["operator"],
            "technology": cell["technology"], "status": cell["status"],
            "geometry": shapely.Point(cell["x"], cell["y"]),
        }  # fmt: skip
        is_4g = cell["technology"] == "4G"
        rows.append(
            {
                "cell_id": cell.get("cell_id", f"C{k}"),
                "bts_id": bts_id,
                "band_mhz": cell.get("band_mhz", 1800.0),
                "bandwidth_mhz": 20.0 if is_4g else 5.0,
                "antenna_height_m": cell.get("antenna_height_m", 30.0),
                "azimuth_deg": cell.get("azimuth_deg", 0.0),
                "electrical_tilt_deg": cell.get("electrical_tilt_deg", 0.0),
                "mechanical_tilt_deg": cell.get("mechanical_tilt_deg", 0.0),
                "antenna": cell.get("antenna", "omni"),
                "antenna_gain_dbi": 0.0,
                "feeder_loss_db": 0.0,
                "port_power_dbm": cell.get("power_dbm", 46.0) if is_4g else math.nan,
                "cpich_power_dbm": math.nan if is_4g else cell.get("power_dbm", 0.0),
                "rs_boost_db": 0.0,
            }
        )
    table = gpd.GeoDataFrame(list(bts.values()), geometry="geometry", crs=crs)
    return table.to_crs("EPSG:4326"), pd.DataFrame(rows)


def at_pixel(terrain: Terrain, row: float, col: float) -> dict[str, float]:
    """Position of a cell: pixel centres are whole numbers."""
    x, y = terrain.geobox.transform * (col + 0.5, row + 0.5)
    return {"x": x, "y": y}


def cover(terrain: Terrain, *cells: dict[str, Any], **options: Any) -> xr.Dataset:
    """Coverage of cells over the terrain's own grid."""
    grid = options.pop("grid", None) or whole_grid(terrain)
    crs = options.pop("ledger_crs", CRS)
    return compute_coverage(*make_ledger(*cells, crs=crs), terrain, grid, **options)


def loss_db(
    terrain: Terrain, row: float, col: float, *, radius_km: float, band_mhz: float = 1800.0,
    antenna_height_m: float = 30.0, **options: Any,
) -> FLOATS:  # fmt: skip
    """Loss that the sweep gives to every pixel from a mast at a pixel, dB."""
    coverage = cover(
        terrain,
        at_pixel(terrain, row, col) | {"band_mhz": band_mhz, "antenna_height_m": antenna_height_m},
        radius_km=radius_km,
        **options,
    )
    return -coverage["level_dbm"].to_numpy()[0]


def exact_db(
    terrain: Terrain, row: float, col: float, *, radius_km: float, band_mhz: float = 1800.0,
    antenna_height_m: float = 30.0, rx_height_m: float = 1.5, clutter_clearance_m: float = 100.0,
    wanted: npt.NDArray[np.bool_] | None = None, latitude_deg: float = LATITUDE_DEG,
    delta_n: float = DEFAULT_DELTA_N,
) -> FLOATS:  # fmt: skip
    """Loss with a profile of its own for every pixel of the terrain's grid, dB."""
    posting_km = terrain.posting_m / 1000.0
    pixels = np.ones(terrain.geobox.shape, np.bool_) if wanted is None else wanted
    losses: FLOATS = exact_losses(
        pixels, terrain.ground_m, terrain.clutter_height_m, terrain.zone, float(row), float(col),
        posting_km, float(row), float(col), posting_km, antenna_height_m, rx_height_m, radius_km,
        clutter_clearance_m / 1000.0, delta_n, DEFAULT_N0, latitude_deg, posting_km,
        band_mhz / 1000.0,
    )  # fmt: skip
    return losses


def distance_km(terrain: Terrain, row: float, col: float) -> npt.NDArray[np.float64]:
    """Distance of every pixel from a position on the grid."""
    rows, cols = np.indices(terrain.geobox.shape)
    distances: npt.NDArray[np.float64] = np.hypot(rows - row, cols - col) * terrain.posting_m / 1e3
    return distances
