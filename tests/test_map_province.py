"""The reference province's page is light enough for e-mail and quick to open."""

import geopandas as gpd
import map_world as world
import numpy as np
import pandas as pd
import pytest
from map_browser import Visit, open_browser
from scipy.ndimage import gaussian_filter

from htcoverage.figures import CoverCriteria
from htcoverage.gaps import find_gaps
from htcoverage.grid import make_grid
from htcoverage.maps import make_map, save_map

MOST_BYTES = 4_000_000
MOST_MS = 2_000


@pytest.fixture(scope="module")
def browser():
    with open_browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def page(tmp_path_factory, request):
    """All of the province's tables, under invented levels as rough as predicted ones."""
    data = request.config.rootpath / "data"
    districts = gpd.read_file(data / "boundaries" / "districts.gpkg")
    settlements = gpd.read_file(data / "boundaries" / "settlements.gpkg")
    spans = gpd.read_file(data / "fibre" / "spans.gpkg")
    ledger = pd.read_csv(data / "bts" / "bts.csv")
    bts = gpd.GeoDataFrame(
        ledger,
        geometry=gpd.points_from_xy(ledger["longitude"], ledger["latitude"]),
        crs="EPSG:4326",
    )
    west, south, east, north = districts.total_bounds
    coverage = world.coverage(
        "Viettel",
        "VinaPhone",
        "MobiFone",
        grid=make_grid((west - 500, south - 500, east + 500, north + 500)),
    )
    rng = np.random.default_rng(11)
    noise = [rng.normal(size=coverage["level_dbm"].shape[1:]) for _ in coverage["layer"]]
    level = [-82 + 400 * gaussian_filter(n, 12) + 2.5 * rng.permutation(n) for n in noise]
    coverage = coverage.assign(level_dbm=(("layer", "y", "x"), np.stack(level).astype("f4")))
    ground = {
        name: gpd.read_file(data / "boundaries" / "ground.gpkg", layer=name)
        for name in ("sea", "rivers")
    }
    path = tmp_path_factory.mktemp("province") / "map.html"
    chart = make_map(
        coverage,
        settlements,
        districts,
        bts,
        spans,
        find_gaps(coverage, settlements, districts, bts),
        criteria=CoverCriteria(),
        title="Hà Tĩnh",
        ground=ground,
    )
    save_map(chart, path)
    return path


def test_the_page_is_light(page):
    assert page.stat().st_size < MOST_BYTES


@pytest.mark.browser
def test_the_page_is_soon_interactive_and_shows_every_layer(browser, page):
    visit = Visit(browser, page)
    painted_ms = visit.page.evaluate(
        """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
            () => done(performance.now()))))"""
    )
    assert painted_ms < MOST_MS
    for name in ("Sites", "Settlements", "Fibre"):
        visit.page.get_by_label(name, exact=True).check()
    visit.page.locator("#htc-search").fill("thon")
    assert visit.page.locator("#htc-hits li").count() == 8
    visit.quiet()
    visit.context.close()
