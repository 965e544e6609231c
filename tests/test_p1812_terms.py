"""Each term of P.1812 against arithmetic done by hand or a second way of writing the formula."""

from __future__ import annotations

import math

import numpy as np
import pytest

from htcoverage.propagation.p1812.combine import (
    combine_db,
    ducting_db,
    free_space_db,
    inverse_normal,
    multipath_db,
    site_shielding_db,
    slant_distance_km,
    troposcatter_db,
)
from htcoverage.propagation.p1812.diffraction import (
    LAND_CONDUCTIVITY_S_PER_M,
    LAND_PERMITTIVITY,
    SEA_CONDUCTIVITY_S_PER_M,
    SEA_PERMITTIVITY,
    admittance_factor,
    bullington_db,
    delta_bullington_db,
    first_term_db,
    first_term_mixed_db,
    knife_edge_db,
    profile_clearance,
    smooth_clearance,
    spherical_earth_db,
)
from htcoverage.propagation.p1812.model import effective_radius_km
from htcoverage.propagation.p1812.profile import (
    beta0_percent,
    path_parameters,
    smooth_earth,
    zone_lengths,
)


def test_free_space() -> None:
    # 92.4 + 20·log10(2) + 20·log10(10) = 92.4 + 6.0206 + 20
    assert free_space_db(10.0, 2.0) == pytest.approx(118.4206, abs=1e-4)
    # 3 km along, 4 km up: 5 km.
    assert slant_distance_km(3.0, 4500.0, 500.0) == pytest.approx(5.0)


def test_multipath() -> None:
    # 2.6·(1 − e^(−0.1·10))·log10(10/50) = 2.6·0.632121·(−0.698970) = −1.148767
    assert multipath_db(7.0, 3.0, 10.0) == pytest.approx(-1.148767, abs=1e-6)
    assert multipath_db(7.0, 3.0, 50.0) == 0.0


def test_knife_edge() -> None:
    # ν = 0: 6.9 + 20·log10(√1.01 − 0.1) = 6.9 + 20·log10(0.904988) = 6.032849
    assert knife_edge_db(0.0) == pytest.approx(6.032849, abs=1e-5)
    # ν = 2.4: 6.9 + 20·log10(√(2.3² + 1) + 2.3) = 6.9 + 20·log10(4.807987) = 20.539
    assert knife_edge_db(2.4) == pytest.approx(20.539264, abs=1e-5)
    assert knife_edge_db(-0.78) == 0.0
    # A deep shadow: 13 + 20·log10(ν) dB, the asymptote of the Fresnel integral.
    assert knife_edge_db(100.0) == pytest.approx(12.95 + 40.0, abs=0.05)
    # Near the threshold no step is visible.
    assert 0.0 <= knife_edge_db(-0.7799) < 0.03


def test_bullington_adds_its_correction() -> None:
    # J = 6.032849; (1 − e^(−1.005475))·(10 + 0.02·20) = 0.634127·10.4 = 6.594919
    assert bullington_db(0.0, 20.0) == pytest.approx(6.032849 + 6.594919, abs=1e-4)
    assert bullington_db(-1.0, 20.0) == 0.0


def test_bullington_point_of_two_edges() -> None:
    # No curvature: antennas at 0 m, edges of 40 m at 2 km and of 30 m at 7 km of 10 km. Rays of
    # 20 m/km and 10 m/km meet at 10·10/30 = 3.3333 km, 66.6667 m up.
    d = np.array([0.0, 2.0, 5.0, 7.0, 10.0])
    clearance = profile_clearance(d, np.array([0.0, 40.0, 0.0, 30.0, 0.0]), 0.0, 0.0, 1e12)
    assert clearance == pytest.approx(66.66667 * math.sqrt(10.0 / (3.33333 * 6.66667)), rel=1e-5)


