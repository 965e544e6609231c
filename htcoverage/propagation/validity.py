"""The range of a model, declared once: listed by the registry, enforced at the public edge."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from htcoverage.errors import ValidityError


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
    """

    name: str
    low: float
    high: float
    unit: str
    beyond: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g} {self.unit}".rstrip()


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
        If a value is outside and the range is not one that the field extrapolates, or is not
        finite.

    Warns
    -----
    ExtrapolationWarning
        If a value is outside a range that the field extrapolates.
    """
    values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    outside = values[~((values >= valid.low) & (values <= valid.high))]
    if outside.size == 0:
        return
    worst = float(outside.flat[0])
    message = f"{valid.name} is {worst:g} {valid.unit}".rstrip()
    message += f"; {citation} holds from {valid}"
    if valid.beyond == "error" or not math.isfinite(worst):
        raise ValidityError(message)
    warnings.warn(message, ExtrapolationWarning, stacklevel=3)
