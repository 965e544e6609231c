"""What is written is read back the same, by GDAL's own command line too."""

import csv
import json
import math
import re
import shutil
import subprocess

import geopandas as gpd
import map_world as world
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st

from htcoverage.errors import InputError
from htcoverage.export import inert_text, write_cog, write_coverage_tif, write_csv, write_gpkg


def run(program, *arguments):
    """The output of one of GDAL's programs."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not on the path: GDAL's own reading of the file is not tried")
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr
    return done.stdout


@pytest.fixture
def cover():
    cover = world.coverage("Viettel", "MobiFone")
    rng = np.random.default_rng(3)
    level = rng.uniform(-130, -60, cover["level_dbm"].shape).astype(np.float32)
    level[:, :7, :11] = np.nan
    return cover.assign(level_dbm=(("layer", "y", "x"), level))


def test_levels_come_back_exactly(cover, tmp_path):
    path = tmp_path / "coverage_4g.tif"
    write_coverage_tif(cover, "4G", path, metadata={"seed": 7, "thresholds": {"4G": -105.0}})
    with rasterio.open(path) as file:
        assert file.crs.to_epsg() == 9209
        assert file.transform == world.GRID.affine
        assert file.descriptions == ("4G any operator", "4G Viettel", "4G MobiFone")
        assert file.dtypes == ("float32",) * 3
        tags = file.tags()
        bands = file.read(masked=True).filled(np.nan)
    assert tags["model"] == "ITU-R P.1812-8"
    assert float(tags["radius_km"]) == 15
    assert json.loads(tags["thresholds"]) == {"4G": -105.0}
    for band, layer in zip(bands, ["any_4g", "viettel_4g", "mobifone_4g"], strict=True):
        expected = cover["level_dbm"].sel(layer=layer).to_numpy()
        np.testing.assert_array_equal(band, expected)


def test_gdal_reads_the_raster_as_a_cog(cover, tmp_path):
    path = tmp_path / "coverage_3g.tif"
    write_coverage_tif(cover, "3G", path)
    told = json.loads(run("gdalinfo", "-json", path))
    assert told["metadata"]["IMAGE_STRUCTURE"]["LAYOUT"] == "COG"
    assert told["size"] == [140, 100]
    assert 'ID["EPSG",9209]' in told["coordinateSystem"]["wkt"]
    assert [band["description"] for band in told["bands"]] == [
        "3G any operator",
        "3G Viettel",
        "3G MobiFone",
    ]
    assert {band["noDataValue"] for band in told["bands"]} == {-9999.0}
    assert {band["unit"] for band in told["bands"]} == {"dBm"}
    assert told["cornerCoordinates"]["upperLeft"] == [world.WEST, world.SOUTH + 10_000]


def test_overviews_hold_only_levels_that_were_computed(tmp_path):
    grid = world.make_grid((500_000, 2_000_000, 600_000, 2_100_000))
    band = np.where(np.indices(grid.shape).sum(axis=0) % 2, -70, -110).astype(np.float32)
    write_cog(tmp_path / "a.tif", [band], grid, descriptions=["a"])
    with rasterio.open(tmp_path / "a.tif", overview_level=0) as file:
        assert file.width < grid.shape[1]
        assert set(np.unique(file.read(1))) <= {-70, -110}


def test_a_technology_that_is_not_there_is_refused_and_nothing_written(cover, tmp_path):
    with pytest.raises(InputError, match="5G"):
        write_coverage_tif(cover, "5G", tmp_path / "a.tif")
    with pytest.raises(InputError, match="shape"):
        write_cog(tmp_path / "a.tif", [np.zeros((2, 2), "f4")], world.GRID, descriptions=["a"])
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def layers():
    homes = world.settlements("Thôn Đông Hà", "=cmd|' /C calc'!A0")
    return {"settlements": homes, "bts": world.bts("Trạm", "Viettel", "MobiFone")}


def test_a_geopackage_comes_back_the_same(layers, tmp_path):
    path = tmp_path / "a.gpkg"
    write_gpkg(layers, path, metadata={"model": "P.1812", "radius_km": 15.0})
    for name, table in layers.items():
        back = gpd.read_file(path, layer=name)
        assert back.crs == table.crs
        assert back.geometry.geom_equals(table.geometry).all()
        for column in table.columns.drop("geometry"):
            assert back[column].tolist() == table[column].tolist()


def test_ogr_reads_the_geopackage(layers, tmp_path):
    path = tmp_path / "a.gpkg"
    write_gpkg(layers, path, metadata={"model": "P.1812", "thresholds": {"4G": -105.0}})
    told = run("ogrinfo", "-so", "-al", path)
    assert "Layer name: settlements" in told
    assert "Feature Count: 2" in told
    assert "Layer name: bts" in told
    assert "Feature Count: 3" in told
    assert "residents: Integer64" in told
    assert "model=P.1812" in told
    assert 'thresholds={"4G": -105.0}' in told
    assert 'ID["EPSG",9209]' in told


def test_an_empty_table_makes_an_empty_layer(tmp_path):
    none = gpd.GeoDataFrame({"name": []}, geometry=gpd.GeoSeries([], crs=world.CRS))
    write_gpkg({"gaps": none}, tmp_path / "gaps.gpkg")
    assert len(gpd.read_file(tmp_path / "gaps.gpkg", layer="gaps")) == 0


def test_the_same_input_gives_the_same_bytes(cover, layers, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_coverage_tif(cover, "4G", tmp_path / folder / "c.tif")
        write_gpkg(layers, tmp_path / folder / "g.gpkg", metadata={"seed": 1})
        write_csv(layers["bts"].drop(columns="geometry"), tmp_path / folder / "t.csv")
    for name in ("c.tif", "g.gpkg", "t.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    # One name a file, and the style of the raster: no part or journal is left.
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["c.qml", "c.tif", "g.gpkg", "t.csv"]


def test_a_geopackage_without_a_crs_is_refused(tmp_path):
    bare = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.Point(1, 2)])
    with pytest.raises(InputError, match="CRS"):
        write_gpkg({"bare": bare}, tmp_path / "a.gpkg")
    assert list(tmp_path.iterdir()) == []


def test_a_spreadsheet_finds_no_formula_and_the_same_numbers(tmp_path):
    table = pd.DataFrame(
        {
            "name": ["=1+1", "+84 912", "-a", "@SUM(A1)", "\t=1", 'Kỳ Anh, "xã"', "-105.5"],
            "level_dbm": [-105.5, -80.0, np.nan, 0.1, 1e-9, -1.0, 2.0],
            "residents": [1, -2, 3, 4, 5, 6, 7],
            "=head": ["x", None, "", "y", "z", "w", "v"],
            "covered": [True, False, True, True, True, True, True],
        }
    )
    write_csv(table, tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["name", "level_dbm", "residents", "'=head", "covered"]
    names = [row[0] for row in rows]
    assert names[:5] == ["'=1+1", "'+84 912", "'-a", "'@SUM(A1)", "'\t=1"]
    assert names[5:] == ['Kỳ Anh, "xã"', "-105.5"]
    assert [row[2] for row in rows] == ["1", "-2", "3", "4", "5", "6", "7"]
    assert rows[1][3] == rows[2][3] == rows[2][1] == ""
    assert rows[0][4] == "true"
    for written, level in zip((row[1] for row in rows), table["level_dbm"], strict=True):
        assert (written == "" and math.isnan(level)) or float(written) == level


#: What begins a formula, what may stand before it unseen, and what ends a cell somewhere.
SIGNS, BLANKS, ENDS = "=+-@＝＋－＠", "\t\r\n \xa0\u200b\u202e\u2028\ufeff", ";\n"


@given(st.text(st.sampled_from(SIGNS + BLANKS + ENDS + "a1.'")) | st.text())
def test_no_text_is_a_formula_and_each_comes_back(text):
    inert = inert_text(text)
    assert inert.replace("'", "") == text.replace("'", "")
    for cell in re.split("[;\n]", inert):
        if cell.lstrip(BLANKS)[:1] in tuple(SIGNS):
            float(inert)  # a number is the only thing that may begin so
    assert not inert.startswith(("\t", "\r", "\n"))


def test_a_return_in_a_name_neither_breaks_a_row_nor_begins_one(tmp_path):
    names = ["a\r=1+1", "b\r\n=1+1", "c\n@x", "d;=1+1\0", "-4"]
    write_csv(pd.DataFrame({"n": range(5), "name\rx": names}), tmp_path / "t.csv")
    for newline in ("", None):  # as Python's reader splits it, and as a plain one does
        with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline=newline) as file:
            rows = list(csv.reader(file))
        assert [row[0] for row in rows] == ["n", "0", "1", "2", "3", "4"]
        inert = ["a\n'=1+1", "b\n'=1+1", "c\n'@x", "d;'=1+1\ufffd", "-4"]
        assert [row[1] for row in rows[1:]] == inert
    # Where cells end at semicolons and line ends, quoted or not, none begins with a sign either.
    text = (tmp_path / "t.csv").read_text("utf-8")
    assert not re.findall("(?:^|[;\n])[=+@]", text)
