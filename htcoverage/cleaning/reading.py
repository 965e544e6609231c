"""In which CRS positions were read, and what speaks for and against it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from htcoverage.cleaning.datum import datum_evidence
from htcoverage.crs import WGS84
from htcoverage.notes import Note
from htcoverage.readers.findings import Finding, findings_frame
from htcoverage.readers.sheet import Sheet, shown

_VN2000 = "VN-2000"
_SAYS = {
    _VN2000: re.compile(r"vn[\s_-]*2000", re.I),
    "WGS 84": re.compile(r"wgs[\s_-]*(?:19)?84", re.I),
}
_IN_WORDS = {"settlements": "settlements", "boundaries": "the boundaries"}
_PLACES = ("longitude", "latitude", "x", "y")


def how_read(
    points: gpd.GeoDataFrame,
    sheet: Sheet,
    *,
    crs: CRS | None,
    layers: Mapping[str, gpd.GeoDataFrame | None],
    above: Iterable[str] = (),
) -> tuple[pd.DataFrame, Note]:
    """Return what speaks against the CRS in which positions were read, and how sure it is.

    Parameters
    ----------
    points : GeoDataFrame
        The base stations.
    sheet : Sheet
        The table they come from, for the names of its columns.
    crs : pyproj.CRS or None
        In which they were read; None is WGS 84.
    layers : mapping of str to GeoDataFrame
        ``settlements`` and ``boundaries``, near or in which sites stand; None where there are none.
    above : iterable of str
        Lines above the header.

    Returns
    -------
    findings : DataFrame
        Evidence against it, of the polygons and of the file's own words.
    note : Note
        The CRS, and whether the polygons speak for it, cannot tell, or are not there.
    """
    used = CRS.from_user_input(WGS84) if crs is None else crs
    facts: dict[str, object] = {
        "crs": f"{used.to_string()} ({used.name})" if used.to_epsg() else used.name
    }
    findings = _against_its_words(sheet, used, above)
    told: dict[str, bool] = {}
    for layer, polygons in layers.items():
        if polygons is None or points.empty:
            continue
        evidence = datum_evidence(
            points.geometry.x.to_numpy(), points.geometry.y.to_numpy(), polygons
        )
        against = [each for each in evidence if each.speaks_against_reading]
        findings += [
            Finding(None, sheet.called("longitude"), "", "datum", "warning", "none",
                    each.in_words(_IN_WORDS[layer]))
            for each in against
        ]  # fmt: skip
        told[layer] = not against and all(each.speaks_for_reading for each in evidence)
    if findings:
        return findings_frame(findings), Note("positions_doubted", facts)
    if not told:
        return findings_frame([]), Note("positions_unchecked", facts)
    sure = [layer for layer, speaks_for in told.items() if speaks_for]
    speaking = sure or list(told)
    facts["layers"] = Note("by_both" if len(speaking) > 1 else f"by_{speaking[0]}")
    return findings_frame([]), Note("positions_agree" if sure else "positions_open", facts)


def _against_its_words(sheet: Sheet, used: CRS, above: Iterable[str]) -> list[Finding]:
    """Return a finding if the headings name another datum than the one that was taken."""
    names = [sheet.called(name) for name in _PLACES if name in sheet.frame or name in sheet.names]
    words = next(
        (line for line in (" ".join(names), *above) if any(p.search(line) for p in _SAYS.values())),
        "",
    )
    said = [datum for datum, pattern in _SAYS.items() if pattern.search(words)]
    is_vn2000 = _VN2000 in used.name
    if len(said) != 1 or (said[0] == _VN2000) == is_vn2000:
        return []
    detail = (
        f"the file itself says {said[0]}, but the coordinates are read as {used.to_string()}: "
        "nothing was moved: give the right crs if the file is right (degrees: EPSG:4756 is "
        "VN-2000, EPSG:4326 WGS 84)"
    )
    return [
        Finding(None, sheet.called("longitude"), shown(words), "datum", "warning", "none", detail)
    ]
