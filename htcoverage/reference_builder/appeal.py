"""How much each pixel draws settlers, and where a district's settlements are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from odc.geo.geobox import GeoBox
from rasterio.features import rasterize
from scipy import ndimage
from scipy.spatial import cKDTree
from shapely import LineString

from htcoverage.reference_builder.blocks import Bools, Floats, burn
from htcoverage.reference_builder.corridors import CORRIDORS, corridor_points
from htcoverage.reference_builder.drainage import coloured_noise
from htcoverage.reference_builder.parameters import RELIEF, SEATS_DEG, SETTLING, TOWN_TYPES
from htcoverage.reference_builder.positions import COMMUNES_DEG
from htcoverage.reference_builder.relief import RIVER, SEA, Terrain, slope_deg
from htcoverage.reference_builder.waters import metres


@dataclass(frozen=True)
class Appeal:
    """Fields on the terrain's grid.

    Parameters
    ----------
    grid : odc.geo.geobox.GeoBox
        The terrain's.
    unit : ndarray of int16
        Number of the district (its row in the table), −1 outside and on water.
    race : ndarray
        Exponential race of the pixels by the number of settlers each draws: a district's lowest
        are settled first; infinite where nobody may settle.
    along_m : ndarray
        Distance to the road, shore or bank that a settlement here would follow; NaN where none.
    height_m, slope_deg, coast_m : ndarray
        Ground, slope, distance to the sea.
    town : ndarray of bool
        Pixels nearest to a ward's or township's position.
    """

    grid: GeoBox
    unit: np.ndarray
    race: Floats
    along_m: Floats
    height_m: Floats
    slope_deg: Floats
    coast_m: Floats
    town: Bools

    def draw(self, number: int, count: int, *, residents: int) -> tuple[Floats, Floats]:
        """Return eastings and northings of a district's settlements, clear of one another.

        Pixels are taken in the order of the race and passed over when nearer to one already taken
        than the spacing, which is small in towns.
        """
        row, column = np.nonzero((self.unit == number) & np.isfinite(self.race))
        order = np.argsort(self.race[row, column], kind="stable")
        x, y = self.grid.affine * (column[order] + 0.5, row[order] + 0.5)
        points = np.column_stack([x, y])
        per_resident = self.ground_m2_per_resident(row[order], column[order])
        radius_m = np.sqrt(per_resident * residents / count / np.pi) * SETTLING.spacing
        taken: list[int] = []
        near = cKDTree(points)
        blocked = np.zeros(len(points), dtype=bool)
        for candidate in range(len(points)):
            if blocked[candidate]:
                continue
            taken.append(candidate)
            if len(taken) == count:
                break
            around = near.query_ball_point(points[candidate], 2 * radius_m[candidate])
            blocked[around] = True
        else:
            raise ValueError(f"district {number} has room for {len(taken)} of {count} settlements")
        return x[taken], y[taken]

    def kind(self, x: Floats, y: Floats) -> np.ndarray:
        """Return coast, plain or hill for points."""
        column, row = ~self.grid.affine * (x, y)
        return self._kind(np.floor(row).astype(int), np.floor(column).astype(int))

    def _kind(self, row: np.ndarray, column: np.ndarray) -> np.ndarray:
        hill = self.height_m[row, column] > SETTLING.hill_height_m
        hill |= self.slope_deg[row, column] > SETTLING.hill_slope_deg
        coast = self.coast_m[row, column] < SETTLING.coast_m
        return np.where(hill, "hill", np.where(coast, "coast", "plain"))

    def ground_m2_per_resident(self, row: np.ndarray, column: np.ndarray) -> Floats:
        """Return the ground a resident takes."""
        ground = dict(SETTLING.m2_per_resident)
        kind = np.where(self.town[row, column], "town", self._kind(row, column))
        result: Floats = np.select([kind == k for k in ground], list(ground.values()))
        return result


def build_appeal(
    districts: gpd.GeoDataFrame,
    communes: pd.DataFrame,
    places: gpd.GeoDataFrame,
    terrain: Terrain,
    *,
    rng: np.random.Generator,
) -> Appeal:
    """Return the fields that place settlements.

    Parameters
    ----------
    districts : GeoDataFrame
        Sorted by code.
    communes : DataFrame
        The GSO list; each commune draws its share.
    places : GeoDataFrame
        Known places.
    terrain : Terrain
        Height, water and streams.
    rng : numpy.random.Generator
        Draws the noise.
    """
    grid = terrain.grid
    unit = rasterize(
        [(shape, number) for number, shape in enumerate(districts.geometry)],
        out_shape=grid.shape,
        transform=grid.affine,
        fill=-1,
        dtype="int16",
    )
    unit[terrain.water > 0] = -1
    slope = slope_deg(terrain)
    road = burn(
        [LineString(corridor_points(road, step_m=400.0)).buffer(50.0) for road in CORRIDORS], grid
    )
    road_m, coast_m = _distance_m(road), _distance_m(terrain.water == SEA)
    river_m = _distance_m((terrain.water == RIVER) | terrain.stream)
    height_m = terrain.ground_m.astype(float)

    drawn = SETTLING.elsewhere * np.ones(grid.shape)
    for (weight, reach_m), distance_m in (
        (SETTLING.road, road_m),
        (SETTLING.river, river_m),
        (SETTLING.coast, coast_m),
    ):
        drawn += weight * np.exp(-distance_m / reach_m)
    seats = metres(tuple(SEATS_DEG.values()))
    for (weight, reach_m), spots in (
        (SETTLING.seat, seats),
        (SETTLING.place, np.column_stack([places.geometry.x, places.geometry.y])),
    ):
        for spot in spots:
            window, away_m = _around(spot, 10 * reach_m, grid)
            drawn[window] += weight * np.exp(-away_m / reach_m)
    put_off = np.exp(-((slope / SETTLING.slope_scale_deg) ** 2))
    put_off /= 1.0 + (height_m / SETTLING.height_scale_m) ** 2
    noise = coloured_noise(grid.shape, RELIEF.pixel_m, rng)
    appealing: Floats = drawn * put_off * np.exp(SETTLING.noise * noise)
    appealing[(slope > SETTLING.slope_limit_deg) | (unit < 0)] = 0.0

    appealing, town = _balance(appealing, unit, districts, communes, grid)

    followed = np.stack([road_m, coast_m, river_m])
    reach = SETTLING.along_reach_m * np.array([1.0, 2.5, 1.0])[:, None, None]
    relative = followed / reach
    chosen = relative.argmin(axis=0)
    along = np.take_along_axis(followed, chosen[None], axis=0)[0]
    along[relative.min(axis=0) > 1.0] = np.nan
    race = np.full(grid.shape, np.inf)
    np.divide(rng.exponential(size=grid.shape), appealing, out=race, where=appealing > 0)
    return Appeal(grid, unit, race, along, height_m, slope, coast_m, town)


def _balance(
    weight: Floats,
    unit: np.ndarray,
    districts: gpd.GeoDataFrame,
    communes: pd.DataFrame,
    grid: GeoBox,
) -> tuple[Floats, Bools]:
    """Return the weight with the communes' shares of their district evened out; town pixels.

    Communes of a district have about the same number of people whatever their ground: the weight
    nearest to each commune's position is scaled towards the mean of its district.
    """
    balanced = weight.copy()
    town = np.zeros(weight.shape, dtype=bool)
    for number, code in enumerate(districts["district_code"]):
        ours = communes[communes["district_code"] == code]
        anchors = metres(tuple(COMMUNES_DEG[c] for c in ours["commune_code"]))
        row, column = np.nonzero((unit == number) & (weight > 0))
        x, y = grid.affine * (column + 0.5, row + 0.5)
        away_m, nearest = cKDTree(anchors).query(np.column_stack([x, y]))
        gain, reach_m = SETTLING.commune
        local = weight[row, column] * (1.0 + gain * np.exp(-away_m / reach_m))
        local /= 1.0 + (away_m / SETTLING.farthest_m) ** 4
        total = np.bincount(nearest, local, minlength=len(anchors))
        factor = (total.mean() / np.maximum(total, 0.01 * total.mean())) ** SETTLING.evenness
        balanced[row, column] = local * factor[nearest]
        town[row, column] = ours["commune_type"].isin(TOWN_TYPES).to_numpy()[nearest]
    return balanced, town


def _distance_m(target: Bools) -> Floats:
    result: Floats = ndimage.distance_transform_edt(~target) * RELIEF.pixel_m
    return result


def _around(spot: Floats, within_m: float, grid: GeoBox) -> tuple[tuple[slice, slice], Floats]:
    """Return the window of pixels around a point, and how far each centre is from it in metres."""
    column, row = ~grid.affine * (spot[0], spot[1])
    reach = within_m / RELIEF.pixel_m
    rows, columns = (
        np.arange(max(0, int(at - reach)), min(size, int(at + reach) + 1))
        for at, size in zip((row, column), grid.shape, strict=True)
    )
    down, right = rows[:, None] + 0.5 - row, columns[None] + 0.5 - column
    window = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    return window, np.hypot(down, right) * RELIEF.pixel_m
