"""The words that users see, in English and Vietnamese.

Keys name a meaning, not a place; a module that needs a new word adds it here in both languages.
"""

from __future__ import annotations

from typing import Literal, get_args

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
    if language not in get_args(Language):
        raise argument_fault("language", language, "'en' or 'vi'")
    return _WORDS[key][0 if language == "en" else 1]
