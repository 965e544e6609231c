"""Pattern files of the user's in a run: by command line and project file, checked and recorded."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cli_process import run_cli
from project_world import put_province

from htcoverage.antennas import loss_db, read_patterns
from htcoverage.errors import InputError

COARSE = ("--resolution", "1000", "--radius-km", "5", "--worlds", "0")


def pattern_lines(name: str, *, gain: str = "GAIN 18.5 dBi", wide_deg: float = 65.0) -> list[str]:
    """A narrow beam: 12·(φ/width)² dB up to 30 dB, 6° tall, its main beam 3° below the horizon."""
    lines = [f"NAME {name}", gain, "ELECTRICAL_TILT 3"]
    for cut, width in (("HORIZONTAL", wide_deg), ("VERTICAL", 6.0)):
        lines.append(f"{cut} 360")
        for angle in range(360):
            off = (angle - (3 if cut == "VERTICAL" else 0) + 180) % 360 - 180
            lines.append(f"{angle} {min(12.0 * (off / width) ** 2, 30.0):.3f}")
    return lines


def write_patterns(folder: Path, **files: list[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in files.items():
        path = folder / name.replace("_", ".")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_folder_is_read_by_both_names(tmp_path: Path) -> None:
    folder = write_patterns(
        tmp_path, k1_msi=pattern_lines("Kathrein 1"), k2_PLA=pattern_lines("k2"),
        k3_ant=pattern_lines("K3", wide_deg=33.0), notes_txt=["not a pattern"],
    )  # fmt: skip
    found = read_patterns(folder)
    assert set(found.patterns) == {"Kathrein 1", "k1", "k2", "K3", "k3"}
    assert [path.name for path in found.files] == ["k1.msi", "k2.PLA", "k3.ant"]
    assert found.patterns["k1"] is found.patterns["Kathrein 1"]
    assert float(loss_db(found.patterns["k3"], 33.0, 3.0, electrical_tilt_deg=3.0)) == (
        pytest.approx(12.0, abs=0.01)
    )


def test_all_faults_of_a_folder_are_told_at_once(tmp_path: Path) -> None:
    folder = write_patterns(
        tmp_path, a_msi=pattern_lines("same"), b_msi=pattern_lines("same"),
        c_msi=["NAME c", "HORIZONTAL 360"], omni_msi=pattern_lines("d"),
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        read_patterns(folder)
    told = {(fault.file, fault.value) for fault in caught.value.faults}
    assert ("b.msi", "same") in told
    assert ("omni.msi", "omni") in told
    assert any(file == "c.msi" for file, _ in told)
    for place in (tmp_path / "none", write_patterns(tmp_path / "empty")):
        with pytest.raises(InputError, match=r"expected (a folder|at least one)"):
            read_patterns(place)


def ledger(folder: Path, antennas: tuple[str, ...]) -> None:
    """Two stations near the middle of the province, their sectors with these antennas."""
    (folder / "bts.csv").write_text(
        "bts_id,site_id,operator,technology,latitude,longitude\n"
        "B1,S1,Viettel,4G,18.3400,105.9000\nB2,S2,Viettel,4G,18.3600,105.8500\n",
        encoding="utf-8",
    )
    rows = "".join(
        f"C{k},B{1 + k % 2},1800,{120 * k},0,{antenna},46\n" for k, antenna in enumerate(antennas)
    )
    (folder / "cells.csv").write_text(
        "cell_id,bts_id,band_mhz,azimuth_deg,mechanical_tilt_deg,antenna,port_power_dbm\n" + rows,
        encoding="utf-8",
    )


def run(folder: Path, *arguments: str) -> Any:
    return run_cli(
        "run", *COARSE, "--bts", "bts.csv", "--cells", "cells.csv", *arguments, cwd=folder
    )


def test_the_command_line_takes_a_folder_and_records_its_files(tmp_path: Path) -> None:
    folder = write_patterns(tmp_path / "patterns", k1_msi=pattern_lines("Kathrein 1"))
    ledger(tmp_path, ("Kathrein 1", "k1", "3gpp-36814"))
    process = run(tmp_path, "--antennas", "patterns", "--out", "out")
    assert process.returncode == 0, process.stderr
    assert "antennas: pattern files of patterns: 1" in process.stdout
    assert "antenna_gain_dbi: of the pattern, not assumed (cells: 2)" in process.stdout
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256((folder / "k1.msi").read_bytes()).hexdigest()
    assert {"file": "k1.msi", "sha256": digest} in record["inputs"]
    # Repeated from its record: with another file it is refused, which names it.
    again = ("--from", "out/run.json", "--out", "again")
    arguments = ("--bts", "bts.csv", "--cells", "cells.csv", "--antennas", "patterns")
    process = run_cli("run", *again, *arguments, cwd=tmp_path)
    assert process.returncode == 0, process.stderr
    for name in ("figures.json", "coverage_4g.tif"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    write_patterns(tmp_path / "patterns", k1_msi=pattern_lines("Kathrein 1", wide_deg=90.0))
    process = run_cli("run", *again, *arguments, cwd=tmp_path)
    assert process.returncode == 2
    assert "k1.msi" in process.stderr


def test_an_unknown_antenna_is_told_with_row_and_names(tmp_path: Path) -> None:
    write_patterns(tmp_path / "patterns", k1_msi=pattern_lines("Kathrein 1"))
    ledger(tmp_path, ("Kathrein 1", "K9", "k8"))
    process = run(tmp_path, "--antennas", "patterns", "--out", "out")
    assert process.returncode == 2
    words = " ".join(process.stderr.split())
    assert "row 2, column 'antenna': found 'K9 (cell C1)'" in words
    assert "row 3, column 'antenna': found 'k8 (cell C2)'" in words
    assert "one of 3gpp-36814, Kathrein 1, k1, omni" in words
    assert "Traceback" not in process.stderr


def test_a_project_file_names_the_folder(tmp_path: Path) -> None:
    from htcoverage.run import open_project, project_inputs

    file = put_province(tmp_path)
    write_patterns(file.parent / "patterns", k1_msi=pattern_lines("Kathrein 1"))
    file.write_text(
        file.read_text(encoding="utf-8") + '\n[antennas]\npath = "patterns"\n', encoding="utf-8"
    )
    project, _ = open_project(file)
    inputs = project_inputs(project, reach_km=15.0)
    assert set(inputs.patterns) == {"Kathrein 1", "k1"}
    assert "k1.msi" in dict(inputs.files)
    file.write_text(file.read_text(encoding="utf-8").replace('"patterns"', '"nowhere"'))
    with pytest.raises(InputError, match=r"antennas\.path.*nowhere"):
        open_project(file)


def test_what_the_ledger_says_goes_before_the_pattern(tmp_path: Path) -> None:
    from types import SimpleNamespace

    from htcoverage.run.antennas import _stated

    cells = pd.DataFrame(
        {
            "antenna": ["a", "a", "omni", "b"], "antenna_gain_dbi": [17.0, 15.0, 17.0, 17.0],
            "electrical_tilt_deg": [5.0, 2.0, 5.0, 5.0],
            "assumed": [
                "antenna_gain_dbi electrical_tilt_deg", "", "antenna_gain_dbi", "antenna_gain_dbi"
            ],
        }
    )  # fmt: skip
    patterns: Any = {
        "a": SimpleNamespace(gain_dbi=18.5, electrical_tilt_deg=3.0),
        "b": SimpleNamespace(gain_dbi=None, electrical_tilt_deg=3.0),
    }
    found, notes = _stated(cells, patterns)
    np.testing.assert_array_equal(found["antenna_gain_dbi"], [18.5, 15.0, 17.0, 17.0])
    np.testing.assert_array_equal(found["electrical_tilt_deg"], [3.0, 2.0, 5.0, 5.0])
    assert found["assumed"].tolist() == ["", "", "antenna_gain_dbi", "antenna_gain_dbi"]
    assert [note.words() for note in notes] == [
        "antenna_gain_dbi: of the pattern, not assumed (cells: 1)",
        "electrical_tilt_deg: of the pattern, not assumed (cells: 1)",
    ]


def test_what_a_cut_takes_is_swept_with_the_same_patterns(tmp_path: Path) -> None:
    """The command `fibre signal` sweeps again, and again without what failed."""
    from htcoverage.run import LayerPaths, RunParameters, load_inputs
    from htcoverage.run.signal import signal_world

    folder = write_patterns(tmp_path / "patterns", k1_msi=pattern_lines("Kathrein 1"))
    ledger(tmp_path, ("Kathrein 1", "k1", "Kathrein 1"))
    inputs = load_inputs(
        LayerPaths(bts=tmp_path / "bts.csv", cells=tmp_path / "cells.csv", antennas=folder)
    )
    parameters = RunParameters(resolution_m=1000.0, radius_km=5.0, worlds=0)
    world = signal_world(inputs, parameters)
    first = str(inputs.bts["bts_id"].iloc[0])
    loss = world.lost([first])
    rest = inputs.bts["bts_id"] != first
    left = replace(
        inputs,
        bts=inputs.bts[rest],
        cells=inputs.cells[inputs.cells["bts_id"] != first],
    )
    expected = signal_world(left, parameters).lost([]).covered_before if rest.any() else 0.0
    assert loss.covered_before - loss.lost_low == pytest.approx(expected, abs=1e-6)
    assert loss.lost_low == loss.lost_high
