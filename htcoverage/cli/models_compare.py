"""``htcoverage models --compare``: what the choice of the model does to the figure."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.table import Table

from htcoverage.cli.console import console, stages

if TYPE_CHECKING:
    from htcoverage.compare.models import ModelComparison

_SHORT = {
    "residential_area_median": "homes,\nmedian",
    "residential_area_cell_edge": "homes,\nedge",
    "residents_median": "residents,\nmedian",
    "residents_cell_edge": "residents,\nedge",
    "land_area_median": "land,\nmedian",
    "land_area_cell_edge": "land,\nedge",
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
    shares = Table(
        title=f"{given['technology']}, any operator: covered share of the province",
        title_justify="left",
    )
    keys = [name for name in map(str, found.shares) if name.endswith(("_median", "_cell_edge"))]
    shares.add_column("model", no_wrap=True)
    for key in keys:
        shares.add_column(_SHORT.get(key, key), justify="right")
    for row in found.shares.to_dict("records"):
        told = ["–" if pd.isna(row[key]) else f"{row[key]:.1%}" for key in keys]
        shares.add_row(row["model"], *told)
    console.print(shares)
    for row in found.shares.to_dict("records"):
        if words := "; ".join(filter(None, (row["environment"], row["remark"]))):
            console.print(f"• {row['model']}: {words}", highlight=False, soft_wrap=True)
    for by, part in found.levels.groupby("by", sort=False):
        levels = Table(
            title=f"Level of the best server ({_BY[str(by)]}), mean ± spread in dBm; "
            f"below it, less that of {given['set_against']}, dB",
            title_justify="left",
        )
        levels.add_column("model", no_wrap=True)
        groups = part["group"].drop_duplicates().tolist()
        for group in groups:
            levels.add_column(group, justify="right", no_wrap=True)
        for name, rows in part.groupby("model", sort=False):
            cells = {
                group: _cell(*values)
                for group, *values in rows[["group", *_NUMBERS]].itertuples(index=False)
            }
            levels.add_row(str(name), *(cells.get(group, "–") for group in groups))
        console.print(levels)
    for words in (
        f"pixels of {given['resolution_m']:g} m, cells within {given['radius_km']:g} km; covered "
        f"from {given['threshold_dbm']:g} dBm, cell edge with a margin of {given['margin_db']:.1f} "
        "dB; predicted medians outdoors",
        "a spread is over pixels: models with the same share may differ by 20 dB at a home",
    ):
        console.print(f"• {words}", highlight=False, soft_wrap=True)


def _cell(mean_dbm: float, spread_db: float, over_db: float, over_spread_db: float) -> str:
    level = f"{mean_dbm:.0f} ± {spread_db:.0f}"
    return f"{level}\n{over_db:+.0f} ± {over_spread_db:.0f}"


def _plain(table: pd.DataFrame, *, digits: int) -> list[dict[str, Any]]:
    return [
        {
            str(name): None if isinstance(value, float) and math.isnan(value) else value
            for name, value in row.items()
        }
        for row in table.round(digits).to_dict("records")
    ]
