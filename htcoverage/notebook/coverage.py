"""A coverage: a small map with its classes, its layers with units, its parameters."""

from __future__ import annotations

from typing import Any, Literal, cast

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from htcoverage.export.classes import QUANTITY
from htcoverage.figures import CoverCriteria
from htcoverage.labels import Language, label
from htcoverage.notebook.html import fold, number, picture, table, view, words
from htcoverage.notebook.parameters import parameter_table
from htcoverage.plots import plot_coverage


def is_coverage(dataset: xr.Dataset) -> bool:
    """Return whether a dataset is one of `compute_coverage`, with its layers and its place."""
    return (
        "level_dbm" in dataset
        and dataset["level_dbm"].dims == ("layer", "y", "x")
        and {"operator", "technology"} <= set(dataset.coords)
        and {"crs", "transform"} <= set(dataset.attrs)
        and dataset["level_dbm"].size > 0
        and set(dataset["technology"].values.tolist()) <= set(QUANTITY)
    )


def show_dataset(dataset: xr.Dataset, language: Language) -> str:
    """Return the view of a coverage, with that of xarray folded beneath; of others that alone."""
    other: Any = dataset
    plain: str = other._repr_html_()
    if not is_coverage(dataset):
        return plain
    parts = [
        coverage_picture(dataset, language),
        words([label("predicted", language), label("outdoors", language),
               label("downlink_only", language)]),
        _layer_table(dataset, language),
        fold(label("nb_parameters", language), parameter_table(dataset.attrs, language)),
        fold(label("nb_xarray", language), plain),
    ]  # fmt: skip
    rows, columns = dataset.sizes["y"], dataset.sizes["x"]
    title = label("nb_coverage_of", language).format(
        layers=dataset.sizes["layer"],
        rows=rows,
        columns=columns,
        pixel=number(abs(dataset.attrs["transform"][0]), language),
        cells=number(dataset.sizes.get("cell", 0), language),
    )
    return view(f"{label('nb_coverage', language)}: {title}", parts)


def coverage_picture(coverage: xr.Dataset, language: Language, **layers: Any) -> str:
    """Return a small map of the strongest level: 4G where there is any."""
    pairs = [
        (str(operator), str(technology))
        for operator, technology in zip(
            coverage["operator"].values, coverage["technology"].values, strict=True
        )
    ]
    # Any operator before a single one, 4G before 3G.
    operator, technology = min(pairs, key=lambda pair: (pair[0] != "any", pair[1] != "4G"))

    def draw(ax: Axes) -> None:
        plot_coverage(
            coverage, technology=cast("Literal['3G', '4G']", technology), operator=operator,
            show="level", language=language, ax=ax, **layers,
        )  # fmt: skip

    return picture(draw, alt=f"{label('map_level', language)}: {technology}, {operator}")


def _layer_table(coverage: xr.Dataset, language: Language) -> str:
    criteria = CoverCriteria()
    transform = coverage.attrs["transform"]
    pixel_km2 = abs(transform[0] * transform[4]) / 1e6
    thresholds = ", ".join(
        f"{technology} {number(criteria.threshold_dbm(technology), language)} dBm"
        for technology in dict.fromkeys(coverage["technology"].values.tolist())
    )
    rows = []
    for place in range(coverage.sizes["layer"]):
        level_dbm = coverage["level_dbm"][place].to_numpy()
        technology = str(coverage["technology"].values[place])
        reached = np.count_nonzero(~np.isnan(level_dbm))
        over = np.count_nonzero(level_dbm >= criteria.threshold_dbm(technology))
        rows.append(
            [
                str(coverage["layer"].values[place]),
                str(coverage["operator"].values[place]),
                technology,
                f"{QUANTITY[technology]}, dBm",
                _km2(reached * pixel_km2, language),
                _km2(over * pixel_km2, language),
            ]
        )
    headings = [
        (label("nb_layer", language), "layer"),
        (label("operator", language), "operator"),
        (label("technology", language), "technology"),
        (label("nb_quantity", language), "level_dbm"),
        (label("nb_reached_km2", language), ""),
        (label("nb_over_threshold_km2", language).format(threshold=thresholds), ""),
    ]
    return table(headings, rows, numbers=(4, 5))


def _km2(area_km2: float, language: Language) -> str:
    return number(area_km2, language, digits=0 if area_km2 >= 100.0 else 2)
