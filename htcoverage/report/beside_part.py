"""The part of the report that sets the figures beside other criteria and public statements."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from htcoverage.labels import Language, counted, label, number, percent
from htcoverage.plots import plot_reconciliation
from htcoverage.plots.frame import asked_for
from htcoverage.presets import OURS, Preset, preset
from htcoverage.reconcile import read_reconciliation
from htcoverage.report.figures_part import network_modelled, share_words
from htcoverage.report.html import Column, definitions, heading, paragraph, picture, table
from htcoverage.report.sure_part import shift_words
from htcoverage.run import RunLayers, RunParameters
from htcoverage.run.parameters import changed_from_preset

_NUMBER = Column.number


def beside_part(
    layers: RunLayers, document: Mapping[str, Any], *, language: Language
) -> Iterator[str]:
    """Yield the shares by every preset, and what was said in public with the shares beside it.

    Parameters
    ----------
    layers : RunLayers
        The run.
    document : mapping
        ``figures.json``.
    language : {"en", "vi"}
        Of the words.
    """
    rows = document.get("presets")
    if rows:
        yield from _presets(layers, rows, language)
    held = document.get("reconciliation")
    if held is None:
        return
    found = read_reconciliation(held, criteria=layers.figures.attrs["criteria"])
    yield heading(label("rec_title", language))
    yield paragraph(held["paragraph"][language])
    yield picture(
        plot_reconciliation(found.table, modelled=network_modelled(layers), language=language),
        alt=label("rec_title", language),
    )
    yield table(
        [
            Column(label("reported", language)),
            Column(label("report_of", language)),
            Column(label("technology", language)),
            _NUMBER(label("median", language)),
            _NUMBER(label("cell_edge", language)),
            _NUMBER(label("rec_shift", language)),
        ],
        (
            (
                f"{row['date']}: {percent(row['reported_share'], language, digits=0)}",
                counted(row["denominator"], row["part"], language),
                asked_for(row["technology"], row["operator"], language),
                share_words(row["median"], language),
                share_words(row["cell_edge"], language),
                shift_words(row["shift_db"], language),
            )
            for row in found.table.to_dict("records")
        ),
        caption=label("rec_shift_words", language),
    )


def _presets(layers: RunLayers, rows: list[Mapping[str, Any]], language: Language) -> Iterator[str]:
    yield heading(label("presets_title", language))
    yield paragraph(label("presets_words", language), kind="words")
    yield table(
        [
            Column(label("preset", language)),
            Column(label("report_of", language)),
            Column(label("technology", language)),
            Column(label("preset_basis", language)),
            _NUMBER(label("preset_level", language)),
            _NUMBER(label("preset_covered", language)),
        ],
        (
            (
                preset(row["preset"]).title_in(language),
                counted(row["denominator"], _part(row["settlement_part"]), language),
                asked_for(row["technology"], "any", language),
                _basis(row, language),
                f"{number(row['least_level_dbm'], language, digits=1)} dBm",
                share_words(row["covered_share"], language),
            )
            for row in rows
        ),
    )
    yield heading(label("presets_sources", language), level=3)
    chosen = [preset(row["preset"]) for row in rows]
    ours = dict.fromkeys(pair for each in chosen for pair in each.source_keys if pair in OURS)
    yield definitions(
        [
            (label("presets_ours", language), " ".join(_told(ours, language))),
            *(
                (
                    f"{each.name}: {each.title_in(language)}",
                    " ".join(_of_preset(each, layers.record.parameters, language)),
                )
                for each in chosen
            ),
        ]
    )
    parameters = layers.record.parameters
    if parameters.preset is not None:
        said = label("preset_set", language).format(
            name=parameters.preset, title=preset(parameters.preset).title_in(language)
        )
        changed = [
            f"{label(f'assume:{name}', language)}: {number(value, language, digits=1)}"
            for name, value in changed_from_preset(parameters).items()
        ]
        beside = [label("preset_changed", language).format(what="; ".join(changed))] * bool(changed)
        yield paragraph(" ".join([said, *beside]), kind="notice")


def _told(pairs: Iterable[tuple[str, str]], language: Language) -> Iterator[str]:
    for parameters, key in pairs:
        words = ", ".join(_parameter(each, language) for each in parameters.split(", "))
        yield f"{words[:1].upper()}{words[1:]}: {label(f'source_of:{key}', language)}."


def _of_preset(chosen: Preset, parameters: RunParameters, language: Language) -> Iterator[str]:
    own = [pair for pair in chosen.source_keys if pair not in OURS]
    yield from _told(own, language) if own else [label("presets_only_ours", language)]
    if chosen.cautioned:
        yield f"{label('preset_caution', language).capitalize()}: {chosen.caution_in(language)}"
    lacking = chosen.unmet(
        rx_height_m=parameters.rx_height_m,
        resolution_m=parameters.resolution_m,
    )
    if lacking:
        what = "; ".join(note.words(language) for note in lacking)
        yield label("preset_not_met", language).format(what=what)


def _parameter(name: str, language: Language) -> str:
    key = {"denominator": "preset_counted", "technology": "technology"}.get(name)
    if key is None:
        key = "preset_part" if name == "settlement_part" else f"assume:{name}"
    return label(key, language)


def _basis(row: Mapping[str, Any], language: Language) -> str:
    words = label(row["basis"], language)
    if row["basis"] != "cell_edge":
        return words
    return f"{words} {percent(row['cell_edge_probability'], language, digits=0)}"


def _part(part: float | None) -> float:
    return math.nan if part is None else part
