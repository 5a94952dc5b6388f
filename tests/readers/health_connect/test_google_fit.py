"""Google Fit's files: points, sessions, quarters of an hour, days. All data synthetic."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from sennight.errors import ReadError
from sennight.readers.health_connect import READER
from sennight.readers.health_connect.google_fit import HELD
from sennight.readers.reader import Reading
from sennight.record import Person

T0 = int(dt.datetime(2024, 3, 1, 22, tzinfo=dt.UTC).timestamp())
NANO = 1_000_000_000


def _point(value: Any, *, start: int = 0, seconds: int = 60, key: str = "fpVal") -> dict[str, Any]:
    return {
        "fitValue": [{"value": {key: value}}],
        "startTimeNanos": (T0 + start) * NANO,
        "endTimeNanos": (T0 + start + seconds) * NANO,
    }


def _points(folder: Path, source: str, *points: Any) -> Path:
    kind = source.split(":")[1]
    name = f"{source.split(':', 1)[0]}_{kind}_{len(list(folder.iterdir()))}.json"
    (folder / name).write_text(json.dumps({"Data Source": source, "Data Points": list(points)}))
    return folder


def _person(reading: Reading) -> Person:
    (person,) = reading.people
    return person


STEPS, PULSE = "com.google.step_count.delta", "com.google.heart_rate.bpm"


def test_raw_sources_are_devices_without_their_serial_numbers(tmp_path: Path) -> None:
    """Failures 2 and 33."""
    _points(tmp_path, f"raw:{STEPS}:com.app:Maker:Watch 2:4711abc:stream", _point(50, key="intVal"))
    _points(tmp_path, f"raw:{STEPS}:com.other:steps", _point(48, key="intVal"))
    person = _person(READER.read(tmp_path))
    assert {r.device: r.values.tolist() for r in person.recordings} == {
        "com.app Maker Watch 2": [50], "com.other": [48]
    }  # fmt: skip


def test_derived_points_are_read_only_where_nothing_is_raw(tmp_path: Path) -> None:
    """Failure 2: Google's merge of the same steps is not one more device."""
    _points(tmp_path, f"raw:{STEPS}:com.app:x", _point(50, key="intVal"))
    _points(tmp_path, f"derived:{STEPS}:com.google.android.gms:merge_step_deltas", _point(50, key="intVal"))
    _points(tmp_path, f"derived:{PULSE}:com.google.android.gms:merge_heart_rate_bpm", _point(61.5))
    reading = READER.read(tmp_path)
    found = {(r.device, r.channel.name): r.values.tolist() for r in _person(reading).recordings}
    assert found == {("com.app", "steps"): [50], ("Google Fit", "heart_rate"): [61.5]}
    assert reading.report.unknown["points that Google derived from raw ones that are there"] == 1


def test_the_name_of_a_session_places_everything(tmp_path: Path) -> None:
    """Failure 1 and T-03: sessions and points are in UTC; the name says where one was."""
    session = {"fitnessActivity": "sleep", "startTime": "2024-03-01T23:00:00Z", "endTime": "2024-03-01T23:10:00Z",
               "segment": [{"startTime": "2024-03-01T23:00:00Z", "endTime": "2024-03-01T23:10:00Z"}]}  # fmt: skip
    (tmp_path / "2024-03-01T16_00_00-07_00_SLEEP.json").write_text(json.dumps(session))
    _points(tmp_path, f"raw:{STEPS}:com.app:x", _point(5, key="intVal"))
    reading = READER.read(tmp_path)
    found = {r.channel.name: r for r in _person(reading).recordings}
    assert found["steps"].utc_offset_s.tolist() == [-25_200]
    assert set(found["asleep"].utc_offset_s.tolist()) == {-25_200}
    assert found["asleep"].values.tolist() == [1] * 20
    assert any("name offsets" in note for note in reading.report.notes)


@pytest.mark.parametrize(
    ("kinds", "channel", "half_minutes"),
    [
        (["sleep.light", "sleep.deep"], "sleep_deep", 20), (["sleep", "sleep.awake"], "asleep", 20),
        (["light_sleep", "rem_sleep"], "sleep_rem", 20),
    ],
)  # fmt: skip
def test_segments_of_a_session_are_its_stages(
    tmp_path: Path, kinds: list[str], channel: str, half_minutes: int
) -> None:
    """Failure 20."""
    times = ["2024-03-01T23:00:00+01:00", "2024-03-01T23:10:00+01:00", "2024-03-01T23:20:00+01:00"]
    segments = [{"fitnessActivity": k, "startTime": a, "endTime": b} for k, a, b in zip(kinds, times, times[1:])]  # noqa: B905
    odd = [{"fitnessActivity": "flying", "startTime": times[0], "endTime": times[1]}, {"fitnessActivity": "sleep"}, 5]
    session = {"fitnessActivity": "sleep", "startTime": times[0], "endTime": times[2], "segment": segments + odd}
    (tmp_path / "a_SLEEP.json").write_text(json.dumps(session))
    reading = READER.read(tmp_path)
    found = {r.channel.name: r for r in _person(reading).recordings}
    assert int(found[channel].values.sum()) == half_minutes
    assert set(found[channel].utc_offset_s.tolist()) == {3_600}
    assert reading.report.records_dropped == 3


def test_a_session_without_segments_is_asleep_and_others_are_counted(tmp_path: Path) -> None:
    times = {"startTime": "2024-03-01T23:00:00Z", "endTime": "2024-03-01T23:10:00Z"}
    (tmp_path / "a_SLEEP.json").write_text(json.dumps({"fitnessActivity": "sleep", **times}))
    (tmp_path / "b_WALKING.json").write_text(json.dumps({"fitnessActivity": "walking", **times}))
    reading = READER.read(tmp_path)
    assert [r.channel.name for r in _person(reading).recordings] == ["asleep"]
    assert reading.report.unknown["session walking"] == 1


