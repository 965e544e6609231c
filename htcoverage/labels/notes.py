"""The words of what was guessed, repaired or left out on the way to a result."""

from __future__ import annotations

_NOTES: dict[str, tuple[str, str]] = {
    # Rows.
    "row": ("row {row} ({name})", "dòng {row} ({name})"),
    "row_unnamed": ("row {row}", "dòng {row}"),
    "and": (" and ", " và "),
    # Reading.
    "column_taken": (
        "column {theirs!r} is taken for {ours} (confidence {confidence:.2f})",
        "cột {theirs!r} được hiểu là {ours} (độ tin cậy {confidence:.2f})",
    ),
    "outlines_repaired": (
        "{count} outlines crossed themselves and were repaired: {rows}",
        "{count} đường bao tự cắt đã được sửa: {rows}",
    ),
    "own_layer": ("{count} rows; {told_apart}, {named}", "{count} dòng; {told_apart}, {named}"),
    "told_apart_by_column": ("told apart by column {column!r}", "phân biệt theo cột {column!r}"),
    "told_apart_by_number": (
        "told apart by their number in the file",
        "phân biệt theo số thứ tự trong tệp",
    ),
    "named_by_column": ("named by column {column!r}", "tên lấy từ cột {column!r}"),
    "without_names": ("without names", "không có tên"),
    "names_repeat": (
        "{count} names stand in several rows: the code tells them apart",
        "{count} tên có ở nhiều dòng: phân biệt bằng mã",
    ),
    "rows_outside": (
        "{count} of {total} rows lie outside the districts and are left out: {rows}",
        "{count} trên {total} dòng nằm ngoài các huyện và bị bỏ qua: {rows}",
    ),
    "area_beyond": (
        "{km2:,.1f} km² of {count} rows lie beyond the districts and count nowhere",
        "{km2:,.1f} km² của {count} dòng nằm ngoài các huyện và không được tính",
    ),
    "length_beyond": (
        "{km:,.1f} km of {count} rows lie beyond the districts and count nowhere",
        "{km:,.1f} km của {count} dòng nằm ngoài các huyện và không được tính",
    ),
    "no_intervals": (
        "without intervals, as the run was made with --worlds 0",
        "không có khoảng tin cậy, vì lần chạy dùng --worlds 0",
    ),
    "no_intervals_of_layers": (
        "intervals are given for the province and its districts, not for layers of your own",
        "khoảng tin cậy chỉ cho tỉnh và các huyện, không cho lớp của bạn",
    ),
    "cells_by_default": (
        "{value} by default in {count} of {total} rows",
        "mặc định {value} ở {count} trên {total} dòng",
    ),
    "cells_by_number": (
        "the number of the row in {count} of {total} rows",
        "số thứ tự của dòng ở {count} trên {total} dòng",
    ),
    "not_lines": (
        "{count} of {total} features are no lines and are passed over",
        "{count} trên {total} đối tượng không phải đường nên bị bỏ qua",
    ),
    # Terrain.
    "elevations_impossible": (
        "{count} elevations outside {low:g} to {high:g} m are voids",
        "{count} độ cao ngoài khoảng {low:g} đến {high:g} m coi như ô trống",
    ),
    "positions_unchecked": (
        "positions are read as {crs}; nothing beside the ledger tells whether that is right "
        "(VN-2000 read as WGS 84 lies 200 m off): check it against boundaries and settlements",
        "tọa độ được đọc theo {crs}; không có lớp nào bên cạnh cho biết có đúng không (VN-2000 đọc "
        "nhầm thành WGS 84 lệch 200 m): hãy đối chiếu với địa giới và khu dân cư",
    ),
    "positions_agree": (
        "positions are read as {crs}; {layers} speak for it: moved by a mistaken datum, sites "
        "would lie farther off",
        "tọa độ được đọc theo {crs}; {layers} cho thấy là đúng: nếu nhầm hệ quy chiếu, các trạm sẽ "
        "lệch xa hơn",
    ),
    "positions_open": (
        "positions are read as {crs}; {layers} cannot tell whether that is right: moved as a "
        "mistaken datum would move them (VN-2000 read as WGS 84: 200 m), sites would lie as well",
        "tọa độ được đọc theo {crs}; {layers} không cho biết có đúng không: dời như khi nhầm hệ "
        "quy chiếu (VN-2000 đọc nhầm thành WGS 84: 200 m), các trạm vẫn nằm hợp lý",
    ),
    "by_settlements": ("settlements", "khu dân cư"),
    "by_boundaries": ("boundaries", "địa giới"),
    "by_both": ("settlements and boundaries", "khu dân cư và địa giới"),
    "positions_doubted": (
        "positions are read as {crs}, and something speaks against it: see the warnings (datum)",
        "tọa độ được đọc theo {crs}, nhưng có dấu hiệu ngược lại: xem cảnh báo (hệ quy chiếu)",
    ),
    "elevations_by_tags": (
        "{count} rasters hold their elevations in another measure: by their tags a value × "
        "{scale:g} + {offset_m:g} is metres",
        "{count} tệp ghi độ cao theo thước khác: theo thẻ của tệp, giá trị × {scale:g} + "
        "{offset_m:g} là mét",
    ),
    "tiles_differ": (
        "where tiles overlap, {count} pixels differ by more than 10 m: the tile named first holds",
        "chỗ các mảnh chồng nhau, {count} điểm ảnh lệch quá 10 m: lấy mảnh ghi trước",
    ),
    "classes_differ": (
        "where tiles overlap, {count} pixels are of another class: the tile named first holds",
        "chỗ các mảnh chồng nhau, {count} điểm ảnh khác lớp: lấy mảnh ghi trước",
    ),
    "classes_lacking": (
        "{share:.3g} % of the terrain has no class in it, and counts as {fill}",
        "{share:.3g} % địa hình không có lớp, coi là {fill}",
    ),
    "voids_filled": (
        "{count} voids ({pixels} pixels) are filled from their rim",
        "{count} vùng trống ({pixels} điểm ảnh) được lấp từ rìa",
    ),
    "voids_left": (
        "{count} pixels have no elevation: a signal that crosses them is a fault",
        "{count} điểm ảnh không có độ cao: tín hiệu đi qua đó là lỗi",
    ),
    "clutter_left_out": ("left out, all ground is bare", "không có, coi mọi nơi là đất trống"),
    "clutter_classes_assumed": (
        "left out, ESA WorldCover's with assumed heights",
        "không có, dùng lớp của ESA WorldCover với độ cao giả định",
    ),
    "zone_left_out": ("left out, all is inland", "không có, coi tất cả là nội địa"),
    # The layers of a project.
    "spans_left_out": (
        "left out, no fibre is drawn or counted",
        "không có, không vẽ và không tính cáp quang",
    ),
    "crs_chosen": ("{crs}, the UTM zone of the districts", "{crs}, múi UTM của các huyện"),
    "feature_number": (
        "the feature number, for the file has none",
        "số thứ tự trong tệp, vì tệp không có",
    ),
    "residents_summed": (
        "summed from {raster} with exact fractions of its pixels",
        "cộng từ {raster} theo đúng phần của từng điểm ảnh",
    ),
    "households_absent": ("not in the file, not counted", "không có trong tệp, không tính"),
    "settlements_made": (
        "{count} settlements made of {outlines} outlines: those within {within_m:g} m of one"
        " another, {smallest_m2:g} m² or more",
        "{count} khu dân cư gộp từ {outlines} đường bao: cách nhau không quá {within_m:g} m,"
        " rộng từ {smallest_m2:g} m²",
    ),
    "other_boundaries": (
        "{codes}, … are codes of other boundaries, not of these",
        "{codes}, … là mã của địa giới khác, không phải của địa giới này",
    ),
    "district_by_place": ("by place for {count} settlements", "theo vị trí cho {count} khu dân cư"),
    "in_no_district": (
        "{count} settlements lie in no district: the nearest is taken",
        "{count} khu dân cư không nằm trong huyện nào: lấy huyện gần nhất",
    ),
    # The ledger and its antennas.
    "finding": ("{count} × {rule} ({action})", "{count} × {rule} ({action})"),
    "defaults_stand": (
        "stated defaults stand in {columns} of cells",
        "dùng giá trị mặc định đã nêu cho {columns} của cell",
    ),
    "pattern_files": ("pattern files of {folder}: {count}", "{count} tệp giản đồ trong {folder}"),
    "of_the_pattern": (
        "of the pattern, not assumed (cells: {count})",
        "theo giản đồ, không phải giả định, cho {count} cell",
    ),
    # Polygons.
    "settlements_overlap": (
        "{count} pairs overlap by {km2:.4f} km² in all; their residents are unchanged, and this"
        " residential area counts in both: {rows}",
        "{count} cặp chồng lên nhau, tổng {km2:.4f} km²; số dân không đổi, phần diện tích này"
        " được tính ở cả hai: {rows}",
    ),
    "districts_overlap": (
        "{count} pairs overlap by {km2:.4f} km² in all; this land area counts in both: {rows}",
        "{count} cặp chồng lên nhau, tổng {km2:.4f} km²; phần đất này được tính ở cả hai: {rows}",
    ),
    "areas_overlap": (
        "{count} pairs overlap by {km2:.4f} km² in all; each is measured by itself, and what both"
        " hold counts in both: {rows}",
        "{count} cặp chồng lên nhau, tổng {km2:.4f} km²; mỗi vùng được tính riêng, phần chung được"
        " tính ở cả hai: {rows}",
    ),
    "doubled_names_commune": (
        "{count} share a name with another of their commune; each is counted by itself: {rows}",
        "{count} trùng tên với nơi khác cùng xã; mỗi nơi được tính riêng: {rows}",
    ),
    "doubled_names_district": (
        "{count} share a name with another of their district; each is counted by itself: {rows}",
        "{count} trùng tên với nơi khác cùng huyện; mỗi nơi được tính riêng: {rows}",
    ),
    "no_residents": (
        "{count} have 0 residents and count in no share of people: {rows}",
        "{count} nơi có 0 dân và không được tính vào tỉ lệ theo dân: {rows}",
    ),
    # Criteria.
    "preset_lacks": ("preset {preset} {what}", "bộ tiêu chí {preset} {what}"),
    "least_height": (
        "asks for a receiver at {asked:g} m or higher; here it is at {found:g} m",
        "đòi hỏi máy thu cao từ {asked:g} m; ở đây là {found:g} m",
    ),
    "largest_pixel": (
        "asks for pixels of {asked:g} m or smaller; here they are {found:g} m",
        "đòi hỏi điểm ảnh không quá {asked:g} m; ở đây là {found:g} m",
    ),
    # What a note is about.
    "about:settlements": ("settlements", "khu dân cư"),
    "about:districts": ("districts", "huyện"),
    "about:spans": ("spans", "cáp quang"),
    "about:bts": ("bts", "trạm"),
    "about:terrain": ("terrain", "địa hình"),
    "about:clutter": ("clutter", "vật cản"),
    "about:clutter_classes": ("clutter_classes", "lớp vật cản (clutter_classes)"),
    "about:zone": ("zone", "bản đồ vùng (zone)"),
    "about:crs": ("crs", "hệ tọa độ"),
    "about:antennas": ("antennas", "anten"),
}

NOTE_WORDS: dict[str, tuple[str, str]] = {f"note_{key}": words for key, words in _NOTES.items()}
