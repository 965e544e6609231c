"""The Irregular Terrain Model: its public functions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy.typing as npt

from htcoverage.errors import ValidityError, argument_fault
from htcoverage.propagation.itm.kernels import ItmLoss, area_loss, point_to_point_loss
from htcoverage.propagation.p1812.model import DEFAULT_N0
from htcoverage.propagation.validity import ValidRange, check_range, equal_steps

CITATION = "ITM 1.2.2 (NTIA Report 82-100; Hufford 1995)"

Climate = Literal[
    "equatorial",
    "continental-subtropical",
    "maritime-subtropical",
    "desert",
    "continental-temperate",
    "maritime-temperate-land",
    "maritime-temperate-sea",
]
Variability = Literal["single-message", "accidental", "mobile", "broadcast"]
Siting = Literal["random", "careful", "very-careful"]

#: The ranges that the reports state, and those beyond which NTIA's program refuses.
FREQUENCY_RANGE = ValidRange("freq_mhz", 40.0, 10000.0, "MHz", "warning", (20.0, 20000.0))
DISTANCE_RANGE = ValidRange("distance_km", 1.0, 2000.0, "km", "warning")
TX_HEIGHT_RANGE = ValidRange("tx_height_m", 1.0, 1000.0, "m", "warning", (0.5, 3000.0))
RX_HEIGHT_RANGE = ValidRange("rx_height_m", 1.0, 1000.0, "m", "warning", (0.5, 3000.0))
_RANGES = (
    FREQUENCY_RANGE,
    TX_HEIGHT_RANGE,
    RX_HEIGHT_RANGE,
    ValidRange("n0", 250.0, 400.0, "N-units"),
    ValidRange("permittivity", 1.0, math.inf, ""),
    ValidRange("conductivity_s_per_m", 1e-9, math.inf, "S/m"),
)
_SHARE = (0.01, 99.99)

#: Labelled assumptions for Hà Tĩnh: a monsoon coast, average ground; the refractivity is P.1812's.
DEFAULT_CLIMATE: Climate = "maritime-subtropical"
AVERAGE_PERMITTIVITY, AVERAGE_CONDUCTIVITY_S_PER_M = 15.0, 0.005

_MECHANISMS = ("line-of-sight", "diffraction", "troposcatter")


@dataclass(frozen=True)
class ItmResult:
    """Loss of one path by the Irregular Terrain Model, with what it rests on.

    ``mechanism`` is 'line-of-sight', 'diffraction' or 'troposcatter'; ``remarks`` says where the
    path lies outside what the model was made for.
    """

    basic_transmission_loss_db: float
    free_space_db: float
    reference_attenuation_db: float
    mechanism: str
    tx_horizon_mrad: float
    rx_horizon_mrad: float
    tx_horizon_m: float
    rx_horizon_m: float
    tx_effective_m: float
    rx_effective_m: float
    terrain_irregularity_m: float
    surface_refractivity: float
    remarks: tuple[str, ...]


def itm(
    distance_km: npt.ArrayLike,
    ground_m: npt.ArrayLike,
    *,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    polarization: Literal["horizontal", "vertical"] = "vertical",
    climate: Climate = DEFAULT_CLIMATE,
    n0: float = DEFAULT_N0,
    permittivity: float = AVERAGE_PERMITTIVITY,
    conductivity_s_per_m: float = AVERAGE_CONDUCTIVITY_S_PER_M,
    variability: Variability = "broadcast",
    location_varies: bool = True,
    situation_varies: bool = True,
    time_percent: float = 50.0,
    location_percent: float = 50.0,
    situation_percent: float = 50.0,
) -> ItmResult:
    """Return the basic transmission loss of one path by the Irregular Terrain Model.

    Parameters
    ----------
    distance_km : array_like, shape (n,)
        Distance of each profile point from the transmitter, km, equal steps from 0; n at least 3.
    ground_m : array_like, shape (n,)
        Terrain above sea level, m.
    tx_height_m, rx_height_m : float
        Antennas above ground, 1 to 1000 m; a warning to 0.5 and 3000 m.
    freq_mhz : float
        40 to 10,000 MHz; a warning to 20 and 20,000 MHz.
    polarization : {'horizontal', 'vertical'}
        Polarization of the wave.
    climate : str
        One of `Climate`.
    n0 : float
        Refractivity at sea level, 250 to 400 N-units.
    permittivity, conductivity_s_per_m : float
        Of the ground: relative, 1 or more; S/m, above 0.
    variability : {'single-message', 'accidental', 'mobile', 'broadcast'}
        Which of the three shares are one: all; location and situation; time and location; none.
    location_varies, situation_varies : bool
        Whether location (situation) has a spread of its own.
    time_percent, location_percent, situation_percent : float
        Shares for which the loss is not exceeded, 0.01 to 99.99 %.

    Returns
    -------
    ItmResult

    Raises
    ------
    ValidityError
        If a value lies outside what the model can compute.
    InputError
        If an argument is none of its choices, or the profile is not finite or not of equal steps.

    Warns
    -----
    ExtrapolationWarning
        Outside the ranges that the reports state, path lengths of 1 to 2000 km among them.
    """
    d, ground, step_km = equal_steps(distance_km, ground_m)
    shares = (time_percent, location_percent, situation_percent)
    _check(freq_mhz, tx_height_m, rx_height_m, n0, permittivity, conductivity_s_per_m, shares)
    check_range(DISTANCE_RANGE, d[-1], citation=CITATION)
    loss = point_to_point_loss(
        ground, 1e3 * step_km, float(tx_height_m), float(rx_height_m), float(freq_mhz),
        _choice("polarization", polarization, ("horizontal", "vertical")) == 1,
        float(permittivity), float(conductivity_s_per_m), float(n0),
        1 + _choice("climate", climate, get_args(Climate)),
        _choice("variability", variability, get_args(Variability)),
        location_varies, situation_varies, *map(float, shares),
    )  # fmt: skip
    return _result(loss)


def itm_area(
    distance_km: float,
    *,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    terrain_irregularity_m: float,
    tx_siting: Siting = "random",
    rx_siting: Siting = "random",
    polarization: Literal["horizontal", "vertical"] = "vertical",
    climate: Climate = DEFAULT_CLIMATE,
    n0: float = DEFAULT_N0,
    permittivity: float = AVERAGE_PERMITTIVITY,
    conductivity_s_per_m: float = AVERAGE_CONDUCTIVITY_S_PER_M,
    variability: Variability = "broadcast",
    location_varies: bool = True,
    situation_varies: bool = True,
    time_percent: float = 50.0,
    location_percent: float = 50.0,
    situation_percent: float = 50.0,
) -> ItmResult:
    """Return the basic transmission loss over terrain known by its irregularity alone.

    Parameters
    ----------
    distance_km : float
        Length of the path, 1 to 2000 km; a warning beyond.
    terrain_irregularity_m : float
        Interdecile range Δh of the terrain, m: 0 water, 30 plains, 90 hills, 200 mountains.
    tx_siting, rx_siting : {'random', 'careful', 'very-careful'}
        How the antennas were sited.
    tx_height_m, rx_height_m, freq_mhz, polarization, climate, n0 : float or str
        See `itm`.
    permittivity, conductivity_s_per_m, variability, location_varies, situation_varies : optional
        See `itm`.
    time_percent, location_percent, situation_percent : float
        See `itm`.

    Returns
    -------
    ItmResult

    Raises
    ------
    ValidityError
        If a value lies outside what the model can compute.
    InputError
        If an argument is none of its choices.

    Warns
    -----
    ExtrapolationWarning
        Outside the ranges that the reports state.
    """
    if not 0.0 < distance_km < math.inf:
        raise argument_fault("distance_km", distance_km, "a distance above 0 km")
    if not 0.0 <= terrain_irregularity_m < math.inf:
        raise argument_fault("terrain_irregularity_m", terrain_irregularity_m, "0 m or more")
    shares = (time_percent, location_percent, situation_percent)
    _check(freq_mhz, tx_height_m, rx_height_m, n0, permittivity, conductivity_s_per_m, shares)
    check_range(DISTANCE_RANGE, distance_km, citation=CITATION)
    loss = area_loss(
        float(distance_km), float(freq_mhz), float(tx_height_m), float(rx_height_m),
        float(terrain_irregularity_m),
        _choice("tx_siting", tx_siting, get_args(Siting)),
        _choice("rx_siting", rx_siting, get_args(Siting)),
        _choice("polarization", polarization, ("horizontal", "vertical")) == 1,
        float(permittivity), float(conductivity_s_per_m), float(n0),
        1 + _choice("climate", climate, get_args(Climate)),
        _choice("variability", variability, get_args(Variability)),
        location_varies, situation_varies, *map(float, shares),
    )  # fmt: skip
    return _result(loss)


def _choice(name: str, value: str, choices: tuple[str, ...]) -> int:
    if value not in choices:
        raise argument_fault(name, value, f"one of {', '.join(choices)}")
    return choices.index(value)


def _check(
    freq_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    n0: float,
    permittivity: float,
    conductivity_s_per_m: float,
    shares: tuple[float, float, float],
) -> None:
    values = (freq_mhz, tx_height_m, rx_height_m, n0, permittivity, conductivity_s_per_m)
    for valid, value in zip(_RANGES, values, strict=True):
        check_range(valid, value, citation=CITATION)
    for name, share in zip(("time", "location", "situation"), shares, strict=True):
        check_range(ValidRange(f"{name}_percent", *_SHARE, "%"), share, citation=CITATION)


def _result(loss: ItmLoss) -> ItmResult:
    if not math.isfinite(loss.basic_transmission_loss_db):
        raise ValidityError(
            f"the effective Earth radius is {loss.earth_radius_m / 1e3:g} km and the surface "
            f"refractivity {loss.surface_refractivity:g} N-units: {CITATION} gives no finite loss"
        )
    remarks = []
    ends = (
        ("transmitter", loss.tx_horizon_rad, loss.tx_horizon_m, loss.tx_effective_m),
        ("receiver", loss.rx_horizon_rad, loss.rx_horizon_m, loss.rx_effective_m),
    )
    for end, angle_rad, horizon_m, effective_m in ends:
        ratio = horizon_m / math.sqrt(2.0 * effective_m * loss.earth_radius_m)
        if abs(angle_rad) > 0.2:
            remarks.append(f"{end}: horizon angle of {1e3 * angle_rad:.0f} mrad beyond ±200 mrad")
        if not 0.1 <= ratio <= 3.0:
            remarks.append(f"{end}: horizon at {ratio:.2g} of the smooth Earth's, not 0.1 to 3")
    if loss.surface_refractivity < 250.0:
        remarks.append(
            f"surface refractivity of {loss.surface_refractivity:.0f}, below 250 N-units"
        )
    return ItmResult(
        basic_transmission_loss_db=float(loss.basic_transmission_loss_db),
        free_space_db=float(loss.free_space_db),
        reference_attenuation_db=float(loss.reference_attenuation_db),
        mechanism=_MECHANISMS[loss.mechanism - 1],
        tx_horizon_mrad=1e3 * float(loss.tx_horizon_rad),
        rx_horizon_mrad=1e3 * float(loss.rx_horizon_rad),
        tx_horizon_m=float(loss.tx_horizon_m),
        rx_horizon_m=float(loss.rx_horizon_m),
        tx_effective_m=float(loss.tx_effective_m),
        rx_effective_m=float(loss.rx_effective_m),
        terrain_irregularity_m=float(loss.terrain_irregularity_m),
        surface_refractivity=float(loss.surface_refractivity),
        remarks=tuple(remarks),
    )
