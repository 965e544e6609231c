"""The map of a million places: what it hands to the browser is read back as Parquet."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
import time

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from figures_world import CRS, NORTH_M, PIXEL_M, WEST_M, box, make_coverage, make_settlements

import htcoverage as ht
from htcoverage.crs import WGS84, transformer
from htcoverage.errors import InputError
from htcoverage.export.classes import COVER_COLOURS, LEVEL_COLOURS, level_classes

pytest.importorskip("lonboard", reason="needs the extra [lonboard]")


def handed_over(page) -> tuple[dict, list[dict], np.ndarray]:
    """Return the map's state, the rows of its table and their colours, from the page of a map."""
    found = re.search(
        r'<script type="application/vnd.jupyter.widget-state\+json">(.*?)</script>',
        page.to_html(), re.DOTALL,
    )  # fmt: skip
    assert found is not None
    models = list(json.loads(found.group(1))["state"].values())
    layer = next(model for model in models if "table" in model["state"])
    rows, colours = [], []
    for buffer in layer["buffers"]:
        table = pq.read_table(io.BytesIO(base64.b64decode(buffer["data"])))
        if buffer["path"][0] == "table":
            rows += [table]
        else:
            colours += table.column("value").to_pylist()
    whole = next(model["state"] for model in models if "basemap" in model["state"])
    return whole, [row for table in rows for row in table.to_pylist()], np.array(colours)


def rgb(colour: str) -> list[int]:
    return list(bytes.fromhex(colour[1:]))


def test_pixels_of_a_coverage_lie_where_they_are_in_the_colours_of_their_class():
    levels = [-85.0, -85.1, np.nan, -115.0, -115.1]
    page = ht.big_map(make_coverage(a_4g=[[-60.0] * 5] * 2, any_4g=[levels, [np.nan] * 5]))
    state, rows, colours = handed_over(page)
    assert state["basemap"] is None
    assert [round(row["level_dbm"], 1) for row in rows] == [-85.0, -85.1, -115.0, -115.1]
    assert [row["class"] for row in rows] == [
        "≥ −85", "−95 … −85", "−115 … −105", "< −115",
    ]  # fmt: skip
    expected = [rgb(LEVEL_COLOURS[place]) for place in (0, 1, 3, 4)]
    assert colours.tolist() == expected
    places = [(0.5, 0.5), (1.5, 0.5), (3.5, 0.5), (4.5, 0.5)]
    to_degrees = transformer(CRS, WGS84)
    for row, (column, line) in zip(rows, places, strict=True):
        there = to_degrees.transform(WEST_M + PIXEL_M * column, NORTH_M - PIXEL_M * line)
        assert row["geometry"] == pytest.approx(there, abs=1e-9)
    assert "Median level: RSRP, dBm; 4G, any operator; predicted" in page.legend
    assert "&lt; −115: 1" in page.legend
    assert "no level" not in page.legend


def test_a_million_points_take_seconds():
    random = np.random.default_rng(5)
    count = 1_000_000
    levels = random.uniform(-130.0, -60.0, count).astype(np.float32)
    points = gpd.GeoDataFrame(
        {"level_dbm": levels},
        geometry=shapely.points(random.uniform(105, 106, count), random.uniform(18, 19, count)),
        crs=WGS84,
    )
    start = time.process_time()
    page = ht.big_map(points, technology="3G")
    assert time.process_time() - start < 60.0
    layer = page.layers[0]
    assert layer.table.num_rows == count
    shown = pa.chunked_array(layer.get_fill_color).combine_chunks().flatten()
    shown = shown.to_numpy().reshape(-1, 3)
    wanted = np.array([rgb(colour) for colour in LEVEL_COLOURS])[level_classes(levels, "3G") - 1]
    np.testing.assert_array_equal(shown, wanted)


def test_cover_at_places_and_operators_and_shapes():
    level = np.full((6, 10), -140.0)
    level[:, :5] = -60.0
    points = gpd.GeoDataFrame(
        {"name": ["trường học", "trạm y tế"]},
        geometry=[shapely.Point(WEST_M + x, NORTH_M - 50) for x in (50, 950)],
        crs=CRS,
    )
    page = ht.big_map(ht.cover_at(make_coverage(any_4g=level), points), language="vi")
    _, rows, colours = handed_over(page)
    assert [row["name"] for row in rows] == ["trường học", "trạm y tế"]
    assert [row["mức"] for row in rows] == ["có sóng", "không có sóng"]
    assert colours.tolist() == [rgb(COVER_COLOURS[0]), rgb(COVER_COLOURS[2])]

    sites = points.assign(site_id=["m", "n"], operator=["<b>A", "B"], provenance="modelled")
    page = ht.big_map(sites)
    assert len({tuple(colour) for colour in handed_over(page)[2].tolist()}) == 2
    assert "&lt;b&gt;A: 1" in page.legend
    assert "<b>A" not in page.legend
    assert "Modelled, not measured: sites" in page.legend

    homes = make_settlements(("s1", "w", 100.0, box(1, 1, 4, 3)), ("s2", "e", 6.0, box(6, 1, 9, 3)))
    _, rows, _ = handed_over(ht.big_map(homes))
    assert [row["residents"] for row in rows] == [100.0, 6.0]
    lines = homes.set_geometry(homes.boundary).rename(columns={"settlement_id": "span_id"})
    assert len(handed_over(ht.big_map(lines))[1]) == 2


def test_what_cannot_be_drawn_is_told():
    coverage = make_coverage(any_4g=np.full((2, 2), -60.0))
    with pytest.raises(InputError, match="one of any, 4G"):
        ht.big_map(coverage, technology="3G")
    homes = make_settlements(("s1", "w", 100.0, box(1, 1, 4, 3)), ("s2", "e", 6.0, box(6, 1, 9, 3)))
    with pytest.raises(InputError, match="at least one place"):
        ht.big_map(homes.iloc[:0])
    with pytest.raises(InputError, match="points, lines or polygons alone"):
        ht.big_map(homes.set_geometry([homes.geometry[0], homes.geometry[1].centroid]))


def test_without_lonboard_one_is_told_what_to_install():
    code = (
        "import sys; sys.modules['lonboard'] = None\n"
        "import htcoverage as ht, xarray as xr\n"
        "try: ht.big_map(xr.Dataset())\n"
        "except ht.SetupError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'htcoverage[lonboard]'" in done.stdout
