"""Habits of those who keep ledgers: shared masts, ranges, tables put together, headings."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

from htcoverage.cleaning import CleanedLedger, clean_ledger, ledger_notes
from htcoverage.labels.details import detail_in_vietnamese

HEADER = "Mã trạm;Nhà mạng;Công nghệ;Kinh độ;Vĩ độ;Độ cao anten (m);Góc phương vị"
FIRST = "T1;Viettel;4G;105.91;18.31;42;0/120/240"
SECOND = "T2;VNPT;3G;105.92;18.32;36;10/130"


def clean(folder: Path, *lines: str, header: str = HEADER) -> CleanedLedger:
    path = folder / "ledger.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return clean_ledger(path)


def told(cleaned: CleanedLedger, rule: str) -> list[tuple[int, str, str, str]]:
    faults = cleaned.report.faults
    chosen = faults[faults["rule"] == rule]
    return [
        (int(row), value, str(severity), str(action))
        for row, value, severity, action in zip(
            chosen["row"], chosen["value"], chosen["severity"], chosen["action"], strict=True
        )
    ]


@pytest.mark.parametrize(
    ("owner", "names"),
    [
        ("Viettel/VNPT dùng chung", ("Viettel", "VinaPhone")),
        ("VNPT + Mobifone", ("VinaPhone", "MobiFone")),
        ("VNPT (thuê Viettel)", ("Viettel", "VinaPhone")),
        ("MBF và VTL", ("Viettel", "MobiFone")),
    ],
)
def test_a_cell_of_several_operators_is_one_fault_that_names_them(
    tmp_path: Path, owner: str, names: tuple[str, str]
) -> None:
    cleaned = clean(tmp_path, FIRST, SECOND.replace("VNPT", owner))
    assert told(cleaned, "several-operators") == [(3, owner, "error", "dropped")]
    errors = cleaned.report.faults[cleaned.report.faults["severity"] == "error"]
    assert len(errors) == 1
    detail = errors["detail"].iloc[0]
    assert f"names {names[0]}, {names[1]};" in detail
    assert "mỗi dòng một nhà mạng" in detail_in_vietnamese(detail)


@pytest.mark.parametrize(
    ("cell", "height_m", "rule"),
    [
        ("40-42", 41.0, "middle"), ("40 đến 45 m", 42.5, "middle"), ("40÷42", 41.0, "middle"),
        ("40,5 – 41,5", 41.0, "middle"), (">40", 40.0, "about"),
    ],
)  # fmt: skip
def test_a_range_of_heights_counts_by_its_middle(
    tmp_path: Path, cell: str, height_m: float, rule: str
) -> None:
    cleaned = clean(tmp_path, FIRST, SECOND.replace(";36;", f";{cell};"))
    assert told(cleaned, rule) == [(3, cell, "warning", "repaired")]
    assert cleaned.ledger is not None
    assert set(cleaned.ledger.cells["antenna_height_m"][-2:]) == {height_m}


@pytest.mark.parametrize("cell", ["42/36", "20-42", "42-40", "18 + 42 m"])
def test_two_heights_in_a_cell_are_no_height(tmp_path: Path, cell: str) -> None:
    cleaned = clean(tmp_path, FIRST, SECOND.replace(";36;", f";{cell};"))
    assert told(cleaned, "not-a-number") == [(3, cell, "warning", "repaired")]
    detail = cleaned.report.faults.set_index("rule")["detail"]["not-a-number"]
    assert "at several heights a row for each" in detail
    assert cleaned.ledger is not None
    assert cleaned.ledger.cells["assumed"].iloc[-1].count("antenna_height_m") == 1


def test_the_header_again_is_no_base_station(tmp_path: Path) -> None:
    cleaned = clean(tmp_path, FIRST, "\ufeff" + HEADER, SECOND)
    assert [(row, severity) for row, _, severity, _ in told(cleaned, "no-station")] == [
        (3, "warning")
    ]
    assert (cleaned.report.exit_code, cleaned.report.base_stations) == (1, 2)


def test_n_is_north_where_e_is_east(tmp_path: Path) -> None:
    vietnamese = FIRST.replace("105.91;18.31", "105°54'36\"Đ;18°18'36\"B")
    english = SECOND.replace("105.92;18.32", "E 105º55’12”;N 18º19’12”")
    cleaned = clean(tmp_path, vietnamese, english)
    assert cleaned.ledger is not None
    assert cleaned.ledger.bts.geometry.y.round(6).tolist() == [18.31, 18.32]


def test_an_azimuth_at_fault_costs_no_other_cell(tmp_path: Path) -> None:
    rows = [f"T1;Viettel;4G;105.91;18.31;42;{azimuth}" for azimuth in ("0", "120", "2400")]
    cleaned = clean(tmp_path, *rows)
    assert told(cleaned, "range") == [(4, "2400", "warning", "repaired")]
    assert cleaned.report.kept == 3
    assert cleaned.ledger is not None
    assert {0.0, 120.0} <= set(cleaned.ledger.cells["azimuth_deg"])


def test_shortened_identifiers_are_told(tmp_path: Path) -> None:
    cleaned = clean(tmp_path, FIRST.replace("T1", "4,52E+11"), SECOND)
    assert told(cleaned, "exponent") == [(2, "4,52E+11", "warning", "kept")]


def test_headings_tell_the_operator_of_the_rows_below(tmp_path: Path) -> None:
    cleaned = clean(
        tmp_path, "I;Trạm của Viettel;;;;", "1;T1;4G;105.91;18.31;42", "2;T2;3G;105.92;18.32;36",
        "II;VNPT Hà Tĩnh;;;;", "1;T3;4G;105.93;18.33;30", "III;Trạm khác;;;;",
        "1;T4;4G;105.94;18.34;30", "Tổng;Viettel 2, VNPT 2;;;;",
        header="TT;Mã trạm;Công nghệ;Kinh độ;Vĩ độ;Độ cao anten",
    )  # fmt: skip
    assert cleaned.ledger is not None
    owners = cleaned.ledger.bts.set_index("bts_id")["operator"].to_dict()
    # What stands under a heading that names nobody is told with those of the one before it.
    assert owners == {"T1": "Viettel", "T2": "Viettel", "T3": "VinaPhone", "T4": "VinaPhone"}
    faults = cleaned.report.faults
    detail = faults.set_index("rule")["detail"]["heading"]
    assert detail.endswith("Viettel 2, VinaPhone 2")
    assert [row for row, *_ in told(cleaned, "no-station")] == [2, 5, 7, 9]
    assert "operator" in {match.column for match in cleaned.report.mapped_columns}


KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<name>Sở TTTT</name>
<Folder><name>Viettel</name><Folder><name>4G</name>{0}</Folder></Folder>
<Folder><name>VNPT 3G</name>{1}</Folder><Folder><name>Khác</name>{2}</Folder>
</Document></kml>"""
PLACEMARK = (
    "<Placemark><name>{0}</name><ExtendedData><Data name='Độ cao anten (m)'><value>{1}</value>"
    '</Data><Data name="Góc phương vị"><value>10/130</value></Data></ExtendedData>'
    "<Point><coordinates>{2},18.3</coordinates></Point></Placemark>"
)


