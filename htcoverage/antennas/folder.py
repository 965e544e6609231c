"""A planner's folder of pattern files, by the names that the cells give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from htcoverage.antennas.msi import read_msi
from htcoverage.antennas.patterns import PATTERN_NAMES, Pattern
from htcoverage.errors import Fault, InputError

#: Endings of pattern files in the MSI Planet format.
PATTERN_ENDINGS = (".msi", ".pla", ".ant")


@dataclass(frozen=True)
class PatternFolder:
    """The patterns of a folder.

    Parameters
    ----------
    patterns : mapping of str to Pattern
        By the ``NAME`` in the file, and by the file's name without its ending.
    files : tuple of Path
        The files read, sorted by name.
    """

    patterns: Mapping[str, Pattern]
    files: tuple[Path, ...]


def read_patterns(folder: str | Path) -> PatternFolder:
    """Read every antenna pattern of a folder.

    Parameters
    ----------
    folder : str or Path
        Files in the MSI Planet format (`read_msi`), ending in .msi, .pla or .ant; folders in it are
        not looked into.

    Returns
    -------
    PatternFolder
        A cell may name a pattern by the ``NAME`` in the file or by the file's name without its
        ending.

    Raises
    ------
    InputError
        If there is no such folder or no pattern in it, if a file cannot be read as such, or if two
        files, or a file and a built-in pattern, share a name.
    """
    place = Path(folder)
    try:
        files = sorted(
            path
            for path in place.iterdir()
            if path.suffix.lower() in PATTERN_ENDINGS and path.is_file()
        )
    except OSError as error:
        expected = "a folder of antenna patterns that can be read"
        raise InputError([Fault(str(place), None, None, error.strerror or "", expected)]) from error
    if not files:
        expected = f"at least one antenna pattern ({', '.join(PATTERN_ENDINGS)})"
        raise InputError([Fault(str(place), None, None, "", expected)])
    patterns: dict[str, Pattern] = {}
    came_from = dict.fromkeys(PATTERN_NAMES, "the built-in pattern")
    faults: list[Fault] = []
    for path in files:
        try:
            found = read_msi(path)
        except InputError as error:
            faults += error.faults
            continue
        for name in dict.fromkeys((found.name, path.stem)):
            if name in came_from:
                expected = f"another name: {came_from[name]} has it"
                faults.append(Fault(path.name, None, "NAME", name, expected))
                continue
            came_from[name] = path.name
            patterns[name] = found
    if faults:
        raise InputError(faults)
    return PatternFolder(patterns, tuple(files))
