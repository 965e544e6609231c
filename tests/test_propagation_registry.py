"""The registry: what it lists, and that kernels and public functions agree."""

from __future__ import annotations

import warnings
from typing import Any, get_args

import numpy as np
import pytest

from htcoverage.errors import InputError, ValidityError
from htcoverage.propagation.p526 import p526
from htcoverage.propagation.registry import Model, model, models
from htcoverage.propagation.tr38901 import Scenario
from htcoverage.propagation.validity import ExtrapolationWarning, ValidRange, check_range

D = np.linspace(0.0, 6.0, 61)
GROUND = np.round(12.0 + 9.0 * np.sin(D) ** 2 + 0.5 * D, 3)
BARE = np.zeros(61)


def by_name(name: str) -> Any:
    return pytest.param(model(name), id=name)


def test_the_models_and_their_order() -> None:
    assert [m.name for m in models()] == [
        "p1812", "p525", "p526", "p526-cylinders", "p526-edges", "itm", "itm-area", "ehata", "hata",
        "cost231", "tr38901", "tr38901-rma", "tr38901-uma", "tr38901-umi", "spm",
    ]  # fmt: skip
    assert model("p1812") is models()[0]
    assert {m.name for m in models() if m.needs_profile} == {
        "p1812", "p526", "p526-cylinders", "p526-edges", "itm", "ehata", "spm"
    }  # fmt: skip
    # One sentence each, and no two alike: a planner reads them one below the other.
    assert len({m.meaning for m in models()}) == len(models())
    # What a run, a legend and a report say of the model names it alone.
    assert len({m.citation for m in models()}) == len(models())
    for m in models():
        assert [r.name for r in m.ranges] == [
            "freq_mhz", "distance_km", "tx_height_m", "rx_height_m"
        ]  # fmt: skip
        assert not m.environments or m.environments[m.default_environment]


def test_an_unknown_model_lists_the_names() -> None:
    with pytest.raises(InputError, match=r"found 'okumura'.*p1812, p525.*spm"):
        model("okumura")


def public_loss(entry: Model, environment: int) -> float:
    heights: dict[str, Any] = {"tx_height_m": 30.0, "rx_height_m": 1.5, "freq_mhz": 1800.0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)
        if entry.name == "p525":
            return float(entry.function(np.hypot(6.0, 0.0285), freq_mhz=1800.0))
        if entry.name == "itm-area":
            irregularity = (0.0, 30.0, 90.0, 200.0, 500.0)[environment]
            result = entry.function(6.0, terrain_irregularity_m=irregularity, **heights)
            return float(result.basic_transmission_loss_db)
        if entry.name == "tr38901":
            scenario = get_args(Scenario)[environment]
            return float(entry.function(6.0, scenario=scenario, **heights))
        if entry.name.startswith("tr38901"):
            names = {s.lower(): s for s in get_args(Scenario)}
            return float(
                entry.function(
                    6.0, scenario=names[entry.name.removeprefix("tr38901-")],
                    sight=entry.environments[environment], **heights,
                )
            )  # fmt: skip
        if entry.kind == "empirical":
            return float(
                entry.function(6.0, environment=entry.environments[environment], **heights)
            )
        if entry.name == "ehata":
            heights["environment"] = entry.environments[environment]
        if entry.name == "spm":
            # What Hata's suburb and open country gain over the city.
            log_f = np.log10(1800.0)
            open_db = 4.78 * log_f**2 - 18.33 * log_f + 40.94
            gain_db = (0.0, 0.0, 2 * np.log10(1800 / 28) ** 2 + 5.4, open_db)[environment]
            heights["clutter_db"] = -gain_db
        result = entry.function(D, GROUND, **heights)
        return float(getattr(result, "basic_transmission_loss_db", result))


@pytest.mark.parametrize("entry", [by_name(m.name) for m in models() if m.name != "hata"])
def test_kernel_and_public_function_agree(entry: Model) -> None:
    for environment in range(max(len(entry.environments), 1)):
        if entry.needs_profile:
            loss = entry.kernel(D, GROUND, BARE, 30.0, 1.5, 1800.0, environment)
        else:
            loss = entry.kernel(1800.0, 6.0, 30.0, 1.5, environment)
        assert loss == pytest.approx(public_loss(entry, environment), abs=1e-9)


def test_hata_s_kernel_and_function_agree() -> None:
    entry = model("hata")
    for environment, name in enumerate(entry.environments):
        expected = entry.function(
            6.0, freq_mhz=900.0, tx_height_m=30.0, rx_height_m=1.5, environment=name
        )
        assert entry.kernel(900.0, 6.0, 30.0, 1.5, environment) == pytest.approx(float(expected))


def test_clutter_stands_on_the_ground_where_a_model_sees_it() -> None:
    clutter = np.where((D > 2.0) & (D < 5.0), 15.0, 0.0)
    for name in ("p1812", "p526", "p526-cylinders", "p526-edges", "spm"):
        entry = model(name)
        bare = entry.kernel(D, GROUND, BARE, 30.0, 1.5, 1800.0, 0)
        assert entry.kernel(D, GROUND, clutter, 30.0, 1.5, 1800.0, 0) > bare + 3
    for name in ("itm", "ehata"):
        entry = model(name)
        bare = entry.kernel(D, GROUND, BARE, 30.0, 1.5, 1800.0, 1)
        assert entry.kernel(D, GROUND, clutter, 30.0, 1.5, 1800.0, 1) == bare
    # Over bare ground the delta part of P.526 knows no clutter: raising all of it is another path.
    raised = p526(D, GROUND + clutter, tx_height_m=30.0, rx_height_m=1.5, freq_mhz=1800.0)
    seen = model("p526").kernel(D, GROUND, clutter, 30.0, 1.5, 1800.0, 0)
    assert seen >= raised.free_space_db + raised.bullington_actual_db - 1e-6


