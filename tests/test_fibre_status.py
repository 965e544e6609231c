"""Only spans in service carry traffic; planned ones are told apart, and count when asked for."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
from fibre_world import bts_at, homes_at, ladder_network
from typer.testing import CliRunner

from htcoverage.cli.fibre import app
from htcoverage.errors import InputError
from htcoverage.fibre import FibreAnalysis, analyse_fibre, read_fibre, summarise_fibre
from htcoverage.readers import read_spans

DISTRICT = gpd.GeoDataFrame(
    {"district_code": ["436"], "full_name": ["Huyện A"]},
    geometry=homes_at(("x", 0, 0, 0)).buffer(5_000),
    crs="EPSG:9209",
)
STATUS = ["in-service", "in-service", "in-service", "planned", "out-of-service"]


def analysed(spans: gpd.GeoDataFrame, *, with_planned: bool = False) -> FibreAnalysis:
    return analyse_fibre(
        spans, bts=bts_at(("far", "Viettel", 1000, 1000), ("tail", "Viettel", 2000, 1000)),
        settlements=homes_at(("h", 100, 2000, 1000)), districts=DISTRICT,
        with_planned=with_planned, reach_m=100.0, owners={"Viettel": "V"},
    )  # fmt: skip


def test_spans_out_of_service_or_planned_carry_nothing() -> None:
    found = analysed(ladder_network(status=STATUS))
    summary = summarise_fibre(found)
    assert summary["spans"] == 3
    assert summary["route_km"] == pytest.approx(2.0, rel=1e-3)
    assert summary["bridges"] == 3  # the ring is open
    assert (summary["bts_on_fibre"], summary["settlements_without_fibre"]) == (1, 1)
    assert summary["not_counted"] == {
        "out-of-service": {
            "spans": 1, "route_km": pytest.approx(1.0, rel=1e-3),
            "cable_km": pytest.approx(1.0, rel=1e-3),
        },
        "planned": {
            "spans": 1, "route_km": pytest.approx(2.0, rel=1e-3),
            "cable_km": pytest.approx(8.0, rel=1e-3),
        },
    }  # fmt: skip


def test_planned_spans_close_the_ring_when_asked_for() -> None:
    summary = summarise_fibre(analysed(ladder_network(status=STATUS), with_planned=True))
    assert (summary["spans"], summary["bridges"]) == (4, 1)  # the exit alone
    assert list(summary["not_counted"]) == ["out-of-service"]


def test_an_empty_status_is_in_service_and_no_status_at_all_as_well() -> None:
    whole = summarise_fibre(analysed(ladder_network()))
    for spans in (ladder_network(status=None), ladder_network().drop(columns="status")):
        assert summarise_fibre(analysed(spans))["route_km"] == whole["route_km"]


def test_a_network_without_a_span_in_service_is_told() -> None:
    with pytest.raises(InputError, match="5 spans, none in service"):
        analysed(ladder_network(status="planned"))


def test_the_words_of_files_are_known_in_both_languages(tmp_path: Path) -> None:
    said = ["On-Air", "Đang khai thác", "hiện_hữu", "Quy hoạch", "ngừng  khai thác"]
    ladder_network(status=said).to_file(tmp_path / "net.gpkg")
    meant = ["in-service", "in-service", "in-service", "planned", "out-of-service"]
    assert read_fibre(tmp_path / "net.gpkg").spans["status"].tolist() == meant
    assert read_spans(tmp_path / "net.gpkg")["status"].tolist() == meant
    ladder_network(status=["in-service"] * 4 + ["planed"]).to_file(tmp_path / "net.gpkg")
    with pytest.raises(InputError, match=r"row 5, column 'status'.*did you mean planned\?"):
        read_fibre(tmp_path / "net.gpkg")


def test_the_command_tells_what_it_left_out(tmp_path: Path, reference) -> None:
    spans = reference.spans.copy()
    planned = spans.index[spans["kind"] == "access"][:100]
    spans.loc[planned, "status"] = "planned"
    path, out = tmp_path / "net.gpkg", tmp_path / "fibre.json"
    spans.to_file(path)
    result = CliRunner().invoke(app, ["--spans", str(path), "--json", str(out), "--lang", "vi"])
    assert result.exit_code == 0, result.output
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert figures["spans"] == len(spans) - 100
    assert figures["not_counted"]["planned"]["spans"] == 100
    assert "không tính, theo kế hoạch: 100 đoạn cáp" in result.output
    result = CliRunner().invoke(app, ["--spans", str(path), "--json", str(out), "--with-planned"])
    assert json.loads(out.read_text(encoding="utf-8"))["spans"] == len(spans)
    assert "not counted" not in result.output
