"""The vector sources against a server on loopback, in their true formats."""

from __future__ import annotations

import gzip
import json
import threading
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from fetch_server import Answer, Server, server
from fetch_vector_world import (
    BOUNDS,
    EAST,
    PROVINCE,
    TOKEN,
    WEST,
    box_of,
    bytes_below,
    collection,
    context_of,
    feature,
    fetched,
    footprint,
    overpass,
    release,
    remark,
    serve_all,
    serve_boundaries,
    serve_google,
    serve_microsoft,
)

from htcoverage.errors import HtcoverageError, InputError, SetupError
from htcoverage.fetch import boundaries, buildings, osm, roads, settlements
from htcoverage.fetch.sources import SOURCES, Area, LeftOutError

__all__ = ["server"]

pytest.importorskip("pooch")
pytest.importorskip("osmnx")

WINDOW = Area("window", "VNM", BOUNDS)
MINE = Area("Hà Tĩnh", "VNM", BOUNDS, PROVINCE)
MEDIA = "/media/9469f09/VNM/ADM1/geoBoundaries-VNM-ADM1.geojson"


# ---- geoBoundaries --------------------------------------------------------------------------


def test_a_province_its_districts_and_communes(server: Server, tmp_path: Path) -> None:
    serve_boundaries(server)
    context = context_of(server, tmp_path)
    area = boundaries.find_area("Hà Tĩnh", "VNM", context)
    assert (area.name, area.bounds) == ("Hà Tĩnh", BOUNDS)
    assert boundaries.find_area("hatinh", "VNM", context).name == "Ha Tinh"
    assert boundaries.find_area("P1", "VNM", context).name == "Ha Tinh"
    found = {each.role: each for each in fetched(boundaries, area, context)}
    assert list(found) == ["province", "districts", "communes"]

    districts = gpd.read_file(context.out / "districts.gpkg")
    assert districts["full_name"].tolist() == ["Can Loc", "Thach Ha"]
    assert districts["district_code"].tolist() == ["D1", "D2"]
    assert districts.geometry.iloc[0].equals(WEST)
    assert gpd.read_file(context.out / "province.gpkg").geometry.iloc[0].equals(PROVINCE)
    assert len(gpd.read_file(context.out / "communes.gpkg")) == 4

    record = found["districts"].record
    assert record.licence == "CC BY 3.0 IGO"
    assert found["province"].record.licence == "Public Domain"
    assert record.attribution.endswith("; OCHA <b>Government</b>")
    assert record.addresses[0] == f"{server.url}/api/current/gbOpen/VNM/ADM2/"
    assert "2008" in record.version
    # The province was looked for and fetched: its outlines came once.
    assert len(server.asked(MEDIA)) == 1


def test_the_same_answers_give_the_same_bytes(server: Server, tmp_path: Path) -> None:
    serve_all(server)
    written = []
    for name in ("a", "b"):
        context = context_of(server, tmp_path / name)
        for module in (boundaries, settlements, roads, buildings):
            fetched(module, MINE, context)
        written.append([content for _, content in bytes_below(context.out)])
    assert len(written[0]) == 6
    assert written[0] == written[1]


def test_units_of_a_window_are_cut(server: Server, tmp_path: Path) -> None:
    serve_boundaries(server)
    context = context_of(server, tmp_path)
    area = Area("window", "VNM", (105.94, 18.32, 105.96, 18.34))
    fetched(boundaries, area, context)
    districts = gpd.read_file(context.out / "districts.gpkg")
    assert tuple(districts.total_bounds) == area.bounds
    assert districts["full_name"].tolist() == ["Can Loc", "Thach Ha"]


def test_levels_that_a_country_lacks_are_told(server: Server, tmp_path: Path) -> None:
    serve_boundaries(server)
    for level in ("ADM2", "ADM3"):
        del server.files[f"/api/current/gbOpen/VNM/{level}/"]
    context = context_of(server, tmp_path)
    (only,) = fetched(boundaries, MINE, context)
    assert only.role == "districts"
    assert only.notes == (
        "ADM1 as of 2008",
        "geoBoundaries has no ADM2, ADM3 of VNM",
    )
    assert gpd.read_file(context.out / "districts.gpkg")["full_name"].tolist() == ["Ha Tinh"]


