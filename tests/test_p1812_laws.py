"""Laws that P.1812 obeys whatever the profile."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from htcoverage.propagation.p1812.model import P1812Result, location_sigma_db, p1812

CALM = settings(max_examples=60, deadline=None)


@st.composite
def paths(draw: st.DrawFn) -> dict[str, Any]:
    """A rough profile with clutter, zones and every scalar argument."""
    n = draw(st.integers(6, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    relief = draw(st.sampled_from([0.0, 5.0, 80.0, 600.0]))
    length_km = draw(st.floats(0.5, 80.0))
    d = np.concatenate([[0.0], np.cumsum(rng.uniform(0.5, 1.5, n - 1))])
    return {
        "distance_km": d / d[-1] * length_km,
        "ground_m": np.maximum(0.0, 10.0 + relief * np.cumsum(rng.normal(size=n)) / math.sqrt(n)),
        "clutter_m": rng.choice([0.0, 0.0, 8.0, 15.0], n),
        "zone": np.where(rng.uniform(size=n) < draw(st.floats(0, 1)), 1, rng.choice([3, 4], n)),
        "tx_height_m": draw(st.floats(5.0, 100.0)),
        "rx_height_m": draw(st.floats(1.0, 20.0)),
        "freq_mhz": draw(st.sampled_from([30.0, 450.0, 900.0, 1800.0, 2100.0, 6000.0])),
        "polarization": draw(st.sampled_from(["horizontal", "vertical"])),
        "delta_n": draw(st.floats(30.0, 70.0)),
        "n0": draw(st.floats(310.0, 390.0)),
    }


def loss(path: dict[str, Any], **changes: Any) -> P1812Result:
    return p1812(**(path | changes))


def turned(path: dict[str, Any]) -> dict[str, Any]:
    d = path["distance_km"]
    return path | {
        "distance_km": d[-1] - d[::-1],
        "ground_m": path["ground_m"][::-1],
        "clutter_m": path["clutter_m"][::-1],
        "zone": path["zone"][::-1],
        "tx_height_m": path["rx_height_m"],
        "rx_height_m": path["tx_height_m"],
    }


@CALM
@given(path=paths(), time_percent=st.sampled_from([1.0, 10.0, 50.0]))
def test_reciprocity(path: dict[str, Any], time_percent: float) -> None:
    there = loss(path, time_percent=time_percent).basic_transmission_loss_db
    back = loss(turned(path), time_percent=time_percent).basic_transmission_loss_db
    assert there == pytest.approx(back, abs=1e-6)


@CALM
@given(path=paths())
def test_free_space_is_a_floor_at_the_median(path: dict[str, Any]) -> None:
    got = loss(path)
    assert got.basic_transmission_loss_db >= got.free_space_db


@CALM
@given(
    path=paths(),
    index=st.floats(0.01, 0.99),
    more_m=st.floats(0.0, 60.0),
    time_percent=st.sampled_from([1.0, 50.0]),
)
def test_more_clutter_never_means_less_loss(
    path: dict[str, Any], index: float, more_m: float, time_percent: float
) -> None:
    # Clutter enters the Bullington loss of the real profile alone, whose ν is a product of two
    # angles (or a running maximum): both only grow with any one height.
    clutter = path["clutter_m"].copy()
    clutter[int(index * clutter.size)] += more_m
    less = loss(path, time_percent=time_percent)
    more = loss(path, time_percent=time_percent, clutter_m=clutter)
    assert more.basic_transmission_loss_db >= less.basic_transmission_loss_db - 1e-9
    assert more.diffraction_50_db >= less.diffraction_50_db - 1e-9


@CALM
@given(path=paths(), percents=st.lists(st.floats(1.0, 99.0), min_size=2, max_size=2))
def test_more_locations_mean_more_loss(path: dict[str, Any], percents: list[float]) -> None:
    low, high = sorted(percents)
    few = loss(path, location_percent=low, location_sigma_db=5.5)
    many = loss(path, location_percent=high, location_sigma_db=5.5)
    assert many.basic_transmission_loss_db >= few.basic_transmission_loss_db


@CALM
@given(
    path=paths(),
    percent=st.floats(1.0, 50.0),
    sigma_db=st.floats(0.0, 10.0),
    time_percent=st.sampled_from([1.0, 10.0, 50.0]),
)
def test_locations_are_a_normal_distribution_about_their_median(
    path: dict[str, Any], percent: float, sigma_db: float, time_percent: float
) -> None:
    # The share that 1 − q leaves lies as far above the median as q lies below, and both z·σ from
    # it, but for the line of sight's loss, which no location beats (eq. 67, 69; z to 5.4e-4 by its
    # approximation).
    zone = np.broadcast_to(path["zone"], path["distance_km"].shape).copy()
    zone[-1] = 4
    path = path | {"zone": zone, "time_percent": time_percent, "location_sigma_db": sigma_db}
    few, median, many = (
        loss(path, location_percent=q).basic_transmission_loss_db
        for q in (percent, 50.0, 100.0 - percent)
    )
    deviate = -NormalDist().inv_cdf(percent / 100.0)
    assert many - median == pytest.approx(deviate * sigma_db, abs=5.5e-4 * sigma_db + 1e-7)
    assert few <= median + 1e-7
    assert median - few <= many - median + 1e-7
    beyond = loss(path, location_percent=percent, location_sigma_db=2.0 * sigma_db)
    # Twice the spread takes twice as far, until the line of sight ends it.
    assert median - beyond.basic_transmission_loss_db <= 2.0 * (median - few) + 1e-7


@CALM
@given(
    freq_mhz=st.floats(100.0, 6000.0),
    tx_height_m=st.floats(10.0, 60.0),
    rx_height_m=st.floats(1.0, 10.0),
)
def test_loss_grows_with_distance_over_bare_flat_ground(
    freq_mhz: float, tx_height_m: float, rx_height_m: float
) -> None:
    d = np.arange(0.0, 60.05, 0.1)
    losses = [
        p1812(
            d[:n], 3.0, tx_height_m=tx_height_m, rx_height_m=rx_height_m, freq_mhz=freq_mhz
        ).basic_transmission_loss_db
        for n in range(6, d.size, 7)
    ]
    assert (np.diff(losses) > 0).all()


def flat(length_km: float, **changes: Any) -> P1812Result:
    arguments: dict[str, Any] = {
        "ground_m": 5.0, "tx_height_m": 30.0, "rx_height_m": 1.5, "freq_mhz": 1800.0,
    }  # fmt: skip
    return p1812(np.linspace(0.0, length_km, 301), **(arguments | changes))


def test_nothing_in_the_way_is_free_space() -> None:
    got = flat(2.0, tx_height_m=500.0, rx_height_m=500.0)
    assert got.diffraction_50_db == 0.0
    assert not got.transhorizon
    # 92.4 + 20·log10(1.8) + 20·log10(2.0) = 92.4 + 5.1055 + 6.0206
    assert got.basic_transmission_loss_db == pytest.approx(103.5261, abs=1e-3)


def test_far_beyond_the_horizon_troposcatter_is_left() -> None:
    got = flat(500.0, time_percent=50.0)
    assert got.transhorizon
    assert got.diffraction_50_db > 300
    assert got.basic_transmission_loss_db == pytest.approx(
        -5 * math.log10(10 ** (-0.2 * got.troposcatter_db) + 10 ** (-0.2 * got.ducting_db)),
        abs=0.2,
    )


@CALM
@given(path=paths(), step=st.floats(1.0, 40.0))
def test_raising_the_whole_country_changes_nothing_on_land(
    path: dict[str, Any], step: float
) -> None:
    # Only the coupling into ducts over the sea knows heights above sea level.
    path = path | {"zone": 4}
    lifted = loss(path, ground_m=path["ground_m"] + step)
    assert lifted.basic_transmission_loss_db == pytest.approx(
        loss(path).basic_transmission_loss_db, abs=1e-6
    )


def test_location_variability_needs_land_and_never_beats_the_line_of_sight() -> None:
    def at(zone: int, percent: float) -> float:
        ground = np.where(np.arange(301) == 150, 150.0, 5.0)
        return flat(
            10.0, ground_m=ground, zone=zone, location_percent=percent, location_sigma_db=4.0
        ).basic_transmission_loss_db

    # Inverse normal at 10 %: 1.2817 (approximated in Attachment 2), times 4 dB.
    assert at(4, 90.0) - at(4, 50.0) == pytest.approx(4 * 1.2817, abs=2e-3)
    assert at(4, 50.0) - at(4, 10.0) == pytest.approx(4 * 1.2817, abs=2e-3)
    # At both ends of the range, 1 and 99 %: t = √(−2·ln 0.01) = 3.034854; C = (0.010328·t² +
    # 0.802853·t + 2.515516698)/(0.001308·t³ + 0.189269·t² + 1.432788·t + 1) = 5.047183/7.128096
    # = 0.708069; z = 2.326785 (the normal's 2.326348), times 4 dB.
    assert at(4, 99.0) - at(4, 50.0) == pytest.approx(4 * 2.326785, abs=1e-5)
    assert at(4, 50.0) - at(4, 1.0) == pytest.approx(4 * 2.326785, abs=1e-5)
    assert at(1, 90.0) == at(1, 50.0)
    clear = flat(2.0, tx_height_m=300.0, location_percent=1.0, location_sigma_db=4.0)
    assert clear.basic_transmission_loss_db == clear.free_space_db


def test_diffraction_is_interpolated_between_the_median_and_beta0() -> None:
    # Far north and far inland ducts are rare: β0 < 10 %.
    ground = np.where(np.arange(301) == 150, 90.0, 5.0)
    north: dict[str, Any] = {"ground_m": ground, "latitude_deg": 60.0}
    got = flat(40.0, time_percent=10.0, **north)
    assert got.beta0_percent < 5.0
    # At a share below β0 the loss is that of β0 itself (three Earth radii).
    rare = flat(40.0, time_percent=1.0, latitude_deg=0.0, ground_m=ground)
    assert rare.beta0_percent > 1.0
    share = NormalDist().inv_cdf(0.1) / NormalDist().inv_cdf(got.beta0_percent / 100)
    expected = got.diffraction_50_db + share * (rare.diffraction_p_db - got.diffraction_50_db)
    assert got.diffraction_50_db > rare.diffraction_p_db + 0.5
    assert got.diffraction_p_db == pytest.approx(expected, abs=0.01)


def test_clutter_at_the_two_ends_is_left_out() -> None:
    clutter = np.zeros(301)
    clutter[[0, -1]] = 40.0
    assert flat(5.0, clutter_m=clutter) == flat(5.0)


def test_clutter_nearer_than_the_clearance_counts_as_bare() -> None:
    d = np.linspace(0.0, 3.0, 101)  # 30 m steps
    clutter = np.full(101, 10.0)
    arguments: dict[str, Any] = {"tx_height_m": 36.0, "rx_height_m": 1.5, "freq_mhz": 1800.0}
    letter = p1812(d, 5.0, clutter_m=clutter, **arguments)
    cleared = p1812(d, 5.0, clutter_m=clutter, clutter_clearance_m=100.0, **arguments)
    clutter[97:] = 0.0  # 90, 60, 30 and 0 m from the receiver
    assert cleared == p1812(d, 5.0, clutter_m=clutter, **arguments)
    assert cleared.basic_transmission_loss_db < letter.basic_transmission_loss_db - 5


def test_sea_lowers_the_loss_of_vertical_polarization_at_30_mhz() -> None:
    def at(zone: int, polarization: str) -> float:
        return flat(40.0, zone=zone, freq_mhz=30.0, polarization=polarization).spherical_earth_db

    assert at(1, "vertical") < at(4, "vertical") - 10
    assert at(1, "vertical") < at(1, "horizontal") - 10


def test_location_variability_by_hand() -> None:
    # P.1812-8 §4.7 at 1.8 GHz and 100 m: 0.52 + 0.024·1.8 = 0.5632; 100^0.28 = 10^0.56 = 3.63078;
    # 0.5632·3.63078 = 2.04486 dB.
    assert location_sigma_db(1800.0, 100.0) == pytest.approx(2.04486, abs=1e-5)
    # At 600 MHz and 500 m: 0.5344 · 500^0.28 = 0.5344·e^(0.28·6.214608) = 0.5344·5.69786 = 3.04494.
    assert location_sigma_db(600.0, 500.0) == pytest.approx(3.04494, abs=1e-4)
    # u(h) falls from 1 at the clutter's top to 0 ten metres above it: 4 m above, 0.6.
    half = location_sigma_db(1800.0, 100.0, rx_height_m=14.0, clutter_height_m=10.0)
    assert half == pytest.approx(0.6 * 2.04486, abs=1e-5)
    assert location_sigma_db(1800.0, 100.0, rx_height_m=10.0, clutter_height_m=10.0) == (
        location_sigma_db(1800.0, 100.0)
    )
    assert location_sigma_db(1800.0, 100.0, rx_height_m=25.0, clutter_height_m=10.0) == 0.0
