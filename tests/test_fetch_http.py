"""One file over a real connection, whatever the server does."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import time
from email.utils import formatdate
from pathlib import Path

import numpy as np
import pytest
from fetch_server import Answer, Request, Server, closed_port, server

from htcoverage.errors import SetupError
from htcoverage.fetch.http import Client, NotThereError, download, look

__all__ = ["server"]

QUICK = Client(timeout_s=2.0, retries=3, backoff_s=0.01, longest_wait_s=1.5)
BODY = np.random.default_rng(7).bytes(300_000)
DIGEST = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "here" / "a.bin"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_comes_whole_under_our_name(server: Server, target: Path) -> None:
    server.files["/a.bin"] = BODY
    told: list[tuple[int, int | None]] = []
    got = download(
        f"{server.url}/a.bin", target, client=QUICK, sha256=DIGEST,
        told=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert target.read_bytes() == BODY
    assert (got.path, got.sha256, got.size_bytes) == (target, DIGEST, len(BODY))
    assert told[-1] == (len(BODY), len(BODY))
    assert names(target.parent) == ["a.bin"]
    assert server.requests[0].headers["user-agent"].startswith("htcoverage/")


def test_a_truncated_file_is_resumed_within_the_same_version(server: Server, target: Path) -> None:
    server.files["/a.bin"] = BODY
    server.faults["/a.bin"] = [Answer(cut=100_000)]
    assert download(f"{server.url}/a.bin", target, client=QUICK).sha256 == DIGEST
    first, second = server.asked("/a.bin")
    assert "range" not in first.headers
    assert second.headers["range"] == "bytes=100000-"
    assert second.headers["if-range"].strip('"') == hashlib.md5(BODY).hexdigest()
    assert second.status == 206


def test_a_fetch_that_gave_up_goes_on_at_the_next_command(server: Server, target: Path) -> None:
    server.files["/a.bin"] = BODY
    server.faults["/a.bin"] = [Answer(cut=100_000), *[Answer(status=503)] * 9]
    with pytest.raises(SetupError, match=r"a\.bin .*503.*goes on where it stopped"):
        download(f"{server.url}/a.bin", target, client=QUICK)
    assert names(target.parent) == ["a.bin.part", "a.bin.part.json"]
    server.faults.clear()
    server.requests.clear()
    assert download(f"{server.url}/a.bin", target, client=QUICK).sha256 == DIGEST
    assert [request.headers["range"] for request in server.requests] == ["bytes=100000-"]
    assert names(target.parent) == ["a.bin"]


def test_a_file_that_changed_meanwhile_comes_anew(server: Server, target: Path) -> None:
    server.files["/a.bin"] = BODY
    server.faults["/a.bin"] = [Answer(cut=100_000), *[Answer(status=503)] * 9]
    with pytest.raises(SetupError):
        download(f"{server.url}/a.bin", target, client=QUICK)
    server.faults.clear()
    server.files["/a.bin"] = BODY[::-1]
    download(f"{server.url}/a.bin", target, client=QUICK)
    assert target.read_bytes() == BODY[::-1]


def test_a_server_without_ranges_sends_it_anew(server: Server, target: Path) -> None:
    server.ranges = False
    server.files["/a.bin"] = BODY
    server.faults["/a.bin"] = [Answer(cut=100_000), Answer(cut=5)]
    assert download(f"{server.url}/a.bin", target, client=QUICK).sha256 == DIGEST


def test_a_part_that_was_whole_already_is_taken(server: Server, target: Path) -> None:
    server.files["/a.bin"] = BODY
    target.parent.mkdir()
    part = target.with_name("a.bin.part")
    part.write_bytes(BODY)
    etag = f'"{hashlib.md5(BODY).hexdigest()}"'
    mark = {"address": f"{server.url}/a.bin", "version": etag}
    target.with_name("a.bin.part.json").write_text(json.dumps(mark))
    assert download(f"{server.url}/a.bin", target, client=QUICK).sha256 == DIGEST
    assert [request.status for request in server.requests] == [416]


def test_a_broken_line_that_gains_is_not_counted_out(server: Server, target: Path) -> None:
    body = BODY * 40
    server.files["/a.bin"] = body
    server.faults["/a.bin"] = [Answer(cut=1_100_000)] * 9
    client = Client(timeout_s=2.0, retries=2, backoff_s=0.0)
    assert download(f"{server.url}/a.bin", target, client=client).size_bytes == len(body)


def test_404_is_told_once_and_not_retried(server: Server, target: Path) -> None:
    with pytest.raises(NotThereError, match=r"has no a\.bin \(404"):
        download(f"{server.url}/a.bin", target, client=QUICK)
    assert len(server.requests) == 1


def test_429_waits_as_long_as_it_is_asked_to(server: Server, target: Path) -> None:
    server.files["/a.bin"] = BODY
    server.faults["/a.bin"] = [Answer(status=429, headers={"Retry-After": "1"})]
    begun = time.monotonic()
    assert download(f"{server.url}/a.bin", target, client=QUICK).sha256 == DIGEST
    assert 1.0 <= time.monotonic() - begun < 20.0


def test_a_wait_of_an_hour_is_told_instead_of_slept(server: Server, target: Path) -> None:
    server.faults["/a.bin"] = [Answer(status=429, headers={"Retry-After": "3600"})]
    with pytest.raises(SetupError, match="asks to wait 3600 s"):
        download(f"{server.url}/a.bin", target, client=QUICK)


def test_500_then_fine(server: Server, target: Path) -> None:
    server.files["/a.bin"] = BODY
    server.faults["/a.bin"] = [Answer(status=500), Answer(status=502)]
    assert download(f"{server.url}/a.bin", target, client=QUICK).sha256 == DIGEST
    assert [request.status for request in server.requests] == [500, 502, 200]


def test_500_for_ever_is_an_error_after_the_tries(server: Server, target: Path) -> None:
    server.faults["/a.bin"] = [Answer(status=500)] * 9
    with pytest.raises(SetupError, match="500"):
        download(f"{server.url}/a.bin", target, client=QUICK)
    assert len(server.requests) == 1 + QUICK.retries


def test_a_slow_server_is_asked_again(server: Server, target: Path) -> None:
    server.files["/a.bin"] = BODY
    server.faults["/a.bin"] = [Answer(slow_s=3.0)]
    client = Client(timeout_s=1.0, retries=2, backoff_s=0.0)
    assert download(f"{server.url}/a.bin", target, client=client).sha256 == DIGEST
    server.faults["/a.bin"] = [Answer(slow_s=3.0)] * 5
    with pytest.raises(SetupError, match=r"no answer for 1 s"):
        download(f"{server.url}/a.bin", target, client=client)


def test_a_connection_that_ends_without_an_answer_is_made_again(
    server: Server, target: Path
) -> None:
    server.files["/a.bin"] = BODY
    server.faults["/a.bin"] = [Answer(drop=True)] * 3
    assert download(f"{server.url}/a.bin", target, client=QUICK).sha256 == DIGEST
    server.faults["/a.bin"] = [Answer(drop=True)] * 9
    with pytest.raises(SetupError, match=r"did not send a\.bin \(the connection broke off\)"):
        download(f"{server.url}/a.bin", target, client=QUICK)


def test_another_part_than_was_asked_for_is_not_joined(server: Server, target: Path) -> None:
    server.files["/a.bin"] = BODY
    wrong = Answer(BODY[5:], 206, {"Content-Range": f"bytes 5-{len(BODY) - 1}/{len(BODY)}"})
    server.faults["/a.bin"] = [Answer(cut=1000), wrong]
    assert download(f"{server.url}/a.bin", target, client=QUICK).sha256 == DIGEST
    assert [request.status for request in server.requests] == [200, 206, 200]


def test_a_part_of_another_version_is_not_joined(server: Server, target: Path) -> None:
    """A server may pass over If-Range and send the part of the file that it has now."""

    def answer(request: Request) -> Answer:
        first = len(server.asked("/a.bin")) == 0
        asked = dataclasses.replace(
            request, headers={k: v for k, v in request.headers.items() if k != "if-range"}
        )
        found = server._file(asked, BODY if first else BODY[::-1])
        return dataclasses.replace(found, cut=100_000) if first else found

    server.routes["/a.bin"] = answer
    download(f"{server.url}/a.bin", target, client=QUICK)
    assert target.read_bytes() == BODY[::-1]
    assert [request.status for request in server.requests] == [200, 206, 200]


def test_a_part_that_ends_before_the_file_is_gone_on_with(server: Server, target: Path) -> None:
    server.files["/a.bin"] = BODY
    etag = {"ETag": f'"{hashlib.md5(BODY).hexdigest()}"'}
    some = Answer(BODY[1000:2000], 206, {**etag, "Content-Range": f"bytes 1000-1999/{len(BODY)}"})
    server.faults["/a.bin"] = [Answer(cut=1000), some]
    assert download(f"{server.url}/a.bin", target, client=QUICK).sha256 == DIGEST
    assert server.requests[-1].headers["range"] == "bytes=2000-"


@pytest.mark.parametrize("length", ["", "1000000"])
def test_a_file_comes_whole_whatever_length_is_told(
    server: Server, target: Path, length: str
) -> None:
    """No length ends with the connection; one too many is asked for again, and there is none."""
    server.files["/a.bin"] = BODY
    server.faults["/a.bin"] = [Answer(length=length)]
    assert download(f"{server.url}/a.bin", target, client=QUICK).sha256 == DIGEST
    assert len(server.requests) == (2 if length else 1)


@pytest.mark.parametrize("name", ["a.json", "a.csv.gz"])
def test_a_coding_of_the_transfer_is_undone_but_not_that_of_a_packed_file(
    server: Server, target: Path, name: str
) -> None:
    packed = gzip.compress(BODY)
    server.routes[f"/{name}"] = lambda _: Answer(packed, headers={"Content-Encoding": "gzip"})
    download(f"{server.url}/{name}", target, client=QUICK)
    assert target.read_bytes() == (packed if name.endswith(".gz") else BODY)


def test_a_line_that_only_trickles_is_given_up(server: Server, target: Path) -> None:
    body = BODY[:400]
    server.files["/a.bin"] = body
    server.faults["/a.bin"] = [Answer(drip_s=0.05)]
    client = Client(timeout_s=1.0, retries=2, backoff_s=0.0)
    download(f"{server.url}/a.bin", target, client=client)
    assert target.read_bytes() == body
    server.faults["/a.bin"] = [Answer(drip_s=0.05)] * 5
    with pytest.raises(SetupError, match=r"only \d+ bytes came in"):
        download(f"{server.url}/a.bin", target, client=client)


def test_a_moment_to_wait_for_is_waited_for(server: Server, target: Path) -> None:
    server.files["/a.bin"] = BODY
    begun = time.time()
    until = int(begun) + 2
    server.faults["/a.bin"] = [
        Answer(status=503, headers={"Retry-After": formatdate(until, usegmt=True)})
    ]
    client = Client(timeout_s=2.0, retries=3, backoff_s=0.01, longest_wait_s=5.0)
    assert download(f"{server.url}/a.bin", target, client=client).sha256 == DIGEST
    assert time.time() >= until - 0.01
    later = formatdate(time.time() + 3600, usegmt=True)
    server.faults["/a.bin"] = [Answer(status=503, headers={"Retry-After": later})]
    with pytest.raises(SetupError, match=r"asks to wait 3[56]\d\d s"):
        download(f"{server.url}/a.bin", target, client=client)


def test_redirects_without_end_are_told(server: Server, target: Path) -> None:
    server.routes["/a.bin"] = lambda _: Answer(status=302, headers={"Location": "/a.bin"})
    with pytest.raises(SetupError, match="TooManyRedirects"):
        download(f"{server.url}/a.bin", target, client=QUICK)


def test_a_proxy_that_is_dead_is_told(
    server: Server, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://me:s3cret@127.0.0.1:{closed_port()}")
    with pytest.raises(SetupError, match="the proxy that the environment names") as caught:
        download(f"{server.url}/a.bin", target, client=QUICK)
    assert "s3cret" not in str(caught.value)
    assert not server.requests


def test_a_host_without_a_certificate_is_told(server: Server, target: Path) -> None:
    with pytest.raises(SetupError, match="no encrypted connection to"):
        download(f"{server.url}/a.bin".replace("http:", "https:"), target, client=QUICK)


def test_a_wrong_checksum_leaves_nothing(server: Server, target: Path) -> None:
    server.files["/a.bin"] = BODY[:-1] + b"x"
    with pytest.raises(SetupError, match="wrong checksum"):
        download(f"{server.url}/a.bin", target, client=QUICK, sha256=DIGEST)
    assert names(target.parent) == []


def test_a_file_that_is_too_long_is_refused_before_it_comes(server: Server, target: Path) -> None:
    server.files["/a.bin"] = BODY
    with pytest.raises(SetupError, match="the most that is taken"):
        download(f"{server.url}/a.bin", target, client=QUICK, max_bytes=1000)
    assert not target.exists()


def test_a_redirect_goes_only_to_the_hosts_of_the_source(server: Server, target: Path) -> None:
    server.files["/b.bin"] = BODY
    away = Answer(status=302, headers={"Location": f"{server.other_url}/b.bin"})
    server.faults["/a.bin"] = [away, away, away]
    with pytest.raises(SetupError, match=r"passes us on to localhost.*not followed"):
        download(f"{server.url}/a.bin", target, client=QUICK)
    assert not server.asked("/b.bin")
    secret = {"token": "s3cret"}
    got = download(f"{server.url}/a.bin", target, client=QUICK, hosts=("localhost",), secret=secret)
    assert got.sha256 == DIGEST
    assert server.asked("/a.bin")[-1].query == secret
    assert server.asked("/b.bin")[-1].query == {}
    assert look(f"{server.url}/a.bin", client=QUICK, hosts=("localhost",)).address == (
        f"{server.other_url}/b.bin"
    )


def test_a_redirect_within_the_host_is_followed(server: Server, target: Path) -> None:
    server.files["/b.bin"] = BODY
    server.faults["/a.bin"] = [Answer(status=301, headers={"Location": "/b.bin"})]
    assert download(f"{server.url}/a.bin", target, client=QUICK).sha256 == DIGEST


def test_no_network_is_one_sentence_without_the_secret(target: Path) -> None:
    address = f"http://127.0.0.1:{closed_port()}/a.bin"
    with pytest.raises(SetupError) as caught:
        download(address, target, client=QUICK, secret={"token": "s3cret"})
    words = str(caught.value)
    assert words.startswith("no connection to 127.0.0.1")
    assert "online?" in words
    assert "s3cret" not in words
    assert "\n" not in words
    assert caught.value.exit_code == 3


def test_look_tells_length_and_ranges(server: Server) -> None:
    server.files["/a.bin"] = BODY
    found = look(f"{server.url}/a.bin", client=QUICK)
    assert (found.size_bytes, found.ranges) == (len(BODY), True)
    server.ranges = False
    found = look(f"{server.url}/a.bin", client=QUICK)
    assert (found.size_bytes, found.ranges) == (len(BODY), False)
