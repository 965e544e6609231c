"""The Irregular Terrain Model against published values, hand arithmetic and laws."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_values import PUBLISHED, needs_published, table

from htcoverage.errors import InputError, ValidityError
from htcoverage.propagation.itm.kernels import effective_earth_radius_m, ground_impedance
from htcoverage.propagation.itm.mechanisms import (
    fresnel_edge_db,
    roughness_at_m,
    surface_deviation_m,
)
from htcoverage.propagation.itm.model import Climate, Siting, Variability, itm, itm_area
from htcoverage.propagation.itm.terrain import fitted_ends_m, horizons, terrain_irregularity_m
from htcoverage.propagation.itm.variability import effective_distance_m, variable_attenuation_db
from htcoverage.propagation.validity import ExtrapolationWarning

FOLDER = PUBLISHED / "itm"
CLIMATES, MODES, SITINGS = get_args(Climate), get_args(Variability), get_args(Siting)


def common(row: dict[str, str]) -> dict[str, Any]:
    mode = int(row["mdvar"])
    return {
        "tx_height_m": float(row["h_tx__meter"]),
        "rx_height_m": float(row["h_rx__meter"]),
        "freq_mhz": float(row["f__mhz"]),
        "polarization": ("horizontal", "vertical")[int(row["pol"])],
        "climate": CLIMATES[int(row["climate"]) - 1],
        "n0": float(row["N_0"]),
        "permittivity": float(row["epsilon"]),
        "conductivity_s_per_m": float(row["sigma"]),
        "variability": MODES[mode % 10],
        "location_varies": mode // 10 not in (1, 3),
        "situation_varies": mode < 20,
        "time_percent": float(row["time"]),
        "location_percent": float(row["location"]),
        "situation_percent": float(row["situation"]),
    }


def profile(path: Path, row: int) -> tuple[np.ndarray, np.ndarray]:
    values = [float(x) for x in path.read_text().split("\n")[row].split(",")]
    ground = np.array(values[2:])
    assert ground.size == values[0] + 1
    return np.arange(ground.size) * values[1] / 1000, ground


@pytest.mark.published
@needs_published
@pytest.mark.parametrize("row", range(5))
def test_published_point_to_point(row: int) -> None:
    case = table(FOLDER / "p2p.csv")[row]
    got = itm(*profile(FOLDER / "pfls.csv", row), **common(case))
    assert got.basic_transmission_loss_db == pytest.approx(float(case["A__db"]), abs=0.01)


@pytest.mark.published
@needs_published
@pytest.mark.parametrize("row", range(5))
def test_published_area(row: int) -> None:
    case = table(FOLDER / "area.csv")[row]
    got = itm_area(
        float(case["d__km"]),
        terrain_irregularity_m=float(case["delta_h__meter"]),
        tx_siting=SITINGS[int(case["tx_siting_criteria"])],
        rx_siting=SITINGS[int(case["rx_siting_criteria"])],
        **common(case),
    )
    # One decimal is published.
    assert got.basic_transmission_loss_db == pytest.approx(float(case["A__db"]), abs=0.051)


def printed(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="latin-1").replace("\r", "").split("\n")
    return {line[:24].strip(): line[24:].split("(")[0].split("[")[0].strip() for line in lines}


EXAMPLE: dict[str, Any] = {
    "rx_height_m": 3.0, "climate": "continental-temperate", "n0": 301.0, "permittivity": 15.0,
    "conductivity_s_per_m": 0.005,
}  # fmt: skip


@pytest.mark.published
@needs_published
@pytest.mark.parametrize("name", ["o_p2ptls.txt", "o_areatls.txt"])
def test_published_intermediate_values(name: str) -> None:
    folder = FOLDER / "cmd_examples"
    arguments = EXAMPLE | {"tx_height_m": 15.0, "freq_mhz": 3500.0, "variability": "accidental"}
    if "p2p" in name:
        got = itm(*profile(folder / "pfl.txt", 0), **arguments)
    else:
        got = itm_area(10.0, terrain_irregularity_m=20.0, **arguments)
    expected = printed(folder / name)
    for value, key, tolerance in (
        (got.basic_transmission_loss_db, "Basic Transmission Loss", 0.051),
        (got.free_space_db, "Free Space", 0.051),
        (got.tx_horizon_mrad, "theta_hzn_tx", 0.0006),
        (got.rx_horizon_mrad, "theta_hzn_rx", 0.0006),
        (got.tx_horizon_m, "d_hzn_tx__meter", 0.51),
        (got.rx_horizon_m, "d_hzn_rx__meter", 0.51),
        (got.tx_effective_m, "h_e_tx__meter", 0.051),
        (got.rx_effective_m, "h_e_rx__meter", 0.051),
        (got.surface_refractivity, "N_s", 0.051),
        (got.terrain_irregularity_m, "delta_h__meter", 0.051),
        (got.reference_attenuation_db, "A_ref__db", 0.051),
    ):
        assert value == pytest.approx(float(expected[key]), abs=tolerance), key


@pytest.mark.published
@needs_published
def test_published_table_over_distance_and_confidence() -> None:
    text = (FOLDER / "cmd_examples" / "o_areacr_tbl.txt").read_text(encoding="latin-1")
    rows = [line.split() for line in text.replace("\r", "").split("\n")]
    rows = [row for row in rows if len(row) == 5 and row[0].isdigit()]
    assert len(rows) == 19
    for km, free, *losses in rows:
        for confidence, expected in zip((50.0, 75.0, 90.0), losses, strict=True):
            got = itm_area(
                float(km), terrain_irregularity_m=0.0, tx_height_m=3.0, freq_mhz=10000.0,
                time_percent=90.0, situation_percent=confidence, **EXAMPLE,
            )  # fmt: skip
            assert got.free_space_db == pytest.approx(float(free), abs=0.051)
            assert got.basic_transmission_loss_db == pytest.approx(float(expected), abs=0.051)


def test_terms_by_hand() -> None:
    # e^(301/179.3) = e^1.678751 = 5.358855; 1/(157e-9·(1 − 0.04665·5.358855)) = 8.49250e6 m:
    # four thirds of the Earth.
    assert effective_earth_radius_m(301.0) == pytest.approx(8.4925e6, rel=1e-4)
    # ν = 0: 6.02; ν² = 4: 6.02 + 18.22 − 5.08 = 19.16; ν² = 100: 12.953 + 20.
    assert fresnel_edge_db(0.0) == 6.02
    assert fresnel_edge_db(4.0) == pytest.approx(19.16)
    assert fresnel_edge_db(100.0) == pytest.approx(32.953)
    # 90 m over 50 km: 90·(1 − 0.8/e) = 63.5127; 0.78·81·e^(−0.5·3) = 14.0973.
    assert roughness_at_m(50e3, 90.0) == pytest.approx(63.5127, abs=1e-3)
    assert surface_deviation_m(81.0) == pytest.approx(14.0973, abs=1e-3)
    # ε = 15 + 18000·0.01/100·i = 15 + 1.8i: √(14 + 1.8i) = 3.749349 + 0.240042i.
    impedance = ground_impedance(100.0, 15.0, 0.01, False)
    assert impedance == pytest.approx(3.749349 + 0.240042j, abs=1e-5)
    assert ground_impedance(100.0, 15.0, 0.01, True) == pytest.approx(impedance / (15 + 1.8j))
    # 477 MHz: k = 10; √(18e6·50) = 30 km, √(18e6·2) = 6 km, (57.57e12)^(1/3) = 38.6128 km.
    reach = 74.6128e3
    got = effective_distance_m(20e3, 50.0, 2.0, 477.0)
    assert got == pytest.approx(130e3 * 20e3 / reach, rel=1e-5)
    assert effective_distance_m(100e3, 50.0, 2.0, 477.0) == pytest.approx(230e3 - reach, rel=1e-5)


def variable(**changes: Any) -> float:
    arguments: dict[str, Any] = {
        "reference_db": 30.0, "distance_m": 100e3, "tx_effective_m": 50.0, "rx_effective_m": 2.0,
        "roughness_m": 90.0, "freq_mhz": 477.0, "climate": 5, "mode": 3, "location_varies": True,
        "situation_varies": True, "time": 50.0, "location": 50.0, "situation": 50.0,
    }  # fmt: skip
    return variable_attenuation_db(*(arguments | changes).values())


def test_variability_by_hand() -> None:
    # Effective distance 155,387.2 m. Median, continental temperate: (−0.62 + 9.19/(1 + ((155.3872 −
    # 205.2)/143.6)²))·r/(1 + r), r = (155.3872/228.9)² = 0.460830: (−0.62 + 9.19/1.120330)·0.315457
    # = 2.392056.
    assert variable() == pytest.approx(30.0 - 2.392056, abs=1e-4)
    # Time 90 % (z = −1.28173): below the median: (2.68 + 7.16/(1 + ((155.3872 − 186.8)/133.5)²)) ·
    # r/(1 + r), r = (155.3872/93.7)² = 2.750085: (2.68 + 7.16/1.055367)·0.733340 = 6.940619;
    # g = 0.92 + 0.25/((1.77·ln 1.33)² + 1) = 0.92 + 0.25/1.254786 = 1.119237: 7.768198 dB.
    slow = variable(time=90.0)
    assert slow - variable() == pytest.approx(1.28173 * 7.768198, abs=2e-3)
    # Location 10 %: k·Δh(100 km) = 10·90·(1 − 0.8·e^−2) = 802.559; 10·802.559/815.559 = 9.840600.
    assert variable() - variable(location=10.0) == pytest.approx(1.28173 * 9.8406, abs=2e-3)
    assert variable(location=10.0, location_varies=False) == pytest.approx(variable(), abs=1e-6)
    # Situation 90 %: √(5 + 3·e^(−1.553872))² = 5.634283 dB (nothing else varies at the median).
    assert variable(situation=90.0) - variable() == pytest.approx(1.28173 * 5.634283, abs=2e-3)
    assert variable(situation=90.0, situation_varies=False) == pytest.approx(variable(), abs=1e-6)
    # A gain g over free space is squeezed: −10·(29 + 10)/(29 + 100).
    gained = variable(reference_db=2.392056 - 10.0)
    assert gained == pytest.approx(-10.0 * 39.0 / 129.0, abs=1e-4)


def test_tail_of_the_time_distribution_and_confidence() -> None:
    # Above the median σ = (4.75 + 8.12/(1 + ((155.3872 − 135.9)/113.4)²))·r/(1 + r), r =
    # (155.3872/93.2)² = 2.779671: (4.75 + 8.12/1.029532)·0.735427 = 9.293665; g = 0.93 +
    # 0.31/((2·ln 1.33)² + 1) = 0.93 + 0.31/1.325307 = 1.163909: 10.816989 dB.
    sigma = 10.816989
    usual = variable() - variable(time=20.0)
    assert usual == pytest.approx(0.841457 * sigma, abs=2e-3)
    # 1 % of time: z = 2.326785 beyond 1.282: 1.224·σ − 0.224·σ·1.282/z.
    rare = variable(reference_db=60.0) - variable(reference_db=60.0, time=1.0)
    assert rare == pytest.approx((1.224 * 2.326785 - 0.224 * 1.282) * sigma, abs=2e-3)
    # Situation 90 %, time 20 %: √(5.634283² + 9.102029²/(7.8 + 1.281729²)) = 6.365429.
    both = variable(time=20.0, situation=90.0) - variable(time=20.0)
    assert both == pytest.approx(1.281729 * 6.365429, abs=2e-3)
    # Location 20 %: √(5.634283² + (9.8406·0.841457)²/(24 + 1.281729²)) = 5.866773.
    both = variable(location=20.0, situation=90.0) - variable(location=20.0)
    assert both == pytest.approx(1.281729 * 5.866773, abs=2e-3)


def test_antennas_that_see_each_other_are_as_high_as_it_takes() -> None:
    # A hollow a tenth deeper than the Earth's curve, 30 km: the 3 m antennas see each other, but
    # with heights over the fitted line alone they would not.
    step, n = 100.0, 300
    x = step * (np.arange(n + 1) - n / 2)
    ground = 1.1 * x**2 / (2 * 8.49e6)
    got = itm(
        np.arange(n + 1) * step / 1000, ground, tx_height_m=3.0, rx_height_m=3.0, freq_mhz=900.0,
        n0=301.0,
    )  # fmt: skip
    fit, _ = fitted_ends_m(ground, step, 45.0, 30e3 - 45.0)
    fitted = 3.0 + ground[0] - fit
    radius = effective_earth_radius_m(got.surface_refractivity)
    irregular = math.exp(-0.07 * math.sqrt(got.terrain_irregularity_m / fitted))
    both = 2 * math.sqrt(2 * fitted * radius) * irregular
    assert both < 30e3
    assert got.tx_effective_m == pytest.approx(fitted * (30e3 / both) ** 2)
    assert got.mechanism == "line-of-sight"


def test_modes_of_variability_join_the_shares() -> None:
    # Mobile: location follows time; broadcast: each its own, their sum.
    both = variable(mode=2, time=90.0) - variable()
    time = variable(mode=3, time=90.0) - variable()
    place = variable(mode=3, location=90.0) - variable()
    assert both == pytest.approx(math.hypot(time, place), abs=1e-6)
    assert variable(mode=3, time=90.0, location=90.0) - variable() == pytest.approx(time + place)
    # Single message: all follow situation, whatever the other two say.
    assert variable(mode=0, situation=80.0) == variable(mode=0, situation=80.0, time=5.0)
    assert variable(mode=1, situation=80.0) == variable(mode=1, situation=80.0, location=5.0)
    # Accidental: the spread of location goes into the confidence, √(5.634283² + 9.8406² +
    # (9.8406·1.281729)²/(24 + 1.642829)) = 11.608427; single message: that of time as well.
    sure = variable(mode=1, situation=90.0) - variable()
    assert sure == pytest.approx(1.281729 * 11.608427, abs=2e-3)
    low, y_time, y_place = 7.768198, 1.281729 * 7.768198, 1.281729 * 9.8406
    spread = math.sqrt(
        low**2 + 9.8406**2 + 5.634283**2 + y_time**2 / 9.442829 + y_place**2 / 25.642829
    )
    single = variable(mode=0, situation=90.0) - variable()
    assert single == pytest.approx(1.281729 * spread, abs=2e-3)
    assert variable(mode=0, situation=80.0) > variable(mode=1, situation=80.0) > variable()


def test_profile_reading_by_hand() -> None:
    step = 100.0
    heights = 5.0 + 0.02 * step * np.arange(51)
    assert fitted_ends_m(heights, step, 0.0, 5000.0) == pytest.approx((5.0, 105.0))
    assert fitted_ends_m(heights, step, 1000.0, 2000.0) == pytest.approx((5.0, 105.0))
    assert terrain_irregularity_m(heights, step, 0.0, 5000.0) == pytest.approx(0.0, abs=1e-9)
    assert terrain_irregularity_m(heights, step, 0.0, 150.0) == 0.0
    # A saw of ±50 m: its 10 % and 90 % are near ±40 m, and a short path has shown but a part.
    saw = 50.0 * (2.0 / math.pi) * np.arcsin(np.sin(np.arange(1001) / 7.0))
    long_run = terrain_irregularity_m(saw, step, 0.0, 100e3)
    assert long_run == pytest.approx(80.0 / (1.0 - 0.8 * math.exp(-2.0)), rel=0.05)
    # The same heights on a tenth of the step: a short path has shown less of its relief.
    short_run = terrain_irregularity_m(saw, step / 10, 0.0, 10e3)
    seen = (1.0 - 0.8 * math.exp(-2.0)) / (1.0 - 0.8 * math.exp(-0.2))
    assert short_run / long_run == pytest.approx(seen, rel=1e-9)
    # A wall of 60 m at 1 km of 5 km, antennas of 10 and 2 m, flat Earth.
    wall = np.zeros(51)
    wall[10] = 60.0
    got = horizons(wall, step, 10.0, 2.0, 1e15)
    assert got == pytest.approx((50.0 / 1000.0, 58.0 / 4000.0, 1000.0, 4000.0), rel=1e-6)


@st.composite
def paths(draw: st.DrawFn) -> dict[str, Any]:
    n = draw(st.integers(20, 200))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    relief = draw(st.sampled_from([0.0, 10.0, 200.0]))
    return {
        "distance_km": np.linspace(0.0, draw(st.floats(2.0, 100.0)), n),
        "ground_m": 10.0 + relief * np.abs(np.cumsum(rng.normal(size=n))) / math.sqrt(n),
        "tx_height_m": draw(st.floats(5.0, 100.0)),
        "rx_height_m": draw(st.floats(1.0, 20.0)),
        "freq_mhz": draw(st.sampled_from([100.0, 900.0, 1800.0, 6000.0])),
        "polarization": draw(st.sampled_from(["horizontal", "vertical"])),
    }


@settings(max_examples=60, deadline=None)
@given(path=paths())
def test_reciprocity_over_even_ground_and_floor(path: dict[str, Any]) -> None:
    # Over rough ground the fits at the two ends start at whole points of the profile, counted from
    # the transmitter; over even ground the model is reciprocal.
    path["ground_m"] = np.full(path["ground_m"].size, 10.0)
    there = itm(**path)
    swapped = path | {"tx_height_m": path["rx_height_m"], "rx_height_m": path["tx_height_m"]}
    back = itm(**swapped)
    assert there.basic_transmission_loss_db == pytest.approx(back.basic_transmission_loss_db)
    assert there.reference_attenuation_db >= 0.0


@settings(max_examples=60, deadline=None)
@given(path=paths(), shares=st.lists(st.floats(1.0, 99.0), min_size=2, max_size=2))
def test_more_of_anything_means_more_loss(path: dict[str, Any], shares: list[float]) -> None:
    low, high = sorted(shares)
    for name in ("time_percent", "location_percent", "situation_percent"):
        few = itm(**path, **{name: low}).basic_transmission_loss_db
        many = itm(**path, **{name: high}).basic_transmission_loss_db
        assert many >= few - 1e-9


def test_area_loss_grows_with_distance_and_is_continuous() -> None:
    d = np.geomspace(1.0, 400.0, 2000)
    losses = [
        itm_area(
            km, tx_height_m=30.0, rx_height_m=1.5, freq_mhz=900.0, terrain_irregularity_m=90.0
        ).basic_transmission_loss_db
        for km in d
    ]
    steps = np.diff(losses)
    assert (steps > -1e-9).all()
    assert steps.max() < 0.5


def test_area_geometry_by_hand() -> None:
    # Δh = 90 m, 301 N-units: 8.4925e6 m. Random siting: 2 m stays 2 m: √(2·2·8.4925e6) = 5828.4 m,
    # e^(−0.07·√(90/5)) = e^(−0.296985) = 0.743055: 4330.8 m; angle (0.65·90·(1/0.743055 − 1) −
    # 4)/5828.4 = (20.2291 − 4)/5828.4 = 2.78449 mrad.
    def at(siting: Siting, height: float) -> Any:
        return itm_area(
            20.0, tx_height_m=height, rx_height_m=2.0, freq_mhz=450.0, terrain_irregularity_m=90.0,
            tx_siting=siting, n0=301.0,
        )  # fmt: skip

    got = at("random", 2.0)
    assert got.tx_effective_m == 2.0
    assert got.tx_horizon_m == pytest.approx(4330.8, abs=1.0)
    assert got.tx_horizon_mrad == pytest.approx(2.78449, abs=1e-3)
    # Careful: 2 + (1 + 4·sin(0.2π))·e^(−4/90) = 2 + 3.351141·0.956529 = 5.205463; very careful at
    # 10 m: 10 + 10·e^(−20/90) = 18.007374; careful at 10 m: 10 + 5·0.800737.
    assert at("careful", 2.0).tx_effective_m == pytest.approx(5.205463, abs=1e-5)
    assert at("very-careful", 10.0).tx_effective_m == pytest.approx(18.00737, abs=1e-4)
    assert at("careful", 10.0).tx_effective_m == pytest.approx(14.00369, abs=1e-4)


def test_effective_heights_of_a_blocked_path() -> None:
    # A ridge at 3 km of 12 km in steps of 10 m, ground falling from both ends: the transmitter's
    # line is fitted from the lesser of 15 heights (45 m) and a tenth of its horizon to nine tenths.
    step, n = 10.0, 1200
    x = step * np.arange(n + 1)
    ground = 50.0 * np.exp(-x / 400.0) + 30.0 * np.exp(-(12e3 - x) / 900.0)
    ground[300] = 200.0
    got = itm(x / 1000, ground, tx_height_m=3.0, rx_height_m=2.0, freq_mhz=900.0)
    assert (got.tx_horizon_m, got.rx_horizon_m) == (3000.0, 9000.0)
    tx_fit, _ = fitted_ends_m(ground, step, 45.0, 2700.0)
    _, rx_fit = fitted_ends_m(ground, step, 12e3 - 8100.0, 12e3 - 30.0)
    assert got.tx_effective_m == pytest.approx(3.0 + max(ground[0] - tx_fit, 0.0))
    assert got.rx_effective_m == pytest.approx(2.0 + max(ground[-1] - rx_fit, 0.0))
    assert got.tx_effective_m > 10.0


def test_careful_siting_helps() -> None:
    def at(siting: Siting) -> float:
        return itm_area(
            20.0, tx_height_m=10.0, rx_height_m=2.0, freq_mhz=450.0, terrain_irregularity_m=90.0,
            tx_siting=siting,
        ).basic_transmission_loss_db  # fmt: skip

    assert at("random") > at("careful") > at("very-careful")


def call(**changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "distance_km": np.linspace(0.0, 10.0, 101), "ground_m": np.full(101, 3.0),
        "tx_height_m": 30.0, "rx_height_m": 1.5, "freq_mhz": 900.0,
    }  # fmt: skip
    return itm(**(arguments | changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"freq_mhz": 19.0}, "freq_mhz is 19 MHz.*20 to 20000 MHz"),
        ({"tx_height_m": 0.4}, r"tx_height_m is 0\.4 m.*0\.5 to 3000 m"),
        ({"rx_height_m": 3001.0}, r"rx_height_m is 3001 m.*0\.5 to 3000 m"),
        ({"n0": 401.0}, "n0 is 401 N-units.*250 to 400"),
        ({"permittivity": 0.5}, r"permittivity is 0\.5"),
        ({"time_percent": 100.0}, r"time_percent is 100 %.*0\.01 to 99\.99 %"),
        ({"ground_m": np.full(101, 9000.0), "n0": 250.0}, None),
    ],
)
def test_ranges(changes: dict[str, Any], words: str | None) -> None:
    if words is None:
        assert "surface refractivity of 97" in call(**changes).remarks[-1]
        return
    with pytest.raises(ValidityError, match=words):
        call(**changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"freq_mhz": 30.0}, "freq_mhz is 30 MHz.*40 to 10000 MHz"),
        ({"rx_height_m": 0.8}, r"rx_height_m is 0\.8 m.*1 to 1000 m"),
        ({"distance_km": np.linspace(0.0, 0.5, 101)}, r"distance_km is 0\.5 km.*1 to 2000 km"),
    ],
)
def test_the_field_extrapolates_with_a_warning(changes: dict[str, Any], words: str) -> None:
    with pytest.warns(ExtrapolationWarning, match=words):
        call(**changes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)
        assert math.isfinite(call(**changes).basic_transmission_loss_db)


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"distance_km": [0.0, 1.0]}, "distance_km"),
        ({"distance_km": np.linspace(0.0, 10.0, 101) ** 1.1}, "distance_km"),
        ({"distance_km": np.zeros(101)}, "distance_km"),
        ({"ground_m": np.zeros(3)}, "ground_m"),
        ({"ground_m": np.full(101, np.nan)}, "profile"),
        ({"climate": "polar"}, "climate"),
        ({"variability": "none"}, "variability"),
        ({"polarization": "circular"}, "polarization"),
    ],
)
def test_bad_arguments(changes: dict[str, Any], column: str) -> None:
    with pytest.raises(InputError) as caught:
        call(**changes)
    assert caught.value.faults[0].column == column


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"distance_km": 0.0}, "distance_km"),
        ({"terrain_irregularity_m": -1.0}, "terrain_irregularity_m"),
        ({"tx_siting": "lucky"}, "tx_siting"),
        ({"rx_siting": "lucky"}, "rx_siting"),
    ],
)
def test_bad_arguments_of_the_area_mode(changes: dict[str, Any], column: str) -> None:
    arguments: dict[str, Any] = {
        "distance_km": 10.0, "tx_height_m": 30.0, "rx_height_m": 1.5, "freq_mhz": 900.0,
        "terrain_irregularity_m": 30.0,
    }  # fmt: skip
    with pytest.raises(InputError) as caught:
        itm_area(**(arguments | changes))
    assert caught.value.faults[0].column == column
