"""Samples as a reader found them, before they are a Recording: sorted, repeats settled, each one counted."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int32, Int64

from sennight.readers.reader import ReadReport
from sennight.record import Fold

NO_TIME = "row without a time that can be understood"
NO_NUMBER = "not a number"
REPEATED = "repeated row"
SECOND_VALUE = "another value for the same time"
OUT_OF_RANGE = "out of the channel's range"


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """Measured samples of one channel; `values` are NaN where an invalid code stood."""

    utc: Int64[np.ndarray, " n"]
    offset_s: Int32[np.ndarray, " n"]
    values: Float32[np.ndarray, " n"]


def settle_repeats(samples: Samples, *, fold: Fold, report: ReadReport) -> Samples:
    """Sort by time and drop repeats.

    The same value at the same time is one sample. Several values at one time are all kept where minutes are
    means (they will be averaged); elsewhere the largest stays, which of two syncs of a count is the fuller.
    """
    utc, values = samples.utc, samples.values
    if len(utc) < 2 or bool((np.diff(utc) > 0).all()):
        return samples
    # NaN sorts below every number, so that an unusable code never displaces a value.
    key = np.where(np.isnan(values), -np.inf, values)
    order = np.lexsort((samples.offset_s, key, utc))
    utc, values, key, offset = utc[order], values[order], key[order], samples.offset_s[order]
    same_time = utc[1:] == utc[:-1]
    same = same_time & (key[1:] == key[:-1])
    drop = same if fold == Fold.MEAN else same_time
    keep = np.append(~drop, True)
    repeated, other = int(same.sum()), int(drop.sum() - same.sum())
    report.keep(seen=repeated, dropped=repeated, reason=REPEATED)
    report.keep(seen=other, dropped=other, reason=SECOND_VALUE)
    return Samples(utc=utc[keep], offset_s=offset[keep], values=values[keep])
