"""The words on pictures of single results."""

from __future__ import annotations

PICTURE_WORDS: dict[str, tuple[str, str]] = {
    "pic_probability": (
        "Probability that the threshold is met, %",
        "Xác suất đạt ngưỡng, %",
    ),
    "pic_best_server": ("Best server", "Trạm phục vụ tốt nhất"),
    "pic_pixels_of": ("{name}: {share} % of the pixels", "{name}: {share} % số điểm ảnh"),
    "pic_sites_alternate": (
        "{count} sites, in six colours that repeat",
        "{count} vị trí trạm, sáu màu lặp lại",
    ),
    "pic_failures": (
        "If a single site fails: residents who lose cover",
        "Nếu một vị trí trạm ngừng hoạt động: số dân mất sóng",
    ),
    "pic_failure_marks": (
        "Sites (area of the mark: residents)",
        "Vị trí trạm (cỡ ký hiệu: số dân)",
    ),
    "pic_failures_of": (
        "{count} sites; the worst takes the cover of {residents} people",
        "{count} vị trí trạm; trạm nặng nhất làm {residents} người mất sóng",
    ),
    "pic_failures_none": (
        "{count} sites whose failure takes nobody's cover",
        "{count} vị trí trạm khi ngừng không ai mất sóng",
    ),
    "pic_variance_part": (
        "variance of the covered {what} with this source alone, % of that of all together",
        "phương sai của tỉ lệ có sóng ({what}) khi chỉ có nguồn này, % so với tất cả",
    ),
    "pic_operators": (
        "share of {what} covered by so many operators, %",
        "tỉ lệ {what} có sóng của số nhà mạng đã nêu, %",
    ),
    "pic_number_of_operators": ("Operators that cover", "Số nhà mạng có sóng"),
    "pic_further_operators": (
        "{count} further operators: {share} % of the pixels",
        "{count} nhà mạng khác: {share} % số điểm ảnh",
    ),
    "pic_no_spans": ("no fibre in service", "không có cáp quang đang khai thác"),
    "all_districts": ("all districts", "toàn bộ các huyện"),
}
