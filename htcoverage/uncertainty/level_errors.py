"""The errors of predicted levels: how large, and which levels share them.

The true median level at a pixel is taken to be the predicted one plus an error that does not depend
on the prediction (Berkson's kind: what is left over when a model has been fitted to measurements).
The error has three parts, all normal with mean 0:

- *common*: one value for each band, the same in the whole province: the model, the clutter's
  heights, the season;
- *site*: one value for each site, the same for all its cells: its true power, feeders, mast;
- *local*: one value for each path from a site to a pixel, the same for all bands and operators on
  that site: the hill or grove that the terrain data miss.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from scipy.special import ndtri

from htcoverage.errors import Fault, InputError, argument_fault
from htcoverage.figures.cover import CoverCriteria, FloatArray

UInt64Array = npt.NDArray[np.uint64]

#: Values of the standard normal law, equally probable: the nth of 2^16 quantiles. Its spread is 1
#: to 2e-5, its ends are at ±4.3.
_NORMAL = ndtri((np.arange(65536) + 0.5) / 65536).astype(np.float32)


#: The source of errors that belong to a path, drawn by `local_errors_db`.
LOCAL = "local"


@dataclass(frozen=True)
class LevelErrors:
    """Standard deviations of the parts of the error of a predicted median level.

    The defaults are labelled assumptions: together they make the 7 dB that the model is assumed to
    spread against measurement until it is calibrated (3² + 3² + 5.6² ≈ 7²), and a share of about a
    third for what a whole band or site has in common.

    Parameters
    ----------
    common_sigma_db, site_sigma_db, local_sigma_db : float
        In dB, at least 0 (see the module for what each is).

    Raises
    ------
    InputError
        If a value is negative or not finite.
    """

    common_sigma_db: float = 3.0
    site_sigma_db: float = 3.0
    local_sigma_db: float = 5.6

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value >= 0.0):
                raise argument_fault(field.name, value, "a number of dB, 0 or more")

    @classmethod
    def of_model(cls, model_sigma_db: float) -> LevelErrors:
        """Return the parts of a model's spread, in dB, in the proportions of the defaults."""
        common_db = 3.0 * model_sigma_db / 7.0
        return cls(common_db, common_db, 4.0 * model_sigma_db / 5.0)

    @property
    def total_sigma_db(self) -> float:
        """All parts together, in dB."""
        return math.hypot(self.common_sigma_db, self.site_sigma_db, self.local_sigma_db)


def spread_left_db(criteria: CoverCriteria, errors: LevelErrors) -> float:
    """Return the spread, in dB, that is left inside a pixel once the errors have been drawn.

    The criteria's spread less what was drawn, but never less than location and user: what the
    figure ``expected`` has averaged over and a single world has not.
    """
    inside = criteria.location_sigma_db**2 + criteria.user_loss_sigma_db**2
    return math.sqrt(max(criteria.sigma_db**2 - errors.total_sigma_db**2, inside))


@dataclass(frozen=True, eq=False)
class CellGroups:
    """Which cells share an error.

    Parameters
    ----------
    site : array of int
        The site of each cell, numbered by the sorted names.
    band : array of int
        The band of each cell.
    bands_mhz : tuple of float
        The bands, ascending.
    """

    site: npt.NDArray[np.int64]
    band: npt.NDArray[np.int64]
    bands_mhz: tuple[float, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources of error, as `draw_errors` gives them, and "local"."""
        return (*(f"common, {mhz:g} MHz" for mhz in self.bands_mhz), "site", LOCAL)


def cell_groups(coverage: xr.Dataset, cells: pd.DataFrame) -> CellGroups:
    """Return which cells of a coverage share a site and a band.

    Parameters
    ----------
    coverage : xarray.Dataset
        With ``cell_id`` and ``site_id`` (cell).
    cells : DataFrame
        ``cell_id, band_mhz``, at least those of the coverage.

    Raises
    ------
    InputError
        With every cell of the coverage that the table lacks.
    """
    names = coverage["cell_id"].to_numpy()
    band_mhz = cells.set_index("cell_id")["band_mhz"].reindex(names)
    missing = names[band_mhz.isna().to_numpy()]
    if len(missing):
        raise InputError(
            Fault("cells", None, "cell_id", str(name), "every cell of the coverage, with its band")
            for name in missing
        )
    bands, band = np.unique(band_mhz.to_numpy(dtype=np.float64), return_inverse=True)
    _, site = np.unique(coverage["site_id"].to_numpy(), return_inverse=True)
    return CellGroups(site.astype(np.int64), band.astype(np.int64), tuple(bands.tolist()))


@dataclass(frozen=True, eq=False)
class Draw:
    """The errors of one simulated world.

    Parameters
    ----------
    by_source : mapping of str to array
        Error of every cell, in dB, by source: each band's common one, and the sites'.
    key : int
        From which the local errors follow (see `local_errors_db`).
    """

    by_source: dict[str, FloatArray]
    key: np.uint64


def draw_errors(groups: CellGroups, errors: LevelErrors, *, number: int, seed: int) -> Draw:
    """Return the errors of one simulated world; each number from 0 is a world of its own.

    Parameters
    ----------
    groups : CellGroups
        Who shares an error.
    errors : LevelErrors
        How large they are.
    number, seed : int
        The same pair gives the same world, however many are drawn and in whichever order.
    """
    *common, _, _ = groups.sources
    random = np.random.default_rng([seed, number])
    of_band = errors.common_sigma_db * random.standard_normal(len(common))
    of_site = errors.site_sigma_db * random.standard_normal(int(groups.site.max()) + 1)
    by_source = {
        name: np.where(groups.band == band, of_band[band], 0.0) for band, name in enumerate(common)
    }
    by_source["site"] = of_site[groups.site]
    return Draw(by_source, np.uint64(random.integers(2**64, dtype=np.uint64)))


def path_keys(site: npt.NDArray[np.int64], pixel: npt.NDArray[np.int64]) -> UInt64Array:
    """Return a key for each path from a site to a pixel, both numbered from 0."""
    return _mixed((site.astype(np.uint64) << np.uint64(40)) ^ pixel.astype(np.uint64))


def local_errors_db(paths: UInt64Array, key: np.uint64, sigma_db: float) -> FloatArray:
    """Return the local error of each path in one world, in dB: the same path, the same error.

    The bits of a hash of path and world choose one of 65,536 equally probable normal values, so
    nothing needs to be kept and the order of paths does not matter.
    """
    chosen = _mixed(paths ^ key) >> np.uint64(48)
    error: FloatArray = sigma_db * _NORMAL[chosen].astype(np.float64)
    return error


def _mixed(bits: UInt64Array) -> UInt64Array:
    """Scatter the bits: the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
