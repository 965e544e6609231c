"""The words of a network of one's own: cleaning report, project, notes."""

from __future__ import annotations

NETWORK_WORDS: dict[str, tuple[str, str]] = {}
