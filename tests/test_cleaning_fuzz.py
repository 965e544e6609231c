"""No bytes break the cleaning: never a traceback, never a row lost without a report."""

from __future__ import annotations

import io
import re
import tempfile
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_cleaning import AREA, check_nothing_is_lost
from test_cleaning_formats import TABLE

from htcoverage.cleaning import CleanedLedger, accepted, clean_ledger, ledger_notes
from htcoverage.cleaning.operators import name_faults, operator_of, vocabulary
from htcoverage.cleaning.page import report_page
from htcoverage.cleaning.values import is_empty_word, repair_degrees, repair_number
from htcoverage.cleaning.words import bands_of, technologies_of
from htcoverage.errors import InputError
from htcoverage.schema import OPERATORS, TECHNOLOGIES, layer_names, layer_slug

GOOD = (
    "BÁO CÁO;;\nMã trạm;Nhà mạng;Công nghệ;Kinh độ;Vĩ độ;Độ cao anten (m);Băng tần;Góc phương vị\n"
    "HT001;VNPT;3G/4G;105,9012;18,3421;42;1800;0/120/240\n"
    "HT002;Viettel;LTE;105°48'12\"Đ;18°18'10\"B;35 m;B3;10°, 130°\n"
    "HT003;MobiFone;2G;105,7012;18,2521;-;2100MHz;\n"
    "HT004;45204;4G;18,3;105,8;;900/1800;\n"
)

OFFICE = (
    "PHỤ LỤC\nTT\tMã trạm\tNhà mạng\tCông nghệ\t\tTọa độ\tAnten\t\t\n"
    "\t\t\t3G\t4G\t\tĐộ cao (m)\tHướng 1\tHướng 2\n(1)\t(2)\t(3)\t(4)\t(5)\t(6)\t(7)\t(8)\t(9)\n"
    "I. Huyện Kỳ Anh\t\t\t\t\t\t\t\t\n1\tHT001\tMBF\tx\tx\t18.3405, 105.9012\t~42\tN\tĐN\n"
    "2\tHT002\tVTL\t\tx\t18°20'30\"N 105°54'12\"E\t36 (m)\t-30\t120\n"
    "3\tHT003\tVNPT\t1\t0\t18,3105; 105,9412\t\t10\t\nTổng cộng\t\t\t25\t31\t\t\t\t\n"
)

NASTY = st.sampled_from(
    [b"", b'"', b";", b",", b"\n", b"\r", b"\x00", b"\xff", b"\xef\xbb\xbf", b"NaN", b"inf", b"0",
     b"1e308", b"9" * 400, b"=1+1", "°".encode(), b"'", "Đ".encode(), b"-", b"\t", b"sep=|\n",
     b"\xca\xf2", b"<b>", b"3G/4G", b"LTE,452,4,1,257,0,105.7,18.5,1,1,1,1,1,0\n", b"\x1c", b"\x85"]
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    content = whole
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 30))
        piece = draw(NASTY | st.binary(max_size=8))
        content = content[:start] + piece + content[start + length :]
    return content


