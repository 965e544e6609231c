"""The range of a model, declared once: listed by the registry, enforced at the public edge."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from htcoverage.errors import ValidityError, argument_fault


class ExtrapolationWarning(UserWarning):
    """A model is used where its document gives no warrant, as the field is used to doing."""


@dataclass(frozen=True)
class ValidRange:
    """Values of one argument for which a model is stated to hold, both ends included.

    Parameters
    ----------
    name : str
        The argument.
    low, high : float
        The range.
    unit : str
        Its unit.
    beyond : {'error', 'warning'}
        Whether a value outside is refused, or warned of because the field extrapolates.
    reach : tuple of float
        How far the field extrapolates: beyond these a value is refused all the same.
    """

    name: str
    low: float
    high: float
    unit: str
    beyond: Literal["error", "warning"] = "error"
    reach: tuple[float, float] = (-math.inf, math.inf)

    def __str__(self) -> str:
        span = f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"
        return f"{span} {self.unit}".rstrip()


def check_range(valid: ValidRange, value: npt.ArrayLike, *, citation: str) -> None:
    """Refuse (or warn of) values outside a range, naming the first such value and the range.

    Parameters
    ----------
    valid : ValidRange
        The range.
    value : array_like
        One value or many; NaN is outside.
    citation : str
        Document and edition that state the range.

    Raises
    ------
    ValidityError
        If a value is outside and the range is not one that the field extrapolates, lies beyond the
        reach of extrapolation, or is not finite.

    Warns
    -----
    ExtrapolationWarning
        If a value is outside a range that the field extrapolates.
    """
    values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    outside = values[~((values >= valid.low) & (values <= valid.high))]
    if outside.size == 0:
        return
    # What is not finite or too far off is no extrapolation, so it comes first.
    nearest, farthest = valid.reach
    refused = ~(np.isfinite(outside) & (outside >= nearest) & (outside <= farthest))
    worst = float(outside[np.argmax(refused)])
    message = f"{valid.name} is {worst:g} {valid.unit}".rstrip()
    message += f"; {citation} holds {'at' if valid.low == valid.high else 'from'} {valid}"
    if valid.beyond == "warning" and math.isfinite(nearest + farthest):
        message += f" and is extrapolated from {nearest:g} to {farthest:g} {valid.unit}".rstrip()
    if valid.beyond == "error" or refused.any():
        raise ValidityError(message)
    warnings.warn(message, ExtrapolationWarning, stacklevel=3)


def over_distances(
    kernel: Callable[..., float], freq_mhz: float, distance_km: npt.ArrayLike, *rest: float
) -> npt.NDArray[np.float64]:
    """Return a scalar kernel's loss at every distance, in their shape.

    Parameters
    ----------
    kernel : callable
        Takes the frequency in MHz, one distance in km, and ``rest``.
    """
    d = np.asarray(distance_km, dtype=np.float64)
    losses = [kernel(float(freq_mhz), float(x), *rest) for x in d.ravel()]
    return np.array(losses, dtype=np.float64).reshape(d.shape)


def equal_steps(
    distance_km: npt.ArrayLike, ground_m: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
    """Return a profile of equal steps as arrays, with its step in km.

    Parameters
    ----------
    distance_km, ground_m : array_like, shape (n,)
        Distance from the transmitter, km, from 0; terrain above sea level, m; n at least 3.

    Raises
    ------
    InputError
        If the arrays do not fit together, are not finite, or the steps differ by more than 0.1 %.
    """
    d = np.asarray(distance_km, dtype=np.float64)
    ground = np.ascontiguousarray(ground_m, dtype=np.float64)
    if d.ndim != 1 or d.size < 3:
        raise argument_fault("distance_km", d.shape, "at least 3 profile points in one dimension")
    if ground.shape != d.shape:
        raise argument_fault("ground_m", ground.shape, f"heights of shape {d.shape}")
    if not (np.isfinite(d).all() and np.isfinite(ground).all()):
        raise argument_fault("profile", "NaN or infinity", "finite distances and heights")
    step_km = float(d[-1]) / (d.size - 1)
    if not step_km > 0.0 or np.abs(d - step_km * np.arange(d.size)).max() > 1e-3 * step_km:
        raise argument_fault("distance_km", d[:3], "equal steps from 0 upwards")
    return d, ground, step_km
