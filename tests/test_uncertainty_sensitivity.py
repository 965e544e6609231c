from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figures_world import box, make_coverage, make_districts, make_settlements
from hypothesis import given, settings
from hypothesis import strategies as st

from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.uncertainty import compute_sensitivity, reached_table, sensitivity_table

HOMES = make_settlements(
    ("a", "d", 70.0, box(0.2, 0.3, 3.5, 4.0)),
    ("b", "d", 30.0, box(4.5, 1.0, 7.25, 6.5)),
    ("c", "d", 11.0, box(1.0, 5.1, 3.9, 7.9)),
)
DISTRICTS = make_districts(("d", box(0, 0, 8, 8)))


def random_coverage(seed: int):
    random = np.random.default_rng(seed)
    layers = {}
    for name in ("a_3g", "b_3g", "a_4g", "b_4g"):
        level = random.normal(-100.0, 12.0, (8, 8))
        level[random.random((8, 8)) < 0.1] = np.nan
        layers[name] = level
    for technology in ("3g", "4g"):
        layers[f"any_{technology}"] = np.fmax(layers[f"a_{technology}"], layers[f"b_{technology}"])
    return make_coverage(**layers)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    shift_db=st.floats(-40.0, 40.0),
    technology=st.sampled_from(["3G", "4G", "any", "both"]),
    operator=st.sampled_from(["a", "b", "any", "all"]),
    basis=st.sampled_from(["median", "cell_edge"]),
)
def test_the_curve_is_what_recomputing_with_shifted_thresholds_finds(
    seed, shift_db, technology, operator, basis
):
    coverage = random_coverage(seed)
    criteria = CoverCriteria()
    curves = compute_sensitivity(
        coverage, HOMES, DISTRICTS, criteria=criteria,
        technology=technology, operator=operator, basis=basis,
    )  # fmt: skip
    shifted = replace(
        criteria,
        threshold_3g_dbm=criteria.threshold_3g_dbm + shift_db,
        threshold_4g_dbm=criteria.threshold_4g_dbm + shift_db,
    )
    figures = compute_figures(coverage, HOMES, DISTRICTS, criteria=shifted)
    figures = figures[
        (figures["area_level"] == "province")
        & (figures["technology"] == technology)
        & (figures["operator"] == operator)
        & (figures["basis"] == basis)
    ]
    truth = {
        (row.denominator, None if np.isnan(row.settlement_part) else row.settlement_part):
            row.covered_share
        for row in figures.itertuples()
    }  # fmt: skip
    found = {(c.denominator, c.settlement_part): c.share_at(shift_db) for c in curves}
    assert found == pytest.approx(truth, abs=1e-12)
    assert len(found) == 8


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.05, 0.99))
def test_the_shift_for_a_share_is_the_last_that_reaches_it(seed, share):
    for curve in compute_sensitivity(random_coverage(seed), HOMES, DISTRICTS):
        shift_db = curve.shift_for(share)
        if np.isnan(shift_db):
            assert curve.share_at(-1e9) < share
        else:
            assert curve.share_at(shift_db) >= share - 1e-9
            assert curve.share_at(shift_db + 1e-9) < share


def test_ninety_nine_percent_by_hand():
    # 99 pixels 3 dB above the threshold, one 4 dB below: 99 % holds up to +3, 100 % from −4 down.
    level = np.full((10, 10), -102.0)
    level[0, 0] = -109.0
    homes = make_settlements(("a", "d", 100.0, box(0, 0, 10, 10)))
    curves = compute_sensitivity(
        make_coverage(a_4g=level), homes, make_districts(("d", box(0, 0, 10, 10))),
        operator="a", basis="median", settlement_parts=(0.5,),
    )  # fmt: skip
    reached = reached_table(curves, shares=(0.99, 1.0))
    assert (
        reached[reached["denominator"] == "residents"]["shift_db"].tolist()
        == reached[reached["denominator"] == "land_area"]["shift_db"].tolist()
        == [3.0, -4.0]
    )
    assert reached[reached["denominator"] == "settlements"]["shift_db"].tolist() == [3.0, 3.0]
    table = sensitivity_table(curves, shifts_db=(-4.0, -3.9, 3.0, 3.1))
    residents = table[table["denominator"] == "residents"]["covered_share"]
    assert residents.tolist() == pytest.approx([1.0, 0.99, 0.99, 0.0])


def test_a_share_beyond_all_levels_is_never_reached():
    level = np.full((4, 4), -60.0)
    level[:, 0] = np.nan
    homes = make_settlements(("a", "d", 100.0, box(0, 0, 4, 4)))
    curves = compute_sensitivity(
        make_coverage(a_4g=level), homes, make_districts(("d", box(0, 0, 4, 4))), operator="a"
    )
    residents = next(c for c in curves if c.denominator == "residents")
    assert np.isnan(residents.shift_for(0.76))
    assert residents.shift_for(0.75) == pytest.approx(45.0 - CoverCriteria().margin_db)


def test_an_unknown_basis_is_refused():
    with pytest.raises(InputError, match="basis"):
        compute_sensitivity(random_coverage(1), HOMES, DISTRICTS, basis="expected")
