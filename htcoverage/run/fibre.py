"""The fibre of a run: what every cut takes, of the network and of the signal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import xarray as xr

from htcoverage.errors import InputError
from htcoverage.fibre import (
    FibreAnalysis,
    SignalLoss,
    analyse_fibre,
    compare_reported,
    fibre_layers,
    fibre_map_spans,
    length_table,
    summarise_fibre,
)
from htcoverage.run.inputs import Inputs
from htcoverage.run.parameters import RunParameters
from htcoverage.run.signal import swept_signal

FIBRE_FILE = "fibre.json"
FIBRE_LAYERS_FILE = "fibre.gpkg"

#: Pole lines that are listed with the residents who lose signal.
_LISTED = 50


@dataclass(frozen=True, eq=False)
class RunFibre:
    """The network of a run and what its failures take.

    Parameters
    ----------
    analysis : FibreAnalysis or None
        None where the spans could not be analysed: a run need not fail for its fibre.
    signal : SignalLoss or None
        Any signal of any operator, with the cell-edge margin; None without an analysis.
    fault : str
        Why there is no analysis; empty if there is one.
    """

    analysis: FibreAnalysis | None
    signal: SignalLoss | None
    fault: str = ""


def run_fibre(
    inputs: Inputs, coverage: xr.Dataset, *, parameters: RunParameters
) -> RunFibre | None:
    """Analyse the fibre of a run; None where there is no span.

    Parameters
    ----------
    inputs : Inputs
    coverage : xarray.Dataset
        With runner-ups, of these inputs.
    parameters : RunParameters
        That it was swept by; its criteria say what counts as signal.
    """
    if len(inputs.spans) == 0:
        return None
    crs = str(inputs.terrain.geobox.crs)
    try:
        analysis = analyse_fibre(
            inputs.spans, bts=inputs.bts, settlements=inputs.settlements,
            districts=inputs.districts, owners=inputs.cable_owners, crs=crs,
        )  # fmt: skip
    except InputError as error:
        return RunFibre(None, None, "; ".join(str(fault) for fault in error.faults))
    signal = swept_signal(inputs, parameters, coverage).loss(analysis)
    return RunFibre(analysis, signal)


def drawn_spans(fibre: RunFibre | None, spans: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the spans of a run's map, with what their cuts take where that is known."""
    if fibre is None or fibre.analysis is None:
        return spans
    return fibre_map_spans(fibre.analysis)


def fibre_tables(fibre: RunFibre) -> dict[str, pd.DataFrame]:
    """Return the layers of ``fibre.gpkg``; the table ``signal`` has no geometry."""
    if fibre.analysis is None or fibre.signal is None:
        return {}
    return {
        **fibre_layers(fibre.analysis, signal=fibre.signal),
        "signal": fibre.signal.ranked,
    }


def fibre_document(fibre: RunFibre, inputs: Inputs) -> dict[str, Any]:
    """Return the content of ``fibre.json``.

    Parameters
    ----------
    fibre : RunFibre
    inputs : Inputs
        That it was made of.

    Returns
    -------
    dict
        ``summary`` (of `summarise_fibre`), ``reported`` (of `compare_reported`), ``lengths`` by
        owner and kind, ``district_lengths``, ``survival`` by district, ``without_fibre`` (the
        settlements) and ``signal`` (the first 50 pole lines); or ``fault`` alone.
    """
    analysis, signal = fibre.analysis, fibre.signal
    if analysis is None or signal is None:
        return {"fault": fibre.fault}
    spans = analysis.network.spans
    reported_km = inputs.reported.get("cable_km")
    reported = (
        compare_reported(spans, reported_cable_km=float(reported_km))
        if isinstance(reported_km, (int, float))
        else pd.DataFrame()
    )
    homes = analysis.attachments.settlements
    without = homes[homes["owners"] == ""].drop(columns=["owners", "x", "y"])
    return {
        "summary": summarise_fibre(analysis, signal=signal),
        "reported": _plain(reported),
        "lengths": _plain(analysis.lengths),
        "district_lengths": _plain(
            length_table(spans, by=("district_code",), districts=inputs.districts)
        ),
        "survival": _plain(analysis.survival),
        "without_fibre": _plain(without),
        "signal": _plain(signal.ranked.head(_LISTED)),
    }


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values, numbers to 6 digits behind the point, empty cells as null."""
    numbers = table.select_dtypes("float").round(6)
    plain = table.assign(**{str(name): numbers[name] for name in numbers}).astype(object)
    return plain.where(table.notna(), None).to_dict("records")  # type: ignore[return-value]
