"""The modelled ledger: stated counts, integrity, spacing, seeds, and that it sees no coverage."""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from odc.geo.geobox import GeoBox
from scipy.spatial import cKDTree

from htcoverage.crs import reproject
from htcoverage.grid import make_grid
from htcoverage.reference_builder import ledger as ledger_module
from htcoverage.reference_builder import masts as masts_module
from htcoverage.reference_builder.corridors import CORRIDORS, to_grid
from htcoverage.reference_builder.ground import Ground
from htcoverage.reference_builder.ledger import COUNTS, Ledger, LedgerCounts, build_ledger
from htcoverage.schema import BTS, CELLS

SMALL = LedgerCounts(
    masts=90,
    positions=(("Viettel", 60), ("VinaPhone", 35), ("MobiFone", 30)),
    only_4g=3,
    only_3g=2,
    vinaphone_900=20,
    viettel_2100=25,
)


COMMUNES = pd.DataFrame(
    {
        "commune_code": [f"{i:05d}" for i in range(12)],
        "commune_name": [f"Thạch {i}" for i in range(12)],
    }
)


def toy_province(seed: int = 5) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Ground]:
    """A square of 40 km about Hà Tĩnh city: a town, a plain and eastern sea, hills in the west."""
    rng = np.random.default_rng(seed)
    centre = to_grid(np.array([[105.906, 18.343]]))[0]
    west, south = centre - 20_000.0
    square = shapely.box(west, south, west + 40_000.0, south + 40_000.0)
    districts = gpd.GeoDataFrame({"district_code": ["436"]}, geometry=[square], crs="EPSG:9209")
    grid = make_grid(square.buffer(1000.0).bounds, resolution_m=200.0)
    x = (np.arange(grid.shape[1]) + 0.5) * 200.0 + grid.affine.c
    ground_m = np.broadcast_to(np.maximum(centre[0] - x, 0.0) / 50.0, grid.shape)
    rough = rng.uniform(0.0, 40.0, grid.shape) * (ground_m > 100.0)
    water = np.broadcast_to(x > centre[0] + 15_000.0, grid.shape)
    town = centre + rng.normal(0.0, 1200.0, (40, 2))
    plain = rng.uniform((west, south), (west + 34_000.0, south + 40_000.0), (160, 2))
    points = np.concatenate([town, plain])
    settlements = gpd.GeoDataFrame(
        {
            "settlement_id": [f"S{i:03d}" for i in range(len(points))],
            "name": [f"Thôn {i % 30}" for i in range(len(points))],
            "district_code": "436",
            "commune_code": [f"{i % 12:05d}" for i in range(len(points))],
            "residents": rng.integers(300, 900, len(points)),
            "households": rng.integers(90, 250, len(points)),
        },
        geometry=[shapely.box(x - 150, y - 100, x + 150, y + 100) for x, y in points],
        crs="EPSG:9209",
    )
    return settlements, districts, Ground(ground_m + rough, water.copy(), grid)


@pytest.fixture(scope="module")
def province() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Ground]:
    return toy_province()


@pytest.fixture(scope="module")
def ledger(province: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Ground]) -> Ledger:
    settlements, districts, ground = province
    return build_ledger(
        settlements, districts=districts, communes=COMMUNES, ground=ground, seed=1, counts=SMALL
    )


def mast_points(ledger: Ledger) -> np.ndarray:
    sites = reproject(ledger.bts.drop_duplicates("site_id"), "EPSG:9209")
    return np.column_stack([sites.geometry.x, sites.geometry.y])


def test_the_stated_counts_are_those_of_the_public_statement() -> None:
    assert COUNTS.bts == 3250
    assert 1100 <= COUNTS.masts <= 1250
    positions = dict(COUNTS.positions)
    assert sum(positions.values()) == 1630
    assert positions["VinaPhone"] > 400
    assert positions["Viettel"] == max(positions.values())
    assert (COUNTS.only_4g + COUNTS.only_3g) / sum(positions.values()) < 0.01


def test_every_count_is_met_exactly(ledger: Ledger) -> None:
    bts, cells = ledger.bts, ledger.cells
    assert len(bts) == SMALL.bts == 2 * 125 - 5
    assert bts["site_id"].nunique() == SMALL.masts
    position = bts.groupby(["site_id", "operator"])["technology"].agg(list)
    assert position.groupby("operator").size().to_dict() == dict(SMALL.positions)
    assert (position.str.join("") == "4G").sum() == SMALL.only_4g
    assert (position.str.join("") == "3G").sum() == SMALL.only_3g
    bands = cells.merge(bts[["bts_id", "operator", "technology"]], on="bts_id")
    stations = bands.groupby(["operator", "technology", "band_mhz"])["bts_id"].nunique()
    assert stations["VinaPhone", "3G", 900] == SMALL.vinaphone_900
    assert stations["Viettel", "4G", 2100] == SMALL.viettel_2100
    assert set(stations.index.droplevel("operator")) == {
        ("3G", 900), ("3G", 2100), ("4G", 1800), ("4G", 2100),
    }  # fmt: skip


