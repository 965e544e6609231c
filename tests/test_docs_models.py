"""Every formula of docs/models.md, by plain arithmetic, against the function that computes it."""

from __future__ import annotations

import ast
import importlib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from htcoverage.propagation.registry import models

PAGE = Path(__file__).parents[1] / "docs" / "models.md"
_BLOCK = re.compile(r"^```formula\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_GIVEN = re.compile(r"given (\w+) = (\S+) \[(\S+), (\S+)\]")
_STEP = re.compile(r"(\w+) = (.+)")

#: All that a formula may use.
ARITHMETIC: dict[str, Any] = {
    name: getattr(math, name)
    for name in ("log", "log10", "sqrt", "exp", "pi", "e", "erf", "erfc", "tan", "atan", "degrees")
} | {"min": min, "max": max}


@dataclass(frozen=True)
class Formula:
    given: Mapping[str, tuple[float, float, float]]
    steps: tuple[tuple[str, str], ...]
    worked: str
    kernel: str

    @property
    def name(self) -> str:
        found = re.match(r"([\w.]+)\(", self.kernel)
        assert found is not None
        return found.group(1).removeprefix("htcoverage.").removeprefix("propagation.")

    def by_hand(self, values: Mapping[str, float]) -> float:
        """Evaluate the steps with arithmetic alone; the last is the result."""
        names: dict[str, Any] = {**ARITHMETIC, **values}
        for name, expression in self.steps:
            names[name] = eval(expression, {"__builtins__": {}}, names)
        return float(names[self.steps[-1][0]])

    def by_kernel(self, values: Mapping[str, float]) -> float:
        names = {**ARITHMETIC, **values}
        return float(_value(ast.parse(self.kernel, mode="eval").body, names))


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """Value of a call of functions named in full; what else stands there is arithmetic."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("htcoverage."):
        module, _, function = ast.unparse(node.func).rpartition(".")
        arguments = [_value(argument, names) for argument in node.args]
        keywords = {str(word.arg): _value(word.value, names) for word in node.keywords}
        return getattr(importlib.import_module(module), function)(*arguments, **keywords)
    return eval(ast.unparse(node), {"__builtins__": {}}, dict(names))


def read(text: str) -> Iterator[Formula]:
    for block in _BLOCK.findall(text):
        given: dict[str, tuple[float, float, float]] = {}
        steps: list[tuple[str, str]] = []
        worked = kernel = ""
        for line in block.splitlines():
            if found := _GIVEN.fullmatch(line):
                value, low, high = (float(v) for v in found.groups()[1:])
                assert low <= value <= high, line
                given[found.group(1)] = value, low, high
            elif line.startswith("worked "):
                worked = line.removeprefix("worked ")
            elif line.startswith("kernel "):
                kernel = line.removeprefix("kernel ")
            else:
                step = _STEP.fullmatch(line)
                assert step is not None, line
                steps.append((step.group(1), step.group(2)))
        assert given, block
        assert steps, block
        assert worked, block
        yield Formula(given, tuple(steps), worked, kernel)


TEXT = PAGE.read_text(encoding="utf-8")
FORMULAS = [
    pytest.param(formula, id=f"{number}-{formula.name}")
    for number, formula in enumerate(read(TEXT), start=1)
]


def test_no_formula_is_left_out_of_the_reading() -> None:
    assert len(FORMULAS) == TEXT.count("```formula\n") > 25
    for module in (
        "p525", "p526", "p526_cylinders", "p1812", "p2108", "p2109", "hata", "tr38901", "spm",
        "link_budget",
    ):  # fmt: skip
        assert any(f".{module}." in p.values[0].kernel for p in FORMULAS), module


def test_every_model_of_the_registry_is_on_the_page() -> None:
    for entry in models():
        assert f"`{entry.name}`" in TEXT, entry.name


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_number_is_what_the_formula_gives(formula: Formula) -> None:
    values = {name: value for name, (value, _, _) in formula.given.items()}
    digits = len(formula.worked.partition(".")[2])
    assert digits >= 2
    assert formula.by_hand(values) == pytest.approx(float(formula.worked), abs=0.5 * 10**-digits)


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_function_is_the_formula(formula: Formula) -> None:
    rng = np.random.default_rng(1)
    points = [{name: value for name, (value, _, _) in formula.given.items()}]
    points += [
        {name: float(rng.uniform(low, high)) for name, (_, low, high) in formula.given.items()}
        for _ in range(40)
    ]
    for values in points:
        expected = formula.by_hand(values)
        assert formula.by_kernel(values) == pytest.approx(expected, rel=1e-9, abs=1e-7), values
