"""Rasters of any kind on one grid: tiles, voids, mixed CRS, classes to heights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
import rasterio.shutil
from pyproj import Transformer
from rasterio.transform import Affine, from_origin
from scipy import ndimage

from htcoverage.errors import Fault, InputError
from htcoverage.terrain import Terrain, read_terrain

CRS = "EPSG:32648"
WEST, NORTH = 500_000.0, 2_030_000.0


def put(
    path: Path, values: npt.NDArray[np.generic], west: float = WEST, north: float = NORTH, *,
    step: float = 100.0, crs: str | None = CRS, driver: str = "GTiff", nodata: float | None = None,
) -> Path:  # fmt: skip
    with rasterio.open(
        path, "w", driver=driver, height=values.shape[0], width=values.shape[1], count=1,
        dtype=values.dtype, crs=crs, transform=from_origin(west, north, step, step), nodata=nodata,
    ) as target:  # fmt: skip
        target.write(values, 1)
    return path


def plane(x_m: npt.NDArray[np.float64], y_m: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A slope that every correct interpolation gives back."""
    return 100.0 + (x_m - WEST) / 100.0 + (NORTH - y_m) / 200.0


def slope(rows: int, columns: int, west: float = WEST, north: float = NORTH, step: float = 100.0):  # type: ignore[no-untyped-def]
    x = west + step * (np.arange(columns) + 0.5)
    y = north - step * (np.arange(rows) + 0.5)
    return plane(*np.meshgrid(x, y)).astype(np.float32)


def centres(terrain: Terrain) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    rows, columns = np.indices(terrain.geobox.shape)
    x, y = terrain.geobox.affine * (columns + 0.5, rows + 0.5)
    return x, y


def faults_of(*arguments: object, **options: object) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read_terrain(*arguments, **options)  # type: ignore[arg-type]
    return caught.value.faults


# ---- mosaics


def test_tiles_are_pasted_on_their_own_lattice(tmp_path: Path) -> None:
    whole = slope(40, 60)
    put(tmp_path / "b.tif", whole[:, 25:], WEST + 2500)
    put(tmp_path / "a.tif", whole[:, :25])
    terrain = read_terrain([tmp_path / "a.tif", tmp_path / "b.tif"])
    np.testing.assert_array_equal(terrain.ground_m, whole)
    assert terrain.geobox.affine == Affine(100, 0, WEST, 0, -100, NORTH)
    assert [name for name, _ in terrain.sources] == ["a.tif", "b.tif"]


def test_bounds_cut_on_the_lattice(tmp_path: Path) -> None:
    whole = slope(40, 60)
    path = put(tmp_path / "a.tif", whole)
    bounds = (WEST + 1050, NORTH - 3000, WEST + 2000, NORTH - 999)
    terrain = read_terrain(path, bounds_m=bounds)
    np.testing.assert_array_equal(terrain.ground_m, whole[9:30, 10:20])
    (fault,) = faults_of(path, bounds_m=(0.0, 0.0, 10.0, 10.0))
    assert "overlap the area" in fault.expected


def test_mixed_crs_and_steps_meet_without_a_seam(tmp_path: Path) -> None:
    # The west in UTM at 100 m, the east in degrees at about 30 m.
    put(tmp_path / "west.tif", slope(80, 40))
    to_utm = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    step = 1 / 3600
    lon0, lat0 = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(
        WEST + 3900, NORTH + 300
    )
    lon, lat = np.meshgrid(
        lon0 + step * (np.arange(180) + 0.5), lat0 - step * (np.arange(300) + 0.5)
    )
    values = plane(*to_utm.transform(lon, lat)).astype(np.float32)
    put(tmp_path / "east.tif", values, lon0, lat0, step=step, crs="EPSG:4326")
    terrain = read_terrain(
        [tmp_path / "west.tif", tmp_path / "east.tif"],
        crs=CRS, bounds_m=(WEST, NORTH - 8000, WEST + 8000, NORTH),
    )  # fmt: skip
    assert terrain.posting_m == 100.0
    assert np.isfinite(terrain.ground_m).all()
    np.testing.assert_allclose(terrain.ground_m, plane(*centres(terrain)), atol=0.5)


