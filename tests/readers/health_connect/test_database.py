"""Health Connect's database: units, offsets, devices, sleep, and databases that are none. All data synthetic."""

import datetime as dt
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.health_connect import READER
from sennight.readers.reader import Reading
from sennight.record import Recording

HOUR = 3_600
T0 = int(dt.datetime(2024, 3, 1, 22, tzinfo=dt.UTC).timestamp())
SCHEMA = {
    "application_info_table": "row_id, package_name, app_name",
    "device_info_table": "row_id, manufacturer, model",
    **{
        f"{name}_record_table": f"row_id,start_time,end_time,start_zone_offset,app_info_id,device_info_id,{column}"
        for name, column in {
            "steps": "count", "distance": "distance", "active_calories_burned": "energy", "heart_rate": "x",
            "total_calories_burned": "energy", "skin_temperature": "baseline", "sleep_session": "title",
        }.items()
    },
    **{
        f"{name}_record_table": f"row_id, time, zone_offset, app_info_id, device_info_id, {column}"
        for name, column in {
            "oxygen_saturation": "percentage", "heart_rate_variability_rmssd": "heart_rate_variability_millis",
            "respiratory_rate": "rate", "blood_glucose": "level", "resting_heart_rate": "beats_per_minute",
            "weight": "weight", "height": "height", "body_fat": "percentage",
            "vo2_max": "vo2_milliliters_per_minute_kilogram", "hydration": "volume",
        }.items()
    },
    "heart_rate_record_series_table": "parent_key, epoch_millis, beats_per_minute",
    "skin_temperature_delta_table": "parent_key, epoch_millis, delta",
    "sleep_stages_table": "parent_key, stage_start_time, stage_end_time, stage_type",
}  # fmt: skip


def _read(folder: Path, **tables: Sequence[Sequence[object]]) -> Reading:
    path = folder / "health_connect_export.db"
    with closing(sqlite3.connect(path)) as database:
        for name, columns in SCHEMA.items():
            database.execute(f"CREATE TABLE {name} ({columns})")
        for name, rows in tables.items():
            marks = ",".join("?" * len(rows[0]))
            database.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        database.commit()
    return READER.read(path)


def _recordings(reading: Reading) -> dict[str, Recording]:
    (person,) = reading.people
    return {r.channel.name: r for r in person.recordings}


def _span(
    value: object, *, start: int = 0, minutes: float = 1, offset: object = HOUR, app: int = 1
) -> tuple[object, ...]:
    begin = (T0 + start) * 1_000
    return (1, begin, begin + int(minutes * 60_000), offset, app, None, value)


def _at(value: object, *, seconds: int = 0, offset: object = HOUR) -> tuple[object, ...]:
    return (1, (T0 + seconds) * 1_000, offset, 1, None, value)


@pytest.mark.parametrize(
    ("table", "stored", "channel", "value"),
    [
        ("steps_record_table", 50, "steps", 50), ("distance_record_table", 76.5, "distance", 76.5),
        ("active_calories_burned_record_table", 4_500.0, "active_energy", 4.5),
        ("total_calories_burned_record_table", 1_250.0, "energy", 1.25),
    ],
)  # fmt: skip
def test_amounts_become_minutes_in_our_units(
    tmp_path: Path, table: str, stored: float, channel: str, value: float
) -> None:
    """Failure 4: the store keeps energy in small calories, a thousandth of the kilocalories that apps show."""
    (recording,) = _recordings(_read(tmp_path, **{table: [_span(stored)]})).values()
    assert recording.channel.name == channel
    assert recording.values.tolist() == pytest.approx([value])
    assert (recording.times_utc.tolist(), recording.utc_offset_s.tolist()) == ([T0], [HOUR])


@pytest.mark.parametrize(
    ("table", "stored", "channel", "value"),
    [
        ("oxygen_saturation_record_table", 96.5, "spo2", 96.5),
        ("heart_rate_variability_rmssd_record_table", 41.5, "rmssd", 41.5),
        ("respiratory_rate_record_table", 14.5, "respiration_rate", 14.5),
        ("blood_glucose_record_table", 5.0, "glucose", 90.08),
    ],
)
def test_samples_become_channels_in_our_units(
    tmp_path: Path, table: str, stored: float, channel: str, value: float
) -> None:
    """Failure 4: glucose is kept in mmol/L."""
    (recording,) = _recordings(_read(tmp_path, **{table: [_at(stored)]})).values()
    assert (recording.channel.name, recording.values.tolist()) == (channel, pytest.approx([value]))


