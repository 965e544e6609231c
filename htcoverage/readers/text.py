"""Text tables: separated cells of any usual kind to raw cells, every row accounted for."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pc_csv

from htcoverage.errors import Fault, InputError
from htcoverage.files import LINES_ABOVE
from htcoverage.readers.encoding import read_text
from htcoverage.readers.findings import Finding, invisible_told
from htcoverage.readers.sheet import INVISIBLE, Sheet, file_fault, shown

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

#: Beyond this a file is no table, and looking for names in it would take forever.
_LONGEST_LINE = 1_000_000
_MOST_COLUMNS = 2_000

#: Lines looked at to tell the separator and the header.
_SAMPLE_LINES = 50

#: The first line of a table that this library wrote, saved anew by a spreadsheet or not.
_PARAMETERS = re.compile(rf'"?{LINES_ABOVE}"?[,;\t|]"?(\d{{1,4}})\b')

#: Rows are gathered into columns a chunk at a time: lists of lists of a whole file are large.
_CHUNK_ROWS = 50_000


class Header(NamedTuple):
    """Where the names of columns are among the first lines of a file.

    Parameters
    ----------
    start : int
        Place of the first line that holds names.
    rows : int
        Lines that hold them: two below joined cells, none where the format has no header.
    names : list of str, optional
        The names, where they are not the cells of one line.
    known : int
        How many of them are known names of wanted columns.
    placed : bool
        Whether both coordinates are among these.
    """

    start: int
    rows: int = 1
    names: list[str] | None = None
    known: int = 0
    placed: bool = False


#: Finds the header among the first lines of a file.
FindHeader = Callable[[Sequence[Sequence[str]]], Header]


def read_csv_sheet(
    path: Path | str,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    tolerant: bool = False,
    find_header: FindHeader | None = None,
) -> Sheet:
    """Read a text table with a header into raw cells.

    White space around a cell is removed; lines without any value are no rows.

    Parameters
    ----------
    path : path-like
        The file.
    encoding, separator : str, optional
        What the user says; otherwise found out from the file. UTF-8 and UTF-16 are certain.
    tolerant : bool
        Take Windows-1258 where a line is no UTF-8, and tell.
    find_header : callable, optional
        Tells which of the first lines holds the column names; the first one by default.

    Returns
    -------
    Sheet
        Its index holds the line on which each row begins, the first line of the file being 1.

    Raises
    ------
    InputError
        If the file is missing, unreadable, too large, empty, no text, no table, or without a data
        row.
    """
    file = str(path)
    text, findings = read_text(path, encoding=encoding, tolerant=tolerant)
    _check_lines(text, file=file)
    if tolerant and (marks := len(INVISIBLE.findall(text))):
        text = INVISIBLE.sub("", text)
        findings = (*findings, invisible_told(marks))
    text = _without_parameters(text)
    told, text = _declared_separator(text)
    used = separator or told or _separator(text)
    if used != ",":
        findings = (
            *findings,
            Finding(None, None, used, "separator", "info", "repaired",
                    f"columns are separated by {SEPARATORS.get(used, repr(used))}"),
        )  # fmt: skip
    records = _records(text, file=file, separator=used)
    head = list(islice(records, _SAMPLE_LINES))
    if not head:
        raise file_fault(file, "a text table with a header row; the file is empty")
    check_width((cells for _, cells in head), file=file)
    found = find_header([cells for _, cells in head]) if find_header else Header(0)
    above = [
        Finding(row, None, shown(" ".join(filter(None, cells))), "above-header", "info", "dropped",
                "a line above the column names")
        for row, cells in head[: found.start]
    ]  # fmt: skip
    start = found.start + found.rows
    header_row = head[start - 1][0] if found.rows else None
    names = found.names or head[found.start][1]
    if header_row is not None:
        while names and not names[-1]:  # spreadsheets leave empty columns at the end
            names = names[:-1]
        check_header(names, row=header_row, file=file)
    frame = _plain_frame(text, names, after=header_row or 0, separator=used)
    broken: tuple[Fault, ...] = ()
    if frame is None:
        frame, broken = _frame(names, head[start:], records, file=file)
    if frame.empty:
        raise file_fault(file, "at least one row of data below the header")
    return Sheet(file, frame, header_row, broken, findings=(*findings, *above))


def _check_lines(text: str, *, file: str) -> None:
    """Raise InputError if a line is so long that the file cannot be a table."""
    for start in range(0, len(text) - _LONGEST_LINE, _LONGEST_LINE):
        end = start + _LONGEST_LINE
        if text.find("\n", start, end) < 0 and text.find("\r", start, end) < 0:
            row = text.count("\n", 0, start) + 1
            expected = f"a table with lines of at most {_LONGEST_LINE:,} signs"
            raise InputError([Fault(file, row, None, shown(text[start:end]), expected)])


def check_width(rows: Iterable[Sequence[object]], *, file: str) -> None:
    """Raise InputError if a row has so many cells that the file cannot be a ledger."""
    widest = max((sum(cell not in (None, "") for cell in cells) for cells in rows), default=0)
    if widest > _MOST_COLUMNS:
        raise file_fault(file, f"at most {_MOST_COLUMNS} columns", value=f"{widest} cells in a row")


def _without_parameters(text: str) -> str:
    """Return a table of our own with the parameters above its header emptied, line for line."""
    told = _PARAMETERS.match(text)
    if told is None:
        return text
    lines = min(int(told[1]), text.count("\n"))
    return "\n" * lines + text.split("\n", lines)[lines]


def _declared_separator(text: str) -> tuple[str | None, str]:
    """Return the separator of a first line such as ``sep=;``, that line emptied."""
    first, _, rest = text.partition("\n")
    words = first.strip().strip('"')
    if words.lower().startswith("sep=") and len(words) == 5:
        return words[4], "\n" + rest
    return None, text


def _separator(text: str) -> str:
    """Return the separator that cuts most lines alike, from the header on.

    Decimal commas, or lists inside cells, may be as regular as the separator, but the line of the
    column names has none of them.
    """
    sample = list(islice((line for line in _lines(text) if line.strip()), _SAMPLE_LINES))
    found = []
    for separator in SEPARATORS:
        counts = [_count(line, separator) for line in sample]
        usual = max(set(counts), key=lambda count: (counts.count(count), count), default=0)
        alike = counts.count(usual) / max(len(counts), 1)
        if usual > 0 and alike > 0.5:
            found.append((counts.index(usual), -alike, -usual, separator))
    return min(found)[-1] if found else ","


def _lines(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


def _count(line: str, separator: str) -> int:
    """Count separators outside double quotes."""
    return sum(part.count(separator) for part in line.split('"')[::2])


#: A line with its end. `io.StringIO` would hold four bytes of each sign of the whole file.
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


def _records(text: str, *, file: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and stripped cells of every line that holds a value."""
    reader = csv.reader(
        (line[0] for line in _LINE.finditer(text)), delimiter=separator, strict=True
    )
    while True:
        row = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            expected = f"a well-formed table: check the double quotes ({error})"
            raise InputError([Fault(file, row, None, "", expected)]) from error
        if any(cells):
            yield row, cells


