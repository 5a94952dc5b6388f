"""Withings: a person's own export from Health Mate, its raw tables of starts, lengths and values, and its nights.

A raw table (`start,duration,value`) is named after the device and what was measured, in English in every language;
a row holds lists: seconds, and a value for each. Starts carry their offset from UTC. The columns of `sleep.csv` and
`weight.csv` are in the language of the account, so they are read by their place and by the unit in brackets.
Sleep states: 0 awake, 1 light, 2 deep, 3 REM (Withings' interface documentation; agrees with real nights in tests).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.delimited import columns_of, measured, numbers, read_delimited, wall_times
from sennight.readers.guard import Member, members
from sennight.readers.personal import NO_ROW, PersonalExport, date_of, left_unread
from sennight.readers.reader import Reading
from sennight.readers.spans import Sleep, SleepSpan
from sennight.readers.units import conversion
from sennight.record import SECONDS_PER_DAY

WATCH, BED = "Withings watch", "Withings sleep mat"
STATES = {0.0: Sleep.AWAKE, 1.0: Sleep.LIGHT, 2.0: Sleep.DEEP, 3.0: Sleep.REM}
NO_LISTS = "row whose lengths and values do not go together"
NO_START = "row without a start that can be understood"
ALL_LIGHT = "states of a device that tells sleep from wake only"

# raw_tracker_steps.csv, raw_sleep-monitor_hr.csv, raw_spo2_auto_spo2.csv: device, then stream.
_RAW = re.compile(r"^raw_(?P<device>[a-z0-9]+|sleep-monitor|spo2_auto)_(?P<stream>[a-z0-9_-]+)\.csv$", re.IGNORECASE)
# Stream -> channel, and whether its values are amounts over their length.
_STREAMS = {
    "hr": ("heart_rate", False),
    "respiratory-rate": ("respiration_rate", False),
    "spo2": ("spo2", False),
    "steps": ("steps", True),
    "distance": ("distance", True),
    "sleep-state": ("", False),
}
_BED_NAMES = ("bed", "sleep-monitor", "sleep")
_RAW_COLUMNS = frozenset({"start", "duration", "value"})
_MOST_LOOKED_INTO = 200
# sleep.csv: from, to, then light, deep, REM, awake; all with "(s)" behind their translated names.
_NIGHT_FACTS = ("minutes_light", "minutes_deep", "minutes_rem", "minutes_awake_in_bed")
_WEIGHT_UNIT = re.compile(r"\((kg|lbs?|st)\)")
_WEIGHT_NAMES = {"kg": "kg", "lb": "lb", "lbs": "lb"}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Values:
    """The values of a raw table, one row each: when it began, for how long it holds, the offset."""

    utc: np.ndarray
    seconds: np.ndarray
    values: np.ndarray
    offset_s: np.ndarray


class WithingsReader:
    """The reader of Withings' exports."""

    name = "withings"
    title = "Withings: Health Mate export"

    def claims(self, path: Path) -> bool:
        """Holds a raw table by name and columns, or the table of nights."""
        try:
            return any(_kind_of(m) in ("raw", "nights") for m in _tables(members(path)))
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it. Raises: ReadError if no table of Withings' is there."""
        found = members(path)
        export = PersonalExport(reader=self.name, source=path, single=len(found) == 1)
        used = [m for m in _tables(found) if _kind_of(m)]
        taken = {m.name for m in used}
        left_unread(export.report, (m.basename for m in found if m.name not in taken))
        export.report.notes.append("starts carry their offset from UTC; weights are on the local clock")
        # Nights with states by the minute speak before the nights' beginnings and ends.
        states = any(_stream_of(m) == "sleep-state" for m in used)
        export.each(used, lambda member: _read_one(export, member, states=states))
        return export.reading(nothing="a Withings export without any record")


READER = WithingsReader()


def _tables(found: Sequence[Member]) -> list[Member]:
    return [m for m in found if m.size and m.name.lower().endswith(".csv")][:_MOST_LOOKED_INTO]


