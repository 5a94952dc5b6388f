"""Tables named as in the registry need no mapping; for others there is one to start from."""

import datetime as dt
from typing import Any

import polars as pl

from sennight.readers import read
from sennight.readers.table import READER, starter_mapping
from sennight.record import Clock

NOON = int(dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC).timestamp())


def test_local_times_are_taken_as_local(study: Any) -> None:
    (study.folder / "a.csv").write_text("Participant,time,heart_rate,extra\nx,2024-03-01 12:00,61,1\n")
    reading = read(study.folder)
    recording = study.only(reading)
    assert (recording.clock, recording.times_utc.tolist(), recording.person) == (Clock.LOCAL, [NOON], "person-x")
    assert "column extra" in reading.report.unknown


def test_utc_seconds_with_an_offset_column_are_instants(study: Any) -> None:
    (study.folder / "a.csv").write_text(f"subject,time_utc,utc_offset_min,heart_rate\nx,{NOON},60,61\n")
    recording = study.only(read(study.folder / "a.csv"))
    assert (recording.clock, recording.utc_offset_s.tolist()) == (Clock.INSTANT, [3_600])


def test_utc_seconds_without_an_offset_are_not_guessed(study: Any) -> None:
    (study.folder / "a.csv").write_text(f"subject,time_utc,heart_rate\nx,{NOON},61\n")
    assert not READER.claims(study.folder / "a.csv")


def test_day_rows_need_a_date(study: Any) -> None:
    frame = pl.DataFrame({"person": [1], "date": [dt.date(2024, 3, 1)], "steps": [[3] * 1_440]})
    frame.write_parquet(study.folder / "a.parquet")
    assert study.only(read(study.folder / "a.parquet")).values.sum() == 3 * 1_440
    frame.drop("date").write_parquet(study.folder / "a.parquet")
    assert not READER.claims(study.folder / "a.parquet")


def test_a_starter_mapping_reads_its_table(study: Any) -> None:
    study.minutes("7,2024-03-01 12:00,61,2", header="Subject ID,Time stamp,Heart-Rate,foo")
    text = starter_mapping(study.folder / "minutes.csv")
    assert '"Heart-Rate", channel: heart_rate' in text
    assert '# - {column: "foo"' in text
    assert study.only(study.read(study.mapping(text))).values.tolist() == [61]
