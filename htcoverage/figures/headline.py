"""The few figures that are said aloud, with the words that must be said with them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from htcoverage.errors import argument_fault
from htcoverage.figures.cover import ALL_OPERATORS, ANY_OPERATOR, CoverCriteria
from htcoverage.figures.rows import ALL_DISTRICTS, HEADLINE_SETTLEMENT_PART, PROVINCE_CODE
from htcoverage.labels import Language, counted, label, short_number


@dataclass(frozen=True)
class Headline:
    """A table of shares and what must be said with it.

    Parameters
    ----------
    area, operator : str
        What the shares are of, in the user's language.
    table : DataFrame
        ``technology, denominator`` in the user's language, ``median, cell_edge`` as shares in
        [0, 1], ``total`` and ``unit``; one row a technology and denominator.
    median, cell_edge : str
        Headings of the two columns of shares: "median (50 %)", "cell edge 90 %".
    words : tuple of str
        What the figures are and are not: to be shown with them, every one.
    """

    area: str
    operator: str
    table: pd.DataFrame
    median: str
    cell_edge: str
    words: tuple[str, ...]


def headline(
    figures: pd.DataFrame,
    *,
    area_code: str = PROVINCE_CODE,
    operator: str = ANY_OPERATOR,
    settlement_part: float = HEADLINE_SETTLEMENT_PART,
    language: Language = "en",
) -> Headline:
    """Return the headline figures of an area: median and cell edge side by side.

    Parameters
    ----------
    figures : DataFrame
        As `compute_figures` returns them, with ``attrs["criteria"]``.
    area_code : str
        Code of a district or commune; the province when left out.
    operator : str
        An operator's name, ``any`` or ``all``.
    settlement_part : float
        The part of a settlement's residents that must be covered for it to count.
    language : {"en", "vi"}
        Language of the words.

    Returns
    -------
    Headline
        Shares in [0, 1], with the words that must be shown with them.

    Raises
    ------
    InputError
        If the figures have no such rows.

    Examples
    --------
    With the figures of the example of `compute_figures`:

    >>> found = ht.headline(figures)
    >>> found.table.columns.tolist()
    ['technology', 'denominator', 'median', 'cell_edge', 'total', 'unit']
    >>> found.words[:2]
    ('predicted', 'outdoors, at 1.5 m')
    """
    criteria = CoverCriteria(**figures.attrs["criteria"])
    rows = figures[(figures["area_code"] == area_code) & (figures["operator"] == operator)]
    if len(rows) == 0:
        place = f"{area_code}, {operator}"
        raise argument_fault("area_code, operator", place, "an area and operator of the figures")
    of_settlements = rows["denominator"] == "settlements"
    at_part = rows["settlement_part"] == settlement_part
    if of_settlements.any() and not at_part.any():
        parts = ", ".join(
            str(part) for part in sorted(set(rows.loc[of_settlements, "settlement_part"]))
        )
        raise argument_fault("settlement_part", settlement_part, f"one of {parts}")
    rows = rows[~of_settlements | at_part]
    keys = ["technology", "denominator"]
    edge = rows[rows["basis"] == "cell_edge"].rename(columns={"covered_share": "cell_edge"})
    table = (
        rows[rows["basis"] == "median"]
        .rename(columns={"covered_share": "median"})
        .merge(edge[[*keys, "cell_edge"]], on=keys, validate="1:1")
    )
    technologies = {
        "any": label("either_technology", language),
        "both": label("both_technologies", language),
    }
    table = table.assign(
        technology=table["technology"].replace(technologies),
        denominator=[counted(name, settlement_part, language) for name in table["denominator"]],
    )
    operators = {
        ANY_OPERATOR: label("any_operator", language),
        ALL_OPERATORS: label("all_operators", language),
    }
    probability = short_number(100.0 * criteria.cell_edge_probability, language, most_digits=4)
    area = str(rows["area"].iloc[0])
    return Headline(
        area=label("all_districts", language) if area == ALL_DISTRICTS else area,
        operator=operators.get(operator, operator),
        table=table[["technology", "denominator", "median", "cell_edge", "total", "unit"]],
        median=label("median", language),
        cell_edge=f"{label('cell_edge', language)} {probability} %",
        words=criteria_words(criteria, language=language),
    )


def criteria_words(criteria: CoverCriteria, *, language: Language = "en") -> tuple[str, ...]:
    """Return what figures under these criteria are and are not, as short phrases in order."""
    thresholds = "; ".join(
        f"{technology} {quantity} ≥ {short_number(threshold_dbm, language, most_digits=4)} dBm"
        for technology, quantity, threshold_dbm in (
            ("3G", "RSCP", criteria.threshold_3g_dbm),
            ("4G", "RSRP", criteria.threshold_4g_dbm),
        )
    )
    place = label("outdoors", language)
    if criteria.user_loss_db or criteria.user_loss_sigma_db:
        place = label("behind_user_loss", language).format(
            place=place,
            loss=short_number(criteria.user_loss_db, language, most_digits=4),
            sigma=short_number(criteria.user_loss_sigma_db, language, most_digits=4),
        )
    return (label("predicted", language), place, thresholds, label("downlink_only", language))
