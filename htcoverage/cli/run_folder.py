"""Which finished run a command reads: the one that is named, or that of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ProjectOption = Annotated[
    Path | None, typer.Option(help="Project file: the run in its output folder is meant.")
]


def run_folder(run: Path | None, project: Path | None, *, argument: str = "RUN.json") -> Path:
    """Return the run that is meant, by the argument of this name or by its project.

    Raises
    ------
    InputError
        If it is named twice or not at all, or the project file is at fault.
    """
    from htcoverage.errors import argument_fault
    from htcoverage.project import read_project

    if (run is None) == (project is None):
        found = "" if run is None else f"{run} and --project {project}"
        expected = "the run.json of a finished run, or --project with a project file; not both"
        raise argument_fault(argument, found, expected)
    if project is None:
        assert run is not None
        return run
    return read_project(project).output
