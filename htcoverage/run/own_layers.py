"""A finished run measured again: by other criteria, over the user's own polygons, lines, points.

A run keeps its coverage, so nothing is swept again: the answer takes seconds, and with criteria
that are not the run's as long as its intervals take to be drawn again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from htcoverage.crs import reproject
from htcoverage.export import write_csv, write_gpkg
from htcoverage.figures import (
    CoverCriteria,
    compute_figures,
    compute_layer_figures,
    compute_line_figures,
    compute_point_figures,
)
from htcoverage.figures.checks import overlap_notes
from htcoverage.files import whole_folder
from htcoverage.grid import grid_of
from htcoverage.notes import Note, Rows
from htcoverage.readers.own_layer import OwnLayer
from htcoverage.run.compute import split_communes
from htcoverage.run.documents import plain_rows, write_json
from htcoverage.run.layers import COMMUNES_FILE, RunLayers, with_runner_ups
from htcoverage.uncertainty import add_intervals
from htcoverage.uncertainty.measuring import KEYS

#: Columns of the user's layers in ``own_layers.gpkg``: a combination of any operator, by its name.
_WIDE = (
    ("covered_3g", "3G", "cell_edge"),
    ("covered_4g", "4G", "cell_edge"),
    ("covered_any", "any", "cell_edge"),
    ("covered_4g_median", "4G", "median"),
)


@dataclass(frozen=True, eq=False)
class OwnFigures:
    """What was measured on a finished run.

    Parameters
    ----------
    figures : DataFrame
        Figure rows of the province and its districts, with intervals where the run has any, and of
        the user's polygons.
    communes : DataFrame or None
        Figure rows of the communes, those of `split_communes`; None where settlements tell none.
    lines, points : mapping of str to DataFrame
        By the name of the layer, see `compute_line_figures` and `compute_point_figures`.
    shown : mapping of str to GeoDataFrame
        Each layer with its shares by any operator, for maps.
    notes : tuple of Note
        What was guessed, repaired, cut off or left out.
    """

    figures: pd.DataFrame
    communes: pd.DataFrame | None
    lines: dict[str, pd.DataFrame]
    points: dict[str, pd.DataFrame]
    shown: dict[str, gpd.GeoDataFrame]
    notes: tuple[Note, ...]


def measure_own_layers(
    layers: RunLayers,
    *,
    criteria: CoverCriteria,
    areas: Sequence[OwnLayer] = (),
    lines: Sequence[OwnLayer] = (),
    points: Sequence[OwnLayer] = (),
) -> OwnFigures:
    """Measure a finished run by some criteria over its own areas and the user's layers.

    Only what lies in the districts was computed: polygons count their part on the districts' land
    and the homes in them, lines their part inside, points if they are inside. The rest is told in
    the notes, with row and name, and counted nowhere.

    Parameters
    ----------
    layers : RunLayers
        From `read_layers`.
    criteria : CoverCriteria
        What counts as covered.
    areas, lines, points : sequence of OwnLayer
        From `read_own_layer`; names do not repeat.

    Raises
    ------
    InputError
        With every row that cannot be measured.
    """
    coverage = layers.coverage
    crs = coverage.attrs["crs"]
    land = shapely.union_all(reproject(layers.districts, crs).geometry.to_numpy())
    shapely.prepare(land)
    every = compute_figures(
        coverage,
        layers.settlements,
        layers.districts,
        criteria=criteria,
        province=str(layers.record.content.get("area", "")),
        commune_names=layers.commune_names,
    )
    communes, larger = split_communes(every, layers.settlements)
    frames = [_with_intervals(larger, layers, criteria)]
    notes: list[Note] = list(every.attrs["notes"])
    if not layers.record.parameters.worlds:
        notes.append(Note("no_intervals"))
    elif areas:
        notes.append(Note("no_intervals_of_layers"))
    found_lines: dict[str, pd.DataFrame] = {}
    found_points: dict[str, pd.DataFrame] = {}
    shown: dict[str, gpd.GeoDataFrame] = {}
    for own in areas:
        table, told = _inside(own, crs, land, measure=shapely.area, unit="km2", per=1e6)
        notes += told
        # A part beyond the grid holds no land of the districts and no home.
        box = shapely.box(*grid_of(coverage).boundingbox)
        table = table.assign(geometry=shapely.intersection(table.geometry.to_numpy(), box))
        if len(table):
            notes += overlap_notes(table, "areas", name_column="name", about=own.name)
            rows = compute_layer_figures(
                coverage, layers.settlements, layers.districts, table, level=own.name,
                code_column="code", name_column="name", criteria=criteria,
            )  # fmt: skip
            frames.append(rows)
            people = rows[rows["denominator"] == "residents"].rename(columns={"area_code": "code"})
            shown[own.name] = _wide(table, people)
    for own in lines:
        table, told = _inside(own, crs, land, measure=shapely.length, unit="km", per=1e3)
        notes += told
        cut = shapely.intersection(table.geometry.to_numpy(), land)
        table = table.assign(geometry=[_only_lines(each) for each in cut])
        if len(table):
            rows = compute_line_figures(
                coverage, table, code_column="code", name_column="name", criteria=criteria
            )
            found_lines[own.name] = rows
            shown[own.name] = _wide(table, rows)
    for own in points:
        table, told = _inside(own, crs, land, measure=None, unit="", per=1.0)
        notes += told
        if len(table):
            rows = compute_point_figures(
                coverage, table, code_column="code", name_column="name", criteria=criteria
            )
            found_points[own.name] = rows
            latest = latest_technology(rows)
            best = rows[(rows["operator"] == "any") & (rows["technology"] == latest)]
            shown[own.name] = table.merge(
                best.drop(columns=["name", "technology", "operator"]), on="code", how="left"
            )
    figures = pd.concat(frames, ignore_index=True)
    figures.attrs = {"criteria": asdict(criteria), "intervals": frames[0].attrs.get("intervals")}
    return OwnFigures(figures, communes, found_lines, found_points, shown, tuple(notes))


def _with_intervals(
    figures: pd.DataFrame, layers: RunLayers, criteria: CoverCriteria
) -> pd.DataFrame:
    """Return the figures with intervals from as many worlds as the run has: its own or new ones."""
    parameters = layers.record.parameters
    if not parameters.worlds:
        return figures
    if criteria == parameters.criteria:
        ends = layers.figures[[*KEYS, "low", "high"]].astype({"settlement_part": float})
        bare = figures.drop(columns=["low", "high"])
        found = bare.merge(ends, how="left", on=KEYS, validate="1:1")[figures.columns]
        found.attrs = layers.figures.attrs
        return found
    figures.attrs["criteria"] = asdict(criteria)
    return add_intervals(
        figures, with_runner_ups(layers), layers.settlements, layers.districts, layers.cells,
        draws=parameters.worlds,
    )  # fmt: skip


def latest_technology(rows: pd.DataFrame) -> str:
    """Return the technology that is shown where one must be chosen: 4G, or 3G where it is all."""
    return "4G" if (rows["technology"] == "4G").any() else "3G"


def _inside(
    own: OwnLayer, crs: str, land: shapely.Geometry, *, measure: Any, unit: str, per: float
) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Return the rows that touch the districts, and what must be said of the others."""
    table = reproject(own.table, crs)
    geometry = table.geometry.to_numpy()
    touching = shapely.intersects(land, geometry)
    notes = list(own.notes)
    outside = table[~touching]
    if len(outside):
        named = tuple(((row, name),) for row, name in outside["name"].items())
        facts = {"count": len(outside), "total": len(table), "rows": Rows(named)}
        notes.append(Note("rows_outside", facts, (own.name,)))
    if measure is not None:
        kept = geometry[touching]
        beyond = measure(kept) - measure(shapely.intersection(kept, land))
        cut = beyond > 1e-6 * measure(kept)
        if cut.any():
            what = {"km2": "area", "km": "length"}[unit]
            facts = {unit: float(beyond[cut].sum() / per), "count": int(cut.sum())}
            notes.append(Note(f"{what}_beyond", facts, (own.name,)))
    return table[touching], notes


