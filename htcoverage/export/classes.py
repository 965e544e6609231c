"""Classes of level and of cover: breaks, colours, words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from htcoverage.export.pictures import UInt8
from htcoverage.figures import CoverCriteria
from htcoverage.labels import Language, label

#: Median level at which each class begins, strongest first, in dBm: RSRP for 4G, RSCP for 3G.
LEVEL_BREAKS_DBM = {"4G": (-85, -95, -105, -115), "3G": (-75, -85, -95, -105)}
QUANTITY = {"4G": "RSRP", "3G": "RSCP"}

#: Probability of cover at which each class begins, most probable first.
PROBABILITY_BREAKS = (0.95, 0.9, 0.75, 0.5)

#: Strongest first. Lightness rises steadily, so the order survives colour blindness and grey print;
#: the darkest still lets lines and names be read upon it.
LEVEL_COLOURS = ["#2171a9", "#4a9fc4", "#86c7c8", "#c3e3b5", "#fbf3b0"]

#: Covered with the margin, at the median only, not covered: teal against orange.
COVER_COLOURS = ["#5fb3a3", "#b4dcd2", "#f0a04b"]


def level_classes(level_dbm: npt.NDArray[np.float32], technology: str) -> UInt8:
    """Return 1 for the strongest class to 5 for the weakest; 0 where there is no level."""
    breaks = np.array(LEVEL_BREAKS_DBM[technology][::-1])
    found = len(breaks) + 1 - np.digitize(level_dbm, breaks)
    return np.where(np.isnan(level_dbm), 0, found).astype(np.uint8)


def cover_classes(excess_db: npt.NDArray[np.float64], margin_db: float) -> UInt8:
    """Return 1 covered with the margin, 2 covered at the median only, 3 not covered.

    Parameters
    ----------
    excess_db : float64 array
        Median level less threshold, in dB; −inf where there is no level.
    margin_db : float
        Margin for the cell-edge probability, in dB.
    """
    return np.select([excess_db >= margin_db, excess_db >= 0], [1, 2], default=3).astype(np.uint8)


def level_labels(technology: str) -> list[str]:
    """Return the words of the classes of level, strongest first, in dBm."""
    return range_labels([str(b).replace("-", "−") for b in LEVEL_BREAKS_DBM[technology]])


def range_labels(breaks: Sequence[str]) -> list[str]:
    """Return the words of the classes that begin at each break, highest first."""
    between = [f"{low} … {high}" for high, low in pairwise(breaks)]
    return [f"≥ {breaks[0]}", *between, f"< {breaks[-1]}"]


def cover_labels(criteria: CoverCriteria, language: Language) -> list[str]:
    """Return the words of the classes of cover."""
    share = f"{100 * criteria.cell_edge_probability:g}"
    return [
        label("covered_cell_edge", language).format(share=share),
        label("covered_median_only", language),
        label("not_covered", language),
    ]