def _stream_of(member: Member) -> str:
    match = _RAW.match(member.basename)
    return match["stream"].lower() if match else ""


def _kind_of(member: Member) -> str | None:
    stream, name = _stream_of(member), member.basename.lower()
    if stream not in _STREAMS and name not in ("sleep.csv", "weight.csv"):
        return None
    try:
        columns = columns_of(member)
    except ReadError:
        return None
    if stream in _STREAMS:
        return "raw" if set(columns) >= _RAW_COLUMNS else None
    if name == "sleep.csv":
        seconds = [c.endswith("(s)") for c in columns[2:6]]
        return "nights" if len(columns) > 6 and seconds == [True] * 4 else None
    return "weights" if len(columns) > 1 and _WEIGHT_UNIT.search(columns[1]) else None


def _read_one(export: PersonalExport, member: Member, *, states: bool) -> None:
    kind = _kind_of(member)
    if kind == "nights":
        _nights(export, member, states=states)
    elif kind == "weights":
        _weights(export, member)
    else:
        _raw(export, member)


# --- raw tables ---------------------------------------------------------------------------------------------------


def _raw(export: PersonalExport, member: Member) -> None:
    stream, match = _stream_of(member), _RAW.match(member.basename)
    device = BED if match and match["device"].lower() in _BED_NAMES else WATCH
    found = _unfolded(export, read_delimited(member, needed=sorted(_RAW_COLUMNS), report=export.report))
    channel, is_amount = _STREAMS[stream]
    if stream == "sleep-state":
        _states(export, found, device=device, member=member)
    elif is_amount:
        export.amounts(
            channel,
            start_s=found.utc,
            stop_s=found.utc + found.seconds,
            values=found.values,
            device=device,
            member=member,
            offset_s=found.offset_s,
        )
    else:
        there = ~np.isnan(found.values)
        if channel != "steps":  # 0 is no heart rate, no breathing and no saturation
            there &= found.values != 0
        export.samples(
            channel,
            utc=found.utc[there],
            values=found.values[there],
            device=device,
            member=member,
            offset_s=found.offset_s[there],
        )


def _unfolded(export: PersonalExport, frame: pl.DataFrame) -> _Values:
    """One row a value; a list's values follow each other by their lengths."""
    wall, known, offset, has_offset = wall_times(frame["start"])
    seconds, values = (_list_of(frame[name]) for name in ("duration", "value"))
    same = (seconds.list.len() == values.list.len()).fill_null(value=False).to_numpy()
    empty = frame["start"].is_null().to_numpy()
    timed = known & has_offset
    for reason, lost in ((NO_ROW, empty), (NO_START, ~empty & ~timed), (NO_LISTS, timed & ~same)):
        export.report.keep(seen=int(lost.sum()), dropped=int(lost.sum()), reason=reason)
    good = timed & same
    rows = pl.DataFrame(
        {"utc": (wall - offset)[good], "offset": offset[good], "s": seconds.filter(good), "v": values.filter(good)}
    )
    flat = rows.with_row_index("row").explode("s", "v").drop_nulls("s")
    lasted = numbers(flat["s"], decimal=".")
    fits = np.isfinite(lasted) & (lasted >= 0) & (lasted <= SECONDS_PER_DAY)
    export.report.keep(seen=int((~fits).sum()), dropped=int((~fits).sum()), reason=NO_LISTS)
    lasted = np.where(fits, lasted, 0).astype(np.int64)
    before = np.cumsum(lasted) - lasted
    first = flat["row"].rle_id().to_numpy() if len(flat) else np.empty(0, dtype=np.int64)
    begin = before[np.searchsorted(first, first, side="left")] if len(flat) else before
    return _Values(
        utc=(flat["utc"].to_numpy() + before - begin)[fits],
        seconds=lasted[fits],
        values=measured(flat["v"])[fits],
        offset_s=flat["offset"].to_numpy()[fits],
    )


