"""Monitoring: the watch's log of the whole day, minute by minute where something changed.

A message with kind and intensity of activity closes the stretch since the one before it. Steps, distance and active
calories are counters, one for each kind of activity, that start anew at local midnight; which minutes an increase
belongs to is settled when all files of a watch are there (`counters`). Most messages have only the low 16 bits of their
time. Source: FIT profile, messages 55 and 103; a file of a vivofit shows stretches, counters and their reset.
"""

import numpy as np
from jaxtyping import Float64, Int64

from sennight.readers.garmin.activity import ZERO_PULSE
from sennight.readers.garmin.clocks import UNKNOWN, carry_clock
from sennight.readers.garmin.fit import TIMESTAMP, Messages
from sennight.readers.garmin.names import field_name
from sennight.readers.garmin.segment import MONITORING_INFO, Counter, Runs, Segment

MONITORING = 55
RUNNING, WALKING = 1, 6
ON_FOOT = (RUNNING, WALKING)
# activity_type of the profile; 254 is the sum over all, which would count everything twice.
KINDS = (0, 1, 2, 3, 4, 5, 6, 8)
NO_KIND = -1
# A night of sleep is one stretch of 8 h; a longer one is a watch that was off.
MAX_RUN_S = 12 * 3_600

_CALORIES, _DISTANCE, _CYCLES, _KIND, _CYCLES_SHORT = 1, 2, 3, 5, 9
_ACTIVE_CALORIES, _KIND_AND_INTENSITY, _TIMESTAMP_SHORT, _HEART_RATE = 19, 24, 26, 27
_USED = {_DISTANCE, _CYCLES, _KIND, _CYCLES_SHORT, _ACTIVE_CALORIES, _TIMESTAMP_SHORT, _HEART_RATE, TIMESTAMP}
_KIND_BITS = 0x1F


def add_monitoring(segment: Segment) -> None:
    """Take what the log of a day holds."""
    messages = segment.fit.messages(MONITORING)
    if not len(messages):
        return
    utc, usable = segment.dated(monitoring_stamps(segment, messages))
    pulse = messages.numbers(_HEART_RATE)
    zero = usable & (pulse == 0)
    segment.drop(int(zero.sum()), ZERO_PULSE)
    segment.add("heart_rate", utc, pulse, usable=usable & ~zero, daily=True)
    if usable.any():
        began = _began(segment)
        segment.covered.append((min(began, int(utc[usable].min())) if began >= 0 else int(utc[usable].min()),
                                int(utc[usable].max())))  # fmt: skip
        _add_runs(segment, messages, utc, usable=usable, began=began)
        _add_counters(segment, messages, utc, usable=usable)
    others = {n: field_name(MONITORING, n) for n in messages.field_counts if n not in _USED}
    segment.pass_over(messages, number=MONITORING, fields=others)


def monitoring_stamps(segment: Segment, messages: Messages) -> Int64[np.ndarray, " n"]:
    """Times of all messages, those with 16 bits carried on from the message of the log before them.

    Other messages do not set this clock: `device_info` at the head of a file has the time of its transfer, days later.
    """
    infos = segment.fit.messages(MONITORING_INFO)
    full = np.concatenate([segment.fit.stamps(infos), segment.fit.stamps(messages)])
    low = messages.numbers(_TIMESTAMP_SHORT)
    short = np.where(np.isfinite(low), low, UNKNOWN).astype(np.int64)
    short = np.concatenate([np.full(len(infos), UNKNOWN, dtype=np.int64), short])
    order = np.argsort(np.concatenate([infos.positions, messages.positions]), kind="stable")
    carried = np.empty(len(full), dtype=np.int64)
    carried[order] = carry_clock(full[order], short[order], bits=16)
    return carried[len(infos) :]


def _began(segment: Segment) -> int:
    """When the log begins by `monitoring_info`; -1 if it does not say."""
    infos = segment.fit.messages(MONITORING_INFO)
    if not len(infos):
        return UNKNOWN
    utc, usable = segment.times(infos)
    return int(utc[usable].min()) if usable.any() else UNKNOWN


def _add_runs(segment: Segment, messages: Messages, utc: np.ndarray, *, usable: np.ndarray, began: int) -> None:
    packed = messages.numbers(_KIND_AND_INTENSITY)
    told = usable & np.isfinite(packed)
    kind = packed[told].astype(np.int64) & _KIND_BITS
    stop = utc[told]
    order = np.argsort(stop, kind="stable")
    kind, stop = kind[order], stop[order]
    if not len(stop):
        return
    begin = np.concatenate([[began if 0 <= began <= stop[0] else stop[0]], stop[:-1]])
    whole = (stop > begin) & (stop - begin <= MAX_RUN_S)
    segment.runs.append(Runs(begin=begin[whole], stop=stop[whole], kind=kind[whole]))


def kinds(messages: Messages) -> Int64[np.ndarray, " n"]:
    """Which kind of activity each message is about: its own, else that of the message before; -1 before the first."""
    own, packed = messages.numbers(_KIND), messages.numbers(_KIND_AND_INTENSITY)
    unpacked = np.where(np.isfinite(packed), packed, 0).astype(np.int64) & _KIND_BITS
    kind = np.where(np.isfinite(own), own, np.where(np.isfinite(packed), unpacked, NO_KIND)).astype(np.int64)
    last = np.maximum.accumulate(np.where(kind >= 0, np.arange(len(kind)), -1))
    return np.where(last >= 0, kind[last], NO_KIND)


def _add_counters(segment: Segment, messages: Messages, utc: np.ndarray, *, usable: np.ndarray) -> None:
    kind = kinds(messages)
    known = (kind == NO_KIND) | np.isin(kind, KINDS)
    for other in np.unique(kind[usable & ~known]).tolist():
        segment.report.unknown[f"monitoring: activity_type {other}"] += int((usable & (kind == other)).sum())
    usable = usable & known
    long, short = messages.numbers(_CYCLES), messages.numbers(_CYCLES_SHORT)
    on_foot = np.isin(kind, ON_FOOT)
    cycles = np.where(np.isfinite(long), long, short)
    _count(segment, "steps", utc, kind, cycles, usable=usable & on_foot)
    _count(segment, "distance", utc, kind, messages.numbers(_DISTANCE, scale=100), usable=usable & on_foot)
    _count(segment, "active_energy", utc, kind, messages.numbers(_ACTIVE_CALORIES), usable=usable)
    strokes = int((usable & ~on_foot & np.isfinite(cycles)).sum())
    if strokes:
        segment.report.unknown["monitoring: cycles that are not steps"] += strokes


def _count(
    segment: Segment,
    channel: str,
    utc: Int64[np.ndarray, " n"],
    kind: Int64[np.ndarray, " n"],
    value: Float64[np.ndarray, " n"],
    *,
    usable: np.ndarray,
) -> None:
    there = usable & np.isfinite(value)
    if there.any():
        segment.counters.append(Counter(channel=channel, utc=utc[there], kind=kind[there], value=value[there]))
