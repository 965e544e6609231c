"""What can go wrong, as four classes: callers catch the base, the CLI maps them to exit codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class HtcoverageError(Exception):
    """Base of every error that htcoverage raises on purpose."""

    exit_code = 2


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in the user's input.

    Parameters
    ----------
    file : str
        File, layer or argument that holds the fault.
    row : int or None
        Line number in the file (1 = first line, so 2 is the first data row below a header), or the
        feature number (1 = first) of a vector layer; None where the fault is of the whole file.
    column : str or None
        Column as it is called in the file.
    value : str
        The value found, as text.
    expected : str
        What was expected, in words that say what to do.
    """

    file: str
    row: int | None
    column: str | None
    value: str
    expected: str

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            of_argument = self.file == "argument"
            place += f" {self.column}" if of_argument else f", column {self.column!r}"
        found = f": found {self.value!r}" if self.value else ""
        return f"{place}{found}; expected {self.expected}"


class InputError(HtcoverageError):
    """The user's data or arguments are at fault; carries every fault found, not only the first.

    Parameters
    ----------
    faults : iterable of Fault
        At least one.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        if not self.faults:
            raise ValueError("an InputError needs at least one fault")
        super().__init__(self.faults)

    def __str__(self) -> str:
        head = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        return "\n".join([f"{head} in the input:", *(f"  {fault}" for fault in self.faults)])


class ValidityError(HtcoverageError, ValueError):
    """A value lies outside the range in which a model is stated to hold."""


class SetupError(HtcoverageError):
    """The surroundings lack something: the network, an optional package, an external program."""

    exit_code = 3


def argument_fault(name: str, value: object, expected: str) -> InputError:
    """Return the error for one bad argument of a public function."""
    return InputError([Fault("argument", None, name, str(value), expected)])
