"""Oura: a person's own export, CSVs of "App Data" or JSON, of the first or the second version of Oura's interface.

Recognised by columns and keys, not by names of files. Version 2 gives nights with heart rate and RMSSD every five
minutes and a hypnogram in digits, days with METs every minute; version 1 (exports before 2023) the same under other
names. Bedtimes carry their offset from UTC; `heartrate.csv` is in UTC without one. Oura's "HRV" is RMSSD.
Columns and keys were checked against public parsers of such exports; it has never met a real file.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from sennight.errors import ReadError
from sennight.readers.delimited import columns_of, measured, read_delimited, wall_times
from sennight.readers.guard import Member, members
from sennight.readers.json_file import load_json, number
from sennight.readers.personal import PersonalExport, date_of, instant_of, left_unread, rows_of
from sennight.readers.reader import Reading
from sennight.readers.spans import Sleep, SleepSpan
from sennight.record import SECONDS_PER_DAY

DEVICE = "Oura Ring"
PHASES = {"1": Sleep.DEEP, "2": Sleep.LIGHT, "3": Sleep.REM, "4": Sleep.AWAKE}
# Kinds of nights that Oura itself does not count as sleep.
NOT_SLEEP = frozenset({"rest", "deleted"})
PHASE_S, FINE_PHASE_S, MET_S = 300, 30, 60
NOT_WORN = "MET of a ring that was not worn"
NO_START = "record without a time with an offset"
NOT_A_SLEEP = "rest or deleted period"
UNKNOWN_PHASE = "hypnogram digit"
# Beyond a day and a half of values every 30 s a list is damage.
MAX_ITEMS = 5_000

_HEAD_BYTES = 4_096
_MOST_LOOKED_INTO = 200
_WORDS = (b"bedtime_start", b"equivalent_walking_distance", b"spo2_percentage", b"skin_temp", b"bpm")
_NIGHT, _DAY = frozenset({"bedtime_start", "bedtime_end"}), frozenset({"equivalent_walking_distance"})
_V1_DAY = frozenset({"day_start", "met_1min"})


@dataclass(frozen=True, kw_only=True)
class _Series:
    """Values at even steps from a start."""

    start_s: int
    offset_s: int
    step_s: int
    values: np.ndarray

    @property
    def utc(self) -> np.ndarray:
        return self.start_s + self.step_s * np.arange(len(self.values), dtype=np.int64)


class OuraReader:
    """The reader of Oura's exports."""

    name = "oura"
    title = "Oura: account export, CSV or JSON"

    def claims(self, path: Path) -> bool:
        """Holds a night, a day or a pulse table of Oura."""
        try:
            return any(_kind_of(m) for m in _looked_into(members(path)))
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it. Raises: ReadError if nothing of Oura's is there."""
        found = members(path)
        export = PersonalExport(reader=self.name, source=path, single=len(found) == 1)
        used = [m for m in _looked_into(found) if _kind_of(m)]
        taken = {m.name for m in used}
        left_unread(export.report, (m.basename for m in found if m.name not in taken))
        export.report.notes.append(
            "bedtimes have their offset from UTC; Oura's pulse and temperature tables are in UTC"
        )
        export.each(used, lambda member: _read_one(export, member))
        return export.reading(nothing="an Oura export without any record")


READER = OuraReader()


def _looked_into(found: Sequence[Member]) -> list[Member]:
    return [m for m in found if m.size and m.name.lower().endswith((".csv", ".json"))][:_MOST_LOOKED_INTO]


def _kind_of(member: Member) -> str | None:
    """What of Oura's a file holds, by its columns or keys; None for others."""
    if member.name.lower().endswith(".json"):
        head = member.head(_HEAD_BYTES)
        night = b'"bedtime_start"' in head and (b'"hypnogram_5min"' in head or b'"sleep_phase_5_min"' in head)
        day = b'"class_5_min"' in head or b'"equivalent_walking_distance"' in head or b'"met_1min"' in head
        beats = b'"bpm"' in head and b'"source"' in head and b'"timestamp"' in head and b'"unit"' not in head
        return "json" if night or day or beats else None
    try:
        # A look at the first bytes is cheaper than finding the header, for files that are somebody else's.
        head = member.head(_HEAD_BYTES)
        columns = set(columns_of(member)) if any(word in head for word in _WORDS) else set()
    except ReadError:
        return None
    if columns >= _NIGHT and columns & {"sleep_phase_5_min", "sleep_phase_30_sec", "hypnogram_5min"}:
        return "nights"
    if columns >= {"timestamp", "bpm", "source"}:
        return "pulse"
    if columns >= {"timestamp", "skin_temp"}:
        return "temperature"
    if columns >= {"day", "spo2_percentage"}:
        return "oxygen"
    return "days" if columns >= _DAY and "day" in columns else None


