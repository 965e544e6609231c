"""How a column of our tables is headed and how its values read."""

from __future__ import annotations

import numbers
from collections.abc import Iterable

from htcoverage.labels import Language, label, value_label
from htcoverage.labels.notebook import NOTEBOOK_WORDS
from htcoverage.notebook.html import number

_KNOWN = {key.removeprefix("column:") for key in NOTEBOOK_WORDS if key.startswith("column:")}

#: Columns that nobody else's tables have; with the units in the names they tell ours.
_OURS = {
    "area_level", "bts_id", "cell_id", "commune_code", "denominator", "district_code", "gap_id",
    "settlement_id", "settlement_part", "site_id", "span_id",
}  # fmt: skip
_UNITS = ("_db", "_dbm", "_dbi", "_deg", "_km", "_km2", "_m", "_mhz", "_share")

#: Shares in [0, 1] that read as a percentage.
_PERCENT = {
    "after", "before", "cell_edge", "cell_edge_probability", "change", "covered_share", "high",
    "low", "median", "no_level_share", "part", "reported_share", "settlement_part", "share",
    "share_after", "share_before", "variance_part",
    *(name for name in _KNOWN if name.startswith(("covered_3g_", "covered_4g_", "covered_any_"))),
}  # fmt: skip
_DIGITS = {
    "area_km2": 3, "residential_area_km2": 3, "residents": 0, "households": 0, "year": 0,
    "residents_change": 0, "residents_cut_off": 0, "covered": 1, "total": 1, "amount": 1,
    "latitude_deg": 5, "longitude_deg": 5, "why_lon": 5, "why_lat": 5, "obstacle_lon": 5,
    "obstacle_lat": 5, "distance_m": 0, "length_m": 0, "obstacle_m": 0,
}  # fmt: skip
_CODES = {"year", "rank", "zone"}
_MOST_LETTERS = 60


def is_ours(names: Iterable[object]) -> bool:
    """Return whether a table with these columns is one of ours, or most of one.

    At least two columns and half of all are known, and one of them is nobody else's.
    """
    columns = [name for name in names if name != "geometry"]
    known = [name for name in columns if name in _KNOWN]
    mark = any(name in _OURS or str(name).endswith(_UNITS) for name in known)
    return mark and len(known) >= 2 and 2 * len(known) >= len(columns)


def heading(name: str, language: Language) -> tuple[str, str]:
    """Return what a column is called, with its unit, and its name in code."""
    return (label(f"column:{name}", language), name) if name in _KNOWN else (name, "")


def is_number(value: object) -> bool:
    """Return whether a value is a number and not yes or no."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def cell(name: str, value: object, language: Language) -> str:
    """Return a value of a column as it reads in a table; nothing where there is none."""
    if value is None or value != value:
        return ""
    if not is_number(value):
        text = value_label("unit", str(value), language) if name == "unit" else str(value)
        return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"
    assert isinstance(value, numbers.Real)
    if name in _PERCENT:
        return number(100.0 * float(value), language, digits=_percent_digits(name))
    if name in _CODES:
        return str(value)
    if isinstance(value, numbers.Integral):
        return number(int(value), language)
    if abs(float(value)) == float("inf"):
        return "−∞" if float(value) < 0 else "∞"
    whole = float(value).is_integer() and name.endswith("_mhz")
    return number(float(value), language, digits=0 if whole else _DIGITS.get(name, 1))


def _percent_digits(name: str) -> int:
    return 0 if name in ("settlement_part", "part", "cell_edge_probability") else 1
