"""`htcoverage fetch` of a province, in processes of their own, and a run of what it wrote."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import geopandas as gpd
import pytest
from cli_process import run_cli
from fetch_server import Answer, Server, closed_port, endpoints_file, server
from fetch_vector_world import ADDRESSES, TOKEN, remark, serve_all
from fetch_world import PATHS, serve_rasters

__all__ = ["server"]

pytest.importorskip("pooch")
pytest.importorskip("osmnx")
pytest.importorskip("pystac_client")

LAYERS = "boundaries,settlements,roads,buildings,cells"


def endpoints(folder: Path, server: Server) -> Path:
    """Write a table in which every source is on the server; github's store is another host."""
    file = endpoints_file(folder, server.url, {**ADDRESSES, **PATHS})
    other = server.other_url.removeprefix("http://")
    text = file.read_text("utf-8")
    file.write_text(
        text.replace("[geoboundaries]\n", f'[geoboundaries]\nhosts = ["{other}"]\n'), "utf-8"
    )
    return file


def test_a_province_at_a_word_and_the_run_of_it(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCELLID_TOKEN", TOKEN)
    serve_all(server)
    serve_rasters(server)
    common = [
        "fetch", "--province", "Hà Tĩnh", "--endpoints", str(endpoints(tmp_path, server)),
        "--cache", "cache", "--yes",
    ]  # fmt: skip
    first = run_cli(*common, "--layers", LAYERS, "--out", "vectors", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    vectors = tmp_path / "vectors"
    for name, licence in (
        ("districts.gpkg", "CC BY 3.0 IGO"), ("province.gpkg", "Public Domain"),
        ("communes.gpkg", "CC BY 3.0 IGO"), ("settlements.gpkg", "ODbL 1.0"),
        ("roads.gpkg", "ODbL 1.0"), ("buildings.gpkg", "ODbL 1.0"),
        ("opencellid.csv", "CC BY-SA 4.0"),
    ):  # fmt: skip
        record = json.loads((vectors / f"{name}.source.json").read_text("utf-8"))
        assert record["licence"] == licence
        assert record["addresses"][0].startswith(server.url)
        assert f"{name}: " in first.stdout
        assert licence in first.stdout
    assert "Lacking: elevation" in first.stdout
    assert tomllib.loads((vectors / "htcoverage.toml").read_text("utf-8"))["name"] == "Hà Tĩnh"

    second = run_cli(*common, "--out", "whole", cwd=tmp_path)
    assert second.returncode == 0, second.stderr
    assert "Lacking" not in second.stdout
    project = tmp_path / "whole" / "htcoverage.toml"
    with project.open("a", encoding="utf-8") as file:
        file.write("\n[grid]\nresolution_m = 500.0\n")
    run = run_cli("run", "--project", str(project), "--out", "results", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    figures = json.loads((tmp_path / "results" / "figures.json").read_text("utf-8"))
    areas = {row["area"] for row in figures["shares"] if row["area_level"] == "district"}
    assert areas == {"Can Loc", "Thach Ha"}
    homes = gpd.read_file(tmp_path / "results" / "settlements.gpkg", layer="settlements")
    assert len(homes) >= 1
    # What must be said of the sources stands on the map.
    page = (tmp_path / "results" / "map.html").read_text("utf-8")
    for words in ("OpenCelliD Project", "OpenStreetMap contributors", "geoBoundaries"):
        assert words in page
    assert "<b>Government" not in page
    assert "b&gt;Government" in page or "b\\u003eGovernment" in page

    # The token is in nothing that was written or said.
    for path in tmp_path.rglob("*"):
        assert "secret" not in path.name
        if path.is_file():
            assert b"secret" not in path.read_bytes(), path
    for process in (first, second, run):
        assert "secret" not in process.stdout + process.stderr


def test_settlements_of_openstreetmap_run_as_well(server: Server, tmp_path: Path) -> None:
    serve_all(server)
    serve_rasters(server)
    layers = "boundaries,elevation,population,settlements"
    done = run_cli(
        "fetch", "--province", "ha tinh", "--layers", layers, "--yes", "--out", "mine",
        "--endpoints", str(endpoints(tmp_path, server)), "--cache", "cache", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Lacking: the ledger" in done.stdout
    rows = [
        "bts_id,site_id,operator,technology,longitude,latitude",
        "B1,S1,Viettel,4G,105.95,18.35",
    ]
    (tmp_path / "mine" / "bts.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    project = tmp_path / "mine" / "htcoverage.toml"
    with project.open("a", encoding="utf-8") as file:
        file.write("\n[grid]\nresolution_m = 500.0\n")
    run = run_cli("run", "--project", str(project), "--out", "results", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    table = gpd.read_file(tmp_path / "results" / "settlements.gpkg", layer="settlements")
    assert sorted(table["name"]) == ["Thôn 1", "Thôn 2"]
    assert (table["residents"] > 0).all()


def test_without_a_network_one_sentence_and_exit_3(tmp_path: Path) -> None:
    dead = endpoints_file(tmp_path, f"http://127.0.0.1:{closed_port()}", ADDRESSES)
    done = run_cli(
        "fetch", "--province", "Hà Tĩnh", "--layers", "boundaries", "--endpoints", str(dead),
        "--cache", "cache", "--out", "x", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "is this machine online" in done.stderr


def test_a_province_that_is_misspelt(server: Server, tmp_path: Path) -> None:
    serve_all(server)
    done = run_cli(
        "fetch", "--province", "Ha Tihn", "--layers", "boundaries", "--out", "x",
        "--endpoints", str(endpoints(tmp_path, server)), "--cache", "cache", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    assert "the nearest names are Ha Tinh" in done.stderr


def test_a_server_that_is_too_busy_does_not_keep_the_other_layers_away(
    server: Server, tmp_path: Path
) -> None:
    serve_all(server)
    serve_rasters(server)
    overpass = server.routes["/api/interpreter"]
    index = server.files.pop("/2026-08-13/dataset-links.csv")
    server.routes["/api/interpreter"] = lambda _: Answer(status=504)
    server.routes["/2026-08-13/dataset-links.csv"] = lambda _: Answer(
        status=429, headers={"Retry-After": "7200"}
    )
    common = [
        "fetch", "--province", "Hà Tĩnh", "--endpoints", str(endpoints(tmp_path, server)),
        "--cache", "cache", "--yes", "--out", "whole",
    ]  # fmt: skip
    first = run_cli(*common, cwd=tmp_path)
    assert first.returncode == 1, first.stderr
    for words in ("settlements: 127.0.0.1", "roads: 127.0.0.1", "buildings: 127.0.0.1"):
        assert f"Failed: {words}" in first.stdout
    assert "asks to wait 7200 s" in first.stdout
    text = (tmp_path / "whole" / "htcoverage.toml").read_text("utf-8")
    assert 'path = "landcover.tif"' in text
    # The next command brings what was lacking, and nothing twice.
    server.routes["/api/interpreter"] = overpass
    del server.routes["/2026-08-13/dataset-links.csv"]
    server.files["/2026-08-13/dataset-links.csv"] = index
    server.requests.clear()
    (tmp_path / "whole" / "htcoverage.toml").unlink()
    second = run_cli(*common, cwd=tmp_path)
    assert second.returncode == 0, second.stdout
    assert not [each for each in server.requests if "/glo30/" in each.path and each.status == 206]
    text = (tmp_path / "whole" / "htcoverage.toml").read_text("utf-8")
    assert 'path = "buildings.gpkg"' in text


def test_sources_that_have_moved_do_not_keep_the_other_layers_away(
    server: Server, tmp_path: Path
) -> None:
    """A key wanted, a page in place of a file, a failure told inside a good answer."""
    serve_all(server)
    serve_rasters(server)
    remarks = Answer(remark("runtime error: Query timed out in query at line 1"))
    pages = {"glo30": Answer(status=403), "v200": Answer(b"<html>moved</html>" * 99)}
    for path in [each for each in server.files if each.split("/")[1] in pages]:
        del server.files[path]
        page = pages[path.split("/")[1]]
        server.routes[path] = lambda _, page=page: page  # type: ignore[misc]
    server.routes["/api/interpreter"] = lambda _: remarks
    server.files["/2026-08-13/dataset-links.csv"] = b"<html>moved</html>"
    common = [
        "fetch", "--province", "Hà Tĩnh", "--endpoints", str(endpoints(tmp_path, server)),
        "--cache", "cache", "--yes",
    ]  # fmt: skip
    done = run_cli(*common, "--out", "whole", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    for words in (
        "elevation: 127.0.0.1", "landcover: N18E105.tif", "settlements: Overpass answers",
        "roads: Overpass answers", "buildings: Microsoft's index",
    ):  # fmt: skip
        assert f"Failed: {words}" in done.stdout
    assert {each.name for each in (tmp_path / "whole").glob("*.[gt][pi][kf]*")} == {
        "communes.gpkg", "communes.gpkg.source.json", "districts.gpkg",
        "districts.gpkg.source.json", "population.tif", "population.tif.source.json",
        "province.gpkg", "province.gpkg.source.json",
    }  # fmt: skip
    assert "Lacking: elevation" in done.stdout
    assert "Lacking: settlements" in done.stdout
    named = run_cli(*common, "--layers", "population,roads", "--out", "roads", cwd=tmp_path)
    assert named.returncode == 3
    assert "Query timed out" in named.stderr


def test_where_nothing_comes_at_all_it_is_no_success(server: Server, tmp_path: Path) -> None:
    area = ["fetch", "--bbox", "105.90,18.30,106.00,18.40", "--yes", "--out", "whole"]
    table = ["--endpoints", str(endpoints(tmp_path, server)), "--cache", "cache"]
    done = run_cli(*area, *table, cwd=tmp_path)
    assert done.returncode == 3
    assert "has no tile of this area" in " ".join(done.stderr.split())
    assert not (tmp_path / "whole" / "htcoverage.toml").exists()


def test_what_openstreetmap_lacks_is_left_out_unless_it_was_named(
    server: Server, tmp_path: Path
) -> None:
    serve_all(server)
    serve_rasters(server)
    server.routes["/api/interpreter"] = lambda _: Answer(b'<osm version="0.6"></osm>')
    common = [
        "fetch", "--province", "Hà Tĩnh", "--endpoints", str(endpoints(tmp_path, server)),
        "--cache", "cache", "--yes",
    ]  # fmt: skip
    every = run_cli(*common, "--out", "whole", cwd=tmp_path)
    assert every.returncode == 0, every.stderr
    assert "left out: settlements: OpenStreetMap has no residential area there" in every.stdout
    assert "left out: roads: OpenStreetMap has no road there" in every.stdout
    assert (tmp_path / "whole" / "buildings.gpkg").is_file()
    assert not (tmp_path / "whole" / "roads.gpkg").exists()
    named = run_cli(*common, "--layers", "roads", "--out", "roads", cwd=tmp_path)
    assert named.returncode == 3
    assert "OpenStreetMap has no road there" in named.stderr
