"""The layers that a run rests on, kept beside its results and read back with them.

What is made of a finished run (files for other programs, a carrier's own map) must show the
network that was computed, wherever the input files have gone since; so a run carries it, under the
hashes of ``run.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import xarray as xr

from htcoverage.export import write_gpkg
from htcoverage.export.rasters import ANY_WORDS, NO_SERVER, Rank
from htcoverage.figures.cover import ANY_OPERATOR
from htcoverage.run.facts import ground_facts
from htcoverage.run.record import RunRecord, check_outputs
from htcoverage.schema import CELLS, layer_names

if TYPE_CHECKING:
    from htcoverage.run.compute import RunResult

LAYERS_FILE = "layers.gpkg"

#: Figure rows of the communes, where the settlements tell them.
COMMUNES_FILE = "figures_communes.csv"

#: Rasters of levels and of servers, by which server of a pixel they tell; of each technology.
RASTERS: Mapping[Rank, tuple[str, str]] = {
    "best": ("coverage_{}.tif", "best_server_{}.tif"),
    "runner-up": ("runner_up_{}.tif", "runner_up_server_{}.tif"),
}

_GROUND = ("sea", "lakes", "rivers")

#: Column of ``cells``: the cell's index in the rasters of best servers, −1 if it is not on air.
_SERVER = "server"


@dataclass(frozen=True, eq=False)
class RunLayers:
    """A finished run with all that can be shown of it.

    Parameters
    ----------
    record : RunRecord
        What was computed, and how.
    coverage : xarray.Dataset
        ``level_dbm`` and ``best_server``; see `with_runner_ups`.
    bts, districts, spans : GeoDataFrame
        Tables of the schema.
    cells : DataFrame
        Table ``cells``.
    settlements : GeoDataFrame
        With the covered shares of their area.
    gaps : GeoDataFrame
        Of 4G, any operator, at the cell edge.
    ground : mapping of str to GeoDataFrame
        Sea, lakes and rivers for drawing.
    figures : DataFrame
        Figure rows, with ``attrs["criteria"]`` and ``attrs["intervals"]``: None, or what the
        intervals rest on.
    reported : mapping
        The public statement that the figure is set beside; empty where there is none.
    commune_names : mapping of str to str
        Names of communes by their codes, where the run has figures of them.
    """

    record: RunRecord
    coverage: xr.Dataset
    bts: gpd.GeoDataFrame
    cells: pd.DataFrame
    settlements: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    spans: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    ground: Mapping[str, gpd.GeoDataFrame]
    figures: pd.DataFrame
    reported: Mapping[str, object]
    commune_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def technologies(self) -> list[str]:
        """Technologies of the coverage, in its order."""
        return list(dict.fromkeys(self.coverage["technology"].to_numpy().tolist()))

    @property
    def told(self) -> dict[str, Any]:
        """Parameters of the run, for the metadata of files made of it."""
        content = self.record.content
        return {
            "area": content.get("area", ""),
            **ground_facts(content["inputs"], content.get("sources", ()), content.get("notes", ())),
            **content["assumptions"],
            "parameters": content["parameters"],
            "input_sha256": self.record.inputs,
            "versions": content.get("versions", {}),
        }


def write_layers(result: RunResult, path: Path, *, metadata: Mapping[str, object]) -> None:
    """Write the layers of a run that its other files do not hold.

    Parameters
    ----------
    result : RunResult
        From `compute_run`.
    path : Path
        File to write, a GeoPackage.
    metadata : mapping
        Parameters of the run.
    """
    inputs = result.inputs
    servers = result.coverage["cell_id"].to_numpy()
    index = pd.Series(np.arange(len(servers)), index=servers)
    order = index.reindex(inputs.cells["cell_id"].to_numpy()).fillna(NO_SERVER).to_numpy(np.int32)
    write_gpkg(
        {
            "bts": inputs.bts,
            "cells": inputs.cells.assign(**{_SERVER: order}),
            "districts": inputs.districts,
            "spans": inputs.spans,
            **{name: inputs.ground[name] for name in _GROUND if name in inputs.ground},
        },
        path,
        metadata=metadata,
    )


def read_layers(record: RunRecord) -> RunLayers:
    """Read a finished run back.

    Parameters
    ----------
    record : RunRecord
        From `read_run`.

    Raises
    ------
    InputError
        If a file beside its ``run.json`` is missing or was changed.
    """
    check_outputs(record)
    written = {entry["file"] for entry in record.content["outputs"]}
    technologies = sorted(
        name.removeprefix("coverage_").removesuffix(".tif").upper()
        for name in written
        if name.startswith("coverage_") and name.endswith(".tif")
    )
    document = json.loads(record.path_of("figures.json").read_text(encoding="utf-8"))
    figures = pd.DataFrame(document["shares"])
    figures.attrs["criteria"] = asdict(record.parameters.criteria)
    figures.attrs["intervals"] = document.get("intervals")
    path = record.path_of(LAYERS_FILE)
    held = set(gpd.list_layers(path)["name"])
    cells = gpd.read_file(path, layer="cells")
    bts = gpd.read_file(path, layer="bts")
    return RunLayers(
        record=record,
        coverage=_coverage(record, technologies, cells, bts),
        bts=bts,
        cells=cells.drop(columns=_SERVER)[[n for n in CELLS.column_names if n in cells]],
        settlements=gpd.read_file(record.path_of("settlements.gpkg"), layer="settlements"),
        districts=gpd.read_file(path, layer="districts"),
        spans=gpd.read_file(path, layer="spans"),
        gaps=gpd.read_file(record.path_of("gaps.gpkg"), layer="gaps"),
        ground={name: gpd.read_file(path, layer=name) for name in _GROUND if name in held},
        figures=figures,
        reported=document.get("reported", {}),
        commune_names=_commune_names(record) if COMMUNES_FILE in written else {},
    )


def _commune_names(record: RunRecord) -> dict[str, str]:
    rows = pd.read_csv(record.path_of(COMMUNES_FILE), dtype=str, usecols=["area_code", "area"])
    return dict(zip(rows["area_code"], rows["area"], strict=True))


def with_runner_ups(layers: RunLayers) -> xr.Dataset:
    """Return the coverage of a run as it was computed: with ``runner_up_dbm, runner_up_server``.

    Read when asked for: they are as large as the levels, and most of what is made of a run needs
    none.
    """
    found = _rasters(layers.record, layers.technologies, "runner-up")
    coverage = layers.coverage
    keys = zip(coverage["operator"].to_numpy(), coverage["technology"].to_numpy(), strict=True)
    level, server = zip(*(found[str(o), str(t)] for o, t in keys), strict=True)
    dims = ("layer", "y", "x")
    return coverage.assign(
        runner_up_dbm=(dims, np.stack(level)), runner_up_server=(dims, np.stack(server))
    )


def _rasters(
    record: RunRecord, technologies: list[str], rank: Rank
) -> dict[tuple[str, str], tuple[Any, Any]]:
    """Return levels and servers of each operator and technology."""
    layers: dict[tuple[str, str], tuple[Any, Any]] = {}
    for technology in technologies:
        names = (name.format(technology.lower()) for name in RASTERS[rank])
        level_path, server_path = (record.path_of(name) for name in names)
        with rasterio.open(level_path) as level, rasterio.open(server_path) as server:
            for band, words in enumerate(level.descriptions, start=1):
                operator = words.removeprefix(f"{technology} ")
                name = ANY_OPERATOR if operator == ANY_WORDS else operator
                values = level.read(band, masked=True).filled(np.nan)
                layers[name, technology] = (values, server.read(band))
    return layers


def _coverage(
    record: RunRecord, technologies: list[str], cells: pd.DataFrame, bts: pd.DataFrame
) -> xr.Dataset:
    layers = _rasters(record, technologies, "best")
    # The layers of operators first, as a coverage has them.
    keys = sorted(layers, key=lambda key: key[0] == ANY_OPERATOR)
    serving = cells[cells[_SERVER] >= 0].sort_values(_SERVER)
    site_of = dict(zip(bts["bts_id"], bts["site_id"], strict=True))
    grid = record.content["grid"]
    a, _, c, _, e, f = grid["transform"]
    rows, cols = grid["shape"]
    dims = ("layer", "y", "x")
    return xr.Dataset(
        {
            "level_dbm": (dims, np.stack([layers[key][0] for key in keys])),
            "best_server": (dims, np.stack([layers[key][1] for key in keys])),
        },
        coords={
            "layer": layer_names(keys),
            "operator": ("layer", [operator for operator, _ in keys]),
            "technology": ("layer", [technology for _, technology in keys]),
            "y": f + e * (np.arange(rows) + 0.5),
            "x": c + a * (np.arange(cols) + 0.5),
            "cell_id": ("cell", serving["cell_id"].to_numpy(str)),
            "bts_id": ("cell", serving["bts_id"].to_numpy(str)),
            "site_id": ("cell", np.array([site_of[b] for b in serving["bts_id"]], dtype=str)),
        },
        attrs={**record.content["coverage"], "transform": grid["transform"]},
    )
