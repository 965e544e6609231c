"""What would be fetched, before anything is; then the fetching itself, layer by layer."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from htcoverage.errors import Fault, InputError, SetupError
from htcoverage.fetch.cache import Context
from htcoverage.fetch.http import MachineError
from htcoverage.fetch.record import write_folder_record, write_record
from htcoverage.fetch.sources import SOURCES, Area, Bounds, Fetched, Item, LeftOutError

#: Degrees; a box that is longer than this on a side is no province.
_LONGEST_SIDE_DEG = 10.0


@dataclass(frozen=True)
class Plan:
    """The files that are needed, by layer.

    Parameters
    ----------
    area : Area
        What they are for.
    items : tuple of (str, tuple of Item)
        Layer and its files, in the order of the table of sources.
    left_out : tuple of (str, str)
        Layers that cannot be fetched here, and why.
    failed : tuple of (str, SetupError)
        Layers of which the source does not answer as it should, and why.
    named : bool
        Whether the user named the layers: then none may be left out.
    """

    area: Area
    items: tuple[tuple[str, tuple[Item, ...]], ...]
    left_out: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, SetupError], ...]
    named: bool

    @property
    def size_bytes(self) -> int:
        """About how much is transferred if nothing is in the cache."""
        return sum(item.size_bytes for _, items in self.items for item in items)


def parse_bbox(text: str) -> Bounds:
    """Return a box from ``W,S,E,N`` in degrees.

    Parameters
    ----------
    text : str
        Four numbers with commas between.

    Raises
    ------
    InputError
        If it is no box, crosses the date line, or is larger than any province.
    """

    def fault(expected: str) -> InputError:
        return InputError([Fault("argument", None, "--bbox", text, expected)])

    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise fault("four numbers, W,S,E,N, in degrees, such as 105.1,17.9,106.5,18.8") from error
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        raise fault(
            "W,S,E,N in degrees: longitudes within 180, west < east (a box over the date line is "
            "fetched in two), latitudes within 85, south < north"
        )
    if max(east - west, north - south) > _LONGEST_SIDE_DEG:
        raise fault(f"sides of at most {_LONGEST_SIDE_DEG:g}°: one province at a time")
    return west, south, east, north


def make_plan(area: Area, context: Context, *, layers: Sequence[str] | None) -> Plan:
    """Ask every source what it would fetch.

    Parameters
    ----------
    area : Area
        What is fetched for.
    context : Context
        Table, cache, client.
    layers : sequence of str or None
        Of `SOURCES`; None takes all that can be had here and tells of the others.

    Raises
    ------
    InputError
        With every layer that is not known.
    SetupError
        If there is no network, or a layer that was named cannot be had.
    """
    names = list(SOURCES) if layers is None else list(dict.fromkeys(layers))
    faults = [
        Fault("argument", None, "--layers", name, f"one or more of {', '.join(SOURCES)}")
        for name in names
        if name not in SOURCES
    ]
    if faults or not names:
        raise InputError(faults or [Fault("argument", None, "--layers", "", "at least one layer")])
    items, left_out, failed = [], [], []
    for name in (each for each in SOURCES if each in names):
        try:
            items.append((name, tuple(SOURCES[name].plan(area, context))))
        except LeftOutError as error:
            if layers is not None:
                raise
            left_out.append((name, str(error)))
        except MachineError:
            raise
        except SetupError as error:
            if layers is not None:
                raise
            failed.append((name, error))
    return Plan(area, tuple(items), tuple(left_out), tuple(failed), named=layers is not None)


def carry_out(
    plan: Plan, context: Context, *, begun: Callable[[str], None] = lambda layer: None
) -> tuple[list[Fetched], list[tuple[str, str]], list[tuple[str, SetupError]]]:
    """Fetch what was planned; beside each file, and for the folder, stands where it is from.

    A layer whose source does not send it does not keep the others away, unless it was named: the
    source is too busy now, it has moved, or what it sends is something else.

    Parameters
    ----------
    plan : Plan
        From `make_plan`.
    context : Context
        Table, cache, client, output folder.
    begun : callable
        Called with each layer's name before it is fetched.

    Returns
    -------
    done : list of Fetched
        What came.
    left_out : list of (str, str)
        Layers of which the source turned out to have nothing here, and why.
    failed : list of (str, SetupError)
        Layers that the source did not send, and why.

    Raises
    ------
    SetupError
        If this machine is at fault (no network, a full disk), at the first file of a layer that was
        named, or if nothing came at all. What came stays: in the cache, whole or to be gone on
        with, and the layers before it in the output folder.
    """
    _check_room(plan, context)
    done: list[Fetched] = []
    left_out: list[tuple[str, str]] = []
    failed = list(plan.failed)
    for layer, items in plan.items:
        if not items:
            continue
        begun(layer)
        try:
            come = SOURCES[layer].fetch(items, context)
        except LeftOutError as error:
            if plan.named:
                raise
            left_out.append((layer, str(error)))
            continue
        except MachineError:
            raise
        except SetupError as error:
            if plan.named:
                raise
            failed.append((layer, error))
            continue
        for found in come:
            write_record(found.record, context.out)
            done.append(found)
    if failed and not done:
        raise failed[0][1]
    write_folder_record((found.record for found in done), context.out)
    return done, left_out, failed


def _check_room(plan: Plan, context: Context) -> None:
    """Stop before a disk is filled: cache and output hold about the same once each."""
    context.out.mkdir(parents=True, exist_ok=True)
    needed_bytes: dict[int, int] = {}
    for folder in (context.out,) if context.offline else (context.out, context.cache):
        there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        disk = there.stat().st_dev
        needed_bytes[disk] = needed_bytes.get(disk, 0) + plan.size_bytes
        free_bytes = shutil.disk_usage(there).free
        if needed_bytes[disk] > free_bytes:
            raise MachineError(
                f"about {needed_bytes[disk] / 1e6:.0f} MB are needed for the files and their "
                f"cache, and {folder} has {free_bytes / 1e6:.0f} MB free"
            )
