"""Whether two coverages may be compared, and the ground that they share."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import xarray as xr

from htcoverage.errors import Fault, InputError
from htcoverage.figures.cover import CoverCriteria

#: Parameters of a level that make it another quantity: no ground is common to two values.
_SAME_QUANTITY = ("crs", "rx_height_m", "time_percent", "location_percent")

#: Parameters that may differ, for a comparison may be about them; the difference is stated.
_STATED = (
    "model", "environment", "radius_km", "clutter_clearance_m", "delta_n", "n0", "polarization",
    "terrain_posting_m",
)  # fmt: skip


#: What to do where two runs differ in something that can be set aside.
_REDUCE = "the same in both, or the common ground: --common-ground, in Python reduce=True"


@dataclass(frozen=True)
class Stated:
    """One way in which two runs differ beyond their levels.

    Parameters
    ----------
    name : str
        A parameter, a criterion, ``grid``, ``operator``, ``settlements_left_out`` or ``input``.
    before, after : str
        Its values; empty where one has none.
    """

    name: str
    before: str
    after: str


@dataclass(frozen=True, eq=False)
class Ground:
    """Two coverages on one grid under one set of criteria.

    Parameters
    ----------
    before, after : xarray.Dataset
        Cut to the pixels that both have; of grids that differ in their pixels the coarser one's are
        parted into the finer one's.
    criteria, criteria_after : CoverCriteria
        By which each is judged: the same but for ``location_sigma_db``, which belongs to the size
        of a prediction's pixels.
    stated : tuple of Stated
        How the two differ beyond their levels: to be shown with the result.
    """

    before: xr.Dataset
    after: xr.Dataset
    criteria: CoverCriteria
    criteria_after: CoverCriteria
    stated: tuple[Stated, ...]


def common_ground(
    before: xr.Dataset,
    after: xr.Dataset,
    *,
    criteria_before: CoverCriteria,
    criteria_after: CoverCriteria,
    reduce: bool = False,
) -> Ground:
    """Return two coverages ready to be compared, or refuse with every reason against it.

    Parameters
    ----------
    before, after : xarray.Dataset
        Levels in dBm with the attributes of `compute_coverage`.
    criteria_before, criteria_after : CoverCriteria
        By which each was judged.
    reduce : bool
        Compare what can be: on the land that both grids have, by the criteria of ``before``. What
        has no common ground (CRS, receiver height) is refused all the same. Where pixels differ,
        each keeps its levels: a pixel of the finer grid takes that of the coarser one that its
        centre lies in, which changes no share where pixels are whole multiples of the others.

    Raises
    ------
    InputError
        With a fault for each reason.
    """
    faults = [
        Fault("comparison", None, name, _both(before, after, name), "the same in both runs")
        for name in _SAME_QUANTITY
        if before.attrs.get(name) != after.attrs.get(name)
    ]
    if faults:
        raise InputError(faults)

    stated = [
        Stated(name, *(str(side.attrs.get(name, "")) for side in (before, after)))
        for name in _STATED
        if before.attrs.get(name) != after.attrs.get(name)
    ]
    differing = [
        Stated(field.name, f"{old:g}", f"{new:g}")
        for field in fields(CoverCriteria)
        if (old := getattr(criteria_before, field.name))
        != (new := getattr(criteria_after, field.name))
    ]
    sizes_m = [f"{side.attrs['transform'][0]:g}" for side in (before, after)]
    shapes = [f"{side.sizes['y']} × {side.sizes['x']}" for side in (before, after)]
    if sizes_m[0] != sizes_m[1]:
        differing.insert(0, Stated("resolution_m", *sizes_m))
    elif not (before["x"].equals(after["x"]) and before["y"].equals(after["y"])):
        differing.append(Stated("grid", *shapes))
    if differing and not reduce:
        raise InputError(
            Fault("comparison", None, each.name, f"{each.before}, {each.after}", _REDUCE)
            for each in differing
        )
    if not _in_step(before, after):
        before, after = _on_one_grid(before, after)
    x, y = (np.intersect1d(before[name], after[name]) for name in ("x", "y"))
    if len(x) == 0 or len(y) == 0:
        nothing = Fault("comparison", None, "grid", "no pixel in common", "grids that overlap")
        raise InputError([nothing])
    return Ground(
        before=_cut(before, x, y),
        after=_cut(after, x, y),
        criteria=criteria_before,
        criteria_after=replace(criteria_before, location_sigma_db=criteria_after.location_sigma_db),
        stated=(*differing, *stated),
    )


def _in_step(before: xr.Dataset, after: xr.Dataset) -> bool:
    """Say whether the pixels of one grid are those of the other, wherever both have any."""
    a, b = before.attrs["transform"], after.attrs["transform"]
    return (a[0], a[4]) == (b[0], b[4]) and all(
        abs((p - q) / step - round((p - q) / step)) <= 1e-6
        for p, q, step in ((a[2], b[2], a[0]), (a[5], b[5], a[4]))
    )


def _on_one_grid(before: xr.Dataset, after: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Return both on the pixels of the finer one whose centres lie in the other."""
    finer_first = before.attrs["transform"][0] <= after.attrs["transform"][0]
    fine, coarse = (before, after) if finer_first else (after, before)
    a, _, west, _, e, north = coarse.attrs["transform"]
    col = np.floor((fine["x"].to_numpy() - west) / a).astype(np.int64)
    row = np.floor((fine["y"].to_numpy() - north) / e).astype(np.int64)
    in_x, in_y = (
        np.flatnonzero((place >= 0) & (place < coarse.sizes[name]))
        for place, name in ((col, "x"), (row, "y"))
    )
    fine = fine[["level_dbm"]].isel(y=in_y, x=in_x)
    parted = coarse[["level_dbm"]].isel(y=row[in_y], x=col[in_x])
    parted = parted.assign_coords(y=fine["y"], x=fine["x"])
    parted = parted.assign_attrs(transform=fine.attrs["transform"])  # `_cut` sets its corner
    return (fine, parted) if finer_first else (parted, fine)


def _cut(coverage: xr.Dataset, x: np.ndarray, y: np.ndarray) -> xr.Dataset:
    y = y[::-1]  # north first
    a, b, _, d, e, _ = coverage.attrs["transform"]
    cut = coverage.sel(x=x, y=y)
    transform = [a, b, float(x[0]) - a / 2.0, d, e, float(y[0]) - e / 2.0]
    return cut.assign_attrs(transform=transform)


def _both(before: xr.Dataset, after: xr.Dataset, name: str) -> str:
    return f"{before.attrs.get(name)}, {after.attrs.get(name)}"
