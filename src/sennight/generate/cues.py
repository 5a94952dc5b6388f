"""Cues: all that is known beside a wanted cell, as one row of numbers in scaled units.

What stands next to the hole and how far away, what is usual at this time of day for everybody and for this person,
how today differs from that, the other channels in the same minute, the clock, and the day transformer's own guess.
The mixer learns how much each is worth (docs/decisions/0015).
Letters: T minutes of a timeline, C channels, n wanted cells.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int64

from sennight.generate.baselines import FRIDAY, Cells, Neighbours, Population, habit
from sennight.record import MINUTES_PER_DAY

REACHES = (3, 10, 30, 90)  # minutes on each side
TODAY_REACHES = (90, 720)
LEAN = 15.0  # minutes of habit that weigh as much as what is usual for everybody
FAR = 1_440.0  # minutes; a neighbour beyond is as good as none


@dataclass(frozen=True, kw_only=True, eq=False)
class Cues:
    """`rows`, one a wanted cell; `gap` the length of its hole in minutes; is another channel seen `beside` it?"""

    rows: Float32[np.ndarray, "n cue"]
    gap: Int64[np.ndarray, " n"]
    beside: Bool[np.ndarray, " n"]

    @property
    def habit(self) -> Float32[np.ndarray, " n"]:
        """What this person shows at this time of day, in scaled units."""
        own: np.ndarray = self.rows[:, HABIT]
        return own


def cue_names(channels: tuple[str, ...]) -> tuple[str, ...]:
    """What the numbers of a row are; the first is the straight line, the last before the others the model's guess."""
    return (
        "linear", "left", "right", "left_far", "right_far", "gap",
        *(f"around_{r}" for r in REACHES), *(f"around_{r}_seen" for r in REACHES), "zeros_10", "zeros_30",
        "usual", "habit", "habit_days", "habit_weekday", "person",
        *(f"today_{r}" for r in TODAY_REACHES),
        "hour_sin", "hour_cos", "half_sin", "half_cos", "weekend", "model", "model_known",
        *(f"beside_{c}" for c in channels), *(f"beside_{c}_seen" for c in channels), *(f"is_{c}" for c in channels),
    )  # fmt: skip


HABIT = cue_names(()).index("habit")


