"""Named criteria: what a regulator or a programme asks, and where each number comes from.

A preset only sets parameters. Where its source gives no number, ours stands there under the words
"labelled assumption".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from htcoverage.errors import argument_fault
from htcoverage.figures.cover import CoverCriteria, Technology
from htcoverage.figures.rows import HEADLINE_SETTLEMENT_PART

ASSUMPTION = "labelled assumption"

_OUR_THRESHOLD_3G = (
    "threshold_3g_dbm",
    f"{ASSUMPTION}: −95 dBm RSCP, where the legend of VNPT's drive tests begins “trung bình”",
)
_OUR_THRESHOLD_4G = (
    "threshold_4g_dbm",
    f"{ASSUMPTION}: −105 dBm RSRP, the level of Ofcom's outdoor line",
)
_OUR_PROBABILITY = ("cell_edge_probability", f"{ASSUMPTION}: 90 % at the cell edge")
_OUR_SIGMAS = (
    "location_sigma_db, model_sigma_db",
    f"{ASSUMPTION}: 2 dB inside a pixel (ITU-R P.1812, §4.7, about 1.8 GHz and 100 m) and 7 dB"
    " for the model until it is calibrated",
)


@dataclass(frozen=True)
class Preset:
    """Criteria with a name, the row of the figures that answers them, and their sources.

    Parameters
    ----------
    name : str
        As it is asked for, such as ``ofcom-4g``.
    title : str
        What it stands for, in English.
    criteria : CoverCriteria
        What counts as covered.
    technology, denominator, basis : str
        The figure row that the preset reads.
    settlement_part : float or None
        The part of a settlement that must be covered, where settlements are counted.
    sources : tuple of (str, str)
        For each parameter that is set, the document that sets it or the words
        "labelled assumption".
    caution : str
        What the preset does not check though its source asks for it; empty where nothing.
    """

    name: str
    title: str
    criteria: CoverCriteria
    technology: Technology
    denominator: Literal["land_area", "residential_area", "residents", "households", "settlements"]
    basis: Literal["median", "cell_edge"]
    settlement_part: float | None
    sources: tuple[tuple[str, str], ...]
    caution: str = ""


_ALL = (
    Preset(
        name="outdoors",
        title="Outdoors, 90 % at the cell edge: the defaults",
        criteria=CoverCriteria(),
        technology="4G",
        denominator="residents",
        basis="cell_edge",
        settlement_part=None,
        sources=(_OUR_THRESHOLD_3G, _OUR_THRESHOLD_4G, _OUR_PROBABILITY, _OUR_SIGMAS),
    ),
    Preset(
        name="in-car",
        title="Inside a car, 90 % at the cell edge",
        criteria=CoverCriteria(user_loss_db=8.0),
        technology="4G",
        denominator="residents",
        basis="cell_edge",
        settlement_part=None,
        sources=(
            _OUR_THRESHOLD_3G,
            _OUR_THRESHOLD_4G,
            _OUR_PROBABILITY,
            _OUR_SIGMAS,
            ("user_loss_db", f"{ASSUMPTION}: 8 dB of body and car, without a spread"),
        ),
    ),
    Preset(
        name="indoors",
        title="Inside a building of traditional materials, 90 % at the cell edge",
        criteria=CoverCriteria(user_loss_db=14.8, user_loss_sigma_db=9.3),
        technology="4G",
        denominator="residents",
        basis="cell_edge",
        settlement_part=None,
        sources=(
            _OUR_THRESHOLD_3G,
            _OUR_THRESHOLD_4G,
            _OUR_PROBABILITY,
            _OUR_SIGMAS,
            (
                "user_loss_db, user_loss_sigma_db",
                "ITU-R P.2109-2, annex 1, §3: building entry loss at 1.8 GHz, traditional"
                " building, horizontal path: median 14.8 dB, 26.8 dB not exceeded in 90 % of"
                " buildings and places in them, which is 9.3 dB of spread above the median. That"
                f" the homes here are traditional buildings in its sense is a {ASSUMPTION}",
            ),
        ),
        caution="The loss at 1.8 GHz stands for every band; at 900 MHz it is 0.6 dB less.",
    ),
    Preset(
        name="ofcom-4g",
        title="Ofcom's outdoor 4G line",
        criteria=CoverCriteria(threshold_4g_dbm=-105.0, cell_edge_probability=0.5),
        technology="4G",
        denominator="land_area",
        basis="median",
        settlement_part=None,
        sources=(
            (
                "threshold_4g_dbm",
                "Ofcom, Connected Nations, methodology: 4G outdoors, RSRP −105 dBm",
            ),
            (
                "cell_edge_probability",
                "Ofcom, Connected Nations, methodology: the predicted level is compared with the"
                " line, which already embodies its probability; no further margin, so 50 %",
            ),
            ("denominator", "Ofcom, Connected Nations: geographic coverage, share of land area"),
            _OUR_THRESHOLD_3G,
            _OUR_SIGMAS,
        ),
        caution="Ofcom reads the operators' own predictions, checked by its drive tests.",
    ),
    Preset(
        name="fcc-bdc",
        title="FCC, Broadband Data Collection",
        criteria=CoverCriteria(cell_edge_probability=0.9),
        technology="4G",
        denominator="land_area",
        basis="cell_edge",
        settlement_part=None,
        sources=(
            (
                "cell_edge_probability",
                "Broadband DATA Act, 47 U.S.C. § 642(b)(2)(B): at least 90 % at the cell edge",
            ),
            (
                "denominator",
                "Broadband DATA Act, 47 U.S.C. § 642(b)(2)(B): coverage is filed as areas",
            ),
            _OUR_THRESHOLD_3G,
            _OUR_THRESHOLD_4G,
            _OUR_SIGMAS,
        ),
        caution=(
            "The FCC asks for 5/1 Mbit/s at 50 % cell loading: speeds need loading data, which are"
            " not in a level. It also asks for a receiver at 1.5 m or higher and pixels of 100 m or"
            " smaller; both depend on how the coverage was computed."
        ),
    ),
    Preset(
        name="arcotel",
        title="ARCOTEL (Ecuador), 4G",
        criteria=CoverCriteria(threshold_4g_dbm=-100.0),
        technology="4G",
        denominator="residential_area",
        basis="cell_edge",
        settlement_part=None,
        sources=(
            ("threshold_4g_dbm", "ARCOTEL, quality parameters of mobile service: RSRP −100 dBm"),
            ("denominator", f"{ASSUMPTION}: residential area"),
            _OUR_PROBABILITY,
            _OUR_THRESHOLD_3G,
            _OUR_SIGMAS,
        ),
        caution="ARCOTEL measures along drive routes; this predicts over areas.",
    ),
    Preset(
        name="vn-thon",
        title="Vietnam's count of thôn/bản with signal",
        criteria=CoverCriteria(),
        technology="any",
        denominator="settlements",
        basis="cell_edge",
        settlement_part=HEADLINE_SETTLEMENT_PART,
        sources=(
            (
                "denominator",
                "Vietnam's programme to close signal gaps counts thôn/bản: one unit, whatever its"
                " size",
            ),
            ("technology", f"{ASSUMPTION}: 3G or 4G"),
            (
                "settlement_part",
                f"{ASSUMPTION}: {HEADLINE_SETTLEMENT_PART:.0%} of the residents; the criteria of"
                " letter 1603 were not seen",
            ),
            _OUR_THRESHOLD_3G,
            _OUR_THRESHOLD_4G,
            _OUR_PROBABILITY,
            _OUR_SIGMAS,
        ),
    ),
)

PRESETS = {preset.name: preset for preset in _ALL}


def preset(name: str) -> Preset:
    """Return a preset by its name.

    Parameters
    ----------
    name : str
        One of ``htcoverage.presets.PRESETS``, such as ``ofcom-4g`` or ``vn-thon``.

    Returns
    -------
    Preset
        Criteria with their sources.

    Raises
    ------
    InputError
        If there is none of that name; the message lists those there are.
    """
    if name not in PRESETS:
        raise argument_fault("preset", name, f"one of {', '.join(PRESETS)}")
    return PRESETS[name]
