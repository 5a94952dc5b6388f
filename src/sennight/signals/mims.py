"""MIMS units: movement independent of the monitor, from even samples of raw acceleration, a sum a minute.

Each axis goes through a cubic spline to 100 Hz and a Butterworth band-pass of 0.2 to 5 Hz; the area under its absolute
value is the axis's MIMS, the sum over axes the minute's. Spline and filter are linear, so both are applied at once to
windows of ten minutes in the frequency domain, the first minute of a window only to let the filter settle; a segment
starts settled on its first sample. Left out: the extrapolation of samples at the limit of the sensor's range, so that
minutes of impacts beyond it come out lower than published.
Source: John, Tang, Albinali, Intille 2019, J Meas Phys Behav 2(4):268; the R package MIMSunit's documentation.
"""

from dataclasses import dataclass, field
from functools import cache

import numpy as np

from sennight.signals.grid import MinuteSums, Piece, join_minutes, minute_runs

FILTER_HZ = 100  # what the band-pass is designed for
OUT_HZ = 50  # what is computed of its output: above 25 Hz less than 0.2 % of a signal is left
CUTOFFS_HZ, ORDER = (0.2, 5.0), 4
NOTHING = 1e-4 * FILTER_HZ  # an axis's area up to this counts as none (MIMSunit's truncation)

WINDOW_S = 600  # what is transformed at once
SETTLE_S = 55  # at its start, not used: the slowest pole (0.48 a second) has decayed to 4e-12
AHEAD_S = 5  # at its end, not used: the spline looks 0.5 s ahead
STEP_S = WINDOW_S - SETTLE_S - AHEAD_S


@cache
def response(rate_hz: float) -> np.ndarray:
    """What spline and band-pass do to each frequency of a window's output; the input's spectrum repeats under it."""
    from scipy import signal  # not needed by who only asks whose a file is

    n = WINDOW_S * OUT_HZ
    hz = np.arange(n // 2 + 1) / WINDOW_S
    turns = hz / rate_hz
    # The spectrum of the cardinal cubic spline (Unser 1999), in units of the input's sampling step.
    spline = np.sinc(turns) ** 4 * 3.0 / (2.0 + np.cos(2 * np.pi * turns))
    sos = signal.butter(ORDER, CUTOFFS_HZ, btype="bandpass", fs=FILTER_HZ, output="sos")
    _, band = signal.sosfreqz(sos, worN=2 * np.pi * hz / FILTER_HZ)
    return (spline * band * (OUT_HZ / rate_hz)).astype(np.complex64)


@dataclass(kw_only=True)
class MimsStream:
    """MIMS units of each axis by minute; holds ten minutes. `rate_hz` times 600 s is a whole number of samples."""

    rate_hz: float
    _response: np.ndarray = field(init=False)
    _held: np.ndarray = field(default_factory=lambda: np.empty((0, 3), dtype=np.float32))
    _settled: np.ndarray = field(default_factory=lambda: np.zeros(3, dtype=np.float32))  # first sample of the segment
    _done_s: int = 0  # seconds of the segment that have been summed
    _parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._response = response(self.rate_hz)

    def add(self, piece: Piece) -> None:
        """Take the next piece of the grid."""
        xyz = piece.xyz
        if piece.first == 0 and len(xyz):
            self._settled, self._done_s = xyz[0], 0
            lead = np.broadcast_to(xyz[0], (self._samples(SETTLE_S), 3))
            xyz = np.concatenate([lead, xyz])
            self._held = np.empty((0, 3), dtype=np.float32)
        held = np.concatenate([self._held, xyz])
        step, window = self._samples(STEP_S), self._samples(WINDOW_S)
        begin = 0
        while len(held) - begin >= window:
            self._sum(held[begin : begin + window], OUT_HZ * STEP_S, piece.start_s)
            begin += step
        self._held = held[begin:].copy()
        if piece.last:
            self._finish(piece.start_s)

    def minutes(self) -> MinuteSums:
        """MIMS units of each minute and axis, all that came so far."""
        none = (np.empty(0, dtype=np.int64), np.empty(0), np.empty((0, 3)))
        joined = join_minutes(self._parts or [none], full=60 * OUT_HZ)
        sums = np.where(joined.sums <= NOTHING, 0.0, joined.sums)
        return MinuteSums(minute=joined.minute, share=joined.share, sums=sums)

    def _samples(self, seconds: int) -> int:
        return round(seconds * self.rate_hz)

    def _finish(self, start_s: float) -> None:
        rest = len(self._held) - self._samples(SETTLE_S)
        if rest > 0:
            lacking = self._samples(WINDOW_S) - len(self._held)
            window = np.concatenate([self._held, np.broadcast_to(self._held[-1], (lacking, 3))])
            # A window may hold up to its full length less one sample: more than one step, so the rest is all of it.
            self._sum(window, min(round(rest / self.rate_hz * OUT_HZ), OUT_HZ * (WINDOW_S - SETTLE_S)), start_s)
        self._held = np.empty((0, 3), dtype=np.float32)

    def _sum(self, window: np.ndarray, n: int, start_s: float) -> None:
        """The area of the first `n` output samples behind the settling time."""
        from scipy import fft  # not needed by who only asks whose a file is

        spectrum = fft.rfft(np.ascontiguousarray((window - self._settled).T), axis=1)
        filtered = fft.irfft(_repeated(spectrum, len(window), len(self._response)) * self._response, axis=1)
        used = np.abs(filtered[:, OUT_HZ * SETTLE_S : OUT_HZ * SETTLE_S + n])
        runs = minute_runs(start_s, self._done_s * OUT_HZ, n, float(OUT_HZ))
        self._done_s += STEP_S
        area = np.stack([used[:, a : a + size].sum(axis=1) for a, size in zip(runs.at, runs.size, strict=True)])
        self._parts.append((runs.minute, runs.size, area / OUT_HZ))


def _repeated(half: np.ndarray, n: int, wanted: int) -> np.ndarray:
    """The spectrum of the input with zeros stuffed between its samples: its own, over and over."""
    if wanted <= half.shape[1]:
        return half[:, :wanted]
    mirrored = np.conj(half[:, 1 : (n + 1) // 2][:, ::-1])
    whole = np.concatenate([half, mirrored], axis=1)
    return np.tile(whole, -(-wanted // n))[:, :wanted]
