"""Windows of remote rasters, tiles by name, archives: over a real connection."""

from __future__ import annotations

import dataclasses
import gzip
from pathlib import Path

import numpy as np
import pytest
from fetch_server import Answer, Server, endpoints_file, server
from fetch_world import (
    BBOX,
    COARSE,
    PATHS,
    SIDE,
    cog,
    elevation_m,
    glo30_tile,
    hgt,
    population,
    read,
    serve_rasters,
    serve_stac,
    stac_item,
    zipped,
)
from hypothesis import given
from hypothesis import strategies as st

from htcoverage.errors import InputError, SetupError
from htcoverage.fetch import elevation, landcover
from htcoverage.fetch import population as residents
from htcoverage.fetch.cache import Context
from htcoverage.fetch.endpoints import read_endpoints
from htcoverage.fetch.plan import parse_bbox
from htcoverage.fetch.rasters import corner_name, corners, widened
from htcoverage.fetch.sources import Area

__all__ = ["server"]

AREA = Area("Coast", "VNM", parse_bbox(BBOX))
NAMES = {
    (lon, lat): f"Copernicus_DSM_COG_10_N{lat}_00_E{lon}_00_DEM"
    for lon in (105, 106)
    for lat in (17, 18)
}


def path_of(lon: int, lat: int) -> str:
    return f"/glo30/{NAMES[lon, lat]}/{NAMES[lon, lat]}.tif"


@pytest.fixture
def context(server: Server, tmp_path: Path) -> Context:
    serve_rasters(server)
    out = tmp_path / "out"
    out.mkdir()
    table = read_endpoints(endpoints_file(tmp_path, server.url, PATHS))
    return Context(endpoints=table, out=out, cache=tmp_path / "cache", choices={})


def chosen(context: Context, **choices: str) -> Context:
    return dataclasses.replace(context, choices=choices)


def offline(context: Context, *, cache: Path | None = None) -> Context:
    return dataclasses.replace(context, offline=True, cache=cache or context.cache)


def check_elevation(path: Path, *, tolerance_m: float, sea: bool = True) -> None:
    """Every pixel holds the elevation of its own place; the missing tile is at 0 m."""
    values, transform, _ = read(path)
    rows, columns = np.indices(values.shape)
    lon = transform.c + (columns + 0.5) * transform.a
    lat = transform.f + (rows + 0.5) * transform.e
    expected = elevation_m(lon, lat)
    lacking = (lon > 106.0 + transform.a) & (lat < 18.0 - transform.a) if sea else lon < 0
    on_edge = (np.abs(lon - 106.0) < 2 * transform.a) | (np.abs(lat - 18.0) < 2 * transform.a)
    assert np.all(values[lacking] == 0)
    inner = ~lacking & ~on_edge & (values != -32768)
    assert np.abs(values - expected)[inner].max() < tolerance_m
    west, south, east, north = widened(AREA.bounds, 20.0)
    assert transform.c <= west + 1e-9
    assert transform.f >= north - 1e-9
    assert transform.c + values.shape[1] * transform.a >= east - 1e-9
    assert transform.f + values.shape[0] * transform.e <= south + 1e-9


def test_glo30_is_cut_joined_and_the_sea_is_told(context: Context, server: Server) -> None:
    items = elevation.plan(AREA, context)
    assert sorted(item.name for item in items) == sorted(NAMES.values())
    (found,) = elevation.fetch(items, context)
    check_elevation(context.out / "elevation.tif", tolerance_m=0.01)
    assert found.role == "elevation"
    assert found.notes[0].startswith("1 of 4 tiles are not at the source: sea, taken as 0 m")
    assert NAMES[106, 17] in found.notes[0]
    assert found.record.addresses == tuple(
        f"{server.url}{path_of(*corner)}" for corner in ((105, 17), (105, 18), (106, 18))
    )
    # The blocks that are needed, not the files.
    sent = sum(
        int(r.headers["range"].split("-")[1]) - int(r.headers["range"].split("=")[1].split("-")[0])
        for r in server.asked(path_of(106, 18))
        if "range" in r.headers
    )
    assert sent < 0.8 * len(server.files[path_of(106, 18)])


