"""Every way to write a time gives the same instant; what cannot be understood is dropped and counted."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.record import Clock

NOON = int(dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC).timestamp())


@pytest.mark.parametrize(
    ("time", "clock", "cell", "utc", "offset"),
    [
        ("{timestamp: t}", "local", "2024-03-01T12:00:30", NOON + 30, 0),
        ("{timestamp: t}", "instant", "2024-03-01T13:00:00+01:00", NOON, 3_600),
        ("{timestamp: t}", "instant", "2024-03-01 12:00:00.250Z", NOON, 0),
        ("{timestamp: t, zone: America/New_York}", "instant", "2024-03-01 07:00", NOON, -5 * 3_600),
        ("{timestamp: t, format: '%m/%d/%Y %I:%M:%S %p'}", "local", "3/1/2024 12:00:00 PM", NOON, 0),
        ("{timestamp: t, format: '%d.%m.%Y %H:%M'}", "local", "01.03.2024 12:00", NOON, 0),
        ("{unix_seconds: t, utc_offset_min: 60}", "instant", str(NOON), NOON, 3_600),
        ("{unix_minutes: t, zone: Europe/Vienna}", "instant", str(NOON // 60), NOON, 3_600),
        ("{timestamp: t, utc_offset_min: -300}", "instant", "2024-03-01 07:00", NOON, -18_000),
    ],
)
def test_every_convention_gives_the_same_instant(
    study: Any, time: str, clock: str, cell: str, utc: int, offset: int
) -> None:
    study.minutes(f"7,{cell},61")
    recording = study.only(study.read(study.long(time=time, clock=clock)))
    assert (recording.times_utc.tolist(), recording.utc_offset_s.tolist()) == ([utc], [offset])
    assert recording.clock == Clock(clock)


def test_a_date_and_a_minute_of_the_day_make_a_time(study: Any) -> None:
    study.minutes("7,2024-03-01,720,61", "7,2024-03-01,1440,62", header="who,d,m,hr")
    reading = study.read(study.long(time="{date: d, minute: m}"))
    assert study.only(reading).times_utc.tolist() == [NOON]
    assert reading.report.dropped["row without a time that can be understood"] == 1


def test_a_date_and_a_time_of_day_make_a_time(study: Any) -> None:
    study.minutes("7,2024-03-01,12:00:05,61", header="who,d,c,hr")
    assert study.only(study.read(study.long(time="{date: d, time_of_day: c}"))).times_utc[0] == NOON + 5


def test_the_hour_that_summer_time_skips_is_dropped_and_counted(study: Any) -> None:
    study.minutes("7,2024-03-31 01:59,61", "7,2024-03-31 02:30,62", "7,2024-03-31 03:00,63")
    reading = study.read(study.long(time="{timestamp: t, zone: Europe/Vienna}", clock="instant"))
    recording = study.only(reading)
    assert np.diff(recording.times_utc).tolist() == [60]
    assert recording.utc_offset_s.tolist() == [3_600, 7_200]
    assert reading.report.records_dropped == 1


def test_an_unset_clock_and_a_far_future_are_no_times(study: Any) -> None:
    study.minutes(f"7,{NOON},61", "7,-5,62", "7,99999999999,63")
    reading = study.read(study.long(time="{unix_seconds: t, utc_offset_min: 0}", clock="instant"))
    assert study.only(reading).times_utc.tolist() == [NOON]
    assert reading.report.records_dropped == 2


def test_instants_without_any_offset_are_refused(study: Any) -> None:
    study.minutes("7,2024-03-01 12:00,61")
    with pytest.raises(ReadError, match="without a UTC offset"):
        list(study.read(study.long(clock="instant")).people)


def test_times_in_no_known_format_are_an_error(study: Any) -> None:
    study.minutes("7,the first of March,61")
    with pytest.raises(ReadError, match="can be understood"):
        list(study.read(study.long()).people)


@pytest.mark.parametrize(
    ("convention", "numbers"),
    [("sunday=1", [7, 1, 2]), ("sunday=0", [6, 0, 1]), ("monday=0", [5, 6, 0]), ("monday=1", [6, 7, 1])],
)
def test_weekdays_get_placeholder_dates_that_follow_each_other(study: Any, convention: str, numbers: list[int]) -> None:
    counts = np.arange(3 * 1_440, dtype=np.int16).reshape(3, 1_440) % 500
    order = [2, 0, 1]  # rows may come in any order
    study.days(counts[order], who=["a"] * 3, day=[[0, 1, 2][i] for i in order], wd=[numbers[i] for i in order])
    time = f"{{weekday: wd, weekday_is: {convention}, day: day}}"
    recording = study.only(study.read(study.daily(clock="weekday", time=time)))
    first = dt.datetime.fromtimestamp(int(recording.times_utc[0]), tz=dt.UTC)
    assert first.isoformat() == "2005-01-08T00:00:00+00:00"  # a Saturday
    assert (np.diff(recording.times_utc) == 60).all()
    assert recording.values.tolist() == counts.ravel().tolist()
    assert recording.clock == Clock.WEEKDAY


def test_a_day_whose_weekday_disagrees_is_dropped_and_counted(study: Any) -> None:
    study.days(np.ones((3, 1_440), dtype=np.int16), who=["a"] * 3, day=[0, 1, 2], wd=[0, 1, 6])
    reading = study.read(study.daily(clock="weekday", time="{weekday: wd, day: day}"))
    assert len(study.only(reading).values) == 2 * 1_440
    assert dict(reading.report.dropped) == {"weekday disagrees with the day number": 1_440}
