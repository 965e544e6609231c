"""An invented province in UTM zone 36 south, made of files alone."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from rasterio.transform import from_origin

OPERATORS = ("Telco Ñandú", "<Rede & B>")

CRS = "EPSG:32736"  # WGS 84 / UTM zone 36S
WEST_M, SOUTH_M, SIDE_M = 600_000.0, 7_800_000.0, 8_000.0

PROJECT = """\
name = "Província <Nova>"
crs = "EPSG:32736"
output = "results"

[operators]
"Telco Ñandú" = ["Rede A", "643-01"]
"<Rede & B>" = ["Rede B"]

[layers.bts]
path = "torres.csv"
crs = "EPSG:32736"
[layers.bts.columns]
bts_id = "Estação"
x = "Leste"
y = "Norte"
[layers.districts]
path = "distritos.gpkg"
[layers.districts.columns]
district_code = "codigo"
full_name = "nome"

[layers.settlements]
path = "aldeias.geojson"
population = "populacao.tif"

[layers.terrain]
ground = "relevo.tif"
posting_m = 100.0

[grid]
resolution_m = 200.0

[thresholds]
threshold_4g_dbm = -100.0

[model]
radius_km = 5.0

[reported]
covered_residential_share = 0.8
date = "2024-05"
counts = "homes, by the province's own count"
"""


def put_province(folder: Path, *, project: str = PROJECT) -> Path:
    """Write the province's files into a folder and return its project file."""
    middle, edge = WEST_M + SIDE_M / 2, SOUTH_M + SIDE_M
    halves = [
        shapely.box(WEST_M, SOUTH_M, middle, edge),
        shapely.box(middle, SOUTH_M, WEST_M + SIDE_M, edge),
    ]
    gpd.GeoDataFrame(
        {"codigo": ["W", "E"], "nome": ["Distrito do Oeste", "Distrito do Leste"]},
        geometry=halves, crs=CRS,
    ).to_file(folder / "distritos.gpkg")  # fmt: skip
    homes = [
        shapely.Point(WEST_M + 1500, SOUTH_M + 2000).buffer(300, 4),
        shapely.Point(middle + 2500, SOUTH_M + 6000).buffer(400, 4),
    ]
    villages = gpd.GeoDataFrame({"name": ["Aldeia 1", "Aldeia 2"]}, geometry=homes, crs=CRS)
    villages.to_crs(4326).to_file(folder / "aldeias.geojson")
    people = np.full((100, 100), 4.0, np.float32)  # 4 residents on each 100 m pixel
    put_raster(folder / "populacao.tif", people, WEST_M - 1000, SOUTH_M + 9000, 100.0)
    side = int((SIDE_M + 14_000) / 100)
    north, east = np.mgrid[0:side, 0:side]
    ground = (200 + 30 * np.sin(north / 9) * np.cos(east / 7)).astype(np.float32)
    put_raster(folder / "relevo.tif", ground, WEST_M - 7000, SOUTH_M + SIDE_M + 7000, 100.0)
    towers = (
        "Estação;Operator;Technology;Leste;Norte;Azimuth\n"
        f"T1;Rede A;LTE;{WEST_M + 1600:.1f};{SOUTH_M + 2100:.1f};0 180\n".replace(".", ",")
        + f"T2;Rede B;3G;{middle + 2000:.1f};{SOUTH_M + 5000:.1f};\n".replace(".", ",")
    )
    (folder / "torres.csv").write_text(towers, encoding="utf-8")
    path = folder / "htcoverage.toml"
    path.write_text(project, encoding="utf-8")
    return path


def put_raster(
    path: Path, values: np.ndarray, west_m: float, north_m: float, step_m: float
) -> None:
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype=values.dtype, crs=CRS, transform=from_origin(west_m, north_m, step_m, step_m),
    ) as target:  # fmt: skip
        target.write(values, 1)


def octagon_area_m2(radius_m: float, quarters: int = 4) -> float:
    """Area of a point's buffer: a regular polygon of four times `quarters` corners."""
    corners = 4 * quarters
    return 0.5 * corners * radius_m**2 * math.sin(2 * math.pi / corners)
