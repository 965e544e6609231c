"""OpenCelliD against a server on loopback: the file, the refusals, and no trace of the token."""

from __future__ import annotations

import gzip
import logging
import traceback
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from fetch_server import Answer, Server, closed_port, endpoints_file, server
from fetch_vector_world import (
    ADDRESSES,
    BOUNDS,
    PROVINCE,
    TOKEN,
    bytes_below,
    cells_gz,
    context_of,
    fetched,
    serve_opencellid,
)

from htcoverage.errors import SetupError
from htcoverage.fetch import opencellid
from htcoverage.fetch.sources import SOURCES, Area

__all__ = ["server"]

pytest.importorskip("pooch")
pytest.importorskip("osmnx")

WINDOW = Area("window", "VNM", BOUNDS)
MINE = Area("Hà Tĩnh", "VNM", BOUNDS, PROVINCE)
MEDIA = "/media/9469f09/VNM/ADM1/geoBoundaries-VNM-ADM1.geojson"


# ---- OpenCelliD -----------------------------------------------------------------------------


def no_token_in(error: BaseException) -> None:
    told = "".join(traceback.format_exception(error)) + repr(error)
    seen: BaseException | None = error
    while seen is not None:
        told += str(seen) + repr(seen)
        seen = seen.__cause__ or seen.__context__
    assert TOKEN not in told
    assert "secret" not in told


def test_cells_come_with_the_users_token_and_leave_no_trace_of_it(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OPENCELLID_TOKEN", TOKEN)
    serve_opencellid(server)
    server.faults["/ocid/downloads"] = [Answer(status=500), Answer(cut=100)]
    context = context_of(server, tmp_path)
    (found,) = fetched(opencellid, MINE, context)
    assert [each.query["token"] for each in server.requests] == [TOKEN] * 3
    table = pd.read_csv(context.out / "opencellid.csv")
    assert len(table) == 8
    assert list(table.columns)[:5] == ["radio", "mcc", "net", "area", "cell"]
    assert found.record.licence == "CC BY-SA 4.0"
    assert found.record.addresses == (f"{server.url}/ocid/downloads?type=mcc&file=452.csv.gz",)
    assert "GET /ocid/downloads" in caplog.text
    told = caplog.text + repr(found) + repr(opencellid.plan(MINE, context))
    assert "secret" not in told
    for path, content in bytes_below(tmp_path):
        assert b"secret" not in content, path
        assert "secret" not in str(path)


def test_sites_within_reach_of_the_area_are_kept(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCELLID_TOKEN", TOKEN)
    # A tenth of a degree is 10.6 km here: 10.6 km and 16 km east of the area.
    rows = "".join(
        f"LTE,452,4,5001,{25600 * n},0,{x},18.35,1000,12,1,1459813819,1640000000,0\n"
        for n, x in enumerate((105.95, 106.10, 106.15), start=1)
    )
    body = gzip.compress(rows.encode())
    server.routes["/ocid/downloads"] = lambda _: Answer(body)
    context = context_of(server, tmp_path)
    fetched(opencellid, MINE, context)
    assert pd.read_csv(context.out / "opencellid.csv")["cell"].tolist() == [25600, 51200]


def test_without_a_token_the_cache_alone_serves(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_opencellid(server)
    context = context_of(server, tmp_path)
    monkeypatch.delenv("OPENCELLID_TOKEN", raising=False)
    with pytest.raises(SetupError, match="set OPENCELLID_TOKEN"):
        opencellid.plan(MINE, context)
    assert not server.requests
    monkeypatch.setenv("OPENCELLID_TOKEN", TOKEN)
    fetched(opencellid, MINE, context)
    monkeypatch.delenv("OPENCELLID_TOKEN")
    fetched(opencellid, MINE, context)
    fetched(opencellid, MINE, replace(context, offline=True))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(b"RATE_LIMITED"), "try again tomorrow"),
        (Answer(b'{"status":"error","message":"INVALID_TOKEN"}'), "does not accept the token"),
        (Answer(b"<html>maintenance</html>"), "sends no file, it says '<html>maintenance"),
        (Answer(b""), "sends no file"),
        (Answer(status=403), "refuses"),
        (Answer(b'{"message": "Rate limit exceeded for this token"}'), "some times a day"),
        (Answer(status=500), "did not send"),
        (Answer(status=429, headers={"Retry-After": "86400"}), "asks to wait"),
        (Answer(status=302, headers={"Location": "http://evil.example/?token=" + TOKEN}),
         "no host of this source"),
        (Answer(cells_gz(), cut=50), "did not send"),
    ],
)  # fmt: skip
def test_refusals_of_opencellid_are_told_without_the_token(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    answer: Answer,
    words: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OPENCELLID_TOKEN", TOKEN)
    server.routes["/ocid/downloads"] = lambda _: answer
    context = context_of(server, tmp_path)
    with pytest.raises(SetupError, match=words) as caught:
        fetched(opencellid, MINE, context)
    no_token_in(caught.value)
    assert "secret" not in caplog.text
    for path, content in bytes_below(tmp_path):
        assert b"secret" not in content, path
    # What was refused is not taken for the file at the next try.
    serve_opencellid(server)
    fetched(opencellid, MINE, context)


def test_a_server_that_repeats_the_token_is_not_quoted(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCELLID_TOKEN", TOKEN)
    server.routes["/ocid/downloads"] = lambda _: Answer(f"INVALID_TOKEN {TOKEN}".encode())
    with pytest.raises(SetupError, match="INVALID_TOKEN …") as caught:
        fetched(opencellid, MINE, context_of(server, tmp_path))
    no_token_in(caught.value)


def test_without_a_network_there_is_one_sentence_without_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    monkeypatch.setenv("OPENCELLID_TOKEN", TOKEN)
    context = context_of(server, tmp_path)
    from htcoverage.fetch.endpoints import read_endpoints

    file = endpoints_file(tmp_path, f"http://127.0.0.1:{closed_port()}", ADDRESSES)
    dead = replace(context, endpoints=read_endpoints(file))
    for layer in ("boundaries", "settlements", "roads", "buildings", "cells"):
        with pytest.raises(SetupError, match="is this machine online") as caught:
            SOURCES[layer].fetch(SOURCES[layer].plan(MINE, dead), dead)
        assert "\n" not in str(caught.value)
        assert caught.value.exit_code == 3
        if layer == "cells":
            no_token_in(caught.value)


def test_a_country_without_a_known_code(server: Server, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="FRA is not among them"):
        opencellid.plan(Area("x", "FRA", BOUNDS), context_of(server, tmp_path))