def _read_one(export: PersonalExport, member: Member) -> None:
    kind = _kind_of(member)
    if kind == "json":
        pulses = []
        for record in _records_of(load_json(member)):
            if record.keys() >= {"timestamp", "bpm"}:
                pulses.append(record)
            else:
                _record(export, record, member)
        _pulses(export, pulses, member)
    elif kind == "pulse":
        _table(export, member, column="bpm", channel="heart_rate")
    elif kind == "temperature":
        _table(export, member, column="skin_temp", channel="skin_temperature")
    else:
        for row in rows_of(read_delimited(member, report=export.report), export.report):
            _record(export, {k: _cell(v) for k, v in row.items()}, member)


def _cell(text: str | None) -> Any:
    """A cell of a CSV: the lists and objects that stand in it as JSON are opened."""
    if text and text[0] in "{[":
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return None
    return text


def _records_of(parsed: Any) -> Iterator[dict[str, Any]]:
    """The records in a file: a list, `{"data": [...]}`, or `{"sleep": [...], "activity": [...], ...}`."""
    parts = parsed.values() if isinstance(parsed, dict) else [parsed]
    for part in parts:
        lists = part.values() if isinstance(part, dict) else [part]  # {"sleep": {"data": [...]}}
        for records in lists:
            yield from (r for r in records if isinstance(r, dict)) if isinstance(records, list) else ()


def _record(export: PersonalExport, record: dict[str, Any], member: Member) -> None:
    if record.keys() >= _NIGHT:
        _night(export, record, member)
    elif record.keys() >= _V1_DAY or record.keys() & {"class_5_min", "equivalent_walking_distance"}:
        _day(export, record, member)
    elif "spo2_percentage" in record:
        _oxygen(export, record, member)
    else:
        export.report.unknown["record of another kind"] += 1


# --- nights -------------------------------------------------------------------------------------------------------


def _night(export: PersonalExport, record: dict[str, Any], member: Member) -> None:
    start, stop = instant_of(record["bedtime_start"]), instant_of(record["bedtime_end"])
    if start is None or stop is None:
        export.report.keep(seen=1, dropped=1, reason=NO_START)
        return
    if record.get("type") in NOT_SLEEP:
        export.report.keep(seen=1, dropped=1, reason=NOT_A_SLEEP)
        return
    _phases(export, record, start=start, stop_s=stop[0], member=member)
    for key, old, channel in (("heart_rate", "hr_5min", "heart_rate"), ("hrv", "rmssd_5min", "rmssd")):
        series = _series(record.get(key)) or _old_series(record.get(old), start, step_s=PHASE_S)
        if series:
            _add(export, channel, series, member)
    _night_facts(export, record, member)


def _phases(
    export: PersonalExport, record: dict[str, Any], *, start: tuple[int, int], stop_s: int, member: Member
) -> None:
    """The finest hypnogram there is; the last phase ends with the night."""
    fine = record.get("sleep_phase_30_sec")
    digits, step = (
        (fine, FINE_PHASE_S) if fine else (record.get("sleep_phase_5_min") or record.get("hypnogram_5min"), PHASE_S)
    )
    if not isinstance(digits, str) or not 0 < len(digits) <= MAX_ITEMS:
        span = SleepSpan(start_s=start[0], stop_s=stop_s, sleep=Sleep.UNSTAGED)
        export.sleep(span, device=DEVICE, member=member, offset_s=start[1])
        return
    at = 0
    for digit, run in groupby(digits):
        n = len(list(run))
        begin, at = start[0] + at * step, at + n
        end = min(start[0] + at * step, stop_s) if at == len(digits) else start[0] + at * step
        if digit not in PHASES:
            export.report.unknown[f"{UNKNOWN_PHASE} {digit!a}"] += n
        elif end > begin:
            span = SleepSpan(start_s=begin, stop_s=end, sleep=PHASES[digit])
            export.sleep(span, device=DEVICE, member=member, offset_s=start[1])


_NIGHT_FACTS = {
    # fact: (version 2, version 1, seconds of one unit of the fact)
    "minutes_asleep": ("total_sleep_duration", "total", 60),
    "minutes_in_bed": ("time_in_bed", "duration", 60),
    "minutes_awake_in_bed": ("awake_time", "awake", 60),
    "minutes_light": ("light_sleep_duration", "light", 60),
    "minutes_deep": ("deep_sleep_duration", "deep", 60),
    "minutes_rem": ("rem_sleep_duration", "rem", 60),
    "sleep_efficiency": ("efficiency", "efficiency", 1),
    "night_heart_rate": ("average_heart_rate", "hr_average", 1),
    "night_lowest_heart_rate": ("lowest_heart_rate", "hr_lowest", 1),
    "night_rmssd": ("average_hrv", "rmssd", 1),
    "night_respiration_rate": ("average_breath", "breath_average", 1),
    "night_temperature_deviation": ("temperature_deviation", "temperature_delta", 1),
}


