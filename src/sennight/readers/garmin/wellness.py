"""Wellness messages of FIT files: stress, breathing, oxygen, sleep levels, beats, and what becomes dated facts.

A sleep level closes the stretch since the one before it, the first one that since the event that begins the night; so
do open readers of Garmin watches. Sleep, oxygen, breathing and 5-minute HRV messages are decoded by the profile and
have met no real file here. Source: FIT profile, messages 227, 297, 269, 275, 78, 290, 371, 370, 211, 30.
"""

import numpy as np
from jaxtyping import Bool, Float64, Int64

from sennight.readers.garmin.fit import Messages
from sennight.readers.garmin.segment import Beats, DatedFact, Segment
from sennight.readers.spans import Sleep, SleepSpan

EVENT, RECORD, WEIGHT, HRV = 21, 20, 30, 78
RESTING, STRESS, OXYGEN, SLEEP_LEVEL = 211, 227, 269, 275
BEAT_INTERVALS, BREATHS, HRV_NIGHT, HRV_VALUE = 290, 297, 370, 371
SLEEP_EVENT = 74  # not in the public profile: start (0) and stop (1) of a night
# No stage lasts longer; a longer stretch is a level that was not written.
MAX_LEVEL_S = 4 * 3_600
# Beats that do not fill the time between two messages by so much were interrupted.
BEAT_GAP_S = 3.0
# Levels, or facts of one name, in a file: two weeks of a level a minute. More is damage, and each costs an object.
MOST_OF_A_FILE = 20_000

NO_STRESS = "stress that the device could not tell"
NO_BREATH = "respiration rate that the device could not tell"
NO_BEGINNING = "sleep level without a beginning"
TOO_MANY = "sleep level or fact beyond the first 20,000 of a file"
UNMEASURED = "sleep level that the device could not tell"
SEVERAL_USERS = "weight of one of several users, who are not told apart"

_LEVELS = {1: Sleep.AWAKE, 2: Sleep.LIGHT, 3: Sleep.DEEP, 4: Sleep.REM}
USED = {WEIGHT, HRV, RESTING, STRESS, OXYGEN, SLEEP_LEVEL, BEAT_INTERVALS, BREATHS, HRV_NIGHT, HRV_VALUE}


def add_wellness(segment: Segment) -> None:
    """Take everything but activities and the log of the day."""
    _add_stress(segment)
    _add_scaled(segment, OXYGEN, "spo2", scale=1)
    _add_scaled(segment, BREATHS, "respiration_rate", scale=100, reason=NO_BREATH)
    _add_scaled(segment, HRV_VALUE, "rmssd", scale=128)
    _add_sleep(segment)
    _add_beats(segment)
    _add_timed_beats(segment)
    _add_facts(segment)


def _add_scaled(segment: Segment, number: int, channel: str, *, scale: int, reason: str = "") -> None:
    """A message whose field 0 is the channel; where a reason is given, numbers that are not above 0 mean "none"."""
    messages = segment.fit.messages(number)
    if not len(messages):
        return
    utc, usable = segment.times(messages)
    values = messages.numbers(0, scale=scale)
    if reason:
        none = usable & (values <= 0)
        segment.drop(int(none.sum()), reason)
        usable &= ~none
    segment.add(channel, utc, values, usable=usable, daily=True)


def _add_stress(segment: Segment) -> None:
    messages = segment.fit.messages(STRESS)
    if not len(messages):
        return
    own = messages.numbers(1)
    stamps = np.where(np.isfinite(own), own, segment.fit.stamps(messages)).astype(np.int64)
    utc, usable = segment.dated(stamps)
    values = messages.numbers(0)
    none = usable & (values < 0)  # -1 and -2: in motion, or no contact
    segment.drop(int(none.sum()), NO_STRESS)
    segment.add("garmin_stress", utc, values, usable=usable & ~none, daily=True)
    battery = messages.field_counts.get(3, 0)
    if battery:
        segment.report.unknown["stress_level: body battery"] += battery


def _first_ones(
    segment: Segment, utc: Int64[np.ndarray, " n"], usable: Bool[np.ndarray, " n"]
) -> tuple[Int64[np.ndarray, " n"], Bool[np.ndarray, " n"]]:
    """The same times, of the usable ones no more than a file can have."""
    kept = usable & (np.cumsum(usable) <= MOST_OF_A_FILE)
    segment.drop(int(usable.sum()) - int(kept.sum()), TOO_MANY)
    return utc, kept


# --- sleep --------------------------------------------------------------------------------------------------------


def _add_sleep(segment: Segment) -> None:
    messages = segment.fit.messages(SLEEP_LEVEL)
    if not len(messages):
        return
    utc, usable = _first_ones(segment, *segment.times(messages))
    level = messages.numbers(0)
    starts, stops = _night_events(segment)
    begun = _beginnings(utc[usable], starts=starts, stops=stops)
    for start, stop, code in zip(begun.tolist(), utc[usable].tolist(), level[usable].tolist(), strict=True):
        sleep = _LEVELS.get(int(code)) if np.isfinite(code) else None
        if sleep is None:
            if np.isfinite(code) and code > max(_LEVELS):
                segment.report.unknown[f"sleep_level {int(code)}"] += 1
            segment.drop(1, UNMEASURED)
        elif start < 0 or stop <= start:
            segment.drop(1, NO_BEGINNING)
        else:
            segment.sleep.append(SleepSpan(start_s=start, stop_s=stop, sleep=sleep))


