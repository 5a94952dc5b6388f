"""What a sensor sentence says, as data: a day's numbers on a coarse scale, levels by blocks of hours, and events.

The text is made of nothing else, so text and data turn into each other exactly (`write.py`, `read.py`). Scale:
two significant digits, clock times to ten minutes; that is all that is lost, and a test holds how much it is.
Three levels, as in SensorLM (arXiv 2506.09108): statistics, structure, events.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float32

from sennight.record import MINUTES_PER_DAY, PersonDays
from sennight.record.channel import CHANNELS, Fold, Kind, Role

BLOCK_MINUTES = 240  # of a block of the day: night, early, late morning, afternoon, evening, late
CLOCK_MINUTES = 10
MIN_SEEN = 30  # minutes of a channel in a block before anything is said of it
BASELINE_DAYS = 3  # other days of a person before one of them is held against the rest
DEVIATES = 1.0  # in robust standard deviations of the person's own days: beyond it a level is low or high
MAD_TO_SD = 1.4826  # of a normal distribution
BOUT_MINUTES, BOUT_STEPS, BOUT_PAUSE = 10, 60, 2  # a walk: at least 10 min of 60 steps a minute, pauses up to 2 min


class Level(StrEnum):
    """A block against the same block of the person's other days."""

    LOW = "low"
    USUAL = "usual"
    HIGH = "high"
    UNSEEN = "unseen"


@dataclass(frozen=True, kw_only=True)
class ChannelDay:
    """One channel of one day. `amount` is the total of what is summed over minutes, the mean of what is not.

    `deviation` is from the person's other days in their robust standard deviations; None with too few of them.
    """

    channel: str
    amount: float
    spread: float
    lowest: float
    highest: float
    seen_min: int
    deviation: float | None
    blocks: tuple[Level, ...]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something with a time: a walk, a peak, a stretch nobody measured. Clock minutes are multiples of ten."""

    what: str
    begin: int
    end: int
    amount: float | None = None


@dataclass(frozen=True, kw_only=True)
class SensorDay:
    """A day as a sensor sentence tells it; channels in order of how far they are from usual."""

    ordinal: int
    weekday: int
    worn_min: int
    channels: tuple[ChannelDay, ...]
    events: tuple[Event, ...]


def coarse(value: float) -> float:
    """Two significant digits.

    >>> coarse(8432.0), coarse(0.0467), coarse(0.0)
    (8400.0, 0.047, 0.0)
    """
    if value == 0 or not math.isfinite(value):
        return 0.0
    digits = 1 - math.floor(math.log10(abs(value)))
    return float(round(value, digits))


def ten_minutes(minute: int) -> int:
    """Clock minutes to the nearest ten; the end of the day stays the end of the day."""
    return min(MINUTES_PER_DAY, round(minute / CLOCK_MINUTES) * CLOCK_MINUTES)


def sensor_days(days: Sequence[PersonDays]) -> tuple[SensorDay, ...]:
    """Sensor days of one person's single days, each held against the others."""
    numbers = [_numbers(day) for day in days]
    return tuple(_told(day, numbers[i], numbers[:i] + numbers[i + 1 :]) for i, day in enumerate(days))


def _summed(channel: str) -> bool:
    known = CHANNELS.get(channel)
    return known is not None and (known.fold is Fold.SUM or known.kind is Kind.BINARY)


def _told_channels(day: PersonDays) -> list[tuple[int, str]]:
    """Signals alone: status channels speak of the recording."""
    return [(j, c) for j, c in enumerate(day.channels) if c not in CHANNELS or CHANNELS[c].role is Role.SIGNAL]


Numbers = dict[str, tuple[float, float, float, float, int, tuple[float, ...]]]


def _numbers(day: PersonDays) -> Numbers:
    """By channel: amount, spread, lowest, highest, seen minutes, and the mean of each block (NaN where hardly seen)."""
    found: Numbers = {}
    for j, name in _told_channels(day):
        values, seen = day.values[:, j], day.seen[:, j]
        if seen.sum() >= MIN_SEEN:
            some = values[seen].astype(np.float64)
            amount = float(some.sum()) if _summed(name) else float(some.mean())
            spread, low, high = float(some.std()), float(some.min()), float(some.max())
            found[name] = (amount, spread, low, high, int(seen.sum()), _block_means(values, seen))
    return found