@pytest.mark.parametrize("entry", [by_name(m.name) for m in models()])
def test_loss_is_finite_and_grows_over_open_country(entry: Model) -> None:
    losses = []
    for km in (1.0, 3.0, 9.0, 15.0):
        if entry.needs_profile:
            d = np.linspace(0.0, km, 101)
            level = np.full(101, 5.0)
            args = (d, level, np.zeros(101), 35.0, 1.5, 1400.0, entry.default_environment)
            losses.append(entry.kernel(*args))
        else:
            losses.append(entry.kernel(1400.0, km, 35.0, 1.5, entry.default_environment))
    assert np.isfinite(losses).all()
    assert (np.diff(losses) > 0).all()


def test_a_range_refuses_or_warns_with_value_and_bounds() -> None:
    hard = ValidRange("freq_mhz", 30.0, 6000.0, "MHz")
    soft = ValidRange("distance_km", 1.0, 20.0, "km", "warning")
    check_range(hard, [30.0, 6000.0], citation="X")
    with pytest.raises(ValueError, match="freq_mhz is 29 MHz; X holds from 30 to 6000 MHz"):
        check_range(hard, [900.0, 29.0, 7000.0], citation="X")
    with pytest.warns(ExtrapolationWarning, match="distance_km is 25 km; X holds from 1 to 20 km"):
        check_range(soft, 25.0, citation="X")
    fixed = ValidRange("tx_height_m", 25.0, 25.0, "m", "warning", (2.0, 150.0))
    assert str(fixed) == "25 m"
    with pytest.warns(ExtrapolationWarning, match="X holds at 25 m and is extrapolated from 2 to"):
        check_range(fixed, 30.0, citation="X")
    for value in (np.nan, np.inf, [25.0, np.nan]):
        with pytest.raises(ValueError, match=r"distance_km is (nan|inf) km"):
            check_range(soft, value, citation="X")


def test_extrapolation_ends_where_it_is_said_to() -> None:
    near = ValidRange("freq_mhz", 1500.0, 2000.0, "MHz", "warning", (150.0, 4000.0))
    for value in (150.0, 2100.0, [900.0, 4000.0]):
        with pytest.warns(ExtrapolationWarning, match="extrapolated from 150 to 4000"):
            check_range(near, value, citation="X")
    for value in (149.0, 4001.0, [2100.0, 4001.0]):
        with pytest.raises(ValueError, match=r"freq_mhz is (149|4001) MHz; X holds from 1500 to"):
            check_range(near, value, citation="X")


def test_an_environment_with_ranges_of_its_own_is_held_to_them_alone() -> None:
    # TR 38.901: RMa holds to 10 km and for users from 1 m, UMa to 5 km and from 1.5 m to 22.5 m.
    given: dict[str, Any] = {
        "freq_mhz": 900.0, "distance_km": 8.0, "tx_height_m": 25.0, "rx_height_m": 1.0,
    }  # fmt: skip
    entry = model("tr38901")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        entry.check(**given)
        entry.check(**given, environments=["rma"])
    with pytest.warns(
        ExtrapolationWarning, match="distance_km is 8 km; .*uma holds from 0.01 to 5"
    ):
        entry.check(**(given | {"rx_height_m": 12.0}), environments=["uma"])
    with (
        pytest.warns(ExtrapolationWarning, match="distance_km is 8 km"),
        pytest.raises(ValidityError, match=r"rx_height_m is 1 m; .*uma holds from 1\.5 to 22\.5"),
    ):
        entry.check(**given, environments=["rma", "uma"])


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("itm", {"freq_mhz": 26000.0}, "freq_mhz is 26000 MHz; ITM.* 20 to 20000"),
        ("itm-area", {"tx_height_m": 0.4}, r"tx_height_m is 0\.4 m; ITM.* 0\.5 to 3000"),
        ("ehata", {"freq_mhz": 26000.0}, "freq_mhz is 26000 MHz; Extended Hata.* 100 to 6000"),
        ("hata", {"tx_height_m": 0.2}, r"tx_height_m is 0\.2 m; Okumura-Hata.* 1 to 400"),
        ("cost231", {"freq_mhz": 26000.0}, "freq_mhz is 26000 MHz; COST 231.* 150 to 4000"),
        ("tr38901-uma", {"tx_height_m": 1.0}, "tx_height_m is 1 m; 3GPP.* 2 to 150"),
    ],
)
def test_what_no_one_extrapolates_to_is_refused(
    name: str, changes: dict[str, float], words: str
) -> None:
    given = {"freq_mhz": 900.0, "distance_km": 5.0, "tx_height_m": 30.0, "rx_height_m": 1.5}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)
        model(name).check(**given)
        with pytest.raises(ValidityError, match=words):
            model(name).check(**(given | changes))