def test_bullington_of_a_clear_path_takes_the_worst_point() -> None:
    # The straight ray is at 100 m. Points 40 m below it at 5 km of 10 km, and 20 m below at 1 km:
    # −40·√(10/25) = −25.298, −20·√(10/9) = −21.082.
    d = np.array([0.0, 1.0, 5.0, 9.9, 10.0])
    heights = np.array([0.0, 80.0, 60.0, 0.0, 0.0])
    assert profile_clearance(d, heights, 100.0, 100.0, 1e12) == pytest.approx(-21.0819, abs=1e-4)


def test_earth_bulge_lowers_the_clearance() -> None:
    # At the middle of 20 km over 8500 km radius: 500·10·10/8500 = 5.882353 m.
    d = np.array([0.0, 10.0, 20.0])
    got = profile_clearance(d, np.zeros(3), 10.0, 10.0, 8500.0)
    assert got == pytest.approx((5.882353 - 10.0) * math.sqrt(20.0 / 100.0), abs=1e-5)


def test_spherical_earth_beyond_the_horizon() -> None:
    # Land, horizontal, 1 GHz, 8500 km radius, 150 km, 400 m and 10 m.
    k = 0.036 * 8500 ** (-1 / 3) * (21**2 + (18 * 0.003) ** 2) ** -0.25
    beta = (1 + 1.6 * k**2 + 0.67 * k**4) / (1 + 4.5 * k**2 + 1.53 * k**4)
    x = 21.88 * beta * 8500 ** (-2 / 3) * 150
    assert x > 1.6
    distance_db = 11 + 10 * math.log10(x) - 17.6 * x
    gains_db = []
    for height in (400.0, 10.0):
        b = beta * 0.9575 * beta * 8500 ** (-1 / 3) * height
        gain = (
            17.6 * math.sqrt(b - 1.1) - 5 * math.log10(b - 1.1) - 8
            if b > 2
            else 20 * math.log10(b + 0.1 * b**3)
        )
        gains_db.append(max(gain, 2 + 20 * math.log10(k)))
    assert gains_db[0] > 0 > gains_db[1]
    expected = -distance_db - sum(gains_db)
    got = spherical_earth_db(150.0, 400.0, 10.0, 8500.0, 1.0, 0.0, False)
    assert got == pytest.approx(expected, abs=1e-9)


def test_first_term_at_a_short_distance() -> None:
    # X below 1.6: −20·log10(X) − 5.6488·X^1.425; both antennas so low that their gain is its floor.
    k = 0.036 * 8500 ** (-1 / 3) * (21**2 + (18 * 0.003) ** 2) ** -0.25
    k *= math.sqrt(22**2 + (18 * 0.003) ** 2)
    beta = (1 + 1.6 * k**2 + 0.67 * k**4) / (1 + 4.5 * k**2 + 1.53 * k**4)
    x = 21.88 * beta * 8500 ** (-2 / 3) * 20
    assert x < 1.6
    expected = 20 * math.log10(x) + 5.6488 * x**1.425 - 2 * (2 + 20 * math.log10(k))
    got = first_term_db(20.0, 0.001, 0.001, 8500.0, 1.0, admittance_factor(1.0, 22.0, 0.003, True))
    assert got == pytest.approx(expected, abs=1e-9)


def _first_term_of(x: float, b: float) -> tuple[float, float]:
    """Loss at normalised distance X between two antennas of normalised height B, and its K."""
    k = 0.036 * 8500 ** (-1 / 3) * (21**2 + (18 * 0.003) ** 2) ** -0.25
    beta = (1 + 1.6 * k**2 + 0.67 * k**4) / (1 + 4.5 * k**2 + 1.53 * k**4)
    distance_km = x / (21.88 * beta * 8500 ** (-2 / 3))
    height_m = b / (beta * 0.9575 * beta * 8500 ** (-1 / 3))
    admittance = admittance_factor(1.0, 22.0, 0.003, False)
    return first_term_db(distance_km, height_m, height_m, 8500.0, 1.0, admittance), k


