"""Polar: a person's own export from Polar Flow, JSON files of days, nights and trainings.

Days (`activity-...`) and the pulse around the clock (`247ohr...`) are on a local clock, no zone is given: they stay
local. Nights carry their offset, trainings name theirs in minutes: those are instants. Both layouts of trainings are
read: a time with each value (to about 2022), and a step with a list of values. Serial numbers of devices are left out.
Keys were checked against a public description of such an export and public parsers; it has never met a real file.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.delimited import wall_times
from sennight.readers.guard import Member, members
from sennight.readers.json_file import load_json, number
from sennight.readers.personal import PersonalExport, date_of, instant_of, left_unread, wall_of
from sennight.readers.reader import Reading
from sennight.readers.spans import Sleep, SleepSpan
from sennight.record import SECONDS_PER_DAY, Clock
from sennight.record.recording import MAX_OFFSET_S

DEVICE = "Polar"
NO_TIME = "record without a time"
NO_NIGHT = "night without beginning, end or states"
MS_PER_MIN = 60_000

# Name of the file -> what must be in its first bytes.
_FILES = {
    "activity-": b'"samples"',
    "247ohr": b'"deviceDays"',
    "sleep_result": b'"sleepResult"',
    "nightly_recovery": b'"meanNightlyRecovery',
    "training-session": b'"exercises"',
}
_CLAIM_HEADS = (b'"deviceDays"', b'"sleepResult"', b'"meanNightlyRecovery', b'"exportVersion"')
_HEAD_BYTES = 65_536
_MOST_LOOKED_INTO = 12
_DURATION = re.compile(r"^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$")
# Polar's interface has SLEEP_STATE_NON_REM3, its export shorter ones; without prefix and underscores they are the same.
_STATES = {
    "WAKE": Sleep.AWAKE,
    "REM": Sleep.REM,
    "NONREM1": Sleep.LIGHT,
    "NONREM2": Sleep.LIGHT,
    "NONREM12": Sleep.LIGHT,
    "NONREM3": Sleep.DEEP,
}


class PolarReader:
    """The reader of Polar Flow's export."""

    name = "polar"
    title = "Polar: Polar Flow export"

    def claims(self, path: Path) -> bool:
        """Holds a file of Polar's by name and by how it begins."""
        try:
            offered = [m for m in members(path) if _prefix_of(m)][:_MOST_LOOKED_INTO]
            return any(_is_polar(m) for m in offered)
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it. Raises: ReadError if no day, night or training is there."""
        found = members(path)
        export = PersonalExport(reader=self.name, source=path, single=len(found) == 1)
        used = [m for m in found if _prefix_of(m)]
        left_unread(export.report, (re.sub(r"[-_].*", "", m.basename) for m in found if not _prefix_of(m)))
        export.report.notes.append(
            "days and the pulse around the clock are on a local clock; nights and trainings have their offset from UTC"
        )
        export.each(used, lambda member: _read_one(export, member))
        return export.reading(nothing="a Polar export without any record")


READER = PolarReader()


def _prefix_of(member: Member) -> str | None:
    name = member.basename.lower()
    if not name.endswith(".json") or not member.size or "_blob" in name:
        return None
    return next((p for p in _FILES if name.startswith(p)), None)


def _is_polar(member: Member) -> bool:
    head = member.head(_HEAD_BYTES)
    prefix = _prefix_of(member)
    return prefix is not None and _FILES[prefix] in head and any(k in head for k in _CLAIM_HEADS)


def _read_one(export: PersonalExport, member: Member) -> None:
    parsed = load_json(member)
    prefix = _prefix_of(member)
    records = parsed if isinstance(parsed, list) else [parsed]
    for record in records:
        if not isinstance(record, dict):
            export.report.keep(seen=1, dropped=1, reason=NO_TIME)
        elif prefix == "activity-":
            _day(export, record, member)
        elif prefix == "247ohr":
            _pulse(export, record, member)
        elif prefix == "sleep_result":
            _night(export, record, member)
        elif prefix == "nightly_recovery":
            _recovery(export, record, member)
        else:
            _training(export, record, member)


def seconds_of(duration: object) -> float:
    """Seconds of an ISO 8601 duration of hours, minutes and seconds ("PT7H30M", "27000s"); NaN if it is none.

    >>> seconds_of("PT1H2M3.5S")
    3723.5
    """
    text = str(duration)
    match = _DURATION.match(text)
    if match and text != "PT":
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return hours * 3_600 + minutes * 60 + seconds
    return number(text.removesuffix("s")) if isinstance(duration, str | int | float) else np.nan


def _list(value: Any) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


# --- days on the local clock --------------------------------------------------------------------------------------


def _day(export: PersonalExport, record: dict[str, Any], member: Member) -> None:
    date = date_of(record.get("date"))
    midnight = wall_of(date)
    samples = _dict(record.get("samples"))
    for key, channel in (("steps", "steps"), ("mets", "mets")):
        entries = _list(samples.get(key))
        clock = [f"2000-01-01T{e.get('localTime')}" for e in entries]
        wall, known, _, _ = wall_times(pl.Series(clock, dtype=pl.String))
        _local(
            export,
            channel,
            # Only the time of the day counts.
            wall=(midnight or 0) + wall % SECONDS_PER_DAY,
            known=known & (midnight is not None),
            values=np.array([number(e.get("value")) for e in entries]),
            member=member,
        )
    summary = _dict(record.get("summary"))
    export.fact("day_steps", number(summary.get("stepCount")), date=date, member=member)
    export.fact("day_distance", number(summary.get("stepsDistance")), date=date, member=member)
    export.fact("day_energy", number(summary.get("calories")), date=date, member=member)


def _pulse(export: PersonalExport, record: dict[str, Any], member: Member) -> None:
    for day in _list(record.get("deviceDays")):
        midnight = wall_of(date_of(day.get("date")))
        entries = _list(day.get("samples"))
        after = np.array([number(e.get("secondsFromDayStart")) for e in entries])
        bpm = np.array([number(e.get("heartRate")) for e in entries])
        known = (after >= 0) & (after < 2 * SECONDS_PER_DAY) & (midnight is not None)
        _local(
            export,
            "heart_rate",
            wall=(midnight or 0) + np.where(known, after, 0).astype(np.int64),
            known=known,
            values=np.where(bpm == 0, np.nan, bpm),  # 0 is written where nothing was measured
            member=member,
        )


def _local(
    export: PersonalExport,
    channel: str,
    *,
    wall: np.ndarray,
    known: np.ndarray,
    values: np.ndarray,
    member: Member,
) -> None:
    lost = int((~known).sum())
    export.report.keep(seen=lost, dropped=lost, reason=NO_TIME)
    there = known & ~np.isnan(values)
    export.samples(channel, utc=wall[there], values=values[there], device=DEVICE, member=member, clock=Clock.LOCAL)


# --- nights -------------------------------------------------------------------------------------------------------


def _night(export: PersonalExport, record: dict[str, Any], member: Member) -> None:
    hypnogram = _dict(_dict(record.get("sleepResult")).get("hypnogram"))
    start, stop = instant_of(hypnogram.get("sleepStart")), instant_of(hypnogram.get("sleepEnd"))
    if start is None or stop is None:
        export.report.keep(seen=1, dropped=1, reason=NO_NIGHT)
    else:
        _states(export, hypnogram, start=start, stop_s=stop[0], member=member)
    date = date_of(record.get("night"))
    evaluation = _dict(record.get("evaluation"))
    phases = _dict(evaluation.get("phaseDurations"))
    for fact, duration in (
        ("minutes_asleep", evaluation.get("asleepDuration")),
        ("minutes_light", phases.get("light")),
        ("minutes_deep", phases.get("deep")),
        ("minutes_rem", phases.get("rem")),
        ("minutes_awake_in_bed", phases.get("wake")),
    ):
        export.fact(fact, seconds_of(duration) / 60, date=date, member=member)
    efficiency = _dict(evaluation.get("analysis")).get("efficiencyPercent")
    export.fact("sleep_efficiency", number(efficiency), date=date, member=member)


def _states(
    export: PersonalExport, hypnogram: dict[str, Any], *, start: tuple[int, int], stop_s: int, member: Member
) -> None:
    """Each state holds until the next begins, the last until the night ends; a wake noted after the end is no sleep."""
    changes = []
    for change in _list(hypnogram.get("sleepStateChanges")):
        after = seconds_of(change.get("offsetFromStart"))
        code = str(change.get("state") or change.get("newState")).upper()
        code = code.removeprefix("SLEEP_STATE_").replace("_", "").replace("-", "")
        if not 0 <= after < SECONDS_PER_DAY:
            export.report.keep(seen=1, dropped=1, reason=NO_NIGHT)
            continue
        if code not in _STATES:
            export.report.unknown[f"sleep state {code[:40]!a}"] += 1
        changes.append((start[0] + int(after), _STATES.get(code)))
    changes.sort(key=lambda c: c[0])
    if not changes:
        changes = [(start[0], Sleep.UNSTAGED)]
    for (begin, sleep), (end, _) in zip(changes, [*changes[1:], (stop_s, None)], strict=True):
        if sleep is not None and min(end, stop_s) > begin:
            span = SleepSpan(start_s=begin, stop_s=min(end, stop_s), sleep=sleep)
            export.sleep(span, device=DEVICE, member=member, offset_s=start[1])


def _recovery(export: PersonalExport, record: dict[str, Any], member: Member) -> None:
    date = date_of(record.get("night"))
    between, breath = (number(record.get(f"meanNightlyRecovery{k}")) for k in ("Rri", "RespirationInterval"))
    export.fact("night_rmssd", number(record.get("meanNightlyRecoveryRmssd")), date=date, member=member)
    # Mean times between beats and breaths, in milliseconds.
    export.fact("night_heart_rate", MS_PER_MIN / between if between > 0 else np.nan, date=date, member=member)
    export.fact("night_respiration_rate", MS_PER_MIN / breath if breath > 0 else np.nan, date=date, member=member)


# --- trainings ----------------------------------------------------------------------------------------------------


def _training(export: PersonalExport, record: dict[str, Any], member: Member) -> None:
    for exercise in _list(record.get("exercises")):
        minutes = next(
            (number(part[key]) for part in (exercise, record) for key in _OFFSET_KEYS if key in part), np.nan
        )
        known = abs(minutes) * 60 <= MAX_OFFSET_S
        offset = int(minutes * 60) if known else 0
        samples = exercise.get("samples")
        start = wall_of(exercise.get("startTime"))
        wall, bpm = _old_beats(samples) if _list(_dict(samples).get("heartRate")) else _even_beats(samples, start)
        usable = wall >= 0
        lost = int((~usable).sum())
        export.report.keep(seen=lost, dropped=lost, reason=NO_TIME)
        there = usable & ~np.isnan(bpm) & (bpm != 0)
        export.samples(
            "heart_rate",
            utc=wall[there] - offset,
            values=bpm[there],
            device=DEVICE,
            member=member,
            offset_s=offset,
            clock=Clock.INSTANT if known else Clock.LOCAL,
        )


_OFFSET_KEYS = ("timezoneOffsetMinutes", "timezoneOffset", "timeZoneOffset")
# A training of a week, every second.
_MOST_VALUES = 7 * SECONDS_PER_DAY


def _old_beats(samples: Any) -> tuple[np.ndarray, np.ndarray]:
    """A time with each value; -1 where the time is none."""
    entries = _list(_dict(samples).get("heartRate"))
    times = [wall_of(e.get("dateTime")) for e in entries]
    wall = np.array([-1 if t is None else t for t in times], dtype=np.int64)
    return wall, np.array([number(e.get("value")) for e in entries], dtype=np.float64)


def _even_beats(samples: Any, start: int | None) -> tuple[np.ndarray, np.ndarray]:
    """A list of values at an even step, which is taken to begin with the exercise."""
    listed = _list(samples) or _list(_dict(samples).get("samples"))
    series: Sequence[dict[str, Any]] = [s for s in listed if str(s.get("type")).endswith("HEART_RATE")]
    values, times = [np.empty(0)], [np.empty(0, dtype=np.int64)]
    for one in series:
        step = number(one.get("intervalMillis"))
        listed_values = one.get("values")
        if not isinstance(listed_values, list) or not 1 <= step <= MS_PER_MIN * 60 or len(listed_values) > _MOST_VALUES:
            continue
        values.append(np.array([number(v) for v in listed_values], dtype=np.float64))
        at = np.arange(len(listed_values), dtype=np.float64) * step / 1_000
        times.append(np.full(len(at), -1, dtype=np.int64) if start is None else start + at.astype(np.int64))
    return np.concatenate(times), np.concatenate(values)