def _night_facts(export: PersonalExport, record: dict[str, Any], member: Member) -> None:
    if record.get("type", "long_sleep") not in ("long_sleep", None, "") or str(record.get("is_longest", 1)) == "0":
        return  # a nap is not the night of its date
    date = date_of(record.get("day") or record.get("summary_date"))
    for fact, (new, old, per) in _NIGHT_FACTS.items():
        export.fact(fact, number(record.get(new, record.get(old))) / per, date=date, member=member)


# --- days and series ----------------------------------------------------------------------------------------------


def _day(export: PersonalExport, record: dict[str, Any], member: Member) -> None:
    date = date_of(record.get("day") or record.get("summary_date"))
    start = instant_of(record.get("timestamp") or record.get("day_start"))
    mets = _series(record.get("met")) or _old_series(record.get("met_1min"), start, step_s=MET_S)
    classes = record.get("class_5_min") or record.get("class_5min")
    if mets and start and isinstance(classes, str) and 0 < len(classes) <= MAX_ITEMS:
        worn = np.array([c != "0" for c in classes])
        by_minute = np.repeat(worn.astype(np.float64), PHASE_S // MET_S)
        wear = _Series(start_s=start[0], offset_s=start[1], step_s=MET_S, values=by_minute)
        _add(export, "on_body", wear, member)
        block = (mets.utc - start[0]) // PHASE_S
        off = (block >= 0) & (block < len(worn)) & ~worn[np.clip(block, 0, len(worn) - 1)]
        export.report.keep(seen=int(off.sum()), dropped=int(off.sum()), reason=NOT_WORN)
        mets.values[off] = np.nan
    if mets:
        _add(export, "mets", mets, member)
    for fact, keys in (
        ("day_steps", ("steps",)),
        ("day_distance", ("equivalent_walking_distance", "daily_movement")),
        ("day_energy", ("total_calories", "cal_total")),
        ("day_active_energy", ("active_calories", "cal_active")),
    ):
        export.fact(fact, next((number(record[k]) for k in keys if k in record), np.nan), date=date, member=member)


def _pulses(export: PersonalExport, records: Sequence[dict[str, Any]], member: Member) -> None:
    timed = [(instant_of(r["timestamp"]), number(r["bpm"])) for r in records]
    known = [(*at, bpm) for at, bpm in timed if at is not None]
    lost = len(timed) - len(known)
    export.report.keep(seen=lost, dropped=lost, reason=NO_START)
    utc, offset, bpm = np.array(known, dtype=np.float64).reshape(-1, 3).T
    there = ~np.isnan(bpm)
    # Oura writes pulses in UTC: an offset of 0 says nothing of the place.
    zone = offset[there] if offset.any() else None
    export.samples("heart_rate", utc=utc[there], values=bpm[there], device=DEVICE, member=member, offset_s=zone)


def _oxygen(export: PersonalExport, record: dict[str, Any], member: Member) -> None:
    part = record["spo2_percentage"]
    share = number(part.get("average")) if isinstance(part, dict) else number(part)
    # Oura writes 0 for a night in which it could not measure.
    export.fact("night_spo2", share or np.nan, date=date_of(record.get("day")), member=member)


def _series(sample: Any) -> _Series | None:
    """Version 2: `{"interval": seconds, "items": [...], "timestamp": ...}`."""
    if not isinstance(sample, dict) or not isinstance(sample.get("items"), list):
        return None
    start, step = instant_of(sample.get("timestamp")), number(sample.get("interval"))
    if start is None or not 1 <= step <= SECONDS_PER_DAY or len(sample["items"]) > MAX_ITEMS:
        return None
    return _Series(start_s=start[0], offset_s=start[1], step_s=int(step), values=_floats(sample["items"]))


def _old_series(items: Any, start: tuple[int, int] | None, *, step_s: int) -> _Series | None:
    """Version 1: a bare list from the start of the night or day; 0 stands for nothing measured."""
    if not isinstance(items, list) or start is None or len(items) > MAX_ITEMS:
        return None
    values = _floats(items)
    return _Series(start_s=start[0], offset_s=start[1], step_s=step_s, values=np.where(values == 0, np.nan, values))


def _floats(items: list[Any]) -> np.ndarray:
    return np.array([number(item) for item in items], dtype=np.float64)


def _add(export: PersonalExport, channel: str, series: _Series, member: Member) -> None:
    there = np.isfinite(series.values)
    export.samples(
        channel,
        utc=series.utc[there],
        values=series.values[there],
        device=DEVICE,
        member=member,
        offset_s=series.offset_s,
    )


def _table(export: PersonalExport, member: Member, *, column: str, channel: str) -> None:
    frame = read_delimited(member, needed=("timestamp", column), report=export.report)
    wall, known, offset, has_offset = wall_times(frame["timestamp"])
    good = known & has_offset
    lost = len(frame) - int(good.sum())
    export.report.keep(seen=lost, dropped=lost, reason=NO_START)
    values = measured(frame[column])
    there = good & ~np.isnan(values)
    export.samples(
        channel,
        utc=(wall - offset)[there],
        values=values[there],
        device=DEVICE,
        member=member,
        offset_s=offset[there] if offset.any() else None,
    )
