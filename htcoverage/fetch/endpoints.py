"""The table of sources, and what a user's file replaces in it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import urlsplit

from htcoverage.errors import Fault, InputError
from htcoverage.fetch.http import Client

#: Tables of the file that are no sources.
_CLIENT, _PLAN = "client", "plan"

#: What may stand in braces in the address of a source that has many files.
_BLANKS: Mapping[str, tuple[str, ...]] = {
    "glo30": ("name", "band"),
    "srtm": ("name", "band"),
    "worldcover": ("name",),
    "worldpop": ("country", "country_lower", "release"),
    "worldpop_unconstrained": ("country", "country_lower", "release"),
    "geoboundaries": ("country", "name"),
    "opencellid": ("mcc",),
}


@dataclass(frozen=True)
class Endpoint:
    """One source.

    Parameters
    ----------
    key : str
        Its name in the table.
    title, licence, attribution, version : str
        What is said of it wherever its data is shown.
    address : str
        Template of the address of its files, without secrets.
    licence_url : str
        Where the licence stands.
    hosts : tuple of str
        Further hosts that it may be redirected to (``name`` or ``name:port``).
    file_mb : float
        About how large one file is, in MB (10⁶ bytes).
    sha256 : mapping of str to str
        What single files must be, by file name.
    more : mapping of str to str
        The source's own further words: a second address, a collection, …
    """

    key: str
    title: str
    address: str
    licence: str
    attribution: str
    version: str
    licence_url: str = ""
    hosts: tuple[str, ...] = ()
    file_mb: float = 1.0
    sha256: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Endpoints:
    """Every source, and how to ask them.

    Parameters
    ----------
    sources : mapping of str to Endpoint
        By key.
    client : Client
        Time-outs and retries.
    confirm_above_mb : float
        From this estimate on a question is asked first, in MB.
    """

    sources: Mapping[str, Endpoint]
    client: Client
    confirm_above_mb: float

    def __getitem__(self, key: str) -> Endpoint:
        return self.sources[key]


def read_endpoints(path: Path | None = None) -> Endpoints:
    """Return the table of sources.

    Parameters
    ----------
    path : Path, optional
        A user's file: its keys go before those of the table.

    Raises
    ------
    InputError
        With every fault of the user's file.
    """
    text = files("htcoverage.fetch").joinpath("endpoints.toml").read_text(encoding="utf-8")
    table: dict[str, Any] = tomllib.loads(text)
    if path is not None:
        own = _read(path)
        faults = list(_faults(path, own, table))
        if faults:
            raise InputError(faults)
        for key, values in own.items():
            table[key] = {**table.get(key, {}), **values}
    client = Client(**table.pop(_CLIENT))
    confirm_above_mb = float(table.pop(_PLAN)["confirm_above_mb"])
    sources = {key: _endpoint(key, values) for key, values in table.items()}
    return Endpoints(sources, client, confirm_above_mb)


def _endpoint(key: str, values: Mapping[str, Any]) -> Endpoint:
    known = {each.name for each in fields(Endpoint)} - {"key", "more"}
    own = {name: value for name, value in values.items() if name in known}
    more = {name: str(value) for name, value in values.items() if name not in known}
    return Endpoint(key=key, **{**own, "hosts": tuple(own.get("hosts", ()))}, more=more)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        expected = f"a file that can be read ({error.strerror})"
        raise InputError([Fault(str(path), None, None, "", expected)]) from error
    except UnicodeDecodeError as error:
        raise InputError([Fault(str(path), None, None, "", "text in UTF-8")]) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError([Fault(str(path), None, None, "", f"TOML ({error})")]) from error


def _faults(path: Path, own: Mapping[str, Any], table: Mapping[str, Any]) -> list[Fault]:
    """Return the faults of a user's table, each with its key."""
    faults: list[Fault] = []

    def fault(column: str, value: object, expected: str) -> None:
        faults.append(Fault(str(path), None, column, str(value)[:80], expected))

    needed = [each.name for each in fields(Endpoint)][1:6]
    for key, values in own.items():
        if not isinstance(values, dict):
            fault(key, values, f"a table: [{key}] with the keys of one source")
            continue
        if key in (_CLIENT, _PLAN):
            for name, value in values.items():
                if name not in table[key]:
                    fault(f"{key}.{name}", value, f"one of {', '.join(table[key])}")
                elif isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                    fault(f"{key}.{name}", value, "a number that is not negative")
                elif name == "retries" and not isinstance(value, int):
                    fault(f"{key}.{name}", value, "a whole number")
            continue
        for name, value in values.items():
            _source_fault(f"{key}.{name}", name, value, fault)
        faults += _blank_faults(path, key, str(values.get("address", "")))
        for name in needed if key not in table else ():
            if name not in values:
                fault(f"{key}.{name}", "", "this key: the source is not in the table yet")
    return faults


def _source_fault(column: str, name: str, value: object, fault: Any) -> None:
    if name == "file_mb":
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            fault(column, value, "a number of MB above 0")
    elif name == "hosts":
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            fault(column, value, "a list of host names")
    elif name == "sha256":
        digests = value.values() if isinstance(value, dict) else [None]
        if not all(isinstance(each, str) and len(each) == 64 for each in digests):
            fault(column, value, "a table of file names with their 64 hexadecimal digits")
    elif not isinstance(value, str) or not value.strip():
        fault(column, value, "text")
    elif name == "address" and urlsplit(value).scheme not in ("http", "https"):
        fault(column, value, "an address that begins with https:// or http://")


def _blank_faults(path: Path, key: str, address: str) -> list[Fault]:
    """Return the fault of an address with blanks that nobody fills."""
    if key not in _BLANKS:
        return []
    blanks = " and ".join(f"{{{name}}}" for name in _BLANKS[key])
    expected = f"an address in which braces stand for {blanks} alone"
    try:
        address.format(**dict.fromkeys(_BLANKS[key], ""))
        plain = all(not spec and not turn for _, _, spec, turn in Formatter().parse(address))
    except (ValueError, LookupError, AttributeError):
        plain = False
    return [] if plain else [Fault(str(path), None, f"{key}.address", address[:80], expected)]
