from __future__ import annotations

import json
import math

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from figures_world import box, make_coverage, make_districts, make_settlements

from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.plots import plot_reconciliation
from htcoverage.reconcile import (
    RESIDENTIAL_READINGS,
    PublicStatement,
    Reconciliation,
    read_reconciliation,
    reconcile,
    reconciliation_document,
    reconciliation_paragraph,
    residential_statement,
    set_beside,
)
from htcoverage.uncertainty import compute_sensitivity

mpl.use("Agg")

DISTRICTS = make_districts(("w", box(0, 0, 10, 6)))
#: Eight pixels in the west, two in the east.
HOMES = make_settlements(
    ("s1", "w", 80.0, box(0, 0, 4, 2)), ("s2", "w", 120.0, box(8, 0, 9, 2))
).assign(commune_code=["c1", "c2"])
#: Threshold −105 and a margin of 9.33 dB: −97 lacks 1.33 dB at the cell edge.
SHORT_DBM = -97.0
MARGIN_DB = CoverCriteria().margin_db

MODELLED = {"base_stations": "all", "settlements": "all"}


def figures_of(level_dbm, **other):
    coverage = make_coverage(a_4g=level_dbm, **other)
    curves = [
        curve
        for operator in ("any", "all")
        for curve in compute_sensitivity(
            coverage, HOMES, DISTRICTS, technology="any", operator=operator
        )
    ]
    return compute_figures(coverage, HOMES, DISTRICTS), curves


def statement(share, *readings, technology="any", date="2023-10") -> PublicStatement:
    return PublicStatement(
        date, share, technology, readings, f"{share:.0%} are covered", f"phủ sóng {share:.0%}"
    )


#: One of the eight western pixels falls short at the cell edge, not at the median.
LEVELS = np.full((6, 10), -60.0)
LEVELS[0, 0] = SHORT_DBM


def test_shares_verdict_and_shift_of_every_reading_by_hand():
    said = statement(0.95, ("residents", None), ("residential_area", None), ("settlements", 1.0))
    table = reconcile(*figures_of(LEVELS), [said])
    rows = table[table["operator"] == "any"].set_index("denominator")
    # An eighth of 80 of 200 people; one of ten pixels; one of two settlements.
    assert rows["cell_edge"].to_dict() == pytest.approx(
        {"residents": 0.95, "residential_area": 0.9, "settlements": 0.5}
    )
    assert rows["median"].tolist() == pytest.approx([1.0, 1.0, 1.0])
    assert rows["holds"].to_dict() == {
        "residents": True, "residential_area": False, "settlements": False,
    }  # fmt: skip
    # Short by −95.67 − −97; what holds does so until −60 dBm is lost.
    short_db = -105.0 + MARGIN_DB - SHORT_DBM
    assert rows["shift_db"].to_dict() == pytest.approx(
        {
            "residents": -60.0 + 105.0 - MARGIN_DB,
            "residential_area": -short_db,
            "settlements": -short_db,
        }
    )
    np.testing.assert_allclose(rows["median_shift_db"], rows["shift_db"] + MARGIN_DB)


def test_any_and_all_operators_are_told_apart():
    worse = LEVELS.copy()
    worse[:, 8] = -140.0
    said = statement(0.95, ("residents", None))
    table = reconcile(*figures_of(LEVELS, b_4g=worse), [said]).set_index("operator")
    assert table.loc["any", "cell_edge"] == pytest.approx(0.95)
    assert table.loc["all", "cell_edge"] == pytest.approx(0.35)
    assert table["holds"].to_dict() == {"any": True, "all": False}


def test_communes_count_by_the_people_in_them():
    said = statement(0.85, ("communes", 0.8), ("communes", 1.0))
    table = reconcile(*figures_of(LEVELS), [said])
    rows = table[table["operator"] == "any"].set_index("part")
    assert rows["cell_edge"].to_dict() == {0.8: 1.0, 1.0: 0.5}
    assert rows["median"].to_dict() == {0.8: 1.0, 1.0: 1.0}
    assert rows["shift_db"].isna().all()


def test_what_no_shift_reaches_is_minus_infinity_and_said():
    silent = LEVELS.copy()
    silent[:, 8] = np.nan
    said = statement(0.95, ("residents", None))
    table = reconcile(*figures_of(silent), [said])
    assert table["shift_db"].tolist() == [-math.inf, -math.inf]
    words = reconciliation_paragraph(table, [said], modelled=MODELLED)
    assert "60.00 percentage points short: no common shift reaches it" in words
    assert "would have to be" not in words


