"""Finding people in a minute file, and the weekdays they get."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.errors import ReadError
from sennight.readers.nhanes.minutes import each_person, first_weekday, index_people, midnight_utc
from sennight.readers.nhanes.xport import Rows, read_layout


def _file(writer, folder, lengths, *, first=31_128):
    seqn = np.concatenate([np.full(n, float(first + i)) for i, n in enumerate(lengths)]) if lengths else np.empty(0)
    return writer(folder / "PAXRAW_D.XPT", {"SEQN": seqn, "N": np.arange(len(seqn), dtype=np.float64)})


@given(lengths=st.lists(st.integers(1, 70), max_size=25))
@settings(max_examples=60, deadline=None)
def test_every_person_gets_exactly_their_rows(xport_writer, tmp_path_factory, lengths):
    path = _file(xport_writer, tmp_path_factory.mktemp("m"), lengths)
    with Rows(read_layout(path)) as rows:
        index = index_people(rows)
        assert index.seqn.tolist() == [31_128 + i for i in range(len(lengths))]
        assert np.diff(index.first).tolist() == lengths
        people = list(each_person(rows, index, columns=("SEQN", "N")))
    assert [len(t) for _, t in people] == lengths
    numbers = [t["N"] for _, t in people]
    assert np.array_equal(np.concatenate(numbers) if numbers else np.empty(0), np.arange(float(sum(lengths))))


def test_a_file_that_is_not_sorted_by_participant_is_refused(xport_writer, tmp_path):
    path = xport_writer(tmp_path / "PAXRAW_D.XPT", {"SEQN": np.array([2.0, 2.0, 1.0, 1.0])})
    with Rows(read_layout(path)) as rows, pytest.raises(ReadError, match="not sorted"):
        index_people(rows)


def test_a_participant_whose_rows_are_scattered_is_refused(xport_writer, tmp_path):
    seqn = np.repeat([1.0, 2.0, 3.0], 40)
    seqn[60] = 1.0  # in the middle of participant 2
    path = xport_writer(tmp_path / "PAXRAW_D.XPT", {"SEQN": seqn})
    with Rows(read_layout(path)) as rows, pytest.raises(ReadError, match="not sorted"):
        list(each_person(rows, index_people(rows), columns=("SEQN",)))


def test_a_row_without_a_participant_is_refused(xport_writer, tmp_path):
    path = xport_writer(tmp_path / "PAXRAW_D.XPT", {"SEQN": np.array([1.0, 2.0])}, marks={"SEQN": {0: "."}})
    with Rows(read_layout(path)) as rows, pytest.raises(ReadError, match="no participant number"):
        index_people(rows)


@pytest.mark.parametrize("weekday", range(7))
def test_a_placeholder_midnight_has_the_right_weekday(weekday):
    day = dt.datetime.fromtimestamp(midnight_utc(weekday), tz=dt.UTC)
    assert (day.hour, day.minute) == (0, 0)
    assert day.isoweekday() % 7 == weekday  # 0 is Sunday


def test_the_first_weekday_is_counted_back_from_the_first_row_that_has_one():
    codes = np.array([np.nan, 1.0, 2.0])  # the second row is a Sunday, one day after day 0
    assert first_weekday(codes, np.array([0, 1, 2])) == 6
    assert first_weekday(np.array([np.nan]), np.array([0])) is None
