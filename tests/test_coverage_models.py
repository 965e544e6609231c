"""Coverage by every model of the registry: against the models, hand computation and laws."""

from __future__ import annotations

import math
import warnings
from typing import Any

import engine_world as world
import numpy as np
import numpy.typing as npt
import pytest

from htcoverage.antennas import loss_db, pattern
from htcoverage.engine.any_model import MODEL_NAMES, mast_kernel, table_position
from htcoverage.engine.exact import cut_profile
from htcoverage.engine.inputs import Antennas, Cells, Land, Mast, Pixels, Servers, Setup
from htcoverage.engine.owners import radial_azimuth_deg
from htcoverage.errors import InputError, ValidityError
from htcoverage.propagation.p1812.model import DEFAULT_DELTA_N, DEFAULT_N0, effective_radius_km
from htcoverage.propagation.registry import Model, model, models
from htcoverage.propagation.validity import ExtrapolationWarning
from htcoverage.terrain import Terrain

pytestmark = pytest.mark.filterwarnings(
    "ignore::htcoverage.propagation.validity.ExtrapolationWarning"
)

N, MIDDLE = 61, 30
OTHERS = [m.name for m in models() if m.name != "p1812"]


def wooded(seed: int = 2) -> Terrain:
    trees = np.where(np.random.default_rng(5).random((N, N)) < 0.3, 12.0, 0.0)
    return world.make_terrain(world.hills(N, seed=seed, top_m=300.0), clutter=trees)


def level(terrain: Terrain, *cells: dict[str, Any], **options: Any) -> npt.NDArray[np.float32]:
    levels: npt.NDArray[np.float32] = world.cover(terrain, *cells, **options)[
        "level_dbm"
    ].to_numpy()[0]
    return levels


