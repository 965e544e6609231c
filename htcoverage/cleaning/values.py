"""Numbers as people write them: decimal commas, units, degrees and minutes."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from htcoverage.readers.columns import plain
from htcoverage.readers.findings import Severity

_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_POINTS_THEN_COMMA = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+")
_COMMAS_THEN_POINT = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+")
_GROUPS = re.compile(r"[+-]?[0-9]{1,3}(?:([ ,.'\u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})+")
_SPACED = re.compile(r"[+-]?[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?")
_WITH_UNIT = re.compile(
    r"([+-]?[0-9][0-9.,]*)\s*\(?(m|met|mét|mhz|ghz|db|dbm|dbi|w|kw|°|º|deg|độ|do)\.?\)?",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:[~≈±<>≤≥]|ca\.?\s|c\.|approx\.?|about|khoảng|khoang|tầm|xấp xỉ|trên|hơn|dưới)\s*([0-9].*)",
    re.I,
)
_RANGE = re.compile(
    r"([0-9]{1,3}(?:[.,][0-9]+)?)\s*m?\s*(?:[-–—÷~]|\.{2,3}|đến|den|to)\s*([0-9]{1,3}(?:[.,][0-9]+)?)\s*m?",
    re.I,
)

#: Ends of a range of heights that differ by more than this factor are two heights.
_WIDEST_RANGE = 1.5
_POWER_OF_PORTS = re.compile(r"[1-8]\s*[x×*]\s*([0-9]+(?:[.,][0-9]+)?)\s*w", re.IGNORECASE)
_APOSTROPHE = re.compile(r"['’`]([+-]?[0-9].*)")
_WIDE = re.compile("[０-９．，－]")

#: 105.901.234 of a sheet that takes every point for one of thousands.
_DEGREES_IN_THOUSANDS = re.compile(r"([+-]?[0-9]{1,3})((?:\.[0-9]{3}){2,}|(?:,[0-9]{3}){2,})")
_WITH_HYPHENS = re.compile(
    r"[NSEWBĐTD]?\s*\d{1,3}-\d{1,2}(?:-\d{1,2}(?:[.,]\d+)?)?\s*[NSEWBĐTD]?", re.I
)

#: Degrees, minutes and seconds with any signs between them; a letter before or behind.
_DMS = re.compile(
    r"""(?P<before>[NSEWBĐTD])?\s*
        (?P<sign>[+-])?\s*(?P<deg>\d{1,3}(?:[.,]\d+)?)\s*(?P<mark>[°ºd˚o:*]|\s|độ|$|(?=[NSEWBĐT]))\s*
        (?:(?P<min>\d{1,2}(?:[.,]\d+)?)\s*(?:['′’‘`m:]|phút|\s|$|(?=[NSEWBĐT]))\s*)?
        (?:(?P<sec>\d{1,2}(?:[.,]\d+)?)\s*(?:["″”“]|(?-i:s)|''|′′|’’|giây|$|(?=[NSEWBĐT])|\s)?\s*)?
        (?P<after>[NSEWBĐTD])?""",
    re.VERBOSE | re.IGNORECASE,
)
_LETTER_WORDS = re.compile(r"(?i)\b(?:bắc|bac|nam|đông|dong|tây|tay|north|south|east|west)\b")
_LETTERS = {
    "bac": "B", "nam": "S", "dong": "Đ", "tay": "T", "north": "B", "south": "S", "east": "E",
    "west": "W",
}  # fmt: skip
_LONGEST = 60
_MOST_DEGREES = {"longitude": 180, "latitude": 90}
_LETTER_SIGNS = {"N": 1, "S": -1, "E": 1, "W": -1, "B": 1, "Đ": 1, "D": 1, "T": -1}


class Repair(NamedTuple):
    """A better value for a cell, and the rule that gave it."""

    value: object
    rule: str
    severity: Severity
    detail: str


def repair_number(value: object, *, kind: str = "") -> Repair | None:
    """Return how a cell is to be read as a number, None where it is one or cannot be.

    Parameters
    ----------
    value : object
        The cell.
    kind : str
        ``band`` where a comma between groups of three digits is no decimal comma; ``power`` where
        watts are dBm; ``port`` where moreover 2x20W are two ports of 20 W; ``height`` where 40-42
        is a range.
    """
    if not isinstance(value, str) or len(value) > _LONGEST or _PLAIN.fullmatch(value):
        return None
    if kind == "band" and re.fullmatch(r"[0-9],[0-9]{3}", value):
        return Repair(value.replace(",", ""), "thousands", "info", "the comma groups thousands")
    if _DECIMAL_COMMA.fullmatch(value):
        return Repair(
            value.replace(",", "."), "decimal-comma", "info", "the comma is a decimal comma"
        )
    if _POINTS_THEN_COMMA.fullmatch(value):
        number = value.replace(".", "").replace(",", ".")
        return Repair(number, "thousands", "info", "points group thousands, the comma is decimal")
    if _COMMAS_THEN_POINT.fullmatch(value):
        return Repair(value.replace(",", ""), "thousands", "info", "commas group thousands")
    if _GROUPS.fullmatch(value):
        return Repair(re.sub(r"[^0-9+-]", "", value), "thousands", "info", "groups of thousands")
    if _SPACED.fullmatch(value):
        number = re.sub(r"[ \u00a0\u202f]", "", value).replace(",", ".")
        return Repair(number, "thousands", "info", "spaces group thousands")
    if found := _WITH_UNIT.fullmatch(value):
        return _without_unit(found[1], found[2].casefold(), kind)
    if kind == "port" and (found := _POWER_OF_PORTS.fullmatch(value)):
        return _without_unit(found[1], "w", kind)
    if kind == "height" and (found := _RANGE.fullmatch(value)):
        low, high = (float(end.replace(",", ".")) for end in found.groups())
        if not 0 < low <= high <= _WIDEST_RANGE * low:
            return None
        return Repair(f"{(low + high) / 2:g}", "middle", "warning", "a range: its middle is taken")
    if found := _ABOUT.fullmatch(value):
        return _inside(found[1], kind, "about", "warning", "a rough value, taken as it is")
    if found := _APOSTROPHE.fullmatch(value):
        return _inside(found[1], kind, "unit", "info", "the apostrophe makes text of a number")
    if _WIDE.search(value):
        narrow = unicodedata.normalize("NFKC", value)
        return _inside(narrow, kind, "unicode", "info", "wide digits are read as usual ones")
    return None


def _inside(words: str, kind: str, rule: str, severity: Severity, detail: str) -> Repair | None:
    """Return the number that is left when a sign around it is taken away."""
    inner = repair_number(words, kind=kind)
    number = str(inner.value) if inner else words
    return Repair(number, rule, severity, detail) if _PLAIN.fullmatch(number) else None


def _without_unit(digits: str, unit: str, kind: str) -> Repair | None:
    inner = repair_number(digits, kind=kind)
    number = str(inner.value) if inner else digits
    if not _PLAIN.fullmatch(number):
        return None
    if unit in ("w", "kw"):
        watts = float(number) * (1000 if unit == "kw" else 1)
        if kind not in ("power", "port") or watts <= 0:
            return None
        dbm = round(10 * math.log10(watts) + 30, 2)
        return Repair(f"{dbm:g}", "watts", "warning", f"{watts:g} W are {dbm:g} dBm")
    return Repair(number, "unit", "info", f"the unit {unit} belongs to the column, not the cell")


def repair_degrees(value: object, *, axis: str, vietnamese: bool = False) -> Repair | None:
    """Return how a cell is to be read as decimal degrees, None where it is that or cannot be.

    Parameters
    ----------
    value : object
        The cell.
    axis : str
        ``longitude`` or ``latitude``; a letter of the other axis is not taken.
    vietnamese : bool
        Whether N stands for nam, south, as in files that write B for bắc, north.
    """
    if isinstance(value, str) and (split := _DEGREES_IN_THOUSANDS.fullmatch(value)):
        if abs(int(split[1])) > _MOST_DEGREES[axis]:
            return repair_number(value)
        whole = f"{split[1]}.{re.sub('[.,]', '', split[2])}"
        return Repair(whole, "thousands", "warning", "only the first point is a decimal point")
    number = repair_number(value)
    if number is not None or not isinstance(value, str) or _PLAIN.fullmatch(value):
        return number
    if len(value) > _LONGEST:
        return None
    if _WITH_HYPHENS.fullmatch(value):
        value = value.replace("-", " ")
    found = _DMS.fullmatch(_LETTER_WORDS.sub(lambda word: _LETTERS[plain(word[0])], value).strip())
    if (
        not found
        or (found["before"] and found["after"])
        or (not found["mark"] and not found["after"])
    ):
        return None
    letter = (found["before"] or found["after"] or "").upper()
    allowed = "NSB" if axis == "latitude" else "EWĐDT"
    if (letter and letter not in allowed) or (letter and found["sign"]):
        return None
    if not (found["min"] or letter or found["mark"].strip()):
        return None
    parts = [float((found[name] or "0").replace(",", ".")) for name in ("deg", "min", "sec")]
    if parts[1] >= 60 or parts[2] >= 60 or (found["min"] and "." in found["deg"].replace(",", ".")):
        return None
    degrees = round(parts[0] + parts[1] / 60 + parts[2] / 3600, 9)
    sign = -1 if found["sign"] == "-" else _LETTER_SIGNS.get(letter, 1)
    if letter == "N" and vietnamese:
        sign = -1
    return Repair(sign * degrees, "degrees-minutes-seconds", "info", f"{sign * degrees:.6f}°")


def vietnamese_letters(values: Iterable[object], *, longitudes: Iterable[object] = ()) -> bool:
    """Return whether latitudes carry B for bắc, and no longitude E: their N is then nam, south."""
    return _any_has(values, "B") and not _any_has(longitudes, "E")


def _any_has(values: Iterable[object], letter: str) -> bool:
    """Return whether any cell of degrees has a letter before or behind."""
    texts = pa.array([value for value in values if type(value) is str], pa.string())
    pattern = rf"[°'\"′″”’0-9\s]{letter}\s*$|^\s*{letter}\s*[0-9]"
    return bool(pc.any(pc.match_substring_regex(texts, pattern)).as_py())


def is_empty_word(value: object) -> bool:
    """Return whether a cell holds a word or sign for nothing."""
    if not isinstance(value, str) or not value or len(value) > _LONGEST_EMPTY:
        return False
    if value == "\\N":  # as databases write it
        return True
    if not value[0].isalnum() and _SIGNS.fullmatch(value):
        return True
    if value[0] != "#" and _DIGIT.search(value):
        return False
    return any(sign.isalpha() for sign in value) and plain(value) in _EMPTY


def decimal_commas(
    values: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """Return which raw cells are numbers with a decimal comma and no more, and these numbers.

    A million of them take a fraction of a second: no cell is looked at by itself.
    """
    words = np.flatnonzero(
        np.fromiter((type(value) is str for value in values), np.bool_, len(values))
    )
    texts = pa.array(values[words], pa.string())
    found = pc.match_substring_regex(texts, f"^(?:{_DECIMAL_COMMA.pattern})$")
    points = pc.replace_substring(texts.filter(found), ",", ".", max_replacements=1)
    # Arrow reads no sign in front but a minus.
    numbers = pc.cast(pc.replace_substring_regex(points, r"^\+", ""), pa.float64())
    places: npt.NDArray[np.int64] = words[found.to_numpy(zero_copy_only=False).astype(np.bool_)]
    return places, numbers.to_numpy().astype(object)


_SIGNS = re.compile(r"[-–—?.#*_/\\ ]+")
_DIGIT = re.compile(r"[0-9]")
_LONGEST_EMPTY = 20


_EMPTY = frozenset(
    {
        "n a", "na", "none", "null", "nan", "nil", "unknown", "khong co", "chua co", "khong ro",
        "chua ro", "khong xac dinh", "trong", "tbd", "value", "ref", "div 0",
    }
)  # fmt: skip
