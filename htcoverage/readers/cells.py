"""Cells: made from base stations by stated defaults, or checked against them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from htcoverage.errors import Fault
from htcoverage.readers import defaults
from htcoverage.readers.parsing import TEXT_DTYPE, by_value, number, parse_columns, text
from htcoverage.readers.ranges import range_faults
from htcoverage.readers.sheet import Sheet
from htcoverage.schema import CELLS, TECHNOLOGIES, Column

#: Columns of the cells table that a ledger of base stations may carry to override a default.
OVERRIDES = tuple(
    column for column in CELLS.columns if column.name not in ("cell_id", "bts_id", "assumed")
)

#: Of these, the ones that may list several values: a cell for each sector on each carrier.
_LISTED = ("band_mhz", "azimuth_deg")
_LIST_BREAK = re.compile(r"[\s/;|]+")

_POWER = {"4G": "port_power_dbm", "3G": "cpich_power_dbm"}


def make_cells(bts: pd.DataFrame, *, sheet: Sheet) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the cells of base stations that came without, and the faults of their overrides.

    Parameters
    ----------
    bts : DataFrame
        Parsed base stations, indexed by row: ``bts_id`` and ``technology``.
    sheet : Sheet
        Their raw table, which may have columns of the cells table; an empty cell there takes the
        default. ``azimuth_deg`` and ``band_mhz`` may list several values ("0 120 240"): the
        base station has a cell for each azimuth on each band.

    Returns
    -------
    cells : DataFrame
        Columns of ``schema.CELLS``; base stations of unknown technology are left out.
    faults : list of Fault
        Told at the base station's row and column.
    """
    usable = bts["technology"].isin(TECHNOLOGIES) & bts["bts_id"].notna()
    known = bts if usable.all() else bts[usable]
    carriers, faults = _carriers(known, sheet=sheet)
    given, bad = _given(known, sheet=sheet)
    unknown = bts[~usable]  # no cells can be made of these, but all is told at once
    bad += _given(unknown, sheet=sheet)[1]
    for name in _LISTED:
        bad += _listed(unknown, CELLS.column(name), sheet=sheet)[1]
    # One row a cell from here on; `place` leads back to the base station. A ledger of a million
    # base stations has three million cells: columns are made one by one, nothing is kept twice.
    place = carriers.place
    columns: dict[str, pd.Series] = {}
    bits = np.zeros(len(place), dtype=np.int32)
    for bit, name in enumerate(column.name for column in OVERRIDES):
        if name in carriers.listed:
            columns[name], filled = carriers.listed[name]
        else:
            default = _default_of(name, carriers, columns)
            filled = ~pd.isna(default)
            if name in given:
                own = _of_each(given[name], place)
                filled &= own.isna().to_numpy()
                columns[name] = own if not filled.any() else own.where(~filled, default)
            else:
                columns[name] = pd.Series(default, dtype=default.dtype, copy=False)
        if name == "rs_boost_db":
            filled = filled & carriers.of_technology("4G")  # 3G has none: its 0 assumes nothing
        bits |= filled.astype(np.int32) << bit
    columns["bts_id"] = _of_each(known["bts_id"], place)
    ordinal: npt.NDArray[np.integer[Any]] = carriers.ordinal + 1
    if not known["bts_id"].is_unique:  # rows that are a cell each
        ordinal = columns["bts_id"].groupby(columns["bts_id"], sort=False).cumcount().to_numpy() + 1
    columns["cell_id"] = _cell_ids(known, columns["bts_id"], ordinal, place, sheet=sheet)
    columns["assumed"] = _words_of(bits)
    ordered = {name: columns[name] for name in CELLS.column_names}
    return pd.DataFrame(ordered, copy=False), faults + bad


def _of_each(values: pd.Series, place: npt.NDArray[np.int32]) -> pd.Series:
    """Return the value of each cell's base station."""
    return pd.Series(values.array.take(place), copy=False)


def _cell_ids(
    bts: pd.DataFrame, bts_id: pd.Series, ordinal: npt.NDArray[np.integer[Any]],
    place: npt.NDArray[np.int32], *, sheet: Sheet,
) -> pd.Series:  # fmt: skip
    """Return the identifiers that the rows tell, or base station and ordinal."""
    if "cell_id" in sheet.frame:
        own = pd.Series([text(value) for value in sheet.frame["cell_id"].loc[bts.index]])
        own = _of_each(own, place)
        if own.notna().all() and own.is_unique:
            return own
    names = pc.binary_join_element_wise(
        pa.array(bts_id, pa.large_string()),
        pc.cast(pa.array(ordinal), pa.large_string()),
        pa.scalar("-", pa.large_string()),
    )
    return pd.Series(pd.array(names, dtype=TEXT_DTYPE))


