"""A reconciliation as one value: made from a coverage, written to JSON, read back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from htcoverage.figures import CoverCriteria
from htcoverage.figures.cover import ALL_OPERATORS, ANY_OPERATOR, layer_excess
from htcoverage.labels import Language
from htcoverage.reconcile.statements import PublicStatement
from htcoverage.reconcile.table import COLUMNS, reconcile
from htcoverage.reconcile.words import reconciliation_paragraph
from htcoverage.uncertainty import compute_sensitivity


@dataclass(frozen=True, eq=False)
class Reconciliation:
    """What was said in public, and the computed shares beside it.

    Parameters
    ----------
    statements : tuple of PublicStatement
        In the order in which they are told.
    table : DataFrame
        From `reconcile`.
    modelled : mapping of str to {"some", "all"}
        How much of ``base_stations`` and ``settlements`` is modelled, where any is.
    """

    statements: tuple[PublicStatement, ...]
    table: pd.DataFrame
    modelled: Mapping[str, str]

    def paragraph(self, language: Language = "en") -> str:
        """Return all of it as `reconciliation_paragraph` writes it."""
        return reconciliation_paragraph(
            self.table, self.statements, modelled=self.modelled, language=language
        )


def set_beside(
    statements: Sequence[PublicStatement],
    figures: pd.DataFrame,
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    bts: gpd.GeoDataFrame,
) -> Reconciliation:
    """Set computed shares beside public statements, with the shift at which each would hold.

    Parameters
    ----------
    statements : sequence of PublicStatement
        What was said.
    figures : DataFrame
        From `compute_figures`, with communes where the settlements tell them.
    coverage, settlements, districts
        As for `compute_figures`.
    bts : GeoDataFrame
        Table ``bts``; its ``provenance``, and that of the settlements, tells what is modelled.
    """
    criteria = CoverCriteria(**figures.attrs["criteria"])
    nowhere = np.empty(0, dtype=np.int64)
    held = layer_excess(coverage, criteria=criteria, pixels=nowhere)
    # Communes have no curve: what counts there is a share of people, not of the province.
    asked = dict.fromkeys(
        statement.technology
        for statement in statements
        if any(denominator != "communes" for denominator, _ in statement.readings)
    )
    curves = [
        curve
        for technology in asked
        for operator in (ANY_OPERATOR, ALL_OPERATORS)
        if held.has(technology, operator)
        for curve in compute_sensitivity(
            coverage,
            settlements,
            districts,
            criteria=criteria,
            technology=technology,
            operator=operator,
        )
    ]
    modelled = {
        name: part
        for name, table in (("base_stations", bts), ("settlements", settlements))
        if (part := _modelled_part(table)) is not None
    }
    return Reconciliation(tuple(statements), reconcile(figures, curves, statements), modelled)


def _modelled_part(table: gpd.GeoDataFrame) -> str | None:
    """Return whether all or some rows of a table are modelled; None where none is."""
    if "provenance" not in table.columns:
        return None
    modelled = (table["provenance"] == "modelled").to_numpy()
    return "all" if modelled.all() else "some" if modelled.any() else None


def reconciliation_document(found: Reconciliation) -> dict[str, Any]:
    """Return a reconciliation as plain values for ``figures.json``; `read_reconciliation` reads it.

    ``shift_db`` is null where no shift reaches the share (``reached_by_a_shift`` false) and where
    none was asked for (null).
    """
    rows: list[dict[str, Any]] = []
    for row in found.table.to_dict("records"):
        shifts = {
            # Against the statement, as the words are: 0.8996 dB in hand are not 0.9.
            name: math.floor(1000.0 * row[name]) / 1000.0 if math.isfinite(row[name]) else None
            for name in ("shift_db", "median_shift_db")
        }
        asked = not math.isnan(row["shift_db"])
        rows.append(
            {
                **{str(name): value for name, value in row.items()},
                "part": None if math.isnan(row["part"]) else row["part"],
                "median": round(float(row["median"]), 6),
                "cell_edge": round(float(row["cell_edge"]), 6),
                "holds": bool(row["holds"]),
                **shifts,
                "reached_by_a_shift": math.isfinite(row["shift_db"]) if asked else None,
            }
        )
    return {
        "statements": [asdict(statement) for statement in found.statements],
        "modelled": dict(found.modelled),
        "rows": rows,
        "paragraph": {language: found.paragraph(language) for language in get_args(Language)},
    }


def read_reconciliation(
    document: Mapping[str, Any], *, criteria: Mapping[str, float]
) -> Reconciliation:
    """Return the reconciliation that ``figures.json`` holds.

    Parameters
    ----------
    document : mapping
        As `reconciliation_document` returns it, read back from JSON.
    criteria : mapping
        The criteria of the figures.
    """
    statements = tuple(
        PublicStatement(
            **{**each, "readings": tuple((what, part) for what, part in each["readings"])}
        )
        for each in document["statements"]
    )
    table = pd.DataFrame(document["rows"])
    unreachable = table.pop("reached_by_a_shift").eq(False)
    for name in ("part", "shift_db", "median_shift_db"):
        table[name] = table[name].astype(float)
    for name in ("shift_db", "median_shift_db"):
        table.loc[unreachable, name] = -math.inf
    table = table[list(COLUMNS)]
    table.attrs["criteria"] = dict(criteria)
    return Reconciliation(statements, table, dict(document["modelled"]))
