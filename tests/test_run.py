"""A run in memory: its parameters, the ledger it draws, and the files it writes or does not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from htcoverage import InputError
from htcoverage.reference import modelled_ledger
from htcoverage.run import (
    RunParameters,
    compute_run,
    load_inputs,
    read_layers,
    read_run,
    write_run,
)
from htcoverage.run.record import RUN_FORMAT, sealed

COARSE = RunParameters(resolution_m=2000.0, radius_km=3.0)


@pytest.fixture(scope="module")
def result():
    return compute_run(load_inputs(), COARSE)


class BreakdownError(Exception):
    """What the work is broken off with."""


# Parameters


def test_the_defaults_are_those_of_the_design():
    assert RunParameters().as_dict() == {
        "resolution_m": 100.0, "radius_km": 15.0, "threshold_3g_dbm": -95.0,
        "threshold_4g_dbm": -105.0, "cell_edge_probability": 0.9, "user_loss_db": 0.0,
        "user_loss_sigma_db": 0.0, "model_sigma_db": 7.0,
        "rx_height_m": 1.5, "clutter_clearance_m": 100.0, "delta_n": 50.0, "n0": 370.0,
        "model": "p1812", "environment": None, "worlds": 200, "seed": None,
        "preset": None,
    }  # fmt: skip


@given(
    threshold_dbm=st.floats(-150.0, -30.0),
    probability=st.floats(0.01, 0.99),
    sigma_db=st.floats(0.0, 20.0),
    resolution_m=st.floats(5.0, 2000.0),
)
def test_accepted_parameters_make_criteria_with_a_margin_on_the_right_side(
    threshold_dbm, probability, sigma_db, resolution_m
):
    parameters = RunParameters(
        threshold_4g_dbm=threshold_dbm,
        cell_edge_probability=probability,
        model_sigma_db=sigma_db,
        resolution_m=resolution_m,
    )
    criteria = parameters.criteria
    assert criteria.threshold_dbm("4G") == threshold_dbm
    assert criteria.sigma_db >= sigma_db
    assert (criteria.margin_db > 0) == (probability > 0.5)
    assert RunParameters(**json.loads(json.dumps(parameters.as_dict()))) == parameters


#: Parameters that are no number with a range.
OF_ANOTHER_KIND = {"seed", "model", "environment", "worlds", "preset"}


@given(
    st.sets(st.sampled_from(sorted(set(RunParameters().as_dict()) - OF_ANOTHER_KIND)), min_size=1)
)
def test_every_value_out_of_range_is_a_fault_of_its_own(names):
    with pytest.raises(InputError) as caught:
        RunParameters(**{name: float("inf") for name in names})
    assert {fault.column for fault in caught.value.faults} == names


# Seeds


def test_a_seed_draws_the_same_ledger_every_time_and_another_seed_another(reference):
    first, first_cells = modelled_ledger(reference, seed=7)
    again, again_cells = modelled_ledger(reference, seed=7)
    other, _ = modelled_ledger(reference, seed=8)
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(first_cells, again_cells)
    for drawn in (first, other):
        assert len(drawn) == len(reference.bts) == 3250
        assert drawn["site_id"].nunique() == reference.bts["site_id"].nunique()
        counts = drawn.groupby("technology").size()
        assert counts.to_dict() == reference.bts.groupby("technology").size().to_dict()
    places = [set(table.geometry.to_wkb()) for table in (first, other, reference.bts)]
    for index, one in enumerate(places):
        for another in places[index + 1 :]:
            assert len(one & another) < 0.1 * len(one)


# Writing


@pytest.mark.parametrize("broken_at", [0, 3, 7])
@pytest.mark.parametrize("kind", [BreakdownError, KeyboardInterrupt])
def test_work_broken_off_while_writing_leaves_nothing(result, tmp_path, broken_at, kind):
    def break_off(stage: str, done: int, total: int) -> None:
        if done == broken_at:
            raise kind

    with pytest.raises(kind):
        write_run(result, tmp_path / "a" / "b", progress=break_off)
    assert list(tmp_path.iterdir()) == []


def test_work_broken_off_leaves_an_earlier_run_as_it_was(result, tmp_path):
    (tmp_path / "figures.json").write_text("earlier")

    def break_off(stage: str, done: int, total: int) -> None:
        if done == total - 2:
            raise BreakdownError

    with pytest.raises(BreakdownError):
        write_run(result, tmp_path, progress=break_off)
    assert [path.name for path in tmp_path.iterdir()] == ["figures.json"]
    assert (tmp_path / "figures.json").read_text() == "earlier"


@pytest.mark.parametrize("name", ["taken", "taken/deeper", "x" * 300])
def test_a_folder_that_cannot_be_made_is_an_input_error(result, tmp_path, name):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError) as caught:
        write_run(result, tmp_path / name)
    (fault,) = caught.value.faults
    assert fault.file == str(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_settlement_shares_rest_on_area_and_lie_between_none_and_all(result):
    shares = result.settlements.filter(like="covered_")
    assert sorted(shares) == sorted(
        f"covered_{technology}_{basis}"
        for technology in ("3g", "4g", "any")
        for basis in ("median", "cell_edge")
    )
    assert ((shares >= 0.0) & (shares <= 1.0)).all(axis=None)
    assert (shares["covered_any_median"] >= shares["covered_4g_median"]).all()
    assert (shares["covered_4g_cell_edge"] <= shares["covered_4g_median"]).all()
    gaps = result.gaps.set_index("settlement_id")["residents"]
    uncovered = result.settlements.set_index("settlement_id")["covered_4g_cell_edge"] < 1.0
    assert set(gaps.index) <= set(uncovered.index[uncovered])


# Reading back


@pytest.fixture
def finished(small_run, tmp_path) -> Path:
    return Path(shutil.copytree(small_run.folder, tmp_path / "run"))


def test_a_run_is_read_from_its_folder_or_its_record(finished):
    assert read_run(finished).content == read_run(finished / "run.json").content
    assert read_run(finished).parameters == RunParameters(resolution_m=1000.0, radius_km=5.0)


def test_changed_and_missing_outputs_are_told_all_at_once(finished):
    with (finished / "figures.csv").open("a") as file:
        file.write("one more row\n")
    (finished / "map.html").unlink()
    with pytest.raises(InputError) as caught:
        read_layers(read_run(finished))
    told = {Path(fault.file).name: fault.expected for fault in caught.value.faults}
    assert told.keys() == {"figures.csv", "map.html"}
    assert "it was changed" in told["figures.csv"]
    assert "it is gone" in told["map.html"]
    assert all(f"run --from {finished / 'run.json'}" in words for words in told.values())


@pytest.mark.parametrize("damage", ["gone", "cut", "text"])
def test_every_damaged_file_of_a_run_ends_in_its_name(finished, damage):
    names = {entry["file"] for entry in read_run(finished).content["outputs"]}
    assert {"coverage_4g.tif", "layers.gpkg", "figures.json", "fibre.gpkg"} <= names
    for name in sorted(names):
        whole = (finished / name).read_bytes()
        if damage == "gone":
            (finished / name).unlink()
        else:
            (finished / name).write_bytes(whole[: len(whole) // 2] if damage == "cut" else b"text")
        with pytest.raises(InputError, match=f"1 fault.*\n.*{name}; expected the file"):
            read_layers(read_run(finished))
        (finished / name).write_bytes(whole)
    assert read_layers(read_run(finished)).record.folder == finished


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "{}", '{"parameters": {}}', "\x00",
        '{"parameters": 1, "inputs": 2, "outputs": 3, "coverage": 4, "assumptions": 5}',
        '{"parameters": {}, "inputs": [], "outputs": [1], "coverage": {}, "assumptions": {}}',
        '{"parameters": {"n0": "x"}, "inputs": [], "outputs": [], "coverage": 0, "assumptions": 0}',
    ],
)  # fmt: skip
def test_a_file_that_is_no_record_is_told(content, tmp_path):
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(InputError, match=r"of a finished run|no format number"):
        read_run(tmp_path)


def test_a_folder_without_a_record_is_told(tmp_path):
    with pytest.raises(InputError, match="of a finished run"):
        read_run(tmp_path)
    with pytest.raises(InputError, match="of a finished run"):
        read_run(tmp_path / "nowhere")


def written_again(folder: Path, change, *, seal: bool) -> None:
    content = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    change(content)
    if seal:
        content = sealed({k: v for k, v in content.items() if k not in ("format", "record_sha256")})
    (folder / "run.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda content: content.update(format=999), "format 999"),
        (lambda content: content.pop("format"), "no format number"),
    ],
)
def test_a_run_of_another_format_is_told_in_a_sentence(finished, change, found):
    written_again(finished, change, seal=False)
    with pytest.raises(
        InputError, match=rf"found '{found}'; expected a run of format {RUN_FORMAT}, that of"
    ):
        read_run(finished)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.pop("grid"),
        lambda content: content["grid"].update(shape="large"),
        lambda content: content["grid"]["transform"].__setitem__(0, 1000.5),
        lambda content: content["parameters"].update(threshold_4g_dbm=-115.0),
        lambda content: content["outputs"].pop(),
        lambda content: content.update(record_sha256=None),
    ],
)
def test_a_record_edited_by_hand_is_told_in_a_sentence(finished, change):
    written_again(finished, change, seal=False)
    with pytest.raises(InputError, match=r"expected the run\.json as the run wrote it"):
        read_run(finished)


def test_a_record_laid_out_otherwise_is_the_same_record(finished):
    before = read_run(finished)
    written_again(finished, lambda content: None, seal=False)
    assert read_run(finished) == before


def test_a_record_of_strange_or_impossible_parameters_is_told(finished):
    written_again(finished, lambda content: content["parameters"].update(frequency=1), seal=True)
    with pytest.raises(InputError, match="a parameter of htcoverage"):
        read_run(finished)
    written_again(finished, lambda content: content["parameters"].pop("frequency"), seal=True)
    written_again(finished, lambda content: content["parameters"].update(radius_km=-1), seal=True)
    with pytest.raises(InputError, match="radius_km"):
        read_run(finished)


def test_tables_of_a_run_keep_what_they_rest_on(small_run):
    metadata = gpd.read_file(small_run.folder / "gaps.gpkg", layer="gaps")
    assert set(metadata["basis"]) == {"cell_edge"}
    import pyogrio

    told = pyogrio.read_info(small_run.folder / "gaps.gpkg", layer="gaps")["layer_metadata"]
    assert told["model"] == "ITU-R P.1812-8"
    assert told["threshold_4g_dbm"] == "-105.0"
