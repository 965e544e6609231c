"""Results show themselves: a real kernel runs cells, and its output bundles are read."""

from __future__ import annotations

import ast
import base64
import importlib
import io
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from PIL import Image

from htcoverage.figures import CoverCriteria
from htcoverage.labels import label
from htcoverage.notebook import _VIEWS
from htcoverage.notebook.results import show_criteria, show_preset
from htcoverage.presets import preset

HERE = Path(__file__).parent

_IMPORT = """
import sys
before = set(sys.modules)
import htcoverage as ht
sorted(set(sys.modules) - before)
"""

_START = f"""
sys.path.insert(0, {str(HERE)!r})
import numpy as np, pandas as pd, shapely, xarray as xr
from figures_world import *
from profile_world import EAST, WEST, hills, make_terrain, wall_terrain
EVIL = "Thôn <script>alert(1)</script> $x$ Đồng Lộc"
districts = make_districts(("w", box(0, 0, 5, 6)), ("e", box(5, 0, 10, 6)))
homes = make_settlements(("s1", "w", 100.0, box(1, 1, 4, 3)), ("s2", "e", 60.0, box(6, 1, 9, 3)))
homes["name"] = [EVIL, "Tổ dân phố 5"]
homes["provenance"] = "modelled"
bts = ht.read_ledger.__globals__["gpd"].GeoDataFrame(
    {{"bts_id": ["a4", "b4"], "site_id": ["m", "n"], "site_name": [EVIL, "Xuân Hội"],
      "operator": ["Viettel", "MobiFone"], "technology": ["4G", "4G"],
      "provenance": ["modelled", "official"]}},
    geometry=[shapely.Point(WEST_M + x, NORTH_M - 200) for x in (100, 700)], crs=CRS,
)
level = np.full((6, 10), -140.0)
level[:, :3] = -60.0
coverage = make_coverage(Viettel_4g=level, any_4g=level)
coverage.attrs |= {{"model": "ITU-R P.1812-8", "radius_km": 15.0, "delta_n": 45.0}}
figures = ht.compute_figures(coverage, homes, districts)
gaps = ht.find_gaps(coverage, homes, districts, bts)
"""

CELLS = {
    "import": _IMPORT,
    "start": _START,
    "coverage": "coverage",
    "again": "coverage",
    "other dataset": "xr.Dataset({'level_dbm': ('t', [1.0, 2.0])})",
    "figures": "figures",
    "headline": "ht.headline(figures)",
    "gaps": "gaps",
    "some columns": "gaps[['settlement', 'residents', 'missing_db', 'nearest_site_km']].head(1)",
    "no gaps": "gaps.iloc[:0]",
    "bts": "bts",
    "no place": "bts.set_geometry([None, shapely.Point()], crs=CRS)",
    "homes": "homes",
    "covered homes": "homes.assign(covered_4g_cell_edge=[0.25, 1.0])",
    "districts": "districts",
    "long": "pd.concat([pd.DataFrame(homes.drop(columns='geometry'))] * 30, ignore_index=True)",
    "other table": "pd.DataFrame({'name': ['<b>', 'x'], 'residents': [1.5, 2.0]})",
    "other tuple": "(1, 2)",
    "curves": "ht.compute_sensitivity(coverage, homes, districts)",
    "curve": "ht.compute_sensitivity(coverage, homes, districts)[0]",
    "criteria": "ht.CoverCriteria()",
    "preset": "ht.preset('ofcom-4g')",
    "path": "ht.path_profile(wall_terrain(120.0), WEST, EAST, freq_mhz=1800, tx_height_m=30)",
    "terrain": "make_terrain(hills())",
    "link budget": "from htcoverage.link_budget import LinkBudget; "
    "LinkBudget('4G', 46.0, 17.5, 2.0, -105.0, -6.0)",
    "reference": "ht.load_reference()",
    "tiếng Việt": "from htcoverage.notebook import register; register(language='vi'); gaps",
    "coverage, vi": "coverage",
}


