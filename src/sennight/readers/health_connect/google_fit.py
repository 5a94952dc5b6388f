"""Google Fit in a Takeout: points of each data source in JSON, sessions in JSON, quarters of an hour and days in CSV.

Points are in nanoseconds of UTC and name no offset; the rows of the daily files and the names of sessions do, and place
them. Raw data sources are read, one device each; of a kind that has none raw, Google's own merged source. The
quarter-hour files are Google's merge of the same points and are read for the days that have none.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from sennight.errors import ReadError
from sennight.readers.delimited import columns_of, numbers, read_delimited
from sennight.readers.guard import Member
from sennight.readers.json_file import number
from sennight.readers.json_items import json_items
from sennight.readers.personal import PersonalExport, date_of, instant_of
from sennight.readers.place import Place
from sennight.readers.samples import NO_NUMBER, NO_TIME
from sennight.readers.spans import Sleep, SleepSpan
from sennight.record import SECONDS_PER_DAY

RULE = "Google Fit writes points in UTC without an offset; the daily files and sessions name offsets, which place them"
MERGED = "Google Fit"
POINTS = ("Data Points",)
HELD = "quarter of an hour of a day whose points are there"
DERIVED = "points that Google derived from raw ones that are there"
AVERAGE = "heart rate of the daily files is the average of a quarter of an hour, put in its middle"
_QUARTER = re.compile(r"^(\d{4}-\d{2}-\d{2})\.csv$")
# 2019-05-02T20_06_00+03_00_SLEEP.json: the session is in UTC, its name says the offset.
_NAMED_OFFSET = re.compile(r"T\d{2}_\d{2}_\d{2}(?:\.\d+)?(?P<sign>[+-])(?P<hours>\d{2})_(?P<minutes>\d{2})_")
_HEAD = 4_096
_POINTS_AT_ONCE = 100_000
# An export has 20,000 files; claims looks into a few of each sort.
_LOOKED_INTO = 30

# Data type -> channel; amounts over a span. Source: the data types of the Google Fit API; calories are kilocalories.
AMOUNTS = {
    "com.google.step_count.delta": "steps",
    "com.google.distance.delta": "distance",
    "com.google.calories.expended": "energy",
}
SAMPLES = {
    "com.google.heart_rate.bpm": "heart_rate",
    "com.google.oxygen_saturation": "spo2",
}
FACTS = {
    "com.google.weight": ("weight_kg", 1.0),
    "com.google.height": ("height_cm", 100.0),
    "com.google.body.fat.percentage": ("body_fat_pct", 1.0),
}
SLEEP = "com.google.sleep.segment"
_TYPES = {*AMOUNTS, *SAMPLES, *FACTS, SLEEP}
# Source: the Google Fit API; 3 is "out of bed".
_STAGES = {
    1: Sleep.AWAKE, 2: Sleep.UNSTAGED, 3: Sleep.AWAKE, 4: Sleep.LIGHT, 5: Sleep.DEEP, 6: Sleep.REM,
}  # fmt: skip
_SEGMENTS = {
    "sleep": Sleep.UNSTAGED, "sleep.light": Sleep.LIGHT, "sleep.deep": Sleep.DEEP, "sleep.rem": Sleep.REM,
    "sleep.awake": Sleep.AWAKE, "light_sleep": Sleep.LIGHT, "deep_sleep": Sleep.DEEP, "rem_sleep": Sleep.REM,
    "awake": Sleep.AWAKE, "awake_during_sleep_cycle": Sleep.AWAKE,
}  # fmt: skip
_STAGED = {Sleep.LIGHT, Sleep.DEEP, Sleep.REM}

_QUARTER_AMOUNTS = {"Step count": "steps", "Calories (kcal)": "energy", "Distance (m)": "distance"}
_QUARTER_PULSE = "Average heart rate (bpm)"
_DAY_FACTS = {
    "Step count": "day_steps", "Calories (kcal)": "day_energy", "Distance (m)": "day_distance",
    "Average weight (kg)": "weight_kg",
}  # fmt: skip


def claims(found: Sequence[Member]) -> bool:
    """Is one of these of Google Fit? Raises: ReadError if it cannot be opened."""
    return any(_sort(m) for m in _candidates(found)[:_LOOKED_INTO])


def files_of(found: Sequence[Member]) -> tuple[Member, ...]:
    """The files of Google Fit among these. Raises: ReadError if one cannot be opened."""
    candidates = _candidates(found)
    if not any(_sort(m) for m in candidates[:_LOOKED_INTO]):
        return ()
    return tuple(m for m in candidates if _sort(m))


def _candidates(found: Sequence[Member]) -> list[Member]:
    """JSON and CSV files that can be of Google Fit by their names' form, those of each folder in turn."""
    by_folder: dict[str, list[Member]] = defaultdict(list)
    for member in found:
        if member.size and member.basename.lower().endswith((".json", ".csv")):
            by_folder[str(PurePosixPath(member.name).parent)].append(member)
    rounds = max(map(len, by_folder.values()), default=0)
    return [files[i] for i in range(rounds) for files in by_folder.values() if i < len(files)]


