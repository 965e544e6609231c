"""Writing the report of a finished run: the page, and every table on it as CSV and JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from htcoverage.export import write_csv
from htcoverage.figures.cover import ANY_OPERATOR, layer_excess
from htcoverage.files import whole_folder
from htcoverage.labels import Language, label
from htcoverage.plots.frame import modelled_words
from htcoverage.report.basis_part import basis_part
from htcoverage.report.beside_part import beside_part
from htcoverage.report.fibre_part import fibre_part
from htcoverage.report.figures_part import (
    figures_part,
    gaps_part,
    maps_part,
    modelled_layers,
    operators_part,
)
from htcoverage.report.html import page, paragraph
from htcoverage.report.sure_part import sure_part
from htcoverage.run import RunLayers
from htcoverage.run.documents import write_json
from htcoverage.run.facts import bundled_files
from htcoverage.uncertainty import compute_sensitivity, reached_table, sensitivity_table

#: Tables that a run keeps in ``figures.json`` beside the figure rows.
_KEPT = ("operators", "sensitivity", "reached", "single_site_failure", "error_sources")


def write_report(layers: RunLayers, out: Path, *, language: Language = "en") -> list[Path]:
    """Write the evidence of a run: a page in one language, and its tables.

    Parameters
    ----------
    layers : RunLayers
        From `read_layers`.
    out : Path
        Folder, made where it is not there.
    language : {"en", "vi"}
        Of the page; the tables keep the names of their columns.

    Returns
    -------
    list of Path
        ``report_<language>.html``, ``report.json`` and one CSV a table. The same run gives the
        same bytes.
    """
    document = json.loads(layers.record.path_of("figures.json").read_text(encoding="utf-8"))
    tables = _tables(layers, document)
    content = report_page(layers, tables, document, language=language)
    with whole_folder(out) as aside:
        (aside / f"report_{language}.html").write_text(content, encoding="utf-8", newline="\n")
        plain = {
            "run": {key: layers.record.content[key] for key in ("parameters", "inputs", "outputs")},
            "reported": dict(layers.reported),
            **{name: _plain(table) for name, table in tables.items()},
        }
        write_json(plain, aside / "report.json")
        for name, table in tables.items():
            write_csv(table, aside / f"{name}.csv")
        names = sorted(path.name for path in aside.iterdir())
    return [out / name for name in names]


def report_page(
    layers: RunLayers,
    tables: Mapping[str, pd.DataFrame],
    document: Mapping[str, Any],
    *,
    language: Language,
) -> str:
    """Return the page of the report; nothing in it is asked from elsewhere.

    Parameters
    ----------
    layers : RunLayers
        The run.
    tables : mapping of str to DataFrame
        By name, see `sure_part`.
    document : mapping
        ``figures.json``.
    language : {"en", "vi"}
        Of the page.
    """
    area = str(layers.record.content.get("area", ""))
    return page(
        label("report_title", language).format(area=area),
        [
            paragraph(_notice(layers, language), kind="notice"),
            *figures_part(layers, language=language),
            *operators_part(layers, tables, language=language),
            *beside_part(layers, document, language=language),
            *maps_part(layers, language=language),
            *sure_part(layers, tables, document, language=language),
            *gaps_part(layers, language=language),
            *fibre_part(layers, language=language),
            *basis_part(layers, language=language),
        ],
        language=language,
    )


def _notice(layers: RunLayers, language: Language) -> str:
    """Return what a reader must know before the first number."""
    notice = f"{label('prediction_notice', language)}."
    words = [label(key, language).lower() for key in modelled_layers(layers)]
    if "ground_m.tif" in bundled_files(layers.record.content["inputs"]):
        words.append(label("fine_relief", language))
    return f"{notice} {modelled_words(words, language)}".strip()


def _tables(layers: RunLayers, document: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the tables of the report; the curves are computed if the run did not keep them."""
    tables = {"figures": layers.figures}
    tables |= {name: pd.DataFrame(document[name]) for name in _KEPT if document.get(name)}
    if "sensitivity" not in tables or "reached" not in tables:
        criteria = layers.record.parameters.criteria
        held = layer_excess(layers.coverage, criteria=criteria)
        curves = [
            curve
            for technology in ("3G", "4G", "any")
            if held.has(technology, ANY_OPERATOR)
            for curve in compute_sensitivity(
                layers.coverage,
                layers.settlements,
                layers.districts,
                criteria=criteria,
                technology=technology,
            )
        ]
        tables |= {"sensitivity": sensitivity_table(curves), "reached": reached_table(curves)}
    if "presets" in document:
        tables["presets"] = pd.DataFrame(document["presets"]).drop(columns=["sources", "not_met"])
    if "reconciliation" in document:
        tables["reconciliation"] = pd.DataFrame(document["reconciliation"]["rows"])
    tables["gaps"] = pd.DataFrame(layers.gaps.drop(columns="geometry"))
    return tables


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object).where(table.notna(), None)
    return plain.to_dict("records")  # type: ignore[return-value]
