"""What ledgers call technologies, bands and states, and what is meant."""

from __future__ import annotations

import re

from htcoverage.readers.columns import plain
from htcoverage.schema import BTS_STATUSES, PROVENANCES, TECHNOLOGIES

_TECHNOLOGY_WORDS = (
    (
        "4G",
        re.compile(r"\b(?:4 ?g|lte\w*|e ?node ?b|enb|l(?:700|800|850|900|1800|2100|2300|2600))\b"),
    ),
    ("3G", re.compile(r"\b(?:3 ?g|umts|w ?cdma|node ?b|hspa\w*|utran|u(?:850|900|2100))\b")),
)
_OTHER_TECHNOLOGY = re.compile(r"\b(?:2 ?g|gsm|edge|gprs|5 ?g|nr|g ?node ?b|gnb|cdma)\b")

_STATUS_WORDS = {
    "on-air": (
        "on air", "onair", "hoat dong", "dang hoat dong", "dang phat song", "phat song", "active",
        "in service", "da phat song", "on", "operational", "working", "co", "live",
    ),
    "planned": (
        "planned", "quy hoach", "ke hoach", "du kien", "planning", "plan", "du an", "dang xay dung",
        "chua phat song", "chuan bi",
    ),
    "off-air": (
        "off air", "offair", "off", "ngung", "ngung hoat dong", "dung", "tat", "inactive",
        "thanh ly", "huy", "down", "decommissioned", "ngung phat song",
    ),
}  # fmt: skip

#: LTE and UMTS bands to the frequency that they are called by (3GPP TS 36.101, table 5.5-1).
_BANDS_MHZ = {
    1: 2100, 3: 1800, 5: 850, 7: 2600, 8: 900, 20: 800, 28: 700, 38: 2600, 40: 2300, 41: 2500,
}  # fmt: skip
_BAND_NUMBER = re.compile(r"(?:b|band|bang)\s*-?\s*(\d{1,2})", re.IGNORECASE)
_BAND_GHZ = re.compile(r"(\d+[.,]\d+)\s*ghz", re.IGNORECASE)
_BAND_MHZ = re.compile(
    r"(?:[LU]|LTE|UMTS|[345]G)?[\s-]*(\d{3,4}|\d,\d{3})\s*(?:mhz|m)?", re.IGNORECASE
)
_BAND_BREAK = re.compile(r"\s*[/;|+&]\s*|,\s+|\s+và\s+|\s+")


def technologies_of(value: str) -> tuple[tuple[str, ...], bool]:
    """Return the technologies that a cell names, and whether it names others (2G, 5G) as well."""
    if value in TECHNOLOGIES:
        return (value,), False
    words = plain(value)
    # A NodeB is a word of its own inside an eNodeB.
    bare = re.sub(r"\b(?:e ?node ?b|g ?node ?b)\b", " ", words)
    found = [
        name
        for name, pattern in _TECHNOLOGY_WORDS
        if pattern.search(words if name == "4G" else bare)
    ]
    return tuple(sorted(found)), bool(_OTHER_TECHNOLOGY.search(words))


def status_of(value: str) -> str | None:
    """Return the status that a cell means."""
    words = plain(value)
    return next((name for name, known in _STATUS_WORDS.items() if words in known), None) or next(
        (name for name in BTS_STATUSES if plain(name) == words), None
    )


def provenance_of(value: str) -> str | None:
    """Return the provenance that a cell means."""
    words = plain(value)
    return next((name for name in PROVENANCES if plain(name) == words), None)


def bands_of(value: str) -> str | None:
    """Return the carrier frequencies that a cell names, in MHz with spaces between."""
    found: list[int] = []
    closed = re.sub(r"(?i)(band|bang|băng)\s+|\s+(?=[mg]hz)", r"\1", value[:80].strip())
    for part in filter(None, _BAND_BREAK.split(closed)):
        number = _BAND_NUMBER.fullmatch(plain(part))
        ghz, mhz = _BAND_GHZ.fullmatch(part), _BAND_MHZ.fullmatch(part)
        if number and int(number[1]) in _BANDS_MHZ:
            found.append(_BANDS_MHZ[int(number[1])])
        elif ghz:
            found.append(round(1000 * float(ghz[1].replace(",", "."))))
        elif mhz:
            found.append(int(mhz[1].replace(",", "")))
        elif part.casefold() in ("mhz", "lte", "umts", "4g", "3g"):
            continue
        else:
            return None
    different = dict.fromkeys(found)
    return " ".join(map(str, different)) if different else None
