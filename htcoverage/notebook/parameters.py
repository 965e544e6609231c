"""Parameters as a table: name, value, unit; the unit is the one in the name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from htcoverage.labels import Language, label, short_number
from htcoverage.labels.report import REPORT_WORDS
from htcoverage.notebook.html import table

#: Endings of names, longest first, with their units.
_UNITS = {
    "_km2": "km²", "_dbm": "dBm", "_dbi": "dBi", "_mhz": "MHz", "_deg": "°", "_db": "dB",
    "_km": "km", "_m": "m", "_percent": "%",
}  # fmt: skip
_NAMED_UNITS = {"delta_n": "N/km", "n0": "N"}


def unit_of(name: str) -> str:
    """Return the unit that a name carries; nothing where it carries none."""
    endings = (unit for ending, unit in _UNITS.items() if name.endswith(ending))
    return _NAMED_UNITS.get(name) or next(endings, "")


def parameter_table(values: Mapping[str, Any], language: Language) -> str:
    """Return parameters as a table: what it is, its value, its unit."""
    rows = [
        (_word(name, unit_of(name), language), _text(value, language), unit_of(name))
        for name, value in values.items()
    ]
    headings = [
        (label("report_parameter", language), ""),
        (label("nb_value", language), ""),
        (label("nb_unit", language), ""),
    ]
    return table(headings, rows)


def fields_table(value: Any, language: Language) -> str:
    """Return the fields of a dataclass of plain values as a table."""
    return parameter_table(
        {field.name: getattr(value, field.name) for field in fields(value)}, language
    )


def _word(name: str, unit: str, language: Language) -> str:
    """Return the word for a parameter less its unit, which has a column of its own."""
    key = f"assume:{name}"
    if key not in REPORT_WORDS:
        return name
    return label(key, language).removesuffix(f", {unit}")


def _text(value: Any, language: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return short_number(value, language, most_digits=6)
    if isinstance(value, (list, tuple)):
        return "; ".join(_text(part, language) for part in value)
    return str(value)
