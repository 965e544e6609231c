"""``htcoverage fibre``: what the fibre network is, what breaks it, what extends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from htcoverage.cli.console import extrapolations_told, stages

if TYPE_CHECKING:
    import geopandas as gpd

    from htcoverage.fibre import CostGraph, ExtensionPlan, FibreAnalysis, RouteCosts
    from htcoverage.project import Project
    from htcoverage.run.inputs import Inputs
    from htcoverage.run.signal import SignalWorld

app = typer.Typer(
    help="Analyse the fibre network: lengths, reach, weakest spots.",
    invoke_without_command=True,
    rich_markup_mode=None,
)

_Project = Annotated[Path | None, typer.Option(help="Project file; the reference province else.")]
_Spans = Annotated[
    Path | None,
    typer.Option(help="Your spans: GeoPackage, GeoJSON, Shapefile, KML, KMZ, TAB, DXF or CSV."),
]
_Crs = Annotated[str | None, typer.Option(help="CRS of spans that tell none, as EPSG:9209.")]
_Owner = Annotated[str | None, typer.Option(help="Owner of spans that name none.")]
_Core = Annotated[
    str,
    typer.Option(
        help="What counts as connected: 'exits' (far ends of inter-provincial spans), 'trunk', or "
        "a vector file of core stations."
    ),
]
_WithPlanned = Annotated[
    bool, typer.Option("--with-planned", help="Count planned spans as if they were built.")
]
_Tolerance = Annotated[float, typer.Option(help="Ends this near are one node, m.")]
_Reach = Annotated[float, typer.Option(help="Fibre this near is within reach, m.")]
_Json = Annotated[Path | None, typer.Option(help="Write the figures as JSON.")]
_Lang = Annotated[Literal["en", "vi"], typer.Option(help="Language of the words.")]

#: Targets of an extension that are not a file.
UNSERVED, GAPS = "unserved", "gaps"


@app.callback()
def fibre(
    context: typer.Context,
    project: _Project = None,
    spans: _Spans = None,
    crs: _Crs = None,
    owner: _Owner = None,
    core: _Core = "exits",
    tolerance_m: _Tolerance = 1.0,
    reach_m: _Reach = 500.0,
    with_planned: _WithPlanned = False,
    json: _Json = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write spans, nodes and pole lines, each with what its failure takes, "
                     "and findings as a GeoPackage."),
    ] = None,
    lang: _Lang = "en",
) -> None:  # fmt: skip
    """Clean and measure the network; rank its spans by what their failure cuts off."""
    if context.invoked_subcommand is not None:
        _refuse_misplaced(context)
        return
    from htcoverage.cli.fibre_show import show_summary
    from htcoverage.fibre import fibre_layers, summarise_fibre

    inputs, _ = _inputs(project)
    analysis = _analysis(
        inputs, spans=spans, crs=crs, owner=owner, core=core, tolerance_m=tolerance_m,
        reach_m=reach_m, with_planned=with_planned, lang=lang,
    )  # fmt: skip
    summary = summarise_fibre(analysis)
    if json is not None:
        _write_json(summary, json)
    if out is not None:
        _write_layers(fibre_layers(analysis), out, told={"core": analysis.network.core_rule})
    show_summary(summary, reported_cable_km=inputs.reported.get("cable_km"), language=lang)


def _refuse_misplaced(context: typer.Context) -> None:
    """Refuse options before a sub-command: they would be read here and count for nothing."""
    from htcoverage.errors import argument_fault

    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = f"--{name.replace('_', '-')}"
            raise argument_fault(
                option, "before the sub-command", f"it behind {context.invoked_subcommand!r}"
            )


@app.command("route")
def route(
    to: Annotated[
        str,
        typer.Option(
            help="What to connect: a vector file of points or polygons, 'unserved' (settlements "
            "without fibre) or 'gaps' (homes without cover: of --run, else computed)."
        ),
    ] = UNSERVED,
    run: Annotated[Path | None, typer.Option(help="Finished run whose gaps are meant.")] = None,
    project: _Project = None,
    spans: _Spans = None,
    crs: _Crs = None,
    owner: _Owner = None,
    core: _Core = "exits",
    tolerance_m: _Tolerance = 1.0,
    reach_m: _Reach = 500.0,
    with_planned: _WithPlanned = False,
    extend: Annotated[str | None, typer.Option(help="Extend only this owner's spans.")] = None,
    costs: Annotated[
        Path | None,
        typer.Option(help="Cost table (CSV); the project's, else labelled assumptions: see "
                     "'htcoverage fibre costs'."),
    ] = None,
    build: Annotated[
        Literal["pole_line", "buried_duct"], typer.Option(help="How the cable is laid.")
    ] = "pole_line",
    roads: Annotated[
        Path | None, typer.Option(help="Roads to follow; over the terrain without them.")
    ] = None,
    rivers: Annotated[
        Path | None,
        typer.Option(help="Rivers that cost a crossing; the reference province's are known."),
    ] = None,
    step_m: Annotated[float, typer.Option(help="Grid step over the terrain, m.")] = 270.0,
    phase_budget: Annotated[
        float | None, typer.Option(help="Budget of a phase, in the currency of the costs.")
    ] = None,
    json: _Json = None,
    out: Annotated[
        Path | None, typer.Option(help="Write routes and their phases as a GeoPackage.")
    ] = None,
    map: Annotated[
        Path | None,
        typer.Option(help="Write a map of routes, phases and targets: one HTML file that opens "
                     "with no network."),
    ] = None,
    lang: _Lang = "en",
) -> None:  # fmt: skip
    """Plan the cheapest new cable to places without fibre, with a lower bound, in phases."""
    from htcoverage.cli.fibre_show import show_plan
    from htcoverage.fibre import RouteCosts, plan_extension, plan_figures, read_costs

    inputs, opened = _inputs(project)
    table = costs or (opened.costs if opened is not None else None)
    prices = replace(RouteCosts() if table is None else read_costs(table), build=build)
    analysis = _analysis(
        inputs, spans=spans, crs=crs, owner=owner, core=core, tolerance_m=tolerance_m,
        reach_m=reach_m, with_planned=with_planned, lang=lang,
    )  # fmt: skip
    targets = _targets(to, run=run, inputs=inputs, analysis=analysis, project=project)
    graph = _graph(inputs, prices, roads=roads, rivers=rivers, step_m=step_m)
    plan = plan_extension(analysis.network, targets, graph, owner=extend, phase_budget=phase_budget)
    figures = plan_figures(plan, prices)
    if json is not None:
        _write_json(figures, json)
    if out is not None:
        _write_layers({"routes": plan.routes, "steps": plan.steps}, out, told=figures)
    if map is not None:
        _write_map(plan, map, inputs=inputs, analysis=analysis, costs=prices, lang=lang)
    show_plan(plan, prices, lang)


@app.command("costs")
def costs_table(
    out: Annotated[Path, typer.Option(help="CSV to write.")] = Path("costs.csv"),
) -> None:
    """Write the cost table with its labelled assumptions, to be replaced by one's own prices."""
    from htcoverage.cli.fibre_show import say
    from htcoverage.export import write_csv
    from htcoverage.fibre import cost_table

    if out.exists():
        from htcoverage.readers.sheet import file_fault

        raise file_fault(out, "a name that is free: this file is not overwritten")
    write_csv(cost_table(), out)
    say(f"Written to {out.resolve()}")


