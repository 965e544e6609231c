"""Share settlements among a district's communes: compact groups around rough positions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

Floats = npt.NDArray[np.float64]


def assign_communes(points: Floats, anchors: Floats) -> npt.NDArray[np.intp]:
    """Return the anchor of each point: equal shares (within one), least sum of squared distances.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Settlements, easting and northing in metres.
    anchors : ndarray, shape (m, 2)
        Communes, m ≤ n.
    """
    each, more = divmod(len(points), len(anchors))
    slots = np.repeat(np.arange(len(anchors)), each + (1 if more else 0))
    squared = ((points[:, None] - anchors[None]) ** 2).sum(axis=2) / 1e6
    cost = squared[:, slots]
    if more:  # the last slot of each commune is a spare: taken only where it pays
        spare = np.tile(np.arange(each + 1) == each, len(anchors))
        cost = cost + np.where(spare, 25.0, 0.0)
    rows, columns = linear_sum_assignment(cost)
    result = np.empty(len(points), dtype=np.intp)
    result[rows] = slots[columns]
    return result