def test_without_a_curve_no_shift_is_claimed():
    figures, _ = figures_of(LEVELS)
    said = statement(0.99, ("residents", None))
    table = reconcile(figures, [], [said])
    assert table["shift_db"].isna().all()
    words = reconciliation_paragraph(table, [said], modelled=MODELLED)
    assert "99 % does not hold, however it is counted, 4.00 percentage points short." in words
    assert "dB" not in words.split("Reported")[1]


def test_the_paragraph_hides_no_shortfall_and_rounds_against_the_statement():
    said = [
        statement(0.99, *RESIDENTIAL_READINGS),
        statement(0.9, ("residential_area", None), date="2024"),
    ]
    table = reconcile(*figures_of(LEVELS), said)
    words = reconciliation_paragraph(table, said, modelled=MODELLED)
    assert "Reported (10/2023): 99% are covered." in words
    assert "Reported (2024): 90% are covered." in words
    assert ": 50 % (settlements with at least 95 % of residents covered) to 100 %" in words
    # An eighth short: 50 % and 80 % parts hold, all else does not, up to 49 points.
    assert "; not for settlements with at least 95 % of residents covered" in words
    assert "residential area, residents, up to 49.00 percentage points short" in words
    # 1.33 dB are missing: 1.3 would not do.
    assert "every level would have to be 1.4 dB higher" in words
    # 35.67 dB are in hand: 35.7 would be too much.
    assert "even with every level 35.6 dB lower" in words
    assert "9.3" not in words
    assert words.count("no check of the carriers' ledger") == 1
    assert "neither confirms nor refutes" in words
    assert "\n" not in words


WORDS_OF_BASIS = {
    "en": {
        "base_stations": "base stations", "settlements": "settlements are modelled",
        "measured": "no level was measured", "refutes": "refutes",
    },
    "vi": {
        "base_stations": "trạm gốc", "settlements": "khu dân cư là dữ liệu mô hình",
        "measured": "chưa đo mức thu", "refutes": "bác bỏ",
    },
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("homes", ["none", "some", "all"])
@pytest.mark.parametrize("stations", ["none", "some", "all"])
def test_the_paragraph_calls_modelled_what_is_and_nothing_else(stations, homes, language):
    said = [statement(0.9, ("residents", None))]
    parts = {"none": ["user", "user"], "some": ["user", "modelled"], "all": ["modelled"] * 2}
    bts = HOMES.assign(provenance=parts[stations])
    settled = HOMES.assign(provenance=parts[homes])
    figures, _ = figures_of(LEVELS)
    found = set_beside(said, figures, make_coverage(a_4g=LEVELS), settled, DISTRICTS, bts)
    assert found.modelled == {
        name: part
        for name, part in (("base_stations", stations), ("settlements", homes))
        if part != "none"
    }
    # A table that does not say where its rows come from is the user's.
    untold = set_beside(said, figures, make_coverage(a_4g=LEVELS), HOMES, DISTRICTS, HOMES)
    assert untold.modelled == {}
    words = found.paragraph(language)
    told = {key: word in words for key, word in WORDS_OF_BASIS[language].items()}
    assert told == {
        "base_stations": stations != "none",
        "settlements": homes != "none",
        "measured": stations != "all",
        "refutes": (stations, homes) != ("none", "none"),
    }
    construction = {"en": "by construction", "vi": "hệ quả của cách dựng"}[language]
    assert (construction in words) == (stations == homes == "all")


def test_the_paragraph_in_vietnamese():
    said = [statement(0.99, ("residents", None), ("residential_area", None))]
    table = reconcile(*figures_of(LEVELS), said)
    words = reconciliation_paragraph(table, said, modelled=MODELLED, language="vi")
    assert "Công bố (10/2023): phủ sóng 99%." in words
    assert ": 90 % (diện tích khu dân cư) đến 95 % (số dân) [trung vị 100 %]" in words
    assert "thiếu tới 9,00 điểm phần trăm" in words
    assert "mọi mức thu phải cao hơn 1,4 dB" in words
    assert "không phải là kiểm tra hồ sơ trạm của nhà mạng" in words


def test_a_share_just_below_the_whole_is_not_rounded_to_it():
    homes = make_settlements(
        ("s1", "w", 999_999.0, box(0, 0, 4, 2)), ("s2", "w", 1.0, box(8, 0, 9, 2))
    )
    level = np.full((6, 10), -60.0)
    level[:, 8] = -140.0
    figures = compute_figures(make_coverage(a_4g=level), homes, DISTRICTS)
    said = [statement(0.99, ("residents", None))]
    words = reconciliation_paragraph(reconcile(figures, [], said), said, modelled=MODELLED)
    assert "99.99 % (residents)" in words
    assert "100 %" not in words


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="share"):
        statement(99.0, ("residents", None))
    with pytest.raises(InputError, match="at least one reading"):
        statement(0.99)
    figures, curves = figures_of(LEVELS)
    with pytest.raises(InputError, match="no row for 3G"):
        reconcile(figures, curves, [statement(0.9, ("residents", None), technology="3G")])


