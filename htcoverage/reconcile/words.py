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
    technologies = {"any": "either_technology", "both": "both_technologies"}
    word = technologies.get(statement.technology)
    technology = label(word, language) if word else statement.technology
    named: list[str] = []
    for operator in (ANY_OPERATOR, ALL_OPERATORS):
        # From the least share to the greatest, so that the first short one is the shortest.
        rows = own[own["operator"] == operator].sort_values("cell_edge", kind="stable")
        if len(rows) == 0:
            continue
        whats = [
            counted(denominator, part, language)
            for denominator, part in zip(rows["denominator"], rows["part"], strict=True)
        ]
        who = label("any_operator" if operator == ANY_OPERATOR else "all_operators", language)
        opening = label("rec_next" if named else "rec_first", language)
        # What was named just before, for any operator, need not be named again.
        ends = ["", ""] if [whats[0], whats[-1]] == named else [whats[0], whats[-1]]
        named = [whats[0], whats[-1]]
        sentences.append(
            label("rec_found", language).format(
                opening=opening.format(technology=technology, operator=who),
                share=_span(rows["cell_edge"], ends, language),
                median=_span(rows["median"], ["", ""], language),
                verdict=_verdict(rows, whats, statement, language),
            )
        )
    return sentences


def _span(shares: pd.Series, whats: Sequence[str], language: Language) -> str:
    """Return the least and the greatest share, each with what it counts where that is named."""
    ends = [(shares.min(), whats[0]), (shares.max(), whats[-1])][: len(shares)]
    told = [
        label("rec_named", language).format(share=_percent(share, language), what=what)
        if what
        else _percent(share, language)
        for share, what in ends
    ]
    if told[0] == told[-1]:
        return told[0]
    return label("rec_span", language).format(low=told[0], high=told[1])


def _verdict(
    rows: pd.DataFrame, whats: Sequence[str], statement: PublicStatement, language: Language
) -> str:
    """Return by which readings the reported share holds and by which it does not."""
    share = _percent(statement.share, language)
    holds = rows["holds"].to_numpy(bool)
    verdicts = []
    if holds.any():
        named = [what for what, held in zip(whats, holds, strict=True) if held]
        words = label("rec_holds_all" if holds.all() else "rec_holds", language)
        verdicts.append(words.format(share=share, whats=_listed(named)))
        in_hand_db = rows.loc[holds, "shift_db"].min()
        if math.isfinite(in_hand_db):
            shift = number(math.floor(10.0 * in_hand_db) / 10.0, language, digits=1)
            verdicts[-1] += label("rec_in_hand", language).format(shift=shift)
    if not holds.all():
        named = [what for what, held in zip(whats, holds, strict=True) if not held]
        words = label("rec_short" if holds.any() else "rec_short_all", language)
        words = words.format(share=share, whats=_listed(named))
        verdicts.append(words + _shortfall(rows[~holds], named, statement.share, language))
    return "; ".join(verdicts)


def _shortfall(
    rows: pd.DataFrame, whats: Sequence[str], reported: float, language: Language
) -> str:
    """Return how much is missing at most, and what would have to be true."""
    points = number(100.0 * (reported - rows["cell_edge"].min()), language, digits=2)
    words = label("rec_points" if len(rows) == 1 else "rec_points_most", language)
    words = words.format(points=points)
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
        which = "rec_unreachable" if len(lost) < len(rows) else "rec_unreachable_all"
        words += label(which, language).format(whats=_listed(lost))
    return words


def _listed(whats: Sequence[str]) -> str:
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
