"""Pieces of a view: headings, tables, pictures, folds. Every text is escaped here."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from htcoverage import labels
from htcoverage.labels import Language
from htcoverage.maps.escape import html_text

#: The most that a picture may weigh as PNG: notebooks hold many, and travel by mail.
MOST_PICTURE_BYTES = 60_000

_WIDTH_IN, _HEIGHT_IN = 7.6, 4.4
_DPI = (100, 85, 70, 55)
_COLOURS = 96

# Colours of the notebook's own theme, so that a dark one stays readable.
_STYLE = """<style>
.htcoverage { line-height: 1.4; max-width: 62rem; }
.htcoverage h4 { margin: .2rem 0; font-size: 1.05em; }
.htcoverage p { margin: .2rem 0; }
.htcoverage .words { opacity: .8; font-size: .9em; }
.htcoverage .scroll { overflow-x: auto; }
.htcoverage table { border-collapse: collapse; margin: .3rem 0; font-size: .92em; }
.htcoverage th, .htcoverage td { padding: .15rem .6rem; text-align: left; }
.htcoverage th { vertical-align: bottom; max-width: 11rem; white-space: normal; }
.htcoverage th code { font-weight: 400; font-size: .85em; opacity: .65; display: block; }
.htcoverage td.n, .htcoverage th.n { text-align: right; font-variant-numeric: tabular-nums; }
.htcoverage table.rows td { white-space: nowrap; }
.htcoverage img { max-width: 100%; height: auto; background: #fff; }
.htcoverage summary { cursor: pointer; }
</style>"""


def view(title: str, parts: Iterable[str]) -> str:
    """Return a view: its title and parts, which are HTML from the functions below.

    Notebooks typeset dollar signs in HTML as formulas; a name may hold some, so it is forbidden.
    """
    return (
        f'{_STYLE}<div class="htcoverage tex2jax_ignore mathjax_ignore">'
        f"<h4>{html_text(title)}</h4>" + "".join(parts) + "</div>"
    )


def words(texts: Iterable[str]) -> str:
    """Return phrases that must be said beside a result, as one line; nothing where there are none.

    Parameters
    ----------
    texts : iterable of str
        Empty ones are left out.
    """
    told = "; ".join(text for text in texts if text)
    return f'<p class="words">{html_text(told)}</p>' if told else ""


def table(
    headings: Sequence[tuple[str, str]],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Iterable[int] = (),
    wrapped: bool = True,
) -> str:
    """Return a table.

    Parameters
    ----------
    headings : sequence of (str, str)
        What a column is called, with its unit, and its name in code or "".
    rows : iterable of sequence of str
        The cells as they are to be read.
    numbers : iterable of int
        Places of the columns that are set flush right.
    wrapped : bool
        Whether long cells run over several lines; otherwise the table scrolls sideways.
    """
    right = dict.fromkeys(numbers, ' class="n"')
    head = "".join(
        f'<th scope="col"{right.get(place, "")}>{html_text(heading)}'
        + (f"<code>{html_text(code)}</code>" if code else "")
        + "</th>"
        for place, (heading, code) in enumerate(headings)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{right.get(place, '')}>{html_text(cell)}</td>" for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    kind = "" if wrapped else ' class="rows"'
    return (
        f'<div class="scroll"><table{kind}><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def fold(summary: str, inside: str, *, open_: bool = False) -> str:
    """Return a part that opens when its summary is clicked."""
    return (
        f"<details{' open' if open_ else ''}><summary>{html_text(summary)}</summary>"
        f"{inside}</details>"
    )


def picture(draw: Callable[[Axes], object], *, alt: str, height_in: float = _HEIGHT_IN) -> str:
    """Return what a function draws on axes as a small picture inside the view.

    Parameters
    ----------
    draw : callable
        Takes the axes.
    alt : str
        What the picture shows, for those who do not see it.
    height_in : float
        Height before the margins are cut off, inches.
    """
    figure = Figure(figsize=(_WIDTH_IN, height_in), layout="constrained")
    FigureCanvasAgg(figure)
    draw(figure.add_subplot())
    for dpi in _DPI:
        data = _png(figure, dpi)
        if len(data) <= MOST_PICTURE_BYTES:
            break
    text = base64.b64encode(data).decode("ascii")
    return f'<img alt="{html_text(alt)}" src="data:image/png;base64,{text}">'


def _png(figure: Figure, dpi: int) -> bytes:
    """Return the figure as a PNG of few colours, the same bytes for the same figure."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=dpi, metadata={"Software": None}, bbox_inches="tight")
    held = io.BytesIO()
    with Image.open(drawn) as image:
        few = image.convert("RGB").quantize(
            _COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        few.save(held, format="PNG", optimize=True)
    return held.getvalue()


def number(value: float, language: Language, *, digits: int = 0) -> str:
    """Return a number with a true minus and the language's marks, nothing where there is none."""
    return "" if value != value else labels.number(value, language, digits=digits)
