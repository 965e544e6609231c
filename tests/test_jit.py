"""The kernels' cache knows all kernel sources, and the kernels need no numba to be right."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from htcoverage.engine.scan import back_slopes, least_clearance_squared
from htcoverage.jit import kernel_cache_dir

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "htcoverage"


def say(code: str, *, package_dir: Path, cache_dir: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ
        | {"PYTHONPATH": str(package_dir), "HTCOVERAGE_CACHE_DIR": str(cache_dir)},
        cwd=package_dir, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Copy what the kernels need, to be changed at will."""
    target = tmp_path / "src" / "htcoverage"
    target.mkdir(parents=True)
    (target / "__init__.py").touch()
    for name in ("jit.py", "errors.py", "units.py"):
        shutil.copy(PACKAGE / name, target)
    for room in ("propagation", "engine"):
        shutil.copytree(PACKAGE / room, target / room, ignore=shutil.ignore_patterns("__pycache__"))
    return target.parent


def test_any_change_of_a_kernel_source_gives_another_cache(copied: Path, tmp_path: Path) -> None:
    code = "from htcoverage.jit import kernel_cache_dir; print(kernel_cache_dir())"
    folders = [say(code, package_dir=copied, cache_dir=tmp_path / "cache")]
    assert say(code, package_dir=copied, cache_dir=tmp_path / "cache") == folders[0]
    for changed in ("propagation/p1812/combine.py", "engine/scan.py", "jit.py"):
        source = copied / "htcoverage" / changed
        source.write_text(source.read_text(encoding="utf-8") + "\n#\n", encoding="utf-8")
        folders.append(say(code, package_dir=copied, cache_dir=tmp_path / "cache"))
    assert len(set(folders)) == len(folders)
    assert all(Path(folder).parent == tmp_path / "cache" / "kernels" for folder in folders)


def test_a_changed_callee_in_another_file_is_seen(copied: Path, tmp_path: Path) -> None:
    code = (
        "from htcoverage.propagation.p1812.diffraction import bullington_db\n"
        "from htcoverage.engine.pixel import angle_mrad\n"
        "from htcoverage.engine.median import add_scatter_db\n"
        "print(add_scatter_db(100.0, 100.0))"
    )
    before = float(say(code, package_dir=copied, cache_dir=tmp_path / "cache"))
    assert before == pytest.approx(100.0 - 5.0 * np.log10(2.0))
    source = copied / "htcoverage" / "propagation" / "p1812" / "diffraction.py"
    text = source.read_text(encoding="utf-8")
    changed = text.replace(
        "DB_PER_NEPER = 10.0 / math.log(10.0)", "DB_PER_NEPER = 20.0 / math.log(10.0)"
    )
    assert changed != text
    source.write_text(changed, encoding="utf-8")
    after = float(say(code, package_dir=copied, cache_dir=tmp_path / "cache"))
    assert after == pytest.approx(100.0 - 10.0 * np.log10(2.0))


def test_compiled_kernels_are_kept_and_found_again(copied: Path, tmp_path: Path) -> None:
    code = (
        "from htcoverage.engine.median import add_scatter_db as f\n"
        "f(100.0, 100.0)\n"
        "print(sum(f.stats.cache_hits.values()))"
    )
    assert say(code, package_dir=copied, cache_dir=tmp_path / "cache") == "0"
    assert say(code, package_dir=copied, cache_dir=tmp_path / "cache") == "1"


def test_a_cache_that_cannot_be_written_is_done_without(copied: Path, tmp_path: Path) -> None:
    # A file where the folder should be: nobody can make a folder there, not even root.
    blocked = tmp_path / "file"
    blocked.touch()
    code = (
        "from htcoverage.jit import kernel_cache_dir\n"
        "from htcoverage.engine.median import add_scatter_db as f\n"
        "print(kernel_cache_dir(), f(100.0, 200.0))"
    )
    assert say(code, package_dir=copied, cache_dir=blocked) == "None 100.0"


def test_this_run_has_a_cache_of_its_own_sources() -> None:
    folder = kernel_cache_dir()
    assert folder is None or folder.is_dir()


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="reads machine code")
def test_the_scans_over_a_profile_are_vector_code() -> None:
    run = np.zeros((7, 99), np.float32)
    numbers = [1.0] * 5
    # Compiled anew: what comes from the cache shows no code.
    slopes, clearance = (
        numba.jit(**scan.targetoptions)(scan.py_func)
        for scan in (back_slopes, least_clearance_squared)
    )
    slopes(run, 1, 98, *numbers)
    clearance(run, 2, 1, 98, *numbers[:3])
    for scan, extreme in ((slopes, "maxnum"), (clearance, "minnum")):
        (code,) = scan.inspect_llvm().values()
        assert re.search(rf"@llvm\.{extreme}\.v\d+f32", code)


TINY = """
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np, engine_world as world
ground = world.hills(24, seed=5, top_m=250.0)
forest = np.where(ground > 120.0, 12.0, 0.0)
zone = np.where(ground < 60.0, 1, 4)
terrain = world.make_terrain(ground, clutter=forest, zone=zone)
here = world.at_pixel(terrain, 11.3, 12.1)
cells = [here | {"antenna": "3gpp-36814", "azimuth_deg": 40.0},
         here | {"antenna_height_m": 12.0, "operator": "VinaPhone", "band_mhz": 900.0}]
coverage = world.cover(terrain, *cells, radius_km=0.9)
print(json.dumps([coverage["level_dbm"].to_numpy().tolist(),
                  coverage["best_server"].to_numpy().tolist()]))
"""


def test_the_sweep_is_the_same_as_plain_python() -> None:
    results = []
    for disabled in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", TINY, str(TESTS)],
            env=os.environ | {"NUMBA_DISABLE_JIT": disabled},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        results.append(json.loads(done.stdout))
    levels, servers = zip(*results, strict=True)
    assert servers[0] == servers[1]
    np.testing.assert_allclose(*[np.array(level, float) for level in levels], atol=2e-3)
    assert np.isfinite(np.array(levels[0], float)).sum() > 600
