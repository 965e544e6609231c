"""Who owns a pixel, and which servers stay: the sweep's book-keeping."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import engine_world as world
import numpy as np
import pytest
import xarray as xr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from htcoverage import store
from htcoverage.antennas import loss_db, pattern
from htcoverage.coverage import compute
from htcoverage.engine.owners import owned_range, radial_azimuth_deg, radial_direction
from htcoverage.engine.servers import merge_server, turned_patterns, vertical_loss_db
from htcoverage.errors import SetupError

CALM = settings(max_examples=60, deadline=None)


@CALM
@given(
    row=st.floats(-6.0, 30.0),
    col=st.floats(-6.0, 30.0),
    radius_km=st.floats(0.3, 2.5),
)
@example(row=12.0, col=12.0, radius_km=1.5)  # on a pixel's centre
@example(row=12.5, col=12.0, radius_km=1.5)  # on an edge
@example(row=12.5, col=12.5, radius_km=1.5)  # on a corner: whole diagonals of pixels
@example(row=12.25, col=11.75, radius_km=1.5)
@example(row=-0.5, col=-0.5, radius_km=2.0)  # on the grid's corner
@example(row=-3.0, col=10.0, radius_km=2.0)  # outside, in line with pixel centres
@example(row=12.0, col=12.5, radius_km=2.5)
@example(row=12.00048828125, col=12.0, radius_km=1.5)  # half of the lattice of owners
@example(row=12.0000001, col=11.9999999, radius_km=1.5)
def test_every_pixel_in_reach_is_visited_once(row: float, col: float, radius_km: float) -> None:
    # As many visits as there are pixels in reach, and none of these left out: each exactly once.
    # A mast stands on its decimetre, which is half the lattice of owners on pixels of this size.
    terrain = world.make_terrain(np.zeros((41, 41)), posting_m=204.8)
    grid = terrain.geobox[8:33, 8:33]
    asked = world.at_pixel(terrain, row + 8, col + 8)
    here = {name: round(metres, 1) for name, metres in asked.items()}
    x, y = ~terrain.geobox.transform * (here["x"], here["y"])
    distance_km = world.distance_km(terrain, y - 0.5, x - 0.5)[8:33, 8:33]
    # The rim itself is left to rounding.
    inside = distance_km < radius_km - 1e-7
    surely_outside = distance_km > radius_km + 1e-7
    if not inside.any() or (~inside & ~surely_outside).any():
        return
    coverage = world.cover(terrain, here, grid=grid, radius_km=radius_km)
    assert coverage.attrs["pixels_evaluated"] == inside.sum()
    np.testing.assert_array_equal(coverage["best_server"].to_numpy()[0] == 0, inside)


@CALM
@given(half=st.integers(1, 60), along=st.integers(1, 80), offset=st.integers(-1024, 1024))
def test_radials_part_each_line_without_gap_or_overlap(half: int, along: int, offset: int) -> None:
    mast = offset / 1024.0
    for inclusive in (True, False):
        next_first = None
        for place in range(2 * half + 1):
            first, last = owned_range(float(along), place, half, inclusive, mast)
            if next_first is not None:
                assert first == next_first
            next_first = last + 1
        low, _ = owned_range(float(along), 0, half, inclusive, mast)
        # The first and last pixel lie within the diagonals, the next ones beyond.
        assert (low - mast >= -along) if inclusive else (low - mast > -along)
        assert (low - 1 - mast < -along) if inclusive else (low - 1 - mast <= -along)


def test_radials_go_around_the_compass() -> None:
    half = 4
    azimuths = [radial_azimuth_deg(k, half) for k in range(4 * (2 * half + 1))]
    for radial, azimuth_deg in enumerate(azimuths):
        side, place, tangent = radial_direction(radial, half)
        assert tangent == pytest.approx(place / half - 1.0)
        east = {0: 1.0, 2: -1.0}.get(side, tangent)
        south = {1: 1.0, 3: -1.0}.get(side, tangent)
        assert azimuth_deg == pytest.approx(np.degrees(np.arctan2(east, -south)) % 360.0)
    middle = [azimuths[side * 9 + 4] for side in range(4)]
    assert middle == pytest.approx([90.0, 180.0, 270.0, 0.0])


def crowd(count: int, *, seed: int) -> tuple[Any, list[dict[str, Any]]]:
    """Terrain and cells of many sites, heights, bands, operators and technologies."""
    rng = np.random.default_rng(seed)
    n = 40
    terrain = world.make_terrain(
        world.hills(n, seed=seed, top_m=300.0),
        clutter=np.where(rng.random((n, n)) < 0.2, 8.0, 0.0),
    )
    places = [world.at_pixel(terrain, *rng.uniform(5, n - 5, 2)) for _ in range(count)]
    cells = []
    for place in places:
        for operator in ("Viettel", "VinaPhone"):
            if rng.random() < 0.3:
                continue
            for technology, band in (("3G", 2100.0), ("4G", 1800.0)):
                for azimuth in (0.0, 120.0, 240.0):
                    cells.append(
                        place
                        | {
                            "operator": operator, "technology": technology,
                            "band_mhz": 900.0 if rng.random() < 0.2 else band,
                            "azimuth_deg": azimuth, "electrical_tilt_deg": 4.0,
                            "antenna": "3gpp-36814",
                            "antenna_height_m": 25.0 if operator == "Viettel" else 37.0,
                            "power_dbm": 33.0 if technology == "3G" else 46.0,
                        }
                    )  # fmt: skip
    return terrain, [cell | {"cell_id": f"C{k}"} for k, cell in enumerate(cells)]


RADIUS_KM = 2.5


def alone(terrain: Any, cells: list[dict[str, Any]], radius_km: float) -> np.ndarray:
    """Level of every cell by a run of its own, float32[cells, y, x], NaN out of reach."""
    return np.stack(
        [
            world.cover(terrain, cell, radius_km=radius_km)["level_dbm"].to_numpy()[0]
            for cell in cells
        ]
    )


@pytest.mark.parametrize("skip", [False, True])
def test_servers_and_levels_are_those_of_brute_force(skip: bool) -> None:
    terrain, cells = crowd(6, seed=11)
    coverage = world.cover(terrain, *cells, radius_km=RADIUS_KM, skip=skip)
    single = np.nan_to_num(alone(terrain, cells, RADIUS_KM), nan=-np.inf)
    sites = coverage["site_id"].to_numpy()
    cell_ids = coverage["cell_id"].to_numpy()
    assert list(cell_ids) == [cell["cell_id"] for cell in cells]
    assert {"viettel_3g", "vinaphone_4g", "any_3g", "any_4g"} <= set(coverage["layer"].to_numpy())
    for layer in range(coverage.sizes["layer"]):
        operator = str(coverage["operator"].to_numpy()[layer])
        technology = str(coverage["technology"].to_numpy()[layer])
        member = np.array(
            [
                cell["technology"] == technology and operator in (cell["operator"], "any")
                for cell in cells
            ]
        )
        levels = np.where(member[:, None, None], single, -np.inf)
        best = levels.argmax(axis=0)  # the first of equals
        best_dbm = levels.max(axis=0)
        served = best_dbm > -np.inf
        other = np.where(sites[:, None, None] != sites[best][None], levels, -np.inf)
        second, second_dbm = other.argmax(axis=0), other.max(axis=0)
        backed = served & (second_dbm > -np.inf)
        got = coverage.isel(layer=layer)
        np.testing.assert_array_equal(got["best_server"], np.where(served, best, -1))
        np.testing.assert_array_equal(got["runner_up_server"], np.where(backed, second, -1))
        np.testing.assert_array_equal(got["level_dbm"], np.where(served, best_dbm, np.nan))
        np.testing.assert_array_equal(got["runner_up_dbm"], np.where(backed, second_dbm, np.nan))


def test_the_runner_up_serves_when_the_best_site_is_gone() -> None:
    terrain, cells = crowd(5, seed=12)
    coverage = world.cover(terrain, *cells, radius_km=RADIUS_KM)
    sites = coverage["site_id"].to_numpy()
    best = coverage["best_server"].to_numpy()
    failing = sorted(set(sites))[0]
    rest = world.cover(
        terrain,
        *[c for c, site in zip(cells, sites, strict=True) if site != failing],
        radius_km=RADIUS_KM,
    )
    assert list(rest["layer"]) == list(coverage["layer"])
    lost = (best >= 0) & (sites[best] == failing)
    assert lost.any()
    expected = np.where(lost, coverage["runner_up_dbm"], coverage["level_dbm"])
    np.testing.assert_array_equal(rest["level_dbm"], expected)


def test_skipping_changes_nothing_and_skips_something() -> None:
    terrain, cells = crowd(9, seed=13)
    plain = world.cover(terrain, *cells, radius_km=RADIUS_KM, skip=False)
    skipped = world.cover(terrain, *cells, radius_km=RADIUS_KM, skip=True)
    for name in ("level_dbm", "runner_up_dbm", "best_server", "runner_up_server"):
        assert plain[name].to_numpy().tobytes() == skipped[name].to_numpy().tobytes()
    assert plain.attrs["pixels_skipped"] == 0
    assert skipped.attrs["pixels_skipped"] > 0
    assert (
        skipped.attrs["pixels_skipped"] + skipped.attrs["pixels_evaluated"]
        == plain.attrs["pixels_evaluated"]
    )


def test_the_order_of_the_ledger_leaves_no_trace() -> None:
    terrain, cells = crowd(7, seed=14)
    plain = world.cover(terrain, *cells, radius_km=RADIUS_KM)
    rng = np.random.default_rng(3)
    # Sectors of one site can tie, and then the ledger decides: its order inside a site stays.
    sites = rng.permutation(sorted({(cell["x"], cell["y"]) for cell in cells}))
    by_site = [c for x, y in sites for c in cells if (c["x"], c["y"]) == (x, y)]
    anyhow = [cells[k] for k in rng.permutation(len(cells))]
    for level, server in (("level_dbm", "best_server"), ("runner_up_dbm", "runner_up_server")):
        for mixed, name in ((by_site, "cell_id"), (anyhow, "site_id")):
            run = world.cover(terrain, *mixed, radius_km=RADIUS_KM)
            assert list(plain["layer"]) == list(run["layer"])
            np.testing.assert_array_equal(plain[level], run[level])
            names = [
                np.where(c[server] >= 0, c[name].to_numpy()[c[server].to_numpy()], "")
                for c in (plain, run)
            ]
            np.testing.assert_array_equal(*names)
            if mixed is by_site:
                assert run.attrs == plain.attrs  # what was skipped as well


def test_the_order_of_masts_leaves_no_trace_in_sums_of_power() -> None:
    terrain, cells = crowd(7, seed=14)
    plain = world.cover(terrain, *cells, radius_km=RADIUS_KM, total_power=True)
    masts = sorted({(cell["x"], cell["y"], cell["antenna_height_m"]) for cell in cells})
    for order in (masts, masts[::-1], masts[4:] + masts[:4]):
        mixed = [
            cell for mast in order for cell in cells
            if (cell["x"], cell["y"], cell["antenna_height_m"]) == mast
        ]  # fmt: skip
        run = world.cover(terrain, *mixed, radius_km=RADIUS_KM, total_power=True)
        np.testing.assert_array_equal(run["total_power_dbm"], plain["total_power_dbm"])


def test_which_of_a_masts_cells_comes_first_leaves_no_trace() -> None:
    # Told a centimetre apart, they are one mast; it stands at one place whichever is read first.
    terrain, cells = crowd(3, seed=14)
    apart = [cell | {"x": cell["x"] + 0.01 * (cell["technology"] == "4G")} for cell in cells]
    plain = world.cover(terrain, *apart, radius_km=RADIUS_KM)
    turned = world.cover(terrain, *apart[::-1], radius_km=RADIUS_KM)
    np.testing.assert_array_equal(
        turned["level_dbm"],
        plain["level_dbm"].isel(
            layer=[
                list(plain["layer"].to_numpy()).index(name) for name in turned["layer"].to_numpy()
            ]
        ),
    )


@CALM
@given(
    levels=st.lists(st.sampled_from([-90.0, -80.0, -70.0]), min_size=1, max_size=8),
    sites=st.lists(st.integers(0, 2), min_size=8, max_size=8),
    seed=st.integers(0, 1000),
)
def test_ties_go_to_the_first_of_the_ledger_in_any_order_of_sites(
    levels: list[float], sites: list[int], seed: int
) -> None:
    cell_site = np.array(sites[: len(levels)], np.int32)
    # A sweep enters the strongest cell of a site, the first of equals.
    strongest = []
    for site in set(cell_site.tolist()):
        members = np.flatnonzero(cell_site == site)
        strongest.append(int(members[np.argmax(np.array(levels)[members])]))
    level = np.full((1, 1, 1, 2), np.nan, np.float32)
    server = np.full((1, 1, 1, 2), -1, np.int32)
    for cell in np.random.default_rng(seed).permutation(strongest).tolist():
        merge_server(level, server, 0, 0, 0, np.float32(levels[cell]), cell, cell_site)
    ranked = sorted(strongest, key=lambda cell: (-levels[cell], cell))
    assert server[0, 0, 0, 0] == ranked[0]
    assert server[0, 0, 0, 1] == (ranked[1] if len(ranked) > 1 else -1)
    assert level[0, 0, 0, 0] == levels[ranked[0]]


@pytest.mark.parametrize("skip", [False, True])
def test_total_power_is_the_sum_of_all_cells(skip: bool) -> None:
    terrain, cells = crowd(5, seed=16)
    coverage = world.cover(terrain, *cells, radius_km=RADIUS_KM, total_power=True, skip=skip)
    assert coverage.attrs["pixels_skipped"] == 0
    single = alone(terrain, cells, RADIUS_KM)
    power_mw = np.nan_to_num(10.0 ** (0.1 * single.astype(np.float64)))
    for layer in range(coverage.sizes["layer"]):
        operator = str(coverage["operator"].to_numpy()[layer])
        technology = str(coverage["technology"].to_numpy()[layer])
        member = [
            c["technology"] == technology and operator in (c["operator"], "any") for c in cells
        ]
        total_mw = power_mw[member].sum(axis=0)
        expected = np.where(
            total_mw > 0, 10.0 * np.log10(np.where(total_mw > 0, total_mw, 1)), np.nan
        )
        got = coverage["total_power_dbm"].to_numpy()[layer]
        np.testing.assert_allclose(got, expected, atol=2e-5)
        there = np.isfinite(got)
        assert (got[there] >= coverage["level_dbm"].to_numpy()[layer][there] - 2e-5).all()
    plain = world.cover(terrain, *cells, radius_km=RADIUS_KM)
    assert "total_power_dbm" not in plain
    np.testing.assert_array_equal(plain["level_dbm"], coverage["level_dbm"])


def test_blocks_of_rows_and_files_in_place_of_memory_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terrain, cells = crowd(6, seed=17)
    whole = world.cover(terrain, *cells, radius_km=RADIUS_KM, total_power=True)
    monkeypatch.setattr(compute, "_BLOCK_BYTES", 7 * 40 * 4 * 24)
    monkeypatch.setattr(store, "_MAPPED_FROM_BYTES", 0)
    parts = world.cover(terrain, *cells, radius_km=RADIUS_KM, total_power=True)
    assert parts.equals(whole)
    assert parts.attrs == whole.attrs
    store.release_memory(parts)
    assert parts.equals(whole)
    store.release_memory(whole)
    assert parts.equals(whole)


def test_no_room_for_the_results_is_told_before_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(store, "_MAPPED_FROM_BYTES", 0)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        with pytest.raises(SetupError, match=r"0\.6 GB in .*TMPDIR"):
            store.Store((8, 3000, 3000), [np.float32, np.int32])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="the system tells no memory")
def test_results_in_files_can_be_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    def file_memory_kb() -> int:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith(("RssFile", "RssShm")))

    monkeypatch.setattr(store, "_MAPPED_FROM_BYTES", 0)
    held = store.Store((2, 2000, 2000), [np.float32])
    held.arrays[0][:] = 7.0
    coverage = xr.Dataset({"level_dbm": (("layer", "y", "x"), held.arrays[0])})
    held_kb = file_memory_kb()
    store.release_memory(coverage)
    assert file_memory_kb() < held_kb - 30_000
    assert (coverage["level_dbm"] == 7.0).all()


@CALM
@given(
    azimuth_deg=st.floats(0.0, 360.0), north_deg=st.floats(-8.0, 8.0),
    electrical_deg=st.floats(-5.0, 12.0), mechanical_deg=st.floats(-5.0, 12.0),
    depression_deg=st.floats(-60.0, 60.0),
)  # fmt: skip
def test_patterns_are_turned_as_the_antennas_room_turns_them(
    azimuth_deg: float, north_deg: float, electrical_deg: float, mechanical_deg: float,
    depression_deg: float,
) -> None:  # fmt: skip
    built_in = pattern("3gpp-36814")
    radials_deg = np.array([radial_azimuth_deg(k, 7) for k in range(60)]) - north_deg
    horizontal_db, tilt_deg = turned_patterns(
        built_in.horizontal_loss_db[None], np.zeros(1, np.int64), np.array([azimuth_deg]),
        np.array([electrical_deg]), np.array([mechanical_deg]), radials_deg,
    )  # fmt: skip
    vertical_db = np.append(built_in.vertical_loss_db, 20.0)[None].astype(np.float32)
    got = [
        min(h + vertical_loss_db(vertical_db, 0, depression_deg - t), built_in.maximum_loss_db)
        for h, t in zip(horizontal_db[0], tilt_deg[0], strict=True)
    ]
    expected = loss_db(
        built_in, radials_deg - azimuth_deg, depression_deg, electrical_tilt_deg=electrical_deg,
        mechanical_tilt_deg=mechanical_deg,
    )  # fmt: skip
    np.testing.assert_allclose(got, expected, atol=1e-4)