@app.command("signal")
def signal(
    worst: Annotated[int, typer.Option(help="How many pole lines.")] = 5,
    resolution: Annotated[
        float | None, typer.Option(help="Grid step, m; the run's own else.")
    ] = None,
    project: _Project = None,
    spans: _Spans = None,
    crs: _Crs = None,
    owner: _Owner = None,
    core: _Core = "exits",
    tolerance_m: _Tolerance = 1.0,
    reach_m: _Reach = 500.0,
    with_planned: _WithPlanned = False,
    json: _Json = None,
    lang: _Lang = "en",
) -> None:
    """Rank the pole lines whose cut takes the signal of the most residents, computed exactly."""
    from htcoverage.cli.fibre_show import show_signal

    inputs, _ = _inputs(project)
    analysis = _analysis(
        inputs, spans=spans, crs=crs, owner=owner, core=core, tolerance_m=tolerance_m,
        reach_m=reach_m, with_planned=with_planned, lang=lang,
    )  # fmt: skip
    with stages() as progress:
        world = _signal_world(inputs, project, resolution, progress)
        progress("exact", 0, 1)
        rows = world.worst(analysis, count=worst).round(3).to_dict("records")
        progress("exact", 1, 1)
    if json is not None:
        _write_json({"signal": rows, "core": analysis.network.core_rule}, json)
    show_signal(rows, lang)


