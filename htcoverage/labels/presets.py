"""The words of the named criteria: what each stands for, whence its numbers, what it lacks."""

from __future__ import annotations

PRESET_WORDS: dict[str, tuple[str, str]] = {
    "labelled_assumption": ("labelled assumption", "giả định"),
    "presets_title": ("The same network by named criteria", "Cùng mạng lưới theo các bộ tiêu chí"),
    "presets_words": (
        "Each asks for another level, another certainty, or counts another thing. None is right or"
        " wrong: a share stands only beside its own criteria.",
        "Mỗi bộ đòi hỏi mức thu khác, độ chắc chắn khác, hoặc đếm thứ khác. Không bộ nào đúng hay"
        " sai: một tỉ lệ chỉ có nghĩa khi đi kèm tiêu chí của nó.",
    ),
    "presets_sources": (
        "Where the numbers of each come from",
        "Nguồn của các con số trong từng bộ",
    ),
    "preset": ("criteria", "bộ tiêu chí"),
    "preset_covered": ("covered share", "tỉ lệ có sóng"),
    "preset_level": ("least level at its basis", "mức thu tối thiểu ở cơ sở tính"),
    "preset_basis": ("basis", "cơ sở tính"),
    "preset_caution": ("caution", "lưu ý"),
    "presets_ours": (
        "Where a source gives no number, ours stands",
        "Nơi nguồn không nêu con số, dùng giả định của chúng tôi",
    ),
    "presets_only_ours": ("All as above.", "Tất cả như trên."),
    "preset_not_met": ("Not met here: its source {what}.", "Chưa đạt ở đây: nguồn {what}."),
    "preset_counted": ("what is counted", "đối tượng đếm"),
    "preset_part": ("part of the residents", "phần dân có sóng"),
    "preset_none": ("no such cover here", "ở đây không có lớp phủ này"),
    "preset_said": ("{what}, said beside the preset", "{what}, đặt riêng bên cạnh bộ tiêu chí"),
    "preset_changed": ("Changed beside it: {what}.", "Thay đổi so với bộ này: {what}."),
    "preset_set": (
        "All other figures on this page are by the preset {name}: {title}.",
        "Mọi con số khác trên trang này tính theo bộ tiêu chí {name}: {title}.",
    ),
    # What each stands for.
    "preset_title:outdoors": (
        "Outdoors, 90 % at the cell edge: the defaults",
        "Ngoài trời, 90 % ở biên vùng phủ: mặc định",
    ),
    "preset_title:in-car": (
        "Inside a car, 90 % at the cell edge",
        "Trong ô tô, 90 % ở biên vùng phủ",
    ),
    "preset_title:indoors": (
        "Inside a building of traditional materials, 90 % at the cell edge",
        "Trong nhà xây bằng vật liệu truyền thống, 90 % ở biên vùng phủ",
    ),
    "preset_title:ofcom-4g": ("Ofcom's outdoor 4G line", "Mức 4G ngoài trời của Ofcom (Anh)"),
    "preset_title:fcc-bdc": (
        "FCC, Broadband Data Collection",
        "FCC (Mỹ), Broadband Data Collection",
    ),
    "preset_title:arcotel": ("ARCOTEL (Ecuador), 4G", "ARCOTEL (Ecuador), 4G"),
    "preset_title:vn-thon": (
        "Vietnam's count of thôn/bản with signal",
        "Cách đếm thôn, bản có sóng của Việt Nam",
    ),
    # Where the numbers come from.
    "source_of:our_3g": (
        "labelled assumption: −95 dBm RSCP, where the legend of VNPT's drive tests begins"
        " “trung bình”",
        "giả định: RSCP −95 dBm, nơi chú giải đo kiểm của VNPT bắt đầu mức “trung bình”",
    ),
    "source_of:our_4g": (
        "labelled assumption: −105 dBm RSRP, the level of Ofcom's outdoor line",
        "giả định: RSRP −105 dBm, bằng mức ngoài trời của Ofcom",
    ),
    "source_of:our_probability": (
        "labelled assumption: 90 % at the cell edge",
        "giả định: 90 % ở biên vùng phủ",
    ),
    "source_of:our_sigmas": (
        "labelled assumption: those of the prediction, by default ITU-R P.1812, §4.7, inside its"
        " pixel (2 dB at 1.8 GHz and 100 m) and 7 dB for the model until it is calibrated",
        "giả định: theo chính dự báo, mặc định là ITU-R P.1812, §4.7, trong điểm ảnh của nó (2 dB ở"
        " 1,8 GHz và 100 m) và 7 dB cho mô hình cho đến khi được hiệu chỉnh",
    ),
    "source_of:car": (
        "labelled assumption: 8 dB of body and car, without a spread",
        "giả định: 8 dB do cơ thể và ô tô, không có độ lệch",
    ),
    "source_of:building": (
        "ITU-R P.2109-2, annex 1, §3: building entry loss at 1.8 GHz, traditional building,"
        " horizontal path: median 14.8 dB, 26.8 dB not exceeded in 90 % of buildings and places in"
        " them, which is 9.3 dB of spread above the median. That the homes here are traditional"
        " buildings in its sense is a labelled assumption",
        "ITU-R P.2109-2, phụ lục 1, §3: suy hao vào nhà ở 1,8 GHz, nhà truyền thống, đường ngang:"
        " trung vị 14,8 dB, không vượt 26,8 dB ở 90 % số nhà và vị trí trong nhà, tức độ lệch"
        " 9,3 dB trên trung vị. Việc coi nhà ở đây là nhà truyền thống theo nghĩa đó là giả định",
    ),
    "source_of:ofcom_level": (
        "Ofcom, Connected Nations, methodology: 4G outdoors, RSRP −105 dBm",
        "Ofcom, Connected Nations, phương pháp: 4G ngoài trời, RSRP −105 dBm",
    ),
    "source_of:ofcom_probability": (
        "Ofcom, Connected Nations, methodology: the predicted level is compared with the line,"
        " which already embodies its probability; no further margin, so 50 %",
        "Ofcom, Connected Nations, phương pháp: so mức dự báo với ngưỡng đã hàm chứa xác suất;"
        " không thêm dự phòng, nên là 50 %",
    ),
    "source_of:ofcom_area": (
        "Ofcom, Connected Nations: geographic coverage, share of land area",
        "Ofcom, Connected Nations: phủ sóng theo địa lý, tỉ lệ diện tích đất",
    ),
    "source_of:fcc_probability": (
        "Broadband DATA Act, 47 U.S.C. § 642(b)(2)(B): at least 90 % at the cell edge",
        "Broadband DATA Act, 47 U.S.C. § 642(b)(2)(B): ít nhất 90 % ở biên vùng phủ",
    ),
    "source_of:fcc_area": (
        "Broadband DATA Act, 47 U.S.C. § 642(b)(2)(B): coverage is filed as areas",
        "Broadband DATA Act, 47 U.S.C. § 642(b)(2)(B): vùng phủ được nộp dưới dạng diện tích",
    ),
    "source_of:arcotel_level": (
        "ARCOTEL, quality parameters of mobile service: RSRP −100 dBm",
        "ARCOTEL, tham số chất lượng dịch vụ di động: RSRP −100 dBm",
    ),
    "source_of:our_residential_area": (
        "labelled assumption: residential area",
        "giả định: diện tích khu dân cư",
    ),
    "source_of:vietnam_counts": (
        "Vietnam's programme to close signal gaps counts thôn/bản: one unit, whatever its size",
        "Chương trình xóa vùng lõm sóng của Việt Nam đếm thôn, bản: mỗi nơi một đơn vị, bất kể"
        " quy mô",
    ),
    "source_of:our_either": ("labelled assumption: 3G or 4G", "giả định: 3G hoặc 4G"),
    "source_of:our_part": (
        "labelled assumption: 80 % of the residents; the criteria of letter 1603 were not seen",
        "giả định: 80 % số dân; chưa được xem tiêu chí của công văn 1603",
    ),
    # What a preset does not check though its source asks for it.
    "caution_of:indoors": (
        "The loss at 1.8 GHz stands for every band; at 900 MHz it is 0.6 dB less.",
        "Suy hao ở 1,8 GHz được dùng cho mọi băng tần; ở 900 MHz nhỏ hơn 0,6 dB.",
    ),
    "caution_of:ofcom-4g": (
        "Ofcom reads the operators' own predictions, checked by its drive tests.",
        "Ofcom dùng dự báo của chính các nhà mạng, có đo kiểm trên đường.",
    ),
    "caution_of:fcc-bdc": (
        "The FCC asks for 5/1 Mbit/s at 50 % cell loading: speeds need loading data, which are not"
        " in a level. It also asks for a receiver at 1.5 m or higher and pixels of 100 m or"
        " smaller; both depend on how the coverage was computed.",
        "FCC đòi hỏi 5/1 Mbit/s khi tải cell 50 %: tốc độ cần số liệu tải, không có trong mức thu."
        " FCC cũng đòi hỏi máy thu cao từ 1,5 m và điểm ảnh không quá 100 m; cả hai tùy cách tính"
        " vùng phủ.",
    ),
    "caution_of:arcotel": (
        "ARCOTEL measures along drive routes; this predicts over areas.",
        "ARCOTEL đo dọc các tuyến đường; ở đây dự báo theo diện tích.",
    ),
    "caution_of:vn-thon": (
        "The level and the covered part are ours: the criteria of letter 1603 were not seen.",
        "Mức thu và phần có sóng là do chúng tôi đặt: chưa được xem tiêu chí của công văn 1603.",
    ),
}
