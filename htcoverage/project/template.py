"""The commented project file that ``htcoverage init`` writes."""

from __future__ import annotations

_TEMPLATE = """\
# htcoverage project file. Lines that begin with # are comments: take the # away to set a value.
# Paths start from the folder of this file. Run it:   htcoverage run --project htcoverage.toml

name = "My province"

# Projected CRS in metres of the analysis. Left out: the UTM zone of the districts.
# crs = "EPSG:9209"                  # VN-2000 / TM-3 105°30′

output = "out"

# The operators of the province. Left out: Viettel, VinaPhone, MobiFone, Vietnamobile.
# operators = ["Telkomsel", "XL"]

# ---- the ledger of base stations (needed) ---------------------------------------------------
# CSV, TSV, XLSX, GeoPackage, GeoJSON, Shapefile, KML/KMZ, MapInfo, OpenCelliD, Atoll sites.
[layers.bts]
path = "bts.csv"
# layer = "Sheet1"                   # sheet or layer, where the file has several
# crs = "EPSG:9209"                  # of x and y; longitude and latitude are WGS 84 by default
# cells = "cells.csv"                # cells or Atoll transmitters; left out: by stated defaults
# faulty_rows = "stop"               # or "drop": leave them out, each told in the cleaning report

# What the file calls our columns. Left out: guessed; `htcoverage check bts.csv` shows the guess.
[layers.bts.columns]
# bts_id = "Mã trạm"
# site_id = "Mã vị trí"
# operator = "Nhà mạng"
# technology = "Công nghệ"
# longitude = "Kinh độ"
# latitude = "Vĩ độ"
# antenna_height_m = "Độ cao anten (m)"
# azimuth_deg = "Góc phương vị"
# band_mhz = "Băng tần"

# A value for every row, for a column that the file lacks.
[layers.bts.values]
# operator = "Viettel"

# Other words for the operators (VNPT is known to mean VinaPhone); a network code such as "510-10"
# is one. Instead of the list above and this, a table of both:
#   [operators]
#   Telkomsel = ["TSEL", "510-10"]
#   XL = []
[layers.bts.operators]
# "Mạng A" = "Viettel"

# ---- areas and homes (needed) ---------------------------------------------------------------
# Any vector layer of polygons: districts, or communes, with a code and a name each.
[layers.districts]
path = "districts.gpkg"
[layers.districts.columns]
# district_code = "code"
# full_name = "name"

# Polygons where people live. `district_code` left out: by place.
[layers.settlements]
path = "settlements.gpkg"
# population = "population.tif"      # residents a pixel, where the layer has no column of them
# clustered_within_m = 50.0          # path holds buildings: those this near are one settlement
# built_up_class = 50                # path is a land cover raster: this class is built up
# smallest_m2 = 5000.0               # smaller clusters are no settlement
[layers.settlements.columns]
# residents = "dan_so"

# ---- terrain (needed) -----------------------------------------------------------------------
[layers.terrain]
ground = "dem.tif"                   # or a list, a pattern ("dem/*.hgt"), or a tile set's index.txt
# ground_crs = "EPSG:4326"           # where the raster tells none
# clutter = "landcover.tif"          # left out: bare ground
# clutter_classes = "classes.csv"    # class, height_m; left out: ESA WorldCover's classes
# zone = "zone.tif"                  # 1 sea, 3 coastal, 4 inland; left out: inland
# posting_m = 90.0                   # left out: the elevation's own

# ---- fibre (left out: no fibre) ---------------------------------------------------------------
# GeoPackage, GeoJSON, Shapefile, KML/KMZ, MapInfo, DXF, or CSV with one straight segment a row.
# [layers.spans]
# path = "spans.gpkg"
# crs = "EPSG:9209"                  # of a file that tells none, such as a DXF
# owner = "VNPT"                     # owns spans that name no owner
# [layers.spans.owners]              # whose cables serve which operator, where the names differ
# "VinaPhone" = "VNPT"

# ---- antenna patterns (left out: 3gpp-36814 and omni) ------------------------------------------
# A folder of MSI Planet files (.msi, .pla, .ant). The cells' column `antenna` names one by the NAME
# in the file, or by the file's name without its ending.
# [antennas]
# path = "patterns"

# ---- what counts as covered, and how it is computed; the values here are the defaults ---------
[grid]
# resolution_m = 100.0

[thresholds]
# preset = "vn-thon"                 # named criteria: htcoverage presets; the keys below go first
# threshold_3g_dbm = -95.0           # RSCP
# threshold_4g_dbm = -105.0          # RSRP
# cell_edge_probability = 0.9
# user_loss_db = 0.0                 # body, car or building between outdoors and the receiver
# user_loss_sigma_db = 0.0           # its spread
# model_sigma_db = 7.0               # labelled assumption until calibrated

[model]
# model = "p1812"                    # ITU-R P.1812-8; others: htcoverage models
# environment = "rural"              # of that model, where it has several
# radius_km = 15.0
# rx_height_m = 1.5
# clutter_clearance_m = 100.0
# delta_n = 50.0                     # N-units/km
# n0 = 370.0                         # N-units

[uncertainty]
# worlds = 200                       # simulated worlds of the intervals; 0: no intervals

# ---- a public statement to set the figure beside (left out: none) ------------------------------
# [reported]
# covered_residential_share = 0.99
# date = "2023-10"
# counts = "what the statement counts, in its own words"

# ---- what things cost, for planning (left out: planning's own assumptions) ---------------------
# `htcoverage fibre costs` writes the table to fill; it is checked before a run.
# [costs]
# path = "costs.csv"
"""


def project_template() -> str:
    """Return a project file in which every key stands, most of them as comments."""
    return _TEMPLATE
