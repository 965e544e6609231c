"""The words of antenna pictures."""

from __future__ import annotations

ANTENNA_WORDS: dict[str, tuple[str, str]] = {
    "antenna_title": ("Antenna {name}", "Anten {name}"),
    "antenna_horizontal": ("azimuth, from the boresight", "phương vị, tính từ hướng chính"),
    "antenna_vertical": (
        "below the horizon, ahead and behind",
        "dưới đường chân trời, trước và sau",
    ),
    "antenna_radial": ("gain against the main beam, dB", "độ lợi so với búp chính, dB"),
    "antenna_beamwidth": (
        "3 dB beamwidth {horizontal}° × {vertical}°",
        "độ rộng búp 3 dB {horizontal}° × {vertical}°",
    ),
    "antenna_gain": ("gain {gain} dBi", "độ lợi {gain} dBi"),
    "antenna_tilt": (
        "tilt: electrical {electrical}°, mechanical {mechanical}°",
        "góc cụp: điện {electrical}°, cơ {mechanical}°",
    ),
    "antenna_summed": (
        "both cuts as coverage adds them",
        "hai mặt cắt như khi tính vùng phủ",
    ),
}
