"""P.1812 and delta-Bullington against published examples, every intermediate quantity."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from published_values import PUBLISHED, found, needs_published, table

from htcoverage.propagation.p1812.combine import inverse_normal, multipath_db
from htcoverage.propagation.p1812.diffraction import delta_bullington_db, profile_clearance
from htcoverage.propagation.p1812.model import p1812
from htcoverage.propagation.p1812.profile import path_parameters, smooth_earth, zone_lengths

pytestmark = [pytest.mark.published, needs_published]

TOLERANCE = 0.01


def read_log(path: Path) -> dict[str, float]:
    """Values of one log by "name reference"."""
    values: dict[str, float] = {}
    for line in path.read_bytes().decode("latin-1").replace("\r", "").split("\n"):
        parts = line.split(",")
        if len(parts) >= 4 and parts[3] not in ("", "Value"):
            values[f"{parts[0].strip()} {parts[1].strip()}".strip()] = float(parts[3])
    return values


def read_profile(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    text = path.read_bytes().decode("latin-1").replace("\r", "\n")
    body = text.split("{Begin of Profile}")[1].split("{End of Profile}")[0]
    rows = [line.split(",") for line in body.split("\n")]
    points = np.array([[float(x) for x in row[:5]] for row in rows if len(row) >= 5])
    count = int(float(next(row[1] for row in rows if row[0].startswith("Number"))))
    assert len(points) == count
    return points[:, 0], points[:, 1], points[:, 3], points[:, 4].astype(np.uint8)


@pytest.mark.parametrize("log_path", found("p1812/intermediate/*_log.csv"), ids=lambda p: p.stem)
def test_every_intermediate_quantity_of_the_published_paths(log_path: Path) -> None:
    log = read_log(log_path)
    name = log_path.stem.removesuffix("_log").rsplit("_", 1)[0]
    d, ground, clutter, zone = read_profile(PUBLISHED / "p1812" / "profiles" / f"{name}.csv")
    p, freq_ghz, beta0 = log["p (%)"], log["f (GHz)"], log["b0 (%) Eq (5)"]
    tx_height, rx_height = log["htg (m)"], log["hrg (m)"]
    got = p1812(
        d, ground, clutter_m=clutter, zone=zone, tx_height_m=tx_height, rx_height_m=rx_height,
        freq_mhz=1000 * freq_ghz, time_percent=p, location_percent=log["pL (%)"],
        location_sigma_db=log["sigmaL (dB)"],
        polarization="horizontal" if log["pol"] == 1 else "vertical",
        latitude_deg=log["phi (deg) Eq (4)"], delta_n=log["DN"], n0=log["N0"],
        tx_coast_km=log["dct (km)"], rx_coast_km=log["dcr (km)"],
    )  # fmt: skip
    path = path_parameters(d, ground, tx_height, rx_height, got.effective_radius_km, freq_ghz)
    sea_share, land_km, inland_km = zone_lengths(d, zone)
    raw_tx_m, raw_rx_m = smooth_earth(d, ground)
    los_p = got.free_space_db + multipath_db(got.tx_horizon_km, got.rx_horizon_km, p)
    los_beta = got.free_space_db + multipath_db(got.tx_horizon_km, got.rx_horizon_km, beta0)
    top = ground + clutter
    top[[0, -1]] = ground[[0, -1]]
    tx_m, rx_m = ground[0] + tx_height, ground[-1] + rx_height
    # The published parts of diffraction are those exceeded for β0 of the time (three Earth radii).
    flat = np.zeros(d.size)
    beta_km = 3 * 6371.0
    diffraction_beta, actual_db, smooth_db, spherical_db = delta_bullington_db(
        profile_clearance(d, top, tx_m, rx_m, beta_km),
        profile_clearance(d, flat, got.tx_above_smooth_m, got.rx_above_smooth_m, beta_km),
        got.distance_km, got.tx_above_smooth_m, got.rx_above_smooth_m, beta_km, freq_ghz,
        sea_share, log["pol"] == 2,
    )  # fmt: skip
    share = inverse_normal(p / 100) / inverse_normal(beta0 / 100) if p > beta0 else 1.0
    found_values = {
        "Fi Eq (40)": share,
        "d (km)": got.distance_km,
        "dlt (km) Eq (78)": got.tx_horizon_km,
        "dlr (km) Eq (81a)": got.rx_horizon_km,
        "th_t (mrad) Eqs (76-78)": got.tx_horizon_mrad,
        "th_r (mrad) Eqs (79-81)": got.rx_horizon_mrad,
        "th (mrad) Eq (82)": got.angular_distance_mrad,
        "w Table 5": sea_share,
        "dtm (km) Sec 3.6": land_km,
        "dlm (km) Sec 3.6": inland_km,
        "b0 (%) Eq (5)": got.beta0_percent,
        "ae (km) Eq (7a)": got.effective_radius_km,
        "hst (m) Eq (85)": raw_tx_m,
        "hsr (m) Eq (86)": raw_rx_m,
        "hstd (m) Eq (89)": path.diffraction_smooth_tx_m,
        "hsrd (m) Eq (89)": path.diffraction_smooth_rx_m,
        "htc (m) Eq (37a)": got.tx_above_smooth_m,
        "hrc (m) Eq (37b)": got.rx_above_smooth_m,
        "hte (m) Eq (92a)": path.ducting_tx_height_m,
        "hre (m) Eq (92b)": path.ducting_rx_height_m,
        "hm (m) Eq (93)": got.roughness_m,
        "Lbfs Eq (8)": got.free_space_db,
        "Lb0p Eq (10)": los_p,
        "Lb0b Eq (11)": los_beta,
        "Ld50 (dB) Eq (39)": got.diffraction_50_db,
        "Ldp (dB) Eq (41)": got.diffraction_p_db,
        "Lba (dB) Eq (46)": got.ducting_db,
        "Lbs (dB) Eq (44)": got.troposcatter_db,
        "Lbc (dB) Eq (63)": got.median_location_db,
        "Lb (dB) Eq (69)": got.basic_transmission_loss_db,
        "Lbulla (dB) Eq (21)": actual_db,
        "Lbulls (dB) Eq (21)": smooth_db,
        "Ldsph (dB) Eq (27)": spherical_db,
        "Ldb (dB) Eq (39)": diffraction_beta,
        "Ep (dBuV/m) Eq (70)": (
            199.36 + 20 * math.log10(freq_ghz) - got.basic_transmission_loss_db
        ),
    }
    wrong = {
        key: (value, log[key])
        for key, value in found_values.items()
        if not abs(value - log[key]) <= TOLERANCE
    }
    assert not wrong


@pytest.mark.parametrize("row", range(10))
def test_delta_bullington_of_the_published_measured_paths(row: int) -> None:
    folder = PUBLISHED / "p526_delta_bullington"
    case = table(folder / "expected.csv")[row]
    points = np.loadtxt(folder / f"dbull_path{case['path']}.csv", delimiter=",", skiprows=1)
    d, ground = np.ascontiguousarray(points.T)
    tx_height, rx_height = float(case["htx_m_agl"]), float(case["hrx_m_agl"])
    freq_ghz, radius_km = float(case["freq_mhz"]) / 1000, 8500.0
    path = path_parameters(d, ground, tx_height, rx_height, radius_km, freq_ghz)
    tx_m, rx_m = ground[0] + tx_height, ground[-1] + rx_height
    tx_smooth = tx_m - path.diffraction_smooth_tx_m
    rx_smooth = rx_m - path.diffraction_smooth_rx_m
    assert tx_smooth == pytest.approx(float(case["htx_eff_m"]), abs=0.01)
    assert rx_smooth == pytest.approx(float(case["hrx_eff_m"]), abs=0.01)
    flat = np.zeros(d.size)
    losses = delta_bullington_db(
        profile_clearance(d, ground, tx_m, rx_m, radius_km),
        profile_clearance(d, flat, tx_smooth, rx_smooth, radius_km),
        d[-1], tx_smooth, rx_smooth, radius_km, freq_ghz, 0.0, False,
    )  # fmt: skip
    columns = ("L_delta_bull_dB", "L_bull_actual_dB", "L_bull_smooth_dB", "L_spherical_dB")
    assert losses == pytest.approx([float(case[c]) for c in columns], abs=0.1)
