"""Assembling the commands, and turning errors into words and exit codes.

0 done; 1 findings (warnings, tolerance exceeded); 2 input or usage; 3 set-up; 130 interrupted.
"""

from __future__ import annotations

import sys

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
from htcoverage.errors import HtcoverageError

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


def main() -> None:
    """Run the command line and exit."""
    sys.exit(execute(sys.argv[1:]))


def execute(arguments: list[str]) -> int:
    """Run one command and return its exit code; a user's mistake never shows a traceback."""
    try:
        result = get_command(app)(arguments, prog_name="htcoverage", standalone_mode=False)
    except typer.TyperException as error:
        print(error.format_message(), file=sys.stderr)
        if arguments:
            print("Try 'htcoverage --help', or --help behind the command.", file=sys.stderr)
        return 2
    except (typer.Abort, KeyboardInterrupt):
        result = INTERRUPTED
    except HtcoverageError as error:
        print(f"htcoverage: {error}", file=sys.stderr)
        return error.exit_code
    if result == INTERRUPTED:  # typer's own answer to an interrupt as well
        print("interrupted: nothing half-written is left behind", file=sys.stderr)
    return result if isinstance(result, int) else 0
