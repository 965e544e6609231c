"""The cleaning report as one page that opens with no network: tables, and a map of suspects."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from htcoverage.cleaning.clean import CleanedLedger
from htcoverage.crs import WGS84, reproject

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
th,td{overflow-wrap:anywhere}
.error{color:#b00020}.warning{color:#8a5200}
svg{border:1px solid #dde3ea;background:#fbfcfd;max-width:100%;height:auto}
"""


def report_page(cleaned: CleanedLedger, *, area: gpd.GeoDataFrame | None = None) -> str:
    """Return a cleaning report as HTML; every text of the file is escaped.

    Parameters
    ----------
    cleaned : CleanedLedger
        From `clean_ledger`.
    area : GeoDataFrame, optional
        Outlines to draw below the sites.
    """
    report = cleaned.report
    lines = report.faults
    shown = lines[lines["severity"] != "info"].head(_MOST_LINES)
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{_text(report.file)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>Cleaning report: {_text(report.file)}</h1>",
        f"<p>{report.rows} rows: {report.kept} kept, {report.dropped} dropped. "
        f"{report.base_stations} base stations, {report.cells} cells.</p>",
        _map(cleaned, area),
        "<h2>Columns</h2>",
        _table(
            ("ours", "the file's", "confidence", "how"),
            ((m.column, m.name, f"{m.confidence:.2f}", m.how) for m in report.mapped_columns),
        ),
    ]
    if report.unused_columns:
        parts.append(f"<p>Not used: {_text(', '.join(report.unused_columns))}</p>")
    counts = report.counts()
    columns = ("severity", "rule", "action", "count")
    parts += ["<h2>Findings</h2>", _table(columns, counts[list(columns)].itertuples(index=False))]
    names = ("row", "column", "value", "rule", "severity", "action", "detail")
    parts += [
        "<h2>Errors and warnings</h2>",
        _table(names, shown[list(names)].itertuples(index=False), severity=4),
    ]
    more = int((lines["severity"] != "info").sum()) - len(shown)
    if more > 0:
        parts.append(f"<p>… and {more} more; the JSON report has all of them.</p>")
    if report.assumed:
        parts += [
            "<h2>Assumed</h2>",
            _table(
                ("table", "column", "rows", "default"),
                ((a.table, a.column, f"{a.count} of {a.total}", a.words) for a in report.assumed),
            ),
        ]
    return "\n".join([*parts, "</body></html>", ""])


def _text(value: object) -> str:
    missing = value is None or value is pd.NA or value != value
    return "" if missing else html.escape(str(value))


def _table(
    names: Sequence[str], rows: Iterable[Sequence[object]], *, severity: int | None = None
) -> str:
    head = "".join(f"<th>{_text(name)}</th>" for name in names)
    body = []
    for row in rows:
        kind = "" if severity is None else f' class="{_text(row[severity])}"'
        body.append(f"<tr{kind}>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def _map(cleaned: CleanedLedger, area: gpd.GeoDataFrame | None) -> str:
    """Return the kept base stations as a drawing, suspects last and larger."""
    if cleaned.ledger is None:
        return "<p>Not one row is usable: there is nothing to draw.</p>"
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
            f'stroke="{_COLOURS["warning"]}"><title>row {row}: {_text(name)}</title></circle>'
        )
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'role="img" aria-label="Kept base stations; rings are suspects">{"".join(drawn)}</svg>'
        "<p>Dots are kept base stations; rings have a warning of their row.</p>"
    )


def _path(points: np.ndarray) -> str:
    return "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points) + "Z"