#: Signs that make a line more than cells between separators: quotes, and line ends and white
#: space that only Python's own readers know.
_NOT_PLAIN = re.compile('["\x1a\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]')
_FEW_ROWS = 10_000


def _plain_frame(text: str, names: list[str], *, after: int, separator: str) -> pd.DataFrame | None:
    """Return the rows of a large table by the fast way, None where it is not certain to be right.

    That is, where every line has as many cells as there are names, without quotes and rare signs.
    """
    if text.count("\n") < _FEW_ROWS or "" in names or _NOT_PLAIN.search(text):
        return None
    content = np.frombuffer(text.encode(), dtype=np.uint8)
    ends = np.flatnonzero(content == ord("\n"))
    if len(ends) == 0 or ends[-1] != len(content) - 1:
        ends = np.append(ends, len(content))
    if "\r" in text and not (content[np.flatnonzero(content == ord("\r")) + 1] == ord("\n")).all():
        return None
    marks = np.searchsorted(np.flatnonzero(content == ord(separator)), ends)
    counts = np.diff(marks, prepend=0)[after:]
    lengths = np.diff(ends, prepend=-1)[after:] - 1
    blank = (lengths == 0) | ((lengths == 1) & (content[ends[after:] - 1] == ord("\r")))
    if not (counts[~blank] == len(names) - 1).all():
        return None
    table = pc_csv.read_csv(
        pa.BufferReader(pa.py_buffer(content[ends[after - 1] + 1 if after else 0 :])),
        read_options=pc_csv.ReadOptions(column_names=names, use_threads=False),
        parse_options=pc_csv.ParseOptions(delimiter=separator, quote_char=False),
        convert_options=pc_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), null_values=[""],
            strings_can_be_null=True,
        ),
    )  # fmt: skip
    lines = np.flatnonzero(~blank) + after + 1
    if table.num_rows != len(lines):
        return None
    rows = pd.Index(lines, name="row", dtype="int64")
    del content, marks, counts, lengths
    columns: dict[str, pd.Series] = {}
    for name in names:
        columns[name] = pd.Series(_trimmed(table[name]), rows, dtype=object, copy=False)
        table = table.drop_columns(name)  # a column as text and as objects is large
    frame = pd.DataFrame(columns, index=rows, copy=False)
    filled = frame.notna().any(axis=1)
    return frame if filled.all() else frame[filled]


