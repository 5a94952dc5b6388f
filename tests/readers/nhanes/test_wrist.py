"""Wrist minutes: the clock from sample numbers, quality flags, worn and asleep."""

import datetime as dt
from collections import Counter

import numpy as np
import pytest

from sennight.readers.nhanes.hip import CLOCK_DISAGREES, Source
from sennight.readers.nhanes.wrist import FLAGGED, NO_START, codes, seconds_of_day, start_times, wrist_recordings
from sennight.readers.nhanes.xport import Columns

SOURCE = Source(file="PAXMIN_H.XPT", sha256="0" * 64)
START_MIN = 16 * 60 + 30


@pytest.fixture
def minute_table(wrist_minutes):
    return lambda *args, **kwargs: Columns(
        first_row=0, marks={}, values=wrist_minutes(**({"minutes": args[0]} if args else {}), **kwargs)
    )


def _read(table, start_s=START_MIN * 60):
    dropped = Counter()
    recordings = wrist_recordings(table, person="nhanes-73557", source=SOURCE, start_s=start_s, dropped=dropped)
    return {r.channel.name: r for r in recordings}, dropped


def _local(recording, i=0):
    return dt.datetime.fromtimestamp(int(recording.times_utc[i]), tz=dt.UTC)


@pytest.mark.parametrize("as_text", [True, False])
def test_the_clock_starts_where_the_header_says(minute_table, as_text):
    by_channel, dropped = _read(minute_table(as_text=as_text))
    assert set(by_channel) == {"mims", "white_light", "on_body", "asleep"}
    first = _local(by_channel["mims"])
    assert (first.isoweekday(), first.hour, first.minute) == (5, 16, 30)
    assert set(np.diff(by_channel["mims"].times_utc).tolist()) == {60}
    assert by_channel["white_light"].values[0] == 40
    assert not dropped


def test_without_a_header_the_first_midnight_gives_the_start(minute_table):
    by_channel, dropped = _read(minute_table(), start_s=None)
    assert (_local(by_channel["mims"]).hour, _local(by_channel["mims"]).minute) == (16, 30)
    assert not dropped


def test_one_day_without_a_header_cannot_be_placed(minute_table):
    by_channel, dropped = _read(minute_table(300), start_s=None)
    assert not by_channel
    assert dropped == {NO_START: 300}


def test_minutes_on_another_day_than_they_claim_are_dropped(minute_table):
    table = minute_table()
    table["PAXDAYM"][10] = "3"
    table["PAXDAYWM"][2000] = "4"
    by_channel, dropped = _read(table)
    assert dropped == {CLOCK_DISAGREES: 2}
    assert len(by_channel["mims"].values) == 3_998


def test_flagged_minutes_and_minutes_without_movement_value_are_out_of_range(minute_table):
    table = minute_table()
    table["PAXQFM"][5] = 2.0
    table["PAXMTSM"][6] = -0.01  # the survey's "could not be computed"
    by_channel, dropped = _read(table)
    assert by_channel["mims"].n_rejected == 2
    assert by_channel["white_light"].n_rejected == 1
    assert dropped == {FLAGGED: 2}


def test_worn_and_asleep_follow_the_predicted_state(minute_table):
    table = minute_table(3_000)
    table["PAXPREDM"][:4] = ["1", "2", "3", "4"]
    table["PAXPREDM"][4] = ""
    by_channel, _ = _read(table)
    assert by_channel["on_body"].values[:4].tolist() == [1, 1, 0, 1]  # the unknown ones are absent
    assert len(by_channel["on_body"].values) == 2_998
    assert by_channel["asleep"].values[:2].tolist() == [0, 1]
    assert len(by_channel["asleep"].values) == 2_997


def test_codes_may_be_text_or_numbers():
    assert np.array_equal(codes(np.array(["1", " 3", "", "x"])), [1, 3, np.nan, np.nan], equal_nan=True)
    assert codes(np.array([], dtype="U1")).shape == (0,)
    assert codes(np.array([2.0])).tolist() == [2.0]


@pytest.mark.parametrize("text", ["", "16:30", "25:00:00", "ab:cd:ef", "10:61:00"])
def test_a_clock_that_is_none_is_not_guessed(text):
    assert seconds_of_day(text) is None


def test_the_header_table_wins_over_the_day_table():
    header = Columns(first_row=0, marks={}, values={"SEQN": np.array([1.0]), "PAXFTIME": np.array(["10:00:00"])})
    days = Columns(
        first_row=0,
        marks={},
        values={
            "SEQN": np.array([1.0, 1.0, 2.0]),
            "PAXDAYD": np.array(["1", "2", "1"]),
            "PAXMSTD": np.array(["11:00:00", "00:00:00", "12:00:00"]),
        },
    )
    assert start_times(header=header, days=days) == {1: 36_000, 2: 43_200}
    assert start_times(header=None, days=None) == {}
