"""Xiaomi, Amazfit and Zepp: the export of Zepp and Zepp Life (Mi Fit), and that of Mi Fitness.

Zepp writes one table a stream, known by its columns. Its pulse and steps by the minute are on a local clock without a
zone; its nights and weights are in UTC. Mi Fitness writes one long table whose column `Value` holds JSON, with instants
and, for nights, the offset in quarters of an hour. Both come as a zip with a password, which has to be unpacked first.
Zepp's `SLEEP_MINUTE` is not read: the dates in it are a day off in some exports.
Columns, keys and stage codes were checked against public parsers and their notes; it has never met a real file.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.delimited import columns_of, delimited_blocks, measured, numbers, read_delimited, wall_times
from sennight.readers.guard import Member, members
from sennight.readers.json_file import number
from sennight.readers.personal import NO_ROW, PersonalExport, date_of, day_at, left_unread, mark_of
from sennight.readers.reader import Reading
from sennight.readers.spans import Sleep, SleepSpan
from sennight.record import MINUTES_PER_DAY, Clock

BAND = "Zepp band"
NO_TIME = "row without a time that can be understood"
SENTINEL = "mark of the device for no heart rate"
NO_VALUE = "row whose value cannot be read"
SEVERAL_PEOPLE = "weights of several heights: a scale of several people, so none was taken"
# The band writes 255 where it is off the wrist or could not measure, 0 and -1 where there is nothing.
SENTINELS = (255.0, 254.0, 0.0, -1.0)
# Mi Fitness' stage codes. Source: public parsers that checked them against the sums of the same nights.
STATES = {2: Sleep.DEEP, 3: Sleep.LIGHT, 4: Sleep.REM, 5: Sleep.AWAKE, 0: Sleep.UNSTAGED}
QUARTER_HOUR_S = 900
MAX_QUARTERS = 56  # UTC+14

_MOST_LOOKED_INTO = 200
_HEAD_BYTES = 4_096
_WORDS = (b"heartRate", b"steps", b"deepSleepTime", b"runDistance", b"fatRate", b"Value")
_MI = ("Sid", "Key", "Time", "Value")
# Columns that tell a table, exact, and what it is.
_TABLES = {
    ("date", "time", "heartRate"): "pulse",
    ("time", "heartRate"): "instant pulse",
    ("date", "time", "steps"): "steps",
    ("date", "deepSleepTime", "shallowSleepTime"): "nights",
    ("date", "steps", "distance", "runDistance"): "days",
    ("time", "weight", "height", "bmi", "fatRate"): "weights",
    _MI: "mi fitness",
}
_CLAIMED = frozenset({"pulse", "steps", "nights", "days", "mi fitness"})


class XiaomiReader:
    """The reader of Zepp's and Mi Fitness' exports."""

    name = "xiaomi"
    title = "Xiaomi, Amazfit: Zepp and Mi Fitness exports"

    def claims(self, path: Path) -> bool:
        """Holds a table of Zepp's, or the long one of Mi Fitness."""
        try:
            offered = _csvs(members(path))
            zepp = any(_kind_of(m) in ("nights", "days", "mi fitness") for m in offered)
            # "date,time,steps" alone is anybody's; with Zepp's name it is Zepp's.
            return zepp or any(_kind_of(m) in _CLAIMED and _named(m) for m in offered)
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it. Raises: ReadError if nothing of it is there, or it is still under its password."""
        found = members(path)
        export = PersonalExport(reader=self.name, source=path, single=len(found) == 1)
        used = [m for m in _csvs(found) if _kind_of(m)]
        taken = {m.name for m in used}
        left_unread(export.report, (m.basename for m in found if m.name not in taken))
        export.report.notes.append(
            "Zepp's pulse and steps are on a local clock, its nights in UTC; Mi Fitness writes instants"
        )
        export.each(used, lambda member: _read_one(export, member))
        return export.reading(nothing="an export of Zepp or Mi Fitness without any record")


READER = XiaomiReader()


def _csvs(found: Sequence[Member]) -> list[Member]:
    return [m for m in found if m.size and m.name.lower().endswith(".csv")][:_MOST_LOOKED_INTO]


def _named(member: Member) -> bool:
    return member.basename.upper().startswith(("HEARTRATE_AUTO", "ACTIVITY_MINUTE"))


def _kind_of(member: Member) -> str | None:
    try:
        # A look at the first bytes is cheaper than finding the header, for files that are somebody else's.
        head = member.head(_HEAD_BYTES)
        columns = set(columns_of(member)) if any(word in head for word in _WORDS) else set()
    except ReadError:
        return None
    kind = next((kind for wanted, kind in _TABLES.items() if columns >= set(wanted)), None)
    exact = kind not in ("pulse", "instant pulse", "steps") or len(columns) <= 4
    return kind if exact else None


def _read_one(export: PersonalExport, member: Member) -> None:
    kind = _kind_of(member)
    if kind == "mi fitness":
        _mi_fitness(export, member)
        return
    frame = read_delimited(member, report=export.report)
    empty = frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
    export.report.keep(seen=int(empty.sum()), dropped=int(empty.sum()), reason=NO_ROW)
    frame = frame.filter(~empty)
    if kind == "nights":
        _nights(export, frame, member)
    elif kind == "days":
        _days(export, frame, member)
    elif kind == "weights":
        _weights(export, frame, member)
    else:
        _minutes(export, frame, member, kind=str(kind))


# --- Zepp ---------------------------------------------------------------------------------------------------------


def _minutes(export: PersonalExport, frame: pl.DataFrame, member: Member, *, kind: str) -> None:
    """Pulse or steps: a date and a time on the local clock, or an instant with its offset."""
    instant = kind == "instant pulse"
    text = frame["time"] if instant else frame["date"] + " " + frame["time"]
    wall, known, offset, has_offset = wall_times(text)
    known = known & (has_offset | (not instant))
    lost = int((~known).sum())
    export.report.keep(seen=lost, dropped=lost, reason=NO_TIME)
    steps = kind == "steps"
    values = measured(frame["steps" if steps else "heartRate"])
    silent = known & np.isin(values, () if steps else SENTINELS)
    export.report.keep(seen=int(silent.sum()), dropped=int(silent.sum()), reason=SENTINEL)
    there = known & ~np.isnan(values) & ~silent
    export.samples(
        "steps" if steps else "heart_rate",
        utc=(wall - offset)[there],
        values=values[there],
        device=BAND,
        member=member,
        offset_s=None if instant else 0,
        clock=Clock.INSTANT if instant else Clock.LOCAL,
    )


def _nights(export: PersonalExport, frame: pl.DataFrame, member: Member) -> None:
    """Beginning and end in UTC, minutes of each stage. A night that is not there is written with equal ends."""
    n = len(frame)
    wall, known, offset, has_offset = wall_times(pl.concat([frame[k].alias("time") for k in ("start", "stop")]))
    utc, timed = wall - offset, known & has_offset
    minutes = {
        fact: numbers(frame[column], decimal=".") if column in frame.columns else np.full(n, np.nan)
        for fact, column in _NIGHT_COLUMNS.items()
    }
    asleep = np.nansum([minutes[f] for f in ("minutes_light", "minutes_deep", "minutes_rem")], axis=0)
    lost = ~(timed[:n] & timed[n:])
    export.report.keep(seen=int(lost.sum()), dropped=int(lost.sum()), reason=NO_TIME)
    for i in np.flatnonzero(~lost & (asleep > 0)):
        span = SleepSpan(start_s=int(utc[i]), stop_s=int(utc[n + i]), sleep=Sleep.UNSTAGED)
        export.sleep(span, device=BAND, member=member, offset_s=int(offset[i]))
        date = date_of(frame["date"][int(i)])
        for fact, values in minutes.items():
            export.fact(fact, float(values[i]), date=date, member=member)
        export.fact("minutes_asleep", float(asleep[i]), date=date, member=member)


_NIGHT_COLUMNS = {
    "minutes_light": "shallowSleepTime",
    "minutes_deep": "deepSleepTime",
    "minutes_rem": "REMTime",
    "minutes_awake_in_bed": "wakeTime",
}


def _days(export: PersonalExport, frame: pl.DataFrame, member: Member) -> None:
    """Zepp writes 0 on days on which the band was not worn."""
    for fact, column in (("day_steps", "steps"), ("day_distance", "distance"), ("day_active_energy", "calories")):
        if column in frame.columns:
            for text, value in zip(frame["date"], numbers(frame[column], decimal="."), strict=True):
                export.fact(fact, float(value) or np.nan, date=date_of(text), member=member)


def _weights(export: PersonalExport, frame: pl.DataFrame, member: Member) -> None:
    """Everybody on one scale is in one table, told apart by nothing but their heights."""
    heights = numbers(frame["height"], decimal=".")
    if len(np.unique(heights[np.isfinite(heights) & (heights > 0)])) > 1:
        export.report.notes.append(SEVERAL_PEOPLE)
        export.report.keep(seen=len(frame), dropped=len(frame), reason=SEVERAL_PEOPLE)
        return
    for fact, column in (("weight_kg", "weight"), ("bmi", "bmi"), ("body_fat_pct", "fatRate")):
        for text, value in zip(frame["time"], numbers(frame[column], decimal="."), strict=True):
            export.fact(fact, float(value) or np.nan, date=date_of(text), member=member)


# --- Mi Fitness ---------------------------------------------------------------------------------------------------

# Key -> the number inside Value, and the channel.
_MI_STREAMS = {
    "heart_rate": ("bpm", "heart_rate"),
    "single_heart_rate": ("bpm", "heart_rate"),
    "steps": ("steps", "steps"),
    "spo2": ("spo2", "spo2"),
    "single_spo2": ("spo2", "spo2"),
}
_MI_NIGHTS = ("sleep", "watch_night_sleep", "watch_daytime_sleep")
_BY_HAND = "xiaomiwear_app_manually"  # typed in by a person


def _mi_fitness(export: PersonalExport, member: Member) -> None:
    for frame in delimited_blocks(member, needed=_MI, columns=_MI, report=export.report):
        empty = int(frame["Value"].is_null().sum())
        export.report.keep(seen=empty, dropped=empty, reason=NO_ROW)
        frame = frame.filter(pl.col("Value").is_not_null() & (pl.col("Sid") != _BY_HAND))
        for (key, sid), rows in frame.group_by(["Key", "Sid"], maintain_order=True):
            device = f"Mi Fitness {mark_of(str(sid))}" if sid else "Mi Fitness"
            if key in _MI_STREAMS:
                inner, channel = _MI_STREAMS[str(key)]
                _stream(export, rows, inner=inner, channel=channel, device=device, member=member)
            elif key in _MI_NIGHTS:
                for text in rows["Value"]:
                    _mi_night(export, _json(text), device=device, member=member)
            elif key == "resting_heart_rate":
                for text in rows["Value"]:
                    value = _json(text)
                    date = day_at(number(value.get("date_time")))
                    export.fact("resting_heart_rate", number(value.get("bpm")) or np.nan, date=date, member=member)
            else:
                export.report.unknown[f"key {key}"] += len(rows)


def _json(text: str) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _stream(
    export: PersonalExport, rows: pl.DataFrame, *, inner: str, channel: str, device: str, member: Member
) -> None:
    """Single numbers, taken from the JSON of a whole column at once."""
    texts = rows["Value"]
    plain = texts.str.starts_with("{") & texts.str.ends_with("}")
    value = numbers(texts.str.extract(rf'"{inner}"\s*:\s*"?(-?\d+(?:\.\d+)?)', 1), decimal=".")
    at = numbers(texts.str.extract(r'"time"\s*:\s*(\d{1,13})', 1).fill_null(rows["Time"]), decimal=".")
    read = plain.fill_null(value=False).to_numpy() & np.isfinite(value) & np.isfinite(at) & (np.abs(at) < 1e13)
    lost = int((~read).sum())
    export.report.keep(seen=lost, dropped=lost, reason=NO_VALUE)
    silent = read & (channel != "steps") & np.isin(value, SENTINELS)
    export.report.keep(seen=int(silent.sum()), dropped=int(silent.sum()), reason=SENTINEL)
    there = read & ~silent
    export.samples(
        channel, utc=at[there].astype(np.int64), values=value[there], device=device, member=member, offset_s=None
    )


def _mi_night(export: PersonalExport, night: dict[str, Any], *, device: str, member: Member) -> None:
    start = number(night.get("bedtime") or night.get("device_bedtime"))
    stop = number(night.get("wake_up_time") or night.get("device_wake_up_time"))
    items = night.get("items")
    quarters = number(night.get("timezone"))
    offset = int(quarters) * QUARTER_HOUR_S if abs(quarters) <= MAX_QUARTERS else 0
    if isinstance(items, list) and items:
        for item in items:
            _mi_stage(export, item, device=device, member=member, offset=offset)
    elif np.isfinite(start) and np.isfinite(stop):
        span = SleepSpan(start_s=int(start), stop_s=int(stop), sleep=Sleep.UNSTAGED)
        export.sleep(span, device=device, member=member, offset_s=offset)
    else:
        export.report.keep(seen=1, dropped=1, reason=NO_VALUE)
    date = day_at(stop + offset)
    for fact, key in _MI_NIGHT_FACTS.items():
        value = number(night.get(key))
        export.fact(fact, value if value <= MINUTES_PER_DAY else np.nan, date=date, member=member)


_MI_NIGHT_FACTS = {
    "minutes_light": "sleep_light_duration",
    "minutes_deep": "sleep_deep_duration",
    "minutes_rem": "sleep_rem_duration",
    "minutes_awake_in_bed": "sleep_awake_duration",
}


def _mi_stage(export: PersonalExport, item: Any, *, device: str, member: Member, offset: int) -> None:
    part = item if isinstance(item, dict) else {}
    start, stop, code = (number(part.get(k)) for k in ("start_time", "end_time", "state"))
    if not (np.isfinite(start) and np.isfinite(stop)):
        export.report.keep(seen=1, dropped=1, reason=NO_VALUE)
    elif code not in STATES:
        export.report.unknown[f"sleep state {code:g}"] += 1
    else:
        sleep = STATES[int(code)]
        span = SleepSpan(start_s=int(start), stop_s=int(stop), sleep=sleep, staged=sleep is not Sleep.UNSTAGED)
        export.sleep(span, device=device, member=member, offset_s=offset)
