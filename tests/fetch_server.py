"""A real HTTP server on loopback that serves files as the sources do, and misbehaves on demand."""

from __future__ import annotations

import hashlib
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest


@dataclass
class Request:
    """One request that came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    status: int = 0


@dataclass(frozen=True)
class Answer:
    """What the server says. A fault in front of a file is used up, one for each request.

    ``cut``: only so many bytes of the body are sent, under the whole Content-Length.
    ``slow_s``: so long nothing is sent. ``drop``: the connection ends without an answer.
    ``stall``: after so many bytes of the body nothing comes for so many seconds. ``drip_s``: after
    each byte of the body it rests so long. ``length``: the Content-Length that is told, "" for
    none.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    slow_s: float = 0.0
    drop: bool = False
    stall: tuple[int, float] | None = None
    drip_s: float = 0.0
    length: str | None = None


#: A route that thinks: from the request to the answer.
Route = Callable[[Request], Answer]


class _Quiet(ThreadingHTTPServer):
    """Does not print what a client does to its connection."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Server:
    """Routes by path, faults by path, and a record of what was asked.

    ``server.files["/a.tif"] = bytes`` serves a file with ETag, Range and If-Range.
    ``server.routes["/api"] = lambda request: Answer(json_bytes)`` computes.
    ``server.faults["/a.tif"] = [Answer(status=500), Answer(cut=100)]`` comes first, one a request;
    a fault without a body of its own (``cut``, ``slow_s``) applies to the file itself.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.routes: dict[str, Route] = {}
        self.faults: dict[str, list[Answer]] = {}
        self.requests: list[Request] = []
        self.ranges = True
        self._lock = threading.Lock()
        self._http = _Quiet(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._http.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def other_url(self) -> str:
        """The same server under another host name."""
        return f"http://localhost:{self._http.server_address[1]}"

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answer(self, request: Request) -> Answer:
        """Return what is said to a request, ranges cut."""
        with self._lock:
            waiting = self.faults.get(request.path)
            fault = waiting.pop(0) if waiting else None
        if fault is not None and (fault.status != 200 or fault.body or fault.headers):
            return fault
        if request.path in self.routes:
            found = self.routes[request.path](request)
        elif request.path in self.files:
            found = self._file(request, self.files[request.path])
        else:
            found = Answer(b"<html>no such file</html>", 404)
        if fault is None:
            return found
        return replace(fault, body=found.body, status=found.status, headers=found.headers)

    def _file(self, request: Request, body: bytes) -> Answer:
        headers = {"ETag": f'"{hashlib.md5(body).hexdigest()}"'}
        if not self.ranges:
            return Answer(body, 200, headers)
        headers["Accept-Ranges"] = "bytes"
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
        mark = request.headers.get("if-range")
        if wanted is None or (mark is not None and mark != headers["ETag"]):
            return Answer(body, 200, headers)
        first = int(wanted[1])
        last = min(int(wanted[2]) if wanted[2] else len(body) - 1, len(body) - 1)
        if first >= len(body):
            return Answer(b"", 416, {**headers, "Content-Range": f"bytes */{len(body)}"})
        headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
        return Answer(body[first : last + 1], 206, headers)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                request = Request(
                    self.command, parts.path, dict(parse_qsl(parts.query)),
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(length) if length else b"",
                )  # fmt: skip
                answer = server.answer(request)
                request.status = answer.status
                with server._lock:
                    server.requests.append(request)
                time.sleep(answer.slow_s)
                if answer.drop:
                    self.close_connection = True
                    return
                try:
                    self.send_response(answer.status)
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    if answer.length is None:
                        self.send_header("Content-Length", str(len(answer.body)))
                    elif answer.length:
                        self.send_header("Content-Length", answer.length)
                    self.end_headers()
                    if self.command != "HEAD":
                        self._send(answer)
                    if answer.cut is not None or answer.length is not None:
                        self.wfile.flush()
                        self.close_connection = True
                        self.connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    self.close_connection = True  # the client has gone

            def _send(self, answer: Answer) -> None:
                body = answer.body[: answer.cut]
                if answer.stall is not None:
                    self.wfile.write(body[: answer.stall[0]])
                    time.sleep(answer.stall[1])
                    body = body[answer.stall[0] :]
                while answer.drip_s and body:
                    self.wfile.write(body[:1])
                    time.sleep(answer.drip_s)
                    body = body[1:]
                self.wfile.write(body)

            do_GET = do_POST = do_HEAD = _serve  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of one's own."""
    with serving() as found:
        yield found


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


#: Time-outs and pauses that let a test be quick.
QUICK = "[client]\ntimeout_s = 1.0\nretries = 3\nbackoff_s = 0.01\nlongest_wait_s = 1.5\n"


def endpoints_file(
    folder: Path, server_url: str, addresses: dict[str, str], more: str = ""
) -> Path:
    """Write a file for ``--endpoints``: each source's address below the server."""
    text = QUICK
    for key, path in addresses.items():
        text += f'\n[{key}]\naddress = "{server_url}{path}"\n'
    file = folder / "endpoints.toml"
    file.write_text(text + more, encoding="utf-8")
    return file