def _sort(member: Member) -> str:
    """`points`, `session`, `quarters`, `days`, or nothing, by how the file begins."""
    head = member.head(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"{"):
        if b"com.google." in head and (b'"Data Points"' in head or b'"Data Source"' in head):
            return "points"
        return "session" if b'"fitnessActivity"' in head and b'"startTime"' in head else ""
    header = head.splitlines()[0] if head else b""
    if b"Move Minutes count" not in header and b"Step count" not in header:
        return ""
    if header.startswith(b"Start time,End time,") and _QUARTER.match(member.basename):
        return "quarters"
    return "days" if header.startswith(b"Date,") else ""


@dataclass(kw_only=True)
class _Fit:
    """What is read of Google Fit, and the export it goes to."""

    export: PersonalExport
    place: Place = field(default_factory=Place)
    held: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


def read_into(export: PersonalExport, files: Sequence[Member]) -> None:
    """Read all files; one that cannot be read is named in the report."""
    by_sort: dict[str, list[Member]] = defaultdict(list)
    for member in files:
        by_sort[_sort(member)].append(member)
    fit = _Fit(export=export)
    sessions: list[tuple[Member, Any]] = []
    quarters: list[tuple[Member, Any]] = []
    export.each(by_sort["session"], lambda m: sessions.extend((m, item.value) for item in json_items(m)))
    export.each(by_sort["quarters"], lambda m: quarters.append((m, _quarter_rows(m, export))))
    fit.place = _place(sessions, [rows for _, rows in quarters])
    export.report.notes.append(f"{RULE}; {fit.place.rule}")
    raw = {_type_of(m) for m in by_sort["points"] if _is_raw(m)}
    for member in by_sort["points"]:
        if not _is_raw(member) and _type_of(member) in raw:
            export.report.unknown[DERIVED] += 1
            continue
        export.each([member], lambda m: _points(fit, m))
    for member, value in sessions:
        _session(fit, member, value)
    for member, rows in quarters:
        _quarters(fit, member, rows)
    export.each(by_sort["days"], lambda m: _days(export, m))


# --- points -------------------------------------------------------------------------------------------------------


def _source_of(member: Member) -> str:
    """`raw:com.google.heart_rate.bpm:app:maker:model:id:stream`, from the beginning of the file."""
    match = re.search(rb'"Data Source"\s*:\s*"([^"]{1,500})"', member.head(_HEAD))
    return match[1].decode("utf-8", errors="replace") if match else ""


def _is_raw(member: Member) -> bool:
    return _source_of(member).startswith("raw:") or member.basename.startswith("raw_")


def _type_of(member: Member) -> str:
    parts = _source_of(member).split(":")
    if len(parts) > 1:
        return parts[1]
    match = re.search(rb'"dataTypeName"\s*:\s*"([^"]{1,200})"', member.head(_HEAD))
    return match[1].decode("utf-8", errors="replace") if match else ""


def _device_of(source: str) -> str:
    """App, maker and model of a data source; never its serial number, which comes after them."""
    parts = source.split(":")
    if len(parts) < 3 or not source.startswith("raw:"):
        return MERGED
    named = [parts[2], *(parts[3:5] if len(parts) >= 6 else [])]
    clean = " ".join("".join(c if c.isprintable() else " " for c in " ".join(named)).split())
    return clean[:80] or MERGED


