"""Steps: peaks of the wrist's acceleration that are high, regular, alike and in company.

Gu's method with the thresholds of the revised Verisense algorithm, which were fitted to wrists at 15 Hz; windows of ten
minutes are judged each by itself. It counts brisk hand work and misses slow walks: an estimate.
Source: Gu et al. 2017, Int J Distrib Sens Netw 13(1), doi 10.1177/1550147716681360; Maylor et al. 2022, Sensors
22(24):9984, doi 10.3390/s22249984.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64, Int64

from sennight.signals.grid import MinuteSums, Piece, join_minutes, minute_runs
from sennight.signals.motion import magnitude

STEP_HZ = 15
WINDOW_S = 600
# Thresholds in samples at 15 Hz and in g, Maylor 2022.
PEAK_SAMPLES = 4  # one peak at most in so many
PERIOD_SAMPLES = (4, 20)  # to the next peak, both excluded
LEAST_SIMILARITY_G = -1.0  # less the difference in height to the next peak but one: the same foot
NEAR_PEAKS, NEAR_MOVING = 4, 4  # of the last so many periods, so many move
LEAST_PEAKS = 6  # alike ones in a window, fewer are no walk
LEAST_VARIANCE = 0.01  # g^2 within a period that moves
LEAST_HEIGHT_G = 1.25


def step_places(length_g: Float64[np.ndarray, " n"]) -> Int64[np.ndarray, " k"]:
    """Which samples (15 Hz, length of the vector in g) are steps."""
    none = np.empty(0, dtype=np.int64)
    at = _peaks(length_g)
    at = at[length_g[at] > LEAST_HEIGHT_G]
    period = np.diff(at)
    at = at[:-1][(period > PERIOD_SAMPLES[0]) & (period < PERIOD_SAMPLES[1])]
    if len(at) < 3:
        return none
    height = length_g[at]
    at = at[:-2][-np.abs(height[2:] - height[:-2]) > LEAST_SIMILARITY_G]
    if len(at) < LEAST_PEAKS:
        return none
    moving = _variances(length_g, at) > LEAST_VARIANCE
    near = np.convolve(moving, np.ones(NEAR_PEAKS), mode="valid")
    return at[NEAR_PEAKS - 1 : -1][near >= NEAR_MOVING]


def _peaks(length: np.ndarray) -> np.ndarray:
    """The highest sample of each run of PEAK_SAMPLES, if it is also the highest around itself; never the first two."""
    n = len(length) // PEAK_SAMPLES
    at = np.arange(n) * PEAK_SAMPLES + length[: n * PEAK_SAMPLES].reshape(n, PEAK_SAMPLES).argmax(axis=1)
    reach = PEAK_SAMPLES // 2
    padded = np.concatenate([np.full(reach, -np.inf), length, np.full(reach, -np.inf)])
    around = padded[at[:, None] + np.arange(2 * reach + 1)]
    return at[(around.argmax(axis=1) == reach) & (at >= reach)]


def _variances(length: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Sample variance from each place to the next, both included."""
    centred = length - length.mean()
    total = np.concatenate([[0.0], np.cumsum(centred)])
    squares = np.concatenate([[0.0], np.cumsum(centred**2)])
    a, b = at[:-1], at[1:] + 1
    n = b - a
    return (squares[b] - squares[a] - (total[b] - total[a]) ** 2 / n) / (n - 1)


@dataclass(kw_only=True)
class StepStream:
    """Steps by minute, from pieces of a grid at `rate_hz`; holds ten minutes at 15 Hz."""

    rate_hz: float
    _tail: np.ndarray = field(default_factory=lambda: np.empty((0, 3), dtype=np.float32))  # one sample to interpolate
    _held: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.float64))
    _next: int = 0  # of the samples at 15 Hz
    _done: int = 0  # samples at 15 Hz that were judged
    _parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        """Take the next piece of the grid."""
        if piece.first == 0:
            self._tail, self._next, self._done = piece.xyz[:0], 0, 0
            self._held = np.empty(0, dtype=np.float64)
        self._held = np.concatenate([self._held, self._at_15(piece)])
        window, begin = WINDOW_S * STEP_HZ, 0
        while len(self._held) - begin >= window or (piece.last and begin < len(self._held)):
            self._judge(self._held[begin : begin + window], piece.start_s)
            begin += window
        self._held = self._held[begin:]

    def minutes(self) -> MinuteSums:
        """Steps of each minute, all that came so far."""
        none = (np.empty(0, dtype=np.int64), np.empty(0), np.empty((0, 1)))
        return join_minutes(self._parts or [none], full=60 * STEP_HZ)

    def _at_15(self, piece: Piece) -> np.ndarray:
        if self.rate_hz % STEP_HZ == 0:
            step = round(self.rate_hz / STEP_HZ)
            return magnitude(np.ascontiguousarray(piece.xyz[-piece.first % step :: step])).astype(np.float64)
        xyz = np.concatenate([self._tail, piece.xyz])
        if not len(xyz):
            return np.empty(0, dtype=np.float64)
        first = piece.first - len(self._tail)
        self._tail = xyz[-1:].copy()
        past = int(np.floor((first + len(xyz) - 1) * STEP_HZ / self.rate_hz + 1e-9)) + 1
        place = np.arange(self._next, past) * (self.rate_hz / STEP_HZ) - first
        self._next = max(self._next, past)
        low = np.minimum(np.floor(place + 1e-9).astype(np.int64), len(xyz) - 1)
        high = np.minimum(low + 1, len(xyz) - 1)
        part = (place - low)[:, None].astype(np.float32)
        return magnitude(xyz[low] * (1 - part) + xyz[high] * part).astype(np.float64)

    def _judge(self, length: np.ndarray, start_s: float) -> None:
        steps = np.zeros(len(length))
        steps[step_places(length)] = 1
        runs = minute_runs(start_s, self._done, len(length), float(STEP_HZ))
        self._done += len(length)
        self._parts.append((runs.minute, runs.size, np.add.reduceat(steps, runs.at)[:, None]))
