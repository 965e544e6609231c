"""The wheel: what a user installs is whole, and works away from the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]

_LOAD = """
import json
import htcoverage
from htcoverage import reference
loaded = htcoverage.load_reference()
print(json.dumps({
    "package": htcoverage.__file__,
    "data": str(loaded.data_dir),
    "bts": len(loaded.bts),
    "cells": len(loaded.cells),
    "residents": float(loaded.settlements["residents"].sum()),
    "districts": len(loaded.districts),
    "spans": len(loaded.spans),
    "highest_m": float(loaded.terrain.ground_m.max()),
    "ground": sorted(loaded.ground),
    "redrawn": len(reference.modelled_ledger(loaded, seed=7)[0]),
}))
"""

#: Every text that a map carries from the package's own files and from its asset packages.
_ASSETS = """
from htcoverage.maps import assets
own = [*assets.own_scripts(), assets.own_style()]
texts = [*own, *assets.library_scripts(), assets.library_style()]
print(assets.__file__, min(map(len, texts)))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder))))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the wheel as an installation would."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def tracked(folder: str) -> set[str]:
    """Files below a folder of the repository that are no leftovers of running it."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and path.suffix not in (".nbi", ".nbc")
    }


def run_python(code: str, *, installed: Path, cwd: Path) -> str:
    process = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_the_wheel_holds_every_file_of_the_package_and_all_data(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        contents = {name: archive.getinfo(name).file_size for name in names}
    data = tracked("data")
    assert {Path(name).parts[1] for name in data} == {
        "boundaries", "bts", "fibre", "sources", "terrain",
    }  # fmt: skip
    assert names == tracked("htcoverage") | {f"htcoverage/{name}" for name in data}
    assert {name: contents[f"htcoverage/{name}"] for name in data} == {
        name: (ROOT / name).stat().st_size for name in data
    }
    assert {"style.css", "start.js"} <= {
        Path(name).name for name in names if name.startswith("htcoverage/maps/static/")
    }


def test_the_wheel_starts_the_program_and_carries_its_licence(wheel):
    with zipfile.ZipFile(wheel) as archive:
        told = [name for name in archive.namelist() if ".dist-info/" in name]
        by_name = {Path(name).name: name for name in told}
        assert (
            "htcoverage = htcoverage.cli:main" in archive.read(by_name["entry_points.txt"]).decode()
        )
        metadata = archive.read(by_name["METADATA"]).decode()
    assert "LICENSE" in by_name
    # The data is not Apache-2.0: its licences and their notices travel with the wheel.
    assert "License-Expression: Apache-2.0 AND CC-BY-4.0 AND CC-BY-SA-4.0 AND LGPL-3.0" in metadata
    assert sum(name.endswith("/README.md") and "/licenses/data/" in name for name in told) == 5
    assert "Requires-Python: >=3.11" in metadata


def test_an_installed_package_reads_its_own_data_from_any_folder(installed, tmp_path):
    told = json.loads(run_python(_LOAD, installed=installed, cwd=tmp_path))
    assert Path(told["package"]) == installed / "htcoverage" / "__init__.py"
    assert Path(told["data"]) == installed / "htcoverage" / "data"
    assert told["bts"] == told["redrawn"] == 3250
    assert told["cells"] > 3 * 3250
    assert told["residents"] == 1_288_866
    assert told["districts"] == 13
    assert told["spans"] > 1000
    # The highest mountain of the province, Rào Cọ.
    assert told["highest_m"] == pytest.approx(2235, abs=1)
    assert told["ground"] == ["lakes", "rivers", "sea"]


def test_an_editable_installation_reads_the_data_of_the_repository(reference):
    assert reference.data_dir == ROOT / "data"


def test_an_installed_package_finds_the_parts_of_its_maps(installed, tmp_path):
    module, shortest = run_python(_ASSETS, installed=installed, cwd=tmp_path).split()
    assert Path(module).is_relative_to(installed)
    assert int(shortest) > 200
