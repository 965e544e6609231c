"""``htcoverage presets``: named criteria, each with its sources."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from htcoverage.cli.console import console, preset_reading


def presets(
    lang: Annotated[Literal["en", "vi"], typer.Option(help="Language of the words.")] = "en",
) -> None:
    """List criteria by name: what each asks, and who says so."""
    from htcoverage.figures import criteria_words
    from htcoverage.labels import label
    from htcoverage.presets import PRESETS

    for preset in PRESETS.values():
        console.print(f"{preset.name}: {preset.title_in(lang)}", style="bold", markup=False)
        told = (
            preset_reading(preset, lang),
            "; ".join(criteria_words(preset.criteria, language=lang)),
            *(f"{parameters}: {source}" for parameters, source in preset.sources_in(lang)),
            *([f"{label('preset_caution', lang)}: {preset.caution_in(lang)}"] * preset.cautioned),
        )
        for words in told:
            console.print(f"  {words}", highlight=False, markup=False, soft_wrap=True)
