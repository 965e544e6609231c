"""The reference network: the stated counts come out, and the command tells them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyogrio
import pytest
from typer.testing import CliRunner

from htcoverage.cli.fibre import app
from htcoverage.fibre import FibreAnalysis, analyse_fibre, fail, summarise_fibre

if TYPE_CHECKING:
    from htcoverage import Reference

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def analysis(reference: Reference) -> FibreAnalysis:
    return analyse_fibre(
        reference.spans, bts=reference.bts, settlements=reference.settlements,
        districts=reference.districts,
    )  # fmt: skip


def test_the_stated_counts_come_out(analysis: FibreAnalysis) -> None:
    summary = summarise_fibre(analysis)
    assert summary["cable_km"] == pytest.approx(21_000, rel=0.005)
    assert summary["inter_provincial_routes"] == 11
    assert summary["settlements_without_fibre"] == 26
    assert summary["districts_without_fibre"] == 7
    assert summary["bts_total"] == 3250
    assert summary["components"] == 3  # one of each owner
    assert summary["route_km"] < summary["cable_km"]
    json.dumps(summary, allow_nan=False)


def test_repairs_touch_nothing_of_a_clean_network(analysis: FibreAnalysis) -> None:
    assert not analysis.clean.findings["repaired"].any()
    assert analysis.clean.length_after_m == analysis.clean.length_before_m


def test_the_worst_are_ranked_and_are_what_their_failure_takes(analysis: FibreAnalysis) -> None:
    rows = summarise_fibre(analysis)["critical_spans"]
    assert len(rows) == 20
    keys = [(-row["bts_cut_off"], -row["residents_cut_off"], row["span_id"]) for row in rows]
    assert keys == sorted(keys)
    names = analysis.network.spans["span_id"].to_numpy()
    for row in rows[:3]:
        span = int(np.flatnonzero(names == row["span_id"])[0])
        failure = fail(analysis.network, analysis.attachments, spans=[span])
        assert row["bts_cut_off"] == failure.bts.sum()
        assert row["settlements_cut_off"] == failure.settlements.sum()
    worst = analysis.criticality.spans["bts_cut_off"].max()
    assert rows[0]["bts_cut_off"] == worst


def test_a_pole_line_takes_at_least_what_each_of_its_cables_takes(analysis: FibreAnalysis) -> None:
    spans, routes = analysis.criticality.spans, analysis.criticality.routes
    for column in ("bts_cut_off", "residents_cut_off"):
        lost = spans[column].to_numpy()
        for members, together in zip(analysis.groups.members, routes[column], strict=True):
            assert together >= lost[members].max() - 1e-6


def test_the_command_writes_figures_and_layers(tmp_path: Path) -> None:
    out = [tmp_path / "fibre.json", tmp_path / "fibre.gpkg"]
    result = RUNNER.invoke(app, ["--json", str(out[0]), "--out", str(out[1])])
    assert result.exit_code == 0, result.output
    figures = json.loads(out[0].read_text(encoding="utf-8"))
    assert {
        "route_km", "cable_km", "spans", "nodes", "components", "bridges", "articulation_nodes",
        "bts_total", "bts_on_fibre", "settlements_without_fibre", "critical_spans",
    } <= set(figures)  # fmt: skip
    layers = {str(name) for name, _ in pyogrio.list_layers(out[1])}
    assert {"spans", "nodes", "findings"} <= layers
    assert len(pyogrio.read_dataframe(out[1], layer="spans")) == figures["spans"]
    assert "21,000" in result.output


def test_the_command_plans_an_extension_to_the_villages_without_fibre(tmp_path: Path) -> None:
    out = tmp_path / "route.json"
    result = RUNNER.invoke(app, ["route", "--phase-budget", "2000", "--json", str(out)])
    assert result.exit_code == 0, result.output
    plan = json.loads(out.read_text(encoding="utf-8"))
    assert plan["targets"] == 26
    assert plan["unreachable"] == []
    assert 0.0 <= plan["gap_share"] < 0.1
    spent = [row["cumulative_cost"] for row in plan["steps"]]
    assert all(
        2000.0 * (row["phase"] - 1) < cost <= 2000.0 * row["phase"]
        for row, cost in zip(plan["steps"], spent, strict=True)
    )
    assert spent[-1] == pytest.approx(plan["cost"], abs=0.01)


def test_a_missing_file_is_told() -> None:
    from htcoverage.errors import InputError

    result = RUNNER.invoke(app, ["--spans", "nowhere.kml"])
    assert isinstance(result.exception, InputError)
    result = RUNNER.invoke(app, ["route", "--to", "gaps", "--run", "nowhere"])
    assert isinstance(result.exception, InputError)
    assert "nowhere" in str(result.exception)
