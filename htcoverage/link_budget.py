"""The link budget, term by term: from a cell's power to its level, and to the loss it can bear.

4G levels are RSRP: power of one resource element of one antenna port (3GPP TS 36.214, §5.1.1).
3G levels are RSCP: power of the common pilot channel (3GPP TS 25.215, §5.1.1). Two antenna ports
do not add up in RSRP, so only the power of one counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, overload

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import erfcx, ndtr, ndtri

from htcoverage.errors import Fault, InputError, argument_fault
from htcoverage.labels import Language, label

FloatArray = npt.NDArray[np.float64]

#: Resource blocks of a 4G carrier by its bandwidth in MHz (3GPP TS 36.104, table 5.6-1).
RESOURCE_BLOCKS = {1.4: 6, 3.0: 15, 5.0: 25, 10.0: 50, 15.0: 75, 20.0: 100}

#: Subcarriers of a resource block (3GPP TS 36.211, table 6.2.3-1, normal cyclic prefix).
SUBCARRIERS_PER_RESOURCE_BLOCK = 12

#: Bandwidth of the receiver's noise in a level: one subcarrier of 4G (3GPP TS 36.211, §6.12), the
#: chip rate of 3G (3GPP TS 25.213, §4).
NOISE_BANDWIDTH_HZ = {"3G": 3.84e6, "4G": 15e3}

#: Boltzmann's constant in J/K, exact (SI, 2019).
BOLTZMANN_J_PER_K = 1.380649e-23

#: Noise temperature of the receiver's surroundings in K (ITU-R P.372, t0).
NOISE_TEMPERATURE_K = 290.0


def resource_blocks(bandwidth_mhz: float) -> int:
    """Return the number of resource blocks of a 4G carrier (3GPP TS 36.104, table 5.6-1).

    Raises
    ------
    InputError
        4G has no carrier of this bandwidth.
    """
    if bandwidth_mhz not in RESOURCE_BLOCKS:
        raise argument_fault("bandwidth_mhz", bandwidth_mhz, _BANDWIDTHS)
    return RESOURCE_BLOCKS[bandwidth_mhz]


_BANDWIDTHS = f"a 4G bandwidth: {', '.join(f'{mhz:g}' for mhz in RESOURCE_BLOCKS)} MHz"


@overload
def eirp_dbm(power_dbm: float, *, antenna_gain_dbi: float, feeder_loss_db: float) -> float: ...
@overload
def eirp_dbm(
    power_dbm: FloatArray, *, antenna_gain_dbi: FloatArray, feeder_loss_db: FloatArray
) -> FloatArray: ...
def eirp_dbm(
    power_dbm: float | FloatArray,
    *,
    antenna_gain_dbi: float | FloatArray,
    feeder_loss_db: float | FloatArray,
) -> float | FloatArray:
    """Equivalent isotropically radiated power in the main beam, dBm.

    Power at the port, less the feeder, plus the gain (ITU Radio Regulations, No. 1.161). Of the
    power of a resource element it makes the RSRP at 0 dB path loss, of the pilot's the RSCP.
    """
    return power_dbm - feeder_loss_db + antenna_gain_dbi


def epre_dbm(port_power_dbm: float, *, bandwidth_mhz: float, rs_boost_db: float = 0.0) -> float:
    """Energy per resource element of the reference signal, as power at one antenna port, dBm.

    The port's power spread evenly over the 12·N_RB subcarriers of the carrier, plus the boost of
    the reference signal (3GPP TS 36.213, §5.2): 46 dBm over 20 MHz is 46 − 10·log10(12·100) =
    15.2 dBm. A station of 2 × 20 W has 43 dBm on each of its two ports, hence 12.2 dBm; a boost of
    3 dB (P_A = −3 dB, P_B = 1), borrowed from the element that the other port leaves silent, makes
    it 15.2 dBm again. "46 dBm" must therefore say whether it means a port or the sum of both.

    Parameters
    ----------
    port_power_dbm : float
        Power of one antenna port over the whole carrier.
    bandwidth_mhz : float
        Bandwidth of the 4G carrier.
    rs_boost_db : float
        Power of a reference-signal element over the average element.

    Raises
    ------
    InputError
        4G has no carrier of this bandwidth.
    """
    subcarriers = SUBCARRIERS_PER_RESOURCE_BLOCK * resource_blocks(bandwidth_mhz)
    return port_power_dbm - 10.0 * float(np.log10(subcarriers)) + rs_boost_db


def cell_reference_level_dbm(cells: pd.DataFrame) -> FloatArray:
    """Level of every cell at 0 dB path loss in its main beam, dBm.

    4G: `eirp_dbm` of `epre_dbm` (RSRP = this − path loss − pattern loss). 3G: `eirp_dbm` of the
    pilot's power (RSCP).

    Parameters
    ----------
    cells : DataFrame
        The table ``cells`` with the column ``technology`` joined from ``bts``.

    Returns
    -------
    ndarray of float64, shape (len(cells),)

    Raises
    ------
    InputError
        A cell lacks the power of its technology, or a 4G cell has a bandwidth that 4G has not;
        lists every such cell (row 1 is the first cell).
    """
    is_4g = (cells["technology"] == "4G").to_numpy()
    columns = np.where(is_4g, "port_power_dbm", "cpich_power_dbm")
    power_dbm = np.where(is_4g, _floats(cells, "port_power_dbm"), _floats(cells, "cpich_power_dbm"))
    bandwidth_mhz = _floats(cells, "bandwidth_mhz")
    blocks = np.array([RESOURCE_BLOCKS.get(mhz, 0) for mhz in bandwidth_mhz.tolist()])
    faults = [
        Fault("cells", int(i) + 1, str(columns[i]), "", "the power of the cell, in dBm")
        for i in np.flatnonzero(np.isnan(power_dbm))
    ]
    faults += [
        Fault("cells", int(i) + 1, "bandwidth_mhz", f"{bandwidth_mhz[i]:g}", _BANDWIDTHS)
        for i in np.flatnonzero(is_4g & (blocks == 0))
    ]
    if faults:
        raise InputError(sorted(faults, key=lambda fault: fault.row or 0))
    subcarriers = np.where(is_4g, SUBCARRIERS_PER_RESOURCE_BLOCK * blocks, 1)
    boost_db = np.where(is_4g, _floats(cells, "rs_boost_db"), 0.0)
    return eirp_dbm(
        power_dbm - 10.0 * np.log10(subcarriers) + boost_db,
        antenna_gain_dbi=_floats(cells, "antenna_gain_dbi"),
        feeder_loss_db=_floats(cells, "feeder_loss_db"),
    )


def _floats(cells: pd.DataFrame, column: str) -> FloatArray:
    return cells[column].to_numpy(dtype=np.float64, na_value=np.nan)


def thermal_noise_dbm(bandwidth_hz: float) -> float:
    """Thermal noise k·T·B at 290 K, dBm: −174 dBm in 1 Hz."""
    return 10.0 * float(np.log10(BOLTZMANN_J_PER_K * NOISE_TEMPERATURE_K * bandwidth_hz * 1e3))


def sensitivity_dbm(
    technology: Literal["3G", "4G"], *, noise_figure_db: float, required_ratio_db: float
) -> float:
    """Least level that the receiver can use without interference, dBm.

    Thermal noise in the bandwidth of the level, plus the noise figure, plus the required ratio.

    Parameters
    ----------
    technology : {"3G", "4G"}
        RSCP over 3.84 MHz, or RSRP over 15 kHz.
    noise_figure_db : float
        Noise figure of the user equipment.
    required_ratio_db : float
        4G: signal to noise ratio of the reference signal; 3G: Ec/N0 of the pilot.
    """
    noise_dbm = thermal_noise_dbm(NOISE_BANDWIDTH_HZ[technology])
    return noise_dbm + noise_figure_db + required_ratio_db


def margin_db(cell_edge_probability: float, *, sigma_db: float) -> float:
    """Shadowing margin z(π)·σ: how far the median must lie above the threshold, dB.

    Parameters
    ----------
    cell_edge_probability : float
        Share of places at the edge (in the pixel) that shall be covered, in (0, 1).
    sigma_db : float
        Standard deviation of the level, dB, at least 0.
    """
    _check_probability("cell_edge_probability", cell_edge_probability)
    return float(ndtri(cell_edge_probability)) * sigma_db


def area_probability(
    cell_edge_probability: float, *, sigma_db: float, path_loss_exponent: float
) -> float:
    """Share of a disc that is covered when a given share of its edge is.

    With a = −z(π)/√2 and b = 10·n·log10(e)/(σ·√2):
    ``½·[1 − erf(a) + exp((1 − 2ab)/b²)·(1 − erf((1 − ab)/b))]``. It holds for one mast in the
    middle, loss growing as distance to the power n, and lognormal shadowing.

    Parameters
    ----------
    cell_edge_probability : float
        Share of the edge that is covered, in (0, 1).
    sigma_db : float
        Standard deviation of the shadowing, dB, above 0.
    path_loss_exponent : float
        Exponent n of the loss with distance, above 0.

    References
    ----------
    W. C. Jakes (ed.), "Microwave Mobile Communications", Wiley, 1974, §2.5.3.
    """
    _check_probability("cell_edge_probability", cell_edge_probability)
    _check_jakes(sigma_db, path_loss_exponent)
    return _area_share(float(ndtri(cell_edge_probability)), sigma_db, path_loss_exponent)


def cell_edge_probability(
    area_probability: float, *, sigma_db: float, path_loss_exponent: float
) -> float:
    """Share of the edge that must be covered for a given share of the disc: the inverse.

    Parameters are those of `area_probability`, which see.
    """
    _check_probability("area_probability", area_probability)
    _check_jakes(sigma_db, path_loss_exponent)

    def excess(z: float) -> float:
        return _area_share(z, sigma_db, path_loss_exponent) - area_probability

    low = -10.0
    while excess(low) > 0.0:  # a low exponent leaves the far edge almost bare
        low *= 2.0
    return float(ndtr(brentq(excess, low, 10.0, xtol=1e-12)))


def _area_share(z: float, sigma_db: float, path_loss_exponent: float) -> float:
    """Jakes's formula; exp(x² − a²)·erfc(x) is written with erfcx, which does not overflow."""
    root2 = float(np.sqrt(2.0))
    a = -z / root2
    b = 10.0 * path_loss_exponent * float(np.log10(np.e)) / (sigma_db * root2)
    inner = float(np.exp(-a * a) * erfcx(1.0 / b - a))
    if not np.isfinite(inner):  # far below the edge everything is covered
        return 1.0
    return float(ndtr(z)) + 0.5 * inner