def _words_of(bits: npt.NDArray[np.int32]) -> pd.Series:
    """Return for each cell the names of its assumed columns; few combinations occur."""
    names = [column.name for column in OVERRIDES]
    codes, combinations = pd.factorize(bits)
    words = [
        " ".join(name for k, name in enumerate(names) if combination >> k & 1)
        for combination in combinations.tolist()
    ]
    # As objects, each text stands in memory once: pandas' own text would repeat it in every row.
    return pd.Series(np.array([*words, ""], dtype=object)[codes], dtype=object)


@dataclass(frozen=True, eq=False)
class _Carriers:
    """A row for each azimuth on each band of each base station: a cell to be.

    Parameters
    ----------
    place : array of int32
        Base station of each cell.
    ordinal : array of int32
        Of each cell in its base station, from 0.
    kinds : list of (str, float)
        The technologies and bands that occur; on them hang the defaults of radio.
    kind : array of int32
        Which of them each cell is.
    listed : mapping of str to (Series, array of bool)
        Azimuths and bands, and which of them are assumed.
    """

    place: npt.NDArray[np.int32]
    ordinal: npt.NDArray[np.int32]
    kinds: list[tuple[str, float]]
    kind: npt.NDArray[np.int32]
    listed: Mapping[str, tuple[pd.Series, npt.NDArray[np.bool_]]]

    def of_technology(self, technology: str) -> npt.NDArray[np.bool_]:
        """Return which cells are of a technology."""
        return np.array([each == technology for each, _ in self.kinds], dtype=np.bool_)[self.kind]


def _carriers(bts: pd.DataFrame, *, sheet: Sheet) -> tuple[_Carriers, list[Fault]]:
    """Return the cells that base stations become."""
    bands, faults = _listed(bts, CELLS.column("band_mhz"), sheet=sheet)
    azimuths, bad = _listed(bts, CELLS.column("azimuth_deg"), sheet=sheet)
    # Base stations that list the same become cells alike: one product for each combination.
    combined = pd.DataFrame(
        {"bands": bands, "azimuths": azimuths, "technology": bts["technology"].to_numpy()}
    )
    groups = combined.groupby(["bands", "azimuths", "technology"], sort=False)
    indices: dict[tuple[tuple[float, ...], tuple[float, ...], str], npt.NDArray[np.int64]]
    indices = dict(groups.indices)  # type: ignore[arg-type]
    counts = np.zeros(len(bts), dtype=np.int32)
    products = {}
    for key, places in indices.items():
        own_bands, own_azimuths, technology = key
        products[key] = list(
            product(
                own_bands or (defaults.BAND_MHZ[technology],), own_azimuths or defaults.AZIMUTHS_DEG
            )
        )
        counts[places] = len(products[key])
    first = np.cumsum(counts, dtype=np.int32) - counts
    total = int(counts.sum())
    band_mhz, azimuth_deg = np.empty(total), np.empty(total)
    band_assumed, azimuth_assumed = (np.empty(total, dtype=np.bool_) for _ in range(2))
    kind = np.empty(total, dtype=np.int32)
    kinds: dict[tuple[str, float], int] = {}
    for key, places in indices.items():
        for ordinal, (band, azimuth) in enumerate(products[key]):
            rows = first[places] + ordinal
            band_mhz[rows], azimuth_deg[rows] = band, azimuth
            band_assumed[rows], azimuth_assumed[rows] = not key[0], not key[1]
            kind[rows] = kinds.setdefault((key[2], band), len(kinds))
    place = np.repeat(np.arange(len(bts), dtype=np.int32), counts)
    listed = {
        "band_mhz": (pd.Series(band_mhz, copy=False), band_assumed),
        "azimuth_deg": (pd.Series(azimuth_deg, copy=False), azimuth_assumed),
    }
    order = np.arange(total, dtype=np.int32) - first[place]
    return _Carriers(place, order, list(kinds), kind, listed), faults + bad


def _listed(
    bts: pd.DataFrame, column: Column, *, sheet: Sheet
) -> tuple[list[tuple[float, ...]], list[Fault]]:
    """Return the values that each base station lists in a column; none where it is silent."""
    if column.name not in sheet.frame:
        return [()] * len(bts), []
    cells = sheet.frame[column.name].loc[bts.index]
    parsed = by_value(cells, lambda value: _list_of(value, column))
    found = [((), True) if value is None else value for value in parsed]
    expected = (
        f"a number, or different numbers with spaces between, from {column.low:g} to "
        f"{column.high:g} {column.unit} ({column.meaning})"
    )
    faults = [
        sheet.fault(row, column.name, expected)
        for row, (_, right) in zip(bts.index, found, strict=True)
        if not right
    ]
    return [values for values, _ in found], faults


def _list_of(value: object, column: Column) -> tuple[tuple[float, ...], bool]:
    """Return the numbers of a cell that may list several, and whether all are right."""
    parts = _LIST_BREAK.split(value) if isinstance(value, str) else [value]
    numbers = [number(part) for part in parts]
    good = tuple(each for each in numbers if each is not None and _allowed(each, column))
    return good, len(good) == len(numbers) and len(set(good)) == len(good)


