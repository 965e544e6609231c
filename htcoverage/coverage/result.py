"""The result as a labelled dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from odc.geo.geobox import GeoBox

from htcoverage.schema import OPERATORS, TECHNOLOGIES, layer_names

#: Operator of the layers that hold the strongest of all.
ANY_OPERATOR = "any"


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
