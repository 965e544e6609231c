"""The map of a coverage: what is on it, and what is said above it."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from htcoverage.export import whole_file
from htcoverage.figures import CoverCriteria, criteria_words
from htcoverage.figures.cover import ALL_OPERATORS, ANY_OPERATOR
from htcoverage.gaps.why import why_words
from htcoverage.labels import Language, label, short_number
from htcoverage.maps.base_map import OnlineBaseMap
from htcoverage.maps.escape import Json, clean_text, html_text
from htcoverage.maps.fibre import fibre_classes
from htcoverage.maps.layers import bounds_deg, label_points, named, sites, stretched, theme
from htcoverage.maps.page import OfflineMap
from htcoverage.maps.surfaces import surfaces

if TYPE_CHECKING:
    import folium

_SETTLEMENT_COLUMNS = (
    ("name", "settlement"),
    ("district", "district"),
    ("residents", "residents"),
    ("households", "households"),
    ("settlement_id", "identifier"),
    ("provenance", "provenance"),
)
_GAP_COLUMNS = (
    ("settlements", "settlement"),
    ("district", "district"),
    ("residents", "residents"),
    ("households", "households"),
    ("area_km2", "area_km2"),
    ("missing_db", "missing_db"),
    ("worst_missing_db", "worst_missing_db"),
    ("no_level_percent", "no_level_percent"),
    ("why", "why"),
    ("nearest_site", "nearest_site"),
    ("nearest_site_operators", "nearest_site_operators"),
    ("nearest_site_km", "nearest_site_km"),
    ("nearest_cover_operator", "nearest_cover_operator"),
    ("nearest_cover_km", "nearest_cover_km"),
    ("nearest_span_km", "nearest_span_km"),
    ("gap_id", "identifier"),
)
_DISTRICT_COLUMNS = (("full_name", "district"), ("communes", "communes"))
_SPAN_COLUMNS = (
    ("span_id", "identifier"),
    ("kind", "kind"),
    ("owner", "owner"),
    ("cables", "cables"),
    ("fibres", "fibres"),
    ("length_km", "length_km"),
    ("bts_cut_off", "span_bts_cut_off"),
    ("residents_cut_off", "span_residents_cut_off"),
    ("bts_cut_off_together", "line_bts_cut_off"),
    ("residents_cut_off_together", "line_residents_cut_off"),
    ("status", "status"),
    ("year", "year"),
    ("provenance", "provenance"),
)

_GROUND = ("sea", "lakes", "rivers")

#: Words that the page's scripts show.
_PAGE_WORDS = (
    "close", "districts", "fibre", "gap", "gaps", "map_base", "map_base_fails", "map_cover",
    "map_fibre_by", "map_fibre_idle", "map_here", "map_largest_gaps", "map_legend", "map_level",
    "map_measure", "map_measure_help", "map_no_gaps", "map_no_match", "map_none", "map_opacity",
    "map_outside", "map_overlays", "map_panel", "map_print", "map_read_help", "map_search",
    "map_surface", "map_whole", "operators", "people", "plan_standing", "plan_target",
    "plan_title", "provenance", "residents", "routes", "settlement", "settlements", "site",
    "sites", "zoom_in", "zoom_out",
)  # fmt: skip


def make_map(
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    bts: gpd.GeoDataFrame,
    spans: gpd.GeoDataFrame | None = None,
    gaps: gpd.GeoDataFrame | None = None,
    *,
    criteria: CoverCriteria,
    title: str = "",
    facts: Mapping[str, str] | None = None,
    ground: Mapping[str, gpd.GeoDataFrame] | None = None,
    base_map: OnlineBaseMap | None = None,
    cover_only: xr.Dataset | None = None,
    language: Language = "en",
) -> folium.Map:
    """Return one self-contained map of a coverage: it asks the network for nothing.

    Every text of the tables is untrusted and reaches the page as data only, never as code.

    Parameters
    ----------
    coverage : xarray.Dataset
        Levels of each layer in dBm, with the parameters that made them in its attributes.
    settlements, districts, bts : GeoDataFrame
        Tables as ``schema`` describes them; pictures are clipped to the districts.
    spans : GeoDataFrame, optional
        Fibre; with ``bts_cut_off_together, residents_cut_off_together`` (see `fibre_map_spans`)
        drawn and filtered by what a cut takes. These count the base stations of every operator:
        never on the map of one carrier.
    gaps : GeoDataFrame, optional
        Uncovered residential areas, worst first.
    criteria : CoverCriteria
        Thresholds in dBm and margin in dB of the covered/gap pictures.
    title : str
        What the map shows, and of where.
    facts : mapping of str to str, optional
        Further facts of the run for the title block (headline figure, date of data, ...), by their
        words in the page's language.
    ground : mapping of str to GeoDataFrame, optional
        ``sea``, ``lakes`` (polygons) and ``rivers`` (lines or polygons) to find one's way by.
    base_map : OnlineBaseMap, optional
        Tiles that the reader may switch on; until then, and without it, no request leaves the page.
    cover_only : xarray.Dataset, optional
        Further layers of which cover alone is shown, no level: a union of rivals' cover, for the
        peaks of its level would tell where their masts stand.
    language : {"en", "vi"}
        Language of the page.

    Returns
    -------
    folium.Map
        Further Folium elements may be added; ``save_map`` writes it.
    """
    shown_title = title or label("map_title", language)
    themes = base_themes(settlements, districts, spans, ground=ground, language=language)
    if gaps is not None:
        # Part of a settlement's people: a share of them, not a count.
        people = [name for name in ("residents", "households") if name in gaps.columns]
        told = gaps.assign(
            no_level_percent=100 * gaps["no_level_share"], **gaps[people].astype(float).round()
        )
        if "why" in gaps.columns:
            told = told.assign(why=[_why(gap, language) for gap in gaps.to_dict("records")])
        themes["gaps"] = theme(told, _GAP_COLUMNS, tolerance_m=10, language=language)
    data = base_data(districts, bts, spans, themes=themes, language=language) | {
        "gap_sign": _gap_sign(gaps, criteria, language),
        "sights": _sights(gaps),
        "surfaces": surfaces(
            coverage, districts, criteria=criteria, language=language, cover_only=cover_only
        ),
        "base_map": base_map.as_json() if base_map else None,
    }
    tables = {"base_stations": bts, "settlements": settlements, "fibre": spans}
    return OfflineMap(
        language=language,
        title=shown_title,
        header_html=title_block(
            shown_title,
            dict(facts or {}) | _run_facts(coverage, criteria, language),
            f"{label('prediction_notice', language)}. {modelled_notice(tables, language)}".strip(),
        ),
        footer_html=f"<noscript><p>{html_text(label('map_noscript', language))}</p></noscript>",
        data=data,
        bounds_deg=bounds_deg(districts),
        image_source=base_map.policy_source if base_map else "",
    )


def base_themes(
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    spans: gpd.GeoDataFrame | None,
    *,
    ground: Mapping[str, gpd.GeoDataFrame] | None,
    language: Language,
) -> dict[str, Json]:
    """Return the themes that every map has: districts, settlements, fibre, sea and rivers."""
    names = dict(zip(districts["district_code"], districts["full_name"], strict=True))
    told = _with_district(settlements, names)
    themes: dict[str, Json] = {
        "districts": theme(districts, _DISTRICT_COLUMNS, tolerance_m=30, language=language),
        "settlements": theme(told, _SETTLEMENT_COLUMNS, tolerance_m=10, language=language),
    }
    if spans is not None:
        themes["fibre"] = theme(_years(spans), _SPAN_COLUMNS, tolerance_m=15, language=language)
    for name in _GROUND:
        if ground is not None and name in ground:
            drawn = stretched(ground[name], districts) if name == "sea" else ground[name]
            themes[name] = theme(drawn, (), tolerance_m=30, language=language)
    return themes


def base_data(
    districts: gpd.GeoDataFrame,
    bts: gpd.GeoDataFrame,
    spans: gpd.GeoDataFrame | None,
    *,
    themes: dict[str, Json],
    language: Language,
) -> dict[str, Json]:
    """Return the data of a page that shows themes and sites alone: no picture, no gap, no plan."""
    return {
        "language": language,
        "bounds": list(bounds_deg(districts)),
        "words": {word: label(word, language) for word in _PAGE_WORDS},
        "gap_sign": "",
        "sights": [],
        "surfaces": None,
        "themes": themes,
        "fibre": [] if spans is None else fibre_classes(spans, language=language),
        "plan": None,
        "base_map": None,
        "labels": label_points(districts, "full_name"),
        "sites": sites(bts, language=language),
        "operators": [clean_text(name) for name in dict.fromkeys(bts["operator"])],
    }


def save_map(map: folium.Map, path: str | Path) -> None:
    """Write the map's page; the file is whole or it is not there.

    Parameters
    ----------
    map : folium.Map
        As ``make_map`` returns it.
    path : str or Path
        File to write; an existing one is replaced.
    """
    page = map.get_root().render()
    with whole_file(Path(path)) as part:
        part.write_text(page, encoding="utf-8", newline="\n")


def _with_district(table: gpd.GeoDataFrame, names: dict[object, object]) -> gpd.GeoDataFrame:
    if "district" in table.columns or "district_code" not in table.columns:
        return table
    return table.assign(district=named(table["district_code"], names))


def _years(spans: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the spans with their years as text: a year has no mark of thousands."""
    if "year" not in spans.columns:
        return spans
    return spans.assign(year=[None if pd.isna(each) else f"{each:.0f}" for each in spans["year"]])


