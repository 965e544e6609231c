"""Loss of the Irregular Terrain Model by line of sight, diffraction and scatter, beyond free space.

Sources: [A] G. A. Hufford, The ITS Irregular Terrain Model, version 1.2.2: the Algorithm (1995);
[ERL] A. G. Longley and P. L. Rice, ERL 79-ITS 67 (1968); [TN101] NBS Technical Note 101 (1967);
[V] L. E. Vogler, Smooth earth diffraction calculations for horizontal polarization (1964).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from htcoverage.jit import kernel

#: Radius of the real Earth, m.
EARTH_RADIUS_M = 6370e3
#: Frequency in MHz over the wave number in 1/m.
MHZ_PER_WAVE_NUMBER = 47.7


class Link(NamedTuple):
    """What the mechanisms need to know of a path; lengths in m, angles in rad, frequency in MHz."""

    freq_mhz: float
    earth_radius_m: float
    surface_refractivity: float
    impedance: complex
    tx_height_m: float
    rx_height_m: float
    tx_effective_m: float
    rx_effective_m: float
    tx_horizon_m: float
    rx_horizon_m: float
    tx_horizon_rad: float
    rx_horizon_rad: float
    roughness_m: float
    point_to_point: bool


@kernel
def smooth_horizon_m(link: Link) -> float:
    """Sum of the horizon distances over a smooth Earth, m ([ERL] 3.5)."""
    tx_m = math.sqrt(2.0 * link.tx_effective_m * link.earth_radius_m)
    return tx_m + math.sqrt(2.0 * link.rx_effective_m * link.earth_radius_m)


@kernel
def sight_angle_rad(link: Link) -> float:
    """Angular distance of the line-of-sight region, rad ([A] 4.11)."""
    reach_m = link.tx_horizon_m + link.rx_horizon_m
    return -max(link.tx_horizon_rad + link.rx_horizon_rad, -reach_m / link.earth_radius_m)


@kernel
def roughness_at_m(distance_m: float, roughness_m: float) -> float:
    """Terrain irregularity of a path of this length, m ([ERL] 3)."""
    return roughness_m * (1.0 - 0.8 * math.exp(-distance_m / 50e3))


@kernel
def surface_deviation_m(roughness_m: float) -> float:
    """Deviation of the terrain within the first Fresnel zone of reflection, m ([ERL] 3.6a)."""
    return 0.78 * roughness_m * math.exp(-0.5 * math.sqrt(math.sqrt(roughness_m)))


@kernel
def fresnel_edge_db(nu_squared: float) -> float:
    """Loss of one knife edge from the square of ν, dB ([TN101] III.24)."""
    if nu_squared < 5.76:
        return 6.02 + 9.11 * math.sqrt(nu_squared) - 1.27 * nu_squared
    return 12.953 + 10.0 * math.log10(nu_squared)


@kernel
def double_edge_db(distance_m: float, link: Link) -> float:
    """Knife edges at the two horizons, dB ([TN101] I.1, I.7)."""
    angle_rad = distance_m / link.earth_radius_m - sight_angle_rad(link)
    beyond_m = distance_m - link.tx_horizon_m - link.rx_horizon_m
    scale = 0.0795775 * (link.freq_mhz / MHZ_PER_WAVE_NUMBER) * angle_rad * angle_rad * beyond_m
    tx_db = fresnel_edge_db(scale * link.tx_horizon_m / (beyond_m + link.tx_horizon_m))
    return tx_db + fresnel_edge_db(scale * link.rx_horizon_m / (beyond_m + link.rx_horizon_m))


@kernel
def _height_gain_db(x_km: float, k: float) -> float:
    """Vogler's height gain F(x, K), dB ([A] 6.2; [V] figure 5)."""
    log_x = math.log(x_km)
    if x_km >= 200.0:
        far_db = 0.05751 * x_km - 4.343 * log_x
        if x_km >= 2000.0:
            return far_db
        near = 0.0134 * x_km * math.exp(-0.005 * x_km)
        return (1.0 - near) * far_db + near * (17.372 * log_x - 117.0)
    w = -math.log(k)
    if k < 1e-5 or x_km * w * w * w > 5495.0:
        return -117.0 + (17.372 * log_x if x_km > 1.0 else 0.0)
    return 2.5e-5 * x_km * x_km / k - 8.686 * w - 15.0


