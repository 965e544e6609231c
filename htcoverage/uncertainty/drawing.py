"""From a coverage and the errors it may have to the levels of any simulated world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from htcoverage.figures.cover import CoverCriteria, FloatArray, LayerExcess
from htcoverage.uncertainty.alternatives import (
    Alternative,
    drawn_steps,
    level_changes_db,
    moved_change_db,
)
from htcoverage.uncertainty.ledger_errors import (
    DoubtfulLedger,
    LedgerErrors,
    SectorViews,
    sector_views,
    turned_change_db,
)
from htcoverage.uncertainty.level_errors import (
    LOCAL,
    CellGroups,
    LevelErrors,
    cell_groups,
    draw_errors,
)
from htcoverage.uncertainty.worlds import Servers, servers_at, world_excess

#: Names of sources of error beside those of `CellGroups.sources`.
ALL_SOURCES, POWER, TURNED = "all", "EIRP", "azimuth and tilt"
MOVED = "height and position"


@dataclass(frozen=True, eq=False)
class Drawing:
    """All that is needed to make the levels of a world."""

    groups: CellGroups
    servers: Servers
    errors: LevelErrors
    ledger: LedgerErrors
    views: SectorViews | None
    alternatives: tuple[Alternative, ...]
    changes_db: npt.NDArray[np.float32]
    seed: int

    @classmethod
    def of(
        cls,
        coverage: xr.Dataset,
        pixels: npt.NDArray[np.int64],
        cells: pd.DataFrame,
        criteria: CoverCriteria,
        errors: LevelErrors,
        ledger: DoubtfulLedger | None,
        seed: int,
    ) -> Drawing:
        """Return the drawing of a coverage's levels at some pixels (flat indices)."""
        groups = cell_groups(coverage, cells)
        servers = servers_at(coverage, groups, pixels, criteria=criteria)
        views = None if ledger is None else sector_views(servers, coverage, pixels, cells, ledger)
        alternatives = () if ledger is None else ledger.alternatives
        return cls(
            groups=groups,
            servers=servers,
            errors=errors,
            ledger=LedgerErrors(0.0, 0.0, 0.0) if ledger is None else ledger.errors,
            views=views,
            alternatives=alternatives,
            changes_db=level_changes_db(servers, coverage, pixels, alternatives),
            seed=seed,
        )

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources that are drawn."""
        written = () if self.views is None else (POWER, TURNED)
        return self.groups.sources + written + ((MOVED,) if self.alternatives else ())

    def world(self, number: int, *, source: str = ALL_SOURCES) -> LayerExcess:
        """Return a world; with a source named, all the others are silent in it."""
        draw = draw_errors(self.groups, self.errors, number=number, seed=self.seed)
        # A generator of its own: the levels' errors are the same with and without a ledger's.
        random = np.random.default_rng([self.seed, number, 1])
        power, azimuth, tilt = random.standard_normal((3, len(self.groups.site)))
        by_source = {**draw.by_source, POWER: self.ledger.eirp_sigma_db * power}
        whole = source == ALL_SOURCES
        silent = np.zeros(len(self.groups.site))
        change: FloatArray | float = 0.0
        if self.alternatives and (whole or source == MOVED):
            sites = int(self.groups.site.max()) + 1
            change = moved_change_db(
                self.changes_db,
                drawn_steps(self.alternatives, sites, random),
                self.groups.site[self.servers.cell],
            )
        if self.views is not None and (whole or source == TURNED):
            change = change + turned_change_db(
                self.views,
                self.servers,
                self.ledger.azimuth_sigma_deg * azimuth,
                self.ledger.tilt_sigma_deg * tilt,
            )
        return world_excess(
            self.servers,
            np.sum(list(by_source.values()), axis=0) if whole else by_source.get(source, silent),
            key=draw.key,
            local_sigma_db=self.errors.local_sigma_db if whole or source == LOCAL else 0.0,
            change_db=change,
        )
