"""The cleaning report in Vietnamese: no finding is without its word, no word without its sense."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from test_surroundings import cleaned as surroundings_ledger
from test_surroundings import terrain

from htcoverage.cleaning import CleanedLedger, clean_ledger
from htcoverage.cleaning.page import report_page
from htcoverage.cli.main import execute
from htcoverage.labels import details, network
from htcoverage.labels.details import detail_in_vietnamese
from htcoverage.project import settled

#: A bad day: nearly every rule speaks.
DIRTY = """\
Danh sách trạm BTS năm 2024;;;;;;;;
Mã trạm;Nhà mạng;Công nghệ;Kinh độ;Vĩ độ;Độ cao cột (m);Azimuth;Băng tần;EIRP
T1;Viettel;4G;105,9057;18,3559;36;0/120/240;B3;60
T1;MobiFone;4G;105,9057;18,3559;36;0;1800 MHz;60
T2;VNPT;LTE;105°54'20"Đ;18°21'21"B;200 m;0;1.800;60
T3;Vietel;3G/4G;18,41;105,71;36;10 20;2100;90
T4;Beeline;4G;105,91;18,31;36;0;1800;60
T5;Viettel;5G;105,92;18,32;36;0;1800;60
T6;Viettel;4G;0;0;36;0;1800;60
T7;Viettel;4G;hướng đông;18,34;36;0;1800;60
T8;Viettel;4G;105,93;18,35;n/a;0;1800;20 W
T8;Viettel;4G;105,98;18,39;36;0;1800;60
T9;Viettel;4G;105,95;18,36;36;999;1800;60
<b>T10</b>;Viettel;4G;105,96;18,37;36;0;1800;60
=T11;Viettel;4G;105,97;18,38;36;0;1800;60
;Viettel;4G;106,9;18,9;36;0;1800;60
T13;Viettel;4G;105,9057;18,3559
T14;Viettel;4G;106,101;18,201;36;0;1800;60
T14;Viettel;4G;106,101;18,201;36;0;1800;60
T15;Viettel;4G;110,2;10,2;36;0;1800;60
"""


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> CleanedLedger:
    path = tmp_path_factory.mktemp("dirty") / "so_tram.csv"
    path.write_text(DIRTY, encoding="utf-8")
    area = gpd.GeoDataFrame(geometry=[shapely.box(105.5, 18.0, 106.3, 18.6)], crs="EPSG:4326")
    return clean_ledger(path, area=area)


def test_every_rule_that_speaks_has_its_words(dirty: CleanedLedger) -> None:
    rules = set(dirty.report.faults["rule"])
    assert len(rules) > 15
    assert {f"rule:{rule}" for rule in rules} <= set(network.NETWORK_WORDS)


def test_every_rule_of_the_code_has_its_words() -> None:
    """Rules are written beside a severity, as keywords or as the first of a pair."""
    folder = Path(details.__file__).parents[1]
    written = set()
    for path in (*(folder / "cleaning").glob("*.py"), *(folder / "readers").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        written |= set(re.findall(r'rule="([a-z-]+)"', text))
        pairs = re.findall(r'"([a-z-]+)", "(?:info|warning|error)"', text)
        written |= set(pairs) - {"info", "warning"}
        written |= set(re.findall(r'error_finding\(\w+, "([a-z-]+)"\)', text))
        if "_rule_of" in text:
            written |= set(re.findall(r'\("[a-z ]+", "([a-z-]+)"\)', text))
    assert len(written) > 40
    assert {f"rule:{rule}" for rule in written - {"error"}} <= set(network.NETWORK_WORDS)


def test_every_sentence_is_turned_and_keeps_its_numbers(dirty: CleanedLedger) -> None:
    report = dirty.report
    sentences = [*report.faults["detail"], *(line["default"] for line in report.defaults)]
    for sentence in dict.fromkeys(sentences):
        turned = detail_in_vietnamese(sentence)
        assert turned != sentence or not re.search(r"[a-z]{4}", sentence), sentence
        numbers = [re.sub(r"\D", "", n) for n in re.findall(r"\d[\d.,]*", sentence)]
        told = [re.sub(r"\D", "", n) for n in re.findall(r"\d[\d.,]*", turned)]
        assert sorted(numbers) == sorted(told), sentence


def test_templates_hold_what_they_take() -> None:
    for english, vietnamese in details._sentences:
        holes = english.count("{}")
        filled = vietnamese.format(*(f"<{place}>" for place in range(holes)))
        assert not re.search(r"[{}]", filled)
        for place in range(holes):
            assert f"<{place}>" in filled or "CRS" in english or "crs" in english, english


def test_defaults_by_surroundings_are_told_in_vietnamese(tmp_path: Path) -> None:
    report = settled(surroundings_ledger(tmp_path), terrain()).report
    told = {line["column"]: detail_in_vietnamese(line["default"]) for line in report.defaults}
    assert told["antenna_height_m"] == (
        "mặc định theo địa bàn: đô thị 25 m (3 cell), làng 30 m (6 cell), nơi trống 36 m (9 cell)"
    )
    assert "búp chính" in told["electrical_tilt_deg"]
    assert "flat ground" not in told["electrical_tilt_deg"]


def test_the_page_and_the_terminal_speak_vietnamese(
    dirty: CleanedLedger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = report_page(dirty, language="vi")
    assert '<html lang="vi">' in page
    assert "<b>T10" not in page
    for english in ("Cleaning report", "warning<", "repaired<", "expected ", "Findings"):
        assert english not in page
    path = tmp_path / "so_tram.csv"
    path.write_text(DIRTY, encoding="utf-8")
    assert execute(["check", str(path), "--lang", "vi"]) == 2
    shown = capsys.readouterr().out
    assert "cảnh báo: dòng" in shown
    assert "expected" not in shown
