"""Windows of rasters that are gone on with, and commands that share a cache."""

from __future__ import annotations

import dataclasses
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from cli_process import PROGRAM, environment, hear_interruption
from fetch_server import Answer, Request, Server, endpoints_file, server
from fetch_world import BBOX, PATHS, cog, read, serve_rasters, strips

from htcoverage.errors import SetupError
from htcoverage.fetch.cache import Context, cached
from htcoverage.fetch.endpoints import Endpoint, read_endpoints
from htcoverage.fetch.rasters import cut_from

__all__ = ["server"]

pytest.importorskip("pooch")

NAME = "Copernicus_DSM_COG_10_N18_00_E105_00_DEM"

SIDE = 1300
STEP = 1.0 / SIDE
BOUNDS = (105.0, 18.0, 106.0, 19.0)
ENDPOINT = Endpoint("glo30", "Elevation", "http://unused", "none", "nobody", "1")


def values_of(seed: int) -> np.ndarray:
    """Numbers that hardly pack, so that pieces are about as long on the line as in memory."""
    return np.random.default_rng(seed).normal(0.0, 100.0, (SIDE, SIDE)).astype(np.float32)


FIRST, SECOND = values_of(1), values_of(2)


@pytest.fixture(scope="module")
def tiles() -> tuple[bytes, bytes]:
    return cog(FIRST, 105.0, 19.0, STEP, None), cog(SECOND, 105.0, 19.0, STEP, None)


@pytest.fixture
def context(server: Server, tmp_path: Path) -> Context:
    table = read_endpoints(endpoints_file(tmp_path, server.url, PATHS))
    return Context(table, tmp_path / "out", tmp_path / "cache")


def cut(context: Context, server: Server) -> np.ndarray:
    file = cut_from(context, ENDPOINT, f"{server.url}/a.tif", "a.tif", BOUNDS)
    return read(file.path)[0]


def sent(requests: list[Request], *, header: int = 1 << 17) -> int:
    """Return the bytes of blocks that were sent (the head of the file is read each time)."""
    total = 0
    for each in requests:
        if each.status == 206:
            first, last = map(int, each.headers["range"].removeprefix("bytes=").split("-"))
            total += last + 1 - first if last >= header else 0
    return total


def dies_after(server: Server, ranged: int) -> None:
    """Let a server break down for good after so many requests for the file."""
    server.faults["/a.tif"] = [Answer()] * ranged + [Answer(status=503)] * 99


def test_the_next_command_asks_only_for_the_blocks_that_are_lacking(
    context: Context, server: Server, tiles: tuple[bytes, bytes]
) -> None:
    server.files["/a.tif"] = tiles[0]
    assert np.array_equal(cut(context, server), FIRST)
    whole = sent(server.requests)
    assert whole > 5_000_000
    server.requests.clear()
    other = dataclasses.replace(context, cache=context.cache.with_name("other"))
    dies_after(server, 6)
    with pytest.raises(SetupError, match="goes on where it stopped"):
        cut(other, server)
    before = sent(server.requests)
    assert 0.2 * whole < before < 0.9 * whole
    assert not list(other.cache.rglob("*.tif"))
    server.faults.clear()
    server.requests.clear()
    assert np.array_equal(cut(other, server), FIRST)
    assert sent(server.requests) == pytest.approx(whole - before, abs=100_000)
    assert not list(other.cache.rglob("*.pieces"))


def test_pieces_of_another_version_are_not_joined(
    context: Context, server: Server, tiles: tuple[bytes, bytes]
) -> None:
    server.files["/a.tif"] = tiles[0]
    dies_after(server, 6)
    with pytest.raises(SetupError):
        cut(context, server)
    assert list(context.cache.rglob("*.gz"))
    server.faults.clear()
    server.files["/a.tif"] = tiles[1]
    assert np.array_equal(cut(context, server), SECOND)


@pytest.mark.parametrize("after", [1, 5, 7])
def test_a_file_that_changes_while_it_is_read_is_read_anew(
    context: Context, server: Server, tiles: tuple[bytes, bytes], after: int
) -> None:
    """Both versions have their blocks at the same places, so nothing else tells them apart."""
    count = 0

    def changing(request: Request) -> Answer:
        nonlocal count
        count += 1
        return server._file(request, tiles[count > after])

    server.routes["/a.tif"] = changing
    assert np.array_equal(cut(context, server), SECOND)


