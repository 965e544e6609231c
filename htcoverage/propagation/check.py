"""P.1812 against a table of cases whose losses are known: the deviation, column by column."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from htcoverage.errors import Fault, InputError, ValidityError
from htcoverage.propagation.p1812.model import LEAST_POINTS, P1812Result, p1812
from htcoverage.propagation.p1812.profile import COASTAL_LAND, INLAND, SEA

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
_DEGREES = {"tx_lat_deg": 90.0, "tx_lon_deg": 360.0, "rx_lat_deg": 90.0, "rx_lon_deg": 360.0}
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
    """What `check_cases` found; ``passed`` is the verdict.

    ``not_compared`` are columns in dB that are neither an input nor a loss known here.
    """

    model: str
    cases: int
    tolerance_db: float
    columns: tuple[ColumnDeviation, ...]
    not_compared: tuple[str, ...]
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
    faults: list[Fault] = []
    header, cases = _read(cases_path, ("case", "polarization", *_NUMBERS), faults)
    _, profile_rows = _read(profiles_path, _PROFILE_COLUMNS, faults)
    columns = [column for column in LOSS_COLUMNS if column in header]
    if not columns:
        expected = f"at least one of {', '.join(LOSS_COLUMNS)}"
        raise InputError([Fault(str(cases_path), 1, None, "", expected)])
    profiles = _profiles(profile_rows, profiles_path, faults)
    numbers = [
        _numbers(case, row, cases_path, (*_NUMBERS, *columns), faults)
        for row, case in cases.items()
    ]
    for (row, case), values in zip(cases.items(), numbers, strict=True):
        faults += [
            Fault(str(cases_path), row, column, case[column], f"{-most:g} to {most:g} degrees")
            for column, most in _DEGREES.items()
            if abs(values[column]) > most
        ]
        points = len(profiles.get(case["case"], ()))
        if points == 0:
            expected = f"a case with profile rows in {profiles_path}"
            faults.append(Fault(str(cases_path), row, "case", case["case"], expected))
        elif "points" in case and _number(case["points"]) != points:
            expected = f"{points}, the number of its profile rows in {profiles_path}"
            faults.append(Fault(str(cases_path), row, "points", case["points"], expected))
    if faults:
        raise InputError(faults)

    names = [case["case"] for case in cases.values()]
    given = np.array([[values[column] for column in columns] for values in numbers])
    results = _evaluate_all(cases, numbers, profiles, cases_path)
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
        not_compared=tuple(
            column
            for column in header
            if column.endswith("_db") and column not in (*columns, *_NUMBERS)
        ),
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


def _evaluate_all(
    cases: Mapping[int, Mapping[str, str]],
    numbers: Sequence[Mapping[str, float]],
    profiles: Mapping[str, Sequence[tuple[float, ...]]],
    path: Path,
) -> list[P1812Result]:
    """Evaluate every case, or raise one error that names all that are refused."""
    results: list[P1812Result] = []
    faults: list[Fault] = []
    beyond: list[str] = []
    for (row, case), values in zip(cases.items(), numbers, strict=True):
        try:
            results.append(_evaluate(case, values, profiles[case["case"]]))
        except InputError as error:
            faults += [replace(fault, file=str(path), row=row) for fault in error.faults]
        except ValidityError as error:
            beyond.append(f"case {case['case']}: {error}")
    if faults:
        raise InputError(faults)
    if beyond:
        raise ValidityError("\n".join(beyond))
    return results


def _evaluate(
    case: Mapping[str, str], values: Mapping[str, float], profile: Sequence[tuple[float, ...]]
) -> P1812Result:
    distance_km, ground_m, clutter_m, zone = np.array(profile).T
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


def _read(
    path: Path, needed: Sequence[str], faults: list[Fault]
) -> tuple[list[str], dict[int, dict[str, str]]]:
    """Return the header, and the rows by their number in the file: empty lines are passed over."""
    rows: dict[int, dict[str, str]] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, skipinitialspace=True)
            header = [name.strip() for name in next(reader, [])]
            for cells in reader:
                row, told = reader.line_num, [cell.strip() for cell in cells]
                if len(told) > len(header):
                    expected = f"{len(header)} cells, as in the header"
                    faults.append(Fault(str(path), row, None, f"{len(told)} cells", expected))
                if any(told):
                    padded = (*told, *([""] * (len(header) - len(told))))
                    rows[row] = dict(zip(header, padded, strict=False))
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
    twice = [
        Fault(str(path), 1, column, "", "this column only once")
        for column, count in Counter(header).items()
        if count > 1
    ]
    if len(missing) == len(needed) and any(mark in "".join(header) for mark in ";\t"):
        missing = [Fault(str(path), 1, None, "", "columns that are separated by commas")]
    if missing or twice:
        raise InputError([*missing, *twice])
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
    rows: Mapping[int, Mapping[str, str]], path: Path, faults: list[Fault]
) -> dict[str, list[tuple[float, ...]]]:
    profiles: dict[str, list[tuple[float, ...]]] = {}
    for row, record in rows.items():
        values = _numbers(record, row, path, _PROFILE_COLUMNS[1:], faults)
        profile = profiles.setdefault(record["case"], [])
        d_km = values["d_km"]
        # A NaN is told already, and is on neither side of anything.
        if (not profile and d_km != 0.0) or (profile and d_km <= profile[-1][0]):
            expected = f"0 km in the first row of case {record['case']}, more in each that follows"
            faults.append(Fault(str(path), row, "d_km", record["d_km"], expected))
        if values["clutter_m"] < 0.0:
            faults.append(Fault(str(path), row, "clutter_m", record["clutter_m"], "0 m or more"))
        if values["zone"] not in (SEA, COASTAL_LAND, INLAND) and math.isfinite(values["zone"]):
            expected = "1 (sea), 3 (coastal land) or 4 (inland)"
            faults.append(Fault(str(path), row, "zone", record["zone"], expected))
        profile.append(tuple(values[column] for column in _PROFILE_COLUMNS[1:]))
    faults += [
        Fault(str(path), None, "case", case, f"at least {LEAST_POINTS} rows, not {len(profile)}")
        for case, profile in profiles.items()
        if len(profile) < LEAST_POINTS
    ]
    return profiles