def _only_lines(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the lines of a cut line: where it only touches the land, points are left over."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    kept = parts[shapely.get_dimensions(parts) == 1]
    lines: shapely.Geometry = shapely.multilinestrings(kept)
    return lines


def _wide(table: gpd.GeoDataFrame, rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a layer with the shares of any operator beside each row, for maps."""
    best = rows[rows["operator"] == "any"]
    shares = {}
    for column, technology, basis in _WIDE:
        of = best[(best["technology"] == technology) & (best["basis"] == basis)]
        by_code = of.set_index("code")["covered_share"]
        shares[column] = table["code"].map(by_code)
    return table.assign(**shares)


def write_own_figures(
    found: OwnFigures, out: Path, *, told: dict[str, Any], inputs: Sequence[tuple[str, str]]
) -> list[Path]:
    """Write what was measured: tables as CSV, the layers as one GeoPackage, the basis as JSON.

    Parameters
    ----------
    found : OwnFigures
        From `measure_own_layers`.
    out : Path
        Folder, made where it is not there.
    told : dict
        What it was measured from: the run, criteria, preset.
    inputs : sequence of (str, str)
        Name and SHA-256 of each file of the user's.

    Returns
    -------
    list of Path
        ``figures.csv``, ``figures_communes.csv``, ``lines_<layer>.csv``,
        ``points_<layer>.csv``, ``own_layers.gpkg``, ``figures.json``. The same input gives the
        same bytes.
    """
    with whole_folder(out) as aside:
        write_csv(pd.DataFrame(plain_rows(found.figures)), aside / "figures.csv")
        if found.communes is not None:
            write_csv(pd.DataFrame(plain_rows(found.communes)), aside / COMMUNES_FILE)
        for kind, tables in (("lines", found.lines), ("points", found.points)):
            for name, table in tables.items():
                write_csv(pd.DataFrame(plain_rows(table)), aside / f"{kind}_{name}.csv")
        if found.shown:
            write_gpkg(found.shown, aside / "own_layers.gpkg", metadata=told)
        whole = found.figures[found.figures["area_level"] == "province"]
        document = {
            **told,
            "criteria": found.figures.attrs["criteria"],
            "intervals": found.figures.attrs["intervals"],
            "inputs": [{"file": name, "sha256": digest} for name, digest in inputs],
            "notes": [note.as_plain() for note in found.notes],
            "shares": plain_rows(whole),
        }
        write_json(document, aside / "figures.json")
        names = sorted(path.name for path in aside.iterdir())
    return [out / name for name in names]