def _night_events(segment: Segment) -> tuple[Int64[np.ndarray, " a"], Int64[np.ndarray, " b"]]:
    """Instants at which nights begin and end."""
    events = segment.fit.messages(EVENT)
    if not len(events):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    ours = events.numbers(0) == SLEEP_EVENT
    utc, usable = segment.dated(segment.fit.stamps(events)[ours])
    sort = events.numbers(1)[ours]
    return np.unique(utc[usable & (sort == 0)]), np.unique(utc[usable & (sort == 1)])


def _beginnings(
    utc: Int64[np.ndarray, " n"], *, starts: Int64[np.ndarray, " a"], stops: Int64[np.ndarray, " b"]
) -> Int64[np.ndarray, " n"]:
    """When the stretch that each level closes began: the level or the night's start before it; -1 where unknown."""
    marks = np.unique(np.concatenate([utc, starts]))
    place = np.searchsorted(marks, utc, side="left") - 1
    begun = np.where(place >= 0, marks[place], -1)
    is_start = np.isin(begun, starts)
    # Between a night's end and the next level lies a day, unless a start says otherwise.
    ended = np.searchsorted(stops, utc, side="left") > np.searchsorted(stops, begun, side="left")
    return np.where((begun >= 0) & (utc - begun <= MAX_LEVEL_S) & (~ended | is_start), begun, -1)


# --- beats --------------------------------------------------------------------------------------------------------


def _add_beats(segment: Segment) -> None:
    """Intervals without a time of their own: they belong to the record before them."""
    messages = segment.fit.messages(HRV)
    if not len(messages):
        return
    intervals = messages.arrays(0, scale=1_000)
    records = segment.fit.messages(RECORD)
    stamps = segment.fit.stamps(records)
    place = np.searchsorted(records.positions, messages.positions) - 1
    tied = np.where(place >= 0, stamps[place], -1) if len(stamps) else np.full(len(messages), -1, dtype=np.int64)
    utc, usable = segment.dated(tied.astype(np.int64))
    there = np.isfinite(intervals) & usable[:, None]
    when = np.broadcast_to(utc[:, None], there.shape)[there].astype(np.float64)
    seconds = intervals[there]
    if len(seconds):
        segment.beats.append(Beats(at_s=beat_times(when, seconds), rr_ms=seconds * 1_000))


def beat_times(
    when_s: Float64[np.ndarray, " n"], seconds: Float64[np.ndarray, " n"], *, gap_s: float = BEAT_GAP_S
) -> Float64[np.ndarray, " n"]:
    """When each of these intervals ended, from the rough time at which it was written.

    Intervals follow each other, unless the time between two messages is longer than the interval by more than `gap_s`.

    >>> beat_times(np.array([10.0, 10.0, 11.0, 60.0]), np.array([0.5, 0.5, 0.5, 0.9])).tolist()
    [10.0, 10.5, 11.0, 60.0]
    """
    gap = np.diff(when_s, prepend=when_s[:1]) - seconds > gap_s
    gone = np.cumsum(seconds)
    first = np.maximum.accumulate(np.where(gap, np.arange(len(gap)), 0))
    return when_s[first] + gone - gone[first]


def _add_timed_beats(segment: Segment) -> None:
    """`beat_intervals`: a time with milliseconds, and the intervals that follow it."""
    messages = segment.fit.messages(BEAT_INTERVALS)
    if not len(messages):
        return
    utc, usable = segment.times(messages)
    intervals, part = messages.arrays(1), messages.numbers(0, scale=1_000)
    there = np.isfinite(intervals) & usable[:, None]
    ended = (utc + np.where(np.isfinite(part), part, 0.0))[:, None] + np.cumsum(
        np.where(there, intervals, 0.0), axis=1
    ) / 1_000
    if there.any():
        segment.beats.append(Beats(at_s=ended[there], rr_ms=intervals[there]))


# --- facts --------------------------------------------------------------------------------------------------------


def _add_facts(segment: Segment) -> None:
    weights = segment.fit.messages(WEIGHT)
    if len(weights):
        users = weights.numbers(12)
        if len(np.unique(users[np.isfinite(users)])) > 1:
            segment.drop(len(weights), SEVERAL_USERS)
        else:
            # 65534 stands while the scale is still weighing.
            settled = np.where(weights.numbers(0) == 65_534, np.nan, weights.numbers(0, scale=100))
            _facts(segment, weights, settled, "weight_kg", "kg")
            _facts(segment, weights, weights.numbers(1, scale=100), "body_fat_pct", "%")
    resting = segment.fit.messages(RESTING)
    if len(resting):
        today, usual = resting.numbers(1), resting.numbers(0)
        _facts(segment, resting, np.where(today > 0, today, usual), "resting_heart_rate", "beats/min")
    nights = segment.fit.messages(HRV_NIGHT)
    if len(nights):
        _facts(segment, nights, nights.numbers(1, scale=128), "night_rmssd", "ms")


def _facts(segment: Segment, messages: Messages, values: Float64[np.ndarray, " n"], name: str, unit: str) -> None:
    utc, usable = segment.times(messages)
    utc, there = _first_ones(segment, utc, usable & (values > 0))
    segment.report.keep(seen=int(there.sum()))
    for at, value in zip(utc[there].tolist(), values[there].tolist(), strict=True):
        segment.facts.append(DatedFact(name=name, value=value, unit=unit, utc=at))
