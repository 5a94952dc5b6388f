"""Actigraphy of MESA: weekdays instead of dates, off wrist, names of columns in other studies."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.mesa import DISAGREES, READER, WEEKDAY_RULE
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording

_spec = importlib.util.spec_from_file_location("made_mesa", Path(__file__).parent / "samples" / "mesa.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)


def channels(folder: Path, text: str) -> tuple[dict[str, Recording], ReadReport]:
    path = folder / "mesa-sleep-0001.csv"
    path.write_text(text)
    reading = READER.read(path)
    (person,) = reading.people
    return {r.channel.name: r for r in person.recordings}, reading.report


def weekday(seconds: int) -> int:
    """0 Monday to 6 Sunday."""
    return (int(seconds) // 86_400 + 3) % 7


def test_random_days_come_back_on_the_right_weekdays(tmp_path: Path) -> None:
    """I-13: a week from Thursday evening."""
    counts = np.random.default_rng(6).integers(0, 2_000, 7 * 2_880)
    found, report = channels(tmp_path, made.text(counts.tolist(), start_s=20 * 3_600, weekday=5))
    activity = found["actiwatch_counts"]
    np.testing.assert_array_equal(activity.values, counts)
    assert np.unique(np.diff(activity.times_utc)).tolist() == [30]
    assert (weekday(activity.times_utc[0]), activity.times_utc[0] % 86_400) == (3, 20 * 3_600)
    assert activity.clock is Clock.WEEKDAY
    assert WEEKDAY_RULE in report.notes
    assert report.records_dropped == 0


def test_off_the_wrist_nothing_is_measured(tmp_path: Path) -> None:
    """T-13, failures 3 and 27."""
    found, _ = channels(tmp_path, made.text([None, None, 5, 50]))
    assert found["on_body"].values.tolist() == [0, 0, 1, 1]
    assert found["actiwatch_counts"].values.tolist() == [5, 50]
    assert found["asleep"].values.tolist() == [1, 0]
    assert found["rest_interval"].values.tolist() == [3, 3, 2, 0]
    assert found["blue_light"].values.tolist() == pytest.approx([0.3, 0.3])


def test_a_row_whose_weekday_and_day_number_disagree_is_dropped(tmp_path: Path) -> None:
    """T-07."""
    lines = made.text([1, 2, 3, 4, 5, 6]).splitlines()
    lines[2] = lines[2].replace(",7,1,1", ",3,1,1")
    lines[3] = lines[3].replace("23:01:00", "25:61")
    found, report = channels(tmp_path, "\n".join(lines))
    assert found["actiwatch_counts"].values.tolist() == [1, 4, 5, 6]
    assert report.dropped == {DISAGREES: 2}


def test_without_day_numbers_midnights_are_counted(tmp_path: Path) -> None:
    """Failure 15: another study of the resource, other columns."""
    header = made.HEADER.replace("linetime", "time").replace("whitelight", "white_light").replace("daybymidnight", "x")
    found, report = channels(tmp_path, made.text(list(range(240)), header=header))
    times = found["actiwatch_counts"].times_utc
    assert np.unique(np.diff(times)).tolist() == [30]
    assert [weekday(times[0]), weekday(times[-1])] == [5, 6]
    assert "white_light" in found
    assert report.unknown["column x"] == 1


def test_a_table_with_dates_is_on_a_local_clock(tmp_path: Path) -> None:
    header = made.HEADER.replace("mesaid", "date")
    rows = made.text([1, 2, 3]).splitlines()[1:]
    text = "\n".join([header, *(row.replace("1,", "2012-05-30,", 1) for row in rows)])
    found, _ = channels(tmp_path, text)
    assert found["actiwatch_counts"].clock is Clock.LOCAL
    assert np.datetime64(int(found["actiwatch_counts"].times_utc[0]), "s") == np.datetime64("2012-05-30T23:00")


def test_unknown_words_for_intervals_are_counted(tmp_path: Path) -> None:
    """I-15."""
    found, report = channels(tmp_path, made.text([1, 50]).replace("ACTIVE", "DANCING"))
    assert found["rest_interval"].values.tolist() == [2]
    assert report.unknown["interval in a word that is not known"] == 1


def test_presses_are_counted(tmp_path: Path) -> None:
    _, report = channels(tmp_path, made.text([5, 50]).replace(",0,5,0,", ",0,5,1,"))
    assert report.unknown["event marker"] == 1


def test_a_table_without_markers_is_read_the_same(tmp_path: Path) -> None:
    text = made.text([5, 50])
    found, report = channels(tmp_path, text.replace("marker", "other", 1))
    assert found["actiwatch_counts"].values.tolist()[:2] == [5, 50]
    assert "event marker" not in report.unknown
    assert report.unknown["column other"] == 1


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("dayofweek", "dow"), "neither dates nor weekdays"),
        ((",7,1,1", ",9,1,1"), "could be used|no common step"),
    ],
)
def test_what_says_no_day_is_refused(change: tuple[str, str], what: str, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=what):
        channels(tmp_path, made.text([1, 2]).replace(*change))


def test_a_table_with_fewer_columns_is_not_claimed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("line,time,activity\n1,10:00,5\n")
    assert not READER.claims(path)
