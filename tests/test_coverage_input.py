"""Bad input to coverage: one clear error that says what to do, never a level."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import engine_world as world
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from odc.geo.geobox import GeoBox

from htcoverage.coverage import compute_coverage
from htcoverage.errors import InputError, ValidityError
from htcoverage.grid import make_grid
from htcoverage.terrain import read_terrain

LAND = world.make_terrain(world.hills(41, seed=9, top_m=100.0))
HERE = world.at_pixel(LAND, 20, 20)


def test_a_void_on_a_possible_path_is_named_with_its_position() -> None:
    ground = LAND.ground_m.copy()
    ground[12, 30] = ground[13, 30] = math.nan
    with pytest.raises(InputError) as caught:
        world.cover(replace(LAND, ground_m=ground), HERE, radius_km=2.0)
    (fault,) = caught.value.faults
    assert fault.file == "hills.tif"
    assert fault.value == "2 voids, the first at x 503050, y 1998750"
    assert "not sea" in fault.expected


@pytest.mark.parametrize(
    ("beside", "place"),
    [((19.6, 20.0), (19, 20)), ((20.4, 20.0), (21, 20)), ((20.0, 19.6), (20, 19)),
     ((20.0, 20.4), (20, 21))],
)  # fmt: skip
def test_a_void_that_the_masts_own_ground_is_read_from_is_named(
    beside: tuple[float, float], place: tuple[int, int]
) -> None:
    # The mast and the only pixel share a cell of terrain; its ground lies between two values.
    ground = LAND.ground_m.copy()
    ground[place] = math.nan
    with pytest.raises(InputError, match="1 voids"):
        world.cover(
            replace(LAND, ground_m=ground), world.at_pixel(LAND, *beside),
            grid=LAND.geobox[20:21, 20:21], radius_km=2.0,
        )  # fmt: skip


def test_a_void_beyond_every_path_does_no_harm() -> None:
    ground = LAND.ground_m.copy()
    ground[:, 37:] = math.nan
    near = LAND.geobox[14:27, 14:27]
    with_voids = world.cover(replace(LAND, ground_m=ground), HERE, grid=near, radius_km=2.0)
    assert with_voids.equals(world.cover(LAND, HERE, grid=near, radius_km=2.0))
    assert np.isfinite(with_voids["level_dbm"]).all()


@pytest.mark.parametrize(
    ("side", "crop"),
    [("west", np.s_[:, 3:]), ("east", np.s_[:, :-3]), ("north", np.s_[3:]), ("south", np.s_[:-3])],
)
def test_terrain_that_ends_before_the_grid_says_where(side: str, crop: slice) -> None:
    small = replace(
        LAND, ground_m=LAND.ground_m[crop], clutter_height_m=LAND.clutter_height_m[crop],
        zone=LAND.zone[crop], clutter_class=LAND.clutter_class[crop], geobox=LAND.geobox[crop],
    )  # fmt: skip
    with pytest.raises(InputError, match=f"ends too early: 0.3 km to the {side}"):
        world.cover(small, HERE, grid=LAND.geobox, radius_km=2.0)


def test_a_mast_outside_the_terrain_that_would_serve_is_refused() -> None:
    near = LAND.geobox[:20, :]
    with pytest.raises(InputError, match=r"ends too early: 1\.0 km to the north"):
        world.cover(LAND, HERE, world.at_pixel(LAND, -10.5, 20), grid=near, radius_km=2.0)


def test_a_mast_a_hair_outside_the_terrain_is_told_so() -> None:
    with pytest.raises(InputError, match="ends too early: 1 m to the north"):
        world.cover(LAND, world.at_pixel(LAND, -0.501, 20), radius_km=2.0)


def test_a_mast_out_of_every_pixels_reach_is_no_fault() -> None:
    far = world.at_pixel(LAND, -400, 20)
    coverage = world.cover(LAND, HERE, far, radius_km=2.0)
    assert coverage.attrs["sweeps"] == 1
    assert set(np.unique(coverage["best_server"])) == {-1, 0}
    with pytest.raises(InputError, match="no site in reach"):
        world.cover(LAND, far, radius_km=2.0)


def test_a_mast_outside_the_grid_but_in_reach_serves() -> None:
    coverage = world.cover(LAND, HERE, grid=LAND.geobox[:15, :], radius_km=1.95)
    d = world.distance_km(LAND, 20, 20)[:15]
    np.testing.assert_array_equal(np.isfinite(coverage["level_dbm"].to_numpy()[0]), d < 1.95)


def test_terrain_in_another_crs_is_refused() -> None:
    other = replace(LAND, geobox=world.make_terrain(LAND.ground_m, crs="EPSG:32648").geobox)
    with pytest.raises(InputError, match="read it with crs="):
        world.cover(other, HERE, grid=LAND.geobox, radius_km=2.0)


def test_pixels_that_are_not_square_are_refused() -> None:
    rows, columns = LAND.geobox.shape
    oblong = GeoBox.from_bbox(
        LAND.geobox.boundingbox, shape=(2 * rows, columns), tight=True
    )  # fmt: skip
    with pytest.raises(InputError, match=r"grid.*100 m by 50 m.*square pixels"):
        world.cover(LAND, HERE, grid=oblong, radius_km=2.0)
    nearly = GeoBox.from_bbox(
        (0.0, 0.0, 100.2 * columns, 100.0 * rows), crs=world.CRS, shape=(rows, columns), tight=True
    )
    with pytest.raises(InputError, match=r"grid.*100\.2 m by 100 m.*square pixels"):
        world.cover(LAND, HERE, grid=nearly, radius_km=2.0)
    with pytest.raises(InputError, match=r"terrain.*square pixels"):
        world.cover(replace(LAND, geobox=oblong), HERE, grid=LAND.geobox, radius_km=2.0)


@pytest.mark.parametrize("band_mhz", [25.0, 7000.0])
def test_a_frequency_outside_the_model_is_refused(band_mhz: float) -> None:
    with pytest.raises(ValidityError, match=r"P\.1812-8"):
        world.cover(LAND, HERE | {"band_mhz": band_mhz}, radius_km=2.0)


@pytest.mark.parametrize(
    ("option", "value", "kind"),
    [
        ("radius_km", 0.0, ValidityError),
        ("radius_km", 101.0, ValidityError),
        ("radius_km", math.nan, ValidityError),
        ("rx_height_m", 0.5, ValidityError),
        ("rx_height_m", -2.0, ValidityError),
        ("clutter_clearance_m", -1.0, InputError),
        ("clutter_clearance_m", math.nan, InputError),
        ("delta_n", 157.0, InputError),
        ("delta_n", math.nan, InputError),
        ("n0", 0.0, InputError),
        ("n0", math.nan, InputError),
    ],
)
def test_arguments_outside_their_range_are_refused(
    option: str, value: float, kind: type[Exception]
) -> None:
    with pytest.raises(kind, match=option):
        world.cover(LAND, HERE, **({"radius_km": 2.0} | {option: value}))


@pytest.mark.parametrize(
    "name", ["radius_km", "rx_height_m", "clutter_clearance_m", "delta_n", "n0"]
)
@pytest.mark.parametrize("value", ["2", None, True, [2.0], 2j])
def test_what_is_no_number_is_refused_by_its_name(name: str, value: object) -> None:
    with pytest.raises(InputError, match=name):
        world.cover(LAND, HERE, **({"radius_km": 2.0} | {name: value}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("area", shapely.box(*LAND.geobox.boundingbox)),
        ("area", gpd.GeoDataFrame(geometry=[shapely.box(*LAND.geobox.boundingbox)])),
        ("patterns", ["omni"]),
        ("patterns", {"omni": 3.0}),
        ("skip", "no"),
        ("total_power", None),
        ("progress", "yes"),
    ],
)
def test_arguments_of_another_kind_are_refused_by_their_name(name: str, value: object) -> None:
    with pytest.raises(InputError, match=f"argument {name}"):
        world.cover(LAND, HERE, radius_km=2.0, **{name: value})


def test_all_arguments_that_are_amiss_are_told_at_once() -> None:
    nothing: Any = None
    with pytest.raises(InputError) as caught:
        compute_coverage(
            nothing, nothing, nothing, nothing, radius_km="2", n0=-1.0, total_power=nothing
        )  # type: ignore[arg-type]
    told = [fault.column for fault in caught.value.faults]
    assert told == ["bts", "cells", "terrain", "grid", "radius_km", "n0", "total_power"]
    bts, cells = world.make_ledger(HERE)
    with pytest.raises(InputError) as caught:
        compute_coverage(
            bts.drop(columns=["operator", "site_id"]), cells.drop(columns="antenna"), LAND,
            LAND.geobox, delta_n=math.inf,
        )  # fmt: skip
    told = [fault.column for fault in caught.value.faults]
    assert told == ["delta_n", "site_id", "operator", "antenna"]


def test_a_row_that_stands_twice_is_named() -> None:
    bts, cells = world.make_ledger(HERE, world.at_pixel(LAND, 5, 5))
    twice = pd.concat([cells, cells.iloc[1:]])
    with pytest.raises(InputError, match="cells, column 'cell_id': found 'C1'"):
        compute_coverage(bts, twice, LAND, LAND.geobox, radius_km=2.0)
    with pytest.raises(InputError, match=f"bts, column 'bts_id': found '{bts['bts_id'][0]}'"):
        compute_coverage(pd.concat([bts, bts.iloc[:1]]), cells, LAND, LAND.geobox, radius_km=2.0)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("band_mhz", "x"),
        ("azimuth_deg", math.inf),
        ("antenna", None),
        ("cpich_power_dbm", "loud"),
        ("cpich_power_dbm", math.inf),
    ],
)
def test_a_cell_with_a_word_for_a_number_is_told_with_its_row(column: str, value: object) -> None:
    bts, cells = world.make_ledger(HERE, world.at_pixel(LAND, 5, 5))
    cells[column] = [cells[column][0], value]
    with pytest.raises(InputError, match=f"cells, row 2,? (column )?'?{column}") as caught:
        compute_coverage(bts, cells, LAND, LAND.geobox, radius_km=2.0)
    assert len(caught.value.faults) == 1


def test_a_base_station_without_a_place_or_of_no_known_technology_is_named() -> None:
    bts, cells = world.make_ledger(HERE, world.at_pixel(LAND, 5, 5), world.at_pixel(LAND, 9, 9))
    names = bts["bts_id"].tolist()
    bts.geometry = [None, shapely.Point(math.nan, 2e6), shapely.Point()]
    bts["technology"] = ["3G", "3G", "5G"]
    with pytest.raises(InputError) as caught:
        compute_coverage(bts, cells, LAND, LAND.geobox, radius_km=2.0)
    told = {(fault.column, fault.value) for fault in caught.value.faults}
    assert told == {("geometry", name) for name in names} | {("technology", f"5G ({names[2]})")}
    bts, cells = world.make_ledger(HERE)
    with pytest.raises(InputError, match="tells its CRS"):
        compute_coverage(
            bts.set_crs(None, allow_override=True), cells, LAND, LAND.geobox, radius_km=2.0
        )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("clutter_height_m", math.nan, "clutter of 0 m or more"),
        ("clutter_height_m", -5.0, "clutter of 0 m or more"),
        ("zone", 7, "zones 4, 7"),
    ],
)
def test_clutter_and_zones_that_cannot_be_are_refused(name: str, value: float, words: str) -> None:
    raster = getattr(LAND, name).copy()
    raster[20, 22] = value
    with pytest.raises(InputError, match=re.escape(words)):
        world.cover(replace(LAND, **{name: raster}), HERE, radius_km=2.0)


def test_a_terrain_of_other_numbers_is_the_same_terrain() -> None:
    whole = np.round(LAND.ground_m)
    coverages = [
        world.cover(replace(LAND, ground_m=whole.astype(kind)), HERE, radius_km=2.0)
        for kind in (np.float32, np.float64, np.int16)
    ]
    assert coverages[1].equals(coverages[0])
    assert coverages[2].equals(coverages[0])


@pytest.mark.parametrize("column", ["azimuth_deg", "mechanical_tilt_deg", "antenna_height_m"])
def test_a_cell_with_a_number_missing_is_named(column: str) -> None:
    with pytest.raises(InputError, match=f"cells, row 1, column '{column}'"):
        world.cover(LAND, HERE | {column: math.nan}, radius_km=2.0)


@pytest.mark.parametrize("nothing_m", [-32768.0, -9999.0, 32767.0])
def test_a_height_that_no_land_has_is_a_void(nothing_m: float) -> None:
    ground = LAND.ground_m.copy()
    ground[20, 22] = nothing_m
    with pytest.raises(InputError, match="1 voids"):
        world.cover(replace(LAND, ground_m=ground), HERE, radius_km=2.0)


@pytest.mark.parametrize("antenna_height_m", [0.0, -5.0, 3001.0])
def test_an_antenna_underground_or_in_the_clouds_is_refused(antenna_height_m: float) -> None:
    with pytest.raises(ValidityError, match="tx_height_m"):
        world.cover(LAND, HERE | {"antenna_height_m": antenna_height_m}, radius_km=2.0)


def test_an_unknown_pattern_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="yagi"):
        world.cover(LAND, HERE | {"antenna": "yagi"}, radius_km=2.0)


def test_nothing_on_air_is_refused() -> None:
    with pytest.raises(InputError, match="no cell on air"):
        world.cover(LAND, HERE | {"status": "off-air"}, radius_km=2.0)


def test_an_area_off_the_grid_is_refused() -> None:
    area = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10, 10)], crs=world.CRS)
    with pytest.raises(InputError, match="overlap the grid"):
        world.cover(LAND, HERE, radius_km=2.0, area=area)


def test_a_grid_beside_the_terrains_own_is_served() -> None:
    # Another resolution, and pixels that do not coincide with the terrain's.
    bounds = (501_030.0, 1_997_020.0, 502_950.0, 1_999_010.0)
    grid = make_grid(bounds, resolution_m=70.0)
    coverage = compute_coverage(*world.make_ledger(HERE), LAND, grid, radius_km=2.9)
    assert np.isfinite(coverage["level_dbm"]).all()
    assert coverage.sizes["y"] == grid.shape[0]


def test_a_missing_tile_is_never_read_as_sea(tmp_path: Path) -> None:
    # Four tiles of one terrain; the south-eastern one was not delivered.
    names = []
    for row, col in ((0, 0), (0, 20), (20, 0)):
        part = LAND.geobox[row : row + 20, col : col + 20]
        names.append(tmp_path / f"tile_{row}_{col}.tif")
        with rasterio.open(
            names[-1], "w", driver="GTiff", dtype="float32", count=1, height=20, width=20,
            crs=world.CRS, transform=part.transform,
        ) as file:  # fmt: skip
            file.write(LAND.ground_m[row : row + 20, col : col + 20], 1)
    terrain = read_terrain(names)
    assert np.isnan(terrain.ground_m[20:, 20:]).all()
    with pytest.raises(InputError, match=r"voids, the first at .*they are not sea"):
        world.cover(terrain, HERE, radius_km=2.0)
    west = world.cover(terrain, world.at_pixel(LAND, 20, 8), grid=terrain.geobox[:, :19])
    assert np.isfinite(west["level_dbm"]).all()
