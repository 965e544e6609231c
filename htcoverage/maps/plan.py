"""Maps of new fibre: an extension by phase with its targets, and additions by owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from htcoverage.crs import WGS84, reproject
from htcoverage.fibre.classes import PHASE_COLOURS
from htcoverage.fibre.extension import ExtensionPlan
from htcoverage.labels import Language, label, number, value_label
from htcoverage.maps.build import base_data, base_themes, modelled_notice, title_block
from htcoverage.maps.escape import Json, clean_text, html_text
from htcoverage.maps.layers import bounds_deg, theme
from htcoverage.maps.page import OfflineMap

if TYPE_CHECKING:
    import folium

_ROUTE_COLUMNS = (
    ("names", "plan_target"),
    ("targets", "identifier"),
    ("phase", "plan_phase"),
    ("length_km", "length_km"),
    ("priced", "plan_cost"),
    ("route_id", "plan_route"),
)
_ADDITION_COLUMNS = (("addition_id", "addition"), ("owner", "owner"), ("length_km", "length_km"))
_TARGET_FIELDS = ("plan_target", "identifier", "plan_step", "plan_phase", "residents",
                  "plan_cost", "plan_together")  # fmt: skip


def make_plan_map(
    plan: ExtensionPlan,
    spans: gpd.GeoDataFrame,
    *,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    bts: gpd.GeoDataFrame,
    facts: Mapping[str, str] | None = None,
    ground: Mapping[str, gpd.GeoDataFrame] | None = None,
    language: Language = "en",
) -> folium.Map:
    """Return one self-contained map of planned routes over the network that they extend.

    Parameters
    ----------
    plan : ExtensionPlan
        From `plan_extension`.
    spans : GeoDataFrame
        What stands.
    settlements, districts, bts : GeoDataFrame
        Tables of the schema.
    facts : mapping of str to str, optional
        Further facts for the title block, by their words.
    ground : mapping of str to GeoDataFrame, optional
        As for `make_map`.
    language : {"en", "vi"}
        Language of the page.

    Returns
    -------
    folium.Map
        ``save_map`` writes it.
    """
    currency = value_label("currency", plan.currency, language)
    costs = [f"{number(cost, language)} {currency}" for cost in plan.routes["cost"]]
    routes = plan.routes.assign(priced=costs)
    told = {
        label("plan_cost", language): label("plan_bound", language).format(
            cost=number(plan.cost, language),
            bound=number(plan.lower_bound, language),
            currency=currency,
        ),
        label("length_km", language): number(
            float(plan.routes["length_km"].sum()), language, digits=1
        ),
        **dict(facts or {}),
    }
    return _page(
        theme(routes, _ROUTE_COLUMNS, tolerance_m=5, language=language),
        _plan(plan, currency, language), spans, told, settlements=settlements,
        districts=districts, bts=bts, ground=ground, language=language,
    )  # fmt: skip


def make_additions_map(
    additions: gpd.GeoDataFrame,
    spans: gpd.GeoDataFrame,
    *,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    bts: gpd.GeoDataFrame,
    facts: Mapping[str, str] | None = None,
    ground: Mapping[str, gpd.GeoDataFrame] | None = None,
    language: Language = "en",
) -> folium.Map:
    """Return one self-contained map of the spans that make a network survive any single cut.

    Parameters
    ----------
    additions : GeoDataFrame
        From `additions_table`: ``addition_id, owner, length_km`` and a line each.
    spans, settlements, districts, bts, facts, ground, language
        As for `make_plan_map`.

    Returns
    -------
    folium.Map
        ``save_map`` writes it.
    """
    owners = sorted(set(additions["owner"]))
    classes: list[Json] = []
    for place, owner in enumerate(owners):
        own = additions.loc[additions["owner"] == owner, "length_km"]
        words = label("additions_words", language).format(
            owner=clean_text(owner),
            count=number(len(own), language),
            km=number(float(own.sum()), language, digits=1),
        )
        classes.append([PHASE_COLOURS[min(place, len(PHASE_COLOURS) - 1)], words])
    rows: list[Json] = [owners.index(each) for each in additions["owner"]]
    plan: Json = {"classes": classes, "rows": rows, "fields": [], "targets": []}
    return _page(
        theme(additions.round({"length_km": 2}), _ADDITION_COLUMNS, tolerance_m=5,
              language=language),
        plan, spans, dict(facts or {}), settlements=settlements, districts=districts, bts=bts,
        ground=ground, language=language,
    )  # fmt: skip


def _page(
    routes: dict[str, Json],
    plan: Json,
    spans: gpd.GeoDataFrame,
    told: Mapping[str, str],
    *,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    bts: gpd.GeoDataFrame,
    ground: Mapping[str, gpd.GeoDataFrame] | None,
    language: Language,
) -> folium.Map:
    """Return the page of some new lines over the network that stands."""
    title = label("plan_title", language)
    themes = base_themes(settlements, districts, spans, ground=ground, language=language)
    themes["routes"] = routes
    data = base_data(districts, bts, spans, themes=themes, language=language) | {"plan": plan}
    notice = modelled_notice({"fibre": spans, "settlements": settlements}, language)
    return OfflineMap(
        language=language,
        title=title,
        header_html=title_block(title, told, notice),
        footer_html=f"<noscript><p>{html_text(label('map_noscript', language))}</p></noscript>",
        data=data,
        bounds_deg=bounds_deg(districts),
        image_source="",
    )


def _plan(plan: ExtensionPlan, currency: str, language: Language) -> Json:
    """Return colour and words of each class of phases, the class of each route, the targets."""
    last = len(PHASE_COLOURS)
    of_route = plan.routes["phase"].clip(upper=last)
    classes: list[Json] = []
    for number_of_class, built in plan.routes.groupby(of_route):
        low, high = int(built["phase"].min()), int(built["phase"].max())
        words = label("plan_phase_words", language).format(
            phase=str(low) if low == high else f"{low} – {high}",
            km=number(float(built["length_km"].sum()), language, digits=1),
            cost=number(float(built["cost"].sum()), language),
            currency=currency,
        )
        classes.append([PHASE_COLOURS[int(str(number_of_class)) - 1], words])
    present = sorted(set(of_route.tolist()))
    rows: list[Json] = [present.index(each) for each in of_route.tolist()]
    at = shapely.get_coordinates(reproject(plan.steps, WGS84).geometry.to_numpy()).round(5)
    targets: list[Json] = [
        [
            [latitude, longitude],
            [
                clean_text(step["target"] or step["target_id"]), clean_text(step["target_id"]),
                int(step["step"]), int(step["phase"]), float(step["residents"]),
                f"{number(step['cost'], language)} {currency}",
                f"{number(step['cumulative_cost'], language)} {currency}",
            ],
        ]
        for (longitude, latitude), step in zip(
            at.tolist(), plan.steps.to_dict("records"), strict=True
        )
    ]  # fmt: skip
    return {
        "classes": classes,
        "rows": rows,
        "fields": [label(key, language) for key in _TARGET_FIELDS],
        "targets": targets,
    }
