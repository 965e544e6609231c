"""Reader of antenna patterns in the MSI Planet format.

The format has no standard. A file holds lines of ``KEYWORD value``; ``HORIZONTAL 360`` and
``VERTICAL 360`` are followed by that many lines of ``angle loss``: degrees clockwise from the
boresight, or downwards from the horizon in front (90 = straight down, 270 = straight up), and dB
below the main beam; some files write all of them with a minus. ``GAIN`` is in dBd unless the line
says dBi.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from htcoverage.antennas.patterns import (
    AZIMUTH_OFFSETS_DEG,
    DEPRESSIONS_DEG,
    FloatArray,
    Pattern,
)
from htcoverage.errors import Fault, InputError
from htcoverage.units import DIPOLE_GAIN_DBI

_CUTS = ("HORIZONTAL", "VERTICAL")
_A_LOSS = "a loss below the main beam, 0 to 200 dB"

#: Wider gaps between two angles of a cut than this hide lobes: refused.
_WIDEST_GAP_DEG = 10.0

#: Directions this near to the horizon in front are where a main beam lies.
_LEVEL_DEG = 30.0
#: A front that loses more than the back by this is a table of gains, or turned around; a front near
#: the horizon that loses more than the main beam by this, a cut counted from the zenith or turned
#: around; a vertical cut that never loses less than this has no main beam; a stated tilt at which
#: it loses more than this misses the beam.
_FRONT_OVER_BACK_DB = 3.0
_LEVEL_OVER_BEAM_DB = 10.0
_NO_BEAM_DB = 3.0
_OFF_BEAM_DB = 3.0

#: Range of a gain, as of the column of the cells.
_GAIN_RANGE_DBI = (-5.0, 30.0)

_SEPARATOR = re.compile(r"\s*[:=]\s*|\s+")
_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+))"
_GAIN = re.compile(rf"{_NUMBER}\s*\(?(dBd|dBi)?\)?", re.IGNORECASE)
_TILT = re.compile(rf"(?:ELECTRICAL\s+)?{_NUMBER}\s*(?:°|deg)?", re.IGNORECASE)


@dataclass
class _Content:
    """What the lines held, as far as they could be understood."""

    name: str = ""
    gain_dbi: float | None = None
    electrical_tilt_deg: float | None = None
    tilt_row: int | None = None
    cuts: dict[str, dict[float, float]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    #: Values below zero: faults, unless none is above.
    negative: list[Fault] = field(default_factory=list)


def read_msi(path: str | Path) -> Pattern:
    """Read an antenna pattern in the MSI Planet format.

    Keywords read: ``NAME`` (else the file's name is taken), ``GAIN`` (dBd unless it says dBi),
    ``ELECTRICAL_TILT``, ``TILT`` or ``TILT ELECTRICAL`` with a number that lies in the main beam of
    the vertical cut (else that beam's direction is taken), ``HORIZONTAL``, ``VERTICAL``; a colon or
    an equals sign may follow. Every other keyword is skipped, as are empty lines and comments that
    begin with # or //. Decimal commas are read as points. Cuts may have any step up to 10°; between
    angles the loss in dB is interpolated linearly. Losses may be written with a minus, if all are.

    Parameters
    ----------
    path : str or Path
        The file: UTF-8, or Windows-1252 as older planning tools write it.

    Returns
    -------
    Pattern
        Both cuts at 0.1°; no cap on their sum.

    Raises
    ------
    InputError
        The file cannot be read as such; lists every fault with its line.
    """
    path = Path(path)
    content = _parse(_lines(path), path.name)
    sign = 1.0
    if content.negative:
        if any(loss_db > 0.0 for cut in content.cuts.values() for loss_db in cut.values()):
            content.faults += content.negative
        sign = -1.0
    tables = {}
    for cut in _CUTS:
        if cut not in content.cuts:
            fault = Fault(path.name, None, cut, "", f"a line '{cut} 360' and its 360 angles")
            content.faults.append(fault)
        elif content.cuts[cut]:
            content.faults.extend(_gap_faults(content.cuts[cut], cut, path.name))
            tables[cut] = {angle: sign * loss_db for angle, loss_db in content.cuts[cut].items()}
    if content.faults:
        raise InputError(sorted(content.faults, key=lambda fault: fault.row or 0))
    horizontal_loss_db = _table(tables["HORIZONTAL"], AZIMUTH_OFFSETS_DEG)
    vertical_loss_db = _table(tables["VERTICAL"], DEPRESSIONS_DEG)
    faults = _turned_faults(horizontal_loss_db, vertical_loss_db, path.name)
    beam_deg, tilt_deg = _main_beam_deg(vertical_loss_db), content.electrical_tilt_deg
    if tilt_deg is None:
        tilt_deg = beam_deg
    elif not faults and _off_beam(vertical_loss_db, tilt_deg):
        expected = f"the tilt of the vertical cut, whose main beam lies at {beam_deg:g}°"
        faults = [Fault(path.name, content.tilt_row, "TILT", f"{tilt_deg:g}", expected)]
    if faults:
        raise InputError(faults)
    return Pattern(
        content.name or path.stem,
        horizontal_loss_db,
        vertical_loss_db,
        maximum_loss_db=float("inf"),
        gain_dbi=content.gain_dbi,
        electrical_tilt_deg=tilt_deg,
    )


def _lines(path: Path) -> list[str]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        fault = Fault(str(path), None, None, error.strerror or "", "a readable MSI pattern file")
        raise InputError([fault]) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    if not text.strip():
        raise InputError(
            [Fault(path.name, None, None, "", "an MSI pattern, but the file is empty")]
        )
    return text.splitlines()


def _parse(lines: list[str], file: str) -> _Content:
    """Walk the lines once; a cut lasts until the next line that starts with a letter."""
    content = _Content()
    cut = ""
    announced = (0, 0, 0)
    for row, line in enumerate(lines, start=1):
        words = _SEPARATOR.split(line.strip(), maxsplit=1)
        keyword = words[0].upper()
        if not keyword or keyword.startswith(("#", "//")):
            continue
        if keyword[0].isalpha():
            _check_count(content, cut, announced, file)
            cut = keyword if keyword in _CUTS else ""
            rest = words[1].strip() if len(words) > 1 else ""
            if cut:
                announced = _open_cut(content, cut, rest, row, file)
            else:
                _read_keyword(content, keyword, rest, row, file)
        elif cut:
            _read_angle(content, cut, line, row, file)
    _check_count(content, cut, announced, file)
    return content


def _open_cut(content: _Content, cut: str, rest: str, row: int, file: str) -> tuple[int, int, int]:
    """Return the row of the announcement, the count announced, and the faults so far."""
    if cut in content.cuts:
        content.faults.append(Fault(file, row, cut, rest, f"{cut} only once"))
    content.cuts[cut], content.lines[cut] = {}, 0
    if not rest.isdecimal() or int(rest) < 1:
        content.faults.append(Fault(file, row, cut, rest, "the number of angles, such as 360"))
        return row, 0, len(content.faults)
    return row, int(rest), len(content.faults)


def _check_count(content: _Content, cut: str, announced: tuple[int, int, int], file: str) -> None:
    row, count, faults_before = announced
    # A line that could not be read is missing from the count: one fault is enough for it.
    # A line at 360 that repeats that of 0 may be counted or not.
    read = (len(content.cuts[cut]), content.lines[cut]) if cut else (0, 0)
    if cut and count and len(content.faults) == faults_before and count not in read:
        found = str(read[0])
        content.faults.append(Fault(file, row, cut, found, f"{count} angles below this line"))


def _read_angle(content: _Content, cut: str, line: str, row: int, file: str) -> None:
    words = line.replace(",", ".").split()
    try:
        angle_deg, loss_db = (float(word) for word in words)
    except ValueError:
        fault = Fault(file, row, cut, line.strip(), "two numbers: angle in degrees and loss in dB")
        content.faults.append(fault)
        return
    if not -360.0 <= angle_deg <= 360.0:
        fault = Fault(file, row, cut, words[0], "an angle between −360 and 360°")
    elif not abs(loss_db) <= 200.0:
        fault = Fault(file, row, cut, words[1], _A_LOSS)
    elif content.cuts[cut].get(angle_deg % 360.0, loss_db) != loss_db:
        fault = Fault(file, row, cut, words[0], "each angle once, or with the same loss")
    else:
        content.cuts[cut][angle_deg % 360.0] = loss_db
        content.lines[cut] += 1
        if loss_db < 0.0:
            content.negative.append(Fault(file, row, cut, words[1], _A_LOSS))
        return
    content.faults.append(fault)


def _read_keyword(content: _Content, keyword: str, rest: str, row: int, file: str) -> None:
    if keyword == "NAME":
        content.name = rest
    elif keyword == "GAIN":
        match = _GAIN.fullmatch(rest.replace(",", "."))
        if match is None:
            content.faults.append(Fault(file, row, "GAIN", rest, "a number in dBd or dBi"))
        else:
            over_dipole = (match[2] or "dBd").lower() == "dbd"
            content.gain_dbi = float(match[1]) + (DIPOLE_GAIN_DBI if over_dipole else 0.0)
            low, high = _GAIN_RANGE_DBI
            if not low <= content.gain_dbi <= high:
                expected = f"a gain of {low:g} to {high:g} dBi"
                content.faults.append(Fault(file, row, "GAIN", rest, expected))
    elif keyword in {"TILT", "ELECTRICAL_TILT"}:
        match = _TILT.fullmatch(rest.replace(",", "."))
        if match is not None:  # 'TILT ELECTRICAL' and the like state a kind, not an angle
            content.electrical_tilt_deg, content.tilt_row = float(match[1]), row


def _gap_faults(cut: dict[float, float], name: str, file: str) -> list[Fault]:
    angles = np.array(sorted(cut))
    gaps = np.diff(np.append(angles, angles[0] + 360.0))
    widest = int(np.argmax(gaps))
    if gaps[widest] <= _WIDEST_GAP_DEG:
        return []
    found = f"{gaps[widest]:g}° without a value after {angles[widest]:g}°"
    return [Fault(file, None, name, found, f"angles at most {_WIDEST_GAP_DEG:g}° apart")]


def _turned_faults(
    horizontal_loss_db: FloatArray, vertical_loss_db: FloatArray, file: str
) -> list[Fault]:
    """Find cuts that cannot be losses about the boresight and the horizon."""
    faults = []
    ahead = np.cos(np.radians(AZIMUTH_OFFSETS_DEG)) > 0.0
    front_db, back_db = horizontal_loss_db[ahead].mean(), horizontal_loss_db[~ahead].mean()
    if front_db > back_db + _FRONT_OVER_BACK_DB:
        found = f"{front_db:.1f} dB in front, {back_db:.1f} dB behind, on the mean"
        expected = "losses below the main beam, least about 0°: are these gains?"
        faults.append(Fault(file, None, "HORIZONTAL", found, expected))
    level = np.abs(DEPRESSIONS_DEG) <= _LEVEL_DEG
    least_db, level_db = vertical_loss_db.min(), vertical_loss_db[level].min()
    if level_db > least_db + _LEVEL_OVER_BEAM_DB or least_db > _NO_BEAM_DB:
        beam_deg = float(DEPRESSIONS_DEG[vertical_loss_db.argmin()]) % 360.0
        found = f"{least_db:.1f} dB at {beam_deg:g}°, {level_db:.1f} dB about the horizon in front"
        expected = (
            "losses below the main beam, with 0° on the horizon in front and 90° straight down"
        )
        faults.append(Fault(file, None, "VERTICAL", found, expected))
    return faults


def _off_beam(vertical_loss_db: FloatArray, tilt_deg: float) -> bool:
    """Return whether a tilt lies outside the main beam of the vertical cut."""
    loss_db = np.interp(tilt_deg, DEPRESSIONS_DEG, vertical_loss_db)
    return bool(loss_db > vertical_loss_db.min() + _OFF_BEAM_DB)


def _table(cut: dict[float, float], at_deg: FloatArray) -> FloatArray:
    angles = sorted(cut)
    return np.interp(at_deg, angles, [cut[angle] for angle in angles], period=360.0)


def _main_beam_deg(vertical_loss_db: FloatArray) -> float:
    """Depression of the main beam: the middle of the least loss within 30° of the horizon."""
    near = np.abs(DEPRESSIONS_DEG) <= _LEVEL_DEG
    loss = vertical_loss_db[near]
    return float(np.median(DEPRESSIONS_DEG[near][loss <= loss.min() + 1e-9]))
