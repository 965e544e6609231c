"""The words of the fibre network."""

from __future__ import annotations

FIBRE_WORDS: dict[str, tuple[str, str]] = {
    "fibre_network": ("Fibre network", "Mạng cáp quang"),
    # Figures of the summary, by their keys.
    "fibre:route_km": (
        "route inside the province, each pole line or trench once, km",
        "tuyến trong tỉnh, mỗi tuyến cột hoặc cống bể tính một lần, km",
    ),
    "fibre:cable_km": (
        "cable inside the province, each span times its cables, km",
        "cáp trong tỉnh, chiều dài đoạn nhân số cáp, km",
    ),
    "fibre:spans": ("spans", "đoạn cáp"),
    "fibre:nodes": ("fibre nodes", "nút quang"),
    "fibre:components": ("parts that hang together", "số phần liên thông"),
    "fibre:bridges": (
        "spans whose cut separates something",
        "đoạn cáp mà khi đứt làm mất kết nối",
    ),
    "fibre:articulation_nodes": (
        "nodes whose failure separates something",
        "nút mà khi hỏng làm mất kết nối",
    ),
    "fibre:bts_total": ("BTS on air", "BTS đang phát sóng"),
    "fibre:bts_on_fibre": ("BTS on fibre", "BTS đã có cáp quang"),
    "fibre:settlements_without_fibre": (
        "settlements without fibre",
        "thôn, bản, tổ dân phố chưa có cáp quang",
    ),
    "fibre:inter_provincial_cable_km": (
        "apart: cable of inter-provincial routes, km",
        "tính riêng: cáp liên tỉnh, km",
    ),
    "fibre:inter_provincial_routes": (
        "apart: inter-provincial routes",
        "tính riêng: tuyến liên tỉnh",
    ),
    "fibre:districts_without_fibre": (
        "districts in which settlements lack fibre",
        "số huyện có thôn chưa có cáp quang",
    ),
    "fibre:residents_within_reach": (
        "residents within reach of fibre",
        "số dân trong phạm vi cáp quang",
    ),
    "fibre:shared_pole_lines": (
        "stretches that several spans share: one cut takes all of them",
        "đoạn tuyến có nhiều cáp đi chung: đứt cùng lúc",
    ),
    "fibre:shared_pole_line_km": (
        "length of these stretches, km",
        "chiều dài các đoạn đi chung, km",
    ),
    "fibre_reported": (
        "reported for comparison: more than {km} km of cable inside the province; how it was "
        "counted is not public",
        "số liệu công bố để so sánh: hơn {km} km cáp trong tỉnh; cách đếm không được công bố",
    ),
    "fibre_not_counted": (
        "not counted, {status}: {spans} spans, {route} km of route, {cable} km of cable",
        "không tính, {status}: {spans} đoạn cáp, {route} km tuyến, {cable} km cáp",
    ),
    "fibre_finding": ("found {count} times: {finding}", "phát hiện {count} lần: {finding}"),
    "finding:multi_part": ("line of several parts", "đường gồm nhiều phần"),
    "finding:zero_length": ("span without length, dropped", "đoạn có độ dài bằng 0, đã bỏ"),
    "finding:duplicate": ("duplicate, dropped", "đoạn trùng lặp, đã bỏ"),
    "finding:near_miss": ("ends that just miss each other, joined", "đầu mút lệch nhau, đã nối"),
    "finding:end_on_span": (
        "end on another span, which was split there",
        "đầu mút nằm trên đoạn khác, đã tách đoạn tại đó",
    ),
    "finding:parallel_cable": (
        "same line, other attributes, kept",
        "cùng đường, khác thuộc tính, giữ nguyên",
    ),
    "finding:overlap": ("overlap of one owner, kept", "đoạn chồng lấn cùng chủ, giữ nguyên"),
    "finding:crossing": ("crossing without a node, kept", "giao nhau không có nút, giữ nguyên"),
    "finding:self_crossing": ("line that crosses itself, kept", "đường tự cắt, giữ nguyên"),
    "finding:dangling_end": ("loose end near another span", "đầu mút hở gần đoạn khác"),
    "finding:island": ("part joined to no other", "phần không nối với phần khác"),
    # What the figures rest on.
    "fibre_core": ("counted as connected", "được coi là có kết nối"),
    "fibre_core_exits": (
        "far ends of the inter-provincial spans",
        "đầu xa của các đoạn liên tỉnh",
    ),
    "fibre_core_trunk": ("all trunk nodes of", "mọi nút trục của"),
    "fibre_core_stations": ("the stations given as core", "các trạm lõi đã khai báo"),
    "fibre_reach": (
        "fibre within {reach} m counts as reached; ends within {tolerance} m are one node",
        "có cáp trong {reach} m là trong phạm vi; đầu mút cách nhau dưới {tolerance} m là một nút",
    ),
    "fibre_length_words": (
        "lengths are horizontal, on the WGS 84 ellipsoid",
        "chiều dài tính theo phương ngang, trên elipxôit WGS 84",
    ),
    "fibre_residents_words": (
        "residents are cut off when no owner within reach keeps a way to its core",
        "dân bị mất kết nối khi không còn chủ cáp nào trong phạm vi giữ được đường tới lõi",
    ),
    "fibre_cleaned": (
        "length of all spans as drawn {before} km, after repair {after} km",
        "tổng chiều dài các đoạn như bản vẽ {before} km, sau khi sửa {after} km",
    ),
    "fibre_cables_of": (
        "cables that serve the BTS of each operator: {owners}",
        "cáp phục vụ BTS của từng nhà mạng: {owners}",
    ),
    "fibre_nearest_cable": ("the nearest of any owner", "cáp gần nhất của chủ bất kỳ"),
    # What fails.
    "fibre_worst_routes": (
        "Pole lines whose cut takes the most (cables on one line fall together)",
        "Tuyến cột gây ảnh hưởng nhiều nhất khi đứt (cáp đi chung đứt cùng lúc)",
    ),
    "fibre_worst_spans": (
        "Spans whose cut takes the most",
        "Đoạn cáp gây ảnh hưởng nhiều nhất khi đứt",
    ),
    "bts_cut_off": ("BTS cut off", "BTS mất kết nối"),
    "residents_cut_off": ("residents cut off", "số dân mất kết nối"),
    "settlements_cut_off": ("settlements cut off", "thôn, bản, tổ dân phố mất kết nối"),
    "residents_without_signal": ("residents without signal", "số dân mất sóng"),
    "length_km": ("length, km", "chiều dài, km"),
    # A hazard.
    "fibre_hazard": ("Fibre in the area of the hazard", "Cáp quang trong vùng thiên tai"),
    "hazard:spans_hit": ("spans hit", "đoạn cáp bị ảnh hưởng"),
    "hazard:route_km_hit": ("route of these spans, km", "tuyến của các đoạn này, km"),
    "hazard:nodes_hit": ("fibre nodes hit", "nút quang bị ảnh hưởng"),
    "hazard:bts_inside": (
        "BTS that stand in it (power and plinths not looked at)",
        "BTS nằm trong vùng (chưa xét nguồn điện, nền trạm)",
    ),
    "hazard:bts_cut_off": ("BTS that lose their fibre", "BTS mất cáp quang"),
    "hazard:settlements_cut_off": (
        "settlements that lose their fibre",
        "thôn, bản, tổ dân phố mất cáp quang",
    ),
    "hazard:residents_without_signal": (
        "residents whose last signal falls with these BTS",
        "số dân mất sóng hoàn toàn do các BTS này",
    ),
    "hazard:residents_cut_off": ("residents who lose their fibre", "số dân mất cáp quang"),
    # An extension.
    "plan_total": (
        "{count} targets for {cost} {currency}, {km} km; no plan over this graph costs less than "
        "{bound}, so this one is at most {gap} above the cheapest",
        "{count} điểm với {cost} {currency}, {km} km; mọi phương án trên đồ thị này tốn ít nhất "
        "{bound}, nên phương án này cao hơn rẻ nhất không quá {gap}",
    ),
    "plan_connected": ("already connected ({count}): {names}", "đã có kết nối ({count}): {names}"),
    "plan_unreachable": ("cannot be reached: {names}", "không thể nối tới: {names}"),
    "plan_costs": (
        "costs: {build} {cost} {currency} per km, {crossing} per river crossing",
        "chi phí: {build} {cost} {currency} mỗi km, {crossing} mỗi lần vượt sông",
    ),
    "plan_assumed": (
        "assumed, not anybody's prices: {items}",
        "giả định, không phải giá của đơn vị nào: {items}",
    ),
    "fibre_criticality": ("What a cut of the fibre takes", "Ảnh hưởng khi đứt cáp quang"),
    "plan_title": ("New fibre routes", "Tuyến cáp quang mới"),
    "plan_standing": ("fibre in service", "cáp quang đang khai thác"),
    "plan_phase_words": (
        "phase {phase}: {km} km, {cost} {currency}",
        "giai đoạn {phase}: {km} km, {cost} {currency}",
    ),
    "plan_bound": (
        "Costs {cost} {currency}; no plan over this graph costs less than {bound}.",
        "Chi phí {cost} {currency}; mọi phương án trên đồ thị này tốn ít nhất {bound}.",
    ),
    # The report.
    "fibre_not_analysed": (
        "The spans of this run could not be analysed: {fault}",
        "Không phân tích được các đoạn cáp của lần chạy này: {fault}",
    ),
    "fibre_bts_words": (
        "{on} of {total} BTS on air are on fibre: within reach of a cable of their operator's owner"
        " that leads to the core",
        "{on}/{total} BTS đang phát sóng có cáp quang: trong phạm vi cáp của chủ sở hữu tương ứng"
        " và có đường tới lõi",
    ),
    "fibre_without_words": (
        "{count} settlements in {districts} districts have no fibre within reach",
        "{count} thôn, bản, tổ dân phố ở {districts} huyện không có cáp quang trong phạm vi",
    ),
    "fibre_without_reported": (
        "; the public figure is {count} villages in {districts} districts",
        "; số liệu công bố là {count} thôn ở {districts} huyện",
    ),
    "fibre_cut_words": (
        "{bridges} of {spans} spans separate something when they are cut; on {shared} of {route} km"
        " of route several cables share one line and fall together",
        "{bridges}/{spans} đoạn cáp khi đứt làm mất kết nối; trên {shared}/{route} km tuyến có"
        " nhiều cáp đi chung, đứt cùng lúc",
    ),
    "fibre_connected_words": (
        "connected is what reaches the far end of an inter-provincial span of its owner, or its"
        " trunk where it has none",
        "có kết nối nghĩa là tới được đầu xa của một đoạn liên tỉnh cùng chủ, hoặc tới mạng trục"
        " nếu không có",
    ),
    "fibre_counted": ("what is counted", "cách tính"),
    "fibre_of_reported": ("of the reported length", "so với số liệu công bố"),
    "fibre_beside_reported": (
        "Lengths beside the reported cable inside the province; how it was counted is not public",
        "Chiều dài so với số liệu công bố về cáp trong tỉnh; cách đếm không được công bố",
    ),
    "fibre_counts:cable_km": (
        "cable: each span inside the province times its cables",
        "cáp: mỗi đoạn trong tỉnh nhân số cáp",
    ),
    "fibre_counts:span_km": (
        "spans: each owner's span inside the province once",
        "đoạn cáp: mỗi đoạn của từng chủ trong tỉnh tính một lần",
    ),
    "fibre_counts:route_km": (
        "route: each trench or pole line inside the province once",
        "tuyến: mỗi tuyến cột hoặc cống bể trong tỉnh tính một lần",
    ),
    "fibre_counts:inter_provincial_cable_km": (
        "apart: inter-provincial routes, times their cables",
        "tính riêng: các tuyến liên tỉnh, nhân số cáp",
    ),
    "fibre_by_owner": (
        "By owner and kind; a line that owners share counts for each, once in the sum",
        "Theo chủ sở hữu và loại; tuyến đi chung tính cho từng chủ, một lần trong tổng",
    ),
    "fibre_route_km": ("route, km", "tuyến, km"),
    "fibre_cable_km": ("cable, km", "cáp, km"),
    "fibre_districts": ("Fibre by district", "Cáp quang theo huyện, thị xã, thành phố"),
    "fibre_survival_words": (
        "Shares are of the BTS and the residents on fibre: those that keep it whatever one span, or"
        " one line with all its cables, is cut.",
        "Tỉ lệ tính trên số BTS và số dân có cáp quang: phần vẫn giữ được kết nối khi đứt một đoạn"
        " bất kỳ, hoặc đứt một tuyến cùng mọi cáp trên đó.",
    ),
    "fibre_bts_span_cut_share": ("BTS that survive any cut span", "BTS chịu được đứt một đoạn"),
    "fibre_bts_route_cut_share": ("BTS that survive any cut line", "BTS chịu được đứt một tuyến"),
    "fibre_residents_route_cut_share": (
        "residents who survive any cut line",
        "số dân chịu được đứt một tuyến",
    ),
    "fibre_signal": ("Signal lost by a cut", "Mất sóng khi đứt cáp"),
    "fibre_signal_words": (
        "A BTS without fibre is taken off air; residents then live where no operator's signal"
        " reaches the threshold with the cell-edge margin, computed again without the BTS that"
        " fall. Lines whose cut takes the same BTS are one row.",
        "BTS mất cáp quang coi như ngừng phát; số dân mất sóng là dân ở nơi không nhà mạng nào đạt"
        " ngưỡng có dự phòng biên vùng phủ, tính lại khi thiếu các BTS đó. Các tuyến làm mất cùng"
        " các BTS gộp một dòng.",
    ),
    "fibre_signal_spans": (
        "Spans whose cut takes the signal of the most residents",
        "Đoạn cáp làm nhiều dân mất sóng nhất khi đứt",
    ),
    "fibre_signal_exact": (
        "a BTS without fibre is taken off air; residents count who then have no operator's signal"
        " at the cell-edge margin, computed again without the BTS that fall",
        "BTS mất cáp quang coi như ngừng phát; tính số dân không còn sóng của nhà mạng nào ở dự"
        " phòng biên vùng phủ, tính lại khi thiếu các BTS đó",
    ),
    "fibre_bts_down": ("BTS down", "BTS ngừng"),
    "fibre_distance": ("distance to fibre, km", "khoảng cách đến cáp, km"),
    "fibre_all": ("all", "tất cả"),
    "fibre_outside": ("outside the districts", "ngoài các huyện"),
    # Reach.
    "reach_within": (
        "Within {within} m of fibre",
        "Trong phạm vi {within} m tính từ cáp quang",
    ),
    "reach_within_head": ("within", "trong phạm vi"),
    "reach_total": ("of", "trên tổng số"),
    "reach_people": ("residents within", "số dân trong phạm vi"),
    "reach_all": ("residents", "tổng số dân"),
    "reach:bts": ("BTS on air", "BTS đang phát sóng"),
    "reach:settlements": ("settlements", "thôn, bản, tổ dân phố"),
    "reach:places": ("places of the file", "địa điểm trong tệp"),
    "reach_straight": (
        "measured straight to the nearest span",
        "đo thẳng tới đoạn cáp gần nhất",
    ),
    "reach_along": (
        "measured along the spans from the core to the end of the nearest span that hangs on it,"
        " then straight",
        "đo dọc theo cáp từ lõi tới đầu mút của đoạn cáp gần nhất có đường tới lõi, rồi đo thẳng",
    ),
    "reach_owner": (
        "a BTS is measured to the cables that serve its operator, all else to anyone's",
        "BTS đo tới cáp phục vụ nhà mạng của nó, các nơi khác đo tới cáp của bất kỳ chủ nào",
    ),
    "reach_beyond": (
        "{what} beyond reach: the farthest {shown} of {count}",
        "{what} ngoài phạm vi: {shown} nơi xa nhất trong {count}",
    ),
    "reach_straight_m": ("straight to fibre, km", "đo thẳng tới cáp, km"),
    "reach_along_m": ("along from the core, km", "dọc theo cáp từ lõi, km"),
    "reach_none": ("no cable", "không có cáp"),
    # Additions.
    "additions_title": (
        "Shortest additions that survive any single cut",
        "Các đoạn bổ sung ngắn nhất để chịu được đứt một đoạn bất kỳ",
    ),
    "additions_total": (
        "for {protect}: {count} new spans, {km} km; no choice of straight lines is shorter than"
        " {bound} km",
        "cho {protect}: {count} đoạn mới, {km} km; mọi cách chọn đường thẳng dài ít nhất {bound}"
        " km",
    ),
    "protect:trunk": ("the trunk", "mạng trục"),
    "protect:everything": ("everything that the core reaches", "mọi nút có đường tới lõi"),
    "additions_saved": ("what they save", "hiệu quả"),
    "additions_saved_words": (
        "{bts_after} instead of {bts_before} of {bts} BTS on fibre, and {after} instead of {before}"
        " of {residents} residents, keep it whatever single span is cut",
        "{bts_after} thay vì {bts_before} trên {bts} BTS có cáp, và {after} thay vì {before} trên"
        " {residents} người dân, vẫn giữ được cáp khi đứt một đoạn bất kỳ",
    ),
    "additions_straight": (
        "straight lines, longer over roads; none joins the two ends of one span, where both would"
        " fall together",
        "đường thẳng, theo đường bộ sẽ dài hơn; không nối hai đầu của cùng một đoạn đang có, vì sẽ"
        " đứt cùng lúc",
    ),
    "additions_unprotected": (
        "{count} spans stay single: no line leads round them",
        "{count} đoạn vẫn là đường độc đạo: không có đường vòng",
    ),
    "additions_by_owner": ("By owner", "Theo chủ sở hữu"),
    "additions_bridges": ("spans without a way round", "đoạn độc đạo"),
    "additions_new": ("new spans", "đoạn mới"),
    "additions_bound": ("at least, km", "ít nhất, km"),
    "additions_longest": ("The longest additions", "Các đoạn bổ sung dài nhất"),
    "additions_from": ("from", "từ"),
    "additions_to": ("to", "đến"),
    "additions_words": ("{owner}: {count} spans, {km} km", "{owner}: {count} đoạn, {km} km"),
    "addition": ("new span", "đoạn mới"),
    "plan_order": ("In the order of building", "Theo thứ tự xây dựng"),
    "plan_phase": ("phase", "giai đoạn"),
    "plan_target": ("target", "điểm cần nối"),
    "plan_cost": ("cost", "chi phí"),
    "plan_step": ("order of building", "thứ tự xây dựng"),
    "plan_route": ("route", "đoạn tuyến"),
    "routes": ("planned routes", "tuyến dự kiến"),
    "plan_together": ("together", "lũy kế"),
    "currency:million VND": ("million VND", "triệu đồng"),
    "build:pole_line": ("pole line", "tuyến cột treo"),
    "build:buried_duct": ("buried duct", "cống bể ngầm"),
    "status:out-of-service": ("out of service", "ngừng khai thác"),
}
