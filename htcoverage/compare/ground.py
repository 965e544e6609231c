"""Whether two coverages may be compared, and the ground that they share."""

from __future__ import annotations

from dataclasses import dataclass, fields

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
        Cut to the pixels that both have.
    criteria : CoverCriteria
        By which both are judged.
    stated : tuple of Stated
        How the two differ beyond their levels: to be shown with the result.
    """

    before: xr.Dataset
    after: xr.Dataset
    criteria: CoverCriteria
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
        Compare what can be: on the pixels that both grids have, by the criteria of ``before``.
        What has no common ground (CRS, receiver height, pixel size) is refused all the same.

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
    a, b = before.attrs["transform"], after.attrs["transform"]
    if (a[0], a[4]) != (b[0], b[4]):
        faults.append(
            Fault("comparison", None, "resolution", f"{a[0]:g} m, {b[0]:g} m", "the same pixel")
        )
    elif any(abs((p - q) / step - round((p - q) / step)) > 1e-6
             for p, q, step in ((a[2], b[2], a[0]), (a[5], b[5], a[4]))):  # fmt: skip
        faults.append(
            Fault("comparison", None, "grid", f"{a[2]:g}, {b[2]:g}", "grids whose pixels coincide")
        )
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
    x, y = (np.intersect1d(before[name], after[name]) for name in ("x", "y"))
    same_grid = before["x"].equals(after["x"]) and before["y"].equals(after["y"])
    if not reduce:
        faults = [
            Fault("comparison", None, each.name, f"{each.before}, {each.after}",
                  "the same in both, or the common ground")
            for each in differing
        ]  # fmt: skip
        if not same_grid:
            faults.append(
                Fault("comparison", None, "grid", f"{before.sizes['y']} × {before.sizes['x']}, "
                      f"{after.sizes['y']} × {after.sizes['x']} pixels at different places",
                      "the same grid, or the common ground")
            )  # fmt: skip
    if len(x) == 0 or len(y) == 0:
        faults.append(Fault("comparison", None, "grid", "no pixel in common", "grids that overlap"))
    if faults:
        raise InputError(faults)
    stated += differing
    if not same_grid:
        sizes = (f"{each.sizes['y']} × {each.sizes['x']}" for each in (before, after))
        stated.append(Stated("grid", *sizes))
    return Ground(_cut(before, x, y), _cut(after, x, y), criteria_before, tuple(stated))


def _cut(coverage: xr.Dataset, x: np.ndarray, y: np.ndarray) -> xr.Dataset:
    y = y[::-1]  # north first
    a, b, _, d, e, _ = coverage.attrs["transform"]
    cut = coverage.sel(x=x, y=y)
    transform = [a, b, float(x[0]) - a / 2.0, d, e, float(y[0]) - e / 2.0]
    return cut.assign_attrs(transform=transform)


def _both(before: xr.Dataset, after: xr.Dataset, name: str) -> str:
    return f"{before.attrs.get(name)}, {after.attrs.get(name)}"
