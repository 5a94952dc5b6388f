"""AWD files: header, codes of epochs, decimal comma, presses of the button, and real ones."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.actiwatch.awd import EPOCH_S, looks_right, read_awd
from sennight.readers.guard import members
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording

_spec = importlib.util.spec_from_file_location("made_actiwatch", Path(__file__).parents[1] / "samples" / "actiwatch.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[4] / "shared" / "formats"
START = int(np.datetime64("2009-10-01T17:00", "s").astype(np.int64))


def read(path: Path) -> tuple[dict[str, Recording], ReadReport]:
    report = ReadReport(reader="actiwatch", source=str(path))
    (member,) = members(path)
    return {r.channel.name: r for r in read_awd(member, "p", report)}, report


def written(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / "a.awd"
    path.write_bytes(text.encode(encoding))
    return path


def test_random_days_come_back_minute_by_minute(tmp_path: Path) -> None:
    """I-13."""
    counts = np.random.default_rng(0).integers(0, 5_000, 3 * 1_440)
    found, report = read(written(tmp_path, made.awd_text(counts.tolist(), lux="7,25", pressed=[3, 9])))
    activity = found["actiwatch_counts"]
    np.testing.assert_array_equal(activity.values, counts)
    np.testing.assert_array_equal(activity.times_utc, START + 60 * np.arange(len(counts)))
    assert activity.clock is Clock.LOCAL
    assert set(found["white_light"].values.tolist()) == {7.25}
    assert report.unknown == {"event marker": 2}


@pytest.mark.parametrize(("code", "seconds"), EPOCH_S.items())
def test_each_code_is_an_epoch_of_its_length(code: str, seconds: int, tmp_path: Path) -> None:
    found, _ = read(written(tmp_path, made.awd_text([120] * 10, code=code)))
    activity = found["actiwatch_counts"]
    assert activity.values.sum() == 1_200
    step = seconds if seconds <= 60 else 60
    assert np.unique(np.diff(activity.times_utc)).tolist() == [step]


def test_light_that_is_zero_all_along_is_a_sensor_that_is_not_there(tmp_path: Path) -> None:
    """T-13, failure 27."""
    found, _ = read(written(tmp_path, made.awd_text([1, 2, 3])))
    assert set(found) == {"actiwatch_counts"}


def test_a_damaged_line_is_counted_and_keeps_its_place(tmp_path: Path) -> None:
    text = made.awd_text([1, 2, 3, 4]).replace("2 , 0,00", "2x# , 0,00")
    found, report = read(written(tmp_path, text))
    assert found["actiwatch_counts"].values.tolist() == [1, 3, 4]
    assert (found["actiwatch_counts"].times_utc - START).tolist() == [0, 120, 180]
    assert report.dropped == {"not a number": 1}
    assert report.records_seen == report.records_kept + report.records_dropped


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_encodings_line_ends_and_lines_before_the_date_are_taken(encoding: str, tmp_path: Path) -> None:
    """Failures 5 and 15."""
    text = "Study of É\r\n" + made.awd_text([5, 6])
    found, _ = read(written(tmp_path, text.replace("\r\n", "\r"), encoding=encoding))
    assert found["actiwatch_counts"].values.tolist() == [5, 6]


def test_counts_with_letters_throughout_are_hexadecimal_and_it_is_said(tmp_path: Path) -> None:
    counts = list(range(0, 400, 7))
    text = "\n".join([*made.awd_text([]).split("\r\n")[:7], *(f"{c:X}" for c in counts)])
    found, report = read(written(tmp_path, text))
    assert found["actiwatch_counts"].values.tolist() == counts
    assert any("hexadecimal" in note for note in report.notes)


def test_a_stray_letter_in_decimal_counts_is_damage_not_hexadecimal(tmp_path: Path) -> None:
    text = "\n".join([*made.awd_text([]).split("\r\n")[:7], *["10"] * 99, "1A"])
    found, report = read(written(tmp_path, text))
    assert found["actiwatch_counts"].values.tolist() == [10] * 99
    assert report.dropped == {"not a number": 1}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("01-Oct-2009", "01/02/2009"), "March or in April"),
        (("01-Oct-2009", "31-Feb-2009"), "cannot be understood"),
        ((" 4 ", " 5 "), "known epoch code"),
        (("1 , 0,00", "one"), "without counts"),
    ],
)
def test_what_cannot_be_understood_is_refused(change: tuple[str, str], what: str, tmp_path: Path) -> None:
    """T-06, failure 15."""
    with pytest.raises(ReadError, match=what):
        read(written(tmp_path, made.awd_text([1]).replace(*change)))


def test_other_text_is_not_taken_for_it() -> None:
    assert looks_right(made.awd_text([1]).encode())
    assert not looks_right(b"a,b\n1,2\n3,4\n5,6\n")
    assert not looks_right(b"")


@pytest.mark.real
@pytest.mark.parametrize("folder", ["GGIR", "GGIRread"])
def test_a_real_file_has_the_counts_that_the_reference_reader_tests_for(folder: str) -> None:
    """329 minutes from 17:00 with 108,864 counts and 2 presses. Source: GGIRread, test_readActiwatchCount.R."""
    path = REAL / folder / "Actiwatch.AWD"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    found, report = read(path)
    activity = found["actiwatch_counts"]
    assert (len(activity.values), activity.values.sum()) == (329, 108_864)
    assert activity.times_utc[0] == START
    assert report.unknown == {"event marker": 2}
    assert report.records_dropped == 0
