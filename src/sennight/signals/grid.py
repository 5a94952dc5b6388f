"""An even grid: samples with their own times become samples at a fixed rate, segment by segment, in pieces.

Filters need even sampling; sensors jitter, drift and pause. Within a segment values are interpolated linearly between
neighbours in time, and samples that already lie on the grid pass through unchanged. Over a pause of more than a second
nothing is made up: a new segment begins. The pieces depend on the samples alone, not on how they were cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, Float64, Int64

GAP_S = 1.0  # a longer pause ends a segment
SHORTEST_SEGMENT_S = 20.0  # shorter ones end before filters have settled, and no minute is made of them
NEARLY_S = 1e-4  # a hundredth of the shortest grid step
SNAP = 0.002  # of a grid step: closer than that to the grid is on it (times in float64 resolve 0.2 microseconds)


@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """Consecutive grid samples of one segment; the segment began at `start_s`, `first` is the index of `xyz[0]` in it.

    `last` says that the segment ends with this piece.
    """

    start_s: float
    first: int
    xyz: Float32[np.ndarray, "n 3"]
    last: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class MinuteSums:
    """Amounts summed by minute since 1970. `share` says how much of each minute they cover, 0 to 1."""

    minute: Int64[np.ndarray, " m"]
    share: Float64[np.ndarray, " m"]
    sums: Float64[np.ndarray, "m k"]


@dataclass(frozen=True, kw_only=True, eq=False)
class MinuteRuns:
    """Runs of samples within one minute: which minute, where the run begins, how long it is."""

    minute: Int64[np.ndarray, " m"]
    at: Int64[np.ndarray, " m"]
    size: Int64[np.ndarray, " m"]


@dataclass(kw_only=True)
class EvenGrid:
    """Takes samples in time order, gives pieces at `rate_hz`. Holds 20 s of samples at most."""

    rate_hz: float
    _utc: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.float64))
    _xyz: np.ndarray = field(default_factory=lambda: np.empty((0, 3), dtype=np.float32))
    _start: float | None = None  # of the segment that is open
    _next: int = 0  # its next grid index

    def add(self, utc: Float64[np.ndarray, " n"], xyz_g: Float32[np.ndarray, "n 3"]) -> list[Piece]:
        """The pieces that these samples complete."""
        if not len(utc):
            return []
        utc, xyz = np.concatenate([self._utc, utc]), np.concatenate([self._xyz, xyz_g])
        cuts = np.flatnonzero(np.diff(utc) > GAP_S) + 1
        begins, ends = np.append(0, cuts), np.append(cuts, len(utc))
        long = utc[ends - 1] - utc[begins] >= SHORTEST_SEGMENT_S
        pieces = []
        if len(cuts):
            if self._start is not None or long[0]:
                pieces.append(self._piece(utc[: ends[0]], xyz[: ends[0]], last=True))
            self._start, self._next = None, 0
            for a, b in zip(begins[1:-1][long[1:-1]], ends[1:-1][long[1:-1]], strict=True):
                pieces.append(self._piece(utc[a:b], xyz[a:b], last=True))
                self._start, self._next = None, 0
        tail = begins[-1]
        if self._start is not None or long[-1]:
            pieces.append(self._piece(utc[tail:], xyz[tail:], last=False))
            tail = len(utc) - 1  # the neighbour of the next sample
        self._utc, self._xyz = utc[tail:].copy(), xyz[tail:].copy()
        return pieces

    def finish(self) -> list[Piece]:
        """The end of the open segment, if there is one."""
        if self._start is None:
            return []
        none = np.empty((0, 3), dtype=np.float32)
        return [Piece(start_s=self._start, first=self._next, xyz=none, last=True)]

    def _piece(self, utc: np.ndarray, xyz: np.ndarray, *, last: bool) -> Piece:
        if self._start is None:
            self._start, self._next = float(utc[0]), 0
        place = (utc - self._start) * self.rate_hz
        nearest = np.rint(place)
        place = np.where(np.abs(place - nearest) < SNAP, nearest, place)
        first, past = self._next, int(place[-1]) + 1
        self._next = max(first, past)
        wanted = np.arange(first, past, dtype=np.float64)
        if len(wanted) and len(wanted) <= len(place) and bool((place[-len(wanted) :] == wanted).all()):
            even = xyz[-len(wanted) :]
        else:
            even = np.stack([np.interp(wanted, place, xyz[:, axis]) for axis in range(3)], axis=1)
        return Piece(start_s=self._start, first=first, xyz=even.astype(np.float32, copy=False), last=last)


def minute_runs(start_s: float, first: int, n: int, rate_hz: float) -> MinuteRuns:
    """The minutes into which grid samples `first` to `first + n` of a segment fall.

    >>> runs = minute_runs(59.0, 0, 3, 1.0)
    >>> runs.minute.tolist(), runs.at.tolist(), runs.size.tolist()
    ([0, 1], [0, 1], [1, 2])
    """
    # A grid point a rounding error before the full minute belongs to that minute.
    begin, end = start_s + first / rate_hz + NEARLY_S, start_s + (first + n - 1) / rate_hz + NEARLY_S
    minute = np.arange(int(begin // 60), int(end // 60) + 1, dtype=np.int64)
    edges = np.ceil((minute[1:] * 60.0 - start_s - NEARLY_S) * rate_hz).astype(np.int64) - first
    at = np.concatenate([[0], np.clip(edges, 1, n - 1)]) if n > 1 else np.zeros(1, dtype=np.int64)
    return MinuteRuns(minute=minute, at=at, size=np.diff(np.append(at, n)))


def join_minutes(parts: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]], *, full: int) -> MinuteSums:
    """Partial sums (minute [m], grid samples [m], sums [m, k]) as one row a minute; a full minute has `full`."""
    minute, where = np.unique(np.concatenate([p[0] for p in parts]), return_inverse=True)
    n = np.bincount(where, weights=np.concatenate([p[1] for p in parts]), minlength=len(minute))
    values = np.concatenate([p[2] for p in parts])
    sums = np.zeros((len(minute), values.shape[1]))
    np.add.at(sums, where, values)
    return MinuteSums(minute=minute.astype(np.int64), share=n / full, sums=sums)
