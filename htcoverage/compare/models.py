"""What the choice of the propagation model does to the figure: models side by side on one network.

Every model computes the same cells on the same pixels; the first is what the others are set
against.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from odc.geo.geobox import GeoBox
from scipy.spatial import KDTree

from htcoverage.antennas import Pattern
from htcoverage.coverage import compute_coverage
from htcoverage.crs import reproject
from htcoverage.errors import InputError, ValidityError, argument_fault
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.propagation.registry import BY_CLUTTER, DEFAULT_MODEL, model, models
from htcoverage.propagation.validity import ExtrapolationWarning
from htcoverage.terrain import Terrain, nearest_classes

#: Edges of the rings around the nearest base station, km.
RINGS_KM = (0.0, 1.0, 2.0, 5.0, 10.0)
#: Farther pixels are of no use to a table, and the path models take long for them.
DEFAULT_COMPARE_RADIUS_KM = 10.0

_DENOMINATORS = ("residential_area", "residents", "land_area")
_BASES = ("median", "cell_edge")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class ModelComparison:
    """Models side by side.

    Parameters
    ----------
    shares : DataFrame
        One row a model: ``model`` (``name`` or ``name:environment``), ``document``,
        ``environment``, ``remark`` (what was extrapolated, or why it was refused), and the covered
        shares of the province ``<denominator>_<basis>``, NaN where it was refused.
    levels : DataFrame
        One row a model and group of pixels: ``model``, ``by`` ('all', 'clutter', 'nearest site'),
        ``group``, ``pixels``, ``mean_dbm`` and ``spread_db`` of the best server's level, and mean
        and spread of what that is above the first model's, ``mean_over_db`` and
        ``spread_over_db``, on pixels where both have a level.
    parameters : mapping
        Technology, resolution, radius, thresholds.
    """

    shares: pd.DataFrame
    levels: pd.DataFrame
    parameters: Mapping[str, Any]


def all_variants() -> tuple[str, ...]:
    """Return every model of the registry, and those that clutter can steer so as well."""
    return tuple(
        variant
        for entry in models()
        for variant in (
            entry.name,
            *((f"{entry.name}:{BY_CLUTTER}",) if entry.by_surroundings else ()),
        )
    )


def compare_models(
    bts: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    terrain: Terrain,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    grid: GeoBox,
    *,
    variants: Sequence[str] | None = None,
    technology: Literal["3G", "4G"] = "4G",
    radius_km: float = DEFAULT_COMPARE_RADIUS_KM,
    criteria: CoverCriteria | None = None,
    patterns: Mapping[str, Pattern] | None = None,
    progress: Progress | None = None,
) -> ModelComparison:
    """Compute one network's cover by several models: shares, and levels by clutter and distance.

    Parameters
    ----------
    bts, cells, terrain, grid, patterns
        As for `htcoverage.compute_coverage`. A path model cuts a profile for every pixel: at 1000 m
        all models take minutes for a province, at 100 m hours.
    settlements, districts : GeoDataFrame
        As for `htcoverage.compute_figures`.
    variants : sequence of str, optional
        Models, each ``name`` or ``name:environment``, such as ``spm:by-clutter``. The first is what
        the others are set against; P.1812 goes first where it is not named. All by default.
    technology : {"3G", "4G"}
        Whose cells take part, any operator's.
    radius_km : float
        Farthest pixel that a cell serves.
    criteria : CoverCriteria, optional
        Thresholds and margin.
    progress : callable, optional
        Called with the models done and their number.

    Returns
    -------
    ModelComparison
        A model that refuses a band or height of the ledger is a row with its words.

    Raises
    ------
    InputError
        If a model or environment is unknown, or there is no cell of the technology.
    """
    names = list(dict.fromkeys(variants or all_variants()))
    if DEFAULT_MODEL not in names:
        names.insert(0, DEFAULT_MODEL)
    asked = [_variant(name) for name in names]
    criteria = criteria or CoverCriteria()
    own = bts[bts["technology"] == technology]
    if own.empty:
        raise argument_fault("technology", technology, "base stations of it in the ledger")
    rows: list[dict[str, Any]] = []
    found: dict[str, npt.NDArray[np.float64]] = {}
    for done, (name, (which, environment)) in enumerate(zip(names, asked, strict=True)):
        if progress is not None:
            progress(done, len(names))
        row: dict[str, Any] = {"model": name, "document": model(which).citation}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ExtrapolationWarning)
            try:
                coverage = compute_coverage(
                    own, cells, terrain, grid, model=which, environment=environment,
                    radius_km=radius_km, area=districts, patterns=patterns,
                )  # fmt: skip
            except ValidityError as error:
                rows.append(row | {"environment": "", "remark": f"refused: {error}"})
                continue
        told = dict.fromkeys(str(w.message).split(";")[0] for w in caught)
        rows.append(
            row
            | {
                "environment": coverage.attrs.get("environment", ""),
                "remark": f"extrapolated: {'; '.join(told)}" if told else "",
            }
            | _shares(coverage, settlements, districts, criteria, technology)
        )
        layer = f"any_{technology.lower()}"
        found[name] = coverage["level_dbm"].sel(layer=layer).to_numpy().astype(np.float64)
    if progress is not None:
        progress(len(names), len(names))
    if not found:
        raise InputError(
            argument_fault("variants", row["model"], f"a model that fits: {row['remark']}").faults[
                0
            ]
            for row in rows
        )
    return ModelComparison(
        shares=pd.DataFrame(rows),
        levels=_levels(found, _groups(terrain, grid, own, next(iter(found.values())))),
        parameters={
            "technology": technology,
            "resolution_m": float(grid.resolution.x),
            "radius_km": radius_km,
            "threshold_dbm": criteria.threshold_dbm(technology),
            "margin_db": criteria.margin_db,
            "set_against": next(iter(found)),
        },
    )


def _variant(name: str) -> tuple[str, str | None]:
    """Return model and environment of a variant, both checked."""
    which, _, environment = name.partition(":")
    model(which).check_environment(environment or None)
    return which, environment or None


def _shares(
    coverage: xr.Dataset, settlements: gpd.GeoDataFrame, districts: gpd.GeoDataFrame,
    criteria: CoverCriteria, technology: str,
) -> dict[str, float]:  # fmt: skip
    figures = compute_figures(
        coverage, settlements, districts, criteria=criteria, area_levels=("province",)
    )
    chosen = figures[
        (figures["operator"] == "any")
        & (figures["technology"] == technology)
        & figures["denominator"].isin(_DENOMINATORS)
        & figures["basis"].isin(_BASES)
    ]
    return {
        f"{row['denominator']}_{row['basis']}": float(row["covered_share"])
        for row in chosen.to_dict("records")
    }


def _groups(
    terrain: Terrain, grid: GeoBox, bts: gpd.GeoDataFrame, base_dbm: npt.NDArray[np.float64]
) -> list[tuple[str, str, npt.NDArray[np.bool_]]]:
    """Return the groups of pixels: all, by clutter class, by distance to the nearest station."""
    classes = nearest_classes(terrain, grid)
    groups = [("all", "all", np.isfinite(base_dbm))]
    for code in np.unique(classes[np.isfinite(base_dbm)]).tolist():
        kind = terrain.surroundings.get(code)
        told = f"class {code}" if kind is None else f"{kind} ({code})"
        groups.append(("clutter", told, classes == code))
    points = reproject(bts, str(grid.crs)).geometry
    col, row = np.meshgrid(np.arange(grid.shape[1]) + 0.5, np.arange(grid.shape[0]) + 0.5)
    x_m, y_m = grid.transform * (col, row)
    tree = KDTree(np.column_stack([points.x.to_numpy(), points.y.to_numpy()]))
    distance_m = np.asarray(tree.query(np.column_stack([x_m.ravel(), y_m.ravel()]))[0])
    ring = np.digitize(distance_m.reshape(grid.shape) / 1e3, RINGS_KM) - 1
    for k, low in enumerate(RINGS_KM):
        told = f"{low:g} to {RINGS_KM[k + 1]:g} km" if k + 1 < len(RINGS_KM) else f"from {low:g} km"
        groups.append(("nearest site", told, ring == k))
    return groups


def _levels(
    found: Mapping[str, npt.NDArray[np.float64]],
    groups: list[tuple[str, str, npt.NDArray[np.bool_]]],
) -> pd.DataFrame:
    base = next(iter(found.values()))
    rows: list[dict[str, Any]] = []
    for name, level_dbm in found.items():
        for by, group, chosen in groups:
            here = chosen & np.isfinite(base) & np.isfinite(level_dbm)
            if not here.any():
                continue
            over_db = level_dbm[here] - base[here]
            rows.append(
                {
                    "model": name, "by": by, "group": group, "pixels": int(here.sum()),
                    "mean_dbm": level_dbm[here].mean(), "spread_db": level_dbm[here].std(),
                    "mean_over_db": over_db.mean(), "spread_over_db": over_db.std(),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)
