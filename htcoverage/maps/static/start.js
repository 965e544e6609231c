// Put the page together around a Leaflet map.
"use strict";

HTC.showWhole = function (map) {
  var b = HTC.data.bounds;
  // On a phone the legend would lie on the map's lower part.
  var narrow = window.matchMedia("(max-width: 760px)").matches;
  map.fitBounds([[b[0], b[1]], [b[2], b[3]]], {
    animate: false,
    paddingTopLeft: [8, 8],
    paddingBottomRight: [8, narrow ? HTC.legendBox.offsetHeight + 12 : 8],
  });
};

HTC.start = function (map) {
  HTC.data = JSON.parse(document.getElementById("htc-data").textContent);
  map.attributionControl.setPrefix("Leaflet");
  map.getContainer().setAttribute("role", "region");
  map.getContainer().setAttribute("aria-label", document.title);
  L.control
    .zoom({ zoomInTitle: HTC.word("zoom_in"), zoomOutTitle: HTC.word("zoom_out") })
    .addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  document.documentElement.classList.toggle("htc-plan", Boolean(HTC.data.plan));
  HTC.legendControl(map);
  HTC.drawLayers(map);
  HTC.panel(map);
  map.invalidateSize({ animate: false });
  var first = HTC.surfaceLayers()[0];
  HTC.showSurface(map, first ? first.id : "");
  HTC.showWhole(map);
  HTC.scaleMarkers(map);
  map.on("zoomend overlayadd", HTC.thinLabels);
  HTC.thinLabels();
  map.on("click", function (event) {
    if (!HTC.measuring) HTC.openAt(map, event.latlng, null);
  });
  map.on("popupopen popupclose", function (event) {
    map.getContainer().classList.toggle("htc-reading", event.type === "popupopen");
  });
  map.getContainer().addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.target !== map.getContainer() || HTC.measuring) return;
    HTC.openAt(map, map.getCenter(), null);
  });
  // Leaflet focuses the map at each click; the ring is for those who came by keyboard.
  document.addEventListener("keydown", function () {
    document.documentElement.classList.add("htc-keys");
  });
  document.addEventListener("pointerdown", function () {
    document.documentElement.classList.remove("htc-keys");
  });
  performance.mark("htc-ready");
  document.documentElement.setAttribute("data-htc-ready", "true");
};
