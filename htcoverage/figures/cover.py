"""When a pixel counts as covered: thresholds, margin, and how layers combine.

Covers are combined through their excess in dB over each technology's own threshold; RSCP and RSRP
themselves are never compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import xarray as xr

from htcoverage.errors import argument_fault
from htcoverage.store import release_memory

Technology = Literal["3G", "4G", "any", "both"]
Basis = Literal["median", "cell_edge", "expected"]

TECHNOLOGIES: tuple[Technology, ...] = get_args(Technology)

#: The operator of a layer that holds the strongest of all operators, and of rows made from it.
ANY_OPERATOR = "any"
ALL_OPERATORS = "all"

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CoverCriteria:
    """The level that counts as covered, and how sure one wants to be of it.

    Parameters
    ----------
    threshold_3g_dbm : float
        Least RSCP that counts as covered, in dBm.
    threshold_4g_dbm : float
        Least RSRP that counts as covered, in dBm.
    cell_edge_probability : float
        π in (0, 1): the chance, at a pixel that only just counts, that the threshold is met.
    location_sigma_db : float
        Spread of the level inside one pixel (ITU-R P.1812, §4.7), in dB, at least 0.
    model_sigma_db : float
        Spread of the predicted median against measurement, in dB, at least 0.
    user_loss_db : float
        Median loss between the predicted place (outdoors, at 1.5 m) and the user's receiver: body,
        car or building, in dB; taken off every level.
    user_loss_sigma_db : float
        Spread of that loss from one user to another, in dB, at least 0.

    Raises
    ------
    InputError
        If a value is not finite or lies outside its range.
    """

    threshold_3g_dbm: float = -95.0
    threshold_4g_dbm: float = -105.0
    cell_edge_probability: float = 0.9
    location_sigma_db: float = 2.0
    model_sigma_db: float = 7.0
    user_loss_db: float = 0.0
    user_loss_sigma_db: float = 0.0

    def __post_init__(self) -> None:
        for name in ("threshold_3g_dbm", "threshold_4g_dbm", "user_loss_db"):
            if not math.isfinite(getattr(self, name)):
                raise argument_fault(name, getattr(self, name), "a finite number")
        if not 0.0 < self.cell_edge_probability < 1.0:
            raise argument_fault(
                "cell_edge_probability",
                self.cell_edge_probability,
                "a probability between 0 and 1, such as 0.9",
            )
        for name in ("location_sigma_db", "model_sigma_db", "user_loss_sigma_db"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0.0):
                raise argument_fault(name, value, "a number of dB, 0 or more")

    @property
    def sigma_db(self) -> float:
        """All spreads together, in dB: the root of the sum of squares (independent errors)."""
        return math.hypot(self.location_sigma_db, self.model_sigma_db, self.user_loss_sigma_db)

    @property
    def margin_db(self) -> float:
        """z(π)·σ in dB, added to the threshold at the basis ``cell_edge``; negative for π < 0.5."""
        return NormalDist().inv_cdf(self.cell_edge_probability) * self.sigma_db

    def threshold_dbm(self, technology: str) -> float:
        """Return the threshold of "3G" (RSCP) or "4G" (RSRP), in dBm, as compared with the level.

        The user's loss is in it: a level outdoors must be that much higher.
        """
        bare = {"3G": self.threshold_3g_dbm, "4G": self.threshold_4g_dbm}[technology]
        return bare + self.user_loss_db


@dataclass(frozen=True)
class LayerExcess:
    """The excess of every layer over its threshold, and the rules by which layers combine.

    Excess is level − threshold in dB, without margin; −inf where a layer has no level, so such a
    pixel is never covered. A combination holds where every one of its conditions holds (least
    excess) or where one of them does (greatest excess):

    ========== ======== ===============================================================
    technology operator covered where
    ========== ======== ===============================================================
    3G, 4G     X        X's layer of the technology covers
    3G, 4G     any      a layer of the technology covers, whoever's
    3G, 4G     all      every operator that has a layer of the technology covers with it
    any        X        X covers in 3G or in 4G
    any        any      a layer covers, whoever's and of whichever technology
    any        all      every operator covers in 3G or in 4G (not all in the same one)
    both       X        X covers in 3G and in 4G
    both       any      someone covers in 3G and someone, not always the same, in 4G
    both       all      every operator with 3G covers in 3G, every one with 4G in 4G
    ========== ======== ===============================================================

    ``both`` is defined only where the operator (for any and all: the coverage) has both.

    Parameters
    ----------
    layers : mapping of (technology, operator) to array
        Excess of each layer in dB, one value a pixel; operator "any" is the layer of the strongest.
    """

    layers: Mapping[tuple[str, str], FloatArray]

    @property
    def operators(self) -> tuple[str, ...]:
        """Operators by name, in the order of the layers."""
        named = (operator for _, operator in self.layers if operator != ANY_OPERATOR)
        return tuple(dict.fromkeys(named))

    def has(self, technology: Technology, operator: str) -> bool:
        """Say whether the coverage has the layers that the combination needs."""
        technologies = {t for t, o in self.layers if operator in (o, ANY_OPERATOR)}
        if operator == ALL_OPERATORS:
            technologies = {t for t, o in self.layers if o != ANY_OPERATOR}
        if technology == "any":
            return bool(technologies)
        return ({"3G", "4G"} if technology == "both" else {technology}) <= technologies

    def is_best_server(self, technology: Technology, operator: str) -> bool:
        """Say whether one server decides the combination: one technology, and not all operators.

        Only then is the mean of Φ(excess/σ) an expectation without a rule for how the errors of
        several servers go together.
        """
        return technology in ("3G", "4G") and operator != ALL_OPERATORS

    def combined_db(self, technology: Technology, operator: str) -> FloatArray:
        """Return the excess of a combination in dB, one value a pixel, by the rules above.

        Raises
        ------
        InputError
            If the coverage has no layer that the combination needs.
        """
        if not self.has(technology, operator):
            known = ", ".join(dict.fromkeys(f"{t} {o}" for t, o in self.layers))
            raise argument_fault(
                "technology, operator", f"{technology} {operator}", f"one of the layers: {known}"
            )
        if technology == "both":
            return np.minimum(self.combined_db("3G", operator), self.combined_db("4G", operator))
        if operator == ALL_OPERATORS:
            return _fold(
                np.minimum,
                (
                    self.combined_db(technology, o)
                    for o in self.operators
                    if self.has(technology, o)
                ),
            )
        return _fold(
            np.maximum,
            (
                self.layers[t, o]
                for t, o in self.layers
                if technology in (t, "any") and operator in (o, ANY_OPERATOR)
            ),
        )


class _ExcessOfLevels(Mapping[tuple[str, str], FloatArray]):
    """The excess of each layer of a coverage, worked out whenever it is asked for.

    Kept, the layers of a province at 30 m would be a gigabyte, of which one is looked at at a time.
    """

    def __init__(
        self,
        coverage: xr.Dataset,
        criteria: CoverCriteria,
        pixels: npt.NDArray[np.int64] | None,
    ) -> None:
        level_dbm = coverage["level_dbm"].transpose("layer", "y", "x").to_numpy()
        technologies = coverage["technology"].to_numpy().tolist()
        operators = coverage["operator"].to_numpy().tolist()
        self._level_dbm = dict(
            zip(zip(technologies, operators, strict=True), level_dbm, strict=True)
        )
        self._coverage = coverage
        self._criteria = criteria
        self._pixels = pixels

    def __getitem__(self, layer: tuple[str, str]) -> FloatArray:
        level_dbm = self._level_dbm[layer].ravel()
        kept = level_dbm if self._pixels is None else level_dbm[self._pixels]
        excess: FloatArray = kept.astype(np.float64)
        release_memory(self._coverage)
        excess -= self._criteria.threshold_dbm(layer[0])
        excess[np.isnan(excess)] = -np.inf
        return excess

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._level_dbm)

    def __len__(self) -> int:
        return len(self._level_dbm)


def layer_excess(
    coverage: xr.Dataset,
    *,
    criteria: CoverCriteria,
    pixels: npt.NDArray[np.int64] | None = None,
) -> LayerExcess:
    """Return the excess of every layer of a coverage over its threshold.

    Parameters
    ----------
    coverage : xarray.Dataset
        With ``level_dbm`` (layer, y, x) in dBm and the coordinates ``operator`` and ``technology``.
    criteria : CoverCriteria
        Thresholds; the margin is not applied.
    pixels : array of int, optional
        Flat pixel indices (row · columns + column) to keep, in this order; all when left out.
    """
    return LayerExcess(_ExcessOfLevels(coverage, criteria, pixels))


def _fold(ufunc: np.ufunc, parts: Iterable[FloatArray]) -> FloatArray:
    each = iter(parts)
    folded = next(each)
    for part in each:
        folded = ufunc(folded, part)
    return folded


def excess_db(
    coverage: xr.Dataset,
    *,
    criteria: CoverCriteria | None = None,
    technology: Technology = "4G",
    operator: str = ANY_OPERATOR,
    basis: Literal["median", "cell_edge"] = "cell_edge",
) -> xr.DataArray:
    """Return by how many dB each pixel is above (covered) or below (not covered) what is asked.

    Parameters
    ----------
    coverage : xarray.Dataset
        With ``level_dbm`` (layer, y, x).
    criteria : CoverCriteria, optional
        The default criteria when left out.
    technology : {"3G", "4G", "any", "both"}
        ``any``: 3G or 4G covers; ``both``: 3G and 4G cover (see `LayerExcess`).
    operator : str
        An operator's name, ``any`` or ``all``.
    basis : {"median", "cell_edge"}
        Whether the margin is left out or taken off.

    Returns
    -------
    xarray.DataArray
        float64 (y, x), dB; covered where 0 or more; −inf where there is no level.

    Raises
    ------
    InputError
        If the coverage lacks a layer, or the basis is not one of the two.
    """
    if basis not in ("median", "cell_edge"):
        raise argument_fault("basis", basis, "'median' or 'cell_edge'")
    criteria = criteria or CoverCriteria()
    excess = layer_excess(coverage, criteria=criteria).combined_db(technology, operator)
    if basis == "cell_edge":
        excess = excess - criteria.margin_db
    y, x = coverage["y"], coverage["x"]
    return xr.DataArray(
        excess.reshape(y.size, x.size),
        coords={"y": y, "x": x},
        dims=("y", "x"),
        name="excess_db",
        attrs={"units": "dB"},
    )
