"""The tables as data: every column with its unit, range and meaning, in one place.

Readers turn these into checks, writers into column orders, the documentation into tables.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

OPERATORS = ("Viettel", "VinaPhone", "MobiFone", "Vietnamobile")
TECHNOLOGIES = ("3G", "4G")
PROVENANCES = ("official", "open-data", "modelled", "user")
BTS_STATUSES = ("on-air", "planned", "off-air")
SPAN_STATUSES = ("in-service", "planned", "out-of-service")
SPAN_KINDS = ("trunk", "ring", "access", "inter-provincial")

Kind = Literal["text", "integer", "number"]
GeometryKind = Literal["Point", "LineString", "Polygon"]


@dataclass(frozen=True)
class Column:
    """One column: what it is called, what it holds, what is allowed in it.

    ``low`` and ``high`` are inclusive; ``allowed`` lists the words of a closed vocabulary;
    ``required`` says whether a file must have the column, ``nullable`` whether a cell may be empty.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()
    required: bool = True
    nullable: bool = False
    unique: bool = False


@dataclass(frozen=True)
class Table:
    """A table: its columns, and the kind of geometry it carries (None for a plain table)."""

    name: str
    geometry: GeometryKind | None
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)


_PROVENANCE = Column(
    "provenance", "text", "where the row comes from", allowed=PROVENANCES, required=False
)

BTS = Table(
    "bts",
    "Point",
    (
        Column("bts_id", "text", "identifier of the base station", unique=True),
        Column("site_id", "text", "identifier of the physical position with its mast"),
        Column("site_name", "text", "name of the site", required=False, nullable=True),
        Column("operator", "text", "operator of the base station", allowed=OPERATORS),
        Column("technology", "text", "3G (NodeB) or 4G (eNodeB)", allowed=TECHNOLOGIES),
        Column("status", "text", "state of the base station", allowed=BTS_STATUSES, required=False),
        _PROVENANCE,
    ),
)

CELLS = Table(
    "cells",
    None,
    (
        Column("cell_id", "text", "identifier of the 3GPP cell", unique=True),
        Column("bts_id", "text", "base station that the cell belongs to"),
        Column("band_mhz", "number", "carrier frequency used for propagation", "MHz", 30, 6000),
        Column("bandwidth_mhz", "number", "carrier bandwidth", "MHz", 1.4, 100),
        Column("antenna_height_m", "number", "antenna centre above ground", "m", 1, 300),
        Column("azimuth_deg", "number", "clockwise from true north", "°", 0, 360),
        Column("electrical_tilt_deg", "number", "positive downwards", "°", -20, 30),
        Column("mechanical_tilt_deg", "number", "positive downwards", "°", -20, 30),
        Column("antenna", "text", "name of the antenna pattern"),
        Column("antenna_gain_dbi", "number", "gain of the antenna in its main beam", "dBi", -5, 30),
        Column("feeder_loss_db", "number", "loss between port and antenna", "dB", 0, 20),
        Column(
            "port_power_dbm", "number", "4G: power of one antenna port over the whole carrier",
            "dBm", 0, 60, nullable=True,
        ),
        Column(
            "cpich_power_dbm", "number", "3G: power of the common pilot channel", "dBm", 0, 50,
            nullable=True,
        ),
        Column("rs_boost_db", "number", "4G: power boost of the reference signal", "dB", -3, 6),
        Column(
            "assumed", "text", "columns filled by stated defaults, separated by spaces",
            required=False, nullable=True,
        ),
    ),
)  # fmt: skip

SETTLEMENTS = Table(
    "settlements",
    "Polygon",
    (
        Column("settlement_id", "text", "identifier of the settlement", unique=True),
        Column("name", "text", "name, with its diacritics"),
        Column("district_code", "text", "code of the district unit"),
        Column("commune_code", "text", "code of the commune", required=False, nullable=True),
        Column("residents", "number", "people who live there", "people", 0, 1e7),
        Column("households", "number", "households", "households", 0, 1e7, required=False),
        _PROVENANCE,
    ),
)

DISTRICTS = Table(
    "districts",
    "Polygon",
    (
        Column("district_code", "text", "code of the district unit", unique=True),
        Column("full_name", "text", "kind and name: 'Thị xã Kỳ Anh' and 'Huyện Kỳ Anh' differ"),
        Column("kind", "text", "city, town or district", required=False),
        Column("communes", "integer", "number of communes", "", 0, 1000, required=False),
    ),
)

SPANS = Table(
    "spans",
    "LineString",
    (
        Column("span_id", "text", "identifier of the span", unique=True),
        Column("owner", "text", "owner of the cables"),
        Column("kind", "text", "place of the span in the network", allowed=SPAN_KINDS),
        Column("cables", "integer", "cables on the route", "cables", 1, 100),
        Column("fibres", "integer", "fibres in all its cables", "fibres", 1, 10_000),
        Column(
            "status", "text", "state of the span; empty: in service", allowed=SPAN_STATUSES,
            required=False, nullable=True,
        ),
        Column("year", "integer", "year it was built", "", 1980, 2100, required=False),
        _PROVENANCE,
    ),
)  # fmt: skip

_NOT_IN_A_NAME = re.compile(r"\W+")


def layer_slug(name: str) -> str:
    """Return a name as part of a layer's: lower case, letters and digits of any script."""
    return _NOT_IN_A_NAME.sub("_", unicodedata.normalize("NFKC", name).casefold()).strip("_")


def layer_names(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Return the names of layers, such as viettel_4g, of their operators and technologies.

    Names that would be alike are told apart by a number.
    """
    found: list[str] = []
    for operator, technology in pairs:
        name = f"{layer_slug(operator) or 'operator'}_{technology.lower()}"
        alike = sum(other == name or other.startswith(f"{name}_") for other in found)
        found.append(f"{name}_{alike + 1}" if alike else name)
    return found
