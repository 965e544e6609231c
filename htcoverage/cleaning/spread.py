"""Columns that hold several of ours, and several columns that hold one of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from htcoverage.cleaning.values import repair_degrees, repair_number
from htcoverage.cleaning.words import technologies_of
from htcoverage.readers.columns import known_names, match_columns, plain
from htcoverage.readers.findings import Finding
from htcoverage.readers.sheet import Sheet, shown
from htcoverage.schema import TECHNOLOGIES

_PLACES = ("longitude", "latitude", "x", "y")

#: Words for a column of both coordinates, without diacritics.
_BOTH = re.compile(
    r"toa do(?: gps| wgs ?84| tram)?|(?:lat|vi do)\w*(?: va)? (?:lon|lng|long|kinh do)\w*"
    r"|(?:lon|lng|long|kinh do)\w*(?: va)? (?:lat|vi do)\w*|latlon\w*|latlng|coordinates?|gps"
    r"|location|position|kinh vi do|vi tri toa do"
    r"|(?:link )?(?:google )?maps?|link(?: (?:google )?(?:maps?|vi tri|toa do|ban do|gps))?"
)
#: A link to a map names the place as latitude, longitude.
_OF_LINK = re.compile(
    r"https?://\S*?[=@/](-?[0-9]{1,2}\.[0-9]+),(?:\+|%20)?(-?[0-9]{1,3}\.[0-9]+)\S*"
)
_BREAKS = (";", "|", "/", ", ", ",")
_TWO_LETTERED = re.compile(r"(.*[NSEWBĐTD])[\s,;]*([^NSEWBĐTD]*[NSEWBĐTD])", re.IGNORECASE)
_LEADING = re.compile(r"[^0-9]*([0-9]+)")

#: A column is one of pairs if this share of its first filled cells are.
_PAIRS_SHARE = 0.6
_SAMPLE = 200

#: Sector 1 or A of a base station, behind the name of what is told of each.
_SECTOR = re.compile(r"(.*?)[\s_.-]*(?:sector|sec|cell|s)?[\s_.-]*([1-6]|[a-fA-F])", re.IGNORECASE)
_OF_A_SECTOR = (
    "azimuth_deg", "tilt_deg", "electrical_tilt_deg", "mechanical_tilt_deg", "antenna_height_m",
    "antenna", "antenna_gain_dbi", "port_power_dbm", "eirp_dbm",
)  # fmt: skip

#: A technology as the name of a column, with no more than what it is.
_TECHNOLOGY_ALONE = re.compile(r"(?:(?:tram|bts|co|mang|cong nghe) )*\w+(?: (?:cong nghe|mang))*")

#: What stands for "no" in a column of marks.
_NO = frozenset({"", "0", "khong", "no", "n", "k", "false"})


#: A table, what was done, and of which columns of the file each new one is made.
Gathered = tuple[Sheet, list[Finding], dict[str, tuple[str, ...]]]


def gathered(sheet: Sheet, *, given: Mapping[str, str]) -> Gathered:
    """Return the raw table with a column for each of ours that is told otherwise.

    Parameters
    ----------
    sheet : Sheet
        The raw table.
    given : mapping of str to str
        Our column name to the file's where the user says it; these columns are left alone.

    Returns
    -------
    sheet : Sheet
        Both coordinates in one column are cut in two; azimuths of sectors side by side are one
        list; technologies told by marks in columns of their own are one column.
    findings : list of Finding
        What was done, and what could not be taken.
    sources : dict of str to tuple of str
        The columns of the file that each new one is made of.
    """
    findings: list[Finding] = []
    sources: dict[str, tuple[str, ...]] = {}
    for gather in (_cut_coordinates, _joined_sectors, _marked_technologies):
        sheet, told, made = gather(sheet, given=given)
        findings += told
        sources |= made
    return sheet, findings, sources


def _cut_coordinates(sheet: Sheet, *, given: Mapping[str, str]) -> Gathered:
    names = [str(name) for name in sheet.frame.columns if str(name) not in given.values()]
    placed = {m.column for m in match_columns(names, _PLACES) if m.how != "similar word"}
    if any({*pair} <= placed | set(given) for pair in (_PLACES[:2], _PLACES[2:])):
        return sheet, [], {}
    for name in names:
        if not _BOTH.fullmatch(plain(re.sub(r"[(\[].*?[)\]]", " ", name))):
            continue
        cells = sheet.frame[name]
        sample = cells.dropna().iloc[:_SAMPLE]
        pairs = [pair for value in sample if (pair := _pair(value)) is not None]
        ours = _which(pairs, plain(name)) if len(pairs) >= _PAIRS_SHARE * len(sample) else None
        if not pairs or ours is None:
            continue
        cut = [_pair(value) or (value, value) for value in cells]
        frame = sheet.frame.drop(columns=[name, *(c for c in ours if c in sheet.frame)])
        for place, column in enumerate(ours):
            values = [pair[place] for pair in cut]
            frame[column] = pd.Series(values, frame.index, dtype=object)
        told = Finding(None, name, shown(sample.iloc[0]), "both-coordinates", "info", "repaired",
                       f"{ours[0]} and {ours[1]} stand in one column: cut in two")  # fmt: skip
        return replace(sheet, frame=frame), [told], dict.fromkeys(ours, (name,))
    return sheet, [], {}


def _pair(value: object) -> tuple[str, str] | None:
    """Return the two coordinates of a cell, as they stand in it."""
    if not isinstance(value, str):
        return None
    if found := _OF_LINK.fullmatch(value):
        return found[1], found[2]
    candidates = [value.split(sign) for sign in _BREAKS]
    candidates += [value.split(), list(found.groups()) if (found := _TWO_LETTERED.fullmatch(value))
                   else []]  # fmt: skip
    for parts in candidates:
        if len(parts) == 2 and all(_is_coordinate(part.strip()) for part in parts):
            return parts[0].strip(), parts[1].strip()
    return None


def _is_coordinate(text: str) -> bool:
    if not _LEADING.match(text):
        return False
    if re.fullmatch(r"[+-]?[0-9]+(?:\.[0-9]+)?", text) or repair_number(text) is not None:
        return True
    return any(repair_degrees(text, axis=axis) is not None for axis in _PLACES[:2])


def _which(pairs: list[tuple[str, str]], name: str) -> tuple[str, str] | None:
    """Return which of our columns the first and the second of pairs are."""
    if not pairs:
        return None
    sizes = np.array(
        [[int(found[1]) if (found := _LEADING.match(part)) else 0 for part in p] for p in pairs]
    )
    first, second = sizes.max(axis=0).tolist()
    if min(first, second) > 1000:
        return ("x", "y")
    if first > 90 >= second:
        return ("longitude", "latitude")
    if second > 90 >= first:
        return ("latitude", "longitude")
    if found := re.search(r"lat|vi do", name):
        other = re.search(r"lon|lng|kinh", name)
        if other:
            return _PLACES[:2] if other.start() < found.start() else ("latitude", "longitude")
    return None


def _joined_sectors(sheet: Sheet, *, given: Mapping[str, str]) -> Gathered:
    groups: dict[str, list[str]] = {}
    for name in map(str, sheet.frame.columns):
        if name not in given.values() and (found := _SECTOR.fullmatch(name.strip())):
            groups.setdefault(found[1].strip(), []).append(name)
    frame, findings, sources = sheet.frame, [], {}
    for base, names in groups.items():
        known = [column for column in _OF_A_SECTOR if _is_called(base, column)]
        if len(names) < 2 or not known or base in frame:
            continue
        raw = frame[names].to_numpy(dtype=object)
        rows = [[_plain(cell) for cell in row if cell is not None and cell == cell] for row in raw]
        if known[0] == "azimuth_deg":
            values = ["/".join(row) or None for row in rows]
            detail = f"the azimuths of {len(names)} columns are taken together"
        elif all(len(set(row)) <= 1 for row in rows):
            values = [row[0] if row else None for row in rows]
            detail = f"{len(names)} columns say the same and are taken as one"
        else:
            detail = (
                f"not read, nor are the {len(names) - 1} beside it: sectors that differ in it need "
                "a row each"
            )
            findings.append(
                Finding(None, names[0], "", "sector-columns", "warning", "none", detail)
            )
            frame = frame.drop(columns=names)
            continue
        findings.append(Finding(None, names[0], "", "sector-columns", "info", "repaired", detail))
        frame = frame.drop(columns=names)
        frame[base] = pd.Series(values, frame.index, dtype=object)
        sources[base] = tuple(names)
    return replace(sheet, frame=frame), findings, sources


def _is_called(name: str, column: str) -> bool:
    found: Callable[[str], bool] = known_names([column])
    return found(name)


def _plain(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell)


def _is_mark(cell: object) -> bool:
    """Return whether a cell says yes: a sign, a word or a small number, no total of many rows."""
    if cell is None or cell != cell:
        return False
    text = _plain(cell)
    if text.startswith("(") or re.fullmatch(r"[0-9]{2,}", text):
        return False
    return plain(text) not in _NO or not (plain(text) or text.isascii())


def _marked_technologies(sheet: Sheet, *, given: Mapping[str, str]) -> Gathered:
    names = [str(name) for name in sheet.frame.columns]
    if "technology" in given or any(_is_called(name, "technology") for name in names):
        return sheet, [], {}
    columns = {
        found[0]: name
        for name in names
        if name not in given.values()
        and (found := technologies_of(name)[0])
        and len(found) == 1
        and _TECHNOLOGY_ALONE.fullmatch(plain(name))
    }
    if not columns or set(columns) - set(TECHNOLOGIES):
        return sheet, [], {}
    others = [
        n
        for n in names
        if technologies_of(n) == ((), True) and _TECHNOLOGY_ALONE.fullmatch(plain(n))
    ]
    marks = [
        [_is_mark(cell) for cell in sheet.frame[name]] for name in (*columns.values(), *others)
    ]
    values = []
    for row in zip(*marks, strict=True):
        told = [name for name, mark in zip(columns, row, strict=False) if mark]
        values.append("/".join(told) or ("2G" if any(row) else None))
    frame = sheet.frame.drop(columns=list(columns.values()))
    frame["technology"] = pd.Series(values, frame.index, dtype=object)
    detail = "marks in columns of their own tell the technologies of a row"
    called = ", ".join(columns.values())
    finding = Finding(None, called, "", "technology-columns", "info", "repaired", detail)
    return replace(sheet, frame=frame), [finding], {"technology": tuple(columns.values())}