@pytest.mark.parametrize(
    ("table", "stored", "fact", "value"),
    [
        ("resting_heart_rate_record_table", 55, "resting_heart_rate", 55),
        ("weight_record_table", 80_500.0, "weight_kg", 80.5),
        ("height_record_table", 1.8, "height_cm", 180), ("body_fat_record_table", 22.5, "body_fat_pct", 22.5),
        ("vo2_max_record_table", 41.5, "vo2max", 41.5),
    ],
)  # fmt: skip
def test_single_measurements_become_facts_of_the_local_date(
    tmp_path: Path, table: str, stored: float, fact: str, value: float
) -> None:
    """T-02: 22:00 UTC at two hours east is the second of March."""
    facts = _read(tmp_path, **{table: [_at(stored, offset=2 * HOUR)]}).facts
    column = facts.columns[fact]
    assert column.values.tolist() == pytest.approx([value])
    assert column.dates.tolist() == [dt.date(2024, 3, 2)]


def test_steps_over_ten_minutes_keep_their_sum(tmp_path: Path) -> None:
    recording = _recordings(_read(tmp_path, steps_record_table=[_span(100, minutes=10)]))["steps"]
    assert len(recording.values) == 10
    assert recording.values.sum() == pytest.approx(100)


def test_two_apps_stay_two_devices(tmp_path: Path) -> None:
    """Failure 2: what phone and watch both counted is not added up."""
    reading = _read(
        tmp_path,
        application_info_table=[(1, "com.a", "Watch\x07 App"), (2, "com.b", "")],
        device_info_table=[(7, "Maker", "Maker")],
        steps_record_table=[_span(50), _span(48, app=2), (*_span(5, app=9)[:5], 7, 5)],
    )
    (person,) = reading.people
    assert {r.device: r.values.tolist() for r in person.recordings} == {
        "Watch App": [50], "com.b": [48], "Health Connect, Maker": [5]
    }  # fmt: skip


def test_series_take_offset_and_device_from_their_record(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        application_info_table=[(1, "com.a", "A"), (2, "com.b", "B")],
        heart_rate_record_table=[
            (5, T0 * 1_000, T0 * 1_000, HOUR, 2, None, 0),
            (3, T0 * 1_000, T0 * 1_000, 0, 1, None, 0),
        ],
        heart_rate_record_series_table=[(5, T0 * 1_000, 60), (3, (T0 + 60) * 1_000, 70), (99, (T0 + 120) * 1_000, 80)],
        skin_temperature_record_table=[(1, T0 * 1_000, T0 * 1_000, HOUR, 1, None, 33.0)],
        skin_temperature_delta_table=[(1, T0 * 1_000, -0.25)],
    )
    (person,) = reading.people
    found = {(r.channel.name, r.device): (r.values.tolist(), r.utc_offset_s.tolist()) for r in person.recordings}
    assert found["heart_rate", "B"] == ([60], [HOUR])
    assert found["heart_rate", "A"] == ([70], [0])
    assert found["heart_rate", "Health Connect"][0] == [80]
    assert found["skin_temperature_deviation", "A"] == ([-0.25], [HOUR])


def test_a_record_without_an_offset_takes_its_neighbours_and_that_is_said(tmp_path: Path) -> None:
    """Failure 1; an offset in milliseconds is none either."""
    rows = [_span(1, offset=9 * HOUR), _span(2, start=120, offset=None), _span(3, start=240, offset=7_200_000)]
    reading = _read(tmp_path, steps_record_table=rows)
    assert set(_recordings(reading)["steps"].utc_offset_s.tolist()) == {9 * HOUR}
    assert any("no offset" in note for note in reading.report.notes)


