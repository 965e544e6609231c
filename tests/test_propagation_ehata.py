"""Extended Hata against published values, hand arithmetic and laws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from published_values import PUBLISHED, needs_published, table

from htcoverage.errors import InputError, ValidityError
from htcoverage.propagation.ehata import Environment, ehata, ehata_median_db, profile_terms
from htcoverage.propagation.ehata_corrections import (
    ridge_gain_db,
    rolling_gain_db,
    sea_gain_db,
    slope_gain_db,
)
from htcoverage.propagation.validity import ExtrapolationWarning

#: The five cases on which the reference implementation misses its own table: a single horizon that
#: rests on a rounding of the profile's step.
UNREACHED = {"90023", "90024", "90025", "90026", "90032"}

ENVIRONMENTS: dict[str, Environment] = {"22": "suburban", "23": "urban", "24": "urban"}


@pytest.mark.published
@needs_published
@pytest.mark.filterwarnings("ignore::htcoverage.propagation.validity.ExtrapolationWarning")
def test_published_cases() -> None:
    folder = PUBLISHED / "ehata"
    cases = [row for row in table(folder / "test-inputs-wfmod.csv") if row["ID"] not in UNREACHED]
    assert len(cases) == 48
    wrong = {}
    for case in cases:
        text = (folder / "pfls" / case["pfl file name"]).read_text()
        values = [float(x) for x in text.split("\n")[0].split(",")]
        # The file runs from the mobile to the base station.
        ground = np.array(values[2 : int(values[0]) + 3])[::-1]
        got = ehata(
            np.arange(ground.size) * values[1] / 1000,
            ground,
            tx_height_m=float(case["hb"]),
            rx_height_m=float(case["hm"]),
            freq_mhz=float(case["f"]),
            environment=ENVIRONMENTS.get(case["env"], "rural"),
        ).basic_transmission_loss_db
        if not abs(got - float(case["Path Loss(dB)"])) <= 0.01:
            wrong[case["ID"]] = (got, case["Path Loss(dB)"])
    assert not wrong


def test_flat_loss_at_one_kilometre_is_okumura_s() -> None:
    # Mast of 200 m, mobile of 3 m: attenuations of 22, 23.5 and 25.85 dB over the loss between the
    # ends, 20·log10(2·k·√(1000² + 197²)); at 2 GHz k = 41.9169/m, the path 1019.2 m, twice their
    # product 85,444: 98.634 + 23.5 = 122.134.
    assert ehata_median_db(2000.0, 1.0, 200.0, 3.0, 0) == pytest.approx(122.134, abs=2e-3)
    slant = math.hypot(1000.0, 197.0)
    for freq_mhz, attenuation in ((1500.0, 22.0), (2000.0, 23.5), (3000.0, 25.85)):
        space = 20 * math.log10(2 * 2 * math.pi * freq_mhz * 1e6 / 299792458 * slant)
        got = ehata_median_db(freq_mhz, 1.0, 200.0, 3.0, 0)
        assert got == pytest.approx(space + attenuation, abs=1e-9)


def test_flat_loss_at_a_hundred_kilometres_is_okumura_s() -> None:
    # 63.5, 65.75 and 69.5 dB over the loss between the ends, of a path of 100 km.
    for freq_mhz, attenuation in ((1500.0, 63.5), (2000.0, 65.75), (3000.0, 69.5)):
        slant = math.hypot(100e3, 197.0)
        space = 20 * math.log10(2 * 2 * math.pi * freq_mhz * 1e6 / 299792458 * slant)
        got = ehata_median_db(freq_mhz, 100.0, 200.0, 3.0, 0)
        assert got == pytest.approx(space + attenuation, abs=0.01)


def test_power_of_distance_before_the_break_is_hata_s() -> None:
    # From 1 to 2 km at 100 m: (44.9 − 6.55·2)·log10 2 = 31.8·0.301030.
    rise = ehata_median_db(2000.0, 2.0, 100.0, 3.0, 0) - ehata_median_db(2000.0, 1.0, 100.0, 3.0, 0)
    assert rise == pytest.approx(9.572754, abs=1e-5)


def test_power_of_distance_beyond_the_break_is_okumura_s() -> None:
    # Half the power is 2.5, 3 and 3.22 at 24.5, 70 and 200 m, space loss included: from 60 to
    # 100 km 50, 60 and 64.4 times log10(100/60) = 0.221849 (slant and ground differ by nothing).
    for height, tenfold in ((24.5, 50.0), (70.0, 60.0), (200.0, 64.4)):
        rise = ehata_median_db(2000.0, 100.0, height, 3.0, 0) - ehata_median_db(
            2000.0, 60.0, height, 3.0, 0
        )
        assert rise == pytest.approx(tenfold * 0.221849, abs=1e-3)


def test_suburban_and_rural_factors() -> None:
    # Suburban 11.5, 12.4, 14 dB; rural at 2 GHz: 40.94 − 18.33·3.30103 + 4.78·10.89680 = 32.5188.
    for freq_mhz, factor in ((1500.0, 11.5), (2000.0, 12.4), (3000.0, 14.0)):
        urban = ehata_median_db(freq_mhz, 5.0, 40.0, 1.5, 0)
        assert urban - ehata_median_db(freq_mhz, 5.0, 40.0, 1.5, 1) == pytest.approx(factor)
    urban = ehata_median_db(2000.0, 5.0, 40.0, 1.5, 0)
    assert urban - ehata_median_db(2000.0, 5.0, 40.0, 1.5, 2) == pytest.approx(32.5188, abs=1e-3)


def test_mobile_height_gain() -> None:
    # 3.2·(log10(11.75·10)² − log10(11.75·1.5)²) = 3.2·(4.285056 − 1.552838) = 8.743098.
    low = ehata_median_db(2000.0, 5.0, 40.0, 1.5, 0)
    high = ehata_median_db(2000.0, 5.0, 40.0, 10.0, 0)
    assert low - high == pytest.approx(8.743098, abs=1e-5)


def test_loss_grows_with_distance_across_the_break() -> None:
    d = np.linspace(1.0, 100.0, 500)
    for height in (30.0, 70.0, 200.0):
        losses = [ehata_median_db(1800.0, km, height, 1.5, 0) for km in d]
        # At the break alone the curve may step back: it is placed as if the mast of 200 m had no
        # slant at 1 km, 20·log10(1019.22/1000) = 0.165 dB.
        steps = np.diff(losses)
        assert (steps < 0).sum() <= 1
        assert steps.min() > -0.165


def test_corrections_by_hand() -> None:
    # Ridge of 50 m (√(50/200) = 0.5), base at 20 km, mobile 1.5 km behind: rows −15.25 and −10.75,
    # a third of the way: −13.75; half: −6.875.
    assert ridge_gain_db(20.0, 1.5, 50.0) == pytest.approx(-6.875)
    assert ridge_gain_db(5.0, 2.0, 200.0) == pytest.approx(-17.5)
    assert ridge_gain_db(45.0, 8.0, 200.0) == pytest.approx(-2.5)
    assert ridge_gain_db(20.0, 0.0, 200.0) == 0.0
    # Δh = 100 m: −1.5072 + 16.917352 − 24.410152 = −9.000; fine −11.728795 + 31.088544 − 7.261906
    # = 12.097843.
    assert rolling_gain_db(100.0, 60.0, 20.0, -40.0, 60.0) == pytest.approx(3.0978, abs=1e-3)
    assert rolling_gain_db(100.0, 60.0, 20.0, -40.0, -41.0) == pytest.approx(-21.0978, abs=1e-3)
    assert rolling_gain_db(100.0, 60.0, 20.0, -40.0, 20.0) == pytest.approx(-9.0, abs=1e-3)
    assert rolling_gain_db(100.0, 60.0, 20.0, -40.0, 40.0) == pytest.approx(-2.9511, abs=1e-3)
    assert rolling_gain_db(100.0, 60.0, 20.0, -40.0, -10.0) == pytest.approx(-15.0489, abs=1e-3)
    assert rolling_gain_db(9.0, 60.0, 20.0, -40.0, 60.0) == pytest.approx(0.0, abs=1e-3)
    # 8 mrad down: 0.25 dB/mrad to 10 km, 0.8 from 30 km; up: 0.125, 0.35 at 30 km, 0.6 from 60 km.
    for slope, km, gain in (
        (-8.0, 5.0, -2.0), (-8.0, 20.0, -4.2), (-8.0, 90.0, -6.4),
        (8.0, 5.0, 1.0), (8.0, 20.0, 1.9), (8.0, 45.0, 3.8), (8.0, 90.0, 4.8),
    ):  # fmt: skip
        assert slope_gain_db(slope, km) == pytest.approx(gain)
    # 30 % sea: to 30 km 1 + 0.75·2 = 2.5 at the base, 4 + 0.75·1.5 = 5.125 at the mobile; from
    # 60 km 4 and 6.25.
    for end, km, gain in (
        (0, 10.0, 2.5), (1, 10.0, 5.125), (-1, 10.0, 3.8125), (0, 60.0, 4.0), (1, 99.0, 6.25),
        (0, 45.0, 3.25),
    ):  # fmt: skip
        assert sea_gain_db(0.3, end, km) == pytest.approx(gain)
    assert sea_gain_db(0.0, -1, 45.0) == 0.0
    assert sea_gain_db(1.0, 1, 30.0) == 11.0


def test_profile_reading_by_hand() -> None:
    # 10 km in steps of 100 m, rising 1 m a step towards the mobile, from 100 m to 200 m.
    ground = 100.0 + np.arange(101.0)
    terms = profile_terms(ground, 100.0, 30.0, 3.0)
    # Mean from 3 km to the far end, by (10 − 3)/12: base 100 + (165 − 100)·0.58333: far below 30 m.
    assert terms.tx_effective_m == 30.0
    assert terms.rx_effective_m == 10.0
    # Of 101 heights the 10th, 50th and 90th greatest (0.1·101 − 1 = 9.1: index 9).
    assert (terms.height_10_m, terms.height_50_m, terms.height_90_m) == (191.0, 151.0, 111.0)
    assert terms.irregularity_m == 80.0
    # Up to the mobile by 10 m/km = 10 mrad.
    assert terms.slope_mrad == pytest.approx(10.0)
    assert terms.sea_share == 0.0
    hollow = np.full(101, 50.0)
    hollow[:30] = 0.0
    terms = profile_terms(hollow, 100.0, 30.0, 3.0)
    assert terms.sea_share == pytest.approx(30 / 101)
    assert terms.sea_end == 0
    # The base stands 50·(71/71…) below the mean: 0 − (10 − 3)/12·mean of 3 to 10 km = 50 m.
    assert terms.tx_effective_m == 30.0
    # A ridge of 80 m half-way of 10 km between antennas at 30 m and 3 m: 80 − 16.5 + bulge.
    ridge = np.full(101, 1.0)
    ridge[50] = 81.0
    terms = profile_terms(ridge, 100.0, 30.0, 3.0)
    assert terms.single_horizon
    assert (terms.tx_horizon_km, terms.rx_horizon_km) == (5.0, 5.0)
    assert terms.ridge_m == pytest.approx(80.0 - 16.5 + 0.5 * 5000.0**2 / 8.493e6, abs=0.01)


def test_profile_reading_of_long_short_and_bent_paths() -> None:
    # 20 km: the base's mean is that of 3 to 15 km away, the hill it stands on left out, and the
    # rise of 2 m in the last 5 km as well; the mobile's, (20·3 + 101·1)/121 = 1.330579.
    ground = np.where(np.arange(201) <= 25, 101.0, np.where(np.arange(201) > 150, 3.0, 1.0))
    terms = profile_terms(ground, 100.0, 40.0, 3.0)
    assert terms.tx_effective_m == pytest.approx(40.0 + 100.0)
    assert terms.rx_effective_m == pytest.approx(3.0 + 3.0 - 1.330579)
    # 5 km of an even rise of 1 m in 100 m: of 51 heights the 5th less the 45th from the top, 40 m,
    # and what 10 km would have shown: (1 − 0.8·e^−0.2)/(1 − 0.8·e^−0.1) = 0.345015/0.276130.
    terms = profile_terms(10.0 + np.arange(51.0), 100.0, 40.0, 3.0)
    assert terms.irregularity_m == pytest.approx(40.0 * 0.345015 / 0.276130, rel=1e-5)
    # The ground rises to a ridge 5 km from the mobile and falls again to its level at 10 km: over
    # 5 km it falls towards the mobile by 10 mrad, over 10 km it is level; that of 5 km counts where
    # the signs differ.
    from_mobile = np.concatenate([np.arange(51.0), 50.0 - 4.0 * np.arange(1.0, 51.0)])
    terms = profile_terms(200.0 + from_mobile[::-1], 100.0, 40.0, 3.0)
    assert terms.slope_mrad == pytest.approx(-10.0)
    # Two ridges 2 km apart are no single one.
    ridges = np.full(101, 1.0)
    ridges[[40, 60]] = 90.0
    terms = profile_terms(ridges, 100.0, 30.0, 3.0)
    assert (terms.tx_horizon_km, terms.rx_horizon_km) == (4.0, 4.0)
    assert not terms.single_horizon


def call(**changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "distance_km": np.linspace(0.0, 10.0, 101), "ground_m": np.full(101, 3.0),
        "tx_height_m": 40.0, "rx_height_m": 1.5, "freq_mhz": 1800.0,
    }  # fmt: skip
    return ehata(**(arguments | changes))


def test_a_flat_path_has_the_flat_loss() -> None:
    got = call()
    assert got.tx_effective_m == 40.0
    assert got.slope_gain_db == pytest.approx(0.0, abs=1e-12)
    # Δh of 0 counts as 15 m, where the median curve crosses 0.
    assert got.basic_transmission_loss_db == pytest.approx(got.flat_loss_db, abs=1e-3)
    assert got.flat_loss_db == ehata_median_db(1800.0, 10.0, 40.0, 1.5, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"freq_mhz": 900.0}, "freq_mhz is 900 MHz.*1500 to 3000 MHz"),
        ({"tx_height_m": 20.0}, "tx_height_m is 20 m.*30 to 200 m"),
        ({"rx_height_m": 11.0}, "rx_height_m is 11 m.*1 to 10 m"),
        ({"distance_km": np.linspace(0.0, 0.5, 101)}, r"distance_km is 0\.5 km.*1 to 100 km"),
    ],
)
def test_the_field_extrapolates_with_a_warning(changes: dict[str, Any], words: str) -> None:
    with pytest.warns(ExtrapolationWarning, match=words):
        call(**changes)


def test_bad_arguments() -> None:
    with pytest.raises(InputError, match="environment"):
        call(environment="jungle")
    with pytest.raises(InputError, match="equal steps"):
        call(distance_km=np.linspace(0.0, 3.0, 101) ** 2)
    with pytest.raises(ValidityError, match="freq_mhz is nan"):
        call(freq_mhz=math.nan)
