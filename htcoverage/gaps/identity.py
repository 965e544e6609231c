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

    Gaps of the two runs are paired by the area that they share, the largest first, each once. What
    has no partner keeps its own identifier, with a number behind it where a partner's took it; so a
    gap that was split goes on as its larger part, and two that grew together as the one that gave
    more.

    Parameters
    ----------
    gaps, previous : GeoDataFrame
        From `find_gaps`; ``previous`` may lie in another CRS.
    """
    before = reproject(previous, gaps.crs.to_wkt())
    new, old = gaps.sindex.query(before.geometry.to_numpy(), predicate="intersects")[::-1]
    shared_m2 = shapely.area(
        shapely.intersection(gaps.geometry.to_numpy()[new], before.geometry.to_numpy()[old])
    )
    kept: dict[int, str] = {}
    given: set[int] = set()
    for pair in np.lexsort((old, new, -shared_m2)).tolist():
        gap, earlier = int(new[pair]), int(old[pair])
        if shared_m2[pair] > 0.0 and gap not in kept and earlier not in given:
            kept[gap] = str(before["gap_id"].iloc[earlier])
            given.add(earlier)
    taken = set(kept.values())
    order = []
    for index, own in enumerate(gaps["gap_id"].astype(str)):
        identity = kept.get(index) or _free(own, taken)
        taken.add(identity)
        order.append(identity)
    return gaps.assign(gap_id=order)


def _free(base: str, taken: set[str]) -> str:
    """Return the identifier, with the first number behind it that makes it new."""
    identity, number = base, 2
    while identity in taken:
        identity = f"{base}-{number}"
        number += 1
    return identity
