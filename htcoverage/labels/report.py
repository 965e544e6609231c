"""The words of the report and of the comparison."""

from __future__ import annotations

REPORT_WORDS: dict[str, tuple[str, str]] = {
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
    "report_operators_words": (
        "Residents by how many operators cover their home at the cell edge: none, one, two, …",
        "Số dân theo số nhà mạng có sóng tại nhà ở biên vùng phủ: không, một, hai, …",
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
    "user_equipment_words": ("0 dBi", "0 dBi"),
    "assume:preset": ("preset", "bộ tiêu chí"),
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
    "report_origin": ("source", "nguồn"),
    "report_licence": ("licence", "giấy phép"),
    "report_attribution": ("attribution", "ghi công"),
    "report_retrieved": ("retrieved", "ngày tải"),
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
    "compare_gaps": (
        "Homes without 4G of any operator at the cell edge: {closed} gaps closed"
        " ({closed_residents} residents had none), {new} new ({new_residents} residents),"
        " {open} in both ({open_residents} residents now). A gap keeps its identifier as long as"
        " its place is one.",
        "Nhà dân không có 4G của bất kỳ nhà mạng nào ở biên vùng phủ: {closed} vùng đã xóa"
        " ({closed_residents} người trước đây không có sóng), {new} vùng mới ({new_residents}"
        " người), {open} vùng có trong cả hai (nay {open_residents} người). Một vùng giữ mã của nó"
        " chừng nào nơi đó còn là vùng lõm.",
    ),
    "compare_gap_before": ("residents before", "số dân trước"),
    "compare_gap_after": ("residents after", "số dân sau"),
    "gap_outcome:closed": ("closed", "đã xóa"),
    "gap_outcome:new": ("new", "mới"),
    "gap_outcome:open": ("in both", "có trong cả hai"),
    "fine_relief": (
        "relief finer than 3.7 km and land cover",
        "địa hình chi tiết dưới 3,7 km và lớp phủ mặt đất",
    ),
    "compare_outcome": ("outcome", "kết quả"),
    "compare_stated": ("How the two differ", "Hai bên khác nhau thế nào"),
    "compare_judged": ("{what} (both judged by the first)", "{what} (cả hai xét theo bên trước)"),
    "compare_pixels": (
        "Caution: the pixels differ, so part of every change below is that of the pixels and not of"
        " the network. Each run is judged on its own pixels, as in its own report; for changes of"
        " the network alone repeat one of the two at the other's pixel size",
        "Lưu ý: hai lần chạy dùng điểm ảnh khác nhau, nên một phần mọi thay đổi dưới đây là do"
        " điểm ảnh chứ không phải do mạng. Mỗi lần chạy được xét trên điểm ảnh của chính nó, như"
        " trong báo cáo riêng; muốn chỉ thấy thay đổi của mạng, hãy chạy lại một trong hai ở cùng"
        " kích thước điểm ảnh",
    ),
    "compare_same": (
        "Same model, grid, receiver and criteria.",
        "Cùng mô hình, lưới, máy thu và tiêu chí.",
    ),
}
