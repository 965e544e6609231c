"""VN-2000 read as WGS 84, or the other way round: looked for where other layers can tell."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from scipy import stats

from htcoverage.crs import WGS84, reproject
from htcoverage.readers.position import FloatArray

#: Geographic CRS that tables say nothing of, and that differ from WGS 84 by more than a pixel.
DATUMS = {"VN-2000": "EPSG:4756"}

#: How unlikely the evidence must be, were the coordinates right.
SIGNIFICANCE = 1e-4


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
        Points that only the shifted reading puts inside; that only the present one does.
    total : int
        Points.
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

    def in_words(self, polygons: str) -> str:
        """Return the evidence as a sentence."""
        return (
            f"{self.as_read} of {self.total} sites lie inside {polygons} as read, {self.shifted} "
            f"if moved by {self.shift_m:.0f} m as {self.assumption} by mistake would need "
            f"({self.gained} gained, {self.lost} lost, p = {self.p_value:.1e}): the coordinates "
            f"look like {self.datum}; nothing was moved: give the right crs if that is so"
        )


def datum_evidence(
    longitude_deg: FloatArray, latitude_deg: FloatArray, polygons: gpd.GeoDataFrame
) -> list[DatumEvidence]:
    """Return what polygons say about whether points are in another datum than WGS 84.

    Sites stand where people live and inside their province. A datum shift moves all of them the
    same way, out of small polygons near whose edge they are; if the shifted reading gains many
    points and loses few, the present reading is wrong.

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
    tree = shapely.STRtree(reproject(polygons, WGS84).geometry.to_numpy())
    now = _inside(tree, longitude_deg, latitude_deg)
    found = []
    for name, code in DATUMS.items():
        through = Transformer.from_crs(code, WGS84, always_xy=True)
        for inverse, assumption, datum in (
            (False, "reading VN-2000 as WGS 84", name),
            (True, "reading WGS 84 as VN-2000", "WGS 84"),
        ):
            direction = "INVERSE" if inverse else "FORWARD"
            x, y = through.transform(longitude_deg, latitude_deg, direction=direction)
            then = _inside(tree, x, y)
            gained, lost = int((then & ~now).sum()), int((now & ~then).sum())
            p_value = 1.0
            if gained > lost:
                p_value = float(
                    stats.binomtest(gained, gained + lost, alternative="greater").pvalue
                )
            found.append(
                DatumEvidence(
                    datum=datum,
                    assumption=assumption,
                    shift_m=_distance_m(longitude_deg, latitude_deg, x, y),
                    as_read=int(now.sum()),
                    shifted=int(then.sum()),
                    gained=gained,
                    lost=lost,
                    total=len(now),
                    p_value=p_value,
                )
            )
    return found


def _inside(
    tree: shapely.STRtree, longitude_deg: FloatArray, latitude_deg: FloatArray
) -> npt.NDArray[np.bool_]:
    points = np.asarray(shapely.points(longitude_deg, latitude_deg), dtype=object)
    inside: npt.NDArray[np.bool_] = np.zeros(len(points), dtype=np.bool_)
    inside[tree.query(points, predicate="intersects")[0]] = True
    return inside


def _distance_m(
    longitude_deg: FloatArray, latitude_deg: FloatArray, x: FloatArray, y: FloatArray
) -> float:
    middle = np.radians(np.mean(latitude_deg))
    east = np.mean(x - longitude_deg) * 111_320.0 * np.cos(middle)
    north = np.mean(y - latitude_deg) * 110_574.0
    return float(np.hypot(east, north))
