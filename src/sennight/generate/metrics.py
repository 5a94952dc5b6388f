"""What a day's metrics are and how minutes become one: plain arrays, no network.

A metric is a sum over minutes (steps, energy), a number of minutes in a state (active, sedentary, asleep), a mean
(heart rate, HRV), or the lowest half hour (resting heart rate). Thresholds are published ones; nothing here is a
diagnosis.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float32, Float64

from sennight.generate.timeline import Timeline

RESTING_MIN, RESTING_SEEN = 30, 24  # minutes of the lowest stretch, and how many of them must be known


class Way(StrEnum):
    """How minutes become a day's number."""

    SUM = "sum"
    AT_LEAST = "at_least"
    BELOW = "below"
    MEAN = "mean"
    LOWEST = "lowest"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One daily number: `per` lists channels with their threshold (0 where none is used), the first one seen counts."""

    name: str
    unit: str
    way: Way
    per: tuple[tuple[str, float], ...]


METRICS: tuple[Metric, ...] = (
    Metric(name="steps", unit="steps", way=Way.SUM, per=(("steps", 0.0),)),
    # 3 MET; 2,020 counts (Troiano 2008, doi:10.1249/mss.0b013e31815a51b3); 100 steps a minute (Tudor-Locke 2018).
    Metric(
        name="active_minutes", unit="min", way=Way.AT_LEAST,
        per=(("mets", 3.0), ("hip_counts", 2020.0), ("steps", 100.0)),
    ),
    # 1.5 MET; 100 counts a minute (Matthews 2008, doi:10.1093/aje/kwm390).
    Metric(name="sedentary_minutes", unit="min", way=Way.BELOW, per=(("mets", 1.5), ("hip_counts", 100.0))),
    Metric(name="energy", unit="kcal", way=Way.SUM, per=(("energy", 0.0),)),
    Metric(name="mean_heart_rate", unit="beats/min", way=Way.MEAN, per=(("heart_rate", 0.0),)),
    Metric(name="resting_heart_rate", unit="beats/min", way=Way.LOWEST, per=(("heart_rate", 0.0),)),
    Metric(name="hrv_rmssd", unit="ms", way=Way.MEAN, per=(("rmssd", 0.0),)),
    Metric(name="sleep_minutes", unit="min", way=Way.AT_LEAST, per=(("asleep", 0.5),)),
    Metric(name="sleep_light", unit="min", way=Way.AT_LEAST, per=(("sleep_light", 0.5),)),
    Metric(name="sleep_deep", unit="min", way=Way.AT_LEAST, per=(("sleep_deep", 0.5),)),
    Metric(name="sleep_rem", unit="min", way=Way.AT_LEAST, per=(("sleep_rem", 0.5),)),
)  # fmt: skip


def chosen(metric: Metric, timeline: Timeline) -> tuple[int, float] | None:
    """The channel's place and threshold that a metric reads in this person, if any."""
    for name, threshold in metric.per:
        if name in timeline.channels and timeline.seen[:, timeline.channels.index(name)].any():
            return timeline.channels.index(name), threshold
    return None


def contributions(way: Way, threshold: float, x: Float32[np.ndarray, "*n"]) -> Float64[np.ndarray, "*n"]:
    """What each minute adds: its value, or whether it is in the state."""
    if way is Way.AT_LEAST:
        return (x >= threshold).astype(np.float64)
    return (x < threshold).astype(np.float64) if way is Way.BELOW else x.astype(np.float64)


def combine(
    way: Way, parts: Float64[np.ndarray, "day 1440"], known: Bool[np.ndarray, "day 1440"]
) -> Float64[np.ndarray, " day"]:
    """Minutes of days to a number a day; NaN where nothing is known."""
    n = known.sum(axis=1)
    total = np.where(known, parts, 0).sum(axis=1)
    if way is Way.LOWEST:
        return lowest_stretch(parts, known)
    return np.where(n > 0, total / np.maximum(n, 1) if way is Way.MEAN else total, np.nan)


def lowest_stretch(parts: np.ndarray, known: np.ndarray) -> Float64[np.ndarray, " day"]:
    """The lowest mean of 30 minutes in a row, of which 24 are known."""
    nothing = np.zeros((len(parts), 1))
    total = np.cumsum(np.concatenate([nothing, np.where(known, parts, 0)], axis=1), axis=1)
    n = np.cumsum(np.concatenate([nothing, known], axis=1), axis=1)
    sums, counts = (x[:, RESTING_MIN:] - x[:, :-RESTING_MIN] for x in (total, n))
    means = np.where(counts >= RESTING_SEEN, sums / np.maximum(counts, 1), np.inf)
    lowest = means.min(axis=1)
    return np.where(np.isfinite(lowest), lowest, np.nan)
