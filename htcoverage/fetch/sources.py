"""The layers that can be fetched, and what each source must offer: a plan, then the files.

A module of a source has two functions::

    plan(area: Area, context: Context) -> list[Item]
    fetch(items: Sequence[Item], context: Context) -> list[Fetched]

`plan` says which files are needed and about how many bytes; it may ask a small catalogue (through
`cached`). `fetch` is given all its items together, brings them through `cached` or `cached_by`,
writes to ``context.out`` (under another name first, then renamed) and returns what is there. It
writes no records: the caller does, for all layers alike. A layer that cannot be had here (no key,
not in this country) is a `LeftOutError` of `plan`.

What the project file rests on, by ``Fetched.role``: ``districts`` and ``communes`` (columns
``district_code``, ``full_name``), ``settlements`` (columns of the schema, residents by the
population raster), ``buildings`` (outlines), ``cells`` (a ledger that `htcoverage check` reads).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from htcoverage.errors import SetupError
from htcoverage.fetch.cache import Context
from htcoverage.fetch.endpoints import Endpoint
from htcoverage.fetch.record import SourceRecord

if TYPE_CHECKING:
    import shapely

Bounds = tuple[float, float, float, float]


class LeftOutError(SetupError):
    """A layer cannot be had here (no key, no such data of this country), and the rest can.

    Raised by `plan`. Told and passed over, unless the user has named the layer.
    """


@dataclass(frozen=True)
class Area:
    """What is fetched for.

    Parameters
    ----------
    name : str
        For the project file.
    country : str
        ISO 3166 alpha-3, such as ``VNM``.
    bounds : tuple of float
        West, south, east, north in degrees (WGS 84).
    outline : Polygon or MultiPolygon, optional
        Of the province, WGS 84; None where a box was given.
    """

    name: str
    country: str
    bounds: Bounds
    outline: shapely.Geometry | None = None


@dataclass(frozen=True)
class Item:
    """One file to fetch.

    Parameters
    ----------
    layer : str
        The layer that it is for.
    endpoint : Endpoint
        Its source.
    name : str
        Of the file at the source.
    address : str
        Where it is, without secrets.
    size_bytes : int
        About how much is transferred.
    bounds : tuple of float
        The part that is wanted: west, south, east, north in degrees.
    details : mapping of str to str
        What the source wants to know again when it fetches.
    """

    layer: str
    endpoint: Endpoint
    name: str
    address: str
    size_bytes: int
    bounds: Bounds
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fetched:
    """A file of a layer, in the output folder.

    Parameters
    ----------
    record : SourceRecord
        Its name, licence, addresses, hash; from `record_of`.
    notes : tuple of str
        What the user should be told: voids, what was left out.
    role : str
        What it is for the project file: the layer's name, unless the layer has several files
        (``districts``, ``communes``).
    """

    record: SourceRecord
    notes: tuple[str, ...] = ()
    role: str = ""


@dataclass(frozen=True)
class Source:
    """A layer's functions, imported only when they are needed.

    Parameters
    ----------
    module : str
        Name of the module in `htcoverage.fetch`.
    """

    module: str

    @property
    def plan(self) -> Callable[[Area, Context], list[Item]]:
        """The function that says what is needed."""
        found: Callable[[Area, Context], list[Item]] = self._module().plan
        return found

    @property
    def fetch(self) -> Callable[[Sequence[Item], Context], list[Fetched]]:
        """The function that brings it."""
        found: Callable[[Sequence[Item], Context], list[Fetched]] = self._module().fetch
        return found

    def _module(self) -> ModuleType:
        return import_module(f"htcoverage.fetch.{self.module}")


#: By layer, in the order in which they are fetched.
SOURCES: Mapping[str, Source] = {
    "boundaries": Source("boundaries"),
    "elevation": Source("elevation"),
    "landcover": Source("landcover"),
    "population": Source("population"),
    "settlements": Source("settlements"),
    "roads": Source("roads"),
    "buildings": Source("buildings"),
    "cells": Source("opencellid"),
}
