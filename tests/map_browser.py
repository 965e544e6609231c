"""A browser for the map's tests: its network cut, all that it asks and says written down."""

import os
import shutil
from contextlib import contextmanager

import map_world as world
import pytest
from playwright.sync_api import sync_playwright

from htcoverage.crs import transformer

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

#: Until a page counts as broken: far beyond what a slow machine needs.
MOST_MS = 180_000


def browser_path():
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if path := shutil.which(name):
            return path
    if os.environ.get("HTCOVERAGE_REQUIRE_BROWSER") == "1":
        pytest.fail("HTCOVERAGE_REQUIRE_BROWSER=1, but there is no Chromium on the path")
    pytest.skip("no Chromium on the path: the map's page is not driven")


@contextmanager
def open_browser():
    """Chromium, or a skip that says why not, or a failure where a browser is required."""
    path = browser_path()
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=ARGUMENTS, timeout=MOST_MS)
        yield chromium
        chromium.close()


class Visit:
    """A page that is open, with all it asked for and all it said."""

    def __init__(self, browser, path, **options):
        self.asked, self.said = [], []
        self.context = browser.new_context(**{"viewport": {"width": 1200, "height": 800}} | options)
        self.context.set_offline(True)
        address = path.as_uri()

        def answer(route):
            if route.request.url == address:
                route.continue_()
            else:
                route.abort()

        self.context.route("**/*", answer)
        self.page = self.context.new_page()
        self.page.set_default_timeout(MOST_MS)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(address)
        self.page.wait_for_selector("html[data-htc-ready]", state="attached")
        self.own = address

    def spot(self, east, north):
        """Where on the screen a spot of the world lies (metres from its south-west corner)."""
        lng, lat = transformer(world.CRS, "EPSG:4326").transform(
            world.WEST + east, world.SOUTH + north
        )
        return self.page.evaluate(
            """([lat, lng]) => {
                const map = map_htcoverage, box = map.getContainer().getBoundingClientRect();
                const at = map.latLngToContainerPoint([lat, lng]);
                return [box.left + at.x, box.top + at.y];
            }""",
            [lat, lng],
        )

    def click(self, east, north):
        self.page.keyboard.press("Escape")
        self.page.evaluate("map_htcoverage.closePopup()")
        popup = self.page.locator(".leaflet-popup-content")
        popup.wait_for(state="detached")  # it fades
        self.page.mouse.click(*self.spot(east, north))
        popup.wait_for()
        return popup

    def quiet(self):
        asked = [url for url in self.asked if not url.startswith("data:")]
        assert asked == [self.own]
        assert self.said == []

    def shown(self, box):
        return self.page.locator(box).is_visible()