def test_no_tile_at_all_is_an_error(context: Context) -> None:
    far = Area("Nowhere", "VNM", (10.1, 10.1, 10.2, 10.2))
    with pytest.raises(SetupError, match="no tile of this area"):
        elevation.fetch(elevation.plan(far, context), context)


FAULTS = {
    "500 then fine": [Answer(status=500), Answer(status=503)],
    "429": [Answer(status=429, headers={"Retry-After": "1"})],
    "truncated": [Answer(cut=900)] * 4,
    "slow": [Answer(slow_s=1.4)],
}


@pytest.mark.parametrize("skip", [0, 1, 2, 3])
@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_window_is_right_whatever_the_server_does(
    context: Context, server: Server, fault: str, skip: int
) -> None:
    """The fault meets the first look, GDAL's own first requests, or the blocks."""
    server.faults[path_of(106, 18)] = [Answer()] * skip + FAULTS[fault]
    elevation.fetch(elevation.plan(AREA, context), context)
    check_elevation(context.out / "elevation.tif", tolerance_m=0.01)


def test_uncompressed_blocks_that_are_cut_short_are_noticed(
    context: Context, server: Server
) -> None:
    """Nothing in the bytes tells a cut block of plain numbers: the transfer must."""
    from rasterio.io import MemoryFile
    from rasterio.transform import from_origin

    step = 1.0 / SIDE
    side = step * np.arange(SIDE)
    values = elevation_m(*np.meshgrid(106 + side, 19.0 - side))
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=SIDE, height=SIDE, count=1, dtype="float32", crs="EPSG:4326",
            transform=from_origin(106 - step / 2, 19 + step / 2, step, step), tiled=True,
            blockxsize=128, blockysize=128,
        ) as file:  # fmt: skip
            file.write(values, 1)
        server.files[path_of(106, 18)] = bytes(memory.read())
    server.faults[path_of(106, 18)] = [Answer()] * 3 + [Answer(cut=3000)] * 5
    elevation.fetch(elevation.plan(AREA, context), context)
    check_elevation(context.out / "elevation.tif", tolerance_m=0.01)


def test_a_server_without_ranges_sends_the_whole_tile(context: Context, server: Server) -> None:
    server.ranges = False
    elevation.fetch(elevation.plan(AREA, context), context)
    check_elevation(context.out / "elevation.tif", tolerance_m=0.01)


def test_something_else_than_a_raster_is_told(context: Context, server: Server) -> None:
    tile = server.files[path_of(106, 18)]
    server.files[path_of(106, 18)] = b"<html>log in first</html>"
    with pytest.raises(SetupError, match="no raster that can be read"):
        elevation.fetch(elevation.plan(AREA, context), context)
    assert not (context.out / "elevation.tif").exists()
    # Nor is it kept: the next command asks again.
    server.files[path_of(106, 18)] = tile
    elevation.fetch(elevation.plan(AREA, context), context)
    check_elevation(context.out / "elevation.tif", tolerance_m=0.01)


def test_a_tile_on_another_host_is_not_followed(context: Context, server: Server) -> None:
    away = Answer(status=307, headers={"Location": f"{server.other_url}{path_of(106, 18)}"})
    server.faults[path_of(106, 18)] = [away]
    with pytest.raises(SetupError, match="passes us on to localhost"):
        elevation.fetch(elevation.plan(AREA, context), context)


def test_offline_takes_the_cache_wherever_it_was_copied(
    context: Context, server: Server, tmp_path: Path
) -> None:
    elevation.fetch(elevation.plan(AREA, context), context)
    first = (context.out / "elevation.tif").read_bytes()
    moved = tmp_path / "stick" / "cache"
    moved.parent.mkdir()
    context.cache.rename(moved)
    server.requests.clear()
    there = offline(context, cache=moved)
    (found,) = elevation.fetch(elevation.plan(AREA, there), there)
    assert (context.out / "elevation.tif").read_bytes() == first
    assert server.requests == []
    assert found.notes[0].startswith("1 of 4 tiles are not at the source")
    other = dataclasses.replace(AREA, bounds=(105.2, 17.2, 105.3, 17.3))
    with pytest.raises(SetupError, match=r"offline, and the cache .* has no Copernicus"):
        elevation.fetch(elevation.plan(other, there), there)


