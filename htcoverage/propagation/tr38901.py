"""3GPP TR 38.901: path loss of rural macro, urban macro and urban micro cells.

Source: 3GPP TR 38.901 V17.0.0, tables 7.4.1-1 (path loss) and 7.4.2-1 (probability of sight).
Distances d2D along the ground and d3D between the antennas are in metres.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from htcoverage.errors import argument_fault
from htcoverage.jit import kernel
from htcoverage.propagation.validity import ValidRange, check_range, over_distances

CITATION = "3GPP TR 38.901 V17.0.0"

Scenario = Literal["RMa", "UMa", "UMi"]
#: The mean over line of sight and its absence, or one of them.
Sight = Literal["mean", "los", "nlos"]
MEAN, LOS, NLOS = 0, 1, 2

RMA_FREQUENCY_RANGE = ValidRange("freq_mhz", 500.0, 30000.0, "MHz")
RMA_DISTANCE_RANGE = ValidRange("distance_km", 0.01, 10.0, "km", "warning")
RMA_TX_HEIGHT_RANGE = ValidRange("tx_height_m", 10.0, 150.0, "m")
RMA_RX_HEIGHT_RANGE = ValidRange("rx_height_m", 1.0, 10.0, "m")
URBAN_FREQUENCY_RANGE = ValidRange("freq_mhz", 500.0, 100000.0, "MHz")
URBAN_DISTANCE_RANGE = ValidRange("distance_km", 0.01, 5.0, "km", "warning")
#: The report fixes the mast (25 m, 10 m); the field uses other heights, with a warning. The street
#: counts as 1 m high, so that a mast must stand above it.
UMA_TX_HEIGHT_RANGE = ValidRange("tx_height_m", 25.0, 25.0, "m", "warning", (2.0, 150.0))
UMI_TX_HEIGHT_RANGE = ValidRange("tx_height_m", 10.0, 10.0, "m", "warning", (2.0, 150.0))
URBAN_RX_HEIGHT_RANGE = ValidRange("rx_height_m", 1.5, 22.5, "m")

_SPEED_OF_LIGHT_M_PER_S = 3.0e8
#: Mean building height and street width of the rural scenario, m.
_BUILDING_M, _STREET_M = 5.0, 20.0


@kernel
def rma_sight_probability(distance_m: float) -> float:
    """Probability of line of sight in the country (table 7.4.2-1)."""
    if distance_m <= 10.0:
        return 1.0
    return math.exp(-(distance_m - 10.0) / 1000.0)


@kernel
def uma_sight_probability(distance_m: float, rx_height_m: float) -> float:
    """Probability of line of sight from a mast above the roofs (table 7.4.2-1)."""
    if distance_m <= 18.0:
        return 1.0
    near = 18.0 / distance_m
    street = near + math.exp(-distance_m / 63.0) * (1.0 - near)
    if rx_height_m <= 13.0:
        return street
    raised: float = ((rx_height_m - 13.0) / 10.0) ** 1.5
    hundreds = distance_m / 100.0
    return street * (
        1.0 + raised * 1.25 * hundreds * hundreds * hundreds * math.exp(-distance_m / 150.0)
    )


@kernel
def umi_sight_probability(distance_m: float) -> float:
    """Probability of line of sight in a street canyon (table 7.4.2-1)."""
    if distance_m <= 18.0:
        return 1.0
    near = 18.0 / distance_m
    return near + math.exp(-distance_m / 36.0) * (1.0 - near)


@kernel
def _mixed_db(sight: int, probability: float, los_db: float, nlos_db: float) -> float:
    """Loss with sight, without (never less), or the mean of both in dB."""
    blocked_db = max(los_db, nlos_db)
    if sight == LOS:
        return los_db
    if sight == NLOS:
        return blocked_db
    return probability * los_db + (1.0 - probability) * blocked_db


@kernel
def _rma_near_db(slant_m: float, freq_ghz: float) -> float:
    height: float = _BUILDING_M**1.72
    return (
        20.0 * math.log10(40.0 * math.pi * slant_m * freq_ghz / 3.0)
        + min(0.03 * height, 10.0) * math.log10(slant_m)
        - min(0.044 * height, 14.77)
        + 0.002 * math.log10(_BUILDING_M) * slant_m
    )


@kernel
def rma_loss_db(
    freq_mhz: float, distance_km: float, tx_height_m: float, rx_height_m: float, sight: int
) -> float:
    """Path loss of a rural macro cell, dB; ``sight`` 0 mean, 1 with, 2 without line of sight."""
    freq_ghz = 1e-3 * freq_mhz
    distance_m = 1e3 * distance_km
    slant_m = math.hypot(distance_m, tx_height_m - rx_height_m)
    break_m = 2.0 * math.pi * tx_height_m * rx_height_m * 1e6 * freq_mhz / _SPEED_OF_LIGHT_M_PER_S
    if distance_m <= break_m:
        los_db = _rma_near_db(slant_m, freq_ghz)
    else:
        los_db = _rma_near_db(break_m, freq_ghz) + 40.0 * math.log10(slant_m / break_m)
    ratio = _BUILDING_M / tx_height_m
    log_tx = math.log10(tx_height_m)
    log_rx = math.log10(11.75 * rx_height_m)
    nlos_db = (
        161.04
        - 7.1 * math.log10(_STREET_M)
        + 7.5 * math.log10(_BUILDING_M)
        - (24.37 - 3.7 * ratio * ratio) * log_tx
        + (43.42 - 3.1 * log_tx) * (math.log10(slant_m) - 3.0)
        + 20.0 * math.log10(freq_ghz)
        - (3.2 * log_rx * log_rx - 4.97)
    )
    return _mixed_db(sight, rma_sight_probability(distance_m), los_db, nlos_db)


@kernel
def _urban_sight_db(
    freq_ghz: float,
    distance_m: float,
    tx_height_m: float,
    rx_height_m: float,
    near_db: float,
    near_power: float,
    break_factor: float,
) -> float:
    """Line of sight in town: near_db + near_power·log d, and 40·log d beyond the break.

    The street counts as 1 m high. For urban macro the report draws a higher one at random where the
    user stands above 13 m; that draw is left out.
    """
    slant_m = math.hypot(distance_m, tx_height_m - rx_height_m)
    break_m = (
        4.0 * (tx_height_m - 1.0) * (rx_height_m - 1.0) * 1e9 * freq_ghz / _SPEED_OF_LIGHT_M_PER_S
    )
    loss_db = near_db + 20.0 * math.log10(freq_ghz)
    if distance_m <= break_m:
        return loss_db + near_power * math.log10(slant_m)
    rise_m = tx_height_m - rx_height_m
    return (
        loss_db
        + 40.0 * math.log10(slant_m)
        - break_factor * math.log10(break_m * break_m + rise_m * rise_m)
    )


@kernel
def uma_loss_db(
    freq_mhz: float, distance_km: float, tx_height_m: float, rx_height_m: float, sight: int
) -> float:
    """Path loss of an urban macro cell, dB; ``sight`` 0 mean, 1 with, 2 without line of sight."""
    freq_ghz = 1e-3 * freq_mhz
    distance_m = 1e3 * distance_km
    slant_m = math.hypot(distance_m, tx_height_m - rx_height_m)
    los_db = _urban_sight_db(freq_ghz, distance_m, tx_height_m, rx_height_m, 28.0, 22.0, 9.0)
    nlos_db = (
        13.54
        + 39.08 * math.log10(slant_m)
        + 20.0 * math.log10(freq_ghz)
        - 0.6 * (rx_height_m - 1.5)
    )
    return _mixed_db(sight, uma_sight_probability(distance_m, rx_height_m), los_db, nlos_db)


@kernel
def umi_loss_db(
    freq_mhz: float, distance_km: float, tx_height_m: float, rx_height_m: float, sight: int
) -> float:
    """Path loss of an urban micro cell, dB; ``sight`` 0 mean, 1 with, 2 without line of sight."""
    freq_ghz = 1e-3 * freq_mhz
    distance_m = 1e3 * distance_km
    slant_m = math.hypot(distance_m, tx_height_m - rx_height_m)
    los_db = _urban_sight_db(freq_ghz, distance_m, tx_height_m, rx_height_m, 32.4, 21.0, 9.5)
    nlos_db = (
        22.4 + 35.3 * math.log10(slant_m) + 21.3 * math.log10(freq_ghz) - 0.3 * (rx_height_m - 1.5)
    )
    return _mixed_db(sight, umi_sight_probability(distance_m), los_db, nlos_db)


@kernel
def any_scenario_loss_db(
    freq_mhz: float, distance_km: float, tx_height_m: float, rx_height_m: float, scenario: int
) -> float:
    """Mean path loss of a scenario, dB: 0 rural macro, 1 urban macro, 2 urban micro."""
    if scenario == 0:
        return rma_loss_db(freq_mhz, distance_km, tx_height_m, rx_height_m, MEAN)
    if scenario == 1:
        return uma_loss_db(freq_mhz, distance_km, tx_height_m, rx_height_m, MEAN)
    return umi_loss_db(freq_mhz, distance_km, tx_height_m, rx_height_m, MEAN)


#: The kernel of each scenario.
KERNELS: dict[Scenario, Callable[..., float]] = {
    "RMa": rma_loss_db,
    "UMa": uma_loss_db,
    "UMi": umi_loss_db,
}
#: Frequency, mast, user, distance.
RANGES: dict[Scenario, tuple[ValidRange, ValidRange, ValidRange, ValidRange]] = {
    "RMa": (RMA_FREQUENCY_RANGE, RMA_TX_HEIGHT_RANGE, RMA_RX_HEIGHT_RANGE, RMA_DISTANCE_RANGE),
    "UMa": (
        URBAN_FREQUENCY_RANGE,
        UMA_TX_HEIGHT_RANGE,
        URBAN_RX_HEIGHT_RANGE,
        URBAN_DISTANCE_RANGE,
    ),
    "UMi": (
        URBAN_FREQUENCY_RANGE,
        UMI_TX_HEIGHT_RANGE,
        URBAN_RX_HEIGHT_RANGE,
        URBAN_DISTANCE_RANGE,
    ),
}


def tr38901(
    distance_km: npt.ArrayLike,
    *,
    scenario: Scenario,
    freq_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    sight: Sight = "mean",
) -> npt.NDArray[np.float64]:
    """Return the path loss by 3GPP TR 38.901.

    Parameters
    ----------
    distance_km : array_like
        Along the ground, 0.01 to 10 km (RMa) or 5 km (UMa, UMi); a warning beyond.
    scenario : {'RMa', 'UMa', 'UMi'}
        Rural macro (buildings of 5 m, streets of 20 m), urban macro, urban micro in street canyons.
    freq_mhz : float
        500 to 30,000 MHz (RMa) or 100,000 MHz (UMa, UMi).
    tx_height_m : float
        10 to 150 m (RMa); 25 m (UMa) and 10 m (UMi), a warning for others from 2 to 150 m.
    rx_height_m : float
        1 to 10 m (RMa), 1.5 to 22.5 m (UMa, UMi).
    sight : {'mean', 'los', 'nlos'}
        The loss with or without line of sight, or the mean of both in dB, weighted by the
        probability of sight.

    Returns
    -------
    ndarray
        Loss, dB, in the shape of ``distance_km``.

    Raises
    ------
    ValidityError
        If a value is outside its range.
    InputError
        If the scenario or the sight is none of the above.

    Warns
    -----
    ExtrapolationWarning
        If a distance, or the mast of an urban scenario, is outside its range.

    References
    ----------
    3GPP TR 38.901 V17.0.0, tables 7.4.1-1 and 7.4.2-1.
    """
    if scenario not in get_args(Scenario):
        raise argument_fault("scenario", scenario, f"one of {', '.join(get_args(Scenario))}")
    if sight not in get_args(Sight):
        raise argument_fault("sight", sight, f"one of {', '.join(get_args(Sight))}")
    values = (freq_mhz, tx_height_m, rx_height_m, distance_km)
    for valid, value in zip(RANGES[scenario], values, strict=True):
        check_range(valid, value, citation=f"{CITATION} {scenario}")
    code = get_args(Sight).index(sight)
    return over_distances(KERNELS[scenario], freq_mhz, distance_km, tx_height_m, rx_height_m, code)
