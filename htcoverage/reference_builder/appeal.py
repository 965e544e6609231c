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
    weight : ndarray
        Relative number of settlers a pixel draws.
    along_m : ndarray
        Distance to the road, shore or bank that a settlement here would follow; NaN where none.
    height_m, slope_deg, coast_m : ndarray
        Ground, slope, distance to the sea.
    town : ndarray of bool
        Pixels nearest to a ward's or township's position.
    """

    grid: GeoBox
    unit: np.ndarray
    weight: Floats
    along_m: Floats
    height_m: Floats
    slope_deg: Floats
    coast_m: Floats
    town: Bools

    def draw(
        self, number: int, count: int, *, residents: int, rng: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Return eastings and northings of a district's settlements, clear of one another.

        Pixels are drawn without replacement by weight (exponential races) and passed over when
        nearer to one already taken than the spacing; where weight is high, spacing is small.
        """
        row, column = np.nonzero((self.unit == number) & (self.weight > 0))
        weight = self.weight[row, column]
        race = rng.exponential(size=weight.size) / weight
        order = np.argsort(race, kind="stable")
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
    x, y = _centres(grid)
    seats = metres(tuple(SEATS_DEG.values()))
    for (weight, reach_m), spots in (
        (SETTLING.seat, seats),
        (SETTLING.place, np.column_stack([places.geometry.x, places.geometry.y])),
    ):
        for east, north in spots:
            drawn += weight * np.exp(-np.hypot(x - east, y - north) / reach_m)
    put_off = np.exp(-((slope / SETTLING.slope_scale_deg) ** 2))
    put_off /= 1.0 + (height_m / SETTLING.height_scale_m) ** 2
    noise = coloured_noise(grid.shape, RELIEF.pixel_m, rng)
    appealing: Floats = drawn * put_off * np.exp(SETTLING.noise * noise)
    appealing[(slope > SETTLING.slope_limit_deg) | (unit < 0)] = 0.0

    town = _balance(appealing, unit, districts, communes, grid)

    followed = np.stack([road_m, coast_m, river_m])
    reach = SETTLING.along_reach_m * np.array([1.0, 2.5, 1.0])[:, None, None]
    relative = followed / reach
    chosen = relative.argmin(axis=0)
    along = np.take_along_axis(followed, chosen[None], axis=0)[0]
    along[relative.min(axis=0) > 1.0] = np.nan
    return Appeal(grid, unit, appealing, along, height_m, slope, coast_m, town)


def _balance(
    weight: Floats,
    unit: np.ndarray,
    districts: gpd.GeoDataFrame,
    communes: pd.DataFrame,
    grid: GeoBox,
) -> Bools:
    """Even out the communes' shares of their district's weight, in place; return town pixels.

    Communes of a district have about the same number of people whatever their ground: the weight
    nearest to each commune's position is scaled towards the mean of its district.
    """
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
        weight[row, column] = local * factor[nearest]
        town[row, column] = ours["commune_type"].isin(TOWN_TYPES).to_numpy()[nearest]
    return town


def _distance_m(target: Bools) -> Floats:
    result: Floats = ndimage.distance_transform_edt(~target) * RELIEF.pixel_m
    return result


def _centres(grid: GeoBox) -> tuple[Floats, Floats]:
    """Return the easting of each column (a row) and the northing of each row (a column)."""
    a = grid.affine
    rows, columns = grid.shape
    return a.c + a.a * (np.arange(columns) + 0.5)[None], a.f + a.e * (np.arange(rows) + 0.5)[
        :, None
    ]
