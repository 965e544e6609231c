"""Packed files of buildings and cells in their true formats, read without a server."""

import gzip
import json
import math
import tracemalloc
from pathlib import Path

import pytest
import shapely
from fetch_vector_world import footprint
from hypothesis import given
from hypothesis import strategies as st

from htcoverage.errors import SetupError
from htcoverage.fetch.building_files import (
    google_chunks,
    google_tiles,
    microsoft_chunks,
    microsoft_tiles,
    quadkeys_over,
    size_of,
)
from htcoverage.fetch.opencellid_file import answer_instead, cells_within

pytest.importorskip("osmnx")

PROVINCES = ["Hà Nam", "Hà Nội", "Hà Tĩnh", "Nghệ An", "Quảng Bình", "Thanh Hóa"]
CODES = [f"VNM-ADM1-{number}" for number in range(len(PROVINCES))]


# ---- buildings ------------------------------------------------------------------------------


def test_quadkeys_are_those_of_the_published_example() -> None:
    # Microsoft, "Bing Maps Tile System": tile (3, 5) of level 3 is "213"; the point in its middle.
    longitude_deg = (3.5 / 8) * 360 - 180
    latitude_deg = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * 5.5 / 8))))
    bounds = (longitude_deg, latitude_deg, longitude_deg, latitude_deg)
    assert all(key.startswith("213") for key in quadkeys_over(bounds))


@given(st.floats(-179.9, 179.9), st.floats(-85, 85))
def test_a_quadkey_holds_its_point(longitude_deg: float, latitude_deg: float) -> None:
    (key,) = quadkeys_over((longitude_deg, latitude_deg, longitude_deg, latitude_deg))
    assert len(key) == 9
    x = sum((int(digit) & 1) << (8 - place) for place, digit in enumerate(key))
    y = sum((int(digit) >> 1) << (8 - place) for place, digit in enumerate(key))

    def latitude_of(row: int) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 512))))

    assert x / 512 * 360 - 180 - 1e-9 <= longitude_deg <= (x + 1) / 512 * 360 - 180
    assert latitude_of(y + 1) - 1e-9 <= latitude_deg <= latitude_of(y) + 1e-9


def test_the_index_of_microsoft_gives_the_squares_wanted(tmp_path: Path) -> None:
    bounds = (105.9, 18.3, 105.91, 18.31)
    (key,) = quadkeys_over(bounds)
    index = tmp_path / "dataset-links.csv"
    index.write_text(
        "Location,QuadKey,Url,Size,UploadDate\n"
        f"Vietnam,{key},https://example.org/vn.csv.gz,26.1MB,2026-02-03\n"
        f"Laos,{key},https://example.org/la.csv.gz,903.2KB,2026-02-03\n"
        "Vietnam,132200000,https://example.org/far.csv.gz,1B,2026-02-03\n"
    )
    tiles = microsoft_tiles(index, bounds)
    assert [tile.size_bytes for tile in tiles] == [903_200, 26_100_000]
    index.write_text("<html>moved</html>")
    with pytest.raises(SetupError, match="may have moved"):
        microsoft_tiles(index, bounds)


def test_zeros_that_a_table_program_took_from_a_key_are_given_back(tmp_path: Path) -> None:
    bounds = (-100.0, 40.0, -99.99, 40.01)
    (key,) = quadkeys_over(bounds)
    assert key.startswith("0")
    index = tmp_path / "dataset-links.csv"
    index.write_text(f"Location,QuadKey,Url,Size\nX,{int(key)},https://example.org/a.gz,1MB\n")
    assert [tile.name for tile in microsoft_tiles(index, bounds)] == [key]


def test_sizes_are_read_as_the_index_writes_them() -> None:
    assert [size_of(text) for text in ("1.5GB", "26.1MB", "903.2KB", "12B", "?", "")] == [
        1_500_000_000, 26_100_000, 903_200, 12, 0, 0,
    ]  # fmt: skip


def test_the_index_of_google_gives_the_cells_that_touch(tmp_path: Path) -> None:
    index = tmp_path / "tiles.geojson"
    cells = [("315", shapely.box(100, 10, 106, 20)), ("317", shapely.box(120, 10, 126, 20))]
    index.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": {
                            "tile_id": name,
                            "tile_url": f"https://example.org/{name}_buildings.csv.gz",
                            "size_mb": 145.5,
                        },
                        "geometry": json.loads(shapely.to_geojson(cell)),
                    }
                    for name, cell in cells
                ],
            }
        )
    )
    (tile,) = google_tiles(index, (105.9, 18.3, 105.91, 18.31))
    assert (tile.name, tile.size_bytes) == ("315", 145_500_000)
    index.write_text("{}")
    with pytest.raises(SetupError, match="may have moved"):
        google_tiles(index, (105.9, 18.3, 105.91, 18.31))


AREA = shapely.box(105.7, 18.2, 106.0, 18.5)
BOUNDS = (105.9, 18.3, 106.0, 18.4)


