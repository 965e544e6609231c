// Planned fibre: its routes by phase, and what they lead to, by name.
"use strict";

HTC.TARGET = { color: "#ffffff", weight: 1.2, radius: 5, fillColor: "#1a1a1a", fillOpacity: 1 };

HTC.STANDING = { color: "#6f6f6f", weight: 1.2 }; // what stands is the ground of a plan

HTC.makePlan = function (map) {
  var plan = HTC.data.plan;
  var lines = HTC.liveShapes(map, "routes", HTC.word("plan_title"));
  lines.getLayers().forEach(function (shape) {
    shape.setStyle({ color: plan.classes[plan.rows[shape.row]][0] });
  });
  return L.featureGroup([lines].concat(plan.targets.map(HTC.target.bind(null, map))));
};

HTC.target = function (map, one) {
  var marker = L.circleMarker(one[0], Object.assign({ renderer: HTC.canvas }, HTC.TARGET));
  marker.on("click", function (event) {
    if (HTC.measuring) return;
    L.DomEvent.stopPropagation(event);
    HTC.openTarget(map, one);
  });
  return marker.bindTooltip(HTC.el("span", {}, one[1][0]), {
    permanent: true, direction: "right", offset: [6, 0], className: "htc-label", pane: "htc-names",
    opacity: 1,
  });
};

HTC.openTarget = function (map, one) {
  HTC.openAt(map, L.latLng(one[0]), HTC.featureBox(HTC.word("plan_target"), HTC.data.plan.fields, one[1]));
};

HTC.targetEntries = function () {
  return (HTC.data.plan ? HTC.data.plan.targets : []).map(function (one) {
    return {
      name: one[1][0] === one[1][1] ? one[1][0] : one[1][0] + " (" + one[1][1] + ")",
      note: HTC.capital(HTC.word("plan_target")),
      key: HTC.fold(one[1][0] + " " + one[1][1]),
      open: function (map) {
        map.setView(one[0], Math.max(map.getZoom(), 14), { animate: false });
        HTC.openTarget(map, one);
      },
    };
  });
};

HTC.planLegend = function () {
  var lines = HTC.data.plan.classes.map(function (one) {
    var line = HTC.el("span", { class: "htc-sample htc-sample-routes", "aria-hidden": "true" });
    line.style.borderTopColor = one[0];
    return HTC.el("li", {}, [line, one[1]]);
  });
  var marks = [["fibre", "plan_standing"]];
  if (HTC.data.plan.targets.length) marks.unshift(["targets", "plan_target"]);
  marks.forEach(function (one) {
    lines.push(HTC.el("li", {}, [HTC.sample(one[0]), HTC.word(one[1])]));
  });
  return [HTC.el("h2", {}, HTC.word("plan_title")), HTC.el("ul", {}, lines)];
};
