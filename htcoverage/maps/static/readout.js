// The classes at a spot, read from the pictures themselves.
"use strict";

HTC.pictures = {}; // id -> promise of a decoded image

HTC.picture = function (layer) {
  if (!HTC.pictures[layer.id]) {
    var image = new Image();
    image.src = layer.image;
    HTC.pictures[layer.id] = image.decode().then(function () {
      return image;
    });
  }
  return HTC.pictures[layer.id];
};

HTC.pixelAt = function (latlng) {
  var surfaces = HTC.data.surfaces;
  var project = function (lat, lng) {
    return L.CRS.EPSG3857.project(L.latLng(lat, lng));
  };
  var b = surfaces.bounds;
  var low = project(b[0], b[1]);
  var high = project(b[2], b[3]);
  var spot = project(latlng.lat, latlng.lng);
  var col = Math.floor(((spot.x - low.x) / (high.x - low.x)) * surfaces.width);
  var row = Math.floor(((high.y - spot.y) / (high.y - low.y)) * surfaces.height);
  var inside = col >= 0 && row >= 0 && col < surfaces.width && row < surfaces.height;
  return inside ? { row: row, col: col } : null;
};

// The class (0 = strongest) at a pixel, or -1. The nearest colour is taken, for some browsers
// add noise to what they read from a canvas.
HTC.classAt = function (layer, pixel) {
  return HTC.picture(layer).then(function (image) {
    var canvas = HTC.el("canvas", { width: 1, height: 1 });
    var context = canvas.getContext("2d", { willReadFrequently: true });
    context.imageSmoothingEnabled = false;
    context.drawImage(image, -pixel.col, -pixel.row);
    var rgba = context.getImageData(0, 0, 1, 1).data;
    if (rgba[3] < 128) return -1;
    var best = -1;
    var least = Infinity;
    HTC.data.surfaces.legends[layer.legend].classes.forEach(function (one, index) {
      var off = 0;
      for (var k = 0; k < 3; k++) {
        off += Math.pow(parseInt(one[0].substr(1 + 2 * k, 2), 16) - rgba[k], 2);
      }
      if (off < least) {
        least = off;
        best = index;
      }
    });
    return best;
  });
};

// A promise of the table of operators by technologies at a spot.
HTC.readLevels = function (latlng) {
  var layers = HTC.surfaceLayers();
  if (!layers.length) return Promise.resolve("");
  var pixel = HTC.pixelAt(latlng);
  var outside = HTC.el("p", { class: "htc-note" }, HTC.capital(HTC.word("map_outside")));
  if (!pixel) return Promise.resolve(outside);
  return Promise.all(
    layers.map(function (layer) {
      return HTC.classAt(layer, pixel);
    })
  ).then(function (found) {
    var levels = {};
    var rows = {}; // operator -> technology -> cell
    var technologies = [];
    layers.forEach(function (layer, index) {
      if (layer.group !== "level") return;
      var classes = HTC.data.surfaces.legends[layer.legend].classes;
      var known = levels[layer.technology] || (levels[layer.technology] = {});
      known[layer.operator] = found[index] < 0 ? "—" : classes[found[index]][1];
    });
    var words = HTC.data.surfaces.legends.cover.classes;
    layers.forEach(function (layer, index) {
      var state = found[index];
      if (layer.group !== "cover" || state < 0 || !levels[layer.technology]) return;
      // A union has cover, but no level.
      var level = levels[layer.technology][layer.operator] || words[state][1];
      rows[layer.operator] = rows[layer.operator] || {};
      rows[layer.operator][layer.technology] = HTC.el("td", { title: words[state][1] }, [
        HTC.swatch(words[state][0]),
        level,
        level === words[state][1]
          ? ""
          : HTC.el("span", { class: "htc-unseen" }, " " + words[state][1]),
      ]);
      if (technologies.indexOf(layer.technology) < 0) technologies.push(layer.technology);
    });
    if (!technologies.length) return outside;
    var head = HTC.el("tr", {}, HTC.el("td"));
    technologies.forEach(function (technology) {
      head.append(HTC.el("th", { scope: "col" }, technology + ", dBm"));
    });
    var body = HTC.el("tbody");
    Object.keys(rows).forEach(function (operator) {
      var row = HTC.el("tr", {}, HTC.el("th", { scope: "row" }, HTC.capital(operator)));
      technologies.forEach(function (technology) {
        row.append(rows[operator][technology] || HTC.el("td"));
      });
      body.append(row);
    });
    var key = HTC.el("p", { class: "htc-key", "aria-hidden": "true" });
    words.forEach(function (one) {
      key.append(HTC.el("span", {}, [HTC.swatch(one[0]), one[1]]), " ");
    });
    return HTC.el("div", {}, [
      HTC.el("h3", {}, HTC.word("map_here")),
      HTC.el("table", { class: "htc-grid" }, [HTC.el("thead", {}, head), body]),
      key,
    ]);
  });
};

// A square of a colour. The colour is set through the style object: the page's policy allows no
// style attributes.
HTC.swatch = function (colour) {
  var square = HTC.el("span", { class: "htc-swatch", "aria-hidden": "true" });
  square.style.backgroundColor = colour;
  return square;
};
