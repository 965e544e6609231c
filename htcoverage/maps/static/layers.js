// What is drawn: one picture at a time, the themes above it, the sites, the gaps.
"use strict";

HTC.STYLE = {
  sea: { stroke: false, fillColor: "#d3e3ec", fillOpacity: 1 },
  lakes: { stroke: false, fillColor: "#b9d3e1", fillOpacity: 1 },
  rivers: { color: "#9dbfd3", weight: 1.2, fill: false },
  districts: { color: "#3c3c3c", weight: 1.1, opacity: 0.75, fill: false },
  settlements: { color: "#3b2a1c", weight: 0.9, opacity: 0.9, fillColor: "#5b4636", fillOpacity: 0.06 },
  gaps: { color: "#7a0019", weight: 1, fillColor: "#c2002f", fillOpacity: 0.75 },
  fibre: { color: "#5e2590", weight: 1.5, opacity: 0.9, fill: false },
  routes: { weight: 4, opacity: 1, fill: false },
  site: { stroke: true, color: "#ffffff", weight: 0.8, fillColor: "#1a1a1a", fillOpacity: 0.95 },
  gap: { color: "#ffffff", weight: 1, fillColor: "#c2002f", fillOpacity: 0.85 },
};

HTC.drawLayers = function (map) {
  // Panes around the canvas of things that can be clicked; they let every click through.
  ["ground", "surface", "water", "lines", "names"].forEach(function (name, place) {
    var node = map.createPane("htc-" + name);
    node.style.zIndex = name === "names" ? 450 : 210 + 10 * place;
    node.style.pointerEvents = "none";
  });
  HTC.canvas = L.canvas({ padding: 0.3, tolerance: 4 });
  [["sea", "htc-ground"], ["lakes", "htc-water"], ["rivers", "htc-water"]].forEach(function (one) {
    if (HTC.data.themes[one[0]]) HTC.stillShapes(one[0], one[1]).addTo(map);
  });
  map.on("zoomend", function () {
    HTC.scaleMarkers(map);
  });
};

HTC.stillShapes = function (name, pane) {
  var renderer = L.canvas({ pane: pane, padding: 0.3 });
  var options = { renderer: renderer, pane: pane, interactive: false };
  return HTC.shapes(HTC.data.themes[name], Object.assign(options, HTC.STYLE[name]));
};

HTC.liveShapes = function (map, name, kind) {
  var theme = HTC.data.themes[name];
  var layer = HTC.shapes(theme, Object.assign({ renderer: HTC.canvas }, HTC.STYLE[name]));
  layer.on("click", function (event) {
    if (HTC.measuring) return;
    L.DomEvent.stopPropagation(event);
    var values = HTC.values(theme, event.layer.row);
    var sight = name === "gaps" ? HTC.data.sights[event.layer.row] : null;
    HTC.openAt(map, event.latlng, HTC.featureBox(kind, theme.fields, values), sight);
  });
  return layer;
};

HTC.MAKE = {
  gaps: function (map) {
    return L.featureGroup([HTC.liveShapes(map, "gaps", HTC.word("gap"))]);
  },
  districts: function () {
    return L.layerGroup([HTC.stillShapes("districts", "htc-lines")].concat(HTC.districtLabels()));
  },
  sites: function (map) {
    HTC.makeSites(map);
    return L.featureGroup();
  },
  settlements: function (map) {
    return HTC.liveShapes(map, "settlements", HTC.word("settlement"));
  },
  fibre: function (map) {
    return HTC.makeFibre(map);
  },
  routes: function (map) {
    return HTC.makePlan(map);
  },
};

HTC.overlays = {}; // made when first shown: a phone need not draw what nobody looks at

HTC.hasOverlay = function (name) {
  return name === "sites" || Boolean(HTC.data.themes[name]);
};

HTC.isShown = function (name) {
  return Boolean(HTC.overlays[name] && HTC.overlays[name]._map);
};

