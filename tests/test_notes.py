"""Notes: one fact, in the words of either language."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

import htcoverage
from htcoverage.labels.notes import NOTE_WORDS
from htcoverage.notes import Note, Rows


def holes_of(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


def test_both_languages_tell_the_same_facts():
    for key, (english, vietnamese) in NOTE_WORDS.items():
        assert holes_of(english) == holes_of(vietnamese), key


def test_every_note_that_is_made_has_words_and_every_word_a_note():
    made = set()
    for path in Path(htcoverage.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                made.add(f"note_{node.value}")
    composed = {f"note_{what}_{end}" for what, end in (
        ("settlements", "overlap"), ("districts", "overlap"), ("doubled_names", "commune"),
        ("doubled_names", "district"), ("area", "beyond"), ("length", "beyond"),
    )}  # fmt: skip
    own = {"note_row", "note_row_unnamed", "note_and"}
    told = {key for key in NOTE_WORDS if not key.startswith("note_about:")}
    assert told <= made | composed | own


def test_numbers_rows_and_notes_within_take_the_language():
    rows = Rows((((3, "Thôn Đông"), (5, "")), ((8, "<b>"), (9, "x"))))
    note = Note(
        "settlements_overlap", {"count": 4, "km2": 1234.5678, "rows": rows}, ("settlements",)
    )
    assert note.words() == str(note)
    assert note.words().startswith("settlements: 4 pairs overlap by 1234.5678 km² in all; ")
    assert note.words().endswith("both: row 3 (Thôn Đông) and row 5; row 8 (<b>) and row 9 (x)")
    assert "tổng 1234,5678 km²" in note.words("vi")
    assert note.words("vi").endswith("dòng 3 (Thôn Đông) và dòng 5; dòng 8 (<b>) và dòng 9 (x)")
    lacking = Note("largest_pixel", {"asked": 100.0, "found": 0.5})
    whole = Note("preset_lacks", {"preset": "fcc-bdc", "what": lacking})
    assert whole.words() == (
        "preset fcc-bdc asks for pixels of 100 m or smaller; here they are 0.5 m"
    )
    assert whole.words("vi").endswith("điểm ảnh không quá 100 m; ở đây là 0,5 m")
    assert Note("area_beyond", {"km2": 12345.6, "count": 2}).words().startswith("12,345.6 km²")
    assert Note("area_beyond", {"km2": 12345.6, "count": 2}).words("vi").startswith("12.345,6 km²")


def test_a_users_text_is_taken_as_it_is():
    facts = {"theirs": "{0} {rows}", "ours": "count", "confidence": 0.8}
    note = Note("column_taken", facts).said_of("wards {x}")
    assert note.words() == ("wards {x}: column '{0} {rows}' is taken for count (confidence 0.80)")
    assert "là count (độ tin cậy 0,80)" in note.words("vi")


def test_a_rule_of_the_cleaning_stands_in_its_own_words():
    note = Note("finding", {"count": 2, "rule": "watts", "action": "repaired"}, ("bts",))
    assert note.words() == "bts: 2 × watts turned into dBm (repaired)"
    assert note.words("vi") == "trạm: 2 × đổi oát sang dBm (đã sửa)"


def test_plain_values_hold_facts_and_words():
    rows = Rows((((1, "a"),),))
    inner = Note("least_height", {"asked": 1.5, "found": 1.0})
    note = Note("outlines_repaired", {"count": 1, "rows": rows, "what": inner}, ("roads",))
    plain = note.as_plain()
    assert plain["note"] == "outlines_repaired"
    assert plain["about"] == ["roads"]
    assert plain["facts"]["rows"] == [[[1, "a"]]]
    assert plain["facts"]["what"]["facts"] == {"asked": 1.5, "found": 1.0}
    assert plain["words"] == {"en": note.words("en"), "vi": note.words("vi")}


def test_a_language_that_is_not_there_is_an_error():
    with pytest.raises(htcoverage.errors.InputError, match="'en' or 'vi'"):
        Note("zone_left_out").words("fr")  # type: ignore[arg-type]


def test_words_name_the_first_rows_and_plain_values_all():
    rows = Rows(tuple(((number, "x"),) for number in range(1, 13)))
    assert rows.words() == "; ".join(f"row {n} (x)" for n in range(1, 11)) + " …"
    assert rows.as_plain() == [[[number, "x"]] for number in range(1, 13)]
    assert "…" not in Rows(rows.named[:10]).words()
