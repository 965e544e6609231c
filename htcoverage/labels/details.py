"""What a cleaning report says of a finding, in Vietnamese.

The report itself holds English sentences, the same for every reader of its JSON; these templates
turn them. ``{}`` stands for what differs; a sentence that none fits stays as it is.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

#: English and Vietnamese; the first that fits. In both the holes come in the same order.
_sentences: tuple[tuple[str, str], ...] = (
    ("not usable: counts as empty; expected {}", "không dùng được: coi như ô trống; cần {}"),
    ("expected the name of a sheet (layer), or all rows in one sheet, for others look like the "
     "table as well: {}; not read: {}",
     "cần tên của một trang tính (layer), hoặc mọi dòng trong một trang, vì các trang khác cũng "
     "giống bảng số liệu: {}; không đọc: {}"),
    ("expected {}", "cần {}"),
    ("{}; in {} cells, the first in row {}", "{}; trong {} ô, ô đầu ở dòng {}"),
    ("{}: {} cells, the first in row {}: {}", "{}: {} ô, ô đầu ở dòng {}: {}"),
    ("a line above the column names", "dòng nằm trên tên cột"),
    ("columns are separated by {}", "các cột ngăn cách bằng {}"),
    ("the sheet that looks most like the table is read; not read: {}",
     "đọc trang tính giống bảng số liệu nhất; không đọc: {}"),
    ("the value that the workbook stores for this formula is read; it may be out of date, or "
     "absent", "đọc giá trị mà tệp lưu cho công thức; có thể đã cũ hoặc không có"),
    ("UTF-16, as its first bytes say", "UTF-16, theo các byte đầu"),
    ("{} by its zero bytes", "{}, theo các byte không"),
    ("no UTF-8: read as Windows-1252, the letters of {} fonts",
     "không phải UTF-8: đọc theo Windows-1252, chữ của phông {}"),
    ("UTF-8 that was once taken for Windows-1252 and saved as such: turned back",
     "UTF-8 từng bị hiểu là Windows-1252 rồi lưu lại: đã trả về đúng chữ"),
    ("typed in {} fonts, which are no Unicode: names stay as they look here; convert the file to "
     "Unicode (in UniKey: Ctrl+Shift+F6) to have them right",
     "gõ bằng phông {}, không phải Unicode: tên sẽ hiện như ở đây; hãy chuyển tệp sang Unicode "
     "(UniKey: Ctrl+Shift+F6) để tên đúng"),
    ("no UTF-8: read as Windows-1258", "không phải UTF-8: đọc theo Windows-1258"),
    ("this line is no UTF-8 while others are: read as Windows-1258",
     "dòng này không phải UTF-8 như các dòng khác: đọc theo Windows-1258"),
    ("taken for {}, confidence {}", "hiểu là {}, độ tin cậy {}"),
    ("{} empty cells take the value given for all rows",
     "{} ô trống lấy giá trị cho sẵn cho mọi dòng"),
    ("a word for nothing: the cell counts as empty", "chữ chỉ không có gì: coi như ô trống"),
    ("means {} MHz", "nghĩa là {} MHz"),
    ("means {}°", "nghĩa là {}°"),
    ("a heading, a total or a note, not a base station",
     "dòng tiêu đề, tổng cộng hoặc ghi chú, không phải trạm"),
    ("the numbers of the columns", "số thứ tự của các cột"),
    ("the units of the columns", "đơn vị của các cột"),
    ("{} cells, the first in row {}, are joined to one above and take its value",
     "{} ô, ô đầu ở dòng {}, gộp với ô bên trên và lấy giá trị của ô đó"),
    ("{} invisible signs, which tables copied from pages hold, are left out",
     "bỏ {} ký tự vô hình, thường có khi chép bảng từ trang web"),
    ("metres of {} under a name for degrees", "mét theo {} dưới tên cột của độ"),
    ("headings tell the operator of the rows below: {}",
     "dòng tiêu đề cho biết nhà mạng của các dòng bên dưới: {}"),
    ("headings tell the technology of the rows below: {}",
     "dòng tiêu đề cho biết công nghệ của các dòng bên dưới: {}"),
    ("the names of the columns again", "lặp lại tên các cột"),
    ("{} and {} stand in one column: cut in two", "{} và {} nằm chung một cột: tách làm hai"),
    ("the azimuths of {} columns are taken together", "gộp góc phương vị của {} cột"),
    ("{} columns say the same and are taken as one", "{} cột ghi như nhau, lấy làm một"),
    ("not read, nor are the {} beside it: sectors that differ in it need a row each",
     "không đọc, cả {} cột bên cạnh: các sector khác nhau thì mỗi sector một dòng"),
    ("marks in columns of their own tell the technologies of a row",
     "dấu ở các cột riêng cho biết công nghệ của dòng"),
    ("a rough value, taken as it is", "giá trị áng chừng, lấy nguyên"),
    ("a range: its middle is taken", "một khoảng: lấy giá trị giữa"),
    ("a spreadsheet has shortened a long number: digits are lost",
     "bảng tính đã rút gọn một số dài: mất chữ số"),
    ("the apostrophe makes text of a number", "dấu nháy biến số thành chữ"),
    ("wide digits are read as usual ones", "chữ số rộng được đọc như chữ số thường"),
    ("only the first point is a decimal point", "chỉ dấu chấm đầu tiên là dấu thập phân"),
    ("2G and 5G are left aside; means {}", "bỏ qua 2G và 5G; nghĩa là {}"),
    ("means {}", "nghĩa là {}"),
    ("misspelt: taken for {}", "viết sai: hiểu là {}"),
    ("the comma is a decimal comma", "dấu phẩy là dấu thập phân"),
    ("the comma groups thousands", "dấu phẩy ngăn hàng nghìn"),
    ("points group thousands, the comma is decimal",
     "dấu chấm ngăn hàng nghìn, dấu phẩy là thập phân"),
    ("commas group thousands", "dấu phẩy ngăn hàng nghìn"),
    ("groups of thousands", "ngăn theo hàng nghìn"),
    ("spaces group thousands", "dấu cách ngăn hàng nghìn"),
    ("{} W are {} dBm", "{} W là {} dBm"),
    ("the unit {} belongs to the column, not the cell", "đơn vị {} thuộc về cột, không thuộc ô"),
    ("read as a list of azimuths, not as a decimal comma",
     "hiểu là danh sách góc phương vị, không phải số thập phân"),
    ("letters and marks are composed", "chữ và dấu được ghép lại"),
    ("looks like HTML: kept as text, shown escaped",
     "giống mã HTML: giữ như chữ, hiển thị an toàn"),
    ("looks like a formula: kept as text, never run",
     "giống công thức: giữ như chữ, không bao giờ chạy"),
    ("a place; zero stands for one that is not known", "một vị trí; số không chỉ vị trí chưa biết"),
    ("longitude and latitude are changed: only so do they lie where the others do",
     "đổi chỗ kinh độ và vĩ độ: chỉ như vậy mới nằm cùng vùng với các trạm khác"),
    ("x and y are changed: only so do they lie where the others do",
     "đổi chỗ x và y: chỉ như vậy mới nằm cùng vùng với các trạm khác"),
    ("only 3G and 4G are computed", "chỉ tính 3G và 4G"),
    ("a network of country {}", "mạng của nước có mã {}"),
    ("one of the networks {}", "một trong các mạng {}"),
    ("one base station for each technology", "mỗi công nghệ là một trạm"),
    ("{} rows are the cells of {} base stations", "{} dòng là các cell của {} trạm"),
    ("no azimuths are given: the base station takes the default sectors",
     "không có góc phương vị: trạm lấy các sector mặc định"),
    ("every cell is that of an earlier row", "mọi ô giống hệt một dòng trước"),
    ("the position stands for the missing identifier of the site",
     "lấy tọa độ thay cho mã vị trí còn thiếu"),
    ("made of site, operator and technology", "ghép từ vị trí, nhà mạng và công nghệ"),
    ("made of site, operator, technology and line", "ghép từ vị trí, nhà mạng, công nghệ và dòng"),
    ("several operators or technologies share it: theirs are told apart",
     "nhiều nhà mạng hoặc công nghệ dùng chung: đã tách riêng"),
    ("the antenna is taken to be at the top of the mast", "coi anten ở đỉnh cột"),
    ("the whole tilt is taken as electrical", "coi toàn bộ góc cụp là cụp điện"),
    ("{} rows take the pattern {} of that width", "{} dòng lấy giản đồ {} với độ rộng đó"),
    ("power = EIRP − antenna gain + feeder loss; 3G: a tenth of it is the pilot",
     "công suất = EIRP − độ lợi anten + suy hao feeder; 3G: một phần mười là kênh hoa tiêu"),
    ("{} cells seen by phones become {} base stations at the mean of their estimated places, which "
     "may lie hundreds of metres from the masts",
     "{} cell do điện thoại ghi nhận thành {} trạm ở vị trí ước tính trung bình, có thể lệch cột "
     "hàng trăm mét"),
    ("{} m from row {}: same operator and technology",
     "{} m tính từ trạm ở dòng {}: cùng nhà mạng, cùng công nghệ"),
    ("{} km from any other site", "cách mọi trạm khác {} km"),
    ("{} of the positions have two digits of a degree or fewer (1 km)",
     "{} số tọa độ chỉ có hai chữ số thập phân của độ hoặc ít hơn (1 km)"),
    ("outside the boundaries (in the sea or over the border), but near enough to serve homes "
     "inside",
     "ngoài địa giới (trên biển hoặc qua ranh giới) nhưng đủ gần để phục vụ dân bên trong"),
    ("the zones say sea here: an island, a platform, or a slip",
     "bản đồ vùng cho biết đây là biển: đảo, giàn ngoài khơi, hoặc nhầm lẫn"),
    ("the land cover says water here: a bank, a bridge, or a slip",
     "lớp phủ mặt đất cho biết đây là mặt nước: bờ, cầu, hoặc nhầm lẫn"),
    ("antennas of macro sites hang {} to {} m above ground",
     "anten trạm macro cao {} đến {} m so với mặt đất"),
    ("the EIRP that follows; {} to {} dBm are usual", "EIRP suy ra; thường từ {} đến {} dBm"),
    ("two sectors of one band less than {}° apart",
     "hai sector cùng băng tần lệch nhau chưa tới {}°"),
    ("{} of {} sites lie inside {} as read, {} if moved by {} m as {} by mistake would need ({} "
     "come nearer to one, {} get farther, p = {}): the coordinates look like {}; nothing was "
     "moved: give the right crs if that is so",
     "{0} trên {1} trạm nằm trong {2} như đã đọc, {3} nếu dời {4} m do nhầm hệ quy chiếu ({6} "
     "trạm đến gần hơn, {7} xa hơn, p = {8}): tọa độ giống {9}; chưa dời gì: nếu đúng, hãy khai "
     "lại crs"),
    ("{} of {} sites lie inside the boundaries in {}, {} in {}: the coordinates look like that; "
     "nothing was moved: give the right crs if that is so",
     "{} trên {} trạm nằm trong địa giới theo {}, {} theo {}: tọa độ giống hệ sau; chưa dời gì: "
     "nếu đúng, hãy khai lại crs"),
    ("the file itself says {}, but the coordinates are read as {}: nothing was moved: give the "
     "right crs if the file is right (degrees: EPSG:4756 is VN-2000, EPSG:4326 WGS 84)",
     "chính tệp ghi {}, nhưng tọa độ được đọc theo {}: chưa dời gì: nếu tệp đúng, hãy khai lại crs "
     "(độ: EPSG:4756 là VN-2000, EPSG:4326 là WGS 84)"),
    # What was expected.
    ("a crs, for x and y do not say where: {}; inside the boundaries they would lie in {}",
     "crs, vì x và y không cho biết ở đâu: {}; trong địa giới thì hợp với {}"),
    ("a crs, for x and y do not say where: {}; no CRS of this region puts them inside the "
     "boundaries", "crs, vì x và y không cho biết ở đâu: {}; không hệ nào đưa chúng vào địa giới"),
    ("a crs, for x and y do not say where: {}", "crs, vì x và y không cho biết ở đâu: {}"),
    ("give its crs, such as 'EPSG:9209' (VN-2000 / TM-3 105°30′) or 'EPSG:4326'",
     "khai crs, chẳng hạn 'EPSG:9209' (VN-2000 / TM-3 105°30′) hoặc 'EPSG:4326'"),
    ("a site within {} km of the area, for it serves no home there; this one is {} km away",
     "trạm trong phạm vi {} km quanh tỉnh, nếu xa hơn thì không phục vụ ai; trạm này cách {} km"),
    ("a bts_id that occurs once; row {} has the same",
     "mã trạm chỉ xuất hiện một lần; dòng {} trùng"),
    ("a {} that occurs once; row {} has the same", "{} chỉ xuất hiện một lần; dòng {} trùng"),
    ("one operator a row: this cell names {}; write the row once for each that has a base station "
     "there, not for whose mast it is",
     "mỗi dòng một nhà mạng: ô này ghi {}; hãy ghi dòng riêng cho từng nhà mạng có trạm ở đó, "
     "không ghi theo chủ cột"),
    ("one of {}; did you mean {}?", "một trong {}; có phải {}?"),
    ("one of {}; a project file names other operators (operators = [...])",
     "một trong {}; nhà mạng khác thì khai trong tệp dự án (operators = [...])"),
    ("one of {}", "một trong {}"),
    ("between {} and {} ({})", "từ {} đến {} ({})"),
    ("a value: {}", "một giá trị: {}"),
    ("a number ({}) with a decimal point, not a comma",
     "một số ({}) với dấu chấm thập phân, không phải dấu phẩy"),
    ("a number ({}): for antennas at several heights a row for each",
     "một số ({}): anten ở nhiều độ cao thì mỗi độ cao một dòng"),
    ("a number ({})", "một số ({})"),
    ("a number, or different numbers with spaces between, from {} to {} ({})",
     "một số, hoặc nhiều số khác nhau cách bằng dấu cách, từ {} đến {} ({})"),
    ("a column {}: {}; rename {} if that is the one", "cột {}: {}; đổi tên {} nếu đúng là cột đó"),
    (
        "{}; one value for all rows: --value of htcoverage check, [layers.bts.values] of a project",
        "{}; một giá trị cho mọi dòng: --value của htcoverage check, [layers.bts.values] của dự án",
    ),
    ("a column {}: {}", "cột {}: {}"),
    ("at least one cell in {}", "ít nhất một cell trong {}"),
    ("at least one row that is a base station of 3G or 4G", "ít nhất một dòng là trạm 3G hoặc 4G"),
    ("at least one row of data", "ít nhất một dòng dữ liệu"),
    ("a table with the columns {} and coordinates", "bảng có các cột {} và tọa độ"),
    ("a latitude from -90 to 90; latitude and longitude look swapped",
     "vĩ độ từ -90 đến 90; kinh độ và vĩ độ có vẻ bị đảo"),
    ("a latitude from -90 to 90 degrees", "vĩ độ từ -90 đến 90 độ"),
    ("a longitude from -180 to 180 degrees", "kinh độ từ -180 đến 180 độ"),
    ("an existing file: check the spelling and the folder",
     "tệp có thật: kiểm tra lại tên và thư mục"),
    ("{} to {}° (width of the beam at −3 dB)", "{} đến {}° (độ rộng búp sóng tại −3 dB)"),
    ("operator of the base station", "nhà mạng của trạm"),
    ("identifier of the base station", "mã trạm"),
    ("identifier of the physical position with its mast", "mã vị trí đặt cột"),
    ("3G (NodeB) or 4G (eNodeB)", "3G (NodeB) hoặc 4G (eNodeB)"),
    ("antenna centre above ground", "tâm anten so với mặt đất"),
    ("clockwise from true north", "theo chiều kim đồng hồ từ hướng bắc"),
    ("carrier frequency used for propagation", "tần số sóng mang dùng để tính"),
    ("degrees east of Greenwich, WGS 84", "độ kinh đông, WGS 84"),
    ("degrees north of the equator, WGS 84", "độ vĩ bắc, WGS 84"),
    # Defaults.
    ("by default and surroundings: {}", "mặc định theo địa bàn: {}"),
    ("by default: {}", "mặc định: {}"),
    ("marked as assumed in the file", "tệp ghi là giả định"),
    ("3G 5 MHz; 4G 20 MHz, 10 MHz below 1 GHz and at 2100 MHz",
     "3G 5 MHz; 4G 20 MHz, 10 MHz dưới 1 GHz và ở 2100 MHz"),
    ("30 m (village, or surroundings not known; town 25 m, open 36 m)",
     "30 m (làng, hoặc chưa rõ địa bàn; đô thị 25 m, nơi trống 36 m)"),
    ("three sectors at 0°, 120° and 240°", "ba sector ở 0°, 120° và 240°"),
    ("whole degrees, main beam on flat ground at 600 m (30 m: 3°); in a town 400 m, in the open "
     "900 m", "số độ tròn, búp chính chạm đất phẳng ở 600 m (30 m: 3°); đô thị 400 m, nơi trống "
     "900 m"),
    ("17 dBi, 15.5 dBi below 1 GHz", "17 dBi, dưới 1 GHz 15,5 dBi"),
    ("4G 43 dBm (20 W) a port", "4G 43 dBm (20 W) mỗi cổng"),
    ("3G 33 dBm (a tenth of 20 W)", "3G 33 dBm (một phần mười của 20 W)"),
    ("3GPP TR 36.814 table A.2.1.1-2", "3GPP TR 36.814, bảng A.2.1.1-2"),
    ("town beam on flat ground at {} m ({} cells), {}",
     "đô thị: búp chính chạm đất phẳng ở {} m ({} cell), {}"),
    ("village beam on flat ground at {} m ({} cells), {}",
     "làng: búp chính chạm đất phẳng ở {} m ({} cell), {}"),
    ("town beam on flat ground at {} m ({} cells)",
     "đô thị: búp chính chạm đất phẳng ở {} m ({} cell)"),
    ("village beam on flat ground at {} m ({} cells)",
     "làng: búp chính chạm đất phẳng ở {} m ({} cell)"),
    ("open beam on flat ground at {} m ({} cells)",
     "nơi trống: búp chính chạm đất phẳng ở {} m ({} cell)"),
    ("town {} m ({} cells), {}", "đô thị {} m ({} cell), {}"),
    ("village {} m ({} cells), {}", "làng {} m ({} cell), {}"),
    ("town {} m ({} cells)", "đô thị {} m ({} cell)"),
    ("village {} m ({} cells)", "làng {} m ({} cell)"),
    ("open {} m ({} cells)", "nơi trống {} m ({} cell)"),
)  # fmt: skip


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(re.escape(english).replace(r"\{\}", "(.+?)"), re.DOTALL), vietnamese)
        for english, vietnamese in _sentences
    )


@lru_cache(maxsize=4096)
def detail_in_vietnamese(detail: str) -> str:
    """Return a sentence of a cleaning report in Vietnamese, or as it is where none is known."""
    for pattern, vietnamese in _patterns():
        if found := pattern.fullmatch(detail):
            return vietnamese.format(*map(detail_in_vietnamese, found.groups()))
    return detail
