"""Fitbit's sleep logs: levels with a start and a length, to samples every 30 seconds on a local clock.

A log of type "stages" knows deep, light, REM and wake, with short wakes of up to three minutes in a list of their
own that lies over the first. A "classic" log knows asleep, restless and awake; Fitbit counts only "asleep" as time
asleep. Outside of logs nothing is known: no sample, not "awake".
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float32, Int64

from sennight.readers.reader import ReadReport
from sennight.record import Fact

EPOCH_S = 30  # Fitbit writes levels in whole half minutes
MAX_LOG_S = 48 * 3_600  # no sleep is longer; a longer one is a damaged number
BAD_SEGMENT = "sleep level without time or length"
BAD_LOG = "sleep log without levels"
TWIN = "sleep log that the newer files hold too"

_STAGES = {"wake": "sleep_awake", "light": "sleep_light", "deep": "sleep_deep", "rem": "sleep_rem"}
_ASLEEP = {"wake": 0, "light": 1, "deep": 1, "rem": 1, "asleep": 1, "restless": 0, "awake": 0}
_LEVELS = tuple(_ASLEEP)
_UNKNOWN = -1
# Fitbit's key -> our fact and its largest possible amount (a day of minutes; percent).
_NIGHT_AMOUNTS = {
    "minutesAsleep": ("minutes_asleep", 1_440),
    "minutesAwake": ("minutes_awake_in_bed", 1_440),
    "minutesToFallAsleep": ("minutes_to_fall_asleep", 1_440),
    "efficiency": ("sleep_efficiency", 100),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Log:
    """One night: wall-clock second and level (index into _LEVELS) of every half minute that is known."""

    wall: Int64[np.ndarray, " n"]
    level: Int64[np.ndarray, " n"]
    staged: bool


@dataclass(kw_only=True)
class SleepLogs:
    """All logs of one person; a log that stands in two files counts once."""

    logs: dict[int, _Log] = field(default_factory=dict)
    nights: dict[dt.date, dict[str, float]] = field(default_factory=dict)
    source: str = ""
    sha256: str = ""

    def samples(self) -> dict[str, tuple[Int64[np.ndarray, " n"], Float32[np.ndarray, " n"]]]:
        """Channel -> wall-clock seconds and values 0 or 1, in time order, one value a time."""
        found = {}
        asleep = np.array([_ASLEEP[level] for level in _LEVELS], dtype=np.float32)
        if wall_level := self._joined(staged_only=False):
            found["asleep"] = (wall_level[0], asleep[wall_level[1]])
        if wall_level := self._joined(staged_only=True):
            for level, channel in _STAGES.items():
                found[channel] = (wall_level[0], (wall_level[1] == _LEVELS.index(level)).astype(np.float32))
        return found

    def _joined(self, *, staged_only: bool) -> tuple[np.ndarray, np.ndarray] | None:
        logs = [log for log in self.logs.values() if len(log.wall) and (log.staged or not staged_only)]
        if not logs:
            return None
        # Of overlapping logs the one that starts last wins each half minute; ties go to the deeper index.
        wall = np.concatenate([log.wall for log in logs])
        level = np.concatenate([log.level for log in logs])
        begin = np.concatenate([np.full(len(log.wall), log.wall[0]) for log in logs])
        order = np.lexsort((level, begin, wall))
        wall, level = wall[order], level[order]
        last = np.append(np.diff(wall) != 0, True)
        return wall[last], level[last]

    def facts(self, person: str) -> list[Fact]:
        """Minutes asleep and efficiency of main sleeps, by the date Fitbit gives the night."""
        return [
            Fact(person, name, value, "%" if name == "sleep_efficiency" else "min", self.source, day)
            for day, amounts in sorted(self.nights.items())
            for name, value in amounts.items()
        ]


def add_sleep_file(
    logs: SleepLogs,
    records: list[Any],
    *,
    source: str,
    sha256: str,
    report: ReadReport,
    elsewhere: Sequence[tuple[int, int]] = (),
) -> None:
    """Take the logs of one file; broken ones are counted as dropped.

    `elsewhere`: beginning and end, on the wall clock, of sleeps that are known from other files; of a log that overlaps
    one of them only the amounts of its night are taken.
    """
    if not logs.source:
        logs.source, logs.sha256 = source, sha256
    for record in records:
        levels = record.get("levels") if isinstance(record, dict) else None
        if not isinstance(levels, dict):
            report.keep(seen=1, dropped=1, reason=BAD_LOG)
            continue
        if _overlaps(record, elsewhere):
            report.keep(seen=1, dropped=1, reason=TWIN)
            _add_night(logs, record)
            continue
        log = _log(levels, staged=record.get("type") == "stages", report=report)
        if len(log.wall):
            logs.logs[int(log.wall[0])] = log
        _add_night(logs, record)


def _overlaps(record: dict[str, Any], elsewhere: Sequence[tuple[int, int]]) -> bool:
    start, stop = wall_seconds(record.get("startTime")), wall_seconds(record.get("endTime"))
    return start is not None and stop is not None and any(start < b and a < stop for a, b in elsewhere)


def _log(levels: dict[str, Any], *, staged: bool, report: ReadReport) -> _Log:
    segments = _segments(levels.get("data"), report=report)
    # Short wakes come second, so that they lie over the level around them.
    segments += _segments(levels.get("shortData"), report=report)
    empty = np.empty(0, dtype=np.int64)
    if not segments:
        return _Log(wall=empty, level=empty, staged=staged)
    # One stray date must not take the night with it.
    middle = sorted(s for s, _, _ in segments)[len(segments) // 2]
    near = [segment for segment in segments if abs(segment[0] - middle) < MAX_LOG_S // 2]
    report.records_kept -= len(segments) - len(near)
    if len(near) < len(segments):
        report.dropped[BAD_SEGMENT] += len(segments) - len(near)
    segments = near
    start = min(s for s, _, _ in segments)
    grid = np.full(MAX_LOG_S // EPOCH_S, _UNKNOWN, dtype=np.int64)
    for begin, seconds, level in segments:
        first = (begin - start) // EPOCH_S
        grid[first : first + max(seconds // EPOCH_S, 1)] = level
    known = np.flatnonzero(grid != _UNKNOWN)
    return _Log(wall=start + known * EPOCH_S, level=grid[known], staged=staged)


def _segments(data: object, *, report: ReadReport) -> list[tuple[int, int, int]]:
    """(wall-clock second, length in seconds, level) of the usable entries."""
    found = []
    for entry in data if isinstance(data, list) else []:
        segment = _segment(entry)
        report.keep(seen=1, dropped=int(segment is None), reason=BAD_SEGMENT)
        if isinstance(entry, dict) and isinstance(entry.get("level"), str) and entry["level"] not in _LEVELS:
            report.unknown[f"sleep level {entry['level'][:40]}"] += 1
        if segment:
            found.append(segment)
    return found


def _segment(entry: object) -> tuple[int, int, int] | None:
    if not isinstance(entry, dict) or entry.get("level") not in _LEVELS:
        return None
    seconds, begin = entry.get("seconds"), wall_seconds(entry.get("dateTime"))
    if begin is None or not isinstance(seconds, int) or not 0 < seconds <= MAX_LOG_S:
        return None
    return begin, seconds, _LEVELS.index(entry["level"])


def wall_seconds(text: object) -> int | None:
    """Seconds of an ISO time as if it were UTC; None if it is none."""
    try:
        return int(dt.datetime.fromisoformat(str(text)).replace(tzinfo=dt.UTC).timestamp())
    except (ValueError, OverflowError):
        return None


def _add_night(logs: SleepLogs, record: dict[str, Any]) -> None:
    if record.get("mainSleep") is not True:
        return
    try:
        night = dt.date.fromisoformat(str(record.get("dateOfSleep")))
    except ValueError:
        return
    for key, (name, most) in _NIGHT_AMOUNTS.items():
        amount = record.get(key)
        if isinstance(amount, int) and not isinstance(amount, bool) and 0 <= amount <= most:
            logs.nights.setdefault(night, {})[name] = float(amount)