def test_folders_and_columns_of_kml_keep_their_names(tmp_path: Path) -> None:
    marks = [PLACEMARK.format(f"T{n}", 30 + n, 105.9 + n / 100) for n in range(3)]
    path = tmp_path / "tram.kml"
    path.write_text(KML.format(*marks), encoding="utf-8")
    cleaned = clean_ledger(path)
    assert cleaned.ledger is not None
    bts, cells = cleaned.ledger.bts, cleaned.ledger.cells
    assert bts[["site_name", "operator", "technology"]].to_numpy().tolist() == [
        ["T0", "Viettel", "4G"], ["T1", "VinaPhone", "3G"],
    ]  # fmt: skip
    assert cells["antenna_height_m"].tolist() == [30, 30, 31, 31]
    assert cells["azimuth_deg"].tolist() == [10, 130, 10, 130]
    errors = cleaned.report.faults[cleaned.report.faults["severity"] == "error"]
    assert set(errors["row"]) == {3}  # of the folder that names nobody


def test_files_that_belong_beside_a_layer_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "tram.tab"
    path.write_text("!table\n!version 300\nDefinition Table\n  Type NATIVE\n", encoding="utf-8")
    detail = clean_ledger(path).report.faults["detail"].iloc[0]
    assert "side by side; .dat and .map and .id is not there" in detail


