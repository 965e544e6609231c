"""The command line: ``htcoverage COMMAND``. One module a command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit."""
    try:
        from htcoverage.cli.main import execute  # inside: an interrupt may come this early

        code = execute(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
