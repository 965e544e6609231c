"""ITU-R P.526: propagation by diffraction.

Knife edge (§4.1), rounded obstacle (§4.2), two isolated edges (§4.3), and over a whole profile the
Bullington and delta-Bullington constructions (§4.5), which P.1812 shares. Several isolated
obstacles (§4.4) are in `htcoverage.propagation.p526_cylinders`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from htcoverage.errors import argument_fault
from htcoverage.jit import kernel
from htcoverage.propagation.p525 import SPEED_OF_LIGHT_M_PER_S, p525_loss_db
from htcoverage.propagation.p1812.diffraction import (
    delta_bullington_db,
    knife_edge_db,
    profile_clearance,
)
from htcoverage.propagation.p1812.profile import path_parameters
from htcoverage.propagation.validity import ValidRange, check_range

CITATION = "ITU-R P.526-16"
FREQUENCY_RANGE = ValidRange("freq_mhz", 10.0, 100000.0, "MHz")
DISTANCE_RANGE = ValidRange("distance_km", 0.01, 3000.0, "km")
TX_HEIGHT_RANGE = ValidRange("tx_height_m", 0.5, 3000.0, "m")
RX_HEIGHT_RANGE = ValidRange("rx_height_m", 0.5, 3000.0, "m")
RADIUS_RANGE = ValidRange("effective_radius_km", 1000.0, 1e6, "km")


@dataclass(frozen=True)
class P526Result:
    """Diffraction loss of one path by delta-Bullington and its parts, dB.

    ``bullington_actual_db`` alone is the Bullington loss of the real profile.
    """

    distance_km: float
    free_space_db: float
    diffraction_db: float
    bullington_actual_db: float
    bullington_smooth_db: float
    spherical_earth_db: float

    @property
    def basic_transmission_loss_db(self) -> float:
        """Free space and diffraction together, dB."""
        return self.free_space_db + self.diffraction_db


@kernel
def fresnel_nu(height_m: float, d1_m: float, d2_m: float, freq_mhz: float) -> float:
    """Diffraction parameter ν of an edge above the straight ray (§4.1)."""
    wavelength_m = 1e-6 * SPEED_OF_LIGHT_M_PER_S / freq_mhz
    return height_m * math.sqrt(2.0 / wavelength_m * (1.0 / d1_m + 1.0 / d2_m))


@kernel
def rounded_obstacle_db(
    height_m: float, d1_m: float, d2_m: float, radius_m: float, freq_mhz: float
) -> float:
    """Loss over one rounded obstacle (a cylinder), dB (§4.2).

    Parameters
    ----------
    height_m : float
        Point where the rays from both ends meet, above the straight ray, m.
    d1_m, d2_m : float
        From the ends to that point, m.
    radius_m : float
        Radius of the obstacle, m; 0 is a knife edge.
    """
    edge_db = knife_edge_db(fresnel_nu(height_m, d1_m, d2_m, freq_mhz))
    if radius_m <= 0.0:
        return edge_db
    size = 1e6 * math.pi * radius_m * freq_mhz / SPEED_OF_LIGHT_M_PER_S
    size_cbrt: float = size ** (1.0 / 3.0)
    m = radius_m * (d1_m + d2_m) / (d1_m * d2_m) / size_cbrt
    n = height_m * size_cbrt * size_cbrt / radius_m
    tail_db = 7.2 * math.sqrt(m) + 3.6 * m * math.sqrt(m) - 0.8 * m * m
    if m * n <= 4.0:
        return edge_db + tail_db - (2.0 - 12.5 * n) * m
    return edge_db + tail_db - (2.0 - 17.0 * n) * m - 6.0 - 20.0 * math.log10(m * n)


@kernel
def equal_edges_db(
    height1_m: float, height2_m: float, a_m: float, b_m: float, c_m: float, freq_mhz: float
) -> float:
    """Loss of two edges that cost about the same, dB (§4.3, the first construction).

    Each edge is seen from the top of the other; the correction for their distance holds where each
    costs more than about 15 dB.

    Parameters
    ----------
    height1_m, height2_m : float
        Edges above the straight ray between the antennas, m.
    a_m, b_m, c_m : float
        Transmitter to first edge, between the edges, second edge to receiver, m.
    """
    first_m = height1_m - height2_m * a_m / (a_m + b_m)
    second_m = height2_m - height1_m * c_m / (b_m + c_m)
    correction_db = 10.0 * math.log10((a_m + b_m) * (b_m + c_m) / (b_m * (a_m + b_m + c_m)))
    return (
        knife_edge_db(fresnel_nu(first_m, a_m, b_m, freq_mhz))
        + knife_edge_db(fresnel_nu(second_m, b_m, c_m, freq_mhz))
        + correction_db
    )


@kernel
def main_edge_db(
    height1_m: float, height2_m: float, a_m: float, b_m: float, c_m: float, freq_mhz: float
) -> float:
    """Loss of two edges of which the first is predominant, dB (§4.3, the second construction).

    Parameters
    ----------
    height1_m, height2_m : float
        Edges above the straight ray between the antennas, m; the first above 0.
    a_m, b_m, c_m : float
        Transmitter to first edge, between the edges, second edge to receiver, m.
    """
    whole_m = a_m + b_m + c_m
    wavelength_m = 1e-6 * SPEED_OF_LIGHT_M_PER_S / freq_mhz
    second_m = height2_m - height1_m * c_m / (b_m + c_m)
    p = math.sqrt(2.0 / wavelength_m * whole_m / ((b_m + c_m) * a_m)) * height1_m
    q = math.sqrt(2.0 / wavelength_m * whole_m / ((a_m + b_m) * c_m)) * height2_m
    angle_rad = math.atan(math.sqrt(b_m * whole_m / (a_m * c_m)))
    share: float = max(q / p, 0.0) ** (2.0 * p)
    correction_db = (12.0 - 20.0 * math.log10(2.0 / (1.0 - angle_rad / math.pi))) * share
    return (
        knife_edge_db(fresnel_nu(height1_m, a_m, b_m + c_m, freq_mhz))
        + knife_edge_db(fresnel_nu(second_m, b_m, c_m, freq_mhz))
        - correction_db
    )


@kernel
def path_diffraction(
    distance_km: np.ndarray,
    ground_m: np.ndarray,
    top_m: np.ndarray,
    tx_height_m: float,
    rx_height_m: float,
    radius_km: float,
    freq_ghz: float,
    sea_share: float,
    vertical: bool,
) -> tuple[float, float, float, float]:
    """Loss of a whole path by delta-Bullington (§4.5.2), dB, and its three parts.

    Parameters
    ----------
    ground_m, top_m : float64[n]
        Terrain, on which the antennas and the smooth Earth stand, and what stands in the way.

    Returns
    -------
    loss_db, actual_db, smooth_db, spherical_db : float
        As `delta_bullington_db` returns them.
    """
    path = path_parameters(distance_km, ground_m, tx_height_m, rx_height_m, radius_km, freq_ghz)
    tx_m, rx_m = ground_m[0] + tx_height_m, ground_m[-1] + rx_height_m
    tx_smooth_m = tx_m - path.diffraction_smooth_tx_m
    rx_smooth_m = rx_m - path.diffraction_smooth_rx_m
    flat_m = np.zeros(distance_km.size)
    return delta_bullington_db(
        profile_clearance(distance_km, top_m, tx_m, rx_m, radius_km),
        profile_clearance(distance_km, flat_m, tx_smooth_m, rx_smooth_m, radius_km),
        distance_km[-1], tx_smooth_m, rx_smooth_m, radius_km, freq_ghz, sea_share, vertical,
    )  # fmt: skip


def p526(
    distance_km: npt.ArrayLike,
    ground_m: npt.ArrayLike,
    *,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    polarization: Literal["horizontal", "vertical"] = "vertical",
    effective_radius_km: float = 8500.0,
    sea_share: float = 0.0,
) -> P526Result:
    """Return the diffraction loss of one path by delta-Bullington, with its parts.

    Parameters
    ----------
    distance_km : array_like, shape (n,)
        Distance of each profile point from the transmitter, km, from 0 upwards; n at least 3; the
        whole 0.01 to 3000 km.
    ground_m : array_like, shape (n,)
        Terrain (or roofs and tree tops) above sea level, m.
    tx_height_m, rx_height_m : float
        Antennas above ground, 0.5 to 3000 m.
    freq_mhz : float
        10 to 100,000 MHz.
    polarization : {'horizontal', 'vertical'}
        Polarization of the wave.
    effective_radius_km : float
        Effective Earth radius, 1000 to 1,000,000 km.
    sea_share : float
        Share of the path over sea, 0 to 1.

    Returns
    -------
    P526Result

    Raises
    ------
    ValidityError
        If a value lies outside its range.
    InputError
        If the arrays do not fit together, are not finite or not ascending from 0.

    References
    ----------
    Recommendation ITU-R P.526-16, §3.2 (spherical Earth), §4.5 (Bullington, delta-Bullington).
    """
    d, ground = checked_profile(
        distance_km, ground_m, tx_height_m=tx_height_m, rx_height_m=rx_height_m, freq_mhz=freq_mhz,
        effective_radius_km=effective_radius_km,
    )  # fmt: skip
    if not 0.0 <= sea_share <= 1.0:
        raise argument_fault("sea_share", sea_share, "a share from 0 to 1")
    if polarization not in ("horizontal", "vertical"):
        raise argument_fault("polarization", polarization, "'horizontal' or 'vertical'")
    loss_db, actual_db, smooth_db, spherical_db = path_diffraction(
        d, ground, ground, float(tx_height_m), float(rx_height_m), float(effective_radius_km),
        1e-3 * freq_mhz, float(sea_share), polarization == "vertical",
    )  # fmt: skip
    total_km = float(d[-1])
    slant_km = math.hypot(total_km, 1e-3 * (ground[0] + tx_height_m - ground[-1] - rx_height_m))
    return P526Result(
        distance_km=total_km,
        free_space_db=float(p525_loss_db(float(freq_mhz), slant_km)),
        diffraction_db=float(loss_db),
        bullington_actual_db=float(actual_db),
        bullington_smooth_db=float(smooth_db),
        spherical_earth_db=float(spherical_db),
    )


def checked_profile(
    distance_km: npt.ArrayLike,
    ground_m: npt.ArrayLike,
    *,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    effective_radius_km: float,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the profile of a public function of this Recommendation as arrays, all checked.

    Raises
    ------
    ValidityError
        If a value lies outside its range.
    InputError
        If the arrays do not fit together, are not finite or not ascending from 0.
    """
    d = np.ascontiguousarray(distance_km, dtype=np.float64)
    ground = np.ascontiguousarray(ground_m, dtype=np.float64)
    if d.ndim != 1 or d.size < 3:
        raise argument_fault("distance_km", d.shape, "at least 3 profile points in one dimension")
    if ground.shape != d.shape:
        raise argument_fault("ground_m", ground.shape, f"heights of shape {d.shape}")
    if not (np.isfinite(d).all() and np.isfinite(ground).all()):
        raise argument_fault("profile", "NaN or infinity", "finite distances and heights")
    if d[0] != 0.0 or not (np.diff(d) > 0).all():
        raise argument_fault("distance_km", d[:3], "distances ascending from 0")
    for valid, value in (
        (DISTANCE_RANGE, d[-1]),
        (FREQUENCY_RANGE, freq_mhz),
        (TX_HEIGHT_RANGE, tx_height_m),
        (RX_HEIGHT_RANGE, rx_height_m),
        (RADIUS_RANGE, effective_radius_km),
    ):
        check_range(valid, value, citation=CITATION)
    return d, ground