# ---- letters of the past

#: The header and a name, as VNI and TCVN3 (ABC) fonts hold them in bytes of Windows-1252.
VNI = (
    "Maõ traïm;Nhaø maïng;Coâng ngheä;Kinh ñoä;Vó ñoä;Ñoä cao anten (m);Teân traïm",
    "Höông Kheâ",
)
TCVN3 = ("M· tr¹m;Nhµ m¹ng;C«ng nghÖ;Kinh ®é;VÜ ®é;§é cao anten (m);Tªn tr¹m", "H\xad¬ng Khª")
UNICODE = ("Mã trạm;Nhà mạng;Công nghệ;Kinh độ;Vĩ độ;Độ cao anten (m);Tên trạm", "Hương Khê")


@pytest.mark.parametrize(("font", "letters"), [("VNI", VNI), ("TCVN3", TCVN3)])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_text_of_old_fonts_is_told_with_what_to_do(
    tmp_path: Path, font: str, letters: tuple[str, str], encoding: str
) -> None:
    header, name = letters
    lines = [f"T{n};VNPT;4G;105.9{n};18.31;42;Trạm {name}".replace("ạ", "¹") for n in range(4)]
    if font == "VNI":
        lines = [line.replace("Tr¹m", "Traïm") for line in lines]
    path = tmp_path / "ledger.csv"
    path.write_bytes("\n".join((header, *lines)).encode(encoding))
    cleaned = clean_ledger(path)
    assert (cleaned.report.exit_code, cleaned.report.base_stations) == (1, 4)
    faults = cleaned.report.faults
    fonts = faults[faults["rule"] == "old-font"]
    assert set(fonts["column"].dropna()) == {header.split(";")[-1]}
    assert len(fonts) == 2  # the headings and the names
    assert fonts["detail"].str.startswith(f"typed in {font} fonts").all()
    assert fonts["detail"].str.contains("convert the file to Unicode").all()
    encodings = faults[faults["rule"] == "encoding"]["detail"].tolist()
    assert any(f"{font} fonts" in detail for detail in encodings) == (encoding == "cp1252")


