"""Whole local days of one person, one or seven, minute by minute; and a batch of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from jaxtyping import Bool, Float32, Int16

from sennight.errors import PrepareError

MINUTES_PER_DAY = 1_440
WINDOW_DAYS = (1, 7)
VALID_DAY_MINUTES = 600  # worn minutes; the 10-hour rule of Troiano 2008, doi:10.1249/mss.0b013e31815a51b3
MIN_VALID_DAYS = 3  # a person with fewer is not evaluated (design: tasks.md, rules of measurement)


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonDays:
    """One or seven whole local days.

    Minute 180 of a day is always 03:00 local: 23- and 25-hour days have been folded. `ordinal`
    counts local days (the proleptic ordinal of the date where it is known), so that days of one
    person that follow each other differ by 1. `weekday` is 0 for Monday, -1 if not known.
    `worn_minutes` counts the minutes in which any channel was seen.
    Raises: PrepareError if shapes disagree, an unseen cell is not 0, or a value is not finite.
    """

    person: str
    first_date: date | None
    ordinal: int
    weekday: int
    values: Float32[np.ndarray, "minute channel"]
    seen: Bool[np.ndarray, "minute channel"]
    channels: tuple[str, ...]

    def __post_init__(self) -> None:
        minutes, width = self.values.shape
        if minutes % MINUTES_PER_DAY or minutes // MINUTES_PER_DAY not in WINDOW_DAYS:
            raise PrepareError(f"a window is 1 or 7 days of {MINUTES_PER_DAY} minutes, not {minutes} minutes")
        if self.seen.shape != self.values.shape or len(self.channels) != width:
            raise PrepareError("values, seen and channels of a window differ in shape")
        if not -1 <= self.weekday <= 6:
            raise PrepareError("weekday is 0 (Monday) to 6, or -1 if not known")
        if not bool(np.isfinite(self.values).all()) or bool(self.values[~self.seen].any()):
            raise PrepareError("a cell that is not seen must hold 0, and a seen one a finite number")

    @property
    def days(self) -> int:
        """1 or 7."""
        return len(self.values) // MINUTES_PER_DAY

    @property
    def worn_minutes(self) -> int:
        """Minutes in which at least one channel was seen."""
        return int(self.seen.any(axis=1).sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class WindowBatch:
    """B windows of equal length and channels, stacked; what the store yields and backbones take.

    `day_of_year` is 1 to 366, -1 where the date is not known.
    """

    people: tuple[str, ...]
    ordinal: tuple[int, ...]
    weekday: Int16[np.ndarray, " batch"]
    day_of_year: Int16[np.ndarray, " batch"]
    values: Float32[np.ndarray, "batch minute channel"]
    seen: Bool[np.ndarray, "batch minute channel"]
    channels: tuple[str, ...]

    def __post_init__(self) -> None:
        n = len(self.people)
        if not (len(self.ordinal) == len(self.weekday) == len(self.day_of_year) == len(self.values) == n):
            raise PrepareError("the parts of a batch differ in length")
        if self.seen.shape != self.values.shape or self.values.shape[2] != len(self.channels):
            raise PrepareError("values, seen and channels of a batch differ in shape")

    def __len__(self) -> int:
        return len(self.people)

    @classmethod
    def stack(cls, windows: Sequence[PersonDays], channels: tuple[str, ...] | None = None) -> "WindowBatch":
        """Stack windows of equal length; a channel a window lacks is unseen there.

        Raises: PrepareError on no windows or different lengths.
        """
        if not windows:
            raise PrepareError("no windows to stack", todo="Was anything worn for long enough? See the wear report.")
        if len({w.days for w in windows}) > 1:
            raise PrepareError("windows of one day and of seven cannot be stacked together")
        names = channels or tuple(dict.fromkeys(name for w in windows for name in w.channels))
        shape = (len(windows), len(windows[0].values), len(names))
        values, seen = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.bool_)
        for i, w in enumerate(windows):
            for j, name in enumerate(w.channels):
                if name in names:
                    k = names.index(name)
                    values[i, :, k], seen[i, :, k] = w.values[:, j], w.seen[:, j]
        return cls(
            people=tuple(w.person for w in windows),
            ordinal=tuple(w.ordinal for w in windows),
            weekday=np.array([w.weekday for w in windows], dtype=np.int16),
            day_of_year=np.array(
                [w.first_date.timetuple().tm_yday if w.first_date else -1 for w in windows], dtype=np.int16
            ),
            values=values,
            seen=seen,
            channels=names,
        )

    def take(self, rows: np.ndarray) -> "WindowBatch":
        """The windows at these positions, in this order."""
        return type(self)(
            people=tuple(self.people[i] for i in rows),
            ordinal=tuple(self.ordinal[i] for i in rows),
            weekday=self.weekday[rows],
            day_of_year=self.day_of_year[rows],
            values=self.values[rows],
            seen=self.seen[rows],
            channels=self.channels,
        )

    def select(self, channels: Sequence[str]) -> "WindowBatch":
        """The same windows with these channels, in this order; one that is absent is unseen."""
        shape = (*self.values.shape[:2], len(channels))
        values, seen = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.bool_)
        for k, name in enumerate(channels):
            if name in self.channels:
                j = self.channels.index(name)
                values[..., k], seen[..., k] = self.values[..., j], self.seen[..., j]
        return type(self)(
            people=self.people,
            ordinal=self.ordinal,
            weekday=self.weekday,
            day_of_year=self.day_of_year,
            values=values,
            seen=seen,
            channels=tuple(channels),
        )
