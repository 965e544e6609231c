"""The evidence of a run: one self-contained page and its tables."""

from htcoverage.report.write import write_report

__all__ = ["write_report"]
