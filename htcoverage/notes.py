"""What must be said beside a result: facts, whose words are those of the labels.

A note is made where something is guessed, repaired or left out; its words are chosen where it is
shown, so that one run can be read in either language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from htcoverage.labels import Language, label, value_label

#: Rows that are named in words.
_MOST_NAMED = 10

#: Facts that are values of a closed vocabulary, and stand in its words.
_VOCABULARIES = ("rule", "action")


@dataclass(frozen=True)
class Rows:
    """Rows of a table that a note is about: its words name the first, its plain values all.

    Parameters
    ----------
    named : tuple of tuple of (int, str)
        Number (counted from 1) and name, which may be empty, of each; rows that belong together,
        such as two that overlap, in one tuple.
    """

    named: tuple[tuple[tuple[int, str], ...], ...]

    def words(self, language: Language = "en") -> str:
        """Return the rows in words, with an ellipsis where there are more."""
        together = label("note_and", language)
        told = [
            together.join(
                label("note_row" if name else "note_row_unnamed", language).format(
                    row=row, name=name
                )
                for row, name in rows
            )
            for rows in self.named[:_MOST_NAMED]
        ]
        return "; ".join(told) + (" …" if len(self.named) > _MOST_NAMED else "")

    def as_plain(self) -> list[Any]:
        """Return every row as number and name."""
        return [[list(row) for row in rows] for rows in self.named]


@dataclass(frozen=True)
class Note:
    """Something that must be said beside a result.

    Parameters
    ----------
    key : str
        Of its words: `htcoverage.labels.label` of ``note_<key>`` with a hole for each fact.
    facts : mapping of str to str, int, float, Rows or Note
        What fills the holes: text as it stands, numbers, rows, or notes within.
    about : tuple of str
        The layer, the column or both that it is about, said before it.
    """

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)
    about: tuple[str, ...] = ()

    def words(self, language: Language = "en") -> str:
        """Return the note as a sentence without a full stop."""
        told = {name: _shown(name, fact, language) for name, fact in self.facts.items()}
        about = [value_label("note_about", each, language) for each in self.about]
        return ": ".join([*about, label(f"note_{self.key}", language).format(**told)])

    def said_of(self, about: str) -> Note:
        """Return the note as one about a layer, which is said before what it is about already."""
        return replace(self, about=(about, *self.about))

    def as_plain(self) -> dict[str, Any]:
        """Return the note as plain values, with its words in every language."""
        return {
            "note": self.key,
            "about": list(self.about),
            "facts": {
                name: fact.as_plain() if isinstance(fact, Note | Rows) else fact
                for name, fact in self.facts.items()
            },
            "words": {language: self.words(language) for language in get_args(Language)},
        }

    def __str__(self) -> str:
        """Return the note in English."""
        return self.words()


class _Comma(float):
    """A number that is formatted with a decimal comma and points between thousands."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec).translate(str.maketrans(",.", ".,"))


def _shown(name: str, fact: object, language: Language) -> object:
    if isinstance(fact, Note | Rows):
        return fact.words(language)
    if isinstance(fact, str):
        return value_label(name, fact, language) if name in _VOCABULARIES else fact
    return _Comma(fact) if language == "vi" and isinstance(fact, float) else fact
