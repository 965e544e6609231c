from __future__ import annotations

import numpy as np
import pytest
from figures_world import box, levels, make_coverage, make_districts, make_settlements

from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria, compute_figures, criteria_words, headline

#: −100 dBm covers in 4G at the median and not with the margin; half of the square has it.
LEVEL_DBM = levels(2, 4)
LEVEL_DBM[:, :2] = -100.0

FIGURES = compute_figures(
    make_coverage(a_3g=levels(2, 4, good=(slice(None), slice(0, 1))), a_4g=LEVEL_DBM),
    make_settlements(("s", "d", 80.0, box(0, 0, 4, 2)), ("t", "d", 20.0, box(0, 0, 2, 2))),
    make_districts(("d", box(0, 0, 4, 2))),
    province="Tỉnh thử",
)


def row(table, technology, denominator):
    found = table[(table["technology"] == technology) & (table["denominator"] == denominator)]
    assert len(found) == 1
    return found.iloc[0]


def test_median_and_cell_edge_stand_side_by_side():
    said = headline(FIGURES)
    assert (said.area, said.operator) == ("Tỉnh thử", "any operator")
    assert (said.median, said.cell_edge) == ("median (50 %)", "cell edge 90 %")
    residents = row(said.table, "4G", "residents")
    assert (residents["median"], residents["cell_edge"]) == (0.6, 0.0)
    assert (residents["total"], residents["unit"]) == (100.0, "people")
    both = row(said.table, "3G and 4G", "land area")
    assert (both["median"], both["cell_edge"]) == (0.25, 0.0)
    assert len(said.table) == 4 * 5


def test_all_districts_are_named_in_the_language_where_the_province_has_no_name():
    unnamed = FIGURES.replace({"area": {"Tỉnh thử": "all districts"}})
    unnamed.attrs = FIGURES.attrs
    assert headline(unnamed).area == "all districts"
    assert headline(unnamed, language="vi").area == "toàn bộ các huyện"
    assert headline(FIGURES, language="vi").area == "Tỉnh thử"


def test_settlements_carry_their_part_in_their_label():
    said = headline(FIGURES, settlement_part=0.5)
    name = "settlements with at least 50 % of residents covered"
    assert row(said.table, "4G", name)["median"] == 1.0
    name = "settlements with at least 80 % of residents covered"
    assert row(headline(FIGURES).table, "4G", name)["median"] == 0.5


def test_the_words_say_what_the_figures_are_and_are_not():
    assert headline(FIGURES).words == (
        "predicted",
        "outdoors, at 1.5 m",
        "3G RSCP ≥ −95 dBm; 4G RSRP ≥ −105 dBm",
        "downlink level only: interference, uplink and load not checked",
    )


def test_the_words_follow_the_criteria_and_the_language():
    criteria = CoverCriteria(
        threshold_4g_dbm=-97.5, cell_edge_probability=0.95, user_loss_db=14.8, user_loss_sigma_db=9
    )
    words = criteria_words(criteria, language="vi")
    assert words[0] == "dự báo"
    assert "14,8 dB" in words[1]
    assert "4G RSRP ≥ −97,5 dBm" in words[2]
    figures = compute_figures(
        make_coverage(a_4g=np.full((2, 2), -60.0)),
        make_settlements(("s", "d", 80.0, box(0, 0, 2, 2))),
        make_districts(("d", box(0, 0, 2, 2))),
        criteria=criteria,
    )
    said = headline(figures, area_code="d", operator="a", language="vi")
    assert said.cell_edge == "biên vùng phủ 95 %"
    assert (said.area, said.operator) == ("Huyện d", "a")
    assert said.words == words


def test_what_the_figures_do_not_hold_is_refused():
    with pytest.raises(InputError, match="nowhere"):
        headline(FIGURES, area_code="nowhere")
    with pytest.raises(InputError, match="settlement_part"):
        headline(FIGURES, settlement_part=0.7)
