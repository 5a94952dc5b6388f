"""A timeline: all days of one person as one row of minutes, so that a gap over midnight is one gap."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float32, Int64

from sennight.errors import PrepareError
from sennight.record import MINUTES_PER_DAY, WindowBatch


@dataclass(frozen=True, kw_only=True, eq=False)
class Timeline:
    """Minutes of one person from the first to the last day, absent days unseen; values 0 where not seen.

    `day` gives the place of each day that is there (0 is the first); `weekday` and `day_of_year` of every day, -1 if
    not known.
    """

    person: str
    first_ordinal: int
    day: Int64[np.ndarray, " window"]
    weekday: Int64[np.ndarray, " day"]
    day_of_year: Int64[np.ndarray, " day"]
    values: Float32[np.ndarray, "minute channel"]
    seen: Bool[np.ndarray, "minute channel"]
    channels: tuple[str, ...]

    @property
    def days(self) -> int:
        """Days from the first to the last."""
        return len(self.weekday)

    @classmethod
    def of(cls, batch: WindowBatch) -> "Timeline":
        """From windows of one day each. Raises: PrepareError on windows of several people or of several days."""
        if len(set(batch.people)) != 1 or batch.values.shape[1] != MINUTES_PER_DAY:
            raise PrepareError("a timeline is made of single days of one person")
        ordinal = np.array(batch.ordinal, dtype=np.int64)
        day = ordinal - ordinal.min()
        days, width = int(day.max()) + 1, len(batch.channels)
        values = np.zeros((days, MINUTES_PER_DAY, width), dtype=np.float32)
        seen = np.zeros(values.shape, dtype=np.bool_)
        values[day], seen[day] = batch.values, batch.seen
        first = int(np.argmin(day))
        return cls(
            person=batch.people[0],
            first_ordinal=int(ordinal.min()),
            day=day,
            weekday=_counted_on(int(batch.weekday[first]), days, 7),
            day_of_year=_day_of_year(batch, day, days),
            values=values.reshape(-1, width),
            seen=seen.reshape(-1, width),
            channels=batch.channels,
        )

    def without(self, hidden: Bool[np.ndarray, "minute channel"]) -> "Timeline":
        """The same with some cells unseen."""
        seen = self.seen & ~hidden
        return replace(self, seen=seen, values=np.where(seen, self.values, np.float32(0)))

    def until(self, minute: int) -> "Timeline":
        """What was known at that minute: everything from it on is unseen."""
        hidden = np.zeros(self.seen.shape, dtype=np.bool_)
        hidden[minute:] = True
        return self.without(hidden)

    def windows(self, days: int) -> WindowBatch:
        """The timeline cut into windows of so many days, the last one padded with unseen days."""
        n = -(-self.days // days)
        pad = ((0, n * days * MINUTES_PER_DAY - len(self.values)), (0, 0))
        shape = (n, days * MINUTES_PER_DAY, len(self.channels))
        first = np.arange(n) * days
        return WindowBatch(
            people=(self.person,) * n,
            ordinal=tuple((self.first_ordinal + first).tolist()),
            weekday=self.weekday[first].astype(np.int16),
            day_of_year=self.day_of_year[first].astype(np.int16),
            values=np.pad(self.values, pad).reshape(shape),
            seen=np.pad(self.seen, pad).reshape(shape),
            channels=self.channels,
        )

    def of_days(self, cells: np.ndarray) -> np.ndarray:
        """An array over the timeline's minutes as [window, minute, channel] of the days that are there."""
        by_day: np.ndarray = cells.reshape(self.days, MINUTES_PER_DAY, *cells.shape[1:])[self.day]
        return by_day


def _counted_on(first: int, days: int, turn: int) -> Int64[np.ndarray, " day"]:
    return (first + np.arange(days)) % turn if first >= 0 else np.full(days, -1)


def _day_of_year(batch: WindowBatch, day: np.ndarray, days: int) -> Int64[np.ndarray, " day"]:
    found = np.full(days, -1, dtype=np.int64)
    found[day] = batch.day_of_year
    return found
