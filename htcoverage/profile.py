"""One path: terrain, clutter, line of sight, first Fresnel zone and every loss between two points.

The profile is cut and computed as `htcoverage.engine.exact` does it, so its loss is the one that
the sweep approximates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from htcoverage.coverage import DEFAULT_CLUTTER_CLEARANCE_M, DEFAULT_RX_HEIGHT_M
from htcoverage.coverage.arguments import clearance, faults_of, number, refractivity
from htcoverage.coverage.extent import HIGHEST_M, LOWEST_M
from htcoverage.crs import WGS84, transformer
from htcoverage.engine.exact import cut_profile
from htcoverage.engine.pixel import NEAREST_KM
from htcoverage.errors import Fault, InputError, argument_fault
from htcoverage.labels import Language, label
from htcoverage.propagation.p1812.combine import free_space_db, slant_distance_km
from htcoverage.propagation.p1812.diffraction import FREE_NU, WAVELENGTH_M_GHZ
from htcoverage.propagation.p1812.model import (
    CITATION,
    DEFAULT_DELTA_N,
    DEFAULT_N0,
    FREQUENCY_RANGE,
    RX_HEIGHT_RANGE,
    TX_HEIGHT_RANGE,
    P1812Result,
    effective_radius_km,
    p1812,
)
from htcoverage.propagation.validity import check_range
from htcoverage.terrain import Terrain

FloatArray = npt.NDArray[np.float64]

#: Fewest intervals of a profile, as in the exact job.
LEAST_INTERVALS = 4
#: Positions nearer to each other than this are one place: no path runs between them.
LEAST_DISTANCE_M = 1.0
#: Finest step of a profile; terrain holds nothing finer, and a tiny step would fill the memory.
LEAST_STEP_M = 1.0

_LOSS_TERMS = (
    "free_space_db",
    "bullington_actual_db",
    "bullington_smooth_db",
    "spherical_earth_db",
    "diffraction_50_db",
    "troposcatter_db",
    "ducting_db",
)


@dataclass(frozen=True)
class Obstacle:
    """What stands farthest into the first Fresnel zone of a path.

    Parameters
    ----------
    longitude_deg, latitude_deg : float
        Position, WGS 84.
    distance_km : float
        From the transmitter.
    ground_m : float
        Terrain there above sea level, m.
    clutter_m : float
        Clutter on it that counts, m.
    blocks_m : float
        Height of its top above the line of sight over the curved Earth, m; below 0 it does not
        block the line but stands in the zone around it that must be free.
    fresnel_radius_m : float
        Radius of the first Fresnel zone there, m.
    kind : {"terrain", "clutter"}
        ``terrain`` where the bare ground alone stands so far in, ``clutter`` where only what
        stands on it does.
    """

    longitude_deg: float
    latitude_deg: float
    distance_km: float
    ground_m: float
    clutter_m: float
    blocks_m: float
    fresnel_radius_m: float
    kind: Literal["terrain", "clutter"]


@dataclass(frozen=True, eq=False)
class PathProfile:
    """One path and its loss, with the parameters that made it.

    Parameters
    ----------
    points : DataFrame
        One row a profile point, transmitter first: ``distance_km``; ``longitude_deg,
        latitude_deg``, WGS 84; ``ground_m`` above sea level; ``clutter_m`` that counts (0 at both
        ends and nearer to the receiver than the clearance); ``zone`` (1 sea, 3 coastal land, 4
        inland);
        ``earth_bulge_m``, by which the curved Earth rises above the chord; ``line_of_sight_m``,
        the straight line between the antennas above sea level; ``fresnel_radius_m``, of the first
        Fresnel zone; ``clearance_m``, line of sight less ground, clutter and bulge.
    path_loss_db : float
        Median basic transmission loss.
    terms : P1812Result or None
        Its parts; None where the path is shorter than the model holds for.
    extrapolated : bool
        Whether the path is shorter than the model holds for: the loss is then that of free space
        over the slant distance, as in coverage.
    obstacle : Obstacle or None
        None where the Fresnel zone is free enough to cost nothing.
    """

    points: pd.DataFrame
    path_loss_db: float
    terms: P1812Result | None
    extrapolated: bool
    obstacle: Obstacle | None
    distance_km: float
    tx_lon_lat: tuple[float, float]
    rx_lon_lat: tuple[float, float]
    tx_height_m: float
    rx_height_m: float
    freq_mhz: float
    clutter_clearance_m: float
    delta_n: float
    n0: float
    step_m: float
    model: str
    terrain_sources: tuple[tuple[str, str], ...]


def path_profile(
    terrain: Terrain,
    tx_lon_lat: tuple[float, float],
    rx_lon_lat: tuple[float, float],
    *,
    tx_height_m: float,
    freq_mhz: float,
    rx_height_m: float = DEFAULT_RX_HEIGHT_M,
    clutter_clearance_m: float = DEFAULT_CLUTTER_CLEARANCE_M,
    delta_n: float = DEFAULT_DELTA_N,
    n0: float = DEFAULT_N0,
    step_m: float | None = None,
) -> PathProfile:
    """Return the profile between two points and its median loss by ITU-R P.1812-8, term by term.

    Parameters
    ----------
    terrain : Terrain
        Covers both points, without voids between them.
    tx_lon_lat, rx_lon_lat : (float, float)
        Longitude and latitude of mast and receiver in degrees, WGS 84.
    tx_height_m, rx_height_m : float
        Antennas above ground, 1 to 3000 m.
    freq_mhz : float
        30 to 6000 MHz.
    clutter_clearance_m : float
        Clutter nearer to the receiver counts as bare, m, at least 0.
    delta_n, n0 : float
        Refractivity lapse rate, N-units/km (0 to below 157), and sea-level refractivity, N-units.
    step_m : float, optional
        Longest distance between profile points, at least 1 m; the terrain's posting by default.

    Returns
    -------
    PathProfile

    Raises
    ------
    InputError
        With every fault of the points (no pair of numbers, outside the terrain, one place) and of
        the other arguments; or if the terrain has a void on the path.
    ValidityError
        If a height or the frequency lies outside the range of P.1812-8.

    References
    ----------
    ITU-R P.1812-8, Annex 1; first Fresnel zone: ITU-R P.526-15, §2.1, eq. 2.

    Examples
    --------
    >>> path = ht.path_profile(
    ...     province.terrain, (105.90, 18.35), (105.95, 18.33), tx_height_m=36, freq_mhz=1800
    ... )
    >>> round(path.distance_km, 2)
    5.73
    >>> path.obstacle.kind
    'clutter'
    """
    if not isinstance(terrain, Terrain):
        raise argument_fault("terrain", type(terrain).__name__, "what read_terrain returns")
    step = terrain.posting_m if step_m is None else step_m
    faults = faults_of(
        number("tx_height_m", tx_height_m, "a number, m"),
        number("rx_height_m", rx_height_m, "a number, m"),
        number("freq_mhz", freq_mhz, "a number, MHz"),
        clearance(clutter_clearance_m),
        *refractivity(delta_n, n0),
        number(
            "step_m", step, f"{LEAST_STEP_M:g} m or more", lambda v: LEAST_STEP_M <= v < math.inf
        ),
    )
    ends_m = _checked_ends(terrain, tx_lon_lat, rx_lon_lat, faults)
    for valid, value in (
        (TX_HEIGHT_RANGE, tx_height_m),
        (RX_HEIGHT_RANGE, rx_height_m),
        (FREQUENCY_RANGE, freq_mhz),
    ):
        check_range(valid, value, citation=CITATION)
    distance_km = math.dist(*ends_m) / 1000.0
    d_km, ground_m, clutter_m, zone = _cut(
        terrain, ends_m, distance_km, clutter_clearance_m, step_m=step
    )
    ends = ground_m[0] + tx_height_m, ground_m[-1] + rx_height_m
    points = _points(terrain, ends_m, d_km, ground_m, clutter_m, zone, ends, freq_mhz, delta_n)
    extrapolated = distance_km < NEAREST_KM
    if extrapolated:
        terms = None
        slant_km = slant_distance_km(distance_km, *ends)
        loss_db = float(free_space_db(slant_km, 1e-3 * freq_mhz))
    else:
        terms = p1812(
            d_km, ground_m, tx_height_m=tx_height_m, rx_height_m=rx_height_m, freq_mhz=freq_mhz,
            clutter_m=clutter_m, zone=zone, latitude_deg=tx_lon_lat[1], delta_n=delta_n, n0=n0,
        )  # fmt: skip
        loss_db = terms.basic_transmission_loss_db
    return PathProfile(
        points=points,
        path_loss_db=loss_db,
        terms=terms,
        extrapolated=extrapolated,
        obstacle=None if extrapolated else _obstacle(points),
        distance_km=distance_km,
        tx_lon_lat=tx_lon_lat,
        rx_lon_lat=rx_lon_lat,
        tx_height_m=tx_height_m,
        rx_height_m=rx_height_m,
        freq_mhz=freq_mhz,
        clutter_clearance_m=clutter_clearance_m,
        delta_n=delta_n,
        n0=n0,
        step_m=1000.0 * distance_km / (len(d_km) - 1),
        model=CITATION,
        terrain_sources=terrain.sources,
    )


def loss_table(profile: PathProfile, *, language: Language = "en") -> pd.DataFrame:
    """Return every loss term of a path as a table: ``term`` in the language, ``value``, ``unit``.

    Diffraction is delta-Bullington: the actual path's, plus what the spherical Earth's exceeds the
    smooth path's by (P.1812-8, eq. 39). A path too short for the model has free space alone.
    """
    if profile.terms is None:
        parts = [("free_space_db", profile.path_loss_db)]
    else:
        parts = [(name, float(getattr(profile.terms, name))) for name in _LOSS_TERMS]
    rows = [(label(f"term_{name}", language), value, "dB") for name, value in parts]
    rows.append((label("term_basic_transmission_loss_db", language), profile.path_loss_db, "dB"))
    return pd.DataFrame(rows, columns=["term", "value", "unit"])


def first_fresnel_radius_m(distance_km: FloatArray, freq_mhz: float) -> FloatArray:
    """Radius of the first Fresnel zone along a path, m: √(λ·d₁·d₂/d) (ITU-R P.526-15, eq. 2).

    Parameters
    ----------
    distance_km : ndarray, shape (n,)
        From the transmitter, ascending from 0; the last is the receiver's.
    freq_mhz : float
        Frequency.
    """
    total_km = distance_km[-1]
    wavelength_m = 1000.0 * WAVELENGTH_M_GHZ / freq_mhz
    both_km = distance_km * (total_km - distance_km) / total_km
    radius_m: FloatArray = np.sqrt(1000.0 * wavelength_m * both_km)
    return radius_m


def _is_position(value: object) -> bool:
    """Whether a value is a pair of numbers on the globe."""
    if not isinstance(value, Sequence | np.ndarray) or len(value) != 2:
        return False
    on_globe = (
        number("longitude", value[0], "", lambda v: abs(v) <= 180.0),
        number("latitude", value[1], "", lambda v: abs(v) <= 90.0),
    )
    return not faults_of(*on_globe)


def _checked_ends(
    terrain: Terrain,
    tx_lon_lat: tuple[float, float],
    rx_lon_lat: tuple[float, float],
    faults: list[Fault],
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return both ends in metres of the terrain's CRS, or raise their faults and those given."""
    faults = list(faults)
    ends = []
    box = terrain.geobox.boundingbox
    to_terrain = transformer(WGS84, str(terrain.geobox.crs))
    for name, position in (("tx_lon_lat", tx_lon_lat), ("rx_lon_lat", rx_lon_lat)):
        if not _is_position(position):
            expected = "longitude −180 to 180 and latitude −90 to 90 degrees, in this order"
            faults.append(Fault("argument", None, name, str(position), expected))
            continue
        lon, lat = position
        x_m, y_m = to_terrain.transform(lon, lat)
        if not (box.left <= x_m <= box.right and box.bottom <= y_m <= box.top):
            expected = "a position on the terrain (longitude first, then latitude)"
            faults.append(Fault("argument", None, name, f"{lon}, {lat}", expected))
            continue
        ends.append((float(x_m), float(y_m)))
    if len(ends) == 2 and math.dist(*ends) < LEAST_DISTANCE_M:
        expected = f"a position at least {LEAST_DISTANCE_M:g} m from the transmitter's"
        faults.append(Fault("argument", None, "rx_lon_lat", str(rx_lon_lat), expected))
    if faults:
        raise InputError(faults)
    return ends[0], ends[1]


