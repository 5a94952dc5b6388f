"""OpenMHC's days: what zeros mean, units told by size, people across files, damage."""

import importlib.util
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.errors import ReadError
from sennight.readers.openmhc import ENERGY_RULE, HEART_RATE_RULE, OTHER_SHAPE, READER, ZERO
from sennight.readers.reader import Reading
from sennight.record import Clock, Recording

_spec = importlib.util.spec_from_file_location("made_openmhc", Path(__file__).parent / "samples" / "openmhc.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

MARCH = int(np.datetime64("2019-03-01", "s").astype(np.int64))


def one(
    folder: Path, *days: np.ndarray, dates: tuple[str, ...] = ()
) -> tuple[dict[tuple[str, str], Recording], Reading]:
    dates = dates or tuple(f"2019-03-{i + 1:02d}" for i in range(len(days)))
    rows = [("ann", date, day) for date, day in zip(dates, days, strict=True)]
    reading = READER.read(made.write(made.stream(rows), folder / "data.arrow"))
    (person,) = reading.people
    return {(r.channel.name, r.device): r for r in person.recordings}, reading


def test_random_days_come_back_in_the_order_of_their_dates(tmp_path: Path) -> None:
    """I-13, T-07: rows stand in any order."""
    days = [made.day(i) for i in range(3)]
    found, reading = one(tmp_path, *days, dates=("2019-03-03", "2019-03-01", "2019-03-02"))
    steps = found["steps", "iPhone"]
    np.testing.assert_array_equal(steps.values, np.concatenate([days[1][0], days[2][0], days[0][0]]))
    np.testing.assert_array_equal(steps.times_utc, MARCH + 60 * np.arange(3 * 1_440))
    assert steps.clock is Clock.LOCAL
    assert reading.report.records_seen == reading.report.records_kept + reading.report.records_dropped


def test_phone_and_watch_stay_two_devices(tmp_path: Path) -> None:
    """Failure 2: their steps are not added up by the reader."""
    day = made.day(1)
    found, _ = one(tmp_path, day)
    np.testing.assert_array_equal(found["steps", "Apple Watch"].values, day[3])
    np.testing.assert_array_equal(found["steps", "iPhone"].values, day[0])


def test_a_pulse_of_zero_and_a_day_of_zeros_are_not_measured(tmp_path: Path) -> None:
    """T-12, T-13, failures 3 and 27."""
    day = made.day(1)
    found, reading = one(tmp_path, day)
    pulse = found["heart_rate", "Apple Watch"]
    assert len(pulse.values) == 1_440 - 60 - 10
    assert pulse.values.min() >= 50
    # Nobody carried what measures distance; resting minutes of steps stay zeros.
    assert ("distance", "iPhone") not in found
    assert (found["steps", "iPhone"].values == 0).any()
    assert reading.report.dropped[ZERO] == 10 + 2 * 1_440


@pytest.mark.parametrize(("asleep", "kept"), [(420, 1_440), (100, 100)])
def test_waking_is_believed_on_days_with_three_hours_of_sleep(asleep: int, kept: int, tmp_path: Path) -> None:
    day = made.day(1)
    day[7] = np.arange(1_440) < asleep
    found, _ = one(tmp_path, day)
    sleep = found["asleep", "Apple Watch"]
    assert (len(sleep.values), sleep.values.sum()) == (kept, asleep)


def test_units_are_told_by_size_and_it_is_said(tmp_path: Path) -> None:
    """T-10, failure 4: beats per second, and calories that may be small."""
    day = made.day(1)
    day[5] /= 60
    day[6] *= 1_000
    found, reading = one(tmp_path, day)
    assert 50 <= found["heart_rate", "Apple Watch"].values.mean() <= 120
    assert set(found["active_energy", "Apple Watch"].values.tolist()) == {0.5}
    assert {HEART_RATE_RULE, ENERGY_RULE} <= set(reading.report.notes)
    assert reading.report.converted == {"Hz -> beats/min": 1_370, "cal -> kcal": 1_440}


def test_people_are_whole_although_their_days_lie_in_two_files(tmp_path: Path) -> None:
    reading = READER.read(made.daily_hf(tmp_path))
    people = {p.id: p for p in reading.people}
    assert list(people) == ["openmhc-ann", "openmhc-ben"]
    assert all(len(np.unique(r.times_utc // 86_400)) == 2 for r in people["openmhc-ben"].recordings)
    assert reading.report.unknown["channel workout:HKWorkoutActivityTypeYoga"] == 1


def test_a_day_of_another_shape_or_without_a_date_is_counted(tmp_path: Path) -> None:
    found, reading = one(tmp_path, made.day(1), made.day(2, minutes=1_400), made.day(3), dates=("2019-03-01", "x", "3"))
    assert len(found["steps", "iPhone"].values) == 1_440
    assert reading.report.dropped["row without a time that can be understood"] == 2
    _, reading = one(tmp_path, made.day(1), made.day(2, minutes=1_400))
    assert reading.report.dropped[OTHER_SHAPE] == 1


def test_a_shard_that_is_cut_short_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    """Failure 11, I-11, I-03."""
    folder = made.daily_hf(tmp_path)
    shard = folder / "data-00001-of-00002.arrow"
    whole = shard.read_bytes()
    shard.write_bytes(whole[:-2_000])
    reading = READER.read(folder)
    assert [p.id for p in reading.people] == ["openmhc-ann", "openmhc-ben"]
    assert list(reading.report.failed) == [shard.name]
    shard.write_bytes(whole[:100])
    reading = READER.read(folder)
    assert len(list(reading.people)) == 2
    assert list(reading.report.failed) == [shard.name]
    with pytest.raises(ReadError):
        list(READER.read(shard).people)


def test_the_end_of_the_stream_missing_is_said(tmp_path: Path) -> None:
    path = made.write(made.stream([("ann", "2019-03-01", made.day(1))]), tmp_path / "data.arrow")
    path.write_bytes(path.read_bytes()[:-8])
    reading = READER.read(path)
    assert len(list(reading.people)) == 1
    assert list(reading.report.cut_short) == ["data.arrow"]


def test_other_arrow_files_are_not_claimed(tmp_path: Path) -> None:
    path = made.write(pl.DataFrame({"values": [1.0], "user_id": ["a"]}), tmp_path / "other.arrow")
    assert not READER.claims(path)
    assert not READER.claims(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="no days of OpenMHC"):
        READER.read(path)


def test_rows_that_lack_a_day_of_anybody_are_refused(tmp_path: Path) -> None:
    path = made.write(made.stream([("ann", "someday", made.day(1))]), tmp_path / "data.arrow")
    with pytest.raises(ReadError, match="no day of OpenMHC"):
        list(READER.read(path).people)
    path = made.write(made.stream([("ann", "2019-03-01", made.day(1))])[:0], tmp_path / "data.arrow")
    with pytest.raises(ReadError, match="without rows"):
        list(READER.read(path).people)
