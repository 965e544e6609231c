"""How far the reference figure moves: generator seeds, clutter, clearance, radio climate.

    python benchmarks/robustness.py [--seeds 20] [--resolution-m 100] [--json FILE] [--csv FILE]
                                    [--resume FILE]

At 100 m a run takes half a minute to a minute and there are twenty-five; with ``--resume`` each is
written into the file when it is done, and a second call goes on where the first was stopped.

One row a run: what differs from the base (seed 42, clutter as in ``data/terrain``, clearance 100 m,
ΔN 50, N0 370), and the covered shares of the province, any operator, median and cell edge 90 %.
The ledger is drawn anew for every seed; everything else is changed one at a time.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from htcoverage.coverage import compute_coverage
from htcoverage.figures import compute_figures
from htcoverage.figures.rows import HEADLINE_SETTLEMENT_PART, PROVINCE_CODE
from htcoverage.files import sha256_of
from htcoverage.grid import make_grid
from htcoverage.reference import Reference, load_reference, modelled_ledger

BASE_SEED = 42
#: Shares that are told: technology and denominator.
TOLD = (
    ("4G", "residents"),
    ("4G", "residential_area"),
    ("4G", "settlements"),
    ("4G", "land_area"),
    ("any", "residents"),
    ("any", "residential_area"),
)


@dataclass(frozen=True)
class Case:
    """What one run differs in from the base."""

    name: str
    seed: int = BASE_SEED
    clutter_shift_m: float = 0.0
    clutter_clearance_m: float = 100.0
    delta_n: float = 50.0
    n0: float = 370.0


def cases(seeds: int) -> list[Case]:
    """Return the base, so many seeds in all, and one change at a time."""
    others = [seed for seed in range(1, seeds + 1) if seed != BASE_SEED][: seeds - 1]
    return [
        Case("base"),
        *(Case("seed", seed=seed) for seed in others),
        Case("clutter 5 m lower", clutter_shift_m=-5.0),
        Case("clutter 5 m higher", clutter_shift_m=5.0),
        Case("clearance 30 m", clutter_clearance_m=30.0),
        Case("ΔN 45, N0 360", delta_n=45.0, n0=360.0),
        Case("ΔN 60, N0 380", delta_n=60.0, n0=380.0),
    ]


def shares(reference: Reference, case: Case, *, resolution_m: float) -> dict[str, float]:
    """Compute the shares of one case, named technology, denominator and basis."""
    bts, cells = reference.bts, reference.cells
    if case.seed != BASE_SEED:
        bts, cells = modelled_ledger(reference, seed=case.seed)
    terrain = reference.terrain
    # What has no clutter gets none, and nothing goes below the ground.
    standing = terrain.clutter_height_m > 0.0
    height_m = np.maximum(terrain.clutter_height_m + case.clutter_shift_m * standing, 0.0)
    terrain = replace(terrain, clutter_height_m=height_m.astype(np.float32))
    coverage = compute_coverage(
        bts,
        cells,
        terrain,
        make_grid(tuple(reference.districts.total_bounds.tolist()), resolution_m=resolution_m),
        clutter_clearance_m=case.clutter_clearance_m,
        delta_n=case.delta_n,
        n0=case.n0,
        area=reference.districts,
    )
    figures = compute_figures(
        coverage, reference.settlements, reference.districts, area_levels=("province",)
    )
    rows = figures[
        (figures["area_code"] == PROVINCE_CODE)
        & (figures["operator"] == "any")
        & figures["basis"].isin(["median", "cell_edge"])
        & (figures["settlement_part"].isna()
           | (figures["settlement_part"] == HEADLINE_SETTLEMENT_PART))
    ].set_index(["technology", "denominator", "basis"])["covered_share"]  # fmt: skip
    return {
        f"{technology}_{denominator}_{basis}": float(rows[technology, denominator, basis])
        for technology, denominator in TOLD
        for basis in ("median", "cell_edge")
    }


def basis_of(reference: Reference) -> dict[str, str]:
    """Return what a finished run rests on: the hash of each bundled file, and the version."""
    hashes = {path.name: sha256_of(path) for path in reference.files.values()}
    return {**hashes, **dict(reference.terrain.sources), "version": version("htcoverage")}


def finished(path: Path | None, basis: dict[str, object]) -> dict[str, dict[str, float]]:
    """Return the shares of runs that a file keeps, by their case; none of another basis."""
    if path is None or not path.exists():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    if content["basis"] != basis:
        raise SystemExit(f"{path}: of other data, another version or another pixel; name another")
    return dict(content["runs"])


def keep(path: Path, basis: dict[str, object], runs: dict[str, dict[str, float]]) -> None:
    """Write the finished runs; the file is whole at any time."""
    aside = path.with_suffix(path.suffix + ".part")
    aside.write_text(
        json.dumps({"basis": basis, "runs": runs}, ensure_ascii=False, indent=1) + "\n",
        encoding="utf-8",
    )
    aside.replace(path)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return, for every share in per cent, its base, its range over seeds and each change."""
    names = [name for name in table.columns if name.endswith(("_median", "_cell_edge"))]
    base = table.loc[table["name"] == "base", names].iloc[0]
    seeds = table.loc[table["name"].isin(["base", "seed"]), names]
    columns = {
        "base": base,
        "lowest": seeds.min(),
        "median": seeds.median(),
        "highest": seeds.max(),
        "spread": seeds.std(),
    }
    for name in table["name"].drop_duplicates():
        if name not in ("base", "seed"):
            columns[f"{name}: change"] = table.loc[table["name"] == name, names].iloc[0] - base
    return 100.0 * pd.DataFrame(columns)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20, help="ledgers, the bundled one included")
    parser.add_argument("--resolution-m", type=float, default=100.0)
    parser.add_argument("--json", type=Path, help="write every run and the summary here")
    parser.add_argument("--csv", type=Path, help="write every run here")
    parser.add_argument("--resume", type=Path, help="keep finished runs here, and go on from them")
    chosen = parser.parse_args(arguments)
    if chosen.seeds < 1:
        parser.error("--seeds: at least 1")
    reference = load_reference()
    # A finished run counts only for the same data, the same versions and the same pixel.
    basis = {"resolution_m": chosen.resolution_m, **basis_of(reference)}
    kept = finished(chosen.resume, basis)
    rows = []
    todo = cases(chosen.seeds)
    begun, computed = time.perf_counter(), 0
    for done, case in enumerate(todo, 1):
        key = json.dumps(asdict(case), sort_keys=True)
        words = "kept"
        if key not in kept:
            start = time.perf_counter()
            kept[key] = shares(reference, case, resolution_m=chosen.resolution_m)
            computed += 1
            words = f"{time.perf_counter() - start:.0f} s"
            if chosen.resume:
                keep(chosen.resume, basis, kept)
        found = kept[key]
        rows.append(asdict(case) | {"resolution_m": chosen.resolution_m} | found)
        told = f"{100 * found['4G_residents_cell_edge']:.3f} % of residents at the cell edge"
        left = [
            each for each in todo[done:] if json.dumps(asdict(each), sort_keys=True) not in kept
        ]
        if computed and left:
            left_s = len(left) * (time.perf_counter() - begun) / computed
            words += f"; about {left_s / 60:.0f} min to go"
        print(
            f"{done}/{len(todo)} {case.name}, seed {case.seed}: 4G {told}, {words}",
            file=sys.stderr,
            flush=True,
        )
    table = pd.DataFrame(rows)
    told = summary(table)
    with pd.option_context("display.width", 220, "display.max_columns", 30):
        print("Covered share of the province, any operator, per cent; changes in percentage points")
        print(told.round(3).to_string())
    if chosen.csv:
        table.to_csv(chosen.csv, index=False, lineterminator="\n")
    if chosen.json:
        # One seed alone has no spread.
        plain = told.reset_index(names="share").astype(object)
        content = {
            "runs": table.to_dict("records"),
            "summary_percent": plain.where(plain.notna(), None).to_dict("records"),
        }
        chosen.json.write_text(
            json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
