"""The words that set the computed shares beside what was said in public."""

from __future__ import annotations

RECONCILIATION_WORDS: dict[str, tuple[str, str]] = {
    "rec_title": ("Computed beside reported", "Tính toán cạnh công bố"),
    "rec_shift": ("shift, dB", "mức dịch, dB"),
    "rec_shift_words": (
        "Shift: the common shift of all thresholds at which the reported share would just hold at"
        " the cell edge; positive is in hand, negative is missing.",
        "Mức dịch: dịch chung mọi ngưỡng để tỉ lệ công bố vừa đủ đạt ở biên vùng phủ; dương là còn"
        " dư, âm là còn thiếu.",
    ),
    "rec_no_shift": ("no shift reaches it", "không mức dịch nào đạt"),
    "rec_opening": (
        "Computed shares beside public statements, at {probability} % probability at the cell edge,"
        " the median in brackets: {words}.",
        "Tỉ lệ tính toán cạnh các con số công bố, ở xác suất {probability} % tại biên vùng phủ,"
        " trung vị trong ngoặc vuông: {words}.",
    ),
    "rec_reported": ("Reported ({date}): {said}.", "Công bố ({date}): {said}."),
    "rec_first": (
        "Computed with {technology} from {operator}",
        "Tính với {technology} của {operator}",
    ),
    "rec_next": ("From {operator}", "Với {operator}"),
    "rec_named": ("{share} ({what})", "{share} ({what})"),
    "rec_found": (
        "{opening}: {share} [median {median}]; {verdict}.",
        "{opening}: {share} [trung vị {median}]; {verdict}.",
    ),
    "rec_holds": ("{share} holds for {whats}", "đạt {share} theo {whats}"),
    "rec_holds_all": ("{share} holds however it is counted", "đạt {share} theo mọi cách tính"),
    "rec_in_hand": (
        ", even with every level {shift} dB lower",
        ", kể cả khi mọi mức thu thấp hơn {shift} dB",
    ),
    "rec_short": ("not for {whats}", "không đạt theo {whats}"),
    "rec_short_all": (
        "{share} does not hold, however it is counted",
        "không đạt {share} theo bất kỳ cách tính nào",
    ),
    "rec_points": (
        ", {points} percentage points short",
        ", thiếu {points} điểm phần trăm",
    ),
    "rec_points_most": (
        ", up to {points} percentage points short",
        ", thiếu tới {points} điểm phần trăm",
    ),
    "rec_missing": (
        ": every level would have to be {shift} dB higher, or every threshold lower",
        ": mọi mức thu phải cao hơn {shift} dB, hoặc mọi ngưỡng thấp hơn",
    ),
    "rec_unreachable": (
        "; by {whats} no common shift reaches it: too much has no level",
        "; theo {whats} thì không mức dịch chung nào đạt được: quá nhiều nơi không có mức thu",
    ),
    "rec_unreachable_all": (
        ": no common shift reaches it, too much has no level",
        ": không mức dịch chung nào đạt được, quá nhiều nơi không có mức thu",
    ),
    "rec_unanswered": (
        "Nothing in these figures answers it: the data do not tell what it counts.",
        "Không số liệu nào ở đây trả lời được: dữ liệu không cho biết thứ được đếm.",
    ),
    "rec_span": ("{low} to {high}", "{low} đến {high}"),
    "rec_modelled": (
        "The base stations and settlements are modelled, the stations placed where people live, so"
        " that a high share follows by construction: this neither confirms nor refutes what was"
        " reported and is no check of the carriers' ledger, which is not public.",
        "Các trạm gốc và khu dân cư là dữ liệu mô hình, trạm được đặt ở nơi có dân cư nên tỉ lệ"
        " cao là hệ quả của cách dựng: kết quả này không xác nhận cũng không bác bỏ điều đã công"
        " bố, và không phải là kiểm tra hồ sơ trạm của nhà mạng, vốn không công khai.",
    ),
    "rec_stations_all": (
        "The base stations are modelled: this neither confirms nor refutes the reported figures,"
        " and it is no check of the carriers' ledger.",
        "Các trạm gốc là dữ liệu mô hình: kết quả này không xác nhận cũng không bác bỏ các con số"
        " công bố, và không phải là kiểm tra hồ sơ trạm của nhà mạng.",
    ),
    "rec_stations_some": (
        "The shares are predicted from the ledger given, in which some base stations are modelled;"
        " no level was measured: this neither confirms nor refutes the reported figures.",
        "Các tỉ lệ được dự báo từ danh sách trạm đã cho, trong đó một số trạm gốc là dữ liệu mô"
        " hình; chưa đo mức thu nào: kết quả này không xác nhận cũng không bác bỏ các con số công"
        " bố.",
    ),
    "rec_settlements_all": (
        "The settlements are modelled: where people live is assumed, so that this neither confirms"
        " nor refutes the reported figures.",
        "Các khu dân cư là dữ liệu mô hình: nơi ở của người dân là giả định, nên kết quả này không"
        " xác nhận cũng không bác bỏ các con số công bố.",
    ),
    "rec_settlements_some": (
        "Some of the settlements are modelled: where people live is in part assumed, so that this"
        " neither confirms nor refutes the reported figures.",
        "Một số khu dân cư là dữ liệu mô hình: nơi ở của người dân một phần là giả định, nên kết"
        " quả này không xác nhận cũng không bác bỏ các con số công bố.",
    ),
    "rec_stations_none": (
        "The shares are predicted from the ledger given; no level was measured.",
        "Các tỉ lệ được dự báo từ danh sách trạm đã cho; chưa đo mức thu nào.",
    ),
}