def _why(gap: Mapping[Hashable, object], language: Language) -> str | None:
    """Return the reason of a gap in words; a table read from a file has NaN where there is none."""
    if not isinstance(gap["why"], str):
        return None
    words = why_words({str(key): value for key, value in gap.items()}, language=language)
    return _unbroken(words)


def _sights(gaps: gpd.GeoDataFrame | None) -> list[Json]:
    """Return latitude and longitude of each gap's spot and of the hill that shadows it, or None."""
    columns = ["why_lat", "why_lon", "obstacle_lat", "obstacle_lon"]
    if gaps is None or not {*columns} <= {*gaps.columns}:
        return [None] * (0 if gaps is None else len(gaps))
    places = gaps[columns].to_numpy(np.float64).round(5)
    return [row.tolist() if np.isfinite(row).all() else None for row in places]


def _gap_sign(gaps: gpd.GeoDataFrame | None, criteria: CoverCriteria, language: Language) -> str:
    """Return what the gaps lack, for the legend: a gap of 4G may well have 3G."""
    if gaps is None or len(gaps) == 0:
        return ""
    technology, operator, basis = gaps[["technology", "operator", "basis"]].iloc[0]
    share = f" {short_number(100 * criteria.cell_edge_probability, language, most_digits=3)} %"
    either = {
        "any": label("either_technology", language),
        "both": label("both_technologies", language),
    }
    anyone = {
        ANY_OPERATOR: label("any_operator", language),
        ALL_OPERATORS: label("all_operators", language),
    }
    what = ", ".join(
        [
            either.get(technology, technology),
            anyone.get(operator, clean_text(operator)),
            f"{label(basis, language)}{share if basis == 'cell_edge' else ''}",
        ]
    )
    return label("map_gap_sign", language).format(what=what)


