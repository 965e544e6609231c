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


@dataclass(frozen=True)
class Waters:
    """Coast and rivers, and what stands in where the sources stop or are silent."""

    #: The coast leaves the source's window at its first and last point; beyond, inside the 30 km
    #: margin only, it is continued by hand along these points (longitude, latitude).
    coast_north_deg: tuple[tuple[float, float], ...] = (
        (105.608, 19.05),
        (105.640, 19.12),
        (105.720, 19.25),
    )
    coast_south_deg: tuple[tuple[float, float], ...] = (
        (106.468, 17.72),
        (106.505, 17.63),
        (106.580, 17.50),
    )
    #: Name, a point near the line (longitude, latitude), width in metres.
    rivers: tuple[tuple[str, tuple[float, float], float], ...] = (
        ("Sông Lam", (105.68, 18.60), 320.0),
        ("Sông Ngàn Sâu – Sông La", (105.70, 18.20), 110.0),
        ("Sông Rào Cái", (105.92, 18.30), 90.0),
    )
    other_river_width_m: float = 80.0
    #: Rivers that the source leaves out: modelled courses, mouth last.
    modelled_rivers: tuple[tuple[str, float, tuple[tuple[float, float], ...]], ...] = (
        (
            "Sông Lam",
            420.0,
            (
                (105.7508, 18.6630),
                (105.7600, 18.6740),
                (105.7625, 18.6900),
                (105.7560, 18.7140),
                (105.7500, 18.7340),
                (105.7520, 18.7480),
            ),
        ),
        (
            "Sông Ngàn Phố",
            90.0,
            (
                (105.185, 18.408),
                (105.215, 18.440),
                (105.262, 18.447),
                (105.295, 18.468),
                (105.345, 18.478),
                (105.382, 18.502),
                (105.420, 18.508),
                (105.455, 18.528),
                (105.500, 18.520),
                (105.535, 18.536),
                (105.566, 18.524),
            ),
        ),
        (
            "Sông Nghèn",
            80.0,
            (
                (105.688, 18.560),
                (105.672, 18.520),
                (105.700, 18.487),
                (105.742, 18.466),
                (105.775, 18.444),
                (105.815, 18.428),
                (105.850, 18.412),
                (105.888, 18.418),
                (105.908, 18.440),
            ),
        ),
        (
            "Sông Rác",
            80.0,
            (
                (106.135, 18.085),
                (106.150, 18.120),
                (106.135, 18.160),
                (106.140, 18.205),
                (106.115, 18.240),
            ),
        ),
    )
    #: Modelled courses swing by these amplitudes at these wavelengths, in metres.
    meanders_m: tuple[tuple[float, float], ...] = ((170.0, 2900.0), (90.0, 1270.0))
    #: Kẻ Gỗ reservoir: the lowest connected ground of this area along the upper Rào Cái.
    lake_name: str = "Hồ Kẻ Gỗ"
    lake_km2: float = 27.0
    lake_reach_m: float = 2600.0
    lake_south_north_deg: tuple[float, float] = (18.125, 18.205)


@dataclass(frozen=True)
class Relief:
    """Seeded relief below the 2′ elevation: valleys and ridges of a river network."""

    pixel_m: float = 90.0
    margin_m: float = 30_000.0
    #: The network is drawn on pixels this many times larger.
    network_factor: int = 2
    #: Gaussian noise that steers the network: power spectrum falling as wave number to the power
    #: −``noise_slope``, cut off above the longest wavelength; the logarithm of the cost of a path
    #: has this standard deviation.
    noise_slope: float = 2.4
    noise_longest_m: float = 12_000.0
    path_spread: float = 0.9
    #: Paths avoid high ground: cost goes as (height + this) to this power.
    path_height_m: float = 25.0
    path_power: float = 1.1
    #: A known river draws paths by this factor.
    river_pull: float = 0.04
    #: Slope along a path goes as drained area to the power −``concavity`` (Flint's law); its
    #: coefficient is fitted so that the 2′ means come out, within these bounds.
    concavity: float = 0.52
    hillslope_pixels: float = 3.0
    steepness_bounds: tuple[float, float] = (0.0002, 0.55)
    #: Valley floors: the coefficient falls to this share at a river and is whole at this distance.
    floor_share: float = 0.06
    floor_m: float = 2200.0
    #: Streams are paths that drain more than this.
    stream_km2: float = 12.0
    #: Fine roughness: standard deviation as a share of the height above the nearest stream.
    rough_share: float = 0.06
    rough_wavelengths_m: tuple[float, ...] = (900.0, 450.0, 225.0)
    #: The province's highest point is the highest pixel around Rào Cỏ on the border with Laos; all
    #: other ground is bent softly to stay below it.
    highest_m: float = 2235.0
    highest_deg: tuple[float, float] = (105.430, 18.165)
    highest_within_m: float = 6000.0
    bend_m: float = 1600.0
    summit_m: float = 1300.0
    #: Rounds of correction that bring the block means home.
    network_rounds: int = 3
    steepness_rounds: int = 8
    mean_rounds: int = 14


