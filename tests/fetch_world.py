"""Small files in the true formats of the raster sources, for an invented coast."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import rasterio
from fetch_server import Answer, Request, Server
from rasterio.io import MemoryFile
from rasterio.shutil import copy as raster_copy
from rasterio.transform import from_origin

#: A box on the coast: with 20 km around it it needs the tiles N17 and N18, E105 and E106.
BBOX = "105.95,17.95,106.05,18.05"

#: Paths of the table's addresses below the server.
PATHS = {
    "glo30": "/glo30/{name}/{name}.tif",
    "glo30_stac": "/stac",
    "srtm": "/skadi/{band}/{name}.hgt.gz",
    "worldcover": "/v200/2021/map/ESA_WorldCover_10m_2021_v200_{name}_Map.tif",
    "worldpop": "/constrained/{country}/{country_lower}_ppp_2020_UNadj_constrained.tif",
    "worldpop_unconstrained": "/all/{country}/{country_lower}_ppp_2020_UNadj.tif",
}

#: Pixels of a degree in the small GLO-30 (3600 in the true one) and in the other rasters.
SIDE, COARSE = 360, 120


def elevation_m(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """A plane that rises inland, so that every tile can be told from its neighbours."""
    return (200.0 * (106.6 - lon) + 10.0 * (lat - 17.0)).astype(np.float32)


def cog(values: np.ndarray, west: float, north: float, step: float, nodata: float | None) -> bytes:
    """Return a Cloud Optimized GeoTIFF in WGS 84, blocks of 128 pixels, with overviews."""
    profile = {
        "driver": "GTiff", "width": values.shape[1], "height": values.shape[0], "count": 1,
        "dtype": values.dtype, "crs": "EPSG:4326", "nodata": nodata,
        "transform": from_origin(west, north, step, step),
    }  # fmt: skip
    with MemoryFile() as plain, MemoryFile() as packed:
        with plain.open(**profile) as file:
            file.write(values, 1)
        with plain.open() as file:
            raster_copy(
                file, packed.name, driver="COG", blocksize=128, compress="DEFLATE",
                overviews="AUTO",
            )  # fmt: skip
        return bytes(packed.read())


def strips(values: np.ndarray, west: float, north: float, step: float, nodata: float) -> bytes:
    """Return a GeoTIFF in strips, LZW, as WorldPop's."""
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=values.shape[1], height=values.shape[0], count=1,
            dtype=values.dtype, crs="EPSG:4326", nodata=nodata, compress="lzw", tiled=False,
            transform=from_origin(west, north, step, step),
        ) as file:  # fmt: skip
            file.write(values, 1)
        return bytes(memory.read())


def glo30_tile(lon: int, lat: int) -> bytes:
    """A tile of 1°: values at whole steps of the degree, so pixels lie half a step off."""
    step = 1.0 / SIDE
    lons, lats = lon + step * np.arange(SIDE), lat + 1.0 - step * np.arange(SIDE)
    values = elevation_m(*np.meshgrid(lons, lats))
    return cog(values, lon - step / 2, lat + 1.0 + step / 2, step, None)


def hgt(lon: int, lat: int) -> bytes:
    """An SRTM tile of 3 arc seconds: 1201 rows of big-endian numbers, one row shared."""
    side = np.arange(1201) / 1200.0
    values = np.round(elevation_m(*np.meshgrid(lon + side, lat + 1.0 - side)))
    raw = values.astype(">i2")
    raw[1100, 100] = -32768  # a void on land, 0.083° from the south-west corner
    return raw.tobytes()


def worldcover_tile(lon: int, lat: int) -> bytes:
    """Tree cover, with a built-up block of 4 × 4 pixels at 106.0° E, 18.0° N where it reaches."""
    step = 1.0 / COARSE
    values = np.full((3 * COARSE, 3 * COARSE), 10, np.uint8)
    row, column = round((lat + 3 - 18.0) / step), round((106.0 - lon) / step)
    values[max(row - 2, 0) : max(row + 2, 0), max(column - 2, 0) : max(column + 2, 0)] = 50
    return cog(values, lon, lat + 3, step, 0)


def population(*, residents: float = 5.0) -> np.ndarray:
    """Five residents a pixel on land west of 106.5° E, none known elsewhere."""
    values = np.full((3 * COARSE, 3 * COARSE), -99999.0, np.float32)
    values[:, : round(1.5 * COARSE)] = residents
    return values


