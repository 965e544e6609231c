"""Whose base station a row is: the operators there are, and the words that mean them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from htcoverage.readers.columns import plain
from htcoverage.schema import OPERATORS, layer_slug

#: Mobile country code of Vietnam, and the network codes of its operators (ITU-T E.212).
VIETNAM = 452
NETWORK_CODES = {1: "MobiFone", 2: "VinaPhone", 4: "Viettel", 5: "Vietnamobile"}

#: VNPT, posts and telecommunications, is the group that runs VinaPhone, "Viễn thông Hà Tĩnh" its
#: branch; "viễn thông quân đội", of the army, is Viettel. VMS was MobiFone's company, VTT is
#: Viettel Telecom's.
_KNOWN_WORDS = (
    ("vietnamobile", "Vietnamobile"),
    ("viet nam mobile", "Vietnamobile"),
    ("vnm", "Vietnamobile"),
    ("htmobile", "Vietnamobile"),
    ("viettel", "Viettel"),
    ("vtt", "Viettel"),
    ("vtel", "Viettel"),
    ("vtl", "Viettel"),
    ("vien thong quan doi", "Viettel"),
    ("vinaphone", "VinaPhone"),
    ("vina phone", "VinaPhone"),
    ("vnpt", "VinaPhone"),
    ("vina", "VinaPhone"),
    ("vnp", "VinaPhone"),
    ("buu chinh vien thong", "VinaPhone"),
    ("vien thong ha tinh", "VinaPhone"),
    ("mobifone", "MobiFone"),
    ("mobi fone", "MobiFone"),
    ("mobi", "MobiFone"),
    ("mbf", "MobiFone"),
    ("vms", "MobiFone"),
)

#: A network as its country and network code, such as 452-04 or 51010.
_NETWORK = re.compile(r"([2-7][0-9]{2})[\s-]?([0-9]{2,3})")
_NETWORK_ALONE = re.compile(r"0?([1-9])")

#: What stands between operators of one cell.
_PARTS = re.compile(r"[/+,;&()|\n–-]|\b(?:và|va|and|thuê|thue|với|voi)\b", re.IGNORECASE)
_LONGEST_CELL = 200

#: A word this like an operator's name is a slip of the keyboard.
_LIKENESS = 0.85


@dataclass(frozen=True)
class Vocabulary:
    """The operators that a ledger may name.

    Parameters
    ----------
    names : tuple of str
        As they are called everywhere.
    words : mapping of str to str
        Further words, in their plain form, to names.
    codes : mapping of (int, int) to str
        Mobile country and network code to names.
    """

    names: tuple[str, ...]
    words: Mapping[str, str]
    codes: Mapping[tuple[int, int], str]


def vocabulary(
    names: Iterable[str] = OPERATORS, words: Mapping[str, str] | None = None
) -> Vocabulary:
    """Return the operators with the words that mean them.

    Parameters
    ----------
    names : iterable of str
        The operators.
    words : mapping of str to str, optional
        The user's words to operators; a word such as 510-10 is a network's code as well.
    """
    known = tuple(names)
    codes = {(VIETNAM, code): name for code, name in NETWORK_CODES.items() if name in known}
    for word, name in (words or {}).items():
        if found := _NETWORK.fullmatch(word.strip()):
            codes[int(found[1]), int(found[2])] = name
    return Vocabulary(known, {_key(word): name for word, name in (words or {}).items()}, codes)


def _key(word: str) -> str:
    """Return the plain form of a word; one in another script keeps its letters."""
    return plain(word) if word.isascii() or plain(word) else word.strip().casefold()


def operator_of(value: str, known: Vocabulary) -> str | None:
    """Return the operator that a cell means, or None where that is not plain."""
    words = _key(value)
    if words in known.words:
        return known.words[words]
    for name in known.names:
        if _key(name) == words:
            return name
    if found := _NETWORK.fullmatch(value.strip()):
        return known.codes.get((int(found[1]), int(found[2])))
    if found := _NETWORK_ALONE.fullmatch(value.strip()):
        return known.codes.get((VIETNAM, int(found[1])))
    squeezed = f" {words} "
    meant = {
        name
        for word, name in _KNOWN_WORDS
        if name in known.names and (f" {word} " in squeezed or words.startswith(word))
    }
    return next(iter(meant)) if len(meant) == 1 else None


def operators_in(value: str, known: Vocabulary) -> tuple[str, ...]:
    """Return all operators that a cell names, as one of shared masts does."""
    parts = [value, *_PARTS.split(value[:_LONGEST_CELL])]
    found = {operator_of(part, known) for part in parts}
    return tuple(name for name in known.names if name in found)


def misspelt_operator(value: str, known: Vocabulary) -> str | None:
    """Return the operator of which a cell is a misspelling, or None."""
    keys = {_key(name): name for name in known.names}
    near = difflib.get_close_matches(_key(value), list(keys), n=1, cutoff=_LIKENESS)
    return keys[near[0]] if near else None


#: Longer names fit no legend.
_LONGEST_NAME = 40

#: What every layer and figure row calls the strongest of any operator, and all of them.
_RESERVED = ("any", "all", "any operator", "all operators")


def name_faults(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the names that cannot be an operator's, each with what was expected instead."""
    faults = []
    slugs: dict[str, str] = {}
    for name in names:
        slug = layer_slug(name)
        if name != name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
            expected = f"up to {_LONGEST_NAME} printable characters, no space at either end"
        elif name.casefold() in _RESERVED or not slug.strip("_"):
            expected = "a name with letters or digits; any and all have a meaning already"
        elif slug in slugs:
            expected = f"a name that differs from {slugs[slug]!r} in more than case and signs"
        else:
            slugs[slug] = name
            continue
        faults.append((name, expected))
    return faults
