from __future__ import annotations

import geopandas as gpd
import map_world
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import shapely
from figures_world import CRS, NORTH_M, WEST_M, box, make_coverage, make_districts, make_settlements
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.offsetbox import AnchoredOffsetbox, TextArea
from profile_world import EAST, FLAT, WEST, lon_lat, make_terrain, wall_terrain

from htcoverage import labels
from htcoverage.errors import InputError
from htcoverage.export.classes import COVER_COLOURS, LEVEL_COLOURS
from htcoverage.figures import compute_figures
from htcoverage.gaps import find_gaps
from htcoverage.labels import number
from htcoverage.plots import (
    plot_best_server,
    plot_coverage,
    plot_error_sources,
    plot_failures,
    plot_fibre,
    plot_figures,
    plot_gaps,
    plot_operators,
    plot_profile,
    plot_province,
    plot_sensitivity,
    save_figure,
)
from htcoverage.plots.drawing import SPAN_STYLES
from htcoverage.plots.frame import round_length
from htcoverage.plots.gaps import WHY_MARKS
from htcoverage.profile import path_profile
from htcoverage.uncertainty import compute_sensitivity, sensitivity_table

mpl.use("Agg")

DISTRICTS = make_districts(("w", box(0, 0, 5, 6)), ("e", box(5, 0, 10, 6)))
HOMES = make_settlements(("s1", "w", 100.0, box(1, 1, 4, 3)), ("s2", "e", 60.0, box(6, 1, 9, 3)))
BTS = gpd.GeoDataFrame(
    {
        "bts_id": ["a3", "a4", "b4"],
        "site_id": ["m", "m", "n"],
        "operator": ["a", "a", "b"],
        "technology": ["3G", "4G", "4G"],
        "provenance": ["modelled", "modelled", "official"],
    },
    geometry=[shapely.Point(WEST_M + x, NORTH_M - 200) for x in (100, 100, 700)],
    crs=CRS,
)


@pytest.fixture(autouse=True)
def _no_figure_is_left_open():
    yield
    plt.close("all")


def coverage_of(level_dbm) -> object:
    level = np.full((6, 10), -60.0, np.float32)
    level[: np.shape(level_dbm)[0], : np.shape(level_dbm)[1]] = level_dbm
    return make_coverage(a_4g=level)


