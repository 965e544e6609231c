"""What the map says of a run: why gaps are, how far the sea goes, figures, date, sources."""

import json
import re

import geopandas as gpd
import map_world as world
import numpy as np
import pytest
import run_world
import shapely
from map_browser import Visit, open_browser

from htcoverage.crs import WGS84, reproject, transformer
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.files import sha256_of
from htcoverage.gaps import find_gaps
from htcoverage.labels import label
from htcoverage.maps import make_map, save_map
from htcoverage.maps.layers import stretched
from htcoverage.reference import REPORTED, load_reference
from htcoverage.run import write_run
from htcoverage.run.facts import bundled_files, map_facts, terrain_words

HILL = (11_300, 4_300)  # metres from the world's corner


@pytest.fixture(scope="module")
def parts():
    homes, areas = world.settlements("Thôn A", "Bản Rào Tre"), world.districts("C", "D")
    stations = world.bts("E", "Viettel", "MobiFone")
    cover = world.coverage("Viettel", "MobiFone")
    return cover, homes, areas, stations


@pytest.fixture(scope="module")
def gaps(parts):
    cover, homes, areas, stations = parts
    hill = transformer(world.CRS, WGS84).transform(world.WEST + HILL[0], world.SOUTH + HILL[1])
    return world.with_reason(find_gaps(cover, homes, areas, stations), hill)


def data_of(chart):
    page = chart.get_root().render()
    return json.loads(re.search(r'id="htc-data">(.*?)</script>', page, re.DOTALL)[1])


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "terrain shadow: hill of 312\u00a0m, 1.3\u00a0km away"),
        ("vi", "bị địa hình che khuất: đồi núi cao 312\u00a0m, cách 1,3\u00a0km"),
    ],
)
def test_a_gap_says_why_and_where_the_hill_is(parts, gaps, lang, words):
    cover, homes, areas, stations = parts
    data = data_of(
        make_map(cover, homes, areas, stations, gaps=gaps, criteria=CoverCriteria(), language=lang)
    )
    theme = data["themes"]["gaps"]
    assert theme["columns"][theme["fields"].index(label("why", lang))] == [words]
    [sight] = data["sights"]
    x, y = transformer(WGS84, world.CRS).transform(sight[3], sight[2])
    assert (x - world.WEST, y - world.SOUTH) == pytest.approx(HILL, abs=1.5)


def test_a_gap_read_from_a_file_may_have_no_reason(parts, gaps, tmp_path):
    cover, homes, areas, stations = parts
    gaps.assign(why=None, obstacle_lat=np.nan).to_file(tmp_path / "g.gpkg")
    back = gpd.read_file(tmp_path / "g.gpkg")
    data = data_of(make_map(cover, homes, areas, stations, gaps=back, criteria=CoverCriteria()))
    theme = data["themes"]["gaps"]
    assert theme["columns"][theme["fields"].index("why")] == [None]
    assert data["sights"] == [None]


def test_cover_alone_has_a_picture_and_no_level(parts):
    cover, homes, areas, stations = parts
    own = cover.sel(layer=["viettel_3g", "viettel_4g"])
    union = cover.sel(layer=["any_3g", "any_4g"])
    alone = data_of(make_map(own, homes, areas, stations, criteria=CoverCriteria()))
    both = data_of(
        make_map(own, homes, areas, stations, criteria=CoverCriteria(), cover_only=union)
    )
    names = [[layer["id"] for layer in data["surfaces"]["layers"]] for data in (alone, both)]
    assert not any(name.endswith(":any") for name in names[0])
    assert set(names[1]) - set(names[0]) == {"cover:4G:any", "cover:3G:any", "cover:any:any"}


def test_sea_goes_on_beyond_its_data_but_never_over_the_land():
    land = world.districts("A", "B")  # 1 to 13 km east, 1 to 9 km north
    coast = world.box(12_500, 0, 14_000, 10_000)
    island = world.box(13_200, 4_000, 13_400, 4_200)
    sea = gpd.GeoDataFrame(geometry=[coast.difference(island)], crs=world.CRS)
    [wide] = stretched(sea, reproject(land, WGS84)).geometry
    assert wide.is_valid
    west, south, east, north = wide.bounds
    assert west == world.WEST + 12_500  # the coast
    width = 12_000
    assert east > world.WEST + 14_000 + 3 * width
    assert north > world.SOUTH + 10_000 + 3 * width
    assert south < world.SOUTH - 3 * width
    [hole] = wide.interiors
    assert shapely.Polygon(hole).equals(island)
    frame = shapely.box(*land.total_bounds)
    assert wide.intersection(frame).equals(sea.geometry[0].intersection(frame))


