"""Samsung Health: a person's own export, tables with a line about themselves before the header, values in JSON files.

A table is known by that first line (`com.samsung.health.heart_rate,...`), in English in every language; its columns
come with that prefix or, in other years, without it. Times are in UTC as text, `time_offset` ("UTC+0200") says how
local time stood to it; that it is UTC is checked against the instants in the JSON files, and an export that says
otherwise is read as it says. Rows name a JSON file with values by the minute; a row that sums up a longer time is no
sample. Columns, codes and JSON keys were checked against public parsers of such exports; those of step bins are from
memory. It has never met a real file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.delimited import columns_of, numbers, read_delimited, wall_times
from sennight.readers.guard import Member, members
from sennight.readers.json_file import load_json, number
from sennight.readers.personal import NO_ROW, PersonalExport, day_at, left_unread, mark_of
from sennight.readers.reader import Reading
from sennight.readers.spans import Sleep, SleepSpan
from sennight.record import SECONDS_PER_DAY, Clock

STAGES = {40001.0: Sleep.AWAKE, 40002.0: Sleep.LIGHT, 40003.0: Sleep.DEEP, 40004.0: Sleep.REM}
NO_TIME = "row without a time that can be understood"
SUMS_UP = "row that sums up a longer time, without values by the minute"
# A single measurement takes up to a minute or two; a longer row is a summary.
MAX_MEASUREMENT_S = 600
COMBINED = -2  # source_type of the day totals that Samsung made of all devices
MS_FROM = 1e11  # seconds since 1970 reach this in the year 5138, milliseconds in 1973

# A watch calls itself "Galaxy Watch4 (A1B2)": what is in brackets is its own.
_OWN_MARK = re.compile(r"\s*\([0-9A-Fa-f]{4}\)$")
_PREFIXES = (b"com.samsung.health.", b"com.samsung.shealth.")
_HEAD_BYTES = 400
_MOST_LOOKED_INTO = 400
# Last parts of tables' names -> the column with the value, the column that names the JSON file, its keys -> channels.
_VALUES = {
    "heart_rate": ("heart_rate", {"heart_rate": "heart_rate"}),
    "oxygen_saturation": ("spo2", {"spo2": "spo2"}),
    "hrv": ("", {"rmssd": "rmssd", "sdnn": "sdnn_untrimmed"}),
    "respiratory_rate": ("", {"respiratory_rate": "respiration_rate"}),
}
_BINS = ("binning_data", "binning")
_TABLES = (
    *_VALUES, "sleep", "sleep_stage", "pedometer_step_count", "step_daily_trend", "pedometer_day_summary", "weight",
    "skin_temperature", "details",
)  # fmt: skip


class SamsungReader:
    """The reader of Samsung Health's exports."""

    name = "samsung"
    title = "Samsung Health: personal data export"

    def claims(self, path: Path) -> bool:
        """Holds a table that says of itself that it is Samsung Health's."""
        try:
            return any(_table_of(m) for m in _csvs(members(path))[:_MOST_LOOKED_INTO])
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it. Raises: ReadError if nothing that is read is there."""
        found = members(path)
        export = PersonalExport(reader=self.name, source=path, single=len(found) == 1)
        named = [(m, _table_of(m)) for m in _csvs(found)]
        used = [m for m, table in named if table in _TABLES]
        left_unread(export.report, (table or m.basename for m, table in named if table not in _TABLES))
        shelf = _Shelf(
            jsons={m.basename: m for m in found if m.name.lower().endswith(".json")},
            has_step_counts=any(table == "pedometer_step_count" for _, table in named),
        )
        for member in (m for m, table in named if table == "device_profile"):
            shelf.learn_devices(member)
        # Instants beside texts come first, since they tell how the texts are meant; stages after their nights.
        used.sort(key=lambda m: (_table_of(m) not in _VALUES, _table_of(m) == "sleep_stage", m.name))
        export.each(used, lambda member: _read_one(export, shelf, member))
        export.report.notes.append(
            "Samsung writes times on the local clock here, as the instants beside them show"
            if shelf.text_is_local
            else "Samsung writes times in UTC, with the offset of local time beside them"
        )
        return export.reading(nothing="a Samsung Health export without any record that is read")


READER = SamsungReader()


@dataclass(kw_only=True)
class _Shelf:
    """What tables need of each other: the JSON files, names of devices, offsets of nights."""

    jsons: Mapping[str, Member]
    has_step_counts: bool
    devices: dict[str, str] = field(default_factory=dict)
    night_offsets: dict[str, int] = field(default_factory=dict)
    text_is_local: bool = False

    def learn_devices(self, member: Member) -> None:
        """Names of models by device; a damaged table of them costs the names only."""
        try:
            frame = read_delimited(member)
            ids, names = _column(frame, "deviceuuid"), _column(frame, "model", "name")
        except ReadError:
            return
        self.devices |= {i: f"Samsung {_OWN_MARK.sub('', n)}"[:60] for i, n in zip(ids, names, strict=True) if i and n}

    def device(self, identity: str | None) -> str:
        """The model's name; for a device that is not listed a short mark, so that two stay two."""
        if not identity:
            return "Samsung Health"
        return self.devices.get(identity, f"Samsung Health {mark_of(identity)}")


