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
    # What is said of a run above its map.
}
