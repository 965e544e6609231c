"""Vietnamese from before Unicode: text typed in VNI or TCVN3 fonts, and what it looks like now."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: VNI writes a mark as a letter behind its vowel ("Haø Tónh"), đ as ñ and ư as ö. In Vietnamese of
#: today none of these letters occurs.
_VNI = re.compile(r"[aeouyôö][øûïäåëü]|ñ[aeiouyæóòôö]|ö[oôøùïûõun]", re.IGNORECASE)
_VNI_MARKS = re.compile(r"(?<=[aeouyôö])[øùûõïâáàåãäêéèúüë]+")
_VNI_LETTERS = str.maketrans("ñæóòíìîôö", "diiiiiyou")

#: TCVN3 (the fonts .VnTime and the like) writes marked letters as signs that no word has.
_TCVN3 = re.compile(r"[A-Za-z][µ¶·¸¹»¼½¾©«¬®¨ª]|[µ¶·¸¹»¼½¾©«¬®¨ª§][A-Za-z]")

_MODERN = re.compile("[\u1ea0-\u1ef9ăđơư]", re.IGNORECASE)

#: As many signs of a font in a text are no accident.
_LEAST_SIGNS = 3


def font_of(texts: Iterable[str]) -> str | None:
    """Return the kind of old fonts that Vietnamese texts were typed in, None where they were not.

    Parameters
    ----------
    texts : iterable of str
        As they were read, taken for Unicode.
    """
    whole = "\n".join(texts)
    if whole.isascii() or _MODERN.search(whole):
        return None
    signs = {name: len(each.findall(whole)) for name, each in (("VNI", _VNI), ("TCVN3", _TCVN3))}
    likeliest = max(signs, key=lambda name: signs[name])
    return likeliest if signs[likeliest] >= _LEAST_SIGNS else None


def without_vni_marks(words: str) -> str | None:
    """Return words in VNI letters in lower case without their marks, None for all others."""
    if not _VNI.search(words):
        return None
    return _VNI_MARKS.sub("", words.lower()).translate(_VNI_LETTERS)