def _allowed(value: float, column: Column) -> bool:
    assert column.low is not None
    assert column.high is not None
    return column.low <= value <= column.high


def _given(bts: pd.DataFrame, *, sheet: Sheet) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the columns in which the ledger itself says something of its cells."""
    present = [
        column for column in OVERRIDES if column.name not in _LISTED and column.name in sheet.frame
    ]
    raw = replace(sheet, frame=sheet.frame.loc[bts.index, [column.name for column in present]])
    given, faults = parse_columns(raw, present)
    faults += [
        fault
        for column in present
        for fault in range_faults(given[[column.name]].dropna(), [column], sheet=raw)
    ]
    return given, faults


#: Columns whose default is a value of `defaults.RADIO`.
_RADIO = (
    "bandwidth_mhz", "antenna_gain_dbi", "feeder_loss_db", "port_power_dbm", "cpich_power_dbm",
    "rs_boost_db",
)  # fmt: skip


def _default_of(
    name: str, carriers: _Carriers, columns: Mapping[str, pd.Series]
) -> npt.NDArray[Any]:
    """Return a column's default for every cell; NaN where the technology has no such value."""
    count = len(carriers.place)
    if name == "antenna_height_m":
        return np.full(count, defaults.ANTENNA_HEIGHT_M)
    if name == "mechanical_tilt_deg":
        return np.full(count, defaults.MECHANICAL_TILT_DEG)
    if name == "antenna":
        names = np.empty(count, dtype=object)
        names.fill(defaults.ANTENNA)  # one text; `np.full` would make one for every cell
        return names
    if name == "electrical_tilt_deg":  # the height stands before it in the schema
        aim = columns["antenna_height_m"].to_numpy(dtype=float) / defaults.TILT_AIM_M
        return np.asarray(np.round(np.degrees(np.arctan(aim))), dtype=np.float64)
    assert name in _RADIO, name
    values = [_radio_default(name, technology, band) for technology, band in carriers.kinds]
    return np.array(values, dtype=np.float64)[carriers.kind]


def _radio_default(name: str, technology: str, band_mhz: float) -> float:
    """Return the default of one technology on one band, from the narrowest row that holds it."""
    rows = [
        line
        for line in defaults.RADIO
        if line.technology == technology and band_mhz < line.up_to_mhz
    ]
    value = getattr(min(rows, key=lambda line: line.up_to_mhz), name)
    return math.nan if value is None else float(value)


def link_faults(
    bts: pd.DataFrame, cells: pd.DataFrame, *, bts_sheet: Sheet, cells_sheet: Sheet
) -> list[Fault]:
    """Return cells without base station, base stations without cell, cells without their power.

    Parameters
    ----------
    bts, cells : DataFrame
        Parsed tables, indexed by row.
    bts_sheet, cells_sheet : Sheet
        Their raw tables.
    """
    if "bts_id" not in bts_sheet.frame or "bts_id" not in cells_sheet.frame:
        return []
    faults: list[Fault] = []
    owned = cells["bts_id"].notna()
    known = cells["bts_id"].isin(bts["bts_id"].dropna())
    for row in cells.index[owned & ~known]:
        faults.append(cells_sheet.fault(row, "bts_id", f"the bts_id of a row of {bts_sheet.file}"))
    bare = bts["bts_id"].notna() & ~bts["bts_id"].isin(cells["bts_id"].dropna())
    for row in bts.index[bare]:
        faults.append(bts_sheet.fault(row, "bts_id", f"at least one cell in {cells_sheet.file}"))
    technology = cells["bts_id"].map(
        bts.dropna(subset=["bts_id"]).drop_duplicates("bts_id").set_index("bts_id")["technology"]
    )
    for name, power in _POWER.items():
        if power not in cells_sheet.frame:
            continue
        empty = cells_sheet.frame[power].isna()
        for row in cells.index[(technology == name).to_numpy() & empty.to_numpy()]:
            expected = f"a value, for the base station is {name}: {CELLS.column(power).meaning}"
            faults.append(cells_sheet.fault(row, power, expected))
    return faults


def assumed_faults(cells: pd.DataFrame, *, sheet: Sheet) -> list[Fault]:
    """Return the faults of an ``assumed`` cell that names what is no column of the cells table."""
    names = set(CELLS.column_names)
    return [
        sheet.fault(row, "assumed", "names of columns of this table, separated by spaces")
        for row, words in cells["assumed"].dropna().items()
        if not set(words.split()) <= names
    ]


def count_words(texts: Iterable[object]) -> dict[str, int]:
    """Return how often each column is named in an ``assumed`` column, in schema order."""
    counts: Counter[str] = Counter()
    for words, times in Counter(each for each in texts if isinstance(each, str)).items():
        counts.update(dict.fromkeys(words.split(), times))
    return {name: counts[name] for name in CELLS.column_names if name in counts}
