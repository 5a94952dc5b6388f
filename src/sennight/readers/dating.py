"""Dating: which samples have a time that can be believed, asked before they are folded into minutes.

`Gathering` asks the same of the samples it is given; who folds samples first (beats, minute means) asks here, so that
what a clock that was never set recorded is counted as samples and not lost as minutes.
"""

import time

import numpy as np
from jaxtyping import Bool, Float64

from sennight.readers.gathering import CLOCK_NOT_SET, FIRST_WEARABLE_S, NOT_YET
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_TIME
from sennight.readers.zones import EARLIEST_S, LATEST_S
from sennight.record import SECONDS_PER_DAY


def dated(utc: Float64[np.ndarray, " n"], *, report: ReadReport | None = None) -> Bool[np.ndarray, " n"]:
    """Which of these seconds since 1970 a recording can have; the others are counted as dropped."""
    possible = np.isfinite(utc) & (utc >= EARLIEST_S) & (utc < LATEST_S)
    unset = possible & (utc < FIRST_WEARABLE_S)
    ahead = possible & (utc > time.time() + SECONDS_PER_DAY)
    for lost, reason in ((~possible, NO_TIME), (unset, CLOCK_NOT_SET), (ahead, NOT_YET)):
        if report is not None:
            report.keep(seen=int(lost.sum()), dropped=int(lost.sum()), reason=reason)
    return possible & ~unset & ~ahead


def is_dated(utc_s: float) -> bool:
    """The same of one time."""
    return bool(dated(np.array([utc_s]))[0])
