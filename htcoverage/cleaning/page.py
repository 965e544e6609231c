"""The cleaning report as one page that opens with no network: tables, and a map of suspects."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from htcoverage.cleaning.clean import CleanedLedger
from htcoverage.crs import WGS84, reproject
from htcoverage.labels import Language, label, value_label
from htcoverage.labels.details import detail_in_vietnamese

#: Lines of the list of findings; JSON has all of them.
_MOST_LINES = 2000

_WIDTH_PX = 640.0
_COLOURS = {"error": "#b00020", "warning": "#c77700", "clean": "#9aa5b1"}

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}
body{color:#1d2733}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #dde3ea;vertical-align:top}
td{overflow-wrap:anywhere}th{white-space:nowrap}
.error{color:#b00020}.warning{color:#8a5200}
svg{border:1px solid #dde3ea;background:#fbfcfd;max-width:100%;height:auto}
"""


def report_page(
    cleaned: CleanedLedger, *, area: gpd.GeoDataFrame | None = None, language: Language = "en"
) -> str:
    """Return a cleaning report as HTML; every text of the file is escaped.

    Parameters
    ----------
    cleaned : CleanedLedger
        From `clean_ledger`.
    area : GeoDataFrame, optional
        Outlines to draw below the sites.
    language : {"en", "vi"}
        Of the words; values and names of columns stay as the file has them.
    """
    report = cleaned.report
    lines = report.faults
    shown = lines[lines["severity"] != "info"].head(_MOST_LINES)

    def words(key: str, **values: object) -> str:
        return _text(label(key, language).format(**values))

    def table(
        names: Sequence[str], rows: Iterable[Mapping[str, object]], *, severity: bool = False
    ) -> str:
        head = "".join(f"<th>{words(f'column:{name}')}</th>" for name in names)
        body = []
        for row in rows:
            kind = f' class="{_text(row["severity"])}"' if severity else ""
            cells = "".join(f"<td>{_text(in_words(n, row[n], language))}</td>" for n in names)
            body.append(f"<tr{kind}>{cells}</tr>")
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"

    parts = [
        "<!doctype html>",
        f'<html lang="{language}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{_text(report.file)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{words('cleaning_report')}: {_text(report.file)}</h1>",
        *(f"<p>{_text(note.words(language))}.</p>" for note in filter(None, [report.positions])),
        "<p>" + words("cleaning_rows", rows=report.rows, kept=report.kept, dropped=report.dropped,
                      bts=report.base_stations, cells=report.cells) + "</p>",
        _map(cleaned, area, language),
        f"<h2>{words('cleaning_columns')}</h2>",
        table(
            ("ours", "theirs", "confidence", "how"),
            (
                {"ours": m.column, "theirs": m.name, "confidence": f"{m.confidence:.2f}",
                 "how": m.how}
                for m in report.mapped_columns
            ),
        ),
    ]  # fmt: skip
    if report.unused_columns:
        unused = words("cleaning_unused", columns=", ".join(report.unused_columns))
        parts.append(f"<p>{unused}</p>")
    parts += [
        f"<h2>{words('cleaning_findings')}</h2>",
        table(("severity", "rule", "action", "count"), records(report.counts())),
        f"<h2>{words('cleaning_faults')}</h2>",
        table(
            ("row", "column", "value", "rule", "severity", "action", "detail"),
            records(shown), severity=True,
        ),
    ]  # fmt: skip
    more = int((lines["severity"] != "info").sum()) - len(shown)
    if more > 0:
        parts.append(f"<p>{words('cleaning_more', count=more)}</p>")
    if report.assumed:
        counted = label("cleaning_share", language)
        parts += [
            f"<h2>{words('cleaning_assumed')}</h2>",
            table(
                ("table", "column", "rows", "default"),
                ({"rows": counted.format(**line), **line} for line in report.defaults),
            ),
        ]
    return "\n".join([*parts, "</body></html>", ""])


