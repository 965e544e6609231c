"""Plausible names of villages and neighbourhoods; none stands for the real place of that name."""

from __future__ import annotations

import numpy as np

FIRST = """\
An Bắc Bình Châu Đại Đông Đồng Đức Gia Hạ Hải Hậu Hòa Hồng Hợp Hưng Hữu Kim Lạc Liên Long Lộc
Mai Minh Mỹ Nam Ngọc Nhân Phong Phú Phúc Phước Quang Quyết Sơn Tam Tân Tây Thái Thanh Thạch
Thọ Thống Thuận Thượng Tiền Tiến Trung Trường Tùng Văn Việt Vĩnh Xuân Yên
"""
SECOND = """\
An Bình Châu Cường Đình Điền Đoài Đồng Đông Giang Hà Hải Hòa Hoa Hưng Khánh Khê Lạc Lâm Lập
Liên Lĩnh Lộc Lợi Long Lương Mỹ Nam Ninh Phong Phú Phúc Phượng Quý Sơn Tân Tây Thành Thắng
Thịnh Thọ Thủy Thượng Tiến Trà Trung Vinh Xá Xuân Yên
"""

#: Villages of the Chứt and Lào peoples stand in these communes of Hương Khê.
UPLAND_COMMUNES = ("18541", "18559", "18529")


def town_names(count: int) -> list[str]:
    """Return neighbourhood names of one ward or township, numbered from 1."""
    return [f"Tổ dân phố {number}" for number in range(1, count + 1)]


def village_names(count: int, rng: np.random.Generator) -> list[str]:
    """Return distinct names of villages, all of one district.

    Parameters
    ----------
    count : int
        At most a few hundred.
    rng : numpy.random.Generator
        Draws them.
    """
    pool = [f"{a} {b}" for a in FIRST.split() for b in SECOND.split() if a != b]
    chosen = rng.choice(len(pool), size=count, replace=False)
    return [pool[number] for number in chosen]
