"""The clock of a recording: every elapsed minute between two local midnights, and what the wall clock showed.

Schedules are made in wall-clock minutes and placed onto elapsed minutes here, so that a day on which the
clock changes has 1,380 or 1,500 minutes.
"""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from jaxtyping import Float64, Int32, Int64

from sennight.record import MINUTES_PER_DAY

_STEP_S = 900  # the clock changes at whole quarters of an hour everywhere


@dataclass(frozen=True, kw_only=True, eq=False)
class Timeline:
    """Minutes of one recording. `wall_min` counts wall-clock minutes since midnight of `first_date`.

    `changes` holds (elapsed minute, minutes the clock jumps forward) in order.
    """

    start_utc: int
    first_date: dt.date
    days: int
    offset_s: Int32[np.ndarray, " minute"]
    wall_min: Int64[np.ndarray, " minute"]
    changes: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(self.wall_min)

    @property
    def times_utc(self) -> Int64[np.ndarray, " minute"]:
        """Seconds since 1970 at the start of each minute."""
        return self.start_utc + 60 * np.arange(len(self), dtype=np.int64)

    @property
    def hour(self) -> Float64[np.ndarray, " minute"]:
        """Local hour of the day, 0 to 24."""
        return (self.wall_min % MINUTES_PER_DAY) / 60.0

    @property
    def day(self) -> Int64[np.ndarray, " minute"]:
        """Local date, counted from the first."""
        return self.wall_min // MINUTES_PER_DAY

    def place(self, wall_min: Float64[np.ndarray, " event"]) -> Int64[np.ndarray, " event"]:
        """Elapsed minute at which the wall clock shows this (the first time, where it shows it twice).

        A time that the clock jumps over is placed at the jump. May lie outside the recording.
        """
        at = np.floor(wall_min).astype(np.int64)
        for minute, jump in self.changes:
            at = np.where(at < minute, at, np.maximum(at - jump, minute))
        return at


def timeline(zone: str, first_date: dt.date, days: int) -> Timeline:
    """All minutes of `days` whole local days of a zone."""
    place = ZoneInfo(zone)
    ends = [dt.datetime.combine(first_date + dt.timedelta(days=d), dt.time(), tzinfo=place) for d in range(days + 1)]
    midnight = [int(end.timestamp()) for end in ends]
    n, start = (midnight[-1] - midnight[0]) // 60, midnight[0]
    offset = _offset_s(place, start)
    changes: list[tuple[int, int]] = []
    offsets = np.full(n, offset, dtype=np.int32)
    for begin, end in pairwise(midnight):
        if end - begin == MINUTES_PER_DAY * 60:
            continue
        for at in range(begin, end, _STEP_S):
            here = _offset_s(place, at)
            if here != offset:
                minute = (at - start) // 60
                changes.append((minute, (here - offset) // 60))
                offsets[minute:] = here
                offset = here
    wall = np.arange(n, dtype=np.int64) + (offsets - offsets[0]) // 60
    return Timeline(
        start_utc=start,
        first_date=first_date,
        days=days,
        offset_s=offsets,
        wall_min=wall,
        changes=tuple(changes),
    )


def _offset_s(zone: ZoneInfo, at_utc: int) -> int:
    """Local time minus UTC at an instant."""
    offset = dt.datetime.fromtimestamp(at_utc, tz=zone).utcoffset()
    return int((offset or dt.timedelta()).total_seconds())


def spans(n: int, start: Int64[np.ndarray, " span"], stop: Int64[np.ndarray, " span"]) -> np.ndarray:
    """[n] bool, True from each start up to its stop; parts outside are cut off.

    >>> spans(5, np.array([-3, 3]), np.array([1, 9])).astype(int)
    array([1, 0, 0, 1, 1])
    """
    edges = np.zeros(n + 1, dtype=np.int32)
    keep = stop > start
    np.add.at(edges, np.clip(start[keep], 0, n), 1)
    np.add.at(edges, np.clip(stop[keep], 0, n), -1)
    return np.cumsum(edges)[:n] > 0