def legend_words(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def all_words(ax) -> str:
    boxed = [
        area.get_text()
        for anchored in ax.findobj(AnchoredOffsetbox)
        for area in anchored.findobj(TextArea)
    ]
    return "\n".join([ax.get_title(loc="left"), *boxed, *(t.get_text() for t in ax.texts)])


def test_classes_of_level_by_their_breaks():
    ax = plot_coverage(coverage_of([[-85.0, -85.1, -95.0, -105.0, -115.0, -115.1, np.nan]]),
                       show="level")  # fmt: skip
    drawn = ax.images[0].get_array()
    assert drawn[0, :7].filled(0).tolist() == [1, 2, 2, 3, 4, 5, 0]
    assert drawn[5, 9] == 1
    assert tuple(ax.images[0].get_extent()) == (WEST_M, WEST_M + 1000, NORTH_M - 600, NORTH_M)
    assert legend_words(ax)[:2] == ["≥ −85", "−95 … −85"]
    assert ax.get_legend().get_title().get_text() == "Median level: RSRP, dBm"
    shown = ax.images[0].cmap(ax.images[0].norm(drawn[:1, :6]))[0, :, :3]
    expected = [to_rgb(LEVEL_COLOURS[c - 1]) for c in (1, 2, 2, 3, 4, 5)]
    np.testing.assert_allclose(shown, expected)


def test_cover_is_told_with_and_without_the_margin():
    # Threshold −105, margin 9.33 dB: −95.67 just counts.
    ax = plot_coverage(coverage_of([[-95.6, -95.7, -105.0, -105.1]]), districts=DISTRICTS)
    assert ax.images[0].get_array()[0, :4].filled(0).tolist() == [1, 2, 2, 3]
    assert legend_words(ax) == [
        "covered (90 % at the cell edge)", "covered at the median only", "not covered",
    ]  # fmt: skip


def test_land_that_no_level_reaches_is_not_covered_in_the_picture_as_in_the_figures():
    coverage = coverage_of([[np.nan] * 10])
    west = DISTRICTS.iloc[:1]
    for show, last in (("cover", 3), ("probability", 5), ("level", 0)):
        drawn = plot_coverage(coverage, show=show, districts=west).images[0].get_array()
        assert drawn.filled(0)[0].tolist() == [last] * 5 + [0] * 5
    assert "no level: beyond every site's reach" in legend_words(plt.gca())
    # Without districts nobody can tell land that nobody reaches from what was not computed.
    assert not plot_coverage(coverage).images[0].get_array().filled(0)[0].any()
    shares = compute_figures(coverage, HOMES.iloc[:1], west)
    land = shares[(shares["denominator"] == "land_area") & (shares["operator"] == "any")]
    assert set(land["covered_share"].round(9)) == {round(5 / 6, 9)}


def test_a_map_says_what_it_is_and_where_it_comes_from():
    ax = plot_coverage(make_coverage(b_4g=np.full((6, 10), -60.0)), operator="b", bts=BTS)
    words = all_words(ax)
    assert words.startswith("4G, b\n")
    assert "N\n" in words
    assert "predicted; outdoors, at 1.5 m" in words
    assert "downlink level only" in words
    assert "pixel 100 m; EPSG:9209" in words
    assert "Modelled, not measured: base stations" in words
    # One site of b with 4G; the modelled ones of a are not drawn.
    assert legend_words(ax)[-1] == "Sites: 1"
    official = plot_coverage(make_coverage(b_4g=np.full((6, 10), -60.0)), bts=BTS.iloc[2:])
    assert "Modelled" not in all_words(official)


def test_a_dollar_sign_in_the_name_of_an_operator_is_no_formula(tmp_path):
    name = r"a $\frac{$ $x$"
    coverage = map_world.coverage(name, "MobiFone")
    served = coverage["level_dbm"].copy(data=np.zeros(coverage["level_dbm"].shape, np.int32))
    coverage = coverage.assign(best_server=served).assign_coords(site_id=("cell", ["S"]))
    for draw in (
        lambda: plot_coverage(coverage, operator=name),
        lambda: plot_best_server(coverage, operator="any"),
        lambda: plot_best_server(coverage, operator=name),
    ):
        ax = draw()
        save_figure(ax, tmp_path / "a.png")  # a formula that cannot be read stops here
        assert name in "\n".join([all_words(ax), *legend_words(ax)])


def test_the_map_in_vietnamese():
    ax = plot_coverage(coverage_of([[-100.0]]), show="cover", districts=DISTRICTS, language="vi")
    assert "chỉ có sóng ở mức trung vị" in legend_words(ax)
    assert "bất kỳ nhà mạng nào" in ax.get_title(loc="left")
    assert "B\n" in all_words(ax)


def test_an_unknown_layer_or_look_is_refused():
    with pytest.raises(InputError, match="3G any"):
        plot_coverage(coverage_of([[-60.0]]), technology="3G")
    with pytest.raises(InputError, match="'cover', 'level' or 'probability'"):
        plot_coverage(coverage_of([[-60.0]]), show="colour")


def test_axes_that_are_given_are_drawn_on():
    _, ax = plt.subplots()
    assert plot_coverage(coverage_of([[-60.0]]), ax=ax) is ax
    assert len(ax.images) == 1


@given(st.floats(1.0, 1e7))
def test_the_scale_bar_is_a_round_length_that_fits(metres):
    length = round_length(metres)
    assert length <= metres * (1 + 1e-9) < 2.5 * length * (1 + 1e-9)
    assert f"{length:.0e}"[0] in "125"


def test_the_scale_bar_measures_what_it_says():
    ax = plot_province(DISTRICTS)
    # The districts are 1 km wide: the bar is of 200 m.
    (anchored,) = ax.findobj(AnchoredOffsetbox)
    assert [t.get_text() for t in anchored.findobj(TextArea)] == ["N", "200 m"]
    ax.figure.canvas.draw()
    boxes = [patch.get_window_extent() for patch in anchored.findobj(mpl.patches.Rectangle)]
    wide_px = sum(each.width for each in boxes)
    per_m = np.diff(ax.transData.transform([(WEST_M, NORTH_M), (WEST_M + 1.0, NORTH_M)])[:, 0])[0]
    assert wide_px == pytest.approx(200.0 * per_m, rel=0.02)


def test_scale_and_legend_hide_no_part_of_the_map():
    """Of land like a map, and of a strip that is forty times as long as it is wide."""
    strip = make_districts(("w", box(0, 0, 200, 5)))
    for areas in (DISTRICTS, strip, strip.set_geometry(strip.rotate(90, origin=(0, 0)))):
        ax = plot_province(areas)
        ax.figure.canvas.draw()
        shown = ax.get_window_extent()
        (anchored,) = ax.findobj(AnchoredOffsetbox)[:1]
        scale, legend = anchored.get_window_extent(), ax.get_legend().get_window_extent()
        assert scale.x0 >= shown.x1
        assert legend.x0 >= shown.x1
        assert scale.y1 <= legend.y0
        assert 0.35 <= shown.height / shown.width <= 1 / 0.35


def test_names_on_a_map_neither_cover_each_other_nor_leave_it():
    rng = np.random.default_rng(4)
    gaps = gaps_of(np.full((6, 10), -140.0))
    row = gaps.iloc[[0]]
    many = pd.concat([row] * 8, ignore_index=True)
    places = [shapely.Point(WEST_M + x, NORTH_M - y).buffer(5)
              for x, y in rng.uniform((500, 100), (1000, 200), (8, 2))]  # fmt: skip
    many = many.set_geometry(gpd.GeoSeries(places, crs=CRS))
    many["settlement"] = [f"Thôn số {k} {'rất ' * (k % 4)}dài" for k in range(8)]
    for draw in (
        lambda: plot_gaps(many, districts=DISTRICTS),
        lambda: plot_province(many.assign(full_name=many["settlement"])),
    ):
        ax = draw()
        ax.figure.canvas.draw()
        names = [text for text in ax.texts if text.get_text().startswith("Thôn")]
        assert 2 <= len(names) < 8
        extents = [name.get_window_extent() for name in names]
        shown = ax.get_window_extent().padded(1.0)
        for place, extent in enumerate(extents):
            assert extent.x0 >= shown.x0
            assert extent.x1 <= shown.x1
            assert not any(extent.overlaps(other) for other in extents[:place])


def test_what_is_not_there_is_told_or_left_out():
    """GeoPandas warns of drawing nothing, and a warning is an error here."""
    none = gpd.GeoDataFrame(
        {"kind": [], "status": [], "provenance": []}, geometry=gpd.GeoSeries([], crs=CRS)
    )
    ax = plot_fibre(none, districts=DISTRICTS)
    assert legend_words(ax) == ["no fibre in service"]
    plot_province(DISTRICTS, settlements=HOMES.iloc[:0], bts=BTS.iloc[:0], spans=none)
    plot_gaps(gaps_of(np.full((6, 10), -60.0)), districts=DISTRICTS, settlements=HOMES.iloc[:0])


def test_numbers_carry_the_marks_of_the_language():
    assert number(-1234.5, "en", digits=1) == "−1,234.5"
    assert number(-1234.5, "vi", digits=1) == "−1.234,5"


def test_every_letter_of_both_languages_is_in_the_font():
    font = get_font(findfont(FontProperties(family=mpl.rcParams["font.family"])))
    known = set(font.get_charmap())
    for words in labels._WORDS.values():
        missing = {letter for word in words for letter in word if ord(letter) not in known}
        assert not missing, words


#: Machado, Oliveira and Fernandes 2009: linear RGB as protanopes, deuteranopes, tritanopes see it.
COLOUR_BLINDNESS = np.array(
    [
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]],
    ]
)  # fmt: skip