@pytest.fixture(scope="module")
def figures(parts):
    cover, homes, areas, _ = parts
    return compute_figures(cover, homes, areas, criteria=CoverCriteria(), area_levels=("province",))


@pytest.fixture(scope="module")
def reference_inputs():
    return [
        {"file": path.name, "sha256": sha256_of(path)}
        for path in load_reference().files.values()
    ] + [{"file": n, "sha256": d} for n, d in load_reference().terrain.sources]  # fmt: skip


def test_figures_stand_beside_the_reported_one_with_date_and_sources(figures, reference_inputs):
    facts = map_facts(figures, reference_inputs, reported=REPORTED, drawn=True)
    # Of two settlements of 1 km² each, one lies in the hole.
    assert facts["4G"] == (
        "50 % of residential area at the median (50 %), 50 % at cell edge 90 % (any operator)"
    )
    assert facts["3G or 4G"] == "50 %, 50 %"
    assert facts["reported"].startswith("99 % of residential areas (October 2023)")
    assert "October 2023" in facts["Date of data"]
    assert "modelled" in facts["Date of data"]
    for words in ("geoBoundaries", "CC BY-SA 4.0", "GSHHG", "LGPL-3", "GeoNames", "CC BY 4.0"):
        assert words in facts["Sources"]
    assert "terrain modelled" in facts["Sources"]
    vietnamese = map_facts(figures, reference_inputs, reported=REPORTED, drawn=True, language="vi")
    assert len(vietnamese) == len(facts)
    assert "10/2023" in vietnamese["công bố"]
    assert "địa hình mô hình hóa" in vietnamese["Nguồn"]


def test_one_carriers_figures_do_not_stand_beside_what_is_reported_of_all(
    figures, reference_inputs
):
    facts = map_facts(figures, reference_inputs, reported=REPORTED, drawn=True, operator="Viettel")
    assert "reported" not in facts
    assert facts["4G"].endswith("(Viettel)")
    assert "October 2023" in facts["Date of data"]


def test_layers_of_the_users_own_are_given_no_sources_of_ours(figures):
    own = [{"file": name, "sha256": "0" * 64} for name in ("bts.csv", "ground_m.tif")]
    facts = map_facts(figures, own, reported={}, drawn=False)
    assert facts["Date of data"] == "not stated"
    assert not {"Sources", "reported"} & facts.keys()
    assert bundled_files(own) == frozenset()
    assert terrain_words(own) == "ground_m.tif"


def test_the_hashes_of_the_bundled_files_are_those_listed(reference_inputs):
    assert {"bts.csv", "districts.gpkg", "ground_m.tif", "zone.tif"} <= bundled_files(
        reference_inputs
    )
    assert "modelled" in terrain_words(reference_inputs)


@pytest.mark.browser
def test_the_hill_is_shown_while_the_gaps_pop_up_is_open(parts, gaps, tmp_path):
    cover, homes, areas, stations = parts
    own = cover.sel(layer=["viettel_3g", "viettel_4g"])
    chart = make_map(
        own, homes, areas, stations, gaps=gaps, criteria=CoverCriteria(),
        cover_only=cover.sel(layer=["any_3g", "any_4g"]),
    )  # fmt: skip
    save_map(chart, tmp_path / "map.html")
    with open_browser() as browser:
        visit = Visit(browser, tmp_path / "map.html")
        popup = visit.click(10_000, 4_000).inner_text()
        assert "terrain shadow" in popup
        assert "Any operator" in popup  # a union: its class, for it has no level
        hill = visit.page.locator(".htc-hill")
        hill.wait_for()
        box = hill.bounding_box()
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert middle == pytest.approx(tuple(visit.spot(*HILL)), abs=3)
        visit.click(5_000, 5_000)
        assert hill.count() == 0
        visit.quiet()
        visit.context.close()


def test_a_run_puts_its_facts_on_its_map(tmp_path):
    write_run(run_world.result(), tmp_path)
    page = (tmp_path / "map.html").read_text("utf-8")
    header = page[page.index('<header id="htc-title">') : page.index("</header>")]
    assert "Hà Tĩnh: mobile coverage map" in header
    for words in ("99 % of residential areas", "Date of data", "any operator"):
        assert words in header.replace("\u00a0", " ")
