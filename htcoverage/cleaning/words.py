"""What ledgers call technologies, bands and states, and what is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable

from htcoverage.readers.columns import plain
from htcoverage.schema import PROVENANCES, TECHNOLOGIES

_TECHNOLOGY_WORDS = (
    (
        "4G",
        re.compile(
            r"\b(?:4 ?g|4 5 ?g|lte\w*|e ?node ?b|enb|e ?utran"
            r"|l(?:700|800|850|900|1800|2100|2300|2600))\b"
        ),
    ),
    ("3G", re.compile(r"\b(?:3 ?g|umts\w*|w ?cdma|node ?b|hspa\w*|utran|u(?:850|900|2100))\b")),
)
_OTHER_TECHNOLOGY = re.compile(r"\b(?:2 ?g|gsm|edge|gprs|(?<!4 )5 ?g|nr|g ?node ?b|gnb|cdma)\b")

_STATUS_WORDS = {
    "on-air": (
        "on air", "onair", "hoat dong", "dang hoat dong", "dang phat song", "phat song", "active",
        "in service", "da phat song", "on", "operational", "working", "co", "live",
    ),
    "planned": (
        "planned", "quy hoach", "ke hoach", "du kien", "planning", "plan", "du an", "dang xay dung",
        "chua phat song", "chuan bi", "dang lap dat", "chua hoat dong", "chua lap dat",
    ),
    "off-air": (
        "off air", "offair", "off", "ngung", "ngung hoat dong", "dung", "tat", "inactive",
        "thanh ly", "huy", "down", "decommissioned", "ngung phat song",
    ),
}  # fmt: skip

#: Shorter words begin too many others.
_LEAST_BEGINNING = 6

#: LTE and UMTS bands to the frequency that they are called by (3GPP TS 36.101, table 5.5-1).
_BANDS_MHZ = {
    1: 2100, 3: 1800, 5: 850, 7: 2600, 8: 900, 20: 800, 28: 700, 38: 2600, 40: 2300, 41: 2500,
}  # fmt: skip
_BAND_NUMBER = re.compile(r"(?:b|band|bang)\s*-?\s*(\d{1,2})", re.IGNORECASE)
_BAND_SHORT = re.compile(r"[LU](07|08|09|18|21|23|26)", re.IGNORECASE)
_BAND_GHZ = re.compile(r"(\d+[.,]\d+)\s*ghz", re.IGNORECASE)
_BAND_MHZ = re.compile(
    r"(?:[LU]|LTE|UMTS|WCDMA|DCS|FDD|TDD|[345]G)?[\s-]*(\d{3,4}|\d,\d{3})\s*(?:mhz|m)?",
    re.IGNORECASE,
)
_BAND_BREAK = re.compile(r"\s*[/;|+&]\s*|,\s+|\s+và\s+|\s+")


def technologies_of(value: str) -> tuple[tuple[str, ...], bool]:
    """Return the technologies that a cell names, and whether it names others (2G, 5G) as well."""
    if value in TECHNOLOGIES:
        return (value,), False
    words = plain(value)
    # A NodeB is a word of its own inside an eNodeB, as UTRAN is inside E-UTRAN.
    bare = re.sub(r"\b(?:e ?node ?b|g ?node ?b|e ?utran)\b", " ", words)
    found = [
        name
        for name, pattern in _TECHNOLOGY_WORDS
        if pattern.search(words if name == "4G" else bare)
    ]
    return tuple(sorted(found)), bool(_OTHER_TECHNOLOGY.search(words))


def status_of(value: str) -> str | None:
    """Return the status that a cell means."""
    words = plain(value)
    for name, known in _STATUS_WORDS.items():
        if words == plain(name) or words in known:
            return name
    # "quy hoạch 2025": what follows says more of the same; longer words first, "dung" is not "du".
    beginnings = {word: name for name, known in _STATUS_WORDS.items() for word in known}
    return next(
        (
            beginnings[word]
            for word in sorted(beginnings, key=len, reverse=True)
            if len(word) >= _LEAST_BEGINNING and words.startswith(f"{word} ")
        ),
        None,
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
        short = _BAND_SHORT.fullmatch(part)
        number = _BAND_NUMBER.fullmatch(plain(part))
        ghz, mhz = _BAND_GHZ.fullmatch(part), _BAND_MHZ.fullmatch(part)
        if number and int(number[1]) in _BANDS_MHZ:
            found.append(_BANDS_MHZ[int(number[1])])
        elif short:
            found.append(100 * int(short[1]))
        elif ghz:
            found.append(round(1000 * float(ghz[1].replace(",", "."))))
        elif mhz:
            found.append(int(mhz[1].replace(",", "")))
        elif part.casefold() in ("mhz", "lte", "umts", "4g", "3g", "fdd", "tdd"):
            continue
        else:
            return None
    different = dict.fromkeys(found)
    return " ".join(map(str, different)) if different else None


#: Directions as Vietnamese and English write them, without diacritics.
_COMPASS = {
    "bac": 0, "b": 0, "north": 0, "dong bac": 45, "db": 45, "ne": 45, "north east": 45,
    "dong": 90, "d": 90, "e": 90, "east": 90, "dong nam": 135, "dn": 135, "se": 135,
    "south east": 135, "nam": 180, "s": 180, "south": 180, "tay nam": 225, "tn": 225, "sw": 225,
    "south west": 225, "tay": 270, "t": 270, "w": 270, "west": 270, "tay bac": 315, "tb": 315,
    "nw": 315, "north west": 315, "northeast": 45, "southeast": 135, "southwest": 225,
    "northwest": 315,
}  # fmt: skip
_VIETNAMESE_LETTERS = frozenset({"b", "db", "d", "dn", "tn", "t", "tb"})
_COMPASS_BREAK = re.compile(r"[/,;|+&-]")


def azimuths_of(value: str, *, southern_n: bool) -> str | None:
    """Return the azimuths that directions in words mean, in degrees with spaces between.

    Parameters
    ----------
    value : str
        A direction, or several: ``N/SE/SW``, ``Đông Bắc``.
    southern_n : bool
        Whether N alone stands for nam, south; see `vietnamese_compass`.
    """
    found = []
    for part in _COMPASS_BREAK.split(value[:80]):
        word = plain(part)
        degrees = (180 if southern_n else 0) if word == "n" else _COMPASS.get(word)
        if degrees is None:
            return None
        found.append(degrees)
    return " ".join(map(str, found))


def turned(value: str) -> str | None:
    """Return an azimuth that may be counted anticlockwise with a minus, as one from 0 to 360."""
    if not re.fullmatch(r"-?[0-9]{1,3}(?:\.[0-9]+)?", value) or float(value) < -180:
        return None
    return f"{float(value) % 360:g}" if value.startswith("-") else value


def vietnamese_compass(values: Iterable[object]) -> bool:
    """Return whether directions are letters of Vietnamese words: their N is then nam, south."""
    texts = {value for value in values if type(value) is str and len(value) <= 20}
    return any(
        plain(part) in _VIETNAMESE_LETTERS for v in texts for part in _COMPASS_BREAK.split(v)
    )