def _run_facts(coverage: xr.Dataset, criteria: CoverCriteria, language: Language) -> dict[str, str]:
    attributes = coverage.attrs
    radius_km = short_number(attributes["radius_km"], language, most_digits=3)
    margin_db = short_number(criteria.margin_db, language, most_digits=3)
    model = f"{attributes['model']}, {label('radius', language)} {radius_km} km"
    probability = (
        f"{short_number(100 * criteria.cell_edge_probability, language, most_digits=3)} % "
        f"({label('margin', language)} {margin_db} dB)"
    )
    return {
        label("model", language): model,
        label("probability", language): probability,
        label("assumptions", language): "; ".join(criteria_words(criteria, language=language)),
    }


def modelled_notice(tables: Mapping[str, gpd.GeoDataFrame | None], language: Language) -> str:
    """Return which tables, by the key of their word, are modelled; "" where none is."""
    modelled = [
        label(word, language)
        for word, table in tables.items()
        if table is not None
        and "provenance" in table.columns
        and bool((table["provenance"] == "modelled").any())
    ]
    if not modelled:
        return ""
    return label("modelled_notice", language).format(layers=", ".join(modelled).lower())


def _unbroken(text: str) -> str:
    """Return the text with its numbers tied to their units."""
    return re.sub(r"(?<=\d) (?=(?:%|km|dBm?|m)(?!\w))", "\u00a0", clean_text(text))


def title_block(title: str, facts: Mapping[str, str], notice: str) -> str:
    """Return what stands above a map as HTML; its texts are untrusted."""
    rows = "".join(
        f"<div><dt>{html_text(word[:1].upper() + word[1:])}</dt>"
        f"<dd>{html_text(_unbroken(value))}</dd></div>"
        for word, value in facts.items()
    )
    return (
        f'<header id="htc-title"><h1>{html_text(title)}</h1>'
        f'<p class="htc-notice" role="note">{html_text(notice)}</p><dl>{rows}</dl></header>'
    )
