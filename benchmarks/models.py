"""What the choice of the model does to the figure: every model on the reference province.

    python benchmarks/models.py [--resolution-m 1000] [--radius-km 10] [--models NAME ...]
                                [--json FILE]

Covered shares of the province by 4G, any operator; then the median level of the best server, and
what it is above or below that of P.1812 (mean and spread over pixels), by clutter class and by the
distance to the nearest 4G site, on the same pixels for every model. Environments are the models'
defaults. A model that refuses a band of the ledger is listed with its words. Cells of all bands of
4G take part. Path models cut a profile for every pixel: at 100 m this takes an hour, not a minute.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from rasterio.enums import Resampling
from rasterio.warp import reproject
from rich.console import Console
from rich.table import Table
from scipy.spatial import KDTree

from htcoverage.coverage import compute_coverage
from htcoverage.errors import ValidityError
from htcoverage.figures import compute_figures
from htcoverage.figures.rows import PROVINCE_CODE
from htcoverage.grid import grid_of, make_grid
from htcoverage.propagation.registry import DEFAULT_MODEL, model, models
from htcoverage.propagation.validity import ExtrapolationWarning
from htcoverage.reference import Reference, data_dir, load_reference

LAYER = "any_4g"
#: Edges of the rings around the nearest site, km.
RINGS_KM = (0.0, 1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Levels:
    """One model's outcome; without levels where it refused."""

    name: str
    words: str
    seconds: float
    shares: dict[str, float]
    level_dbm: npt.NDArray[np.float32] | None


def evaluate(
    name: str, reference: Reference, *, resolution_m: float, radius_km: float
) -> tuple[Levels, xr.Dataset | None]:
    """Compute the 4G coverage of the province by one model, and its shares."""
    bts = reference.bts[reference.bts["technology"] == "4G"]
    grid = make_grid(tuple(reference.districts.total_bounds.tolist()), resolution_m=resolution_m)
    start = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ExtrapolationWarning)
        try:
            coverage = compute_coverage(
                bts, reference.cells, reference.terrain, grid, model=name, radius_km=radius_km,
                area=reference.districts,
            )  # fmt: skip
        except ValidityError as error:
            return Levels(name, f"refused: {error}", 0.0, {}, None), None
    seconds = time.perf_counter() - start
    figures = compute_figures(
        coverage, reference.settlements, reference.districts, area_levels=("province",)
    )
    rows = figures[
        (figures["area_code"] == PROVINCE_CODE)
        & (figures["operator"] == "any")
        & (figures["technology"] == "4G")
        & figures["denominator"].isin(["residential_area", "residents", "land_area"])
        & figures["basis"].isin(["median", "cell_edge"])
    ]
    shares = {
        f"{row['denominator']}_{row['basis']}": float(row["covered_share"])
        for row in rows.to_dict("records")
    }
    told = "; ".join(dict.fromkeys(str(w.message).split(";")[0] for w in caught))
    words = str(coverage.attrs.get("environment", ""))
    words += f"{', ' if words else ''}extrapolated: {told}" if told else ""
    level_dbm = coverage["level_dbm"].sel(layer=LAYER).to_numpy()
    return Levels(name, words, seconds, shares, level_dbm), coverage


def classes_on(coverage: xr.Dataset, reference: Reference) -> npt.NDArray[np.uint8]:
    """Clutter class at every pixel's centre."""
    grid = grid_of(coverage)
    classes = np.zeros(grid.shape, np.uint8)
    reproject(
        reference.terrain.clutter_class, classes,
        src_transform=reference.terrain.geobox.transform,
        src_crs=str(reference.terrain.geobox.crs), dst_transform=grid.transform,
        dst_crs=str(grid.crs), resampling=Resampling.nearest,
    )  # fmt: skip
    return classes


