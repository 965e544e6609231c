// What every part of the page shares: the data, the words, and elements made without markup.
"use strict";
var HTC = {};

HTC.data = null; // read in start.js, once the document holds it

HTC.word = function (key) {
  return HTC.data.words[key];
};

// Text enters the page as text nodes only; no value is ever parsed as HTML.
HTC.el = function (tag, attributes, children) {
  var node = document.createElement(tag);
  Object.keys(attributes || {}).forEach(function (name) {
    node.setAttribute(name, attributes[name]);
  });
  [].concat(children === undefined ? [] : children).forEach(function (child) {
    node.append(child);
  });
  return node;
};

HTC.capital = function (text) {
  return text.charAt(0).toLocaleUpperCase(HTC.data.language) + text.slice(1);
};

// A number as the page's language writes it; a year and an identifier come as they are.
HTC.shown = function (value) {
  if (typeof value !== "number") return String(value);
  return value.toLocaleString(HTC.data.language, { maximumFractionDigits: 2 });
};

// "Hương Khê" is found by "huong khe".
HTC.fold = function (text) {
  return String(text)
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase();
};

// Where few values repeat a column holds them; otherwise its words and an index for each row.
HTC.cell = function (column, row) {
  return Array.isArray(column[0]) ? column[0][column[1][row]] : column[row];
};

// The value of a theme's field at a row.
HTC.value = function (theme, field, row) {
  return HTC.cell(theme.columns[field], row);
};

HTC.values = function (theme, row) {
  return theme.fields.map(function (_, field) {
    return HTC.value(theme, field, row);
  });
};

// Points of [latitude, longitude] from steps of 1e-5 degrees.
HTC.points = function (steps) {
  var points = [];
  for (var k = 0, x = 0, y = 0; k < steps.length; k += 2) {
    x += steps[k];
    y += steps[k + 1];
    points.push([y / 1e5, x / 1e5]);
  }
  return points;
};

// A theme's shape as Leaflet takes it: parts of rings of [latitude, longitude].
HTC.latlngs = function (theme, row) {
  return theme.shapes[row].map(function (part) {
    var rings = part.map(HTC.points);
    return theme.filled ? rings : rings[0];
  });
};

HTC.shape = function (theme, row, options) {
  return (theme.filled ? L.polygon : L.polyline)(HTC.latlngs(theme, row), options);
};

// One layer of a theme; each of its shapes knows its row.
HTC.shapes = function (theme, options) {
  return L.featureGroup(
    theme.shapes.map(function (_, row) {
      var shape = HTC.shape(theme, row, options);
      shape.row = row;
      return shape;
    })
  );
};

// The sites: where, site_id, site_name, provenance, and [operator, technology, bts_id, status] of
// each base station. Unpacked when first asked for.
HTC.sites = function () {
  if (HTC.siteList) return HTC.siteList;
  var packed = HTC.data.sites;
  var next = 0;
  HTC.siteList = HTC.points(packed.places).map(function (place, row) {
    var stations = [];
    for (var k = 0; k < packed.counts[row]; k++, next++) {
      stations.push(
        packed.stations.map(function (column) {
          return HTC.cell(column, next);
        })
      );
    }
    return {
      place: place,
      id: HTC.cell(packed.columns[0], row),
      name: HTC.cell(packed.columns[1], row),
      provenance: HTC.cell(packed.columns[2], row),
      stations: stations,
    };
  });
  return HTC.siteList;
};