def serve_rasters(server: Server) -> None:
    """Put the tiles of the coast on a server; N17E106 is sea and not there."""
    for lon, lat in ((105, 17), (105, 18), (106, 18)):
        name = f"Copernicus_DSM_COG_10_N{lat:02d}_00_E{lon:03d}_00_DEM"
        server.files[f"/glo30/{name}/{name}.tif"] = glo30_tile(lon, lat)
        server.files[f"/skadi/N{lat:02d}/N{lat:02d}E{lon:03d}.hgt.gz"] = gzip.compress(
            hgt(lon, lat)
        )
    for lon, lat in ((105, 15), (105, 18)):
        name = f"ESA_WorldCover_10m_2021_v200_N{lat:02d}E{lon:03d}_Map.tif"
        server.files[f"/v200/2021/map/{name}"] = worldcover_tile(lon, lat)
    step = 1.0 / COARSE
    server.files["/constrained/VNM/vnm_ppp_2020_UNadj_constrained.tif"] = strips(
        population(), 105.0, 20.0, step, -99999.0
    )
    server.files["/all/VNM/vnm_ppp_2020_UNadj.tif"] = cog(
        population(residents=4.0), 105.0, 20.0, step, -99999.0
    )


def serve_stac(
    server: Server, *, page: int = 1, next_by: str = "replace", href: str = "s3://glo30"
) -> None:
    """Put a STAC API on a server: a landing page, and a search that gives so many items a page.

    ``next_by``: the next page is asked for by a body in place of the first ("replace"), to be put
    into the first ("merge"), or by an address ("get").
    """
    names = [path.split("/")[2] for path in server.files if path.startswith("/glo30/")]

    def landing(request: Request) -> Answer:
        link = {"rel": "search", "type": "application/geo+json", "method": "POST"}
        return as_json({
            "type": "Catalog", "id": "small", "stac_version": "1.0.0", "description": "small",
            "conformsTo": [
                "https://api.stacspec.org/v1.0.0/core",
                "https://api.stacspec.org/v1.0.0/item-search",
            ],
            "links": [
                {"rel": "self", "href": f"{server.url}/stac"},
                {"rel": "root", "href": f"{server.url}/stac"},
                {**link, "href": f"{server.url}/stac/search"},
            ],
        })  # fmt: skip

    def search(request: Request) -> Answer:
        import json

        body = json.loads(request.body) if request.body else {}
        if not request.query:
            assert body["collections"] == ["cop-dem-glo-30"]
        start = int(body.get("token", request.query.get("token", 0)))
        shown = sorted(names)[start : start + page]
        links = []
        if start + page < len(names):
            token = {"token": start + page}
            link = {"rel": "next", "href": f"{server.url}/stac/search", "method": "POST"}
            by = {
                "replace": {**link, "body": {**body, **token}, "merge": False},
                "merge": {**link, "body": token, "merge": True},
                "get": {"rel": "next", "href": f"{link['href']}?token={start + page}"},
            }
            links = [by[next_by]]
        return as_json({
            "type": "FeatureCollection", "features": [stac_item(n, href) for n in shown],
            "links": links,
        })  # fmt: skip

    server.routes["/stac"] = landing
    server.routes["/stac/search"] = search


def stac_item(name: str, href: str = "s3://glo30") -> dict[str, object]:
    lat, lon = int(name[23:25]), int(name[30:33])
    ring = [[lon, lat], [lon + 1, lat], [lon + 1, lat + 1], [lon, lat + 1], [lon, lat]]
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": name, "collection": "cop-dem-glo-30",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [lon, lat, lon + 1, lat + 1],
        "properties": {"datetime": "2021-04-22T00:00:00Z"}, "links": [],
        "assets": {"data": {"href": f"{href}/{name}/{name}.tif", "type": "image/tiff"}},
    }  # fmt: skip


def as_json(content: object) -> Answer:
    import json

    body = json.dumps(content).encode()
    return Answer(body, 200, {"Content-Type": "application/json"})


def zipped(members: dict[str, bytes]) -> bytes:
    with io.BytesIO() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return packed.getvalue()


def put_ledger(folder: Path) -> None:
    """Put a ledger of one site, two operators, where the project file expects it."""
    lines = ["bts_id,site_id,operator,technology,longitude,latitude"]
    for operator in ("Viettel", "MobiFone"):
        for technology in ("3G", "4G"):
            lines.append(f"{operator[0]}{technology},S1,{operator},{technology},106.0,18.0")
    (folder / "bts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def read(path: Path) -> tuple[np.ndarray, rasterio.Affine, float | None]:
    with rasterio.open(path) as file:
        return file.read(1), file.transform, file.nodata