def nearest_site_km(coverage: xr.Dataset, bts: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """Distance of every pixel from the nearest 4G base station, km."""
    points = bts[bts["technology"] == "4G"].to_crs(coverage.attrs["crs"]).geometry
    x, y = np.meshgrid(coverage["x"].to_numpy(), coverage["y"].to_numpy())
    tree = KDTree(np.column_stack([points.x, points.y]))
    found, _ = tree.query(np.column_stack([x.ravel(), y.ravel()]))
    distances: npt.NDArray[np.float64] = found.reshape(x.shape) / 1e3
    return distances


def by_class_and_distance(
    found: list[Levels], classes: npt.NDArray[np.uint8], distance_km: npt.NDArray[np.float64]
) -> pd.DataFrame:
    """Return mean and spread of the level, and of what it is above P.1812's, dB, by group."""
    names = pd.read_csv(data_dir() / "terrain" / "clutter_classes.csv").set_index("class")
    base = next(f.level_dbm for f in found if f.name == DEFAULT_MODEL)
    ring = np.digitize(distance_km, RINGS_KM) - 1
    groups: list[tuple[str, str, npt.NDArray[np.bool_]]] = [("all", "all", np.isfinite(base))]
    groups += [
        ("clutter", str(names.loc[code, "name_en"]), classes == code) for code in names.index
    ]
    groups += [
        (
            "nearest site",
            f"{low:g} to {RINGS_KM[k + 1]:g} km" if k + 1 < len(RINGS_KM) else f"from {low:g} km",
            ring == k,
        )
        for k, low in enumerate(RINGS_KM)
    ]
    rows: list[dict[str, Any]] = []
    for entry in found:
        if entry.level_dbm is None:
            continue
        for by, group, chosen in groups:
            here = chosen & np.isfinite(base) & np.isfinite(entry.level_dbm)
            if not here.any():
                continue
            level = entry.level_dbm[here].astype(np.float64)
            over = level - base[here]
            rows.append(
                {
                    "model": entry.name, "by": by, "group": group, "pixels": int(here.sum()),
                    "mean_dbm": level.mean(), "spread_db": level.std(),
                    "mean_over_p1812_db": over.mean(), "spread_over_p1812_db": over.std(),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def show(found: list[Levels], table: pd.DataFrame, console: Console) -> None:
    shares = Table(title="4G, any operator: covered share of the province", title_justify="left")
    shares.add_column("model")
    keys = list(next(f.shares for f in found if f.name == DEFAULT_MODEL))
    for key in keys:
        shares.add_column(key.replace("_", " "), justify="right")
    shares.add_column("s", justify="right")
    shares.add_column("environment; remarks")
    for entry in found:
        told = [f"{entry.shares[k]:.1%}" if k in entry.shares else "–" for k in keys]
        shares.add_row(entry.name, *told, f"{entry.seconds:.0f}", entry.words)
    console.print(shares)
    for by in table["by"].drop_duplicates():
        part = table[table["by"] == by]
        levels = Table(
            title=f"Level of the best server, dBm, mean ± spread (less P.1812's), by {by}",
            title_justify="left",
        )
        levels.add_column("model")
        for group in part["group"].drop_duplicates():
            levels.add_column(group, justify="right")
        for name in part["model"].drop_duplicates():
            rows = part[part["model"] == name]
            levels.add_row(
                name,
                *(
                    f"{r['mean_dbm']:.0f} ± {r['spread_db']:.0f} "
                    f"({r['mean_over_p1812_db']:+.1f} ± {r['spread_over_p1812_db']:.1f})"
                    for r in rows.to_dict("records")
                ),
            )
        console.print(levels)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--resolution-m", type=float, default=1000.0)
    parser.add_argument("--radius-km", type=float, default=10.0)
    parser.add_argument("--models", nargs="+", default=[m.name for m in models()])
    parser.add_argument("--json", type=Path, help="write both tables here")
    chosen = parser.parse_args(arguments)
    names = [model(name).name for name in dict.fromkeys([DEFAULT_MODEL, *chosen.models])]
    reference = load_reference()
    found: list[Levels] = []
    first: xr.Dataset | None = None
    for name in names:
        levels, coverage = evaluate(
            name, reference, resolution_m=chosen.resolution_m, radius_km=chosen.radius_km
        )
        found.append(levels)
        first = coverage if first is None else first
        print(f"{name}: {levels.seconds:.0f} s", file=sys.stderr)
    assert first is not None  # the default model refuses no band of the reference
    table = by_class_and_distance(
        found, classes_on(first, reference), nearest_site_km(first, reference.bts)
    )
    show(found, table, Console())
    if chosen.json:
        content = {
            "resolution_m": chosen.resolution_m,
            "radius_km": chosen.radius_km,
            "models": [
                {"model": f.name, "words": f.words, "refused": f.level_dbm is None, **f.shares}
                for f in found
            ],
            "levels": table.round(3).to_dict("records"),
        }
        chosen.json.write_text(
            json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
