"""Which villages the modelled cables do not reach: 26 remote ones in 7 districts."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from htcoverage.reference_builder.corridors import CORRIDORS, corridor_points
from htcoverage.reference_builder.ground import BoolArray, FloatArray, IntArray
from htcoverage.reference_builder.roads import CORRIDOR_STEP_M, Roads

#: No cable comes nearer than this to a village without fibre, in metres.
CLEARANCE_M = 600.0
#: Villages without fibre in one commune, at most.
MOST_A_COMMUNE = 3
#: Villages this near to a main road all have fibre, in metres.
_MAIN_ROAD_REACH_M = 1500.0


@dataclass(frozen=True, eq=False)
class Unreached:
    """Settlements without fibre, masts without fibre (they stand there), edges without a cable."""

    settlements: BoolArray
    masts: BoolArray
    edges: BoolArray


def choose_unreached(
    settlements: gpd.GeoDataFrame,
    *,
    roads: Roads,
    centres: IntArray,
    wanted: tuple[tuple[str, int], ...],
) -> Unreached:
    """Return the remotest villages that can be left out while all others stay connected.

    Remoteness is the distance to the fourth-nearest settlement plus a third of the distance to the
    nearest main road, over the square root of the residents. A village is passed over when it is
    its commune's centre or would be its fourth, when another settlement lies within the clearance,
    or when the roads left would not join all other settlements.

    Parameters
    ----------
    settlements : GeoDataFrame
        ``district_code, commune_code, residents`` and polygons, EPSG:9209, in the order of the
        road graph.
    roads : Roads
    centres : ndarray of int
        Settlements that are the centre of their commune.
    wanted : tuple of (str, int)
        District code and villages without fibre in it.

    Raises
    ------
    ValueError
        If some district has too few such villages.
    """
    polygons = settlements.geometry.to_numpy()
    nodes = np.asarray(shapely.points(roads.points))
    homes = nodes[: roads.settlements]
    masts = nodes[roads.settlements : roads.settlements + roads.masts]
    main_roads = shapely.union_all(
        [shapely.LineString(corridor_points(road, step_m=CORRIDOR_STEP_M)) for road in CORRIDORS]
    )
    to_road_m = shapely.distance(polygons, main_roads)
    remoteness = _fourth_nearest_m(roads.points[: roads.settlements]) + to_road_m / 3.0
    remoteness /= np.sqrt(settlements["residents"].to_numpy(dtype=np.float64))
    remoteness[centres] = -np.inf
    codes = settlements["district_code"].to_numpy()
    communes = settlements["commune_code"].to_numpy()

    out = np.zeros(roads.settlements, dtype=bool)
    off_masts = np.zeros(roads.masts, dtype=bool)
    closed = np.zeros(len(roads.edges), dtype=bool)
    for code, number in wanted:
        left = number
        for i in np.argsort(-remoteness, kind="stable"):
            if left == 0 or remoteness[i] < 0.0:
                break
            full = (communes[out] == communes[i]).sum() >= MOST_A_COMMUNE
            if codes[i] != code or full or to_road_m[i] < _MAIN_ROAD_REACH_M:
                continue
            near_home = shapely.dwithin(homes, polygons[i], CLEARANCE_M)
            near_home[i] = False
            near_mast = shapely.dwithin(masts, polygons[i], CLEARANCE_M)
            closing = closed | shapely.dwithin(roads.lines, polygons[i], CLEARANCE_M)
            trial = out.copy()
            trial[i] = True
            if (near_home & ~out).any() or not _joined(
                roads, closed=closing, without=np.concatenate([trial, off_masts | near_mast])
            ):
                continue
            out, off_masts, closed, left = trial, off_masts | near_mast, closing, left - 1
        if left:
            raise ValueError(
                f"district {code} has too few remote villages: {left} of {number} lack"
            )
    return Unreached(out, off_masts, closed)


def _fourth_nearest_m(points: FloatArray) -> FloatArray:
    distance_m: FloatArray = np.asarray(cKDTree(points).query(points, k=5)[0])[:, 4]
    return distance_m


def _joined(roads: Roads, *, closed: BoolArray, without: BoolArray) -> bool:
    """Return whether all settlements and masts but those ``without`` are in one component."""
    label = connected_components(roads.matrix(closed=closed), directed=False)[1]
    needed = label[: roads.settlements + roads.masts][~without]
    return bool((needed == needed[0]).all())
