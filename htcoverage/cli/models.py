"""``htcoverage models``: which models there are, and whether P.1812 gives a table's losses."""

from __future__ import annotations

import json as json_format
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from htcoverage.cli.console import console

if TYPE_CHECKING:
    from htcoverage.propagation.check import CheckReport
    from htcoverage.propagation.validity import ValidRange


def models(
    check: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            metavar="CASES.csv PROFILES.csv",
            help="Evaluate P.1812 on a table of cases and their profiles.",
        ),
    ] = None,
    tolerance_db: Annotated[
        float, typer.Option(help="Largest deviation that passes --check, dB.")
    ] = 0.01,
    compare: Annotated[
        bool,
        typer.Option("--compare", help="Set models side by side: shares, levels by clutter."),
    ] = False,
    only: Annotated[
        str | None,
        typer.Option(
            "--models",
            metavar="A,B:ENVIRONMENT,...",
            help="Of --compare: these, not all; the others are set against the first.",
        ),
    ] = None,
    resolution: Annotated[float, typer.Option(help="Of --compare: pixel, m.")] = 1000.0,
    radius_km: Annotated[
        float, typer.Option(help="Of --compare: farthest pixel of a cell, km.")
    ] = 10.0,
    project: Annotated[
        Path | None, typer.Option(help="Of --compare: project file of a province of your own.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Of --compare: folder for shares.csv and levels.csv.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the same as JSON.")] = None,
) -> int:
    """List the propagation models, compare them, or check P.1812.

    Exit code of --check: 0 within the tolerance, 1 beyond it.
    """
    from htcoverage.errors import argument_fault

    if compare:
        if check is not None:
            raise argument_fault("--check", check[0], "no --compare beside it")
        from htcoverage.cli import models_compare

        found = models_compare.compare(
            project=project,
            variants=[each.strip() for each in only.split(",")] if only is not None else None,
            resolution_m=resolution,
            radius_km=radius_km,
        )
        models_compare.show(found)
        if csv is not None:
            models_compare.write_tables(found, csv)
        if json is not None:
            _write(models_compare.document(found), json)
        return 0
    for name, value in (("--models", only), ("--project", project), ("--csv", csv)):
        if value is not None:
            raise argument_fault(name, value, "--compare beside it")
    if check is None:
        _show_registry()
        if json is not None:
            _write(_registry(), json)
        return 0
    if not (math.isfinite(tolerance_db) and tolerance_db >= 0.0):
        raise argument_fault("--tolerance-db", tolerance_db, "0 dB or more")
    from htcoverage.propagation.check import check_cases

    report = check_cases(*check, tolerance_db=tolerance_db)
    if json is not None:
        _write(_plain(report), json)
    _show_report(report)
    return 0 if report.passed else 1


def _registry() -> list[dict[str, Any]]:
    from htcoverage.propagation.registry import corrections
    from htcoverage.propagation.registry import models as all_models

    listed: list[dict[str, Any]] = [
        {
            "name": entry.name,
            "document": entry.citation,
            "part": entry.part,
            "kind": entry.kind,
            "meaning": entry.meaning,
            "environments": list(entry.environments),
            "default_environment": (
                entry.environments[entry.default_environment] if entry.environments else None
            ),
            "by_surroundings": dict(entry.by_surroundings),
            "ranges": [_range(valid) for valid in entry.ranges],
        }
        for entry in all_models()
    ]
    listed += [
        {
            "name": entry.name,
            "document": entry.citation,
            "part": entry.part,
            "kind": entry.kind,
            "meaning": entry.meaning,
            "ranges": [_range(valid) for valid in entry.ranges],
        }
        for entry in corrections()
    ]
    return listed


def _range(valid: ValidRange) -> dict[str, Any]:
    """Return a range as values that JSON has: no infinity, but null for no end."""
    told = asdict(valid) | {"reach": [end if math.isfinite(end) else None for end in valid.reach]}
    return told | {"high": valid.high if math.isfinite(valid.high) else None}


