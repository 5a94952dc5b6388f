"""Wear report: how much of whom was measured, and why the rest was not; of one person and of everybody."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Int64, UInt8

from sennight.record import VALID_DAY_MINUTES, PersonDays, Why

HOURS, MINUTES_PER_HOUR = 24, 60
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonWear:
    """What was worn of the days of one person.

    `minutes` counts the minutes of all days by channel and reason (`Why`); its rows add up to
    1,440 a day. `worn` counts worn minutes (any channel seen) by weekday, Monday first, and hour; `days`
    the days by weekday. `wear_rules` names the rule of each device; `merge_rule` is empty where
    nothing had to be merged; `rejected` counts samples that were out of range.
    """

    person: str
    channels: tuple[str, ...]
    minutes: Int64[np.ndarray, "channel reason"]
    worn: Int64[np.ndarray, "weekday hour"]
    days: Int64[np.ndarray, " weekday"]
    valid_days: int
    wear_rules: dict[str, str]
    merge_rule: str
    rejected: int

    @classmethod
    def of(
        cls,
        person: str,
        windows: Sequence[PersonDays],
        *,
        why: UInt8[np.ndarray, "day minute channel"],
        channels: tuple[str, ...],
        wear_rules: dict[str, str],
        merge_rule: str,
        rejected: int,
    ) -> "PersonWear":
        """Count the days of one person: `why` are the reasons of the cells of `windows`."""
        width, reasons = len(channels), len(Why)
        cells = why + np.arange(width, dtype=np.int64) * reasons
        by_hour = (
            (why == Why.SEEN).any(axis=2).reshape(len(windows), HOURS, MINUTES_PER_HOUR).sum(axis=2, dtype=np.int64)
        )
        weekday = np.array([window.weekday for window in windows], dtype=np.int64)
        worn = np.zeros((len(WEEKDAYS), HOURS), dtype=np.int64)
        np.add.at(worn, weekday, by_hour)
        return cls(
            person=person,
            channels=channels,
            minutes=np.bincount(cells.ravel(), minlength=width * reasons).reshape(width, reasons).astype(np.int64),
            worn=worn,
            days=np.bincount(weekday, minlength=len(WEEKDAYS)).astype(np.int64),
            valid_days=int((by_hour.sum(axis=1) >= VALID_DAY_MINUTES).sum()),
            wear_rules=wear_rules,
            merge_rule=merge_rule,
            rejected=rejected,
        )

    @property
    def n_days(self) -> int:
        """Days with any seen minute."""
        return int(self.days.sum())


@dataclass(kw_only=True)
class WearReport:
    """The sum over people. Filled while people are prepared (`add`), complete after the last one.

    `wear_rules` counts devices by rule, `merge_rules` people whose devices had to be merged;
    `people_with_days` those of whom anything is left.
    """

    people: int = 0
    people_with_days: int = 0
    valid_days: int = 0
    rejected: int = 0
    minutes: dict[str, Int64[np.ndarray, " reason"]] = field(default_factory=dict)
    worn: Int64[np.ndarray, "weekday hour"] = field(default_factory=lambda: np.zeros((7, HOURS), dtype=np.int64))
    days: Int64[np.ndarray, " weekday"] = field(default_factory=lambda: np.zeros(7, dtype=np.int64))
    wear_rules: Counter[str] = field(default_factory=Counter)
    merge_rules: Counter[str] = field(default_factory=Counter)

    def add(self, wear: PersonWear) -> None:
        """Count one more person."""
        self.people += 1
        self.people_with_days += wear.n_days > 0
        self.valid_days += wear.valid_days
        self.rejected += wear.rejected
        for channel, minutes in zip(wear.channels, wear.minutes, strict=True):
            self.minutes[channel] = self.minutes.get(channel, np.zeros(len(Why), dtype=np.int64)) + minutes
        self.worn = self.worn + wear.worn
        self.days = self.days + wear.days
        self.wear_rules.update(wear.wear_rules.values())
        if wear.merge_rule:
            self.merge_rules[wear.merge_rule] += 1

    @property
    def person_days(self) -> int:
        """Days with any seen minute, over all people."""
        return int(self.days.sum())

    @property
    def worn_share(self) -> np.ndarray:
        """[7, 24] share of minutes worn by weekday, Monday first, and hour; 0 for a weekday nobody has."""
        return self.worn / np.maximum(self.days, 1)[:, None] / MINUTES_PER_HOUR

    def to_json(self) -> dict[str, Any]:
        """Everything as plain numbers and words, ready for `json.dumps`."""
        return {
            "people": self.people,
            "people_with_days": self.people_with_days,
            "person_days": self.person_days,
            "valid_days": self.valid_days,
            "valid_day_minutes": VALID_DAY_MINUTES,
            "samples_out_of_range": self.rejected,
            "minutes": {
                channel: {why.name.lower(): int(minutes[why]) for why in Why}
                for channel, minutes in self.minutes.items()
            },
            "days_by_weekday": dict(zip(WEEKDAYS, self.days.tolist(), strict=True)),
            "worn_share_by_weekday_and_hour": {
                day: [round(share, 4) for share in shares]
                for day, shares in zip(WEEKDAYS, self.worn_share.tolist(), strict=True)
            },
            "wear_rules": dict(self.wear_rules),
            "merge_rules": dict(self.merge_rules),
        }
