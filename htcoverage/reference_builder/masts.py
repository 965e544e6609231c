"""Where masts stand and which operators hang on them: a plan by people, ground and roads alone.

The rule is a planner's: the next mast goes where many people live near and few masts stand yet.
Nothing here knows a path loss or a covered share.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import cKDTree

from htcoverage.reference_builder.corridors import CORRIDORS, WORKPLACES, corridor_points, to_grid
from htcoverage.reference_builder.ground import FloatArray, Ground, IntArray, hearts

#: Residents per km², counted within 2 km: from here on a place is built up like a town.
TOWN_DENSITY_PER_KM2 = 1500.0
#: Below this it is thin hill country.
THIN_DENSITY_PER_KM2 = 250.0
DENSITY_RADIUS_M = 2000.0

#: Least distance between two masts in town, in the country and in thin country, in metres.
SPACING_M = (300.0, 600.0, 900.0)
#: Antenna heights of new masts, by the same three kinds of place, in metres above ground.
HEIGHTS_M = ((24.0, 27.0, 30.0, 33.0), (33.0, 36.0, 39.0, 42.0), (36.0, 39.0, 42.0, 45.0))
#: On a fourth of the shared masts the tenants hang one step below the owner, in metres.
TENANT_STEP_M = 3.0
TENANT_STEP_SHARE = 0.25
LOWEST_ANTENNA_M = 24.0

#: Reach over which people attract a mast and masts repel each other, in metres.
_MAST_REACH_M = 1500.0
_TENANT_REACH_M = 1800.0
#: Masts grow less than in proportion to people: the first mast of a village counts most.
_PEOPLE_EXPONENT = 0.6
#: Spread (standard deviation of the logarithm) of all that a plan by people does not know.
_TASTE_SPREAD = 0.3
#: How strongly an operator follows people: below 1 it builds more in thin country.
_TASTE = {"Viettel": 0.8, "VinaPhone": 1.0, "MobiFone": 1.15}
_SPOTS = 24
_ROADSIDE_STEP_M = 2000.0
_ROADSIDE_PEOPLE = 500.0


@dataclass(frozen=True, eq=False)
class Masts:
    """Masts: position in metres (EPSG:9209), kind of place (0 town, 1 country, 2 thin), height.

    ``density_per_km2`` counts residents within 2 km; ``height_m`` is the owner's antenna height.
    """

    points: FloatArray
    density_per_km2: FloatArray
    place: IntArray
    height_m: FloatArray


@dataclass(frozen=True, eq=False)
class Positions:
    """Operator positions: mast index, operator, antenna height in metres; sorted by mast."""

    mast: IntArray
    operator: tuple[str, ...]
    antenna_height_m: FloatArray


@dataclass(frozen=True, eq=False)
class _Demand:
    points: FloatArray
    people: FloatArray
    radius_m: FloatArray


def place_masts(
    settlements: gpd.GeoDataFrame,
    *,
    districts: gpd.GeoDataFrame,
    ground: Ground,
    count: int,
    rng: np.random.Generator,
) -> Masts:
    """Return masts placed one after another where people live and masts are few.

    Each step takes the place with the greatest people^0.6 / (1 + masts near), both weighted by
    exp(−(d/1.5 km)²) and people by a seeded taste; the mast then stands on the best of 24 seeded
    spots about that place (on land, inside the districts, the spacing kept, heights near villages
    preferred in thin country).

    Parameters
    ----------
    settlements : GeoDataFrame
        Polygons with ``residents``, EPSG:9209.
    districts : GeoDataFrame
        Polygons, EPSG:9209.
    ground : Ground
    count : int
        Masts wanted.
    rng : numpy.random.Generator

    Raises
    ------
    ValueError
        If the spacing leaves no room for that many masts.
    """
    demand = _demand(settlements, districts=districts)
    homes = _demand_of_settlements(settlements)
    tree = cKDTree(demand.points)
    density = _density_per_km2(demand.points, homes=homes)
    place = _place(density)
    near = _near_people(demand, homes=homes, reach_m=_MAST_REACH_M)
    wish = near**_PEOPLE_EXPONENT * rng.lognormal(0.0, _TASTE_SPREAD, len(near))
    spots, merit = _spots(demand, place=place, districts=districts, ground=ground, rng=rng)
    spacing_m = np.asarray(SPACING_M)[place]

    crowd = np.zeros(len(near))
    chosen = np.empty((count, 2))
    for n in range(count):
        while True:
            best = int(np.argmax(wish / (1.0 + crowd)))
            if wish[best] <= 0.0:
                raise ValueError(f"the spacing leaves room for {n} masts, not {count}")
            gap = np.hypot(
                spots[best, :, 0, None] - chosen[None, :n, 0],
                spots[best, :, 1, None] - chosen[None, :n, 1],
            )
            free = np.where((gap >= spacing_m[best]).all(axis=1), merit[best], -np.inf)
            spot = int(np.argmax(free))
            if np.isfinite(free[spot]):
                break
            wish[best] = 0.0
        chosen[n] = spots[best, spot]
        around = tree.query_ball_point(chosen[n], 3.0 * _MAST_REACH_M)
        crowd[around] += _kernel(demand.points[around] - chosen[n], reach_m=_MAST_REACH_M)

    chosen = chosen[np.lexsort((chosen[:, 0], -chosen[:, 1]))]
    density = _density_per_km2(chosen, homes=homes)
    place = _place(density)
    height_m = np.asarray(HEIGHTS_M)[place, rng.integers(0, len(HEIGHTS_M[0]), count)]
    return Masts(chosen, density, place, height_m)


def share_masts(
    masts: Masts,
    *,
    settlements: gpd.GeoDataFrame,
    positions: dict[str, int],
    rng: np.random.Generator,
) -> Positions:
    """Return the operators' positions: at least one on every mast, at most one of each operator.

    The operators choose in turn, each in proportion to what it still wants; as long as some mast is
    empty they choose among the empty ones (their own build), then among all (tenancy).

    Parameters
    ----------
    masts : Masts
    settlements : GeoDataFrame
        Polygons with ``residents``, EPSG:9209.
    positions : dict of str to int
        Positions wanted by operator; together at least the number of masts.
    rng : numpy.random.Generator
    """
    operators = tuple(positions)
    count = len(masts.points)
    homes = _demand_of_settlements(settlements)
    at_masts = _Demand(masts.points, np.zeros(count), np.zeros(count))
    near = _near_people(at_masts, homes=homes, reach_m=_TENANT_REACH_M) + _ROADSIDE_PEOPLE
    tree = cKDTree(masts.points)
    wish = {
        operator: near ** (_PEOPLE_EXPONENT * _TASTE[operator])
        * rng.lognormal(0.0, _TASTE_SPREAD, count)
        for operator in operators
    }
    crowd = {operator: np.zeros(count) for operator in operators}
    taken = {operator: np.zeros(count, dtype=bool) for operator in operators}
    owner = np.full(count, -1)
    for _ in range(sum(positions.values())):
        operator = max(operators, key=lambda o: 1.0 - taken[o].sum() / positions[o])
        closed = owner >= 0 if (owner < 0).any() else taken[operator]
        score = np.where(closed, -np.inf, wish[operator] / (1.0 + crowd[operator]))
        mast = int(np.argmax(score))
        taken[operator][mast] = True
        if owner[mast] < 0:
            owner[mast] = operators.index(operator)
        around = tree.query_ball_point(masts.points[mast], 3.0 * _TENANT_REACH_M)
        crowd[operator][around] += _kernel(
            masts.points[around] - masts.points[mast], reach_m=_TENANT_REACH_M
        )

    lowered = rng.random(count) < TENANT_STEP_SHARE
    lowered &= masts.height_m - TENANT_STEP_M >= LOWEST_ANTENNA_M
    rows = [
        (
            mast,
            operator,
            masts.height_m[mast] - TENANT_STEP_M * (lowered[mast] and owner[mast] != o),
        )
        for mast in range(count)
        for o, operator in enumerate(operators)
        if taken[operator][mast]
    ]
    mast_of, operator_of, height_of = zip(*rows, strict=True)
    return Positions(np.asarray(mast_of), operator_of, np.asarray(height_of))


def _demand_of_settlements(settlements: gpd.GeoDataFrame) -> _Demand:
    polygons = settlements.geometry.to_numpy()
    return _Demand(
        hearts(settlements),
        settlements["residents"].to_numpy(dtype=np.float64),
        250.0 + np.sqrt(shapely.area(polygons) / np.pi),
    )


def _demand(settlements: gpd.GeoDataFrame, *, districts: gpd.GeoDataFrame) -> _Demand:
    """Return all that attracts a mast: settlements, roadsides, then workplaces and beaches."""
    homes = _demand_of_settlements(settlements)
    roads = np.concatenate([corridor_points(road, step_m=_ROADSIDE_STEP_M) for road in CORRIDORS])
    work = to_grid(np.asarray([point for point, _ in WORKPLACES]))
    province = districts.geometry.union_all()
    roads = roads[shapely.contains_xy(province, roads[:, 0], roads[:, 1])]
    return _Demand(
        np.concatenate([homes.points, roads, work]),
        np.concatenate(
            [
                homes.people,
                np.full(len(roads), _ROADSIDE_PEOPLE),
                [people for _, people in WORKPLACES],
            ]
        ),
        np.concatenate([homes.radius_m, np.full(len(roads), 200.0), np.full(len(work), 600.0)]),
    )


def _kernel(offset: FloatArray, *, reach_m: float) -> FloatArray:
    weight: FloatArray = np.exp(-(offset**2).sum(axis=-1) / reach_m**2)
    return weight


def _near_people(demand: _Demand, *, homes: _Demand, reach_m: float) -> FloatArray:
    """Return the people near each point, weighted; those at the point itself count whole."""
    tree = cKDTree(homes.points)
    near = np.empty(len(demand.points))
    for i, around in enumerate(tree.query_ball_point(demand.points, 3.0 * reach_m)):
        weight = _kernel(homes.points[around] - demand.points[i], reach_m=reach_m)
        near[i] = weight @ homes.people[around]
    return np.maximum(near, demand.people)


def _density_per_km2(points: FloatArray, *, homes: _Demand) -> FloatArray:
    tree = cKDTree(homes.points)
    around = tree.query_ball_point(points, DENSITY_RADIUS_M)
    people = np.asarray([homes.people[index].sum() for index in around])
    density: FloatArray = people / (np.pi * (DENSITY_RADIUS_M / 1000.0) ** 2)
    return density


def _place(density_per_km2: FloatArray) -> IntArray:
    return np.where(
        density_per_km2 >= TOWN_DENSITY_PER_KM2,
        0,
        np.where(density_per_km2 >= THIN_DENSITY_PER_KM2, 1, 2),
    ).astype(np.intp)


def _spots(
    demand: _Demand,
    *,
    place: IntArray,
    districts: gpd.GeoDataFrame,
    ground: Ground,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Return seeded spots about every place, (n, 24, 2), and their merit (−inf: no building)."""
    n = len(demand.points)
    reach_m = demand.radius_m + np.where(place == 2, 350.0, 0.0)
    share = np.sqrt(rng.random((n, _SPOTS)))
    bearing = rng.uniform(0.0, 2.0 * np.pi, (n, _SPOTS))
    offset = (share * reach_m[:, None])[..., None] * np.stack(
        [np.cos(bearing), np.sin(bearing)], axis=-1
    )
    spots = np.round(demand.points[:, None, :] + offset, 1)
    rise_m = ground.height_m(spots) - ground.height_m(demand.points)[:, None]
    love_of_height = np.where(place == 2, 0.6, 0.15)[:, None]
    merit = love_of_height * np.clip(rise_m, -30.0, 60.0) / 60.0 - 0.3 * share
    merit += rng.gumbel(0.0, 0.15, (n, _SPOTS))
    province = districts.geometry.union_all()
    shapely.prepare(province)
    buildable = shapely.contains_xy(province, spots[..., 0], spots[..., 1])
    buildable &= ~ground.is_water(spots)
    return spots, np.where(buildable, merit, -np.inf)
