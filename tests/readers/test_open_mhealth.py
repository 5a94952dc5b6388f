"""Open mHealth and IEEE 1752.1: forms of files, time frames, units, kinds that are not known. All data synthetic."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.open_mhealth import READER
from sennight.readers.reader import Reading
from sennight.record import Clock, Recording

T0 = int(dt.datetime(2024, 3, 1, 21, tzinfo=dt.UTC).timestamp())
AT = {"effective_time_frame": {"date_time": "2024-03-01T22:00:00+01:00"}}


def _frame(**interval: Any) -> dict[str, Any]:
    return {"effective_time_frame": {"time_interval": interval}}


def _of(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit}


def _point(body: dict[str, Any], name: str = "any", namespace: str = "omh", **header: Any) -> dict[str, Any]:
    return {"header": {"schema_id": {"namespace": namespace, "name": name, "version": "1.0"}, **header}, "body": body}


def _read(folder: Path, *points: Any) -> Reading:
    (folder / "points.json").write_text(json.dumps(list(points)))
    return READER.read(folder / "points.json")


def _recordings(reading: Reading) -> dict[str, Recording]:
    (person,) = reading.people
    return {r.channel.name: r for r in person.recordings}


HOUR_AT_NIGHT = {"start_date_time": "2024-03-01T22:00:00+01:00", "end_date_time": "2024-03-01T22:01:00+01:00"}


@pytest.mark.parametrize(
    ("body", "channel", "value"),
    [
        ({"heart_rate": {"value": 61, "unit": "beats/min"}, **AT}, "heart_rate", 61),
        ({"oxygen_saturation": {"value": 96.5, "unit": "%"}, **AT}, "spo2", 96.5),
        ({"respiratory_rate": {"value": 14.5, "unit": "breaths/min"}, **AT}, "respiration_rate", 14.5),
        ({"blood_glucose": {"value": 5, "unit": "mmol/L"}, **AT}, "glucose", 90.08),
        ({"blood_glucose": {"value": 95, "unit": "mg/dL"}, **AT}, "glucose", 95),
        ({"step_count": 50, **_frame(**HOUR_AT_NIGHT)}, "steps", 50),
        ({"step_count": {"value": 50, "unit": "steps"}, **_frame(**HOUR_AT_NIGHT)}, "steps", 50),
        ({"base_movement_quantity": {"value": 50, "unit": "steps"}, **_frame(**HOUR_AT_NIGHT)}, "steps", 50),
        ({"kcal_burned": {"value": 4.184, "unit": "kJ"}, **_frame(**HOUR_AT_NIGHT)}, "energy", 1),
        ({"distance": {"value": 0.1, "unit": "km"}, **_frame(**HOUR_AT_NIGHT)}, "distance", 100),
    ],
)  # fmt: skip
@pytest.mark.parametrize("namespace", ["omh", "ieee"])
def test_every_measure_becomes_its_channel_in_our_units(
    tmp_path: Path, body: dict[str, Any], channel: str, value: float, namespace: str
) -> None:
    """Failure 4 and T-10."""
    (recording,) = _recordings(_read(tmp_path, _point(body, namespace=namespace))).values()
    assert (recording.channel.name, recording.values.tolist()) == (channel, pytest.approx([value]))
    assert (recording.times_utc.tolist(), recording.utc_offset_s.tolist()) == ([T0], [3_600])
    assert recording.clock == Clock.INSTANT


@pytest.mark.parametrize(
    "frame",
    [
        _frame(start_date_time="2024-03-01T22:00:00+01:00", duration={"value": 5, "unit": "min"}),
        _frame(end_date_time="2024-03-01T22:05:00+01:00", duration={"value": 300, "unit": "sec"}),
        _frame(start_date_time="2024-03-01T22:00:00+01:00", end_date_time="2024-03-01T22:05:00+01:00"),
    ],
)
def test_every_form_of_a_span_is_the_same_five_minutes(tmp_path: Path, frame: dict[str, Any]) -> None:
    found = _recordings(_read(tmp_path, _point({"step_count": 50, **frame})))["steps"]
    assert found.times_utc.tolist() == [T0 + 60 * i for i in range(5)]
    assert found.values.tolist() == [10] * 5


@pytest.mark.parametrize(
    ("body", "fact", "value", "date"),
    [
        ({"body_weight": {"value": 100, "unit": "lb"}, **AT}, "weight_kg", 45.359237, "2024-03-01"),
        ({"body_height": {"value": 1.8, "unit": "m"}, **AT}, "height_cm", 180, "2024-03-01"),
        ({"body_temperature": {"value": 98.6, "unit": "F"}, **AT}, "body_temperature", 37, "2024-03-01"),
        ({"systolic_blood_pressure": {"value": 120, "unit": "mmHg"}, **AT}, "sbp", 120, "2024-03-01"),
        ({"body_mass_index": {"value": 24.5, "unit": "kg/m2"}, **AT}, "bmi", 24.5, "2024-03-01"),
        ({"sleep_duration": {"value": 7.5, "unit": "h"}, **_frame(date="2024-03-02", part_of_day="night")},
         "minutes_asleep", 450, "2024-03-02"),
        ({"step_count": 6_000, **_frame(date="2024-03-02", part_of_day="night")}, "day_steps", 6_000, "2024-03-02"),
        ({"step_count": 6_000, **_frame(start_date_time="2024-03-02T00:00:00+01:00", duration=_of(1, "d"))},
         "day_steps", 6_000, "2024-03-02"),
        ({"kcal_burned": {"value": 2_000, "unit": "kcal"},
          **_frame(start_date_time="2024-03-02T00:00:00+01:00", end_date_time="2024-03-02T23:59:59+01:00")},
         "day_energy", 2_000, "2024-03-02"),
    ],
)  # fmt: skip
def test_single_measurements_and_days_become_facts(
    tmp_path: Path, body: dict[str, Any], fact: str, value: float, date: str
) -> None:
    """A day's total is not spread over its minutes."""
    facts = _read(tmp_path, _point(body)).facts
    column = facts.columns[fact]
    assert (column.values.tolist(), str(column.dates[0])) == (pytest.approx([value]), date)


