"""Coverage: levels, best server and runner-up on the analysis grid, from a ledger and terrain."""

from htcoverage.coverage.compute import (
    DEFAULT_CLUTTER_CLEARANCE_M,
    DEFAULT_RADIUS_KM,
    DEFAULT_RX_HEIGHT_M,
    Progress,
    compute_coverage,
)
from htcoverage.coverage.result import ANY_OPERATOR

__all__ = [
    "ANY_OPERATOR",
    "DEFAULT_CLUTTER_CLEARANCE_M",
    "DEFAULT_RADIUS_KM",
    "DEFAULT_RX_HEIGHT_M",
    "Progress",
    "compute_coverage",
]
