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
