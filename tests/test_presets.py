from __future__ import annotations

from math import log10
from statistics import NormalDist

import pytest
from figures_world import box, levels, make_coverage, make_districts, make_settlements

from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.presets import ASSUMPTION, PRESETS, preset


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
