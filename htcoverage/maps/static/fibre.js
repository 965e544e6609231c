// The fibre by what a cut takes: BTS or residents, each class with its own colour and width.
"use strict";

HTC.fibreMeasure = 0;
HTC.fibreHidden = {}; // classes that the reader has switched off, by their number

HTC.IDLE_FIBRE = { color: "#5f5f5f", weight: 1.4, dashArray: "4 4" }; // planned or out of service

HTC.fibreStyle = function (number) {
  if (number < 0) return HTC.IDLE_FIBRE;
  var one = HTC.data.fibre[HTC.fibreMeasure].classes[number];
  return { color: one[0], weight: one[1], dashArray: null };
};

HTC.makeFibre = function (map) {
  var group = HTC.liveShapes(map, "fibre", HTC.word("fibre"));
  if (HTC.data.fibre.length) {
    HTC.fibreGroup = group;
    HTC.fibreShapes = group.getLayers();
    HTC.drawFibre();
  }
  if (HTC.data.plan) group.setStyle(HTC.STANDING);
  return group;
};

// What is laid down first ends on top: all of it is then sent behind the smaller things, one by one.
HTC.drawFibre = function () {
  var rows = HTC.data.fibre[HTC.fibreMeasure].rows;
  HTC.fibreGroup.clearLayers();
  HTC.fibreShapes
    .filter(function (shape) {
      return !HTC.fibreHidden[rows[shape.row]];
    })
    .sort(function (a, b) {
      return rows[b.row] - rows[a.row] || a.row - b.row;
    })
    .forEach(function (shape) {
      shape.setStyle(HTC.fibreStyle(rows[shape.row]));
      HTC.fibreGroup.addLayer(shape);
    });
  HTC.fibreGroup.bringToBack();
};

// The classes shown, the most critical first; planned spans only where there are any.
HTC.fibreClasses = function () {
  var measure = HTC.data.fibre[HTC.fibreMeasure];
  var numbers = measure.classes.map(function (_, number) {
    return number;
  });
  numbers.reverse();
  if (measure.rows.indexOf(-1) >= 0) numbers.push(-1);
  return numbers.map(function (number) {
    var words = number < 0 ? HTC.word("map_fibre_idle") : measure.classes[number][2];
    return { number: number, words: words };
  });
};

HTC.fibreSample = function (number) {
  var style = HTC.fibreStyle(number);
  var line = HTC.el("span", { class: "htc-sample", "aria-hidden": "true" });
  line.style.height = "0";
  line.style.borderTop =
    Math.max(1, style.weight) + "px " + (number < 0 ? "dashed " : "solid ") + style.color;
  return line;
};

// Which measure, and which of its classes are shown.
HTC.fibreChoice = function () {
  var box = HTC.el("div", { class: "htc-fibre", hidden: "" });
  if (!HTC.data.fibre.length) return box;
  var select = HTC.el("select", { id: "htc-fibre-measure", "aria-label": HTC.word("map_fibre_by") });
  HTC.data.fibre.forEach(function (measure, number) {
    select.append(HTC.el("option", { value: String(number) }, HTC.capital(measure.title)));
  });
  var checks = HTC.el("div", {});
  var list = function () {
    checks.replaceChildren();
    HTC.fibreClasses().forEach(function (one) {
      var id = "htc-fibre-class-" + one.number;
      var label = HTC.check(id, one.words, !HTC.fibreHidden[one.number], function (on) {
        HTC.fibreHidden[one.number] = !on;
        HTC.drawFibre();
      });
      label.prepend(HTC.fibreSample(one.number));
      checks.append(label);
    });
  };
  select.addEventListener("change", function () {
    HTC.fibreMeasure = Number(select.value);
    HTC.fibreHidden = {};
    list();
    HTC.drawFibre();
    HTC.showLegend(HTC.legendLayer);
  });
  list();
  box.append(select, checks);
  return box;
};

HTC.fibreLegend = function () {
  var measure = HTC.data.fibre[HTC.fibreMeasure];
  var lines = HTC.fibreClasses().map(function (one) {
    return HTC.el("li", {}, [HTC.fibreSample(one.number), one.words]);
  });
  return [
    HTC.el("h2", {}, HTC.word("fibre")),
    HTC.el("p", {}, HTC.capital(measure.title)),
    HTC.el("ul", { class: "htc-fibre-key" }, lines),
  ];
};
