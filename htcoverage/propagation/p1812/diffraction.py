"""Diffraction of ITU-R P.1812-8, §4.3: Bullington, spherical Earth, delta-Bullington.

Scalar kernels in plain floats; equation numbers are those of P.1812-8. Logarithms are natural ones
times a constant, which is the same function and a good deal faster than ``log10``.
"""

from __future__ import annotations

import math

import numpy as np

from htcoverage.jit import kernel

#: 10·log10(x) = DB_PER_NEPER · ln(x)
DB_PER_NEPER = 10.0 / math.log(10.0)

#: Wavelength in metres times frequency in GHz, as P.1812 rounds the speed of light.
WAVELENGTH_M_GHZ = 0.2998

#: Relative permittivity and conductivity (S/m) of land and sea (§4.3.3).
LAND_PERMITTIVITY, LAND_CONDUCTIVITY_S_PER_M = 22.0, 0.003
SEA_PERMITTIVITY, SEA_CONDUCTIVITY_S_PER_M = 80.0, 5.0

#: Required clearance by √(λ·d₁·d₂/d), with λ in m and distances in km (eq. 25).
CLEARANCE_PER_ROOT = 17.456

#: Below this ν an edge costs nothing (eq. 12).
FREE_NU = -0.78


@kernel
def knife_edge_db(nu: float) -> float:
    """Loss of one knife edge, dB; ``nu`` is the diffraction parameter (eq. 12)."""
    if nu <= FREE_NU:
        return 0.0
    shifted = nu - 0.1
    return 6.9 + 2.0 * DB_PER_NEPER * math.log(math.sqrt(shifted * shifted + 1.0) + shifted)


@kernel
def bullington_db(nu: float, distance_km: float) -> float:
    """Bullington loss for the diffraction parameter of its one edge, dB (eq. 21)."""
    edge_db = knife_edge_db(nu)
    if edge_db == 0.0:
        return 0.0
    return edge_db + (1.0 - math.exp(-edge_db / 6.0)) * (10.0 + 0.02 * distance_km)


@kernel
def nu_scale(freq_ghz: float) -> float:
    """Return √(0.002/λ): ν is this times a clearance that knows no frequency (eq. 15, 20)."""
    return math.sqrt(0.002 * freq_ghz / WAVELENGTH_M_GHZ)


@kernel
def _height_gain_db(b: float, floor_db: float) -> float:
    """Return G(Y) for B = β·Y (eq. 34), not below its floor."""
    if b > 2.0:
        gain_db = 17.6 * math.sqrt(b - 1.1) - 0.5 * DB_PER_NEPER * math.log(b - 1.1) - 8.0
    else:
        gain_db = 2.0 * DB_PER_NEPER * math.log(b + 0.1 * b * b * b)
    return max(gain_db, floor_db)


@kernel
def admittance_factor(
    freq_ghz: float, permittivity: float, conductivity_s_per_m: float, vertical: bool
) -> float:
    """Surface admittance K times the cube root of the Earth radius in km (eq. 29)."""
    loss_term = 18.0 * conductivity_s_per_m / freq_ghz
    contrast = (permittivity - 1.0) * (permittivity - 1.0) + loss_term * loss_term
    factor: float = 0.036 * freq_ghz ** (-1.0 / 3.0) / math.sqrt(math.sqrt(contrast))
    if vertical:
        factor *= math.sqrt(permittivity * permittivity + loss_term * loss_term)
    return factor


