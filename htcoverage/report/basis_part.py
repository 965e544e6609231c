"""The part of the report that says what the figures rest on, down to the hash of each file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from htcoverage.figures import CoverCriteria
from htcoverage.labels import Language, label, number, percent, value_label
from htcoverage.report.html import Column, bullets, definitions, heading, table
from htcoverage.run import RunLayers
from htcoverage.run.facts import bundled_words

_NUMBER = Column.number

#: Said in words elsewhere on the page, or tables of their own.
_ELSEWHERE = (
    "threshold_3g_quantity", "threshold_4g_quantity", "cell_columns_assumed", "provenance",
)  # fmt: skip

_TABLE_WORDS = {"bts": "base_stations", "settlements": "settlements", "spans": "fibre"}

#: Where the words of an assumption are in the run's record in English only.
_WORDS_OF = {
    "level": ("predicted", "median", "outdoors"),
    "not_checked": ("downlink_only",),
    "residents": ("define_residents",),
    "user_equipment": ("user_equipment_words",),
}


def basis_part(layers: RunLayers, *, language: Language) -> Iterator[str]:
    """Yield assumptions, definitions, provenance, parameters, files, versions."""
    content = layers.record.content
    assumptions = content["assumptions"]
    yield heading(label("assumptions", language))
    yield table(
        [Column(label("report_parameter", language)), Column(label("report_value", language))],
        [
            *(
                (value_label("assume", name, language), _value(name, value, language))
                for name, value in assumptions.items()
                if name not in _ELSEWHERE
            ),
            *(
                (
                    label("report_columns_assumed", language).format(column=column),
                    number(count, language),
                )
                for column, count in assumptions.get("cell_columns_assumed", {}).items()
            ),
        ],
    )
    notes = content.get("notes", ())
    if notes:
        yield heading(label("report_notes", language))
        told = ((note["words"][language],) for note in notes)
        yield table([Column(label("report_note", language))], told)
    yield heading(label("report_definitions", language))
    yield definitions(_definitions(layers.record.parameters.criteria, language))
    yield heading(label("report_provenance", language))
    yield table(
        [
            Column(label("report_layer", language)),
            Column(label("provenance", language)),
            _NUMBER(label("report_rows", language)),
        ],
        (
            (label(_TABLE_WORDS.get(name, name), language).lower(),
             value_label("provenance", kind, language), number(count, language))
            for name, kinds in assumptions.get("provenance", {}).items()
            for kind, count in kinds.items()
        ),
    )  # fmt: skip
    bundled = bundled_words(
        content["inputs"],
        drawn=bool(layers.ground),
        modelled_ledger=layers.record.parameters.seed is not None,
        language=language,
    )
    sources = content.get("sources", ())
    if bundled or sources:
        yield heading(label("sources", language), level=3)
    if bundled:
        yield bullets(bundled)
    if sources:
        yield table(
            [
                Column(label("report_layer", language)), Column(label("report_origin", language)),
                Column(label("report_licence", language)),
                Column(label("report_attribution", language)),
                Column(label("report_retrieved", language)),
            ],
            (
                (each["layer"], each["title"], each["licence"], each["attribution"],
                 each.get("retrieved", ""))
                for each in sources
            ),
        )  # fmt: skip
    for word, entries in (
        ("report_inputs", content["inputs"]),
        ("report_outputs", content["outputs"]),
    ):
        yield heading(label(word, language), level=3)
        yield _hashes(entries, language)
    yield heading(label("report_versions", language), level=3)
    yield table(
        [Column(label("report_package", language)), Column(label("report_version", language))],
        content.get("versions", {}).items(),
    )


def _definitions(criteria: CoverCriteria, language: Language) -> Iterator[tuple[str, str]]:
    probability = percent(criteria.cell_edge_probability, language, digits=0)
    yield label("median", language), label("define_median", language)
    yield (
        f"{label('cell_edge', language)} {probability}",
        label("define_cell_edge", language).format(
            margin=number(criteria.margin_db, language, digits=1), share=probability
        ),
    )
    for word in ("land_area", "residential_area", "residents", "settlements", "any_operator"):
        yield label(word, language), label(f"define_{word}", language)


def _value(name: str, value: object, language: Language) -> str:
    if name in _WORDS_OF:
        return ", ".join(label(word, language) for word in _WORDS_OF[name])
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value_label(name, str(value), language)
    if name == "cell_edge_probability":
        return percent(value, language, digits=0)
    digits = next((d for d in range(4) if round(value, d) == round(value, 4)), 4)
    return number(value, language, digits=digits)


def _hashes(entries: list[Mapping[str, Any]], language: Language) -> str:
    return table(
        [Column(label("report_file", language)), Column("SHA-256", "hash")],
        ((entry["file"], entry["sha256"]) for entry in entries),
    )
