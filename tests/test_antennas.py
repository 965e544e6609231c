"""Patterns: published values, and the laws that hold for every pattern and every tilt."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from htcoverage.antennas import (
    PATTERN_NAMES,
    Pattern,
    interpolated_loss_db,
    loss_db,
    pattern,
)
from htcoverage.antennas.patterns import effective_tilt_deg
from htcoverage.errors import InputError

angles = st.floats(-720.0, 720.0)
depressions = st.floats(-90.0, 90.0)
electrical_tilts = st.floats(-10.0, 15.0)
mechanical_tilts = st.floats(-8.0, 8.0)
names = st.sampled_from(PATTERN_NAMES)


# 3GPP TR 36.814, table A.2.1.1-2, worked by hand.
@pytest.mark.parametrize(
    ("azimuth_offset_deg", "depression_deg", "expected_db"),
    [
        (0.0, 0.0, 0.0),
        (35.0, 0.0, 3.0),  # half of 70°: 12·(35/70)² = 3: the 3 dB beamwidth is 70°
        (-35.0, 0.0, 3.0),
        (0.0, 5.0, 3.0),  # half of 10°
        (0.0, -5.0, 3.0),
        (70.0, 0.0, 12.0),
        (70.0, 10.0, 24.0),  # 12 + 12
        (70.0, 12.0, 25.0),  # 12 + 17.28, capped at 25
        (0.0, 12.5, 18.75),  # 12·1.25²
        (0.0, 14.0, 20.0),  # side-lobe attenuation 20
        (101.0, 0.0, 24.9820408),  # 12·(101/70)²
        (102.0, 0.0, 25.0),
        (180.0, 0.0, 25.0),
        (180.0, 40.0, 25.0),
    ],
)
def test_tr36814_matches_its_table(azimuth_offset_deg, depression_deg, expected_db):
    found = loss_db(pattern("3gpp-36814"), azimuth_offset_deg, depression_deg)
    assert found == pytest.approx(expected_db, abs=1e-6)


@given(azimuth=angles, depression=depressions, electrical=electrical_tilts)
def test_omni_loses_nothing_anywhere(azimuth, depression, electrical):
    found = loss_db(
        pattern("omni"), azimuth, depression, electrical_tilt_deg=electrical, mechanical_tilt_deg=3
    )
    assert found == 0.0


@given(
    name=names,
    azimuth=angles,
    depression=depressions,
    electrical=electrical_tilts,
    mechanical=mechanical_tilts,
)
def test_the_loss_lies_between_zero_and_the_cap_and_is_symmetric(
    name, azimuth, depression, electrical, mechanical
):
    subject = pattern(name)
    tilts = {"electrical_tilt_deg": electrical, "mechanical_tilt_deg": mechanical}
    right = loss_db(subject, azimuth, depression, **tilts)
    left = loss_db(subject, -azimuth, depression, **tilts)
    assert 0.0 <= right <= subject.maximum_loss_db
    assert right == pytest.approx(left, abs=1e-9)
    around = loss_db(subject, azimuth + 360.0, depression, **tilts)
    assert around == pytest.approx(right, abs=1e-9)


@given(electrical=st.integers(-100, 150), mechanical=st.integers(-80, 80))
def test_tilt_moves_the_main_beam_to_the_sum_of_both_tilts(electrical, mechanical):
    depression_deg = np.arange(-400, 401) / 10.0
    loss = loss_db(
        pattern("3gpp-36814"),
        0.0,
        depression_deg,
        electrical_tilt_deg=electrical / 10.0,
        mechanical_tilt_deg=mechanical / 10.0,
    )
    assert loss.min() == pytest.approx(0.0, abs=1e-9)
    assert depression_deg[np.argmin(loss)] == pytest.approx((electrical + mechanical) / 10.0)


def test_mechanical_tilt_lowers_the_front_lifts_the_back_and_spares_the_sides():
    tilt_deg = effective_tilt_deg(
        pattern("3gpp-36814"), [0.0, 90.0, 180.0, 270.0, 60.0], electrical_tilt_deg=2.0,
        mechanical_tilt_deg=4.0,
    )  # fmt: skip
    assert tilt_deg == pytest.approx([6.0, 2.0, -2.0, 2.0, 4.0], abs=1e-5)


def rotated(azimuth_offset_deg, depression_deg, mechanical_tilt_deg):
    """The direction in the frame of an antenna that is turned downwards as a whole."""
    phi, theta, m = np.radians(azimuth_offset_deg), np.radians(depression_deg), mechanical_tilt_deg
    m = np.radians(m)
    ahead, aside = np.cos(theta) * np.cos(phi), np.cos(theta) * np.sin(phi)
    up = -np.sin(theta)
    return (
        np.degrees(np.arctan2(aside, ahead * np.cos(m) - up * np.sin(m))),
        -np.degrees(np.arcsin(ahead * np.sin(m) + up * np.cos(m))),
    )


@pytest.mark.parametrize("mechanical_tilt_deg", [1.0, 4.0, 8.0])
def test_the_projection_of_mechanical_tilt_stays_within_its_stated_error(mechanical_tilt_deg):
    azimuth_offset_deg, depression_deg = np.meshgrid(
        np.arange(-180.0, 180.0), np.arange(-15.0, 15.5, 0.5)
    )
    azimuth, depression = rotated(azimuth_offset_deg, depression_deg, mechanical_tilt_deg)
    tilt_deg = effective_tilt_deg(
        pattern("omni"), azimuth_offset_deg[0], electrical_tilt_deg=0.0,
        mechanical_tilt_deg=mechanical_tilt_deg,
    )  # fmt: skip
    assert np.abs(depression - (depression_deg - tilt_deg)).max() < 0.25
    assert np.abs((azimuth - azimuth_offset_deg + 180.0) % 360.0 - 180.0).max() < 2.3


def test_the_horizontal_loss_is_that_of_the_azimuth_clockwise_from_the_boresight():
    clockwise = np.zeros(3600)
    clockwise[900] = 7.0  # 90.0° to the right
    subject = Pattern("lopsided", clockwise, np.zeros(3600), maximum_loss_db=30.0)
    loss = loss_db(subject, np.array([80.0, 80.05, 79.9, 260.0]) - 350.0, 0.0)
    assert loss == pytest.approx([7.0, 3.5, 0.0, 0.0], abs=1e-5)


def test_the_vertical_table_runs_downwards():
    vertical = np.zeros(3600)
    vertical[round((30.0 + 180.0) * 10)] = 9.0
    subject = Pattern("one-notch", np.zeros(3600), vertical, maximum_loss_db=30.0)
    assert loss_db(subject, 0.0, [30.0, -30.0]).tolist() == pytest.approx([9.0, 0.0])


def consistent_pattern(front_to_back_db=22.0):
    """Cuts that meet in front and behind, with a back lobe that is twice as wide upwards."""
    offset = np.minimum(np.arange(3600) / 10.0, 360.0 - np.arange(3600) / 10.0)
    horizontal = front_to_back_db * (1.0 - np.cos(np.radians(offset))) / 2.0
    depression = (np.arange(3600) - 1800) / 10.0
    front = np.minimum(12.0 * (depression / 8.0) ** 2, 18.0)
    width = np.where(depression > 0.0, 10.0, 20.0)
    behind = np.minimum(((180.0 - np.abs(depression)) / width) ** 2, 5.0)
    vertical = np.where(np.abs(depression) <= 90.0, front, front_to_back_db + behind)
    return Pattern("consistent", horizontal, vertical, maximum_loss_db=float("inf"))


@given(angle=st.floats(-89.0, 89.0))
def test_interpolation_keeps_both_measured_cuts(angle):
    subject = consistent_pattern()
    azimuth = 2.0 * angle
    level = interpolated_loss_db(subject, azimuth, 0.0)
    assert level == pytest.approx(loss_db(subject, azimuth, 0.0), abs=1e-9)
    front = interpolated_loss_db(subject, 0.0, angle)
    vertical = np.interp(angle, (np.arange(3600) - 1800) / 10.0, subject.vertical_loss_db)
    assert front == pytest.approx(vertical, abs=1e-9)
    behind = interpolated_loss_db(subject, 180.0, angle)
    back = 180.0 - angle if angle > 0.0 else -180.0 - angle
    vertical = np.interp(
        back, (np.arange(3600) - 1800) / 10.0, subject.vertical_loss_db, period=360.0
    )
    assert behind == pytest.approx(vertical, abs=1e-9)


def test_interpolation_knows_the_back_lobe_that_the_sum_of_cuts_does_not():
    subject = consistent_pattern()
    assert loss_db(subject, 180.0, 10.0) == pytest.approx(22.0 + 12.0 * (10.0 / 8.0) ** 2, abs=1)
    assert interpolated_loss_db(subject, 180.0, 10.0) == pytest.approx(23.0)
    assert interpolated_loss_db(subject, 180.0, -10.0) == pytest.approx(22.25)


@given(azimuth=angles, depression=depressions, electrical=electrical_tilts)
def test_interpolation_is_never_a_gain(azimuth, depression, electrical):
    found = interpolated_loss_db(
        pattern("3gpp-36814"), azimuth, depression, electrical_tilt_deg=electrical
    )
    assert 0.0 <= found <= 25.0


def test_an_electrical_tilt_that_the_pattern_already_holds_is_not_applied_twice():
    depression = (np.arange(3600) - 1800) / 10.0
    vertical = np.minimum((depression - 6.0) ** 2, 20.0)
    subject = Pattern("06T", np.zeros(3600), vertical, 30.0, electrical_tilt_deg=6.0)
    assert loss_db(subject, 0.0, 6.0, electrical_tilt_deg=6.0) == pytest.approx(0.0)
    assert loss_db(subject, 0.0, 8.0, electrical_tilt_deg=8.0) == pytest.approx(0.0)
    assert loss_db(subject, 0.0, 8.0, electrical_tilt_deg=6.0) == pytest.approx(4.0)


def test_patterns_cannot_be_changed_behind_the_registry():
    with pytest.raises(ValueError, match="read-only"):
        pattern("3gpp-36814").horizontal_loss_db[0] = 3.0


def test_an_unknown_pattern_is_answered_with_the_known_ones():
    with pytest.raises(InputError) as caught:
        pattern("3gpp")
    assert "3gpp-36814, omni" in str(caught.value)
    assert caught.value.faults[0].value == "3gpp"


@pytest.mark.parametrize("table", [np.zeros(360), np.full(3600, np.nan)])
def test_a_table_of_another_length_or_with_holes_is_refused(table):
    with pytest.raises(InputError, match="3600 finite losses"):
        Pattern("bad", table, np.zeros(3600), 30.0)
