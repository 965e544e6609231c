"""ITU-R P.2108-1: published values, a hand-worked one each, and laws."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_values import PUBLISHED, needs_published, table

from htcoverage.errors import HtcoverageError, InputError, ValidityError
from htcoverage.propagation.p2108 import (
    slant_clutter_loss_db,
    statistical_clutter_loss_db,
    terminal_clutter_loss_db,
)

#: Kinds of surroundings as the published table numbers them.
CLUTTER_BY_NUMBER = dict(
    enumerate(["water", "open", "suburban", "urban", "trees", "dense-urban"], start=1)
)
clutters = st.sampled_from(list(CLUTTER_BY_NUMBER.values()))

unhurried = settings(deadline=None)  # the first call compiles


def published_rows(name):
    rows = table(PUBLISHED / "p2108" / name)
    assert len(rows) >= 10
    return rows


def check(row, column, evaluate):
    """A return code other than 0 marks values that the published software refuses."""
    if row["rtn"] == "0":
        assert evaluate() == pytest.approx(float(row[column]), abs=0.0501), row
    else:
        with pytest.raises(HtcoverageError):
            evaluate()


@pytest.mark.published
@needs_published
def test_published_height_gain_values():
    for row in published_rows("HeightGainTerminalCorrectionModelTestData.csv"):
        check(
            row,
            "A_h__db",
            lambda row=row: terminal_clutter_loss_db(
                CLUTTER_BY_NUMBER[int(row["clutter_type"])],
                freq_mhz=1e3 * float(row["f__ghz"]),
                antenna_height_m=float(row["h__meter"]),
                clutter_height_m=float(row["R__meter"]),
                street_width_m=float(row["w_s__meter"]),
            ),
        )


@pytest.mark.published
@needs_published
def test_published_terrestrial_values():
    for row in published_rows("TerrestrialStatisticalModelTestData.csv"):
        check(
            row,
            "L_ctt__db",
            lambda row=row: statistical_clutter_loss_db(
                float(row["d__km"]),
                freq_mhz=1e3 * float(row["f__ghz"]),
                location_percent=float(row["p"]),
            ),
        )


@pytest.mark.published
@needs_published
def test_published_slant_values():
    for row in published_rows("AeronauticalStatisticalModelTestData.csv"):
        check(
            row,
            "L_ces__db",
            lambda row=row: slant_clutter_loss_db(
                float(row["theta_deg"]),
                freq_mhz=1e3 * float(row["f__ghz"]),
                location_percent=float(row["p"]),
            ),
        )


def test_slant_loss_by_hand():
    # 26 GHz, 30°, median: 93·26^0.175 = 164.4763, times ln 2: 114.0063; the angle is 0.05·⅔ + π/6
    # = 0.556932, its cotangent 1.605951; (114.0063·1.605951)^(⅓) = 5.67833; − 1.
    found = slant_clutter_loss_db(30.0, freq_mhz=26_000.0)
    assert found == pytest.approx(4.678, abs=2e-3)
    # Straight up the power is 0: 1 − 1 + 0.6·z.
    above = slant_clutter_loss_db(90.0, freq_mhz=40_000.0, location_percent=90.0)
    assert above == pytest.approx(0.6 * 1.28155, abs=1e-4)


@unhurried
@given(
    elevation_deg=st.floats(0.0, 89.0),
    freq_mhz=st.floats(10_000.0, 100_000.0),
    percent=st.floats(1.0, 98.0),
)
def test_the_slant_loss_grows_with_the_share_and_where_the_platform_is_low(
    elevation_deg, freq_mhz, percent
):
    def loss(elevation_deg, percent):
        return slant_clutter_loss_db(elevation_deg, freq_mhz=freq_mhz, location_percent=percent)

    assert loss(elevation_deg, percent + 1.0) > loss(elevation_deg, percent)
    # Below the median the power's base falls under 1 right overhead, and the loss turns by 0.02 dB.
    if percent >= 50.0:
        assert loss(elevation_deg, percent) >= loss(elevation_deg + 1.0, percent)


def test_what_the_slant_model_does_not_know_is_refused():
    with pytest.raises(ValidityError, match=r"freq_mhz is 1800 MHz.*10000 to 100000 MHz"):
        slant_clutter_loss_db(30.0, freq_mhz=1800.0)
    with pytest.raises(ValidityError, match=r"elevation_deg is -1 °.*0 to 90 °"):
        slant_clutter_loss_db(-1.0, freq_mhz=26_000.0)
    with pytest.raises(InputError, match="above 0 and below 100 %"):
        slant_clutter_loss_db(30.0, freq_mhz=26_000.0, location_percent=100.0)


def test_open_land_by_hand():
    # K = 21.8 + 6.2·log10(1.8) = 23.3827; −K·log10(1.5/10) = 23.3827·0.823909
    found = terminal_clutter_loss_db("open", freq_mhz=1800.0, antenna_height_m=1.5)
    assert found == pytest.approx(19.265, abs=1e-3)


def test_a_village_street_by_hand():
    # drop 8.5 m, angle atan(8.5/27) = 17.4752°; ν = 0.342·√1.8·√(8.5·17.4752) = 5.5922;
    # ν − 0.1 = 5.4922; J = 6.9 + 20·log10(√31.164 + 5.4922) = 6.9 + 20.887; less 6.03
    found = terminal_clutter_loss_db("suburban", freq_mhz=1800.0, antenna_height_m=1.5)
    assert found == pytest.approx(21.757, abs=2e-3)


def test_statistical_loss_by_hand():
    # 1.8 GHz: L_l = −2·log10(10^−13.7764 + 10^−16.5) = 27.5513;
    # 2 km: L_s = 32.98 + 23.9·0.30103 + 3·0.25527 = 40.9405;
    # −5·log10(10^−5.51026 + 10^−8.18810) = 27.5467 at the median
    found = statistical_clutter_loss_db(2.0, freq_mhz=1800.0)
    assert found == pytest.approx(27.547, abs=2e-3)


@unhurried
@given(
    clutter=clutters,
    freq_mhz=st.floats(30.0, 3000.0),
    height_m=st.floats(0.2, 9.0),
    lower=st.floats(0.1, 0.99),
)
def test_a_lower_antenna_loses_more(clutter, freq_mhz, height_m, lower):
    high = terminal_clutter_loss_db(clutter, freq_mhz=freq_mhz, antenna_height_m=height_m)
    low = terminal_clutter_loss_db(clutter, freq_mhz=freq_mhz, antenna_height_m=height_m * lower)
    assert low > high


@given(clutter=clutters, freq_mhz=st.floats(30.0, 3000.0), above_m=st.floats(0.0, 50.0))
def test_above_the_clutter_nothing_is_lost(clutter, freq_mhz, above_m):
    found = terminal_clutter_loss_db(
        clutter, freq_mhz=freq_mhz, antenna_height_m=12.0 + above_m, clutter_height_m=12.0
    )
    assert found == 0.0


@unhurried
@given(
    distance_km=st.floats(0.25, 30.0),
    freq_mhz=st.floats(500.0, 67_000.0),
    percent=st.floats(1.0, 98.0),
)
def test_the_statistical_loss_grows_with_distance_and_share_up_to_2_km(
    distance_km, freq_mhz, percent
):
    base = statistical_clutter_loss_db(distance_km, freq_mhz=freq_mhz, location_percent=percent)
    more_places = statistical_clutter_loss_db(
        distance_km, freq_mhz=freq_mhz, location_percent=percent + 1.0
    )
    assert more_places > base
    at_2_km = statistical_clutter_loss_db(2.0, freq_mhz=freq_mhz, location_percent=percent)
    if distance_km >= 2.0:
        # The spread narrows with distance: far out, rare high losses fall below the cap by a hair.
        assert base == pytest.approx(at_2_km, abs=0.05)
    assert base <= at_2_km


@pytest.mark.parametrize("freq_mhz", [29.0, 3001.0, float("nan")])
def test_a_frequency_out_of_range_is_named_with_the_range(freq_mhz):
    with pytest.raises(
        ValidityError, match=f"freq_mhz is {freq_mhz:g} MHz; ITU-R P.2108-1 holds from 30 to 3000"
    ):
        terminal_clutter_loss_db("urban", freq_mhz=freq_mhz, antenna_height_m=1.5)


@pytest.mark.parametrize(
    ("name", "value"),
    [("antenna_height_m", 0.0), ("clutter_height_m", -1.0), ("street_width_m", float("nan"))],
)
def test_a_length_that_is_none_is_named(name, value):
    terms = {"freq_mhz": 900.0, "antenna_height_m": 1.5, name: value}
    with pytest.raises(InputError, match="above 0 m") as caught:
        terminal_clutter_loss_db("urban", **terms)
    assert caught.value.faults[0].column == name


@pytest.mark.parametrize(
    ("clutter", "height_m"),
    [
        ("water", 10.0),
        ("open", 10.0),
        ("suburban", 10.0),
        ("urban", 15.0),
        ("trees", 15.0),
        ("dense-urban", 20.0),
    ],
)
def test_heights_not_given_are_those_of_table_3(clutter, height_m):
    terms = {"freq_mhz": 1800.0, "antenna_height_m": 1.5}
    found = terminal_clutter_loss_db(clutter, **terms)
    assert found == terminal_clutter_loss_db(clutter, **terms, clutter_height_m=height_m)


def test_unknown_surroundings_are_answered_with_the_known_ones():
    with pytest.raises(InputError, match="water, open, suburban, urban, trees, dense-urban"):
        terminal_clutter_loss_db("jungle", freq_mhz=900.0, antenna_height_m=1.5)
