"""Hip minutes: the clock, saturation, steps, reliability."""

import datetime as dt
from collections import Counter

import numpy as np
import pytest

from sennight.readers.nhanes.hip import CLOCK_DISAGREES, Source, columns_of, hip_recordings, reliable
from sennight.readers.nhanes.minutes import index_people
from sennight.readers.nhanes.xport import Columns, Rows, read_layout
from sennight.record import Clock

SOURCE = Source(file="PAXRAW_D.XPT", sha256="0" * 64)


def _table(columns):
    return Columns(first_row=0, values=columns, marks={})


def _read(columns):
    dropped = Counter()
    return hip_recordings(_table(columns), person="nhanes-1", source=SOURCE, dropped=dropped), dropped


def test_a_week_of_minutes_becomes_counts_and_steps_on_the_right_weekdays(hip_minutes):
    columns = hip_minutes([1], first_weekday=5)  # Thursday
    (counts, steps), dropped = _read(columns)
    assert counts.channel.name == "hip_counts"
    assert steps.channel.name == "steps"
    assert counts.clock is Clock.WEEKDAY
    assert np.array_equal(counts.values, columns["PAXINTEN"].astype(np.float32))
    first = dt.datetime.fromtimestamp(int(counts.times_utc[0]), tz=dt.UTC)
    assert (first.isoweekday(), first.hour, first.minute) == (4, 0, 0)
    assert set(np.diff(counts.times_utc).tolist()) == {60}
    assert len(counts.values) == 7 * 1440
    assert not dropped


def test_a_recording_that_starts_in_the_afternoon_keeps_its_clock(hip_minutes):
    columns = {k: v[900:] for k, v in hip_minutes([1], minutes=3_000, first_weekday=7).items()}  # Saturday 15:00
    columns["PAXN"] = np.arange(1.0, 2_101)
    (counts, _), dropped = _read(columns)
    first = dt.datetime.fromtimestamp(int(counts.times_utc[0]), tz=dt.UTC)
    assert (first.isoweekday(), first.hour) == (6, 15)
    assert not dropped


def test_a_saturated_count_is_out_of_range_and_leaves_its_time(hip_minutes):
    columns = hip_minutes([1], minutes=100)
    columns["PAXINTEN"][7] = 32767
    (counts, _), dropped = _read(columns)
    assert counts.n_rejected == 1
    assert (counts.rejected_utc - counts.times_utc[0]).tolist() == [7 * 60]
    assert sum(dropped.values()) == 1


def test_a_minute_without_a_count_was_never_measured(hip_minutes):
    columns = hip_minutes([1], minutes=100)
    columns["PAXINTEN"][3] = np.nan
    (counts, steps), dropped = _read(columns)
    assert (len(counts.values), len(steps.values)) == (99, 100)
    assert counts.n_rejected == 0
    assert dropped == {"no count in the minute": 1}


@pytest.mark.parametrize(
    ("column", "row", "value"),
    [("PAXHOUR", 70, 3.0), ("PAXDAY", 70, 7.0), ("PAXN", 70, np.nan), ("PAXMINUT", 0, np.nan)],
)
def test_a_minute_whose_clock_contradicts_itself_is_dropped_and_counted(hip_minutes, column, row, value):
    columns = hip_minutes([1], minutes=100, first_weekday=1)
    columns[column][row] = value
    (counts, _), dropped = _read(columns)
    assert len(counts.values) == 99
    assert dropped == {CLOCK_DISAGREES: 1}


def test_without_any_weekday_nothing_can_be_placed(hip_minutes):
    columns = hip_minutes([1], minutes=100)
    columns["PAXDAY"][:] = np.nan
    (counts, steps), dropped = _read(columns)
    assert len(counts.values) == len(steps.values) == 0
    assert dropped == {CLOCK_DISAGREES: 100}


def test_the_cycle_without_steps_has_counts_only(xport_writer, hip_minutes, tmp_path):
    columns = hip_minutes([1], minutes=60, steps=False)
    layout = read_layout(xport_writer(tmp_path / "PAXRAW_C.XPT", columns))
    assert "PAXSTEP" not in columns_of(layout)
    (counts,), _ = _read(columns)
    assert len(counts.values) == 60


def test_a_device_is_reliable_only_if_calibrated_and_judged_so(xport_writer, hip_minutes, tmp_path):
    columns = hip_minutes([1, 2, 3], minutes=10, status=[(1, 1), (2, 1), (1, 2)])
    path = xport_writer(tmp_path / "PAXRAW_D.XPT", columns)
    with Rows(read_layout(path)) as rows:
        assert reliable(rows, index_people(rows)).tolist() == [1.0, 0.0, 0.0]
