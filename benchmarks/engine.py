"""Pixels a second of the sweep beside the floor, the exact job and other programs.

``python benchmarks/engine.py [--json FILE]`` prints its tables; ``--province`` adds what concerns
the reference ledger (minutes); ``--dem FILE.tif …`` computes one site's loss over any DEM instead.
Times are processor seconds of one thread, so that a busy machine disturbs them little.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numba
import numpy as np
import rivals
from jobs import ONE_BAND_GHZ, THREE_BANDS_GHZ, accuracy, exact, floor, swept
from rich.console import Console
from rich.table import Table
from worlds import World, hills, province

POSTINGS_M = (90.0, 30.0)
RADII_KM = (15.0, 30.0)
P1812 = "ITU-R P.1812-8"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    parser.add_argument("--quick", action="store_true", help="15 km and hills only")
    parser.add_argument("--province", action="store_true", help="add the reference ledger's jobs")
    parser.add_argument("--dem", type=Path, help="compute one site's loss over this DEM")
    for name in ("--lon", "--lat", "--tx-height-m", "--rx-height-m", "--freq-mhz", "--radius-km"):
        parser.add_argument(name, type=float)
    parser.add_argument("--out", type=Path, help="GeoTIFF of the loss, dB")
    arguments = parser.parse_args()
    if arguments.dem is not None:
        from one_site import write_loss

        return write_loss(parser, arguments)
    console = Console(width=max(Console().width, 190))
    numba.set_num_threads(1)
    rows = [row for world in _worlds(quick=arguments.quick) for row in speeds(*world)]
    show(console, "Pixels a second and core", rows)
    errors = accuracies(quick=arguments.quick)
    show(console, "Difference of the sweep from the exact job", errors)
    growth = scaling()
    show(console, "Growth", growth)
    results: dict[str, Any] = {"rows": rows, "accuracy": errors, "growth": growth}
    if arguments.province:
        from ledger import province_jobs

        results["province"] = province_jobs()
        show(console, "The reference ledger", results["province"])
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 0


def show(console: Console, title: str, rows: list[dict[str, Any]]) -> None:
    """Print rows of equal keys as one table."""
    table = Table(title=title)
    names = list(dict.fromkeys(name for row in rows for name in row))
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for row in rows:
        table.add_row(*[_text(row.get(name, "")) for name in names])
    console.print(table)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _worlds(*, quick: bool) -> list[tuple[World, float, bool]]:
    makers = (hills,) if quick else (hills, province)
    radii = RADII_KM[:1] if quick else RADII_KM
    return [
        (make(posting, radius, clutter=clutter), radius, clutter)
        for make in makers
        for posting in POSTINGS_M
        for radius in radii
        for clutter in (False, True)
    ]


def speeds(world: World, radius_km: float, clutter: bool) -> list[dict[str, Any]]:
    """Time all jobs on one terrain."""
    posting_m = 1000.0 * world.land.posting_km

    def row(job: str, model: str, bands: int, pixels: int, seconds: float) -> dict[str, Any]:
        return {
            "job": job, "terrain": world.name, "model": model, "posting_m": posting_m,
            "radius_km": radius_km, "bands": bands, "clutter": clutter, "cores": 1,
            "pixels": pixels, "seconds": round(seconds, 4),
            "pixels_per_second_per_core": round(pixels / seconds),
        }  # fmt: skip

    swept(world, 1.0)  # compiles
    exact(world, 1.0)
    rows = []
    for freq_ghz in (ONE_BAND_GHZ, THREE_BANDS_GHZ):
        timed = swept(world, radius_km, freq_ghz)
        rows.append(row("sweep", P1812, len(freq_ghz), timed.pixels, timed.seconds))
    timed = exact(world, radius_km, every=4 if radius_km > 20.0 else 2)
    rows.append(row("exact", P1812, 1, timed.pixels, timed.seconds))
    if clutter or radius_km > 20.0:
        return rows
    timed = floor(world, radius_km)
    rows.append(row("floor", "free space", 1, timed.pixels, timed.seconds))
    if world.name != "hills":
        return rows
    try:
        pixels, seconds, start = rivals.splat(world.land.ground, posting_m, radius_km)
        rows.append(row("SPLAT!, whole process", "ITM", 1, pixels, seconds))
        rows.append(row("SPLAT! less start-up", "ITM", 1, pixels, seconds - start))
    except rivals.AbsentError as error:
        print(f"SPLAT! skipped: {error}", file=sys.stderr)
    try:
        pixels, seconds = rivals.pycraf(world.land.ground, posting_m, radius_km)
        rows.append(row("pycraf attenuation map", "ITU-R P.452-16", 1, pixels, seconds))
    except rivals.AbsentError as error:
        print(f"pycraf skipped: {error}", file=sys.stderr)
    return rows


def accuracies(*, quick: bool) -> list[dict[str, Any]]:
    """Compare sweep and exact job, bare and with clutter, as it stands and sampled finer."""
    rows = []
    for make in (hills,) if quick else (hills, province):
        for posting_m in POSTINGS_M:
            for clutter in (False, True):
                world = make(posting_m, 15.0, clutter=clutter)
                want = exact(world, 15.0, every=3 if posting_m < 60.0 else 1)
                for sampling, density in (("default", 1.25), ("radials twice as dense", 2.5)):
                    got = swept(world, 15.0, density=density)
                    rows.append(
                        {
                            "terrain": world.name, "posting_m": posting_m, "clutter": clutter,
                            "sampling": sampling,
                            "pixels_per_second_per_core": round(got.pixels / got.seconds),
                            **accuracy(world, 15.0, got.loss_db, want.loss_db),
                        }
                    )  # fmt: skip
    return rows


def scaling() -> list[dict[str, Any]]:
    """Seconds by pixels of one mast, and their exponent."""
    world = hills(90.0, 30.0, clutter=False)
    radii = (7.5, 15.0, 30.0)
    timed = [swept(world, radius) for radius in radii]
    exponent, _ = np.polyfit(
        np.log([t.pixels for t in timed]), np.log([t.seconds for t in timed]), 1
    )
    return [
        {"radius_km": radius, "pixels": t.pixels, "seconds": t.seconds, "exponent": float(exponent)}
        for radius, t in zip(radii, timed, strict=True)
    ]


if __name__ == "__main__":
    sys.exit(main())
