"""What was said in public, in the readings that its words allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from htcoverage.errors import argument_fault
from htcoverage.figures.cover import Technology
from htcoverage.figures.rows import SETTLEMENT_PARTS

#: A denominator, and the part of the residents where units are counted. ``communes`` counts the
#: communes of which at least that part of the residents is covered.
Reading = tuple[str, float | None]

#: What "so many per cent of residential areas" may count: their area, the people in them, or the
#: settlements as units.
RESIDENTIAL_READINGS: tuple[Reading, ...] = (
    ("residential_area", None),
    ("residents", None),
    *(("settlements", part) for part in SETTLEMENT_PARTS),
)


@dataclass(frozen=True)
class PublicStatement:
    """A share of something that was said in public to be covered.

    Parameters
    ----------
    date : str
        Year, or year and month: ``2023-10``.
    share : float
        The share stated, in (0, 1].
    technology : {"3G", "4G", "any", "both"}
        The technology that it speaks of; ``any`` where it names none or both together.
    readings : tuple of (str, float or None)
        What its words allow to be counted.
    words_en, words_vi : str
        What was said, without a full stop.
    """

    date: str
    share: float
    technology: Technology
    readings: tuple[Reading, ...]
    words_en: str
    words_vi: str

    def __post_init__(self) -> None:
        if not 0.0 < self.share <= 1.0:
            raise argument_fault("share", self.share, "a share above 0, at most 1")
        if not self.readings:
            raise argument_fault("readings", self.readings, "at least one reading")


def residential_statement(reported: Mapping[str, object]) -> PublicStatement:
    """Return the statement that a run carries as ``reported``, in the readings it allows.

    Parameters
    ----------
    reported : mapping
        ``covered_residential_share``, ``date`` and ``counts``, as in a project file.
    """
    return PublicStatement(
        date=str(reported["date"]),
        share=float(str(reported["covered_residential_share"])),
        technology="any",
        readings=RESIDENTIAL_READINGS,
        words_en=str(reported["counts"]),
        words_vi=str(reported["counts"]),
    )