@pytest.mark.parametrize(
    ("x", "distance_db"),
    [
        # −20·log10(1.55) − 5.6488·1.55^1.425 = −3.806634 − 5.6488·1.867321 (eq. 32, X < 1.6)
        (1.55, -14.354757),
        # 11 + 10·log10(1.65) − 17.6·1.65 = 11 + 2.174839 − 29.04 (X ≥ 1.6)
        (1.65, -15.865161),
    ],
)
@pytest.mark.parametrize(
    ("b", "gain_db"),
    [
        # 20·log10(1.95 + 0.1·1.95³) = 20·log10(2.691488) (eq. 34, B ≤ 2)
        (1.95, 8.599849),
        # 17.6·√0.95 − 5·log10(0.95) − 8 = 17.154312 + 0.111382 − 8 (B > 2)
        (2.05, 9.265694),
    ],
)
def test_first_term_changes_its_formulas_where_the_recommendation_does(
    x: float, distance_db: float, b: float, gain_db: float
) -> None:
    # The formulas of the other side differ by 0.01 to 0.02 dB at these values.
    loss_db, k = _first_term_of(x, b)
    assert gain_db > 2 + 20 * math.log10(k)
    assert loss_db == pytest.approx(-distance_db - 2 * gain_db, abs=1e-4)


def _admittances(freq_ghz: float, vertical: bool) -> tuple[float, float]:
    return (
        admittance_factor(freq_ghz, LAND_PERMITTIVITY, LAND_CONDUCTIVITY_S_PER_M, vertical),
        admittance_factor(freq_ghz, SEA_PERMITTIVITY, SEA_CONDUCTIVITY_S_PER_M, vertical),
    )


def test_first_term_mixes_by_the_share_of_sea() -> None:
    cbrt = 0.3 ** (1 / 3)
    both = _admittances(0.3, True)
    land = first_term_mixed_db(80.0, 30.0, 10.0, 8500.0, cbrt, *both, 0.0)
    sea = first_term_mixed_db(80.0, 30.0, 10.0, 8500.0, cbrt, *both, 1.0)
    mixed = first_term_mixed_db(80.0, 30.0, 10.0, 8500.0, cbrt, *both, 0.25)
    assert sea < land
    assert mixed == pytest.approx(0.75 * land + 0.25 * sea)
    assert sea == first_term_db(
        80.0, 30.0, 10.0, 8500.0, cbrt, admittance_factor(0.3, 80.0, 5.0, True)
    )


@pytest.mark.parametrize(("tx", "rx"), [(30.0, 30.0), (50.0, 2.0), (2.0, 50.0), (200.0, 100.0)])
def test_smallest_clearance_over_the_smooth_earth(tx: float, rx: float) -> None:
    # The point where a reflected ray would leave as steeply as it came, found by a search.
    d, radius = 15.0, 8500.0
    d1 = np.linspace(0.001, d - 0.001, 300001)
    d2 = d - d1
    tx_above, rx_above = tx - 500 * d1**2 / radius, rx - 500 * d2**2 / radius
    i = int(np.abs(tx_above / d1 - rx_above / d2).argmin())
    height = (tx_above * d2 + rx_above * d1) / d
    h_se, h_req = smooth_clearance(d, tx, rx, radius)
    assert h_se == pytest.approx(height[i], abs=1e-3)
    assert h_req == pytest.approx(17.456 * math.sqrt(d1[i] * d2[i] / d), rel=2e-3)


def test_spherical_earth_within_the_horizon_falls_to_nothing_at_full_clearance() -> None:
    args = (8500.0, 1.0, 0.0, False)
    # Just inside the marginal distance √(2·8500)·(√0.03 + √0.01) = 35.62 km the clearance is 0 and
    # the loss that of the horizon itself.
    marginal = math.sqrt(2 * 8500) * (math.sqrt(0.03) + math.sqrt(0.01))
    inside = spherical_earth_db(marginal * 0.99999, 30.0, 10.0, *args)
    outside = spherical_earth_db(marginal * 1.00001, 30.0, 10.0, *args)
    assert inside == pytest.approx(outside, abs=0.01)
    # Half-way the loss is interpolated in the clearance, with the radius that would just graze.
    d = 25.0
    h_se, h_req = smooth_clearance(d, 30.0, 10.0, 8500.0)
    h_req *= math.sqrt(0.2998)
    grazing = 500 * (d / (math.sqrt(30) + math.sqrt(10))) ** 2
    grazed = first_term_mixed_db(d, 30.0, 10.0, grazing, 1.0, *_admittances(1.0, False), 0.0)
    assert 0 < h_se < h_req
    assert spherical_earth_db(d, 30.0, 10.0, *args) == pytest.approx((1 - h_se / h_req) * grazed)
    assert spherical_earth_db(3.0, 100.0, 100.0, *args) == 0.0