@kernel
def first_term_db(
    distance_km: float,
    tx_height_m: float,
    rx_height_m: float,
    radius_km: float,
    freq_cbrt: float,
    admittance: float,
) -> float:
    """First term of the spherical-Earth residue series over one kind of ground, dB (eq. 30–36).

    Parameters
    ----------
    distance_km, tx_height_m, rx_height_m, radius_km : float
        Path, antennas above the smooth surface, effective Earth radius.
    freq_cbrt : float
        Cube root of the frequency in GHz.
    admittance : float
        From `admittance_factor`: what depends on ground and frequency alone is computed once.
    """
    radius_cbrt = math.exp(math.log(radius_km) / 3.0)
    k = admittance / radius_cbrt
    k2 = k * k
    k4 = k2 * k2
    beta = (1.0 + 1.6 * k2 + 0.67 * k4) / (1.0 + 4.5 * k2 + 1.53 * k4)
    x = 21.88 * beta * freq_cbrt / (radius_cbrt * radius_cbrt) * distance_km
    y_per_m = 0.9575 * beta * freq_cbrt * freq_cbrt / radius_cbrt
    log_x = math.log(x)
    if x >= 1.6:
        distance_gain_db = 11.0 + DB_PER_NEPER * log_x - 17.6 * x
    else:
        distance_gain_db = -2.0 * DB_PER_NEPER * log_x - 5.6488 * math.exp(1.425 * log_x)
    floor_db = 2.0 + 2.0 * DB_PER_NEPER * math.log(k)
    tx_gain_db = _height_gain_db(beta * y_per_m * tx_height_m, floor_db)
    rx_gain_db = _height_gain_db(beta * y_per_m * rx_height_m, floor_db)
    return -distance_gain_db - tx_gain_db - rx_gain_db


@kernel
def first_term_mixed_db(
    distance_km: float,
    tx_height_m: float,
    rx_height_m: float,
    radius_km: float,
    freq_cbrt: float,
    land_admittance: float,
    sea_admittance: float,
    sea_share: float,
) -> float:
    """First-term loss of a path partly over sea, dB (eq. 28)."""
    loss_db = 0.0
    if sea_share < 1.0:
        loss_db += (1.0 - sea_share) * first_term_db(
            distance_km, tx_height_m, rx_height_m, radius_km, freq_cbrt, land_admittance
        )
    if sea_share > 0.0:
        loss_db += sea_share * first_term_db(
            distance_km, tx_height_m, rx_height_m, radius_km, freq_cbrt, sea_admittance
        )
    return loss_db


@kernel
def smooth_clearance(
    distance_km: float, tx_height_m: float, rx_height_m: float, radius_km: float
) -> tuple[float, float]:
    """Smallest clearance of the ray over a smooth Earth, and the clearance that costs nothing.

    Returns
    -------
    h_se_m : float
        Smallest clearance, m (eq. 23); meaningful below the marginal distance (eq. 22).
    h_req_per_root_m : float
        Required clearance divided by √λ, √m (eq. 25): the Fresnel radius there times 0.552.
    """
    total_m = tx_height_m + rx_height_m
    c = (tx_height_m - rx_height_m) / total_m
    m = 250.0 * distance_km * distance_km / (radius_km * total_m)
    # The point of least clearance by Fresnel radius solves m·b³ − (m + 1)·b + c = 0 on −1..1.
    # For m → 0 (very short or very high) the cosine's argument loses its digits; its limit is c.
    if m < 1e-9:
        b = c
    else:
        m1 = m + 1.0
        argument = 1.5 * c * math.sqrt(3.0 * m / (m1 * m1 * m1))
        angle = math.pi / 3.0 + math.acos(min(1.0, max(-1.0, argument))) / 3.0
        b = 2.0 * math.sqrt(m1 / (3.0 * m)) * math.cos(angle)
    d1_km = 0.5 * distance_km * (1.0 + b)
    d2_km = distance_km - d1_km
    h_se_m = (
        (tx_height_m - 500.0 * d1_km * d1_km / radius_km) * d2_km
        + (rx_height_m - 500.0 * d2_km * d2_km / radius_km) * d1_km
    ) / distance_km
    return h_se_m, CLEARANCE_PER_ROOT * math.sqrt(d1_km * d2_km / distance_km)