def _list_of(column: pl.Series) -> pl.Series:
    """ "[60,60]" or 60 as a list of texts; null where it is neither."""
    text = column.str.strip_chars("[] ")
    plain = column.str.contains(r"^\s*(?:\[[^\[\]]*\]|[\d.]+)\s*$").fill_null(value=False)
    return pl.select(pl.when(plain & (text != "")).then(text.str.split(","))).to_series()


def _states(export: PersonalExport, found: _Values, *, device: str, member: Member) -> None:
    """Runs of one state as spans; a device that knows no stages says 0 and 1 only, and 1 is then just asleep."""
    unknown = ~np.isin(found.values, list(STATES)) & ~np.isnan(found.values)
    for code in np.unique(found.values[unknown]):
        export.report.unknown[f"sleep state {code:g}"] += int((found.values == code).sum())
    staged = bool(np.isin(found.values, (2.0, 3.0)).any())
    if not staged and len(found.values):
        export.report.notes.append(f"{member.basename}: {ALL_LIGHT}")
    order = np.argsort(found.utc, kind="stable")
    utc, seconds, values, offset = (a[order] for a in (found.utc, found.seconds, found.values, found.offset_s))
    ends = utc + seconds
    new = (values[1:] != values[:-1]) | (utc[1:] != ends[:-1])
    breaks = np.flatnonzero(np.append(True, new)[: len(utc)])
    stops = np.append(breaks[1:], len(utc))[: len(breaks)]
    for i, past in zip(breaks, stops, strict=True):
        sleep = STATES.get(float(values[i]))
        if sleep is not None and ends[past - 1] > utc[i]:
            kind = sleep if staged or sleep is Sleep.AWAKE else Sleep.UNSTAGED
            span = SleepSpan(start_s=int(utc[i]), stop_s=int(ends[past - 1]), sleep=kind, staged=staged)
            export.sleep(span, device=device, member=member, offset_s=int(offset[i]))


# --- nights and weights -------------------------------------------------------------------------------------------


def _nights(export: PersonalExport, member: Member, *, states: bool) -> None:
    frame = read_delimited(member, report=export.report)
    n, names = len(frame), frame.columns
    wall, known, offset, has_offset = wall_times(pl.concat([frame[name].alias("time") for name in names[:2]]))
    whole = (known & has_offset)[:n] & (known & has_offset)[n:]
    export.report.keep(seen=int((~whole).sum()), dropped=int((~whole).sum()), reason=NO_START)
    utc = wall - offset
    parts = {fact: numbers(frame[name], decimal=".") / 60 for fact, name in zip(_NIGHT_FACTS, names[2:6], strict=True)}
    asleep = sum((parts[f] for f in _NIGHT_FACTS[:3]), start=np.zeros(n))
    for i in np.flatnonzero(whole):
        date = date_of(frame[names[1]][int(i)])
        for fact, values in parts.items():
            export.fact(fact, float(values[i]), date=date, member=member)
        export.fact("minutes_asleep", float(asleep[i]), date=date, member=member)
        if not states:
            span = SleepSpan(start_s=int(utc[i]), stop_s=int(utc[n + i]), sleep=Sleep.UNSTAGED)
            export.sleep(span, device=WATCH, member=member, offset_s=int(offset[i]))


def _weights(export: PersonalExport, member: Member) -> None:
    """The second column is the weight, in the unit in its name."""
    frame = read_delimited(member, report=export.report)
    match = _WEIGHT_UNIT.search(frame.columns[1])
    unit = _WEIGHT_NAMES.get(match[1] if match else "")
    if unit is None:
        raise ReadError("weights in a unit that is not read", where=member.name, todo="Set kg or lb and export again.")
    change = conversion(unit, "kg")
    values = numbers(frame[frame.columns[1]], decimal=".")
    if unit != "kg":
        export.report.converted[f"{unit} -> kg"] += int(np.isfinite(values).sum())
    for text, value in zip(frame[frame.columns[0]], values, strict=True):
        export.fact("weight_kg", float(value) * change.scale, date=date_of(text), member=member)
