"""lonboard's map with a legend above it; loaded only where lonboard is installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import ipywidgets
import numpy as np
import numpy.typing as npt
from lonboard import BaseLayer, Map, PathLayer, PolygonLayer, ScatterplotLayer


class LegendMap(Map):
    """A lonboard map that is shown below its legend.

    Parameters
    ----------
    layers : sequence of BaseLayer
        lonboard's layers.
    legend : str
        HTML, its texts escaped.
    """

    def __init__(self, layers: Sequence[BaseLayer], *, legend: str) -> None:
        # A base map would ask the network for tiles.
        no_tiles: Any = None
        super().__init__(layers, basemap=no_tiles)
        self._legend = legend

    @property
    def legend(self) -> str:
        """The legend as HTML, to be put beside a page that is made of the map."""
        return self._legend

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        box = ipywidgets.VBox([ipywidgets.HTML(self._legend), self])
        bundle: tuple[dict[str, Any], dict[str, Any]] | None = box._repr_mimebundle_(**kwargs)
        return bundle


def layer_of(
    places: gpd.GeoDataFrame, *, colours: npt.NDArray[np.uint8], size_m: float | None
) -> BaseLayer:
    """Return the layer that draws points, lines or polygons in WGS 84.

    Parameters
    ----------
    places : GeoDataFrame
        All of one kind.
    colours : uint8 array
        (rows, 3): red, green, blue of each.
    size_m : float or None
        Width of a point on the ground, in metres; a few dots on the screen where not given.
    """
    kind = str(places.geometry.geom_type.iloc[0]).removeprefix("Multi")
    if kind == "Polygon":
        return PolygonLayer.from_geopandas(
            places, auto_downcast=False, get_fill_color=colours, line_width_min_pixels=0.5
        )
    if kind == "LineString":
        return PathLayer.from_geopandas(
            places, auto_downcast=False, get_color=colours, width_min_pixels=1.5
        )
    if size_m is None:
        return ScatterplotLayer.from_geopandas(
            places, auto_downcast=False, get_fill_color=colours, radius_min_pixels=2.0
        )
    return ScatterplotLayer.from_geopandas(
        places, auto_downcast=False, get_fill_color=colours, get_radius=size_m / 2.0,
        radius_min_pixels=0.5,
    )  # fmt: skip
