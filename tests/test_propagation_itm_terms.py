"""Each mechanism of the Irregular Terrain Model against its formula written a second way.

Letters are those of Hufford's Algorithm (1995) and of NBS Technical Note 101.
"""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np
import pytest

from htcoverage.propagation.itm.mechanisms import (
    Link,
    diffraction_db,
    double_edge_db,
    line_of_sight_db,
    rounded_earth_db,
    scatter_db,
    sight_angle_rad,
    smooth_horizon_m,
)
from htcoverage.propagation.itm.reference import reference_attenuation_db

RADIUS = 8.5e6


def link(**changes: Any) -> Link:
    values: dict[str, Any] = {
        "freq_mhz": 954.0,  # k = 20/m
        "earth_radius_m": RADIUS,
        "surface_refractivity": 301.0,
        "impedance": 3.8 + 0.2j,
        "tx_height_m": 30.0,
        "rx_height_m": 2.0,
        "tx_effective_m": 40.0,
        "rx_effective_m": 5.0,
        "tx_horizon_m": 15e3,
        "rx_horizon_m": 6e3,
        "tx_horizon_rad": -0.001,
        "rx_horizon_rad": 0.004,
        "roughness_m": 90.0,
        "point_to_point": True,
    }
    return Link(**(values | changes))


def test_smooth_horizon_and_angle_of_sight() -> None:
    # √(2·40·8.5e6) = 26,076.8 m; √(2·5·8.5e6) = 9,219.5 m.
    assert smooth_horizon_m(link()) == pytest.approx(35296.4, abs=0.1)
    assert sight_angle_rad(link()) == pytest.approx(-0.003)
    # Horizons far below: not more than the Earth's curve over both distances, 21 km/8500 km.
    assert sight_angle_rad(link(rx_horizon_rad=-0.009)) == pytest.approx(21e3 / RADIUS)


def test_double_edge_by_hand() -> None:
    # 50 km: θ = 50/8500 + 0.003 = 0.00888235; 29 km beyond the horizons. ν² = 20/(4π)·θ²·x:
    # 20/(4π)·7.88962e-5 = 1.255672e-4; x = 15·29/44 km: 1.241403 → 6.02 + 9.11·1.114183 −
    # 1.27·1.241403 = 14.593623; x = 6·29/35 km: 0.624247 → 6.02 + 7.197733 − 0.792794 = 12.424939.
    assert double_edge_db(50e3, link()) == pytest.approx(14.5936 + 12.4249, abs=2e-3)
    # Ten times as far both edges are deep: 12.953 + 10·log10 ν².
    theta = 500 / 8500 + 0.003
    scale = 20 / (4 * math.pi) * theta**2
    expected = sum(12.953 + 10 * math.log10(scale * x * 479e3 / (x + 479e3)) for x in (15e3, 6e3))
    assert double_edge_db(500e3, link()) == pytest.approx(expected, abs=1e-4)


def vogler(radius_m: float, impedance: complex, freq_mhz: float) -> tuple[float, float]:
    c0 = (4 / 3 * 6370e3 / radius_m) ** (1 / 3)
    k = 0.017778 * c0 * freq_mhz ** (-1 / 3) / abs(impedance)
    return k, (1.607 - k) * c0**2 * freq_mhz ** (1 / 3)


@pytest.mark.parametrize(
    ("changes", "impedance"),
    [
        ({}, 3.8 + 0.2j),
        # A receiver so low that its height gain is the constant of the ground.
        ({"rx_effective_m": 1.0, "rx_horizon_m": 2e3}, 3.8 + 0.2j),
        # A poor ground for which the curve bends early, and one of none at all.
        ({"freq_mhz": 40.0, "rx_horizon_m": 3e3}, 0.05 + 0.01j),
        ({"rx_effective_m": 0.5, "rx_horizon_m": 500.0}, 4000.0 + 0j),
        # High antennas at a high frequency: the far branch.
        ({"freq_mhz": 9000.0, "tx_horizon_m": 150e3, "tx_effective_m": 1500.0}, 3.8 + 0.2j),
        ({"freq_mhz": 954.0, "tx_horizon_m": 60e3, "tx_effective_m": 300.0}, 3.8 + 0.2j),
    ],
)
def test_rounded_earth(changes: dict[str, Any], impedance: complex) -> None:
    path = link(impedance=impedance, **changes)
    distance = path.tx_horizon_m + path.rx_horizon_m + 30e3

    def gain(x: float, k: float) -> float:
        if x >= 2000:
            return 0.05751 * x - 4.343 * math.log(x)
        if x >= 200:
            w = 0.0134 * x * math.exp(-x / 200)
            far = 0.05751 * x - 4.343 * math.log(x)
            return far + w * (17.372 * math.log(x) - 117 - far)
        if k < 1e-5 or x * math.log(1 / k) ** 3 > 5495:
            return -117 + max(17.372 * math.log(x), 0) if x > 1 else -117.0
        return x**2 / 40000 / k + 8.686 * math.log(k) - 15

    theta = distance / RADIUS + 0.003
    _, scale = vogler(30e3 / theta, impedance, path.freq_mhz)
    total, gains = scale * 30.0, 0.0
    for horizon, height in (
        (path.tx_horizon_m, path.tx_effective_m),
        (path.rx_horizon_m, path.rx_effective_m),
    ):
        k, per_km = vogler(horizon**2 / 2 / height, impedance, path.freq_mhz)
        total += per_km * horizon / 1000
        gains += gain(per_km * horizon / 1000, k)
    expected = 0.05751 * total - 10 * math.log10(total) - gains - 20
    assert rounded_earth_db(distance, path) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("roughness", [0.0, 90.0, 900.0])
