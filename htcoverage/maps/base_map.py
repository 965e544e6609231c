"""An online base map: asked for by the caller, switched on by the reader, missed by nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass

from htcoverage.errors import argument_fault
from htcoverage.maps.escape import Json, clean_text

# The host is written into the page's policy, so nothing but a host may pass; "{s}" is Leaflet's
# sign for one of several servers.
_ADDRESS = re.compile(r"https://((?:\{s\}\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?)/[^\s'\"<>;,\\]*")


@dataclass(frozen=True)
class OnlineBaseMap:
    """Tiles from a server that the page may ask, once its reader says so.

    Parameters
    ----------
    url : str
        ``https://host/...`` with ``{z}``, ``{x}`` and ``{y}``.
    attribution : str
        What the server's owner asks to be shown; plain text.
    max_zoom : int
        Deepest zoom that the server has.

    Raises
    ------
    InputError
        If the address is not of that form.
    """

    url: str
    attribution: str
    max_zoom: int = 19

    def __post_init__(self) -> None:
        whole = _ADDRESS.fullmatch(self.url)
        if whole is None or not all(sign in self.url for sign in ("{z}", "{x}", "{y}")):
            raise argument_fault("url", self.url, "https://host/... with {z}, {x} and {y}")

    @property
    def policy_source(self) -> str:
        """The servers, as a Content-Security-Policy names them."""
        found = _ADDRESS.fullmatch(self.url)
        assert found is not None  # checked when the value was made
        return f"https://{found[1].replace('{s}', '*')}"

    def as_json(self) -> dict[str, Json]:
        """Return what the page's scripts need."""
        return {
            "url": self.url,
            "attribution": clean_text(self.attribution),
            "max_zoom": self.max_zoom,
        }
