"""What new cable costs: stated defaults, or the planner's own table."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from htcoverage.cleaning.segments import read_by
from htcoverage.cleaning.values import repair_number
from htcoverage.errors import Fault, InputError, argument_fault
from htcoverage.readers.parsing import parse_columns
from htcoverage.readers.ranges import range_faults
from htcoverage.readers.sheet import Sheet, tidy
from htcoverage.readers.text import read_csv_sheet
from htcoverage.schema import Column
from htcoverage.terrain.classes import SURROUNDINGS

Build = Literal["pole_line", "buried_duct"]

#: Currency of the default amounts.
DEFAULT_CURRENCY = "million VND"

#: Items of the table that are amounts: the field that each fills, and its unit.
_AMOUNTS: dict[str, tuple[str, str]] = {
    "fibre_pole_line": ("pole_line_cost_per_km", "per km"),
    "fibre_buried_duct": ("buried_duct_cost_per_km", "per km"),
    "fibre_river_crossing": ("cost_per_crossing", "per crossing"),
}
#: A river may be crossed for nothing, on bridges with room for cable; nothing else is free.
_MAY_BE_FREE = "fibre_river_crossing"
#: Items with a class behind a colon, which are factors of the price of a km.
_FACTORS: dict[str, str] = {
    "fibre_land_cover": "factor_by_land_cover",
    "fibre_slope_from_percent": "factor_by_slope_percent",
    "fibre_road_class": "factor_by_road_class",
}
_FACTOR_UNIT = "factor"

_COLUMNS = (
    Column("item", "text", "what is priced, as fibre_pole_line or fibre_land_cover:4", unique=True),
    Column("unit", "text", "what one of it is: per km, per crossing or factor"),
    Column("cost", "number", "the price of one, or the factor", "", 0.0, 1e15),
    Column("currency", "text", "of the price; empty for factors", nullable=True, required=False),
)


@dataclass(frozen=True)
class RouteCosts:
    """The price of new cable. The defaults are labelled assumptions, not anybody's prices.

    Parameters
    ----------
    build : {"pole_line", "buried_duct"}
        How the cable is laid.
    pole_line_cost_per_km, buried_duct_cost_per_km : float
        Cable laid over flat open land, in ``currency`` per km of route.
    cost_per_crossing : float
        Of a river, in ``currency``, beside the length.
    currency : str
        Of all amounts.
    factor_by_slope_percent : mapping of float to float
        Slope in % from which a class begins → factor; below the first class 1.
    factor_by_land_cover : mapping of str or int to float
        Kind of surroundings (of `Terrain.surroundings`: water, open, trees, suburban, urban,
        dense-urban) or clutter class → factor; 1 for those left out. A class goes before its kind.
    factor_by_road_class : mapping of str to float
        Class of a road that is followed → factor; 1 for classes left out. The defaults use the
        words of OpenStreetMap's ``highway``.
    assumed : tuple of str
        Items that hold defaults.
    """

    build: Build = "pole_line"
    pole_line_cost_per_km: float = 60.0
    buried_duct_cost_per_km: float = 250.0
    cost_per_crossing: float = 30.0
    currency: str = DEFAULT_CURRENCY
    factor_by_slope_percent: Mapping[float, float] = field(
        default_factory=lambda: {5.0: 1.2, 10.0: 1.5, 20.0: 2.0, 35.0: 3.0}
    )
    factor_by_land_cover: Mapping[str | int, float] = field(
        default_factory=lambda: {
            "water": 8.0, "trees": 1.6, "suburban": 1.1, "urban": 1.5, "dense-urban": 2.0,
        }
    )  # fmt: skip
    factor_by_road_class: Mapping[str, float] = field(
        default_factory=lambda: {
            "motorway": 2.0, "trunk": 1.2, "primary": 1.1, "residential": 1.1, "track": 1.2,
            "path": 1.5,
        }
    )  # fmt: skip
    assumed: tuple[str, ...] = (*_AMOUNTS, *_FACTORS)

    def __post_init__(self) -> None:
        if self.build not in ("pole_line", "buried_duct"):
            raise argument_fault("build", self.build, "'pole_line' or 'buried_duct'")
        for name, _ in _AMOUNTS.values():
            value = getattr(self, name)
            # A crossing may be free; a kilometre may not, or every plan is the best.
            if not (
                np.isfinite(value) and (value > 0.0 or (name == "cost_per_crossing" and not value))
            ):
                raise argument_fault(name, value, "a number above 0")
        for name in _FACTORS.values():
            for code, factor in getattr(self, name).items():
                if not (np.isfinite(factor) and factor > 0.0):
                    raise argument_fault(name, f"{code}: {factor}", "factors above 0")

    @property
    def cost_per_km(self) -> float:
        """Of the way in which the cable is laid, in ``currency`` per km."""
        return float(getattr(self, f"{self.build}_cost_per_km"))


def cost_table(costs: RouteCosts | None = None) -> pd.DataFrame:
    """Return costs as the table that `read_costs` reads: ``item, unit, cost, currency``.

    Parameters
    ----------
    costs : RouteCosts, optional
        The defaults when left out: a table to start one's own from.
    """
    costs = costs or RouteCosts()
    rows: list[tuple[str, str, float, str]] = [
        (item, unit, float(getattr(costs, name)), costs.currency)
        for item, (name, unit) in _AMOUNTS.items()
    ]
    for item, name in _FACTORS.items():
        classes: Mapping[Any, float] = getattr(costs, name)
        rows += [
            (f"{item}:{code:g}" if isinstance(code, float) else f"{item}:{code}",
             _FACTOR_UNIT, factor, "")
            for code, factor in classes.items()
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=[column.name for column in _COLUMNS])


def read_costs(path: str | os.PathLike[str]) -> RouteCosts:
    """Read a cost table: a CSV with the columns ``item, unit, cost, currency``.

    Items of fibre are ``fibre_pole_line`` and ``fibre_buried_duct`` (``per km``),
    ``fibre_river_crossing`` (``per crossing``), and factors of the price of a km (``factor``, no
    currency): ``fibre_land_cover:<kind of surroundings or clutter class>``,
    ``fibre_slope_from_percent:<%>``, ``fibre_road_class:<class>``. What the table lacks keeps its
    default; of land cover, slopes and road classes one row replaces all the defaults. Items that do
    not begin with ``fibre`` price other things and are passed over.

    Returns
    -------
    RouteCosts
        ``assumed`` names the items that hold defaults.

    Raises
    ------
    InputError
        With every fault: unknown items, wrong units, costs not above 0 (a river's crossing may be
        free), several currencies; and amounts left out where the currency is not that of the
        defaults.
    """
    sheet = read_csv_sheet(Path(path))
    if "cost" in sheet.frame:
        read = read_by(sheet.frame["cost"], repair_number)
        sheet = replace(sheet, frame=sheet.frame.assign(cost=read))
    frame, faults = parse_columns(sheet, _COLUMNS)
    faults += list(sheet.broken)
    faults += range_faults(frame, _COLUMNS, sheet=sheet)
    amounts: dict[str, float] = {}
    factors: dict[str, dict[Any, float]] = {}
    currencies: dict[str, int] = {}
    for row, cells in frame.iterrows():
        item = cells["item"]
        if not isinstance(item, str):
            continue
        family, _, code = item.partition(":")
        if cells["cost"] == 0.0 and item != _MAY_BE_FREE:
            faults.append(sheet.fault(row, "cost", "above 0: what costs nothing is built anywhere"))
        if item in _AMOUNTS:
            name, unit = _AMOUNTS[item]
            amounts[name] = float(cells["cost"])
            faults += _unit_faults(sheet, row, cells["unit"], unit)
            if isinstance(cells["currency"], str):
                currencies.setdefault(cells["currency"], int(str(row)))
            else:
                faults.append(sheet.fault(row, "currency", "the currency of this cost"))
        elif family in _FACTORS:
            name = _FACTORS[family]
            faults += _unit_faults(sheet, row, cells["unit"], _FACTOR_UNIT)
            if isinstance(cells["currency"], str):
                faults.append(sheet.fault(row, "currency", "an empty cell: this is a factor"))
            known = _code(name, code)
            if known is None:
                faults.append(sheet.fault(row, "item", _code_words(family)))
            else:
                factors.setdefault(name, {})[known] = float(cells["cost"])
        else:
            faults += _unknown(sheet, row, item)
    if len(currencies) > 1:
        first = next(iter(currencies))
        faults += [
            sheet.fault(row, "currency", f"one currency; row {currencies[first]} has {first}")
            for name, row in currencies.items()
            if name != first
        ]
    currency = next(iter(currencies), DEFAULT_CURRENCY)
    if currency != DEFAULT_CURRENCY:
        faults += [
            Fault(sheet.file, None, "item", item,
                  f"a row of this item: its default is in {DEFAULT_CURRENCY}, not in {currency}")
            for item, (name, _) in _AMOUNTS.items() if name not in amounts
        ]  # fmt: skip
    if faults:
        raise InputError(tidy(faults, files=[sheet.file], broken=sheet.broken))
    by_slope = factors.get("factor_by_slope_percent")
    if by_slope:
        factors["factor_by_slope_percent"] = dict(sorted(by_slope.items()))
    given = amounts.keys() | factors.keys()
    assumed = [item for item, (name, _) in _AMOUNTS.items() if name not in given]
    assumed += [item for item, name in _FACTORS.items() if name not in given]
    values: dict[str, Any] = {**amounts, **factors}
    return replace(RouteCosts(), currency=currency, assumed=tuple(assumed), **values)


def _unit_faults(sheet: Sheet, row: Any, unit: object, wanted: str) -> list[Fault]:
    if not isinstance(unit, str) or unit.strip().casefold() == wanted:
        return []  # an empty cell is told already
    return [sheet.fault(row, "unit", repr(wanted))]


def _code(name: str, code: str) -> int | float | str | None:
    """Return the class of a factor's item as its mapping has it; None where it is none."""
    if name == "factor_by_road_class":
        return code.strip() or None
    if name == "factor_by_land_cover" and code.strip() in SURROUNDINGS:
        return code.strip()
    try:
        found = float(code)
    except ValueError:
        return None
    if name == "factor_by_land_cover":
        return int(found) if found.is_integer() and 0 <= found <= 255 else None
    return found if np.isfinite(found) and found >= 0.0 else None


def _code_words(family: str) -> str:
    words = {
        "fibre_land_cover": f"{', '.join(SURROUNDINGS)}, or a clutter class from 0 to 255, behind "
        "the colon, as fibre_land_cover:trees",
        "fibre_slope_from_percent": "a slope in % behind the colon, as fibre_slope_from_percent:20",
        "fibre_road_class": "a class behind the colon, as fibre_road_class:primary",
    }
    return words[family]


def _unknown(sheet: Sheet, row: Any, item: str) -> list[Fault]:
    known = [*_AMOUNTS, *_FACTORS]
    close = difflib.get_close_matches(item.partition(":")[0].casefold(), known, n=1, cutoff=0.8)
    if not close and not item.casefold().startswith(("fibre", "fiber")):
        return []
    expected = f"one of {', '.join(known)} (the last three with a class behind a colon)"
    return [sheet.fault(row, "item", expected + (f"; did you mean {close[0]}?" if close else ""))]
