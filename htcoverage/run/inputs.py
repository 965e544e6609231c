"""The layers of a run: a project's files, or the reference province with layers replaced."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from htcoverage.antennas import Pattern
from htcoverage.cleaning import CleanedLedger, accepted, clean_ledger, ledger_notes
from htcoverage.errors import Fault, InputError, argument_fault
from htcoverage.fibre.costs import read_costs
from htcoverage.fibre.reach import DEFAULT_OWNERS
from htcoverage.files import sha256_of
from htcoverage.grid import DEFAULT_CRS
from htcoverage.notes import Note
from htcoverage.project import Project, parse_project, read_project_layers, settled, with_district
from htcoverage.readers.layers import read_mapped
from htcoverage.reconcile import PublicStatement, residential_statement
from htcoverage.reference import (
    PUBLIC_STATEMENTS,
    REPORTED,
    load_reference,
    modelled_ledger,
)
from htcoverage.run.antennas import pattern_cells
from htcoverage.run.parameters import RunParameters, preset_parameters
from htcoverage.schema import DISTRICTS, OPERATORS, SETTLEMENTS
from htcoverage.terrain import Terrain, read_terrain


@dataclass(frozen=True)
class LayerPaths:
    """Files that replace layers of the reference province; None keeps the bundled layer.

    Parameters
    ----------
    bts, cells : Path or None
        Ledger (see `htcoverage.read_ledger`); ``cells`` goes with ``bts``.
    settlements, districts : Path or None
        Vector files with the columns of the schema.
    terrain : Path or None
        Elevation raster; clutter and zones stay those of the reference.
    bts_crs, bts_layer : str or None
        CRS of the ledger's x and y, or of a layer that tells none; its sheet or layer, where it has
        several.
    antennas : Path or None
        Folder of antenna patterns (see `htcoverage.antennas.read_patterns`).
    """

    bts: Path | None = None
    cells: Path | None = None
    settlements: Path | None = None
    districts: Path | None = None
    terrain: Path | None = None
    bts_crs: str | None = None
    bts_layer: str | None = None
    antennas: Path | None = None


@dataclass(frozen=True, eq=False)
class Inputs:
    """Validated layers with what must be said of them.

    Parameters
    ----------
    name : str
        Of the area.
    bts, settlements, districts, spans : GeoDataFrame
        Tables of the schema.
    cells : DataFrame
        Table ``cells``.
    terrain : Terrain
        In the analysis CRS.
    ground : mapping of str to GeoDataFrame
        Sea and rivers for drawing.
    files : tuple of (str, str)
        Name and SHA-256 of every file read.
    reported : mapping
        The public statement that the figure is set beside; empty for another area.
    notes : tuple of Note
        What was guessed, repaired or left out on the way in.
    cleaned : CleanedLedger or None
        The user's ledger with its cleaning report; None where the ledger is bundled or drawn.
    operators : tuple of str
        The operators that there are.
    reading : mapping of str to str
        How the ledger was read where that was said beside it: ``bts_crs``, ``bts_layer``.
    statements : tuple of PublicStatement
        What was said in public of the area, ``reported`` first, in the readings it allows.
    commune_names : mapping of str to str
        Names of communes by their codes, where they are known.
    sources : tuple of mapping
        Where the layers of a project are from, as its file tells: title, licence, attribution, ….
    patterns : mapping of str to Pattern
        Antenna patterns of the user's, by the names that cells give them (see `pattern_cells`).
    cable_owners : mapping of str to str
        Operator → owner of the cables that serve it, where the names differ.
    """

    name: str
    bts: gpd.GeoDataFrame
    cells: pd.DataFrame
    settlements: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    spans: gpd.GeoDataFrame
    terrain: Terrain
    ground: Mapping[str, gpd.GeoDataFrame]
    files: tuple[tuple[str, str], ...]
    reported: Mapping[str, object]
    notes: tuple[Note, ...] = ()
    cleaned: CleanedLedger | None = None
    operators: tuple[str, ...] = OPERATORS
    reading: Mapping[str, str] = field(default_factory=dict)
    statements: tuple[PublicStatement, ...] = ()
    commune_names: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Mapping[str, str], ...] = ()
    patterns: Mapping[str, Pattern] = field(default_factory=dict)
    cable_owners: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_OWNERS))


def open_project(path: str | os.PathLike[str]) -> tuple[Project, RunParameters]:
    """Read a project file and the run's parameters in it; the layers are read by `project_inputs`.

    Parameters
    ----------
    path : path-like
        The project file, or the folder that holds ``htcoverage.toml``.

    Returns
    -------
    Project
        What the file names.
    RunParameters
        What it sets; the rest by default.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    parsed = parse_project(path)
    faults = list(parsed.faults)
    parameters = RunParameters()
    try:
        named = parsed.parameters.get("preset")
        preset = preset_parameters(None if named is None else str(named))
        parameters = RunParameters(**{**preset, **parsed.parameters})  # type: ignore[arg-type]
    except InputError as error:
        for fault in error.faults:
            section, line = parsed.place_of(str(fault.column))
            faults.append(replace(fault, file=str(parsed.path), row=line, column=section))
    costs = None if parsed.project is None else parsed.project.costs
    if costs is not None and costs.is_file():  # one that is not there is told by its key
        try:
            read_costs(costs)
        except InputError as error:
            faults += error.faults
    if faults or parsed.project is None:
        raise InputError(sorted(faults, key=lambda fault: fault.row or 0))
    return parsed.project, parameters


