"""The computed shares beside what was said in public: what each counts, what would have to be true.

A public figure rarely says what it counts, at which level, how surely and with whose network. So it
is set beside every reading that its words allow, and for each the common shift of all thresholds is
told at which it would just hold. Nothing here is tuned to any of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args

import pandas as pd

from htcoverage.errors import argument_fault
from htcoverage.figures import CoverCriteria, criteria_words
from htcoverage.figures.cover import ALL_OPERATORS, ANY_OPERATOR, Technology
from htcoverage.figures.rows import PART_TOLERANCE, PROVINCE_CODE, SETTLEMENT_PARTS
from htcoverage.labels import Language, label
from htcoverage.uncertainty import Sensitivity

#: A denominator, and the part of the residents where units are counted. ``communes`` counts the
#: communes of which at least that part of the residents is covered.
Reading = tuple[str, float | None]

#: What "so many per cent of residential areas" may count: their area, the people in them, or the
#: settlements as units.
RESIDENTIAL_READINGS: tuple[Reading, ...] = (
    ("residential_area", None),
    ("residents", None),
    *(("settlements", part) for part in SETTLEMENT_PARTS),
)

COLUMNS = (
    "date", "reported_share", "technology", "operator", "denominator", "part", "median",
    "cell_edge", "holds", "shift_db", "median_shift_db",
)  # fmt: skip


@dataclass(frozen=True)
class PublicStatement:
    """A share of something that was said in public to be covered.

    Parameters
    ----------
    date : str
        Year, or year and month: ``2023-10``.
    share : float
        The share stated, in (0, 1].
    technology : {"3G", "4G", "any", "both"}
        The technology that it speaks of; ``any`` where it names none or both together.
    readings : tuple of (str, float or None)
        What its words allow to be counted.
    words_en, words_vi : str
        What was said, without a full stop.
    """

    date: str
    share: float
    technology: Technology
    readings: tuple[Reading, ...]
    words_en: str
    words_vi: str

    def __post_init__(self) -> None:
        if not 0.0 < self.share <= 1.0:
            raise argument_fault("share", self.share, "a share above 0, at most 1")
        if not self.readings:
            raise argument_fault("readings", self.readings, "at least one reading")


def residential_statement(reported: Mapping[str, object]) -> PublicStatement:
    """Return the statement that a run carries as ``reported``, in the readings it allows.

    Parameters
    ----------
    reported : mapping
        ``covered_residential_share``, ``date`` and ``counts``, as in a project file.
    """
    return PublicStatement(
        date=str(reported["date"]),
        share=float(str(reported["covered_residential_share"])),
        technology="any",
        readings=RESIDENTIAL_READINGS,
        words_en=str(reported["counts"]),
        words_vi=str(reported["counts"]),
    )


@dataclass(frozen=True, eq=False)
class Reconciliation:
    """What was said in public, and the computed shares beside it.

    Parameters
    ----------
    statements : tuple of PublicStatement
        In the order in which they are told.
    table : DataFrame
        From `reconcile`.
    modelled : bool
        Whether the base stations are modelled, so that nothing here checks a carrier's ledger.
    """

    statements: tuple[PublicStatement, ...]
    table: pd.DataFrame
    modelled: bool

    def paragraph(self, language: Language = "en") -> str:
        """Return all of it as `reconciliation_paragraph` writes it."""
        return reconciliation_paragraph(
            self.table, self.statements, modelled=self.modelled, language=language
        )


def reconcile(
    figures: pd.DataFrame,
    sensitivities: Iterable[Sensitivity],
    statements: Sequence[PublicStatement],
) -> pd.DataFrame:
    """Set the computed shares of the province beside every reading of every statement.

    Parameters
    ----------
    figures : DataFrame
        From `compute_figures`, with commune rows where a statement counts communes.
    sensitivities : iterable of Sensitivity
        From `compute_sensitivity` at the basis ``cell_edge``, for the technologies and operators
        whose shift is wanted.
    statements : sequence of PublicStatement
        In the order in which they are to be told. One that the figures do not answer (communes,
        where settlements tell none) has no row.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`; one row a statement, operator (any, then all) and reading that the
        figures answer: the computed shares at the median and at the cell edge; ``holds``, whether
        the reported share is reached at the cell edge; ``shift_db``, the common shift of all
        thresholds at which it is just reached there: positive so much is in hand, negative so
        much is missing, −inf no shift reaches it, because too much has no level at all;
        ``median_shift_db`` the same at the median. NaN where no curve was given.
        ``attrs["criteria"]`` holds the criteria.

    Raises
    ------
    InputError
        If the figures answer no reading of any statement.
    """
    criteria = CoverCriteria(**figures.attrs["criteria"])
    curves = {
        (s.technology, s.operator, s.denominator, s.settlement_part): s
        for s in sensitivities
        if s.basis == "cell_edge"
    }
    rows = []
    for statement in statements:
        found = [
            _row(figures, curves, statement, operator, reading, margin_db=criteria.margin_db)
            for operator in (ANY_OPERATOR, ALL_OPERATORS)
            for reading in statement.readings
        ]
        rows += [row for row in found if row is not None]
    if not rows:
        asked = ", ".join(dict.fromkeys(statement.technology for statement in statements))
        raise argument_fault("figures", f"no row for {asked}", "rows that answer a statement")
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.attrs["criteria"] = figures.attrs["criteria"]
    return table


def _row(
    figures: pd.DataFrame,
    curves: Mapping[tuple[str, str, str, float | None], Sensitivity],
    statement: PublicStatement,
    operator: str,
    reading: Reading,
    *,
    margin_db: float,
) -> tuple[object, ...] | None:
    denominator, part = reading
    kept = figures[
        (figures["technology"] == statement.technology) & (figures["operator"] == operator)
    ]
    median, edge = (
        _share(kept[kept["basis"] == basis], denominator, part) for basis in ("median", "cell_edge")
    )
    if median is None or edge is None:
        return None
    shift_db = math.nan
    curve = curves.get((statement.technology, operator, denominator, part))
    if curve is not None:
        shift_db = curve.shift_for(statement.share)
        shift_db = -math.inf if math.isnan(shift_db) else shift_db
    holds = edge >= statement.share * (1.0 - 1e-12)
    return (
        statement.date, statement.share, statement.technology, operator, denominator,
        math.nan if part is None else part, median, edge, holds, shift_db, shift_db + margin_db,
    )  # fmt: skip


def _share(rows: pd.DataFrame, denominator: str, part: float | None) -> float | None:
    """Return the province's share of a reading; None where the figures have none."""
    if denominator == "communes":
        people = rows[(rows["area_level"] == "commune") & (rows["denominator"] == "residents")]
        if len(people) == 0 or part is None:
            return None
        return float((people["covered_share"] >= part - PART_TOLERANCE).mean())
    whole = rows[(rows["area_code"] == PROVINCE_CODE) & (rows["denominator"] == denominator)]
    if part is not None:
        whole = whole[whole["settlement_part"] == part]
    return None if len(whole) == 0 else float(whole["covered_share"].iloc[0])


def reconciliation_paragraph(
    table: pd.DataFrame,
    statements: Sequence[PublicStatement],
    *,
    modelled: bool,
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
    modelled : bool
        Whether the base stations are modelled: the paragraph then says that nothing in it checks
        the carriers' ledger.
    language : {"en", "vi"}
        Language of the words.
    """
    criteria = CoverCriteria(**table.attrs["criteria"])
    sentences = [
        label("rec_opening", language).format(
            probability=_number(100.0 * criteria.cell_edge_probability, 0, language),
            words="; ".join(criteria_words(criteria, language=language)),
        )
    ]
    for statement in statements:
        sentences += statement_sentences(table, statement, language=language)
    sentences.append(label("rec_modelled" if modelled else "rec_ledger", language))
    return " ".join(sentences)


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


def reconciliation_document(found: Reconciliation) -> dict[str, Any]:
    """Return a reconciliation as plain values for ``figures.json``; `read_reconciliation` reads it.

    ``shift_db`` is null where no shift reaches the share (``reached_by_a_shift`` false) and where
    none was asked for (null).
    """
    rows: list[dict[str, Any]] = []
    for row in found.table.to_dict("records"):
        shifts = {
            name: round(float(row[name]), 3) if math.isfinite(row[name]) else None
            for name in ("shift_db", "median_shift_db")
        }
        asked = not math.isnan(row["shift_db"])
        rows.append(
            {
                **{str(name): value for name, value in row.items()},
                "part": None if math.isnan(row["part"]) else row["part"],
                "median": round(float(row["median"]), 6),
                "cell_edge": round(float(row["cell_edge"]), 6),
                "holds": bool(row["holds"]),
                **shifts,
                "reached_by_a_shift": math.isfinite(row["shift_db"]) if asked else None,
            }
        )
    return {
        "statements": [asdict(statement) for statement in found.statements],
        "modelled": found.modelled,
        "rows": rows,
        "paragraph": {language: found.paragraph(language) for language in get_args(Language)},
    }


def read_reconciliation(
    document: Mapping[str, Any], *, criteria: Mapping[str, float]
) -> Reconciliation:
    """Return the reconciliation that ``figures.json`` holds.

    Parameters
    ----------
    document : mapping
        As `reconciliation_document` returns it, read back from JSON.
    criteria : mapping
        The criteria of the figures.
    """
    statements = tuple(
        PublicStatement(
            **{**each, "readings": tuple((what, part) for what, part in each["readings"])}
        )
        for each in document["statements"]
    )
    table = pd.DataFrame(document["rows"])
    unreachable = table.pop("reached_by_a_shift").eq(False)
    for name in ("part", "shift_db", "median_shift_db"):
        table[name] = table[name].astype(float)
    for name in ("shift_db", "median_shift_db"):
        table.loc[unreachable, name] = -math.inf
    table = table[list(COLUMNS)]
    table.attrs["criteria"] = dict(criteria)
    return Reconciliation(statements, table, bool(document["modelled"]))


def _told(rows: pd.DataFrame, operator: str, statement: PublicStatement, language: Language) -> str:
    """Return the sentence for one operator: the range of the readings, what holds, what does not.

    Readings run from the least share to the greatest, so that the first short one is the shortest.
    """
    technologies = {"any": "either_technology", "both": "both_technologies"}
    word = technologies.get(statement.technology)
    ordered = rows.sort_values("cell_edge", kind="stable")
    whats = [
        reading_words(denominator, part, language)
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
        shift = _number(math.floor(10.0 * in_hand_db) / 10.0, 1, language)
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
    words += label("rec_points", language).format(points=_number(points, 2, language))
    missing_db = -rows["shift_db"]
    reachable = missing_db[(missing_db < math.inf) & missing_db.notna()]
    if len(reachable):
        low, high = (
            _number(math.ceil(10.0 * db) / 10.0, 1, language)
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


def reading_words(denominator: str, part: float, language: Language) -> str:
    """Return what a reading counts; ``part`` is NaN where no units are counted."""
    if math.isnan(part):
        return label(denominator, language)
    key = "settlements_at_part" if denominator == "settlements" else "communes_at_part"
    return label(key, language).format(part=_number(100.0 * part, 0, language))


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
    return f"{_number(whole, digits, language)} %"


def _number(value: float, digits: int, language: Language) -> str:
    text = f"{value:.{digits}f}".replace("-", "−")
    return text.replace(".", ",") if language == "vi" else text
