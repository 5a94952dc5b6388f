"""Fold: the samples of one channel of one device become one value a minute.

Minute-aligned samples, the usual case of research exports, are copied and not folded. Inside one
recording every sample counts: a reader that met the same record twice has dropped and counted it.
Between recordings of one channel (two overlapping exports) an instant counts once: the recording
with most samples at that instant speaks, ties to the greater total, so steps are never doubled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Int64, UInt8

from sennight.record import Channel, Fold, Recording, Why


@dataclass(frozen=True, kw_only=True, eq=False)
class ChannelMinutes:
    """One channel on the grid: `values` are 0 where `why` is not SEEN."""

    values: Float32[np.ndarray, " t"]
    why: UInt8[np.ndarray, " t"]


class _Samples(NamedTuple):
    """Samples in time order."""

    times_utc: Int64[np.ndarray, " n"]
    values: Float32[np.ndarray, " n"]


def fold_channel(recordings: Sequence[Recording], *, first_minute: int, minutes: int) -> ChannelMinutes:
    """Fold recordings of one channel onto `minutes` minutes from UTC minute `first_minute` on.

    A minute whose only samples were rejected, or whose samples add up to more than the channel's
    `high`, is OUT_OF_RANGE; one without samples NOT_MEASURED.
    """
    values = np.zeros(minutes, dtype=np.float32)
    why = np.full(minutes, Why.NOT_MEASURED, dtype=np.uint8)
    for recording in recordings:
        why[recording.rejected_utc // 60 - first_minute] = Why.OUT_OF_RANGE
    samples = _Samples(recordings[0].times_utc, recordings[0].values) if len(recordings) == 1 else _joined(recordings)
    if len(samples.values):
        _write(samples, recordings[0].channel, first_minute=first_minute, values=values, why=why)
    return ChannelMinutes(values=values, why=why)


def _write(samples: _Samples, channel: Channel, *, first_minute: int, values: np.ndarray, why: np.ndarray) -> None:
    """Write the minutes of these samples into `values` and `why`, by the shortest way their times allow."""
    times, amounts = samples
    start = int(times[0]) // 60 - first_minute
    steps = np.diff(times)
    if times[0] % 60 == 0 and bool((steps == 60).all()):
        # One sample at the start of every minute: a copy.
        rows: slice | np.ndarray = slice(start, start + len(times))
        folded = amounts
    else:
        row = times // 60 - first_minute
        begins = np.concatenate(([True], row[1:] != row[:-1]))
        rows = row[begins]
        folded = amounts if len(rows) == len(row) else _reduced(samples, np.flatnonzero(begins), channel.fold)
    if channel.fold is Fold.ANY:
        folded = (folded > 0).astype(np.float32)
    possible = folded <= channel.high  # a sum of possible samples need not be possible
    why[rows] = np.where(possible, np.uint8(Why.SEEN), np.uint8(Why.OUT_OF_RANGE))
    values[rows] = np.where(possible, folded, np.float32(0))


def _reduced(samples: _Samples, begins: np.ndarray, fold: Fold) -> np.ndarray:
    """[minute with samples] float32: each group of samples, from one of `begins` to the next, as one value."""
    amounts = _ordered(samples)
    match fold:
        case Fold.LAST:
            return amounts[np.append(begins[1:], len(amounts)) - 1]
        case Fold.ANY:
            return np.maximum.reduceat(amounts, begins)
        case Fold.SUM:
            return np.add.reduceat(amounts, begins, dtype=np.float64).astype(np.float32)
        case Fold.MEAN:
            counts = np.diff(np.append(begins, len(amounts)))
            return (np.add.reduceat(amounts, begins, dtype=np.float64) / counts).astype(np.float32)


def _ordered(samples: _Samples) -> np.ndarray:
    """The values, ascending where samples share an instant: those have no order of their own, and none may show."""
    times, amounts = samples
    ties = np.flatnonzero(times[1:] == times[:-1])
    if not len(ties):
        return amounts
    tied = np.union1d(ties, ties + 1)
    ordered = amounts.copy()
    ordered[tied] = amounts[tied][np.lexsort((amounts[tied], times[tied]))]
    return ordered


def _joined(recordings: Sequence[Recording]) -> _Samples:
    """All samples in time order, each instant from one recording: most samples, then greatest total."""
    times = np.concatenate([r.times_utc for r in recordings])
    values = np.concatenate([r.values for r in recordings])
    origin = np.repeat(np.arange(len(recordings)), [len(r.times_utc) for r in recordings])
    if not len(times):
        return _Samples(times, values)
    order = np.lexsort((values, origin, times))
    times, values, origin = times[order], values[order], origin[order]
    begins = np.flatnonzero(np.concatenate(([True], (times[1:] != times[:-1]) | (origin[1:] != origin[:-1]))))
    counts = np.diff(np.append(begins, len(times)))
    totals = np.add.reduceat(values, begins, dtype=np.float64)
    best = np.lexsort((totals, counts, times[begins]))
    instants = times[begins][best]
    speaks = np.zeros(len(begins), dtype=np.bool_)
    speaks[best[np.append(instants[1:] != instants[:-1], True)]] = True
    kept = np.repeat(speaks, counts)
    return _Samples(times[kept], values[kept])
