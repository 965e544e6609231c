"""The modelled fibre network: 21,000 cable-km of three owners, drawn by a seed.

The public statement (Hà Tĩnh, October 2023) counts more than 21,000 km of optical cable inside the
province, 11 inter-provincial routes and 26 villages in 7 districts without fibre. Where the cables
run is not public: here they follow a modelled road graph (:mod:`.roads`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod
from scipy.optimize import bisect
from scipy.spatial import cKDTree

from htcoverage.crs import WGS84, reproject, transformer
from htcoverage.grid import DEFAULT_CRS
from htcoverage.reference_builder.corridors import (
    EXITS,
    MOBIFONE,
    VIETTEL,
    VNPT,
    Exit,
    to_grid,
)
from htcoverage.reference_builder.fibre_reach import Unreached, choose_unreached
from htcoverage.reference_builder.fibre_routes import Routes, route_owner
from htcoverage.reference_builder.fibre_spans import Cables, chain_spans
from htcoverage.reference_builder.ground import FloatArray, Ground, IntArray, LineArray
from htcoverage.reference_builder.roads import Roads, bent_line, build_roads
from htcoverage.reference_builder.write import write_csv, write_gpkg
from htcoverage.schema import SPANS

#: Owner and the operator whose base stations it serves; earlier owners' poles are shared.
OWNERS = ((VIETTEL, "Viettel"), (VNPT, "VinaPhone"), (MOBIFONE, "MobiFone"))
OWNER_CODES = {VIETTEL: "VT", VNPT: "VN", MOBIFONE: "MB"}
#: MobiFone has rings where most people live, the others in every district.
MOBIFONE_RING_DISTRICTS = ("436", "437", "440", "443", "445", "446", "449")
#: Most hubs of one ring.
RING_HUBS = 12
#: A village is served by Viettel alone, by VNPT alone or else by both.
VIETTEL_ONLY_SHARE = 0.28
VNPT_ONLY_SHARE = 0.22
#: What a mast counts beside homes when access cables are dimensioned.
HOMES_A_MAST = 30.0

#: Cables on a trunk or ring route of each owner; access cables grow with the homes beyond.
TRUNK_CABLES = {VIETTEL: 6, VNPT: 6, MOBIFONE: 3}
RING_CABLES = {VIETTEL: 4, VNPT: 4, MOBIFONE: 2}
INTER_PROVINCIAL_CABLES = 2
ACCESS_EXPONENT = 0.5
MOST_CABLES = 24
#: Fibres in one cable.
FIBRES = {"trunk": 96, "ring": 48, "access": 24, "inter-provincial": 96}
#: First and last year of building by kind.
YEARS = {
    "trunk": (2003, 2012),
    "ring": (2007, 2016),
    "access": (2009, 2023),
    "inter-provincial": (2003, 2015),
}

_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class FibreCounts:
    """The counts, stated before any run.

    Parameters
    ----------
    cable_km : float
        Route length times cables over all spans but the inter-provincial, in km on the ellipsoid.
    cable_tolerance_share : float
        How near the sum must come.
    villages_without_fibre : tuple of (str, int)
        District code and settlements there that no cable reaches; mountain districts first.
    """

    cable_km: float = 21_000.0
    cable_tolerance_share: float = 0.005
    villages_without_fibre: tuple[tuple[str, int], ...] = (
        ("444", 8), ("439", 6), ("441", 5), ("447", 3), ("446", 2), ("445", 1), ("443", 1),
    )  # fmt: skip


COUNTS = FibreCounts()


@dataclass(frozen=True, eq=False)
class Fibre:
    """Spans (columns of :mod:`htcoverage.schema`, EPSG:9209) and villages that none reaches."""

    spans: gpd.GeoDataFrame
    villages_without_fibre: pd.DataFrame


def build_fibre(
    settlements: gpd.GeoDataFrame,
    *,
    districts: gpd.GeoDataFrame,
    bts: gpd.GeoDataFrame,
    ground: Ground,
    seed: int,
    counts: FibreCounts = COUNTS,
) -> Fibre:
    """Return a modelled fibre network: the same for the same seed and tables.

    Parameters
    ----------
    settlements : GeoDataFrame
        ``settlement_id, name, district_code, commune_code, residents, households``, polygons,
        EPSG:9209.
    districts : GeoDataFrame
        ``district_code``, polygons, EPSG:9209.
    bts : GeoDataFrame
        ``site_id, operator``, points.
    ground : Ground
        Covers the districts.
    seed : int
        Together with 2 the seed of ``numpy.random.default_rng``: the ledger draws from another
        stream.
    counts : FibreCounts
        What is counted beforehand.

    Raises
    ------
    ValueError
        If the cables cannot sum to the stated length within its tolerance.
    """
    rng = np.random.default_rng((seed, 2))
    sites = reproject(bts.drop_duplicates("site_id").sort_values("site_id"), DEFAULT_CRS)
    masts = np.column_stack([sites.geometry.x, sites.geometry.y])
    roads = build_roads(settlements, masts=masts, districts=districts, ground=ground, rng=rng)
    centres = _commune_centres(settlements, points=roads.points)
    rings = _rings(centres, points=roads.points)
    unreached = choose_unreached(
        settlements,
        roads=roads,
        centres=centres["node"].to_numpy(dtype=np.intp),
        wanted=counts.villages_without_fibre,
    )
    routes = _routes(
        settlements, roads=roads, rings=rings, unreached=unreached, rng=rng,
        operators=bts.groupby("site_id")["operator"].agg(set).sort_index(),
    )  # fmt: skip
    cables = _dimension(routes, length_km=lengths_km(roads.lines), counts=counts)
    leaves_at = _exit_nodes(roads, routes=routes)
    inside = chain_spans(roads, cables=cables, stops=frozenset(leaves_at.values()))
    abroad = _inter_provincial(roads, leaves_at=leaves_at, rng=rng)
    spans = _with_attributes(pd.concat([inside, abroad]), rng=rng)
    left_out = settlements[unreached.settlements]
    distance_m = shapely.distance(
        left_out.geometry.to_numpy(), shapely.union_all(spans.geometry.to_numpy())
    )
    columns = ["settlement_id", "name", "district_code", "commune_code", "residents"]
    villages = pd.DataFrame(left_out[columns]).assign(to_fibre_m=np.round(distance_m).astype(int))
    return Fibre(spans, villages.sort_values("settlement_id").reset_index(drop=True))


def write_fibre(fibre: Fibre, *, folder: Path) -> None:
    """Write ``spans.gpkg`` (layer ``spans``) and ``villages_without_fibre.csv``."""
    write_gpkg(folder / "spans.gpkg", {"spans": fibre.spans})
    write_csv(folder / "villages_without_fibre.csv", fibre.villages_without_fibre)


def lengths_km(lines: LineArray) -> FloatArray:
    """Return the lengths of lines (EPSG:9209) on the WGS 84 ellipsoid, in km."""
    through = transformer(DEFAULT_CRS, WGS84)
    xy, line = shapely.get_coordinates(lines, return_index=True)
    lon_deg, lat_deg = through.transform(xy[:, 0], xy[:, 1])
    step_m = _GEOD.inv(lon_deg[:-1], lat_deg[:-1], lon_deg[1:], lat_deg[1:])[2]
    same = line[:-1] == line[1:]
    return np.bincount(line[:-1][same], step_m[same], minlength=len(lines)) / 1000.0


def _routes(
    settlements: gpd.GeoDataFrame,
    *,
    roads: Roads,
    rings: dict[str, IntArray],
    unreached: Unreached,
    operators: pd.Series,
    rng: np.random.Generator,
) -> dict[str, Routes]:
    draw = rng.random(len(settlements))
    served = {
        VIETTEL: draw >= VNPT_ONLY_SHARE,
        VNPT: (draw < VNPT_ONLY_SHARE) | (draw >= VNPT_ONLY_SHARE + VIETTEL_ONLY_SHARE),
        MOBIFONE: np.zeros(len(settlements), dtype=bool),
    }
    homes = settlements["households"].to_numpy(dtype=np.float64)
    shared = np.zeros(len(roads.edges), dtype=bool)
    routes: dict[str, Routes] = {}
    for owner, operator in OWNERS:
        has_station = np.asarray([operator in there for there in operators])
        demand = np.zeros(len(roads.points))
        demand[: roads.settlements] = np.where(
            served[owner] & ~unreached.settlements, np.maximum(homes, 1.0), 0.0
        )
        demand[roads.settlements : roads.settlements + roads.masts] = np.where(
            has_station & ~unreached.masts, HOMES_A_MAST, 0.0
        )
        own_rings = [
            ring
            for code, ring in rings.items()
            if owner != MOBIFONE or code in MOBIFONE_RING_DISTRICTS
        ]
        routes[owner] = route_owner(
            roads, owner=owner, rings=own_rings, demand=demand,
            closed=unreached.edges, shared=shared,
        )  # fmt: skip
        shared = shared | (routes[owner].kind != "")
    return routes


def _commune_centres(settlements: gpd.GeoDataFrame, *, points: FloatArray) -> pd.DataFrame:
    """Return each commune's ``district, residents`` and ``node``: the settlement at its heart."""
    residents = settlements["residents"].to_numpy(dtype=np.float64)
    rows = []
    for (district, _), index in settlements.groupby(
        ["district_code", "commune_code"]
    ).indices.items():
        middle = np.average(points[index], axis=0, weights=residents[index])
        heart = index[np.argmin(np.hypot(*(points[index] - middle).T))]
        rows.append((str(district), residents[index].sum(), int(heart)))
    return pd.DataFrame(rows, columns=["district", "residents", "node"])


