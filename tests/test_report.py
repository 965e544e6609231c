from __future__ import annotations

import csv
import json
import math
import re
from html.parser import HTMLParser

import matplotlib as mpl
import pytest
from report_world import finished_run, renamed
from uncertainty_world import small_world

from htcoverage.labels import label
from htcoverage.presets import PRESETS
from htcoverage.report import write_report
from htcoverage.report.sure_part import shift_words
from htcoverage.run import RunParameters
from htcoverage.run.parameters import preset_parameters

mpl.use("Agg")

HOSTILE = "<script>alert('x')</script>{{7*7}}${x}`=1+1"


class Page(HTMLParser):
    """Tags with their attributes, the text, and the rows of every table."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text += data
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def world():
    return small_world()


@pytest.fixture(scope="module")
def layers(world, tmp_path_factory):
    return finished_run(world, tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def english(layers, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "deep" / "report"
    write_report(layers, out)
    return out


def test_the_page_is_whole_and_asks_for_nothing(english):
    page = Page((english / "report_en.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert not {"script", "link", "iframe", "object", "a"} & {tag for tag, _ in page.tags}
    sources = [value for _, attrs in page.tags for name, value in attrs.items()
               if name in ("src", "href", "srcset", "action", "background")]  # fmt: skip
    assert len(sources) >= 5
    assert all(str(source).startswith("data:image/png;base64,") for source in sources)
    assert all(attrs.get("alt") for tag, attrs in page.tags if tag == "img")
    policy = next(a["content"] for t, a in page.tags if t == "meta" and "http-equiv" in a)
    assert policy.startswith("default-src 'none'")
    style = re.search("<style>(.*?)</style>", (english / "report_en.html").read_text("utf-8"), re.S)
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_the_page_shows_the_run_s_own_numbers(english, layers):
    page = Page((english / "report_en.html").read_text(encoding="utf-8"))
    figures = layers.figures
    rows = figures[
        (figures["area_level"] == "province")
        & (figures["operator"] == "any")
        & (figures["technology"] == "4G")
        & (figures["denominator"] == "residents")
    ].set_index("basis")
    shown = next(row for row in page.rows if row[:2] == ["residents", "4G"])
    expected = []
    for basis in ("median", "cell_edge"):
        row = rows.loc[basis]
        expected += [f"{100 * row['covered_share']:.2f} %",
                     f"{100 * row['low']:.2f} … {100 * row['high']:.2f} %"]  # fmt: skip
    assert shown[2:6] == expected
    assert shown[6] == f"{rows.loc['median', 'total']:,.0f}"
    for word in ("bts.csv", "0" * 64, "1" * 64, "something_new", "ITU-R P.1812-8"):
        assert any(word in row for row in page.rows), word
    assert label("modelled_notice").split("{")[0] in page.text
    assert "2023-10" in page.text
    for word in layers.figures.attrs["criteria"]:
        assert any(row[0] == label(f"assume:{word}") for row in page.rows if row), word


def test_the_worst_site_and_gap_stand_first(english, layers):
    page = Page((english / "report_en.html").read_text(encoding="utf-8"))
    document = json.loads(layers.record.path_of("figures.json").read_text("utf-8"))
    worst = next(r for r in document["single_site_failure"] if r["technology"] == "4G")
    index = next(i for i, row in enumerate(page.rows) if row and row[0] == label("site"))
    first = page.rows[index + 1]
    assert worst["site_id"] in first[0]
    assert first[1] == f"{worst['residents']:,.0f}"
    assert worst["residents"] > 0
    index = next(i for i, row in enumerate(page.rows) if row and row[0] == label("settlement"))
    assert page.rows[index + 1][2] == f"{layers.gaps['residents'].iloc[0]:,.0f}"


def test_the_page_tells_how_many_operators_there_are_at_home(english):
    page = Page((english / "report_en.html").read_text(encoding="utf-8"))
    held = json.loads((english / "report.json").read_text(encoding="utf-8"))["operators"]
    whole = [r for r in held if (r["area_code"], r["denominator"]) == ("all", "residents")]
    index = next(
        i for i, row in enumerate(page.rows) if row and row[0] == label("pic_number_of_operators")
    )
    assert page.rows[index + 1 : index + 1 + len(whole)] == [
        [str(r["operators"]), f"{r['amount']:,.0f}", f"{100 * r['share']:.2f} %"] for r in whole
    ]
    assert len(whole) > 1


def test_the_tables_are_those_of_the_page(english, layers):
    names = {path.name for path in english.iterdir()}
    tables = (
        "figures", "presets", "reconciliation", "sensitivity", "reached", "single_site_failure",
        "error_sources", "gaps", "operators",
    )  # fmt: skip
    assert names == {"report_en.html", "report.json", *(f"{name}.csv" for name in tables)}
    held = json.loads((english / "report.json").read_text(encoding="utf-8"))
    for name in tables:
        with (english / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == len(held[name]) > 0
    assert len(held["figures"]) == len(layers.figures)
    shares = [row["covered_share"] for row in held["figures"]]
    assert shares == layers.figures["covered_share"].tolist()


def test_the_page_sets_public_statements_beside_and_hides_no_shortfall(english, layers):
    page = Page((english / "report_en.html").read_text(encoding="utf-8"))
    held = json.loads(layers.record.path_of("figures.json").read_text("utf-8"))["reconciliation"]
    assert held["paragraph"]["en"] in page.text
    assert "no check of the carriers' ledger" in page.text
    rows = [row for row in page.rows if row and row[0] == "2023-10: 99 %"]
    assert len(rows) == len(held["rows"]) == 12
    for row, shown in zip(held["rows"], rows, strict=True):
        assert shown[4] == f"{100 * row['cell_edge']:.2f} %"
        assert ("−" in shown[5] or "no shift" in shown[5]) == (not row["holds"])
    # Thresholds so high that the valley falls short: it is said for every operator asked for.
    assert not all(row["holds"] for row in held["rows"])
    assert "does not hold" in page.text


def test_every_preset_stands_with_its_share_source_and_caution(english, layers):
    page = Page((english / "report_en.html").read_text(encoding="utf-8"))
    for row in json.loads(layers.record.path_of("figures.json").read_text("utf-8"))["presets"]:
        chosen = PRESETS[row["preset"]]
        shown = next(cells for cells in page.rows if cells and cells[0] == chosen.title)
        assert shown[-1] == f"{100 * row['covered_share']:.2f} %"
        assert chosen.caution in page.text
        for _, source in chosen.sources:
            assert source in page.text


def test_a_run_by_a_preset_says_so_and_what_was_changed_beside_it(world, tmp_path):
    parameters = RunParameters(
        **{**preset_parameters("indoors"), "threshold_4g_dbm": -112.0}, radius_km=6.0
    )
    layers = finished_run(world, tmp_path, evidence=False, parameters=parameters)
    write_report(layers, tmp_path / "out")
    page = Page((tmp_path / "out" / "report_en.html").read_text(encoding="utf-8"))
    assert "by the preset indoors" in page.text
    assert "4G threshold (RSRP), dBm: −112.0." in page.text
    assert "less a loss to the user of 14.8 dB (spread 9.3 dB)" in page.text


def test_the_same_run_gives_the_same_bytes(english, layers, tmp_path):
    write_report(layers, tmp_path)
    for path in english.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_vietnamese_says_no_english(layers, tmp_path):
    write_report(layers, tmp_path, language="vi")
    text = (tmp_path / "report_vi.html").read_text(encoding="utf-8")
    page = Page(text)
    assert '<html lang="vi">' in text
    shown = next(row for row in page.rows if row[:2] == ["số dân", "4G"])
    assert re.fullmatch(r"\d+,\d\d %", shown[2])
    # The names of presets are typed as they are, in every language.
    said = re.sub("|".join(f"{name}: " for name in PRESETS), "", page.text.lower())
    words = set(re.findall(r"[a-z]{4,}", said))
    strange = words & {
        "residents", "covered", "share", "level", "threshold", "median", "interval", "site",
        "settlements", "modelled", "prediction", "shift", "source", "outdoors", "vertical",
    }  # fmt: skip
    assert not strange


def test_hostile_names_stay_text(world, tmp_path):
    layers = finished_run(renamed(world, HOSTILE), tmp_path)
    write_report(layers, tmp_path / "out")
    text = (tmp_path / "out" / "report_en.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    assert not [tag for tag, _ in page.tags if tag == "script"]
    assert HOSTILE in page.text
    assert "{{" not in re.sub("<style>.*?</style>", "", text, flags=re.S)
    with (tmp_path / "out" / "gaps.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["settlement"] == HOSTILE


def test_a_run_without_evidence_says_so(world, tmp_path):
    layers = finished_run(world, tmp_path, evidence=False)
    written = write_report(layers, tmp_path / "out")
    page = Page((tmp_path / "out" / "report_en.html").read_text(encoding="utf-8"))
    assert label("report_no_interval") in page.text
    assert label("report_failure") not in page.text
    # The curve needs levels only.
    assert "sensitivity.csv" in {path.name for path in written}
    assert label("report_sensitivity") in page.text


@pytest.mark.parametrize(
    ("shift_db", "words"),
    [(0.89, "+0.8"), (-21.11, "−21.2"), (0.02, "0.0"), (-0.02, "−0.1"), (math.nan, "–")],
)
def test_a_shift_is_rounded_down_so_that_the_share_holds_at_it(shift_db, words):
    assert shift_words(shift_db, "en") == words
