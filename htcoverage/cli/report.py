"""``htcoverage report``: the evidence of a finished run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from htcoverage.cli.console import console
from htcoverage.cli.run_folder import ProjectOption, run_folder


def report(
    run: Annotated[
        Path | None,
        typer.Argument(metavar="RUN.json", help="run.json of a finished run, or its folder."),
    ] = None,
    project: ProjectOption = None,
    out: Annotated[Path, typer.Option(help="Folder for the report.")] = Path("report"),
    lang: Annotated[Literal["en", "vi"], typer.Option(help="Language of the page.")] = "en",
) -> None:
    """Write the evidence of a finished run as one page.

    Its figures, how sure they are, and what they rest on; the tables as CSV and JSON.
    """
    # Late, so that a slip of the keyboard is told before the libraries are loaded.
    from htcoverage.report import write_report
    from htcoverage.run import read_layers, read_run

    written = write_report(read_layers(read_run(run_folder(run, project))), out, language=lang)
    console.print(f"Written to {out.resolve()}:", highlight=False, soft_wrap=True)
    console.print("  " + ", ".join(path.name for path in written), highlight=False, soft_wrap=True)
