"""The personal export: which clock each stream runs on, and what is done with odd records. All data synthetic."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers import read
from sennight.readers.fitbit import READER
from sennight.record import Clock, Recording


def _utc(*when: int) -> int:
    return int(dt.datetime(*when, tzinfo=dt.UTC).timestamp())  # type: ignore[arg-type, misc]


def _export(folder: Path, **streams: list[Any]) -> Path:
    for name, records in streams.items():
        (folder / f"{name}-2024-07-01.json").write_text(json.dumps(records))
    return folder


def _night(start: str = "2024-07-01T23:00:00.000", **changes: object) -> dict[str, Any]:
    return {
        "dateOfSleep": "2024-07-02",
        "type": "stages",
        "mainSleep": True,
        "minutesAsleep": 9,
        "efficiency": 90,
        "levels": {"data": [{"dateTime": start, "level": "light", "seconds": 600}]},
        **changes,
    }


def _recordings(path: Path, zone: str | None = None) -> dict[str, Recording]:
    (person,) = READER.read(path, zone=zone).people
    return {r.channel.name: r for r in person.recordings}


STEP = {"dateTime": "07/01/24 21:00:00", "value": "7"}


def test_without_a_zone_steps_are_utc_and_sleep_is_local_and_the_report_says_so(tmp_path: Path) -> None:
    _export(tmp_path, steps=[STEP], sleep=[_night()])
    found = _recordings(tmp_path)
    assert (found["steps"].clock, found["asleep"].clock) == (Clock.INSTANT, Clock.LOCAL)
    assert found["steps"].times_utc.tolist() == [_utc(2024, 7, 1, 21)]
    assert found["asleep"].times_utc[0] == _utc(2024, 7, 1, 23)
    assert any("no zone is known" in note for note in read(tmp_path).report.notes)


def test_with_a_zone_both_meet_on_one_clock(tmp_path: Path) -> None:
    _export(tmp_path, steps=[STEP], sleep=[_night()])
    found = _recordings(tmp_path, zone="Europe/Vienna")
    assert {r.clock for r in found.values()} == {Clock.INSTANT}
    # 23:00 in Vienna in July is 21:00 UTC: the step and the beginning of sleep are one instant.
    assert found["asleep"].times_utc[0] == found["steps"].times_utc[0] == _utc(2024, 7, 1, 21)
    assert set(found["steps"].utc_offset_s.tolist()) == {7_200}


def test_the_zone_of_the_profile_is_used(tmp_path: Path) -> None:
    _export(tmp_path, steps=[STEP])
    (tmp_path / "Profile.csv").write_text("id,full_name,timezone\nX,Synthetic Person,America/New_York\n")
    assert _recordings(tmp_path)["steps"].utc_offset_s.tolist() == [-14_400]
    assert not any("Synthetic Person" in note for note in read(tmp_path).report.notes)


def test_an_unknown_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="Mars"):
        READER.read(_export(tmp_path, steps=[STEP]), zone="Mars/Olympus")


def test_confidence_zero_is_dropped_and_counted(tmp_path: Path) -> None:
    pulse = [
        {"dateTime": f"07/01/24 21:00:{s:02d}", "value": {"bpm": 70 + s, "confidence": c}} for s, c in ((5, 0), (10, 1))
    ]
    _export(tmp_path, heart_rate=pulse)
    assert _recordings(tmp_path)["heart_rate"].values.tolist() == [80]
    assert read(tmp_path).report.dropped["heart rate with confidence 0"] == 1


def test_odd_records_are_dropped_and_counted(tmp_path: Path) -> None:
    odd = [STEP, {"dateTime": "yesterday", "value": "1"}, {"value": "1"}, None, 5, {**STEP, "dateTime": 3}]
    odd += [
        {"dateTime": "07/01/24 21:01:00", "value": "many"},
        {"dateTime": "07/01/24 21:02:00", "value": "-4"},
        {"dateTime": "07/01/24 21:03:00", "value": 1e400},
    ]
    _export(tmp_path, steps=odd)
    reading = read(tmp_path)
    (person,) = reading.people
    assert person.recordings[0].values.tolist() == [7]
    assert dict(reading.report.dropped) == {
        "record without time and value": 5,
        "not a number": 1,
        "out of the channel's range": 2,
    }
    assert reading.report.records_seen == len(odd)


def test_a_day_in_two_files_counts_once(tmp_path: Path) -> None:
    _export(tmp_path, steps=[STEP])
    (tmp_path / "steps-2024-07-02.json").write_text(json.dumps([STEP, {**STEP, "dateTime": "07/02/24 05:00:00"}]))
    assert _recordings(tmp_path)["steps"].values.tolist() == [7, 7]
    assert read(tmp_path).report.dropped["repeated row"] == 1


def test_resting_heart_rate_becomes_dated_facts(tmp_path: Path) -> None:
    days = [
        {"dateTime": "07/01/24 00:00:00", "value": {"date": "07/01/24", "value": 61.5, "error": 6}},
        {"dateTime": "07/02/24 00:00:00", "value": {"date": None, "value": 0.0, "error": 0}},
    ]
    reading = read(_export(tmp_path, resting_heart_rate=days, steps=[STEP]))
    column = reading.facts.columns["resting_heart_rate"]
    assert (column.values.tolist(), column.dates.tolist(), column.unit) == ([61.5], [dt.date(2024, 7, 1)], "beats/min")


@pytest.mark.parametrize(
    "text", ['[{"dateTime": "07/01/24 21:00:00", "value":', "[" * 50_000 + '"dateTime"', '["dateTime"\xff']
)
def test_damaged_json_is_one_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "steps-2024-07-01.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ReadError, match="damaged"):
        READER.read(tmp_path)


def test_an_export_without_any_record_is_an_error(tmp_path: Path) -> None:
    _export(tmp_path, steps=[STEP])
    (tmp_path / "steps-2024-07-01.json").write_text('[{"dateTime": "never", "value": "1"}]')
    with pytest.raises(ReadError, match="without any record"):
        read(tmp_path)


def test_files_of_other_streams_are_counted_by_sort(tmp_path: Path) -> None:
    _export(tmp_path, steps=[STEP], altitude=[STEP], swim_lengths_data=[])
    unknown = read(tmp_path).report.unknown
    assert unknown == {"file altitude.json": 1, "file swim_lengths_data.json": 1}


def test_an_hour_that_the_zone_skips_is_left_out_of_sleep(tmp_path: Path) -> None:
    _export(tmp_path, sleep=[_night("2024-03-31T01:55:00.000")])
    asleep = _recordings(tmp_path, zone="Europe/Vienna")["asleep"]
    # 01:55 to 02:05 by the wall, of which 02:00 on does not exist.
    assert len(asleep.values) == 10
    assert np.unique(asleep.utc_offset_s).tolist() == [3_600]
