"""Which environment of an empirical model holds where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from odc.geo.geobox import GeoBox

from htcoverage.errors import Fault, InputError
from htcoverage.propagation.registry import BY_CLUTTER, Model
from htcoverage.terrain import SURROUNDINGS, Terrain, nearest_classes


@dataclass(frozen=True, eq=False)
class Environments:
    """Which environments of a model are in use, and where.

    Parameters
    ----------
    codes : uint8[y, x] or None
        Number of the environment at every pixel; None where the sweep asks for none.
    names : tuple of str
        Those in use.
    told : mapping of str to str
        Attributes that tell of them.
    """

    codes: npt.NDArray[np.uint8] | None = None
    names: tuple[str, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)


def environments_of(
    entry: Model, environment: str | None, terrain: Terrain, wanted: npt.NDArray[np.bool_],
    grid: GeoBox,
) -> Environments:  # fmt: skip
    """Which environment of the model holds at every pixel.

    Raises
    ------
    InputError
        If a clutter class of a wanted pixel is of no known kind.
    """
    if environment != BY_CLUTTER:
        code = entry.environment_code(environment)
        codes = np.full(grid.shape, code, np.uint8)
        if not entry.environments:
            return Environments(codes)
        name = entry.environments[code]
        return Environments(codes, (name,), {"environment": name})
    classes = nearest_classes(terrain, grid)
    occurring = np.unique(classes[wanted]).tolist()
    faults = [
        Fault(
            "terrain", None, "clutter class", str(code),
            f"a class of known surroundings: {', '.join(SURROUNDINGS)}",
        )
        for code in occurring
        if code not in terrain.surroundings
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
    chosen = {code: entry.by_surroundings[terrain.surroundings[code]] for code in occurring}
    numbers = np.zeros(256, np.uint8)
    for code, name in chosen.items():
        numbers[code] = entry.environments.index(name)
    by_class = ", ".join(
        f"{code} ({terrain.surroundings[code]}): {name}" for code, name in chosen.items()
    )
    told = {"environment": BY_CLUTTER, "environment_by_class": by_class}
    return Environments(numbers[classes], tuple(sorted(set(chosen.values()))), told)
