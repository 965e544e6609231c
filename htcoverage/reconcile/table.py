"""The table of a reconciliation: every reading of every statement, with the shift it needs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from htcoverage.errors import argument_fault
from htcoverage.figures import CoverCriteria
from htcoverage.figures.cover import ALL_OPERATORS, ANY_OPERATOR
from htcoverage.figures.rows import PART_TOLERANCE, PROVINCE_CODE
from htcoverage.reconcile.statements import PublicStatement, Reading
from htcoverage.uncertainty import Sensitivity

COLUMNS = (
    "date", "reported_share", "technology", "operator", "denominator", "part", "median",
    "cell_edge", "holds", "shift_db", "median_shift_db",
)  # fmt: skip


def reconcile(
    figures: pd.DataFrame,
    sensitivities: Iterable[Sensitivity],
    statements: Sequence[PublicStatement],
) -> pd.DataFrame:
    """Set the computed shares of the province beside every reading of every statement.

    Parameters
    ----------
    figures : DataFrame
        From `compute_figures`, with commune rows where a statement counts communes.
    sensitivities : iterable of Sensitivity
        From `compute_sensitivity` at the basis ``cell_edge``, for the technologies and operators
        whose shift is wanted.
    statements : sequence of PublicStatement
        In the order in which they are to be told. One that the figures do not answer (communes,
        where settlements tell none) has no row.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`; one row a statement, operator (any, then all) and reading that the
        figures answer: the computed shares at the median and at the cell edge; ``holds``, whether
        the reported share is reached at the cell edge; ``shift_db``, the common shift of all
        thresholds at which it is just reached there: positive so much is in hand, negative so
        much is missing, −inf no shift reaches it, because too much has no level at all;
        ``median_shift_db`` the same at the median. NaN where no curve was given.
        ``attrs["criteria"]`` holds the criteria.

    Raises
    ------
    InputError
        If the figures answer no reading of any statement.
    """
    criteria = CoverCriteria(**figures.attrs["criteria"])
    curves = {
        (s.technology, s.operator, s.denominator, s.settlement_part): s
        for s in sensitivities
        if s.basis == "cell_edge"
    }
    rows = []
    for statement in statements:
        found = [
            _row(figures, curves, statement, operator, reading, margin_db=criteria.margin_db)
            for operator in (ANY_OPERATOR, ALL_OPERATORS)
            for reading in statement.readings
        ]
        rows += [row for row in found if row is not None]
    if not rows:
        asked = ", ".join(dict.fromkeys(statement.technology for statement in statements))
        raise argument_fault("figures", f"no row for {asked}", "rows that answer a statement")
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.attrs["criteria"] = figures.attrs["criteria"]
    return table


def _row(
    figures: pd.DataFrame,
    curves: Mapping[tuple[str, str, str, float | None], Sensitivity],
    statement: PublicStatement,
    operator: str,
    reading: Reading,
    *,
    margin_db: float,
) -> tuple[object, ...] | None:
    denominator, part = reading
    kept = figures[
        (figures["technology"] == statement.technology) & (figures["operator"] == operator)
    ]
    median, edge = (
        _share(kept[kept["basis"] == basis], denominator, part) for basis in ("median", "cell_edge")
    )
    if median is None or edge is None:
        return None
    shift_db = math.nan
    curve = curves.get((statement.technology, operator, denominator, part))
    if curve is not None:
        shift_db = curve.shift_for(statement.share)
        shift_db = -math.inf if math.isnan(shift_db) else shift_db
    holds = edge >= statement.share * (1.0 - 1e-12)
    return (
        statement.date, statement.share, statement.technology, operator, denominator,
        math.nan if part is None else part, median, edge, holds, shift_db, shift_db + margin_db,
    )  # fmt: skip


def _share(rows: pd.DataFrame, denominator: str, part: float | None) -> float | None:
    """Return the province's share of a reading; None where the figures have none."""
    if denominator == "communes":
        people = rows[(rows["area_level"] == "commune") & (rows["denominator"] == "residents")]
        if len(people) == 0 or part is None:
            return None
        return float((people["covered_share"] >= part - PART_TOLERANCE).mean())
    whole = rows[(rows["area_code"] == PROVINCE_CODE) & (rows["denominator"] == denominator)]
    if part is not None:
        whole = whole[whole["settlement_part"] == part]
    return None if len(whole) == 0 else float(whole["covered_share"].iloc[0])
