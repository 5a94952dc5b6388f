"""EmbracePlus minutes of the vendor: columns, reasons for missing values, codes."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from sennight.readers.empatica import READER, embrace_minutes
from sennight.readers.gathering import CLOCK_NOT_SET
from sennight.readers.guard import members
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER, OUT_OF_RANGE
from sennight.record import Recording

_spec = importlib.util.spec_from_file_location("made_empatica", Path(__file__).parents[1] / "samples" / "empatica.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)
START = made.START_S


def channels(folder: Path, **texts: str) -> tuple[dict[str, Recording], ReadReport]:
    for name, text in texts.items():
        (folder / f"1-1-001_2024-03-01_{name.replace('_', '-')}.csv").write_text(text)
    reading = READER.read(folder)
    (person,) = reading.people
    assert person.id == "empatica-1-1-001"
    assert reading.report.records_seen == reading.report.records_kept + reading.report.records_dropped
    return {r.channel.name: r for r in person.recordings}, reading.report


def test_every_measure_lands_in_its_channel(tmp_path: Path) -> None:
    found, report = channels(tmp_path, **{name: made.minutes_csv(*args) for name, args in made.MINUTES.items()})
    expected = {
        "heart_rate": np.arange(70, 80),
        "rmssd": [41.5] * 10,
        "eda_level": [0.42] * 10,
        "skin_temperature": [33.1] * 10,
        "respiration_rate": [14] * 10,
        "steps": [0, 12] * 5,
        "mets": [1.1] * 10,
        "on_body": [1] * 8 + [0, 0],
        "asleep": [0, 1, 1, 0, 0, 0, 0, 0, 0, 0],
        "intensity": [0, 1, 2, 3] + [0] * 6,
    }
    assert set(found) == set(expected)
    for name, values in expected.items():
        assert found[name].values == pytest.approx(np.array(values)), name
        assert found[name].times_utc.tolist() == [START + 60 * i for i in range(10)]
    assert report.unknown == {"column activity_counts": 1}  # the vendor's own counts are not ActiGraph's


def test_the_reason_decides_what_a_missing_value_is(tmp_path: Path) -> None:
    """Failure 27."""
    reasons = ["", "device_not_recording", "device_not_worn_correctly", "worn_during_motion", "", "new_reason"]
    values = ["70", "", "", "", "", ""]
    found, report = channels(tmp_path, a=made.minutes_csv("pulse_rate_bpm", values, reasons=reasons))
    assert found["heart_rate"].values.tolist() == [70]
    assert found["heart_rate"].rejected_utc.tolist() == [START + 180]
    assert report.dropped == {
        "minute with the reason device_not_recording": 1,
        "minute with the reason device_not_worn_correctly": 1,
        embrace_minutes.NO_REASON: 2,
        OUT_OF_RANGE: 1,
    }


def test_a_value_beside_a_reason_is_not_taken_but_wearing_is(tmp_path: Path) -> None:
    reasons = ["", "worn_with_low_signal_quality"]
    found, _ = channels(
        tmp_path,
        pulse=made.minutes_csv("pulse_rate_bpm", ["70", "180"], reasons=reasons),
        wearing=made.minutes_csv(
            "wearing_detection_percentage", ["100", "0"], reasons=["", "device_not_worn_correctly"]
        ),
    )
    assert found["heart_rate"].values.tolist() == [70]
    assert found["on_body"].values.tolist() == [1, 0]


def test_unknown_codes_are_counted_and_never_guessed(tmp_path: Path) -> None:
    """Failure 29."""
    found, report = channels(
        tmp_path,
        sleep=made.minutes_csv("sleep_detection_stage", ["0", "99", "150", "399", "400", "-1", "deep"]),
        intensity=made.minutes_csv("activity_intensity", ["Sedentary", "lpa", "extreme"]),
        wearing=made.minutes_csv("wearing_detection_percentage", ["100", "101", "-5"]),
    )
    assert found["asleep"].values.tolist() == [0, 0, 1, 0]
    assert found["intensity"].values.tolist() == [0, 1]
    assert found["on_body"].values.tolist() == [1]
    assert report.dropped[embrace_minutes.UNKNOWN_CODE] == 3 + 1 + 2


def test_sentinels_and_words_are_masked(tmp_path: Path) -> None:
    """Failure 3."""
    found, report = channels(tmp_path, a=made.minutes_csv("pulse_rate_bpm", ["70", "0", "255", "lorem"]))
    assert found["heart_rate"].values.tolist() == [70]
    assert report.dropped[OUT_OF_RANGE] == 2
    assert report.dropped[NO_NUMBER] == 1


def test_times_in_seconds_are_the_same_times(tmp_path: Path) -> None:
    text = made.minutes_csv("pulse_rate_bpm", ["70", "71"])
    for i in range(2):
        text = text.replace(str((START + 60 * i) * 1_000), str(START + 60 * i))
    found, _ = channels(tmp_path, a=text)
    assert found["heart_rate"].times_utc.tolist() == [START, START + 60]


def test_stray_dates_are_counted(tmp_path: Path) -> None:
    """Failures 12 and 24."""
    text = made.minutes_csv("pulse_rate_bpm", ["70", "71", "72"])
    text = text.replace(str(START * 1_000), "0").replace(str((START + 60) * 1_000), "lorem")
    found, report = channels(tmp_path, a=text)
    assert found["heart_rate"].values.tolist() == [72]
    assert report.dropped[CLOCK_NOT_SET] == 1


def test_rows_that_do_not_fit_are_counted(tmp_path: Path) -> None:
    head = "timestamp_unix,timestamp_iso,participant_full_id,met,missing_value_reason\n"
    found, report = channels(tmp_path, a=made.minutes_csv("pulse_rate_bpm", ["70"]), b=head + "lorem ipsum\n" * 9)
    assert found["heart_rate"].values.tolist() == [70]
    assert report.dropped == {embrace_minutes.NO_REASON: 9}


def test_a_damaged_file_does_not_lose_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failure 35."""
    good, bad = made.minutes_csv("pulse_rate_bpm", ["70"]), made.minutes_csv("met", ["1"] * 50)
    monkeypatch.setattr("sennight.readers.delimited.MAX_DELIMITED_BYTES", len(good))
    found, report = channels(tmp_path, a=good, b=bad)
    assert found["heart_rate"].values.tolist() == [70]
    assert list(report.failed) == ["1-1-001_2024-03-01_b.csv"]


def test_the_same_day_twice_is_one_day(tmp_path: Path) -> None:
    """Failure 21."""
    text = made.minutes_csv("step_counts", ["10", "20"])
    found, _ = channels(tmp_path, a=text, b=text)
    assert found["steps"].values.tolist() == [10, 20]


def test_only_its_columns_make_such_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("timestamp_unix,value\n1,2\n")
    (tmp_path / "b.csv").write_text("\ufeff" + made.minutes_csv("met", ["1"]).replace(",", ";"))
    (tmp_path / "c.txt").write_text(made.minutes_csv("met", ["1"]))
    assert [embrace_minutes.is_minutes(m) for m in members(tmp_path)] == [False, True, False]
