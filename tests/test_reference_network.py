"""The committed network files: the public counts, integrity, and the builder makes them again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from odc.geo.geobox import GeoBox
from pyproj import Geod

from htcoverage.crs import reproject
from htcoverage.reference_builder.fibre_reach import CLEARANCE_M, MOST_A_COMMUNE
from htcoverage.reference_builder.ground import Ground
from htcoverage.reference_builder.network import build_network, write_network
from htcoverage.reference_builder.parameters import DEFAULT_SEED

DATA = Path(__file__).resolve().parents[1] / "data"


@pytest.fixture(scope="module")
def settlements() -> gpd.GeoDataFrame:
    return gpd.read_file(DATA / "boundaries/settlements.gpkg")


@pytest.fixture(scope="module")
def bts() -> pd.DataFrame:
    return pd.read_csv(DATA / "bts/bts.csv")


@pytest.fixture(scope="module")
def spans() -> gpd.GeoDataFrame:
    return gpd.read_file(DATA / "fibre/spans.gpkg", layer="spans")


def test_the_ledger_holds_3250_bts_on_1180_masts(bts: pd.DataFrame) -> None:
    assert len(bts) == bts["bts_id"].nunique() == 3250
    assert bts["site_id"].nunique() == 1180
    positions = bts.drop_duplicates(["site_id", "operator"])["operator"].value_counts()
    assert positions.to_dict() == {"Viettel": 790, "VinaPhone": 435, "MobiFone": 405}
    assert set(bts["provenance"]) == {"modelled"}
    one_point = bts.groupby("site_id")[["longitude", "latitude"]].nunique()
    assert (one_point == 1).all(axis=None)


def test_every_cell_has_its_station_and_a_height_between_24_and_45_m(bts: pd.DataFrame) -> None:
    cells = pd.read_csv(DATA / "bts/cells.csv")
    assert cells["cell_id"].is_unique
    assert set(cells["bts_id"]) == set(bts["bts_id"])
    assert cells["antenna_height_m"].between(24.0, 45.0).all()
    per_mast = cells.merge(bts, on="bts_id").groupby("site_id")["antenna_height_m"].nunique()
    assert per_mast.max() <= 2
    assert (per_mast == 1).mean() > 0.8


def test_every_district_has_masts_and_all_stand_in_the_province(bts: pd.DataFrame) -> None:
    sites = bts.drop_duplicates("site_id")
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(sites["longitude"], sites["latitude"]), crs="EPSG:4326"
    )
    districts = gpd.read_file(DATA / "boundaries/districts.gpkg")
    # Positions are rounded to 1e-6 degrees: a mast at a border may lie a tenth of a metre beyond.
    found = gpd.sjoin_nearest(reproject(points, "EPSG:9209"), districts, max_distance=0.2)
    assert found.index.nunique() == 1180
    assert found["district_code"].nunique() == 13


def test_cables_inside_the_province_sum_to_21000_km(spans: gpd.GeoDataFrame) -> None:
    geod = Geod(ellps="WGS84")
    inside = reproject(spans[spans["kind"] != "inter-provincial"], "EPSG:4326")
    length_km = np.array([geod.geometry_length(line) for line in inside.geometry]) / 1000.0
    assert (length_km * inside["cables"]).sum() == pytest.approx(21_000.0, rel=0.005)
    assert (spans["kind"] == "inter-provincial").sum() == 11
    assert set(spans["owner"]) == {"Viettel", "VNPT", "MobiFone"}


def test_26_villages_in_7_districts_have_no_fibre_and_all_others_do(
    spans: gpd.GeoDataFrame, settlements: gpd.GeoDataFrame
) -> None:
    left_out = pd.read_csv(DATA / "fibre/villages_without_fibre.csv", dtype={"district_code": str})
    assert len(left_out) == left_out["settlement_id"].nunique() == 26
    by_district = left_out["district_code"].value_counts()
    assert len(by_district) == 7
    assert set(by_district.index[:3]) == {"439", "441", "444"}
    assert left_out["commune_code"].value_counts().max() <= MOST_A_COMMUNE
    tree = shapely.STRtree(spans.geometry.to_numpy())
    distance_m = np.empty(len(settlements))
    (
        asked,
        _,
    ) = tree.query_nearest(settlements.geometry.to_numpy(), all_matches=False)
    _, distance_m[asked] = tree.query_nearest(
        settlements.geometry.to_numpy(), return_distance=True, all_matches=False
    )
    is_out = settlements["settlement_id"].isin(left_out["settlement_id"]).to_numpy()
    assert (distance_m[~is_out] == 0.0).all()
    assert (distance_m[is_out] > CLEARANCE_M).all()


def test_the_builder_makes_the_same_files_again(
    settlements: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    with rasterio.open(DATA / "terrain/ground_m.tif") as band:
        grid = GeoBox(band.shape, band.transform, band.crs)
        ground_m = band.read(1)
    with rasterio.open(DATA / "terrain/clutter_class.tif") as band:
        water = band.read(1) == 0
    # The builder has its settlements on a precision grid, which the file does not keep.
    on_grid = settlements.geometry.set_precision(0.1, mode="pointwise")
    network = build_network(
        settlements.set_geometry(on_grid),
        districts=gpd.read_file(DATA / "boundaries/districts.gpkg"),
        communes=pd.read_csv(DATA / "boundaries/communes.csv", dtype=str),
        ground=Ground(ground_m, water, grid),
        seed=DEFAULT_SEED,
    )
    write_network(network, data=tmp_path)
    for table in ("bts/bts.csv", "bts/cells.csv", "fibre/villages_without_fibre.csv"):
        assert (tmp_path / table).read_bytes() == (DATA / table).read_bytes(), table
    # Another GDAL may lay out the same GeoPackage otherwise: compare what it holds.
    again = gpd.read_file(tmp_path / "fibre/spans.gpkg", layer="spans")
    assert again.equals(gpd.read_file(DATA / "fibre/spans.gpkg", layer="spans"))


@pytest.mark.parametrize(("folder", "most_mb"), [("bts", 3.0), ("fibre", 4.0)])
def test_the_files_match_their_checksums_and_stay_small(folder: str, most_mb: float) -> None:
    sums = (DATA / folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert len(sums) == 2
    for line in sums:
        digest, name = line.split("  ")
        assert hashlib.sha256((DATA / folder / name).read_bytes()).hexdigest() == digest
    size_mb = sum(path.stat().st_size for path in (DATA / folder).iterdir()) / 1e6
    assert size_mb < most_mb
