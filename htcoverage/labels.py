"""The words that users see, in English and Vietnamese.

Keys name a meaning, not a place; a module that needs a new word adds it here in both languages.
"""

from __future__ import annotations

from typing import Literal, cast, get_args

from htcoverage.errors import argument_fault

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
    # The report.
    "report_title": (
        "Mobile coverage of {area}: figures and evidence",
        "Vùng phủ sóng di động {area}: số liệu và căn cứ",
    ),
    "report_headline": ("The figures", "Kết quả"),
    "report_of": ("covered share of", "tỉ lệ có sóng theo"),
    "report_total": ("total", "tổng số"),
    "report_interval": ("{share} of simulated worlds", "{share} số thế giới mô phỏng"),
    "report_districts": ("By district", "Theo huyện, thị xã, thành phố"),
    "report_districts_words": (
        "Residents with cover by any operator. Beside each share at the cell edge stands its"
        " interval.",
        "Số dân có sóng của bất kỳ nhà mạng nào. Cạnh mỗi tỉ lệ ở biên vùng phủ là khoảng của nó.",
    ),
    "report_maps": ("Maps", "Bản đồ"),
    "report_sure": ("How sure", "Độ chắc chắn"),
    "report_interval_words": (
        "Each interval holds {share} of {draws} simulated worlds, in which every level is the"
        " predicted one plus an error: {common} dB in common for a band, {site} dB for a site,"
        " {local} dB for each path (standard deviations; labelled assumptions until the model is"
        " calibrated; seed {seed}). The figure is counted in every world by the same rule. Only the"
        " two strongest sites of each operator compete, which draws shares slightly too low; the"
        " interval is where the truth would lie, so a figure may lie outside.",
        "Mỗi khoảng chứa {share} của {draws} thế giới mô phỏng, trong đó mỗi mức thu là mức dự báo"
        " cộng một sai số: {common} dB chung cho một băng tần, {site} dB cho một vị trí trạm,"
        " {local} dB cho từng đường truyền (độ lệch chuẩn; là giả định cho đến khi mô hình được"
        " hiệu chỉnh; mầm ngẫu nhiên {seed}). Trong mỗi thế giới, tỉ lệ được tính theo cùng một quy"
        " tắc. Chỉ xét hai vị trí mạnh nhất của mỗi nhà mạng nên tỉ lệ mô phỏng hơi thấp; khoảng"
        " cho biết giá trị thật có thể nằm ở đâu, nên con số dự báo có thể nằm ngoài khoảng.",
    ),
    "report_no_interval": (
        "This run was made without intervals: how sure the figures are is not stated.",
        "Lần chạy này không tính khoảng: chưa nêu độ chắc chắn của các con số.",
    ),
    "report_sources": ("What dominates the interval", "Nguồn sai số chi phối"),
    "report_sources_words": (
        "Each source of error drawn alone, for {what}. The parts need not add up to one.",
        "Mỗi nguồn sai số được mô phỏng riêng, cho {what}. Các phần không nhất thiết cộng"
        " thành một.",
    ),
    "report_source": ("source of error", "nguồn sai số"),
    "report_low": ("low", "thấp"),
    "report_high": ("high", "cao"),
    "report_variance_part": ("part of the variance", "phần phương sai"),
    "source_all": ("all together", "tất cả"),
    "source_common": ("common to the band of {mhz} MHz", "chung cho băng tần {mhz} MHz"),
    "source_site": ("per site", "theo vị trí trạm"),
    "source_EIRP": ("power (EIRP) in the ledger", "công suất (EIRP) trong hồ sơ"),
    "source_azimuth and tilt": (
        "azimuth and tilt in the ledger",
        "góc phương vị và góc ngẩng trong hồ sơ",
    ),
    "source_height and position": (
        "height and position in the ledger",
        "độ cao và vị trí trong hồ sơ",
    ),
    "source_local": ("local", "cục bộ"),
    "report_sensitivity": (
        "If all thresholds or all levels were shifted",
        "Nếu dịch mọi ngưỡng hoặc mọi mức thu",
    ),
    "report_sensitivity_words": (
        "A shift up asks for more. A model that predicts every level too high by as many dB has the"
        " same effect as a shift up.",
        "Dịch lên là đòi hỏi cao hơn. Mô hình dự báo mọi mức thu cao hơn thực tế bấy nhiêu dB cũng"
        " có tác động như dịch lên.",
    ),
    "report_reached": (
        "shift at which the share is just reached, dB",
        "mức dịch vừa đủ để đạt tỉ lệ, dB",
    ),
    "report_share": ("share", "tỉ lệ"),
    "report_failure": ("If a single site fails", "Nếu một vị trí trạm ngừng hoạt động"),
    "report_failure_words": (
        "Everyone on the site fails with it. The figures are exact for cover at the cell edge by"
        " any operator, {technology}; two sites at once are not looked at. {count} sites would take"
        " somebody's cover; the first are:",
        "Mọi nhà mạng tại vị trí đó cùng ngừng. Số liệu là chính xác đối với vùng phủ ở biên của"
        " bất kỳ nhà mạng nào, {technology}; không xét hai vị trí cùng lúc. Có {count} vị trí mà"
        " khi ngừng sẽ có người mất sóng; đứng đầu là:",
    ),
    "report_gaps_words": (
        "Connected residential areas without 4G of any operator at the cell edge: {count}, with"
        " {residents} residents. The first are:",
        "Khu dân cư liền nhau không có 4G của bất kỳ nhà mạng nào ở biên vùng phủ: {count} vùng,"
        " {residents} người. Đứng đầu là:",
    ),
    "report_definitions": ("Definitions", "Định nghĩa"),
    "define_median": (
        "A place is covered when its predicted median level reaches the threshold.",
        "Một điểm có sóng khi mức thu trung vị dự báo đạt ngưỡng.",
    ),
    "define_cell_edge": (
        "A place is covered when its median level reaches the threshold plus a margin of {margin}"
        " dB, so that the threshold is met with a probability of at least {share}.",
        "Một điểm có sóng khi mức thu trung vị đạt ngưỡng cộng dự phòng {margin} dB, sao cho ngưỡng"
        " được đáp ứng với xác suất ít nhất {share}.",
    ),
    "define_land_area": (
        "Area of the districts, water inside them included.",
        "Diện tích các huyện, kể cả mặt nước bên trong.",
    ),
    "define_residential_area": (
        "Area of the settlements.",
        "Diện tích các khu dân cư.",
    ),
    "define_residents": (
        "People, spread evenly over the area of their settlement.",
        "Số người, phân bố đều trên diện tích khu dân cư.",
    ),
    "define_settlements": (
        "Settlements of which at least the stated part of the residents is covered; each counts as"
        " one, whatever its size.",
        "Số thôn, bản, tổ dân phố có ít nhất phần dân đã nêu có sóng; mỗi đơn vị tính là một, bất"
        " kể quy mô.",
    ),
    "define_any_operator": (
        "At least one operator covers; not necessarily the reader's.",
        "Ít nhất một nhà mạng có sóng; không nhất thiết là nhà mạng của người đọc.",
    ),
    "report_provenance": ("Where the data come from", "Nguồn gốc dữ liệu"),
    "report_layer": ("layer", "lớp dữ liệu"),
    "report_rows": ("rows", "số dòng"),
    "report_inputs": ("Input files", "Tệp đầu vào"),
    "report_outputs": ("Files of the run", "Tệp kết quả của lần chạy"),
    "report_file": ("file", "tệp"),
    "report_versions": ("Versions", "Phiên bản phần mềm"),
    "report_package": ("package", "gói phần mềm"),
    "report_version": ("version", "phiên bản"),
    "report_parameter": ("parameter", "tham số"),
    "report_value": ("value", "giá trị"),
    "report_columns_assumed": (
        "cells whose {column} is a default",
        "số cell dùng giá trị mặc định cho {column}",
    ),
    "report_reported_words": (
        "Reported ({date}): {share} of residential areas. {counts}. What is counted here need not"
        " be what was counted there.",
        "Công bố ({date}): {share} khu dân cư. Nguồn công bố không nêu mức thu, xác suất và nhà"
        " mạng, nên cách đếm ở đây có thể khác.",
    ),
    "assume:model": ("propagation model", "mô hình truyền sóng"),
    "assume:level": ("level", "mức thu"),
    "assume:not_checked": ("not checked", "chưa xét"),
    "assume:threshold_3g_dbm": ("3G threshold (RSCP), dBm", "ngưỡng 3G (RSCP), dBm"),
    "assume:threshold_4g_dbm": ("4G threshold (RSRP), dBm", "ngưỡng 4G (RSRP), dBm"),
    "assume:cell_edge_probability": ("cell-edge probability", "xác suất ở biên vùng phủ"),
    "assume:location_sigma_db": (
        "spread inside a pixel, dB",
        "độ lệch chuẩn trong một điểm ảnh, dB",
    ),
    "assume:model_sigma_db": (
        "spread of the model against measurement, dB",
        "độ lệch chuẩn của mô hình so với đo đạc, dB",
    ),
    "assume:margin_db": ("margin, dB", "dự phòng, dB"),
    "assume:user_equipment": ("user equipment", "thiết bị đầu cuối"),
    "assume:radius_km": ("radius, km", "bán kính, km"),
    "assume:rx_height_m": ("receiver above ground, m", "máy thu cách mặt đất, m"),
    "assume:clutter_clearance_m": (
        "clutter nearer to the receiver not counted, m",
        "không tính vật cản gần máy thu hơn, m",
    ),
    "assume:environment": ("surroundings by the model", "môi trường theo mô hình"),
    "assume:delta_n": ("refractivity lapse rate, N/km", "độ giảm chiết suất, N/km"),
    "assume:n0": ("sea-level refractivity, N", "chiết suất ở mực nước biển, N"),
    "assume:polarization": ("polarization", "phân cực"),
    "assume:terrain_posting_m": ("terrain step, m", "bước lưới địa hình, m"),
    "assume:pixels_extrapolated_below_250_m": (
        "pixels nearer than 250 m, in free space",
        "điểm ảnh gần hơn 250 m, tính theo không gian tự do",
    ),
    "assume:resolution_m": ("pixel, m", "điểm ảnh, m"),
    "assume:crs": ("coordinate system", "hệ tọa độ"),
    "assume:user_loss_db": ("loss to the user, dB", "suy hao đến người dùng, dB"),
    "assume:user_loss_sigma_db": (
        "spread of the loss to the user, dB",
        "độ lệch chuẩn của suy hao đến người dùng, dB",
    ),
    "assume:grid": ("grid, rows × columns", "lưới, hàng × cột"),
    "assume:operator": ("operator", "nhà mạng"),
    "assume:seed": ("seed of the modelled network", "mầm ngẫu nhiên của mạng mô hình"),
    "assume:input": ("input file", "tệp đầu vào"),
    "assume:settlements_left_out": (
        "settlements left out, not wholly on the common pixels",
        "khu dân cư bị bỏ qua vì không nằm trọn trong vùng chung",
    ),
    "assume:residents": ("residents", "số dân"),
    "user_equipment_words": ("0 dBi, body loss 0 dB", "0 dBi, suy hao do cơ thể 0 dB"),
    "polarization:vertical": ("vertical", "thẳng đứng"),
    "compare_title": ("Two covers compared", "So sánh hai vùng phủ"),
    "compare_before": ("before", "trước"),
    "compare_after": ("after", "sau"),
    "compare_change": ("change, points", "thay đổi, điểm %"),
    "compare_residents": ("change of covered residents", "thay đổi số dân có sóng"),
    "outcome:gained": ("gained", "thêm sóng"),
    "outcome:lost": ("lost", "mất sóng"),
    "outcome:only_before": ("only in the first", "chỉ có ở bên trước"),
    "outcome:only_after": ("only in the second", "chỉ có ở bên sau"),
    "compare_totals": (
        "{gained} residents gain cover, {lost} lose it (settlements that both have).",
        "{gained} người có thêm sóng, {lost} người mất sóng (ở các khu dân cư có trong cả hai).",
    ),
    "compare_shares": ("Shares", "Tỉ lệ có sóng"),
    "compare_difference": ("Where cover differs", "Nơi vùng phủ khác nhau"),
    "compare_gained": ("gained", "thêm sóng"),
    "compare_lost": ("lost", "mất sóng"),
    "compare_both": ("covered in both", "cả hai đều có sóng"),
    "compare_neither": ("covered in neither", "cả hai đều không có sóng"),
    "compare_settlements": (
        "Settlements gained and lost",
        "Thôn, bản, tổ dân phố thêm hoặc mất sóng",
    ),
    "compare_none": (
        "No settlement crosses {part} of its residents.",
        "Không có thôn, bản, tổ dân phố nào vượt qua mốc {part} số dân.",
    ),
    "compare_outcome": ("outcome", "kết quả"),
    "compare_stated": ("How the two differ", "Hai bên khác nhau thế nào"),
    "compare_judged": ("{what} (both judged by the first)", "{what} (cả hai xét theo bên trước)"),
    "compare_same": (
        "Same model, grid, receiver and criteria.",
        "Cùng mô hình, lưới, máy thu và tiêu chí.",
    ),
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