def test_a_runs_own_statement_allows_every_reading_of_residential_areas():
    said = residential_statement(
        {"covered_residential_share": 0.99, "date": "2023-10", "counts": "homes", "bts": 3250}
    )
    assert (said.share, said.technology, said.words_en) == (0.99, "any", "homes")
    table = reconcile(*figures_of(LEVELS), [said])
    assert len(table) == 2 * len(RESIDENTIAL_READINGS)


def test_the_chart_sets_every_reading_beside_what_was_reported():
    said = [
        statement(0.99, ("residents", None), ("settlements", 1.0)),
        statement(0.85, ("communes", 1.0), technology="4G", date="2024"),
    ]
    table = reconcile(*figures_of(LEVELS), said)
    ax = plot_reconciliation(table, language="vi")
    lines = {line.get_label(): line for line in ax.lines}
    assert list(lines["công bố"].get_xdata()) == [0.99] * 4 + [0.85] * 2
    assert list(lines["biên vùng phủ 90 %"].get_xdata()) == pytest.approx(
        [0.95, 0.5] * 2 + [0.5] * 2
    )
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names[0] == "số dân"
    assert names[-1] == "xã, phường, thị trấn có toàn bộ số dân có sóng"
    assert [text.get_text() for text in ax.texts[:4]] == [
        "10/2023, 99 %: 3G hoặc 4G, bất kỳ nhà mạng nào",
        "10/2023, 99 %: 3G hoặc 4G, tất cả nhà mạng",
        "2024, 85 %: 4G, bất kỳ nhà mạng nào",
        "2024, 85 %: 4G, tất cả nhà mạng",
    ]
    plt.close("all")


def test_a_statement_that_nothing_answers_is_told_and_the_others_stand():
    figures, curves = figures_of(LEVELS)
    without = figures[figures["area_level"] != "commune"]
    said = [
        statement(0.95, ("residents", None)),
        statement(0.85, ("communes", 0.8), technology="4G", date="2024"),
    ]
    table = reconcile(without, curves, said)
    assert set(table["date"]) == {"2023-10"}
    words = reconciliation_paragraph(table, said, modelled=MODELLED)
    assert "Reported (2024): 85% are covered. Nothing in these figures answers it" in words


def test_a_reconciliation_is_read_back_from_json_as_it_was():
    silent = LEVELS.copy()
    silent[:, 8] = np.nan
    said = (
        statement(0.95, ("residents", None), ("settlements", 0.5)),
        statement(0.3, ("residents", None), date="2024"),
        statement(0.85, ("communes", 1.0), technology="4G", date="2024"),
    )
    figures, curves = figures_of(silent)
    found = Reconciliation(said, reconcile(figures, curves, said), modelled=MODELLED)
    document = json.loads(json.dumps(reconciliation_document(found), allow_nan=False))
    assert document["paragraph"]["en"] == found.paragraph()
    assert "không phải là kiểm tra hồ sơ trạm" in document["paragraph"]["vi"]
    # 120 of 200 people have no level: 95 % is out of reach, 30 % is not; communes have no curve.
    reached = [row["reached_by_a_shift"] for row in document["rows"]]
    assert {False, True, None} == set(reached)
    again = read_reconciliation(document, criteria=figures.attrs["criteria"])
    assert again.statements == said
    assert again.paragraph() == found.paragraph()
    assert again.paragraph("vi") == found.paragraph("vi")
    pd.testing.assert_frame_equal(again.table, found.table, rtol=0, atol=1e-3)


def test_the_picture_says_that_the_network_is_modelled():
    said = [statement(0.95, ("residents", None))]
    table = reconcile(*figures_of(LEVELS), said)
    for modelled in (("base_stations",), ()):
        ax = plot_reconciliation(table, modelled=modelled)
        notes = " ".join(text.get_text() for text in ax.texts)
        assert ("Modelled, not measured: base stations" in notes) == bool(modelled)
        plt.close("all")
