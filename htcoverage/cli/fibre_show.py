"""What ``htcoverage fibre`` shows on the terminal, in English or Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from htcoverage.cli.console import console
from htcoverage.fibre.reach import cables_words
from htcoverage.labels import Language, label, number, value_label

if TYPE_CHECKING:
    from htcoverage.fibre import ExtensionPlan, RouteCosts
    from htcoverage.notes import Note


def show_notes(notes: Iterable[Note], language: Language) -> None:
    """Say what was guessed or assumed to read a file."""
    for note in notes:
        bullet(note.words(language))


def show_summary(summary: dict[str, Any], *, reported_cable_km: object, language: Language) -> None:
    """Show the figures of a network, what they rest on, and what its worst cuts take."""
    show_figures(
        label("fibre_network", language),
        (
            (label(f"fibre:{name}", language), value)
            for name, value in summary.items()
            if isinstance(value, (int, float))
        ),
        language,
    )
    if isinstance(reported_cable_km, (int, float)):
        km = number(reported_cable_km, language)
        bullet(label("fibre_reported", language).format(km=km))
    for status, left in summary["not_counted"].items():
        bullet(
            label("fibre_not_counted", language).format(
                status=value_label("status", status, language),
                spans=number(left["spans"], language),
                route=number(left["route_km"], language, digits=1),
                cable=number(left["cable_km"], language, digits=1),
            )
        )
    assumed = summary["assumptions"]
    bullet(f"{label('fibre_core', language)}: {_core_words(str(assumed['core']), language)}")
    bullet(
        label("fibre_reach", language).format(
            reach=f"{assumed['reach_m']:g}", tolerance=f"{assumed['tolerance_m']:g}"
        )
    )
    bullet(
        label("fibre_cables_of", language).format(
            owners=cables_words(assumed["cables_of"], language)
        )
    )
    bullet(label("fibre_length_words", language))
    bullet(label("fibre_residents_words", language))
    before, after = (summary["cleaning"][f"length_{when}_km"] for when in ("before", "after"))
    bullet(
        label("fibre_cleaned", language).format(
            before=number(before, language, digits=3), after=number(after, language, digits=3)
        )
    )
    for name, count in summary["findings"].items():
        finding = value_label("finding", name, language)
        bullet(
            label("fibre_finding", language).format(count=number(count, language), finding=finding)
        )
    for title, rows, name in (
        ("fibre_worst_spans", summary["critical_spans"], "span_id"),
        ("fibre_worst_routes", summary["critical_routes"], "span_ids"),
    ):
        show_rows(
            label(title, language),
            [label("fibre:spans", language), "km", label("bts_cut_off", language),
             label("residents_cut_off", language)],
            (
                (
                    row[name],
                    number(row["length_km"], language, digits=2),
                    number(row["bts_cut_off"], language),
                    number(row["residents_cut_off"], language),
                )
                for row in rows[:10]
            ),
        )  # fmt: skip


def show_plan(plan: ExtensionPlan, costs: RouteCosts, language: Language) -> None:
    """Show what an extension costs, how good it is, and what is built first."""
    console.print(
        label("plan_total", language).format(
            count=len(plan.steps),
            cost=number(plan.cost, language),
            currency=value_label("currency", plan.currency, language),
            km=number(float(plan.routes["length_km"].sum()), language, digits=1),
            bound=number(plan.lower_bound, language),
            gap=f"{number(100.0 * plan.gap_share, language, digits=1)} %",
        ),
        highlight=False, markup=False, soft_wrap=True,
    )  # fmt: skip
    for words in costs_words(costs, language):
        bullet(words)
    if plan.connected:
        names = ", ".join(map(plan.called, plan.connected))
        bullet(label("plan_connected", language).format(count=len(plan.connected), names=names))
    if plan.unreachable:
        names = ", ".join(map(plan.called, plan.unreachable))
        bullet(label("plan_unreachable", language).format(names=names))
    show_rows(
        label("plan_order", language),
        [
            label(key, language)
            for key in ("plan_target", "plan_phase", "residents", "plan_cost", "plan_together")
        ],
        (
            (
                plan.called(row["target_id"]),
                str(row["phase"]),
                number(row["residents"], language),
                number(row["cost"], language),
                number(row["cumulative_cost"], language),
            )
            for row in plan.steps.to_dict("records")
        ),
    )


def costs_words(costs: RouteCosts, language: Language) -> list[str]:
    """Return the prices of a plan, and which are assumed."""
    told = label("plan_costs", language).format(
        build=value_label("build", costs.build, language),
        cost=number(costs.cost_per_km, language),
        crossing=number(costs.cost_per_crossing, language),
        currency=value_label("currency", costs.currency, language),
    )
    if not costs.assumed:
        return [told]
    return [told, label("plan_assumed", language).format(items=", ".join(costs.assumed))]


def show_signal(rows: Iterable[Mapping[Any, Any]], language: Language) -> None:
    """Show the pole lines whose cut takes the most residents' signal."""
    show_rows(
        label("fibre_signal", language),
        [
            label("fibre:spans", language),
            "km",
            label("fibre_bts_down", language),
            label("residents_without_signal", language),
        ],
        (
            (
                row["span_ids"],
                number(row["length_km"], language, digits=2),
                number(row["bts_down"], language),
                number(row["residents_lost"], language),
            )
            for row in rows
        ),
    )
    bullet(label("fibre_signal_exact", language))


def show_hazard(figures: dict[str, Any], language: Language) -> None:
    """Show what a hazard hits and what that cuts off, for all and by district."""
    show_figures(
        label("fibre_hazard", language),
        (
            (label(f"hazard:{name}", language), value)
            for name, value in figures.items()
            if isinstance(value, (int, float))
        ),
        language,
    )
    bullet(f"{label('fibre_core', language)}: {_core_words(str(figures['core']), language)}")
    columns = ("bts_cut_off", "settlements_cut_off", "residents_cut_off")
    show_rows(
        "",
        [label("district", language), *(label(name, language) for name in columns)],
        (
            (row["full_name"], *(number(row[name], language) for name in columns))
            for row in figures["districts"]
        ),
    )


def show_figures(title: str, rows: Iterable[tuple[str, float]], language: Language) -> None:
    """Show words with their numbers."""
    show_rows(title, ["", ""], ((words, number(value, language)) for words, value in rows))


def show_rows(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Show a table: its first column left, the others flush right; every cell is plain text."""
    table = Table(title=escape(title), title_justify="left", show_header=any(heads))
    for place, head in enumerate(heads):
        table.add_column(escape(head), justify="right" if place else "left")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    console.print(table)


def bullet(words: str) -> None:
    """Say one thing in a line of its own."""
    say(f"• {words}")


def say(words: str) -> None:
    """Print plain text as it is."""
    console.print(words, highlight=False, markup=False, soft_wrap=True)


def _core_words(rule: str, language: Language) -> str:
    """Return the rule of the core, which results carry in English, in the language."""
    for key in ("fibre_core_exits", "fibre_core_trunk", "fibre_core_stations"):
        rule = rule.replace(label(key, "en"), label(key, language))
    return rule
