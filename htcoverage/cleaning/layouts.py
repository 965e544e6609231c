"""Ledgers laid out by other tools: OpenCelliD's cell table, Atoll's Sites and Transmitters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from htcoverage.readers.columns import ColumnMatch, mapped
from htcoverage.readers.findings import Finding, cell_findings, findings_frame
from htcoverage.readers.parsing import parse_numbers
from htcoverage.readers.sheet import Sheet

_RADIOS = {"LTE": "4G", "UMTS": "3G"}

#: An E-UTRAN cell identity is 20 bits of eNodeB and 8 of cell (3GPP TS 36.413, 9.2.1.38).
_CELLS_OF_ENODEB = 256

#: Fields of Atoll's tables in its database and files, and what its windows call them.
_ATOLL_WORDS = {
    "SITE_NAME": "Site", "TX_ID": "Transmitter", "ANTENNA_NAME": "Antenna", "HEIGHT": "Height (m)",
    "AZIMUT": "Azimuth (°)", "TILT": "Mechanical Downtilt (°)",
    "REDT": "Additional Electrical Downtilt (°)",
}  # fmt: skip

#: UTRAN leaves the NodeB out of its cell identity; carriers number its cells in tens.
_CELLS_OF_NODEB = 10


def is_opencellid(sheet: Sheet) -> bool:
    """Return whether a table has the columns of OpenCelliD's."""
    return {"radio", "mcc", "net", "area", "cell", "lon", "lat"} <= set(sheet.frame.columns)


