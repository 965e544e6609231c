"""The whole downlink budget of one cell, as the table that planners exchange."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Literal, get_args

import pandas as pd

from htcoverage.errors import Fault, InputError
from htcoverage.labels import Language, label
from htcoverage.link_budget.levels import (
    NOISE_BANDWIDTH_HZ,
    eirp_dbm,
    epre_dbm,
    resource_blocks,
    sensitivity_dbm,
    thermal_noise_dbm,
)
from htcoverage.link_budget.shadowing import area_probability, margin_db
from htcoverage.propagation.p2109 import Building, indoor_margin_db

Technology = Literal["3G", "4G"]

_NOT_NEGATIVE = ("feeder_loss_db", "body_loss_db", "in_car_loss_db", "noise_figure_db", "sigma_db")

#: Key of the word in labels, value, unit, note.
_Row = tuple[str, float, str, str]


@dataclass(frozen=True)
class LinkBudget:
    """The terms of a downlink budget; what has a default is a labelled assumption.

    Parameters
    ----------
    technology : {"3G", "4G"}
    power_dbm : float
        4G: power of one antenna port over the carrier; 3G: power of the common pilot channel.
    antenna_gain_dbi, feeder_loss_db : float
    threshold_dbm : float
        Level that counts as covered.
    required_ratio_db : float
        See `sensitivity_dbm`.
    bandwidth_mhz : float
        Of the 4G carrier; 3G does not use it.
    rs_boost_db : float
        4G only.
    noise_figure_db : float
        User equipment; 9 dB after 3GPP TR 36.942.
    ue_gain_dbi, body_loss_db : float
        User equipment in the hand outdoors.
    in_car_loss_db : float
        0 outdoors; 8 dB is usual in a car.
    sigma_db : float
        Standard deviation of the level (location and model together).
    cell_edge_probability : float
    path_loss_exponent : float
        For the area probability alone.
    building : {"traditional", "thermally-efficient"}, optional
        Indoors in such a building: its entry loss and the shadowing are combined into one margin
        (ITU-R P.2109-2). Outdoors where not given.
    freq_mhz : float
        Carrier frequency; for the entry loss alone.
    ports : int
        Antenna ports of the 4G cell; they do not add up in RSRP, only in the power of the carrier.

    Raises
    ------
    InputError
        If the technology is another, a number is not finite, a loss or sigma is negative or there
        is no port; every such term is listed.
    """

    technology: Technology
    power_dbm: float
    antenna_gain_dbi: float
    feeder_loss_db: float
    threshold_dbm: float
    required_ratio_db: float
    bandwidth_mhz: float = 20.0
    rs_boost_db: float = 0.0
    noise_figure_db: float = 9.0
    ue_gain_dbi: float = 0.0
    body_loss_db: float = 0.0
    in_car_loss_db: float = 0.0
    sigma_db: float = 7.28
    cell_edge_probability: float = 0.9
    path_loss_exponent: float = 3.5
    building: Building | None = None
    freq_mhz: float = 1800.0
    ports: int = 2

    def __post_init__(self) -> None:
        expected = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, int | float):
                if not math.isfinite(value):
                    expected[each.name] = "a finite number"
                elif each.name in _NOT_NEGATIVE and value < 0.0:
                    expected[each.name] = "0 dB or more"
        if self.technology not in get_args(Technology):
            expected["technology"] = " or ".join(get_args(Technology))
        if self.ports < 1:
            expected["ports"] = "1 or more"
        if expected:
            raise InputError(
                Fault("argument", None, name, str(getattr(self, name)), words)
                for name, words in expected.items()
            )


def reference_level_dbm(budget: LinkBudget) -> float:
    """Level at 0 dB path loss in the main beam, dBm; see `cell_reference_level_dbm`."""
    power_dbm = budget.power_dbm
    if budget.technology == "4G":
        power_dbm = epre_dbm(
            power_dbm, bandwidth_mhz=budget.bandwidth_mhz, rs_boost_db=budget.rs_boost_db
        )
    return eirp_dbm(
        power_dbm, antenna_gain_dbi=budget.antenna_gain_dbi, feeder_loss_db=budget.feeder_loss_db
    )


def edge_margin_db(budget: LinkBudget) -> float:
    """Distance of the median outdoors above the level needed at the edge, dB.

    Outdoors `margin_db`; in a building `indoor_margin_db`, which holds the entry loss as well.
    """
    if budget.building is None:
        return margin_db(budget.cell_edge_probability, sigma_db=budget.sigma_db)
    return indoor_margin_db(
        budget.cell_edge_probability,
        budget.building,
        freq_mhz=budget.freq_mhz,
        sigma_db=budget.sigma_db,
    )


def maximum_path_loss_db(budget: LinkBudget, *, down_to_dbm: float) -> float:
    """Maximum allowable path loss (MAPL) for a level at the edge, dB.

    Reference level + user's gain − body − car − margin (`edge_margin_db`) − level;
    ``down_to_dbm`` is the threshold of cover or the receiver's sensitivity.
    """
    return (
        reference_level_dbm(budget)
        + budget.ue_gain_dbi
        - budget.body_loss_db
        - budget.in_car_loss_db
        - edge_margin_db(budget)
        - down_to_dbm
    )


def link_budget_table(budget: LinkBudget, *, language: Language = "en") -> pd.DataFrame:
    """Return the budget as the table that planners exchange, from the port to the MAPL.

    Parameters
    ----------
    budget : LinkBudget
    language : {"en", "vi"}

    Returns
    -------
    DataFrame
        Columns ``term`` (in the language), ``value`` (float), ``unit``, ``note`` (formula or
        source); one row a term.
    """
    least_dbm = sensitivity_dbm(
        budget.technology,
        noise_figure_db=budget.noise_figure_db,
        required_ratio_db=budget.required_ratio_db,
    )
    to_threshold_db = maximum_path_loss_db(budget, down_to_dbm=budget.threshold_dbm)
    to_sensitivity_db = maximum_path_loss_db(budget, down_to_dbm=least_dbm)
    rows = [
        *_station_rows(budget),
        *_user_rows(budget, least_dbm),
        *_edge_rows(budget),
        ("mapl_threshold", to_threshold_db, "dB", "MAPL"),
        ("mapl_sensitivity", to_sensitivity_db, "dB", "MAPL"),
    ]
    words = [(label(f"link_{key}", language), float(value), *rest) for key, value, *rest in rows]
    return pd.DataFrame(words, columns=["term", "value", "unit", "note"])


def _station_rows(budget: LinkBudget) -> list[_Row]:
    """List the terms from the port to the EIRP."""
    if budget.technology == "4G":
        epre = epre_dbm(
            budget.power_dbm, bandwidth_mhz=budget.bandwidth_mhz, rs_boost_db=budget.rs_boost_db
        )
        blocks = float(resource_blocks(budget.bandwidth_mhz))
        carrier_dbm = budget.power_dbm + 10.0 * math.log10(budget.ports)
        power: list[_Row] = [
            ("port_power", budget.power_dbm, "dBm", ""),
            ("ports", float(budget.ports), "", ""),
            ("carrier_power", carrier_dbm, "dBm", "P + 10·log10(ports)"),
            ("bandwidth", budget.bandwidth_mhz, "MHz", ""),
            ("resource_blocks", blocks, "", "TS 36.104, 5.6-1"),
            ("rs_boost", budget.rs_boost_db, "dB", "TS 36.213, 5.2"),
            ("epre", epre, "dBm", "P − 10·log10(12·N_RB) + boost"),
        ]
        eirp = ("eirp_per_resource_element", reference_level_dbm(budget), "dBm", "RSRP + PL")
    else:
        power = [("cpich_power", budget.power_dbm, "dBm", "")]
        eirp = ("eirp_pilot", reference_level_dbm(budget), "dBm", "RSCP + PL")
    return [
        *power,
        ("feeder_loss", budget.feeder_loss_db, "dB", ""),
        ("antenna_gain", budget.antenna_gain_dbi, "dBi", ""),
        eirp,
    ]


def _user_rows(budget: LinkBudget, least_dbm: float) -> list[_Row]:
    """List the terms of the receiver and of what stands around it."""
    level, ratio = ("RSRP", "SINR") if budget.technology == "4G" else ("RSCP", "Ec/N0")
    bandwidth_hz = NOISE_BANDWIDTH_HZ[budget.technology]
    noise = f"k·290 K·{bandwidth_hz / 1e3:g} kHz"
    return [
        ("thermal_noise", thermal_noise_dbm(bandwidth_hz), "dBm", noise),
        ("noise_figure", budget.noise_figure_db, "dB", "TR 36.942"),
        ("required_ratio", budget.required_ratio_db, "dB", ratio),
        ("sensitivity", least_dbm, "dBm", level),
        ("threshold", budget.threshold_dbm, "dBm", level),
        ("ue_gain", budget.ue_gain_dbi, "dBi", ""),
        ("body_loss", budget.body_loss_db, "dB", ""),
        ("in_car_loss", budget.in_car_loss_db, "dB", ""),
    ]


def _edge_rows(budget: LinkBudget) -> list[_Row]:
    """List the margin at the edge; Jakes's formula knows only the shadowing outdoors."""
    rows: list[_Row] = [
        ("sigma", budget.sigma_db, "dB", "σ"),
        ("cell_edge_probability", 100.0 * budget.cell_edge_probability, "%", "π"),
    ]
    if budget.building is not None:
        note = f"P.2109-2 ⊛ σ, {budget.building}"
        return [*rows, ("indoor_margin", edge_margin_db(budget), "dB", note)]
    area_share = area_probability(
        budget.cell_edge_probability,
        sigma_db=budget.sigma_db,
        path_loss_exponent=budget.path_loss_exponent,
    )
    return [
        *rows,
        ("margin", edge_margin_db(budget), "dB", "z(π)·σ"),
        ("path_loss_exponent", budget.path_loss_exponent, "", "n"),
        ("area_probability", 100.0 * area_share, "%", "Jakes 1974, 2.5.3"),
    ]
