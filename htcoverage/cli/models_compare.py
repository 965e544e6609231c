"""``htcoverage models --compare``: what the choice of the model does to the figure."""

from __future__ import annotations

import math
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich import box
from rich.table import Table

from htcoverage.cli.console import console, stages

if TYPE_CHECKING:
    from htcoverage.compare.models import ModelComparison

_SHORT = {
    "residential_area_median": "homes\nmedian",
    "residential_area_cell_edge": "homes\nedge",
    "residents_median": "residents\nmedian",
    "residents_cell_edge": "residents\nedge",
    "land_area_median": "land\nmedian",
    "land_area_cell_edge": "land\nedge",
}
_BY = {
    "all": "all pixels", "clutter": "by clutter class",
    "nearest site": "by distance to the nearest base station",
}  # fmt: skip
_NUMBERS = ["mean_dbm", "spread_db", "mean_over_db", "spread_over_db"]


def compare(
    *,
    project: Path | None,
    variants: list[str] | None,
    resolution_m: float,
    radius_km: float,
) -> ModelComparison:
    """Compute the models on the reference province, or on that of a project file."""
    from htcoverage.compare.models import compare_models
    from htcoverage.crs import reproject
    from htcoverage.grid import make_grid
    from htcoverage.run import RunParameters, load_inputs, open_project, project_inputs

    with stages() as progress:
        progress("read", 0, 1)
        parameters = RunParameters(resolution_m=resolution_m, radius_km=radius_km)
        if project is None:
            inputs = load_inputs()
        else:
            opened, parameters = open_project(project)
            inputs = project_inputs(opened, reach_km=radius_km)
        progress("read", 1, 1)
        crs = str(inputs.terrain.geobox.crs)
        districts = reproject(inputs.districts, crs)
        return compare_models(
            inputs.bts,
            inputs.cells,
            inputs.terrain,
            reproject(inputs.settlements, crs),
            districts,
            make_grid(tuple(districts.total_bounds.tolist()), resolution_m=resolution_m, crs=crs),
            variants=variants,
            radius_km=radius_km,
            criteria=parameters.criteria,
            patterns=inputs.patterns,
            progress=lambda done, total: progress("models", done, total),
        )


def document(found: ModelComparison) -> dict[str, Any]:
    """Return a comparison as values that JSON has, NaN as null."""
    return {
        "parameters": dict(found.parameters),
        "shares": _plain(found.shares, digits=6),
        "levels": _plain(found.levels, digits=3),
    }


def write_tables(found: ModelComparison, folder: Path) -> None:
    """Write ``shares.csv`` and ``levels.csv`` into a folder."""
    from htcoverage.export import write_csv

    folder.mkdir(parents=True, exist_ok=True)
    write_csv(found.shares.round(6), folder / "shares.csv", metadata=found.parameters)
    write_csv(found.levels.round(3), folder / "levels.csv", metadata=found.parameters)


def show(found: ModelComparison) -> None:
    """Print the tables and the words that belong to them."""
    given = found.parameters
    shares = _table(f"{given['technology']}, any operator: covered share of the province")
    keys = [name for name in map(str, found.shares) if name.endswith(("_median", "_cell_edge"))]
    for key in keys:
        shares.add_column(_SHORT.get(key, key), justify="right", no_wrap=True)
    for row in found.shares.to_dict("records"):
        percents = ("–" if pd.isna(row[key]) else f"{row[key]:.1%}" for key in keys)
        shares.add_row(row["model"], *percents)
    console.print(shares)
    console.print()
    for row in found.shares.to_dict("records"):
        console.print(f"• {row['model']}: {_sentence(row)}", highlight=False, soft_wrap=True)
    for by, part in found.levels.groupby("by", sort=False):
        levels = _table(
            f"Level of the best server ({_BY[str(by)]}), mean ± spread in dBm; "
            f"below it, less that of {given['set_against']}, dB"
        )
        groups = part["group"].drop_duplicates().tolist()
        for group in groups:
            levels.add_column(group.replace(" (", "\n("), justify="right", no_wrap=True)
        for name, rows in part.groupby("model", sort=False):
            cells = {
                group: _cell(*values)
                for group, *values in rows[["group", *_NUMBERS]].itertuples(index=False)
            }
            levels.add_row(str(name), *(cells.get(group, "–") for group in groups))
        console.print()
        console.print(levels)
    console.print()
    for words in (
        f"pixels of {given['resolution_m']:g} m, cells within {given['radius_km']:g} km; covered "
        f"from {given['threshold_dbm']:g} dBm, cell edge with a margin of {given['margin_db']:.1f} "
        "dB; predicted medians outdoors",
        "a spread is over pixels: models with the same share may differ by 20 dB at a home",
    ):
        console.print(f"• {words}", highlight=False, soft_wrap=True)


def _table(title: str) -> Table:
    """Return a table of models with few lines: its numbers fit into 80 columns."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("model", no_wrap=True)
    return table


def _sentence(row: dict[Hashable, Any]) -> str:
    """Return what sets a model apart, its environment, and what it refused or extrapolated."""
    from htcoverage.propagation.registry import BY_CLUTTER, model

    name, _, environment = row["model"].partition(":")
    if environment == BY_CLUTTER:
        parts = [f"as {name}, each pixel by its clutter class, over bare ground"]
    else:
        parts = [model(name).meaning]
        parts += [f"environment {row['environment']}"] if row["environment"] else []
    return "; ".join((*parts, row["remark"]) if row["remark"] else parts)


def _cell(mean_dbm: float, spread_db: float, over_db: float, over_spread_db: float) -> str:
    level = f"{mean_dbm:.0f} ± {spread_db:.0f}"
    # Rounded before it is told: a difference that is none is not −0.
    return f"{level}\n{round(over_db) + 0:+d} ± {over_spread_db:.0f}"


def _plain(table: pd.DataFrame, *, digits: int) -> list[dict[str, Any]]:
    return [
        {
            str(name): None if isinstance(value, float) and math.isnan(value) else value
            for name, value in row.items()
        }
        for row in table.round(digits).to_dict("records")
    ]
