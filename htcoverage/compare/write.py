"""Writing a comparison: the page, the raster of differences, the tables."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from htcoverage.compare.page import CLASSES, comparison_page
from htcoverage.compare.runs import RunComparison
from htcoverage.export import write_cog, write_csv
from htcoverage.grid import grid_of
from htcoverage.labels import Language, label


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
        ``compare_<language>.html, comparison.json, difference.tif, settlements.csv, shares.csv``.
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
    out.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".compare-", dir=out))
    try:
        content = comparison_page(found, language=language)
        (aside / f"compare_{language}.html").write_text(content, encoding="utf-8", newline="\n")
        write_cog(
            aside / "difference.tif",
            [difference.to_numpy().astype(np.float32)],
            grid_of(difference),
            descriptions=["class of difference"],
            unit="1",
            tags={**told, **words},
        )
        write_csv(shares, aside / "shares.csv")
        write_csv(homes, aside / "settlements.csv")
        plain = {
            **told,
            "outcomes": {
                str(name): int(count)
                for name, count in homes["outcome"].value_counts().sort_index().items()
            },
            "shares": shares.astype(object).where(shares.notna(), None).to_dict("records"),
        }
        text = json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False)
        (aside / "comparison.json").write_text(text + "\n", encoding="utf-8")
        written = []
        for path in sorted(aside.iterdir()):
            path.replace(out / path.name)
            written.append(out / path.name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return written
