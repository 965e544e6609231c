"""The page on paper: it asks for nothing, allows nothing but its own code, hides no assumption."""

import base64
import hashlib
import html
import json
import re
from html.parser import HTMLParser

import folium
import map_world as world
import pytest
from hypothesis import given
from hypothesis import strategies as st

from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria
from htcoverage.gaps import find_gaps
from htcoverage.labels import label
from htcoverage.maps import OnlineBaseMap, assets, make_map, save_map
from htcoverage.maps.escape import html_text, script_json

HOSTILE = (
    "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>"
    "${window.pwned=1}`+(window.pwned=1)+`{{ 7*7 }}{% raw %}\"'&\u2028\u2029"
)


class Reader(HTMLParser):
    """Collect what a browser would fetch, run and allow."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.addresses, self.inline, self.handlers, self.text = [], [], [], []
        self.policy = None
        self.open = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.open = (tag, attrs)
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        self.addresses += [attrs[name] for name in ("src", "href") if name in attrs]
        self.handlers += [name for name in attrs if name.startswith("on") or name == "style"]

    def handle_data(self, data):
        if self.open and self.open[0] in ("script", "style"):
            self.inline.append((*self.open, data))
        else:
            self.text.append(data)

    def handle_endtag(self, tag):
        self.open = None


def read(page):
    reader = Reader()
    reader.feed(page)
    return reader


@pytest.fixture(scope="module")
def page():
    return world.world_map().get_root().render()


@pytest.fixture(scope="module")
def hostile_page():
    return world.world_map(HOSTILE).get_root().render()


def test_the_page_asks_for_nothing(page):
    reader = read(page)
    assert all(address.startswith("data:") for address in reader.addresses)
    styles = "".join(code for tag, _, code in reader.inline if tag == "style")
    assert re.findall(r"url\((?!data:)(?!#)[^)]*\)", styles) == []
    assert "@import" not in styles
    assert "sourceMappingURL" not in page


def test_only_code_whose_hash_is_named_may_run(page):
    reader = read(page)
    directives = dict(part.split(" ", 1) for part in reader.policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert "unsafe" not in reader.policy
    assert reader.handlers == []
    for tag, attrs, code in reader.inline:
        if attrs.get("type") == "application/json":
            continue
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in directives[f"{tag}-src"].split()


def test_hostile_text_changes_nothing_but_data(page, hostile_page):
    tame, hostile = read(page), read(hostile_page)
    code = [inline for inline in tame.inline if inline[1].get("type") is None]
    assert [inline for inline in hostile.inline if inline[1].get("type") is None] == code
    assert hostile.policy == tame.policy
    assert hostile.addresses == tame.addresses
    assert hostile.handlers == []


def test_hostile_text_comes_through_as_it_was(hostile_page):
    reader = read(hostile_page)
    shown = "".join(reader.text)
    assert f"Hà Tĩnh{HOSTILE}" in shown
    assert f"October 2023{HOSTILE}" in shown
    [data] = [code for _, attrs, code in reader.inline if attrs.get("type")]
    data = json.loads(data)
    assert data["sites"]["columns"][1][0] == [f"Trạm Đỉnh Cao{HOSTILE}"]
    assert data["operators"] == [f"Viettel{HOSTILE}", f"MobiFone{HOSTILE}"]


@given(st.text())
def test_json_in_a_script_is_inert_and_reads_back(text):
    written = script_json({"name": text.encode("utf-8", "ignore").decode()})
    assert not set("<>&`$\u2028\u2029") & set(written)
    assert json.loads(written) == {"name": text.encode("utf-8", "ignore").decode()}


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_html_text_is_inert_and_reads_back(text):
    written = html_text(text)
    assert not set("<>\"'`${}") & set(written)
    assert html.unescape(written) == text


def test_text_that_cannot_be_written_is_replaced():
    assert html_text("a\x00\ud800b") == "a\ufffd\ufffdb"


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_title_block_says_what_was_assumed(lang):
    reader = read(world.world_map(lang=lang).get_root().render())
    shown = "".join(reader.text).replace("\u00a0", " ")
    for words in ("Hà Tĩnh", "ITU-R P.1812-8", "15 km", "90 %", "−105 dBm", "−95 dBm"):
        assert words in shown
    assert label("downlink_only", lang) in shown
    assert label("prediction_notice", lang) in shown
    assert label("base_stations", lang) in shown  # named among what is modelled


def test_no_notice_of_modelling_where_nothing_is_modelled():
    def surveyed(table):
        return table.assign(provenance="official")

    page = make_map(
        world.coverage("Viettel", "MobiFone"),
        surveyed(world.settlements("A", "B")),
        world.districts("C", "D"),
        surveyed(world.bts("E", "Viettel", "MobiFone")),
        criteria=CoverCriteria(),
        title="T",
    )
    shown = "".join(read(page.get_root().render()).text)
    assert label("prediction_notice") in shown
    assert "Modelled" not in shown


def test_a_province_without_gaps_says_so_and_one_not_searched_says_nothing():
    homes = world.settlements("A", "B").iloc[:1]  # outside the hole
    areas, stations = world.districts("C", "D"), world.bts("E", "Viettel", "MobiFone")
    cover = world.coverage("Viettel", "MobiFone")
    none = find_gaps(cover, homes, areas, stations)
    assert len(none) == 0
    for gaps, known in ((none, True), (None, False)):
        chart = make_map(cover, homes, areas, stations, gaps=gaps, criteria=CoverCriteria())
        [data] = [code for _, a, code in read(chart.get_root().render()).inline if a.get("type")]
        themes = json.loads(data)["themes"]
        assert ("gaps" in themes) == known
        assert not known or themes["gaps"]["shapes"] == []


def test_the_same_input_gives_the_same_bytes(tmp_path):
    for name in ("a.html", "b.html"):
        save_map(world.world_map(), tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_nothing_is_left_behind_when_saving_fails(tmp_path):
    target = tmp_path / "map.html"
    target.write_text("old")
    broken = world.world_map()
    broken.get_root()._data = {"level": float("nan")}
    with pytest.raises(ValueError, match="JSON"):
        save_map(broken, target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    "url",
    [
        "http://tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}.png",
        "https://tiles.example.org; script-src */{z}/{x}/{y}.png",
        "https://*/{z}/{x}/{y}.png",
        "javascript:alert(1)//{z}/{x}/{y}",
    ],
)
def test_a_base_map_is_an_address_of_tiles_and_nothing_else(url):
    with pytest.raises(InputError, match="https://host"):
        OnlineBaseMap(url, "someone")


def test_a_base_map_opens_the_policy_for_its_images_only():
    base = OnlineBaseMap("https://{s}.example.org:8443/{z}/{x}/{y}.png", HOSTILE)
    policy = read(world.world_map(base_map=base).get_root().render()).policy
    assert "img-src data: https://*.example.org:8443;" in policy
    assert policy.count("example.org") == 1


def test_what_folium_adds_is_allowed_by_hash():
    chart = world.world_map()
    folium.CircleMarker([18.3, 105.9], radius=9).add_to(chart)
    reader = read(chart.get_root().render())
    last = [code for tag, _, code in reader.inline if tag == "script"][-1]
    assert "L.circleMarker" in last
    assert assets.csp_hash(last) in reader.policy


def test_pictures_are_clipped_to_the_districts_and_grouped_by_site(page):
    [data] = [code for _, attrs, code in read(page).inline if attrs.get("type")]
    data = json.loads(data)
    assert data["sites"]["columns"][0] == ["HT1", "HT2"]
    assert data["sites"]["counts"] == [2, 1]
    names = [layer["id"] for layer in data["surfaces"]["layers"]]
    assert names[0] == "cover:4G:any"
    assert "cover:any:Viettel" in names
    assert "level:any:any" not in names  # RSCP and RSRP are not comparable
    assert len(names) == len(set(names)) == 9 + 6


def test_every_word_that_the_scripts_show_is_on_the_page_and_none_besides(page):
    [data] = [code for _, attrs, code in read(page).inline if attrs.get("type")]
    words = json.loads(data)["words"]
    asked = set(re.findall(r'HTC\.word\("(\w+)"\)', "".join(assets.own_scripts())))
    by_name = {"gaps", "districts", "sites", "settlements", "fibre", "map_cover", "map_level"}
    by_name |= {"plan_standing", "routes"}
    assert set(words) == asked | by_name
