"""Writing a comparison: the page, the raster of differences, the tables."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np

from htcoverage.compare.page import CLASSES, comparison_page
from htcoverage.compare.runs import RunComparison
from htcoverage.export import write_cog, write_csv
from htcoverage.files import whole_folder
from htcoverage.grid import grid_of
from htcoverage.labels import Language, label
from htcoverage.run.documents import write_json


def write_comparison(found: RunComparison, out: Path, *, language: Language = "en") -> list[Path]:
    """Write a comparison into a folder.

    Parameters
    ----------
    found : RunComparison
        From `compare_runs`.
    out : Path
        Folder, made where it is not there.
    language : {"en", "vi"}
        Of the page.

    Returns
    -------
    list of Path
        ``compare_<language>.html, comparison.json, difference.tif, settlements.csv, shares.csv``,
        and ``gaps.csv`` where the runs' gaps were compared.
    """
    shares, homes = found.comparison.shares, found.comparison.settlements
    difference = found.comparison.difference
    told = {
        "technology": found.technology,
        "operator_before": found.operator_before,
        "operator_after": found.operator_after,
        "basis": found.basis,
        "criteria": asdict(found.criteria),
        "stated": [asdict(each) for each in found.stated],
    }
    words = {f"class_{value}": label(word, "en") for value, (_, word) in CLASSES.items()}
    with whole_folder(out) as aside:
        content = comparison_page(found, language=language)
        (aside / f"compare_{language}.html").write_text(content, encoding="utf-8", newline="\n")
        write_cog(
            aside / "difference.tif",
            [difference.to_numpy().astype(np.float32)],
            grid_of(difference),
            descriptions=["class of difference"],
            unit="1",
            metadata={**told, **words},
        )
        write_csv(shares, aside / "shares.csv")
        write_csv(homes, aside / "settlements.csv")
        if found.gaps is not None:
            write_csv(found.gaps, aside / "gaps.csv")
        plain = {
            **told,
            "outcomes": {
                str(name): int(count)
                for name, count in homes["outcome"].value_counts().sort_index().items()
            },
            "shares": shares.astype(object).where(shares.notna(), None).to_dict("records"),
        }
        write_json(plain, aside / "comparison.json")
        names = sorted(path.name for path in aside.iterdir())
    return [out / name for name in names]
