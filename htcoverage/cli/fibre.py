"""``htcoverage fibre``: what the fibre network is, what breaks it, what extends it."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from htcoverage.cli.console import console

if TYPE_CHECKING:
    import geopandas as gpd

    from htcoverage.fibre import ExtensionPlan, FibreAnalysis
    from htcoverage.run.inputs import Inputs

app = typer.Typer(
    help="Analyse the fibre network: lengths, reach, what every single cut takes.",
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
_Json = Annotated[Path | None, typer.Option(help="Write the figures as JSON.")]

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
    tolerance_m: Annotated[float, typer.Option(help="Ends this near are one node, m.")] = 1.0,
    reach_m: Annotated[float, typer.Option(help="Fibre this near is within reach, m.")] = 500.0,
    json: _Json = None,
    out: Annotated[
        Path | None, typer.Option(help="Write spans, nodes and findings as a GeoPackage.")
    ] = None,
) -> None:
    """Clean and measure the network; rank its spans by what their failure cuts off."""
    if context.invoked_subcommand is not None:
        return
    from htcoverage.fibre import summarise_fibre

    inputs = _inputs(project)
    analysis = _analysis(
        inputs,
        spans=spans,
        crs=crs,
        owner=owner,
        core=core,
        tolerance_m=tolerance_m,
        reach_m=reach_m,
    )
    summary = summarise_fibre(analysis)
    if json is not None:
        _write_json(summary, json)
    if out is not None:
        _write_layers(analysis, out)
    _show(summary, inputs.reported.get("cable_km"))


@app.command("route")
def route(
    to: Annotated[
        str,
        typer.Option(
            help="What to connect: a vector file of points or polygons, 'unserved' (settlements "
            "without fibre) or 'gaps' (of the run given by --run)."
        ),
    ] = UNSERVED,
    run: Annotated[Path | None, typer.Option(help="Finished run whose gaps are meant.")] = None,
    project: _Project = None,
    spans: _Spans = None,
    crs: _Crs = None,
    owner: _Owner = None,
    core: _Core = "exits",
    extend: Annotated[str | None, typer.Option(help="Extend only this owner's spans.")] = None,
    roads: Annotated[
        Path | None, typer.Option(help="Roads to follow; over the terrain without them.")
    ] = None,
    step_m: Annotated[float, typer.Option(help="Grid step over the terrain, m.")] = 270.0,
    cost_per_km: Annotated[
        float, typer.Option(help="Cost of a flat, open km, million VND (labelled assumption).")
    ] = 60.0,
    phase_budget: Annotated[
        float | None, typer.Option(help="Budget of a phase, million VND.")
    ] = None,
    json: _Json = None,
    out: Annotated[Path | None, typer.Option(help="Write the routes as a GeoPackage.")] = None,
) -> None:
    """Plan the cheapest new cable to places without fibre, with a lower bound, in phases."""
    from htcoverage.fibre import (
        RouteCosts,
        plan_extension,
        road_cost_graph,
        terrain_cost_graph,
    )

    inputs = _inputs(project)
    analysis = _analysis(inputs, spans=spans, crs=crs, owner=owner, core=core)
    targets = _targets(to, run=run, inputs=inputs, analysis=analysis)
    costs = RouteCosts(per_km=cost_per_km)
    metric = str(inputs.terrain.geobox.crs)
    if roads is not None:
        graph = road_cost_graph(_read_places(roads), crs=metric, costs=costs)
    else:
        from htcoverage.crs import reproject

        west, south, east, north = map(float, reproject(inputs.districts, metric).total_bounds)
        graph = terrain_cost_graph(
            inputs.terrain, bounds=(west, south, east, north), step_m=step_m, costs=costs
        )
    plan = plan_extension(analysis.network, targets, graph, owner=extend, phase_budget=phase_budget)
    if json is not None:
        _write_json(_plan_figures(plan), json)
    if out is not None:
        from htcoverage.export import write_gpkg

        write_gpkg({"routes": plan.routes}, out, metadata=_plan_figures(plan))
    _show_plan(plan)


def _inputs(project: Path | None) -> Inputs:
    from htcoverage.run.inputs import load_inputs, open_project, project_inputs

    if project is None:
        return load_inputs()
    parsed, parameters = open_project(project)
    return project_inputs(parsed, reach_km=parameters.radius_km)


def _analysis(
    inputs: Inputs,
    *,
    spans: Path | None,
    crs: str | None,
    owner: str | None,
    core: str,
    tolerance_m: float = 1.0,
    reach_m: float = 500.0,
) -> FibreAnalysis:
    from htcoverage.fibre import SpanDefaults, analyse_fibre, read_fibre

    stations = core if core in ("exits", "trunk") else _read_places(Path(core))

    table = inputs.spans
    if spans is not None:
        defaults = SpanDefaults() if owner is None else SpanDefaults(owner=owner)
        read = read_fibre(spans, crs=crs, defaults=defaults)
        table = read.spans
        for assumed in read.defaults:
            console.print(
                f"assumed: {assumed.column} in {assumed.count} of {assumed.total} rows "
                f"({assumed.words})",
                highlight=False, markup=False, soft_wrap=True,
            )  # fmt: skip
    return analyse_fibre(
        table, bts=inputs.bts, settlements=inputs.settlements, districts=inputs.districts,
        crs=str(inputs.terrain.geobox.crs), core=stations, tolerance_m=tolerance_m,
        reach_m=reach_m,
    )  # fmt: skip


def _targets(
    to: str, *, run: Path | None, inputs: Inputs, analysis: FibreAnalysis
) -> gpd.GeoDataFrame:
    from htcoverage.errors import argument_fault

    if to == UNSERVED:
        served = analysis.attachments.settlements["owners"].to_numpy() != ""
        return inputs.settlements[~served]
    if to == GAPS:
        if run is None:
            raise argument_fault("--run", "none", "a finished run (run.json or its folder)")
        from htcoverage.run import read_layers, read_run

        return read_layers(read_run(run)).gaps
    return _read_places(Path(to))


def _read_places(path: Path) -> gpd.GeoDataFrame:
    """Read a layer of places or lines as it is; only its CRS and geometry are needed."""
    import geopandas as gpd

    from htcoverage.readers.sheet import file_fault
    from htcoverage.readers.vector import read_layer

    layer = read_layer(path)
    if layer.crs is None:
        raise file_fault(path, "a CRS: set it in a GIS ('Assign projection')")
    empty = [shape is None or shape.is_empty for shape in layer.geometry]
    if any(empty):
        raise file_fault(path, "a geometry in every feature", value=f"{sum(empty)} empty")
    frame = layer.sheet.frame
    if "residents" in frame:
        from htcoverage.readers.parsing import parse_numbers

        numbers, faults = parse_numbers(frame["residents"], sheet=layer.sheet)
        if faults:
            from htcoverage.errors import InputError

            raise InputError(faults)
        frame = frame.assign(residents=numbers.fillna(0.0))
    return gpd.GeoDataFrame(frame, geometry=list(layer.geometry), crs=layer.crs)


def _write_json(content: dict[str, Any], path: Path) -> None:
    from htcoverage.errors import Fault, InputError
    from htcoverage.export.files import whole_file

    text = json_text.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    try:
        with whole_file(path) as part:
            part.write_text(text, encoding="utf-8")
    except OSError as error:
        expected = f"a file that can be written ({error.strerror})"
        raise InputError([Fault(str(path), None, None, "", expected)]) from error


def _write_layers(analysis: FibreAnalysis, path: Path) -> None:
    import geopandas as gpd

    from htcoverage.export import write_gpkg

    found = analysis.criticality
    counts = ["bridge", "bts_cut_off", "residents_cut_off", "settlements_cut_off"]
    spans = analysis.network.spans.join(found.spans[counts])
    nodes = gpd.GeoDataFrame(
        found.nodes,
        geometry=gpd.points_from_xy(found.nodes["longitude"], found.nodes["latitude"]),
        crs="EPSG:4326",
    )
    findings = analysis.clean.findings
    at = gpd.points_from_xy(findings["longitude"], findings["latitude"])
    layers = {
        "spans": spans,
        "nodes": nodes,
        "findings": gpd.GeoDataFrame(findings, geometry=at, crs="EPSG:4326"),
    }
    write_gpkg(layers, path, metadata={"core": analysis.network.core_rule})


def _show(summary: dict[str, Any], reported_cable_km: object) -> None:
    table = Table(title="Fibre network", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in summary.items():
        if isinstance(value, (int, float)):
            table.add_row(name, f"{value:,.0f}")
    console.print(table)
    if isinstance(reported_cable_km, (int, float)):
        console.print(
            f"• reported for comparison: more than {reported_cable_km:,.0f} km of cable inside the "
            "province; how it was counted is not public",
            highlight=False,
        )
    for name, value in summary["assumptions"].items():
        console.print(f"• {name}: {value}", highlight=False, markup=False)
    for name, value in summary["findings"].items():
        console.print(f"• finding {name}: {value}", highlight=False, markup=False)
    worst = Table(title="Pole lines whose cut takes the most", title_justify="left")
    for name in ("spans", "km", "BTS", "residents"):
        worst.add_column(name, justify="left" if name == "spans" else "right")
    from rich.markup import escape

    for row in summary["critical_routes"]:
        worst.add_row(
            escape(str(row["span_ids"])), f"{row['length_km']:.2f}", str(row["bts_cut_off"]),
            f"{row['residents_cut_off']:,.0f}",
        )  # fmt: skip
    console.print(worst)


def _plan_figures(plan: ExtensionPlan) -> dict[str, Any]:
    return {
        "cost": round(plan.cost, 3),
        "lower_bound": round(plan.lower_bound, 3),
        "gap_share": round(plan.gap_share, 6),
        "unit": plan.unit,
        "length_km": round(float(plan.routes["length_km"].sum()), 3),
        "targets": len(plan.steps),
        "already_connected": list(plan.connected),
        "unreachable": list(plan.unreachable),
        "steps": [
            {
                key: round(value, 3) if isinstance(value, float) else value
                for key, value in r.items()
            }
            for r in plan.steps.to_dict("records")
        ],
    }


def _show_plan(plan: ExtensionPlan) -> None:
    console.print(
        f"{len(plan.steps)} targets for {plan.cost:,.0f} {plan.unit}, "
        f"{plan.routes['length_km'].sum():,.1f} km; no plan over this graph costs less than "
        f"{plan.lower_bound:,.0f}, so this one is at most {plan.gap_share:.1%} above the cheapest",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    if plan.connected:
        console.print(f"• already connected: {len(plan.connected)}", highlight=False)
    if plan.unreachable:
        console.print(f"• cannot be reached: {', '.join(plan.unreachable)}", markup=False)
    table = Table(title="In the order of building", title_justify="left")
    for name in ("phase", "target", "residents", "cost", "together"):
        table.add_column(name, justify="left" if name == "target" else "right")
    from rich.markup import escape

    for row in plan.steps.to_dict("records"):
        table.add_row(
            str(row["phase"]), escape(str(row["target_id"])), f"{row['residents']:,.0f}",
            f"{row['cost']:,.0f}", f"{row['cumulative_cost']:,.0f}",
        )  # fmt: skip
    console.print(table)
