"""Daily metrics: what a day came to, from the minutes that were seen, and estimated over its holes with an interval.

Which metrics there are: `metrics.py`. Over a hole, sums take the filler's mean, states its chance of being in them.
Holes longer than `LONGEST_HOLE_MIN` are left: the day then stands for the time it was worn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64

from sennight.generate.fill import Filler, Guess
from sennight.generate.metrics import METRICS, Metric, Way, chosen, combine, contributions
from sennight.generate.mixer import QUANTILES
from sennight.generate.scales import Scales
from sennight.generate.timeline import Timeline
from sennight.record import MINUTES_PER_DAY
from sennight.signals.circadian import rest_activity

LONGEST_HOLE_MIN = 240
HOLE_CLASSES = (10, 30, 60, 120, 240)  # minutes missing in a day
CIRCADIAN_OF = ("hip_counts", "wrist_counts", "enmo", "mims", "steps")  # the first one a person has


@dataclass(frozen=True, kw_only=True, eq=False)
class DayNumbers:
    """One metric on every day of a timeline: `seen` from seen minutes alone, `estimate` with holes; NaN if unknown.

    `missing` counts minutes of holes that were estimated.
    """

    metric: str
    seen: Float64[np.ndarray, " day"]
    estimate: Float64[np.ndarray, " day"]
    missing: Float64[np.ndarray, " day"]


def short_holes(timeline: Timeline) -> Bool[np.ndarray, "minute channel"]:
    """Unseen cells between seen ones of the same channel, at most `LONGEST_HOLE_MIN` apart."""
    t = len(timeline.seen)
    place = np.arange(t)[:, None]
    left = np.maximum.accumulate(np.where(timeline.seen, place, -1), axis=0)
    right = np.minimum.accumulate(np.where(timeline.seen, place, t)[::-1], axis=0)[::-1]
    holes: np.ndarray = ~timeline.seen & (left >= 0) & (right < t) & (right - left - 1 <= LONGEST_HOLE_MIN)
    return holes


def day_numbers(
    timeline: Timeline, wanted: Bool[np.ndarray, "minute channel"], guess: Guess, scales: Scales
) -> list[DayNumbers]:
    """Every metric this person's channels give, over seen minutes and over wanted ones as guessed."""
    made = []
    for metric in METRICS:
        found = chosen(metric, timeline)
        if found is None:
            continue
        column, threshold = found
        cell = wanted.any() and np.nonzero(wanted)[1] == column
        hole = wanted[:, column]
        part = np.zeros(len(hole))
        part[hole] = _expected(metric.way, threshold, column, guess, np.asarray(cell), scales) if hole.any() else 0.0
        known = contributions(metric.way, threshold, timeline.values[:, column])
        made.append(_over_days(metric, known, timeline.seen[:, column], part, hole))
    return made


def seen_days(timeline: Timeline) -> list[DayNumbers]:
    """Every metric this person's channels give, over seen minutes alone."""
    made = []
    for metric in METRICS:
        found = chosen(metric, timeline)
        if found is not None:
            column, threshold = found
            known = contributions(metric.way, threshold, timeline.values[:, column])
            nothing = np.zeros(len(known))
            made.append(_over_days(metric, known, timeline.seen[:, column], nothing, nothing > 0))
    return made


def _expected(
    way: Way, threshold: float, column: int, guess: Guess, cell: np.ndarray, scales: Scales
) -> Float64[np.ndarray, " n"]:
    if way not in (Way.AT_LEAST, Way.BELOW):
        return guess.natural[cell].astype(np.float64)
    if scales.binary[column]:
        return np.clip(guess.scaled[cell], 0, 1).astype(np.float64)
    at = np.zeros((1, len(scales.channels)), dtype=np.float32)
    at[0, column] = threshold
    # Counts are whole: what is at least the threshold begins half a count below it.
    below = chance_below(guess.quantiles[cell], float(scales.scaled(at)[0, column]))
    return below if way is Way.BELOW else 1 - below


def chance_below(quantiles: Float32[np.ndarray, "n quantile"], at: float) -> Float64[np.ndarray, " n"]:
    """How likely a value lies below `at`, by straight lines between quantiles, and one more step of them beyond."""
    step = np.maximum(quantiles[:, -1:] - quantiles[:, QUANTILES.index(0.5)][:, None], 1e-3)
    first = np.maximum(quantiles[:, 1:2] - quantiles[:, :1], 1e-3)
    x = np.concatenate([quantiles[:, :1] - first, quantiles, quantiles[:, -1:] + step], axis=1).astype(np.float64)
    level = np.array([0.0, *QUANTILES, 1.0])
    k = np.clip((x <= at).sum(axis=1) - 1, 0, len(level) - 2)
    rows = np.arange(len(x))
    width = np.maximum(x[rows, k + 1] - x[rows, k], 1e-9)
    return np.clip(level[k] + (level[k + 1] - level[k]) * np.clip((at - x[rows, k]) / width, 0, 1), 0, 1)


