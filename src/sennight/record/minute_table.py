"""A minute table: every elapsed minute of one person, all channels side by side, and a reason for every hole."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from jaxtyping import Float32, Int16, UInt8

from sennight.errors import PrepareError
from sennight.record.channel import Channel
from sennight.record.recording import Clock


class Why(IntEnum):
    """Why a cell holds no value; SEEN means that it does."""

    SEEN = 0
    OFF_BODY = 1
    DEVICE_OFF = 2
    NOT_MEASURED = 3
    OUT_OF_RANGE = 4
    CLOCK_SKIPPED = 5  # the hour that summer time jumps over; arises only when days are cut


@dataclass(frozen=True, kw_only=True, eq=False)
class MinuteTable:
    """One row per elapsed minute from `start_utc` on (seconds, a whole minute).

    `offset_min[t]` is local time minus UTC in minute t; `values` are 0 where `why` is not SEEN.
    Raises: PrepareError if lengths differ, a cell has no valid reason, a seen value is not finite,
    or an unseen cell holds a value.
    """

    person: str
    clock: Clock
    start_utc: int
    offset_min: Int16[np.ndarray, " t"]
    values: Float32[np.ndarray, "t channel"]
    why: UInt8[np.ndarray, "t channel"]
    channels: tuple[Channel, ...]
    devices: tuple[str, ...]

    def __post_init__(self) -> None:
        minutes, width = self.values.shape
        if self.start_utc % 60:
            raise PrepareError("a minute table must start on a whole minute")
        if self.why.shape != self.values.shape or len(self.offset_min) != minutes or len(self.channels) != width:
            raise PrepareError("the columns of a minute table differ in length")
        if self.why.size and int(self.why.max()) > max(Why):
            raise PrepareError("a minute without a reason")
        unseen = self.why != Why.SEEN
        if not bool(np.isfinite(self.values).all()) or bool(self.values[unseen].any()):
            raise PrepareError("a cell that is not seen must hold 0, and a seen one a finite number")

    @property
    def seen(self) -> np.ndarray:
        """[t, C] bool."""
        return self.why == Why.SEEN
