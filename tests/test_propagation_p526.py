"""P.526: edges, rounded obstacles, two edges and whole profiles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from published_values import PUBLISHED, needs_published, table
from scipy.special import wofz

from htcoverage.errors import InputError, ValidityError
from htcoverage.propagation.p526 import (
    equal_edges_db,
    fresnel_nu,
    main_edge_db,
    p526,
    rounded_obstacle_db,
)
from htcoverage.propagation.p1812.diffraction import knife_edge_db


@pytest.mark.published
@needs_published
@pytest.mark.parametrize("row", range(10))
def test_published_measured_paths(row: int) -> None:
    folder = PUBLISHED / "p526_delta_bullington"
    case = table(folder / "expected.csv")[row]
    points = np.loadtxt(folder / f"dbull_path{case['path']}.csv", delimiter=",", skiprows=1)
    got = p526(
        points[:, 0],
        points[:, 1],
        tx_height_m=float(case["htx_m_agl"]),
        rx_height_m=float(case["hrx_m_agl"]),
        freq_mhz=float(case["freq_mhz"]),
        polarization="horizontal",
        effective_radius_km=8500.0,
    )
    assert got.diffraction_db == pytest.approx(float(case["L_delta_bull_dB"]), abs=0.1)
    assert got.bullington_actual_db == pytest.approx(float(case["L_bull_actual_dB"]), abs=0.1)
    assert got.bullington_smooth_db == pytest.approx(float(case["L_bull_smooth_dB"]), abs=0.1)
    assert got.spherical_earth_db == pytest.approx(float(case["L_spherical_dB"]), abs=0.1)


def test_diffraction_parameter_by_hand() -> None:
    # 299.792458 MHz: λ = 1 m. 10 m above the ray, 1 km and 4 km away: 10·√(2·(1/1000 + 1/4000))
    # = 10·√0.0025 = 0.5.
    assert fresnel_nu(10.0, 1000.0, 4000.0, 299.792458) == pytest.approx(0.5)
    # Twice the height at a quarter of the wavelength: 2·2.
    assert fresnel_nu(20.0, 1000.0, 4000.0, 4 * 299.792458) == pytest.approx(2.0)


def test_rounded_obstacle_by_hand() -> None:
    # λ = 1 m, R = 100 m, h = 10 m, d1 = 1 km, d2 = 4 km: πR/λ = 314.159, its cube root 6.798128;
    # m = 100·5000/4e6/6.798128 = 0.0183874; n = 10·46.214545/100 = 4.621455; m·n = 0.0849765;
    # T = 7.2·√m − (2 − 12.5·n)·m + 3.6·m^1.5 − 0.8·m²
    #   = 0.976321 + 1.025431 + 0.008976 − 0.000270 = 2.010457.
    edge = knife_edge_db(0.5)
    got = rounded_obstacle_db(10.0, 1000.0, 4000.0, 100.0, 299.792458)
    assert got - edge == pytest.approx(2.010457, abs=1e-4)
    # h = 412 m: n = 190.398621, m·n = 3.500987, still the first branch (the other is 1.1 dB less);
    # T = 0.976328 − 2·m + 12.5·m·n + 0.008976 − 0.000270 = 0.976328 + 43.725564 + 0.008706.
    high = rounded_obstacle_db(412.0, 1000.0, 4000.0, 100.0, 299.792458)
    assert high - knife_edge_db(20.6) == pytest.approx(44.710598, abs=1e-4)
    # R = 10 km, h = 500 m, λ = 0.1 m: πR/λ = 314159.265, cube root 67.981; m = 0.183942,
    # n = 500·4621.42/10000 = 231.07, m·n = 42.5: the other branch.
    size = (math.pi * 1e4 / 0.1) ** (1 / 3)
    m = 1e4 * 5000 / 4e6 / size
    n = 500 * size**2 / 1e4
    assert m * n > 4
    tail = 7.2 * m**0.5 - (2 - 17 * n) * m + 3.6 * m**1.5 - 0.8 * m**2
    expected = tail - 6 - 20 * math.log10(m * n)
    got = rounded_obstacle_db(500.0, 1000.0, 4000.0, 1e4, 2997.92458)
    edge = knife_edge_db(fresnel_nu(500.0, 1000.0, 4000.0, 2997.92458))
    assert got - edge == pytest.approx(expected, abs=1e-9)


def test_a_rounded_obstacle_costs_more_than_its_edge_and_becomes_it() -> None:
    edge = rounded_obstacle_db(10.0, 1000.0, 4000.0, 0.0, 900.0)
    assert edge == knife_edge_db(fresnel_nu(10.0, 1000.0, 4000.0, 900.0))
    losses = [
        rounded_obstacle_db(10.0, 1000.0, 4000.0, r, 900.0) for r in (1e-6, 1.0, 10.0, 100.0, 1e3)
    ]
    assert losses[0] == pytest.approx(edge, abs=0.01)
    assert (np.diff(losses) > 0).all()


def test_equal_edges_by_hand() -> None:
    # λ = 1 m, edges of 40 m at 1 km and 2 km of 3 km. Each stands 40 − 40·1/2 = 20 m above the line
    # to the other: ν = 20·√(2·0.002) = 1.264911; J = 6.9 + 20·log10(√(1.164911² + 1) + 1.164911)
    # = 6.9 + 20·log10(2.700170) = 15.527820. Correction 10·log10(2·2/(1·3)) = 1.249387.
    got = equal_edges_db(40.0, 40.0, 1000.0, 1000.0, 1000.0, 299.792458)
    assert got == pytest.approx(2 * 15.527820 + 1.249387, abs=1e-3)


def test_main_edge_by_hand() -> None:
    # λ = 1 m, edges of 60 m at 1 km and 30 m at 2 km of 3 km. Main edge: ν = 60·√(2·0.0015) =
    # 3.286335; second, 30 − 60·1/2 = 0 m above the line from the first: J(0) = 6.032849.
    # p = √(2·3000/(2000·1000))·60 = 3.286335, q = √(2·3000/(2000·1000))·30 = 1.643168;
    # tan α = √(1000·3000/1e6) = 1.732051, α = π/3; 12 − 20·log10(2/(2/3)) = 2.457575;
    # (q/p)^(2p) = 0.5^6.572671 = 0.010505.
    got = main_edge_db(60.0, 30.0, 1000.0, 1000.0, 1000.0, 299.792458)
    expected = knife_edge_db(3.286335) + 6.032849 - 2.457575 * 0.010505
    assert got == pytest.approx(expected, abs=1e-4)


def exact_two_edges_db(
    h1_m: float, h2_m: float, a_m: float, b_m: float, c_m: float, wavelength_m: float
) -> float:
    """Loss over two half planes by Fresnel's double integral, dB.

    The field is ∫∫ exp(jk/2·(x²/a + (y − x)²/b + y²/c)) dx dy above the edges, over the same
    without edges. The inner integral is an error function of complex argument (Faddeeva's w);
    along x = h1 + t·e^(jπ/4) the outer one dies away.
    """
    k = 2.0 * math.pi / wavelength_m
    first, coupling, second = 1.0 / a_m + 1.0 / b_m, 1.0 / b_m, 1.0 / b_m + 1.0 / c_m
    rest = first - coupling**2 / second
    turn = np.exp(0.25j * math.pi)
    t = np.linspace(0.0, 12.0 / math.sqrt(k * rest), 6001)
    x = h1_m + t * turn
    root = np.sqrt(-0.5j * k * second)
    z = root * (h2_m - coupling * x / second)
    phase = 0.5j * k * rest * x * x
    near = np.exp(phase - z * z) * wofz(np.where(z.real >= 0.0, 1j * z, -1j * z))
    inner = np.where(z.real >= 0.0, near, 2.0 * np.exp(phase) - near)
    field = np.trapezoid(inner, t) * turn * math.sqrt(math.pi) / (2.0 * root)
    free = 2.0 * math.pi / (-1j * k * math.sqrt(first * second - coupling**2))
    return -20.0 * math.log10(abs(field / free))


def test_two_grazed_edges_are_exact() -> None:
    # Half planes whose edges touch the ray: n of them, equally far from each other and from the
    # ends, leave 1/(n + 1) of the field (Lee 1978): 20·log10 3 = 9.542425 dB for two.
    assert exact_two_edges_db(0.0, 0.0, 1e3, 1e3, 1e3, 1.0) == pytest.approx(9.542425, abs=1e-5)
    # There the second construction is exact but for the J(0) of 6.032849 dB in place of 20·log10 2:
    # 2·J(0) − (12 − 20·log10(2/(1 − α/π))), whatever the distances, with h2/h1 such that q = p.
    for a_m, b_m, c_m in ((1e3, 1e3, 1e3), (1e3, 3e3, 500.0), (4e3, 700.0, 900.0)):
        h1_m = 1e-9
        h2_m = h1_m * math.sqrt((a_m + b_m) * c_m / ((b_m + c_m) * a_m))
        got = main_edge_db(h1_m, h2_m, a_m, b_m, c_m, 299.792458)
        exact = exact_two_edges_db(0.0, 0.0, a_m, b_m, c_m, 1.0)
        assert got - (2 * 6.032849 - 12.0) == pytest.approx(exact, abs=1e-3)


DISTANCES = st.floats(500.0, 8000.0)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.floats(1.2, 12.0), st.floats(1.2, 12.0)),
    st.tuples(DISTANCES, DISTANCES, DISTANCES),
    st.floats(400.0, 3000.0),
)
def test_two_edges_of_about_the_same_loss_are_near_the_exact_ones(
    nus: tuple[float, float], distances: tuple[float, float, float], freq_mhz: float
) -> None:
    # §4.3: good where each edge, seen from the top of the other, costs more than about 15 dB: from
    # ν = 1.2 on. Their heights over the ray follow from those over the line to the other's top.
    a_m, b_m, c_m = distances
    first_m = nus[0] / fresnel_nu(1.0, a_m, b_m, freq_mhz)
    second_m = nus[1] / fresnel_nu(1.0, b_m, c_m, freq_mhz)
    before, after = a_m / (a_m + b_m), c_m / (b_m + c_m)
    h1_m = (first_m + before * second_m) / (1.0 - before * after)
    h2_m = (second_m + after * first_m) / (1.0 - before * after)
    exact = exact_two_edges_db(h1_m, h2_m, *distances, 299.792458 / freq_mhz)
    assert equal_edges_db(h1_m, h2_m, *distances, freq_mhz) == pytest.approx(exact, abs=1.0)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(1.0, 12.0),
    st.floats(0.0, 0.8),
    st.tuples(DISTANCES, DISTANCES, DISTANCES),
    st.floats(400.0, 3000.0),
)
def test_a_main_edge_with_a_lesser_one_is_near_the_exact_two(
    p: float, ratio: float, distances: tuple[float, float, float], freq_mhz: float
) -> None:
    a_m, b_m, c_m = distances
    h1_m = p / fresnel_nu(1.0, a_m, b_m + c_m, freq_mhz)
    # The lesser edge has q = ratio·p, or grazes the line from the main edge's top where that is
    # higher: further down it is hidden.
    lesser_m = ratio * p / fresnel_nu(1.0, a_m + b_m, c_m, freq_mhz)
    h2_m = max(lesser_m, h1_m * c_m / (b_m + c_m))
    assume(h2_m * fresnel_nu(1.0, a_m + b_m, c_m, freq_mhz) <= 0.8 * p)
    exact = exact_two_edges_db(h1_m, h2_m, *distances, 299.792458 / freq_mhz)
    got = main_edge_db(h1_m, h2_m, *distances, freq_mhz)
    assert exact - 0.5 < got < exact + 2.0


def test_two_published_edges() -> None:
    # NTIA Technical Report 25-580 (2025), case 23: edges of 240 m at 1600 m and 200 m at 4000 m of
    # 5600 m, λ = 0.2 m, antennas on the line. Epstein-Peterson, the first construction without its
    # correction, 70.517 dB; Deygout, the second without its, 73.292 dB.
    path = (240.0, 200.0, 1600.0, 2400.0, 1600.0)
    freq_mhz = 1498.96229
    # 10·log10(4000·4000/(2400·5600)) = 0.757207
    got = equal_edges_db(*path, freq_mhz)
    assert got - 0.757207 == pytest.approx(70.517, abs=0.01)
    # p = √(2·5600/(4000·1600)/0.2)·240 = 22.449944, q = √(…)·200 = 18.708287; tan α =
    # √(2400·5600/1600²) = 2.291288, α = 1.159279; 12 − 20·log10(2/(1 − 0.369010)) = 1.979848;
    # (q/p)^(2p) = 0.833333^44.899889 = 0.000278.
    got = main_edge_db(*path, freq_mhz)
    assert got + 1.979848 * 0.000278 == pytest.approx(73.292, abs=0.01)
    assert equal_edges_db(*path, freq_mhz) == pytest.approx(exact_two_edges_db(*path, 0.2), abs=0.2)


def test_two_edges_are_reciprocal_and_fall_to_one() -> None:
    there = equal_edges_db(50.0, 30.0, 800.0, 1500.0, 2500.0, 900.0)
    back = equal_edges_db(30.0, 50.0, 2500.0, 1500.0, 800.0, 900.0)
    assert there == pytest.approx(back)
    one = knife_edge_db(fresnel_nu(50.0, 800.0, 4000.0, 900.0))
    # The second edge lies far below the line from the first to the receiver.
    assert main_edge_db(50.0, -200.0, 800.0, 1500.0, 2500.0, 900.0) == pytest.approx(one)


def call(**changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "distance_km": np.linspace(0.0, 20.0, 201), "ground_m": np.full(201, 3.0),
        "tx_height_m": 30.0, "rx_height_m": 1.5, "freq_mhz": 900.0,
    }  # fmt: skip
    return p526(**(arguments | changes))


def test_one_knife_edge_is_its_bullington_loss() -> None:
    # A wall half-way between equal antennas on high masts over an almost flat Earth: ν by hand,
    # 40·√(2/λ·(1/10000 + 1/10000)), λ = 0.333103 m, then Bullington's correction for 20 km.
    ground = np.zeros(201)
    ground[100] = 240.0
    got = call(
        ground_m=ground, tx_height_m=200.0, rx_height_m=200.0, effective_radius_km=1e6,
        distance_km=np.linspace(0.0, 20.0, 201),
    )  # fmt: skip
    bulge = 500.0 * 10.0 * 10.0 / 1e6
    edge = knife_edge_db((40.0 + bulge) * math.sqrt(2 / 0.333103 * 2e-4))
    expected = edge + (1 - math.exp(-edge / 6)) * (10 + 0.02 * 20)
    assert got.bullington_actual_db == pytest.approx(expected, abs=0.01)
    assert got.diffraction_db == pytest.approx(expected, abs=0.01)
    assert got.basic_transmission_loss_db == pytest.approx(got.free_space_db + got.diffraction_db)


def test_free_space_is_along_the_slant() -> None:
    # From 3000 m to 0.5 m over 4 km: √(4² + 2.9995²) = 4.999700 km; 32.4478 + 20·log10 900 +
    # 20·log10 4.9997 = 32.4478 + 59.0849 + 13.9789 = 105.5116 dB.
    got = call(tx_height_m=3000.0, rx_height_m=0.5, distance_km=np.linspace(0.0, 4.0, 201))
    assert got.free_space_db == pytest.approx(105.5116, abs=1e-3)


def test_reciprocity() -> None:
    rng = np.random.default_rng(7)
    ground = 20.0 + 10.0 * np.abs(np.cumsum(rng.normal(size=201)))
    there = call(ground_m=ground, sea_share=0.3)
    back = call(ground_m=ground[::-1], tx_height_m=1.5, rx_height_m=30.0, sea_share=0.3)
    assert there.basic_transmission_loss_db == pytest.approx(back.basic_transmission_loss_db)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"freq_mhz": 9.0}, "freq_mhz is 9 MHz.*10 to 100000 MHz"),
        ({"tx_height_m": 0.1}, r"tx_height_m is 0\.1 m.*0\.5 to 3000 m"),
        ({"rx_height_m": 4000.0}, "rx_height_m is 4000 m"),
        ({"effective_radius_km": 0.0}, "effective_radius_km is 0 km"),
        ({"distance_km": np.linspace(0.0, 0.005, 201)}, r"distance_km is 0\.005 km"),
    ],
)
def test_ranges(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidityError, match=words):
        call(**changes)


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"distance_km": [0.0, 1.0]}, "distance_km"),
        ({"distance_km": -np.linspace(0.0, 20.0, 201)}, "distance_km"),
        ({"ground_m": np.zeros(3)}, "ground_m"),
        ({"ground_m": np.full(201, math.nan)}, "profile"),
        ({"sea_share": 1.1}, "sea_share"),
        ({"polarization": "circular"}, "polarization"),
    ],
)
def test_bad_arguments(changes: dict[str, Any], column: str) -> None:
    with pytest.raises(InputError) as caught:
        call(**changes)
    assert caught.value.faults[0].column == column
