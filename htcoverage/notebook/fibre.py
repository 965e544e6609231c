"""The fibre network: its figures, its findings, its map."""

from __future__ import annotations

import geopandas as gpd
from matplotlib.axes import Axes

from htcoverage.fibre.clean import CleanSpans
from htcoverage.fibre.graph import FibreNetwork
from htcoverage.fibre.lengths import length_table
from htcoverage.fibre.summary import FibreAnalysis, summarise_fibre
from htcoverage.labels import Language, label
from htcoverage.labels.fibre import FIBRE_WORDS
from htcoverage.notebook.html import fold, number, picture, table, view, words
from htcoverage.notebook.small_maps import draw_table
from htcoverage.notebook.tables import table_of
from htcoverage.plots.frame import modelled_note


def show_analysis(analysis: FibreAnalysis, language: Language) -> str:
    """Return the view of an analysed network: map, figures, findings, the worst cuts."""
    summary = summarise_fibre(analysis)
    rows = []
    for name, value in summary.items():
        count = len(value) if isinstance(value, list) else value
        if f"fibre:{name}" in FIBRE_WORDS and isinstance(count, (int, float)):
            digits = 1 if name.endswith("_km") else 0
            rows.append([label(f"fibre:{name}", language), number(count, language, digits=digits)])
    worst = analysis.criticality.spans.sort_values(
        ["bts_cut_off", "residents_cut_off", "span_id"], ascending=[False, False, True]
    )
    parts = [
        _spans_picture(analysis.network.spans, language),
        table([(label("nb_what", language), ""), (label("nb_value", language), "")], rows,
              numbers=(1,)),
        fold(label("span_bts_cut_off", language), table_of(worst, language)),
        words([modelled_note(language, fibre=analysis.network.spans)]),
    ]  # fmt: skip
    return view(label("fibre_network", language), parts)


def show_network(network: FibreNetwork, language: Language) -> str:
    """Return the view of a graph: its map, and its lengths by owner and kind."""
    lengths = length_table(network.spans)
    parts = [
        _spans_picture(network.spans, language),
        table_of(lengths, language, most=len(lengths)),
        words([network.core_rule, f"{network.tolerance_m:g} m"]),
    ]
    return view(label("fibre_network", language), parts)


def show_clean(clean: CleanSpans, language: Language) -> str:
    """Return the view of cleaned spans: map, findings, and what repair did to the length."""
    counts = clean.findings["finding"].value_counts().sort_index()
    rows = [
        [label(f"finding:{name}", language), number(int(count), language)]
        for name, count in counts.items()
    ]
    lengths = " / ".join(
        f"{number(metres / 1000.0, language, digits=3)} km"
        for metres in (clean.length_before_m, clean.length_after_m)
    )
    parts = [
        _spans_picture(clean.spans, language),
        table([(label("nb_findings", language), ""), (label("nb_value", language), "")], rows,
              numbers=(1,)),
        words([f"{label('nb_spans_before_after', language)}: {lengths}"]),
    ]  # fmt: skip
    return view(label("fibre_network", language), parts)


def _spans_picture(spans: gpd.GeoDataFrame, language: Language) -> str:
    if len(spans) == 0:
        return ""

    def draw(ax: Axes) -> None:
        draw_table(ax, spans, language)

    return picture(draw, alt=label("fibre", language))