def _rings(centres: pd.DataFrame, *, points: FloatArray) -> dict[str, IntArray]:
    """Return each district's hubs, the centres of its largest communes, in order of bearing."""
    rings = {}
    largest_first = centres.sort_values(["residents", "node"], ascending=[False, True])
    for district, communes in largest_first.groupby("district"):
        hubs = communes["node"].to_numpy(dtype=np.intp)[:RING_HUBS]
        offset = points[hubs] - points[hubs].mean(axis=0)
        rings[str(district)] = hubs[np.argsort(np.arctan2(offset[:, 1], offset[:, 0]))]
    return rings


def _dimension(routes: dict[str, Routes], *, length_km: FloatArray, counts: FibreCounts) -> Cables:
    """Return cables on every edge: fixed on trunk and ring, on access by homes and the sum."""
    owners = tuple(routes)
    kind = np.stack([routes[owner].kind for owner in owners])
    served = np.stack([routes[owner].served for owner in owners])
    fixed = np.zeros(kind.shape, dtype=np.int64)
    for o, owner in enumerate(owners):
        fixed[o, kind[o] == "trunk"] = TRUNK_CABLES[owner]
        fixed[o, kind[o] == "ring"] = RING_CABLES[owner]

    def cables(scale: float) -> IntArray:
        access = np.rint(1.0 + scale * (served / 100.0) ** ACCESS_EXPONENT)
        return np.where(kind == "access", np.minimum(access, MOST_CABLES), fixed).astype(np.intp)

    def excess_km(scale: float) -> float:
        return float((cables(scale) @ length_km).sum()) - counts.cable_km

    if excess_km(0.0) > 0.0 or excess_km(50.0) < 0.0:
        raise ValueError(f"no dimensioning of access gives {counts.cable_km:.0f} cable-km")
    scale = bisect(excess_km, 0.0, 50.0, xtol=1e-6)
    if abs(excess_km(scale)) > counts.cable_tolerance_share * counts.cable_km:
        raise ValueError(f"cables miss {counts.cable_km:.0f} km by {excess_km(scale):.0f} km")
    return Cables(owners, kind, cables(scale))