def in_windows_1258(text: str) -> bytes:
    """Return text whose tones stand behind their vowels, as Windows-1258 has them."""
    found = bytearray()
    for sign in text:
        try:
            found += sign.encode("cp1258")
        except UnicodeEncodeError:
            marks = unicodedata.normalize("NFD", sign)
            tone = next(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
            vowel = unicodedata.normalize("NFC", marks.replace(tone, ""))
            found += f"{vowel}{tone}".encode("cp1258")
    return bytes(found)


def test_vietnamese_of_today_is_of_no_old_font(tmp_path: Path) -> None:
    header, name = UNICODE
    named = f"Trạm {name} quê Tuần Thường Quý Hòa Đức Thọ"
    text = f"{header}\nT1;VNPT;4G;105.91;18.31;42;{named}\n"
    for content in (text.encode(), in_windows_1258(text)):
        path = tmp_path / "ledger.csv"
        path.write_bytes(content)
        cleaned = clean_ledger(path)
        assert cleaned.ledger is not None
        assert cleaned.ledger.bts["site_name"].tolist() == [named]
        assert "old-font" not in set(cleaned.report.faults["rule"])


def test_utf8_saved_as_if_it_were_windows_1252_is_turned_back(tmp_path: Path) -> None:
    header, name = UNICODE
    text = f"{header}\nT1;VNPT;4G;105.91;18.31;42;Trạm {name} Đức Thọ\n"
    western = "".join(
        bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode()
    )
    path = tmp_path / "ledger.csv"
    path.write_text(western, encoding="utf-8")
    cleaned = clean_ledger(path)
    assert cleaned.ledger is not None
    assert cleaned.ledger.bts["site_name"].tolist() == [f"Trạm {name} Đức Thọ"]
    detail = cleaned.report.faults.set_index("rule")["detail"]["encoding"]
    assert "taken for Windows-1252" in detail


def test_a_shapefile_that_tells_no_encoding_is_read_as_the_utf8_it_is(tmp_path: Path) -> None:
    table = gpd.GeoDataFrame(
        {"MaTram": ["T1"], "NhaMang": ["VNPT"], "CongNghe": ["4G"], "TenTram": ["Trạm Đức Thọ"]},
        geometry=gpd.points_from_xy([105.9], [18.3]), crs="EPSG:4326",
    )  # fmt: skip
    path = tmp_path / "tram.shp"
    table.to_file(path, encoding="utf-8")
    path.with_suffix(".cpg").unlink()
    cleaned = clean_ledger(path)
    assert cleaned.ledger is not None
    assert cleaned.ledger.bts["site_name"].tolist() == ["Trạm Đức Thọ"]


# ---- in which CRS positions were read


SITES = [(105.8012 + 0.01 * (n % 7), 18.2034 + 0.01 * (n // 7)) for n in range(49)]


def grid_of_sites(folder: Path, *, header: str = HEADER, shift_deg: float = 0.0) -> Path:
    """Write sites in the middle of the villages of `villages`."""
    rows = [f"T{n};Viettel;4G;{x + shift_deg:.5f};{y:.5f};30;0" for n, (x, y) in enumerate(SITES)]
    path = folder / "ledger.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def villages(radius_deg: float) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(*zip(*SITES, strict=True))
    return gpd.GeoDataFrame(geometry=points.buffer(radius_deg), crs="EPSG:4326")


def read_as(path: Path, **options: object) -> tuple[str, str]:
    note = clean_ledger(path, **options).report.positions  # type: ignore[arg-type]
    assert note is not None
    assert "EPSG:4326 (WGS 84)" in note.words("en")
    return note.key, note.words("vi")


def test_what_speaks_for_the_crs_is_said(tmp_path: Path) -> None:
    path = grid_of_sites(tmp_path)
    key, vietnamese = read_as(path)
    assert key == "positions_unchecked"
    assert "không có lớp nào" in vietnamese
    key, vietnamese = read_as(path, settlements=villages(0.001))
    assert key == "positions_agree"
    assert "khu dân cư cho thấy là đúng" in vietnamese
    # A town that is all around the sites tells nothing of 200 m.
    town = gpd.GeoDataFrame(geometry=[villages(0.02).union_all()], crs="EPSG:4326")
    assert read_as(path, settlements=town)[0] == "positions_open"
    wrong = grid_of_sites(tmp_path, shift_deg=-0.0019)  # as VN-2000 lies beside WGS 84 here
    assert read_as(wrong, settlements=villages(0.001))[0] == "positions_doubted"


def test_positions_that_nothing_tells_of_are_noted_beside_a_run(tmp_path: Path) -> None:
    path = grid_of_sites(tmp_path)
    town = gpd.GeoDataFrame(geometry=[villages(0.02).union_all()], crs="EPSG:4326")
    noted = [note.key for note in ledger_notes(clean_ledger(path, settlements=town).report)]
    assert "positions_open" in noted
    sure = clean_ledger(path, settlements=villages(0.001)).report
    assert not any(note.key.startswith("positions") for note in ledger_notes(sure))


@pytest.mark.parametrize(
    ("header", "crs", "doubted"),
    [
        (HEADER.replace("Kinh độ", "Kinh độ (VN-2000)"), None, True),
        (HEADER.replace("Kinh độ", "Kinh độ (VN2000)"), "EPSG:4756", False),
        (HEADER.replace("Kinh độ", "Kinh độ WGS84"), None, False),
        (HEADER.replace("Kinh độ", "Kinh độ WGS84"), "EPSG:4756", True),
        ("Tọa độ theo hệ VN 2000, múi 3 độ\n" + HEADER, None, True),
        (HEADER, "EPSG:4756", False),
    ],
)
def test_a_datum_that_the_headings_name_is_held_against_the_one_taken(
    tmp_path: Path, header: str, crs: str | None, doubted: bool
) -> None:
    report = clean_ledger(grid_of_sites(tmp_path, header=header), crs=crs).report
    faults = report.faults[report.faults["rule"] == "datum"]
    assert bool(len(faults)) == doubted
    assert (report.exit_code, report.base_stations) == (int(doubted), 49)
    if doubted:
        assert faults["detail"].iloc[0].startswith("the file itself says")
        assert "chính tệp ghi" in detail_in_vietnamese(faults["detail"].iloc[0])


# ---- cells that are not what they look like


def test_cells_joined_over_rows_hold_for_all_of_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["DANH SÁCH"])
    sheet.append(HEADER.split(";"))
    for line in (FIRST, SECOND):
        site = line.split(";")
        for technology in ("3G", "4G"):
            sheet.append([*site[:2], technology, float(site[3]), float(site[4]), *site[5:]])
    for row in (3, 5):
        for column in "ABDEG":  # the heights are not joined
            sheet.merge_cells(f"{column}{row}:{column}{row + 1}")
    sheet["F4"] = None
    path = tmp_path / "joined.xlsx"
    book.save(path)
    cleaned = clean_ledger(path)
    assert cleaned.ledger is not None
    bts = cleaned.ledger.bts
    assert list(zip(bts["operator"], bts["technology"], bts.geometry.x, strict=True)) == [
        ("Viettel", "3G", 105.91), ("Viettel", "4G", 105.91), ("VinaPhone", "3G", 105.92),
        ("VinaPhone", "4G", 105.92),
    ]  # fmt: skip
    faults = cleaned.report.faults
    joined = faults[faults["rule"] == "joined-cells"]
    assert len(joined) == 5
    assert joined["detail"].str.startswith("2 cells, the first in row 4,").all()
    assumed = cleaned.ledger.cells.set_index("bts_id")["assumed"]
    assert ["antenna_height_m" in words.split() for words in assumed[bts["bts_id"].iloc[1]]] == [
        True, True, True,
    ]  # fmt: skip


def test_signs_without_width_are_left_out_and_told(tmp_path: Path) -> None:
    cleaned = clean(tmp_path, FIRST.replace("105.91", "105.91\u200b"), "\ufeff" + SECOND)
    assert cleaned.ledger is not None
    assert cleaned.ledger.bts["bts_id"].tolist() == ["T1", "T2"]
    assert cleaned.ledger.bts.geometry.x.tolist() == [105.91, 105.92]
    details = cleaned.report.faults.set_index("rule")["detail"]
    assert details["unicode"].startswith("2 invisible signs")


def test_metres_under_names_for_degrees_are_read_by_the_crs_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(f"{HEADER}\nT1;Viettel;4G;524270,5;2016193,6;42;0\n", encoding="utf-8")
    refused = clean_ledger(path).report
    assert refused.exit_code == 2
    assert "these look like metres" in refused.faults["detail"].str.cat()
    cleaned = clean_ledger(path, crs="EPSG:9209")
    assert cleaned.ledger is not None
    assert cleaned.ledger.bts.geometry.x.round(4).tolist() == [105.7313]
    assert "metres of EPSG:9209" in cleaned.report.faults.set_index("rule")["detail"]["metres"]


def test_degrees_without_their_points_are_not_taken_for_metres(tmp_path: Path) -> None:
    cleaned = clean(tmp_path, FIRST.replace("105.91;18.31", "105911234;18311234"))
    assert "decimal points, which these have lost" in cleaned.report.faults["detail"].str.cat()


@pytest.mark.parametrize(
    "link",
    [
        "https://maps.google.com/?q=18.31,105.91",
        "https://www.google.com/maps/@18.31,105.91,17z",
        "https://www.google.com/maps/search/?api=1&query=18.31,105.91",
        "https://www.google.com/maps/place/HT/@18.31,105.91,17z/data=!3m1",
    ],
)
def test_links_to_a_map_hold_both_coordinates(tmp_path: Path, link: str) -> None:
    cleaned = clean(
        tmp_path, f"T1;Viettel;4G;{link}", header="Mã trạm;Nhà mạng;Công nghệ;Link Google Maps"
    )
    assert cleaned.ledger is not None
    place = cleaned.ledger.bts.geometry.iloc[0]
    assert (place.x, place.y) == (105.91, 18.31)
