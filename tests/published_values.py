"""Where the published reference values are, and how their files are read."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

_FOLDER = os.environ.get("HTCOVERAGE_VALIDATION_DIR")

PUBLISHED = Path(_FOLDER or ".") / "published"

needs_published = pytest.mark.skipif(
    _FOLDER is None, reason="HTCOVERAGE_VALIDATION_DIR does not name the published reference values"
)


def found(pattern: str) -> list[Path]:
    """Files below the folder, or one placeholder whose test is skipped when it is not set."""
    if _FOLDER is None:
        return [Path("none")]
    paths = sorted(PUBLISHED.glob(pattern))
    assert paths, f"no {pattern} in {PUBLISHED}"
    return paths


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