def test_ids_are_unique_and_every_cell_has_its_station(ledger: Ledger) -> None:
    bts, cells = ledger.bts, ledger.cells
    assert bts["bts_id"].is_unique
    assert cells["cell_id"].is_unique
    assert set(cells["bts_id"]) == set(bts["bts_id"])
    assert not bts.duplicated(["site_id", "operator", "technology"]).any()
    assert list(bts.columns) == [*BTS.column_names, "geometry"]
    assert list(cells.columns) == list(CELLS.column_names)


@pytest.mark.parametrize("table", [BTS, CELLS], ids=lambda table: table.name)
def test_every_value_lies_in_the_range_of_the_schema(ledger: Ledger, table) -> None:
    rows = ledger.bts if table is BTS else ledger.cells
    for column in table.columns:
        values = rows[column.name]
        assert column.nullable or values.notna().all(), column.name
        if column.low is not None:
            assert values.dropna().between(column.low, column.high).all(), column.name
        if column.allowed:
            assert set(values) <= set(column.allowed), column.name


def test_power_belongs_to_the_technology_and_assumptions_name_filled_columns(
    ledger: Ledger,
) -> None:
    cells = ledger.cells.merge(ledger.bts[["bts_id", "technology"]], on="bts_id")
    is_3g = cells["technology"] == "3G"
    assert (cells["cpich_power_dbm"].notna() == is_3g).all()
    assert (cells["port_power_dbm"].isna() == is_3g).all()
    for names, rows in cells.groupby("assumed"):
        assert rows[names.split(" ")].notna().all(axis=None)


def test_a_station_has_three_sectors_about_120_degrees_apart(ledger: Ledger) -> None:
    for _, sectors in ledger.cells.groupby(["bts_id", "band_mhz"])["azimuth_deg"]:
        azimuth = np.sort(sectors.to_numpy())
        gaps = np.diff(np.append(azimuth, azimuth[0] + 360.0))
        assert len(azimuth) == 3
        assert (np.abs(gaps - 120.0) <= 2 * ledger_module.AZIMUTH_PLAY_DEG).all()


def test_a_mast_has_one_antenna_height_or_two_a_step_apart(ledger: Ledger) -> None:
    cells = ledger.cells.merge(ledger.bts[["bts_id", "site_id"]], on="bts_id")
    heights = cells.groupby("site_id")["antenna_height_m"].unique()
    assert cells["antenna_height_m"].between(24.0, 45.0).all()
    assert (heights.str.len() == 1).mean() > 0.5
    for both in heights[heights.str.len() > 1]:
        assert len(both) == 2
        assert abs(both[0] - both[1]) == masts_module.TENANT_STEP_M


def test_masts_keep_their_spacing_and_stand_on_land_inside(
    ledger: Ledger, province: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Ground]
) -> None:
    _, districts, ground = province
    points = mast_points(ledger)
    gap_m = cKDTree(points).query(points, k=2)[0][:, 1]
    # Positions are rounded to 1e-6 degrees: a tenth of a metre.
    assert gap_m.min() >= min(masts_module.SPACING_M) - 0.3
    assert not ground.is_water(points).any()
    assert shapely.dwithin(districts.geometry.iloc[0], shapely.points(points), 0.2).all()


def test_a_closer_neighbour_never_means_less_tilt(ledger: Ledger) -> None:
    bts = reproject(ledger.bts, "EPSG:9209")
    tilt = ledger.cells.groupby("bts_id")["electrical_tilt_deg"].first()
    for _, own in bts.drop_duplicates(["site_id", "operator"]).groupby("operator"):
        points = np.column_stack([own.geometry.x, own.geometry.y])
        gap_m = cKDTree(points).query(points, k=2)[0][:, 1]
        by_gap = tilt[own["bts_id"]].to_numpy()[np.argsort(gap_m)]
        assert (np.diff(by_gap) <= 0.0).all()
        assert by_gap[0] > by_gap[-1]


def test_masts_stand_where_people_live(
    ledger: Ledger, province: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Ground]
) -> None:
    settlements, districts, _ = province
    masts = cKDTree(mast_points(ledger))
    homes = shapely.get_coordinates(settlements.geometry.centroid.to_numpy())
    rng = np.random.default_rng(0)
    west, south, east, north = districts.total_bounds
    anywhere = rng.uniform((west, south), (east - 6000.0, north), (2000, 2))
    assert masts.query(homes)[0].mean() < 0.75 * masts.query(anywhere)[0].mean()


