"""``htcoverage export``: a finished run as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from htcoverage.cli.console import console, stages
from htcoverage.cli.run_folder import ProjectOption, run_folder


def export(
    formats: Annotated[
        list[str],
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="level, class, probability, best-server (GeoTIFF), gpkg, parquet, kmz, tab, csv, "
            "xlsx, atoll, fcc; several times, or all.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the files.")],
    run: Annotated[
        Path | None,
        typer.Argument(metavar="RUN.json", help="run.json of a finished run, or its folder."),
    ] = None,
    project: ProjectOption = None,
    lang: Annotated[Literal["en", "vi"], typer.Option(help="Language of legends.")] = "en",
) -> None:
    """Write a finished run as files for GIS and planning tools."""
    from htcoverage.deliver import FORMATS, check_formats, export_run
    from htcoverage.run import read_layers, read_run

    wanted = list(FORMATS) if formats == ["all"] else formats
    check_formats(wanted)
    with stages(lang) as progress:
        progress("read", 0, 1)
        layers = read_layers(read_run(run_folder(run, project)))
        progress("read", 1, 1)
        written = export_run(layers, wanted, out, language=lang, progress=progress)
    for path in written:
        console.print(str(path), highlight=False, soft_wrap=True)
