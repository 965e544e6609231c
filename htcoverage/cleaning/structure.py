"""What a row of a ledger stands for: one base station, several, or a cell of one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from htcoverage.cleaning import words
from htcoverage.readers import defaults
from htcoverage.readers.findings import Finding, cell_findings, findings_frame
from htcoverage.readers.parsing import TEXT_DTYPE
from htcoverage.readers.sheet import PARTS_OF_A_LINE, Sheet
from htcoverage.schema import TECHNOLOGIES

#: Cells of one base station stand within this of each other, in degrees (about 100 m).
_ONE_PLACE_DEG = 0.001

#: Digits of a degree that name a position: 11 m.
_PLACE_DIGITS = 4


@dataclass(frozen=True, eq=False)
class Structure:
    """Base stations, the rows that are their cells (None where rows are base stations)."""

    bts: Sheet
    cell_rows: Sheet | None
    findings: tuple[pd.DataFrame, ...]
    dropped: frozenset[int]


def without_foreign_technologies(sheet: Sheet) -> tuple[Sheet, list[pd.DataFrame], set[int]]:
    """Return the table without rows of 2G and 5G alone, and the lines left out."""
    if "technology" not in sheet.frame:
        return sheet, [], set()
    cells = sheet.frame["technology"]
    known: dict[object, bool] = {
        value: _is_foreign(value) for value in cells.dropna().unique().tolist()
    }
    foreign = cells.map(known).isin([True]).to_numpy()
    if not foreign.any():
        return sheet, [], set()
    lines = sheet.lines(sheet.frame.index[foreign])
    told = cell_findings(
        lines, cells[foreign].tolist(), column=sheet.called("technology"), rule="technology-scope",
        severity="warning", action="dropped", detail="only 3G and 4G are computed",
    )  # fmt: skip
    return replace(sheet, frame=sheet.frame[~foreign]), [told], set(lines)


def _is_foreign(value: object) -> bool:
    found, others = words.technologies_of(str(value))
    return not found and others


def split_technologies(sheet: Sheet) -> tuple[Sheet, list[pd.DataFrame]]:
    """Return the table with a row for each technology where one row names several."""
    if "technology" not in sheet.frame:
        return sheet, []
    cells = sheet.frame["technology"]
    several = (
        cells.astype(str).str.contains("/", regex=False).to_numpy()
        & cells.isin(["/".join(TECHNOLOGIES)]).to_numpy()
    )
    if not several.any():
        return sheet, []
    parts = [sheet.frame[~several]]
    for number, technology in enumerate(TECHNOLOGIES):
        part = sheet.frame[several].assign(technology=technology)
        part.index = part.index + number * PARTS_OF_A_LINE
        parts.append(part)
    frame = pd.concat(parts)
    order = np.argsort(frame.index.to_numpy() % PARTS_OF_A_LINE, kind="stable")
    frame = frame.iloc[order]
    frame.index.name = "row"
    told = cell_findings(
        sheet.lines(sheet.frame.index[several]), cells[several].tolist(),
        column=sheet.called("technology"), rule="technology-split", severity="info",
        action="repaired", detail="one base station for each technology",
    )  # fmt: skip
    return replace(sheet, frame=frame), [told]


def structured(sheet: Sheet) -> Structure:
    """Return the base stations of a table with identifiers of their own, and their cells.

    Parameters
    ----------
    sheet : Sheet
        Repaired, in our column names, with numbers in ``longitude`` and ``latitude``.
    """
    frame, findings, dropped = _without_repeated(sheet)
    frame = frame.copy(deep=False)
    if "site_id" not in frame or frame["site_id"].isna().any():
        frame["site_id"], told = _site_ids(frame, sheet)
        findings += told
    frame["bts_id"], told = _bts_ids(frame, sheet)
    findings += told
    whole = replace(sheet, frame=frame)
    first = ~frame["bts_id"].duplicated().to_numpy()
    if first.all() or not _rows_are_cells(frame):
        return Structure(whole, None, tuple(findings), frozenset(dropped))
    further = frame[~first]
    findings.append(
        findings_frame(
            [
                Finding(None, None, "", "rows-are-cells", "info", "none",
                        f"{len(frame)} rows are the cells of {int(first.sum())} base stations")
            ]
        )
    )  # fmt: skip
    bts = replace(whole, frame=frame[first])
    listed = "azimuth_deg" in frame
    if listed:
        return Structure(bts, whole, tuple(findings), frozenset(dropped))
    findings.append(
        cell_findings(
            sheet.lines(further.index), further["bts_id"].tolist(), column=sheet.called("bts_id"),
            rule="cell-without-azimuth", severity="info", action="kept",
            detail="no azimuths are given: the base station takes the default sectors",
        )
    )  # fmt: skip
    return Structure(bts, None, tuple(findings), frozenset(dropped))


def _without_repeated(sheet: Sheet) -> tuple[pd.DataFrame, list[pd.DataFrame], set[int]]:
    """Return the rows without those that repeat an earlier one in every cell."""
    repeated = sheet.frame.duplicated().to_numpy()
    if not repeated.any():
        return sheet.frame, [], set()
    rows = sheet.frame.index[repeated]
    key = "bts_id" if "bts_id" in sheet.frame else str(sheet.frame.columns[0])
    told = cell_findings(
        sheet.lines(rows), sheet.frame.loc[rows, key].tolist(), column=sheet.called(key),
        rule="repeated-row", severity="warning", action="dropped",
        detail="every cell is that of an earlier row",
    )  # fmt: skip
    return sheet.frame[~repeated], [told], set(sheet.lines(rows))


def _site_ids(frame: pd.DataFrame, sheet: Sheet) -> tuple[pd.Series, list[pd.DataFrame]]:
    """Return site identifiers, made of the position where there are none."""
    parts = [
        _degrees(frame[name].to_numpy(dtype=float), below_zero)
        for name, below_zero in (("latitude", "S"), ("longitude", "W"))
    ]
    names = pc.binary_join_element_wise(*parts, " ").to_numpy(zero_copy_only=False)
    places = pd.Series(names, frame.index, dtype=TEXT_DTYPE)
    own = frame["site_id"] if "site_id" in frame else pd.Series(None, frame.index, dtype=object)
    empty = own.isna()
    detail = "the position stands for the missing identifier of the site"
    if empty.all():
        told = [Finding(None, "site_id", "", "identifier", "info", "repaired", detail)]
        return places, [findings_frame(told)]
    table = cell_findings(
        sheet.lines(frame.index[empty]), [""] * int(empty.sum()), column=sheet.called("site_id"),
        rule="identifier", severity="warning", action="repaired", detail=detail,
    )  # fmt: skip
    return own.where(~empty, places.astype(object)), [table]


def _degrees(values: npt.NDArray[np.float64], below_zero: str) -> pa.Array:
    """Return degrees as texts; a letter stands for the minus, which begins a formula in a table."""
    rounded = np.round(values, _PLACE_DIGITS)
    plain = pc.cast(pa.array(np.abs(rounded)), pa.string())
    return pc.if_else(rounded < 0, pc.binary_join_element_wise(below_zero, plain, ""), plain)


def _bts_ids(frame: pd.DataFrame, sheet: Sheet) -> tuple[pd.Series, list[pd.DataFrame]]:
    """Return identifiers of base stations: one for each operator and technology."""
    if "bts_id" not in frame:
        detail = "made of site, operator and technology"
        told = [Finding(None, "bts_id", "", "identifier", "info", "repaired", detail)]
        return _joined(frame, "site_id", "operator", "technology"), [findings_frame(told)]
    own = frame["bts_id"].map(lambda value: value if value is None else _text(value))
    findings: list[pd.DataFrame] = []
    empty = own.isna().to_numpy()
    if empty.any():
        detail = "made of site, operator, technology and line"
        findings.append(
            cell_findings(
                sheet.lines(frame.index[empty]), [""] * int(empty.sum()),
                column=sheet.called("bts_id"), rule="identifier", severity="warning",
                action="repaired", detail=detail,
            )
        )  # fmt: skip
        rows = frame[empty].assign(row=frame.index[empty])
        own = own.copy()
        own[empty] = _joined(rows, "site_id", "operator", "technology", "row")
    keys = [name for name in ("operator", "technology") if name in frame]
    if keys and own.duplicated().any():
        known = _joined(frame, *keys)
        kinds = pd.DataFrame({"own": own, "kind": known}).drop_duplicates()["own"].value_counts()
        shared = own.isin(kinds.index[kinds > 1]).to_numpy()
        if shared.any():
            detail = "several operators or technologies share it: theirs are told apart"
            findings.append(
                cell_findings(
                    sheet.lines(frame.index[shared]), own[shared].tolist(),
                    column=sheet.called("bts_id"), rule="identifier", severity="info",
                    action="repaired", detail=detail,
                )
            )  # fmt: skip
            own = own.where(~shared, (own.astype(str) + " " + known).astype(object))
    return own, findings


def _joined(frame: pd.DataFrame, *names: str) -> pd.Series:
    """Return columns as one text, those that are there with spaces between; an empty cell is "".

    To pandas a text with nothing behind it is nothing.
    """
    parts = [frame[name].astype(str).fillna("") for name in names if name in frame]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + " " + part
    return whole.astype(object)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def _rows_are_cells(frame: pd.DataFrame) -> bool:
    """Return whether rows of one base station are its cells, not the same one told twice."""
    tells = [name for name in ("cell_id", "azimuth_deg", "band_mhz") if name in frame]
    if not tells:
        return False
    repeated = frame[frame["bts_id"].duplicated(keep=False)]
    groups = repeated.groupby("bts_id", sort=False)
    differing = repeated.assign(_cell=_joined(repeated, *tells)).groupby("bts_id", sort=False)[
        "_cell"
    ]
    apart = (groups["longitude"].agg(np.ptp) > _ONE_PLACE_DEG) | (
        groups["latitude"].agg(np.ptp) > _ONE_PLACE_DEG
    )
    return bool(((differing.nunique() == differing.size()) & ~apart).mean() > 0.5)


def with_powers(sheet: Sheet) -> tuple[Sheet, list[pd.DataFrame]]:
    """Return the table with EIRP, tilt and mast height turned into what cells carry."""
    frame = sheet.frame.copy(deep=False)
    findings: list[Finding] = []
    if "mast_height_m" in frame and "antenna_height_m" not in frame:
        frame["antenna_height_m"] = frame["mast_height_m"]
        findings.append(
            Finding(None, sheet.called("mast_height_m"), "", "mast-height", "warning", "repaired",
                    "the antenna is taken to be at the top of the mast")
        )  # fmt: skip
    if (
        "tilt_deg" in frame
        and "electrical_tilt_deg" not in frame
        and "mechanical_tilt_deg" not in frame
    ):
        frame["electrical_tilt_deg"] = frame["tilt_deg"]
        findings.append(
            Finding(None, sheet.called("tilt_deg"), "", "total-tilt", "info", "repaired",
                    "the whole tilt is taken as electrical")
        )  # fmt: skip
    names = {**sheet.names}
    for source, target in (
        ("mast_height_m", "antenna_height_m"),
        ("tilt_deg", "electrical_tilt_deg"),
    ):
        if source in frame and target not in sheet.frame and target in frame:
            names[target] = sheet.called(source)
    if "beamwidth_deg" in frame:
        frame["antenna"], told = _by_beamwidth(frame, sheet)
        findings += told
        names["antenna"] = names.get("antenna", sheet.called("beamwidth_deg"))
    if "eirp_dbm" in frame and "technology" in frame:
        frame, told = _from_eirp(frame, sheet)
        findings += told
        names |= dict.fromkeys(("port_power_dbm", "cpich_power_dbm"), sheet.called("eirp_dbm"))
    return replace(sheet, frame=frame, names=names), [findings_frame(findings)]


#: Horizontal beamwidths of sector antennas; 360° radiates alike all around.
_BEAMWIDTHS_DEG = (5.0, 360.0)


def _by_beamwidth(frame: pd.DataFrame, sheet: Sheet) -> tuple[pd.Series, list[Finding]]:
    """Return the names of antennas, the default pattern of the given width where none is named."""
    empty = pd.Series(None, frame.index, dtype=object)
    own = frame.get("antenna", empty).astype(object)
    width = pd.to_numeric(frame["beamwidth_deg"], errors="coerce")
    low, high = _BEAMWIDTHS_DEG
    usable = width.between(low, high)
    column = sheet.called("beamwidth_deg")
    findings = [
        Finding(line, column, str(value), "range", "warning", "repaired",
                f"not usable: counts as empty; expected {low:g} to {high:g}° (width of the beam at "
                "−3 dB)")
        for line, value in zip(
            sheet.lines(frame.index[~usable]), frame["beamwidth_deg"][~usable], strict=True
        )
        if value is not None and value == value
    ]  # fmt: skip
    chosen = usable & own.isna()
    if chosen.any():
        detail = f"{int(chosen.sum())} rows take the pattern {defaults.ANTENNA} of that width"
        findings.append(Finding(None, column, "", "beamwidth", "info", "repaired", detail))
    named = width.round(1).map(lambda deg: f"{defaults.ANTENNA}-h{deg:g}")
    return own.where(~chosen, named), findings


def _from_eirp(frame: pd.DataFrame, sheet: Sheet) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the table with powers at the antenna port from EIRP, gain and feeder loss."""

    def column(name: str) -> pd.Series:
        own = frame.get(name)
        return (
            pd.Series(np.nan, frame.index) if own is None else pd.to_numeric(own, errors="coerce")
        )

    frame = frame.copy(deep=False)
    band = column("band_mhz").fillna(frame["technology"].map(defaults.BAND_MHZ))
    for technology, name in (("4G", "port_power_dbm"), ("3G", "cpich_power_dbm")):
        here = (
            (frame["technology"] == technology) & column(name).isna() & column("eirp_dbm").notna()
        )
        gain, loss = column("antenna_gain_dbi"), column("feeder_loss_db")
        for line in sorted(defaults.RADIO, key=lambda each: -each.up_to_mhz):
            if line.technology == technology:
                below = band < line.up_to_mhz
                gain = gain.mask(below & column("antenna_gain_dbi").isna(), line.antenna_gain_dbi)
                loss = loss.mask(below & column("feeder_loss_db").isna(), line.feeder_loss_db)
        power = column("eirp_dbm") - gain + loss - (10.0 if technology == "3G" else 0.0)
        old = frame[name] if name in frame else pd.Series(None, frame.index, dtype=object)
        frame[name] = (
            old.astype(object).where(~here, power.round(2)).where(lambda x: x.notna(), None)
        )
    detail = "power = EIRP − antenna gain + feeder loss; 3G: a tenth of it is the pilot"
    return frame, [
        Finding(None, sheet.called("eirp_dbm"), "", "eirp", "warning", "repaired", detail)
    ]
