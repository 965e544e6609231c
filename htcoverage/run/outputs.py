"""The files of a run: all are made aside, then renamed into place, ``run.json`` last."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from htcoverage.crs import reproject
from htcoverage.errors import Fault, InputError
from htcoverage.export import write_best_server_tif, write_coverage_tif, write_csv, write_gpkg
from htcoverage.fibre.lengths import INTER_PROVINCIAL, length_table
from htcoverage.labels import label
from htcoverage.maps import make_map, save_map
from htcoverage.run.compute import RunProgress, RunResult
from htcoverage.run.facts import map_facts
from htcoverage.run.inputs import Inputs
from htcoverage.run.layers import LAYERS_FILE, write_layers
from htcoverage.terrain import sha256_of
from htcoverage.uncertainty import evidence_document

#: Packages whose version can move a figure.
_VERSIONS = (
    "htcoverage",
    "numpy",
    "numba",
    "scipy",
    "rasterio",
    "shapely",
    "pyproj",
    "exactextract",
)


def write_run(result: RunResult, out: Path, *, progress: RunProgress | None = None) -> list[Path]:
    """Write every output of a run into a folder.

    Parameters
    ----------
    result : RunResult
        From `compute_run`.
    out : Path
        Folder, made where it is not there; files of an earlier run are replaced.
    progress : callable, optional
        Called with 'files', files written and files in all.

    Returns
    -------
    list of Path
        The files, ``run.json`` last.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    check_folder(out)
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        written = _write_all(result, out, progress=progress)
    except BaseException as error:
        for folder in made:
            with suppress(OSError):  # it is not there, or somebody else put something into it
                folder.rmdir()
        if isinstance(error, OSError):
            raise _unwritable(out, error) from error
        raise
    return written


def check_folder(out: Path) -> None:
    """Raise InputError where a folder cannot be made or written; nothing is made yet."""
    try:
        nearest = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    except OSError as error:
        raise _unwritable(out, error) from error
    if not nearest.is_dir():
        raise InputError([Fault(str(out), None, None, "", f"a folder; {nearest} is a file")])
    if not os.access(nearest, os.W_OK):
        raise InputError([Fault(str(out), None, None, "", f"a folder; {nearest} is read-only")])


def _unwritable(out: Path, error: OSError) -> InputError:
    why = error.strerror or str(error)
    return InputError([Fault(str(out), None, None, "", f"a folder that can be written ({why})")])


