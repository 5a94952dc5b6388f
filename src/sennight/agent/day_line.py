"""What a picture of days shows; plain data, so that nothing is drawn before somebody looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from jaxtyping import Float64

from sennight.agent.shown import shown

BAND_DAYS, MIN_BAND = 28, 7  # days before each day that make its usual band


@dataclass(frozen=True, kw_only=True, eq=False)
class DayLine:
    """What a picture of days shows: dates with values, the device changes between them, a goal if there is one."""

    title: str
    unit: str
    dates: Sequence[date]
    values: Float64[np.ndarray, " n"]
    changes: Sequence[tuple[date, str]] = ()
    goal: float | None = None

    @property
    def described(self) -> str:
        """The picture in words, for who cannot see it."""
        if not len(self.values):
            return f"{self.title}: no day"
        low, high = shown(float(self.values.min()), self.unit), shown(float(self.values.max()), self.unit)
        return f"{self.title}, {len(self.values)} days from {self.dates[0]} to {self.dates[-1]}, {low} to {high}"


def usual_band(
    ordinal: np.ndarray, values: Float64[np.ndarray, " n"], changes: Sequence[int] = ()
) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """10th, 90th and 50th percentile of the 28 days before each day; NaN where fewer than seven of them are known.

    Days before the last change of device do not count: a new device reads differently.
    """
    low, high, middle = (np.full(len(values), np.nan) for _ in range(3))
    for i, day in enumerate(ordinal):
        begin = max([day - BAND_DAYS, *(change for change in changes if change <= day)])
        past = values[(ordinal < day) & (ordinal >= begin)]
        if len(past) >= MIN_BAND:
            low[i], middle[i], high[i] = np.quantile(past, [0.1, 0.5, 0.9])
    return low, high, middle
