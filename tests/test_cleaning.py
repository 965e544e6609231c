"""Messy ledgers: what is repaired by which rule, what is dropped, and that nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from htcoverage.cleaning import CleanedLedger, clean_ledger
from htcoverage.cleaning.operators import operator_of, vocabulary
from htcoverage.cleaning.values import repair_degrees, repair_number
from htcoverage.cleaning.words import bands_of, technologies_of
from htcoverage.readers import read_ledger
from htcoverage.readers.columns import match_columns

HEADER = "Mã trạm;Nhà mạng;Công nghệ;Kinh độ;Vĩ độ;Độ cao cột (m);Băng tần;Góc phương vị;Ghi chú"
LINES = (
    "HT001;VNPT;4G;105,9012;18,3421;42;1800;0/120/240;tốt",
    "HT002;Viettel;LTE;105,8012;18,3021;35;B3;10°, 130°, 250°;",
    "HT003;MobiFone;3G;105,7012;18,2521;30 m;2100MHz;;",
)
AREA = gpd.GeoDataFrame(geometry=[shapely.box(105.1, 17.9, 106.5, 18.8)], crs="EPSG:4326")


def put(folder: Path, *lines: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "ledger.csv"
    path.write_bytes("\n".join([header, *(lines or LINES), ""]).encode(encoding))
    return path


def clean(path: Path, **options: object) -> CleanedLedger:
    cleaned = clean_ledger(path, **options)  # type: ignore[arg-type]
    check_nothing_is_lost(cleaned)
    return cleaned


def check_nothing_is_lost(cleaned: CleanedLedger) -> None:
    """Every row is in the ledger, or a fault with that row says that it was dropped."""
    report = cleaned.report
    assert report.rows == report.kept + report.dropped
    faults = report.faults
    dropped = faults[(faults["action"] == "dropped") & (faults["rule"] != "above-header")]
    if cleaned.ledger is not None:
        assert dropped["row"].nunique() == report.dropped
        assert not set(cleaned.ledger.bts.index) & set(dropped["row"])
    else:
        assert (faults["severity"] == "error").any()
    json.loads(report.to_json())


def rules(cleaned: CleanedLedger, row: int) -> dict[str, str]:
    faults = cleaned.report.faults
    here = faults[faults["row"] == row]
    return dict(zip(here["rule"], here["action"], strict=True))


def ledger_of(cleaned: CleanedLedger) -> gpd.GeoDataFrame:
    assert cleaned.ledger is not None, cleaned.report.faults.to_string()
    return cleaned.ledger.bts.set_index("bts_id")


# ---- form


def test_ledger_of_our_own_form_passes_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "bts.csv"
    path.write_text(
        "bts_id,site_id,operator,technology,longitude,latitude,antenna_height_m\n"
        "A,S1,Viettel,4G,105.7,18.5,42\nB,S2,MobiFone,3G,105.8,18.4,30\n",
        encoding="utf-8",
    )
    cleaned = clean(path)
    assert cleaned.report.exit_code == 0
    assert cleaned.report.faults.empty
    strict = read_ledger(path)
    assert cleaned.ledger is not None
    pd.testing.assert_frame_equal(cleaned.ledger.bts, strict.bts)
    pd.testing.assert_frame_equal(cleaned.ledger.cells, strict.cells)
    assert cleaned.ledger.defaults == strict.defaults


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_vietnamese_ledger(tmp_path: Path, encoding: str, separator: str) -> None:
    path = put(tmp_path)
    text = path.read_text(encoding="utf-8").replace(";", separator)
    path.write_bytes(text.encode(encoding))
    cleaned = clean(path)
    bts = ledger_of(cleaned)
    assert list(bts["operator"]) == ["VinaPhone", "Viettel", "MobiFone"]
    assert list(bts["technology"]) == ["4G", "4G", "3G"]
    assert (bts.geometry["HT001"].x, bts.geometry["HT001"].y) == (105.9012, 18.3421)
    cells = cleaned.ledger.cells.set_index("bts_id") if cleaned.ledger else pd.DataFrame()
    assert list(cells.loc["HT001", "antenna_height_m"]) == [42, 42, 42]
    assert list(cells.loc["HT002", "azimuth_deg"]) == [10, 130, 250]
    assert set(cells.loc["HT002", "band_mhz"]) == {1800}
    assert set(cells.loc["HT003", "antenna_height_m"]) == {30}
    assert "azimuth_deg" in cells.loc["HT003", "assumed"].iloc[0].split()
    assert "antenna_height_m" not in cells.loc["HT001", "assumed"].iloc[0].split()
    mapped = {match.column: match.name for match in cleaned.report.mapped_columns}
    assert mapped == {
        "bts_id": "Mã trạm", "operator": "Nhà mạng", "technology": "Công nghệ",
        "longitude": "Kinh độ", "latitude": "Vĩ độ", "mast_height_m": "Độ cao cột (m)",
        "band_mhz": "Băng tần", "azimuth_deg": "Góc phương vị",
    }  # fmt: skip
    assert cleaned.report.unused_columns == ("Ghi chú",)
    assert cleaned.report.exit_code == 1  # the mast's height is taken for the antenna's
    assert rules(cleaned, 2)["decimal-comma"] == "repaired"


def test_windows_1258_is_read_and_told(tmp_path: Path) -> None:
    header = "bts_id;site_name;operator;technology;longitude;latitude"
    # The code page writes ộ as ô and a mark that combines.
    name = "Trạm Cẩm Xuyên"
    decomposed = "Tra\u0323m Câ\u0309m Xuyên"
    path = put(tmp_path, f"A;{decomposed};Viettel;4G;105.9;18.3", header=header, encoding="cp1258")
    cleaned = clean(path)
    assert ledger_of(cleaned)["site_name"]["A"] == name
    told = cleaned.report.faults.set_index("rule").loc["encoding"]
    assert told["severity"] == "warning"
    assert "Windows-1258" in told["detail"]


def test_mixed_encodings_are_told_by_line(tmp_path: Path) -> None:
    header = "bts_id,site_name,operator,technology,longitude,latitude"
    path = tmp_path / "ledger.csv"
    path.write_bytes(
        f"{header}\nA,Hồng Lĩnh,Viettel,4G,105.7,18.5\n".encode()
        + "B,Đư\u0301c Tho\u0323,Viettel,4G,105.6,18.5\n".encode("cp1258")
    )
    with pytest.raises(UnicodeDecodeError):
        path.read_text(encoding="utf-8")
    cleaned = clean(path)
    bts = ledger_of(cleaned)
    assert list(bts["site_name"]) == ["Hồng Lĩnh", "Đức Thọ"]
    assert rules(cleaned, 3)["mixed-encoding"] == "repaired"
    assert "mixed-encoding" not in rules(cleaned, 2)


def test_title_above_the_header_and_lines_count_from_the_top(tmp_path: Path) -> None:
    path = put(tmp_path, HEADER, *LINES, header="BÁO CÁO TRẠM BTS;;\n;;;")
    cleaned = clean(path)
    assert list(cleaned.report.faults["row"][cleaned.report.faults["rule"] == "above-header"]) == [
        1
    ]
    assert cleaned.ledger is not None
    assert list(cleaned.ledger.bts.index) == [4, 5, 6]


def test_guess_is_shown_and_overruled(tmp_path: Path) -> None:
    path = put(tmp_path, header=HEADER.replace("Nhà mạng", "Nha mang vien thong"))
    guess = {match.column: match for match in clean(path).report.mapped_columns}.get("operator")
    assert guess is None or (guess.how == "similar word" and guess.confidence < 0.95)
    cleaned = clean(path, columns={"operator": "Nha mang vien thong"})
    match = {match.column: match for match in cleaned.report.mapped_columns}["operator"]
    assert (match.how, match.confidence) == ("given", 1.0)
    assert cleaned.report.base_stations == 3


def test_column_said_that_is_not_there(tmp_path: Path) -> None:
    cleaned = clean(put(tmp_path), columns={"operator": "Nhà mạngg"})
    assert cleaned.ledger is None
    assert "did you mean 'Nhà mạng'" in cleaned.report.faults["detail"].iloc[0]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("Kinh độ", "longitude"), ("KINH ĐỘ", "longitude"), ("Vĩ độ (°)", "latitude"),
        ("LAT", "latitude"), ("Độ cao anten [m]", "antenna_height_m"),
        ("Độ cao cột", "mast_height_m"), ("Nhà mạng", "operator"), ("Công nghệ", "technology"),
        ("Băng tần (MHz)", "band_mhz"), ("Azimuth (°)", "azimuth_deg"), ("EIRP (dBm)", "eirp_dbm"),
        ("Mechanical Downtilt (°)", "mechanical_tilt_deg"), ("antennaHeight", "antenna_height_m"),
    ],
)  # fmt: skip
def test_headers_of_the_field(name: str, column: str) -> None:
    from htcoverage.cleaning.opening import WANTED

    (match,) = match_columns([name], WANTED)
    assert match.column == column
    assert 0.7 <= match.confidence < 1


def test_headers_that_mean_nothing_are_not_guessed() -> None:
    from htcoverage.cleaning.opening import WANTED

    names = ["Ghi chú", "STT", "Ngày", "foo", "", "x1", "Số lượng"]
    assert match_columns(names, WANTED) == ()


# ---- values, by hand


@pytest.mark.parametrize(
    ("value", "axis", "degrees"),
    [
        ("18°20'31.5\"N", "latitude", 18 + 20 / 60 + 31.5 / 3600),
        ("18 20 31,5", "latitude", 18 + 20 / 60 + 31.5 / 3600),
        ("N18°20′31″", "latitude", 18 + 20 / 60 + 31 / 3600),
        ("18°20'31''B", "latitude", 18 + 20 / 60 + 31 / 3600),
        ("18:20:31S", "latitude", -(18 + 20 / 60 + 31 / 3600)),
        ("18°20' Nam", "latitude", -(18 + 20 / 60)),
        ("105d54m31s Đông", "longitude", 105 + 54 / 60 + 31 / 3600),
        ("105°54,5'E", "longitude", 105 + 54.5 / 60),
        ("105.9E", "longitude", 105.9),
        ("-18°30'", "latitude", -18.5),
        ("18,3421", "latitude", 18.3421),
        ("18.3421°", "latitude", 18.3421),
    ],
)
def test_degrees_as_people_write_them(value: str, axis: str, degrees: float) -> None:
    repair = repair_degrees(value, axis=axis)
    assert repair is not None
    assert float(str(repair.value)) == pytest.approx(degrees, abs=1e-9)


@pytest.mark.parametrize(
    ("value", "axis"),
    [
        ("18°70'00\"", "latitude"), ("18°20'99\"", "latitude"), ("105°54'E", "latitude"),
        ("18°20'N", "longitude"), ("N18°20'N", "latitude"), ("-18°20'S", "latitude"),
        ("18.5°20'", "latitude"), ("", "latitude"), ("abc", "latitude"), ("1 2 3 4", "latitude"),
        ("18°20'" * 20, "latitude"),
    ],
)  # fmt: skip
def test_degrees_that_are_none(value: str, axis: str) -> None:
    assert repair_degrees(value, axis=axis) is None


def test_n_is_south_only_where_north_is_written_b() -> None:
    assert repair_degrees("18°30'N", axis="latitude").value == 18.5  # type: ignore[union-attr]
    south = repair_degrees("18°30'N", axis="latitude", vietnamese=True)
    assert south is not None
    assert south.value == -18.5


@pytest.mark.parametrize(
    ("value", "kind", "number"),
    [
        ("42,5", "", 42.5), ("42 m", "", 42), ("42m.", "", 42), ("1.234,5", "", 1234.5),
        ("1,234.5", "", 1234.5), ("2,030,000", "", 2030000), ("551 000,5", "", 551000.5),
        ("1,800", "band", 1800), ("20 W", "power", 43.01), ("43dBm", "power", 43),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(value: str, kind: str, number: float) -> None:
    repair = repair_number(value, kind=kind)
    assert repair is not None
    assert float(str(repair.value)) == pytest.approx(number)


@pytest.mark.parametrize("value", ["42", "-3.5", "1e3", "x", "4 2", "1,2,3", "20 W", "=1+1", ""])
def test_numbers_that_are_right_or_none(value: str) -> None:
    assert repair_number(value) is None


@pytest.mark.parametrize(
    ("word", "operator"),
    [
        ("VNPT", "VinaPhone"), ("VNPT Hà Tĩnh", "VinaPhone"), ("Vina", "VinaPhone"),
        ("Viettel Hà Tĩnh", "Viettel"), ("VMS", "MobiFone"), ("Mobifone", "MobiFone"),
        ("452-01", "MobiFone"), ("45202", "VinaPhone"), ("04", "Viettel"),
        ("452 05", "Vietnamobile"),
        ("Vietnamobile", "Vietnamobile"), ("Mạng X", "MobiFone"), ("Gmobile", None), ("3", None),
        ("Viettel, VNPT", None),
    ],
)  # fmt: skip
def test_operators(word: str, operator: str | None) -> None:
    assert operator_of(word, vocabulary(words={"mang x": "MobiFone"})) == operator


@pytest.mark.parametrize(
    ("word", "technologies", "others"),
    [
        ("LTE", ("4G",), False), ("eNodeB", ("4G",), False), ("NodeB", ("3G",), False),
        ("3G/4G", ("3G", "4G"), False), ("2G/3G/4G", ("3G", "4G"), True), ("GSM", (), True),
        ("5G", (), True), ("UMTS 2100", ("3G",), False), ("L1800", ("4G",), False),
        ("?", (), False),
    ],
)  # fmt: skip
def test_technologies(word: str, technologies: tuple[str, ...], others: bool) -> None:
    assert technologies_of(word) == (technologies, others)


@pytest.mark.parametrize(
    ("word", "bands"),
    [
        ("B3", "1800"), ("Band 8", "900"), ("L1800", "1800"), ("1.8 GHz", "1800"),
        ("900/2100", "900 2100"), ("1800MHz+2100MHz", "1800 2100"), ("1,800", "1800"),
        ("LTE 1800", "1800"), ("nhiều", None),
    ],
)  # fmt: skip
def test_bands(word: str, bands: str | None) -> None:
    assert bands_of(word) == bands


# ---- rows


def test_row_of_two_technologies_becomes_two_base_stations(tmp_path: Path) -> None:
    cleaned = clean(put(tmp_path, "A;Viettel;3G/4G;105,8;18,3;30;;;", "B;VNPT;4G;105,9;18,4;30;;;"))
    bts = ledger_of(cleaned)
    assert list(bts["technology"]) == ["3G", "4G", "4G"]
    assert bts.index.is_unique
    assert cleaned.ledger is not None
    assert list(cleaned.ledger.bts.index) == [2, 2, 3]
    assert rules(cleaned, 2)["technology-split"] == "repaired"
    assert (cleaned.report.rows, cleaned.report.kept) == (2, 2)


def test_2g_is_left_out_and_told(tmp_path: Path) -> None:
    cleaned = clean(put(tmp_path, *LINES, "HT004;Viettel;2G;105,8;18,35;30;900;;"))
    assert cleaned.report.dropped == 1
    assert rules(cleaned, 5)["technology-scope"] == "dropped"
    assert cleaned.report.exit_code == 1


def test_swapped_axes_are_changed_and_told(tmp_path: Path) -> None:
    cleaned = clean(put(tmp_path, *LINES, "HT4;Viettel;4G;18,35;105,88;30;;;"))
    assert ledger_of(cleaned).geometry["HT4"].x == 105.88
    assert rules(cleaned, 5)["swapped-axes"] == "repaired"


def test_null_island_is_dropped(tmp_path: Path) -> None:
    cleaned = clean(put(tmp_path, *LINES, "HT4;Viettel;4G;0;0,0;30;;;"))
    assert rules(cleaned, 5)["null-island"] == "dropped"
    assert cleaned.report.exit_code == 2


def test_far_over_the_border_in_the_sea_and_near(tmp_path: Path) -> None:
    cleaned = clean(
        put(tmp_path, *LINES, "F;Viettel;4G;104,1;18,3;30;;;", "N;Viettel;4G;106,55;18,3;30;;;"),
        area=AREA,
    )
    assert rules(cleaned, 5)["far-from-area"] == "dropped"
    assert rules(cleaned, 6)["outside-boundaries"] == "kept"


def test_unusable_optional_cell_takes_the_default_and_is_told(tmp_path: Path) -> None:
    cleaned = clean(put(tmp_path, "A;Viettel;4G;105,8;18,3;-5;99999;;", *LINES[1:]))
    assert cleaned.ledger is not None
    cell = cleaned.ledger.cells.iloc[0]
    assert (cell["antenna_height_m"], cell["band_mhz"]) == (30, 1800)
    assert {"antenna_height_m", "band_mhz"} <= set(cell["assumed"].split())
    faults = cleaned.report.faults
    here = faults[(faults["row"] == 2) & (faults["rule"] == "range")]
    assert set(here["value"]) == {"-5", "99999"}
    assert set(here["column"]) == {"Độ cao cột (m)", "Băng tần"}
    assert set(here["action"]) == {"repaired"}


@pytest.mark.parametrize(
    ("line", "column", "value", "rule"),
    [
        ("A;Không rõ;4G;105,8;18,3;30;;;", "Nhà mạng", "Không rõ", "empty"),
        ("A;Gmobile;4G;105,8;18,3;30;;;", "Nhà mạng", "Gmobile", "unknown-word"),
        ("A;Viettel;;105,8;18,3;30;;;", "Công nghệ", "", "empty"),
        ("A;Viettel;4G;105,8;abc;30;;;", "Vĩ độ", "abc", "position"),
        ("A;Viettel;4G;105,8;;30;;;", "Vĩ độ", "", "position"),
        ("A;Viettel;4G;105,8;18,3", None, "A,Viettel,4G,105,8,18,3", "width"),
    ],
)
def test_error_costs_the_row_and_quotes_the_cell(
    tmp_path: Path, line: str, column: str | None, value: str, rule: str
) -> None:
    cleaned = clean(put(tmp_path, *LINES, line))
    faults = cleaned.report.faults
    here = faults[(faults["row"] == 5) & (faults["severity"] == "error")].iloc[0]
    assert (here["rule"], here["action"]) == (rule, "dropped")
    assert here["column"] == column or (column is None and pd.isna(here["column"]))
    if rule != "empty":
        assert here["value"] == value
    assert (cleaned.report.base_stations, cleaned.report.exit_code) == (3, 2)


def test_misspelt_operator_is_taken_with_a_warning(tmp_path: Path) -> None:
    cleaned = clean(put(tmp_path, "A;Vietel;4G;105,8;18,3;30;;;"))
    assert ledger_of(cleaned)["operator"]["A"] == "Viettel"
    faults = cleaned.report.faults.set_index("rule")
    assert (faults.loc["operator-typo", "severity"], faults.loc["operator-typo", "row"]) == (
        "warning",
        2,
    )


def test_html_and_formulas_stay_text(tmp_path: Path) -> None:
    header = "bts_id,site_name,operator,technology,longitude,latitude"
    path = put(
        tmp_path,
        "A,<script>alert(1)</script>,Viettel,4G,105.7,18.5",
        'B,"=HYPERLINK(""http://x"",""y"")",Viettel,4G,105.6,18.5',
        "C,@SUM(A1),Viettel,4G,=1+1,18.5",
        header=header,
    )
    cleaned = clean(path)
    bts = ledger_of(cleaned)
    assert bts["site_name"]["A"] == "<script>alert(1)</script>"
    assert bts["site_name"]["B"].startswith("=HYPERLINK")
    assert rules(cleaned, 2)["html"] == "kept"
    assert rules(cleaned, 3)["formula"] == "kept"
    assert rules(cleaned, 4)["position"] == "dropped"


def test_duplicates(tmp_path: Path) -> None:
    cleaned = clean(
        put(
            tmp_path,
            "A;Viettel;4G;105,800000;18,300000;30;;;",
            "A;Viettel;4G;105,800000;18,300000;30;;;",  # the same row again
            "B;Viettel;4G;105,800100;18,300100;30;;;",  # 15 m away
            "C;MobiFone;4G;105,800100;18,300100;30;;;",  # another operator shares the mast
            "D;Viettel;3G;105,800000;18,300000;30;;;",  # another technology
            "E;Viettel;4G;105,800400;18,300000;30;;;",  # 42 m away from A
        )
    )
    assert rules(cleaned, 3)["repeated-row"] == "dropped"
    suspects = cleaned.report.faults[cleaned.report.faults["rule"] == "duplicate-site"]
    assert list(suspects["row"]) == [4]
    assert suspects["detail"].iloc[0].startswith("15 m from row 2")
    assert cleaned.report.base_stations == 5


def test_rows_that_are_cells(tmp_path: Path) -> None:
    header = (
        "bts_id,cell_id,operator,technology,longitude,latitude,azimuth_deg,antenna_height_m,tilt"
    )
    path = put(
        tmp_path,
        "A,A-1,Viettel,4G,105.7,18.5,0,40,2",
        "A,A-2,Viettel,4G,105.7,18.5,120,41,3",
        "A,A-3,Viettel,4G,105.7,18.5,240,42,4",
        "B,B-1,VNPT,3G,105.8,18.4,90,30,5",
        header=header,
    )
    cleaned = clean(path)
    assert cleaned.report.base_stations == 2
    assert cleaned.ledger is not None
    cells = cleaned.ledger.cells.set_index("cell_id")
    assert list(cells.index) == ["A-1", "A-2", "A-3", "B-1"]
    assert list(cells["antenna_height_m"]) == [40, 41, 42, 30]
    assert list(cells["electrical_tilt_deg"]) == [2, 3, 4, 5]
    assert list(cells["azimuth_deg"]) == [0, 120, 240, 90]
    assert (cleaned.report.rows, cleaned.report.dropped) == (4, 0)


def test_eirp_becomes_power(tmp_path: Path) -> None:
    header = (
        "bts_id,operator,technology,longitude,latitude,EIRP (dBm),antenna_gain_dbi,feeder_loss_db"
    )
    path = put(
        tmp_path,
        "A,Viettel,4G,105.7,18.5,60,18,0.5",
        "B,Viettel,3G,105.6,18.5,58,17,2",
        "C,Viettel,4G,105.5,18.5,,,",
        header=header,
    )
    cleaned = clean(path)
    assert cleaned.ledger is not None
    cells = cleaned.ledger.cells.drop_duplicates("bts_id").set_index("bts_id")
    assert cells["port_power_dbm"]["A"] == pytest.approx(60 - 18 + 0.5)
    assert cells["cpich_power_dbm"]["B"] == pytest.approx(58 - 17 + 2 - 10)
    assert cells["port_power_dbm"]["C"] == 43.0
    assert "port_power_dbm" in cells["assumed"]["C"].split()
    assert "port_power_dbm" not in cells["assumed"]["A"].split()


def test_unlikely_values_are_kept_and_told(tmp_path: Path) -> None:
    header = (
        "bts_id,operator,technology,longitude,latitude,antenna_height_m,azimuth_deg,port_power_dbm"
    )
    path = put(
        tmp_path,
        "A,Viettel,4G,105.7013,18.5017,150,0 120 240,43",
        "B,Viettel,4G,105.7113,18.5117,30,0 10 240,43",
        "C,Viettel,4G,105.7213,18.5217,30,0 120 240,59",
        "D,Viettel,4G,107.9013,18.5317,30,0 120 240,43",
        "E,Viettel,4G,105.7313,18.5417,30,350 5 120,43",
        header=header,
    )
    cleaned = clean(path)
    assert cleaned.report.base_stations == 5
    told = cleaned.report.faults[cleaned.report.faults["severity"] == "warning"]
    assert set(zip(told["row"], told["rule"], strict=True)) == {
        (2, "unlikely-height"), (3, "unlikely-azimuths"), (4, "unlikely-eirp"),
        (5, "far-from-all-sites"), (6, "unlikely-azimuths"),
    }  # fmt: skip


def test_positions_of_two_digits_are_told(tmp_path: Path) -> None:
    lines = [f"T{k};Viettel;4G;105,{70 + k};18,3{k};30;;;" for k in range(6)]
    faults = clean(put(tmp_path, *lines)).report.faults
    assert "coarse-position" in set(faults["rule"])
    fine = [f"T{k};Viettel;4G;105,{70 + k}12;18,3{k}34;30;;;" for k in range(6)]
    assert "coarse-position" not in set(clean(put(tmp_path, *fine)).report.faults["rule"])


def test_value_for_all_rows(tmp_path: Path) -> None:
    path = put(tmp_path, "A;4G;105.7;18.5", header="bts_id;technology;longitude;latitude")
    assert clean(path).ledger is None
    cleaned = clean(path, values={"operator": "VNPT"})
    assert ledger_of(cleaned)["operator"]["A"] == "VinaPhone"
    assert clean(path, values={"operatr": "VNPT"}).ledger is None


def test_own_words_for_operators(tmp_path: Path) -> None:
    cleaned = clean(
        put(tmp_path, "A;Mạng Á;4G;105,8;18,3;30;;;"), operator_words={"Mạng Á": "MobiFone"}
    )
    assert ledger_of(cleaned)["operator"]["A"] == "MobiFone"


def test_same_file_same_report(tmp_path: Path) -> None:
    path = put(tmp_path, *LINES, "HT004;X;2G;a;b;c;d;e;f", "HT005;Viettel;3G/4G;18,3;105,8;1;;;")
    assert clean(path).report.to_json() == clean(path).report.to_json()


CELLS_HEADER = "cell_id,bts_id,azimuth_deg,antenna_height_m"


def put_pair(folder: Path, *cells: str) -> tuple[Path, Path]:
    bts, path = folder / "bts.csv", folder / "cells.csv"
    bts.write_text(
        "bts_id,operator,technology,longitude,latitude\n"
        "A,Viettel,4G,105.7012,18.5012\nB,VNPT,3G,105.8034,18.4034\nC,VNPT,2G,105.9,18.4\n",
        encoding="utf-8",
    )
    path.write_text("\n".join([CELLS_HEADER, *cells, ""]), encoding="utf-8")
    return bts, path


def test_cells_of_another_file_take_defaults_for_what_they_lack(tmp_path: Path) -> None:
    bts, cells = put_pair(tmp_path, "A1,A,10,40", "A2,A,190,41", "B1,B,90,", "C1,C,0,30")
    cleaned = clean(bts, cells_path=cells)
    assert cleaned.ledger is not None
    found = cleaned.ledger.cells.set_index("cell_id")
    assert list(found.index) == ["A1", "A2", "B1"]  # C is of 2G and left out with its cells
    assert list(found["azimuth_deg"]) == [10, 190, 90]
    assert list(found["antenna_height_m"]) == [40, 41, 30]
    assert "antenna_height_m" in found.loc["B1", "assumed"].split()
    assert list(found["band_mhz"]) == [1800, 1800, 2100]


def test_base_station_without_a_cell_in_the_other_file_is_dropped(tmp_path: Path) -> None:
    bts, cells = put_pair(tmp_path, "A1,A,10,40")
    cleaned = clean(bts, cells_path=cells)
    assert list(ledger_of(cleaned).index) == ["A"]
    assert set(cleaned.report.faults["row"][cleaned.report.faults["severity"] == "error"]) == {3}


def test_fault_of_the_cells_names_their_file_and_drops_no_base_station(tmp_path: Path) -> None:
    bts, cells = put_pair(tmp_path, "A1,A,10,40", "B1,B,999,30")
    cleaned = clean(bts, cells_path=cells)
    assert cleaned.ledger is None
    (fault,) = cleaned.report.faults[cleaned.report.faults["severity"] == "error"].to_dict(
        "records"
    )
    assert f"{cells}, row 3: expected" in fault["detail"]
    assert pd.isna(fault["row"])
