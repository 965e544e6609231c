"""Files and folders that are whole or not there."""

from __future__ import annotations

import errno
import os
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from htcoverage import InputError
from htcoverage.files import check_folder, folder_aside, whole_file, whole_folder, write_text


def _tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def _break_off(room: AbstractContextManager[Path], error: type[BaseException]) -> None:
    with room as part:
        (part / "half.txt" if part.is_dir() else part).write_text("half")
        raise error


def test_checking_a_folder_makes_none(tmp_path):
    check_folder(tmp_path / "a" / "b")
    assert _tree(tmp_path) == []


def test_a_whole_folder_brings_its_files_and_leaves_others(tmp_path):
    (tmp_path / "theirs.txt").write_text("theirs")
    (tmp_path / "ours.txt").write_text("earlier")
    with whole_folder(tmp_path) as aside:
        (aside / "ours.txt").write_text("new")
    assert _tree(tmp_path) == ["ours.txt", "theirs.txt"]
    assert (tmp_path / "ours.txt").read_text() == "new"


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_work_broken_off_leaves_neither_files_nor_folders(tmp_path, error):
    with pytest.raises(error):
        _break_off(whole_folder(tmp_path / "a" / "b"), error)
    assert _tree(tmp_path) == []


@pytest.mark.parametrize("room", [whole_folder, folder_aside])
@pytest.mark.parametrize("name", ["taken", "taken/deeper", "x" * 300])
def test_a_folder_that_cannot_be_made_is_the_users_fault(tmp_path, room, name):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError) as caught, room(tmp_path / name):
        pass
    (fault,) = caught.value.faults
    assert fault.file == str(tmp_path / name)
    assert _tree(tmp_path) == ["taken"]


def test_a_full_disk_is_told_with_its_folder(tmp_path):
    with pytest.raises(InputError, match="No space left") as caught, whole_folder(tmp_path / "out"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert caught.value.faults[0].file == str(tmp_path / "out")
    assert _tree(tmp_path) == []


def test_a_whole_file_replaces_only_when_it_is_finished(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("earlier")
    with pytest.raises(RuntimeError):
        _break_off(whole_file(path), RuntimeError)
    assert path.read_text() == "earlier"
    with whole_file(path) as part:
        part.write_text("whole")
    assert path.read_text() == "whole"
    assert _tree(tmp_path) == ["table.csv"]


@pytest.mark.parametrize("name", ["none/table.json", "folder"])
def test_text_that_cannot_be_written_is_the_users_fault(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError) as caught:
        write_text("{}\n", tmp_path / name)
    assert caught.value.faults[0].file == str(tmp_path / name)
    assert _tree(tmp_path) == ["folder"]
