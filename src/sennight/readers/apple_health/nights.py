"""Nights: Apple's sleep analysis, whose records are stages as categories, as minutes of sleep.

A night may be told by the watch in stages, by the phone as time in bed and by an app again; each is a device of its own
here. Of spans that overlap on one device one speaks (`readers.spans`). In bed says nothing about sleep.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Int32, Int64

from sennight.readers.minute_store import room
from sennight.readers.spans import Sleep, SleepSpan, sleep_samples
from sennight.record import SECONDS_PER_DAY, Fold, channel

_VALUE = "HKCategoryValueSleepAnalysis"
# By name, and by number as early exports and other exporters write it. Source: HKCategoryValueSleepAnalysis.
STAGES: dict[str, Sleep] = {
    f"{_VALUE}InBed": Sleep.IN_BED, "0": Sleep.IN_BED,
    f"{_VALUE}Asleep": Sleep.UNSTAGED, f"{_VALUE}AsleepUnspecified": Sleep.UNSTAGED, "1": Sleep.UNSTAGED,
    f"{_VALUE}Awake": Sleep.AWAKE, "2": Sleep.AWAKE,
    f"{_VALUE}AsleepCore": Sleep.LIGHT, "3": Sleep.LIGHT,
    f"{_VALUE}AsleepDeep": Sleep.DEEP, "4": Sleep.DEEP,
    f"{_VALUE}AsleepREM": Sleep.REM, "5": Sleep.REM,
}  # fmt: skip
_STAGED = (Sleep.LIGHT, Sleep.DEEP, Sleep.REM)
NIGHT_GAP_S = 3 * 3600  # spans further apart belong to two nights (ours)
CHUNK_S = 30 * SECONDS_PER_DAY  # of sleep, about a season: nights become samples in pieces, which bounds the memory
MAX_SPAN_S = 2 * SECONDS_PER_DAY  # a longer one is a damaged date


class Night(NamedTuple):
    """One record of sleep analysis: seconds since 1970, the written offset in seconds."""

    start_s: int
    stop_s: int
    sleep: Sleep
    offset_s: int


class NightMinutes(NamedTuple):
    """A channel of nights, one sample a minute, ascending."""

    name: str
    utc: Int64[np.ndarray, " n"]
    values: Float32[np.ndarray, " n"]
    offset_s: Int32[np.ndarray, " n"]


def night_minutes(nights: Sequence[Night]) -> Iterator[NightMinutes]:
    """The sleep channels of one device's records, in any order. Channels with the same times share them."""
    ordered = sorted(set(nights))
    pieces: dict[str, list[np.ndarray]] = {}
    times: dict[str, list[np.ndarray]] = {}
    for chunk in _chunks(ordered):
        before = np.empty(0, dtype=np.int64)
        for name, (at, values) in sorted(sleep_samples(chunk).items()):
            minute, value = _minutes(at, values, channel(name).fold)
            before = before if np.array_equal(before, minute) else minute
            times.setdefault(name, []).append(before)
            pieces.setdefault(name, []).append(value)
    starts = np.array([n.start_s for n in ordered], dtype=np.int64)
    offsets = np.array([n.offset_s for n in ordered], dtype=np.int32)
    shared: tuple[np.ndarray, np.ndarray] | None = None
    for name in sorted(pieces):
        utc, values = _joined(times.pop(name)), _joined(pieces.pop(name))
        if shared is None or not np.array_equal(shared[0], utc):
            nearest = np.clip(np.searchsorted(starts, utc, side="right") - 1, 0, None)
            shared = (utc, offsets[nearest])
        yield NightMinutes(name, shared[0], values, shared[1])


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    joined: np.ndarray = np.concatenate(parts, out=room(sum(map(len, parts)), parts[0].dtype.type))
    return joined


def _minutes(times: np.ndarray, values: np.ndarray, fold: Fold) -> tuple[np.ndarray, np.ndarray]:
    """Half minutes to minutes, as the channel folds them."""
    minute = times // 60 * 60
    ends = np.append(minute[1:] != minute[:-1], True)
    if fold is Fold.ANY:
        values = np.maximum.reduceat(values, np.flatnonzero(np.append(True, ends[:-1])))
        return minute[ends], values.astype(np.float32)
    return minute[ends], values[ends].astype(np.float32)


def _chunks(ordered: Sequence[Night]) -> Iterator[list[SleepSpan]]:
    """Whole nights, about a season of sleep at a time; a night that never ends is cut."""
    chunk: list[SleepSpan] = []
    night: list[Night] = []
    held_s, ended = 0, 0
    for each in ordered:
        if night and (each.start_s > ended + NIGHT_GAP_S or held_s > 2 * CHUNK_S):
            chunk += _spans(night)
            night = []
            if held_s > CHUNK_S:
                yield chunk
                chunk, held_s = [], 0
        ended = max(ended, each.stop_s) if night else each.stop_s
        held_s += each.stop_s - each.start_s
        night.append(each)
    yield chunk + _spans(night)


def _spans(night: Sequence[Night]) -> list[SleepSpan]:
    """Being awake is a stage only in a night that has stages."""
    staged = any(n.sleep in _STAGED for n in night)
    return [SleepSpan(start_s=n.start_s, stop_s=n.stop_s, sleep=n.sleep, staged=staged) for n in night]
