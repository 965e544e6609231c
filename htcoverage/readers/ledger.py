"""The ledger: base stations and their cells, from a planner's files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from htcoverage.crs import WGS84
from htcoverage.errors import Fault, InputError
from htcoverage.readers import defaults
from htcoverage.readers.cells import assumed_faults, count_words, link_faults, make_cells
from htcoverage.readers.parsing import parse_columns
from htcoverage.readers.position import Positions, layer_positions, parse_crs, sheet_positions
from htcoverage.readers.ranges import range_faults
from htcoverage.readers.sheet import Sheet, file_fault, tidy
from htcoverage.readers.text import read_csv_sheet
from htcoverage.readers.vector import Layer, layer_names, read_layer
from htcoverage.readers.within import check_within
from htcoverage.schema import BTS, CELLS, OPERATORS, TECHNOLOGIES, Column


@dataclass(frozen=True)
class Assumption:
    """A column that holds defaults: how many of how many rows, and what the default is."""

    table: str
    column: str
    count: int
    total: int
    words: str


@dataclass(frozen=True, eq=False)
class Ledger:
    """A network as its operators list it.

    Parameters
    ----------
    bts : GeoDataFrame
        Columns of ``schema.BTS`` and a point each, in EPSG:4326. The index, named ``row``, is the
        row in the file, so that later checks can name it.
    cells : DataFrame
        Columns of ``schema.CELLS``; indexed by ``row`` likewise if read from a file, counted from
        0 if made by defaults.
    defaults : tuple of Assumption
        Every column that holds assumed values.
    cells_made : bool
        Whether the cells are made of the base stations, not read from a table of their own.
    """

    bts: gpd.GeoDataFrame
    cells: pd.DataFrame
    defaults: tuple[Assumption, ...]
    cells_made: bool = False


def read_ledger(
    path: str | os.PathLike[str],
    *,
    cells_path: str | os.PathLike[str] | None = None,
    crs: str | None = None,
    area: gpd.GeoDataFrame | None = None,
    reach_km: float = 15.0,
    operators: Sequence[str] = OPERATORS,
) -> Ledger:
    """Read a ledger of base stations and, where there are any, their cells.

    Parameters
    ----------
    path : path-like
        CSV (UTF-8, ``longitude`` and ``latitude`` or ``x`` and ``y``), or a vector file such as a
        GeoPackage (layers ``bts`` and ``cells``, or one layer of base stations).
    cells_path : path-like, optional
        CSV of the cells, or GeoPackage with a layer ``cells``. Without cells each base station
        takes the defaults of ``htcoverage.readers.defaults``; columns of the cells table in the
        ledger itself override them (``azimuth_deg`` and ``band_mhz`` may list several values).
        Other columns are dropped.
    crs : str, optional
        CRS of x and y, or of a layer that tells none.
    area : GeoDataFrame, optional
        The province or its districts. A site farther from it than ``reach_km`` is a fault.
    reach_km : float
        Distance from the area up to which sites are kept, in km: the radius of the computation.
    operators : sequence of str
        The operators that there are.

    Returns
    -------
    Ledger
        Validated; nothing downstream checks it again.

    Raises
    ------
    InputError
        With every fault found in both files: row (header = line 1, or feature number), column,
        value and what was expected.
    """
    used_crs = parse_crs(crs)
    bts_source, cells_sheet = _open(Path(path), None if cells_path is None else Path(cells_path))
    if isinstance(bts_source, Layer):
        sheet, positions = bts_source.sheet, layer_positions(bts_source, crs=used_crs)
    else:
        sheet, positions = bts_source, sheet_positions(bts_source, crs=used_crs)
    ledger, faults = assemble(
        sheet, positions, cells_sheet=cells_sheet, area=area, reach_km=reach_km,
        operators=operators,
    )  # fmt: skip
    if faults:
        raise InputError(faults)
    return ledger


def assemble(
    sheet: Sheet,
    positions: Positions,
    *,
    cells_sheet: Sheet | None = None,
    cell_rows: Sheet | None = None,
    area: gpd.GeoDataFrame | None = None,
    reach_km: float = 15.0,
    operators: Sequence[str] = OPERATORS,
) -> tuple[Ledger, list[Fault]]:
    """Check raw base stations and cells, and put a ledger together.

    Parameters
    ----------
    sheet : Sheet
        Raw base stations, in our column names.
    positions : Positions
        Where they are.
    cells_sheet : Sheet, optional
        Raw cells with every column of the table.
    cell_rows : Sheet, optional
        Rows that are a cell each, with ``bts_id`` and ``technology`` and what else they tell; the
        rest takes defaults. Without either, base stations become cells by defaults.
    area, reach_km, operators
        As for `read_ledger`.

    Returns
    -------
    ledger : Ledger
        Fit for use only where there is no fault.
    faults : list of Fault
        By row.
    """
    columns = bts_columns(operators)
    bts, faults = parse_columns(sheet, columns)
    faults += positions.faults
    filled, assumptions = _fill(bts)
    faults += range_faults(filled, columns, sheet=sheet)
    if cells_sheet is not None:
        cells, cells_faults = parse_columns(cells_sheet, CELLS.columns)
        cells_faults += range_faults(cells, CELLS.columns, sheet=cells_sheet)
        cells_faults += link_faults(filled, cells, bts_sheet=sheet, cells_sheet=cells_sheet)
        cells_faults += assumed_faults(cells, sheet=cells_sheet)
    elif cell_rows is not None:
        keys, cells_faults = parse_columns(cell_rows, _CELL_ROW_KEYS)
        cells, bad = make_cells(keys, sheet=cell_rows)
        cells_faults += bad
        # Without its technology a base station gets no cell: that is the fault to be told.
        known = filled["bts_id"].notna() & filled["technology"].isin(TECHNOLOGIES)
        bare = known & ~filled["bts_id"].isin(cells["bts_id"])
        expected = f"at least one cell in {cell_rows.file}"
        faults += [sheet.fault(row, "bts_id", expected) for row in filled.index[bare]]
    else:
        cells, cells_faults = make_cells(filled, sheet=sheet)
    located = _points(filled, positions)
    if area is not None:
        here = located[np.isfinite(positions.longitude_deg)]
        faults += check_within(
            here, area, reach_km=reach_km, file=sheet.file, columns=positions.columns
        )
    sheets = [each for each in (sheet, cells_sheet, cell_rows) if each is not None]
    everything = tidy(
        [*faults, *cells_faults],
        files=dict.fromkeys(each.file for each in sheets),
        broken=[fault for each in sheets for fault in each.broken],
    )
    basis = "by default" if cells_sheet is None else "marked as assumed in the file"
    assumptions += [
        Assumption("cells", name, count, len(cells), f"{basis}: {defaults.IN_WORDS[name]}"
                   if cells_sheet is None else basis)
        for name, count in count_words(cells["assumed"]).items()
    ]  # fmt: skip
    return Ledger(located, cells, tuple(assumptions), cells_sheet is None), everything


def bts_columns(operators: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of the table of base stations where these are the operators."""
    return tuple(
        replace(column, allowed=tuple(operators)) if column.name == "operator" else column
        for column in BTS.columns
    )


