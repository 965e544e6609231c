"""Properties of the readers: no bytes break them, no corruption passes, nothing is lost."""

from __future__ import annotations

import csv
import io
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from htcoverage.errors import Fault, InputError
from htcoverage.readers import read_districts, read_ledger
from htcoverage.schema import BTS, CELLS, OPERATORS, PROVENANCES, TECHNOLOGIES

T = TypeVar("T")

HEADER = (
    "bts_id,site_id,site_name,operator,technology,status,provenance,longitude,latitude,"
    "antenna_height_m,azimuth_deg,band_mhz,port_power_dbm"
)
GOOD = (
    f"{HEADER}\n"
    "A,S1,Hồng Lĩnh,Viettel,4G,on-air,user,105.7,18.5,42,0 120 240,1800,43\n"
    "B,S2,,MobiFone,3G,planned,user,105.8,18.4,30,0,2100,\n"
    "C,S3,Vũ Quang,VinaPhone,4G,on-air,official,105.4,18.3,24.5,15,900,46\n"
)

#: Pieces that are likelier to break a reader than random bytes.
NASTY = st.sampled_from(
    [b"", b'"', b",", b"\n", b"\r", b"\x00", b"\xff", b"\xef\xbb\xbf", b"NaN", b"inf", b"-0",
     b"1e308", b"9" * 400, b"=1+1", b"0x10", b"\xe2\x80\xa8", b"\x1a", b";", b"105.7",
     "Ｖ".encode(), b'""']
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, whole: bytes = GOOD.encode()) -> bytes:
    content = whole
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 30))
        piece = draw(NASTY | st.binary(max_size=8))
        content = content[:start] + piece + content[start + length :]
    return content


def attempt(read: Callable[[], T]) -> tuple[T | None, tuple[Fault, ...]]:
    """Return what is read, or the faults told; at least one of them."""
    try:
        return read(), ()
    except InputError as error:
        return None, error.faults