def test_warped_slope_is_the_slope(tmp_path: Path) -> None:
    path = put(tmp_path / "a.tif", slope(200, 200))
    terrain = read_terrain(path, crs="EPSG:9209", posting_m=250.0)
    to_utm = Transformer.from_crs("EPSG:9209", CRS, always_xy=True)
    inner = np.isfinite(terrain.ground_m)
    assert inner.mean() > 0.9
    inner = ndimage.binary_erosion(inner)  # at the rim half of the neighbours are missing
    expected = plane(*to_utm.transform(*centres(terrain)))
    np.testing.assert_allclose(terrain.ground_m[inner], expected[inner], atol=0.2)


@pytest.mark.parametrize(("wide_m", "high_m"), [(100.0, 50.0), (50.0, 100.0)])
def test_pixels_that_are_not_square_become_so(tmp_path: Path, wide_m: float, high_m: float) -> None:
    x = WEST + wide_m * (np.arange(40) + 0.5)
    y = NORTH - high_m * (np.arange(40) + 0.5)
    path = tmp_path / "oblong.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=40, width=40, count=1, dtype="float32", crs=CRS,
        transform=from_origin(WEST, NORTH, wide_m, high_m),
    ) as target:  # fmt: skip
        target.write(plane(*np.meshgrid(x, y)).astype(np.float32), 1)
    terrain = read_terrain(path)
    resolution = terrain.geobox.resolution
    assert resolution.x == -resolution.y == terrain.posting_m
    inner = np.s_[4:-4, 4:-4]
    np.testing.assert_allclose(terrain.ground_m[inner], plane(*centres(terrain))[inner], atol=0.01)


def test_a_dem_in_feet_is_warped_to_its_own_step_in_metres(tmp_path: Path) -> None:
    tile = put(
        tmp_path / "feet.tif", np.full((50, 50), 30.0, np.float32), 1_000_000.0, 200_000.0,
        step=100.0, crs="EPSG:2263",
    )  # fmt: skip
    assert read_terrain(tile, crs="EPSG:32618").posting_m == pytest.approx(30.48, abs=0.01)


@pytest.mark.parametrize("west", [179.9, -180.0])
def test_a_tile_at_the_180th_meridian(tmp_path: Path, west: float) -> None:
    values = np.full((100, 100), 50.0, np.float32)
    tile = put(tmp_path / "fiji.tif", values, west, -16.9, step=0.001, crs="EPSG:4326")
    terrain = read_terrain(tile, crs="EPSG:32760")
    assert np.isfinite(terrain.ground_m).mean() > 0.9
    longitude, _ = Transformer.from_crs("EPSG:32760", "EPSG:4326", always_xy=True).transform(
        *(part[np.isfinite(terrain.ground_m)] for part in centres(terrain))
    )
    assert longitude.min() >= west - 0.002
    assert longitude.max() <= west + 0.102


def test_much_finer_rasters_are_averaged(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    fine = rng.normal(50, 10, (200, 200)).astype(np.float32)
    terrain = read_terrain(put(tmp_path / "a.tif", fine, step=10.0), crs=CRS, posting_m=100.0)
    blocks = fine.reshape(20, 10, 20, 10).mean(axis=(1, 3))
    np.testing.assert_allclose(terrain.ground_m, blocks, rtol=1e-4)


# ---- formats


def test_planet_tile_set(tmp_path: Path) -> None:
    whole = np.rint(slope(40, 60)).astype(">i2")
    whole[5, 5] = -9999
    (tmp_path / "t1.bil").write_bytes(whole[:, :30].tobytes())
    (tmp_path / "t2.bil").write_bytes(whole[:, 30:].tobytes())
    south = NORTH - 4000
    (tmp_path / "index.txt").write_text(
        f"t1.bil {WEST} {WEST + 3000} {south} {NORTH} 100\n\n"
        f"t2.bil {WEST + 3000} {WEST + 6000} {south} {NORTH} 100\n",
        encoding="utf-8",
    )
    for path in (tmp_path, tmp_path / "index.txt"):
        terrain = read_terrain(path, source_crs=CRS)
        known = whole > -9999
        np.testing.assert_array_equal(terrain.ground_m[known], whole[known].astype(np.float32))
        assert terrain.ground_m[5, 5] == pytest.approx(float(slope(40, 60)[5, 5]), abs=1.5)
    assert "a crs given beside it" in faults_of(tmp_path)[0].expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("t1.bil 0 1000 0 1000", "northing from and to, step"),
        ("t1.bil 0 x 0 1000 100", "northing from and to, step"),
        ("t1.bil 0 1000 0 1000 0", "northing from and to, step"),
        ("no.bil 0 1000 0 1000 100", "a file that exists"),
        ("../t1.bil 0 1000 0 1000 100", "a file beside the index"),
        ("t1.bil 0 1000 0 2000 100", "400 bytes"),
    ],
)
def test_planet_index_at_fault(tmp_path: Path, line: str, expected: str) -> None:
    (tmp_path / "t1.bil").write_bytes(bytes(200))
    (tmp_path / "index.txt").write_text(f"t1.bil 0 1000 0 1000 100\n{line}\n", encoding="utf-8")
    faults = faults_of(tmp_path, source_crs=CRS)
    assert any(expected in fault.expected for fault in faults)


