"""The command line: ``htcoverage COMMAND``. One module a command."""

from htcoverage.cli.main import main

__all__ = ["main"]
