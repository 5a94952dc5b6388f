"""Polar's days, nights and trainings: local where no zone is given, else instants; both layouts of trainings."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.polar import NO_NIGHT, NO_TIME, READER, seconds_of
from sennight.readers.reader import Reading
from sennight.record import Clock, Recording

MIDNIGHT = 1_709_337_600  # 2024-03-02
NIGHT_S = 1_709_330_400  # 2024-03-01 23:00+01:00
HYPNOGRAM: dict[str, Any] = {
    "sleepStart": "2024-03-01T23:00:00.000+01:00",
    "sleepEnd": "2024-03-01T23:30:00.000+01:00",
    "sleepStateChanges": [
        {"offsetFromStart": "PT0S", "state": "WAKE"},
        {"offsetFromStart": "PT5M", "state": "NONREM1"},
        {"offsetFromStart": "PT10M", "state": "NONREM3"},
        {"offsetFromStart": "PT20M", "state": "REM"},
    ],
}


def _read(folder: Path, name: str, content: Any) -> Reading:
    path = folder / name
    path.write_text(json.dumps(content))
    return READER.read(path)


def _recordings(reading: Reading) -> dict[str, Recording]:
    return {r.channel.name: r for person in reading.people for r in person.recordings}


def _night(hypnogram: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [{"night": "2024-03-02", "sleepResult": {"hypnogram": hypnogram}, **more}]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT7H30M", 27_000), ("PT26280S", 26_280), ("PT0.5S", 0.5), ("27000s", 27_000), (90, 90), ("PT0S", 0)],
)
def test_durations_are_seconds(text: object, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["PT", "P1D", "soon", None, [], "", "PT5X"])
def test_other_words_are_no_durations(text: object) -> None:
    assert np.isnan(seconds_of(text))


def test_a_day_is_on_the_local_clock(tmp_path: Path) -> None:
    """Failure 1: no zone is given, so none is guessed."""
    day = {
        "date": "2024-03-02",
        "exportVersion": "1",
        "samples": {
            "steps": [{"localTime": "10:00:00.000", "value": 7}, {"localTime": "24:99", "value": 9}, {"value": 3}],
            "mets": [{"localTime": "10:00:30", "value": 1.5}, {"localTime": "10:01:00", "value": None}],
        },
        "summary": {"stepCount": 100, "calories": 2_000},
    }
    reading = _read(tmp_path, "activity-2024-03-02-x.json", day)
    found = _recordings(reading)
    assert found["steps"].clock is Clock.LOCAL
    assert found["steps"].times_utc.tolist() == [MIDNIGHT + 36_000]
    assert found["mets"].times_utc.tolist() == [MIDNIGHT + 36_030]
    assert reading.report.dropped == {NO_TIME: 2}
    assert reading.facts.columns["day_steps"].values.tolist() == [100]


def test_the_pulse_around_the_clock_leaves_out_zeros_and_serial_numbers(tmp_path: Path) -> None:
    """T-13."""
    samples = [
        {"heartRate": b, "secondsFromDayStart": s} for b, s in ((60, 0), (0, 300), (62, 600), (63, -5), (64, None))
    ]
    days = [{"date": "2024-03-02", "deviceId": "A1B2C3", "samples": samples}, {"date": "x", "samples": samples[:1]}]
    reading = _read(tmp_path, "247ohr_1.json", {"deviceDays": days})
    heart = _recordings(reading)["heart_rate"]
    assert heart.times_utc.tolist() == [MIDNIGHT, MIDNIGHT + 600]
    assert reading.report.dropped == {NO_TIME: 3}
    assert "A1B2" not in heart.device


def test_states_hold_until_the_next_and_a_wake_after_the_end_is_no_sleep(tmp_path: Path) -> None:
    """Failure 20."""
    late = {"offsetFromStart": "PT31M", "state": "WAKE"}
    hypnogram = HYPNOGRAM | {"sleepStateChanges": [*HYPNOGRAM["sleepStateChanges"], late]}
    found = _recordings(_read(tmp_path, "sleep_result_1.json", _night(hypnogram)))
    minutes = {name: r.values.sum() / 2 for name, r in found.items()}
    assert minutes == {"asleep": 25, "sleep_awake": 5, "sleep_light": 5, "sleep_deep": 10, "sleep_rem": 10}
    assert found["asleep"].times_utc[0] == NIGHT_S
    assert set(found["asleep"].utc_offset_s.tolist()) == {3_600}


def test_the_names_of_the_interface_mean_the_same(tmp_path: Path) -> None:
    """Failure 7."""
    changes = [
        {"offsetFromStart": "0s", "newState": "SLEEP_STATE_NON_REM2"},
        {"offsetFromStart": "600s", "newState": "SLEEP_STATE_NON_REM3"},
    ]
    found = _recordings(_read(tmp_path, "sleep_result_1.json", _night(HYPNOGRAM | {"sleepStateChanges": changes})))
    assert found["sleep_light"].values.sum() / 2 == 10
    assert found["sleep_deep"].values.sum() / 2 == 20


def test_unknown_states_are_gaps_and_counted(tmp_path: Path) -> None:
    """Failure 29."""
    changes = [*HYPNOGRAM["sleepStateChanges"], {"offsetFromStart": "PT25M", "state": "UNKNOWN"}, {"state": "REM"}]
    reading = _read(tmp_path, "sleep_result_1.json", _night(HYPNOGRAM | {"sleepStateChanges": changes}))
    assert reading.report.unknown == {"sleep state 'UNKNOWN'": 1}
    assert reading.report.dropped == {NO_NIGHT: 1}
    assert len(_recordings(reading)["asleep"].times_utc) == 50


def test_a_night_without_states_is_sleep_and_one_without_ends_is_counted(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        "sleep_result_1.json",
        [*_night(HYPNOGRAM | {"sleepStateChanges": None}), *_night({"sleepStart": None}), 7],
    )
    assert _recordings(reading)["asleep"].values.sum() == 60
    assert reading.report.dropped == {NO_NIGHT: 1, NO_TIME: 1}


def test_sums_of_the_night_and_recovery_are_facts(
    tmp_path: Path, zipped: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    """T-11: Polar's is RMSSD."""
    evaluation = {"asleepDuration": "PT7H", "phaseDurations": {"deep": "PT1H"}, "analysis": {"efficiencyPercent": 91}}
    recovery = [
        {"night": "2024-03-02", "meanNightlyRecoveryRri": 1_200, "meanNightlyRecoveryRespirationInterval": 0},
        {"night": "2024-03-03", "meanNightlyRecoveryRmssd": 40},
    ]
    path = zipped(
        tmp_path / "p.zip",
        {
            "sleep_result_1.json": json.dumps(_night(HYPNOGRAM, evaluation=evaluation)).encode(),
            "nightly_recovery_1.json": json.dumps(recovery).encode(),
            "nightly_recovery_blob_1.json": b"[]",
            "activity-x.json": b"[broken",
        },
    )
    assert READER.claims(path)
    reading = READER.read(path)
    facts = {name: c.values.tolist() for name, c in reading.facts.columns.items()}
    assert facts["minutes_asleep"] == [420]
    assert facts["minutes_deep"] == [60]
    assert facts["night_heart_rate"] == [50]
    assert facts["night_rmssd"] == [40]
    assert "night_respiration_rate" not in facts
    assert list(reading.report.failed) == ["activity-x.json"]


