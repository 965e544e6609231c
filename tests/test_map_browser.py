"""The map in a real browser, its network cut."""

import io

import map_world as world
import matplotlib.image
import numpy as np
import pytest
from map_browser import Visit, open_browser

from htcoverage.crs import transformer
from htcoverage.export.classes import COVER_COLOURS
from htcoverage.labels import label
from htcoverage.maps import OnlineBaseMap, save_map

pytestmark = pytest.mark.browser

PAYLOADS = {
    "markup": "<img src=x onerror=\"window.pwned='markup'\"><svg onload=\"window.pwned='svg'\">",
    "script": "</script><script>window.pwned='script'</script>",
    "literal": "${window.pwned='literal'}`+(window.pwned='tick')+`",
    "string": "\"+(window.pwned='double')+\"'+(window.pwned='single')+'\u2028window.pwned='line'",
    "template": "{{ 7*7 }}{% raw %}{# x #}",
    "address": "javascript:window.pwned='address'",
}


@pytest.fixture(scope="module")
def browser():
    with open_browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def map_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "map.html"
    save_map(world.world_map(), path)
    return path


@pytest.fixture
def visit(browser, map_file):
    visit = Visit(browser, map_file)
    yield visit
    visit.quiet()
    visit.context.close()


def test_the_page_opens_with_no_network_and_no_complaint(visit):
    assert visit.page.title() == "Hà Tĩnh"
    assert visit.shown("#htc-title .htc-notice")
    assert visit.shown("#htc-legend")
    assert visit.shown(".leaflet-control-scale")
    assert "covered" in visit.page.locator("#htc-legend").inner_text()


def test_layers_go_on_and_off(visit):
    sites = visit.page.get_by_label("Sites")
    assert "Trạm Đỉnh Cao" not in visit.click(3_000, 3_000).inner_text()
    sites.check()
    popup = visit.click(3_000, 3_000).inner_text()
    for words in ("Trạm Đỉnh Cao", "HT1", "Viettel", "3G", "4G", "modelled"):
        assert words in popup
    visit.page.get_by_label("Viettel").uncheck()
    assert "Trạm Đỉnh Cao" not in visit.click(3_000, 3_000).inner_text()
    visit.page.get_by_label("Viettel").check()
    sites.uncheck()
    assert "Trạm Đỉnh Cao" not in visit.click(3_000, 3_000).inner_text()
    visit.page.get_by_label("Fibre").check()
    assert "F1" in visit.click(4_000, 5_000).inner_text()


def test_a_gap_tells_whom_it_leaves_out(visit):
    popup = visit.click(10_000, 4_000).inner_text()
    for words in ("Bản Rào Tre", "Thị xã Kỳ Anh", "512", "Trạm Đỉnh Cao", "24.33"):
        assert words in popup  # −120 dBm is 15 dB under −105, and the margin is 9.33 dB


def test_the_read_out_names_the_class_and_the_cover(visit):
    for name in ("Gaps", "Settlements"):
        visit.page.get_by_label(name).uncheck()
    here = visit.click(10_000, 4_000).inner_text()
    assert "< −115" in here
    assert "not covered" in here
    there = visit.click(5_000, 4_000).inner_text()
    assert "≥ −85" in there
    assert "−85 … −75" in there  # −80 dBm is a class lower for 3G
    assert label("map_outside") in visit.click(13_500, 5_000).inner_text().lower()


def test_choosing_a_level_changes_picture_and_legend(visit):
    before = visit.page.locator(".htc-picture").get_attribute("src")
    visit.page.get_by_label("Map layer").select_option("level:3G:Viettel")
    assert visit.page.locator(".htc-picture").get_attribute("src") != before
    legend = visit.page.locator("#htc-legend").inner_text()
    assert "RSCP (dBm)" in legend
    assert label("no_level") in legend
    visit.page.get_by_label("Opacity").fill("35")
    assert visit.page.locator(".htc-picture").evaluate("node => node.style.opacity") == "0.35"
    visit.page.get_by_label("Map layer").select_option("")
    assert visit.page.locator(".htc-picture").count() == 0


@pytest.mark.parametrize(
    ("typed", "found"),
    [("rao tre", "Bản Rào Tre"), ("THON DONG", "Thôn Đông Hà"), ("đỉnh cao", "Trạm Đỉnh Cao")],
)
def test_search_finds_without_diacritics_and_by_keyboard(visit, typed, found):
    visit.page.locator("#htc-search").focus()
    visit.page.keyboard.type(typed)
    assert found in visit.page.locator("#htc-hits [aria-selected=true]").inner_text()
    visit.page.keyboard.press("Enter")
    visit.page.locator(".leaflet-popup-content").wait_for()
    assert found in visit.page.locator(".leaflet-popup-content").inner_text()