#: What a row that is a cell must tell of its base station.
_CELL_ROW_KEYS = (BTS.column("bts_id"), BTS.column("technology"))


def _open(path: Path, cells_path: Path | None) -> tuple[Sheet | Layer, Sheet | None]:
    """Return the raw base stations and cells; both files are tried before an error is raised."""
    faults: list[Fault] = []
    bts: Sheet | Layer | None = None
    cells: Sheet | None = None
    try:
        layers = {} if _is_csv(path) else layer_names(path)
        if _is_csv(path):
            bts = read_csv_sheet(path)
        else:
            bts = read_layer(path, layer="bts" if "bts" in layers else None)
        if "cells" in layers and cells_path is None:
            cells = read_layer(path, layer="cells").sheet
    except InputError as error:
        faults.extend(error.faults)
    try:
        if cells_path is not None and _is_csv(cells_path):
            cells = read_csv_sheet(cells_path)
        elif cells_path is not None:
            if "cells" not in layer_names(cells_path):
                raise file_fault(cells_path, "a layer called 'cells'")
            cells = read_layer(cells_path, layer="cells").sheet
    except InputError as error:
        faults.extend(error.faults)
    if faults or bts is None:
        raise InputError(faults)
    return bts, cells


def _is_csv(path: Path) -> bool:
    return path.suffix.lower() in (".csv", ".txt")


def _fill(bts: pd.DataFrame) -> tuple[pd.DataFrame, list[Assumption]]:
    """Return the base stations with the defaults of their own columns, and what was filled."""
    filled = bts.copy(deep=False)
    assumptions = []
    for name, default in (("status", defaults.STATUS), ("provenance", defaults.PROVENANCE)):
        empty = bts[name].isna()
        filled[name] = bts[name].fillna(default)
        if empty.any():
            assumptions.append(
                Assumption("bts", name, int(empty.sum()), len(bts), f"by default: {default}")
            )
    return filled, assumptions


def _points(bts: pd.DataFrame, positions: Positions) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(positions.longitude_deg, positions.latitude_deg)
    return gpd.GeoDataFrame(bts, geometry=points, crs=WGS84)
