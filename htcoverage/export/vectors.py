"""Tables with geometry: GeoPackage, GeoParquet, MapInfo TAB."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
from pyogrio.errors import DataSourceError, FeatureError

from htcoverage.crs import WGS84, reproject
from htcoverage.errors import argument_fault
from htcoverage.export.files import texts, write_parameters
from htcoverage.export.styles import qgis_style
from htcoverage.files import environment, whole_file, whole_files

#: GeoPackage carries the time of its last change. Fixed, for the same input must give the same
#: bytes; the date of a run belongs in its metadata.
_GPKG_DATE = "1970-01-01T00:00:00.000Z"

#: Read without a warning by every GDAL since 2.2; nothing newer is needed here.
_GPKG_VERSION = {"VERSION": "1.2"}

#: A dBASE table, which TAB keeps its values in, holds no longer text.
_TAB_TEXT_BYTES = 254

#: Nor a longer name of a column, nor any sign but letters, digits and "_" in one.
_TAB_NAME_BYTES = 31
_NOT_IN_A_TAB_NAME = re.compile(r"\W+")

#: Stands for a missing number there: the table knows none, and GDAL would write 0.
TAB_MISSING = -9999


def write_gpkg(
    layers: Mapping[str, pd.DataFrame],
    path: str | Path,
    *,
    metadata: Mapping[str, object] | None = None,
) -> None:
    """Write tables as the layers of one GeoPackage, with the styles that QGIS looks for in it.

    Styles are rows of the table ``layer_styles`` (one a layer that has a style, marked as default),
    which QGIS applies when a layer is opened.

    Parameters
    ----------
    layers : mapping of str to DataFrame
        By the name of the layer, in order; geometries with a CRS, or plain tables. A table without
        rows makes an empty layer.
    path : str or Path
        File to write.
    metadata : mapping, optional
        Parameters that made the tables, stored with each layer; anything but text as JSON.

    Raises
    ------
    InputError
        If there is no layer, or one has a geometry but no CRS.
    """
    if not layers:
        raise argument_fault("layers", "none", "at least one table")
    for name, table in layers.items():
        if _has_geometry(table) and table.crs is None:
            raise argument_fault("layers", name, "a table with a CRS")
    told = texts(metadata)
    with environment("OGR_CURRENT_DATE", _GPKG_DATE), whole_file(Path(path)) as part:
        for index, (name, table) in enumerate(layers.items()):
            _write(
                table,
                part,
                layer=name,
                driver="GPKG",
                append=index > 0,
                dataset_options=None if index else _GPKG_VERSION,
                layer_metadata=told or None,
            )
        styles = _styles(layers)
        if len(styles):
            _write(styles, part, layer="layer_styles", driver="GPKG", append=True, FID="id")


def _write(table: pd.DataFrame, part: Path, **options: Any) -> None:
    """Write a layer; a disk that is full is an OSError, as from every other writer.

    Raises
    ------
    OSError
        If GDAL cannot write it.
    """
    try:
        pyogrio.write_dataframe(table, part, **options)
    except (DataSourceError, FeatureError) as error:
        raise OSError(str(error)) from error


def _has_geometry(table: pd.DataFrame) -> bool:
    return hasattr(table, "crs")


def _styles(layers: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the table of styles, with the columns of QGIS's own ``createStyleTable``."""
    rows = [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": name,
            "f_geometry_column": "geom",
            "styleName": "htcoverage",
            "styleQML": style,
            "styleSLD": "",
            "useAsDefault": True,
            "description": "htcoverage",
            "owner": "",
            "ui": "",
            "update_time": _GPKG_DATE,
        }
        for name, table in layers.items()
        if _has_geometry(table) and (style := qgis_style(name, table))
    ]
    return pd.DataFrame(rows)


def write_geoparquet(
    table: gpd.GeoDataFrame, path: str | Path, *, metadata: Mapping[str, object] | None = None
) -> None:
    """Write a table as GeoParquet 1.0 (WKB).

    Parameters
    ----------
    table : GeoDataFrame
        With a CRS.
    path : str or Path
        File to write.
    metadata : mapping, optional
        Parameters that made the table, as key-value metadata of the file beside ``geo``; each key
        has ``htcoverage:`` before it.

    Raises
    ------
    InputError
        If the table has no CRS.
    """
    if table.crs is None:
        raise argument_fault("table", "no CRS", "a table with a CRS")
    memory = io.BytesIO()
    table.to_parquet(memory, index=False, schema_version="1.0.0")
    plain = pq.read_table(memory)
    told = {f"htcoverage:{key}": value for key, value in texts(metadata).items()}
    whole = io.BytesIO()
    pq.write_table(plain.replace_schema_metadata({**plain.schema.metadata, **told}), whole)
    # By way of memory: pyarrow may end the program where a disk is full.
    with whole_file(Path(path)) as part:
        part.write_bytes(whole.getvalue())


