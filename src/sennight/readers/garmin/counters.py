"""Counters: what a watch's step, distance and calorie counters stood at, to amounts in minutes.

Counters run through all files of a watch and start anew at local midnight. An increase belongs to the stretches of its
kind of activity since the counter was last written; where none is known, to the time in between. What was counted
before the first file begins has no minutes and is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int32, Int64

from sennight.readers.garmin.monitoring import NO_KIND
from sennight.readers.garmin.segment import Counter, Runs
from sennight.readers.reader import ReadReport
from sennight.readers.spans import spread
from sennight.record import SECONDS_PER_DAY

# Files of one day follow each other without a gap; a minute or a restart of the watch may lie between them.
GAP_S = 900
BEFORE_THE_FILES = "count since midnight whose minutes are in no file"
TOO_LONG = "count over more than a day"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Amounts:
    """How much was counted since `since`, until `utc`."""

    since: Int64[np.ndarray, " n"]
    utc: Int64[np.ndarray, " n"]
    amount: Float64[np.ndarray, " n"]


def amounts_of(
    counters: Sequence[Counter],
    *,
    runs: Sequence[Runs],
    covered: Sequence[tuple[int, int]],
    offset_s: Int32[np.ndarray, " n"],
    report: ReadReport,
) -> tuple[Int64[np.ndarray, " m"], Float64[np.ndarray, " m"]]:
    """Amounts of one channel of one watch, a sample a minute and stretch; their sum is what the counters gained.

    `covered` says from when to when the watch's files go, `offset_s` where local time
    stood at each value of the counters, one after the other.
    """
    utc = np.concatenate([c.utc for c in counters])
    kind = np.concatenate([c.kind for c in counters])
    value = np.concatenate([c.value for c in counters])
    begin = np.concatenate([np.empty(0, dtype=np.int64), *(r.begin for r in runs)])
    stop = np.concatenate([np.empty(0, dtype=np.int64), *(r.stop for r in runs)])
    run_kind = np.concatenate([np.empty(0, dtype=np.int64), *(r.kind for r in runs)])
    times, values = list[np.ndarray](), list[np.ndarray]()
    logs = _joined(covered)
    for one in np.unique(kind):
        mine, these = kind == one, run_kind == one
        gained = _gained(utc[mine], value[mine], logs=logs, ahead=offset_s[mine], report=report)
        at, amount = _placed(gained, begin[these], stop[these]) if one != NO_KIND else _placed(gained, *_no_runs())
        times.append(at)
        values.append(amount)
    return np.concatenate(times), np.concatenate(values)


def _no_runs() -> tuple[np.ndarray, np.ndarray]:
    return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)


def _joined(covered: Sequence[tuple[int, int]]) -> Int64[np.ndarray, "k 2"]:
    """Stretches of time without a gap between files."""
    joined: list[list[int]] = []
    for start, stop in sorted(covered):
        if joined and start - joined[-1][1] <= GAP_S:
            joined[-1][1] = max(joined[-1][1], stop)
        else:
            joined.append([start, stop])
    return np.array(joined, dtype=np.int64).reshape(-1, 2)


def _gained(
    utc: np.ndarray, value: np.ndarray, *, logs: Int64[np.ndarray, "k 2"], ahead: np.ndarray, report: ReadReport
) -> _Amounts:
    """Increases of one counter. A smaller value, and the first of a day, count from zero."""
    order = np.lexsort((value, utc))
    utc, value, ahead = utc[order], value[order], ahead[order].astype(np.int64)
    new = np.concatenate([[True], (utc[1:] != utc[:-1]) | (value[1:] != value[:-1])])
    utc, value, ahead = utc[new], value[new], ahead[new]
    # The value at midnight is the last of the day before.
    day = (utc + ahead - 1) // SECONDS_PER_DAY
    midnight = day * SECONDS_PER_DAY - ahead
    before, previous = np.roll(utc, 1), np.roll(value, 1)
    # Not where a flight west brings the day back: the counter then goes on.
    first = np.concatenate([[True], day[1:] > day[:-1]])
    restarted = ~first & (value < previous)
    amount = np.where(first | restarted, value, value - previous)
    log_began = logs[np.searchsorted(logs[:, 0], utc, side="right") - 1, 0]
    known = ~first | (log_began <= midnight + GAP_S)
    # An empty counter of a day tells that nothing was counted, wherever the files begin.
    lost = int((~known & (amount > 0)).sum())
    report.keep(seen=lost, dropped=lost, reason=BEFORE_THE_FILES)
    since = np.where(first, midnight, before)
    short = utc - since <= SECONDS_PER_DAY
    long = int((known & ~short).sum())
    report.keep(seen=long, dropped=long, reason=TOO_LONG)
    taken = known & short
    return _Amounts(since=since[taken], utc=utc[taken], amount=amount[taken])


def _placed(
    gained: _Amounts, begin: Int64[np.ndarray, " r"], stop: Int64[np.ndarray, " r"]
) -> tuple[Int64[np.ndarray, " m"], Float64[np.ndarray, " m"]]:
    """Amounts over the stretches that end within their time, in proportion to the stretches' length."""
    order = np.lexsort((begin, stop))
    begin, stop = begin[order], stop[order]
    first = np.searchsorted(stop, gained.since, side="right")
    n = np.searchsorted(stop, gained.utc, side="right") - first
    owner = np.repeat(np.arange(len(n)), n)
    run = first[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(n) - n, n)
    start = np.maximum(begin[run], gained.since[owner])
    length = (stop[run] - start).astype(np.float64)
    whole = np.bincount(owner, weights=length, minlength=len(n))
    share = length / np.maximum(whole[owner], 1)
    alone = n == 0
    return spread(
        np.concatenate([start, gained.since[alone]]),
        np.concatenate([stop[run], gained.utc[alone]]),
        np.concatenate([gained.amount[owner] * share, gained.amount[alone]]),
    )
