"""How sure a figure is: shifted thresholds, sites that fail, errors of the model."""

from htcoverage.uncertainty.failure import site_failures
from htcoverage.uncertainty.sensitivity import (
    Sensitivity,
    compute_sensitivity,
    reached_table,
    sensitivity_table,
)

__all__ = [
    "Sensitivity",
    "compute_sensitivity",
    "reached_table",
    "sensitivity_table",
    "site_failures",
]
