"""The link budget: published and hand-worked values, and the laws between its terms."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from htcoverage.errors import InputError
from htcoverage.link_budget import (
    RESOURCE_BLOCKS,
    LinkBudget,
    area_probability,
    cell_edge_probability,
    cell_reference_level_dbm,
    eirp_dbm,
    epre_dbm,
    link_budget_table,
    margin_db,
    maximum_path_loss_db,
    reference_level_dbm,
    resource_blocks,
    sensitivity_dbm,
    thermal_noise_dbm,
)
from htcoverage.propagation.p2109 import indoor_margin_db

decibels = st.floats(-50.0, 50.0)
probabilities = st.floats(0.02, 0.98)
sigmas = st.floats(1.0, 14.0)
exponents = st.floats(1.5, 6.0)


@pytest.mark.parametrize(
    ("bandwidth_mhz", "blocks"), [(1.4, 6), (3, 15), (5, 25), (10, 50), (15, 75), (20, 100)]
)
def test_resource_blocks_are_those_of_ts_36104(bandwidth_mhz, blocks):
    assert resource_blocks(bandwidth_mhz) == blocks


@pytest.mark.parametrize("bandwidth_mhz", [0.0, 4.2, 100.0, math.nan])
def test_4g_has_no_other_bandwidths(bandwidth_mhz):
    with pytest.raises(InputError, match=r"1\.4, 3, 5, 10, 15, 20 MHz"):
        resource_blocks(bandwidth_mhz)


# 10·log10(1200) = 30.7918: 46 − 30.79 = 15.21 dBm; 20 W = 43.0103 dBm: 43.01 − 30.79 = 12.22 dBm.
@pytest.mark.parametrize(
    ("port_power_dbm", "rs_boost_db", "expected_dbm"),
    [(46.0, 0.0, 15.21), (43.0103, 0.0, 12.22), (43.0, 0.0, 12.21), (43.0, 3.0, 15.21)],
)
def test_power_per_resource_element_over_20_mhz(port_power_dbm, rs_boost_db, expected_dbm):
    found = epre_dbm(port_power_dbm, bandwidth_mhz=20.0, rs_boost_db=rs_boost_db)
    assert found == pytest.approx(expected_dbm, abs=0.005)


@given(power=decibels, bandwidth=st.sampled_from(sorted(RESOURCE_BLOCKS)))
def test_the_resource_elements_add_up_to_the_power_of_the_port(power, bandwidth):
    element_mw = 10.0 ** (epre_dbm(power, bandwidth_mhz=bandwidth) / 10.0)
    total_mw = element_mw * 12 * RESOURCE_BLOCKS[bandwidth]
    assert 10.0 * math.log10(total_mw) == pytest.approx(power, abs=1e-9)


@given(power=decibels, more=st.floats(0.0, 20.0), gain=decibels, feeder=st.floats(0.0, 10.0))
def test_eirp_follows_every_term_decibel_by_decibel(power, more, gain, feeder):
    base = eirp_dbm(power, antenna_gain_dbi=gain, feeder_loss_db=feeder)
    assert base == pytest.approx(power + gain - feeder)
    raised = eirp_dbm(power + more, antenna_gain_dbi=gain, feeder_loss_db=feeder)
    assert raised - base == pytest.approx(more, abs=1e-9)
    lossy = eirp_dbm(power, antenna_gain_dbi=gain, feeder_loss_db=feeder + more)
    assert lossy - base == pytest.approx(-more, abs=1e-9)


def test_thermal_noise_is_174_dbm_in_1_hz():
    assert thermal_noise_dbm(1.0) == pytest.approx(-173.975, abs=0.001)
    assert thermal_noise_dbm(15e3) == pytest.approx(-132.214, abs=0.001)
    assert thermal_noise_dbm(3.84e6) == pytest.approx(-108.132, abs=0.001)


def test_sensitivity_is_noise_plus_figure_plus_ratio():
    rsrp = sensitivity_dbm("4G", noise_figure_db=9.0, required_ratio_db=-6.0)
    assert rsrp == pytest.approx(-129.214, abs=0.001)
    rscp = sensitivity_dbm("3G", noise_figure_db=9.0, required_ratio_db=-15.0)
    assert rscp == pytest.approx(-114.132, abs=0.001)


# z(0.9) = 1.28155, z(0.95) = 1.64485; σ = √(2² + 7²) = 7.28011 dB: 9.33 and 11.97 dB.
@pytest.mark.parametrize(("probability", "expected_db"), [(0.5, 0.0), (0.9, 9.33), (0.95, 11.975)])
def test_the_margin_at_the_default_sigma(probability, expected_db):
    assert margin_db(probability, sigma_db=math.hypot(2, 7)) == pytest.approx(expected_db, abs=2e-3)


# Worked by hand from Jakes's formula, whose case of π = 50 % is ½·[1 + exp(1/b²)·erfc(1/b)].
# n = 3, σ = 9 dB: b = 10·3·0.434294/(9·√2) = 1.02364; 1/b = 0.97690, 1/b² = 0.95434;
#   erfc(0.97690) = 0.16711; ½·(1 + 2.59696·0.16711) = 0.71697, the textbook's 71 %.
# n = 4, σ = 8 dB, π = 75 %: a = −0.67449/√2 = −0.47694, b = 1.53546; ab = −0.73232;
#   (1 − ab)/b = 1.12821, erfc = 0.11060; (1 − 2ab)/b² = 1.04538, exp = 2.84448;
#   ½·(1 + 0.5 + 2.84448·0.11060) = 0.9073, the textbook's 90 %.
@pytest.mark.parametrize(
    ("edge", "sigma_db", "exponent", "expected"),
    [(0.5, 9.0, 3.0, 0.71697), (0.75, 8.0, 4.0, 0.90728)],
)
def test_jakes_by_hand(edge, sigma_db, exponent, expected):
    found = area_probability(edge, sigma_db=sigma_db, path_loss_exponent=exponent)
    assert found == pytest.approx(expected, abs=5e-5)


@given(edge=probabilities, sigma_db=sigmas, exponent=exponents)
def test_jakes_is_the_mean_of_the_coverage_over_the_disc(edge, sigma_db, exponent):
    def covered(radius):
        excess_db = norm.ppf(edge) * sigma_db - 10.0 * exponent * math.log10(radius)
        return norm.cdf(excess_db / sigma_db) * 2.0 * radius

    mean, _ = quad(covered, 0.0, 1.0, limit=200)
    found = area_probability(edge, sigma_db=sigma_db, path_loss_exponent=exponent)
    assert found == pytest.approx(mean, abs=1e-6)


@given(edge=probabilities, sigma_db=sigmas, exponent=exponents)
def test_edge_and_area_probability_are_inverse(edge, sigma_db, exponent):
    area = area_probability(edge, sigma_db=sigma_db, path_loss_exponent=exponent)
    assert edge < area <= 1.0
    if area < 1.0 - 1e-9:
        back = cell_edge_probability(area, sigma_db=sigma_db, path_loss_exponent=exponent)
        assert back == pytest.approx(edge, abs=1e-6)


@pytest.mark.parametrize(
    ("area", "sigma_db", "exponent"), [(0.01, 14.0, 1.5), (0.999, 1.0, 6.0), (1e-6, 12.0, 2.0)]
)
def test_the_inverse_reaches_the_ends(area, sigma_db, exponent):
    edge = cell_edge_probability(area, sigma_db=sigma_db, path_loss_exponent=exponent)
    found = area_probability(edge, sigma_db=sigma_db, path_loss_exponent=exponent)
    assert found == pytest.approx(area, rel=1e-6)


@pytest.mark.parametrize("function", [area_probability, cell_edge_probability])
@pytest.mark.parametrize(
    ("probability", "sigma_db", "exponent"),
    [(0.0, 8.0, 3.5), (1.0, 8.0, 3.5), (90.0, 8.0, 3.5), (0.9, 0.0, 3.5), (0.9, 8.0, 0.0)],
)
def test_values_out_of_range_are_refused(function, probability, sigma_db, exponent):
    with pytest.raises(InputError):
        function(probability, sigma_db=sigma_db, path_loss_exponent=exponent)


def test_the_margin_refuses_certainty():
    with pytest.raises(InputError):
        margin_db(1.0, sigma_db=8.0)


@pytest.fixture
def cells():
    return pd.DataFrame(
        {
            "cell_id": ["a", "b", "c"],
            "technology": ["4G", "3G", "4G"],
            "bandwidth_mhz": [20.0, 5.0, 10.0],
            "port_power_dbm": [43.0, np.nan, 46.0],
            "cpich_power_dbm": [np.nan, 33.0, np.nan],
            "rs_boost_db": [3.0, 3.0, 0.0],
            "antenna_gain_dbi": [17.0, 16.0, 18.0],
            "feeder_loss_db": [0.5, 3.0, 1.0],
        }
    )


def test_the_reference_level_of_every_cell(cells):
    # 43 − 30.79 + 3 + 17 − 0.5; 33 + 16 − 3, no boost in 3G; 46 − 27.78 + 18 − 1
    found = cell_reference_level_dbm(cells)
    assert found == pytest.approx([31.708, 46.0, 35.218], abs=1e-3)
    assert found.dtype == np.float64


def test_cells_and_budgets_agree(cells):
    for i, level_dbm in enumerate(cell_reference_level_dbm(cells)):
        cell = cells.iloc[i]
        is_4g = cell["technology"] == "4G"
        budget = LinkBudget(
            cell["technology"],
            power_dbm=cell["port_power_dbm" if is_4g else "cpich_power_dbm"],
            antenna_gain_dbi=cell["antenna_gain_dbi"],
            feeder_loss_db=cell["feeder_loss_db"],
            threshold_dbm=-100.0,
            required_ratio_db=-6.0,
            bandwidth_mhz=cell["bandwidth_mhz"],
            rs_boost_db=cell["rs_boost_db"],
        )
        assert reference_level_dbm(budget) == pytest.approx(level_dbm)


def test_cells_may_come_with_nullable_columns_and_any_index(cells):
    typed = cells.convert_dtypes().set_index("cell_id", drop=False)
    assert cell_reference_level_dbm(typed) == pytest.approx(cell_reference_level_dbm(cells))
    assert cell_reference_level_dbm(cells.iloc[:0]).shape == (0,)


def test_all_cells_without_power_or_with_a_wrong_bandwidth_are_listed(cells):
    cells.loc[0, "bandwidth_mhz"] = 4.2
    cells.loc[1, "cpich_power_dbm"] = np.nan
    cells.loc[2, "port_power_dbm"] = np.nan
    with pytest.raises(InputError) as caught:
        cell_reference_level_dbm(cells)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (1, "bandwidth_mhz"),
        (2, "cpich_power_dbm"),
        (3, "port_power_dbm"),
    ]


BUDGET_4G = LinkBudget(
    "4G",
    power_dbm=43.0,
    antenna_gain_dbi=17.0,
    feeder_loss_db=0.5,
    threshold_dbm=-105.0,
    required_ratio_db=-6.0,
    in_car_loss_db=8.0,
    body_loss_db=3.0,
    ue_gain_dbi=-1.0,
    sigma_db=8.0,
)
BUDGET_3G = LinkBudget(
    "3G",
    power_dbm=33.0,
    antenna_gain_dbi=16.0,
    feeder_loss_db=3.0,
    threshold_dbm=-95.0,
    required_ratio_db=-15.0,
)


def test_mapl_by_hand():
    # EIRP per element 43 − 30.792 − 0.5 + 17 = 28.708; −1 −3 −8 −1.28155·8 = −22.252; + 105
    found = maximum_path_loss_db(BUDGET_4G, down_to_dbm=BUDGET_4G.threshold_dbm)
    assert found == pytest.approx(111.456, abs=1e-3)
    # 33 + 16 − 3 − 1.28155·7.28 + 95
    found = maximum_path_loss_db(BUDGET_3G, down_to_dbm=-95.0)
    assert found == pytest.approx(131.670, abs=1e-3)


def test_the_textbook_s_lte_downlink():
    # Holma & Toskala (eds.), LTE for UMTS, Wiley 2009, downlink at 1 Mbps in 10 MHz: 46 dBm,
    # 18 dBi, cable 2 dB: EIRP 62 dBm; noise figure 7 dB, noise −104.5 + 7 = −97.5 dBm, SINR −10 dB:
    # −107.5 dBm; less 3 dB for interference and 1 dB for control channels: 165.5 dB. Those two are
    # no terms here, the element's bandwidth stands for the carrier's, and no margin at the median.
    budget = LinkBudget(
        "4G", power_dbm=46.0, antenna_gain_dbi=18.0, feeder_loss_db=2.0, threshold_dbm=-110.0,
        required_ratio_db=-10.0, bandwidth_mhz=10.0, noise_figure_db=7.0, cell_edge_probability=0.5,
    )  # fmt: skip
    least_dbm = sensitivity_dbm("4G", noise_figure_db=7.0, required_ratio_db=-10.0)
    found = maximum_path_loss_db(budget, down_to_dbm=least_dbm)
    assert found == pytest.approx(165.5 + 3.0 + 1.0, abs=0.1)
    carrier_db = 10.0 * math.log10(12 * 50)
    assert reference_level_dbm(budget) + carrier_db == pytest.approx(62.0)
    assert least_dbm + carrier_db == pytest.approx(-107.5, abs=0.1)


def test_the_textbook_s_wcdma_voice_link():
    # Holma & Toskala (eds.), WCDMA for UMTS, Wiley, reference link budget of 12.2 kbit/s speech,
    # users in cars. Uplink, so that the mobile sends 21 dBm, 3 dB of it lost in the body, and the
    # station receives by 18 dBi less 2 dB of cable: a path loss is the same both ways.
    # Noise −174 + 65.8 + 5 = −103.2 dBm, 3 dB more by interference; gain of spreading
    # 10·log10(3840/12.2) = 25.0 dB, Eb/N0 5 dB, hence Ec/(N0 + I0) −20 dB: −120.2 dBm.
    # 21 − 3 + 18 − 2 + 120.2 = 154.2 dB. Less 8 dB in the car and 7.3 dB for 95 % of the area at
    # σ = 7 dB and an exponent of 3.52, with 3 dB of soft handover, 141.9 dB. Neither the
    # interference nor the handover is a term here: both are 3 dB.
    edge = cell_edge_probability(0.95, sigma_db=7.0, path_loss_exponent=3.52)
    budget = LinkBudget(
        "3G", power_dbm=21.0, antenna_gain_dbi=0.0, feeder_loss_db=0.0, threshold_dbm=-100.0,
        required_ratio_db=5.0 - 25.0 + 3.0, noise_figure_db=5.0, ue_gain_dbi=18.0 - 2.0,
        body_loss_db=3.0, in_car_loss_db=8.0, sigma_db=7.0, cell_edge_probability=edge,
        path_loss_exponent=3.52,
    )  # fmt: skip
    value = link_budget_table(budget).set_index("term")["value"]
    assert value["sensitivity of the user equipment"] == pytest.approx(-120.2, abs=0.1)
    assert value["shadowing margin"] == pytest.approx(7.3, abs=0.05)
    assert value["area probability"] == pytest.approx(95.0)
    assert value["maximum path loss, to the sensitivity"] == pytest.approx(141.9 - 3.0, abs=0.15)
    bare_db = value[
        ["maximum path loss, to the sensitivity", "shadowing margin", "loss in a car"]
    ].sum()
    assert bare_db == pytest.approx(154.2, abs=0.1)


def test_the_pilot_of_a_common_node_b_by_hand():
    # 33 dBm of pilot (a tenth of 43 dBm), 18 dBi, 3 dB of feeder: 48 dBm. 3GPP TR 25.942 has 9 dB
    # of noise figure and −99 dBm of noise at the mobile (5 dB and −103 dBm at the station);
    # Ec/N0 −15 dB: −114.1 dBm. In the open at the median 48 + 114.1 = 162.1 dB.
    budget = LinkBudget(
        "3G", power_dbm=33.0, antenna_gain_dbi=18.0, feeder_loss_db=3.0, threshold_dbm=-95.0,
        required_ratio_db=-15.0, cell_edge_probability=0.5,
    )  # fmt: skip
    value = link_budget_table(budget).set_index("term")["value"]
    assert value["EIRP of the pilot channel"] == pytest.approx(48.0)
    noise_dbm = value["thermal noise"] + value["noise figure of the user equipment"]
    assert noise_dbm == pytest.approx(-99.0, abs=0.5)
    assert value["thermal noise"] + 5.0 == pytest.approx(-103.0, abs=0.5)
    assert value["maximum path loss, to the sensitivity"] == pytest.approx(162.13, abs=0.01)
    # −95 dBm is 99.1 + (−95) = 4.1 dB over the noise: 48 + 95 = 143 dB.
    assert value["maximum path loss, to the threshold"] == pytest.approx(143.0)


# Holma & Toskala, the same chapter: speech 95 % at σ = 7 dB, 7.3 dB; data indoors 80 % at 12 dB,
# 4.2 dB, both at an exponent of 3.52. TE Connectivity, InterReach Fusion manual (2015), table 86:
# 95 % of the area is 87 % of the edge at 9 dB (here with 3.5).
@pytest.mark.parametrize(
    ("area", "sigma_db", "exponent", "expected_db"),
    [(0.95, 7.0, 3.52, 7.3), (0.80, 12.0, 3.52, 4.2), (0.95, 9.0, 3.5, 1.126 * 9.0)],
)
def test_published_margins_for_a_share_of_the_area(area, sigma_db, exponent, expected_db):
    edge = cell_edge_probability(area, sigma_db=sigma_db, path_loss_exponent=exponent)
    assert margin_db(edge, sigma_db=sigma_db) == pytest.approx(expected_db, abs=0.06)


@pytest.mark.parametrize("budget", [BUDGET_4G, BUDGET_3G])
def test_the_table_closes_from_the_port_to_the_mapl(budget):
    table = link_budget_table(budget)
    assert list(table.columns) == ["term", "value", "unit", "note"]
    assert table["term"].is_unique
    value = table.set_index("term")["value"]
    per = "EIRP per resource element" if budget.technology == "4G" else "EIRP of the pilot channel"
    at_the_edge_dbm = (
        value[per]
        - value["maximum path loss, to the threshold"]
        + value["antenna gain of the user equipment"]
        - value["body loss"]
        - value["loss in a car"]
    )
    assert at_the_edge_dbm - value["shadowing margin"] == pytest.approx(value["threshold of cover"])
    reserve_db = value["threshold of cover"] - value["sensitivity of the user equipment"]
    between_db = (
        value["maximum path loss, to the sensitivity"]
        - value["maximum path loss, to the threshold"]
    )
    assert between_db == pytest.approx(reserve_db)
    noise = value["thermal noise"] + value["noise figure of the user equipment"]
    assert value["sensitivity of the user equipment"] == pytest.approx(
        noise + value["required signal to noise ratio"]
    )
    assert value["area probability"] > value["cell-edge probability"] == 90.0


def test_the_table_is_the_same_budget_in_vietnamese():
    english, vietnamese = (link_budget_table(BUDGET_4G, language=tongue) for tongue in ("en", "vi"))
    pd.testing.assert_frame_equal(english.drop(columns="term"), vietnamese.drop(columns="term"))
    assert not set(english["term"]) & set(vietnamese["term"])


def test_a_building_takes_its_combined_margin_instead_of_the_shadowing_alone():
    indoors = dataclasses.replace(BUDGET_4G, building="traditional", in_car_loss_db=0.0)
    outdoors = dataclasses.replace(BUDGET_4G, in_car_loss_db=0.0)
    margin = indoor_margin_db(0.9, "traditional", freq_mhz=1800.0, sigma_db=8.0)
    lost_db = maximum_path_loss_db(outdoors, down_to_dbm=-105.0) - maximum_path_loss_db(
        indoors, down_to_dbm=-105.0
    )
    assert lost_db == pytest.approx(margin - margin_db(0.9, sigma_db=8.0))
    value = link_budget_table(indoors).set_index("term")["value"]
    assert value["building entry loss and shadowing margin, combined"] == pytest.approx(margin)
    assert "area probability" not in value.index  # Jakes's formula knows no buildings


def test_the_table_tells_a_port_from_all_of_them():
    # Twice 20 W, 43.01 dBm each, are 40 W, 46.02 dBm; the element knows only the one port.
    budget = LinkBudget("4G", 43.0103, 17.5, 0.5, -105.0, -6.0, ports=2)
    value = link_budget_table(budget).set_index("term")["value"]
    assert value["power of one antenna port"] == 43.0103
    assert value["antenna ports"] == 2
    assert value["power of all ports"] == pytest.approx(46.0206, abs=1e-4)
    assert value["power per resource element (EPRE)"] == pytest.approx(12.2185, abs=1e-3)


def test_a_budget_of_what_is_none_is_refused_term_by_term():
    with pytest.raises(InputError) as caught:
        LinkBudget("5G", math.nan, 17.5, -0.5, -105.0, math.inf, sigma_db=-1.0, ports=0)
    assert [fault.column for fault in caught.value.faults] == [
        "power_dbm", "feeder_loss_db", "required_ratio_db", "sigma_db", "technology", "ports",
    ]  # fmt: skip
