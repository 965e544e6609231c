"""``htcoverage run``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from htcoverage.cli.console import console, stages

if TYPE_CHECKING:
    from htcoverage.run import RunResult


def run(
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("out"),
    resolution: Annotated[float, typer.Option(help="Pixel of the grid, m.")] = 100.0,
    radius_km: Annotated[float, typer.Option(help="Farthest pixel of a cell, km.")] = 15.0,
    threshold_3g: Annotated[float, typer.Option(help="Least 3G RSCP, dBm.")] = -95.0,
    threshold_4g: Annotated[float, typer.Option(help="Least 4G RSRP, dBm.")] = -105.0,
    cell_edge: Annotated[float, typer.Option(help="Cell-edge probability, 0.01–0.99.")] = 0.9,
    seed: Annotated[
        int | None, typer.Option(help="Draw the modelled base stations anew from this seed.")
    ] = None,
    bts: Annotated[Path | None, typer.Option(help="Your ledger: CSV or GeoPackage.")] = None,
    cells: Annotated[Path | None, typer.Option(help="Cells of your ledger: CSV.")] = None,
    settlements: Annotated[Path | None, typer.Option(help="Your settlements.")] = None,
    districts: Annotated[Path | None, typer.Option(help="Your districts.")] = None,
    terrain: Annotated[Path | None, typer.Option(help="Your elevation raster.")] = None,
) -> None:
    """Compute coverage, figures, gaps and the map of Hà Tĩnh, or of your own layers."""
    # Late, so that a slip of the keyboard is told before the libraries are loaded.
    from htcoverage.run import LayerPaths, RunParameters, compute_run, load_inputs, write_run
    from htcoverage.run.outputs import check_folder

    parameters = RunParameters(
        resolution_m=resolution,
        radius_km=radius_km,
        threshold_3g_dbm=threshold_3g,
        threshold_4g_dbm=threshold_4g,
        cell_edge_probability=cell_edge,
        seed=seed,
    )
    with stages() as progress:
        progress("read", 0, 1)
        inputs = load_inputs(
            LayerPaths(
                bts=bts, cells=cells, settlements=settlements, districts=districts, terrain=terrain
            ),
            seed=seed,
            reach_km=radius_km,
        )
        progress("read", 1, 1)
        check_folder(out)
        result = compute_run(inputs, parameters, progress=progress)
        written = write_run(result, out, progress=progress)
    show_headline(result)
    console.print(f"\nWritten to {out.resolve()}:", highlight=False, soft_wrap=True)
    console.print("  " + ", ".join(path.name for path in written), highlight=False, soft_wrap=True)


def show_headline(result: RunResult) -> None:
    """Print the headline table with the words that belong to it."""
    from htcoverage.figures import headline

    said = headline(result.figures)
    table = Table(title=f"{result.inputs.name}: {said.operator}", title_justify="left")
    table.add_column("of")
    table.add_column("technology")
    table.add_column(said.median, justify="right")
    table.add_column(said.cell_edge, justify="right")
    for row in said.table.to_dict("records"):
        table.add_row(
            str(row["denominator"]),
            str(row["technology"]),
            f"{row['median']:.2%}",
            f"{row['cell_edge']:.2%}",
        )
    console.print(table)
    for word in said.words:
        console.print(f"• {word}", highlight=False)
    share = result.inputs.reported.get("covered_residential_share")
    if isinstance(share, float):
        console.print(
            f"• reported for comparison ({result.inputs.reported['date']}): {share:.0%} of "
            f"residential areas; {result.inputs.reported['counts']}",
            highlight=False,
        )
    if (result.inputs.bts["provenance"] == "modelled").any():
        console.print(
            "• modelled: base stations and settlements are drawn by a generator, not the carriers' "
            "ledger; sites stand where people live, so a high share follows by construction",
            highlight=False,
        )
