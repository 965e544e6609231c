"""The part of the report that says how sure the figures are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, cast

import pandas as pd

from htcoverage.labels import Language, counted, label, number, percent
from htcoverage.plots import plot_sensitivity
from htcoverage.plots.frame import asked_for
from htcoverage.plots.sure import source_words
from htcoverage.report.figures_part import FIRST_ROWS, interval_words, network_modelled
from htcoverage.report.html import Column, heading, paragraph, picture, table
from htcoverage.run import RunLayers

_NUMBER = Column.number


def sure_part(
    layers: RunLayers,
    tables: Mapping[str, pd.DataFrame],
    document: Mapping[str, Any],
    *,
    language: Language,
) -> Iterator[str]:
    """Yield intervals, their sources, the curve of shifts and the failure of sites.

    Parameters
    ----------
    layers : RunLayers
        The run.
    tables : mapping of str to DataFrame
        ``sensitivity, reached``, and where the run has them ``single_site_failure,
        error_sources``.
    document : mapping
        ``figures.json``.
    language : {"en", "vi"}
        Of the words.
    """
    yield heading(label("report_sure", language))
    intervals = document.get("intervals")
    if intervals is None:
        yield paragraph(label("report_no_interval", language))
    else:
        yield paragraph(
            label("report_interval_words", language).format(
                share=percent(intervals["probability"], language, digits=0),
                draws=number(intervals["draws"], language),
                common=number(intervals["common_sigma_db"], language, digits=1),
                site=number(intervals["site_sigma_db"], language, digits=1),
                local=number(intervals["local_sigma_db"], language, digits=1),
                seed=intervals["seed"],
            )
        )
    if "error_sources" in tables:
        yield from _sources(tables["error_sources"], language)
    yield from _sensitivity(
        tables,
        layers.reported,
        layers.technologies,
        language,
        modelled=network_modelled(layers),
    )
    if "single_site_failure" in tables:
        yield from _failures(tables["single_site_failure"], layers, language)


def _sources(sources: pd.DataFrame, language: Language) -> Iterator[str]:
    rows = sources[sources["denominator"] == "residents"]
    first = rows.iloc[0]
    what = (
        f"{label('residents', language)}, "
        f"{asked_for(first['technology'], first['operator'], language)}, "
        f"{label(first['basis'], language)}"
    )
    yield heading(label("report_sources", language), level=3)
    yield paragraph(label("report_sources_words", language).format(what=what), kind="words")
    yield table(
        [
            Column(label("report_source", language)),
            _NUMBER(f"{label('report_low', language)} … {label('report_high', language)}"),
            _NUMBER(label("report_variance_part", language)),
        ],
        (
            (
                source_words(row["source"], language),
                interval_words(row["low"], row["high"], language),
                percent(row["variance_part"], language) if pd.notna(row["variance_part"]) else "",
            )
            for row in rows.to_dict("records")
        ),
    )


def _sensitivity(
    tables: Mapping[str, pd.DataFrame],
    reported: Mapping[str, object],
    technologies: list[str],
    language: Language,
    *,
    modelled: tuple[str, ...],
) -> Iterator[str]:
    yield heading(label("report_sensitivity", language), level=3)
    yield paragraph(label("report_sensitivity_words", language), kind="words")
    for technology in reversed(technologies):
        reached = tables["reached"]
        rows = reached[reached["technology"] == technology]
        if technology == technologies[-1]:
            curve = tables["sensitivity"]
            share = reported.get("covered_residential_share")
            yield picture(
                plot_sensitivity(
                    curve[curve["technology"] == technology],
                    reported_share=share if isinstance(share, float) else None,
                    modelled=modelled,
                    language=language,
                ),
                alt=label("report_sensitivity", language),
            )
        shares = list(dict.fromkeys(rows["share"]))
        by_what = rows.groupby(["denominator", "settlement_part"], sort=False, dropna=False)
        yield table(
            [
                Column(label("report_of", language)),
                *(_NUMBER(percent(share, language)) for share in shares),
            ],
            (
                [
                    counted(str(denominator), cast("float", part), language),
                    *(shift_words(shift, language) for shift in group["shift_db"]),
                ]
                for (denominator, part), group in by_what
            ),
            caption=f"{asked_for(technology, 'any', language)}, "
            f"{label('cell_edge', language)}: {label('report_reached', language)}",
        )


def shift_words(shift_db: float | None, language: Language) -> str:
    """Return a shift in dB with its sign, rounded down: the share still holds at it."""
    if pd.isna(shift_db):
        return "–"
    if math.isinf(shift_db):
        return label("rec_no_shift", language)
    tenths_db = math.floor(10.0 * shift_db) / 10.0
    return f"{'+' if tenths_db > 0 else ''}{number(tenths_db, language, digits=1)}"


def _failures(failures: pd.DataFrame, layers: RunLayers, language: Language) -> Iterator[str]:
    yield heading(label("report_failure", language), level=3)
    technology = "4G" if "4G" in set(failures["technology"]) else "any"
    rows = failures[failures["technology"] == technology]
    yield paragraph(
        label("report_failure_words", language).format(
            technology="4G" if technology == "4G" else label("either_technology", language),
            count=number(len(rows), language),
        )
    )
    names = layers.bts.drop_duplicates("site_id").set_index("site_id")
    named = names["site_name"] if "site_name" in names else names.index.to_series()
    settled = layers.settlements.set_index("settlement_id")["name"]
    yield table(
        [
            Column(label("site", language)),
            _NUMBER(label("residents", language)),
            Column(label("settlements", language)),
        ],
        (
            (
                f"{named.get(row['site_id'], '')} ({row['site_id']})",
                number(row["residents"], language),
                "; ".join(
                    str(settled.get(identity, identity))
                    for identity in str(row["settlement_ids"] or "").split("; ")
                    if identity
                ),
            )
            for row in rows.head(FIRST_ROWS).to_dict("records")
        ),
    )
