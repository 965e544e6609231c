"""The picture of an antenna: its curves are the pattern as the engine reads it."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from htcoverage.antennas import Pattern, loss_db, pattern
from htcoverage.antennas.patterns import DEPRESSIONS_DEG, TABLE_SIZE
from htcoverage.errors import InputError
from htcoverage.plots import plot_antenna, save_figure

mpl.use("Agg")

SECTOR = pattern("3gpp-36814")


@pytest.fixture(autouse=True)
def _closed() -> Any:
    yield
    plt.close("all")


def curves(ax: Any) -> list[tuple[Any, Any]]:
    return [(np.degrees(line.get_xdata()), line.get_ydata()) for line in ax.get_lines()]


def at(curve: tuple[Any, Any], angle_deg: float) -> float:
    return float(curve[1][np.argmin(np.abs(curve[0] - angle_deg))])


def test_the_curves_are_the_pattern_by_hand() -> None:
    horizontal, vertical = curves(plot_antenna(SECTOR, electrical_tilt_deg=6.0))
    # 12·(35/70)² = 3 dB at 35°, and 12 dB at 70°; nothing at the boresight.
    assert [at(horizontal, a) for a in (0.0, 35.0, -35.0, 70.0)] == pytest.approx([0, -3, -3, -12])
    # The beam lies 6° below the horizon and is 10° tall: 12·(5/10)² = 3 dB at 1° and 11°.
    assert [at(vertical, a) for a in (6.0, 1.0, 11.0)] == pytest.approx([0.0, -3.0, -3.0])
    # Behind, both cuts are the cap of 25 dB.
    assert at(horizontal, 180.0) == at(vertical, 180.0) == pytest.approx(-25.0)


def test_mechanical_tilt_raises_the_back_and_leaves_the_sides() -> None:
    flat = Pattern(
        "flat", np.zeros(TABLE_SIZE), np.minimum(12.0 * (DEPRESSIONS_DEG / 10.0) ** 2, 20.0),
        maximum_loss_db=30.0,
    )  # fmt: skip
    ax = plot_antenna(flat, mechanical_tilt_deg=5.0)
    horizontal, vertical = curves(ax)
    assert at(vertical, 5.0) == pytest.approx(0.0)
    # Behind the beam looks 5° up: −5° of depression is drawn at −175°.
    assert at(vertical, -175.0) == pytest.approx(0.0)
    # At the sides the beam lies on the horizon, 5° above the cut through the main beam: 3 dB.
    assert at(horizontal, 90.0) == pytest.approx(-3.0)
    for angle in (0.0, 40.0, 130.0):
        expected = -loss_db(flat, angle, 5.0, mechanical_tilt_deg=5.0)
        assert at(horizontal, angle) == pytest.approx(float(expected))


def test_the_words_tell_tilt_width_and_gain(tmp_path: Any) -> None:
    stated = Pattern(
        "K<1>", SECTOR.horizontal_loss_db, np.roll(SECTOR.vertical_loss_db, 40),
        maximum_loss_db=25.0, gain_dbi=17.5, electrical_tilt_deg=4.0,
    )  # fmt: skip
    ax = plot_antenna(stated)
    words = " ".join(text.get_text() for text in ax.texts)
    assert "electrical 4.0°, mechanical 0.0°" in words
    assert "70.0° × 10.0°" in words
    assert "17.5 dBi" in words
    assert ax.get_title("left") == "Antenna K<1>"
    first = save_figure(ax, tmp_path / "a.png").read_bytes()
    assert save_figure(plot_antenna(stated), tmp_path / "b.png").read_bytes() == first
    words = " ".join(text.get_text() for text in plot_antenna(stated, language="vi").texts)
    assert "điện 4,0°" in words


def test_only_polar_axes_are_drawn_on() -> None:
    _, ax = plt.subplots(subplot_kw={"projection": "polar"})
    assert plot_antenna(pattern("omni"), ax=ax) is ax
    _, square = plt.subplots()
    with pytest.raises(InputError, match="polar axes"):
        plot_antenna(SECTOR, ax=square)
