"""P.526 §4.4: cascaded cylinders and knife edges, by hand, by their limits and by laws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from htcoverage.errors import InputError, ValidityError
from htcoverage.propagation.p526 import (
    equal_edges_db,
    fresnel_nu,
    rounded_obstacle_db,
)
from htcoverage.propagation.p526_cylinders import (
    P526CylindersResult,
    P526EdgesResult,
    antennas_on,
    fitted_cylinder,
    p526_cylinders,
    p526_edges,
    string_points,
    sub_path_db,
)
from htcoverage.propagation.p1812.diffraction import knife_edge_db

#: The wavelength is 1 m.
ONE_METRE_MHZ = 299.792458
#: An Earth so large that it bulges by less than a millimetre in these worlds.
FLAT_KM = 1e6

Floats = npt.NDArray[np.float64]


def ridges(*tops: tuple[float, float], km: float = 20.0, step_km: float = 0.1) -> tuple[Any, Any]:
    """Profile at sea level with walls one point wide: (distance in km, height in m)."""
    d = np.round(np.arange(0.0, km + step_km / 2, step_km), 6)
    ground = np.zeros(d.size)
    for at_km, height_m in tops:
        ground[round(at_km / step_km)] = height_m
    return d, ground


def cylinders(d: Floats, ground: Floats, **changes: Any) -> P526CylindersResult:
    given_: dict[str, Any] = {
        "tx_height_m": 30.0, "rx_height_m": 30.0, "freq_mhz": 900.0, "effective_radius_km": FLAT_KM,
    }  # fmt: skip
    return p526_cylinders(d, ground, **(given_ | changes))


def edges(d: Floats, ground: Floats, **changes: Any) -> P526EdgesResult:
    given_: dict[str, Any] = {
        "tx_height_m": 30.0, "rx_height_m": 30.0, "freq_mhz": 900.0, "effective_radius_km": FLAT_KM,
    }  # fmt: skip
    return p526_edges(d, ground, **(given_ | changes))


# --- the string ---------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(st.lists(st.floats(0.0, 500.0), min_size=3, max_size=40), st.floats(1e6, 1e8))
def test_the_string_is_the_upper_hull_over_the_bulging_earth(
    heights: list[float], radius_m: float
) -> None:
    height_m = np.array(heights)
    d_m = 100.0 * np.arange(height_m.size)
    touched = string_points(d_m, height_m, radius_m)
    assert touched[0] == 0
    assert touched[-1] == height_m.size - 1
    assert (np.diff(touched) > 0).all()
    # Seen flat, sea level sinks by d²/2a: no point stands above the string, and it only bends down.
    flat_m = height_m - d_m**2 / (2.0 * radius_m)
    string_m = np.interp(d_m, d_m[touched], flat_m[touched])
    assert (flat_m <= string_m + 1e-6).all()
    slopes = np.diff(flat_m[touched]) / np.diff(d_m[touched])
    assert (np.diff(slopes) <= 1e-9).all()


def test_neighbours_that_the_string_touches_are_one_obstacle() -> None:
    # A round hill of 5 km radius: z = 200 − x²/10000 m. The string lies on its top.
    # In steps of 2 m the width of n touched points over a turn of n steps is as good as exact.
    d = np.linspace(0.0, 20.0, 10001)
    ground = np.maximum(200.0 - (1e3 * (d - 10.0)) ** 2 / 1e4, 0.0)
    found = cylinders(d, ground).cylinders
    assert len(found) == 1
    assert found[0].distance_km == pytest.approx(10.0)
    assert found[0].radius_m == pytest.approx(5000.0, rel=0.02)
    # Two walls, 100 m apart: one obstacle. 1 km apart: two.
    assert len(cylinders(*ridges((10.0, 90.0), (10.1, 90.0))).cylinders) == 1
    assert len(cylinders(*ridges((10.0, 90.0), (11.0, 90.0))).cylinders) == 2
    # In steps of 400 m neighbours are two hills.
    d, ground = ridges((10.0, 90.0), (10.4, 90.0), step_km=0.4)
    assert len(cylinders(d, ground).cylinders) == 2


def test_a_smooth_earth_has_its_own_radius() -> None:
    d = np.linspace(0.0, 100.0, 1001)
    found = cylinders(d, np.zeros(d.size), effective_radius_km=8500.0).cylinders
    assert len(found) == 1
    assert found[0].distance_km == pytest.approx(50.0)
    # Horizons of √(2·8500·0.03) = 22.583 km leave 100 − 2·22.583 = 54.8 km of touched ground.
    assert found[0].radius_m == pytest.approx(8.5e6, rel=0.01)


def test_the_vertex_is_where_the_tangents_meet() -> None:
    # From 30 m at 0 over 90 m at 10 km: 6 mrad. From 30 m at 20 km over 89.8 m at 10.1 km: 59.8/9.9
    # = 6.040404 mrad. They meet where 6·d = 6.040404·(20 − d): d = 10.033557 km, 60.20 m up.
    (found,) = cylinders(*ridges((10.0, 90.0), (10.1, 89.8))).cylinders
    assert found.distance_km == pytest.approx(10.033557, abs=2e-3)
    assert found.height_m == pytest.approx(60.20, abs=0.1)


def test_the_vertex_of_a_broad_obstacle_by_hand() -> None:
    # Attachment 1 on an Earth of 1000 km: points at 0, 1, 3 and 4 km, the obstacle from 1 to 3 km.
    # Slopes from the ends: 0.2/1000 − 1000/2e6 = −0.3 mrad, −0.1/1000 − 0.5e-3 = −0.6 mrad; bend
    # −0.3 − 0.6 + 4 = 3.1 mrad, 3100 m on the Earth, no less than the obstacle's 2000 m: the
    # tangents meet (−0.6 + 2)·4000/3.1 = 1806.452 m along, at −0.3e-3·1806.452 + 1806.452²/2e6 =
    # 1.089698 m; 1806.452·2193.548/2e6 = 1.981270 m of bulge more: 3.070968 m over the chord.
    d_m = np.array([0.0, 1000.0, 3000.0, 4000.0])

    def fitted(*height_m: float) -> tuple[float, float, float]:
        return fitted_cylinder(d_m, np.array(height_m), 0, 1, 2, 3, 1e6, 900.0)[:3]

    assert fitted(0.0, 0.2, -0.1, 0.0) == pytest.approx((1806.452, 2193.548, 3.070968), abs=1e-3)
    # −0.9 m and −0.5 m: −1.4 and −1.0 mrad bend by 1.6 mrad, 1600 m, less than the obstacle is
    # wide: its middle, 2000 m; −2.8 + 2 = −0.8 m, and 2 m of bulge.
    assert fitted(0.0, -0.9, -0.5, 0.0) == pytest.approx((2000.0, 2000.0, 1.2), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.0, 300.0), min_size=5, max_size=60),
    st.sampled_from([0.1, 0.3]),
    st.floats(5.0, 60.0),
)
@example([0.0, 7.0, 7.0, 7.0, 2.0], 0.1, 6.0)
def test_the_earth_may_be_flat_if_the_ground_bulges(
    heights: list[float], step_km: float, antenna_m: float
) -> None:
    # Seen from the chord, a round Earth is a flat one with d·(D − d)/2a more ground: slopes, their
    # turn over an obstacle, vertices and losses must come out alike. This settles the signs of the
    # Earth's share in every angle of Attachment 1.
    ground = np.round(heights, 2)
    d = step_km * np.arange(ground.size)
    bulging = ground + 500.0 * d * (d[-1] - d) * (1.0 / 8500.0 - 1.0 / FLAT_KM)
    round_, flat = (
        cylinders(d, z, effective_radius_km=a, tx_height_m=antenna_m, rx_height_m=antenna_m)
        for z, a in ((ground, 8500.0), (bulging, FLAT_KM))
    )
    assert len(round_.cylinders) == len(flat.cylinders)
    for a, b in zip(round_.cylinders, flat.cylinders, strict=True):
        assert a.radius_m == pytest.approx(b.radius_m, rel=1e-6, abs=1e-6)
        assert a.height_m == pytest.approx(b.height_m, abs=1e-6)
        assert a.loss_db == pytest.approx(b.loss_db, abs=1e-6)
    assert round_.spreading_db == pytest.approx(flat.spreading_db, abs=1e-6)
    # Attachment 2 leaves out the slopes that lead down from an obstacle and tells them by heights
    # above sea level: a bulge that turns a level step into a falling one moves where they end.
    steps = (np.sign(np.diff(antennas_on(z, antenna_m, antenna_m))) for z in (ground, bulging))
    if np.array_equal(*steps):
        assert round_.sub_path_db == pytest.approx(flat.sub_path_db, abs=1e-6)
    by_edges = [
        edges(d, z, effective_radius_km=a, tx_height_m=antenna_m, rx_height_m=antenna_m)
        for z, a in ((ground, 8500.0), (bulging, FLAT_KM))
    ]
    assert by_edges[0].principal_nu == pytest.approx(by_edges[1].principal_nu, abs=1e-6)
    assert by_edges[0].diffraction_db == pytest.approx(by_edges[1].diffraction_db, abs=1e-6)


# --- one obstacle -------------------------------------------------------------------------------


def test_one_wall_by_hand() -> None:
    # λ = 1 m, walls of 100 m steps: 130 m at 4 km of 20 km, antennas at 30 m; h = 100 m above the
    # line. d1 = 4 km, d2 = 16 km: ν = 100·√(2·(1/4000 + 1/16000)) = 100·√0.000625 = 2.5.
    # The slope turns by 130/100 + 130/100 = 2.6 over 200 m: R = 76.923·(1 − e^−10)³ = 76.9126 m.
    # πR/λ = 241.628, cube root 6.22849; m = 76.9126·20000/6.4e7/6.22849 = 0.00385890;
    # n = 100·38.7941/76.9126 = 50.4392; m·n = 0.194640.
    # T = 7.2·√m − (2 − 12.5·n)·m + 3.6·m^1.5 − 0.8·m²
    #   = 0.447268 + 2.425305 + 0.000863 − 0.000012 = 2.873424.
    # J(2.5) = 6.9 + 20·log10(√(2.4² + 1) + 2.4) = 6.9 + 20·log10 5 = 20.879400.
    d, ground = ridges((4.0, 130.0))
    got = cylinders(d, ground, freq_mhz=ONE_METRE_MHZ)
    (wall,) = got.cylinders
    assert wall.distance_km == 4.0
    assert wall.height_m == pytest.approx(100.0, abs=0.1)
    assert wall.radius_m == pytest.approx(76.9126, rel=1e-3)
    assert got.diffraction_db == pytest.approx(20.879400 + 2.873424, abs=0.02)
    assert got.sub_path_db == 0.0
    assert got.spreading_db == pytest.approx(0.0, abs=1e-12)


def test_one_obstacle_is_the_single_rounded_one_and_a_thin_one_its_edge() -> None:
    losses = []
    for step_km in (0.1, 0.01, 0.001):
        got = cylinders(*ridges((4.0, 130.0), step_km=step_km))
        (wall,) = got.cylinders
        alone = rounded_obstacle_db(wall.height_m, 4000.0, 16000.0, wall.radius_m, 900.0)
        assert got.diffraction_db == pytest.approx(alone, abs=1e-9)
        losses.append(got.diffraction_db)
    edge = knife_edge_db(fresnel_nu(wall.height_m, 4000.0, 16000.0, 900.0))
    assert losses[0] > losses[1] > losses[2] > edge
    assert losses[2] == pytest.approx(edge, abs=0.3)


# --- several ------------------------------------------------------------------------------------


def test_two_thin_walls_are_two_edges_with_the_correction_for_their_distance() -> None:
    # §4.3: each edge seen from the other's top, 10·log((a+b)(b+c)/(b(a+b+c))).
    d, ground = ridges((6.0, 130.0), (13.0, 110.0), step_km=0.001)
    got = cylinders(d, ground)
    expected = equal_edges_db(100.0, 80.0, 6000.0, 7000.0, 7000.0, 900.0)
    assert got.diffraction_db == pytest.approx(expected, abs=0.5)
    spreading = 10.0 * math.log10((6.0 + 7.0) * (7.0 + 7.0) / (7.0 * 20.0))
    assert got.spreading_db == pytest.approx(spreading, abs=1e-9)


def test_the_correction_for_three_by_hand() -> None:
    # Walls at 4, 8 and 16 km of 20 km: sections 4, 4, 8, 4. P_a = 4·(4·8·4)·(4 + 4 + 8 + 4) =
    # 10240; P_b = 4·4·(4+4)·(4+8)·(8+4) = 18432; −20·log √(P_a/P_b) = 10·log 1.8 = 2.552725.
    got = cylinders(*ridges((4.0, 120.0), (8.0, 150.0), (16.0, 120.0)))
    assert [round(each.distance_km, 6) for each in got.cylinders] == [4.0, 8.0, 16.0]
    assert got.spreading_db == pytest.approx(2.552725, abs=1e-6)
    parts = sum(each.loss_db for each in got.cylinders) + got.sub_path_db + got.spreading_db
    assert got.diffraction_db == pytest.approx(parts)
    assert got.basic_transmission_loss_db == pytest.approx(got.free_space_db + parts)


def test_ground_between_by_hand() -> None:
    # λ = 1 m, 4 km of clear path between 60 m and 20 m; a mound of 35 m stands at 2 km, where the
    # ray is at 40 m. F1 = √(1·2000·2000/4000) = 31.623 m, clearance 5/31.623 = 0.158114;
    # ν = −0.158114·√2 = −0.223607; J = 6.9 + 20·log10(√(0.323607² + 1) − 0.323607) = 4.135853.
    d_m = np.array([0.0, 1000.0, 2000.0, 3000.0, 4000.0])
    height_m = np.array([60.0, 0.0, 35.0, 0.0, 20.0])
    got = sub_path_db(d_m, height_m, 0, 4, 1e12, 1.0)
    argument = math.sqrt(0.323607**2 + 1) - 0.323607
    assert got == pytest.approx(6.9 + 20 * math.log10(argument), abs=1e-3)
    # A valley falls from one end and rises to the other: nothing in it is a hindrance.
    assert sub_path_db(d_m, np.array([20.0, 18.0, 17.0, 19.0, 20.0]), 0, 4, 1e12, 1.0) == 0.0
    assert sub_path_db(d_m, height_m, 0, 1, 1e12, 1.0) == 0.0


def test_a_level_step_ends_the_slope_that_leads_down() -> None:
    # λ = 1 m; a shelf of 30 m below an end of 60 m: its level step is no way down, so that it
    # counts. At 2 km the ray is at 40 m: 10/31.623 = 0.316228, ν = −0.447214,
    # J = 6.9 + 20·log10(√(0.547214² + 1) − 0.547214) = 2.356955. The point at 1 km is clearer.
    d_m = np.array([0.0, 1000.0, 2000.0, 3000.0, 4000.0])
    shelf = np.array([60.0, 30.0, 30.0, 0.0, 20.0])
    assert sub_path_db(d_m, shelf, 0, 4, 1e12, 1.0) == pytest.approx(2.356955, abs=1e-3)
    assert sub_path_db(d_m, shelf[::-1].copy(), 0, 4, 1e12, 1.0) == pytest.approx(
        2.356955, abs=1e-3
    )
    # A centimetre down towards the valley, and the whole shelf belongs to the end's slope.
    shelf[2] -= 0.01
    assert sub_path_db(d_m, shelf, 0, 4, 1e12, 1.0) == 0.0


def test_a_mound_below_the_ray_costs_though_no_string_touches_it() -> None:
    clear = cylinders(*ridges((10.0, 5.0)), tx_height_m=100.0, rx_height_m=100.0)
    near = cylinders(*ridges((10.0, 98.0)), tx_height_m=100.0, rx_height_m=100.0)
    assert clear.cylinders == near.cylinders == ()
    assert clear.diffraction_db == 0.0
    # F1 = √(0.333103·1e4/2) = 40.810 m; the Earth bulges by 500·10·10/1e6 = 0.05 m, so the ray
    # passes 1.95 m above the mound: ν = −√2·1.95/40.810, just below the six dB of a grazing ray.
    expected = knife_edge_db(-1.95 * math.sqrt(2) / 40.810)
    assert near.diffraction_db == pytest.approx(expected, abs=1e-3)


# --- knife edges --------------------------------------------------------------------------------


def test_three_edges_by_hand() -> None:
    # λ = 1 m, D = 20 km, antennas at 30 m; walls: 80 m at 4 km, 130 m at 10 km, 100 m at 16 km.
    # ν = h·√(2·D/(d1·d2)): 50·√(40000/6.4e7) = 1.25; 100·√(4e4/1e8) = 2; 70·√(4e4/6.4e7) = 1.75:
    # the second is the main edge.
    # From 30 m at 0 to 130 m at 10 km the line passes 4 km at 70 m: h = 10 m,
    # ν = 10·√(2·10000/(4000·6000)) = 0.288675. From there to 30 m at 20 km it passes 16 km at
    # 70 m: h = 30 m, ν = 30·√(2e4/2.4e7) = 0.866025.
    # J(2) = 6.9 + 20·log10(√(1.9² + 1) + 1.9) = 6.9 + 20·log10 4.047091 = 19.042874
    # J(0.288675) = 6.9 + 20·log10(√(0.188675² + 1) + 0.188675) = 6.9 + 1.629223 = 8.529223
    # J(0.866025) = 6.9 + 20·log10(√(0.766025² + 1) + 0.766025) = 6.9 + 6.128920 = 13.028920
    # C = 10 + 0.04·20 = 10.8; T = 1 − e^(−19.042874/6) = 0.958166
    # L = 19.042874 + 0.958166·(8.529223 + 13.028920 + 10.8) = 50.047351
    d, ground = ridges((4.0, 80.0), (10.0, 130.0), (16.0, 100.0))
    got = edges(d, ground, freq_mhz=ONE_METRE_MHZ)
    assert got.principal_km == 10.0
    assert got.principal_nu == pytest.approx(2.0, abs=2e-3)
    assert got.diffraction_db == pytest.approx(50.0474, abs=0.02)


def test_one_edge_by_hand() -> None:
    # λ = 1 m, a wall of 130 m at 10 km, ground at −500 m elsewhere: J(2) = 19.042874 and nothing
    # else, T·C = 0.958166·10.8 = 10.348193.
    d, ground = ridges((10.0, 130.0))
    ground[1:-1] -= 500.0
    ground[100] = 130.0
    got = edges(d, ground, freq_mhz=ONE_METRE_MHZ)
    assert got.diffraction_db == pytest.approx(19.042874 + 10.348193, abs=0.02)


def test_far_below_the_ray_nothing_is_lost() -> None:
    d, ground = ridges((10.0, 5.0))
    assert edges(d, ground, tx_height_m=100.0, rx_height_m=100.0).diffraction_db == 0.0


# --- laws ---------------------------------------------------------------------------------------

HILLS = st.lists(st.floats(0.0, 300.0), min_size=5, max_size=60)


@settings(max_examples=60, deadline=None)
@given(HILLS, st.floats(1.0, 60.0), st.floats(1.0, 60.0), st.sampled_from([450.0, 900.0, 2100.0]))
def test_both_ways_cost_the_same(
    heights: list[float], tx_m: float, rx_m: float, freq_mhz: float
) -> None:
    ground = np.round(heights, 2)
    # A step of 300 m, so that every touched point is an obstacle by itself.
    d = 0.3 * np.arange(ground.size)
    for call in (cylinders, edges):
        there = call(d, ground, tx_height_m=tx_m, rx_height_m=rx_m, freq_mhz=freq_mhz)
        back = call(d, ground[::-1], tx_height_m=rx_m, rx_height_m=tx_m, freq_mhz=freq_mhz)
        assert there.diffraction_db == pytest.approx(back.diffraction_db, abs=1e-6)
        assert math.isfinite(there.diffraction_db)


@settings(max_examples=60, deadline=None)
@given(st.floats(1.0, 39.0), st.floats(0.0, 400.0), st.floats(0.1, 60.0))
def test_a_higher_hill_costs_more(at_km: float, top_m: float, more_m: float) -> None:
    d = np.linspace(0.0, 40.0, 401)
    at = round(at_km / 0.1)
    for call in (cylinders, edges):
        losses = []
        for height_m in (top_m, top_m + more_m):
            ground = np.full(d.size, -400.0)
            ground[[0, at, -1]] = 0.0, height_m, 0.0
            losses.append(call(d, ground, effective_radius_km=8500.0).diffraction_db)
        assert losses[1] >= losses[0] - 1e-9


def test_higher_antennas_lose_less() -> None:
    d, ground = ridges((6.0, 130.0), (13.0, 110.0))
    for call in (cylinders, edges):
        losses = [call(d, ground, tx_height_m=h).diffraction_db for h in (10.0, 30.0, 60.0, 100.0)]
        assert (np.diff(losses) < 0).all()


@pytest.mark.parametrize("function", [p526_cylinders, p526_edges])
def test_what_lies_outside_is_refused(function: Any) -> None:
    d, ground = ridges((10.0, 90.0))
    fine = {"tx_height_m": 30.0, "rx_height_m": 1.5, "freq_mhz": 900.0}
    with pytest.raises(ValidityError, match=r"freq_mhz is 5 MHz; ITU-R P\.526-16 holds"):
        function(d, ground, **(fine | {"freq_mhz": 5.0}))
    with pytest.raises(InputError, match="ground_m"):
        function(d, ground[:-1], **fine)
