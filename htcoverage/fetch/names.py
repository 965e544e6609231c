"""The unit that a user names: without regard to diacritics, their encoding, and the word for it."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Sequence

from htcoverage.errors import argument_fault
from htcoverage.readers.columns import plain

#: Words for a province, which names carry or not: "Tỉnh Hà Tĩnh", "Ha Tinh Province", "Hà Tĩnh".
_BEFORE = ("tinh ", "thanh pho ", "tp ", "province of ", "city of ")
_AFTER = (" province", " city", " municipality")

_MOST_NAMES = 5


def bare_name(name: str) -> str:
    """Return a name in lower case without diacritics, spaces and the word for its kind.

    Parameters
    ----------
    name : str
        As a user or a source writes it: "Tỉnh Hà Tĩnh", "Ha Tinh Province", "HÀ TĨNH".
    """
    words = plain(name)
    for before in _BEFORE:
        words = words.removeprefix(before)
    for after in _AFTER:
        words = words.removesuffix(after)
    return words.replace(" ", "")


def find_name(name: str, names: Sequence[str], *, codes: Sequence[str], what: str) -> int:
    """Return the place of the unit that is meant.

    Diacritics, their encoding (NFC, NFD), case, spaces and the word for the kind of unit do not
    matter; where several units remain, the one that is written exactly so is meant. A code of the
    source names its unit too.

    Parameters
    ----------
    name : str
        As the user writes it.
    names, codes : sequence of str
        Of the units, in the same order.
    what : str
        What the names are, for the error: "provinces of VNM in geoBoundaries".

    Raises
    ------
    InputError
        If no unit has the name, with the nearest names; or several have, with all of them.
    """
    wanted = bare_name(name)
    if name.strip() in codes:
        return codes.index(name.strip())
    hits = [place for place, each in enumerate(names) if wanted and bare_name(each) == wanted]
    if len(hits) > 1:
        written = _written(name)
        exact = [place for place in hits if _written(names[place]) == written]
        hits = exact if len(exact) == 1 else hits
    if len(hits) == 1:
        return hits[0]
    if hits:
        told = ", ".join(f"{names[place]} ({codes[place]})" for place in hits)
        raise argument_fault("province", name, f"one of these by its code: {told}")
    near = _nearest(wanted, names)
    told = f"; the nearest names are {', '.join(near)}" if near else ""
    raise argument_fault("province", name, f"one of the {len(names)} {what}{told}")


def _written(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _nearest(wanted: str, names: Sequence[str]) -> list[str]:
    """Return the names most like the one wanted, those that contain it first."""
    bare = {each: bare_name(each) for each in sorted(set(names))}
    within = [each for each, words in bare.items() if wanted and wanted in words]
    by_bare = {words: each for each, words in bare.items()}
    close = difflib.get_close_matches(wanted, list(by_bare), n=_MOST_NAMES, cutoff=0.5)
    return list(dict.fromkeys([*within, *(by_bare[words] for words in close)]))[:_MOST_NAMES]
