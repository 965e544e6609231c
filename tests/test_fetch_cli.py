"""``htcoverage fetch`` as a user starts it, and the run on what it brought."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from cli_process import run_cli
from fetch_server import Answer, Server, closed_port, endpoints_file, server
from fetch_world import BBOX, PATHS, as_json, put_ledger, serve_rasters

from htcoverage.cli.main import execute
from htcoverage.project import read_project

__all__ = ["server"]

RASTERS = "elevation,landcover,population"


@pytest.fixture
def here(tmp_path: Path, server: Server) -> Path:
    serve_rasters(server)
    endpoints_file(tmp_path, server.url, PATHS)
    return tmp_path


def arguments(here: Path, *more: str, layers: str = RASTERS) -> list[str]:
    return [
        "fetch", "--bbox", BBOX, "--layers", layers, "--out", str(here / "out"), "--cache",
        str(here / "cache"), "--endpoints", str(here / "endpoints.toml"), *more,
    ]  # fmt: skip


def test_from_a_box_to_a_map_that_names_its_sources(here: Path) -> None:
    """The whole way: fetch, put a ledger, run; licence and attribution arrive."""
    done = run_cli(*arguments(here), cwd=here)
    assert done.returncode == 0, done.stderr
    assert "Copernicus GLO-30" in done.stdout
    assert "sea, taken as 0 m" in done.stdout
    assert "Lacking: the ledger of base stations" in done.stdout
    out = here / "out"
    listed = json.loads((out / "sources.json").read_text(encoding="utf-8"))["sources"]
    assert [entry["layer"] for entry in listed] == ["elevation", "landcover", "population"]
    for entry in listed:
        beside = json.loads((out / f"{entry['file']}.source.json").read_text(encoding="utf-8"))
        assert beside == entry
        assert entry["size_bytes"] == (out / entry["file"]).stat().st_size
        assert entry["addresses"]
        assert len(entry["retrieved"]) == 10
    put_ledger(out)
    project = read_project(out)
    assert [source["title"] for source in project.sources] == [each["title"] for each in listed]
    ran = run_cli(
        "run", "--project", str(out / "htcoverage.toml"), "--out", "result", "--resolution", "1000",
        "--radius-km", "5", cwd=here,
    )  # fmt: skip
    assert ran.returncode in (0, 1), ran.stderr
    record = json.loads((here / "result" / "run.json").read_text(encoding="utf-8"))
    assert [entry["attribution"] for entry in record["sources"]] == [
        entry["attribution"] for entry in listed
    ]
    page = (here / "result" / "map.html").read_text(encoding="utf-8")
    assert "Contains modified Copernicus Sentinel data (2021)" in page
    assert "WorldPop (www.worldpop.org)" in page
    reported = run_cli("report", "result/run.json", "--out", "report", cwd=here)
    assert reported.returncode == 0, reported.stderr
    (html,) = (here / "report").glob("*.html")
    told = html.read_text(encoding="utf-8")
    assert "CC BY 4.0" in told
    assert "DLR e.V. 2010" in told
    figures = json.loads((here / "result" / "figures.json").read_text(encoding="utf-8"))
    assert figures["area"] == f"Area {BBOX}"


def test_the_cache_is_moved_by_hand_to_a_machine_without_internet(
    here: Path, server: Server
) -> None:
    assert execute(arguments(here)) == 0
    first = {path.name: path.read_bytes() for path in (here / "out").glob("*.tif")}
    assert len(first) == 3
    server.close()
    stick = here / "stick"
    shutil.copytree(here / "cache", stick)
    shutil.rmtree(here / "cache")
    shutil.rmtree(here / "out")
    moved = [str(stick) if each == str(here / "cache") else each for each in arguments(here)]
    assert execute([*moved, "--offline"]) == 0
    assert {path.name: path.read_bytes() for path in (here / "out").glob("*.tif")} == first


def test_offline_with_an_empty_cache_is_one_sentence(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(arguments(here, "--offline")) == 3
    words = capsys.readouterr().err.strip().splitlines()
    assert [line for line in words if "…" not in line] == [words[-1]]
    assert "offline, and the cache" in words[-1]


def test_no_network_is_one_sentence_and_exit_3(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoints_file(here, f"http://127.0.0.1:{closed_port()}", PATHS)
    assert execute(arguments(here)) == 3
    words = [line for line in capsys.readouterr().err.splitlines() if "…" not in line]
    assert len(words) == 1
    assert words[0].startswith("htcoverage: no connection to 127.0.0.1")
    assert not (here / "out" / "htcoverage.toml").exists()


def test_without_the_extra_it_says_how_to_install_it(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert execute(arguments(here, layers="population")) == 3
    (words,) = [line for line in capsys.readouterr().err.splitlines() if "…" not in line]
    assert words == "htcoverage: fetching needs pooch: pip install 'htcoverage[fetch]'"


def test_what_is_large_is_asked_for(
    here: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    table = here / "endpoints.toml"
    table.write_text(table.read_text() + "[plan]\nconfirm_above_mb = 5.0\n")
    assert execute(arguments(here)) == 2
    assert "--yes" in capsys.readouterr().err
    assert server.requests == []
    assert execute(arguments(here, "--yes")) == 0


def test_an_interrupted_fetch_leaves_parts_in_the_cache_alone(
    here: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/constrained/VNM/vnm_ppp_2020_UNadj_constrained.tif"
    from htcoverage.fetch import http

    real = http._chunks

    def stopped(*args: object, **named: object) -> object:
        for chunk in real(*args, **named):
            yield chunk[:1000]
            raise KeyboardInterrupt

    monkeypatch.setattr(http, "_chunks", stopped)
    assert execute(arguments(here, layers="population")) == 130
    assert sorted(p.name for p in (here / "out").iterdir()) == []
    (part,) = (here / "cache").rglob("*.part")
    assert part.read_bytes() == server.files[path][:1000]
    monkeypatch.undo()
    server.requests.clear()
    assert execute(arguments(here, layers="population")) == 0
    assert "bytes=1000-" in [r.headers.get("range") for r in server.asked(path)]
    assert not list((here / "cache").rglob("*.part*"))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--country", "Vietnam"], "--country"),
        (["--elevation", "mars"], "--elevation"),
        (["--population", "all"], "--population"),
        (["--province", "Hà Tĩnh"], "either --province"),
    ],
)
def test_arguments_at_fault_are_exit_2(
    here: Path, capsys: pytest.CaptureFixture[str], more: list[str], words: str
) -> None:
    assert execute(arguments(here, *more)) == 2
    assert words in capsys.readouterr().err


def test_layers_that_are_not_known_are_all_told(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(arguments(here, layers="elevation,moon,mars")) == 2
    told = capsys.readouterr().err
    assert "'moon'" in told
    assert "'mars'" in told


def test_every_fault_of_an_endpoints_file_is_told(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "endpoints.toml").write_text(
        'client = 1\n[glo30]\naddress = "ftp://x"\nfile_mb = -1\n[own]\ntitle = "x"\n'
        "[srtm]\nhosts = 3\n[worldpop]\nsha256 = {a = 'b'}\n[plan]\nask = 1\n"
    )
    assert execute(arguments(here)) == 2
    told = capsys.readouterr().err
    for key in (
        "'client'", "glo30.address", "glo30.file_mb", "own.address", "own.licence", "srtm.hosts",
        "worldpop.sha256", "plan.ask",
    ):  # fmt: skip
        assert key in told


def test_a_project_file_that_is_there_is_kept(here: Path) -> None:
    (here / "out").mkdir()
    mine = here / "out" / "htcoverage.toml"
    mine.write_text("# mine\n")
    assert execute(arguments(here)) == 0
    assert mine.read_text() == "# mine\n"
    put_ledger(here / "out")
    assert read_project(here / "out" / "htcoverage.fetched.toml").sources


def test_a_file_with_another_checksum_than_the_table_has_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = here / "endpoints.toml"
    table.write_text(
        table.read_text()
        + f'[worldpop.sha256]\n"vnm_ppp_2020_UNadj_constrained.tif" = "{"0" * 64}"\n'
    )
    assert execute(arguments(here, layers="population")) == 3
    assert "wrong checksum" in capsys.readouterr().err
    assert not list((here / "cache").rglob("*.tif"))


def test_the_same_fetch_gives_the_same_files(here: Path) -> None:
    assert execute(arguments(here)) == 0
    first = {path.name: path.read_bytes() for path in (here / "out").iterdir()}
    shutil.rmtree(here / "out")
    shutil.rmtree(here / "cache")
    assert execute(arguments(here)) == 0
    assert {path.name: path.read_bytes() for path in (here / "out").iterdir()} == first


def test_words_of_a_server_are_shown_as_text(
    here: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """A catalogue's names may hold markup, quotes and control signs."""
    from fetch_world import serve_stac, stac_item

    serve_stac(server)
    evil = '[red]x[/red]\x1b[2J"\nname = "y'
    item = {**stac_item("Copernicus_DSM_COG_10_N18_00_E105_00_DEM"), "id": evil}
    item["assets"] = {"data": {"href": f"{server.url}/gone/{evil}.tif"}}
    server.routes["/stac/search"] = lambda request: as_json(
        {"type": "FeatureCollection", "features": [item], "links": []}
    )
    assert execute(arguments(here, "--elevation", "stac", layers="elevation")) == 3
    told = capsys.readouterr()
    assert "\x1b" not in told.out + told.err
    server.routes["/stac/search"] = lambda request: Answer(status=500, body=b"\x1b[2J")
    shutil.rmtree(here / "cache")
    assert execute(arguments(here, "--elevation", "stac", layers="elevation")) == 3
    assert "\x1b" not in capsys.readouterr().err


