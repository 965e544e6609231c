"""What P.1812 refuses, and in which words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from htcoverage.errors import InputError, ValidityError
from htcoverage.propagation.p1812.model import location_sigma_db, p1812


def call(**changes: Any) -> float:
    arguments: dict[str, Any] = {
        "distance_km": np.linspace(0.0, 5.0, 51), "ground_m": 3.0, "tx_height_m": 30.0,
        "rx_height_m": 1.5, "freq_mhz": 1800.0,
    }  # fmt: skip
    return p1812(**(arguments | changes)).basic_transmission_loss_db


@pytest.mark.parametrize(
    ("name", "low", "high", "below", "above", "words"),
    [
        ("freq_mhz", 30.0, 6000.0, 29.9, 6000.1, "30 to 6000 MHz"),
        ("tx_height_m", 1.0, 3000.0, 0.9, 3001.0, "1 to 3000 m"),
        ("rx_height_m", 1.0, 3000.0, 0.0, 3001.0, "1 to 3000 m"),
        ("time_percent", 1.0, 50.0, 0.5, 50.1, "1 to 50 %"),
        ("location_percent", 1.0, 99.0, 0.9, 99.5, "1 to 99 %"),
        ("delta_n", 0.0, 156.0, -1.0, 157.0, "0 to below 157"),
    ],
)
def test_values_outside_the_range_are_refused_with_value_and_range(
    name: str, low: float, high: float, below: float, above: float, words: str
) -> None:
    assert np.isfinite([call(**{name: low}), call(**{name: high})]).all()
    for value in (below, above, float("nan")):
        with pytest.raises(ValidityError, match=f"{name} is {value:g} .*{words}"):
            call(**{name: value})


def test_the_distance_has_a_range() -> None:
    assert np.isfinite(call(distance_km=np.linspace(0.0, 0.25, 6)))
    with pytest.raises(ValidityError, match=r"distance_km is 0\.2 km.*0\.25 to 3000 km"):
        call(distance_km=np.linspace(0.0, 0.2, 6))


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"distance_km": [0.0, 1.0, 2.0, 3.0]}, "distance_km"),
        ({"distance_km": [0.0, 5.0], "ground_m": [1.0, 1.0]}, "distance_km"),
        ({"distance_km": np.zeros((6, 6))}, "distance_km"),
        ({"distance_km": [0.1, 1.0, 2.0, 3.0, 4.0]}, "distance_km"),
        ({"distance_km": [0.0, 1.0, 1.0, 3.0, 4.0]}, "distance_km"),
        ({"distance_km": [0.0, 1.0, np.nan, 3.0, 4.0]}, "profile"),
        ({"ground_m": np.zeros(50)}, "profile"),
        ({"ground_m": np.where(np.arange(51) == 7, np.nan, 1.0)}, "profile"),
        ({"clutter_m": np.where(np.arange(51) == 7, np.inf, 1.0)}, "profile"),
        ({"clutter_m": -1.0}, "clutter_m"),
        ({"clutter_m": np.zeros(3)}, "profile"),
        ({"zone": 2}, "zone"),
        ({"zone": 260}, "zone"),
        ({"zone": [4, 1]}, "profile"),
        ({"polarization": "circular"}, "polarization"),
        ({"location_sigma_db": -1.0}, "location_sigma_db"),
        ({"location_sigma_db": np.nan}, "location_sigma_db"),
        ({"latitude_deg": 91.0}, "latitude_deg"),
        ({"n0": np.nan}, "n0"),
        ({"tx_coast_km": -1.0}, "tx_coast_km"),
        ({"rx_coast_km": np.nan}, "rx_coast_km"),
        ({"clutter_clearance_m": -1.0}, "clutter_clearance_m"),
    ],
)
def test_bad_arguments_are_named(changes: dict[str, Any], column: str) -> None:
    with pytest.raises(InputError) as caught:
        call(**changes)
    assert [fault.column for fault in caught.value.faults] == [column]


def test_the_arguments_are_left_alone() -> None:
    ground, clutter = np.full(51, 3.0), np.full(51, 9.0)
    call(ground_m=ground, clutter_m=clutter, clutter_clearance_m=500.0)
    assert (ground == 3.0).all()
    assert (clutter == 9.0).all()


def test_location_sigma_has_a_range() -> None:
    with pytest.raises(ValidityError, match="freq_mhz is 10 MHz"):
        location_sigma_db(10.0, 100.0)
    with pytest.raises(InputError, match="resolution_m"):
        location_sigma_db(1800.0, 0.0)