@kernel
def spherical_earth_db(
    distance_km: float,
    tx_height_m: float,
    rx_height_m: float,
    radius_km: float,
    freq_ghz: float,
    sea_share: float,
    vertical: bool,
) -> float:
    """Spherical-Earth diffraction loss, dB (§4.3.2); heights are above the smooth surface."""
    freq_cbrt = freq_ghz ** (1.0 / 3.0)
    land = admittance_factor(freq_ghz, LAND_PERMITTIVITY, LAND_CONDUCTIVITY_S_PER_M, vertical)
    sea = admittance_factor(freq_ghz, SEA_PERMITTIVITY, SEA_CONDUCTIVITY_S_PER_M, vertical)
    roots = math.sqrt(tx_height_m) + math.sqrt(rx_height_m)
    marginal_km = math.sqrt(0.002 * radius_km) * roots
    if distance_km >= marginal_km:
        return first_term_mixed_db(
            distance_km, tx_height_m, rx_height_m, radius_km, freq_cbrt, land, sea, sea_share
        )
    h_se_m, h_req_per_root_m = smooth_clearance(distance_km, tx_height_m, rx_height_m, radius_km)
    h_req_m = h_req_per_root_m * math.sqrt(WAVELENGTH_M_GHZ / freq_ghz)
    if h_se_m > h_req_m:
        return 0.0
    marginal_radius_km = 500.0 * (distance_km / roots) ** 2
    first_db = first_term_mixed_db(
        distance_km, tx_height_m, rx_height_m, marginal_radius_km, freq_cbrt, land, sea, sea_share
    )
    return (1.0 - h_se_m / h_req_m) * max(first_db, 0.0)


@kernel
def profile_clearance(
    distance_km: np.ndarray,
    height_m: np.ndarray,
    tx_amsl_m: float,
    rx_amsl_m: float,
    radius_km: float,
) -> float:
    """Bullington's diffraction parameter over a profile, divided by √(0.002/λ) (eq. 13–20).

    Parameters
    ----------
    distance_km, height_m : float64[n]
        Profile from transmitter to receiver, ends included; the heights of the ends are not read.
    tx_amsl_m, rx_amsl_m : float
        Antennas above sea level.
    radius_km : float
        Effective Earth radius.
    """
    n = distance_km.size
    total_km: float = distance_km[n - 1]
    bulge = 500.0 / radius_km
    slope_tx: float = -np.inf
    for i in range(1, n - 1):
        d = distance_km[i]
        slope = (height_m[i] + bulge * d * (total_km - d) - tx_amsl_m) / d
        slope_tx = max(slope_tx, slope)
    slope_direct = (rx_amsl_m - tx_amsl_m) / total_km
    if slope_tx < slope_direct:
        largest = -np.inf
        for i in range(1, n - 1):
            d = distance_km[i]
            rest = total_km - d
            above = height_m[i] + bulge * d * rest - (tx_amsl_m * rest + rx_amsl_m * d) / total_km
            largest = max(largest, above * math.sqrt(total_km / (d * rest)))
        return largest
    slope_rx: float = -np.inf
    for i in range(1, n - 1):
        d = distance_km[i]
        rest = total_km - d
        slope_rx = max(slope_rx, (height_m[i] + bulge * d * rest - rx_amsl_m) / rest)
    point_km: float = (rx_amsl_m - tx_amsl_m + slope_rx * total_km) / (slope_tx + slope_rx)
    rest_km = total_km - point_km
    if not (point_km > 0.0 and rest_km > 0.0):
        return 0.0
    return (slope_tx - slope_direct) * point_km * math.sqrt(total_km / (point_km * rest_km))


@kernel
def delta_bullington_db(
    clearance: float,
    smooth_clearance_: float,
    distance_km: float,
    tx_above_smooth_m: float,
    rx_above_smooth_m: float,
    radius_km: float,
    freq_ghz: float,
    sea_share: float,
    vertical: bool,
) -> tuple[float, float, float, float]:
    """Delta-Bullington loss from its geometry (eq. 37–39).

    Returns
    -------
    loss_db, actual_db, smooth_db, spherical_db : float
        The loss and its three parts.
    """
    scale = nu_scale(freq_ghz)
    actual_db = bullington_db(clearance * scale, distance_km)
    smooth_db = bullington_db(smooth_clearance_ * scale, distance_km)
    spherical_db = spherical_earth_db(
        distance_km, tx_above_smooth_m, rx_above_smooth_m, radius_km, freq_ghz, sea_share, vertical
    )
    return actual_db + max(spherical_db - smooth_db, 0.0), actual_db, smooth_db, spherical_db