def lab(linear: np.ndarray) -> np.ndarray:
    """Return CIE L*a*b* (D65) of linear sRGB."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = np.clip(to_xyz @ np.clip(linear, 0, 1), 0, None) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize(
    "colours",
    [
        COVER_COLOURS,
        LEVEL_COLOURS,
        [colour for _, colour in WHY_MARKS.values()],
        [colour for colour, *_ in SPAN_STYLES.values()],
    ],
)
def test_colours_stay_apart_for_the_colour_blind(colours):
    for matrix in [np.eye(3), *COLOUR_BLINDNESS]:
        seen = []
        for colour in colours:
            rgb = np.array(to_rgb(colour))
            linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
            seen.append(lab(matrix @ linear))
        apart = [np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i]]
        assert min(apart) > 10.0


def gaps_of(level_dbm) -> gpd.GeoDataFrame:
    return find_gaps(make_coverage(a_4g=level_dbm), HOMES, DISTRICTS, BTS)


def test_gaps_are_counted_and_sized_by_their_residents():
    gaps = gaps_of(np.full((6, 10), -140.0)).assign(why=["terrain", "clutter"])
    ax = plot_gaps(gaps, districts=DISTRICTS, settlements=HOMES)
    assert legend_words(ax) == [
        "terrain shadow: 1; 100 people", "behind trees or buildings: 1; 60 people",
    ]  # fmt: skip
    marks = [c for c in ax.collections if isinstance(c, PathCollection)]
    sizes = {tuple(np.round(c.get_offsets()[0]).astype(int)): c.get_sizes()[0] for c in marks}
    west, east = (WEST_M + 250, NORTH_M - 200), (WEST_M + 750, NORTH_M - 200)
    assert set(sizes) == {west, east}
    # 8 points² for the mark itself, the rest as residents.
    assert (sizes[east] - 8) / (sizes[west] - 8) == pytest.approx(0.6)
    assert "Homes without cover: 4G, any operator" in ax.get_title(loc="left")
    assert len({mark for mark, _ in WHY_MARKS.values()}) == len(WHY_MARKS)


def test_gaps_without_a_reason_and_no_gaps_at_all():
    ax = plot_gaps(gaps_of(np.full((6, 10), -140.0)), districts=DISTRICTS, language="vi")
    assert legend_words(ax) == ["vùng lõm sóng: 2; 160 người"]
    some = gaps_of(np.full((6, 10), -140.0)).assign(why=["terrain", np.nan])
    assert legend_words(plot_gaps(some, districts=DISTRICTS)) == [
        "terrain shadow: 1; 100 people", "gaps: 1; 60 people",
    ]  # fmt: skip
    none = plot_gaps(gaps_of(np.full((6, 10), -60.0)), districts=DISTRICTS)
    assert legend_words(none) == ["No gaps found"]


def test_names_are_written_as_they_stand(tmp_path):
    names = ["Thôn $x^{2", r"Tổ \frac"]
    gaps = gaps_of(np.full((6, 10), -140.0)).assign(settlement=names)
    ax = plot_gaps(gaps, districts=DISTRICTS.assign(full_name=["$a", "b$c$"]))
    save_figure(ax, tmp_path / "gaps.png")
    assert "Thôn $x^{2" in all_words(ax)
    save_figure(plot_province(DISTRICTS.assign(full_name=["$a", "b$c$"])), tmp_path / "p.png")


def test_fibre_is_measured_by_kind_over_ground():
    spans = gpd.GeoDataFrame(
        {"kind": ["trunk", "access", "access"], "provenance": "modelled"},
        geometry=[
            shapely.LineString([(WEST_M, NORTH_M), (WEST_M + 3000, NORTH_M)]),
            shapely.LineString([(WEST_M, NORTH_M), (WEST_M, NORTH_M - 1000)]),
            shapely.LineString([(WEST_M, NORTH_M), (WEST_M, NORTH_M - 4000)]),
        ],
        crs=CRS,
    )
    ax = plot_fibre(spans.to_crs("EPSG:4326"), districts=DISTRICTS)
    assert legend_words(ax) == ["trunk: 3 km", "access: 5 km"]
    assert "Modelled, not measured: fibre" in all_words(ax)


def test_the_province_with_all_its_layers():
    terrain = make_terrain(np.zeros((160, 160)))
    bounds = terrain.geobox.boundingbox
    inside = gpd.GeoDataFrame(
        {"district_code": ["w"], "full_name": ["Huyện Vũ Quang"]},
        geometry=[shapely.box(bounds.left + 900, bounds.bottom + 900, bounds.right, bounds.top)],
        crs=CRS,
    )
    ax = plot_province(inside, terrain=terrain, settlements=HOMES, bts=BTS, language="vi")
    assert legend_words(ax)[0] == "thôn, bản, tổ dân phố"
    assert legend_words(ax)[1] == "Vị trí trạm: 2"
    assert "Huyện Vũ Quang" in all_words(ax)
    box_ = tuple(ax.images[0].get_extent())
    assert box_ == (bounds.left, bounds.right, bounds.bottom, bounds.top)


def test_a_path_is_drawn_over_the_curved_earth_with_what_blocks_it():
    profile = path_profile(
        wall_terrain(120.0), WEST, EAST, tx_height_m=40.0, freq_mhz=1800.0
    )  # fmt: skip
    ax = plot_profile(profile)
    sight = next(line for line in ax.lines if line.get_label() == "line of sight")
    assert sight.get_xydata()[[0, -1]] == pytest.approx(np.array([[0, 40.0], [10.08, 1.5]]))
    top = next(line for line in ax.lines if line.get_label() == "obstacle: terrain")
    # 3.78 km out and 120 m high, the Earth's bulge of 1.27 m added.
    assert top.get_xydata()[0] == pytest.approx([3.78, 121.27], abs=0.02)
    words = all_words(ax)
    assert f"path loss (median): {profile.path_loss_db:.1f} dB" in words
    assert "120 m, +95.7 m against the line of sight" in words
    assert "free space 117.6 dB" in words


def test_a_free_or_short_path_has_no_obstacle():
    near = path_profile(FLAT, WEST, lon_lat(22.5, 80.5), tx_height_m=40.0, freq_mhz=1800.0)
    ax = plot_profile(near, language="vi")
    assert not any("vật cản" in words for words in legend_words(ax))
    assert "không gian tự do: gần hơn phạm vi của ITU-R P.1812-8" in all_words(ax)


def test_shares_by_district_by_hand():
    level = np.full((6, 10), -60.0)
    # West 2 of 6 pixels are lost, 1 more at the cell edge; east all is covered.
    level[1, 1:3] = -140.0
    level[1, 3] = -100.0
    figures = compute_figures(make_coverage(a_4g=level), HOMES, DISTRICTS, province="Tỉnh")
    figures.loc[figures["basis"] == "median", ["low", "high"]] = [0.4, 0.9]
    ax = plot_figures(figures)
    # Every mark lies whole inside, and no tick tells a share that cannot be.
    assert ax.get_ylim()[0] < 0
    assert ax.get_ylim()[1] > len(ax.get_yticks()) - 1
    assert ax.get_xticks().min() >= 0
    assert ax.get_xticks().max() <= 100
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names == ["Huyện w", "Huyện e", "Tỉnh"]
    drawn = {line.get_label(): list(line.get_xdata()) for line in ax.lines}
    assert drawn["median (50 %)"] == pytest.approx([100 * 4 / 6, 100, 100 * (60 + 400 / 6) / 160])
    assert drawn["cell edge 90 %"] == pytest.approx([50, 100, 100 * (60 + 50) / 160])
    bars = [c for c in ax.collections if c.get_linewidth()[0] == 4.0]
    assert [segment[:, 0].tolist() for segment in bars[0].get_segments()] == [[40, 90]] * 3
    assert "50.0 %" in all_words(ax)


def test_settlements_are_said_to_be_counted_at_a_part():
    figures = compute_figures(make_coverage(a_4g=np.full((6, 10), -60.0)), HOMES, DISTRICTS)
    ax = plot_figures(figures, denominator="settlements", language="vi")
    assert "ít nhất 80 % số dân" in ax.get_xlabel()
    with pytest.raises(InputError, match="3G"):
        plot_figures(figures, technology="3G")
    with pytest.raises(InputError, match="commune"):
        plot_figures(figures, area_level="commune")


def test_the_sensitivity_goes_through_its_table():
    level = np.full((6, 10), -60.0)
    level[1, 1:3] = -100.0
    table = sensitivity_table(compute_sensitivity(make_coverage(a_4g=level), HOMES, DISTRICTS))
    ax = plot_sensitivity(table, reported_share=0.99)
    lines = {line.get_label(): line for line in ax.lines}
    people = lines["residents"]
    share = dict(zip(people.get_xdata(), people.get_ydata(), strict=True))
    # −100 dBm lacks 4.33 dB of −105 dBm and 9.33 dB; all 160 but a third of 100 stay.
    assert share[-4.0] == pytest.approx(1 - 100 / 3 / 160)
    assert share[-5.0] == pytest.approx(0.9995)
    assert lines["reported: 99 %"].get_ydata() == pytest.approx([0.99, 0.99])
    mixed = pd.concat([table, table.assign(technology="3G")])
    with pytest.raises(InputError, match="2 kinds"):
        plot_sensitivity(mixed)


def test_letters_need_no_font_where_a_picture_is_opened(tmp_path):
    with mpl.rc_context({"svg.fonttype": "none", "pdf.fonttype": 3}):  # a user's own settings
        ax = plot_province(DISTRICTS, language="vi")
        save_figure(ax, tmp_path / "a.svg")
        save_figure(ax, tmp_path / "a.pdf")
    assert "<text" not in (tmp_path / "a.svg").read_text("utf-8")
    pdf = (tmp_path / "a.pdf").read_bytes()
    assert pdf.count(b"/FontFile2") == pdf.count(b"/FontDescriptor /") > 0
    assert b"/Type3" not in pdf


@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
def test_the_same_picture_is_the_same_file(kind, tmp_path):
    for name in ("a", "b"):
        ax = plot_coverage(coverage_of([[-100.0]]), districts=DISTRICTS, bts=BTS, language="vi")
        assert save_figure(ax, tmp_path / f"{name}.{kind}") == tmp_path / f"{name}.{kind}"
        plt.close("all")
    first, second = ((tmp_path / f"{name}.{kind}").read_bytes() for name in "ab")
    assert first == second
    assert len(first) > 5000
    for stamp in (b"CreationDate", b"dc:date", b"tIME", b"Software"):
        assert stamp not in first
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a.{kind}", f"b.{kind}"]


def test_a_picture_goes_where_it_can():
    ax = plot_province(DISTRICTS)
    with pytest.raises(InputError, match=r"ends in \.png, \.pdf, \.svg"):
        save_figure(ax, "picture.jpg")
    with pytest.raises(InputError, match="a folder that exists"):
        save_figure(ax, "/no/such/folder/picture.png")


def test_probability_is_in_classes_of_the_normal_distribution():
    # Threshold −105, σ = √(2² + 7²) = 7.28 dB: 95 % at 1.645 σ, 90 % at 1.282 σ, 75 % at 0.674 σ.
    sigma_db = np.hypot(2.0, 7.0)
    levels = -105.0 + sigma_db * np.array([1.66, 1.63, 1.27, 0.66, -0.01])
    ax = plot_coverage(coverage_of([[*levels, np.nan]]), show="probability")
    assert ax.images[0].get_array()[0, :6].filled(0).tolist() == [1, 2, 3, 4, 5, 0]
    assert legend_words(ax) == ["≥ 95", "90 … 95", "75 … 90", "50 … 75", "< 50"]
    assert "met, %" in ax.get_legend().get_title().get_text()


def served(**layers: list[list[int]]):
    """Return a coverage whose best servers are given, two cells a site."""
    levels = {name: np.where(np.array(rows) < 0, np.nan, -60.0) for name, rows in layers.items()}
    coverage = make_coverage(**levels)
    servers = np.array(list(layers.values()), np.int32)
    return coverage.assign(best_server=(("layer", "y", "x"), servers)).assign_coords(
        site_id=("cell", ["p", "p", "q", "q"])
    )


def test_the_best_server_is_an_operator_or_a_site():
    coverage = served(a_4g=[[0, 1, 1, -1]], b_4g=[[2, 2, 3, 3]], any_4g=[[0, 2, 3, 3]])
    ax = plot_best_server(coverage)
    assert ax.images[0].get_array().filled(0).tolist() == [[1, 2, 2, 2]]
    assert legend_words(ax) == ["a: 25.0 % of the pixels", "b: 75.0 % of the pixels"]
    names = [f"o{k}" for k in range(8)]
    many = served(**{f"{name}_4g": [[k] * 9] for k, name in enumerate(names)},
                  any_4g=[[0, 1, 2, 3, 4, 4, 6, 7, 7]])  # fmt: skip
    crowd = plot_best_server(many)
    # The six that serve most keep the ledger's order; grey is for the others.
    assert [words.split(":")[0] for words in legend_words(crowd)] == [
        "o0", "o1", "o2", "o3", "o4", "o7", "2 further operators",
    ]  # fmt: skip
    assert crowd.images[0].get_array().tolist() == [[1, 2, 3, 4, 5, 5, 7, 6, 6]]
    own = plot_best_server(coverage, operator="a")
    assert own.images[0].get_array().filled(0).tolist() == [[1, 1, 1, 0]]
    assert legend_words(own) == ["1 sites, in six colours that repeat"]
    with pytest.raises(InputError, match="a, 4G; b, 4G; any, 4G"):
        plot_best_server(coverage, technology="3G")


def failures_of(residents: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"site_id": ["m", "n"], "technology": "4G", "operator": "any", "basis": "cell_edge",
         "residents": residents}
    )  # fmt: skip


def test_failing_sites_are_sized_by_the_residents_who_lose_cover():
    bts = BTS.assign(site_name=["<Đồng $1$ Lộc>", "", "Xuân $2$ Hội"])
    ax = plot_failures(failures_of([300.0, 150.0]), bts, districts=DISTRICTS)
    _, hurt = (c for c in ax.collections if isinstance(c, PathCollection))
    assert hurt.get_sizes().tolist() == [206.0, 106.0]
    np.testing.assert_allclose(hurt.get_offsets()[1], (WEST_M + 700, NORTH_M - 200))
    words = all_words(ax)
    assert "<Đồng $1$ Lộc>" in words
    assert "Modelled, not measured: base stations" in words
    assert legend_words(ax)[0] == "2 sites; the worst takes the cover of 300 people"
    none = plot_failures(failures_of([0.0, 0.0]), bts)
    assert legend_words(none) == ["2 sites whose failure takes nobody's cover"]
    with pytest.raises(InputError, match="base stations at the sites"):
        plot_failures(failures_of([1.0, 2.0]).assign(site_id="x"), bts)


def test_operators_stack_up_to_the_whole():
    counts = pd.DataFrame(
        {"technology": "4G", "basis": "cell_edge", "area_code": list("wwwee"),
         "area": ["Huyện w"] * 3 + ["Huyện e"] * 2, "denominator": "residents",
         "operators": [0, 1, 2, 1, 2], "share": [0.5, 0.25, 0.25, 0.1, 0.9]}
    )  # fmt: skip
    ax = plot_operators(counts)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["Huyện w", "Huyện e"]
    bars = np.array([[bar.get_x(), bar.get_width()] for bar in ax.patches]).reshape(3, 2, 2)
    np.testing.assert_allclose(bars[:, 0], [[0, 50], [50, 25], [75, 25]])
    np.testing.assert_allclose(bars[:, 1], [[0, 0], [0, 10], [10, 90]])
    assert legend_words(ax) == ["0", "1", "2"]
    assert ax.get_title(loc="left") == "4G, cell edge"
    with pytest.raises(InputError, match="one of residents"):
        plot_operators(counts, denominator="land_area")


def test_many_operators_are_one_class_and_the_whole_stands_on_top():
    counts = pd.DataFrame(
        {"technology": "both", "basis": "median", "area_code": ["all"] * 9 + ["w"] * 9,
         "area": ["all districts"] * 9 + ["a\nname $" + "x" * 80] * 9, "denominator": "residents",
         "operators": [*range(9)] * 2, "share": [0.2, *[0.1] * 8, 0.0, *[0.125] * 8]}
    )  # fmt: skip
    ax = plot_operators(counts, language="vi")
    assert legend_words(ax) == ["0", "1", "2", "3", "4", "≥ 5"]
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names[1] == "toàn bộ các huyện"
    assert names[0].startswith("a name $xxx")
    assert len(names[0]) == 36
    assert names[0].endswith("…")
    bars = np.array([bar.get_width() for bar in ax.patches]).reshape(6, 2)
    np.testing.assert_allclose(bars[-1], [50.0, 40.0])


def test_sources_of_error_in_parts_of_the_variance():
    sources = pd.DataFrame(
        {"technology": "4G", "operator": "any", "denominator": "residents",
         "source": ["all", "common, 1800 MHz", "site"], "low": [0.95, 0.96, 0.97],
         "high": [0.99, 0.985, 0.98], "variance_part": [1.0, 0.8, 0.3]}
    )  # fmt: skip
    ax = plot_error_sources(sources)
    assert [text.get_text() for text in ax.get_yticklabels()] == [
        "per site", "common to the band of 1800 MHz",
    ]  # fmt: skip
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([30.0, 80.0])
    assert "96.0 % … 98.5 %" in all_words(ax)
    with pytest.raises(InputError, match="one of residents"):
        plot_error_sources(sources, denominator="land_area")


def test_the_words_of_an_obstacle_stay_below_the_title():
    ax = plot_profile(
        path_profile(wall_terrain(400.0), WEST, EAST, freq_mhz=1800.0, tx_height_m=30.0)
    )
    ax.figure.canvas.draw()
    words = next(text for text in ax.texts if "line of sight" in text.get_text())
    assert words.get_window_extent().y1 <= ax.get_window_extent().y1


def test_gaps_without_outlines():
    ax = plot_gaps(gaps_of(np.full((6, 10), -140.0)))
    west, east = ax.get_xlim()
    assert west < WEST_M + 100
    assert east > WEST_M + 900


def test_a_chart_says_what_of_its_data_is_modelled():
    coverage = make_coverage(a_4g=np.full((6, 10), -60.0))
    figures = compute_figures(coverage, HOMES, DISTRICTS)
    curve = sensitivity_table(compute_sensitivity(coverage, HOMES, DISTRICTS))
    for draw, table in ((plot_figures, figures), (plot_sensitivity, curve)):
        for modelled in (("base_stations", "settlements"), ()):
            notes = all_words(draw(table, modelled=modelled))
            told = "Modelled, not measured: base stations, settlements." in notes
            assert told == bool(modelled)
            assert "predicted" in notes
