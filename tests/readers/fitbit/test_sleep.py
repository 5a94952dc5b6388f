"""Sleep logs: levels to half minutes, short wakes on top, and nothing outside of logs. All data synthetic."""

from typing import Any

import numpy as np
import pytest

from sennight.readers.fitbit.sleep import SleepLogs, add_sleep_file, wall_seconds
from sennight.readers.reader import ReadReport

START = wall_seconds("2024-07-01T23:00:30.000") or 0


def _logs(*records: Any) -> tuple[SleepLogs, ReadReport]:
    logs, report = SleepLogs(), ReadReport(reader="fitbit", source="made here")
    add_sleep_file(logs, list(records), source="sleep-2024-07-01.json", sha256="", report=report)
    return logs, report


def _log(
    *levels: tuple[str, str, int], short: tuple[tuple[str, str, int], ...] = (), type_: str = "stages"
) -> dict[str, Any]:
    entries = [{"dateTime": f"2024-07-01T{t}.000", "level": level, "seconds": s} for t, level, s in levels]
    overlay = [{"dateTime": f"2024-07-01T{t}.000", "level": level, "seconds": s} for t, level, s in short]
    return {"type": type_, "levels": {"data": entries, "shortData": overlay}}


def test_stages_become_half_minutes_that_exclude_each_other() -> None:
    logs, _ = _logs(_log(("23:00:30", "light", 120), ("23:02:30", "deep", 60)))
    samples = logs.samples()
    wall, light = samples["sleep_light"]
    assert (wall - START).tolist() == [0, 30, 60, 90, 120, 150]
    assert light.tolist() == [1, 1, 1, 1, 0, 0]
    assert samples["sleep_deep"][1].tolist() == [0, 0, 0, 0, 1, 1]
    total = sum(samples[c][1] for c in ("sleep_awake", "sleep_light", "sleep_deep", "sleep_rem"))
    assert np.asarray(total).tolist() == [1] * 6
    assert samples["asleep"][1].tolist() == [1] * 6


def test_a_short_wake_lies_over_the_level_around_it() -> None:
    logs, _ = _logs(_log(("23:00:30", "light", 120), short=(("23:01:00", "wake", 30),)))
    assert logs.samples()["sleep_awake"][1].tolist() == [0, 1, 0, 0]
    assert logs.samples()["asleep"][1].tolist() == [1, 0, 1, 1]


def test_a_classic_log_counts_only_asleep_and_knows_no_stages() -> None:
    levels = (("23:00:30", "asleep", 60), ("23:01:30", "restless", 30), ("23:02:00", "awake", 30))
    logs, _ = _logs(_log(*levels, type_="classic"))
    assert logs.samples()["asleep"][1].tolist() == [1, 1, 0, 0]
    assert set(logs.samples()) == {"asleep"}


def test_between_two_logs_nothing_is_known() -> None:
    logs, _ = _logs(_log(("22:00:00", "light", 60)), _log(("23:00:00", "light", 60)))
    assert np.diff(logs.samples()["asleep"][0]).tolist() == [30, 3_570, 30]


def test_a_log_that_is_given_twice_counts_once() -> None:
    log = _log(("23:00:30", "light", 60))
    assert len(_logs(log, log)[0].samples()["asleep"][0]) == 2


@pytest.mark.parametrize(
    "segment",
    [("23:00:30", "light", 0), ("23:00:30", "light", 10**12), ("23:00:30", "dozing", 60), ("99:99:99", "light", 60)],
)
def test_a_level_that_cannot_be_is_dropped_and_counted(segment: tuple[str, str, int]) -> None:
    logs, report = _logs(_log(segment, ("23:10:30", "rem", 60)))
    assert logs.samples()["sleep_rem"][1].tolist() == [1, 1]
    assert report.dropped["sleep level without time or length"] == 1


@pytest.mark.parametrize("record", [None, 5, {}, {"levels": []}, {"levels": {"data": 5}}, {"levels": {"data": [None]}}])
def test_records_that_are_no_logs_are_survived(record: object) -> None:
    logs, report = _logs(record)
    assert logs.samples() == {}
    assert report.records_kept == 0


def test_main_sleeps_become_facts_of_their_date() -> None:
    night = {**_log(("23:00:30", "light", 60)), "mainSleep": True, "dateOfSleep": "2024-07-02", "minutesAsleep": 380}
    nap = {**_log(("15:00:30", "light", 60)), "mainSleep": False, "dateOfSleep": "2024-07-02", "minutesAsleep": 20}
    facts = _logs(nap, night)[0].facts("fitbit-1")
    assert [(f.name, f.value, f.unit, str(f.date)) for f in facts] == [("minutes_asleep", 380, "min", "2024-07-02")]
