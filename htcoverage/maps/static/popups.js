// Pop-ups: a title, rows of word and value, and the levels predicted at the spot.
"use strict";

HTC.rows = function (fields, values) {
  var body = HTC.el("tbody");
  fields.forEach(function (field, index) {
    var value = values[index];
    if (value === null || value === undefined || value === "") return;
    body.append(
      HTC.el("tr", {}, [
        HTC.el("th", { scope: "row" }, HTC.capital(field)),
        HTC.el("td", {}, HTC.shown(value)),
      ])
    );
  });
  return HTC.el("table", { class: "htc-rows" }, body);
};

HTC.featureBox = function (kind, fields, values) {
  var title = values.length && values[0] !== null ? HTC.shown(values[0]) : "";
  return HTC.el("div", {}, [
    HTC.el("p", { class: "htc-kind" }, HTC.capital(kind)),
    HTC.el("h2", {}, title),
    HTC.rows(fields.slice(1), values.slice(1)),
  ]);
};

HTC.siteBox = function (site) {
  var box = HTC.el("div", {}, [
    HTC.el("p", { class: "htc-kind" }, HTC.capital(HTC.word("site"))),
    HTC.el("h2", {}, String(site.name || site.id)),
  ]);
  var body = HTC.el("tbody");
  site.stations.forEach(function (station) {
    body.append(
      HTC.el(
        "tr",
        {},
        station.map(function (value) {
          return HTC.el("td", {}, value === null ? "" : String(value));
        })
      )
    );
  });
  box.append(HTC.rows([HTC.word("site"), HTC.word("provenance")], [site.id, site.provenance]));
  box.append(HTC.el("table", { class: "htc-grid" }, body));
  return box;
};

// The line of sight to the hill that shadows a gap, while its pop-up is open.
HTC.showSight = function (map, sight) {
  if (HTC.sight) HTC.sight.remove();
  HTC.sight = null;
  if (!sight) return;
  var spot = [sight[0], sight[1]];
  var hill = [sight[2], sight[3]];
  var line = { color: "#3b2a1c", weight: 2, dashArray: "3 5", interactive: false };
  HTC.sight = L.layerGroup([
    L.polyline([spot, hill], line),
    L.marker(hill, {
      interactive: false,
      keyboard: false,
      icon: L.divIcon({ className: "htc-hill", iconSize: [18, 15], html: HTC.el("span", {}, "▲") }),
    }),
  ]).addTo(map);
};

// Open a pop-up at a spot: what was hit there, if anything, and the levels.
HTC.openAt = function (map, latlng, box, sight) {
  HTC.showSight(map, null);
  // Opened when all of it is there: Leaflet pans for the size that it sees first.
  HTC.readLevels(latlng).then(function (table) {
    if (!box && !table) return;
    var size = map.getSize();
    var content = HTC.el("div", { class: "htc-popup", role: "status" }, box ? [box, table] : table);
    var popup = L.popup({
      maxWidth: Math.min(340, size.x - 110),
      maxHeight: Math.min(360, size.y - 60),
      autoPanPaddingTopLeft: [54, 12],
      autoPanPaddingBottomRight: [12, 12],
    })
      .setLatLng(latlng)
      .setContent(content)
      .openOn(map);
    HTC.showSight(map, sight);
    popup.on("remove", function () {
      HTC.showSight(map, null);
    });
    var button = popup.getElement().querySelector(".leaflet-popup-close-button");
    if (button) button.setAttribute("aria-label", HTC.word("close"));
  });
};