@pytest.mark.parametrize("point_to_point", [True, False])
def test_diffraction_blends_edge_and_round_earth(roughness: float, point_to_point: bool) -> None:
    path = link(roughness_m=roughness, point_to_point=point_to_point)
    d = 60e3
    seen = roughness * (1 - 0.8 * math.exp(-smooth_horizon_m(path) / 50e3))
    sigma = 0.78 * seen * math.exp(-(seen**0.25) / 2)
    clutter = min(15.0, 5 * math.log10(1 + 1e-5 * 30 * 2 * 954 * sigma))
    rough = roughness * (1 - 0.8 * math.exp(-d / 50e3))
    low = 60 + (10 if point_to_point else 0)
    q = math.sqrt(1 + (200 - 60) / low) + (0.003 * RADIUS + 21e3) / d
    w = 1 / (1 + math.sqrt(q * min(20 * rough, 6283.2)) / 25.1)
    expected = w * rounded_earth_db(d, path) + (1 - w) * double_edge_db(d, path) + clutter
    assert diffraction_db(d, path) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("distance", [300.0, 2e3, 20e3])
@pytest.mark.parametrize("roughness", [0.0, 90.0])
@pytest.mark.parametrize("impedance", [3.8 + 0.2j, 0.3 + 0.1j])
@pytest.mark.parametrize("heights", [(40.0, 5.0), (2.0, 1.0)])
def test_line_of_sight(
    distance: float, roughness: float, impedance: complex, heights: tuple[float, float]
) -> None:
    tx, rx = heights
    path = link(roughness_m=roughness, impedance=impedance, tx_effective_m=tx, rx_effective_m=rx)
    rough = roughness * (1 - 0.8 * math.exp(-distance / 50e3))
    sigma = 0.78 * rough * math.exp(-(rough**0.25) / 2)
    sine = (tx + rx) / math.hypot(distance, tx + rx)
    ray = (sine - impedance) / (sine + impedance) * math.exp(-min(10, 20 * sigma * sine))
    if abs(ray) ** 2 < max(0.25, sine):
        ray *= math.sqrt(sine) / abs(ray)
    delta = 2 * 20 * tx * rx / distance
    if delta > math.pi / 2:
        delta = math.pi - (math.pi / 2) ** 2 / delta
    two_ray = -20 * math.log10(abs(cmath.exp(-1j * delta) + ray))
    diffracted = 1e-3 * distance - 12.0
    w = 1 / (1 + 954 * roughness / max(10e3, smooth_horizon_m(path)))
    expected = w * two_ray + (1 - w) * diffracted
    assert line_of_sight_db(distance, 1e-3, -12.0, path) == pytest.approx(expected, abs=1e-9)


