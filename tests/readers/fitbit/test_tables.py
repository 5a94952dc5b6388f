"""CSV files of a Takeout: each sort to its channel, clocks as they are written, devices apart. All data synthetic."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from sennight.readers import read
from sennight.readers.fitbit import READER
from sennight.record import Clock, Person


def _utc(*when: int) -> int:
    return int(dt.datetime(*when, tzinfo=dt.UTC).timestamp())  # type: ignore[arg-type, misc]


def _person(path: Path, zone: str | None = None) -> Person:
    (person,) = READER.read(path, zone=zone).people
    return person


def _write(folder: Path, name: str, header: str, *rows: str) -> Path:
    (folder / name).write_text("\n".join([header, *rows]) + "\n")
    return folder


SIMPLE = [
    ("heart_rate_2024-03-01.csv", "timestamp,beats per minute,data source", "2024-03-01T10:00:05Z,61.0,Pixel Watch",
     "heart_rate", 61),
    ("steps_2024-03-01.csv", "timestamp,steps,data source", "2024-03-01T10:00:05.123Z,7,Pixel Watch", "steps", 7),
    ("calories_2024-03-01.csv", "timestamp,calories,data source", "2024-03-01T10:00:05Z,1.25,App", "energy", 1.25),
    ("active_energy_burned_2024-03-01.csv", "timestamp,Kilocalories,data source", "2024-03-01T10:00:05Z,0.5,App",
     "active_energy", 0.5),
    ("distance_2024-03-01.csv", "timestamp,distance,data source", "2024-03-01T10:00:05Z,31.5,App", "distance", 31.5),
    ("activity_level_2024-03-01.csv", "timestamp,level,data source", "2024-03-01T10:00:05Z,VERY_ACTIVE,App",
     "intensity", 3),
    ("oxygen_saturation_2024-03-01.csv", "timestamp,oxygen saturation percentage,data source",
     "2024-03-01T10:00:05Z,96.5,Watch", "spo2", 96.5),
    ("Minute SpO2 - 2024-03-01.csv", "timestamp,value", "2024-03-01T10:00:05Z,96.5", "spo2", 96.5),
    ("heart_rate_variability_2024-03-01.csv",
     "timestamp,root mean square of successive differences milliseconds,standard deviation milliseconds,data source",
     "2024-03-01T10:00:05Z,41.5,60.1,Watch", "rmssd", 41.5),
    ("body_temperature_2024-03-01.csv", "timestamp,temperature celsius,data source", "2024-03-01T10:00:05Z,33.1,Watch",
     "skin_temperature", 33.1),
    ("Device Temperature - 2024-03-01.csv", "recorded_time,temperature,sensor_type", "2024-03-01T10:00:05,-1.25,X",
     "skin_temperature_deviation", -1.25),
    ("active_zone_minutes_2024-03-01.csv", "timestamp,heart rate zone,total minutes,data source",
     "2024-03-01T10:00:05Z,CARDIO,2,Watch", "active_zone_minutes", 2),
    ("Active Zone Minutes - 2024-03-01.csv", "date_time,heart_zone_id,total_minutes", "2024-03-01T10:00,FAT_BURN,1",
     "active_zone_minutes", 1),
    ("Mindfulness Eda Data Sessions.csv", "session_id,timestamp,valid_data,activation,scl_avg",
     f"a,{_utc(2024, 3, 1, 10, 0, 5)},true,0,4.5", "eda_level", 4.5),
]  # fmt: skip


@pytest.mark.parametrize(("name", "header", "row", "channel", "value"), SIMPLE, ids=[case[0] for case in SIMPLE])
def test_each_sort_of_file_becomes_its_channel(
    tmp_path: Path, name: str, header: str, row: str, channel: str, value: float
) -> None:
    """Failure 7: layouts of different years."""
    (recording,) = _person(_write(tmp_path, name, header, row)).recordings
    assert recording.channel.name == channel
    assert recording.values.tolist() == pytest.approx([value])
    assert recording.times_utc[0] // 60 == _utc(2024, 3, 1, 10) // 60


def test_details_of_hrv_are_three_channels_and_sdnn_is_none_of_them(tmp_path: Path) -> None:
    """T-11: the deviation beside RMSSD in the newer table is not read as SDNN."""
    _write(
        tmp_path, "Heart Rate Variability Details - 2024-03-01.csv",
        "timestamp,rmssd,coverage,low_frequency,high_frequency", "2024-03-01T02:00:00,41.5,0.9,500.5,0",
    )  # fmt: skip
    found = {r.channel.name: r for r in _person(tmp_path).recordings}
    assert {name: r.values.tolist() for name, r in found.items()} == {"rmssd": [41.5], "lf_power": [500.5]}
    assert {r.clock for r in found.values()} == {Clock.LOCAL}


def test_the_floor_of_spo2_is_masked_and_not_a_value(tmp_path: Path) -> None:
    """Failure 3: 50.0 stands for a signal that was not good enough."""
    rows = [f"2024-03-01T02:0{i}:00Z,{v}" for i, v in enumerate((96.5, 50.0, "", "--"))]
    reading = read(_write(tmp_path, "Minute SpO2 - 2024-03-01.csv", "timestamp,value", *rows))
    (person,) = reading.people
    assert person.recordings[0].values.tolist() == [96.5]
    assert person.recordings[0].rejected_utc.tolist() == [_utc(2024, 3, 1, 2, 1)]
    assert reading.report.dropped["not a number"] == 2


def test_zero_variability_and_conductance_were_never_measured(tmp_path: Path) -> None:
    """Failure 27: 0 is what Fitbit writes where there is nothing."""
    at = _utc(2024, 3, 1, 10)
    rows = [f"a,{at},true,0,0.0", f"a,{at + 1},false,0,3.0", f"a,{at + 2},true,0,5.0", "a,1e30,true,0,5.0"]
    header = "session_id,timestamp,valid_data,activation,scl_avg"
    reading = read(_write(tmp_path, "Mindfulness Eda Data Sessions.csv", header, *rows))
    (person,) = reading.people
    assert person.recordings[0].values.tolist() == [5]
    assert person.recordings[0].n_rejected == 0
    assert reading.report.dropped["row that the device marked as not valid"] == 1
    assert reading.report.records_seen == reading.report.records_kept + reading.report.records_dropped == 4


def test_watch_and_phone_stay_two_devices(tmp_path: Path) -> None:
    """Failure 2: nothing is added up over devices here."""
    rows = [f"2024-03-01T10:00:00Z,{n},{who}" for n, who in ((50, "Pixel Watch"), (48, "Mobile\tTrack"), (47, ""))]
    person = _person(_write(tmp_path, "steps_2024-03-01.csv", "timestamp,steps,data source", *rows))
    assert {r.device: r.values.tolist() for r in person.recordings} == {
        "Pixel Watch": [50], "Mobile Track": [48], "Fitbit": [47]
    }  # fmt: skip


def test_a_day_that_the_json_holds_is_not_read_twice(tmp_path: Path) -> None:
    """Failure 7: two layouts of the same minutes in one export."""
    record = [{"dateTime": "03/01/24 10:00:00", "value": "50"}]
    (tmp_path / "steps-2024-03-01.json").write_text(json.dumps(record))
    rows = ["2024-03-01T10:00:00Z,50,Watch", "2024-03-02T10:00:00Z,60,Watch"]
    reading = read(_write(tmp_path, "steps_2024-03-01.csv", "timestamp,steps,data source", *rows))
    (person,) = reading.people
    assert {r.device: r.values.tolist() for r in person.recordings} == {"Fitbit": [50], "Watch": [60]}
    assert reading.report.dropped["minute of a day that the JSON files hold too"] == 1


def test_an_unknown_level_is_counted_and_not_mapped(tmp_path: Path) -> None:
    """I-15."""
    rows = ["2024-03-01T10:00:00Z,SEDENTARY,App", "2024-03-01T10:01:00Z,HYPERACTIVE,App"]
    reading = read(_write(tmp_path, "activity_level_2024-03-01.csv", "timestamp,level,data source", *rows))
    (person,) = reading.people
    assert person.recordings[0].values.tolist() == [0]
    assert reading.report.unknown["level HYPERACTIVE"] == 1


def test_a_written_offset_wins_over_the_zone(tmp_path: Path) -> None:
    rows = ["2024-03-01T10:00:00+09:00,60,App", "2024-03-01T10:00:00Z,61,App", "2024-03-01T10:00:00,62,App"]
    _write(tmp_path, "heart_rate_2024-03-01.csv", "timestamp,beats per minute,data source", *rows)
    (recording,) = _person(tmp_path, zone="Europe/Vienna").recordings
    assert dict(zip(recording.values.tolist(), recording.times_utc.tolist(), strict=True)) == {
        60: _utc(2024, 3, 1, 1), 61: _utc(2024, 3, 1, 10), 62: _utc(2024, 3, 1, 9)
    }  # fmt: skip
    assert sorted(recording.utc_offset_s.tolist()) == [3_600, 3_600, 32_400]


def test_rows_without_a_time_are_dropped_and_header_only_files_are_nothing(tmp_path: Path) -> None:
    rows = ["2024-03-01T10:00:00Z,60,App", "yesterday,61,App", "1970-13-01T00:00:00Z,62,App"]
    _write(tmp_path, "heart_rate_2024-03-01.csv", "timestamp,beats per minute,data source", *rows)
    _write(tmp_path, "Device Temperature - 2024-03-01.csv", "recorded_time,temperature,sensor_type")
    reading = read(tmp_path)
    (person,) = reading.people
    assert person.recordings[0].values.tolist() == [60]
    assert reading.report.dropped["row without a time that can be understood"] == 2


def test_a_file_without_its_column_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    """I-11."""
    _write(tmp_path, "heart_rate_2024-03-01.csv", "timestamp,pulse,data source", "2024-03-01T10:00:00Z,60,App")
    _write(tmp_path, "steps_2024-03-01.csv", "timestamp,steps,data source", "2024-03-01T10:00:00Z,7,App")
    reading = read(tmp_path)
    (person,) = reading.people
    assert [r.channel.name for r in person.recordings] == ["steps"]
    assert "beats per minute" in reading.report.failed["heart_rate_2024-03-01.csv"]


def test_random_days_come_back_as_they_were_written(tmp_path: Path) -> None:
    """I-13: a writer of ours, the reader, equal minutes."""
    rng = np.random.default_rng(5)
    start = _utc(2024, 3, 1)
    for day in range(5):
        minutes = np.sort(rng.choice(1_440, size=300, replace=False))
        pulse, steps = rng.integers(40, 180, size=300), rng.integers(0, 200, size=300)
        times = [start + day * 86_400 + int(m) * 60 for m in minutes]
        iso = [dt.datetime.fromtimestamp(t, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for t in times]
        folder = tmp_path / str(day)
        folder.mkdir()
        pulse_rows = [f"{t},{v},Watch" for t, v in zip(iso, pulse, strict=True)]
        _write(folder, "heart_rate_2024-03-01.csv", "timestamp,beats per minute,data source", *pulse_rows)
        american = [dt.datetime.fromtimestamp(t, dt.UTC).strftime("%m/%d/%y %H:%M:%S") for t in times]
        records = [{"dateTime": t, "value": str(v)} for t, v in zip(american, steps, strict=True)]
        (folder / "steps-2024-03-01.json").write_text(json.dumps(records))
        found = {r.channel.name: r for r in _person(folder).recordings}
        assert found["heart_rate"].times_utc.tolist() == found["steps"].times_utc.tolist() == times
        np.testing.assert_array_equal(found["heart_rate"].values, pulse)
        np.testing.assert_array_equal(found["steps"].values, steps)
