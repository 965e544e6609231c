"""What must be said of a run above its map: figures, the reported figure, date, sources."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from functools import cache

import pandas as pd

from htcoverage.figures import headline
from htcoverage.figures.cover import ANY_OPERATOR
from htcoverage.labels import Language, label, short_number
from htcoverage.presets import preset as preset_of
from htcoverage.reference import data_dir

#: Folders of the bundled data that list the hashes of their files.
_HASHED = ("boundaries", "bts", "terrain", "fibre")

#: What a bundled file rests on, by the key of its words.
_SOURCES = (
    ("districts.gpkg", "source_boundaries"),
    ("ground.gpkg", "source_coast"),
    ("bts.csv", "source_places"),
    ("ground_m.tif", "source_terrain"),
)


@cache
def _bundled() -> dict[str, str]:
    """Name of each bundled file by its SHA-256."""
    found = {}
    for folder in _HASHED:
        lines = (data_dir() / folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
        for line in lines:
            digest, name = line.split(maxsplit=1)
            found[digest] = name.strip().removeprefix("*")
    return found


def bundled_files(inputs: Iterable[Mapping[str, str]]) -> frozenset[str]:
    """Return which of the inputs are files of the reference province, by their hashes.

    Parameters
    ----------
    inputs : iterable of mapping
        ``file`` and ``sha256`` of each, as ``run.json`` lists them.
    """
    known = _bundled()
    return frozenset(known[entry["sha256"]] for entry in inputs if entry["sha256"] in known)


def terrain_words(inputs: Iterable[Mapping[str, str]]) -> str:
    """Return where the terrain of a run comes from, in English, for the metadata of files."""
    listed = list(inputs)
    if "ground_m.tif" in bundled_files(listed):
        return label("source_terrain")
    rasters = [e["file"] for e in listed if e["file"].endswith((".tif", ".tiff", ".vrt", ".hgt"))]
    told = ", ".join(rasters) or label("not_stated")
    # A run lists what it read, not what for: residents may be a raster too.
    return f"among the rasters read: {told}" if len(rasters) > 1 else told


def ground_facts(
    inputs: Iterable[Mapping[str, str]],
    sources: Iterable[Mapping[str, str]],
    notes: Iterable[Mapping[str, object]],
) -> dict[str, str]:
    """Return source and vintage of terrain and clutter, in English, for the metadata of files.

    Parameters
    ----------
    inputs, sources, notes : iterable of mapping
        As ``run.json`` lists them; a source of the layers ``terrain`` or ``elevation``, and
        ``clutter`` or ``landcover``, tells its ``title`` and ``version``.
    """
    listed = list(inputs)
    bundled = bundled_files(listed)
    unknown = label("not_stated")
    told = {
        "terrain_source": terrain_words(listed),
        "terrain_vintage": unknown,
        "clutter_source": unknown,
        "clutter_vintage": unknown,
    }
    if "ground_m.tif" in bundled:
        told["terrain_vintage"] = label("vintage_terrain")
    if any(note["note"] == "clutter_left_out" for note in notes):
        told["clutter_source"] = told["clutter_vintage"] = label("no_clutter")
    if "clutter_class.tif" in bundled:
        told["clutter_source"] = label("source_clutter")
        told["clutter_vintage"] = label("vintage_clutter")
    layers = {"terrain": "terrain", "elevation": "terrain", "clutter": "clutter",
              "landcover": "clutter"}  # fmt: skip
    for source in sources:
        if source["layer"] in layers:
            name = layers[source["layer"]]
            told[f"{name}_source"] = source["title"]
            told[f"{name}_vintage"] = source.get("version", unknown)
    return told


def modelled_tables(provenance: Mapping[str, Mapping[str, int]]) -> tuple[str, ...]:
    """Return the keys of the words for the tables that hold modelled rows.

    Parameters
    ----------
    provenance : mapping
        Rows of each table by where they come from, as the assumptions of a run tell them.
    """
    words = {"bts": "base_stations", "settlements": "settlements", "spans": "fibre"}
    return tuple(words.get(name, name) for name, kinds in provenance.items() if "modelled" in kinds)


def bundled_words(
    inputs: Iterable[Mapping[str, str]],
    *,
    drawn: bool,
    modelled_ledger: bool,
    language: Language,
) -> list[str]:
    """Return what the bundled files among the inputs rest on, with attribution and licence.

    Parameters
    ----------
    inputs : iterable of mapping
        ``file`` and ``sha256`` of each, as ``run.json`` lists them.
    drawn, modelled_ledger, language
        As for `map_facts`.
    """
    files = set(bundled_files(inputs))
    if modelled_ledger:
        files.add("bts.csv")
    if drawn:
        files.add("ground.gpkg")
    return [label(key, language) for name, key in _SOURCES if name in files]


def map_facts(
    figures: pd.DataFrame,
    inputs: Iterable[Mapping[str, str]],
    *,
    reported: Mapping[str, object],
    drawn: bool,
    operator: str = ANY_OPERATOR,
    modelled_ledger: bool = False,
    preset: str | None = None,
    sources: Iterable[Mapping[str, str]] = (),
    language: Language = "en",
) -> dict[str, str]:
    """Return the facts of a run for the title block of its map, by their words.

    Parameters
    ----------
    figures : DataFrame
        Figure rows with ``attrs["criteria"]``.
    inputs : iterable of mapping
        ``file`` and ``sha256`` of each input file.
    reported : mapping
        The public statement that the figure is set beside, with its date; empty where there is
        none. It is of all carriers together: beside one carrier's figures it is not said.
    drawn : bool
        Whether sea and rivers of the bundled data are on the map.
    operator : str
        Whose figures are said.
    modelled_ledger : bool
        Whether the ledger was drawn anew by the generator, from the same sources.
    preset : str, optional
        The preset that the criteria were set from.
    sources : iterable of mapping
        ``title``, ``licence`` and ``attribution`` of what a project's layers are from.
    language : {"en", "vi"}
        Language of the words.
    """
    said = headline(figures, operator=operator, language=language)
    table = said.table
    facts: dict[str, str] = {}
    area = label("residential_area", language)
    for technology in ("4G", label("either_technology", language)):
        row = table[(table["technology"] == technology) & (table["denominator"] == area)]
        if len(row):
            # A phone has room for the words once.
            key = "headline_again" if facts else "headline_fact"
            facts[technology] = label(key, language).format(
                median=_percent(row["median"].iloc[0], language),
                median_words=said.median,
                cell_edge=_percent(row["cell_edge"].iloc[0], language),
                cell_edge_words=said.cell_edge,
                area=area,
                operator=said.operator,
            )
    if preset is not None:
        facts[label("preset", language)] = f"{preset}: {preset_of(preset).title_in(language)}"
    share = reported.get("covered_residential_share")
    if isinstance(share, float) and operator == ANY_OPERATOR:
        facts[label("reported", language)] = label("reported_fact", language).format(
            share=_percent(share, language), date=_month(str(reported["date"]), language)
        )
    listed = list(inputs)
    of_the_reference = modelled_ledger or "bts.csv" in bundled_files(listed)
    if of_the_reference and "date" in reported:
        date = label("date_modelled", language).format(date=_month(str(reported["date"]), language))
    else:
        date = label("not_stated", language)
    facts[label("date_of_data", language)] = date
    told = bundled_words(listed, drawn=drawn, modelled_ledger=modelled_ledger, language=language)
    told += [
        f"{source['title']}: {source['attribution']} ({source['licence']})" for source in sources
    ]
    if told:
        facts[label("sources", language)] = "; ".join(dict.fromkeys(told))
    return facts


def _percent(share: float, language: Language) -> str:
    return f"{short_number(100 * share, language, most_digits=4)} %"


def _month(date: str, language: Language) -> str:
    """Return a month that is written 2023-10 as the language writes it."""
    year, month = date.split("-")[:2]
    if language == "vi":
        return f"{int(month)}/{year}"
    return f"{calendar.month_name[int(month)]} {year}"
