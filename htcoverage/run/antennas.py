"""A folder of antenna patterns among the inputs of a run, and what it states of the cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from htcoverage.antennas import Pattern, read_patterns
from htcoverage.files import sha256_of
from htcoverage.notes import Note


@dataclass(frozen=True, eq=False)
class PatternedCells:
    """Cells with the patterns that they name.

    Parameters
    ----------
    cells : DataFrame
        As the schema's; what a pattern states stands in place of what was assumed.
    patterns : mapping of str to Pattern
        By the names that cells give them.
    files : tuple of (str, str)
        Name and SHA-256 of each file of the folder.
    notes : tuple of Note
    """

    cells: pd.DataFrame
    patterns: Mapping[str, Pattern]
    files: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]


def pattern_cells(cells: pd.DataFrame, folder: Path) -> PatternedCells:
    """Return cells with the antenna patterns of a folder.

    Where a cell's gain or electrical tilt was assumed, those that its pattern states go before the
    assumption.

    Parameters
    ----------
    cells : DataFrame
        As the schema's; they name the patterns.
    folder : Path
        See `htcoverage.read_patterns`.

    Raises
    ------
    InputError
        With every fault of every file in the folder.
    """
    found = read_patterns(folder)
    stated, notes = _stated(cells, found.patterns)
    facts = {"count": len(found.files), "folder": folder.name or str(folder)}
    return PatternedCells(
        cells=stated,
        patterns=found.patterns,
        files=tuple((path.name, sha256_of(path)) for path in found.files),
        notes=(Note("pattern_files", facts, ("antennas",)), *notes),
    )


def _stated(
    cells: pd.DataFrame, patterns: Mapping[str, Pattern]
) -> tuple[pd.DataFrame, list[Note]]:
    """Return cells with what their patterns state in place of assumptions, and what was done."""
    used = cells["antenna"].map(patterns.get)
    stated = {
        "antenna_gain_dbi": used.map(lambda p: np.nan if p is None else p.gain_dbi),
        "electrical_tilt_deg": used.map(lambda p: np.nan if p is None else p.electrical_tilt_deg),
    }
    assumed = cells["assumed"].fillna("").astype(str).str.split()
    notes = []
    for column, values in stated.items():
        told = values.notna().to_numpy()
        here = np.array([column in names for names in assumed], np.bool_) & told
        if not here.any():
            continue
        cells = cells.assign(**{column: cells[column].where(~here, values.astype(float))})
        left = [
            [name for name in names if name != column] if stated_here else names
            for names, stated_here in zip(assumed, here, strict=True)
        ]
        assumed = pd.Series(left, index=cells.index)
        notes.append(Note("of_the_pattern", {"count": int(here.sum())}, (column,)))
    return cells.assign(assumed=assumed.str.join(" ")), notes
