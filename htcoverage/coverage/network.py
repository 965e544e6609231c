"""The ledger as arrays for the engine, and the part of it that stands on one mast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from htcoverage.antennas import PATTERN_NAMES, Pattern, is_built_in, pattern
from htcoverage.coverage.masts import Mast
from htcoverage.coverage.result import Layers
from htcoverage.engine.inputs import Antennas, Cells
from htcoverage.engine.servers import turned_patterns
from htcoverage.errors import Fault, InputError
from htcoverage.link_budget import cell_reference_level_dbm

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Network:
    """All cells on air, in ledger order.

    ``layer`` and ``pattern`` index the own layers and the patterns in use; ``electrical_deg`` is
    what exceeds the tilt that a pattern already holds; ``site`` numbers the sites.
    """

    layer: npt.NDArray[np.int64]
    pattern: npt.NDArray[np.int64]
    band_ghz: FloatArray
    azimuth_deg: FloatArray
    electrical_deg: FloatArray
    mechanical_deg: FloatArray
    reference_dbm: FloatArray
    site: npt.NDArray[np.int32]
    horizontal_db: FloatArray
    antennas: Antennas


def check_antennas(cells: pd.DataFrame, patterns: Mapping[str, Pattern]) -> None:
    """Refuse cells whose antenna is neither given nor built in.

    Parameters
    ----------
    cells : DataFrame
        Table ``cells``. The fault tells the row by the index where that is called ``row``, else
        counted from 1, and the cell.

    Raises
    ------
    InputError
        With a fault for every such cell.
    """
    known = sorted({*PATTERN_NAMES, *patterns})
    names = cells["antenna"].map(str)
    unknown = {name for name in names.unique() if name not in patterns and not is_built_in(name)}
    rows = cells.index if cells.index.name == "row" else range(1, len(cells) + 1)
    faults = [
        Fault("cells", int(row), "antenna", f"{name} (cell {cell})", f"one of {', '.join(known)}")
        for row, cell, name in zip(rows, cells["cell_id"], names, strict=True)
        if name in unknown
    ]
    if faults:
        raise InputError(faults)


def network_of(ledger: pd.DataFrame, layers: Layers, patterns: Mapping[str, Pattern]) -> Network:
    """Return the ledger of `cells_on_air` as arrays.

    Raises
    ------
    InputError
        If a cell lacks the power of its technology.
    """
    index = {pair: k for k, pair in enumerate(layers.own)}
    pairs = zip(ledger["operator"], ledger["technology"], strict=True)
    names, which = np.unique(ledger["antenna"].to_numpy(str), return_inverse=True)
    used = [patterns.get(name) or pattern(name) for name in names.tolist()]
    vertical = [np.append(p.vertical_loss_db, p.vertical_loss_db[0]) for p in used]
    own_tilt_deg = np.array([p.electrical_tilt_deg for p in used])
    return Network(
        layer=np.array([index[pair] for pair in pairs], np.int64),
        pattern=which.astype(np.int64),
        band_ghz=ledger["band_mhz"].to_numpy(np.float64) / 1000.0,
        azimuth_deg=ledger["azimuth_deg"].to_numpy(np.float64),
        electrical_deg=ledger["electrical_tilt_deg"].to_numpy(np.float64) - own_tilt_deg[which],
        mechanical_deg=ledger["mechanical_tilt_deg"].to_numpy(np.float64),
        reference_dbm=cell_reference_level_dbm(ledger),
        site=pd.factorize(ledger["site_id"])[0].astype(np.int32),
        horizontal_db=np.stack([p.horizontal_loss_db for p in used]),
        antennas=Antennas(
            np.stack(vertical).astype(np.float32),
            np.array([p.maximum_loss_db for p in used], np.float64),
        ),
    )


def on_mast(network: Network, mast: Mast, radials_deg: FloatArray) -> tuple[FloatArray, Cells]:
    """Bands in use on a mast, GHz ascending, and its cells with patterns turned to its radials.

    Parameters
    ----------
    radials_deg : float64[radials]
        Azimuths of the radials, clockwise from grid north.
    """
    here = mast.cells
    horizontal_db, tilt_deg = turned_patterns(
        network.horizontal_db, network.pattern[here], network.azimuth_deg[here],
        network.electrical_deg[here], network.mechanical_deg[here], radials_deg - mast.north_deg,
    )  # fmt: skip
    freq_ghz, band = np.unique(network.band_ghz[here], return_inverse=True)
    cells = Cells(
        here, band.astype(np.int64), network.layer[here], network.reference_dbm[here],
        horizontal_db, tilt_deg, network.pattern[here],
    )  # fmt: skip
    return freq_ghz, cells
