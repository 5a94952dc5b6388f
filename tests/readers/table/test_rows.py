"""Rows to recordings: missing codes, units, repeats, day grids, and any order of rows."""

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.errors import ReadError
from sennight.record import Clock

NOON = int(dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC).timestamp())


def test_missing_leaves_no_trace_and_invalid_leaves_its_time(study: Any) -> None:
    study.minutes("7,2024-03-01 12:00,61", "7,2024-03-01 12:01,-1", "7,2024-03-01 12:02,255", "7,2024-03-01 12:03,64")
    reading = study.read(study.long())
    recording = study.only(reading)
    assert (recording.person, recording.device, recording.clock) == ("study-7", "watch", Clock.LOCAL)
    assert (recording.times_utc - NOON).tolist() == [0, 180]
    assert recording.values.tolist() == [61, 64]
    assert (recording.rejected_utc - NOON).tolist() == [120]
    assert (reading.report.records_seen, reading.report.records_kept) == (3, 2)


def test_units_are_converted(study: Any) -> None:
    study.minutes("7,2024-03-01 12:00,614")
    assert study.only(study.read(study.long(unit="beats/min x10"))).values[0] == np.float32(61.4)


def test_rows_without_person_or_time_are_dropped_and_counted(study: Any) -> None:
    study.minutes(",2024-03-01 12:00,61", "7,soon,62", "7,2024-03-01 12:01,63")
    reading = study.read(study.long())
    assert study.only(reading).values.tolist() == [63]
    assert sum(reading.report.dropped.values()) == 2


def test_a_channel_that_is_averaged_keeps_several_values_of_one_time(study: Any) -> None:
    study.minutes(*(f"7,2024-03-01 12:00,{v}" for v in (62, 60, 60)))
    reading = study.read(study.long())
    assert study.only(reading).values.tolist() == [60, 62]
    assert dict(reading.report.dropped) == {"repeated row": 1}


def test_of_several_step_counts_of_one_minute_the_fullest_stays(study: Any) -> None:
    study.minutes(*(f"7,2024-03-01 12:00,{v}" for v in (5, 9)))
    reading = study.read(study.long(channel="steps", unit="1/min"))
    assert study.only(reading).values.tolist() == [9]
    assert dict(reading.report.dropped) == {"another value for the same time": 1}


def test_codes_turn_words_into_numbers(study: Any) -> None:
    study.minutes(*(f"7,2024-03-01 12:0{i},{word}" for i, word in enumerate(("asleep", "up", "?"))))
    mapping = study.long(
        channel="asleep",
        unit="binary",
        change=lambda text: text.replace("missing: [-1], invalid: [255]", "codes: {asleep: 1, up: 0}"),
    )
    reading = study.read(mapping)
    assert study.only(reading).values.tolist() == [1, 0]
    assert dict(reading.report.dropped) == {"not a number": 1}


def test_a_file_about_one_person_needs_no_person_column(study: Any) -> None:
    study.minutes("2024-03-01 12:00,61", header="t,hr")
    mapping = study.long(change=lambda text: text.replace("person: who", "one_person: anna"))
    assert study.only(study.read(mapping)).person == "study-anna"


def test_day_rows_with_nulls_codes_and_a_second_recording_of_one_date(study: Any) -> None:
    counts = np.full((2, 1_440), -1, dtype=np.int16)
    counts[0, :3], counts[1, 2:5] = [1, 2, 3], [3, 4, 32_767]
    study.days(counts, who=[7, 7], date=["2024-03-01"] * 2)
    reading = study.read(study.daily())
    recording = study.only(reading)
    assert recording.values.tolist() == [1, 2, 3, 4]
    assert recording.n_rejected == 1
    assert dict(reading.report.dropped) == {"repeated row": 1, "out of the channel's range": 1}


def test_days_with_nulls_inside_and_a_day_that_is_null(study: Any) -> None:
    day = [None, 5] * 720
    frame = pl.DataFrame({"who": [1, 1], "date": ["2024-03-01", "2024-03-02"], "counts": [day, None]})
    frame.write_parquet(study.folder / "days.parquet")
    recording = study.only(study.read(study.daily()))
    assert recording.values.tolist() == [5] * 720
    assert set(np.diff(recording.times_utc).tolist()) == {120}


