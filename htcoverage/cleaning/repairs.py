"""Repairs of single cells, column by column: every change is a finding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from htcoverage.cleaning import words
from htcoverage.cleaning.operators import Vocabulary, misspelt_operator, operator_of
from htcoverage.cleaning.values import (
    Repair,
    decimal_commas,
    is_empty_word,
    repair_degrees,
    repair_number,
    vietnamese_letters,
)
from htcoverage.readers.findings import Finding, cell_findings, findings_frame
from htcoverage.readers.parsing import by_value, plain_numbers
from htcoverage.readers.sheet import Sheet
from htcoverage.schema import BTS_STATUSES, PROVENANCES, TECHNOLOGIES

_TEXT = ("bts_id", "site_id", "site_name", "cell_id", "antenna")
_NUMBERS = (
    "bandwidth_mhz", "antenna_height_m", "mast_height_m", "electrical_tilt_deg",
    "mechanical_tilt_deg", "tilt_deg", "antenna_gain_dbi", "feeder_loss_db", "cpich_power_dbm",
    "rs_boost_db", "x", "y", "beamwidth_deg",
)  # fmt: skip
_POWERS = ("port_power_dbm", "cpich_power_dbm", "eirp_dbm")

HEIGHTS = ("antenna_height_m", "mast_height_m")

#: A matter of form in more cells than this is the form of the column: it is told once.
_MOST_ALIKE = 1000

#: Columns of one number each; most of their cells need no look.
_SINGLE_NUMBERS = (*_NUMBERS, *_POWERS, "longitude", "latitude")

_DECIMAL_COMMA = Repair(None, "decimal-comma", "info", "the comma is a decimal comma")

#: Rules that leave the cell as it is.
_ONLY_TOLD = ("html", "formula", "exponent")

_EXPONENT = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")
_HTML = re.compile(r"<\s*[a-zA-Z/!?]")
_FORMULA = re.compile(r"^[=+@]|^-(?![0-9.,]+$)")

#: Takes a raw cell, gives how it is to be read, or None where it is right or unreadable.
Rule = Callable[[object], Repair | None]


def repair_cells(sheet: Sheet, *, operators: Vocabulary) -> tuple[Sheet, list[pd.DataFrame]]:
    """Return the table with its cells as our readers want them, and what was changed.

    What no rule can read is left as it stands: the strict reading tells it as a fault.

    Parameters
    ----------
    sheet : Sheet
        In our column names.
    operators : Vocabulary
        The operators that it may name.
    """
    frame = sheet.frame.copy(deep=False)
    findings: list[pd.DataFrame] = []
    vietnamese = "latitude" in frame and vietnamese_letters(
        frame["latitude"], longitudes=frame.get("longitude", ())
    )
    southern_n = "azimuth_deg" in frame and words.vietnamese_compass(frame["azimuth_deg"])
    rules: dict[str, Rule] = {
        "operator": lambda value: _operator(value, operators),
        "technology": _technology,
        "status": _status,
        "provenance": _provenance,
        "band_mhz": _band,
        "longitude": lambda value: repair_degrees(value, axis="longitude"),
        "latitude": lambda value: repair_degrees(value, axis="latitude", vietnamese=vietnamese),
        "azimuth_deg": lambda value: _azimuth(value, southern_n=southern_n),
        **dict.fromkeys(_NUMBERS, repair_number),
        **dict.fromkeys(HEIGHTS, lambda value: repair_number(value, kind="height")),
        **dict.fromkeys(_POWERS, lambda value: repair_number(value, kind="power")),
        "port_power_dbm": lambda value: repair_number(value, kind="port"),
        **dict.fromkeys(_TEXT, _text),
    }
    for name in map(str, frame.columns):
        rule = rules.get(name)
        if rule is None:
            continue
        findings_before = len(findings)
        whole = frame[name].to_numpy(dtype=object, copy=True)
        places: npt.NDArray[np.int64] = np.arange(len(whole))
        if name in _SINGLE_NUMBERS:
            _, places = plain_numbers(frame[name])
            commas, values = decimal_commas(whole[places])
            if len(commas):
                findings.append(_told(sheet, name, places[commas], whole, _DECIMAL_COMMA))
                whole[places[commas]] = values
                places = np.delete(places, commas)
        elif name in _TEXT:
            places = _unusual_text(frame[name])
        repairs = by_value(frame[name].iloc[places], _first_of(_emptied, rule)).to_numpy()
        changed = np.flatnonzero(pd.notna(repairs))
        by_repair: dict[Repair, list[int]] = {}
        for place in changed.tolist():
            by_repair.setdefault(repairs[place], []).append(place)
        for repair, members in by_repair.items():
            rows = places[members]
            findings.append(_told(sheet, name, rows, whole, repair))
            whole[rows] = repair.value
        if not findings_before < len(findings) and name not in _SINGLE_NUMBERS:
            continue
        column = pd.Series(whole, index=frame.index, dtype=object, copy=False)
        if name in _SINGLE_NUMBERS:
            numbers, unread = plain_numbers(column)
            column = column if len(unread) else pd.Series(numbers, frame.index, copy=False)
        frame[name] = column
    return replace(sheet, frame=frame), findings


def _unusual_text(cells: pd.Series) -> npt.NDArray[np.int64]:
    """Return the places of cells that a rule of text may have to say something about."""
    raw = cells.to_numpy(dtype=object)
    words = np.flatnonzero([type(value) is str for value in raw])
    texts = pa.array(raw[words], pa.string())
    usual = pc.and_not(
        pc.match_substring_regex(texts, r"^[^=+@-].*[0-9]"), pc.match_substring(texts, "<")
    )
    usual = pc.and_(usual, pc.equal(texts, pc.utf8_normalize(texts, form="NFC")))
    usual = pc.and_not(usual, pc.match_substring_regex(texts, r"^[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]"))
    unusual: npt.NDArray[np.int64] = words[~usual.to_numpy(zero_copy_only=False).astype(np.bool_)]
    return unusual


def _first_of(*rules: Rule) -> Rule:
    def apply(value: object) -> Repair | None:
        return next((repair for rule in rules if (repair := rule(value)) is not None), None)

    return apply


def _told(
    sheet: Sheet, column: str, places: npt.NDArray[np.int64], values: npt.NDArray[np.object_],
    repair: Repair,
) -> pd.DataFrame:  # fmt: skip
    """Return a finding for each cell that one repair changes, or one for very many of them."""
    if repair.severity == "info" and len(places) > _MOST_ALIKE:
        row = sheet.lines(sheet.frame.index[places[:1]])[0]
        detail = f"{repair.detail}; in {len(places)} cells, the first in row {row}"
        told = Finding(None, sheet.called(column), str(values[places[0]]), repair.rule, "info",
                       "repaired", detail)  # fmt: skip
        return findings_frame([told])
    return cell_findings(
        sheet.lines(sheet.frame.index[places]), values[places].tolist(),
        column=sheet.called(column), rule=repair.rule, severity=repair.severity,
        action="kept" if repair.rule in _ONLY_TOLD else "repaired", detail=repair.detail,
    )  # fmt: skip


def _emptied(value: object) -> Repair | None:
    if is_empty_word(value):
        return Repair(None, "empty-word", "info", "a word for nothing: the cell counts as empty")
    return None


def _operator(value: object, known: Vocabulary) -> Repair | None:
    text = _code(value)
    if text in known.names:
        return None
    meant = operator_of(text, known)
    if meant is not None:
        return Repair(meant, "operator-word", "info", f"means {meant}")
    near = misspelt_operator(text, known)
    if near is not None:
        return Repair(near, "operator-typo", "warning", f"misspelt: taken for {near}")
    return None


def _technology(value: object) -> Repair | None:
    if value in TECHNOLOGIES:
        return None
    found, others = words.technologies_of(_code(value))
    if not found:
        return None  # told when rows out of scope are left out
    if len(found) == 1 and not others:
        return Repair(found[0], "technology-word", "info", f"means {found[0]}")
    told = "2G and 5G are left aside; " if others else ""
    name = "/".join(found)
    return Repair(name, "technology-word", "info", f"{told}means {name}")


def _status(value: object) -> Repair | None:
    meant = None if value in BTS_STATUSES else words.status_of(_code(value))
    return None if meant is None else Repair(meant, "status-word", "info", f"means {meant}")


def _provenance(value: object) -> Repair | None:
    meant = None if value in PROVENANCES else words.provenance_of(_code(value))
    return None if meant is None else Repair(meant, "provenance-word", "info", f"means {meant}")


def _band(value: object) -> Repair | None:
    if not isinstance(value, str) or re.fullmatch(r"[0-9.]+(?:[\s/;|]+[0-9.]+)*", value):
        return None
    meant = words.bands_of(value)
    return None if meant is None else Repair(meant, "band-word", "info", f"means {meant} MHz")


def _azimuth(value: object, *, southern_n: bool = False) -> Repair | None:
    if isinstance(value, str):
        meant = words.azimuths_of(value, southern_n=southern_n)
        if meant is not None:
            return Repair(meant, "azimuth-word", "info", f"means {meant}°")
        if re.search(r"(?:^|[\s,;/|])-[0-9]", value):
            turned = [words.turned(part) for part in re.split(r"[\s,;/|]+", value)]
            if any(part is None for part in turned):
                return None
            meant = " ".join(part for part in turned if part is not None)
            return Repair(meant, "azimuth-word", "info", f"means {meant}°")
    single = repair_number(value)
    if single is not None and single.rule != "thousands":
        if single.rule == "decimal-comma" and re.fullmatch(r"[0-9]+,[0-9]{2,3}", str(value)):
            return Repair(str(value).replace(",", " "), "list", "warning",
                          "read as a list of azimuths, not as a decimal comma")  # fmt: skip
        return single
    if isinstance(value, str):
        bare = re.sub(r"[°ºoO]|độ|deg", " ", value)
        parts = [part for part in re.split(r"[\s,;/|&+\-–]+", bare) if part]
        numbers = all(re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]+)?", part) for part in parts)
        read_as_it_is = re.fullmatch(r"[0-9.]+(?:[\s/;|]+[0-9.]+)+", value)
        if len(parts) > 1 and numbers and not read_as_it_is:
            return Repair(" ".join(parts), "list", "info", f"means {' '.join(parts)}")
    return None


def _text(value: object) -> Repair | None:
    if not isinstance(value, str):
        return None
    if not value.isascii() and not unicodedata.is_normalized("NFC", value):
        composed = unicodedata.normalize("NFC", value)
        return Repair(composed, "unicode", "info", "letters and marks are composed")
    if "<" in value and _HTML.search(value):
        return Repair(value, "html", "warning", "looks like HTML: kept as text, shown escaped")
    if value[:1] in "=+@-" and _FORMULA.match(value):
        return Repair(value, "formula", "warning", "looks like a formula: kept as text, never run")
    if _EXPONENT.fullmatch(value):
        return Repair(value, "exponent", "warning",
                      "a spreadsheet has shortened a long number: digits are lost")  # fmt: skip
    return None


def _code(value: object) -> str:
    """Return a cell as text, a whole number without its point."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)
