"""What a reconstruction has to beat on the same hidden minutes: the mean, a straight line, the time of day.

All three guess scaled values (mean 0, sd 1 in training; 0 and 1 for binary channels) of a window from what the model
may see: the mean knows nothing of the window, the line joins the seen minutes before and after a hole, the time of day
guesses what training people had at that hour.
Letters: B windows, T minutes, C channels, K parts of a day.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from sennight.record import MINUTES_PER_DAY

PART_MINUTES = 30  # of a day whose mean is one guess; 2,000 windows give each some 10,000 minutes
CERTAIN = 0.02  # a guessed share of a binary channel stays this far from 0 and 1, else one surprise costs all


@dataclass(frozen=True, kw_only=True, eq=False)
class TimeOfDay:
    """Mean of the scaled values of each channel in each part of the day, over training people."""

    means: Float32[np.ndarray, "K C"]

    @classmethod
    def fit(cls, values: Float32[np.ndarray, "B T C"], seen: Bool[np.ndarray, "B T C"]) -> "TimeOfDay":
        """Over the seen minutes; a part in which a channel was never seen takes its mean, 0."""
        c = values.shape[2]
        parts = (-1, MINUTES_PER_DAY // PART_MINUTES, PART_MINUTES, c)
        count = seen.reshape(parts).sum(axis=(0, 2))
        total = np.where(seen, values, 0).reshape(parts).sum(axis=(0, 2), dtype=np.float64)
        return cls(means=(total / np.maximum(count, 1)).astype(np.float32))

    def guess(self, minutes: int) -> Float32[np.ndarray, "T C"]:
        """For a window of so many minutes that starts at midnight."""
        day = np.repeat(self.means, PART_MINUTES, axis=0)
        return np.tile(day, (minutes // MINUTES_PER_DAY, 1))


def straight_line(
    values: Float32[np.ndarray, "B T C"], known: Bool[np.ndarray, "B T C"]
) -> Float32[np.ndarray, "B T C"]:
    """Join the known minutes of each channel; outside them the nearest, and 0 in a channel without any."""
    minute = np.arange(values.shape[1])[None, :, None]
    before = np.maximum.accumulate(np.where(known, minute, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, minute, values.shape[1])[:, ::-1], axis=1)[:, ::-1]
    has_before, has_after = before >= 0, after < values.shape[1]
    at_before = np.take_along_axis(values, np.maximum(before, 0), axis=1)
    at_after = np.take_along_axis(values, np.minimum(after, values.shape[1] - 1), axis=1)
    share = (minute - before) / np.maximum(after - before, 1)
    line = at_before + share * (at_after - at_before)
    guess = np.where(has_before & has_after, line, np.where(has_before, at_before, at_after))
    return np.where(has_before | has_after, guess, 0).astype(np.float32)


def error(
    guess: Float32[np.ndarray, "*shape C"], truth: Float32[np.ndarray, "B T C"], binary: Bool[np.ndarray, " C"]
) -> Float32[np.ndarray, "B T C"]:
    """Squared error of amounts, cross-entropy of binary channels: as the objective counts."""
    share = np.clip(guess, CERTAIN, 1 - CERTAIN)
    surprise = -(truth * np.log(share) + (1 - truth) * np.log1p(-share))
    return np.where(binary, surprise, (guess - truth) ** 2).astype(np.float32)
