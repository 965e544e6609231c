"""Write the reference province's files: same input, same bytes; a temporary name, then a rename."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
import rasterio.shutil
from odc.geo.geobox import GeoBox
from rasterio.enums import ColorInterp

from htcoverage.files import environment, sha256_of

#: GeoPackage stamps its layers with the current time unless GDAL is told another one.
LAST_CHANGE = "2023-10-31T00:00:00Z"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder; rename it to ``path`` if all went well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.part{path.suffix}")
    temporary.unlink(missing_ok=True)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_gpkg(path: Path, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Write one GeoPackage with the given layers, in the given order.

    Parameters
    ----------
    path : Path
        The file to make or replace.
    layers : mapping of str to GeoDataFrame
        Layer name and table; the index is not written.
    """
    with replacing(path) as temporary, environment("OGR_CURRENT_DATE", LAST_CHANGE):
        for number, (name, table) in enumerate(layers.items()):
            table.to_file(
                temporary,
                layer=name,
                driver="GPKG",
                engine="pyogrio",
                index=False,
                mode="a" if number else "w",
            )


def write_cog(
    path: Path,
    pixels: npt.NDArray[np.integer],
    *,
    grid: GeoBox,
    description: str,
    overviews: str = "NEAREST",
    nodata: int | None = None,
    colours: Mapping[int, tuple[int, int, int]] | None = None,
) -> None:
    """Write one band of whole numbers as a cloud-optimised GeoTIFF, deflate, predictor 2.

    Parameters
    ----------
    path : Path
        The file to make or replace.
    pixels : ndarray of int, shape (rows, columns)
        Row 0 north.
    grid : odc.geo.geobox.GeoBox
        Where the pixels lie.
    description : str
        The band's meaning and unit.
    overviews : str
        GDAL's resampling of the overviews: ``NEAREST`` for classes, ``AVERAGE`` for heights.
    nodata : int, optional
        The value that means none.
    colours : mapping of int to (int, int, int), optional
        Red, green, blue (0 to 255) of each class; for one byte a pixel only.
    """
    profile = {
        "driver": "GTiff",
        "height": grid.shape[0],
        "width": grid.shape[1],
        "count": 1,
        "dtype": pixels.dtype.name,
        "crs": str(grid.crs),
        "transform": grid.affine,
        "nodata": nodata,
    }
    with rasterio.MemoryFile() as memory:
        with memory.open(**profile) as band:
            band.write(pixels, 1)
            band.set_band_description(1, description)
            if colours is not None:
                band.write_colormap(1, {key: (*rgb, 255) for key, rgb in colours.items()})
                band.colorinterp = [ColorInterp.palette]
        with replacing(path) as temporary, memory.open() as band:
            rasterio.shutil.copy(
                band,
                temporary,
                driver="COG",
                compress="DEFLATE",
                predictor="STANDARD",
                level=9,
                blocksize=512,
                overview_resampling=overviews,
                num_threads=1,
            )


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table as UTF-8 CSV with a header and Unix line ends, without the index."""
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_checksums(folder: Path) -> None:
    """Write ``SHA256SUMS`` of all other files of a folder but its README (``sha256sum -c``)."""
    skipped = {"SHA256SUMS", "README.md"}
    files = sorted(p for p in folder.iterdir() if p.is_file() and p.name not in skipped)
    lines = [f"{sha256_of(path)}  {path.name}\n" for path in files if not path.name.startswith(".")]
    write_text(folder / "SHA256SUMS", "".join(lines))