def _exit_nodes(roads: Roads, *, routes: dict[str, Routes]) -> dict[tuple[Exit, str], int]:
    """Return, for each crossing and owner, the node of the owner's trunk where it leaves."""
    nodes = {}
    for crossing in EXITS:
        end = to_grid(np.asarray([crossing.inside_deg]))[0]
        for owner in crossing.owners:
            trunk = np.unique(roads.edges[routes[owner].kind == "trunk"])
            nodes[crossing, owner] = int(trunk[cKDTree(roads.points[trunk]).query(end)[1]])
    return nodes


def _inter_provincial(
    roads: Roads, *, leaves_at: dict[tuple[Exit, str], int], rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Return one span for each owner over each crossing, from its trunk to the station abroad."""
    bends = {crossing: rng.normal(0.0, 0.04, 3) / np.arange(1, 4) for crossing in EXITS}
    rows = []
    for (crossing, owner), node in leaves_at.items():
        station = np.round(to_grid(np.asarray([crossing.outside_deg]))[0], 1)
        line = bent_line(roads.points[node], station, amplitude=bends[crossing])
        rows.append((owner, "inter-provincial", INTER_PROVINCIAL_CABLES, line))
    return gpd.GeoDataFrame(
        rows, columns=["owner", "kind", "cables", "geometry"], geometry="geometry", crs=DEFAULT_CRS
    )


def _with_attributes(spans: gpd.GeoDataFrame, *, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Number the spans by owner and kind; give fibres, status, year and provenance."""
    first, last = np.asarray([YEARS[kind] for kind in spans["kind"]]).T
    number = spans.groupby(["owner", "kind"]).cumcount() + 1
    letter = spans["kind"].str[0].str.upper()
    return spans.assign(
        span_id=[
            f"{OWNER_CODES[owner]}-{kind}{n:04d}"
            for owner, kind, n in zip(spans["owner"], letter, number, strict=True)
        ],
        fibres=spans["cables"] * spans["kind"].map(FIBRES),
        status="in-service",
        year=rng.integers(first, last + 1),
        provenance="modelled",
    )[[*SPANS.column_names, "geometry"]].reset_index(drop=True)
