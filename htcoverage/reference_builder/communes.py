"""Share settlements among a district's communes: compact groups around rough positions."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

Floats = npt.NDArray[np.float64]

LEAST_SHARE, MOST_SHARE = 0.6, 1.5


def assign_communes(points: Floats, anchors: Floats) -> npt.NDArray[np.intp]:
    """Return the anchor of each point: least sum of squared distances, shares bounded.

    Every anchor gets between ``LEAST_SHARE`` and ``MOST_SHARE`` of an equal share.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Settlements, easting and northing in metres.
    anchors : ndarray, shape (m, 2)
        Communes, m ≤ n.
    """
    equal = len(points) / len(anchors)
    least, most = math.floor(LEAST_SHARE * equal), math.ceil(MOST_SHARE * equal)
    slots = np.repeat(np.arange(len(anchors)), most)
    squared = ((points[:, None] - anchors[None]) ** 2).sum(axis=2)
    # A bonus above any difference of distances fills the obligatory places first.
    obligatory = np.tile(np.arange(most) < least, len(anchors))
    cost = squared[:, slots] - np.where(obligatory, 2.0 * squared.max(), 0.0)
    rows, columns = linear_sum_assignment(cost)
    result = np.empty(len(points), dtype=np.intp)
    result[rows] = slots[columns]
    return result