def test_a_cached_file_that_was_damaged_is_fetched_again(context: Context, server: Server) -> None:
    residents.fetch(residents.plan(AREA, context), context)
    first = (context.out / "population.tif").read_bytes()
    for file in context.cache.rglob("*.tif"):
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    residents.fetch(residents.plan(AREA, context), context)
    assert (context.out / "population.tif").read_bytes() == first
    for file in context.cache.rglob("*.tif"):
        file.write_bytes(b"?")
    away = offline(context)
    with pytest.raises(SetupError, match="offline"):
        residents.fetch(residents.plan(AREA, away), away)


def test_stac_pages_are_followed_to_the_same_elevation(context: Context, server: Server) -> None:
    serve_stac(server)
    table = {**context.endpoints.sources}
    own = table["glo30_stac"]
    more = {**own.more, "bucket": f"{server.url}/{{bucket}}/{{key}}"}
    table["glo30_stac"] = dataclasses.replace(own, more=more)
    endpoints = dataclasses.replace(context.endpoints, sources=table)
    there = dataclasses.replace(context, endpoints=endpoints, choices={"elevation": "stac"})
    server.faults["/stac/search"] = [Answer(status=429, headers={"Retry-After": "0"})]
    items = elevation.plan(AREA, there)
    assert [item.name for item in items] == sorted(
        NAMES[corner] for corner in ((105, 17), (105, 18), (106, 18))
    )
    assert [r.status for r in server.asked("/stac/search")] == [429, 200, 200, 200]
    elevation.fetch(items, there)
    values, transform, _ = read(there.out / "elevation.tif")
    row, column = (
        round((transform.f - 18.1) / -transform.e),
        round((106.05 - transform.c) / transform.a),
    )
    assert values[row, column] == pytest.approx(200 * 0.55 + 11.0, abs=1.5)
    away = offline(there)
    server.requests.clear()
    assert elevation.plan(AREA, away) == items
    assert server.requests == []


@pytest.mark.parametrize("next_by", ["replace", "merge", "get"])
def test_every_way_to_the_next_page_is_followed(
    context: Context, server: Server, next_by: str
) -> None:
    """And files that are named by their addresses are taken as they are."""
    serve_stac(server, next_by=next_by, href=f"{server.url}/glo30")
    items = elevation.plan(AREA, chosen(context, elevation="stac"))
    assert len(server.asked("/stac/search")) == 3
    assert [item.address for item in items] == [
        f"{server.url}{path_of(*corner)}" for corner in ((105, 17), (105, 18), (106, 18))
    ]


def test_a_catalogue_whose_pages_do_not_end_is_not_read_on(
    context: Context, server: Server
) -> None:
    serve_stac(server)
    page = {
        "type": "FeatureCollection", "features": [stac_item(NAMES[105, 18])] * 100,
        "links": [{"rel": "next", "href": f"{server.url}/stac/search?token=1"}],
    }  # fmt: skip
    from fetch_world import as_json

    server.routes["/stac/search"] = lambda request: as_json(page)
    with pytest.raises(SetupError, match="pages may not end"):
        elevation.plan(AREA, chosen(context, elevation="stac"))
    assert len(server.asked("/stac/search")) <= 11


def test_a_catalogue_may_not_name_files_or_pages_elsewhere(
    context: Context, server: Server
) -> None:
    serve_stac(server)
    there = chosen(context, elevation="stac")
    search = server.routes["/stac/search"]
    server.routes["/stac/search"] = lambda request: Answer(
        search(request).body.replace(server.url.encode(), server.other_url.encode()), 200,
        {"Content-Type": "application/json"},
    )  # fmt: skip
    with pytest.raises(SetupError, match="passes us on to localhost"):
        elevation.plan(AREA, there)
    item = stac_item(NAMES[105, 18])
    item["assets"] = {"data": {"href": "https://example.org/a.tif"}}
    from fetch_world import as_json

    server.routes["/stac/search"] = lambda request: as_json(
        {"type": "FeatureCollection", "features": [item], "links": []}
    )
    with pytest.raises(SetupError, match=r"passes us on to example\.org"):
        elevation.plan(AREA, there)