def cues(
    scaled: Float32[np.ndarray, "T C"],
    zero: Bool[np.ndarray, "T C"],
    seen: Bool[np.ndarray, "T C"],
    cells: Cells,
    *,
    weekday: Int64[np.ndarray, " day"],
    population: Population,
    model: Float32[np.ndarray, " n"] | None,
) -> Cues:
    """The cues of wanted cells; `scaled` is 0 where not seen, `zero` marks seen zeros, `model` is its guess, if any,
    NaN for channels it does not know.
    """
    n, width, t = len(cells.minute), scaled.shape[1], len(scaled)
    mean = population.mean[cells.channel]
    usual = population.time_of_day[cells.of_day, cells.channel]
    beside = Neighbours.of(seen, cells)
    left_far = np.where(beside.left < 0, FAR, np.minimum(cells.minute - beside.left, FAR))
    right_far = np.where(beside.right >= t, FAR, np.minimum(beside.right - cells.minute, FAR))
    total, days = habit(scaled, seen, cells, days=np.ones(len(weekday), dtype=np.bool_))
    own = (total + LEAN * usual) / (days + LEAN)
    alike = _weekday_habit(scaled, seen, cells, weekday, own)
    left = np.where(beside.left < 0, own, scaled[np.maximum(beside.left, 0), cells.channel])
    right = np.where(beside.right >= t, own, scaled[np.minimum(beside.right, t - 1), cells.channel])
    line = left + (right - left) * left_far / (left_far + right_far)
    sums = _Sums.of(scaled, seen)
    around = [sums.mean(cells, r, lean=line) for r in REACHES]
    zeros = _Sums.of(zero.astype(np.float32), seen)
    person = _person(scaled, seen, mean, cells)
    today = _today(scaled, seen, cells, weekday, population)
    turn = 2 * np.pi * cells.of_day / MINUTES_PER_DAY
    reached = np.full(n, np.nan) if model is None else model
    columns = [
        line, left, right, np.log1p(left_far), np.log1p(right_far), np.log1p(left_far + right_far),
        *(m for m, _ in around), *(s for _, s in around),
        *(zeros.mean(cells, r, lean=np.full(n, 0.5))[0] for r in (10, 30)),
        usual, own, np.log1p(days), alike, person, *today,
        np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn),
        (weekday > FRIDAY)[cells.minute // MINUTES_PER_DAY],
        np.nan_to_num(reached), np.isfinite(reached),
    ]  # fmt: skip
    rows = np.empty((n, len(columns) + 3 * width), dtype=np.float32)
    for i, column in enumerate(columns):
        rows[:, i] = column
    at = len(columns)
    rows[:, at : at + width] = scaled[cells.minute]
    rows[:, at + width : at + 2 * width] = seen[cells.minute]
    rows[:, at + 2 * width :] = cells.channel[:, None] == np.arange(width)
    # Its own channel is what is wanted; where it is seen (nobody asks then) it may not show.
    rows[np.arange(n), at + cells.channel] = 0
    rows[np.arange(n), at + width + cells.channel] = 0
    others = np.logical_or.reduce(rows[:, at + width : at + 2 * width] > 0, axis=1)
    return Cues(rows=rows, gap=(left_far + right_far - 1).astype(np.int64), beside=others)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sums:
    """Running totals of a timeline, for means around any minute."""

    total: np.ndarray
    n: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray, seen: np.ndarray) -> "_Sums":
        nothing = np.zeros((1, x.shape[1]))
        total = np.concatenate([nothing, np.cumsum(np.where(seen, x, 0), axis=0, dtype=np.float64)])
        return cls(total=total, n=np.concatenate([nothing, np.cumsum(seen, axis=0, dtype=np.float64)]))

    def mean(self, cells: Cells, reach: int, *, lean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean of what was seen within `reach`, leaning on `lean` as if that had been seen once; and the share seen."""
        high = np.minimum(cells.minute + reach + 1, len(self.total) - 1)
        low = np.maximum(cells.minute - reach, 0)
        total = self.total[high, cells.channel] - self.total[low, cells.channel]
        n = self.n[high, cells.channel] - self.n[low, cells.channel]
        return (total + lean) / (n + 1), n / (2 * reach + 1)


def _weekday_habit(
    scaled: np.ndarray, seen: np.ndarray, cells: Cells, weekday: np.ndarray, own: np.ndarray
) -> np.ndarray:
    """Habit on days of the same kind (weekday, weekend), leaning on habit over all days."""
    weekend = weekday > FRIDAY
    mine = weekend[cells.minute // MINUTES_PER_DAY]
    found = own.copy()
    for kind in (False, True):
        total, n = habit(scaled, seen, cells, days=weekend == kind)
        found = np.where(mine == kind, (total + LEAN * own) / (n + LEAN), found)
    return found


def _person(scaled: np.ndarray, seen: np.ndarray, mean: np.ndarray, cells: Cells) -> np.ndarray:
    """The person's mean of the channel, leaning on everybody's."""
    total, n = np.where(seen, scaled, 0).sum(axis=0, dtype=np.float64), seen.sum(axis=0)
    person: np.ndarray = (total[cells.channel] + 60 * mean) / (n[cells.channel] + 60)
    return person


def _today(
    scaled: np.ndarray, seen: np.ndarray, cells: Cells, weekday: np.ndarray, population: Population
) -> list[np.ndarray]:
    """How the minutes around differ from habit: a day that is more active than usual is so for hours."""
    shape = (len(weekday), MINUTES_PER_DAY, scaled.shape[1])
    every = Cells.of(np.ones((MINUTES_PER_DAY, scaled.shape[1]), dtype=np.bool_))
    total, n = habit(scaled, seen, every, days=np.ones(len(weekday), dtype=np.bool_))
    usual = population.time_of_day[every.minute, every.channel]
    own = ((total + LEAN * usual) / (n + LEAN)).reshape(MINUTES_PER_DAY, -1)
    differs = (scaled.reshape(shape) - own).reshape(scaled.shape)
    sums = _Sums.of(differs, seen)
    nothing = np.zeros(len(cells.minute))
    # Half a habit's window of nothing to report: a few minutes do not make a day.
    return [sums.mean(cells, r, lean=nothing)[0] for r in TODAY_REACHES]
