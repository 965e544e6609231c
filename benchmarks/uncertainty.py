"""How long the evidence takes, and what it costs to draw only two sites a layer.

    python benchmarks/uncertainty.py            both
    python benchmarks/uncertainty.py two-sites  only the second, on two small windows

The second computes every site by itself, so that all compete in the drawn worlds, and sets the
intervals beside those of the best two of each operator.
"""

from __future__ import annotations

import resource
import sys
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from htcoverage.coverage import compute_coverage
from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.grid import make_grid
from htcoverage.reference import Reference, load_reference
from htcoverage.uncertainty import (
    LevelErrors,
    add_intervals,
    compute_sensitivity,
    error_sources,
    site_failures,
)
from htcoverage.uncertainty.level_errors import (
    cell_groups,
    draw_errors,
    local_errors_db,
    path_keys,
)

DRAWS = 200
#: Windows of the two-site question, m of EPSG:9209: a valley and the provincial town.
WINDOWS = {
    "valley (Vũ Quang)": (490_000.0, 2_028_000.0, 501_000.0, 2_039_000.0),
    "town (TP Hà Tĩnh)": (538_000.0, 2_025_000.0, 545_000.0, 2_032_000.0),
}
REACH_M = 5_000.0


def timed(what: str, work):
    start = time.perf_counter()
    result = work()
    print(f"{what:<44} {time.perf_counter() - start:7.2f} s", flush=True)
    return result


def timings(reference: Reference) -> None:
    settlements, districts = reference.settlements, reference.districts
    grid = make_grid(tuple(districts.total_bounds.tolist()))
    coverage = timed(
        "coverage, 100 m",
        lambda: compute_coverage(
            reference.bts, reference.cells, reference.terrain, grid, area=districts
        ),
    )
    figures = compute_figures(
        coverage, settlements, districts, area_levels=("province", "district")
    )
    timed("failure of all sites", lambda: site_failures(coverage, settlements))
    timed("sensitivity", lambda: compute_sensitivity(coverage, settlements, districts))
    before_mb = peak_mb()
    timed(
        f"intervals, {DRAWS} worlds, {len(figures)} rows",
        lambda: add_intervals(
            figures, coverage, settlements, districts, reference.cells, draws=DRAWS
        ),
    )
    print(f"{'  memory above what was held before':<44} {peak_mb() - before_mb:7.0f} MB")
    timed(
        f"sources of error, {DRAWS} worlds",
        lambda: error_sources(coverage, settlements, districts, reference.cells, draws=DRAWS),
    )


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def two_sites(reference: Reference, name: str, bounds_m: tuple[float, float, float, float]) -> None:
    window = shapely.box(*bounds_m)
    homes = reference.settlements
    homes = homes[homes.within(window)].reset_index(drop=True)
    districts = reference.districts[
        reference.districts["district_code"].isin(set(homes["district_code"]))
    ]
    districts = districts.assign(geometry=districts.intersection(window)).reset_index(drop=True)
    near = reference.bts.to_crs(homes.crs).within(window.buffer(REACH_M))
    bts = reference.bts[near].reset_index(drop=True)

    def cover(chosen: gpd.GeoDataFrame):
        return compute_coverage(
            chosen, reference.cells, reference.terrain, make_grid(bounds_m),
            radius_km=REACH_M / 1000.0, area=homes,
        )  # fmt: skip

    coverage = cover(bts)
    keys = list(
        zip(coverage["operator"].to_numpy(), coverage["technology"].to_numpy(), strict=True)
    )
    sites = sorted(set(bts["site_id"]))
    # (site, layer, pixel): the best cell of each site alone, by its place in the whole ledger.
    level = np.full((len(sites), len(keys), *coverage["level_dbm"].shape[1:]), np.nan)
    cell = np.zeros(level.shape, np.int64)
    place = {each: index for index, each in enumerate(coverage["cell_id"].to_numpy())}
    for number, site in enumerate(sites):
        try:
            alone = cover(bts[bts["site_id"] == site])
        except InputError:  # out of reach of every home
            continue
        at = np.array([place[each] for each in alone["cell_id"].to_numpy()])
        for layer, key in enumerate(
            zip(alone["operator"].to_numpy(), alone["technology"].to_numpy(), strict=True)
        ):
            if key[0] != "any":
                level[number, keys.index(key)] = alone["level_dbm"].to_numpy()[layer]
                cell[number, keys.index(key)] = at[alone["best_server"].to_numpy()[layer]]
    groups, errors = cell_groups(coverage, reference.cells), LevelErrors()
    pixels = np.arange(level[0, 0].size).reshape(level.shape[2:])
    paths = path_keys(groups.site[cell], np.broadcast_to(pixels, cell.shape))
    criteria = CoverCriteria(threshold_3g_dbm=-85.0, threshold_4g_dbm=-95.0)
    figures = compute_figures(
        coverage, homes, districts, criteria=criteria, area_levels=("province",)
    )
    two = add_intervals(figures, coverage, homes, districts, reference.cells, draws=DRAWS)
    rows = (figures["denominator"] == "residents") & (figures["basis"] == "cell_edge")
    shares = []
    for number in range(DRAWS):
        draw = draw_errors(groups, errors, number=number, seed=two.attrs["intervals"]["seed"])
        error = np.sum(list(draw.by_source.values()), axis=0)[cell]
        error += local_errors_db(paths, draw.key, errors.local_sigma_db)
        strongest = np.where(np.isnan(level), -np.inf, level + error).max(axis=0)
        for index, (operator, technology) in enumerate(keys):
            if operator == "any":
                own = [i for i, (_, t) in enumerate(keys) if t == technology]
                strongest[index] = strongest[own].max(axis=0)
        world = coverage.assign(level_dbm=(("layer", "y", "x"), strongest.astype(np.float32)))
        found = compute_figures(
            world, homes, districts, criteria=criteria, area_levels=("province",)
        )
        shares.append(found.loc[rows, "covered_share"].to_numpy())
    low, high = np.quantile(shares, [0.05, 0.95], axis=0, method="weibull")
    table = pd.DataFrame(
        {
            "technology": figures.loc[rows, "technology"],
            "operator": figures.loc[rows, "operator"],
            "share": figures.loc[rows, "covered_share"],
            "low, two": two.loc[rows, "low"], "low, all": low,
            "high, two": two.loc[rows, "high"], "high, all": high,
        }
    )  # fmt: skip
    print(f"\n{name}: {len(sites)} sites, {len(homes)} settlements, residents at the cell edge")
    print(table.round(4).to_string(index=False), flush=True)


def main() -> None:
    reference = load_reference()
    if "two-sites" not in sys.argv[1:]:
        timings(reference)
    for name, bounds_m in WINDOWS.items():
        two_sites(reference, name, bounds_m)


if __name__ == "__main__":
    main()
