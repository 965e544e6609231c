"""The result as a labelled dataset, and the memory that it lies in."""

from __future__ import annotations

import math
import mmap
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from odc.geo.geobox import GeoBox

from htcoverage.errors import SetupError
from htcoverage.schema import OPERATORS, TECHNOLOGIES, layer_names

#: Operator of the layers that hold the strongest of all.
ANY_OPERATOR = "any"

#: Results above this size lie in a temporary file that is mapped into memory: a province at 30 m
#: has 2 GB of levels and servers, of which a program looks at one layer at a time.
_MAPPED_FROM_BYTES = 1 << 28


@dataclass(frozen=True)
class Layers:
    """Layers of a result: ``own`` of one operator and technology each, then ``shared`` of any."""

    own: tuple[tuple[str, str], ...]
    shared: tuple[tuple[str, str], ...]

    @property
    def all(self) -> tuple[tuple[str, str], ...]:
        """Operator and technology of every layer."""
        return self.own + self.shared

    def members(self) -> npt.NDArray[np.bool_]:
        """Which own layers each shared one is made of, bool[shared, own]."""
        return np.array([[own[1] == t for own in self.own] for _, t in self.shared], np.bool_)


def layers_of(ledger: pd.DataFrame) -> Layers:
    """Layers that the cells on air make: operator × technology, and any operator of each.

    The operators of Vietnam come in the order of the schema, others by name after them.
    """
    pairs = set(zip(ledger["operator"], ledger["technology"], strict=True))
    others = sorted({operator for operator, _ in pairs} - {*OPERATORS})
    own = tuple((o, t) for t in TECHNOLOGIES for o in (*OPERATORS, *others) if (o, t) in pairs)
    shared = tuple((ANY_OPERATOR, t) for t in TECHNOLOGIES if any(t == u for _, u in own))
    return Layers(own, shared)


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
    mapped.flush()
    if hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def to_dataset(
    variables: dict[str, npt.NDArray[Any]],
    layers: Layers,
    ledger: pd.DataFrame,
    grid: GeoBox,
    *,
    attributes: dict[str, object],
) -> xr.Dataset:
    """Label arrays of layers, rows and columns."""
    affine = grid.transform
    ny, nx = grid.shape
    return xr.Dataset(
        {name: (("layer", "y", "x"), values) for name, values in variables.items()},
        coords={
            "layer": layer_names(layers.all),
            "operator": ("layer", [o for o, _ in layers.all]),
            "technology": ("layer", [t for _, t in layers.all]),
            "y": affine.f + affine.e * (np.arange(ny) + 0.5),
            "x": affine.c + affine.a * (np.arange(nx) + 0.5),
            "cell_id": ("cell", ledger["cell_id"].to_numpy(str)),
            "bts_id": ("cell", ledger["bts_id"].to_numpy(str)),
            "site_id": ("cell", ledger["site_id"].to_numpy(str)),
        },
        attrs={
            "crs": str(grid.crs),
            "transform": [float(v) for v in tuple(affine)[:6]],
            **attributes,
        },
    )
