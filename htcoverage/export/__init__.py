"""Files for Atoll, QGIS, Google Earth, MapInfo and spreadsheets: one function a format.

Every file is written under a temporary name in its folder and then renamed: it is whole or it is
not there. The same input gives the same bytes. Each carries the parameters that made it.
"""

from htcoverage.export.atoll import write_atoll
from htcoverage.export.fcc import availability, write_availability
from htcoverage.export.kmz import GroundPicture, Placemarks, write_kmz
from htcoverage.export.rasters import (
    write_best_server_tif,
    write_class_tif,
    write_cog,
    write_coverage_tif,
    write_probability_tif,
)
from htcoverage.export.tables import inert_text, write_csv, write_xlsx
from htcoverage.export.vectors import write_geoparquet, write_gpkg, write_tab
from htcoverage.files import whole_file

__all__ = [
    "GroundPicture",
    "Placemarks",
    "availability",
    "inert_text",
    "whole_file",
    "write_atoll",
    "write_availability",
    "write_best_server_tif",
    "write_class_tif",
    "write_cog",
    "write_coverage_tif",
    "write_csv",
    "write_geoparquet",
    "write_gpkg",
    "write_kmz",
    "write_probability_tif",
    "write_tab",
    "write_xlsx",
]