def _cut(
    terrain: Terrain,
    ends_m: tuple[tuple[float, float], tuple[float, float]],
    distance_km: float,
    clutter_clearance_m: float,
    *,
    step_m: float,
) -> tuple[FloatArray, FloatArray, FloatArray, npt.NDArray[np.uint8]]:
    """Cut the profile from the rasters: distance, ground, clutter that counts, zone."""
    inverse = ~terrain.geobox.transform
    (tx_col, tx_row), (rx_col, rx_row) = (inverse * end for end in ends_m)
    intervals = max(math.ceil(1000.0 * distance_km / step_m), LEAST_INTERVALS)
    cut: tuple[FloatArray, FloatArray, FloatArray, npt.NDArray[np.uint8]] = cut_profile(
        terrain.ground_m, terrain.clutter_height_m, terrain.zone, tx_row - 0.5, tx_col - 0.5,
        rx_row - 0.5, rx_col - 0.5, distance_km, clutter_clearance_m / 1000.0, intervals,
    )  # fmt: skip
    # As for coverage: beyond the heights of land lies a file's mark for "nothing here".
    void = ~((cut[1] > LOWEST_M) & (cut[1] < HIGHEST_M))
    if void.any():
        at_km = cut[0][void][0]
        raise argument_fault(
            "terrain",
            f"{int(void.sum())} of {void.size} profile points void, the first {at_km:.2f} km from"
            " the transmitter",
            "terrain without voids on the path: fill them, they are not sea",
        )
    return cut


