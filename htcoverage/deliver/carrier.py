"""A run as one carrier may see it: its own sites and cover, rivals at most as a union.

A union is told as cover alone. Its levels would not do: their peaks stand at the rivals' masts. Nor
would fibre, even the carrier's own: cables end at masts, whoever's they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from htcoverage.errors import argument_fault
from htcoverage.export.classes import cover_classes
from htcoverage.figures import CoverCriteria
from htcoverage.figures.cover import ANY_OPERATOR
from htcoverage.gaps import find_gaps
from htcoverage.run import RunLayers, RunRecord
from htcoverage.run.compute import settlement_shares
from htcoverage.terrain import Terrain

#: Attributes of a coverage that tell of the whole network.
_OF_ALL = ("sweeps", "pixels_evaluated", "pixels_skipped", "pixels_extrapolated_below_250_m")


_Table = TypeVar("_Table", bound=pd.DataFrame)


@dataclass(frozen=True, eq=False)
class CarrierView:
    """What a carrier may see of a run.

    Parameters
    ----------
    operator : str
        The carrier.
    layers : RunLayers
        The run with its own part alone: sites, cells, cover, gaps, shares, figures; no fibre.
    union : xarray.Dataset or None
        Cover of any operator, if it was asked for: each level is one of two that tell the class of
        cover (with the margin, at the median only) and no more, or none.
    """

    operator: str
    layers: RunLayers
    union: xr.Dataset | None


def carrier_view(
    layers: RunLayers, operator: str, *, with_union: bool = False, terrain: Terrain | None = None
) -> CarrierView:
    """Return the part of a run that a carrier may see.

    Parameters
    ----------
    layers : RunLayers
        From `read_layers`.
    operator : str
        An operator of the run.
    with_union : bool
        Whether the cover and the figures of "any operator" are told as well.
    terrain : Terrain, optional
        What the run was computed on: tells why each of the carrier's gaps is one.

    Returns
    -------
    CarrierView
        Gaps are those of the carrier's own 4G at the cell edge; shares of settlements are of its
        own cover. Settlements and districts are public and stay whole.

    Raises
    ------
    InputError
        If the run has no such operator.
    """
    operators = dict.fromkeys(layers.coverage["operator"].to_numpy().tolist())
    known = [name for name in operators if name != ANY_OPERATOR]
    if operator not in known:
        raise argument_fault("operator", operator, f"an operator of the run: {', '.join(known)}")
    criteria = layers.record.parameters.criteria
    bts = _rows(layers.bts, layers.bts["operator"] == operator)
    cells = _rows(layers.cells, layers.cells["bts_id"].isin(set(bts["bts_id"])))
    coverage = _own_coverage(layers.coverage, operator)
    bare = layers.settlements.drop(
        columns=[name for name in layers.settlements.columns if name.startswith("covered_")]
    )
    settlements = settlement_shares(coverage, bare, criteria=criteria)
    told = [operator, *([ANY_OPERATOR] if with_union else [])]
    figures = _rows(layers.figures, layers.figures["operator"].isin(told))
    figures.attrs = layers.figures.attrs
    own = replace(
        layers,
        record=_own_record(layers, coverage, bts, cells),
        coverage=coverage,
        bts=bts,
        cells=cells,
        settlements=settlements,
        spans=layers.spans.iloc[:0],
        gaps=find_gaps(
            coverage, bare, layers.districts, bts, criteria=criteria, operator=operator,
            terrain=terrain, cells=cells if terrain is not None else None,
        ),
        figures=figures,
    )  # fmt: skip
    union = _cover_alone(layers.coverage, criteria) if with_union else None
    return CarrierView(operator, own, union)


def _rows(table: _Table, wanted: pd.Series) -> _Table:
    kept: _Table = table[wanted.to_numpy()].reset_index(drop=True)
    return kept


def _own_coverage(coverage: xr.Dataset, operator: str) -> xr.Dataset:
    """Return the carrier's layers, their servers counted among its own cells alone."""
    own = coverage.isel(layer=np.flatnonzero(coverage["operator"].to_numpy() == operator))
    server = own["best_server"].to_numpy()
    serving = np.unique(server[server >= 0])
    place = np.full(coverage.sizes["cell"] + 1, -1, np.int32)
    place[serving] = np.arange(len(serving))
    attributes = {key: value for key, value in own.attrs.items() if key not in _OF_ALL}
    cut = own.isel(cell=serving).assign(best_server=(("layer", "y", "x"), place[server]))
    cut.attrs = attributes
    return cut


def _cover_alone(coverage: xr.Dataset, criteria: CoverCriteria) -> xr.Dataset:
    """Return the layers of any operator, each level replaced by what its class of cover needs."""
    shared = coverage.isel(layer=np.flatnonzero(coverage["operator"].to_numpy() == ANY_OPERATOR))
    level_dbm = shared["level_dbm"].to_numpy()
    told = np.full(level_dbm.shape, np.nan, np.float32)
    for index, technology in enumerate(shared["technology"].to_numpy().tolist()):
        threshold_dbm = criteria.threshold_dbm(technology)
        excess_db = level_dbm[index].astype(np.float64) - threshold_dbm
        excess_db[np.isnan(excess_db)] = -np.inf
        classes = cover_classes(excess_db, criteria.margin_db)
        # The next float32 up, so that rounding takes no pixel below its own threshold.
        for number, needed_dbm in ((1, threshold_dbm + criteria.margin_db), (2, threshold_dbm)):
            told[index][classes == number] = np.nextafter(np.float32(needed_dbm), np.float32(0))
    attributes = {key: value for key, value in shared.attrs.items() if key not in _OF_ALL}
    names = ["layer", "operator", "technology", "y", "x"]
    return xr.Dataset(
        {"level_dbm": (("layer", "y", "x"), told)},
        coords={name: shared[name] for name in names},
        attrs=attributes,
    )


def _own_record(
    layers: RunLayers, coverage: xr.Dataset, bts: gpd.GeoDataFrame, cells: pd.DataFrame
) -> RunRecord:
    """Return the record without what tells of the others: counts, file names, hashes."""
    content = layers.record.content
    assumptions = {k: v for k, v in content["assumptions"].items() if k not in _OF_ALL}
    for name in ("terrain_source", "terrain_vintage", "clutter_source", "clutter_vintage"):
        assumptions[name] = layers.told[name]
    if "assumed" in cells:
        words = cells["assumed"].fillna("").astype(str).str.split().explode().dropna()
        counts = words.value_counts().sort_index()
        assumptions["cell_columns_assumed"] = {str(k): int(v) for k, v in counts.items()}
    assumptions["provenance"] = {
        name: {str(k): int(v) for k, v in table["provenance"].value_counts().sort_index().items()}
        for name, table in (("bts", bts), ("settlements", layers.settlements))
        if "provenance" in table
    }
    own = {
        "area": content.get("area", ""),
        "parameters": content["parameters"],
        "coverage": {key: value for key, value in coverage.attrs.items() if key != "transform"},
        "grid": content.get("grid", {}),
        "assumptions": assumptions,
        "inputs": [],
        "versions": content.get("versions", {}),
        "outputs": [],
    }
    return replace(layers.record, content=own)