def test_srtm_tile(tmp_path: Path) -> None:
    heights = np.full((1201, 1201), 7, ">i2")
    heights[600, 600] = 99
    (tmp_path / "N18E105.hgt").write_bytes(heights.tobytes())
    bounds = (500_000.0, 2_030_000.0, 520_000.0, 2_050_000.0)
    terrain = read_terrain(tmp_path / "N18E105.hgt", crs=CRS, bounds_m=bounds)
    assert terrain.posting_m == pytest.approx(92.8, abs=0.1)
    assert float(np.nanmin(terrain.ground_m)) == 7.0
    expected = "the argument crs to warp"
    assert expected in faults_of(tmp_path / "N18E105.hgt")[0].expected


@pytest.mark.parametrize(("driver", "suffix"), [("AAIGrid", "asc"), ("EHdr", "bil")])
def test_rasters_that_tell_no_crs(tmp_path: Path, driver: str, suffix: str) -> None:
    put(tmp_path / "whole.tif", slope(30, 30))
    path = tmp_path / f"a.{suffix}"
    with rasterio.open(tmp_path / "whole.tif") as source:
        rasterio.shutil.copy(source, path, driver=driver)
    for companion in (tmp_path / "a.prj", tmp_path / f"a.{suffix}.aux.xml"):
        companion.unlink(missing_ok=True)
    (fault,) = faults_of(path)
    assert fault.column == "CRS"
    terrain = read_terrain(path, source_crs=CRS)
    np.testing.assert_allclose(terrain.ground_m, slope(30, 30), atol=0.01)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.tif", b"", "the file is empty"),
        ("a.tif", b"garbage" * 50, "GDAL can read"),
        ("N18E105.hgt", bytes(1000), "this one has 1000 bytes"),
        ("a.bil", bytes(800), "its header a.hdr beside it"),
    ],
)
def test_no_raster(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert expected in faults_of(tmp_path / name)[0].expected
    assert "that exists" in faults_of(tmp_path / "b.tif")[0].expected
    assert "a pattern of them" in faults_of(tmp_path)[0].expected


def test_pictures_hold_no_elevations(tmp_path: Path) -> None:
    values = slope(10, 10).astype(np.uint8)
    with rasterio.open(
        tmp_path / "rgb.tif", "w", driver="GTiff", height=10, width=10, count=3, dtype="uint8",
        crs=CRS, transform=from_origin(WEST, NORTH, 100, 100), photometric="RGB",
    ) as target:  # fmt: skip
        target.write(np.stack([values] * 3))
    assert "red, green and blue" in faults_of(tmp_path / "rgb.tif")[0].expected
    path = put(tmp_path / "palette.tif", values)
    with rasterio.open(path, "r+") as target:
        target.write_colormap(1, {value: (value, 0, 0, 255) for value in range(256)})
    assert "a palette" in faults_of(path)[0].expected
    cover = np.full((10, 10), 10, np.uint8)  # classes usually have one
    with rasterio.open(put(tmp_path / "c.tif", cover), "r+") as target:
        target.write_colormap(1, {10: (0, 100, 0, 255)})
    terrain = read_terrain(put(tmp_path / "g.tif", slope(10, 10)), clutter_path=tmp_path / "c.tif")
    assert set(terrain.clutter_class.ravel()) == {10}


def test_scale_offset_and_unit_of_the_tags_make_metres(tmp_path: Path) -> None:
    whole = np.round(slope(20, 20))
    path = put(tmp_path / "scaled.tif", ((whole + 50) * 4).astype(np.int16))
    with rasterio.open(path, "r+") as target:
        target.scales, target.offsets = (0.25,), (-50.0,)
    terrain = read_terrain(path)
    np.testing.assert_allclose(terrain.ground_m, whole, atol=1e-4)
    assert "value × 0.25 + -50 is metres" in terrain.notes[0].words()
    feet = put(tmp_path / "feet.tif", (whole / 0.3048).astype(np.float32))
    with rasterio.open(feet, "r+") as target:
        target.units = ("US survey foot",)
    np.testing.assert_allclose(read_terrain(feet).ground_m, whole, atol=1e-3)


def test_tiles_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    low = put(tmp_path / "a.tif", np.full((10, 10), 10, np.float32))
    near = put(tmp_path / "b.tif", np.full((10, 10), 15, np.float32), WEST + 500)
    high = put(tmp_path / "c.tif", np.full((10, 10), 99, np.float32), WEST + 700)
    assert read_terrain([low, near]).notes == ()
    terrain = read_terrain([low, high])
    assert "30 pixels differ by more than 10 m" in terrain.notes[0].words()
    assert set(terrain.ground_m[:, 7:10].ravel()) == {10.0}


def test_marks_for_voids_spoil_no_value_beside_them(tmp_path: Path) -> None:
    values = slope(60, 60)
    values[30, 30] = -32768
    values[10, 10] = np.inf
    tile = put(tmp_path / "a.tif", values)
    terrain = read_terrain(tile, posting_m=70.0)  # off the tile's pixels: bilinear
    x, y = centres(terrain)
    known = np.isfinite(terrain.ground_m)
    known[:3] = known[-3:] = known[:, :3] = known[:, -3:] = False
    np.testing.assert_allclose(terrain.ground_m[known], plane(x, y)[known], atol=1.5)
    assert "2 elevations outside" in terrain.notes[0].words()


# ---- voids


def test_small_voids_are_filled_and_told_large_ones_stay(tmp_path: Path) -> None:
    values = slope(60, 60)
    whole = values.copy()
    values[10:13, 10:13] = -32768  # nine pixels
    values[30:50, 30:50] = -32768  # four hundred
    values[0:2, 0:2] = -32768  # at the edge: nothing beyond is known
    terrain = read_terrain(put(tmp_path / "a.tif", values))
    np.testing.assert_allclose(terrain.ground_m[10:13, 10:13], whole[10:13, 10:13], atol=2.0)
    assert np.isnan(terrain.ground_m[30:50, 30:50]).all()
    assert np.isnan(terrain.ground_m[0:2, 0:2]).all()
    told = " ".join(map(str, terrain.notes))
    assert "413 elevations outside -500 to 9000 m" in told
    assert "1 voids (9 pixels)" in told
    assert "404 pixels have no elevation" in told
    untouched = np.ones((60, 60), bool)
    untouched[10:13, 10:13] = untouched[30:50, 30:50] = untouched[0:2, 0:2] = False
    np.testing.assert_array_equal(terrain.ground_m[untouched], whole[untouched])


def test_nothing_but_voids(tmp_path: Path) -> None:
    path = put(tmp_path / "a.tif", np.full((5, 5), -9999, np.int16), nodata=-9999)
    assert "at least one elevation" in faults_of(path)[0].expected


# ---- classes


def test_worldcover_needs_no_table(tmp_path: Path) -> None:
    ground = put(tmp_path / "g.tif", slope(10, 10))
    cover = np.full((10, 10), 10, np.uint8)
    cover[0, :3] = (50, 80, 40)
    terrain = read_terrain(ground, clutter_path=put(tmp_path / "c.tif", cover))
    assert terrain.clutter_height_m[0, :4].tolist() == [10, 0, 0, 15]
    cover[5, 5] = 33
    (fault,) = faults_of(ground, clutter_path=put(tmp_path / "c.tif", cover))
    assert (fault.value, fault.column) == ("33", "class")


def test_planet_menu(tmp_path: Path) -> None:
    ground = put(tmp_path / "g.tif", slope(10, 10))
    cover = put(tmp_path / "c.tif", np.repeat(np.arange(5, dtype=np.uint8), 20).reshape(10, 10))
    menu = tmp_path / "menu.txt"
    menu.write_text(
        "0 sea\n1 open_in_urban\n2 Dense Urban\n3 forest\n4 village\n", encoding="utf-8"
    )
    terrain = read_terrain(ground, clutter_path=cover, clutter_classes_path=menu)
    assert [float(terrain.clutter_height_m[row, 0]) for row in (0, 2, 4, 6, 8)] == [0, 0, 20, 15, 8]
    menu.write_text("0 sea\n1 open\nx\n3 nonesuch\n4 village\n", encoding="utf-8")
    found = {
        (f.row, f.value) for f in faults_of(ground, clutter_path=cover, clutter_classes_path=menu)
    }
    assert found == {(3, "x"), (4, "3 nonesuch"), (None, "2"), (None, "3")}


def test_table_of_classes(tmp_path: Path) -> None:
    ground = put(tmp_path / "g.tif", slope(10, 10))
    cover = put(tmp_path / "c.tif", np.ones((10, 10), np.uint8))
    table = tmp_path / "classes.csv"
    table.write_text("class,name,height_m\n1,forest,12.5\n2,x,-1\n3,y,abc\n", encoding="utf-8")
    faults = faults_of(ground, clutter_path=cover, clutter_classes_path=table)
    assert [fault.row for fault in faults] == [3, 4]
    table.write_text("class,name,height_m\n1,forest,12.5\n", encoding="utf-8")
    terrain = read_terrain(ground, clutter_path=cover, clutter_classes_path=table)
    assert set(terrain.clutter_height_m.ravel()) == {12.5}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1258"])
def test_tables_of_classes_are_as_planners_write_them(tmp_path: Path, encoding: str) -> None:
    ground = put(tmp_path / "g.tif", slope(10, 10))
    cover = put(tmp_path / "c.tif", np.ones((10, 10), np.uint8))
    table = tmp_path / "classes.csv"
    table.write_bytes("class;name;height_m\n1;nhà ô;12,5\n1;nhà;12,5 m\n".encode(encoding))
    terrain = read_terrain(ground, clutter_path=cover, clutter_classes_path=table)
    assert set(terrain.clutter_height_m.ravel()) == {12.5}
    table.write_bytes("class;height_m\n1;8\n1;9\n".encode(encoding))
    (fault,) = faults_of(ground, clutter_path=cover, clutter_classes_path=table)
    assert (fault.row, fault.value) == (3, "1, 9")
    assert "8 m above" in fault.expected


def test_land_cover_that_does_not_reach_is_told_or_refused(tmp_path: Path) -> None:
    ground = put(tmp_path / "g.tif", slope(10, 10))
    half = put(tmp_path / "c.tif", np.full((5, 10), 10, np.uint8))
    terrain = read_terrain(ground, clutter_path=half)
    assert "50 % of the terrain has no class in it" in terrain.notes[0].words()
    assert terrain.clutter_height_m[0, 0] == 15.0
    away = put(tmp_path / "far.tif", np.full((5, 10), 10, np.uint8), WEST + 1e5)
    (fault,) = faults_of(ground, clutter_path=away)
    assert "overlaps the terrain" in fault.expected
    assert Path(fault.file).name == "far.tif"


def test_classes_are_never_interpolated(tmp_path: Path) -> None:
    ground = put(tmp_path / "g.tif", slope(40, 40))
    cover = np.zeros((20, 20), np.uint8)
    cover[::2] = 80
    cover[1::2] = 10
    path = put(tmp_path / "c.tif", cover, WEST - 37, NORTH + 41, step=230.0)
    terrain = read_terrain(ground, clutter_path=path)
    assert set(np.unique(terrain.clutter_class)) <= {0, 10, 80}


def test_classes_beyond_a_byte(tmp_path: Path) -> None:
    ground = put(tmp_path / "g.tif", slope(10, 10))
    cover = put(tmp_path / "c.tif", np.full((10, 10), 311, np.int16))
    assert any("from 0 to 255" in f.expected for f in faults_of(ground, clutter_path=cover))