def project_inputs(project: Project, *, reach_km: float) -> Inputs:
    """Read the layers of a project; nothing of the reference province enters.

    Parameters
    ----------
    project : Project
        From `open_project`.
    reach_km : float
        A site farther than this outside the districts is a fault: it serves nobody here.

    Returns
    -------
    Inputs

    Raises
    ------
    InputError
        With every fault of every file.
    """
    layers = read_project_layers(project, reach_km=reach_km)
    own = project.layers.spans
    inputs = Inputs(
        name=project.name,
        bts=layers.bts,
        cells=layers.cells,
        settlements=layers.settlements,
        districts=layers.districts,
        spans=layers.spans,
        terrain=layers.terrain,
        ground={},
        files=layers.files,
        reported=project.reported,
        notes=layers.notes,
        cleaned=layers.cleaned,
        operators=project.operators,
        statements=(residential_statement(project.reported),) if project.reported else (),
        sources=project.sources,
        cable_owners=DEFAULT_OWNERS if own is None else {**DEFAULT_OWNERS, **own.owners},
    )
    return _patterned(inputs, project.antennas)


def load_inputs(
    paths: LayerPaths | None = None, *, seed: int | None = None, reach_km: float = 15.0
) -> Inputs:
    """Read the reference province, with some of its layers replaced.

    Parameters
    ----------
    paths : LayerPaths
        Files of the user's.
    seed : int, optional
        Draw the modelled ledger anew from this seed instead of taking the bundled one.
    reach_km : float
        A site farther than this outside the districts is a fault: it serves nobody here.

    Raises
    ------
    InputError
        With every fault of every file.
    """
    paths = paths or LayerPaths()
    if seed is not None and paths.bts is not None:
        raise argument_fault("seed", seed, "no seed beside a ledger of your own: it is not drawn")
    for name in ("cells", "bts_crs", "bts_layer"):
        if paths.bts is None and getattr(paths, name) is not None:
            expected = "the ledger (bts) that it belongs to"
            raise argument_fault(name, getattr(paths, name), expected)
    reference = load_reference()
    faults: list[Fault] = []
    notes: list[Note] = []
    read: dict[str, gpd.GeoDataFrame] = {}
    for name, table in (("settlements", SETTLEMENTS), ("districts", DISTRICTS)):
        path = getattr(paths, name)
        read[name] = getattr(reference, name)
        if path is not None:
            try:
                found = read_mapped(path, table)
                read[name] = found.table
                notes += [note.said_of(name) for note in found.told]
            except InputError as error:
                faults += error.faults
    if not faults and (paths.settlements or paths.districts) is not None:
        try:
            read["settlements"], told = with_district(
                read["settlements"], read["districts"], file=str(paths.settlements or "settlements")
            )
            notes += [note.said_of("settlements") for note in told]
        except InputError as error:
            faults += error.faults
    bts, cells = reference.bts, reference.cells
    cleaned = None
    if seed is not None:
        bts, cells = modelled_ledger(reference, seed=seed)
    if paths.bts is not None:
        cleaned = clean_ledger(
            paths.bts, cells_path=paths.cells, layer=paths.bts_layer, crs=paths.bts_crs,
            area=read["districts"], settlements=read["settlements"], reach_km=reach_km,
        )  # fmt: skip
        try:
            accepted(cleaned)
        except InputError as error:
            faults += error.faults
    terrain = reference.terrain
    if paths.terrain is not None:
        folder = reference.data_dir / "terrain"
        try:
            terrain = read_terrain(
                paths.terrain,
                clutter_path=folder / "clutter_class.tif",
                clutter_classes_path=folder / "clutter_classes.csv",
                zone_path=folder / "zone.tif",
                crs=DEFAULT_CRS,
            )
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    if cleaned is not None:
        cleaned = settled(cleaned, terrain)
        ledger = accepted(cleaned)
        bts, cells = ledger.bts, ledger.cells
        notes += ledger_notes(cleaned.report)
    if read["settlements"]["households"].isna().all():
        read["settlements"] = read["settlements"].drop(columns="households")
    inputs = Inputs(
        name="Hà Tĩnh",
        bts=bts,
        cells=cells,
        settlements=read["settlements"],
        districts=read["districts"],
        spans=reference.spans,
        terrain=terrain,
        ground=reference.ground,
        files=_hashes(paths, reference.files, terrain, seed=seed),
        reported=REPORTED,
        notes=(*(note.said_of("terrain") for note in terrain.notes), *notes),
        cleaned=cleaned,
        reading={
            name: getattr(paths, name) for name in ("bts_crs", "bts_layer") if getattr(paths, name)
        },
        statements=PUBLIC_STATEMENTS,
        commune_names=reference.commune_names,
    )
    return _patterned(inputs, paths.antennas)


def _patterned(inputs: Inputs, folder: Path | None) -> Inputs:
    """Return the inputs with the antenna patterns of a folder, if there is one."""
    if folder is None:
        return inputs
    found = pattern_cells(inputs.cells, folder)
    return replace(
        inputs,
        cells=found.cells,
        patterns=found.patterns,
        files=tuple(sorted({*inputs.files, *found.files})),
        notes=(*inputs.notes, *found.notes),
    )


def _hashes(
    paths: LayerPaths,
    bundled: Mapping[str, Path],
    terrain: Terrain,
    *,
    seed: int | None,
) -> tuple[tuple[str, str], ...]:
    """Name and SHA-256 of every file that the run rests on, sorted by name."""
    used = dict(bundled)
    if seed is not None or paths.bts is not None:
        used = {name: path for name, path in used.items() if name not in ("bts", "cells")}
    unhashed = ("terrain", "bts_crs", "bts_layer", "antennas")
    given = {f.name: getattr(paths, f.name) for f in fields(paths) if f.name not in unhashed}
    used |= {name: path for name, path in given.items() if path is not None}
    named = [(path.name, sha256_of(path)) for path in used.values()]
    return tuple(sorted({*named, *terrain.sources}))