def test_a_day_of_another_length_is_refused(study: Any) -> None:
    frame = pl.DataFrame({"who": [1, 2], "date": ["2024-03-01"] * 2, "counts": [[1] * 1_440, [1] * 1_439]})
    frame.write_parquet(study.folder / "days.parquet")
    with pytest.raises(ReadError, match="not 1,440 minutes long"):
        list(study.read(study.daily()).people)


def test_numbered_columns_are_a_day(study: Any) -> None:
    header = ",".join(f"min_{i}" for i in range(1, 1_441))
    study.minutes(f"7,2024-03-01,{','.join(str(i % 90) for i in range(1_440))}", header=f"who,date,{header}")
    mapping = study.daily(
        change=lambda text: text.replace("column: counts", "column: 'min_{n}'").replace("days.parquet", "minutes.csv")
    )
    recording = study.only(study.read(mapping))
    assert recording.values[:4].tolist() == [0, 1, 2, 3]
    assert len(recording.values) == 1_440


def test_packed_bits_are_minutes_worn(study: Any) -> None:
    worn = np.zeros(1_440, dtype=np.uint8)
    worn[600:700] = 1
    frame = pl.DataFrame({"who": [1], "date": ["2024-03-01"], "counts": [np.packbits(worn).tobytes()]})
    frame.write_parquet(study.folder / "days.parquet")
    bits = "channel: on_body, unit: binary, packed: bits}"
    mapping = study.daily(change=lambda text: text[: text.index("channel: hip_counts")] + bits)
    np.testing.assert_array_equal(study.only(study.read(mapping)).values, worn)


CELLS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.integers(0, 6),
        st.one_of(st.none(), st.integers(-1, 5), st.just(700)),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=25, deadline=None)
@given(cells=CELLS, seed=st.integers(0, 9), channel=st.sampled_from(["heart_rate", "steps"]))
def test_the_order_of_rows_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    study_at: Callable[[Path], Any],
    cells: list[tuple[str, int, int | None]],
    seed: int,
    channel: str,
) -> None:
    """Unsorted rows, repeats, gaps, missing and impossible values: a grid of minutes, shuffled."""
    study = study_at(tmp_path_factory.mktemp("grid"))
    mapping = study.long(channel=channel, unit="beats/min" if channel == "heart_rate" else "1/min")
    shuffled = list(cells)
    random.Random(seed).shuffle(shuffled)
    seen = []
    for rows in (cells, shuffled):
        study.minutes(*(f"{who},2024-03-01 12:{m:02d},{'' if v is None else v}" for who, m, v in rows))
        reading = study.read(mapping)
        seen.append(
            [
                (r.person, r.times_utc.tolist(), r.values.tolist(), r.rejected_utc.tolist())
                for p in reading.people
                for r in p.recordings
            ]
        )
        assert reading.report.records_seen == sum(v is not None and v != -1 for _, _, v in cells)
        assert reading.report.records_seen == reading.report.records_kept + reading.report.records_dropped
    assert seen[0] == seen[1]


DAY_ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=6)


@settings(max_examples=10, deadline=None)
@given(rows=DAY_ROWS, seed=st.integers(0, 9))
def test_the_order_of_days_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    study_at: Callable[[Path], Any],
    rows: list[tuple[int, int]],
    seed: int,
) -> None:
    """People and days in any order, some days twice with other counts."""
    study = study_at(tmp_path_factory.mktemp("days"))
    rng = np.random.default_rng(seed)
    counts = rng.integers(-1, 4, (len(rows), 1_440)).astype(np.int16)
    seen = []
    for order in (np.arange(len(rows)), rng.permutation(len(rows))):
        people, days = [rows[i][0] for i in order], [f"2024-03-0{1 + rows[i][1]}" for i in order]
        study.days(counts[order], who=people, date=days)
        reading = study.read(study.daily())
        seen.append([(p.id, r.times_utc.tolist(), r.values.tolist()) for p in reading.people for r in p.recordings])
        assert reading.report.records_seen == int((counts >= 0).sum())
    assert seen[0] == seen[1]
