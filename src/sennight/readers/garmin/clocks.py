"""Clocks of FIT files: seconds since 1989-12-31, and the 5 and 16 low bits of them that save space.

A short stamp means the next instant, from the last one on, whose low bits are these; the clock is carried in full, so
that a roll-over (32 s, 18.2 h) is exact. Source: FIT protocol, "Compressed Timestamp Header"; FIT profile, field
`timestamp_16` of `monitoring`.
"""

import numpy as np
from jaxtyping import Int64

# 1989-12-31 00:00 UTC, in seconds since 1970.
FIT_EPOCH_S = 631_065_600
# Smaller numbers are seconds since the device was switched on (FIT profile, type date_time): about 1998-07-03.
FIRST_DATE = 0x1000_0000
UNKNOWN = -1


def carry_clock(full: Int64[np.ndarray, " n"], low: Int64[np.ndarray, " n"], *, bits: int) -> Int64[np.ndarray, " n"]:
    """Full stamps of messages in the order of the file, of which some have only their low bits; -1 is "not given".

    Those before the first full one stay unknown (-1).

    >>> carry_clock(np.array([30, -1, -1, -1]), np.array([-1, 31, 1, 1]), bits=5).tolist()
    [30, 31, 33, 33]
    """
    known = full >= 0
    given = np.flatnonzero(known | (low >= 0))
    if not len(given):
        return np.full(len(full), UNKNOWN, dtype=np.int64)
    mask, known = (1 << bits) - 1, known[given]
    bit = np.where(known, full[given] & mask, low[given] & mask)
    step = np.where(known, 0, np.diff(bit, prepend=bit[:1]) & mask)
    gone = np.cumsum(step)
    anchor = np.maximum.accumulate(np.where(known, np.arange(len(given)), -1))
    stamps = np.where(anchor >= 0, full[given][anchor] + gone - gone[anchor], UNKNOWN)
    carried = np.full(len(full), UNKNOWN, dtype=np.int64)
    carried[given] = stamps
    return carried


def unwrap(low: Int64[np.ndarray, " n"], *, bits: int) -> Int64[np.ndarray, " n"]:
    """A counter of which only the low bits are written, in full: it never runs backwards.

    >>> unwrap(np.array([10, 14, 2]), bits=4).tolist()
    [10, 14, 18]
    """
    if not len(low):
        return low
    return low[0] + np.cumsum(np.diff(low, prepend=low[:1]) & ((1 << bits) - 1))