def _check_probability(name: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise argument_fault(name, value, "a share above 0 and below 1")


def _check_jakes(sigma_db: float, path_loss_exponent: float) -> None:
    if not sigma_db > 0.0:
        raise argument_fault("sigma_db", sigma_db, "above 0 dB")
    if not path_loss_exponent > 0.0:
        raise argument_fault("path_loss_exponent", path_loss_exponent, "above 0")


@dataclass(frozen=True)
class LinkBudget:
    """The terms of a downlink budget; what has a default is a labelled assumption.

    Parameters
    ----------
    technology : {"3G", "4G"}
    power_dbm : float
        4G: power of one antenna port over the carrier; 3G: power of the common pilot channel.
    antenna_gain_dbi, feeder_loss_db : float
    threshold_dbm : float
        Level that counts as covered.
    required_ratio_db : float
        See `sensitivity_dbm`.
    bandwidth_mhz : float
        Of the 4G carrier; 3G does not use it.
    rs_boost_db : float
        4G only.
    noise_figure_db : float
        User equipment; 9 dB after 3GPP TR 36.942.
    ue_gain_dbi, body_loss_db : float
        User equipment in the hand outdoors.
    in_car_loss_db : float
        0 outdoors; 8 dB is usual in a car.
    sigma_db : float
        Standard deviation of the level (location and model together).
    cell_edge_probability : float
    path_loss_exponent : float
        For the area probability alone.
    """

    technology: Literal["3G", "4G"]
    power_dbm: float
    antenna_gain_dbi: float
    feeder_loss_db: float
    threshold_dbm: float
    required_ratio_db: float
    bandwidth_mhz: float = 20.0
    rs_boost_db: float = 0.0
    noise_figure_db: float = 9.0
    ue_gain_dbi: float = 0.0
    body_loss_db: float = 0.0
    in_car_loss_db: float = 0.0
    sigma_db: float = 7.28
    cell_edge_probability: float = 0.9
    path_loss_exponent: float = 3.5


def reference_level_dbm(budget: LinkBudget) -> float:
    """Level at 0 dB path loss in the main beam, dBm; see `cell_reference_level_dbm`."""
    power_dbm = budget.power_dbm
    if budget.technology == "4G":
        power_dbm = epre_dbm(
            power_dbm, bandwidth_mhz=budget.bandwidth_mhz, rs_boost_db=budget.rs_boost_db
        )
    return eirp_dbm(
        power_dbm, antenna_gain_dbi=budget.antenna_gain_dbi, feeder_loss_db=budget.feeder_loss_db
    )


def maximum_path_loss_db(budget: LinkBudget, *, down_to_dbm: float) -> float:
    """Maximum allowable path loss (MAPL) for a level at the edge, dB.

    Reference level + user's gain − body − car − margin − level; ``down_to_dbm`` is the threshold of
    cover or the receiver's sensitivity.
    """
    return (
        reference_level_dbm(budget)
        + budget.ue_gain_dbi
        - budget.body_loss_db
        - budget.in_car_loss_db
        - margin_db(budget.cell_edge_probability, sigma_db=budget.sigma_db)
        - down_to_dbm
    )


def link_budget_table(budget: LinkBudget, *, language: Language = "en") -> pd.DataFrame:
    """Return the budget as the table that planners exchange, from the port to the MAPL.

    Parameters
    ----------
    budget : LinkBudget
    language : {"en", "vi"}

    Returns
    -------
    DataFrame
        Columns ``term`` (in the language), ``value`` (float), ``unit``, ``note`` (formula or
        source); one row a term.
    """
    is_4g = budget.technology == "4G"
    noise_bandwidth_hz = NOISE_BANDWIDTH_HZ[budget.technology]
    least_dbm = sensitivity_dbm(
        budget.technology,
        noise_figure_db=budget.noise_figure_db,
        required_ratio_db=budget.required_ratio_db,
    )
    rows: list[tuple[str, float, str, str]] = []
    if is_4g:
        epre = epre_dbm(
            budget.power_dbm, bandwidth_mhz=budget.bandwidth_mhz, rs_boost_db=budget.rs_boost_db
        )
        blocks = resource_blocks(budget.bandwidth_mhz)
        rows += [
            ("port_power", budget.power_dbm, "dBm", ""),
            ("bandwidth", budget.bandwidth_mhz, "MHz", ""),
            ("resource_blocks", blocks, "", "TS 36.104, 5.6-1"),
            ("rs_boost", budget.rs_boost_db, "dB", "TS 36.213, 5.2"),
            ("epre", epre, "dBm", "P − 10·log10(12·N_RB) + boost"),
        ]
    else:
        rows += [("cpich_power", budget.power_dbm, "dBm", "")]
    area_share = area_probability(
        budget.cell_edge_probability,
        sigma_db=budget.sigma_db,
        path_loss_exponent=budget.path_loss_exponent,
    )
    margin = margin_db(budget.cell_edge_probability, sigma_db=budget.sigma_db)
    to_threshold_db = maximum_path_loss_db(budget, down_to_dbm=budget.threshold_dbm)
    to_sensitivity_db = maximum_path_loss_db(budget, down_to_dbm=least_dbm)
    rows += [
        ("feeder_loss", budget.feeder_loss_db, "dB", ""),
        ("antenna_gain", budget.antenna_gain_dbi, "dBi", ""),
        (
            "eirp_per_resource_element" if is_4g else "eirp_pilot",
            reference_level_dbm(budget),
            "dBm",
            "RSRP + PL" if is_4g else "RSCP + PL",
        ),
        (
            "thermal_noise",
            thermal_noise_dbm(noise_bandwidth_hz),
            "dBm",
            f"k·290 K·{noise_bandwidth_hz / 1e3:g} kHz",
        ),
        ("noise_figure", budget.noise_figure_db, "dB", "TR 36.942"),
        ("required_ratio", budget.required_ratio_db, "dB", "SINR" if is_4g else "Ec/N0"),
        ("sensitivity", least_dbm, "dBm", "RSRP" if is_4g else "RSCP"),
        ("threshold", budget.threshold_dbm, "dBm", "RSRP" if is_4g else "RSCP"),
        ("ue_gain", budget.ue_gain_dbi, "dBi", ""),
        ("body_loss", budget.body_loss_db, "dB", ""),
        ("in_car_loss", budget.in_car_loss_db, "dB", ""),
        ("sigma", budget.sigma_db, "dB", "σ"),
        ("cell_edge_probability", 100.0 * budget.cell_edge_probability, "%", "π"),
        ("margin", margin, "dB", "z(π)·σ"),
        ("path_loss_exponent", budget.path_loss_exponent, "", "n"),
        ("area_probability", 100.0 * area_share, "%", "Jakes 1974, 2.5.3"),
        ("mapl_threshold", to_threshold_db, "dB", "MAPL"),
        ("mapl_sensitivity", to_sensitivity_db, "dB", "MAPL"),
    ]
    words = [(label(f"link_{key}", language), float(value), *rest) for key, value, *rest in rows]
    return pd.DataFrame(words, columns=["term", "value", "unit", "note"])