def test_sleep_points_carry_stages(tmp_path: Path) -> None:
    _points(
        tmp_path, "raw:com.google.sleep.segment:com.app:x",
        *[_point(code, start=600 * i, seconds=600, key="intVal") for i, code in enumerate((4, 5, 6, 1, 99))],
    )  # fmt: skip
    reading = READER.read(tmp_path)
    found = {r.channel.name: int(r.values.sum()) for r in _person(reading).recordings}
    assert found == {"asleep": 60, "sleep_awake": 0, "sleep_light": 20, "sleep_deep": 20, "sleep_rem": 20}
    assert reading.report.unknown["sleep stage 99"] == 1


QUARTERS = (
    "Start time,End time,Move Minutes count,Calories (kcal),Distance (m),Average heart rate (bpm),Step count\n"
    "23:00:00.000+01:00,23:15:00.000+01:00,3,20.5,150.0,61.5,300\n"
    "23:15:00.000+01:00,23:30:00.000+01:00,,15.0,,,\n"
    "late,23:45:00.000+01:00,,15.0,,,\n"
)


def test_quarters_of_an_hour_are_spread_and_keep_their_sums(tmp_path: Path) -> None:
    """Failure 27: an empty cell is not 0."""
    (tmp_path / "2024-03-01.csv").write_text(QUARTERS)
    reading = READER.read(tmp_path)
    found = {r.channel.name: r for r in _person(reading).recordings}
    assert found["steps"].values.sum() == pytest.approx(300)
    assert (found["steps"].times_utc[0], len(found["steps"].values)) == (T0, 15)
    assert found["energy"].values.sum() == pytest.approx(35.5)
    assert found["heart_rate"].times_utc.tolist() == [T0 + 450]
    assert set(found["steps"].utc_offset_s.tolist()) == {3_600}
    assert reading.report.dropped["row without a time that can be understood"] == 1


def test_quarters_of_a_day_that_has_points_are_not_read_twice(tmp_path: Path) -> None:
    (tmp_path / "2024-03-01.csv").write_text(QUARTERS)
    _points(tmp_path, f"raw:{STEPS}:com.app:x", _point(50, key="intVal"))
    reading = READER.read(tmp_path)
    steps = [r for r in _person(reading).recordings if r.channel.name == "steps"]
    assert [(r.device, r.values.tolist(), r.utc_offset_s.tolist()) for r in steps] == [("com.app", [50], [3_600])]
    assert reading.report.dropped[HELD] == 1


def test_days_and_weights_become_facts(tmp_path: Path) -> None:
    (tmp_path / "Daily activity metrics.csv").write_text(
        "Date,Move Minutes count,Calories (kcal),Step count,Average weight (kg)\n"
        "2024-03-01,3,2100.5,6000,\n2024-03-02,,,0,80.5\nnever,,,5,\n"
    )
    _points(tmp_path, "raw:com.google.height:com.app:x", _point(1.8))
    facts = READER.read(tmp_path).facts
    assert facts.columns["day_steps"].values.tolist() == [6_000]
    assert facts.columns["weight_kg"].dates.tolist() == [dt.date(2024, 3, 2)]
    assert facts.columns["height_cm"].values.tolist() == [180]


def test_odd_points_are_counted_and_unknown_kinds_named(tmp_path: Path) -> None:
    """Failures 23 and 29."""
    odd = [
        5,
        {},
        {"fitValue": [], "startTimeNanos": T0 * NANO},
        _point("many"),
        {**_point(5), "startTimeNanos": "1e99"},
    ]
    _points(tmp_path, f"raw:{STEPS}:com.app:x", _point(50, key="intVal"), *odd)
    _points(tmp_path, "raw:com.google.activity.segment:com.app:x", _point(7, key="intVal"))
    reading = READER.read(tmp_path)
    assert _person(reading).recordings[0].values.tolist() == [50]
    assert reading.report.dropped["not a number"] == len(odd)
    assert reading.report.unknown["data type com.google.activity.segment"] == 1


def test_a_cut_file_keeps_the_points_before_the_cut(tmp_path: Path) -> None:
    """Failure 11."""
    _points(tmp_path, f"raw:{STEPS}:com.app:x", *[_point(i, start=60 * i, key="intVal") for i in range(9)])
    (path,) = tmp_path.iterdir()
    path.write_text(path.read_text()[: int(path.stat().st_size * 0.7)])
    reading = READER.read(tmp_path)
    values = _person(reading).recordings[0].values.tolist()
    assert 0 < len(values) < 9
    assert values == list(range(len(values)))
    assert list(reading.report.cut_short) == [path.name]


def test_older_points_without_a_source_are_known_by_their_type(tmp_path: Path) -> None:
    """Failure 7."""
    (tmp_path / "a.json").write_text(json.dumps({"Data Points": [{"dataTypeName": STEPS, **_point(7, key="intVal")}]}))
    person = _person(READER.read(tmp_path))
    assert [(r.device, r.values.tolist()) for r in person.recordings] == [("Google Fit", [7])]


def test_nothing_of_google_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"some": "thing"}')
    (tmp_path / "2024-03-01.csv").write_text("a,b\n1,2\n")
    assert not READER.claims(tmp_path)
    with pytest.raises(ReadError, match="no Health Connect or Google Fit"):
        READER.read(tmp_path)
