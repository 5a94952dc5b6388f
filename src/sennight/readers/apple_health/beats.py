"""Beats: the heart beats of one measurement of variability, which Apple writes as times of day in the phone's language.

"6:00:03.61 PM", "18:00:03,61" and the like: only the differences count, so neither the half of the day nor the date
need to be known. A measurement lasts about a minute, a gap in it becomes no interval (`signals.hrv`).
"""

import re
from collections.abc import Sequence

import numpy as np

from sennight.record import channel
from sennight.signals import hrv

MAX_BEATS = 5_000  # of one measurement; an hour at rest
_TIME = re.compile(r"(\d{1,2})\D(\d{2})\D(\d{2})(?:\D(\d{1,3}))?(?!\d)", re.ASCII)
_HALF_DAY_S = 12 * 3600


def beat_seconds(text: str) -> float | None:
    """Seconds since noon or midnight, None if it is no time of day.

    >>> beat_seconds("6:00:03.61 PM")
    21603.61
    """
    found = _TIME.search(text)
    if not found:
        return None
    hour, minute, second = (int(g) for g in found.groups()[:3])
    if hour > 24 or minute > 59 or second > 60:
        return None
    fraction = float(f"0.{found[4]}") if found[4] else 0.0
    return hour % 12 * 3_600 + minute * 60 + second + fraction


def variability(beats_s: Sequence[float]) -> dict[str, float]:
    """Channel of the registry -> value, from times of beats in order; a step back is noon or midnight passing.

    Apple's own SDNN is a record of its own and stays the only one.
    """
    if len(beats_s) < 2:
        return {}
    steps = np.diff(np.array(beats_s, dtype=np.float64)) % _HALF_DAY_S
    intervals = hrv.from_beats(np.concatenate(([0.0], np.cumsum(steps))))
    differences = hrv.differences(intervals)
    made = {"rmssd": hrv.rmssd(differences), "pnn20": hrv.pnn(differences, above_ms=20)}
    if len(intervals.rr_ms) >= hrv.MIN_INTERVALS:
        made["rr_median"] = float(np.median(intervals.rr_ms))
    return {n: v for n, v in made.items() if np.isfinite(v) and channel(n).low <= v <= channel(n).high}
