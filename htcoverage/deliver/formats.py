"""A finished run in each format: which files, and what is in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr

from htcoverage.crs import WGS84, reproject
from htcoverage.errors import argument_fault
from htcoverage.export import (
    GroundPicture,
    Placemarks,
    write_atoll,
    write_availability,
    write_best_server_tif,
    write_class_tif,
    write_coverage_tif,
    write_csv,
    write_geoparquet,
    write_gpkg,
    write_kmz,
    write_probability_tif,
    write_tab,
    write_xlsx,
)
from htcoverage.export.classes import COVER_COLOURS, cover_classes, cover_labels
from htcoverage.export.pictures import area_mask
from htcoverage.figures.cover import ANY_OPERATOR, Technology, layer_excess
from htcoverage.files import folder_aside
from htcoverage.grid import grid_of
from htcoverage.labels import Language, label
from htcoverage.run import RunLayers
from htcoverage.run.compute import RunProgress
from htcoverage.schema import layer_slug


@dataclass(frozen=True, eq=False)
class _Job:
    """What a format is made of."""

    layers: RunLayers
    union: xr.Dataset | None
    told: dict[str, Any]
    language: Language

    @property
    def coverage(self) -> xr.Dataset:
        return self.layers.coverage

    @property
    def operators(self) -> list[str]:
        return list(dict.fromkeys(self.coverage["operator"].to_numpy().tolist()))

    @property
    def subject(self) -> str:
        """Whose cover is shown where only one is: that of any operator, or the only one's."""
        return ANY_OPERATOR if ANY_OPERATOR in self.operators else self.operators[0]

    @property
    def tables(self) -> dict[str, gpd.GeoDataFrame]:
        layers = self.layers
        return {"gaps": layers.gaps, "settlements": layers.settlements, "sites": layers.bts}


def export_run(
    layers: RunLayers,
    formats: Sequence[str],
    out: Path,
    *,
    union: xr.Dataset | None = None,
    language: Language = "en",
    progress: RunProgress | None = None,
) -> list[Path]:
    """Write a finished run in some formats into a folder.

    Parameters
    ----------
    layers : RunLayers
        From `read_layers`, or a carrier's part of it.
    formats : sequence of str
        Of `FORMATS`.
    out : Path
        Folder, made where it is not there; files of the same names are replaced. All are made
        aside first, so that a failure leaves none.
    union : xarray.Dataset, optional
        Of a `CarrierView`: cover of any operator, told in the classes and the KMZ.
    language : {"en", "vi"}
        Language of the words in legends.
    progress : callable, optional
        Called with 'files', formats written and formats in all.

    Returns
    -------
    list of Path
        The files, sorted by name.

    Raises
    ------
    InputError
        If a format is not known, the folder is a finished run's, whose files it would replace, or
        it cannot be written.
    """
    check_formats(formats)
    if (out / "run.json").exists():
        raise argument_fault("out", out, "a folder other than a finished run's")
    job = _Job(layers, union, layers.told, language)
    with folder_aside(out) as aside:
        wanted = dict.fromkeys(formats)
        for done, name in enumerate(wanted):
            if progress is not None:
                progress("files", done, len(wanted))
            FORMATS[name](job, aside)
        if progress is not None:
            progress("files", len(wanted), len(wanted))
        return [path.replace(out / path.name) for path in sorted(aside.iterdir())]


def check_formats(formats: Sequence[str]) -> None:
    """Raise InputError unless there is a format and each is one of `FORMATS`."""
    strange = [name for name in formats if name not in FORMATS]
    if strange or not formats:
        raise argument_fault("format", ", ".join(strange), f"one or more of {', '.join(FORMATS)}")


def file_words(text: str) -> str:
    """Return a name as part of a file's name: lower case, letters and digits of any script."""
    return layer_slug(text) or "x"


def _level(job: _Job, folder: Path) -> None:
    for technology in job.layers.technologies:
        path = folder / f"level_{technology.lower()}.tif"
        write_coverage_tif(job.coverage, technology, path, metadata=job.told)


def _probability(job: _Job, folder: Path) -> None:
    for technology in job.layers.technologies:
        write_probability_tif(
            job.coverage,
            technology,
            folder / f"probability_{technology.lower()}.tif",
            criteria=job.layers.record.parameters.criteria,
            area=job.layers.districts,
            metadata=job.told,
        )


def _best_server(job: _Job, folder: Path) -> None:
    for technology in job.layers.technologies:
        path = folder / f"best_server_{technology.lower()}.tif"
        write_best_server_tif(job.coverage, technology, path, metadata=job.told)


def _classes(job: _Job, folder: Path) -> None:
    criteria = job.layers.record.parameters.criteria
    for technology in job.layers.technologies:
        tail = f"{technology.lower()}.tif"
        for quantity in ("cover", "level"):
            write_class_tif(
                job.coverage, cast("Technology", technology), folder / f"{quantity}_class_{tail}",
                criteria=criteria, quantity=quantity, operator=job.subject,
                area=job.layers.districts, language=job.language, metadata=job.told,
            )  # fmt: skip
        if job.union is not None:
            write_class_tif(
                job.union, cast("Technology", technology), folder / f"cover_class_union_{tail}",
                criteria=criteria, area=job.layers.districts,
                language=job.language, metadata=job.told,
            )  # fmt: skip