def test_both_layouts_of_trainings_give_the_same_beats(tmp_path: Path) -> None:
    """Failure 7."""
    new = {
        "startTime": "2024-03-02T17:00:00",
        "timezoneOffsetMinutes": 60,
        "samples": {"samples": [{"type": "HEART_RATE", "intervalMillis": 1_000, "values": ["NaN", 120, 0, 123]}]},
    }
    beats = [{"dateTime": f"2024-03-02T17:00:0{i}.000", "value": v} for i, v in ((1, 120), (2, 0), (3, 123))]
    old = {"startTime": "2024-03-02T17:00:00.000", "timezoneOffset": 60, "samples": {"heartRate": beats}}
    made = []
    for exercise in (new, old):
        reading = _read(tmp_path, "training-session-1.json", {"exportVersion": "1", "exercises": [exercise]})
        made.append(_recordings(reading)["heart_rate"])
    for heart in made:
        assert heart.times_utc.tolist() == [MIDNIGHT + 16 * 3_600 + 1, MIDNIGHT + 16 * 3_600 + 3]
        assert heart.values.tolist() == [120, 123]
        assert (heart.clock, set(heart.utc_offset_s.tolist())) == (Clock.INSTANT, {3_600})


def test_a_training_without_an_offset_is_local_and_one_without_a_start_is_counted(tmp_path: Path) -> None:
    series = {"type": "SAMPLE_TYPE_HEART_RATE", "intervalMillis": 500, "values": [100, 101]}
    odd = [{"type": "SPEED", "values": [1]}, {"type": "HEART_RATE", "intervalMillis": 0, "values": [9]}]
    exercises = [
        {"startTime": "2024-03-02T17:00:00", "samples": [series, *odd]},
        {"timezoneOffset": 60, "samples": {"samples": [series]}},
        {"samples": {"heartRate": [{"dateTime": "x", "value": 1}]}},
        {"samples": None},
    ]
    reading = _read(tmp_path, "training-session-1.json", {"exercises": exercises})
    heart = _recordings(reading)["heart_rate"]
    assert heart.clock is Clock.LOCAL
    assert heart.values.tolist() == [100, 101]
    assert reading.report.dropped == {NO_TIME: 3}


@pytest.mark.parametrize("seed", range(3))
def test_random_days_come_back(seed: int, tmp_path: Path) -> None:
    """I-13."""
    rng = np.random.default_rng(seed)
    minutes = np.sort(rng.choice(1_440, size=300, replace=False))
    steps = rng.integers(0, 200, size=300)
    entries = [
        {"localTime": f"{m // 60:02d}:{m % 60:02d}:00", "value": int(s)} for m, s in zip(minutes, steps, strict=True)
    ]
    found = _recordings(_read(tmp_path, "activity-1.json", {"date": "2024-03-02", "samples": {"steps": entries}}))
    np.testing.assert_array_equal(found["steps"].times_utc, MIDNIGHT + 60 * minutes)
    np.testing.assert_array_equal(found["steps"].values, steps)


def test_other_files_are_not_claimed_and_refused(tmp_path: Path) -> None:
    for name in ("activity-1.json", "profile.json"):
        (tmp_path / name).write_text('{"samples": 1}')
        assert not READER.claims(tmp_path / name)
    assert not READER.claims(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="without any record"):
        READER.read(tmp_path / "profile.json")
