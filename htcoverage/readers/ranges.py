"""Ranges, vocabularies, empty cells and duplicates: pandera checks made from the schema."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

import pandas as pd

from htcoverage.errors import Fault
from htcoverage.readers.sheet import Sheet, as_row
from htcoverage.schema import Column

#: Words that planners use for what the vocabulary calls otherwise.
_MEANT = {
    "vnpt": "VinaPhone",
    "vina": "VinaPhone",
    "vms": "MobiFone",
    "mobi": "MobiFone",
    "umts": "3G",
    "wcdma": "3G",
    "nodeb": "3G",
    "lte": "4G",
    "enodeb": "4G",
}


def _column_check(column: Column) -> Any:
    # pandera takes a third of a second to import: only whoever reads files pays it.
    import pandera.pandas as pa

    checks = []
    if column.allowed:
        checks.append(pa.Check.isin(column.allowed))
    if column.low is not None:
        checks.append(pa.Check.ge(column.low))
    if column.high is not None:
        checks.append(pa.Check.le(column.high))
    return pa.Column(None, checks, nullable=column.nullable, unique=column.unique, required=False)


def range_faults(frame: pd.DataFrame, columns: Iterable[Column], *, sheet: Sheet) -> list[Fault]:
    """Return every cell of a typed table that is empty, out of range, unknown or a duplicate.

    Columns that the file lacks are not looked at.

    Parameters
    ----------
    frame : DataFrame
        Typed values, indexed by row.
    columns : iterable of Column
        What is allowed.
    sheet : Sheet
        The raw table, for the values that the faults quote.
    """
    import pandera.pandas as pa

    wanted = {column.name: column for column in columns if column.name in sheet.frame}
    schema = pa.DataFrameSchema({name: _column_check(column) for name, column in wanted.items()})
    try:
        schema.validate(frame[list(wanted)], lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
    else:
        return []
    faults: list[Fault] = []
    first_rows = {
        column.name: frame[column.name]
        .drop_duplicates()
        .reset_index()
        .set_index(column.name)["row"]
        for column in wanted.values()
        if column.unique
    }
    for name, check, row in zip(cases["column"], cases["check"], cases["index"], strict=True):
        column = wanted[str(name)]
        if check == "not_nullable":
            expected = f"a value: {column.meaning}"
        elif check == "field_uniqueness":
            value = frame[column.name][row]
            if pd.isna(value):
                continue  # told as an empty cell
            first = as_row(first_rows[column.name][value])
            if first == row:
                continue
            expected = f"a {column.name} that occurs once; row {first} has the same"
        else:
            expected = allowed_words(column, sheet.frame[column.name][row])
        faults.append(sheet.fault(row, column.name, expected))
    return faults


def allowed_words(column: Column, value: object) -> str:
    """Return what a column allows, in words, with the word that was probably meant."""
    if not column.allowed:
        unit = f" {column.unit}" if column.unit else ""
        return f"between {column.low:g} and {column.high:g}{unit} ({column.meaning})"
    hint = _hint(str(value), column.allowed)
    if column.name == "operator" and not hint:
        hint = "; a project file names other operators (operators = [...])"
    return f"one of {', '.join(column.allowed)}{hint}"


def _hint(value: str, allowed: tuple[str, ...]) -> str:
    plain = value.strip().casefold()
    words = {word.casefold(): word for word in allowed}
    close = difflib.get_close_matches(plain, list(words), n=1, cutoff=0.6)
    if close:
        return f"; did you mean {words[close[0]]}?"
    meant = next((to for word, to in _MEANT.items() if to in allowed and word in plain), None)
    return f"; {meant} is meant by that name" if meant else ""