def _gpkg(job: _Job, folder: Path) -> None:
    layers = job.layers
    tables = {
        **job.tables,
        "cells": layers.cells,
        "districts": layers.districts,
        **({"spans": layers.spans} if len(layers.spans) else {}),
    }
    write_gpkg(tables, folder / "coverage.gpkg", metadata=job.told)


def _parquet(job: _Job, folder: Path) -> None:
    for name, table in job.tables.items():
        write_geoparquet(table, folder / f"{name}.parquet", metadata=job.told)


def _tab(job: _Job, folder: Path) -> None:
    for name, table in job.tables.items():
        write_tab(table, folder / f"{name}.tab", metadata=job.told)


def _csv(job: _Job, folder: Path) -> None:
    for name, table in _flat(job).items():
        write_csv(table, folder / f"{name}.csv", metadata=job.told)


def _xlsx(job: _Job, folder: Path) -> None:
    write_xlsx(_flat(job), folder / "coverage.xlsx", metadata=job.told)


def _flat(job: _Job) -> dict[str, pd.DataFrame]:
    """Return the tables without geometry, a point of each row as longitude and latitude."""
    flat: dict[str, pd.DataFrame] = {}
    for name, table in job.tables.items():
        points = shapely.point_on_surface(table.geometry.to_numpy())
        placed = reproject(gpd.GeoDataFrame(geometry=points, crs=table.crs), WGS84).geometry
        plain = pd.DataFrame(table.drop(columns=table.geometry.name))
        flat[name] = plain.assign(
            longitude=placed.x.round(6).to_numpy(), latitude=placed.y.round(6).to_numpy()
        )
    return {**flat, "figures": job.layers.figures}


def _atoll(job: _Job, folder: Path) -> None:
    write_atoll(job.layers.bts, job.layers.cells, folder, metadata=job.told)


def _availability(job: _Job, folder: Path) -> None:
    operators, technologies = (job.coverage[name].to_numpy() for name in ("operator", "technology"))
    # Not every operator has every technology.
    for operator, technology in zip(operators.tolist(), technologies.tolist(), strict=True):
        if operator != ANY_OPERATOR:
            name = f"availability_{file_words(operator)}_{technology.lower()}.gpkg"
            write_availability(
                job.coverage, technology, folder / name, operator=operator,
                criteria=job.layers.record.parameters.criteria, metadata=job.told,
            )  # fmt: skip


def _kmz(job: _Job, folder: Path) -> None:
    area = str(job.layers.record.content.get("area", ""))
    site_name = "site_name" if "site_name" in job.layers.bts else "site_id"
    sites = job.layers.bts.assign(shown=job.layers.bts[site_name].fillna(job.layers.bts["site_id"]))
    write_kmz(
        folder / "coverage.kmz",
        name=f"{area}: {label('map_title', job.language)}".removeprefix(": "),
        grid=grid_of(job.coverage),
        pictures=[
            *_pictures(job, job.coverage, job.subject),
            *(_pictures(job, job.union, ANY_OPERATOR) if job.union is not None else []),
        ],
        placemarks=[
            Placemarks(label("gaps", job.language), job.layers.gaps, "settlement", "#c2002f"),
            Placemarks(label("sites", job.language), sites, "shown", "#1a1a1a", visible=False),
        ],
        metadata=job.told,
    )


def _pictures(job: _Job, coverage: xr.Dataset, operator: str) -> list[GroundPicture]:
    criteria = job.layers.record.parameters.criteria
    excess = layer_excess(coverage, criteria=criteria)
    whose = label("any_operator", job.language) if operator == ANY_OPERATOR else operator
    pictures = []
    for technology in (*job.layers.technologies[::-1], "any"):
        if not excess.has(cast("Technology", technology), operator):
            continue
        combined_db = excess.combined_db(cast("Technology", technology), operator)
        grid = grid_of(coverage)
        classes = cover_classes(combined_db, criteria.margin_db).reshape(grid.shape)
        kind = label("either_technology", job.language) if technology == "any" else technology
        pictures.append(
            GroundPicture(
                f"{kind}, {whose}",
                np.where(area_mask(job.layers.districts, grid), classes, 0).astype(np.uint8),
                COVER_COLOURS,
                cover_labels(criteria, job.language),
            )
        )
    return pictures


#: By the name that the command line takes.
FORMATS: dict[str, Callable[[_Job, Path], None]] = {
    "level": _level,
    "class": _classes,
    "probability": _probability,
    "best-server": _best_server,
    "gpkg": _gpkg,
    "parquet": _parquet,
    "kmz": _kmz,
    "tab": _tab,
    "csv": _csv,
    "xlsx": _xlsx,
    "atoll": _atoll,
    "fcc": _availability,
}
