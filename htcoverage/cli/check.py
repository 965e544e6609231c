"""``htcoverage check``: what is in a ledger, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from htcoverage.cli.console import console

if TYPE_CHECKING:
    from htcoverage.cleaning import CleanedLedger

#: Rows of the list of faults that fit a screen; the files have all of them.
_SHOWN = 40


def check(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="The ledger, of any usual form; the project's if left out."
        ),
    ] = None,
    cells: Annotated[
        Path | None, typer.Option(help="Cells of the ledger, or Atoll transmitters.")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="Sheet or layer.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of x and y, such as EPSG:9209.")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="A mapping, OURS=THEIRS, such as 'operator=Nhà mạng'.")
    ] = None,
    value: Annotated[
        list[str] | None, typer.Option(help="A value for all rows, such as 'operator=Viettel'.")
    ] = None,
    districts: Annotated[Path | None, typer.Option(help="Boundaries to check against.")] = None,
    settlements: Annotated[Path | None, typer.Option(help="Settlements to check against.")] = None,
    project: Annotated[
        Path | None, typer.Option(help="Project file whose mapping and boundaries are used.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the report as JSON.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it as a page with a map.")] = None,
    clean: Annotated[
        Path | None, typer.Option(help="Write the cleaned ledger: GeoPackage, bts and cells.")
    ] = None,
) -> int:
    """Check a ledger: 0 clean, 1 warnings, 2 errors. The file itself is never changed."""
    from htcoverage.cleaning import clean_ledger
    from htcoverage.cleaning.page import report_page
    from htcoverage.project.check import check_options, in_surroundings, ledger_to_check

    options = check_options(
        project, layer=layer, crs=crs, columns=_pairs(column, "--column"),
        values=_pairs(value, "--value"), districts=districts, settlements=settlements, cells=cells,
    )  # fmt: skip
    cleaned = in_surroundings(clean_ledger(ledger_to_check(file, project), **options), project)
    if json is not None:
        _write(cleaned.report.to_json(), json)
    if html is not None:
        _write(report_page(cleaned, area=options["area"]), html)
    if clean is not None and cleaned.ledger is not None:
        from htcoverage.export import write_gpkg

        write_gpkg({"bts": cleaned.ledger.bts, "cells": cleaned.ledger.cells}, clean)
    _show(cleaned)
    return cleaned.report.exit_code


def _write(text: str, path: Path) -> None:
    from htcoverage.errors import Fault, InputError
    from htcoverage.export.files import whole_file

    try:
        with whole_file(path) as part:
            part.write_text(text, encoding="utf-8")
    except OSError as error:
        expected = f"a file that can be written ({error.strerror})"
        raise InputError([Fault(str(path), None, None, "", expected)]) from error


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


def _show(cleaned: CleanedLedger) -> None:
    from rich.markup import escape

    report = cleaned.report
    console.print(
        f"{report.file}: {report.rows} rows, {report.kept} kept, {report.dropped} dropped; "
        f"{report.base_stations} base stations, {report.cells} cells",
        highlight=False, markup=False, soft_wrap=True,
    )  # fmt: skip
    if report.mapped_columns:
        table = Table(title="Columns", title_justify="left")
        for name in ("ours", "the file's", "confidence", "how"):
            table.add_column(name)
        for match in report.mapped_columns:
            table.add_row(match.column, escape(match.name), f"{match.confidence:.2f}", match.how)
        console.print(table)
    if report.unused_columns:
        console.print(
            "Not used: " + ", ".join(report.unused_columns), highlight=False, markup=False
        )
    counts = report.counts()
    if len(counts):
        table = Table(title="Findings", title_justify="left")
        for name in ("severity", "rule", "action", "count"):
            table.add_column(name)
        for line in counts.to_dict("records"):
            table.add_row(*(str(line[name]) for name in ("severity", "rule", "action", "count")))
        console.print(table)
    told = report.faults[report.faults["severity"] != "info"]
    for line in told.head(_SHOWN).to_dict("records"):
        place = (
            "file" if line["row"] is None or line["row"] != line["row"] else f"row {line['row']}"
        )
        name = f", {line['column']}" if isinstance(line["column"], str) else ""
        value = f" {line['value']!r}" if line["value"] else ""
        console.print(
            f"{line['severity']}: {place}{name}{value}: {line['rule']}, {line['action']}: "
            f"{line['detail']}",
            highlight=False, markup=False, soft_wrap=True,
        )  # fmt: skip
    if len(told) > _SHOWN:
        console.print(f"… and {len(told) - _SHOWN} more: --json or --html has all of them")
    for assumed in report.assumed:
        console.print(
            f"assumed: {assumed.table}.{assumed.column} in {assumed.count} of {assumed.total} rows "
            f"({assumed.words})",
            highlight=False, markup=False, soft_wrap=True,
        )  # fmt: skip