def _over_days(metric: Metric, known: np.ndarray, seen: np.ndarray, part: np.ndarray, hole: np.ndarray) -> DayNumbers:
    shape = (-1, MINUTES_PER_DAY)
    together = np.where(seen, known, part).reshape(shape)
    return DayNumbers(
        metric=metric.name,
        seen=combine(metric.way, known.reshape(shape), seen.reshape(shape)),
        estimate=combine(metric.way, together, (seen | hole).reshape(shape)),
        missing=hole.reshape(shape).sum(axis=1).astype(np.float64),
    )


def circadian_numbers(timeline: Timeline) -> dict[str, Float64[np.ndarray, " day"]]:
    """M10, L5, their onsets and relative amplitude of every day that is whole enough; NaN where it is not."""
    has = {c for k, c in enumerate(timeline.channels) if timeline.seen[:, k].any()}
    name = next((c for c in CIRCADIAN_OF if c in has), None)
    fields = ("m10", "m10_onset_min", "l5", "l5_onset_min", "relative_amplitude")
    if name is None:
        return {}
    k = timeline.channels.index(name)
    values = timeline.values[:, k].astype(np.float64).reshape(-1, MINUTES_PER_DAY)
    seen = timeline.seen[:, k].reshape(-1, MINUTES_PER_DAY)
    days = [rest_activity(v, s) for v, s in zip(values, seen, strict=True)]
    return {f"{field}_of_{name}": np.array([getattr(day, field) for day in days]) for field in fields}


@dataclass(frozen=True, kw_only=True)
class DailyBands:
    """How wrong estimates were on calibration people: ends of the middle nine tenths, by metric and minutes missing.

    Errors are in units of `base` of the metric plus what the hole was thought to add.
    """

    share: float
    low: Mapping[str, tuple[float, ...]]
    high: Mapping[str, tuple[float, ...]]
    base: Mapping[str, float]

    def interval(self, numbers: DayNumbers) -> tuple[Float64[np.ndarray, " day"], Float64[np.ndarray, " day"]]:
        """Low and high for every day; the estimate itself where nothing is missing or the metric was not calibrated."""
        if numbers.metric not in self.low:
            return numbers.estimate, numbers.estimate
        k = np.clip(np.searchsorted(HOLE_CLASSES, numbers.missing), 0, len(HOLE_CLASSES) - 1)
        unit = self.base[numbers.metric] + np.abs(numbers.estimate - np.nan_to_num(numbers.seen))
        low = numbers.estimate + np.array(self.low[numbers.metric])[k] * unit
        high = numbers.estimate + np.array(self.high[numbers.metric])[k] * unit
        none = numbers.missing == 0
        return np.where(none, numbers.estimate, low), np.where(none, numbers.estimate, high)

    @classmethod
    def of(
        cls, errors: Sequence[tuple[str, int, DayNumbers, Float64[np.ndarray, " day"]]], *, share: float
    ) -> "DailyBands":
        """From (metric, minutes hidden, estimated numbers, truth) of calibration people."""
        names = list(dict.fromkeys(name for name, *_ in errors))
        low: dict[str, tuple[float, ...]] = {}
        high: dict[str, tuple[float, ...]] = {}
        base: dict[str, float] = {}
        for name in names:
            mine = [(minutes, numbers, truth) for metric, minutes, numbers, truth in errors if metric == name]
            added = np.concatenate([np.abs(n.estimate - np.nan_to_num(n.seen))[n.missing > 0] for _, n, _ in mine])
            base[name] = max(float(np.nanmean(added)) if len(added) else 1.0, 1e-6)
            ends = [_ends([m for m in mine if m[0] == length] or mine, base[name], share) for length in HOLE_CLASSES]
            low[name], high[name] = tuple(e[0] for e in ends), tuple(e[1] for e in ends)
        return cls(share=share, low=low, high=high, base=base)


def _ends(rows: list[tuple[int, DayNumbers, np.ndarray]], base: float, share: float) -> tuple[float, float]:
    off = [
        (truth - n.estimate)[n.missing > 0] / (base + np.abs(n.estimate - np.nan_to_num(n.seen)))[n.missing > 0]
        for _, n, truth in rows
    ]
    x = np.concatenate(off) if off else np.zeros(0)
    x = x[np.isfinite(x)]
    if not len(x):
        return 0.0, 0.0
    low, high = np.quantile(x, [(1 - share) / 2, (1 + share) / 2])
    return min(float(low), 0.0), max(float(high), 0.0)


def estimate_days(timeline: Timeline, filler: Filler) -> list[DayNumbers]:
    """All metrics of all days of one person, holes of up to four hours estimated."""
    wanted = short_holes(timeline)
    return day_numbers(timeline, wanted, filler.guess(timeline, wanted), filler.scales)
