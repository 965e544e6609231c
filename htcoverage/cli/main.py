"""Assembling the commands, and turning errors into words and exit codes.

0 done; 1 findings (warnings, tolerance exceeded); 2 input or usage; 3 set-up; 130 interrupted.
"""

from __future__ import annotations

import io
import sys
from importlib.metadata import version
from typing import Annotated

import typer
from typer.main import get_command

from htcoverage.cli import (
    check,
    compare,
    deliver,
    export,
    fetch,
    fibre,
    figures,
    init,
    models,
    presets,
    report,
    run,
)
from htcoverage.errors import HtcoverageError, SetupError

INTERRUPTED = 130

app = typer.Typer(
    name="htcoverage",
    help="Mobile coverage planning: which homes have signal, which have none, how sure are we.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("init")(init.init)
app.command("fetch")(fetch.fetch)
app.command("check")(check.check)
app.command("run")(run.run)
app.command("export")(export.export)
app.command("deliver")(deliver.deliver)
app.command("figures")(figures.figures)
app.command("report")(report.report)
app.command("compare")(compare.compare)
app.add_typer(fibre.app, name="fibre")
app.command("models")(models.models)
app.command("presets")(presets.presets)


def _show_version(asked: bool) -> None:
    if asked:
        print(f"htcoverage {version('htcoverage')}")
        raise typer.Exit


@app.callback()
def _options(
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Take what may stand before a command."""


def execute(arguments: list[str]) -> int:
    """Run one command and return its exit code; a user's mistake never shows a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a letter shows another
            stream.reconfigure(errors="replace")
    try:
        result = get_command(app)(arguments, prog_name="htcoverage", standalone_mode=False)
    except typer.TyperException as error:
        print(error.format_message(), file=sys.stderr)
        context = getattr(error, "ctx", None)
        command = "htcoverage" if context is None else context.command_path
        print(f"Try '{command} --help'.", file=sys.stderr)
        return 2
    except (typer.Abort, KeyboardInterrupt):
        result = INTERRUPTED
    except HtcoverageError as error:
        print(f"htcoverage: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:  # such as a full disk, while words or files are written
        place = f"{error.filename}: " if error.filename else ""
        print(f"htcoverage: {place}{error.strerror or error}", file=sys.stderr)
        return SetupError.exit_code
    if result == INTERRUPTED:  # typer's own answer to an interrupt as well
        print("interrupted: nothing half-written is left behind", file=sys.stderr)
    return result if isinstance(result, int) else 0
