"""Where rows of a ledger are: swapped axes put right, rows without a place left out, told."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType

from htcoverage.cleaning.datum import SIGNIFICANCE, sign_test
from htcoverage.crs import WGS84, reproject
from htcoverage.errors import Fault, InputError
from htcoverage.readers.findings import Finding, cell_findings, findings_frame
from htcoverage.readers.parsing import parse_numbers
from htcoverage.readers.position import FloatArray, Positions, in_zone, sheet_positions, to_wgs84
from htcoverage.readers.sheet import Sheet

_DEGREES = ("longitude", "latitude")
_METRES = ("x", "y")
_MOST_DEGREES = 360.0

#: A site this near to the area, in degrees, is not taken for one with swapped axes.
_NEAR_DEG = 0.5

#: Points tried in every CRS of the region.
_SAMPLE = 500

#: As many CRS that fit alike are told.
_MOST_ALIKE = 4

#: Width of a zone of UTM, in degrees.
_ZONE_DEG = 6.0

#: What comes first among CRS that fit alike.
_USUAL = ("VN-2000", "WGS 84 /")

#: With more than this share inside, the CRS is not doubted.
_USUALLY_INSIDE = 0.98


@dataclass(frozen=True, eq=False)
class Placed:
    """Rows with numbers in ``longitude`` and ``latitude`` (WGS 84), and what was done for it."""

    sheet: Sheet
    findings: list[pd.DataFrame]
    dropped: set[int]


def located(sheet: Sheet, *, crs: CRS | None, area: gpd.GeoDataFrame | None) -> Placed:
    """Return the rows that have a place.

    Parameters
    ----------
    sheet : Sheet
        Repaired, in our column names.
    crs : pyproj.CRS, optional
        Of x and y, or of longitude and latitude where that is not WGS 84.
    area : GeoDataFrame, optional
        The province or its districts.

    Raises
    ------
    InputError
        If the coordinates as a whole cannot be placed: no columns, no CRS, or one that they
        contradict; with the CRS that would put them inside the area as evidence.
    """
    pair = _pair(sheet, crs)
    findings: list[pd.DataFrame] = []
    if pair == _DEGREES and crs is not None and crs.is_projected and _are_metres(sheet, pair):
        said = Finding(None, sheet.called("longitude"), "", "metres", "info", "repaired",
                       f"metres of {crs.to_string()} under a name for degrees")  # fmt: skip
        findings.append(findings_frame([said]))
        names = {ours: sheet.called(name) for ours, name in zip(_METRES, pair, strict=True)}
        frame = sheet.frame.rename(columns=dict(zip(pair, _METRES, strict=True)))
        sheet, pair = replace(sheet, frame=frame, names={**sheet.names, **names}), _METRES
    dropped: set[int] = set()
    if pair is not None:
        sheet, told, gone = _without_zeros(sheet, pair)
        findings += told
        dropped |= gone
        sheet, told = _unswapped(sheet, pair, crs=crs, area=area)
        findings += told
    if sheet.frame.empty:
        return Placed(sheet, findings, dropped)
    positions = sheet_positions(sheet, crs=crs)
    whole = [fault for fault in positions.faults if fault.row is None]
    header = [f for f in positions.faults if f.row is not None and f.row == sheet.header_row]
    if whole or header:
        raise InputError([_with_evidence(fault, sheet, pair, area) for fault in (*whole, *header)])
    faults = {fault.row: fault for fault in reversed(positions.faults)}
    findings.append(
        findings_frame(
            Finding(fault.row, fault.column, fault.value, "position", "error", "dropped",
                    f"expected {fault.expected}")
            for fault in faults.values()
        )
    )  # fmt: skip
    if pair is not None and crs is not None and area is not None and area.crs is not None:
        evidence = _other_crs(positions, *_numbers(sheet, pair), crs=crs, area=area)
        column = sheet.called(pair[0])
        findings.append(findings_frame(replace(each, column=column) for each in evidence))
    good = np.isfinite(positions.longitude_deg)
    dropped |= set(sheet.lines(sheet.frame.index[~good]))
    names = {
        "longitude": sheet.called(positions.columns[0]),
        "latitude": sheet.called(positions.columns[1]),
    }
    frame = sheet.frame.drop(columns=["x", "y"], errors="ignore").assign(
        longitude=positions.longitude_deg, latitude=positions.latitude_deg
    )
    frame = frame if good.all() else frame[good]
    return Placed(replace(sheet, frame=frame, names={**sheet.names, **names}), findings, dropped)


def _pair(sheet: Sheet, crs: CRS | None) -> tuple[str, str] | None:
    has = [pair for pair in (_DEGREES, _METRES) if set(pair) <= set(sheet.frame.columns)]
    if _METRES in has and (_DEGREES not in has or (crs is not None and crs.is_projected)):
        return _METRES
    return _DEGREES if _DEGREES in has else None


def _are_metres(sheet: Sheet, pair: tuple[str, str]) -> bool:
    """Return whether most coordinates are too large for degrees."""
    x, y = _numbers(sheet, pair)
    known = np.isfinite(x) & np.isfinite(y)
    return bool(known.any() and np.median(np.maximum(np.abs(x), np.abs(y))[known]) > _MOST_DEGREES)


def _numbers(sheet: Sheet, pair: tuple[str, str]) -> tuple[FloatArray, FloatArray]:
    first, second = (
        parse_numbers(sheet.frame[name], sheet=sheet)[0].to_numpy(dtype=float) for name in pair
    )
    return first, second


def _without_zeros(
    sheet: Sheet, pair: tuple[str, str]
) -> tuple[Sheet, list[pd.DataFrame], set[int]]:
    x, y = _numbers(sheet, pair)
    zero = (x == 0) & (y == 0)
    if not zero.any():
        return sheet, [], set()
    lines = sheet.lines(sheet.frame.index[zero])
    told = cell_findings(
        lines, ["0, 0"] * len(lines), column=sheet.called(pair[1]), rule="null-island",
        severity="error", action="dropped",
        detail="expected a place; zero stands for one that is not known",
    )  # fmt: skip
    return replace(sheet, frame=sheet.frame[~zero]), [told], set(lines)


def _unswapped(
    sheet: Sheet, pair: tuple[str, str], *, crs: CRS | None, area: gpd.GeoDataFrame | None
) -> tuple[Sheet, list[pd.DataFrame]]:
    """Return the table with x and y, or longitude and latitude, changed back where swapped."""
    x, y = _numbers(sheet, pair)
    finite = np.isfinite(x) & np.isfinite(y)
    if pair == _METRES:
        if crs is None or not crs.is_projected:
            return sheet, []
        here = in_zone(*to_wgs84(x, y, finite, crs=crs), crs=crs)
        there = in_zone(*to_wgs84(y, x, finite, crs=crs), crs=crs)
    else:
        here = _plausible(x, y, area)
        there = _plausible(y, x, area)
    swapped = finite & ~here & there
    if not swapped.any():
        return sheet, []
    frame = sheet.frame.copy(deep=False)
    first, second = (frame[name].to_numpy(dtype=object, copy=True) for name in pair)
    first[swapped], second[swapped] = second[swapped], first[swapped].copy()
    frame[pair[0]] = pd.Series(first, frame.index, dtype=object)
    frame[pair[1]] = pd.Series(second, frame.index, dtype=object)
    told = cell_findings(
        sheet.lines(frame.index[swapped]),
        [f"{a:.10g}, {b:.10g}" for a, b in zip(x[swapped], y[swapped], strict=True)],
        column=sheet.called(pair[1]), rule="swapped-axes", severity="warning", action="repaired",
        detail=f"{pair[0]} and {pair[1]} are changed: only so do they lie where the others do",
    )  # fmt: skip
    return replace(sheet, frame=frame), [told]


def _plausible(
    longitude_deg: FloatArray, latitude_deg: FloatArray, area: gpd.GeoDataFrame | None
) -> npt.NDArray[np.bool_]:
    """Return which places are on Earth and, where the area is known, near it."""
    inside: npt.NDArray[np.bool_] = (np.abs(latitude_deg) <= 90) & (np.abs(longitude_deg) <= 180)
    if area is not None and area.crs is not None:
        west, south, east, north = reproject(area, WGS84).total_bounds
        inside &= (longitude_deg >= west - _NEAR_DEG) & (longitude_deg <= east + _NEAR_DEG)
        inside &= (latitude_deg >= south - _NEAR_DEG) & (latitude_deg <= north + _NEAR_DEG)
    return inside


def _with_evidence(
    fault: Fault, sheet: Sheet, pair: tuple[str, str] | None, area: gpd.GeoDataFrame | None
) -> Fault:
    """Return the fault with the CRS that would put the points inside the area."""
    if pair != _METRES or area is None or area.crs is None:
        return fault
    x, y = _numbers(sheet, pair)
    finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not len(finite):
        return fault
    places = finite[np.linspace(0, len(finite) - 1, min(_SAMPLE, len(finite))).astype(int)]
    fitting = crs_candidates(x[places], y[places], area)
    if not fitting:
        told = "no CRS of this region puts them inside the boundaries"
    else:
        told = "inside the boundaries they would lie in " + ", ".join(
            f"{code} ({share:.0%}) {CRS.from_user_input(code).name}" for code, share in fitting[:6]
        )
    return replace(fault, expected=f"{fault.expected}; {told}")


def crs_candidates(x: FloatArray, y: FloatArray, area: gpd.GeoDataFrame) -> list[tuple[str, float]]:
    """Return the projected CRS in which points lie inside an area, and what share of them does.

    CRS that differ by a datum shift of some hundred metres come out alike: which one is right is
    for the user to say.

    Parameters
    ----------
    x, y : array of float
        Coordinates in an unknown CRS; either may be the easting.
    area : GeoDataFrame
        The province or its districts.

    Returns
    -------
    list of (str, float)
        ``EPSG:…`` and a share above one half, best first; of equals those of the country and
        WGS 84, then that of the smallest zone.
    """
    region, bounds = _region(area)
    # A zone's neighbours as well: people take the wrong one.
    west, south, east, north = bounds + np.array([-_ZONE_DEG, 0.0, _ZONE_DEG, 0.0])
    found: dict[str, tuple[float, bool, float]] = {}
    for info in query_crs_info(
        auth_name="EPSG", pj_types=[PJType.PROJECTED_CRS],
        area_of_interest=AreaOfInterest(max(west, -180.0), south, min(east, 180.0), north),
    ):  # fmt: skip
        if info.area_of_use is None or info.area_of_use.east - info.area_of_use.west > 30:
            continue
        code = f"EPSG:{info.code}"
        through = Transformer.from_crs(code, WGS84, always_xy=True)
        for first, second in ((x, y), (y, x)):
            inside = shapely.contains_xy(region, *through.transform(first, second))
            if inside.mean() > 0.5:
                use = info.area_of_use
                size = (use.east - use.west) * (use.north - use.south)
                usual = info.name.startswith(_USUAL)
                found[code] = (-round(float(inside.mean()), 2), not usual, size)
                break
    return [(code, -found[code][0]) for code in sorted(found, key=lambda c: (found[c], c))]


def _region(area: gpd.GeoDataFrame) -> tuple[shapely.Geometry, npt.NDArray[np.float64]]:
    """Return an area as one shape on WGS 84, prepared for points, and its bounds."""
    shapes = reproject(area, WGS84)
    region = shapely.union_all(shapes.geometry.to_numpy())
    shapely.prepare(region)
    return region, shapes.total_bounds


def _other_crs(
    positions: Positions, x: FloatArray, y: FloatArray, *, crs: CRS, area: gpd.GeoDataFrame
) -> list[Finding]:
    """Return the evidence that coordinates are in another projected CRS than was said."""
    usable = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not crs.is_projected or not len(usable):
        return []
    drawn = usable[np.linspace(0, len(usable) - 1, min(_SAMPLE, len(usable))).astype(int)]
    _, first = np.unique(np.column_stack([x, y])[drawn], axis=0, return_index=True)
    places = drawn[first]
    region, _ = _region(area)
    now = shapely.contains_xy(
        region, positions.longitude_deg[places], positions.latitude_deg[places]
    )
    if now.mean() > _USUALLY_INSIDE:
        return []
    fitting = crs_candidates(x[places], y[places], area)
    if not fitting:
        return []
    through = Transformer.from_crs(fitting[0][0], WGS84, always_xy=True)
    ways = [(x[places], y[places]), (y[places], x[places])]
    then = max(
        (shapely.contains_xy(region, *through.transform(*way)) for way in ways),
        key=lambda inside: int(inside.sum()),
    )
    chance = sign_test(int((then & ~now).sum()), int((now & ~then).sum()))
    if chance >= SIGNIFICANCE and not (then.all() and not now.any()):
        return []
    alike = [code for code, share in fitting if share >= fitting[0][1] - 0.01][:_MOST_ALIKE]
    names = " or ".join(f"{code} ({CRS.from_user_input(code).name})" for code in alike)
    detail = (
        f"{int(now.sum())} of {len(now)} sites lie inside the boundaries in {crs.to_string()}, "
        f"{int(then.sum())} in {names}: the coordinates look like that; nothing was moved: give "
        "the right crs if that is so"
    )
    return [Finding(None, None, "", "datum", "warning", "none", detail)]
