"""Elapsed minutes against the zone database."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sennight.readers.synthetic.clock import spans, timeline

AUTUMN, SPRING = dt.date(2024, 11, 3), dt.date(2024, 3, 10)  # America/New_York


def _minutes_of(date: dt.date) -> int:
    line = timeline("America/New_York", date - dt.timedelta(days=2), 5)
    return int((line.day == 2).sum())


def test_the_day_of_the_long_night_has_1500_minutes():
    assert _minutes_of(AUTUMN) == 1_500


def test_the_day_of_the_short_night_has_1380_minutes():
    assert _minutes_of(SPRING) == 1_380


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Sydney"])
def test_every_minute_of_a_year_shows_what_the_zone_database_says(zone):
    line = timeline(zone, dt.date(2024, 1, 1), 366)
    assert len(line) == 366 * 1_440
    times, days, hours = line.times_utc, line.day, line.hour
    for at in np.random.default_rng(0).integers(0, len(line), size=300):
        local = dt.datetime.fromtimestamp(int(times[at]), tz=ZoneInfo(zone))
        assert local.utcoffset() == dt.timedelta(seconds=int(line.offset_s[at]))
        assert days[at] == (local.date() - line.first_date).days
        assert hours[at] == pytest.approx(local.hour + local.minute / 60)


def test_a_placed_wall_time_is_what_the_wall_clock_shows_there():
    line = timeline("America/New_York", AUTUMN - dt.timedelta(days=2), 5)
    wall = np.array([60.0, 2 * 1440 + 30.0, 2 * 1440 + 90.0, 2 * 1440 + 300.0, 4 * 1440 + 5.0])
    assert (line.wall_min[line.place(wall)] == wall).all()


def test_a_time_shown_twice_is_placed_at_the_first():
    line = timeline("America/New_York", AUTUMN, 1)
    assert line.place(np.array([90.0]))[0] == 90
    assert line.place(np.array([120.0]))[0] == 180


def test_a_time_that_is_jumped_over_is_placed_at_the_jump():
    line = timeline("America/New_York", SPRING, 1)
    at = line.place(np.array([119.0, 150.0, 180.0]))
    assert at.tolist() == [119, 120, 120]
    assert line.wall_min[120] == 180


def test_spans_join_and_ignore_empty_ones():
    assert spans(6, np.array([0, 1, 4]), np.array([2, 3, 4])).tolist() == [True, True, True, False, False, False]
