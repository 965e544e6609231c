"""Other programs at the same job, where they are installed: SPLAT! (ITM) and pycraf (P.452)."""

from __future__ import annotations

import contextlib
import io
import math
import resource
import shutil
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from jobs import LATITUDE_DEG, RX_HEIGHT_M, TX_HEIGHT_M

#: The degree square that the terrain is written as; its middle is the mast.
SOUTH_DEG, WEST_DEG = 18, 105
KM_PER_DEG = 111.2


class AbsentError(Exception):
    """The program is not installed."""


def _square(ground: np.ndarray, size: int) -> np.ndarray:
    """Tile a terrain over a degree square of ``size`` values a side."""
    repeats = [-(-size // side) for side in ground.shape]
    return np.tile(np.round(ground).astype(np.int16), repeats)[:size, :size]


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def splat(ground: np.ndarray, posting_m: float, radius_km: float) -> tuple[int, float, float]:
    """Run SPLAT! with the ITM on one site.

    Parameters
    ----------
    posting_m : float
        About 90 (3″, `splat`) or 30 (1″, `splat-hd`).

    Returns
    -------
    pixels : int
        Raster elements of its grid inside the radius.
    seconds, start_seconds : float
        Processor time of the whole process, and of one with a radius of 200 m.
    """
    fine = posting_m < 60.0
    program = shutil.which("splat-hd" if fine else "splat")
    if program is None:
        raise AbsentError("splat is not installed (Debian package splat)")
    per_deg = 3600 if fine else 1200
    west = 360 - WEST_DEG
    with tempfile.TemporaryDirectory() as folder:
        name = f"{SOUTH_DEG}:{SOUTH_DEG + 1}:{west - 1}:{west}{'-hd' if fine else ''}.sdf"
        header = f"{west}\n{SOUTH_DEG}\n{west - 1}\n{SOUTH_DEG + 1}\n"
        values = "\n".join(map(str, _square(ground, per_deg).ravel().tolist()))
        (Path(folder) / name).write_text(header + values + "\n", encoding="ascii")
        (Path(folder) / "tx.qth").write_text(
            f"tx\n{SOUTH_DEG + 0.5}\n{west - 0.5}\n{TX_HEIGHT_M} meters\n", encoding="ascii"
        )
        (Path(folder) / "tx.lrp").write_text(
            "15.0\n0.005\n301.0\n1800.0\n3\n1\n0.5\n0.5\n100.0\n", encoding="ascii"
        )
        spent = []
        for reach_km in (radius_km, 0.2):
            before = _children_seconds()
            subprocess.run(
                [program, "-t", "tx.qth", "-L", str(RX_HEIGHT_M), "-metric", "-R", str(reach_km),
                 "-N", "-olditm", "-d", folder],
                cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                timeout=900,
            )  # fmt: skip
            spent.append(_children_seconds() - before)
    cell_km2 = (KM_PER_DEG / per_deg) ** 2 * math.cos(math.radians(SOUTH_DEG + 0.5))
    return round(math.pi * radius_km**2 / cell_km2), spent[0], spent[1]


def pycraf(ground: np.ndarray, posting_m: float, radius_km: float) -> tuple[int, float]:
    """Compute pycraf's attenuation map (ITU-R P.452) of one site.

    Returns
    -------
    pixels : int
        Of its square map.
    seconds : float
        Processor time of heights and attenuation.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pycraf.pathprof as pathprof
            from astropy import units as u
    except ImportError as error:
        raise AbsentError("pycraf is not installed (package index)") from error
    side = 1201
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _square(ground, side).astype(">i2").tofile(Path(folder) / f"N{SOUTH_DEG}E{WEST_DEG}.hgt")
        settings: Any = pathprof.SrtmConf.set(srtm_dir=folder, download="never")
        with settings, contextlib.redirect_stdout(io.StringIO()):
            seconds = math.inf
            for reach_km in (min(radius_km, 2.0), radius_km):  # the first one warms up
                start = time.process_time()
                width = 2.0 * reach_km / KM_PER_DEG * u.deg
                heights = pathprof.height_map_data(
                    (WEST_DEG + 0.5) * u.deg, (SOUTH_DEG + 0.5) * u.deg,
                    width / math.cos(math.radians(LATITUDE_DEG)), width,
                    map_resolution=posting_m / 30.9 * u.arcsec,
                )  # fmt: skip
                result = pathprof.atten_map_fast(
                    1.8 * u.GHz, 298.0 * u.K, 1013.0 * u.hPa, TX_HEIGHT_M * u.m, RX_HEIGHT_M * u.m,
                    50.0 * u.percent, heights, polarization=1,
                )  # fmt: skip
                seconds = time.process_time() - start
    return int(np.asarray(result["L_b"]).size), seconds
