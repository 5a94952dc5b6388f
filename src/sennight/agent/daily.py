"""A metric's number of every day: exact, from seen minutes of days that count, computed once and kept.

A day counts for a metric if enough of its channel's minutes were seen (600 of 1,440 for what a watch measures all the
time); other days have no number. Missing is never zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float64, Int64

from sennight.agent.metrics import FromFact, FromMinutes, FromNight, How, Metric, source_of
from sennight.agent.nights import nights, sleep_state
from sennight.agent.person import OpenPerson
from sennight.generate.metrics import Way, combine, contributions
from sennight.record import MINUTES_PER_DAY, VALID_DAY_MINUTES

When = Literal["asleep", "awake", "walking", "still"]
WALKING_STEPS = 60.0  # steps a minute of slow walking (Tudor-Locke 2018, doi:10.1136/bjsports-2017-097628)
MIN_PART = VALID_DAY_MINUTES / MINUTES_PER_DAY  # share of a part of the day that must be seen, as of the whole day
MIN_WHEN_MINUTES = 10  # minutes in a state that a day must have to count


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of every day: from one minute of the day up to another (over midnight if it is not later), and a state."""

    first: int = 0
    stop: int = MINUTES_PER_DAY
    when: When | None = None

    @property
    def whole(self) -> bool:
        """Is it the whole day?"""
        return self.first == 0 and self.stop == MINUTES_PER_DAY and self.when is None

    @property
    def minutes(self) -> Bool[np.ndarray, " 1440"]:
        """Which minutes of the day it holds."""
        minute = np.arange(MINUTES_PER_DAY)
        if self.first < self.stop:
            return (minute >= self.first) & (minute < self.stop)
        return (minute >= self.first) | (minute < self.stop)

    def __str__(self) -> str:
        hours = (
            "" if self.first == 0 and self.stop == MINUTES_PER_DAY else f"{_clock(self.first)} to {_clock(self.stop)}"
        )
        return " ".join(part for part in (hours, f"while {self.when}" if self.when else "") if part)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


WHOLE = Part()


@dataclass(frozen=True, kw_only=True, eq=False)
class Daily:
    """One metric by day: `value` is NaN where the day does not count; `seen` minutes looked at, out of `possible`."""

    metric: Metric
    ordinal: Int64[np.ndarray, " day"]
    value: Float64[np.ndarray, " day"]
    seen: Float64[np.ndarray, " day"]
    possible: int
    method: str
    source: str

    @property
    def counts(self) -> Bool[np.ndarray, " day"]:
        """Days that have a number."""
        return np.isfinite(self.value)


def daily(person: OpenPerson, metric: Metric, part: Part = WHOLE) -> Daily | None:
    """The numbers of all days; None if the person does not have the metric, or not for a part of the day."""
    key = f"daily:{metric.name}:{part}"
    if key not in person.kept:
        person.kept[key] = _daily(person, metric, part)
    found: Daily | None = person.kept[key]
    return found


def _daily(person: OpenPerson, metric: Metric, part: Part) -> Daily | None:
    source = source_of(person, metric)
    match source:
        case FromMinutes(channel="*"):
            return _worn(person, metric) if part.whole else None
        case FromMinutes():
            return _from_minutes(person, metric, source, part)
        case FromNight(field=field) if part.whole:
            found = nights(person)
            if found is None:
                return None
            value = np.asarray(getattr(found, field), dtype=np.float64)
            seen = np.nan_to_num(found.asleep_min + found.awake_min)
            return Daily(
                metric=metric, ordinal=found.ordinal, value=value, seen=seen, possible=0, source="device sleep",
                method="main sleep of the night, from the device's sleep minutes",
            )  # fmt: skip
        case FromFact(name=name, scale=scale) if part.whole:
            fact = person.facts[name]
            return Daily(
                metric=metric, ordinal=fact.ordinal, value=fact.values * scale, seen=np.zeros(len(fact.values)),
                possible=0, source=name, method=f"as the maker gives it ({name}, {fact.source})",
            )  # fmt: skip
    return None


def _worn(person: OpenPerson, metric: Metric) -> Daily:
    worn = person.worn_minutes.astype(np.float64)
    return Daily(
        metric=metric, ordinal=person.ordinal, value=worn, seen=worn, possible=MINUTES_PER_DAY, source="worn minutes",
        method="minutes in which any channel was seen",
    )  # fmt: skip


def _from_minutes(person: OpenPerson, metric: Metric, source: FromMinutes, part: Part) -> Daily | None:
    one = person.minutes[source.channel]
    seen = one.seen
    possible = MINUTES_PER_DAY
    need = float(source.min_minutes)
    if not part.whole:
        inside = part.minutes
        possible = int(inside.sum())
        if need >= VALID_DAY_MINUTES:
            need = max(np.ceil(possible * MIN_PART), 1)
        seen = seen & inside
        if part.when is not None:
            state = state_of(person, part.when)
            if state is None:
                return None
            seen, need = seen & state, MIN_WHEN_MINUTES
    if source.how is How.HIGHEST:
        value = np.where(seen, one.values.astype(np.float64), -np.inf).max(axis=1)
    else:
        way = Way(str(source.how))
        value = combine(way, contributions(way, source.threshold, one.values), seen)
    n = seen.sum(axis=1).astype(np.float64)
    value = np.where((n >= need) & np.isfinite(value), value, np.nan)
    return Daily(
        metric=metric, ordinal=person.ordinal, value=value, seen=n, possible=possible, source=source.channel,
        method=f"{said(source)}, days with at least {need:.0f} seen minutes" + ("" if part.whole else f", {part}"),
    )  # fmt: skip


def said(source: FromMinutes) -> str:
    """The formula in words."""
    words: Mapping[How, str] = {
        How.SUM: f"sum of {source.channel} over the day",
        How.AT_LEAST: f"minutes with {source.channel} of {source.threshold:g} and more",
        How.BELOW: f"minutes with {source.channel} below {source.threshold:g}",
        How.MEAN: f"mean of the day's {source.channel} minutes",
        How.LOWEST: f"lowest half hour of {source.channel}",
        How.HIGHEST: f"highest minute of {source.channel}",
    }
    return words[source.how].replace("_", " ")


def state_of(person: OpenPerson, when: When) -> Bool[np.ndarray, "day 1440"] | None:
    """Minutes in a state; None if the person's devices cannot tell it."""
    if when in ("asleep", "awake"):
        state = sleep_state(person)
        if state is None:
            return None
        asleep, seen = state
        return asleep if when == "asleep" else seen & ~asleep
    if "steps" not in person.minutes:
        return None
    steps = person.minutes["steps"]
    walking: np.ndarray = steps.values >= WALKING_STEPS
    return steps.seen & (walking if when == "walking" else steps.values == 0)
