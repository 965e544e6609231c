"""``htcoverage check``: what is in a ledger, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from htcoverage.cli.console import console

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from htcoverage.cleaning import CleanedLedger
    from htcoverage.labels import Language

#: Rows of the list of faults that fit a screen; the files have all of them.
_SHOWN = 40


def check(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="The ledger, of any usual form; the project's if left out."
        ),
    ] = None,
    cells: Annotated[
        Path | None, typer.Option(help="Cells of the ledger, or Atoll transmitters.")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="Sheet or layer.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of x and y, such as EPSG:9209.")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OURS=THEIRS",
            help="Its column for one of ours, such as 'operator=Nhà mạng'; several times.",
        ),
    ] = None,
    value: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=VALUE",
            help="A value for all rows, such as 'operator=Viettel'; several times.",
        ),
    ] = None,
    districts: Annotated[Path | None, typer.Option(help="Boundaries to check against.")] = None,
    settlements: Annotated[Path | None, typer.Option(help="Settlements to check against.")] = None,
    project: Annotated[
        Path | None, typer.Option(help="Project file whose mapping and boundaries are used.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the report as JSON.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it as a page with a map.")] = None,
    lang: Annotated[Literal["en", "vi"], typer.Option(help="Language of the words.")] = "en",
    clean: Annotated[
        Path | None, typer.Option(help="Write the cleaned ledger: GeoPackage, bts and cells.")
    ] = None,
) -> int:
    """Check a ledger: 0 clean, 1 warnings, 2 errors. The file itself is never changed."""
    from htcoverage.cleaning import clean_ledger
    from htcoverage.cleaning.page import report_page
    from htcoverage.files import write_text
    from htcoverage.project.check import check_options, in_surroundings, ledger_to_check

    options = check_options(
        project, layer=layer, crs=crs, columns=_pairs(column, "--column"),
        values=_pairs(value, "--value"), districts=districts, settlements=settlements, cells=cells,
    )  # fmt: skip
    cleaned = in_surroundings(clean_ledger(ledger_to_check(file, project), **options), project)
    if json is not None:
        write_text(cleaned.report.to_json(), json)
    if html is not None:
        write_text(report_page(cleaned, area=options["area"], language=lang), html)
    if clean is not None and cleaned.ledger is not None:
        from htcoverage.export import write_gpkg

        write_gpkg({"bts": cleaned.ledger.bts, "cells": cleaned.ledger.cells}, clean)
    _show(cleaned, lang)
    return cleaned.report.exit_code


def _pairs(words: list[str] | None, option: str) -> dict[str, str]:
    from htcoverage.errors import Fault, InputError

    pairs = [word.split("=", 1) for word in words or []]
    faults = [
        Fault("argument", None, option, pair[0], "OURS=THEIRS, such as 'operator=Nhà mạng'")
        for pair in pairs
        if len(pair) != 2 or not all(pair)
    ]
    if faults:
        raise InputError(faults)
    return {pair[0].strip(): pair[1].strip() for pair in pairs}


def _show(cleaned: CleanedLedger, language: Language) -> None:
    from htcoverage.cleaning.page import in_words, place_in_words, records
    from htcoverage.labels import label

    def words(key: str, **values: object) -> str:
        return label(key, language).format(**values)

    def say(text: str) -> None:
        console.print(text, highlight=False, markup=False, soft_wrap=True)

    def show(title: str, names: tuple[str, ...], rows: Iterable[Mapping[str, object]]) -> None:
        table = Table(title=words(title), title_justify="left")
        for name in names:
            table.add_column(words(f"column:{name}"))
        for row in rows:
            table.add_row(*(escape(str(in_words(n, row[n], language))) for n in names))
        console.print(table)

    report = cleaned.report
    told = words(
        "cleaning_rows", rows=report.rows, kept=report.kept, dropped=report.dropped,
        bts=report.base_stations, cells=report.cells,
    )  # fmt: skip
    say(f"{report.file}: {told}")
    if report.positions is not None:
        say(report.positions.words(language))
    if report.mapped_columns:
        columns = (
            {"ours": m.column, "theirs": m.name, "confidence": f"{m.confidence:.2f}", "how": m.how}
            for m in report.mapped_columns
        )
        show("cleaning_columns", ("ours", "theirs", "confidence", "how"), columns)
    if report.unused_columns:
        say(words("cleaning_unused", columns=", ".join(report.unused_columns)))
    counts = report.counts()
    if len(counts):
        names = ("severity", "rule", "action", "count")
        show("cleaning_findings", names, records(counts))
    faults = report.faults[report.faults["severity"] != "info"]
    for line in faults.head(_SHOWN).to_dict("records"):
        severity, rule, action, detail = (
            in_words(name, line[name], language)
            for name in ("severity", "rule", "action", "detail")
        )
        name = f", {line['column']}" if isinstance(line["column"], str) else ""
        value = f" {line['value']!r}" if line["value"] else ""
        place = place_in_words(line["row"], language)
        say(f"{severity}: {place}{name}{value}: {rule}, {action}: {detail}")
    if len(faults) > _SHOWN:
        say(words("cleaning_more_shown", count=len(faults) - _SHOWN))
    for each in report.defaults:
        default = in_words("default", each["default"], language)
        column = f"{each['table']}.{each['column']}"
        say(words("cleaning_assumed_line", **{**each, "column": column, "words": default}))
