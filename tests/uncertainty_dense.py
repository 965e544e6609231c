"""A world whose every cell is known at every pixel, so that the truth can be simulated whole."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from figures_world import NORTH_M, PIXEL_M, WEST_M, box, make_districts, make_settlements

SIDE = 40
BAND_MHZ = {"3G": 2100.0, "4G": 1800.0}


@dataclass(frozen=True, eq=False)
class DenseWorld:
    """``level_dbm`` is (cells, pixels); each cell has an operator, technology and site."""

    level_dbm: npt.NDArray[np.float64]
    cells: pd.DataFrame
    settlements: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame

    def coverage(self, error_db: npt.NDArray[np.float64] | float = 0.0) -> xr.Dataset:
        """Return the best and the runner-up of another site of every layer, by sorting all."""
        level_dbm = self.level_dbm + error_db
        operators = list(dict.fromkeys(self.cells["operator"]))
        names = [(o, t) for t in BAND_MHZ for o in (*operators, "any")]
        found = [self._two_best(level_dbm, operator, technology) for operator, technology in names]
        shape = (len(names), SIDE, SIDE)
        dims = ("layer", "y", "x")
        best, runner_up, server, second = (
            np.array(each).reshape(shape) for each in zip(*found, strict=True)
        )
        return xr.Dataset(
            {
                "level_dbm": (dims, best),
                "runner_up_dbm": (dims, runner_up),
                "best_server": (dims, server.astype(np.int32)),
                "runner_up_server": (dims, second.astype(np.int32)),
            },
            coords={
                "layer": [f"{o}_{t}".lower() for o, t in names],
                "operator": ("layer", [o for o, _ in names]),
                "technology": ("layer", [t for _, t in names]),
                "y": NORTH_M - PIXEL_M * (np.arange(SIDE) + 0.5),
                "x": WEST_M + PIXEL_M * (np.arange(SIDE) + 0.5),
                "cell_id": ("cell", self.cells["cell_id"].to_numpy(str)),
                "site_id": ("cell", self.cells["site_id"].to_numpy(str)),
            },
            attrs={"crs": "EPSG:9209", "transform": (PIXEL_M, 0.0, WEST_M, 0.0, -PIXEL_M, NORTH_M)},
        )

    def _two_best(self, level_dbm, operator, technology):
        member = (self.cells["technology"] == technology).to_numpy()
        if operator != "any":
            member = member & (self.cells["operator"] == operator).to_numpy()
        index = np.flatnonzero(member)
        site = self.cells["site_id"].to_numpy()
        pixels = np.arange(level_dbm.shape[1])
        server = index[level_dbm[index].argmax(axis=0)]
        elsewhere = site[index][:, None] != site[server][None, :]
        others = np.where(elsewhere, level_dbm[index], -np.inf)
        second = index[others.argmax(axis=0)]
        return level_dbm[server, pixels], others.max(axis=0), server, second


def dense_world(*, sites: int, seed: int, loss_at_1_km_db: float = 100.0) -> DenseWorld:
    """Two operators in 3G and 4G, the second on half of the sites; homes here and there."""
    random = np.random.default_rng(seed)
    where_m = random.uniform(0.0, SIDE * PIXEL_M, (sites, 2))
    rows = [
        (f"{operator}{site}-{technology}", f"S{site:02}", operator, technology)
        for site in range(sites)
        for operator in ("a", "b")[: 1 + site % 2]
        for technology in BAND_MHZ
    ]
    cells = pd.DataFrame(rows, columns=["cell_id", "site_id", "operator", "technology"])
    cells["band_mhz"] = cells["technology"].map(BAND_MHZ)
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    pixel_m = PIXEL_M * np.column_stack([column + 0.5, row + 0.5])
    distance_m = np.hypot(*(pixel_m[None] - where_m[:, None]).transpose(2, 0, 1))
    path_db = loss_at_1_km_db + 38.0 * np.log10(np.maximum(distance_m, 50.0) / 1000.0)
    path_db += random.normal(0.0, 6.0, path_db.shape)
    of_cell = cells["site_id"].str[1:].astype(int).to_numpy()
    power_dbm = np.where(cells["technology"] == "3G", 12.0, 2.0)
    corners = random.integers(0, SIDE - 6, (40, 2))
    sizes = random.uniform(1.5, 5.5, (40, 2))
    tiles = {tuple(c // 6) for c in corners}
    homes = [
        (f"h{n:02}", "d", float(random.integers(100, 900)),
         box(6 * i, 6 * j, 6 * i + w, 6 * j + h))
        for n, ((i, j), (w, h)) in enumerate(zip(sorted(tiles), sizes[: len(tiles)], strict=True))
    ]  # fmt: skip
    return DenseWorld(
        level_dbm=power_dbm[:, None] - path_db[of_cell],
        cells=cells,
        settlements=make_settlements(*homes),
        districts=make_districts(("d", box(0, 0, SIDE, SIDE))),
    )


def true_errors_db(world: DenseWorld, random: np.random.Generator, *, common_sigma_db=3.0,
                   site_sigma_db=3.0, local_sigma_db=5.6):  # fmt: skip
    """Draw the error of every cell at every pixel, written out as the definition says it."""
    error_db = np.zeros_like(world.level_dbm)
    for _, members in world.cells.groupby("band_mhz").indices.items():
        error_db[members] += random.normal(0.0, common_sigma_db)
    for _, members in world.cells.groupby("site_id").indices.items():
        error_db[members] += random.normal(0.0, site_sigma_db)
        error_db[members] += random.normal(0.0, local_sigma_db, world.level_dbm.shape[1])
    return error_db
