"""Values of a project file: paths, CRS and names of columns, each looked at with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from htcoverage.cleaning.opening import WANTED
from htcoverage.cleaning.operators import name_faults
from htcoverage.errors import Fault, InputError
from htcoverage.grid import check_metric_crs
from htcoverage.readers.columns import given_faults
from htcoverage.readers.position import parse_crs
from htcoverage.readers.sheet import shown
from htcoverage.schema import DISTRICTS, OPERATORS, SETTLEMENTS, SPANS


def value_faults(file: Path, text: str, raw: Mapping[str, Any]) -> list[Fault]:
    """Return the faults of values that are of the right type: CRS, paths, columns, operators."""
    faults = [*_column_faults(file, text, raw), *_operator_faults(file, text, raw)]
    for keys, value in _leaves(raw):
        name, line = ".".join(keys), line_of(text, keys)
        try:
            if keys == ("crs",):
                parse_crs(value)
                check_metric_crs(value)
            elif keys[-1] in ("crs", "ground_crs"):
                parse_crs(value)
        except InputError as error:
            faults += [
                Fault(str(file), line, name, each.value, each.expected) for each in error.faults
            ]
        if keys[-1] in _PATH_KEYS and "columns" not in keys and "values" not in keys:
            for path in value if isinstance(value, list) else [value]:
                faults += _path_faults(file, line, name, str(path))
    return faults


def _operator_faults(file: Path, text: str, raw: Mapping[str, Any]) -> list[Fault]:
    """Return the faults of names that cannot be told apart, and of words for nobody."""
    said = raw.get("operators")
    listed = said if isinstance(said, list | dict) else OPERATORS
    names = [name for name in listed if isinstance(name, str) and name]
    faults = [
        Fault(str(file), line_of(text, ("operators", name)), "operators", shown(name), expected)
        for name, expected in name_faults(names)
    ]
    for word, name in _texts_at(raw, ("layers", "bts", "operators")).items():
        if name not in names:
            line = line_of(text, ("layers", "bts", "operators", word))
            expected = f"one of the operators {', '.join(names)}"
            if said is None:
                expected += '; for others write operators = ["…"] above the first section'
            faults.append(
                Fault(str(file), line, f"layers.bts.operators.{word}", shown(name), expected)
            )
    return faults


#: Our columns that a layer's section may map to those of its file.
_COLUMNS_OF = {
    "bts": WANTED,
    "districts": DISTRICTS.column_names,
    "settlements": SETTLEMENTS.column_names,
    "spans": SPANS.column_names,
}


def _column_faults(file: Path, text: str, raw: Mapping[str, Any]) -> list[Fault]:
    """Return the faults of mappings and values for columns that a layer does not have."""
    faults = []
    for layer, known in _COLUMNS_OF.items():
        for name in ("columns", "values"):
            keys = ("layers", layer, name)
            given = _texts_at(raw, keys)
            wrong = given_faults(
                list(given.values()), given, wanted=known, file=str(file), header_row=None
            )
            for fault in wrong:
                ours = fault.column in given
                if name == "values" and not ours:
                    continue  # two columns may well have one value for all rows
                place = (*keys, str(fault.column)) if ours else keys
                expected = fault.expected
                if name == "values":
                    expected = expected.replace("a mapping of one of", "a value for one of")
                faults.append(
                    replace(fault, row=line_of(text, place), column=".".join(place),
                            value=fault.value if ours else str(fault.column), expected=expected)
                )  # fmt: skip
    return faults


def _texts_at(raw: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, str]:
    """Return the texts of a table of the file, none where there is no such table."""
    found: Any = raw
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    entries = found.items() if isinstance(found, dict) else ()
    return {key: value for key, value in entries if isinstance(value, str) and value}


_PATH_KEYS = ("path", "cells", "population", "ground", "clutter", "clutter_classes", "zone")


def _path_faults(file: Path, line: int | None, name: str, path: str) -> list[Fault]:
    expected = "a file that exists, seen from the folder of this file"
    place = file.parent / path
    try:
        if place.exists() or ("*" in path and any(file.parent.glob(path))):
            return []
    except (OSError, ValueError, NotImplementedError) as error:
        expected = f"a path that can be opened ({error})"
    return [Fault(str(file), line, name, shown(path), expected)]


def _leaves(
    raw: Mapping[str, Any], keys: tuple[str, ...] = ()
) -> Iterable[tuple[tuple[str, ...], Any]]:
    for key, value in raw.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*keys, key))
        elif isinstance(value, str | list):
            yield (*keys, key), value


_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"^\s*([\w.\"'-]+)\s*=")


def line_of(text: str, keys: tuple[str, ...]) -> int | None:
    """Return the line of a key or table, or of the nearest table above it that is there."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    repeated: dict[tuple[str, ...], int] = {}
    for line, words in enumerate(text.splitlines(), start=1):
        if found := _TABLE.match(words):
            table = tuple(part.strip().strip("\"'") for part in found[2].split("."))
            if found[1] == "[[":  # one of several: its number is part of the key
                repeated[table] = repeated.get(table, -1) + 1
                table = (*table, str(repeated[table]))
            for end in range(len(table), 0, -1):  # [a.b] is where the table a begins, too
                lines.setdefault(table[:end], line)
        elif found := _KEY.match(words):
            own = tuple(part.strip("\"'") for part in found[1].split("."))
            lines.setdefault((*table, *own), line)
    for end in range(len(keys), 0, -1):
        if keys[:end] in lines:
            return lines[keys[:end]]
    return None
