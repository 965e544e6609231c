"""Small worlds with one hindrance each: what is in the way is what is named."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from figures_world import make_districts
from odc.geo.geobox import GeoBox
from pyproj import Geod

from htcoverage.coverage import compute_coverage
from htcoverage.crs import WGS84, transformer
from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria
from htcoverage.gaps import find_gaps, why_words
from htcoverage.gaps.why import _reason
from htcoverage.grid import make_grid
from htcoverage.profile import path_profile
from htcoverage.terrain import Terrain

CRS = "EPSG:9209"
WEST_M, SOUTH_M = 540_000.0, 2_016_000.0
SIDE_M = 8_100.0
POSTING_M = 90.0
SIZE = int(SIDE_M / POSTING_M)
GRID = make_grid((WEST_M, SOUTH_M, WEST_M + 8_100, SOUTH_M + 8_100))
#: 5 km east of the mast.
MAST = WEST_M + 1_545.0, SOUTH_M + 4_095.0
HOME = shapely.box(WEST_M + 6_500, SOUTH_M + 4_000, WEST_M + 6_700, SOUTH_M + 4_200)
DISTRICTS = make_districts(
    ("w", shapely.box(WEST_M, SOUTH_M, WEST_M + 8_000, SOUTH_M + 8_000)),
)


def terrain(*, ground_m=None, clutter_m=None) -> Terrain:
    none = np.zeros((SIZE, SIZE), np.float32)
    return Terrain(
        ground_m=none if ground_m is None else ground_m.astype(np.float32),
        clutter_class=np.zeros((SIZE, SIZE), np.uint8),
        clutter_height_m=none if clutter_m is None else clutter_m.astype(np.float32),
        zone=np.full((SIZE, SIZE), 4, np.uint8),
        geobox=GeoBox.from_bbox(
            (WEST_M, SOUTH_M, WEST_M + SIDE_M, SOUTH_M + SIDE_M),
            crs=CRS, shape=(SIZE, SIZE), tight=True,
        ),
    )  # fmt: skip


def wall(height_m: float, column: int) -> np.ndarray:
    """Return a ridge from north to south, three postings wide around the column."""
    ground = np.zeros((SIZE, SIZE))
    ground[:, column - 1 : column + 2] = height_m
    return ground


#: Terrain columns: the mast stands in column 17, the homes in 72 to 74.
OPEN = terrain()
HILL = terrain(ground_m=wall(150.0, 55))
TREES = terrain(clutter_m=wall(25.0, 68))


def cell(cell_id: str, bts_id: str, **changed) -> dict:
    row = {
        "cell_id": cell_id, "bts_id": bts_id, "band_mhz": 1800.0, "bandwidth_mhz": 20.0,
        "antenna_height_m": 30.0, "azimuth_deg": 0.0, "electrical_tilt_deg": 0.0,
        "mechanical_tilt_deg": 0.0, "antenna": "omni", "antenna_gain_dbi": 17.0,
        "feeder_loss_db": 1.0, "port_power_dbm": 43.0, "cpich_power_dbm": 33.0, "rs_boost_db": 0.0,
    }  # fmt: skip
    return row | changed


def station(bts_id: str, site_id: str, operator="Viettel", technology="4G", place=MAST) -> dict:
    lon, lat = transformer(CRS, WGS84).transform(*place)
    return {
        "bts_id": bts_id, "site_id": site_id, "operator": operator, "technology": technology,
        "geometry": shapely.Point(lon, lat),
    }  # fmt: skip


def gaps_of(
    ground: Terrain, stations, cells, *, radius_km=15.0, by=None, home=HOME, **asked
) -> gpd.GeoDataFrame:
    bts = gpd.GeoDataFrame(stations, geometry="geometry", crs=WGS84)
    table = pd.DataFrame(cells)
    homes = gpd.GeoDataFrame(
        {"settlement_id": ["s"], "name": ["Thôn s"], "district_code": ["w"], "residents": [60.0]},
        geometry=[home], crs=CRS,
    )  # fmt: skip
    coverage = compute_coverage(
        bts, table, ground, GRID, area=homes, radius_km=radius_km, **(by or {})
    )
    return find_gaps(coverage, homes, DISTRICTS, bts, terrain=ground, cells=table, **asked)


def test_one_mast_reaches_over_open_ground():
    assert len(gaps_of(OPEN, [station("b", "m")], [cell("c", "b")])) == 0


def test_a_hill_in_the_way_is_named_by_place_and_height():
    gap = gaps_of(HILL, [station("b", "m")], [cell("c", "b")]).iloc[0]
    assert (gap["why"], gap["why_cell_id"], gap["why_site_id"]) == ("terrain", "c", "m")
    # Column 55 is centred 4 995 m from the west edge, 3.45 km from the mast.
    x, _ = transformer(WGS84, CRS).transform(gap["obstacle_lon"], gap["obstacle_lat"])
    assert x - WEST_M == pytest.approx(4_995.0, abs=140.0)
    assert gap["obstacle_m"] == pytest.approx(150.0, abs=0.1)
    assert gap["obstacle_km"] == pytest.approx(gap["why_site_km"] - 3.45, abs=0.14)
    # Told again by the profile of the same path.
    lon, lat = transformer(CRS, WGS84).transform(*MAST)
    path = path_profile(
        HILL, (lon, lat), (gap["why_lon"], gap["why_lat"]), tx_height_m=30.0, freq_mhz=1800.0
    )
    assert path.distance_km == pytest.approx(gap["why_site_km"])
    assert path.obstacle.ground_m == gap["obstacle_m"]
    height, km = f"{gap['obstacle_m']:.0f}", f"{gap['obstacle_km']:.1f}"
    assert why_words(gap) == f"terrain shadow: hill of {height} m, {km} km away"
    comma = km.replace(".", ",")
    expected = f"bị địa hình che khuất: đồi núi cao {height} m, cách {comma} km"
    assert why_words(gap, language="vi") == expected


def test_a_gap_of_another_model_is_told_by_the_path_of_p1812():
    by = {"model": "p526-edges"}
    gap = gaps_of(HILL, [station("b", "m")], [cell("c", "b")], by=by).iloc[0]
    own = gaps_of(HILL, [station("b", "m")], [cell("c", "b")]).iloc[0]
    assert (gap["why"], gap["why_by"], own["why_by"]) == ("terrain", "ITU-R P.1812-8", None)
    # Another pixel may speak for the gap; the hill is the same.
    assert gap["obstacle_m"] == own["obstacle_m"]
    place = ["obstacle_lon", "obstacle_lat"]
    assert gap[place].tolist() == pytest.approx(own[place].tolist(), abs=1e-3)
    assert why_words(gap).startswith("terrain shadow: hill of 150 m, ")
    assert why_words(gap).endswith(" km away (by the path of ITU-R P.1812-8)")
    assert "theo đường truyền của ITU-R P.1812-8" in why_words(gap, language="vi")


def test_where_p1812_would_cover_the_model_is_the_reason():
    # Over open ground the other model's city takes what P.1812 leaves.
    by = {"model": "cost231", "environment": "metropolitan"}
    gap = gaps_of(OPEN, [station("b", "m")], [cell("c", "b")], by=by).iloc[0]
    assert gap["why"] == "model"
    assert why_words(gap) == "the model chosen sees less (by the path of ITU-R P.1812-8)"
    # Too weak by any model is too far.
    weak = cell("c", "b", port_power_dbm=20.0)
    assert gaps_of(OPEN, [station("b", "m")], [weak], by=by).iloc[0]["why"] == "too_far"


def test_trees_in_the_way_are_clutter_and_no_hill():
    gap = gaps_of(TREES, [station("b", "m")], [cell("c", "b")]).iloc[0]
    assert gap["why"] == "clutter"
    assert np.isnan(
        gap[["obstacle_lon", "obstacle_lat", "obstacle_m", "obstacle_km"]].tolist()
    ).all()
    assert why_words(gap) == "behind trees or buildings"


def test_trees_that_are_not_what_decides_are_not_blamed():
    both = terrain(ground_m=wall(150.0, 55), clutter_m=wall(25.0, 68))
    assert gaps_of(both, [station("b", "m")], [cell("c", "b")]).iloc[0]["why"] == "terrain"


def test_a_weak_station_over_open_ground_is_too_far():
    for ground in (OPEN, HILL, TREES):
        weak = cell("c", "b", port_power_dbm=20.0)
        gap = gaps_of(ground, [station("b", "m")], [weak]).iloc[0]
        assert gap["why"] == "too_far"
        assert gap["why_site_km"] == pytest.approx(5.05, abs=0.15)


def test_beyond_the_computed_radius_is_too_far():
    near = station("o", "near", operator="MobiFone", place=(WEST_M + 5_545.0, SOUTH_M + 4_095.0))
    stations, cells = [station("b", "m"), near], [cell("c", "b"), cell("o", "o")]
    # The hill would be to blame if the path had been computed at all.
    for ground in (OPEN, HILL):
        gap = gaps_of(ground, stations, cells, radius_km=4.0, operator="Viettel").iloc[0]
        assert gap["no_level_share"] == 1.0
        assert gap["why"] == "too_far"


def test_an_antenna_that_looks_away_is_told_from_distance():
    away = cell("c", "b", antenna="3gpp-36814", azimuth_deg=270.0)
    assert gaps_of(OPEN, [station("b", "m")], [away]).iloc[0]["why"] == "beam"
    towards = cell("c", "b", antenna="3gpp-36814", azimuth_deg=90.0)
    assert len(gaps_of(OPEN, [station("b", "m")], [towards])) == 0


def test_the_sector_that_looks_here_is_judged():
    sectors = [
        cell(f"c{azimuth}", "b", antenna="3gpp-36814", azimuth_deg=azimuth, port_power_dbm=20.0)
        for azimuth in (0.0, 90.0, 180.0, 270.0)
    ]
    for order in (sectors, sectors[::-1]):
        assert gaps_of(OPEN, [station("b", "m")], order).iloc[0]["why_cell_id"] == "c90.0"


def test_the_strongest_over_free_space_is_judged_not_the_nearest():
    near = WEST_M + 5_545.0, SOUTH_M + 4_095.0
    stations = [station("b", "m"), station("n", "near", place=near)]
    cells = [cell("c", "b"), cell("weak", "n", port_power_dbm=10.0)]
    gap = gaps_of(HILL, stations, cells).iloc[0]
    assert (gap["nearest_site_id"], gap["why_site_id"], gap["why"]) == ("near", "m", "terrain")
    # With the same power the near one covers.
    assert len(gaps_of(HILL, stations, [cell("c", "b"), cell("weak", "n")])) == 0


def test_of_two_technologies_and_operators_the_one_that_lacks_is_judged():
    stations = [
        station("b3", "m", technology="3G"), station("b4", "m"),
        station("o4", "m", operator="MobiFone"),
    ]  # fmt: skip
    cells = [
        cell("c3", "b3", band_mhz=900.0), cell("c4", "b4", port_power_dbm=20.0), cell("o", "o4"),
    ]  # fmt: skip

    def judged(technology: str, operator: str) -> list[str]:
        found = gaps_of(OPEN, stations, cells, technology=technology, operator=operator)
        return found["why_cell_id"].tolist()

    assert judged("both", "Viettel") == ["c4"]
    assert judged("4G", "all") == ["c4"]
    assert judged("4G", "Viettel") == ["c4"]
    assert judged("4G", "any") == judged("any", "Viettel") == []


def test_the_median_and_the_margin_ask_for_different_levels():
    stations, cells = [station("b", "m")], [cell("c", "b")]
    reasons = {
        probability: gaps_of(
            TREES, stations, cells, criteria=CoverCriteria(cell_edge_probability=probability)
        )["why"].tolist()
        for probability in (0.5, 0.9, 0.9999)
    }
    assert reasons == {0.5: ["clutter"], 0.9: ["clutter"], 0.9999: ["too_far"]}
    at_median = gaps_of(TREES, stations, cells, basis="median")["missing_db"].tolist()
    at_edge = gaps_of(TREES, stations, cells)["missing_db"].tolist()
    assert at_edge == pytest.approx([at_median[0] + CoverCriteria().margin_db])


def test_without_a_site_of_the_kind_there_is_no_reason():
    stations = [station("b", "m"), station("off", "m", technology="3G") | {"status": "off-air"}]
    stations[0]["status"] = "on-air"
    bts = gpd.GeoDataFrame(stations, geometry="geometry", crs=WGS84)
    cells = pd.DataFrame([cell("c", "b", port_power_dbm=20.0)])
    homes = gpd.GeoDataFrame(
        {"settlement_id": ["s"], "name": ["s"], "district_code": ["w"], "residents": [60.0]},
        geometry=[HOME], crs=CRS,
    )  # fmt: skip
    coverage = compute_coverage(bts, cells, OPEN, GRID, area=homes)
    gap = find_gaps(
        coverage, homes, DISTRICTS, bts.iloc[1:], terrain=OPEN, cells=cells
    ).iloc[0]  # fmt: skip
    assert gap["why"] is None
    assert np.isnan(gap["why_site_km"])
    assert why_words(gap) == why_words({"why": np.nan}) == why_words({}) == ""


def test_terrain_and_cells_go_together_and_in_the_same_crs():
    bts = gpd.GeoDataFrame([station("b", "m")], geometry="geometry", crs=WGS84)
    cells = pd.DataFrame([cell("c", "b", port_power_dbm=20.0)])
    homes = gpd.GeoDataFrame(
        {"settlement_id": ["s"], "name": ["s"], "district_code": ["w"], "residents": [60.0]},
        geometry=[HOME], crs=CRS,
    )  # fmt: skip
    coverage = compute_coverage(bts, cells, OPEN, GRID, area=homes)
    with pytest.raises(InputError, match="terrain and cells together"):
        find_gaps(coverage, homes, DISTRICTS, bts, cells=cells)
    with pytest.raises(InputError, match="terrain and cells together"):
        find_gaps(coverage, homes, DISTRICTS, bts, terrain=OPEN)
    elsewhere = gpd.GeoDataFrame(geometry=[], crs="EPSG:32648")
    other = Terrain(
        OPEN.ground_m, OPEN.clutter_class, OPEN.clutter_height_m, OPEN.zone,
        GeoBox(OPEN.geobox.shape, OPEN.geobox.affine, str(elsewhere.crs)),
    )  # fmt: skip
    with pytest.raises(InputError, match="terrain in EPSG:9209"):
        find_gaps(coverage, homes, DISTRICTS, bts, terrain=other, cells=cells)


def test_the_nearest_fibre_runs_so_far_from_the_outline():
    east_m = WEST_M + 6_700 + 300
    spans = gpd.GeoDataFrame(
        {"span_id": ["far", "near"]},
        geometry=[
            shapely.LineString([(WEST_M, SOUTH_M), (WEST_M + 8_000, SOUTH_M)]),
            shapely.LineString([(east_m, SOUTH_M), (east_m, SOUTH_M + 9_000)]),
        ],
        crs=CRS,
    )  # fmt: skip
    weak = [cell("c", "b", port_power_dbm=20.0)]
    gap = gaps_of(OPEN, [station("b", "m")], weak, spans=spans.to_crs(WGS84)).iloc[0]
    assert gap["nearest_span_id"] == "near"
    assert gap["nearest_span_km"] == pytest.approx(0.3, abs=1e-3)
    none = gaps_of(OPEN, [station("b", "m")], weak, spans=spans.iloc[:0]).iloc[0]
    assert none["nearest_span_id"] is None
    assert np.isnan(none["nearest_span_km"])


def test_the_columns_are_the_same_where_there_is_no_gap():
    spans = gpd.GeoDataFrame(
        {"span_id": ["a"]}, geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=CRS
    )
    none = gaps_of(OPEN, [station("b", "m")], [cell("c", "b")], spans=spans)
    some = gaps_of(HILL, [station("b", "m")], [cell("c", "b")], spans=spans)
    assert len(none) == 0
    assert len(some) == 1
    assert none.columns.tolist() == some.columns.tolist()
    assert none.dtypes.tolist() == some.dtypes.tolist()


def test_azimuths_are_from_true_north_and_not_from_that_of_the_grid():
    stations = [station("b", "m")]
    house = shapely.box(WEST_M + 6_620, SOUTH_M + 4_120, WEST_M + 6_660, SOUTH_M + 4_160)
    gap = gaps_of(HILL, stations, [cell("c", "b")], home=house).iloc[0]
    lon, lat = transformer(CRS, WGS84).transform(*MAST)
    true_deg, _, _ = Geod(ellps="WGS84").inv(lon, lat, gap["why_lon"], gap["why_lat"])
    x, y = transformer(WGS84, CRS).transform(gap["why_lon"], gap["why_lat"])
    grid_deg = np.degrees(np.arctan2(x - MAST[0], y - MAST[1]))
    # East of the central meridian the grid's north lies east of the true one.
    assert 0.05 < true_deg - grid_deg < 0.5
    # Two sectors, parted halfway between the two bearings: the true one is the right one's.
    middle = 0.5 * (true_deg + grid_deg)
    sectors = [
        cell(name, "b", azimuth_deg=(middle + turn) % 360.0, antenna="3gpp-36814")
        for name, turn in (("left", -60.0), ("right", 60.0))
    ]
    assert gaps_of(HILL, stations, sectors, home=house).iloc[0]["why_cell_id"] == "right"


@pytest.mark.parametrize(("ground", "why"), [(HILL, "terrain"), (TREES, "clutter")])
def test_where_the_exact_path_would_cover_what_gains_is_to_blame(ground, why):
    """The sweep's own accuracy may leave a gap where the path by itself just reaches."""
    ends = [transformer(CRS, WGS84).transform(*place) for place in (MAST, HOME.centroid.coords[0])]
    actual, bare = (
        path_profile(
            each, tx_lon_lat=ends[0], rx_lon_lat=ends[1], tx_height_m=30.0, rx_height_m=1.5,
            freq_mhz=1800.0,
        )
        for each in (ground, replace(ground, clutter_height_m=np.zeros((SIZE, SIZE), np.float32)))
    )  # fmt: skip
    enough_db = actual.path_loss_db + 0.1
    assert _reason(actual, bare, enough_db, 0.0, 15.0) == why
    assert _reason(actual, bare, enough_db, 0.0, 1.0) == "too_far"