def test_residents_under_another_release_are_found(
    here: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """Vietnam's file stands under one name of WorldPop's releases, Kenya's under the other."""
    table = (here / "endpoints.toml").read_text(encoding="utf-8")
    old = PATHS["worldpop"]
    (here / "endpoints.toml").write_text(
        table.replace(old, old.replace("/{country}", "/{release}"))
    )
    kept = server.files.pop("/constrained/VNM/vnm_ppp_2020_UNadj_constrained.tif")
    server.files["/constrained/maxar_v1/vnm_ppp_2020_UNadj_constrained.tif"] = kept
    assert execute(arguments(here, layers="population")) == 0
    (listed,) = json.loads((here / "out" / "sources.json").read_text())["sources"]
    assert "/maxar_v1/" in listed["addresses"][0]
    asked = len(server.requests)
    assert execute(arguments(here, "--offline", layers="population")) == 0
    assert len(server.requests) == asked


def test_a_country_without_residents_is_told_what_to_write(
    here: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = server.files.pop("/constrained/VNM/vnm_ppp_2020_UNadj_constrained.tif")
    assert execute(arguments(here, layers="population")) == 3
    told = " ".join(capsys.readouterr().err.split())
    assert "no file of VNM" in told
    assert f"{server.url}/constrained/VNM/vnm_ppp_2020_UNadj_constrained.tif" in told
    assert "write [worldpop] and below it address = " in told
    assert "--population unconstrained" in told
    server.files["/mine.tif"] = kept
    own = (here / "endpoints.toml").read_text().replace(PATHS["worldpop"], "/mine.tif")
    (here / "endpoints.toml").write_text(own)
    assert execute(arguments(here, layers="population")) == 0


def test_blanks_of_an_address_that_nobody_fills_are_told(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for address in ("https://x.org/{nam}.tif", "https://x.org/{name", "https://x.org/{0}.tif"):
        (here / "endpoints.toml").write_text(f'[worldcover]\naddress = "{address}"\n')
        assert execute(arguments(here, layers="landcover")) == 2
        told = " ".join(capsys.readouterr().err.split())
        assert "worldcover.address" in told
        assert "{name}" in told
