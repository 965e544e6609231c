"""One page that carries all it needs, asks the network for nothing and runs nothing but its own."""

from __future__ import annotations

import re

import folium
from branca.element import Figure
from folium.template import Template

from htcoverage.maps import assets
from htcoverage.maps.escape import Json, html_text, script_json

_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


class OfflineMap(folium.Map):  # type: ignore[misc]
    """A ``folium.Map`` without tiles, whose page needs no network.

    What is added to it with Folium (markers, polygons) is shown; a Folium plug-in that fetches its
    code from a CDN is stopped by the page's Content-Security-Policy.

    Parameters
    ----------
    language : str
        Language of the page, for the browser.
    title : str
        Title of the page; untrusted.
    header_html, footer_html : str
        HTML before and after the map, its text already escaped.
    data : JSON value
        What the page's scripts draw.
    bounds_deg : (float, float, float, float)
        South, west, north, east of what is shown first.
    image_source : str
        Where images may come from besides the page itself; nowhere if empty.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }} tabindex="0"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map(
                {{ this.get_name()|tojson }},
                {center: {{ this.location|tojson }}, ...{{ this.options|tojavascript }}}
            );
            HTC.start({{ this.get_name() }});
        {% endmacro %}
        """
    )
    default_js: list[tuple[str, str]] = []  # noqa: RUF012  (Folium's own shape)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(
        self,
        *,
        language: str,
        title: str,
        header_html: str,
        footer_html: str,
        data: Json,
        bounds_deg: tuple[float, float, float, float],
        image_source: str,
    ) -> None:
        south, west, north, east = bounds_deg
        super().__init__(
            location=[(south + north) / 2, (west + east) / 2],
            tiles=None,
            prefer_canvas=True,
            zoom_control=False,
            zoom_snap=0.25,
            zoom_delta=0.5,
            max_zoom=18,
        )
        # Folium names its elements at random; the same input must give the same bytes.
        self._id = "htcoverage"
        page = _Page(
            language=language,
            title=title,
            header_html=header_html,
            footer_html=footer_html,
            data=data,
            image_source=image_source,
        )
        self._parent = None
        page.add_child(self)


class _Page(Figure):  # type: ignore[misc]
    """The document around the map: libraries, styles, data and policy, all inline."""

    def __init__(
        self,
        *,
        language: str,
        title: str,
        header_html: str,
        footer_html: str,
        data: Json,
        image_source: str,
    ) -> None:
        super().__init__(height="640px")
        self._language = language
        self._page_title = title
        self._header_html = header_html
        self._footer_html = footer_html
        self._data = data
        self._image_source = image_source

    def render(self, **kwargs: object) -> str:
        """Return the page. Text is joined, not templated: data never meet Jinja."""
        for child in list(self._children.values()):
            child.render(**kwargs)
        head = self.header.render(**kwargs)
        scripts = [*assets.library_scripts(), *assets.own_scripts(), self.script.render(**kwargs)]
        styles = [assets.library_style(), assets.own_style()]
        added = _INLINE.findall(head)
        policy = _policy(
            scripts + [code for tag, code in added if tag == "script"],
            styles + [code for tag, code in added if tag == "style"],
            f"data: {self._image_source}".strip(),
        )
        early, last = scripts[:-1], scripts[-1]
        return "\n".join(
            [
                "<!DOCTYPE html>",
                f'<html lang="{html_text(self._language)}">',
                "<head>",
                '<meta charset="utf-8">',
                f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
                '<meta name="referrer" content="no-referrer">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                '<link rel="icon" href="data:,">',
                f"<title>{html_text(self._page_title)}</title>",
                *(f"<style>{style}</style>" for style in styles),
                *(f"<script>{script}</script>" for script in early),
                head,
                "</head>",
                "<body>",
                self._header_html,
                '<main id="htc-main">',
                self.html.render(**kwargs),
                self._footer_html,
                "</main>",
                f'<script type="application/json" id="htc-data">{script_json(self._data)}</script>',
                f"<script>{last}</script>",
                "</body>",
                "</html>",
                "",
            ]
        )


def _policy(scripts: list[str], styles: list[str], images: str) -> str:
    script_sources = " ".join(dict.fromkeys(map(assets.csp_hash, scripts)))
    style_sources = " ".join(dict.fromkeys(map(assets.csp_hash, styles)))
    return (
        f"default-src 'none'; script-src {script_sources}; style-src {style_sources}; "
        f"img-src {images}; base-uri 'none'; form-action 'none'"
    )
