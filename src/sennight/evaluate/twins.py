"""Twins: days that stand on two sides of a split, under one id or two. Exact ones by hash, near ones by comparison.

One watch exported twice gives one body two ids; split by person then splits nothing. So days are compared as minutes:
an hour of values that is the same on both sides is an overlap, and days of which 99 % of the shared minutes are equal
are near-duplicates.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from sennight.record import WindowBatch

BLOCK_MINUTES = 60
MIN_VARIETY = 5  # different values in a block; a flat hour is the same in everybody
MIN_SHARED = 120  # minutes both days saw, with movement; fewer can agree by chance
NEAR = 0.99


@dataclass(frozen=True, kw_only=True)
class Twins:
    """`blocks` of an hour that stand on both sides, and pairs of `days` that are the same to 99 %."""

    blocks: int
    days: int
    compared_days: tuple[int, int]

    @property
    def none(self) -> bool:
        """Is nothing shared?"""
        return not self.blocks and not self.days


def twins(one: WindowBatch, other: WindowBatch) -> Twins:
    """What two sides of a split share. Channels are those of both, in the order of the first."""
    shared = tuple(c for c in one.channels if c in other.channels)
    a, b = one.select(shared), other.select(shared)
    common = set(block_hashes(a)) & set(block_hashes(b))
    return Twins(blocks=len(common), days=_near(a, b), compared_days=(len(a), len(b)))


def block_hashes(batch: WindowBatch) -> list[bytes]:
    """A hash of the minute of the day and the values of each hour that varies, whoever's it is."""
    found = []
    minutes = batch.values.shape[1]
    for day in range(len(batch)):
        for start in range(0, minutes, BLOCK_MINUTES):
            part = slice(start, start + BLOCK_MINUTES)
            seen, values = batch.seen[day, part], batch.values[day, part]
            if seen.any(axis=1).all() and len(np.unique(values[seen])) >= MIN_VARIETY:
                told = str(start).encode() + np.where(seen, values, -1).astype(np.float32).tobytes()
                found.append(hashlib.sha256(told).digest())
    return found


def _near(a: WindowBatch, b: WindowBatch) -> int:
    """Pairs of days that agree in 99 % of the minutes both saw, among those where either moved."""
    n = 0
    for i in range(len(a)):
        seen = a.seen[i][None] & b.seen
        active = seen & ((a.values[i][None] != 0) | (b.values != 0))
        count = active.sum(axis=(1, 2))
        equal = (active & (a.values[i][None] == b.values)).sum(axis=(1, 2))
        n += int(((count >= MIN_SHARED) & (equal >= NEAR * count)).sum())
    return n
