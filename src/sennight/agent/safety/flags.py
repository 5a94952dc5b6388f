"""Flags in the data: readings of the last recorded day that somebody should look at, found by code, before any model.

A flag is a line of a table with its source; it names what was measured, never what it means. It is told first,
with its time, whatever was asked. No clinician has reviewed the table yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from jaxtyping import Bool, Float32

from sennight.agent.person import OpenPerson
from sennight.agent.safety.triage import Level
from sennight.record import MINUTES_PER_DAY

RECENT_DAYS = 1  # a reading older than this is told with its date, and stops nothing
STILL_STEPS = 5  # steps a minute below which somebody is at rest


@dataclass(frozen=True, kw_only=True)
class FlagRule:
    """So many minutes in a row in which a channel lies beyond a limit. `at_rest`: only minutes without steps count."""

    id: str
    channel: str
    beyond: float
    above: bool
    minutes: int
    level: Level
    said: str
    source: str
    at_rest: bool = False


FLAG_RULES = (
    FlagRule(
        id="glucose.very_low", channel="glucose", beyond=54.0, above=False, minutes=15, level=Level.EMERGENCY,
        said="your glucose sensor read very low for a quarter of an hour or more",
        source="International consensus on time in range 2019, doi:10.2337/dci19-0028: below 54 mg/dL, 15 min",
    ),
    FlagRule(
        id="glucose.very_high", channel="glucose", beyond=300.0, above=True, minutes=120, level=Level.URGENT,
        said="your glucose sensor read very high for two hours or more",
        source="American Diabetes Association, Standards of Care 2025, section 16: ketone check above 300 mg/dL",
    ),
    FlagRule(
        id="oxygen.very_low", channel="spo2", beyond=88.0, above=False, minutes=10, level=Level.URGENT,
        said="your watch read a low oxygen saturation for ten minutes or more",
        source="NHS, Pulse oximetry at home: 92 % or less needs help at once; 4 % margin for wrist sensors (FDA 2021)",
    ),
    FlagRule(
        id="pulse.high_at_rest", channel="heart_rate", beyond=130.0, above=True, minutes=30, level=Level.URGENT,
        said="your watch read a fast pulse for half an hour or more without steps", at_rest=True,
        source="Royal College of Physicians, National Early Warning Score 2 (2017): 131 or more scores 3",
    ),
    FlagRule(
        id="pulse.low", channel="heart_rate", beyond=35.0, above=False, minutes=30, level=Level.URGENT,
        said="your watch read a slow pulse for half an hour or more",
        source="Royal College of Physicians, National Early Warning Score 2 (2017): 40 or less scores 3; 5 for sensors",
    ),
)  # fmt: skip

ADVICE: Mapping[Level, str] = {
    Level.EMERGENCY: "If you feel shaky, confused, faint or unwell now, or somebody is hard to wake, call your local "
    "emergency number (112, 911, 999).",
    Level.URGENT: "A sensor can be wrong. If you feel unwell, have chest pain or trouble breathing, call your local "
    "emergency number (112, 911, 999); otherwise please talk to a health professional about this soon.",
}


@dataclass(frozen=True, kw_only=True)
class Flag:
    """One flag: its rule, the day, the local minute at which it began, and how many minutes it lasted."""

    rule: FlagRule
    day: date
    begin_min: int
    minutes: int

    def recent(self, asked_on: date) -> bool:
        """Is it of the day of asking or the one before?"""
        return 0 <= (asked_on - self.day).days <= RECENT_DAYS

    def text(self) -> str:
        """What is told: when, what was read, what to do. Times are printed by code."""
        clock = f"{self.begin_min // 60:02d}:{self.begin_min % 60:02d}"
        return (
            f"On {self.day.day} {self.day:%b %Y} from {clock}, {self.rule.said} ({self.minutes} min). "
            f"{ADVICE[self.rule.level]}"
        )


def flags(person: OpenPerson) -> tuple[Flag, ...]:
    """Flags of the last recorded day, the most urgent first."""
    found = [flag for rule in FLAG_RULES if (flag := _flag(rule, person)) is not None]
    return tuple(sorted(found, key=lambda f: -f.rule.level))


def _flag(rule: FlagRule, person: OpenPerson) -> Flag | None:
    if rule.channel not in person.minutes:
        return None
    one = person.minutes[rule.channel]
    values, seen = one.values[-1], one.seen[-1]
    beyond = seen & ((values > rule.beyond) if rule.above else (values < rule.beyond))
    if rule.at_rest:
        beyond = beyond & _still(person)
    begin, length = longest(values, beyond)
    if length < rule.minutes:
        return None
    return Flag(rule=rule, day=person.last, begin_min=begin, minutes=length)


def _still(person: OpenPerson) -> Bool[np.ndarray, " minute"]:
    if "steps" not in person.minutes:
        return np.zeros(MINUTES_PER_DAY, dtype=np.bool_)  # without steps nobody knows who is at rest
    steps = person.minutes["steps"]
    still: np.ndarray = steps.seen[-1] & (steps.values[-1] < STILL_STEPS)
    return still


def longest(values: Float32[np.ndarray, " minute"], on: Bool[np.ndarray, " minute"]) -> tuple[int, int]:
    """Where the longest run of True begins, and its length; gaps of up to five minutes are forgiven, since sensors
    of glucose read every five."""
    begin = best_begin = best = 0
    last = -100
    for minute in np.flatnonzero(on[: len(values)]):
        if minute - last > 6:
            begin = int(minute)
        last = int(minute)
        if last - begin + 1 > best:
            best_begin, best = begin, last - begin + 1
    return best_begin, best
