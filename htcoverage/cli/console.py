"""What commands show on the terminal: progress, tables, words."""

from __future__ import annotations

import math
import os
import signal
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    import pandas as pd

    from htcoverage.labels import Language
    from htcoverage.presets import Preset


class _Console(Console):
    """Goes on in silence once the reader of a pipe, such as ``head``, has read enough.

    The work is done and the exit code is its own; rich itself would end the process with 1.
    """

    def on_broken_pipe(self) -> None:
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())


#: Progress goes to standard error, results to standard output.
console = _Console()
progress_console = _Console(stderr=True)


@contextmanager
def stages(language: Language = "en") -> Iterator[Callable[[str, int, int], None]]:
    """Show stages of work as bars (as lines where the terminal is none); stop when interrupted."""
    from htcoverage.labels import value_label

    def words(stage: str) -> str:
        return value_label("stage", stage, language)

    with _interrupts() as stop_if_interrupted:
        if not progress_console.is_terminal:
            begun: set[str] = set()

            def line(stage: str, done: int, total: int) -> None:
                stop_if_interrupted()
                if stage not in begun:
                    begun.add(stage)
                    progress_console.print(f"{words(stage)} …", highlight=False)

            yield line
            return
        with Progress(
            TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(),
            TimeElapsedColumn(), console=progress_console,
        ) as bars:  # fmt: skip
            tasks = {}

            def advance(stage: str, done: int, total: int) -> None:
                stop_if_interrupted()
                if stage not in tasks:
                    tasks[stage] = bars.add_task(words(stage), total=total)
                bars.update(tasks[stage], completed=done, total=total)

            yield advance


@contextmanager
def extrapolations_told() -> Iterator[None]:
    """Say in a line that a model is used beyond its range, instead of a warning from the code."""
    from htcoverage.propagation.validity import ExtrapolationWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ExtrapolationWarning)
        yield
    for message in dict.fromkeys(
        str(w.message) for w in caught if issubclass(w.category, ExtrapolationWarning)
    ):
        progress_console.print(f"extrapolated: {message}", highlight=False, soft_wrap=True)
    for w in caught:
        if not issubclass(w.category, ExtrapolationWarning):
            warnings.warn_explicit(w.message, w.category, w.filename, w.lineno)


@contextmanager
def _interrupts() -> Iterator[Callable[[], None]]:
    """Yield what raises KeyboardInterrupt between two steps of work after a first interrupt.

    While kernels are compiled Python runs inside callbacks of the compiler, which print an
    exception and go on: raised at once, a Ctrl-C might do nothing. A second one is raised at once.
    """
    caught = False
    before = signal.getsignal(signal.SIGINT)

    def remember(number: int, frame: FrameType | None) -> None:
        nonlocal caught
        caught = True
        signal.signal(signal.SIGINT, before)
        os.write(2, b"\nstopping ... (Ctrl-C again to stop at once)\n")  # print is not reentrant

    def stop_if_interrupted() -> None:
        if caught:
            raise KeyboardInterrupt

    if before is not signal.default_int_handler:  # ignored on purpose, or somebody else's
        yield stop_if_interrupted
        return
    signal.signal(signal.SIGINT, remember)
    try:
        yield stop_if_interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def show_preset(
    figures: pd.DataFrame,
    chosen: Preset,
    language: Language,
    *,
    changed: Mapping[str, float] | None = None,
) -> None:
    """Print the share that a preset reads, where its numbers come from, and what it lacks.

    Parameters
    ----------
    figures : DataFrame
        Figure rows by the preset's criteria.
    chosen : Preset
        The preset.
    language : {"en", "vi"}
        Language of the words.
    changed : mapping of str to float, optional
        Criteria that were said beside the preset, with their values.
    """
    from htcoverage.labels import label, percent
    from htcoverage.presets import preset_row
    from htcoverage.uncertainty.intervals import INTERVAL_PROBABILITY

    changed = changed or {}
    row = preset_row(figures, chosen)
    none = label("preset_none", language)
    share = none if row is None else percent(row["covered_share"], language, digits=2)
    interval = ""
    if row is not None and row["low"] == row["low"]:  # NaN where there is none
        low, high = (percent(row[end], language, digits=2) for end in ("low", "high"))
        share_of_worlds = percent(INTERVAL_PROBABILITY, language, digits=0)
        words = label("interval_words", language)
        interval = f"; {words.format(share=share_of_worlds, low=low, high=high)}"
    said = [f"{key} = {value:g}" for key, value in changed.items()]
    lines = [
        f"• {label('assume:preset', language)} {chosen.name}: {chosen.title_in(language)}: {share}"
        f" ({preset_reading(chosen, language)}){interval}",
        *(f"    {label('preset_said', language).format(what=what)}" for what in said),
        *(f"    {key}: {told}" for key, told in chosen.sources_in(language) if key not in changed),
    ]
    if chosen.cautioned:
        lines.append(f"    {label('preset_caution', language)}: {chosen.caution_in(language)}")
    for line in lines:
        console.print(line, highlight=False, markup=False)


def preset_reading(chosen: Preset, language: Language) -> str:
    """Return what a preset counts, in which technology, at which basis."""
    from htcoverage.labels import counted, label

    part = math.nan if chosen.settlement_part is None else chosen.settlement_part
    either = {"any": label("either_technology", language)}
    basis = label(chosen.basis, language)
    if chosen.basis == "cell_edge":
        basis += f" {100 * chosen.criteria.cell_edge_probability:g} %"
    what = counted(chosen.denominator, part, language)
    return f"{what}, {either.get(chosen.technology, chosen.technology)}, {basis}"


def show_written(out: Path, written: Iterable[Path], language: Language) -> None:
    """Print the folder and the names of the files in it that were written."""
    from htcoverage.labels import label

    folder = label("written_to", language).format(folder=out.resolve())
    console.print(f"\n{folder}", highlight=False, markup=False, soft_wrap=True)
    names = ", ".join(path.name for path in written)
    console.print(f"  {names}", highlight=False, markup=False, soft_wrap=True)


def show_modelled(provenance: Mapping[str, Mapping[str, int]], language: Language) -> None:
    """Print which tables of a run are modelled, if any is."""
    from htcoverage.labels import label
    from htcoverage.run.facts import modelled_tables

    if modelled := modelled_tables(provenance):
        layers = ", ".join(label(key, language).lower() for key in modelled)
        words = label("modelled_notice", language).format(layers=layers)
        console.print(f"• {words}", highlight=False, markup=False)