@pytest.mark.parametrize(
    ("operator", "technology", "band_mhz", "thin"),
    [("VinaPhone", "3G", 900, True), ("Viettel", "4G", 2100, False)],
)
def test_second_bands_stand_where_they_are_needed(
    ledger: Ledger,
    province: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Ground],
    operator: str,
    technology: str,
    band_mhz: int,
    thin: bool,
) -> None:
    """900 MHz at the positions with the fewest residents within 2 km, 4G 2100 with the most."""
    settlements, _, _ = province
    homes = shapely.get_coordinates(shapely.point_on_surface(settlements.geometry.to_numpy()))
    chosen = ledger.bts["operator"].eq(operator) & ledger.bts["technology"].eq(technology)
    bts = reproject(ledger.bts[chosen], "EPSG:9209")
    points = np.column_stack([bts.geometry.x, bts.geometry.y])
    near = cKDTree(homes).query_ball_point(points, 2000.0)
    residents = np.array([settlements["residents"].to_numpy()[index].sum() for index in near])
    has_band = (
        bts["bts_id"]
        .isin(ledger.cells.loc[ledger.cells["band_mhz"] == band_mhz, "bts_id"])
        .to_numpy()
    )
    low, high = (has_band, ~has_band) if thin else (~has_band, has_band)
    # Rounding a position may move one village across the 2 km line.
    assert np.sort(residents[low])[-2] <= np.sort(residents[high])[1]


def test_the_same_seed_repeats_and_another_differs(
    ledger: Ledger, province: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Ground]
) -> None:
    settlements, districts, ground = province
    build = lambda seed: build_ledger(  # noqa: E731
        settlements, districts=districts, communes=COMMUNES, ground=ground, seed=seed, counts=SMALL
    )
    again, other = build(1), build(2)
    assert again.bts.equals(ledger.bts)
    assert again.cells.equals(ledger.cells)
    assert len(other.bts) == len(ledger.bts)
    nearest_m = cKDTree(mast_points(other)).query(mast_points(ledger))[0]
    assert np.median(nearest_m) > 50.0


def test_masts_on_water_are_impossible(
    province: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Ground],
) -> None:
    settlements, districts, ground = province
    flooded = dataclasses.replace(ground, water=np.ones_like(ground.water))
    with pytest.raises(ValueError, match="room for 0 masts, not 90"):
        build_ledger(
            settlements,
            districts=districts,
            communes=COMMUNES,
            ground=flooded,
            seed=1,
            counts=SMALL,
        )


def test_ground_is_read_from_the_pixel_that_holds_the_point() -> None:
    grid = GeoBox.from_bbox((0.0, 0.0, 200.0, 200.0), crs="EPSG:9209", resolution=100.0)
    ground = Ground(np.array([[1.0, 2.0], [3.0, 4.0]]), np.eye(2, dtype=bool), grid)
    points = np.array([[50.0, 199.0], [150.0, 150.0], [1.0, 1.0], [900.0, -900.0]])
    assert ground.height_m(points).tolist() == [1.0, 2.0, 3.0, 4.0]
    assert ground.is_water(points).tolist() == [True, False, False, True]


def test_the_generator_imports_nothing_that_knows_coverage() -> None:
    """Follow the ledger's imports through the package: tables, files, grid and terrain alone."""
    root = Path(ledger_module.__file__).parents[2]
    allowed = {"errors", "units", "labels", "schema", "files", "grid", "crs", "terrain"}
    seen: set[str] = set()
    waiting = ["htcoverage.reference_builder.ledger"]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        path = root.joinpath(*name.split(".")).with_suffix(".py")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        found += [
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import)
            for alias in node.names
        ]  # fmt: skip
        waiting += [module for module in found if module and module.startswith("htcoverage.")]
    outside = {name for name in seen if not name.startswith("htcoverage.reference_builder.")}
    assert {name.split(".")[1] for name in outside} <= allowed
    assert "htcoverage.reference_builder.masts" in seen


def test_corridors_run_through_the_provinces_towns() -> None:
    """Hà Tĩnh city, Hồng Lĩnh, Kỳ Anh and Hương Khê (GeoNames) lie within 2 km of a main road."""
    towns = to_grid(
        np.array([[105.906, 18.343], [105.706, 18.529], [106.298, 18.062], [105.700, 18.177]])
    )
    roads = shapely.union_all(
        [shapely.LineString(to_grid(np.asarray(road.waypoints_deg))) for road in CORRIDORS]
    )
    assert (shapely.distance(shapely.points(towns), roads) < 2000.0).all()
