"""``python -m htcoverage``: the command line."""

from htcoverage.cli import main

main()
