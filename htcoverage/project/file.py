"""``htcoverage.toml``: read, and checked as a whole, every fault with its line."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from htcoverage.errors import Fault, InputError
from htcoverage.project.values import line_of, value_faults
from htcoverage.readers.columns import did_you_mean
from htcoverage.readers.sheet import existing_file, file_fault, shown
from htcoverage.schema import OPERATORS

#: The name that ``htcoverage init`` writes.
FILE_NAME = "htcoverage.toml"

Text = Annotated[str, Field(min_length=1)]

_MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class LayerSection(_Section):
    """A vector layer: its file, and what the file calls our columns."""

    path: Text
    layer: Text | None = None
    crs: Text | None = None
    columns: dict[str, Text] = Field(default_factory=dict)


class LedgerSection(LayerSection):
    """The ledger of base stations."""

    cells: Text | None = None
    values: dict[str, Text] = Field(default_factory=dict)
    operators: dict[str, Text] = Field(default_factory=dict)
    faulty_rows: Literal["stop", "drop"] = "stop"


class SettlementsSection(LayerSection):
    """Residential areas, or what they are made from; residents may come from a raster."""

    population: Text | None = None
    built_up_class: int | None = None
    clustered_within_m: Annotated[float, Field(gt=0)] | None = None
    smallest_m2: Annotated[float, Field(ge=0)] = 5000.0


class SpansSection(LayerSection):
    """The fibre: ``owner`` owns spans that name none; ``owners`` has the owner of each operator."""

    owner: Text | None = None
    owners: dict[str, Text] = Field(default_factory=dict)


class TerrainSection(_Section):
    """Elevation and what stands on it."""

    ground: Text | list[Text]
    ground_crs: Text | None = None
    clutter: Text | None = None
    clutter_classes: Text | None = None
    zone: Text | None = None
    posting_m: Annotated[float, Field(gt=0)] | None = None


class LayersSection(_Section):
    """The layers of the province."""

    bts: LedgerSection
    districts: LayerSection
    settlements: SettlementsSection
    terrain: TerrainSection
    spans: SpansSection | None = None


class ReportedSection(_Section):
    """A public statement that the figure is set beside, never tuned to."""

    covered_residential_share: Annotated[float, Field(ge=0, le=1)]
    date: Annotated[str, Field(pattern=_MONTH)]
    counts: Text
    bts: int | None = None
    cable_km: float | None = None


class GridSection(_Section):
    """The analysis grid."""

    resolution_m: float | None = None


class ThresholdsSection(_Section):
    """When a pixel counts as covered; the other keys go before what the preset sets."""

    preset: Text | None = None
    threshold_3g_dbm: float | None = None
    threshold_4g_dbm: float | None = None
    cell_edge_probability: float | None = None
    user_loss_db: float | None = None
    user_loss_sigma_db: float | None = None
    model_sigma_db: float | None = None


class ModelSection(_Section):
    """The propagation model and its parameters."""

    model: Text | None = None
    environment: Text | None = None
    radius_km: float | None = None
    rx_height_m: float | None = None
    clutter_clearance_m: float | None = None
    delta_n: float | None = None
    n0: float | None = None


class UncertaintySection(_Section):
    """How sure the figures are."""

    worlds: int | None = None


#: Where the parameters of a run stand in the file.
_PARAMETER_SECTIONS: dict[str, type[_Section]] = {
    "grid": GridSection,
    "thresholds": ThresholdsSection,
    "model": ModelSection,
    "uncertainty": UncertaintySection,
}


class AntennasSection(_Section):
    """The folder of antenna patterns that the cells name."""

    path: Text


class SourceSection(_Section):
    """Where the data of a layer is from, and what must be said wherever it is shown."""

    layer: Text
    title: Text
    licence: Text
    attribution: Text
    file: Text | None = None
    version: Text | None = None
    retrieved: Annotated[str, Field(pattern=_DAY)] | None = None
    address: Text | None = None


class CostsSection(_Section):
    """The cost table that planning reads."""

    path: Text


_Names = Annotated[list[Text], Field(min_length=1)]


class _File(_Section):
    name: Text
    crs: Text | None = None
    output: Text = "out"
    layers: LayersSection
    grid: GridSection = GridSection()
    thresholds: ThresholdsSection = ThresholdsSection()
    model: ModelSection = ModelSection()
    uncertainty: UncertaintySection = UncertaintySection()
    operators: _Names | dict[str, list[Text]] | None = None
    reported: ReportedSection | None = None
    costs: CostsSection | None = None
    sources: list[SourceSection] = Field(default_factory=list)
    antennas: AntennasSection | None = None


@dataclass(frozen=True)
class Project:
    """A project file that is right in itself; the layers are not read yet.

    Parameters
    ----------
    path : Path
        The project file; paths in it start from its folder.
    name : str
        Of the area.
    crs : str or None
        Projected CRS in metres of the analysis; None takes the UTM zone of the districts.
    output : Path
        Folder for the results.
    layers : LayersSection
        Files and mappings.
    parameters : mapping of str to float, int or str
        What the file sets of the run's parameters, by their names.
    reported : mapping
        The public statement that the figure is set beside; empty if there is none.
    costs : Path or None
        The cost table.
    antennas : Path or None
        Folder of antenna patterns.
    operators : tuple of str
        The operators that there are.
    operator_words : mapping of str to str
        Further words for them, to their names.
    sources : tuple of mapping
        Where layers are from: layer, title, licence, attribution and, where they are told, file,
        version, day of retrieval and address.
    """

    path: Path
    name: str
    crs: str | None
    output: Path
    layers: LayersSection
    parameters: Mapping[str, float | int | str]
    reported: Mapping[str, object]
    costs: Path | None
    antennas: Path | None
    operators: tuple[str, ...] = OPERATORS
    operator_words: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Mapping[str, str], ...] = ()

    def resolve(self, path: str) -> Path:
        """Return a path of the file, seen from its folder."""
        return self.path.parent / path


@dataclass(frozen=True)
class ParsedProject:
    """A project file read as far as it goes: with faults there may be no project."""

    path: Path
    project: Project | None
    parameters: Mapping[str, float | int | str]
    faults: tuple[Fault, ...]
    text: str

    def place_of(self, parameter: str) -> tuple[str, int | None]:
        """Return the full key of a parameter of the run, and the line on which it stands."""
        section = next(
            (n for n, model in _PARAMETER_SECTIONS.items() if parameter in model.model_fields),
            "model",
        )
        return f"{section}.{parameter}", line_of(self.text, (section, parameter))


def read_project(path: str | os.PathLike[str]) -> Project:
    """Read a project file.

    Parameters
    ----------
    path : path-like
        The file, or the folder that holds ``htcoverage.toml``.

    Returns
    -------
    Project

    Raises
    ------
    InputError
        With every fault of the file, and every layer's file that is not there.
    """
    parsed = parse_project(path)
    if parsed.project is None or parsed.faults:
        raise InputError(parsed.faults)
    return parsed.project


def parse_project(path: str | os.PathLike[str]) -> ParsedProject:
    """Read a project file and collect its faults.

    Parameters
    ----------
    path : path-like
        The file, or the folder that holds ``htcoverage.toml``.

    Raises
    ------
    InputError
        If it cannot be read at all: no such file, not UTF-8, not TOML.
    """
    file = Path(path)
    if file.is_dir():
        file = file / FILE_NAME
    text = _text(file)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else None
        words = re.sub(r" \(at .*", "", str(error))
        raise InputError([Fault(str(file), line, None, "", f"TOML ({words})")]) from error
    parameters = _parameters(raw)
    try:
        content = _File.model_validate(raw)
    except ValidationError as error:
        faults = [_fault(file, text, raw, each) for each in error.errors() if _is_meant(each, raw)]
        faults += value_faults(file, text, raw)
        return ParsedProject(file, None, parameters, tuple(_ordered(faults)), text)
    project = Project(
        path=file,
        name=content.name,
        crs=content.crs,
        output=file.parent / content.output,
        layers=content.layers,
        parameters=parameters,
        reported=content.reported.model_dump(exclude_none=True) if content.reported else {},
        costs=file.parent / content.costs.path if content.costs else None,
        sources=tuple(each.model_dump(exclude_none=True) for each in content.sources),
        antennas=file.parent / content.antennas.path if content.antennas else None,
        **_operators(content),
    )
    faults = value_faults(file, text, raw)
    return ParsedProject(file, project, parameters, tuple(_ordered(faults)), text)


def _operators(content: _File) -> dict[str, Any]:
    """Return the operators and the words for them, as `Project` holds them."""
    words = dict(content.layers.bts.operators)
    if content.operators is None:
        return {"operator_words": words}
    if isinstance(content.operators, list):
        return {"operators": tuple(content.operators), "operator_words": words}
    given = {word: name for name, each in content.operators.items() for word in each}
    return {"operators": tuple(content.operators), "operator_words": {**given, **words}}


def _text(file: Path) -> str:
    try:
        return existing_file(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise file_fault(file, f"a file that can be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise file_fault(file, "a text file in UTF-8") from error


def _parameters(raw: Mapping[str, Any]) -> dict[str, float | int | str]:
    """Return the run's parameters that stand in the file and are of their kind."""
    found: dict[str, float | int | str] = {}
    for section, model in _PARAMETER_SECTIONS.items():
        values = raw.get(section)
        if isinstance(values, dict):
            found |= {
                name: value
                for name, value in values.items()
                if name in model.model_fields
                and isinstance(value, str if name in _TEXT_PARAMETERS else int | float)
                and not isinstance(value, bool)
            }
    return {
        name: value if isinstance(value, str) or name in _WHOLE_PARAMETERS else float(value)
        for name, value in found.items()
    }


