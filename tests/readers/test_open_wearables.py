"""Pages of open-wearables: only the unit that is agreed, SDNN apart from RMSSD, totals of days are facts."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.open_wearables import CHANNELS, MORE_PAGES, NO_TIME, READER, WRONG_UNIT
from sennight.readers.personal import NO_SPAN
from sennight.readers.reader import Reading
from sennight.record import Recording

NINE = 1_709_370_000  # 2024-03-02 09:00:00 UTC
SOURCE = {"provider": "apple", "device": "Watch7,1"}


def _sample(kind: str, value: Any, unit: str, **more: Any) -> dict[str, Any]:
    made = {"timestamp": "2024-03-02T09:00:00Z", "zone_offset": "+01:00", "type": kind, "value": value, "unit": unit}
    return made | {"source": SOURCE} | more


def _night(**more: Any) -> dict[str, Any]:
    ends = {"start_time": "2024-03-01T22:00:00Z", "end_time": "2024-03-01T23:00:00Z", "zone_offset": "+01:00"}
    return {"id": "n", "source": SOURCE, "is_nap": False} | ends | more


def _read(folder: Path, *records: Any, **page: Any) -> Reading:
    path = folder / "page.json"
    path.write_text(json.dumps({"data": list(records), **page}))
    assert READER.claims(path)
    return READER.read(path)


def _recordings(reading: Reading) -> dict[str, Recording]:
    return {r.channel.name: r for person in reading.people for r in person.recordings}


@pytest.mark.parametrize("kind", CHANNELS)
def test_each_type_goes_to_its_channel_in_its_unit(kind: str, tmp_path: Path) -> None:
    """T-10 and T-11."""
    channel, unit = CHANNELS[kind]
    value = {"spo2": 97, "skin_temperature": 33, "mets": 2, "respiration_rate": 15}.get(channel, 80)
    found = _recordings(_read(tmp_path, _sample(kind, value, unit)))
    assert list(found) == [channel]
    assert found[channel].values.tolist() == [value]
    assert found[channel].utc_offset_s.tolist() == [3_600]
    assert found[channel].device == "Watch7,1"


@pytest.mark.parametrize("unit", ["mmol_l", "", None, "MG_DL"])
def test_another_unit_is_refused_and_counted(unit: Any, tmp_path: Path) -> None:
    """Failure 4: glucose in mmol/L taken as mg/dL."""
    reading = _read(tmp_path, _sample("blood_glucose", 5.5, unit), _sample("heart_rate", 60, "bpm"))
    assert list(_recordings(reading)) == ["heart_rate"]
    assert reading.report.dropped == {WRONG_UNIT: 1}


def test_unknown_types_are_counted_and_active_energy_is_not_all_energy(tmp_path: Path) -> None:
    """I-15."""
    reading = _read(
        tmp_path,
        _sample("active_energy", 5, "kcal"),
        _sample("mystery", 5, "x"),
        _sample("heart_rate", 60, "bpm"),
        {"a": 1},
    )
    assert list(_recordings(reading)) == ["heart_rate"]
    assert reading.report.unknown == {"type active_energy": 1, "type mystery": 1, "record of another kind": 1}


def test_totals_of_days_are_facts_on_the_local_date(tmp_path: Path) -> None:
    """Failure 2: a day's total is not a minute's steps."""
    late = {"timestamp": "2024-03-02T23:30:00Z"}
    reading = _read(
        tmp_path,
        _sample("steps", 9_000, "count", is_daily_total=True, **late),
        _sample("steps", 30, "count"),
        _sample("weight", 70.5, "kg", **late),
        _sample("hydration", 2, "l", is_daily_total=True),
    )
    facts = {n: (c.values.tolist(), [str(d) for d in c.dates]) for n, c in reading.facts.columns.items()}
    assert facts == {"day_steps": ([9_000], ["2024-03-03"]), "weight_kg": ([70.5], ["2024-03-03"])}
    assert _recordings(reading)["steps"].values.tolist() == [30]
    assert reading.report.unknown == {"daily type hydration": 1}


def test_missing_and_odd_values_are_told_apart(tmp_path: Path) -> None:
    """T-13 and failure 23."""
    reading = _read(
        tmp_path,
        _sample("heart_rate", None, "bpm"),
        _sample("heart_rate", "fast", "bpm"),
        _sample("heart_rate", 300, "bpm"),
        _sample("heart_rate", 60, "bpm", timestamp="noon"),
        _sample("heart_rate", "61", "bpm"),
        "junk",
    )
    assert _recordings(reading)["heart_rate"].values.tolist() == [61]
    assert reading.report.dropped == {NO_TIME: 1, "not a number": 1, "out of the channel's range": 1}


@pytest.mark.parametrize(
    ("timestamp", "zone", "offset"),
    [
        ("2024-03-02T09:00:00Z", "-03:30", -12_600),
        ("2024-03-02T14:30:00+05:30", None, 19_800),
        ("2024-03-02T09:00:00Z", "somewhere", 0),
        ("2024-03-02T09:00:00Z", "+19:00", 0),
        ("2024-03-02T09:00:00Z", None, 0),
    ],
)
def test_the_offset_is_that_of_the_place(timestamp: str, zone: str | None, offset: int, tmp_path: Path) -> None:
    """Failure 1."""
    heart = _recordings(_read(tmp_path, _sample("heart_rate", 60, "bpm", timestamp=timestamp, zone_offset=zone)))[
        "heart_rate"
    ]
    assert heart.times_utc.tolist() == [NINE]
    assert heart.utc_offset_s.tolist() == [offset]


def test_a_sleep_with_sums_is_sleep_and_facts(tmp_path: Path) -> None:
    sums = {"light_minutes": 30, "deep_minutes": 20, "rem_minutes": None, "awake_minutes": 0}
    reading = _read(
        tmp_path, _night(stages=sums, efficiency_percent=90), _night(is_nap=True, stages={"deep_minutes": 99})
    )
    assert list(_recordings(reading)) == ["asleep"]
    facts = {n: c.values.tolist() for n, c in reading.facts.columns.items()}
    assert facts == {"minutes_light": [30], "minutes_deep": [20], "minutes_awake_in_bed": [0], "sleep_efficiency": [90]}


def test_listed_stages_speak(tmp_path: Path) -> None:
    def stage(start: int, stop: int, name: Any) -> dict[str, Any]:
        return {
            "start_time": f"2024-03-01T22:{start:02d}:00Z",
            "end_time": f"2024-03-01T22:{stop:02d}:00Z",
            "stage": name,
        }

    listed = [stage(0, 10, "awake"), stage(10, 30, "light"), stage(30, 40, "deep"), stage(40, 50, "dozing"), 7]
    listed.append({"stage": "rem"})
    reading = _read(tmp_path, _night(sleep_stages=listed))
    found = _recordings(reading)
    assert found["sleep_light"].values.sum() == 40
    assert found["sleep_deep"].values.sum() == 20
    assert reading.report.unknown == {"sleep stage dozing": 1, "sleep stage None": 1}


def test_a_sleep_without_ends_is_counted(tmp_path: Path) -> None:
    reading = _read(tmp_path, _night(end_time="later"), _sample("heart_rate", 60, "bpm"))
    assert reading.report.dropped == {NO_SPAN: 1}


def test_of_a_workout_only_its_pulses_are_samples(tmp_path: Path) -> None:
    """Failure 37."""
    pulses = [{"timestamp": "2024-03-02T09:00:00Z", "type": "heart_rate", "value": 150, "unit": "bpm"}, 7]
    workout = _night(type="running", heart_rate_samples=pulses, avg_heart_rate_bpm=140)
    del workout["is_nap"]
    bare = {k: v for k, v in workout.items() if k != "heart_rate_samples"}
    reading = _read(tmp_path, workout, bare)
    assert _recordings(reading)["heart_rate"].values.tolist() == [150]
    assert reading.report.unknown == {"workout (its sums)": 2}


def test_a_page_that_says_there_is_more_is_partial(tmp_path: Path) -> None:
    reading = _read(tmp_path, _sample("heart_rate", 60, "bpm"), pagination={"has_more": True})
    assert reading.report.cut_short == {"page.json": MORE_PAGES}
    assert reading.report.partial


def test_pages_in_one_file_and_files_in_one_folder_are_one_person(
    tmp_path: Path, zipped: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    pages = [[_sample("heart_rate", 60, "bpm")], _sample("heart_rate", 61, "bpm", source="x")]
    files = {
        "a.json": json.dumps(pages).encode(),
        "b.json": json.dumps(_sample("steps", 5, "count")).encode(),
        "c.json": b'{"provider": "", "source": "", "timestamp": "", "type": "", "value": "", "unit": ',
        "d.json": b"{}",
    }
    path = zipped(tmp_path / "w.zip", files)
    assert READER.claims(path)
    reading = READER.read(path)
    (person,) = reading.people
    assert person.id == "open_wearables-w"
    assert {(r.device, r.channel.name) for r in person.recordings} == {
        ("Watch7,1", "heart_rate"),
        ("open-wearables", "heart_rate"),
        ("Watch7,1", "steps"),
    }
    assert list(reading.report.failed) == ["c.json"]


@pytest.mark.parametrize("seed", range(3))
def test_random_minutes_come_back(seed: int, tmp_path: Path) -> None:
    """I-13."""
    rng = np.random.default_rng(seed)
    at = NINE + 60 * np.sort(rng.choice(1_440, size=300, replace=False))
    pulse = rng.integers(40, 200, size=300)
    records = [
        _sample("heart_rate", int(b), "bpm", timestamp=f"{np.datetime64(int(t), 's')}Z")
        for t, b in zip(at, pulse, strict=True)
    ]
    rng.shuffle(records)
    heart = _recordings(_read(tmp_path, *records))["heart_rate"]
    np.testing.assert_array_equal(heart.times_utc, at)
    np.testing.assert_array_equal(heart.values, pulse)


def test_other_json_is_not_claimed_and_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"data": []}')
    assert not READER.claims(path)
    assert not READER.claims(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="without any record"):
        READER.read(path)
