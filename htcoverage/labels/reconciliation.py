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
    "rec_unanswered": (
        "Nothing in these figures answers it: the data do not tell what it counts.",
        "Không số liệu nào ở đây trả lời được: dữ liệu không cho biết thứ được đếm.",
    ),
    "rec_span": ("{low} to {high}", "{low} đến {high}"),
    "rec_modelled": (
        "The base stations and the settlements are modelled, the base stations placed where people"
        " live, so that a high share follows by construction: this neither confirms nor refutes the"
        " reported figures, and it is no check of the carriers' ledger, which is not public.",
        "Các trạm gốc và các khu dân cư là dữ liệu mô hình, trạm được đặt ở nơi có dân cư nên tỉ lệ"
        " cao là hệ quả của cách dựng: kết quả này không xác nhận cũng không bác bỏ các con số công"
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
