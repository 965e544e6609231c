"""One carrier's folder: its map, its files, and a record of what they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from htcoverage.deliver.carrier import CarrierView, carrier_view
from htcoverage.deliver.formats import check_formats, export_run, file_words
from htcoverage.errors import Fault, InputError
from htcoverage.files import folder_aside, sha256_of
from htcoverage.labels import Language, label
from htcoverage.maps import make_map, save_map
from htcoverage.propagation.p1812.model import CITATION
from htcoverage.reference import load_reference
from htcoverage.run import RunLayers
from htcoverage.run.facts import bundled_files, map_facts
from htcoverage.terrain import Terrain

if TYPE_CHECKING:
    import folium

RECORD_FILE = "delivery.json"

#: What a carrier gets besides the map, unless it is said otherwise.
DEFAULT_FORMATS = ("level", "class", "best-server", "gpkg", "kmz", "csv", "atoll")

#: Files of the reference's terrain; with all of them, a run was computed on it.
_TERRAIN = frozenset({"ground_m.tif", "clutter_class.tif", "clutter_classes.csv", "zone.tif"})


def deliver(
    layers: RunLayers,
    operator: str,
    out: Path,
    *,
    with_union: bool = False,
    formats: Sequence[str] = DEFAULT_FORMATS,
    language: Language = "en",
) -> list[Path]:
    """Write what one carrier may see of a run: a map and files.

    Parameters
    ----------
    layers : RunLayers
        From `read_layers`.
    operator : str
        An operator of the run.
    out : Path
        Folder; made where it is not there. It must be empty, or hold an earlier delivery to the
        same carrier, which is replaced: nothing else may go out with it.
    with_union : bool
        Whether cover and figures of any operator are told as well, as a union.
    formats : sequence of str
        Of `FORMATS`.
    language : {"en", "vi"}
        Language of the map.

    Returns
    -------
    list of Path
        The files, ``delivery.json`` last: it lists the others with their SHA-256.

    Raises
    ------
    InputError
        If a format or the operator is not known, or the folder holds anything else or cannot be
        written.
    """
    check_formats(formats)
    earlier = _earlier(out, operator)
    view = carrier_view(layers, operator, with_union=with_union, terrain=_terrain(layers))
    with folder_aside(out) as aside:
        written = export_run(view.layers, formats, aside, union=view.union, language=language)
        map_file = aside / f"map_{file_words(operator)}.html"
        save_map(_map(layers, view, language), map_file)
        names = [*(path.name for path in written), map_file.name]
        content = view.layers.record.content
        record = {
            "operator": operator,
            "with_union": with_union,
            **{name: content[name] for name in ("area", "parameters", "coverage", "grid")},
            "assumptions": content["assumptions"],
            "versions": content["versions"],
            "outputs": [{"file": name, "sha256": sha256_of(aside / name)} for name in names],
        }
        text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)
        (aside / RECORD_FILE).write_text(text + "\n", encoding="utf-8", newline="\n")
        for name in earlier:
            (out / name).unlink(missing_ok=True)
        return [(aside / name).replace(out / name) for name in [*names, RECORD_FILE]]


def _map(layers: RunLayers, view: CarrierView, language: Language) -> folium.Map:
    own = view.layers
    area = own.record.content["area"]
    title = label("carrier_title", language).format(operator=view.operator)
    return make_map(
        own.coverage,
        own.settlements,
        own.districts,
        own.bts,
        gaps=own.gaps,
        criteria=own.record.parameters.criteria,
        title=f"{area}: {title}" if area else title,
        facts=map_facts(
            own.figures,
            layers.record.content["inputs"],
            reported=layers.reported,
            drawn=bool(own.ground),
            operator=view.operator,
            modelled_ledger=layers.record.parameters.seed is not None,
            preset=layers.record.parameters.preset,
            sources=layers.record.content.get("sources", ()),
            language=language,
        ),
        ground=own.ground,
        cover_only=view.union,
        language=language,
    )


def _terrain(layers: RunLayers) -> Terrain | None:
    """Return the bundled terrain if the run was computed on it: a run keeps no terrain.

    Only for a run by P.1812, for that is how the reason of a gap is found.
    """
    used = bundled_files(layers.record.content["inputs"])
    if not used >= _TERRAIN or layers.coverage.attrs["model"] != CITATION:
        return None
    return load_reference().terrain


def _earlier(out: Path, operator: str) -> set[str]:
    """Return the files of an earlier delivery to the carrier; refuse a folder with others."""
    if not out.exists():
        return set()
    if not out.is_dir():
        raise InputError([Fault(str(out), None, None, "", "a folder, not a file")])
    record = out / RECORD_FILE
    ours: set[str] = set()
    if record.is_file():
        try:
            content = json.loads(record.read_text(encoding="utf-8"))
            if content["operator"] == operator:
                ours = {RECORD_FILE, *(Path(entry["file"]).name for entry in content["outputs"])}
        except (ValueError, KeyError, TypeError):
            ours = set()
    others = sorted(path.name for path in out.iterdir() if path.name not in ours)
    if others:
        wanted = f"an empty folder, or an earlier delivery to {operator}"
        raise InputError([Fault(str(out), None, None, ", ".join(others[:5]), wanted)])
    return ours
