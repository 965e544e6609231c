"""What a ledger usually lacks: every value here is a labelled assumption, none is measured.

A ledger of base stations alone becomes cells by these values, and each column so filled is named in
``assumed``. They describe a usual rural macro site in Vietnam; a planner's own value for any of
them goes into a column of the same name in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass

STATUS = "on-air"
PROVENANCE = "user"

#: Labelled assumption: three sectors, the first to the north.
AZIMUTHS_DEG = (0.0, 120.0, 240.0)


@dataclass(frozen=True)
class SiteDefault:
    """Labelled assumption: how a site is built where it stands.

    Parameters
    ----------
    antenna_height_m : float
        Antenna centre above ground.
    tilt_aim_m : float
        Distance at which the main beam meets flat ground; the electrical tilt follows, in whole
        degrees.
    """

    antenna_height_m: float
    tilt_aim_m: float


#: By surroundings: roofs and short masts in a town, where the next site is near; higher masts that
#: look farther in the open. Where the surroundings are not known, a village's hold.
SITES = {
    "town": SiteDefault(25.0, 400.0),
    "village": SiteDefault(30.0, 600.0),
    "open": SiteDefault(36.0, 900.0),
}
UNKNOWN_SURROUNDINGS = "village"
ANTENNA_HEIGHT_M = SITES[UNKNOWN_SURROUNDINGS].antenna_height_m
TILT_AIM_M = SITES[UNKNOWN_SURROUNDINGS].tilt_aim_m
MECHANICAL_TILT_DEG = 0.0

#: Pattern of 3GPP TR 36.814 table A.2.1.1-2: 70° horizontally, 10° vertically.
ANTENNA = "3gpp-36814"

#: Labelled assumption: the carrier that each technology is first built on.
BAND_MHZ = {"3G": 2100.0, "4G": 1800.0}


@dataclass(frozen=True)
class RadioDefault:
    """Labelled assumption: radio values of one technology up to a carrier frequency.

    Parameters
    ----------
    technology : str
        3G or 4G.
    up_to_mhz : float
        The row holds for carriers below this, from where the row before ends.
    bandwidth_mhz, antenna_gain_dbi, feeder_loss_db : float
        Columns of the cells table.
    port_power_dbm, cpich_power_dbm : float or None
        4G: 20 W a port, two ports; 3G: a tenth of a 20 W carrier.
    rs_boost_db : float
        4G: none.
    """

    technology: str
    up_to_mhz: float
    bandwidth_mhz: float
    antenna_gain_dbi: float
    feeder_loss_db: float
    port_power_dbm: float | None
    cpich_power_dbm: float | None
    rs_boost_db: float


#: Labelled assumption: a panel of about 2 m has some 17 dBi, less below 1 GHz; a 4G radio unit
#: hangs below its antenna, a 3G one often stands at the foot of the mast. At 2100 MHz the 15 MHz of
#: an operator are shared by one 3G carrier and 10 MHz of 4G.
RADIO = (
    RadioDefault("3G", 1000.0, 5.0, 15.5, 2.0, None, 33.0, 0.0),
    RadioDefault("3G", float("inf"), 5.0, 17.0, 2.0, None, 33.0, 0.0),
    RadioDefault("4G", 1000.0, 10.0, 15.5, 1.0, 43.0, None, 0.0),
    RadioDefault("4G", 2000.0, 20.0, 17.0, 1.0, 43.0, None, 0.0),
    RadioDefault("4G", 2200.0, 10.0, 17.0, 1.0, 43.0, None, 0.0),
    RadioDefault("4G", float("inf"), 20.0, 17.0, 1.0, 43.0, None, 0.0),
)

#: The same in words, for whoever reads a figure that rests on them.
IN_WORDS = {
    "status": STATUS,
    "provenance": PROVENANCE,
    "band_mhz": "3G 2100 MHz, 4G 1800 MHz",
    "bandwidth_mhz": "3G 5 MHz; 4G 20 MHz, 10 MHz below 1 GHz and at 2100 MHz",
    "antenna_height_m": "30 m (village, or surroundings not known; town 25 m, open 36 m)",
    "azimuth_deg": "three sectors at 0°, 120° and 240°",
    "electrical_tilt_deg": "whole degrees, main beam on flat ground at 600 m (30 m: 3°); "
    "in a town 400 m, in the open 900 m",
    "mechanical_tilt_deg": "0°",
    "antenna": "3GPP TR 36.814 table A.2.1.1-2",
    "antenna_gain_dbi": "17 dBi, 15.5 dBi below 1 GHz",
    "feeder_loss_db": "4G 1 dB, 3G 2 dB",
    "port_power_dbm": "4G 43 dBm (20 W) a port",
    "cpich_power_dbm": "3G 33 dBm (a tenth of 20 W)",
    "rs_boost_db": "4G 0 dB",
}
