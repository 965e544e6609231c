"""The fibre on the map: classes by what a cut takes, filters, pop-ups."""

from __future__ import annotations

import json
import re
from pathlib import Path

import map_world as world
import numpy as np
import pytest
from fibre_world import bts_at, homes_at, ladder_network
from map_browser import Visit, open_browser
from test_fibre_status import DISTRICT

from htcoverage.fibre import analyse_fibre, fibre_map_spans
from htcoverage.maps import save_map
from htcoverage.maps.fibre import fibre_classes

STATUS = ["in-service"] * 4 + ["planned"]


def map_spans(**columns: object):
    spans = ladder_network(**columns)
    found = analyse_fibre(
        spans, bts=bts_at(("far", "Viettel", 1000, 1000), ("near", "Viettel", 0, 0)),
        settlements=homes_at(("h", 700, 1000, 1000)), districts=DISTRICT, reach_m=50.0,
        owners={"Viettel": "V"},
    )  # fmt: skip
    return fibre_map_spans(found)


def test_each_span_carries_what_its_cut_takes_and_planned_ones_nothing() -> None:
    told = map_spans(status=STATUS).set_index("span_id")
    assert told["bts_cut_off"].tolist()[:4] == [2, 0, 0, 0]
    assert told["residents_cut_off_together"].tolist()[:4] == [700, 0, 0, 0]
    assert told.loc["DE", ["bts_cut_off", "bts_cut_off_together"]].isna().all()
    assert told.loc["DE", "length_km"] == pytest.approx(1.0, abs=0.01)


def test_cables_on_one_line_are_as_critical_as_their_line() -> None:
    spans = ladder_network()
    spans.loc[1, "geometry"] = spans.loc[0, "geometry"]  # AB runs along the exit
    spans.loc[1, "kind"] = "inter-provincial"
    spans = spans.assign(span_id=["exit", "twin", "BD", "DA", "DE"])
    found = analyse_fibre(
        spans, bts=bts_at(("near", "Viettel", 0, 0)), settlements=homes_at(("h", 7, 0, 0)),
        districts=DISTRICT, reach_m=50.0, owners={"Viettel": "V"},
    )  # fmt: skip
    told = fibre_map_spans(found).set_index("span_id")
    assert told.loc[["exit", "twin"], "bts_cut_off"].tolist() == [0, 0]  # one for the other
    assert told.loc[["exit", "twin"], "bts_cut_off_together"].tolist() == [1, 1]


def test_classes_begin_where_they_say() -> None:
    table = map_spans()
    table["bts_cut_off_together"] = [0.0, 1.0, 4.0, 5.0, np.nan]
    table["residents_cut_off_together"] = [0.0, 499.0, 500.0, 5000.0, np.nan]
    bts, residents = fibre_classes(table, language="vi")
    assert bts["rows"] == [0, 1, 1, 2, -1]
    assert residents["rows"] == [0, 1, 2, 4, -1]
    assert [each[2] for each in residents["classes"]] == [
        "không", "1 – 499", "500 – 999", "1.000 – 4.999", "từ 5.000 trở lên",
    ]  # fmt: skip
    assert fibre_classes(table.drop(columns="bts_cut_off_together"), language="en") == []


@pytest.fixture(scope="module")
def browser():
    with open_browser() as chromium:
        yield chromium


def test_the_reader_filters_and_reads_the_fibre(browser, tmp_path: Path) -> None:
    spans = map_spans(status=STATUS, owner="<b>V</b>")
    save_map(world.world_map(fibre=spans), tmp_path / "map.html")
    visit = Visit(browser, tmp_path / "map.html")
    page = visit.page
    page.goto((tmp_path / "map.html").as_uri())
    page.wait_for_selector("html[data-htc-ready]")
    page.check("#htc-show-fibre")
    shown = "HTC.fibreGroup.getLayers().map(s => HTC.value(HTC.data.themes.fibre, 0, s.row)).sort()"
    assert page.evaluate(shown) == ["AB", "BD", "DA", "DE", "exit"]
    legend = page.inner_text("#htc-legend")
    assert "BTS cut off by a cut of the line" in legend
    assert "not counted: planned or out of service" in legend
    page.uncheck("#htc-fibre-class--1")
    page.uncheck("#htc-fibre-class-0")
    assert page.evaluate(shown) == ["exit"]
    page.select_option("#htc-fibre-measure", "1")
    assert page.evaluate(shown) == ["AB", "BD", "DA", "DE", "exit"]
    assert "Residents cut off by a cut of the line" in page.inner_text("#htc-legend")
    page.evaluate(
        "() => { const s = HTC.fibreShapes.find(s => s.row === 0);"
        " s.fire('click', {latlng: s.getBounds().getCenter(), layer: s}, true); }"
    )
    page.wait_for_selector(".leaflet-popup")
    popup = page.inner_text(".leaflet-popup .htc-rows")
    assert re.search(r"BTS cut off if the whole line is cut\s+2", popup)
    assert "<b>V</b>" in popup
    assert re.search(r"Year\s+2020", popup)
    page.uncheck("#htc-show-fibre")
    assert "BTS cut off" not in page.inner_text("#htc-legend")
    assert visit.said == []


def test_a_map_without_analysis_has_no_classes(tmp_path: Path) -> None:
    save_map(world.world_map(), tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    data = json.loads(page.split('id="htc-data">')[1].split("</script>")[0])
    assert data["fibre"] == []
    assert data["themes"]["fibre"]["shapes"]