def test_spherical_earth_never_gains() -> None:
    # 30 MHz, vertical, over the sea: the height gains cannot fall below 2 + 20·log10(K), which is
    # so much that the first term is less than nothing (§4.3.2: A_dft below 0 counts as 0).
    heights = (1.0, 1.0)
    grazing_km = 500 * (0.25 / 2.0) ** 2
    clearance_m, per_root = smooth_clearance(0.25, *heights, 8500.0)
    assert clearance_m < per_root * math.sqrt(0.2998 / 0.03)
    cbrt, both = 0.03 ** (1 / 3), _admittances(0.03, True)
    assert first_term_mixed_db(0.25, *heights, grazing_km, cbrt, *both, 1.0) < -30.0
    assert spherical_earth_db(0.25, *heights, 8500.0, 0.03, 1.0, True) == 0.0


def test_smooth_earth_loss_never_lowers_the_real_one() -> None:
    # A smooth profile that Bullington finds worse than the spherical Earth does adds nothing.
    clearance, above = 40.0, 80.0
    loss, actual, smooth, spherical = delta_bullington_db(
        clearance, 60.0, 10.0, above, above, 8500.0, 2.0, 0.0, False
    )
    assert spherical < smooth
    assert loss == actual > 0


def test_horizon_of_a_clear_path_is_the_point_of_the_largest_nu() -> None:
    # 20 km, antennas of 100 m, Earth of 8500 km. Points of 32 m at 10 km and 38 m at 4 km: without
    # the bulge the latter is nearer to the ray, with 5.88 m and 3.76 m of bulge
    # (37.88 − 100)·√(20/100) = −27.78 stands above (41.76 − 100)·√(20/64) = −32.55.
    d = np.array([0.0, 4.0, 10.0, 20.0])
    path = path_parameters(d, np.array([0.0, 38.0, 32.0, 0.0]), 100.0, 100.0, 8500.0, 1.0)
    assert not path.transhorizon
    assert (path.tx_horizon_km, path.rx_horizon_km) == (10.0, 10.0)
    # 46.7 m at 4 km: (46.7 − 100)·√(20/64) = −29.80 without any bulge, −27.69 with its 3.76 m;
    # 33 m at 10 km: −29.96 without, −27.33 with its 5.88 m: the bulge decides.
    path = path_parameters(d, np.array([0.0, 46.7, 33.0, 0.0]), 100.0, 100.0, 8500.0, 1.0)
    assert path.tx_horizon_km == 10.0


def test_effective_radius() -> None:
    # 6371·157/(157 − 45) = 8930.777
    assert effective_radius_km(45.0) == pytest.approx(8930.777, abs=1e-3)


def test_smooth_earth_recovers_a_straight_slope() -> None:
    d = np.array([0.0, 1.0, 4.0, 4.5, 9.0, 10.0])
    assert smooth_earth(d, 20.0 + 3.0 * d) == pytest.approx((20.0, 50.0))


def test_zone_lengths() -> None:
    # Points 1 km apart: the outer ones stand for half a kilometre. Sea 2 to 3 (1.5 to 3.5).
    d = np.arange(7.0)
    share, land, inland = zone_lengths(d, np.array([4, 4, 1, 1, 3, 4, 4], dtype=np.uint8))
    assert (share, land, inland) == pytest.approx((2.0 / 6.0, 2.5, 1.5))


