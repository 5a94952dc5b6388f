"""Minute means of evenly sampled slow signals (skin conductance, temperature, pulse), in memory of minutes alone.

A mean stands for its minute if samples cover at least half of it. Samples that the sensor cannot have measured are
left out of the mean; a minute that has too few others but was covered becomes NaN: measured, and unusable.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float64, Int64

from sennight.readers.dating import dated
from sennight.readers.raw_minutes import SHORT_MINUTE
from sennight.readers.reader import ReadReport
from sennight.readers.samples import OUT_OF_RANGE
from sennight.record import channel

MIN_COVERED_S = 30.0  # of 60: as for raw acceleration
UNEVEN_S = 1e-6  # clocks are floats


@dataclass(kw_only=True)
class MinuteMeans:
    """One channel of one person. Counts its samples into `report`, kept or dropped for a reason."""

    name: str
    report: ReadReport
    _pieces: list[np.ndarray] = field(default_factory=list)

    def add(
        self,
        utc: Float64[np.ndarray, " n"],
        values: Float64[np.ndarray, " n"],
        *,
        rate_hz: float,
        unusable: Bool[np.ndarray, " n"] | None = None,
        reason: str = "",
    ) -> None:
        """Take samples: seconds since 1970, values in the channel's unit, and which of them mean nothing, and why."""
        of = channel(self.name)
        believed = dated(utc, report=self.report)
        utc, values = utc[believed], values[believed]
        none = np.zeros(len(values), dtype=np.bool_)
        bad = none if unusable is None else unusable[believed] & np.isfinite(values)
        good = ~bad & (values >= of.low) & (values <= of.high)
        self.report.keep(seen=int(bad.sum()), dropped=int(bad.sum()), reason=reason)
        outside = int((~bad & ~good).sum())
        self.report.keep(seen=outside, dropped=outside, reason=OUT_OF_RANGE)
        minute = np.floor(utc / 60).astype(np.int64)
        which, owner = np.unique(minute, return_inverse=True)
        n = len(which)
        self._pieces.append(
            np.stack([
                which.astype(np.float64),
                np.bincount(owner, weights=np.where(good, values, 0.0), minlength=n),
                np.bincount(owner, weights=good, minlength=n),
                np.bincount(owner, weights=good / rate_hz, minlength=n),
                np.bincount(owner, minlength=n) / rate_hz,
            ])
        )  # fmt: skip

    def minutes(self) -> tuple[Int64[np.ndarray, " m"], Float64[np.ndarray, " m"]]:
        """Starts of minutes and their means; call it once, at the end."""
        pieces = np.concatenate([np.empty((5, 0)), *self._pieces], axis=1)
        which, owner = np.unique(pieces[0], return_inverse=True)
        total, n, covered, seen = (np.bincount(owner, weights=row, minlength=len(which)) for row in pieces[1:])
        enough = covered >= MIN_COVERED_S - UNEVEN_S
        short = int(n[~enough].sum())
        self.report.keep(seen=int(n.sum()), dropped=short, reason=SHORT_MINUTE)
        mean = np.where(enough, total / np.maximum(n, 1), np.nan)
        there = enough | (seen >= MIN_COVERED_S - UNEVEN_S)
        return which[there].astype(np.int64) * 60, mean[there]