@pytest.mark.parametrize("answer", [
    Answer(b"<html>hello</html>"), Answer(b'{"type": "FeatureCollection"}'), Answer(status=404),
    Answer(b'{"type": "FeatureCollection", "features": [{}], "links": []}'),
])  # fmt: skip
def test_a_catalogue_that_answers_otherwise_is_told(
    context: Context, server: Server, answer: Answer
) -> None:
    serve_stac(server)
    server.routes["/stac/search"] = lambda request: answer
    with pytest.raises(SetupError, match="catalogue"):
        elevation.plan(AREA, chosen(context, elevation="stac"))


def test_srtm_lies_where_its_corner_says(context: Context) -> None:
    there = chosen(context, elevation="srtm")
    (found,) = elevation.fetch(elevation.plan(AREA, there), there)
    check_elevation(there.out / "elevation.tif", tolerance_m=0.51)
    values, transform, nodata = read(there.out / "elevation.tif")
    assert nodata == -32768
    # A void on land stays one, though the tile that is not there is filled.
    assert (values == -32768).sum() == 1
    assert transform.a == pytest.approx(1 / 1200)
    assert "sea" in found.notes[0]


def test_srtm_truncated_and_resumed(context: Context, server: Server) -> None:
    there = chosen(context, elevation="srtm")
    path = "/skadi/N18/N18E106.hgt.gz"
    server.faults[path] = [Answer(cut=2000)]
    elevation.fetch(elevation.plan(AREA, there), there)
    assert [r.status for r in server.asked(path)] == [200, 206]
    check_elevation(there.out / "elevation.tif", tolerance_m=0.51)


@pytest.mark.parametrize("body", [
    gzip.compress(hgt(106, 18))[:-400], b"no gzip", gzip.compress(b"\0" * 1000),
    gzip.compress(b"\0" * 30_000_000),
])  # fmt: skip
def test_an_archive_that_holds_no_tile_is_told(
    context: Context, server: Server, body: bytes
) -> None:
    server.files["/skadi/N18/N18E106.hgt.gz"] = body
    there = chosen(context, elevation="srtm")
    with pytest.raises(SetupError, match=r"^N18E106\.hgt\.gz"):
        elevation.fetch(elevation.plan(AREA, there), there)
    server.files["/skadi/N18/N18E106.hgt.gz"] = gzip.compress(hgt(106, 18))
    elevation.fetch(elevation.plan(AREA, there), there)


def srtm_zip(context: Context, server: Server) -> Context:
    """The form of the table's own source."""
    table = {**context.endpoints.sources}
    own = table["srtm"]
    name = read_endpoints()["srtm"].address.rsplit("/", 1)[-1]
    table["srtm"] = dataclasses.replace(own, address=f"{server.url}/SRTMGL1/{name}")
    endpoints = dataclasses.replace(context.endpoints, sources=table)
    return dataclasses.replace(context, endpoints=endpoints, choices={"elevation": "srtm"})


def test_a_zip_may_hold_the_tile(context: Context, server: Server) -> None:
    for lon, lat in ((105, 17), (105, 18), (106, 18)):
        name = f"N{lat}E{lon}"
        path = f"/SRTMGL1/{name}.SRTMGL1.hgt.zip"
        server.files[path] = zipped({f"{name}.hgt": hgt(lon, lat)})
    there = srtm_zip(context, server)
    elevation.fetch(elevation.plan(AREA, there), there)
    check_elevation(there.out / "elevation.tif", tolerance_m=0.51)


def test_names_that_lead_out_of_an_archive_are_not_followed(
    context: Context, server: Server, tmp_path: Path
) -> None:
    for lon, lat in ((105, 17), (105, 18), (106, 18)):
        name = f"N{lat}E{lon}"
        content = {f"../{name}.hgt": hgt(lon, lat), "../../escaped.txt": b"here"}
        server.files[f"/SRTMGL1/{name}.SRTMGL1.hgt.zip"] = zipped(content)
    there = srtm_zip(context, server)
    with pytest.raises(SetupError, match=r"holds no N17E105\.hgt"):
        elevation.fetch(elevation.plan(AREA, there), there)
    assert not list(tmp_path.rglob("escaped.txt"))
    assert not list(tmp_path.rglob("*.hgt"))


