// What is drawn: one picture at a time, the themes above it, the sites, the gaps.
"use strict";

HTC.STYLE = {
  sea: { stroke: false, fillColor: "#d3e3ec", fillOpacity: 1 },
  rivers: { color: "#9dbfd3", weight: 1.2, fill: false },
  districts: { color: "#3c3c3c", weight: 1.1, opacity: 0.75, fill: false },
  settlements: { color: "#3b2a1c", weight: 0.9, opacity: 0.9, fillColor: "#5b4636", fillOpacity: 0.06 },
  gaps: { color: "#7a0019", weight: 1, fillColor: "#c2002f", fillOpacity: 0.75 },
  fibre: { color: "#5e2590", weight: 1.5, opacity: 0.9, fill: false },
  site: { stroke: true, color: "#ffffff", weight: 0.8, fillColor: "#1a1a1a", fillOpacity: 0.95 },
  gap: { color: "#ffffff", weight: 1, fillColor: "#c2002f", fillOpacity: 0.85 },
};

HTC.drawLayers = function (map) {
  // Panes around the canvas of things that can be clicked; they let every click through.
  [["htc-ground", 210], ["htc-surface", 220], ["htc-lines", 230], ["htc-names", 450]].forEach(function (pane) {
    var node = map.createPane(pane[0]);
    node.style.zIndex = pane[1];
    node.style.pointerEvents = "none";
  });
  var canvas = L.canvas({ padding: 0.3, tolerance: 4 });
  var still = function (name, pane) {
    var theme = HTC.data.themes[name];
    if (!theme) return null;
    var renderer = L.canvas({ pane: pane, padding: 0.3 });
    var fixed = { renderer: renderer, pane: pane, interactive: false };
    return HTC.shapes(theme, Object.assign(fixed, HTC.STYLE[name]));
  };
  var live = function (name, kind) {
    var theme = HTC.data.themes[name];
    if (!theme) return null;
    var layer = HTC.shapes(theme, Object.assign({ renderer: canvas }, HTC.STYLE[name]));
    layer.on("click", function (event) {
      if (HTC.measuring) return;
      L.DomEvent.stopPropagation(event);
      var values = HTC.values(theme, event.layer.row);
      HTC.openAt(map, event.latlng, HTC.featureBox(kind, theme.fields, values));
    });
    return layer;
  };
  ["sea", "rivers"].forEach(function (name) {
    var layer = still(name, "htc-ground");
    if (layer) layer.addTo(map);
  });
  HTC.overlays = {
    districts: still("districts", "htc-lines"),
    settlements: live("settlements", HTC.word("settlement")),
    fibre: live("fibre", HTC.word("fibre")),
    gaps: HTC.data.themes.gaps ? L.layerGroup([live("gaps", HTC.word("gap"))]) : null,
    sites: L.featureGroup(),
  };
  HTC.overlays.districts = L.layerGroup([HTC.overlays.districts].concat(HTC.districtLabels()));
  HTC.drawGapCircles(map, canvas);
  HTC.drawSites(map, canvas);
};

// Names to find one's way by, for there are no tiles.
HTC.districtLabels = function () {
  return HTC.data.labels.map(function (label) {
    return L.tooltip({
      permanent: true,
      direction: "center",
      className: "htc-label",
      pane: "htc-names",
      opacity: 1,
    })
      .setLatLng([label[0], label[1]])
      .setContent(HTC.el("span", {}, label[2]));
  });
};

// Of names that would overlap, the earlier stays.
HTC.thinLabels = function () {
  var kept = [];
  document.querySelectorAll(".htc-label").forEach(function (node) {
    node.style.visibility = "";
    var box = node.getBoundingClientRect();
    var clash = kept.some(function (other) {
      return (
        box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top
      );
    });
    if (clash) node.style.visibility = "hidden";
    else kept.push(box);
  });
};