def test_beta0() -> None:
    # All sea at 20°: μ1 = (1 + 10^(−5·0.496))^0.2 is cut to 1; 10^(−0.3 + 1.67) = 23.4423 %.
    assert beta0_percent(20.0, 0.0, 0.0) == pytest.approx(23.4423, abs=1e-3)
    assert beta0_percent(80.0, 0.0, 0.0) == pytest.approx(4.17)
    # 100 km inland, 18°: τ = 1 − e^(−4.12e-4·100^2.41) = 1 (to 1e-11);
    # μ1 = (10^(−100/9.4) + 10^(−4.25))^0.2 = 10^(−0.85) = 0.141254;
    # μ4 = μ1^(−0.935 + 0.3168) = 10^(0.85·0.6182) = 10^0.52547; β0 = 10^(1.4 − 0.85 + 0.52547).
    assert beta0_percent(18.0, 100.0, 100.0) == pytest.approx(10**1.07547, rel=1e-5)
    # 75°: μ4 = μ1^0.3, β0 = 4.17·10^(−0.85·1.3)
    assert beta0_percent(-75.0, 100.0, 100.0) == pytest.approx(4.17 * 10**-1.105, rel=1e-5)
    # 10 km of coastal land only: τ = 0, μ1 = (10^(−10/16) + 10^(−2.48))^0.2 = 0.240448^0.2.
    assert beta0_percent(0.0, 10.0, 0.0) == pytest.approx(
        10**1.67 * 0.240448 ** (0.2 * (1 - 0.935)), rel=1e-5
    )


def test_beta0_between_coast_and_inland() -> None:
    # 10 km inland within 12 km of land at the equator: 10^2.41 = 257.0396, τ = 1 −
    # e^(−0.1059003) = 0.1004856; 10^(−12/(16 − 0.663205)) = 10^−0.782432 = 0.165032;
    # 10^(−5·(0.496 + 0.035572)) = 10^−2.657860 = 0.0021986; μ1 = 0.1672306^0.2;
    # β0 = 10^1.67·μ1^(1 − 0.935).
    expected = 10**1.67 * 0.1672306 ** (0.2 * 0.065)
    assert beta0_percent(0.0, 12.0, 10.0) == pytest.approx(expected, rel=1e-6)
    # τ tells where the second term leads: 40 km of land, 20 km of it inland.
    tau = 1 - math.exp(-4.12e-4 * 20**2.41)
    mu1 = (10 ** (-40 / (16 - 6.6 * tau)) + 10 ** (-5 * (0.496 + 0.354 * tau))) ** 0.2
    assert beta0_percent(60.0, 40.0, 20.0) == pytest.approx(
        10 ** (-0.9 + 1.67) * mu1 ** (1 - 0.935 + 1.056), rel=1e-12
    )


def test_troposcatter() -> None:
    # 190.1 + [25·log10(4) − 2.5·log10(2)²] + 20·log10(100) + 0.573·10 − 0.15·320
    # = 190.1 + (15.0515 − 0.2266) + 40 + 5.73 − 48 = 202.6549; at 5 %: − 10.125·1^0.7.
    assert troposcatter_db(100.0, 10.0, 4.0, 50.0, 320.0) == pytest.approx(202.6549, abs=1e-3)
    assert troposcatter_db(100.0, 10.0, 4.0, 5.0, 320.0) == pytest.approx(192.5299, abs=1e-3)


def test_site_shielding() -> None:
    # 20·log10(1 + 0.361·5·√(2·8)) + 0.264·5·2^(1/3) = 20·log10(8.22) + 1.663097 = 19.960
    assert site_shielding_db(5.0, 8.0, 2.0) == pytest.approx(18.297437 + 1.663097, abs=1e-4)
    assert site_shielding_db(0.0, 8.0, 2.0) == 0.0


