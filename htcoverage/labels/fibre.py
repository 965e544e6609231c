"""The words of the fibre network."""

from __future__ import annotations

FIBRE_WORDS: dict[str, tuple[str, str]] = {}
