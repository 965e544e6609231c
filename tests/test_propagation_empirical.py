"""Free space, Hata, COST 231, TR 38.901 and SPM: points worked by hand, and laws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from htcoverage.errors import InputError, ValidityError
from htcoverage.propagation.hata import cost231, cost231_loss_db, hata, hata_loss_db
from htcoverage.propagation.p525 import free_space_pixel_db, p525
from htcoverage.propagation.p526 import p526
from htcoverage.propagation.spm import SpmCoefficients, hata_coefficients, spm, spm_loss_db
from htcoverage.propagation.tr38901 import (
    rma_sight_probability,
    tr38901,
    uma_sight_probability,
    umi_sight_probability,
)
from htcoverage.propagation.validity import ExtrapolationWarning


def test_free_space() -> None:
    # P.525 gives 32.4 + 20·log10(f/MHz) + 20·log10(d/km), rounded; the exact constant is
    # 20·log10(4π·1e9/299792458) = 32.4478. 1800 MHz, 10 km: 32.4478 + 65.1055 + 20 = 117.5533.
    assert p525(10.0, freq_mhz=1800.0) == pytest.approx(117.5533, abs=1e-4)
    # 100 MHz, 1 km: 32.4478 + 40.
    assert p525(1.0, freq_mhz=100.0) == pytest.approx(72.4478, abs=1e-4)
    # 3 km along and 4 km up are 5 km.
    assert free_space_pixel_db(900.0, 3.0, 4000.0, 0.0, 0) == pytest.approx(
        float(p525(5.0, freq_mhz=900.0))
    )
    assert p525([[1.0, 2.0]], freq_mhz=900.0).shape == (1, 2)
    with pytest.raises(ValidityError, match="freq_mhz is 0 MHz"):
        p525(1.0, freq_mhz=0.0)
    with pytest.raises(ValidityError, match="distance_km is 0 km"):
        p525([1.0, 0.0], freq_mhz=900.0)


def test_hata_by_hand() -> None:
    # 900 MHz, 50 m, 1.5 m, 5 km, medium city: log f = 2.954243, log h = 1.698970, log d = 0.698970.
    # a = (1.1·2.954243 − 0.7)·1.5 − (1.56·2.954243 − 0.8) = 3.824501 − 3.808619 = 0.015882
    # 69.55 + 77.282997 − 23.479765 − 0.015882 + (44.9 − 11.128254)·0.698970 = 146.942778
    def at(environment: Any) -> float:
        return float(
            hata(5.0, freq_mhz=900.0, tx_height_m=50.0, rx_height_m=1.5, environment=environment)
        )

    assert at("city") == pytest.approx(146.9428, abs=1e-3)
    # Suburban: 2·log10(900/28)² + 5.4 = 2·2.271265 + 5.4 = 9.942530.
    assert at("city") - at("suburban") == pytest.approx(9.9425, abs=1e-3)
    # Open: 4.78·8.727552 − 18.33·2.954243 + 40.94 = 28.506424.
    assert at("city") - at("open") == pytest.approx(28.5064, abs=1e-3)
    # Large city: a = 3.2·log10(17.625)² − 4.97 = 3.2·1.552838 − 4.97 = −0.000918.
    assert at("large-city") - at("city") == pytest.approx(0.016800, abs=1e-5)
    # 150 MHz, 100 m, 3 m, 10 km, large city: log f = 2.176091; a = 8.29·log10(4.62)² − 1.1 =
    # 8.29·0.441733 − 1.1 = 2.561966; 69.55 + 56.926545 − 27.64 − 2.561966 + 31.8 = 128.074579.
    low = hata(10.0, freq_mhz=150.0, tx_height_m=100.0, rx_height_m=3.0, environment="large-city")
    assert low == pytest.approx(128.0746, abs=1e-3)


def test_hata_s_large_city_changes_its_correction_at_300_mhz() -> None:
    # The paper gives eq. 13 to 200 MHz and eq. 14 from 400 MHz. At 10 m: 8.29·log10(15.4)² − 1.1 =
    # 8.29·1.410205 − 1.1 = 10.590603, and 3.2·log10(117.5)² − 4.97 = 3.2·4.285057 − 4.97 =
    # 8.742182: 1.848422 dB apart.
    def at(freq_mhz: float) -> float:
        return hata_loss_db(freq_mhz, 5.0, 50.0, 10.0, 0) - 26.16 * math.log10(freq_mhz)

    assert at(299.9) == pytest.approx(at(150.0))
    assert at(300.0) == pytest.approx(at(1500.0))
    assert at(300.0) - at(299.9) == pytest.approx(1.848422, abs=1e-4)


def test_cost231_by_hand() -> None:
    # 1800 MHz, 30 m, 1.5 m, 2 km: log f = 3.255273, log h = 1.477121, log d = 0.301030.
    # a = (1.1·3.255273 − 0.7)·1.5 − (1.56·3.255273 − 0.8) = 4.321200 − 4.278225 = 0.042975
    # 46.3 + 110.353738 − 20.413816 − 0.042975 + (44.9 − 9.675144)·0.301030 = 146.800687
    city = cost231(2.0, freq_mhz=1800.0, tx_height_m=30.0, rx_height_m=1.5)
    assert city == pytest.approx(146.8007, abs=1e-3)
    centre = cost231(
        2.0, freq_mhz=1800.0, tx_height_m=30.0, rx_height_m=1.5, environment="metropolitan"
    )
    assert centre - city == pytest.approx(3.0)
    # 2000 MHz, 100 m, 10 m, 20 km: a = (3.631133 − 0.7)·10 − (5.149607 − 0.8) = 24.961723;
    # 46.3 + 111.904918 − 27.64 − 24.961723 + 31.8·1.301030 = 146.975949.
    far = cost231(20.0, freq_mhz=2000.0, tx_height_m=100.0, rx_height_m=10.0)
    assert far == pytest.approx(146.9759, abs=1e-3)


def test_hata_and_cost231_meet_near_1500_mhz() -> None:
    # COST 231 continues Hata: the two differ by 7.74·log10(f) − 23.25 (1.33 dB at 1500 MHz).
    for km in (1.0, 7.0, 20.0):
        gap = cost231_loss_db(1500.0, km, 40.0, 1.5, 1) - hata_loss_db(1500.0, km, 40.0, 1.5, 1)
        assert gap == pytest.approx(7.74 * math.log10(1500.0) - 23.25, abs=1e-9)


HATA: dict[str, Any] = {"freq_mhz": 900.0, "tx_height_m": 40.0, "rx_height_m": 1.5}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"freq_mhz": 149.0}, "freq_mhz is 149 MHz; Okumura-Hata.*150 to 1500 MHz"),
        ({"rx_height_m": 10.5}, r"rx_height_m is 10\.5 m.*1 to 10 m"),
        ({"freq_mhz": math.nan}, "freq_mhz is nan MHz"),
    ],
)
def test_hata_refuses(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidityError, match=words):
        hata(5.0, **(HATA | changes))


@pytest.mark.parametrize(
    ("distance_km", "changes", "words"),
    [
        (0.5, {}, r"distance_km is 0\.5 km.*1 to 20 km"),
        ([2.0, 25.0], {}, "distance_km is 25 km"),
        (5.0, {"tx_height_m": 24.0}, "tx_height_m is 24 m.*30 to 200 m"),
    ],
)
def test_hata_warns_where_the_field_extrapolates(
    distance_km: Any, changes: dict[str, Any], words: str
) -> None:
    with pytest.warns(ExtrapolationWarning, match=words):
        hata(distance_km, **(HATA | changes))


def test_cost231_warns_at_the_band_of_3g() -> None:
    with pytest.warns(ExtrapolationWarning, match="freq_mhz is 2140 MHz.*1500 to 2000 MHz"):
        cost231(5.0, freq_mhz=2140.0, tx_height_m=40.0, rx_height_m=1.5)


def test_an_infinite_distance_is_no_extrapolation() -> None:
    with pytest.raises(ValidityError, match="distance_km is inf"):
        hata([2.0, math.inf], **HATA)


def test_unknown_environments() -> None:
    with pytest.raises(InputError, match="large-city, city, suburban, open"):
        hata(5.0, environment="forest", **HATA)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="metropolitan, city"):
        cost231(5.0, environment="open", **HATA)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="RMa, UMa, UMi"):
        tr38901(1.0, scenario="InH", **HATA)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="mean, los, nlos"):
        tr38901(1.0, scenario="UMa", sight="maybe", **HATA)  # type: ignore[arg-type]


def rma(distance_m: float, sight: Any, **changes: float) -> float:
    arguments: dict[str, Any] = {"freq_mhz": 1800.0, "tx_height_m": 35.0, "rx_height_m": 1.5}
    arguments |= changes
    return float(tr38901(distance_m / 1000, scenario="RMa", sight=sight, **arguments))


def test_rma_by_hand() -> None:
    # 1.8 GHz, mast 35 m, user 1.5 m, 1000 m: d3D = √(1000² + 33.5²) = 1000.5610 m; break at
    # 2π·35·1.5·1.8e9/3e8 = 1979.20 m. h^1.72 = 5^1.72 = 15.9303:
    # 20·log10(40π·1000.5610·1.8/3) = 97.552; + 0.477909·3.000244 = 1.433842; − 0.700933;
    # + 0.002·0.698970·1000.561 = 1.398724.
    slant = math.hypot(1000.0, 33.5)
    near = 20 * math.log10(40 * math.pi * slant * 0.6) + 1.433842 - 0.700933 + 1.398724
    assert near == pytest.approx(99.68, abs=0.01)
    assert rma(1000.0, "los") == pytest.approx(near, abs=1e-3)
    # Without sight: 161.04 − 7.1·1.301030 + 7.5·0.698970 − (24.37 − 3.7/49)·1.544068 +
    # (43.42 − 3.1·1.544068)·0.000244 + 5.105450 − (3.2·1.552838 − 4.97)
    # = 161.04 − 9.237313 + 5.242275 − 37.512345 + 0.009426 + 5.105450 + 0.000918 = 124.648411.
    assert rma(1000.0, "nlos") == pytest.approx(124.6484, abs=2e-4)
    # At 3000 m: (43.42 − 3.1·1.544068)·0.477148 = 18.433857 more: 143.072843.
    assert rma(3000.0, "nlos") == pytest.approx(143.0728, abs=1e-3)
    # Beyond the break: the near formula at the break itself, and 40 dB a decade.
    break_m = 2 * math.pi * 35 * 1.5 * 6.0
    at_break = (
        20 * math.log10(40 * math.pi * break_m * 0.6)
        + 0.477909 * math.log10(break_m)
        - 0.700933
        + 0.001397940 * break_m
    )
    expected = at_break + 40 * math.log10(math.hypot(5000.0, 33.5) / break_m)
    assert rma(5000.0, "los") == pytest.approx(expected, abs=1e-3)
    # The mean: e^(−0.99) of the one, the rest of the other.
    share = math.exp(-0.99)
    expected = share * rma(1000.0, "los") + (1 - share) * rma(1000.0, "nlos")
    assert rma(1000.0, "mean") == pytest.approx(expected, abs=1e-9)


def urban(scenario: Any, distance_m: float, sight: Any, mast_m: float, user_m: float) -> float:
    return float(
        tr38901(
            distance_m / 1000, scenario=scenario, sight=sight, freq_mhz=2000.0,
            tx_height_m=mast_m, rx_height_m=user_m,
        )
    )  # fmt: skip


def test_uma_by_hand() -> None:
    # 2 GHz, 25 m, 1.5 m: break 4·24·0.5·2e9/3e8 = 320 m. At 100 m: d3D = √(100² + 23.5²) =
    # 102.7241: 28 + 22·2.011672 + 6.020600 = 78.277386.
    assert urban("UMa", 100.0, "los", 25.0, 1.5) == pytest.approx(78.2774, abs=1e-3)
    # At 1000 m: d3D = 1000.2761: 28 + 40·3.000120 + 6.020600 − 9·log10(320² + 23.5²)
    # = 154.025395 − 9·5.012636 = 108.911671.
    assert urban("UMa", 1000.0, "los", 25.0, 1.5) == pytest.approx(108.9117, abs=1e-3)
    # Without sight: 13.54 + 39.08·3.000120 + 6.020600 = 136.805286.
    assert urban("UMa", 1000.0, "nlos", 25.0, 1.5) == pytest.approx(136.8053, abs=1e-3)
    # A user at 11.5 m gains 6 dB.
    low = urban("UMa", 1000.0, "nlos", 25.0, 1.5)
    slant_db = 39.08 * math.log10(math.hypot(1000, 13.5) / math.hypot(1000, 23.5))
    assert low - urban("UMa", 1000.0, "nlos", 25.0, 11.5) == pytest.approx(6.0 - slant_db)


def test_umi_by_hand() -> None:
    # 2 GHz, 10 m, 1.5 m: break 4·9·0.5·2e9/3e8 = 120 m. At 50 m: d3D = √(50² + 8.5²) = 50.7174:
    # 32.4 + 21·1.705157 + 6.020600 = 74.228897.
    assert urban("UMi", 50.0, "los", 10.0, 1.5) == pytest.approx(74.2289, abs=1e-3)
    # At 500 m: d3D = 500.0722: 32.4 + 40·2.699033 + 6.020600 − 9.5·log10(120² + 8.5²)
    # = 146.381920 − 9.5·4.160536 = 106.856828.
    assert urban("UMi", 500.0, "los", 10.0, 1.5) == pytest.approx(106.8568, abs=1e-3)
    # Without sight: 22.4 + 35.3·2.699033 + 21.3·0.301030 = 124.087804; at 11.5 m, 3 dB less.
    assert urban("UMi", 500.0, "nlos", 10.0, 1.5) == pytest.approx(124.0878, abs=1e-3)
    slant_db = 35.3 * math.log10(math.hypot(500, 1.5) / math.hypot(500, 8.5))
    assert urban("UMi", 500.0, "nlos", 10.0, 1.5) - urban(
        "UMi", 500.0, "nlos", 10.0, 11.5
    ) == pytest.approx(3.0 - slant_db)


def test_probability_of_sight_by_hand() -> None:
    assert rma_sight_probability(10.0) == 1.0
    assert rma_sight_probability(1010.0) == pytest.approx(math.exp(-1.0))
    # UMa at 63 m: 18/63 + e^−1·(1 − 18/63) = 0.285714 + 0.262771.
    assert uma_sight_probability(63.0, 1.5) == pytest.approx(0.548485, abs=1e-6)
    assert uma_sight_probability(18.0, 1.5) == 1.0
    # At 150 m a user at 23 m: C' = 1: [0.12 + e^(−150/63)·0.88]·(1 + 1.25·3.375·e^−1).
    expected = (0.12 + math.exp(-150 / 63) * 0.88) * (1 + 1.25 * 3.375 * math.exp(-1))
    assert uma_sight_probability(150.0, 23.0) == pytest.approx(expected)
    # UMi at 36 m: 0.5 + e^−1·0.5.
    assert umi_sight_probability(36.0) == pytest.approx(0.683940, abs=1e-6)
    assert umi_sight_probability(18.0) == 1.0


@settings(max_examples=60, deadline=None)
@given(
    distances=st.lists(st.floats(0.01, 5.0), min_size=2, max_size=2, unique=True),
    scenario=st.sampled_from(["RMa", "UMa", "UMi"]),
    sight=st.sampled_from(["los", "nlos", "mean"]),
    freq_mhz=st.floats(500.0, 6000.0),
)
def test_tr38901_grows_with_distance(
    distances: list[float], scenario: Any, sight: Any, freq_mhz: float
) -> None:
    mast = {"RMa": 35.0, "UMa": 25.0, "UMi": 10.0}[scenario]
    near, far = tr38901(
        sorted(distances), scenario=scenario, sight=sight, freq_mhz=freq_mhz, tx_height_m=mast,
        rx_height_m=1.5,
    )  # fmt: skip
    # At the break of the rural formula slant and ground distance are taken for each other.
    assert far >= near - 0.01


@settings(max_examples=60, deadline=None)
@given(distance_m=st.floats(10.0, 5000.0), scenario=st.sampled_from(["RMa", "UMa", "UMi"]))
def test_sight_never_costs_more_than_its_absence(distance_m: float, scenario: Any) -> None:
    mast = {"RMa": 35.0, "UMa": 25.0, "UMi": 10.0}[scenario]
    los, mean, nlos = (
        urban(scenario, distance_m, sight, mast, 1.5) for sight in ("los", "mean", "nlos")
    )
    assert los <= mean + 1e-9
    assert mean <= nlos + 1e-9


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"freq_mhz": 450.0}, "freq_mhz is 450 MHz; 3GPP.*RMa holds from 500 to 30000 MHz"),
        ({"tx_height_m": 9.0}, "tx_height_m is 9 m.*10 to 150 m"),
        ({"rx_height_m": 11.0}, "rx_height_m is 11 m.*1 to 10 m"),
    ],
)
def test_rma_refuses(changes: dict[str, float], words: str) -> None:
    with pytest.raises(ValidityError, match=words):
        rma(1000.0, "mean", **changes)


def test_tr38901_warns_where_the_field_extrapolates() -> None:
    with pytest.warns(ExtrapolationWarning, match=r"distance_km is 12 km.*0\.01 to 10 km"):
        rma(12000.0, "mean")
    with pytest.warns(ExtrapolationWarning, match="tx_height_m is 40 m.*UMa holds at 25 m and"):
        urban("UMa", 500.0, "mean", 40.0, 1.5)


def test_spm_by_hand() -> None:
    # 12 + 44.9·3 + 5.83·1.477121 + 0.5·20 − 6.55·3·1.477121 + 0.2·1.5 + 4·0.176091 + 7
    # = 12 + 134.7 + 8.611617 + 10 − 29.025432 + 0.3 + 0.704365 + 7 = 144.290550.
    got = spm_loss_db(12.0, 44.9, 5.83, 0.5, -6.55, 0.2, 4.0, 1.0, 30.0, 1.5, 20.0, 7.0)
    assert got == pytest.approx(144.29055, abs=1e-4)
    # 17.4 + 44.9·3.698970 + 5.83·1.698970 − 6.55·3.698970·1.698970 = 152.228...
    got = spm_loss_db(17.4, 44.9, 5.83, 1.0, -6.55, 0.0, 0.0, 5.0, 50.0, 1.5, 0.0, 0.0)
    expected = 17.4 + 166.083753 + 9.904995 - 41.163075
    assert got == pytest.approx(expected, abs=1e-3)


def test_spm_with_hata_s_coefficients_is_cost231() -> None:
    d = np.linspace(0.0, 4.0, 41)
    for freq_mhz, mast, mobile in ((1500.0, 30.0, 1.0), (2000.0, 150.0, 5.0)):
        got = spm(d, np.zeros(41), tx_height_m=mast, rx_height_m=mobile, freq_mhz=freq_mhz)
        edge = spm(
            d, np.zeros(41), tx_height_m=mast, rx_height_m=mobile, freq_mhz=freq_mhz,
            coefficients=SpmCoefficients(0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0),
        )  # fmt: skip
        flat = cost231(4.0, freq_mhz=freq_mhz, tx_height_m=mast, rx_height_m=mobile)
        assert got - edge == pytest.approx(float(flat), abs=1e-9)


def test_hata_s_coefficients_are_those_that_tools_ship() -> None:
    # Planning tools come with K2 44.9, K3 5.83, K5 −6.55 and K6 = K7 = 0, and for GSM 1800 with
    # K1 = 22: the mobile's height counts in K1, here in K6. At 1805 MHz and 1.5 m
    # −89.2 + 35.46·3.256477 = 26.274682; (0.7 − 1.1·3.256477)·1.5 = −4.323187; 21.951.
    k = hata_coefficients(1805.0)
    assert (k.k2, k.k3, k.k5, k.k7) == (44.9, 5.83, -6.55, 0.0)
    assert k.k1 + 1.5 * k.k6 == pytest.approx(21.951495, abs=1e-4)
    # Another program's loss by those coefficients, without an obstacle: mast of 25 m, 1 km:
    # 22 + 44.9·3 + 5.83·1.397940 − 6.55·3·1.397940 = 137.380469.
    shipped = spm_loss_db(22.0, 44.9, 5.83, 0.5, -6.55, 0.0, 0.0, 1.0, 25.0, 1.5, 0.0, 0.0)
    assert shipped == pytest.approx(137.380469, abs=1e-5)
    own = spm_loss_db(
        k.k1, k.k2, k.k3, 0.5, k.k5, k.k6, k.k7, 1.0, 25.0, 1.5, 0.0, 0.0,
    )  # fmt: skip
    assert own == pytest.approx(shipped, abs=0.05)


def test_spm_counts_obstacles_and_clutter() -> None:
    d = np.linspace(0.0, 4.0, 41)
    hill = np.where(np.arange(41) == 20, 60.0, 0.0)
    arguments: dict[str, Any] = {"tx_height_m": 30.0, "rx_height_m": 1.5, "freq_mhz": 1800.0}
    base = spm(d, np.zeros(41), **arguments)
    assert spm(d, hill, **arguments) > base + 10
    assert spm(d, np.zeros(41), clutter_db=6.0, **arguments) == pytest.approx(base + 6.0)
    half = SpmCoefficients(0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0)
    whole = SpmCoefficients(0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
    assert spm(d, hill, coefficients=half, **arguments) == pytest.approx(
        0.5 * spm(d, hill, coefficients=whole, **arguments)
    )
    # L_d is Bullington's loss alone: the rest of delta-Bullington, the sphere's, is left out.
    far = np.linspace(0.0, 60.0, 301)
    edge = p526(far, np.zeros(301), **arguments)
    assert edge.diffraction_db > edge.bullington_actual_db + 5.0
    got = spm(far, np.zeros(301), coefficients=whole, **arguments)
    assert got == pytest.approx(edge.bullington_actual_db)
    with pytest.raises(InputError, match="clutter_db"):
        spm(d, hill, clutter_db=math.nan, **arguments)
    with pytest.raises(ValidityError, match=r"freq_mhz is 100 MHz.*150 to 3500"):
        hata_coefficients(100.0)
    with pytest.raises(ValidityError, match=r"freq_mhz is 100 MHz.*150 to 3500"):
        spm(d, hill, **(arguments | {"freq_mhz": 100.0}))