def free_space_db(freq_mhz: float, slant_km: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """20·log10(4π·d/λ)."""
    losses: npt.NDArray[np.float64] = 20 * np.log10(
        4e9 * math.pi * np.asarray(slant_km) * freq_mhz / 299792458.0
    )
    return losses


def slants_km(terrain: Terrain, tx_m: float = 30.0, rx_m: float = 1.5) -> npt.NDArray[np.float64]:
    ground = terrain.ground_m.astype(np.float64)
    rise_km = (ground[MIDDLE, MIDDLE] + tx_m - ground - rx_m) / 1e3
    slants: npt.NDArray[np.float64] = np.hypot(world.distance_km(terrain, MIDDLE, MIDDLE), rise_km)
    return slants


def test_every_model_of_the_registry_has_its_kernel() -> None:
    assert set(MODEL_NAMES) == {m.name for m in models()}
    assert {m.name for m in models() if m.needs_profile} == set(MODEL_NAMES[:7])


# By hand: Hata in open country, 900 MHz, antennas at 30 m and 1.5 m, 3 km over flat ground.
#   69.55 + 26.16·2.954243 = 146.8330
#   13.82·log 30 = 13.82·1.477121 = 20.4138
#   (44.9 − 6.55·1.477121)·log 3 = 35.224856·0.477121 = 16.8065
#   a = (1.1·2.954243 − 0.7)·1.5 − (1.56·2.954243 − 0.8) = 3.824501 − 3.808619 = 0.0159
#   open: 4.78·2.954243² − 18.33·2.954243 + 40.94 = 41.7179 − 54.1513 + 40.94 = 28.5066
#   loss = 146.8330 − 20.4138 + 16.8065 − 0.0159 − 28.5066 = 114.7032
def test_hata_at_a_pixel_is_the_hand_computation() -> None:
    terrain = world.make_terrain(np.zeros((N, N)))
    cell = world.at_pixel(terrain, MIDDLE, MIDDLE - 15) | {"band_mhz": 900.0, "power_dbm": 33.0}
    got = level(terrain, cell, model="hata", radius_km=5.0)
    assert got[MIDDLE, MIDDLE + 15] == pytest.approx(33.0 - 114.7032, abs=2e-3)
    # The same by its city, 28.5066 dB more.
    city = level(terrain, cell, model="hata", environment="city", radius_km=5.0)
    assert city[MIDDLE, MIDDLE + 15] == pytest.approx(33.0 - 114.7032 - 28.5066, abs=2e-3)


def test_hata_never_falls_below_free_space() -> None:
    terrain = world.make_terrain(np.zeros((N, N)))
    cell = world.at_pixel(terrain, MIDDLE, MIDDLE) | {"band_mhz": 900.0}
    loss = -level(terrain, cell, model="hata", radius_km=2.0)
    free = free_space_db(900.0, slants_km(terrain))
    near = world.distance_km(terrain, MIDDLE, MIDDLE) < 0.3
    np.testing.assert_allclose(loss[near], free[near], atol=1e-3)
    reached = np.isfinite(loss)
    assert (loss[reached] >= free[reached] - 1e-3).all()
    assert (loss[reached] > free[reached] + 3).any()


@pytest.mark.parametrize("name", MODEL_NAMES)
def test_every_model_gives_its_own_loss_at_every_pixel(name: str) -> None:
    entry = model(name)
    terrain = wooded()
    environment = max(len(entry.environments) - 1, 0)
    loss = -generic(entry, terrain, environment=environment, radius_km=2.81)
    distances = world.distance_km(terrain, MIDDLE, MIDDLE)
    assert np.isfinite(loss).sum() == (distances <= 2.81).sum()
    slants = slants_km(terrain)
    rng = np.random.default_rng(7)
    reached = np.argwhere((distances <= 2.81) & (distances > 0.25))
    for row, col in rng.choice(reached, 40, replace=False):
        own = own_loss_db(entry, terrain, int(row), int(col), environment)
        assert math.isfinite(own)
        expected = max(own, float(free_space_db(900.0, slants[row, col])))
        assert loss[row, col] == pytest.approx(expected, abs=2e-3)


def own_loss_db(entry: Model, terrain: Terrain, row: int, col: int, environment: int) -> float:
    km = 0.1 * math.hypot(row - MIDDLE, col - MIDDLE)
    if entry.name == "p525":
        return 0.0  # free space along the true slant is all of it
    if not entry.needs_profile:
        return float(entry.kernel(900.0, km, 30.0, 1.5, environment))
    d_km, ground_m, clutter_m, _ = cut_profile(
        terrain.ground_m, terrain.clutter_height_m, terrain.zone, float(MIDDLE), float(MIDDLE),
        float(row), float(col), km, 0.1, max(math.ceil(km / 0.1), 4),
    )  # fmt: skip
    return float(entry.kernel(d_km, ground_m, clutter_m, 30.0, 1.5, 900.0, environment))


def generic(
    entry: Model, terrain: Terrain, *, environment: int = 0, radius_km: float = 2.81
) -> npt.NDArray[np.float32]:
    """Level of one isotropic pilot of 0 dBm; the public edge gives P.1812 to the sweep."""
    levels = np.full((N, N, 1, 2), np.nan, np.float32)
    servers = np.full((N, N, 1, 2), -1, np.int32)
    one, none = np.zeros(1, np.int64), np.zeros((1, 12), np.float32)
    everywhere = np.ones((N, N), np.bool_)
    at = float(MIDDLE)
    mast_kernel(entry.name)(
        Servers(levels, servers, np.empty((0, 0, 0)), np.zeros(1, np.int32), 0),
        Pixels(everywhere, terrain.ground_m, terrain.zone, 0.1),
        Land(terrain.ground_m, terrain.clutter_height_m, terrain.zone, 0.1),
        Mast(at, at, at, at, 30.0, 18.3),
        Setup(1.5, radius_km, 0.1, float(effective_radius_km(DEFAULT_DELTA_N)), DEFAULT_N0, 1, 0.1),
        np.array([0.9]), Cells(np.zeros(1, np.int32), one, one, np.zeros(1), none, none, one),
        Antennas(np.zeros((1, 3601), np.float32), np.zeros(1)), True,
        np.full((N, N), environment, np.uint8),
    )  # fmt: skip
    return levels[:, :, 0, 0]


def test_p1812_pixel_by_pixel_is_the_exact_job() -> None:
    terrain = wooded()
    loss = -generic(model("p1812"), terrain)
    exact = world.exact_db(
        terrain, MIDDLE, MIDDLE, radius_km=2.81, band_mhz=900.0, latitude_deg=18.3
    )
    reached = np.isfinite(exact)
    assert reached.sum() == np.isfinite(loss).sum()
    # Free space is held by P.525's constant, which P.1812 rounds by 0.05 dB.
    np.testing.assert_allclose(loss[reached], exact[reached], atol=0.05)
    blocked = exact > free_space_db(900.0, slants_km(terrain)) + 0.1
    assert blocked.sum() > 500
    np.testing.assert_allclose(loss[blocked], exact[blocked], atol=1e-4)


@pytest.mark.parametrize("name", OTHERS)
def test_skipping_work_changes_nothing(name: str) -> None:
    terrain = wooded(seed=3)
    rng = np.random.default_rng(9)
    powers_dbm = (30.0, 30.0, 28.0, 26.0, 12.0, 10.0, -20.0, -30.0)
    cells = [
        world.at_pixel(terrain, *rng.uniform(5, 55, 2)) | {
            "band_mhz": 900.0, "antenna": "3gpp-36814", "azimuth_deg": float(rng.uniform(0, 360)),
            "electrical_tilt_deg": 4.0, "operator": ("Viettel", "VinaPhone")[k % 2],
            "power_dbm": powers_dbm[k],
        }
        for k in range(8)
    ]  # fmt: skip
    whole = world.cover(terrain, *cells, model=name, radius_km=2.5, skip=False)
    skipped = world.cover(terrain, *cells, model=name, radius_km=2.5)
    assert skipped.attrs["pixels_skipped"] > 0
    assert whole.attrs["pixels_skipped"] == 0
    for variable in ("level_dbm", "runner_up_dbm", "best_server", "runner_up_server"):
        np.testing.assert_array_equal(skipped[variable], whole[variable])


def test_total_power_is_the_sum_of_the_cells() -> None:
    terrain = world.make_terrain(np.zeros((N, N)))
    cells = [
        world.at_pixel(terrain, MIDDLE, MIDDLE + k) | {"band_mhz": 900.0, "power_dbm": 30.0 - 2 * k}
        for k in (0, 4, 9)
    ]
    options: dict[str, Any] = {"model": "hata", "radius_km": 2.0}
    apart = np.stack([level(terrain, cell, **options) for cell in cells]).astype(np.float64)
    together = world.cover(terrain, *cells, total_power=True, **options)["total_power_dbm"][0]
    power_mw = np.nansum(10.0 ** (0.1 * apart), axis=0)
    reached = power_mw > 0.0
    np.testing.assert_array_equal(reached, np.isfinite(together))
    expected = 10.0 * np.log10(power_mw[reached])
    np.testing.assert_allclose(together.to_numpy()[reached], expected, atol=1e-3)


def test_a_sector_is_turned_and_tilted_as_its_pattern_says() -> None:
    terrain = world.make_terrain(np.zeros((N, N)))
    place = world.at_pixel(terrain, MIDDLE, MIDDLE) | {"band_mhz": 900.0}
    sector = {"antenna": "3gpp-36814", "azimuth_deg": 70.0, "electrical_tilt_deg": 5.0}
    # An isotropic mast less a sector is the sector's pattern alone.
    lost = level(terrain, place, model="p525", radius_km=2.81) - level(
        terrain, place | sector, model="p525", radius_km=2.81
    )
    x, y = place["x"], place["y"]
    from htcoverage.crs import WGS84, transformer

    lon, lat = transformer(world.CRS, WGS84).transform(x, y)
    x1, y1 = transformer(WGS84, world.CRS).transform(lon, lat + 1e-4)
    north_deg = math.degrees(math.atan2(x1 - x, y1 - y))
    bulge = 500.0 / float(effective_radius_km(DEFAULT_DELTA_N))
    for row, col in ((10, 30), (30, 50), (12, 47), (55, 33), (40, 10), (29, 33)):
        km = 0.1 * math.hypot(row - MIDDLE, col - MIDDLE)
        grid_deg = math.degrees(math.atan2(col - MIDDLE, MIDDLE - row))
        depression = math.degrees(math.atan2((28.5 + bulge * km * km) / 1e3, km))
        expected = loss_db(
            pattern("3gpp-36814"), grid_deg - north_deg - 70.0, depression,
            electrical_tilt_deg=5.0, mechanical_tilt_deg=0.0,
        )  # fmt: skip
        assert lost[row, col] == pytest.approx(float(expected), abs=0.05)


def test_a_direction_lies_between_its_two_radials() -> None:
    half = 17
    rng = np.random.default_rng(4)
    for south, east in [*rng.normal(size=(300, 2)), (1, 1), (1, -1), (-1, 1), (-1, -1)]:
        position = table_position(float(south), float(east), half)
        radial = min(int(position), 4 * (2 * half + 1) - 2)
        share = position - radial
        assert 0.0 <= share <= 1.0
        a, b = radial_azimuth_deg(radial, half), radial_azimuth_deg(radial + 1, half)
        here = math.degrees(math.atan2(east, -south)) % 360.0
        turn = (b - a + 180.0) % 360.0 - 180.0
        on = (here - a + 180.0) % 360.0 - 180.0
        assert 0.0 <= on / turn <= 1.0 + 1e-9 if turn else on == 0.0
    assert table_position(0.0, 0.0, half) == half


def test_the_layers_keep_model_and_environment() -> None:
    terrain = world.make_terrain(np.zeros((N, N)))
    cell = world.at_pixel(terrain, MIDDLE, MIDDLE) | {"band_mhz": 900.0}
    told = world.cover(terrain, cell, model="hata", environment="suburban", radius_km=1.0).attrs
    assert told["model"] == model("hata").citation
    assert told["environment"] == "suburban"
    assert "delta_n" not in told
    default = world.cover(terrain, cell, model="ehata", radius_km=1.0).attrs
    assert default["environment"] == "rural"
    assert "environment" not in world.cover(terrain, cell, radius_km=1.0).attrs


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"model": "okumura"}, r"1 fault.*\n.*'okumura'; expected one of p1812, p525.*spm"),
        ({"model": "hata", "environment": "jungle"}, r"'jungle'; expected one of large-city, city"),
        ({"environment": "open"}, r"'open'; expected none, by p1812"),
        ({"model": "hata", "delta_n": 60.0}, r"delta_n.*expected the default"),
    ],
)
def test_what_no_model_knows_is_refused(options: dict[str, Any], words: str) -> None:
    terrain = world.make_terrain(np.zeros((5, 5)))
    with pytest.raises(InputError, match=words):
        world.cover(terrain, world.at_pixel(terrain, 2, 2), radius_km=0.3, **options)


