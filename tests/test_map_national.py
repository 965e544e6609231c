"""A national map, of 100,000 sites, is light enough to send and opens."""

import geopandas as gpd
import map_world as world
import numpy as np
import pytest
import shapely
from map_browser import Visit, open_browser
from scipy.ndimage import gaussian_filter

from htcoverage.figures import CoverCriteria
from htcoverage.grid import make_grid
from htcoverage.maps import make_map, save_map

MOST_BYTES = 30_000_000
MOST_MS = 10_000
SITES, SETTLEMENTS, DISTRICTS = 100_000, 20_000, (42, 16)
#: Size of the invented country, km: west to east, south to north.
WIDTH_KM, HEIGHT_KM = 480, 1_260
WEST, SOUTH = 260_000.0, 1_200_000.0


def districts():
    rows, cols = DISTRICTS
    height, width = 1000 * HEIGHT_KM / rows, 1000 * WIDTH_KM / cols
    boxes = [
        shapely.segmentize(
            shapely.box(
                WEST + col * width, SOUTH + row * height,
                WEST + (col + 1) * width, SOUTH + (row + 1) * height,
            ),
            2_000,
        )
        for row in range(rows)
        for col in range(cols)
    ]  # fmt: skip
    names = [f"Huyện {number}" for number in range(len(boxes))]
    return gpd.GeoDataFrame(
        {"district_code": [f"{k:03d}" for k in range(len(boxes))], "full_name": names},
        geometry=boxes,
        crs=world.CRS,
    )


def places(rng, count):
    east = WEST + rng.uniform(0, 1000 * WIDTH_KM, count)
    return np.column_stack([east, SOUTH + rng.uniform(0, 1000 * HEIGHT_KM, count)])


def settlements(rng):
    centres = places(rng, SETTLEMENTS)
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radii = rng.uniform(150, 400, (SETTLEMENTS, len(angles)))
    x = centres[:, :1] + radii * np.cos(angles)
    y = centres[:, 1:] + radii * np.sin(angles)
    return gpd.GeoDataFrame(
        {
            "settlement_id": [f"S{k:05d}" for k in range(SETTLEMENTS)],
            "name": [f"Thôn Đông Hà {k}" for k in range(SETTLEMENTS)],
            "district_code": rng.choice([f"{k:03d}" for k in range(672)], SETTLEMENTS),
            "residents": rng.integers(100, 2_000, SETTLEMENTS),
            "households": rng.integers(30, 600, SETTLEMENTS),
            "provenance": "modelled",
        },
        geometry=shapely.polygons(np.stack([x, y], axis=-1)),
        crs=world.CRS,
    )


def bts(rng):
    """Sites of one to four base stations each, under names as long as real ones."""
    site = np.repeat(np.arange(SITES), rng.integers(1, 5, SITES))
    first = np.r_[0, np.flatnonzero(np.diff(site)) + 1]
    turn = np.arange(len(site)) - first[site]
    at = places(rng, SITES)[site]
    operators = np.array(["Viettel", "Viettel", "VinaPhone", "MobiFone"])[turn]
    technologies = np.array(["4G", "3G", "4G", "4G"])[turn]
    return gpd.GeoDataFrame(
        {
            "bts_id": [f"VN{s:06d}-{t}" for s, t in zip(site, turn, strict=True)],
            "site_id": [f"VN{s:06d}" for s in site],
            "site_name": [f"Trạm {s} – Thôn Đỉnh Cao {s % 977}" for s in site],
            "operator": operators,
            "technology": technologies,
            "status": "on-air",
            "provenance": "modelled",
        },
        geometry=gpd.points_from_xy(at[:, 0], at[:, 1]),
        crs=world.CRS,
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    rng = np.random.default_rng(5)
    areas = districts()
    grid = make_grid(tuple(areas.total_bounds), resolution_m=500)
    cover = world.coverage("Viettel", "VinaPhone", "MobiFone", grid=grid)
    level = [
        -88 + 260 * gaussian_filter(rng.normal(size=grid.shape), 8) + rng.normal(0, 1, grid.shape)
        for _ in cover["layer"]
    ]
    cover = cover.assign(level_dbm=(("layer", "y", "x"), np.stack(level).astype("f4")))
    chart = make_map(
        cover, settlements(rng), areas, bts(rng), criteria=CoverCriteria(), title="Việt Nam"
    )
    path = tmp_path_factory.mktemp("nation") / "map.html"
    save_map(chart, path)
    return path


@pytest.mark.browser
def test_a_national_map_is_light_and_opens_and_shows_its_sites(page):
    assert page.stat().st_size < MOST_BYTES
    with open_browser() as browser:
        visit = Visit(browser, page)
        opened_ms = visit.page.evaluate("performance.now()")
        assert opened_ms < MOST_MS
        visit.page.get_by_label("Sites").check()
        assert visit.page.evaluate("HTC.sites().length") == SITES
        visit.page.locator("#htc-search").fill("tram 99999")
        assert "Trạm 99999" in visit.page.locator("#htc-hits [aria-selected=true]").inner_text()
        visit.page.keyboard.press("Enter")
        visit.page.locator(".leaflet-popup-content").wait_for()
        assert "VN099999" in visit.page.locator(".leaflet-popup-content").inner_text()
        visit.quiet()
        visit.context.close()
