"""Block times: when the samples of time-stamped blocks were taken, by the device's own clock, and how its rate drifts.

Loggers sample by one oscillator and stamp their blocks by another (a real-time clock), so 100 Hz is never quite 100 Hz.
Each block is stretched from its own stamp to the next block's; where no next block follows closely, its nominal rate
holds. Blocks whose stamp cannot be right, because the ones around them disagree, are left out before that.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from jaxtyping import Bool, Float64, Int64

from sennight.record import SECONDS_PER_DAY

# Next block at 0.8 to 1.25 times the nominal length: the same stretch of samples. The ADXL345's rate is off by up to
# 10 % over temperature and supply (its data sheet), whole-second stamps add a sample or two; a lost block is 2.
SHORTEST_STRETCH, LONGEST_STRETCH = 0.8, 1.25
# The largest memory (1 GB) at the lowest rate (6.25 Hz) holds 1.4 years; a stamp further away is not of this recording.
MAX_SPAN_S = 2 * 366 * SECONDS_PER_DAY
# Stamps are as coarse as half a second (GENEActiv), which over ten minutes is 3 s an hour.
LEAST_DRIFT_S = 600
MOST_NAMED = 20  # ranges of numbers in one message

T = TypeVar("T")


@dataclass(kw_only=True)
class Drift:
    """How long blocks lasted by the device's clock, and how long they should have."""

    actual_s: float = 0.0
    nominal_s: float = 0.0

    def note(self) -> str:
        """One sentence for a report; empty where the recording is too short to tell."""
        if self.nominal_s < LEAST_DRIFT_S:
            return ""
        s_an_hour = (self.actual_s / self.nominal_s - 1) * 3600
        way = "slow" if s_an_hour >= 0 else "fast"
        return (
            f"the sensor ran {abs(s_an_hour):.1f} s an hour {way} against the device's clock; "
            "sample times follow the clock, block by block"
        )


def sample_times(
    start_s: Float64[np.ndarray, " block"],
    count: Int64[np.ndarray, " block"],
    rate_hz: Float64[np.ndarray, " block"],
    *,
    next_s: float | None,
    drift: Drift,
) -> Float64[np.ndarray, " sample"]:
    """The time of every sample of these blocks, in seconds; `next_s` is when the block after the last one starts.

    Blocks start in strictly ascending order. What is learnt of the rate is added to `drift`.
    """
    nominal = count / rate_hz
    following = np.append(start_s[1:], np.nan if next_s is None else next_s)
    length = following - start_s
    ratio = length / nominal
    follows = (ratio >= SHORTEST_STRETCH) & (ratio <= LONGEST_STRETCH)  # False for NaN
    drift.actual_s += float(length[follows].sum())
    drift.nominal_s += float(nominal[follows].sum())
    step = np.where(follows, length, nominal) / count
    if len(count) and bool((count == count[0]).all()):
        return (start_s[:, None] + step[:, None] * np.arange(count[0])).ravel()
    within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(start_s, count) + np.repeat(step, count) * within


def believable(
    start_s: Float64[np.ndarray, " block"], *, after_s: float, ahead_s: Float64[np.ndarray, " more"]
) -> Bool[np.ndarray, " block"]:
    """Which blocks start after `after_s` and in an order that most of them, and of those `ahead_s`, agree on.

    A stamp far in the future would otherwise make all that follow it look late.
    """
    every = np.concatenate([start_s, ahead_s])
    if not len(start_s):
        return np.empty(0, dtype=np.bool_)
    usable = every > after_s
    if bool(usable[: len(start_s)].all()) and not bool((every[1:] <= every[:-1]).any()):
        return usable[: len(start_s)]
    good = np.zeros(len(every), dtype=np.bool_)
    places = np.flatnonzero(usable)
    good[places[_longest_rise(every[places].tolist())]] = True
    return good[: len(start_s)]


def _longest_rise(values: Sequence[float]) -> Int64[np.ndarray, " k"]:
    """Places of a longest strictly ascending subsequence (patience sorting)."""
    tops: list[float] = []
    place_of_top: list[int] = []
    before = [-1] * len(values)
    for place, value in enumerate(values):
        pile = bisect_left(tops, value)
        before[place] = place_of_top[pile - 1] if pile else -1
        if pile == len(tops):
            tops.append(value)
            place_of_top.append(place)
        else:
            tops[pile], place_of_top[pile] = value, place
    found = []
    at = place_of_top[-1] if place_of_top else -1
    while at >= 0:
        found.append(at)
        at = before[at]
    return np.array(found[::-1], dtype=np.int64)


def of_one_recording(
    start_s: Float64[np.ndarray, " block"], *, around_s: float | None, earliest_s: float
) -> Bool[np.ndarray, " block"]:
    """Which blocks lie within two years of a time of the same recording and not before the device was made."""
    good = start_s >= earliest_s  # False for NaN
    if around_s is not None:
        good &= np.abs(start_s - around_s) <= MAX_SPAN_S
    return good


def second_means(
    at_s: Float64[np.ndarray, " n"], values: Float64[np.ndarray, " n"]
) -> tuple[Int64[np.ndarray, " second"], Float64[np.ndarray, " second"]]:
    """Whole seconds in ascending order and the mean of the values in each, of times that ascend; NaN takes no part.

    >>> second_means(np.array([1.0, 1.5, 2.0]), np.array([4.0, 6.0, 7.0]))[1].tolist()
    [5.0, 7.0]
    """
    known = ~np.isnan(values)
    second = np.floor(at_s[known]).astype(np.int64)
    if not len(second):
        return second, np.empty(0, dtype=np.float64)
    at = np.flatnonzero(np.append(True, second[1:] != second[:-1]))
    return second[at], np.add.reduceat(values[known], at) / np.diff(np.append(at, len(second)))


def with_next(things: Iterable[T]) -> Iterator[tuple[T, T | None]]:
    """Each thing with the one after it; the last with None."""
    stream = iter(things)
    try:
        held = next(stream)
    except StopIteration:
        return
    for thing in stream:
        yield held, thing
        held = thing
    yield held, None


def named(numbers: Iterable[int]) -> str:
    """Numbers in ascending order, runs of them as ranges, the first twenty of these.

    >>> named([0, 13, 14, 142, 143, 144])
    '0, 13-14, 142-144'
    """
    runs: list[list[int]] = []
    more = 0
    for number in numbers:
        if runs and number == runs[-1][1] + 1 and not more:
            runs[-1][1] = number
        elif len(runs) < MOST_NAMED:
            runs.append([number, number])
        else:
            more += 1
    words = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
    return f"{words} and {more:,} more" if more else words
