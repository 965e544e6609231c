"""`htcoverage run` by a preset, its communes, and what was said in public beside it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from cli_process import COARSE, run_cli

from htcoverage.cli.main import execute
from htcoverage.presets import PRESETS
from htcoverage.reference import PUBLIC_STATEMENTS


@pytest.fixture(scope="module")
def document(small_run) -> dict:
    return json.loads((small_run.folder / "figures.json").read_text(encoding="utf-8"))


def test_communes_stand_in_a_file_of_their_own_and_add_up(small_run, document):
    path = small_run.folder / "figures_communes.csv"
    assert path.stat().st_size < 2_000_000
    communes = pd.read_csv(path, dtype={"area_code": str})
    assert set(communes["area_level"]) == {"commune"}
    assert communes["area_code"].nunique() == 216
    assert set(communes["commune_provenance"]) == {"modelled"}
    assert communes.loc[communes["area_code"] == "18070", "area"].unique() == ["Phường Trần Phú"]
    assert not {row["area_level"] for row in document["shares"]} & {"commune"}
    keys = ["technology", "operator", "basis", "denominator"]
    amounts = communes.groupby(keys)[["covered", "total"]].sum()
    province = pd.DataFrame(
        row
        for row in document["shares"]
        if row["area_level"] == "province" and row["settlement_part"] in (None, 0.8)
    ).set_index(keys)
    difference = (amounts - province.loc[amounts.index, ["covered", "total"]]).abs()
    assert difference.to_numpy().max() <= 216 * 0.0005
    assert set(communes["denominator"]) == {"residential_area", "residents", "settlements"}


def test_every_public_statement_is_set_beside_the_figures_with_every_reading(small_run, document):
    beside = document["reconciliation"]
    assert beside["modelled"] == {"base_stations": "all", "settlements": "all"}
    rows = pd.DataFrame(beside["rows"])
    # Any operator and all of them, by each reading of each statement.
    assert len(rows) == 2 * sum(len(each.readings) for each in PUBLIC_STATEMENTS)
    assert (rows["holds"] == (rows["cell_edge"] >= rows["reported_share"])).all()
    shares = pd.DataFrame(document["shares"])
    people = rows[(rows["date"] == "2023-10") & (rows["denominator"] == "residents")]
    for row in people.to_dict("records"):
        own = shares[
            (shares["area_level"] == "province")
            & (shares["technology"] == "any")
            & (shares["operator"] == row["operator"])
            & (shares["denominator"] == "residents")
        ].set_index("basis")["covered_share"]
        assert (row["median"], row["cell_edge"]) == (own["median"], own["cell_edge"])
    # 85 % of communes: counted again from the file of communes.
    communes = pd.read_csv(small_run.folder / "figures_communes.csv")
    kept = communes[
        (communes["technology"] == "4G")
        & (communes["operator"] == "any")
        & (communes["basis"] == "cell_edge")
        & (communes["denominator"] == "residents")
    ]
    (told,) = rows[
        (rows["denominator"] == "communes") & (rows["part"] == 0.8) & (rows["operator"] == "any")
    ]["cell_edge"]
    assert told == pytest.approx((kept["covered_share"] >= 0.8).mean(), abs=1e-6)
    for language, words in (("en", "no check of the carriers' ledger"),
                            ("vi", "không phải là kiểm tra hồ sơ trạm")):  # fmt: skip
        assert words in beside["paragraph"][language]
    said = " ".join(small_run.process.stdout.split())
    assert "Computed beside reported: Reported (10/2023)" in said
    assert "From all operators" in said


def test_every_preset_stands_beside_with_its_sources(document):
    rows = {row["preset"]: row for row in document["presets"]}
    assert list(rows) == list(PRESETS)
    for name, row in rows.items():
        assert row["sources"] == dict(PRESETS[name].sources)
        assert row["caution"] == PRESETS[name].caution
    outdoors = next(
        row["covered_share"]
        for row in document["shares"]
        if (row["area_level"], row["technology"], row["operator"], row["denominator"], row["basis"])
        == ("province", "4G", "any", "residents", "cell_edge")
    )
    assert rows["outdoors"]["covered_share"] == outdoors
    assert rows["in-car"]["covered_share"] < outdoors


def test_a_run_by_a_preset_says_so_and_repeats_itself_to_the_byte(tmp_path):
    arguments = ("--preset", "indoors", "--threshold-4g", "-108", "--lang", "vi", "--worlds", "0")
    process = run_cli("run", *COARSE, *arguments, "--out", "a", cwd=tmp_path)
    assert process.returncode == 0, process.stderr
    said = " ".join(process.stdout.split())
    assert f"bộ tiêu chí indoors: {PRESETS['indoors'].title_in('vi')}" in said
    assert "threshold_4g_dbm = -108, đặt riêng bên cạnh bộ tiêu chí" in said
    assert "ITU-R P.2109-2" in said
    assert "lưu ý: Suy hao ở 1,8 GHz được dùng cho mọi băng tần" in said
    record = json.loads((tmp_path / "a" / "run.json").read_text(encoding="utf-8"))
    assert {
        name: record["parameters"][name]
        for name in ("preset", "user_loss_db", "user_loss_sigma_db", "threshold_4g_dbm")
    } == {
        "preset": "indoors", "user_loss_db": 14.8, "user_loss_sigma_db": 9.3,
        "threshold_4g_dbm": -108.0,
    }  # fmt: skip
    document = json.loads((tmp_path / "a" / "figures.json").read_text(encoding="utf-8"))
    assert document["assumptions"]["preset"] == "indoors"
    assert document["assumptions"]["user_loss_db"] == 14.8
    page = (tmp_path / "a" / "map.html").read_text(encoding="utf-8")
    assert '<html lang="vi">' in page
    # The page keeps a number and its unit on one line.
    assert f"indoors: {PRESETS['indoors'].title_in('vi')}" in page.replace("\u00a0", " ")

    again = run_cli("run", "--from", "a", "--out", "b", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "b" / "run.json").read_bytes() == (tmp_path / "a" / "run.json").read_bytes()


def test_an_unknown_preset_is_told_before_the_work(tmp_path):
    process = run_cli("run", "--preset", "ofcom-6g", "--out", "a", cwd=tmp_path)
    assert process.returncode == 2
    assert "ofcom-4g" in process.stderr
    assert not (tmp_path / "a").exists()
    both = run_cli("run", "--from", "a", "--preset", "indoors", cwd=tmp_path)
    assert both.returncode == 2
    assert "--preset" in both.stderr


def test_the_number_of_operators_at_home_agrees_with_any_and_all(document):
    counts = pd.DataFrame(document["operators"])
    shares = pd.DataFrame(document["shares"])
    assert set(counts["technology"]) == {"3G", "4G"}
    assert set(counts["area_code"]) == set(shares["area_code"])
    for technology in ("3G", "4G"):
        for denominator in ("residential_area", "residents", "households"):
            of = counts[
                (counts["technology"] == technology) & (counts["denominator"] == denominator)
            ].pivot_table(index="area_code", columns="operators", values="share")
            rows = shares[
                (shares["technology"] == technology)
                & (shares["denominator"] == denominator)
                & (shares["basis"] == "cell_edge")
            ].pivot_table(index="area_code", columns="operator", values="covered_share")
            assert of.columns.tolist() == [0, 1, 2, 3]
            np.testing.assert_allclose(of.sum(axis=1), 1.0, atol=3e-6)
            # Nobody there is the rest of "any"; three of three are "all".
            np.testing.assert_allclose(1.0 - of[0], rows.loc[of.index, "any"], atol=3e-6)
            np.testing.assert_allclose(of[3], rows.loc[of.index, "all"], atol=3e-6)
            own = rows.loc[of.index, ["Viettel", "VinaPhone", "MobiFone"]].sum(axis=1)
            np.testing.assert_allclose(of[1] + 2 * of[2] + 3 * of[3], own, atol=9e-6)


def test_a_finished_run_measured_again_has_the_rows_it_had(small_run, tmp_path, capsys):
    assert execute(["figures", str(small_run.folder), "--lang", "vi", "--out", str(tmp_path)]) == 0
    for_communes = "figures_communes.csv"
    assert (tmp_path / for_communes).read_bytes() == (small_run.folder / for_communes).read_bytes()
    again, before = (pd.read_csv(f / "figures.csv") for f in (tmp_path, small_run.folder))
    same = [name for name in again.columns if name not in ("low", "high")]
    pd.testing.assert_frame_equal(again[same], before[same])
    said = " ".join(capsys.readouterr().out.split())
    assert "chỉ mức thu đường xuống" in said
    assert "không phải đo đạc: trạm gốc, thôn, bản, tổ dân phố, cáp quang" in said
