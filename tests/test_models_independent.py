"""Models against values that other people's programs give, at points chosen here.

CRRM 2.0.2 (Keith Briggs and Ibrahim Nur, MIT licence), classes ``RMa_pathloss``, ``UMa_pathloss``
and ``UMi_pathloss``; crc-covlib @ a670cb78 (Communications Research Centre Canada, MIT licence),
helpers ``itur_p2108`` and ``itur_p2109``; Sionna 2.2.0 (NVIDIA, Apache-2.0), ``los_probability``.
"""

from __future__ import annotations

from typing import Any

import pytest

from htcoverage.propagation.p2108 import (
    slant_clutter_loss_db,
    statistical_clutter_loss_db,
    terminal_clutter_loss_db,
)
from htcoverage.propagation.p2109 import building_entry_loss_db
from htcoverage.propagation.tr38901 import (
    rma_sight_probability,
    tr38901,
    uma_sight_probability,
    umi_sight_probability,
)


@pytest.mark.parametrize(
    ("scenario", "tx_height_m", "rx_height_m", "distance_m", "los_db", "nlos_db"),
    [
        ("RMa", 30.0, 1.5, 300.0, 88.0338, 106.0724),
        ("RMa", 30.0, 1.5, 2500.0, 112.0891, 141.7632),  # beyond the break, at 1696 m
        ("RMa", 30.0, 3.0, 2500.0, 109.9246, 139.0723),
        ("RMa", 60.0, 3.0, 2500.0, 109.9271, 131.2620),
        ("UMa", 25.0, 1.5, 300.0, 87.9484, 115.5033),  # beyond the break, at 288 m
        ("UMa", 25.0, 1.5, 2500.0, 124.7288, 151.4377),
        ("UMa", 25.0, 3.0, 300.0, 87.6277, 114.5969),  # before it, at 1152 m
        ("UMi", 10.0, 1.5, 300.0, 97.9367, 115.2858),
        ("UMi", 10.0, 3.0, 300.0, 89.5275, 114.8339),
        ("UMi", 10.0, 3.0, 2500.0, 123.3478, 147.3346),
    ],
)
def test_tr38901_at_1800_mhz(
    scenario: Any,
    tx_height_m: float,
    rx_height_m: float,
    distance_m: float,
    los_db: float,
    nlos_db: float,
) -> None:
    given: dict[str, Any] = {
        "scenario": scenario, "freq_mhz": 1800.0, "tx_height_m": tx_height_m,
        "rx_height_m": rx_height_m,
    }  # fmt: skip
    assert tr38901(distance_m / 1e3, sight="los", **given) == pytest.approx(los_db, abs=1e-4)
    assert tr38901(distance_m / 1e3, sight="nlos", **given) == pytest.approx(nlos_db, abs=1e-4)


def test_probabilities_of_sight() -> None:
    assert rma_sight_probability(1500.0) == pytest.approx(0.225373, abs=1e-6)
    assert uma_sight_probability(200.0, 1.5) == pytest.approx(0.128048, abs=1e-6)
    assert uma_sight_probability(200.0, 20.0) == pytest.approx(0.325726, abs=1e-6)
    assert umi_sight_probability(60.0) == pytest.approx(0.432213, abs=1e-6)


@pytest.mark.parametrize(
    ("building", "freq_mhz", "probability", "elevation_deg", "loss_db"),
    [
        ("traditional", 900.0, 0.5, 0.0, 14.2420),
        ("traditional", 1800.0, 0.9, 0.0, 26.8187),
        ("thermally-efficient", 1800.0, 0.9, 30.0, 53.0336),
        ("thermally-efficient", 2100.0, 0.1, 0.0, 16.6199),
    ],
)
def test_p2109(
    building: Any, freq_mhz: float, probability: float, elevation_deg: float, loss_db: float
) -> None:
    found = building_entry_loss_db(
        building, freq_mhz=freq_mhz, probability=probability, elevation_deg=elevation_deg
    )
    assert found == pytest.approx(loss_db, abs=1e-4)


def test_p2108_around_a_terminal() -> None:
    def loss(clutter: Any, freq_mhz: float, height_m: float, clutter_m: float) -> float:
        return terminal_clutter_loss_db(
            clutter, freq_mhz=freq_mhz, antenna_height_m=height_m, clutter_height_m=clutter_m
        )

    assert loss("urban", 900.0, 1.5, 15.0) == pytest.approx(22.5763, abs=1e-4)
    assert loss("suburban", 2100.0, 1.5, 10.0) == pytest.approx(22.4275, abs=1e-4)
    assert loss("open", 1800.0, 3.0, 10.0) == pytest.approx(12.2263, abs=1e-4)


@pytest.mark.parametrize(
    ("distance_km", "freq_mhz", "percent", "loss_db"),
    [
        (0.5, 900.0, 50.0, 23.5205),
        (1.0, 1800.0, 90.0, 32.6794),
        (5.0, 3500.0, 10.0, 25.2421),
    ],
)
def test_p2108_along_the_ground(
    distance_km: float, freq_mhz: float, percent: float, loss_db: float
) -> None:
    found = statistical_clutter_loss_db(distance_km, freq_mhz=freq_mhz, location_percent=percent)
    assert found == pytest.approx(loss_db, abs=1e-4)


@pytest.mark.parametrize(
    ("elevation_deg", "freq_mhz", "percent", "loss_db"),
    [
        (5.0, 26_000.0, 50.0, 23.0735),
        (30.0, 26_000.0, 90.0, 8.2415),
        (60.0, 10_000.0, 20.0, 0.1024),
    ],
)
def test_p2108_into_the_sky(
    elevation_deg: float, freq_mhz: float, percent: float, loss_db: float
) -> None:
    found = slant_clutter_loss_db(elevation_deg, freq_mhz=freq_mhz, location_percent=percent)
    assert found == pytest.approx(loss_db, abs=1e-4)
