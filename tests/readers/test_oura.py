"""Oura's exports of two versions: what was written comes back; never rest as sleep, never 0 as a pulse."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.oura import NO_START, NOT_A_SLEEP, NOT_WORN, READER
from sennight.readers.reader import Reading
from sennight.record import Recording

START = "2024-03-01T23:00:00+01:00"
START_S = 1_709_330_400
NIGHT: dict[str, Any] = {
    "day": "2024-03-02",
    "type": "long_sleep",
    "bedtime_start": START,
    "bedtime_end": "2024-03-01T23:20:00+01:00",
    "sleep_phase_5_min": "4213",
}


def _read(folder: Path, content: Any, name: str = "oura.json") -> Reading:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    assert READER.claims(path)
    return READER.read(path)


def _recordings(reading: Reading) -> dict[str, Recording]:
    return {r.channel.name: r for person in reading.people for r in person.recordings}


def test_a_hypnogram_becomes_stages_with_the_offset_of_the_night(tmp_path: Path) -> None:
    found = _recordings(_read(tmp_path, {"data": [NIGHT]}))
    assert found["asleep"].times_utc[[0, -1]].tolist() == [START_S, START_S + 1_170]
    assert set(found["asleep"].utc_offset_s.tolist()) == {3_600}
    for channel, expected in (
        ("sleep_awake", [1, 0, 0, 0]),
        ("sleep_light", [0, 1, 0, 0]),
        ("sleep_deep", [0, 0, 1, 0]),
        ("sleep_rem", [0, 0, 0, 1]),
        ("asleep", [0, 1, 1, 1]),
    ):
        assert found[channel].values[::10].tolist() == expected


def test_the_finer_hypnogram_speaks_and_its_last_digit_ends_with_the_night(tmp_path: Path) -> None:
    night = NIGHT | {"sleep_phase_30_sec": "4" * 10 + "2" * 10 + "1" * 31}
    found = _recordings(_read(tmp_path, [night]))
    assert found["sleep_deep"].values.sum() == 20
    assert len(found["sleep_deep"].values) == 40


def test_unknown_digits_are_counted_and_a_night_without_phases_is_just_sleep(tmp_path: Path) -> None:
    """I-15."""
    reading = _read(tmp_path, [NIGHT | {"sleep_phase_5_min": "4921"}])
    assert reading.report.unknown == {"hypnogram digit '9'": 1}
    assert len(_recordings(reading)["sleep_deep"].values) == 30
    bare = NIGHT | {"sleep_phase_5_min": None}
    found = _recordings(_read(tmp_path, [bare, NIGHT | {"sleep_phase_5_min": 7}]))
    assert set(found) == {"asleep"}
    assert found["asleep"].values.sum() == 40


def test_rest_and_deleted_periods_are_no_sleep(tmp_path: Path) -> None:
    reading = _read(tmp_path, [NIGHT, NIGHT | {"type": "rest"}, NIGHT | {"type": "deleted"}])
    assert reading.report.dropped[NOT_A_SLEEP] == 2


def test_a_nap_is_sleep_but_not_the_night_of_its_day(tmp_path: Path) -> None:
    nap = NIGHT | {"type": "late_nap", "average_hrv": 90}
    reading = _read(tmp_path, [nap])
    assert "night_rmssd" not in reading.facts.columns
    assert "asleep" in _recordings(reading)


def test_hrv_is_rmssd_and_gaps_are_gaps(tmp_path: Path) -> None:
    """T-11 and T-13."""
    night = NIGHT | {
        "heart_rate": {"interval": 300.0, "items": [None, 60, None, 58], "timestamp": START},
        "hrv": {"interval": 300, "items": [45, None, None, 50], "timestamp": START},
    }
    found = _recordings(_read(tmp_path, [night]))
    assert "sdnn" not in found
    assert found["rmssd"].times_utc.tolist() == [START_S, START_S + 900]
    assert found["heart_rate"].values.tolist() == [60, 58]


def test_series_that_cannot_be_are_left_out(tmp_path: Path) -> None:
    """T-12."""
    bad = [
        {"interval": 0, "items": [60], "timestamp": START},
        {"interval": 300, "items": [60] * 6_000, "timestamp": START},
        {"interval": 300, "items": [60], "timestamp": "yesterday"},
        {"interval": 300, "items": "60"},
    ]
    found = _recordings(_read(tmp_path, [NIGHT | {"heart_rate": series} for series in bad]))
    assert "heart_rate" not in found


def test_mets_of_a_ring_that_was_off_are_dropped_and_wear_is_told(tmp_path: Path) -> None:
    day = {
        "day": "2024-03-02",
        "timestamp": START,
        "class_5_min": "01",
        "met": {"interval": 60, "items": [0.1] * 5 + [1.5] * 5, "timestamp": START},
        "steps": 0,
    }
    reading = _read(tmp_path, {"daily_activity": {"data": [day]}})
    found = _recordings(reading)
    assert found["mets"].values.tolist() == pytest.approx([1.5] * 5)
    assert found["on_body"].values.tolist() == [0] * 5 + [1] * 5
    assert reading.report.dropped == {NOT_WORN: 5}
    assert reading.facts.columns["day_steps"].values.tolist() == [0]


def test_the_old_layout_reads_the_same_and_its_zeros_are_gaps(tmp_path: Path) -> None:
    """Failure 7: two layouts in the field at once."""
    old = {
        "summary_date": "2020-03-02",
        "is_longest": 1,
        "bedtime_start": START,
        "bedtime_end": "2024-03-01T23:20:00+01:00",
        "hypnogram_5min": "4213",
        "hr_5min": [0, 60, 0, 58],
        "rmssd_5min": [45, 0, 0, 50],
        "total": 900,
    }
    day = {"summary_date": "2020-03-02", "day_start": START, "met_1min": [0.9, 0], "class_5min": "1", "steps": 5_000}
    reading = _read(tmp_path, {"sleep": [old], "activity": [day]})
    found = _recordings(reading)
    assert found["heart_rate"].values.tolist() == [60, 58]
    assert found["rmssd"].values.tolist() == [45, 50]
    assert found["sleep_rem"].values.sum() == 10
    assert len(found["mets"].values) == 1
    assert reading.facts.columns["minutes_asleep"].values.tolist() == [15]
    assert reading.facts.columns["day_steps"].values.tolist() == [5_000]


def test_pulses_in_utc_take_the_place_of_the_nights(tmp_path: Path) -> None:
    pulses = [{"timestamp": "2024-03-02T10:00:00+00:00", "bpm": b, "source": "awake"} for b in (60, None)]
    pulses.append({"timestamp": "noon", "bpm": 61, "source": "awake"})
    reading = _read(tmp_path, {"sleep": [NIGHT], "heartrate": pulses})
    heart = _recordings(reading)["heart_rate"]
    assert heart.utc_offset_s.tolist() == [3_600]
    assert reading.report.dropped == {NO_START: 1}


def test_a_broken_night_does_not_lose_the_others(tmp_path: Path) -> None:
    """Failure 23."""
    reading = _read(tmp_path, [NIGHT, NIGHT | {"bedtime_start": None}, {"day": "2024-03-02"}, 7])
    assert reading.report.dropped == {NO_START: 1}
    assert reading.report.unknown == {"record of another kind": 1}


def test_the_csv_of_the_account_is_the_same_as_the_json(
    tmp_path: Path, zipped: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    night = NIGHT | {"heart_rate": {"interval": 300, "items": [60, 58], "timestamp": START}, "average_hrv": 44}
    lists = '"{""interval"": 300, ""items"": [60, 58], ""timestamp"": ""' + START + '""}"'
    cells = [lists if isinstance(v, dict) else str(v) for v in night.values()]
    broken = ["{not json" if isinstance(v, dict) else "" for v in night.values()]
    table = ";".join(night) + "\n" + ";".join(cells) + "\n" + ";".join(broken) + "\n"
    oxygen = 'day;spo2_percentage\n2024-03-02;{"average": 96.5}\n2024-03-03;{"average": 0}\n2024-03-04;97\n'
    warm = (
        "timestamp;skin_temp\n2024-03-02T01:00:00Z;34.5\nnoon;34.6\n2024-03-02T01:01:00Z;n/a\n2024-03-02T01:02:00Z;x\n"
    )
    path = zipped(
        tmp_path / "o.zip",
        {"App Data/s.csv": table.encode(), "o.csv": oxygen.encode(), "w.csv": warm.encode(), "x.csv": b"a\n"},
    )
    reading = READER.read(path)
    csv, found = reading, _recordings(reading)
    assert found["heart_rate"].values.tolist() == [60, 58]
    assert found["skin_temperature"].values.tolist() == [34.5]
    assert csv.report.dropped == {NO_START: 2, "not a number": 1}
    assert csv.facts.columns["night_spo2"].values.tolist() == [96.5, 97]
    plain = _recordings(_read(tmp_path, [night]))
    for name in plain:
        np.testing.assert_array_equal(found[name].values, plain[name].values)
        np.testing.assert_array_equal(found[name].times_utc, plain[name].times_utc)


@pytest.mark.parametrize("seed", range(3))
def test_random_nights_come_back_minute_by_minute(seed: int, tmp_path: Path) -> None:
    """I-13."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 120))
    digits = rng.choice(list("1234"), size=n)
    pulse = rng.integers(40, 90, size=n)
    stop = np.datetime64(START_S + 3_600 + n * 300, "s")
    night = NIGHT | {
        "bedtime_end": f"{stop}+01:00",
        "sleep_phase_5_min": "".join(digits),
        "heart_rate": {"interval": 300, "items": pulse.tolist(), "timestamp": START},
    }
    found = _recordings(_read(tmp_path, [night]))
    np.testing.assert_array_equal(found["heart_rate"].values, pulse)
    for digit, channel in zip("1234", ("sleep_deep", "sleep_light", "sleep_rem", "sleep_awake"), strict=True):
        np.testing.assert_array_equal(found[channel].values, np.repeat(digits == digit, 10))


def test_what_is_not_ouras_is_not_claimed_and_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"data": [{"timestamp": "2024-01-01T00:00:00Z", "bpm": 60, "source": "x", "unit": "bpm"}]}')
    assert not READER.claims(path)
    assert not READER.claims(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="without any record"):
        READER.read(path)
