"""The part of the report that tells of the fibre: lengths, reach, what its cuts take."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd

from htcoverage.fibre.reach import cables_words
from htcoverage.labels import Language, label, number, percent, value_label
from htcoverage.plots import plot_criticality
from htcoverage.report.figures_part import FIRST_ROWS
from htcoverage.report.html import Column, bullets, heading, paragraph, picture, table
from htcoverage.run import RunLayers
from htcoverage.run.fibre import FIBRE_FILE, FIBRE_LAYERS_FILE

_NUMBER = Column.number
_REPORTED_COUNTS = ("cable_km", "span_km", "route_km", "inter_provincial_cable_km")


def fibre_part(layers: RunLayers, *, language: Language) -> Iterator[str]:
    """Yield the fibre of a run that has spans; nothing for one that has none.

    Parameters
    ----------
    layers : RunLayers
        The run; ``fibre.json`` and ``fibre.gpkg`` lie beside its ``run.json``.
    language : {"en", "vi"}
        Of the words.
    """
    kept = {entry["file"] for entry in layers.record.content.get("outputs", [])}
    if FIBRE_FILE not in kept:
        return
    found = json.loads(layers.record.path_of(FIBRE_FILE).read_text(encoding="utf-8"))
    yield heading(label("fibre_network", language))
    if "fault" in found:
        yield paragraph(label("fibre_not_analysed", language).format(fault=found["fault"]))
        return
    yield bullets(_facts(found, layers.reported, language))
    yield from _lengths(found, language)
    yield from _districts(found, layers, language)
    yield picture(
        plot_criticality(
            gpd.read_file(layers.record.path_of(FIBRE_LAYERS_FILE), layer="spans"),
            districts=layers.districts,
            language=language,
        ),
        alt=label("fibre_criticality", language),
    )
    yield from _cuts(found, language)
    yield from _without(found, layers, language)


def _facts(
    found: Mapping[str, Any], reported: Mapping[str, object], language: Language
) -> Iterator[str]:
    """Yield what the network is and what the figures rest on."""
    summary = found["summary"]
    assumed = summary["assumptions"]
    yield label("fibre_bts_words", language).format(
        on=number(summary["bts_on_fibre"], language), total=number(summary["bts_total"], language)
    )
    words = label("fibre_without_words", language).format(
        count=number(summary["settlements_without_fibre"], language),
        districts=number(summary["districts_without_fibre"], language),
    )
    if "settlements_without_fibre" in reported:
        words += label("fibre_without_reported", language).format(
            count=reported["settlements_without_fibre"],
            districts=reported["districts_without_fibre"],
        )
    yield words
    yield label("fibre_cut_words", language).format(
        bridges=number(summary["bridges"], language), spans=number(summary["spans"], language),
        shared=number(summary["shared_pole_line_km"], language),
        route=number(summary["route_km"], language),
    )  # fmt: skip
    for status, left in summary["not_counted"].items():
        yield label("fibre_not_counted", language).format(
            status=value_label("status", status, language),
            spans=number(left["spans"], language),
            route=number(left["route_km"], language, digits=1),
            cable=number(left["cable_km"], language, digits=1),
        )
    yield label("fibre_reach", language).format(
        reach=number(assumed["reach_m"], language),
        tolerance=number(assumed["tolerance_m"], language),
    )  # fmt: skip
    yield label("fibre_cables_of", language).format(
        owners=cables_words(assumed["cables_of"], language)
    )
    yield label("fibre_connected_words", language)


def _lengths(found: Mapping[str, Any], language: Language) -> Iterator[str]:
    if found["reported"]:
        rows = {row["what"]: row for row in found["reported"]}
        yield table(
            [
                Column(label("fibre_counted", language)),
                _NUMBER("km"),
                _NUMBER(label("fibre_of_reported", language)),
            ],
            (
                (
                    label(f"fibre_counts:{what}", language),
                    number(rows[what]["km"], language),
                    percent(rows[what]["share_of_reported"], language),
                )
                for what in _REPORTED_COUNTS
            ),
            caption=label("fibre_beside_reported", language),
        )
    yield table(
        [
            Column(label("owner", language).capitalize()),
            Column(label("kind", language).capitalize()),
            _NUMBER(label("fibre:spans", language)),
            _NUMBER(label("fibre_route_km", language)),
            _NUMBER(label("fibre_cable_km", language)),
        ],
        (
            (
                _all_words(row["owner"], language),
                _all_words(value_label("kind", row["kind"], language), language),
                number(row["spans"], language),
                number(row["route_km"], language),
                number(row["cable_km"], language),
            )
            for row in found["lengths"]
        ),
        caption=label("fibre_by_owner", language),
    )


def _districts(found: Mapping[str, Any], layers: RunLayers, language: Language) -> Iterator[str]:
    yield heading(label("fibre_districts", language), level=3)
    yield paragraph(label("fibre_survival_words", language), kind="words")
    lengths = {row["district_code"]: row for row in found["district_lengths"]}
    shares = ("bts_span_cut_share", "bts_route_cut_share", "residents_route_cut_share")
    yield table(
        [
            Column(label("district", language)),
            *(
                _NUMBER(label(key, language))
                for key in (
                    "fibre_route_km", "fibre_cable_km", "fibre:bts_on_fibre", "fibre:bts_total",
                    *(f"fibre_{share}" for share in shares),
                )
            ),
        ],
        (
            (
                row["full_name"] or _all_words(row["district_code"], language),
                *(
                    number(lengths.get(row["district_code"], {}).get(key, 0.0), language)
                    for key in ("route_km", "cable_km")
                ),
                number(row["bts_on_fibre"], language),
                number(row["bts"], language),
                *("" if row[s] is None else percent(row[s], language) for s in shares),
            )
            for row in found["survival"]
        ),
    )  # fmt: skip


_TAKEN = (
    "bts_cut_off", "residents_cut_off", "settlements_cut_off", "residents_without_signal",
)  # fmt: skip


def _cuts(found: Mapping[str, Any], language: Language) -> Iterator[str]:
    yield table(
        [
            Column(label("fibre:spans", language)),
            _NUMBER("km"),
            *(_NUMBER(label(key, language)) for key in _TAKEN),
        ],
        (
            (
                row["span_ids"],
                number(row["length_km"], language, digits=2),
                *(number(row[key], language) for key in _TAKEN),
            )
            for row in found["summary"]["critical_routes"][:FIRST_ROWS]
        ),
        caption=label("fibre_worst_routes", language),
    )
    if not found["signal"]:
        return
    yield heading(label("fibre_signal", language), level=3)
    yield paragraph(label("fibre_signal_words", language), kind="words")
    yield table(
        [
            Column(label("fibre:spans", language)),
            _NUMBER("km"),
            _NUMBER(label("fibre_bts_down", language)),
            _NUMBER(label("residents_without_signal", language)),
        ],
        (
            (
                row["span_ids"],
                number(row["length_km"], language, digits=2),
                number(row["bts_down"], language),
                number(row["residents_without_signal"], language),
            )
            for row in found["signal"][:FIRST_ROWS]
        ),
    )


def _without(found: Mapping[str, Any], layers: RunLayers, language: Language) -> Iterator[str]:
    if not found["without_fibre"]:
        return
    names = dict(zip(layers.districts["district_code"], layers.districts["full_name"], strict=True))
    yield heading(label("fibre:settlements_without_fibre", language).capitalize(), level=3)
    yield table(
        [
            Column(label("settlement", language)),
            Column(label("district", language)),
            _NUMBER(label("residents", language)),
            _NUMBER(label("fibre_distance", language)),
        ],
        (
            (
                f"{row['name']} ({row['settlement_id']})",
                names.get(row["district_code"], row["district_code"]),
                number(row["residents"], language),
                number(row["distance_m"] / 1000.0, language, digits=1),
            )
            for row in sorted(found["without_fibre"], key=lambda row: -row["residents"])
        ),
    )


def _all_words(value: str, language: Language) -> str:
    """Return the word for a row's key: "all" sums up, an empty district is outside of all."""
    words = {"all": "fibre_all", "": "fibre_outside"}
    return label(words[value], language) if value in words else value
