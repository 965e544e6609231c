"""The project file of what was fetched: ready to run as soon as a ledger is there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import shapely

from htcoverage.crs import WGS84
from htcoverage.fetch.landcover import BUILT_UP_CLASS
from htcoverage.fetch.record import SourceRecord
from htcoverage.fetch.sources import Area, Fetched
from htcoverage.fetch.vectors import tidy_text
from htcoverage.files import whole_file
from htcoverage.project.file import FILE_NAME, read_project

#: The area itself, as the one district, where no districts were fetched.
AREA_FILE = "area.geojson"

#: Where the ledger goes that nobody can fetch.
LEDGER_FILE = "bts.csv"

#: Buildings this near to one another are one settlement.
_CLUSTERED_WITHIN_M = 50


def write_project_file(
    area: Area, fetched: Sequence[Fetched], folder: Path
) -> tuple[Path, list[str]]:
    """Write ``htcoverage.toml`` that uses the files of a folder.

    A project file that is there is kept: the new one is then called ``htcoverage.fetched.toml``.

    Parameters
    ----------
    area : Area
        What was fetched for.
    fetched : sequence of Fetched
        The files, in that folder.
    folder : Path
        Where they are.

    Returns
    -------
    path : Path
        The project file.
    lacking : list of str
        What must still be put there before it runs, each with what to do.
    """
    files = {found.role: found.record.file for found in fetched}
    if "districts" not in files:
        _write_area(area, folder / AREA_FILE)
        files["districts"] = AREA_FILE
    lacking: list[str] = []
    sections = [
        _head(area),
        _ledger(files, lacking),
        _table("layers.districts", {"path": files["districts"]}),
        _settlements(files, lacking),
        _terrain(files, lacking),
        *(_source(found.record) for found in fetched),
    ]
    target = folder / FILE_NAME
    if target.exists():
        target = folder / "htcoverage.fetched.toml"
    with whole_file(target) as part:
        part.write_text("\n".join(sections), encoding="utf-8", newline="\n")
    if not lacking:
        read_project(target)  # what we write, we can read
    return target, lacking


def _head(area: Area) -> str:
    return (
        "# Written by htcoverage fetch. Paths start from the folder of this file. Run it:\n"
        "#   htcoverage run --project htcoverage.toml\n"
        "# All other keys: htcoverage init\n\n"
        f"name = {_text(area.name)}\n"
    )


def _ledger(files: Mapping[str, str], lacking: list[str]) -> str:
    if "cells" in files:
        words = (
            "# Cells that phones have seen (OpenCelliD), not a carrier's ledger: put yours here if "
            "you have one."
        )
        return _table("layers.bts", {"path": files["cells"]}, words)
    lacking.append(
        f"the ledger of base stations: put yours there as {LEDGER_FILE}, or name it in "
        f"[layers.bts]; htcoverage check shows what is in it"
    )
    words = "# No open source has the carriers' base stations: you must put your ledger here."
    return _table("layers.bts", {"path": LEDGER_FILE}, words)


def _settlements(files: Mapping[str, str], lacking: list[str]) -> str:
    population = {"population": files["population"]} if "population" in files else {}
    if not population:
        lacking.append(
            "residents: fetch the layer population, or name a raster as population = … in "
            "[layers.settlements], or settlements with a column of residents"
        )
    # Buildings show more of the villages than map sheets or 10 m pixels do.
    if "buildings" in files:
        words = "# Settlements are made of building outlines; residents of the population raster."
        own = {"path": files["buildings"], "clustered_within_m": _CLUSTERED_WITHIN_M, **population}
    elif "settlements" in files:
        words = "# Residential areas as mapped; residents of the population raster."
        own = {"path": files["settlements"], **population}
    elif "landcover" in files:
        words = "# Settlements are made of built-up pixels; residents of the population raster."
        own = {"path": files["landcover"], "built_up_class": BUILT_UP_CLASS, **population}
    else:
        words = "# Nothing that shows where people live was fetched: name it here."
        own = {"path": "settlements.gpkg", **population}
        lacking.append(
            "settlements: fetch the layer buildings, settlements or landcover, or name your own in "
            "[layers.settlements]"
        )
    return _table("layers.settlements", own, words)


def _terrain(files: Mapping[str, str], lacking: list[str]) -> str:
    words = "# Elevation at its own step takes longer and needs more memory: leave posting_m out."
    own: dict[str, object] = {"ground": files.get("elevation", "elevation.tif")}
    if "elevation" not in files:
        lacking.append("elevation: fetch the layer elevation, or name yours in [layers.terrain]")
    if "landcover" in files:
        own["clutter"] = files["landcover"]
    return _table("layers.terrain", {**own, "posting_m": 90.0}, words)


def _source(record: SourceRecord) -> str:
    content = {
        "layer": record.layer, "file": record.file, "title": record.title,
        "version": record.version, "licence": record.licence, "attribution": record.attribution,
        "retrieved": record.retrieved, "address": record.addresses[0],
    }  # fmt: skip
    return f"[[sources]]\n{_lines(content)}"


def _table(name: str, values: Mapping[str, object], words: str = "") -> str:
    return (f"{words}\n" if words else "") + f"[{name}]\n{_lines(values)}"


def _lines(values: Mapping[str, object]) -> str:
    return "".join(
        f"{key} = {_text(value) if isinstance(value, str) else value}\n"
        for key, value in values.items()
    )


def _text(value: str) -> str:
    """Return a TOML string; what a server said is one line without control signs."""
    return json.dumps(tidy_text(value), ensure_ascii=False)


def _write_area(area: Area, path: Path) -> None:
    """Write the area as one district."""
    shape = area.outline if area.outline is not None else shapely.box(*area.bounds)
    table = gpd.GeoDataFrame(
        {"district_code": ["area"], "full_name": [tidy_text(area.name)]},
        geometry=[shape], crs=WGS84,
    )  # fmt: skip
    with whole_file(path) as part:
        part.write_text(table.to_json(drop_id=True, ensure_ascii=False), encoding="utf-8")
