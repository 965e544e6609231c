"""From inputs and parameters to results, in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from htcoverage.crs import reproject
from htcoverage.fibre import counted_spans
from htcoverage.figures import CoverCriteria, compute_figures, count_operators
from htcoverage.figures.cover import ALL_OPERATORS, ANY_OPERATOR, layer_excess
from htcoverage.figures.rows import HEADLINE_SETTLEMENT_PART
from htcoverage.figures.zones import raise_faults, table_faults, zone_areas
from htcoverage.gaps import find_gaps
from htcoverage.grid import grid_of
from htcoverage.notes import Note
from htcoverage.presets import compare_presets, preset
from htcoverage.reconcile import Reconciliation, set_beside
from htcoverage.run.coverage import run_coverage, run_grid
from htcoverage.run.fibre import RunFibre, run_fibre
from htcoverage.run.inputs import Inputs
from htcoverage.run.parameters import RunParameters
from htcoverage.store import release_memory
from htcoverage.uncertainty import Evidence, compute_evidence

#: Told what is being done, how much of it is done, and how much there is.
RunProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class RunResult:
    """Results of a run with what they rest on.

    Parameters
    ----------
    inputs, parameters
        What it was computed from.
    coverage : Dataset
        From `compute_coverage`.
    figures : DataFrame
        Rows of the province and its districts.
    settlements, gaps : GeoDataFrame
        Settlements with the covered shares of their area; homes without cover.
    evidence : Evidence or None
        How sure the figures are.
    communes : DataFrame or None
        Rows of the communes, those of `commune_rows`; None where settlements tell no commune.
    presets : DataFrame or None
        From `compare_presets`.
    reconciliation : Reconciliation or None
        What was said in public of the area, and the shares beside it; None where nothing was.
    fibre : RunFibre or None
        What every cut of the fibre takes; None where there is no span.
    operators : DataFrame or None
        From `count_operators` at the cell edge, of each technology.
    """

    inputs: Inputs
    parameters: RunParameters
    coverage: xr.Dataset
    figures: pd.DataFrame
    settlements: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    evidence: Evidence | None = None
    communes: pd.DataFrame | None = None
    presets: pd.DataFrame | None = None
    reconciliation: Reconciliation | None = None
    fibre: RunFibre | None = None
    operators: pd.DataFrame | None = None


def compute_run(
    inputs: Inputs, parameters: RunParameters, *, progress: RunProgress | None = None
) -> RunResult:
    """Compute coverage, figures, gaps, and how sure the figures are.

    Parameters
    ----------
    inputs : Inputs
        From `load_inputs`.
    parameters : RunParameters
        What was chosen.
    progress : callable, optional
        Called with a stage ('coverage', 'figures', 'gaps', 'fibre', 'evidence'), work done and
        work in all.

    Returns
    -------
    RunResult
        ``gaps`` are those of 4G, any operator, at the cell edge; ``settlements`` carry the covered
        shares of their area.
    """

    def tell(stage: str, done: int, total: int) -> None:
        if progress is not None:
            progress(stage, done, total)

    def close(stage: str) -> None:
        release_memory(coverage)
        tell(stage, 1, 1)

    criteria = parameters.criteria
    crs = str(inputs.terrain.geobox.crs)
    districts = reproject(inputs.districts, crs)
    settlements = reproject(inputs.settlements, crs)
    grid = run_grid(districts, parameters, crs=crs)
    # Told before the long part of the work, not behind it.
    raise_faults(table_faults(settlements, districts, grid))
    coverage = run_coverage(
        inputs,
        parameters,
        grid,
        area=districts,
        progress=lambda done, total: tell("coverage", done, total),
    )
    tell("figures", 0, 1)
    every = compute_figures(
        coverage,
        settlements,
        districts,
        criteria=criteria,
        province=inputs.name,
        commune_names=inputs.commune_names,
    )
    notes = [*inputs.notes, *every.attrs["notes"]]
    if parameters.preset is not None:
        lacking = preset(parameters.preset).unmet(
            rx_height_m=parameters.rx_height_m, resolution_m=parameters.resolution_m
        )
        notes += [Note("preset_lacks", {"preset": parameters.preset, "what": n}) for n in lacking]
    inputs = replace(inputs, notes=tuple(notes))
    communes, figures = split_communes(every, settlements)
    operators = pd.concat(
        count_operators(
            coverage, settlements, districts, criteria=criteria, technology=technology,
            province=inputs.name,
        )
        for technology in dict.fromkeys(coverage["technology"].to_numpy().tolist())
    )  # fmt: skip
    presets = compare_presets(coverage, settlements, districts, criteria=criteria)
    reconciliation = None
    if inputs.statements:
        reconciliation = set_beside(
            inputs.statements,
            every,
            coverage,
            settlements,
            districts,
            inputs.bts,
        )
    close("figures")
    tell("gaps", 0, 1)
    gaps = find_gaps(
        coverage,
        settlements,
        districts,
        inputs.bts,
        criteria=criteria,
        terrain=inputs.terrain,
        cells=inputs.cells,
        patterns=inputs.patterns,
        spans=inputs.spans[counted_spans(inputs.spans)] if len(inputs.spans) else None,
    )
    close("gaps")
    tell("fibre", 0, 1)
    fibre = run_fibre(inputs, coverage, parameters=parameters)
    close("fibre")
    evidence = None
    if parameters.worlds:
        tell("evidence", 0, 1)
        evidence = compute_evidence(
            figures, coverage, settlements, districts, inputs.cells, draws=parameters.worlds
        )
        figures = evidence.figures
        close("evidence")
    return RunResult(
        inputs=inputs,
        parameters=parameters,
        coverage=coverage,
        figures=figures,
        settlements=settlement_shares(coverage, settlements, criteria=criteria),
        gaps=gaps,
        evidence=evidence,
        communes=communes,
        presets=presets,
        reconciliation=reconciliation,
        fibre=fibre,
        operators=operators,
    )


def split_communes(
    figures: pd.DataFrame, settlements: gpd.GeoDataFrame
) -> tuple[pd.DataFrame | None, pd.DataFrame]:
    """Return the rows of communes that a run keeps, and the rows of the larger areas.

    Of communes: any operator and all, median and cell edge, residential area, residents, and
    settlements at the headline's part. Every row of every operator would be ten times as many.
    A commune is what its settlements' codes say, so its rows tell, as ``commune_provenance``, where
    those settlements come from (several parted by blanks), where the table says it.

    Parameters
    ----------
    figures : DataFrame
        From `compute_figures`, of every level.
    settlements : GeoDataFrame
        Those that it was computed of.
    """
    of_commune = figures["area_level"] == "commune"
    counted = figures["denominator"].isin(["residential_area", "residents"]) | (
        figures["settlement_part"] == HEADLINE_SETTLEMENT_PART
    )
    kept = (
        of_commune
        & counted
        & figures["operator"].isin([ANY_OPERATOR, ALL_OPERATORS])
        & (figures["basis"] != "expected")
    )
    communes = figures[kept].reset_index(drop=True)
    if len(communes) and "provenance" in settlements.columns:
        of_code = settlements["provenance"].astype(str).groupby(settlements["commune_code"])
        told = {str(code): " ".join(sorted(set(each))) for code, each in of_code}
        communes = communes.assign(commune_provenance=communes["area_code"].map(told))
    return (communes if len(communes) else None), figures[~of_commune].reset_index(drop=True)


def settlement_shares(
    coverage: xr.Dataset, settlements: gpd.GeoDataFrame, *, criteria: CoverCriteria
) -> gpd.GeoDataFrame:
    """Return settlements with the covered share of their area, by technology and basis.

    Columns ``covered_<technology>_<basis>`` for 3G, 4G and either (``any``), of any operator, from
    0 to 1.

    Parameters
    ----------
    coverage : xarray.Dataset
        Levels.
    settlements : GeoDataFrame
        In the coverage's CRS, inside its grid.
    criteria : CoverCriteria
        Thresholds and margin.
    """
    zones = zone_areas(settlements, grid_of(coverage))
    whole_m2: npt.NDArray[np.float64] = np.asarray(zones.area_m2.sum(axis=1)).ravel()
    layers = layer_excess(coverage, criteria=criteria, pixels=zones.pixels)
    shares = {}
    present = set(coverage["technology"].to_numpy().tolist())
    for technology in [*sorted(present), "any"]:
        excess = layers.combined_db(technology, "any")
        for basis, margin_db in (("median", 0.0), ("cell_edge", criteria.margin_db)):
            covered_m2 = zones.area_m2 @ (excess >= margin_db).astype(np.float64)
            shares[f"covered_{technology.lower()}_{basis}"] = np.clip(covered_m2 / whole_m2, 0, 1)
    return settlements.assign(**shares)
