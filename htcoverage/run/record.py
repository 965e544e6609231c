"""Reading a run back: what ``run.json`` tells, and the files beside it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

from htcoverage.errors import Fault, InputError
from htcoverage.files import sha256_of
from htcoverage.run.inputs import Inputs
from htcoverage.run.parameters import RunParameters


@dataclass(frozen=True)
class RunRecord:
    """A finished run, as its ``run.json`` tells it.

    Parameters
    ----------
    folder : Path
        Where its files lie.
    parameters : RunParameters
        What was chosen.
    content : mapping
        All of ``run.json``.
    """

    folder: Path
    parameters: RunParameters
    content: Mapping[str, Any]

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of every input file, by name."""
        return {entry["file"]: entry["sha256"] for entry in self.content["inputs"]}

    def path_of(self, output: str) -> Path:
        """Return the path of an output file of the run."""
        return self.folder / output


def read_run(path: str | os.PathLike[str]) -> RunRecord:
    """Read ``run.json`` and check that the files beside it are those it was written with.

    Parameters
    ----------
    path : path-like
        The file ``run.json``, or the folder that holds it.

    Raises
    ------
    InputError
        If it is not the record of a run, or an output is missing or was changed.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "run.json"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return _checked(file, content)
    except OSError as error:
        why = error.strerror or str(error)
    # Somebody else's JSON, or one edited by hand, may hold anything anywhere.
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = " ".join(str(each) for each in error.args)
    expected = f"the run.json of a finished run ({why})"
    raise InputError([Fault(str(file), None, None, "", expected)])


def _checked(file: Path, content: Any) -> RunRecord:
    if not isinstance(content, dict):
        raise TypeError(f"this is a JSON {type(content).__name__}")
    needed = {"parameters", "inputs", "outputs", "coverage", "assumptions"}
    lacking = needed - content.keys()
    if lacking:
        raise KeyError(f"this has no {', '.join(sorted(lacking))}")
    known = {field.name for field in fields(RunParameters)}
    strange = sorted(content["parameters"].keys() - known)
    faults = [
        Fault(str(file), None, name, "", f"a parameter of htcoverage {version('htcoverage')}")
        for name in strange
    ]
    for entry in content["outputs"]:
        output = file.parent / entry["file"]
        if not output.is_file():
            faults.append(Fault(str(output), None, None, "", "the file that the run wrote"))
        elif sha256_of(output) != entry["sha256"]:
            faults.append(
                Fault(str(output), None, None, "", "the file as the run wrote it: it was changed")
            )
    if faults:
        raise InputError(faults)
    return RunRecord(file.parent, RunParameters(**content["parameters"]), content)


def check_same_inputs(record: RunRecord, inputs: Inputs) -> None:
    """Raise InputError unless the layers are, to the byte, those that a run was computed from.

    Parameters
    ----------
    record : RunRecord
        The run to repeat.
    inputs : Inputs
        Layers read for the repetition.

    Raises
    ------
    InputError
        Lists every file that is another, is missing, or was not there.
    """
    then, now = record.inputs, dict(inputs.files)
    faults = [
        Fault(name, None, None, now[name], f"the file of the run, SHA-256 {then[name]}")
        for name in sorted(then.keys() & now.keys())
        if then[name] != now[name]
    ]
    faults += [
        Fault(name, None, None, "", "this file: the run was computed from it, name it again")
        for name in sorted(then.keys() - now.keys())
    ]
    faults += [
        Fault(name, None, None, "", "no such file: the run was computed without it")
        for name in sorted(now.keys() - then.keys())
    ]
    if faults:
        raise InputError(faults)
