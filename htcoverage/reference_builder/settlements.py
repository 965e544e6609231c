"""Modelled settlements: residents of the census placed where people would live."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from htcoverage.grid import DEFAULT_CRS
from htcoverage.reference_builder.appeal import Appeal, build_appeal
from htcoverage.reference_builder.blocks import Floats
from htcoverage.reference_builder.communes import assign_communes
from htcoverage.reference_builder.growth import Growth, outline
from htcoverage.reference_builder.names import UPLAND_COMMUNES, town_names, village_names
from htcoverage.reference_builder.parameters import CENSUS_2019, SETTLING, TOWN_TYPES
from htcoverage.reference_builder.positions import COMMUNES_DEG
from htcoverage.reference_builder.relief import Terrain
from htcoverage.reference_builder.waters import metres


@dataclass(frozen=True)
class _Plan:
    """Settlements of one district before they grow: one entry each."""

    x: Floats
    y: Floats
    commune: npt.NDArray[np.str_]
    kind: npt.NDArray[np.str_]
    residents: npt.NDArray[np.int64]
    households: npt.NDArray[np.int64]
    names: list[str]


def build_settlements(
    districts: gpd.GeoDataFrame,
    communes: pd.DataFrame,
    places: gpd.GeoDataFrame,
    terrain: Terrain,
    *,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Return the modelled settlements, disjoint, each inside its district and outside water.

    Parameters
    ----------
    districts : GeoDataFrame
        ``district_code`` and outline.
    communes : DataFrame
        The GSO list.
    places : GeoDataFrame
        Known places, which draw settlements.
    terrain : Terrain
        Height, water and streams.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    GeoDataFrame
        ``settlement_id, name, district_code, commune_code, residents, households, provenance``
        and polygon, sorted by id.
    """
    appeal = build_appeal(districts, communes, places, terrain, rng=rng)
    growth = Growth.start(appeal, rng=rng)
    rows: list[dict[str, object]] = []
    shapes = []
    for number, district in enumerate(districts.itertuples()):
        code = str(district.district_code)
        plan = _plan(code, number, communes, appeal, rng)
        ground_m2 = _ground_m2(plan, rng)
        inside = district.geometry.buffer(-1.0)
        grown: dict[int, npt.NDArray[np.int64]] = {}
        for i in np.argsort(-ground_m2, kind="stable"):
            grown[int(i)] = growth.grow(plan.x[i], plan.y[i], ground_m2=ground_m2[i], unit=number)
        for i in range(len(plan.x)):
            shapes.append(outline(grown[i], growth, inside=inside))
            rows.append(
                {
                    "name": plan.names[i],
                    "district_code": code,
                    "commune_code": str(plan.commune[i]),
                    "residents": int(plan.residents[i]),
                    "households": int(plan.households[i]),
                    "provenance": "modelled",
                }
            )
    table = gpd.GeoDataFrame(rows, geometry=shapes, crs=DEFAULT_CRS)
    table["north"] = -table.geometry.centroid.y
    table = table.sort_values(["commune_code", "north"], ignore_index=True)
    order = table.groupby("commune_code").cumcount() + 1
    identity = table["commune_code"] + "-" + order.astype(str).str.zfill(2)
    table.insert(0, "settlement_id", identity)
    return table.drop(columns="north")


def _plan(
    code: str, number: int, communes: pd.DataFrame, appeal: Appeal, rng: np.random.Generator
) -> _Plan:
    """Return where a district's settlements stand, to which commune they belong, their people."""
    residents, households = CENSUS_2019[code]
    count = round(residents / SETTLING.residents_each)
    x, y = appeal.draw(number, count, residents=residents)
    ours = communes[communes["district_code"] == code]
    anchors = metres(tuple(COMMUNES_DEG[c] for c in ours["commune_code"]))
    which = assign_communes(np.column_stack([x, y]), anchors)
    commune = ours["commune_code"].to_numpy(dtype=str)[which]
    town = ours["commune_type"].isin(TOWN_TYPES).to_numpy()[which]
    kind = np.where(town, "town", appeal.kind(x, y))
    size = dict(SETTLING.size_by_kind)
    weight = np.array([size[k] for k in kind])
    weight *= np.exp(SETTLING.size_spread * rng.standard_normal(count))
    people = share_out(residents, weight, least=SETTLING.fewest_residents)
    spread = np.exp(SETTLING.household_spread * rng.standard_normal(count))
    homes = share_out(households, people.astype(float) * spread, least=1)
    names = _names(commune, town, rng)
    return _Plan(x, y, commune, kind, people, homes, names)


def share_out(total: int, weight: Floats, *, least: int) -> npt.NDArray[np.int64]:
    """Return whole shares in proportion to the weights that sum to the total exactly.

    Each share is at least ``least``; remainders go to the largest fractions.

    Parameters
    ----------
    total : int
        At least ``least`` times the number of weights.
    weight : ndarray
        Above 0.
    least : int
        Smallest share.
    """
    free = total - least * len(weight)
    exact: Floats = np.maximum(weight / weight.sum() * total - least, 0.0)
    exact *= free / exact.sum()
    whole: npt.NDArray[np.int64] = np.floor(exact).astype(np.int64)
    missing = free - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:missing]] += 1
    whole += least
    return whole


def _ground_m2(plan: _Plan, rng: np.random.Generator) -> Floats:
    per_resident = dict(SETTLING.m2_per_resident)
    spread = np.exp(SETTLING.ground_spread * rng.standard_normal(len(plan.x)))
    each = np.array([per_resident[kind] for kind in plan.kind])
    result: Floats = each * plan.residents.astype(float) * spread
    return result


def _names(
    commune: npt.NDArray[np.str_], town: npt.NDArray[np.bool_], rng: np.random.Generator
) -> list[str]:
    """Return names, distinct within the commune; villages' distinct within the district."""
    names = [""] * len(commune)
    for code in np.unique(commune[town]):
        members = np.flatnonzero(commune == code)
        for member, name in zip(members, town_names(len(members)), strict=True):
            names[member] = name
    villages = np.flatnonzero(~town)
    for member, name in zip(villages, village_names(len(villages), rng), strict=True):
        prefix = "Bản" if commune[member] in UPLAND_COMMUNES and rng.random() < 0.3 else "Thôn"
        names[member] = f"{prefix} {name}"
    return names