def _csvs(found: Sequence[Member]) -> list[Member]:
    return [m for m in found if m.size and m.name.lower().endswith(".csv")]


def _table_of(member: Member) -> str:
    """The last part of a table's name by its first line ("heart_rate"); "" if it is not Samsung's."""
    try:
        head = member.head(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip(b'"')
    except ReadError:
        return ""
    if not head.startswith(_PREFIXES):
        return ""
    first = head.split(b"\n")[0].split(b",")[0]
    name = first.decode("ascii", errors="replace").strip('"\r ')
    # A header without the line before it: com.samsung.health.heart_rate.start_time.
    if name.count(".") > 3 and b"time" in head.split(b"\n")[0]:
        name = ".".join(name.split(".")[:4])
    return name.split(".")[-1]


# --- a table ------------------------------------------------------------------------------------------------------


def _read_one(export: PersonalExport, shelf: _Shelf, member: Member) -> None:
    table = _table_of(member)
    columns = columns_of(member)
    frame = read_delimited(member, needed=(columns[0],), report=export.report)
    empty = frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
    export.report.keep(seen=int(empty.sum()), dropped=int(empty.sum()), reason=NO_ROW)
    frame = frame.filter(~empty)
    if table in _VALUES:
        _measurements(export, shelf, frame, table, member)
    elif table in ("sleep", "sleep_stage"):
        _sleep(export, shelf, frame, member, staged=table == "sleep_stage")
    elif table == "pedometer_step_count":
        _steps(export, shelf, frame, member)
    else:
        _days(export, shelf, frame, table, member)


def _column(frame: pl.DataFrame, *keys: str) -> pl.Series:
    """The first column of one of these names, with or without a table's name before it; nulls if there is none."""
    for key in keys:
        for name in frame.columns:
            if name == key or (name.startswith("com.samsung.") and name.rsplit(".", 1)[-1] == key):
                return frame[name]
    return pl.Series([None] * len(frame), dtype=pl.String)


def _seconds(column: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """Seconds as written, and where there are any: text, or milliseconds since 1970."""
    plain = column.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
    wall, known, offset, _ = wall_times(column)
    stamped = np.isfinite(plain) & (np.abs(plain) >= MS_FROM) & (np.abs(plain) < 1e14)
    seconds = np.where(stamped, np.floor(np.where(stamped, plain, 0) / 1_000), wall - offset)
    return seconds.astype(np.int64), known | stamped


def _offsets(frame: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Seconds local time is ahead of UTC, and where the row says so."""
    text = _column(frame, "time_offset")
    _, known, offset, has = wall_times("2000-01-01 00:00:00 " + text)
    return offset.astype(np.int64), known & has


def _spans(
    export: PersonalExport, shelf: _Shelf, frame: pl.DataFrame
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Start and end in UTC, offset, and which rows have a start; an end that is not there is the start."""
    start, known = _seconds(_column(frame, "start_time"))
    stop, ended = _seconds(_column(frame, "end_time"))
    offset, _ = _offsets(frame)
    lost = int((~known).sum())
    export.report.keep(seen=lost, dropped=lost, reason=NO_TIME)
    ahead = offset if shelf.text_is_local else np.zeros_like(offset)
    return start - ahead, np.where(ended, stop, start) - ahead, offset, known


def _measurements(export: PersonalExport, shelf: _Shelf, frame: pl.DataFrame, table: str, member: Member) -> None:
    value_key, keys = _VALUES[table]
    start, stop, offset, known = _spans(export, shelf, frame)
    files, identity = _column(frame, *_BINS), _column(frame, "deviceuuid")
    values = numbers(_column(frame, value_key), decimal=".") if value_key else np.full(len(frame), np.nan)
    absent, votes = 0, 0
    short = known & (stop - start <= MAX_MEASUREMENT_S) & (values > 0)
    by_device: dict[str, list[int]] = {}
    for i, (file, owner) in enumerate(zip(files, identity, strict=True)):
        device = shelf.device(owner)
        if file:
            bins = _bins(shelf.jsons[file]) if file in shelf.jsons else None
            absent += bins is None
            if bins:
                votes += (
                    _vote(bins[0], start=int(start[i]), stop=int(stop[i]), offset=int(offset[i])) if known[i] else 0
                )
                _add_bins(export, bins, keys, device=device, offset_s=int(offset[i]), member=member)
                short[i] = False
                continue
        by_device.setdefault(device, []).append(i)
    for device, at in by_device.items():
        rows = np.array(at)
        good = rows[short[rows]]
        sums = int((known[rows] & ~short[rows] & (values[rows] > 0)).sum())
        export.report.keep(seen=sums, dropped=sums, reason=SUMS_UP)
        shift = offset[good] if votes < 0 and not shelf.text_is_local else 0
        export.samples(
            keys[value_key] if value_key else next(iter(keys.values())),
            utc=start[good] - shift,
            values=values[good],
            device=device,
            member=member,
            offset_s=offset[good],
        )
    shelf.text_is_local = shelf.text_is_local or votes < 0
    if absent:
        export.report.cut_short[member.name] = f"{absent} of its files with values by the minute are not there"


def _bins(member: Member) -> list[dict[str, Any]]:
    try:
        parsed = load_json(member)
    except ReadError:
        return []
    return [b for b in parsed if isinstance(b, dict)] if isinstance(parsed, list) else []


def _vote(first: dict[str, Any], *, start: int, stop: int, offset: int) -> int:
    """+1 if the row's text is UTC by the instant of its first bin, -1 if it is local, 0 if that cannot be told."""
    at = number(first.get("start_time")) / 1_000
    if not offset or not np.isfinite(at):
        return 0
    in_utc = start - 60 <= at <= stop + 60
    in_local = start - offset - 60 <= at <= stop - offset + 60
    return int(in_utc) - int(in_local)


def _add_bins(
    export: PersonalExport,
    bins: Sequence[dict[str, Any]],
    keys: Mapping[str, str],
    *,
    device: str,
    offset_s: int,
    member: Member,
) -> None:
    at = np.array([number(b.get("start_time")) for b in bins]) / 1_000
    timed = np.isfinite(at) & (np.abs(at) < MS_FROM)
    lost = int((~timed).sum())
    export.report.keep(seen=lost, dropped=lost, reason=NO_TIME)
    for key, channel in keys.items():
        values = np.array([number(b.get(key)) for b in bins])
        there = timed & np.isfinite(values) & (values != 0)  # 0 is written where nothing was measured
        export.samples(
            channel,
            utc=np.floor(at[there]),
            values=values[there],
            device=device,
            member=member,
            offset_s=offset_s,
        )


# --- sleep, steps, days -------------------------------------------------------------------------------------------


def _sleep(export: PersonalExport, shelf: _Shelf, frame: pl.DataFrame, member: Member, *, staged: bool) -> None:
    start, stop, offset, known = _spans(export, shelf, frame)
    _, said = _offsets(frame)
    night = _column(frame, "sleep_id" if staged else "datauuid")
    stage = numbers(_column(frame, "stage"), decimal=".") if staged else np.full(len(frame), np.nan)
    efficiency = numbers(_column(frame, "efficiency"), decimal=".")
    for i in np.flatnonzero(known):
        name = night[int(i)] or ""
        ahead = int(offset[i]) if said[i] else shelf.night_offsets.get(name, 0)
        if staged and stage[i] not in STAGES:
            export.report.unknown[f"sleep stage {stage[i]:g}"] += 1
            continue
        if not staged:
            shelf.night_offsets[name] = ahead
            export.fact("sleep_efficiency", efficiency[i] or np.nan, date=day_at(float(stop[i]) + ahead), member=member)
        sleep = STAGES[float(stage[i])] if staged else Sleep.UNSTAGED
        span = SleepSpan(start_s=int(start[i]), stop_s=int(stop[i]), sleep=sleep, staged=staged)
        # Stages are listed without the device that made them, so all of one export are one device's.
        export.sleep(span, device="Samsung Health", member=member, offset_s=ahead)


def _steps(export: PersonalExport, shelf: _Shelf, frame: pl.DataFrame, member: Member) -> None:
    start, stop, offset, known = _spans(export, shelf, frame)
    identity = _column(frame, "deviceuuid").fill_null("").to_numpy()
    for key, channel in (("count", "steps"), ("distance", "distance")):
        values = numbers(_column(frame, key), decimal=".")
        for owner in np.unique(identity):
            mine = known & (identity == owner) & np.isfinite(values)
            export.amounts(
                channel,
                start_s=start[mine],
                stop_s=stop[mine],
                values=values[mine],
                device=shelf.device(str(owner)),
                member=member,
                offset_s=offset[mine],
            )


def _days(export: PersonalExport, shelf: _Shelf, frame: pl.DataFrame, table: str, member: Member) -> None:
    """Amounts of days. `day_time` is the local midnight written as if it were UTC; other rows have a start in UTC."""
    at, known = _seconds(_column(frame, "day_time", "start_time"))
    if table in ("weight", "skin_temperature"):
        offset, _ = _offsets(frame)
        at = at if shelf.text_is_local else at + offset
    lost = int((~known).sum())
    export.report.keep(seen=lost, dropped=lost, reason=NO_TIME)
    if table == "step_daily_trend":
        source = numbers(_column(frame, "source_type"), decimal=".")
        if bool((source == COMBINED).any()):
            known = known & (source == COMBINED)
        _step_bins(export, shelf, frame, at=at, known=known, member=member)
    rest, active = (numbers(_column(frame, f"{k}_calorie"), decimal=".") for k in ("rest", "active"))
    amounts = {
        "weight": {"weight_kg": "weight", "height_cm": "height", "body_fat_pct": "body_fat"},
        "skin_temperature": {"night_skin_temperature": "temperature"},
        "step_daily_trend": {"day_steps": "count", "day_distance": "distance"},
        "pedometer_day_summary": {"day_steps": "step_count", "day_distance": "distance"},
    }.get(table, {})
    found = {fact: numbers(_column(frame, key), decimal=".") for fact, key in amounts.items()}
    if table == "details":
        found = {"day_energy": rest + active, "day_active_energy": active}
    for fact, values in found.items():
        for i in np.flatnonzero(known):
            export.fact(fact, float(values[i]) or np.nan, date=day_at(float(at[i])), member=member)


def _step_bins(
    export: PersonalExport,
    shelf: _Shelf,
    frame: pl.DataFrame,
    *,
    at: np.ndarray,
    known: np.ndarray,
    member: Member,
) -> None:
    """Steps in even parts of a local day, where there are none by the minute."""
    files = _column(frame, *_BINS)
    for i in np.flatnonzero(known) if not shelf.has_step_counts else ():
        bins = _bins(shelf.jsons[files[int(i)]]) if files[int(i)] in shelf.jsons else []
        counts = np.array([number(b.get("count")) for b in bins])
        if not len(counts) or SECONDS_PER_DAY % len(counts) or not np.isfinite(counts).any():
            continue
        midnight = int(at[i]) // SECONDS_PER_DAY * SECONDS_PER_DAY
        start = midnight + np.arange(len(counts), dtype=np.int64) * (SECONDS_PER_DAY // len(counts))
        there = np.isfinite(counts)
        export.amounts(
            "steps",
            start_s=start[there],
            stop_s=start[there] + SECONDS_PER_DAY // len(counts),
            values=counts[there],
            device="Samsung Health",
            member=member,
            clock=Clock.LOCAL,
        )