@kernel
def _vogler_terms(radius_m: float, freq_mhz: float, impedance: complex) -> tuple[float, float]:
    """K, and the factor that turns km into Vogler's x ([V] 2, 6a, 7a)."""
    c0: float = (4.0 / 3.0 * EARTH_RADIUS_M / radius_m) ** (1.0 / 3.0)
    freq_cbrt: float = freq_mhz ** (1.0 / 3.0)
    k = 0.017778 * c0 / freq_cbrt / abs(impedance)
    return k, (1.607 - k) * c0 * c0 * freq_cbrt


@kernel
def rounded_earth_db(distance_m: float, link: Link) -> float:
    """Diffraction over a smooth Earth of three radii, dB ([A] 4.20; [V])."""
    angle_rad = distance_m / link.earth_radius_m - sight_angle_rad(link)
    beyond_m = distance_m - link.tx_horizon_m - link.rx_horizon_m
    tx_radius_m = 0.5 * link.tx_horizon_m * link.tx_horizon_m / link.tx_effective_m
    rx_radius_m = 0.5 * link.rx_horizon_m * link.rx_horizon_m / link.rx_effective_m
    _, per_km = _vogler_terms(beyond_m / angle_rad, link.freq_mhz, link.impedance)
    tx_k, tx_per_km = _vogler_terms(tx_radius_m, link.freq_mhz, link.impedance)
    rx_k, rx_per_km = _vogler_terms(rx_radius_m, link.freq_mhz, link.impedance)
    tx_x = tx_per_km * 1e-3 * link.tx_horizon_m
    rx_x = rx_per_km * 1e-3 * link.rx_horizon_m
    x = per_km * 1e-3 * beyond_m + tx_x + rx_x
    distance_db = 0.05751 * x - 10.0 * math.log10(x)
    return distance_db - _height_gain_db(tx_x, tx_k) - _height_gain_db(rx_x, rx_k) - 20.0


@kernel
def diffraction_db(distance_m: float, link: Link) -> float:
    """Diffraction blended between rounded Earth and two knife edges, dB ([ERL] 3.23, 3.38c)."""
    smooth_m = smooth_horizon_m(link)
    deviation_m = surface_deviation_m(roughness_at_m(smooth_m, link.roughness_m))
    product = link.tx_height_m * link.rx_height_m
    clutter_db = min(15.0, 5.0 * math.log10(1.0 + 1e-5 * product * link.freq_mhz * deviation_m))
    gained = link.tx_effective_m * link.rx_effective_m - product
    # Antennas near the ground on a known path: C of [ERL], page 3-8.
    low = product + 10.0 if link.point_to_point else product
    reach_m = link.tx_horizon_m + link.rx_horizon_m
    waves = roughness_at_m(distance_m, link.roughness_m) * link.freq_mhz / MHZ_PER_WAVE_NUMBER
    q = (
        math.sqrt(1.0 + gained / low)
        + (reach_m - sight_angle_rad(link) * link.earth_radius_m) / distance_m
    ) * min(waves, 6283.2)
    smooth_share = 25.1 / (25.1 + math.sqrt(q))
    return (
        smooth_share * rounded_earth_db(distance_m, link)
        + (1.0 - smooth_share) * double_edge_db(distance_m, link)
        + clutter_db
    )


@kernel
def line_of_sight_db(
    distance_m: float, slope_db_per_m: float, intercept_db: float, link: Link
) -> float:
    """Two-ray loss blended with the diffraction line, dB ([A] 4.43–4.50)."""
    deviation_m = surface_deviation_m(roughness_at_m(distance_m, link.roughness_m))
    wave_number = link.freq_mhz / MHZ_PER_WAVE_NUMBER
    both_m = link.tx_effective_m + link.rx_effective_m
    sine = both_m / math.sqrt(distance_m * distance_m + both_m * both_m)
    reflection = (
        (sine - link.impedance)
        / (sine + link.impedance)
        * math.exp(-min(10.0, wave_number * deviation_m * sine))
    )
    power = reflection.real * reflection.real + reflection.imag * reflection.imag
    if power < 0.25 or power < sine:
        reflection = reflection * math.sqrt(sine / power)
    phase_rad = 2.0 * wave_number * link.tx_effective_m * link.rx_effective_m / distance_m
    if phase_rad > 0.5 * math.pi:
        phase_rad = math.pi - 0.25 * math.pi * math.pi / phase_rad
    real = math.cos(phase_rad) + reflection.real
    imaginary = reflection.imag - math.sin(phase_rad)
    two_ray_db = -10.0 * math.log10(real * real + imaginary * imaginary)
    diffracted_db = slope_db_per_m * distance_m + intercept_db
    rough = link.freq_mhz * link.roughness_m / max(10e3, smooth_horizon_m(link))
    return (two_ray_db + rough * diffracted_db) / (1.0 + rough)


