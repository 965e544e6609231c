"""Every count and parameter of the land half, stated before any run."""

from __future__ import annotations

from dataclasses import dataclass

#: The one seed of the land; the ledger and the fibre derive theirs from it.
DEFAULT_SEED = 42

#: Grey of the 2′ elevation → metres above sea level: the means by class in the sources' README at
#: the middle of each class, and a coastal plain near 0 to 10 m below grey 95. The last knot lies
#: above the image's brightest pixel (190), whose class is open-ended.
GREY_TO_M = (
    (69.0, 0.0),
    (80.0, 1.5),
    (90.0, 5.0),
    (95.0, 10.0),
    (100.0, 18.0),
    (110.0, 51.0),
    (120.0, 114.0),
    (130.0, 205.0),
    (140.0, 348.0),
    (150.0, 518.0),
    (160.0, 685.0),
    (170.0, 902.0),
    (180.0, 1141.0),
    (187.5, 1586.0),
    (191.0, 1750.0),
)


@dataclass(frozen=True)
class Outlines:
    """How the overlapping outlines become a partition."""

    #: Gaps between neighbours up to twice this width are closed.
    gap_m: float = 150.0
    #: Faces narrower than this are slivers.
    sliver_m: float = 40.0


@dataclass(frozen=True)
class KyAnh:
    """The modelled line between Kỳ Anh district (west) and town (south-east)."""

    town_km2: float = 280.0
    #: North (out at sea) to south (over the ridge), longitude and latitude.
    line_deg: tuple[tuple[float, float], ...] = (
        (106.298, 18.30),
        (106.298, 18.125),
        (106.290, 18.095),
        (106.268, 18.085),
        (106.262, 18.055),
        (106.272, 18.030),
        (106.268, 18.012),
        (106.300, 17.995),
        (106.318, 17.975),
        (106.345, 17.955),
        (106.345, 17.80),
    )
    town_seat_deg: tuple[float, float] = (106.29832, 18.06243)


OUTLINES = Outlines()
KY_ANH = KyAnh()
