"""The examples in the docstrings of what notebooks call most, run one after the other."""

from __future__ import annotations

import doctest
import inspect

import matplotlib as mpl
import matplotlib.pyplot as plt

import htcoverage as ht

mpl.use("Agg")

#: In the order in which one goes on from another.
EXAMPLES = (
    "load_reference", "make_grid", "compute_coverage", "compute_figures", "headline", "find_gaps",
    "cover_at", "path_profile", "p1812", "preset", "clean_ledger", "plot_coverage",
)  # fmt: skip


def test_examples_give_what_they_say():
    known: dict[str, object] = {}
    runner = doctest.DocTestRunner()
    told: list[str] = []
    for name in EXAMPLES:
        docstring = inspect.getdoc(getattr(ht, name))
        test = doctest.DocTestParser().get_doctest(docstring, known, name, None, None)
        assert test.examples, f"{name} has no example"
        runner.run(test, out=told.append, clear_globs=False)
        known |= test.globs
    plt.close("all")
    assert runner.failures == 0, "".join(told)
