"""GeoTIFF: median level, class, probability and best server, each Cloud Optimized."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
import rasterio.shutil
from rasterio.io import MemoryFile
from scipy.special import ndtr

from htcoverage.errors import argument_fault
from htcoverage.export.classes import (
    COVER_COLOURS,
    LEVEL_BREAKS_DBM,
    LEVEL_COLOURS,
    PROBABILITY_BREAKS,
    QUANTITY,
    cover_classes,
    cover_labels,
    level_classes,
    level_labels,
    range_labels,
)
from htcoverage.export.files import texts, xml_text
from htcoverage.export.pictures import area_mask
from htcoverage.export.raster_styles import palette_style, ranges_style, write_style
from htcoverage.figures import CoverCriteria
from htcoverage.figures.cover import ANY_OPERATOR, Technology, layer_excess
from htcoverage.files import whole_file, whole_files
from htcoverage.grid import grid_of
from htcoverage.labels import Language

if TYPE_CHECKING:
    import geopandas as gpd
    import xarray as xr
    from odc.geo.geobox import GeoBox

#: Stands for "no level" in the rasters; far below any level, and read by every program.
NODATA_DBM = -9999.0

#: Stands for "no server"; as in the coverage itself.
NO_SERVER = -1

#: Okabe and Ito's, taken in turn by the servers in the ledger's order. Seven: of cells by threes
#: each then has another colour than the same sector next door.
_SERVER_COLOURS = (
    "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7",
)  # fmt: skip

_GDAL_CACHE_MB = 64

#: Which server of a pixel: the strongest cell, or the strongest of another site than its.
Rank = Literal["best", "runner-up"]

#: How an operator is called in the description of a band.
ANY_WORDS = "any operator"


def write_cog(
    path: str | Path,
    bands: Sequence[npt.NDArray[np.float32]],
    grid: GeoBox,
    *,
    descriptions: Sequence[str],
    unit: str = "dBm",
    metadata: Mapping[str, object] | None = None,
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
    metadata : mapping, optional
        Parameters that made the values, written as the file's metadata; anything but text as JSON.

    Raises
    ------
    InputError
        If there is no band, a band's shape is not the grid's, or descriptions are too few or many.
    """
    with whole_file(Path(path)) as part:
        _write_floats(part, bands, grid, descriptions, unit, metadata)


def _write_floats(
    part: Path,
    bands: Sequence[npt.NDArray[np.float32]],
    grid: GeoBox,
    descriptions: Sequence[str],
    unit: str,
    metadata: Mapping[str, object] | None,
) -> None:
    """Write float32 bands to a path that is free."""
    if not bands or len(descriptions) != len(bands):
        raise argument_fault(
            "descriptions", len(descriptions), f"one for each of at least one band ({len(bands)})"
        )
    for band in bands:
        if band.shape != tuple(grid.shape):
            raise argument_fault("bands", band.shape, f"the grid's shape {tuple(grid.shape)}")
    filled = (np.where(np.isnan(band), np.float32(NODATA_DBM), band) for band in bands)
    _write_tif(part, filled, np.float32, grid, descriptions, unit, metadata, nodata=NODATA_DBM)


def write_coverage_tif(
    coverage: xr.Dataset,
    technology: str,
    path: str | Path,
    *,
    rank: Rank = "best",
    metadata: Mapping[str, object] | None = None,
) -> None:
    """Write the median levels of one technology: the strongest of any operator, then each operator.

    ``<stem>.qml`` beside it has QGIS show the first band in the classes of the legend.

    Parameters
    ----------
    coverage : xarray.Dataset
        With ``level_dbm`` or ``runner_up_dbm``; its attributes are written too.
    technology : {"3G", "4G"}
        RSCP or RSRP, in dBm.
    path : str or Path
        File to write.
    rank : {"best", "runner-up"}
        Whose levels: of the strongest cell, or of the strongest of another site than its.
    metadata : mapping, optional
        Further parameters of the run.

    Raises
    ------
    InputError
        If the coverage has no layer of the technology.
    """
    places, descriptions = _layers_of(coverage, technology)
    level = coverage["level_dbm" if rank == "best" else "runner_up_dbm"]
    bands = [level.isel(layer=place).to_numpy() for place in places]
    told = {**coverage.attrs, **(metadata or {}), "technology": technology, "server": rank}
    with whole_files(Path(path)) as part:
        _write_floats(part, bands, grid_of(coverage), descriptions, "dBm", told)
        words = [f"{QUANTITY[technology]} {one} dBm" for one in level_labels(technology)]
        write_style(ranges_style(LEVEL_BREAKS_DBM[technology], LEVEL_COLOURS, words), part)