def test_search_says_when_nothing_is_found(visit):
    visit.page.locator("#htc-search").fill("zzzz")
    assert label("map_no_match") in visit.page.locator("#htc-hits").inner_text()


def test_the_keyboard_reaches_the_map_and_reads_it(visit):
    for _ in range(30):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement.id") == "map_htcoverage":
            break
    assert visit.page.evaluate("document.activeElement.id") == "map_htcoverage"
    centre = visit.page.evaluate("map_htcoverage.getCenter().lng")
    visit.page.keyboard.press("ArrowRight")
    visit.page.wait_for_function(f"map_htcoverage.getCenter().lng > {centre}")  # it glides
    visit.page.keyboard.press("Enter")
    visit.page.locator(".leaflet-popup-content").wait_for()
    assert label("map_here") in visit.page.locator(".leaflet-popup-content").inner_text()


def test_measuring_gives_true_kilometres(visit):
    visit.page.get_by_role("button", name="Measure").click()
    visit.page.mouse.click(*visit.spot(3_000, 5_000))
    visit.page.mouse.click(*visit.spot(9_000, 5_000))
    told = visit.page.locator(".htc-measure").inner_text()
    assert float(told.removesuffix(" km")) == pytest.approx(6.0, rel=0.01)
    visit.page.keyboard.press("Escape")
    assert not visit.shown(".htc-measure")


def test_paper_keeps_title_and_legend(visit):
    visit.page.emulate_media(media="print")
    assert visit.shown("#htc-title .htc-notice")
    assert visit.shown("#htc-legend")
    assert not visit.shown("#htc-panel")


def test_all_that_stands_on_the_screen_stands_on_the_sheet(visit):
    """A4 on its side less 10 mm all round is 1047 × 718 CSS pixels; nothing is drawn anew."""
    place = "[map_htcoverage.getBounds().toBBoxString(), map_htcoverage.getZoom()]"
    seen = visit.page.evaluate(place)
    on_screen = visit.page.locator(".folium-map").bounding_box()
    visit.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    visit.page.emulate_media(media="print")
    visit.page.wait_for_timeout(300)
    sheet = visit.page.locator(".folium-map").bounding_box()
    assert sheet["width"] < on_screen["width"]
    assert sheet["x"] + sheet["width"] <= 1047
    assert sheet["y"] + sheet["height"] <= 718
    assert sheet["y"] >= visit.page.locator("#htc-title").bounding_box()["height"]
    assert visit.page.evaluate(place) == seen
    visit.page.emulate_media(media="screen")
    visit.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert visit.page.locator(".folium-map").bounding_box() == on_screen
    assert visit.page.evaluate(place) == seen


def test_a_known_corner_is_drawn_within_half_a_pixel(visit):
    """The hole's corners, on the screen at 100 m a pixel of the picture, found by their colours."""
    visit.page.get_by_label("Gaps").uncheck()
    visit.page.get_by_label("Districts").uncheck()
    visit.page.get_by_label("Opacity").fill("100")
    lng, lat = transformer(world.CRS, "EPSG:4326").transform(world.HOLE[0], world.HOLE[3])
    visit.page.evaluate(f"map_htcoverage.setView([{lat}, {lng}], 16, {{animate: false}})")
    x, y = visit.spot(world.HOLE[0] - world.WEST, world.HOLE[3] - world.SOUTH)
    screen_pixels = 100 / (
        156_543.034 * np.cos(np.radians(lat)) / 2**16
    )  # of one picture pixel, which is 100 m on the ground
    image = matplotlib.image.imread(io.BytesIO(visit.page.screenshot()))[..., :3] * 255
    hole = np.array(list(bytes.fromhex(COVER_COLOURS[2][1:])))
    in_hole = np.abs(image - hole).max(axis=2) < 3
    rows, cols = np.nonzero(in_hole)
    near = (np.abs(rows - y) < 200) & (np.abs(cols - x) < 200)
    half = screen_pixels / 2 + 1
    assert abs(rows[near].min() - y) <= half
    assert abs(cols[near].min() - x) <= half


