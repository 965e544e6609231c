"""The words that files use for the state and the kind of a span, and what each means."""

from __future__ import annotations

import unicodedata

import pandas as pd

#: What planners' files say, in lower case, hyphens as spaces.
_SAID: dict[str, tuple[str, ...]] = {
    "in-service": (
        "in service", "on air", "live", "active", "existing", "operational", "built",
        "hiện hữu", "hiện trạng", "đang khai thác", "khai thác", "đang hoạt động", "hoạt động",
    ),
    "planned": (
        "planned", "plan", "proposed", "design", "under construction",
        "quy hoạch", "kế hoạch", "theo kế hoạch", "dự kiến", "thiết kế", "đang thi công",
    ),
    "out-of-service": (
        "out of service", "off air", "retired", "abandoned", "decommissioned", "removed", "dead",
        "ngừng khai thác", "ngừng hoạt động", "thu hồi", "thanh lý", "hỏng",
    ),
}  # fmt: skip
_KINDS: dict[str, tuple[str, ...]] = {
    "trunk": ("trunk", "backbone", "core", "main", "trục", "trục chính", "cáp trục", "đường trục"),
    "ring": ("ring", "metro", "aggregation", "vòng", "vòng ring", "mạch vòng"),
    "access": (
        "access", "drop", "distribution", "last mile", "truy nhập", "truy cập", "nhánh", "thuê bao",
    ),
    "inter-provincial": (
        "inter provincial", "interprovincial", "interprovince", "long haul", "liên tỉnh",
    ),
}  # fmt: skip
_MEANS = {word: status for status, words in _SAID.items() for word in words}
_MEANS_KIND = {word: kind for kind, words in _KINDS.items() for word in words}


def known_statuses(cells: pd.Series) -> pd.Series:
    """Return the column with known words as those of ``schema.SPAN_STATUSES``, others as found."""
    return cells.map(lambda said: _MEANS.get(_plain(said), said), na_action="ignore").astype(
        cells.dtype
    )


def known_kinds(cells: pd.Series) -> pd.Series:
    """Return the column with known words as those of ``schema.SPAN_KINDS``, others as found."""
    return cells.map(lambda said: _MEANS_KIND.get(_plain(said), said), na_action="ignore").astype(
        cells.dtype
    )


def _plain(said: object) -> str:
    plain = unicodedata.normalize("NFC", str(said)).casefold()
    return " ".join(plain.replace("-", " ").replace("_", " ").split())
