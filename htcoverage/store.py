"""The memory that a coverage lies in: large ones in temporary files, a layer of them at a time."""

from __future__ import annotations

import math
import mmap
import os
import tempfile
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from htcoverage.errors import SetupError

#: Results above this size lie in a temporary file that is mapped into memory: a province at 30 m
#: has 2 GB of levels and servers, of which a program looks at one layer at a time.
_MAPPED_FROM_BYTES = 1 << 28


class Store:
    """Arrays of one shape that results are written into.

    Parameters
    ----------
    shape : tuple of int
        Layers, rows, columns.
    dtypes : iterable of numpy dtypes
        Of each array, four bytes wide all of them.

    Raises
    ------
    SetupError
        If there is no room for the temporary files.
    """

    def __init__(self, shape: tuple[int, int, int], dtypes: Iterable[type[np.generic]]) -> None:
        kinds = list(dtypes)
        count = math.prod(shape)
        self._maps: list[mmap.mmap] = []
        if 4 * count * len(kinds) < _MAPPED_FROM_BYTES:
            self.arrays: list[npt.NDArray[Any]] = [np.empty(shape, kind) for kind in kinds]
            return
        self.arrays = []
        for kind in kinds:
            with tempfile.TemporaryFile() as file:
                _make_room(file.fileno(), 4 * count, len(kinds))
                self._maps.append(mmap.mmap(file.fileno(), 4 * count))
            self.arrays.append(np.frombuffer(self._maps[-1], kind).reshape(shape))

    def release(self) -> None:
        """Give what has been written to the file and the memory back to the system."""
        for mapped in self._maps:
            mapped.flush()
            _release(mapped)


def release_memory(coverage: xr.Dataset) -> None:
    """Give the memory of results that lie in temporary files back to the system.

    What is looked at again comes back from the files. Results in memory proper stay there.
    """
    for values in coverage.data_vars.values():
        base: object = values.to_numpy()
        while isinstance(base, np.ndarray):
            base = base.base
        if isinstance(base, memoryview) and isinstance(base.obj, mmap.mmap):
            _release(base.obj)


def values_at(
    coverage: xr.Dataset,
    name: str,
    layers: Sequence[int] | npt.NDArray[np.int64],
    pixels: npt.NDArray[np.int64],
) -> npt.NDArray[Any]:
    """Return a variable of a coverage at some pixels of some layers, (layers, pixels).

    Parameters
    ----------
    coverage : xarray.Dataset
        With the variable (layer, y, x).
    name : str
        The variable.
    layers, pixels : array of int
        Places of the layers; flat indices (row · columns + column).

    Notes
    -----
    Pixels of homes lie all over a province, so all of a layer comes from its file to memory with
    them; it is let go again before the next.
    """
    values = coverage[name].transpose("layer", "y", "x").to_numpy()
    picked = np.empty((len(layers), len(pixels)), values.dtype)
    for place, layer in enumerate(layers):
        picked[place] = values[layer].ravel()[pixels]
        release_memory(coverage)
    return picked


def _make_room(file: int, size: int, files: int) -> None:
    """Give a file its size on the disk now: a mapped file without room ends the program later."""
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file, 0, size)
        else:
            os.truncate(file, size)
    except OSError as error:
        raise SetupError(
            f"no room for temporary files of {size * files / 1e9:.1f} GB in"
            f" {tempfile.gettempdir()} ({error.strerror}): set TMPDIR to a folder that has it, or"
            " choose larger pixels"
        ) from error


def _release(mapped: mmap.mmap) -> None:
    if hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)
