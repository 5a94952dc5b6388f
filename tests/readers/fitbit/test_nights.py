"""Sleep of the newer layout: stretches with offsets, and older logs of the same night. All data synthetic."""

import datetime as dt
import json
from pathlib import Path

import pytest

from sennight.readers import read
from sennight.readers.fitbit import READER
from sennight.record import Clock, Recording

SLEEPS = "sleep_id,sleep_type,minutes_asleep,start_utc_offset,sleep_start,end_utc_offset,sleep_end"
STAGES = "sleep_id,sleep_stage_id,sleep_stage_type,start_utc_offset,sleep_stage_start,end_utc_offset,sleep_stage_end"


def _utc(*when: int) -> int:
    return int(dt.datetime(*when, tzinfo=dt.UTC).timestamp())  # type: ignore[arg-type, misc]


def _write(folder: Path, sleeps: list[str], stages: list[str]) -> Path:
    (folder / "UserSleeps_2024-07-02.csv").write_text("\n".join([SLEEPS, *sleeps]) + "\n")
    (folder / "UserSleepStages_2024-07-02.csv").write_text("\n".join([STAGES, *stages]) + "\n")
    return folder


def _stage(kind: str, start: str, stop: str, sleep: str = "1") -> str:
    return f"{sleep},9,{kind},+09:00,2024-07-01T{start}Z,+09:00,2024-07-01T{stop}Z"


NIGHT = "1,STAGES,25,+09:00,2024-07-01T14:00:00Z,+09:00,2024-07-01T14:40:00Z"


def _of(path: Path, zone: str | None = None) -> dict[str, Recording]:
    (person,) = READER.read(path, zone=zone).people
    return {r.channel.name: r for r in person.recordings}


def test_stages_are_instants_with_the_offset_of_the_night(tmp_path: Path) -> None:
    """T-02: a night in Tokyo, whatever the zone of the profile."""
    stages = [_stage("LIGHT", "14:00:00", "14:20:00"), _stage("WAKE", "14:20:00", "14:30:00"),
              _stage("REM", "14:30:00", "14:40:00")]  # fmt: skip
    found = _of(_write(tmp_path, [NIGHT], stages))
    assert {r.clock for r in found.values()} == {Clock.INSTANT}
    assert found["asleep"].times_utc[0] == _utc(2024, 7, 1, 14)
    assert set(found["asleep"].utc_offset_s.tolist()) == {32_400}
    assert (int(found["asleep"].values.sum()), int(found["sleep_awake"].values.sum())) == (60, 20)


def test_the_offset_of_the_nights_places_everything_else(tmp_path: Path) -> None:
    """Failure 1 and T-03: steps in UTC get the offset that the sleep log names."""
    _write(tmp_path, [NIGHT], [])
    (tmp_path / "steps-2024-07-01.json").write_text(json.dumps([{"dateTime": "07/01/24 12:00:00", "value": "5"}]))
    found = _of(tmp_path)
    assert found["steps"].utc_offset_s.tolist() == [32_400]
    assert any("nearest sleep log" in note for note in read(tmp_path).report.notes)
    assert _of(tmp_path, zone="Europe/Vienna")["steps"].utc_offset_s.tolist() == [7_200]


def test_a_sleep_without_stretches_is_asleep_without_stages(tmp_path: Path) -> None:
    """Failure 20: classic and typed-in sleeps."""
    found = _of(_write(tmp_path, ["2,CLASSIC,40,+09:00,2024-07-01T14:00:00,,2024-07-01T14:40:00"], []))
    assert set(found) == {"asleep"}
    assert found["asleep"].values.tolist() == [1] * 80


def test_restless_is_awake_and_knows_no_stage(tmp_path: Path) -> None:
    night = NIGHT.replace("STAGES", "CLASSIC")
    stages = [_stage("ASLEEP", "14:00:00", "14:30:00"), _stage("RESTLESS", "14:30:00", "14:40:00")]
    found = _of(_write(tmp_path, [night], stages))
    assert set(found) == {"asleep"}
    assert (int(found["asleep"].values.sum()), len(found["asleep"].values)) == (60, 80)