def from_opencellid(
    sheet: Sheet, *, codes: Mapping[tuple[int, int], str]
) -> tuple[Sheet, tuple[ColumnMatch, ...], list[pd.DataFrame], set[int]]:
    """Return the base stations of an OpenCelliD table.

    Its rows are cells seen by phones at estimated places; those of one base station are put at
    their mean, weighted by samples.

    Parameters
    ----------
    sheet : Sheet
        The raw table.
    codes : mapping of (int, int) to str
        Mobile country and network code to operators.

    Returns
    -------
    sheet : Sheet
        A row for each base station, with the line of its first cell.
    matches : tuple of ColumnMatch
        What was taken from where.
    findings : list of DataFrame
        What was left out.
    dropped : set of int
        Lines left out.
    """
    frame = sheet.frame
    numbers = {
        name: parse_numbers(frame[name], sheet=sheet)[0].to_numpy()
        for name in ("mcc", "net", "area", "cell", "lon", "lat")
    }
    samples = np.ones(len(frame))
    if "samples" in frame:
        samples = np.nan_to_num(parse_numbers(frame["samples"], sheet=sheet)[0].to_numpy(), nan=1.0)
        samples = np.clip(samples, 1.0, None)
    technology = frame["radio"].map(_RADIOS)
    operator = pd.Series(
        [codes.get(pair) for pair in zip(numbers["mcc"], numbers["net"], strict=True)],
        frame.index, dtype=object,
    )  # fmt: skip
    countries = sorted({country for country, _ in codes})
    networks = ", ".join(f"{country}-{code:02d}" for country, code in codes)
    unreadable = ~np.isfinite(np.column_stack(list(numbers.values()))).all(axis=1)
    unreadable |= (np.abs(numbers["lat"]) > 90) | (np.abs(numbers["lon"]) > 180)
    reasons = (
        ("unreadable", unreadable, "error", "numbers in mcc, net, area, cell, lon and lat", "cell"),
        ("technology-scope", technology.isna().to_numpy(), "warning",
         "only 3G and 4G are computed", "radio"),
        ("foreign-network", ~np.isin(numbers["mcc"], countries), "warning",
         f"a network of country {', '.join(map(str, countries))}", "mcc"),
        ("unknown-network", operator.isna().to_numpy(), "warning",
         f"one of the networks {networks}", "net"),
    )  # fmt: skip
    left = np.ones(len(frame), dtype=bool)
    findings = []
    for rule, bad, severity, detail, column in reasons:
        here = left & bad
        if here.any():
            findings.append(
                cell_findings(
                    sheet.lines(frame.index[here]), frame[column][here].tolist(), column=column,
                    rule=rule, severity=severity, action="dropped", detail=detail,  # type: ignore[arg-type]
                )
            )  # fmt: skip
        left &= ~bad
    dropped = set(sheet.lines(frame.index[~left]))
    cell = numbers["cell"][left].astype(np.int64)
    of_station = np.where(
        technology[left] == "4G", cell // _CELLS_OF_ENODEB, (cell & 0xFFFF) // _CELLS_OF_NODEB
    )
    of_area = np.where(technology[left] == "4G", 0, numbers["area"][left]).astype(np.int64)
    seen = pd.DataFrame(
        {
            "operator": operator[left].to_numpy(), "technology": technology[left].to_numpy(),
            "area": of_area, "station": of_station, "row": frame.index[left],
            "weight": samples[left], "x": samples[left] * numbers["lon"][left],
            "y": samples[left] * numbers["lat"][left],
        }
    )  # fmt: skip
    groups = seen.groupby(["operator", "technology", "area", "station"], sort=False)
    sums = groups[["weight", "x", "y"]].sum()
    stations = sums.reset_index()
    made = pd.DataFrame(
        {
            "bts_id": [
                f"{o} {t} {a}-{s}" if t == "3G" else f"{o} {t} {s}"
                for o, t, a, s in zip(
                    stations["operator"], stations["technology"], stations["area"],
                    stations["station"], strict=True,
                )
            ],
            "operator": stations["operator"],
            "technology": stations["technology"],
            "provenance": "open-data",
            "longitude": stations["x"] / stations["weight"],
            "latitude": stations["y"] / stations["weight"],
        },
        dtype=object,
    )  # fmt: skip
    made.index = pd.Index(groups["row"].first().to_numpy(), name="row", dtype="int64")
    detail = (
        f"{len(seen)} cells seen by phones become {len(made)} base stations at the mean of their "
        "estimated places, which may lie hundreds of metres from the masts"
    )
    told = Finding(None, None, "", "opencellid", "warning", "repaired", detail)
    sources = {
        "bts_id": "cell", "operator": "net", "technology": "radio", "longitude": "lon",
        "latitude": "lat",
    }  # fmt: skip
    matches = tuple(
        ColumnMatch(ours, theirs, 1.0, "OpenCelliD") for ours, theirs in sources.items()
    )
    names = {**sources}
    return (
        Sheet(sheet.file, made, sheet.header_row, names=names, findings=sheet.findings),
        matches,
        [*findings, findings_frame([told])],
        dropped,
    )


def join_atoll(sites: Sheet, transmitters: Sheet) -> Sheet | None:
    """Return Atoll's transmitters with the positions of their sites, None where they are not that.

    Parameters
    ----------
    sites : Sheet
        Raw table ``Sites``: a name and a position each.
    transmitters : Sheet
        Raw table ``Transmitters``: ``Site``, ``Transmitter``, ``Azimuth (°)``, ``Height (m)``, …,
        or ``SITE_NAME``, ``TX_ID``, ``AZIMUT``, ``HEIGHT``, …
    """
    frame = transmitters.frame
    if "SITE_NAME" in frame and "TX_ID" in frame:
        frame = frame.rename(columns=_ATOLL_WORDS)
    if "Site" not in frame or "Transmitter" not in frame:
        return None
    placed, _ = mapped(sites, ("site_id", "site_name", "longitude", "latitude", "x", "y"), given={})
    key = "site_id" if "site_id" in placed.frame else "site_name"
    if key not in placed.frame:
        return None
    places = placed.frame.drop_duplicates(key).set_index(key)
    frame = frame.copy()
    for name in ("longitude", "latitude", "x", "y"):
        if name in places:
            frame[placed.called(name)] = frame["Site"].map(places[name])
    return replace(transmitters, frame=frame)
