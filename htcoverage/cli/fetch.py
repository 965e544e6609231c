"""``htcoverage fetch``: open data for a province, and a project file that uses it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from htcoverage.cli.console import console, progress_console

if TYPE_CHECKING:
    from htcoverage.fetch.cache import Context, Told
    from htcoverage.fetch.plan import Plan
    from htcoverage.fetch.sources import Area, Fetched


def fetch(
    out: Annotated[Path, typer.Option(help="Folder for the files and the project file.")],
    province: Annotated[str | None, typer.Option(help="A province by its name.")] = None,
    bbox: Annotated[str | None, typer.Option(help="A box instead: W,S,E,N in degrees.")] = None,
    layers: Annotated[
        str | None,
        typer.Option(
            help="Some of elevation, landcover, population, boundaries, settlements, roads, "
            "buildings, cells, with commas between; all by default."
        ),
    ] = None,
    country: Annotated[str, typer.Option(help="ISO 3166 code of three letters.")] = "VNM",
    elevation: Annotated[str, typer.Option(help="glo30, srtm, or stac (a catalogue).")] = "glo30",
    population: Annotated[
        str, typer.Option(help="constrained (to settlements) or unconstrained.")
    ] = "constrained",
    buildings: Annotated[
        str | None,
        typer.Option(help="microsoft or google; by default Microsoft's, else Google's."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before much is fetched.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Use the cache alone.")] = False,
    cache: Annotated[
        Path | None, typer.Option(help="Folder of the cache, which may be copied by hand.")
    ] = None,
    endpoints: Annotated[
        Path | None, typer.Option(help="A TOML file with other addresses for sources.")
    ] = None,
) -> int:
    """Fetch open data for an area, with licences and a project file."""
    from htcoverage.fetch.cache import Context, cache_dir
    from htcoverage.fetch.endpoints import read_endpoints
    from htcoverage.fetch.plan import carry_out, make_plan
    from htcoverage.fetch.project_file import write_project_file

    choices = _choices(elevation, population, buildings, country)
    names = None if layers is None else [n.strip() for n in layers.split(",") if n.strip()]
    with _bytes() as told:
        context = Context(
            endpoints=read_endpoints(endpoints), out=out, cache=cache_dir(cache), offline=offline,
            choices=choices, told=told,
        )  # fmt: skip
        area = _area(province, bbox, country.upper(), context)
        plan = make_plan(area, context, layers=names)
    _show(plan)
    if not (yes or offline or _agreed(plan, context.endpoints.confirm_above_mb)):
        _say("Nothing was fetched.")
        return 1
    with _folder(out), _bytes() as told:
        context = Context(**{**vars(context), "told": told})
        done, left_out, failed = carry_out(plan, context, begun=_begun)
        file, lacking = write_project_file(area, done, out)
    for layer, why in left_out:
        _say(f"left out: {layer}: {why}")
    _tell(done, plan, file, lacking, context)
    for layer, error in failed:
        _say(f"Failed: {layer}: {error}")
    return 1 if failed else 0


def _choices(
    elevation: str, population: str, buildings: str | None, country: str
) -> dict[str, str]:
    from htcoverage.errors import Fault, InputError
    from htcoverage.fetch.buildings import CHOICES as BUILDINGS
    from htcoverage.fetch.elevation import CHOICES as ELEVATIONS
    from htcoverage.fetch.population import CHOICES as POPULATIONS

    faults = [
        Fault("argument", None, option, value, f"one of {', '.join(known)}")
        for option, value, known in (
            ("--elevation", elevation, ELEVATIONS), ("--population", population, POPULATIONS),
            ("--buildings", buildings, BUILDINGS),
        )
        if value is not None and value not in known
    ]  # fmt: skip
    if len(country) != 3 or not country.isascii() or not country.isalpha():
        expected = "a code of three letters (ISO 3166), such as VNM"
        faults.append(Fault("argument", None, "--country", country, expected))
    if faults:
        raise InputError(faults)
    chosen = {"elevation": elevation, "population": population}
    return chosen if buildings is None else {**chosen, "buildings": buildings}


def _area(province: str | None, bbox: str | None, country: str, context: Context) -> Area:
    from htcoverage.errors import Fault, InputError
    from htcoverage.fetch.boundaries import find_area
    from htcoverage.fetch.plan import parse_bbox
    from htcoverage.fetch.sources import Area

    if (province is None) == (bbox is None):
        value = "" if province is None else "both"
        expected = "either --province NAME or --bbox W,S,E,N"
        raise InputError([Fault("argument", None, None, value, expected)])
    if province is not None:
        return find_area(province, country, context)
    return Area(f"Area {bbox}", country, parse_bbox(str(bbox)))


def _show(plan: Plan) -> None:
    table = Table(title=f"For {escape(plan.area.name)}", title_justify="left")
    table.add_column("layer")
    table.add_column("source")
    table.add_column("files", justify="right")
    table.add_column("about MB", justify="right")
    table.add_column("licence")
    for layer, items in plan.items:
        size_mb = sum(item.size_bytes for item in items) / 1e6
        titles = dict.fromkeys(item.endpoint.title for item in items)
        licences = dict.fromkeys(item.endpoint.licence for item in items)
        table.add_row(
            layer, escape("; ".join(titles)), str(len(items)), f"{size_mb:.1f}",
            escape("; ".join(licences)),
        )  # fmt: skip
    console.print(table)
    for layer, why in plan.left_out:
        _say(f"left out: {layer}: {why}")
    for layer, error in plan.failed:
        _say(f"failed: {layer}: {error}")


def _agreed(plan: Plan, above_mb: float) -> bool:
    """Ask before much is fetched; where nobody can answer, stop."""
    from htcoverage.errors import argument_fault

    size_mb = plan.size_bytes / 1e6
    if size_mb <= above_mb:
        return True
    words = f"about {size_mb:.0f} MB are to be fetched, less what is in the cache"
    if not sys.stdin.isatty():
        raise argument_fault("--yes", "", f"this option, for {words} and nobody can be asked")
    return typer.confirm(f"{words[0].upper()}{words[1:]}: go on?")


def _tell(
    done: list[Fetched], plan: Plan, file: Path, lacking: list[str], context: Context
) -> None:
    for found in done:
        record = found.record
        size_mb = record.size_bytes / 1e6
        _say(f"{record.file}: {size_mb:.1f} MB, {record.licence}; {record.attribution}")
        for note in found.notes:
            _say(f"  note: {note}")
    _say(f"Where each file is from: NAME.source.json beside it, and {context.out / 'sources.json'}")
    _say(f"The cache: {context.cache}")
    _say(f"Written: {file}")
    for words in lacking:
        _say(f"Lacking: {words}")
    _say(f"Then: htcoverage run --project {file}")


def _begun(layer: str) -> None:
    progress_console.print(f"{layer} …", highlight=False)


def _say(words: str) -> None:
    console.print(words, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def _folder(out: Path) -> Iterator[None]:
    """Turn a folder that cannot be written into the user's fault."""
    from htcoverage.errors import Fault, InputError

    try:
        yield
    except OSError as error:
        expected = f"a folder that can be written ({error.strerror or error})"
        raise InputError([Fault(str(out), None, None, "", expected)]) from error


@contextmanager
def _bytes() -> Iterator[Told]:
    """Show what comes as bars, on a terminal; elsewhere the layers' names are enough."""
    if not progress_console.is_terminal:
        yield lambda name, done, total: None
        return
    with Progress(
        TextColumn("{task.description:<28}", markup=False), BarColumn(), DownloadColumn(),
        TransferSpeedColumn(), TimeRemainingColumn(), console=progress_console, transient=True,
    ) as bars:  # fmt: skip
        tasks: dict[str, int] = {}

        def told(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name[-28:], total=total)
            bars.update(tasks[name], completed=done, total=total, visible=done != total)  # type: ignore[arg-type]

        yield told