def test_landcover_keeps_its_classes(context: Context) -> None:
    items = landcover.plan(AREA, context)
    assert [item.name for item in items] == ["N15E105", "N18E105"]
    (found,) = landcover.fetch(items, context)
    values, transform, nodata = read(context.out / "landcover.tif")
    assert nodata == 0
    assert set(np.unique(values)) == {10, 50}
    assert (values == 50).sum() == 16
    rows, columns = np.nonzero(values == 50)
    assert transform.c + (columns.mean() + 0.5) * transform.a == pytest.approx(106.0)
    assert transform.f + (rows.mean() + 0.5) * transform.e == pytest.approx(18.0)
    assert found.record.attribution.startswith("© ESA WorldCover project 2021")


@pytest.mark.parametrize(
    ("choice", "residents_a_pixel"), [("constrained", 5), ("unconstrained", 4)]
)
def test_residents_are_neither_moved_nor_resampled(
    context: Context, server: Server, choice: str, residents_a_pixel: int
) -> None:
    there = chosen(context, population=choice)
    residents.fetch(residents.plan(AREA, there), there)
    values, transform, nodata = read(there.out / "population.tif")
    whole = population(residents=residents_a_pixel)
    top, left = round((20.0 - transform.f) * COARSE), round((transform.c - 105.0) * COARSE)
    assert transform.a == pytest.approx(1 / COARSE)
    assert np.array_equal(values, whole[top : top + values.shape[0], left : left + values.shape[1]])
    assert nodata == -99999
    # In strips it is brought whole; by blocks it is not.
    path = residents.plan(AREA, there)[0].address.removeprefix(server.url)
    whole_gets = [r for r in server.asked(path) if r.method == "GET" and r.status == 200]
    assert len(whole_gets) == (1 if choice == "constrained" else 0)


def test_a_raster_in_metres_is_not_what_the_source_is_said_to_be(
    context: Context, server: Server
) -> None:
    from rasterio.io import MemoryFile
    from rasterio.transform import from_origin

    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=9, height=9, count=1, dtype="float32", crs="EPSG:9209",
            transform=from_origin(5e5, 2e6, 90, 90),
        ) as file:  # fmt: skip
            file.write(np.ones((9, 9), np.float32), 1)
        server.files["/constrained/VNM/vnm_ppp_2020_UNadj_constrained.tif"] = bytes(memory.read())
    with pytest.raises(SetupError, match="not in degrees"):
        residents.fetch(residents.plan(AREA, context), context)


def test_names_of_corners() -> None:
    # Copernicus' and WorldCover's own names, of tiles that both have.
    assert corner_name(105, 18, between="_00") == "N18_00_E105_00"
    assert corner_name(-160, 3, between="_00") == "N03_00_W160_00"
    assert corner_name(36, -48) == "S48E036"
    assert corners((-117.3, 48.1, -117.2, 48.2), 3) == [(-120, 48)]


degrees = st.tuples(
    st.floats(-175, 170), st.floats(-80, 75), st.floats(0.01, 4), st.floats(0.01, 4)
)


@given(box=degrees, step=st.sampled_from([1, 3]))
def test_corners_cover_the_box_once(box: tuple[float, ...], step: int) -> None:
    west, south, width, height = box
    east, north = west + width, south + height
    found = corners((west, south, east, north), step)
    assert len(set(found)) == len(found)
    for lon, lat in found:
        assert lon % step == 0
        assert lat % step == 0
        assert lon <= east
        assert lon + step >= west
        assert lat <= north
        assert lat + step >= south
    covered = sum(
        max(min(east, lon + step) - max(west, lon), 0)
        * max(min(north, lat + step) - max(south, lat), 0)
        for lon, lat in found
    )
    assert covered == pytest.approx(width * height, rel=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "1,2,3",
        "a,b,c,d",
        "106,18,105,19",
        "105,19,106,18",
        "105,18,106,91",
        "0,0,30,1",
        "nan,1,2,3",
    ],
)
def test_what_is_no_box_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--bbox"):
        parse_bbox(text)


def test_the_small_tile_is_a_cog() -> None:
    """The fixtures have the form of the true files: blocks, overviews, half a pixel off."""
    from rasterio.io import MemoryFile

    with MemoryFile(glo30_tile(105, 18)) as memory, memory.open() as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.profile["tiled"]
        assert file.overviews(1)
        assert file.bounds.left == pytest.approx(105 - 0.5 / SIDE)
    with (
        MemoryFile(cog(np.ones((300, 300), np.uint8), 0, 3, 0.01, 0)) as memory,
        memory.open() as f,
    ):
        assert f.nodata == 0
