"""What all commands share: help, version, mistakes, and streams that take no more."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import version

import pytest
from cli_process import PROGRAM, environment, run_cli

COMMANDS = (
    "init", "fetch", "check", "run", "export", "deliver", "figures", "report", "compare",
    "models", "presets", "fibre",
)  # fmt: skip
OF_A_RUN = {
    "export": ("--format", "csv"), "deliver": ("--operator", "Viettel"), "figures": (),
    "report": (), "compare": ("{run}",),
}  # fmt: skip


def test_every_command_is_listed_with_a_sentence_that_is_whole(tmp_path):
    done = subprocess.run(
        [str(PROGRAM), "--help"], env=environment() | {"COLUMNS": "80"}, cwd=tmp_path,
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    listed = re.findall(r"^  (\w+) {2,}(.+)$", done.stdout, re.MULTILINE)
    assert [name for name, _ in listed] == list(COMMANDS)
    assert [sentence for _, sentence in listed if not re.search(r"[^.]\.$", sentence)] == []


@pytest.mark.parametrize("start", [[str(PROGRAM)], [sys.executable, "-m", "htcoverage"]])
def test_the_version_is_that_of_the_installed_package(tmp_path, start):
    done = subprocess.run(
        [*start, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"htcoverage {version('htcoverage')}\n"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ((), "htcoverage --help"),
        (("nope",), "htcoverage --help"),
        (("presets", "--nope"), "htcoverage presets --help"),
        (("fibre", "route", "--nope"), "htcoverage fibre route --help"),
    ],
)
def test_a_slip_of_the_keyboard_names_the_help_to_read(tmp_path, arguments, hint):
    done = run_cli(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert f"Try '{hint}'." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", OF_A_RUN)
def test_a_folder_that_cannot_be_written_is_an_error_of_input(small_run, tmp_path, command):
    (tmp_path / "taken").write_text("a file")
    run = str(small_run.folder)
    more = (each.format(run=run) for each in OF_A_RUN[command])
    done = run_cli(command, run, *more, "--out", str(tmp_path / "taken"), cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert f"{tmp_path / 'taken'}; expected a folder" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("none.json", None, "(No such file or directory)"),
        ("figures.json", '{"shares": []}', "(this has no assumptions, coverage, inputs,"),
        ("list.json", "[1, 2]", "(this is a JSON list)"),
        ("table.csv", "a;b", "(Expecting value: line 1 column 1 (char 0))"),
    ],
)
def test_what_is_no_run_is_told_in_a_sentence(tmp_path, name, content, told):
    if content is not None:
        (tmp_path / name).write_text(content)
    done = run_cli("report", name, cwd=tmp_path)
    assert done.returncode == 2
    assert f"{name}; expected the run.json of a finished run {told}" in done.stderr


def test_an_argument_is_named_without_a_file(tmp_path):
    done = run_cli("run", "--preset", "nope", cwd=tmp_path)
    assert done.returncode == 2
    assert "argument preset: found 'nope'; expected one of" in done.stderr


def test_a_reader_that_has_read_enough_changes_no_exit_code(tmp_path):
    (tmp_path / "empty.csv").write_text("")
    for arguments, code in ((("models",), 0), (("check", "empty.csv"), 2)):
        reading, writing = os.pipe()
        os.close(reading)
        try:
            done = subprocess.run(
                [str(PROGRAM), *arguments], cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE,
                text=True, check=False,
            )  # fmt: skip
        finally:
            os.close(writing)
        assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")  # noqa: PTH110
def test_a_full_disk_is_told_in_a_line(tmp_path):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [str(PROGRAM), "presets"], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE,
            text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (3, "htcoverage: No space left on device\n")


@pytest.mark.parametrize("arguments", [("models",), ("presets", "--lang", "vi")])
def test_a_terminal_without_the_letters_still_shows_the_numbers(tmp_path, arguments):
    done = subprocess.run(
        [str(PROGRAM), *arguments], cwd=tmp_path, env=environment() | {"PYTHONIOENCODING": "ascii"},
        capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout.isascii()
    assert b"?" in done.stdout
    assert done.stderr == b""


def test_progress_speaks_the_language_asked_for(small_run, tmp_path):
    done = run_cli("figures", str(small_run.folder), "--lang", "vi", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == ["đọc các lớp …", "số liệu …"]