def hand_scatter(d: float, path: Link) -> tuple[float, float]:
    k = path.freq_mhz / 47.7
    theta = path.tx_horizon_rad + path.rx_horizon_rad + d / RADIUS
    r = [2 * k * theta * h for h in (path.tx_effective_m, path.rx_effective_m)]
    ad = path.tx_horizon_m - path.rx_horizon_m
    ratio = path.rx_effective_m / path.tx_effective_m
    if ad < 0:
        ad, ratio = -ad, 1 / ratio
    s = (d - ad) / (d + ad)
    q = np.clip(ratio / s, 0.1, 10)
    s = max(s, 0.1)
    h0 = (d**2 - ad**2) * theta / 4 / d
    ns = path.surface_refractivity
    eta = (
        h0
        / 1755.6
        * (1 + (0.031 - 2.32e-3 * ns + 5.67e-6 * ns**2) * math.exp(-(min(1.7, h0 / 8000) ** 6)))
    )
    a, b = [25, 80, 177, 395, 705], [24, 45, 68, 80, 105]

    def h01(x: float) -> float:
        curves = [10 * math.log10(1 + a[j] / x**4 + b[j] / x**2) for j in range(5)]
        return float(np.interp(eta, [1, 2, 3, 4, 5], curves))

    both = (h01(r[0]) + h01(r[1])) / 2
    gain = both + min(both, 6 * (0.6 - math.log10(max(eta, 1))) * math.log10(s) * math.log10(q))
    gain = max(gain, 0.0)
    if eta < 1:
        root = math.sqrt(2)
        none = 10 * math.log10(
            ((1 + root / r[0]) * (1 + root / r[1])) ** 2 * sum(r) / (sum(r) + 2 * root)
        )
        gain = eta * gain + (1 - eta) * none
    angle = d / RADIUS + 0.003
    x = angle * d
    if x <= 10e3:
        f = 133.4 + 0.332e-3 * x - 10 * math.log10(x)
    elif x <= 70e3:
        f = 104.6 + 0.212e-3 * x - 2.5 * math.log10(x)
    else:
        f = 71.8 + 0.157e-3 * x + 5 * math.log10(x)
    mechanism = 10 * math.log10(path.freq_mhz * angle**4)
    return f + mechanism - 0.1 * (ns - 301) * math.exp(-x / 40e3) + gain, gain


@pytest.mark.parametrize("distance", [60e3, 221e3, 421e3, 900e3])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"surface_refractivity": 350.0, "tx_horizon_m": 6e3, "rx_horizon_m": 60e3},
        {"tx_effective_m": 400.0, "rx_effective_m": 300.0},
        {"tx_effective_m": 1.0, "rx_effective_m": 20.0, "freq_mhz": 300.0},
    ],
)
def test_troposcatter(distance: float, changes: dict[str, Any]) -> None:
    path = link(**changes)
    assert scatter_db(distance, -1.0, path) == pytest.approx(hand_scatter(distance, path), abs=1e-9)


def test_troposcatter_of_low_antennas_takes_the_gain_from_farther_out() -> None:
    path = link(tx_effective_m=1.0, rx_effective_m=1.0, freq_mhz=850.0)
    far_db, far_gain = scatter_db(421e3, -1.0, path)
    own_db, own_gain = scatter_db(221e3, -1.0, path)
    assert far_gain < 15.0 < own_gain
    near_db, near_gain = scatter_db(221e3, far_gain, path)
    assert near_gain == far_gain
    assert near_db == pytest.approx(own_db - own_gain + far_gain)
    assert math.isfinite(far_db)
    # Below r = 0.2 at both ends there is no common volume.
    blind = link(tx_effective_m=0.5, rx_effective_m=0.5, freq_mhz=20.0)
    assert scatter_db(60e3, -1.0, blind) == (math.inf, -1.0)


@pytest.mark.parametrize(
    ("roughness", "kinds"),
    [(90.0, (2, 3)), (0.0, (2, 3))],
    ids=["lines cross", "lines meet at the least distance"],
)
def test_beyond_the_horizon_the_weaker_of_two_lines_gives_way(
    roughness: float, kinds: tuple[int, int]
) -> None:
    path = link(roughness_m=roughness)
    reach = path.tx_horizon_m + path.rx_horizon_m
    unit = (RADIUS**2 / 954.0) ** (1 / 3)
    d3 = max(smooth_horizon_m(path), reach + 5 * unit)
    a3, a4 = diffraction_db(d3, path), diffraction_db(d3 + 10 * unit, path)
    slope = (a4 - a3) / (10 * unit)
    near = reference_attenuation_db(50e3, path)
    assert near == pytest.approx((a3 + slope * (50e3 - d3), 2))
    a6, gain = scatter_db(reach + 400e3, -1.0, path)
    a5, _ = scatter_db(reach + 200e3, gain, path)
    far = reference_attenuation_db(300e3, path)
    assert (near[1], far[1]) == kinds
    # The scatter line is hung on the diffraction line where they cross.
    crossing = (a5 - a3 + slope * d3 - (a6 - a5) / 200e3 * (reach + 200e3)) / (
        slope - (a6 - a5) / 200e3
    )
    crossing = max(crossing, smooth_horizon_m(path), reach + 1.088 * unit * math.log(954.0))
    expected = a3 + slope * (crossing - d3) + (a6 - a5) / 200e3 * (300e3 - crossing)
    assert far[0] == pytest.approx(expected)