def write_tab(
    table: gpd.GeoDataFrame, path: str | Path, *, metadata: Mapping[str, object] | None = None
) -> None:
    """Write a table as MapInfo TAB (``.tab, .dat, .map, .id``), longitude and latitude in WGS 84.

    The format knows no VN-2000 by name, so the geometry is transformed by the pinned operation. It
    holds no text longer than 254 bytes: such text is cut, and ends with "…" then. It knows no
    missing number: −9999 stands for one. Names of columns are cut to 31 bytes, with "_" for signs
    and spaces. Text is UTF-8, which MapInfo reads from 15.2 on. Parameters stand beside it, in
    ``<stem>.parameters.json``.

    Parameters
    ----------
    table : GeoDataFrame
        With a CRS.
    path : str or Path
        File to write, ``.tab``.
    metadata : mapping, optional
        Parameters that made the table.

    Raises
    ------
    InputError
        If the table has no CRS, or the name does not end in ``.tab``.
    """
    path = Path(path)
    if path.suffix != ".tab":
        raise argument_fault("path", path.name, "a name that ends in .tab")
    if table.crs is None:
        raise argument_fault("table", "no CRS", "a table with a CRS")
    placed = reproject(table, WGS84)
    plain = {name: _tab_values(placed[name]) for name in placed.columns.drop(placed.geometry.name)}
    placed = gpd.GeoDataFrame(
        dict(zip(_tab_names(plain), plain.values(), strict=True)),
        geometry=placed.geometry.to_numpy(),
        crs=placed.crs,
    )
    west, south, east, north = placed.total_bounds if len(placed) else (-180, -90, 180, 90)
    # The format keeps coordinates as whole steps of a frame: one just around the table is finest.
    frame = f"{west - 0.1:.1f},{south - 0.1:.1f},{east + 0.1:.1f},{north + 0.1:.1f}"
    with whole_files(path) as part:
        _write(
            placed, part, driver="MapInfo File", FORMAT="TAB", ENCODING="UTF-8",
            BOUNDS=frame,
        )  # fmt: skip
        _wipe_names(part.with_suffix(".dat"))
        told = {**(metadata or {}), "missing_number": TAB_MISSING}
        write_parameters(told, part.with_name(f"{path.stem}.parameters.json"))


def _wipe_names(table: Path) -> None:
    """Set to zero what GDAL leaves behind the names of columns: whatever was in memory.

    A field's descriptor is 32 bytes of which the first 11 are its name, from byte 32 on; bytes 8
    and 9 tell where they end (dBASE III).
    """
    with table.open("r+b") as file:
        head = file.read(10)
        for place in range(32, int.from_bytes(head[8:10], "little") - 1, 32):
            file.seek(place)
            name = file.read(11).partition(b"\0")[0]
            file.seek(place)
            file.write(name.ljust(11, b"\0"))


def _tab_names(names: Iterable[str]) -> Iterator[str]:
    """Yield the names of columns as the format can hold them, no two alike."""
    found = {"geometry"}
    for name in names:
        plain = _NOT_IN_A_TAB_NAME.sub("_", name)
        plain = f"_{plain}" if plain[:1].isdigit() else plain
        made, number = _first_bytes(plain, _TAB_NAME_BYTES), 1
        while made.lower() in found:
            number += 1
            made = f"{_first_bytes(plain, _TAB_NAME_BYTES - 3)}_{number}"
        found.add(made.lower())
        yield made


def _tab_values(values: pd.Series[Any]) -> object:
    """Return a column as the format can hold it."""
    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        return [_cut(value) for value in values]
    known = values.fillna(TAB_MISSING)
    # The format's wide integers are read by its newest programs only.
    whole = pd.api.types.is_integer_dtype(values) and (known.abs() < 2**31).all()
    return known.to_numpy(np.int32 if whole else np.float64)


def _cut(value: object) -> object:
    if value is pd.NA:
        return None
    if not isinstance(value, str) or len(value.encode("utf-8")) <= _TAB_TEXT_BYTES:
        return value
    return _first_bytes(value, _TAB_TEXT_BYTES - len("…".encode())) + "…"


def _first_bytes(text: str, most: int) -> str:
    """Return as much of the beginning of a text as that many bytes of UTF-8 hold."""
    return text.encode("utf-8")[:most].decode("utf-8", errors="ignore")