_TEXT_PARAMETERS = ("model", "environment", "preset")
_WHOLE_PARAMETERS = ("worlds",)


def _fault(file: Path, text: str, raw: Mapping[str, Any], error: Any) -> Fault:
    keys = tuple(str(key) for key in error["loc"])
    # Pydantic names the alternatives of a union as if they were keys.
    keys = tuple(key for key in keys if not _ALTERNATIVE.match(key))
    kind = error["type"]
    line = line_of(text, keys)
    if kind == "missing":
        expected = "this key: its section needs it"
        return Fault(str(file), line_of(text, keys[:-1]), ".".join(keys), "", expected)
    if kind == "extra_forbidden":
        return Fault(str(file), line, ".".join(keys), "", _known_keys(keys))
    value = "" if isinstance(error["input"], dict) else shown(error["input"])
    words = _WORDS.get(error.get("ctx", {}).get("pattern", kind))
    words = words or error["msg"].removeprefix("Input should be ")
    if keys == ("operators",):
        words = 'a list of names, such as ["A", "B"], or a table [operators] of names and words'
    return Fault(str(file), line, ".".join(keys), value, words)


#: Pydantic's words for programmers, as a planner would say them, by kind or pattern.
_WORDS = {
    "string_type": "text between double quotes",
    "float_type": "a number",
    "int_type": "a whole number",
    _MONTH: "a year and month, such as 2023-10",
    _DAY: "a day, such as 2023-10-31",
}

_ALTERNATIVE = re.compile(r"(?:list|dict)\[|(?:constrained-)?str$")


def _is_meant(error: Any, raw: Mapping[str, Any]) -> bool:
    """Return whether an error is of the form in which the file gives the operators."""
    if error["loc"][0] != "operators" or len(error["loc"]) < 2:
        return True
    form = "dict[" if isinstance(raw["operators"], dict) else "list["
    return str(error["loc"][1]).startswith(form)


def _known_keys(keys: tuple[str, ...]) -> str:
    section: Any = _File
    for key in (each for each in keys[:-1] if not each.isdigit()):
        annotation = section.model_fields[key].annotation
        options = getattr(annotation, "__args__", (annotation,))
        section = next(each for each in options if hasattr(each, "model_fields"))
    known = list(section.model_fields)
    return f"one of the keys {', '.join(known)} here{did_you_mean(keys[-1], known)}"


def _ordered(faults: Iterable[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.row or 0, fault.column or ""))
