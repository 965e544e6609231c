"""One whole run: inputs, parameters, results, and the files that carry them."""

from htcoverage.run.compute import RunResult, compute_run
from htcoverage.run.inputs import Inputs, LayerPaths, load_inputs, open_project, project_inputs
from htcoverage.run.layers import RunLayers, read_layers
from htcoverage.run.outputs import write_run
from htcoverage.run.parameters import RunParameters
from htcoverage.run.record import RunRecord, check_same_inputs, read_run

__all__ = [
    "Inputs",
    "LayerPaths",
    "RunLayers",
    "RunParameters",
    "RunRecord",
    "RunResult",
    "check_same_inputs",
    "compute_run",
    "load_inputs",
    "open_project",
    "project_inputs",
    "read_layers",
    "read_run",
    "write_run",
]
