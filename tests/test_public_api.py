from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys
from dataclasses import fields, is_dataclass

import pytest

import htcoverage

PUBLIC = {
    # data
    "Reference", "load_reference", "read_ledger", "read_settlements", "read_districts",
    "read_spans", "Terrain", "read_terrain", "clean_ledger", "open_project", "project_inputs",
    "read_patterns",
    # computing
    "make_grid", "grid_of", "compute_coverage", "p1812", "location_sigma_db", "CoverCriteria",
    "compare_models",
    "compute_figures", "compute_layer_figures", "headline", "find_gaps", "cover_at", "cover_along",
    "count_operators", "preset", "path_profile",
    # how sure
    "compute_sensitivity", "site_failures", "add_intervals",
    # showing and writing
    "plot_coverage", "plot_figures", "plot_gaps", "plot_profile", "plot_province",
    "plot_reconciliation", "plot_sensitivity", "plot_fibre", "save_figure", "big_map",
    "plot_best_server", "plot_error_sources", "plot_failures", "plot_operators",
    "plot_criticality", "plot_routes",
    "make_map", "make_plan_map", "save_map", "write_coverage_tif", "write_csv", "write_gpkg",
    "plot_antenna",
    # errors
    "HtcoverageError", "InputError", "ValidityError", "SetupError", "Fault",
}  # fmt: skip

#: Each of these costs a tenth of a second or more, and is loaded when first needed.
HEAVY = (
    "numpy", "pandas", "geopandas", "shapely", "xarray", "numba", "scipy", "matplotlib", "folium",
    "pandera", "pydantic", "rasterio", "pyproj", "pyogrio", "odc.geo", "exactextract", "typer",
    "rich",
)  # fmt: skip

#: Import in a fresh process, timed inside it by its processor: the start of Python is not ours,
#: nor what else the machine does.
_IMPORT = """
import sys, time
start = time.process_time()
import htcoverage
seconds = time.process_time() - start
print(seconds, *sys.modules)
"""


def public_callables() -> list[str]:
    return sorted(name for name in PUBLIC if callable(getattr(htcoverage, name, None)))


def test_the_public_names_are_exactly_these():
    assert len(htcoverage.__all__) == len(set(htcoverage.__all__))
    assert set(htcoverage.__all__) == PUBLIC
    assert set(dir(htcoverage)) == PUBLIC


def test_importing_is_quick_and_loads_nothing_heavy():
    result = subprocess.run(
        [sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True
    )
    seconds, *modules = result.stdout.split()
    assert float(seconds) < 0.3
    assert sorted(set(HEAVY) & set(modules)) == []


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_resolves_to_the_object_of_its_own_module(name):
    value = getattr(htcoverage, name)
    assert value.__name__ == name
    assert value.__module__.startswith("htcoverage.")
    assert getattr(importlib.import_module(value.__module__), name) is value


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'compute_everything'"):
        _ = htcoverage.compute_everything


def _sections(doc: str) -> dict[str, str]:
    """Sections of a numpydoc docstring by title: a line underlined by as many dashes."""
    parts = re.split(r"^([A-Z][A-Za-z ]+)\n-{3,}$", doc, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _documented_parameters(section: str) -> set[str]:
    heads = re.findall(r"^([a-z][\w, ]*?)(?: ?: .*)?$", section, flags=re.MULTILINE)
    return {name.strip() for head in heads for name in head.split(",")}


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_is_documented_in_full(name):
    value = getattr(htcoverage, name)
    doc = inspect.getdoc(value)
    assert doc, f"{name} has no docstring"
    summary = doc.splitlines()[0]
    assert summary.endswith("."), f"the summary of {name} is one sentence on one line"
    assert len(summary) <= 100
    if inspect.isclass(value) and not is_dataclass(value):
        return  # errors: their class docstring says when they are raised
    sections = _sections(doc)
    wanted = (
        {field.name for field in fields(value)}
        if is_dataclass(value)
        else set(inspect.signature(value).parameters)
    )
    told = _documented_parameters(sections.get("Parameters", ""))
    assert wanted <= told, f"{name} does not tell of {sorted(wanted - told)}"
    assert told <= wanted, f"{name} tells of {sorted(told - wanted)}, which it has not"
    if not is_dataclass(value) and inspect.signature(value).return_annotation not in (None, "None"):
        assert "Returns" in sections, f"{name} does not tell what it returns"
