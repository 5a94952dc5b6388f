"""Where an export's person was: the offset between their clock and UTC, as far as the export tells.

Streams of one export run on different clocks and most files do not say which. What tells the offset, best first: the
caller's zone; records that name their own offset (the one nearest in time counts); the zone of a profile. Where nothing
tells, UTC stays UTC with offset 0 and local times stay local: nothing is shifted by a guess.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Int32, Int64

from sennight.readers.zones import offsets_of_local, offsets_of_utc
from sennight.record import Clock

# Beyond this a record says nothing about where one was, if the profile says something.
REACH_S = 3 * 86_400


def _none(dtype: type) -> np.ndarray:
    return np.empty(0, dtype=dtype)


@dataclass(frozen=True, kw_only=True, eq=False)
class Place:
    """What is known of the person's clock: a zone, and offsets at times (sorted) that `named_by` records name.

    `told` says that the caller named the zone, which then counts alone.
    """

    zone: str | None = None
    told: bool = False
    named_by: str = "record"
    known_utc: Int64[np.ndarray, " k"] = field(default_factory=lambda: _none(np.int64))
    known_offset: Int32[np.ndarray, " k"] = field(default_factory=lambda: _none(np.int32))

    @property
    def known(self) -> bool:
        """Is any offset known?"""
        return bool(self.zone) or len(self.known_utc) > 0

    @property
    def clock(self) -> Clock:
        """The clock that local times end up on."""
        return Clock.INSTANT if self.known else Clock.LOCAL

    @property
    def rule(self) -> str:
        """How the clocks were brought together, in words."""
        if self.told or not len(self.known_utc):
            return (
                f"both were brought together with the zone {self.zone}"
                if self.zone
                else ("no zone is known, so the former are instants with offset 0 and the latter are on a local clock")
            )
        nearest = f"the offset at each time is that of the nearest {self.named_by} that names one"
        if not self.zone:
            return nearest
        return f"{nearest}; more than {REACH_S // 86_400} days from any, that of the profile's zone {self.zone}"

    def of_utc(self, utc: Int64[np.ndarray, " n"]) -> Int32[np.ndarray, " n"]:
        """Local time minus UTC in seconds at these instants; 0 where nothing is known."""
        if self.told or not len(self.known_utc):
            return offsets_of_utc(utc, self.zone) if self.zone else np.zeros(len(utc), dtype=np.int32)
        nearest = self._nearest(self.known_utc, utc)
        offset = self.known_offset[nearest]
        if self.zone:
            far = np.abs(self.known_utc[nearest] - utc) > REACH_S
            offset = np.where(far, offsets_of_utc(utc, self.zone), offset)
        return offset.astype(np.int32)

    def of_wall(self, wall: Int64[np.ndarray, " n"]) -> tuple[Int32[np.ndarray, " n"], Bool[np.ndarray, " n"]]:
        """The same at these wall-clock times, and whether the clock ever showed them (not in the hour skipped)."""
        real = np.ones(len(wall), dtype=np.bool_)
        if self.told or not len(self.known_utc):
            return offsets_of_local(wall, self.zone) if self.zone else (np.zeros(len(wall), dtype=np.int32), real)
        known_wall = self.known_utc + self.known_offset
        nearest = self._nearest(known_wall, wall)
        offset = self.known_offset[nearest]
        if self.zone:
            far = np.abs(known_wall[nearest] - wall) > REACH_S
            by_zone, there = offsets_of_local(wall, self.zone)
            offset, real = np.where(far, by_zone, offset), ~far | there
        return offset.astype(np.int32), real

    @staticmethod
    def _nearest(known: np.ndarray, asked: np.ndarray) -> np.ndarray:
        """Index of the nearest of sorted times; of two as near, the earlier."""
        after = np.clip(np.searchsorted(known, asked), 1, max(len(known) - 1, 1))
        before = after - 1
        if len(known) == 1:
            return np.zeros(len(asked), dtype=np.int64)
        return np.where(asked - known[before] <= known[after] - asked, before, after)
