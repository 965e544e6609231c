"""A small province as geoBoundaries, Overpass, Microsoft, Google and OpenCelliD would serve it."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import shapely
from fetch_server import Answer, Request, Server, endpoints_file

from htcoverage.fetch.building_files import quadkeys_over
from htcoverage.fetch.cache import Context
from htcoverage.fetch.endpoints import read_endpoints
from htcoverage.fetch.sources import Area, Fetched

#: The province, and its two districts of 5 km by 10 km.
PROVINCE = shapely.box(105.90, 18.30, 106.00, 18.40)
WEST, EAST = shapely.box(105.90, 18.30, 105.95, 18.40), shapely.box(105.95, 18.30, 106.00, 18.40)
BOUNDS = (105.90, 18.30, 106.00, 18.40)

TOKEN = "pk.0a/secret+token=7f"

ADDRESSES = {
    "geoboundaries": "/api/current/gbOpen/{country}/{name}/",
    "overpass": "/api/interpreter",
    "microsoft_buildings": "/2026-08-13/dataset-links.csv",
    "google_buildings": "/public/tiles.geojson",
    "opencellid": "/ocid/downloads?type=mcc&file={mcc}.csv.gz",
}

CELL_HEADER = (
    "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\n"
)


# ---- geoBoundaries --------------------------------------------------------------------------


def feature(
    name: str, code: str, shape: shapely.Geometry, *, level: str = "ADM2"
) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": {
            "shapeName": name, "shapeISO": "", "shapeID": code, "shapeGroup": "VNM",
            "shapeType": level,
        },
        "geometry": json.loads(shapely.to_geojson(shape)),
    }  # fmt: skip


def collection(features: list[dict[str, object]]) -> bytes:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    whole = {"type": "FeatureCollection", "crs": crs, "features": features}
    return json.dumps(whole, ensure_ascii=False).encode()


def release(level: str, address: str, licence: str = "Public Domain") -> bytes:
    """Return an answer of the interface, in its own words."""
    return json.dumps(
        {
            "boundaryID": f"VNM-{level}-12345678", "boundaryName": "Viet Nam",
            "boundaryISO": "VNM", "boundaryYearRepresented": "2008", "boundaryType": level,
            "boundaryCanonical": "Unknown", "boundarySource": "OCHA\u202e <b>Government</b>",
            "boundaryLicense": licence, "licenseDetail": "nan",
            "licenseSource": "data.humdata.org", "boundarySourceURL": "data.humdata.org",
            "sourceDataUpdateDate": "Thu Jan 19 07:31:04 2023", "buildDate": "Dec 12, 2023",
            "Continent": "Asia", "admUnitCount": "3",
            "staticDownloadLink": address.replace(".geojson", "-all.zip"),
            "gjDownloadURL": address, "tjDownloadURL": address.replace("geojson", "topojson"),
            "simplifiedGeometryGeoJSON": address.replace(".geojson", "_simplified.geojson"),
        }
    ).encode()  # fmt: skip


def serve_boundaries(server: Server) -> None:
    units = {
        "ADM1": [
            feature("Ha Tinh", "P1", PROVINCE, level="ADM1"),
            feature("Nghe An", "P2", shapely.box(105.9, 18.4, 106.0, 18.6), level="ADM1"),
            feature("Quang Binh", "P3", shapely.box(105.9, 18.1, 106.0, 18.3), level="ADM1"),
        ],
        "ADM2": [
            feature("Can Loc", "D1", WEST),
            feature("Thach Ha", "D2", EAST),
            feature("Nam Dan", "D3", shapely.box(105.9, 18.399, 106.0, 18.6)),
        ],
        "ADM3": [
            feature(f"Xa {number}", f"C{number}", shapely.box(x, 18.30, x + 0.025, 18.40))
            for number, x in enumerate((105.90, 105.925, 105.95, 105.975))
        ],
    }
    licences = {"ADM1": "Public Domain", "ADM2": "CC BY 3.0 IGO", "ADM3": "CC BY 3.0 IGO"}
    for level, features in units.items():
        raw = f"/raw/9469f09/VNM/{level}/geoBoundaries-VNM-{level}.geojson"
        media = f"/media/9469f09/VNM/{level}/geoBoundaries-VNM-{level}.geojson"
        api = f"/api/current/gbOpen/VNM/{level}/"
        server.files[api] = release(level, server.url + raw, licences[level])
        # github.com passes on to the store of large files, on another host.
        passed = Answer(status=302, headers={"Location": server.other_url + media})
        server.routes[raw] = lambda _, passed=passed: passed  # type: ignore[misc]
        server.files[media] = collection(features)


# ---- Overpass -------------------------------------------------------------------------------


def way(number: int, points: list[tuple[float, float]], tags: Mapping[str, str]) -> str:
    """Return a way with its nodes, in the order of Overpass."""
    ring = points[0] == points[-1]
    own = points[:-1] if ring else points
    ids = [1000 * number + place for place in range(len(own))]
    nodes = "".join(
        f'  <node id="{i}" lat="{y}" lon="{x}"/>\n' for i, (x, y) in zip(ids, own, strict=True)
    )
    refs = "".join(f'    <nd ref="{i}"/>\n' for i in ([*ids, ids[0]] if ring else ids))
    told = "".join(f'    <tag k="{k}" v="{v}"/>\n' for k, v in tags.items())
    return f'{nodes}  <way id="{number}">\n{refs}{told}  </way>\n'


def square(x: float, y: float, size: float) -> list[tuple[float, float]]:
    return [(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]


def osm(elements: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<osm version="0.6" generator="Overpass API 0.7.62.4 2390de5a">\n'
        "<note>The data included in this document is from www.openstreetmap.org. The data is made "
        "available under ODbL.</note>\n"
        f'<meta osm_base="2026-11-01T00:00:00Z"/>\n{elements}\n</osm>\n'
    ).encode()


def remark(words: str) -> bytes:
    return osm(f"<remark> {words} </remark>")


def box_of(request: Request) -> shapely.Geometry:
    found = re.search(r"\(([0-9.,-]+)\);", request.query["data"])
    assert found is not None
    south, west, north, east = map(float, found[1].split(","))
    return shapely.box(west, south, east, north)


def overpass(request: Request) -> Answer:
    """Return what lies in the box of a question."""
    box = box_of(request)
    if '"highway"' in request.query["data"]:
        elements = [
            (way(90, [(105.91, 18.35), (106.1, 18.35)], {"highway": "primary", "ref": "QL1"}),
             shapely.box(105.91, 18.35, 106.1, 18.35)),
        ]  # fmt: skip
    else:
        elements = [
            (
                way(
                    number, square(x, 18.33, 0.01),
                    {"landuse": "residential", "name": f"Thôn {number}"},
                ),
                shapely.box(x, 18.33, x + 0.01, 18.34),
            )
            for number, x in enumerate((105.91, 105.96, 106.05), start=1)
        ]  # fmt: skip
    return Answer(osm("".join(text for text, place in elements if place.intersects(box))))


# ---- buildings ------------------------------------------------------------------------------


def footprint(x: float, y: float, size: float = 0.0001) -> str:
    properties = {"height": -1.0, "confidence": 0.875}
    geometry = {"type": "Polygon", "coordinates": [[list(p) for p in square(x, y, size)]]}
    return json.dumps({"type": "Feature", "properties": properties, "geometry": geometry})


def serve_microsoft(server: Server) -> None:
    keys = quadkeys_over(BOUNDS)
    rows = "Location,QuadKey,Url,Size,UploadDate\n"
    for place, key in enumerate((*keys, "132200000")):
        folder = f"/2026-08-13/global-buildings.geojsonl/RegionName=Vietnam/quadkey={key}"
        path = f"{folder}/part-{place}.c000.csv.gz"
        rows += f"Vietnam,{key},{server.url}{path},2.5KB,2026-08-13\n"
        lines = [
            footprint(105.91 + 0.0005 * (number % 20), 18.33 + 0.0005 * (number // 20))
            for number in range(200)
        ]
        lines += [footprint(105.2, 18.35), footprint(106.0, 18.39999)]
        server.files[path] = gzip.compress("\n".join(lines).encode(), mtime=0)
    server.files["/2026-08-13/dataset-links.csv"] = rows.encode()


def serve_google(server: Server) -> None:
    path = "/v3/polygons_s2_level_4_gzip/315_buildings.csv.gz"
    tile = {"tile_id": "315", "tile_url": server.url + path, "size_mb": 0.01}
    cell = json.loads(shapely.to_geojson(shapely.box(100, 10, 107, 20)))
    features = [{"type": "Feature", "properties": tile, "geometry": cell}]
    whole = {"type": "FeatureCollection", "features": features}
    server.files["/public/tiles.geojson"] = json.dumps(whole).encode()
    rows = "latitude,longitude,area_in_meters,confidence,geometry,full_plus_code\n"
    for number in range(30):
        x, y = 105.96 + 0.0005 * number, 18.33
        wkt = shapely.box(x, y, x + 0.0001, y + 0.0001).wkt
        rows += f'{y + 0.00005},{x + 0.00005},110.5,0.8125,"{wkt}",7PF7XX22+22\n'
    server.files[path] = gzip.compress(rows.encode(), mtime=0)


# ---- OpenCelliD -----------------------------------------------------------------------------


def cells_gz(header: str = "") -> bytes:
    rows = header
    for number in range(8):
        radio, cell = ("LTE", 25600 * (number + 1) + 1) if number % 2 else ("UMTS", 70131 + number)
        net = (4, 2, 1)[number % 3]
        x, y = 105.91 + 0.01 * number, 18.31 + 0.01 * number
        rows += (
            f"{radio},452,{net},5001,{cell},0,{x:.4f},{y:.4f},1000,12,1,1459813819,1640000000,0\n"
        )
    rows += "LTE,452,4,5001,99999,0,107.9050,18.3420,1000,12,1,1459813819,1640000000,0\n"
    return gzip.compress(rows.encode(), mtime=0)


def serve_opencellid(server: Server) -> None:
    """Serve the file to the token alone, and words under status 200 to any other."""
    body = cells_gz()

    def answer(request: Request) -> Answer:
        if request.query.get("token") != TOKEN:
            return Answer(b"INVALID_TOKEN")
        return Answer(body, headers={"Content-Type": "application/gzip"})

    server.routes["/ocid/downloads"] = answer


def serve_all(server: Server) -> None:
    serve_boundaries(server)
    server.routes["/api/interpreter"] = overpass
    serve_microsoft(server)
    serve_google(server)
    serve_opencellid(server)


def context_of(server: Server, folder: Path, *, more: str = "", **choices: str) -> Context:
    """Return a context whose sources are all on the server; github's store is another host."""
    folder.mkdir(exist_ok=True)
    hosts = f'hosts = ["{server.other_url.removeprefix("http://")}"]\n'
    file = endpoints_file(folder, server.url, ADDRESSES, more)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[geoboundaries]\n", f"[geoboundaries]\n{hosts}"), "utf-8")
    out = folder / "out"
    out.mkdir(exist_ok=True)
    return Context(read_endpoints(file), out, folder / "cache", choices=choices)


def fetched(module: object, area: Area, context: object) -> list[Fetched]:
    items = module.plan(area, context)  # type: ignore[attr-defined]
    found: list[Fetched] = module.fetch(items, context)  # type: ignore[attr-defined]
    return found


def bytes_below(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()
