"""From a cell's power to its level, and the least level that a receiver can use.

4G levels are RSRP: power of one resource element of one antenna port (3GPP TS 36.214, §5.1.1).
3G levels are RSCP: power of the common pilot channel (3GPP TS 25.215, §5.1.1). Two antenna ports
do not add up in RSRP, so only the power of one counts.
"""

from __future__ import annotations

from typing import Literal, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from htcoverage.errors import Fault, InputError, argument_fault

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
