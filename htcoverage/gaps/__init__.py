"""Gaps in the cover of homes: their outlines, who lives there, what is missing and why."""

from htcoverage.gaps.find import find_gaps
from htcoverage.gaps.identity import compare_gaps, keep_gap_ids
from htcoverage.gaps.why import why_words

__all__ = ["compare_gaps", "find_gaps", "keep_gap_ids", "why_words"]