def test_a_country_without_provinces(server: Server, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no provinces of 'XXX'"):
        boundaries.find_area("Hà Tĩnh", "XXX", context_of(server, tmp_path))


def test_a_province_that_is_not_there(server: Server, tmp_path: Path) -> None:
    serve_boundaries(server)
    with pytest.raises(InputError, match="nearest names are Ha Tinh"):
        boundaries.find_area("Ha Tinnh", "VNM", context_of(server, tmp_path))


def test_a_host_that_is_not_of_the_source_is_not_asked(server: Server, tmp_path: Path) -> None:
    serve_boundaries(server)
    context = context_of(server, tmp_path)
    own = context.endpoints["geoboundaries"]
    strict = replace(
        context.endpoints,
        sources={**context.endpoints.sources, "geoboundaries": replace(own, hosts=())},
    )
    with pytest.raises(SetupError, match="no host of this source"):
        boundaries.find_area("Ha Tinh", "VNM", replace(context, endpoints=strict))
    assert not server.asked(MEDIA)
    for address in ("http://evil.example/a.geojson", "file:///etc/passwd", "nonsense"):
        server.files["/api/current/gbOpen/VNM/ADM1/"] = release("ADM1", address)
        fresh = replace(context, cache=tmp_path / address.replace("/", "_"))
        with pytest.raises(SetupError, match="no host of this source"):
            boundaries.find_area("Ha Tinh", "VNM", fresh)


def test_outlines_come_whole_over_every_passing_fault(server: Server, tmp_path: Path) -> None:
    serve_boundaries(server)
    server.faults[MEDIA] = [
        Answer(cut=300),
        Answer(status=429, headers={"Retry-After": "1"}),
        Answer(status=500),
        Answer(slow_s=0.3),
    ]
    area = boundaries.find_area("ha tinh", "VNM", context_of(server, tmp_path))
    assert area.bounds == BOUNDS
    assert [request.status for request in server.asked(MEDIA)] == [200, 429, 500, 206]


def test_a_wrong_checksum_is_refused(server: Server, tmp_path: Path) -> None:
    serve_boundaries(server)
    known = 'sha256 = { "geoBoundaries-VNM-ADM1.geojson" = "' + "0" * 64 + '" }\n'
    context = context_of(server, tmp_path)
    file = tmp_path / "endpoints.toml"
    text = file.read_text("utf-8").replace("[geoboundaries]\n", f"[geoboundaries]\n{known}")
    file.write_text(text, "utf-8")
    from htcoverage.fetch.endpoints import read_endpoints

    with pytest.raises(SetupError, match="wrong checksum"):
        boundaries.find_area("Ha Tinh", "VNM", replace(context, endpoints=read_endpoints(file)))


def test_crossing_outlines_are_repaired_and_told(server: Server, tmp_path: Path) -> None:
    serve_boundaries(server)
    bow = shapely.Polygon([(105.9, 18.3), (105.95, 18.4), (105.95, 18.3), (105.9, 18.4)])
    path = "/media/9469f09/VNM/ADM2/geoBoundaries-VNM-ADM2.geojson"
    server.files[path] = collection([feature("Can Loc", "D1", bow), feature("Đ", "D2", EAST)])
    context = context_of(server, tmp_path)
    found = fetched(boundaries, MINE, context)
    assert "1 outlines crossed themselves and were repaired" in found[1].notes
    assert gpd.read_file(context.out / "districts.gpkg").geometry.is_valid.all()


# ---- OpenStreetMap --------------------------------------------------------------------------


def test_settlements_and_roads_of_a_province(server: Server, tmp_path: Path) -> None:
    serve_all(server)
    context = context_of(server, tmp_path)
    (homes,) = fetched(settlements, MINE, context)
    (streets,) = fetched(roads, MINE, context)
    table = gpd.read_file(context.out / "settlements.gpkg")
    assert table["name"].tolist() == ["Thôn 1", "Thôn 2"]
    assert table["provenance"].tolist() == ["open-data"] * 2
    assert gpd.read_file(context.out / "roads.gpkg")["highway"].tolist() == ["primary"]
    for found in (homes, streets):
        assert found.record.licence == "ODbL 1.0"
        assert found.record.attribution == "© OpenStreetMap contributors"
        assert found.record.addresses == (f"{server.url}/api/interpreter",)
        assert any("must be under ODbL too" in note for note in found.record.notes)
        assert found.record.notes[0] == "OpenStreetMap as it stood at 2026-11-01T00:00:00Z"
    asked = server.asked("/api/interpreter")
    assert all(request.headers["user-agent"].startswith("htcoverage/") for request in asked)
    fetched(settlements, MINE, context)
    assert len(server.asked("/api/interpreter")) == len(asked) == 2


def test_squares_beside_the_province_are_not_asked_for(server: Server, tmp_path: Path) -> None:
    context = context_of(server, tmp_path)
    corner = shapely.Polygon([(105.1, 17.6), (106.4, 18.9), (105.1, 18.9)])
    area = Area("corner", "VNM", (105.1, 17.6, 106.4, 18.9), corner)
    squares = [item.bounds[:2] for item in roads.plan(area, context)]
    lower, all_of_box = {(105.5, 17.5), (106.0, 17.5)}, 9
    assert not lower & set(squares)
    assert len(squares) == all_of_box - len(lower)


def test_a_square_that_is_too_much_is_asked_for_in_quarters(server: Server, tmp_path: Path) -> None:
    def tired(request):  # type: ignore[no-untyped-def]
        if box_of(request).area > 0.1:
            return Answer(remark('runtime error: Query timed out in "query" after 9 seconds.'))
        return overpass(request)

    server.routes["/api/interpreter"] = tired
    context = context_of(server, tmp_path)
    fetched(settlements, MINE, context)
    assert len(server.asked("/api/interpreter")) == 5
    assert len(gpd.read_file(context.out / "settlements.gpkg")) == 2


def test_an_answer_that_is_too_long_is_asked_for_in_quarters(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def long(request):  # type: ignore[no-untyped-def]
        answer = overpass(request)
        padding = b" " * (100_000 if box_of(request).area > 0.1 else 10)
        return Answer(answer.body + padding)

    monkeypatch.setattr(osm, "_LARGEST_BYTES", 50_000)
    server.routes["/api/interpreter"] = long
    context = context_of(server, tmp_path)
    fetched(settlements, MINE, context)
    assert len(server.asked("/api/interpreter")) == 5
    assert len(gpd.read_file(context.out / "settlements.gpkg")) == 2
    assert not list(context.cache.rglob("*.part"))


def test_a_server_that_always_gives_up_is_told_and_not_kept(server: Server, tmp_path: Path) -> None:
    words = "runtime error: Query run out of memory using about 512 MB of RAM."
    server.routes["/api/interpreter"] = lambda _: Answer(remark(words))
    context = context_of(server, tmp_path)
    with pytest.raises(SetupError, match="run out of memory"):
        fetched(settlements, MINE, context)
    server.routes["/api/interpreter"] = lambda _: Answer(remark("runtime error: open64: 2"))
    with pytest.raises(SetupError, match="open64: 2"):
        fetched(settlements, MINE, context)
    assert not list(context.cache.rglob("*.osm"))
    server.routes["/api/interpreter"] = overpass
    fetched(settlements, MINE, context)


def test_overpass_is_asked_again_when_it_is_busy(server: Server, tmp_path: Path) -> None:
    server.routes["/api/interpreter"] = overpass
    server.faults["/api/interpreter"] = [
        Answer(b"rate_limited", 429, {"Retry-After": "1"}),
        Answer(b"<html>The server is probably too busy</html>", 504),
        Answer(cut=200),
    ]
    context = context_of(server, tmp_path)
    fetched(roads, MINE, context)
    assert [each.status for each in server.asked("/api/interpreter")] == [429, 504, 200, 200]


def test_a_page_in_place_of_data_is_refused(server: Server, tmp_path: Path) -> None:
    server.routes["/api/interpreter"] = lambda _: Answer(b"<html>maintenance\x1b[31m</html>")
    with pytest.raises(SetupError, match=r"no OpenStreetMap data: <html>maintenance\[31m</html>"):
        fetched(roads, MINE, context_of(server, tmp_path))


def test_entities_in_an_answer_are_refused(server: Server, tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE osm [<!ENTITY a "aaaa">]>\n<osm version="0.6">&a;</osm>'
    server.routes["/api/interpreter"] = lambda _: Answer(bomb)
    with pytest.raises(HtcoverageError, match="DOCTYPE"):
        fetched(roads, MINE, context_of(server, tmp_path))


def test_a_square_without_homes_is_told(server: Server, tmp_path: Path) -> None:
    server.routes["/api/interpreter"] = overpass
    area = Area("sea", "VNM", (107.0, 18.0, 107.4, 18.4))
    with pytest.raises(SetupError, match="no residential area there"):
        fetched(settlements, area, context_of(server, tmp_path))


# ---- buildings ------------------------------------------------------------------------------


def test_buildings_of_microsoft_come_from_the_wanted_squares_alone(
    server: Server, tmp_path: Path
) -> None:
    serve_microsoft(server)
    context = context_of(server, tmp_path)
    items = buildings.plan(MINE, context)
    assert sum(item.size_bytes for item in items) == 2500 * len(items)
    (found,) = buildings.fetch(items, context)
    table = gpd.read_file(context.out / "buildings.gpkg")
    assert len(table) == 200 * len(items)
    assert found.record.source == "microsoft_buildings"
    assert any("must be under ODbL too" in note for note in found.record.notes)
    assert not [each for each in server.requests if "132200000" in each.path]
    assert len(server.requests) == len(items) + 1


def test_a_square_on_a_border_stands_in_the_index_once_a_country(
    server: Server, tmp_path: Path
) -> None:
    serve_microsoft(server)
    index = "/2026-08-13/dataset-links.csv"
    (path,) = [path for path in server.files if "/part-0." in path]
    key = path.split("quadkey=")[1].split("/")[0]
    laos = path.replace("Vietnam", "Laos")
    server.files[index] += f"Laos,{key},{server.url}{laos},1KB,2026-08-13\n".encode()
    lines = [footprint(105.99 + 0.0001 * number, 18.39, 0.00005) for number in range(7)]
    server.files[laos] = gzip.compress("\n".join(lines).encode())
    context = context_of(server, tmp_path)
    (found,) = fetched(buildings, MINE, context)
    table = gpd.read_file(context.out / "buildings.gpkg")
    assert sorted(table["building_id"]) == list(range(1, 208))
    assert len(found.record.addresses) == 2

    foreign = f"Laos,{key},http://evil.example/a.csv.gz,1KB,2026-08-13\n"
    server.files[index] += foreign.encode()
    with pytest.raises(SetupError, match=r"names a file on evil\.example"):
        buildings.plan(MINE, context_of(server, tmp_path / "b"))


def test_google_stands_in_where_microsoft_has_nothing(server: Server, tmp_path: Path) -> None:
    serve_google(server)
    index = "Location,QuadKey,Url,Size,UploadDate\n"
    server.files["/2026-08-13/dataset-links.csv"] = index.encode()
    context = context_of(server, tmp_path)
    (found,) = fetched(buildings, MINE, context)
    assert found.record.source == "google_buildings"
    assert len(gpd.read_file(context.out / "buildings.gpkg")) == 30
    nowhere = Area("nowhere", "VNM", (10.0, 10.0, 10.1, 10.1))
    with pytest.raises(SetupError, match="no buildings of microsoft or google there"):
        buildings.plan(nowhere, context)


def test_one_owner_can_be_chosen(server: Server, tmp_path: Path) -> None:
    serve_microsoft(server)
    serve_google(server)
    context = context_of(server, tmp_path, buildings="google")
    assert fetched(buildings, MINE, context)[0].record.source == "google_buildings"
    with pytest.raises(InputError, match="one of microsoft, google"):
        buildings.plan(MINE, replace(context, choices={"buildings": "apple"}))


def test_a_cut_file_of_buildings_is_gone_on_with(server: Server, tmp_path: Path) -> None:
    serve_microsoft(server)
    path = next(path for path in server.files if "/part-0." in path)
    server.faults[path] = [Answer(cut=400), Answer(status=503)]
    fetched(buildings, MINE, context_of(server, tmp_path))
    first, _, again = server.asked(path)
    assert first.status == 200
    assert again.status == 206
    assert again.headers["range"] == "bytes=400-"


def test_a_file_that_is_gone_or_something_else(server: Server, tmp_path: Path) -> None:
    serve_microsoft(server)
    path = next(path for path in server.files if "/part-0." in path)
    server.files[path] = gzip.compress(b"{}\n" * 500)
    with pytest.raises(SetupError, match="500 of its first 500 lines hold none"):
        fetched(buildings, MINE, context_of(server, tmp_path / "a"))
    assert not list((tmp_path / "a" / "out").iterdir())
    del server.files[path]
    with pytest.raises(LeftOutError, match=r"its index names is gone .*newer release"):
        fetched(buildings, MINE, context_of(server, tmp_path / "b"))


def test_google_stands_in_where_the_index_of_microsoft_has_moved(
    server: Server, tmp_path: Path
) -> None:
    serve_google(server)
    (found,) = fetched(buildings, MINE, context_of(server, tmp_path))
    assert found.record.source == "google_buildings"
    assert "dataset-links.csv: a newer release may stand elsewhere" in found.notes[0]
    only = context_of(server, tmp_path, buildings="microsoft")
    with pytest.raises(LeftOutError, match=r"Microsoft .* has no index at"):
        buildings.plan(MINE, only)


@pytest.mark.parametrize(
    "path", [
        "/api/current/gbOpen/VNM/ADM2/", "/media/9469f09/VNM/ADM2/geoBoundaries-VNM-ADM2.geojson",
        "/2026-08-13/dataset-links.csv", "part-0",
    ],
)  # fmt: skip
def test_a_page_to_log_in_at_is_not_kept_for_the_file(
    server: Server, tmp_path: Path, path: str
) -> None:
    """Networks of hotels and airports answer so to every request, under status 200."""
    serve_boundaries(server)
    serve_microsoft(server)
    (path,) = [each for each in server.files if path in each][:1]
    module = boundaries if "VNM" in path else buildings
    context = context_of(server, tmp_path)
    server.faults[path] = [Answer(b"<html>Please log in</html>")]
    with pytest.raises(SetupError):
        fetched(module, MINE, context)
    assert fetched(module, MINE, context)


def test_few_bad_lines_are_left_out_and_counted(server: Server, tmp_path: Path) -> None:
    serve_microsoft(server)
    path = next(path for path in server.files if "/part-0." in path)
    lines = [footprint(105.95, 18.35)] * 99 + ["{damaged"]
    server.files[path] = gzip.compress("\n".join(lines).encode())
    (found,) = fetched(buildings, MINE, context_of(server, tmp_path))
    assert "1 lines that hold no building left out" in found.notes


# ---- all of them ----------------------------------------------------------------------------


def test_a_cache_moved_by_hand_serves_a_machine_without_internet(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCELLID_TOKEN", TOKEN)
    serve_all(server)
    context = context_of(server, tmp_path / "a")
    area = boundaries.find_area("Hà Tĩnh", "VNM", context)
    layers = ("boundaries", "settlements", "roads", "buildings", "cells")
    for layer in layers:
        SOURCES[layer].fetch(SOURCES[layer].plan(area, context), context)
    asked = len(server.requests)
    moved = tmp_path / "moved"
    context.cache.rename(moved)
    out = tmp_path / "b"
    out.mkdir()
    offline = replace(context, cache=moved, out=out, offline=True)
    monkeypatch.delenv("OPENCELLID_TOKEN")
    area = boundaries.find_area("Hà Tĩnh", "VNM", offline)
    for layer in layers:
        SOURCES[layer].fetch(SOURCES[layer].plan(area, offline), offline)
    assert len(server.requests) == asked
    first = {path.name: content for path, content in bytes_below(context.out)}
    assert first == {path.name: content for path, content in bytes_below(out)}


def test_nothing_half_done_is_left_beside_the_results(server: Server, tmp_path: Path) -> None:
    serve_all(server)
    context = context_of(server, tmp_path)
    for module in (boundaries, settlements, roads, buildings):
        fetched(module, WINDOW, context)
    assert sorted(path.name for path in context.out.iterdir()) == [
        "buildings.gpkg", "communes.gpkg", "districts.gpkg", "province.gpkg", "roads.gpkg",
        "settlements.gpkg",
    ]  # fmt: skip
    assert threading.active_count() < 50
    assert json.dumps([str(path) for path in context.cache.rglob("*.part")]) == "[]"
