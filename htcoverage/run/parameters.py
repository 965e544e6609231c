"""The parameters of a run: one frozen value that is written into every output."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

from htcoverage.coverage import (
    DEFAULT_CLUTTER_CLEARANCE_M,
    DEFAULT_RADIUS_KM,
    DEFAULT_RX_HEIGHT_M,
)
from htcoverage.errors import Fault, InputError
from htcoverage.figures import CoverCriteria
from htcoverage.grid import DEFAULT_RESOLUTION_M
from htcoverage.presets import SET_CRITERIA
from htcoverage.presets import preset as preset_of
from htcoverage.propagation.p1812.model import DEFAULT_DELTA_N, DEFAULT_N0, location_sigma_db
from htcoverage.propagation.registry import DEFAULT_MODEL
from htcoverage.propagation.registry import model as model_of
from htcoverage.uncertainty.intervals import DEFAULT_DRAWS, LEAST_DRAWS

#: Frequency at which the location variability of all layers is taken: P.1812's formula moves it by
#: 0.1 dB between 0.9 and 2.1 GHz at 100 m.
_SIGMA_FREQ_MHZ = 1800.0

#: What the user may set, with the range that is accepted.
_RANGES = {
    "resolution_m": (5.0, 2000.0, "m"),
    "radius_km": (0.25, 100.0, "km"),
    "rx_height_m": (1.0, 3000.0, "m"),
    "clutter_clearance_m": (0.0, 10_000.0, "m"),
    "delta_n": (0.0, 156.0, "N-units/km"),
    "n0": (250.0, 450.0, "N-units"),
    "threshold_3g_dbm": (-150.0, -30.0, "dBm"),
    "threshold_4g_dbm": (-150.0, -30.0, "dBm"),
    "cell_edge_probability": (0.01, 0.99, "(a share)"),
    "user_loss_db": (-20.0, 60.0, "dB"),
    "user_loss_sigma_db": (0.0, 30.0, "dB"),
    "model_sigma_db": (0.0, 20.0, "dB"),
}


@dataclass(frozen=True)
class RunParameters:
    """Everything that is chosen for a run, beside its input files.

    Parameters
    ----------
    resolution_m : float
        Pixel of the analysis grid, 5 to 2000 m.
    radius_km : float
        Farthest pixel that a cell serves, 0.25 to 100 km.
    threshold_3g_dbm, threshold_4g_dbm : float
        Least RSCP and RSRP that count as covered, −150 to −30 dBm.
    cell_edge_probability : float
        Share of the ``cell_edge`` figures, 0.01 to 0.99.
    user_loss_db, user_loss_sigma_db : float
        Median loss between the outdoor level and the user's receiver, −20 to 60 dB, and its spread,
        0 to 30 dB.
    model_sigma_db : float
        Spread of the predicted median against measurement, 0 to 20 dB (labelled assumption).
    rx_height_m, clutter_clearance_m, delta_n, n0 : float
        See `htcoverage.compute_coverage`.
    model : str
        A propagation model of the registry.
    environment : str or None
        The model's environment for all of the area, or 'by-clutter'; None takes its default.
    worlds : int
        Simulated worlds of the intervals, 20 or more; 0 leaves out how sure the figures are.
    seed : int or None
        Seed of the modelled ledger of the reference province; None takes the bundled one.
    preset : str or None
        The preset that the criteria were set from; what was said beside it goes before it. See
        `preset_parameters`.

    Raises
    ------
    InputError
        Lists every value outside its range.
    """

    resolution_m: float = DEFAULT_RESOLUTION_M
    radius_km: float = DEFAULT_RADIUS_KM
    threshold_3g_dbm: float = -95.0
    threshold_4g_dbm: float = -105.0
    cell_edge_probability: float = 0.9
    user_loss_db: float = 0.0
    user_loss_sigma_db: float = 0.0
    model_sigma_db: float = 7.0
    rx_height_m: float = DEFAULT_RX_HEIGHT_M
    clutter_clearance_m: float = DEFAULT_CLUTTER_CLEARANCE_M
    delta_n: float = DEFAULT_DELTA_N
    n0: float = DEFAULT_N0
    model: str = DEFAULT_MODEL
    environment: str | None = None
    worlds: int = DEFAULT_DRAWS
    seed: int | None = None
    preset: str | None = None

    def __post_init__(self) -> None:
        faults = [
            Fault("argument", None, name, f"{getattr(self, name):g}", f"{low:g} to {high:g} {unit}")
            for name, (low, high, unit) in _RANGES.items()
            if not (math.isfinite(getattr(self, name)) and low <= getattr(self, name) <= high)
        ]
        if self.worlds != 0 and self.worlds < LEAST_DRAWS:
            words = f"0, or {LEAST_DRAWS} or more"
            faults.append(Fault("argument", None, "worlds", str(self.worlds), words))
        if self.seed is not None and self.seed < 0:
            faults.append(Fault("argument", None, "seed", str(self.seed), "0 or more"))
        try:
            model_of(self.model).check_environment(self.environment)
        except InputError as error:
            faults += error.faults
        try:
            if self.preset is not None:
                preset_of(self.preset)
        except InputError as error:
            faults += error.faults
        if faults:
            raise InputError(faults)

    @property
    def criteria(self) -> CoverCriteria:
        """When a pixel counts as covered."""
        return CoverCriteria(
            threshold_3g_dbm=self.threshold_3g_dbm,
            threshold_4g_dbm=self.threshold_4g_dbm,
            cell_edge_probability=self.cell_edge_probability,
            location_sigma_db=location_sigma_db(_SIGMA_FREQ_MHZ, self.resolution_m),
            model_sigma_db=self.model_sigma_db,
            user_loss_db=self.user_loss_db,
            user_loss_sigma_db=self.user_loss_sigma_db,
        )

    def as_dict(self) -> dict[str, float | int | str | None]:
        """Return the parameters as plain values, by name."""
        return asdict(self)


def preset_parameters(name: str | None) -> dict[str, float | str]:
    """Return what a preset sets of a run's parameters, its name among them; nothing for None.

    Parameters
    ----------
    name : str or None
        As for `htcoverage.preset`.

    Raises
    ------
    InputError
        If there is no preset of that name.
    """
    if name is None:
        return {}
    criteria = preset_of(name).criteria
    return {"preset": name, **{key: getattr(criteria, key) for key in SET_CRITERIA}}


def changed_from_preset(parameters: RunParameters) -> dict[str, float]:
    """Return the criteria that were said beside a run's preset and differ from it, by name.

    Parameters
    ----------
    parameters : RunParameters
        Of a run; one without a preset has changed nothing.
    """
    if parameters.preset is None:
        return {}
    criteria = preset_of(parameters.preset).criteria
    return {
        name: getattr(parameters, name)
        for name in SET_CRITERIA
        if getattr(parameters, name) != getattr(criteria, name)
    }
