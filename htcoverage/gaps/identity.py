"""Names of gaps that last: given by place, and carried from one run to the next by overlap."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from htcoverage.crs import reproject

#: Side of the coarse cells that tell two gaps of one settlement apart, in metres.
IDENTITY_CELL_M = 500.0


def gap_identities(gaps: pd.DataFrame) -> list[str]:
    """Return an identifier for each gap: its settlement's, with the cell of its centre if taken.

    Parameters
    ----------
    gaps : DataFrame
        ``settlement_id`` and ``geometry``, in the order in which identifiers are given.
    """
    centres = shapely.get_coordinates(shapely.centroid(gaps["geometry"].to_numpy()))
    cells = np.floor(centres / IDENTITY_CELL_M).astype(np.int64)
    taken: set[str] = set()
    order: list[str] = []
    for settlement_id, (east, north) in zip(gaps["settlement_id"], cells.tolist(), strict=True):
        identity = str(settlement_id)
        if identity in taken:
            identity = _free(f"{settlement_id}-E{east}N{north}", taken)
        taken.add(identity)
        order.append(identity)
    return order


def keep_gap_ids(gaps: gpd.GeoDataFrame, previous: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the gaps with the identifiers that an earlier run gave to the same places.

    Gaps of the two runs are paired by the area that they share, the largest first, each once; so a
    gap that was split goes on as its larger part, and two that grew together as the one that gave
    more. What has no partner keeps its own identifier, with a number behind it where that was an
    earlier gap's: one that is closed never lends its name to another.

    Parameters
    ----------
    gaps, previous : GeoDataFrame
        From `find_gaps`; ``previous`` may lie in another CRS.
    """
    before = reproject(previous, gaps.crs.to_wkt())
    earlier_of = _same_places(gaps, before)
    names = before["gap_id"].astype(str).tolist()
    taken = set(names)
    order = []
    for index, own in enumerate(gaps["gap_id"].astype(str)):
        identity = names[earlier_of[index]] if index in earlier_of else _free(own, taken)
        taken.add(identity)
        order.append(identity)
    return gaps.assign(gap_id=order)


def compare_gaps(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what became of each gap of an earlier run, and which are new.

    Parameters
    ----------
    before, after : GeoDataFrame
        From `find_gaps`, asked alike; they may lie in different CRS.

    Returns
    -------
    DataFrame
        ``gap_id`` (the earlier run's where the place was a gap before, see `keep_gap_ids`),
        ``gap_id_after`` (as ``after`` itself calls it; None where it is closed), ``settlement,
        district, residents_before, residents_after, area_before_km2, area_after_km2, outcome``:
        ``closed``, ``new``, or ``open`` for one of both runs; residents and area are 0 where there
        is no gap. Greatest change of residents first.
    """
    now = keep_gap_ids(after, before).assign(gap_id_after=after["gap_id"].astype(object))
    told = ["settlement", "district", "residents", "area_km2"]
    old, new = (pd.DataFrame(each).astype({"gap_id": str}) for each in (before, now))
    table = old[["gap_id", *told]].merge(
        new[["gap_id", "gap_id_after", *told]],
        on="gap_id",
        how="outer",
        suffixes=("_before", "_after"),
        sort=True,
    )
    was, is_now = table["residents_before"].notna(), table["residents_after"].notna()
    names = table["gap_id_after"].astype(object).where(is_now, None)
    found = pd.DataFrame({"gap_id": table["gap_id"], "gap_id_after": names})
    for name in ("settlement", "district"):
        found[name] = table[f"{name}_after"].where(is_now, table[f"{name}_before"])
    for when in ("before", "after"):
        found[f"residents_{when}"] = table[f"residents_{when}"].fillna(0.0)
    for when in ("before", "after"):
        found[f"area_{when}_km2"] = table[f"area_km2_{when}"].fillna(0.0)
    found["outcome"] = np.select([~is_now, ~was], ["closed", "new"], default="open")
    change = (found["residents_after"] - found["residents_before"]).abs()
    order = np.lexsort((found["gap_id"].to_numpy(str), -change.to_numpy()))
    return found.iloc[order].reset_index(drop=True)


def _same_places(gaps: gpd.GeoDataFrame, before: gpd.GeoDataFrame) -> dict[int, int]:
    """Return the row of the earlier gap that each gap, by its row, goes on from, if any."""
    new, old = gaps.sindex.query(before.geometry.to_numpy(), predicate="intersects")[::-1]
    shared_m2 = shapely.area(
        shapely.intersection(gaps.geometry.to_numpy()[new], before.geometry.to_numpy()[old])
    )
    kept: dict[int, int] = {}
    given: set[int] = set()
    for pair in np.lexsort((old, new, -shared_m2)).tolist():
        gap, earlier = int(new[pair]), int(old[pair])
        if shared_m2[pair] > 0.0 and gap not in kept and earlier not in given:
            kept[gap] = earlier
            given.add(earlier)
    return kept


def _free(base: str, taken: set[str]) -> str:
    """Return the identifier, with the first number behind it that makes it new."""
    identity, number = base, 2
    while identity in taken:
        identity = f"{base}-{number}"
        number += 1
    return identity
