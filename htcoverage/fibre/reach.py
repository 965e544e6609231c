"""Who has fibre: base stations, settlements and given points near spans, or along them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra

from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.fibre.graph import BoolArray, FibreNetwork
from htcoverage.fibre.lengths import FloatArray, IntArray
from htcoverage.labels import Language, label
from htcoverage.readers.columns import plain

#: A place this near to a span is within reach of its fibre, in m: a labelled assumption (about a
#: dozen poles of drop cable).
DEFAULT_REACH_M = 500.0

#: Operators of base stations whose cables bear another name → that name. VinaPhone is VNPT's.
DEFAULT_OWNERS: Mapping[str, str] = {"VinaPhone": "VNPT"}


@dataclass(frozen=True, eq=False)
class Attachments:
    """Where base stations and settlements hang on the network.

    Parameters
    ----------
    bts : DataFrame
        ``bts_id, site_id, operator, owner, node, distance_m, x, y``, one row a base station on
        air: straight distance in m to the nearest span of the owner that serves its operator
        (inf: none), ``node`` −1 beyond reach.
    settlements : DataFrame
        ``settlement_id, name, district_code, residents, distance_m, owners, x, y``: straight
        distance from the outline to the nearest span of any owner; ``owners`` within reach, joined
        by "; ".
    drops : DataFrame
        ``settlement, owner, node``: row of a settlement, an owner within reach and the node that it
        hangs on; one row for each owner.
    served_by : mapping of str to str
        Operator of the base stations → owner of the cables that serve it; "" where it has none and
        leases from whoever is nearest.
    reach_m : float
        The reach.
    """

    bts: pd.DataFrame
    settlements: pd.DataFrame
    drops: pd.DataFrame
    served_by: Mapping[str, str]
    reach_m: float


def attach(
    network: FibreNetwork,
    *,
    bts: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
    reach_m: float = DEFAULT_REACH_M,
    owners: Mapping[str, str] = DEFAULT_OWNERS,
) -> Attachments:
    """Hang base stations and settlements on the network.

    Fibre is reached at closures, where spans end: a base station within reach of a span hangs on
    that span's nearer end; a settlement hangs, for each owner with a span within reach of its
    outline, on the end of such a span that is nearest to its middle. An operator that ``owners``
    does not name is its own owner; one whose owner has no span leases from whoever is nearest.
    Names are the same whatever their capitals, accents and punctuation.

    Parameters
    ----------
    network : FibreNetwork
    bts : GeoDataFrame
        Table ``bts``; base stations not on air are left out.
    settlements : GeoDataFrame
        Table ``settlements``, polygons (points will do).
    reach_m : float
        Straight distance, m, 0 or more.
    owners : mapping of str to str
        Operator → owner.
    """
    _check_reach(reach_m)
    crs = network.spans.crs.to_wkt()
    on_air = bts[bts["status"] == "on-air"] if "status" in bts else bts
    points = reproject(on_air, crs).geometry.to_numpy()
    span_owner = network.spans["owner"].to_numpy()
    operators = on_air["operator"].to_numpy(dtype=object)
    served_by = {each: _owner_of(each, owners, network.owners) for each in sorted(set(operators))}
    serving = np.array([served_by[each] for each in operators], dtype=object)
    span, distance_m = _nearest_spans(network, points, serving)
    node = _nearer_end(network, span, points)
    node[distance_m > reach_m] = -1
    stations = pd.DataFrame(
        {
            "bts_id": on_air["bts_id"].to_numpy(),
            "site_id": on_air["site_id"].to_numpy(),
            "operator": on_air["operator"].to_numpy(),
            "owner": span_owner[span],
            "node": node,
            "distance_m": distance_m,
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
        }
    )
    homes, drops = _attach_settlements(network, reproject(settlements, crs), reach_m)
    return Attachments(stations, homes, drops, served_by, reach_m)


def _owner_of(operator: str, owners: Mapping[str, str], known: Iterable[str]) -> str:
    """Return the owner that serves an operator, as the spans write it; "" if they name none."""
    wanted = plain(owners.get(operator, operator))
    return next((name for name in known if plain(name) == wanted), "")


def cables_words(served_by: Mapping[str, str], language: Language) -> str:
    """Return whose cables serve each operator (`Attachments.served_by`), in words."""
    nearest = label("fibre_nearest_cable", language)
    return ", ".join(f"{operator}: {owner or nearest}" for operator, owner in served_by.items())


def _check_reach(reach_m: float) -> None:
    if not (np.isfinite(reach_m) and reach_m >= 0.0):
        raise argument_fault("reach_m", reach_m, "a number of metres, 0 or more")


def _nearest_spans(
    network: FibreNetwork,
    shapes: npt.NDArray[np.object_],
    serving: npt.NDArray[np.object_],
    *,
    usable: BoolArray | None = None,
) -> tuple[IntArray, FloatArray]:
    """Return the nearest usable span of the owner that serves each shape, and how far it is, m.

    An owner of "" is anyone. Where an owner has no usable span: −1 and inf.
    """
    lines = network.spans.geometry.to_numpy()
    of_owner = network.spans["owner"].to_numpy()
    span = np.full(len(shapes), -1, dtype=np.intp)
    distance_m = np.full(len(shapes), np.inf)
    for owner in sorted(set(serving.tolist())):
        ours = np.ones(len(lines), dtype=bool) if owner == "" else of_owner == owner
        own = np.flatnonzero(ours if usable is None else ours & usable)
        rows = np.flatnonzero(serving == owner)
        if len(own):
            span[rows] = own[shapely.STRtree(lines[own]).nearest(shapes[rows])]
            distance_m[rows] = shapely.distance(shapes[rows], lines[span[rows]])
    return span, distance_m


def _nearer_end(network: FibreNetwork, span: IntArray, points: npt.NDArray[np.object_]) -> IntArray:
    xy = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    ends = network.ends[span]
    gap_m = np.hypot(*np.moveaxis(network.node_xy_m[ends] - xy[:, None, :], -1, 0))
    nearer: IntArray = ends[np.arange(len(span)), gap_m.argmin(axis=1)].copy()
    return nearer


def _attach_settlements(
    network: FibreNetwork, settlements: gpd.GeoDataFrame, reach_m: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    shapes = settlements.geometry.to_numpy()
    lines = network.spans.geometry.to_numpy()
    span_owner = network.spans["owner"].to_numpy()
    tree = shapely.STRtree(lines)
    nearest = tree.nearest(shapes)
    place, span = tree.query(shapes, predicate="dwithin", distance=reach_m)
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    near = np.repeat(place, 2)
    node = network.ends[span].ravel()
    gap_m = np.hypot(*(network.node_xy_m[node] - middle[near]).T)
    drops = (
        pd.DataFrame(
            {
                "settlement": near,
                "owner": np.repeat(span_owner[span], 2),
                "node": node,
                "gap_m": gap_m,
            }
        )
        .sort_values(["settlement", "owner", "gap_m", "node"], kind="stable")
        .drop_duplicates(["settlement", "owner"])[["settlement", "owner", "node"]]
        .reset_index(drop=True)
    )
    names = drops.groupby("settlement")["owner"].agg("; ".join)
    homes = pd.DataFrame(
        {
            "settlement_id": settlements["settlement_id"].to_numpy(),
            "name": settlements["name"].to_numpy(),
            "district_code": settlements["district_code"].astype(str).to_numpy(),
            "residents": settlements["residents"].to_numpy(dtype=np.float64),
            "distance_m": shapely.distance(shapes, lines[nearest]),
            "owners": names.reindex(range(len(shapes)), fill_value="").to_numpy(),
            "x": middle[:, 0],
            "y": middle[:, 1],
        }
    )
    return homes, drops


def reach_places(
    network: FibreNetwork,
    places: gpd.GeoDataFrame,
    *,
    reach_m: float = DEFAULT_REACH_M,
    starts: IntArray | None = None,
    owners: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return which places lie within reach of the network, straight or along it.

    Parameters
    ----------
    network : FibreNetwork
    places : GeoDataFrame
        Points, lines or polygons with a CRS.
    reach_m : float
        Greatest distance, m.
    starts : int array, optional
        Fibre nodes to measure from: the distance is then that along the spans from the nearest
        start of the same owner to the nearer end of the nearest span that one reaches, plus the
        straight rest. When left out, it is the straight distance to the nearest span.
    owners : sequence of str, optional
        For each place the owner whose spans count, "" for anyone's; anyone's when left out.

    Returns
    -------
    DataFrame
        ``span_id, owner, node, straight_m, along_m, within``; index of the places. ``along_m`` is
        NaN without starts. Where there is no such span the distances are inf, the node is −1 and
        the rest empty.
    """
    _check_reach(reach_m)
    shapes = reproject(places, network.spans.crs.to_wkt()).geometry.to_numpy()
    serving = np.asarray([""] * len(shapes) if owners is None else list(owners), dtype=object)
    start_m = None if starts is None else distance_along(network, starts)
    usable = None if start_m is None else np.isfinite(start_m[network.ends[:, 0]])
    span, straight_m = _nearest_spans(network, shapes, serving, usable=usable)
    none = span < 0
    node = _nearer_end(network, span, shapely.centroid(shapes))
    along_m = np.full(len(shapes), np.nan) if start_m is None else start_m[node] + straight_m
    measured_m = straight_m if start_m is None else along_m
    told = network.spans[["span_id", "owner"]].to_numpy(dtype=object)[span]
    told[none] = ""
    return pd.DataFrame(
        {
            "span_id": told[:, 0],
            "owner": told[:, 1],
            "node": np.where(none, -1, node),
            "straight_m": straight_m,
            "along_m": along_m,
            "within": measured_m <= reach_m,
        },
        index=places.index,
    )


def distance_along(network: FibreNetwork, starts: IntArray) -> FloatArray:
    """Return the distance along the spans from the nearest start to each node, m; inf: none."""
    if len(starts) == 0:
        raise argument_fault("starts", "none", "at least one fibre node")
    found: FloatArray = dijkstra(network.matrix(), indices=starts, min_only=True)
    return found