def read_bytes(content: bytes, *, suffix: str, crs: str | None = None) -> None:
    """Read the bytes as a ledger: a valid ledger or an InputError, and no warning."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        path = Path(folder) / f"ledger{suffix}"
        path.write_bytes(content)
        ledger, faults = attempt(lambda: read_ledger(path, crs=crs))
    assert all(fault.file == str(path) for fault in faults)
    if ledger is None:
        return
    assert len(ledger.bts) > 0
    assert ledger.bts["bts_id"].is_unique
    assert ledger.bts["operator"].isin(OPERATORS).all()
    assert ledger.bts["technology"].isin(TECHNOLOGIES).all()
    assert ledger.bts.geometry.x.between(-180, 180).all()
    assert ledger.bts.geometry.y.between(-90, 90).all()
    assert ledger.cells["cell_id"].is_unique
    assert set(ledger.cells["bts_id"]) == set(ledger.bts["bts_id"])
    for column in CELLS.columns:
        if column.low is not None:
            values = ledger.cells[column.name].dropna()
            assert values.between(column.low, column.high).all(), column.name
    # No row lost: every line with a value in the file is one of the ledger.
    text = content.decode("utf-8-sig")
    records = [
        cells for cells in csv.reader(io.StringIO(text, newline="")) if "".join(cells).strip()
    ]
    assert len(ledger.bts) == len(records) - 1


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=300) | damaged())
def test_any_bytes_are_a_ledger_or_an_input_error(content: bytes) -> None:
    read_bytes(content, suffix=".csv")


@settings(deadline=None, max_examples=40)
@given(damaged(GOOD.replace("longitude,latitude", "x,y").encode()), st.sampled_from(
    ["EPSG:9209", "EPSG:4326", "EPSG:4756", "EPSG:32648", "EPSG:27700"]))  # fmt: skip
def test_any_crs_is_fitting_or_an_input_error(content: bytes, crs: str) -> None:
    read_bytes(content, suffix=".csv", crs=crs)


def geojson() -> bytes:
    table = gpd.GeoDataFrame(
        {"district_code": ["1", "2"], "full_name": ["Huyện A", "Huyện B"]},
        geometry=gpd.GeoSeries.from_xy([105.1, 105.5], [18.1, 18.2]).buffer(0.1, 2),
        crs="EPSG:4326",
    )
    return table.to_json().encode()


@settings(deadline=None, max_examples=60)
@given(damaged(geojson()), st.sampled_from([".geojson", ".gpkg", ".shp", ".kml"]))
def test_any_bytes_are_districts_or_an_input_error(content: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        path = Path(folder) / f"layer{suffix}"
        path.write_bytes(content)
        table, faults = attempt(lambda: read_districts(path))
    assert all(fault.file == str(path) for fault in faults)
    if table is not None:
        assert table.geometry.is_valid.all()
        assert table["district_code"].is_unique


#: For each column, values that no valid row may have.
NOT_A_NUMBER = st.sampled_from(
    ["x", "1,5", "1 2", "nan", "inf", "1e999", "--1", "0x1F", "٣", "1_0"]
)
CORRUPTIONS: dict[str, st.SearchStrategy[str]] = {
    "bts_id": st.just(""),
    "site_id": st.just(""),
    "operator": st.text("abcXYZ", max_size=8),
    "technology": st.sampled_from(["", "2G", "5G", "4", "4g", "3G,4G"]),
    "status": st.text("abcXYZ", min_size=1, max_size=8),
    "provenance": st.text("abcXYZ", min_size=1, max_size=8),
    "longitude": NOT_A_NUMBER | st.floats(180.001, 1e6).map(str),
    "latitude": NOT_A_NUMBER | st.floats(90.001, 1e6).map(lambda value: str(-value)),
    "antenna_height_m": NOT_A_NUMBER | st.floats(-1e9, 0.99).map(str),
    "azimuth_deg": st.sampled_from(["x", "-1", "360.5", "0 0", "nan", "0 120 361"]),
    "band_mhz": st.sampled_from(["x", "-1", "29.9", "6001", "1800 1800", "inf"]),
    "port_power_dbm": NOT_A_NUMBER | st.floats(60.1, 1e9).map(str),
}


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_any_single_corruption_is_told_with_its_row(data: st.DataObject) -> None:
    rows = list(csv.reader(io.StringIO(GOOD)))
    line = data.draw(st.integers(1, 3), label="line")
    column = data.draw(st.sampled_from(sorted(CORRUPTIONS)), label="column")
    value = data.draw(CORRUPTIONS[column], label="value")
    rows[line][rows[0].index(column)] = value
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        _, faults = attempt(lambda: read_ledger(path))
    assert [(each.row, each.column, each.value) for each in faults] == [(line + 1, column, value)]


WORDS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12
).map(str.strip).filter(bool)  # fmt: skip


@st.composite
def stations(draw: st.DrawFn) -> pd.DataFrame:
    count = draw(st.integers(1, 6))
    ids = draw(st.lists(WORDS, min_size=count, max_size=count, unique=True))
    return pd.DataFrame(
        {
            "bts_id": ids,
            "site_id": [draw(WORDS) for _ in ids],
            "site_name": [draw(WORDS) for _ in ids],
            "operator": [draw(st.sampled_from(OPERATORS)) for _ in ids],
            "technology": [draw(st.sampled_from(TECHNOLOGIES)) for _ in ids],
            "status": ["on-air"] * count,
            "provenance": [draw(st.sampled_from(PROVENANCES)) for _ in ids],
            "longitude": [draw(st.floats(-180, 180)) for _ in ids],
            "latitude": [draw(st.floats(-90, 90)) for _ in ids],
        }
    )


@settings(deadline=None, max_examples=40)
@given(stations())
def test_what_is_written_is_read_again(table: pd.DataFrame) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, cells_path = Path(folder) / "bts.csv", Path(folder) / "cells.csv"
        table.to_csv(path, index=False, quoting=csv.QUOTE_ALL)  # pandas leaves a bare \r unquoted
        first = read_ledger(path)
        first.cells.to_csv(cells_path, index=False, quoting=csv.QUOTE_ALL)
        again = read_ledger(path, cells_path=cells_path)
    names = list(BTS.column_names)
    assert first.bts[names].to_numpy().tolist() == table[names].to_numpy().tolist()
    assert first.bts.geometry.x.tolist() == table["longitude"].tolist()
    assert first.bts.geometry.y.tolist() == table["latitude"].tolist()
    pd.testing.assert_frame_equal(again.bts, first.bts)
    pd.testing.assert_frame_equal(
        again.cells.reset_index(drop=True), first.cells, check_dtype=False
    )
    counted = [(each.column, each.count, each.total) for each in first.defaults]
    assert [(each.column, each.count, each.total) for each in again.defaults] == counted
