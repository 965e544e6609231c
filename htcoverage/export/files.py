"""The parameters that each file carries, and text that a file can hold."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

#: XML has no room for these, escaped or not.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def xml_text(value: object) -> str:
    """Return a value as text that XML can hold."""
    return _NOT_XML.sub("\ufffd", str(value))


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