def test_a_phone_shows_title_map_and_legend_without_sideways_scrolling(browser, map_file):
    visit = Visit(
        browser, map_file, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True
    )
    page = visit.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert visit.shown("#htc-title .htc-notice")
    assert visit.shown("#htc-legend")
    assert page.locator(".folium-map").bounding_box()["height"] > 350
    assert not visit.shown("#htc-search")
    visit.click(3_000, 3_000)
    assert not visit.shown("#htc-legend")  # it would lie on what is read
    page.locator(".leaflet-popup-close-button").tap()
    assert visit.shown("#htc-legend")
    page.locator("#htc-panel > summary").tap()
    assert visit.shown("#htc-search")
    assert visit.shown("#htc-title .htc-notice")
    visit.quiet()
    visit.context.close()


def test_vietnamese_page(browser, tmp_path):
    save_map(world.world_map(lang="vi"), tmp_path / "map.html")
    visit = Visit(browser, tmp_path / "map.html")
    assert visit.page.locator("html").get_attribute("lang") == "vi"
    assert label("map_largest_gaps", "vi") in visit.page.locator("#htc-panel").inner_text()
    assert "có sóng" in visit.page.locator("#htc-legend").inner_text()
    assert "mô hình" in visit.page.locator(".htc-notice").inner_text()
    visit.page.get_by_label(label("sites", "vi")).check()
    popup = visit.click(3_000, 3_000).inner_text()
    assert "mô hình hóa" in popup  # also the tables' own vocabulary
    assert "đang phát sóng" in popup
    visit.quiet()
    visit.context.close()


def test_a_notebook_shows_the_same_page(browser, tmp_path):
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><body>{world.world_map()._repr_html_()}", encoding="utf-8")
    page = browser.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(path.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("html[data-htc-ready]").wait_for(state="attached")
    assert frame.locator("#htc-title .htc-notice").is_visible()
    assert said == []
    page.close()


def test_a_base_map_is_asked_only_when_switched_on_and_missed_by_nobody(browser, tmp_path):
    base = OnlineBaseMap("https://tiles.example.org/{z}/{x}/{y}.png", PAYLOADS["markup"])
    save_map(world.world_map(base_map=base), tmp_path / "map.html")
    visit = Visit(browser, tmp_path / "map.html")
    visit.click(5_000, 4_000)
    visit.quiet()
    visit.page.get_by_label("Base map").check()
    visit.page.get_by_text(label("map_base_fails")).wait_for()
    asked = [url for url in visit.asked if not url.startswith(("data:", visit.own))]
    assert asked
    assert all(url.startswith("https://tiles.example.org/") for url in asked)
    assert "≥ −85" in visit.click(5_000, 4_000).inner_text()
    assert "onerror" in visit.page.locator(".leaflet-control-attribution").inner_text()
    assert visit.page.evaluate("window.pwned === undefined")
    visit.context.close()


@pytest.mark.parametrize("policy", ["with policy", "without policy"])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_runs(browser, tmp_path, payload, policy):
    """The policy and the escaping each suffice: the second is tried with the first taken away."""
    text = PAYLOADS[payload]
    save_map(world.world_map(text), tmp_path / "map.html")
    visit = Visit(browser, tmp_path / "map.html", bypass_csp=policy == "without policy")
    page = visit.page
    page.get_by_label("Settlements").check()
    gap = visit.click(10_000, 4_000).inner_text()
    page.get_by_label("Sites").check()
    site = visit.click(3_000, 3_000).inner_text()
    settlement = visit.click(2_500, 6_500).inner_text()
    page.get_by_label("Fibre").check()
    span = visit.click(4_000, 5_000).inner_text()
    page.locator("#htc-search").fill("rao tre")
    hits = page.locator("#htc-hits").inner_text()
    for option in page.locator("#htc-surface option").all():
        page.get_by_label("Map layer").select_option(option.get_attribute("value"))
    seen = text.replace("\u2028", "\n")
    for shown in (gap, site, settlement, span, hits, page.locator("#htc-title").inner_text()):
        assert seen.split("\n")[0] in shown
    assert page.evaluate("window.pwned === undefined")
    visit.quiet()
    visit.context.close()


def test_the_policy_stops_code_that_slips_in(browser, tmp_path):
    path = tmp_path / "map.html"
    save_map(world.world_map(), path)
    slipped = "<script>window.pwned=1</script><p onclick='0'></p><img src='https://example.org/x'>"
    path.write_text(path.read_text("utf-8").replace("<main", f"{slipped}<main", 1), "utf-8")
    visit = Visit(browser, path)
    assert visit.page.evaluate("window.pwned === undefined")
    assert any("Content Security Policy" in words for words in visit.said)
    visit.context.close()
