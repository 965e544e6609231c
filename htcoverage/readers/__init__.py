"""Readers: a planner's files to validated tables, or one error that lists every fault."""

from htcoverage.readers.layers import read_districts, read_settlements, read_spans
from htcoverage.readers.ledger import Assumption, Ledger, read_ledger
from htcoverage.readers.within import check_within

__all__ = [
    "Assumption",
    "Ledger",
    "check_within",
    "read_districts",
    "read_ledger",
    "read_settlements",
    "read_spans",
]
