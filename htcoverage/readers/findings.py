"""What was found in a file and what was done about it: a row, a rule, an action."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from htcoverage.errors import Fault

Severity = Literal["info", "warning", "error"]
Action = Literal["none", "kept", "repaired", "dropped"]

#: Columns of a table of findings; ``row`` is the line number in the file, empty for the whole file.
COLUMNS = ("row", "column", "value", "rule", "severity", "action", "detail")

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True)
class Finding:
    """One thing found in a file.

    Parameters
    ----------
    row : int or None
        Line number in the file (feature number in a layer); None for the file as a whole.
    column : str or None
        As the file calls it.
    value : str
        As it stands in the file.
    rule : str
        What was looked for, such as ``decimal-comma``.
    severity : str
        ``info``: a matter of form, nothing to decide; ``warning``: look at it; ``error``: the row
        or file is not usable.
    action : str
        ``none``, ``kept``, ``repaired`` or ``dropped``.
    detail : str
        In words.
    """

    row: int | None
    column: str | None
    value: str
    rule: str
    severity: Severity
    action: Action
    detail: str


def invisible_told(count: int) -> Finding:
    """Return the finding that signs without width were left out."""
    detail = f"{count} invisible signs, which tables copied from pages hold, are left out"
    return Finding(None, None, "", "unicode", "info", "repaired", detail)


def error_finding(fault: Fault, rule: str) -> Finding:
    """Return a fault as a finding: the row, or the file, is not usable."""
    action: Action = "none" if fault.row is None else "dropped"
    return Finding(fault.row, fault.column, fault.value, rule, "error", action,
                   f"expected {fault.expected}")  # fmt: skip


def findings_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return findings as a table of `COLUMNS`."""
    lines = [(f.row, f.column, f.value, f.rule, f.severity, f.action, f.detail) for f in findings]
    frame = pd.DataFrame(lines, columns=list(COLUMNS), dtype=object)
    return _typed(frame)


def cell_findings(
    rows: Sequence[int], values: Sequence[object], *, column: str | None, rule: str,
    severity: Severity, action: Action, detail: str | Sequence[str],
) -> pd.DataFrame:  # fmt: skip
    """Return a finding for each of many cells of one column, as a table of `COLUMNS`."""
    frame = pd.DataFrame({"row": pd.array(np.asarray(rows, dtype=np.int64), dtype="Int64")})
    frame["column"] = column
    frame["value"] = pd.Series([_shown(value) for value in values], dtype=object)
    frame["rule"] = rule
    frame["severity"] = severity
    frame["action"] = action
    frame["detail"] = detail if isinstance(detail, str) else pd.Series(list(detail), dtype=object)
    return _typed(frame)


def joined(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return tables of findings as one, by row, those of the whole file first."""
    filled = [table for table in tables if len(table)]
    if not filled:
        return findings_frame([])
    whole = pd.concat(filled, ignore_index=True)
    places = whole["row"].fillna(0).to_numpy(dtype=np.int64).argsort(kind="stable")
    return _typed(whole.iloc[places].reset_index(drop=True))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame[list(COLUMNS)]
    constant = dict.fromkeys(("column", "rule", "severity", "action"), "category")
    return frame.astype({"row": "Int64", **constant})


def _shown(value: object) -> str:
    text = "" if value is None or value != value else str(value)
    return text if len(text) <= 80 else text[:80] + "…"
