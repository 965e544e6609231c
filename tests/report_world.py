"""A finished run of the small valley, made by hand: nothing is swept again, no province is read."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from uncertainty_world import World

from htcoverage.figures import CoverCriteria, compute_figures, count_operators
from htcoverage.gaps import find_gaps
from htcoverage.presets import compare_presets
from htcoverage.reconcile import reconciliation_document, residential_statement, set_beside
from htcoverage.run import RunLayers, RunParameters, RunRecord
from htcoverage.run.documents import plain_rows, preset_rows
from htcoverage.uncertainty import compute_evidence, evidence_document

REPORTED = {"covered_residential_share": 0.99, "date": "2023-10", "counts": "x"}

#: Thresholds that leave gaps in a valley with many sites.
PARAMETERS = RunParameters(radius_km=6.0, threshold_3g_dbm=-80.0, threshold_4g_dbm=-90.0)


def finished_run(
    world: World, folder: Path, *, evidence: bool = True, parameters: RunParameters = PARAMETERS
) -> RunLayers:
    """Return the run of a world; ``figures.json`` lies in the folder, where it is read."""
    criteria = parameters.criteria
    figures = compute_figures(
        world.coverage,
        world.settlements,
        world.districts,
        criteria=criteria,
        area_levels=("province", "district"),
        province="Thung lũng",
    )
    statement = residential_statement(REPORTED)
    beside = set_beside(
        (statement,), figures, world.coverage, world.settlements, world.districts, world.bts
    )
    presets = compare_presets(world.coverage, world.settlements, world.districts, criteria=criteria)
    document: dict[str, object] = {
        "presets": preset_rows(presets, parameters),
        "reconciliation": reconciliation_document(beside),
        "operators": plain_rows(
            count_operators(world.coverage, world.settlements, world.districts, criteria=criteria)
        ),
    }
    if evidence:
        found = compute_evidence(
            figures, world.coverage, world.settlements, world.districts, world.cells, draws=20
        )
        figures = found.figures
        document |= evidence_document(found)
    (folder / "figures.json").write_text(json.dumps(document), encoding="utf-8")
    record = RunRecord(folder, parameters, _content(world, parameters.criteria, parameters))
    return RunLayers(
        record=record,
        coverage=world.coverage,
        bts=world.bts,
        cells=world.cells,
        settlements=world.settlements,
        districts=world.districts,
        spans=world.bts.iloc[:0],
        gaps=find_gaps(
            world.coverage, world.settlements, world.districts, world.bts, criteria=criteria
        ),
        ground={},
        figures=figures,
        reported=REPORTED,
    )


def renamed(world: World, name: str) -> World:
    """Return the world with every name of a settlement, a district and a site replaced."""
    return replace(
        world,
        settlements=world.settlements.assign(name=name),
        districts=world.districts.assign(full_name=name),
        bts=world.bts.assign(site_name=name),
    )


def _content(world: World, criteria: CoverCriteria, parameters: RunParameters) -> dict[str, object]:
    attributes = world.coverage.attrs
    return {
        "area": str(world.districts["full_name"].iloc[0]),
        "parameters": parameters.as_dict(),
        "coverage": {key: value for key, value in attributes.items() if key != "transform"},
        "assumptions": {
            "model": attributes["model"],
            "level": "median of time and locations, predicted, outdoors",
            **asdict(criteria),
            "margin_db": criteria.margin_db,
            "something_new": 1.25,
            "cell_columns_assumed": {"antenna": len(world.cells)},
            "provenance": {"bts": {"modelled": len(world.bts)}},
        },
        "inputs": [{"file": "bts.csv", "sha256": "0" * 64}],
        "versions": {"htcoverage": "0.1.0"},
        "outputs": [{"file": "figures.json", "sha256": "1" * 64}],
    }