// A gap of a few hundred metres is less than a pixel of a province: a circle stands for it, its
// area in proportion to the residents, until the outline itself can be seen.
HTC.drawGapCircles = function (map, canvas) {
  var theme = HTC.data.themes.gaps;
  HTC.gapList = [];
  if (!theme) return;
  var field = theme.fields.indexOf(HTC.word("residents"));
  HTC.gapList = theme.shapes.map(function (_, row) {
    return {
      center: HTC.shape(theme, row).getBounds().getCenter(),
      residents: field < 0 ? 0 : HTC.value(theme, field, row) || 0,
      values: HTC.values(theme, row),
    };
  });
  var circles = L.layerGroup(
    HTC.gapList.map(function (gap) {
      gap.circle = L.circleMarker(gap.center, Object.assign({ renderer: canvas }, HTC.STYLE.gap));
      gap.circle.on("click", function (event) {
        if (HTC.measuring) return;
        L.DomEvent.stopPropagation(event);
        HTC.openAt(map, gap.center, HTC.gapBox(gap));
      });
      return gap.circle;
    })
  );
  var scale = function () {
    var zoom = map.getZoom();
    HTC.gapList.forEach(function (gap) {
      gap.circle.setRadius(Math.max(2.5, Math.sqrt(gap.residents) * 0.22 * Math.pow(1.35, zoom - 9)));
    });
    var group = HTC.overlays.gaps;
    if (zoom < 13.5) group.addLayer(circles);
    else group.removeLayer(circles);
  };
  map.on("zoomend", scale);
  HTC.scaleGaps = scale;
};

HTC.gapBox = function (gap) {
  return HTC.featureBox(HTC.word("gap"), HTC.data.themes.gaps.fields, gap.values);
};

HTC.drawSites = function (map, canvas) {
  HTC.siteMarkers = HTC.data.sites.map(function (site) {
    var marker = L.circleMarker([site[0], site[1]], Object.assign({ renderer: canvas }, HTC.STYLE.site));
    marker.on("click", function (event) {
      if (HTC.measuring) return;
      L.DomEvent.stopPropagation(event);
      HTC.openAt(map, marker.getLatLng(), HTC.siteBox(site));
    });
    marker.site = site;
    return marker;
  });
  var scale = function () {
    var radius = Math.max(1.6, Math.min(6, 1.6 + (map.getZoom() - 9) * 0.8));
    HTC.siteMarkers.forEach(function (marker) {
      marker.setRadius(radius);
    });
  };
  map.on("zoomend", scale);
  HTC.scaleSites = scale;
};

// Show the sites at which one of the named operators has a base station.
HTC.showSites = function (operators) {
  HTC.siteMarkers.forEach(function (marker) {
    var wanted = marker.site[5].some(function (station) {
      return operators.indexOf(station[0]) >= 0;
    });
    if (wanted) HTC.overlays.sites.addLayer(marker);
    else HTC.overlays.sites.removeLayer(marker);
  });
};

// Large things below small ones, whatever was shown last.
HTC.sortOverlays = function (map) {
  ["fibre", "settlements"].forEach(function (name) {
    var layer = HTC.overlays[name];
    if (layer && map.hasLayer(layer)) layer.bringToBack();
  });
};

HTC.surface = null; // the picture shown
HTC.opacity = 0.8;

HTC.showSurface = function (map, id) {
  if (HTC.surface) HTC.surface.remove();
  // Large things below small ones, whatever was shown last.
HTC.sortOverlays = function (map) {
  ["fibre", "settlements"].forEach(function (name) {
    var layer = HTC.overlays[name];
    if (layer && map.hasLayer(layer)) layer.bringToBack();
  });
};

HTC.surface = null;
  var layer = HTC.data.surfaces.layers.find(function (one) {
    return one.id === id;
  });
  if (layer) {
    var b = HTC.data.surfaces.bounds;
    HTC.surface = L.imageOverlay(layer.image, [[b[0], b[1]], [b[2], b[3]]], {
      pane: "htc-surface",
      opacity: HTC.opacity,
      className: "htc-picture",
      alt: layer.name,
    }).addTo(map);
  }
  HTC.showLegend(layer);
};