def _block_means(values: Float32[np.ndarray, " minute"], seen: Bool[np.ndarray, " minute"]) -> tuple[float, ...]:
    rows, ok = values.reshape(-1, BLOCK_MINUTES).astype(np.float64), seen.reshape(-1, BLOCK_MINUTES)
    count = ok.sum(axis=1)
    means = np.where(count >= MIN_SEEN, (rows * ok).sum(axis=1) / np.maximum(count, 1), np.nan)
    return tuple(float(m) for m in means)


def _deviation(value: float, others: Sequence[float]) -> float | None:
    """From the median of the others, in robust standard deviations; a tenth of the median for a spread of 0."""
    usable = np.array([o for o in others if math.isfinite(o)])
    if len(usable) < BASELINE_DAYS or not math.isfinite(value):
        return None
    middle = float(np.median(usable))
    spread = MAD_TO_SD * float(np.median(np.abs(usable - middle)))
    return (value - middle) / (spread or 0.1 * abs(middle) or 1.0)


def _told(day: PersonDays, mine: Numbers, others: Sequence[Numbers]) -> SensorDay:
    channels = []
    for name, (amount, spread, low, high, seen, blocks) in mine.items():
        same = [o[name] for o in others if name in o]
        deviation = _deviation(amount, [o[0] for o in same])
        channels.append(
            ChannelDay(
                channel=name,
                amount=coarse(amount),
                spread=coarse(spread),
                lowest=coarse(low),
                highest=coarse(high),
                seen_min=ten_minutes(seen),
                deviation=None if deviation is None else round(max(-9.9, min(9.9, deviation)), 1) + 0.0,
                blocks=tuple(_level(b, [o[5][k] for o in same]) for k, b in enumerate(blocks)),
            )
        )
    ranked = sorted(channels, key=lambda c: (-abs(c.deviation or 0.0), c.channel))
    return SensorDay(
        ordinal=day.ordinal, weekday=day.weekday, worn_min=ten_minutes(day.worn_minutes), channels=tuple(ranked),
        events=_events(day),
    )  # fmt: skip


def _level(value: float, others: Sequence[float]) -> Level:
    if not math.isfinite(value):
        return Level.UNSEEN
    deviation = _deviation(value, others)
    if deviation is None or abs(deviation) <= DEVIATES:
        return Level.USUAL
    return Level.HIGH if deviation > 0 else Level.LOW


def _events(day: PersonDays) -> tuple[Event, ...]:
    worn = day.seen.any(axis=1)
    found = [
        Event(what="not worn", begin=ten_minutes(a), end=ten_minutes(b))
        for a, b in stretches(np.asarray(~worn))
        if b - a >= 60
    ]
    if "steps" in day.channels:
        steps = day.values[:, day.channels.index("steps")]
        found += [
            Event(what="walk", begin=ten_minutes(a), end=ten_minutes(b), amount=coarse(float(steps[a:b].sum())))
            for a, b in stretches(np.asarray(steps >= BOUT_STEPS), pause=BOUT_PAUSE)
            if b - a >= BOUT_MINUTES
        ]
    for name in ("heart_rate", "hip_counts", "wrist_counts", "mims", "vm_counts", "glucose"):
        if name in day.channels and day.seen[:, day.channels.index(name)].any():
            values = np.where(day.seen[:, day.channels.index(name)], day.values[:, day.channels.index(name)], -np.inf)
            at = ten_minutes(int(values.argmax()))
            found.append(Event(what=f"peak of {name}", begin=at, end=at, amount=coarse(float(values.max()))))
    for name in ("asleep", "sleep_deep"):
        if name in day.channels:
            on = np.asarray(day.values[:, day.channels.index(name)] > 0.5)
            found += [Event(what=name.replace("_", " "), begin=ten_minutes(a), end=ten_minutes(b))
                      for a, b in stretches(on, pause=20) if b - a >= 60]  # fmt: skip
    return tuple(sorted(found, key=lambda e: (e.begin, e.end, e.what)))


def stretches(on: np.ndarray, *, pause: int = 0) -> list[tuple[int, int]]:
    """Runs of True as (first, one past last); runs that no more than `pause` minutes part are one."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], on, [False])).astype(np.int8)))
    runs = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    joined: list[tuple[int, int]] = []
    for begin, end in runs:
        if joined and begin - joined[-1][1] <= pause:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    return joined
