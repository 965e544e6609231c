"""``htcoverage deliver``: a map and files that one carrier may see."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from htcoverage.cli.console import console, stages
from htcoverage.cli.run_folder import ProjectOption, run_folder


def deliver(
    operator: Annotated[str, typer.Option(help="The carrier, as the ledger names it.")],
    out: Annotated[Path, typer.Option(help="Folder for the carrier: empty, or its earlier one.")],
    run: Annotated[
        Path | None,
        typer.Argument(metavar="RUN.json", help="run.json of a finished run, or its folder."),
    ] = None,
    project: ProjectOption = None,
    with_union: Annotated[
        bool, typer.Option("--with-union", help="Tell cover of any operator too, as a union.")
    ] = False,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="Files besides the map, as for export; several times.",
        ),
    ] = None,
    lang: Annotated[Literal["en", "vi"], typer.Option(help="Language of the map.")] = "en",
) -> None:
    """Write a map and files with what one carrier may see of a run."""
    from htcoverage.deliver import DEFAULT_FORMATS
    from htcoverage.deliver import deliver as write_delivery
    from htcoverage.run import read_layers, read_run

    with stages(lang) as progress:
        progress("read", 0, 1)
        layers = read_layers(read_run(run_folder(run, project)))
        progress("read", 1, 1)
        progress("files", 0, 1)
        written = write_delivery(
            layers,
            operator,
            out,
            with_union=with_union,
            formats=formats or DEFAULT_FORMATS,
            language=lang,
        )
        progress("files", 1, 1)
    for path in written:
        console.print(str(path), highlight=False, soft_wrap=True)