def _show_registry() -> None:
    from htcoverage.propagation.registry import BY_CLUTTER, corrections
    from htcoverage.propagation.registry import models as all_models

    table = Table(title="Propagation models", title_justify="left", show_lines=True)
    table.add_column("name", no_wrap=True)  # it is to be typed: never shortened
    for column in ("document, edition, part", "kind", "holds for", "environments"):
        table.add_column(column)
    for entry in all_models():
        environments = [
            f"{name} (default)" if number == entry.default_environment else name
            for number, name in enumerate(entry.environments)
        ]
        environments += [BY_CLUTTER] if entry.by_surroundings else []
        table.add_row(
            entry.name,
            f"{entry.citation}; {entry.part}",
            entry.kind,
            _ranges(entry.ranges),
            ", ".join(environments) or "–",
        )
    for each in corrections():
        table.add_row(
            each.name, f"{each.citation}; {each.part}", each.kind, _ranges(each.ranges),
            each.meaning,
        )  # fmt: skip
    console.print(table)
    for words in (
        "path: reads the terrain profile; empirical: knows the path by its length alone; "
        "correction: no path loss, part of a budget",
        "~ beyond this range the model warns and extrapolates, as far as the range in brackets; "
        "beyond the others it is refused",
        "the first is the default; another: htcoverage run --model NAME [--environment NAME]",
        f"{BY_CLUTTER}: each pixel takes the environment of its clutter class, by the column "
        "'surroundings' of the class table or the words of its name",
    ):
        console.print(f"• {words}", highlight=False, soft_wrap=True)


def _ranges(ranges: tuple[ValidRange, ...]) -> str:
    def told(valid: ValidRange) -> str:
        words = f"{valid.name} {valid}" + (" ~" if valid.beyond == "warning" else "")
        if math.isfinite(sum(valid.reach)):
            words += f" ({valid.reach[0]:g} to {valid.reach[1]:g})"
        return words

    return "\n".join(told(valid) for valid in ranges)


def _plain(report: CheckReport) -> dict[str, Any]:
    """Return a report as values that JSON has: NaN becomes null."""
    content = asdict(report)
    for column in content["columns"]:
        for name, value in column.items():
            if isinstance(value, float) and not math.isfinite(value):
                column[name] = None
    return content


def _show_report(report: CheckReport) -> None:
    table = Table(title=f"{report.model}: {report.cases} cases", title_justify="left")
    table.add_column("loss")
    for name in ("largest, dB", "mean, dB"):
        table.add_column(name, justify="right")
    table.add_column("worst case")
    for column in report.columns:
        table.add_row(
            column.column, *(_decibels(v) for v in (column.largest_db, column.mean_db)),
            column.worst_case,
        )  # fmt: skip
    console.print(table)
    if report.not_compared:
        words = f"• not compared, no such loss: {', '.join(report.not_compared)}"
        console.print(words, highlight=False, markup=False, soft_wrap=True)
    console.print(_verdict(report), highlight=False, markup=False, soft_wrap=True)


def _decibels(value: float) -> str:
    return f"{value:.6f}" if math.isfinite(value) else "not finite"


def _verdict(report: CheckReport) -> str:
    if report.cases == 0:
        return "failed: the table has no cases, so nothing was checked"
    broken = [c for c in report.columns if not math.isfinite(c.largest_db)]
    if broken:
        where = ", ".join(f"{c.column} of case {c.worst_case}" for c in broken)
        return f"failed: a loss is not a finite number: {where}"
    if report.passed:
        return f"passed: every deviation is within {report.tolerance_db:g} dB"
    beyond = [c.column for c in report.columns if c.largest_db > report.tolerance_db]
    return f"failed: beyond {report.tolerance_db:g} dB: {', '.join(beyond)}"


def _write(content: object, path: Path) -> None:
    from htcoverage.files import write_text

    text = json_format.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    write_text(text + "\n", path)
