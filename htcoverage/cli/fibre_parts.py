"""What the sub-commands of ``htcoverage fibre`` share: layers read, the analysis, files written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from htcoverage.cli.console import extrapolations_told, stages

if TYPE_CHECKING:
    import geopandas as gpd

    from htcoverage.fibre import CostGraph, ExtensionPlan, FibreAnalysis, RouteCosts, SignalLoss
    from htcoverage.project import Project
    from htcoverage.run.inputs import Inputs
    from htcoverage.run.signal import SignalWorld

#: Targets of an extension that are not a file.
UNSERVED, GAPS = "unserved", "gaps"


def swept_world(
    inputs: Inputs,
    project: Path | None,
    resolution_m: float | None,
    progress: Callable[[str, int, int], None],
) -> SignalWorld:
    """Sweep the network of a project, or of the reference province, to lose base stations."""
    from htcoverage.run.inputs import open_project
    from htcoverage.run.parameters import RunParameters
    from htcoverage.run.signal import signal_world

    parameters = RunParameters() if project is None else open_project(project)[1]
    if resolution_m is not None:
        parameters = replace(parameters, resolution_m=resolution_m)
    with extrapolations_told():
        return signal_world(
            inputs, parameters, progress=lambda done, total: progress("coverage", done, total)
        )


def signal_of(
    inputs: Inputs, analysis: FibreAnalysis, *, project: Path | None, resolution: float | None
) -> SignalLoss:
    """Sweep the network, and return what every failure of its fibre takes of the signal."""
    with stages() as progress:
        world = swept_world(inputs, project, resolution, progress)
        progress("exact", 0, 1)
        found = world.loss(analysis)
        progress("exact", 1, 1)
    return found


def open_inputs(project: Path | None) -> tuple[Inputs, Project | None]:
    """Read the layers of a project, or of the reference province."""
    from htcoverage.run.inputs import load_inputs, open_project, project_inputs

    if project is None:
        return load_inputs(), None
    parsed, parameters = open_project(project)
    return project_inputs(parsed, reach_km=parameters.radius_km), parsed


def analysed(
    inputs: Inputs,
    *,
    spans: Path | None,
    crs: str | None,
    owner: str | None,
    core: str,
    tolerance_m: float,
    reach_m: float,
    with_planned: bool,
    lang: Literal["en", "vi"],
) -> FibreAnalysis:
    """Analyse the fibre of the inputs, or of a file of spans, and say what was assumed."""
    from htcoverage.cli.fibre_show import show_notes
    from htcoverage.fibre import SpanDefaults, analyse_fibre, read_fibre

    stations = core if core in ("exits", "trunk") else read_places(Path(core))
    table = inputs.spans
    if spans is None:
        show_notes((note for note in inputs.notes if note.about[:1] == ("spans",)), lang)
    else:
        defaults = SpanDefaults() if owner is None else SpanDefaults(owner=owner)
        read = read_fibre(spans, crs=crs, defaults=defaults)
        table = read.spans
        show_notes(read.notes, lang)
    return analyse_fibre(
        table, bts=inputs.bts, settlements=inputs.settlements, districts=inputs.districts,
        owners=inputs.cable_owners, crs=str(inputs.terrain.geobox.crs), core=stations,
        tolerance_m=tolerance_m, reach_m=reach_m, with_planned=with_planned,
    )  # fmt: skip


def cost_graph(
    inputs: Inputs, costs: RouteCosts, *, roads: Path | None, rivers: Path | None, step_m: float
) -> CostGraph:
    """Return where new cable can run: along roads, or over the terrain."""
    from htcoverage.crs import reproject
    from htcoverage.fibre import road_cost_graph, terrain_cost_graph

    crs = str(inputs.terrain.geobox.crs)
    water = inputs.ground.get("rivers") if rivers is None else read_places(rivers)
    if roads is not None:
        return road_cost_graph(read_places(roads), crs=crs, rivers=water, costs=costs)
    west, south, east, north = map(float, reproject(inputs.districts, crs).total_bounds)
    return terrain_cost_graph(
        inputs.terrain, bounds=(west, south, east, north), step_m=step_m, rivers=water, costs=costs
    )


def read_targets(
    to: str,
    *,
    run: Path | None,
    inputs: Inputs,
    analysis: FibreAnalysis,
    project: Path | None,
) -> gpd.GeoDataFrame:
    """Read what is to be connected."""
    if to == UNSERVED:
        served = analysis.attachments.settlements["owners"].to_numpy() != ""
        return inputs.settlements[~served]
    if to != GAPS:
        return read_places(Path(to))
    from htcoverage.errors import argument_fault
    from htcoverage.run import compute_run, read_layers, read_run
    from htcoverage.run.inputs import open_project
    from htcoverage.run.parameters import RunParameters

    if run is None:
        parameters = RunParameters() if project is None else open_project(project)[1]
        with stages() as progress:
            return compute_run(inputs, replace(parameters, worlds=0), progress=progress).gaps
    layers = read_layers(read_run(run))
    if set(layers.districts["district_code"]) != set(inputs.districts["district_code"]):
        raise argument_fault("--run", run, "a run of these districts: give its --project as well")
    return layers.gaps


def read_places(path: Path) -> gpd.GeoDataFrame:
    """Read a layer of places or lines: its CRS and geometry, and what it says by a usual name."""
    import geopandas as gpd

    from htcoverage.cleaning.segments import read_by
    from htcoverage.cleaning.values import repair_number
    from htcoverage.errors import InputError
    from htcoverage.readers.columns import match_columns, renamed
    from htcoverage.readers.parsing import parse_numbers
    from htcoverage.readers.sheet import file_fault
    from htcoverage.readers.vector import read_layer

    layer = read_layer(path)
    if layer.crs is None:
        raise file_fault(path, "a CRS: set it in a GIS ('Assign projection')")
    empty = [shape is None or shape.is_empty for shape in layer.geometry]
    if any(empty):
        raise file_fault(path, "a geometry in every feature", value=f"{sum(empty)} empty")
    wanted = ("target_id", "settlement_id", "name", "residents", "owner")
    known = match_columns(list(layer.sheet.frame.columns), wanted)
    sheet = renamed(layer.sheet, [match for match in known if match.how != "similar word"])
    frame = sheet.frame
    if "settlement_id" in frame and not frame["settlement_id"].is_unique:
        frame = frame.drop(columns="settlement_id")
    for name in ("residents", "cost_factor"):
        if name in frame:
            numbers, faults = parse_numbers(read_by(frame[name], repair_number), sheet=sheet)
            if faults:
                raise InputError(faults)
            frame = frame.assign(**{name: numbers.fillna(0.0)})
    return gpd.GeoDataFrame(frame, geometry=list(layer.geometry), crs=layer.crs)


def write_map(
    plan: ExtensionPlan, path: Path, *, inputs: Inputs, analysis: FibreAnalysis,
    costs: RouteCosts, lang: Literal["en", "vi"],
) -> None:  # fmt: skip
    """Write a plan as a page."""
    from htcoverage.cli.fibre_show import costs_words
    from htcoverage.labels import label
    from htcoverage.maps import make_plan_map, save_map

    page = make_plan_map(
        plan, analysis.network.spans, settlements=inputs.settlements,
        districts=inputs.districts, bts=inputs.bts, ground=inputs.ground, language=lang,
        facts={label("assumptions", lang): "; ".join(costs_words(costs, lang))},
    )  # fmt: skip
    _written(path, lambda: save_map(page, path))


def write_additions_map(
    table: gpd.GeoDataFrame, figures: dict[str, Any], path: Path, *, inputs: Inputs,
    analysis: FibreAnalysis, lang: Literal["en", "vi"],
) -> None:  # fmt: skip
    """Write additions as a page."""
    from htcoverage.cli.fibre_show import additions_words
    from htcoverage.maps import make_additions_map, save_map

    words = additions_words(figures, lang)
    page = make_additions_map(
        table, analysis.network.spans, settlements=inputs.settlements,
        districts=inputs.districts, bts=inputs.bts, ground=inputs.ground, language=lang,
        facts=words,
    )  # fmt: skip
    _written(path, lambda: save_map(page, path))


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write figures as JSON."""
    import json

    from htcoverage.files import whole_file

    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    def write() -> None:
        with whole_file(path) as part:
            part.write_text(text, encoding="utf-8")

    _written(path, write)


def _written(path: Path, write: Callable[[], object]) -> None:
    """Write a file; what the system says against it is a fault of the path."""
    from htcoverage.errors import Fault, InputError

    try:
        write()
    except OSError as error:
        expected = f"a file that can be written ({error.strerror})"
        raise InputError([Fault(str(path), None, None, "", expected)]) from error


def write_layers(layers: dict[str, Any], path: Path, *, told: dict[str, Any]) -> None:
    """Write tables as a GeoPackage."""
    from htcoverage.export import write_gpkg

    _written(path, lambda: write_gpkg(layers, path, metadata=told))
