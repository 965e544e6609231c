"""``htcoverage compare``: what one run covers and another does not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from htcoverage.cli.console import console
from htcoverage.cli.run_folder import ProjectOption, run_folder


def compare(
    before: Annotated[
        Path, typer.Argument(metavar="A.json", help="run.json of the first run, or its folder.")
    ],
    after: Annotated[
        Path | None,
        typer.Argument(
            metavar="B.json",
            help="run.json of the second run, or its folder: the first's for two operators of one.",
        ),
    ] = None,
    project: ProjectOption = None,
    out: Annotated[Path, typer.Option(help="Folder for the comparison.")] = Path("comparison"),
    technology: Annotated[
        Literal["3G", "4G", "any", "both"], typer.Option(help="Which cover.")
    ] = "4G",
    operator: Annotated[str, typer.Option(help="Whose: a name, any or all.")] = "any",
    operator_after: Annotated[
        str | None, typer.Option(help="Whose in the second run, if not the same.")
    ] = None,
    basis: Annotated[Literal["median", "cell_edge"], typer.Option(help="With margin or not.")] = (
        "cell_edge"
    ),
    common_ground: Annotated[
        bool,
        typer.Option(
            "--common-ground",
            help="Where pixels, grids or thresholds differ: common land, the first's thresholds.",
        ),
    ] = False,
    lang: Annotated[Literal["en", "vi"], typer.Option(help="Language of the page.")] = "en",
) -> None:
    """Compare two runs, or two operators of one.

    Writes a page, shares, settlements and a raster of the difference.
    """
    # Late, so that a slip of the keyboard is told before the libraries are loaded.
    from htcoverage.compare import compare_runs, write_comparison
    from htcoverage.compare.page import stated_words
    from htcoverage.run import read_layers, read_run

    found = compare_runs(
        read_layers(read_run(before)),
        read_layers(read_run(run_folder(after, project, argument="B.json"))),
        technology=technology,
        operator_before=operator,
        operator_after=operator if operator_after is None else operator_after,
        basis=basis,
        reduce=common_ground,
    )
    for each in found.stated:
        console.print(f"• {stated_words(each, lang)}", highlight=False, markup=False)
    written = write_comparison(found, out, language=lang)
    console.print(f"Written to {out.resolve()}:", highlight=False, soft_wrap=True)
    console.print("  " + ", ".join(path.name for path in written), highlight=False, soft_wrap=True)
