"""The table of findings: one row a fault of drawing, with its position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import shapely

FINDING_COLUMNS = (
    "finding", "span_ids", "owner", "longitude", "latitude", "detail", "repaired",
    "length_change_m",
)  # fmt: skip

_RAW = ("finding", "span_ids", "owner", "x", "y", "detail", "repaired", "length_change_m")


def finding(
    name: str,
    span_ids: Sequence[object],
    owner: object,
    at: shapely.Point,
    detail: str,
    *,
    repaired: bool = False,
    change_m: float = 0.0,
) -> dict[str, Any]:
    """Return one row: what, which spans, whose, where, in words, and what it did to the length."""
    ids = "; ".join(str(each) for each in span_ids)
    values = (name, ids, str(owner), at.x, at.y, detail, repaired, change_m)
    return dict(zip(_RAW, values, strict=True))


def findings_table(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a table that keeps its columns and types when empty."""
    return pd.DataFrame(list(rows), columns=list(_RAW)).astype(
        {"x": float, "y": float, "repaired": bool, "length_change_m": float}
    )
