// Search, measuring and printing.
"use strict";

HTC.MOST_HITS = 8;

HTC.searchIndex = function () {
  var settlements = HTC.data.themes.settlements;
  var entries = settlements.shapes.map(function (_, row) {
    var values = HTC.values(settlements, row);
    return {
      name: String(values[0]),
      note: settlements.fields.length > 1 && values[1] !== null ? String(values[1]) : "",
      key: HTC.fold(values[0]),
      open: function (map) {
        var bounds = HTC.shape(settlements, row).getBounds();
        map.fitBounds(bounds.pad(1.5), { maxZoom: 15, animate: false });
        var box = HTC.featureBox(HTC.word("settlement"), settlements.fields, values);
        HTC.openAt(map, bounds.getCenter(), box);
      },
    };
  });
  HTC.sites().forEach(function (site) {
    var name = site.name ? site.name + " (" + site.id + ")" : String(site.id);
    entries.push({
      name: name,
      note: HTC.capital(HTC.word("site")),
      key: HTC.fold(name),
      open: function (map) {
        map.setView(site.place, Math.max(map.getZoom(), 14), { animate: false });
        HTC.openAt(map, L.latLng(site.place), HTC.siteBox(site));
      },
    });
  });
  return entries.concat(HTC.targetEntries());
};

// A combobox after the ARIA pattern: arrows choose, Enter opens, Escape clears.
HTC.searchBox = function (map) {
  var index = null; // built when first needed
  var hits = [];
  var active = -1;
  var list = HTC.el("ul", { id: "htc-hits", role: "listbox", hidden: "" });
  var input = HTC.el("input", {
    id: "htc-search", type: "search", autocomplete: "off", spellcheck: "false", role: "combobox",
    "aria-expanded": "false", "aria-controls": "htc-hits", "aria-autocomplete": "list",
    placeholder: HTC.word("map_search"), "aria-label": HTC.word("map_search"),
  });
  var mark = function (next) {
    active = next;
    Array.from(list.children).forEach(function (item, at) {
      item.setAttribute("aria-selected", String(at === active));
    });
    if (active >= 0) input.setAttribute("aria-activedescendant", "htc-hit-" + active);
    else input.removeAttribute("aria-activedescendant");
  };
  var close = function () {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  };
  var choose = function (hit) {
    input.value = hit.name;
    close();
    HTC.closePanelOnPhone();
    hit.open(map);
  };
  var find = function () {
    var wanted = HTC.fold(input.value.trim());
    if (!wanted) return close();
    index = index || HTC.searchIndex();
    var starts = [];
    var holds = [];
    index.forEach(function (entry) {
      var at = entry.key.indexOf(wanted);
      if (at === 0) starts.push(entry);
      else if (at > 0) holds.push(entry);
    });
    hits = starts.concat(holds).slice(0, HTC.MOST_HITS);
    list.replaceChildren();
    hits.forEach(function (hit, at) {
      var item = HTC.el("li", { role: "option", id: "htc-hit-" + at }, [
        HTC.el("span", {}, hit.name),
        HTC.el("small", {}, hit.note),
      ]);
      item.addEventListener("mousedown", function (event) {
        event.preventDefault();
        choose(hit);
      });
      list.append(item);
    });
    if (!hits.length) list.append(HTC.el("li", { class: "htc-note" }, HTC.word("map_no_match")));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(hits.length ? 0 : -1);
  };
  input.addEventListener("input", find);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown" && hits.length) mark((active + 1) % hits.length);
    else if (event.key === "ArrowUp" && hits.length) mark((active - 1 + hits.length) % hits.length);
    else if (event.key === "Enter" && active >= 0) choose(hits[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  return HTC.el("div", { class: "htc-search" }, [input, list]);
};

HTC.measuring = false;

HTC.measureButton = function (map) {
  var button = HTC.el("button", { type: "button", "aria-pressed": "false" }, HTC.word("map_measure"));
  var help = HTC.el("p", { class: "htc-note", role: "status", hidden: "" });
  var line = L.polyline([], { color: "#111", weight: 2, dashArray: "6 4", interactive: false });
  var length = function () {
    var points = line.getLatLngs();
    var metres = 0;
    for (var k = 1; k < points.length; k++) metres += points[k - 1].distanceTo(points[k]);
    return metres;
  };
  var say = function () {
    var metres = length();
    help.textContent = metres
      ? HTC.shown(metres < 1000 ? Math.round(metres) : metres / 1000) + (metres < 1000 ? " m" : " km")
      : HTC.word("map_measure_help");
  };
  var turn = function (on) {
    HTC.measuring = on;
    button.setAttribute("aria-pressed", String(on));
    map.getContainer().classList.toggle("htc-measuring", on);
    help.hidden = !on;
    line.setLatLngs([]);
    if (on) {
      map.closePopup();
      line.addTo(map);
    } else line.remove();
    say();
  };
  button.addEventListener("click", function () {
    turn(!HTC.measuring);
    if (HTC.measuring) HTC.closePanelOnPhone();
  });
  map.on("click", function (event) {
    if (!HTC.measuring) return;
    line.addLatLng(event.latlng);
    say();
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && HTC.measuring) turn(false);
  });
  return { button: button, help: help };
};

// Least room for the title on paper, CSS pixels: a phone's is smaller until it is printed.
HTC.PAPER_TITLE = 210;

HTC.printButton = function (map) {
  var button = HTC.el("button", { type: "button" }, HTC.word("map_print"));
  button.addEventListener("click", function () {
    window.print();
  });
  // All that stands on the screen must stand on the sheet. The map is scaled to it as it is drawn:
  // a canvas that is drawn anew while the page goes to the printer wipes out what lies below it.
  var root = document.documentElement;
  var box = map.getContainer();
  window.addEventListener("beforeprint", function () {
    var seen = map.getSize();
    box.style.width = seen.x + "px";
    box.style.height = seen.y + "px";
    root.classList.add("htc-paper");
    var sheet = document.body.getBoundingClientRect();
    var title = Math.max(HTC.PAPER_TITLE, document.getElementById("htc-title").offsetHeight);
    var scale = Math.min(sheet.width / seen.x, (sheet.height - title) / seen.y);
    box.style.transform = "scale(" + scale + ")";
  });
  window.addEventListener("afterprint", function () {
    root.classList.remove("htc-paper");
    box.style.width = box.style.height = box.style.transform = "";
  });
  return button;
};
