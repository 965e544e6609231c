"""P.1812 against a table of cases whose losses are known: the deviation, column by column."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from htcoverage.errors import Fault, InputError, ValidityError
from htcoverage.propagation.p1812.model import P1812Result, p1812

#: Loss columns of a table of cases, and the part of the result that each is set against.
LOSS_COLUMNS: Mapping[str, str] = {
    "lbfs_db": "free_space_db",
    "bullington_actual_db": "bullington_actual_db",
    "bullington_smooth_db": "bullington_smooth_db",
    "spherical_earth_db": "spherical_earth_db",
    "ld50_db": "diffraction_50_db",
    "ldp_db": "diffraction_p_db",
    "basic_transmission_loss_db": "basic_transmission_loss_db",
}

_NUMBERS = (
    "freq_mhz", "time_percent", "location_percent", "location_sigma_db", "tx_height_m",
    "rx_height_m", "tx_lat_deg", "tx_lon_deg", "rx_lat_deg", "rx_lon_deg", "delta_n", "n0",
)  # fmt: skip
_PROFILE_COLUMNS = ("case", "d_km", "terrain_m", "clutter_m", "zone")


@dataclass(frozen=True)
class ColumnDeviation:
    """Deviation of one loss column over all cases, dB: computed less given.

    ``largest_db`` and ``mean_db`` are of the absolute deviation; NaN where a value is not finite.
    """

    column: str
    largest_db: float
    mean_db: float
    worst_case: str


@dataclass(frozen=True)
class CheckReport:
    """What `check_cases` found; ``passed`` is the verdict."""

    model: str
    cases: int
    tolerance_db: float
    columns: tuple[ColumnDeviation, ...]
    passed: bool


def check_cases(
    cases_path: str | Path, profiles_path: str | Path, *, tolerance_db: float = 0.01
) -> CheckReport:
    """Evaluate P.1812-8 on a table of cases and return its deviation from the losses given there.

    Parameters
    ----------
    cases_path, profiles_path : path
        CSV files, UTF-8, with a header. Cases: ``case, freq_mhz, time_percent, location_percent,
        location_sigma_db, polarization, tx_height_m, rx_height_m, tx_lat_deg, tx_lon_deg,
        rx_lat_deg, rx_lon_deg, delta_n, n0`` and at least one column of `LOSS_COLUMNS`; ``points``,
        where present, is the number of profile points. Profiles: ``case, d_km, terrain_m,
        clutter_m, zone``, rows of a case in order.
    tolerance_db : float
        Largest deviation that passes, dB.

    Returns
    -------
    CheckReport
        One entry for every loss column present. Zero cases or a loss that is not finite, given or
        computed, does not pass.

    Raises
    ------
    InputError
        If a file, column, number or profile is missing or wrong; every fault is listed.
    ValidityError
        If a case lies outside the range of the Recommendation.
    """
    cases_path, profiles_path = Path(cases_path), Path(profiles_path)
    header, cases = _read(cases_path, ("case", "polarization", *_NUMBERS))
    _, profile_rows = _read(profiles_path, _PROFILE_COLUMNS)
    columns = [column for column in LOSS_COLUMNS if column in header]
    faults: list[Fault] = []
    if not columns:
        expected = f"at least one of {', '.join(LOSS_COLUMNS)}"
        raise InputError([Fault(str(cases_path), 1, None, "", expected)])
    profiles = _profiles(profile_rows, profiles_path, faults)
    numbers = [
        _numbers(case, row, cases_path, (*_NUMBERS, *columns), faults)
        for row, case in enumerate(cases, start=2)
    ]
    for row, case in enumerate(cases, start=2):
        points = len(profiles.get(case["case"], ()))
        if points == 0:
            expected = f"a case with profile rows in {profiles_path}"
            faults.append(Fault(str(cases_path), row, "case", case["case"], expected))
        elif case.get("points", str(points)) != str(points):
            expected = f"{points}, the number of its profile rows in {profiles_path}"
            faults.append(Fault(str(cases_path), row, "points", case["points"], expected))
    if faults:
        raise InputError(faults)

    names = [case["case"] for case in cases]
    given = np.array([[values[column] for column in columns] for values in numbers])
    results = [
        _evaluate(case, values, profiles[case["case"]])
        for case, values in zip(cases, numbers, strict=True)
    ]
    computed = np.array([[getattr(r, LOSS_COLUMNS[c]) for c in columns] for r in results])
    deviations = (
        tuple(_deviation(c, names, computed[:, i] - given[:, i]) for i, c in enumerate(columns))
        if cases
        else ()
    )
    return CheckReport(
        model="ITU-R P.1812-8",
        cases=len(cases),
        tolerance_db=tolerance_db,
        columns=deviations,
        # A NaN is below no tolerance, and no column means no case.
        passed=bool(deviations) and all(d.largest_db <= tolerance_db for d in deviations),
    )


def _deviation(
    column: str, names: Sequence[str], error_db: npt.NDArray[np.float64]
) -> ColumnDeviation:
    size = np.abs(error_db)
    bad = ~np.isfinite(size)
    worst = int(np.argmax(bad)) if bad.any() else int(np.argmax(size))
    if bad.any():
        return ColumnDeviation(column, math.nan, math.nan, names[worst])
    return ColumnDeviation(column, float(size[worst]), float(size.mean()), names[worst])


def _evaluate(
    case: Mapping[str, str], values: Mapping[str, float], profile: Sequence[tuple[float, ...]]
) -> P1812Result:
    distance_km, ground_m, clutter_m, zone = np.array(profile).T
    try:
        return p1812(
            distance_km,
            ground_m,
            clutter_m=clutter_m,
            zone=zone,
            tx_height_m=values["tx_height_m"],
            rx_height_m=values["rx_height_m"],
            freq_mhz=values["freq_mhz"],
            time_percent=values["time_percent"],
            location_percent=values["location_percent"],
            location_sigma_db=values["location_sigma_db"],
            polarization=case["polarization"],  # type: ignore[arg-type]  # checked there
            latitude_deg=_middle_latitude_deg(values),
            delta_n=values["delta_n"],
            n0=values["n0"],
        )
    except ValidityError as error:
        raise ValidityError(f"case {case['case']}: {error}") from error


def _middle_latitude_deg(values: Mapping[str, float]) -> float:
    """Latitude half-way along the great circle: that of the sum of the two unit vectors."""
    x = y = z = 0.0
    for end in ("tx", "rx"):
        lat = math.radians(values[f"{end}_lat_deg"])
        lon = math.radians(values[f"{end}_lon_deg"])
        x += math.cos(lat) * math.cos(lon)
        y += math.cos(lat) * math.sin(lon)
        z += math.sin(lat)
    return math.degrees(math.atan2(z, math.hypot(x, y)))


def _read(path: Path, needed: Sequence[str]) -> tuple[list[str], list[dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows = [{k: v or "" for k, v in row.items() if k is not None} for row in reader]
            header = list(reader.fieldnames or ())
    except OSError as error:
        fault = Fault(str(path), None, None, error.strerror or "", "a CSV file that can be read")
        raise InputError([fault]) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError([Fault(str(path), None, None, str(error), "CSV in UTF-8")]) from error
    missing = [
        Fault(str(path), 1, column, "", "this column in the header")
        for column in needed
        if column not in header
    ]
    if missing:
        raise InputError(missing)
    return header, rows


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _numbers(
    record: Mapping[str, str], row: int, path: Path, columns: Sequence[str], faults: list[Fault]
) -> dict[str, float]:
    values: dict[str, float] = {}
    for column in columns:
        value = _number(record[column])
        # A loss that is not finite is a finding, which the report carries; an input is a fault.
        if value is None or (column not in LOSS_COLUMNS and not math.isfinite(value)):
            faults.append(Fault(str(path), row, column, record[column], "a finite number"))
        values[column] = math.nan if value is None else value
    return values


def _profiles(
    rows: Sequence[Mapping[str, str]], path: Path, faults: list[Fault]
) -> dict[str, list[tuple[float, ...]]]:
    profiles: dict[str, list[tuple[float, ...]]] = {}
    for row, record in enumerate(rows, start=2):
        values = _numbers(record, row, path, _PROFILE_COLUMNS[1:], faults)
        point = tuple(values[column] for column in _PROFILE_COLUMNS[1:])
        profiles.setdefault(record["case"], []).append(point)
    return profiles