def test_both_blood_pressures_of_one_point_are_kept(tmp_path: Path) -> None:
    body = {f"{n}_blood_pressure": {"value": v, "unit": "mmHg"} for n, v in (("systolic", 120), ("diastolic", 80))}
    assert set(_read(tmp_path, _point({**body, **AT})).facts.columns) == {"sbp", "dbp"}


def test_stages_speak_before_the_episode_around_them(tmp_path: Path) -> None:
    """Failures 20 and 21."""

    def stage(word: str, a: str, b: str) -> dict[str, Any]:
        frame = {
            "time_interval": {
                "start_date_time": f"2024-03-01T{a}:00+01:00",
                "end_date_time": f"2024-03-01T{b}:00+01:00",
            }
        }
        return {"sleep_stage_state": word, "sleep_stage_time_frame": frame}

    episode = _frame(start_date_time="2024-03-01T22:00:00+01:00", end_date_time="2024-03-01T23:00:00+01:00")
    reading = _read(
        tmp_path,
        _point(stage("Deep_sleep", "22:00", "22:10"), "sleep-stage"),
        _point(stage("awake", "22:10", "22:20"), "sleep-stage"),
        _point(stage("dreaming", "22:20", "22:30"), "sleep-stage"),
        _point(stage("rem", "x", "y"), "sleep-stage"),
        _point({**episode, "sleep_efficiency_percentage": {"value": 92.5, "unit": "%"}}, "sleep-episode", "ieee"),
    )  # fmt: skip
    found = _recordings(reading)
    assert (int(found["sleep_deep"].values.sum()), int(found["sleep_awake"].values.sum())) == (20, 20)
    assert int(found["asleep"].values.sum()) == 100
    assert reading.facts.columns["sleep_efficiency"].values.tolist() == [92.5]
    assert reading.report.unknown["sleep stage dreaming"] == 1


def test_a_study_form_is_one_person_by_its_header(tmp_path: Path) -> None:
    for who in ("A-7", "B-8"):
        pulse = [{"heart_rate": {"value": 60, "unit": "beats/min"}, **AT}]
        sleep = [{"sleep_stage_episodes": 5}, 7]
        document = {**_point({}, user_id=who), "body": {"heart_rate": pulse, "sleep": sleep, "note": "x"}}
        (tmp_path / f"{who}.json").write_text(json.dumps(document))
    reading = READER.read(tmp_path)
    assert [p.id for p in reading.people] == ["open_mhealth-A-7", "open_mhealth-B-8"]
    assert not reading.personal


def test_a_wrapped_answer_of_a_server_gives_its_points(tmp_path: Path) -> None:
    body = {"heart_rate": {"value": 60, "unit": "beats/min"}, **AT}
    (tmp_path / "a.json").write_text(json.dumps({"shim": "example", "timeStamp": 5, "body": [_point(body)]}))
    assert _recordings(READER.read(tmp_path / "a.json"))["heart_rate"].values.tolist() == [60]


