"""An opened person: everything that was recorded of one human being, in memory, read-only; what tools look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int16, Int64, UInt8

from sennight.agent.profile import Profile
from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY, VALID_DAY_MINUTES, Clock, Why


@dataclass(frozen=True, kw_only=True, eq=False)
class Minutes:
    """One channel on the person's days: `values` are 0 where `why` is not SEEN. Minute 180 is always 03:00 local."""

    values: Float32[np.ndarray, "day 1440"]
    why: UInt8[np.ndarray, "day 1440"]

    @property
    def seen(self) -> Bool[np.ndarray, "day 1440"]:
        """Where there is a value."""
        seen: np.ndarray = self.why == Why.SEEN
        return seen


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A stretch of days on which one device did most of the measuring; its first day is a boundary."""

    device: str
    first: date
    last: date


@dataclass(frozen=True, kw_only=True, eq=False)
class DayFacts:
    """One dated fact, by local day, such as a vendor's sleep score: the latest value of each day."""

    name: str
    unit: str
    source: str
    ordinal: Int64[np.ndarray, " n"]
    values: Float64[np.ndarray, " n"]


@dataclass(frozen=True, kw_only=True)
class Workout:
    """One workout that an export lists: local date and minute of its start, and what is known of it (None if not)."""

    day: date
    start_min: int
    minutes: float
    kind: str
    distance_m: float | None = None
    energy_kcal: float | None = None
    steps: float | None = None
    mean_heart_rate: float | None = None
    elevation_m: float | None = None
    active_zone_minutes: float | None = None
    speed: float | None = None
    """In the export's own unit."""


@dataclass(frozen=True, kw_only=True, eq=False)
class OpenPerson:
    """`ordinal` numbers the days on which anything was seen (`date.fromordinal`), in order; `minutes` by channel.

    `offset_min` are the UTC offsets at the beginning and end of each day, `device` which device measured most of it.
    `today` is the day that "last week" counts from: the last recorded day unless the caller says otherwise.
    `notes` are caveats of the recording as a whole: the wear rule, the rule by which devices were merged. A person of
    whom only daily facts are known has no days of minutes.
    Raises: InputError if there is neither a day nor a dated fact.
    """

    id: str
    today: date
    clock: Clock
    ordinal: Int64[np.ndarray, " day"]
    minutes: Mapping[str, Minutes]
    offset_min: Int16[np.ndarray, "day 2"]
    device: tuple[str, ...]
    segments: tuple[Segment, ...]
    facts: Mapping[str, DayFacts] = field(default_factory=dict)
    workouts: tuple[Workout, ...] = ()
    profile: Profile = field(default_factory=Profile)
    notes: tuple[str, ...] = ()
    kept: dict[str, Any] = field(default_factory=dict, repr=False)
    """What was computed once, by name; nothing outside `agent` reads it."""

    def __post_init__(self) -> None:
        if not len(self.ordinal) and not any(len(fact.ordinal) for fact in self.facts.values()):
            raise InputError("nothing was recorded", todo="Import an export first.")

    @cached_property
    def recorded(self) -> tuple[date, date]:
        """First and last day of which anything is known."""
        days = self.ordinal if len(self.ordinal) else np.concatenate([fact.ordinal for fact in self.facts.values()])
        return date.fromordinal(int(days.min())), date.fromordinal(int(days.max()))

    @property
    def first(self) -> date:
        """The first recorded day."""
        return self.recorded[0]

    @property
    def last(self) -> date:
        """The last recorded day."""
        return self.recorded[1]

    @cached_property
    def worn_minutes(self) -> Int64[np.ndarray, " day"]:
        """Minutes of each day in which any channel was seen."""
        worn = np.zeros((len(self.ordinal), MINUTES_PER_DAY), dtype=np.bool_)
        for one in self.minutes.values():
            worn |= one.seen
        return worn.sum(axis=1).astype(np.int64)

    @property
    def valid(self) -> Bool[np.ndarray, " day"]:
        """Days worn for at least `VALID_DAY_MINUTES`."""
        valid: np.ndarray = self.worn_minutes >= VALID_DAY_MINUTES
        return valid

    @cached_property
    def events(self) -> dict[str, date]:
        """What `since:` may name: the first day, the last change of device, the beginning of each goal."""
        found = {"first_day": self.first}
        if len(self.segments) > 1:
            found["device_change"] = self.segments[-1].first
        for goal in self.profile.goals:
            if goal.since:
                found[f"goal_{goal.metric}"] = goal.since
        return found

    @property
    def zone(self) -> str:
        """What is known of the recording's time, in words."""
        if self.clock is Clock.WEEKDAY:
            return "weekdays only; the dates are placeholders"
        if self.clock is Clock.LOCAL:
            return "local time, zone not known"
        shown = np.unique(self.offset_min)
        return "UTC" + ", ".join(_offset(int(m)) for m in shown[:4]) + (" and others" if len(shown) > 4 else "")


def _offset(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"
