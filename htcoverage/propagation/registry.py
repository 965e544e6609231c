"""Every propagation model with its citation and the range in which it is stated to hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

import numpy.typing as npt

from htcoverage.errors import argument_fault
from htcoverage.propagation import ehata as _ehata
from htcoverage.propagation import hata as _hata
from htcoverage.propagation import p525 as _p525
from htcoverage.propagation import p526 as _p526
from htcoverage.propagation import p526_cylinders as _p526_cylinders
from htcoverage.propagation import path_kernels as _kernels
from htcoverage.propagation import spm as _spm
from htcoverage.propagation import tr38901 as _tr38901
from htcoverage.propagation.itm import model as _itm
from htcoverage.propagation.p1812 import model as _p1812
from htcoverage.propagation.validity import ValidRange, check_range

DEFAULT_MODEL = "p1812"


@dataclass(frozen=True)
class Model:
    """One propagation model.

    Parameters
    ----------
    name : str
        What it is called on the command line.
    citation : str
        Document and edition.
    kind : {'path', 'empirical'}
        Whether it reads the terrain profile, or knows the path by its length alone.
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
    """

    name: str
    citation: str
    kind: Literal["path", "empirical"]
    frequency: ValidRange
    distance: ValidRange
    tx_height: ValidRange
    rx_height: ValidRange
    function: Callable[..., Any]
    kernel: Callable[..., Any]
    environments: tuple[str, ...] = ()
    default_environment: int = 0

    @property
    def needs_profile(self) -> bool:
        """Whether the model reads the terrain profile."""
        return self.kind == "path"

    @property
    def ranges(self) -> tuple[ValidRange, ValidRange, ValidRange, ValidRange]:
        """The four ranges: frequency, distance, transmitter's and receiver's height."""
        return self.frequency, self.distance, self.tx_height, self.rx_height

    def check(
        self,
        *,
        freq_mhz: npt.ArrayLike,
        distance_km: npt.ArrayLike,
        tx_height_m: npt.ArrayLike,
        rx_height_m: npt.ArrayLike,
    ) -> None:
        """Refuse (or warn of) values outside the model's ranges.

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
        for valid, value in zip(self.ranges, values, strict=True):
            check_range(valid, value, citation=self.citation)

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
            raise argument_fault("environment", environment, f"{known}, by {self.name}")
        return self.environments.index(environment)


@cache
def models() -> tuple[Model, ...]:
    """Return every model, the default first."""
    return (
        Model(
            "p1812", _p1812.CITATION, "path",
            _p1812.FREQUENCY_RANGE, _p1812.DISTANCE_RANGE,
            _p1812.TX_HEIGHT_RANGE, _p1812.RX_HEIGHT_RANGE,
            _p1812.p1812, _kernels.p1812_path_db,
        ),
        Model(
            "p525", _p525.CITATION, "empirical",
            _p525.FREQUENCY_RANGE, _p525.DISTANCE_RANGE,
            _p525.TX_HEIGHT_RANGE, _p525.RX_HEIGHT_RANGE,
            _p525.p525, _p525.free_space_pixel_db,
        ),
        Model(
            "p526", _p526.CITATION, "path",
            _p526.FREQUENCY_RANGE, _p526.DISTANCE_RANGE,
            _p526.TX_HEIGHT_RANGE, _p526.RX_HEIGHT_RANGE,
            _p526.p526, _kernels.p526_path_db,
        ),
        Model(
            "p526-cylinders", f"{_p526.CITATION}, §4.4.1", "path",
            _p526.FREQUENCY_RANGE, _p526.DISTANCE_RANGE,
            _p526.TX_HEIGHT_RANGE, _p526.RX_HEIGHT_RANGE,
            _p526_cylinders.p526_cylinders, _kernels.p526_cylinders_path_db,
        ),
        Model(
            "p526-edges", f"{_p526.CITATION}, §4.4.2", "path",
            _p526.FREQUENCY_RANGE, _p526.DISTANCE_RANGE,
            _p526.TX_HEIGHT_RANGE, _p526.RX_HEIGHT_RANGE,
            _p526_cylinders.p526_edges, _kernels.p526_edges_path_db,
        ),
        Model(
            "itm", _itm.CITATION, "path",
            _itm.FREQUENCY_RANGE, _itm.DISTANCE_RANGE,
            _itm.TX_HEIGHT_RANGE, _itm.RX_HEIGHT_RANGE,
            _itm.itm, _kernels.itm_path_db,
        ),
        Model(
            "itm-area", _itm.CITATION, "empirical",
            _itm.FREQUENCY_RANGE, _itm.DISTANCE_RANGE,
            _itm.TX_HEIGHT_RANGE, _itm.RX_HEIGHT_RANGE,
            _itm.itm_area, _kernels.itm_area_pixel_db,
            _kernels.AREA_ENVIRONMENTS, _kernels.AREA_ENVIRONMENTS.index("hills"),
        ),
        Model(
            "ehata", _ehata.CITATION, "path",
            _ehata.FREQUENCY_RANGE, _ehata.DISTANCE_RANGE,
            _ehata.TX_HEIGHT_RANGE, _ehata.RX_HEIGHT_RANGE,
            _ehata.ehata, _kernels.ehata_path_db,
            get_args(_ehata.Environment), get_args(_ehata.Environment).index("rural"),
        ),
        Model(
            "hata", _hata.HATA_CITATION, "empirical",
            _hata.HATA_FREQUENCY_RANGE, _hata.DISTANCE_RANGE,
            _hata.TX_HEIGHT_RANGE, _hata.RX_HEIGHT_RANGE,
            _hata.hata, _hata.hata_loss_db,
            get_args(_hata.HataEnvironment), _hata.OPEN,
        ),
        Model(
            "cost231", _hata.COST231_CITATION, "empirical",
            _hata.COST231_FREQUENCY_RANGE, _hata.DISTANCE_RANGE,
            _hata.TX_HEIGHT_RANGE, _hata.RX_HEIGHT_RANGE,
            _hata.cost231, _hata.cost231_loss_db,
            get_args(_hata.Cost231Environment), _hata.MEDIUM_CITY,
        ),
        *(
            Model(
                f"tr38901-{scenario.lower()}", f"{_tr38901.CITATION} {scenario}", "empirical",
                frequency, distance, tx_height, rx_height,
                _tr38901.tr38901, _tr38901.KERNELS[scenario],
                get_args(_tr38901.Sight), _tr38901.MEAN,
            )
            for scenario, (frequency, tx_height, rx_height, distance) in _tr38901.RANGES.items()
        ),
        Model(
            "spm", _spm.CITATION, "path",
            _spm.FREQUENCY_RANGE, _spm.DISTANCE_RANGE,
            _spm.TX_HEIGHT_RANGE, _spm.RX_HEIGHT_RANGE,
            _spm.spm, _kernels.spm_path_db,
            get_args(_hata.HataEnvironment), _hata.OPEN,
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
