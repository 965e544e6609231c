"""Why a gap is one: too far, in the shadow of terrain, behind clutter, or outside every beam.

Found by computing again the path that should have covered it, with one hindrance after the other
taken away.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from pyproj import CRS
from scipy.spatial import cKDTree

from htcoverage.antennas import Pattern, loss_db, pattern
from htcoverage.coverage import (
    DEFAULT_CLUTTER_CLEARANCE_M,
    DEFAULT_RADIUS_KM,
    DEFAULT_RX_HEIGHT_M,
)
from htcoverage.crs import WGS84, transformer
from htcoverage.engine.radials import bilinear
from htcoverage.errors import argument_fault
from htcoverage.figures.cover import (
    ALL_OPERATORS,
    CoverCriteria,
    FloatArray,
    Technology,
    layer_excess,
)
from htcoverage.gaps.nearest import eligible_bts
from htcoverage.labels import Language, label, number
from htcoverage.link_budget import cell_reference_level_dbm
from htcoverage.profile import PathProfile, path_profile
from htcoverage.propagation.p1812.combine import free_space_db, slant_distance_km
from htcoverage.propagation.p1812.model import (
    CITATION,
    DEFAULT_DELTA_N,
    DEFAULT_N0,
    effective_radius_km,
    p1812,
)
from htcoverage.terrain import Terrain

Why = Literal["too_far", "terrain", "clutter", "beam", "model"]

#: Sites that are asked, the nearest of each gap: the one that would be strongest over free space is
#: hardly ever farther down the list, for power and pattern differ less than distance.
NEAREST_SITES = 12

WHY_COLUMNS = {
    "why": "object",
    "why_by": "object",
    "why_cell_id": "object",
    "why_site_id": "object",
    "why_site_km": "float64",
    "why_lon": "float64",
    "why_lat": "float64",
    "obstacle_lon": "float64",
    "obstacle_lat": "float64",
    "obstacle_m": "float64",
    "obstacle_km": "float64",
}


@dataclass(frozen=True, eq=False)
class _Cells:
    """Cells that could cover, one entry a cell.

    ``tx_m`` is the antenna above sea level, ``north_deg`` true north on the grid, ``allowed_db``
    the loss of path and pattern at which the level is just what is needed.
    """

    table: pd.DataFrame
    x_m: FloatArray
    y_m: FloatArray
    north_deg: FloatArray
    tx_m: FloatArray
    band_ghz: FloatArray
    azimuth_deg: FloatArray
    electrical_tilt_deg: FloatArray
    mechanical_tilt_deg: FloatArray
    allowed_db: FloatArray
    patterns: list[Pattern]


@dataclass(frozen=True)
class _Spot:
    """The pixel that speaks for a gap."""

    x_m: float
    y_m: float
    longitude_deg: float
    latitude_deg: float
    rx_m: float


def explain_gaps(
    spots: npt.NDArray[np.int64],
    coverage: xr.Dataset,
    terrain: Terrain,
    bts: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    *,
    criteria: CoverCriteria,
    technology: Technology,
    operator: str,
    basis: Literal["median", "cell_edge"],
    patterns: Mapping[str, Pattern] | None,
) -> pd.DataFrame:
    """Return why each gap is not covered, one row a gap.

    Of the cells of the technology and operator at the nearest sites, the one is judged that would
    exceed its threshold most over free space: what would cover if nothing stood in the way. Its
    path to the spot is computed by P.1812-8 as it is, over bare ground, and with the hills cut down
    to the straight line between the feet of mast and receiver. The first that would cover tells:

    - ``clutter``: bare ground would cover; trees or houses take the rest.
    - ``terrain``: the cut ground would cover; a hill is in the way. The obstacle is the point of
      bare ground that stands farthest into the first Fresnel zone.
    - ``beam``: the cut ground would cover if the antenna looked here; it lies under, above or
      beside the beam.
    - ``too_far``: not even then, or the site lies beyond the radius that was computed.

    Where the exact path would cover though the sweep, within its accuracy, does not, a hindrance
    counts if taking it away gains anything at all. Where another model than P.1812 found the gap
    and P.1812's path would cover, the reason is ``model``: the choice of it.

    Parameters
    ----------
    spots : int64[gaps]
        Flat index of the pixel that speaks for each gap (`median_pixels`).
    coverage : xarray.Dataset
        Its attributes give receiver, clearance, climate and radius.
    terrain : Terrain
        That the coverage was computed on.
    bts, cells : GeoDataFrame, DataFrame
        Tables ``bts`` (in the coverage's CRS) and ``cells``.
    criteria, technology, operator, basis
        As for `find_gaps`. For ``both`` the technology that lacks more at the spot is judged, for
        operator ``all`` the operator that lacks most.
    patterns : mapping of str to Pattern, optional
        As for `compute_coverage`.

    Returns
    -------
    DataFrame
        Columns `WHY_COLUMNS`: ``why``; ``why_by``, the model whose path tells it, where another
        found the gap; the cell judged, its site and distance in km; the spot in
        degrees, WGS 84; for ``terrain`` the obstacle's position, its ground above sea level in
        ``obstacle_m`` and ``obstacle_km`` from the spot towards the site. None and NaN where there
        is no site to judge.

    Raises
    ------
    InputError
        If the terrain lies in another CRS than the coverage, or has a void on a path.
    """
    if CRS.from_user_input(str(terrain.geobox.crs)) != CRS.from_user_input(coverage.attrs["crs"]):
        raise argument_fault("terrain", terrain.geobox.crs, f"terrain in {coverage.attrs['crs']}")
    decided = _deciding(spots, coverage, criteria, technology, operator)
    nothing: dict[str, object] = {
        name: None if kind == "object" else math.nan for name, kind in WHY_COLUMNS.items()
    }
    rows = [nothing] * len(spots)
    margin_db = criteria.margin_db if basis == "cell_edge" else 0.0
    bare_terrain = replace(terrain, clutter_height_m=np.zeros_like(terrain.clutter_height_m))
    for group in sorted(set(decided)):
        sites = eligible_bts(bts, technology=group[0], operator=group[1])
        judged = _cells(sites, cells, terrain, criteria, margin_db, patterns or {})
        members = [index for index, choice in enumerate(decided) if choice == group]
        if judged is None:
            continue
        for index, spot, near in _spots(members, spots, coverage, terrain, judged):
            rows[index] = nothing | _explain(spot, near, judged, coverage, terrain, bare_terrain)
    return pd.DataFrame(rows, columns=list(WHY_COLUMNS)).astype(WHY_COLUMNS)


def why_words(gap: Mapping[str, object], *, language: Language = "en") -> str:
    """Return the reason of one row of `find_gaps` in words, with the hill where one is to blame.

    Empty where no reason was found.
    """
    why = gap.get("why")
    # Read back from a file, what is not there may be NaN.
    if not isinstance(why, str):
        return ""
    words = label(f"why_{why}", language)
    if why == "terrain" and np.isfinite(float(str(gap["obstacle_m"]))):
        words = label("why_obstacle", language).format(
            why=words,
            height=f"{gap['obstacle_m']:.0f}",
            distance=number(float(str(gap["obstacle_km"])), language, digits=1),
        )
    by = gap.get("why_by")
    return label("why_by", language).format(why=words, model=by) if isinstance(by, str) else words


def _deciding(
    spots: npt.NDArray[np.int64],
    coverage: xr.Dataset,
    criteria: CoverCriteria,
    technology: Technology,
    operator: str,
) -> list[tuple[Technology, str]]:
    """Return the technology and operator whose cover decides at each spot."""
    layers = layer_excess(coverage, criteria=criteria, pixels=spots)
    choices: list[tuple[Technology, str]] = [(technology, operator)]
    if technology == "both":
        choices = [("3G", operator), ("4G", operator)]
    if operator == ALL_OPERATORS:
        choices = [(t, o) for t, _ in choices for o in layers.operators if layers.has(t, o)]
    lacking = np.stack([layers.combined_db(*choice) for choice in choices])
    return [choices[place] for place in np.argmin(lacking, axis=0)]


def _cells(
    sites: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    terrain: Terrain,
    criteria: CoverCriteria,
    margin_db: float,
    patterns: Mapping[str, Pattern],
) -> _Cells | None:
    """Return the cells of these base stations; None where there are none."""
    station = pd.DataFrame(
        {name: sites[name].to_numpy() for name in ("bts_id", "site_id", "technology")}
    ).assign(x_m=sites.geometry.x.to_numpy(), y_m=sites.geometry.y.to_numpy())
    table = cells.merge(station, on="bts_id", how="inner").reset_index(drop=True)
    if table.empty:
        return None
    x_m, y_m = table["x_m"].to_numpy(np.float64), table["y_m"].to_numpy(np.float64)
    crs = str(terrain.geobox.crs)
    lon, lat = transformer(crs, WGS84).transform(x_m, y_m)
    north_x, north_y = transformer(WGS84, crs).transform(lon, lat + 1e-4)
    heights = {
        place: _ground_m(terrain, *place)
        for place in dict.fromkeys(zip(x_m.tolist(), y_m.tolist(), strict=True))
    }
    ground_m = np.array([heights[place] for place in zip(x_m.tolist(), y_m.tolist(), strict=True)])
    needed_dbm = np.array([criteria.threshold_dbm(t) for t in table["technology"]]) + margin_db
    numbers = {
        name: table[name].to_numpy(np.float64)
        for name in ("azimuth_deg", "electrical_tilt_deg", "mechanical_tilt_deg")
    }
    return _Cells(
        table=table.assign(longitude=lon, latitude=lat),
        x_m=x_m,
        y_m=y_m,
        north_deg=np.degrees(np.arctan2(north_x - x_m, north_y - y_m)),
        tx_m=ground_m + table["antenna_height_m"].to_numpy(np.float64),
        band_ghz=table["band_mhz"].to_numpy(np.float64) / 1000.0,
        allowed_db=cell_reference_level_dbm(table) - needed_dbm,
        patterns=[patterns.get(name) or pattern(name) for name in table["antenna"]],
        **numbers,
    )


def _ground_m(terrain: Terrain, x_m: float, y_m: float) -> float:
    col, row = ~terrain.geobox.transform * (x_m, y_m)
    return float(bilinear(terrain.ground_m, row - 0.5, col - 0.5))


def _spots(
    members: list[int],
    spots: npt.NDArray[np.int64],
    coverage: xr.Dataset,
    terrain: Terrain,
    cells: _Cells,
) -> Iterator[tuple[int, _Spot, npt.NDArray[np.int64]]]:
    """Give each gap's spot and the cells at the sites nearest to it."""
    row, col = np.divmod(spots[members], coverage.sizes["x"])
    x_m = coverage["x"].to_numpy()[col]
    y_m = coverage["y"].to_numpy()[row]
    lon, lat = transformer(str(terrain.geobox.crs), WGS84).transform(x_m, y_m)
    rx_height_m = float(coverage.attrs.get("rx_height_m", DEFAULT_RX_HEIGHT_M))
    places, of_cell = np.unique(
        np.column_stack([cells.x_m, cells.y_m]), axis=0, return_inverse=True
    )
    ranks = np.arange(1, min(NEAREST_SITES, len(places)) + 1)
    nearest = np.asarray(cKDTree(places).query(np.column_stack([x_m, y_m]), k=ranks)[1])
    for k, index in enumerate(members):
        spot = _Spot(
            float(x_m[k]), float(y_m[k]), float(lon[k]), float(lat[k]),
            _ground_m(terrain, float(x_m[k]), float(y_m[k])) + rx_height_m,
        )  # fmt: skip
        yield index, spot, np.flatnonzero(np.isin(of_cell.ravel(), nearest[k]))


def _pattern_db(spot: _Spot, cell: int, cells: _Cells, bulge: float) -> float:
    """Loss of a cell's antenna towards a spot, dB, as the sweep takes it."""
    east_m, north_m = spot.x_m - cells.x_m[cell], spot.y_m - cells.y_m[cell]
    distance_km = math.hypot(east_m, north_m) / 1000.0
    drop_m = cells.tx_m[cell] - spot.rx_m + bulge * distance_km**2
    azimuth_deg = math.degrees(math.atan2(east_m, north_m)) - cells.north_deg[cell]
    return float(
        loss_db(
            cells.patterns[cell],
            azimuth_deg - cells.azimuth_deg[cell],
            math.degrees(math.atan2(0.001 * drop_m, distance_km)),
            electrical_tilt_deg=float(cells.electrical_tilt_deg[cell]),
            mechanical_tilt_deg=float(cells.mechanical_tilt_deg[cell]),
        )
    )


def _strongest(
    spot: _Spot, near: npt.NDArray[np.int64], cells: _Cells, bulge: float
) -> tuple[int, float]:
    """Return the cell that exceeds its need most over free space, and its pattern's loss in dB."""
    distance_km = np.hypot(spot.x_m - cells.x_m[near], spot.y_m - cells.y_m[near]) / 1000.0
    free_db = [
        free_space_db(slant_distance_km(*geometry), freq_ghz)
        for *geometry, freq_ghz in zip(
            distance_km, cells.tx_m[near], np.full(near.size, spot.rx_m), cells.band_ghz[near],
            strict=True,
        )
    ]  # fmt: skip
    ceiling_db = cells.allowed_db[near] - np.array(free_db)
    best, best_db, best_pattern_db = -1, -math.inf, 0.0
    # No pattern gains, so cells whose ceiling is lower need not be looked at.
    for place in np.argsort(-ceiling_db, kind="stable").tolist():
        if ceiling_db[place] <= best_db:
            break
        pattern_db = _pattern_db(spot, int(near[place]), cells, bulge)
        if ceiling_db[place] - pattern_db > best_db:
            best, best_db = int(near[place]), float(ceiling_db[place]) - pattern_db
            best_pattern_db = pattern_db
    return best, best_pattern_db


def _explain(
    spot: _Spot,
    near: npt.NDArray[np.int64],
    cells: _Cells,
    coverage: xr.Dataset,
    terrain: Terrain,
    bare_terrain: Terrain,
) -> dict[str, object]:
    """Judge the cell that would be the best at a spot over free space."""
    attributes = coverage.attrs
    delta_n = float(attributes.get("delta_n", DEFAULT_DELTA_N))
    best, pattern_db = _strongest(spot, near, cells, 500.0 / effective_radius_km(delta_n))
    row = cells.table.iloc[best]
    path = partial(
        path_profile,
        tx_lon_lat=(float(row["longitude"]), float(row["latitude"])),
        rx_lon_lat=(spot.longitude_deg, spot.latitude_deg),
        tx_height_m=float(row["antenna_height_m"]),
        rx_height_m=float(attributes.get("rx_height_m", DEFAULT_RX_HEIGHT_M)),
        freq_mhz=float(row["band_mhz"]),
        clutter_clearance_m=float(
            attributes.get("clutter_clearance_m", DEFAULT_CLUTTER_CLEARANCE_M)
        ),
        delta_n=delta_n,
        n0=float(attributes.get("n0", DEFAULT_N0)),
    )
    actual, bare = path(terrain), path(bare_terrain)
    radius_km = float(attributes.get("radius_km", DEFAULT_RADIUS_KM))
    allowed_db = float(cells.allowed_db[best])
    by_another = attributes.get("model", CITATION) != CITATION
    covers = actual.distance_km <= radius_km and actual.path_loss_db + pattern_db <= allowed_db
    why: Why = "model"
    if not (by_another and covers):
        why = _reason(actual, bare, allowed_db, pattern_db, radius_km)
    found: dict[str, object] = {
        "why": why,
        "why_by": CITATION if by_another else None,
        "why_cell_id": row["cell_id"],
        "why_site_id": row["site_id"],
        "why_site_km": actual.distance_km,
        "why_lon": spot.longitude_deg,
        "why_lat": spot.latitude_deg,
    }
    hill = bare.obstacle
    if found["why"] == "terrain" and hill is not None:
        found |= {
            "obstacle_lon": hill.longitude_deg,
            "obstacle_lat": hill.latitude_deg,
            "obstacle_m": hill.ground_m,
            "obstacle_km": bare.distance_km - hill.distance_km,
        }
    return found


def _reason(
    actual: PathProfile, bare: PathProfile, allowed_db: float, pattern_db: float, radius_km: float
) -> Why:
    """Return the first hindrance without which the loss stays within what is allowed.

    Parameters
    ----------
    actual, bare : PathProfile
        With and without clutter.
    allowed_db : float
        Reference level less what is needed.
    pattern_db : float
        Loss of the antenna towards the spot.
    radius_km : float
        Of the coverage.
    """
    if actual.distance_km > radius_km:
        return "too_far"
    # Where the exact path would cover, anything that gains counts.
    allowed_db = min(allowed_db, actual.path_loss_db + pattern_db - 1e-6)
    if bare.path_loss_db + pattern_db <= allowed_db:
        return "clutter"
    cut_db = _cut_loss_db(bare)
    if cut_db + pattern_db <= allowed_db:
        return "terrain"
    return "beam" if cut_db <= allowed_db else "too_far"


def _cut_loss_db(bare: PathProfile) -> float:
    """Loss of a bare path with its hills cut down to the line between its feet, dB."""
    if bare.extrapolated:
        return bare.path_loss_db
    points = bare.points
    d_km, ground_m = points["distance_km"].to_numpy(), points["ground_m"].to_numpy()
    feet_m = ground_m[0] + d_km / d_km[-1] * (ground_m[-1] - ground_m[0])
    cut = p1812(
        d_km, np.minimum(ground_m, feet_m), tx_height_m=bare.tx_height_m,
        rx_height_m=bare.rx_height_m, freq_mhz=bare.freq_mhz, zone=points["zone"].to_numpy(),
        latitude_deg=bare.tx_lon_lat[1], delta_n=bare.delta_n, n0=bare.n0,
    )  # fmt: skip
    return min(cut.basic_transmission_loss_db, bare.path_loss_db)
