"""Shadowing: the margin at the cell's edge, and what it means for the cell's area."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import erfcx, ndtr, ndtri

from htcoverage.errors import argument_fault


def margin_db(cell_edge_probability: float, *, sigma_db: float) -> float:
    """Shadowing margin z(π)·σ: how far the median must lie above the threshold, dB.

    Parameters
    ----------
    cell_edge_probability : float
        Share of places at the edge (in the pixel) that shall be covered, in (0, 1).
    sigma_db : float
        Standard deviation of the level, dB, at least 0.
    """
    _check_probability("cell_edge_probability", cell_edge_probability)
    return float(ndtri(cell_edge_probability)) * sigma_db


def area_probability(
    cell_edge_probability: float, *, sigma_db: float, path_loss_exponent: float
) -> float:
    """Share of a disc that is covered when a given share of its edge is.

    With a = −z(π)/√2 and b = 10·n·log10(e)/(σ·√2):
    ``½·[1 − erf(a) + exp((1 − 2ab)/b²)·(1 − erf((1 − ab)/b))]``. It holds for one mast in the
    middle, loss growing as distance to the power n, and lognormal shadowing.

    Parameters
    ----------
    cell_edge_probability : float
        Share of the edge that is covered, in (0, 1).
    sigma_db : float
        Standard deviation of the shadowing, dB, above 0.
    path_loss_exponent : float
        Exponent n of the loss with distance, above 0.

    References
    ----------
    W. C. Jakes (ed.), "Microwave Mobile Communications", Wiley, 1974, §2.5.3.
    """
    _check_probability("cell_edge_probability", cell_edge_probability)
    _check_jakes(sigma_db, path_loss_exponent)
    return _area_share(float(ndtri(cell_edge_probability)), sigma_db, path_loss_exponent)


def cell_edge_probability(
    area_probability: float, *, sigma_db: float, path_loss_exponent: float
) -> float:
    """Share of the edge that must be covered for a given share of the disc: the inverse.

    Parameters are those of `area_probability`, which see.
    """
    _check_probability("area_probability", area_probability)
    _check_jakes(sigma_db, path_loss_exponent)

    def excess(z: float) -> float:
        return _area_share(z, sigma_db, path_loss_exponent) - area_probability

    low = -10.0
    while excess(low) > 0.0:  # a low exponent leaves the far edge almost bare
        low *= 2.0
    return float(ndtr(brentq(excess, low, 10.0, xtol=1e-12)))


def _area_share(z: float, sigma_db: float, path_loss_exponent: float) -> float:
    """Jakes's formula; exp(x² − a²)·erfc(x) is written with erfcx, which does not overflow."""
    root2 = float(np.sqrt(2.0))
    a = -z / root2
    b = 10.0 * path_loss_exponent * float(np.log10(np.e)) / (sigma_db * root2)
    inner = float(np.exp(-a * a) * erfcx(1.0 / b - a))
    if not np.isfinite(inner):  # far below the edge everything is covered
        return 1.0
    return float(ndtr(z)) + 0.5 * inner


def _check_probability(name: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise argument_fault(name, value, "a share above 0 and below 1")


def _check_jakes(sigma_db: float, path_loss_exponent: float) -> None:
    if not sigma_db > 0.0:
        raise argument_fault("sigma_db", sigma_db, "above 0 dB")
    if not path_loss_exponent > 0.0:
        raise argument_fault("path_loss_exponent", path_loss_exponent, "above 0")
