"""Settlements, districts and fibre spans: vector files to validated tables in their own CRS."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd

from htcoverage.errors import InputError
from htcoverage.readers import defaults
from htcoverage.readers.columns import ColumnMatch, mapped
from htcoverage.readers.parsing import parse_columns, settle_integers
from htcoverage.readers.position import check_layer_crs, parse_crs
from htcoverage.readers.ranges import range_faults
from htcoverage.readers.sheet import tidy
from htcoverage.readers.vector import geometry_faults, read_layer
from htcoverage.schema import DISTRICTS, SETTLEMENTS, SPANS, Table


def read_settlements(path: str | os.PathLike[str]) -> gpd.GeoDataFrame:
    """Read residential areas: polygons with their residents.

    Parameters
    ----------
    path : path-like
        Any vector file with one layer of polygons and the columns of ``schema.SETTLEMENTS``.

    Returns
    -------
    GeoDataFrame
        The schema's columns (others are dropped) and the geometry, in the CRS of the file; the
        index, named ``row``, is the feature number. An optional column that the file lacks is
        empty, ``provenance`` is then 'user'.

    Raises
    ------
    InputError
        With every fault found: feature number, column, value, what was expected.
    """
    return _read(path, SETTLEMENTS)


def read_districts(path: str | os.PathLike[str]) -> gpd.GeoDataFrame:
    """Read district units: polygons with code and full name.

    Parameters
    ----------
    path : path-like
        Any vector file with one layer of polygons and the columns of ``schema.DISTRICTS``.

    Returns
    -------
    GeoDataFrame
        As of `read_settlements`, with the columns of ``schema.DISTRICTS``.

    Raises
    ------
    InputError
        With every fault found: feature number, column, value, what was expected.
    """
    return _read(path, DISTRICTS)


def read_spans(path: str | os.PathLike[str]) -> gpd.GeoDataFrame:
    """Read fibre spans: lines with owner, kind, cables and fibres.

    Parameters
    ----------
    path : path-like
        Any vector file with one layer of lines and the columns of ``schema.SPANS``.

    Returns
    -------
    GeoDataFrame
        As of `read_settlements`, with the columns of ``schema.SPANS``.

    Raises
    ------
    InputError
        With every fault found: feature number, column, value, what was expected.
    """
    return _read(path, SPANS)


def _read(path: str | os.PathLike[str], table: Table) -> gpd.GeoDataFrame:
    assert table.geometry is not None
    layer = read_layer(Path(path))
    frame, faults = parse_columns(layer.sheet, table.columns)
    faults += check_layer_crs(layer)
    faults += geometry_faults(layer, table.geometry)
    if "provenance" in frame:
        frame["provenance"] = frame["provenance"].fillna(defaults.PROVENANCE)
    faults += range_faults(frame, table.columns, sheet=layer.sheet)
    if faults:
        raise InputError(tidy(faults, files=[layer.sheet.file]))
    settled = settle_integers(frame, table.columns)
    return gpd.GeoDataFrame(settled, geometry=list(layer.geometry), crs=layer.crs)
