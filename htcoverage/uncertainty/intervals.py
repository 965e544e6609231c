"""Intervals of the covered shares: the same figures in simulated worlds.

In each world every level is the predicted one plus its errors (see `level_errors`), and every row
of the figures is counted by the same rule as before: threshold, margin, combination of layers, part
of a settlement. Between ``low`` and ``high`` lie nine tenths of the worlds. At the basis
``expected`` a world keeps only the spread that was not drawn, so that the worlds' mean is the
figure where one server decides.

What is left out, and its direction:

- Only the two strongest sites of each operator compete (so up to six in the layers of any). A third
  that would win in some worlds is missed: shares are drawn too low. Against all sites, with
  thresholds 10 dB above the defaults (``benchmarks/uncertainty.py``), the ends for any operator lie
  at most 0.1 points too low, those of one operator 0.6 points in a valley and 2 in the provincial
  town, those of all operators at once 4.
- A cell beyond the radius of the coverage stays without level in every world.
- The spreads themselves are taken as known.

The interval is where the truth would lie, not a band around the figure: errors that are local make
some covered pixels fail and lift some that were short, and where one outweighs the other the
figure itself may lie outside.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from odc.geo.geobox import GeoBox

from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.figures.areas import AREA_LEVELS, AreaLevel, area_levels_of, measure_level
from htcoverage.figures.cover import (
    ANY_OPERATOR,
    CoverCriteria,
    FloatArray,
    LayerExcess,
    Technology,
    layer_excess,
)
from htcoverage.figures.measure import FigureColumn, cover_weight, figure_columns
from htcoverage.figures.rows import (
    HEADLINE_SETTLEMENT_PART,
    Measure,
    figure_rows,
    people_of,
    row_amounts,
)
from htcoverage.figures.zones import (
    ZoneAreas,
    grid_of_coverage,
    raise_faults,
    table_faults,
    zone_areas,
)
from htcoverage.uncertainty.level_errors import (
    LevelErrors,
    cell_groups,
    draw_errors,
    spread_left_db,
)
from htcoverage.uncertainty.worlds import servers_at, world_excess

#: Share of the worlds between ``low`` and ``high``, as many below as above.
INTERVAL_PROBABILITY = 0.9
DEFAULT_DRAWS = 200
DEFAULT_SEED = 20231001

#: Fewer worlds have no twentieth at either end.
_LEAST_DRAWS = 20

#: Pixels at which land is drawn at least; of more, every nth row and column. The figure itself is
#: exact; only its change from world to world is taken from the sample.
_LAND_SAMPLE = 60_000

_KEYS = [
    "area_level", "area_code", "technology", "operator", "denominator", "settlement_part", "basis",
]  # fmt: skip


def add_intervals(
    figures: pd.DataFrame,
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    *,
    errors: LevelErrors | None = None,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
) -> pd.DataFrame:
    """Return the figures with ``low`` and ``high`` of each covered share: 90 % of the worlds.

    Parameters
    ----------
    figures : DataFrame
        Of `compute_figures` on the same coverage and tables, with ``attrs["criteria"]``. Rows of
        other layers keep their ``low`` and ``high``.
    coverage : xarray.Dataset
        Levels and servers, best and runner-up.
    settlements, districts : GeoDataFrame
        As for `compute_figures`.
    cells : DataFrame
        ``cell_id, band_mhz``.
    errors : LevelErrors, optional
        The criteria's ``model_sigma_db`` in parts (7 dB: 3, 3 and 5.6 dB) when left out.
    draws : int
        Worlds, at least 20.
    seed : int
        Of the worlds, 0 or more.

    Returns
    -------
    pandas.DataFrame
        A copy; ``attrs["intervals"]`` holds what the interval rests on.

    Raises
    ------
    InputError
        As `compute_figures`; also if draws are too few or the cells table lacks a cell.
    """
    _check_draws(draws, seed)
    criteria = CoverCriteria(**figures.attrs["criteria"])
    errors = errors or LevelErrors.of_model(criteria.model_sigma_db)
    parts = figures.loc[figures["denominator"] == "settlements", "settlement_part"]
    measuring = _Measuring.of(
        coverage,
        settlements,
        districts,
        criteria=criteria,
        level_names=[name for name in AREA_LEVELS if (figures["area_level"] == name).any()],
        settlement_parts=tuple(dict.fromkeys(parts.tolist())),
    )
    groups = cell_groups(coverage, cells)
    servers = servers_at(coverage, groups, measuring.pixels, criteria=criteria)
    spread_db = spread_left_db(criteria, errors)

    def shares_of(number: int) -> FloatArray:
        draw = draw_errors(groups, errors, number=number, seed=seed)
        world = world_excess(
            servers,
            np.sum(list(draw.by_source.values()), axis=0),
            key=draw.key,
            local_sigma_db=errors.local_sigma_db,
        )
        return measuring.shares(world, spread_db=spread_db)

    # Worlds do not know of each other, so their order and the number of threads change nothing.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        shares = np.stack(list(pool.map(shares_of, range(draws))))
    low, high = _ends(shares)
    ends = measuring.keys.assign(new_low=low, new_high=high)
    # Parts are compared as they stand; NaN, no part, equals itself in a merge.
    found = figures.merge(ends, how="left", on=_KEYS, validate="1:1")
    result = figures.assign(
        low=found["new_low"].fillna(found["low"]).to_numpy(),
        high=found["new_high"].fillna(found["high"]).to_numpy(),
    )
    result.attrs = {
        **figures.attrs,
        "intervals": {
            "probability": INTERVAL_PROBABILITY, "draws": draws, "seed": seed, **asdict(errors),
        },
    }  # fmt: skip
    return result


def error_sources(
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    *,
    criteria: CoverCriteria | None = None,
    errors: LevelErrors | None = None,
    technology: Technology = "4G",
    operator: str = ANY_OPERATOR,
    basis: Literal["median", "cell_edge"] = "cell_edge",
    settlement_part: float = HEADLINE_SETTLEMENT_PART,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
) -> pd.DataFrame:
    """Return what dominates the interval: each source of error drawn alone, the same worlds.

    Parameters
    ----------
    coverage, settlements, districts, cells, errors, draws, seed
        As for `add_intervals`.
    criteria : CoverCriteria, optional
        The default criteria when left out.
    technology, operator, basis, settlement_part
        Of the province's row that is asked about.

    Returns
    -------
    pandas.DataFrame
        ``technology, operator, basis, denominator, settlement_part, source, sd_share, low, high,
        variance_part``; the greatest source first within a denominator, after the row of all
        together. ``variance_part`` is the variance with the source alone over that of all; the
        parts need not add up to 1, for cover is not linear in levels.

    Raises
    ------
    InputError
        As `add_intervals`; also if the coverage lacks a layer.
    """
    _check_draws(draws, seed)
    criteria = criteria or CoverCriteria()
    errors = errors or LevelErrors.of_model(criteria.model_sigma_db)
    measuring = _Measuring.of(
        coverage,
        settlements,
        districts,
        criteria=criteria,
        level_names=["province"],
        settlement_parts=(settlement_part,),
        column=FigureColumn(technology, operator, basis),
    )
    groups = cell_groups(coverage, cells)
    servers = servers_at(coverage, groups, measuring.pixels, criteria=criteria)
    sources = ("all", *groups.sources)
    silent = np.zeros(len(groups.site))

    def shares_of(number: int) -> list[FloatArray]:
        draw = draw_errors(groups, errors, number=number, seed=seed)
        by_source = {"all": np.sum(list(draw.by_source.values()), axis=0), **draw.by_source}
        return [
            measuring.shares(
                world_excess(
                    servers,
                    by_source.get(source, silent),
                    key=draw.key,
                    local_sigma_db=errors.local_sigma_db if source in ("all", "local") else 0.0,
                ),
                spread_db=0.0,
            )
            for source in sources
        ]

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        shares = np.stack(list(pool.map(shares_of, range(draws))), axis=1)
    spread = shares.std(axis=1)
    frames = []
    for place, source in enumerate(sources):
        low, high = _ends(shares[place])
        with np.errstate(invalid="ignore"):
            part = spread[place] ** 2 / spread[0] ** 2
        frames.append(
            measuring.keys.assign(
                source=source, sd_share=spread[place], low=low, high=high, variance_part=part,
                order=np.arange(len(measuring.keys)), later=source != "all",
            )
        )  # fmt: skip
    table = pd.concat(frames, ignore_index=True).sort_values(
        ["order", "later", "sd_share"], ascending=[True, True, False], kind="stable"
    )
    columns = ["technology", "operator", "basis", "denominator", "settlement_part", "source"]
    return table[[*columns, "sd_share", "low", "high", "variance_part"]].reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class _Measuring:
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
    ) -> _Measuring:
        grid = grid_of_coverage(coverage)
        settlements = reproject(settlements, coverage.attrs["crs"])
        districts = reproject(districts, coverage.attrs["crs"])
        raise_faults(table_faults(settlements, districts, grid))
        homes, land = (zone_areas(table, grid) for table in (settlements, districts))
        layers = layer_excess(coverage, criteria=criteria, pixels=land.pixels)
        columns = tuple(figure_columns(layers)) if column is None else (column,)
        spread_db = criteria.sigma_db
        land_m2 = _covered(land, _weights(layers, columns, criteria=criteria, spread_db=spread_db))
        sample = _sample(land, grid)
        layers = layer_excess(coverage, criteria=criteria, pixels=sample.pixels)
        at_sample = _covered(
            sample, _weights(layers, columns, criteria=criteria, spread_db=spread_db)
        )
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
            for level, measured in measuring.measured(predicted, spread_db=spread_db)
        ]
        return replace(measuring, keys=pd.concat(rows, ignore_index=True)[_KEYS])

    def measured(
        self, layers: LayerExcess, *, spread_db: float
    ) -> Iterator[tuple[AreaLevel, dict[Measure, FloatArray]]]:
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


def _ends(shares: FloatArray) -> FloatArray:
    tail = (1.0 - INTERVAL_PROBABILITY) / 2.0
    # Weibull's ranks: a further world falls between the ends with just the stated probability.
    ends: FloatArray = np.quantile(shares, [tail, 1.0 - tail], axis=0, method="weibull")
    return ends


def _check_draws(draws: int, seed: int) -> None:
    if draws < _LEAST_DRAWS:
        raise argument_fault("draws", draws, f"at least {_LEAST_DRAWS}")
    if seed < 0:
        raise argument_fault("seed", seed, "0 or more")
