"""Defaults by where a site stands, sites in the sea, and beams of a told width."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from odc.geo.geobox import GeoBox
from pyproj import Transformer
from rasterio.transform import from_origin

from htcoverage.antennas import is_built_in, loss_db, pattern
from htcoverage.cleaning import CleanedLedger, accepted, clean_ledger, ledger_notes
from htcoverage.errors import InputError
from htcoverage.project import settled
from htcoverage.readers import defaults
from htcoverage.terrain import Terrain

CRS = "EPSG:32736"
WEST_M, NORTH_M, STEP_M = 600_000.0, 7_800_000.0, 100.0
OPEN, VILLAGE, TOWN, WATER = range(4)
#: Column of pixels (from the west) of a site of each kind, and where no raster is.
PLACES = {"open": 2, "village": 12, "town": 22, "water": 32, "sea": 42, "beyond": 60}


def terrain(*, classes: bool = True) -> Terrain:
    clutter = np.repeat(np.array([OPEN, VILLAGE, TOWN, WATER, OPEN], np.uint8), 10)[None, :]
    shape = (50, 50)
    zone = np.full(shape, 4, np.uint8)
    zone[:, 40:] = 1
    return Terrain(
        ground_m=np.zeros(shape, np.float32),
        clutter_class=np.repeat(clutter, 50, axis=0),
        clutter_height_m=np.zeros(shape, np.float32),
        zone=zone,
        geobox=GeoBox(shape, from_origin(WEST_M, NORTH_M, STEP_M, STEP_M), CRS),
        surroundings={OPEN: "open", VILLAGE: "suburban", TOWN: "urban", WATER: "water"}
        if classes
        else {},
    )


def cleaned(folder: Path, *, header: str = "", told: str = "") -> CleanedLedger:
    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    lines = ["bts_id,site_id,operator,technology,longitude,latitude" + header]
    for name, column in PLACES.items():
        x, y = to_degrees.transform(WEST_M + STEP_M * (column + 0.5), NORTH_M - 2500.0)
        lines.append(f"{name},{name},Viettel,4G,{x:.7f},{y:.7f}{told}")
    path = folder / "ledger.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return clean_ledger(path)


def of_site(found: CleanedLedger, column: str) -> dict[str, float]:
    cells = accepted(found).cells
    return {name: cells.loc[cells["bts_id"] == name, column].iloc[0] for name in PLACES}


def test_what_a_ledger_lacks_follows_the_surroundings(tmp_path: Path) -> None:
    found = settled(cleaned(tmp_path), terrain())
    height_m = of_site(found, "antenna_height_m")
    assert height_m == {
        "open": 36.0, "village": 30.0, "town": 25.0, "water": 36.0, "sea": 36.0, "beyond": 30.0,
    }  # fmt: skip
    for name, tilt in of_site(found, "electrical_tilt_deg").items():
        aim_m = {"town": 400.0, "village": 600.0, "beyond": 600.0}.get(name, 900.0)
        assert tilt == round(math.degrees(math.atan(height_m[name] / aim_m)))
    cells = accepted(found).cells
    assert all({"antenna_height_m", "electrical_tilt_deg"} <= set(a.split())
               for a in cells["assumed"])  # fmt: skip
    words = {each.column: each for each in found.report.assumed}
    height = words["antenna_height_m"]
    assert (height.count, height.total) == (18, 18)
    assert "town 25 m (3 cells), village 30 m (6 cells), open 36 m (9 cells)" in height.words
    assert any("antenna_height_m" in note.words() for note in ledger_notes(found.report))


def test_a_mast_beside_the_houses_is_in_the_village(tmp_path: Path) -> None:
    found = cleaned(tmp_path)
    land = terrain()
    land.clutter_class[:] = OPEN
    row = 25
    land.clutter_class[row - 1, PLACES["open"] + 1] = VILLAGE  # 141 m away
    land.clutter_class[row, PLACES["village"] + 3] = TOWN  # 300 m away
    land.clutter_class[row, PLACES["town"] - 2] = TOWN
    land.clutter_class[row, PLACES["town"]] = VILLAGE
    height_m = of_site(settled(found, land), "antenna_height_m")
    assert [height_m[name] for name in ("open", "village", "town")] == [30.0, 36.0, 25.0]


def test_what_a_ledger_tells_is_kept(tmp_path: Path) -> None:
    found = settled(cleaned(tmp_path, header=",antenna_height_m", told=",41.5"), terrain())
    assert set(of_site(found, "antenna_height_m").values()) == {41.5}
    assert of_site(found, "electrical_tilt_deg")["town"] == round(
        math.degrees(math.atan(41.5 / 400))
    )
    own = settled(cleaned(tmp_path, header=",electrical_tilt_deg", told=",1"), terrain())
    assert set(of_site(own, "electrical_tilt_deg").values()) == {1.0}


def test_without_land_cover_the_defaults_stay(tmp_path: Path) -> None:
    before = cleaned(tmp_path)
    after = settled(before, terrain(classes=False))
    assert before.report.assumed == after.report.assumed
    assert set(of_site(after, "antenna_height_m").values()) == {defaults.ANTENNA_HEIGHT_M}


def test_cells_of_a_table_of_their_own_are_never_touched(tmp_path: Path) -> None:
    first = cleaned(tmp_path)
    cells = tmp_path / "cells.csv"
    accepted(first).cells.to_csv(cells, index=False)
    again = clean_ledger(tmp_path / "ledger.csv", cells_path=cells)
    after = settled(again, terrain())
    assert set(of_site(after, "antenna_height_m").values()) == {defaults.ANTENNA_HEIGHT_M}


def test_sites_in_the_sea_and_in_water_are_told(tmp_path: Path) -> None:
    found = settled(cleaned(tmp_path), terrain())
    faults = found.report.faults
    rows = {name: row for row, name in enumerate(PLACES, start=2)}
    told = faults[faults["rule"].isin(["in-the-sea", "in-water"])]
    assert dict(zip(told["row"], told["rule"], strict=True)) == {
        rows["sea"]: "in-the-sea", rows["water"]: "in-water",
    }  # fmt: skip
    assert (told["action"] == "kept").all()
    assert found.report.exit_code == 1


# ---- the width of the beam


@pytest.mark.parametrize("width", [33.0, 65.0, 70.0, 90.5])
def test_a_beam_is_3_db_down_at_half_its_width(width: float) -> None:
    found = pattern(f"3gpp-36814-h{width:g}")
    for side in (-1, 1):
        # 12·(1/2)² of the table's formula.
        assert loss_db(found, side * width / 2, 0.0) == pytest.approx(3.0, abs=0.01)
    assert loss_db(found, 180.0, 0.0) == 25.0
    assert found.name == f"3gpp-36814-h{width:g}"


def test_70_degrees_are_the_pattern_of_the_table() -> None:
    one, other = pattern("3gpp-36814"), pattern("3gpp-36814-h70")
    assert (one.horizontal_loss_db == other.horizontal_loss_db).all()
    assert (one.vertical_loss_db == other.vertical_loss_db).all()


@pytest.mark.parametrize(
    "name", ["3gpp-36814-h", "3gpp-36814-h0", "3gpp-36814-h4.9", "3gpp-36814-h361", "3gpp-h65"]
)
def test_no_such_beam(name: str) -> None:
    assert not is_built_in(name)
    with pytest.raises(InputError, match="one of"):
        pattern(name)


def test_a_column_of_beamwidths_chooses_the_pattern(tmp_path: Path) -> None:
    header, told = ",Độ rộng búp sóng (°)", ",65"
    found = cleaned(tmp_path, header=header, told=told)
    assert set(of_site(found, "antenna").values()) == {"3gpp-36814-h65"}
    assert not any("antenna " in f"{a} " for a in accepted(found).cells["assumed"])
    assert "beamwidth" in set(found.report.faults["rule"])


def test_a_beamwidth_that_cannot_be_is_told_and_counts_as_empty(tmp_path: Path) -> None:
    found = cleaned(tmp_path, header=",beamwidth_deg,antenna", told=",999,")
    assert set(of_site(found, "antenna").values()) == {"3gpp-36814"}
    faults = found.report.faults
    assert (faults["rule"] == "range").sum() == len(PLACES)
    named = cleaned(tmp_path, header=",beamwidth_deg,antenna", told=",65,omni")
    assert set(of_site(named, "antenna").values()) == {"omni"}
