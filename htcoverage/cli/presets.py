"""``htcoverage presets``: named criteria, each with its sources."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from htcoverage.cli.console import console


def presets(
    lang: Annotated[Literal["en", "vi"], typer.Option(help="Language of the words.")] = "en",
) -> None:
    """List the named criteria of 'htcoverage run --preset': what each asks, and who says so."""
    from htcoverage.figures import criteria_words
    from htcoverage.labels import label
    from htcoverage.presets import PRESETS
    from htcoverage.reconcile import reading_words

    for preset in PRESETS.values():
        criteria = preset.criteria
        part = float("nan") if preset.settlement_part is None else preset.settlement_part
        technology = {"any": label("either_technology", lang)}.get(
            preset.technology, preset.technology
        )
        console.print(f"{preset.name}: {preset.title_in(lang)}", style="bold", markup=False)
        share = f"{100 * criteria.cell_edge_probability:g} %"
        basis = label(preset.basis, lang) + (f" {share}" if preset.basis == "cell_edge" else "")
        told = (
            f"{reading_words(preset.denominator, part, lang)}, {technology}, {basis}",
            "; ".join(criteria_words(criteria, language=lang)),
            *(f"{parameters}: {source}" for parameters, source in preset.sources_in(lang)),
            *([f"{label('preset_caution', lang)}: {preset.caution_in(lang)}"] * preset.cautioned),
        )
        for words in told:
            console.print(f"  {words}", highlight=False, markup=False, soft_wrap=True)