@kernel
def _scatter_attenuation_db(angle_distance_m: float) -> float:
    """Attenuation function F(θd), dB ([A] 6.9)."""
    log_d = math.log10(angle_distance_m)
    if angle_distance_m <= 10e3:
        return 133.4 + 0.332e-3 * angle_distance_m - 10.0 * log_d
    if angle_distance_m <= 70e3:
        return 104.6 + 0.212e-3 * angle_distance_m - 2.5 * log_d
    return 71.8 + 0.157e-3 * angle_distance_m + 5.0 * log_d


_GAIN_A = (25.0, 80.0, 177.0, 395.0, 705.0)
_GAIN_B = (24.0, 45.0, 68.0, 80.0, 105.0)


@kernel
def _frequency_gain_db(r: float, efficiency: float) -> float:
    """Frequency gain H₀₁ between the curves of efficiency 1 to 5, dB ([A] 6.13)."""
    efficiency = min(max(efficiency, 1.0), 5.0)
    index = min(int(efficiency), 4)
    share = efficiency - index
    r2 = r * r
    low = 1.0 + (_GAIN_A[index - 1] / r2 + _GAIN_B[index - 1]) / r2
    high = 1.0 + (_GAIN_A[index] / r2 + _GAIN_B[index]) / r2
    return 10.0 * ((1.0 - share) * math.log10(low) + share * math.log10(high))


@kernel
def scatter_db(distance_m: float, gain_db: float, link: Link) -> tuple[float, float]:
    """Loss by troposcatter, and its frequency gain, dB ([A] 4.60–4.67; [TN101] 9.3–9.5).

    Parameters
    ----------
    gain_db : float
        The frequency gain found at a greater distance, which stands in where that of this distance
        exceeds 15 dB; negative: none.

    Returns
    -------
    loss_db, gain_db : float
        The loss is infinite where the two antennas see no common volume.
    """
    wave_number = link.freq_mhz / MHZ_PER_WAVE_NUMBER
    h0_db = gain_db
    if gain_db <= 15.0:
        difference_m = link.tx_horizon_m - link.rx_horizon_m
        ratio = link.rx_effective_m / link.tx_effective_m
        if difference_m < 0.0:
            difference_m = -difference_m
            ratio = 1.0 / ratio
        angle_rad = link.tx_horizon_rad + link.rx_horizon_rad + distance_m / link.earth_radius_m
        r1 = 2.0 * wave_number * angle_rad * link.tx_effective_m
        r2 = 2.0 * wave_number * angle_rad * link.rx_effective_m
        if r1 < 0.2 and r2 < 0.2:
            return math.inf, gain_db
        asymmetry = (distance_m - difference_m) / (distance_m + difference_m)
        q = min(max(0.1, ratio / asymmetry), 10.0)
        asymmetry = max(0.1, asymmetry)
        crossing_m = (
            (distance_m - difference_m)
            * (distance_m + difference_m)
            * angle_rad
            * 0.25
            / distance_m
        )
        n_s = link.surface_refractivity
        sixth = min(1.7, crossing_m / 8.0e3) ** 6
        efficiency = (crossing_m / 1.7556e3) * (
            1.0 + (0.031 - n_s * 2.32e-3 + n_s * n_s * 5.67e-6) * math.exp(-sixth)
        )
        both_db = 0.5 * (_frequency_gain_db(r1, efficiency) + _frequency_gain_db(r2, efficiency))
        correction_db = min(
            both_db,
            6.0 * (0.6 - math.log10(max(efficiency, 1.0))) * math.log10(asymmetry) * math.log10(q),
        )
        h0_db = max(both_db + correction_db, 0.0)
        if efficiency < 1.0:
            root = math.sqrt(2.0)
            product = (1.0 + root / r1) * (1.0 + root / r2)
            none_db = 10.0 * math.log10(product * product * (r1 + r2) / (r1 + r2 + 2.0 * root))
            h0_db = efficiency * h0_db + (1.0 - efficiency) * none_db
        if h0_db > 15.0 and gain_db >= 0.0:
            h0_db = gain_db
    angle_rad = distance_m / link.earth_radius_m - sight_angle_rad(link)
    return (
        _scatter_attenuation_db(angle_rad * distance_m)
        + 10.0 * math.log10(link.freq_mhz * angle_rad**4)
        - 0.1 * (link.surface_refractivity - 301.0) * math.exp(-angle_rad * distance_m / 40e3)
        + h0_db
    ), h0_db
