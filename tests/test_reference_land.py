"""The land half of the reference province: laws of the files in data/, and a rebuild."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import rasterio.features
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage
from shapely import Polygon, box

from htcoverage.files import sha256_of
from htcoverage.reference_builder import sources as source_files
from htcoverage.reference_builder.blocks import Blocks
from htcoverage.reference_builder.boundaries import partition
from htcoverage.reference_builder.communes import LEAST_SHARE, MOST_SHARE, assign_communes
from htcoverage.reference_builder.drainage import Exits, accumulate, drain
from htcoverage.reference_builder.growth import smooth_outlines
from htcoverage.reference_builder.land import Land, build_land, write_land
from htcoverage.reference_builder.parameters import (
    CENSUS_2019,
    DEFAULT_SEED,
    GREY_TO_M,
    SEATS_DEG,
    TOWN_TYPES,
)
from htcoverage.reference_builder.relief import block_position
from htcoverage.reference_builder.settlements import share_out
from htcoverage.reference_builder.sources import Sources, read_sources
from htcoverage.reference_builder.waters import metres
from htcoverage.reference_builder.write import write_text

DATA = Path(__file__).resolve().parents[1] / "data"
BOUNDARIES, TERRAIN = DATA / "boundaries", DATA / "terrain"


@pytest.fixture(scope="module")
def sources() -> Sources:
    return read_sources(DATA / "sources")


@pytest.fixture(scope="module")
def districts() -> gpd.GeoDataFrame:
    return gpd.read_file(BOUNDARIES / "districts.gpkg").set_index("district_code", drop=False)


@pytest.fixture(scope="module")
def settlements() -> gpd.GeoDataFrame:
    return gpd.read_file(BOUNDARIES / "settlements.gpkg")


@pytest.fixture(scope="module")
def raster() -> dict[str, np.ndarray]:
    names = ("ground_m", "clutter_class", "zone")
    found = {}
    for name in names:
        with rasterio.open(TERRAIN / f"{name}.tif") as band:
            found[name] = band.read(1)
    return found


@pytest.fixture(scope="module")
def rebuilt(sources: Sources) -> Land:
    return build_land(sources, seed=DEFAULT_SEED, progress=lambda part: None)


def transform() -> rasterio.Affine:
    with rasterio.open(TERRAIN / "ground_m.tif") as band:
        return band.transform


def inside(shapes: gpd.GeoSeries, shape: tuple[int, int], *, touched: bool = False) -> np.ndarray:
    return rasterio.features.geometry_mask(
        shapes, shape, transform(), invert=True, all_touched=touched
    )


# Boundaries


def test_districts_are_a_partition_of_the_province(districts: gpd.GeoDataFrame) -> None:
    province = gpd.read_file(BOUNDARIES / "province.gpkg").geometry.iloc[0]
    assert districts.crs.to_epsg() == 9209
    assert shapely.coverage_is_valid(districts.geometry.to_numpy())
    assert districts.area.sum() == pytest.approx(province.area, abs=100.0)
    assert sum(len(p.interiors) for p in shapely.get_parts(province)) == 0


def test_districts_carry_the_official_names_and_counts(districts: gpd.GeoDataFrame) -> None:
    communes = pd.read_csv(BOUNDARIES / "communes.csv", dtype=str)
    assert len(communes) == 216
    assert communes["commune_code"].is_unique
    assert list(districts.index) == sorted(CENSUS_2019)
    assert districts["communes"].sum() == 216
    assert districts.loc["444", "communes"] == 21
    assert districts.loc["436", "full_name"] == "Thành phố Hà Tĩnh"
    assert districts.loc["449", ["full_name", "kind"]].tolist() == ["Thị xã Kỳ Anh", "town"]
    assert districts["kind"].value_counts().to_dict() == {"district": 10, "town": 2, "city": 1}


def test_areas_are_near_the_published_ones(districts: gpd.GeoDataFrame) -> None:
    km2 = districts.area / 1e6
    assert km2.sum() == pytest.approx(5994.45, rel=0.005)
    assert km2["449"] == pytest.approx(280.0, abs=0.1)
    assert km2["447"] == pytest.approx(761.0, abs=1.0)


def test_seats_lie_in_their_districts(districts: gpd.GeoDataFrame) -> None:
    for code, seat_deg in SEATS_DEG.items():
        seat = shapely.Point(metres((seat_deg,))[0])
        assert districts.loc[code].geometry.distance(seat) < 1000.0, code


def test_partition_gives_overlaps_and_gaps_to_one_neighbour() -> None:
    left = box(0, 0, 5100, 5000)
    right = Polygon([(5000, 0), (10_000, 0), (10_000, 5000), (5200, 5000), (5200, 10), (5000, 10)])
    first, second = partition([left, right])
    assert first.intersection(second).area == 0.0
    assert first.union(second).area == pytest.approx(10_000 * 5000, rel=1e-4)


# Settlements


def test_residents_and_households_sum_to_the_census(settlements: gpd.GeoDataFrame) -> None:
    sums = settlements.groupby("district_code")[["residents", "households"]].sum()
    assert {code: tuple(row) for code, row in sums.iterrows()} == CENSUS_2019
    assert settlements["residents"].sum() == 1_288_866
    assert settlements["households"].sum() == 378_648


def test_settlements_have_a_realistic_size(settlements: gpd.GeoDataFrame) -> None:
    assert 1900 <= len(settlements) <= 2100
    assert settlements["residents"].mean() == pytest.approx(640, abs=10)
    assert settlements["residents"].min() >= 90
    assert settlements["residents"].std() > 150
    per_household = settlements["residents"] / settlements["households"]
    assert per_household.between(2.3, 5.5).all()
    assert (settlements.area / settlements["residents"]).between(40, 520).all()


def test_settlements_are_valid_disjoint_and_inside_their_district(
    settlements: gpd.GeoDataFrame, districts: gpd.GeoDataFrame
) -> None:
    shapes = settlements.geometry.to_numpy()
    assert settlements.crs.to_epsg() == 9209
    assert (settlements.geom_type == "Polygon").all()
    assert shapely.is_valid(shapes).all()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (first == second).all()
    home = districts.geometry.loc[settlements["district_code"]].to_numpy()
    assert shapely.contains(home, shapes).all()


def test_settlements_stand_outside_water(
    settlements: gpd.GeoDataFrame, raster: dict[str, np.ndarray]
) -> None:
    water = raster["clutter_class"] == 0
    assert not (inside(settlements.geometry, water.shape, touched=True) & water).any()
    layers = {
        name: gpd.read_file(BOUNDARIES / "ground.gpkg", layer=name) for name in ("sea", "lakes")
    }
    for layer in layers.values():
        area = layer.geometry.union_all()
        shapely.prepare(area)
        # The vector outlines run through pixels: a few metres of overlap are the pixel's, not ours.
        assert max(settlements.geometry.intersection(area).area) < 90.0 * 45.0


def test_outlines_are_irregular(settlements: gpd.GeoDataFrame) -> None:
    roundness = 4 * np.pi * settlements.area / settlements.length**2
    assert roundness.median() < 0.7
    assert roundness.std() > 0.08
    assert (roundness < 0.95).all()
    # A Voronoi cell is convex; a settlement is not.
    convexity = settlements.area / settlements.geometry.convex_hull.area
    assert convexity.median() < 0.9


def test_names_and_communes(settlements: gpd.GeoDataFrame) -> None:
    communes = pd.read_csv(BOUNDARIES / "communes.csv", dtype=str).set_index("commune_code")
    assert set(settlements["commune_code"]) == set(communes.index)
    own = communes.loc[settlements["commune_code"], "district_code"].to_numpy()
    assert (own == settlements["district_code"].to_numpy()).all()
    assert settlements["settlement_id"].is_unique
    assert not settlements.duplicated(["commune_code", "name"]).any()
    villages = settlements[~settlements["name"].str.startswith("Tổ dân phố ")]
    assert not villages.duplicated(["district_code", "name"]).any()
    assert villages["name"].str.match(r"^(Thôn|Bản) \S+ \S+$").all()
    town = communes.loc[settlements["commune_code"], "commune_type"].isin(TOWN_TYPES).to_numpy()
    assert (town == settlements["name"].str.startswith("Tổ dân phố ").to_numpy()).all()
    assert set(settlements["provenance"]) == {"modelled"}


def test_towns_are_dense_and_at_the_seats(settlements: gpd.GeoDataFrame) -> None:
    centres = settlements.geometry.centroid
    for code in ("436", "444", "449"):
        seat = shapely.Point(metres((SEATS_DEG[code],))[0])
        near = settlements[centres.distance(seat) < 3000.0]
        assert near["residents"].sum() > 8_000, code


@given(
    total=st.integers(1000, 200_000),
    weights=st.lists(st.floats(0.05, 20.0), min_size=1, max_size=60),
)
def test_shares_sum_exactly_and_keep_the_least(total: int, weights: list[float]) -> None:
    shares = share_out(total, np.array(weights), least=5)
    assert shares.sum() == total
    assert shares.min() >= 5
    order = np.argsort(weights, kind="stable")
    assert (np.diff(shares[order]) >= -1).all()


def test_communes_share_settlements_within_bounds() -> None:
    rng = np.random.default_rng(1)
    points = rng.uniform(0, 10_000, (90, 2))
    anchors = rng.uniform(0, 10_000, (9, 2))
    share = np.bincount(assign_communes(points, anchors), minlength=9) / 10
    assert share.min() >= LEAST_SHARE
    assert share.max() <= MOST_SHARE


def test_smoothing_stays_within_a_cell_and_keeps_the_area() -> None:
    mask = np.array(
        [[0, 0, 0, 0, 0, 0], [0, 1, 1, 1, 0, 0], [0, 1, 0, 1, 1, 0], [0, 1, 1, 1, 1, 0], [0] * 6],
        dtype=np.uint8,
    )
    (smooth,) = smooth_outlines(mask, rasterio.Affine(30.0, 0.0, 0.0, 0.0, -30.0, 0.0))
    cells = shapely.union_all(
        [box(30 * c, -30 * r - 30, 30 * c + 30, -30 * r) for r, c in np.argwhere(mask)]
    )
    assert smooth.area == pytest.approx(cells.area, rel=0.05)
    assert cells.buffer(14.0).contains(smooth)
    assert len(smooth.exterior.coords) > 8


# Terrain


def test_rasters_share_one_snapped_grid() -> None:
    province = gpd.read_file(BOUNDARIES / "province.gpkg").total_bounds
    frames = []
    for name in ("ground_m", "clutter_class", "zone"):
        with rasterio.open(TERRAIN / f"{name}.tif") as band:
            assert band.crs.to_epsg() == 9209
            assert band.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            frames.append((band.shape, band.transform, band.bounds))
    assert frames[0] == frames[1] == frames[2]
    bounds = np.array(frames[0][2])
    assert (bounds % 90.0 == 0).all()
    assert (np.abs(bounds - province) >= 30_000.0).all()
    assert (np.abs(bounds - province) < 30_090.0).all()


def test_heights_are_sane(raster: dict[str, np.ndarray], districts: gpd.GeoDataFrame) -> None:
    ground_m = raster["ground_m"]
    sea = raster["zone"] == 1
    province = inside(districts.geometry, ground_m.shape)
    assert (ground_m[sea] == 0).all()
    assert ground_m[~sea].min() >= 1
    assert ground_m[province].max() == 2235
    summit = np.unravel_index(np.argmax(np.where(province, ground_m, 0)), ground_m.shape)
    x, y = transform() * (summit[1] + 0.5, summit[0] + 0.5)
    assert np.hypot(*(np.array([x, y]) - metres(((105.43, 18.165),))[0])) < 6000.0
    # Outside figures (171 m; 26 m by residents), not forced: near them, or the province is another.
    assert ground_m[province].mean() == pytest.approx(171, abs=20)


def test_people_live_low(raster: dict[str, np.ndarray], settlements: gpd.GeoDataFrame) -> None:
    points = settlements.geometry.representative_point()
    column, row = ~transform() * (points.x.to_numpy(), points.y.to_numpy())
    height_m = raster["ground_m"][row.astype(int), column.astype(int)]
    assert np.average(height_m, weights=settlements["residents"]) == pytest.approx(26, abs=10)


def test_plain_and_ranges_are_where_they_are(raster: dict[str, np.ndarray]) -> None:
    ground_m = raster["ground_m"]

    def around(lon_deg: float, lat_deg: float, reach_m: float) -> np.ndarray:
        x, y = metres(((lon_deg, lat_deg),))[0]
        column, row = ~transform() * (x, y)
        r = int(reach_m / 90)
        return ground_m[int(row) - r : int(row) + r, int(column) - r : int(column) + r]

    assert np.median(around(105.906, 18.343, 3000)) < 20  # Hà Tĩnh city
    assert around(105.78, 18.57, 8000).max() == pytest.approx(676, abs=120)  # Hồng Lĩnh
    assert around(106.40, 17.96, 8000).max() == pytest.approx(1044, abs=200)  # Hoành Sơn
    assert np.median(around(105.20, 18.30, 5000)) > 700  # Trường Sơn
    assert np.median(around(105.70, 18.18, 2000)) < 80  # the Hương Khê valley


def test_block_means_are_kept(
    raster: dict[str, np.ndarray], rebuilt: Land, sources: Sources
) -> None:
    ground_m = raster["ground_m"].astype(float)
    row, column = block_position(rebuilt.terrain.grid, sources.elevation)
    blocks = Blocks(sources.elevation.elevation_m, row, column, raster["zone"] != 1)
    whole = blocks.count > 800
    wrong_m = np.abs(blocks.means(ground_m) - blocks.target_m)[whole]
    assert np.median(wrong_m / blocks.target_m[whole]) < 0.02
    assert np.sqrt((wrong_m**2).mean()) < 8.0  # the source's own error is about 34 m


def test_plains_are_flat_and_mountains_are_not(
    raster: dict[str, np.ndarray], sources: Sources, rebuilt: Land
) -> None:
    ground_m = raster["ground_m"].astype(float)
    row, column = block_position(rebuilt.terrain.grid, sources.elevation)
    blocks = Blocks(sources.elevation.elevation_m, row, column, raster["zone"] != 1)
    spread_m = np.sqrt(np.maximum(blocks.means(ground_m**2) - blocks.means(ground_m) ** 2, 0.0))
    whole = blocks.count > 800
    plain, high = blocks.target_m < 15, blocks.target_m > 600
    assert np.median(spread_m[whole & plain]) < 10
    assert 100 < np.median(spread_m[whole & high]) < 300


def test_grey_to_metres_passes_through_the_published_means(sources: Sources) -> None:
    knots = dict(GREY_TO_M)
    published = {100: 18, 110: 51, 120: 114, 130: 205, 140: 348, 150: 518, 160: 685, 170: 902}
    assert {grey: knots[grey] for grey in published} == published
    elevation_m = sources.elevation.elevation_m
    with rasterio.open(DATA / "sources" / source_files.ELEVATION_FILE) as band:
        grey = band.read(1)
    order = np.argsort(grey.ravel(), kind="stable")
    assert (np.diff(elevation_m.ravel()[order]) >= 0).all()
    assert elevation_m[grey == 130] == pytest.approx(205.0)


def test_water_drains_downhill_to_the_exit() -> None:
    rng = np.random.default_rng(3)
    cost = rng.uniform(1.0, 3.0, (30, 40))
    exits = Exits(np.array([0]), np.zeros(cost.size))
    height, parent, step_m = drain(cost, exits, 10.0)
    flat = height.ravel()
    others = np.arange(1, cost.size)
    assert (flat[parent[others]] < flat[others]).all()
    assert accumulate(parent)[0] == cost.size
    assert set(np.round(step_m[others], 3)) <= {10.0, 14.142}
    # Continuous: no neighbour is farther up than the dearest step.
    assert np.abs(np.diff(height, axis=1)).max() <= 3.0


# Clutter and zones


def test_clutter_agrees_with_settlements(
    raster: dict[str, np.ndarray], settlements: gpd.GeoDataFrame
) -> None:
    classes = pd.read_csv(TERRAIN / "clutter_classes.csv")
    assert classes["class"].tolist() == [0, 1, 2, 3, 4]
    assert classes["height_m"].tolist() == [0, 0, 8, 12, 15]
    built = np.isin(raster["clutter_class"], [2, 3])
    assert (built == inside(settlements.geometry, built.shape)).all()
    town = settlements["name"].str.startswith("Tổ dân phố ")
    assert ((raster["clutter_class"] == 3) == inside(settlements.geometry[town], built.shape)).all()


def test_zones_follow_the_recommendation(raster: dict[str, np.ndarray]) -> None:
    zone, ground_m = raster["zone"], raster["ground_m"]
    assert set(np.unique(zone)) == {1, 3, 4}
    distance_m = ndimage.distance_transform_edt(zone != 1) * 90.0
    coastal = (ground_m < 100) & (distance_m <= 50_000.0) & (zone != 1)
    assert ((zone == 3) == coastal).all()


# Files


def test_no_openstreetmap_data_is_used() -> None:
    listed = {
        source_files.DISTRICTS_FILE,
        source_files.COMMUNES_FILE,
        source_files.GROUND_FILE,
        source_files.ELEVATION_FILE,
        *source_files.PLACES_FILES,
    }
    present = {p.name for p in (DATA / "sources").iterdir()}
    assert present == listed | {"README.md", "SHA256SUMS"}
    assert not [p for p in DATA.rglob("*") if "osm" in p.name.lower()]


@pytest.mark.parametrize("folder", ["sources", "boundaries", "terrain"])
def test_checksums_hold(folder: str) -> None:
    lines = (DATA / folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    recorded = dict(reversed(line.split("  ")) for line in lines)
    assert recorded
    assert {name: sha256_of(DATA / folder / name) for name in recorded} == recorded


def test_a_rebuild_gives_the_same_land(
    rebuilt: Land,
    raster: dict[str, np.ndarray],
    districts: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
) -> None:
    assert np.array_equal(rebuilt.terrain.ground_m, raster["ground_m"])
    assert np.array_equal(rebuilt.clutter, raster["clutter_class"])
    assert np.array_equal(rebuilt.zone, raster["zone"])
    for now, before in ((rebuilt.districts, districts), (rebuilt.settlements, settlements)):
        columns = [name for name in now.columns if name != "geometry"]
        left, right = now[columns].astype(str), before[columns].astype(str)
        assert left.to_numpy().tolist() == right.to_numpy().tolist()
        assert shapely.equals_exact(now.geometry.to_numpy(), before.geometry.to_numpy(), 1e-6).all()


def test_writing_twice_gives_the_same_bytes(
    rebuilt: Land, sources: Sources, tmp_path: Path
) -> None:
    written = []
    for name in ("first", "second"):
        folder = tmp_path / name
        (folder / "sources").mkdir(parents=True)
        write_land(rebuilt, sources, data=folder)
        written.append(
            {p.relative_to(folder): sha256_of(p) for p in folder.rglob("*") if p.is_file()}
        )
    assert len(written[0]) > 8
    assert written[0] == written[1]
    assert not [path for path in written[0] if path.name.startswith(".")]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_text(path, "old\n")
    broken = "\ud800"  # a lone surrogate: UTF-8 cannot write it
    with pytest.raises(UnicodeEncodeError):
        write_text(path, broken)
    assert path.read_text(encoding="utf-8") == "old\n"
    assert list(tmp_path.iterdir()) == [path]