def _points(fit: _Fit, member: Member) -> None:
    kind, device = _type_of(member), _device_of(_source_of(member))
    if kind not in _TYPES:
        fit.export.report.unknown[f"data type {kind[:80]}"] += 1
        return
    for block in _blocks(fit.export, member):
        start, stop, values = block
        offset = fit.place.of_utc(start)
        if kind in AMOUNTS:
            fit.held[AMOUNTS[kind]].update(np.unique(start // SECONDS_PER_DAY).tolist())
            fit.export.amounts(
                AMOUNTS[kind], start_s=start, stop_s=stop, values=values, device=device, member=member, offset_s=offset
            )
        elif kind in SAMPLES:
            fit.held[SAMPLES[kind]].update(np.unique(start // SECONDS_PER_DAY).tolist())
            fit.export.samples(SAMPLES[kind], utc=start, values=values, device=device, member=member, offset_s=offset)
        elif kind in FACTS:
            name, scale = FACTS[kind]
            for day, value in zip((start + offset) // SECONDS_PER_DAY, values, strict=True):
                date = dt.date(1970, 1, 1) + dt.timedelta(days=int(day))
                fit.export.fact(name, float(value) * scale, date=date, member=member)
        else:
            _segments(fit, member, block, device=device)


def _segments(fit: _Fit, member: Member, block: tuple[np.ndarray, np.ndarray, np.ndarray], *, device: str) -> None:
    for start, stop, code in zip(*block, strict=True):
        sleep = _STAGES.get(int(code)) if abs(code) < 100 else None
        if sleep is None:
            fit.export.report.unknown[f"sleep stage {code:g}"] += 1
            fit.export.report.keep(seen=1, dropped=1, reason="sleep stage that is not known")
            continue
        offset = int(fit.place.of_utc(np.array([start]))[0])
        span = SleepSpan(start_s=int(start), stop_s=int(stop), sleep=sleep, staged=sleep in _STAGED)
        fit.export.sleep(span, device=device, member=member, offset_s=offset)


def _blocks(export: PersonalExport, member: Member) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Starts, ends and values of the points, many at a time; a file that is cut short gives those before the cut."""
    held: list[tuple[float, float, float]] = []
    lost = 0
    items = json_items(member, lists=POINTS)
    while True:
        try:
            item = next(items, None)
        except ReadError as error:
            if not held:
                raise
            export.report.cut_short[member.name] = error.what
            item = None
        if item is not None:
            point = _point(item.value)
            if point:
                held.append(point)
            else:
                lost += 1
        if held and (item is None or len(held) >= _POINTS_AT_ONCE):
            start, stop, values = (np.array(column) for column in zip(*held, strict=True))
            yield np.floor(start).astype(np.int64), np.floor(stop).astype(np.int64), values
            held = []
        if item is None:
            export.report.keep(seen=lost, dropped=lost, reason=NO_NUMBER)
            return


def _point(value: object) -> tuple[float, float, float] | None:
    """Seconds of beginning and end, and the first value of a point; None if one of them is not there."""
    if not isinstance(value, dict):
        return None
    start = number(value.get("startTimeNanos")) / 1e9
    stop = number(value.get("endTimeNanos", value.get("startTimeNanos"))) / 1e9
    values = value.get("fitValue", value.get("value"))
    first = values[0] if isinstance(values, list) and values and isinstance(values[0], dict) else {}
    inner = first.get("value", first)
    amount = number(inner.get("fpVal", inner.get("intVal"))) if isinstance(inner, dict) else np.nan
    good = np.isfinite(amount) and 0 <= start < 1e11 and 0 <= stop < 1e11
    return (start, stop, amount) if good else None


# --- sessions and daily files -------------------------------------------------------------------------------------


def _span_of(value: object) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Beginning and end of a session or segment, each an instant and its offset."""
    if not isinstance(value, dict):
        return None
    start, stop = instant_of(value.get("startTime")), instant_of(value.get("endTime"))
    return (start, stop) if start and stop else None


def _place(sessions: Sequence[tuple[Member, Any]], quarters: Sequence["_Quarters"]) -> Place:
    """Offsets that sessions and daily files name. A session in UTC whose name says none tells nothing of the place."""
    named = []
    for member, value in sessions:
        span, offset = _span_of(value), _offset_in(member.basename)
        shift = offset if offset is not None else (span[0][1] if span else 0)
        if span and (shift or offset is not None):
            named.append((span[0][0], shift))
    utc = np.concatenate([np.array([u for u, _ in named], dtype=np.int64), *[q.start[:1] for q in quarters]])
    shifts = np.concatenate([np.array([o for _, o in named], dtype=np.int64), *[q.offset[:1] for q in quarters]])
    order = np.argsort(utc, kind="stable")
    return Place(known_utc=utc[order], known_offset=shifts[order].astype(np.int32), named_by="session or daily file")


def _offset_in(name: str) -> int | None:
    match = _NAMED_OFFSET.search(name)
    if not match or int(match["hours"]) > 15 or int(match["minutes"]) > 59:
        return None
    size = int(match["hours"]) * 3_600 + int(match["minutes"]) * 60
    return -size if match["sign"] == "-" else size


def _session(fit: _Fit, member: Member, value: object) -> None:
    span = _span_of(value)
    kind = str(value.get("fitnessActivity")) if isinstance(value, dict) else ""
    if kind != "sleep":
        fit.export.report.unknown[f"session {kind[:40]}" if span else "session"] += 1
        return
    segments = value.get("segment") if isinstance(value, dict) else None
    found: list[tuple[Sleep, int, int, int]] = []
    for segment in segments if isinstance(segments, list) else []:
        inner = _span_of(segment)
        # Segments of older exports have no kind: they are asleep.
        sleep = _SEGMENTS.get(str(segment.get("fitnessActivity", "sleep"))) if inner else None
        if not inner or sleep is None:
            fit.export.report.keep(seen=1, dropped=1, reason=NO_TIME if not inner else "sleep stage that is not known")
            continue
        found.append((sleep, inner[0][0], inner[1][0], inner[0][1]))
    if not found and span:
        found = [(Sleep.UNSTAGED, span[0][0], span[1][0], span[0][1])]
    staged = any(sleep in _STAGED for sleep, *_ in found)
    for sleep, start, stop, offset in found:
        shift = offset or int(fit.place.of_utc(np.array([start], dtype=np.int64))[0])
        told = SleepSpan(start_s=start, stop_s=stop, sleep=sleep, staged=staged)
        fit.export.sleep(told, device=MERGED, member=member, offset_s=shift)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Quarters:
    """The rows of a daily file that name their offset: beginning and end in UTC, and the columns."""

    start: np.ndarray
    stop: np.ndarray
    offset: np.ndarray
    values: dict[str, np.ndarray]


def _quarter_rows(member: Member, export: PersonalExport) -> _Quarters:
    day = member.basename[:10]
    names = ("Start time", "End time", *_QUARTER_AMOUNTS, _QUARTER_PULSE)
    frame = read_delimited(member, needed=names[:2], columns=names, report=export.report)
    starts = [instant_of(f"{day}T{text}") for text in frame["Start time"]]
    there = np.array([s is not None for s in starts], dtype=np.bool_)
    lost = int((~there).sum())
    export.report.keep(seen=lost, dropped=lost, reason=NO_TIME)
    known = [s for s in starts if s is not None]
    start = np.array([s for s, _ in known], dtype=np.int64)
    return _Quarters(
        start=start,
        stop=start + 900,
        offset=np.array([o for _, o in known], dtype=np.int64),
        values={n: numbers(frame[n], decimal=".")[there] for n in names[2:] if n in frame.columns},
    )


def _quarters(fit: _Fit, member: Member, rows: _Quarters) -> None:
    for column, name in _QUARTER_AMOUNTS.items():
        if column not in rows.values:
            continue
        good = _without_held(fit, rows, rows.values[column], name)
        fit.export.amounts(
            name, start_s=rows.start[good], stop_s=rows.stop[good], values=rows.values[column][good], device=MERGED,
            member=member, offset_s=rows.offset[good],
        )  # fmt: skip
    if _QUARTER_PULSE in rows.values:
        good = _without_held(fit, rows, rows.values[_QUARTER_PULSE], "heart_rate")
        middle = (rows.start[good] + rows.stop[good]) // 2
        fit.export.samples(
            "heart_rate", utc=middle, values=rows.values[_QUARTER_PULSE][good], device=MERGED, member=member,
            offset_s=rows.offset[good],
        )  # fmt: skip
        if good.any() and AVERAGE not in fit.export.report.notes:
            fit.export.report.notes.append(AVERAGE)


def _without_held(fit: _Fit, rows: _Quarters, values: np.ndarray, name: str) -> np.ndarray:
    """Rows with a value, of days that have no points of this channel."""
    held = np.isin(rows.start // SECONDS_PER_DAY, np.array(sorted(fit.held[name]), dtype=np.int64))
    twin = np.isfinite(values) & held
    fit.export.report.keep(seen=int(twin.sum()), dropped=int(twin.sum()), reason=HELD)
    return np.isfinite(values) & ~held


def _days(export: PersonalExport, member: Member) -> None:
    wanted = [n for n in _DAY_FACTS if n in columns_of(member, needed=["Date"])]
    frame = read_delimited(member, needed=["Date"], columns=["Date", *wanted], report=export.report)
    dates = [date_of(text) for text in frame["Date"]]
    for column in wanted:
        for date, value in zip(dates, numbers(frame[column], decimal="."), strict=True):
            # A day without anything is written as an empty cell or as 0.
            if value:
                export.fact(_DAY_FACTS[column], float(value), date=date, member=member)