def ducting(**changes: float) -> float:
    arguments = {
        "distance_km": 100.0, "tx_horizon_km": 20.0, "rx_horizon_km": 10.0,
        "tx_horizon_mrad": -1.0, "rx_horizon_mrad": 0.5, "tx_coast_km": 500.0,
        "rx_coast_km": 500.0, "longest_inland_km": 0.0, "tx_amsl_m": 60.0, "rx_amsl_m": 20.0,
        "ducting_tx_height_m": 49.0, "ducting_rx_height_m": 16.0, "roughness_m": 5.0,
        "freq_ghz": 2.0, "time_percent": 10.0, "sea_share": 0.9, "radius_km": 8500.0,
        "beta0_percent": 10.0,
    }  # fmt: skip
    return ducting_db(*(arguments | changes).values())


def test_ducting() -> None:
    # Coupling: 102.45 + 20·log10(2·30) = 138.013025.
    # Angle: 1000·100/8500 − 1 + 0.5 = 11.264706 mrad at 5e-5·8500·2^(1/3) = 0.535466 dB/mrad.
    # μ2: (500/8500·100²/(7 + 4)²)^(−0.6) = 4.861448^(−0.6) = 0.387263 (no land: τ = 0), μ3 = 1:
    # β = 3.87263 %, log10 = 0.588006; Γ = 1.076/(1.417794)^1.012·exp(−(9.51 − 2.822429 +
    # 0.068458)·1e-6·100^1.13) = 0.755778·exp(−0.00122945) = 0.754849.
    # A(p) = −12 + 1.57·log10(10/3.87263) + 12·(2.582225)^0.754849.
    beta = 10 * (500 / 8500 * 100**2 / 11**2) ** -0.6
    assert beta == pytest.approx(3.87263, abs=1e-3)
    gamma = 0.754849
    time_db = -12 + 1.57 * math.log10(10 / beta) + 12 * (10 / beta) ** gamma
    expected = 138.013025 + 11.264706 * 0.535466 + time_db
    assert ducting() == pytest.approx(expected, abs=0.02)


def test_ducting_far_away() -> None:
    # 1000 km, high antennas (μ2 = 1), β = β0 = 1 %: log β = 0; Γ = 1.076/2.0058^1.012 ·
    # e^(−9.51e-6·1000^1.13): 1000^1.13 = 2454.709; 0.531983·e^(−0.0233443) = 0.519708;
    # and at β = 10 %: 1.076/1.0058^1.012·e^(−(9.51 − 4.8 + 0.198)·1e-6·2454.709) =
    # 1.069721·0.988025 = 1.056911.
    high = {"ducting_tx_height_m": 1e6, "ducting_rx_height_m": 1e6, "distance_km": 1000.0}
    for beta, gamma in ((1.0, 0.519708), (10.0, 1.056911)):
        got = ducting(beta0_percent=beta, time_percent=50.0, **high)
        base = ducting(beta0_percent=beta, time_percent=beta, **high)
        ratio = 50.0 / beta
        expected = (1.2 + 3.7) * math.log10(ratio) + 12 * (ratio**gamma - 1)
        assert got - base == pytest.approx(expected, abs=2e-3)


def test_ducting_below_half_a_gigahertz_loses_more() -> None:
    # 45.375 − 137·0.3 + 92.5·0.09 = 12.6; 20·log10(0.3/2) of coupling, the cube root of frequency.
    angle = 1000 * 100 / 8500 - 0.5
    expected = 12.6 + 20 * math.log10(0.15) + 5e-5 * 8500 * angle * (0.3 ** (1 / 3) - 2 ** (1 / 3))
    assert ducting(freq_ghz=0.3) - ducting() == pytest.approx(expected, abs=1e-9)


def test_ducting_couples_over_the_sea() -> None:
    # −3·e^(−0.25·4)·(1 + tanh(0.07·(50 − 60))) = −1.103638·(1 − 0.604368) = −0.436635
    assert ducting(tx_coast_km=2.0) - ducting() == pytest.approx(-0.436635, abs=1e-5)
    # −3·(1 + tanh(0.07·30)) = −3·(1 + 0.970452)
    assert ducting(rx_coast_km=0.0) - ducting() == pytest.approx(-5.911356, abs=1e-5)
    # From three quarters of the path over the sea on.
    coupled = ducting(tx_coast_km=2.0, sea_share=0.75) - ducting(sea_share=0.75)
    assert coupled == pytest.approx(-0.436635, abs=1e-5)
    assert ducting(tx_coast_km=2.0, sea_share=0.7499) == ducting()
    assert ducting(tx_coast_km=5.1) == ducting()
    assert ducting(tx_coast_km=2.0, tx_horizon_km=1.9) == ducting(tx_horizon_km=1.9)


