"""The files of a run: all are made aside, then renamed into place, ``run.json`` last."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from htcoverage.cleaning.page import report_page
from htcoverage.export import write_best_server_tif, write_coverage_tif, write_csv, write_gpkg
from htcoverage.export.rasters import Rank
from htcoverage.files import folder_aside, sha256_of
from htcoverage.labels import Language, label
from htcoverage.maps import make_map, save_map
from htcoverage.run.compute import RunProgress, RunResult
from htcoverage.run.documents import assumptions, figures_document, plain_rows, write_json
from htcoverage.run.facts import map_facts
from htcoverage.run.fibre import (
    FIBRE_FILE,
    FIBRE_LAYERS_FILE,
    drawn_spans,
    fibre_document,
    fibre_tables,
)
from htcoverage.run.inputs import Inputs
from htcoverage.run.layers import COMMUNES_FILE, LAYERS_FILE, RASTERS, write_layers
from htcoverage.run.record import sealed
from htcoverage.store import release_memory

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


def write_run(
    result: RunResult,
    out: Path,
    *,
    language: Language = "en",
    progress: RunProgress | None = None,
) -> list[Path]:
    """Write every output of a run into a folder.

    Parameters
    ----------
    result : RunResult
        From `compute_run`.
    out : Path
        Folder, made where it is not there; files of an earlier run are replaced.
    language : {"en", "vi"}
        Of the map and the cleaning report; everything else keeps its names.
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
    with folder_aside(out) as aside:
        return _write_all(result, aside, out, language=language, progress=progress)


def _write_all(
    result: RunResult, aside: Path, out: Path, *, language: Language, progress: RunProgress | None
) -> list[Path]:
    """Write every file aside, then rename them into place."""
    writers = _writers(result, language)
    for done, (name, write) in enumerate(writers.items()):
        if progress is not None:
            progress("files", done, len(writers) + 1)
        write(aside / name)
        release_memory(result.coverage)
    # A raster may bring a file of GDAL's beside it, and one of QGIS's, which belong to it.
    beside = {f"{name}.aux.xml" for name in writers}
    beside |= {Path(name).with_suffix(".qml").name for name in writers}
    names = [*writers, *sorted(each.name for each in aside.iterdir() if each.name in beside)]
    outputs = {name: sha256_of(aside / name) for name in names}
    write_json(sealed(_record(result, outputs, language)), aside / "run.json")
    left_over = _earlier_outputs(out) - {*names, "run.json"}
    written = []
    for name in [*names, "run.json"]:
        (aside / name).replace(out / name)
        written.append(out / name)
    for name in left_over:
        (out / name).unlink(missing_ok=True)
    if progress is not None:
        progress("files", len(writers) + 1, len(writers) + 1)
    return written


def _earlier_outputs(out: Path) -> set[str]:
    """Return the files in the folder that an earlier run listed as its own; none without one."""
    try:
        listed = json.loads((out / "run.json").read_text(encoding="utf-8"))["outputs"]
        names = {str(entry["file"]) for entry in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    # Whatever the record says, only files right in the folder are a run's.
    return {name for name in names if name == Path(name).name and (out / name).is_file()}


def _record(result: RunResult, outputs: Mapping[str, str], language: Language) -> dict[str, Any]:
    """Return what ``run.json`` tells of a run."""
    return {
        "area": result.inputs.name,
        "parameters": result.parameters.as_dict(),
        "map_language": language,
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
        "sources": [dict(source) for source in result.inputs.sources],
        "reading": dict(result.inputs.reading),
        "operators": list(result.inputs.operators),
        "notes": [note.as_plain() for note in result.inputs.notes],
        "defaults": [] if result.inputs.cleaned is None else result.inputs.cleaned.report.defaults,
        "versions": {name: version(name) for name in _VERSIONS},
        "outputs": [{"file": name, "sha256": digest} for name, digest in outputs.items()],
    }


def _hashed(inputs: Inputs) -> list[dict[str, str]]:
    return [{"file": name, "sha256": digest} for name, digest in inputs.files]


def _writers(result: RunResult, language: Language) -> dict[str, Callable[[Path], object]]:
    """Every output file with the function that writes it."""
    inputs = result.inputs
    told = {
        "area": inputs.name,
        **assumptions(result),
        "parameters": result.parameters.as_dict(),
        "input_sha256": dict(inputs.files),
    }
    technologies = dict.fromkeys(result.coverage["technology"].to_numpy().tolist())
    writers: dict[str, Callable[[Path], object]] = {
        "figures.json": lambda path: write_json(figures_document(result), path),
        "figures.csv": lambda path: write_csv(pd.DataFrame(plain_rows(result.figures)), path),
    }
    if result.communes is not None:
        communes = result.communes
        writers[COMMUNES_FILE] = lambda path: write_csv(pd.DataFrame(plain_rows(communes)), path)
    for technology in technologies:
        for rank, files in RASTERS.items():
            level, server = (name.format(technology.lower()) for name in files)
            writers[level] = _raster_writer(write_coverage_tif, result, technology, rank, told)
            writers[server] = _raster_writer(write_best_server_tif, result, technology, rank, told)
    writers[LAYERS_FILE] = lambda path: write_layers(result, path, metadata=told)
    if inputs.cleaned is not None:
        cleaned = inputs.cleaned.by_file_name()
        page = report_page(cleaned, area=inputs.districts, language=language)
        writers["cleaning.json"] = lambda path: _write_text(cleaned.report.to_json(), path)
        writers["cleaning.html"] = lambda path: _write_text(page, path)
    writers["gaps.gpkg"] = lambda path: write_gpkg({"gaps": result.gaps}, path, metadata=told)
    writers["settlements.gpkg"] = lambda path: write_gpkg(
        {"settlements": result.settlements}, path, metadata=told
    )
    if result.fibre is not None:
        fibre = result.fibre
        writers[FIBRE_FILE] = lambda path: write_json(fibre_document(fibre, inputs), path)
        if fibre.analysis is not None:
            writers[FIBRE_LAYERS_FILE] = lambda path: write_gpkg(
                fibre_tables(fibre), path, metadata=told
            )
    writers["map.html"] = lambda path: save_map(
        make_map(
            result.coverage,
            inputs.settlements,
            inputs.districts,
            inputs.bts,
            spans=drawn_spans(result.fibre, inputs.spans),
            gaps=result.gaps,
            criteria=result.parameters.criteria,
            title=f"{inputs.name}: {label('map_title', language).lower()}",
            facts=map_facts(
                result.figures,
                _hashed(inputs),
                reported=inputs.reported,
                drawn=bool(inputs.ground),
                modelled_ledger=result.parameters.seed is not None,
                preset=result.parameters.preset,
                sources=inputs.sources,
                language=language,
            ),
            ground=inputs.ground,
            language=language,
        ),
        path,
    )
    return writers


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")


def _raster_writer(
    write: Callable[..., None],
    result: RunResult,
    technology: str,
    rank: Rank,
    told: Mapping[str, object],
) -> Callable[[Path], object]:
    return lambda path: write(result.coverage, technology, path, rank=rank, metadata=told)
