"""What all tests share: how properties are searched, one reference province, one small run."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cli_process import COARSE, run_cli
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from htcoverage import Reference

# Compilation and a busy machine make single examples slow, which says nothing of the code. Every
# run of the tests draws the same examples, so that a change is judged by what it changed;
# `pytest --hypothesis-profile=search` draws new ones, and the search goes on.
_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", _UNHURRIED)
settings.register_profile("htcoverage", _UNHURRIED, derandomize=True)
settings.load_profile("htcoverage")


@dataclass(frozen=True)
class FinishedRun:
    """A finished `htcoverage run`: where its files lie, and what it said."""

    folder: Path
    process: subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def reference() -> Reference:
    from htcoverage import load_reference

    return load_reference()


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """Run the whole province once, at a coarse resolution; tests read its files only."""
    folder = tmp_path_factory.mktemp("small_run")
    process = run_cli("run", *COARSE, "--out", str(folder / "out"), cwd=folder, threads=2)
    assert process.returncode == 0, process.stderr
    return FinishedRun(folder / "out", process)
