"""ITU-R P.526, §4.4: several isolated obstacles, as cascaded cylinders or as knife edges.

Both read a whole profile. The cylinders (§4.4.1) are fitted to what a string stretched over the
profile would touch (Attachment 1), the sections between them may add a loss of their own
(Attachment 2). The knife edges (§4.4.2) are Deygout's, three at most, with an empirical correction.

Approximations hold for rays within about 5° of the horizon.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from htcoverage.jit import kernel
from htcoverage.propagation.p525 import SPEED_OF_LIGHT_M_PER_S, p525_loss_db
from htcoverage.propagation.p526 import checked_profile, fresnel_nu, rounded_obstacle_db
from htcoverage.propagation.p1812.diffraction import FREE_NU, knife_edge_db

#: Touched points that follow each other at no more than this are one obstacle.
_ONE_OBSTACLE_M = 250.0

#: Columns of what `cascaded_cylinders` returns, one row a cylinder.
VERTEX_M, HEIGHT_M, RADIUS_M, BEFORE_M, AFTER_M, LOSS_DB = range(6)


@dataclass(frozen=True)
class Cylinder:
    """One obstacle of a profile.

    Parameters
    ----------
    distance_km : float
        Its top from the transmitter.
    height_m : float
        Its top above the line between its neighbours.
    radius_m : float
        Radius of curvature; 0 is a knife edge.
    loss_db : float
        Loss over it alone (§4.2).
    """

    distance_km: float
    height_m: float
    radius_m: float
    loss_db: float


@dataclass(frozen=True)
class P526CylindersResult:
    """Diffraction loss of one path over cascaded cylinders and its parts, dB.

    ``sub_path_db`` is what the ground between the obstacles takes; ``spreading_db`` the correction
    −20·log C_N for diffraction over one cylinder after the other.
    """

    distance_km: float
    free_space_db: float
    cylinders: tuple[Cylinder, ...]
    sub_path_db: float
    spreading_db: float

    @property
    def diffraction_db(self) -> float:
        """All that is lost beyond free space, dB."""
        return sum(each.loss_db for each in self.cylinders) + self.sub_path_db + self.spreading_db

    @property
    def basic_transmission_loss_db(self) -> float:
        """Free space and diffraction together, dB."""
        return self.free_space_db + self.diffraction_db


@dataclass(frozen=True)
class P526EdgesResult:
    """Diffraction loss of one path over at most three knife edges.

    ``principal_km`` is the principal edge's distance from the transmitter, the point with the
    highest ν, whether it costs anything or not.
    """

    distance_km: float
    free_space_db: float
    diffraction_db: float
    principal_km: float
    principal_nu: float

    @property
    def basic_transmission_loss_db(self) -> float:
        """Free space and diffraction together, dB."""
        return self.free_space_db + self.diffraction_db


@kernel
def string_points(distance_m: np.ndarray, height_m: np.ndarray, radius_m: float) -> np.ndarray:
    """Return the points that a string stretched over the profile touches, both ends included.

    From each the next is the one highest above the local horizontal (§4.4.1).
    """
    n = distance_m.size
    touched = np.empty(n, np.int64)
    touched[0] = 0
    count, here = 1, 0
    while here < n - 1:
        best, best_rad = n - 1, -math.inf
        for i in range(here + 1, n):
            away_m = distance_m[i] - distance_m[here]
            elevation_rad = (height_m[i] - height_m[here]) / away_m - away_m / (2.0 * radius_m)
            if elevation_rad > best_rad:
                best, best_rad = i, elevation_rad
        touched[count] = best
        count += 1
        here = best
    return touched[:count]


@kernel
def sub_path_db(
    distance_m: np.ndarray,
    height_m: np.ndarray,
    u: int,
    v: int,
    radius_m: float,
    wavelength_m: float,
) -> float:
    """Loss of the ground below the clear section between points u and v, dB (Attachment 2).

    The slopes that lead down from both ends belong to the obstacles there and are left out: from
    u + 1 on as long as a point stands higher than the next, from v − 1 back likewise. These heights
    are read as those of the profile, above sea level; the Earth's bulge enters the clearance alone.
    So a step that is level by the map ends a slope, though seen from the chord it may still fall.
    Told with the bulge, 3 of 600 paths across Hà Tĩnh lose another amount, 3.8 dB at most.
    """
    p, q = u + 1, v - 1
    while p < v and height_m[p] > height_m[p + 1]:
        p += 1
    while q > u and height_m[q] > height_m[q - 1]:
        q -= 1
    if p >= q:
        return 0.0
    span_m = distance_m[v] - distance_m[u]
    least = math.inf
    for i in range(p, q + 1):
        from_u_m, to_v_m = distance_m[i] - distance_m[u], distance_m[v] - distance_m[i]
        ray_m = (height_m[u] * to_v_m + height_m[v] * from_u_m) / span_m
        ground_m = height_m[i] + from_u_m * to_v_m / (2.0 * radius_m)
        fresnel_m = math.sqrt(wavelength_m * from_u_m * to_v_m / span_m)
        least = min(least, (ray_m - ground_m) / fresnel_m)
    return knife_edge_db(-least * math.sqrt(2.0))


@kernel
def cylinder_radius_m(width_m: float, turn_rad: float, nu: float) -> float:
    """Radius of an obstacle whose slope turns over its width, m (Attachment 1).

    The factor keeps an obstacle that hardly enters the ray from counting as a broad one; ``nu`` is
    that of its vertex as a knife edge.
    """
    if nu <= 0.0 or turn_rad <= 0.0:
        return 0.0
    smooth = 1.0 - math.exp(-4.0 * nu)
    return width_m / turn_rad * smooth * smooth * smooth


@kernel
def fitted_cylinder(
    distance_m: np.ndarray,
    height_m: np.ndarray,
    w: int,
    x: int,
    y: int,
    z: int,
    radius_m: float,
    freq_mhz: float,
) -> tuple[float, float, float, float]:
    """Fit a cylinder to one obstacle (Attachment 1).

    Parameters
    ----------
    w, x, y, z : int
        Touched point before the obstacle, its first and last touched points, and the one after.
    radius_m : float
        Effective Earth radius.

    Returns
    -------
    before_m, after_m, top_m, cylinder_m : float
        From w to the vertex, from the vertex to z, the vertex above the line from w to z, and the
        radius of the cylinder.
    """
    span_m = distance_m[z] - distance_m[w]
    wx_m, yz_m = distance_m[x] - distance_m[w], distance_m[z] - distance_m[y]
    xy_m = distance_m[y] - distance_m[x]
    before_m, vertex_m = wx_m, height_m[x]
    if y > x:
        w_rad = (height_m[x] - height_m[w]) / wx_m - wx_m / (2.0 * radius_m)
        z_rad = (height_m[y] - height_m[z]) / yz_m - yz_m / (2.0 * radius_m)
        bend_rad = w_rad + z_rad + span_m / radius_m
        if bend_rad * radius_m >= xy_m:
            rise_m = height_m[z] - height_m[w]
            before_m = ((z_rad + 0.5 * span_m / radius_m) * span_m + rise_m) / bend_rad
        else:
            before_m = wx_m + 0.5 * xy_m
        vertex_m = before_m * w_rad + height_m[w] + before_m * before_m / (2.0 * radius_m)
    after_m = span_m - before_m
    base_m = (height_m[w] * after_m + height_m[z] * before_m) / span_m
    top_m = vertex_m + before_m * after_m / (2.0 * radius_m) - base_m
    before_x_m, after_y_m = distance_m[x] - distance_m[x - 1], distance_m[y + 1] - distance_m[y]
    # How far the slope turns from the step before the obstacle to the one after it, on the sphere.
    turn_rad = (
        (height_m[x] - height_m[x - 1]) / before_x_m
        + (height_m[y] - height_m[y + 1]) / after_y_m
        + (xy_m + 0.5 * (before_x_m + after_y_m)) / radius_m
    )
    wide_m = xy_m if y > x else before_x_m + after_y_m
    nu = fresnel_nu(top_m, before_m, after_m, freq_mhz)
    return before_m, after_m, top_m, cylinder_radius_m(wide_m, turn_rad, nu)


@kernel
def cascaded_cylinders(
    distance_km: np.ndarray, height_m: np.ndarray, radius_km: float, freq_mhz: float
) -> tuple[np.ndarray, float, float]:
    """Cylinders of a profile, the loss between them, and the correction for spreading, dB.

    Parameters
    ----------
    distance_km, height_m : float64[n]
        The profile, its ends at the antennas above sea level.

    Returns
    -------
    cylinders : float64[k, 6]
        Columns `VERTEX_M` to `LOSS_DB`.
    between_db, spreading_db : float
        Sum of the sections (Attachment 2); −20·log C_N.
    """
    d_m, radius_m = 1e3 * distance_km, 1e3 * radius_km
    wavelength_m = 1e-6 * SPEED_OF_LIGHT_M_PER_S / freq_mhz
    touched = string_points(d_m, height_m, radius_m)
    inner = touched.size - 2
    found = np.empty((max(inner, 0), 6), np.float64)
    count, at = 0, 1
    w = 0
    between_db = 0.0
    # 10·log of P_b/P_a, gathered factor by factor.
    spreading_db = 0.0
    while at <= inner:
        last = at
        while (
            last < inner
            and touched[last + 1] == touched[last] + 1
            and d_m[touched[last + 1]] - d_m[touched[last]] <= _ONE_OBSTACLE_M
        ):
            last += 1
        x, y, z = touched[at], touched[last], touched[last + 1]
        before_m, after_m, top_m, cylinder_m = fitted_cylinder(
            d_m, height_m, w, x, y, z, radius_m, freq_mhz
        )
        found[count, VERTEX_M] = d_m[w] + before_m
        found[count, HEIGHT_M] = top_m
        found[count, RADIUS_M] = cylinder_m
        found[count, BEFORE_M] = before_m
        found[count, AFTER_M] = after_m
        found[count, LOSS_DB] = rounded_obstacle_db(top_m, before_m, after_m, cylinder_m, freq_mhz)
        between_db += sub_path_db(d_m, height_m, w, x, radius_m, wavelength_m)
        spreading_db += 10.0 * math.log10((before_m + after_m) / after_m)
        count += 1
        w, at = y, last + 1
    between_db += sub_path_db(d_m, height_m, w, d_m.size - 1, radius_m, wavelength_m)
    if count > 0:
        whole_m = found[0, BEFORE_M] + found[:count, AFTER_M].sum()
        spreading_db += 10.0 * math.log10(found[count - 1, AFTER_M] / whole_m)
    return found[:count], between_db, spreading_db


@kernel
def highest_nu(
    distance_km: np.ndarray,
    height_m: np.ndarray,
    a: int,
    b: int,
    radius_km: float,
    freq_mhz: float,
) -> tuple[int, float]:
    """Return the point between points a and b with the highest ν, and that ν (§4.4.2).

    The second point and −∞ where there is none between.
    """
    best, best_nu = b, -math.inf
    span_km = distance_km[b] - distance_km[a]
    for n in range(a + 1, b):
        from_a_km, to_b_km = distance_km[n] - distance_km[a], distance_km[b] - distance_km[n]
        line_m = (height_m[a] * to_b_km + height_m[b] * from_a_km) / span_km
        above_m = height_m[n] + 500.0 * from_a_km * to_b_km / radius_km - line_m
        nu = fresnel_nu(above_m, 1e3 * from_a_km, 1e3 * to_b_km, freq_mhz)
        if nu > best_nu:
            best, best_nu = n, nu
    return best, best_nu


@kernel
def joined_edges_db(main_nu: float, tx_nu: float, rx_nu: float, distance_km: float) -> float:
    """Loss of the main edge and the two beside it, dB, over a path of this length (§4.4.2)."""
    if main_nu <= FREE_NU:
        return 0.0
    main_db = knife_edge_db(main_nu)
    others_db = knife_edge_db(tx_nu) + knife_edge_db(rx_nu) + 10.0 + 0.04 * distance_km
    return main_db + (1.0 - math.exp(-main_db / 6.0)) * others_db


@kernel
def cascaded_edges_db(
    distance_km: np.ndarray, height_m: np.ndarray, radius_km: float, freq_mhz: float
) -> float:
    """Loss over at most three knife edges with the empirical correction, dB (§4.4.2)."""
    last = distance_km.size - 1
    p, nu = highest_nu(distance_km, height_m, 0, last, radius_km, freq_mhz)
    _, tx_nu = highest_nu(distance_km, height_m, 0, p, radius_km, freq_mhz)
    _, rx_nu = highest_nu(distance_km, height_m, p, last, radius_km, freq_mhz)
    return joined_edges_db(nu, tx_nu, rx_nu, distance_km[last])


@kernel
def antennas_on(ground_m: np.ndarray, tx_height_m: float, rx_height_m: float) -> np.ndarray:
    """Return the profile with its ends at the antennas, m above sea level."""
    height_m = ground_m.copy()
    height_m[0] += tx_height_m
    height_m[-1] += rx_height_m
    return height_m


def p526_cylinders(
    distance_km: npt.ArrayLike,
    ground_m: npt.ArrayLike,
    *,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    effective_radius_km: float = 8500.0,
) -> P526CylindersResult:
    """Return the diffraction loss of one path over cascaded cylinders, with its parts.

    For paths over hills that stand apart, with a profile fine enough to tell how round they are.

    Parameters
    ----------
    distance_km : array_like, shape (n,)
        Distance of each profile point from the transmitter, km, from 0 upwards; n at least 3; the
        whole 0.01 to 3000 km. Steps of 250 m or less tell one broad hill from two.
    ground_m : array_like, shape (n,)
        Terrain (or roofs and tree tops) above sea level, m.
    tx_height_m, rx_height_m : float
        Antennas above ground, 0.5 to 3000 m.
    freq_mhz : float
        10 to 100,000 MHz.
    effective_radius_km : float
        Effective Earth radius, 1000 to 1,000,000 km.

    Returns
    -------
    P526CylindersResult

    Raises
    ------
    ValidityError
        If a value lies outside its range.
    InputError
        If the arrays do not fit together, are not finite or not ascending from 0.

    References
    ----------
    Recommendation ITU-R P.526-16, Annex 1, §4.4.1 with Attachments 1 and 2. The slope's turn over
    an obstacle, from which its radius follows, is taken on the sphere: a smooth Earth then has the
    effective Earth radius.
    """
    d, ground = checked_profile(
        distance_km, ground_m, tx_height_m=tx_height_m, rx_height_m=rx_height_m, freq_mhz=freq_mhz,
        effective_radius_km=effective_radius_km,
    )  # fmt: skip
    height_m = antennas_on(ground, float(tx_height_m), float(rx_height_m))
    found, between_db, spreading_db = cascaded_cylinders(
        d, height_m, float(effective_radius_km), float(freq_mhz)
    )
    return P526CylindersResult(
        distance_km=float(d[-1]),
        free_space_db=_free_space_db(d, height_m, freq_mhz),
        cylinders=tuple(
            Cylinder(1e-3 * row[VERTEX_M], row[HEIGHT_M], row[RADIUS_M], row[LOSS_DB])
            for row in found.tolist()
        ),
        sub_path_db=float(between_db),
        spreading_db=float(spreading_db),
    )


def p526_edges(
    distance_km: npt.ArrayLike,
    ground_m: npt.ArrayLike,
    *,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    effective_radius_km: float = 8500.0,
) -> P526EdgesResult:
    """Return the diffraction loss of one path over at most three knife edges.

    Parameters
    ----------
    distance_km, ground_m, tx_height_m, rx_height_m, freq_mhz, effective_radius_km
        As `p526_cylinders`, which see for the errors, too.

    Returns
    -------
    P526EdgesResult

    References
    ----------
    Recommendation ITU-R P.526-16, Annex 1, §4.4.2.
    """
    d, ground = checked_profile(
        distance_km, ground_m, tx_height_m=tx_height_m, rx_height_m=rx_height_m, freq_mhz=freq_mhz,
        effective_radius_km=effective_radius_km,
    )  # fmt: skip
    height_m = antennas_on(ground, float(tx_height_m), float(rx_height_m))
    profile = d, height_m
    principal, nu = highest_nu(*profile, 0, d.size - 1, float(effective_radius_km), float(freq_mhz))
    loss_db = cascaded_edges_db(*profile, float(effective_radius_km), float(freq_mhz))
    return P526EdgesResult(
        distance_km=float(d[-1]),
        free_space_db=_free_space_db(d, height_m, freq_mhz),
        diffraction_db=float(loss_db),
        principal_km=float(d[principal]),
        principal_nu=float(nu),
    )


def _free_space_db(
    distance_km: npt.NDArray[np.float64], height_m: npt.NDArray[np.float64], freq_mhz: float
) -> float:
    slant_km = math.hypot(distance_km[-1], 1e-3 * (height_m[0] - height_m[-1]))
    return float(p525_loss_db(float(freq_mhz), slant_km))