def write_probability_tif(
    coverage: xr.Dataset,
    technology: str,
    path: str | Path,
    *,
    criteria: CoverCriteria,
    area: gpd.GeoDataFrame | None = None,
    metadata: Mapping[str, object] | None = None,
) -> None:
    """Write the chance that the level reaches the threshold: Φ((level − threshold) / σ), 0 to 1.

    Of the best server alone; 0 where there is no level. Bands and style as in
    `write_coverage_tif`.

    Parameters
    ----------
    coverage, technology, path, metadata
        As for `write_coverage_tif`.
    criteria : CoverCriteria
        Thresholds and σ.
    area : GeoDataFrame, optional
        Polygons outside of which nothing is told: what was not computed is not uncovered.

    Raises
    ------
    InputError
        If the coverage has no layer of the technology.
    """
    places, descriptions = _layers_of(coverage, technology)
    level_dbm = coverage["level_dbm"].to_numpy()
    excess_db = level_dbm[places] - criteria.threshold_dbm(technology)
    below = np.where(np.isnan(excess_db), -np.inf, excess_db)
    # Without any spread the chance is 0 or 1.
    chance = ndtr(below / criteria.sigma_db) if criteria.sigma_db > 0 else (below >= 0)
    grid = grid_of(coverage)
    if area is not None:
        chance = np.where(area_mask(area, grid), chance, np.nan)
    told = {
        **coverage.attrs,
        **(metadata or {}),
        "technology": technology,
        "threshold_dbm": criteria.threshold_dbm(technology),
        "sigma_db": criteria.sigma_db,
    }
    bands = list(chance.astype(np.float32))
    descriptions = [f"{words}: probability of cover" for words in descriptions]
    with whole_files(Path(path)) as part:
        _write_floats(part, bands, grid, descriptions, "1", told)
        shares = range_labels([f"{100 * share:g}" for share in PROBABILITY_BREAKS])
        words = [f"{share} %" for share in shares]
        write_style(ranges_style(PROBABILITY_BREAKS, LEVEL_COLOURS, words), part)