def test_sleep_with_stages_and_without(tmp_path: Path) -> None:
    """Failure 20: a session that knows no stages is asleep, not thrown away."""

    def stage(kind: int, minute: int, parent: int = 1) -> tuple[int, ...]:
        return (parent, (T0 + minute * 60) * 1_000, (T0 + minute * 60 + 600) * 1_000, kind)

    reading = _read(
        tmp_path,
        sleep_session_record_table=[
            (1, T0 * 1_000, (T0 + 2_400) * 1_000, HOUR, 1, None, ""),
            (2, (T0 + 86_400) * 1_000, (T0 + 86_400 + 600) * 1_000, HOUR, 1, None, ""),
        ],
        sleep_stages_table=[stage(4, 0), stage(5, 10), stage(7, 20), stage(6, 30), stage(42, 40)],
    )
    found = _recordings(reading)
    assert {n: int(found[n].values.sum()) for n in ("sleep_light", "sleep_deep", "sleep_awake", "sleep_rem")} == {
        "sleep_light": 20, "sleep_deep": 20, "sleep_awake": 20, "sleep_rem": 20
    }  # fmt: skip
    assert int(found["asleep"].values.sum()) == 60 + 20
    assert reading.report.unknown["sleep stage 42"] == 1


def test_odd_rows_are_counted_and_other_tables_named(tmp_path: Path) -> None:
    """Failures 3, 23 and 29: no time, no value, words, the future; a kind that is not known."""
    rows = [
        _span(5), (1, None, None, HOUR, 1, None, 5), _span(None, start=60), _span("many", start=120),
        _span(-4, start=180), (1, T0 * 1_000, T0 * 1_000 - 5_000, HOUR, 1, None, 5),
        (1, 2**62, 2**62, HOUR, 1, None, 5),
    ]  # fmt: skip
    reading = _read(tmp_path, steps_record_table=rows, hydration_record_table=[_at(0.5)])
    assert _recordings(reading)["steps"].values.tolist() == [5]
    report = reading.report
    assert report.records_seen == report.records_kept + report.records_dropped == len(rows)
    assert report.unknown["table hydration_record_table"] == 1


def test_random_days_come_back_as_they_were_written(tmp_path: Path) -> None:
    """I-13."""
    rng = np.random.default_rng(3)
    minutes = np.sort(rng.choice(5 * 1_440, size=2_000, replace=False))
    steps = rng.integers(0, 200, size=len(minutes))
    rows = [_span(int(n), start=int(m) * 60) for m, n in zip(minutes, steps, strict=True)]
    recording = _recordings(_read(tmp_path, steps_record_table=rows))["steps"]
    np.testing.assert_array_equal(recording.times_utc, T0 + minutes * 60)
    np.testing.assert_array_equal(recording.values, steps)


def test_the_export_is_not_written_to_and_gets_no_side_files(tmp_path: Path) -> None:
    """I-16."""
    before = _read(tmp_path, steps_record_table=[_span(5)])
    list(before.people)
    raw = (tmp_path / "health_connect_export.db").read_bytes()
    list(READER.read(tmp_path / "health_connect_export.db").people)
    assert (tmp_path / "health_connect_export.db").read_bytes() == raw
    assert [p.name for p in tmp_path.iterdir()] == ["health_connect_export.db"]


@pytest.mark.parametrize("raw", [b"SQLite format 3\x00" + b"\xff" * 500, b"SQLite format 3\x00"])
def test_a_database_that_is_none_is_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "health_connect_export.db").write_bytes(raw)
    with pytest.raises(ReadError):
        READER.read(tmp_path)


def test_a_database_of_something_else_is_not_claimed(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as database:
        database.execute("CREATE TABLE photos (name)")
    assert not READER.claims(tmp_path / "other.db")
    (tmp_path / "other.db").rename(tmp_path / "health_connect_export.db")
    assert READER.claims(tmp_path)
    with pytest.raises(ReadError, match="without any record"):
        READER.read(tmp_path)


def test_a_cut_database_keeps_what_can_be_read(tmp_path: Path) -> None:
    """Failure 11: flagged, never silently shorter."""
    rows = [_span(1, start=60 * i) for i in range(20_000)]
    _read(tmp_path, steps_record_table=rows)
    path = tmp_path / "health_connect_export.db"
    whole = path.read_bytes()
    page = len(whole) // 2 // 4096 * 4096
    path.write_bytes(whole[:page] + b"\xff" * 8_192 + whole[page + 8_192 :])
    reading = READER.read(path)
    assert 0 < len(_recordings(reading)["steps"].values) < 20_000
    assert "steps_record_table" in reading.report.cut_short["health_connect_export.db"]