@pytest.fixture(scope="module")
def shown() -> dict[str, dict[str, str]]:
    """Run every cell in one kernel; return what each shows, by media type."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=1_200, startup_timeout=300, kernel_name="python3").execute()
    found = {}
    for name, cell in zip(CELLS, notebook.cells, strict=True):
        # A view that fails leaves a traceback on the error stream.
        assert not [out for out in cell.outputs if out.output_type == "stream"], name
        found[name] = next((out.data for out in cell.outputs if "data" in out), {})
    return found


class _Reader(HTMLParser):
    """Reads a view: its tags, its text, the cells of its tables, its pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.rows: list[list[str]] = []
        self.pictures: list[bytes] = []
        self.alt: list[str] = []
        self._in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._in_cell = True
        if tag == "img":
            given = dict(attrs)
            kind, data = (given["src"] or "").split(",", 1)
            assert kind == "data:image/png;base64"
            self.pictures.append(base64.b64decode(data))
            self.alt.append(given["alt"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_cell:
            self.rows[-1][-1] += data


def read(shown: dict[str, dict[str, str]], name: str) -> _Reader:
    return _Reader(shown[name]["text/html"])


def test_importing_in_a_notebook_loads_no_library_before_a_value_is_shown(shown):
    loaded = set(ast.literal_eval(shown["import"]["text/plain"]))
    assert "htcoverage.notebook" in loaded
    assert {name for name in loaded if not name.startswith("htcoverage")} <= {"html"}
    assert "htcoverage.notebook.tables" not in loaded


def test_outside_a_notebook_nothing_is_registered():
    code = "import sys, htcoverage; print('htcoverage.notebook' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    code = (
        "import IPython, sys, htcoverage; print('htcoverage.notebook' in sys.modules)\n"
        "from htcoverage.notebook import register\n"
        "try: register()\n"
        "except htcoverage.InputError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("False\n")
    assert "a running IPython" in done.stdout


def test_a_coverage_shows_a_map_its_layers_with_units_and_its_parameters(shown):
    view = read(shown, "coverage")
    assert "2 layers × 6 × 10 pixels of 100 m" in view.text
    assert len(view.pictures) == 1
    layers = {row[0]: row for row in view.rows if row}
    # 60 pixels of 0.01 km² have a level, 18 of them −60 dBm.
    assert layers["any_4g"] == ["any_4g", "any", "4G", "RSRP, dBm", "0.60", "0.18"]
    assert layers["layerlayer"][-1] == "median at or above 4G −105 dBm, km²"
    assert layers["radius"] == ["radius", "15", "km"]
    assert layers["refractivity lapse rate"] == ["refractivity lapse rate", "45", "N/km"]
    assert "predicted" in view.text
    assert "downlink level only" in view.text
    # What xarray says is there too, folded.
    assert "xr-wrap" in shown["coverage"]["text/html"].split("As xarray shows it")[1]
    assert view.tags.count("details") == 2


def test_the_same_value_shows_the_same_bytes(shown):
    # xarray numbers the parts of its own view at random.
    own, again = (shown[name]["text/html"].split("As xarray")[0] for name in ("coverage", "again"))
    assert own == again


def test_values_that_are_not_ours_look_as_before(shown):
    table = pd.DataFrame({"name": ["<b>", "x"], "residents": [1.5, 2.0]})
    assert shown["other table"]["text/html"] == table._repr_html_()
    assert "text/html" not in shown["other tuple"]
    assert shown["other tuple"]["text/plain"] == "(1, 2)"
    assert "htcoverage" not in shown["other dataset"]["text/html"]
    assert "xr-wrap" in shown["other dataset"]["text/html"]


def test_gaps_are_headed_in_words_with_units_and_codes(shown):
    view = read(shown, "gaps")
    head, *rows = view.rows
    by_name = dict(zip(head, rows[0], strict=True))
    assert by_name["residents, peopleresidents"] == "60"
    assert by_name["area, km²area_km2"] == "0.060"
    assert by_name["missing, dBmissing_db"] == "44.3"
    assert by_name["settlementsettlement"] == "Tổ dân phố 5"
    assert "A prediction, not a measurement" in view.text
    assert len(view.pictures) == 1
    assert "geometry" not in view.text
    some = read(shown, "some columns")
    assert [len(row) for row in some.rows] == [4, 4]
    assert some.pictures == []
    assert "0 rows" in read(shown, "no gaps").text


@pytest.mark.parametrize("name", ["gaps", "bts", "homes", "tiếng Việt"])
def test_names_from_spreadsheets_are_text_and_nothing_else(shown, name):
    html = shown[name]["text/html"]
    view = read(shown, name)
    assert "script" not in view.tags
    assert "Thôn <script>alert(1)</script> $x$ Đồng Lộc" in view.text
    assert "<script" not in html
    # Notebooks would typeset what stands between dollar signs.
    assert "$" not in html
    assert "mathjax_ignore" in html


def test_modelled_rows_are_told(shown):
    assert "Modelled, not measured: base stations" in read(shown, "bts").text
    assert "Modelled, not measured: settlements" in read(shown, "homes").text
    assert "Modelled" not in read(shown, "districts").text
    assert read(shown, "no place").pictures == []


def test_long_tables_show_their_first_rows_and_say_so(shown):
    view = read(shown, "long")
    assert len(view.rows) == 11
    assert "first 10 of 60 rows" in view.text


def test_figures_and_headline_read_in_per_cent_with_their_words(shown):
    view = read(shown, "headline")
    residents = next(row for row in view.rows if row[:2] == ["4G", "residents"])
    # Two of the three columns of pixels under s1's 100 residents, of 160.
    assert residents[2:] == ["41.7 %", "41.7 %", "160 people"]
    for said in ("predicted", "outdoors, at 1.5 m", "RSRP ≥ −105 dBm", "downlink level only"):
        assert said in view.text
        assert said in read(shown, "figures").text
    head = read(shown, "figures").rows[0]
    assert "covered, %covered_share" in head
    assert "km²" in read(shown, "figures").rows[1]
    assert view.rows[1][-1].endswith(" km²")
    homes = read(shown, "covered homes").rows
    place = homes[0].index("area covered, 4G, cell edge, %covered_4g_cell_edge")
    assert [row[place] for row in homes[1:]] == ["25.0", "100.0"]


def test_how_sure_a_path_and_a_budget(shown):
    curves = read(shown, "curves")
    # 41.7 % have −60 dBm: all shares above need what the rest lacks, 44.3 dB.
    homes = next(row for row in curves.rows if row[:2] == ["4G", "residents"])
    assert homes[2] == "−44.3"
    assert read(shown, "curve").rows[1][1] == "land area"
    path = read(shown, "path")
    losses = {row[0]: row for row in path.rows}
    assert losses["free space"][2] == "dB"
    # 20 lg(10.08 km · 1.8 GHz) + 92.4 dB.
    assert float(losses["free space"][1]) == pytest.approx(117.6, abs=0.1)
    assert losses["freq_mhz"] == ["freq_mhz", "1800", "MHz"]
    budget = {row[0]: row[1:3] for row in read(shown, "link budget").rows}
    assert budget["EIRP per resource element"] == ["30.7", "dBm"]
    criteria = read(shown, "criteria")
    assert ["4G threshold (RSRP)", "−105", "dBm"] in criteria.rows
    assert "margin 9.3 dB" in criteria.text
    assert "Connected Nations" in read(shown, "preset").text


def test_the_reference_says_that_it_is_modelled(shown):
    view = read(shown, "reference")
    rows = {row[0]: row for row in view.rows}
    assert rows["bts"] == ["bts", "3,250", "EPSG:4326", "modelled 3,250"]
    assert "Modelled, not measured: base stations, settlements, fibre" in view.text


@pytest.mark.parametrize(
    "name", ["coverage", "gaps", "bts", "curves", "path", "terrain", "reference", "districts"]
)
def test_pictures_are_small_and_say_what_they_are(shown, name):
    view = read(shown, name)
    (data,), (alt,) = view.pictures, view.alt
    assert len(data) <= 60_000
    assert alt
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.width >= 300
        assert len(picture.convert("RGB").getcolors() or []) > 4
    assert len(shown[name]["text/html"]) < 150_000


def test_another_language_by_one_line(shown):
    view = read(shown, "tiếng Việt")
    assert "thiếu, dBmissing_db" in view.rows[0]
    assert label("prediction_notice", "vi") in view.text
    coverage = read(shown, "coverage, vi")
    assert "dự báo" in coverage.text
    assert not re.search(r"\bpixels\b", coverage.text)


@pytest.mark.parametrize(
    ("module", "name"), [key for key in _VIEWS if key[0].startswith("htcoverage")]
)
def test_a_view_is_registered_where_its_class_lives(module: str, name: str) -> None:
    """IPython looks a class up by the module that defines it, not by one that passes it on."""
    assert getattr(importlib.import_module(module), name).__module__ == module


def test_numbers_in_views_carry_the_marks_of_the_language():
    criteria = CoverCriteria(cell_edge_probability=0.95)
    assert "0,95" in show_criteria(criteria, "vi")
    assert "0.95" in show_criteria(criteria, "en")
    assert ">0,5<" in show_preset(preset("ofcom-4g"), "vi")
    assert ">2; 7<" in show_preset(preset("ofcom-4g"), "en")