def test_ducting_is_shielded_by_horizons() -> None:
    # 1 mrad above 0.1·20: the part above shields, the angle itself stops at 2 mrad.
    gained = site_shielding_db(1.0, 20.0, 2.0) + (2.0 - -1.0) * 5e-5 * 8500 * 2 ** (1 / 3)
    assert ducting(tx_horizon_mrad=3.0) - ducting() == pytest.approx(gained, abs=1e-9)
    gained = site_shielding_db(1.0, 10.0, 2.0) + (1.0 - 0.5) * 5e-5 * 8500 * 2 ** (1 / 3)
    assert ducting(rx_horizon_mrad=2.0) - ducting() == pytest.approx(gained, abs=1e-9)


def test_rough_ground_and_land_make_ducts_rarer() -> None:
    # μ3 = exp(−4.6e-5·(60 − 10)·(43 + 6·40)) = e^(−0.65090); dI = min(100 − 30, 40).
    rare = ducting(beta0_percent=10.0 * math.exp(-0.65090))
    assert ducting(roughness_m=60.0) == pytest.approx(rare, abs=1e-9)
    assert ducting(roughness_m=10.0) == ducting()
    # dI = 100 − 60 − 30 = 10: e^(−0.0023·(43 + 60)); the horizons enter the coupling as well.
    far = {"tx_horizon_km": 60.0, "rx_horizon_km": 30.0}
    rare = ducting(beta0_percent=10.0 * math.exp(-4.6e-5 * 50 * 103), **far)
    assert ducting(roughness_m=60.0, **far) == pytest.approx(rare, abs=1e-9)
    # All inland: τ = 1, α = −0.6 − 3.5e-9·100^3.1; never below −3.4 (300 km: −0.6 − 0.167).
    ratio = 500 / 8500 * 100**2 / 11**2
    alpha = -0.6 - 3.5e-9 * 100**3.1
    rare = ducting(beta0_percent=10.0 * ratio ** (alpha + 0.6))
    assert ducting(longest_inland_km=100.0) == pytest.approx(rare, abs=1e-6)
    ratio = 500 / 8500 * 1500**2 / 11**2
    steep = ducting(distance_km=1500.0, longest_inland_km=500.0)
    assert steep == pytest.approx(
        ducting(distance_km=1500.0, beta0_percent=10.0 * ratio ** (-3.4 + 0.6)), abs=1e-6
    )
    # 20 km inland: τ = 1 − e^(−4.12e-4·20^2.41) = 1 − e^(−0.562833) = 0.430407.
    partial = ducting(distance_km=400.0, longest_inland_km=20.0)
    ratio = 500 / 8500 * 400**2 / 11**2
    alpha = -3.5e-9 * 400**3.1 * 0.430407
    assert partial == pytest.approx(
        ducting(distance_km=400.0, beta0_percent=10.0 * ratio**alpha), abs=1e-4
    )
    # μ2 stops at 1: high antennas.
    high = {"ducting_tx_height_m": 4900.0, "ducting_rx_height_m": 1600.0}
    assert ducting(**high) == ducting(ducting_tx_height_m=8100.0, ducting_rx_height_m=1600.0)


