"""Untrusted text on its way into a page: names come from spreadsheets and go to rival companies."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence

# Surrogates cannot be written as UTF-8; of the control characters only these three are text.
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

# Harmless to an HTML parser, but live in JavaScript template literals and in Jinja, should a page
# be embedded in either.
_TEMPLATE_SIGNS = str.maketrans({"$": "&#36;", "{": "&#123;", "}": "&#125;", "`": "&#96;"})

# Each is an escape that JSON reads back as the same character. "{" is not among them: it is part
# of JSON's own grammar, and the data never pass through a template.
_SCRIPT_SIGNS = str.maketrans(
    {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "`": "\\u0060",
        "$": "\\u0024",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
)

Json = str | int | float | bool | None | Mapping[str, "Json"] | Sequence["Json"]


def clean_text(value: object) -> str:
    """Return the value as text that can be written: no control characters, no lone surrogates."""
    return _NOT_TEXT.sub("\ufffd", str(value))


def html_text(value: object) -> str:
    """Return the value as text for HTML content or a quoted attribute.

    Examples
    --------
    >>> html_text("<b>${x}`</b>")
    '&lt;b&gt;&#36;&#123;x&#125;&#96;&lt;/b&gt;'
    """
    return html.escape(clean_text(value), quote=True).translate(_TEMPLATE_SIGNS)


def script_json(value: Json) -> str:
    """Return the value as JSON that is inert inside ``<script type="application/json">``.

    Raises
    ------
    ValueError
        If it holds NaN or an infinity, which JSON cannot say.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_SCRIPT_SIGNS)
