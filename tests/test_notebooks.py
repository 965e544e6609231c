"""The notebooks run from the first cell to the last, and are committed without what they print."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_valid_and_holds_no_output(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    for cell in code:
        assert cell.outputs == []
        assert cell.execution_count is None
        assert set(cell.metadata) <= {"tags"}


def test_the_notebooks_are_there():
    assert {"01_coverage_figure", "02_gap_map"} <= {path.stem for path in NOTEBOOKS}


@pytest.mark.notebooks
@pytest.mark.skipif(
    os.environ.get("HTCOVERAGE_RUN_NOTEBOOKS") != "1",
    reason="executes notebooks: set HTCOVERAGE_RUN_NOTEBOOKS=1",
)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_without_error_or_warning(path, tmp_path):
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=1_200,
        startup_timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": tmp_path}},
    )
    # Pictures are shown in the notebook, whatever the surroundings draw on.
    client.execute(env={k: v for k, v in os.environ.items() if k != "MPLBACKEND"})
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    said = [output.text for output in outputs if output.get("name") == "stderr"]
    assert said == []
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) >= 3
    # A notebook may write a report as well; the map is the page that carries the pictures.
    pages = list((tmp_path / "out").rglob("*.html"))
    assert max(page.stat().st_size for page in pages) > 1_000_000
