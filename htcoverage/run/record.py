"""Reading a run back: what ``run.json`` tells, and the files beside it.

``run.json`` holds the number of its format and a digest of all it says, and the digest of every
file beside it. So what is read is what this format's writer wrote, or one error: nothing that reads
a run needs to doubt it again.
"""

from __future__ import annotations

import hashlib
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

#: Of ``run.json`` and the files beside it. Raise it with every change after which a reader of the
#: one would fail on, or misread, files of the other.
RUN_FORMAT = 2

#: Keys of the format's number and of the digest of everything else in ``run.json``.
_FORMAT, _DIGEST = "format", "record_sha256"


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


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of ``run.json`` with its format and the digest that tells it unchanged."""
    told = {_FORMAT: RUN_FORMAT, **content}
    return {**told, _DIGEST: _digest(told)}


def read_run(path: str | os.PathLike[str]) -> RunRecord:
    """Read the ``run.json`` of a finished run; the files beside it are not looked at.

    Parameters
    ----------
    path : path-like
        The file ``run.json``, or the folder that holds it.

    Raises
    ------
    InputError
        If it is not the record of a run, is one of another format, or was changed.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "run.json"
    try:
        return _checked(file, json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        why = error.strerror or str(error)
    # Somebody else's JSON, or a damaged one, may hold anything anywhere.
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = " ".join(str(each) for each in error.args)
    raise InputError([Fault(str(file), None, None, "", f"the run.json of a finished run ({why})")])


def _checked(file: Path, content: Any) -> RunRecord:
    if not isinstance(content, dict):
        raise TypeError(f"this is a JSON {type(content).__name__}")
    needed = {"parameters", "inputs", "outputs", "coverage", "assumptions"}
    lacking = needed - content.keys()
    if lacking:
        raise KeyError(f"this has no {', '.join(sorted(lacking))}")
    again = "run it again by the options that made it"
    if content.get(_FORMAT) != RUN_FORMAT:
        found = f"format {content[_FORMAT]}" if _FORMAT in content else "no format number"
        expected = f"a run of format {RUN_FORMAT}, that of htcoverage {version('htcoverage')}"
        raise InputError([Fault(str(file), None, None, found, f"{expected}: {again}")])
    if content.get(_DIGEST) != _digest({k: v for k, v in content.items() if k != _DIGEST}):
        expected = f"the run.json as the run wrote it: it was changed; {again}"
        raise InputError([Fault(str(file), None, None, "", expected)])
    known = {field.name for field in fields(RunParameters)}
    strange = sorted(content["parameters"].keys() - known)
    if strange:
        expected = f"a parameter of htcoverage {version('htcoverage')}"
        raise InputError(Fault(str(file), None, name, "", expected) for name in strange)
    return RunRecord(file.parent, RunParameters(**content["parameters"]), content)


def _digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of plain values, however they are laid out in a file."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def check_outputs(record: RunRecord) -> None:
    """Raise InputError unless every file beside ``run.json`` is, to the byte, what the run wrote.

    Raises
    ------
    InputError
        Lists every file that is missing or was changed.
    """
    again = f"'htcoverage run --from {record.path_of('run.json')}' makes it again"
    faults = []
    for entry in record.content["outputs"]:
        output = record.path_of(entry["file"])
        if not output.is_file():
            words = f"the file that the run wrote: it is gone; {again}"
            faults.append(Fault(str(output), None, None, "", words))
        elif sha256_of(output) != entry["sha256"]:
            words = f"the file as the run wrote it: it was changed; {again}"
            faults.append(Fault(str(output), None, None, "", words))
    if faults:
        raise InputError(faults)


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
