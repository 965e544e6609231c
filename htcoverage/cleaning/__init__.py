"""Cleaning: a planner's dirty ledger in, a validated one out, with a report of every step."""

from htcoverage.cleaning.accept import accepted, ledger_notes
from htcoverage.cleaning.clean import CleanedLedger, clean_ledger
from htcoverage.cleaning.datum import DatumEvidence, datum_evidence
from htcoverage.cleaning.report import CleaningReport

__all__ = [
    "CleanedLedger",
    "CleaningReport",
    "DatumEvidence",
    "accepted",
    "clean_ledger",
    "datum_evidence",
    "ledger_notes",
]
