"""What commands show on the terminal: progress, tables, words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

#: Progress goes to standard error, results to standard output.
console = Console()
progress_console = Console(stderr=True)

_STAGES = {
    "read": "reading layers",
    "coverage": "sweeping masts",
    "figures": "figures",
    "gaps": "gaps",
    "files": "writing files",
}


@contextmanager
def stages() -> Iterator[Callable[[str, int, int], None]]:
    """Show stages of work as bars (as lines where the terminal is none)."""
    if not progress_console.is_terminal:
        begun: set[str] = set()

        def line(stage: str, done: int, total: int) -> None:
            if stage not in begun:
                begun.add(stage)
                progress_console.print(f"{_STAGES.get(stage, stage)} …", highlight=False)

        yield line
        return
    with Progress(
        TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(), console=progress_console,
    ) as bars:  # fmt: skip
        tasks = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(_STAGES.get(stage, stage), total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield advance
