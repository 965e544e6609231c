"""The MSI Planet reader: what real files hold, and what is wrong in broken ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from htcoverage.antennas import loss_db, read_msi
from htcoverage.errors import InputError


def horizontal_loss_db(angle_deg):
    return 15.0 * (1.0 - np.cos(np.radians(angle_deg)))


def vertical_loss_db(angle_deg, tilt_deg=4.0):
    """Main beam at the tilt; 90° is down."""
    return 20.0 * (1.0 - np.cos(np.radians(angle_deg - tilt_deg)))


def cut(keyword, loss, separator=" ", step=1.0):
    angles = np.arange(0.0, 360.0, step)
    lines = [f"{keyword}{separator}{len(angles)}"]
    return lines + [f"{angle:.2f}{separator}{loss(angle):.4f}" for angle in angles]


def sample(head=("NAME Test 1845 04T", "GAIN 16.85 dBd", "TILT ELECTRICAL"), separator=" "):
    return [
        *head,
        *cut("HORIZONTAL", horizontal_loss_db, separator),
        *cut("VERTICAL", vertical_loss_db, separator),
    ]


@pytest.fixture
def write(tmp_path):
    def write(lines, encoding="utf-8", newline="\n"):
        path = tmp_path / "antenna.msi"
        path.write_bytes((newline.join(lines) + newline).encode(encoding))
        return path

    return write


def faults(path):
    with pytest.raises(InputError) as caught:
        read_msi(path)
    return caught.value.faults


def check_sample(found):
    at = np.arange(3600) / 10.0
    assert np.abs(found.horizontal_loss_db - horizontal_loss_db(at)).max() < 2e-3
    depression = (np.arange(3600) - 1800) / 10.0
    assert np.abs(found.vertical_loss_db - vertical_loss_db(depression)).max() < 2e-3


def test_both_cuts_gain_and_tilt_are_read(write):
    found = read_msi(write(sample()))
    check_sample(found)
    assert found.name == "Test 1845 04T"
    assert found.gain_dbi == pytest.approx(19.0)
    assert found.electrical_tilt_deg == 4.0  # from the main beam: the file gives no number


def test_the_main_beam_points_down_by_the_tilt_of_the_file(write):
    found = read_msi(write(sample()))
    depression_deg = np.arange(-20.0, 20.5, 0.5)
    same = loss_db(found, 0.0, depression_deg, electrical_tilt_deg=4.0)
    assert depression_deg[np.argmin(same)] == 4.0
    more = loss_db(found, 0.0, depression_deg, electrical_tilt_deg=7.0)
    assert depression_deg[np.argmin(more)] == 7.0


@pytest.mark.parametrize(
    ("line", "gain_dbi"),
    [
        ("GAIN 10", 12.15),
        ("GAIN 10 dBd", 12.15),
        ("gain 10 DBI", 10.0),
        ("GAIN 10.5dBi", 10.5),
        ("GAIN 10,5 dBi", 10.5),
        ("GAIN 10.5 (dBi)", 10.5),
        ("Gain   10.50", 12.65),
        ("GAIN\t-1.15 dBd", 1.0),
        ("GAIN: 10.5 dBi", 10.5),
        ("GAIN = .5 dBd", 2.65),
        ("GAIN=10. dBi", 10.0),
        ("COMMENT no gain here", None),
    ],
)
def test_gain_is_over_a_dipole_unless_it_says_dbi(write, line, gain_dbi):
    found = read_msi(write(sample(head=(line,)))).gain_dbi
    assert found == (None if gain_dbi is None else pytest.approx(gain_dbi))


@pytest.mark.parametrize(
    ("line", "tilt_deg"),
    [
        ("ELECTRICAL_TILT 5", 5.0),
        ("ELECTRICAL_TILT 4,5", 4.5),
        ("TILT 3", 3.0),
        ("TILT ELECTRICAL 3", 3.0),
        ("TILT ELECTRICAL", 4.0),
        ("ELECTRICAL_TILT", 4.0),
        ("TILT", 4.0),
        ("TILT: 3.5", 3.5),
        ("ELECTRICAL TILT 6", 4.0),
        ("TILT MECHANICAL 6", 4.0),
    ],
)
def test_a_tilt_given_as_a_number_counts_otherwise_the_main_beam(write, line, tilt_deg):
    assert read_msi(write(sample(head=(line,)))).electrical_tilt_deg == tilt_deg


@pytest.mark.parametrize("separator", [" ", "\t", "   \t "])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_white_space_and_line_ends_do_not_matter(write, separator, newline):
    check_sample(read_msi(write(sample(separator=separator), newline=newline)))


def test_decimal_commas_comments_blank_lines_and_other_keywords_are_taken(write):
    lines = [line.replace(".", ",") for line in sample(head=("GAIN 16,85 dBd",))]
    lines = ["", "MAKE Ăng-ten Việt", "H_WIDTH 65", "COMMENT 1 2 3 dBi", *lines, "", "REMARK end"]
    check_sample(read_msi(write(lines)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_old_encodings_are_read(write, encoding):
    found = read_msi(write(sample(head=("NAME Kathrein 65° é",)), encoding=encoding))
    assert found.name == "Kathrein 65° é"


def test_the_file_name_stands_in_for_a_missing_name(write):
    assert read_msi(write(sample(head=()))).name == "antenna"


@pytest.mark.parametrize("step", [0.5, 2.0, 5.0])
def test_other_steps_are_interpolated(write, step):
    lines = [
        *cut("HORIZONTAL", horizontal_loss_db, step=step),
        *cut("VERTICAL", vertical_loss_db, step=step),
    ]
    at = np.arange(3600) / 10.0
    # Chords of 15·cos: at most 15·(step in rad)²/8 off.
    assert (
        np.abs(read_msi(write(lines)).horizontal_loss_db - horizontal_loss_db(at)).max()
        < 15.0 * np.radians(step) ** 2 / 8.0 + 1e-4
    )


def test_steps_of_10_degrees_are_the_widest(write):
    def lines(step):
        return [
            *cut("HORIZONTAL", horizontal_loss_db, step=step),
            *cut("VERTICAL", vertical_loss_db),
        ]

    assert read_msi(write(lines(10.0))).horizontal_loss_db[300] == pytest.approx(
        horizontal_loss_db(30.0), abs=1e-3
    )
    (fault,) = faults(write(lines(12.0)))
    assert (fault.column, fault.value) == ("HORIZONTAL", "12° without a value after 0°")


def test_the_main_beam_is_the_middle_of_the_least_loss_alone(write):
    # Whole decibels leave 3° to 7° at 0 dB; 8° to 20° lose a little more, and are none of it.
    def loss(angle):
        return 0.0 if 3 <= angle <= 7 else 0.4 if 7 < angle <= 20 else vertical_loss_db(angle) + 1

    lines = [*cut("HORIZONTAL", horizontal_loss_db), *cut("VERTICAL", loss)]
    assert read_msi(write(lines)).electrical_tilt_deg == pytest.approx(5.0, abs=0.01)


def test_a_loss_ends_at_200_db(write):
    lines = sample()
    first = lines.index("HORIZONTAL 360")
    lines[first + 181] = "180.00 200"
    assert read_msi(write(lines)).horizontal_loss_db[1800] == 200.0
    lines[first + 181] = "180.00 200.5"
    (fault,) = faults(write(lines))
    assert (fault.row, fault.value) == (first + 182, "200.5")


def test_order_of_angles_and_negative_angles_do_not_matter(write):
    angles = np.arange(-180.0, 180.0)[::-1]
    lines = ["VERTICAL 360", *(f"{a} {vertical_loss_db(a):.4f}" for a in angles)]
    lines += ["HORIZONTAL 360", *(f"{a} {horizontal_loss_db(a):.4f}" for a in angles)]
    check_sample(read_msi(write(lines)))


def test_an_angle_of_360_may_repeat_that_of_0(write):
    lines = sample()
    start = lines.index("VERTICAL 360")
    lines.append(f"360 {vertical_loss_db(0.0):.4f}")
    lines[start] = "VERTICAL 360"
    check_sample(read_msi(write(lines)))


def test_a_line_at_360_may_be_counted(write):
    lines = sample()
    lines[lines.index("VERTICAL 360")] = "VERTICAL 361"
    check_sample(read_msi(write([*lines, f"360 {vertical_loss_db(0.0):.4f}"])))
    (fault,) = faults(write([*lines[:-1], f"360 {vertical_loss_db(0.0):.4f}"]))
    assert (fault.column, fault.value) == ("VERTICAL", "359")


def test_comments_among_the_angles_are_skipped(write):
    lines = sample()
    lines[20:20] = ["# measured 2021", "// 17 3.5"]
    check_sample(read_msi(write(lines)))


def test_losses_may_all_be_written_with_a_minus(write):
    lines = [
        *cut("HORIZONTAL", lambda angle: -horizontal_loss_db(angle)),
        *cut("VERTICAL", lambda angle: -vertical_loss_db(angle)),
    ]
    check_sample(read_msi(write(lines)))


def test_gains_in_place_of_losses_are_refused(write):
    lines = [
        *cut("HORIZONTAL", lambda angle: 35.0 - horizontal_loss_db(angle)),
        *cut("VERTICAL", lambda angle: 45.0 - vertical_loss_db(angle)),
    ]
    found = faults(write(lines))
    assert [fault.column for fault in found] == ["HORIZONTAL", "VERTICAL"]
    assert "are these gains?" in found[0].expected


def test_a_vertical_cut_that_starts_at_the_zenith_is_refused(write):
    lines = [
        *cut("HORIZONTAL", horizontal_loss_db),
        *cut("VERTICAL", lambda angle: min(40.0, 3.0 * abs(angle - 94.0))),
    ]
    (fault,) = faults(write(lines))
    assert fault.value == "0.0 dB at 94°, 40.0 dB about the horizon in front"
    assert "90° straight down" in fault.expected


@pytest.mark.parametrize("gain", ["175 dBi", "28 dBd", "-7,2 dBd"])
def test_a_gain_that_no_antenna_of_a_ledger_has_is_refused(write, gain):
    (fault,) = faults(write(sample(head=(f"GAIN {gain}",))))
    assert (fault.row, fault.column, fault.value) == (1, "GAIN", gain)
    assert fault.expected == "a gain of -5 to 30 dBi"


def test_a_vertical_cut_that_is_turned_around_or_has_no_main_beam_is_refused(write):
    for loss, value in (
        (lambda angle: vertical_loss_db(angle - 180.0), "0.0 dB at 184°, 36.6 dB about"),
        (lambda angle: 3.5 + vertical_loss_db(angle), "3.5 dB at 4°, 3.5 dB about"),
    ):
        lines = [*cut("HORIZONTAL", horizontal_loss_db), *cut("VERTICAL", loss)]
        (fault,) = faults(write(lines))
        assert (fault.column, fault.value[: len(value)]) == ("VERTICAL", value)


@pytest.mark.parametrize("tilt", ["60", "-30", "40"])
def test_a_tilt_that_the_vertical_cut_does_not_have_is_refused(write, tilt):
    # 20·(1 − cos(θ − 4°)) is 3 dB at θ − 4° = 31.8°.
    (fault,) = faults(write(sample(head=("GAIN 15 dBd", f"ELECTRICAL_TILT {tilt}"))))
    assert (fault.row, fault.column, fault.value) == (2, "TILT", tilt)
    assert fault.expected.endswith("main beam lies at 4°")
    kept = read_msi(write(sample(head=("TILT 35",))))
    assert kept.electrical_tilt_deg == 35.0


def test_every_fault_is_reported_with_its_line(write):
    lines = sample()
    first = lines.index("HORIZONTAL 360")
    lines[1] = "GAIN strong"
    lines[first + 10] = "9.00 much"
    lines[first + 20] = "19.00 -3.0"
    lines[first + 30] = "29.00"
    lines[first + 40] = "999 2.0"
    lines[first + 51] = "49.00 1.0"
    found = faults(write(lines))
    assert [fault.row for fault in found] == [2, *(first + n + 1 for n in (10, 20, 30, 40, 51))]
    assert [fault.column for fault in found] == ["GAIN"] + ["HORIZONTAL"] * 5
    assert [fault.value for fault in found] == [
        "strong", "9.00 much", "-3.0", "29.00", "999", "49.00",
    ]  # fmt: skip
    assert {fault.file for fault in found} == {"antenna.msi"}


def test_a_missing_cut_is_named(write):
    (fault,) = faults(write(cut("HORIZONTAL", horizontal_loss_db)))
    assert fault.column == "VERTICAL"


def test_both_cuts_missing_gives_two_faults(write):
    found = faults(write(["NAME x", "this is not a pattern"]))
    assert [fault.column for fault in found] == ["HORIZONTAL", "VERTICAL"]


def test_a_cut_that_breaks_off_is_found(write):
    (fault, *_) = faults(write(sample()[:-5]))
    assert (fault.column, fault.value) == ("VERTICAL", "355")


def test_a_hole_in_a_cut_is_found(write):
    lines = sample()
    start = lines.index("VERTICAL 360")
    del lines[start + 101 : start + 131]
    lines[start] = "VERTICAL 330"
    (fault,) = faults(write(lines))
    assert fault.value == "31° without a value after 99°"


@pytest.mark.parametrize("announcement", ["VERTICAL", "VERTICAL many", "VERTICAL 0"])
def test_a_cut_without_its_count_is_a_fault(write, announcement):
    lines = sample()
    row = lines.index("VERTICAL 360")
    lines[row] = announcement
    (fault,) = faults(write(lines))
    assert (fault.row, fault.column) == (row + 1, "VERTICAL")


def test_a_cut_that_comes_twice_is_a_fault(write):
    lines = sample() + cut("VERTICAL", vertical_loss_db)
    (fault,) = faults(write(lines))
    assert fault.row == len(sample()) + 1


@pytest.mark.parametrize("value", ["nan", "inf", "1e3"])
def test_losses_that_are_no_losses_are_faults(write, value):
    lines = sample()
    lines[-1] = f"359.00 {value}"
    (fault,) = faults(write(lines))
    assert (fault.row, fault.value) == (len(lines), value)


def test_an_empty_and_an_absent_file_are_named(tmp_path):
    empty = tmp_path / "empty.msi"
    empty.write_bytes(b" \n")
    assert "empty" in str(faults(empty)[0])
    (fault,) = faults(tmp_path / "absent.msi")
    assert "absent.msi" in fault.file


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_rubbish_is_an_input_error_and_nothing_else(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("msi") / "rubbish.msi"
    path.write_bytes(b"HORIZONTAL 2\n0 1\n" + content)
    with pytest.raises(InputError):
        read_msi(path)