def write_class_tif(
    coverage: xr.Dataset,
    technology: Technology,
    path: str | Path,
    *,
    criteria: CoverCriteria,
    quantity: Literal["cover", "level"] = "cover",
    operator: str = ANY_OPERATOR,
    area: gpd.GeoDataFrame | None = None,
    language: Language = "en",
    metadata: Mapping[str, object] | None = None,
) -> None:
    """Write classes of cover or of level, one band with the map's colours; 0 is nodata.

    The file's colour table holds the colours, ``<path>.aux.xml`` beside it and tags ``class_<n>``
    in it the words of each class, ``<stem>.qml`` both for QGIS.

    Parameters
    ----------
    coverage, path, metadata
        As for `write_coverage_tif`.
    technology : {"3G", "4G", "any", "both"}
        A class of level is of 3G or 4G.
    criteria : CoverCriteria
        Thresholds and margin.
    quantity : {"cover", "level"}
        ``cover``: covered with the margin, at the median only, not covered.
    operator : str
        An operator's name, ``any`` or, for cover, ``all``.
    area : GeoDataFrame, optional
        Polygons outside of which nothing is told: what was not computed is not uncovered.
    language : {"en", "vi"}
        Language of the words.

    Raises
    ------
    InputError
        If the coverage has no such layer.
    """
    grid = grid_of(coverage)
    if quantity == "cover":
        excess = layer_excess(coverage, criteria=criteria)
        combined_db = excess.combined_db(technology, operator).reshape(grid.shape)
        classes = cover_classes(combined_db, criteria.margin_db)
        colours, words = COVER_COLOURS, cover_labels(criteria, language)
    else:
        places, _ = _layers_of(coverage, technology)
        chosen = [p for p in places if coverage["operator"].to_numpy()[p] == operator]
        if not chosen:
            raise argument_fault("operator", operator, "an operator of the coverage, or 'any'")
        classes = level_classes(coverage["level_dbm"].to_numpy()[chosen[0]], technology)
        colours = LEVEL_COLOURS
        words = [f"{QUANTITY[technology]} {one} dBm" for one in level_labels(technology)]
    if area is not None:
        classes = np.where(area_mask(area, grid), classes, 0).astype(np.uint8)
    numbered = {f"class_{number}": word for number, word in enumerate(words, start=1)}
    with whole_files(Path(path)) as part:
        _write_tif(
            part,
            [classes],
            np.uint8,
            grid,
            [f"{technology} {_named(operator)}: class of {quantity}"],
            "",
            {**coverage.attrs, **(metadata or {}), "technology": technology, **numbered},
            nodata=0,
            colours=colours,
        )
        band = ElementTree.Element("PAMRasterBand", band="1")
        names = ElementTree.SubElement(band, "CategoryNames")
        for word in ["", *words]:
            ElementTree.SubElement(names, "Category").text = word
        _write_aux(band, part)
        numbers = range(1, len(words) + 1)
        write_style(palette_style(zip(numbers, colours, words, strict=True)), part)


def write_best_server_tif(
    coverage: xr.Dataset,
    technology: str,
    path: str | Path,
    *,
    rank: Rank = "best",
    metadata: Mapping[str, object] | None = None,
) -> None:
    """Write the index of the strongest cell at every pixel, −1 for none.

    ``<path>.aux.xml`` beside it is GDAL's raster attribute table: which cell, base station and
    site each index is. ``<stem>.qml`` has QGIS show the first band, its neighbours apart by colour.
    Bands as in `write_coverage_tif`.

    Parameters
    ----------
    coverage : xarray.Dataset
        With ``best_server`` or ``runner_up_server`` and the coordinates ``cell_id, bts_id,
        site_id`` of ``cell``.
    technology, path, rank, metadata
        As for `write_coverage_tif`.

    Raises
    ------
    InputError
        If the coverage has no layer of the technology.
    """
    places, descriptions = _layers_of(coverage, technology)
    server = coverage["best_server" if rank == "best" else "runner_up_server"].to_numpy()
    bands = [server[place].astype(np.int32, copy=False) for place in places]
    with whole_files(Path(path)) as part:
        _write_tif(
            part,
            bands,
            np.int32,
            grid_of(coverage),
            [f"{words}: {rank} server" for words in descriptions],
            "",
            {**coverage.attrs, **(metadata or {}), "technology": technology, "server": rank},
            nodata=NO_SERVER,
        )
        band = ElementTree.Element("PAMRasterBand", band="1")
        servers = np.unique(np.concatenate([np.unique(each) for each in bands]))
        band.append(_server_table(coverage, servers))
        _write_aux(band, part)
        first = np.unique(bands[0][bands[0] >= 0]).tolist()
        names = coverage["cell_id"].to_numpy()[first]
        write_style(
            palette_style(
                (index, _SERVER_COLOURS[place % len(_SERVER_COLOURS)], str(name))
                for place, (index, name) in enumerate(zip(first, names, strict=True))
            ),
            part,
        )


