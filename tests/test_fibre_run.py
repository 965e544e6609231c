"""The fibre of a finished run: its files, its report in two languages, nothing for a carrier."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyogrio
import pytest
from cli_process import run_cli
from conftest import FinishedRun

from htcoverage.cli.main import execute
from htcoverage.deliver import carrier_view
from htcoverage.deliver.write import deliver
from htcoverage.fibre import analyse_fibre, fibre_map_spans
from htcoverage.labels import label
from htcoverage.report.fibre_part import fibre_part
from htcoverage.run import RunLayers, read_layers, read_run


@pytest.fixture(scope="module")
def layers(small_run: FinishedRun) -> RunLayers:
    return read_layers(read_run(small_run.folder / "run.json"))


@pytest.fixture(scope="module")
def told(small_run: FinishedRun) -> dict[str, list[dict[str, float]]]:
    found: dict[str, list[dict[str, float]]] = json.loads(
        (small_run.folder / "fibre.json").read_text(encoding="utf-8")
    )
    return found


def test_a_run_keeps_what_the_analysis_found(small_run: FinishedRun, told, reference) -> None:
    analysis = analyse_fibre(
        reference.spans, bts=reference.bts, settlements=reference.settlements,
        districts=reference.districts,
    )  # fmt: skip
    kept = pyogrio.read_dataframe(small_run.folder / "fibre.gpkg", layer="spans")
    drawn = fibre_map_spans(analysis)
    for name in ("bts_cut_off", "bts_cut_off_together", "residents_cut_off_together"):
        assert kept[name].tolist() == drawn[name].tolist()
    assert told["summary"]["cable_km"] == pytest.approx(21_000, rel=0.005)
    assert told["reported"][0]["km"] == pytest.approx(told["summary"]["cable_km"], abs=1e-3)
    assert len(told["without_fibre"]) == told["summary"]["settlements_without_fibre"] == 26
    by_district = sum(row["cable_km"] for row in told["district_lengths"][:-1])
    assert by_district == pytest.approx(told["district_lengths"][-1]["cable_km"], rel=1e-6)


def test_signal_lost_is_ranked_for_lines_and_for_spans(small_run: FinishedRun, told) -> None:
    silent = "residents_without_signal"
    lost = [row[silent] for row in told["signal"]]
    assert lost[0] > 0.0
    assert lost == sorted(lost, reverse=True)
    spans = told["summary"]["signal_spans"]
    assert [row[silent] for row in spans] == sorted((row[silent] for row in spans), reverse=True)
    lines = pyogrio.read_dataframe(small_run.folder / "fibre.gpkg", layer="pole_lines")
    assert lines[silent].max() == round(lost[0])
    # A span falls with its line, and takes no more than the line does.
    drawn = pyogrio.read_dataframe(small_run.folder / "fibre.gpkg", layer="spans")
    assert drawn[silent].max() == round(spans[0][silent])
    of_line = dict(zip(lines["span_ids"], lines[silent], strict=True))
    for row in spans:
        shared = [most for ids, most in of_line.items() if row["span_id"] in ids.split("; ")]
        assert round(row[silent]) <= max(shared)
    assert all(silent in row for row in told["summary"]["critical_routes"])


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_report_tells_the_fibre_in_both_languages(layers: RunLayers, told, language) -> None:
    page = "".join(fibre_part(layers, language=language))
    other = "vi" if language == "en" else "en"
    for key in ("fibre_network", "fibre_districts", "fibre_signal", "fibre_worst_routes"):
        assert label(key, language) in page
        assert label(key, other) not in page
    for number in ("3,216", "8,410"):
        assert (number if language == "en" else number.replace(",", ".")) in page
    assert ("26 villages in 7 districts" if language == "en" else "26 thôn ở 7 huyện") in page
    for row in told["summary"]["critical_routes"][:3]:
        assert row["span_ids"] in page
    assert page.count("<img") == 1
    assert "VinaPhone: VNPT" in page
    for row in told["signal"][:3]:
        assert row["span_ids"] in page


def test_names_of_spans_stay_text_in_the_report(
    small_run: FinishedRun, layers: RunLayers, tmp_path: Path
) -> None:
    from dataclasses import replace

    found = json.loads((small_run.folder / "fibre.json").read_text(encoding="utf-8"))
    for row in found["summary"]["critical_routes"] + found["signal"]:
        row["span_ids"] = "<script>x</script>"
    for row in found["lengths"]:
        row["owner"] = "<img src=x>"
    (tmp_path / "fibre.json").write_text(json.dumps(found), encoding="utf-8")
    shutil.copy(small_run.folder / "fibre.gpkg", tmp_path)
    moved = replace(layers, record=replace(layers.record, folder=tmp_path))
    page = "".join(fibre_part(moved, language="en"))
    assert "<script" not in page
    assert "<img src=x" not in page


def test_a_run_without_spans_tells_no_fibre(layers: RunLayers) -> None:
    from dataclasses import replace

    content = {**layers.record.content, "outputs": []}
    bare = replace(layers, record=replace(layers.record, content=content))
    assert list(fibre_part(bare, language="en")) == []


def test_a_carrier_gets_no_fibre_and_nothing_that_counts_rivals(
    layers: RunLayers, tmp_path: Path
) -> None:
    assert len(carrier_view(layers, "Viettel").layers.spans) == 0
    deliver(layers, "Viettel", tmp_path / "out", formats=["csv"])
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert not [name for name in names if "fibre" in name]
    page = (tmp_path / "out" / "map_viettel.html").read_text(encoding="utf-8")
    data = json.loads(page.split('id="htc-data">')[1].split("</script>")[0])
    assert data["fibre"] == []
    assert "fibre" not in data["themes"]
    for path in (tmp_path / "out").iterdir():
        assert b"cut_off" not in path.read_bytes().replace(b"span_bts_cut_off", b"")


def test_a_route_leads_to_the_gaps_of_a_finished_run(
    small_run: FinishedRun, layers: RunLayers, tmp_path: Path
) -> None:
    out = tmp_path / "plan.json"
    arguments = ["fibre", "route", "--to", "gaps", "--run", str(small_run.folder)]
    assert execute([*arguments, "--json", str(out)]) == 0
    plan = json.loads(out.read_text(encoding="utf-8"))
    told = len(plan["steps"]) + len(plan["already_connected"]) + len(plan["unreachable"])
    assert told == len(layers.gaps)
    assert {step["target_id"] for step in plan["steps"]} <= set(layers.gaps["gap_id"])


def test_the_fibre_of_a_run_is_the_same_to_the_byte(small_run: FinishedRun, tmp_path: Path) -> None:
    again = run_cli(
        "run", "--from", str(small_run.folder / "run.json"), "--out", str(tmp_path), cwd=tmp_path
    )
    assert again.returncode == 0, again.stderr
    for name in ("fibre.json", "fibre.gpkg"):
        assert (tmp_path / name).read_bytes() == (small_run.folder / name).read_bytes()