def test_a_piece_that_was_damaged_is_read_again(
    context: Context, server: Server, tiles: tuple[bytes, bytes]
) -> None:
    server.files["/a.tif"] = tiles[0]
    dies_after(server, 6)
    with pytest.raises(SetupError):
        cut(context, server)
    pieces = sorted(context.cache.rglob("*.gz"))
    raw = bytearray(pieces[0].read_bytes())
    raw[len(raw) // 2] ^= 1
    pieces[0].write_bytes(raw)
    server.faults.clear()
    assert np.array_equal(cut(context, server), FIRST)


def test_a_server_that_tells_no_version_is_read_from_the_start(
    context: Context, server: Server, tiles: tuple[bytes, bytes]
) -> None:
    count = 0

    def nameless(request: Request) -> Answer:
        nonlocal count
        count += 1
        if 6 < count < 30:
            return Answer(status=503)
        answer = server._file(request, tiles[count > 6])
        headers = {name: text for name, text in answer.headers.items() if name != "ETag"}
        return dataclasses.replace(answer, headers=headers)

    server.routes["/a.tif"] = nameless
    with pytest.raises(SetupError):
        cut(context, server)
    count = 30
    assert np.array_equal(cut(context, server), SECOND)


@pytest.mark.parametrize("versions", [[""], ['"a"', '"b"']])
def test_blocks_that_never_come_end_with_the_file_as_a_whole(
    context: Context, server: Server, tiles: tuple[bytes, bytes], versions: list[str]
) -> None:
    """Of a server that tells no version, or another each time, as of several machines."""

    def failing(request: Request) -> Answer:
        answer = server._file(request, tiles[0])
        first = int(request.headers.get("range", "bytes=0-").removeprefix("bytes=").split("-")[0])
        if request.headers.get("range", "").endswith("-0"):
            versions.append(versions.pop(0))
        if first > len(tiles[0]) * 0.8:
            return Answer(status=500)
        etag = {"ETag": versions[0]} if versions[0] else {}
        others = {name: text for name, text in answer.headers.items() if name != "ETag"}
        return dataclasses.replace(answer, headers={**others, **etag})

    server.routes["/a.tif"] = failing
    assert np.array_equal(cut(context, server), FIRST)
    assert len(server.requests) < 80


# ---- two commands, one cache -----------------------------------------------------------------

PATH = "/constrained/VNM/vnm_ppp_2020_UNadj_constrained.tif"


@pytest.fixture
def here(server: Server, tmp_path: Path) -> Path:
    serve_rasters(server)
    endpoints_file(tmp_path, server.url, PATHS)
    return tmp_path


def begun(here: Path, out: str) -> subprocess.Popen[str]:
    arguments = [
        "fetch", "--bbox", BBOX, "--layers", "elevation,population", "--out", out, "--cache",
        "cache", "--endpoints", "endpoints.toml",
    ]  # fmt: skip
    return subprocess.Popen(
        [str(PROGRAM), *arguments], cwd=here, text=True, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        preexec_fn=hear_interruption,
    )  # fmt: skip


def stalled(server: Server, for_s: float) -> int:
    """Let the first answer with the whole file stall in its middle; return where."""
    file = strips(np.random.default_rng(3).uniform(0, 9, (360, 360)), 105.0, 20.0, 1 / 120, -99999)
    server.files[PATH] = file
    half = len(file) // 2 // 65536 * 65536
    waiting = [Answer(stall=(half, for_s))]

    def answer(request: Request) -> Answer:
        found = server._file(request, file)
        if request.method == "GET" and "range" not in request.headers and waiting:
            fault = waiting.pop()
            return dataclasses.replace(fault, body=found.body, headers=found.headers)
        return found

    server.routes[PATH] = answer
    return half


def whole_asked(server: Server) -> list[Request]:
    """Return the requests for the file itself, from its beginning or from where it stopped."""
    return [
        each
        for each in server.asked(PATH)
        if each.method == "GET" and re.fullmatch(r"|bytes=\d+-", each.headers.get("range", ""))
    ]


def wait_for(there: Callable[[], object], *, at_most_s: float = 300.0) -> None:
    until = time.monotonic() + at_most_s
    while time.monotonic() < until and not there():
        time.sleep(0.05)


def be_patient(here: Path) -> None:
    file = here / "endpoints.toml"
    file.write_text(file.read_text().replace("timeout_s = 1.0", "timeout_s = 900.0"))


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for each in started:
        each.kill()
        each.communicate()


def test_two_commands_at_once_bring_each_file_once(
    here: Path, server: Server, processes: list[subprocess.Popen[str]]
) -> None:
    be_patient(here)
    stalled(server, 0.8)
    processes += [begun(here, "one"), begun(here, "two")]
    for process in processes:
        _, told = process.communicate(timeout=600)
        assert process.returncode == 0, told
    for name in ("population.tif", "elevation.tif"):
        assert (here / "one" / name).read_bytes() == (here / "two" / name).read_bytes()
    assert len(whole_asked(server)) == 1
    ranges = [
        (each.path, each.headers["range"])
        for each in server.requests
        if each.path.startswith("/glo30/") and each.status == 206
        and each.headers["range"] != "bytes=0-0"
    ]  # fmt: skip
    assert len(ranges) == len(set(ranges))


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal of POSIX")
def test_a_command_that_is_killed_leaves_its_part_to_the_one_that_waits(
    here: Path, server: Server, processes: list[subprocess.Popen[str]]
) -> None:
    be_patient(here)
    half = stalled(server, 900.0)
    first = begun(here, "one")
    processes.append(first)
    wait_for(lambda: any((here / "cache").rglob("*.part")) and whole_asked(server))
    second = begun(here, "two")
    processes.append(second)
    wait_for(lambda: len(server.asked(PATH)) > 5, at_most_s=4.0)
    assert second.poll() is None
    first.send_signal(signal.SIGKILL)
    _, told = second.communicate(timeout=600)
    assert second.returncode == 0, told
    begins = int(whole_asked(server)[-1].headers["range"].removeprefix("bytes=").rstrip("-"))
    assert half - 65536 <= begins <= half  # less what the killed command had not written yet
    assert (here / "two" / "population.tif").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal of POSIX")
def test_an_interruption_is_heard_while_gdal_waits_for_a_block(
    here: Path, server: Server, processes: list[subprocess.Popen[str]]
) -> None:
    be_patient(here)
    path = f"/glo30/{NAME.replace('N18', 'N17')}/{NAME.replace('N18', 'N17')}.tif"
    waiting = threading.Event()

    def answer(request: Request) -> Answer:
        found = server._file(request, server.files[path])
        if re.search(r"=[1-9]", request.headers.get("range", "")):
            waiting.set()
            return dataclasses.replace(found, slow_s=600.0)
        return found

    server.routes[path] = answer
    process = begun(here, "one")
    processes.append(process)
    assert waiting.wait(300.0)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=300)
    assert process.returncode == 130, told
    assert "interrupted" in told


