"""Picture of one path."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from htcoverage.labels import Language, label, number
from htcoverage.plots.frame import (
    BLUE,
    INK,
    SKY,
    VERMILION,
    axes_or_new,
    chart_notes,
    language_ticks,
)
from htcoverage.profile import PathProfile, loss_table


def plot_profile(
    profile: PathProfile, *, language: Language = "en", ax: Axes | None = None
) -> Axes:
    """Draw a path over the curved Earth: ground, clutter, line of sight, Fresnel zone, obstacle.

    Parameters
    ----------
    profile : PathProfile
        From `path_profile`.
    language : {"en", "vi"}
        Language of the words.
    ax : Axes, optional
        A new figure's by default.

    Returns
    -------
    matplotlib.axes.Axes
        Of the figure that was drawn on.
    """
    ax = axes_or_new(ax, width_in=9.0, height_in=4.2)
    points = {
        name: profile.points[name].to_numpy(np.float64)
        for name in ("distance_km", "ground_m", "clutter_m", "earth_bulge_m", "line_of_sight_m",
                     "fresnel_radius_m")
    }  # fmt: skip
    d_km, line_m = points["distance_km"], points["line_of_sight_m"]
    ground_m = points["ground_m"] + points["earth_bulge_m"]
    top_m = ground_m + points["clutter_m"]
    radius_m = points["fresnel_radius_m"]
    floor_m = min(ground_m.min(), (line_m - radius_m).min()) - 5.0
    ax.fill_between(d_km, line_m - radius_m, line_m + radius_m, color=SKY, alpha=0.3,
                    linewidth=0.0, label=label("profile_fresnel", language))  # fmt: skip
    ax.plot(d_km, line_m, color=BLUE, linewidth=1.2, label=label("profile_sight", language))
    cluttered = points["clutter_m"] > 0.0
    if cluttered.any():
        # Down to the floor, and the ground over it: no wedges of sky between the two.
        ax.bar(
            d_km[cluttered], top_m[cluttered] - floor_m, width=d_km[1], bottom=floor_m,
            color="#6bb39a", linewidth=0.0, label=label("profile_clutter", language),
        )  # fmt: skip
    ax.fill_between(d_km, floor_m, ground_m, color="#c2b280", linewidth=0.0,
                    label=label("profile_ground", language))  # fmt: skip
    for end, height_m in ((0, profile.tx_height_m), (-1, profile.rx_height_m)):
        ax.plot([d_km[end]] * 2, [ground_m[end], ground_m[end] + height_m], color=INK,
                linewidth=2.0, solid_capstyle="butt")  # fmt: skip
    if profile.obstacle is not None:
        _draw_obstacle(ax, profile, language)
    ax.set_xlim(0.0, d_km[-1])
    highest_m = max(top_m.max(), (line_m + radius_m).max())
    # Room above the highest obstacle for its words.
    ax.set_ylim(floor_m, highest_m + 0.12 * (highest_m - floor_m))
    ax.set_xlabel(label("profile_distance", language))
    ax.set_ylabel(label("profile_height", language).replace(", ", ",\n", 1), fontsize=8.5)
    language_ticks(ax, language)
    loss = f"{number(profile.path_loss_db, language, digits=1)} dB"
    ax.set_title(
        f"{label('term_basic_transmission_loss_db', language)}: {loss}", loc="left", fontsize=11
    )
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=8)
    table = loss_table(profile, language=language).iloc[:-1]
    terms = "; ".join(
        f"{term} {number(value, language, digits=1)} dB"
        for term, value in zip(table["term"], table["value"], strict=True)
    )
    model = profile.model
    if profile.extrapolated:
        model = label("profile_near", language)
    heights = " / ".join(
        f"{number(height_m, language, digits=1)} m"
        for height_m in (profile.tx_height_m, profile.rx_height_m)
    )
    made = (
        f"{model}; {number(profile.freq_mhz, language)} MHz;"
        f" {label('profile_antennas', language)} {heights};"
        f" {label('profile_clearance', language)} {number(profile.clutter_clearance_m, language)} m"
    )
    chart_notes(ax, [terms, made])
    return ax


def _draw_obstacle(ax: Axes, profile: PathProfile, language: Language) -> None:
    hill = profile.obstacle
    assert hill is not None
    total_km = profile.distance_km
    share = hill.distance_km / total_km
    ends = profile.points["line_of_sight_m"].to_numpy()[[0, -1]]
    top_m = ends[0] + share * (ends[1] - ends[0]) + hill.blocks_m
    ax.plot([hill.distance_km], [top_m], marker="v", color=VERMILION, markersize=8,
            markeredgecolor="white", linestyle="none", zorder=5,
            label=label(f"obstacle_{hill.kind}", language))  # fmt: skip
    words = label("profile_blocks", language).format(
        height=number(hill.ground_m + hill.clutter_m, language),
        blocks=f"{'+' if hill.blocks_m > 0 else ''}{number(hill.blocks_m, language, digits=1)}",
    )
    right = share > 0.6
    ax.annotate(
        words, (hill.distance_km, top_m), xytext=(-8 if right else 8, 8),
        textcoords="offset points", ha="right" if right else "left", fontsize=8, color=INK,
    )  # fmt: skip
