"""Filled minutes: what a model thinks happened where nothing was seen, beside the windows, never among their values."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from sennight.errors import PrepareError
from sennight.record.person_days import WindowBatch


@dataclass(frozen=True, kw_only=True, eq=False)
class Filled:
    """Windows as they were measured, and a layer of filled cells over them.

    `filled` marks the cells that were filled; `values`, `low` and `high` are in the channel's unit and 0 elsewhere.
    `share` is how much of the truth `low` to `high` should hold; `filler` the fingerprint of what filled.
    Raises: PrepareError if a seen cell is filled, a value lies outside its band, or shapes disagree.
    """

    windows: WindowBatch
    values: Float32[np.ndarray, "batch minute channel"]
    low: Float32[np.ndarray, "batch minute channel"]
    high: Float32[np.ndarray, "batch minute channel"]
    filled: Bool[np.ndarray, "batch minute channel"]
    share: float
    filler: str

    def __post_init__(self) -> None:
        shape = self.windows.values.shape
        if any(part.shape != shape for part in (self.values, self.low, self.high, self.filled)):
            raise PrepareError("the parts of filled windows differ in shape")
        if bool((self.filled & self.windows.seen).any()):
            raise PrepareError("a minute that was seen cannot be filled")
        if bool(self.values[~self.filled].any()) or not bool(np.isfinite(self.values).all()):
            raise PrepareError("a cell that is not filled must hold 0, and a filled one a finite number")
        if not bool(((self.low <= self.values) & (self.values <= self.high)).all()):
            raise PrepareError("a filled value must lie inside its band")
        if not 0 < self.share < 1:
            raise PrepareError("the share of a band lies between 0 and 1")

    @property
    def known(self) -> Bool[np.ndarray, "batch minute channel"]:
        """Cells that were seen or filled."""
        known: np.ndarray = self.windows.seen | self.filled
        return known

    def together(self) -> Float32[np.ndarray, "batch minute channel"]:
        """Seen and filled values in one array, for sums and pictures; what is neither is 0."""
        return np.where(self.windows.seen, self.windows.values, self.values)
