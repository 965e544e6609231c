"""VN-2000 read as WGS 84, or the other way round: looked for where other layers can tell."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer
from scipy import stats

from htcoverage.crs import WGS84, reproject
from htcoverage.readers.position import FloatArray

#: Geographic CRS that tables say nothing of, and that differ from WGS 84 by more than a pixel.
DATUMS = {"VN-2000": "EPSG:4756"}

#: How unlikely the evidence must be, were the coordinates right. Right ones come out near 1, for
#: moving them takes them away from homes; a ledger is tested four times at most.
SIGNIFICANCE = 1e-3

#: Sites looked at, drawn evenly from the ledger; they are enough for a shift of a tenth of this.
_MOST_SITES = 5_000

#: Distances that differ by less than this, in m, are alike.
_ALIKE_M = 1.0
_DEGREE_M = 111_320.0


@dataclass(frozen=True)
class DatumEvidence:
    """What polygons say about the datum of points.

    Parameters
    ----------
    datum : str
        The datum that the coordinates are taken to be in.
    assumption : str
        ``read as WGS 84`` or ``read as VN-2000``: what the shifted reading corrects.
    shift_m : float
        Distance between the two readings, m.
    as_read, shifted : int
        Points inside the polygons as read, and as they would be.
    gained, lost : int
        Points that the shifted reading brings nearer to a polygon, or into it; that it takes
        farther from all.
    total : int
        Different points looked at: of 5,000 where there are more.
    p_value : float
        Chance of so many gains among gains and losses if neither reading were better (sign test).
    """

    datum: str
    assumption: str
    shift_m: float
    as_read: int
    shifted: int
    gained: int
    lost: int
    total: int
    p_value: float

    @property
    def speaks_against_reading(self) -> bool:
        """Whether the present reading is all but ruled out."""
        return self.p_value < SIGNIFICANCE

    @property
    def speaks_for_reading(self) -> bool:
        """Whether the other reading is all but ruled out."""
        return sign_test(self.lost, self.gained) < SIGNIFICANCE

    def in_words(self, polygons: str) -> str:
        """Return the evidence as a sentence."""
        return (
            f"{self.as_read} of {self.total} sites lie inside {polygons} as read, {self.shifted} "
            f"if moved by {self.shift_m:.0f} m as {self.assumption} by mistake would need "
            f"({self.gained} come nearer to one, {self.lost} get farther, "
            f"p = {self.p_value:.1e}): the coordinates look like {self.datum}; nothing was moved: "
            "give the right crs if that is so"
        )


def datum_evidence(
    longitude_deg: FloatArray, latitude_deg: FloatArray, polygons: gpd.GeoDataFrame
) -> list[DatumEvidence]:
    """Return what polygons say about whether points are in another datum than WGS 84.

    Sites stand where people live, or near, and inside their province. A datum shift moves all of
    them the same way, away from small polygons as often as not; if the shifted reading brings many
    points nearer and takes few farther, the present reading is wrong.

    Parameters
    ----------
    longitude_deg, latitude_deg : array of float
        Points as they were read, taken for WGS 84.
    polygons : GeoDataFrame
        Settlements, or the outlines of districts, in their right CRS.

    Returns
    -------
    list of DatumEvidence
        Both directions for each datum; see `DatumEvidence.speaks_against_reading`.
    """
    places = np.linspace(0, len(longitude_deg) - 1, min(_MOST_SITES, len(longitude_deg)))
    drawn = np.column_stack([longitude_deg, latitude_deg])[places.astype(np.int64)]
    # Base stations on one mast are one witness.
    longitude_deg, latitude_deg = np.unique(drawn, axis=0).T
    middle = np.cos(np.radians(np.mean(latitude_deg)))
    scale_m = np.array([_DEGREE_M * middle, _DEGREE_M])
    shapes = reproject(polygons, WGS84).geometry.to_numpy()
    tree = shapely.STRtree(shapely.transform(shapes, lambda degrees: degrees * scale_m))

    def distance_m(x: FloatArray, y: FloatArray) -> FloatArray:
        """Return the distance of points from the nearest polygon, 0 inside one."""
        points = shapely.points(np.column_stack([x, y]) * scale_m)
        found: FloatArray = tree.query_nearest(points, return_distance=True, all_matches=False)[1]
        return found

    now_m = distance_m(longitude_deg, latitude_deg)
    found = []
    for name, code in DATUMS.items():
        through = Transformer.from_crs(code, WGS84, always_xy=True)
        for inverse, assumption, datum in (
            (False, "reading VN-2000 as WGS 84", name),
            (True, "reading WGS 84 as VN-2000", "WGS 84"),
        ):
            direction = "INVERSE" if inverse else "FORWARD"
            x, y = through.transform(longitude_deg, latitude_deg, direction=direction)
            then_m = distance_m(x, y)
            gained = int((then_m < now_m - _ALIKE_M).sum())
            lost = int((then_m > now_m + _ALIKE_M).sum())
            found.append(
                DatumEvidence(
                    datum=datum,
                    assumption=assumption,
                    shift_m=_distance_m(longitude_deg, latitude_deg, x, y),
                    as_read=int((now_m == 0).sum()),
                    shifted=int((then_m == 0).sum()),
                    gained=gained,
                    lost=lost,
                    total=len(now_m),
                    p_value=sign_test(gained, lost),
                )
            )
    return found


def sign_test(gained: int, lost: int) -> float:
    """Return the chance of as many gains or more if gains and losses were as likely."""
    if gained <= lost:
        return 1.0
    return float(stats.binomtest(gained, gained + lost, alternative="greater").pvalue)


def _distance_m(
    longitude_deg: FloatArray, latitude_deg: FloatArray, x: FloatArray, y: FloatArray
) -> float:
    middle = np.radians(np.mean(latitude_deg))
    east = np.mean(x - longitude_deg) * 111_320.0 * np.cos(middle)
    north = np.mean(y - latitude_deg) * 110_574.0
    return float(np.hypot(east, north))
