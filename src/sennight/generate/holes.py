"""Holes made on purpose in a timeline, to see whether they are filled rightly: four families and six scenarios.

The four families are those of the LSM line (arXiv 2410.13638, 2506.05321): single minutes, a block of time, a whole
channel, the future. The six scenarios are OpenMHC's (AshleyLab/myheartcounts-dataset, imputation track, shares and
lengths of its configuration), told from our channels. A hole only ever hides what was seen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from sennight.generate.timeline import Timeline
from sennight.record import MINUTES_PER_DAY

MINUTES_SHARE = 0.5
BLOCK_LENGTHS = (10, 30, 60, 120, 240)  # minutes, each as likely
FUTURE_FROM, FUTURE_TO = 12 * 60, 20 * 60  # a cut falls between noon and eight
NOISE_PATCH, NOISE_SHARE = 30, 0.5
SLICE_SHARE, SLICE_LENGTHS = 0.25, (30, 60)
CHANNEL_SHARE = 0.5
SLEEP_CHANNELS = ("asleep", "sleep_light", "sleep_deep", "sleep_rem", "sleep_awake")
EFFORT_CHANNELS = ("heart_rate", "energy", "active_energy", "mets")
HARD_HEART_RATE = 160.0
WORKOUT_MIN = 10  # minutes in a row; our stand-in for their workout log
WORKOUT_STEPS = 100.0  # a minute: moderate walking (Tudor-Locke 2018, doi:10.1136/bjsports-2017-097628)


@dataclass(frozen=True, kw_only=True, eq=False)
class Hole:
    """`wanted` cells are to be filled; `withheld` ones, of which they are part, may not be looked at."""

    wanted: Bool[np.ndarray, "minute channel"]
    withheld: Bool[np.ndarray, "minute channel"]


Maker = Callable[[Timeline, np.random.Generator], np.ndarray]


def make_hole(name: str, timeline: Timeline, rng: np.random.Generator) -> Hole:
    """A hole of that family or scenario; it may be empty where the timeline has nothing of the kind."""
    if name == "future":
        return future(timeline, rng)
    wanted = SCENARIOS[name](timeline, rng) & timeline.seen
    return Hole(wanted=wanted, withheld=wanted)


def minutes(timeline: Timeline, rng: np.random.Generator) -> Bool[np.ndarray, "minute channel"]:
    """Single minutes of single channels, half of them."""
    chosen: np.ndarray = rng.random(timeline.seen.shape) < MINUTES_SHARE
    return chosen


def block(
    timeline: Timeline, rng: np.random.Generator, length: int | None = None
) -> Bool[np.ndarray, "minute channel"]:
    """In every day one stretch of worn minutes, all channels; its length drawn, if not given."""
    hidden = np.zeros(len(timeline.values), dtype=np.bool_)
    worn = np.asarray(timeline.seen.any(axis=1))
    for day in range(timeline.days):
        at = np.flatnonzero(worn[day * MINUTES_PER_DAY : (day + 1) * MINUTES_PER_DAY])
        if len(at):
            minutes_long = length or int(rng.choice(BLOCK_LENGTHS))
            start = day * MINUTES_PER_DAY + int(rng.choice(at)) - int(rng.integers(0, minutes_long))
            start = max(day * MINUTES_PER_DAY, min(start, (day + 1) * MINUTES_PER_DAY - minutes_long))
            hidden[start : start + minutes_long] = True
    return np.broadcast_to(hidden[:, None], timeline.seen.shape)


def whole_channel(timeline: Timeline, rng: np.random.Generator) -> Bool[np.ndarray, "minute channel"]:
    """In every day one of the channels it has, if it has two or more."""
    hidden = np.zeros((timeline.days, MINUTES_PER_DAY, len(timeline.channels)), dtype=np.bool_)
    has = np.asarray(timeline.seen.reshape(hidden.shape).any(axis=1))
    for day in np.flatnonzero(has.sum(axis=1) > 1):
        hidden[day, :, rng.choice(np.flatnonzero(has[day]))] = True
    return hidden.reshape(timeline.seen.shape)


def future(timeline: Timeline, rng: np.random.Generator) -> Hole:
    """The rest of one day from a cut on; all days after it are withheld, too."""
    wanted = np.zeros(timeline.seen.shape, dtype=np.bool_)
    withheld = wanted.copy()
    worn = np.asarray(timeline.seen.any(axis=1)).reshape(timeline.days, MINUTES_PER_DAY)
    after = np.flatnonzero(worn[:, FUTURE_FROM:].any(axis=1))
    later = after[after > after.min()] if len(after) > 1 else after
    if len(later):
        day = int(rng.choice(later))
        cut = day * MINUTES_PER_DAY + int(rng.integers(FUTURE_FROM, FUTURE_TO))
        withheld[cut:] = True
        wanted[cut : (day + 1) * MINUTES_PER_DAY] = True
    return Hole(wanted=wanted & timeline.seen, withheld=withheld)


def random_noise(timeline: Timeline, rng: np.random.Generator) -> Bool[np.ndarray, "minute channel"]:
    """OpenMHC: patches of 30 minutes of single channels, half of them."""
    patches = -(-len(timeline.values) // NOISE_PATCH)
    chosen = rng.random((patches, len(timeline.channels))) < NOISE_SHARE
    hidden: np.ndarray = np.repeat(chosen, NOISE_PATCH, axis=0)[: len(timeline.values)]
    return hidden


def temporal_slice(timeline: Timeline, rng: np.random.Generator) -> Bool[np.ndarray, "minute channel"]:
    """OpenMHC: blocks of 30 to 60 minutes over all channels, a quarter of the seen minutes."""
    hidden = np.zeros(len(timeline.values), dtype=np.bool_)
    worn = np.asarray(timeline.seen.any(axis=1))
    wanted, at = SLICE_SHARE * worn.sum(), np.flatnonzero(worn)
    while len(at) and (hidden & worn).sum() < wanted:
        start = int(rng.choice(at))
        hidden[start : start + int(rng.integers(SLICE_LENGTHS[0], SLICE_LENGTHS[1] + 1))] = True
    return np.broadcast_to(hidden[:, None], timeline.seen.shape)


def signal_slice(timeline: Timeline, rng: np.random.Generator) -> Bool[np.ndarray, "minute channel"]:
    """OpenMHC: in every day half of the channels it has (rounded down, at least one of two)."""
    hidden = np.zeros((timeline.days, MINUTES_PER_DAY, len(timeline.channels)), dtype=np.bool_)
    has = np.asarray(timeline.seen.reshape(hidden.shape).any(axis=1))
    for day in np.flatnonzero(has.sum(axis=1) > 1):
        there = np.flatnonzero(has[day])
        gone = rng.permutation(there)[: max(1, int(CHANNEL_SHARE * len(there)))]
        hidden[day][:, gone] = True
    return hidden.reshape(timeline.seen.shape)


def sleep_gap(timeline: Timeline, _: np.random.Generator) -> Bool[np.ndarray, "minute channel"]:
    """OpenMHC: all channels but those of sleep, in minutes asleep."""
    asleep = np.zeros(len(timeline.values), dtype=np.bool_)
    for name in SLEEP_CHANNELS[:-1]:
        if name in timeline.channels:
            asleep |= timeline.values[:, timeline.channels.index(name)] > 0
    other = np.array([name not in SLEEP_CHANNELS for name in timeline.channels])
    return asleep[:, None] & other[None]


def workout_gap(timeline: Timeline, _: np.random.Generator) -> Bool[np.ndarray, "minute channel"]:
    """OpenMHC: heart rate and energy during workouts; here ten or more minutes in a row of 100 steps or more."""
    return _effort(timeline, _long_runs(_column(timeline, "steps") >= WORKOUT_STEPS, WORKOUT_MIN))


def intensity_failure(timeline: Timeline, _: np.random.Generator) -> Bool[np.ndarray, "minute channel"]:
    """OpenMHC: heart rate and energy while the heart rate is above 160."""
    return _effort(timeline, _column(timeline, "heart_rate") > HARD_HEART_RATE)


FAMILIES: dict[str, Maker] = {"minutes": minutes, "block": block, "whole_channel": whole_channel}
OPENMHC: dict[str, Maker] = {
    "random_noise": random_noise,
    "temporal_slice": temporal_slice,
    "signal_slice": signal_slice,
    "sleep_gap": sleep_gap,
    "workout_gap": workout_gap,
    "intensity_failure": intensity_failure,
}
SCENARIOS = FAMILIES | OPENMHC
FAMILY_NAMES = (*FAMILIES, "future")


def _column(timeline: Timeline, name: str) -> np.ndarray:
    if name not in timeline.channels:
        return np.zeros(len(timeline.values), dtype=np.float32)
    column: np.ndarray = timeline.values[:, timeline.channels.index(name)]
    return column


def _effort(timeline: Timeline, when: np.ndarray) -> np.ndarray:
    hidden: np.ndarray = when[:, None] & np.array([name in EFFORT_CHANNELS for name in timeline.channels])[None]
    return hidden


def _long_runs(on: np.ndarray, at_least: int) -> np.ndarray:
    """Only the runs of True of that length or more."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
    long = np.zeros(len(on), dtype=np.bool_)
    for start, stop in edges.reshape(-1, 2):
        long[start:stop] = stop - start >= at_least
    return long
