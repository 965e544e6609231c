"""What QGIS makes of files: run by the interpreter that has QGIS; prints JSON.

Arguments: a folder for pictures, then files. Rasters are drawn as they open; of a GeoPackage every
layer that has geometry.
"""

import json
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (
    QgsApplication,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def draw(layer, path, width, height):
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setBackgroundColor(QColor("white"))
    settings.setDestinationCrs(layer.crs())
    settings.setOutputSize(QSize(width, height))
    settings.setExtent(layer.extent())
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(path))


def raster(path, pictures):
    layer = QgsRasterLayer(str(path), path.stem)
    renderer = layer.renderer()
    entries = [[words, colour.name()] for words, colour in renderer.legendSymbologyItems()]
    draw(layer, pictures / f"{path.stem}.png", layer.width(), layer.height())
    return {"renderer": renderer.type(), "legend": entries, "crs": layer.crs().authid()}


def vectors(path, pictures):
    found = {}
    whole = QgsVectorLayer(str(path), path.stem, "ogr")
    for sublayer in whole.dataProvider().subLayers():
        name = sublayer.split("!!::!!")[1]
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        if not layer.isSpatial():
            continue
        said, loaded = layer.loadDefaultStyle()
        legend = [
            [item.label(), item.symbol().color().name()]
            for item in layer.renderer().legendSymbolItems()
        ]
        found[name] = {
            "styled": loaded and "Provider" in said, "renderer": layer.renderer().type(),
            "legend": legend, "features": layer.featureCount(),
        }  # fmt: skip
        draw(layer, pictures / f"{name}.png", 400, 300)
    return found


application = QgsApplication([], False)
application.initQgis()
pictures = Path(sys.argv[1])
told = {}
for file in map(Path, sys.argv[2:]):
    told[file.name] = (vectors if file.suffix == ".gpkg" else raster)(file, pictures)
print(json.dumps(told))
