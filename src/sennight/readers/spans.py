"""Spans: what holds from one instant to another (35 steps from 10:02 to 10:09, deep sleep from 23:10 to 23:40).

Amounts are spread over the minutes they cover and their sum is kept; states become a sample every half minute, and of
spans that overlap one speaks, so that two apps that wrote the same night count once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float64, Int64

from sennight.record import SECONDS_PER_DAY

STATE_STEP_S = 30  # seconds between the samples of a state: the shortest that vendors write


class Sleep(StrEnum):
    """What a sleep span says. UNSTAGED is asleep, stage not known; IN_BED says nothing about sleep."""

    AWAKE = "awake"
    UNSTAGED = "unstaged"
    LIGHT = "light"
    DEEP = "deep"
    REM = "rem"
    IN_BED = "in bed"


_STAGE_CHANNELS = {
    Sleep.AWAKE: "sleep_awake",
    Sleep.LIGHT: "sleep_light",
    Sleep.DEEP: "sleep_deep",
    Sleep.REM: "sleep_rem",
}


@dataclass(frozen=True, kw_only=True)
class SleepSpan:
    """One stretch of sleep or wake; seconds since 1970 on the clock the caller uses, `stop_s` not included.

    `staged` says whether the night it belongs to knows stages: an awakening in an unstaged log says nothing about them.
    """

    start_s: int
    stop_s: int
    sleep: Sleep
    staged: bool = True


def spread(
    start_s: np.ndarray, stop_s: np.ndarray, amounts: np.ndarray
) -> tuple[Int64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """Amounts over spans to one sample a span and minute, in proportion to the time; the sum is kept.

    A span without length is one sample. Seconds since 1970; spans longer than a day or backwards are the caller's to
    drop (`usable`).

    >>> times, values = spread(np.array([30]), np.array([90]), np.array([10.0]))
    >>> times.tolist(), values.tolist()
    ([30, 60], [5.0, 5.0])
    """
    start, stop = start_s.astype(np.int64), stop_s.astype(np.int64)
    last = np.where(stop > start, (stop - 1) // 60, start // 60)
    n = last - start // 60 + 1
    at = np.repeat(np.arange(len(start)), n)
    minute = start[at] // 60 + np.arange(len(at)) - np.repeat(np.cumsum(n) - n, n)
    begins = np.maximum(minute * 60, start[at])
    ends = np.minimum((minute + 1) * 60, stop[at])
    length = np.maximum(stop - start, 1)[at]
    share = np.where(stop[at] > start[at], (ends - begins) / length, 1.0)
    return begins, amounts.astype(np.float64)[at] * share


def usable(start_s: np.ndarray, stop_s: np.ndarray, *, max_span_s: int = SECONDS_PER_DAY) -> np.ndarray:
    """Which spans run forwards and are not longer than a day: a longer one is a damaged number or a summary."""
    return (stop_s >= start_s) & (stop_s - start_s <= max_span_s)


def hold(
    start_s: np.ndarray, stop_s: np.ndarray, values: np.ndarray, *, step_s: int = STATE_STEP_S
) -> tuple[Int64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """Values that hold over spans, one sample every `step_s` seconds of the clock; the last span to start speaks."""
    times, owner = _grid(start_s.astype(np.int64), stop_s.astype(np.int64), step_s)
    order = np.lexsort((values[owner], start_s[owner], times))
    times, owner = times[order], owner[order]
    last = np.append(times[1:] != times[:-1], True) if len(times) else np.empty(0, dtype=bool)
    return times[last], values.astype(np.float64)[owner[last]]


def _grid(start: np.ndarray, stop: np.ndarray, step_s: int) -> tuple[np.ndarray, np.ndarray]:
    """Grid points that lie in a span by their middle, and whose span that is."""
    half = step_s // 2
    first = -(-(start - half) // step_s)
    past = -(-(stop - half) // step_s)
    n = np.maximum(past - first, 0)
    owner = np.repeat(np.arange(len(start)), n)
    times = (first[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(n) - n, n)) * step_s
    return times, owner


def sleep_samples(
    spans: Sequence[SleepSpan],
) -> dict[str, tuple[Int64[np.ndarray, " n"], Float64[np.ndarray, " n"]]]:
    """Channel -> times and 0 or 1: `asleep` wherever anything is known, the stages where a staged span speaks.

    Of spans that overlap a staged one speaks before an unstaged one, then the one that starts last, then the deeper.
    """
    told = [s for s in spans if s.sleep is not Sleep.IN_BED and s.stop_s > s.start_s]
    if not told:
        return {}
    kinds = list(Sleep)
    kind = np.array([kinds.index(s.sleep) for s in told])
    staged = np.array([s.staged and s.sleep is not Sleep.UNSTAGED for s in told])
    start = np.array([s.start_s for s in told], dtype=np.int64)
    times, owner = _grid(start, np.array([s.stop_s for s in told], dtype=np.int64), STATE_STEP_S)
    order = np.lexsort((kind[owner], start[owner], staged[owner], times))
    times, owner = times[order], owner[order]
    last = np.append(times[1:] != times[:-1], True)
    times, kind, staged = times[last], kind[owner[last]], staged[owner[last]]
    found = {"asleep": (times, (kind != kinds.index(Sleep.AWAKE)).astype(np.float64))}
    if staged.any():
        for sleep, name in _STAGE_CHANNELS.items():
            found[name] = (times[staged], (kind[staged] == kinds.index(sleep)).astype(np.float64))
    return found
