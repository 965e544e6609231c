"""The planner's cost table: read, checked as a whole, what it lacks told."""

from __future__ import annotations

from pathlib import Path

import pytest

from htcoverage.errors import InputError
from htcoverage.export import write_csv
from htcoverage.fibre.costs import RouteCosts, cost_table, read_costs


def table(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "costs.csv"
    path.write_text("\n".join(["item,unit,cost,currency", *rows, ""]), encoding="utf-8")
    return path


def test_the_table_of_the_defaults_reads_back_as_they_are(tmp_path: Path) -> None:
    write_csv(cost_table(), tmp_path / "costs.csv")
    read = read_costs(tmp_path / "costs.csv")
    assert read.assumed == ()
    assert cost_table(read).equals(cost_table())
    assert RouteCosts().assumed


def test_what_a_table_lacks_keeps_its_default_and_is_named(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "fibre_buried_duct,per km,300,million VND",
        "fibre_slope_from_percent:30,factor,2.5,",
        "fibre_slope_from_percent:8,factor,1.25,",
        "mast_45_m,each,900,million VND",  # planning's, not ours
    )
    costs = read_costs(path)
    assert costs.buried_duct_cost_per_km == 300.0
    assert costs.factor_by_slope_percent == {8.0: 1.25, 30.0: 2.5}
    assert costs.pole_line_cost_per_km == RouteCosts().pole_line_cost_per_km
    assert costs.assumed == (
        "fibre_pole_line", "fibre_river_crossing", "fibre_land_cover", "fibre_road_class",
    )  # fmt: skip


def test_another_currency_needs_every_amount(tmp_path: Path) -> None:
    rows = ["fibre_pole_line,per km,2400,USD", "fibre_buried_duct,per km,9000,USD"]
    with pytest.raises(InputError, match=r"fibre_river_crossing.*million VND, not in USD"):
        read_costs(table(tmp_path, *rows))
    costs = read_costs(table(tmp_path, *rows, "fibre_river_crossing,per crossing,1200,USD"))
    assert (costs.currency, costs.cost_per_km, costs.cost_per_crossing) == ("USD", 2400.0, 1200.0)


def test_every_fault_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "fibre_pole_line,per m,60,million VND",
        "fibre_pole_line,per km,61,million VND",
        "fibre_buried_duct,per km,-5,million VND",
        "fibre_river_crossing,per crossing,ten,million VND",
        "fibre_land_cover:forest,factor,1.6,",
        "fibre_land_cover:trees,factor,1.6,USD",
        "fibre_slope:20,factor,2,",
        "fiber_duct,per km,2,million VND",
        "fibre_road_class:track,factor,,",
        "fibre_buried_ducts,per km,9,",
    )
    with pytest.raises(InputError) as caught:
        read_costs(path)
    found = {(fault.row, fault.column): fault for fault in caught.value.faults}
    assert set(found) == {
        (2, "unit"), (3, "item"), (4, "cost"), (5, "cost"), (6, "item"), (7, "currency"),
        (8, "item"), (9, "item"), (10, "cost"), (11, "item"),
    }  # fmt: skip
    assert all(fault.file == str(path) for fault in found.values())
    assert found[4, "cost"].value == "-5"
    assert "'per km'" in found[2, "unit"].expected
    assert "did you mean fibre_buried_duct?" in found[11, "item"].expected


def test_two_currencies_are_told(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "fibre_pole_line,per km,60,million VND",
        "fibre_buried_duct,per km,9000,USD",
    )
    with pytest.raises(InputError, match=r"row 3.*'USD'; expected one currency; row 2 has million"):
        read_costs(path)


def test_a_table_as_a_vietnamese_spreadsheet_saves_it(tmp_path: Path) -> None:
    path = tmp_path / "costs.csv"
    rows = ["fibre_pole_line;per km;61,5;", "fibre_land_cover:trees;factor;1,75;"]
    path.write_text(
        "\n".join(["item;unit;cost;currency", rows[0] + "million VND", rows[1]]), encoding="utf-8"
    )
    costs = read_costs(path)
    assert costs.cost_per_km == 61.5
    assert costs.factor_by_land_cover == {"trees": 1.75}


def test_only_a_crossing_may_be_free(tmp_path: Path) -> None:
    free = table(tmp_path, "fibre_river_crossing,per crossing,0,million VND")
    assert read_costs(free).cost_per_crossing == 0.0
    rows = ("fibre_pole_line,per km,0,million VND", "fibre_land_cover:trees,factor,0,")
    with pytest.raises(InputError) as caught:
        read_costs(table(tmp_path, *rows))
    assert {(fault.row, fault.column) for fault in caught.value.faults} == {
        (2, "cost"),
        (3, "cost"),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"pole_line_cost_per_km": 0.0}, {"buried_duct_cost_per_km": -1.0},
        {"cost_per_crossing": -1.0}, {"pole_line_cost_per_km": float("nan")},
        {"factor_by_slope_percent": {5.0: 0.0}}, {"build": "aerial"},
    ],
)  # fmt: skip
def test_prices_that_are_none_are_told(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        RouteCosts(**wrong)  # type: ignore[arg-type]
    assert RouteCosts(cost_per_crossing=0.0).cost_per_crossing == 0.0
