"""What a ledger is checked with: the mapping and the boundaries, of a project or said apart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from htcoverage.cleaning import CleanedLedger
from htcoverage.errors import argument_fault
from htcoverage.project.file import read_project
from htcoverage.project.layers import project_terrain, utm_of
from htcoverage.project.surroundings import settled
from htcoverage.readers.layers import read_mapped
from htcoverage.schema import DISTRICTS, OPERATORS, SETTLEMENTS, Column, Table


def ledger_to_check(file: Path | None, project: Path | None) -> Path:
    """Return the ledger that is named, or that of the project.

    Raises
    ------
    InputError
        If there is neither, or with the faults of the project file.
    """
    if file is not None:
        return file
    if project is None:
        raise argument_fault("FILE", "", "a ledger, or --project with a project file")
    opened = read_project(project)
    return opened.resolve(opened.layers.bts.path)


def check_options(
    project: Path | None,
    *,
    layer: str | None,
    crs: str | None,
    columns: Mapping[str, str],
    values: Mapping[str, str],
    districts: Path | None,
    settlements: Path | None,
    cells: Path | None,
) -> dict[str, Any]:
    """Return the arguments of `clean_ledger`: what is said goes before what the project says.

    Parameters
    ----------
    project : Path, optional
        A project file.
    layer, crs, columns, values, cells
        As for `clean_ledger`.
    districts, settlements : Path, optional
        Polygons to check against.

    Raises
    ------
    InputError
        With the faults of the project file, or of the polygons.
    """
    options: dict[str, Any] = {
        "layer": layer, "crs": crs, "columns": dict(columns), "values": dict(values),
        "cells_path": cells, "operators": OPERATORS, "operator_words": {}, "area": None,
        "settlements": None, "reach_km": 15.0,
    }  # fmt: skip
    if project is not None:
        opened = read_project(project)
        section, layers = opened.layers.bts, opened.layers
        options |= {
            "layer": layer or section.layer,
            "crs": crs or section.crs,
            "columns": {**section.columns, **columns},
            "values": {**section.values, **values},
            "operators": opened.operators,
            "operator_words": opened.operator_words,
            "reach_km": float(opened.parameters.get("radius_km", options["reach_km"])),
            "cells_path": cells or (section.cells and opened.resolve(section.cells)),
            "area": read_mapped(
                opened.resolve(layers.districts.path), DISTRICTS, layer=layers.districts.layer,
                crs=layers.districts.crs, columns=layers.districts.columns,
            ).table,
            "settlements": None if layers.settlements.built_up_class is not None else read_mapped(
                opened.resolve(layers.settlements.path), _outlines(SETTLEMENTS),
                layer=layers.settlements.layer, crs=layers.settlements.crs,
            ).table,
        }  # fmt: skip
    if districts is not None:
        options["area"] = read_mapped(districts, _outlines(DISTRICTS)).table
    if settlements is not None:
        options["settlements"] = read_mapped(settlements, _outlines(SETTLEMENTS)).table
    return options


def in_surroundings(cleaned: CleanedLedger, project: Path | None) -> CleanedLedger:
    """Return a cleaned ledger with the project's land cover and zones looked at.

    Parameters
    ----------
    cleaned : CleanedLedger
        From `clean_ledger`.
    project : Path, optional
        A project file. Without one, or where it has neither, nothing is changed.

    Raises
    ------
    InputError
        With the faults of the rasters.
    """
    opened = None if project is None else read_project(project)
    if opened is None or cleaned.ledger is None:
        return cleaned
    rasters = opened.layers.terrain
    if rasters.clutter is None and rasters.zone is None:
        return cleaned
    sites = cleaned.ledger.bts
    crs = opened.crs or utm_of(sites)
    return settled(cleaned, project_terrain(opened, crs, sites, 0.0, []))


def _outlines(table: Table) -> Table:
    """Return a table of which only the outlines are needed."""
    return Table(
        table.name,
        table.geometry,
        tuple(Column(c.name, "text", "", required=False, nullable=True) for c in table.columns),
    )