def test_utc_without_a_place_takes_the_nearest_named_offset(tmp_path: Path) -> None:
    """Failure 1: `Z` says when, not where."""
    at_z = {"effective_time_frame": {"date_time": "2024-03-01T21:30:00Z"}}
    local = {"effective_time_frame": {"date_time": "2024-03-01T22:30:00"}}
    pulse = {"heart_rate": {"value": 60, "unit": "beats/min"}}
    alone = _read(tmp_path, _point({**pulse, **at_z}))
    assert _recordings(alone)["heart_rate"].utc_offset_s.tolist() == [0]
    assert any("no record names an offset" in n for n in alone.report.notes)
    both = _read(tmp_path, _point({**pulse, **at_z}), _point({**pulse, **AT}))
    assert _recordings(both)["heart_rate"].utc_offset_s.tolist() == [3_600, 3_600]
    assert any("nearest record" in n for n in both.report.notes)
    naive = _recordings(_read(tmp_path, _point({**pulse, **local})))["heart_rate"]
    assert (naive.clock, naive.times_utc.tolist()) == (Clock.LOCAL, [T0 + 5_400])


def test_what_is_no_sample_is_counted(tmp_path: Path) -> None:
    """Failures 23, 27 and 29; T-13."""
    pulse = {"heart_rate": {"value": 60, "unit": "beats/min"}}
    odd = [
        _point({**pulse, **AT, "descriptive_statistic": "maximum"}),
        _point({**pulse, **_frame(start_date_time="2024-03-01T22:00:00+01:00", duration=_of(2, "h"))}),
        _point({**pulse, **_frame(start_date_time="2024-03-01T22:00:00+01:00", duration=_of(2, "miles"))}),
        _point(pulse), _point({"heart_rate": {"value": None, "unit": "beats/min"}, **AT}), _point({}), 5, {"body": 7},
        _point({"mood": 3, **AT}, "mood-score"), _point({**pulse, "effective_time_frame": {"date_time": "2024-03-01"}}),
        _point({"heart_rate": {"value": 60, "unit": "furlong"}, **AT}),
    ]  # fmt: skip
    reading = _read(tmp_path, _point({**pulse, **AT}), *odd)
    assert _recordings(reading)["heart_rate"].values.tolist() == [60]
    assert dict(reading.report.dropped) == {
        "statistic of a span (maximum, minimum, ...), which is no sample": 1,
        "average over more than a quarter of an hour": 1,
        "row without a time that can be understood": 3,
        "not a number": 1,
        "amount in a unit that is not known": 1,
    }
    assert reading.report.unknown["body mood-score"] == 1
    assert reading.report.unknown["unit furlong of heart_rate"] == 1


def test_a_missing_unit_is_inferred_and_flagged_or_refused(tmp_path: Path) -> None:
    """T-10."""
    reading = _read(tmp_path, _point({"oxygen_saturation": {"value": 0.97}, **AT}), _point({"body_weight": 80, **AT}))
    assert _recordings(reading)["spo2"].values.tolist() == pytest.approx([97])
    assert "weight_kg" not in reading.facts.columns
    assert any("unit was missing" in n for n in reading.report.notes)
    assert reading.report.unknown["unit (none) of weight_kg"] == 1


def test_a_cut_file_keeps_what_came_before(tmp_path: Path) -> None:
    """Failure 11."""
    text = json.dumps([_point({"heart_rate": {"value": 60 + i, "unit": "beats/min"},
                               "effective_time_frame": {"date_time": f"2024-03-01T22:{i:02d}:00+01:00"}})
                       for i in range(20)])  # fmt: skip
    (tmp_path / "points.json").write_text(text[: int(len(text) * 0.6)])
    reading = READER.read(tmp_path / "points.json")
    values = _recordings(reading)["heart_rate"].values
    assert 0 < len(values) < 20
    np.testing.assert_array_equal(values, 60 + np.arange(len(values)))
    assert list(reading.report.cut_short) == ["points.json"]


def test_other_json_is_not_claimed(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"header": {"schema_id": {"namespace": "other"}}, "body": {}}')
    assert not READER.claims(tmp_path / "a.json")
    with pytest.raises(ReadError, match="no Open mHealth"):
        READER.read(tmp_path)
    (tmp_path / "a.json").write_text(json.dumps([_point({})]))
    with pytest.raises(ReadError, match="none is of a kind"):
        READER.read(tmp_path)


def test_devices_are_named_by_source_or_datasheet(tmp_path: Path) -> None:
    pulse = {"heart_rate": {"value": 60, "unit": "beats/min"}, **AT}
    reading = _read(
        tmp_path, _point(pulse), _point(pulse, acquisition_provenance={"source_name": "Band\n 2"}),
        _point(pulse, external_datasheets=[{"datasheet_type": "study"}, {"datasheet_reference": "Maker"}]),
    )  # fmt: skip
    (person,) = reading.people
    assert [r.device for r in person.recordings] == ["Band 2", "Maker", "Open mHealth"]
