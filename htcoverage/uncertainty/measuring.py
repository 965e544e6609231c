"""From the layers of a world to the covered share of every figure row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from odc.geo.geobox import GeoBox

from htcoverage.crs import reproject
from htcoverage.figures.areas import AreaLevel, area_levels_of, measure_level
from htcoverage.figures.cover import CoverCriteria, FloatArray, LayerExcess, layer_excess
from htcoverage.figures.measure import FigureColumn, cover_weight, covered_m2, figure_columns
from htcoverage.figures.rows import Measure, figure_rows, people_of, row_amounts
from htcoverage.figures.zones import (
    ZoneAreas,
    raise_faults,
    table_faults,
    zone_areas,
)
from htcoverage.grid import grid_of

#: Pixels at which land is drawn at least; of more, every nth row and column. The figure itself is
#: exact; only its change from world to world is taken from the sample.
_LAND_SAMPLE = 60_000

#: Columns that tell one figure row from another.
KEYS = [
    "area_level", "area_code", "technology", "operator", "denominator", "settlement_part", "basis",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Measuring:
    """All that is needed to turn the layers of a world into the shares of the figure rows."""

    homes: ZoneAreas
    land: ZoneAreas
    land_m2: FloatArray  # predicted, (districts, columns + 1)
    land_at_sample: FloatArray  # predicted covered part of the sample, (districts, columns)
    columns: tuple[FigureColumn, ...]
    levels: tuple[AreaLevel, ...]
    people: pd.DataFrame
    settlement_parts: tuple[float, ...]
    criteria: CoverCriteria
    keys: pd.DataFrame

    @property
    def pixels(self) -> npt.NDArray[np.int64]:
        """Pixels at which worlds are drawn: those of homes, then the sample of land."""
        return np.concatenate([self.homes.pixels, self.land.pixels])

    @classmethod
    def of(
        cls,
        coverage: xr.Dataset,
        settlements: gpd.GeoDataFrame,
        districts: gpd.GeoDataFrame,
        *,
        criteria: CoverCriteria,
        level_names: Sequence[str],
        settlement_parts: tuple[float, ...],
        column: FigureColumn | None = None,
    ) -> Measuring:
        """Return the measuring of these levels of area; of one column where it is given."""
        grid = grid_of(coverage)
        settlements = reproject(settlements, coverage.attrs["crs"])
        districts = reproject(districts, coverage.attrs["crs"])
        raise_faults(table_faults(settlements, districts, grid))
        homes, land = (zone_areas(table, grid) for table in (settlements, districts))
        layers = layer_excess(coverage, criteria=criteria, pixels=land.pixels)
        columns = tuple(figure_columns(layers)) if column is None else (column,)
        land_m2 = covered_m2(land, layers, columns, criteria=criteria)
        sample = _sample(land, grid)
        layers = layer_excess(coverage, criteria=criteria, pixels=sample.pixels)
        at_sample = covered_m2(sample, layers, columns, criteria=criteria)
        levels = area_levels_of(settlements, districts, province="")
        measuring = cls(
            homes=homes,
            land=sample,
            land_m2=land_m2,
            land_at_sample=at_sample[:, :-1] / at_sample[:, -1:],
            columns=columns,
            levels=tuple(level for level in levels if level.name in level_names),
            people=people_of(settlements),
            settlement_parts=settlement_parts,
            criteria=criteria,
            keys=pd.DataFrame(),
        )
        predicted = layer_excess(coverage, criteria=criteria, pixels=measuring.pixels)
        rows = [
            figure_rows(level.name, level.areas, columns, measured)
            for level, measured in measuring.measured(predicted, spread_db=criteria.sigma_db)
        ]
        return replace(measuring, keys=pd.concat(rows, ignore_index=True)[KEYS])

    def measured(
        self, layers: LayerExcess, *, spread_db: float
    ) -> Iterator[tuple[AreaLevel, dict[Measure, FloatArray]]]:
        """Yield the covered amounts of every level of area in a world.

        Parameters
        ----------
        layers : LayerExcess
            At `pixels`.
        spread_db : float
            Spread left for the basis ``expected``, in dB.
        """
        weights = _weights(layers, self.columns, criteria=self.criteria, spread_db=spread_db)
        count = len(self.homes.pixels)
        residential_m2 = _covered(self.homes, [weight[:count] for weight in weights])
        at_sample = _covered(self.land, [weight[count:] for weight in weights])
        change = at_sample[:, :-1] / at_sample[:, -1:] - self.land_at_sample
        whole_m2 = self.land_m2[:, -1:]
        land_m2 = np.clip(self.land_m2[:, :-1] + change * whole_m2, 0.0, whole_m2)
        land_m2 = np.hstack([land_m2, whole_m2])
        for level in self.levels:
            yield (
                level,
                measure_level(
                    level,
                    residential_m2,
                    land_m2,
                    self.people,
                    settlement_parts=self.settlement_parts,
                ),
            )

    def shares(self, layers: LayerExcess, *, spread_db: float) -> FloatArray:
        """Return the covered share of every row of `keys` in a world."""
        found = []
        for _, measured in self.measured(layers, spread_db=spread_db):
            _, covered, total = row_amounts(self.columns, measured)
            counts = total > 0.0
            found.append(covered[counts] / total[counts])
        return np.concatenate(found)


def _weights(
    layers: LayerExcess,
    columns: Sequence[FigureColumn],
    *,
    criteria: CoverCriteria,
    spread_db: float,
) -> list[FloatArray]:
    """Return how much of each pixel counts for each column; last 1 everywhere, for the whole."""
    inside = replace(
        criteria, location_sigma_db=0.0, model_sigma_db=spread_db, user_loss_sigma_db=0.0
    )
    weights: list[FloatArray] = []
    combination: tuple[str, str] | None = None
    for column in columns:
        if combination != (column.technology, column.operator):
            combination = (column.technology, column.operator)
            excess = layers.combined_db(column.technology, column.operator)
        rule = inside if column.basis == "expected" else criteria
        weights.append(cover_weight(excess, column.basis, criteria=rule))
    return [*weights, np.ones_like(excess)]


def _covered(zones: ZoneAreas, weights: Sequence[FloatArray]) -> FloatArray:
    return np.stack([np.asarray(zones.area_m2 @ weight) for weight in weights], axis=1)


def _sample(zones: ZoneAreas, grid: GeoBox) -> ZoneAreas:
    """Return the zones at every nth pixel of every nth row, all of them where they are few."""
    step = math.isqrt(max(1, len(zones.pixels) // _LAND_SAMPLE))
    row, column = np.divmod(zones.pixels, grid.shape[1])
    kept = (row % step == step // 2) & (column % step == step // 2)
    area_m2 = zones.area_m2[:, np.flatnonzero(kept)]
    if not (area_m2.sum(axis=1) > 0.0).all():
        return zones
    return ZoneAreas(area_m2, zones.pixels[kept])
