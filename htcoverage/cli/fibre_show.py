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
    silent = "residents_without_signal"
    for title, rows, name in (
        ("fibre_worst_spans", summary["critical_spans"], "span_id"),
        ("fibre_worst_routes", summary["critical_routes"], "span_ids"),
        ("fibre_signal_spans", summary.get("signal_spans", []), "span_id"),
    ):
        if not rows:
            continue
        counts = [key for key in ("bts_cut_off", "residents_cut_off", silent) if key in rows[0]]
        show_rows(
            label(title, language),
            [label("fibre:spans", language), "km", *(label(key, language) for key in counts)],
            (
                (
                    row[name],
                    number(row["length_km"], language, digits=2),
                    *(number(row[key], language) for key in counts),
                )
                for row in rows[:10]
            ),
        )
    if "signal_spans" in summary:
        bullet(label("fibre_signal_exact", language))


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


def show_reach(figures: dict[str, Any], language: Language) -> None:
    """Show who lies within reach, and the farthest beyond it."""
    along = figures["measured"] == "along"
    distances = ("along_m", "straight_m") if along else ("straight_m",)
    within = number(figures["within_m"], language)
    told = [name for name in ("bts", "settlements", "places") if name in figures]
    show_rows(
        label("reach_within", language).format(within=within),
        [
            "",
            *(
                label(f"reach_{name}", language)
                for name in ("within_head", "total", "people", "all")
            ),
        ],
        (
            (
                label(f"reach:{name}", language),
                number(figures[name]["within"], language),
                number(figures[name]["total"], language),
                *(
                    number(figures[name][of], language) if of in figures[name] else ""
                    for of in ("residents_within", "residents")
                ),
            )
            for name in told
        ),
    )
    bullet(label("reach_along" if along else "reach_straight", language))
    bullet(label("reach_owner", language))
    if along:
        bullet(f"{label('fibre_core', language)}: {_core_words(figures['core'], language)}")
    for name in told:
        beyond = [row for row in figures[name]["rows"] if not row["within"]]
        if not beyond:
            continue
        say(
            label("reach_beyond", language).format(
                what=label(f"reach:{name}", language),
                shown=number(min(len(beyond), _FARTHEST), language),
                count=number(len(beyond), language),
            )
        )
        show_rows(
            "",
            ["", *(label(f"reach_{name}", language) for name in distances)],
            (
                (
                    _called(row),
                    *(
                        label("reach_none", language)
                        if row[of] is None
                        else number(row[of] / 1000.0, language, digits=2)
                        for of in distances
                    ),
                )
                for row in beyond[:_FARTHEST]
            ),
        )


#: Places beyond reach that are listed on the terminal; the files have all.
_FARTHEST = 20


def _called(row: Mapping[str, Any]) -> str:
    """Return what a place is called, with what alone tells it apart."""
    keys = ("bts_id", "settlement_id", "target_id", "place")
    own = str(next(row[key] for key in keys if row.get(key) is not None))
    return f"{row['name']} ({own})" if row.get("name") is not None else own


def additions_words(figures: Mapping[str, Any], language: Language) -> dict[str, str]:
    """Return what additions come to and what they save, by its words."""
    protect = value_label("protect", figures["protect"], language)
    return {
        label("additions_title", language): label("additions_total", language).format(
            protect=protect,
            count=number(figures["spans"], language),
            km=number(figures["length_km"], language, digits=1),
            bound=number(figures["lower_bound_km"], language, digits=1),
        ),
        label("additions_saved", language): label("additions_saved_words", language).format(
            bts_before=number(figures["bts_survive_before"], language),
            bts_after=number(figures["bts_survive_after"], language),
            bts=number(figures["bts_on_fibre"], language),
            before=number(figures["residents_survive_before"], language),
            after=number(figures["residents_survive_after"], language),
            residents=number(figures["residents_on_fibre"], language),
        ),
        label("assumptions", language): label("additions_straight", language),
    }


def show_additions(figures: dict[str, Any], language: Language) -> None:
    """Show the additions of each owner, and the longest of them."""
    for title, words in additions_words(figures, language).items():
        bullet(f"{title}: {words}")
    bullet(f"{label('fibre_core', language)}: {_core_words(figures['core'], language)}")
    if figures["unprotected"]:
        count = number(figures["unprotected"], language)
        bullet(label("additions_unprotected", language).format(count=count))
    show_rows(
        label("additions_by_owner", language),
        [
            label(key, language)
            for key in ("owner", "additions_bridges", "additions_new", "length_km",
                        "additions_bound")
        ],
        (
            (
                row["owner"],
                number(row["bridges_before"], language),
                number(row["spans"], language),
                number(row["length_km"], language, digits=1),
                number(row["lower_bound_km"], language, digits=1),
            )
            for row in figures["owners"]
        ),
    )  # fmt: skip
    longest = sorted(figures["additions"], key=lambda row: -row["length_km"])[:_FARTHEST]
    if not longest:
        return
    show_rows(
        label("additions_longest", language),
        [label(key, language) for key in ("owner", "length_km", "additions_from", "additions_to")],
        (
            (
                row["owner"],
                number(row["length_km"], language, digits=2),
                *(f"{row[f'{end}_latitude']:.5f}, {row[f'{end}_longitude']:.5f}"
                  for end in ("from", "to")),
            )
            for row in longest
        ),
    )  # fmt: skip


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
                number(row["residents_without_signal"], language),
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
