"""ITU-R P.1812-8 for one profile: the public function and the kernel below it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from htcoverage.errors import Fault, InputError, ValidityError, argument_fault
from htcoverage.jit import kernel
from htcoverage.propagation.p1812.combine import (
    combine_db,
    ducting_db,
    free_space_db,
    inverse_normal,
    multipath_db,
    slant_distance_km,
    troposcatter_db,
)
from htcoverage.propagation.p1812.diffraction import delta_bullington_db, profile_clearance
from htcoverage.propagation.p1812.profile import (
    COASTAL_LAND,
    INLAND,
    NO_COAST_KM,
    SEA,
    PathParameters,
    beta0_percent,
    path_parameters,
    zone_lengths,
)
from htcoverage.propagation.validity import ValidRange, check_range
from htcoverage.units import EARTH_RADIUS_KM

CITATION = "ITU-R P.1812-8"
FREQUENCY_RANGE = ValidRange("freq_mhz", 30.0, 6000.0, "MHz")
DISTANCE_RANGE = ValidRange("distance_km", 0.25, 3000.0, "km")
TX_HEIGHT_RANGE = ValidRange("tx_height_m", 1.0, 3000.0, "m")
RX_HEIGHT_RANGE = ValidRange("rx_height_m", 1.0, 3000.0, "m")
TIME_RANGE = ValidRange("time_percent", 1.0, 50.0, "%")
LOCATION_RANGE = ValidRange("location_percent", 1.0, 99.0, "%")

#: Radio climate of Hà Tĩnh, labelled assumptions: ITU's digital maps may not be handed on. A humid
#: tropical coast has a lapse rate of 45 to 60 N-units/km and a sea-level refractivity of 360 to
#: 380 N-units; over 15 km the figure hardly moves between these.
DEFAULT_DELTA_N = 50.0
DEFAULT_N0 = 370.0

#: Fewest points of a profile, its ends included.
LEAST_POINTS = 5

#: β-radius factor: the effective Earth radius exceeded for β₀ of the time is three times (eq. 7b).
_BETA_RADIUS_FACTOR = 3.0


class ProfileLoss(NamedTuple):
    """Every loss term of one path, dB, as the kernel returns them."""

    free_space_db: float
    bullington_actual_db: float
    bullington_smooth_db: float
    spherical_earth_db: float
    diffraction_50_db: float
    diffraction_p_db: float
    troposcatter_db: float
    ducting_db: float
    median_location_db: float
    basic_transmission_loss_db: float


@dataclass(frozen=True)
class P1812Result:
    """Loss of one path with all its parts, and the geometry that they rest on.

    Losses in dB. ``median_location_db`` is at the time share asked for and the median of locations;
    ``basic_transmission_loss_db`` at both shares.
    """

    free_space_db: float
    bullington_actual_db: float
    bullington_smooth_db: float
    spherical_earth_db: float
    diffraction_50_db: float
    diffraction_p_db: float
    troposcatter_db: float
    ducting_db: float
    median_location_db: float
    basic_transmission_loss_db: float
    distance_km: float
    sea_share: float
    beta0_percent: float
    effective_radius_km: float
    tx_horizon_km: float
    rx_horizon_km: float
    tx_horizon_mrad: float
    rx_horizon_mrad: float
    angular_distance_mrad: float
    tx_above_smooth_m: float
    rx_above_smooth_m: float
    roughness_m: float
    transhorizon: bool


@kernel
def effective_radius_km(delta_n: float) -> float:
    """Median effective Earth radius, km (eq. 6, 7a)."""
    return EARTH_RADIUS_KM * 157.0 / (157.0 - delta_n)


@kernel
def profile_loss(
    path: PathParameters,
    distance_km: np.ndarray,
    ground_m: np.ndarray,
    clutter_m: np.ndarray,
    zone: np.ndarray,
    tx_height_m: float,
    rx_height_m: float,
    freq_ghz: float,
    time_percent: float,
    location_percent: float,
    location_sigma_db: float,
    vertical: bool,
    latitude_deg: float,
    delta_n: float,
    n0: float,
    tx_coast_km: float,
    rx_coast_km: float,
) -> ProfileLoss:
    """Loss of one path by the Recommendation to the letter (see `p1812`), its profile analysed."""
    n = distance_km.size
    total_km = distance_km[n - 1]
    radius_km = effective_radius_km(delta_n)
    sea_share, land_km, inland_km = zone_lengths(distance_km, zone)
    beta0 = beta0_percent(latitude_deg, land_km, inland_km)
    tx_m = ground_m[0] + tx_height_m
    rx_m = ground_m[n - 1] + rx_height_m
    tx_smooth_m = tx_m - path.diffraction_smooth_tx_m
    rx_smooth_m = rx_m - path.diffraction_smooth_rx_m
    top_m = ground_m + clutter_m
    flat_m = np.zeros(n)

    actual = profile_clearance(distance_km, top_m, tx_m, rx_m, radius_km)
    smooth = profile_clearance(distance_km, flat_m, tx_smooth_m, rx_smooth_m, radius_km)
    diffraction_50, actual_db, smooth_db, spherical_db = delta_bullington_db(
        actual, smooth, total_km, tx_smooth_m, rx_smooth_m, radius_km, freq_ghz, sea_share, vertical
    )
    diffraction_p = diffraction_50
    if time_percent < 50.0:
        radius_beta_km = EARTH_RADIUS_KM * _BETA_RADIUS_FACTOR
        diffraction_beta, _, _, _ = delta_bullington_db(
            profile_clearance(distance_km, top_m, tx_m, rx_m, radius_beta_km),
            profile_clearance(distance_km, flat_m, tx_smooth_m, rx_smooth_m, radius_beta_km),
            total_km, tx_smooth_m, rx_smooth_m, radius_beta_km, freq_ghz, sea_share, vertical,
        )  # fmt: skip
        share = 1.0
        if time_percent > beta0:
            share = inverse_normal(0.01 * time_percent) / inverse_normal(0.01 * beta0)
        diffraction_p = diffraction_50 + share * (diffraction_beta - diffraction_50)

    free_db = free_space_db(slant_distance_km(total_km, tx_m, rx_m), freq_ghz)
    los_p = free_db + multipath_db(path.tx_horizon_km, path.rx_horizon_km, time_percent)
    los_beta = free_db + multipath_db(path.tx_horizon_km, path.rx_horizon_km, beta0)
    ducting = ducting_db(
        total_km, path.tx_horizon_km, path.rx_horizon_km, path.tx_horizon_mrad,
        path.rx_horizon_mrad, tx_coast_km, rx_coast_km, inland_km, tx_m, rx_m,
        path.ducting_tx_height_m, path.ducting_rx_height_m, path.roughness_m, freq_ghz,
        time_percent, sea_share, radius_km, beta0,
    )  # fmt: skip
    scatter = troposcatter_db(total_km, path.angular_distance_mrad, freq_ghz, time_percent, n0)
    median_db = combine_db(
        total_km, path.angular_distance_mrad, free_db, los_p, los_beta, diffraction_50,
        diffraction_p, ducting, scatter, sea_share, time_percent, beta0,
    )  # fmt: skip
    location_db = 0.0
    if zone[n - 1] != SEA:
        location_db = -inverse_normal(0.01 * location_percent) * location_sigma_db
    return ProfileLoss(
        free_db,
        actual_db,
        smooth_db,
        spherical_db,
        diffraction_50,
        diffraction_p,
        scatter,
        ducting,
        median_db,
        max(los_p, median_db + location_db),
    )


def location_sigma_db(
    freq_mhz: float,
    resolution_m: float,
    *,
    rx_height_m: float = 1.5,
    clutter_height_m: float = math.inf,
) -> float:
    """Return the location variability inside one pixel, as a standard deviation in dB.

    Parameters
    ----------
    freq_mhz : float
        30 to 6000 MHz.
    resolution_m : float
        Width of the square pixel, m.
    rx_height_m : float
        Receiving antenna above ground, m.
    clutter_height_m : float
        Representative clutter height at the receiver, m. Above the receiver's height the
        variability is full; it vanishes 10 m above the clutter. Full by default.

    Returns
    -------
    float
        At least 0 dB.

    Notes
    -----
    ITU-R P.1812-8, §4.7: σ = (0.52 + 0.024 f)·w^0.28 with f in GHz and w in m, times u(h).
    """
    check_range(FREQUENCY_RANGE, freq_mhz, citation=CITATION)
    if not resolution_m > 0:
        raise argument_fault("resolution_m", resolution_m, "a width above 0 m")
    full_db = (0.52 + 0.024e-3 * freq_mhz) * resolution_m**0.28
    above_m = max(rx_height_m - clutter_height_m, 0.0)
    return float(full_db * max(0.0, 1.0 - above_m / 10.0))


def p1812(
    distance_km: npt.ArrayLike,
    ground_m: npt.ArrayLike,
    *,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    clutter_m: npt.ArrayLike = 0.0,
    zone: npt.ArrayLike = 4,
    time_percent: float = 50.0,
    location_percent: float = 50.0,
    location_sigma_db: float = 0.0,
    polarization: Literal["horizontal", "vertical"] = "vertical",
    latitude_deg: float = 18.3,
    delta_n: float = DEFAULT_DELTA_N,
    n0: float = DEFAULT_N0,
    tx_coast_km: float = NO_COAST_KM,
    rx_coast_km: float = NO_COAST_KM,
    clutter_clearance_m: float = 0.0,
) -> P1812Result:
    """Return the basic transmission loss of one path by ITU-R P.1812-8, with all its parts.

    Parameters
    ----------
    distance_km : array_like, shape (n,)
        Distance of each profile point from the transmitter, km, from 0 upwards; n at least 5.
    ground_m : array_like, shape (n,)
        Terrain above sea level, m.
    tx_height_m, rx_height_m : float
        Antennas above ground, 1 to 3000 m.
    freq_mhz : float
        30 to 6000 MHz.
    clutter_m : array_like, shape (n,) or scalar
        Representative clutter height, m; the two ends are never cluttered.
    zone : array_like of int, shape (n,) or scalar
        1 sea, 3 coastal land, 4 inland.
    time_percent : float
        Share of time for which the loss is not exceeded, 1 to 50 %.
    location_percent : float
        Share of locations, 1 to 99 %.
    location_sigma_db : float
        Location variability, dB (see `location_sigma_db`).
    polarization : {'horizontal', 'vertical'}
        Polarization of the wave.
    latitude_deg : float
        Latitude of the path's centre, degrees.
    delta_n, n0 : float
        Lapse rate of refractivity through the lowest kilometre, N-units/km, and sea-level surface
        refractivity, N-units, at the path's centre. The defaults are labelled assumptions for
        Hà Tĩnh.
    tx_coast_km, rx_coast_km : float
        Distance over land to the coast along the path, km; 0 for an end at sea is set by itself.
    clutter_clearance_m : float
        Clutter nearer to the receiver than this counts as bare, m. 0 is the Recommendation to the
        letter.

    Returns
    -------
    P1812Result

    Raises
    ------
    ValidityError
        If a value lies outside the range of the Recommendation.
    InputError
        If the arrays do not fit together, are not finite or not ascending from 0.

    References
    ----------
    Recommendation ITU-R P.1812-8, Annex 1.

    Examples
    --------
    Ten kilometres of flat ground: the bulge of the Earth alone costs some decibels.

    >>> import numpy as np
    >>> import htcoverage as ht
    >>> loss = ht.p1812(
    ...     np.linspace(0, 10, 201), np.zeros(201), tx_height_m=36, rx_height_m=1.5, freq_mhz=1800
    ... )
    >>> round(loss.free_space_db, 1), round(loss.basic_transmission_loss_db, 1)
    (117.5, 126.1)
    """
    d, ground, clutter, zones = _checked_profile(distance_km, ground_m, clutter_m, zone)
    total_km = float(d[-1])
    for valid, value in (
        (DISTANCE_RANGE, total_km),
        (FREQUENCY_RANGE, freq_mhz),
        (TX_HEIGHT_RANGE, tx_height_m),
        (RX_HEIGHT_RANGE, rx_height_m),
        (TIME_RANGE, time_percent),
        (LOCATION_RANGE, location_percent),
    ):
        check_range(valid, value, citation=CITATION)
    if not 0.0 <= delta_n < 157.0:
        raise ValidityError(f"delta_n is {delta_n:g} N-units/km; it must be from 0 to below 157")
    requirements = (
        ("polarization", polarization, polarization in ("horizontal", "vertical"),
         "'horizontal' or 'vertical'"),
        ("location_sigma_db", location_sigma_db, 0.0 <= location_sigma_db < math.inf,
         "a standard deviation of 0 dB or more"),
        ("latitude_deg", latitude_deg, -90.0 <= latitude_deg <= 90.0, "-90 to 90 degrees"),
        ("n0", n0, 0.0 < n0 < math.inf, "a refractivity above 0 N-units"),
        ("tx_coast_km", tx_coast_km, tx_coast_km >= 0.0, "a distance of 0 km or more"),
        ("rx_coast_km", rx_coast_km, rx_coast_km >= 0.0, "a distance of 0 km or more"),
        ("clutter_clearance_m", clutter_clearance_m, clutter_clearance_m >= 0.0,
         "a distance of 0 m or more"),
    )  # fmt: skip
    faults = [
        Fault("argument", None, name, str(value), expected)
        for name, value, holds, expected in requirements
        if not holds
    ]
    if faults:
        raise InputError(faults)

    clutter[total_km - d < 1e-3 * clutter_clearance_m] = 0.0
    freq_ghz = 1e-3 * freq_mhz
    radius_km = float(effective_radius_km(delta_n))
    path = path_parameters(d, ground, float(tx_height_m), float(rx_height_m), radius_km, freq_ghz)
    loss = profile_loss(
        path, d, ground, clutter, zones, float(tx_height_m), float(rx_height_m), freq_ghz,
        float(time_percent), float(location_percent), float(location_sigma_db),
        polarization == "vertical", float(latitude_deg), float(delta_n), float(n0),
        0.0 if zones[0] == SEA else float(tx_coast_km),
        0.0 if zones[-1] == SEA else float(rx_coast_km),
    )  # fmt: skip
    sea_share, land_km, inland_km = zone_lengths(d, zones)
    return P1812Result(
        **{name: float(value) for name, value in loss._asdict().items()},
        distance_km=total_km,
        sea_share=float(sea_share),
        beta0_percent=float(beta0_percent(latitude_deg, land_km, inland_km)),
        effective_radius_km=radius_km,
        tx_horizon_km=float(path.tx_horizon_km),
        rx_horizon_km=float(path.rx_horizon_km),
        tx_horizon_mrad=float(path.tx_horizon_mrad),
        rx_horizon_mrad=float(path.rx_horizon_mrad),
        angular_distance_mrad=float(path.angular_distance_mrad),
        tx_above_smooth_m=float(ground[0] + tx_height_m - path.diffraction_smooth_tx_m),
        rx_above_smooth_m=float(ground[-1] + rx_height_m - path.diffraction_smooth_rx_m),
        roughness_m=float(path.roughness_m),
        transhorizon=bool(path.transhorizon),
    )


def _checked_profile(
    distance_km: npt.ArrayLike,
    ground_m: npt.ArrayLike,
    clutter_m: npt.ArrayLike,
    zone: npt.ArrayLike,
) -> tuple[
    npt.NDArray[np.float64],
    npt.NDArray[np.float64],
    npt.NDArray[np.float64],
    npt.NDArray[np.uint8],
]:
    """Return the profile as fresh arrays of one length, or raise InputError."""
    d = np.ascontiguousarray(distance_km, dtype=np.float64)
    if d.ndim != 1 or d.size < LEAST_POINTS:
        expected = f"at least {LEAST_POINTS} profile points in one dimension"
        raise argument_fault("distance_km", d.shape, expected)
    try:
        ground = np.array(np.broadcast_to(np.asarray(ground_m, dtype=np.float64), d.shape))
        clutter = np.array(np.broadcast_to(np.asarray(clutter_m, dtype=np.float64), d.shape))
        zones = np.array(np.broadcast_to(np.asarray(zone), d.shape))
    except ValueError as error:
        raise argument_fault("profile", error, f"arrays of shape {d.shape}") from error
    if not (np.isfinite(d).all() and np.isfinite(ground).all() and np.isfinite(clutter).all()):
        raise argument_fault("profile", "NaN or infinity", "finite distances, heights and clutter")
    if d[0] != 0.0 or not (np.diff(d) > 0).all():
        raise argument_fault("distance_km", d[:3], "distances ascending from 0")
    if (clutter < 0.0).any():
        raise argument_fault("clutter_m", clutter.min(), "clutter heights of 0 m or more")
    # Looked at before they are cast: 260 and 4.5 would become 4.
    if not np.isin(zones, (SEA, COASTAL_LAND, INLAND)).all():
        raise argument_fault("zone", np.unique(zones), "1 (sea), 3 (coastal land) or 4 (inland)")
    return d, ground, clutter, zones.astype(np.uint8)
