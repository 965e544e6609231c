"""Files of a collection that a STAC catalogue knows, through pystac-client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from htcoverage.errors import SetupError
from htcoverage.fetch.cache import Context, cached_by
from htcoverage.fetch.endpoints import Endpoint
from htcoverage.fetch.http import needed, user_agent
from htcoverage.fetch.rasters import overlap_share
from htcoverage.fetch.sources import Bounds, Item
from htcoverage.fetch.vectors import tidy_text

#: A province needs a few dozen tiles; a catalogue with more files, or whose pages do not end, is
#: not read on.
_MOST_ITEMS = 1000


def stac_items(layer: str, endpoint: Endpoint, bounds: Bounds, context: Context) -> list[Item]:
    """Return the files of a collection that touch a box, from every page of the answer.

    Parameters
    ----------
    layer : str
        What they are for.
    endpoint : Endpoint
        A catalogue (``address``) with the words ``collection``, ``asset`` and ``bucket`` (template
        for addresses that the catalogue writes as ``s3://bucket/key``).
    bounds : tuple of float
        West, south, east, north in degrees.
    context : Context
        Cache and client.

    Raises
    ------
    SetupError
        If the catalogue cannot be asked, or names files on hosts that are not the source's.
    """

    def bring(target: Path) -> None:
        found = _search(endpoint, bounds, context)
        target.write_text(json.dumps(found), encoding="utf-8")

    part = ",".join(f"{edge:.6f}" for edge in bounds)
    collection = endpoint.more["collection"]
    answer = cached_by(context, endpoint, endpoint.address, f"{collection}.json", bring, part=part)
    items = []
    for entry in json.loads(answer.path.read_text(encoding="utf-8")):
        tile = tuple(entry["bounds"])
        common = (
            max(bounds[0], tile[0]), max(bounds[1], tile[1]),
            min(bounds[2], tile[2]), min(bounds[3], tile[3]),
        )  # fmt: skip
        if common[0] >= common[2] or common[1] >= common[3]:
            continue  # touches the box at an edge alone
        size = round(1e6 * endpoint.file_mb * overlap_share(bounds, tile))
        items.append(Item(layer, endpoint, entry["id"], entry["address"], size, common))
    if not items:
        raise SetupError(f"{endpoint.title}: the catalogue knows no file of this area")
    return items


def _search(endpoint: Endpoint, bounds: Bounds, context: Context) -> list[dict[str, Any]]:
    """Return name, box and address of every file, sorted by name."""
    pystac_client = needed("pystac_client")
    from pystac_client.exceptions import APIError
    from pystac_client.stac_api_io import StacApiIO
    from requests.exceptions import RequestException
    from urllib3.util.retry import Retry

    client = context.endpoints.client
    patience = Retry(
        total=client.retries, connect=min(client.retries, 2), backoff_factor=client.backoff_s,
        status_forcelist=[429, 500, 502, 503, 504], allowed_methods=None,
        retry_after_max=int(client.longest_wait_s),
    )  # fmt: skip

    def own_host(request: Any) -> Any:
        """Stop before a page of another host is asked for."""
        _check_host(request.url, endpoint)
        return request

    host = urlsplit(endpoint.address).netloc
    try:
        # Opening sets the words of a given StacApiIO anew: all but the retries are said here.
        catalogue = pystac_client.Client.open(
            endpoint.address, stac_io=StacApiIO(max_retries=patience), timeout=client.timeout_s,
            headers={"User-Agent": user_agent()}, request_modifier=own_host,
        )  # fmt: skip
        pages = catalogue.search(
            collections=[endpoint.more["collection"]], bbox=list(bounds), max_items=_MOST_ITEMS
        ).items_as_dicts()
        found = [
            {
                "id": tidy_text(entry["id"]) or "unnamed",
                "bounds": [float(edge) for edge in entry["bbox"][:4]],
                "address": _address(entry["assets"][endpoint.more["asset"]]["href"], endpoint),
            }
            for entry in pages
        ]
    except (APIError, RequestException) as error:
        _raise_own(error)
        if "Max retries" in repr(error) or isinstance(error, OSError):
            words = f"no answer of the catalogue {host} after {client.retries} more tries"
        else:
            words = f"the catalogue {host} answers with an error"
        raise SetupError(f"{words}: is this machine online?") from error
    except (KeyError, TypeError, ValueError, NotImplementedError) as error:
        words = f"the catalogue {host} answers in another form than STAC ({type(error).__name__})"
        raise SetupError(words) from error
    if len(found) == _MOST_ITEMS:
        words = f"the catalogue {host} names {_MOST_ITEMS} files or more for this area: its pages "
        raise SetupError(words + "may not end, or its address is of another catalogue")
    return sorted(found, key=lambda entry: str(entry["id"]))


def _raise_own(error: BaseException) -> None:
    """Raise our own error where the client has wrapped it into one of its own."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, SetupError):
            raise inner
        inner = inner.__cause__ or inner.__context__


def _address(href: str, endpoint: Endpoint) -> str:
    """Return the HTTP address of a file; one on a host that is not the source's is an error."""
    if not href.isprintable():
        raise ValueError("control signs in an address")
    parts = urlsplit(href)
    if parts.scheme == "s3" and "bucket" in endpoint.more:
        template = endpoint.more["bucket"]
        return template.format(bucket=parts.netloc, key=parts.path.lstrip("/"))
    _check_host(href, endpoint)
    return href


def _check_host(address: str, endpoint: Endpoint) -> None:
    parts = urlsplit(address)
    known = (urlsplit(endpoint.address).netloc, *endpoint.hosts)
    if parts.scheme not in ("http", "https") or (
        parts.netloc not in known and parts.hostname not in known
    ):
        words = f"{endpoint.title}: the catalogue passes us on to {parts.netloc or address}, "
        raise SetupError(words + "which is no host of this source: not followed")
