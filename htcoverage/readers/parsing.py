"""Raw cells to typed columns: numbers, whole numbers, text; every cell that will not is a fault."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from htcoverage.errors import Fault
from htcoverage.readers.sheet import Sheet
from htcoverage.schema import Column

# Plain ASCII: float() would also take "1_000", "nan", "infinity" and the digits of every script.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")

#: The dtype that this version of pandas gives to text.
TEXT_DTYPE = pd.Series(["text"]).dtype


def number(value: object) -> float | None:
    """Return a raw cell as a finite number, or None where it is not one."""
    if isinstance(value, str):
        return _number_in_words(value)
    if isinstance(value, bool):
        return None
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _number_in_words(words: str) -> float | None:
    found = float(words) if _NUMBER.fullmatch(words) else math.nan
    return found if math.isfinite(found) else None


def text(value: object) -> str | None:
    """Return a raw cell as stripped text: the number 447.0 of a layer is the code '447'."""
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def parse_numbers(
    cells: pd.Series, *, sheet: Sheet, whole: bool = False, wanted: str = ""
) -> tuple[pd.Series, list[Fault]]:
    """Return a column of raw cells as floats (NaN where empty or at fault) and its faults.

    Parameters
    ----------
    cells : Series
        Raw cells, indexed by row.
    sheet : Sheet
        Where they stand.
    whole : bool
        Whether only whole numbers will do.
    wanted : str
        The meaning of the column, for the message.
    """
    values, rest = plain_numbers(cells)
    if len(rest):
        values[rest] = by_value(cells.iloc[rest], lambda value: number(value)).to_numpy(dtype=float)
    if whole:
        values[np.isfinite(values) & (values != np.floor(values))] = np.nan
    bad = np.flatnonzero(np.isnan(values) & cells.notna().to_numpy())
    faults = [
        _number_fault(sheet, row, str(cells.name), value, whole, wanted)
        for row, value in zip(cells.index[bad], cells.iloc[bad], strict=True)
    ]
    return pd.Series(values, index=cells.index), faults


def by_value(cells: pd.Series, function: Callable[[Any], Any]) -> pd.Series:
    """Return a function of every raw cell, called once for each different value; None stays None.

    A column of heights, bands or operators holds few different words, however long it is.
    """
    kinds = pd.api.types.infer_dtype(cells, skipna=True)
    if kinds not in ("string", "integer", "floating", "mixed-integer-float", "decimal", "empty"):
        # 1, 1.0 and True are one value to a hash table.
        return pd.Series(
            [None if _empty(value) else function(value) for value in cells],
            index=cells.index, dtype=object, name=cells.name,
        )  # fmt: skip
    codes, values = pd.factorize(cells, use_na_sentinel=True)
    results = np.empty(len(values) + 1, dtype=object)
    results[:-1] = [function(value) for value in values]
    return pd.Series(results[codes], index=cells.index, dtype=object, name=cells.name)


def _empty(value: object) -> bool:
    return value is None or value is pd.NA or value != value


#: Numbers as nearly every file writes them; all else is looked at one by one.
_USUAL_NUMBER = r"^-?[0-9]{1,15}(?:\.[0-9]{1,17})?$"


def plain_numbers(cells: pd.Series) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return a column as floats, NaN where it is no usual number, and the places of the others.

    Empty cells are NaN and not among the others. A million cells take a fifth of a second.
    """
    if cells.dtype.kind == "f":
        found = cells.to_numpy(dtype=float, copy=True)
        return found, np.flatnonzero(np.isinf(found))
    raw = cells.to_numpy(dtype=object)
    values = np.full(len(raw), np.nan)
    words = np.fromiter((type(value) is str for value in raw), np.bool_, len(raw))
    floats = np.fromiter((type(value) is float for value in raw), np.bool_, len(raw))
    values[floats] = raw[floats].astype(float)
    done = floats & ~np.isinf(values)
    places = np.flatnonzero(words)
    texts = pa.array(raw[places], pa.string())
    usual = pc.match_substring_regex(texts, _USUAL_NUMBER).to_numpy(zero_copy_only=False)
    usual = usual.astype(np.bool_)
    values[places[usual]] = pc.cast(texts.filter(pa.array(usual)), pa.float64()).to_numpy()
    done[places[usual]] = True
    return values, np.flatnonzero(~done & cells.notna().to_numpy())


def _number_fault(
    sheet: Sheet, row: Hashable, column: str, value: object, whole: bool, wanted: str
) -> Fault:
    expected = "a whole number" if whole else "a number"
    if wanted:
        expected += f" ({wanted})"
    if isinstance(value, str) and _DECIMAL_COMMA.fullmatch(value):
        expected += " with a decimal point, not a comma"
    return sheet.fault(row, column, expected)


def parse_columns(sheet: Sheet, columns: Iterable[Column]) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the wanted columns as typed values, NaN or None where empty, and all faults.

    Whole numbers stay floats until their range is known. A column that the file lacks is empty
    here, and a fault where it is required.

    Parameters
    ----------
    sheet : Sheet
        The raw table.
    columns : iterable of Column
        The columns wanted; others are dropped.
    """
    parsed: dict[str, pd.Series] = {}
    faults: list[Fault] = []
    for column in columns:
        if column.name not in sheet.frame:
            if column.required:
                faults.append(sheet.missing(column))
            parsed[column.name] = pd.Series(
                None, index=sheet.frame.index, dtype=TEXT_DTYPE if column.kind == "text" else float
            )
        elif column.kind == "text":
            cells = sheet.frame[column.name]
            values = [text(value) for value in cells]
            parsed[column.name] = pd.Series(values, index=cells.index, dtype=TEXT_DTYPE)
        else:
            values_, bad = parse_numbers(
                sheet.frame[column.name],
                sheet=sheet,
                whole=column.kind == "integer",
                wanted=column.meaning,
            )
            parsed[column.name] = values_
            faults.extend(bad)
    return pd.DataFrame(parsed, index=sheet.frame.index), faults


def settle_integers(frame: pd.DataFrame, columns: Iterable[Column]) -> pd.DataFrame:
    """Return the checked table with its whole numbers as integers (nullable where empty)."""
    kinds = {
        column.name: "Int64" if frame[column.name].hasnans else "int64"
        for column in columns
        if column.kind == "integer"
    }
    return frame.astype(kinds)