def _layers_of(coverage: xr.Dataset, technology: str) -> tuple[list[int], list[str]]:
    """Return the places of a technology's layers, that of any operator first, and their words."""
    places = np.flatnonzero(coverage["technology"].to_numpy() == technology).tolist()
    if not places:
        known = ", ".join(dict.fromkeys(coverage["technology"].to_numpy().tolist()))
        raise argument_fault("technology", technology, f"one of the coverage's: {known}")
    operators = coverage["operator"].to_numpy()
    order = sorted(places, key=lambda place: operators[place] != ANY_OPERATOR)
    return order, [f"{technology} {_named(str(operators[place]))}" for place in order]


def _named(operator: str) -> str:
    return ANY_WORDS if operator == ANY_OPERATOR else operator


def _write_tif(
    path: Path,
    bands: Iterable[npt.NDArray[np.generic]],
    kind: type[np.generic],
    grid: GeoBox,
    descriptions: Sequence[str],
    unit: str,
    metadata: Mapping[str, object] | None,
    *,
    nodata: float,
    colours: Sequence[str] = (),
) -> None:
    """Write bands of one kind, taken one at a time, to a path that is free."""
    rows, cols = grid.shape
    dtype = np.dtype(kind)
    # GDAL would keep a twentieth of the machine's memory in blocks that nobody asks for again.
    with rasterio.Env(GDAL_CACHEMAX=_GDAL_CACHE_MB), MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=cols, height=rows, count=len(descriptions), dtype=str(dtype),
            crs=str(grid.crs), transform=grid.affine, nodata=nodata,
        ) as plain:  # fmt: skip
            for index, (band, words) in enumerate(zip(bands, descriptions, strict=True), start=1):
                plain.write(band, index)
                plain.set_band_description(index, words)
                if unit:
                    plain.set_band_unit(index, unit)
            if colours:
                table = {
                    number: (*bytes.fromhex(colour.removeprefix("#")), 255)
                    for number, colour in enumerate(colours, start=1)
                }
                plain.write_colormap(1, {0: (0, 0, 0, 0), **table})
            plain.update_tags(**texts(metadata))
        # By way of memory: GDAL tells a full disk in many ways, some of them none.
        with memory.open() as plain, MemoryFile(ext=".tif") as whole:
            rasterio.shutil.copy(
                plain, whole.name, driver="COG", compress="DEFLATE",
                predictor="FLOATING_POINT" if dtype.kind == "f" else "STANDARD",
                level=6, overview_resampling="NEAREST", num_threads=1, bigtiff="IF_SAFER",
            )  # fmt: skip
            path.write_bytes(whole.read())


def _server_table(coverage: xr.Dataset, servers: npt.NDArray[np.int32]) -> ElementTree.Element:
    """Return GDAL's attribute table of the cells that serve somewhere."""
    table = ElementTree.Element("GDALRasterAttributeTable", tableType="thematic")
    # Types and usages are GDAL's GDALRATFieldType and GDALRATFieldUsage.
    for index, (name, kind, usage) in enumerate(
        (("index", "0", "5"), ("cell_id", "2", "2"), ("bts_id", "2", "0"), ("site_id", "2", "0"))
    ):
        field = ElementTree.SubElement(table, "FieldDefn", index=str(index))
        ElementTree.SubElement(field, "Name").text = name
        ElementTree.SubElement(field, "Type").text = kind
        ElementTree.SubElement(field, "Usage").text = usage
    identities = [coverage[name].to_numpy() for name in ("cell_id", "bts_id", "site_id")]
    for row, server in enumerate(servers[servers >= 0].tolist()):
        line = ElementTree.SubElement(table, "Row", index=str(row))
        ElementTree.SubElement(line, "F").text = str(server)
        for values in identities:
            ElementTree.SubElement(line, "F").text = xml_text(values[server])
    return table


def _write_aux(band: ElementTree.Element, path: Path) -> None:
    """Write what GDAL keeps beside a raster."""
    root = ElementTree.Element("PAMDataset")
    root.append(band)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    path.with_name(f"{path.name}.aux.xml").write_text(text + "\n", encoding="utf-8", newline="\n")
