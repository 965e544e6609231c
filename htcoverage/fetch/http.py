"""One file over HTTP: resumed, checked and whole, or an error in one sentence."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from htcoverage.errors import SetupError
from htcoverage.files import sha256_of

#: Answers that another try may better.
_PASSING = (429, 500, 502, 503, 504)

#: A gain that shows a poor line rather than a dead one: the tries are counted anew.
_GAIN = 1 << 20

_CHUNK = 1 << 16

#: A line that carries less than this, on the mean of one time-out, is as good as dead.
SLOWEST_BYTES_S = 100


@dataclass(frozen=True)
class Client:
    """How patient to be with a server.

    Parameters
    ----------
    timeout_s : float
        For the connection, and for every read.
    retries : int
        Further tries after the first; two at most where no connection can be made.
    backoff_s : float
        Unit of the pauses between tries: 0, 2, 4, 8, … times this.
    longest_wait_s : float
        No pause is longer; a server that asks for a longer one (``Retry-After``) ends the fetch.
    """

    timeout_s: float = 60.0
    retries: int = 5
    backoff_s: float = 1.0
    longest_wait_s: float = 120.0


@dataclass(frozen=True)
class Downloaded:
    """A file that came whole.

    Parameters
    ----------
    path : Path
        Where it is.
    sha256 : str
        Of its bytes.
    size_bytes : int
        Its length.
    """

    path: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Answer:
    """What a server says of a file before it is read.

    Parameters
    ----------
    address : str
        Of the file itself, behind redirects.
    size_bytes : int or None
        Its length, where the server tells it.
    ranges : bool
        Whether parts of it can be asked for.
    version : str
        What tells this version of it apart (a strong ETag, or the date); empty if nothing does.
    """

    address: str
    size_bytes: int | None
    ranges: bool
    version: str


class MachineError(SetupError):
    """The machine is at fault, and no other source will do better: no network, a full disk."""


class NotThereError(SetupError):
    """The server answers, and has no such file (404 or 410)."""


class _PassingError(Exception):
    """A fault that another try may better."""

    def __init__(self, words: str, *, response: Any = None, connected: bool = True) -> None:
        super().__init__(words)
        self.response, self.connected = response, connected


def needed(name: str) -> ModuleType:
    """Return a module of the extra ``fetch``, or say how to install it.

    Raises
    ------
    MachineError
        If it is not installed.
    """
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        words = f"fetching needs {name}: pip install 'htcoverage[fetch]'"
        raise MachineError(words) from error


def user_agent() -> str:
    """Return the name that the library goes by."""
    return f"htcoverage/{version('htcoverage')} (mobile coverage planning; open data for an area)"


def download(
    address: str,
    target: Path,
    *,
    client: Client,
    hosts: Collection[str] = (),
    sha256: str | None = None,
    max_bytes: int | None = None,
    secret: Mapping[str, str] | None = None,
    told: Callable[[int, int | None], None] | None = None,
) -> Downloaded:
    """Bring one file, and go on where an earlier try stopped.

    What has come so far stands in ``<target>.part``, with the server's mark of the version in
    ``<target>.part.json``; a server whose file has changed since sends it anew. The target appears
    only when it is whole and right.

    Parameters
    ----------
    address : str
        Of the file, without secrets: it may be shown and recorded.
    target : Path
        Where the file goes; its folder is made.
    client : Client
        Time-outs and retries.
    hosts : collection of str
        Other hosts (``name`` or ``name:port``) that the server may pass us on to.
    sha256 : str, optional
        What the bytes must be, where it is known.
    max_bytes : int, optional
        A longer file is refused.
    secret : mapping, optional
        Further query parameters, such as a token. Never recorded or shown; not sent on.
    told : callable, optional
        Called with the bytes that are there and the total, where it is known.

    Raises
    ------
    NotThereError
        If there is no such file.
    SetupError
        If the network, the server or the bytes are at fault, in one sentence.
    """
    pooch = needed("pooch")
    pooch.get_logger().setLevel(logging.ERROR)
    target.parent.mkdir(parents=True, exist_ok=True)

    def resumed(url: str, output_file: str, _: object) -> None:
        part = target.with_name(f"{target.name}.part")
        attempt = partial(
            _attempt, url, part, client=client, hosts=hosts, max_bytes=max_bytes,
            secret=dict(secret or {}), told=told,
        )  # fmt: skip
        _patiently(url, attempt, client=client, progress=lambda: _length(part))
        part.replace(output_file)
        _mark(part).unlink(missing_ok=True)

    # A file of that name that is not from the cache's own records is never taken for the answer.
    target.unlink(missing_ok=True)
    try:
        pooch.retrieve(
            address, None if sha256 is None else f"sha256:{sha256}",
            fname=target.name, path=target.parent, downloader=resumed,
        )  # fmt: skip
    except ValueError as error:
        words = f"{_file_of(address)} came with the wrong checksum: it is not the file that is "
        raise SetupError(words + f"meant, or was damaged on the way ({address})") from error
    return Downloaded(target, sha256_of(target), target.stat().st_size)


def look(address: str, *, client: Client, hosts: Collection[str] = ()) -> Answer:
    """Return what a server says of a file, by asking for its first byte.

    Parameters
    ----------
    address : str
        Of the file.
    client : Client
        Time-outs and retries.
    hosts : collection of str
        Other hosts that the server may pass us on to.

    Raises
    ------
    NotThereError
        If there is no such file.
    SetupError
        If the network or the server is at fault.
    """

    def attempt() -> Answer:
        headers = {"Range": "bytes=0-0"}
        with _opened(address, headers, client=client, hosts=hosts, secret={}) as response:
            ranges = response.status_code == 206
            if ranges:
                size = _total(response.headers.get("Content-Range"))
            else:
                size = _number(response.headers.get("Content-Length"))
            return Answer(str(response.url), size, ranges, _mark_of(response))

    found: Answer = _patiently(address, attempt, client=client, progress=lambda: 0)
    return found


def _patiently(
    address: str, attempt: Callable[[], Any], *, client: Client, progress: Callable[[], int]
) -> Any:
    """Try until it works, a fault is final, or the patience (urllib3's Retry) is at its end."""
    from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, ProtocolError
    from urllib3.util.retry import Retry

    def fresh() -> Retry:
        return Retry(
            total=client.retries, connect=min(client.retries, 2), backoff_factor=client.backoff_s,
            backoff_max=client.longest_wait_s, retry_after_max=86_400,
        )  # fmt: skip

    patience, before = fresh(), progress()
    while True:
        try:
            return attempt()
        except _PassingError as fault:
            if progress() - before >= _GAIN:
                patience = fresh()
            before = progress()
            kind = ProtocolError if fault.connected else partial(ConnectTimeoutError, None)
            try:
                patience = patience.increment("GET", address, error=kind(str(fault)))
            except MaxRetryError as error:
                raise _given_up(address, fault) from error
            _pause(patience, fault, address, client)


def _pause(patience: Any, fault: _PassingError, address: str, client: Client) -> None:
    from urllib3.exceptions import InvalidHeader

    try:
        asked_s = None if fault.response is None else patience.get_retry_after(fault.response)
    except InvalidHeader:
        asked_s = None
    if asked_s is not None and asked_s > client.longest_wait_s:
        words = f"{_host(address)} asks to wait {asked_s:.0f} s before the next request: "
        raise SetupError(words + "run the command again later, it goes on where it stopped")
    time.sleep(patience.get_backoff_time() if asked_s is None else asked_s)


def _given_up(address: str, fault: _PassingError) -> SetupError:
    if not fault.connected:
        words = f"no connection to {_host(address)}: is this machine online? ({fault})"
        return MachineError(words)
    words = f"{_host(address)} did not send {_file_of(address)} ({fault}): "
    return SetupError(words + "run the command again, it goes on where it stopped")


def _opened(
    address: str, headers: Mapping[str, str], *, client: Client, hosts: Collection[str],
    secret: Mapping[str, str],
) -> Any:  # fmt: skip
    """Return a streamed answer of status 200, 206 or 416; everything else is an error."""
    requests = needed("requests")

    class OwnHosts(requests.Session):  # type: ignore[name-defined,misc]
        """Follows redirects to the hosts of the source alone."""

        def get_redirect_target(self, resp: Any) -> str | None:
            target: str | None = super().get_redirect_target(resp)
            if target is not None:
                _check_redirect(resp.url, requests.compat.urljoin(resp.url, target), hosts)
            return target

    session = OwnHosts()
    try:
        response = session.get(
            address, params=dict(secret), stream=True, timeout=client.timeout_s,
            headers={"User-Agent": user_agent(), "Accept-Encoding": "identity", **headers},
        )  # fmt: skip
    except requests.exceptions.SSLError as error:
        words = f"no encrypted connection to {_host(address)} that this machine trusts"
        raise SetupError(f"{words}: {_reason(error)}") from error
    except requests.exceptions.ProxyError as error:
        words = f"the proxy that the environment names does not pass us on: {_reason(error)}"
        raise _PassingError(words, connected=False) from error
    except requests.exceptions.ReadTimeout as error:
        raise _PassingError(f"no answer for {client.timeout_s:g} s") from error
    except requests.exceptions.ConnectionError as error:
        if "RemoteDisconnected" in repr(error) or "ConnectionReset" in repr(error):
            raise _PassingError("the connection broke off") from error
        raise _PassingError(_reason(error), connected=False) from error
    except requests.exceptions.RequestException as error:
        words = f"{address} cannot be asked for ({type(error).__name__})"
        raise SetupError(words) from error
    status = response.status_code
    if status in (200, 206, 416):
        return response
    response.close()
    if status in _PASSING:
        raise _PassingError(f"it answers {status}", response=response.raw)
    if status in (404, 410):
        raise NotThereError(f"{_host(address)} has no {_file_of(address)} ({status}: {address})")
    if status in (401, 403):
        words = f"{_host(address)} refuses {_file_of(address)} ({status}): a key may be lacking"
        raise SetupError(f"{words} or wrong, or the address has moved ({address})")
    raise SetupError(f"{_host(address)} answers {status} to {address}")


def _check_redirect(start: str, target: str, hosts: Collection[str]) -> None:
    origin, to = urlsplit(start), urlsplit(target)
    if origin.scheme == "https" and to.scheme != "https":
        raise SetupError(f"{_host(start)} passes us on without encryption: not followed")
    if to.netloc != origin.netloc and to.netloc not in hosts and to.hostname not in hosts:
        name = ascii(to.netloc)[1:-1]  # a server's word: no control signs to the terminal
        words = f"{_host(start)} passes us on to {name}, which is no host of this source: "
        raise SetupError(words + "not followed (a file for --endpoints may add it to `hosts`)")


def _attempt(
    address: str, part: Path, *, client: Client, hosts: Collection[str], max_bytes: int | None,
    secret: Mapping[str, str], told: Callable[[int, int | None], None] | None,
) -> None:  # fmt: skip
    """Bring what is lacking of a part file."""
    mark = _known_mark(part, address)
    start = _length(part) if mark else 0
    headers = {"Range": f"bytes={start}-", "If-Range": mark} if start and mark else {}
    with _opened(address, headers, client=client, hosts=hosts, secret=secret) as response:
        if response.status_code == 416:
            if _total(response.headers.get("Content-Range")) == start:
                return
            part.unlink(missing_ok=True)
            raise _PassingError("it knows no such part")
        if response.status_code == 206 and not _begins(response, start):
            part.unlink(missing_ok=True)
            raise _PassingError("it sends another part than was asked for")
        if response.status_code == 206 and start and _mark_of(response) not in ("", mark):
            part.unlink(missing_ok=True)
            raise _PassingError("it has another version than before")
        if response.status_code == 200:
            start = 0
        # Some stores call it a coding of the transfer that the file itself is packed.
        coded = response.headers.get("Content-Encoding", "identity") != "identity"
        coded = coded and not address.endswith(".gz")
        length = _number(response.headers.get("Content-Length"))
        total = None if coded or length is None else start + length
        if response.status_code == 206:  # a part may end before the file does
            total = _total(response.headers.get("Content-Range")) or total
        if max_bytes is not None and total is not None and total > max_bytes:
            raise SetupError(_too_long(address, total, max_bytes))
        _write_mark(part, address, "" if coded else _mark_of(response))
        with part.open("ab" if start else "wb") as file:
            here = start
            for chunk in _chunks(response, coded=coded, client=client):
                here += len(chunk)
                if max_bytes is not None and here > max_bytes:
                    raise SetupError(_too_long(address, here, max_bytes))
                file.write(chunk)
                if told is not None:
                    told(here, total)
        if total is not None and here != total:  # urllib3 2 tells so itself, 1 does not
            raise _PassingError(f"it sent {here} of {total} bytes")


def _chunks(response: Any, *, coded: bool, client: Client) -> Iterator[bytes]:
    """Yield what comes as it comes; a line that only trickles is given up like a dead one."""
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    since, come = time.monotonic(), 0
    try:
        while chunk := response.raw.read1(_CHUNK, decode_content=coded):
            yield chunk
            come += len(chunk)
            if (waited_s := time.monotonic() - since) > client.timeout_s:
                if come < SLOWEST_BYTES_S * waited_s:
                    raise _PassingError(f"only {come} bytes came in {waited_s:.0f} s")
                since, come = time.monotonic(), 0
    except ReadTimeoutError as error:
        raise _PassingError(f"nothing came for {client.timeout_s:g} s") from error
    except HTTPError as error:
        raise _PassingError("the connection broke off") from error
    except OSError as error:
        if error.filename is not None:
            raise
        raise _PassingError("the connection broke off") from error


def _too_long(address: str, size: int, most: int) -> str:
    return (
        f"{_file_of(address)} has {size / 1e6:.0f} MB or more, and {most / 1e6:.0f} MB is the most "
        f"that is taken for it ({address})"
    )


def _begins(response: Any, start: int) -> bool:
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return found is not None and int(found[1]) == start


def _total(content_range: str | None) -> int | None:
    found = re.search(r"/(\d+)$", content_range or "")
    return int(found[1]) if found else None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None


def _mark_of(response: Any) -> str:
    """Return what tells the version of a file apart: a strong ETag, or the date."""
    etag = str(response.headers.get("ETag", ""))
    if etag and not etag.startswith("W/"):
        return etag
    return str(response.headers.get("Last-Modified", ""))


def _mark(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _write_mark(part: Path, address: str, mark: str) -> None:
    content = {"address": address, "version": mark}
    _mark(part).write_text(json.dumps(content) + "\n", encoding="utf-8")


def _known_mark(part: Path, address: str) -> str:
    try:
        content = json.loads(_mark(part).read_text(encoding="utf-8"))
        return str(content["version"]) if content["address"] == address else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _length(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _host(address: str) -> str:
    return urlsplit(address).netloc


def _file_of(address: str) -> str:
    return urlsplit(address).path.rsplit("/", 1)[-1] or address


def _reason(error: Exception) -> str:
    """Return the innermost words of a network error: the outer ones show addresses with tokens."""
    inner: Any = error
    while deeper := [
        cause
        for each in inner.args
        if isinstance(cause := getattr(each, "reason", each), Exception)
    ]:
        inner = deeper[0]
    return str(inner).rsplit(": ", 1)[-1][:120]
