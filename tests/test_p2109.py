"""ITU-R P.2109-2: hand-worked values, laws, and the combination with the shadowing outdoors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from htcoverage.errors import InputError, ValidityError
from htcoverage.propagation.p2109 import (
    building_entry_loss_db,
    indoor_margin_db,
    indoor_share,
)

buildings = st.sampled_from(["traditional", "thermally-efficient"])
frequencies_mhz = st.floats(80.0, 100_000.0)
unhurried = settings(deadline=None, max_examples=30)


@pytest.mark.parametrize(
    ("building", "freq_mhz", "probability", "elevation_deg", "expected_db"),
    [
        # A = 12.64, B = 9.1, C = −3: 10·log10(18.365 + 8.128 + 0.501)
        ("traditional", 1000.0, 0.5, 0.0, 14.313),
        # z = 1.28155: A = 9.6·z + 12.64 = 24.943, B = 4.5·z + 9.1 = 14.867:
        # 10·log10(312.1 + 30.67 + 0.50)
        ("traditional", 1000.0, 0.9, 0.0, 25.356),
        # A = 28.19 − 3 + 8.48 + 0.212·20 = 37.91, B = 27.8 − 2.9 = 24.9:
        # 10·log10(6180.2 + 309.0 + 0.5)
        ("thermally-efficient", 10_000.0, 0.5, 20.0, 38.122),
        # log f = 2, z = −1.28155: A = 28.19 − 6 + 33.92 − 1.28155·21.1 = 29.069;
        # B = 27.8 − 5.8 − 1.28155·5.2 = 15.336: 10·log10(807.1 + 34.17 + 0.50)
        ("thermally-efficient", 100_000.0, 0.1, 0.0, 29.252),
        # log f = 2, z = −1.28155: A = 12.64 + 7.44 + 3.84 − 1.28155·13.6 = 6.491,
        # B = 9.1 − 6 − 1.28155·0.5 = 2.459: 10·log10(4.4576 + 1.7617 + 0.5012)
        ("traditional", 100_000.0, 0.1, 0.0, 8.274),
    ],
)
def test_entry_loss_by_hand(building, freq_mhz, probability, elevation_deg, expected_db):
    found = building_entry_loss_db(
        building, freq_mhz=freq_mhz, probability=probability, elevation_deg=elevation_deg
    )
    assert found == pytest.approx(expected_db, abs=2e-3)


@unhurried
@given(
    building=buildings,
    freq_mhz=frequencies_mhz,
    probability=st.floats(0.01, 0.98),
    elevation_deg=st.floats(-89.0, 89.0),
)
def test_loss_grows_with_probability_and_elevation(building, freq_mhz, probability, elevation_deg):
    def loss(probability, elevation_deg):
        return building_entry_loss_db(
            building, freq_mhz=freq_mhz, probability=probability, elevation_deg=elevation_deg
        )

    base = loss(probability, elevation_deg)
    assert base > -3.0  # the floor C
    assert loss(probability + 0.01, elevation_deg) > base
    assert loss(probability, -elevation_deg) == base
    assert loss(probability, elevation_deg) >= loss(probability, 0.0)


@given(freq_mhz=frequencies_mhz, probability=st.floats(0.05, 0.95))
@unhurried
def test_thermally_efficient_buildings_lose_more(freq_mhz, probability):
    plain, efficient = (
        building_entry_loss_db(building, freq_mhz=freq_mhz, probability=probability)
        for building in ("traditional", "thermally-efficient")
    )
    assert efficient > plain


@pytest.mark.parametrize("building", ["traditional", "thermally-efficient"])
def test_the_share_is_that_of_drawn_buildings_and_places(building):
    rng = np.random.default_rng(2109)
    loss_db = np.array(
        [
            building_entry_loss_db(building, freq_mhz=1800.0, probability=probability)
            for probability in rng.uniform(size=40_000)
        ]
    )
    shadowing_db = rng.normal(scale=7.28, size=loss_db.size)
    excess_db = np.array([-10.0, 0.0, 15.0, 30.0, 45.0])
    drawn = [(excess + shadowing_db >= loss_db).mean() for excess in excess_db]
    found = indoor_share(excess_db, building, freq_mhz=1800.0, sigma_db=7.28)
    assert found == pytest.approx(drawn, abs=0.01)  # four standard errors of 40 000 draws


@unhurried
@given(
    building=buildings,
    freq_mhz=frequencies_mhz,
    sigma_db=st.floats(1.0, 12.0),
    probability=st.floats(0.02, 0.98),
)
def test_margin_and_share_are_inverse(building, freq_mhz, sigma_db, probability):
    terms = {"freq_mhz": freq_mhz, "sigma_db": sigma_db}
    margin = indoor_margin_db(probability, building, **terms)
    share = indoor_share(margin, building, **terms)
    assert share == pytest.approx(probability, abs=1e-9)


@unhurried
@given(
    building=buildings,
    freq_mhz=frequencies_mhz,
    sigma_db=st.floats(1.0, 12.0),
    probability=st.floats(0.75, 0.99),
)
def test_the_combined_margin_is_less_than_the_sum_of_percentiles(
    building, freq_mhz, sigma_db, probability
):
    combined = indoor_margin_db(probability, building, freq_mhz=freq_mhz, sigma_db=sigma_db)
    entry_db = building_entry_loss_db(building, freq_mhz=freq_mhz, probability=probability)
    assert entry_db < combined < entry_db + ndtri(probability) * sigma_db


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_without_shadowing_the_margin_is_the_entry_loss(probability):
    combined = indoor_margin_db(probability, "traditional", freq_mhz=1800.0, sigma_db=0.2)
    entry_db = building_entry_loss_db("traditional", freq_mhz=1800.0, probability=probability)
    assert combined == pytest.approx(entry_db, abs=0.02)


def test_shares_keep_their_shape_and_holes_and_rise_from_none_to_all():
    excess_db = np.array([[-200.0, 0.0, 10.0], [20.0, 200.0, np.nan]])
    share = indoor_share(excess_db, "traditional", freq_mhz=1800.0, sigma_db=7.28)
    assert share.shape == (2, 3)
    assert np.isnan(share[1, 2])
    assert np.all(np.diff(share.ravel()[:5]) > 0.0)
    assert share[0, 0] == pytest.approx(0.0, abs=1e-6)
    assert share[1, 1] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("changes", [{"freq_mhz": 79.0}, {"elevation_deg": 91.0}])
def test_out_of_range_names_value_and_range(changes):
    ((name, value),) = changes.items()
    with pytest.raises(ValidityError, match=rf"{name} is {value:g} .*; ITU-R P.2109-2 holds from"):
        building_entry_loss_db("traditional", **({"freq_mhz": 1800.0} | changes))


@pytest.mark.parametrize("probability", [0.0, 1.0, 90.0])
def test_a_probability_is_a_share_below_one(probability):
    with pytest.raises(InputError, match="a share above 0 and below 1"):
        building_entry_loss_db("traditional", freq_mhz=1800.0, probability=probability)


def test_bad_arguments_are_named():
    with pytest.raises(InputError, match="traditional, thermally-efficient"):
        building_entry_loss_db("bamboo", freq_mhz=1800.0)
    with pytest.raises(InputError, match="above 0 dB"):
        indoor_share(0.0, "traditional", freq_mhz=1800.0, sigma_db=0.0)