def test_inverse_normal() -> None:
    # Q^−1(0.1) = 1.28155, Q^−1(0.01) = 2.32635; the approximation is good to 4.5e-4.
    assert inverse_normal(0.1) == pytest.approx(1.28155, abs=4.5e-4)
    assert inverse_normal(0.01) == pytest.approx(2.32635, abs=4.5e-4)
    assert inverse_normal(0.9) == pytest.approx(-inverse_normal(0.1))
    # Both halves are one formula, up to the middle, which is nothing.
    for below in (0.45, 0.499, 0.4999):
        assert inverse_normal(below) == pytest.approx(-inverse_normal(1.0 - below), rel=1e-9)
        assert inverse_normal(below) > 0.0
    assert inverse_normal(0.5) == pytest.approx(0.0, abs=1e-8)
    assert inverse_normal(0.0) == inverse_normal(1e-6)
    assert inverse_normal(1.0) == pytest.approx(-inverse_normal(1e-6))
    # At 10 %: t = √(−2·ln 0.1) = 2.145966; C = (0.010328·t² + 0.802853·t + 2.515516698) /
    # (0.001308·t³ + 0.189269·t² + 1.432788·t + 1) = 4.285993/4.959282 = 0.864237.
    assert inverse_normal(0.1) == pytest.approx(2.145966 - 0.864237, abs=1e-5)


def combined(**changes: float) -> float:
    arguments = {
        "distance_km": 30.0, "angular_distance_mrad": 10.0, "free_space": 120.0, "los_p": 119.0,
        "los_beta": 118.0, "diffraction_50": 30.0, "diffraction_p": 25.0, "ducting": 300.0,
        "troposcatter": 400.0, "sea_share": 0.2, "time_percent": 10.0, "beta0": 5.0,
    }  # fmt: skip
    return combine_db(*(arguments | changes).values())


def test_combination_far_beyond_the_horizon_is_diffraction() -> None:
    # F_j = 0: the modified loss is that of diffraction, 119 + 25.
    assert combined() == pytest.approx(144.0, abs=1e-6)


def test_combination_within_line_of_sight_is_the_notional_minimum() -> None:
    # F_j = 1 − ½(1 + tanh(2.4·(θ − 0.3)/0.3)) at θ = −3: 1. Then p ≥ β0 interpolates between the
    # medians: 150 + (118 + 0.8·25 − 150)·I(0.1)/I(0.05) = 150 − 12·0.779218…
    share = inverse_normal(0.1) / inverse_normal(0.05)
    near = combined(angular_distance_mrad=-3.0)
    assert near == pytest.approx(150.0 - 12.0 * share, abs=1e-6)
    # and p < β0 is 119 + 0.8·25.
    assert combined(angular_distance_mrad=-3.0, beta0=20.0) == pytest.approx(139.0, abs=1e-6)
    # Half-way (θ = 0.3) both count half.
    half = combined(angular_distance_mrad=0.3)
    assert half == pytest.approx((144.0 + near) / 2, abs=1e-6)
    # 0.1 mrad on: tanh(2.4/3) = 0.664037 → weights ½(1 ∓ 0.664037).
    weight = 0.5 * (1 - 0.6640368)
    assert combined(angular_distance_mrad=0.4) == pytest.approx(
        144.0 + (near - 144.0) * weight, abs=1e-5
    )


def test_combination_with_ducting() -> None:
    # 2.5·ln(e^(130/2.5) + e^(119/2.5)) = 130 + 2.5·ln(1 + e^(−4.4)) = 130.030506; at 30 km
    # F_k = 1 − ½(1 + tanh(1.5·10/20)) = ½(1 − 0.635149) = 0.182426.
    enhanced = 130.0 + 2.5 * math.log1p(math.exp(-4.4))
    expected = enhanced + (144.0 - enhanced) * 0.5 * (1 - 0.6351490)
    assert combined(ducting=130.0) == pytest.approx(expected, abs=1e-5)
    # A duct worse than diffraction is left out.
    assert combined(ducting=150.0) == pytest.approx(144.0, abs=1e-6)


def test_combination_with_troposcatter() -> None:
    # Two equal losses: −5·log10(2·10^(−0.2·144)) = 144 − 1.505150.
    assert combined(troposcatter=144.0) == pytest.approx(142.494850, abs=1e-6)
    assert combined(troposcatter=100.0) == pytest.approx(100.0, abs=1e-6)
