"""The command line as a user starts it: a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sysconfig
from pathlib import Path

PROGRAM = Path(sysconfig.get_path("scripts")) / "htcoverage"

#: A run that takes seconds: the whole province, coarse and with short reach.
COARSE = ("--resolution", "1000", "--radius-km", "5")


def environment(*, threads: int = 2) -> dict[str, str]:
    """Return what a command finds around it, whatever the terminal and language of the machine."""
    kept = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
    words = {"COLUMNS": "200", "PYTHONIOENCODING": "utf-8"}
    return kept | words | {"NUMBA_NUM_THREADS": str(threads)}


def hear_interruption() -> None:
    """Before a child starts: a suite begun behind ``&`` ignores Ctrl-C, and children inherit it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run_cli(
    *arguments: str, cwd: Path, threads: int = 2, timeout_s: float = 1_200.0
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end and return exit code, standard output and standard error."""
    return subprocess.run(
        [str(PROGRAM), *arguments],
        cwd=cwd,
        env=environment(threads=threads),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout_s,
        check=False,
    )
