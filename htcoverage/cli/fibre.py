"""``htcoverage fibre``: what the fibre network is, what breaks it, what extends it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from htcoverage.cli.console import stages
from htcoverage.cli.fibre_parts import (
    UNSERVED,
    analysed,
    cost_graph,
    open_inputs,
    read_places,
    read_targets,
    signal_of,
    swept_world,
    write_additions_map,
    write_json,
    write_layers,
    write_map,
)

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
_Signal = Annotated[
    bool, typer.Option("--signal", help="Sweep the network for who loses signal as well.")
]
_Resolution = Annotated[
    float | None, typer.Option(help="Grid step of --signal, m; the run's own else.")
]
_Json = Annotated[Path | None, typer.Option(help="Write the figures as JSON.")]
_Lang = Annotated[Literal["en", "vi"], typer.Option(help="Language of the words.")]


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
    signal: _Signal = False,
    resolution: _Resolution = None,
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

    inputs, _ = open_inputs(project)
    analysis = analysed(
        inputs, spans=spans, crs=crs, owner=owner, core=core, tolerance_m=tolerance_m,
        reach_m=reach_m, with_planned=with_planned, lang=lang,
    )  # fmt: skip
    silent = None
    if signal:
        silent = signal_of(inputs, analysis, project=project, resolution=resolution)
    summary = summarise_fibre(analysis, signal=silent)
    if json is not None:
        write_json(summary, json)
    if out is not None:
        layers = fibre_layers(analysis, signal=silent)
        write_layers(layers, out, told={"core": analysis.network.core_rule})
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


@app.command("route", short_help="Plan the cheapest new cable to places without fibre.")
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

    inputs, opened = open_inputs(project)
    table = costs or (opened.costs if opened is not None else None)
    prices = replace(RouteCosts() if table is None else read_costs(table), build=build)
    analysis = analysed(
        inputs, spans=spans, crs=crs, owner=owner, core=core, tolerance_m=tolerance_m,
        reach_m=reach_m, with_planned=with_planned, lang=lang,
    )  # fmt: skip
    targets = read_targets(to, run=run, inputs=inputs, analysis=analysis, project=project)
    graph = cost_graph(inputs, prices, roads=roads, rivers=rivers, step_m=step_m)
    plan = plan_extension(analysis.network, targets, graph, owner=extend, phase_budget=phase_budget)
    figures = plan_figures(plan, prices)
    if json is not None:
        write_json(figures, json)
    if out is not None:
        write_layers({"routes": plan.routes, "steps": plan.steps}, out, told=figures)
    if map is not None:
        write_map(plan, map, inputs=inputs, analysis=analysis, costs=prices, lang=lang)
    show_plan(plan, prices, lang)


@app.command("reach", short_help="Tell what lies within reach of fibre.")
def reach(
    places: Annotated[
        Path | None,
        typer.Argument(help="Vector file of points, lines or polygons; the base stations and "
                       "settlements without it."),
    ] = None,
    within_m: Annotated[float, typer.Option(help="Greatest distance, m.")] = 500.0,
    along: Annotated[
        bool,
        typer.Option("--along", help="Measure along the spans from the core, then straight; "
                     "straight to the nearest span without it."),
    ] = False,
    project: _Project = None,
    spans: _Spans = None,
    crs: _Crs = None,
    owner: _Owner = None,
    core: _Core = "exits",
    tolerance_m: _Tolerance = 1.0,
    with_planned: _WithPlanned = False,
    json: _Json = None,
    out: Annotated[
        Path | None, typer.Option(help="Write places with their distances as a GeoPackage.")
    ] = None,
    lang: _Lang = "en",
) -> None:  # fmt: skip
    """Tell which base stations, settlements or places of a file lie within reach of fibre."""
    from htcoverage.cli.fibre_show import show_reach
    from htcoverage.fibre import reach_figures, reach_layers

    inputs, _ = open_inputs(project)
    asked = None if places is None else read_places(places)
    analysis = analysed(
        inputs, spans=spans, crs=crs, owner=owner, core=core, tolerance_m=tolerance_m,
        reach_m=within_m, with_planned=with_planned, lang=lang,
    )  # fmt: skip
    layers = reach_layers(
        analysis, asked, settlements=inputs.settlements, within_m=within_m, along=along
    )
    figures = reach_figures(layers, analysis, within_m=within_m, along=along)
    if json is not None:
        write_json(figures, json)
    if out is not None:
        write_layers(layers, out, told={"core": analysis.network.core_rule})
    show_reach(figures, lang)


@app.command("additions", short_help="Find the shortest spans against single failures.")
def additions(
    protect: Annotated[
        Literal["trunk", "everything"],
        typer.Option(help="What is to survive the failure of any single span: the trunk, or "
                     "every node that the core reaches."),
    ] = "trunk",
    extend: Annotated[str | None, typer.Option(help="Only this owner's network.")] = None,
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
        Path | None, typer.Option(help="Write the new spans as a GeoPackage.")
    ] = None,
    map: Annotated[
        Path | None,
        typer.Option(help="Write a map of them: one HTML file that opens with no network."),
    ] = None,
    lang: _Lang = "en",
) -> None:  # fmt: skip
    """Find the shortest new spans with which no single failure cuts anything off, with a bound."""
    from htcoverage.cli.fibre_show import show_additions
    from htcoverage.fibre import additions_figures, additions_table, shortest_additions

    inputs, _ = open_inputs(project)
    analysis = analysed(
        inputs, spans=spans, crs=crs, owner=owner, core=core, tolerance_m=tolerance_m,
        reach_m=reach_m, with_planned=with_planned, lang=lang,
    )  # fmt: skip
    network = analysis.network
    found = {
        name: shortest_additions(network, owner=name, protect=protect)
        for name in (network.owners if extend is None else (extend,))
    }
    figures = additions_figures(found, analysis, protect=protect)
    table = additions_table(found, analysis)
    if json is not None:
        write_json(figures, json)
    if out is not None:
        write_layers({"additions": table}, out, told={"core": network.core_rule})
    if map is not None:
        write_additions_map(table, figures, map, inputs=inputs, analysis=analysis, lang=lang)
    show_additions(figures, lang)


@app.command("costs", short_help="Write the cost table, to be filled in.")
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


@app.command("signal", short_help="Rank pole lines by whose signal a cut takes.")
def signal(
    worst: Annotated[int, typer.Option(min=1, help="How many pole lines.")] = 5,
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

    inputs, _ = open_inputs(project)
    analysis = analysed(
        inputs, spans=spans, crs=crs, owner=owner, core=core, tolerance_m=tolerance_m,
        reach_m=reach_m, with_planned=with_planned, lang=lang,
    )  # fmt: skip
    found = signal_of(inputs, analysis, project=project, resolution=resolution)
    rows = found.ranked.head(worst).round(3).to_dict("records")
    if json is not None:
        write_json({"signal": rows, "core": analysis.network.core_rule}, json)
    show_signal(rows, lang)


@app.command("hazard", short_help="Let an area fail, or all below a height.")
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
    signal: _Signal = False,
    resolution: _Resolution = None,
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
    inputs, _ = open_inputs(project)
    analysis = analysed(
        inputs, spans=spans, crs=crs, owner=owner, core=core, tolerance_m=tolerance_m,
        reach_m=reach_m, with_planned=with_planned, lang=lang,
    )  # fmt: skip
    network, places = analysis.network, analysis.attachments
    if area is not None:
        found = hazard_in_area(network, places, read_places(area))
    else:
        assert below_m is not None
        found = hazard_below(network, places, inputs.terrain, height_m=below_m)
    figures = hazard_figures(analysis, found, inputs.districts)
    if signal:
        with stages() as progress:
            world = swept_world(inputs, project, resolution, progress)
            progress("exact", 0, 1)
            loss = world.lost(figures["bts_ids"])
            progress("exact", 1, 1)
        figures |= {"residents_without_signal": round(loss.lost_high, 3)}
    if json is not None:
        write_json(figures, json)
    if out is not None:
        write_layers(hazard_layers(analysis, found), out, told={"core": network.core_rule})
    show_hazard(figures, lang)
