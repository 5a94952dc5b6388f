"""JSON files of Garmin's account export."""

import datetime as dt
import json
from pathlib import Path
from types import ModuleType

import pytest

from sennight.errors import ReadError
from sennight.readers.garmin.account import (
    NO_DATE,
    NO_LEVEL,
    Account,
    add_account_file,
    is_account_file,
    seconds_of,
    trusted_anchors,
)
from sennight.readers.guard import members
from sennight.readers.reader import ReadReport
from sennight.readers.spans import Sleep

NIGHT = {"calendarDate": "2024-03-02", "deepSleepSeconds": 3_600, "lightSleepSeconds": 7_200, "awakeSleepSeconds": 600}


def _account(folder: Path, *files: object) -> Account:
    account = Account(person="p", report=ReadReport(reader="garmin", source="a"))
    for i, content in enumerate(files):
        path = folder / f"{i}_sleepData.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        add_account_file(account, members(path)[0])
    return account


def _values(account: Account) -> dict[str, float]:
    return {f"{name} {date}": fact.value for (name, date), fact in account.facts.items()}


def test_an_element_without_a_date_and_null_durations_do_not_stop_the_others(tmp_path: Path) -> None:
    """Failure 23."""
    nulls = {"calendarDate": "2024-03-03", "deepSleepSeconds": None, "lightSleepSeconds": None, "remSleepSeconds": None}
    account = _account(tmp_path, [{"retro": False}, NIGHT, nulls, None, 5, {"calendarDate": None}])
    assert _values(account) == {"minutes_asleep 2024-03-02": 180.0, "minutes_awake_in_bed 2024-03-02": 10.0}
    assert account.report.dropped == {NO_DATE: 4}
    assert account.report.records_seen == 6


def test_a_night_of_garmin_connect_has_its_levels(w: ModuleType, tmp_path: Path) -> None:
    account = _account(tmp_path, w.CONNECT_NIGHT)
    assert [(s.sleep, s.stop_s - s.start_s) for s in account.spans] == [
        (Sleep.LIGHT, 1_800),
        (Sleep.DEEP, 1_800),
        (Sleep.AWAKE, 60),
    ]
    assert trusted_anchors(account) == [(1_709_244_000, 3_600)]
    assert account.report.notes == []


def test_levels_that_make_no_sense_are_counted(tmp_path: Path) -> None:
    good = {"startGMT": "2024-03-01T22:00:00.0", "endGMT": "2024-03-01T22:10:00.0", "activityLevel": 2}
    levels = [
        good,
        {**good, "activityLevel": 7},
        {**good, "activityLevel": None},
        {**good, "endGMT": None},
        {**good, "endGMT": "2024-03-01T21:10:00.0"},
        {**good, "endGMT": "2024-03-05T21:10:00.0"},
        "x",
    ]
    account = _account(tmp_path, {"dailySleepDTO": NIGHT, "sleepLevels": levels})
    assert [s.sleep for s in account.spans] == [Sleep.REM]
    assert account.report.dropped == {NO_LEVEL: 6}


def test_gmt_counts_and_a_local_time_shifted_twice_is_said(tmp_path: Path) -> None:
    """Failure 36, T-04: +8 h twice is +16 h, which no zone has."""
    shifted = {
        **NIGHT,
        "sleepStartTimestampGMT": "2024-03-01T15:00:00.0",
        "sleepStartTimestampLocal": "2024-03-02T07:00:00.0",
    }
    account = _account(tmp_path, shifted)
    assert trusted_anchors(account) == []
    assert account.report.notes[0].startswith("1 local times that do not fit")


def test_a_smaller_shift_shows_beside_the_other_records_of_the_day(tmp_path: Path) -> None:
    """T-04: +2 h twice is +4 h, which some zone has; the day's summary says +2 h."""
    day = {
        "calendarDate": "2024-03-01",
        "wellnessStartTimeGmt": "2024-03-01T22:00:00.0",
        "wellnessStartTimeLocal": "2024-03-02T00:00:00.0",
    }
    night = {
        **NIGHT,
        "sleepStartTimestampGMT": "2024-03-01T23:00:00.0",
        "sleepStartTimestampLocal": "2024-03-02T03:00:00.0",
    }
    account = _account(tmp_path, [day], [night])
    assert trusted_anchors(account) == [(1_709_330_400, 7_200)]
    assert len(account.report.notes) == 1


def test_days_and_weights_are_dated_facts(w: ModuleType, tmp_path: Path) -> None:
    account = _account(tmp_path, [w.DAY], [w.WEIGHT])
    assert _values(account) == {
        "day_steps 2024-03-01": 8_000.0,
        "day_distance_m 2024-03-01": 6_100.0,
        "resting_heart_rate 2024-03-01": 53.0,
        "weight_kg 2024-03-01": 70.5,
    }
    assert {f.person for f in account.facts.values()} == {"p"}


def test_impossible_amounts_and_zeros_are_no_facts(tmp_path: Path) -> None:
    """T-12, T-13: 0 steps of a day without the watch are missing."""
    day = {
        "calendarDate": {"date": "2024-03-01"},
        "totalSteps": 0,
        "restingHeartRate": 900,
        "totalKilocalories": "NaN",
        "averageRespiration": -1,
        "spo2SleepSummary": {"averageSPO2": 96},
        "weight": {"weight": 0},
    }
    assert _values(_account(tmp_path, [day])) == {"night_spo2 2024-03-01": 96.0}


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2024-03-01T23:10:00.0", 1_709_334_600),
        ("2024-03-02T00:10:00+01:00", 1_709_334_600),
        (1_709_334_600_000, 1_709_334_600),
        ("tomorrow", None),
        ("0001-01-01T00:00:00", None),
        (-5, None),
        (True, None),
        (None, None),
        (1e300, None),
    ],
)
def test_times_in_gmt_are_milliseconds_or_text(written: object, seconds: int | None) -> None:
    assert seconds_of(written) == seconds


def test_damaged_json_and_foreign_json_are_read_errors(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="damaged"):
        _account(tmp_path, "[{")
    with pytest.raises(ReadError, match="without a record"):
        _account(tmp_path, "[]")


@pytest.mark.parametrize(
    ("name", "content", "ours"),
    [
        ("2_sleepData.json", '[{"retro": false}]', True),
        ("x.json", '{"dailySleepDTO": {}}', True),
        ("UDSFile_1.json", '\ufeff[{"calendarDate": "2024-03-01"}]', True),
        ("UDSFile_1.json", "[]", False),
        ("other.json", '[{"calendarDate": "2024-03-01"}]', False),
        ("x.txt", '{"dailySleepDTO": {}}', False),
        ("x.json", 'say "dailySleepDTO"', False),
    ],
)
def test_files_are_known_by_their_keys(name: str, content: str, ours: bool, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    assert is_account_file(members(tmp_path / name)[0]) is ours


def test_a_later_record_of_a_day_stands(tmp_path: Path) -> None:
    account = _account(tmp_path, [{**NIGHT, "deepSleepSeconds": 0}], [NIGHT])
    assert account.facts["minutes_asleep", dt.date(2024, 3, 2)].value == 180
