"""Antenna patterns: what a direction loses against the main beam, with tilt."""

from htcoverage.antennas.folder import PATTERN_ENDINGS, PatternFolder, read_patterns
from htcoverage.antennas.msi import read_msi
from htcoverage.antennas.patterns import (
    PATTERN_NAMES,
    Pattern,
    interpolated_loss_db,
    is_built_in,
    loss_db,
    pattern,
)

__all__ = [
    "PATTERN_ENDINGS",
    "PATTERN_NAMES",
    "Pattern",
    "PatternFolder",
    "interpolated_loss_db",
    "is_built_in",
    "loss_db",
    "pattern",
    "read_msi",
    "read_patterns",
]
