"""``htcoverage run``: the main job."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer
from rich.table import Table

from htcoverage.cli.console import (
    console,
    extrapolations_told,
    show_modelled,
    show_preset,
    show_written,
    stages,
)

if TYPE_CHECKING:
    from htcoverage.labels import Language
    from htcoverage.run import RunResult


#: Options that name a layer: with a project file, the file names all of them.
_LAYER_OPTIONS = (
    "seed", "bts", "bts_crs", "bts_layer", "cells", "settlements", "districts", "terrain",
    "antennas",
)  # fmt: skip

#: Options that go before what a project file says, by the run's parameter.
_PARAMETER_OPTIONS = {
    "resolution": "resolution_m",
    "radius_km": "radius_km",
    "threshold_3g": "threshold_3g_dbm",
    "threshold_4g": "threshold_4g_dbm",
    "cell_edge": "cell_edge_probability",
    "model": "model",
    "environment": "environment",
    "worlds": "worlds",
}


def run(
    context: typer.Context,
    project: Annotated[
        Path | None, typer.Option(help="Project file of a province of your own (htcoverage init).")
    ] = None,
    again: Annotated[
        Path | None,
        typer.Option("--from", help="Repeat a finished run: its run.json, or its folder."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("out"),
    resolution: Annotated[float, typer.Option(help="Pixel of the grid, m.")] = 100.0,
    radius_km: Annotated[float, typer.Option(help="Farthest pixel of a cell, km.")] = 15.0,
    threshold_3g: Annotated[float, typer.Option(help="Least 3G RSCP, dBm.")] = -95.0,
    threshold_4g: Annotated[float, typer.Option(help="Least 4G RSRP, dBm.")] = -105.0,
    cell_edge: Annotated[float, typer.Option(help="Cell-edge probability, 0.01–0.99.")] = 0.9,
    preset: Annotated[
        str | None,
        typer.Option(help="Criteria of 'htcoverage presets'; options said beside it go first."),
    ] = None,
    model: Annotated[str, typer.Option(help="Model of 'htcoverage models'.")] = "p1812",
    environment: Annotated[
        str | None,
        typer.Option(help="The model's environment for all of the area, or 'by-clutter'."),
    ] = None,
    worlds: Annotated[
        int, typer.Option(help="Simulated worlds of the intervals; 0 leaves them out.")
    ] = 200,
    seed: Annotated[
        int | None, typer.Option(help="Draw the modelled base stations anew from this seed.")
    ] = None,
    bts: Annotated[
        Path | None, typer.Option(help="Your ledger, of any form that 'htcoverage check' reads.")
    ] = None,
    bts_crs: Annotated[
        str | None, typer.Option(help="CRS of the ledger's x and y, such as EPSG:9209.")
    ] = None,
    bts_layer: Annotated[
        str | None, typer.Option(help="Sheet or layer of the ledger, where it has several.")
    ] = None,
    cells: Annotated[Path | None, typer.Option(help="Cells of your ledger: CSV.")] = None,
    settlements: Annotated[Path | None, typer.Option(help="Your settlements.")] = None,
    districts: Annotated[Path | None, typer.Option(help="Your districts.")] = None,
    terrain: Annotated[Path | None, typer.Option(help="Your elevation raster.")] = None,
    antennas: Annotated[
        Path | None,
        typer.Option(help="Folder of antenna patterns (.msi, .pla, .ant) that the cells name."),
    ] = None,
    lang: Annotated[Literal["en", "vi"], typer.Option(help="Language of the words.")] = "en",
) -> None:
    """Compute the coverage, figures, gaps and map of a province.

    Of the reference province Hà Tĩnh, unless a project or layers of your own are named.
    """
    # Late, so that a slip of the keyboard is told before the libraries are loaded.
    from htcoverage.files import check_folder
    from htcoverage.run import (
        LayerPaths,
        RunParameters,
        check_same_inputs,
        compute_run,
        load_inputs,
        open_project,
        project_inputs,
        read_run,
        write_run,
    )
    from htcoverage.run.parameters import preset_parameters

    said = {name for name in context.params if _on_command_line(context, name)}
    chosen = preset_parameters(preset) | {
        name: context.params[option]
        for option, name in _PARAMETER_OPTIONS.items()
        if option in said
    }
    earlier = None
    if again is not None:
        # The run is repeated as it was: its parameters are those of its record, seed included.
        once = {*_PARAMETER_OPTIONS, "preset", "seed", "lang"}
        _check_unsaid(said & once, "--from", "the run.json tells it")
        earlier = read_run(again)
        lang = cast('Literal["en", "vi"]', earlier.content.get("map_language", lang))
        seed = earlier.parameters.seed
        reading = earlier.content.get("reading", {}) if bts is not None else {}
        bts_crs = bts_crs or reading.get("bts_crs")
        bts_layer = bts_layer or reading.get("bts_layer")
        chosen = dict(earlier.parameters.as_dict())
    with stages(lang) as progress:
        progress("read", 0, 1)
        if project is not None:
            named = {name for name in _LAYER_OPTIONS if name in said}
            _check_unsaid(named, "--project", "name the layer in the project file")
            opened, parameters = open_project(project)
            parameters = replace(parameters, **chosen)
            out = out if "out" in said else opened.output
            inputs = project_inputs(opened, reach_km=parameters.radius_km)
        else:
            parameters = RunParameters(**{"seed": seed, **chosen})
            inputs = load_inputs(
                LayerPaths(
                    bts=bts,
                    cells=cells,
                    settlements=settlements,
                    districts=districts,
                    terrain=terrain,
                    bts_crs=bts_crs,
                    bts_layer=bts_layer,
                    antennas=antennas,
                ),
                seed=seed,
                reach_km=parameters.radius_km,
            )
        if earlier is not None:
            check_same_inputs(earlier, inputs)
        progress("read", 1, 1)
        check_folder(out)
        with extrapolations_told():
            result = compute_run(inputs, parameters, progress=progress)
        written = write_run(result, out, language=lang, progress=progress)
    for note in result.inputs.notes:
        console.print(f"• {note.words(lang)}", highlight=False, markup=False, soft_wrap=True)
    show_headline(result, lang)
    show_written(out, written, lang)


def _on_command_line(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _check_unsaid(said: set[str], beside: str, instead: str) -> None:
    from htcoverage.errors import Fault, InputError

    if said:
        raise InputError(
            Fault(
                "argument", None, f"--{name.replace('_', '-')}", "",
                f"no such option beside {beside}: {instead}",
            )
            for name in sorted(said)
        )  # fmt: skip


def show_headline(result: RunResult, language: Language) -> None:
    """Print the headline table with the words that belong to it."""
    from htcoverage.figures import headline
    from htcoverage.labels import label, percent
    from htcoverage.presets import preset as preset_of
    from htcoverage.reconcile import basis_sentences, statement_sentences
    from htcoverage.run.documents import provenance
    from htcoverage.run.parameters import changed_from_preset

    said = headline(result.figures, language=language)
    table = Table(title=f"{result.inputs.name}: {said.operator}", title_justify="left")
    table.add_column(label("report_of", language), overflow="fold")
    table.add_column(label("technology", language), overflow="fold")
    table.add_column(said.median, justify="right")
    table.add_column(said.cell_edge, justify="right")
    for row in said.table.to_dict("records"):
        table.add_row(
            str(row["denominator"]),
            str(row["technology"]),
            percent(row["median"], language, digits=2),
            percent(row["cell_edge"], language, digits=2),
        )
    console.print(table)
    for word in said.words:
        console.print(f"• {word}", highlight=False)
    model, environment = (result.coverage.attrs.get(k) for k in ("model", "environment"))
    by = f"{label('model', language)}: {model}" + (f", {environment}" if environment else "")
    console.print(f"• {by}", highlight=False, markup=False)
    if result.parameters.preset is not None:
        show_preset(
            result.figures,
            preset_of(result.parameters.preset),
            language,
            changed=changed_from_preset(result.parameters),
        )
    if result.reconciliation is not None:
        found = result.reconciliation
        told = " ".join(
            [
                *statement_sentences(found.table, found.statements[0], language=language),
                *basis_sentences(found.modelled, language=language),
            ]
        )
        console.print(f"• {label('rec_title', language)}: {told}", highlight=False, markup=False)
    show_modelled(provenance(result), language)
