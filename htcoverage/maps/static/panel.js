// The panel beside the map (below it on a phone): search, layers, opacity, the largest gaps.
"use strict";

HTC.LISTED_GAPS = 12;

HTC.surfaceSelect = function (map) {
  var select = HTC.el("select", { id: "htc-surface" });
  ["cover", "level"].forEach(function (group) {
    var words = HTC.el("optgroup", { label: HTC.word("map_" + group) });
    HTC.data.surfaces.layers.forEach(function (layer) {
      if (layer.group !== group) return;
      words.append(HTC.el("option", { value: layer.id }, HTC.capital(layer.name)));
    });
    if (words.childElementCount) select.append(words);
  });
  select.append(HTC.el("option", { value: "" }, HTC.capital(HTC.word("map_none"))));
  select.addEventListener("change", function () {
    HTC.showSurface(map, select.value);
  });
  return select;
};

HTC.opacityRange = function () {
  var range = HTC.el("input", {
    id: "htc-opacity", type: "range", min: "0", max: "100", step: "5",
    value: String(100 * HTC.opacity),
  });
  range.addEventListener("input", function () {
    HTC.opacity = range.value / 100;
    HTC.legendBox.style.setProperty("--htc-opacity", HTC.opacity);
    if (HTC.surface) HTC.surface.setOpacity(HTC.opacity);
  });
  return range;
};

HTC.check = function (id, text, checked, onChange) {
  var box = HTC.el("input", { type: "checkbox", id: id });
  box.checked = checked;
  box.addEventListener("change", function () {
    onChange(box.checked);
  });
  return HTC.el("label", { class: "htc-check", for: id }, [box, text]);
};

HTC.overlayChecks = function (map) {
  // Listed by what is asked for most.
  var plan = Boolean(HTC.data.plan);
  var shown = {
    routes: true, gaps: true, districts: true, sites: false, settlements: false, fibre: plan,
  };
  var operators = HTC.operatorChecks();
  var fibre = HTC.fibreChoice();
  var set = HTC.el("fieldset", {}, HTC.el("legend", {}, HTC.word("map_overlays")));
  Object.keys(shown).filter(HTC.hasOverlay).forEach(function (name) {
    var change = function (on) {
      HTC.showOverlay(map, name, on);
      if (name === "sites") operators.hidden = !on;
      if (name === "fibre") fibre.hidden = !on;
      if (name === "fibre" || name === "routes") HTC.showLegend(HTC.legendLayer);
    };
    var label = HTC.check("htc-show-" + name, HTC.capital(HTC.word(name)), shown[name], change);
    label.prepend(HTC.sample(name));
    set.append(label);
    if (name === "sites") set.append(operators);
    if (name === "fibre") set.append(fibre);
    change(shown[name]);
  });
  return set;
};

HTC.operatorChecks = function () {
  HTC.operators = HTC.data.operators.slice(); // those whose sites are shown
  var group = { class: "htc-operators", role: "group", "aria-label": HTC.word("operators") };
  return HTC.el(
    "div",
    group,
    HTC.data.operators.map(function (name, index) {
      return HTC.check("htc-operator-" + index, name, true, function (on) {
        HTC.operators = HTC.operators.filter(function (one) {
          return one !== name;
        });
        if (on) HTC.operators.push(name);
        HTC.showSites(HTC.operators);
      });
    })
  );
};

// Off until the reader turns it on: no request leaves the page unasked.
HTC.baseMapCheck = function (map) {
  var base = HTC.data.base_map;
  if (!base) return "";
  var note = HTC.el("p", { class: "htc-note", role: "status", hidden: "" }, HTC.word("map_base_fails"));
  var tiles = L.tileLayer(base.url, {
    maxNativeZoom: base.max_zoom,
    maxZoom: 22,
    // Leaflet takes an attribution as markup.
    attribution: HTC.el("span", {}, HTC.el("span", {}, base.attribution)).innerHTML,
  });
  tiles.on("tileerror", function () {
    note.hidden = false;
  });
  tiles.on("tileload", function () {
    note.hidden = true;
  });
  var check = HTC.check("htc-base", HTC.word("map_base"), false, function (on) {
    note.hidden = true;
    map.getPane("htc-ground").hidden = on; // the tiles have their own water
    map.getPane("htc-water").hidden = on;
    if (on) tiles.addTo(map);
    else tiles.remove();
  });
  return HTC.el("div", {}, [check, note]);
};

// A small sign in the manner of the map.
HTC.sample = function (name) {
  var sign = HTC.el("span", { class: "htc-sample htc-sample-" + name, "aria-hidden": "true" });
  return sign;
};

