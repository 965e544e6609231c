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

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from htcoverage.errors import argument_fault
from htcoverage.figures.areas import AREA_LEVELS
from htcoverage.figures.cover import ANY_OPERATOR, CoverCriteria, FloatArray, Technology
from htcoverage.figures.measure import FigureColumn
from htcoverage.figures.rows import HEADLINE_SETTLEMENT_PART
from htcoverage.uncertainty.alternatives import Alternative
from htcoverage.uncertainty.drawing import ALL_SOURCES, Drawing
from htcoverage.uncertainty.ledger_errors import DoubtfulLedger
from htcoverage.uncertainty.level_errors import LevelErrors, spread_left_db
from htcoverage.uncertainty.measuring import KEYS, Measuring

#: Share of the worlds between ``low`` and ``high``, as many below as above.
INTERVAL_PROBABILITY = 0.9
DEFAULT_DRAWS = 200
DEFAULT_SEED = 20231001

#: Fewer worlds have no twentieth at either end.
LEAST_DRAWS = 20


def add_intervals(
    figures: pd.DataFrame,
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    *,
    errors: LevelErrors | None = None,
    ledger: DoubtfulLedger | None = None,
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
    ledger : DoubtfulLedger, optional
        Draws errors of power, azimuth, tilt, height and position besides. A model's spread against
        measurement holds them already, unless the ledger measured against was better than this one.
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
    measuring = Measuring.of(
        coverage,
        settlements,
        districts,
        criteria=criteria,
        level_names=[name for name in AREA_LEVELS if (figures["area_level"] == name).any()],
        settlement_parts=tuple(dict.fromkeys(parts.tolist())),
    )
    spread_db = spread_left_db(criteria, errors)
    drawing = Drawing.of(coverage, measuring.pixels, cells, criteria, errors, ledger, seed)

    def shares_of(number: int) -> FloatArray:
        return measuring.shares(drawing.world(number), spread_db=spread_db)

    # Worlds do not know of each other, so their order and the number of threads change nothing.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        shares = np.stack(list(pool.map(shares_of, range(draws))))
    low, high = _ends(shares)
    ends = measuring.keys.assign(new_low=low, new_high=high)
    # Parts are compared as they stand; NaN, no part, equals itself in a merge.
    found = figures.merge(ends, how="left", on=KEYS, validate="1:1")
    result = figures.assign(
        low=found["new_low"].fillna(found["low"]).to_numpy(),
        high=found["new_high"].fillna(found["high"]).to_numpy(),
    )
    result.attrs = {
        **figures.attrs,
        "intervals": {
            "probability": INTERVAL_PROBABILITY, "draws": draws, "seed": seed, **asdict(errors),
            **({} if ledger is None else asdict(ledger.errors) | _steps_m(ledger.alternatives)),
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
    ledger: DoubtfulLedger | None = None,
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
    coverage, settlements, districts, cells, errors, ledger, draws, seed
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
    measuring = Measuring.of(
        coverage,
        settlements,
        districts,
        criteria=criteria,
        level_names=["province"],
        settlement_parts=(settlement_part,),
        column=FigureColumn(technology, operator, basis),
    )
    drawing = Drawing.of(coverage, measuring.pixels, cells, criteria, errors, ledger, seed)
    sources = (ALL_SOURCES, *drawing.sources)

    def shares_of(number: int) -> list[FloatArray]:
        return [
            measuring.shares(drawing.world(number, source=source), spread_db=0.0)
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
                order=np.arange(len(measuring.keys)), later=source != ALL_SOURCES,
            )
        )  # fmt: skip
    table = pd.concat(frames, ignore_index=True).sort_values(
        ["order", "later", "sd_share"], ascending=[True, True, False], kind="stable"
    )
    columns = ["technology", "operator", "basis", "denominator", "settlement_part", "source"]
    return table[[*columns, "sd_share", "low", "high", "variance_part"]].reset_index(drop=True)


def _steps_m(alternatives: Sequence[Alternative]) -> dict[str, float]:
    """Return the step of each direction in which masts were moved, in metres."""
    return {f"{each.direction}_step_m": abs(each.step_m) for each in alternatives}


def _ends(shares: FloatArray) -> FloatArray:
    tail = (1.0 - INTERVAL_PROBABILITY) / 2.0
    # Weibull's ranks: a further world falls between the ends with just the stated probability.
    ends: FloatArray = np.quantile(shares, [tail, 1.0 - tail], axis=0, method="weibull")
    return ends


def _check_draws(draws: int, seed: int) -> None:
    if draws < LEAST_DRAWS:
        raise argument_fault("draws", draws, f"at least {LEAST_DRAWS}")
    if seed < 0:
        raise argument_fault("seed", seed, "0 or more")
