"""A file's table before any check, and the words in which its faults are told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from htcoverage.errors import Fault, InputError
from htcoverage.readers.findings import Finding
from htcoverage.schema import Column

#: Longer values are cut where they are quoted: a binary file may hold a "cell" of a megabyte.
_SHOWN_CHARACTERS = 80


@dataclass(frozen=True, eq=False)
class Sheet:
    """The raw cells of one table.

    Parameters
    ----------
    file : str
        The file, and the layer where it has several, as faults call it.
    frame : DataFrame
        Values as they stand in the file, None where a cell is empty. The index, named ``row``, is
        the line number of the file (header = 1) or the feature number (first = 1) of a layer.
    header_row : int or None
        Row that holds the column names; None where names are not a row of the file.
    broken : tuple of Fault
        Rows with too few or too many cells. Their cells may stand under the wrong column, so no
        other fault is told of these rows.
    names : mapping of str to str
        What the file calls a column of the frame, where that is another name.
    findings : tuple of Finding
        What was decided about the file on the way in: encoding, separator, sheet.
    """

    file: str
    frame: pd.DataFrame
    header_row: int | None
    broken: tuple[Fault, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def fault(self, row: Hashable, column: str, expected: str) -> Fault:
        """Return a fault that quotes the cell as it stands in the file."""
        cells: Any = self.frame.get(column, {row: None})
        found = cells[row]
        return Fault(self.file, as_row(row), self.called(column), shown(found), expected)

    def called(self, column: str) -> str:
        """Return what the file calls a column."""
        return self.names.get(column, column)

    def lines(self, labels: pd.Index) -> list[int]:
        """Return the line numbers of rows."""
        found: list[int] = (labels.to_numpy(dtype="int64") % PARTS_OF_A_LINE).tolist()
        return found

    def missing(self, column: Column) -> Fault:
        """Return the fault of a column that the file lacks."""
        expected = f"a column {column.name!r}: {column.meaning}"
        names = [str(name) for name in self.frame.columns]
        close = difflib.get_close_matches(
            column.name, [name.lower() for name in names], n=1, cutoff=0.75
        )
        if close:
            near = next(name for name in names if name.lower() == close[0])
            expected += f"; rename {near!r} if that is the one"
        return Fault(self.file, self.header_row, column.name, "", expected)


#: Signs without width, a byte order mark among them.
INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\ufeff]")

#: One line may describe several base stations ("3G/4G"); each further one has its line plus a
#: multiple of this as its label, for labels must differ.
PARTS_OF_A_LINE = 1_000_000_000


def as_row(label: Hashable) -> int:
    """Return an index label as the line number it stands for."""
    return int(str(label)) % PARTS_OF_A_LINE


def shown(value: object) -> str:
    """Return a value as text, cut where it is very long."""
    text = "" if value is None or value is pd.NA or value != value else str(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"


def file_fault(path: Path | str, expected: str, *, value: str = "") -> InputError:
    """Return the error of a file that cannot be used as a whole."""
    return InputError([Fault(str(path), None, None, value, expected)])


def existing_file(path: Path | str) -> Path:
    """Return the path if a file is there.

    Raises
    ------
    InputError
        If nothing is there, or a folder is.
    """
    found = Path(path)
    try:
        if found.is_dir():
            raise file_fault(path, "a file; this is a folder: name the file inside it")
        if not found.is_file():
            raise file_fault(path, "an existing file: check the spelling and the folder")
    except (OSError, ValueError) as error:
        raise file_fault(path, f"a path that can be opened ({error})") from error
    return found


def tidy(
    faults: Iterable[Fault], *, files: Iterable[str], broken: Iterable[Fault] = ()
) -> list[Fault]:
    """Return the faults by file and row, each cell at most once, the first told kept.

    Parameters
    ----------
    faults : iterable of Fault
        In the order in which they were found: parsing before ranges.
    files : iterable of str
        The files that they are of, in the order wanted.
    broken : iterable of Fault
        Faults of whole rows; other faults of these rows are left out.
    """
    kept = {(fault.file, fault.row): fault for fault in broken}
    silenced = set(kept)
    cells: dict[tuple[object, ...], Fault] = {}
    for fault in faults:
        if (fault.file, fault.row) not in silenced:
            key = (fault.file, fault.row, fault.column)
            cells.setdefault(key if fault.row is not None else (*key, fault.expected), fault)
    order = list(files)
    return sorted(
        [*kept.values(), *cells.values()],
        key=lambda fault: (order.index(fault.file), fault.row or 0),
    )