def _write_all(result: RunResult, out: Path, *, progress: RunProgress | None) -> list[Path]:
    """Write every file into a folder of its own inside ``out``, then rename them into place."""
    aside = Path(tempfile.mkdtemp(prefix=".htcoverage-", dir=out))
    try:
        writers = _writers(result)
        for done, (name, write) in enumerate(writers.items()):
            if progress is not None:
                progress("files", done, len(writers) + 1)
            write(aside / name)
        outputs = {name: sha256_of(aside / name) for name in writers}
        _write_json(_record(result, outputs), aside / "run.json")
        written = []
        for name in [*writers, "run.json"]:
            (aside / name).replace(out / name)
            written.append(out / name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    if progress is not None:
        progress("files", len(writers) + 1, len(writers) + 1)
    return written


def assumptions(result: RunResult) -> dict[str, Any]:
    """Return what the figures rest on, by name, as plain values."""
    coverage = result.coverage.attrs
    criteria = result.parameters.criteria
    assumed = result.inputs.cells["assumed"].fillna("").astype(str).str.split()
    counts = assumed.explode().dropna().value_counts().sort_index()
    return {
        "model": coverage["model"],
        "level": "median of time and locations, predicted, outdoors",
        "not_checked": "downlink level only: interference, uplink and load not checked",
        "threshold_3g_dbm": criteria.threshold_3g_dbm,
        "threshold_3g_quantity": "RSCP",
        "threshold_4g_dbm": criteria.threshold_4g_dbm,
        "threshold_4g_quantity": "RSRP per resource element and antenna port",
        "cell_edge_probability": criteria.cell_edge_probability,
        "location_sigma_db": round(criteria.location_sigma_db, 4),
        "model_sigma_db": criteria.model_sigma_db,
        "margin_db": round(criteria.margin_db, 4),
        "user_equipment": "0 dBi, body loss 0 dB",
        **{
            name: coverage[name]
            for name in (
                "environment", "radius_km", "rx_height_m", "clutter_clearance_m", "delta_n", "n0",
                "polarization", "terrain_posting_m", "pixels_extrapolated_below_250_m",
            )
            if name in coverage
        },
        "resolution_m": result.parameters.resolution_m,
        "crs": coverage["crs"],
        "residents": "spread evenly over the area of their settlement",
        "cell_columns_assumed": {str(name): int(count) for name, count in counts.items()},
        "provenance": _provenance(result),
    }  # fmt: skip


def figures_document(result: RunResult) -> dict[str, Any]:
    """Return the content of ``figures.json``: the same for the same input, to the byte."""
    inputs = result.inputs
    cable_km, route_km = _network_km(inputs.spans, str(inputs.terrain.geobox.crs))
    return {
        "area": inputs.name,
        "reported": dict(inputs.reported),
        "network": {
            "bts": len(inputs.bts),
            "sites": int(inputs.bts["site_id"].nunique()),
            "cells": len(inputs.cells),
            "cable_km": round(cable_km, 1),
            "route_km": round(route_km, 1),
        },
        "assumptions": assumptions(result),
        "shares": _rows(result.figures),
        **({} if result.evidence is None else evidence_document(result.evidence)),
    }


def _network_km(spans: gpd.GeoDataFrame, crs: str) -> tuple[float, float]:
    """Cable and route inside the province, km on the ellipsoid; a shared route counts once."""
    inside = spans[spans["kind"] != INTER_PROVINCIAL]
    if inside.empty:
        return 0.0, 0.0
    total = length_table(reproject(inside, crs), by=()).iloc[0]
    return float(total["cable_km"]), float(total["route_km"])


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; shares to 6 digits, amounts to 3, empty cells as null."""
    rounded = table.copy()
    for column, digits in (
        ("covered_share", 6),
        ("covered", 3),
        ("total", 3),
        ("low", 6),
        ("high", 6),
    ):
        if column in rounded:
            rounded[column] = rounded[column].astype(float).round(digits)
    plain = rounded.astype(object).where(rounded.notna(), None)
    return plain.to_dict("records")  # type: ignore[return-value]


def _provenance(result: RunResult) -> dict[str, dict[str, int]]:
    """Count rows by where they come from, for every table that says it."""
    inputs = result.inputs
    tables = {"bts": inputs.bts, "settlements": inputs.settlements, "spans": inputs.spans}
    return {
        name: {str(k): int(v) for k, v in table["provenance"].value_counts().sort_index().items()}
        for name, table in tables.items()
        if "provenance" in table
    }


def _record(result: RunResult, outputs: Mapping[str, str]) -> dict[str, Any]:
    """Return the content of ``run.json``."""
    return {
        "area": result.inputs.name,
        "parameters": result.parameters.as_dict(),
        "coverage": {
            key: value for key, value in result.coverage.attrs.items() if key != "transform"
        },
        "grid": {
            "crs": result.coverage.attrs["crs"],
            "transform": result.coverage.attrs["transform"],
            "shape": [result.coverage.sizes["y"], result.coverage.sizes["x"]],
        },
        "assumptions": assumptions(result),
        "inputs": _hashed(result.inputs),
        "versions": {name: version(name) for name in _VERSIONS},
        "outputs": [{"file": name, "sha256": digest} for name, digest in outputs.items()],
    }


def _hashed(inputs: Inputs) -> list[dict[str, str]]:
    return [{"file": name, "sha256": digest} for name, digest in inputs.files]


def _writers(result: RunResult) -> dict[str, Callable[[Path], object]]:
    """Every output file with the function that writes it."""
    inputs = result.inputs
    told = {"area": inputs.name, **assumptions(result)}
    technologies = dict.fromkeys(result.coverage["technology"].to_numpy().tolist())
    writers: dict[str, Callable[[Path], object]] = {
        "figures.json": lambda path: _write_json(figures_document(result), path),
        "figures.csv": lambda path: write_csv(pd.DataFrame(_rows(result.figures)), path),
    }
    for technology in technologies:
        writers[f"coverage_{technology.lower()}.tif"] = _tif_writer(result, technology)
        writers[f"best_server_{technology.lower()}.tif"] = _server_writer(result, technology)
    writers[LAYERS_FILE] = lambda path: write_layers(result, path)
    writers["gaps.gpkg"] = lambda path: write_gpkg({"gaps": result.gaps}, path, metadata=told)
    writers["settlements.gpkg"] = lambda path: write_gpkg(
        {"settlements": result.settlements}, path, metadata=told
    )
    writers["map.html"] = lambda path: save_map(
        make_map(
            result.coverage,
            inputs.settlements,
            inputs.districts,
            inputs.bts,
            spans=inputs.spans,
            gaps=result.gaps,
            criteria=result.parameters.criteria,
            title=f"{inputs.name}: {label('map_title').lower()}",
            facts=map_facts(
                result.figures,
                _hashed(inputs),
                reported=inputs.reported,
                drawn=bool(inputs.ground),
                modelled_ledger=result.parameters.seed is not None,
            ),
            ground=inputs.ground,
        ),
        path,
    )
    return writers


def _tif_writer(result: RunResult, technology: str) -> Callable[[Path], object]:
    return lambda path: write_coverage_tif(result.coverage, technology, path)


def _server_writer(result: RunResult, technology: str) -> Callable[[Path], object]:
    return lambda path: write_best_server_tif(result.coverage, technology, path)


def _write_json(content: Mapping[str, Any], path: Path) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
