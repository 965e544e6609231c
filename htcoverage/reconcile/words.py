"""A reconciliation in words: one paragraph that hides no shortfall."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from htcoverage.figures import CoverCriteria, criteria_words
from htcoverage.figures.cover import ALL_OPERATORS, ANY_OPERATOR
from htcoverage.labels import Language, counted, label, number
from htcoverage.reconcile.statements import PublicStatement


def reconciliation_paragraph(
    table: pd.DataFrame,
    statements: Sequence[PublicStatement],
    *,
    modelled: Mapping[str, str],
    language: Language = "en",
) -> str:
    """Return the reconciliation as one paragraph that hides no shortfall.

    For each statement, for any operator and for all of them: from where to where the readings run,
    by which of them the reported share holds and by which it does not, how much is missing at most,
    and by how much every level would have to be higher, rounded against the statement. The table
    has each reading by itself.

    Parameters
    ----------
    table : DataFrame
        From `reconcile`.
    statements : sequence of PublicStatement
        The same.
    modelled : mapping of str to {"some", "all"}
        How much of ``base_stations`` and ``settlements`` is modelled, where any is: the paragraph
        then says what it cannot confirm.
    language : {"en", "vi"}
        Language of the words.
    """
    criteria = CoverCriteria(**table.attrs["criteria"])
    sentences = [
        label("rec_opening", language).format(
            probability=number(100.0 * criteria.cell_edge_probability, language),
            words="; ".join(criteria_words(criteria, language=language)),
        )
    ]
    for statement in statements:
        sentences += statement_sentences(table, statement, language=language)
    return " ".join([*sentences, *basis_sentences(modelled, language=language)])


def basis_sentences(modelled: Mapping[str, str], *, language: Language = "en") -> list[str]:
    """Return what the shares rest on and hence cannot confirm, a sentence an item.

    Parameters
    ----------
    modelled : mapping of str to {"some", "all"}
        As for `reconciliation_paragraph`.
    language : {"en", "vi"}
        Language of the words.
    """
    stations, homes = (modelled.get(key, "none") for key in ("base_stations", "settlements"))
    if stations == homes == "all":
        return [label("rec_modelled", language)]
    told = [label(f"rec_stations_{stations}", language)]
    return told if homes == "none" else [*told, label(f"rec_settlements_{homes}", language)]


def statement_sentences(
    table: pd.DataFrame, statement: PublicStatement, *, language: Language = "en"
) -> list[str]:
    """Return what `reconciliation_paragraph` says of one statement, a sentence an item.

    Parameters
    ----------
    table : DataFrame
        From `reconcile`.
    statement : PublicStatement
        One of those it was made with.
    language : {"en", "vi"}
        Language of the words.
    """
    said = statement.words_en if language == "en" else statement.words_vi
    sentences = [label("rec_reported", language).format(date=date_words(statement.date), said=said)]
    own = table[
        (table["date"] == statement.date)
        & (table["reported_share"] == statement.share)
        & (table["technology"] == statement.technology)
    ]
    if len(own) == 0:
        return [*sentences, label("rec_unanswered", language)]
    for operator in (ANY_OPERATOR, ALL_OPERATORS):
        rows = own[own["operator"] == operator]
        if len(rows):
            sentences.append(_told(rows, operator, statement, language))
    return sentences


def _told(rows: pd.DataFrame, operator: str, statement: PublicStatement, language: Language) -> str:
    """Return the sentence for one operator: the range of the readings, what holds, what does not.

    Readings run from the least share to the greatest, so that the first short one is the shortest.
    """
    technologies = {"any": "either_technology", "both": "both_technologies"}
    word = technologies.get(statement.technology)
    ordered = rows.sort_values("cell_edge", kind="stable")
    whats = [
        counted(denominator, part, language)
        for denominator, part in zip(ordered["denominator"], ordered["part"], strict=True)
    ]
    opening = label("rec_range" if len(ordered) > 1 else "rec_one", language).format(
        technology=label(word, language) if word else statement.technology,
        operator=label("any_operator" if operator == ANY_OPERATOR else "all_operators", language),
        low=_percent(ordered["cell_edge"].iloc[0], language),
        low_what=whats[0],
        high=_percent(ordered["cell_edge"].iloc[-1], language),
        high_what=whats[-1],
        low_median=_percent(ordered["median"].min(), language),
        high_median=_percent(ordered["median"].max(), language),
    )
    holds = ordered["holds"].to_numpy(bool)
    verdicts = []
    for wanted, verdict in ((True, _held), (False, _short)):
        if (holds == wanted).any():
            named = [what for what, held in zip(whats, holds, strict=True) if held == wanted]
            whole = bool((holds == wanted).all())
            verdicts.append(verdict(ordered[holds == wanted], named, statement, whole, language))
    return f"{opening} {'; '.join(verdicts)}."


def _held(
    rows: pd.DataFrame,
    whats: list[str],
    statement: PublicStatement,
    whole: bool,
    language: Language,
) -> str:
    words = label("rec_holds_all" if whole else "rec_holds", language).format(
        share=_percent(statement.share, language), whats=_listed(whats)
    )
    in_hand_db = rows["shift_db"].min()
    if math.isfinite(in_hand_db):
        shift = number(math.floor(10.0 * in_hand_db) / 10.0, language, digits=1)
        words += label("rec_in_hand", language).format(shift=shift)
    return words


def _short(
    rows: pd.DataFrame,
    whats: list[str],
    statement: PublicStatement,
    whole: bool,
    language: Language,
) -> str:
    words = label("rec_short_all" if whole else "rec_short", language).format(
        share=_percent(statement.share, language), whats=_listed(whats)
    )
    points = 100.0 * (statement.share - rows["cell_edge"].min())
    words += label("rec_points", language).format(points=number(points, language, digits=2))
    missing_db = -rows["shift_db"]
    reachable = missing_db[(missing_db < math.inf) & missing_db.notna()]
    if len(reachable):
        low, high = (
            number(math.ceil(10.0 * db) / 10.0, language, digits=1)
            for db in (reachable.min(), reachable.max())
        )
        span = label("rec_span", language).format(low=low, high=high) if low != high else low
        words += label("rec_missing", language).format(shift=span)
    lost = [what for what, db in zip(whats, missing_db, strict=True) if db == math.inf]
    if lost:
        words += label("rec_unreachable", language).format(whats=_listed(lost))
    return words


def _listed(whats: list[str]) -> str:
    """Return names in one string; names with commas in them are parted by semicolons."""
    return ("; " if any("," in what for what in whats) else ", ").join(whats)


def date_words(date: str) -> str:
    """Return a date as people write it: month before year."""
    year, _, month = date.partition("-")
    return f"{month}/{year}" if month else year


def _percent(share: float, language: Language) -> str:
    """Return a share with two digits, or none where it has none; never rounded up to 100 %."""
    whole = 100.0 * share
    if share < 1.0:
        whole = min(whole, 99.99)
    digits = 0 if abs(whole - round(whole)) < 1e-9 else 2
    return f"{number(whole, language, digits=digits)} %"
