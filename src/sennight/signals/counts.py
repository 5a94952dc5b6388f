"""Activity counts: ActiGraph's measure of movement, from raw acceleration at 30 to 100 Hz, as its makers published it.

A stream of even samples in, counts a minute out, with the filter's state carried from piece to piece. The filter starts
each segment settled on its first sample. "Low-frequency extension" is another filter and is not offered.
Source: Neishabouri et al. 2022, Sci Rep 12:11958, with the filter's coefficients in full precision as in the public
code that the paper refers to. Nothing of that code (GPL) is used; results were compared with it.
"""

from dataclasses import dataclass, field

import numpy as np

from sennight.signals.grid import MinuteSums, Piece, join_minutes, minute_runs

RATES_HZ = (30, 40, 50, 60, 70, 80, 90, 100)
FILTER_HZ = 30
COUNT_HZ = 10

# The 7th-order band-pass at 30 Hz.
BAND_B = np.array([
    -0.009341062898525, -0.025470289659360, -0.004235264826105, 0.044152415456420,
    0.036493718347760, -0.011893961934740, -0.022917390623150, -0.006788163862310,
])  # fmt: skip
BAND_A = np.array([
    1.0, -3.63367395910957, 5.03689812757486, -3.09612247819666,
    0.50620507633883, 0.32421701566682, -0.15685485875559, 0.01949130205890,
])  # fmt: skip
GAIN = (3.0 / 4096.0) / (2.6 / 256.0) * 237.5  # to the range of the AM7164
PEAK, DEADBAND = 128, 4  # levels: above the first is the first, below the second is none

# Rates that are no multiple of 30 are stuffed with two zeros a sample and smoothed by this first-order low-pass.
UP = 3
LOW_B = UP * np.pi / (np.pi + 2 * UP)
LOW_A = (2 * UP - np.pi) / (np.pi + 2 * UP)
# What goes into the band-pass is rounded to 0.001 g: not in the paper, seen in the output of its public code.
DECIMALS = 3


@dataclass(kw_only=True)
class CountStream:
    """Counts of each axis by minute. `rate_hz` is one of RATES_HZ."""

    rate_hz: int
    _low: np.ndarray = field(default_factory=lambda: np.zeros((1, 3)))  # state of the low-pass
    _band: np.ndarray | None = None  # state of the band-pass
    _next: int = 0  # index of the next sample at 30 Hz
    _left: np.ndarray = field(default_factory=lambda: np.empty((3, 0), dtype=np.int16))  # levels short of three
    _done: int = 0  # 10 Hz samples of this segment
    _parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        """Take the next piece of the grid."""
        from scipy import signal  # not needed by who only asks whose a file is

        if piece.first == 0:
            self._band, self._next, self._done = None, 0, 0
            self._left = np.empty((3, 0), dtype=np.int16)
            self._low = np.zeros((1, 3))
        if not len(piece.xyz):
            return
        at_30 = np.ascontiguousarray(self._at_30(piece).T)
        if not at_30.shape[1]:
            return
        np.round(at_30, DECIMALS, out=at_30)
        if self._band is None:
            self._band = at_30[:, :1] * signal.lfilter_zi(BAND_B, BAND_A)
        filtered, self._band = signal.lfilter(BAND_B, BAND_A, at_30, axis=1, zi=self._band)
        np.abs(filtered, out=filtered)
        filtered *= GAIN
        np.minimum(filtered, PEAK, out=filtered)
        new = filtered.astype(np.int16)  # whole levels, rounded down
        new[new < DEADBAND] = 0
        levels = np.concatenate([self._left, new], axis=1)
        n = levels.shape[1] // 3
        self._left = levels[:, 3 * n :]
        if n:
            whole = levels[:, : 3 * n]
            self._sum((whole[:, 0::3] + whole[:, 1::3] + whole[:, 2::3]) // 3, piece.start_s)

    def minutes(self) -> MinuteSums:
        """Counts of each minute and axis, all that came so far."""
        none = (np.empty(0, dtype=np.int64), np.empty(0), np.empty((0, 3)))
        return join_minutes(self._parts or [none], full=60 * COUNT_HZ)

    def _sum(self, counts: np.ndarray, start_s: float) -> None:
        """Take counts [axis, sample] at 10 Hz."""
        runs = minute_runs(start_s, self._done, counts.shape[1], float(COUNT_HZ))
        self._done += counts.shape[1]
        self._parts.append((runs.minute, runs.size, np.add.reduceat(counts, runs.at, axis=1, dtype=np.int64).T))

    def _at_30(self, piece: Piece) -> np.ndarray:
        if self.rate_hz % FILTER_HZ:
            return self._resample(piece)
        step = self.rate_hz // FILTER_HZ
        return piece.xyz[-piece.first % step :: step].astype(np.float64)

    def _resample(self, piece: Piece) -> np.ndarray:
        """Stuffing with zeros, low-pass and thinning in one recursion at the raw rate.

        Of the three smoothed values that belong to raw sample i only the last, s[i], feeds the next:
        s[i] = (b a + b a^2) x[i] + a^3 s[i-1].
        """
        from scipy import signal  # not needed by who only asks whose a file is

        raw = piece.xyz.astype(np.float64)
        before = self._low
        gain = LOW_B * (LOW_A + LOW_A**2)
        after, _ = signal.lfilter([gain], [1.0, -(LOW_A**3)], raw, axis=0, zi=LOW_A**3 * before)
        step = UP * self.rate_hz // FILTER_HZ
        past = UP * (piece.first + len(raw))
        stuffed = np.arange(self._next * step, past, step)
        self._next += len(stuffed)
        sample, phase = stuffed // UP - piece.first, (stuffed % UP)[:, None]
        previous = np.concatenate([before, after])[sample]
        zeroth = LOW_B * raw[sample] + LOW_A * previous
        first = LOW_B * raw[sample] + LOW_A * zeroth
        self._low = after[-1:]
        return np.where(phase == 0, zeroth, np.where(phase == 1, first, after[sample]))


def vector_magnitude(counts: np.ndarray) -> np.ndarray:
    """Length of the vector of the three axes' counts, [m, 3] to [m].

    >>> vector_magnitude(np.array([[3, 4, 0]])).tolist()
    [5.0]
    """
    return np.sqrt((counts.astype(np.float64) ** 2).sum(axis=1))
