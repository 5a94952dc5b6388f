"""Merge: several devices of one person, minute by minute, never added up.

Where only one device saw a minute, that minute is kept; where several did, one of them is taken.
So a walk with a phone in the pocket and a watch on the wrist counts once, and hours that only the
phone saw are not lost. The result does not depend on the order of the devices.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Int16, Int64, UInt8

from sennight.errors import PrepareError
from sennight.prepare.columns import in_order
from sennight.record import MINUTES_PER_DAY, MinuteTable, Why

# Where no device saw a minute, the reason that says most about it is kept: the first of these that any device gave.
_TELLING = (Why.SEEN, Why.OUT_OF_RANGE, Why.OFF_BODY, Why.DEVICE_OFF, Why.CLOCK_SKIPPED, Why.NOT_MEASURED)


class MergeRule(StrEnum):
    """Which device speaks where several saw the same minute of a channel.

    MOST_WORN_THAT_DAY  the one that saw more minutes of this channel on that local day; ties by name.
    BY_NAME             the first by name: for callers who name their devices in order of trust.
    """

    MOST_WORN_THAT_DAY = "the device with most minutes that local day"
    BY_NAME = "the first device by name"


def merge(tables: Sequence[MinuteTable], *, rule: MergeRule = MergeRule.MOST_WORN_THAT_DAY) -> MinuteTable:
    """One table from several of one person; its `devices` are all of theirs, by name.

    Its span is that of all tables, so hand in what lies near in time (`days.to_days` does).
    The offset of a minute is that of the most worn device whose table covers it.
    Raises: PrepareError on no tables, or tables of different people or clocks.
    """
    if not tables:
        raise PrepareError("no minute tables to merge")
    if len({(t.person, t.clock) for t in tables}) > 1:
        raise PrepareError(
            "minute tables of different people or clocks cannot be merged",
            where=", ".join(sorted({f"{'+'.join(t.devices)} ({t.clock})" for t in tables})),
            todo="Local times without a zone do not fit beside instants; cut each clock into days first.",
        )
    if len(tables) == 1:
        return tables[0]
    ordered = sorted(tables, key=lambda t: (t.devices, t.start_utc))
    channels = in_order(c for t in ordered for c in t.channels)
    start_utc = min(t.start_utc for t in ordered)
    minutes = max(t.start_utc // 60 + len(t.values) for t in ordered) - start_utc // 60
    offset_min = _offsets(ordered, start_utc=start_utc, minutes=minutes)
    day = (start_utc // 60 + np.arange(minutes) + offset_min) // MINUTES_PER_DAY
    day -= day.min()
    values = np.zeros((minutes, len(channels)), dtype=np.float32)
    why = np.full(values.shape, Why.NOT_MEASURED, dtype=np.uint8)
    for column, channel in enumerate(channels):
        holders = [t for t in ordered if channel in t.channels]
        parts = [
            _Part(_place(t, start_utc), t.values[:, i], t.why[:, i])
            for t, i in ((t, t.channels.index(channel)) for t in holders)
        ]
        _merge_channel(parts, day, rule, values=values[:, column], why=why[:, column])
    return MinuteTable(
        person=ordered[0].person,
        clock=ordered[0].clock,
        start_utc=start_utc,
        offset_min=offset_min,
        values=values,
        why=why,
        channels=channels,
        devices=tuple(sorted({device for t in ordered for device in t.devices})),
    )


class _Part(NamedTuple):
    """One channel of one device and where on the common grid it lies."""

    at: slice
    values: Float32[np.ndarray, " part"]
    why: UInt8[np.ndarray, " part"]


def _place(table: MinuteTable, start_utc: int) -> slice:
    """The rows of the common grid that a table covers."""
    first = (table.start_utc - start_utc) // 60
    return slice(first, first + len(table.values))


def _merge_channel(
    parts: Sequence[_Part],
    day: Int64[np.ndarray, " t"],
    rule: MergeRule,
    *,
    values: Float32[np.ndarray, " t"],
    why: UInt8[np.ndarray, " t"],
) -> None:
    """Write one channel of all devices into `values` and `why`."""
    if len(parts) == 1:
        values[parts[0].at], why[parts[0].at] = parts[0].values, parts[0].why
        return
    telling = np.argsort(_TELLING).astype(np.uint8)  # reason -> how telling it is, 0 the most
    most_telling = telling[why]
    speaker = np.full(len(day), len(parts), dtype=np.int64)
    for part, rank in zip(parts, _ranks(parts, day, rule), strict=True):
        mine = rank[day[part.at]]
        speaks = (part.why == Why.SEEN) & (mine < speaker[part.at])
        values[part.at] = np.where(speaks, part.values, values[part.at])
        speaker[part.at] = np.where(speaks, mine, speaker[part.at])
        most_telling[part.at] = np.minimum(most_telling[part.at], telling[part.why])
    why[:] = np.array(_TELLING, dtype=np.uint8)[most_telling]


def _ranks(parts: Sequence[_Part], day: np.ndarray, rule: MergeRule) -> Int64[np.ndarray, "device day"]:
    """Who speaks first on which day; devices come sorted by name, so a stable sort leaves ties to the name."""
    days = int(day.max()) + 1
    if rule is MergeRule.BY_NAME:
        return np.repeat(np.arange(len(parts))[:, None], days, axis=1)
    worn = np.stack([np.bincount(day[p.at][p.why == Why.SEEN], minlength=days) for p in parts])
    return np.argsort(np.argsort(-worn, axis=0, kind="stable"), axis=0, kind="stable")


def _offsets(tables: Sequence[MinuteTable], *, start_utc: int, minutes: int) -> Int16[np.ndarray, " t"]:
    """The offset of each minute from the most worn device whose table covers it; in gaps the one before."""
    offset_min = np.zeros(minutes, dtype=np.int16)
    covered = np.zeros(minutes, dtype=np.bool_)
    # The most worn is written last; tables come sorted by name, and the reverse of a stable sort keeps that for ties.
    for table in sorted(tables, key=lambda t: -int(t.seen.any(axis=1).sum()))[::-1]:
        at = _place(table, start_utc)
        offset_min[at], covered[at] = table.offset_min, True
    return offset_min[np.maximum.accumulate(np.where(covered, np.arange(minutes), 0))]