@pytest.mark.parametrize("roughness", [0.0, 30.0, 300.0])
def test_within_the_horizon_the_curve_runs_through_its_points(roughness: float) -> None:
    path = link(roughness_m=roughness)
    smooth = smooth_horizon_m(path)
    losses = [reference_attenuation_db(d, path) for d in (0.999999 * smooth, 1.000001 * smooth)]
    assert [kind for _, kind in losses] == [1, 2]
    assert losses[0][0] == pytest.approx(losses[1][0], abs=1e-3)
    # Where there is any loss it grows with distance.
    d = np.linspace(5e3, 0.99 * smooth, 40)
    curve = np.array([reference_attenuation_db(x, path)[0] for x in d])
    positive = curve > 0
    assert (np.diff(curve[positive]) > 0).all()


def hand_curve(d: float, path: Link) -> tuple[float, str]:
    """ERL 79-ITS 67, 3.16 to 3.21: the curve within the horizon, and its case."""
    smooth = smooth_horizon_m(path)
    reach = path.tx_horizon_m + path.rx_horizon_m
    unit = (RADIUS**2 / path.freq_mhz) ** (1 / 3)
    d3 = max(smooth, reach + 5 * unit)
    a3 = diffraction_db(d3, path)
    slope = (diffraction_db(d3 + 10 * unit, path) - a3) / (10 * unit)
    zero = a3 - slope * d3
    end = zero + slope * smooth
    d0 = 0.04 * path.freq_mhz * path.tx_effective_m * path.rx_effective_m
    if zero >= 0:
        d0 = min(d0, reach / 2)
        d1 = 0.75 * d0 + 0.25 * reach
    else:
        d1 = max(-zero / slope, reach / 4)
    a1 = line_of_sight_db(d1, slope, zero, path)
    case = "positive " if zero >= 0 else "negative "
    if case == "negative " and -zero / slope > reach / 4:
        case = "late "
    if d0 < d1:
        a0 = line_of_sight_db(d0, slope, zero, path)
        # Two unknowns through the points at d1 and at the smooth horizon, from that at d0.
        matrix = [[d1 - d0, math.log(d1 / d0)], [smooth - d0, math.log(smooth / d0)]]
        k1, k2 = np.linalg.solve(matrix, [a1 - a0, end - a0])
        if k2 <= 0:
            k1, k2 = (end - a0) / (smooth - d0), 0.0
        if zero > 0 or k2 > 0:
            if k1 < 0:
                case += "logarithm"
                k1, k2 = 0.0, max(end - a0, 0) / math.log(smooth / d0)
                if k2 == 0:
                    k1 = slope
            else:
                case += "bent"
            return end + k1 * (d - smooth) + k2 * math.log(d / smooth), case
    case += "straight"
    k1 = max(end - a1, 0) / (smooth - d1) or slope
    return end + k1 * (d - smooth), case


def test_the_curve_within_the_horizon_in_every_case() -> None:
    rng = np.random.default_rng(3)
    cases: dict[str, int] = {}
    for _ in range(400):
        tx, rx = np.exp(rng.uniform(math.log(1.0), math.log(300.0), 2))
        shrink = rng.uniform(0.4, 1.0, 2)
        path = link(
            freq_mhz=float(rng.choice([40.0, 150.0, 954.0, 5000.0])),
            tx_effective_m=tx,
            rx_effective_m=rx,
            tx_height_m=tx * 0.8,
            rx_height_m=rx,
            tx_horizon_m=math.sqrt(2 * tx * RADIUS) * shrink[0],
            rx_horizon_m=math.sqrt(2 * rx * RADIUS) * shrink[1],
            tx_horizon_rad=float(rng.uniform(-0.01, 0.01)),
            rx_horizon_rad=float(rng.uniform(-0.01, 0.01)),
            roughness_m=float(rng.choice([0.0, 10.0, 90.0, 500.0])),
        )
        d = float(rng.uniform(0.1, 0.99)) * smooth_horizon_m(path)
        expected, case = hand_curve(d, path)
        cases[case] = cases.get(case, 0) + 1
        got, kind = reference_attenuation_db(d, path)
        assert kind == 1
        assert got == pytest.approx(max(expected, 0.0), abs=1e-6), case
    assert {"positive bent", "positive logarithm", "negative straight", "late straight"} <= set(
        cases
    )
