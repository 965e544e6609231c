"""The kernels give the same without numba: their tests run again as plain Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent

#: Test files of kernels that are quick without compilation.
QUICK = (
    "test_docs_models.py",
    "test_models_independent.py",
    "test_p1812_laws.py",
    "test_p1812_terms.py",
    "test_p1812_validity.py",
    "test_p1812_vectors.py",
    "test_p2108.py",
    "test_p2109.py",
    "test_propagation_ehata.py",
    "test_propagation_empirical.py",
    "test_propagation_itm.py",
    "test_propagation_itm_terms.py",
    "test_propagation_p526.py",
    "test_propagation_p526_cylinders.py",
    "test_propagation_registry.py",
)


def test_kernels_as_plain_python() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-m",
            "not published",
            *QUICK,
        ],
        cwd=TESTS,
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