def test_buildings_of_microsoft_are_lines_of_geojson(tmp_path: Path) -> None:
    path = tmp_path / "part-00159.csv.gz"
    lines = [
        footprint(105.95, 18.35), footprint(105.2, 18.35), "damaged {", footprint(105.89999, 18.3),
    ]  # fmt: skip
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    (chunk,) = microsoft_chunks(path, BOUNDS)
    assert (chunk.lines, chunk.faulty, len(chunk.table)) == (4, 1, 2)
    assert chunk.table["confidence"].tolist() == [0.875, 0.875]
    assert chunk.table["height_m"].isna().all()


def test_buildings_of_google_are_csv_with_wkt(tmp_path: Path) -> None:
    path = tmp_path / "315_buildings.csv.gz"
    rows = "latitude,longitude,area_in_meters,confidence,geometry,full_plus_code\n"
    for x, y in ((105.95, 18.35), (105.2, 18.35), (106.0, 18.4)):
        wkt = shapely.box(x, y, x + 0.0001, y + 0.0001).wkt
        rows += f'{y},{x},110.5,0.8125,"{wkt}",7PF7XX22+22\n'
    rows += 'nowhere,105.95,1,0.7,"POLYGON EMPTY",7PF7XX22+22\n'
    path.write_bytes(gzip.compress(rows.encode()))
    (chunk,) = google_chunks(path, BOUNDS)
    assert (chunk.lines, chunk.faulty, len(chunk.table)) == (4, 1, 2)
    assert chunk.table["confidence"].tolist() == [0.8125, 0.8125]


def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("htcoverage.fetch.lines._CHUNK", 1000)
    peaks = []
    for lines in (4_000, 32_000):
        path = tmp_path / f"{lines}.csv.gz"
        with gzip.open(path, "wt", compresslevel=1) as file:
            for number in range(lines):
                x = 105.95 if number % 1000 == 0 else 105.2
                file.write(footprint(x, 18.35) + "\n")
        tracemalloc.start()
        chunks = [(chunk.lines, len(chunk.table)) for chunk in microsoft_chunks(path, BOUNDS)]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert sum(read for read, _ in chunks) == lines
        assert sum(kept for _, kept in chunks) == lines // 1000
    assert peaks[1] < 1.3 * peaks[0]


@pytest.mark.parametrize("read", [microsoft_chunks, google_chunks])
def test_a_file_that_was_cut_is_told(tmp_path: Path, read: object) -> None:
    path = tmp_path / "cut.csv.gz"
    whole = gzip.compress("\n".join(footprint(105.95, 18.35) for _ in range(1000)).encode())
    for content in (whole[: len(whole) // 2], b"<html>not here</html>", whole[:-6] + b"\x00" * 6):
        path.write_bytes(content)
        with pytest.raises(SetupError, match=r"cut\.csv\.gz is no whole file of buildings"):
            list(read(path, BOUNDS))  # type: ignore[operator]


def test_a_line_without_end_is_not_gathered(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(100):
            file.write(b"0" * 1_000_000)
    tracemalloc.start()
    with pytest.raises(SetupError, match="does not end"):
        list(microsoft_chunks(path, BOUNDS))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


# ---- OpenCelliD -----------------------------------------------------------------------------

HEADER = (
    "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\n"
)
ROWS = (
    "LTE,452,4,5001,25601,0,105.9050,18.3420,1000,12,1,1459813819,1640000000,0\n"
    "UMTS,452,2,5001,70131,0,106.9050,18.3520,1000,3,1,1459813819,1640000000,0\n"
    "LTE,457,1,5001,25601,0,105.9050,18.3420,1000,12,1,1459813819,1640000000,0\n"
    "GSM,452,1,5001,131,0,105.9150,18.3520,1000,3,1,1459813819,1640000000,0\n"
)


@pytest.mark.parametrize("header", ["", HEADER])
def test_cells_near_the_area_are_kept_with_or_without_a_header(tmp_path: Path, header: str) -> None:
    path = tmp_path / "452.csv.gz"
    path.write_bytes(gzip.compress((header + ROWS).encode()))
    cells = cells_within(path, AREA, mcc=452)
    assert (cells.rows, cells.faulty) == (4, 0)
    assert cells.table["cell"].tolist() == ["25601", "131"]
    assert ",".join(cells.table.columns) + "\n" == HEADER


def test_what_opencellid_says_instead_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "452.csv.gz"
    path.write_bytes(b"RATE_LIMITED\n")
    assert answer_instead(path) == "RATE_LIMITED"
    path.write_bytes(b'{"status":"error","message":"INVALID_TOKEN"}')
    assert "INVALID_TOKEN" in (answer_instead(path) or "")
    path.write_bytes(gzip.compress(ROWS.encode()))
    assert answer_instead(path) is None


def test_a_file_of_other_things_is_no_file_of_cells(tmp_path: Path) -> None:
    path = tmp_path / "452.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    with pytest.raises(SetupError, match="no file of cells"):
        cells_within(path, AREA, mcc=452)
    path.write_bytes(gzip.compress((HEADER + ROWS).encode())[:-20])
    with pytest.raises(SetupError, match="no whole file of cells"):
        cells_within(path, AREA, mcc=452)
