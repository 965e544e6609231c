"""How sure a figure is: shifted thresholds, sites that fail, errors of the model."""

from htcoverage.uncertainty.alternatives import Alternative, moved_ledger, sweep_alternatives
from htcoverage.uncertainty.evidence import Evidence, compute_evidence, evidence_document
from htcoverage.uncertainty.failure import site_failures
from htcoverage.uncertainty.intervals import add_intervals, error_sources
from htcoverage.uncertainty.ledger_errors import DoubtfulLedger, LedgerErrors
from htcoverage.uncertainty.level_errors import LevelErrors
from htcoverage.uncertainty.sensitivity import (
    Sensitivity,
    compute_sensitivity,
    reached_table,
    sensitivity_table,
)

__all__ = [
    "Alternative",
    "DoubtfulLedger",
    "Evidence",
    "LedgerErrors",
    "LevelErrors",
    "Sensitivity",
    "add_intervals",
    "compute_evidence",
    "compute_sensitivity",
    "error_sources",
    "evidence_document",
    "moved_ledger",
    "reached_table",
    "sensitivity_table",
    "site_failures",
    "sweep_alternatives",
]
