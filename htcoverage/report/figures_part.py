"""The part of the report that says what is covered: headline, districts, maps, gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from htcoverage.figures import criteria_words, headline
from htcoverage.figures.cover import ANY_OPERATOR
from htcoverage.figures.rows import HEADLINE_SETTLEMENT_PART, PROVINCE_CODE
from htcoverage.labels import Language, label, number, percent
from htcoverage.plots import plot_coverage, plot_figures, plot_gaps, plot_operators
from htcoverage.report.html import Column, bullets, heading, paragraph, picture, table
from htcoverage.run import RunLayers
from htcoverage.run.facts import modelled_tables
from htcoverage.uncertainty.intervals import INTERVAL_PROBABILITY

#: Rows of the longest tables on the page; the files beside it hold them all.
FIRST_ROWS = 15

_NUMBER = Column.number


def interval_words(low: Any, high: Any, language: Language) -> str:
    """Return an interval of shares as words; empty where there is none."""
    if pd.isna(low) or pd.isna(high):
        return ""
    return f"{number(100.0 * float(low), language, digits=2)} … {share_words(high, language)}"


def share_words(share: Any, language: Language) -> str:
    """Return a share as a percentage with two digits; empty where there is none."""
    return "" if pd.isna(share) else percent(float(share), language, digits=2)


def modelled_layers(layers: RunLayers) -> tuple[str, ...]:
    """Return the keys of the words for the layers of a run that are modelled."""
    return modelled_tables(layers.record.content["assumptions"].get("provenance", {}))


def network_modelled(layers: RunLayers) -> tuple[str, ...]:
    """Return those of `modelled_layers` that a share of cover rests on: not the fibre."""
    return tuple(key for key in modelled_layers(layers) if key != "fibre")


def figures_part(layers: RunLayers, *, language: Language) -> Iterator[str]:
    """Yield the headline and the districts."""
    said = headline(layers.figures, language=language)
    yield heading(label("report_headline", language))
    yield bullets([*said.words, said.operator])
    counted = layers.figures[
        (layers.figures["area_code"] == PROVINCE_CODE)
        & (layers.figures["operator"] == ANY_OPERATOR)
        & (
            (layers.figures["denominator"] != "settlements")
            | (layers.figures["settlement_part"] == HEADLINE_SETTLEMENT_PART)
        )
    ]
    # The headline keeps the order of the figure rows.
    median, edge = (counted[counted["basis"] == basis] for basis in ("median", "cell_edge"))
    columns = [
        Column(label("report_of", language)),
        Column(label("technology", language)),
        _NUMBER(said.median),
        _NUMBER(_interval_heading(language)),
        _NUMBER(said.cell_edge),
        _NUMBER(_interval_heading(language)),
        _NUMBER(label("report_total", language)),
    ]
    rows = [
        (
            row["denominator"],
            row["technology"],
            share_words(row["median"], language),
            interval_words(m["low"], m["high"], language),
            share_words(row["cell_edge"], language),
            interval_words(e["low"], e["high"], language),
            number(row["total"], language, digits=1) + " km²"
            if row["unit"] == "km2"
            else number(row["total"], language),
        )
        for row, m, e in zip(
            *(each.to_dict("records") for each in (said.table, median, edge)), strict=True
        )
    ]
    yield table(columns, rows)
    yield heading(label("report_districts", language))
    yield paragraph(label("report_districts_words", language), kind="words")
    yield _district_table(layers, language)
    technology = layers.technologies[-1]
    yield picture(
        plot_figures(
            layers.figures,
            technology=technology,
            modelled=network_modelled(layers),
            language=language,
        ),
        alt=label("report_districts", language),
    )


def operators_part(
    layers: RunLayers, tables: Mapping[str, pd.DataFrame], *, language: Language
) -> Iterator[str]:
    """Yield how many operators there are to choose from at home, in 4G where the run has it."""
    if "operators" not in tables:
        return
    counts = tables["operators"]
    technology = "4G" if (counts["technology"] == "4G").any() else "3G"
    counts = counts[counts["technology"] == technology]
    title = f"{label('pic_number_of_operators', language).capitalize()}, {technology}"
    yield heading(title)
    yield paragraph(label("report_operators_words", language), kind="words")
    rows = counts[(counts["area_code"] == PROVINCE_CODE) & (counts["denominator"] == "residents")]
    yield table(
        [
            _NUMBER(label("pic_number_of_operators", language)),
            _NUMBER(label("residents", language)),
            _NUMBER(label("report_share", language)),
        ],
        (
            (str(row["operators"]), number(row["amount"], language),
             share_words(row["share"], language))
            for row in rows.to_dict("records")
        ),
    )  # fmt: skip
    yield picture(
        plot_operators(counts, modelled=network_modelled(layers), language=language), alt=title
    )


def maps_part(layers: RunLayers, *, language: Language) -> Iterator[str]:
    """Yield a map of cover for each technology."""
    yield heading(label("report_maps", language))
    criteria = layers.record.parameters.criteria
    for technology in reversed(layers.technologies):
        yield picture(
            plot_coverage(
                layers.coverage,
                technology=technology,  # type: ignore[arg-type]
                criteria=criteria,
                districts=layers.districts,
                modelled=[key for key in modelled_layers(layers) if key == "base_stations"],
                language=language,
            ),
            alt=f"{label('map_cover', language)}, {technology}: "
            + "; ".join(criteria_words(criteria, language=language)),
        )


def gaps_part(layers: RunLayers, *, language: Language) -> Iterator[str]:
    """Yield the gaps: a map and the first of them."""
    gaps = layers.gaps
    yield heading(label("gaps", language).capitalize())
    if len(gaps) == 0:
        yield paragraph(label("map_no_gaps", language))
        return
    yield paragraph(
        label("report_gaps_words", language).format(
            count=number(len(gaps), language), residents=number(gaps["residents"].sum(), language)
        )
    )
    words = ("settlement", "district", "residents", "missing_db", "nearest_site", "nearest_site_km")
    columns = [
        (_NUMBER if word in ("residents", "missing_db", "nearest_site_km") else Column)(
            label(word, language)
        )
        for word in words
    ]
    yield table(
        columns,
        (
            (
                row["settlements"],
                row["district"],
                number(row["residents"], language),
                "" if pd.isna(row["missing_db"]) else number(row["missing_db"], language, digits=1),
                row["nearest_site"] if isinstance(row["nearest_site"], str) else "",
                number(row["nearest_site_km"], language, digits=1)
                if pd.notna(row["nearest_site_km"])
                else "",
            )
            for row in gaps.head(FIRST_ROWS).drop(columns="geometry").to_dict("records")
        ),
    )
    yield picture(
        plot_gaps(
            gaps, districts=layers.districts, settlements=layers.settlements, language=language
        ),
        alt=label("gaps_title", language),
    )


def _district_table(layers: RunLayers, language: Language) -> str:
    figures = layers.figures
    rows = figures[
        (figures["area_level"] == "district")
        & (figures["operator"] == ANY_OPERATOR)
        & (figures["denominator"] == "residents")
        & figures["technology"].isin(layers.technologies)
        & (figures["basis"] != "expected")
    ]
    columns = [Column(label("district", language)), _NUMBER(label("residents", language))]
    for technology in layers.technologies:
        columns += [
            _NUMBER(f"{technology}, {label('median', language)}"),
            _NUMBER(f"{technology}, {label('cell_edge', language)}"),
            _NUMBER(_interval_heading(language)),
        ]
    cells: list[list[str]] = []
    for _, area in rows.groupby("area_code", sort=False):
        by_row = {(row["technology"], row["basis"]): row for row in area.to_dict("records")}
        first = next(iter(by_row.values()))
        line = [str(first["area"]), number(first["total"], language)]
        for technology in layers.technologies:
            edge = by_row[technology, "cell_edge"]
            line += [
                share_words(by_row[technology, "median"]["covered_share"], language),
                share_words(edge["covered_share"], language),
                interval_words(edge["low"], edge["high"], language),
            ]
        cells.append(line)
    return table(columns, cells)


def _interval_heading(language: Language) -> str:
    share = percent(INTERVAL_PROBABILITY, language, digits=0)
    return label("report_interval", language).format(share=share)