@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        ({"band_mhz": 1800.0}, {"model": "hata"}, "freq_mhz is 1800 MHz.*150 to 1500 MHz"),
        ({"antenna_height_m": 200.0}, {"model": "tr38901-rma"}, "tx_height_m is 200 m.*150 m"),
        ({}, {"model": "hata", "rx_height_m": 12.0}, "rx_height_m is 12 m.*1 to 10 m"),
        ({}, {"model": "hata", "radius_km": 120.0}, "radius_km is 120 km"),
    ],
)
def test_outside_its_range_a_model_refuses(
    given: dict[str, Any], options: dict[str, Any], words: str
) -> None:
    terrain = world.make_terrain(np.zeros((5, 5)))
    cell = world.at_pixel(terrain, 2, 2) | {"band_mhz": 900.0} | given
    with pytest.raises(ValidityError, match=words):
        world.cover(terrain, cell, **({"radius_km": 0.3} | options))


@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        ({"band_mhz": 2100.0}, {"model": "cost231"}, "freq_mhz is 2100 MHz.*1500 to 2000 MHz"),
        ({"antenna_height_m": 24.0}, {"model": "hata"}, "tx_height_m is 24 m.*30 to 200 m"),
        ({}, {"model": "hata", "radius_km": 21.0}, "distance_km is 21 km.*1 to 20 km"),
    ],
)
def test_where_the_field_extrapolates_a_model_warns(
    given: dict[str, Any], options: dict[str, Any], words: str
) -> None:
    terrain = world.make_terrain(np.zeros((5, 5)))
    cell = world.at_pixel(terrain, 2, 2) | {"band_mhz": 900.0} | given
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with pytest.warns(ExtrapolationWarning, match=words):
            world.cover(terrain, cell, **({"radius_km": 1.0} | options))
