"""What depends on a band alone, computed once and handed to every pixel as one row of numbers."""

from __future__ import annotations

import math

import numpy as np

from htcoverage.jit import kernel
from htcoverage.propagation.p1812.combine import free_space_db, troposcatter_db
from htcoverage.propagation.p1812.diffraction import (
    LAND_CONDUCTIVITY_S_PER_M,
    LAND_PERMITTIVITY,
    SEA_CONDUCTIVITY_S_PER_M,
    SEA_PERMITTIVITY,
    WAVELENGTH_M_GHZ,
    admittance_factor,
    nu_scale,
)

#: Columns of `band_constants`.
FREQ_GHZ, FREE_DB, NU_SCALE, ROOT_WAVELENGTH, FREQ_CBRT, SCATTER_DB, LAND, SEA_WATER = range(8)


@kernel
def band_constants(freq_ghz: np.ndarray, n0: float) -> np.ndarray:
    """Return a row of constants for every frequency, float64[bands, 8].

    Columns: frequency in GHz; free-space loss at 1 km, dB; ν by geometric clearance; √λ, √m; cube
    root of the frequency; troposcatter loss at 1 km, 0 mrad and the median, dB; surface admittance
    factors of land and sea, vertical polarization.
    """
    rows = np.empty((freq_ghz.size, 8))
    for i in range(freq_ghz.size):
        f = freq_ghz[i]
        rows[i, FREQ_GHZ] = f
        rows[i, FREE_DB] = free_space_db(1.0, f)
        rows[i, NU_SCALE] = nu_scale(f)
        rows[i, ROOT_WAVELENGTH] = math.sqrt(WAVELENGTH_M_GHZ / f)
        rows[i, FREQ_CBRT] = f ** (1.0 / 3.0)
        rows[i, SCATTER_DB] = troposcatter_db(1.0, 0.0, f, 50.0, n0)
        rows[i, LAND] = admittance_factor(f, LAND_PERMITTIVITY, LAND_CONDUCTIVITY_S_PER_M, True)
        rows[i, SEA_WATER] = admittance_factor(f, SEA_PERMITTIVITY, SEA_CONDUCTIVITY_S_PER_M, True)
    return rows


@kernel
def ducting_floor_db(latitude_deg: float, reach_km: float) -> float:
    """Smallest time term A(50 %) that ducting can have at a latitude, dB (eq. 53).

    β ≤ β₀ ≤ 10^(1.67 − 0.015·|φ|) %, for μ₁·μ₄, μ₂ and μ₃ are at most 1 (eq. 2 to 5, 54 to 56); and
    A(50 %) falls as β grows, for paths up to 100 km and β from 10⁻²⁰ % to that bound (a test
    evaluates it there). Beyond 70° of latitude, and for longer paths, 0 is returned: with p/β ≥ 1
    the term is at least −12 + 0 + 12.
    """
    north = abs(latitude_deg)
    if north > 70.0 or reach_km > 100.0:
        return 0.0
    log_beta = 1.67 - 0.015 * north
    spread = 9.51 - 4.8 * log_beta + 0.198 * log_beta * log_beta
    gamma = 1.076 / (2.0058 - log_beta) ** 1.012 * math.exp(-spread * 1e-6 * reach_km**1.13)
    ratio = 50.0 / 10.0**log_beta
    floor_db: float = -12.0 + 1.2 * math.log10(ratio) + 12.0 * ratio**gamma
    return floor_db
