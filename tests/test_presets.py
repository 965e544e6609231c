from __future__ import annotations

from math import log10
from statistics import NormalDist

import numpy as np
import pytest
from figures_world import box, levels, make_coverage, make_districts, make_settlements

from htcoverage.cli.main import execute
from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.labels import label
from htcoverage.presets import PRESETS, SET_CRITERIA, compare_presets, preset, preset_row
from htcoverage.run import RunParameters
from htcoverage.run.parameters import changed_from_preset, preset_parameters

ASSUMPTION = label("labelled_assumption")


def building_entry_loss_db(*, f_ghz: float, probability: float) -> float:
    """ITU-R P.2109-2, annex 1, equations 1 to 7, traditional building, horizontal path."""
    log_f = log10(f_ghz)
    quantile = NormalDist().inv_cdf(probability)
    a = quantile * (9.6 + 2.0 * log_f) + 12.64 + 3.72 * log_f + 0.96 * log_f**2
    b = quantile * (4.5 - 2.0 * log_f) + 9.1 - 3.0 * log_f
    return 10 * log10(10 ** (0.1 * a) + 10 ** (0.1 * b) + 10 ** (0.1 * -3.0))


def test_indoor_loss_is_that_of_the_recommendation():
    median_db = building_entry_loss_db(f_ghz=1.8, probability=0.5)
    high_db = building_entry_loss_db(f_ghz=1.8, probability=0.9)
    criteria = preset("indoors").criteria
    assert criteria.user_loss_db == pytest.approx(median_db, abs=0.05)
    assert criteria.user_loss_sigma_db == pytest.approx(
        (high_db - median_db) / NormalDist().inv_cdf(0.9), abs=0.05
    )
    lower_db = building_entry_loss_db(f_ghz=0.9, probability=0.5)
    assert median_db - lower_db == pytest.approx(0.6, abs=0.05)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_number_that_is_not_the_default_has_a_source(name):
    named = " ".join(parameters for parameters, _ in PRESETS[name].sources)
    default = CoverCriteria()
    for field in CoverCriteria.__dataclass_fields__:
        changed = getattr(PRESETS[name].criteria, field) != getattr(default, field)
        assert not changed or field in named
    assert all(words for _, words in PRESETS[name].sources)


def test_the_part_of_a_settlement_is_said_to_be_ours():
    sources = dict(preset("vn-thon").sources)
    assert ASSUMPTION in sources["settlement_part"]
    assert "1603" in sources["settlement_part"]


def test_ofcom_compares_the_level_with_its_line_without_a_margin():
    assert preset("ofcom-4g").criteria.margin_db == 0.0
    assert preset("ofcom-4g").criteria.threshold_dbm("4G") == -105.0


def test_places_nearer_the_user_ask_for_more():
    asked = [
        preset(name).criteria.threshold_dbm("4G") + preset(name).criteria.margin_db
        for name in ("outdoors", "in-car", "indoors")
    ]
    assert asked == sorted(asked)
    assert asked[1] - asked[0] == pytest.approx(8.0)
    # 14.8 dB and z(0.9) times what the spread grows by: √(2² + 7² + 9.3²) − √(2² + 7²) = 4.52 dB.
    assert asked[2] - asked[0] == pytest.approx(14.8 + 1.28155 * 4.523, abs=0.01)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_the_row_of_a_preset_is_in_the_figures(name):
    chosen = preset(name)
    coverage = make_coverage(a_3g=levels(2, 2), a_4g=levels(2, 2))
    figures = compute_figures(
        coverage,
        make_settlements(("s", "d", 10.0, box(0, 0, 1, 1))),
        make_districts(("d", box(0, 0, 2, 2))),
        criteria=chosen.criteria,
    )
    row = figures[
        (figures["area_level"] == "province")
        & (figures["operator"] == "any")
        & (figures["technology"] == chosen.technology)
        & (figures["denominator"] == chosen.denominator)
        & (figures["basis"] == chosen.basis)
    ]
    if chosen.settlement_part is not None:
        row = row[row["settlement_part"] == chosen.settlement_part]
    assert row["covered_share"].tolist() == [0.0]


def test_an_unknown_preset_names_those_there_are():
    with pytest.raises(InputError, match="ofcom-4g"):
        preset("ofcom-6g")


# Side by side

#: From north to south: −80, −90, −97, −104 dBm of 4G; 3G in the west half alone.
FOUR = np.repeat([[-80.0], [-90.0], [-97.0], [-104.0]], 4, axis=1)
WORLD = make_coverage(a_3g=levels(4, 4, good=(slice(None), slice(0, 2))), a_4g=FOUR)
HOMES = make_settlements(
    ("s1", "d", 30.0, box(0, 0, 1, 1)),
    ("s2", "d", 50.0, box(0, 1, 1, 2)),
    ("s3", "d", 20.0, box(3, 2, 4, 3)),
)
DISTRICTS = make_districts(("d", box(0, 0, 4, 4)))