def clean_bytes(content: bytes, *, suffix: str, crs: str | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        path = Path(folder) / f"ledger{suffix}"
        path.write_bytes(content)
        cleaned = clean_ledger(path, crs=crs, area=AREA)
    check_nothing_is_lost(cleaned)
    check_the_door(cleaned)
    page = report_page(cleaned, area=AREA)
    assert "<b>" not in page
    ledger = cleaned.ledger
    if ledger is None:
        return
    assert ledger.bts["bts_id"].is_unique
    assert ledger.cells["cell_id"].is_unique
    assert set(ledger.cells["bts_id"]) == set(ledger.bts["bts_id"])
    assert ledger.bts["operator"].isin(OPERATORS).all()
    assert ledger.bts["technology"].isin(TECHNOLOGIES).all()
    assert np.isfinite(shapely.get_coordinates(ledger.bts.geometry.to_numpy())).all()


def check_the_door(cleaned: CleanedLedger) -> None:
    """A run takes the ledger if and only if the report has no error, and says why if not."""
    errors = cleaned.report.faults["severity"] == "error"
    if errors.any():
        with pytest.raises(InputError) as caught:
            accepted(cleaned)
        assert 0 < len(caught.value.faults) <= min(errors.sum(), 50) + 1
        assert all(fault.expected for fault in caught.value.faults)
    else:
        assert accepted(cleaned) is cleaned.ledger
    for note in ledger_notes(cleaned.report):
        assert "\n" not in note.words()


@settings(deadline=None, max_examples=120)
@given(
    st.binary(max_size=300)
    | damaged(GOOD.encode())
    | damaged(GOOD.encode("utf-16"))
    | damaged(OFFICE.encode())
)
@example(OFFICE.encode())
@example(b"\x01\r\x01")  # no column of a ledger, and no row at fault
def test_any_text(content: bytes) -> None:
    clean_bytes(content, suffix=".csv")


@settings(deadline=None, max_examples=40)
@given(
    damaged(GOOD.replace("Kinh độ;Vĩ độ", "X;Y").encode()),
    st.sampled_from(["EPSG:9209", "EPSG:4326", "EPSG:4756", "EPSG:32648"]),
)
def test_any_crs(content: bytes, crs: str) -> None:
    clean_bytes(content, suffix=".csv", crs=crs)


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    for line in GOOD.splitlines():
        book.worksheets[0].append(line.split(";"))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _geojson() -> bytes:
    return TABLE.to_json().encode()


def _kmz() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        TABLE.to_file(Path(folder) / "doc.kml", driver="LIBKML")
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            archive.write(Path(folder) / "doc.kml", "doc.kml")
    return target.getvalue()


def _geopackage() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        gpd.GeoDataFrame(TABLE).to_file(Path(folder) / "l.gpkg")
        return (Path(folder) / "l.gpkg").read_bytes()


@settings(deadline=None, max_examples=30)
@given(damaged(_workbook()))
def test_any_workbook(content: bytes) -> None:
    clean_bytes(content, suffix=".xlsx")


@settings(deadline=None, max_examples=30)
@given(damaged(_geojson()), st.sampled_from([".geojson", ".kml", ".gpkg", ".tab", ".mif"]))
def test_any_layer(content: bytes, suffix: str) -> None:
    clean_bytes(content, suffix=suffix)


@settings(deadline=None, max_examples=20)
@given(damaged(_kmz()))
def test_any_kmz(content: bytes) -> None:
    clean_bytes(content, suffix=".kmz")


@settings(deadline=None, max_examples=20)
@given(damaged(_geopackage()))
def test_any_geopackage(content: bytes) -> None:
    clean_bytes(content, suffix=".gpkg")


CELLS = st.text(max_size=90) | st.from_regex(r"[0-9°'\" .,NSEWBĐTm-]{0,40}", fullmatch=True)


@settings(deadline=None, max_examples=400)
@given(CELLS)
def test_cells_are_read_or_left_alone(value: str) -> None:
    for repair in (
        repair_number(value),
        repair_degrees(value, axis="latitude"),
        repair_degrees(value, axis="longitude", vietnamese=True),
    ):
        if repair is not None:
            assert np.isfinite(float(str(repair.value)))
            assert not is_empty_word(str(repair.value))
    assert operator_of(value, vocabulary()) in (None, *OPERATORS)
    assert set(technologies_of(value)[0]) <= set(TECHNOLOGIES)
    found = bands_of(value)
    assert found is None or all(part.isdecimal() for part in found.split())


@settings(deadline=None, max_examples=200)
@given(st.floats(-90, 90).map(lambda v: round(v, 6)), st.sampled_from(["dms", "comma", "letter"]))
def test_degrees_written_are_degrees_read(degrees: float, how: str) -> None:
    if how == "comma":
        text = f"{degrees:.6f}".replace(".", ",")
    elif how == "letter":
        text = f"{abs(degrees):.6f}°{'S' if degrees < 0 else 'N'}"
    else:
        seconds = round(abs(degrees) * 3600, 4)
        whole, rest = divmod(seconds, 3600)
        minutes, rest = divmod(rest, 60)
        text = f"{int(whole)}°{int(minutes)}'{rest:.4f}\"{'S' if degrees < 0 else 'N'}"
        if rest >= 59.99995:
            return
    repair = repair_degrees(text, axis="latitude")
    assert repair is not None
    assert abs(float(str(repair.value)) - degrees) < 1e-7


# ---- operators of anybody's

NAMES = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=5, unique=True)


@settings(deadline=None, max_examples=150)
@given(NAMES, st.text(max_size=20))
def test_any_names_make_layers_that_differ(names: list[str], word: str) -> None:
    layers = layer_names([(name, technology) for name in names for technology in TECHNOLOGIES])
    assert len(set(layers)) == len(layers)
    for layer in layers:
        assert re.fullmatch(r"\w+", layer)
    known = vocabulary(names)
    assert operator_of(word, known) in (None, *names)
    assert all(operator_of(name, known) in names for name in names if name.isascii())
    if not name_faults(names):
        assert len({layer_slug(name) for name in names}) == len(names)
        assert layers == [f"{layer_slug(n)}_{t.lower()}" for n in names for t in TECHNOLOGIES]
