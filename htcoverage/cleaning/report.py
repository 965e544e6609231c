"""The cleaning report: what was read, found, repaired and dropped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from htcoverage.notes import Note
from htcoverage.readers.columns import ColumnMatch
from htcoverage.readers.findings import SEVERITIES
from htcoverage.readers.ledger import Assumption


@dataclass(frozen=True, eq=False)
class CleaningReport:
    """What happened to a ledger on its way in.

    Parameters
    ----------
    file : str
        The file.
    rows : int
        Rows with data.
    kept : int
        Rows that are in the ledger.
    mapped_columns : tuple of ColumnMatch
        Which column of the file is which of ours, and how sure that is.
    unused_columns : tuple of str
        Columns of the file that nothing was taken from.
    faults : DataFrame
        ``row, column, value, rule, severity, action, detail``; ``row`` is the line in the file
        (feature number in a layer), empty for the file as a whole.
    assumed : tuple of Assumption
        Columns that hold defaults.
    base_stations, cells : int
        Rows of the tables that came out.
    positions : Note or None
        In which CRS positions were read, and whether anything speaks for it; None without a ledger.
    """

    file: str
    rows: int
    kept: int
    mapped_columns: tuple[ColumnMatch, ...]
    unused_columns: tuple[str, ...]
    faults: pd.DataFrame
    assumed: tuple[Assumption, ...]
    base_stations: int
    cells: int
    positions: Note | None

    @property
    def dropped(self) -> int:
        """Rows that are not in the ledger; each has a fault that says why."""
        return self.rows - self.kept

    @property
    def exit_code(self) -> int:
        """0 clean, 1 warnings, 2 errors."""
        severities = set(self.faults["severity"])
        return 2 if "error" in severities else 1 if "warning" in severities else 0

    def counts(self) -> pd.DataFrame:
        """Return how often each rule spoke: ``severity, rule, action, count``, worst first."""
        groups = self.faults.groupby(["severity", "rule", "action"], observed=True, sort=True)
        counts = groups.size().rename("count").reset_index()
        order = counts["severity"].map({name: place for place, name in enumerate(SEVERITIES)})
        return counts.iloc[order.astype(int).argsort(kind="stable")].reset_index(drop=True)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, the same for the same file."""
        columns = ["row", "column", "value", "rule", "severity", "action", "detail"]
        lines = self.faults[columns].astype(object)
        lines = lines.where(lines.notna(), None)
        return {
            "file": self.file,
            "rows": self.rows,
            "kept": self.kept,
            "dropped": self.dropped,
            "base_stations": self.base_stations,
            "cells": self.cells,
            "positions": None if self.positions is None else self.positions.as_plain(),
            "mapped_columns": {match.column: _match(match) for match in self.mapped_columns},
            "unused_columns": list(self.unused_columns),
            "faults": lines.to_dict("records"),
            "assumed": self.defaults,
        }

    @property
    def defaults(self) -> list[dict[str, Any]]:
        """What is assumed as plain values: table, column, how many of how many rows, the words."""
        return [
            {"table": a.table, "column": a.column, "count": a.count, "total": a.total,
             "default": a.words}
            for a in self.assumed
        ]  # fmt: skip

    def to_json(self) -> str:
        """Return the report as JSON text."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _match(match: ColumnMatch) -> Mapping[str, object]:
    return {"name": match.name, "confidence": match.confidence, "how": match.how}