def _points(
    terrain: Terrain,
    ends_m: tuple[tuple[float, float], tuple[float, float]],
    d_km: FloatArray,
    ground_m: FloatArray,
    clutter_m: FloatArray,
    zone: npt.NDArray[np.uint8],
    antennas_m: tuple[float, float],
    freq_mhz: float,
    delta_n: float,
) -> pd.DataFrame:
    total_km = d_km[-1]
    (tx_x, tx_y), (rx_x, rx_y) = ends_m
    share = d_km / total_km
    longitude, latitude = transformer(str(terrain.geobox.crs), WGS84).transform(
        tx_x + share * (rx_x - tx_x), tx_y + share * (rx_y - tx_y)
    )
    bulge_m = 500.0 / effective_radius_km(delta_n) * d_km * (total_km - d_km)
    line_m = antennas_m[0] + share * (antennas_m[1] - antennas_m[0])
    return pd.DataFrame(
        {
            "distance_km": d_km,
            "longitude_deg": longitude,
            "latitude_deg": latitude,
            "ground_m": ground_m,
            "clutter_m": clutter_m,
            "zone": zone,
            "earth_bulge_m": bulge_m,
            "line_of_sight_m": line_m,
            "fresnel_radius_m": first_fresnel_radius_m(d_km, freq_mhz),
            "clearance_m": line_m - ground_m - clutter_m - bulge_m,
        }
    )


def _obstacle(points: pd.DataFrame) -> Obstacle | None:
    """Return the point of largest ν = √2·height above the line / Fresnel radius, if it costs."""
    inner = {name: points[name].to_numpy(np.float64)[1:-1] for name in points.columns}
    per_m = math.sqrt(2.0) / inner["fresnel_radius_m"]
    nu = -per_m * inner["clearance_m"]
    place = int(np.argmax(nu))
    if not nu[place] > FREE_NU:
        return None
    at = {name: float(values[place]) for name, values in inner.items()}
    bare_nu = nu[place] - per_m[place] * at["clutter_m"]
    return Obstacle(
        longitude_deg=at["longitude_deg"],
        latitude_deg=at["latitude_deg"],
        distance_km=at["distance_km"],
        ground_m=at["ground_m"],
        clutter_m=at["clutter_m"],
        blocks_m=-at["clearance_m"],
        fresnel_radius_m=at["fresnel_radius_m"],
        kind="terrain" if bare_nu > FREE_NU else "clutter",
    )
