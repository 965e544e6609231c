"""Files for Atoll, QGIS and spreadsheets: Cloud Optimized GeoTIFF, GeoPackage, CSV.

Every file is written under a temporary name in its folder and then renamed: it is whole or it is
not there. The same input gives the same bytes.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.shutil
from rasterio.io import MemoryFile

from htcoverage.errors import argument_fault
from htcoverage.figures.cover import ANY_OPERATOR
from htcoverage.figures.zones import grid_of_coverage

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import xarray as xr
    from odc.geo.geobox import GeoBox

#: Stands for "no level" in the rasters; far below any level, and read by every program.
NODATA_DBM = -9999.0

#: A spreadsheet runs a text cell that begins with one of these (full-width forms included).
_FORMULA_START = re.compile("^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")

#: GeoPackage carries the time of its last change. Fixed, for the same input must give the same
#: bytes; the date of a run belongs in its metadata.
_GPKG_DATE = "1970-01-01T00:00:00Z"


def write_cog(
    path: str | Path,
    bands: Sequence[npt.NDArray[np.float32]],
    grid: GeoBox,
    *,
    descriptions: Sequence[str],
    unit: str = "dBm",
    tags: Mapping[str, object] | None = None,
) -> None:
    """Write float32 bands as a Cloud Optimized GeoTIFF, NaN as nodata.

    Overviews take the nearest pixel: every value in the file was computed.

    Parameters
    ----------
    path : str or Path
        File to write; an existing one is replaced.
    bands : sequence of float32[y, x]
        NaN where there is no value.
    grid : GeoBox
        Shape, transform and CRS of the bands.
    descriptions : sequence of str
        One for each band.
    unit : str
        Unit of the values.
    tags : mapping, optional
        Parameters that made the values, written as the file's metadata; anything but text as JSON.

    Raises
    ------
    InputError
        If there is no band, a band's shape is not the grid's, or descriptions are too few or many.
    """
    if not bands or len(descriptions) != len(bands):
        raise argument_fault(
            "descriptions", len(descriptions), f"one for each of at least one band ({len(bands)})"
        )
    for band in bands:
        if band.shape != tuple(grid.shape):
            raise argument_fault("bands", band.shape, f"the grid's shape {tuple(grid.shape)}")
    rows, cols = grid.shape
    with MemoryFile() as memory, whole_file(Path(path)) as part:
        with memory.open(
            driver="GTiff", width=cols, height=rows, count=len(bands), dtype="float32",
            crs=str(grid.crs), transform=grid.affine, nodata=NODATA_DBM,
        ) as plain:  # fmt: skip
            for index, (band, description) in enumerate(
                zip(bands, descriptions, strict=True), start=1
            ):
                plain.write(np.where(np.isnan(band), np.float32(NODATA_DBM), band), index)
                plain.set_band_description(index, description)
                plain.set_band_unit(index, unit)
            plain.update_tags(**{key: _tag(value) for key, value in (tags or {}).items()})
        with memory.open() as plain:
            rasterio.shutil.copy(
                plain, part, driver="COG", compress="DEFLATE", predictor="FLOATING_POINT",
                level=9, overview_resampling="NEAREST", num_threads=1, bigtiff="IF_SAFER",
            )  # fmt: skip


def write_coverage_tif(
    coverage: xr.Dataset,
    technology: str,
    path: str | Path,
    *,
    tags: Mapping[str, object] | None = None,
) -> None:
    """Write the median levels of one technology: the strongest of any operator, then each operator.

    Parameters
    ----------
    coverage : xarray.Dataset
        With ``level_dbm``; its attributes become tags as well.
    technology : {"3G", "4G"}
        RSCP or RSRP, in dBm.
    path : str or Path
        File to write.
    tags : mapping, optional
        Further parameters of the run.

    Raises
    ------
    InputError
        If the coverage has no layer of the technology.
    """
    places = np.flatnonzero(coverage["technology"].to_numpy() == technology)
    if len(places) == 0:
        known = ", ".join(dict.fromkeys(coverage["technology"].to_numpy().tolist()))
        raise argument_fault("technology", technology, f"one of the coverage's: {known}")
    operators = coverage["operator"].to_numpy()[places].tolist()
    order = sorted(range(len(places)), key=lambda place: operators[place] != ANY_OPERATOR)
    words = {ANY_OPERATOR: "any operator"}
    write_cog(
        path,
        [coverage["level_dbm"].isel(layer=places[place]).to_numpy() for place in order],
        grid_of_coverage(coverage),
        descriptions=[
            f"{technology} {words.get(operators[place], operators[place])}" for place in order
        ],
        tags={**coverage.attrs, **(tags or {}), "technology": technology},
    )


def write_gpkg(
    layers: Mapping[str, gpd.GeoDataFrame],
    path: str | Path,
    *,
    metadata: Mapping[str, object] | None = None,
) -> None:
    """Write tables as the layers of one GeoPackage.

    Parameters
    ----------
    layers : mapping of str to GeoDataFrame
        By the name of the layer, in order; each with a CRS. A table without rows makes an empty
        layer.
    path : str or Path
        File to write.
    metadata : mapping, optional
        Parameters that made the tables, stored with each layer; anything but text as JSON.

    Raises
    ------
    InputError
        If there is no layer, or one has no CRS.
    """
    if not layers:
        raise argument_fault("layers", "none", "at least one table")
    for name, table in layers.items():
        if table.crs is None:
            raise argument_fault("layers", name, "a table with a CRS")
    told = {key: _tag(value) for key, value in (metadata or {}).items()}
    with _environment("OGR_CURRENT_DATE", _GPKG_DATE), whole_file(Path(path)) as part:
        for index, (name, table) in enumerate(layers.items()):
            table.to_file(
                part,
                layer=name,
                driver="GPKG",
                engine="pyogrio",
                mode="w" if index == 0 else "a",
                layer_metadata=told or None,
            )


def write_csv(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table as UTF-8 CSV that a spreadsheet opens without running any of it.

    A text that a spreadsheet would take for a formula (``=``, ``+``, ``-``, ``@``, tab or line end
    first) is given a leading apostrophe. Numbers, also those written as text, stay as they are.

    Parameters
    ----------
    table : DataFrame
        Its index is not written; missing values become empty cells.
    path : str or Path
        File to write.
    """
    with whole_file(Path(path)) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([inert_text(str(name)) for name in table.columns])
        for row in table.itertuples(index=False, name=None):
            writer.writerow([_csv_cell(value) for value in row])


def inert_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Examples
    --------
    >>> inert_text("=HYPERLINK(1)"), inert_text("-105.5"), inert_text("Kỳ Anh")
    ("'=HYPERLINK(1)", '-105.5', 'Kỳ Anh')
    """
    if _FORMULA_START.match(text) and not _NUMBER.match(text):
        return f"'{text}"
    return text


def _csv_cell(value: object) -> object:
    if isinstance(value, str):
        return inert_text(value)
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else repr(float(value))
    return "" if value is None or str(value) in ("<NA>", "NaT") else inert_text(str(value))


def _tag(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary name in the path's folder; it is renamed to the path if all goes well.

    The last part of the name is the path's own, for some formats keep it inside the file.
    """
    folder = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        part = folder / path.name
        yield part
        part.replace(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