def _trimmed(column: pa.ChunkedArray) -> npt.NDArray[np.object_]:
    """Return a column without white space around its cells, None where nothing is left."""
    bare = pc.utf8_trim_whitespace(column)
    filled = pc.if_else(pc.equal(bare, ""), pa.scalar(None, pa.string()), bare)
    known = filled.combine_chunks().dictionary_encode()
    words = np.empty(len(known.dictionary) + 1, dtype=object)  # the last is None
    words[:-1] = known.dictionary.to_numpy(zero_copy_only=False)
    places = pc.fill_null(known.indices, len(words) - 1).to_numpy(zero_copy_only=False)
    cells: npt.NDArray[np.object_] = words[places]  # one object for each word, however often
    return cells


def _frame(
    names: list[str], head: list[tuple[int, list[str]]], rest: Iterator[tuple[int, list[str]]],
    *, file: str,
) -> tuple[pd.DataFrame, tuple[Fault, ...]]:  # fmt: skip
    """Return the rows as columns of text, None where empty, and rows of another width."""
    width = len(names)
    columns: list[list[str | None]] = [[] for _ in names]
    known: dict[str, str] = {}  # one object for each repeated word, as memory goes
    lines: list[int] = []
    broken: list[Fault] = []
    chunk = head
    while chunk:
        for row, cells in chunk:
            if len(cells) < width or any(cells[width:]):
                broken.append(_width_fault(file, row, cells, width))
                cells = [*cells[:width], *[""] * (width - len(cells))]
            lines.append(row)
            for column, cell in zip(columns, cells, strict=False):
                column.append(known.setdefault(cell, cell) if cell else None)
        if len(known) > 200_000:
            known.clear()
        chunk = list(islice(rest, _CHUNK_ROWS))
    frame = pd.DataFrame(
        {
            name: pd.Series(column, dtype=object)
            for name, column in zip(names, columns, strict=True)
            if name
        }
    )
    frame.index = pd.Index(lines, name="row", dtype="int64")
    return frame, tuple(broken)


def _width_fault(file: str, row: int, cells: list[str], width: int) -> Fault:
    return Fault(
        file, row, None, shown(",".join(cells)),
        f"{width} cells as in the header, not {len(cells)}; "
        "put a value that holds a separator, such as a decimal comma, between double quotes",
    )  # fmt: skip


def told_apart(names: Sequence[str], *, known_name: Callable[[str], bool] | None) -> list[str]:
    """Return the names of columns, those that mean nothing and occur again with a number."""
    found: list[str] = []
    for name in names:
        again = bool(name) and name in found and known_name is not None and not known_name(name)
        number = 2
        while again and f"{name} ({number})" in (*found, *names):
            number += 1
        found.append(f"{name} ({number})" if again else name)
    return found


def check_header(names: Sequence[str], *, row: int, file: str) -> None:
    """Raise InputError if two columns have one name."""
    filled = [name for name in names if name]
    twice = dict.fromkeys(name for name in filled if filled.count(name) > 1)
    if twice:
        raise InputError(
            Fault(file, row, shown(name), shown(name), "each column name once") for name in twice
        )
