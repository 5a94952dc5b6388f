"""The plain ways of filling a hole: means, straight lines, habits. Every model has to beat them.

They work on numbers in whatever unit they are given, so each error is measured on a guess made in its own unit.
Letters: T minutes of a timeline, n wanted cells.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from sennight.record import MINUTES_PER_DAY

HABIT_REACH = 15  # minutes on each side that count as the same time of day
FRIDAY = 4
NAMES = ("mean", "last_value", "linear", "time_of_day", "personal_time_of_day", "personal_weekday")


@dataclass(frozen=True, kw_only=True, eq=False)
class Population:
    """What is usual among training people: mean of each channel, and of each time of day."""

    mean: Float64[np.ndarray, " channel"]
    time_of_day: Float64[np.ndarray, "1440 channel"]

    @classmethod
    def of(
        cls, values: Float32[np.ndarray, "day 1440 channel"], seen: Bool[np.ndarray, "day 1440 channel"]
    ) -> "Population":
        """From days of many people; times of day are smoothed over half an hour, and lean on the channel's mean."""
        total, n = np.where(seen, values, 0).sum(axis=0, dtype=np.float64), seen.sum(axis=0, dtype=np.float64)
        mean = total.sum(axis=0) / np.maximum(n.sum(axis=0), 1)
        total, n = _round_clock(total), _round_clock(n)
        return cls(mean=mean, time_of_day=(total + HABIT_REACH * mean) / (n + HABIT_REACH))


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """Wanted cells of a timeline: where they are."""

    minute: Int64[np.ndarray, " n"]
    channel: Int64[np.ndarray, " n"]

    @classmethod
    def of(cls, wanted: Bool[np.ndarray, "T channel"]) -> "Cells":
        """In order of minutes."""
        minute, channel = np.nonzero(wanted)
        return cls(minute=minute, channel=channel)

    @property
    def of_day(self) -> Int64[np.ndarray, " n"]:
        """Minute of the day."""
        return self.minute % MINUTES_PER_DAY


@dataclass(frozen=True, kw_only=True, eq=False)
class Neighbours:
    """The seen minutes next to wanted cells: their place, -1 and T where there is none."""

    left: Int64[np.ndarray, " n"]
    right: Int64[np.ndarray, " n"]

    @classmethod
    def of(cls, seen: Bool[np.ndarray, "T channel"], cells: Cells) -> "Neighbours":
        """The last one before and the first one after."""
        t = len(seen)
        place = np.arange(t, dtype=np.int32)[:, None]
        left = np.maximum.accumulate(np.where(seen, place, np.int32(-1)), axis=0)
        right = np.minimum.accumulate(np.where(seen, place, np.int32(t))[::-1], axis=0)[::-1]
        at = (cells.minute, cells.channel)
        return cls(left=left[at].astype(np.int64), right=right[at].astype(np.int64))


def guess(
    name: str,
    values: Float32[np.ndarray, "T channel"],
    seen: Bool[np.ndarray, "T channel"],
    cells: Cells,
    *,
    weekday: Int64[np.ndarray, " day"],
    population: Population,
) -> Float64[np.ndarray, " n"]:
    """The guess of one baseline (see `NAMES`) for the wanted cells of one person."""
    mean = population.mean[cells.channel]
    usual = population.time_of_day[cells.of_day, cells.channel]
    if name == "mean":
        return mean
    if name == "time_of_day":
        return usual
    if name in ("linear", "last_value"):
        beside = Neighbours.of(seen, cells)
        return (_linear if name == "linear" else _last)(values, cells, beside, mean)
    total, n = habit(values, seen, cells, days=np.ones(len(weekday), dtype=np.bool_))
    own = np.where(n > 0, total / np.maximum(n, 1), usual)
    if name == "personal_time_of_day":
        return own
    weekend = weekday > FRIDAY
    alike = [habit(values, seen, cells, days=weekend == kind) for kind in (False, True)]
    kind = weekend[cells.minute // MINUTES_PER_DAY].astype(np.int64)
    at = np.arange(len(kind))
    total, n = np.stack([a[0] for a in alike])[kind, at], np.stack([a[1] for a in alike])[kind, at]
    return np.where(n > 0, total / np.maximum(n, 1), own)


def habit(
    values: Float32[np.ndarray, "T channel"],
    seen: Bool[np.ndarray, "T channel"],
    cells: Cells,
    *,
    days: Bool[np.ndarray, " day"],
) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """Sum and number of what this person showed at this time of day, give or take 15 minutes, over these days."""
    shape = (len(days), MINUTES_PER_DAY, values.shape[1])
    total = np.where(seen, values, 0).reshape(shape)[days].sum(axis=0, dtype=np.float64)
    n = seen.reshape(shape)[days].sum(axis=0, dtype=np.float64)
    at = (cells.of_day, cells.channel)
    return _round_clock(total)[at], _round_clock(n)[at]


def _round_clock(of_day: Float64[np.ndarray, "1440 channel"]) -> Float64[np.ndarray, "1440 channel"]:
    """Sums over the 31 minutes around each time of day, midnight joined to midnight."""
    around = np.concatenate([of_day[-HABIT_REACH:], of_day, of_day[:HABIT_REACH]])
    sums = np.cumsum(np.concatenate([np.zeros((1, of_day.shape[1])), around]), axis=0)
    # Differences of running totals leave rounding where there was nothing.
    return np.round(sums[2 * HABIT_REACH + 1 :] - sums[: -2 * HABIT_REACH - 1], 9)


def _linear(values: np.ndarray, cells: Cells, beside: Neighbours, mean: np.ndarray) -> np.ndarray:
    """Straight between the neighbours; before the first and after the last, that one; the mean where there is none."""
    t = len(values)
    left, right = (
        values[np.maximum(beside.left, 0), cells.channel],
        values[np.minimum(beside.right, t - 1), cells.channel],
    )
    part = (cells.minute - beside.left) / np.maximum(beside.right - beside.left, 1)
    line = left + (right - left) * part
    line = np.where(beside.left < 0, right, np.where(beside.right >= t, left, line))
    return np.where((beside.left < 0) & (beside.right >= t), mean, line).astype(np.float64)


def _last(values: np.ndarray, cells: Cells, beside: Neighbours, mean: np.ndarray) -> np.ndarray:
    """The value before, carried forward; the one after at the beginning; the mean where there is none."""
    t = len(values)
    left, right = (
        values[np.maximum(beside.left, 0), cells.channel],
        values[np.minimum(beside.right, t - 1), cells.channel],
    )
    return np.where(beside.left >= 0, left, np.where(beside.right < t, right, mean)).astype(np.float64)
