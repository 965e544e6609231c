"""Building blocks of a page that asks the network for nothing; every text is escaped here."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from htcoverage.labels import Language
from htcoverage.maps.escape import html_text

#: Dots per inch of the pictures: sharp on paper at half the page, and small.
_DPI = 110

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; margin: 0 auto;
  max-width: 62rem; padding: 1rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0.5rem 0; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 0.5rem; border-bottom: 2px solid #0072b2; }
h3 { font-size: 1.05rem; margin: 1.4rem 0 0.3rem; }
.notice { background: #fdf3dc; border-left: 4px solid #e69f00; padding: 0.5rem 0.8rem; }
.words { color: #555; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; margin: 0.5rem 0; }
caption { text-align: left; color: #555; padding-bottom: 0.3rem; }
th, td { padding: 0.2rem 0.7rem 0.2rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid #ddd; }
th { font-weight: 600; vertical-align: bottom; border-bottom: 1px solid #888; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td.n { white-space: nowrap; } th.n { max-width: 8rem; }
td:first-child { min-width: 9rem; }
td.hash { font-family: ui-monospace, monospace; font-size: 0.75rem; overflow-wrap: anywhere; }
dt { font-weight: 600; margin-top: 0.5rem; } dd { margin: 0 0 0 1.2rem; }
figure { margin: 1rem 0; } img { max-width: 100%; height: auto; }
@media print { body { max-width: none; font-size: 10pt; padding: 0; }
  h2 { break-after: avoid; } figure, tr { break-inside: avoid; } a { color: inherit; } }
"""


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and whether it holds numbers or hashes."""

    heading: str
    kind: str = ""

    @classmethod
    def number(cls, heading: str) -> Column:
        """Return a column that is set flush right."""
        return cls(heading, "n")


def page(title: str, parts: Iterable[str], *, language: Language) -> str:
    """Return a whole page; its policy forbids scripts and every request.

    Parameters
    ----------
    title : str
        Untrusted.
    parts : iterable of str
        HTML from the functions below.
    language : {"en", "vi"}
        Of the page, for browsers and screen readers.
    """
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{html_text(title)}</h1>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def heading(text: str, *, level: int = 2) -> str:
    """Return a heading."""
    return f"<h{level}>{html_text(text)}</h{level}>"


def paragraph(text: str, *, kind: str = "") -> str:
    """Return a paragraph; ``kind`` is "", "words" (small talk) or "notice"."""
    return f"<p{_class(kind)}>{html_text(text)}</p>"


def bullets(texts: Iterable[str]) -> str:
    """Return a list."""
    return "<ul>" + "".join(f"<li>{html_text(text)}</li>" for text in texts) + "</ul>"


def definitions(pairs: Iterable[tuple[str, str]]) -> str:
    """Return words with what they mean."""
    rows = (f"<dt>{html_text(word)}</dt><dd>{html_text(means)}</dd>" for word, means in pairs)
    return "<dl>" + "".join(rows) + "</dl>"


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]], *, caption: str = "") -> str:
    """Return a table; its cells are shown as they are given."""
    head = "".join(
        f'<th scope="col"{_class("n" if column.kind == "n" else "")}>'
        f"{html_text(column.heading)}</th>"
        for column in columns
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{_class(column.kind)}>{html_text(cell)}</td>"
            for column, cell in zip(columns, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    told = f"<caption>{html_text(caption)}</caption>" if caption else ""
    return (
        f'<div class="scroll"><table>{told}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def picture(axes: Axes, *, alt: str) -> str:
    """Return the figure that holds the axes as a picture inside the page, and close it.

    Parameters
    ----------
    axes : Axes
        From a plot function.
    alt : str
        What the picture shows, for those who do not see it.
    """
    figure = cast("Figure", axes.get_figure(root=True))
    held = io.BytesIO()
    # Without the program's name, the same picture gives the same bytes.
    figure.savefig(held, format="png", dpi=_DPI, metadata={"Software": None}, bbox_inches="tight")
    plt.close(figure)
    data = base64.b64encode(held.getvalue()).decode("ascii")
    return f'<figure><img alt="{html_text(alt)}" src="data:image/png;base64,{data}"></figure>'


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
