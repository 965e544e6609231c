"""Two finished runs compared, or two operators of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from htcoverage.compare.ground import Ground, Stated, common_ground
from htcoverage.compare.sides import Comparison, Side, compare_sides
from htcoverage.crs import reproject
from htcoverage.figures.cover import ANY_OPERATOR, CoverCriteria, Technology
from htcoverage.figures.zones import only_polygons
from htcoverage.gaps import compare_gaps
from htcoverage.grid import grid_of
from htcoverage.run import RunLayers

#: Technology, operator of both sides and basis of the gaps that a run holds.
_OF_GAPS = ("4G", ANY_OPERATOR, ANY_OPERATOR, "cell_edge")


@dataclass(frozen=True, eq=False)
class RunComparison:
    """A comparison with what must be said of it.

    Parameters
    ----------
    comparison : Comparison
        What is gained and lost.
    criteria : CoverCriteria
        By which both were judged, each with the ``location_sigma_db`` of its own pixels.
    technology, operator_before, operator_after, basis : str
        What was compared.
    stated : tuple of Stated
        How the two runs differ beyond their levels, and what was left out.
    districts : GeoDataFrame
        Outlines for drawing, in the coverage's CRS.
    gaps : DataFrame or None
        From `compare_gaps`; None where the gaps that the runs hold (4G, any operator, at the cell
        edge, each by its run's criteria) are not those compared.
    """

    comparison: Comparison
    criteria: CoverCriteria
    technology: str
    operator_before: str
    operator_after: str
    basis: str
    stated: tuple[Stated, ...]
    districts: gpd.GeoDataFrame
    gaps: pd.DataFrame | None


def compare_runs(
    before: RunLayers,
    after: RunLayers,
    *,
    technology: Technology = "4G",
    operator_before: str = ANY_OPERATOR,
    operator_after: str = ANY_OPERATOR,
    basis: Literal["median", "cell_edge"] = "cell_edge",
    reduce: bool = False,
) -> RunComparison:
    """Compare two runs: before and after, two operators, two models, two boundary layers.

    Parameters
    ----------
    before, after : RunLayers
        From `read_layers`; the same run twice to compare two operators.
    technology, basis
        As for `find_gaps`.
    operator_before, operator_after : str
        An operator's name, ``any`` or ``all``.
    reduce : bool
        Compare what can be, see `common_ground`; settlements that are not wholly on the common
        pixels are left out and counted.

    Raises
    ------
    InputError
        With every reason why the runs cannot be compared.
    """
    ground = common_ground(
        before.coverage,
        after.coverage,
        criteria_before=before.record.parameters.criteria,
        criteria_after=after.record.parameters.criteria,
        reduce=reduce,
    )
    stated = [*ground.stated, *_inputs_differ(before, after)]
    if operator_before != operator_after:
        stated.append(Stated("operator", operator_before, operator_after))
    homes, left_out = zip(
        *(_inside(layers.settlements, ground) for layers in (before, after)), strict=True
    )
    if any(left_out):
        stated.append(Stated("settlements_left_out", *(str(count) for count in left_out)))
    districts = _clipped(before.districts, ground)
    first, second = (
        Side(coverage, settlements, technology, operator)
        for coverage, settlements, operator in (
            (ground.before, homes[0], operator_before),
            (ground.after, homes[1], operator_after),
        )
    )
    return RunComparison(
        comparison=compare_sides(
            first,
            second,
            districts,
            criteria=ground.criteria,
            criteria_after=ground.criteria_after,
            basis=basis,
        ),
        criteria=ground.criteria,
        technology=technology,
        operator_before=operator_before,
        operator_after=operator_after,
        basis=basis,
        stated=tuple(stated),
        districts=districts,
        gaps=compare_gaps(before.gaps, after.gaps)
        if (technology, operator_before, operator_after, basis) == _OF_GAPS
        and ground.criteria_after == after.record.parameters.criteria
        else None,
    )


def _inputs_differ(before: RunLayers, after: RunLayers) -> list[Stated]:
    """Name the input files that the runs do not share, with the beginnings of their hashes."""
    old, new = before.record.inputs, after.record.inputs
    stated = [
        Stated(
            "input", *(f"{name} ({held[name][:8]})" if name in held else "" for held in (old, new))
        )
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    seeds = [layers.record.parameters.seed for layers in (before, after)]
    if seeds[0] != seeds[1]:
        stated.append(Stated("seed", *("" if seed is None else str(seed) for seed in seeds)))
    return stated


def _box(ground: Ground) -> shapely.Polygon:
    bounds = grid_of(ground.before).boundingbox
    box: shapely.Polygon = shapely.box(bounds.left, bounds.bottom, bounds.right, bounds.top)
    return box


def _inside(settlements: gpd.GeoDataFrame, ground: Ground) -> tuple[gpd.GeoDataFrame, int]:
    homes = reproject(settlements, ground.before.attrs["crs"])
    inside = shapely.covered_by(homes.geometry.to_numpy(), _box(ground))
    return homes[inside].reset_index(drop=True), int(np.count_nonzero(~inside))


def _clipped(districts: gpd.GeoDataFrame, ground: Ground) -> gpd.GeoDataFrame:
    outlines = reproject(districts, ground.before.attrs["crs"])
    parts = only_polygons(shapely.intersection(outlines.geometry.to_numpy(), _box(ground)))
    clipped = outlines.set_geometry(gpd.GeoSeries(parts, index=outlines.index, crs=outlines.crs))
    return clipped[shapely.area(parts) > 0.0].reset_index(drop=True)
