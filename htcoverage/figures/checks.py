"""What a figure must say of its polygons: overlaps, doubled names, homes without people.

None of it stops a figure, and none of it changes a total; it is counted and told.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from htcoverage.notes import Note, Rows

#: Overlaps smaller than this are outlines drawn twice along a shared edge.
LEAST_OVERLAP_M2 = 1.0


def find_overlaps(polygons: gpd.GeoDataFrame, *, name_column: str) -> pd.DataFrame:
    """Return the pairs of polygons that lie over each other.

    Parameters
    ----------
    polygons : GeoDataFrame
        Valid polygons in a projected CRS, in metres.
    name_column : str
        Column that names a polygon.

    Returns
    -------
    pandas.DataFrame
        ``row, name, other_row, other_name, area_m2``; rows are counted from 1; the largest first,
        those below `LEAST_OVERLAP_M2` left out.
    """
    shapes = polygons.geometry.to_numpy()
    first, second = polygons.sindex.query(shapes, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    area_m2 = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    names = polygons[name_column].astype(str).to_numpy()
    found = pd.DataFrame(
        {
            "row": first + 1,
            "name": names[first],
            "other_row": second + 1,
            "other_name": names[second],
            "area_m2": area_m2,
        }
    )
    found = found[found["area_m2"] >= LEAST_OVERLAP_M2]
    return found.sort_values(
        ["area_m2", "row", "other_row"], ascending=[False, True, True]
    ).reset_index(drop=True)


def overlap_notes(
    polygons: gpd.GeoDataFrame, what: str, *, name_column: str, about: str
) -> list[Note]:
    """Return the note that polygons overlap, if any do.

    Parameters
    ----------
    polygons, name_column
        As for `find_overlaps`; the index tells rows where it is called ``row``, else their number.
    what : {"settlements", "districts", "areas"}
        What is said of them.
    about : str
        The layer.
    """
    pairs = find_overlaps(polygons, name_column=name_column)
    if len(pairs) == 0:
        return []
    told = polygons.index if polygons.index.name == "row" else range(1, len(polygons) + 1)
    row_of = dict(enumerate(told, start=1))
    named = tuple(
        ((row_of[pair["row"]], pair["name"]), (row_of[pair["other_row"]], pair["other_name"]))
        for pair in pairs.to_dict("records")
    )
    km2 = float(pairs["area_m2"].sum() / 1e6)
    facts = {"count": len(pairs), "km2": km2, "rows": Rows(named)}
    return [Note(f"{what}_overlap", facts, (about,))]


def polygon_notes(settlements: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> list[Note]:
    """Return what must be said beside the figures of these tables.

    Settlements that overlap are each measured by themselves: their residents are unchanged, and
    ground in two of them counts in the residential area of both. Districts that overlap count
    their common land in both, and in the province twice.

    Parameters
    ----------
    settlements, districts : GeoDataFrame
        Tables that `table_faults` finds no fault in, in the same projected CRS.
    """
    notes = [
        *overlap_notes(settlements, "settlements", name_column="name", about="settlements"),
        *overlap_notes(districts, "districts", name_column="full_name", about="districts"),
    ]
    places = [name for name in ("district_code", "commune_code") if name in settlements.columns]
    doubled = settlements.duplicated([*places, "name"], keep=False).to_numpy()
    if doubled.any():
        place = "commune" if "commune_code" in places else "district"
        notes.append(_of_settlements(f"doubled_names_{place}", settlements, doubled))
    empty = settlements["residents"].to_numpy(dtype=np.float64) == 0.0
    if empty.any():
        notes.append(_of_settlements("no_residents", settlements, empty))
    return notes


def _of_settlements(
    key: str, settlements: gpd.GeoDataFrame, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Note:
    """Return a note that counts and names the chosen settlements."""
    places = np.flatnonzero(chosen).tolist()
    names = settlements["name"].astype(str).tolist()
    rows = Rows(tuple(((i + 1, names[i]),) for i in places))
    return Note(key, {"count": len(places), "rows": rows}, ("settlements",))
