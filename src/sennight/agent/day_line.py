"""What a picture of days shows; plain data, so that nothing is drawn before somebody looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from jaxtyping import Float64

from sennight.agent.shown import shown


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
