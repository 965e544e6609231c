"""The words on the map."""

from __future__ import annotations

MAP_WORDS: dict[str, tuple[str, str]] = {
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
    "map_gap_sign": ("homes without cover: {what}", "nhà dân không có sóng: {what}"),
    "map_fibre_by": ("Fibre by what a cut takes", "Cáp quang theo ảnh hưởng khi đứt"),
    "map_fibre_bts": (
        "BTS cut off by a cut of the line",
        "BTS mất kết nối khi đứt tuyến",
    ),
    "map_fibre_residents": (
        "residents cut off by a cut of the line",
        "dân mất kết nối khi đứt tuyến",
    ),
    "map_fibre_nothing": ("none", "không"),
    "map_fibre_and_more": ("{count} and more", "từ {count} trở lên"),
    "map_fibre_idle": (
        "not counted: planned or out of service",
        "không tính: kế hoạch, ngừng khai thác",
    ),
    "span_bts_cut_off": ("BTS cut off if this span fails", "BTS mất kết nối khi đứt đoạn này"),
    "span_residents_cut_off": (
        "residents cut off if this span fails",
        "số dân mất kết nối khi đứt đoạn này",
    ),
    "line_bts_cut_off": (
        "BTS cut off if the whole line is cut",
        "BTS mất kết nối khi đứt cả tuyến",
    ),
    "line_residents_cut_off": (
        "residents cut off if the whole line is cut",
        "số dân mất kết nối khi đứt cả tuyến",
    ),
    # What is said of a run above its map.
}