def test_presets_side_by_side_by_hand():
    table = compare_presets(WORLD, HOMES, DISTRICTS).set_index("preset")
    assert table.index.tolist() == list(PRESETS)
    # Margin 9.33 dB: −95.67 outdoors, −87.67 in a car, −75.09 indoors, −90.67 for ARCOTEL.
    assert table["least_level_dbm"].round(2).to_dict() == {
        "outdoors": -95.67, "in-car": -87.67, "indoors": -75.06, "ofcom-4g": -105.0,
        "fcc-bdc": -95.67, "arcotel": -90.67, "vn-thon": -95.67,
    }  # fmt: skip
    assert table["covered_share"].to_dict() == pytest.approx(
        {
            "outdoors": 0.8,  # −97 of twenty people is short
            "in-car": 0.3,
            "indoors": 0.0,
            "ofcom-4g": 1.0,  # −104 is enough without a margin
            "fcc-bdc": 0.5,
            "arcotel": 2 / 3,  # of three homes of one pixel
            "vn-thon": 2 / 3,  # neither 4G nor 3G reaches the third
        }
    )


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_each_share_is_that_of_the_whole_table_of_figures(name):
    base = CoverCriteria(location_sigma_db=3.0, model_sigma_db=5.0)
    row = compare_presets(WORLD, HOMES, DISTRICTS, criteria=base).set_index("preset").loc[name]
    criteria = preset(name).criteria_of(base)
    assert (criteria.location_sigma_db, criteria.model_sigma_db) == (3.0, 5.0)
    figures = compute_figures(WORLD, HOMES, DISTRICTS, criteria=criteria)
    whole = preset_row(figures, preset(name))
    assert row["covered_share"] == whole["covered_share"]
    assert (row["covered"], row["total"], row["unit"]) == (
        whole["covered"], whole["total"], whole["unit"],
    )  # fmt: skip


def test_a_preset_without_its_layers_has_no_row():
    only_3g = make_coverage(a_3g=levels(4, 4))
    assert compare_presets(only_3g, HOMES, DISTRICTS)["preset"].tolist() == ["vn-thon"]


def test_what_a_source_asks_of_the_prediction_itself_is_told_where_it_is_not_met():
    fcc = preset("fcc-bdc")
    assert fcc.unmet(rx_height_m=1.5, resolution_m=100.0) == ()
    low, coarse = map(str, fcc.unmet(rx_height_m=1.2, resolution_m=250.0))
    assert "1.5 m or higher; here it is at 1.2 m" in low
    assert "100 m or smaller; here they are 250 m" in coarse
    (pixel,) = fcc.unmet(rx_height_m=2.0, resolution_m=250.0)
    assert "điểm ảnh không quá 100 m; ở đây là 250 m" in pixel.words("vi")
    assert preset("ofcom-4g").unmet(rx_height_m=1.0, resolution_m=2000.0) == ()


# In a run


def test_a_preset_sets_the_criteria_of_a_run_and_what_is_said_beside_it_goes_first():
    parameters = RunParameters(**{**preset_parameters("indoors"), "threshold_4g_dbm": -110.0})
    asked = parameters.criteria
    assert (asked.user_loss_db, asked.user_loss_sigma_db) == (14.8, 9.3)
    assert asked.threshold_dbm("4G") == pytest.approx(-110.0 + 14.8)
    assert changed_from_preset(parameters) == {"threshold_4g_dbm": -110.0}
    assert changed_from_preset(RunParameters(threshold_4g_dbm=-110.0)) == {}
    assert preset_parameters(None) == {}
    for name, chosen in PRESETS.items():
        found = RunParameters(**preset_parameters(name))
        assert changed_from_preset(found) == {}
        for key in SET_CRITERIA:
            assert getattr(found.criteria, key) == getattr(chosen.criteria, key)


def test_an_unknown_preset_of_a_run_is_told_beside_other_slips():
    with pytest.raises(InputError) as caught:
        RunParameters(preset="ofcom-6g", radius_km=0.0)
    assert {fault.column for fault in caught.value.faults} == {"preset", "radius_km"}


# Words


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_word_of_a_preset_is_there_in_vietnamese(name):
    chosen = PRESETS[name]
    assert len(chosen.sources_in("vi")) == len(chosen.sources)
    for (parameters, english), (same, vietnamese) in zip(
        chosen.sources, chosen.sources_in("vi"), strict=True
    ):
        assert parameters == same
        assert english != vietnamese
        assert (ASSUMPTION in english) == ("giả định" in vietnamese)
    assert bool(chosen.caution) == bool(chosen.caution_in("vi"))


def test_the_command_lists_every_preset_with_its_sources(capsys):
    assert execute(["presets"]) == 0
    said = capsys.readouterr().out
    for name, chosen in PRESETS.items():
        assert f"{name}: {chosen.title}" in said
        assert chosen.caution in said
        for parameters, source in chosen.sources:
            assert f"{parameters}: {source}" in said
    assert execute(["presets", "--lang", "vi"]) == 0
    assert PRESETS["indoors"].caution_in("vi") in capsys.readouterr().out
