"""A cleaned ledger taken or refused: errors stop a run, repairs are told beside its figures."""

from __future__ import annotations

import pandas as pd

from htcoverage.cleaning.clean import CleanedLedger
from htcoverage.cleaning.report import CleaningReport
from htcoverage.errors import Fault, InputError
from htcoverage.notes import Note
from htcoverage.readers.columns import column_taken
from htcoverage.readers.ledger import Ledger

#: Faults that are listed in an error; the cleaning report has them all.
_MOST_FAULTS = 50

#: A column taken for ours with less than this is told.
_SURE = 0.98


def accepted(cleaned: CleanedLedger, *, drop_faulty_rows: bool = False) -> Ledger:
    """Return the ledger if nothing in it needs a decision of the user's.

    Parameters
    ----------
    cleaned : CleanedLedger
        From `clean_ledger`.
    drop_faulty_rows : bool
        Whether the user has decided to do without the rows that are at fault.

    Raises
    ------
    InputError
        With the errors of the cleaning report, the first 50 of many.
    """
    report = cleaned.report
    if cleaned.ledger is not None and (drop_faulty_rows or report.exit_code < 2):
        return cleaned.ledger
    errors = report.faults[report.faults["severity"] == "error"]
    faults = [
        Fault(
            report.file,
            None if pd.isna(line["row"]) else int(line["row"]),
            None if pd.isna(line["column"]) else str(line["column"]),
            line["value"],
            line["detail"].removeprefix("expected "),
        )
        for line in errors.head(_MOST_FAULTS).to_dict("records")
    ]
    if len(errors) > _MOST_FAULTS:
        expected = "a look at `htcoverage check`, which lists them all"
        faults.append(Fault(report.file, None, None, f"{len(errors)} errors", expected))
    raise InputError(faults)


def ledger_notes(report: CleaningReport) -> list[Note]:
    """Return what a cleaning report says of a ledger that was taken, in a few lines."""
    notes = [column_taken(match) for match in report.mapped_columns if match.confidence < _SURE]
    notes += [
        Note("finding", {name: line[name] for name in ("count", "rule", "action")})
        for line in report.counts().to_dict("records")
        if line["severity"] != "info"
    ]
    if report.positions is not None and report.positions.key == "positions_open":
        notes.append(report.positions)
    assumed = [each.column for each in report.assumed if each.table == "cells"]
    if assumed:
        notes.append(Note("defaults_stand", {"columns": ", ".join(assumed)}))
    return [note.said_of("bts") for note in notes]