@app.command("hazard")
def hazard(
    area: Annotated[
        Path | None, typer.Option(help="Polygons of a flood or a landslide: a vector file.")
    ] = None,
    below_m: Annotated[
        float | None, typer.Option(help="Everything on ground below this height, m above sea.")
    ] = None,
    project: _Project = None,
    spans: _Spans = None,
    crs: _Crs = None,
    owner: _Owner = None,
    core: _Core = "exits",
    tolerance_m: _Tolerance = 1.0,
    reach_m: _Reach = 500.0,
    with_planned: _WithPlanned = False,
    signal: Annotated[
        bool, typer.Option("--signal", help="Sweep the network for who loses signal as well.")
    ] = False,
    resolution: Annotated[
        float | None, typer.Option(help="Grid step of --signal, m; the run's own else.")
    ] = None,
    json: _Json = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write spans hit, and base stations and settlements that lose their "
                     "fibre, as a GeoPackage."),
    ] = None,
    lang: _Lang = "en",
) -> None:  # fmt: skip
    """Let all fibre in an area, or below a height, fail together, and tell what is cut off."""
    from htcoverage.cli.fibre_show import show_hazard
    from htcoverage.errors import argument_fault
    from htcoverage.fibre import hazard_below, hazard_figures, hazard_in_area, hazard_layers

    if (area is None) == (below_m is None):
        raise argument_fault("--area", "both" if area else "neither", "either --area or --below-m")
    inputs, _ = _inputs(project)
    analysis = _analysis(
        inputs, spans=spans, crs=crs, owner=owner, core=core, tolerance_m=tolerance_m,
        reach_m=reach_m, with_planned=with_planned, lang=lang,
    )  # fmt: skip
    network, places = analysis.network, analysis.attachments
    if area is not None:
        found = hazard_in_area(network, places, _read_places(area))
    else:
        assert below_m is not None
        found = hazard_below(network, places, inputs.terrain, height_m=below_m)
    figures = hazard_figures(analysis, found, inputs.districts)
    if signal:
        with stages() as progress:
            world = _signal_world(inputs, project, resolution, progress)
            progress("exact", 0, 1)
            loss = world.lost(figures["bts_ids"])
            progress("exact", 1, 1)
        figures |= {"residents_without_signal": round(loss.lost_high, 3)}
    if json is not None:
        _write_json(figures, json)
    if out is not None:
        _write_layers(hazard_layers(analysis, found), out, told={"core": network.core_rule})
    show_hazard(figures, lang)


def _signal_world(
    inputs: Inputs,
    project: Path | None,
    resolution_m: float | None,
    progress: Callable[[str, int, int], None],
) -> SignalWorld:
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


def _inputs(project: Path | None) -> tuple[Inputs, Project | None]:
    from htcoverage.run.inputs import load_inputs, open_project, project_inputs

    if project is None:
        return load_inputs(), None
    parsed, parameters = open_project(project)
    return project_inputs(parsed, reach_km=parameters.radius_km), parsed


def _analysis(
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
    from htcoverage.cli.fibre_show import show_notes
    from htcoverage.fibre import SpanDefaults, analyse_fibre, read_fibre

    stations = core if core in ("exits", "trunk") else _read_places(Path(core))
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


def _graph(
    inputs: Inputs, costs: RouteCosts, *, roads: Path | None, rivers: Path | None, step_m: float
) -> CostGraph:
    from htcoverage.crs import reproject
    from htcoverage.fibre import road_cost_graph, terrain_cost_graph

    crs = str(inputs.terrain.geobox.crs)
    water = inputs.ground.get("rivers") if rivers is None else _read_places(rivers)
    if roads is not None:
        return road_cost_graph(_read_places(roads), crs=crs, rivers=water, costs=costs)
    west, south, east, north = map(float, reproject(inputs.districts, crs).total_bounds)
    return terrain_cost_graph(
        inputs.terrain, bounds=(west, south, east, north), step_m=step_m, rivers=water, costs=costs
    )


def _targets(
    to: str,
    *,
    run: Path | None,
    inputs: Inputs,
    analysis: FibreAnalysis,
    project: Path | None,
) -> gpd.GeoDataFrame:
    if to == UNSERVED:
        served = analysis.attachments.settlements["owners"].to_numpy() != ""
        return inputs.settlements[~served]
    if to != GAPS:
        return _read_places(Path(to))
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


def _read_places(path: Path) -> gpd.GeoDataFrame:
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


def _write_map(
    plan: ExtensionPlan, path: Path, *, inputs: Inputs, analysis: FibreAnalysis,
    costs: RouteCosts, lang: Literal["en", "vi"],
) -> None:  # fmt: skip
    from htcoverage.cli.fibre_show import costs_words
    from htcoverage.labels import label
    from htcoverage.maps import make_plan_map, save_map

    page = make_plan_map(
        plan, analysis.network.spans, settlements=inputs.settlements,
        districts=inputs.districts, bts=inputs.bts, ground=inputs.ground, lang=lang,
        facts={label("assumptions", lang): "; ".join(costs_words(costs, lang))},
    )  # fmt: skip
    _written(path, lambda: save_map(page, path))


def _write_json(content: dict[str, Any], path: Path) -> None:
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


def _write_layers(layers: dict[str, Any], path: Path, *, told: dict[str, Any]) -> None:
    from htcoverage.export import write_gpkg

    _written(path, lambda: write_gpkg(layers, path, metadata=told))
