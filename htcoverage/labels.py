"""The words that users see, in English and Vietnamese.

Keys name a meaning, not a place; a module that needs a new word adds it here in both languages.
"""

from __future__ import annotations

from typing import Literal, cast, get_args

from htcoverage.errors import argument_fault
from htcoverage.labels_report import REPORT_WORDS

Language = Literal["en", "vi"]

_WORDS: dict[str, tuple[str, str]] = {
    "any_operator": ("any operator", "bất kỳ nhà mạng nào"),
    "all_operators": ("all operators", "tất cả nhà mạng"),
    "predicted": ("predicted", "dự báo"),
    "modelled": ("modelled", "mô hình hóa"),
    "outdoors": ("outdoors, at 1.5 m", "ngoài trời, ở độ cao 1,5 m"),
    "downlink_only": (
        "downlink level only: interference, uplink and load not checked",
        "chỉ mức thu đường xuống: chưa xét nhiễu, đường lên và tải",
    ),
    "province": ("province", "tỉnh"),
    "district": ("district", "huyện"),
    "settlement": ("settlement", "khu dân cư"),
    "residents": ("residents", "số dân"),
    "households": ("households", "số hộ"),
    "land_area": ("land area", "diện tích đất"),
    "residential_area": ("residential area", "diện tích khu dân cư"),
    "settlements": ("settlements", "thôn, bản, tổ dân phố"),
    "site": ("site", "vị trí trạm"),
    "operator": ("operator", "nhà mạng"),
    "technology": ("technology", "công nghệ"),
    "level": ("level", "mức thu"),
    "gap": ("gap", "vùng lõm sóng"),
    "gaps": ("gaps", "vùng lõm sóng"),
    "covered": ("covered", "có sóng"),
    "not_covered": ("not covered", "không có sóng"),
    "median": ("median (50 %)", "trung vị (50 %)"),
    "cell_edge": ("cell edge", "biên vùng phủ"),
    "reported": ("reported", "công bố"),
    "link_port_power": ("power of one antenna port", "công suất một cổng anten"),
    "link_cpich_power": ("power of the pilot channel (CPICH)", "công suất kênh hoa tiêu (CPICH)"),
    "link_bandwidth": ("carrier bandwidth", "băng thông sóng mang"),
    "link_resource_blocks": ("resource blocks", "số khối tài nguyên"),
    "link_rs_boost": ("boost of the reference signal", "tăng công suất tín hiệu tham chiếu"),
    "link_epre": ("power per resource element (EPRE)", "công suất mỗi phần tử tài nguyên (EPRE)"),
    "link_feeder_loss": ("feeder loss", "suy hao phi đơ"),
    "link_antenna_gain": ("antenna gain", "độ lợi anten"),
    "link_eirp_per_resource_element": ("EIRP per resource element", "EIRP mỗi phần tử tài nguyên"),
    "link_eirp_pilot": ("EIRP of the pilot channel", "EIRP kênh hoa tiêu"),
    "link_thermal_noise": ("thermal noise", "tạp âm nhiệt"),
    "link_noise_figure": (
        "noise figure of the user equipment",
        "hệ số tạp âm của thiết bị đầu cuối",
    ),
    "link_required_ratio": ("required signal to noise ratio", "tỉ số tín hiệu trên tạp âm yêu cầu"),
    "link_sensitivity": ("sensitivity of the user equipment", "độ nhạy của thiết bị đầu cuối"),
    "link_threshold": ("threshold of cover", "ngưỡng phủ sóng"),
    "link_ue_gain": ("antenna gain of the user equipment", "độ lợi anten của thiết bị đầu cuối"),
    "link_body_loss": ("body loss", "suy hao do cơ thể"),
    "link_in_car_loss": ("loss in a car", "suy hao trong ô tô"),
    "link_sigma": ("standard deviation of the level", "độ lệch chuẩn của mức thu"),
    "link_cell_edge_probability": ("cell-edge probability", "xác suất phủ sóng tại biên"),
    "link_margin": ("shadowing margin", "dự trữ pha đinh che khuất"),
    "link_indoor_margin": (
        "building entry loss and shadowing margin, combined",
        "suy hao vào nhà và dự trữ che khuất, kết hợp",
    ),
    "link_path_loss_exponent": ("path loss exponent", "số mũ suy hao đường truyền"),
    "link_area_probability": ("area probability", "xác suất phủ sóng theo diện tích"),
    "link_mapl_threshold": (
        "maximum path loss, to the threshold",
        "suy hao tối đa cho phép, đến ngưỡng phủ",
    ),
    "link_mapl_sensitivity": (
        "maximum path loss, to the sensitivity",
        "suy hao tối đa cho phép, đến độ nhạy",
    ),
    # The map's own words.
    "map_title": ("Mobile coverage map", "Bản đồ vùng phủ sóng di động"),
    "map_cover": ("Cover, with margin", "Vùng phủ, có dự phòng"),
    "map_level": ("Median level", "Mức thu trung vị"),
    "map_surface": ("Map layer", "Lớp bản đồ"),
    "map_none": ("none", "không"),
    "map_overlays": ("Shown on top", "Hiển thị thêm"),
    "map_opacity": ("Opacity", "Độ đậm"),
    "map_legend": ("Legend", "Chú giải"),
    "map_search": ("Find a settlement or site", "Tìm khu dân cư hoặc trạm"),
    "map_no_match": ("nothing found", "không tìm thấy"),
    "map_measure": ("Measure", "Đo khoảng cách"),
    "map_measure_help": (
        "Click points on the map; Esc ends.",
        "Bấm các điểm trên bản đồ; Esc để kết thúc.",
    ),
    "map_print": ("Print", "In"),
    "map_whole": ("Whole area", "Toàn vùng"),
    "map_panel": ("Layers and search", "Lớp và tìm kiếm"),
    "map_base": ("Base map (online)", "Bản đồ nền (trực tuyến)"),
    "map_base_fails": (
        "The base map cannot be reached; all else works without it.",
        "Không truy cập được bản đồ nền; các phần khác vẫn hoạt động.",
    ),
    "map_read_help": (
        "Click the map (or press Enter for its centre) to read the levels.",
        "Bấm vào bản đồ (hoặc nhấn Enter cho tâm bản đồ) để đọc mức thu.",
    ),
    "map_here": ("Predicted here", "Dự báo tại đây"),
    "map_outside": ("outside the computed area", "ngoài vùng tính toán"),
    "map_largest_gaps": ("Largest gaps", "Vùng lõm lớn nhất"),
    "map_no_gaps": ("No gaps found", "Không có vùng lõm"),
    "map_noscript": (
        "This map needs JavaScript. The page carries all of it; nothing is loaded from outside.",
        "Bản đồ này cần JavaScript (có sẵn trong trang); không tải gì từ bên ngoài.",
    ),
    "covered_cell_edge": (
        "covered ({share} % at the cell edge)",
        "có sóng ({share} % ở biên vùng phủ)",
    ),
    "covered_median_only": (
        "covered at the median only",
        "chỉ có sóng ở mức trung vị",
    ),
    "no_level": ("no level: beyond every site's reach", "không có mức: ngoài tầm mọi trạm"),
    "sites": ("Sites", "Vị trí trạm"),
    "fibre": ("Fibre", "Cáp quang"),
    "districts": ("Districts", "Huyện, thị xã, thành phố"),
    "sea": ("Sea", "Biển"),
    "rivers": ("Rivers", "Sông"),
    "either_technology": ("3G or 4G", "3G hoặc 4G"),
    "both_technologies": ("3G and 4G", "3G và 4G"),
    "settlements_at_part": (
        "settlements, at least {part} % of residents covered",
        "thôn, bản, tổ dân phố có ít nhất {part} % số dân có sóng",
    ),
    "behind_user_loss": (
        "{place}, less a loss to the user of {loss} dB (spread {sigma} dB)",
        "{place}, trừ suy hao đến người dùng {loss} dB (độ lệch {sigma} dB)",
    ),
    "model": ("Model", "Mô hình"),
    "radius": ("radius", "bán kính"),
    "probability": ("Cell-edge probability", "Xác suất biên vùng phủ"),
    "margin": ("margin", "dự phòng"),
    "assumptions": ("Assumptions", "Giả định"),
    "modelled_notice": (
        "Modelled, not measured: {layers}. Not a record of any real network.",
        "Dữ liệu mô hình, không phải đo đạc: {layers}. Không phải hồ sơ mạng thực.",
    ),
    "prediction_notice": (
        "A prediction, not a measurement",
        "Kết quả dự báo, không phải đo đạc",
    ),
    "base_stations": ("base stations", "trạm gốc"),
    "provenance": ("provenance", "nguồn gốc"),
    # Words of the tables' closed vocabularies, as <column>:<value>.
    "provenance:official": ("official", "chính thức"),
    "provenance:open-data": ("open data", "dữ liệu mở"),
    "provenance:modelled": ("modelled", "mô hình hóa"),
    "provenance:user": ("the user's own", "của người dùng"),
    "status:on-air": ("on air", "đang phát sóng"),
    "status:planned": ("planned", "theo kế hoạch"),
    "status:off-air": ("off air", "ngừng phát sóng"),
    "status:in-service": ("in service", "đang khai thác"),
    "kind:trunk": ("trunk", "trục"),
    "kind:ring": ("ring", "vòng"),
    "kind:access": ("access", "truy nhập"),
    "kind:inter-provincial": ("inter-provincial", "liên tỉnh"),
    "people": ("people", "người"),
    "status": ("status", "trạng thái"),
    "owner": ("owner", "chủ sở hữu"),
    "kind": ("kind", "loại"),
    "cables": ("cables", "số cáp"),
    "fibres": ("fibres", "số sợi"),
    "communes": ("communes", "số xã, phường, thị trấn"),
    "area_km2": ("area, km²", "diện tích, km²"),
    "missing_db": ("missing, dB", "thiếu, dB"),
    "worst_missing_db": ("missing at the worst spot, dB", "thiếu ở điểm kém nhất, dB"),
    "no_level_percent": ("without any level, % of area", "hoàn toàn không có sóng, % diện tích"),
    "nearest_site_operators": ("its operators", "nhà mạng tại trạm"),
    "nearest_cover_operator": ("nearest cover", "vùng phủ gần nhất"),
    "nearest_cover_km": ("mean distance to it, km", "khoảng cách trung bình, km"),
    "nearest_span_km": ("distance to fibre, km", "khoảng cách đến cáp quang, km"),
    "nearest_site": ("nearest site", "trạm gần nhất"),
    "nearest_site_km": ("distance to it, km", "khoảng cách, km"),
    "operators": ("Operators", "Nhà mạng"),
    "close": ("Close", "Đóng"),
    "zoom_in": ("Zoom in", "Phóng to"),
    "zoom_out": ("Zoom out", "Thu nhỏ"),
    "map_gap_sign": ("homes without cover: {what}", "nhà dân không có sóng: {what}"),
    # What is said of a run above its map.
    "headline_fact": (
        "{median} of {area} at the {median_words}, {cell_edge} at {cell_edge_words} ({operator})",
        "{median} {area} ở {median_words}, {cell_edge} ở {cell_edge_words} ({operator})",
    ),
    "headline_again": ("{median}, {cell_edge}", "{median}, {cell_edge}"),
    "reported_fact": (
        "{share} of residential areas ({date}); how it was measured is not stated",
        "{share} khu dân cư ({date}); không nêu cách đo",
    ),
    "date_of_data": ("Date of data", "Thời điểm dữ liệu"),
    "date_modelled": (
        "network as of {date}, modelled; residents of the census of April 2019",
        "mạng lưới tháng {date}, mô hình hóa; dân số theo tổng điều tra 4/2019",
    ),
    "not_stated": ("not stated", "không nêu"),
    "sources": ("Sources", "Nguồn"),
    "source_boundaries": (
        "district outlines © geoBoundaries, CC BY-SA 4.0",
        "ranh giới huyện © geoBoundaries, CC BY-SA 4.0",
    ),
    "source_coast": (
        "coast and rivers GSHHG (Wessel & Smith), LGPL-3",
        "bờ biển và sông GSHHG (Wessel & Smith), LGPL-3",
    ),
    "source_places": ("places © GeoNames, CC BY 4.0", "địa danh © GeoNames, CC BY 4.0"),
    "source_terrain": (
        "terrain modelled from a 2′ elevation grid (public domain)",
        "địa hình mô hình hóa từ lưới độ cao 2′ (phạm vi công cộng)",
    ),
    "union_cover": ("any operator (union)", "bất kỳ nhà mạng nào (hợp nhất)"),
    "carrier_title": ("cover of {operator}", "vùng phủ của {operator}"),
    # Why a gap is one.
    "why": ("why", "nguyên nhân"),
    "why_too_far": ("too far from a site", "quá xa trạm"),
    "why_terrain": ("terrain shadow", "bị địa hình che khuất"),
    "why_clutter": ("behind trees or buildings", "bị cây cối hoặc nhà cửa che khuất"),
    "why_beam": ("outside the antenna's beam", "ngoài búp sóng anten"),
    "why_obstacle": (
        "{why}: hill of {height} m, {distance} km away",
        "{why}: đồi núi cao {height} m, cách {distance} km",
    ),
    # The path profile: losses, and what the picture shows.
    "term_free_space_db": ("free space", "không gian tự do"),
    "term_bullington_actual_db": (
        "diffraction over the actual path (Bullington)",
        "nhiễu xạ trên đường truyền thực (Bullington)",
    ),
    "term_bullington_smooth_db": (
        "diffraction over the smooth path (Bullington)",
        "nhiễu xạ trên đường truyền trơn (Bullington)",
    ),
    "term_spherical_earth_db": ("diffraction over a spherical Earth", "nhiễu xạ mặt cầu Trái Đất"),
    "term_diffraction_50_db": ("diffraction (delta-Bullington)", "nhiễu xạ (delta-Bullington)"),
    "term_troposcatter_db": ("troposcatter path", "đường tán xạ tầng đối lưu"),
    "term_ducting_db": ("ducting path", "đường ống dẫn khí quyển"),
    "term_basic_transmission_loss_db": ("path loss (median)", "suy hao đường truyền (trung vị)"),
    # Pictures.
    "north": ("N", "B"),
    "pixel": ("pixel", "điểm ảnh"),
    "no_level_computed": ("no level computed", "không có mức thu"),
    "gaps_title": ("Homes without cover", "Nhà dân không có sóng"),
    "gap_marks": ("Gaps (area of the mark: residents)", "Vùng lõm (cỡ ký hiệu: số dân)"),
    "province_title": ("Layers of the province", "Các lớp dữ liệu của tỉnh"),
    "route_km": ("Route length", "Chiều dài tuyến"),
    "profile_distance": ("distance from the mast, km", "khoảng cách từ cột anten, km"),
    "profile_height": (
        "height above sea level, Earth's curve included, m",
        "độ cao so với mực nước biển, kể cả độ cong Trái Đất, m",
    ),
    "profile_ground": ("ground", "mặt đất"),
    "profile_clutter": ("trees and buildings", "cây cối và nhà cửa"),
    "profile_sight": ("line of sight", "đường nhìn thẳng"),
    "profile_fresnel": ("first Fresnel zone", "miền Fresnel thứ nhất"),
    "obstacle_terrain": ("obstacle: terrain", "vật cản: địa hình"),
    "obstacle_clutter": ("obstacle: trees or buildings", "vật cản: cây cối hoặc nhà cửa"),
    "profile_blocks": (
        "{height} m, {blocks} m against the line of sight",
        "{height} m, {blocks} m so với đường nhìn thẳng",
    ),
    "profile_near": (
        "free space: nearer than ITU-R P.1812-8 holds for",
        "không gian tự do: gần hơn phạm vi của ITU-R P.1812-8",
    ),
    "profile_antennas": ("antennas above ground", "anten cách mặt đất"),
    "profile_clearance": (
        "clutter nearer to the receiver not counted:",
        "không tính vật cản gần máy thu hơn:",
    ),
    "covered_share_of": ("covered share of {what}, %", "tỉ lệ có sóng theo {what}, %"),
    "sensitivity_shift": (
        "shift of all thresholds, dB (negative: a lower level suffices)",
        "dịch mọi ngưỡng, dB (âm: chỉ cần mức thu thấp hơn)",
    ),
    "sensitivity_share": ("covered share, %", "tỉ lệ có sóng, %"),
    # The reported shares beside the computed ones.
    "communes_at_part": (
        "communes, at least {part} % of residents covered",
        "xã, phường, thị trấn có ít nhất {part} % số dân có sóng",
    ),
    "rec_title": ("Computed beside reported", "Tính toán cạnh công bố"),
    "rec_opening": (
        "Computed shares beside public statements, at {probability} % probability at the cell edge"
        " unless the median is named ({words}).",
        "Tỉ lệ tính toán đặt cạnh các con số công bố, ở xác suất {probability} % tại biên vùng phủ"
        " trừ khi ghi rõ là trung vị ({words}).",
    ),
    "rec_reported": ("Reported ({date}): {said}.", "Công bố ({date}): {said}."),
    "rec_range": (
        "With {technology} from {operator} the computed share runs from {low} ({low_what}) to"
        " {high} ({high_what}), at the median from {low_median} to {high_median}:",
        "Với {technology} của {operator}, tỉ lệ tính toán từ {low} ({low_what}) đến {high}"
        " ({high_what}), ở mức trung vị từ {low_median} đến {high_median}:",
    ),
    "rec_one": (
        "With {technology} from {operator} the computed share is {low} ({low_what}), at the median"
        " {low_median}:",
        "Với {technology} của {operator}, tỉ lệ tính toán là {low} ({low_what}), ở mức trung vị"
        " {low_median}:",
    ),
    "rec_holds": (
        "{share} holds for {whats}",
        "mức {share} đạt theo {whats}",
    ),
    "rec_holds_all": (
        "{share} holds however it is counted",
        "mức {share} đạt theo mọi cách tính",
    ),
    "rec_in_hand": (
        ", still with every level {shift} dB lower",
        ", kể cả khi mọi mức thu thấp hơn {shift} dB",
    ),
    "rec_short": (
        "{share} does not hold for {whats}",
        "mức {share} không đạt theo {whats}",
    ),
    "rec_short_all": (
        "{share} does not hold, however it is counted",
        "mức {share} không đạt theo bất kỳ cách tính nào",
    ),
    "rec_points": (
        ": up to {points} percentage points are missing",
        ": thiếu tới {points} điểm phần trăm",
    ),
    "rec_missing": (
        ", and every level would have to be {shift} dB higher, or every threshold as much lower",
        ", và mọi mức thu phải cao hơn {shift} dB, hoặc mọi ngưỡng thấp hơn bấy nhiêu",
    ),
    "rec_unreachable": (
        "; no common shift reaches it by {whats}, where too much has no level at all",
        "; không mức dịch chung nào đạt được theo {whats}, vì quá nhiều nơi không có mức thu",
    ),
    "rec_span": ("{low} to {high}", "{low} đến {high}"),
    "rec_modelled": (
        "The base stations are modelled and placed where people live, so that a high share follows"
        " by construction: this neither confirms nor refutes the reported figures, and it is no"
        " check of the carriers' ledger, which is not public.",
        "Các trạm gốc là dữ liệu mô hình, được đặt ở nơi có dân cư nên tỉ lệ cao là hệ quả của cách"
        " dựng: kết quả này không xác nhận cũng không bác bỏ các con số công bố, và không phải là"
        " kiểm tra hồ sơ trạm của nhà mạng, vốn không công khai.",
    ),
    "rec_ledger": (
        "The shares are predicted from the ledger given; no level was measured.",
        "Các tỉ lệ được dự báo từ danh sách trạm đã cho; chưa đo mức thu nào.",
    ),
    "identifier": ("identifier", "mã"),
    "year": ("year", "năm"),
    **REPORT_WORDS,
}


def label(key: str, language: Language = "en") -> str:
    """Return the word for a key in a language.

    Raises
    ------
    InputError
        If the language is not one of the two.
    KeyError
        If there is no such key: a mistake of ours, not of the user.
    """
    return _WORDS[key][0 if check_language(language) == "en" else 1]


def check_language(language: str) -> Language:
    """Return the language if there are words in it.

    Raises
    ------
    InputError
        If it is not one of the two.
    """
    if language not in get_args(Language):
        raise argument_fault("language", language, "'en' or 'vi'")
    return cast("Language", language)


def value_label(column: str, value: str, language: Language = "en") -> str:
    """Return the word for a value of a closed vocabulary, or the value itself if it has none."""
    key = f"{column}:{value}"
    return label(key, language) if key in _WORDS else value
