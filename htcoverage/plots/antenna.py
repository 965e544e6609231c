"""Picture of an antenna pattern."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.projections.polar import PolarAxes

from htcoverage.antennas import Pattern, loss_db
from htcoverage.errors import argument_fault
from htcoverage.labels import Language, label, number
from htcoverage.plots.frame import BLUE, INK, VERMILION, chart_notes, short_name

#: Losses beyond this lie in the middle of the picture.
DEEPEST_DB = 40.0

_ANGLES_DEG: npt.NDArray[np.float64] = np.arange(-180.0, 180.5, 0.5)


def plot_antenna(
    pattern: Pattern,
    *,
    electrical_tilt_deg: float | None = None,
    mechanical_tilt_deg: float = 0.0,
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw both cuts of an antenna on one circle, tilted as a cell has it.

    The boresight and the horizon ahead point to the right; azimuth runs clockwise, and so does the
    angle below the horizon, so that what is drawn below is below. The horizontal cut goes through
    the tilted main beam; the vertical one goes ahead and behind. Both are what the coverage engine
    uses (`htcoverage.antennas.loss_db`).

    Parameters
    ----------
    pattern : Pattern
        Built in (`htcoverage.antennas.pattern`) or from a file (`htcoverage.read_patterns`).
    electrical_tilt_deg : float, optional
        Positive downwards; the one that the pattern already holds by default.
    mechanical_tilt_deg : float
        Positive downwards.
    language : {"en", "vi"}
        Language of the words.
    ax : Axes, optional
        A polar one; a new figure's by default.

    Returns
    -------
    matplotlib.axes.Axes
        Of the figure that was drawn on.

    Raises
    ------
    InputError
        If the axes given are not polar.
    """
    if ax is None:
        _, ax = plt.subplots(
            figsize=(6.4, 6.4), layout="constrained", subplot_kw={"projection": "polar"}
        )
    if not isinstance(ax, PolarAxes):
        raise argument_fault("ax", type(ax).__name__, "polar axes")
    electrical_deg = (
        pattern.electrical_tilt_deg if electrical_tilt_deg is None else electrical_tilt_deg
    )
    horizontal_db, vertical_db = antenna_cuts(
        pattern, electrical_tilt_deg=electrical_deg, mechanical_tilt_deg=mechanical_tilt_deg
    )
    ax.set_theta_zero_location("E")
    ax.set_theta_direction(-1)
    for cut_db, colour, style, key in (
        (horizontal_db, BLUE, "-", "antenna_horizontal"),
        (vertical_db, VERMILION, "--", "antenna_vertical"),
    ):
        ax.plot(
            np.radians(_ANGLES_DEG), np.maximum(-cut_db, -DEEPEST_DB), color=colour,
            linestyle=style, linewidth=1.6, label=label(key, language),
        )  # fmt: skip
    ax.set_ylim(-DEEPEST_DB, 0.5)
    rings = np.arange(-DEEPEST_DB + 10.0, 1.0, 10.0)
    ax.set_yticks(rings, [number(ring, language) for ring in rings], fontsize=7, color=INK)
    ax.set_rlabel_position(-100.0)
    ax.set_thetagrids(
        np.arange(0.0, 360.0, 30.0),
        [f"{number(a if a <= 180.0 else a - 360.0, language)}°" for a in range(0, 360, 30)],
        fontsize=8,
    )
    ax.set_title(
        label("antenna_title", language).format(name=short_name(pattern.name)),
        loc="left",
        fontsize=11,
    )
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=2, frameon=False, fontsize=8)
    chart_notes(ax, _notes(pattern, electrical_deg, mechanical_tilt_deg, language))
    return ax


def antenna_cuts(
    pattern: Pattern, *, electrical_tilt_deg: float, mechanical_tilt_deg: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the losses of both cuts at −180 to 180° in steps of 0.5°, dB.

    The horizontal one at the depression of the main beam; the vertical one ahead up to ±90° below
    the horizon, and behind beyond.
    """
    tilts = {
        "electrical_tilt_deg": electrical_tilt_deg, "mechanical_tilt_deg": mechanical_tilt_deg,
    }  # fmt: skip
    horizontal_db = loss_db(
        pattern, _ANGLES_DEG, electrical_tilt_deg + mechanical_tilt_deg, **tilts
    )
    behind = np.abs(_ANGLES_DEG) > 90.0
    depression_deg = np.where(behind, np.copysign(180.0, _ANGLES_DEG) - _ANGLES_DEG, _ANGLES_DEG)
    return horizontal_db, loss_db(pattern, np.where(behind, 180.0, 0.0), depression_deg, **tilts)


def _notes(
    pattern: Pattern, electrical_deg: float, mechanical_deg: float, language: Language
) -> list[str]:
    def width(loss: npt.NDArray[np.float64]) -> str:
        within = loss <= loss.min() + 3.0 + 1e-9
        return number(float(within.sum() - 1) / 10.0, language, digits=1)

    told = [
        label("antenna_tilt", language).format(
            electrical=number(electrical_deg, language, digits=1),
            mechanical=number(mechanical_deg, language, digits=1),
        )
    ]
    if pattern.horizontal_loss_db.any():
        told.append(
            label("antenna_beamwidth", language).format(
                horizontal=width(pattern.horizontal_loss_db),
                vertical=width(pattern.vertical_loss_db),
            )
        )
    if pattern.gain_dbi is not None:
        gain = number(pattern.gain_dbi, language, digits=1)
        told.append(label("antenna_gain", language).format(gain=gain))
    return [
        "; ".join(told),
        f"{label('antenna_radial', language)}; {label('antenna_summed', language)}",
    ]
