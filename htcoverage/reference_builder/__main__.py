"""``python -m htcoverage.reference_builder [--data DIR] [--seed N]``: build all of ``data``."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from rich.console import Console

from htcoverage.reference_builder.ground import Ground
from htcoverage.reference_builder.land import build_land, write_land
from htcoverage.reference_builder.network import build_network, write_network
from htcoverage.reference_builder.parameters import DEFAULT_SEED
from htcoverage.reference_builder.sources import read_sources

REPOSITORY_DATA = Path(__file__).resolve().parents[2] / "data"


def main() -> None:
    """Build every layer of ``data`` from ``data/sources``."""
    parser = argparse.ArgumentParser(
        prog="python -m htcoverage.reference_builder",
        description="Build the bundled reference province from data/sources.",
    )
    parser.add_argument("--data", type=Path, default=REPOSITORY_DATA, help="folder with sources/")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    arguments = parser.parse_args()
    console = Console()
    start = time.monotonic()

    def progress(part: str) -> None:
        console.print(f"{time.monotonic() - start:6.1f} s  {part}")

    sources = read_sources(arguments.data / "sources")
    land = build_land(sources, seed=arguments.seed, progress=progress)
    progress("ledger and fibre")
    network = build_network(
        land.settlements,
        districts=land.districts,
        communes=sources.communes,
        ground=Ground(
            land.terrain.ground_m.astype(float), land.terrain.water > 0, land.terrain.grid
        ),
        seed=arguments.seed,
    )
    progress("writing")
    write_land(land, sources, data=arguments.data)
    write_network(network, data=arguments.data)
    progress("done")


if __name__ == "__main__":
    main()
