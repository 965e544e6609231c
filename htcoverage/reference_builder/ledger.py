"""The modelled ledger: 3,250 BTS with their cells, from tables and terrain alone.

The public statement (Hà Tĩnh, October 2023) counts 3,250 BTS, 3G and 4G; the ledger behind it is
not public. This one is drawn by a seed from stated counts and rules. It imports nothing that knows
a coverage result, so no run can have tuned it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from htcoverage.crs import WGS84, transformer
from htcoverage.grid import DEFAULT_CRS
from htcoverage.reference_builder.ground import FloatArray, Ground, hearts
from htcoverage.reference_builder.masts import Masts, Positions, place_masts, share_masts
from htcoverage.reference_builder.write import write_csv
from htcoverage.schema import BTS, CELLS

OPERATOR_CODES = {"Viettel": "VT", "VinaPhone": "VN", "MobiFone": "MB"}
_POSITION_COUNTS = (("Viettel", 790), ("VinaPhone", 435), ("MobiFone", 405))


@dataclass(frozen=True)
class LedgerCounts:
    """The counts, stated before any run.

    Parameters
    ----------
    masts : int
        Distinct sites.
    positions : tuple of (str, int)
        Operator and its positions (one mast, one operator).
    only_4g, only_3g : int
        Positions with one technology; all others have both, so that
        BTS = 2 · positions − only_4g − only_3g.
    vinaphone_900 : int
        VinaPhone 3G positions with 900 MHz beside 2100 MHz: those with the fewest residents near.
    viettel_2100 : int
        Viettel 4G positions with 2100 MHz beside 1800 MHz: those with the most residents near.
    """

    masts: int = 1180
    positions: tuple[tuple[str, int], ...] = _POSITION_COUNTS
    only_4g: int = 6
    only_3g: int = 4
    vinaphone_900: int = 260
    viettel_2100: int = 400

    @property
    def bts(self) -> int:
        """Rows of the ledger."""
        return 2 * sum(n for _, n in self.positions) - self.only_4g - self.only_3g


COUNTS = LedgerCounts()

#: Columns that are rules of thumb, not facts of a station; everything is modelled, these not even
#: drawn.
ASSUMED = {
    "3G": "electrical_tilt_deg mechanical_tilt_deg antenna antenna_gain_dbi feeder_loss_db "
    "cpich_power_dbm",
    "4G": "electrical_tilt_deg mechanical_tilt_deg antenna antenna_gain_dbi feeder_loss_db "
    "port_power_dbm rs_boost_db",
}
ANTENNA = "3gpp-36814"
GAIN_DBI = {900: 15.5, 1800: 17.0, 2100: 17.0}
#: Radio head at the mast's foot (3G), half-way or at the antenna (4G): loss of the coaxial run.
FEEDER_LOSS_DB = {"3G": 2.0, "4G": 1.0}
CPICH_POWER_DBM = 33.0
#: Per antenna port over the carrier: 2×40 W in the open country, 2×20 W in town and at 2100 MHz.
PORT_POWER_OPEN_DBM = 46.0
PORT_POWER_TOWN_DBM = 43.0
BANDWIDTH_3G_MHZ = 5.0
#: 10 MHz of 4G at 2100 MHz leave the same operator one 5 MHz carrier of 3G out of 15 MHz.
BANDWIDTH_4G_MHZ = {1800: 20.0, 2100: 10.0}
#: Electrical tilt by the distance to the operator's nearest other mast: below m metres, degrees.
TILT_BY_SPACING = ((700.0, 7.0), (1200.0, 5.0), (2000.0, 4.0), (3500.0, 3.0), (np.inf, 2.0))
SECTORS = 3
#: Sectors stand up to this far off the even 120°, in whole degrees.
AZIMUTH_PLAY_DEG = 10


@dataclass(frozen=True, eq=False)
class Ledger:
    """Base stations (points, EPSG:4326) and their cells, columns as in :mod:`htcoverage.schema`."""

    bts: gpd.GeoDataFrame
    cells: pd.DataFrame


def build_ledger(
    settlements: gpd.GeoDataFrame,
    *,
    districts: gpd.GeoDataFrame,
    communes: pd.DataFrame,
    ground: Ground,
    seed: int,
    counts: LedgerCounts = COUNTS,
) -> Ledger:
    """Return a modelled ledger: the same for the same seed, tables and ground.

    Parameters
    ----------
    settlements : GeoDataFrame
        ``name, commune_code, residents``, polygons, EPSG:9209.
    districts : GeoDataFrame
        Polygons, EPSG:9209.
    communes : DataFrame
        ``commune_code, commune_name``, for the names of sites.
    ground : Ground
        Covers the districts.
    seed : int
        Together with 1 the seed of ``numpy.random.default_rng``: fibre draws from another stream.
    counts : LedgerCounts
        What is counted beforehand.

    Returns
    -------
    Ledger
        Sorted by site, operator and technology; sites are numbered from north to south.
    """
    rng = np.random.default_rng((seed, 1))
    masts = place_masts(
        settlements, districts=districts, ground=ground, count=counts.masts, rng=rng
    )
    positions = share_masts(
        masts, settlements=settlements, positions=dict(counts.positions), rng=rng
    )
    technologies = _technologies(masts, positions=positions, counts=counts)
    stations = _stations(
        masts, positions=positions, technologies=technologies,
        names=site_names(masts.points, settlements=settlements, communes=communes),
    )  # fmt: skip
    cells = _cells(stations, masts=masts, positions=positions, counts=counts, rng=rng)
    lon_deg, lat_deg = transformer(DEFAULT_CRS, WGS84).transform(*masts.points.T)
    mast = positions.mast[stations["position"].to_numpy()]
    bts = gpd.GeoDataFrame(
        stations[list(BTS.column_names)],
        geometry=shapely.points(np.round(lon_deg, 6)[mast], np.round(lat_deg, 6)[mast]),
        crs=WGS84,
    )
    return Ledger(bts, cells)


def write_ledger(ledger: Ledger, *, folder: Path) -> None:
    """Write ``bts.csv`` (with longitude and latitude in degrees, WGS 84) and ``cells.csv``."""
    points = ledger.bts.geometry
    bts = pd.DataFrame(ledger.bts[list(BTS.column_names)])
    write_csv(folder / "bts.csv", bts.assign(longitude=points.x, latitude=points.y))
    write_csv(folder / "cells.csv", ledger.cells)


def site_names(
    points: FloatArray, *, settlements: gpd.GeoDataFrame, communes: pd.DataFrame
) -> list[str]:
    """Return a name for each point: its nearest settlement and commune, numbered where repeated."""
    tree = cKDTree(hearts(settlements))
    commune = settlements["commune_code"].map(
        communes.set_index("commune_code")["commune_name"].to_dict()
    )
    names = (commune + " – " + settlements["name"]).iloc[tree.query(points)[1]]
    number = names.groupby(names.to_numpy()).cumcount() + 1
    return [name if n == 1 else f"{name} ({n})" for name, n in zip(names, number, strict=True)]


def _technologies(
    masts: Masts, *, positions: Positions, counts: LedgerCounts
) -> list[tuple[str, ...]]:
    """Return both at nearly all positions, 4G only at the densest, 3G only at the remotest."""
    by_people = np.argsort(-masts.density_per_km2[positions.mast], kind="stable")
    both: list[tuple[str, ...]] = [("3G", "4G")] * len(positions.mast)
    for i in by_people[: counts.only_4g]:
        both[i] = ("4G",)
    for i in by_people[len(by_people) - counts.only_3g :]:
        both[i] = ("3G",)
    return both


def _stations(
    masts: Masts, *, positions: Positions, technologies: list[tuple[str, ...]], names: list[str]
) -> pd.DataFrame:
    rows = []
    for i, (mast, operator) in enumerate(zip(positions.mast, positions.operator, strict=True)):
        site_id = f"HTH{mast + 1:04d}"
        for technology in technologies[i]:
            bts_id = f"{site_id}-{OPERATOR_CODES[operator]}-{technology}"
            rows.append((i, bts_id, site_id, names[mast], operator, technology))
    stations = pd.DataFrame(
        rows, columns=["position", "bts_id", "site_id", "site_name", "operator", "technology"]
    )
    return stations.assign(status="on-air", provenance="modelled")


def _cells(
    stations: pd.DataFrame,
    *,
    masts: Masts,
    positions: Positions,
    counts: LedgerCounts,
    rng: np.random.Generator,
) -> pd.DataFrame:
    azimuth_deg = _azimuths_deg(len(positions.mast), rng=rng)
    tilt_deg = _tilts_deg(masts, positions=positions)
    bands = _extra_bands(stations, masts=masts, positions=positions, counts=counts)
    rows = []
    for station, bts_id, technology, extra in zip(
        stations["position"], stations["bts_id"], stations["technology"], bands, strict=True
    ):
        in_town = masts.place[positions.mast[station]] == 0
        for band_mhz in sorted({2100 if technology == "3G" else 1800, *extra}):
            is_3g = technology == "3G"
            open_country = band_mhz == 1800 and not in_town
            for sector in range(SECTORS):
                rows.append(
                    {
                        "cell_id": f"{bts_id}-{band_mhz}-{sector + 1}",
                        "bts_id": bts_id,
                        "band_mhz": band_mhz,
                        "bandwidth_mhz": BANDWIDTH_3G_MHZ if is_3g else BANDWIDTH_4G_MHZ[band_mhz],
                        "antenna_height_m": positions.antenna_height_m[station],
                        "azimuth_deg": azimuth_deg[station, sector],
                        "electrical_tilt_deg": tilt_deg[station],
                        "mechanical_tilt_deg": 0.0,
                        "antenna": ANTENNA,
                        "antenna_gain_dbi": GAIN_DBI[band_mhz],
                        "feeder_loss_db": FEEDER_LOSS_DB[technology],
                        "port_power_dbm": np.nan
                        if is_3g
                        else (PORT_POWER_OPEN_DBM if open_country else PORT_POWER_TOWN_DBM),
                        "cpich_power_dbm": CPICH_POWER_DBM if is_3g else np.nan,
                        "rs_boost_db": 0.0,
                        "assumed": ASSUMED[technology],
                    }
                )
    return pd.DataFrame(rows, columns=list(CELLS.column_names))


def _azimuths_deg(count: int, *, rng: np.random.Generator) -> FloatArray:
    base = rng.integers(0, 120, (count, 1)) + np.arange(SECTORS) * 120
    play = rng.integers(-AZIMUTH_PLAY_DEG, AZIMUTH_PLAY_DEG + 1, (count, SECTORS))
    return ((base + play) % 360).astype(np.float64)


def _tilts_deg(masts: Masts, *, positions: Positions) -> FloatArray:
    """Electrical tilt of each position by the distance to the operator's nearest other mast."""
    operator = np.asarray(positions.operator)
    points = masts.points[positions.mast]
    tilt = np.empty(len(points))
    limits, tilts = (np.asarray(column) for column in zip(*TILT_BY_SPACING, strict=True))
    for name in OPERATOR_CODES:
        own = operator == name
        gap_m = np.asarray(cKDTree(points[own]).query(points[own], k=2)[0])[:, 1]
        tilt[own] = tilts[np.searchsorted(limits, gap_m, side="right")]
    return tilt


def _extra_bands(
    stations: pd.DataFrame, *, masts: Masts, positions: Positions, counts: LedgerCounts
) -> list[tuple[int, ...]]:
    """Return second bands: 900 MHz where few live (VinaPhone), 2100 MHz where many (Viettel)."""
    people = masts.density_per_km2[positions.mast[stations["position"].to_numpy()]]
    extra: list[tuple[int, ...]] = [()] * len(stations)
    for operator, technology, sign, number, band_mhz in (
        ("VinaPhone", "3G", 1.0, counts.vinaphone_900, 900),
        ("Viettel", "4G", -1.0, counts.viettel_2100, 2100),
    ):
        own = np.flatnonzero(
            (stations["operator"] == operator) & (stations["technology"] == technology)
        )
        for i in own[np.argsort(sign * people[own], kind="stable")[:number]]:
            extra[i] = (band_mhz,)
    return extra
