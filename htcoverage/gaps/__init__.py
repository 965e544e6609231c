"""Gaps in the cover of homes: their outlines, who lives there, what is missing, what is near."""

from htcoverage.gaps.find import find_gaps

__all__ = ["find_gaps"]
