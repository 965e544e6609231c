"""A small finished run: two carriers, a shared mast, a mast of each alone, rough numbers."""

from __future__ import annotations

import geopandas as gpd
import map_world as world
import numpy as np
import pandas as pd
import shapely
import xarray as xr

from htcoverage.crs import WGS84, reproject
from htcoverage.figures import compute_figures
from htcoverage.gaps import find_gaps
from htcoverage.run import Inputs, RunParameters, RunResult
from htcoverage.run.compute import settlement_shares
from htcoverage.terrain import Terrain

OWN, RIVAL = "Viettel", "MobiFone"
#: site_id, site_name, operators, metres east and north of the world's corner.
SITES = (
    ("HT-01", "Trạm Chung Đồi", (OWN, RIVAL), 4_031.27, 5_117.43),
    ("HT-02", "Trạm Bí Mật Đèo", (RIVAL,), 10_212.61, 5_438.19),
    ("HT-03", "Trạm Riêng Biển", (OWN,), 6_517.83, 6_209.71),
)
_SHORT = {OWN: "VT", RIVAL: "MF"}


def bts() -> gpd.GeoDataFrame:
    rows = [
        (f"{site}-{_SHORT[operator]}-{t}", site, name, operator, t, world.WEST + x, world.SOUTH + y)
        for site, name, operators, x, y in SITES
        for operator in operators
        for t in ("3G", "4G")
    ]
    columns = ["bts_id", "site_id", "site_name", "operator", "technology", "x", "y"]
    table = pd.DataFrame(rows, columns=columns)
    placed = gpd.GeoDataFrame(
        table.drop(columns=["x", "y"]).assign(status="on-air", provenance="modelled"),
        geometry=gpd.points_from_xy(table["x"], table["y"]),
        crs=world.CRS,
    )
    return reproject(placed, WGS84)


def cells(stations: gpd.GeoDataFrame) -> pd.DataFrame:
    three_g = (stations["technology"] == "3G").to_numpy()
    return pd.DataFrame(
        {
            "cell_id": [f"{name}-1" for name in stations["bts_id"]],
            "bts_id": stations["bts_id"].to_numpy(),
            "band_mhz": np.where(three_g, 2100.0, 1800.0),
            "bandwidth_mhz": np.where(three_g, 5.0, 20.0),
            "antenna_height_m": 35.5,
            "azimuth_deg": np.arange(len(stations)) * 40.0,
            "electrical_tilt_deg": 5.0,
            "mechanical_tilt_deg": 1.0,
            "antenna": "3gpp-36814",
            "antenna_gain_dbi": 17.0,
            "feeder_loss_db": 2.0,
            "port_power_dbm": np.where(three_g, np.nan, 46.0),
            "cpich_power_dbm": np.where(three_g, 33.0, np.nan),
            "rs_boost_db": 0.0,
            "assumed": "antenna feeder_loss_db",
        }
    )


def coverage(stations: gpd.GeoDataFrame, table: pd.DataFrame) -> xr.Dataset:
    """Levels that fall off with distance from each mast: their peaks tell where it stands."""
    base = world.coverage(OWN, RIVAL)
    x, y = np.meshgrid(base["x"], base["y"])
    places = reproject(stations, world.CRS).geometry
    distance_m = np.hypot(
        x - places.x.to_numpy()[:, None, None], y - places.y.to_numpy()[:, None, None]
    )
    level, second_level = (np.full(base["level_dbm"].shape, np.nan, np.float32) for _ in range(2))
    server, second = (np.full(level.shape, -1, np.int32) for _ in range(2))
    site = stations["site_id"].to_numpy()
    for index in range(base.sizes["layer"]):
        operator, technology = str(base["operator"][index].item()), base["technology"][index].item()
        mine = (stations["technology"] == technology).to_numpy()
        if operator != "any":
            mine = mine & (stations["operator"] == operator).to_numpy()
        near = np.where(mine[:, None, None], distance_m, np.inf)
        level[index] = -60.0 - 12.0 * near.min(axis=0) / 1000.0
        server[index] = near.argmin(axis=0)
        elsewhere = np.where(site[:, None, None] == site[server[index]], np.inf, near)
        heard = np.isfinite(elsewhere.min(axis=0))
        second_level[index][heard] = -60.0 - 12.0 * elsewhere.min(axis=0)[heard] / 1000.0
        second[index][heard] = elsewhere.argmin(axis=0)[heard]
    station = stations.set_index("bts_id").loc[table["bts_id"]]
    return base.assign(
        level_dbm=(("layer", "y", "x"), level), best_server=(("layer", "y", "x"), server),
        runner_up_dbm=(("layer", "y", "x"), second_level),
        runner_up_server=(("layer", "y", "x"), second),
    ).assign_coords(
        cell_id=("cell", table["cell_id"].to_numpy(str)),
        bts_id=("cell", table["bts_id"].to_numpy(str)),
        site_id=("cell", station["site_id"].to_numpy(str)),
    ).assign_attrs(
        clutter_clearance_m=100.0, delta_n=50.0, n0=370.0, polarization="vertical",
        terrain_posting_m=90.0, pixels_extrapolated_below_250_m=4711, sweeps=3,
    )  # fmt: skip


def coverage_with_a_hole() -> xr.Dataset:
    """The coverage of this world's stations, without a level in its corner."""
    stations = bts()
    level = coverage(stations, cells(stations))
    values = level["level_dbm"].to_numpy().copy()
    values[:, :5, :9] = np.nan
    return level.assign(level_dbm=(("layer", "y", "x"), values))


def result(text: str = "") -> RunResult:
    """A run whose settlements' names end in a text."""
    parameters = RunParameters()
    stations = bts()
    table = cells(stations)
    cover = coverage(stations, table)
    homes = world.settlements(f"Thôn Đông Hà{text}", f"Bản Rào Tre{text}")
    districts = world.districts("Huyện Hương Khê", "Thị xã Kỳ Anh")
    spans = pd.concat([world.spans(OWN), world.spans(RIVAL).assign(span_id="F-MF")])
    _, _, _, east, north = SITES[1]
    to_rival = shapely.LineString(
        [(world.WEST, world.SOUTH), (world.WEST + east, world.SOUTH + north)]
    )
    spans = spans.set_geometry([to_rival, *spans.geometry[1:]])
    sea = gpd.GeoDataFrame(geometry=[world.box(12_500, 0, 14_000, 10_000)], crs=world.CRS)
    flat = np.zeros(world.GRID.shape)
    terrain = Terrain(
        ground_m=flat.astype(np.float32),
        clutter_class=flat.astype(np.uint8),
        clutter_height_m=flat.astype(np.float32),
        zone=(flat + 4).astype(np.uint8),
        geobox=world.GRID,
        sources=(("flat.tif", "0" * 64),),
    )
    inputs = Inputs(
        name="Hà Tĩnh",
        bts=stations,
        cells=table,
        settlements=homes,
        districts=districts,
        spans=spans,
        terrain=terrain,
        ground={"sea": sea},
        files=(("flat.tif", "0" * 64), ("ledger_of_mobifone.csv", "1" * 64)),
        reported={"covered_residential_share": 0.99, "date": "2023-10"},
    )  # fmt: skip
    return RunResult(
        inputs=inputs,
        parameters=parameters,
        coverage=cover,
        figures=compute_figures(
            cover, homes, districts, criteria=parameters.criteria,
            area_levels=("province", "district"),
        ),
        settlements=settlement_shares(cover, homes, criteria=parameters.criteria),
        gaps=find_gaps(cover, homes, districts, stations, criteria=parameters.criteria),
    )  # fmt: skip