def test_an_older_log_of_the_same_night_is_dropped_and_another_night_kept(tmp_path: Path) -> None:
    """Failure 21: the same night from two layouts counts once."""
    _write(tmp_path, [NIGHT], [_stage("LIGHT", "14:00:00", "14:40:00")])

    def log(day: str) -> dict[str, object]:
        data = [{"dateTime": f"2024-07-{day}T23:00:00.000", "level": "deep", "seconds": 600}]
        return {
            "startTime": f"2024-07-{day}T23:00:00.000", "endTime": f"2024-07-{day}T23:10:00.000", "type": "stages",
            "mainSleep": True, "dateOfSleep": f"2024-07-{day}", "minutesAsleep": 10, "levels": {"data": data},
        }  # fmt: skip

    (tmp_path / "sleep-2024-07-01.json").write_text(json.dumps([log("01"), log("05")]))
    reading = read(tmp_path)
    (person,) = reading.people
    found = {r.channel.name: r for r in person.recordings}
    assert int(found["sleep_deep"].values.sum()) == 20
    assert reading.report.dropped["sleep log that the newer files hold too"] == 1
    # The other night was local; the offset of the nearest log brings it to UTC.
    assert found["sleep_deep"].times_utc[-1] == _utc(2024, 7, 5, 14, 9, 30)
    assert reading.facts.latest("minutes_asleep") == {person.id: 10}


def test_minutes_asleep_are_those_of_the_longest_sleep_of_a_local_date(tmp_path: Path) -> None:
    nap = "3,CLASSIC,11,+09:00,2024-07-01T05:00:00Z,+09:00,2024-07-01T05:20:00Z"
    reading = read(_write(tmp_path, [NIGHT, nap], []))
    column = reading.facts.columns["minutes_asleep"]
    assert (column.values.tolist(), column.dates.tolist()) == ([25], [dt.date(2024, 7, 1)])


@pytest.mark.parametrize(
    "bad",
    [
        "4,STAGES,5,+09:00,never,+09:00,2024-07-01T14:40:00Z",
        "4,STAGES,5,+09:00,2024-07-01T15:40:00Z,+09:00,2024-07-01T14:40:00Z",
        "4,STAGES,5,,2024-07-01T14:00:00Z,,2024-07-01T14:40:00Z",
        "4,STAGES,5,+09:00,2019-07-01T14:00:00Z,+09:00,2024-07-01T14:40:00Z",
    ],
)
def test_a_sleep_without_times_or_offset_is_dropped_and_counted(tmp_path: Path, bad: str) -> None:
    reading = read(_write(tmp_path, [NIGHT, bad], []))
    assert len(list(reading.people)) == 1
    assert reading.report.dropped["sleep without a beginning and an end"] == 1


def test_unknown_stages_are_counted(tmp_path: Path) -> None:
    """I-15."""
    stages = [_stage("LIGHT", "14:00:00", "14:10:00"), _stage("DREAM", "14:10:00", "14:20:00"), _stage("REM", "x", "y")]
    reading = read(_write(tmp_path, [NIGHT], stages))
    assert len(list(reading.people)) == 1
    assert reading.report.unknown["sleep stage DREAM"] == 1
    assert reading.report.dropped["sleep level without time or length"] == 2


def test_a_file_of_nights_that_is_none_is_named(tmp_path: Path) -> None:
    _write(tmp_path, [NIGHT], [])
    (tmp_path / "UserSleeps_2024-06-02.csv").write_text("sleep_id,when\n1,2\n")
    reading = read(tmp_path)
    assert len(list(reading.people)) == 1
    assert "sleep_start" in reading.report.failed["UserSleeps_2024-06-02.csv"]
