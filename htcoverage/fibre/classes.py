"""Classes of spans by what a cut of their line takes, as maps and pictures draw them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np

from htcoverage.fibre.lengths import IntArray
from htcoverage.labels import Language, label, number

#: Colour and width in points of each class: order is told by width as well as by colour.
CLASS_STYLES = (
    ("#6f6f6f", 1.0), ("#5e2590", 1.6), ("#a3157f", 2.4), ("#e0561b", 3.4), ("#111111", 4.6),
)  # fmt: skip

#: Colours of the first phases of a plan; later ones share the last.
PHASE_COLOURS = ("#d55e00", "#e69f00", "#0072b2", "#56b4e9", "#009e73", "#cc79a7")


@dataclass(frozen=True)
class Measure:
    """What a cut takes, and where the classes above "nothing" begin.

    Parameters
    ----------
    column : str
        Of `fibre_map_spans`.
    word : str
        Key of its word.
    starts : tuple of int
        Ascending.
    """

    column: str
    word: str
    starts: tuple[int, ...]

    def classes(self, spans: gpd.GeoDataFrame) -> IntArray:
        """Return the class of each span, from 0 (nothing); -1 for spans that carry nothing."""
        lost = spans[self.column].to_numpy(np.float64)
        found = np.searchsorted(self.starts, np.nan_to_num(lost), "right")
        classes: IntArray = np.where(np.isnan(lost), -1, found).astype(np.intp)
        return classes

    def words(self, language: Language) -> list[str]:
        """Return the words of the classes, from "none" on."""
        between = [
            f"{number(low, language)} – {number(high - 1, language)}"
            for low, high in pairwise(self.starts)
        ]
        last = number(self.starts[-1], language)
        return [
            label("map_fibre_nothing", language),
            *between,
            label("map_fibre_and_more", language).format(count=last),
        ]


MEASURES = {
    "bts": Measure("bts_cut_off_together", "map_fibre_bts", (1, 5, 20, 50)),
    "residents": Measure("residents_cut_off_together", "map_fibre_residents", (1, 500, 1000, 5000)),
}
