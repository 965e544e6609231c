"""ITU-R P.2108-1: loss of the clutter around a terminal, where no clutter profile is at hand.

Never added to a model that already walked through the clutter (P.1812 with clutter heights).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from scipy.special import ndtri

from htcoverage.errors import argument_fault
from htcoverage.jit import kernel
from htcoverage.propagation.validity import ValidRange, check_range

CITATION = "ITU-R P.2108-1"

#: §3.1, at a terminal whose surroundings are known.
TERMINAL_FREQUENCY = ValidRange("freq_mhz", 30.0, 3_000.0, "MHz")
#: §3.2, statistically along terrestrial paths.
TERRESTRIAL_FREQUENCY = ValidRange("freq_mhz", 500.0, 67_000.0, "MHz")
DISTANCE = ValidRange("distance_km", 0.25, math.inf, "km")
#: §3.3, towards what flies or orbits.
SLANT_FREQUENCY = ValidRange("freq_mhz", 10_000.0, 100_000.0, "MHz")
ELEVATION = ValidRange("elevation_deg", 0.0, 90.0, "°")

Clutter = Literal["water", "open", "suburban", "urban", "trees", "dense-urban"]


@dataclass(frozen=True)
class _Surroundings:
    """One row of table 3: the height that stands for it, and which of eq. 2a and 2b holds."""

    height_m: float
    diffracts: bool


_SURROUNDINGS: dict[Clutter, _Surroundings] = {
    "water": _Surroundings(10.0, diffracts=False),
    "open": _Surroundings(10.0, diffracts=False),
    "suburban": _Surroundings(10.0, diffracts=True),
    "urban": _Surroundings(15.0, diffracts=True),
    "trees": _Surroundings(15.0, diffracts=True),
    "dense-urban": _Surroundings(20.0, diffracts=True),
}

#: Distance in km whose loss caps the statistical loss (§3.2.2).
_SATURATION_KM = 2.0


@kernel
def rooftop_loss_db(
    freq_ghz: float, antenna_height_m: float, clutter_height_m: float, street_width_m: float
) -> float:
    """Loss of a terminal in a street behind roofs or trees, dB (eq. 2a, 2c to 2e, 2g)."""
    drop_m = clutter_height_m - antenna_height_m
    angle_deg = math.degrees(math.atan(drop_m / street_width_m))
    nu = 0.342 * math.sqrt(freq_ghz) * math.sqrt(drop_m * angle_deg)
    if nu <= -0.78:
        return -6.03
    shifted = nu - 0.1
    return 6.9 + 20.0 * math.log10(math.sqrt(shifted * shifted + 1.0) + shifted) - 6.03


@kernel
def height_gain_loss_db(freq_ghz: float, antenna_height_m: float, clutter_height_m: float) -> float:
    """Loss of a low terminal over open land or water, dB (eq. 2b, 2f)."""
    gain_factor = 21.8 + 6.2 * math.log10(freq_ghz)
    return -gain_factor * math.log10(antenna_height_m / clutter_height_m)


@kernel
def terrestrial_loss_db(freq_ghz: float, distance_km: float, deviate: float) -> float:
    """Statistical loss in urban and suburban clutter, dB (eq. 3 to 5).

    ``deviate`` is the standard normal deviate of the share of locations where the loss is not
    exceeded.
    """
    long_db = -2.0 * math.log10(10.0 ** (-5.0 * math.log10(freq_ghz) - 12.5) + 10.0**-16.5)
    short_db = 32.98 + 23.9 * math.log10(distance_km) + 3.0 * math.log10(freq_ghz)
    long_weight = 10.0 ** (-0.2 * long_db)
    short_weight = 10.0 ** (-0.2 * short_db)
    weights = long_weight + short_weight
    sigma_db = math.sqrt((16.0 * long_weight + 36.0 * short_weight) / weights)
    return -5.0 * math.log10(weights) + sigma_db * deviate


@kernel
def slant_loss_db(
    freq_ghz: float, elevation_deg: float, location_share: float, deviate: float
) -> float:
    """Statistical loss towards a platform in the air or in orbit, dB (eq. 6).

    ``deviate`` is the standard normal deviate of ``location_share``.
    """
    low = (90.0 - elevation_deg) / 90.0
    spread = -93.0 * freq_ghz**0.175 * math.log(1.0 - location_share)
    cotangent = 1.0 / math.tan(0.05 * low + math.radians(elevation_deg))
    loss_db: float = (spread * cotangent) ** (0.5 * low) - 1.0 + 0.6 * deviate
    return loss_db


def terminal_clutter_loss_db(
    clutter: Clutter,
    *,
    freq_mhz: float,
    antenna_height_m: float,
    clutter_height_m: float | None = None,
    street_width_m: float = 27.0,
) -> float:
    """Median clutter loss at one terminal from the height of what surrounds it.

    Parameters
    ----------
    clutter : {"water", "open", "suburban", "urban", "trees", "dense-urban"}
        Surroundings of the terminal.
    freq_mhz : float
        30 to 3000 MHz.
    antenna_height_m : float
        Terminal above ground, above 0 m. From the clutter's height upwards there is no loss.
    clutter_height_m : float, optional
        Height R that stands for the surroundings, above 0 m; table 3 of the Recommendation
        (10, 15 or 20 m) where not given.
    street_width_m : float
        Width of the street or clearing, above 0 m.

    Returns
    -------
    float
        Loss to be added to the path loss above the clutter, dB, once for each end within clutter.

    Raises
    ------
    ValidityError
        The frequency lies outside the range of the Recommendation.
    InputError
        There are no such surroundings, or a length is not above 0 m.

    References
    ----------
    ITU-R P.2108-1 (2021), Annex 1, §3.1.
    """
    if clutter not in _SURROUNDINGS:
        raise argument_fault("clutter", clutter, f"one of {', '.join(get_args(Clutter))}")
    surroundings = _SURROUNDINGS[clutter]
    height_m = surroundings.height_m if clutter_height_m is None else clutter_height_m
    check_range(TERMINAL_FREQUENCY, freq_mhz, citation=CITATION)
    lengths_m = {
        "antenna_height_m": antenna_height_m,
        "clutter_height_m": height_m,
        "street_width_m": street_width_m,
    }
    for name, length_m in lengths_m.items():
        if not length_m > 0.0:
            raise argument_fault(name, length_m, "above 0 m")
    if antenna_height_m >= height_m:
        return 0.0
    freq_ghz = freq_mhz / 1e3
    if surroundings.diffracts:
        return float(rooftop_loss_db(freq_ghz, antenna_height_m, height_m, street_width_m))
    return float(height_gain_loss_db(freq_ghz, antenna_height_m, height_m))


def statistical_clutter_loss_db(
    distance_km: float, *, freq_mhz: float, location_percent: float = 50.0
) -> float:
    """Clutter loss at one terminal of a terrestrial path in urban or suburban surroundings.

    Parameters
    ----------
    distance_km : float
        Length of the whole path, from 0.25 km (from 1 km where the loss is applied at both ends);
        the loss is capped at that of 2 km.
    freq_mhz : float
        500 to 67 000 MHz.
    location_percent : float
        Share of locations, in %, where the loss is not exceeded; above 0 and below 100.

    Returns
    -------
    float
        Loss, dB.

    Raises
    ------
    ValidityError
        Distance or frequency lie outside the range of the Recommendation.
    InputError
        The share of locations is none, or all.

    References
    ----------
    ITU-R P.2108-1 (2021), Annex 1, §3.2.
    """
    check_range(DISTANCE, distance_km, citation=CITATION)
    check_range(TERRESTRIAL_FREQUENCY, freq_mhz, citation=CITATION)
    deviate = _deviate(location_percent)
    freq_ghz = freq_mhz / 1e3
    at_distance = terrestrial_loss_db(freq_ghz, distance_km, deviate)
    at_saturation = terrestrial_loss_db(freq_ghz, _SATURATION_KM, deviate)
    return float(min(at_distance, at_saturation))


def slant_clutter_loss_db(
    elevation_deg: float, *, freq_mhz: float, location_percent: float = 50.0
) -> float:
    """Clutter loss at a terminal in town of a path to an aeroplane or a satellite.

    Parameters
    ----------
    elevation_deg : float
        Of the platform as seen from the terminal, 0 to 90°.
    freq_mhz : float
        10 000 to 100 000 MHz.
    location_percent : float
        Share of locations, in %, where the loss is not exceeded; above 0 and below 100.

    Returns
    -------
    float
        Loss, dB; a little below 0 at few locations.

    Raises
    ------
    ValidityError
        Elevation or frequency lie outside the range of the Recommendation.
    InputError
        The share of locations is none, or all.

    References
    ----------
    ITU-R P.2108-1 (2021), Annex 1, §3.3.
    """
    check_range(ELEVATION, elevation_deg, citation=CITATION)
    check_range(SLANT_FREQUENCY, freq_mhz, citation=CITATION)
    deviate = _deviate(location_percent)
    return float(slant_loss_db(freq_mhz / 1e3, elevation_deg, location_percent / 100.0, deviate))


def _deviate(location_percent: float) -> float:
    if not 0.0 < location_percent < 100.0:
        raise argument_fault("location_percent", location_percent, "above 0 and below 100 %")
    return float(ndtri(location_percent / 100.0))