@dataclass(frozen=True)
class Settling:
    """Where people live and how much ground they take."""

    #: Settlements of a district: residents divided by this, rounded.
    residents_each: float = 644.0
    #: Square metres of residential ground a resident, by kind of place.
    m2_per_resident: tuple[tuple[str, float], ...] = (
        ("town", 80.0),
        ("coast", 125.0),
        ("plain", 180.0),
        ("hill", 290.0),
    )
    #: Residents of a settlement by kind, relative to the district's mean.
    size_by_kind: tuple[tuple[str, float], ...] = (
        ("town", 1.25),
        ("coast", 1.15),
        ("plain", 1.0),
        ("hill", 0.75),
    )
    #: Log-normal spread of residents, and of the ground per resident.
    size_spread: float = 0.38
    ground_spread: float = 0.15
    fewest_residents: int = 90
    household_spread: float = 0.06
    #: A place is coast within this of the sea, hill above this height or slope.
    coast_m: float = 2500.0
    hill_height_m: float = 55.0
    hill_slope_deg: float = 4.0
    #: Attraction: nobody builds above this slope; height and slope put people off.
    slope_limit_deg: float = 14.0
    slope_scale_deg: float = 4.5
    height_scale_m: float = 45.0
    #: Weight and reach in metres of roads, rivers, coast.
    road: tuple[float, float] = (2.2, 450.0)
    river: tuple[float, float] = (1.2, 600.0)
    coast: tuple[float, float] = (1.4, 1500.0)
    elsewhere: float = 0.22
    noise: float = 0.7
    #: Places kept from water, and clear of one another by distance over summed radii.
    spacing: float = 0.95
    #: Weight and reach of the district's seat (all districts), and of the other known places.
    seat: tuple[float, float] = (14.0, 1800.0)
    place: tuple[float, float] = (3.0, 900.0)
    #: The same around each commune's position, and the power that evens out communes' shares.
    commune: tuple[float, float] = (4.0, 1000.0)
    evenness: float = 0.8
    #: Farther than this from every commune's position hardly anybody lives.
    farthest_m: float = 3500.0
    #: Growth on a lattice of this pixel: roughness of the outline (log of a cell's cost) and how
    #: fast growth tires away from the road, bank or shore it follows.
    cell_m: float = 30.0
    outline_noise: float = 1.7
    along_m: float = 60.0
    along_reach_m: float = 700.0
    #: Growth that is hemmed in may stop at this share of the ground wanted.
    least_ground: float = 0.7


@dataclass(frozen=True)
class Clutter:
    """Clutter classes and where forest begins; zones."""

    #: Class, English, Vietnamese, representative height in metres: labelled assumptions.
    classes: tuple[tuple[int, str, str, float], ...] = (
        (0, "water", "mặt nước", 0.0),
        (1, "open land, rice", "đất trống, ruộng lúa", 0.0),
        (2, "village", "làng", 8.0),
        (3, "town", "đô thị", 12.0),
        (4, "forest", "rừng", 15.0),
    )
    #: Forest where slope over this and height over this, with noise, sum to more than one.
    forest_slope_deg: float = 6.0
    forest_height_m: float = 90.0
    forest_noise: float = 0.3
    #: ITU-R P.1812-8: coastal land.
    coastal_below_m: float = 100.0
    coastal_within_m: float = 50_000.0


#: Types of commune that are town: wards and townships.
TOWN_TYPES = ("phuong", "thi-tran")

#: Census of 2019: residents and households by district code.
CENSUS_2019 = {
    "436": (104_037, 29_375),
    "437": (38_411, 11_650),
    "439": (112_426, 35_206),
    "440": (101_562, 31_823),
    "441": (28_544, 9_149),
    "442": (102_160, 28_773),
    "443": (129_098, 37_867),
    "444": (99_307, 31_263),
    "445": (140_213, 38_942),
    "446": (149_313, 43_505),
    "447": (121_662, 35_454),
    "448": (79_178, 22_772),
    "449": (82_955, 22_869),
}

#: Seat of each district unit (longitude, latitude): GeoNames where listed, else modelled.
SEATS_DEG = {
    "436": (105.90569, 18.34282),
    "437": (105.70636, 18.52861),
    "439": (105.42411, 18.51335),
    "440": (105.58302, 18.53957),
    "441": (105.50590, 18.38385),
    "442": (105.75575, 18.66206),
    "443": (105.77969, 18.45119),
    "444": (105.70019, 18.17669),
    "445": (105.86122, 18.36788),
    "446": (106.00132, 18.25029),
    "447": (106.24000, 18.10500),
    "448": (105.89500, 18.45000),
    "449": (106.29832, 18.06243),
}

WATERS = Waters()
RELIEF = Relief()
SETTLING = Settling()
CLUTTER = Clutter()
