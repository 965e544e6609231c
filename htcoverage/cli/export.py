"""``htcoverage export``: a finished run as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from htcoverage.cli.console import console, stages
from htcoverage.cli.run_folder import ProjectOption, run_folder


def export(
    formats: Annotated[
        list[str],
        typer.Option(
            "--format",
            help="level, class, probability, best-server (GeoTIFF), gpkg, parquet, kmz, tab, csv, "
            "xlsx, atoll or fcc; may be given several times.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the files.")],
    run: Annotated[
        Path | None,
        typer.Argument(metavar="[RUN.json]", help="run.json of a finished run, or its folder."),
    ] = None,
    project: ProjectOption = None,
    lang: Annotated[str, typer.Option(help="Language of legends: en or vi.")] = "en",
) -> None:
    """Write a finished run as GeoTIFF, GeoPackage, KMZ, MapInfo TAB and others."""
    from htcoverage.deliver import export_run
    from htcoverage.labels import check_language
    from htcoverage.run import read_layers, read_run

    with stages() as progress:
        progress("read", 0, 1)
        layers = read_layers(read_run(run_folder(run, project)))
        progress("read", 1, 1)
        progress("files", 0, 1)
        written = export_run(layers, formats, out, language=check_language(lang))
        progress("files", 1, 1)
    for path in written:
        console.print(str(path), highlight=False, soft_wrap=True)
