from __future__ import annotations

import html
import json

import matplotlib as mpl
import pytest
import run_world

from htcoverage.cli.main import execute
from htcoverage.labels import label
from htcoverage.run import write_run

mpl.use("Agg")


@pytest.fixture(scope="module")
def run_json(tmp_path_factory):
    out = tmp_path_factory.mktemp("run")
    write_run(run_world.result(), out)
    return out / "run.json"


def test_report_writes_a_page_in_the_language_asked_for(run_json, tmp_path, capsys):
    arguments = ["report", str(run_json), "--lang", "vi", "--out", str(tmp_path / "a")]
    assert execute(arguments) == 0
    assert "report_vi.html" in capsys.readouterr().out
    text = (tmp_path / "a" / "report_vi.html").read_text(encoding="utf-8")
    for entry in json.loads(run_json.read_text(encoding="utf-8"))["outputs"]:
        assert entry["sha256"] in text


def test_compare_states_what_differs_and_writes_its_files(run_json, tmp_path, capsys):
    arguments = ["compare", str(run_json), str(run_json), "--out", str(tmp_path / "c")]
    assert execute([*arguments, "--operator", "Viettel", "--operator-after", "MobiFone"]) == 0
    assert "Viettel → MobiFone" in capsys.readouterr().out
    told = json.loads((tmp_path / "c" / "comparison.json").read_text(encoding="utf-8"))
    assert told["operator_after"] == "MobiFone"
    assert any(row["change"] != 0 for row in told["shares"])


def test_a_mistake_is_told_in_words(run_json, tmp_path, capsys):
    assert execute(["report", str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err
    unknown = ["compare", str(run_json), str(run_json), "--operator", "Nobody"]
    assert execute([*unknown, "--out", str(tmp_path / "d")]) == 2
    assert "Nobody" in capsys.readouterr().err
    assert execute(["report", str(run_json), "--lang", "fr"]) == 2


def test_the_page_of_the_reference_tells_what_is_modelled_and_whose_data_it_is(small_run, tmp_path):
    assert execute(["report", str(small_run.folder), "--out", str(tmp_path / "r")]) == 0
    text = html.unescape((tmp_path / "r" / "report_en.html").read_text(encoding="utf-8"))
    for key in ("fine_relief", "source_boundaries", "source_coast", "source_terrain"):
        assert label(key) in text, key
