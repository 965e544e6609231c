"""Rows that are possible but unlikely: kept, and told."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from scipy.spatial import cKDTree

from htcoverage.crs import WGS84, reproject
from htcoverage.readers.findings import Finding, cell_findings, findings_frame, joined
from htcoverage.readers.ledger import Ledger
from htcoverage.readers.position import FloatArray
from htcoverage.readers.sheet import Sheet

#: One operator builds no second base station of a technology as near as this.
SAME_PLACE_M = 25.0

#: Farther from every other site than this, a site is more likely misplaced than lonely.
LONELY_KM = 40.0

#: Heights, EIRP and sector spacings of macro sites.
USUAL_HEIGHT_M = (8.0, 100.0)
USUAL_EIRP_DBM = (40.0, 68.0)
LEAST_SECTOR_SPACING_DEG = 30.0

#: Positions with fewer digits of a degree than this lie up to half a kilometre off.
_LEAST_DIGITS = 3

_EARTH_M = 6_371_000.0


def suspects(
    ledger: Ledger,
    sheet: Sheet,
    *,
    area: gpd.GeoDataFrame | None,
) -> pd.DataFrame:
    """Return what looks wrong in a valid ledger.

    Parameters
    ----------
    ledger : Ledger
        Its base stations indexed by line.
    sheet : Sheet
        The table they come from, for the names of its columns.
    area : GeoDataFrame, optional
        The province or its districts.
    """
    longitude_deg = ledger.bts.geometry.x.to_numpy()
    latitude_deg = ledger.bts.geometry.y.to_numpy()
    found = [
        _duplicates(ledger.bts, longitude_deg, latitude_deg, sheet),
        _lonely(ledger.bts, longitude_deg, latitude_deg, sheet),
        _coarse(longitude_deg, latitude_deg, sheet),
        *_of_cells(ledger, sheet),
    ]
    if area is not None:
        found.append(_outside(ledger.bts, area, sheet))
    return joined(found)


def _unit_vectors(longitude_deg: FloatArray, latitude_deg: FloatArray) -> FloatArray:
    """Return places as metres from the middle of the Earth: straight distances are true nearby."""
    lon, lat = np.radians(longitude_deg), np.radians(latitude_deg)
    return _EARTH_M * np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )


def _duplicates(
    bts: gpd.GeoDataFrame, longitude_deg: FloatArray, latitude_deg: FloatArray, sheet: Sheet
) -> pd.DataFrame:
    """Return base stations with an earlier one of the same operator and technology beside them."""
    kinds = bts["operator"].astype(str) + " " + bts["technology"].astype(str)
    lines, values, details = [], [], []
    rows = bts.index.to_numpy()
    ids = bts["bts_id"].to_numpy()
    for places in kinds.reset_index(drop=True).groupby(kinds.to_numpy()).indices.values():
        # Whoever stands at the very same place is found first: a tree of equal points is slow.
        table = pd.DataFrame({"x": longitude_deg[places], "y": latitude_deg[places]})
        first = table.groupby(["x", "y"], sort=False).ngroup().to_numpy()
        starts = np.unique(first, return_index=True)[1]
        spots = _unit_vectors(longitude_deg[places[starts]], latitude_deg[places[starts]])
        near: dict[int, tuple[int, float]] = {}
        if len(spots) > 1:
            distance_m, other = map(
                np.asarray, cKDTree(spots).query(spots, k=2, distance_upper_bound=SAME_PLACE_M)
            )
            for spot in np.flatnonzero(np.isfinite(distance_m[:, 1])).tolist():
                twin = int(other[spot, 1] if other[spot, 0] == spot else other[spot, 0])
                if twin < spot:
                    near[spot] = (int(places[starts[twin]]), float(distance_m[spot, 1]))
        for place, spot in zip(places.tolist(), first.tolist(), strict=True):
            begun = int(places[starts[spot]])
            twin_place, metres = (begun, 0.0) if place != begun else near.get(spot, (place, 0.0))
            if twin_place != place:
                lines.append(int(rows[place]))
                values.append(ids[place])
                details.append(
                    f"{metres:.0f} m from row {rows[twin_place]}: same operator and technology"
                )
    return cell_findings(
        lines, values, column=sheet.called("bts_id"), rule="duplicate-site", severity="warning",
        action="kept", detail=details,
    )  # fmt: skip


def _lonely(
    bts: gpd.GeoDataFrame, longitude_deg: FloatArray, latitude_deg: FloatArray, sheet: Sheet
) -> pd.DataFrame:
    spots, which = np.unique(
        np.column_stack([longitude_deg, latitude_deg]), axis=0, return_inverse=True
    )
    if len(spots) < 3:
        return findings_frame([])
    vectors = _unit_vectors(spots[:, 0], spots[:, 1])
    distance_m = np.asarray(cKDTree(vectors).query(vectors, k=2)[0])[:, 1][np.ravel(which)]
    lonely = distance_m > 1000 * LONELY_KM
    return cell_findings(
        bts.index[lonely].tolist(), _pairs(longitude_deg[lonely], latitude_deg[lonely]),
        column=sheet.called("latitude"), rule="far-from-all-sites", severity="warning",
        action="kept",
        detail=[f"{metres / 1000:,.0f} km from any other site" for metres in distance_m[lonely]],
    )  # fmt: skip


def _pairs(longitude_deg: FloatArray, latitude_deg: FloatArray) -> list[str]:
    return [f"{x:.6g}, {y:.6g}" for x, y in zip(longitude_deg, latitude_deg, strict=True)]


def _coarse(longitude_deg: FloatArray, latitude_deg: FloatArray, sheet: Sheet) -> pd.DataFrame:
    """Return a finding if most positions have too few digits to place a mast."""
    scale = 10.0**_LEAST_DIGITS
    rough = np.ones(len(longitude_deg), dtype=bool)
    for values in (longitude_deg, latitude_deg):
        rough &= np.abs(values * scale / 10 - np.round(values * scale / 10)) < 1e-6
    if len(rough) < 5 or rough.mean() <= 0.5:
        return findings_frame([])
    detail = f"{rough.mean():.0%} of the positions have two digits of a degree or fewer (1 km)"
    return findings_frame(
        [Finding(None, sheet.called("longitude"), "", "coarse-position", "warning", "kept", detail)]
    )


def _outside(bts: gpd.GeoDataFrame, area: gpd.GeoDataFrame, sheet: Sheet) -> pd.DataFrame:
    region = shapely.union_all(reproject(area, WGS84).geometry.to_numpy())
    shapely.prepare(region)
    points = bts.geometry.to_numpy()
    outside = ~shapely.intersects(region, points)
    return cell_findings(
        bts.index[outside].tolist(),
        _pairs(shapely.get_x(points[outside]), shapely.get_y(points[outside])),
        column=sheet.called("latitude"), rule="outside-boundaries", severity="warning",
        action="kept",
        detail="outside the boundaries (in the sea or over the border), but near enough to serve "
        "homes inside",
    )  # fmt: skip


def _of_cells(ledger: Ledger, sheet: Sheet) -> list[pd.DataFrame]:
    """Return unlikely heights, EIRP and sector spacings that the file itself tells."""
    cells = ledger.cells
    owner = pc.index_in(
        pa.array(cells["bts_id"], pa.large_string()),
        value_set=pa.array(ledger.bts["bts_id"], pa.large_string()),
    )
    of_bts = owner.to_numpy(zero_copy_only=False)
    lines = ledger.bts.index.to_numpy()
    # Few texts occur; pandas' own categories would first write each of them out in every row.
    codes, texts = pd.factorize(cells["assumed"].to_numpy(dtype=object))
    named = [set(str(words).split()) for words in texts]
    codes = codes.astype(np.int32)

    def tells(name: str) -> npt.NDArray[np.bool_]:
        """Return which cells take a column from the file."""
        own = np.array([name not in names for names in named] + [True])
        chosen: npt.NDArray[np.bool_] = own[codes]
        return chosen

    found = []

    def told(name: str, bad: pd.Series, values: pd.Series, rule: str, detail: str) -> None:
        here = bad.to_numpy() & tells(name)
        seen = pd.DataFrame(
            {"row": lines[of_bts[here]], "value": values[here].round(1)}
        ).drop_duplicates()
        found.append(
            cell_findings(
                seen["row"].astype(int).tolist(), [f"{v:g}" for v in seen["value"]],
                column=sheet.called(name), rule=rule, severity="warning", action="kept",
                detail=detail,
            )
        )  # fmt: skip

    height = cells["antenna_height_m"]
    low, high = USUAL_HEIGHT_M
    told("antenna_height_m", ~height.between(low, high), height, "unlikely-height",
         f"antennas of macro sites hang {low:g} to {high:g} m above ground")  # fmt: skip
    for name, more in (("port_power_dbm", 0.0), ("cpich_power_dbm", 10.0)):
        if not tells(name).any():
            continue
        eirp = cells[name] + more + cells["antenna_gain_dbi"] - cells["feeder_loss_db"]
        low, high = USUAL_EIRP_DBM
        told(name, eirp.notna() & ~eirp.between(low, high), eirp, "unlikely-eirp",
             f"the EIRP that follows; {low:g} to {high:g} dBm are usual")  # fmt: skip
    own = tells("azimuth_deg")
    found.append(_sectors(cells[own], lines[of_bts[own]], sheet))
    return found


def _sectors(cells: pd.DataFrame, rows: npt.NDArray[np.int64], sheet: Sheet) -> pd.DataFrame:
    """Return base stations two of whose sectors of a band point nearly the same way."""
    table = pd.DataFrame(
        {
            "row": rows,
            "band": cells["band_mhz"].to_numpy(),
            "azimuth": cells["azimuth_deg"].to_numpy() % 360.0,
        }
    ).sort_values(["row", "band", "azimuth"], kind="stable")
    groups = table.groupby(["row", "band"], sort=False)["azimuth"]
    step = groups.diff()
    around = groups.transform("first") + 360.0 - groups.transform("last")
    several = groups.transform("size") > 1
    close = several & ((step < LEAST_SECTOR_SPACING_DEG) | (around < LEAST_SECTOR_SPACING_DEG))
    seen = table[close].drop_duplicates("row")
    return cell_findings(
        seen["row"].astype(int).tolist(), [f"{v:g}" for v in seen["azimuth"]],
        column=sheet.called("azimuth_deg"), rule="unlikely-azimuths", severity="warning",
        action="kept",
        detail=f"two sectors of one band less than {LEAST_SECTOR_SPACING_DEG:g}° apart",
    )  # fmt: skip
