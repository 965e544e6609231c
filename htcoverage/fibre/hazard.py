"""A flood, a landslide: what lies in a polygon, or below a height, fails together."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.fibre.criticality import Failure, fail
from htcoverage.fibre.graph import BoolArray, FibreNetwork
from htcoverage.fibre.lengths import FloatArray
from htcoverage.fibre.reach import Attachments
from htcoverage.terrain import Terrain


@dataclass(frozen=True, eq=False)
class Hazard:
    """What a hazard hits and what that cuts off.

    Parameters
    ----------
    spans, nodes : bool arrays
        Hit, in the order of the network: any part of the span, the node itself.
    bts_inside : bool[bts]
        Base stations of `Attachments` that stand in it themselves: whether they work is a question
        of power and plinths, not of fibre, so they are told apart.
    failure : Failure
        Base stations and settlements that lose their fibre, wherever they stand.
    """

    spans: BoolArray
    nodes: BoolArray
    bts_inside: BoolArray
    failure: Failure


def hazard_in_area(
    network: FibreNetwork, attachments: Attachments, area: gpd.GeoDataFrame
) -> Hazard:
    """Let every span that touches the polygons, and every node in them, fail.

    Parameters
    ----------
    network, attachments : FibreNetwork, Attachments
    area : GeoDataFrame
        Polygons with a CRS.

    Raises
    ------
    InputError
        If there is no polygon, or all lie away from the network.
    """
    if area.crs is None or len(area) == 0:
        raise argument_fault("area", "no polygon with a CRS", "at least one polygon with a CRS")
    shapes = reproject(area, network.spans.crs.to_wkt()).geometry.to_numpy()
    if (shapely.get_dimensions(shapes) < 2).any():
        kinds = ", ".join(sorted(set(area.geom_type.astype(str))))
        raise argument_fault("area", kinds, "polygons: a line or a point has no inside")
    region = shapely.union_all(shapely.make_valid(shapes))
    around = shapely.box(*shapely.total_bounds(network.spans.geometry.to_numpy()))
    if not shapely.intersects(region, around):
        bounds = ", ".join(f"{edge:.6g}" for edge in area.total_bounds)
        raise argument_fault(
            "area", f"{area.crs.to_string()}, bounds {bounds}",
            "an area that reaches the network: check its CRS",
        )  # fmt: skip
    shapely.prepare(region)
    spans = np.asarray(shapely.intersects(region, network.spans.geometry.to_numpy()), dtype=bool)
    nodes = np.asarray(shapely.intersects(region, shapely.points(network.node_xy_m)), dtype=bool)
    stations = shapely.points(attachments.bts["x"].to_numpy(), attachments.bts["y"].to_numpy())
    inside = np.asarray(shapely.intersects(region, stations), dtype=bool)
    return _hazard(network, attachments, spans, nodes, inside)


def hazard_below(
    network: FibreNetwork, attachments: Attachments, terrain: Terrain, *, height_m: float
) -> Hazard:
    """Let every span and node on ground below a height fail: a flood to that level everywhere.

    Parameters
    ----------
    network, attachments : FibreNetwork, Attachments
    terrain : Terrain
        In the network's CRS; the ground is read at the nearest pixel, along spans every pixel.
        What lies beyond the terrain is not hit.
    height_m : float
        Above sea level, m.
    """
    if not np.isfinite(height_m):
        raise argument_fault("height_m", height_m, "a number of metres above sea level")
    if str(terrain.geobox.crs) != str(network.spans.crs) and terrain.geobox.crs != str(
        network.spans.crs.to_wkt()
    ):
        raise argument_fault("terrain", terrain.geobox.crs, f"terrain in {network.spans.crs}")
    lines = shapely.segmentize(network.spans.geometry.to_numpy(), terrain.posting_m)
    xy, line = shapely.get_coordinates(lines, return_index=True)
    low = _ground_m(terrain, xy) < height_m
    spans = np.bincount(line[low], minlength=len(lines)) > 0
    nodes = _ground_m(terrain, network.node_xy_m) < height_m
    stations = np.column_stack([attachments.bts["x"], attachments.bts["y"]])
    inside = _ground_m(terrain, stations) < height_m
    return _hazard(network, attachments, spans, nodes, inside)


def _ground_m(terrain: Terrain, xy_m: FloatArray) -> FloatArray:
    """Return the ground at the nearest pixel; +inf beyond the terrain and in its voids."""
    col, row = ~terrain.geobox.transform * (xy_m[:, 0], xy_m[:, 1])
    row, col = np.floor(row).astype(np.intp), np.floor(col).astype(np.intp)
    ny, nx = terrain.ground_m.shape
    known = (row >= 0) & (row < ny) & (col >= 0) & (col < nx)
    ground = np.full(len(xy_m), np.inf)
    ground[known] = terrain.ground_m[row[known], col[known]]
    return np.where(np.isnan(ground), np.inf, ground)


def _hazard(
    network: FibreNetwork,
    attachments: Attachments,
    spans: BoolArray,
    nodes: BoolArray,
    inside: BoolArray,
) -> Hazard:
    failure = fail(network, attachments, spans=np.flatnonzero(spans), nodes=np.flatnonzero(nodes))
    return Hazard(spans, nodes, inside, failure)