@pytest.mark.skipif(sys.platform == "win32", reason="limits the length of files as POSIX does")
@pytest.mark.parametrize("most_bytes", [200, 20_000, 1_000_000])
def test_a_disk_that_fills_is_told(
    here: Path, server: Server, most_bytes: int, tiles: tuple[bytes, bytes]
) -> None:
    """Files that may not grow: notes, pieces and the raster itself meet the end in turn."""
    import resource

    server.files[f"/glo30/{NAME}/{NAME}.tif"] = tiles[0]
    command = subprocess.run(
        [str(PROGRAM), "fetch", "--bbox", "105.4,18.4,105.6,18.6", "--layers", "elevation",
         "--out", "one", "--cache", "cache", "--endpoints", "endpoints.toml"],
        cwd=here, text=True, env=environment(), capture_output=True, stdin=subprocess.DEVNULL,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes)),
        timeout=600, check=False,
    )  # fmt: skip
    assert command.returncode == 3, command.stderr
    (told,) = [line for line in command.stderr.splitlines() if line.startswith("htcoverage: ")]
    assert "cannot be written" in told
    assert "Traceback" not in command.stderr
    assert not (here / "one" / "elevation.tif").exists()


def test_a_cache_that_cannot_be_written_is_told(
    context: Context, server: Server, tmp_path: Path
) -> None:
    server.files["/a.bin"] = b"abc"
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(SetupError, match="the cache cannot be written"):
        cached(context, ENDPOINT, f"{server.url}/a.bin", "a.bin", check=Path.stat)
