"""The words that users see, in English and Vietnamese.

Keys name a meaning, not a place; a new word goes into the file of its topic, in both languages.
"""

from __future__ import annotations

from typing import Literal, cast, get_args

from htcoverage.errors import argument_fault
from htcoverage.labels.antennas import ANTENNA_WORDS
from htcoverage.labels.common import COMMON_WORDS
from htcoverage.labels.fibre import FIBRE_WORDS
from htcoverage.labels.map import MAP_WORDS
from htcoverage.labels.network import NETWORK_WORDS
from htcoverage.labels.notebook import NOTEBOOK_WORDS
from htcoverage.labels.notes import NOTE_WORDS
from htcoverage.labels.pictures import PICTURE_WORDS
from htcoverage.labels.presets import PRESET_WORDS
from htcoverage.labels.reconciliation import RECONCILIATION_WORDS
from htcoverage.labels.report import REPORT_WORDS

Language = Literal["en", "vi"]

_WORDS: dict[str, tuple[str, str]] = {
    **COMMON_WORDS,
    **MAP_WORDS,
    **REPORT_WORDS,
    **RECONCILIATION_WORDS,
    **FIBRE_WORDS,
    **NETWORK_WORDS,
    **NOTEBOOK_WORDS,
    **NOTE_WORDS,
    **PICTURE_WORDS,
    **PRESET_WORDS,
    **ANTENNA_WORDS,
}


def label(key: str, language: Language = "en") -> str:
    """Return the word for a key in a language.

    Raises
    ------
    InputError
        If the language is not one of the two.
    KeyError
        If there is no such key: a mistake of ours, not of the user.
    """
    return _WORDS[key][0 if check_language(language) == "en" else 1]


def check_language(language: str) -> Language:
    """Return the language if there are words in it.

    Raises
    ------
    InputError
        If it is not one of the two.
    """
    if language not in get_args(Language):
        raise argument_fault("language", language, "'en' or 'vi'")
    return cast("Language", language)


def value_label(column: str, value: str, language: Language = "en") -> str:
    """Return the word for a value of a closed vocabulary, or the value itself if it has none."""
    key = f"{column}:{value}"
    return label(key, language) if key in _WORDS else value


def number(value: float, language: Language, *, digits: int = 0) -> str:
    """Return a number with a true minus and the language's marks: 1,234.5 or 1.234,5."""
    text = f"{value:,.{digits}f}".replace("-", "−")
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text


def short_number(value: float, language: Language, *, most_digits: int) -> str:
    """Return a number as short as it goes, of at most so many digits, with the language's marks."""
    text = f"{value:.{most_digits}g}".replace("-", "−")
    return text.replace(".", ",") if language == "vi" else text


def percent(share: float, language: Language, *, digits: int = 1) -> str:
    """Return a share as a percentage: 98.4 %."""
    return f"{number(100.0 * share, language, digits=digits)} %"


def counted(denominator: str, part: float, language: Language = "en") -> str:
    """Return the words for a denominator.

    Parameters
    ----------
    denominator : str
        Such as ``residents`` or ``settlements``.
    part : float
        Share of residents, 0 to 1, from which a settlement or commune counts; NaN where none is
        counted.
    language : {"en", "vi"}
        Of the words.
    """
    if part != part or denominator not in ("settlements", "communes"):
        return label(denominator, language)
    if part == 1.0:
        return label(f"{denominator}_whole", language)
    return label(f"{denominator}_at_part", language).format(part=number(100.0 * part, language))
