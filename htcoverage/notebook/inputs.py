"""What a run starts from: reference province, ledger, terrain, cleaning report."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from htcoverage.cleaning.clean import CleanedLedger
from htcoverage.cleaning.report import CleaningReport
from htcoverage.labels import Language, label
from htcoverage.notebook.html import fold, number, picture, table, view, words
from htcoverage.notebook.small_maps import draw_table
from htcoverage.notebook.tables import table_of
from htcoverage.plots import plot_province
from htcoverage.plots.drawing import draw_relief
from htcoverage.plots.frame import add_scale_bar, modelled_note
from htcoverage.readers.ledger import Assumption, Ledger
from htcoverage.reference import Reference
from htcoverage.terrain import Terrain

#: Faults of a cleaning report that are listed one by one.
_FAULTS_SHOWN = 20


def show_reference(reference: Reference, language: Language) -> str:
    """Return the view of the reference province: map, tables with their provenance."""
    tables: dict[str, pd.DataFrame] = {
        name: getattr(reference, name)
        for name in ("bts", "cells", "settlements", "districts", "spans")
    }
    rows = [
        [name, number(len(each), language), _crs(each), _provenance(each, language)]
        for name, each in tables.items()
    ]
    headings = [
        (label("nb_table", language), ""),
        (label("report_rows", language), ""),
        (label("assume:crs", language), ""),
        (label("provenance", language), ""),
    ]

    def draw(ax: Axes) -> None:
        plot_province(
            reference.districts, settlements=reference.settlements, bts=reference.bts,
            language=language, ax=ax,
        )  # fmt: skip

    title = label("nb_reference", language)
    said = modelled_note(
        language, base_stations=reference.bts, settlements=reference.settlements,
        fibre=reference.spans,
    )  # fmt: skip
    parts = [picture(draw, alt=title), table(headings, rows, numbers=(1,)), words([said])]
    return view(title, parts)


def show_ledger(ledger: Ledger, language: Language) -> str:
    """Return the view of a ledger: sites, base stations, cells, what was assumed."""

    def draw(ax: Axes) -> None:
        draw_table(ax, ledger.bts, language)

    title = label("nb_ledger", language)
    parts = [
        picture(draw, alt=title) if len(ledger.bts) else "",
        table_of(ledger.bts, language, most=5),
        table_of(ledger.cells, language, most=5),
        _assumed(ledger.defaults, language),
    ]
    return view(title, parts)


def show_terrain(terrain: Terrain, language: Language) -> str:
    """Return the view of a terrain: relief, step, heights, sources."""
    ground, box = terrain.ground_m, terrain.geobox.boundingbox
    known = ground[np.isfinite(ground)]
    ends = (known.min(), known.max()) if known.size else ()
    heights = " … ".join(number(float(end), language) for end in ends)
    size = (
        f"{number((box.right - box.left) / 1000.0, language)}"
        f" × {number((box.top - box.bottom) / 1000.0, language)}"
    )
    rows = [
        [label("nb_posting", language), f"{terrain.posting_m:g}", "m"],
        [label("nb_heights", language), heights, "m"],
        [label("nb_size", language), size, "km"],
        [label("assume:crs", language), str(terrain.geobox.crs), ""],
        *([label("nb_notes", language), note.words(language), ""] for note in terrain.notes),
        *([label("nb_source", language), name, ""] for name, _ in terrain.sources),
    ]
    headings = [
        (label("nb_what", language), ""),
        (label("nb_value", language), ""),
        (label("nb_unit", language), ""),
    ]

    def draw(ax: Axes) -> None:
        draw_relief(ax, terrain)
        ax.set_xticks([])
        ax.set_yticks([])
        add_scale_bar(ax, language=language)

    title = label("nb_terrain", language)
    return view(title, [picture(draw, alt=title), table(headings, rows)])


def show_cleaned(cleaned: CleanedLedger, language: Language) -> str:
    """Return the view of a cleaned ledger: its report, which tells what the ledger holds."""
    return show_cleaning(cleaned.report, language)


def show_cleaning(report: CleaningReport, language: Language) -> str:
    """Return the view of a cleaning report: rows, findings, columns, defaults."""
    counts = report.counts()
    faults = report.faults.head(_FAULTS_SHOWN)
    columns = ["row", "column", "value", "rule", "severity", "action", "detail"]
    listed = [[_shown(value) for value in row] for row in faults[columns].astype(object).to_numpy()]
    matches = [
        [match.column, match.name, f"{100 * match.confidence:.0f} %", match.how]
        for match in report.mapped_columns
    ]
    kept = label("nb_kept", language).format(
        **{
            name: number(getattr(report, name), language)
            for name in ("kept", "rows", "dropped", "base_stations", "cells")
        }
    )
    told = label("nb_rows_shown" if len(faults) < len(report.faults) else "nb_rows", language)
    shown = told.format(
        shown=number(len(faults), language), total=number(len(report.faults), language)
    )
    parts = [
        words([kept]),
        table([(name, "") for name in counts.columns],
              [[str(value) for value in row] for row in counts.astype(object).to_numpy()],
              numbers=(3,)),
        fold(f"{label('nb_findings', language)}: {shown}",
             table([(name, "") for name in columns], listed)),
        fold(label("nb_columns", language),
             table([(name, "") for name in ("column", "name", "confidence", "how")], matches)),
        _assumed(report.assumed, language),
    ]  # fmt: skip
    return view(label("nb_cleaning", language).format(file=report.file), parts)


def _assumed(assumptions: tuple[Assumption, ...], language: Language) -> str:
    if not assumptions:
        return ""
    rows = [
        [a.table, a.column, f"{number(a.count, language)} / {number(a.total, language)}", a.words]
        for a in assumptions
    ]
    headings = [
        (label("nb_table", language), ""),
        (label("nb_columns", language), ""),
        (label("report_rows", language), ""),
        (label("nb_value", language), ""),
    ]
    return fold(label("nb_assumed", language), table(headings, rows))


def _shown(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)


def _crs(table: pd.DataFrame) -> str:
    return str(table.crs) if isinstance(table, gpd.GeoDataFrame) and table.crs is not None else ""


def _provenance(table: pd.DataFrame, language: Language) -> str:
    if "provenance" not in table:
        return ""
    counts = table["provenance"].value_counts()
    return ", ".join(
        f"{label(f'provenance:{name}', language)} {number(int(count), language)}"
        for name, count in counts.items()
    )
