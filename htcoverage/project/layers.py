"""The layers that a project file names, read and fitted together; all their faults at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import pandas as pd
import shapely

from htcoverage.cleaning import CleanedLedger, accepted, clean_ledger, ledger_notes
from htcoverage.cleaning.spans import SpanDefaults, read_fibre
from htcoverage.crs import WGS84, reproject
from htcoverage.errors import Fault, InputError
from htcoverage.files import sha256_of
from htcoverage.notes import Note
from htcoverage.project.clusters import clustered
from htcoverage.project.file import Project, SettlementsSection
from htcoverage.project.homes import built_up, residents_of, with_district
from htcoverage.project.surroundings import settled
from htcoverage.readers import defaults
from htcoverage.readers.layers import MappedTable, read_mapped
from htcoverage.schema import DISTRICTS, SETTLEMENTS, SPANS
from htcoverage.terrain import Terrain, read_terrain

T = TypeVar("T")

#: Built-up pixels this near are one settlement, where the project does not say.
_BUILT_UP_WITHIN_M = 50.0

#: Terrain beyond the reach of the outermost site: two pixels of a coarse elevation model.
_TERRAIN_MARGIN_M = 2000.0


@dataclass(frozen=True, eq=False)
class ProjectLayers:
    """Everything that a project's files hold.

    Parameters
    ----------
    bts, settlements, districts, spans : GeoDataFrame
        Tables of the schema.
    cells : DataFrame
        Table ``cells``.
    terrain : Terrain
        In the analysis CRS.
    files : tuple of (str, str)
        Name and SHA-256 of every file read.
    notes : tuple of Note
        What was guessed, assumed or left out.
    cleaned : CleanedLedger
        The ledger with its cleaning report.
    """

    bts: gpd.GeoDataFrame
    cells: pd.DataFrame
    settlements: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    spans: gpd.GeoDataFrame
    terrain: Terrain
    files: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]
    cleaned: CleanedLedger


def read_project_layers(project: Project, *, reach_km: float) -> ProjectLayers:
    """Read the layers of a project.

    Parameters
    ----------
    project : Project
        From `read_project`.
    reach_km : float
        Radius of the computation: sites farther outside the districts are errors, in km.

    Raises
    ------
    InputError
        With every fault of every file. Rows of the ledger with errors are among them, unless the
        project says ``faulty_rows = "drop"``.
    """
    faults: list[Fault] = []
    notes: list[Note] = []

    def tried(read: Callable[[], T]) -> T | None:
        try:
            return read()
        except InputError as error:
            faults.extend(error.faults)
            return None

    layers = project.layers
    districts = tried(
        lambda: read_mapped(
            project.resolve(layers.districts.path), DISTRICTS, layer=layers.districts.layer,
            crs=layers.districts.crs, columns=layers.districts.columns,
        )
    )  # fmt: skip
    area = None if districts is None else districts.table
    settlements = tried(lambda: _settlements(project, layers.settlements, area))
    spans = None
    if layers.spans is not None:
        section = layers.spans
        owner = SpanDefaults() if section.owner is None else SpanDefaults(owner=section.owner)
        spans = tried(
            lambda: read_fibre(
                project.resolve(section.path), layer=section.layer, crs=section.crs,
                columns=section.columns, defaults=owner,
            )
        )  # fmt: skip
    else:
        notes.append(Note("spans_left_out", about=("spans",)))
    homes = None if settlements is None else settlements.table
    ledger = tried(lambda: _ledger(project, area, homes, reach_km))
    crs = project.crs
    if crs is None and area is not None:
        crs = utm_of(area)
        notes.append(Note("crs_chosen", {"crs": crs}, ("crs",)))
    terrain = None
    if crs is not None:
        used_crs = crs
        terrain = tried(lambda: project_terrain(project, used_crs, area, reach_km, notes))
    if faults or ledger is None or districts is None or settlements is None or terrain is None:
        raise InputError(faults)
    for name, found in (("districts", districts), ("settlements", settlements)):
        notes += [note.said_of(name) for note in found.told]
    notes += [] if spans is None else [note.said_of("spans") for note in spans.notes]
    cleaned = settled(ledger, terrain)
    network = accepted(cleaned, drop_faulty_rows=layers.bts.faulty_rows == "drop")
    notes += ledger_notes(cleaned.report)
    return ProjectLayers(
        bts=network.bts,
        cells=network.cells,
        settlements=settlements.table,
        districts=districts.table,
        spans=_no_spans() if spans is None else spans.spans,
        terrain=terrain,
        files=_files(project, terrain),
        notes=tuple(notes),
        cleaned=cleaned,
    )


def _ledger(
    project: Project, area: gpd.GeoDataFrame | None, settlements: gpd.GeoDataFrame | None,
    reach_km: float,
) -> CleanedLedger:  # fmt: skip
    section = project.layers.bts
    cleaned = clean_ledger(
        project.resolve(section.path),
        cells_path=None if section.cells is None else project.resolve(section.cells),
        layer=section.layer,
        crs=section.crs,
        columns=section.columns,
        values=section.values,
        operators=project.operators,
        operator_words=project.operator_words,
        area=area,
        settlements=settlements,
        reach_km=reach_km,
    )
    accepted(cleaned, drop_faulty_rows=section.faulty_rows == "drop")
    return cleaned


def _settlements(
    project: Project, section: SettlementsSection, area: gpd.GeoDataFrame | None
) -> MappedTable:
    path = project.resolve(section.path)
    if section.built_up_class is not None or section.clustered_within_m is not None:
        found = _made_settlements(path, section, area)
    else:
        optional = {"settlement_id", "name", "district_code"} if area is not None else set()
        if section.population is not None:
            optional.add("residents")
        found = read_mapped(
            path, SETTLEMENTS, layer=section.layer, crs=section.crs, columns=section.columns,
            optional=optional,
        )  # fmt: skip
    table, notes = found.table, list(found.notes)
    for name in ("settlement_id", "name"):
        if table[name].isna().all():
            table = table.assign(**{name: [f"{row}" for row in table.index]})
            notes.append(Note("feature_number", about=(name,)))
    if section.population is not None:
        raster = project.resolve(section.population)
        table = table.assign(residents=residents_of(table, raster))
        notes.append(Note("residents_summed", {"raster": raster.name}, ("residents",)))
    if area is not None:
        table, told = with_district(table, area, file=str(path))
        notes += told
    if table["households"].isna().all():
        table = table.drop(columns="households")
        notes.append(Note("households_absent", about=("households",)))
    return MappedTable(table, found.matches, tuple(notes))


def _made_settlements(
    path: Path, section: SettlementsSection, area: gpd.GeoDataFrame | None
) -> MappedTable:
    """Return settlements made of buildings or built-up pixels, without names and residents."""
    if section.population is None:
        expected = "population = … in [layers.settlements]: buildings do not tell residents"
        raise InputError([Fault(str(path), None, "population", "", expected)])
    if area is None:
        raise InputError([Fault(str(path), None, None, "", "readable districts to place them in")])
    crs = utm_of(area)
    within_m = section.clustered_within_m or _BUILT_UP_WITHIN_M
    if section.built_up_class is not None:
        outlines = built_up(path, section.built_up_class, crs=crs)
    else:
        empty = replace(SETTLEMENTS, columns=())
        outlines = reproject(
            read_mapped(path, empty, layer=section.layer, crs=section.crs).table, crs
        )
    table = clustered(outlines, within_m=within_m, smallest_m2=section.smallest_m2)
    inside = shapely.intersects(
        table.geometry.to_numpy(), shapely.union_all(reproject(area, crs).geometry.to_numpy())
    )
    table = table[inside].reset_index(drop=True)
    table.index = pd.RangeIndex(1, len(table) + 1, name="row")
    lacking = {c.name: pd.Series(None, table.index, dtype=object) for c in SETTLEMENTS.columns}
    facts = {
        "count": len(table), "outlines": len(outlines), "within_m": within_m,
        "smallest_m2": section.smallest_m2,
    }  # fmt: skip
    notes = (Note("settlements_made", facts),)
    return MappedTable(table.assign(**{**lacking, "provenance": defaults.PROVENANCE}), (), notes)


def utm_of(area: gpd.GeoDataFrame) -> str:
    """Return the UTM zone that fits an area."""
    return f"EPSG:{reproject(area, WGS84).estimate_utm_crs().to_epsg()}"


def project_terrain(
    project: Project, crs: str, area: gpd.GeoDataFrame | None, reach_km: float, notes: list[Note]
) -> Terrain:
    """Read the terrain of a project around an area, and add to the notes what was left out."""
    section = project.layers.terrain
    ground = [section.ground] if isinstance(section.ground, str) else section.ground
    paths = [path for name in ground for path in _expanded(project, name)]

    def path_of(name: str | None) -> Path | None:
        return None if name is None else project.resolve(name)

    bounds_m = None
    if area is not None:
        west, south, east, north = reproject(area, crs).total_bounds.tolist()
        # Sites stand up to the radius outside the area, and some terrain behind them is needed.
        margin_m = 1000.0 * reach_km + _TERRAIN_MARGIN_M
        bounds_m = (west - margin_m, south - margin_m, east + margin_m, north + margin_m)
    terrain = read_terrain(
        paths,
        clutter_path=path_of(section.clutter),
        clutter_classes_path=path_of(section.clutter_classes),
        zone_path=path_of(section.zone),
        crs=crs,
        posting_m=section.posting_m,
        source_crs=section.ground_crs,
        bounds_m=bounds_m,
    )
    notes += [note.said_of("terrain") for note in terrain.notes]
    if section.clutter is None:
        notes.append(Note("clutter_left_out", about=("clutter",)))
    elif section.clutter_classes is None:
        notes.append(Note("clutter_classes_assumed", about=("clutter_classes",)))
    if section.zone is None:
        notes.append(Note("zone_left_out", about=("zone",)))
    return terrain


def _expanded(project: Project, name: str) -> list[Path]:
    if "*" in name:
        return sorted(project.path.parent.glob(name))
    return [project.resolve(name)]


def _no_spans() -> gpd.GeoDataFrame:
    columns = {name: pd.Series(dtype=object) for name in SPANS.column_names}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=WGS84), crs=WGS84)


def _files(project: Project, terrain: Terrain) -> tuple[tuple[str, str], ...]:
    layers = project.layers
    names = [
        layers.bts.path,
        layers.bts.cells,
        layers.districts.path,
        layers.settlements.path,
        layers.settlements.population,
        layers.spans.path if layers.spans else None,
    ]
    paths = [project.path, *(project.resolve(name) for name in names if name is not None)]
    named = {(path.name, sha256_of(path)) for path in paths}
    return tuple(sorted({*named, *terrain.sources}))
