"""The computed shares beside what was said in public: what each counts, what would have to be true.

A public figure rarely says what it counts, at which level, how surely and with whose network. So it
is set beside every reading that its words allow, and for each the common shift of all thresholds is
told at which it would just hold. Nothing here is tuned to any of them.
"""

from htcoverage.reconcile.beside import (
    Reconciliation,
    read_reconciliation,
    reconciliation_document,
    set_beside,
)
from htcoverage.reconcile.statements import (
    RESIDENTIAL_READINGS,
    PublicStatement,
    Reading,
    residential_statement,
)
from htcoverage.reconcile.table import reconcile
from htcoverage.reconcile.words import (
    basis_sentences,
    date_words,
    reconciliation_paragraph,
    statement_sentences,
)

__all__ = [
    "RESIDENTIAL_READINGS",
    "PublicStatement",
    "Reading",
    "Reconciliation",
    "basis_sentences",
    "date_words",
    "read_reconciliation",
    "reconcile",
    "reconciliation_document",
    "reconciliation_paragraph",
    "residential_statement",
    "set_beside",
    "statement_sentences",
]
