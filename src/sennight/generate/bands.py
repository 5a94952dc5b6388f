"""Bands that hold what they promise: quantiles of the mixer, moved until they cover on people it has not seen.

Split conformal prediction on quantiles (Romano, Patterson, Candes 2019, arXiv 1905.03222), by channel, length of the
hole and time of day. Minutes of counts are 0 for hours, so a band at its floor covers more than asked whatever is
done; the level asked of the cells of one length is therefore set so that all of them together are covered as often as
promised. Cells of one person are alike, so the promise is over people: no formula for a finite sample is claimed.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

GAP_EDGES = (1, 10, 30, 60, 120, 240)  # minutes; a hole belongs to the last edge that it exceeds or reaches
HOURS_A_PART = 6
PARTS = 24 // HOURS_A_PART
MIN_CELLS = 300  # below, a part of the day takes the band of the whole day, and a channel that of all its holes
SHARE = 0.9
HALVINGS = 12


@dataclass(frozen=True, kw_only=True, eq=False)
class Bands:
    """How far quantiles are moved outwards (inwards if negative), in scaled units."""

    share: float
    shift: Float64[np.ndarray, "gap channel part"]

    def moved(
        self,
        low: Float32[np.ndarray, " n"],
        high: Float32[np.ndarray, " n"],
        *,
        gap: Int64[np.ndarray, " n"],
        channel: Int64[np.ndarray, " n"],
        of_day: Int64[np.ndarray, " n"],
        floor: Float32[np.ndarray, " channel"],
    ) -> tuple[Float32[np.ndarray, " n"], Float32[np.ndarray, " n"]]:
        """Ends of the band: neither below the channel's lowest possible value, and low not above high."""
        shift = self.shift[gap_class(gap), channel, of_day // (60 * HOURS_A_PART)]
        return _moved(low, high, shift, floor[channel])


def gap_class(gap: Int64[np.ndarray, " n"]) -> Int64[np.ndarray, " n"]:
    """Which length a hole counts as.

    >>> gap_class(np.array([1, 9, 10, 59, 500])).tolist()
    [0, 0, 1, 2, 5]
    """
    return np.maximum(np.searchsorted(GAP_EDGES, gap, side="right") - 1, 0).astype(np.int64)


def _moved(low: np.ndarray, high: np.ndarray, shift: np.ndarray, floor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    down, up = np.maximum(low - shift, floor), np.maximum(high + shift, floor)
    middle = (down + up) / 2
    return np.where(down > up, middle, down).astype(np.float32), np.where(down > up, middle, up).astype(np.float32)


def calibrate(
    truth: Float32[np.ndarray, " n"],
    low: Float32[np.ndarray, " n"],
    high: Float32[np.ndarray, " n"],
    *,
    gap: Int64[np.ndarray, " n"],
    channel: Int64[np.ndarray, " n"],
    of_day: Int64[np.ndarray, " n"],
    floor: Float32[np.ndarray, " channel"],
    share: float = SHARE,
) -> Bands:
    """Bands that cover `share` of these cells, of people nothing was trained on, for each length of hole."""
    channels, length, part = len(floor), gap_class(gap), of_day // (60 * HOURS_A_PART)
    miss = np.maximum(low - truth, truth - high).astype(np.float64)
    shift = np.zeros((len(GAP_EDGES), channels, PARTS))
    for g in range(len(GAP_EDGES)):
        mine = length == g
        mine = mine if mine.sum() >= MIN_CELLS else np.ones(len(truth), dtype=np.bool_)
        cells = _Cells(truth[mine], low[mine], high[mine], floor[channel[mine]], channel[mine], part[mine])
        shift[g] = _for_length(cells, miss[mine], channels, share)
    return Bands(share=share, shift=shift)


@dataclass(frozen=True, eq=False)
class _Cells:
    truth: np.ndarray
    low: np.ndarray
    high: np.ndarray
    floor: np.ndarray
    channel: np.ndarray
    part: np.ndarray


def _for_length(cells: _Cells, miss: np.ndarray, channels: int, share: float) -> np.ndarray:
    """Shifts of one length of hole: quantiles of the misses, at the level that covers all its cells as promised."""
    lowest, highest = 0.2, 1.0
    shift = np.zeros((channels, PARTS))
    for _ in range(HALVINGS):
        level = (lowest + highest) / 2
        shift = _quantiles(miss, cells.channel, cells.part, channels, level)
        down, up = _moved(cells.low, cells.high, shift[cells.channel, cells.part], cells.floor)
        inside = covered(cells.truth, down, up).mean() if len(miss) else share
        lowest, highest = (level, highest) if inside < share else (lowest, level)
    return shift


def _quantiles(miss: np.ndarray, channel: np.ndarray, part: np.ndarray, channels: int, level: float) -> np.ndarray:
    everywhere = float(np.quantile(miss, level)) if len(miss) else 0.0
    shift = np.full((channels, PARTS), everywhere)
    for c in range(channels):
        mine = channel == c
        if mine.sum() >= MIN_CELLS:
            shift[c] = np.quantile(miss[mine], level)
        for p in range(PARTS):
            here = mine & (part == p)
            if here.sum() >= MIN_CELLS:
                shift[c, p] = np.quantile(miss[here], level)
    return shift


def covered(
    truth: Float32[np.ndarray, " n"], low: Float32[np.ndarray, " n"], high: Float32[np.ndarray, " n"]
) -> Bool[np.ndarray, " n"]:
    """Does the band hold the truth? A thousandth of a scaled unit is forgiven: it is rounding."""
    inside: np.ndarray = (truth >= low - 1e-3) & (truth <= high + 1e-3)
    return inside
