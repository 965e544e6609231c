"""``htcoverage figures``: a finished run measured again, over layers of the user's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.table import Table

from htcoverage.cli.console import (
    console,
    show_modelled,
    show_preset,
    show_written,
    stages,
)
from htcoverage.cli.run_folder import ProjectOption, run_folder

if TYPE_CHECKING:
    from htcoverage.labels import Language
    from htcoverage.run.own_layers import OwnFigures

#: Rows of a layer that are shown, those with the least cover; the files have all.
_SHOWN = 10


def figures(
    run: Annotated[
        Path | None,
        typer.Argument(metavar="RUN.json", help="run.json of a finished run, or its folder."),
    ] = None,
    project: ProjectOption = None,
    areas: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE[:LAYER]", help="Polygons, such as wards; several times."),
    ] = None,
    lines: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE[:LAYER]", help="Lines, such as roads; several times."),
    ] = None,
    points: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE[:LAYER]", help="Points, such as schools; several times."),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="Criteria of 'htcoverage presets'; left out: the run's own.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the tables.")] = Path("figures"),
    lang: Annotated[Literal["en", "vi"], typer.Option(help="Language of the words.")] = "en",
) -> None:
    """Measure a finished run over layers of your own.

    In polygons, along lines and at points, by the run's criteria or those of a preset.
    """
    # Late, so that a slip of the keyboard is told before the libraries are loaded.
    from htcoverage.errors import argument_fault
    from htcoverage.files import check_folder, sha256_of
    from htcoverage.notes import Note
    from htcoverage.presets import preset as preset_of
    from htcoverage.readers.own_layer import read_own_layer
    from htcoverage.run import read_layers, read_run
    from htcoverage.run.own_layers import measure_own_layers, write_own_figures

    chosen = None if preset is None else preset_of(preset)
    with stages(lang) as progress:
        progress("read", 0, 1)
        layers = read_layers(read_run(run_folder(run, project)))
        own = {
            "areas": [read_own_layer(each, "Polygon") for each in areas or ()],
            "lines": [read_own_layer(each, "LineString") for each in lines or ()],
            "points": [read_own_layer(each, "Point") for each in points or ()],
        }
        given = [each for kind in own.values() for each in kind]
        repeated = next((e.name for e in given if [g.name for g in given].count(e.name) > 1), None)
        if repeated is not None:
            raise argument_fault("areas, lines, points", repeated, "layers of different names")
        check_folder(out)
        progress("read", 1, 1)
        progress("figures", 0, 1)
        parameters = layers.record.parameters
        criteria = parameters.criteria
        if chosen is not None:
            criteria = chosen.criteria_of(criteria)
        found = measure_own_layers(layers, criteria=criteria, **own)
        progress("figures", 1, 1)
        told = {
            "area": layers.record.content.get("area", ""),
            "run": {"run.json": sha256_of(layers.record.path_of("run.json"))},
            "preset": parameters.preset if chosen is None else chosen.name,
            **({} if chosen is None else {"sources": dict(chosen.sources)}),
            **({} if chosen is None else {"caution": chosen.caution}),
        }
        if chosen is not None:
            lacking = chosen.unmet(
                rx_height_m=parameters.rx_height_m, resolution_m=parameters.resolution_m
            )
            told_too = (Note("preset_lacks", {"preset": chosen.name, "what": n}) for n in lacking)
            found = replace(found, notes=(*found.notes, *told_too))
        inputs = sorted({(Path(each.path).name, sha256_of(each.path)) for each in given})
        written = write_own_figures(found, out, told=told, inputs=inputs)
    for note in found.notes:
        console.print(f"• {note.words(lang)}", highlight=False, markup=False, soft_wrap=True)
    if chosen is not None:
        show_preset(found.figures, chosen, lang)
    _show_layers(found, lang)
    show_modelled(layers.record.content["assumptions"].get("provenance", {}), lang)
    show_written(out, written, lang)


def _show_layers(found: OwnFigures, language: Language) -> None:
    """Print the shares of any operator at the cell edge in each layer, the least first."""
    from htcoverage.figures import CoverCriteria, criteria_words
    from htcoverage.labels import label, percent
    from htcoverage.run.own_layers import latest_technology

    rows = found.figures
    criteria = CoverCriteria(**rows.attrs["criteria"])
    technology = latest_technology(rows)
    asked = (
        f"{technology}, {label('any_operator', language)}, {label('cell_edge', language)}"
        f" {100 * criteria.cell_edge_probability:g} %"
    )
    people = rows[rows["denominator"] == "residents"]
    people = people.rename(columns={"area_code": "code", "area": "name"})
    kinds = [
        (name, label("residents", language), people[people["area_level"] == name])
        for name in rows["area_level"].unique()
        if name not in ("province", "district")
    ]
    length = label("own_length", language)
    kinds += [(name, length, table) for name, table in found.lines.items()]
    for name, what, table in kinds:
        best = table[
            (table["technology"] == technology)
            & (table["operator"] == "any")
            & (table["basis"] == "cell_edge")
        ].sort_values("covered_share", kind="stable")
        whole = best["covered"].sum() / best["total"].sum() if len(best) else float("nan")
        said = f"{name}: {asked}: {percent(whole, language, digits=2)} ({what})"
        console.print(said, highlight=False, markup=False)
        shown = Table()
        for heading in ("code", "name", "covered_share"):
            shown.add_column(label(f"own_{heading}", language))
        for row in best.head(_SHOWN).to_dict("records"):
            share = percent(row["covered_share"], language, digits=2)
            shown.add_row(str(row["code"]), str(row["name"]), share)
        console.print(shown)
        if len(best) > _SHOWN:
            more = label("own_more", language).format(shown=_SHOWN, total=len(best))
            console.print(f"  {more}", highlight=False)
    for name, table in found.points.items():
        best = table[(table["technology"] == technology) & (table["operator"] == "any")]
        covered = int(best["covered_cell_edge"].sum())
        said = label("own_points", language).format(covered=covered, total=len(best))
        console.print(f"{name}: {asked}: {said}", markup=False, highlight=False)
    words = criteria_words(criteria, language=language)
    console.print("; ".join(words), highlight=False, markup=False)