def records(table: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Yield the rows of a table by the names of its columns."""
    names = list(map(str, table.columns))
    for row in table.itertuples(index=False):
        yield dict(zip(names, row, strict=True))


def in_words(column: str, value: object, language: Language) -> object:
    """Return a value of a cleaning report in the words of a language.

    Parameters
    ----------
    column : str
        ``rule``, ``severity``, ``action``, ``how``, ``detail`` or ``default``; the values of any
        other stay as they are.
    value : object
        The value.
    language : {"en", "vi"}
        The language.
    """
    if column in ("rule", "severity", "action", "how"):
        return value_label(column, str(value), language)
    if column in ("detail", "default") and language == "vi":
        return detail_in_vietnamese(str(value))
    return value


def place_in_words(row: object, language: Language) -> str:
    """Return the row of a finding in words, or that it is of the file as a whole."""
    if row is None or row is pd.NA or row != row:
        return label("cleaning_whole", language)
    return label("cleaning_place", language).format(row=row)


def _text(value: object) -> str:
    missing = value is None or value is pd.NA or value != value
    return "" if missing else html.escape(str(value))


def _map(cleaned: CleanedLedger, area: gpd.GeoDataFrame | None, language: Language) -> str:
    """Return the kept base stations as a drawing, suspects last and larger."""
    if cleaned.ledger is None:
        return f"<p>{_text(label('cleaning_empty', language))}</p>"
    bts = cleaned.ledger.bts
    faults = cleaned.report.faults
    suspects = set(
        faults["row"][(faults["severity"] == "warning") & (faults["action"] != "dropped")].dropna()
    )
    x, y = bts.geometry.x.to_numpy(), bts.geometry.y.to_numpy()
    outlines = (
        np.array([], dtype=object)
        if area is None
        else shapely.simplify(reproject(area, WGS84).geometry.to_numpy(), 0.002)
    )
    boxes = [np.array([[x.min(), y.min(), x.max(), y.max()]])]
    if len(outlines):
        boxes.append(shapely.bounds(outlines))
    bounds = np.vstack(boxes)
    west, south = bounds[:, :2].min(axis=0) - 0.01
    east, north = bounds[:, 2:].max(axis=0) + 0.01
    stretch = np.cos(np.radians((south + north) / 2))
    scale = _WIDTH_PX / max((east - west) * stretch, north - south)
    width, height = (east - west) * stretch * scale, (north - south) * scale

    def place(points: np.ndarray) -> np.ndarray:
        return np.column_stack(
            [(points[:, 0] - west) * stretch * scale, (north - points[:, 1]) * scale]
        )

    drawn = [
        f'<path d="{_path(place(shapely.get_coordinates(ring)))}" fill="none" stroke="#c3ccd6"/>'
        for outline in outlines
        for part in shapely.get_parts(outline)
        for ring in shapely.get_rings(part)
    ]
    seen = pd.DataFrame({"x": x, "y": y, "row": bts.index, "id": bts["bts_id"].to_numpy()})
    seen["suspect"] = seen["row"].isin(suspects)
    clean = seen[~seen["suspect"]].drop_duplicates(["x", "y"])
    for px, py in place(clean[["x", "y"]].to_numpy()):
        drawn.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="1.5" fill="{_COLOURS["clean"]}"/>')
    marked = seen[seen["suspect"]].head(_MOST_LINES)
    for (px, py), row, name in zip(
        place(marked[["x", "y"]].to_numpy()), marked["row"], marked["id"], strict=True
    ):
        drawn.append(
            f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" fill="none" stroke-width="2" '
            f'stroke="{_COLOURS["warning"]}"><title>{_text(place_in_words(row, language))}: '
            f"{_text(name)}</title></circle>"
        )
    caption = _text(label("cleaning_map", language))
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'role="img" aria-label="{caption}">{"".join(drawn)}</svg><p>{caption}</p>'
    )


def _path(points: np.ndarray) -> str:
    return "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points) + "Z"