HTC.gapButtons = function (map) {
  var box = HTC.el("details", { class: "htc-gaps" }, HTC.el("summary", {}, HTC.word("map_largest_gaps")));
  if (!HTC.data.themes.gaps) return "";
  if (!HTC.gaps().length) return HTC.el("p", { class: "htc-note" }, HTC.word("map_no_gaps"));
  var list = HTC.el("ol");
  var ranked = HTC.gaps().slice().sort(function (a, b) {
    return b.residents - a.residents;
  });
  ranked.slice(0, HTC.LISTED_GAPS).forEach(function (gap) {
    var button = HTC.el("button", { type: "button" }, [
      HTC.el("span", {}, String(gap.values[0])),
      HTC.el("small", {}, HTC.shown(Math.round(gap.residents)) + " " + HTC.word("people")),
    ]);
    button.addEventListener("click", function () {
      HTC.closePanelOnPhone();
      map.setView(gap.center, 14, { animate: false });
      HTC.openAt(map, gap.center, HTC.gapBox(gap), gap.sight);
    });
    list.append(HTC.el("li", {}, button));
  });
  box.append(list);
  box.open = window.matchMedia("(min-width: 761px)").matches;
  return box;
};

HTC.panel = function (map) {
  var measure = HTC.measureButton(map);
  var whole = HTC.el("button", { type: "button" }, HTC.word("map_whole"));
  whole.addEventListener("click", function () {
    HTC.closePanelOnPhone();
    HTC.showWhole(map);
  });
  var pictures = HTC.surfaceLayers().length;
  var body = HTC.el("div", { class: "htc-panel-body" }, [HTC.searchBox(map)]);
  if (pictures) {
    body.append(
      HTC.el("label", { for: "htc-surface" }, HTC.word("map_surface")),
      HTC.surfaceSelect(map),
      HTC.el("label", { for: "htc-opacity" }, HTC.word("map_opacity")),
      HTC.opacityRange()
    );
  }
  body.append(
    HTC.overlayChecks(map),
    HTC.baseMapCheck(map),
    HTC.el("div", { class: "htc-buttons" }, [whole, measure.button, HTC.printButton(map)]),
    HTC.gapButtons(map)
  );
  if (pictures) body.append(HTC.el("p", { class: "htc-note" }, HTC.word("map_read_help")));
  HTC.panelBox = HTC.el("details", { id: "htc-panel" }, [
    HTC.el("summary", {}, HTC.word("map_panel")),
    body,
  ]);
  HTC.panelBox.open = window.matchMedia("(min-width: 761px)").matches;
  document.getElementById("htc-main").append(HTC.panelBox);
  map.getContainer().append(measure.help);
  measure.help.classList.add("htc-measure");
};

// On a phone the open panel covers the map.
HTC.closePanelOnPhone = function () {
  if (window.matchMedia("(max-width: 760px)").matches) HTC.panelBox.open = false;
};

HTC.legendControl = function (map) {
  var control = L.control({ position: "bottomleft" });
  control.onAdd = function () {
    HTC.legendBox = HTC.el("section", { id: "htc-legend", "aria-label": HTC.word("map_legend") });
    HTC.legendBox.style.setProperty("--htc-opacity", HTC.opacity);
    L.DomEvent.disableClickPropagation(HTC.legendBox);
    return HTC.legendBox;
  };
  control.addTo(map);
};

HTC.showLegend = function (layer) {
  var parts = [];
  HTC.legendLayer = layer;
  if (layer) {
    var legend = HTC.data.surfaces.legends[layer.legend];
    parts.push(HTC.el("h2", {}, HTC.capital(layer.name)), HTC.el("p", {}, legend.title));
    var lines = legend.classes.map(function (one) {
      return HTC.el("li", {}, [HTC.swatch(one[0]), one[1]]);
    });
    if (legend.blank) {
      var hollow = HTC.el("span", { class: "htc-swatch", "aria-hidden": "true" });
      lines.push(HTC.el("li", {}, [hollow, legend.blank]));
    }
    parts.push(HTC.el("ul", {}, lines));
  }
  if (HTC.data.gap_sign) {
    var sign = HTC.el("li", {}, [
      HTC.el("span", { class: "htc-sample htc-sample-gaps", "aria-hidden": "true" }),
      HTC.data.gap_sign,
    ]);
    parts.push(HTC.el("ul", {}, sign));
  }
  if (HTC.isShown("routes")) parts = parts.concat(HTC.planLegend());
  if (HTC.data.fibre.length && HTC.isShown("fibre")) parts = parts.concat(HTC.fibreLegend());
  HTC.legendBox.replaceChildren.apply(HTC.legendBox, parts);
};
