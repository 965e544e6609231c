"""Main roads, workplaces and beaches of Hà Tĩnh: where networks follow something else than homes.

Waypoints are rounded to about a kilometre, from general knowledge of the road network and the
GeoNames places in ``data/sources`` (CC BY 4.0); the curves between them are modelled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from htcoverage.crs import WGS84, transformer
from htcoverage.grid import DEFAULT_CRS

FloatArray = npt.NDArray[np.float64]

VIETTEL, VNPT, MOBIFONE = "Viettel", "VNPT", "MobiFone"


@dataclass(frozen=True)
class Corridor:
    """A main road: waypoints (longitude, latitude in degrees), owners with a trunk along it."""

    name: str
    waypoints_deg: tuple[tuple[float, float], ...]
    trunk_owners: tuple[str, ...]


@dataclass(frozen=True)
class Exit:
    """An inter-provincial crossing: from a road's end to the first station beyond the border."""

    name: str
    inside_deg: tuple[float, float]
    outside_deg: tuple[float, float]
    owners: tuple[str, ...]


CORRIDORS = (
    Corridor(
        "Quốc lộ 1",
        (
            (105.716, 18.641),
            (105.690, 18.600),
            (105.706, 18.529),
            (105.779, 18.451),
            (105.861, 18.368),
            (105.906, 18.343),
            (106.001, 18.250),
            (106.125, 18.158),
            (106.208, 18.113),
            (106.298, 18.062),
            (106.385, 18.025),
            (106.445, 17.978),
        ),
        (VIETTEL, VNPT, MOBIFONE),
    ),
    Corridor(
        "Đường Hồ Chí Minh",
        (
            (105.375, 18.565),
            (105.424, 18.513),
            (105.452, 18.440),
            (105.506, 18.384),
            (105.575, 18.315),
            (105.640, 18.240),
            (105.700, 18.177),
            (105.768, 18.133),
            (105.822, 18.068),
        ),
        (VIETTEL, VNPT, MOBIFONE),
    ),
    Corridor(
        "Quốc lộ 8",
        (
            (105.706, 18.529),
            (105.583, 18.540),
            (105.424, 18.513),
            (105.300, 18.462),
            (105.215, 18.420),
        ),
        (VIETTEL, VNPT, MOBIFONE),
    ),
    Corridor(
        "Quốc lộ 15",
        (
            (105.583, 18.540),
            (105.665, 18.440),
            (105.717, 18.376),
            (105.790, 18.310),
            (105.700, 18.177),
        ),
        (VIETTEL, VNPT),
    ),
    Corridor(
        "Tỉnh lộ 550", ((105.906, 18.343), (105.850, 18.325), (105.790, 18.310)), (VIETTEL, VNPT)
    ),
    Corridor(
        "Đường ven biển",
        (
            (105.752, 18.660),
            (105.812, 18.620),
            (105.845, 18.540),
            (105.890, 18.460),
            (105.955, 18.400),
            (106.079, 18.278),
            (106.170, 18.225),
            (106.255, 18.160),
            (106.335, 18.115),
            (106.395, 18.085),
            (106.385, 18.025),
        ),
        (VNPT,),
    ),
    Corridor("Quốc lộ 12C", ((106.298, 18.062), (106.235, 18.015), (106.190, 17.970)), (VIETTEL,)),
    Corridor("Đường Xuân An – Tiên Điền", ((105.716, 18.641), (105.752, 18.660)), (VIETTEL, VNPT)),
)

#: The 11 inter-provincial routes: one owner over one crossing is one route.
EXITS = (
    Exit("Bến Thủy (Nghệ An)", (105.716, 18.641), (105.692, 18.672), (VIETTEL, VNPT, MOBIFONE)),
    Exit("Thanh Chương (Nghệ An)", (105.375, 18.565), (105.330, 18.680), (VIETTEL, VNPT)),
    Exit("Đèo Ngang (Quảng Bình)", (106.445, 17.978), (106.452, 17.880), (VIETTEL, VNPT, MOBIFONE)),
    Exit("Tuyên Hóa (Quảng Bình)", (105.822, 18.068), (105.900, 17.945), (VIETTEL, VNPT)),
    Exit("Cầu Treo (Lào)", (105.215, 18.420), (105.075, 18.360), (VIETTEL,)),
)

#: Places of work and of visitors: (longitude, latitude in degrees), daily people. The Vũng Áng
#: economic zone's plants and ports, the beaches of Xuân Thành, Lộc Hà, Thạch Hải and Thiên Cầm.
WORKPLACES = (
    ((106.420, 18.075), 2000.0),
    ((106.435, 18.060), 2000.0),
    ((106.405, 18.060), 1500.0),
    ((106.400, 18.090), 1500.0),
    ((106.385, 18.110), 1200.0),
    ((106.420, 18.040), 1200.0),
    ((106.370, 18.045), 1000.0),
    ((105.817, 18.632), 700.0),
    ((105.897, 18.468), 700.0),
    ((105.975, 18.400), 500.0),
    ((106.085, 18.272), 900.0),
)


def to_grid(points_deg: FloatArray) -> FloatArray:
    """Return points (longitude, latitude in degrees) as easting, northing in metres, EPSG:9209."""
    x_m, y_m = transformer(WGS84, DEFAULT_CRS).transform(points_deg[:, 0], points_deg[:, 1])
    return np.column_stack([x_m, y_m])


def corridor_points(corridor: Corridor, *, step_m: float) -> FloatArray:
    """Return points about ``step_m`` apart on a smooth curve through a road's waypoints.

    Parameters
    ----------
    corridor : Corridor
    step_m : float
        Wanted distance between neighbours in metres.

    Returns
    -------
    ndarray, shape (n, 2)
        Easting and northing in metres, EPSG:9209; the waypoints' ends are the first and last.
    """
    knots = to_grid(np.asarray(corridor.waypoints_deg))
    along_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(knots, axis=0).T))])
    # A monotone cubic follows the waypoints without the overshoot of an ordinary spline.
    curve = PchipInterpolator(along_m, knots)
    count = max(2, round(along_m[-1] / step_m) + 1)
    points: FloatArray = curve(np.linspace(0.0, along_m[-1], count))
    return points
