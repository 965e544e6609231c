"""What the engine leaves out, it leaves out with a proof: the proofs are tried here."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from htcoverage.engine.bands import (
    FREE_DB,
    ROOT_WAVELENGTH,
    SCATTER_DB,
    band_constants,
    ducting_floor_db,
)
from htcoverage.engine.median import (
    NEGLIGIBLE_DB,
    add_scatter_db,
    diffraction_50_db,
    ducting_cannot_matter,
    smooth_earth,
    smooth_path_clearance,
)
from htcoverage.engine.radials import INLAND_KM, LAND_KM, walk_radial
from htcoverage.propagation.p1812.combine import (
    combine_db,
    ducting_db,
    ducting_time_db,
    free_space_db,
    troposcatter_db,
)
from htcoverage.propagation.p1812.diffraction import delta_bullington_db, profile_clearance
from htcoverage.propagation.p1812.profile import NO_COAST_KM, beta0_percent, zone_lengths

WIDE = settings(max_examples=1500, deadline=None)
CALM = settings(max_examples=200, deadline=None)

FREQ_GHZ = st.one_of(st.sampled_from([0.03, 0.1, 0.45, 0.5, 0.9, 1.8, 6.0]), st.floats(0.03, 6.0))
EARTH_KM = st.floats(6371.0, 15000.0)


@st.composite
def ducts(draw: st.DrawFn) -> dict[str, float]:
    """Every input of the ducting formula, within a latitude and with what can be known of it."""
    distance_km = draw(st.floats(0.25, 100.0))
    latitude_deg = draw(st.floats(-70.0, 70.0))
    land_km = draw(st.floats(0.0, 1.0)) * distance_km
    inland_km = draw(st.floats(0.0, 1.0)) * land_km
    transhorizon = draw(st.booleans())
    step_km = min(draw(st.floats(0.01, 1.0)), 0.24 * distance_km)
    tx_km = draw(st.floats(0.0, 1.0)) * (distance_km - 2 * step_km) + step_km
    rx_km = draw(st.floats(0.0, 1.0)) * (distance_km - tx_km - step_km) + step_km
    if not transhorizon:
        rx_km = distance_km - tx_km
    at_sea = draw(st.booleans())
    coasts = [draw(st.sampled_from([0.0, NO_COAST_KM])) if at_sea else NO_COAST_KM for _ in "tr"]
    return {
        "distance_km": distance_km,
        "step_km": step_km,
        "transhorizon": float(transhorizon),
        "tx_km": tx_km,
        "rx_km": rx_km,
        "tx_mrad": draw(st.floats(-300.0, 600.0)),
        "rx_mrad": draw(st.floats(-300.0, 600.0)),
        "tx_coast_km": coasts[0],
        "rx_coast_km": coasts[1],
        "inland_km": inland_km,
        "land_km": land_km,
        "land_known": draw(st.floats(0.0, 1.0)),
        "inland_known": draw(st.floats(0.0, 1.0)),
        "tx_amsl_m": draw(st.floats(1.0, 2500.0)),
        "rx_amsl_m": draw(st.floats(1.0, 2500.0)),
        "duct_tx_m": draw(st.floats(1.0, 2000.0)),
        "duct_rx_m": draw(st.floats(1.0, 2000.0)),
        "roughness_m": draw(st.floats(0.0, 1500.0)),
        "freq_ghz": draw(FREQ_GHZ),
        "sea_share": draw(st.floats(0.0, 1.0)) if at_sea else 0.0,
        "radius_km": draw(EARTH_KM),
        "latitude_deg": latitude_deg,
        "reach_km": distance_km + draw(st.floats(0.0, 1.0)) * (100.0 - distance_km),
    }


def full_ducting_db(duct: dict[str, float]) -> float:
    beta0 = beta0_percent(duct["latitude_deg"], duct["land_km"], duct["inland_km"])
    loss_db: float = ducting_db(
        duct["distance_km"], duct["tx_km"], duct["rx_km"], duct["tx_mrad"], duct["rx_mrad"],
        duct["tx_coast_km"], duct["rx_coast_km"], duct["inland_km"], duct["tx_amsl_m"],
        duct["rx_amsl_m"], duct["duct_tx_m"], duct["duct_rx_m"], duct["roughness_m"],
        duct["freq_ghz"], 50.0, duct["sea_share"], duct["radius_km"], beta0,
    )  # fmt: skip
    return loss_db


def claims(duct: dict[str, float], loss_db: float) -> bool:
    """Whether the engine would leave ducting out, knowing what it knows of such a path."""
    beyond = bool(duct["transhorizon"])
    d, step = duct["distance_km"], duct["step_km"]
    bands = band_constants(np.array([duct["freq_ghz"]]), 370.0)
    answer: bool = ducting_cannot_matter(
        loss_db, d, duct["tx_km"] if beyond else step, duct["tx_km"] if beyond else d, step, d,
        duct["tx_km"] + step if beyond else d, duct["tx_mrad"], duct["rx_mrad"], bands, 0,
        duct["radius_km"], duct["sea_share"],
        ducting_floor_db(duct["latitude_deg"], duct["reach_km"]), duct["latitude_deg"],
        duct["land_known"] * duct["land_km"], duct["inland_known"] * duct["inland_km"],
    )  # fmt: skip
    return answer


@WIDE
@given(duct=ducts())
def test_ducting_is_never_left_out_where_it_is_the_lesser_loss(duct: dict[str, float]) -> None:
    # The bound must hold up to the very loss that the full formula gives.
    assert not claims(duct, full_ducting_db(duct) + 1e-9)


@CALM
@given(duct=ducts(), elevation_mrad=st.floats(-20.0, 5.0))
def test_the_bound_on_ducting_is_of_use(duct: dict[str, float], elevation_mrad: float) -> None:
    # Over smooth land with low horizons it gives away little, or the rule would be idle.
    land = duct | {
        "tx_mrad": elevation_mrad, "rx_mrad": 0.0, "sea_share": 0.0, "roughness_m": 0.0,
        "latitude_deg": 18.3, "tx_coast_km": NO_COAST_KM, "rx_coast_km": NO_COAST_KM,
        "distance_km": 15.0, "tx_km": 8.0, "rx_km": 5.0, "step_km": 0.1, "transhorizon": 1.0,
        "reach_km": 15.0, "land_km": 15.0, "inland_km": 15.0, "freq_ghz": 1.8,
        "duct_tx_m": 30.0, "duct_rx_m": 1.5, "land_known": 0.9, "inland_known": 0.9,
    }  # fmt: skip
    assert claims(land, full_ducting_db(land) - 6.0)
    # Where nothing is known of the sections of land it gives away more.
    unknown = land | {"land_known": 0.0, "inland_known": 0.0}
    assert not claims(unknown, full_ducting_db(land) - 9.0)


@WIDE
@given(
    latitude_deg=st.floats(-90.0, 90.0),
    reach_km=st.floats(0.25, 100.0),
    distance=st.floats(0.0, 1.0),
    log_share=st.floats(-20.0, 0.0),
)
def test_the_time_term_of_ducting_never_falls_below_its_floor(
    latitude_deg: float, reach_km: float, distance: float, log_share: float
) -> None:
    # β from its largest value at the latitude (eq. 2, 4) down to 10⁻²⁰ of it.
    largest = 10.0 ** (1.67 - 0.015 * abs(latitude_deg)) if abs(latitude_deg) <= 70.0 else 4.17
    distance_km = max(0.25, distance * reach_km)
    beta = largest * 10.0**log_share
    term_db = ducting_time_db(distance_km, 50.0, beta)
    assert term_db >= ducting_floor_db(latitude_deg, reach_km) - 1e-9


@CALM
@given(
    distance_km=st.floats(0.25, 3000.0), log_beta=st.floats(-20.0, 1.67),
    lower=st.floats(0.0, 1.0),
)  # fmt: skip
def test_the_time_term_of_ducting_falls_as_ducting_grows_more_frequent(
    distance_km: float, log_beta: float, lower: float
) -> None:
    less = 10.0 ** (log_beta - lower * (log_beta + 20.0))
    term_db = ducting_time_db(distance_km, 50.0, 10.0**log_beta)
    assert ducting_time_db(distance_km, 50.0, less) >= term_db - 1e-9


@CALM
@given(
    latitude_deg=st.floats(-90.0, 90.0), land_km=st.floats(0.0, 100.0),
    inland=st.floats(0.0, 1.0), shares=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
)  # fmt: skip
def test_ducting_grows_less_frequent_with_the_sections_of_land(
    latitude_deg: float, land_km: float, inland: float, shares: tuple[float, float]
) -> None:
    inland_km = inland * land_km
    beta0 = beta0_percent(latitude_deg, land_km, inland_km)
    bound = beta0_percent(latitude_deg, shares[0] * land_km, shares[1] * inland_km)
    assert bound >= beta0 * (1.0 - 1e-12)


@CALM
@given(zones=st.lists(st.sampled_from([1, 3, 4]), min_size=2, max_size=40))
def test_a_radial_knows_of_sections_no_longer_than_the_path_has(zones: list[int]) -> None:
    n, step_km = len(zones), 0.1
    zone = np.tile(np.array(zones, np.uint8), (2, 1))
    flat = np.zeros((2, n), np.float32)
    run, sums = np.empty((7, n), np.float32), np.empty((5, n))
    walk_radial(
        flat, flat, zone, 0.0, 0.0, 0.0, 1.0, step_km, 30.0, 0.05, run, sums,
        np.empty((2, n), np.int32),
    )  # fmt: skip
    for last in range(1, n):
        d_km = step_km * np.arange(last + 1)
        _, land_km, inland_km = zone_lengths(d_km, zone[0, : last + 1])
        for known_km, true_km in (
            (sums[LAND_KM, last], land_km),
            (sums[INLAND_KM, last], inland_km),
        ):
            assert true_km - step_km - 1e-9 <= known_km <= true_km + 1e-9


@CALM
@given(
    latitude_deg=st.floats(-90.0, 90.0), land=st.floats(0.0, 1.0), inland=st.floats(0.0, 1.0),
    distance_km=st.floats(0.25, 100.0),
)  # fmt: skip
def test_beta0_never_exceeds_what_the_floor_assumes(
    latitude_deg: float, land: float, inland: float, distance_km: float
) -> None:
    largest = 10.0 ** (1.67 - 0.015 * abs(latitude_deg)) if abs(latitude_deg) <= 70.0 else 4.17
    land_km = land * distance_km
    assert beta0_percent(latitude_deg, land_km, inland * land_km) <= largest * (1.0 + 1e-12)


@CALM
@given(
    loss_db=st.floats(60.0, 250.0), above_db=st.floats(-60.0, 60.0),
    distance_km=st.floats(0.25, 100.0), angle_mrad=st.floats(0.0, 30.0),
)  # fmt: skip
def test_troposcatter_is_left_out_only_where_it_is_nothing(
    loss_db: float, above_db: float, distance_km: float, angle_mrad: float
) -> None:
    # Ducting is far above: then eq. 61 leaves the diffraction loss, and eq. 63 adds the scatter.
    scatter_db = loss_db + above_db
    full = combine_db(
        distance_km, angle_mrad, loss_db - 20.0, loss_db - 20.0, loss_db - 20.0, 20.0, 20.0,
        1000.0, scatter_db, 0.0, 50.0, 5.0,
    )  # fmt: skip
    assert add_scatter_db(loss_db, scatter_db) == pytest.approx(full, abs=3e-5)
    at_the_edge = loss_db - add_scatter_db(loss_db, loss_db + NEGLIGIBLE_DB - 1e-9)
    assert 0.0 < at_the_edge < 3e-5


@CALM
@given(
    freq_ghz=FREQ_GHZ, distance_km=st.floats(0.25, 100.0), angle_mrad=st.floats(0.0, 50.0),
    n0=st.floats(300.0, 400.0),
)  # fmt: skip
def test_the_constants_of_a_band_are_the_formulas(
    freq_ghz: float, distance_km: float, angle_mrad: float, n0: float
) -> None:
    row = band_constants(np.array([freq_ghz]), n0)[0]
    distance_db = 20.0 * math.log10(distance_km)
    assert row[FREE_DB] + distance_db == pytest.approx(free_space_db(distance_km, freq_ghz))
    assert row[SCATTER_DB] + distance_db + 0.573 * angle_mrad == pytest.approx(
        troposcatter_db(distance_km, angle_mrad, freq_ghz, 50.0, n0)
    )


@WIDE
@given(
    distance_km=st.floats(0.25, 100.0), step_km=st.floats(0.02, 0.5), tx_m=st.floats(0.5, 2000.0),
    rx_m=st.floats(0.5, 2000.0), radius_km=EARTH_KM,
)  # fmt: skip
def test_the_smooth_path_is_that_of_the_profile(
    distance_km: float, step_km: float, tx_m: float, rx_m: float, radius_km: float
) -> None:
    points = max(math.ceil(distance_km / step_km - 1e-5), 4)
    d = np.linspace(0.0, distance_km, points + 1)
    discrete = profile_clearance(d, np.zeros(points + 1), tx_m, rx_m, radius_km)
    assert smooth_path_clearance(distance_km, step_km, tx_m, rx_m, radius_km) == pytest.approx(
        discrete, rel=1e-9, abs=1e-9
    )


@WIDE
@given(
    clearance=st.floats(-30.0, 100.0), distance_km=st.floats(0.25, 100.0),
    tx_m=st.floats(0.5, 2000.0), rx_m=st.floats(0.5, 500.0), radius_km=EARTH_KM, freq_ghz=FREQ_GHZ,
    sea_share=st.sampled_from([0.0, 0.3, 1.0]),
)  # fmt: skip
def test_diffraction_is_that_of_the_recommendation(
    clearance: float, distance_km: float, tx_m: float, rx_m: float, radius_km: float,
    freq_ghz: float, sea_share: float,
) -> None:  # fmt: skip
    points = max(math.ceil(distance_km / 0.1 - 1e-5), 4)
    d = np.linspace(0.0, distance_km, points + 1)
    smooth = profile_clearance(d, np.zeros(points + 1), tx_m, rx_m, radius_km)
    expected, *_ = delta_bullington_db(
        clearance, smooth, distance_km, tx_m, rx_m, radius_km, freq_ghz, sea_share, True
    )
    bands = band_constants(np.array([freq_ghz]), 370.0)
    earth = smooth_earth(distance_km, 0.1, tx_m, rx_m, radius_km, bands[0, ROOT_WAVELENGTH])
    got = diffraction_50_db(clearance, *earth, distance_km, tx_m, rx_m, bands, 0, sea_share)
    assert got == pytest.approx(expected, rel=1e-9, abs=1e-6)
