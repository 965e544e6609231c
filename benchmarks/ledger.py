"""Jobs on the reference ledger: the province, what a shared sweep saves, radius and figure."""

from __future__ import annotations

import resource
import time
from typing import Any

import numba
import numpy as np
import pandas as pd

from htcoverage.coverage import compute_coverage
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.grid import make_grid
from htcoverage.reference import Reference, load_reference

SAMPLE_SITES = 40


def province_jobs() -> list[dict[str, Any]]:
    """Time the province and its parts; processor seconds of all threads together."""
    reference = load_reference()
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    cells = reference.cells
    rows = []
    figures = {}
    for radius_km in (15.0, 30.0):
        for skip in (True, False) if radius_km < 20.0 else (True,):
            row, coverage = _run(reference, cells, radius_km=radius_km, skip=skip)
            rows.append({"job": "province, 100 m", **row})
        table = compute_figures(
            coverage, reference.settlements, reference.districts, criteria=CoverCriteria(),
            area_levels=("province",), province="Hà Tĩnh",
        )  # fmt: skip
        figures[radius_km] = table[
            (table["denominator"] == "residents") & (table["operator"] == "any")
        ]
    for (_, near), (_, far) in zip(figures[15.0].iterrows(), figures[30.0].iterrows(), strict=True):
        rows.append(
            {
                "job": f"covered residents, {near['technology']}, {near['basis']}",
                "share_15_km": float(near["covered_share"]),
                "share_30_km": float(far["covered_share"]),
            }
        )
    grown = []
    for sites in (SAMPLE_SITES, 4 * SAMPLE_SITES, 16 * SAMPLE_SITES):
        row, _ = _run(reference, _of_sites(reference, sites), radius_km=15.0, skip=False)
        grown.append(row)
        rows.append({"job": f"{sites} sites, sweeps shared", **row})
    # What a run costs before its first sweep is left out: the exponent is that of the rest.
    seconds, pixels, sweeps = (
        np.diff([row[name] for row in grown]) for name in ("processor_seconds", "pixels", "sweeps")
    )
    for name, by in (("masts", sweeps), ("pixels", pixels)):
        exponent = float(np.log(seconds[1] / seconds[0]) / np.log(by[1] / by[0]))
        rows.append({"job": f"growth in {name}", "exponent": round(exponent, 3)})
    part = _of_sites(reference, SAMPLE_SITES)
    # A millimetre of height tells the bands of each base station apart: none shares a sweep.
    apart = part.assign(
        antenna_height_m=part["antenna_height_m"]
        + 0.001 * part.groupby(["bts_id", "band_mhz"], sort=False).ngroup()
    )
    row, _ = _run(reference, apart, radius_km=15.0, skip=False)
    rows.append({"job": f"{SAMPLE_SITES} sites, a sweep a base station and band", **row})
    return rows


def _of_sites(reference: Reference, count: int) -> pd.DataFrame:
    """Cells of evenly drawn sites."""
    sites = reference.bts["site_id"].drop_duplicates()
    chosen = sites.iloc[:: max(len(sites) // count, 1)].head(count)
    bts = reference.bts.loc[reference.bts["site_id"].isin(chosen), "bts_id"]
    return reference.cells[reference.cells["bts_id"].isin(bts)]


def _run(
    reference: Reference, cells: pd.DataFrame, *, radius_km: float, skip: bool
) -> tuple[dict[str, Any], Any]:
    grid = make_grid(tuple(reference.districts.total_bounds.tolist()), resolution_m=100.0)
    wall, start = time.perf_counter(), time.process_time()
    coverage = compute_coverage(
        reference.bts, cells, reference.terrain, grid, radius_km=radius_km, skip=skip,
        area=reference.districts,
    )  # fmt: skip
    seconds = time.process_time() - start
    return {
        "radius_km": radius_km,
        "skip": skip,
        "cores": numba.get_num_threads(),
        "sweeps": coverage.attrs["sweeps"],
        "pixels": coverage.attrs["pixels_evaluated"],
        "pixels_skipped": coverage.attrs["pixels_skipped"],
        "processor_seconds": round(seconds, 2),
        "wall_seconds": round(time.perf_counter() - wall, 2),
        "process_peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }, coverage