HTC.showOverlay = function (map, name, on) {
  if (!on && !HTC.overlays[name]) return;
  if (!HTC.overlays[name]) HTC.overlays[name] = HTC.MAKE[name](map);
  if (on) HTC.overlays[name].addTo(map);
  else HTC.overlays[name].remove();
  if (name === "sites" && on) HTC.showSites(HTC.operators);
  HTC.scaleMarkers(map);
  // Large things below small ones, whatever was shown last.
  ["fibre", "settlements"].forEach(function (large) {
    var layer = HTC.overlays[large];
    if (layer && map.hasLayer(layer)) layer.bringToBack();
  });
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

// The gaps as a list, read once.
HTC.gaps = function () {
  var theme = HTC.data.themes.gaps;
  if (!HTC.gapList) {
    var field = theme ? theme.fields.indexOf(HTC.word("residents")) : -1;
    HTC.gapList = (theme ? theme.shapes : []).map(function (_, row) {
      return {
        center: HTC.shape(theme, row).getBounds().getCenter(),
        residents: field < 0 ? 0 : HTC.value(theme, field, row) || 0,
        values: HTC.values(theme, row),
        sight: HTC.data.sights[row],
      };
    });
  }
  return HTC.gapList;
};

// A gap of a few hundred metres is less than a pixel of a province: a circle stands for it, its
// area in proportion to the residents, until the outline itself can be seen.
HTC.gapCircles = function (map) {
  return L.layerGroup(
    HTC.gaps().map(function (gap) {
      gap.circle = L.circleMarker(
        gap.center,
        Object.assign({ renderer: HTC.canvas }, HTC.STYLE.gap)
      );
      gap.circle.on("click", function (event) {
        if (HTC.measuring) return;
        L.DomEvent.stopPropagation(event);
        HTC.openAt(map, gap.center, HTC.gapBox(gap), gap.sight);
      });
      return gap.circle;
    })
  );
};

HTC.OUTLINE_ZOOM = 13.5;

HTC.scaleMarkers = function (map) {
  var zoom = map.getZoom();
  var group = HTC.overlays.gaps;
  if (group && map.hasLayer(group)) {
    HTC.circles = HTC.circles || HTC.gapCircles(map);
    HTC.gaps().forEach(function (gap) {
      var radius = Math.sqrt(gap.residents) * 0.22 * Math.pow(1.35, zoom - 9);
      gap.circle.setRadius(Math.max(2.5, radius));
    });
    if (zoom < HTC.OUTLINE_ZOOM) group.addLayer(HTC.circles);
    else group.removeLayer(HTC.circles);
  }
  (HTC.siteMarkers || []).forEach(function (marker) {
    marker.setRadius(Math.max(1.6, Math.min(6, 1.6 + (zoom - 9) * 0.8)));
  });
};

HTC.gapBox = function (gap) {
  return HTC.featureBox(HTC.word("gap"), HTC.data.themes.gaps.fields, gap.values);
};

HTC.makeSites = function (map) {
  HTC.siteMarkers = HTC.sites().map(function (site) {
    var marker = L.circleMarker(
      site.place,
      Object.assign({ renderer: HTC.canvas }, HTC.STYLE.site)
    );
    marker.on("click", function (event) {
      if (HTC.measuring) return;
      L.DomEvent.stopPropagation(event);
      HTC.openAt(map, marker.getLatLng(), HTC.siteBox(site));
    });
    marker.site = site;
    return marker;
  });
};

// Show the sites at which one of the named operators has a base station.
HTC.showSites = function (operators) {
  HTC.siteMarkers.forEach(function (marker) {
    var wanted = marker.site.stations.some(function (station) {
      return operators.indexOf(station[0]) >= 0;
    });
    if (wanted) HTC.overlays.sites.addLayer(marker);
    else HTC.overlays.sites.removeLayer(marker);
  });
};

HTC.surface = null; // the picture shown
HTC.opacity = 0.8;

// A map of planned fibre has no pictures.
HTC.surfaceLayers = function () {
  return HTC.data.surfaces ? HTC.data.surfaces.layers : [];
};

HTC.showSurface = function (map, id) {
  if (HTC.surface) HTC.surface.remove();
  HTC.surface = null;
  var layer = HTC.surfaceLayers().find(function (one) {
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
