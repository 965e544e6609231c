"""``htcoverage init``: a commented project file to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from htcoverage.cli.console import console


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder of the project.")
    ] = Path(),
    force: Annotated[
        bool, typer.Option("--force", help="Replace a project file that is there.")
    ] = False,
) -> None:
    """Write a commented htcoverage.toml for a province of your own."""
    from htcoverage.errors import Fault, InputError
    from htcoverage.project.file import FILE_NAME
    from htcoverage.project.template import project_template

    file = folder / FILE_NAME
    if file.exists() and not force:
        expected = "a folder without a project file; --force replaces it"
        raise InputError([Fault(str(file), None, None, "", expected)])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside = file.with_name(f".{FILE_NAME}.new")
        aside.write_text(project_template(), encoding="utf-8")
        aside.replace(file)
    except OSError as error:
        expected = f"a folder that can be written ({error.strerror})"
        raise InputError([Fault(str(folder), None, None, "", expected)]) from error
    console.print(f"Written: {file}", highlight=False, markup=False, soft_wrap=True)
    console.print("Name your files in it, then: htcoverage run --project", str(file),
                  highlight=False, markup=False, soft_wrap=True)  # fmt: skip
