"""The parameters that each file carries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path


def texts(metadata: Mapping[str, object] | None) -> dict[str, str]:
    """Return parameters as text: text as it is, anything else as JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in (metadata or {}).items()
    }


def write_parameters(metadata: Mapping[str, object] | None, path: Path) -> None:
    """Write the parameters of a run beside files that cannot hold them, as JSON."""
    text = json.dumps(dict(metadata or {}), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
