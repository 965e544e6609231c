"""Every propagation model with its citation and the range in which it is stated to hold.

Beside the models stand the corrections: losses at one end of a path, which a planner adds to a
budget and no model here applies by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, get_args

import numpy.typing as npt

from htcoverage.errors import argument_fault
from htcoverage.propagation import ehata as _ehata
from htcoverage.propagation import hata as _hata
from htcoverage.propagation import p525 as _p525
from htcoverage.propagation import p526 as _p526
from htcoverage.propagation import p526_cylinders as _p526_cylinders
from htcoverage.propagation import p2108 as _p2108
from htcoverage.propagation import p2109 as _p2109
from htcoverage.propagation import path_kernels as _kernels
from htcoverage.propagation import spm as _spm
from htcoverage.propagation import tr38901 as _tr38901
from htcoverage.propagation.itm import model as _itm
from htcoverage.propagation.p1812 import model as _p1812
from htcoverage.propagation.validity import ValidRange, check_range

DEFAULT_MODEL = "p1812"

#: In place of an environment: each pixel takes that of its clutter class.
BY_CLUTTER = "by-clutter"

#: What the models take the kinds of surroundings for. Hata's suburb is a village with trees and
#: scattered houses; his open country has none in the way. NTIA counts forest as rural. COST
#: 231-Hata knows no open country.
_HATA_BY_SURROUNDINGS = {
    "water": "open", "open": "open", "trees": "suburban", "suburban": "suburban", "urban": "city",
    "dense-urban": "large-city",
}  # fmt: skip
_COST231_BY_SURROUNDINGS = {
    kind: "metropolitan" if kind == "dense-urban" else "city" for kind in get_args(_p2108.Clutter)
}
_EHATA_BY_SURROUNDINGS = {
    "water": "rural", "open": "rural", "trees": "rural", "suburban": "suburban", "urban": "urban",
    "dense-urban": "urban",
}  # fmt: skip
_TR38901_BY_SURROUNDINGS = {
    kind: "uma" if kind in ("urban", "dense-urban") else "rma" for kind in get_args(_p2108.Clutter)
}

_SCENARIOS: Mapping[_tr38901.Scenario, str] = {
    "RMa": "villages of 5 m roofs, sight by chance: no hill on the way",
    "UMa": "city streets everywhere, from roofs of 25 m: not meant for the country",
    "UMi": "street canyons everywhere, from masts of 10 m: not meant for the country",
}


@dataclass(frozen=True)
class Model:
    """One propagation model.

    Parameters
    ----------
    name : str
        What it is called on the command line.
    citation : str
        Document and edition, and what tells it from another model of the same: no two are alike.
    kind : {'path', 'empirical'}
        Whether it reads the terrain profile, or knows the path by its length alone.
    meaning : str
        What it counts and what it leaves out, so that its figure can be read beside another's.
    frequency, distance, tx_height, rx_height : ValidRange
        Where it is stated to hold, and whether a value beyond is refused or warned of.
    function : callable
        The public function.
    kernel : callable
        The compiled scalar function. Of an empirical model: ``(freq_mhz, distance_km, tx_height_m,
        rx_height_m, environment) -> loss_db``; of a path model the signature of
        `htcoverage.propagation.path_kernels`. It checks nothing, and an empirical formula may fall
        below the free-space loss outside its range: a caller that extrapolates holds it there.
    environments : tuple of str
        What the kernel's ``environment`` counts through from 0; empty where it has none.
    default_environment : int
        The one that stands for Hà Tĩnh's open country and villages.
    by_surroundings : mapping of str to str
        Environment of each kind of surroundings (ITU-R P.2108-1, table 3); empty where the
        environment is not a matter of clutter.
    part : str
        Where in the document its formulas stand.
    ranges_of : mapping of str to tuple of ValidRange
        The four ranges of every environment, where the document bounds each by itself; the model's
        are those of the default one.
    """

    name: str
    citation: str
    kind: Literal["path", "empirical"]
    meaning: str
    frequency: ValidRange
    distance: ValidRange
    tx_height: ValidRange
    rx_height: ValidRange
    function: Callable[..., Any]
    kernel: Callable[..., Any]
    environments: tuple[str, ...] = ()
    default_environment: int = 0
    by_surroundings: Mapping[str, str] = field(default_factory=dict)
    part: str = ""
    ranges_of: Mapping[str, tuple[ValidRange, ...]] = field(default_factory=dict)

    @property
    def needs_profile(self) -> bool:
        """Whether the model reads the terrain profile."""
        return self.kind == "path"

    @property
    def ranges(self) -> tuple[ValidRange, ...]:
        """The four ranges: frequency, distance, transmitter's and receiver's height."""
        return self.frequency, self.distance, self.tx_height, self.rx_height

    def check(
        self,
        *,
        freq_mhz: npt.ArrayLike,
        distance_km: npt.ArrayLike,
        tx_height_m: npt.ArrayLike,
        rx_height_m: npt.ArrayLike,
        environments: Iterable[str] = (),
    ) -> None:
        """Refuse (or warn of) values outside the model's ranges.

        Parameters
        ----------
        freq_mhz, distance_km, tx_height_m, rx_height_m : array_like
            MHz, km, and m above ground.
        environments : iterable of str
            Those in use: the ranges of their own hold in place of the model's.

        Raises
        ------
        ValidityError
            If one is outside a range that is not extrapolated.

        Warns
        -----
        ExtrapolationWarning
            If one is outside a range that the field extrapolates.
        """
        values = (freq_mhz, distance_km, tx_height_m, rx_height_m)
        own = {
            f"{self.citation}, {name}": self.ranges_of[name]
            for name in environments
            if name in self.ranges_of
        }
        for citation, ranges in (own or {self.citation: self.ranges}).items():
            for valid, value in zip(ranges, values, strict=True):
                check_range(valid, value, citation=citation)

    def environment_code(self, environment: str | None) -> int:
        """Return the number of an environment, of the default one where none is named.

        Raises
        ------
        InputError
            If the model has no such environment.
        """
        if environment is None:
            return self.default_environment
        if environment not in self.environments:
            known = f"one of {', '.join(self.environments)}" if self.environments else "none"
            known += f" or {BY_CLUTTER}" if self.by_surroundings else ""
            raise argument_fault("environment", environment, f"{known}, by {self.name}")
        return self.environments.index(environment)

    def check_environment(self, environment: str | None) -> None:
        """Refuse an environment that the model does not know, `BY_CLUTTER` included.

        Raises
        ------
        InputError
            If the model has no such environment, or none that clutter could choose.
        """
        if environment != BY_CLUTTER or not self.by_surroundings:
            self.environment_code(environment)


@dataclass(frozen=True)
class Correction:
    """A loss at one end of a path, beside the models.

    Parameters
    ----------
    name : str
        What it is called here.
    citation, part : str
        Document and edition; where in it the formulas stand.
    ranges : tuple of ValidRange
        Where it is stated to hold.
    function : callable
        The public function.
    meaning : str
        What it is, and what it must not be added to.
    """

    name: str
    citation: str
    part: str
    ranges: tuple[ValidRange, ...]
    function: Callable[..., Any]
    meaning: str
    kind: Literal["correction"] = "correction"


@cache
def corrections() -> tuple[Correction, ...]:
    """Return every correction."""
    return (
        Correction(
            "p2108-terminal", _p2108.CITATION, "§3.1, eq. 2a to 2g", (_p2108.TERMINAL_FREQUENCY,),
            _p2108.terminal_clutter_loss_db,
            "median loss of the clutter around a terminal; never on top of a clutter profile",
        ),
        Correction(
            "p2108-statistical", _p2108.CITATION, "§3.2, eq. 3 to 5",
            (_p2108.TERRESTRIAL_FREQUENCY, _p2108.DISTANCE), _p2108.statistical_clutter_loss_db,
            "loss of urban and suburban clutter not exceeded at a share of locations; never on top "
            "of a clutter profile",
        ),
        Correction(
            "p2108-slant", _p2108.CITATION, "§3.3, eq. 6",
            (_p2108.SLANT_FREQUENCY, _p2108.ELEVATION), _p2108.slant_clutter_loss_db,
            "loss of clutter on a path to an aeroplane or a satellite; no part of coverage",
        ),
        Correction(
            "p2109", _p2109.CITATION, "§3, eq. 1 to 10", (_p2109.FREQUENCY, _p2109.ELEVATION),
            _p2109.building_entry_loss_db,
            "loss into a building, a distribution: joined with shadowing, never added to a margin",
        ),
    )  # fmt: skip


@cache
def models() -> tuple[Model, ...]:
    """Return every model, the default first."""
    return (
        Model(
            "p1812", _p1812.CITATION, "path",
            "terrain and clutter on the way, ducts and scatter",
            _p1812.FREQUENCY_RANGE, _p1812.DISTANCE_RANGE,
            _p1812.TX_HEIGHT_RANGE, _p1812.RX_HEIGHT_RANGE,
            _p1812.p1812, _kernels.p1812_path_db,
            part="§3 and §4; eq. 2 to 45 in what follows from a profile",
        ),
        Model(
            "p525", _p525.CITATION, "empirical",
            "nothing in the way: no network can do better",
            _p525.FREQUENCY_RANGE, _p525.DISTANCE_RANGE,
            _p525.TX_HEIGHT_RANGE, _p525.RX_HEIGHT_RANGE,
            _p525.p525, _p525.free_space_pixel_db,
            part="eq. 5",
        ),
        Model(
            "p526", _p526.CITATION, "path",
            "the diffraction of P.1812 alone, on an Earth of 8500 km",
            _p526.FREQUENCY_RANGE, _p526.DISTANCE_RANGE,
            _p526.TX_HEIGHT_RANGE, _p526.RX_HEIGHT_RANGE,
            _p526.p526, _kernels.p526_path_db,
            part="§3.2 spherical Earth, §4.5 delta-Bullington",
        ),
        Model(
            "p526-cylinders", f"{_p526.CITATION}, cylinders", "path",
            "every grazed stretch of ground is one more obstacle: far more loss behind hills",
            _p526.FREQUENCY_RANGE, _p526.DISTANCE_RANGE,
            _p526.TX_HEIGHT_RANGE, _p526.RX_HEIGHT_RANGE,
            _p526_cylinders.p526_cylinders, _kernels.p526_cylinders_path_db,
            part="§4.4.1 with Attachments 1 and 2",
        ),
        Model(
            "p526-edges", f"{_p526.CITATION}, knife edges", "path",
            "adds up to three edges where Bullington takes one: more loss behind several hills",
            _p526.FREQUENCY_RANGE, _p526.DISTANCE_RANGE,
            _p526.TX_HEIGHT_RANGE, _p526.RX_HEIGHT_RANGE,
            _p526_cylinders.p526_edges, _kernels.p526_edges_path_db,
            part="§4.4.2",
        ),
        Model(
            "itm", _itm.CITATION, "path",
            "bare ground, no clutter; behind hills both ends' horizons alone count",
            _itm.FREQUENCY_RANGE, _itm.DISTANCE_RANGE,
            _itm.TX_HEIGHT_RANGE, _itm.RX_HEIGHT_RANGE,
            _itm.itm, _kernels.itm_path_db,
            part="point-to-point mode",
        ),
        Model(
            "itm-area", f"{_itm.CITATION}, area mode", "empirical",
            "only how hilly the country is: the same loss at the same distance, hill or none",
            _itm.FREQUENCY_RANGE, _itm.DISTANCE_RANGE,
            _itm.TX_HEIGHT_RANGE, _itm.RX_HEIGHT_RANGE,
            _itm.itm_area, _kernels.itm_area_pixel_db,
            _kernels.AREA_ENVIRONMENTS, _kernels.AREA_ENVIRONMENTS.index("hills"),
            part="area mode",
        ),
        Model(
            "ehata", _ehata.CITATION, "path",
            "Hata's curves, corrected by the shape of the terrain: little loss behind hills",
            _ehata.FREQUENCY_RANGE, _ehata.DISTANCE_RANGE,
            _ehata.TX_HEIGHT_RANGE, _ehata.RX_HEIGHT_RANGE,
            _ehata.ehata, _kernels.ehata_path_db,
            get_args(_ehata.Environment), get_args(_ehata.Environment).index("rural"),
            by_surroundings=_EHATA_BY_SURROUNDINGS, part="appendix A",
        ),
        Model(
            "hata", _hata.HATA_CITATION, "empirical",
            "the curves of a city, less what suburbs and open country gain: no hill on the way",
            _hata.HATA_FREQUENCY_RANGE, _hata.DISTANCE_RANGE,
            _hata.TX_HEIGHT_RANGE, _hata.RX_HEIGHT_RANGE,
            _hata.hata, _hata.hata_loss_db,
            get_args(_hata.HataEnvironment), _hata.OPEN,
            by_surroundings=_HATA_BY_SURROUNDINGS, part="eq. 10 to 17",
        ),
        Model(
            "cost231", _hata.COST231_CITATION, "empirical",
            "a city everywhere, for there is no open country in it: too much loss outside towns",
            _hata.COST231_FREQUENCY_RANGE, _hata.DISTANCE_RANGE,
            _hata.TX_HEIGHT_RANGE, _hata.RX_HEIGHT_RANGE,
            _hata.cost231, _hata.cost231_loss_db,
            get_args(_hata.Cost231Environment), _hata.MEDIUM_CITY,
            by_surroundings=_COST231_BY_SURROUNDINGS, part="eq. 4.4.3",
        ),
        Model(
            "tr38901", _tr38901.CITATION, "empirical",
            "sight by chance, from the distance alone: no hill on the way",
            _tr38901.RMA_FREQUENCY_RANGE, _tr38901.RMA_DISTANCE_RANGE,
            _tr38901.RMA_TX_HEIGHT_RANGE, _tr38901.RMA_RX_HEIGHT_RANGE,
            _tr38901.tr38901, _tr38901.any_scenario_loss_db,
            tuple(name.lower() for name in get_args(_tr38901.Scenario)), 0,
            by_surroundings=_TR38901_BY_SURROUNDINGS, part="tables 7.4.1-1 and 7.4.2-1",
            ranges_of={
                scenario.lower(): (frequency, distance, tx_height, rx_height)
                for scenario, (frequency, tx_height, rx_height, distance) in _tr38901.RANGES.items()
            },
        ),
        *(
            Model(
                f"tr38901-{scenario.lower()}", f"{_tr38901.CITATION} {scenario}", "empirical",
                _SCENARIOS[scenario],
                frequency, distance, tx_height, rx_height,
                _tr38901.tr38901, _tr38901.KERNELS[scenario],
                get_args(_tr38901.Sight), _tr38901.MEAN,
                part="tables 7.4.1-1 and 7.4.2-1",
            )
            for scenario, (frequency, tx_height, rx_height, distance) in _tr38901.RANGES.items()
        ),
        Model(
            "spm", _spm.CITATION, "path",
            "Hata's curve in place of free space, and the diffraction of the profile on top",
            _spm.FREQUENCY_RANGE, _spm.DISTANCE_RANGE,
            _spm.TX_HEIGHT_RANGE, _spm.RX_HEIGHT_RANGE,
            _spm.spm, _kernels.spm_path_db,
            get_args(_hata.HataEnvironment), _hata.OPEN,
            by_surroundings=_HATA_BY_SURROUNDINGS, part="K1 to K7, Hata's coefficients",
        ),
    )  # fmt: skip


def model(name: str) -> Model:
    """Return the model of a name.

    Raises
    ------
    InputError
        If there is none; the message lists the names.
    """
    by_name = {entry.name: entry for entry in models()}
    if name not in by_name:
        raise argument_fault("model", name, f"one of {', '.join(by_name)}")
    return by_name[name]
